/* libtiff. */

#include <tiffio.h>

#include "../library.h"

/* libtiff 4.5 has a new name: functions were removed. */
#if TIFFLIB_VERSION >= 20221213
#define SONAME "libtiff.so.6"
#else
#define SONAME "libtiff.so.5"
#endif

#define TIFF_FUNCTIONS(FUNCTION) FUNCTION(TIFFGetVersion)

EXTERNAL_LIBRARY(tiff, "TIFF", SONAME, TIFF_FUNCTIONS)

/* The version of the library, and its copyright; empty if it cannot be loaded. */
const char *imaging_tiff_version(void) { return tiff_is_loaded() ? tiff.TIFFGetVersion() : ""; }

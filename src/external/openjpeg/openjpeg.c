/* OpenJPEG. */

#include <openjpeg.h>

#include "../library.h"

#define OPENJPEG_FUNCTIONS(FUNCTION) FUNCTION(opj_version)

EXTERNAL_LIBRARY(openjpeg, "JPEG 2000", "libopenjp2.so.7", OPENJPEG_FUNCTIONS)

/* The version of the library; empty if it cannot be loaded. */
const char *imaging_openjpeg_version(void) { return openjpeg_is_loaded() ? openjpeg.opj_version() : ""; }

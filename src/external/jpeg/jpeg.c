/* libjpeg, of the IJG or libjpeg-turbo. */

#include <stddef.h>

#include "libImaging/Jpeg.h"

/* The version of the interface: the shared library's name and the layouts of its structs depend on it. */
#if JPEG_LIB_VERSION >= 90
#define SONAME "libjpeg.so.9"
#elif JPEG_LIB_VERSION >= 80
#define SONAME "libjpeg.so.8"
#else
#define SONAME "libjpeg.so.62"
#endif

/* The version of the interface, such as 6.2. */
const char *imaging_jpeg_version(void) {
    static const char version[] = {'0' + JPEG_LIB_VERSION / 10, '.', '0' + JPEG_LIB_VERSION % 10, '\0'};
    return version;
}

/* Whether the library converts to and from RGBX itself. */
int imaging_jpeg_has_rgbx(void) {
#if defined(JCS_EXTENSIONS) && defined(LIBJPEG_TURBO_VERSION_NUMBER)
    return LIBJPEG_TURBO_VERSION_NUMBER >= 1002010;
#else
    return 0;
#endif
}

/* A plugin that is linked to the static library. */

#include <libImaging/Imaging.h>
#include <libImaging/ImagingExt.h>

/* Calls a function that starts workers and one that fails. Returns whether the results are as expected. */
int
plugin_run(void);

int
plugin_run(void) {
    static const float whole[4] = {0, 0, 800, 600};
    ImagingSetNumThreads(4);
    Imaging im = ImagingNew(IMAGING_MODE_RGB, 800, 600);
    Imaging small = im ? ImagingResample(im, 640, 480, IMAGING_TRANSFORM_LANCZOS, whole) : NULL;
    int made = small != NULL;
    ImagingDelete(small);
    ImagingDelete(im);
    int told = !ImagingNew(-1, 1, 1) && ImagingGetLastError(NULL) == IMAGING_ERROR_VALUE;
    ImagingClearError();
    return made && told;
}

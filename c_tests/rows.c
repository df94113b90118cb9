/* Images of every mode: pixels written through row pointers, and read by every other access. */

#include <string.h>

#include "check.h"
#include "modes.h"

static unsigned char
pattern(int y, int i) {
    return (unsigned char)(y * 31 + i * 7 + 1);
}

static void
write_rows(Imaging im) {
    for (int y = 0; y < im->ysize; y++) {
        for (int x = 0; x < im->xsize; x++) {
            unsigned char pixel[4];
            for (int i = 0; i < im->pixelsize; i++) {
                pixel[i] = pattern(y, x * im->pixelsize + i);
            }
            if (im->image32) {
                memcpy(&im->image32[y][x], pixel, 4);
            } else {
                memcpy(&im->image8[y][x * im->pixelsize], pixel, (size_t)im->pixelsize);
            }
        }
    }
}

static void
check_rows(Imaging im) {
    for (int y = 0; y < im->ysize; y++) {
        for (int i = 0; i < im->linesize; i++) {
            CHECK((unsigned char)im->image[y][i] == pattern(y, i));
        }
    }
}

/* get_pixel returns two bytes for two-band pixels, and native byte order for 16-bit ones. */
static void
check_access(Imaging im) {
    ImagingAccess access = ImagingAccessNew(im);
    if (!CHECK(access != NULL)) {
        return;
    }
    CHECK(access->mode == im->mode);
    for (int y = 0; y < im->ysize; y++) {
        for (int x = 0; x < im->xsize; x++) {
            const unsigned char *stored = (const unsigned char *)im->image[y] + x * im->pixelsize;
            unsigned char expected[4] = {0, 0, 0, 0}, pixel[4] = {0, 0, 0, 0};
            access->get_pixel(im, x, y, pixel);
            memcpy(expected, stored, (size_t)im->pixelsize);
            if (im->bands == 2) {
                expected[1] = stored[3];
                expected[2] = expected[3] = 0;
            } else if (im->mode == IMAGING_MODE_I_16B) {
                expected[0] = stored[1];
                expected[1] = stored[0];
            }
            CHECK(memcmp(pixel, expected, 4) == 0);
        }
    }

    const unsigned char ink[4] = {11, 22, 33, 44}, swapped[2] = {22, 11};
    access->put_pixel(im, im->xsize - 1, im->ysize - 1, ink);
    const char *last = im->image[im->ysize - 1] + im->linesize - im->pixelsize;
    CHECK(memcmp(last, im->mode == IMAGING_MODE_I_16B ? swapped : ink, (size_t)im->pixelsize) == 0);

    /* Outside of the image reads return zeros and writes are ignored. */
    unsigned char outside[4] = {1, 1, 1, 1};
    access->put_pixel(im, im->xsize, 0, ink);
    access->put_pixel(im, 0, -1, ink);
    access->get_pixel(im, 0, im->ysize, outside);
    CHECK(outside[0] == 0);

    ImagingAccessDelete(im, access);
    _ImagingAccessDelete(im, access);
}

static void
check_description(Imaging im, int mode, int xsize, int ysize) {
    CHECK(im->mode == MODES[mode].id);
    CHECK(im->xsize == xsize && im->ysize == ysize);
    CHECK(im->bands == MODES[mode].bands);
    CHECK(im->type == MODES[mode].type);
    CHECK(im->pixelsize == MODES[mode].pixelsize);
    CHECK(im->linesize == xsize * im->pixelsize);
    CHECK(im->image != NULL);
    CHECK((im->image8 == (UINT8 **)im->image) == (im->pixelsize < 4));
    CHECK((im->image32 == (INT32 **)im->image) == (im->pixelsize == 4));
    CHECK((im->palette != NULL) == (im->mode == IMAGING_MODE_P || im->mode == IMAGING_MODE_PA));
    CHECK(im->refcount == 1 && !im->read_only && im->destroy != NULL);
}

static void
check_zeros(Imaging im) {
    for (int y = 0; y < im->ysize; y++) {
        for (int i = 0; i < im->linesize; i++) {
            CHECK(im->image[y][i] == 0);
        }
    }
}

/* Rows that are not set are never read. */
static void
check_without_pixels(ModeID mode) {
    Imaging im = ImagingNewPrologue(mode, 3, 1), out = ImagingNew(mode, 3, 1);
    unsigned char pixel[4] = {1, 1, 1, 1};
    const unsigned char ink[4] = {1, 2, 3, 4};
    const float box[4] = {0, 0, 3, 1}, kernel[9] = {0};
    int whole[4] = {0, 0, 3, 1};
    double a[8] = {1, 0, 0, 0, 1, 0, 0, 0};
    Imaging bands[4] = {im, NULL, NULL, NULL};
    ImagingAccess access = ImagingAccessNew(im);
    struct ArrowArray array;
    ImagingBuffer buffer;

    access->put_pixel(im, 2, 0, ink);
    access->get_pixel(im, 2, 0, pixel);
    CHECK(pixel[0] == 0);
    CHECK(export_imaging_array(im, &array) == IMAGING_ARROW_MEMORY_LAYOUT);
    CHECK(ImagingGetBuffer(im, &buffer) == 0 && ImagingGetPackedBuffer(im, &buffer) == 0);
    CHECK(ImagingCopy(im) == NULL && ImagingCopy2(out, im) == NULL && ImagingCopy2(im, out) == NULL);
    CHECK(ImagingCrop(im, 0, 0, 2, 1) == NULL && ImagingExpand(im, 1) == NULL);
    CHECK(ImagingFlipLeftRight(out, im) == NULL && ImagingFlipLeftRight(im, out) == NULL);
    CHECK(ImagingTransform(out, im, 0, 0, 0, 3, 1, a, 0, 1) == -1);
    CHECK(ImagingTransform(im, out, 0, 0, 0, 3, 1, a, 0, 1) == -1);
    CHECK(ImagingConvert(NULL, im, IMAGING_MODE_RGB, NULL, 0) == NULL);
    CHECK(ImagingConvertTransparent(im, IMAGING_MODE_RGBA, 0, 0, 0) == NULL);
    CHECK(ImagingResample(im, 2, 2, IMAGING_TRANSFORM_BOX, box) == NULL && ImagingReduce(im, 2, 1, whole) == NULL);
    CHECK(ImagingFilter(im, 3, 3, kernel, 0) == NULL);
    CHECK(ImagingBoxBlur(out, im, 1, 1, 1) == NULL && ImagingBoxBlur(im, out, 1, 1, 1) == NULL);
    CHECK(ImagingUnsharpMask(im, im, 1, 1, 1) == NULL && ImagingGaussianBlur(im, im, 1, 1, 1) == NULL);
    CHECK(ImagingGetBand(im, 0) == NULL && ImagingPutBand(out, im, 0) == NULL && ImagingPutBand(im, out, 0) == NULL);
    CHECK(ImagingFillBand(im, 0, 1) == NULL && ImagingFill(im, ink) == NULL);
    CHECK(ImagingMerge(mode, bands) == NULL && ImagingSplit(im, bands) == -1);
    CHECK(ImagingAlphaComposite(im, im) == NULL);
    CHECK(ImagingSavePPM(im, "/nonexistent") == 0 && ImagingSaveRaw(im, "/nonexistent", (RawModeID)mode, 0, 1) == 0);
    CHECK(ImagingReadTile(im, "/nonexistent", 0, 0, 1, 1, 0, (RawModeID)mode, 0, 1) == 0);
    CHECK(ImagingMapFlush(im) == 0 && ImagingMapRelease(im) == 0);

    Imaging view = ImagingView(im, 1, 0, 3, 1);
    CHECK(view != NULL && view->image[0] == NULL && ImagingCopy(view) == NULL);
    pixel[0] = 1;
    access->get_pixel(view, 0, 0, pixel);
    CHECK(pixel[0] == 0);
    ImagingDelete(view);
    ImagingDelete(im);
    ImagingDelete(out);
}

int
main(void) {
    Imaging (*const make[])(ModeID, int, int) = {ImagingNew, ImagingNewDirty, ImagingNewBlock};

    for (int mode = 0; mode < MODE_COUNT; mode++) {
        CHECK(findModeID(MODES[mode].name) == MODES[mode].id);
        CHECK(strcmp(getModeData(MODES[mode].id)->name, MODES[mode].name) == 0);
        CHECK(isModeI16(MODES[mode].id) == (MODES[mode].type == IMAGING_TYPE_I16));

        for (int how = 0; how < 3; how++) {
            Imaging im = make[how](MODES[mode].id, 13, 7);
            if (!CHECK(im != NULL)) {
                continue;
            }
            check_description(im, mode, 13, 7);
            if (make[how] != ImagingNewDirty) {
                check_zeros(im);
            }
            write_rows(im);
            check_rows(im);
            check_access(im);
            ImagingDelete(im);
        }
        check_without_pixels(MODES[mode].id);
    }
    return check_result();
}

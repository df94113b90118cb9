/* Images of width 0 and the maximal height: no function iterates over their rows. Row tables stay zero pages, which
 * take no memory, and are never read: that of every input here is inaccessible. */

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <libImaging/Bit.h>
#ifdef IMAGING_HAS_JPEG
#include <libImaging/Jpeg.h>
#endif
#include <libImaging/Raw.h>
#include <libImaging/Gif.h>
#include <libImaging/Bcn.h>

#include "check.h"
#include "modes.h"

enum { ROWS = INT_MAX };

static char **no_table;

/* An image of 0 × ROWS pixels whose row table cannot be read. */
static Imaging
input(ModeID mode) {
    Imaging im = ImagingNew(mode, 0, 1);
    if (!im) {
        return NULL;
    }
    void *table = im->image;
    im->ysize = ROWS;
    im->image = no_table;
    im->arrow_array_capsule = (PyObject *)table; /* what nothing here looks at */
    return im;
}

static void
delete_input(Imaging im) {
    im->image = (char **)im->arrow_array_capsule;
    im->arrow_array_capsule = NULL;
    ImagingDelete(im);
}

/* Checks a result: it has a row table, or there is no address space for one. */
static void
result(Imaging im, int line) {
    if (!im) {
        if (take_error() != IMAGING_ERROR_MEMORY) {
            CHECK(0);
            fprintf(stderr, "    line %d\n", line);
        }
        return;
    }
    CHECK(im->ysize <= 1 || (im->image[0] == NULL && im->image[im->ysize - 1] == NULL));
    ImagingDelete(im);
}

#define RESULT(call) result((call), __LINE__)

static void
made(ModeID mode) {
    RESULT(ImagingNew(mode, 0, ROWS));
    RESULT(ImagingNewDirty(mode, 0, ROWS));
    RESULT(ImagingNewBlock(mode, 0, ROWS));
    RESULT(ImagingNewPrologue(mode, 0, ROWS));
}

static void
one_image(ModeID mode, int is_bytes, int bands) {
    Imaging im = input(mode), out = input(mode);
    const float box[4] = {0, 0, 0, 0};
    const float kernel[25] = {0};
    const char ink[4] = {1, 2, 3, 4};
    ImagingBuffer buffer;
    struct ArrowArray array;

    RESULT(ImagingCopy(im));
    CHECK(ImagingCopy2(out, im) == out);
    RESULT(ImagingCrop(im, 0, 0, 0, ROWS));
    RESULT(ImagingCrop(im, -1, 7, -1, ROWS));
    RESULT(ImagingView(im, 0, 0, 0, ROWS));
    RESULT(ImagingExpand(im, 0));
    ImagingClearError();
    RESULT(ImagingNew2Dirty(mode, NULL, im));
    CHECK(ImagingFlipLeftRight(out, im) == out && ImagingFlipTopBottom(out, im) == out);
    CHECK(ImagingRotate180(out, im) == out);
    double affine[8] = {1, 0.5, 0, 0.5, 1, 0, 0, 0};
    for (int method = 0; method <= 3; method += method ? 1 : 2) {
        CHECK(ImagingTransform(out, im, method, 0, 0, 10, ROWS, affine, 0, 1) == 0);
    }
    CHECK(ImagingFill(im, ink) == im);
    CHECK(ImagingFill2(im, ink, NULL, 0, 0, 5, ROWS) == 0);
    CHECK(ImagingFill2(im, ink, out, 0, 0, 0, ROWS) == 0 || take_error() == IMAGING_ERROR_VALUE);
    CHECK(ImagingPaste(out, im, NULL, 0, 0, 0, ROWS) == 0);
    CHECK(ImagingPaste(out, im, im, 0, 0, 0, ROWS) == 0 || take_error() == IMAGING_ERROR_VALUE);
    int corners[] = {-5, -5, 5, ROWS - 1, 9, 7};
    CHECK(ImagingDrawPoint(im, 0, 5, ink, 0) == 0 && ImagingDrawLine(im, -5, -5, 5, ROWS - 1, ink, 1) == 0);
    CHECK(ImagingDrawWideLine(im, -5, -5, 5, ROWS - 1, ink, 9, 0, im) == 0 || take_error() == IMAGING_ERROR_MODE);
    CHECK(ImagingDrawRectangle(im, -5, -5, 5, ROWS - 1, ink, 1, 0, 1) == 0);
    CHECK(ImagingDrawRectangle(im, -5, -5, 5, ROWS - 1, ink, 0, 1000, 0) == 0);
    CHECK(ImagingDrawEllipse(im, -5, -5, 5, ROWS - 9, ink, 1, 0, 1) == 0);
    CHECK(ImagingDrawArc(im, -5, -5, 5, ROWS - 9, 30, 200, ink, 3, 1) == 0);
    CHECK(ImagingDrawChord(im, -5, -5, 5, ROWS - 9, 30, 200, ink, 0, 3, 1) == 0);
    CHECK(ImagingDrawPieslice(im, -5, -5, 5, ROWS - 9, 30, 200, ink, 0, 3, 0) == 0);
    CHECK(ImagingDrawPolygon(im, 3, corners, ink, 1, 1, 1, NULL) == 0);
    CHECK(ImagingDrawPolygon(im, 3, corners, ink, 0, 1, 0, NULL) == 0);
    CHECK(ImagingDrawBitmap(im, 0, 0, im, ink, 0) == 0 || take_error() == IMAGING_ERROR_VALUE);
    RESULT(ImagingNegative(im));
    RESULT(ImagingOffset(im, 5, 5));
    RESULT(ImagingEffectSpread(im, 5));
    ImagingFilter(im, 3, 3, kernel, 0);
    ImagingResample(im, 0, ROWS, IMAGING_TRANSFORM_BOX, box);
    ImagingClearError();

    CHECK(ImagingGetBuffer(im, &buffer) == 1 && buffer.len == 0);
    RESULT(ImagingNewFromBuffer(mode, &buffer, NULL, NULL));
    CHECK(ImagingGetPackedBuffer(im, &buffer) == 1 && buffer.len == 0);
    CHECK(export_imaging_array(im, &array) == 0 && array.length == 0);
    array.release(&array);

    int bounds[4], extrema[2] = {0, 1};
    CHECK(ImagingGetBBox(im, bounds, 0) == 0);
    int found = ImagingGetExtrema(im, extrema);
    CHECK(found == (bands == 1 ? 0 : -1));
    ImagingClearError();
    ImagingHistogram histogram = ImagingGetHistogram(im, NULL, extrema);
    CHECK(histogram && histogram->histogram[256 * bands - 1] == 0);
    ImagingHistogramDelete(histogram);
    CHECK(!ImagingQuantize(im, 9, 0, 0));
    CHECK(!ImagingQuantize(im, 9, 1, 0));
    ImagingClearError();
    if (mode == IMAGING_MODE_L || mode == IMAGING_MODE_P || mode == IMAGING_MODE_RGB || mode == IMAGING_MODE_RGBA) {
        RESULT(ImagingQuantize(im, 9, 2, 0));
    }
    if (im->pixelsize == 4) {
        int count = -1;
        ImagingColorItem *colors = ImagingGetColors(im, 9, &count);
        CHECK(colors && count == 0);
        free(colors);
    }

    if (is_bytes) {
        static const UINT8 table[4 * 256];
        RESULT(ImagingChopScreen(im, out));
        RESULT(ImagingChopAdd(im, out, 1, 0));
        RESULT(ImagingPoint(im, IMAGING_MODE_UNKNOWN, table));
        if (mode != IMAGING_MODE_P) {
            RESULT(ImagingBlend(im, out, 0.5f));
        }
        if (bands == 1) {
            RESULT(ImagingRankFilter(im, 1, 0));
            RESULT(ImagingModeFilter(im, 3));
        }
        RESULT(ImagingGetBand(im, 0));
        CHECK(ImagingFillBand(im, 0, 7) == im);
        Imaging parts[4] = {NULL, NULL, NULL, NULL};
        if (CHECK(ImagingSplit(im, parts) == 0 || take_error() == IMAGING_ERROR_MEMORY)) {
            if (bands == 1 || parts[bands - 1]) {
                RESULT(ImagingMerge(mode, parts));
                CHECK(ImagingPutBand(out, parts[0], 0) == out || take_error() == IMAGING_ERROR_MISMATCH);
            }
            for (int band = 0; band < 4; band++) {
                ImagingDelete(parts[band]);
            }
        }
    }
    CHECK(ImagingBoxBlur(out, im, 1, 1, 1) == out && ImagingGaussianBlur(out, im, 1, 1, 3) == out);
    CHECK(ImagingUnsharpMask(out, im, 1, 100, 1) == out);
    ImagingClearError();

    for (int to = 0; to < MODE_COUNT; to++) {
        for (int dither = 0; dither <= 1; dither++) {
            ImagingDelete(ImagingConvert(NULL, im, MODES[to].id, NULL, dither));
        }
        ImagingDelete(ImagingConvertTransparent(im, MODES[to].id, 1, 2, 3));
    }
    ImagingClearError();
    delete_input(im);
    delete_input(out);
}

/* Decoders stop when their input ends, and encoders at once. */
static void
run_codecs(void) {
    static int (*const DECODERS[])(Imaging, ImagingCodecState, UINT8 *, Py_ssize_t) = {
        ImagingMspDecode, ImagingPackbitsDecode, ImagingPcxDecode, ImagingSunRleDecode, ImagingTgaRleDecode,
    };
    Imaging im = input(IMAGING_MODE_L);
    UINT8 file[] = {0x81, 0, 7, 0, 0, 0xc5, 1, 0x80, 0x80, 1, 2, 3};
    for (int codec = 0; codec < 7; codec++) {
        struct ImagingCodecStateInstance state;
        memset(&state, 0, sizeof(state));
        state.count = 1;
        state.bits = 8;
        state.ysize = ROWS;
        state.shuffle = codec < 5 ? ImagingFindUnpacker(IMAGING_MODE_L, IMAGING_RAWMODE_L, NULL)
                                  : ImagingFindPacker(IMAGING_MODE_L, IMAGING_RAWMODE_L, NULL);
        if (codec < 5) {
            CHECK(DECODERS[codec](im, &state, file, sizeof(file)) <= (int)sizeof(file) && state.errcode <= 0);
        } else if (codec == 5) {
            CHECK(ImagingPcxEncode(im, &state, file, sizeof(file)) == 0 && state.errcode == IMAGING_CODEC_END);
        } else {
            CHECK(ImagingTgaRleEncode(im, &state, file, sizeof(file)) == 0 && state.errcode < 0);
        }
    }
    delete_input(im);
}

static void
colours(void) {
    Imaging im = input(IMAGING_MODE_RGBA), out = input(IMAGING_MODE_RGBA), rgb = input(IMAGING_MODE_RGB);
    INT16 table[24] = {0};
    const float matrix[12] = {1};
    CHECK(ImagingColorLUT3D_linear(out, im, 3, 2, 2, 2, table) == out);
    RESULT(ImagingConvertMatrix(rgb, IMAGING_MODE_L, matrix));
    RESULT(ImagingConvertMatrix(rgb, IMAGING_MODE_RGB, matrix));
    RESULT(ImagingAlphaComposite(im, out));
    delete_input(im);
    delete_input(out);
    delete_input(rgb);
}

/* An image with pixels and an empty box of it; an empty image within a window. */
static void
parts_of_an_image(void) {
    Imaging im = ImagingNew(IMAGING_MODE_RGB, 9, 9);
    RESULT(ImagingCrop(im, 0, 0, 0, INT_MAX));
    RESULT(ImagingCrop(im, 5, -9, 5, INT_MAX - 9));
    Imaging none = input(IMAGING_MODE_RGB);
    Imaging window = ImagingCrop(none, -2, -2, 3, 3);
    if (CHECK(window != NULL)) {
        CHECK(window->image[4][0] == 0);
    }
    double a[8] = {1, 0, 0, 0, 1, 0, 0, 0};
    CHECK(ImagingTransform(im, none, IMAGING_TRANSFORM_AFFINE, 0, 0, 9, 9, a, 0, 1) == 0);
    ImagingDelete(window);
    delete_input(none);
    ImagingDelete(im);

    /* Transposed it would have billions of columns, more than an image may have. */
    im = ImagingNew(IMAGING_MODE_L, 1 << 28, 0);
    Imaging tall = input(IMAGING_MODE_L);
    tall->ysize = 1 << 28;
    CHECK(ImagingTranspose(tall, im) == tall && ImagingRotate90(im, tall) == im);
    tall->ysize = ROWS;
    delete_input(tall);
    ImagingDelete(im);
}

/* Codecs on ROWS rows without pixels: they are complete at once, or do not fit. */
static void
codecs(void) {
    static const struct {
        int (*decode)(Imaging im, ImagingCodecState state, UINT8 *buffer, Py_ssize_t bytes);
        ModeID mode;
        RawModeID raw;
    } DECODERS[] = {
        {ImagingBitDecode, IMAGING_MODE_F, IMAGING_RAWMODE_F},
        {ImagingFliDecode, IMAGING_MODE_P, IMAGING_RAWMODE_P},
        {ImagingHexDecode, IMAGING_MODE_L, IMAGING_RAWMODE_L},
#ifdef IMAGING_HAS_JPEG
        {ImagingJpegDecode, IMAGING_MODE_L, IMAGING_RAWMODE_L},
#endif
        {ImagingPcdDecode, IMAGING_MODE_RGB, IMAGING_RAWMODE_YCC_P},
        {ImagingRawDecode, IMAGING_MODE_L, IMAGING_RAWMODE_L},
        {ImagingTgaRleDecode, IMAGING_MODE_L, IMAGING_RAWMODE_L},
        {ImagingXbmDecode, IMAGING_MODE_1, IMAGING_RAWMODE_1_R},
    };
    static const struct {
        int (*encode)(Imaging im, ImagingCodecState state, UINT8 *buffer, int bytes);
        ModeID mode;
        RawModeID raw;
    } ENCODERS[] = {
        {ImagingEpsEncode, IMAGING_MODE_RGB, IMAGING_RAWMODE_RGB},
#ifdef IMAGING_HAS_JPEG
        {ImagingJpegEncode, IMAGING_MODE_L, IMAGING_RAWMODE_L},
#endif
        {ImagingRawEncode, IMAGING_MODE_L, IMAGING_RAWMODE_L},
        {ImagingTgaRleEncode, IMAGING_MODE_RGB, IMAGING_RAWMODE_BGR},
        {ImagingXbmEncode, IMAGING_MODE_1, IMAGING_RAWMODE_1_R},
    };
    /* A frame of one FLI chunk, which is text for the other decoders. */
    static UINT8 file[] = "\x1c\0\0\0\xfa\xf1\x01\0\0\0\0\0\0\0\0\0\x0c\0\0\0\x0d\0\0\0x00 00";
    static UINT8 line[16], output[64];
    struct ImagingCodecStateInstance state;
    union {
        BITSTATE bit;
        RAWSTATE raw;
#ifdef IMAGING_HAS_JPEG
        JPEGSTATE jpeg;
        JPEGENCODERSTATE jpeg_encoder;
#endif
    } context;
    for (int kind = 13; kind <= 16; kind++) { /* BLACK, BRUN, COPY */
        for (size_t i = 0; i < sizeof(DECODERS) / sizeof(DECODERS[0]); i++) {
            Imaging im = input(DECODERS[i].mode);
            memset(&context, 0, sizeof(context));
            context.bit.bits = DECODERS[i].decode == ImagingBitDecode ? 8 : 0;
            memset(&state, 0, sizeof(state));
            state.count = 1;
            state.ysize = ROWS;
            state.shuffle = ImagingFindUnpacker(DECODERS[i].mode, DECODERS[i].raw, &state.bits);
            state.buffer = line;
            state.context = &context;
            file[20] = (UINT8)kind;
            CHECK(DECODERS[i].decode(im, &state, file, sizeof(file) - 1) == -1);
            delete_input(im);
        }
    }
    for (size_t i = 0; i < sizeof(ENCODERS) / sizeof(ENCODERS[0]); i++) {
        Imaging im = input(ENCODERS[i].mode);
        memset(&context, 0, sizeof(context));
        memset(&state, 0, sizeof(state));
        state.context = &context;
        state.ysize = ROWS;
        state.shuffle = ImagingFindPacker(ENCODERS[i].mode, ENCODERS[i].raw, &state.bits);
        state.buffer = line;
        CHECK(ENCODERS[i].encode(im, &state, output, sizeof(output)) <= 0 && state.errcode != 0);
        delete_input(im);
    }
}

/* Blocks of ROWS rows without pixels are consumed and written, as in the reference, as far as there are bytes. */
static void
textures(void) {
    static char name[] = "BC5S";
    static UINT8 bytes[1000];
    for (int number = 1; number <= 7; number++) {
        Imaging im = input(IMAGING_MODE_RGBA);
        struct ImagingCodecStateInstance state;
        BCNSTATE context = {name};
        memset(&state, 0, sizeof(state));
        state.ysize = ROWS;
        state.state = number;
        state.context = &context;
        int consumed = ImagingBcnDecode(im, &state, bytes, sizeof(bytes));
        CHECK(consumed >= 992 && consumed <= 1000 && state.errcode == 0);
        state.x = state.y = 0;
        int made = ImagingBcnEncode(im, &state, bytes, sizeof(bytes));
        CHECK(made >= 984 && made < 1000 && state.errcode == 0);
        delete_input(im);
    }
}

static void
gif(void) {
    static GIFENCODERSTATE encoder;
    static GIFDECODERSTATE decoder;
    static UINT8 buffer[100], file[] = {3, 0, 1, 4, 0};
    Imaging im = input(IMAGING_MODE_L);
    struct ImagingCodecStateInstance state;
    memset(&state, 0, sizeof(state));
    state.ysize = ROWS;
    encoder.bits = decoder.bits = 8;
    state.context = &encoder;
    CHECK(ImagingGifEncode(im, &state, buffer, sizeof(buffer)) == 5 && state.errcode == IMAGING_CODEC_END);
    memset(&state, 0, sizeof(state));
    state.ysize = ROWS;
    state.context = &decoder;
    CHECK(ImagingGifDecode(im, &state, file, sizeof(file)) == -1 && state.errcode == IMAGING_CODEC_CONFIG);
    delete_input(im);
}

/* Returns the resident memory in MiB. */
static long
memory(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss >> 10;
}

int
main(void) {
    no_table = (char **)mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long before = memory();
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        made(MODES[mode].id);
    }
    one_image(IMAGING_MODE_L, 1, 1);
    one_image(IMAGING_MODE_LA, 1, 2);
    one_image(IMAGING_MODE_RGB, 1, 3);
    one_image(IMAGING_MODE_P, 1, 1);
    one_image(IMAGING_MODE_I_16, 0, 1);
    one_image(IMAGING_MODE_F, 0, 1);
    run_codecs();
    colours();
    parts_of_an_image();
    codecs();
    gif();
    textures();
    CHECK(memory() - before < 256);
    return check_result();
}

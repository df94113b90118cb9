/* Every operation on a thread with a stack of 32 KiB, with every ISA: coroutines, and threads of musl and of embedded
 * systems, have no more. With an argument, prints how many bytes of stack each operation needs. */

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>

#include <libImaging/Bit.h>
#include <libImaging/Gif.h>
#include <libImaging/Bcn.h>
#include <libImaging/ImagingExt.h>
#ifdef IMAGING_HAS_JPEG
#include <libImaging/Jpeg.h>
#endif
#ifdef IMAGING_HAS_JPEG2000
#include <libImaging/Jpeg2K.h>
#endif
#include <libImaging/Raw.h>
#include <libImaging/Sgi.h>
#ifdef IMAGING_HAS_TIFF
#include <libImaging/TiffDecode.h>
#endif

#include "isas.h"
#include "modes.h"

enum { STACK = 32 * 1024, LARGE = 1024 * 1024, PAINT = 0xa5, WIDTH = 300, HEIGHT = 70 };

static char path[] = "/tmp/small-stack-XXXXXX";

static Imaging
image_of(ModeID mode, int xsize, int ysize) {
    Imaging im = ImagingNew(mode, xsize, ysize);
    for (int y = 0; im && y < ysize; y++) {
        for (int x = 0; x < im->linesize; x++) {
            im->image[y][x] = mode == IMAGING_MODE_F ? 0 : (char)(x * 7 + y * 13);
        }
    }
    return im;
}

static Imaging
image(ModeID mode) {
    return image_of(mode, WIDTH, HEIGHT);
}

static void
resample(void) {
    static const int SIZES[][2] = {{WIDTH * 2, HEIGHT * 3}, {40, 30}, {WIDTH, 3}, {17, HEIGHT}, {150, 35}, {100, 1}};
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id);
        float box[4] = {0, 0, WIDTH, HEIGHT};
        for (int filter = IMAGING_TRANSFORM_LANCZOS; filter <= IMAGING_TRANSFORM_MKS2021; filter++) {
            for (size_t size = 0; size < sizeof(SIZES) / sizeof(SIZES[0]); size++) {
                ImagingDelete(ImagingResample(im, SIZES[size][0], SIZES[size][1], filter, box));
            }
        }
        ImagingDelete(im);
    }
}

static void
reduce(void) {
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id);
        int box[4] = {0, 0, WIDTH, HEIGHT};
        for (int x = 1; x <= 9; x++) {
            for (int y = 1; y <= 9; y++) {
                ImagingDelete(ImagingReduce(im, x, y, box));
            }
        }
        ImagingDelete(im);
    }
}

static void
transform(void) {
    static const double MAPS[][8] = {
        {0.7, 0, 3, 0, 1.3, -2, 0.001, 0.002},
        {0.8, 0.6, -12, -0.6, 0.8, 20, 0.001, 0},
        {900, 3, -60000, 1, 700, -40000, 0, 0},
        {1e300, 1, 0, 1, -1e300, 0, 1, 1},
    };
    static const int METHODS[] = {IMAGING_TRANSFORM_AFFINE, IMAGING_TRANSFORM_PERSPECTIVE, IMAGING_TRANSFORM_QUAD};
    static const int FILTERS[] = {IMAGING_TRANSFORM_NEAREST, IMAGING_TRANSFORM_BILINEAR, IMAGING_TRANSFORM_BICUBIC};
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id), out = ImagingNew(MODES[mode].id, 200, 90);
        for (size_t map = 0; map < sizeof(MAPS) / sizeof(MAPS[0]); map++) {
            for (int method = 0; method < 3; method++) {
                for (int filter = 0; filter < 3; filter++) {
                    double a[8];
                    memcpy(a, MAPS[map], sizeof(a));
                    ImagingTransform(out, im, METHODS[method], 0, 0, 200, 90, a, FILTERS[filter], 1);
                }
            }
        }
        ImagingDelete(im);
        ImagingDelete(out);
    }
}

static void
transpose(void) {
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id), same = image(MODES[mode].id);
        Imaging transposed = ImagingNew(MODES[mode].id, HEIGHT, WIDTH);
        ImagingFlipLeftRight(same, im);
        ImagingFlipLeftRight(same, same);
        ImagingFlipTopBottom(same, im);
        ImagingRotate180(same, im);
        ImagingRotate90(transposed, im);
        ImagingRotate270(transposed, im);
        ImagingTranspose(transposed, im);
        ImagingTransverse(transposed, im);
        ImagingCopy2(same, im);
        ImagingDelete(ImagingCopy(im));
        ImagingDelete(ImagingCrop(im, -5, 3, 400, 20));
        ImagingDelete(im);
        ImagingDelete(same);
        ImagingDelete(transposed);
    }
}

static void
filter(void) {
    float kernels[3][25], whole[25];
    for (int n = 0; n < 25; n++) {
        kernels[0][n] = 1 / 16.f;
        kernels[1][n] = (float)(n - 9) / 13.f;
        kernels[2][n] = 1e30f;
        whole[n] = 1;
    }
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id);
        for (int side = 3; side <= 5; side += 2) {
            for (int kernel = 0; kernel < 3; kernel++) {
                ImagingDelete(ImagingFilter(im, side, side, kernels[kernel], 3));
            }
            ImagingDelete(ImagingFilter(im, side, side, whole, 0));
        }
        ImagingDelete(ImagingExpand(im, 3));
        ImagingDelete(im);
    }
}

static void
blur(void) {
    static const float RADII[] = {0, 0.5f, 3, 60, 500};
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id), out = image(MODES[mode].id);
        for (int x = 0; x < 5; x++) {
            for (int y = 0; y < 5; y++) {
                ImagingBoxBlur(out, im, RADII[x], RADII[y], 1);
                ImagingBoxBlur(out, im, RADII[x], RADII[y], 9);
                ImagingBoxBlur(out, out, RADII[x], RADII[y], 40);
                ImagingGaussianBlur(out, im, RADII[x], RADII[y], 3);
            }
            ImagingUnsharpMask(out, im, RADII[x], 150, 3);
            ImagingUnsharpMask(out, im, RADII[x], 100000, 3);
        }
        ImagingDelete(im);
        ImagingDelete(out);
    }
}

static void
convert(void) {
    float matrix[12] = {0.3f, 0.5f, 0.2f, 1, 2, -1, 0, 3, 0.1f, 0.2f, 0.3f, 9};
    INT16 *table = (INT16 *)calloc(4 * 3 * 3 * 3, sizeof(INT16));
    ImagingPalette web = ImagingPaletteNewBrowser();
    for (int from = 0; from < MODE_COUNT; from++) {
        Imaging im = image(MODES[from].id);
        for (int to = 0; to < MODE_COUNT; to++) {
            for (int dither = 0; dither <= 3; dither += 3) {
                ImagingDelete(ImagingConvert(NULL, im, MODES[to].id, NULL, dither));
                ImagingDelete(ImagingConvert(NULL, im, MODES[to].id, web, dither));
            }
            ImagingDelete(ImagingConvertTransparent(im, MODES[to].id, 1, 2, 3));
            ImagingDelete(ImagingConvertMatrix(im, MODES[to].id, matrix));
            Imaging out = ImagingNew(MODES[to].id, WIDTH, HEIGHT);
            for (int channels = 3; table && channels <= 4; channels++) {
                ImagingColorLUT3D_linear(out, im, channels, 3, 3, 3, table);
            }
            ImagingDelete(out);
        }
        ImagingDelete(im);
    }
    ImagingPaletteDelete(web);
    free(table);
}

static void
bands(void) {
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id), other = image(MODES[mode].id), parts[4] = {NULL, NULL, NULL, NULL};
        Imaging grey = image(IMAGING_MODE_L);
        for (int band = 0; band < MODES[mode].bands; band++) {
            ImagingDelete(ImagingGetBand(im, band));
            ImagingPutBand(im, grey, band);
            ImagingFillBand(im, band, 7);
        }
        if (ImagingSplit(im, parts) > 0) {
            ImagingDelete(ImagingMerge(MODES[mode].id, parts));
        }
        for (int band = 0; band < 4; band++) {
            ImagingDelete(parts[band]);
        }
        ImagingDelete(ImagingAlphaComposite(im, other));
        ImagingFill(im, "\1\2\3\4\5\6\7\10");
        ImagingDelete(im);
        ImagingDelete(other);
        ImagingDelete(grey);
    }
}

static void
two_images(void) {
    static Imaging (*const CHOPS[])(Imaging, Imaging) = {
        ImagingChopLighter,   ImagingChopDarker,         ImagingChopDifference, ImagingChopMultiply, ImagingChopScreen,
        ImagingChopAddModulo, ImagingChopSubtractModulo, ImagingChopSoftLight,  ImagingChopHardLight, ImagingOverlay,
        ImagingChopAnd,       ImagingChopOr,             ImagingChopXor,
    };
    static const float SCALES[] = {1, 2, 0.37f, 1e-3f};
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id), other = image(MODES[mode].id);
        for (size_t chop = 0; chop < sizeof(CHOPS) / sizeof(CHOPS[0]); chop++) {
            ImagingDelete(CHOPS[chop](im, other));
        }
        for (int scale = 0; scale < 4; scale++) {
            ImagingDelete(ImagingChopAdd(im, other, SCALES[scale], 3));
            ImagingDelete(ImagingChopSubtract(im, other, SCALES[scale], 3000));
            ImagingDelete(ImagingBlend(im, other, SCALES[scale] / 3));
        }
        for (int mask = 0; mask < MODE_COUNT; mask++) {
            Imaging through = image(MODES[mask].id);
            ImagingPaste(im, other, through, 3, -2, 3 + WIDTH, HEIGHT - 2);
            ImagingFill2(im, "\1\2\3\4", through, 3, -2, 3 + WIDTH, HEIGHT - 2);
            ImagingDelete(through);
        }
        int star[] = {9, 9, WIDTH, 30, -50, 60, 70, -9, 40, HEIGHT + 9};
        ImagingOutline outline = ImagingOutlineNew();
        ImagingOutlineCurve(outline, 90, 0, 90, 90, 0, 90);
        for (int op = 0; op < 2; op++) {
            ImagingDrawPolygon(im, 5, star, "\1\2\3\4", 1, 1, op, NULL);
            ImagingDrawPolygon(im, 5, star, "\1\2\3\4", 0, 7, op, NULL);
            ImagingDrawLine(im, -9, 5, WIDTH, HEIGHT + 30, "\1\2\3\4", op);
            ImagingDrawRectangle(im, -9, 5, WIDTH - 5, HEIGHT - 9, "\1\2\3\4", op, 5, op);
            ImagingDrawOutline(im, outline, "\1\2\3\4", 1, op);
            ImagingDrawEllipse(im, -9, 5, WIDTH, HEIGHT + 30, "\1\2\3\4", 1, 0, op);
            ImagingDrawPieslice(im, -9, 5, WIDTH, HEIGHT + 30, 30, 200, "\1\2\3\4", 0, 9, op);
        }
        ImagingOutlineDelete(outline);
        Imaging part = ImagingView(im, 1, 1, 50, 50);
        ImagingPaste(im, part, NULL, 2, 2, 51, 51);
        ImagingPaste(im, other, NULL, 0, 0, WIDTH, HEIGHT);
        ImagingFill2(im, "\1\2\3\4", NULL, 5, 5, 50, 50);
        ImagingDelete(part);
        ImagingDelete(im);
        ImagingDelete(other);
    }
}

static void
single_pixels(void) {
    UINT8 *table = (UINT8 *)calloc(65536, 1);
    for (int from = 0; from < MODE_COUNT; from++) {
        Imaging im = image(MODES[from].id);
        for (int to = 0; table && to < MODE_COUNT; to++) {
            ImagingDelete(ImagingPoint(im, MODES[to].id, table));
        }
        ImagingDelete(ImagingPointTransform(im, 0.3, 4));
        ImagingDelete(ImagingNegative(im));
        ImagingDelete(ImagingOffset(im, 17, -300));
        ImagingDelete(ImagingEffectSpread(im, 7));
        ImagingDelete(ImagingFillLinearGradient(MODES[from].id));
        ImagingDelete(ImagingFillRadialGradient(MODES[from].id));
        ImagingDelete(im);
    }
    double extent[4] = {-3, -2.5, 2, 2.5};
    ImagingDelete(ImagingEffectMandelbrot(WIDTH, HEIGHT, extent, 20));
    ImagingDelete(ImagingEffectNoise(WIDTH, HEIGHT, 30));
    free(table);
}

static void
rank(void) {
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id);
        for (int size = 1; size <= 13; size += 2) {
            ImagingDelete(ImagingRankFilter(im, size, size * size / 2));
            ImagingDelete(ImagingRankFilter(im, size, size * size - 1));
            ImagingDelete(ImagingModeFilter(im, size));
        }
        ImagingDelete(ImagingModeFilter(im, 40));
        ImagingDelete(im);
    }
}

static void
quantization(void) {
    static const int MODES_WITH_FORMS[4] = {IMAGING_MODE_L, IMAGING_MODE_P, IMAGING_MODE_RGB, IMAGING_MODE_RGBA};
    for (int n = 0; n < 4; n++) {
        Imaging im = image(MODES_WITH_FORMS[n]);
        for (int method = 0; method < 3; method++) {
            ImagingDelete(ImagingQuantize(im, 256, method, 0));
            ImagingDelete(ImagingQuantize(im, 20, method, 9));
        }
        ImagingDelete(im);
    }
}

static void
statistics(void) {
    UINT8 columns[WIDTH], rows[HEIGHT];
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id), mask = image(IMAGING_MODE_L);
        int box[4], colours = 0;
        float extrema[2] = {0, 9};
        ImagingGetBBox(im, box, 1);
        ImagingGetProjection(im, columns, rows);
        ImagingHistogramDelete(ImagingGetHistogram(im, NULL, extrema));
        ImagingHistogramDelete(ImagingGetHistogram(im, mask, NULL));
        ImagingGetExtrema(im, extrema);
        free(ImagingGetColors(im, 100000, &colours));
        ImagingDelete(im);
        ImagingDelete(mask);
    }
}

static void
raw(void) {
    static UINT8 line[WIDTH * 8];
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id);
        for (int raw = 1; getRawModeData((RawModeID)raw) != getRawModeData(IMAGING_RAWMODE_UNKNOWN); raw++) {
            struct ImagingCodecStateInstance state;
            RAWSTATE context = {0, 0};
            memset(&state, 0, sizeof(state));
            state.xsize = WIDTH;
            state.ysize = 1;
            state.context = &context;
            if ((state.shuffle = ImagingFindUnpacker(MODES[mode].id, (RawModeID)raw, &state.bits))) {
                ImagingRawDecode(im, &state, line, sizeof(line));
            }
            memset(&state, 0, sizeof(state));
            state.xsize = WIDTH;
            state.ysize = 1;
            if ((state.shuffle = ImagingFindPacker(MODES[mode].id, (RawModeID)raw, &state.bits))) {
                state.bytes = (state.bits * WIDTH + 7) / 8;
                ImagingRawEncode(im, &state, line, sizeof(line));
            }
        }
        ImagingDelete(im);
    }
}

/* Every codec, with a file that is long enough for an image of WIDTH pixels, whatever its bytes decode to. */
static void
codecs(void) {
    static const struct {
        int (*decode)(Imaging im, ImagingCodecState state, UINT8 *buffer, Py_ssize_t bytes);
        ModeID mode;
        RawModeID raw;
        const char *file;
    } DECODERS[] = {
        {ImagingBitDecode, IMAGING_MODE_F, IMAGING_RAWMODE_F, "5a"},
        {ImagingFliDecode, IMAGING_MODE_P, IMAGING_RAWMODE_P, "\x1a\0\0\0\xfa\xf1\x01\0\0\0\0\0\0\0\0\0\x0a\0\0\0\x0d\0\0\0\0\0"},
        {ImagingHexDecode, IMAGING_MODE_L, IMAGING_RAWMODE_L, "5a"},
        {ImagingPcdDecode, IMAGING_MODE_RGB, IMAGING_RAWMODE_YCC_P, "5a"},
        {ImagingTgaRleDecode, IMAGING_MODE_L, IMAGING_RAWMODE_L, "5a"},
        {ImagingXbmDecode, IMAGING_MODE_1, IMAGING_RAWMODE_1_R, "x5a,0"},
    };
    static const struct {
        int (*encode)(Imaging im, ImagingCodecState state, UINT8 *buffer, int bytes);
        ModeID mode;
        RawModeID raw;
    } ENCODERS[] = {
        {ImagingEpsEncode, IMAGING_MODE_RGB, IMAGING_RAWMODE_RGB},
        {ImagingTgaRleEncode, IMAGING_MODE_RGB, IMAGING_RAWMODE_BGR},
        {ImagingXbmEncode, IMAGING_MODE_1, IMAGING_RAWMODE_1_R},
    };
    static UINT8 line[WIDTH * 4], file[WIDTH * 10];
    struct ImagingCodecStateInstance state;
    BITSTATE context;
    memset(&context, 0, sizeof(context));
    context.bits = 7;
    for (size_t i = 0; i < sizeof(DECODERS) / sizeof(DECODERS[0]); i++) {
        Imaging im = image(DECODERS[i].mode);
        const size_t length = DECODERS[i].decode == ImagingFliDecode ? 26 : strlen(DECODERS[i].file);
        for (size_t byte = 0; byte < sizeof(file); byte++) {
            file[byte] = (UINT8)DECODERS[i].file[byte % length];
        }
        memset(&state, 0, sizeof(state));
        state.count = 1;
        state.xsize = WIDTH;
        state.ysize = 1;
        state.shuffle = ImagingFindUnpacker(DECODERS[i].mode, DECODERS[i].raw, &state.bits);
        state.bytes = (state.bits * WIDTH + 7) / 8;
        state.buffer = line;
        state.context = &context;
        DECODERS[i].decode(im, &state, file, sizeof(file));
        ImagingDelete(im);
    }
    for (size_t i = 0; i < sizeof(ENCODERS) / sizeof(ENCODERS[0]); i++) {
        Imaging im = image(ENCODERS[i].mode);
        memset(&state, 0, sizeof(state));
        state.xsize = WIDTH;
        state.ysize = 1;
        state.shuffle = ImagingFindPacker(ENCODERS[i].mode, ENCODERS[i].raw, &state.bits);
        state.bytes = (state.bits * WIDTH + 7) / 8;
        state.buffer = line;
        ENCODERS[i].encode(im, &state, file, sizeof(file));
        ImagingDelete(im);
    }
}

/* Codecs of run lengths, on packets of any kind. */
static void
run_codecs(void) {
    static int (*const DECODERS[])(Imaging, ImagingCodecState, uint8_t *, Py_ssize_t) = {
        ImagingMspDecode, ImagingPackbitsDecode, ImagingPcxDecode, ImagingSgiRleDecode, ImagingSunRleDecode, ImagingTgaRleDecode,
    };
    static int (*const ENCODERS[])(Imaging, ImagingCodecState, uint8_t *, int) = {ImagingPcxEncode, ImagingTgaRleEncode};
    static UINT8 line[WIDTH * 3], file[WIDTH * HEIGHT];
    Imaging im = image(IMAGING_MODE_RGB);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        file[i] = (UINT8)(i % 512 < 10 ? 0 : i * 7);
    }
    for (int codec = 0; codec < 8; codec++) {
        struct ImagingCodecStateInstance state;
        SGISTATE context;
        ImagingCodecIO io;
        int number = open(path, O_RDWR);
        CHECK(write(number, file, sizeof(file)) == (ssize_t)sizeof(file));
        memset(&state, 0, sizeof(state));
        memset(&context, 0, sizeof(context));
        context.bpc = 1;
        state.count = 3;
        state.xsize = WIDTH;
        state.ysize = HEIGHT;
        state.bytes = sizeof(line);
        state.buffer = line;
        state.context = &context;
        ImagingCodecIOFromDescriptor(&io, number);
        ImagingSetCodecIO(&state, &io);
        if (codec < 6) {
            state.shuffle = ImagingFindUnpacker(IMAGING_MODE_RGB, IMAGING_RAWMODE_RGB, &state.bits);
            DECODERS[codec](im, &state, file, sizeof(file));
        } else {
            state.shuffle = ImagingFindPacker(IMAGING_MODE_RGB, IMAGING_RAWMODE_RGB, &state.bits);
            ENCODERS[codec - 6](im, &state, file, sizeof(file));
        }
        close(number);
    }
    ImagingDelete(im);
}

#ifdef IMAGING_HAS_JPEG2000
/* Without loss and with it, one tile and several. */
static void
jpeg2000(void) {
    for (int lossy = 0; lossy < 2; lossy++) {
        Imaging im = image(lossy ? IMAGING_MODE_RGBA : IMAGING_MODE_RGB);
        JPEG2KENCODESTATE encoder;
        JPEG2KDECODESTATE decoder;
        struct ImagingCodecStateInstance state;
        ImagingCodecIO io;
        int number = open(path, O_RDWR | O_TRUNC);
        ImagingCodecIOFromDescriptor(&io, number);
        memset(&encoder, 0, sizeof(encoder));
        encoder.format = OPJ_CODEC_JP2;
        encoder.irreversible = lossy;
        encoder.tile_size_x = encoder.tile_size_y = 64 * lossy;
        memset(&state, 0, sizeof(state));
        state.context = &encoder;
        ImagingSetCodecIO(&state, &io);
        CHECK(ImagingJpeg2KEncode(im, &state, NULL, 0) == -1 && state.errcode == IMAGING_CODEC_END);
        ImagingJpeg2KEncodeCleanup(&state);
        memset(&decoder, 0, sizeof(decoder));
        decoder.format = OPJ_CODEC_JP2;
        decoder.length = -1;
        state.state = state.errcode = 0;
        state.context = &decoder;
        CHECK(lseek(number, 0, SEEK_SET) == 0);
        CHECK(ImagingJpeg2KDecode(im, &state, NULL, 0) == -1 && state.errcode == IMAGING_CODEC_END);
        ImagingJpeg2KDecodeCleanup(&state);
        close(number);
        ImagingDelete(im);
    }
}
#endif

/* In buffers that the decoder has its small dictionary for, and its large one. */
static void
gif(void) {
    static const int BYTES[] = {300, 16000};
    static GIFENCODERSTATE encoder;
    static GIFDECODERSTATE decoder;
    static UINT8 line[WIDTH], buffer[16000];
    Imaging im = image(IMAGING_MODE_P), out = image(IMAGING_MODE_P);
    for (int n = 0; n < 2; n++) {
        struct ImagingCodecStateInstance state, output;
        memset(&encoder, 0, sizeof(encoder));
        memset(&decoder, 0, sizeof(decoder));
        memset(&state, 0, sizeof(state));
        encoder.bits = decoder.bits = 8;
        state.xsize = WIDTH;
        state.ysize = HEIGHT;
        state.bytes = WIDTH;
        output = state;
        state.buffer = line;
        state.context = &encoder;
        state.shuffle = ImagingFindPacker(IMAGING_MODE_P, IMAGING_RAWMODE_P, NULL);
        output.context = &decoder;
        while (!state.errcode) {
            int made = ImagingGifEncode(im, &state, buffer, BYTES[n]);
            ImagingGifDecode(out, &output, buffer, made);
        }
    }
    ImagingDelete(im);
    ImagingDelete(out);
}

#ifdef IMAGING_HAS_JPEG
static void
jpeg(void) {
    static JPEGENCODERSTATE encoder;
    static JPEGSTATE decoder;
    static UINT8 line[4 * WIDTH], file[4 * WIDTH * HEIGHT];
    static const RawModeID RAW[] = {IMAGING_RAWMODE_L, IMAGING_RAWMODE_RGBX, IMAGING_RAWMODE_CMYK};
    static const ModeID MODE[] = {IMAGING_MODE_L, IMAGING_MODE_RGB, IMAGING_MODE_CMYK};
    for (int n = 0; n < 9; n++) {
        Imaging im = image(MODE[n % 3]);
        struct ImagingCodecStateInstance state;
        memset(&encoder, 0, sizeof(encoder));
        memset(&decoder, 0, sizeof(decoder));
        memset(&state, 0, sizeof(state));
        encoder.quality = 90;
        encoder.progressive = n >= 3;
        encoder.optimize = encoder.smooth = n >= 6;
        encoder.subsampling = -1;
        encoder.rawmode = decoder.rawmode = RAW[n % 3];
        decoder.scale = n % 4;
        decoder.draft = n % 2;
        state.xsize = WIDTH;
        state.ysize = HEIGHT;
        state.buffer = line;
        state.context = &encoder;
        state.shuffle = ImagingFindPacker(im->mode, RAW[n % 3], &state.bits);
        state.bytes = WIDTH * state.bits / 8;
        int made = ImagingJpegEncode(im, &state, file, sizeof(file));
        CHECK(made > 0 && state.errcode == IMAGING_CODEC_END);
        state.context = &decoder;
        state.shuffle = ImagingFindUnpacker(im->mode, RAW[n % 3], &state.bits);
        state.state = state.errcode = state.y = 0;
        ImagingJpegDecode(im, &state, file, made);
        ImagingJpegDecodeCleanup(&state);
        ImagingDelete(im);
    }
}
#endif

static void
textures(void) {
    static UINT8 bytes[WIDTH * 16];
    char name[] = "BC6HS";
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id);
        for (int number = 1; number <= 7; number++) {
            struct ImagingCodecStateInstance state;
            BCNSTATE context = {name};
            memset(&state, 0, sizeof(state));
            state.xsize = WIDTH;
            state.ysize = 8;
            state.state = number;
            state.context = &context;
            ImagingBcnDecode(im, &state, bytes, sizeof(bytes));
            state.x = state.y = state.errcode = 0;
            ImagingBcnEncode(im, &state, bytes, sizeof(bytes));
        }
        ImagingDelete(im);
    }
}

static void
files(void) {
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id);
        RawModeID raw = findRawModeID(MODES[mode].name);
        ImagingSavePPM(im, path);
        ImagingDelete(ImagingOpenPPM(path));
        if (ImagingSaveRaw(im, path, raw, 0, 1) == 0) {
            ImagingDelete(ImagingMapFile(path, MODES[mode].id, WIDTH, HEIGHT, 0, 0, 1, IMAGING_MAP_READ_ONLY));
        }
        ImagingDelete(im);
    }
}

static void
storage(void) {
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Imaging im = image(MODES[mode].id);
        ImagingBuffer buffer;
        ImagingDelete(ImagingNewBlock(MODES[mode].id, WIDTH, HEIGHT));
        ImagingDelete(ImagingView(im, 1, 1, 5, 5));
        ImagingGetBuffer(im, &buffer);
        if (ImagingGetPackedBuffer(im, &buffer) == 0) {
            ImagingDelete(ImagingNewFromBuffer(MODES[mode].id, &buffer, NULL, NULL));
        }
        _ImagingAccessDelete(im, ImagingAccessNew(im));
        ImagingDelete(im);
    }
    ImagingMemoryConfigureFromEnv();
    ImagingMemorySetBlocksMax(&ImagingDefaultArena, 3);
    ImagingMemorySetBlocksMax(&ImagingDefaultArena, 0);
}

static void
palettes(void) {
    ImagingPalette web = ImagingPaletteNewBrowser(), copy = ImagingPaletteDuplicate(web);
    ImagingPaletteCachePrepare(copy);
    ImagingPaletteCacheUpdate(copy, 200, 100, 50);
    ImagingPaletteDelete(copy);
    ImagingPaletteDelete(web);
}

static void
errors(void) {
    float box[4] = {0, 0, 1e9f, 1};
    Imaging im = image(IMAGING_MODE_L);
    ImagingResample(im, 5, 5, IMAGING_TRANSFORM_LANCZOS, box);
    ImagingNew(IMAGING_MODE_L, -1, 5);
    ImagingOpenPPM("/nowhere/at/all");
    ImagingCopy(NULL);
    ImagingSetNumThreads(0);
    ImagingDelete(im);
}

#ifdef IMAGING_HAS_TIFF
/* libtiff, which is loaded here, and on several threads. */
static void
tiff(void) {
    static UINT8 line[WIDTH], file[WIDTH * HEIGHT * 2];
    static char name[] = "a file";
    Imaging im = image(IMAGING_MODE_L);
    TIFFSTATE context;
    struct ImagingCodecStateInstance state;
    memset(&context, 0, sizeof(context));
    memset(&state, 0, sizeof(state));
    state.xsize = WIDTH;
    state.ysize = HEIGHT;
    state.bytes = WIDTH;
    state.buffer = line;
    state.context = &context;
    state.shuffle = ImagingFindPacker(IMAGING_MODE_L, IMAGING_RAWMODE_L, &state.bits);
    CHECK(ImagingLibTiffEncodeInit(&state, name, 0));
    CHECK(ImagingLibTiffSetField(&state, TIFFTAG_IMAGEWIDTH, WIDTH));
    CHECK(ImagingLibTiffSetField(&state, TIFFTAG_IMAGELENGTH, HEIGHT));
    CHECK(ImagingLibTiffSetField(&state, TIFFTAG_BITSPERSAMPLE, 8));
    CHECK(ImagingLibTiffSetField(&state, TIFFTAG_SAMPLESPERPIXEL, 1));
    CHECK(ImagingLibTiffSetField(&state, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK));
    CHECK(ImagingLibTiffSetField(&state, TIFFTAG_COMPRESSION, COMPRESSION_LZW));
    CHECK(ImagingLibTiffSetField(&state, TIFFTAG_ROWSPERSTRIP, 1));
    int size = ImagingLibTiffEncode(im, &state, file, sizeof(file));
    CHECK(size > 0 && state.errcode == IMAGING_CODEC_END);
    ImagingLibTiffEncodeCleanup(&state);

    memset(&context, 0, sizeof(context));
    state.errcode = state.y = 0;
    state.buffer = NULL;
    state.shuffle = ImagingFindUnpacker(IMAGING_MODE_L, IMAGING_RAWMODE_L, &state.bits);
    CHECK(ImagingLibTiffInit(&state, 0, 0));
    CHECK(ImagingLibTiffDecode(im, &state, file, size) == -1 && state.errcode == 0);
    free(state.buffer);
    ImagingDelete(im);
}
#endif

static const struct {
    const char *name;
    void (*run)(void);
} OPERATIONS[] = {
    {"errors", errors}, {"storage", storage}, {"palettes", palettes}, {"resample", resample},
    {"reduce", reduce}, {"transform", transform}, {"transpose", transpose}, {"filter", filter},
    {"blur", blur}, {"convert", convert}, {"bands", bands}, {"raw", raw}, {"codecs", codecs},
    {"runs", run_codecs}, {"gif", gif},
#ifdef IMAGING_HAS_JPEG
    {"jpeg", jpeg},
#endif
    {"textures", textures}, {"files", files},
    {"two", two_images}, {"single", single_pixels}, {"rank", rank}, {"statistics", statistics},
    {"quantization", quantization},
#ifdef IMAGING_HAS_JPEG2000
    {"jpeg2000", jpeg2000},
#endif
#ifdef IMAGING_HAS_TIFF
    {"tiff", tiff},
#endif
};

enum { OPERATION_COUNT = sizeof(OPERATIONS) / sizeof(OPERATIONS[0]) };

static void *
run(void *operation) {
    OPERATIONS[*(int *)operation].run();
    return NULL;
}

/* Runs an operation on a new thread. Returns the stack it used in bytes, including that of the C library. */
static long
needed(int operation, size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), lowest = 0;
    unsigned char *pages =
        (unsigned char *)mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t attributes;
    pthread_t thread;
    if (!CHECK(pages != MAP_FAILED && mprotect(pages, page, PROT_NONE) == 0)) {
        return -1;
    }
    unsigned char *stack = pages + page;
    memset(stack, PAINT, size);
    CHECK(pthread_attr_init(&attributes) == 0 && pthread_attr_setstack(&attributes, stack, size) == 0);
    if (CHECK(pthread_create(&thread, &attributes, run, &operation) == 0)) {
        pthread_join(thread, NULL);
    }
    pthread_attr_destroy(&attributes);
    while (lowest < size && stack[lowest] == PAINT) {
        lowest++;
    }
    munmap(pages, size + page);
    return (long)(size - lowest);
}

/* Runs an operation in a child process: a process chooses its ISA once, and a stack overflow ends only the child. */
static void
check(int operation, const char *isa, const char *threads, int measures) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        setenv("IMAGING_SIMD", isa, 1);
        setenv("IMAGING_NUM_THREADS", threads, 1);
        long bytes = needed(operation, measures ? LARGE : STACK);
        if (measures) {
            printf("%-10s %-8s %6ld\n", OPERATIONS[operation].name, isa, bytes);
            fflush(stdout);
        }
        _exit(check_result());
    }
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    if (!CHECK(status == 0)) {
        const char *name = OPERATIONS[operation].name;
        fprintf(stderr, "%s, IMAGING_SIMD=%s, %s threads: status %#x\n", name, isa, threads, status);
    }
}

int
main(int argc, char **argv) {
    (void)argv;
    int file = mkstemp(path);
    CHECK(file >= 0);
    close(file);
    Isas isas = list_isas(1);
    for (int operation = 0; operation < OPERATION_COUNT; operation++) {
        for (int i = 0; i < isas.count; i++) {
            check(operation, isas.names[i], "1", argc > 1);
        }
        if (argc == 1) {
            check(operation, isas.names[isas.count - 1], "3", 0);
        }
    }
    unlink(path);
    return check_result();
}

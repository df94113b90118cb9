/* The table of scenes.h. Inputs are made once by `set_up`; nobody but the scene that is running writes to outputs. */

#include "scenes.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

#include "modes.h"

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof((array)[0])))

enum { MODE_IDS = IMAGING_MODE_I_16N + 1, LONG = 500 };

/* By mode: an input, an output of the same size, and all 256 colours in a palette image of a single pixel. */
static Imaging inputs[MODE_IDS], outputs[MODE_IDS], colours;
static int side;

static char ppm_path[] = "/tmp/imaging-scenes-XXXXXX";
static char raw_path[] = "/tmp/imaging-scenes-XXXXXX";
static char saved_path[] = "/tmp/imaging-scenes-XXXXXX";
static char link_path[sizeof(saved_path) + 5], long_path[sizeof(ppm_path) + LONG];

/* - - - - - Checksums - - - - - */

/* FNV-1a; never 0. */
static unsigned
add_bytes(unsigned sum, const void *bytes, size_t length) {
    const unsigned char *byte = (const unsigned char *)bytes;
    for (size_t i = 0; i < length; i++) {
        sum = (sum ^ byte[i]) * 16777619u;
    }
    return sum ? sum : 1;
}

static unsigned
sum_of_bytes(const void *bytes, size_t length) {
    return add_bytes(2166136261u, bytes, length);
}

static unsigned
sum_of_palette(ImagingPalette palette) {
    return palette ? add_bytes(sum_of_bytes(palette->palette, sizeof(palette->palette)), &palette->mode, 4) : 0;
}

/* 0 for NULL. */
static unsigned
sum_of(Imaging im) {
    if (!im) {
        return 0;
    }
    int header[3] = {(int)im->mode, im->xsize, im->ysize};
    unsigned sum = sum_of_bytes(header, sizeof(header));
    for (int y = 0; y < im->ysize; y++) {
        sum = add_bytes(sum, im->image[y], (size_t)im->linesize);
    }
    return im->palette ? add_bytes(sum, im->palette->palette, sizeof(im->palette->palette)) : sum;
}

static unsigned
sum_and_delete(Imaging im) {
    unsigned sum = sum_of(im);
    ImagingDelete(im);
    return sum;
}

/* For results that are 0 where the function failed. */
static unsigned
sum_if(int done, Imaging im) {
    return done ? sum_of(im) : 0;
}

/* For functions that only return an int, and may return 0. */
static unsigned
sum_of_int(int value) {
    return sum_of_bytes(&value, sizeof(value));
}

/* - - - - - Storage - - - - - */

static unsigned
run_new(int mode) {
    return sum_and_delete(ImagingNew((ModeID)mode, side, side));
}

static unsigned
run_new_dirty(int mode) {
    Imaging im = ImagingNewDirty((ModeID)mode, side, side);
    ImagingDelete(im);
    return im != NULL;
}

static unsigned
run_new_block(int mode) {
    return sum_and_delete(ImagingNewBlock((ModeID)mode, side, side));
}

static unsigned
run_new2_dirty(int given) {
    Imaging im = ImagingNew2Dirty(IMAGING_MODE_F, given ? outputs[IMAGING_MODE_F] : NULL, inputs[IMAGING_MODE_F]);
    if (!given) {
        ImagingDelete(im);
    }
    return im != NULL;
}

static unsigned
run_new_prologue(int mode) {
    Imaging im = ImagingNewPrologue((ModeID)mode, side, side);
    ImagingDelete(im);
    return im != NULL;
}

static unsigned
run_new_prologue_subtype(int mode) {
    Imaging im = ImagingNewPrologueSubtype((ModeID)mode, side, side, (int)sizeof(*im) + 40);
    ImagingDelete(im);
    return im != NULL;
}

static unsigned
run_delete(int unused) {
    (void)unused;
    ImagingDelete(NULL);
    return 1;
}

static unsigned
run_copy_palette(int unused) {
    (void)unused;
    ImagingCopyPalette(outputs[IMAGING_MODE_P], colours);
    return ImagingGetLastError(NULL) == IMAGING_ERROR_NONE ? sum_of_palette(outputs[IMAGING_MODE_P]->palette) : 0;
}

static unsigned
run_set_blocks_max(int unused) {
    (void)unused;
    int set = ImagingMemorySetBlocksMax(&ImagingDefaultArena, 4);
    ImagingMemorySetBlocksMax(&ImagingDefaultArena, 0);
    return (unsigned)set;
}

/* Blocks that are deleted stay with the arena, until it is cleared. */
static unsigned
run_clear_cache(int unused) {
    (void)unused;
    if (!ImagingMemorySetBlocksMax(&ImagingDefaultArena, 4)) {
        ImagingError_MemoryError();
        return 0;
    }
    Imaging im = ImagingNew(IMAGING_MODE_L, side, side);
    unsigned sum = sum_and_delete(im);
    ImagingMemoryClearCache(&ImagingDefaultArena, 0);
    int cleared = ImagingDefaultArena.blocks_cached == 0;
    ImagingMemorySetBlocksMax(&ImagingDefaultArena, 0);
    return cleared ? sum : 0;
}

static unsigned
run_set_block_allocator(int unused) {
    (void)unused;
    ImagingMemorySetBlockAllocator(&ImagingDefaultArena, 1);
    unsigned sum = sum_and_delete(ImagingNew(IMAGING_MODE_RGB, side, side));
    ImagingMemorySetBlockAllocator(&ImagingDefaultArena, 0);
    return sum;
}

/* - - - - - Single pixels - - - - - */

static unsigned
run_access(int unused) {
    (void)unused;
    unsigned sum = 1;
    for (int i = 0; i < MODE_COUNT; i++) {
        Imaging input = inputs[MODES[i].id], output = outputs[MODES[i].id];
        unsigned char pixel[4] = {0};
        ImagingAccess access = ImagingAccessNew(input);
        if (!access) {
            return 0;
        }
        access->get_pixel(input, side / 2, side / 3, pixel);
        access->put_pixel(output, 1, 2, pixel);
        _ImagingAccessDelete(input, access);
        sum = add_bytes(sum, pixel, sizeof(pixel));
    }
    return sum;
}

/* - - - - - Palettes - - - - - */

static unsigned
sum_and_delete_palette(ImagingPalette palette) {
    unsigned sum = sum_of_palette(palette);
    ImagingPaletteDelete(palette);
    return sum;
}

static unsigned
run_palette_new(int mode) {
    return sum_and_delete_palette(ImagingPaletteNew((ModeID)mode));
}

static unsigned
run_palette_new_browser(int unused) {
    (void)unused;
    return sum_and_delete_palette(ImagingPaletteNewBrowser());
}

static unsigned
run_palette_duplicate(int unused) {
    (void)unused;
    return sum_and_delete_palette(ImagingPaletteDuplicate(colours->palette));
}

static unsigned
run_palette_cache(int unused) {
    (void)unused;
    unsigned sum = 0;
    if (ImagingPaletteCachePrepare(colours->palette) == 0) {
        ImagingPaletteCacheUpdate(colours->palette, 1, 2, 3);
        sum = sum_of_bytes(&ImagingPaletteCache(colours->palette, 1, 2, 3), sizeof(INT16));
    }
    ImagingPaletteCacheDelete(colours->palette);
    return sum;
}

/* - - - - - Arrow - - - - - */

/* The image's one owner is the table. */
static Imaging
exported(void) {
    return inputs[IMAGING_MODE_RGBX];
}

static unsigned
run_export_array(int unused) {
    (void)unused;
    struct ArrowArray array;
    if (export_imaging_array(exported(), &array) != 0) {
        return 0;
    }
    unsigned sum = sum_of_int((int)array.length);
    array.release(&array);
    return exported()->refcount == 1 ? sum : 0;
}

static unsigned
run_export_schema(int unused) {
    (void)unused;
    struct ArrowSchema schema;
    if (export_imaging_schema(exported(), &schema) != 0) {
        return 0;
    }
    unsigned sum = sum_of_bytes(schema.format, strlen(schema.format));
    schema.release(&schema);
    return sum;
}

/* Without Python there are no capsules, and no more to be seen than the error. */
static unsigned
run_new_arrow(int unused) {
    (void)unused;
    Imaging im = ImagingNewArrow(IMAGING_MODE_L, side, side, NULL, NULL);
    if (im || ImagingGetLastError(NULL) != IMAGING_ERROR_VALUE) {
        ImagingDelete(im);
        return 0;
    }
    ImagingClearError();
    return 1;
}

/* - - - - - Raw pixels - - - - - */

static unsigned
run_find_unpacker(int unused) {
    (void)unused;
    int bits = 0;
    return ImagingFindUnpacker(IMAGING_MODE_RGB, IMAGING_RAWMODE_BGR, &bits) ? sum_of_int(bits) : 0;
}

static unsigned
run_find_packer(int unused) {
    (void)unused;
    int bits = 0;
    return ImagingFindPacker(IMAGING_MODE_RGB, IMAGING_RAWMODE_BGR, &bits) ? sum_of_int(bits) : 0;
}

static const ImagingShuffler SHUFFLERS[] = {
    ImagingPackBGR, ImagingUnpackYCC, ImagingUnpackYCCA, ImagingConvertRGB2YCbCr, ImagingConvertYCbCr2RGB,
};

static unsigned
run_shuffler(int number) {
    enum { PIXELS = 100 };
    uint8_t input[4 * PIXELS], output[4 * PIXELS] = {0};
    for (int i = 0; i < 4 * PIXELS; i++) {
        input[i] = (uint8_t)(i * 37);
    }
    SHUFFLERS[number](output, input, PIXELS);
    return sum_of_bytes(output, sizeof(output));
}

static struct ImagingCodecStateInstance
whole(int bits) {
    struct ImagingCodecStateInstance state;
    memset(&state, 0, sizeof(state));
    state.ystep = 1;
    state.xsize = side;
    state.ysize = 1;
    state.bits = bits;
    state.bytes = (side * bits + 7) / 8;
    return state;
}

static unsigned
run_raw_decode(int unused) {
    (void)unused;
    RAWSTATE context = {0, 0};
    struct ImagingCodecStateInstance state = whole(32);
    state.shuffle = ImagingFindUnpacker(IMAGING_MODE_RGBA, IMAGING_RAWMODE_BGRA, NULL);
    state.context = &context;
    uint8_t *line = (uint8_t *)inputs[IMAGING_MODE_RGBA]->image[0];
    int done = ImagingRawDecode(outputs[IMAGING_MODE_RGBA], &state, line, state.bytes) == -1 && state.errcode == 0;
    return done ? sum_of_bytes(outputs[IMAGING_MODE_RGBA]->image[0], (size_t)state.bytes) : 0;
}

static unsigned
run_raw_encode(int unused) {
    (void)unused;
    struct ImagingCodecStateInstance state = whole(32);
    state.shuffle = ImagingFindPacker(IMAGING_MODE_RGBA, IMAGING_RAWMODE_BGRA, NULL);
    uint8_t *line = (uint8_t *)outputs[IMAGING_MODE_RGBA]->image[0];
    int made = ImagingRawEncode(inputs[IMAGING_MODE_RGBA], &state, line, state.bytes);
    return made == state.bytes && state.errcode == IMAGING_CODEC_END ? sum_of_bytes(line, (size_t)made) : 0;
}

/* - - - - - Codecs - - - - - */

enum { LARGEST_SIDE = 3000 };

/* The line buffer of a state, and a file. */
static uint8_t codec_line[4 * LARGEST_SIDE], codec_file[8 * LARGEST_SIDE];

typedef int (*Decoder)(Imaging im, ImagingCodecState state, UINT8 *buffer, Py_ssize_t bytes);
typedef int (*Encoder)(Imaging im, ImagingCodecState state, UINT8 *buffer, int bytes);

static struct ImagingCodecStateInstance
unpacking(int mode, RawModeID raw) {
    int bits = 0;
    ImagingShuffler shuffle = ImagingFindUnpacker((ModeID)mode, raw, &bits);
    struct ImagingCodecStateInstance state = whole(bits);
    state.shuffle = shuffle;
    state.buffer = codec_line;
    return state;
}

static struct ImagingCodecStateInstance
packing(int mode, RawModeID raw) {
    int bits = 0;
    ImagingShuffler shuffle = ImagingFindPacker((ModeID)mode, raw, &bits);
    struct ImagingCodecStateInstance state = whole(bits);
    state.shuffle = shuffle;
    state.buffer = codec_line;
    return state;
}

/* Decodes a file of one row. */
static unsigned
sum_of_decoded(Decoder decode, int mode, ImagingCodecState state, int bytes) {
    Imaging im = outputs[mode];
    int done = decode(im, state, codec_file, bytes) == -1 && state->errcode == 0;
    return done ? sum_of_bytes(im->image[0], (size_t)im->linesize) : 0;
}

/* Encodes one row. */
static unsigned
sum_of_encoded(Encoder encode, int mode, ImagingCodecState state) {
    int made = encode(inputs[mode], state, codec_file, sizeof(codec_file));
    return made > 0 && state->errcode == IMAGING_CODEC_END ? sum_of_bytes(codec_file, (size_t)made) : 0;
}

static unsigned
run_bit_decode(int unused) {
    (void)unused;
    BITSTATE context;
    memset(&context, 0, sizeof(context));
    context.bits = 12;
    struct ImagingCodecStateInstance state = whole(0);
    state.context = &context;
    memset(codec_file, 0x5a, sizeof(codec_file));
    return sum_of_decoded(ImagingBitDecode, IMAGING_MODE_F, &state, sizeof(codec_file));
}

static unsigned
run_eps_encode(int unused) {
    (void)unused;
    struct ImagingCodecStateInstance state = whole(0);
    return sum_of_encoded(ImagingEpsEncode, IMAGING_MODE_RGB, &state);
}

static unsigned
run_fli_decode(int unused) {
    (void)unused;
    /* A frame of one COPY chunk. */
    const int size = 16 + 6 + side;
    const uint8_t header[22] = {
        (uint8_t)size, (uint8_t)(size >> 8), 0, 0, 0xfa, 0xf1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        (uint8_t)(size - 16), (uint8_t)((size - 16) >> 8), 0, 0, 16, 0,
    };
    memset(codec_file, 0x5a, sizeof(codec_file));
    memcpy(codec_file, header, sizeof(header));
    struct ImagingCodecStateInstance state = whole(0);
    return sum_of_decoded(ImagingFliDecode, IMAGING_MODE_L, &state, size);
}

static unsigned
run_hex_decode(int unused) {
    (void)unused;
    struct ImagingCodecStateInstance state = unpacking(IMAGING_MODE_L, IMAGING_RAWMODE_L);
    memset(codec_file, 'a', sizeof(codec_file));
    return sum_of_decoded(ImagingHexDecode, IMAGING_MODE_L, &state, sizeof(codec_file));
}

static unsigned
run_pcd_decode(int unused) {
    (void)unused;
    struct ImagingCodecStateInstance state = unpacking(IMAGING_MODE_RGB, IMAGING_RAWMODE_YCC_P);
    memset(codec_file, 0x5a, sizeof(codec_file));
    return sum_of_decoded(ImagingPcdDecode, IMAGING_MODE_RGB, &state, sizeof(codec_file));
}

static unsigned
run_tga_rle_decode(int unused) {
    (void)unused;
    struct ImagingCodecStateInstance state = unpacking(IMAGING_MODE_L, IMAGING_RAWMODE_L);
    state.count = 1;
    int bytes = 0;
    for (int x = 0; x < side; x += 128) {
        codec_file[bytes++] = (uint8_t)(0x80 + (side - x < 128 ? side - x : 128) - 1);
        codec_file[bytes++] = (uint8_t)x;
    }
    return sum_of_decoded(ImagingTgaRleDecode, IMAGING_MODE_L, &state, bytes);
}

static unsigned
run_tga_rle_encode(int unused) {
    (void)unused;
    struct ImagingCodecStateInstance state = packing(IMAGING_MODE_RGB, IMAGING_RAWMODE_BGR);
    return sum_of_encoded(ImagingTgaRleEncode, IMAGING_MODE_RGB, &state);
}

static unsigned
run_xbm_decode(int unused) {
    (void)unused;
    struct ImagingCodecStateInstance state = unpacking(IMAGING_MODE_1, IMAGING_RAWMODE_1_R);
    for (size_t i = 0; i + 5 <= sizeof(codec_file); i += 5) {
        memcpy(codec_file + i, "0x5a,", 5);
    }
    return sum_of_decoded(ImagingXbmDecode, IMAGING_MODE_1, &state, sizeof(codec_file));
}

static unsigned
run_xbm_encode(int unused) {
    (void)unused;
    struct ImagingCodecStateInstance state = packing(IMAGING_MODE_1, IMAGING_RAWMODE_1_R);
    return sum_of_encoded(ImagingXbmEncode, IMAGING_MODE_1, &state);
}

/* Decoders of run lengths, and packets of one byte: the first byte of each, and the second one. */
static const struct {
    Decoder decode;
    uint8_t packet[2];
} RUN_DECODERS[] = {
    {ImagingMspDecode, {1, 77}},       {ImagingPackbitsDecode, {0, 77}}, {ImagingPcxDecode, {0xc1, 77}},
    {ImagingSunRleDecode, {0x80, 0}}, {ImagingTgaRleDecode, {0, 77}},
};

static unsigned
run_run_decode(int number) {
    struct ImagingCodecStateInstance state = unpacking(IMAGING_MODE_L, IMAGING_RAWMODE_L);
    state.count = 1;
    for (int x = 0; x < side; x++) {
        memcpy(codec_file + 2 * x, RUN_DECODERS[number].packet, 2);
    }
    return sum_of_decoded(RUN_DECODERS[number].decode, IMAGING_MODE_L, &state, 2 * side);
}

static const Encoder RUN_ENCODERS[] = {ImagingPcxEncode, ImagingTgaRleEncode};

static unsigned
run_run_encode(int number) {
    struct ImagingCodecStateInstance state = packing(IMAGING_MODE_L, IMAGING_RAWMODE_L);
    return sum_of_encoded(RUN_ENCODERS[number], IMAGING_MODE_L, &state);
}

/* Each row is the same one. */
static uint8_t sgi_file[512 + 8 * 3000 + 100];
static Py_ssize_t sgi_position;

static Py_ssize_t
sgi_size(void) {
    return 512 + 8 * side + 100;
}

static Py_ssize_t
sgi_read(void *unused, char *dest, Py_ssize_t bytes) {
    (void)unused;
    Py_ssize_t left = sgi_size() - sgi_position, count = bytes < left ? bytes : left;
    memcpy(dest, sgi_file + sgi_position, (size_t)count);
    sgi_position += count;
    return count;
}

static int
sgi_seek(void *unused, Py_ssize_t offset, int whence) {
    (void)unused;
    sgi_position = offset + (whence == SEEK_END ? sgi_size() : 0);
    return 0;
}

static Py_ssize_t
sgi_tell(void *unused) {
    (void)unused;
    return sgi_position;
}

static unsigned
run_sgi(int unused) {
    (void)unused;
    static const ImagingCodecIO io = {sgi_read, NULL, sgi_seek, sgi_tell, NULL};
    uint8_t *row = sgi_file + 512 + 8 * side;
    unsigned offset = (unsigned)(row - sgi_file);
    for (int y = 0; y < side; y++) {
        uint8_t *entry = sgi_file + 512 + 4 * y;
        entry[2] = (uint8_t)(offset >> 8);
        entry[3] = (uint8_t)offset;
        entry[4 * side + 3] = 100;
    }
    for (int x = 0; x < side; x += 127) {
        *row++ = (uint8_t)(side - x < 127 ? side - x : 127);
        *row++ = (uint8_t)x;
    }
    SGISTATE context = {1, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0};
    struct ImagingCodecStateInstance state = unpacking(IMAGING_MODE_L, IMAGING_RAWMODE_L);
    state.context = &context;
    ImagingSetCodecIO(&state, &io);
    int done = ImagingSgiRleDecode(outputs[IMAGING_MODE_L], &state, NULL, 0) == 0 && state.errcode == 0;
    return done ? sum_of(outputs[IMAGING_MODE_L]) : 0;
}

/* - - - - - JPEG 2000 - - - - - */

#ifdef IMAGING_HAS_JPEG2000

enum { JPEG2000_SIDE = 24 };

/* A file in memory. */
static struct {
    uint8_t data[8192];
    Py_ssize_t position, size;
} jpeg2000_file;

static Py_ssize_t
jpeg2000_read(void *unused, char *dest, Py_ssize_t bytes) {
    (void)unused;
    Py_ssize_t left = jpeg2000_file.size - jpeg2000_file.position, count = bytes < left ? bytes : left;
    memcpy(dest, jpeg2000_file.data + jpeg2000_file.position, (size_t)count);
    jpeg2000_file.position += count;
    return count;
}

static Py_ssize_t
jpeg2000_write(void *unused, const char *src, Py_ssize_t bytes) {
    (void)unused;
    if (bytes > (Py_ssize_t)sizeof(jpeg2000_file.data) - jpeg2000_file.position) {
        return -1;
    }
    memcpy(jpeg2000_file.data + jpeg2000_file.position, src, (size_t)bytes);
    jpeg2000_file.position += bytes;
    if (jpeg2000_file.size < jpeg2000_file.position) {
        jpeg2000_file.size = jpeg2000_file.position;
    }
    return bytes;
}

static int
jpeg2000_seek(void *unused, Py_ssize_t offset, int whence) {
    (void)unused;
    jpeg2000_file.position = offset + (whence == SEEK_CUR ? jpeg2000_file.position : 0);
    return 0;
}

static Py_ssize_t
jpeg2000_tell(void *unused) {
    (void)unused;
    return jpeg2000_file.position;
}

static const ImagingCodecIO jpeg2000_io = {jpeg2000_read, jpeg2000_write, jpeg2000_seek, jpeg2000_tell, NULL};

/* Encodes an image of a colour. Returns the error code. */
static int
encode_jpeg2000(Imaging im) {
    JPEG2KENCODESTATE context;
    memset(&context, 0, sizeof(context));
    context.format = OPJ_CODEC_JP2;
    struct ImagingCodecStateInstance state = whole(0);
    state.context = &context;
    memset(&jpeg2000_file, 0, sizeof(jpeg2000_file));
    ImagingSetCodecIO(&state, &jpeg2000_io);
    int result = ImagingJpeg2KEncode(im, &state, NULL, 0);
    ImagingJpeg2KEncodeCleanup(&state);
    return result == -1 ? state.errcode : 0;
}

static int
decode_jpeg2000(Imaging im) {
    JPEG2KDECODESTATE context;
    memset(&context, 0, sizeof(context));
    context.format = OPJ_CODEC_JP2;
    context.length = (off_t)jpeg2000_file.size;
    struct ImagingCodecStateInstance state = whole(0);
    state.context = &context;
    jpeg2000_file.position = 0;
    ImagingSetCodecIO(&state, &jpeg2000_io);
    int result = ImagingJpeg2KDecode(im, &state, NULL, 0);
    ImagingJpeg2KDecodeCleanup(&state);
    return result == -1 ? state.errcode : 0;
}

static unsigned
run_jpeg2000(int decodes) {
    Imaging im = ImagingNew(IMAGING_MODE_RGB, JPEG2000_SIDE, JPEG2000_SIDE);
    if (!im) {
        ImagingClearError(); /* The others are codes. */
        return 0;
    }
    memset(im->image[JPEG2000_SIDE / 2], 77, (size_t)im->linesize);
    unsigned sum = 0;
    if (encode_jpeg2000(im) == IMAGING_CODEC_END) {
        sum = sum_of_bytes(jpeg2000_file.data, (size_t)jpeg2000_file.size);
        if (decodes) {
            memset(im->image[JPEG2000_SIDE / 2], 0, (size_t)im->linesize);
            sum = decode_jpeg2000(im) == IMAGING_CODEC_END ? sum_of(im) : 0;
        }
    }
    ImagingDelete(im);
    return sum;
}

static unsigned
run_jpeg2000_version(int unused) {
    (void)unused;
    const char *version = ImagingJpeg2KVersion();
    return *version ? sum_of_bytes(version, strlen(version)) : 0;
}

#endif

static unsigned
run_io_from_file(int unused) {
    (void)unused;
    ImagingCodecIO io;
    ImagingCodecIOFromFile(&io, stdin);
    return io.file == stdin && io.read && io.write && io.seek && io.tell;
}

static unsigned
run_io_from_descriptor(int unused) {
    (void)unused;
    ImagingCodecIO io;
    struct ImagingCodecStateInstance state = whole(8);
    char bytes[4];
    int file = open("/dev/zero", O_RDWR);
    ImagingCodecIOFromDescriptor(&io, file);
    ImagingSetCodecIO(&state, &io);
    int done = _imaging_seek_pyFd(state.fd, 0, SEEK_SET) == 0 && _imaging_read_pyFd(state.fd, bytes, 4) == 4 &&
               _imaging_write_pyFd(state.fd, bytes, 4) == 4 && _imaging_tell_pyFd(state.fd) >= 0;
    close(file);
    return (unsigned)done;
}

/* Encodes an image, in buffers that are long enough for the decoder's larger dictionary, and decodes them if told so. */
static unsigned
run_gif(int decodes) {
    static GIFENCODERSTATE encoder;
    static GIFDECODERSTATE decoder;
    static uint8_t buffer[8192];
    struct ImagingCodecStateInstance state = packing(IMAGING_MODE_L, IMAGING_RAWMODE_L), output;
    memset(&encoder, 0, sizeof(encoder));
    memset(&decoder, 0, sizeof(decoder));
    encoder.bits = decoder.bits = 8;
    decoder.transparency = -1;
    state.ysize = side;
    output = state;
    state.context = &encoder;
    output.context = &decoder;
    unsigned sum = 1;
    int decoded = 0;
    while (!state.errcode) {
        int made = ImagingGifEncode(inputs[IMAGING_MODE_L], &state, buffer, sizeof(buffer));
        sum = add_bytes(sum, buffer, (size_t)made);
        decoded = decodes ? ImagingGifDecode(outputs[IMAGING_MODE_L], &output, buffer, made) : -1;
    }
    if (state.errcode != IMAGING_CODEC_END || decoded != -1 || output.errcode) {
        return 0;
    }
    return decodes ? sum_of(outputs[IMAGING_MODE_L]) : sum;
}

static unsigned
run_bcn_decode(int number) {
    char bc5s[] = "BC5S";
    BCNSTATE context = {bc5s};
    ModeID mode = number == 4 ? IMAGING_MODE_L : number == 5 || number == 6 ? IMAGING_MODE_RGB : IMAGING_MODE_RGBA;
    struct ImagingCodecStateInstance state = whole(0);
    state.state = number;
    state.context = &context;
    state.ysize = 4;
    /* A row of pixels is as long as a row of blocks of 16 bytes: both have four bytes for each column. */
    uint8_t *blocks = (uint8_t *)inputs[IMAGING_MODE_RGBA]->image[0];
    int columns = side / 4 * 4;
    ImagingBcnDecode(outputs[mode], &state, blocks, columns / 4 * (number == 1 || number == 4 ? 8 : 16));
    unsigned sum = 1;
    for (int y = 0; y < 4; y++) {
        sum = add_bytes(sum, outputs[mode]->image[y], (size_t)columns * (size_t)outputs[mode]->pixelsize);
    }
    return state.errcode == 0 ? sum : 0;
}

static unsigned
run_bcn_encode(int number) {
    struct ImagingCodecStateInstance state = whole(0);
    state.state = number;
    state.ysize = 4;
    uint8_t blocks[1000];
    int made = ImagingBcnEncode(inputs[IMAGING_MODE_RGBA], &state, blocks, sizeof(blocks));
    return made > 0 && state.errcode >= 0 ? sum_of_bytes(blocks, (size_t)made) : 0;
}

/* - - - - - JPEG - - - - - */

static unsigned
run_jpeg_version(int unused) {
    (void)unused;
    const char *version = ImagingJpegVersion();
    return sum_of_bytes(version, strlen(version));
}

#ifdef IMAGING_HAS_JPEG

static uint8_t jpeg_file[1 << 16];

static char *
jpeg_option(size_t length) {
    char *option = (char *)malloc(length);
    if (option) {
        memset(option, 'x', length);
    }
    return option;
}

/* Encodes a row, or with `is_abandoned` a part of it. Returns the number of bytes, or 0 on error. */
static int
jpeg_encode(int is_progressive, int is_abandoned) {
    JPEGENCODERSTATE context;
    memset(&context, 0, sizeof(context));
    context.quality = 90;
    context.subsampling = -1;
    context.progressive = is_progressive;
    context.rawmode = IMAGING_RAWMODE_RGBX;
    context.comment = jpeg_option(context.comment_size = 50);
    context.rawExif = jpeg_option(context.rawExifLen = 60);
    if (!context.comment || !context.rawExif) {
        free(context.comment);
        free(context.rawExif);
        return 0;
    }
    struct ImagingCodecStateInstance state = packing(IMAGING_MODE_RGB, IMAGING_RAWMODE_RGBX);
    state.context = &context;
    int room = is_abandoned ? 900 : (int)sizeof(jpeg_file);
    int made = ImagingJpegEncode(inputs[IMAGING_MODE_RGB], &state, jpeg_file, room);
    ImagingJpegEncodeCleanup(&state);
    int expected = is_abandoned ? 0 : IMAGING_CODEC_END;
    return made > 0 && state.errcode == expected && !context.comment && !context.rawExif ? made : 0;
}

static unsigned
run_jpeg_encode(int is_progressive) {
    int size = jpeg_encode(is_progressive, 0);
    return size ? sum_of_bytes(jpeg_file, (size_t)size) : 0;
}

static unsigned
run_jpeg_encode_cleanup(int unused) {
    (void)unused;
    int size = jpeg_encode(0, 1);
    return size ? sum_of_bytes(jpeg_file, (size_t)size) : 0;
}

/* In two pieces, or one that does not have the row. */
static unsigned
jpeg_decode(int is_progressive, int is_abandoned) {
    int size = jpeg_encode(is_progressive, 0), part = size / 2;
    JPEGSTATE context;
    memset(&context, 0, sizeof(context));
    context.rawmode = IMAGING_RAWMODE_RGBX;
    context.scale = 1;
    struct ImagingCodecStateInstance state = unpacking(IMAGING_MODE_RGB, IMAGING_RAWMODE_RGBX);
    state.context = &context;
    int used = size ? ImagingJpegDecode(outputs[IMAGING_MODE_RGB], &state, jpeg_file, part) : -1;
    if (is_abandoned) {
        ImagingJpegDecodeCleanup(&state);
        return used >= 0 && state.y == 0;
    }
    if (used >= 0) {
        used = ImagingJpegDecode(outputs[IMAGING_MODE_RGB], &state, jpeg_file + used, size - used);
    }
    ImagingJpegDecodeCleanup(&state);
    return size && used == -1 && state.errcode == 0 ? sum_of_bytes(outputs[IMAGING_MODE_RGB]->image[0], 4 * (size_t)side) : 0;
}

static unsigned
run_jpeg_decode(int is_progressive) {
    return jpeg_decode(is_progressive, 0);
}

static unsigned
run_jpeg_decode_cleanup(int unused) {
    (void)unused;
    return jpeg_decode(1, 1);
}

static unsigned
run_jpeg_extensions(int unused) {
    (void)unused;
    return sum_of_int(ImagingJpegUseJCSExtensions());
}

#endif

/* - - - - - Rows that zlib has compressed - - - - - */

/* The fields of ZIPSTATE that programs set, at their places: zlib's header need not be installed. */
typedef struct {
    int mode, optimize, compress_level, compress_type;
    char *dictionary;
    int dictionary_size;
    void *own[21];
    int prefix, interlaced, pass;
} ZipContext;

enum { ZIP_BYTES = 4096 };

/* Encodes the first row. Returns the number of bytes, or 0 on error. */
static int
zip_encode(uint8_t *file, int has_dictionary) {
    ZipContext context;
    memset(&context, 0, sizeof(context));
    context.compress_level = context.compress_type = -1;
    if (has_dictionary) {
        context.dictionary = (char *)calloc(1, 100);
        context.dictionary_size = context.dictionary ? 100 : 0;
        if (!context.dictionary) {
            return 0;
        }
    }
    struct ImagingCodecStateInstance state = whole(32);
    state.shuffle = ImagingFindPacker(IMAGING_MODE_RGBA, IMAGING_RAWMODE_RGBA, NULL);
    state.context = &context;
    int size = 0;
    while (state.errcode == 0 && size < ZIP_BYTES) {
        int made = ImagingZipEncode(inputs[IMAGING_MODE_RGBA], &state, file + size, ZIP_BYTES - size);
        size += made > 0 ? made : 0;
    }
    ImagingZipEncodeCleanup(&state);
    return state.errcode == IMAGING_CODEC_END || size == ZIP_BYTES ? size : 0;
}

static unsigned
run_zip_encode(int has_dictionary) {
    uint8_t file[ZIP_BYTES];
    int size = zip_encode(file, has_dictionary);
    return size ? sum_of_bytes(file, (size_t)size) : 0;
}

static unsigned
run_zip_decode(int unused) {
    (void)unused;
    /* A stored block: no filter, and three bytes; the checksum is missing. */
    static const uint8_t PIXEL[] = {0x78, 1, 0, 5, 0, 0xfa, 0xff, 0, 1, 2, 3, 4};
    uint8_t file[sizeof(PIXEL)];
    memcpy(file, PIXEL, sizeof(file));
    ZipContext context;
    memset(&context, 0, sizeof(context));
    struct ImagingCodecStateInstance state = whole(32);
    state.xsize = 1;
    state.bytes = 4;
    state.shuffle = ImagingFindUnpacker(IMAGING_MODE_RGBA, IMAGING_RAWMODE_RGBA, NULL);
    state.context = &context;
    int used = ImagingZipDecode(outputs[IMAGING_MODE_RGBA], &state, file, sizeof(file));
    int done = used == -1 && state.errcode == 0;
    ImagingZipDecodeCleanup(&state);
    return done ? sum_of_bytes(outputs[IMAGING_MODE_RGBA]->image[0], 4) : 0;
}

static unsigned
run_zip_version(int unused) {
    (void)unused;
    const char *version = ImagingZipVersion();
    return sum_of_bytes(version, strlen(version));
}

#ifdef IMAGING_HAS_TIFF
/* - - - - - TIFF - - - - - */

enum { TIFF_BYTES = 1 << 15 };

static int
set_tiff_tags(ImagingCodecState state) {
    static const uint32_t numbers[] = {1, 2, 3};
    TIFFDataType type;
    int passes_count, count;
    return ImagingLibTiffSetField(state, TIFFTAG_IMAGEWIDTH, state->xsize) &&
           ImagingLibTiffSetField(state, TIFFTAG_IMAGELENGTH, state->ysize) &&
           ImagingLibTiffSetField(state, TIFFTAG_BITSPERSAMPLE, 8) &&
           ImagingLibTiffSetField(state, TIFFTAG_SAMPLESPERPIXEL, 1) &&
           ImagingLibTiffSetField(state, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK) &&
           ImagingLibTiffSetField(state, TIFFTAG_COMPRESSION, COMPRESSION_LZW) &&
           ImagingLibTiffMergeFieldInfo(state, TIFF_LONG, 40000, 1) == 0 &&
           ImagingLibTiffFindField(state, 40000, &type, &passes_count, &count) && type == TIFF_LONG && passes_count &&
           ImagingLibTiffSetField(state, 40000, 3, numbers);
}

/* Encodes the first row. Returns the number of bytes, or 0 on error. */
static int
tiff_encode(uint8_t *file) {
    TIFFSTATE context;
    memset(&context, 0, sizeof(context));
    struct ImagingCodecStateInstance state = whole(8);
    uint8_t line[4096];
    state.shuffle = ImagingFindPacker(IMAGING_MODE_L, IMAGING_RAWMODE_L, NULL);
    state.buffer = line;
    state.context = &context;
    static char name[] = "a scene";
    int size = 0;
    if (ImagingLibTiffEncodeInit(&state, name, 0) && set_tiff_tags(&state)) {
        int made;
        do {
            made = ImagingLibTiffEncode(inputs[IMAGING_MODE_L], &state, file + size, TIFF_BYTES - size);
            size += made > 0 ? made : 0;
        } while (state.errcode == 0 && made > 0);
    }
    ImagingLibTiffEncodeCleanup(&state);
    return state.errcode == IMAGING_CODEC_END ? size : 0;
}

static unsigned
run_tiff_encode(int unused) {
    (void)unused;
    static uint8_t file[TIFF_BYTES];
    int size = tiff_encode(file);
    return size ? sum_of_bytes(file, (size_t)size) : 0;
}

static unsigned
run_tiff_decode(int unused) {
    (void)unused;
    static uint8_t file[TIFF_BYTES];
    int size = tiff_encode(file);
    if (!size) {
        return 0;
    }
    TIFFSTATE context;
    memset(&context, 0, sizeof(context));
    struct ImagingCodecStateInstance state = whole(8);
    state.shuffle = ImagingFindUnpacker(IMAGING_MODE_L, IMAGING_RAWMODE_L, NULL);
    state.context = &context;
    int done = ImagingLibTiffInit(&state, 0, 0) &&
               ImagingLibTiffDecode(outputs[IMAGING_MODE_L], &state, file, size) == -1 && state.errcode == 0;
    free(state.buffer);
    return done ? sum_of_bytes(outputs[IMAGING_MODE_L]->image[0], (size_t)side) : 0;
}

static unsigned
run_tiff_version(int unused) {
    (void)unused;
    const char *version = ImagingTiffVersion();
    return version[0] ? sum_of_bytes(version, strlen(version)) : 0;
}
#endif

/* - - - - - Files - - - - - */

static unsigned
run_open_ppm(int by_long_path) {
    return sum_and_delete(ImagingOpenPPM(by_long_path ? long_path : ppm_path));
}

static unsigned
run_save_ppm(int through_link) {
    return (unsigned)ImagingSavePPM(inputs[IMAGING_MODE_RGB], through_link ? link_path : saved_path);
}

static Imaging
mapped(int access) {
    return ImagingMapFile(raw_path, IMAGING_MODE_RGBA, side, side, 0, 0, 1, access);
}

static unsigned
run_map_file(int access) {
    return sum_and_delete(mapped(access));
}

static unsigned
run_map_flush(int unused) {
    (void)unused;
    Imaging im = mapped(IMAGING_MAP_SHARED);
    unsigned sum = im ? sum_if(ImagingMapFlush(im), im) : 0;
    ImagingDelete(im);
    return sum;
}

static unsigned
run_map_release(int unused) {
    (void)unused;
    Imaging im = mapped(IMAGING_MAP_READ_ONLY);
    unsigned sum = im ? sum_if(ImagingMapRelease(im), im) : 0;
    ImagingDelete(im);
    return sum;
}

/* RGBA is mapped; BGRA is unpacked. */
static unsigned
run_load_raw(int rawmode) {
    return sum_and_delete(ImagingLoadRaw(raw_path, IMAGING_MODE_RGBA, (RawModeID)rawmode, side, side, 0, 0, 1));
}

static unsigned
run_read_tile(int unused) {
    (void)unused;
    Imaging out = outputs[IMAGING_MODE_RGBA];
    return sum_if(ImagingReadTile(out, raw_path, 0, 0, side, side, 0, IMAGING_RAWMODE_BGRA, 0, -1), out);
}

static unsigned
run_save_raw(int rawmode) {
    return (unsigned)ImagingSaveRaw(inputs[IMAGING_MODE_RGBA], saved_path, (RawModeID)rawmode, 0, 1);
}

/* - - - - - Conversion - - - - - */

/* From, to, dithered. */
static const struct {
    ModeID from, to;
    int dither;
} CONVERSIONS[] = {
    {IMAGING_MODE_RGB, IMAGING_MODE_L, 0},       {IMAGING_MODE_RGB, IMAGING_MODE_1, 0},
    {IMAGING_MODE_RGB, IMAGING_MODE_1, 1},       {IMAGING_MODE_L, IMAGING_MODE_1, 1},
    {IMAGING_MODE_RGB, IMAGING_MODE_P, 0},       {IMAGING_MODE_RGB, IMAGING_MODE_P, 1},
    {IMAGING_MODE_RGB, IMAGING_MODE_PA, 1},      {IMAGING_MODE_L, IMAGING_MODE_P, 0},
    {IMAGING_MODE_P, IMAGING_MODE_RGBA, 0},      {IMAGING_MODE_PA, IMAGING_MODE_L, 0},
    {IMAGING_MODE_P, IMAGING_MODE_UNKNOWN, 0},   {IMAGING_MODE_RGB, IMAGING_MODE_RGB, 0},
    {IMAGING_MODE_RGBA, IMAGING_MODE_RGBa, 0},   {IMAGING_MODE_RGBa, IMAGING_MODE_RGBA, 0},
    {IMAGING_MODE_RGB, IMAGING_MODE_HSV, 0},     {IMAGING_MODE_HSV, IMAGING_MODE_RGB, 0},
    {IMAGING_MODE_RGB, IMAGING_MODE_YCbCr, 0},   {IMAGING_MODE_RGB, IMAGING_MODE_CMYK, 0},
    {IMAGING_MODE_I, IMAGING_MODE_F, 0},         {IMAGING_MODE_I_16B, IMAGING_MODE_I, 0},
};

static unsigned
run_convert(int number) {
    Imaging im = inputs[CONVERSIONS[number].from];
    return sum_and_delete(ImagingConvert(NULL, im, CONVERSIONS[number].to, NULL, CONVERSIONS[number].dither));
}

static unsigned
run_convert_into(int unused) {
    (void)unused;
    return sum_of(ImagingConvert(outputs[IMAGING_MODE_L], inputs[IMAGING_MODE_RGB], IMAGING_MODE_L, NULL, 0));
}

/* With a palette of the caller's, which gets a cache. */
static unsigned
run_convert_to_palette(int dither) {
    Imaging im = ImagingConvert(NULL, inputs[IMAGING_MODE_RGB], IMAGING_MODE_P, colours->palette, dither);
    ImagingPaletteCacheDelete(colours->palette);
    return sum_and_delete(im);
}

static unsigned
run_convert_transparent(int to) {
    return sum_and_delete(ImagingConvertTransparent(inputs[IMAGING_MODE_RGB], (ModeID)to, 1, 2, 3));
}

static unsigned
run_convert_matrix(int to) {
    static const float matrix[12] = {0.5f, 0.25f, 0.25f, 1, 0, 1, 0, -3, 0.1f, 0.1f, 0.8f, 7};
    return sum_and_delete(ImagingConvertMatrix(inputs[IMAGING_MODE_RGB], (ModeID)to, matrix));
}

static unsigned
run_color_lut(int channels) {
    enum { SIZE = 5 };
    static int16_t table[SIZE * SIZE * SIZE * 4];
    for (int i = 0; i < COUNT_OF(table); i++) {
        table[i] = (int16_t)(i * 131);
    }
    Imaging out = outputs[channels == 3 ? IMAGING_MODE_RGB : IMAGING_MODE_RGBA];
    return sum_of(ImagingColorLUT3D_linear(out, inputs[IMAGING_MODE_RGB], channels, SIZE, SIZE, SIZE, table));
}

/* - - - - - Geometry - - - - - */

static unsigned
run_copy(int mode) {
    return sum_and_delete(ImagingCopy(inputs[mode]));
}

static unsigned
run_copy2(int mode) {
    return sum_of(ImagingCopy2(outputs[mode], inputs[mode]));
}

static unsigned
run_crop(int mode) {
    return sum_and_delete(ImagingCrop(inputs[mode], -1, 2, side / 2, side + 1));
}

static Imaging (*const TURNS[])(Imaging, Imaging) = {
    ImagingFlipLeftRight, ImagingFlipTopBottom, ImagingRotate90, ImagingRotate180,
    ImagingRotate270,     ImagingTranspose,     ImagingTransverse,
};

static unsigned
run_turn(int number) {
    unsigned sum = sum_of(TURNS[number](outputs[IMAGING_MODE_RGB], inputs[IMAGING_MODE_RGB]));
    return sum ? sum_of_int((int)(sum + sum_of(TURNS[number](outputs[IMAGING_MODE_L], inputs[IMAGING_MODE_L])))) : 0;
}

static const struct {
    int method, filter;
    double a[8];
} TRANSFORMS[] = {
    {IMAGING_TRANSFORM_AFFINE, IMAGING_TRANSFORM_NEAREST, {0.5, 0, 1, 0, 0.5, 1}},
    {IMAGING_TRANSFORM_AFFINE, IMAGING_TRANSFORM_NEAREST, {0.9, 0.3, 1, -0.3, 0.9, 1}},
    {IMAGING_TRANSFORM_AFFINE, IMAGING_TRANSFORM_BILINEAR, {0.9, 0.3, 1, -0.3, 0.9, 1}},
    {IMAGING_TRANSFORM_AFFINE, IMAGING_TRANSFORM_BICUBIC, {0.9, 0.3, 1, -0.3, 0.9, 1}},
    {IMAGING_TRANSFORM_PERSPECTIVE, IMAGING_TRANSFORM_BICUBIC, {0.9, 0.3, 1, -0.3, 0.9, 1, 0.001, 0.002}},
    {IMAGING_TRANSFORM_QUAD, IMAGING_TRANSFORM_BILINEAR, {1, 0.9, 0.1, 0.001, 1, 0.1, 0.9, 0.001}},
};

static unsigned
run_transform(int number) {
    Imaging out = outputs[IMAGING_MODE_RGB];
    double a[8];
    memcpy(a, TRANSFORMS[number].a, sizeof(a));
    int status = ImagingTransform(
        out, inputs[IMAGING_MODE_RGB], TRANSFORMS[number].method, 0, 0, side, side, a, TRANSFORMS[number].filter, 1
    );
    return sum_if(status == 0, out);
}

/* - - - - - Resizing - - - - - */

static unsigned
run_resample(int mode) {
    const float box[4] = {0.5f, 0, (float)side, (float)side - 0.25f};
    return sum_and_delete(ImagingResample(inputs[mode], side / 2, side / 3, IMAGING_TRANSFORM_LANCZOS, box));
}

static unsigned
run_reduce(int mode) {
    int box[4] = {1, 0, side - 1, side};
    return sum_and_delete(ImagingReduce(inputs[mode], 2, 3, box));
}

/* - - - - - Bands - - - - - */

static unsigned
run_get_band(int unused) {
    (void)unused;
    return sum_and_delete(ImagingGetBand(inputs[IMAGING_MODE_RGB], 1));
}

static unsigned
run_put_band(int unused) {
    (void)unused;
    return sum_of(ImagingPutBand(outputs[IMAGING_MODE_CMYK], inputs[IMAGING_MODE_L], 2)) != 0;
}

static unsigned
run_fill_band(int unused) {
    (void)unused;
    return sum_of(ImagingFillBand(outputs[IMAGING_MODE_CMYK], 3, 77)) != 0;
}

static unsigned
run_split(int mode) {
    Imaging bands[4] = {NULL};
    if (ImagingSplit(inputs[mode], bands) != 0) {
        return 0;
    }
    unsigned sum = 1;
    for (int i = 0; i < inputs[mode]->bands; i++) {
        unsigned band = sum_and_delete(bands[i]);
        sum = add_bytes(sum, &band, sizeof(band));
    }
    return sum;
}

static unsigned
run_merge(int unused) {
    (void)unused;
    Imaging bands[4] = {inputs[IMAGING_MODE_L], inputs[IMAGING_MODE_P], inputs[IMAGING_MODE_L], NULL};
    return sum_and_delete(ImagingMerge(IMAGING_MODE_RGB, bands));
}

static unsigned
run_alpha_composite(int mode) {
    return sum_and_delete(ImagingAlphaComposite(inputs[mode], inputs[mode]));
}

static unsigned
run_fill(int unused) {
    (void)unused;
    static const unsigned char ink[4] = {1, 2, 3, 4};
    return sum_of(ImagingFill(outputs[IMAGING_MODE_YCbCr], ink));
}

/* - - - - - Filters - - - - - */

static unsigned
run_expand(int mode) {
    return sum_and_delete(ImagingExpand(inputs[mode], 3));
}

static const float KERNELS[3][25] = {
    {1, 2, 1, 2, 4, 2, 1, 2, 1},
    {0.11f, -0.23f, 0.37f, 0.41f, 1.3f, 0.7f, -0.9f, 0.13f, 0.17f},
    {1, 0, 1, 0, 1, 2, 1, 0, -1, 2, 3, 1, 8, 1, 1, 0, 0, 1, 2, 1, -1, 1, 1, 1, 1},
};

static unsigned
run_filter(int number) {
    float kernel[25];
    int size = number < 2 ? 3 : 5;
    for (int i = 0; i < size * size; i++) {
        kernel[i] = KERNELS[number][i] / 16;
    }
    return sum_and_delete(ImagingFilter(inputs[IMAGING_MODE_RGB], size, size, kernel, 1));
}

/* The sizes for which there are different methods. */
static unsigned
run_rank_filter(int size) {
    return sum_and_delete(ImagingRankFilter(inputs[IMAGING_MODE_L], size, size * size / 2));
}

static unsigned
run_rank_filter_of_floats(int size) {
    return sum_and_delete(ImagingRankFilter(inputs[IMAGING_MODE_F], size, size * size / 3));
}

static unsigned
run_mode_filter(int size) {
    return sum_and_delete(ImagingModeFilter(inputs[IMAGING_MODE_P], size));
}

/* Of 60 colours: 0 to 2 without k-means, 3 and 4 with it. */
static unsigned
run_quantize(int method, int mode) {
    Imaging out = ImagingQuantize(inputs[mode], 60, method % 3, method / 3);
    unsigned colors = out ? out->palette->palette[4 * 59] : 0;
    return colors + sum_and_delete(out);
}

static unsigned
run_quantize_rgb(int method) {
    return run_quantize(method, IMAGING_MODE_RGB);
}

static unsigned
run_quantize_rgba(int method) {
    return run_quantize(method, IMAGING_MODE_RGBA);
}

static unsigned
run_quantize_palette(int method) {
    return run_quantize(method, IMAGING_MODE_P);
}

static unsigned
run_box_blur(int mode) {
    return sum_of(ImagingBoxBlur(outputs[mode], inputs[mode], 1.5f, 2, 2));
}

static unsigned
run_gaussian_blur(int mode) {
    return sum_of(ImagingGaussianBlur(outputs[mode], inputs[mode], 1.5f, 2, 3));
}

static unsigned
run_unsharp_mask(int mode) {
    return sum_of(ImagingUnsharpMask(outputs[mode], inputs[mode], 2, 150, 3));
}

/* - - - - - Two images, single pixels, regions - - - - - */

static unsigned
run_blend(int mode) {
    Imaging other = inputs[mode == IMAGING_MODE_RGB ? IMAGING_MODE_YCbCr : mode];
    return sum_and_delete(ImagingBlend(inputs[mode], other, 0.3f));
}

static Imaging
chop_add(Imaging a, Imaging b) {
    return ImagingChopAdd(a, b, 1.5f, 3);
}

static Imaging
chop_subtract(Imaging a, Imaging b) {
    return ImagingChopSubtract(a, b, 1.5f, 3);
}

static Imaging (*const CHOPS[])(Imaging, Imaging) = {
    ImagingChopLighter,   ImagingChopDarker,         ImagingChopDifference, ImagingChopMultiply,  ImagingChopScreen,
    chop_add,             chop_subtract,             ImagingChopAddModulo,  ImagingChopSubtractModulo,
    ImagingChopSoftLight, ImagingChopHardLight,      ImagingOverlay,        ImagingChopAnd,       ImagingChopOr,
    ImagingChopXor,
};

/* The logical ones, which come last, are for mode 1. */
static unsigned
run_chop(int number) {
    int logical = number >= COUNT_OF(CHOPS) - 3;
    ModeID first = logical ? IMAGING_MODE_1 : IMAGING_MODE_RGBX, second = logical ? IMAGING_MODE_1 : IMAGING_MODE_CMYK;
    return sum_and_delete(CHOPS[number](inputs[first], inputs[second]));
}

/* From, to. */
static const ModeID POINTS[][2] = {
    {IMAGING_MODE_L, IMAGING_MODE_L},
    {IMAGING_MODE_RGB, IMAGING_MODE_RGB},
    {IMAGING_MODE_P, IMAGING_MODE_F},
    {IMAGING_MODE_I, IMAGING_MODE_L},
};

static unsigned
run_point(int number) {
    static uint8_t table[65536];
    for (int i = 0; i < COUNT_OF(table); i++) {
        table[i] = (uint8_t)(i * 7 % 127);
    }
    return sum_and_delete(ImagingPoint(inputs[POINTS[number][0]], POINTS[number][1], table));
}

static unsigned
run_point_transform(int mode) {
    return sum_and_delete(ImagingPointTransform(inputs[mode], 0.5, 3));
}

static unsigned
run_negative(int mode) {
    return sum_and_delete(ImagingNegative(inputs[mode]));
}

static unsigned
run_offset(int mode) {
    return sum_and_delete(ImagingOffset(inputs[mode], 5, -7));
}

/* 0: no mask. */
static Imaging
mask_of(int mode) {
    return mode ? inputs[mode] : NULL;
}

/* A copy: with a mask, the result depends on what was there. */
static unsigned
run_paste(int mask) {
    Imaging out = ImagingCopy(inputs[IMAGING_MODE_RGBA]);
    int done = out && ImagingPaste(out, inputs[IMAGING_MODE_CMYK], mask_of(mask), 2, 3, 2 + side, 3 + side) == 0;
    unsigned sum = sum_if(done, out);
    ImagingDelete(out);
    return sum;
}

/* Parts of one image that overlap. */
static unsigned
run_paste_shared(int mode) {
    Imaging out = ImagingCopy(inputs[mode]), part = out ? ImagingView(out, 1, 2, side - 3, side - 3) : NULL;
    int done = part && ImagingPaste(out, part, NULL, 0, 1, side - 4, side - 4) == 0;
    unsigned sum = sum_if(done, out);
    ImagingDelete(part);
    ImagingDelete(out);
    return sum;
}

static unsigned
run_fill2(int mask) {
    static const unsigned char ink[4] = {1, 2, 3, 4};
    Imaging out = ImagingCopy(inputs[IMAGING_MODE_RGBA]);
    int done = out && ImagingFill2(out, ink, mask_of(mask), -2, 3, side - 2, 3 + side) == 0;
    unsigned sum = sum_if(done, out);
    ImagingDelete(out);
    return sum;
}

/* - - - - - Drawing - - - - - */

enum {
    DRAW_POINT,
    DRAW_LINE,
    DRAW_WIDE_LINE,
    DRAW_RECTANGLE,
    DRAW_BORDER,
    DRAW_ELLIPSE,
    DRAW_RING,
    DRAW_ARC,
    DRAW_CHORD,
    DRAW_CHORD_BORDER,
    DRAW_PIESLICE,
    DRAW_PIESLICE_BORDER,
    DRAW_POLYGON,
    DRAW_LINES,
    DRAW_BITMAP
};

/* A shape on a copy of an image. */
static int
draw_shape(Imaging out, int shape, int op, Imaging mask) {
    static const unsigned char ink[4] = {1, 200, 3, 90};
    int xy[] = {-9, 3, side, 3, side / 2, 3, 30, side + 9, 7, 20, 7, 20, 40, 0};
    int points = COUNT_OF(xy) / 2;
    switch (shape) {
        case DRAW_POINT:
            return ImagingDrawPoint(out, 3, 4, ink, op);
        case DRAW_LINE:
            return ImagingDrawLine(out, -3, 4, side + 3, side / 2, ink, op);
        case DRAW_WIDE_LINE:
            return ImagingDrawWideLine(out, -3, 4, side + 3, side / 2, ink, 6, op, mask);
        case DRAW_RECTANGLE:
            return ImagingDrawRectangle(out, 3, 4, side - 1, side + 4, ink, 1, 0, op);
        case DRAW_BORDER:
            return ImagingDrawRectangle(out, 3, 4, side - 1, side - 4, ink, 0, 7, op);
        case DRAW_ELLIPSE:
            return ImagingDrawEllipse(out, -9, 4, side - 1, side + 20, ink, 1, 0, op);
        case DRAW_RING:
            return ImagingDrawEllipse(out, -9, 4, side - 1, side + 20, ink, 0, 7, op);
        case DRAW_ARC:
            return ImagingDrawArc(out, 1, -8, side + 9, side - 3, -30.5f, 200, ink, 5, op);
        case DRAW_CHORD:
            return ImagingDrawChord(out, 1, -8, side + 9, side - 3, 100, 20, ink, 1, 0, op);
        case DRAW_CHORD_BORDER:
            return ImagingDrawChord(out, 1, 8, side - 2, side - 3, 10, 150, ink, 0, 4, op);
        case DRAW_PIESLICE:
            return ImagingDrawPieslice(out, 1, -8, side + 9, side - 3, 45, 110, ink, 1, 0, op);
        case DRAW_PIESLICE_BORDER:
            return ImagingDrawPieslice(out, 1, 8, side - 2, side - 3, 60, 300, ink, 0, 4, op);
        case DRAW_POLYGON:
            return ImagingDrawPolygon(out, points, xy, ink, 1, 1, op, mask);
        case DRAW_LINES:
            return ImagingDrawPolygon(out, points, xy, ink, 0, 5, op, mask);
        default:
            return ImagingDrawBitmap(out, 3, -2, mask, ink, op);
    }
}

static unsigned
draw_on(int mode, int shape, int op, Imaging mask) {
    Imaging out = ImagingCopy(inputs[mode]);
    int done = out && draw_shape(out, shape, op, mask) == 0;
    unsigned sum = sum_if(done, out);
    ImagingDelete(out);
    return sum;
}

static unsigned
run_draw(int shape) {
    return draw_on(IMAGING_MODE_RGB, shape, 0, shape == DRAW_BITMAP ? inputs[IMAGING_MODE_L] : NULL);
}

static unsigned
run_draw_blended(int shape) {
    return draw_on(IMAGING_MODE_RGB, shape, 1, shape == DRAW_BITMAP ? inputs[IMAGING_MODE_1] : NULL);
}

static unsigned
run_draw_masked(int shape) {
    return draw_on(IMAGING_MODE_RGB, shape, 1, inputs[IMAGING_MODE_1]);
}

static unsigned
run_draw_16_bits(int shape) {
    return draw_on(IMAGING_MODE_I_16, shape, 0, NULL);
}

static unsigned
run_draw_through_itself(int shape) {
    Imaging out = ImagingCopy(inputs[IMAGING_MODE_L]);
    int done = out && draw_shape(out, shape, 0, out) == 0;
    unsigned sum = sum_if(done, out);
    ImagingDelete(out);
    return sum;
}

/* The outline that is drawn has what could be added to it. */
static unsigned
run_outline(int is_transformed) {
    static const unsigned char ink[4] = {9, 8, 7, 66};
    double matrix[6] = {2, 0, 1, 0, 2, 1};
    Imaging out = ImagingCopy(inputs[IMAGING_MODE_RGBA]);
    ImagingOutline outline = ImagingOutlineNew();
    int done = out && outline && ImagingOutlineMove(outline, 3, 5) == 0 &&
               ImagingOutlineCurve(outline, 30, 5, 60, 90, 3, 60) == 0 && ImagingOutlineLine(outline, -7, 40) == 0 &&
               ImagingOutlineClose(outline) == 0 && (!is_transformed || ImagingOutlineTransform(outline, matrix) == 0) &&
               ImagingDrawOutline(out, outline, ink, 1, 1) == 0;
    unsigned sum = sum_if(done, out);
    ImagingOutlineDelete(outline);
    ImagingDelete(out);
    return sum;
}

static unsigned
run_linear_gradient(int mode) {
    return sum_and_delete(ImagingFillLinearGradient((ModeID)mode));
}

static unsigned
run_radial_gradient(int mode) {
    return sum_and_delete(ImagingFillRadialGradient((ModeID)mode));
}

/* - - - - - Statistics - - - - - */

static unsigned
run_get_bbox(int mode) {
    int box[4];
    return ImagingGetBBox(inputs[mode], box, 0) >= 0 ? sum_of_bytes(box, sizeof(box)) : 0;
}

enum { MAX_SIDE = 3000 };

static unsigned
run_get_projection(int mode) {
    uint8_t columns[MAX_SIDE], rows[MAX_SIDE];
    if (ImagingGetProjection(inputs[mode], columns, rows) != 1) {
        return 0;
    }
    return add_bytes(sum_of_bytes(columns, (size_t)side), rows, (size_t)side);
}

static unsigned
run_get_extrema(int mode) {
    uint8_t extrema[8] = {0};
    return ImagingGetExtrema(inputs[mode], extrema) >= 0 ? sum_of_bytes(extrema, sizeof(extrema)) : 0;
}

static unsigned
run_get_colors(int max_colors) {
    int count = 0;
    ImagingColorItem *items = ImagingGetColors(inputs[IMAGING_MODE_RGB], max_colors, &count);
    unsigned sum = items ? sum_of_int(count) : 0;
    free(items);
    return sum;
}

/* 0: no mask. */
static unsigned
run_get_histogram(int mask) {
    ImagingHistogram histogram = ImagingGetHistogram(inputs[IMAGING_MODE_RGB], mask_of(mask), NULL);
    unsigned sum = histogram ? sum_of_bytes(histogram->histogram, 768 * sizeof(long)) : 0;
    ImagingHistogramDelete(histogram);
    return sum;
}

static unsigned
run_get_histogram_of_floats(int unused) {
    (void)unused;
    float extrema[2] = {0, (float)side};
    ImagingHistogram histogram = ImagingGetHistogram(inputs[IMAGING_MODE_F], NULL, extrema);
    unsigned sum = histogram ? sum_of_bytes(histogram->histogram, 256 * sizeof(long)) : 0;
    ImagingHistogramDelete(histogram);
    return sum;
}

/* - - - - - Effects - - - - - */

static unsigned
run_mandelbrot(int quality) {
    double extent[4] = {-3, -2.5, 2, 2.5};
    return sum_and_delete(ImagingEffectMandelbrot(side, side, extent, quality));
}

static unsigned
run_noise(int sigma) {
    srand(1);
    return sum_and_delete(ImagingEffectNoise(side, side, (float)sigma)) != 0;
}

static unsigned
run_spread(int mode) {
    srand(1);
    return sum_and_delete(ImagingEffectSpread(inputs[mode], 5)) != 0;
}

/* - - - - - Errors, hosts, settings - - - - - */

static unsigned
expect(int code, void *null) {
    const char *message = NULL;
    if (null || ImagingGetLastError(&message) != code || !message || !*message) {
        return 0;
    }
    unsigned sum = sum_of_bytes(message, strlen(message));
    ImagingClearError();
    return sum;
}

static unsigned
run_error(int code) {
    switch (code) {
        case IMAGING_ERROR_MEMORY:
            return expect(code, ImagingError_MemoryError());
        case IMAGING_ERROR_MODE:
            return expect(code, ImagingError_ModeError());
        case IMAGING_ERROR_MISMATCH:
            return expect(code, ImagingError_Mismatch());
        case IMAGING_ERROR_VALUE:
            return expect(code, ImagingError_ValueError("a value"));
        case IMAGING_ERROR_OS:
            return expect(code, ImagingError_OSError("a file"));
        default:
            return expect(code, ImagingError_InternalError("a fault"));
    }
}

/* Errors that the library raises itself, whose texts it makes. */
static unsigned
run_raised(int code) {
    switch (code) {
        case IMAGING_ERROR_MODE:
            return expect(code, ImagingPaletteNew(IMAGING_MODE_L));
        case IMAGING_ERROR_MISMATCH:
            return expect(code, ImagingCopy2(outputs[IMAGING_MODE_L], inputs[IMAGING_MODE_RGB]));
        case IMAGING_ERROR_OS:
            return expect(code, ImagingOpenPPM("/nowhere/at/all"));
        default:
            return expect(code, ImagingConvert(NULL, inputs[IMAGING_MODE_LAB], IMAGING_MODE_I, NULL, 0));
    }
}

static unsigned
run_get_last_error(int unused) {
    (void)unused;
    const char *message = NULL;
    ImagingClearError();
    return ImagingGetLastError(&message) == IMAGING_ERROR_NONE && message && !*message;
}

static unsigned
run_section(int unused) {
    (void)unused;
    ImagingSectionCookie cookie = NULL;
    ImagingSectionEnter(&cookie);
    ImagingSectionLeave(&cookie);
    return 1;
}

static void
count_error(void *context, int code, const char *message) {
    *(int *)context += code == IMAGING_ERROR_VALUE && *message;
}

static unsigned
run_set_host(int unused) {
    (void)unused;
    int errors = 0;
    struct ImagingHost host = {&errors, count_error, NULL, NULL};
    ImagingSetHost(&host);
    ImagingError_ValueError(NULL);
    ImagingSetHost(NULL);
    ImagingClearError();
    return errors == 1;
}

static unsigned
run_configure_from_env(int unused) {
    (void)unused;
    return (unsigned)ImagingMemoryConfigureFromEnv();
}

static unsigned
run_memory_trim(int unused) {
    (void)unused;
    ImagingMemoryTrim();
    return 1;
}

static unsigned
run_num_threads(int unused) {
    (void)unused;
    return (unsigned)ImagingSetNumThreads(ImagingGetNumThreads());
}

static unsigned
run_simd_level(int unused) {
    (void)unused;
    const char *level = ImagingGetSIMDLevel();
    return sum_of_bytes(level, strlen(level));
}

static unsigned
run_version(int unused) {
    (void)unused;
    const char *version = ImagingVersion();
    return sum_of_bytes(version, strlen(version));
}

/* - - - - - Modes - - - - - */

static unsigned
run_find_mode(int unused) {
    (void)unused;
    return sum_of_int((int)findModeID("I;16B"));
}

static unsigned
run_get_mode_data(int id) {
    const char *name = getModeData((ModeID)id)->name;
    return sum_of_bytes(name, strlen(name));
}

static unsigned
run_find_raw_mode(int unused) {
    (void)unused;
    return sum_of_int((int)findRawModeID("BGR;15"));
}

static unsigned
run_get_raw_mode_data(int id) {
    const char *name = getRawModeData((RawModeID)id)->name;
    return sum_of_bytes(name, strlen(name));
}

static unsigned
run_is_i16(int mode) {
    return (unsigned)isModeI16((ModeID)mode);
}

/* - - - - - Shared memory - - - - - */

static unsigned
run_view(int mode) {
    return sum_and_delete(ImagingView(inputs[mode], 1, 2, side, side - 1));
}

static unsigned
run_get_buffer(int mode) {
    ImagingBuffer buffer;
    return ImagingGetBuffer(inputs[mode], &buffer) ? sum_of_int((int)buffer.len) : 0;
}

static unsigned
run_get_packed_buffer(int mode) {
    ImagingBuffer buffer;
    return ImagingGetPackedBuffer(inputs[mode], &buffer) ? sum_of_int((int)buffer.len) : 0;
}

static void
count_release(void *releases) {
    ++*(int *)releases;
}

/* What could not be lent is not given back. */
static unsigned
run_new_from_buffer(int mode) {
    int releases = 0;
    ImagingBuffer buffer;
    if (!ImagingGetBuffer(inputs[mode], &buffer)) {
        return 0;
    }
    Imaging im = ImagingNewFromBuffer((ModeID)mode, &buffer, count_release, &releases);
    int lent = im != NULL;
    unsigned sum = sum_and_delete(im);
    if (releases != lent) {
        abort();
    }
    return sum;
}

/* - - - - - The table - - - - - */

#define M(name) IMAGING_MODE_##name

static const Scene LIST[] = {
    {"ImagingNew", "RGB", run_new, M(RGB), 0},
    {"ImagingNew", "P", run_new, M(P), 0},
    {"ImagingNewDirty", "", run_new_dirty, M(PA), 0},
    {"ImagingNew2Dirty", "new", run_new2_dirty, 0, 0},
    {"ImagingNew2Dirty", "given", run_new2_dirty, 1, 0},
    {"ImagingNewBlock", "", run_new_block, M(P), 0},
    {"ImagingNewPrologue", "", run_new_prologue, M(P), 0},
    {"ImagingNewPrologueSubtype", "", run_new_prologue_subtype, M(P), 0},
    {"ImagingDelete", "", run_delete, 0, 0},
    {"ImagingCopyPalette", "", run_copy_palette, 0, 0},
    {"ImagingMemorySetBlocksMax", "", run_set_blocks_max, 0, SCENE_BY_CODE},
    {"ImagingMemoryClearCache", "", run_clear_cache, 0, 0},
    {"ImagingMemorySetBlockAllocator", "", run_set_block_allocator, 0, 0},
    {"ImagingAccessNew", "", run_access, 0, 0},
    {"_ImagingAccessDelete", "", run_access, 0, 0},
    {"ImagingPaletteNew", "", run_palette_new, M(CMYK), 0},
    {"ImagingPaletteNewBrowser", "", run_palette_new_browser, 0, 0},
    {"ImagingPaletteDuplicate", "", run_palette_duplicate, 0, 0},
    {"ImagingPaletteDelete", "", run_palette_new, M(RGB), 0},
    {"ImagingPaletteCachePrepare", "", run_palette_cache, 0, 0},
    {"ImagingPaletteCacheUpdate", "", run_palette_cache, 0, 0},
    {"ImagingPaletteCacheDelete", "", run_palette_cache, 0, 0},
    {"export_imaging_array", "", run_export_array, 0, SCENE_BY_CODE},
    {"export_imaging_schema", "", run_export_schema, 0, SCENE_BY_CODE},
    {"ImagingNewArrow", "without Python", run_new_arrow, 0, 0},
    {"ImagingFindUnpacker", "", run_find_unpacker, 0, 0},
    {"ImagingFindPacker", "", run_find_packer, 0, 0},
    {"ImagingPackBGR", "", run_shuffler, 0, 0},
    {"ImagingUnpackYCC", "", run_shuffler, 1, 0},
    {"ImagingUnpackYCCA", "", run_shuffler, 2, 0},
    {"ImagingConvertRGB2YCbCr", "", run_shuffler, 3, 0},
    {"ImagingConvertYCbCr2RGB", "", run_shuffler, 4, 0},
    {"ImagingBitDecode", "", run_bit_decode, 0, 0},
    {"ImagingEpsEncode", "", run_eps_encode, 0, 0},
    {"ImagingFliDecode", "", run_fli_decode, 0, 0},
    {"ImagingHexDecode", "", run_hex_decode, 0, 0},
#ifdef IMAGING_HAS_JPEG
    {"ImagingJpegDecode", "", run_jpeg_decode, 0, SCENE_BY_CODE | SCENE_LOADS},
    {"ImagingJpegDecode", "progressive", run_jpeg_decode, 1, SCENE_BY_CODE | SCENE_LOADS},
    {"ImagingJpegDecodeCleanup", "", run_jpeg_decode_cleanup, 0, SCENE_BY_CODE | SCENE_LOADS},
    {"ImagingJpegEncode", "", run_jpeg_encode, 0, SCENE_BY_CODE | SCENE_LOADS},
    {"ImagingJpegEncode", "progressive", run_jpeg_encode, 1, SCENE_BY_CODE | SCENE_LOADS},
    {"ImagingJpegEncodeCleanup", "", run_jpeg_encode_cleanup, 0, SCENE_BY_CODE | SCENE_LOADS},
    {"ImagingJpegUseJCSExtensions", "", run_jpeg_extensions, 0, 0},
#endif
    {"ImagingJpegVersion", "", run_jpeg_version, 0, 0},
    {"ImagingPcdDecode", "", run_pcd_decode, 0, 0},
    {"ImagingRawDecode", "", run_raw_decode, 0, 0},
    {"ImagingRawEncode", "", run_raw_encode, 0, 0},
    {"ImagingTgaRleDecode", "runs", run_tga_rle_decode, 0, 0},
    {"ImagingTgaRleEncode", "RGB", run_tga_rle_encode, 0, 0},
    {"ImagingXbmDecode", "", run_xbm_decode, 0, 0},
    {"ImagingXbmEncode", "", run_xbm_encode, 0, 0},
    {"ImagingMspDecode", "", run_run_decode, 0, SCENE_BY_CODE},
    {"ImagingPackbitsDecode", "", run_run_decode, 1, SCENE_BY_CODE},
    {"ImagingPcxDecode", "", run_run_decode, 2, SCENE_BY_CODE},
    {"ImagingSunRleDecode", "", run_run_decode, 3, SCENE_BY_CODE},
    {"ImagingTgaRleDecode", "", run_run_decode, 4, SCENE_BY_CODE},
    {"ImagingPcxEncode", "", run_run_encode, 0, SCENE_BY_CODE},
    {"ImagingTgaRleEncode", "", run_run_encode, 1, SCENE_BY_CODE},
    {"ImagingSgiRleDecode", "", run_sgi, 0, SCENE_BY_CODE},
    {"ImagingSetCodecIO", "", run_sgi, 0, SCENE_BY_CODE},
#ifdef IMAGING_HAS_JPEG2000
    {"ImagingJpeg2KDecode", "", run_jpeg2000, 1, SCENE_BY_CODE | SCENE_EXTERNAL},
    {"ImagingJpeg2KDecodeCleanup", "", run_jpeg2000, 1, SCENE_BY_CODE | SCENE_EXTERNAL},
    {"ImagingJpeg2KEncode", "", run_jpeg2000, 0, SCENE_BY_CODE | SCENE_EXTERNAL},
    {"ImagingJpeg2KEncodeCleanup", "", run_jpeg2000, 0, SCENE_BY_CODE | SCENE_EXTERNAL},
    {"ImagingJpeg2KVersion", "", run_jpeg2000_version, 0, SCENE_BY_CODE | SCENE_EXTERNAL},
#endif
    {"ImagingCodecIOFromFile", "", run_io_from_file, 0, SCENE_BY_CODE},
    {"ImagingCodecIOFromDescriptor", "", run_io_from_descriptor, 0, SCENE_BY_CODE},
    {"_imaging_read_pyFd", "", run_io_from_descriptor, 0, SCENE_BY_CODE},
    {"_imaging_write_pyFd", "", run_io_from_descriptor, 0, SCENE_BY_CODE},
    {"_imaging_seek_pyFd", "", run_io_from_descriptor, 0, SCENE_BY_CODE},
    {"_imaging_tell_pyFd", "", run_io_from_descriptor, 0, SCENE_BY_CODE},
    {"ImagingGifDecode", "", run_gif, 1, SCENE_BY_CODE},
    {"ImagingGifEncode", "", run_gif, 0, SCENE_BY_CODE},
    {"ImagingBcnDecode", "BC1", run_bcn_decode, 1, 0},
    {"ImagingBcnDecode", "BC3", run_bcn_decode, 3, 0},
    {"ImagingBcnDecode", "BC4", run_bcn_decode, 4, 0},
    {"ImagingBcnDecode", "BC5", run_bcn_decode, 5, 0},
    {"ImagingBcnDecode", "BC6H", run_bcn_decode, 6, 0},
    {"ImagingBcnDecode", "BC7", run_bcn_decode, 7, 0},
    {"ImagingBcnEncode", "BC1", run_bcn_encode, 1, 0},
    {"ImagingBcnEncode", "BC2", run_bcn_encode, 2, 0},
    {"ImagingBcnEncode", "BC3", run_bcn_encode, 3, 0},
    {"ImagingBcnEncode", "BC5", run_bcn_encode, 5, 0},
    {"ImagingZipDecode", "", run_zip_decode, 0, SCENE_BY_CODE},
    {"ImagingZipDecodeCleanup", "", run_zip_decode, 0, SCENE_BY_CODE},
    {"ImagingZipEncode", "", run_zip_encode, 0, SCENE_BY_CODE},
    {"ImagingZipEncode", "with a dictionary", run_zip_encode, 1, SCENE_BY_CODE},
    {"ImagingZipEncodeCleanup", "", run_zip_encode, 0, SCENE_BY_CODE},
    {"ImagingZipVersion", "", run_zip_version, 0, 0},
#ifdef IMAGING_HAS_TIFF
    {"ImagingLibTiffDecode", "", run_tiff_decode, 0, SCENE_BY_CODE | SCENE_EXTERNAL},
    {"ImagingLibTiffEncode", "", run_tiff_encode, 0, SCENE_BY_CODE | SCENE_EXTERNAL},
    {"ImagingLibTiffEncodeCleanup", "", run_tiff_encode, 0, SCENE_BY_CODE | SCENE_EXTERNAL},
    {"ImagingLibTiffEncodeInit", "", run_tiff_encode, 0, SCENE_BY_CODE | SCENE_EXTERNAL},
    {"ImagingLibTiffFindField", "", run_tiff_encode, 0, SCENE_BY_CODE | SCENE_EXTERNAL},
    {"ImagingLibTiffInit", "", run_tiff_decode, 0, SCENE_BY_CODE | SCENE_EXTERNAL},
    {"ImagingLibTiffMergeFieldInfo", "", run_tiff_encode, 0, SCENE_BY_CODE | SCENE_EXTERNAL},
    {"ImagingLibTiffSetField", "", run_tiff_encode, 0, SCENE_BY_CODE | SCENE_EXTERNAL},
    {"ImagingTiffVersion", "", run_tiff_version, 0, SCENE_BY_CODE | SCENE_EXTERNAL},
#endif
    {"ImagingOpenPPM", "", run_open_ppm, 0, 0},
    {"ImagingOpenPPM", "long path", run_open_ppm, 1, 0},
    {"ImagingSavePPM", "", run_save_ppm, 0, 0},
    {"ImagingSavePPM", "through a link", run_save_ppm, 1, SCENE_UNCOUNTED},
    {"ImagingMapFile", "read only", run_map_file, IMAGING_MAP_READ_ONLY, 0},
    {"ImagingMapFile", "private", run_map_file, IMAGING_MAP_PRIVATE, 0},
    {"ImagingMapFlush", "", run_map_flush, 0, 0},
    {"ImagingMapRelease", "", run_map_release, 0, 0},
    {"ImagingLoadRaw", "mapped", run_load_raw, IMAGING_RAWMODE_RGBA, 0},
    {"ImagingLoadRaw", "unpacked", run_load_raw, IMAGING_RAWMODE_BGRA, 0},
    {"ImagingReadTile", "", run_read_tile, 0, 0},
    {"ImagingSaveRaw", "as in memory", run_save_raw, IMAGING_RAWMODE_RGBA, 0},
    {"ImagingSaveRaw", "packed", run_save_raw, IMAGING_RAWMODE_BGRA, 0},
    {"ImagingConvert", "RGB to L", run_convert, 0, 0},
    {"ImagingConvert", "RGB to 1", run_convert, 1, 0},
    {"ImagingConvert", "RGB to 1, dithered", run_convert, 2, 0},
    {"ImagingConvert", "L to 1, dithered", run_convert, 3, 0},
    {"ImagingConvert", "RGB to P", run_convert, 4, 0},
    {"ImagingConvert", "RGB to P, dithered", run_convert, 5, 0},
    {"ImagingConvert", "RGB to PA, dithered", run_convert, 6, 0},
    {"ImagingConvert", "L to P", run_convert, 7, 0},
    {"ImagingConvert", "P to RGBA", run_convert, 8, 0},
    {"ImagingConvert", "PA to L", run_convert, 9, 0},
    {"ImagingConvert", "P to its palette's mode", run_convert, 10, 0},
    {"ImagingConvert", "RGB to RGB", run_convert, 11, 0},
    {"ImagingConvert", "RGBA to RGBa", run_convert, 12, 0},
    {"ImagingConvert", "RGBa to RGBA", run_convert, 13, 0},
    {"ImagingConvert", "RGB to HSV", run_convert, 14, 0},
    {"ImagingConvert", "HSV to RGB", run_convert, 15, 0},
    {"ImagingConvert", "RGB to YCbCr", run_convert, 16, 0},
    {"ImagingConvert", "RGB to CMYK", run_convert, 17, 0},
    {"ImagingConvert", "I to F", run_convert, 18, 0},
    {"ImagingConvert", "I;16B to I", run_convert, 19, 0},
    {"ImagingConvert", "into an image", run_convert_into, 0, 0},
    {"ImagingConvert", "to given colours", run_convert_to_palette, 0, 0},
    {"ImagingConvert", "to given colours, dithered", run_convert_to_palette, 1, 0},
    {"ImagingConvertTransparent", "RGBA", run_convert_transparent, M(RGBA), 0},
    {"ImagingConvertTransparent", "La", run_convert_transparent, M(La), 0},
    {"ImagingConvertMatrix", "L", run_convert_matrix, M(L), 0},
    {"ImagingConvertMatrix", "RGB", run_convert_matrix, M(RGB), 0},
    {"ImagingColorLUT3D_linear", "3 channels", run_color_lut, 3, 0},
    {"ImagingColorLUT3D_linear", "4 channels", run_color_lut, 4, 0},
    {"ImagingCopy", "RGB", run_copy, M(RGB), 0},
    {"ImagingCopy", "P", run_copy, M(P), 0},
    {"ImagingCopy2", "RGB", run_copy2, M(RGB), 0},
    {"ImagingCopy2", "PA", run_copy2, M(PA), 0},
    {"ImagingCrop", "RGB", run_crop, M(RGB), 0},
    {"ImagingCrop", "P", run_crop, M(P), 0},
    {"ImagingFlipLeftRight", "", run_turn, 0, 0},
    {"ImagingFlipTopBottom", "", run_turn, 1, 0},
    {"ImagingRotate90", "", run_turn, 2, 0},
    {"ImagingRotate180", "", run_turn, 3, 0},
    {"ImagingRotate270", "", run_turn, 4, 0},
    {"ImagingTranspose", "", run_turn, 5, 0},
    {"ImagingTransverse", "", run_turn, 6, 0},
    {"ImagingTransform", "scaled", run_transform, 0, 0},
    {"ImagingTransform", "affine, nearest", run_transform, 1, 0},
    {"ImagingTransform", "affine, bilinear", run_transform, 2, 0},
    {"ImagingTransform", "affine, bicubic", run_transform, 3, 0},
    {"ImagingTransform", "perspective", run_transform, 4, 0},
    {"ImagingTransform", "quad", run_transform, 5, 0},
    {"ImagingResample", "RGB", run_resample, M(RGB), 0},
    {"ImagingResample", "RGBA", run_resample, M(RGBA), 0},
    {"ImagingResample", "L", run_resample, M(L), 0},
    {"ImagingResample", "LA", run_resample, M(LA), 0},
    {"ImagingResample", "I", run_resample, M(I), 0},
    {"ImagingResample", "F", run_resample, M(F), 0},
    {"ImagingResample", "I;16", run_resample, M(I_16), 0},
    {"ImagingReduce", "RGB", run_reduce, M(RGB), 0},
    {"ImagingReduce", "L", run_reduce, M(L), 0},
    {"ImagingReduce", "F", run_reduce, M(F), 0},
    {"ImagingGetBand", "", run_get_band, 0, 0},
    {"ImagingPutBand", "", run_put_band, 0, 0},
    {"ImagingFillBand", "", run_fill_band, 0, 0},
    {"ImagingSplit", "LA", run_split, M(LA), 0},
    {"ImagingSplit", "RGB", run_split, M(RGB), 0},
    {"ImagingSplit", "CMYK", run_split, M(CMYK), 0},
    {"ImagingMerge", "", run_merge, 0, 0},
    {"ImagingAlphaComposite", "RGBA", run_alpha_composite, M(RGBA), 0},
    {"ImagingAlphaComposite", "LA", run_alpha_composite, M(LA), 0},
    {"ImagingFill", "", run_fill, 0, 0},
    {"ImagingExpand", "RGB", run_expand, M(RGB), 0},
    {"ImagingExpand", "P", run_expand, M(P), 0},
    {"ImagingFilter", "3 x 3, fractions", run_filter, 0, 0},
    {"ImagingFilter", "3 x 3, floats", run_filter, 1, 0},
    {"ImagingFilter", "5 x 5", run_filter, 2, 0},
    {"ImagingBoxBlur", "RGB", run_box_blur, M(RGB), 0},
    {"ImagingBoxBlur", "L", run_box_blur, M(L), 0},
    {"ImagingGaussianBlur", "RGB", run_gaussian_blur, M(RGB), 0},
    {"ImagingGaussianBlur", "L", run_gaussian_blur, M(L), 0},
    {"ImagingUnsharpMask", "RGB", run_unsharp_mask, M(RGB), 0},
    {"ImagingUnsharpMask", "L", run_unsharp_mask, M(L), 0},
    {"ImagingRankFilter", "3 x 3", run_rank_filter, 3, 0},
    {"ImagingRankFilter", "11 x 11", run_rank_filter, 11, 0},
    {"ImagingRankFilter", "F, 3 x 3", run_rank_filter_of_floats, 3, 0},
    {"ImagingRankFilter", "F, 11 x 11", run_rank_filter_of_floats, 11, 0},
    {"ImagingModeFilter", "3 x 3", run_mode_filter, 3, 0},
    {"ImagingModeFilter", "15 x 15", run_mode_filter, 15, 0},
    {"ImagingBlend", "L", run_blend, M(L), 0},
    {"ImagingBlend", "RGB", run_blend, M(RGB), 0},
    {"ImagingChopLighter", "", run_chop, 0, 0},
    {"ImagingChopDarker", "", run_chop, 1, 0},
    {"ImagingChopDifference", "", run_chop, 2, 0},
    {"ImagingChopMultiply", "", run_chop, 3, 0},
    {"ImagingChopScreen", "", run_chop, 4, 0},
    {"ImagingChopAdd", "", run_chop, 5, 0},
    {"ImagingChopSubtract", "", run_chop, 6, 0},
    {"ImagingChopAddModulo", "", run_chop, 7, 0},
    {"ImagingChopSubtractModulo", "", run_chop, 8, 0},
    {"ImagingChopSoftLight", "", run_chop, 9, 0},
    {"ImagingChopHardLight", "", run_chop, 10, 0},
    {"ImagingOverlay", "", run_chop, 11, 0},
    {"ImagingChopAnd", "", run_chop, 12, 0},
    {"ImagingChopOr", "", run_chop, 13, 0},
    {"ImagingChopXor", "", run_chop, 14, 0},
    {"ImagingPoint", "L", run_point, 0, 0},
    {"ImagingPoint", "RGB", run_point, 1, 0},
    {"ImagingPoint", "P to F", run_point, 2, 0},
    {"ImagingPoint", "I to L", run_point, 3, 0},
    {"ImagingPointTransform", "I", run_point_transform, M(I), 0},
    {"ImagingPointTransform", "I;16", run_point_transform, M(I_16), 0},
    {"ImagingPointTransform", "F", run_point_transform, M(F), 0},
    {"ImagingNegative", "RGB", run_negative, M(RGB), 0},
    {"ImagingNegative", "L", run_negative, M(L), 0},
    {"ImagingOffset", "RGB", run_offset, M(RGB), 0},
    {"ImagingOffset", "P", run_offset, M(P), 0},
    {"ImagingPaste", "", run_paste, 0, 0},
    {"ImagingPaste", "mask of mode 1", run_paste, M(1), 0},
    {"ImagingPaste", "mask of mode L", run_paste, M(L), 0},
    {"ImagingPaste", "mask of mode LA", run_paste, M(LA), 0},
    {"ImagingPaste", "mask of mode RGBa", run_paste, M(RGBa), 0},
    {"ImagingPaste", "a part of the image", run_paste_shared, M(RGB), 0},
    {"ImagingFill2", "", run_fill2, 0, 0},
    {"ImagingFill2", "mask of mode 1", run_fill2, M(1), 0},
    {"ImagingFill2", "mask of mode L", run_fill2, M(L), 0},
    {"ImagingFill2", "mask of mode RGBA", run_fill2, M(RGBA), 0},
    {"ImagingFill2", "mask of mode RGBa", run_fill2, M(RGBa), 0},
    {"ImagingDrawPoint", "", run_draw, DRAW_POINT, 0},
    {"ImagingDrawPoint", "blended", run_draw_blended, DRAW_POINT, 0},
    {"ImagingDrawPoint", "I;16", run_draw_16_bits, DRAW_POINT, 0},
    {"ImagingDrawLine", "", run_draw, DRAW_LINE, 0},
    {"ImagingDrawLine", "blended", run_draw_blended, DRAW_LINE, 0},
    {"ImagingDrawLine", "I;16", run_draw_16_bits, DRAW_LINE, 0},
    {"ImagingDrawWideLine", "", run_draw, DRAW_WIDE_LINE, 0},
    {"ImagingDrawWideLine", "blended", run_draw_blended, DRAW_WIDE_LINE, 0},
    {"ImagingDrawWideLine", "mask", run_draw_masked, DRAW_WIDE_LINE, 0},
    {"ImagingDrawRectangle", "", run_draw, DRAW_RECTANGLE, 0},
    {"ImagingDrawRectangle", "blended", run_draw_blended, DRAW_RECTANGLE, 0},
    {"ImagingDrawRectangle", "border", run_draw, DRAW_BORDER, 0},
    {"ImagingDrawRectangle", "blended border", run_draw_blended, DRAW_BORDER, 0},
    {"ImagingDrawEllipse", "", run_draw, DRAW_ELLIPSE, 0},
    {"ImagingDrawEllipse", "blended", run_draw_blended, DRAW_ELLIPSE, 0},
    {"ImagingDrawEllipse", "outline, I;16", run_draw_16_bits, DRAW_RING, 0},
    {"ImagingDrawArc", "", run_draw, DRAW_ARC, 0},
    {"ImagingDrawArc", "blended", run_draw_blended, DRAW_ARC, 0},
    {"ImagingDrawChord", "", run_draw, DRAW_CHORD, 0},
    {"ImagingDrawChord", "blended outline", run_draw_blended, DRAW_CHORD_BORDER, 0},
    {"ImagingDrawPieslice", "", run_draw, DRAW_PIESLICE, 0},
    {"ImagingDrawPieslice", "blended outline", run_draw_blended, DRAW_PIESLICE_BORDER, 0},
    {"ImagingDrawPolygon", "", run_draw, DRAW_POLYGON, 0},
    {"ImagingDrawPolygon", "blended", run_draw_blended, DRAW_POLYGON, 0},
    {"ImagingDrawPolygon", "mask", run_draw_masked, DRAW_POLYGON, 0},
    {"ImagingDrawPolygon", "the mask is the image", run_draw_through_itself, DRAW_POLYGON, 0},
    {"ImagingDrawPolygon", "lines", run_draw, DRAW_LINES, 0},
    {"ImagingDrawPolygon", "blended lines", run_draw_masked, DRAW_LINES, 0},
    {"ImagingDrawBitmap", "L", run_draw, DRAW_BITMAP, 0},
    {"ImagingDrawBitmap", "1", run_draw_blended, DRAW_BITMAP, 0},
    {"ImagingDrawOutline", "", run_outline, 0, 0},
    {"ImagingOutlineNew", "", run_outline, 0, 0},
    {"ImagingOutlineDelete", "", run_outline, 0, 0},
    {"ImagingOutlineMove", "", run_outline, 0, 0},
    {"ImagingOutlineLine", "", run_outline, 0, 0},
    {"ImagingOutlineCurve", "", run_outline, 0, 0},
    {"ImagingOutlineClose", "", run_outline, 0, 0},
    {"ImagingOutlineTransform", "", run_outline, 1, 0},
    {"ImagingFillLinearGradient", "L", run_linear_gradient, M(L), 0},
    {"ImagingFillLinearGradient", "P", run_linear_gradient, M(P), 0},
    {"ImagingFillRadialGradient", "F", run_radial_gradient, M(F), 0},
    {"ImagingGetBBox", "RGB", run_get_bbox, M(RGB), 0},
    {"ImagingGetBBox", "I;16", run_get_bbox, M(I_16), 0},
    {"ImagingGetProjection", "RGB", run_get_projection, M(RGB), 0},
    {"ImagingGetProjection", "L", run_get_projection, M(L), 0},
    {"ImagingGetExtrema", "L", run_get_extrema, M(L), 0},
    {"ImagingGetExtrema", "I", run_get_extrema, M(I), 0},
    {"ImagingGetExtrema", "F", run_get_extrema, M(F), 0},
    {"ImagingGetExtrema", "I;16", run_get_extrema, M(I_16), 0},
    {"ImagingGetColors", "", run_get_colors, 1 << 14, 0},
    {"ImagingGetColors", "too many", run_get_colors, 9, 0},
    {"ImagingGetHistogram", "", run_get_histogram, 0, 0},
    {"ImagingGetHistogram", "mask", run_get_histogram, M(L), 0},
    {"ImagingGetHistogram", "F", run_get_histogram_of_floats, 0, 0},
    {"ImagingHistogramDelete", "", run_get_histogram, 0, 0},
    {"ImagingEffectMandelbrot", "", run_mandelbrot, 50, 0},
    {"ImagingEffectNoise", "", run_noise, 20, 0},
    {"ImagingEffectSpread", "RGB", run_spread, M(RGB), 0},
    {"ImagingEffectSpread", "P", run_spread, M(P), 0},
    {"ImagingQuantize", "median cut", run_quantize_rgb, 0, 0},
    {"ImagingQuantize", "maximum coverage", run_quantize_rgb, 1, 0},
    {"ImagingQuantize", "fast octree", run_quantize_rgb, 2, 0},
    {"ImagingQuantize", "median cut and k-means", run_quantize_rgb, 3, 0},
    {"ImagingQuantize", "maximum coverage and k-means", run_quantize_rgb, 4, 0},
    {"ImagingQuantize", "RGBA", run_quantize_rgba, 2, 0},
    {"ImagingQuantize", "P", run_quantize_palette, 4, 0},
    {"ImagingQuantize", "P, fast octree", run_quantize_palette, 2, 0},
    {"ImagingError_MemoryError", "", run_error, IMAGING_ERROR_MEMORY, 0},
    {"ImagingError_ModeError", "", run_error, IMAGING_ERROR_MODE, 0},
    {"ImagingError_Mismatch", "", run_error, IMAGING_ERROR_MISMATCH, 0},
    {"ImagingError_ValueError", "", run_error, IMAGING_ERROR_VALUE, 0},
    {"ImagingError_OSError", "", run_error, IMAGING_ERROR_OS, 0},
    {"ImagingError_InternalError", "", run_error, IMAGING_ERROR_INTERNAL, 0},
    {"ImagingPaletteNew", "wrong mode", run_raised, IMAGING_ERROR_MODE, 0},
    {"ImagingCopy2", "mismatch", run_raised, IMAGING_ERROR_MISMATCH, 0},
    {"ImagingConvert", "no such conversion", run_raised, IMAGING_ERROR_VALUE, 0},
    {"ImagingOpenPPM", "no such file", run_raised, IMAGING_ERROR_OS, 0},
    {"ImagingSectionEnter", "", run_section, 0, 0},
    {"ImagingSectionLeave", "", run_section, 0, 0},
    {"ImagingGetLastError", "", run_get_last_error, 0, 0},
    {"ImagingClearError", "", run_get_last_error, 0, 0},
    {"ImagingSetHost", "", run_set_host, 0, 0},
    {"ImagingMemoryConfigureFromEnv", "", run_configure_from_env, 0, 0},
    {"ImagingMemoryTrim", "", run_memory_trim, 0, 0},
    {"ImagingSetNumThreads", "", run_num_threads, 0, 0},
    {"ImagingGetNumThreads", "", run_num_threads, 0, 0},
    {"ImagingGetSIMDLevel", "", run_simd_level, 0, 0},
    {"ImagingVersion", "", run_version, 0, 0},
    {"findModeID", "", run_find_mode, 0, 0},
    {"getModeData", "", run_get_mode_data, M(RGB), 0},
    {"findRawModeID", "", run_find_raw_mode, 0, 0},
    {"getRawModeData", "", run_get_raw_mode_data, IMAGING_RAWMODE_BGR, 0},
    {"isModeI16", "", run_is_i16, M(I_16B), 0},
    {"ImagingView", "RGB", run_view, M(RGB), 0},
    {"ImagingView", "P", run_view, M(P), 0},
    {"ImagingGetBuffer", "", run_get_buffer, M(RGB), 0},
    {"ImagingGetPackedBuffer", "", run_get_packed_buffer, M(RGB), 0},
    {"ImagingNewFromBuffer", "RGB", run_new_from_buffer, M(RGB), 0},
    {"ImagingNewFromBuffer", "P", run_new_from_buffer, M(P), 0},
};

/* - - - - - Inputs - - - - - */

enum { PATTERN = 1 << 14, SHIFTS = 1 << 12 };

static unsigned char pattern[PATTERN];

static void
make_pattern(void) {
    unsigned value = 1;
    for (int i = 0; i < PATTERN; i++) {
        value = value * 1664525u + 1013904223u;
        pattern[i] = (unsigned char)((i / 3) + (value >> 28));
    }
}

/* Rows are copies of the pattern, from another place on each: quick, since some tests do this for each of many processes. */
static void
paint(Imaging im) {
    for (int y = 0; y < im->ysize; y++) {
        memcpy(im->image[y], pattern + y * 149 % SHIFTS, (size_t)im->linesize);
        for (int x = 0; im->mode == IMAGING_MODE_1 && x < im->xsize; x++) {
            im->image[y][x] = (char)-(im->image[y][x] & 1);
        }
        for (int x = 0; im->type == IMAGING_TYPE_FLOAT32 && x < im->xsize; x++) {
            IMAGING_PIXEL_F(im, x, y) = (FLOAT32)(x * y) / 7;
        }
    }
    for (int i = 0; im->palette && i < 256; i++) {
        im->palette->palette[4 * i] = (UINT8)(i * 5);
        im->palette->palette[4 * i + 1] = (UINT8)(i * 11);
        im->palette->palette[4 * i + 2] = (UINT8)(i * 17);
        im->palette->size = 256;
    }
}

static int
create(char *path, const char *header, size_t bytes) {
    int file = mkstemp(path);
    if (file < 0) {
        return 0;
    }
    int done = write(file, header, strlen(header)) == (ssize_t)strlen(header);
    for (size_t i = 0; done && i < bytes; i += PATTERN) {
        done = write(file, pattern, PATTERN) == PATTERN;
    }
    return close(file) == 0 && done;
}

static int
set_up(int of_side) {
    side = of_side;
    if (4 * side > PATTERN - SHIFTS) {
        return 0;
    }
    make_pattern();
    for (int i = 0; i < MODE_COUNT; i++) {
        ModeID mode = MODES[i].id;
        inputs[mode] = ImagingNewBlock(mode, side, side);
        outputs[mode] = ImagingNew(mode, side, side);
        if (!inputs[mode] || !outputs[mode]) {
            return 0;
        }
        paint(inputs[mode]);
    }
    colours = ImagingNew(IMAGING_MODE_P, 1, 1);
    if (!colours) {
        return 0;
    }
    paint(colours);

    int made = create(ppm_path, "P5 50 50 255\n", 2500) && create(saved_path, "", 0) &&
               create(raw_path, "", (size_t)side * (size_t)side * 4);
    strcpy(link_path, saved_path);
    strcat(link_path, ".link");
    memset(long_path, '/', LONG);
    strcpy(long_path + LONG, ppm_path);
    return made && symlink(saved_path, link_path) == 0;
}

static void
tear_down(void) {
    for (int i = 0; i < MODE_COUNT; i++) {
        ImagingDelete(inputs[MODES[i].id]);
        ImagingDelete(outputs[MODES[i].id]);
    }
    ImagingDelete(colours);
    unlink(link_path);
    unlink(ppm_path);
    unlink(raw_path);
    unlink(saved_path);
}

static int
take_error(void) {
    int code = ImagingGetLastError(NULL);
    ImagingClearError();
    return code;
}

const Scenes SCENES = {LIST, COUNT_OF(LIST), set_up, tear_down, take_error, ImagingSetNumThreads};

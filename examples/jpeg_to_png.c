/*
 * Converts a JPEG to a PNG: jpeg_to_png [-p] [picture.jpg [picture.png]], from stdin to stdout if there are no names.
 *
 * The JPEG is read and decoded in chunks of 4 KiB, as it would arrive through a network; -p shows the progress. A broken file is
 * refused, and no PNG is written then.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libImaging/Imaging.h>
#include <libImaging/ImagingExt.h>
#include <libImaging/Jpeg.h>
#include <libImaging/ZipCodecs.h>

enum { CHUNK = 4096, MOST_HEAD = 1 << 24, MOST_PIXELS = 100000000 };

/* Bytes of the file that are not consumed. */
typedef struct {
    FILE *file;
    unsigned char *bytes;
    size_t length, room;
} Input;

/* What the head of a JPEG says. */
typedef struct {
    int width, height, components;
} Size;

static int
failed(const char *what) {
    fprintf(stderr, "jpeg_to_png: %s\n", what);
    return 0;
}

static int
failed_in_library(void) {
    const char *message;
    ImagingGetLastError(&message);
    return failed(message);
}

/* Reads a chunk. Returns how many bytes, 0 at the end of the file, or -1 without memory. */
static long
read_chunk(Input *input) {
    if (input->room - input->length < CHUNK) {
        size_t room = 2 * input->room + CHUNK;
        unsigned char *bytes = (unsigned char *)realloc(input->bytes, room);
        if (!bytes) {
            return -1;
        }
        input->bytes = bytes;
        input->room = room;
    }
    size_t more = fread(input->bytes + input->length, 1, CHUNK, input->file);
    input->length += more;
    return (long)more;
}

/* Looks for the size in a JPEG's first bytes. Returns 1 if it is found, 0 if more bytes are needed, and -1 if there is none. */
static int
find_size(const Input *input, Size *size) {
    const unsigned char *bytes = input->bytes;
    size_t length = input->length, at = 2;
    if (length >= 2 && (bytes[0] != 0xff || bytes[1] != 0xd8)) {
        return -1;
    }
    while (at + 10 <= length) {
        if (bytes[at] != 0xff) {
            return -1;
        }
        int marker = bytes[at + 1];
        if (marker == 0xff || marker == 1 || (marker >= 0xd0 && marker <= 0xd7)) {
            at += marker == 0xff ? 1 : 2; /* a fill byte, or a marker without a segment */
        } else if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
            size->height = bytes[at + 5] << 8 | bytes[at + 6];
            size->width = bytes[at + 7] << 8 | bytes[at + 8];
            size->components = bytes[at + 9];
            return 1;
        } else if (marker == 0xd9 || marker == 0xda) {
            return -1;
        } else {
            at += 2 + (size_t)(bytes[at + 2] << 8 | bytes[at + 3]);
        }
    }
    return length < MOST_HEAD ? 0 : -1;
}

/* Reads until the size is known, and makes an image of it. Returns NULL on error. */
static Imaging
start(Input *input, Size *size) {
    int found;
    while ((found = find_size(input, size)) == 0) {
        long more = read_chunk(input);
        if (more <= 0) {
            failed(more < 0 ? "out of memory" : "the file ends within its head");
            return NULL;
        }
    }
    if (found < 0) {
        failed("this is no JPEG file");
        return NULL;
    }
    if (size->width == 0 || size->height == 0 || size->width > MOST_PIXELS / size->height) {
        failed("the image is empty, or too large");
        return NULL;
    }
    if (size->components != 1 && size->components != 3 && size->components != 4) {
        failed("the image has neither one, three nor four components");
        return NULL;
    }
    ModeID mode = size->components == 1 ? IMAGING_MODE_L : size->components == 3 ? IMAGING_MODE_RGB : IMAGING_MODE_CMYK;
    Imaging im = ImagingNew(mode, size->width, size->height);
    if (!im) {
        failed_in_library();
    }
    return im;
}

/* Sets the rectangle of a codec to the whole image, and makes a line of packed pixels. */
static int
set_up(ImagingCodecState state, Imaging im, void *context) {
    state->xsize = im->xsize;
    state->ysize = im->ysize;
    state->bytes = (state->bits * im->xsize + 7) / 8;
    state->buffer = (UINT8 *)calloc(1, (size_t)state->bytes);
    state->context = context;
    return state->buffer ? 1 : failed("out of memory");
}

static void
show_progress(const struct ImagingCodecStateInstance *state, int *shown) {
    int percent = (int)(100LL * state->y / state->ysize);
    if (percent != *shown) {
        fprintf(stderr, "\r%3d %%", percent);
        *shown = percent;
    }
}

static int
decode(Input *input, Imaging im, int progress) {
    JPEGSTATE jpeg;
    struct ImagingCodecStateInstance state;
    memset(&jpeg, 0, sizeof(jpeg));
    memset(&state, 0, sizeof(state));
    jpeg.scale = 1;
    /* RGB with a byte between two pixels, as in the image, where the library can. Adobe's CMYK is inverted. */
    jpeg.rawmode = im->bands == 1   ? IMAGING_RAWMODE_L
                   : im->bands == 4 ? IMAGING_RAWMODE_CMYK_I
                   : ImagingJpegUseJCSExtensions() ? IMAGING_RAWMODE_RGBX
                                                   : IMAGING_RAWMODE_RGB;
    state.shuffle = ImagingFindUnpacker(im->mode, jpeg.rawmode, &state.bits);
    int used = set_up(&state, im, &jpeg) ? 0 : -2, shown = -1;
    while (used >= 0) {
        used = ImagingJpegDecode(im, &state, input->bytes, (Py_ssize_t)input->length);
        if (progress) {
            show_progress(&state, &shown);
        }
        if (used >= 0) {
            /* Bytes that the decoder has not consumed come first next time. */
            input->length -= (size_t)used;
            memmove(input->bytes, input->bytes + used, input->length);
            long more = read_chunk(input);
            if (more < 0 || (more == 0 && used == 0)) {
                failed(more < 0 ? "out of memory" : "the file ends within the image");
                used = -2;
            }
        }
    }
    if (progress) {
        fputc('\n', stderr);
    }
    int code = state.errcode;
    ImagingJpegDecodeCleanup(&state);
    free(state.buffer);
    if (code) {
        failed(code == IMAGING_CODEC_BROKEN ? "the image is broken" : "the image cannot be decoded");
    }
    return used == -1 && !code;
}

/* The checksum of a PNG's chunk, a bit after the other. */
static unsigned
crc(unsigned sum, const unsigned char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
        }
    }
    return sum;
}

static void
put_number(unsigned char *place, unsigned number) {
    for (int i = 0; i < 4; i++) {
        place[i] = (unsigned char)(number >> (24 - 8 * i));
    }
}

static int
write_chunk(FILE *file, const char *type, const unsigned char *data, size_t length) {
    unsigned char head[8], sum[4];
    put_number(head, (unsigned)length);
    memcpy(head + 4, type, 4);
    put_number(sum, ~crc(crc(~0u, head + 4, 4), data, length));
    return fwrite(head, 1, 8, file) == 8 && fwrite(data, 1, length, file) == length && fwrite(sum, 1, 4, file) == 4;
}

static int
write_png(FILE *file, Imaging im) {
    static unsigned char data[1 << 15];
    ZIPSTATE zip;
    struct ImagingCodecStateInstance state;
    memset(&zip, 0, sizeof(zip));
    memset(&state, 0, sizeof(state));
    zip.mode = ZIP_PNG;
    zip.compress_level = zip.compress_type = -1;
    state.shuffle =
        ImagingFindPacker(im->mode, im->bands == 1 ? IMAGING_RAWMODE_L : IMAGING_RAWMODE_RGB, &state.bits);
    if (!set_up(&state, im, &zip)) {
        return 0;
    }
    /* Eight bits of grey, type 0, or of red, green and blue, type 2. */
    unsigned char header[13] = {0, 0, 0, 0, 0, 0, 0, 0, 8, (unsigned char)(im->bands == 1 ? 0 : 2), 0, 0, 0};
    put_number(header, (unsigned)im->xsize);
    put_number(header + 4, (unsigned)im->ysize);
    int done = fwrite("\x89PNG\r\n\x1a\n", 1, 8, file) == 8 && write_chunk(file, "IHDR", header, 13);
    while (done && !state.errcode) {
        int made = ImagingZipEncode(im, &state, data, sizeof(data));
        done = made >= 0 && write_chunk(file, "IDAT", data, (size_t)made);
    }
    done = done && state.errcode == IMAGING_CODEC_END && write_chunk(file, "IEND", data, 0) && fflush(file) == 0;
    ImagingZipEncodeCleanup(&state);
    free(state.buffer);
    return done ? 1 : failed("the PNG cannot be written");
}

int
main(int count, char **arguments) {
    int progress = count > 1 && strcmp(arguments[1], "-p") == 0;
    const char *from = count > 1 + progress ? arguments[1 + progress] : NULL;
    const char *to = count > 2 + progress ? arguments[2 + progress] : NULL;
    Input input = {from ? fopen(from, "rb") : stdin, NULL, 0, 0};
    Size size;
    if (!input.file) {
        failed("the file cannot be opened");
        return 1;
    }
    Imaging im = start(&input, &size);
    int done = im && decode(&input, im, progress);
    if (done && im->bands == 4) {
        Imaging rgb = ImagingConvert(NULL, im, IMAGING_MODE_RGB, NULL, 0);
        ImagingDelete(im);
        im = rgb;
        done = im ? 1 : failed_in_library();
    }
    if (done) {
        FILE *file = to ? fopen(to, "wb") : stdout;
        done = file ? write_png(file, im) : failed("the PNG cannot be created");
        if (file && to) {
            done = fclose(file) == 0 && done;
        }
    }
    ImagingDelete(im);
    free(input.bytes);
    if (from) {
        fclose(input.file);
    }
    return !done;
}

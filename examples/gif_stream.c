/* Shows a GIF as characters, row by row as it arrives: gif_stream < picture.gif */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libImaging/Gif.h>
#include <libImaging/Imaging.h>
#include <libImaging/ImagingExt.h>

enum { CHUNK = 4096, MOST = 1000 };

static const char SHADES[] = " .:-=+*#%@";

static unsigned char colours[256][3];
static int transparency = -1;

static int
broken(const char *what) {
    fprintf(stderr, "gif_stream: %s\n", what);
    return 1;
}

/* Reads exactly so many bytes. Returns 0 where the file ends before. */
static int
get(void *bytes, size_t length) {
    return fread(bytes, 1, length, stdin) == length;
}

static int
number(const unsigned char *bytes) {
    return bytes[0] | bytes[1] << 8;
}

/* Reads a palette, if the flags say that one follows. */
static int
get_palette(int flags) {
    return !(flags & 0x80) || get(colours, 3 * ((size_t)2 << (flags & 7)));
}

/* Reads blocks that say something about the next image. Its transparent colour is all that counts here. */
static int
get_extension(void) {
    unsigned char label, length, data[255];
    int read = get(&label, 1);
    while (read && (read = get(&length, 1)) && length && (read = get(data, length))) {
        if (label == 0xf9 && length == 4) {
            transparency = data[0] & 1 ? data[3] : -1;
        }
    }
    return read;
}

static void
show(const unsigned char *row, int width) {
    for (int x = 0; x < width; x++) {
        const unsigned char *colour = colours[row[x]];
        int brightness = (299 * colour[0] + 587 * colour[1] + 114 * colour[2]) / 1000;
        putchar(row[x] == transparency ? ' ' : SHADES[brightness * 9 / 255]);
    }
    putchar('\n');
    fflush(stdout);
}

/* Decodes the pixels of an image, and shows rows that are complete. */
static int
decode(Imaging im, int bits, int interlaced) {
    static GIFDECODERSTATE gif;
    static unsigned char bytes[CHUNK];
    struct ImagingCodecStateInstance state;
    memset(&state, 0, sizeof(state));
    gif.bits = bits;
    gif.interlace = interlaced;
    gif.transparency = -1;
    state.xsize = im->xsize;
    state.ysize = im->ysize;
    state.context = &gif;
    for (int length = 0, shown = 0, used = 0; used >= 0;) {
        size_t more = fread(bytes + length, 1, (size_t)(CHUNK - length), stdin);
        length += (int)more;
        used = ImagingGifDecode(im, &state, bytes, length);
        if (state.errcode) {
            return broken(state.errcode == IMAGING_CODEC_BROKEN ? "the pixels have an invalid code" : "cannot decode the pixels");
        }
        /* Interlaced rows are in their places when all are. */
        int complete = used < 0 ? im->ysize : interlaced ? 0 : state.y;
        for (; shown < complete; shown++) {
            show((unsigned char *)im->image[shown], im->xsize);
        }
        if (used == 0 && more == 0) {
            return broken("the file ends within the pixels");
        }
        /* Bytes that the decoder has not consumed come first next time. */
        if (used > 0) {
            length -= used;
            memmove(bytes, bytes + used, (size_t)length);
        }
    }
    return 0;
}

int
main(void) {
    unsigned char header[13], kind, image[10];
    if (!get(header, 13) || (memcmp(header, "GIF87a", 6) && memcmp(header, "GIF89a", 6))) {
        return broken("this is no GIF file");
    }
    if (!get_palette(header[10])) {
        return broken("the file ends within the palette");
    }
    do {
        if (!get(&kind, 1)) {
            return broken("the file ends before an image");
        }
        if (kind != '!' && kind != ',') {
            return broken(kind == ';' ? "there is no image" : "there is a block of an unknown kind");
        }
        if (kind == '!' && !get_extension()) {
            return broken("the file ends within an extension");
        }
    } while (kind != ',');
    if (!get(image, 9) || !get_palette(image[8]) || !get(&image[9], 1)) {
        return broken("the file ends within the description of the image");
    }
    int width = number(image + 4), height = number(image + 6);
    if (width == 0 || height == 0 || width > MOST || height > MOST) {
        return broken("the image is empty, or too large to be shown");
    }
    if (image[9] < 2 || image[9] > 8) {
        return broken("the minimum code size is not 2 to 8");
    }
    Imaging im = ImagingNew(IMAGING_MODE_P, width, height);
    if (!im) {
        const char *message;
        ImagingGetLastError(&message);
        return broken(message);
    }
    int failed = decode(im, image[9], image[8] >> 6 & 1);
    ImagingDelete(im);
    return failed;
}

/* Inputs and outputs that share pixels: overlapping views of one image, and images in one buffer. Every function with
 * an input and an output has the same result as with a copy of the input. */

#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { SIDE = 40, ROUNDS = 40 };

/* The size of an output relative to its input. */
typedef enum { SAME, TURNED, ANY } Size;

typedef struct {
    const char *name;
    ModeID out, in;
    Size size;
    Imaging (*run)(Imaging out, Imaging in);
} Operation;

static Imaging
convert(Imaging out, Imaging in) {
    return ImagingConvert(out, in, out->mode, NULL, 0);
}

static Imaging
dither(Imaging out, Imaging in) {
    return ImagingConvert(out, in, out->mode, NULL, 1);
}

static Imaging
transform(Imaging out, Imaging in, int method, int filter) {
    double a[8] = {0.9, 0.2, 1.5, -0.1, 1.1, 0.5, 0.001, 0.002};
    return ImagingTransform(out, in, method, 0, 0, out->xsize, out->ysize, a, filter, 1) == 0 ? out : NULL;
}

static Imaging
affine(Imaging out, Imaging in) {
    return transform(out, in, IMAGING_TRANSFORM_AFFINE, IMAGING_TRANSFORM_NEAREST);
}

static Imaging
scale(Imaging out, Imaging in) {
    double a[8] = {0.7, 0, 1, 0, 1.3, 0, 0, 0};
    int done = ImagingTransform(out, in, IMAGING_TRANSFORM_AFFINE, 0, 0, out->xsize, out->ysize, a, 0, 0);
    return done == 0 ? out : NULL;
}

static Imaging
perspective(Imaging out, Imaging in) {
    return transform(out, in, IMAGING_TRANSFORM_PERSPECTIVE, IMAGING_TRANSFORM_BILINEAR);
}

static Imaging
quad(Imaging out, Imaging in) {
    return transform(out, in, IMAGING_TRANSFORM_QUAD, IMAGING_TRANSFORM_BICUBIC);
}

static Imaging
look_up(Imaging out, Imaging in) {
    INT16 table[8 * 3];
    for (int i = 0; i < 8 * 3; i++) {
        table[i] = (INT16)(i * 617);
    }
    return ImagingColorLUT3D_linear(out, in, 3, 2, 2, 2, table);
}

static Imaging
box_blur(Imaging out, Imaging in) {
    return ImagingBoxBlur(out, in, 2.5f, 1.5f, 2);
}

static Imaging
blur_rows(Imaging out, Imaging in) {
    return ImagingBoxBlur(out, in, 2, 0, 1);
}

static Imaging
blur_columns(Imaging out, Imaging in) {
    return ImagingBoxBlur(out, in, 0, 2, 1);
}

static Imaging
blur_nothing(Imaging out, Imaging in) {
    return ImagingBoxBlur(out, in, 0, 0, 1);
}

static Imaging
gaussian_blur(Imaging out, Imaging in) {
    return ImagingGaussianBlur(out, in, 2, 3, 3);
}

static Imaging
unsharp_mask(Imaging out, Imaging in) {
    return ImagingUnsharpMask(out, in, 2, 150, 1);
}

static Imaging
put_band(Imaging out, Imaging in) {
    return ImagingPutBand(out, in, out->bands - 1);
}

#define MODE(name) IMAGING_MODE_##name

/* Images of two modes of one pixel size share a buffer; views share an image of one mode. */
static const Operation OPERATIONS[] = {
    {"Copy2", MODE(L), MODE(L), SAME, ImagingCopy2},
    {"Copy2", MODE(RGB), MODE(RGB), SAME, ImagingCopy2},
    {"Copy2", MODE(P), MODE(P), SAME, ImagingCopy2},
    {"FlipLeftRight", MODE(L), MODE(L), SAME, ImagingFlipLeftRight},
    {"FlipLeftRight", MODE(RGB), MODE(RGB), SAME, ImagingFlipLeftRight},
    {"FlipTopBottom", MODE(I_16), MODE(I_16), SAME, ImagingFlipTopBottom},
    {"FlipTopBottom", MODE(RGB), MODE(RGB), SAME, ImagingFlipTopBottom},
    {"Rotate180", MODE(L), MODE(L), SAME, ImagingRotate180},
    {"Rotate90", MODE(L), MODE(L), TURNED, ImagingRotate90},
    {"Rotate270", MODE(RGB), MODE(RGB), TURNED, ImagingRotate270},
    {"Transpose", MODE(I_16B), MODE(I_16B), TURNED, ImagingTranspose},
    {"Transverse", MODE(RGBA), MODE(RGBA), TURNED, ImagingTransverse},
    {"Transform, affine", MODE(L), MODE(L), ANY, affine},
    {"Transform, scale", MODE(RGB), MODE(RGB), ANY, scale},
    {"Transform, perspective", MODE(L), MODE(L), ANY, perspective},
    {"Transform, quad", MODE(RGB), MODE(RGB), ANY, quad},
    {"Convert, same mode", MODE(RGB), MODE(RGB), SAME, convert},
    {"Convert", MODE(HSV), MODE(RGB), SAME, convert},
    {"Convert", MODE(L), MODE(P), SAME, convert},
    {"Convert", MODE(P), MODE(L), SAME, convert},
    {"Convert", MODE(PA), MODE(RGB), SAME, convert},
    {"Convert", MODE(RGBA), MODE(PA), SAME, convert},
    {"Convert, dithered", MODE(1), MODE(L), SAME, dither},
    {"Convert, dithered", MODE(PA), MODE(RGB), SAME, dither},
    {"ColorLUT3D_linear", MODE(RGB), MODE(RGB), SAME, look_up},
    {"ColorLUT3D_linear", MODE(HSV), MODE(RGBA), SAME, look_up},
    {"BoxBlur", MODE(L), MODE(L), SAME, box_blur},
    {"BoxBlur", MODE(RGB), MODE(RGB), SAME, box_blur},
    {"BoxBlur, rows", MODE(RGB), MODE(RGB), SAME, blur_rows},
    {"BoxBlur, columns", MODE(RGB), MODE(RGB), SAME, blur_columns},
    {"BoxBlur, nothing", MODE(L), MODE(L), SAME, blur_nothing},
    {"GaussianBlur", MODE(RGB), MODE(RGB), SAME, gaussian_blur},
    {"UnsharpMask", MODE(L), MODE(L), SAME, unsharp_mask},
    {"UnsharpMask", MODE(RGB), MODE(RGB), SAME, unsharp_mask},
    {"PutBand", MODE(L), MODE(L), SAME, put_band},
};

static unsigned random_state = 1;

static int
below(int bound) {
    random_state = random_state * 1103515245 + 12345;
    return bound > 0 ? (int)(random_state >> 16) % bound : 0;
}

/* Makes an image of the rows of a buffer from (x, y) on. */
static Imaging
part_of(unsigned char *memory, ModeID mode, int pixelsize, int stride, int x, int y, int xsize, int ysize) {
    static const char *const FORMATS[] = {"", "B", "H", "", "I"};
    const char *format = mode == IMAGING_MODE_I_16B ? ">H" : mode == IMAGING_MODE_I_16 ? "<H" : FORMATS[pixelsize];
    ImagingBuffer buffer = {memory + y * stride + x * pixelsize, format, pixelsize, 0, 2, 0, 0,
                            {ysize, xsize, 0}, {stride, pixelsize, 0}, {-1, -1, -1}};
    buffer.len = (ptrdiff_t)xsize * ysize * pixelsize;
    return ImagingNewFromBuffer(mode, &buffer, NULL, NULL);
}

static void
fill(Imaging im) {
    for (int y = 0; y < im->ysize; y++) {
        for (int i = 0; i < im->linesize; i++) {
            im->image[y][i] = (char)(97 * y + 31 * i + y * i);
        }
    }
    for (int i = 0; im->palette && i < 1024; i++) {
        im->palette->palette[i] = (UINT8)(i * 13);
    }
}

typedef struct {
    int x, y, xsize, ysize;
} Box;

/* Draws two boxes within the image, of sizes that fit the operation. */
static void
draw(const Operation *op, Box *out, Box *in) {
    in->xsize = 1 + below(SIDE);
    in->ysize = 1 + below(SIDE);
    out->xsize = op->size == ANY ? 1 + below(SIDE) : op->size == TURNED ? in->ysize : in->xsize;
    out->ysize = op->size == ANY ? 1 + below(SIDE) : op->size == TURNED ? in->xsize : in->ysize;
    in->x = below(SIDE + 1 - in->xsize);
    in->y = below(SIDE + 1 - in->ysize);
    out->x = below(SIDE + 1 - out->xsize);
    out->y = below(SIDE + 1 - out->ysize);
}

static Imaging
view_of(Imaging parent, Box box) {
    return ImagingView(parent, box.x, box.y, box.x + box.xsize, box.y + box.ysize);
}

static Imaging
cut_from(Imaging parent, ModeID mode, Box box) {
    unsigned char *memory = (unsigned char *)parent->block;
    Imaging im = part_of(memory, mode, parent->pixelsize, parent->linesize, box.x, box.y, box.xsize, box.ysize);
    if (im->palette && parent->palette) {
        ImagingCopyPalette(im, parent);
    }
    return im;
}

static void
check_equal(const Operation *op, Imaging a, Imaging b) {
    for (int y = 0; y < a->ysize; y++) {
        if (!CHECK(memcmp(a->image[y], b->image[y], (size_t)a->linesize) == 0)) {
            fprintf(stderr, "    %s, row %d\n", op->name, y);
            return;
        }
    }
}

/* Compares the operation within one image with that on a copied input. */
static void
check_operation(const Operation *op, int as_views) {
    for (int round = 0; round < ROUNDS; round++) {
        Box out_box, in_box;
        draw(op, &out_box, &in_box);
        Imaging within = ImagingNewBlock(op->in, SIDE, SIDE), apart = ImagingNewBlock(op->in, SIDE, SIDE);
        fill(within);
        fill(apart);
        Imaging out = as_views ? view_of(within, out_box) : cut_from(within, op->out, out_box);
        Imaging in = as_views ? view_of(within, in_box) : cut_from(within, op->in, in_box);
        Imaging wanted = as_views ? view_of(apart, out_box) : cut_from(apart, op->out, out_box);
        Imaging copy = ImagingCopy(in);
        CHECK(op->run(out, in) == out);
        CHECK(op->run(wanted, copy) == wanted);
        check_equal(op, within, apart);
        ImagingDelete(out);
        ImagingDelete(in);
        ImagingDelete(wanted);
        ImagingDelete(copy);
        ImagingDelete(within);
        ImagingDelete(apart);
    }
}

/* An image of single-byte pixels within the four-byte pixels of another. */
static void
band_within_pixels(void) {
    unsigned char memory[4 * SIDE * SIDE], copied[sizeof(memory)];
    for (size_t i = 0; i < sizeof(memory); i++) {
        memory[i] = copied[i] = (unsigned char)(i * 7 + i / 160);
    }
    Imaging out = part_of(memory, IMAGING_MODE_RGB, 4, 4 * SIDE, 0, 0, SIDE, SIDE);
    Imaging in = part_of(memory, IMAGING_MODE_L, 1, SIDE, 0, 0, SIDE, SIDE);
    Imaging wanted = part_of(copied, IMAGING_MODE_RGB, 4, 4 * SIDE, 0, 0, SIDE, SIDE);
    Imaging copy = ImagingCopy(in);
    CHECK(ImagingPutBand(out, in, 1) == out && ImagingPutBand(wanted, copy, 1) == wanted);
    CHECK(memcmp(memory, copied, sizeof(memory)) == 0);
    CHECK(ImagingConvert(out, in, IMAGING_MODE_RGB, NULL, 0) == out);
    ImagingDelete(copy);
    copy = part_of(copied, IMAGING_MODE_L, 1, SIDE, 0, 0, SIDE, SIDE);
    Imaging again = ImagingCopy(copy);
    CHECK(ImagingConvert(wanted, again, IMAGING_MODE_RGB, NULL, 0) == wanted);
    CHECK(memcmp(memory, copied, sizeof(memory)) == 0);
    ImagingDelete(out);
    ImagingDelete(in);
    ImagingDelete(wanted);
    ImagingDelete(copy);
    ImagingDelete(again);
}

/* The halves of an image share no pixel: no copy is made, which would count as a new image. */
static void
halves_are_not_copied(void) {
    Imaging whole = ImagingNew(IMAGING_MODE_RGB, SIDE, SIDE);
    Imaging left = ImagingView(whole, 0, 0, SIDE / 2, SIDE), right = ImagingView(whole, SIDE / 2, 0, SIDE, SIDE);
    fill(whole);
    int before = ImagingDefaultArena.stats_new_count;
    CHECK(ImagingFlipTopBottom(left, right) == left);
    CHECK(ImagingDefaultArena.stats_new_count == before);
    CHECK(memcmp(left->image[0], right->image[SIDE - 1], (size_t)left->linesize) == 0);
    ImagingDelete(left);
    ImagingDelete(right);
    ImagingDelete(whole);
}

int
main(void) {
    for (size_t i = 0; i < sizeof(OPERATIONS) / sizeof(OPERATIONS[0]); i++) {
        if (OPERATIONS[i].out == OPERATIONS[i].in) {
            check_operation(&OPERATIONS[i], 1);
        }
        check_operation(&OPERATIONS[i], 0);
    }
    band_within_pixels();
    halves_are_not_copied();
    return check_result();
}

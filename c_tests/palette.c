/* Palettes: creation, copies, and lookups of the nearest colour. */

#include <string.h>

#include "check.h"

static void
new_palettes(void) {
    static const ModeID modes[] = {IMAGING_MODE_RGB, IMAGING_MODE_RGBA, IMAGING_MODE_CMYK};
    for (int i = 0; i < 3; i++) {
        ImagingPalette palette = ImagingPaletteNew(modes[i]);
        CHECK(palette != NULL && palette->mode == modes[i] && palette->size == 0);
        CHECK(palette->cache == NULL && palette->keep_cache == 0);
        for (int entry = 0; entry < 256; entry++) {
            static const UINT8 black[4] = {0, 0, 0, 255};
            CHECK(memcmp(palette->palette + 4 * entry, black, 4) == 0);
        }
        ImagingPaletteDelete(palette);
    }
    CHECK(ImagingPaletteNew(IMAGING_MODE_L) == NULL);
    CHECK(take_error() == IMAGING_ERROR_MODE);
}

/* A cube of 6 x 6 x 6 colours behind ten unused entries; red varies fastest. */
static void
browser(void) {
    ImagingPalette palette = ImagingPaletteNewBrowser();
    CHECK(palette != NULL && palette->mode == IMAGING_MODE_RGB && palette->size == 226);
    for (int i = 0; i < 216; i++) {
        const UINT8 *entry = palette->palette + 4 * (10 + i);
        CHECK(entry[0] == i % 6 * 51 && entry[1] == i / 6 % 6 * 51 && entry[2] == i / 36 * 51);
        CHECK(entry[3] == 255);
    }
    ImagingPaletteDelete(palette);
}

static void
copies(void) {
    ImagingPalette palette = ImagingPaletteNewBrowser();
    CHECK(ImagingPaletteCachePrepare(palette) == 0);
    palette->keep_cache = 1;

    ImagingPalette copy = ImagingPaletteDuplicate(palette);
    CHECK(copy != NULL && copy->size == palette->size && copy->keep_cache == 1);
    CHECK(memcmp(copy->palette, palette->palette, sizeof(palette->palette)) == 0);
    CHECK(copy->cache == NULL);
    ImagingPaletteDelete(palette);
    ImagingPaletteDelete(copy);

    Imaging from = ImagingNew(IMAGING_MODE_P, 1, 1), to = ImagingNew(IMAGING_MODE_P, 1, 1);
    Imaging without = ImagingNew(IMAGING_MODE_L, 1, 1);
    from->palette->size = 7;
    from->palette->palette[0] = 99;
    ImagingCopyPalette(to, from);
    CHECK(to->palette != from->palette);
    CHECK(to->palette->size == 7 && to->palette->palette[0] == 99);
    ImagingCopyPalette(without, from);
    CHECK(without->palette != NULL && without->palette->size == 7);
    ImagingDelete(without);

    /* Copying from an image without a palette, or to itself, changes nothing. */
    without = ImagingNew(IMAGING_MODE_L, 1, 1);
    ImagingCopyPalette(to, without);
    CHECK(to->palette != NULL && to->palette->size == 7);
    ImagingCopyPalette(to, to);
    CHECK(to->palette != NULL && to->palette->size == 7);
    ImagingDelete(without);
    ImagingDelete(from);
    ImagingDelete(to);
}

/* Returns the first of the entries nearest to the corner of a cache cell, which has 4 x 4 x 4 colours. */
static int
nearest(ImagingPalette palette, int r, int g, int b) {
    int best = -1, best_distance = 0;
    for (int i = 0; i < palette->size; i++) {
        const UINT8 *entry = palette->palette + 4 * i;
        int dr = entry[0] - (r & ~3), dg = entry[1] - (g & ~3), db = entry[2] - (b & ~3);
        int distance = dr * dr + dg * dg + db * db;
        if (best < 0 || distance < best_distance) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}

static void
cache(void) {
    ImagingPalette palette = ImagingPaletteNewBrowser();
    CHECK(ImagingPaletteCachePrepare(palette) == 0);
    CHECK(palette->cache != NULL);
    for (int i = 0; i < 64 * 64 * 64; i++) {
        CHECK(palette->cache[i] == 0x100);
    }
    INT16 *const first = palette->cache;
    CHECK(ImagingPaletteCachePrepare(palette) == 0 && palette->cache == first);

    unsigned int random = 1;
    for (int i = 0; i < 500; i++) {
        random = random * 1664525u + 1013904223u;
        int r = random >> 24, g = random >> 16 & 255, b = random >> 8 & 255;
        if (ImagingPaletteCache(palette, r, g, b) == 0x100) {
            ImagingPaletteCacheUpdate(palette, r, g, b);
        }
        CHECK(ImagingPaletteCache(palette, r, g, b) == nearest(palette, r, g, b));
    }
    ImagingPaletteCacheUpdate(palette, 255, 255, 255);
    CHECK(ImagingPaletteCache(palette, 255, 255, 255) == 225);

    ImagingPaletteCacheDelete(palette);
    CHECK(palette->cache == NULL);
    ImagingPaletteCacheDelete(palette);
    ImagingPaletteDelete(palette);
}

/* A failed call does not change the palette and the pixels of its output. */
static void
kept_on_failure(void) {
    enum { COLOUR = 77 };
    Imaging out = ImagingNew(IMAGING_MODE_P, 3, 3), in = ImagingNew(IMAGING_MODE_P, 3, 3);
    Imaging alpha = ImagingNew(IMAGING_MODE_PA, 3, 3), grey = ImagingNew(IMAGING_MODE_L, 3, 3);
    Imaging wide = ImagingNew(IMAGING_MODE_P, 4, 3), broken = ImagingNewPrologue(IMAGING_MODE_P, 3, 3);
    double a[8] = {1, 0, 0, 0, 1, 0, 0, 0};
    out->palette->palette[0] = COLOUR;
    alpha->palette->palette[0] = COLOUR;
    const ImagingPalette palettes[2] = {out->palette, alpha->palette};

    for (int read_only = 0; read_only <= 1; read_only++) {
        Imaging from = read_only ? in : broken;
        out->read_only = alpha->read_only = read_only;
        CHECK(ImagingCopy2(out, from) == NULL && ImagingPutBand(out, from, 0) == NULL);
        CHECK(ImagingFlipLeftRight(out, from) == NULL && ImagingTranspose(out, from) == NULL);
        CHECK(ImagingTransform(out, from, IMAGING_TRANSFORM_AFFINE, 0, 0, 3, 3, a, 0, 1) == -1);
        CHECK(ImagingConvert(alpha, from, IMAGING_MODE_PA, NULL, 0) == NULL);
        CHECK(!read_only || ImagingConvert(out, grey, IMAGING_MODE_P, NULL, 0) == NULL);
    }
    out->read_only = alpha->read_only = 0;
    CHECK(ImagingCopy2(out, wide) == NULL && ImagingFlipLeftRight(out, wide) == NULL);
    CHECK(ImagingTransform(out, in, IMAGING_TRANSFORM_AFFINE, 0, 0, 3, 3, NULL, 0, 1) == -1);
    CHECK(ImagingTransform(out, in, IMAGING_TRANSFORM_AFFINE, 0, 0, 3, 3, a, 9, 1) == -1);
    CHECK(ImagingConvert(out, grey, IMAGING_MODE_P, out->palette, 0) == NULL);
    CHECK(out->palette == palettes[0] && out->palette->palette[0] == COLOUR);
    CHECK(alpha->palette == palettes[1] && alpha->palette->palette[0] == COLOUR);
    ImagingClearError();
    ImagingDelete(out);
    ImagingDelete(in);
    ImagingDelete(alpha);
    ImagingDelete(grey);
    ImagingDelete(wide);
    ImagingDelete(broken);
}

int
main(void) {
    new_palettes();
    browser();
    copies();
    cache();
    kept_on_failure();
    return check_result();
}

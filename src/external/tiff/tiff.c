/*
 * libtiff: a file in memory or an open one, its pages, and the tags of a file that is written.
 *
 * libtiff reports errors by its results and never by longjmp. Its messages go to its own handler, which prints errors to the
 * standard error. Warnings are left out, for the files that are opened here alone where libtiff can do so (since 4.5).
 */

#include <stdarg.h>
#include <stdlib.h>

#include "libImaging/TiffDecode.h"

#include "../library.h"

/* libtiff 4.5 has a new name: functions were removed. It takes options for a file. */
#if TIFFLIB_VERSION >= 20221213
#define SONAME "libtiff.so.6"
#define HAS_OPTIONS 1
#else
#define SONAME "libtiff.so.5"
#define HAS_OPTIONS 0
#endif

#if HAS_OPTIONS
#define OPEN_FUNCTIONS(FUNCTION)                                                                                  \
    FUNCTION(TIFFClientOpenExt) FUNCTION(TIFFFdOpenExt) FUNCTION(TIFFOpenOptionsAlloc)                            \
    FUNCTION(TIFFOpenOptionsFree) FUNCTION(TIFFOpenOptionsSetErrorHandlerExtR)                                    \
    FUNCTION(TIFFOpenOptionsSetWarningHandlerExtR)
#else
#define OPEN_FUNCTIONS(FUNCTION)                                                                                  \
    FUNCTION(TIFFClientOpen) FUNCTION(TIFFFdOpen) FUNCTION(TIFFSetWarningHandler) FUNCTION(TIFFSetWarningHandlerExt)
#endif

#define TIFF_FUNCTIONS(FUNCTION)                                                                                  \
    OPEN_FUNCTIONS(FUNCTION)                                                                                      \
    FUNCTION(TIFFCleanup) FUNCTION(TIFFClose) FUNCTION(TIFFComputeStrip) FUNCTION(TIFFFieldDataType)              \
    FUNCTION(TIFFFieldPassCount) FUNCTION(TIFFFieldWriteCount) FUNCTION(TIFFFindField) FUNCTION(TIFFFlush)        \
    FUNCTION(TIFFGetField) FUNCTION(TIFFGetFieldDefaulted) FUNCTION(TIFFGetVersion) FUNCTION(TIFFIsTiled)         \
    FUNCTION(TIFFMergeFieldInfo) FUNCTION(TIFFRGBAImageBegin) FUNCTION(TIFFRGBAImageEnd)                          \
    FUNCTION(TIFFRGBAImageGet) FUNCTION(TIFFRGBAImageOK) FUNCTION(TIFFReadEncodedStrip) FUNCTION(TIFFReadTile)    \
    FUNCTION(TIFFScanlineSize) FUNCTION(TIFFScanlineSize64) FUNCTION(TIFFSetField) FUNCTION(TIFFSetSubDirectory)  \
    FUNCTION(TIFFStripSize) FUNCTION(TIFFSwabArrayOfLong) FUNCTION(TIFFTileRowSize) FUNCTION(TIFFTileSize)        \
    FUNCTION(TIFFVSetField) FUNCTION(TIFFWriteScanline)

EXTERNAL_LIBRARY(tiff, "TIFF", SONAME, TIFF_FUNCTIONS)

/* The functions below take a file that imaging_tiff_open has returned: so the library is loaded. */

/* How a file in memory is read and written. */
typedef struct {
    TIFFReadWriteProc read, write;
    TIFFSeekProc seek;
    TIFFCloseProc close;
    TIFFSizeProc size;
    TIFFMapFileProc map;
    TIFFUnmapFileProc unmap;
} Client;

/* What a page says of itself. 0 stands for a tag that is missing, and -1 for a missing extra sample. */
typedef struct {
    uint32_t width, height;
    uint16_t photometric, compression, planar, bits, samples;
    int32_t extra_sample, is_tiled;
} Page;

/* Rows and columns of a tile, or rows of a strip; bytes of it, and of one of its rows. */
typedef struct {
    uint32_t width, height;
    tmsize_t bytes, row_bytes;
} Part;

/* The version of the library, and its copyright; empty if it cannot be loaded. */
const char *imaging_tiff_version(void) { return tiff_is_loaded() ? tiff.TIFFGetVersion() : ""; }

/* Whether the library can be loaded. */
int imaging_tiff_is_loaded(void) { return tiff_is_loaded(); }

/* Whether a file can be opened whose errors are not printed. */
int imaging_tiff_can_be_silent(void) { return HAS_OPTIONS; }

#if HAS_OPTIONS
static int no_message(TIFF *file, void *data, const char *module, const char *format, va_list arguments) {
    (void)file, (void)data, (void)module, (void)format, (void)arguments;
    return 1;
}
#endif

/* Opens a file by its descriptor, or by functions if `client` is not NULL. Returns NULL on error. Its errors are printed, unless
   `is_silent`, where that can be. */
TIFF *imaging_tiff_open(
    const char *name, const char *mode, int descriptor, void *handle, const Client *client, int is_silent
) {
    if (!tiff_is_loaded()) {
        return NULL;
    }
#if HAS_OPTIONS
    TIFFOpenOptions *options = tiff.TIFFOpenOptionsAlloc();
    if (!options) {
        return NULL;
    }
    tiff.TIFFOpenOptionsSetWarningHandlerExtR(options, no_message, NULL);
    if (is_silent) {
        tiff.TIFFOpenOptionsSetErrorHandlerExtR(options, no_message, NULL);
    }
    TIFF *file = client ? tiff.TIFFClientOpenExt(
                              name, mode, handle, client->read, client->write, client->seek, client->close, client->size,
                              client->map, client->unmap, options
                          )
                        : tiff.TIFFFdOpenExt(descriptor, name, mode, options);
    tiff.TIFFOpenOptionsFree(options);
    return file;
#else
    (void)is_silent;
    tiff.TIFFSetWarningHandler(NULL);
    tiff.TIFFSetWarningHandlerExt(NULL);
    return client ? tiff.TIFFClientOpen(
                        name, mode, handle, client->read, client->write, client->seek, client->close, client->size,
                        client->map, client->unmap
                    )
                  : tiff.TIFFFdOpen(descriptor, name, mode);
#endif
}

/* Writes what is left, and frees the file. A descriptor stays open: it is the caller's. */
void imaging_tiff_close(TIFF *file, int is_descriptor) { (is_descriptor ? tiff.TIFFCleanup : tiff.TIFFClose)(file); }

/* Goes to the page whose directory begins at `offset`. Returns 0 on error. */
int imaging_tiff_set_directory(TIFF *file, uint32_t offset) { return tiff.TIFFSetSubDirectory(file, offset); }

void imaging_tiff_page(TIFF *file, Page *page) {
    uint16_t extra_samples = 0, *kinds = NULL;
    *page = (Page){0};
    tiff.TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &page->width);
    tiff.TIFFGetField(file, TIFFTAG_IMAGELENGTH, &page->height);
    tiff.TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &page->photometric);
    tiff.TIFFGetField(file, TIFFTAG_COMPRESSION, &page->compression);
    tiff.TIFFGetFieldDefaulted(file, TIFFTAG_PLANARCONFIG, &page->planar);
    page->bits = 8;
    tiff.TIFFGetFieldDefaulted(file, TIFFTAG_BITSPERSAMPLE, &page->bits);
    tiff.TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &page->samples);
    tiff.TIFFGetFieldDefaulted(file, TIFFTAG_EXTRASAMPLES, &extra_samples, &kinds);
    page->extra_sample = extra_samples && kinds ? kinds[0] : -1;
    page->is_tiled = tiff.TIFFIsTiled(file);
}

/* Lets libjpeg convert the pixels of this page to RGB. */
void imaging_tiff_jpeg_as_rgb(TIFF *file) { tiff.TIFFSetField(file, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB); }

/* The tiles of a page; 0 for what is missing. */
void imaging_tiff_tile(TIFF *file, Part *tile) {
    *tile = (Part){.bytes = tiff.TIFFTileSize(file), .row_bytes = tiff.TIFFTileRowSize(file)};
    tiff.TIFFGetField(file, TIFFTAG_TILEWIDTH, &tile->width);
    tiff.TIFFGetField(file, TIFFTAG_TILELENGTH, &tile->height);
}

/* The strips of a page: their height is UINT32_MAX if there is only one. */
void imaging_tiff_strip(TIFF *file, Part *strip) {
    *strip = (Part){.bytes = tiff.TIFFStripSize(file), .row_bytes = tiff.TIFFScanlineSize(file)};
    if (tiff.TIFFGetField(file, TIFFTAG_ROWSPERSTRIP, &strip->height) != 1) {
        strip->height = UINT32_MAX;
    }
}

/* Reads the tile with the pixel (x, y) of a plane into `buffer`, of the bytes of a tile. Returns 0 on error. */
int imaging_tiff_read_tile(TIFF *file, uint32_t x, uint32_t y, uint16_t plane, uint8_t *buffer) {
    return tiff.TIFFReadTile(file, buffer, x, y, 0, plane) != -1;
}

/* Reads the strip with the row `y` of a plane into `buffer`. Returns 0 on error. */
int imaging_tiff_read_strip(TIFF *file, uint32_t y, uint16_t plane, uint8_t *buffer, tmsize_t bytes) {
    return tiff.TIFFReadEncodedStrip(file, tiff.TIFFComputeStrip(file, y, plane), buffer, bytes) != -1;
}

/* The rows that are read as RGBA at once: those of a tile or strip, UINT32_MAX for all. */
uint32_t imaging_tiff_rgba_rows(TIFF *file) {
    uint32_t rows = 0;
    uint32_t tag = tiff.TIFFIsTiled(file) ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP;
    return tiff.TIFFGetFieldDefaulted(file, tag, &rows) == 1 ? rows : UINT32_MAX;
}

/* Begins to read a page as RGBA. Returns NULL if libtiff cannot convert it, and UINT32_MAX for `width` if there is no memory. */
TIFFRGBAImage *imaging_tiff_rgba_begin(TIFF *file, uint32_t *width, uint32_t *height) {
    char message[1024] = "";
    TIFFRGBAImage *image = malloc(sizeof(*image));
    *width = image ? 0 : UINT32_MAX;
    if (!image || !tiff.TIFFRGBAImageOK(file, message) || !tiff.TIFFRGBAImageBegin(image, file, 0, message)) {
        free(image);
        return NULL;
    }
    image->orientation = image->req_orientation = ORIENTATION_TOPLEFT;
    image->col_offset = 0;
    *width = image->width;
    *height = image->height;
    return image;
}

/* Reads rows as bytes of red, green, blue and alpha. Returns 0 on error. */
int imaging_tiff_rgba_read(TIFFRGBAImage *image, uint32_t y, uint32_t rows, uint8_t *buffer) {
    image->row_offset = (int)y;
    if (!tiff.TIFFRGBAImageGet(image, (uint32_t *)buffer, image->width, rows)) {
        return 0;
    }
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    tiff.TIFFSwabArrayOfLong((uint32_t *)buffer, (tmsize_t)image->width * rows);
#endif
    return 1;
}

void imaging_tiff_rgba_end(TIFFRGBAImage *image) {
    tiff.TIFFRGBAImageEnd(image);
    free(image);
}

/* The bytes of a row that imaging_tiff_write_row reads. */
uint64_t imaging_tiff_row_bytes(TIFF *file) { return tiff.TIFFScanlineSize64(file); }

/* Writes a row. Returns 0 on error. */
int imaging_tiff_write_row(TIFF *file, uint32_t y, uint8_t *row) { return tiff.TIFFWriteScanline(file, row, y, 0) != -1; }

/* Writes what is left, and the directory. Returns 0 on error. */
int imaging_tiff_flush(TIFF *file) { return tiff.TIFFFlush(file); }

/* Makes a tag known. Returns 0 if all is well. */
int imaging_tiff_add_field(TIFF *file, int type, uint32_t tag, int is_variable) {
    const TIFFFieldInfo field = {
        .field_tag = tag,
        .field_readcount = is_variable ? TIFF_VARIABLE : 1,
        .field_writecount = is_variable ? TIFF_VARIABLE : 1,
        .field_type = (TIFFDataType)type,
        .field_bit = FIELD_CUSTOM,
        .field_oktochange = 1,
        .field_passcount = is_variable && type != TIFF_ASCII,
        .field_name = "CustomField",
    };
    return tiff.TIFFMergeFieldInfo(file, &field, 1);
}

/* Describes a tag. Returns 0 if it is unknown. */
int imaging_tiff_find_field(TIFF *file, uint32_t tag, int *type, int *pass_count, int *write_count) {
    const TIFFField *field = tiff.TIFFFindField(file, tag, TIFF_ANY);
    if (!field) {
        return 0;
    }
    *type = (int)tiff.TIFFFieldDataType(field);
    *pass_count = tiff.TIFFFieldPassCount(field);
    *write_count = tiff.TIFFFieldWriteCount(field);
    return 1;
}

/* The function of TiffDecode.h that takes any number of arguments, which no function of Rust does. */
__attribute__((visibility("default"))) int ImagingLibTiffSetField(ImagingCodecState state, ttag_t tag, ...) {
    const TIFFSTATE *context = state ? state->context : NULL;
    if (!context || !context->tiff) {
        return 0;
    }
    va_list values;
    va_start(values, tag);
    int status = tiff.TIFFVSetField(context->tiff, tag, values);
    va_end(values);
    return status;
}

/*
 * libjpeg, of the IJG or libjpeg-turbo.
 *
 * Each function sets the library's input or output to the caller's bytes, calls the library, and stores how many bytes were
 * used: no pointer is used after the call that it was given to. The library reports errors by calling `fail`, which jumps back
 * into the function that has called the library. Warnings and messages are not printed.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libImaging/Jpeg.h"

#include <jerror.h>

#include "../library.h"

/* The version of the interface: the shared library's name and the layouts of its structs depend on it. */
#if JPEG_LIB_VERSION >= 90
#define SONAME "libjpeg.so.9"
#elif JPEG_LIB_VERSION >= 80
#define SONAME "libjpeg.so.8"
#else
#define SONAME "libjpeg.so.62"
#endif

/* MozJPEG has a function that its own defaults are switched off with. */
#ifdef JPEG_C_PARAM_SUPPORTED
#define MOZJPEG_FUNCTIONS(FUNCTION) FUNCTION(jpeg_c_set_int_param)
#else
#define MOZJPEG_FUNCTIONS(FUNCTION)
#endif

#define JPEG_FUNCTIONS(FUNCTION)                                                                                   \
    FUNCTION(jpeg_std_error) FUNCTION(jpeg_resync_to_restart)                                                      \
    FUNCTION(jpeg_CreateDecompress) FUNCTION(jpeg_destroy_decompress) FUNCTION(jpeg_read_header)                   \
    FUNCTION(jpeg_calc_output_dimensions) FUNCTION(jpeg_start_decompress) FUNCTION(jpeg_read_scanlines)            \
    FUNCTION(jpeg_read_raw_data) FUNCTION(jpeg_finish_decompress)                                                  \
    FUNCTION(jpeg_CreateCompress) FUNCTION(jpeg_destroy_compress) FUNCTION(jpeg_set_defaults)                      \
    FUNCTION(jpeg_set_colorspace) FUNCTION(jpeg_quality_scaling) FUNCTION(jpeg_add_quant_table)                    \
    FUNCTION(jpeg_set_quality) FUNCTION(jpeg_simple_progression) FUNCTION(jpeg_write_tables)                       \
    FUNCTION(jpeg_suppress_tables) FUNCTION(jpeg_start_compress) FUNCTION(jpeg_write_marker)                       \
    FUNCTION(jpeg_write_scanlines) FUNCTION(jpeg_write_raw_data) FUNCTION(jpeg_finish_compress)                    \
    MOZJPEG_FUNCTIONS(FUNCTION)

EXTERNAL_LIBRARY(jpeg, "JPEG", SONAME, JPEG_FUNCTIONS)

/* What the functions return. */
enum { SUSPENDED = 0, DONE = 1, BROKEN = -1, NO_MEMORY = -2, NO_LIBRARY = -3 };

/* The version of the interface, such as 6.2. */
const char *imaging_jpeg_version(void) {
    static const char version[] = {'0' + JPEG_LIB_VERSION / 10, '.', '0' + JPEG_LIB_VERSION % 10, '\0'};
    return version;
}

/* Whether the library converts to and from RGBX itself. */
int imaging_jpeg_has_rgbx(void) {
#if defined(JCS_EXTENSIONS) && defined(LIBJPEG_TURBO_VERSION_NUMBER)
    return LIBJPEG_TURBO_VERSION_NUMBER >= 1002010;
#else
    return 0;
#endif
}

/* The library's color spaces, in the order of `ColorSpace` in mod.rs. */
static const J_COLOR_SPACE COLOR_SPACES[] = {
    JCS_UNKNOWN, JCS_GRAYSCALE, JCS_RGB, JCS_YCbCr, JCS_CMYK, JCS_YCCK,
#ifdef JCS_EXTENSIONS
    JCS_EXT_RGBX,
#else
    JCS_UNKNOWN, /* never asked for */
#endif
};

/* - - - - - Errors - - - - - */

static void fail(j_common_ptr cinfo) { longjmp(((JPEGERROR *)cinfo->err)->setjmp_buffer, 1); }

static void print_nothing(j_common_ptr cinfo) { (void)cinfo; }

static struct jpeg_error_mgr *set_up(JPEGERROR *error) {
    jpeg.jpeg_std_error(&error->pub);
    error->pub.error_exit = fail;
    error->pub.output_message = print_nothing;
    return &error->pub;
}

static int code_of(const JPEGERROR *error) { return error->pub.msg_code == JERR_OUT_OF_MEMORY ? NO_MEMORY : BROKEN; }

/* - - - - - Decompression - - - - - */

/* The most components of a file that is read or written as planes. */
enum { PLANES = 4 };

struct decompressor {
    struct jpeg_decompress_struct cinfo;
    JPEGERROR error;
    JPEGSOURCE source;
    struct jpeg_progress_mgr progress;
    /* Rows of each component, as many as a row of blocks has, and how many rows were read before; see `has_four_planes`. */
    JSAMPARRAY planes[PLANES];
    JDIMENSION rows_read;
};

static void ignore(j_decompress_ptr cinfo) { (void)cinfo; }

static boolean suspend(j_decompress_ptr cinfo) {
    (void)cinfo;
    return FALSE;
}

/* Skips bytes of a marker, no more than 65533; those that have not come yet with the next input. */
static void skip(j_decompress_ptr cinfo, long count) {
    JPEGSOURCE *source = (JPEGSOURCE *)cinfo->src;
    long here = count < (long)source->pub.bytes_in_buffer ? count : (long)source->pub.bytes_in_buffer;
    source->pub.next_input_byte += here;
    source->pub.bytes_in_buffer -= (size_t)here;
    source->skip = (int)(count - here);
}

/*
 * Refuses more scans than a valid file can have: in a progressive one, each scan has at least a bit of a coefficient of a
 * component that no scan before it had. Without the limit, a scan of a few bytes takes the time that all blocks of the image
 * take, again and again.
 */
static void limit_scans(j_common_ptr common) {
    j_decompress_ptr cinfo = (j_decompress_ptr)common;
    enum { BITS = 14 };
    if (cinfo->input_scan_number > cinfo->num_components * DCTSIZE2 * BITS) {
        ERREXIT(cinfo, JERR_BAD_PROGRESSION);
    }
}

/* Makes the caller's bytes the input, except those that a marker has to be skipped by. */
static void load(struct decompressor *decompressor, const uint8_t *bytes, size_t length) {
    struct jpeg_source_mgr *source = &decompressor->source.pub;
    source->next_input_byte = bytes;
    source->bytes_in_buffer = length;
    skip(&decompressor->cinfo, decompressor->source.skip);
}

/* Frees what the library has allocated. All its functions refuse such an object. */
static int give_up_decompressing(struct decompressor *decompressor) {
    jpeg.jpeg_destroy_decompress(&decompressor->cinfo);
    decompressor->cinfo.raw_data_out = FALSE;
    return code_of(&decompressor->error);
}

/* Creates a decompressor. */
int imaging_jpeg_new_decompressor(struct decompressor **result) {
    if (!jpeg_is_loaded()) {
        return NO_LIBRARY;
    }
    struct decompressor *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return NO_MEMORY;
    }
    made->cinfo.err = set_up(&made->error);
    if (setjmp(made->error.setjmp_buffer)) {
        int code = give_up_decompressing(made);
        free(made);
        return code == NO_MEMORY ? code : NO_LIBRARY;
    }
    jpeg.jpeg_CreateDecompress(&made->cinfo, JPEG_LIB_VERSION, sizeof(made->cinfo));
    made->source.pub.init_source = ignore;
    made->source.pub.fill_input_buffer = suspend;
    made->source.pub.skip_input_data = skip;
    made->source.pub.resync_to_restart = jpeg.jpeg_resync_to_restart;
    made->source.pub.term_source = ignore;
    made->cinfo.src = &made->source.pub;
    made->progress.progress_monitor = limit_scans;
    made->cinfo.progress = &made->progress;
    *result = made;
    return DONE;
}

void imaging_jpeg_delete_decompressor(struct decompressor *decompressor) {
    jpeg.jpeg_destroy_decompress(&decompressor->cinfo);
    free(decompressor);
}

/*
 * Whether components of the full size come one behind the other, and only need to be interleaved: CMYK. The library's function for
 * that copies a byte at a time, which takes a quarter of the time.
 */
static boolean has_four_planes(j_decompress_ptr cinfo) {
#if JPEG_LIB_VERSION >= 70
    int is_full_size = cinfo->min_DCT_h_scaled_size == DCTSIZE && cinfo->min_DCT_v_scaled_size == DCTSIZE;
#else
    int is_full_size = cinfo->min_DCT_scaled_size == DCTSIZE;
#endif
    boolean has = is_full_size && cinfo->num_components == PLANES && cinfo->out_color_components == PLANES &&
                  cinfo->out_color_space == cinfo->jpeg_color_space && cinfo->output_width == cinfo->image_width;
    for (int i = 0; has && i < PLANES; i++) {
        has = cinfo->comp_info[i].h_samp_factor == 1 && cinfo->comp_info[i].v_samp_factor == 1;
    }
    return has;
}

static void allocate_planes(struct decompressor *decompressor) {
    j_decompress_ptr cinfo = &decompressor->cinfo;
    for (int i = 0; i < PLANES; i++) {
        JDIMENSION width = cinfo->comp_info[i].width_in_blocks * DCTSIZE;
        decompressor->planes[i] = cinfo->mem->alloc_sarray((j_common_ptr)cinfo, JPOOL_IMAGE, width, DCTSIZE);
    }
}

static void interleave(
    uint8_t *restrict row, const JSAMPLE *restrict a, const JSAMPLE *restrict b, const JSAMPLE *restrict c,
    const JSAMPLE *restrict d, size_t width
) {
    for (size_t x = 0; x < width; x++) {
        row[4 * x] = a[x];
        row[4 * x + 1] = b[x];
        row[4 * x + 2] = c[x];
        row[4 * x + 3] = d[x];
    }
}

static int read_planar_row(struct decompressor *decompressor, uint8_t *row) {
    j_decompress_ptr cinfo = &decompressor->cinfo;
    JSAMPARRAY *planes = decompressor->planes;
    JDIMENSION y = decompressor->rows_read % DCTSIZE;
    if (decompressor->rows_read >= cinfo->output_height ||
        (y == 0 && jpeg.jpeg_read_raw_data(cinfo, planes, DCTSIZE) == 0)) {
        return SUSPENDED;
    }
    interleave(row, planes[0][y], planes[1][y], planes[2][y], planes[3][y], cinfo->output_width);
    decompressor->rows_read++;
    return DONE;
}

/* The next functions read from `bytes`. `*length` is the number of bytes, and then how many were consumed. */

/* Reads the header of the file up to its first scan. Files that only have tables may come before. */
int imaging_jpeg_read_header(struct decompressor *decompressor, const uint8_t *bytes, size_t *length) {
    int found;
    if (setjmp(decompressor->error.setjmp_buffer)) {
        return give_up_decompressing(decompressor);
    }
    load(decompressor, bytes, *length);
    do {
        found = jpeg.jpeg_read_header(&decompressor->cinfo, FALSE);
    } while (found == JPEG_HEADER_TABLES_ONLY);
    *length -= decompressor->source.pub.bytes_in_buffer;
    return found == JPEG_HEADER_OK ? DONE : SUSPENDED;
}

/* Sets the color spaces of the file, unless negative, and of the rows; what to divide both sides by; and whether to be fast. */
int imaging_jpeg_set_output(struct decompressor *decompressor, int from, int to, int scale, int is_draft) {
    struct jpeg_decompress_struct *cinfo = &decompressor->cinfo;
    if (setjmp(decompressor->error.setjmp_buffer)) {
        return give_up_decompressing(decompressor);
    }
    if (from >= 0) {
        cinfo->jpeg_color_space = COLOR_SPACES[from];
    }
    cinfo->out_color_space = COLOR_SPACES[to];
    if (scale > 1) {
        cinfo->scale_num = 1;
        cinfo->scale_denom = (unsigned int)scale;
    }
    if (is_draft) {
        cinfo->do_fancy_upsampling = FALSE;
        cinfo->dct_method = JDCT_FASTEST;
    }
    jpeg.jpeg_calc_output_dimensions(cinfo);
    cinfo->raw_data_out = has_four_planes(cinfo);
    return DONE;
}

/* The pixels of a row, and its bytes. */
void imaging_jpeg_row(const struct decompressor *decompressor, size_t *pixels, size_t *bytes) {
    *pixels = decompressor->cinfo.output_width;
    *bytes = *pixels * (size_t)decompressor->cinfo.output_components;
}

/* Prepares for reading rows: of files with several scans, reads all scans. */
int imaging_jpeg_start_decompress(struct decompressor *decompressor, const uint8_t *bytes, size_t *length) {
    if (setjmp(decompressor->error.setjmp_buffer)) {
        return give_up_decompressing(decompressor);
    }
    load(decompressor, bytes, *length);
    int is_done = jpeg.jpeg_start_decompress(&decompressor->cinfo);
    if (is_done && decompressor->cinfo.raw_data_out) {
        allocate_planes(decompressor);
    }
    *length -= decompressor->source.pub.bytes_in_buffer;
    return is_done;
}

/* Reads a row. */
int imaging_jpeg_read_row(struct decompressor *decompressor, const uint8_t *bytes, size_t *length, uint8_t *row) {
    if (setjmp(decompressor->error.setjmp_buffer)) {
        return give_up_decompressing(decompressor);
    }
    load(decompressor, bytes, *length);
    int is_done = decompressor->cinfo.raw_data_out ? read_planar_row(decompressor, row)
                                                   : jpeg.jpeg_read_scanlines(&decompressor->cinfo, &row, 1) == 1;
    *length -= decompressor->source.pub.bytes_in_buffer;
    return is_done;
}

/* Reads to the end of the file. */
int imaging_jpeg_finish_decompress(struct decompressor *decompressor, const uint8_t *bytes, size_t *length) {
    if (setjmp(decompressor->error.setjmp_buffer)) {
        return give_up_decompressing(decompressor);
    }
    if (decompressor->cinfo.raw_data_out && decompressor->rows_read < decompressor->cinfo.output_height) {
        /* The library counts whole rows of blocks. */
        ERREXIT(&decompressor->cinfo, JERR_TOO_LITTLE_DATA);
    }
    load(decompressor, bytes, *length);
    int is_done = jpeg.jpeg_finish_decompress(&decompressor->cinfo);
    *length -= decompressor->source.pub.bytes_in_buffer;
    return is_done;
}

/* - - - - - Compression - - - - - */

struct compressor {
    struct jpeg_compress_struct cinfo;
    JPEGERROR error;
    JPEGDESTINATION destination;
    /* Rows of each component, as many as a row of blocks has, and how many there are; see `is_planar`. */
    JSAMPARRAY planes[PLANES];
    JDIMENSION plane_rows;
};

/* `Options` in mod.rs. */
struct options {
    int width, height, components, color_space;
    int keeps_rgb;
    int quality, subsampling, is_progressive, smoothing, optimizes;
    unsigned int restart_blocks, restart_rows;
    int xdpi, ydpi;
    const unsigned int *tables;
    int table_count;
    int stream;
};

enum { TABLES_ONLY = 1, IMAGE_ONLY = 2 };

static void ignore_output(j_compress_ptr cinfo) { (void)cinfo; }

static boolean suspend_output(j_compress_ptr cinfo) {
    (void)cinfo;
    return FALSE;
}

static void unload(struct compressor *compressor, uint8_t *bytes, size_t length) {
    compressor->destination.pub.next_output_byte = bytes;
    compressor->destination.pub.free_in_buffer = length;
}

/* Frees what the library has allocated. All its functions refuse such an object. */
static int give_up_compressing(struct compressor *compressor) {
    jpeg.jpeg_destroy_compress(&compressor->cinfo);
    compressor->cinfo.raw_data_in = FALSE;
    return code_of(&compressor->error);
}

/* Creates a compressor. */
int imaging_jpeg_new_compressor(struct compressor **result) {
    if (!jpeg_is_loaded()) {
        return NO_LIBRARY;
    }
    struct compressor *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return NO_MEMORY;
    }
    made->cinfo.err = set_up(&made->error);
    if (setjmp(made->error.setjmp_buffer)) {
        int code = give_up_compressing(made);
        free(made);
        return code == NO_MEMORY ? code : NO_LIBRARY;
    }
    jpeg.jpeg_CreateCompress(&made->cinfo, JPEG_LIB_VERSION, sizeof(made->cinfo));
    made->destination.pub.init_destination = ignore_output;
    made->destination.pub.empty_output_buffer = suspend_output;
    made->destination.pub.term_destination = ignore_output;
    made->cinfo.dest = &made->destination.pub;
    *result = made;
    return DONE;
}

void imaging_jpeg_delete_compressor(struct compressor *compressor) {
    jpeg.jpeg_destroy_compress(&compressor->cinfo);
    free(compressor);
}

/* Sets the quantization tables: the first component has the first one, and so on; the last one is that of the other components. */
static void set_tables(j_compress_ptr cinfo, const struct options *options) {
    int has_quality = options->quality != -1;
    int scale = jpeg.jpeg_quality_scaling(has_quality ? options->quality : 50);
    int last = 0;
    for (int i = 0; i < options->table_count; i++) {
        jpeg.jpeg_add_quant_table(cinfo, i, options->tables + i * DCTSIZE2, scale, has_quality);
        cinfo->comp_info[i].quant_tbl_no = last = i;
    }
    if (options->table_count == 1) {
        /* The default for chrominance would be written, too. */
        jpeg.jpeg_add_quant_table(cinfo, 1, options->tables, scale, has_quality);
    }
    for (int i = last; i < cinfo->num_components; i++) {
        cinfo->comp_info[i].quant_tbl_no = last;
    }
}

static void configure(j_compress_ptr cinfo, const struct options *options) {
    cinfo->image_width = (JDIMENSION)options->width;
    cinfo->image_height = (JDIMENSION)options->height;
    cinfo->input_components = options->components;
    cinfo->in_color_space = COLOR_SPACES[options->color_space];
#ifdef JPEG_C_PARAM_SUPPORTED
    if (!options->is_progressive) {
        jpeg.jpeg_c_set_int_param(cinfo, JINT_COMPRESS_PROFILE, JCP_FASTEST);
    }
#endif
    jpeg.jpeg_set_defaults(cinfo);
    if (options->keeps_rgb) {
        jpeg.jpeg_set_colorspace(cinfo, JCS_RGB);
    }
    if (options->tables != NULL) {
        set_tables(cinfo, options);
    } else if (options->quality != -1) {
        jpeg.jpeg_set_quality(cinfo, options->quality, TRUE);
    }
    if (options->subsampling >= 0 && options->subsampling <= 2) {
        /* The library allocates MAX_COMPONENTS of them, whatever the number of components is. */
        for (int i = 0; i < 3; i++) {
            cinfo->comp_info[i].h_samp_factor = i == 0 && options->subsampling >= 1 ? 2 : 1;
            cinfo->comp_info[i].v_samp_factor = i == 0 && options->subsampling == 2 ? 2 : 1;
        }
    }
    if (options->is_progressive) {
        jpeg.jpeg_simple_progression(cinfo);
    }
    cinfo->smoothing_factor = options->smoothing;
    cinfo->optimize_coding = options->optimizes;
    cinfo->restart_interval = options->restart_blocks;
    cinfo->restart_in_rows = (int)options->restart_rows;
    if (options->xdpi > 0 && options->ydpi > 0) {
        cinfo->write_JFIF_header = TRUE;
        cinfo->density_unit = 1; /* dots per inch */
        cinfo->X_density = (UINT16)options->xdpi;
        cinfo->Y_density = (UINT16)options->ydpi;
    }
}

/*
 * Whether rows can be given to the library as they are stored in blocks: one plane a component, without a conversion of colours,
 * without subsampling. Its own function for greyscale and CMYK copies a byte at a time, which takes a fifth of the time.
 */
static boolean is_planar(j_compress_ptr cinfo) {
    boolean is = cinfo->in_color_space == cinfo->jpeg_color_space && cinfo->input_components == cinfo->num_components &&
                 cinfo->num_components <= PLANES && cinfo->smoothing_factor == 0;
    for (int i = 0; is && i < cinfo->num_components; i++) {
        is = cinfo->comp_info[i].h_samp_factor == 1 && cinfo->comp_info[i].v_samp_factor == 1;
    }
    return is;
}

static JDIMENSION padded_width(j_compress_ptr cinfo, int component) {
    return cinfo->comp_info[component].width_in_blocks * DCTSIZE;
}

/* Copies every fourth byte, or every one at another distance. */
static void copy_component(JSAMPLE *restrict plane, const uint8_t *restrict row, size_t width, size_t distance) {
    if (distance == 4) {
        for (size_t x = 0; x < width; x++) {
            plane[x] = row[4 * x];
        }
    } else {
        for (size_t x = 0; x < width; x++) {
            plane[x] = row[distance * x];
        }
    }
}

/* Stores a row in the planes. If the row of blocks is complete, encodes it; if that is suspended, the row must come again. */
static int write_planar_row(struct compressor *compressor, const uint8_t *row) {
    j_compress_ptr cinfo = &compressor->cinfo;
    const JDIMENSION width = cinfo->image_width, count = compressor->plane_rows + 1;
    const int components = cinfo->num_components;
    JSAMPROW rows[PLANES][DCTSIZE];
    JSAMPARRAY image[PLANES];
    for (int i = 0; i < components; i++) {
        JSAMPLE *restrict plane = compressor->planes[i][count - 1];
        if (components == 1) {
            memcpy(plane, row, width);
        } else {
            copy_component(plane, row + i, width, (size_t)components);
        }
        /* The library repeats the last column and the last row, too. */
        memset(plane + width, plane[width - 1], padded_width(cinfo, i) - width);
        for (JDIMENSION y = 0; y < DCTSIZE; y++) {
            rows[i][y] = compressor->planes[i][y < count ? y : count - 1];
        }
        image[i] = rows[i];
    }
    if (count < DCTSIZE && count < cinfo->image_height - cinfo->next_scanline) {
        compressor->plane_rows = count;
        return DONE;
    }
    if (jpeg.jpeg_write_raw_data(cinfo, image, DCTSIZE) == 0) {
        return SUSPENDED;
    }
    compressor->plane_rows = 0;
    return DONE;
}

/* The next functions write to `bytes`. `*length` is the number of bytes, at least one, and then how many were written. */

/* Sets the options, and writes the header. */
int imaging_jpeg_start_compress(
    struct compressor *compressor, const struct options *options, uint8_t *bytes, size_t *length
) {
    j_compress_ptr cinfo = &compressor->cinfo;
    if (setjmp(compressor->error.setjmp_buffer)) {
        return give_up_compressing(compressor);
    }
    unload(compressor, bytes, *length);
    configure(cinfo, options);
    if (options->stream == TABLES_ONLY) {
        jpeg.jpeg_write_tables(cinfo);
    } else {
        if (options->stream == IMAGE_ONLY) {
            jpeg.jpeg_suppress_tables(cinfo, TRUE);
        }
        cinfo->raw_data_in = is_planar(cinfo);
        jpeg.jpeg_start_compress(cinfo, options->stream != IMAGE_ONLY);
        for (int i = 0; cinfo->raw_data_in && i < cinfo->num_components; i++) {
            compressor->planes[i] = cinfo->mem->alloc_sarray(
                (j_common_ptr)cinfo, JPOOL_IMAGE, padded_width(cinfo, i), DCTSIZE
            );
        }
    }
    *length -= compressor->destination.pub.free_in_buffer;
    return DONE;
}

/* Writes a marker. */
int imaging_jpeg_write_marker(
    struct compressor *compressor, int marker, const uint8_t *data, unsigned int size, uint8_t *bytes, size_t *length
) {
    if (setjmp(compressor->error.setjmp_buffer)) {
        return give_up_compressing(compressor);
    }
    unload(compressor, bytes, *length);
    jpeg.jpeg_write_marker(&compressor->cinfo, marker, data, size);
    *length -= compressor->destination.pub.free_in_buffer;
    return DONE;
}

/* Writes a row. If it is suspended, the row must be given again. */
int imaging_jpeg_write_row(struct compressor *compressor, uint8_t *row, uint8_t *bytes, size_t *length) {
    if (setjmp(compressor->error.setjmp_buffer)) {
        return give_up_compressing(compressor);
    }
    unload(compressor, bytes, *length);
    int is_done = compressor->cinfo.raw_data_in ? write_planar_row(compressor, row)
                                                : jpeg.jpeg_write_scanlines(&compressor->cinfo, &row, 1) == 1;
    *length -= compressor->destination.pub.free_in_buffer;
    return is_done;
}

/* Writes the rest of the file: all of the image, if it takes several passes. */
int imaging_jpeg_finish_compress(struct compressor *compressor, uint8_t *bytes, size_t *length) {
    if (setjmp(compressor->error.setjmp_buffer)) {
        return give_up_compressing(compressor);
    }
    unload(compressor, bytes, *length);
    jpeg.jpeg_finish_compress(&compressor->cinfo);
    *length -= compressor->destination.pub.free_in_buffer;
    return DONE;
}

/* The EXIF block of an encoder's state, at an address that depends on the library's structs. */
char **imaging_jpeg_exif(JPEGENCODERSTATE *state, size_t *length) {
    *length = state->rawExifLen;
    return &state->rawExif;
}

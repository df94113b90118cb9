/*
 * OpenJPEG: decoders and encoders of tiles, over files that are callbacks.
 *
 * What a file's numbers mean is decided in Rust. Here are only the library's structs, which differ between its versions.
 */

#include <openjpeg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../library.h"

/* Packet lengths in the headers of tiles are an option since 2.4. */
#if OPJ_VERSION_MAJOR > 2 || (OPJ_VERSION_MAJOR == 2 && OPJ_VERSION_MINOR >= 4)
#define OPTION_FUNCTIONS(FUNCTION) FUNCTION(opj_encoder_set_extra_options)
#else
#define OPTION_FUNCTIONS(FUNCTION)
#endif

#define OPENJPEG_FUNCTIONS(FUNCTION)                                                                                       \
    FUNCTION(opj_version)                                                                                                  \
    FUNCTION(opj_stream_create)                                                                                            \
    FUNCTION(opj_stream_destroy)                                                                                           \
    FUNCTION(opj_stream_set_read_function)                                                                                 \
    FUNCTION(opj_stream_set_write_function)                                                                                \
    FUNCTION(opj_stream_set_skip_function)                                                                                 \
    FUNCTION(opj_stream_set_seek_function)                                                                                 \
    FUNCTION(opj_stream_set_user_data)                                                                                     \
    FUNCTION(opj_stream_set_user_data_length)                                                                              \
    FUNCTION(opj_set_error_handler)                                                                                        \
    FUNCTION(opj_destroy_codec)                                                                                            \
    FUNCTION(opj_image_tile_create)                                                                                        \
    FUNCTION(opj_image_destroy)                                                                                            \
    FUNCTION(opj_create_decompress)                                                                                        \
    FUNCTION(opj_set_default_decoder_parameters)                                                                           \
    FUNCTION(opj_setup_decoder)                                                                                            \
    FUNCTION(opj_read_header)                                                                                              \
    FUNCTION(opj_get_cstr_info)                                                                                            \
    FUNCTION(opj_destroy_cstr_info)                                                                                        \
    FUNCTION(opj_read_tile_header)                                                                                         \
    FUNCTION(opj_decode_tile_data)                                                                                         \
    FUNCTION(opj_end_decompress)                                                                                           \
    FUNCTION(opj_create_compress)                                                                                          \
    FUNCTION(opj_set_default_encoder_parameters)                                                                           \
    FUNCTION(opj_setup_encoder)                                                                                            \
    FUNCTION(opj_start_compress)                                                                                           \
    FUNCTION(opj_write_tile)                                                                                               \
    FUNCTION(opj_end_compress)                                                                                             \
    OPTION_FUNCTIONS(FUNCTION)

EXTERNAL_LIBRARY(openjpeg, "JPEG 2000", "libopenjp2.so.7", OPENJPEG_FUNCTIONS)

/* The version of the library; empty if it cannot be loaded. */
const char *imaging_openjpeg_version(void) { return openjpeg_is_loaded() ? openjpeg.opj_version() : ""; }

/* Whether the library can be loaded. The other functions need it. */
int imaging_openjpeg_is_loaded(void) { return openjpeg_is_loaded(); }

/* Whether the library writes the colour space CMYK. */
int imaging_openjpeg_writes_cmyk(void) {
    return OPJ_VERSION_MAJOR > 2 || (OPJ_VERSION_MAJOR == 2 && OPJ_VERSION_MINOR > 5) ||
           (OPJ_VERSION_MAJOR == 2 && OPJ_VERSION_MINOR == 5 && OPJ_VERSION_BUILD >= 3);
}

/* A decoder or an encoder with its file. */
typedef struct {
    opj_stream_t *stream;
    opj_codec_t *codec;
    opj_image_t *image;
    /* The text of the last error, from `malloc`, or NULL. */
    char *error;
} imaging_openjpeg_coder;

/* The file of a decoder. */
typedef struct {
    opj_stream_read_fn read;
    opj_stream_skip_fn skip;
    void *data;
    uint64_t length;
} imaging_openjpeg_source;

/* The file of an encoder. */
typedef struct {
    opj_stream_write_fn write;
    opj_stream_skip_fn skip;
    opj_stream_seek_fn seek;
    void *data;
} imaging_openjpeg_sink;

static void keep_error(const char *text, void *data) {
    char **error = data;
    free(*error);
    *error = strdup(text);
}

/* Frees a coder. Returns the text of its last error, which is the caller's to free, or NULL. */
char *imaging_openjpeg_close(imaging_openjpeg_coder *coder) {
    if (coder->codec != NULL) {
        openjpeg.opj_destroy_codec(coder->codec);
    }
    if (coder->image != NULL) {
        openjpeg.opj_image_destroy(coder->image);
    }
    if (coder->stream != NULL) {
        openjpeg.opj_stream_destroy(coder->stream);
    }
    char *error = coder->error;
    free(coder);
    return error;
}

/* Sets the codec, and its error handler. Returns the coder; frees it and returns NULL if it lacks anything. */
static imaging_openjpeg_coder *with_codec(imaging_openjpeg_coder *coder, opj_codec_t *codec) {
    coder->codec = codec;
    if (codec == NULL || coder->stream == NULL) {
        free(imaging_openjpeg_close(coder));
        return NULL;
    }
    openjpeg.opj_set_error_handler(codec, keep_error, &coder->error);
    return coder;
}

/* Creates a decoder of a format, OPJ_CODEC_*. Returns NULL without memory, or for a format that the library cannot decode. */
imaging_openjpeg_coder *imaging_openjpeg_decoder(int format, const imaging_openjpeg_source *source) {
    imaging_openjpeg_coder *coder = calloc(1, sizeof *coder);
    if (coder == NULL) {
        return NULL;
    }
    coder->stream = openjpeg.opj_stream_create(OPJ_J2K_STREAM_CHUNK_SIZE, OPJ_TRUE);
    if (coder->stream != NULL) {
        openjpeg.opj_stream_set_read_function(coder->stream, source->read);
        openjpeg.opj_stream_set_skip_function(coder->stream, source->skip);
        openjpeg.opj_stream_set_user_data(coder->stream, source->data, NULL);
        openjpeg.opj_stream_set_user_data_length(coder->stream, source->length);
    }
    return with_codec(coder, openjpeg.opj_create_decompress(format));
}

typedef struct {
    uint32_t dx, dy, precision, is_signed;
} imaging_openjpeg_component;

typedef struct {
    uint32_t x0, y0, x1, y1;
    int32_t color_space;
    /* Of which only the first four are described. */
    uint32_t component_count;
    imaging_openjpeg_component components[4];
    uint32_t tile_x0, tile_y0, tile_width, tile_height, tile_columns, tile_rows;
} imaging_openjpeg_header;

/* Reads the header of a file. Returns 0 on error. */
int imaging_openjpeg_read_header(imaging_openjpeg_coder *coder, uint32_t reduce, uint32_t layers, imaging_openjpeg_header *header) {
    /* Not on the stack, which may be small. */
    opj_dparameters_t *parameters = malloc(sizeof *parameters);
    if (parameters == NULL) {
        return 0;
    }
    openjpeg.opj_set_default_decoder_parameters(parameters);
    parameters->cp_reduce = reduce;
    parameters->cp_layer = layers;
    openjpeg.opj_setup_decoder(coder->codec, parameters);
    free(parameters);
    if (!openjpeg.opj_read_header(coder->stream, coder->codec, &coder->image)) {
        return 0;
    }
    opj_codestream_info_v2_t *info = openjpeg.opj_get_cstr_info(coder->codec);
    if (info == NULL) {
        return 0;
    }
    const opj_image_t *image = coder->image;
    *header = (imaging_openjpeg_header){
        .x0 = image->x0,
        .y0 = image->y0,
        .x1 = image->x1,
        .y1 = image->y1,
        .color_space = image->color_space,
        .component_count = image->numcomps,
        .tile_x0 = info->tx0,
        .tile_y0 = info->ty0,
        .tile_width = info->tdx,
        .tile_height = info->tdy,
        .tile_columns = info->tw,
        .tile_rows = info->th,
    };
    openjpeg.opj_destroy_cstr_info(&info);
    for (uint32_t n = 0; n < image->numcomps && n < 4; n++) {
        const opj_image_comp_t *component = &image->comps[n];
        header->components[n] =
            (imaging_openjpeg_component){component->dx, component->dy, component->prec, component->sgnd};
    }
    return 1;
}

typedef struct {
    uint32_t index, bytes;
    int32_t x0, y0, x1, y1;
    uint32_t component_count;
} imaging_openjpeg_tile;

/* Reads the header of the next tile. Returns 1, 0 at the end, or -1 on error. */
int imaging_openjpeg_next_tile(imaging_openjpeg_coder *coder, imaging_openjpeg_tile *tile) {
    OPJ_BOOL goes_on = OPJ_FALSE;
    OPJ_BOOL is_read = openjpeg.opj_read_tile_header(
        coder->codec, coder->stream, &tile->index, &tile->bytes, &tile->x0, &tile->y0, &tile->x1, &tile->y1,
        &tile->component_count, &goes_on);
    return is_read ? goes_on != OPJ_FALSE : -1;
}

/* Decodes a tile to at most `bytes` bytes, component by component. Returns 0 on error. */
int imaging_openjpeg_decode_tile(imaging_openjpeg_coder *coder, uint32_t index, uint8_t *data, uint32_t bytes) {
    return openjpeg.opj_decode_tile_data(coder->codec, index, data, bytes, coder->stream);
}

/* Reads what is behind the tiles. Returns 0 on error. */
int imaging_openjpeg_end_decoding(imaging_openjpeg_coder *coder) {
    return openjpeg.opj_end_decompress(coder->codec, coder->stream);
}

/* Creates an encoder of a format, OPJ_CODEC_*. Returns NULL without memory, or for a format that the library cannot encode. */
imaging_openjpeg_coder *imaging_openjpeg_encoder(int format, const imaging_openjpeg_sink *sink) {
    imaging_openjpeg_coder *coder = calloc(1, sizeof *coder);
    if (coder == NULL) {
        return NULL;
    }
    coder->stream = openjpeg.opj_stream_create(OPJ_J2K_STREAM_CHUNK_SIZE, OPJ_FALSE);
    if (coder->stream != NULL) {
        openjpeg.opj_stream_set_write_function(coder->stream, sink->write);
        openjpeg.opj_stream_set_skip_function(coder->stream, sink->skip);
        openjpeg.opj_stream_set_seek_function(coder->stream, sink->seek);
        openjpeg.opj_stream_set_user_data(coder->stream, sink->data, NULL);
    }
    return with_codec(coder, openjpeg.opj_create_compress(format));
}

typedef struct {
    int32_t x0, y0, width, height;
    uint32_t component_count, precision, is_signed;
    int32_t color_space, has_alpha;
    int32_t has_tiles, tile_x0, tile_y0, tile_width, tile_height;
    /* The number of quality layers, and the ratio or the decibels of each; no layers for a single one without loss. */
    int32_t layer_count, is_in_decibels;
    float layers[100];
    int32_t resolutions, block_width, block_height, precinct_width, precinct_height;
    int32_t is_irreversible, mct, progression, cinema, has_packet_lengths;
    const char *comment;
} imaging_openjpeg_parameters;

/* Returns the image of an encoder, without memory for samples, which are those of the tiles; NULL without memory. */
static opj_image_t *image_of(const imaging_openjpeg_parameters *options) {
    opj_image_cmptparm_t components[4];
    memset(components, 0, sizeof components);
    for (int n = 0; n < 4; n++) {
        components[n].dx = components[n].dy = 1;
        components[n].w = options->width;
        components[n].h = options->height;
        components[n].prec = options->precision;
        components[n].sgnd = options->is_signed;
    }
    opj_image_t *image = openjpeg.opj_image_tile_create(options->component_count, components, options->color_space);
    if (image != NULL) {
        image->x0 = options->x0;
        image->y0 = options->y0;
        image->x1 = (OPJ_UINT32)options->x0 + options->width;
        image->y1 = (OPJ_UINT32)options->y0 + options->height;
        if (options->has_alpha) {
            image->comps[options->component_count - 1].alpha = 1;
        }
    }
    return image;
}

static void set_parameters(opj_cparameters_t *parameters, const imaging_openjpeg_parameters *options) {
    openjpeg.opj_set_default_encoder_parameters(parameters);
    parameters->image_offset_x0 = options->x0;
    parameters->image_offset_y0 = options->y0;
    parameters->tile_size_on = options->has_tiles;
    parameters->cp_tx0 = options->tile_x0;
    parameters->cp_ty0 = options->tile_y0;
    parameters->cp_tdx = options->tile_width;
    parameters->cp_tdy = options->tile_height;
    parameters->tcp_numlayers = options->layer_count;
    if (options->is_in_decibels) {
        parameters->cp_fixed_quality = 1;
        memcpy(parameters->tcp_distoratio, options->layers, sizeof options->layers);
    } else if (options->layer_count > 0) {
        parameters->cp_disto_alloc = 1;
        memcpy(parameters->tcp_rates, options->layers, sizeof options->layers);
    }
    parameters->numresolution = options->resolutions;
    parameters->cblockw_init = options->block_width;
    parameters->cblockh_init = options->block_height;
    if (options->precinct_width > 0) {
        parameters->prcw_init[0] = options->precinct_width;
        parameters->prch_init[0] = options->precinct_height;
        parameters->res_spec = 1;
        parameters->csty |= 1;
    }
    parameters->irreversible = options->is_irreversible;
    parameters->tcp_mct = (char)options->mct;
    parameters->prog_order = options->progression;
    parameters->cp_cinema = options->cinema;
    /* The library sets what else the profiles of digital cinema demand. */
    parameters->cp_rsiz = options->cinema == OPJ_OFF            ? OPJ_STD_RSIZ
                          : options->cinema == OPJ_CINEMA4K_24 ? OPJ_CINEMA4K
                                                                : OPJ_CINEMA2K;
    parameters->cp_comment = (char *)options->comment; /* which is only read */
}

/* Writes the header of a file. Returns 0 on error. */
int imaging_openjpeg_start_encoding(imaging_openjpeg_coder *coder, const imaging_openjpeg_parameters *options) {
    coder->image = image_of(options);
    /* Not on the stack, which may be small. */
    opj_cparameters_t *parameters = malloc(sizeof *parameters);
    int is_set_up = 0;
    if (coder->image != NULL && parameters != NULL) {
        set_parameters(parameters, options);
        is_set_up = openjpeg.opj_setup_encoder(coder->codec, parameters, coder->image);
    }
    free(parameters);
    if (!is_set_up) {
        return 0;
    }
#if OPJ_VERSION_MAJOR > 2 || (OPJ_VERSION_MAJOR == 2 && OPJ_VERSION_MINOR >= 4)
    if (options->has_packet_lengths) {
        static const char *const option[] = {"PLT=YES", NULL};
        openjpeg.opj_encoder_set_extra_options(coder->codec, option);
    }
#endif
    return openjpeg.opj_start_compress(coder->codec, coder->image, coder->stream);
}

/* Encodes a tile, component by component. Returns 0 on error. */
int imaging_openjpeg_write_tile(imaging_openjpeg_coder *coder, uint32_t index, const uint8_t *data, uint32_t bytes) {
    return openjpeg.opj_write_tile(coder->codec, index, (OPJ_BYTE *)data, bytes, coder->stream);
}

/* Writes the end of a file. Returns 0 on error. */
int imaging_openjpeg_end_encoding(imaging_openjpeg_coder *coder) {
    return openjpeg.opj_end_compress(coder->codec, coder->stream);
}

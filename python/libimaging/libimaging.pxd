# libImaging for Cython: `from libimaging cimport Imaging, ImagingNew`.
#
# Generated from the C headers, whose comments say what everything is and does, by make_pxd.py.
#
# Functions are as in C: they need no GIL, and tell errors by what they return. Where the GIL is held, the Python
# exception is then set already. Functions that return an image can be wrapped: `im = ImagingOrRaise(ImagingCopy(im))`.

from cpython.object cimport PyObject
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t

cdef extern from "<libImaging/Arrow.h>":
    enum:
        ARROW_FLAG_DICTIONARY_ORDERED
        ARROW_FLAG_NULLABLE
        ARROW_FLAG_MAP_KEYS_SORTED

    cdef struct ArrowSchema:
        const char *format
        const char *name
        const char *metadata
        int64_t flags
        int64_t n_children
        ArrowSchema **children
        ArrowSchema *dictionary
        void (*release)(ArrowSchema *) noexcept nogil
        void *private_data

    cdef struct ArrowArray:
        int64_t length
        int64_t null_count
        int64_t offset
        int64_t n_buffers
        int64_t n_children
        const void **buffers
        ArrowArray **children
        ArrowArray *dictionary
        void (*release)(ArrowArray *) noexcept nogil
        void *private_data


cdef extern from "<libImaging/Mode.h>":
    ctypedef enum ModeID:
        IMAGING_MODE_UNKNOWN
        IMAGING_MODE_1
        IMAGING_MODE_CMYK
        IMAGING_MODE_F
        IMAGING_MODE_HSV
        IMAGING_MODE_I
        IMAGING_MODE_L
        IMAGING_MODE_LA
        IMAGING_MODE_LAB
        IMAGING_MODE_La
        IMAGING_MODE_P
        IMAGING_MODE_PA
        IMAGING_MODE_RGB
        IMAGING_MODE_RGBA
        IMAGING_MODE_RGBX
        IMAGING_MODE_RGBa
        IMAGING_MODE_YCbCr
        IMAGING_MODE_I_16
        IMAGING_MODE_I_16L
        IMAGING_MODE_I_16B
        IMAGING_MODE_I_16N

    ctypedef enum RawModeID:
        IMAGING_RAWMODE_UNKNOWN
        IMAGING_RAWMODE_1
        IMAGING_RAWMODE_CMYK
        IMAGING_RAWMODE_F
        IMAGING_RAWMODE_HSV
        IMAGING_RAWMODE_I
        IMAGING_RAWMODE_L
        IMAGING_RAWMODE_LA
        IMAGING_RAWMODE_LAB
        IMAGING_RAWMODE_La
        IMAGING_RAWMODE_P
        IMAGING_RAWMODE_PA
        IMAGING_RAWMODE_RGB
        IMAGING_RAWMODE_RGBA
        IMAGING_RAWMODE_RGBX
        IMAGING_RAWMODE_RGBa
        IMAGING_RAWMODE_YCbCr
        IMAGING_RAWMODE_I_16
        IMAGING_RAWMODE_I_16L
        IMAGING_RAWMODE_I_16B
        IMAGING_RAWMODE_I_16N
        IMAGING_RAWMODE_1_8
        IMAGING_RAWMODE_1_I
        IMAGING_RAWMODE_1_IR
        IMAGING_RAWMODE_1_R
        IMAGING_RAWMODE_A
        IMAGING_RAWMODE_ABGR
        IMAGING_RAWMODE_ARGB
        IMAGING_RAWMODE_A_16B
        IMAGING_RAWMODE_A_16L
        IMAGING_RAWMODE_A_16N
        IMAGING_RAWMODE_B
        IMAGING_RAWMODE_BGAR
        IMAGING_RAWMODE_BGR
        IMAGING_RAWMODE_BGRA
        IMAGING_RAWMODE_BGRA_15
        IMAGING_RAWMODE_BGRA_15Z
        IMAGING_RAWMODE_BGRA_16B
        IMAGING_RAWMODE_BGRA_16L
        IMAGING_RAWMODE_BGRX
        IMAGING_RAWMODE_BGR_5
        IMAGING_RAWMODE_BGR_15
        IMAGING_RAWMODE_BGR_16
        IMAGING_RAWMODE_BGRa
        IMAGING_RAWMODE_BGXR
        IMAGING_RAWMODE_B_16B
        IMAGING_RAWMODE_B_16L
        IMAGING_RAWMODE_B_16N
        IMAGING_RAWMODE_C
        IMAGING_RAWMODE_CMYKX
        IMAGING_RAWMODE_CMYKXX
        IMAGING_RAWMODE_CMYK_16B
        IMAGING_RAWMODE_CMYK_16L
        IMAGING_RAWMODE_CMYK_16N
        IMAGING_RAWMODE_CMYK_I
        IMAGING_RAWMODE_CMYK_L
        IMAGING_RAWMODE_C_I
        IMAGING_RAWMODE_Cb
        IMAGING_RAWMODE_Cr
        IMAGING_RAWMODE_I_32B
        IMAGING_RAWMODE_F_16
        IMAGING_RAWMODE_F_16B
        IMAGING_RAWMODE_F_16BS
        IMAGING_RAWMODE_F_16N
        IMAGING_RAWMODE_F_16NS
        IMAGING_RAWMODE_F_16S
        IMAGING_RAWMODE_F_32
        IMAGING_RAWMODE_F_32B
        IMAGING_RAWMODE_F_32BF
        IMAGING_RAWMODE_F_32BS
        IMAGING_RAWMODE_F_32F
        IMAGING_RAWMODE_F_32N
        IMAGING_RAWMODE_F_32NF
        IMAGING_RAWMODE_F_32NS
        IMAGING_RAWMODE_F_32S
        IMAGING_RAWMODE_F_64BF
        IMAGING_RAWMODE_F_64F
        IMAGING_RAWMODE_F_64NF
        IMAGING_RAWMODE_F_8
        IMAGING_RAWMODE_F_8S
        IMAGING_RAWMODE_G
        IMAGING_RAWMODE_G_16B
        IMAGING_RAWMODE_G_16L
        IMAGING_RAWMODE_G_16N
        IMAGING_RAWMODE_H
        IMAGING_RAWMODE_I_12
        IMAGING_RAWMODE_I_16BS
        IMAGING_RAWMODE_I_16NS
        IMAGING_RAWMODE_I_16R
        IMAGING_RAWMODE_I_16S
        IMAGING_RAWMODE_I_32
        IMAGING_RAWMODE_I_32BS
        IMAGING_RAWMODE_I_32N
        IMAGING_RAWMODE_I_32NS
        IMAGING_RAWMODE_I_32S
        IMAGING_RAWMODE_I_8
        IMAGING_RAWMODE_I_8S
        IMAGING_RAWMODE_K
        IMAGING_RAWMODE_K_I
        IMAGING_RAWMODE_LA_16B
        IMAGING_RAWMODE_LA_L
        IMAGING_RAWMODE_LX
        IMAGING_RAWMODE_L_1
        IMAGING_RAWMODE_L_16
        IMAGING_RAWMODE_L_16B
        IMAGING_RAWMODE_L_2
        IMAGING_RAWMODE_L_2I
        IMAGING_RAWMODE_L_2IR
        IMAGING_RAWMODE_L_2R
        IMAGING_RAWMODE_L_4
        IMAGING_RAWMODE_L_4I
        IMAGING_RAWMODE_L_4IR
        IMAGING_RAWMODE_L_4R
        IMAGING_RAWMODE_L_I
        IMAGING_RAWMODE_L_R
        IMAGING_RAWMODE_M
        IMAGING_RAWMODE_M_I
        IMAGING_RAWMODE_PA_L
        IMAGING_RAWMODE_PX
        IMAGING_RAWMODE_P_1
        IMAGING_RAWMODE_P_2
        IMAGING_RAWMODE_P_2L
        IMAGING_RAWMODE_P_4
        IMAGING_RAWMODE_P_4L
        IMAGING_RAWMODE_P_R
        IMAGING_RAWMODE_R
        IMAGING_RAWMODE_RGBAX
        IMAGING_RAWMODE_RGBAXX
        IMAGING_RAWMODE_RGBA_15
        IMAGING_RAWMODE_RGBA_16B
        IMAGING_RAWMODE_RGBA_16L
        IMAGING_RAWMODE_RGBA_16N
        IMAGING_RAWMODE_RGBA_4B
        IMAGING_RAWMODE_RGBA_I
        IMAGING_RAWMODE_RGBA_L
        IMAGING_RAWMODE_RGBXX
        IMAGING_RAWMODE_RGBXXX
        IMAGING_RAWMODE_RGBX_16B
        IMAGING_RAWMODE_RGBX_16L
        IMAGING_RAWMODE_RGBX_16N
        IMAGING_RAWMODE_RGBX_L
        IMAGING_RAWMODE_RGB_15
        IMAGING_RAWMODE_RGB_16
        IMAGING_RAWMODE_RGB_16B
        IMAGING_RAWMODE_RGB_16L
        IMAGING_RAWMODE_RGB_16N
        IMAGING_RAWMODE_RGB_4B
        IMAGING_RAWMODE_RGB_L
        IMAGING_RAWMODE_RGB_R
        IMAGING_RAWMODE_RGBaX
        IMAGING_RAWMODE_RGBaXX
        IMAGING_RAWMODE_RGBa_16B
        IMAGING_RAWMODE_RGBa_16L
        IMAGING_RAWMODE_RGBa_16N
        IMAGING_RAWMODE_R_16B
        IMAGING_RAWMODE_R_16L
        IMAGING_RAWMODE_R_16N
        IMAGING_RAWMODE_S
        IMAGING_RAWMODE_V
        IMAGING_RAWMODE_X
        IMAGING_RAWMODE_XBGR
        IMAGING_RAWMODE_XRGB
        IMAGING_RAWMODE_Y
        IMAGING_RAWMODE_YCCA_P
        IMAGING_RAWMODE_YCC_P
        IMAGING_RAWMODE_YCbCrK
        IMAGING_RAWMODE_YCbCrX
        IMAGING_RAWMODE_YCbCr_L
        IMAGING_RAWMODE_Y_I
        IMAGING_RAWMODE_aBGR
        IMAGING_RAWMODE_aRGB

    cdef struct ModeData
    cdef struct RawModeData

    cdef struct ModeData:
        const char *name

    cdef struct RawModeData:
        const char *name

    ModeID findModeID(const char *name) noexcept nogil
    const ModeData *getModeData(ModeID id) noexcept nogil
    RawModeID findRawModeID(const char *name) noexcept nogil
    const RawModeData *getRawModeData(RawModeID id) noexcept nogil
    int isModeI16(ModeID mode) noexcept nogil


cdef extern from "<libImaging/Imaging.h>":
    const char *IMAGING_MAGIC
    enum:
        IMAGING_TYPE_UINT8
        IMAGING_TYPE_INT32
        IMAGING_TYPE_FLOAT32
        IMAGING_TYPE_I16
        IMAGING_CODEC_END
        IMAGING_CODEC_OVERRUN
        IMAGING_CODEC_BROKEN
        IMAGING_CODEC_UNKNOWN
        IMAGING_CODEC_CONFIG
        IMAGING_CODEC_MEMORY
        IMAGING_ARROW_INCOMPATIBLE_MODE
        IMAGING_ARROW_MEMORY_LAYOUT
        IMAGING_TRANSFORM_AFFINE
        IMAGING_TRANSFORM_PERSPECTIVE
        IMAGING_TRANSFORM_QUAD
        IMAGING_TRANSFORM_NEAREST
        IMAGING_TRANSFORM_BOX
        IMAGING_TRANSFORM_BILINEAR
        IMAGING_TRANSFORM_HAMMING
        IMAGING_TRANSFORM_BICUBIC
        IMAGING_TRANSFORM_LANCZOS
        IMAGING_TRANSFORM_MKS2013
        IMAGING_TRANSFORM_MKS2021

    cdef struct ImagingMemoryBlock
    cdef struct ImagingColorItem
    cdef struct ImagingMemoryInstance
    cdef struct ImagingPaletteInstance
    cdef struct ImagingAccessInstance
    cdef struct ImagingHistogramInstance
    cdef struct ImagingOutlineInstance
    cdef struct ImagingCodecStateInstance
    cdef struct ImagingMemoryArenaInstance

    ctypedef ImagingMemoryInstance *Imaging
    ctypedef ImagingPaletteInstance *ImagingPalette
    ctypedef ImagingAccessInstance *ImagingAccess
    ctypedef ImagingHistogramInstance *ImagingHistogram
    ctypedef ImagingOutlineInstance *ImagingOutline
    ctypedef ImagingCodecStateInstance *ImagingCodecState
    ctypedef ImagingMemoryArenaInstance *ImagingMemoryArena
    ctypedef void *ImagingSectionCookie
    ctypedef void (*ImagingShuffler)(uint8_t *out, const uint8_t *in_, int pixels) noexcept nogil
    ctypedef int (*ImagingCodec)(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes) noexcept nogil
    ctypedef int (*ImagingTransformMap)(double *X, double *Y, int x, int y, void *data) noexcept nogil
    ctypedef int (*ImagingTransformFilter)(void *out, Imaging im, double x, double y) noexcept nogil

    cdef struct ImagingMemoryInstance:
        ModeID mode
        int type
        int depth
        int bands
        int xsize
        int ysize
        ImagingPalette palette
        uint8_t **image8
        int32_t **image32
        char **image
        char *block
        ImagingMemoryBlock *blocks
        int pixelsize
        int linesize
        void (*destroy)(Imaging im) noexcept nogil
        int refcount
        char band_names[4][3]
        char arrow_band_format[2]
        int read_only
        PyObject *arrow_array_capsule
        int blocks_count
        int lines_per_block

    cdef struct ImagingMemoryBlock:
        char *ptr
        int size

    cdef struct ImagingPaletteInstance:
        ModeID mode
        int size
        uint8_t palette[1024]
        int16_t *cache
        int keep_cache

    cdef struct ImagingAccessInstance:
        ModeID mode
        void (*get_pixel)(Imaging im, int x, int y, void *pixel) noexcept nogil
        void (*put_pixel)(Imaging im, int x, int y, const void *pixel) noexcept nogil

    cdef struct ImagingHistogramInstance:
        ModeID mode
        int bands
        long *histogram

    cdef struct ImagingColorItem:
        int x
        int y
        int32_t count
        int32_t pixel

    cdef struct ImagingCodecStateInstance:
        int count
        int state
        int errcode
        int x
        int y
        int ystep
        int xsize
        int ysize
        int xoff
        int yoff
        ImagingShuffler shuffle
        int bits
        int bytes
        int planes
        uint8_t *buffer
        void *context
        PyObject *fd

    cdef struct ImagingMemoryArenaInstance:
        int alignment
        int block_size
        int blocks_max
        int blocks_cached
        ImagingMemoryBlock *blocks_pool
        int stats_new_count
        int stats_allocated_blocks
        int stats_reused_blocks
        int stats_reallocated_blocks
        int stats_freed_blocks
        int use_block_allocator

    Imaging ImagingNew(ModeID mode, int xsize, int ysize) noexcept nogil
    Imaging ImagingNewDirty(ModeID mode, int xsize, int ysize) noexcept nogil
    Imaging ImagingNewBlock(ModeID mode, int xsize, int ysize) noexcept nogil
    Imaging ImagingNew2Dirty(ModeID mode, Imaging imOut, Imaging imIn) noexcept nogil
    Imaging ImagingNewPrologue(ModeID mode, int xsize, int ysize) noexcept nogil
    Imaging ImagingNewPrologueSubtype(ModeID mode, int xsize, int ysize, int structure_size) noexcept nogil
    void ImagingDelete(Imaging im) noexcept nogil
    void ImagingCopyPalette(Imaging destination, Imaging source) noexcept nogil
    int ImagingMemorySetBlocksMax(ImagingMemoryArena arena, int blocks_max) noexcept nogil
    void ImagingMemoryClearCache(ImagingMemoryArena arena, int new_size) noexcept nogil
    void ImagingMemorySetBlockAllocator(ImagingMemoryArena arena, int use_block_allocator) noexcept nogil
    ImagingAccess ImagingAccessNew(Imaging im) noexcept nogil
    void _ImagingAccessDelete(Imaging im, ImagingAccess access) noexcept nogil
    ImagingPalette ImagingPaletteNew(ModeID mode) noexcept nogil
    ImagingPalette ImagingPaletteNewBrowser() noexcept nogil
    ImagingPalette ImagingPaletteDuplicate(ImagingPalette palette) noexcept nogil
    void ImagingPaletteDelete(ImagingPalette palette) noexcept nogil
    int ImagingPaletteCachePrepare(ImagingPalette palette) noexcept nogil
    void ImagingPaletteCacheUpdate(ImagingPalette palette, int r, int g, int b) noexcept nogil
    void ImagingPaletteCacheDelete(ImagingPalette palette) noexcept nogil
    int export_imaging_array(Imaging im, ArrowArray *array) noexcept nogil
    int export_imaging_schema(Imaging im, ArrowSchema *schema) noexcept nogil
    Imaging ImagingNewArrow(
        ModeID mode, int xsize, int ysize, PyObject *schema_capsule, PyObject *array_capsule
    ) noexcept nogil
    ImagingShuffler ImagingFindUnpacker(ModeID mode, RawModeID rawmode, int *bits_out) noexcept nogil
    ImagingShuffler ImagingFindPacker(ModeID mode, RawModeID rawmode, int *bits_out) noexcept nogil
    void ImagingPackBGR(uint8_t *out, const uint8_t *in_, int pixels) noexcept nogil
    void ImagingUnpackYCC(uint8_t *out, const uint8_t *in_, int pixels) noexcept nogil
    void ImagingUnpackYCCA(uint8_t *out, const uint8_t *in_, int pixels) noexcept nogil
    void ImagingConvertRGB2YCbCr(uint8_t *out, const uint8_t *in_, int pixels) noexcept nogil
    void ImagingConvertYCbCr2RGB(uint8_t *out, const uint8_t *in_, int pixels) noexcept nogil
    int ImagingRawDecode(Imaging im, ImagingCodecState state, uint8_t *buffer, Py_ssize_t bytes) noexcept nogil
    int ImagingRawEncode(Imaging im, ImagingCodecState state, uint8_t *buffer, int bytes) noexcept nogil
    Imaging ImagingOpenPPM(const char *filename) noexcept nogil
    int ImagingSavePPM(Imaging im, const char *filename) noexcept nogil
    Imaging ImagingConvert(Imaging imOut, Imaging imIn, ModeID mode, ImagingPalette palette, int dither) noexcept nogil
    Imaging ImagingConvertTransparent(Imaging im, ModeID mode, int r, int g, int b) noexcept nogil
    Imaging ImagingConvertMatrix(Imaging im, ModeID mode, const float m[12]) noexcept nogil
    Imaging ImagingColorLUT3D_linear(
        Imaging imOut, Imaging imIn, int table_channels, int size1D, int size2D, int size3D, int16_t *table
    ) noexcept nogil
    Imaging ImagingCopy(Imaging im) noexcept nogil
    Imaging ImagingCopy2(Imaging imOut, Imaging imIn) noexcept nogil
    Imaging ImagingCrop(Imaging im, int x0, int y0, int x1, int y1) noexcept nogil
    Imaging ImagingFlipLeftRight(Imaging imOut, Imaging imIn) noexcept nogil
    Imaging ImagingFlipTopBottom(Imaging imOut, Imaging imIn) noexcept nogil
    Imaging ImagingRotate90(Imaging imOut, Imaging imIn) noexcept nogil
    Imaging ImagingRotate180(Imaging imOut, Imaging imIn) noexcept nogil
    Imaging ImagingRotate270(Imaging imOut, Imaging imIn) noexcept nogil
    Imaging ImagingTranspose(Imaging imOut, Imaging imIn) noexcept nogil
    Imaging ImagingTransverse(Imaging imOut, Imaging imIn) noexcept nogil
    int ImagingTransform(
        Imaging imOut, Imaging imIn, int method, int x0, int y0, int x1, int y1, double a[8], int filter, int fill
    ) noexcept nogil
    Imaging ImagingOffset(Imaging im, int xoffset, int yoffset) noexcept nogil
    Imaging ImagingResample(Imaging imIn, int xsize, int ysize, int filter, const float box[4]) noexcept nogil
    Imaging ImagingReduce(Imaging imIn, int xscale, int yscale, int box[4]) noexcept nogil
    Imaging ImagingGetBand(Imaging im, int band) noexcept nogil
    Imaging ImagingPutBand(Imaging im, Imaging imIn, int band) noexcept nogil
    Imaging ImagingFillBand(Imaging im, int band, int color) noexcept nogil
    int ImagingSplit(Imaging im, Imaging bands[4]) noexcept nogil
    Imaging ImagingMerge(ModeID mode, Imaging bands[4]) noexcept nogil
    Imaging ImagingAlphaComposite(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingFill(Imaging im, const void *ink) noexcept nogil
    int ImagingFill2(Imaging into, const void *ink, Imaging mask, int x0, int y0, int x1, int y1) noexcept nogil
    int ImagingPaste(Imaging into, Imaging im, Imaging mask, int x0, int y0, int x1, int y1) noexcept nogil
    Imaging ImagingFillLinearGradient(ModeID mode) noexcept nogil
    Imaging ImagingFillRadialGradient(ModeID mode) noexcept nogil
    Imaging ImagingBlend(Imaging imIn1, Imaging imIn2, float alpha) noexcept nogil
    Imaging ImagingChopLighter(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingChopDarker(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingChopDifference(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingChopMultiply(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingChopScreen(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingChopAdd(Imaging imIn1, Imaging imIn2, float scale, int offset) noexcept nogil
    Imaging ImagingChopSubtract(Imaging imIn1, Imaging imIn2, float scale, int offset) noexcept nogil
    Imaging ImagingChopAddModulo(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingChopSubtractModulo(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingChopSoftLight(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingChopHardLight(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingOverlay(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingChopAnd(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingChopOr(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingChopXor(Imaging imIn1, Imaging imIn2) noexcept nogil
    Imaging ImagingPoint(Imaging im, ModeID tablemode, const void *table) noexcept nogil
    Imaging ImagingPointTransform(Imaging imIn, double scale, double offset) noexcept nogil
    Imaging ImagingNegative(Imaging im) noexcept nogil
    Imaging ImagingExpand(Imaging im, int m) noexcept nogil
    Imaging ImagingFilter(Imaging im, int xsize, int ysize, const float *kernel, float offset) noexcept nogil
    Imaging ImagingBoxBlur(Imaging imOut, Imaging imIn, float xradius, float yradius, int n) noexcept nogil
    Imaging ImagingGaussianBlur(Imaging imOut, Imaging imIn, float xradius, float yradius, int passes) noexcept nogil
    Imaging ImagingUnsharpMask(Imaging imOut, Imaging im, float radius, int percent, int threshold) noexcept nogil
    Imaging ImagingRankFilter(Imaging im, int size, int rank) noexcept nogil
    Imaging ImagingModeFilter(Imaging im, int size) noexcept nogil
    int ImagingGetBBox(Imaging im, int bbox[4], int alpha_only) noexcept nogil
    int ImagingGetProjection(Imaging im, uint8_t *xproj, uint8_t *yproj) noexcept nogil
    int ImagingGetExtrema(Imaging im, void *extrema) noexcept nogil
    ImagingColorItem *ImagingGetColors(Imaging im, int maxcolors, int *colors) noexcept nogil
    ImagingHistogram ImagingGetHistogram(Imaging im, Imaging mask, void *extrema) noexcept nogil
    void ImagingHistogramDelete(ImagingHistogram histogram) noexcept nogil
    Imaging ImagingEffectMandelbrot(int xsize, int ysize, double extent[4], int quality) noexcept nogil
    Imaging ImagingEffectNoise(int xsize, int ysize, float sigma) noexcept nogil
    Imaging ImagingEffectSpread(Imaging imIn, int distance) noexcept nogil
    void *ImagingError_MemoryError() noexcept nogil
    void *ImagingError_ModeError() noexcept nogil
    void *ImagingError_Mismatch() noexcept nogil
    void *ImagingError_ValueError(const char *message) noexcept nogil
    void ImagingSectionEnter(ImagingSectionCookie *cookie) noexcept nogil
    void ImagingSectionLeave(ImagingSectionCookie *cookie) noexcept nogil
    ImagingMemoryArenaInstance ImagingDefaultArena


cdef extern from "<libImaging/Raw.h>":
    ctypedef struct RAWSTATE:
        int stride
        int skip


cdef extern from "<libImaging/ImagingExt.h>":
    enum:
        IMAGING_ERROR_NONE
        IMAGING_ERROR_MEMORY
        IMAGING_ERROR_MODE
        IMAGING_ERROR_MISMATCH
        IMAGING_ERROR_VALUE
        IMAGING_ERROR_OS
        IMAGING_ERROR_INTERNAL
        IMAGING_MAP_READ_ONLY
        IMAGING_MAP_PRIVATE
        IMAGING_MAP_SHARED

    cdef struct ImagingHost
    cdef struct ImagingBuffer

    cdef struct ImagingHost:
        void *context
        void (*error)(void *context, int code, const char *message) noexcept nogil
        void *(*section_enter)(void *context) noexcept nogil
        void (*section_leave)(void *context, void *cookie) noexcept nogil

    cdef struct ImagingBuffer:
        void *buf
        const char *format
        Py_ssize_t itemsize
        Py_ssize_t len
        int ndim
        int read_only
        int has_suboffsets
        Py_ssize_t shape[3]
        Py_ssize_t strides[3]
        Py_ssize_t suboffsets[3]

    int ImagingGetLastError(const char **message) noexcept nogil
    void ImagingClearError() noexcept nogil
    void ImagingSetHost(const ImagingHost *host) noexcept nogil
    int ImagingMemoryConfigureFromEnv() noexcept nogil
    int ImagingSetNumThreads(int threads) noexcept nogil
    int ImagingGetNumThreads() noexcept nogil
    const char *ImagingGetSIMDLevel() noexcept nogil
    const char *ImagingVersion() noexcept nogil
    void *ImagingError_OSError(const char *message) noexcept nogil
    void *ImagingError_InternalError(const char *message) noexcept nogil
    Imaging ImagingMapFile(
        const char *path, ModeID mode, int xsize, int ysize, int64_t offset, int64_t stride, int ystep, int access
    ) noexcept nogil
    int ImagingMapFlush(Imaging im) noexcept nogil
    int ImagingMapRelease(Imaging im) noexcept nogil
    Imaging ImagingLoadRaw(
        const char *path, ModeID mode, RawModeID rawmode, int xsize, int ysize, int64_t offset, int64_t stride,
        int ystep
    ) noexcept nogil
    int ImagingReadTile(
        Imaging im, const char *path, int x0, int y0, int x1, int y1, int64_t offset, RawModeID rawmode, int64_t stride,
        int ystep
    ) noexcept nogil
    int ImagingSaveRaw(Imaging im, const char *path, RawModeID rawmode, int64_t stride, int ystep) noexcept nogil
    Imaging ImagingView(Imaging im, int x0, int y0, int x1, int y1) noexcept nogil
    int ImagingGetBuffer(Imaging im, ImagingBuffer *out) noexcept nogil
    int ImagingGetPackedBuffer(Imaging im, ImagingBuffer *out) noexcept nogil
    Imaging ImagingNewFromBuffer(
        ModeID mode, const ImagingBuffer *buffer, void (*release)(void *context) noexcept nogil, void *context
    ) noexcept nogil

cdef inline Imaging ImagingOf(object image) except NULL:
    """The image behind a Pillow image, or behind a `libimaging.View`; it stays as long as what is asked does.

    A Pillow image can lose it (when it is closed, or changed in place): a view keeps it.
    """
    return <Imaging>PyCapsule_GetPointer(image.getim(), IMAGING_MAGIC)


cdef inline Imaging ImagingOrRaise(Imaging im) except NULL:
    """`im`; where it is NULL, the exception that the function which returned it has set. The GIL is held meanwhile."""
    return im

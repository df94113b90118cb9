/*
 * libImaging for C++17 and later: images that delete themselves, rows of typed pixels, errors as exceptions.
 *
 *     #include <libImaging/Imaging.hpp>
 *
 *     auto im = imaging::Image::open_ppm("photo.ppm");
 *     for (auto row : im.rows<imaging::RGB8>()) {
 *         for (auto &pixel : row) {
 *             std::swap(pixel.r, pixel.b);
 *         }
 *     }
 *     im.resize(320, 240).save_ppm("small.ppm");
 *
 * These are inline functions around those of Imaging.h and ImagingExt.h, whose comments describe them. Access to pixels
 * has no overhead: a row is a pointer and a length, and its type is checked when the row is taken, not when it is used.
 *
 * Errors. A function that returns NULL in C throws here: std::bad_alloc if there is not enough memory, otherwise
 * imaging::Error.
 *
 * Threads. As in C. A const Image is only read from.
 */

#ifndef LIBIMAGING_IMAGING_HPP
#define LIBIMAGING_IMAGING_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#if __cplusplus >= 202002L && __has_include(<span>)
#include <span>
#endif

#include "Imaging.h"
#include "ImagingExt.h"

namespace imaging {

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Errors.
 */

/** An error, with the library's message. */
class Error : public std::runtime_error {
public:
    Error(int code, const char *message) : std::runtime_error(message), code_(code) {}

    /** `IMAGING_ERROR_*`; `IMAGING_ERROR_NONE` if the program's own host has the error, or Python as an exception. */
    int code() const noexcept { return code_; }

private:
    int code_;
};

namespace detail {

/* Throws this thread's last error, and clears it. */
[[noreturn, gnu::cold, gnu::noinline]] inline void fail() {
    const char *message = nullptr;
    const int code = ImagingGetLastError(&message);
    if (code == IMAGING_ERROR_MEMORY) {
        ImagingClearError();
        throw std::bad_alloc();
    }
    const Error error(code, code == IMAGING_ERROR_NONE ? "libImaging: the error is with the host" : message);
    ImagingClearError();
    throw error;
}

[[noreturn, gnu::cold, gnu::noinline]] inline void fail(const char *message) {
    throw Error(IMAGING_ERROR_VALUE, message);
}

inline void check(bool done) {
    if (!done) {
        fail();
    }
}

}  // namespace detail

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Pixels as they lie in memory. Their alignment is 1: rows of a mapped file may start at any address.
 */

/** A pixel of RGB and RGBX. */
struct RGB8 {
    std::uint8_t r, g, b, x;
};

/** A pixel of RGBA, and of RGBa, whose colour is premultiplied by alpha. */
struct RGBA8 {
    std::uint8_t r, g, b, a;
};

/** A pixel of LA and La, and of PA, where `l` is an index into the palette. */
struct LA8 {
    std::uint8_t l, unused[2], a;
};

/** A pixel of CMYK. */
struct CMYK8 {
    std::uint8_t c, m, y, k;
};

/** A pixel of YCbCr. */
struct YCbCr8 {
    std::uint8_t y, cb, cr, x;
};

/** A pixel of HSV. */
struct HSV8 {
    std::uint8_t h, s, v, x;
};

/** A pixel of LAB. */
struct LAB8 {
    std::uint8_t l;
    std::int8_t a, b;
    std::uint8_t x;
};

/** Any pixel of several bands. */
struct Bytes4 {
    std::uint8_t bytes[4];

    constexpr std::uint8_t &operator[](std::size_t band) { return bytes[band]; }
    constexpr const std::uint8_t &operator[](std::size_t band) const { return bytes[band]; }
};

/** Whether this machine is big-endian. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
inline constexpr bool big_endian = true;
#else
inline constexpr bool big_endian = false;
#endif

/** A 16-bit integer of either byte order, which converts to and from std::uint16_t. */
template <bool high_first>
class Number16 {
public:
    Number16() = default;
    constexpr Number16(std::uint16_t value) noexcept
        : bytes_{static_cast<std::uint8_t>(high_first ? value >> 8 : value),
                 static_cast<std::uint8_t>(high_first ? value : value >> 8)} {}

    constexpr operator std::uint16_t() const noexcept {
        return static_cast<std::uint16_t>(bytes_[!high_first] << 8 | bytes_[high_first]);
    }

private:
    std::uint8_t bytes_[2];
};

/** A pixel of I;16 and I;16L. */
using U16LE = Number16<false>;
/** A pixel of I;16B. */
using U16BE = Number16<true>;
/** A pixel of I;16N. */
using U16 = Number16<big_endian>;

/** A compile-time set of modes. */
template <ModeID... modes>
struct PixelOf {
    static constexpr bool fits(ModeID mode) noexcept { return ((mode == modes) || ...); }
};

/** The modes whose pixels have the type P. Specialise it for your own types, of the same size and with alignment 1. */
template <class P>
struct Pixel;

/** A pixel of 1, L and P. */
template <>
struct Pixel<std::uint8_t> : PixelOf<IMAGING_MODE_1, IMAGING_MODE_L, IMAGING_MODE_P> {};
/** A pixel of I. */
template <>
struct Pixel<std::int32_t> : PixelOf<IMAGING_MODE_I> {};
/** A pixel of F. */
template <>
struct Pixel<float> : PixelOf<IMAGING_MODE_F> {};
template <>
struct Pixel<RGB8> : PixelOf<IMAGING_MODE_RGB, IMAGING_MODE_RGBX> {};
template <>
struct Pixel<RGBA8> : PixelOf<IMAGING_MODE_RGBA, IMAGING_MODE_RGBa> {};
template <>
struct Pixel<LA8> : PixelOf<IMAGING_MODE_LA, IMAGING_MODE_La, IMAGING_MODE_PA> {};
template <>
struct Pixel<CMYK8> : PixelOf<IMAGING_MODE_CMYK> {};
template <>
struct Pixel<YCbCr8> : PixelOf<IMAGING_MODE_YCbCr> {};
template <>
struct Pixel<HSV8> : PixelOf<IMAGING_MODE_HSV> {};
template <>
struct Pixel<LAB8> : PixelOf<IMAGING_MODE_LAB> {};
template <>
struct Pixel<Bytes4>
    : PixelOf<IMAGING_MODE_CMYK, IMAGING_MODE_HSV, IMAGING_MODE_LA, IMAGING_MODE_LAB, IMAGING_MODE_La, IMAGING_MODE_PA,
              IMAGING_MODE_RGB, IMAGING_MODE_RGBA, IMAGING_MODE_RGBX, IMAGING_MODE_RGBa, IMAGING_MODE_YCbCr> {};
template <>
struct Pixel<U16LE>
    : PixelOf<IMAGING_MODE_I_16, IMAGING_MODE_I_16L, big_endian ? IMAGING_MODE_UNKNOWN : IMAGING_MODE_I_16N> {};
template <>
struct Pixel<U16BE> : PixelOf<IMAGING_MODE_I_16B, big_endian ? IMAGING_MODE_I_16N : IMAGING_MODE_UNKNOWN> {};

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Rows.
 */

/**
 * A contiguous sequence that somebody else owns. It is the same type in all C++ standards, so that parts of a program
 * may be compiled for different ones; it converts to std::span implicitly.
 */
template <class T>
class Span {
public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;
    using iterator = T *;

    constexpr Span() noexcept = default;
    constexpr Span(T *data, std::size_t size) noexcept : data_(data), size_(size) {}
    /** Converts a writable span to a read-only one. */
    template <class U, class = std::enable_if_t<std::is_same_v<const U, T>>>
    constexpr Span(Span<U> other) noexcept : data_(other.data()), size_(other.size()) {}

    constexpr T *data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr T *begin() const noexcept { return data_; }
    constexpr T *end() const noexcept { return data_ + size_; }
    constexpr T &front() const { return data_[0]; }
    constexpr T &back() const { return data_[size_ - 1]; }
    /** Not checked. */
    constexpr T &operator[](std::size_t index) const { return data_[index]; }

private:
    T *data_ = nullptr;
    std::size_t size_ = 0;
};

/** The rows of an image from the top down, a range of Span<P>. They are valid as long as the image. */
template <class P>
class Rows {
public:
    class iterator {
    public:
        using value_type = Span<P>;
        using reference = Span<P>;
        using pointer = void;
        using difference_type = std::ptrdiff_t;
        /* Rows are created on access, so this is not quite a forward iterator; parallel algorithms require the tag. */
        using iterator_category = std::random_access_iterator_tag;

        iterator() = default;

        Span<P> operator*() const { return {reinterpret_cast<P *>(*row_), xsize_}; }
        Span<P> operator[](difference_type n) const { return *(*this + n); }
        iterator &operator++() { return *this += 1; }
        iterator &operator--() { return *this -= 1; }
        iterator operator++(int) { return std::exchange(*this, *this + 1); }
        iterator operator--(int) { return std::exchange(*this, *this - 1); }
        iterator &operator+=(difference_type n) {
            row_ += n;
            return *this;
        }
        iterator &operator-=(difference_type n) { return *this += -n; }
        friend iterator operator+(iterator it, difference_type n) { return it += n; }
        friend iterator operator+(difference_type n, iterator it) { return it += n; }
        friend iterator operator-(iterator it, difference_type n) { return it -= n; }
        friend difference_type operator-(iterator a, iterator b) { return a.row_ - b.row_; }
        friend bool operator==(iterator a, iterator b) { return a.row_ == b.row_; }
        friend bool operator!=(iterator a, iterator b) { return a.row_ != b.row_; }
        friend bool operator<(iterator a, iterator b) { return a.row_ < b.row_; }
        friend bool operator>(iterator a, iterator b) { return a.row_ > b.row_; }
        friend bool operator<=(iterator a, iterator b) { return a.row_ <= b.row_; }
        friend bool operator>=(iterator a, iterator b) { return a.row_ >= b.row_; }

    private:
        friend Rows;
        iterator(char *const *row, std::size_t xsize) : row_(row), xsize_(xsize) {}

        char *const *row_ = nullptr;
        std::size_t xsize_ = 0;
    };
    using const_iterator = iterator;

    iterator begin() const { return {table_, xsize_}; }
    iterator end() const { return begin() + static_cast<std::ptrdiff_t>(ysize_); }
    std::size_t size() const noexcept { return ysize_; }
    bool empty() const noexcept { return ysize_ == 0; }
    /** Not checked. */
    Span<P> operator[](std::size_t y) const { return begin()[static_cast<std::ptrdiff_t>(y)]; }

private:
    friend class Image;
    explicit Rows(Imaging im)
        : table_(im->image), xsize_(static_cast<std::size_t>(im->xsize)), ysize_(static_cast<std::size_t>(im->ysize)) {}

    char *const *table_;
    std::size_t xsize_, ysize_;
};

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Arguments.
 */

/** The pixels from (x0, y0) up to, not including, (x1, y1). */
struct Box {
    int x0, y0, x1, y1;
};

/** A pixel. */
struct Point {
    int x, y;
};

/** What drawing does to pixels of four bytes: it replaces them, or blends the ink with them. */
enum class Ink : int { replace = 0, blend = 1 };

/** A part of an image, in pixels and fractions of a pixel. */
struct Area {
    float left, top, right, bottom;
};

/** A resampling filter: see `IMAGING_TRANSFORM_*`. */
enum class Filter : int {
    box = IMAGING_TRANSFORM_BOX,
    bilinear = IMAGING_TRANSFORM_BILINEAR,
    hamming = IMAGING_TRANSFORM_HAMMING,
    bicubic = IMAGING_TRANSFORM_BICUBIC,
    lanczos = IMAGING_TRANSFORM_LANCZOS,
    mks2013 = IMAGING_TRANSFORM_MKS2013,
    mks2021 = IMAGING_TRANSFORM_MKS2021,
};

/** The access to a mapped image: see `IMAGING_MAP_*`. */
enum class Access : int {
    read_only = IMAGING_MAP_READ_ONLY,
    copy = IMAGING_MAP_PRIVATE,
    shared = IMAGING_MAP_SHARED,
};

/** The position of an image's lines in a raw file: see ImagingExt.h. */
struct Place {
    std::int64_t offset = 0;
    std::int64_t stride = 0;
    int ystep = 1;
};

/** The name of a file: a C string, a std::string or a std::filesystem::path. */
class FileName {
public:
    FileName(const char *name) noexcept : name_(name) {}
    template <class S, class = decltype(std::declval<const S &>().c_str())>
    FileName(const S &name) noexcept : name_(name.c_str()) {}

    const char *c_str() const noexcept { return name_; }

private:
    const char *name_;
};

/** An outline: a path of lines and curves to be filled by Image::draw_outline. It can be moved, not copied. */
class Outline {
public:
    /** `ImagingOutlineNew` */
    Outline() : outline_(ImagingOutlineNew(), ImagingOutlineDelete) { detail::check(outline_ != nullptr); }

    /** The outline for C functions. It is still owned by this object. */
    ImagingOutline get() const noexcept { return outline_.get(); }

    /** `ImagingOutlineMove` */
    Outline &move(float x, float y) { return done(ImagingOutlineMove(get(), x, y)); }

    /** `ImagingOutlineLine` */
    Outline &line(float x, float y) { return done(ImagingOutlineLine(get(), x, y)); }

    /** `ImagingOutlineCurve` */
    Outline &curve(float x1, float y1, float x2, float y2, float x3, float y3) {
        return done(ImagingOutlineCurve(get(), x1, y1, x2, y2, x3, y3));
    }

    /** `ImagingOutlineClose` */
    Outline &close() { return done(ImagingOutlineClose(get())); }

private:
    Outline &done(int result) {
        detail::check(result == 0);
        return *this;
    }

    std::unique_ptr<ImagingOutlineInstance, void (*)(ImagingOutline)> outline_;
};

/* = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = = =
 * Images.
 */

/**
 * An owner of an image, or empty. The destructor releases the image. An Image can be moved, and copied by copy() only.
 *
 * An Image that was moved from is empty. All its functions but get(), release() and operator bool throw.
 */
class Image {
public:
    /** An empty one. */
    Image() noexcept = default;

    /** An image whose pixels are zero. */
    Image(ModeID mode, int xsize, int ysize) : Image(made(ImagingNew(mode, xsize, ysize))) {}

    Image(Image &&other) noexcept : im_(other.release()) {}
    Image &operator=(Image &&other) noexcept {
        Image(std::move(other)).swap(*this);
        return *this;
    }
    Image(const Image &) = delete;
    Image &operator=(const Image &) = delete;
    ~Image() { ImagingDelete(im_); }

    void swap(Image &other) noexcept { std::swap(im_, other.im_); }
    friend void swap(Image &a, Image &b) noexcept { a.swap(b); }

    /** Takes over an image that the caller owns; NULL makes an empty Image. */
    static Image adopt(Imaging im) noexcept { return Image(im); }

    /** The image for C functions, which may read and write it. It is still owned by this object. */
    Imaging get() const noexcept { return im_; }

    /** Releases the image to the caller, who then owns it. This object becomes empty. */
    [[nodiscard]] Imaging release() noexcept { return std::exchange(im_, nullptr); }

    /** Whether there is an image. */
    explicit operator bool() const noexcept { return im_ != nullptr; }

    /* - - - Files and memory of other libraries - - - */

    /** `ImagingOpenPPM` */
    static Image open_ppm(FileName path) { return made(ImagingOpenPPM(path.c_str())); }

    /** `ImagingMapFile` */
    static Image map(FileName path, ModeID mode, int xsize, int ysize, Access access, Place place = {}) {
        return made(ImagingMapFile(path.c_str(), mode, xsize, ysize, place.offset, place.stride, place.ystep,
                                   static_cast<int>(access)));
    }

    /** `ImagingLoadRaw` */
    static Image load_raw(FileName path, ModeID mode, RawModeID rawmode, int xsize, int ysize, Place place = {}) {
        return made(
            ImagingLoadRaw(path.c_str(), mode, rawmode, xsize, ysize, place.offset, place.stride, place.ystep));
    }

    /** `ImagingNewFromBuffer`: an image in memory that stays valid until `release(context)` is called. */
    static Image borrow(ModeID mode, const ImagingBuffer &buffer, void (*release)(void *), void *context) {
        return made(ImagingNewFromBuffer(mode, &buffer, release, context));
    }

    /** An image in memory that `owner` keeps alive, such as a std::vector. The image stores the owner. */
    template <class Owner>
    static Image borrow(ModeID mode, const ImagingBuffer &buffer, Owner owner) {
        auto kept = std::make_unique<Owner>(std::move(owner));
        Image im = borrow(mode, buffer, [](void *context) { delete static_cast<Owner *>(context); }, kept.get());
        static_cast<void>(kept.release()); /* the image owns it now */
        return im;
    }

    /** `ImagingSavePPM` */
    void save_ppm(FileName path) const { detail::check(ImagingSavePPM(live(), path.c_str()) == 1); }

    /** `ImagingSaveRaw` */
    void save_raw(FileName path, RawModeID rawmode, std::int64_t stride = 0, int ystep = 1) const {
        detail::check(ImagingSaveRaw(live(), path.c_str(), rawmode, stride, ystep) == 1);
    }

    /** `ImagingReadTile` */
    void read_tile(FileName path, Box box, RawModeID rawmode, Place place = {}) {
        detail::check(ImagingReadTile(live(), path.c_str(), box.x0, box.y0, box.x1, box.y1, place.offset, rawmode,
                                      place.stride, place.ystep) == 1);
    }

    /** `ImagingMapFlush` */
    void map_flush() { detail::check(ImagingMapFlush(live()) == 1); }

    /** `ImagingMapRelease` */
    void map_release() const { detail::check(ImagingMapRelease(live()) == 1); }

    /** `ImagingView`: a part of this image in the same memory. It is writable even if this object is const. */
    Image view(Box box) const { return made(ImagingView(live(), box.x0, box.y0, box.x1, box.y1)); }

    /** `ImagingGetBuffer` */
    ImagingBuffer buffer() const {
        ImagingBuffer described;
        detail::check(ImagingGetBuffer(live(), &described) == 1);
        return described;
    }

    /** `ImagingGetPackedBuffer` */
    ImagingBuffer packed_buffer() const {
        ImagingBuffer described;
        detail::check(ImagingGetPackedBuffer(live(), &described) == 1);
        return described;
    }

    /* - - - Drawn images - - - */

    /** `ImagingFillLinearGradient` */
    static Image linear_gradient(ModeID mode) { return made(ImagingFillLinearGradient(mode)); }

    /** `ImagingFillRadialGradient` */
    static Image radial_gradient(ModeID mode) { return made(ImagingFillRadialGradient(mode)); }

    /** `ImagingEffectMandelbrot` */
    static Image mandelbrot(int xsize, int ysize, std::array<double, 4> extent, int quality) {
        return made(ImagingEffectMandelbrot(xsize, ysize, extent.data(), quality));
    }

    /** `ImagingEffectNoise` */
    static Image noise(int xsize, int ysize, float sigma) { return made(ImagingEffectNoise(xsize, ysize, sigma)); }

    /* - - - Properties - - - */

    ModeID mode() const { return live()->mode; }
    int xsize() const { return live()->xsize; }
    int ysize() const { return live()->ysize; }
    int bands() const { return live()->bands; }
    bool read_only() const { return live()->read_only != 0; }
    /** The palette of P and PA, otherwise NULL. The image owns it. */
    ImagingPalette palette() const { return live()->palette; }

    /* - - - Pixels - - - */

    /** All rows, writable. Throws if the mode's pixels do not have the type P, or if the image is read-only. */
    template <class P>
    Rows<P> rows() {
        expect<P>();
        return Rows<P>(im_);
    }

    /** All rows, read-only. */
    template <class P>
    Rows<const P> rows() const {
        expect<const P>();
        return Rows<const P>(im_);
    }

    /** A row, writable. Throws as rows() does, and if there is no such row. */
    template <class P>
    Span<P> row(int y) {
        return rows<P>()[checked(y)];
    }

    /** A row, read-only. */
    template <class P>
    Span<const P> row(int y) const {
        return rows<P>()[checked(y)];
    }

    /* - - - Operations that return a new image - - - */

    /** `ImagingCopy` */
    Image copy() const { return made(ImagingCopy(live())); }

    /** `ImagingResample` of the whole image. */
    Image resize(int xsize, int ysize, Filter filter = Filter::bicubic) const {
        return resize(xsize, ysize, filter, {0, 0, static_cast<float>(this->xsize()), static_cast<float>(this->ysize())});
    }

    /** `ImagingResample` */
    Image resize(int xsize, int ysize, Filter filter, Area area) const {
        const float box[4] = {area.left, area.top, area.right, area.bottom};
        return made(ImagingResample(live(), xsize, ysize, static_cast<int>(filter), box));
    }

    /** `ImagingReduce` of the whole image. */
    Image reduce(int xscale, int yscale) const {
        int box[4] = {0, 0, xsize(), ysize()};
        return made(ImagingReduce(live(), xscale, yscale, box));
    }

    /** `ImagingCrop` */
    Image crop(Box box) const { return made(ImagingCrop(live(), box.x0, box.y0, box.x1, box.y1)); }

    /** `ImagingExpand` */
    Image expand(int margin) const { return made(ImagingExpand(live(), margin)); }

    /** `ImagingConvert` */
    Image convert(ModeID mode, bool dither = false, ImagingPalette palette = nullptr) const {
        return made(ImagingConvert(nullptr, live(), mode, palette, dither));
    }

    /** `ImagingConvertMatrix` */
    Image convert(ModeID mode, const std::array<float, 12> &matrix) const {
        return made(ImagingConvertMatrix(live(), mode, matrix.data()));
    }

    Image flip_left_right() const { return turned(ImagingFlipLeftRight, false); }
    Image flip_top_bottom() const { return turned(ImagingFlipTopBottom, false); }
    /** Counter-clockwise. */
    Image rotate_90() const { return turned(ImagingRotate90, true); }
    Image rotate_180() const { return turned(ImagingRotate180, false); }
    Image rotate_270() const { return turned(ImagingRotate270, true); }
    Image transpose() const { return turned(ImagingTranspose, true); }
    Image transverse() const { return turned(ImagingTransverse, true); }

    /** `ImagingFilter` with 3 × 3 weights, the bottom row first. */
    Image filter(const std::array<float, 9> &kernel, float offset = 0) const {
        return made(ImagingFilter(live(), 3, 3, kernel.data(), offset));
    }

    /** `ImagingFilter` with 5 × 5 weights, the bottom row first. */
    Image filter(const std::array<float, 25> &kernel, float offset = 0) const {
        return made(ImagingFilter(live(), 5, 5, kernel.data(), offset));
    }

    /** `ImagingBoxBlur` */
    Image box_blur(float radius, int n = 1) const {
        Image out = alike();
        detail::check(ImagingBoxBlur(out.get(), live(), radius, radius, n) != nullptr);
        return out;
    }

    /** `ImagingGaussianBlur` */
    Image gaussian_blur(float radius, int passes = 3) const {
        Image out = alike();
        detail::check(ImagingGaussianBlur(out.get(), live(), radius, radius, passes) != nullptr);
        return out;
    }

    /** `ImagingUnsharpMask` */
    Image unsharp_mask(float radius, int percent, int threshold) const {
        Image out = alike();
        detail::check(ImagingUnsharpMask(out.get(), live(), radius, percent, threshold) != nullptr);
        return out;
    }

    /** `ImagingRankFilter` */
    Image rank_filter(int size, int rank) const { return made(ImagingRankFilter(live(), size, rank)); }

    /** `ImagingModeFilter` */
    Image mode_filter(int size) const { return made(ImagingModeFilter(live(), size)); }

    /* - - - Quantization - - - */

    /** `ImagingQuantize` */
    Image quantize(int colors = 256, int method = 0, int kmeans = 0) const {
        return made(ImagingQuantize(live(), colors, method, kmeans));
    }

    /* - - - Bands - - - */

    /** `ImagingGetBand` */
    Image band(int number) const { return made(ImagingGetBand(live(), number)); }

    /** `ImagingPutBand` */
    void put_band(int number, const Image &band) { detail::check(ImagingPutBand(live(), band.live(), number) != nullptr); }

    /** `ImagingSplit` */
    std::vector<Image> split() const {
        std::vector<Image> parts(static_cast<std::size_t>(bands()));
        Imaging made[4] = {};
        detail::check(ImagingSplit(live(), made) == 0);
        for (std::size_t band = 0; band < parts.size(); band++) {
            parts[band] = Image(made[band]);
        }
        return parts;
    }

    /** `ImagingMerge`, with one image for each band. */
    template <class... Images, class = std::enable_if_t<(std::is_same_v<Images, Image> && ...)>>
    static Image merge(ModeID mode, const Images &...bands) {
        static_assert(sizeof...(bands) <= 4, "no mode has more than four bands");
        Imaging all[4] = {bands.live()...};
        return made(ImagingMerge(mode, all));
    }

    /** `ImagingAlphaComposite`: `over` over this image. */
    Image alpha_composite(const Image &over) const { return made(ImagingAlphaComposite(live(), over.live())); }

    /* - - - Two images - - - */

    /** `ImagingBlend`: `this + alpha * (other - this)`. */
    Image blend(const Image &other, float alpha) const { return made(ImagingBlend(live(), other.live(), alpha)); }

    /** A channel operation without parameters, such as `im.chop(ImagingChopLighter, other)`. */
    Image chop(Imaging (*operation)(Imaging, Imaging), const Image &other) const {
        return made(operation(live(), other.live()));
    }

    /** `ImagingChopAdd` */
    Image add(const Image &other, float scale = 1, int offset = 0) const {
        return made(ImagingChopAdd(live(), other.live(), scale, offset));
    }

    /** `ImagingChopSubtract` */
    Image subtract(const Image &other, float scale = 1, int offset = 0) const {
        return made(ImagingChopSubtract(live(), other.live(), scale, offset));
    }

    /* - - - Single pixels - - - */

    /** `ImagingPoint`. The table is not checked: it has the size that `mode` asks for. */
    Image point(ModeID mode, const void *table) const { return made(ImagingPoint(live(), mode, table)); }

    /** `ImagingPointTransform` */
    Image point(double scale, double offset) const { return made(ImagingPointTransform(live(), scale, offset)); }

    /** `ImagingNegative` */
    Image negative() const { return made(ImagingNegative(live())); }

    /** `ImagingOffset` */
    Image offset(int x, int y) const { return made(ImagingOffset(live(), x, y)); }

    /** `ImagingEffectSpread` */
    Image spread(int distance) const { return made(ImagingEffectSpread(live(), distance)); }

    /* - - - Regions - - - */

    /** `ImagingPaste` without a mask. */
    void paste(const Image &im, Box box) {
        detail::check(ImagingPaste(live(), im.live(), nullptr, box.x0, box.y0, box.x1, box.y1) == 0);
    }

    /** `ImagingPaste` */
    void paste(const Image &im, Box box, const Image &mask) {
        detail::check(ImagingPaste(live(), im.live(), mask.live(), box.x0, box.y0, box.x1, box.y1) == 0);
    }

    /** `ImagingFill2` without a mask. Throws as rows() does. */
    template <class P>
    void fill(P ink, Box box) {
        expect<P>();
        detail::check(ImagingFill2(live(), &ink, nullptr, box.x0, box.y0, box.x1, box.y1) == 0);
    }

    /** `ImagingFill2`. Throws as rows() does. */
    template <class P>
    void fill(P ink, Box box, const Image &mask) {
        expect<P>();
        detail::check(ImagingFill2(live(), &ink, mask.live(), box.x0, box.y0, box.x1, box.y1) == 0);
    }

    /* - - - Drawing - - - */

    /*
     * A point is an x and a y, and may lie outside of the image. An ink has the pixels' type, and replaces them or, with
     * Ink::blend, is blended with pixels of four bytes: its fourth byte is the opacity. These functions throw as rows() does.
     */

    /** `ImagingDrawPoint` */
    template <class P>
    void draw_point(Point point, P ink, Ink op = Ink::replace) {
        const auto bytes = ink_of(ink);
        detail::check(ImagingDrawPoint(live(), point.x, point.y, bytes.data(), op == Ink::blend) == 0);
    }

    /** `ImagingDrawLine`, without the last point, or `ImagingDrawWideLine` if `width` is not 1. */
    template <class P>
    void draw_line(Point from, Point to, P ink, int width = 1, Ink op = Ink::replace) {
        const auto bytes = ink_of(ink);
        const int blend = op == Ink::blend;
        detail::check((width == 1 ? ImagingDrawLine(live(), from.x, from.y, to.x, to.y, bytes.data(), blend)
                                  : ImagingDrawWideLine(live(), from.x, from.y, to.x, to.y, bytes.data(), width, blend,
                                                        nullptr)) == 0);
    }

    /** `ImagingDrawRectangle`, filled. The box includes (x1, y1) here. */
    template <class P>
    void draw_rectangle(Box box, P ink, Ink op = Ink::replace) {
        const auto bytes = ink_of(ink);
        detail::check(ImagingDrawRectangle(live(), box.x0, box.y0, box.x1, box.y1, bytes.data(), 1, 0, op == Ink::blend) ==
                      0);
    }

    /** `ImagingDrawRectangle`, the border. The box includes (x1, y1) here. */
    template <class P>
    void draw_border(Box box, P ink, int width = 1, Ink op = Ink::replace) {
        const auto bytes = ink_of(ink);
        detail::check(ImagingDrawRectangle(live(), box.x0, box.y0, box.x1, box.y1, bytes.data(), 0, width,
                                           op == Ink::blend) == 0);
    }

    /** `ImagingDrawEllipse`, filled. The box includes (x1, y1) here and below. */
    template <class P>
    void draw_ellipse(Box box, P ink, Ink op = Ink::replace) {
        const auto bytes = ink_of(ink);
        detail::check(ImagingDrawEllipse(live(), box.x0, box.y0, box.x1, box.y1, bytes.data(), 1, 0, op == Ink::blend) == 0);
    }

    /** `ImagingDrawEllipse`, the outline. */
    template <class P>
    void draw_ellipse_border(Box box, P ink, int width = 1, Ink op = Ink::replace) {
        const auto bytes = ink_of(ink);
        detail::check(ImagingDrawEllipse(live(), box.x0, box.y0, box.x1, box.y1, bytes.data(), 0, width,
                                         op == Ink::blend) == 0);
    }

    /** `ImagingDrawArc`. Angles are in degrees, clockwise from the right. */
    template <class P>
    void draw_arc(Box box, float start, float end, P ink, int width = 1, Ink op = Ink::replace) {
        const auto bytes = ink_of(ink);
        detail::check(ImagingDrawArc(live(), box.x0, box.y0, box.x1, box.y1, start, end, bytes.data(), width,
                                     op == Ink::blend) == 0);
    }

    /** `ImagingDrawChord`, filled. */
    template <class P>
    void draw_chord(Box box, float start, float end, P ink, Ink op = Ink::replace) {
        const auto bytes = ink_of(ink);
        detail::check(ImagingDrawChord(live(), box.x0, box.y0, box.x1, box.y1, start, end, bytes.data(), 1, 0,
                                       op == Ink::blend) == 0);
    }

    /** `ImagingDrawChord`, the outline. */
    template <class P>
    void draw_chord_border(Box box, float start, float end, P ink, int width = 1, Ink op = Ink::replace) {
        const auto bytes = ink_of(ink);
        detail::check(ImagingDrawChord(live(), box.x0, box.y0, box.x1, box.y1, start, end, bytes.data(), 0, width,
                                       op == Ink::blend) == 0);
    }

    /** `ImagingDrawPieslice`, filled. */
    template <class P>
    void draw_pieslice(Box box, float start, float end, P ink, Ink op = Ink::replace) {
        const auto bytes = ink_of(ink);
        detail::check(ImagingDrawPieslice(live(), box.x0, box.y0, box.x1, box.y1, start, end, bytes.data(), 1, 0,
                                          op == Ink::blend) == 0);
    }

    /** `ImagingDrawPieslice`, the outline. */
    template <class P>
    void draw_pieslice_border(Box box, float start, float end, P ink, int width = 1, Ink op = Ink::replace) {
        const auto bytes = ink_of(ink);
        detail::check(ImagingDrawPieslice(live(), box.x0, box.y0, box.x1, box.y1, start, end, bytes.data(), 0, width,
                                          op == Ink::blend) == 0);
    }

    /** `ImagingDrawPolygon`, filled. */
    template <class P>
    void draw_polygon(const std::vector<Point> &vertices, P ink, Ink op = Ink::replace) {
        polygon(vertices, ink_of(ink).data(), 1, 1, op);
    }

    /** `ImagingDrawPolygon`, the edges as lines. */
    template <class P>
    void draw_polygon_border(const std::vector<Point> &vertices, P ink, int width = 1, Ink op = Ink::replace) {
        polygon(vertices, ink_of(ink).data(), 0, width, op);
    }

    /** `ImagingDrawBitmap` */
    template <class P>
    void draw_bitmap(Point place, const Image &bitmap, P ink) {
        const auto bytes = ink_of(ink);
        detail::check(ImagingDrawBitmap(live(), place.x, place.y, bitmap.live(), bytes.data(), 0) == 0);
    }

    /** `ImagingDrawOutline` */
    template <class P>
    void draw_outline(const Outline &outline, P ink, Ink op = Ink::replace) {
        const auto bytes = ink_of(ink);
        detail::check(ImagingDrawOutline(live(), outline.get(), bytes.data(), 1, op == Ink::blend) == 0);
    }

    /* - - - Statistics - - - */

    /** `ImagingGetBBox`; nothing if all pixels are zero. */
    std::optional<Box> bounding_box(bool alpha_only = false) const {
        int box[4];
        const int found = ImagingGetBBox(live(), box, alpha_only);
        detail::check(found >= 0);
        return found ? std::optional(Box{box[0], box[1], box[2], box[3]}) : std::nullopt;
    }

    /** `ImagingGetProjection`: a byte for each column, and one for each row. */
    std::pair<std::vector<std::uint8_t>, std::vector<std::uint8_t>> projection() const {
        /* One more of each, since the data of an empty vector may be NULL. */
        std::vector<std::uint8_t> columns(static_cast<std::size_t>(xsize()) + 1);
        std::vector<std::uint8_t> rows(static_cast<std::size_t>(ysize()) + 1);
        detail::check(ImagingGetProjection(live(), columns.data(), rows.data()) == 1);
        columns.pop_back();
        rows.pop_back();
        return {std::move(columns), std::move(rows)};
    }

    /** `ImagingGetExtrema`; nothing if there are no pixels. Throws if the mode's pixels do not have the type P. */
    template <class P>
    std::optional<std::pair<P, P>> extrema() const {
        expect<const P>();
        std::conditional_t<sizeof(P) == 2, std::uint16_t, P> values[2];
        const int found = ImagingGetExtrema(live(), values);
        detail::check(found >= 0);
        return found ? std::optional(std::pair<P, P>(values[0], values[1])) : std::nullopt;
    }

    /** `ImagingGetColors`; nothing if there are more colours than `max_colors`. */
    std::optional<std::vector<ImagingColorItem>> colors(int max_colors) const {
        int count = 0;
        using Items = std::unique_ptr<ImagingColorItem, void (*)(void *)>;
        const Items items(ImagingGetColors(live(), max_colors, &count), std::free);
        detail::check(items != nullptr);
        if (count > max_colors) {
            return std::nullopt;
        }
        return std::vector<ImagingColorItem>(items.get(), items.get() + count);
    }

    /** `ImagingGetHistogram` of 8-bit bands: 256 counts for each. */
    std::vector<long> histogram() const { return counts(ImagingGetHistogram(live(), nullptr, nullptr)); }

    /** `ImagingGetHistogram` of 8-bit bands, where the mask is not 0. */
    std::vector<long> histogram(const Image &mask) const {
        return counts(ImagingGetHistogram(live(), mask.live(), nullptr));
    }

    /** `ImagingGetHistogram` of I and F. Throws if the mode's pixels do not have the type P. */
    template <class P>
    std::vector<long> histogram(P min, P max) const {
        expect<const P>();
        P values[2] = {min, max};
        return counts(ImagingGetHistogram(live(), nullptr, values));
    }

private:
    explicit Image(Imaging im) noexcept : im_(im) {}

    /* Returns the image. Throws if this is empty. */
    Imaging live() const {
        if (!im_) {
            detail::fail("image is NULL: it was moved from, released or never made");
        }
        return im_;
    }

    /* Takes over a new image. Throws if it is NULL. */
    static Image made(Imaging im) { return im ? Image(im) : (detail::fail(), Image()); }

    /* Makes an image of the same mode and size, whose pixels are undefined. */
    Image alike() const { return made(ImagingNew2Dirty(mode(), nullptr, im_)); }

    /* Copies the counts of a histogram, and frees it. Throws if it is NULL. */
    static std::vector<long> counts(ImagingHistogram histogram) {
        using Owner = std::unique_ptr<ImagingHistogramInstance, void (*)(ImagingHistogram)>;
        const Owner owner(histogram, ImagingHistogramDelete);
        detail::check(histogram != nullptr);
        return std::vector<long>(histogram->histogram, histogram->histogram + 256 * histogram->bands);
    }

    Image turned(Imaging (*turn)(Imaging, Imaging), bool exchanges_sides) const {
        const int width = exchanges_sides ? ysize() : xsize(), height = exchanges_sides ? xsize() : ysize();
        Image out = made(ImagingNewDirty(mode(), width, height));
        detail::check(turn(out.im_, im_) != nullptr);
        return out;
    }

    /* Throws unless the pixels of this image have the type P. */
    template <class P>
    void expect() const {
        using Plain = std::remove_const_t<P>;
        static_assert(std::is_trivially_copyable_v<Plain> && sizeof(Plain) <= 4, "a pixel is a few bytes");
        if (!Pixel<Plain>::fits(mode()) || sizeof(Plain) != static_cast<std::size_t>(im_->pixelsize)) {
            detail::fail("pixels of the image's mode are not of this type");
        }
        if (!std::is_const_v<P> && im_->read_only) {
            detail::fail("image is read-only");
        }
    }

    /* The bytes of an ink for drawing, which has the low byte first. Throws unless the pixels have the type P. */
    template <class P>
    std::array<unsigned char, 4> ink_of(P ink) const {
        expect<P>();
        std::array<unsigned char, 4> bytes{};
        std::memcpy(bytes.data(), &ink, sizeof(P));
        if (std::is_same_v<P, U16BE>) {
            std::swap(bytes[0], bytes[1]);
        }
        return bytes;
    }

    void polygon(const std::vector<Point> &vertices, const void *ink, int fill, int width, Ink op) {
        std::vector<int> xy;
        xy.reserve(2 * vertices.size());
        for (const Point &vertex : vertices) {
            xy.push_back(vertex.x);
            xy.push_back(vertex.y);
        }
        if (vertices.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
            detail::fail("polygon has too many vertices");
        }
        const int count = static_cast<int>(vertices.size());
        detail::check(ImagingDrawPolygon(live(), count, xy.data(), ink, fill, width, op == Ink::blend, nullptr) == 0);
    }

    std::size_t checked(int y) const {
        if (y < 0 || y >= ysize()) {
            detail::fail("image has no such row");
        }
        return static_cast<std::size_t>(y);
    }

    Imaging im_ = nullptr;
};

/** Gives memory that no image uses back to the system: see ImagingMemoryTrim. */
inline void trim() noexcept {
    ImagingMemoryTrim();
}

}  // namespace imaging

#ifdef __cpp_lib_span
/* Spans and rows are views: their iterators are valid without them. */
template <class T>
inline constexpr bool std::ranges::enable_borrowed_range<imaging::Span<T>> = true;
template <class P>
inline constexpr bool std::ranges::enable_borrowed_range<imaging::Rows<P>> = true;
#endif

#endif /* LIBIMAGING_IMAGING_HPP */

// Imaging.hpp: the C++ wrapper.

#include <libImaging/Imaging.hpp>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include <unistd.h>

#include "check.h"

#if __cplusplus >= 202002L
#include <span>
#endif

using imaging::Image;

namespace {

static_assert(!std::is_copy_constructible_v<Image> && !std::is_copy_assignable_v<Image>);
static_assert(std::is_nothrow_move_constructible_v<Image> && std::is_nothrow_move_assignable_v<Image>);
static_assert(sizeof(Image) == sizeof(Imaging));
static_assert(alignof(imaging::RGBA8) == 1 && alignof(imaging::U16BE) == 1 && alignof(imaging::Bytes4) == 1);
static_assert(std::is_same_v<decltype(std::declval<const Image &>().row<float>(0)), imaging::Span<const float>>);
#if __cplusplus >= 202002L
static_assert(std::ranges::random_access_range<imaging::Rows<float>>);
static_assert(std::ranges::contiguous_range<imaging::Span<float>> && std::ranges::borrowed_range<imaging::Span<float>>);
static_assert(std::is_convertible_v<imaging::Span<float>, std::span<const float>>);
#endif

// Makes a temporary file, and deletes it at the end.
struct Scratch {
    std::string path = "/tmp/imaging-image-" + std::to_string(getpid());
    ~Scratch() { std::filesystem::remove(path); }
};

// Returns the code of the error that a call throws. Checks its text.
template <class Call>
int fails(Call call, const std::string &words) {
    try {
        call();
    } catch (const imaging::Error &error) {
        CHECK(std::string(error.what()).find(words) != std::string::npos);
        CHECK(ImagingGetLastError(nullptr) == IMAGING_ERROR_NONE);
        return error.code();
    } catch (const std::bad_alloc &) {
        CHECK(ImagingGetLastError(nullptr) == IMAGING_ERROR_NONE);
        return IMAGING_ERROR_MEMORY;
    }
    return IMAGING_ERROR_NONE;
}

Image picture(ModeID mode, int xsize, int ysize) {
    Image im(mode, xsize, ysize);
    for (int y = 0; y < ysize; y++) {
        auto *row = reinterpret_cast<std::uint8_t *>(im.get()->image[y]);
        for (int byte = 0; byte < im.get()->linesize; byte++) {
            row[byte] = static_cast<std::uint8_t>(7 * byte + 31 * y);
        }
    }
    return im;
}

bool equal(const Image &a, const Image &b) {
    if (a.mode() != b.mode() || a.xsize() != b.xsize() || a.ysize() != b.ysize()) {
        return false;
    }
    for (int y = 0; y < a.ysize(); y++) {
        if (std::memcmp(a.get()->image[y], b.get()->image[y], static_cast<std::size_t>(a.get()->linesize)) != 0) {
            return false;
        }
    }
    return true;
}

void ownership() {
    Image none;
    CHECK(!none && none.get() == nullptr);
    Image im(IMAGING_MODE_L, 3, 2);
    CHECK(im && im.xsize() == 3 && im.ysize() == 2 && im.bands() == 1 && !im.read_only() && !im.palette());
    const Imaging raw = im.get();
    none = std::move(im);
    CHECK(!im && none.get() == raw);
    swap(none, im);
    CHECK(!none && im.get() == raw);
    im = std::move(*&im);
    CHECK(im.get() == raw);

    raw->refcount++; // C keeps it too
    const Imaging released = im.release();
    CHECK(!im && released == raw);
    im = Image::adopt(released);
    none = Image::adopt(raw);
    im = Image();
    CHECK(none.row<std::uint8_t>(1)[2] == 0);

    std::vector<Image> images;
    for (int size = 1; size <= 50; size++) {
        images.emplace_back(IMAGING_MODE_P, size, size);
    }
    std::reverse(images.begin(), images.end());
    CHECK(images.front().xsize() == 50 && images.front().palette() != nullptr);

    Image copy = images.back().copy();
    images.clear();
    CHECK(copy.xsize() == 1 && copy.palette() != nullptr);
}

template <class P>
void takes(std::initializer_list<ModeID> modes) {
    for (int mode = IMAGING_MODE_1; mode <= IMAGING_MODE_I_16N; mode++) {
        const auto id = static_cast<ModeID>(mode);
        Image im(id, 5, 4);
        if (std::find(modes.begin(), modes.end(), id) == modes.end()) {
            CHECK(fails([&] { im.rows<P>(); }, "not of this type") == IMAGING_ERROR_VALUE);
            CHECK(fails([&] { std::as_const(im).row<P>(0); }, "not of this type") == IMAGING_ERROR_VALUE);
            continue;
        }
        const imaging::Span<P> row = im.row<P>(2);
        CHECK(row.size() == 5 && static_cast<void *>(row.data()) == im.get()->image[2]);
        CHECK(std::as_const(im).row<P>(2).data() == row.data() && im.row<const P>(2).data() == row.data());
        CHECK(&row.front() == &row[0] && &row.back() == &row[4] && row.end() - row.begin() == 5 && !row.empty());
    }
}

void pixel_types() {
    takes<std::uint8_t>({IMAGING_MODE_1, IMAGING_MODE_L, IMAGING_MODE_P});
    takes<std::int32_t>({IMAGING_MODE_I});
    takes<float>({IMAGING_MODE_F});
    takes<imaging::RGB8>({IMAGING_MODE_RGB, IMAGING_MODE_RGBX});
    takes<imaging::RGBA8>({IMAGING_MODE_RGBA, IMAGING_MODE_RGBa});
    takes<imaging::LA8>({IMAGING_MODE_LA, IMAGING_MODE_La, IMAGING_MODE_PA});
    takes<imaging::CMYK8>({IMAGING_MODE_CMYK});
    takes<imaging::YCbCr8>({IMAGING_MODE_YCbCr});
    takes<imaging::HSV8>({IMAGING_MODE_HSV});
    takes<imaging::LAB8>({IMAGING_MODE_LAB});
    takes<imaging::U16BE>({IMAGING_MODE_I_16B});
    takes<imaging::U16>({IMAGING_MODE_I_16, IMAGING_MODE_I_16L, IMAGING_MODE_I_16N});
    takes<imaging::Bytes4>({IMAGING_MODE_CMYK, IMAGING_MODE_HSV, IMAGING_MODE_LA, IMAGING_MODE_LAB, IMAGING_MODE_La,
                            IMAGING_MODE_PA, IMAGING_MODE_RGB, IMAGING_MODE_RGBA, IMAGING_MODE_RGBX, IMAGING_MODE_RGBa,
                            IMAGING_MODE_YCbCr});

    Image high(IMAGING_MODE_I_16B, 2, 1);
    high.row<imaging::U16BE>(0)[1] = 0x1234;
    CHECK(high.get()->image[0][2] == 0x12 && high.row<imaging::U16BE>(0)[1] == 0x1234);
    Image low(IMAGING_MODE_I_16L, 2, 1);
    low.row<imaging::U16LE>(0)[1] = 0x1234;
    CHECK(low.get()->image[0][2] == 0x34 && low.row<imaging::U16LE>(0)[1] + 1 == 0x1235);
}

void rows() {
    Image im(IMAGING_MODE_I, 4, 3);
    std::int32_t number = 0;
    for (auto row : im.rows<std::int32_t>()) {
        std::iota(row.begin(), row.end(), number);
        number += 100;
    }
    CHECK(im.get()->image32[2][3] == 203);
    const auto rows = std::as_const(im).rows<std::int32_t>();
    CHECK(rows.size() == 3 && !rows.empty() && rows[1][1] == 101 && rows.end() - rows.begin() == 3);
    CHECK((*std::prev(rows.end()))[0] == 200 && rows.begin()[1][0] == 100 && rows.begin() < rows.end());
    CHECK(std::any_of(rows.begin(), rows.end(), [](auto row) { return row[0] == 200; }));

    for (int y : {-1, 3, 1 << 30}) {
        CHECK(fails([&] { im.row<std::int32_t>(y); }, "no such row") == IMAGING_ERROR_VALUE);
    }
    CHECK(fails([] { Image().rows<float>(); }, "NULL") == IMAGING_ERROR_VALUE);
    for (Image &empty : std::array{Image(IMAGING_MODE_F, 0, 2), Image(IMAGING_MODE_F, 2, 0)}) {
        for (auto row : empty.rows<float>()) {
            CHECK(row.empty());
        }
    }
#if __cplusplus >= 202002L
    std::span<std::int32_t> row = im.row<std::int32_t>(1);
    row[0] = 42;
    CHECK(std::ranges::count(im.rows<std::int32_t>(), 42, [](auto row) { return row[0]; }) == 1);
#endif
}

void errors() {
    CHECK(fails([] { Image(IMAGING_MODE_L, -1, 1); }, "bad image size") == IMAGING_ERROR_VALUE);
    CHECK(fails([] { Image(IMAGING_MODE_L, 1 << 30, 1); }, "") == IMAGING_ERROR_MEMORY);
    CHECK(fails([] { Image(IMAGING_MODE_F, 1, 1).filter(std::array<float, 9>{}); }, "wrong mode") == IMAGING_ERROR_MODE);
    CHECK(fails([] { Image::open_ppm("/no/such/file"); }, "/no/such/file") == IMAGING_ERROR_OS);
    CHECK(fails([] { Image().copy(); }, "") == IMAGING_ERROR_VALUE);
    CHECK(fails([] { Image().flip_left_right(); }, "NULL") == IMAGING_ERROR_VALUE);
    CHECK(fails([] { Image().gaussian_blur(1); }, "NULL") == IMAGING_ERROR_VALUE);
    CHECK(fails([] { Image().split(); }, "") != IMAGING_ERROR_NONE);
    CHECK(fails([] { Image().buffer(); }, "NULL") == IMAGING_ERROR_VALUE);
}

// Every method throws on a moved-from image.
void moved_from() {
    Image im(IMAGING_MODE_RGB, 3, 2);
    const Image kept = std::move(im);
    const imaging::Box box = {0, 0, 1, 1};
    const auto throws = [](auto call) { CHECK(fails(call, "image is NULL") == IMAGING_ERROR_VALUE); };
    CHECK(!im && im.get() == nullptr && im.release() == nullptr);
    throws([&] { im.save_ppm("/no/such/folder/file"); });
    throws([&] { im.save_raw("/no/such/folder/file", IMAGING_RAWMODE_RGB); });
    throws([&] { im.read_tile("/no/such/folder/file", box, IMAGING_RAWMODE_RGB); });
    throws([&] { im.map_flush(); });
    throws([&] { im.map_release(); });
    throws([&] { im.view(box); });
    throws([&] { im.buffer(); });
    throws([&] { im.packed_buffer(); });
    throws([&] { im.mode(); });
    throws([&] { im.xsize(); });
    throws([&] { im.ysize(); });
    throws([&] { im.bands(); });
    throws([&] { im.read_only(); });
    throws([&] { im.palette(); });
    throws([&] { im.rows<imaging::RGB8>(); });
    throws([&] { std::as_const(im).rows<imaging::RGB8>(); });
    throws([&] { im.row<imaging::RGB8>(0); });
    throws([&] { std::as_const(im).row<imaging::RGB8>(0); });
    throws([&] { im.copy(); });
    throws([&] { im.resize(2, 2); });
    throws([&] { im.resize(2, 2, imaging::Filter::box, {0, 0, 1, 1}); });
    throws([&] { im.reduce(2, 2); });
    throws([&] { im.crop(box); });
    throws([&] { im.expand(1); });
    throws([&] { im.convert(IMAGING_MODE_L); });
    throws([&] { im.convert(IMAGING_MODE_L, std::array<float, 12>{}); });
    throws([&] { im.flip_left_right(); });
    throws([&] { im.flip_top_bottom(); });
    throws([&] { im.rotate_90(); });
    throws([&] { im.rotate_180(); });
    throws([&] { im.rotate_270(); });
    throws([&] { im.transpose(); });
    throws([&] { im.transverse(); });
    throws([&] { im.filter(std::array<float, 9>{}); });
    throws([&] { im.filter(std::array<float, 25>{}); });
    throws([&] { im.box_blur(1); });
    throws([&] { im.gaussian_blur(1); });
    throws([&] { im.unsharp_mask(1, 100, 1); });
    throws([&] { im.band(0); });
    throws([&] { im.put_band(0, kept); });
    throws([&] { Image(IMAGING_MODE_RGB, 3, 2).put_band(0, im); });
    throws([&] { im.split(); });
    throws([&] { Image::merge(IMAGING_MODE_LA, im, im); });
    throws([&] { im.alpha_composite(kept); });
    throws([&] { kept.alpha_composite(im); });
    throws([&] { im.rank_filter(3, 4); });
    throws([&] { im.mode_filter(3); });
    throws([&] { im.quantize(9); });
    throws([&] { im.blend(kept, 0.5F); });
    throws([&] { kept.blend(im, 0.5F); });
    throws([&] { im.chop(ImagingOverlay, kept); });
    throws([&] { kept.chop(ImagingOverlay, im); });
    throws([&] { im.add(kept); });
    throws([&] { kept.add(im); });
    throws([&] { im.subtract(kept); });
    throws([&] { kept.subtract(im); });
    throws([&] { im.point(IMAGING_MODE_UNKNOWN, nullptr); });
    throws([&] { im.point(1.0, 2.0); });
    throws([&] { im.negative(); });
    throws([&] { im.offset(1, 1); });
    throws([&] { im.spread(3); });
    throws([&] { im.paste(kept, box); });
    throws([&] { kept.copy().paste(im, box); });
    throws([&] { im.paste(kept, box, kept); });
    throws([&] { kept.copy().paste(im, box, kept); });
    throws([&] { kept.copy().paste(kept, box, im); });
    throws([&] { im.fill(imaging::RGB8(), box); });
    throws([&] { im.fill(imaging::RGB8(), box, kept); });
    throws([&] { kept.copy().fill(imaging::RGB8(), box, im); });
    throws([&] { im.bounding_box(); });
    throws([&] { im.projection(); });
    throws([&] { im.extrema<float>(); });
    throws([&] { im.colors(9); });
    throws([&] { im.histogram(); });
    throws([&] { im.histogram(kept); });
    throws([&] { kept.histogram(im); });
    throws([&] { im.histogram(1.F, 2.F); });
}

void files() {
    const Scratch scratch;
    const std::filesystem::path path = scratch.path;
    const Image grey = picture(IMAGING_MODE_L, 8, 6);
    grey.save_ppm(path);
    CHECK(equal(Image::open_ppm(scratch.path), grey));
    CHECK(equal(Image::open_ppm(scratch.path.c_str()), grey));

    grey.save_raw(path, IMAGING_RAWMODE_L, 10);
    CHECK(equal(Image::load_raw(path, IMAGING_MODE_L, IMAGING_RAWMODE_L, 8, 6, {0, 10, 1}), grey));
    Image tile(IMAGING_MODE_L, 8, 6);
    tile.read_tile(path, {0, 2, 8, 4}, IMAGING_RAWMODE_L, {20, 10});
    CHECK(std::equal(tile.row<std::uint8_t>(3).begin(), tile.row<std::uint8_t>(3).end(), grey.row<std::uint8_t>(3).begin()));

    Image shared = Image::map(path, IMAGING_MODE_L, 8, 6, imaging::Access::shared, {0, 10, -1});
    CHECK(equal(shared, grey.flip_top_bottom()));
    Image part = shared.view({2, 1, 5, 4});
    shared = Image();
    part.row<std::uint8_t>(0)[0] = 99;
    part.map_flush();
    part.map_release();
    const Image seen = Image::map(path, IMAGING_MODE_L, 8, 6, imaging::Access::read_only, {0, 10});
    CHECK(seen.read_only() && seen.row<std::uint8_t>(4)[2] == 99);
    CHECK(fails([&] { seen.view({0, 0, 1, 1}).row<std::uint8_t>(0); }, "read-only") == IMAGING_ERROR_VALUE);
    CHECK(fails([&] { grey.copy().map_flush(); }, "not in a file") == IMAGING_ERROR_VALUE);
}

void memory_of_others() {
    std::vector<float> values(6);
    std::iota(values.begin(), values.end(), 0.5F);
    const ImagingBuffer buffer = {values.data(), "f", 4, 24, 2, 0, 0, {2, 3, 0}, {12, 4, 0}, {0, 0, 0}};
    const float *const first = values.data();
    Image im = Image::borrow(IMAGING_MODE_F, buffer, std::move(values)); // owned by the image now
    CHECK(im.row<float>(1).data() == first + 3 && im.row<float>(1)[2] == 5.5F);
    const ImagingBuffer seen = im.buffer();
    CHECK(seen.buf == first && seen.strides[0] == 12 && seen.ndim == 2);
    CHECK(picture(IMAGING_MODE_RGB, 2, 2).buffer().ndim == 3 && picture(IMAGING_MODE_RGB, 2, 2).packed_buffer().ndim == 2);

    auto owner = std::make_shared<int>(1);
    CHECK(fails([&] { Image::borrow(IMAGING_MODE_L, buffer, owner); }, "format") == IMAGING_ERROR_VALUE);
    CHECK(owner.use_count() == 1);
    Image other = Image::borrow(IMAGING_MODE_F, buffer, owner);
    Image part = other.view({1, 1, 2, 2});
    other = Image();
    CHECK(owner.use_count() == 2 && part.row<float>(0)[0] == 4.5F);
    part = Image();
    CHECK(owner.use_count() == 1);
}

// Each calls its C function: only the passing of arguments is checked.
void operations() {
    const Image im = picture(IMAGING_MODE_RGB, 9, 7);
    const float all[4] = {0, 0, 9, 7}, half[4] = {1, 1.5, 5, 6};
    int whole[4] = {0, 0, 9, 7};
    const auto c = [](Imaging made) { return Image::adopt(made); };
    CHECK(equal(im.copy(), im));
    CHECK(equal(im.resize(4, 3), c(ImagingResample(im.get(), 4, 3, IMAGING_TRANSFORM_BICUBIC, all))));
    CHECK(equal(im.resize(4, 3, imaging::Filter::lanczos, {1, 1.5, 5, 6}),
                c(ImagingResample(im.get(), 4, 3, IMAGING_TRANSFORM_LANCZOS, half))));
    CHECK(equal(im.reduce(2, 3), c(ImagingReduce(im.get(), 2, 3, whole))));
    CHECK(equal(im.crop({1, 2, 4, 6}), c(ImagingCrop(im.get(), 1, 2, 4, 6))));
    CHECK(equal(im.expand(2), c(ImagingExpand(im.get(), 2))));
    CHECK(equal(im.convert(IMAGING_MODE_L), c(ImagingConvert(nullptr, im.get(), IMAGING_MODE_L, nullptr, 0))));
    CHECK(equal(im.convert(IMAGING_MODE_1, true), c(ImagingConvert(nullptr, im.get(), IMAGING_MODE_1, nullptr, 1))));
    const std::array<float, 12> matrix = {0, 1, 0, 3, 1, 0, 0, 5, 0, 0, .5, 0};
    CHECK(equal(im.convert(IMAGING_MODE_RGB, matrix), c(ImagingConvertMatrix(im.get(), IMAGING_MODE_RGB, matrix.data()))));
    CHECK(equal(im.rotate_90().rotate_270(), im) && im.rotate_90().xsize() == 7);
    CHECK(equal(im.rotate_180(), im.flip_left_right().flip_top_bottom()));
    CHECK(equal(im.transpose().transpose(), im) && equal(im.transverse(), im.transpose().rotate_180()));
    const std::array<float, 9> small = {0, 0, 0, 0, 1, 0, 0, 0, 0};
    std::array<float, 25> large = {};
    large[12] = 1;
    CHECK(equal(im.filter(small), c(ImagingFilter(im.get(), 3, 3, small.data(), 0))));
    CHECK(equal(im.filter(large, 9), c(ImagingFilter(im.get(), 5, 5, large.data(), 9))));

    const auto filled = [&](auto function, auto... arguments) {
        Image out(im.mode(), im.xsize(), im.ysize());
        CHECK(function(out.get(), im.get(), arguments...) == out.get());
        return out;
    };
    CHECK(equal(im.box_blur(1.5, 2), filled(ImagingBoxBlur, 1.5F, 1.5F, 2)));
    CHECK(equal(im.gaussian_blur(2), filled(ImagingGaussianBlur, 2.F, 2.F, 3)));
    CHECK(equal(im.unsharp_mask(2, 150, 3), filled(ImagingUnsharpMask, 2.F, 150, 3)));

    const auto bands = im.split();
    CHECK(bands.size() == 3 && equal(bands[1], im.band(1)));
    Image merged = Image::merge(IMAGING_MODE_RGB, bands[2], bands[1], bands[0]);
    CHECK(equal(merged.band(0), bands[2]));
    merged.put_band(0, bands[0]);
    merged.put_band(2, bands[2]);
    CHECK(merged.row<imaging::RGB8>(3)[4].b == im.row<imaging::RGB8>(3)[4].b);

    const Image under = picture(IMAGING_MODE_RGBA, 4, 4), over = under.rotate_90();
    CHECK(equal(under.alpha_composite(over), c(ImagingAlphaComposite(under.get(), over.get()))));
}

void drawing() {
    const imaging::RGB8 ink{1, 200, 3, 90};
    const auto same = [&](auto draw, auto draw_c) {
        Image im = picture(IMAGING_MODE_RGB, 30, 20), expected = im.copy();
        draw(im);
        CHECK(draw_c(expected.get()) == 0 && equal(im, expected));
    };
    const auto blend = imaging::Ink::blend;
    same([&](Image &im) { im.draw_point({3, 4}, ink); }, [&](Imaging im) { return ImagingDrawPoint(im, 3, 4, &ink, 0); });
    same([&](Image &im) { im.draw_line({3, 4}, {40, 9}, ink); },
         [&](Imaging im) { return ImagingDrawLine(im, 3, 4, 40, 9, &ink, 0); });
    same([&](Image &im) { im.draw_line({3, 4}, {40, 9}, ink, 5, blend); },
         [&](Imaging im) { return ImagingDrawWideLine(im, 3, 4, 40, 9, &ink, 5, 1, nullptr); });
    same([&](Image &im) { im.draw_rectangle({3, 4, 40, 9}, ink, blend); },
         [&](Imaging im) { return ImagingDrawRectangle(im, 3, 4, 40, 9, &ink, 1, 0, 1); });
    same([&](Image &im) { im.draw_border({3, 4, 25, 19}, ink, 2); },
         [&](Imaging im) { return ImagingDrawRectangle(im, 3, 4, 25, 19, &ink, 0, 2, 0); });
    same([&](Image &im) { im.draw_ellipse({3, 4, 40, 15}, ink, blend); },
         [&](Imaging im) { return ImagingDrawEllipse(im, 3, 4, 40, 15, &ink, 1, 0, 1); });
    same([&](Image &im) { im.draw_ellipse_border({3, 4, 25, 15}, ink, 3); },
         [&](Imaging im) { return ImagingDrawEllipse(im, 3, 4, 25, 15, &ink, 0, 3, 0); });
    same([&](Image &im) { im.draw_arc({3, 4, 25, 15}, 30, 200, ink, 2, blend); },
         [&](Imaging im) { return ImagingDrawArc(im, 3, 4, 25, 15, 30, 200, &ink, 2, 1); });
    same([&](Image &im) { im.draw_chord({3, 4, 25, 15}, 30, 200, ink); },
         [&](Imaging im) { return ImagingDrawChord(im, 3, 4, 25, 15, 30, 200, &ink, 1, 0, 0); });
    same([&](Image &im) { im.draw_chord_border({3, 4, 25, 15}, 30, 200, ink, 2, blend); },
         [&](Imaging im) { return ImagingDrawChord(im, 3, 4, 25, 15, 30, 200, &ink, 0, 2, 1); });
    same([&](Image &im) { im.draw_pieslice({3, 4, 25, 15}, 30, 100, ink, blend); },
         [&](Imaging im) { return ImagingDrawPieslice(im, 3, 4, 25, 15, 30, 100, &ink, 1, 0, 1); });
    same([&](Image &im) { im.draw_pieslice_border({3, 4, 25, 15}, 30, 100, ink, 2); },
         [&](Imaging im) { return ImagingDrawPieslice(im, 3, 4, 25, 15, 30, 100, &ink, 0, 2, 0); });
    int xy[] = {3, 3, 25, 9, 7, 19};
    same([&](Image &im) { im.draw_polygon({{3, 3}, {25, 9}, {7, 19}}, ink, blend); },
         [&](Imaging im) { return ImagingDrawPolygon(im, 3, xy, &ink, 1, 1, 1, nullptr); });
    same([&](Image &im) { im.draw_polygon_border({{3, 3}, {25, 9}, {7, 19}}, ink, 3); },
         [&](Imaging im) { return ImagingDrawPolygon(im, 3, xy, &ink, 0, 3, 0, nullptr); });
    const Image bitmap = picture(IMAGING_MODE_L, 9, 9);
    same([&](Image &im) { im.draw_bitmap({5, 6}, bitmap, ink); },
         [&](Imaging im) { return ImagingDrawBitmap(im, 5, 6, bitmap.get(), &ink, 0); });
    imaging::Outline outline;
    outline.move(1, 2).line(20, 3).curve(20, 15, 5, 15, 3, 9).close();
    same([&](Image &im) { im.draw_outline(outline, ink, blend); },
         [&](Imaging im) { return ImagingDrawOutline(im, outline.get(), &ink, 1, 1); });

    Image wide(IMAGING_MODE_I_16B, 2, 1);
    wide.draw_point({1, 0}, imaging::U16BE(0x1234));
    CHECK(wide.row<imaging::U16BE>(0)[1] == 0x1234);
    CHECK(fails([&] { wide.draw_point({1, 0}, ink); }, "not of this type") == IMAGING_ERROR_VALUE);
    CHECK(fails([&] { wide.draw_ellipse({-5, 0, 2147483647, 9}, imaging::U16BE(1)); }, "box is too large") ==
          IMAGING_ERROR_VALUE);
}

void operations_on_pixels() {
    const Image im = picture(IMAGING_MODE_RGB, 9, 7), other = im.rotate_180();
    const auto c = [](Imaging made) { return Image::adopt(made); };
    CHECK(equal(im.blend(other, 0.3F), c(ImagingBlend(im.get(), other.get(), 0.3F))));
    CHECK(equal(im.chop(ImagingChopScreen, other), c(ImagingChopScreen(im.get(), other.get()))));
    CHECK(equal(im.add(other, 2, 5), c(ImagingChopAdd(im.get(), other.get(), 2, 5))));
    CHECK(equal(im.subtract(other, 2, 5), c(ImagingChopSubtract(im.get(), other.get(), 2, 5))));
    CHECK(equal(im.negative().negative(), im) && !equal(im.negative(), im));
    CHECK(equal(im.offset(-2, 5), c(ImagingOffset(im.get(), -2, 5))));
    CHECK(equal(im.spread(0), im));
    std::vector<std::uint8_t> table(768);
    std::iota(table.begin(), table.end(), std::uint8_t{3});
    CHECK(equal(im.point(IMAGING_MODE_UNKNOWN, table.data()), c(ImagingPoint(im.get(), IMAGING_MODE_UNKNOWN, table.data()))));
    const Image grey = im.convert(IMAGING_MODE_L), floats = grey.convert(IMAGING_MODE_F);
    CHECK(floats.point(2.0, 1.0).row<float>(3)[4] == 2 * floats.row<float>(3)[4] + 1);
    CHECK(equal(grey.rank_filter(3, 4), c(ImagingRankFilter(grey.get(), 3, 4))));
    CHECK(equal(grey.mode_filter(3), c(ImagingModeFilter(grey.get(), 3))));
    CHECK(equal(im.quantize(20, 1, 5), c(ImagingQuantize(im.get(), 20, 1, 5))) && im.quantize().mode() == IMAGING_MODE_P);
    CHECK(fails([&] { floats.quantize(); }, "wrong mode") == IMAGING_ERROR_MODE);

    Image out = im.copy();
    out.paste(other.crop({0, 0, 3, 2}), {4, 5, 7, 7});
    CHECK(equal(out.crop({4, 5, 7, 7}), other.crop({0, 0, 3, 2})));
    out.paste(other, {0, 0, 9, 7}, grey);
    out.paste(other, {0, 0, 9, 7}, Image(IMAGING_MODE_1, 9, 7).negative());
    CHECK(equal(out, other));
    CHECK(fails([&] { out.paste(other, {0, 0, 9, 8}); }, "do not match") == IMAGING_ERROR_MISMATCH);
    Image filled(IMAGING_MODE_RGB, 9, 7);
    filled.fill(imaging::RGB8{1, 2, 3, 255}, {1, 2, 3, 4});
    filled.fill(imaging::RGB8{4, 5, 6, 255}, {5, 2, 6, 4}, Image(IMAGING_MODE_L, 1, 2).negative());
    CHECK(filled.row<imaging::RGB8>(3)[2].b == 3 && filled.row<imaging::RGB8>(3)[5].b == 6);
    CHECK(fails([&] { filled.fill(1.F, {0, 0, 1, 1}); }, "not of this type") == IMAGING_ERROR_VALUE);

    const auto box = filled.bounding_box();
    CHECK(box && box->x0 == 1 && box->y0 == 2 && box->x1 == 6 && box->y1 == 4);
    CHECK(!Image(IMAGING_MODE_RGB, 9, 7).bounding_box());
    const auto [columns, rows] = filled.projection();
    CHECK((columns == std::vector<std::uint8_t>{0, 1, 1, 0, 0, 1, 0, 0, 0}));
    CHECK((rows == std::vector<std::uint8_t>{0, 0, 1, 1, 0, 0, 0}));
    CHECK(Image(IMAGING_MODE_L, 0, 0).projection().first.empty());
    const auto extrema = filled.band(1).extrema<std::uint8_t>();
    CHECK(extrema && extrema->first == 0 && extrema->second == 5);
    Image wide(IMAGING_MODE_I_16, 2, 1);
    wide.row<imaging::U16LE>(0)[1] = 0x1234;
    CHECK(wide.extrema<imaging::U16LE>()->second == 0x1234 && !Image(IMAGING_MODE_F, 0, 2).extrema<float>());
    CHECK(fails([&] { filled.extrema<imaging::RGB8>(); }, "wrong mode") == IMAGING_ERROR_MODE);
    const auto colors = filled.colors(3);
    CHECK(colors && colors->size() == 3 && !filled.colors(2));
    CHECK(fails([&] { grey.colors(3); }, "wrong mode") == IMAGING_ERROR_MODE);
    const auto counts = filled.histogram();
    CHECK(counts.size() == 768 && counts[1] == 4 && counts[256 + 5] == 2);
    CHECK(filled.histogram(filled.band(0))[0] == 0 && floats.histogram(0.F, 255.F).size() == 256);
    CHECK(fails([&] { floats.histogram(); }, "min/max") == IMAGING_ERROR_VALUE);

    CHECK(equal(Image::linear_gradient(IMAGING_MODE_L), c(ImagingFillLinearGradient(IMAGING_MODE_L))));
    CHECK(equal(Image::radial_gradient(IMAGING_MODE_F), c(ImagingFillRadialGradient(IMAGING_MODE_F))));
    double extent[4] = {-3, -2.5, 2, 2.5};
    CHECK(equal(Image::mandelbrot(9, 7, {-3, -2.5, 2, 2.5}, 50), c(ImagingEffectMandelbrot(9, 7, extent, 50))));
    CHECK(Image::noise(9, 7, 0).row<std::uint8_t>(6)[8] == 128);
}

}  // namespace

int main() {
    ownership();
    pixel_types();
    rows();
    errors();
    moved_from();
    files();
    memory_of_others();
    operations();
    operations_on_pixels();
    drawing();
    imaging::trim();
    return check_result();
}

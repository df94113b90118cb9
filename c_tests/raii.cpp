// The library as a C++ program would hold it: owned images, rows as ranges, errors as exceptions.

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "check.h"

namespace {

struct Delete {
    void operator()(Imaging im) const { ImagingDelete(im); }
    void operator()(ImagingPalette palette) const { ImagingPaletteDelete(palette); }
};

using Image = std::unique_ptr<ImagingMemoryInstance, Delete>;
using Palette = std::unique_ptr<ImagingPaletteInstance, Delete>;

Image owned(Imaging im) {
    const char *message = nullptr;
    if (!im && ImagingGetLastError(&message) == IMAGING_ERROR_MEMORY) {
        throw std::bad_alloc();
    }
    if (!im) {
        throw std::invalid_argument(message);
    }
    return Image(im);
}

struct Row {
    UINT8 *first, *last;
    UINT8 *begin() const { return first; }
    UINT8 *end() const { return last; }
};

Row row(const Image &im, int y) {
    return {im->image8[y], im->image8[y] + im->linesize};
}

template <class Exception, class Call>
bool throws(Call call) {
    try {
        call();
    } catch (const Exception &) {
        return true;
    }
    return false;
}

}  // namespace

int main() {
    std::vector<Image> images;
    for (int size = 1; size <= 50; size++) {
        images.push_back(owned(ImagingNew(IMAGING_MODE_L, size, size)));
    }
    std::reverse(images.begin(), images.end());
    CHECK(images.front()->xsize == 50);

    Image &largest = images.front();
    for (int y = 0; y < largest->ysize; y++) {
        for (UINT8 &pixel : row(largest, y)) {
            pixel = static_cast<UINT8>(y);
        }
    }
    const Row last = row(largest, 49);
    CHECK(std::all_of(last.begin(), last.end(), [](UINT8 pixel) { return pixel == 49; }));

    Image moved = std::move(largest);
    CHECK(moved && !largest);
    images.clear();
    CHECK(IMAGING_PIXEL_L(moved, 49, 49) == 49);

    const Palette palette(ImagingPaletteNewBrowser());
    CHECK(palette && palette->size == 226);

    CHECK(throws<std::invalid_argument>([] { owned(ImagingNew(IMAGING_MODE_L, -1, 1)); }));
    CHECK(throws<std::bad_alloc>([] { owned(ImagingNewBlock(IMAGING_MODE_I, 1 << 30, 1)); }));
    return check_result();
}

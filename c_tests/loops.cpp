#include "loops.h"

#include <libImaging/Imaging.hpp>

#include <utility>

namespace {

// Wraps an image that C owns.
class Borrowed {
public:
    explicit Borrowed(Imaging im) : image_(imaging::Image::adopt(im)) {}
    ~Borrowed() { static_cast<void>(image_.release()); }
    imaging::Image *operator->() { return &image_; }

private:
    imaging::Image image_;
};

}  // namespace

[[gnu::noinline]] void invert_in_cpp(Imaging im) {
    Borrowed image(im);
    for (auto row : image->rows<std::uint8_t>()) {
        for (auto &pixel : row) {
            pixel = static_cast<std::uint8_t>(255 - pixel);
        }
    }
}

[[gnu::noinline]] void exchange_in_cpp(Imaging im) {
    Borrowed image(im);
    for (auto row : image->rows<imaging::RGBA8>()) {
        for (auto &pixel : row) {
            std::swap(pixel.r, pixel.b);
        }
    }
}

[[gnu::noinline]] double add_up_in_cpp(Imaging im) {
    Borrowed image(im);
    double sum = 0;
    for (int y = 0; y < image->ysize(); y++) {
        const auto row = image->row<const float>(y); // checked each time
        for (std::size_t x = 0; x < row.size(); x++) {
            sum += row[x];
        }
    }
    return sum;
}

int main() {
    const imaging::Image grey(IMAGING_MODE_L, 1000, 100), colours(IMAGING_MODE_RGBA, 1000, 100),
        numbers(IMAGING_MODE_F, 1000, 100);
    invert_in_c(grey.get());
    exchange_in_c(colours.get());
    const double sum = add_up_in_c(numbers.get());
    invert_in_cpp(grey.get());
    exchange_in_cpp(colours.get());
    return grey.row<std::uint8_t>(99)[999] == 0 && sum == add_up_in_cpp(numbers.get()) ? 0 : 1;
}

// Applies a gamma curve to a raw 8-bit greyscale image, in place in its file: gamma picture.raw width height exponent
//
// The file is mapped, so the image may be larger than memory.

#include <libImaging/Imaging.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

int main(int argc, char **argv) try {
    if (argc != 5) {
        std::fputs("usage: gamma picture.raw width height exponent\n", stderr);
        return 2;
    }
    auto picture = imaging::Image::map(argv[1], IMAGING_MODE_L, std::atoi(argv[2]), std::atoi(argv[3]),
                                       imaging::Access::shared);

    std::array<std::uint8_t, 256> table;
    for (std::size_t value = 0; value < table.size(); value++) {
        table[value] = static_cast<std::uint8_t>(std::lround(255 * std::pow(value / 255.0, std::atof(argv[4]))));
    }
    for (auto row : picture.rows<std::uint8_t>()) {
        for (auto &pixel : row) {
            pixel = table[pixel];
        }
    }
    picture.map_flush();
    return 0;
} catch (const imaging::Error &error) {
    std::fprintf(stderr, "gamma: %s\n", error.what());
    return 1;
}

/* Configuration of the arena by Pillow's environment variables. */

#include <stdlib.h>

#include "check.h"

static const ImagingMemoryArena arena = &ImagingDefaultArena;

static int
configure(const char *name, const char *value) {
    CHECK(setenv(name, value, 1) == 0);
    int configured = ImagingMemoryConfigureFromEnv();
    CHECK(unsetenv(name) == 0);
    return configured;
}

static void
valid(void) {
    CHECK(ImagingMemoryConfigureFromEnv() == 1);
    CHECK(arena->alignment == 1 && arena->block_size == 16 * 1024 * 1024 && arena->blocks_max == 0);

    CHECK(configure("PILLOW_ALIGNMENT", "64") && arena->alignment == 64);
    CHECK(configure("PILLOW_BLOCK_SIZE", "8192") && arena->block_size == 8192);
    CHECK(configure("PILLOW_BLOCK_SIZE", "64k") && arena->block_size == 65536);
    CHECK(configure("PILLOW_BLOCK_SIZE", "2M") && arena->block_size == 2 * 1024 * 1024);
    CHECK(configure("PILLOW_BLOCKS_MAX", "4") && arena->blocks_max == 4);
    CHECK(configure("PILLOW_BLOCKS_MAX", "0") && arena->blocks_max == 0);
}

static void
invalid(void) {
    static const char *const settings[][2] = {
        {"PILLOW_ALIGNMENT", ""},       {"PILLOW_ALIGNMENT", "wide"},  {"PILLOW_ALIGNMENT", "0"},
        {"PILLOW_ALIGNMENT", "3"},      {"PILLOW_ALIGNMENT", "256"},   {"PILLOW_ALIGNMENT", "-1"},
        {"PILLOW_BLOCK_SIZE", "1000"},  {"PILLOW_BLOCK_SIZE", "0"},    {"PILLOW_BLOCK_SIZE", "4g"},
        {"PILLOW_BLOCK_SIZE", "4096M"}, {"PILLOW_BLOCKS_MAX", "many"}, {"PILLOW_BLOCKS_MAX", "-1"},
    };
    const struct ImagingMemoryArenaInstance before = *arena;
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        if (!CHECK(configure(settings[i][0], settings[i][1]) == 0)) {
            fprintf(stderr, "    %s=%s\n", settings[i][0], settings[i][1]);
        }
        CHECK(take_error() == IMAGING_ERROR_VALUE);
    }
    CHECK(arena->alignment == before.alignment);
    CHECK(arena->block_size == before.block_size);
    CHECK(arena->blocks_max == before.blocks_max);
}

int
main(void) {
    valid();
    invalid();
    return check_result();
}

/* Huge pages: none unless IMAGING_HUGE_PAGES is 1; then for large images until their memory is given back, and never for
 * memory of malloc. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

/* Counts the mappings with MADV_HUGEPAGE. */
static int
mappings_with_huge_pages(void) {
    char line[512];
    int parts = 0;
    FILE *maps = fopen("/proc/self/smaps", "r");
    if (!CHECK(maps != NULL)) {
        return 0;
    }
    while (fgets(line, sizeof(line), maps)) {
        parts += strncmp(line, "VmFlags:", 8) == 0 && strstr(line, " hg") != NULL;
    }
    fclose(maps);
    return parts;
}

static void
write_all(Imaging im) {
    for (int y = 0; y < im->ysize; y++) {
        CHECK(im->image[y][0] == 0 && im->image[y][im->linesize - 1] == 0);
        memset(im->image[y], 255, (size_t)im->linesize);
    }
}

/* Makes small and large images in blocks and in single blocks. The counter of new images is as in the reference. */
static void
images(int before, int wanted) {
    struct ImagingMemoryArenaInstance *arena = &ImagingDefaultArena;
    Imaging (*const make[])(ModeID, int, int) = {ImagingNew, ImagingNewBlock};
    for (int how = 0; how < 2; how++) {
        Imaging small = make[how](IMAGING_MODE_L, 1000, 1000);
        CHECK(mappings_with_huge_pages() == before);
        Imaging large = make[how](IMAGING_MODE_RGB, 3000, 2000); /* two blocks, beside each other */
        if (CHECK(small != NULL && large != NULL)) {
            write_all(small);
            write_all(large);
        }
        CHECK((mappings_with_huge_pages() > before) == wanted);
        int freed = arena->stats_freed_blocks;
        ImagingDelete(large);
        ImagingDelete(small);
        CHECK(arena->stats_freed_blocks == freed + (how == 0 ? 3 : 0));
        ImagingMemoryTrim();
        CHECK(mappings_with_huge_pages() == before);
    }

    /* With a pool, also one that is set after the image was made. */
    int allocated = arena->stats_allocated_blocks;
    Imaging first = ImagingNew(IMAGING_MODE_RGB, 3000, 2000);
    CHECK(arena->stats_allocated_blocks == allocated + 2);
    CHECK(ImagingMemorySetBlocksMax(arena, 8) == 1);
    ImagingDelete(first);
    ImagingMemoryTrim();
    CHECK(arena->blocks_cached == 2 && mappings_with_huge_pages() == before);
    int reused = arena->stats_reused_blocks;
    Imaging second = ImagingNew(IMAGING_MODE_RGB, 3000, 2000);
    CHECK(arena->stats_reused_blocks == reused + 2 && arena->blocks_cached == 0);
    if (CHECK(second != NULL)) {
        write_all(second);
    }
    CHECK(mappings_with_huge_pages() == before);
    ImagingDelete(second);
    CHECK(ImagingMemorySetBlocksMax(arena, 0) == 1 && arena->blocks_cached == 0);
}

int
main(int argc, char **argv) {
    (void)argc;
    const char *value = getenv("IMAGING_HUGE_PAGES");
    int before = mappings_with_huge_pages();
    int wanted = value && strcmp(value, "1") == 0;
    images(before, wanted && access("/sys/kernel/mm/transparent_hugepage/enabled", R_OK) == 0);

    /* Starts itself again with the next value. */
    const char *next = !value ? "0" : strcmp(value, "0") == 0 ? "yes" : strcmp(value, "yes") == 0 ? "1" : NULL;
    if (next && !check_result()) {
        setenv("IMAGING_HUGE_PAGES", next, 1);
        execv(argv[0], argv);
        CHECK(0);
    }
    return check_result();
}

/* A plugin that is linked to the static library: see plugins.c. PLUGIN is its name. */

#include <stddef.h>

#include <libImaging/Imaging.h>

#include "plugins.h"

/* Makes and deletes images. Returns their arena, or NULL if images shared pixels. */
void *
PLUGIN(int blocks_max) {
    enum { ROUNDS = 20000, KEPT = 8 };
    Imaging kept[KEPT] = {0};
    int wrong = !ImagingMemorySetBlocksMax(&ImagingDefaultArena, blocks_max);
    for (int round = 0; round < ROUNDS; round++) {
        Imaging *im = &kept[round % KEPT];
        if (*im) {
            wrong += (*im)->image8[(*im)->ysize - 1][0] != (UINT8)(round - KEPT);
        }
        ImagingDelete(*im);
        *im = ImagingNew(IMAGING_MODE_L, 1 + round % 97, 1 + round % 3);
        if (*im) {
            (*im)->image8[(*im)->ysize - 1][0] = (UINT8)round;
        } else {
            wrong++;
        }
    }
    for (int i = 0; i < KEPT; i++) {
        ImagingDelete(kept[i]);
    }
    return wrong ? NULL : &ImagingDefaultArena;
}

/* Every packer and unpacker on lines beside inaccessible pages: it reads and writes no byte outside of its lines. */

#include <sys/mman.h>

#include "isas.h"
#include "modes.h"

enum { WIDTHS = 301, LONGEST = 300 * 8, BESIDE = 64 };

/* Returns `room` bytes of pages between two guard pages. */
static size_t room;

static unsigned char *
guarded(void) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    room = (LONGEST + BESIDE + page - 1) / page * page;
    unsigned char *pages = (unsigned char *)mmap(NULL, room + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + page, room, PROT_READ | PROT_WRITE) != 0) {
        perror("guarded");
        exit(2);
    }
    return pages + page;
}

static int
is_all(const unsigned char *bytes, size_t length, int value) {
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != value) {
            return 0;
        }
    }
    return 1;
}

/* Shuffles a line right behind the lower guard page and right before the upper one. Returns whether both results are
 * equal and nothing is written outside of the output line. */
static int
stays_within(ImagingShuffler shuffle, int pixels, size_t before, size_t behind) {
    static unsigned char *input, *output;
    unsigned char expected[LONGEST];
    if (!input) {
        input = guarded();
        output = guarded();
    }

    for (size_t i = 0; i < before; i++) {
        input[i] = (unsigned char)(i * 167 + (i >> 5) + 13);
    }
    memset(output, 0xa5, room);
    shuffle(output, input, pixels);
    if (!is_all(output + behind, BESIDE, 0xa5)) {
        return 0;
    }
    memcpy(expected, output, behind);

    memmove(input + room - before, input, before);
    memset(output, 0xa5, room);
    shuffle(output + room - behind, input + room - before, pixels);
    return is_all(output + room - behind - BESIDE, BESIDE, 0xa5) && memcmp(output + room - behind, expected, behind) == 0;
}

/* Checks one pair. Returns 0 if the library has no such pair, else 1. */
static int
check_pair(int mode, RawModeID raw, int packs) {
    int bits = 0, planes = raw == IMAGING_RAWMODE_P_2L || raw == IMAGING_RAWMODE_P_4L;
    ImagingShuffler shuffle = (packs ? ImagingFindPacker : ImagingFindUnpacker)(MODES[mode].id, raw, &bits);
    if (!shuffle) {
        return 0;
    }
    for (int pixels = 0; pixels < WIDTHS; pixels++) {
        size_t file = (size_t)(planes ? bits * ((pixels + 7) / 8) : (pixels * bits + 7) / 8);
        size_t memory = (size_t)(pixels * MODES[mode].pixelsize);
        if (!CHECK(stays_within(shuffle, pixels, packs ? memory : file, packs ? file : memory))) {
            fprintf(stderr, "%s %s, raw mode %d, %d pixels\n", packs ? "from" : "to", MODES[mode].name, (int)raw, pixels);
        }
    }
    return 1;
}

/* Checks all pairs and returns their number. */
static int
check_pairs(void) {
    int pairs = 0;
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        /* Ids past the last raw mode have the data of the unknown raw mode. */
        for (int raw = 1; getRawModeData((RawModeID)raw) != getRawModeData(IMAGING_RAWMODE_UNKNOWN); raw++) {
            pairs += check_pair(mode, (RawModeID)raw, 0) + check_pair(mode, (RawModeID)raw, 1);
        }
    }
    return pairs;
}

/* Checks all pairs with one ISA, in a child process, since a process chooses once. */
static void
check_isa(const char *isa) {
    pid_t child = fork();
    if (child == 0) {
        setenv("IMAGING_SIMD", isa, 1);
        CHECK(check_pairs() == 221 + 93);
        _exit(check_result());
    }
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    if (!CHECK(status == 0)) {
        fprintf(stderr, "IMAGING_SIMD=%s: status %#x\n", isa, status);
    }
}

int
main(void) {
    Isas isas = list_isas(1);
    for (int i = 0; i < isas.count; i++) {
        check_isa(isas.names[i]);
    }
    return check_result();
}

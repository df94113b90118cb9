/* Every packer and unpacker on lines that touch memory which may not: not one byte beside them is read or written. */

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "modes.h"

enum { WIDTHS = 301, LONGEST = 300 * 8, BESIDE = 64 };

/* Some pages, `room` bytes, between two that nobody may touch. */
static size_t room;

static unsigned char *
fenced(void) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    room = (LONGEST + BESIDE + page - 1) / page * page;
    unsigned char *pages = (unsigned char *)mmap(NULL, room + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + page, room, PROT_READ | PROT_WRITE) != 0) {
        perror("fenced");
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

/* The same line right behind one fence and right before the other: the same outcome, and nothing written beside it. */
static int
stays_within(ImagingShuffler shuffle, int pixels, size_t before, size_t behind) {
    static unsigned char *input, *output;
    unsigned char expected[LONGEST];
    if (!input) {
        input = fenced();
        output = fenced();
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

/* 1 where there is such a pair. */
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

/* How many pairs there are. */
static int
check_pairs(void) {
    int pairs = 0;
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        /* Behind the last raw mode, what is known is what is known of none. */
        for (int raw = 1; getRawModeData((RawModeID)raw) != getRawModeData(IMAGING_RAWMODE_UNKNOWN); raw++) {
            pairs += check_pair(mode, (RawModeID)raw, 0) + check_pair(mode, (RawModeID)raw, 1);
        }
    }
    return pairs;
}

/* Instructions are chosen once in a process, so each choice has its own. */
static void
check_level(const char *level) {
    pid_t child = fork();
    if (child == 0) {
        setenv("IMAGING_SIMD", level, 1);
        CHECK(check_pairs() == 221 + 93);
        _exit(check_result());
    }
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    if (!CHECK(status == 0)) {
        fprintf(stderr, "IMAGING_SIMD=%s: status %#x\n", level, status);
    }
}

int
main(void) {
    check_level("generic");
#ifdef __x86_64__
    if (__builtin_cpu_supports("sse4.1")) {
        check_level("sse4.1");
    }
    if (__builtin_cpu_supports("avx2")) {
        check_level("avx2");
    }
    if (__builtin_cpu_supports("avx512vbmi")) {
        check_level("avx512");
    }
#endif
    return check_result();
}

/* The instruction sets that IMAGING_SIMD names. src/simd/isa.rs declares them; the library's own warning lists them. */

#ifndef ISAS_H
#define ISAS_H

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { MAX_ISAS = 16, ISA_LENGTH = 32 };

typedef struct {
    int count;
    char names[MAX_ISAS][ISA_LENGTH];
} Isas;

/* Asks for an ISA in a child process, since a process chooses once. Stores what the library writes to stderr in
 * `warning`. Returns whether the library chose this ISA. */
static inline int
isa_is_chosen(const char *isa, char *warning, size_t size) {
    int ends[2], status = -1;
    size_t length = 0;
    ssize_t count;
    if (!CHECK(pipe(ends) == 0)) {
        exit(2);
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        setenv("IMAGING_SIMD", isa, 1);
        _exit(strcmp(ImagingGetSIMDLevel(), isa) != 0);
    }
    close(ends[1]);
    while (length + 1 < size && (count = read(ends[0], warning + length, size - length - 1)) > 0) {
        length += (size_t)count;
    }
    warning[length] = 0;
    close(ends[0]);
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    return status == 0;
}

/* Returns all ISAs of this architecture, or the available ones. Call it before the process has chosen an ISA. */
static inline Isas
list_isas(int only_available) {
    static const char BEFORE[] = ": must be ";
    Isas isas = {0, {{0}}};
    char warning[1024], ignored[1024];
    CHECK(!isa_is_chosen("?", warning, sizeof(warning)));
    char *list = strstr(warning, BEFORE), *end = list ? strchr(list, ';') : NULL;
    if (!CHECK(end != NULL)) {
        exit(2);
    }
    *end = 0;
    for (char *name = strtok(list + strlen(BEFORE), ", "); name; name = strtok(NULL, ", ")) {
        if (strcmp(name, "or") == 0 || (only_available && !isa_is_chosen(name, ignored, sizeof(ignored)))) {
            continue;
        }
        if (!CHECK(isas.count < MAX_ISAS && strlen(name) < ISA_LENGTH)) {
            exit(2);
        }
        strcpy(isas.names[isas.count++], name);
    }
    CHECK(isas.count > 0);
    return isas;
}

#endif

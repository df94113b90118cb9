/* The threads of the process, as the system lists them. */

#ifndef PROCESS_THREADS_H
#define PROCESS_THREADS_H

#include <dirent.h>
#include <unistd.h>

/* Returns the number of threads, or 0 if the system does not tell. */
static inline int
count_threads(void) {
    int count = 0;
    DIR *folder = opendir("/proc/self/task");
    if (!folder) {
        return 0;
    }
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        count += entry->d_name[0] != '.';
    }
    closedir(folder);
    return count;
}

/* Returns whether there are that many threads, now or soon: the system lists a thread for a moment after it is joined. */
static inline int
has_threads(int expected) {
    for (int i = 0; i < 10000 && count_threads() != expected; i++) {
        usleep(1000);
    }
    return count_threads() == expected;
}

#endif

/* A signal handler that interrupts the library forks, and the child exits at once. */

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define FORKS 500

static volatile sig_atomic_t forks, failed;

static void
fork_a_child(int signal) {
    (void)signal;
    int before = errno, status = -1;
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    failed |= child < 0 || waitpid(child, &status, 0) != child || status != 0;
    forks++;
    errno = before;
}

int
main(void) {
    alarm(100);
    /* One thread: with several, fork deadlocks in a signal handler that has interrupted the C library's malloc. */
    ImagingSetNumThreads(1);
    ImagingMemorySetBlocksMax(&ImagingDefaultArena, 4);

    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = fork_a_child;
    sigaction(SIGPROF, &action, NULL);
    /* Interrupts at different points. */
    while (forks < FORKS) {
        struct itimerval once = {{0, 0}, {0, 50 + forks % 97}};
        int before = forks;
        setitimer(ITIMER_PROF, &once, NULL);
        while (forks == before) {
            Imaging im = ImagingNew(IMAGING_MODE_L, 64, 4);
            ImagingDelete(im);
            failed |= im == NULL;
        }
    }
    CHECK(!failed);
    ImagingMemorySetBlocksMax(&ImagingDefaultArena, 0);
    CHECK(ImagingDefaultArena.blocks_cached == 0);
    return check_result();
}

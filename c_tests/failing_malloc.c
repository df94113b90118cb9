/* Makes every allocation of every function fail: the function must return an error or the full result, leak nothing,
 * and work in the next call.
 *
 *     failing_malloc [all | warm] [stride]
 *
 * Every scene is played in several settings. A cold run is a child process for each failing request, in which the
 * initialisation at a function's first call fails, too. `warm` skips cold runs; a `stride` of n plays every n-th scene.
 * Built with SCENES_MODULE, the program is not linked to the library: each child opens it by dlopen, so that its
 * thread-local storage is allocated at run time. */

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failmalloc.h"
#include "scenes.h"

/* The thread, the environment and the image size of runs. */
typedef struct {
    const char *name;
    /* Not 0: on a thread that was started before the library was opened, else on the main thread. */
    int on_thread;
    /* IMAGING_NUM_THREADS and IMAGING_SIMD, or NULL. Images are large enough for work to be split over several threads. */
    const char *threads, *simd;
    int side;
    /* Not 0: also with only the n-th request failing; else only with all requests from the n-th on. */
    int single;
    /* Not 0: allocations must balance. Workers of the pool may start and end meanwhile, so not with several threads. */
    int counted;
} Setting;

static const Setting SETTINGS[] = {
    {"the main thread", 0, "1", NULL, 40, 1, 1},
    {"another thread", 1, NULL, "generic", 40, 0, 1},
/* The address sanitizer allocates memory when a thread starts, and ends the process if that fails. */
#ifndef SANITIZE
    {"several threads", 1, "3", "avx2", 300, 0, 0},
#endif
};

/* The results of a child, in memory shared with its parent. */
typedef struct {
    int scenes;
    char name[100];
    unsigned sum;
    int requests;
} Report;

enum { CLEAN, UNCLEAN, CANNOT };

static const Setting *setting;
static const Scenes *scenes;
static Report *report;
static int failures;

/* - - - - - One run of a scene - - - - - */

#ifdef SCENES_MODULE
static int
open_library(void) {
    void *module = dlopen(SCENES_MODULE, RTLD_NOW | RTLD_LOCAL);
    scenes = module ? (const Scenes *)dlsym(module, "SCENES") : NULL;
    if (!scenes) {
        fprintf(stderr, "%s\n", dlerror());
    }
    return scenes != NULL;
}
#else
static int
open_library(void) {
    scenes = &SCENES;
    return 1;
}
#endif

/* Opens the library and makes the scenes' inputs, the first time. */
static int
ready(void) {
    return scenes || (open_library() && scenes->set_up(setting->side));
}

/* A scene, the number of the failing request (0 for none), whether all later ones fail, and the outcome. */
typedef struct {
    const Scene *scene;
    int n, all;
    unsigned sum;
    int error, requests, growth;
} Run;

/* Returns whether requests of the scene may fail. */
static int
may_fail(const Scene *scene) {
    return !(scene->flags & SCENE_EXTERNAL);
}

static void
play(Run *run) {
    scenes->take_error();
    int live = failmalloc_live();
    failmalloc_arm(run->n, run->all);
    run->sum = run->scene->run(run->scene->argument);
    run->requests = may_fail(run->scene) ? failmalloc_requests() : 0;
    failmalloc_disarm();
    run->error = scenes->take_error();
    /* The library has looked up Python by dlsym, and the linker keeps the text of the error. */
    dlerror();
    dlerror();
    run->growth = failmalloc_live() - live;
}

/* The thread of a setting, which gets one run at a time. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static Run *waiting;

static void *
play_for_others(void *unused) {
    (void)unused;
    for (;;) {
        pthread_mutex_lock(&mutex);
        while (!waiting) {
            pthread_cond_wait(&changed, &mutex);
        }
        pthread_mutex_unlock(&mutex);
        play(waiting);
        pthread_mutex_lock(&mutex);
        waiting = NULL;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static int
start_thread(void) {
    pthread_t thread;
    return !setting->on_thread || pthread_create(&thread, NULL, play_for_others, NULL) == 0;
}

static Run
play_in_setting(const Scene *scene, int n, int all) {
    Run run = {scene, n, all, 0, 0, 0, 0};
    if (!setting->on_thread) {
        play(&run);
        return run;
    }
    pthread_mutex_lock(&mutex);
    waiting = &run;
    pthread_cond_broadcast(&changed);
    while (waiting) {
        pthread_cond_wait(&changed, &mutex);
    }
    pthread_mutex_unlock(&mutex);
    return run;
}

/* Returns whether the outcome is the full result without an error, or no result and an out-of-memory error. */
static int
is_clean(const Run *run, unsigned expected) {
    int error = run->scene->flags & SCENE_BY_CODE ? 0 : 1; /* IMAGING_ERROR_MEMORY */
    int clean = run->sum ? run->sum == expected && run->error == 0 : run->error == error && run->requests >= run->n;
    if (!clean) {
        fprintf(stderr, "    sum %u instead of %u, error %d\n", run->sum, expected, run->error);
    }
    return clean;
}

/* Returns whether the scene has its full result once allocations succeed again. */
static int
recovers(const Scene *scene, unsigned expected) {
    Run run = play_in_setting(scene, 0, 0);
    int works = run.sum == expected && run.error == 0;
    if (!works) {
        fprintf(stderr, "    afterwards: sum %u instead of %u, error %d\n", run.sum, expected, run.error);
    }
    return works;
}

static void
fail(const Scene *scene, const char *name, int n, int all, const char *how) {
    failures++;
    if (scene) {
        fprintf(stderr, "  %s(%s)", scene->function, scene->variant);
    } else {
        fprintf(stderr, "  %s", name);
    }
    fprintf(stderr, ", request %d%s fails, %s: %s\n", n, all ? " and all later" : "", setting->name, how);
}

/* - - - - - Cold - - - - - */

/* Plays a scene in a child. */
static int
play_cold(int scene, int n, int all, unsigned expected) {
    if (!start_thread() || !ready()) {
        return CANNOT;
    }
    report->scenes = scenes->count;
    const Scene *played = &scenes->list[scene];
    snprintf(report->name, sizeof(report->name), "%s(%s)", played->function, played->variant);
    Run run = play_in_setting(played, n, all);
    report->sum = run.sum;
    report->requests = played->flags & SCENE_LOADS ? 0 : run.requests;
    int clean = n == 0 ? run.sum != 0 && run.error == 0 : is_clean(&run, expected) && recovers(played, expected);
#ifdef SCENES_MODULE
    scenes->tear_down();
#endif
    return clean ? CLEAN : UNCLEAN;
}

/* Plays a scene in a new child. Returns its exit status, -1 if a signal ended it. */
static int
child_status(int scene, int n, int all, unsigned expected) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        _exit(play_cold(scene, n, all, expected));
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("failing_malloc");
        exit(2);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
play_all_cold(int stride) {
    int runs = 0;
    report->scenes = 1;
    for (int scene = 0; scene < report->scenes; scene += stride) {
        if (child_status(scene, 0, 0, 0) != CLEAN) {
            fail(NULL, report->name, 0, 0, "fails though no request fails");
            continue;
        }
        unsigned expected = report->sum;
        int requests = report->requests, before = failures;
        for (int n = 1; n <= requests && failures < before + 3; n++) {
            for (int all = setting->single ? 0 : 1; all < 2; all++, runs++) {
                int status = child_status(scene, n, all, expected);
                if (status != CLEAN) {
                    fail(NULL, report->name, n, all, status == -1 ? "ended by a signal" : "unclean");
                }
            }
        }
    }
    return runs;
}

/* - - - - - Warm - - - - - */

static int
play_all_warm(int stride) {
    int runs = 0;
    /* A thread allocates a record for its first error, and keeps it. */
    play_in_setting(&scenes->list[0], 1, 0);
    for (int number = 0; number < scenes->count; number += stride) {
        const Scene *scene = &scenes->list[number];
        unsigned expected = play_in_setting(scene, 0, 0).sum;
        int requests = may_fail(scene) ? play_in_setting(scene, 0, 0).requests : 0, before = failures;
        snprintf(report->name, sizeof(report->name), "%s(%s)", scene->function, scene->variant);
        int counted = setting->counted && !(scene->flags & SCENE_UNCOUNTED);
        for (int n = 1; n <= requests && failures < before + 3; n++) {
            for (int all = setting->counted ? 0 : 1; all < 2; all++, runs++) {
                Run run = play_in_setting(scene, n, all);
                if (!is_clean(&run, expected) || !recovers(scene, expected)) {
                    fail(scene, NULL, n, all, "unclean");
                } else if (counted && run.growth != 0) {
                    fail(scene, NULL, n, all, "memory leak");
                }
            }
        }
    }
    return runs;
}

/* - - - - - - - - - - */

static void
set_or_unset(const char *variable, const char *value) {
    if (value) {
        setenv(variable, value, 1);
    } else {
        unsetenv(variable);
    }
}

/* Plays all scenes in one setting. Each setting is a child process, since a process reads the variables once. */
static int
play_in_one_setting(int cold, int stride) {
    set_or_unset("IMAGING_NUM_THREADS", setting->threads);
    set_or_unset("IMAGING_SIMD", setting->simd);
#ifndef SCENES_MODULE
    if (!ready()) {
        return CANNOT;
    }
#endif
    int cold_runs = cold ? play_all_cold(stride) : 0;
    if (!start_thread() || !ready()) {
        return CANNOT;
    }
    int warm_runs = play_all_warm(stride);
    scenes->tear_down();
    printf("%s: %d cold runs, %d warm ones, %d failed\n", setting->name, cold_runs, warm_runs, failures);
    fflush(NULL);
    return failures == 0 && cold_runs + warm_runs > 0 ? CLEAN : UNCLEAN;
}

int
main(int count, char **arguments) {
    int cold = count < 2 || strcmp(arguments[1], "warm") != 0;
    int stride = count > 2 ? atoi(arguments[2]) : 1, status = 0;
    report = (Report *)mmap(NULL, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < sizeof(SETTINGS) / sizeof(SETTINGS[0]); i++) {
        setting = &SETTINGS[i];
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            _exit(play_in_one_setting(cold, stride));
        }
        int child_status = -1;
        if (waitpid(child, &child_status, 0) != child || child_status != 0) {
            fprintf(stderr, "%s: failed (%#x), last scene: %s\n", setting->name, (unsigned)child_status, report->name);
            status = 1;
        }
    }
    return status;
}

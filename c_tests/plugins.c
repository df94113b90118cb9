/* Two plugins, each linked to the static library. Each has its own functions, but the dynamic linker resolves
 * ImagingDefaultArena to one variable for all. Both use its pool at the same time.
 *
 *     plugins <plugin_a.so> <plugin_b.so>
 */

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS_EACH = 2 };

typedef void *(*Work)(int blocks_max);

static void *
run(void *work) {
    Work function;
    memcpy(&function, &work, sizeof(work));
    return function(16);
}

int
main(int argc, char **argv) {
    void *works[2], *arenas[2 * THREADS_EACH];
    pthread_t threads[2][THREADS_EACH];
    int wrong = 0;
    if (argc != 3) {
        return 2;
    }
    for (int i = 0; i < 2; i++) {
        void *plugin = dlopen(argv[1 + i], RTLD_NOW | RTLD_GLOBAL);
        works[i] = plugin ? dlsym(plugin, i ? "plugin_b" : "plugin_a") : NULL;
        if (!works[i]) {
            fprintf(stderr, "plugins: %s\n", dlerror());
            return 2;
        }
    }
    for (int i = 0; i < 2 * THREADS_EACH; i++) {
        if (pthread_create(&threads[i % 2][i / 2], NULL, run, works[i % 2])) {
            return 2;
        }
    }
    for (int i = 0; i < 2 * THREADS_EACH; i++) {
        pthread_join(threads[i % 2][i / 2], &arenas[i]);
        if (!arenas[i] || arenas[i] != arenas[0]) {
            fprintf(stderr, "plugins: %s\n", arenas[i] ? "the plugins have different arenas" : "images shared pixels");
            wrong = 1;
        }
    }
    return wrong;
}

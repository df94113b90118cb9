/*
 * An external library, loaded at the first call of one of its functions.
 *
 * This library does not link to it: whoever preloads this library would have the external one in the scope where the dynamic
 * loader searches symbols for everybody else, in front of the copies that a Pillow wheel contains. `dlopen` with RTLD_LOCAL
 * keeps it to ourselves. With IMAGING_LINK_CODECS (the cargo feature `link-codecs`), for programs without a dynamic loader,
 * the functions are linked.
 *
 *     #define JPEG_FUNCTIONS(FUNCTION) FUNCTION(jpeg_std_error) FUNCTION(jpeg_read_header)
 *     EXTERNAL_LIBRARY(jpeg, "JPEG", "libjpeg.so.62", JPEG_FUNCTIONS)
 *
 *     if (jpeg_is_loaded()) jpeg.jpeg_std_error(&manager);
 *
 * The types of the functions are those of the library's own header.
 */

#ifndef IMAGING_EXTERNAL_LIBRARY_H
#define IMAGING_EXTERNAL_LIBRARY_H

#define EXTERNAL_DECLARATION(function) __typeof__(function) *function;
#define EXTERNAL_ADDRESS(function) function,
#define EXTERNAL_NAME(function) #function,

#ifdef IMAGING_LINK_CODECS

#define EXTERNAL_LIBRARY(variable, format, soname, FUNCTIONS)               \
    static const struct {                                                   \
        FUNCTIONS(EXTERNAL_DECLARATION)                                     \
    } variable = {FUNCTIONS(EXTERNAL_ADDRESS)};                             \
    static int variable##_is_loaded(void) { return 1; }

#else

#include <stddef.h>

#define EXTERNAL_LIBRARY(variable, format, soname, FUNCTIONS)                                                     \
    static struct {                                                                                               \
        FUNCTIONS(EXTERNAL_DECLARATION)                                                                           \
    } variable;                                                                                                   \
    static int variable##_is_loaded(void) {                                                                       \
        static const char *const names[] = {FUNCTIONS(EXTERNAL_NAME) NULL};                                       \
        static int state;                                                                                         \
        return imaging_external_load(&state, format, soname, names, (void **)&variable);                          \
    }

/*
 * Loads a library, unless `*state` says that it is loaded, and stores the addresses of its functions, in the order of their names,
 * which end with NULL. Returns 1, or 0 if the library or a function is missing, or if there is no memory; the next call tries
 * again. The first time, it prints a warning that says what is missing.
 *
 * There is no lock, which a child process could find locked: threads that come first at the same time store the same addresses.
 */
int imaging_external_load(
    int *state, const char *format, const char *soname, const char *const *names, void **functions
);

#endif

#endif

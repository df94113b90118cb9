/*
 * The two structs by which programs hand arrays to each other without copying: the C data interface of Apache Arrow,
 * https://arrow.apache.org/docs/format/CDataInterface.html. The guard is the one that the interface prescribes, so that
 * other headers may define them too.
 *
 * Whoever makes a struct sets `release`; whoever takes it calls `release` once when done with it. A struct whose
 * `release` is NULL has been released, or moved elsewhere.
 */

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#include <stdint.h>

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

#ifdef __cplusplus
extern "C" {
#endif

/** The type of an array. */
struct ArrowSchema {
    /** The type of an item, such as "C" for unsigned bytes or "+w:4" for lists of four. */
    const char *format;
    /** The name of the field, or NULL. */
    const char *name;
    /** Keys and values in Arrow's own encoding, or NULL. */
    const char *metadata;
    /** ARROW_FLAG_*. */
    int64_t flags;
    /** How many types are nested in this one. */
    int64_t n_children;
    /** Those types. */
    struct ArrowSchema **children;
    /** The type of a dictionary's values, or NULL. */
    struct ArrowSchema *dictionary;
    /** Frees what the struct points to, and sets itself to NULL. */
    void (*release)(struct ArrowSchema *);
    /** The maker's own. */
    void *private_data;
};

/** The data of an array. */
struct ArrowArray {
    /** How many items there are. */
    int64_t length;
    /** How many of them are null, or -1 where nobody has counted. */
    int64_t null_count;
    /** Where the first item is, in items from the start of the buffers. */
    int64_t offset;
    /** How many buffers there are. */
    int64_t n_buffers;
    /** How many arrays are nested in this one. */
    int64_t n_children;
    /** The bitmap of items that are not null, or NULL; then the data. */
    const void **buffers;
    /** The nested arrays. */
    struct ArrowArray **children;
    /** A dictionary's values, or NULL. */
    struct ArrowArray *dictionary;
    /** Frees what the struct points to, and sets itself to NULL. */
    void (*release)(struct ArrowArray *);
    /** The maker's own. */
    void *private_data;
};

#ifdef __cplusplus
}
#endif

#endif /* ARROW_C_DATA_INTERFACE */

/* Codecs that read their file themselves, without Python: a file of the C library, a descriptor, callbacks; and errors. */

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libImaging/Sgi.h>

#include "check.h"

enum { WIDTH = 5, HEIGHT = 2, BANDS = 3, ROWS = HEIGHT * BANDS, ROW = 7, SIZE = 512 + 8 * ROWS + ROWS * ROW };

/* An SGI file: a literal and a run in each row. The last byte is no part of a row. */
static unsigned char file[SIZE + 1];

static void
number(unsigned char *place, unsigned value) {
    place[2] = (unsigned char)(value >> 8);
    place[3] = (unsigned char)value;
}

static void
make_file(void) {
    for (unsigned row = 0; row < ROWS; row++) {
        unsigned offset = 512 + 8 * ROWS + row * ROW;
        number(file + 512 + 4 * row, offset);
        number(file + 512 + 4 * (ROWS + row), 3);
        const unsigned char packets[ROW] = {0x82, (unsigned char)row, 77, 3, (unsigned char)(row + 100), 0};
        memcpy(file + offset, packets, ROW);
    }
}

static void
check_pixels(Imaging im) {
    for (int y = 0; y < HEIGHT; y++) {
        const UINT8 *row = (const UINT8 *)im->image[HEIGHT - 1 - y];
        for (int band = 0; band < BANDS; band++) {
            CHECK(row[band] == y + band * HEIGHT && row[4 + band] == 77 && row[16 + band] == y + band * HEIGHT + 100);
        }
    }
}

/* Decodes from `io`, or from nothing. Returns the error code. */
static int
decode_bytes(const ImagingCodecIO *io, int bpc) {
    struct ImagingCodecStateInstance state;
    SGISTATE context;
    memset(&state, 0, sizeof(state));
    memset(&context, 0, sizeof(context));
    context.bpc = bpc;
    state.context = &context;
    state.ystep = -1;
    state.xsize = WIDTH;
    state.ysize = HEIGHT;
    state.shuffle = ImagingFindUnpacker(IMAGING_MODE_RGB, IMAGING_RAWMODE_RGB, &state.bits);
    Imaging im = ImagingNew(IMAGING_MODE_RGB, WIDTH, HEIGHT);
    ImagingSetCodecIO(&state, io);
    CHECK(!io == !state.fd);
    int result = ImagingSgiRleDecode(im, &state, NULL, 0);
    CHECK(result == (state.errcode ? -1 : 0));
    if (state.errcode == 0) {
        check_pixels(im);
    }
    ImagingSetCodecIO(&state, NULL);
    CHECK(state.fd == NULL);
    ImagingDelete(im);
    return state.errcode;
}

static int
decode(const ImagingCodecIO *io) {
    return decode_bytes(io, 1);
}

/* - - - - - Callbacks - - - - - */

typedef struct {
    const unsigned char *data;
    Py_ssize_t size, position;
    /* The most bytes of a read. */
    Py_ssize_t piece;
    int ends_thread;
} Memory;

static Py_ssize_t
memory_read(void *pointer, char *dest, Py_ssize_t bytes) {
    Memory *memory = (Memory *)pointer;
    if (memory->ends_thread) {
        pthread_exit(NULL);
    }
    Py_ssize_t count = memory->size - memory->position;
    count = count < bytes ? count : bytes;
    count = count < memory->piece ? count : memory->piece;
    memcpy(dest, memory->data + memory->position, (size_t)count);
    memory->position += count;
    return count;
}

static Py_ssize_t
write_nothing(void *pointer, const char *src, Py_ssize_t bytes) {
    (void)pointer;
    (void)src;
    return bytes - 1;
}

static int
memory_seek(void *pointer, Py_ssize_t offset, int whence) {
    Memory *memory = (Memory *)pointer;
    memory->position = offset + (whence == SEEK_END ? memory->size : whence == SEEK_CUR ? memory->position : 0);
    return memory->position < 0 || memory->position > memory->size ? -1 : 0;
}

static Py_ssize_t
memory_tell(void *pointer) {
    return ((Memory *)pointer)->position;
}

static ImagingCodecIO
callbacks(Memory *memory) {
    ImagingCodecIO io = {memory_read, write_nothing, memory_seek, memory_tell, memory};
    return io;
}

static void
from_callbacks(void) {
    for (Py_ssize_t piece = 1; piece <= 600; piece += 599) {
        Memory memory = {file, sizeof(file), 0, piece, 0};
        ImagingCodecIO io = callbacks(&memory);
        CHECK(decode(&io) == 0);
    }
}

static Py_ssize_t
read_too_much(void *pointer, char *dest, Py_ssize_t bytes) {
    (void)pointer;
    (void)dest;
    return bytes + 1;
}

static Py_ssize_t
tell_a_lie(void *pointer) {
    (void)pointer;
    return (Py_ssize_t)1 << 40;
}

static void
errors(void) {
    Memory memory = {file, sizeof(file), 0, 600, 0};
    CHECK(decode(NULL) == IMAGING_CODEC_UNKNOWN);
    for (int missing = 0; missing < 3; missing++) {
        ImagingCodecIO io = callbacks(&memory);
        if (missing == 0) {
            io.read = NULL;
        } else if (missing == 1) {
            io.seek = NULL;
        } else {
            io.tell = NULL;
        }
        CHECK(decode(&io) == IMAGING_CODEC_UNKNOWN);
    }
    ImagingCodecIO io = callbacks(&memory);
    io.write = NULL;
    CHECK(decode(&io) == 0);
    io.read = read_too_much;
    CHECK(decode(&io) == IMAGING_CODEC_UNKNOWN);
    /* No memory is taken for what is not there. */
    io = callbacks(&memory);
    io.tell = tell_a_lie;
    CHECK(decode(&io) == IMAGING_CODEC_UNKNOWN);
    /* Rows of a file that is too short, and of atoms that it does not have. */
    io = callbacks(&memory);
    memory.size = 512 + 8 * ROWS - 1;
    CHECK(decode(&io) == IMAGING_CODEC_OVERRUN);
    memory.size = 100;
    CHECK(decode(&io) == IMAGING_CODEC_OVERRUN);
}

/* The functions that Pillow has for Python's files. */
static void
python_functions(void) {
    Memory memory = {file, sizeof(file), 0, 600, 0};
    ImagingCodecIO io = callbacks(&memory);
    struct ImagingCodecStateInstance state;
    char bytes[4];
    memset(&state, 0, sizeof(state));
    ImagingSetCodecIO(&state, &io);
    CHECK(_imaging_seek_pyFd(state.fd, -3, SEEK_END) == 0 && _imaging_tell_pyFd(state.fd) == SIZE + 1 - 3);
    CHECK(_imaging_read_pyFd(state.fd, bytes, 4) == 3 && _imaging_read_pyFd(state.fd, bytes, 4) == 0);
    CHECK(_imaging_seek_pyFd(state.fd, -1, SEEK_SET) == -1 && _imaging_read_pyFd(state.fd, bytes, -1) == -1);
    CHECK(_imaging_write_pyFd(state.fd, bytes, 4) == -1);
    io.tell = NULL;
    io.write = NULL;
    CHECK(_imaging_tell_pyFd(state.fd) == -1 && _imaging_write_pyFd(state.fd, bytes, 4) == -1);
    CHECK(_imaging_tell_pyFd(NULL) == -1 && _imaging_read_pyFd(NULL, bytes, 4) == -1);
    CHECK(_imaging_seek_pyFd(NULL, 0, SEEK_SET) == -1 && _imaging_write_pyFd(NULL, bytes, 4) == -1);
}

/* - - - - - Files - - - - - */

static void
from_files(void) {
    char path[] = "/tmp/imaging-codec-io-XXXXXX";
    int descriptor = mkstemp(path);
    ImagingCodecIO io;
    CHECK(descriptor >= 0);

    ImagingCodecIOFromDescriptor(&io, descriptor);
    CHECK(io.write(io.file, (const char *)file, sizeof(file)) == sizeof(file));
    CHECK(decode(&io) == 0 && decode(&io) == 0);
    CHECK(io.seek(io.file, -9, SEEK_SET) == -1 && io.read(io.file, NULL, -1) == -1);
    close(descriptor);
    CHECK(decode(&io) == IMAGING_CODEC_UNKNOWN);

    FILE *stream = fopen(path, "r+b");
    if (CHECK(stream != NULL)) {
        ImagingCodecIOFromFile(&io, stream);
        CHECK(decode(&io) == 0 && decode(&io) == 0);
        CHECK(io.seek(io.file, 0, SEEK_END) == 0 && io.write(io.file, "more", 4) == 4);
        CHECK(io.tell(io.file) == SIZE + 1 + 4);
        fclose(stream);
    }
    ImagingCodecIOFromFile(&io, NULL);
    CHECK(decode(&io) == IMAGING_CODEC_UNKNOWN);
    ImagingCodecIOFromFile(NULL, NULL);
    ImagingCodecIOFromDescriptor(NULL, 0);
    ImagingSetCodecIO(NULL, NULL);

    /* Files that cannot be read, or have no positions. */
    stream = fopen(path, "wb");
    if (CHECK(stream != NULL)) {
        ImagingCodecIOFromFile(&io, stream);
        CHECK(decode(&io) == IMAGING_CODEC_OVERRUN); /* it is empty now */
        CHECK(io.read(io.file, (char *)path, 1) == -1);
        fclose(stream);
    }
    int ends[2];
    CHECK(pipe(ends) == 0);
    ImagingCodecIOFromDescriptor(&io, ends[0]);
    CHECK(decode(&io) == IMAGING_CODEC_UNKNOWN);
    close(ends[0]);
    close(ends[1]);
    descriptor = open("/dev/full", O_WRONLY);
    ImagingCodecIOFromDescriptor(&io, descriptor);
    CHECK(io.write(io.file, "more", 4) == -1);
    close(descriptor);
    unlink(path);
}

/* - - - - - Threads - - - - - */

static volatile int reached;

static void *
end_in_callback(void *unused) {
    (void)unused;
    static Memory memory = {file, sizeof(file), 0, 600, 1};
    static ImagingCodecIO io;
    io = callbacks(&memory);
    reached = 1;
    decode(&io);
    reached = 2;
    return NULL;
}

/* A thread that ends in a callback is suspended there: it does not unwind the library, and the process goes on. */
static void
ending_thread(void) {
    pthread_t thread;
    if (CHECK(pthread_create(&thread, NULL, end_in_callback, NULL) == 0)) {
        for (int i = 0; i < 60000 && !reached; i++) {
            usleep(1000);
        }
        usleep(50000);
        CHECK(reached == 1);
        pthread_detach(thread);
    }
}

int
main(int argc, char **argv) {
    (void)argv;
    make_file();
    from_callbacks();
    errors();
    python_functions();
    from_files();
    /* What a suspended thread holds is lost: not where leaks are looked for. */
    if (argc > 1) {
        ending_thread();
    }
    return check_result();
}

/* Replacing files: which attributes are kept, which files are overwritten in place, and which failures are reported. */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "check.h"

enum { NOBODY = 65534, SOMEBODY = 54321 };

static char directory[] = "/tmp/imaging-saving-XXXXXX";
static Imaging image;
static const char FILE_OF_IMAGE[] = "P5\n2 2\n255\nabcd";
enum { FILE_SIZE = sizeof(FILE_OF_IMAGE) - 1 };

/* The program's fsync and close replace the C library's, also for the library. */
static int syncs, failing_sync, failing_close;

int
fsync(int file) {
    syncs++;
    errno = failing_sync;
    return failing_sync ? -1 : (int)syscall(SYS_fsync, file);
}

int
close(int file) {
    int closed = (int)syscall(SYS_close, file);
    if (closed == 0 && failing_close) {
        errno = failing_close;
        return -1;
    }
    return closed;
}

/* Returns a path in this test's directory. Later calls reuse the memory. */
static const char *
at(const char *name) {
    static char names[4][400];
    static int next;
    char *path = names[next++ % 4];
    snprintf(path, sizeof(names[0]), "%s/%s", directory, name);
    return path;
}

static void
write_file(const char *path, const char *content, mode_t mode) {
    unlink(path);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(file >= 0 && write(file, content, strlen(content)) == (ssize_t)strlen(content));
    CHECK(fchmod(file, mode) == 0);
    close(file);
}

/* Returns whether the file has exactly these bytes. */
static int
file_is(const char *path, const char *content, size_t size) {
    static char found[4096];
    int file = open(path, O_RDONLY);
    ssize_t count = file < 0 ? -1 : read(file, found, sizeof(found));
    close(file);
    return count == (ssize_t)size && memcmp(found, content, size) == 0;
}

static int
is_saved(const char *path) {
    return file_is(path, FILE_OF_IMAGE, FILE_SIZE);
}

static struct stat
stat_of(const char *path) {
    struct stat found = {0};
    CHECK(lstat(path, &found) == 0);
    return found;
}

static int
refused(int saved) {
    return saved == 0 && take_error() == IMAGING_ERROR_OS;
}

/* Counts the files in the directory. */
static int
count_files(void) {
    int count = -2; /* "." and ".." */
    DIR *entries = opendir(directory);
    while (entries && readdir(entries)) {
        count++;
    }
    return entries ? closedir(entries), count : -1;
}

/* Runs a part of the test in a child process, since it changes the state of the process. */
static void
in_child(void (*part)(void)) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        part();
        _exit(check_result());
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void
modes_and_owners(void) {
    const char *path = at("modes.pgm");
    umask(027);
    CHECK(ImagingSavePPM(image, path) == 1 && is_saved(path));
    CHECK((stat_of(path).st_mode & 07777) == 0640); /* the mode of a new file: 0666 without the umask */
    write_file(path, "old", 0604);
    ino_t before = stat_of(path).st_ino;
    CHECK(ImagingSavePPM(image, path) == 1 && is_saved(path));
    CHECK((stat_of(path).st_mode & 07777) == 0604);
    CHECK(stat_of(path).st_ino != before); /* all attributes can be kept, so the file is replaced */
    umask(022);

    /* A setuid file must not get contents of another user: the bit is cleared. */
    write_file(path, "old", 0777);
    CHECK(geteuid() != 0 || chown(path, SOMEBODY, SOMEBODY) == 0);
    CHECK(chmod(path, 06777) == 0 && ImagingSavePPM(image, path) == 1 && is_saved(path));
    CHECK((stat_of(path).st_mode & 07777) == 0777);
    if (geteuid() == 0) {
        CHECK(stat_of(path).st_uid == SOMEBODY && stat_of(path).st_gid == SOMEBODY);
    }
    CHECK(chmod(path, 06755) == 0 && link(path, at("modes.link")) == 0); /* in place, too */
    CHECK(ImagingSavePPM(image, path) == 1 && is_saved(path) && (stat_of(path).st_mode & 07777) == 0755);
    unlink(at("modes.link"));
    unlink(path);
}

static void
links(void) {
    write_file(at("file"), "a longer file than that of the image", 0644);
    CHECK(link(at("file"), at("hard")) == 0 && symlink("file", at("soft")) == 0);
    CHECK(ImagingSavePPM(image, at("hard")) == 1 && is_saved(at("file")) && stat_of(at("file")).st_nlink == 2);
    write_file(at("file"), "a longer file than that of the image", 0644);
    CHECK(ImagingSavePPM(image, at("soft")) == 1 && is_saved(at("file")) && S_ISLNK(stat_of(at("soft")).st_mode));
    unlink(at("file"));
    CHECK(ImagingSavePPM(image, at("soft")) == 1 && is_saved(at("file")) && S_ISLNK(stat_of(at("soft")).st_mode));
    CHECK(symlink("loop", at("loop")) == 0);
    CHECK(refused(ImagingSavePPM(image, at("loop"))) && S_ISLNK(stat_of(at("loop")).st_mode));
    unlink(at("file"));
    unlink(at("hard"));
    unlink(at("soft"));
    unlink(at("loop"));
}

/* A file that has no name, or another one. */
static void
descriptors(void) {
    char path[40];
    int files[] = {memfd_create("image", MFD_CLOEXEC), open(at("gone"), O_RDWR | O_CREAT, 0600)};
    unlink(at("gone"));
    for (int i = 0; i < 2; i++) {
        char found[64];
        CHECK(write(files[i], "a longer file than that of the image", 36) == 36);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", files[i]);
        CHECK(ImagingSavePPM(image, path) == 1);
        CHECK(pread(files[i], found, sizeof(found), 0) == FILE_SIZE && memcmp(found, FILE_OF_IMAGE, FILE_SIZE) == 0);
        close(files[i]);
    }
}

/* Standard output is a stream: earlier output stays, and later output follows. */
static void
to_standard_output(int flags) {
    write_file(at("log"), "old ", 0644);
    int out = open(at("log"), O_WRONLY | flags);
    CHECK(dup2(out, STDOUT_FILENO) == STDOUT_FILENO && write(STDOUT_FILENO, "one ", 4) == 4);
    CHECK(ImagingSavePPM(image, "/dev/stdout") == 1 && write(STDOUT_FILENO, " two", 4) == 4);
    char expected[100];
    int size = snprintf(expected, sizeof(expected), "%sone %s two", flags == O_APPEND ? "old " : "", FILE_OF_IMAGE);
    CHECK(file_is(at("log"), expected, (size_t)size));
}

static void
appended(void) {
    to_standard_output(O_APPEND);
}

static void
redirected(void) {
    to_standard_output(O_TRUNC);
}

static void
long_names(void) {
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    CHECK(ImagingSavePPM(image, at(name)) == 1 && is_saved(at(name)));
    CHECK(ImagingSavePPM(image, at(name)) == 1 && is_saved(at(name)));
    unlink(at(name));
    CHECK(chdir(directory) == 0 && ImagingSavePPM(image, "bare.pgm") == 1 && is_saved(at("bare.pgm")));
    unlink("bare.pgm");
    CHECK(refused(ImagingSavePPM(image, "bare/")) && refused(ImagingSavePPM(image, "")));
    CHECK(refused(ImagingSavePPM(image, directory)) && refused(ImagingSavePPM(image, ".")));
}

/* Temporary files of an earlier process with the same id, such as the first one of a container. */
static void
leftovers(void) {
    char path[400];
    for (int i = 0; i < 200; i++) {
        snprintf(path, sizeof(path), "%s/again.pgm.%d-%d.tmp", directory, (int)getpid(), i);
        write_file(path, "", 0600);
    }
    CHECK(ImagingSavePPM(image, at("again.pgm")) == 1 && is_saved(at("again.pgm")));
    for (int i = 0; i < 200; i++) {
        snprintf(path, sizeof(path), "%s/again.pgm.%d-%d.tmp", directory, (int)getpid(), i);
        unlink(path);
    }
    unlink(at("again.pgm"));
}

/* A writable file in a directory that is not writable. */
static void
closed_directory(void) {
    CHECK(mkdir(at("closed"), 0755) == 0);
    write_file(at("closed/file"), "a longer file than that of the image", 0666);
    write_file(at("closed/fixed"), "old", 0444);
    CHECK(chmod(at("closed"), 0555) == 0 && chmod(directory, 0755) == 0);
    if (geteuid() == 0) {
        CHECK(setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
    }
    CHECK(ImagingSavePPM(image, at("closed/file")) == 1 && is_saved(at("closed/file")));
    CHECK(refused(ImagingSavePPM(image, at("closed/new"))));
    CHECK(refused(ImagingSavePPM(image, at("closed/fixed"))) && file_is(at("closed/fixed"), "old", 3));
}

static void
attributes(void) {
    char value[8];
    write_file(at("attributes"), "a longer file than that of the image", 0644);
    if (setxattr(at("attributes"), "user.note", "kept", 4, 0) == 0) {
        CHECK(ImagingSavePPM(image, at("attributes")) == 1 && is_saved(at("attributes")));
        CHECK(getxattr(at("attributes"), "user.note", value, sizeof(value)) == 4 && memcmp(value, "kept", 4) == 0);
    }
    unlink(at("attributes"));
}

/* Nobody is at the other end. The old way was to wait for ever. */
static void
pipes(void) {
    const char *pipe = at("pipe");
    CHECK(mkfifo(pipe, 0600) == 0);
    alarm(60);
    CHECK(refused(ImagingSavePPM(image, pipe)));
    CHECK(ImagingOpenPPM(pipe) == NULL && take_error() == IMAGING_ERROR_OS);
    CHECK(ImagingLoadRaw(pipe, IMAGING_MODE_L, IMAGING_RAWMODE_L, 1, 1, 0, 0, 1) == NULL);
    CHECK(take_error() == IMAGING_ERROR_OS);
    CHECK(ImagingMapFile(pipe, IMAGING_MODE_L, 1, 1, 0, 0, 1, IMAGING_MAP_SHARED) == NULL);
    CHECK(take_error() == IMAGING_ERROR_OS);
    CHECK(refused(ImagingReadTile(image, pipe, 0, 0, 1, 1, 0, IMAGING_RAWMODE_L, 0, 1)));

    /* The library waits for an open writer. */
    pid_t writer = fork();
    if (writer == 0) {
        int file = open(pipe, O_WRONLY);
        usleep(2500000);
        _exit(write(file, FILE_OF_IMAGE, FILE_SIZE) != FILE_SIZE);
    }
    Imaging opened = ImagingOpenPPM(pipe);
    CHECK(opened != NULL && memcmp(opened->image8[1], "cd", 2) == 0);
    ImagingDelete(opened);
    int status = -1;
    CHECK(waitpid(writer, &status, 0) == writer && status == 0);

    /* An open reader gets all bytes: more than the capacity of a pipe, so that writing waits. */
    int reader = open(pipe, O_RDONLY | O_NONBLOCK);
    pid_t child = fork();
    if (child == 0) {
        Imaging large = ImagingNew(IMAGING_MODE_L, 1000, 1000);
        _exit(ImagingSavePPM(large, pipe) != 1);
    }
    CHECK(fcntl(reader, F_SETFL, 0) == 0);
    /* Until the pipe has a writer, a read returns the end of the file. */
    struct pollfd written = {reader, POLLIN, 0};
    CHECK(poll(&written, 1, 60000) == 1);
    static char bytes[1 << 16];
    long all = 0;
    for (ssize_t count; (count = read(reader, bytes, sizeof(bytes))) > 0;) {
        all += count;
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0 && all == 1000000 + 17);
    close(reader);
    unlink(pipe);
}

static void
late_errors(void) {
    write_file(at("late"), "old", 0644);
    syncs = 0;
    failing_sync = EIO;
    CHECK(refused(ImagingSavePPM(image, at("late"))) && file_is(at("late"), "old", 3) && syncs == 1);
    setenv("IMAGING_FSYNC", "0", 1);
    CHECK(ImagingSavePPM(image, at("late")) == 1 && is_saved(at("late")) && syncs == 1);
    write_file(at("late"), "old", 0644);
    failing_close = EDQUOT;
    CHECK(refused(ImagingSavePPM(image, at("late"))) && file_is(at("late"), "old", 3));
    CHECK(refused(ImagingSavePPM(image, at("never"))) && access(at("never"), F_OK) != 0);
    CHECK(symlink("late", at("late.link")) == 0);
    CHECK(refused(ImagingSavePPM(image, at("late.link")))); /* in place */
    failing_close = 0;
    unsetenv("IMAGING_FSYNC");
    CHECK(refused(ImagingSavePPM(image, at("late.link"))) && syncs == 2);
    failing_sync = EINVAL; /* a file system without fsync */
    CHECK(ImagingSavePPM(image, at("late")) == 1 && is_saved(at("late")) && syncs > 2);
    failing_sync = 0;
    unlink(at("late.link"));
    unlink(at("late"));
}

/* A file that the image's pixels are mapped from is replaced, and not written to while it is read. */
static void
mapped(void) {
    write_file(at("mapped"), "0123456789", 0644);
    Imaging im = ImagingMapFile(at("mapped"), IMAGING_MODE_L, 5, 2, 0, 0, 1, IMAGING_MAP_READ_ONLY);
    Imaging view = ImagingView(im, 1, 1, 3, 2);
    CHECK(ImagingSaveRaw(view, at("mapped"), IMAGING_RAWMODE_L, 0, 1) == 1 && file_is(at("mapped"), "67", 2));
    CHECK(memcmp(im->image8[1], "56789", 5) == 0);
    ImagingDelete(view);
    ImagingDelete(im);

    write_file(at("mapped"), "0123456789", 0644);
    CHECK(link(at("mapped"), at("mapped.link")) == 0);
    im = ImagingMapFile(at("mapped"), IMAGING_MODE_L, 5, 2, 0, 0, 1, IMAGING_MAP_SHARED);
    view = ImagingView(im, 1, 1, 3, 2);
    CHECK(refused(ImagingSaveRaw(view, at("mapped.link"), IMAGING_RAWMODE_L, 0, 1)));
    CHECK(refused(ImagingSavePPM(im, at("mapped"))));
    CHECK(memcmp(im->image8[1], "56789", 5) == 0 && file_is(at("mapped"), "0123456789", 10));
    ImagingDelete(view);
    ImagingDelete(im);
    unlink(at("mapped"));
    unlink(at("mapped.link"));
}

/* A mount point can be written to, but not replaced by a rename; a disk can be full or read-only. */
static void
mounts(void) {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0) {
        return; /* only the superuser can mount */
    }
    write_file(at("below"), "a longer file than that of the image", 0644);
    write_file(at("point"), "", 0644);
    CHECK(mount(at("below"), at("point"), "none", MS_BIND, NULL) == 0);
    CHECK(ImagingSavePPM(image, at("point")) == 1 && is_saved(at("below")) && is_saved(at("point")));
    CHECK(mount("none", at("point"), "none", MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0);
    CHECK(refused(ImagingSavePPM(image, at("point"))) && is_saved(at("below")));
    CHECK(umount(at("point")) == 0);
    unlink(at("below"));
    unlink(at("point"));

    CHECK(mkdir(at("disk"), 0755) == 0 && mount("none", at("disk"), "tmpfs", 0, "size=64k") == 0);
    write_file(at("disk/file"), "old", 0644);
    Imaging large = ImagingNew(IMAGING_MODE_L, 1000, 1000);
    CHECK(refused(ImagingSavePPM(large, at("disk/file"))) && file_is(at("disk/file"), "old", 3));
    CHECK(refused(ImagingSavePPM(large, at("disk/new"))) && access(at("disk/new"), F_OK) != 0);
    CHECK(ImagingSavePPM(image, at("disk/file")) == 1 && is_saved(at("disk/file")));
    ImagingDelete(large);
    CHECK(umount(at("disk")) == 0 && rmdir(at("disk")) == 0);
}

int
main(void) {
    if (!CHECK(mkdtemp(directory) != NULL)) {
        return check_result();
    }
    image = ImagingNew(IMAGING_MODE_L, 2, 2);
    memcpy(image->image8[0], "ab", 2);
    memcpy(image->image8[1], "cd", 2);
    modes_and_owners();
    links();
    descriptors();
    in_child(appended);
    in_child(redirected);
    unlink(at("log"));
    in_child(long_names);
    leftovers();
    attributes();
    pipes();
    late_errors();
    mapped();
    in_child(mounts);
    CHECK(count_files() == 0); /* no temporary files are left */
    in_child(closed_directory);
    CHECK(chmod(at("closed"), 0755) == 0);
    unlink(at("closed/file"));
    unlink(at("closed/fixed"));
    CHECK(rmdir(at("closed")) == 0 && rmdir(directory) == 0);
    ImagingDelete(image);
    return check_result();
}

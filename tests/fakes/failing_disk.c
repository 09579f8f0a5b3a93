/* SPDX-License-Identifier: MIT
 * A disk whose n-th write fails, for a program that loads this first (LD_PRELOAD).
 *
 * Counts the calls that change a file below one folder; from number `first` on, `many` of them fail with `code`.
 * `half` has a failing write take half of its bytes first, as a full disk does.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static char below[PATH_MAX];
static long first, many, count;
static int code, half;

void failing_disk(const char *folder, long from, long how_many, int error, int take_half) {
    snprintf(below, sizeof below, "%s", folder);
    first = from, many = how_many, code = error, half = take_half, count = 0;
}

long failing_disk_count(void) { return count; }

typedef ssize_t write_f(int, const void *, size_t);
typedef ssize_t pwrite_f(int, const void *, size_t, off64_t);
typedef int sync_f(int);
typedef int truncate_f(int, off64_t);
typedef int allocate_f(int, off64_t, off64_t);

static int ours(int fd) {
    char link[64], path[PATH_MAX];
    ssize_t length;
    if (!below[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return strncmp(path, below, strlen(below)) == 0;
}

static int fails(int fd) {
    long number;
    int saved = errno;
    if (!ours(fd)) { errno = saved; return 0; }
    errno = saved;
    number = ++count;
    return first && number >= first && number < first + many;
}

#define REAL(name, type) static type *real; if (!real) real = (type *)dlsym(RTLD_NEXT, name)

ssize_t write(int fd, const void *buffer, size_t size) {
    REAL("write", write_f);
    if (!fails(fd)) return real(fd, buffer, size);
    if (half && size > 1) return real(fd, buffer, size / 2);
    errno = code;
    return -1;
}

ssize_t pwrite64(int fd, const void *buffer, size_t size, off64_t at) {
    REAL("pwrite64", pwrite_f);
    if (!fails(fd)) return real(fd, buffer, size, at);
    if (half && size > 1) return real(fd, buffer, size / 2, at);
    errno = code;
    return -1;
}

ssize_t pwrite(int fd, const void *buffer, size_t size, off_t at) { return pwrite64(fd, buffer, size, at); }

int fsync(int fd) {
    REAL("fsync", sync_f);
    if (fails(fd)) { errno = code; return -1; }
    return real(fd);
}

int fdatasync(int fd) {
    REAL("fdatasync", sync_f);
    if (fails(fd)) { errno = code; return -1; }
    return real(fd);
}

int ftruncate64(int fd, off64_t size) {
    REAL("ftruncate64", truncate_f);
    if (fails(fd)) { errno = code; return -1; }
    return real(fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int posix_fallocate64(int fd, off64_t at, off64_t size) {
    REAL("posix_fallocate64", allocate_f);
    return fails(fd) ? code : real(fd, at, size);
}

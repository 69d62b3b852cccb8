/*
 * Files that are read and replaced as a whole.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A plain sentence for what a full disk says in several ways. */
static const char *reason(int error) {
    switch (error) {
    case ENOSPC: return "no space left on the device";
    case EDQUOT: return "the disk quota is used up";
    case EFBIG: return "the file would be larger than is allowed";
    case ENOENT: return "no such file or directory";
    case EACCES: return "permission denied";
    case EISDIR: return "it is a directory";
    default: return strerror(error);
    }
}

bool ons_file_exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0;
}

static ons_status read_all(int file, const char *path, size_t limit, size_t expected, char **bytes, size_t *count) {
    char *data = NULL;
    size_t length = 0, capacity = 0;
    ons_status status = ons_grow((void **)&data, &capacity, expected + 2, 1); /* one to see the end, one for the NUL */
    while (status == ONS_OK) {
        status = ons_grow((void **)&data, &capacity, length + 2, 1);
        if (status != ONS_OK) { break; }
        const ssize_t got = read(file, data + length, capacity - length - 1);
        if (got == 0) { break; }
        if (got < 0 && errno == EINTR) { continue; }
        if (got < 0) {
            status = ons_fail(errno == EISDIR ? ONS_INVALID : ONS_FAILED, "%s cannot be read: %s", path, reason(errno));
            break;
        }
        length += (size_t)got;
        if (length > limit) { status = ons_fail(ONS_INVALID, "%s is longer than %zu bytes", path, limit); }
    }
    if (status != ONS_OK) {
        free(data);
        return status;
    }
    data[length] = '\0';
    *bytes = data;
    *count = length;
    return ONS_OK;
}

ons_status ons_file_read(const char *path, size_t limit, char **bytes, size_t *count) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) { return ons_fail(ONS_INVALID, "%s cannot be opened: %s", path, reason(errno)); }
    ons_status status = ONS_OK;
    struct stat about;
    if (fstat(file, &about) != 0) {
        status = ons_fail(ONS_FAILED, "%s cannot be read: %s", path, reason(errno));
    } else if (S_ISDIR(about.st_mode)) {
        status = ons_fail(ONS_INVALID, "%s is a directory, not a file", path);
    } else if (S_ISREG(about.st_mode) && (uint64_t)about.st_size > limit) {
        status = ons_fail(ONS_INVALID, "%s is longer than %zu bytes", path, limit);
    } else {
        const size_t expected = S_ISREG(about.st_mode) ? (size_t)about.st_size : 4096;
        status = read_all(file, path, limit, expected, bytes, count);
    }
    close(file);
    return status;
}

static const char *old_file(const char *path) { return ons_file_exists(path) ? "; the old file is as it was" : ""; }

/* Some file systems cannot sync a directory (EINVAL) or open one for it: there a rename is all that can be had. */
static ons_status sync_directory(const char *path) {
    const char *slash = strrchr(path, '/');
    char *folder = slash == path ? ons_copy("/") : slash ? ons_copy_part(path, (size_t)(slash - path)) : ons_copy(".");
    if (!folder) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    const int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        if (fsync(directory) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS) {
            status =
                ons_fail(ONS_FAILED, "%s was replaced, but its directory could not be synced: %s", path, reason(errno));
        }
        close(directory);
    }
    free(folder);
    return status;
}

static ons_status write_all(int file, const char *path, const char *bytes, size_t count) {
    size_t written = 0;
    while (written < count) {
        const size_t piece = count - written < (size_t)1 << 30 ? count - written : (size_t)1 << 30;
        const ssize_t put = write(file, bytes + written, piece);
        if (put < 0 && errno == EINTR) { continue; }
        if (put <= 0) {
            const char *why = reason(put < 0 ? errno : ENOSPC);
            return ons_fail(ONS_FAILED, "%s: wrote %zu of %zu bytes of %s%s", why, written, count, path,
                            old_file(path));
        }
        written += (size_t)put;
    }
    return ONS_OK;
}

static ons_status sync_file(int file, const char *path) {
    while (fsync(file) != 0) {
        if (errno == EINTR) { continue; }
        if (errno == EINVAL) { break; } /* nothing that can be synced */
        return ons_fail(ONS_FAILED, "%s could not be written: %s%s", path, reason(errno), old_file(path));
    }
    return ONS_OK;
}

static ons_status put_in_place(const char *fresh, const char *path) {
    if (rename(fresh, path) != 0) {
        return ons_fail(ONS_FAILED, "%s could not be replaced by %s: %s", path, fresh, reason(errno));
    }
    return sync_directory(path);
}

ons_status ons_file_replace(const char *path, const void *bytes, size_t count) {
    char *fresh = ons_format("%s.new", path);
    if (!fresh) { return ONS_MEMORY; }
    const int file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        const ons_status status = ons_fail(ONS_FAILED, "%s cannot be created: %s", fresh, reason(errno));
        free(fresh);
        return status;
    }
    ons_status status = write_all(file, path, bytes, count);
    if (status == ONS_OK) { status = sync_file(file, path); }
    if (close(file) != 0 && errno != EINTR && status == ONS_OK) { /* network file systems report a full disk here */
        status = ons_fail(ONS_FAILED, "%s could not be written: %s%s", path, reason(errno), old_file(path));
    }
    if (status == ONS_OK) { status = put_in_place(fresh, path); }
    if (status != ONS_OK) { unlink(fresh); }
    free(fresh);
    return status;
}

ons_status ons_file_commit(const char *path) {
    char *fresh = ons_format("%s.new", path);
    if (!fresh) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    const int file = open(fresh, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        status = ons_fail(ONS_FAILED, "%s cannot be opened: %s", fresh, reason(errno));
    } else {
        status = sync_file(file, path);
        close(file);
    }
    if (status == ONS_OK) { status = put_in_place(fresh, path); }
    if (status != ONS_OK) { unlink(fresh); }
    free(fresh);
    return status;
}

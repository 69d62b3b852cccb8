/*
 * Trails: growing files of samples and snapshots, in constant memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "trail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLUSH_AT ((size_t)1 << 18)

static ons_status broken(const lab_trail *trail, const char *what) {
    return ons_fail(ONS_FAILED, "cannot %s '%s': %s", what, trail->path, strerror(errno));
}

ons_status lab_trail_open(lab_trail *trail, char *path, uint64_t keep) {
    struct stat found;
    *trail = (lab_trail){.path = path, .file = -1};
    if (!path) { return ONS_MEMORY; }
    trail->file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (trail->file < 0) { return broken(trail, "open"); }
    trail->open = true;
    if (fstat(trail->file, &found) != 0) { return broken(trail, "read"); }
    if ((uint64_t)found.st_size < keep) {
        return ons_fail(ONS_FAILED,
                        "'%s' holds %lld bytes, but the part beside it has counted %llu: it was cut or removed", path,
                        (long long)found.st_size, (unsigned long long)keep);
    }
    if (ftruncate(trail->file, (off_t)keep) != 0 || lseek(trail->file, 0, SEEK_END) < 0) {
        return broken(trail, "cut");
    }
    return ONS_OK;
}

static ons_status flush(lab_trail *trail) {
    const char *bytes = trail->pending.data;
    size_t left = trail->pending.length;
    while (left > 0) {
        const ssize_t written = write(trail->file, bytes, left);
        if (written < 0 && errno == EINTR) { continue; }
        if (written <= 0) { return broken(trail, "write"); }
        bytes += written;
        left -= (size_t)written;
    }
    ons_text_clear(&trail->pending);
    return ONS_OK;
}

ons_status lab_trail_add(lab_trail *trail, const void *bytes, size_t count) {
    ons_text_add_bytes(&trail->pending, bytes, count);
    if (trail->pending.failed) { return ons_fail(ONS_MEMORY, "out of memory for '%s'", trail->path); }
    return trail->pending.length >= FLUSH_AT ? flush(trail) : ONS_OK;
}

ons_status lab_trail_sync(lab_trail *trail) {
    if (!trail->open) { return ONS_OK; }
    const ons_status status = flush(trail);
    return status == ONS_OK && fsync(trail->file) != 0 ? broken(trail, "write") : status;
}

void lab_trail_close(lab_trail *trail) {
    if (trail->open) { close(trail->file); }
    ons_text_free(&trail->pending);
    free(trail->path);
    *trail = (lab_trail){0};
}

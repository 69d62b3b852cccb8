/*
 * HDF5 files: one lock, silence, opening with a look of our own, closing that survives a full disk, one message for
 * every failure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "hdf5.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The library behind it is one for the process and keeps one stack of errors. */
static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

/* Its own messages stay off: after a file with a broken header HDF5 1.10 would print one even when the process ends. */
void lab_h5_enter(void) {
    pthread_mutex_lock(&library_lock);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void lab_h5_leave(void) {
    H5Eclear2(H5E_DEFAULT);
    pthread_mutex_unlock(&library_lock);
}

/* ---- messages ---- */

typedef struct reason {
    char text[160];
} reason;

/* The description of the innermost error; where the system's own words are in it ("No space left on device"), those. */
static herr_t keep_reason(unsigned index, const H5E_error2_t *error, void *data) {
    reason *kept = data;
    if (index > 0 || error->desc == NULL) { return 0; }
    const char *first = strstr(error->desc, "error message = '");
    if (first != NULL) {
        first += strlen("error message = '");
        const char *last = strchr(first, '\'');
        const size_t length = last == NULL ? strlen(first) : (size_t)(last - first);
        snprintf(kept->text, sizeof kept->text, "%.*s", (int)(length < 150 ? length : 150), first);
    } else {
        snprintf(kept->text, sizeof kept->text, "%.150s", error->desc);
    }
    return 0;
}

ons_status lab_h5_fail(lab_h5 *h5, ons_status status, const char *format, ...) {
    if (h5->status != ONS_OK) { return h5->status; }
    h5->status = status;
    reason kept = {{0}};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_reason, &kept);
    H5Eclear2(H5E_DEFAULT);
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (kept.text[0] == '\0') { return ons_fail(status, "%s: %s%s", h5->name, h5->where, what); }
    return ons_fail(status, "%s: %s%s (%s)", h5->name, h5->where, what, kept.text);
}

/* ---- files ---- */

/* The format of HDF5 1.10 throughout: checksums over all metadata. Locks are not taken: files are replaced as a whole.
 */
static hid_t file_access(void) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0) { return access; }
    if (H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) < 0 ||
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 || H5Pset_file_locking(access, false, true) < 0) {
        H5Pclose(access);
        return -1;
    }
    return access;
}

ons_status lab_h5_create(lab_h5 *h5, const char *path, const char *name) {
    *h5 = (lab_h5){.file = -1, .path = path, .name = name, .status = ONS_OK};
    const hid_t access = file_access();
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    if (creation >= 0) { H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED); }
    if (access >= 0 && creation >= 0 && lab_h5_set_driver(access, &h5->error)) {
        h5->file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    }
    if (h5->file < 0) {
        H5Eclear2(H5E_DEFAULT);
        lab_h5_fail(h5, ONS_FAILED, "cannot be written: %s", h5->error != 0 ? strerror(h5->error) : "HDF5 fails");
    }
    if (creation >= 0) { H5Pclose(creation); }
    if (access >= 0) { H5Pclose(access); }
    return h5->status;
}

ons_status lab_h5_finish(lab_h5 *h5) {
    if (h5->file < 0) { return h5->status; }
    if (H5Fclose(h5->file) < 0 && h5->error == 0) { lab_h5_fail(h5, ONS_FAILED, "cannot be written"); }
    h5->file = -1;
    if (h5->error != 0) { /* it explains whatever else went wrong */
        H5Eclear2(H5E_DEFAULT);
        h5->status = ons_fail(ONS_FAILED, "%s: cannot be written: %s; an older archive is as it was", h5->name,
                              strerror(h5->error));
    }
    if (h5->status != ONS_OK) { unlink(h5->path); }
    return h5->status;
}

static uint64_t little_endian(const unsigned char *bytes) {
    uint64_t value = 0;
    for (int i = 7; i >= 0; --i) { value = value << 8 | bytes[i]; }
    return value;
}

/* The first 48 bytes as the HDF5 file format specification 3.0 gives them (superblock versions 2 and 3): signature,
 * version, sizes of offsets and lengths, flags, base address, extension, end of file, root group, checksum. */
static ons_status look_at_superblock(lab_h5 *h5) {
    static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char head[48];
    struct stat facts;
    const int file = open(h5->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) { return ons_fail(ONS_INVALID, "%s: cannot be opened: %s", h5->name, strerror(errno)); }
    const bool known = fstat(file, &facts) == 0;
    if (known && S_ISDIR(facts.st_mode)) {
        close(file);
        return ons_fail(ONS_INVALID, "%s: is a directory; expected an archive (FILE.h5)", h5->name);
    }
    const ssize_t got = known && S_ISREG(facts.st_mode) ? pread(file, head, sizeof head, 0) : 0;
    close(file);
    if (got < 8 || memcmp(head, signature, sizeof signature) != 0) {
        return ons_fail(ONS_INVALID, "%s: is no HDF5 file; expected an archive written by onsager", h5->name);
    }
    if (got < (ssize_t)sizeof head) { return ons_fail(ONS_INVALID, "%s: is cut off after %zd bytes", h5->name, got); }
    h5->bytes = (uint64_t)facts.st_size;
    if (head[8] < 2 || head[8] > 3 || head[9] != 8 || head[10] != 8 || little_endian(head + 12) != 0) {
        return ons_fail(ONS_INVALID, "%s: is an HDF5 file, but no archive written by onsager", h5->name);
    }
    const uint64_t end = little_endian(head + 28);
    if (end > h5->bytes) {
        return ons_fail(ONS_INVALID, "%s: is cut off: %llu of %llu bytes are there", h5->name,
                        (unsigned long long)h5->bytes, (unsigned long long)end);
    }
    return ONS_OK;
}

ons_status lab_h5_open(lab_h5 *h5, const char *path) {
    *h5 = (lab_h5){.file = -1, .path = path, .name = path, .status = ONS_OK};
    h5->status = look_at_superblock(h5);
    if (h5->status != ONS_OK) { return h5->status; }
    const hid_t access = file_access();
    if (access >= 0) { h5->file = H5Fopen(path, H5F_ACC_RDONLY, access); }
    if (h5->file < 0) { lab_h5_fail(h5, ONS_INVALID, "is damaged"); }
    if (access >= 0) { H5Pclose(access); }
    return h5->status;
}

void lab_h5_close(lab_h5 *h5) {
    if (h5->file >= 0) { H5Fclose(h5->file); }
    h5->file = -1;
}

void lab_texts_free(char **texts, size_t count) {
    for (size_t i = 0; texts != NULL && i < count; ++i) { free(texts[i]); }
    free(texts);
}

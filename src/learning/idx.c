/*
 * Arrays of bytes in the idx format: two zeros, a type, the number of dimensions, their sizes (big-endian), the values.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/idx.h>
#include <stdlib.h>
#include <zlib.h>

enum { UNSIGNED_BYTES = 8 };

static ons_status read_exactly(gzFile file, const char *path, void *bytes, size_t count) {
    unsigned char *to = bytes;
    while (count > 0) {
        unsigned chunk = count < (1U << 30) ? (unsigned)count : 1U << 30;
        int got = gzread(file, to, chunk);
        if (got < 0) return ons_fail(ONS_INVALID, "%s: the gzip stream is broken", path);
        if (got == 0) return ons_fail(ONS_INVALID, "%s: the file ends %zu bytes before its array does", path, count);
        to += got;
        count -= (size_t)got;
    }
    return ONS_OK;
}

/* The shape, and how many values it means; refuses what exceeds the limit before any memory is taken for it. */
static ons_status read_shape(gzFile file, const char *path, size_t limit, ons_idx *idx) {
    unsigned char head[4];
    ons_status status = read_exactly(file, path, head, sizeof head);
    if (status) return status;
    if (head[0] != 0 || head[1] != 0)
        return ons_fail(ONS_INVALID, "%s is no idx file: it does not begin with two zero bytes", path);
    if (head[2] != UNSIGNED_BYTES)
        return ons_fail(ONS_INVALID, "%s holds values of type 0x%02x; expected unsigned bytes, 0x08", path, head[2]);
    if (head[3] < 1 || head[3] > ONS_IDX_DIMENSIONS)
        return ons_fail(ONS_INVALID, "%s has %d dimensions; expected 1 to %d", path, head[3], ONS_IDX_DIMENSIONS);
    idx->dimensions = head[3];
    idx->count = 1;
    for (int d = 0; d < ONS_IDX_DIMENSIONS; d++) {
        idx->shape[d] = 1;
        if (d >= idx->dimensions) continue;
        unsigned char size[4];
        status = read_exactly(file, path, size, sizeof size);
        if (status) return status;
        idx->shape[d] = (size_t)size[0] << 24 | (size_t)size[1] << 16 | (size_t)size[2] << 8 | size[3];
        if (idx->shape[d] == 0) return ons_fail(ONS_INVALID, "%s: dimension %d has size 0", path, d + 1);
        if (idx->shape[d] > limit / idx->count)
            return ons_fail(ONS_INVALID, "%s holds more than the %zu bytes that may be read", path, limit);
        idx->count *= idx->shape[d];
    }
    return ONS_OK;
}

static ons_status read_values(gzFile file, const char *path, size_t limit, ons_idx *idx) {
    ons_status status = read_shape(file, path, limit, idx);
    if (status) return status;
    idx->values = ONS_NEW(uint8_t, idx->count);
    if (!idx->values) return ONS_MEMORY;
    status = read_exactly(file, path, idx->values, idx->count);
    if (status) return status;
    unsigned char beyond;
    if (gzread(file, &beyond, 1) != 0)
        return ons_fail(ONS_INVALID, "%s goes on after the %zu values of its array", path, idx->count);
    int broken; /* a checksum that is cut off reads as the end */
    gzerror(file, &broken);
    if (broken != Z_OK && broken != Z_STREAM_END) {
        return ons_fail(ONS_INVALID, "%s: the gzip stream is broken", path);
    }
    return ONS_OK;
}

ons_status ons_idx_read(const char *path, size_t limit, ons_idx *idx) {
    *idx = (ons_idx){0};
    gzFile file = gzopen(path, "rb");
    if (!file) return ons_fail(ONS_INVALID, "%s cannot be opened; expected an idx file, plain or gzipped", path);
    ons_status status = read_values(file, path, limit, idx);
    gzclose(file);
    if (status) ons_idx_free(idx);
    return status;
}

void ons_idx_free(ons_idx *idx) {
    free(idx->values);
    *idx = (ons_idx){0};
}

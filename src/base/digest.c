/*
 * Digests with XXH3 (128 bits).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

static ons_digest from_hash(XXH128_hash_t hash) { return (ons_digest){.high = hash.high64, .low = hash.low64}; }

ons_digest ons_digest_bytes(const void *bytes, size_t count) { return from_hash(XXH3_128bits(bytes, count)); }

ons_status ons_digest_file(const char *path, ons_digest *digest) {
    enum { piece = 1 << 18 };
    ons_status status = ONS_OK;
    XXH3_state_t *state = NULL;
    char *buffer = NULL;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) { return ons_fail(ONS_INVALID, "%s cannot be opened: %s", path, strerror(errno)); }
    state = XXH3_createState();
    buffer = ons_allocate(piece, 1);
    if (!state || !buffer || XXH3_128bits_reset(state) != XXH_OK) {
        status = ons_fail(ONS_MEMORY, "out of memory while reading %s", path);
        goto cleanup;
    }
    for (;;) {
        const ssize_t count = read(file, buffer, piece);
        if (count == 0) { break; }
        if (count < 0 && errno == EINTR) { continue; }
        if (count < 0) {
            status =
                ons_fail(errno == EISDIR ? ONS_INVALID : ONS_FAILED, "%s cannot be read: %s", path, strerror(errno));
            goto cleanup;
        }
        XXH3_128bits_update(state, buffer, (size_t)count);
    }
    *digest = from_hash(XXH3_128bits_digest(state));
cleanup:
    XXH3_freeState(state);
    free(buffer);
    close(file);
    return status;
}

const char *ons_digest_text(ons_digest digest, char buffer[ONS_DIGEST_TEXT]) {
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) {
        buffer[i] = digits[digest.high >> (60 - 4 * i) & 15];
        buffer[16 + i] = digits[digest.low >> (60 - 4 * i) & 15];
    }
    buffer[32] = '\0';
    return buffer;
}

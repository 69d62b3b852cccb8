/*
 * Bytes of a file of tensors: read at a place, or as a stream that may have to be inflated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Deflate cannot shrink anything more than this: 258 bytes by a code of two bits. */
#define DEFLATE_RATIO 1032

ons_status tensor_source_read(const tensor_source *source, uint64_t offset, void *to, size_t count) {
    if (offset > source->size || count > source->size - offset) {
        return ons_fail(ONS_INVALID, "%s is cut off: %zu bytes are missing at byte %llu of %llu", source->name, count,
                        (unsigned long long)offset, (unsigned long long)source->size);
    }
    if (source->descriptor < 0) {
        if (count) { memcpy(to, source->memory + offset, count); }
        return ONS_OK;
    }
    uint8_t *next = to;
    while (count > 0) {
        const ssize_t got = pread(source->descriptor, next, count, (off_t)offset);
        if (got < 0 && errno == EINTR) { continue; }
        if (got < 0) { return ons_fail(ONS_FAILED, "%s cannot be read: %s", source->name, strerror(errno)); }
        if (got == 0) { return ons_fail(ONS_INVALID, "%s became shorter while it was read", source->name); }
        next += got;
        offset += (uint64_t)got;
        count -= (size_t)got;
    }
    return ONS_OK;
}

ons_status tensor_stream_open(tensor_stream *stream, const tensor_source *source, const tensor_span *span) {
    *stream = (tensor_stream){.source = source, .span = *span, .crc = (uint32_t)crc32(0, NULL, 0)};
    if (span->offset > source->size || span->packed > source->size - span->offset) {
        return ons_fail(ONS_INVALID, "%s is cut off: a part of %llu bytes at byte %llu goes beyond its end",
                        source->name, (unsigned long long)span->packed, (unsigned long long)span->offset);
    }
    if (!span->deflated && span->size != span->packed) {
        return ons_fail(ONS_INVALID, "%s: a part that is not compressed has two sizes, %llu and %llu", source->name,
                        (unsigned long long)span->packed, (unsigned long long)span->size);
    }
    if (span->deflated && span->size / DEFLATE_RATIO > span->packed) {
        return ons_fail(ONS_INVALID, "%s: %llu compressed bytes cannot give the %llu bytes that are announced",
                        source->name, (unsigned long long)span->packed, (unsigned long long)span->size);
    }
    if (!span->deflated) { return ONS_OK; }
    if (inflateInit2(&stream->inflater, -MAX_WBITS) != Z_OK) {
        return ons_fail(ONS_MEMORY, "no memory for inflating %s", source->name);
    }
    stream->inflating = true;
    return ONS_OK;
}

static ons_status refill(tensor_stream *stream) {
    const uint64_t left = stream->span.packed - stream->taken;
    const size_t count = left < sizeof stream->input ? (size_t)left : sizeof stream->input;
    const ons_status status =
        tensor_source_read(stream->source, stream->span.offset + stream->taken, stream->input, count);
    stream->taken += count;
    stream->inflater.next_in = stream->input;
    stream->inflater.avail_in = (uInt)count;
    return status;
}

static ons_status inflate_some(tensor_stream *stream, uint8_t *to, size_t count) {
    z_stream *z = &stream->inflater;
    z->next_out = to;
    z->avail_out = (uInt)count;
    while (z->avail_out > 0) {
        if (z->avail_in == 0 && stream->taken < stream->span.packed) {
            const ons_status status = refill(stream);
            if (status) { return status; }
        }
        const int code = inflate(z, Z_NO_FLUSH);
        if (code == Z_OK) { continue; }
        if (code == Z_STREAM_END && z->avail_out == 0) { break; }
        return ons_fail(ONS_INVALID, "%s: the compressed bytes at byte %llu are damaged or too few",
                        stream->source->name, (unsigned long long)stream->span.offset);
    }
    return ONS_OK;
}

static ons_status check_sum(const tensor_stream *stream) {
    if (!stream->span.checked || stream->given < stream->span.size || stream->crc == stream->span.crc) {
        return ONS_OK;
    }
    return ons_fail(ONS_INVALID, "%s is damaged: the check sum of the part at byte %llu is wrong", stream->source->name,
                    (unsigned long long)stream->span.offset);
}

ons_status tensor_stream_read(tensor_stream *stream, void *to, uint64_t count) {
    uint8_t waste[4096];
    uint8_t *next = to;
    if (count > stream->span.size - stream->given) {
        return ons_fail(ONS_INVALID, "%s: a part has %llu bytes, %llu more are needed", stream->source->name,
                        (unsigned long long)stream->span.size,
                        (unsigned long long)(count - (stream->span.size - stream->given)));
    }
    while (count > 0) {
        const uint64_t most = to ? (uint64_t)1 << 20 : sizeof waste;
        const size_t some = count < most ? (size_t)count : (size_t)most;
        uint8_t *target = to ? next : waste;
        const ons_status status =
            stream->inflating ? inflate_some(stream, target, some)
                              : tensor_source_read(stream->source, stream->span.offset + stream->given, target, some);
        if (status) { return status; }
        stream->crc = (uint32_t)crc32(stream->crc, target, (uInt)some);
        stream->given += some;
        count -= some;
        if (to) { next += some; }
    }
    return check_sum(stream);
}

void tensor_stream_close(tensor_stream *stream) {
    if (stream->inflating) { inflateEnd(&stream->inflater); }
    stream->inflating = false;
}

ons_status tensor_span_load(const tensor_source *source, const tensor_span *span, uint64_t limit, uint8_t **bytes) {
    tensor_stream stream;
    *bytes = NULL;
    if (span->size > limit) {
        return ons_fail(ONS_INVALID, "%s: a list of %llu bytes is longer than the %llu that are read", source->name,
                        (unsigned long long)span->size, (unsigned long long)limit);
    }
    ons_status status = tensor_stream_open(&stream, source, span);
    if (status) { return status; }
    *bytes = ONS_NEW(uint8_t, span->size + 1);
    status = *bytes ? tensor_stream_read(&stream, *bytes, span->size) : ONS_MEMORY;
    tensor_stream_close(&stream);
    if (status) {
        free(*bytes);
        *bytes = NULL;
    }
    return status;
}

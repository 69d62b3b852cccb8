/*
 * The directory of a zip archive (PKWARE's APPNOTE 6.3): members that are stored or deflated, with the 64-bit records
 * that large files need. Members that overlap, are encrypted or do not agree with their own headers are refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor_file.h"

#include <stdlib.h>
#include <string.h>

enum { END = 22, END64 = 56, LOCATOR64 = 20, CENTRAL = 46, LOCAL = 30, COMMENT = 65535 };

static uint64_t little(const uint8_t *at, unsigned bytes) {
    uint64_t value = 0;
    for (unsigned k = bytes; k-- > 0;) { value = value << 8 | at[k]; }
    return value;
}

/* Where the directory is. */
typedef struct directory {
    uint64_t offset, size, count;
} directory;

static ons_status no_zip(const tensor_source *source, const char *why) {
    return ons_fail(ONS_INVALID, "%s is no zip archive that can be read: %s", source->name, why);
}

static ons_status find_large(const tensor_source *source, uint64_t end, directory *found) {
    uint8_t locator[LOCATOR64], record[END64];
    if (end < LOCATOR64) { return no_zip(source, "the 64-bit directory is missing"); }
    ons_status status = tensor_source_read(source, end - LOCATOR64, locator, sizeof locator);
    if (status) { return status; }
    if (memcmp(locator, "PK\6\7", 4) != 0) { return no_zip(source, "the 64-bit directory is missing"); }
    status = tensor_source_read(source, little(locator + 8, 8), record, sizeof record);
    if (status) { return status; }
    if (memcmp(record, "PK\6\6", 4) != 0) { return no_zip(source, "the 64-bit directory is not where it should be"); }
    *found =
        (directory){.count = little(record + 32, 8), .size = little(record + 40, 8), .offset = little(record + 48, 8)};
    return ONS_OK;
}

static ons_status find_directory(const tensor_source *source, directory *found) {
    const size_t length = source->size < END + COMMENT ? (size_t)source->size : END + COMMENT;
    uint8_t *tail = ONS_NEW(uint8_t, length + 1);
    if (!tail) { return ONS_MEMORY; }
    ons_status status = tensor_source_read(source, source->size - length, tail, length);
    size_t at = length < END ? 0 : length - END + 1;
    while (!status && at > 0 && memcmp(tail + at - 1, "PK\5\6", 4) != 0) { at--; }
    if (!status && at == 0) { status = no_zip(source, "its end is missing, it may be cut off"); }
    if (!status) {
        const uint8_t *record = tail + at - 1;
        *found = (directory){
            .count = little(record + 10, 2), .size = little(record + 12, 4), .offset = little(record + 16, 4)};
        if (found->count == 0xffff || found->size == 0xffffffff || found->offset == 0xffffffff) {
            status = find_large(source, source->size - length + at - 1, found);
        }
    }
    free(tail);
    if (!status && (found->offset > source->size || found->size > source->size - found->offset)) {
        status = no_zip(source, "its directory lies beyond its end");
    }
    if (!status && (found->size > TENSOR_LIST_LIMIT || found->count > found->size / CENTRAL)) {
        status = no_zip(source, "its directory cannot have that many members");
    }
    return status;
}

/* Sizes and places of 2^32 - 1 stand in the extra field of type 1, in this order. */
static ons_status read_extra(const tensor_source *source, const uint8_t *extra, size_t length, tensor_member *member) {
    uint64_t *const fields[] = {&member->span.size, &member->span.packed, &member->header};
    for (size_t at = 0; at + 4 <= length;) {
        const size_t type = (size_t)little(extra + at, 2), size = (size_t)little(extra + at + 2, 2);
        if (size > length - at - 4) { return no_zip(source, "an extra field is too long"); }
        size_t used = 0;
        for (size_t k = 0; type == 1 && k < 3; k++) {
            if (*fields[k] != 0xffffffff || used + 8 > size) { continue; }
            *fields[k] = little(extra + at + 4 + used, 8);
            used += 8;
        }
        at += 4 + size;
    }
    return ONS_OK;
}

static ons_status read_local(const tensor_source *source, tensor_member *member, uint64_t end) {
    uint8_t local[LOCAL];
    const ons_status status = tensor_source_read(source, member->header, local, sizeof local);
    if (status) { return status; }
    if (memcmp(local, "PK\3\4", 4) != 0) { return no_zip(source, "a member is not where the directory says"); }
    const uint64_t begin = member->header + LOCAL + little(local + 26, 2) + little(local + 28, 2);
    member->span.offset = begin;
    if (begin > end || member->span.packed > end - begin) { return no_zip(source, "a member goes beyond its end"); }
    return ONS_OK;
}

static ons_status read_member(tensor_zip *zip, const tensor_source *source, const uint8_t *record, size_t left,
                              size_t *length, uint64_t end) {
    if (left < CENTRAL || memcmp(record, "PK\1\2", 4) != 0) { return no_zip(source, "its directory is damaged"); }
    const size_t name = (size_t)little(record + 28, 2), extra = (size_t)little(record + 30, 2);
    *length = CENTRAL + name + extra + (size_t)little(record + 32, 2);
    if (*length > left) { return no_zip(source, "its directory is cut off"); }
    const uint64_t method = little(record + 10, 2);
    if (little(record + 8, 2) & 1) { return no_zip(source, "a member is encrypted"); }
    if (method != 0 && method != 8) { return no_zip(source, "a member is neither stored nor deflated"); }
    if (memchr(record + CENTRAL, 0, name)) { return no_zip(source, "the name of a member has a NUL"); }
    ons_status status = ons_grow((void **)&zip->members, &zip->capacity, zip->count + 1, sizeof *zip->members);
    if (status) { return status; }
    tensor_member *member = &zip->members[zip->count];
    *member = (tensor_member){.header = little(record + 42, 4),
                              .span = {.packed = little(record + 20, 4),
                                       .size = little(record + 24, 4),
                                       .deflated = method == 8,
                                       .crc = (uint32_t)little(record + 16, 4)}};
    status = read_extra(source, record + CENTRAL + name, extra, member);
    if (!status) { status = read_local(source, member, end); }
    if (status) { return status; }
    member->name = ons_copy_part((const char *)record + CENTRAL, name);
    if (!member->name) { return ONS_MEMORY; }
    zip->count++;
    return ONS_OK;
}

static int by_place(const void *a, const void *b) {
    const tensor_member *left = a, *right = b;
    return (left->header > right->header) - (left->header < right->header);
}

static ons_status refuse_overlaps(const tensor_zip *zip, const tensor_source *source) {
    for (size_t k = 1; k < zip->count; k++) {
        const tensor_span *before = &zip->members[k - 1].span;
        if (before->offset + before->packed > zip->members[k].header) { return no_zip(source, "its members overlap"); }
    }
    return ONS_OK;
}

ons_status tensor_zip_read(tensor_zip *zip, const tensor_source *source) {
    directory found = {0};
    uint8_t *records = NULL;
    *zip = (tensor_zip){0};
    ons_status status = find_directory(source, &found);
    if (!status) {
        const tensor_span span = {.offset = found.offset, .packed = found.size, .size = found.size};
        status = tensor_span_load(source, &span, TENSOR_LIST_LIMIT, &records);
    }
    size_t at = 0;
    for (uint64_t k = 0; k < found.count && !status; k++) {
        size_t length = 0;
        status = read_member(zip, source, records + at, (size_t)found.size - at, &length, found.offset);
        at += length;
    }
    free(records);
    if (!status && zip->count > 1) { qsort(zip->members, zip->count, sizeof *zip->members, by_place); }
    if (!status) { status = refuse_overlaps(zip, source); }
    if (status) { tensor_zip_free(zip); }
    return status;
}

void tensor_zip_free(tensor_zip *zip) {
    for (size_t k = 0; k < zip->count; k++) { free(zip->members[k].name); }
    free(zip->members);
    *zip = (tensor_zip){0};
}

static int by_name(const void *a, const void *b) {
    const tensor_member *left = a, *right = b;
    return strcmp(left->name, right->name);
}

void tensor_zip_sort(tensor_zip *zip) {
    if (zip->count > 1) { qsort(zip->members, zip->count, sizeof *zip->members, by_name); }
}

static int key_to_name(const void *key, const void *member) {
    return strcmp(key, ((const tensor_member *)member)->name);
}

const tensor_member *tensor_zip_find(const tensor_zip *zip, const char *name) {
    return zip->count ? bsearch(name, zip->members, zip->count, sizeof *zip->members, key_to_name) : NULL;
}

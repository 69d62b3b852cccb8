/*
 * Parts: writing and reading named arrays (the format is in part.h), and the functions that a system's persist() calls.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_MARKER 0x41525241u /* "ARRA" */
#define END_MARKER 0x2e444e45u   /* "END." */
#define FLUSH_AT ((size_t)1 << 18)

/* The fixed beginning of a header; dimensions, name and digests follow. */
typedef struct header {
    uint32_t marker, name_length, element, flags, rank, zero;
    uint64_t count;
} header;

typedef struct file_header {
    char magic[8];
    uint32_t order, version;
} file_header;

static const file_header expected_file_header = {{'O', 'N', 'S', 'P', 'A', 'R', 'T', '1'}, 0x01020304u, 1u};

#define HEADER_LIMIT (sizeof(header) + LAB_PART_RANK * sizeof(uint64_t) + LAB_PART_NAME + 8 + sizeof(ons_digest))

static size_t padded(size_t count) { return (count + 7) & ~(size_t)7; }

size_t lab_element_size(ons_element element) {
    static const size_t sizes[] = {[ONS_I8] = 1,  [ONS_U8] = 1,  [ONS_I32] = 4, [ONS_U32] = 4,
                                   [ONS_I64] = 8, [ONS_U64] = 8, [ONS_F32] = 4, [ONS_F64] = 8};
    const size_t index = (size_t)element;
    return index < sizeof sizes / sizeof sizes[0] ? sizes[index] : 0;
}

static const char *element_name(ons_element element) {
    static const char *const names[] = {"ONS_I8",  "ONS_U8",  "ONS_I32", "ONS_U32",
                                        "ONS_I64", "ONS_U64", "ONS_F32", "ONS_F64"};
    return lab_element_size(element) ? names[element] : "no element";
}

/* The chain after a header of `count` bytes. */
static ons_digest next_chain(ons_digest chain, const char *bytes, size_t count) {
    char joined[sizeof chain + HEADER_LIMIT];
    memcpy(joined, &chain, sizeof chain);
    memcpy(joined + sizeof chain, bytes, count);
    return ons_digest_bytes(joined, sizeof chain + count);
}

static ons_digest first_chain(void) {
    ons_digest chain;
    _Static_assert(sizeof chain == sizeof(file_header), "the chain begins with the file's header");
    memcpy(&chain, &expected_file_header, sizeof chain);
    return chain;
}

/* ---- writing ------------------------------------------------------------------------------------------------------
 */

static ons_status write_out(ons_part *part, const char *bytes, size_t count) {
    while (count > 0) {
        const ssize_t written = write(part->file, bytes, count < ((size_t)1 << 30) ? count : (size_t)1 << 30);
        if (written < 0 && errno == EINTR) { continue; }
        if (written <= 0) {
            part->status =
                ons_fail(ONS_FAILED, "cannot write '%s': %s", part->path, strerror(written < 0 ? errno : ENOSPC));
            return part->status;
        }
        bytes += written;
        count -= (size_t)written;
    }
    return ONS_OK;
}

static ons_status flush(ons_part *part) {
    if (part->file < 0 || part->bytes.length == 0) { return part->status; }
    if (write_out(part, part->bytes.data, part->bytes.length) == ONS_OK) { ons_text_clear(&part->bytes); }
    return part->status;
}

static ons_status put(ons_part *part, const void *bytes, size_t count) {
    if (count == 0) { return part->status; }
    if (part->file >= 0 && count >= FLUSH_AT) {
        return flush(part) == ONS_OK ? write_out(part, bytes, count) : part->status;
    }
    ons_text_add_bytes(&part->bytes, bytes, count);
    if (part->bytes.failed) { return part->status = ons_fail(ONS_MEMORY, "out of memory while a part is written"); }
    return part->file >= 0 && part->bytes.length >= FLUSH_AT ? flush(part) : ONS_OK;
}

static ons_status put_header(ons_part *part, const header *fixed, const size_t *dimensions, const char *name,
                             ons_digest elements) {
    char bytes[HEADER_LIMIT] = {0};
    size_t length = sizeof *fixed;
    memcpy(bytes, fixed, sizeof *fixed);
    for (uint32_t k = 0; k < fixed->rank; k++, length += sizeof(uint64_t)) {
        const uint64_t dimension = dimensions[k];
        memcpy(bytes + length, &dimension, sizeof dimension);
    }
    memcpy(bytes + length, name, fixed->name_length);
    length += padded(fixed->name_length);
    memcpy(bytes + length, &elements, sizeof elements);
    length += sizeof elements;
    part->chain = next_chain(part->chain, bytes, length);
    const ons_status status = put(part, bytes, length);
    return status == ONS_OK ? put(part, &part->chain, sizeof part->chain) : status;
}

ons_status lab_part_write(ons_part *part, int file, const char *path) {
    *part = (ons_part){.prefix = "", .file = file, .path = path, .chain = first_chain()};
    return put(part, &expected_file_header, sizeof expected_file_header);
}

ons_status lab_part_end(ons_part *part) {
    if (part->status != ONS_OK) { return part->status; }
    const header end = {.marker = END_MARKER, .count = part->arrays_written};
    const ons_status status = put_header(part, &end, NULL, "", ons_digest_bytes("", 0));
    return status == ONS_OK ? flush(part) : status;
}

static ons_status write_array(ons_part *part, const char *name, ons_element element, const void *data, size_t count,
                              unsigned flags, unsigned rank, const size_t *dimensions) {
    static const char zeros[8] = {0};
    const size_t bytes = count * lab_element_size(element);
    const header fixed = {.marker = ARRAY_MARKER,
                          .name_length = (uint32_t)strlen(name),
                          .element = (uint32_t)element,
                          .flags = flags,
                          .rank = rank,
                          .count = count};
    part->arrays_written++;
    if (put_header(part, &fixed, dimensions, name, ons_digest_bytes(bytes ? data : "", bytes)) != ONS_OK ||
        put(part, data, bytes) != ONS_OK) {
        return part->status;
    }
    return put(part, zeros, padded(bytes) - bytes);
}

/* ---- reading ------------------------------------------------------------------------------------------------------
 */

static ons_status torn(const char *what, size_t place) {
    return ons_fail(ONS_FAILED, "torn or altered: %s at byte %zu", what, place);
}

/* The header at *place; advances *place beyond the elements. ONS_DONE at the end of the part. */
static ons_status read_array(const char *bytes, size_t count, size_t *place, ons_digest *chain, lab_array *array,
                             char *name, uint64_t *total) {
    const size_t start = *place;
    header fixed;
    if (count - start < sizeof fixed) { return torn("the end is missing", start); }
    memcpy(&fixed, bytes + start, sizeof fixed);
    if (fixed.marker != ARRAY_MARKER && fixed.marker != END_MARKER) { return torn("no array begins", start); }
    if (fixed.rank > LAB_PART_RANK || fixed.name_length > LAB_PART_NAME) { return torn("an impossible header", start); }
    const size_t length = sizeof fixed + fixed.rank * sizeof(uint64_t) + padded(fixed.name_length) + sizeof(ons_digest);
    if (count - start < length + sizeof *chain) { return torn("the end is missing", start); }
    *chain = next_chain(*chain, bytes + start, length);
    if (memcmp(chain, bytes + start + length, sizeof *chain) != 0) { return torn("a header's digest differs", start); }
    *place = start + length + sizeof *chain;
    if (fixed.marker == END_MARKER) {
        *total = fixed.count;
        return ONS_DONE;
    }
    const size_t size = lab_element_size((ons_element)fixed.element);
    if (size == 0) { return torn("an unknown element", start); }
    if (fixed.count > (count - *place) / size) { return torn("the elements are missing", *place); }
    const size_t room = fixed.count * size;
    ons_digest elements;
    memcpy(&elements, bytes + start + length - sizeof elements, sizeof elements);
    const ons_digest found = ons_digest_bytes(bytes + *place, room);
    if (found.high != elements.high || found.low != elements.low) { return torn("an array's digest differs", *place); }
    if (count - *place < padded(room)) { return torn("the end is missing", *place); }
    for (size_t k = room; k < padded(room); k++) {
        if (bytes[*place + k] != 0) { return torn("the padding is not zero", *place + k); }
    }
    *array = (lab_array){.element = (ons_element)fixed.element,
                         .configuration = (fixed.flags & 1u) != 0,
                         .rank = fixed.rank,
                         .count = fixed.count,
                         .data = bytes + *place};
    for (uint32_t k = 0; k < fixed.rank; k++) {
        uint64_t dimension;
        memcpy(&dimension, bytes + start + sizeof fixed + k * sizeof dimension, sizeof dimension);
        array->dimensions[k] = (size_t)dimension;
    }
    memcpy(name, bytes + start + sizeof fixed + fixed.rank * sizeof(uint64_t), fixed.name_length);
    name[fixed.name_length] = '\0';
    *place += padded(room);
    return ONS_OK;
}

static ons_status read_index(ons_part *part, const char *bytes, size_t count) {
    size_t names_capacity = 0;
    if (count < sizeof expected_file_header || memcmp(bytes, &expected_file_header, sizeof(uint64_t)) != 0) {
        return ons_fail(ONS_FAILED, "this is no part of onsager");
    }
    if (memcmp(bytes, &expected_file_header, sizeof expected_file_header) != 0) {
        return ons_fail(ONS_FAILED, "this part was written by another kind of machine or another version of onsager");
    }
    size_t place = sizeof expected_file_header;
    uint64_t total = 0;
    ons_digest chain = first_chain();
    for (;;) {
        lab_array array;
        char name[LAB_PART_NAME + 1] = "";
        ons_status status = read_array(bytes, count, &place, &chain, &array, name, &total);
        if (status == ONS_DONE) { break; }
        if (status == ONS_OK) {
            status = ons_grow((void **)&part->arrays, &part->capacity, part->count + 1, sizeof *part->arrays);
        }
        if (status == ONS_OK) {
            status = ons_grow((void **)&part->names, &names_capacity, part->count + 1, LAB_PART_NAME + 1);
        }
        if (status != ONS_OK) { return status; }
        memcpy(part->names + part->count * (LAB_PART_NAME + 1), name, sizeof name);
        part->arrays[part->count++] = array;
    }
    if (place != count || total != part->count) { return torn("the end does not fit", place); }
    for (size_t k = 0; k < part->count; k++) { part->arrays[k].name = part->names + k * (LAB_PART_NAME + 1); }
    return ONS_OK;
}

ons_status lab_part_read(ons_part *part, const char *bytes, size_t count) {
    *part = (ons_part){.reading = true, .prefix = "", .file = -1};
    const ons_status status = read_index(part, bytes, count);
    if (status != ONS_OK) { lab_part_close(part); }
    return status;
}

void lab_part_close(ons_part *part) {
    free(part->arrays);
    free(part->names);
    ons_text_free(&part->bytes);
    *part = (ons_part){.file = -1};
}

const lab_array *lab_part_find(ons_part *part, const char *name) {
    /* Arrays are asked for in the order in which they were written, so that the next one is nearly always right. */
    for (size_t k = 0; k < part->count; k++) {
        const size_t index = (part->cursor + k) % part->count;
        if (strcmp(part->arrays[index].name, name) == 0) {
            part->cursor = index + 1;
            return &part->arrays[index];
        }
    }
    return NULL;
}

ons_status lab_part_arrays(const char *bytes, size_t count, ons_status (*function)(void *data, const lab_array *array),
                           void *data) {
    ons_part part;
    ons_status status = lab_part_read(&part, bytes, count);
    if (status != ONS_OK) { return status; }
    for (size_t k = 0; k < part.count && status == ONS_OK; k++) { status = function(data, &part.arrays[k]); }
    lab_part_close(&part);
    return status;
}

/* ---- what persist() calls ------------------------------------------------------------------------------------------
 */

static ons_status shape_text(ons_text *text, unsigned rank, const size_t *dimensions, size_t count) {
    if (rank == 0) { ons_text_add(text, "%zu", count); }
    for (unsigned k = 0; k < rank; k++) { ons_text_add(text, k ? " x %zu" : "%zu", dimensions[k]); }
    return text->failed ? ons_fail(ONS_MEMORY, "out of memory") : ONS_OK;
}

static ons_status refuse_shape(const char *name, const lab_array *stored, unsigned rank, const size_t *dimensions,
                               ons_element element, size_t count) {
    ons_text found = {0}, asked = {0};
    ons_status status = shape_text(&found, stored->rank, stored->dimensions, stored->count);
    if (status == ONS_OK) { status = shape_text(&asked, rank, dimensions, count); }
    if (status == ONS_OK) {
        status = ons_fail(ONS_INVALID, "the stored array '%s' has %s elements of %s, but this state needs %s of %s",
                          name, found.data, element_name(stored->element), asked.data, element_name(element));
    }
    ons_text_free(&found);
    ons_text_free(&asked);
    return status;
}

static ons_status transfer(ons_part *part, const char *name, ons_element element, void *data, size_t count,
                           bool configuration, unsigned rank, const size_t *dimensions) {
    char full[LAB_PART_NAME + 1];
    if (part->status != ONS_OK) { return part->status; }
    const size_t size = lab_element_size(element);
    if (size == 0 || rank > LAB_PART_RANK || count > SIZE_MAX / 16 ||
        (size_t)snprintf(full, sizeof full, "%s%s", part->prefix, name) >= sizeof full) {
        return part->status = ons_fail(ONS_FAILED,
                                       "the array '%.64s' cannot be persisted: names have at most %d bytes, arrays "
                                       "at most %d dimensions",
                                       name, LAB_PART_NAME - 8, LAB_PART_RANK);
    }
    if (!part->reading) {
        if (part->configuration_only && !configuration) { return ONS_OK; }
        return write_array(part, full, element, data, count, configuration, rank, dimensions);
    }
    const lab_array *stored = lab_part_find(part, full);
    if (!stored) { return part->status = ons_fail(ONS_FAILED, "the stored state has no array '%s'", name); }
    bool equal = stored->element == element && stored->count == count && (stored->rank == rank || !configuration);
    for (unsigned k = 0; k < rank && equal; k++) { equal = stored->dimensions[k] == dimensions[k]; }
    if (!equal) { return part->status = refuse_shape(name, stored, rank, dimensions, element, count); }
    if (count > 0) { memcpy(data, stored->data, count * size); }
    return ONS_OK;
}

bool ons_part_reading(const ons_part *part) { return part->reading; }

ons_status ons_persist(ons_part *part, const char *name, ons_element element, void *data, size_t count) {
    return transfer(part, name, element, data, count, false, 0, NULL);
}

ons_status ons_persist_count(ons_part *part, const char *name, size_t *count, size_t limit) {
    uint64_t number = part->reading ? 0 : *count;
    const ons_status status = transfer(part, name, ONS_U64, &number, 1, false, 0, NULL);
    if (status != ONS_OK) { return status; }
    if (number > limit) {
        return part->status = ons_fail(ONS_FAILED, "the stored count '%s' is %llu, at most %zu was expected", name,
                                       (unsigned long long)number, limit);
    }
    *count = (size_t)number;
    return ONS_OK;
}

ons_status ons_persist_random(ons_part *part, const char *name, ons_random *random) {
    uint64_t words[4] = {random->key, random->replica, random->purpose, random->position};
    const ons_status status = transfer(part, name, ONS_U64, words, 4, false, 0, NULL);
    if (status == ONS_OK && part->reading) {
        *random = ons_random_stream(words[0], (uint32_t)words[1], (uint32_t)words[2]);
        ons_random_seek(random, words[3]);
    }
    return status;
}

ons_status ons_persist_configuration(ons_part *part, const char *name, ons_element element, void *data, unsigned rank,
                                     const size_t *dimensions) {
    size_t count = 1;
    if (rank > ONS_RANK) {
        return part->status = ons_fail(ONS_FAILED, "the configuration '%s' has %u dimensions, at most %d can be stored",
                                       name, rank, ONS_RANK);
    }
    for (unsigned k = 0; k < rank; k++) {
        if (dimensions[k] != 0 && count > SIZE_MAX / 16 / dimensions[k]) {
            return part->status = ons_fail(ONS_FAILED, "the array '%s' is too large", name);
        }
        count *= dimensions[k];
    }
    return transfer(part, name, element, data, count, true, rank, dimensions);
}

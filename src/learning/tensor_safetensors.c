/*
 * The header of a safetensors file: eight bytes with its length, JSON with type, shape and place of every tensor.
 * As the format asks, the places must cover the rest of the file without gaps and overlaps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor_file.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

/* As in the reference implementation. */
#define LONGEST_HEADER ((uint64_t)100000000)

static ons_status refuse(const ons_tensor_file *file, const char *name, const char *what) {
    return ons_fail(ONS_INVALID, "%s: tensor '%s': %s", file->source.name, name, what);
}

static ons_status read_type(const ons_tensor_file *file, const char *name, const json_t *value, tensor_entry *entry) {
    static const struct {
        const char *code;
        ons_stored_type type;
    } known[] = {{"BOOL", ONS_STORED_BOOL}, {"U8", ONS_STORED_U8},   {"I8", ONS_STORED_I8},     {"U16", ONS_STORED_U16},
                 {"I16", ONS_STORED_I16},   {"U32", ONS_STORED_U32}, {"I32", ONS_STORED_I32},   {"U64", ONS_STORED_U64},
                 {"I64", ONS_STORED_I64},   {"F16", ONS_STORED_F16}, {"BF16", ONS_STORED_BF16}, {"F32", ONS_STORED_F32},
                 {"F64", ONS_STORED_F64}};
    const char *code = json_string_value(value);
    for (size_t k = 0; code && k < sizeof known / sizeof *known; k++) {
        if (strcmp(known[k].code, code) != 0) { continue; }
        entry->info.type = known[k].type;
        return ONS_OK;
    }
    return ons_fail(ONS_INVALID, "%s: tensor '%s' has type '%s'; expected BOOL, I8 .. U64, F16, BF16, F32 or F64",
                    file->source.name, name, code ? code : "?");
}

static bool natural(const json_t *value, uint64_t *number) {
    if (!json_is_integer(value) || json_integer_value(value) < 0) { return false; }
    *number = (uint64_t)json_integer_value(value);
    return true;
}

static ons_status read_tensor(ons_tensor_file *file, const char *name, const json_t *value, uint64_t data) {
    const json_t *shape = json_object_get(value, "shape"), *place = json_object_get(value, "data_offsets");
    tensor_entry entry = {0};
    uint64_t begin, end, size;
    if (!json_is_object(value) || json_object_size(value) != 3 || !json_is_array(shape) ||
        json_array_size(place) != 2) {
        return refuse(file, name, "expected dtype, shape and data_offsets");
    }
    ons_status status = read_type(file, name, json_object_get(value, "dtype"), &entry);
    if (status) { return status; }
    if (!natural(json_array_get(place, 0), &begin) || !natural(json_array_get(place, 1), &end) || begin > end ||
        end > file->source.size - data) {
        return refuse(file, name, "data_offsets are no part of the file");
    }
    if (json_array_size(shape) > ONS_STORED_RANK) { return refuse(file, name, "more than 8 dimensions"); }
    for (size_t d = 0; d < json_array_size(shape); d++) {
        if (!natural(json_array_get(shape, d), &size)) { return refuse(file, name, "a size is no natural number"); }
        entry.info.shape[entry.info.rank++] = (size_t)size;
    }
    const size_t bytes = ons_stored_type_size(entry.info.type);
    status = tensor_count(file, name, &entry, (end - begin) / bytes);
    if (status) { return status; }
    if (entry.info.count * bytes != end - begin) { return refuse(file, name, "shape and data_offsets do not agree"); }
    entry.span = (tensor_span){.offset = data + begin, .packed = end - begin, .size = end - begin};
    tensor_row_major(&entry);
    return tensor_file_add(file, name, &entry);
}

/* Where a tensor lies. */
typedef struct place {
    uint64_t offset, size;
    const char *name;
} place;

static int by_offset(const void *a, const void *b) {
    const place *left = a, *right = b;
    if (left->offset != right->offset) { return left->offset < right->offset ? -1 : 1; }
    return (left->size > right->size) - (left->size < right->size);
}

static ons_status refuse_gaps(const ons_tensor_file *file, uint64_t data) {
    place *order = ONS_NEW(place, file->count + 1);
    if (!order) { return ONS_MEMORY; }
    for (size_t k = 0; k < file->count; k++) {
        const tensor_entry *entry = &file->entries[k];
        order[k] = (place){entry->span.offset, entry->span.size, entry->name};
    }
    qsort(order, file->count, sizeof *order, by_offset);
    ons_status status = ONS_OK;
    uint64_t at = data;
    for (size_t k = 0; k < file->count && !status; k++) {
        if (order[k].offset != at) {
            status = refuse(file, order[k].name,
                            order[k].offset < at ? "it overlaps with another one" : "there is a gap before it");
        }
        at += order[k].size;
    }
    if (!status && at != file->source.size) {
        status = ons_fail(ONS_INVALID, "%s has %llu bytes that belong to no tensor", file->source.name,
                          (unsigned long long)(file->source.size - at));
    }
    free(order);
    return status;
}

static ons_status read_header(ons_tensor_file *file, json_t *header, uint64_t data) {
    const char *name;
    json_t *value;
    if (!json_is_object(header)) { return ons_fail(ONS_INVALID, "%s: its header is no object", file->source.name); }
    json_object_foreach(header, name, value) {
        if (strcmp(name, "__metadata__") == 0) { continue; }
        const ons_status status = read_tensor(file, name, value, data);
        if (status) { return status; }
    }
    return refuse_gaps(file, data);
}

ons_status tensor_safetensors_read(ons_tensor_file *file) {
    uint8_t head[8], *text;
    uint64_t length = 0;
    json_error_t fault;
    ons_status status = tensor_source_read(&file->source, 0, head, sizeof head);
    if (status) { return status; }
    for (int k = 7; k >= 0; k--) { length = length << 8 | head[k]; }
    if (length > LONGEST_HEADER || length > file->source.size - 8) {
        return ons_fail(ONS_INVALID, "%s: a header of %llu bytes does not fit in a safetensors file of %llu",
                        file->source.name, (unsigned long long)length, (unsigned long long)file->source.size);
    }
    const tensor_span span = {.offset = 8, .packed = length, .size = length};
    status = tensor_span_load(&file->source, &span, LONGEST_HEADER, &text);
    if (status) { return status; }
    json_t *header = json_loadb((const char *)text, (size_t)length, JSON_REJECT_DUPLICATES, &fault);
    free(text);
    if (!header) {
        return ons_fail(ONS_INVALID, "%s: the header of safetensors is damaged at byte %d: %s", file->source.name,
                        fault.position + 8, fault.text);
    }
    file->format = "safetensors";
    status = read_header(file, header, 8 + length);
    json_decref(header);
    return status;
}

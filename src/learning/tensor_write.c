/*
 * Writing of tensors: npy, npz (a zip archive of stored members) and safetensors, each put together in memory and then
 * put in the place of the old file as a whole.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor_file.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "tensors are written as they lie in memory, which must be little-endian"
#endif

static size_t element_count(const ons_stored_info *info) {
    size_t count = 1;
    for (unsigned d = 0; d < info->rank; d++) { count *= info->shape[d]; }
    return count;
}

static size_t byte_count(const ons_stored *tensor) {
    return element_count(&tensor->info) * ons_stored_type_size(tensor->info.type);
}

static void add_little(ons_text *text, uint64_t value, unsigned bytes) {
    uint8_t buffer[8];
    for (unsigned k = 0; k < bytes; k++) { buffer[k] = (uint8_t)(value >> (8 * k)); }
    ons_text_add_bytes(text, buffer, bytes);
}

/* ---- npy and npz ----------------------------------------------------------------------------------------------------
 */

static const char *const codes[] = {
    [ONS_STORED_BOOL] = "|b1", [ONS_STORED_U8] = "|u1",  [ONS_STORED_I8] = "|i1",  [ONS_STORED_U16] = "<u2",
    [ONS_STORED_I16] = "<i2",  [ONS_STORED_U32] = "<u4", [ONS_STORED_I32] = "<i4", [ONS_STORED_U64] = "<u8",
    [ONS_STORED_I64] = "<i8",  [ONS_STORED_F16] = "<f2", [ONS_STORED_BF16] = NULL, [ONS_STORED_F32] = "<f4",
    [ONS_STORED_F64] = "<f8"};

/* Magic, version 1.0, and a header that ends at a multiple of 64 bytes. */
static ons_status add_npy(ons_text *text, const char *path, const ons_stored *tensor) {
    ons_text header = {0};
    if (!codes[tensor->info.type]) {
        return ons_fail(ONS_INVALID, "%s: NumPy has no bf16; write safetensors, or convert '%s' to f32", path,
                        tensor->info.name ? tensor->info.name : "");
    }
    ons_text_add(&header, "{'descr': '%s', 'fortran_order': False, 'shape': (", codes[tensor->info.type]);
    for (unsigned d = 0; d < tensor->info.rank; d++) {
        ons_text_add(&header, "%s%zu%s", d ? ", " : "", tensor->info.shape[d], tensor->info.rank == 1 ? "," : "");
    }
    ons_text_add(&header, "), }");
    while ((header.length + 11) % 64) { ons_text_add(&header, " "); }
    ons_text_add(&header, "\n");
    ons_text_add_bytes(text, "\x93NUMPY\1\0", 8);
    add_little(text, header.length, 2);
    ons_text_add_bytes(text, header.data, header.length);
    ons_text_add_bytes(text, tensor->values, byte_count(tensor));
    const bool failed = header.failed || text->failed;
    ons_text_free(&header);
    return failed ? ons_fail(ONS_MEMORY, "no memory for writing %s", path) : ONS_OK;
}

/* What the local header and the directory say of a member: version, flags, method, time, date, sums and sizes. */
static void add_member(ons_text *text, const ons_text *content, size_t name_length) {
    const uint64_t sum = crc32_z(crc32(0, NULL, 0), (const uint8_t *)content->data, content->length);
    add_little(text, 20, 2);
    add_little(text, 0x800, 2); /* names are UTF-8 */
    add_little(text, 0, 2);
    add_little(text, 0, 2);
    add_little(text, 0x21, 2); /* 1 January 1980: the same bytes at any time */
    add_little(text, sum, 4);
    add_little(text, content->length, 4);
    add_little(text, content->length, 4);
    add_little(text, name_length, 2);
    add_little(text, 0, 2);
}

static ons_status add_npz_member(ons_text *text, ons_text *directory, const char *path, const ons_stored *tensor) {
    ons_text content = {0};
    ons_status status = add_npy(&content, path, tensor);
    char *name = ons_format("%s.npy", tensor->info.name);
    if (!status && !name) { status = ONS_MEMORY; }
    if (!status && content.length + text->length > UINT32_MAX - (1U << 24)) {
        status = ons_fail(ONS_INVALID, "%s would be larger than the 4 GB of an npz file; write safetensors", path);
    }
    if (!status) {
        const size_t offset = text->length, length = strlen(name);
        ons_text_add_bytes(text, "PK\3\4", 4);
        add_member(text, &content, length);
        ons_text_add_bytes(text, name, length);
        ons_text_add_bytes(text, content.data, content.length);
        ons_text_add_bytes(directory, "PK\1\2", 4);
        add_little(directory, 20, 2);
        add_member(directory, &content, length);
        add_little(directory, 0, 2); /* no comment, the first disk, no attributes of the inner and outer kind */
        add_little(directory, 0, 4);
        add_little(directory, 0, 4);
        add_little(directory, offset, 4);
        ons_text_add_bytes(directory, name, length);
    }
    free(name);
    ons_text_free(&content);
    return status;
}

static ons_status put_npz(ons_text *text, const char *path, const ons_stored *tensors, size_t count) {
    ons_text directory = {0};
    ons_status status = count < 0xffff ? ONS_OK : ons_fail(ONS_INVALID, "%s: an npz file holds 65534 arrays", path);
    for (size_t k = 0; k < count && !status; k++) { status = add_npz_member(text, &directory, path, &tensors[k]); }
    if (!status) {
        const size_t offset = text->length;
        if (directory.length) { ons_text_add_bytes(text, directory.data, directory.length); }
        ons_text_add_bytes(text, "PK\5\6", 4);
        add_little(text, 0, 4);
        add_little(text, count, 2);
        add_little(text, count, 2);
        add_little(text, directory.length, 4);
        add_little(text, offset, 4);
        add_little(text, 0, 2);
        if (text->failed || directory.failed) { status = ons_fail(ONS_MEMORY, "no memory for writing %s", path); }
    }
    ons_text_free(&directory);
    return status;
}

/* ---- safetensors ----------------------------------------------------------------------------------------------------
 */

static json_t *describe(const ons_stored *tensor, size_t begin) {
    static const char *const names[] = {
        [ONS_STORED_BOOL] = "BOOL", [ONS_STORED_U8] = "U8",   [ONS_STORED_I8] = "I8",     [ONS_STORED_U16] = "U16",
        [ONS_STORED_I16] = "I16",   [ONS_STORED_U32] = "U32", [ONS_STORED_I32] = "I32",   [ONS_STORED_U64] = "U64",
        [ONS_STORED_I64] = "I64",   [ONS_STORED_F16] = "F16", [ONS_STORED_BF16] = "BF16", [ONS_STORED_F32] = "F32",
        [ONS_STORED_F64] = "F64"};
    const size_t end = begin + byte_count(tensor);
    json_t *shape = json_array();
    for (unsigned d = 0; d < tensor->info.rank; d++) {
        json_array_append_new(shape, json_integer((json_int_t)tensor->info.shape[d]));
    }
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", names[tensor->info.type], "shape", shape, "data_offsets",
                     (json_int_t)begin, (json_int_t)end);
}

static ons_status put_safetensors(ons_text *text, const char *path, const ons_stored *tensors, size_t count) {
    json_t *header = json_object();
    size_t at = 0;
    for (size_t k = 0; k < count; k++) {
        if (json_object_set_new(header, tensors[k].info.name, describe(&tensors[k], at)) != 0) {
            json_decref(header);
            return ons_fail(ONS_INVALID, "%s: the name of tensor %zu is no UTF-8", path, k);
        }
        at += byte_count(&tensors[k]);
    }
    char *written = json_dumps(header, JSON_COMPACT);
    json_decref(header);
    if (!written) { return ons_fail(ONS_MEMORY, "no memory for writing %s", path); }
    const size_t length = strlen(written), padded = (length + 7) / 8 * 8;
    add_little(text, padded, 8);
    ons_text_add_bytes(text, written, length);
    for (size_t k = length; k < padded; k++) { ons_text_add_bytes(text, " ", 1); }
    free(written);
    for (size_t k = 0; k < count; k++) { ons_text_add_bytes(text, tensors[k].values, byte_count(&tensors[k])); }
    return text->failed ? ons_fail(ONS_MEMORY, "no memory for writing %s", path) : ONS_OK;
}

/* ---- the door -------------------------------------------------------------------------------------------------------
 */

static ons_status check_names(const char *path, const ons_stored *tensors, size_t count) {
    for (size_t k = 0; k < count; k++) {
        const char *name = tensors[k].info.name;
        if (!name || !name[0]) { return ons_fail(ONS_INVALID, "%s: tensor %zu has no name", path, k); }
        if (strcmp(name, "__metadata__") == 0 || strchr(name, '\n')) {
            return ons_fail(ONS_INVALID, "%s: '%s' cannot be the name of a tensor", path, name);
        }
        for (size_t l = 0; l < k; l++) {
            if (strcmp(tensors[l].info.name, name) == 0) {
                return ons_fail(ONS_INVALID, "%s: two tensors have the name '%s'", path, name);
            }
        }
    }
    return ONS_OK;
}

ons_status ons_tensor_file_write(const char *path, const ons_stored *tensors, size_t count) {
    const char *ending = strrchr(path, '.');
    const bool npy = ending && strcmp(ending, ".npy") == 0, npz = ending && strcmp(ending, ".npz") == 0;
    ons_text text = {0};
    if (!npy && !npz && !(ending && strcmp(ending, ".safetensors") == 0)) {
        return ons_fail(ONS_INVALID, "%s: tensors are written to files .npy, .npz or .safetensors", path);
    }
    if (npy && count != 1) { return ons_fail(ONS_INVALID, "%s: an npy file holds one array, not %zu", path, count); }
    for (size_t k = 0; k < count; k++) {
        if (tensors[k].info.rank > ONS_STORED_RANK) {
            return ons_fail(ONS_INVALID, "%s: tensor %zu has more than %d dimensions", path, k, ONS_STORED_RANK);
        }
    }
    ons_status status = npy ? ONS_OK : check_names(path, tensors, count);
    if (!status && npy) { status = add_npy(&text, path, tensors); }
    if (!status && npz) { status = put_npz(&text, path, tensors, count); }
    if (!status && !npy && !npz) { status = put_safetensors(&text, path, tensors, count); }
    if (!status) { status = ons_file_replace(path, text.data, text.length); }
    ons_text_free(&text);
    return status;
}

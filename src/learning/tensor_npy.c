/*
 * The header of an npy file (NumPy enhancement proposal 1): magic, version, length, and a Python dictionary with the
 * three keys descr, fortran_order and shape. Objects and records are refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor_file.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_HEADER = 1 << 16 };

/* What is being read: text that ends with a NUL. */
typedef struct header {
    const ons_tensor_file *file;
    const char *name, *at;
    char type[16];
    bool fortran, has_type, has_order, has_shape;
    tensor_entry entry;
} header;

static ons_status refuse(const header *h, const char *what) {
    return ons_fail(ONS_INVALID, "%s: the header of array '%s' is not as NumPy writes it: %s", h->file->source.name,
                    h->name, what);
}

static void skip_blanks(header *h) {
    while (*h->at == ' ' || *h->at == '\n' || *h->at == '\t') { h->at++; }
}

static bool take(header *h, const char *word) {
    skip_blanks(h);
    const size_t length = strlen(word);
    if (strncmp(h->at, word, length) != 0) { return false; }
    h->at += length;
    return true;
}

/* A word in quotes of at most 15 bytes. */
static ons_status take_word(header *h, char word[16]) {
    skip_blanks(h);
    const char quote = *h->at;
    if (quote != '\'' && quote != '"') { return refuse(h, "expected a word in quotes"); }
    const char *end = strchr(h->at + 1, quote);
    const size_t length = end ? (size_t)(end - h->at) - 1 : 16;
    if (length > 15) { return refuse(h, "a word is too long or not closed"); }
    memcpy(word, h->at + 1, length);
    word[length] = 0;
    h->at = end + 1;
    return ONS_OK;
}

static ons_status take_shape(header *h) {
    if (!take(h, "(")) { return refuse(h, "the shape is no tuple"); }
    while (!take(h, ")")) {
        uint64_t size = 0;
        skip_blanks(h);
        if (*h->at < '0' || *h->at > '9') { return refuse(h, "a size of the shape is no natural number"); }
        while (*h->at >= '0' && *h->at <= '9') {
            if (size > (UINT64_C(1) << 56)) { return refuse(h, "a size of the shape is too large"); }
            size = size * 10 + (uint64_t)(*h->at++ - '0');
        }
        if (*h->at == 'L') { h->at++; }
        if (h->entry.info.rank == ONS_STORED_RANK) { return refuse(h, "more than 8 dimensions"); }
        h->entry.info.shape[h->entry.info.rank++] = (size_t)size;
        if (take(h, ",")) { continue; }
        if (!take(h, ")")) { return refuse(h, "the shape is not closed"); }
        break;
    }
    return ONS_OK;
}

static ons_status take_pair(header *h) {
    char key[16];
    ons_status status = take_word(h, key);
    if (status) { return status; }
    if (!take(h, ":")) { return refuse(h, "a key has no value"); }
    if (strcmp(key, "descr") == 0 && !h->has_type) {
        skip_blanks(h);
        if (*h->at == '[') { return refuse(h, "it holds records; expected numbers"); }
        h->has_type = true;
        return take_word(h, h->type);
    }
    if (strcmp(key, "shape") == 0 && !h->has_shape) {
        h->has_shape = true;
        return take_shape(h);
    }
    if (strcmp(key, "fortran_order") == 0 && !h->has_order) {
        h->has_order = true;
        h->fortran = take(h, "True");
        return h->fortran || take(h, "False") ? ONS_OK : refuse(h, "fortran_order is neither True nor False");
    }
    return refuse(h, "keys are descr, fortran_order and shape, once each");
}

static ons_status take_dictionary(header *h) {
    if (!take(h, "{")) { return refuse(h, "it is no dictionary"); }
    while (!take(h, "}")) {
        const ons_status status = take_pair(h);
        if (status) { return status; }
        if (take(h, ",")) { continue; }
        if (!take(h, "}")) { return refuse(h, "the dictionary is not closed"); }
        break;
    }
    skip_blanks(h);
    if (*h->at) { return refuse(h, "something follows the dictionary"); }
    return h->has_type && h->has_shape && h->has_order ? ONS_OK : refuse(h, "a key is missing");
}

static ons_status read_type(header *h) {
    static const struct {
        const char *code;
        ons_stored_type type;
    } known[] = {{"b1", ONS_STORED_BOOL}, {"u1", ONS_STORED_U8},  {"i1", ONS_STORED_I8},  {"u2", ONS_STORED_U16},
                 {"i2", ONS_STORED_I16},  {"u4", ONS_STORED_U32}, {"i4", ONS_STORED_I32}, {"u8", ONS_STORED_U64},
                 {"i8", ONS_STORED_I64},  {"f2", ONS_STORED_F16}, {"f4", ONS_STORED_F32}, {"f8", ONS_STORED_F64}};
    const bool marked = h->type[0] && strchr("<>|=", h->type[0]);
    const char *code = h->type + (marked ? 1 : 0);
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        if (strcmp(known[k].code, code) != 0) { continue; }
        h->entry.info.type = known[k].type;
        h->entry.swapped = h->type[0] == '>';
        return ONS_OK;
    }
    return ons_fail(ONS_INVALID, "%s: array '%s' has type '%s'; expected bool, integers or floats of 1 to 8 bytes",
                    h->file->source.name, h->name, h->type);
}

static void column_major(tensor_entry *entry) {
    size_t stride = 1;
    for (unsigned d = 0; d < entry->info.rank; d++) {
        entry->stride[d] = stride;
        stride *= entry->info.count ? entry->info.shape[d] : 1;
    }
}

/* The text of the header; *length: bytes before the values. */
static ons_status load_header(const ons_tensor_file *file, const char *name, const tensor_span *span, char **text,
                              uint64_t *length) {
    uint8_t head[12];
    tensor_stream stream;
    tensor_span unchecked = *span;
    unchecked.checked = false;
    *text = NULL;
    ons_status status = tensor_stream_open(&stream, &file->source, &unchecked);
    if (!status) { status = tensor_stream_read(&stream, head, 10); }
    if (!status && (memcmp(head, "\x93NUMPY", 6) != 0 || head[6] < 1 || head[6] > 3)) {
        status = ons_fail(ONS_INVALID, "%s: '%s' is no npy array of version 1 to 3", file->source.name, name);
    }
    uint64_t size = 0;
    if (!status) {
        size = (uint64_t)head[8] | (uint64_t)head[9] << 8;
        *length = 10;
        if (head[6] > 1) { status = tensor_stream_read(&stream, head + 10, 2); }
        if (head[6] > 1) { size |= (uint64_t)head[10] << 16 | (uint64_t)head[11] << 24, *length = 12; }
    }
    if (!status && size > LONGEST_HEADER) {
        status = ons_fail(ONS_INVALID, "%s: the header of '%s' has %llu bytes; expected at most %d", file->source.name,
                          name, (unsigned long long)size, LONGEST_HEADER);
    }
    if (!status) {
        *length += size;
        *text = ONS_NEW(char, size + 1);
        status = *text ? tensor_stream_read(&stream, *text, size) : ONS_MEMORY;
    }
    tensor_stream_close(&stream);
    return status;
}

ons_status tensor_npy_read(ons_tensor_file *file, const char *name, const tensor_span *span) {
    char *text;
    header h = {.file = file, .name = name, .entry = {.span = *span}};
    ons_status status = load_header(file, name, span, &text, &h.entry.first);
    h.at = text;
    if (!status) { status = take_dictionary(&h); }
    if (!status) { status = read_type(&h); }
    free(text);
    if (status) { return status; }
    const size_t size = ons_stored_type_size(h.entry.info.type);
    status = tensor_count(file, name, &h.entry, (span->size - h.entry.first) / size);
    if (status) { return status; }
    if (h.entry.first + h.entry.info.count * size != span->size) {
        return ons_fail(ONS_INVALID, "%s: array '%s' has %llu bytes of values; its shape needs %zu", file->source.name,
                        name, (unsigned long long)(span->size - h.entry.first), h.entry.info.count * size);
    }
    if (h.fortran) {
        column_major(&h.entry);
    } else {
        tensor_row_major(&h.entry);
    }
    return tensor_file_add(file, name, &h.entry);
}

/*
 * The zip files of torch.save: the pickle NAME/data.pkl says which tensors there are, NAME/data/KEY holds their values.
 * Several tensors may look at the same storage; none may reach beyond it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor_pickle.h"

#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 32, LONGEST_NAME = 1024, MOST_VISITS = 1000000, LONGEST_PICKLE = 32 << 20 };

typedef struct collection {
    ons_tensor_file *file;
    const tensor_zip *zip;
    const pickle *program;
    const char *folder; /* "NAME/" */
    bool swapped;
    size_t visits;
} collection;

static ons_status refuse(const collection *c, const char *name, const char *what) {
    return ons_fail(ONS_INVALID, "%s: tensor '%s': %s", c->file->source.name, name, what);
}

static ons_status find_span(const collection *c, const char *name, const pickle_value *storage, tensor_entry *entry) {
    char *path =
        ons_format("%sdata/%.*s", c->folder, (int)(storage->count < LONGEST_NAME ? storage->count : LONGEST_NAME),
                   (const char *)c->program->bytes + storage->at);
    if (!path) { return ONS_MEMORY; }
    const tensor_member *member = tensor_zip_find(c->zip, path);
    free(path);
    if (!member) { return refuse(c, name, "its values are missing"); }
    const size_t size = ons_stored_type_size(storage->type);
    if ((uint64_t)storage->integer != member->span.size / size || member->span.size % size) {
        return refuse(c, name, "its storage has another size than it announces");
    }
    entry->span = member->span;
    entry->info.type = storage->type;
    return ONS_OK;
}

static ons_status read_shape(const collection *c, const char *name, const pickle_value *tensor, tensor_entry *entry) {
    const pickle_value *sizes = tensor->items[1], *strides = tensor->items[2];
    if (sizes->count > ONS_STORED_RANK) { return refuse(c, name, "more than 8 dimensions"); }
    if (sizes->count != strides->count) { return refuse(c, name, "as many strides as sizes are needed"); }
    entry->info.rank = (unsigned)sizes->count;
    for (size_t d = 0; d < sizes->count; d++) {
        const pickle_value *size = sizes->items[d], *stride = strides->items[d];
        if (size->kind != PICKLE_INTEGER || size->integer < 0) {
            return refuse(c, name, "a size is no natural number");
        }
        if (stride->kind != PICKLE_INTEGER || stride->integer < 0) {
            return refuse(c, name, "a stride is negative or no number");
        }
        entry->info.shape[d] = (size_t)size->integer;
        entry->stride[d] = (size_t)stride->integer;
    }
    return ONS_OK;
}

/* The last element must lie in the storage. */
static ons_status check_reach(const collection *c, const char *name, tensor_entry *entry, int64_t first,
                              uint64_t elements) {
    if (first < 0 || (uint64_t)first > elements) { return refuse(c, name, "its first element is not in its storage"); }
    uint64_t last = (uint64_t)first;
    for (unsigned d = 0; d < entry->info.rank && entry->info.count > 0; d++) {
        const uint64_t steps = entry->info.shape[d] - 1;
        if (steps > 0 && entry->stride[d] > (elements - last) / steps) {
            return refuse(c, name, "its strides reach beyond its storage");
        }
        last += steps * entry->stride[d];
    }
    if (entry->info.count > 0 && last >= elements) { return refuse(c, name, "it reaches beyond its storage"); }
    entry->first = (uint64_t)first * ons_stored_type_size(entry->info.type);
    return ONS_OK;
}

static ons_status add_tensor(collection *c, const char *name, const pickle_value *tensor) {
    tensor_entry entry = {.swapped = c->swapped};
    const uint64_t elements = (uint64_t)tensor->items[0]->integer;
    ons_status status = find_span(c, name, tensor->items[0], &entry);
    if (!status) { status = read_shape(c, name, tensor, &entry); }
    if (!status) { status = tensor_count(c->file, name, &entry, elements); }
    if (!status) { status = check_reach(c, name, &entry, tensor->integer, elements); }
    return status ? status : tensor_file_add(c->file, name, &entry);
}

/* `name`: what leads to this value; bounded in depth and in all, since values may stand in each other by the memo. */
static ons_status collect(collection *c, const pickle_value *value, char *name, size_t length, unsigned depth) {
    if (++c->visits > MOST_VISITS || depth > DEEPEST) {
        return refuse(c, name, "its dictionaries are nested too deeply");
    }
    if (value->kind == PICKLE_TENSOR) { return add_tensor(c, name, value); }
    const bool named = value->kind == PICKLE_DICTIONARY;
    if (!named && value->kind != PICKLE_LIST && value->kind != PICKLE_TUPLE) { return ONS_OK; }
    ons_status status = ONS_OK;
    for (size_t k = 0; k < value->count && !status; k += named ? 2 : 1) {
        char key[32];
        snprintf(key, sizeof key, "%lld", named ? (long long)value->items[k]->integer : (long long)k);
        const bool text = named && value->items[k]->kind == PICKLE_TEXT;
        const char *word = text ? (const char *)c->program->bytes + value->items[k]->at : key;
        const size_t extra = text ? value->items[k]->count : strlen(key);
        if (length + extra + 2 > LONGEST_NAME) { return refuse(c, name, "a name is longer than 1024 bytes"); }
        size_t at = length;
        if (at) { name[at++] = '.'; }
        memcpy(name + at, word, extra);
        name[at + extra] = 0;
        status = collect(c, value->items[named ? k + 1 : k], name, at + extra, depth + 1);
        if (!status) { name[length] = 0; }
    }
    return status;
}

static ons_status read_order(collection *c) {
    char *path = ons_format("%sbyteorder", c->folder);
    if (!path) { return ONS_MEMORY; }
    const tensor_member *member = tensor_zip_find(c->zip, path);
    uint8_t *bytes = NULL;
    ons_status status = member ? tensor_span_load(&c->file->source, &member->span, 64, &bytes) : ONS_OK;
    c->swapped = bytes && strncmp((const char *)bytes, "big", 3) == 0;
    free(path);
    free(bytes);
    return status;
}

ons_status tensor_pytorch_read(ons_tensor_file *file, tensor_zip *zip, const char *wanted) {
    uint8_t *bytes = NULL;
    pickle_value *result = NULL;
    char name[LONGEST_NAME + 1] = "";
    char *folder = ons_copy_part(wanted, strlen(wanted) - strlen("data.pkl"));
    tensor_zip_sort(zip);
    const tensor_member *member = folder ? tensor_zip_find(zip, wanted) : NULL;
    file->format = "PyTorch";
    if (!member) {
        free(folder);
        return ONS_MEMORY;
    }
    ons_status status = tensor_span_load(&file->source, &member->span, LONGEST_PICKLE, &bytes);
    pickle program = {.file = file->source.name, .bytes = bytes, .size = (size_t)member->span.size};
    collection c = {.file = file, .zip = zip, .program = &program, .folder = folder};
    if (!status) { status = pickle_read(&program, &result); }
    if (!status) { status = read_order(&c); }
    if (!status) { status = collect(&c, result, name, 0, 0); }
    pickle_free(&program);
    free(bytes);
    free(folder);
    return status;
}

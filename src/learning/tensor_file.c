/*
 * Files of tensors: which format it is, the list of tensors, their values in row-major order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ons_status tensor_count(const ons_tensor_file *file, const char *name, tensor_entry *entry, uint64_t limit) {
    uint64_t count = 1;
    bool empty = false;
    for (unsigned d = 0; d < entry->info.rank; d++) { empty = empty || entry->info.shape[d] == 0; }
    for (unsigned d = 0; d < entry->info.rank && !empty; d++) {
        if (entry->info.shape[d] > limit / count) {
            return ons_fail(ONS_INVALID, "%s: tensor '%s' has more elements than the %llu that are there",
                            file->source.name, name, (unsigned long long)limit);
        }
        count *= entry->info.shape[d];
    }
    entry->info.count = empty ? 0 : (size_t)count;
    if (entry->info.count > limit) {
        return ons_fail(ONS_INVALID, "%s: tensor '%s' has %zu elements, %llu are there", file->source.name, name,
                        entry->info.count, (unsigned long long)limit);
    }
    return ONS_OK;
}

void tensor_row_major(tensor_entry *entry) {
    size_t stride = 1;
    for (unsigned d = entry->info.rank; d-- > 0;) {
        entry->stride[d] = stride;
        stride *= entry->info.count ? entry->info.shape[d] : 1;
    }
}

ons_status tensor_file_add(ons_tensor_file *file, const char *name, const tensor_entry *entry) {
    const ons_status status =
        ons_grow((void **)&file->entries, &file->capacity, file->count + 1, sizeof *file->entries);
    if (status) { return status; }
    char *copy = ons_copy(name);
    if (!copy) { return ONS_MEMORY; }
    file->entries[file->count] = *entry;
    file->entries[file->count].name = copy;
    file->entries[file->count++].info.name = copy;
    return ONS_OK;
}

/* ---- which format ---------------------------------------------------------------------------------------------------
 */

static bool ends_with(const char *text, const char *end) {
    const size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static ons_status read_npz(ons_tensor_file *file, const tensor_zip *zip) {
    ons_status status = ONS_OK;
    file->format = "npz";
    for (size_t k = 0; k < zip->count && !status; k++) {
        const tensor_member *member = &zip->members[k];
        if (!ends_with(member->name, ".npy")) {
            return ons_fail(ONS_INVALID, "%s: '%s' is no array; expected members NAME.npy, or the data.pkl of PyTorch",
                            file->source.name, member->name);
        }
        char *name = ons_copy_part(member->name, strlen(member->name) - 4);
        tensor_span span = member->span;
        span.checked = true;
        status = name ? tensor_npy_read(file, name, &span) : ONS_MEMORY;
        free(name);
    }
    return status;
}

static ons_status read_zip(ons_tensor_file *file) {
    tensor_zip zip;
    char *pickle = NULL;
    ons_status status = tensor_zip_read(&zip, &file->source);
    if (status) { return status; }
    for (size_t k = 0; k < zip.count; k++) {
        const char *name = zip.members[k].name;
        const bool found = strcmp(name, "data.pkl") == 0 || ends_with(name, "/data.pkl");
        if (found && !pickle && !(pickle = ons_copy(name))) { status = ONS_MEMORY; }
    }
    if (!status) { status = pickle ? tensor_pytorch_read(file, &zip, pickle) : read_npz(file, &zip); }
    free(pickle);
    tensor_zip_free(&zip);
    return status;
}

static ons_status read_list(ons_tensor_file *file) {
    uint8_t head[9] = {0};
    const size_t length = file->source.size < sizeof head ? (size_t)file->source.size : sizeof head;
    const ons_status status = tensor_source_read(&file->source, 0, head, length);
    if (status) { return status; }
    if (memcmp(head, "\x93NUMPY", 6) == 0) {
        const tensor_span span = {.packed = file->source.size, .size = file->source.size};
        file->format = "npy";
        return tensor_npy_read(file, "", &span);
    }
    if (memcmp(head, "PK", 2) == 0) { return read_zip(file); }
    if (length == sizeof head && head[8] == '{') { return tensor_safetensors_read(file); }
    if (head[0] == 0x80 && head[1] >= 2 && head[1] <= 5) {
        return ons_fail(
            ONS_INVALID,
            "%s is a bare pickle (torch.save before PyTorch 1.6, or another program); expected the zip file "
            "of a newer torch.save, or safetensors",
            file->source.name);
    }
    return ons_fail(ONS_INVALID, "%s is no npy, npz, safetensors or PyTorch file", file->source.name);
}

/* ---- open and close -------------------------------------------------------------------------------------------------
 */

static ons_status open_source(ons_tensor_file **out, ons_tensor_file *file) {
    ons_status status = file->source.name ? read_list(file) : ONS_MEMORY;
    if (status) {
        ons_tensor_file_close(file);
        file = NULL;
    }
    *out = file;
    return status;
}

ons_status ons_tensor_file_open_memory(ons_tensor_file **file, const char *name, const void *bytes, size_t count) {
    *file = NULL;
    ons_tensor_file *fresh = ONS_NEW(ons_tensor_file, 1);
    if (!fresh) { return ONS_MEMORY; }
    fresh->source = (tensor_source){.descriptor = -1, .memory = bytes, .size = count, .name = ons_copy(name)};
    return open_source(file, fresh);
}

ons_status ons_tensor_file_open(ons_tensor_file **file, const char *path) {
    struct stat about;
    *file = NULL;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 || fstat(descriptor, &about) != 0) {
        const int code = errno;
        if (descriptor >= 0) { close(descriptor); }
        return ons_fail(ONS_INVALID, "%s cannot be opened: %s", path, strerror(code));
    }
    if (!S_ISREG(about.st_mode)) {
        close(descriptor);
        return ons_fail(ONS_INVALID, "%s is no file; expected npy, npz, safetensors or the zip file of PyTorch", path);
    }
    ons_tensor_file *fresh = ONS_NEW(ons_tensor_file, 1);
    if (!fresh) {
        close(descriptor);
        return ONS_MEMORY;
    }
    fresh->source = (tensor_source){.descriptor = descriptor, .size = (uint64_t)about.st_size, .name = ons_copy(path)};
    return open_source(file, fresh);
}

void ons_tensor_file_close(ons_tensor_file *file) {
    if (!file) { return; }
    for (size_t k = 0; k < file->count; k++) { free(file->entries[k].name); }
    if (file->source.descriptor >= 0) { close(file->source.descriptor); }
    free(file->entries);
    free(file->source.name);
    free(file);
}

const char *ons_tensor_file_format(const ons_tensor_file *file) { return file->format; }

size_t ons_tensor_file_count(const ons_tensor_file *file) { return file->count; }

const ons_stored_info *ons_tensor_file_info(const ons_tensor_file *file, size_t index) {
    return &file->entries[index].info;
}

ons_status ons_tensor_file_find(const ons_tensor_file *file, const char *name, size_t *index) {
    for (size_t k = 0; k < file->count; k++) {
        if (strcmp(file->entries[k].info.name, name) == 0) {
            *index = k;
            return ONS_OK;
        }
    }
    const char **names = ONS_NEW(const char *, file->count + 1);
    if (!names) { return ONS_MEMORY; }
    for (size_t k = 0; k < file->count; k++) { names[k] = file->entries[k].info.name; }
    const char *near = ons_nearest(name, names, file->count);
    const ons_status status = ons_fail(ONS_INVALID, "%s has no tensor '%s'%s%s%s", file->source.name, name,
                                       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    free(names);
    return status;
}

/* ---- values ---------------------------------------------------------------------------------------------------------
 */

/* To floats or to doubles. */
typedef struct target {
    float *floats;
    double *doubles;
} target;

static void convert(const tensor_entry *entry, const uint8_t *from, size_t count, target to, size_t at) {
    if (to.floats) {
        tensor_to_float(entry->info.type, entry->swapped, from, count, to.floats + at);
    } else {
        tensor_to_double(entry->info.type, entry->swapped, from, count, to.doubles + at);
    }
}

static bool in_order(const tensor_entry *entry) {
    tensor_entry plain = *entry;
    tensor_row_major(&plain);
    for (unsigned d = 0; d < entry->info.rank; d++) {
        if (entry->info.shape[d] > 1 && plain.stride[d] != entry->stride[d]) { return false; }
    }
    return true;
}

/* Values that lie one after the other: read in pieces. */
static ons_status read_straight(tensor_stream *stream, const tensor_entry *entry, target to) {
    uint64_t piece[4096];
    const size_t size = ons_stored_type_size(entry->info.type), most = sizeof piece / size;
    for (size_t at = 0; at < entry->info.count;) {
        const size_t some = entry->info.count - at < most ? entry->info.count - at : most;
        const ons_status status = tensor_stream_read(stream, piece, some * size);
        if (status) { return status; }
        convert(entry, (const uint8_t *)piece, some, to, at);
        at += some;
    }
    return ONS_OK;
}

/* Values in another order (transposed, a part of a larger array): all that they span is read, then gathered. */
static ons_status read_scattered(tensor_stream *stream, const tensor_entry *entry, target to) {
    const size_t size = ons_stored_type_size(entry->info.type);
    size_t extent = 1, index[ONS_STORED_RANK] = {0};
    for (unsigned d = 0; d < entry->info.rank; d++) { extent += (entry->info.shape[d] - 1) * entry->stride[d]; }
    uint8_t *all = ONS_NEW(uint8_t, extent * size);
    if (!all) { return ONS_MEMORY; }
    const ons_status status = tensor_stream_read(stream, all, extent * size);
    for (size_t k = 0; k < entry->info.count && !status; k++) {
        size_t place = 0;
        for (unsigned d = 0; d < entry->info.rank; d++) { place += index[d] * entry->stride[d]; }
        convert(entry, all + place * size, 1, to, k);
        for (unsigned d = entry->info.rank; d-- > 0;) {
            if (++index[d] < entry->info.shape[d]) { break; }
            index[d] = 0;
        }
    }
    free(all);
    return status;
}

static ons_status read_values(ons_tensor_file *file, size_t index, target to) {
    tensor_stream stream;
    if (index >= file->count) {
        return ons_fail(ONS_INVALID, "%s has %zu tensors; there is no number %zu", file->source.name, file->count,
                        index);
    }
    const tensor_entry *entry = &file->entries[index];
    if (entry->info.count == 0) { return ONS_OK; }
    ons_status status = tensor_stream_open(&stream, &file->source, &entry->span);
    if (!status) { status = tensor_stream_read(&stream, NULL, entry->first); }
    if (!status) { status = in_order(entry) ? read_straight(&stream, entry, to) : read_scattered(&stream, entry, to); }
    tensor_stream_close(&stream);
    return status;
}

ons_status ons_tensor_file_float(ons_tensor_file *file, size_t index, float *values) {
    return read_values(file, index, (target){.floats = values});
}

ons_status ons_tensor_file_double(ons_tensor_file *file, size_t index, double *values) {
    return read_values(file, index, (target){.doubles = values});
}

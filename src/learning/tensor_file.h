/*
 * Inside learning: bytes of a file of tensors, zip archives, and what the readers of the formats fill.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_TENSOR_FILE_H
#define LEARNING_TENSOR_FILE_H

#include <onsager/learning/tensor_file.h>

#include <zlib.h>

/* The most bytes of a list of tensors (the header of safetensors, a pickle, the directory of a zip) that are read. */
#define TENSOR_LIST_LIMIT ((uint64_t)256 << 20)

/* A file, or bytes in memory. */
typedef struct tensor_source {
    int descriptor; /* -1: memory */
    const uint8_t *memory;
    uint64_t size;
    char *name; /* for messages */
} tensor_source;

ons_status tensor_source_read(const tensor_source *source, uint64_t offset, void *to, size_t count);

/* A piece of a file: stored as it is, or deflated. */
typedef struct tensor_span {
    uint64_t offset, packed, size; /* `packed` bytes at `offset` that give `size` bytes */
    bool deflated, checked;        /* checked: its CRC-32 is looked at when all of it was read */
    uint32_t crc;
} tensor_span;

/* Reads a span from its beginning to its end. */
typedef struct tensor_stream {
    const tensor_source *source;
    tensor_span span;
    uint64_t taken, given; /* packed bytes read, unpacked bytes handed out */
    uint32_t crc;
    bool inflating;
    z_stream inflater;
    uint8_t input[16384];
} tensor_stream;

ons_status tensor_stream_open(tensor_stream *stream, const tensor_source *source, const tensor_span *span);
/* The next `count` bytes; to == NULL: passed over. */
ons_status tensor_stream_read(tensor_stream *stream, void *to, uint64_t count);
void tensor_stream_close(tensor_stream *stream);
/* All of a span in fresh memory, which is taken only if `size` is at most `limit`. */
ons_status tensor_span_load(const tensor_source *source, const tensor_span *span, uint64_t limit, uint8_t **bytes);

/* The members of a zip archive, in ascending order of their place. */
typedef struct tensor_member {
    char *name;
    tensor_span span;
    uint64_t header; /* where its local header stands */
} tensor_member;

typedef struct tensor_zip {
    tensor_member *members;
    size_t count, capacity;
} tensor_zip;

ons_status tensor_zip_read(tensor_zip *zip, const tensor_source *source);
void tensor_zip_free(tensor_zip *zip);
/* Puts the members in the order of their names, in which they are found. */
void tensor_zip_sort(tensor_zip *zip);
/* NULL: none of this name. The members must be sorted. */
const tensor_member *tensor_zip_find(const tensor_zip *zip, const char *name);

/* A tensor and where its values are. */
typedef struct tensor_entry {
    ons_stored_info info;
    char *name; /* info.name, owned */
    tensor_span span;
    uint64_t first;                 /* bytes of the span before its first element */
    size_t stride[ONS_STORED_RANK]; /* in elements */
    bool swapped;                   /* big-endian */
} tensor_entry;

struct ons_tensor_file {
    tensor_source source;
    const char *format;
    tensor_entry *entries;
    size_t count, capacity;
};

/* Adds a tensor after its shape was checked against its span: takes a copy of the name. The strides of a tensor whose
 * values lie one after the other come from tensor_row_major. */
ons_status tensor_file_add(ons_tensor_file *file, const char *name, const tensor_entry *entry);
/* Sets info.count to the product of the shape; ONS_INVALID when it is more than `limit`. */
ons_status tensor_count(const ons_tensor_file *file, const char *name, tensor_entry *entry, uint64_t limit);
void tensor_row_major(tensor_entry *entry);

ons_status tensor_npy_read(ons_tensor_file *file, const char *name, const tensor_span *span);
ons_status tensor_safetensors_read(ons_tensor_file *file);
/* `pickle`: the name of the member ".../data.pkl". Sorts the members. */
ons_status tensor_pytorch_read(ons_tensor_file *file, tensor_zip *zip, const char *pickle);

/* Elements of a file as numbers. */
void tensor_to_double(ons_stored_type type, bool swapped, const uint8_t *from, size_t count, double *to);
void tensor_to_float(ons_stored_type type, bool swapped, const uint8_t *from, size_t count, float *to);

#endif

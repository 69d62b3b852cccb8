/*
 * Inside learning: what the reading of a pickle leaves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_TENSOR_PICKLE_H
#define LEARNING_TENSOR_PICKLE_H

#include "tensor_file.h"

typedef enum pickle_kind {
    PICKLE_NONE, /* None, and what is of no interest */
    PICKLE_MARK,
    PICKLE_INTEGER, /* also booleans */
    PICKLE_TEXT,
    PICKLE_TUPLE,
    PICKLE_LIST,
    PICKLE_DICTIONARY, /* keys and values in turn */
    PICKLE_GLOBAL,
    PICKLE_STORAGE,
    PICKLE_TENSOR
} pickle_kind;

typedef struct pickle_value {
    pickle_kind kind;
    int global;                  /* PICKLE_GLOBAL: its place in the list of what is known */
    int64_t integer;             /* PICKLE_STORAGE: its number of elements; PICKLE_TENSOR: its first element */
    size_t at, count;            /* PICKLE_TEXT: bytes of the pickle */
    struct pickle_value **items; /* of tuples, lists and dictionaries; a tensor: storage, sizes, strides */
    size_t capacity;
    ons_stored_type type; /* PICKLE_STORAGE */
} pickle_value;

typedef struct pickle {
    const char *file; /* for messages */
    const uint8_t *bytes;
    size_t size, at;
    pickle_value **stack, **memo, **values; /* `values` owns them all */
    size_t depth, stack_capacity, memo_count, memo_capacity, count, capacity;
} pickle;

/* Reads a pickle; *result is its value. Only the words of state dictionaries are understood. */
ons_status pickle_read(pickle *p, pickle_value **result);
void pickle_free(pickle *p);

#endif

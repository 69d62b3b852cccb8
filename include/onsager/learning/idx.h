/*
 * learning/idx: arrays of bytes in the idx format of the MNIST digits (LeCun, Cortes and Burges), plain or gzipped.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_IDX_H
#define ONSAGER_LEARNING_IDX_H

#include <onsager/base.h>
#include <stdint.h>

/* The most dimensions that are read. */
#define ONS_IDX_DIMENSIONS 4

/* An array in row-major order: dimension 0 counts the examples. */
typedef struct {
    int dimensions;
    size_t shape[ONS_IDX_DIMENSIONS]; /* 1 beyond `dimensions` */
    size_t count;                     /* the product of the shape */
    uint8_t *values;
} ons_idx;

/* Reads unsigned bytes (type 0x08) from `path`. ONS_INVALID with a message that names the file: what cannot be
 * opened, other types, no or more than four dimensions, a shape that the file does not fill or overfills, a broken gzip
 * stream. Memory is taken only after the size of the content is known to be `limit` bytes at most. */
ONS_API ons_status ons_idx_read(const char *path, size_t limit, ons_idx *idx);

ONS_API void ons_idx_free(ons_idx *idx);

#endif

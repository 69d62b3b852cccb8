/*
 * Patterns that a user brings: text, .npy (NumPy) and idx (MNIST).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_PATTERN_FILE_H
#define ONSAGER_SYSTEMS_PATTERN_FILE_H

#include <onsager/system.h>

typedef struct pattern_file {
    size_t count, sites;
    size_t columns; /* of the image that a pattern is; 0: the file has no images */
    bool blanks;    /* whether an entry is 0 */
    int8_t *entry;  /* [count][sites]: -1, 0, 1 */
} pattern_file;

/* Text: a pattern a line, entries -1, 0, 1 (or + and -) with blanks or commas between them or none, # begins a comment.
 * A name that ends in .npy: an array [pattern][site] or [pattern][row][column] of -1, 0, 1. One that holds `idx`, as in
 * train-images-idx3-ubyte.gz: grey levels, 1 from 128 on, else -1. ONS_INVALID with the file and place: patterns of
 * unequal length, other numbers, broken files. */
ons_status pattern_file_read(pattern_file *file, const char *path);
void pattern_file_close(pattern_file *file);

#endif

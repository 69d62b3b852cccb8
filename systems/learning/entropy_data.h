/*
 * Observations of several numbers, one observation a line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_ENTROPY_DATA_H
#define ONSAGER_SYSTEMS_ENTROPY_DATA_H

#include <onsager/base.h>

typedef struct entropy_data {
    size_t rows;
    double *values; /* [rows][columns] */
} entropy_data;

/* Numbers separated by blanks, tabs, commas or semicolons, # begins a comment. ONS_INVALID with the line: a word that
 * is no finite number, another count than `columns`, no observation. */
ons_status entropy_data_read(const char *path, size_t columns, entropy_data *data);
void entropy_data_free(entropy_data *data);

#endif

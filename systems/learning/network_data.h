/*
 * Inside the system `network`: examples to learn from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef NETWORK_DATA_H
#define NETWORK_DATA_H

#include <onsager/system.h>

/* Examples in rows: the first `train` of them to learn from, the rest to be judged by. Labels of `classes`, or values.
 */
typedef struct network_data {
    size_t count, train, inputs, outputs; /* outputs: classes, or values */
    bool labelled;
    float *x;       /* [count][inputs] */
    int32_t *label; /* [count] when labelled */
    float *y;       /* [count][outputs]: values, or 1 at the label */
} network_data;

/* What the parameters `data`, `labels`, `train` and `test` ask for: sizes only, and whether the files fit. */
ons_status network_data_check(const ons_parameters *p, network_data *sizes);
/* The examples themselves; the ones that are made, and the choice and order of those in a file, come from `random`. */
ons_status network_data_make(const ons_parameters *p, ons_random *random, network_data *data);
void network_data_free(network_data *data);

#endif

/*
 * Inside learning: stages of a run, and loops over tiles of rows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_SCHEDULE_H
#define LEARNING_SCHEDULE_H

#include "rows.h"

struct stage {
    int32_t *values; /* in order */
    int32_t count;
    struct loop *loop; /* NULL: whole operations */
};

struct schedule {
    struct stage *stages;
    int32_t count, *order;
    int64_t rows;
    row_rule *rules; /* of the program's values */
    bool *kept;      /* values of loops that have memory of their own */
};

ons_status loop_create(const ons_program *program, const struct stage *stage, struct loop **loop);
bool loop_run(ons_program *program, struct loop *loop);
void loop_free(struct loop *loop);

#endif

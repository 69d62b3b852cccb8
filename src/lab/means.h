/*
 * Inside the laboratory: the means of the MEAN observables of a task, as derived quantities see them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_MEANS_H
#define ONSAGER_LAB_MEANS_H

#include "replica.h"

struct ons_means {
    const lab_task *task;
    const lab_layout *layout;
    const double *values; /* [layout->means] */
    bool *used;           /* [observables]: set when a derived quantity asks for it; may be NULL */
};

#endif

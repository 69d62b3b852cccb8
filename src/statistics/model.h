/*
 * Inside the room: models, whitened points, and the search for a start.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_STATISTICS_MODEL_H
#define ONSAGER_STATISTICS_MODEL_H

#include "inside.h"

#include <onsager/fit.h>

#define MODEL_NAMES (ONS_MODEL_PARAMETERS + 2)

struct ons_model {
    char *text;
    ons_expression *expression;
    size_t count;                       /* parameters */
    size_t place[ONS_MODEL_PARAMETERS]; /* their places among the names of the expression */
};

/* Points with the root of their weights: residuals r become root * r, which are independent. */
typedef struct statistics_whitened {
    const ons_points *points;
    double *root;  /* [count][count], or NULL: 1/errors */
    double *share; /* [count] or NULL: the variances of the whitened residuals, 1 but for raised eigenvalues */
    size_t raised;
} statistics_whitened;
ons_status statistics_whiten(const ons_points *points, statistics_whitened *white);
void statistics_whitened_free(statistics_whitened *white);
/* out <- root * in; different memory. */
void statistics_whitened_apply(const statistics_whitened *white, const double *in, double *out);

/* Values for the parameters that are NaN in start: up to `most` candidates, the best first, [most][count]. Returns how
 * many; 0: the model is nowhere finite. */
ons_status statistics_model_start(const ons_model *model, const statistics_whitened *white, const double *start,
                                  size_t most, double *candidates, size_t *found);

#endif

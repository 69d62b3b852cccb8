/*
 * Inside the laboratory: the weight of a state as its task declares it (ons_plan_weight), ready to be evaluated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_WEIGHT_H
#define ONSAGER_LAB_WEIGHT_H

#include "task.h"

#include <onsager/samples.h>

/* Where the value of a name in an expression comes from. */
typedef struct lab_weight_place {
    bool is_x;
    size_t component; /* SIZE_MAX: a constant */
    double constant;
} lab_weight_place;

typedef struct lab_formula {
    ons_expression *expression;
    size_t count;
    lab_weight_place *places; /* [count] */
    double *values;           /* [count] */
} lab_formula;

typedef struct lab_weight {
    size_t terms;
    double extent;
    lab_formula coefficient[LAB_TERMS], feature[LAB_TERMS];
} lab_weight;

/* The weight of a task, from the archive or else from the job (may be NULL), with parameter `x` free.
 * names[components]: of the rows that features are taken of. ONS_INVALID: none is declared, or it does not depend on x.
 */
ons_status lab_weight_open(lab_weight *weight, const ons_task_samples *task, const ons_task_result *result,
                           const ons_job *job, const char *x, const char *const *names, size_t components);
/* Whether x stands in a feature, so that observables which depend on it by themselves cannot be reweighted. */
bool lab_weight_is_explicit(const lab_weight *weight);
void lab_weight_close(lab_weight *weight);
/* coefficients[terms] at a value of x, times the extent. */
void lab_weight_coefficients(lab_weight *weight, double x, double *coefficients);
/* features[terms] of a row that was sampled at that x. */
void lab_weight_features(lab_weight *weight, double x, const double *row, double *features);

#endif

/*
 * Inside the laboratory: what builds curves of results.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_CURVES_H
#define ONSAGER_LAB_CURVES_H

#include "results.h"

#include <onsager/analysis.h>
#include <onsager/samples.h>

/* The numbers of "16", "[16]" or "[2.0,2.5]": *values is allocated. `what` begins the message: "crossings". */
ons_status lab_numbers_of(const char *what, const char *name, const char *text, double **values, size_t *count);
/* One number: of an array all elements must be equal ([16,16] counts as 16). */
ons_status lab_number_of(const char *what, const char *name, const char *text, double *value);
/* ONS_INVALID with the nearest name when no task has this parameter. */
ons_status lab_check_parameter(const ons_results *results, const char *name);
/* Whether the user gave the parameter in any task: then it has a line in the canonical text. What only follows its
 * default, as clusters = L/2 does, may differ. */
bool lab_is_given(const ons_results *results, const char *name);

/* Where two curves cross; `together`: points of one curve come from the same replicas, and no covariance tells how. */
ons_status lab_cross_curves(const ons_points *first, const ons_points *second, bool together, ons_crossing *crossing);
/* All points of curves in one list with their sizes (`by`); *memory is released with free(). */
ons_status lab_join_curves(const ons_curves *curves, ons_points *points, double **sizes, void **memory);

/* The samples of an archive, opened when they are wanted first. */
typedef struct lab_joint_source {
    const char *path;
    ons_samples *samples;
} lab_joint_source;
void lab_joint_source_close(lab_joint_source *source);
/* The joint covariance of the points of a curve: places [2][count], the tasks, then the components of the quantity.
 * *covariance stays NULL where every point is of its own task, or where it cannot be known; then *note says why. */
ons_status lab_joint_errors(lab_joint_source *source, const ons_results *results, const char *quantity, size_t count,
                            const size_t *places, const double *errors, double **covariance, double *freedom,
                            char **note);

#endif

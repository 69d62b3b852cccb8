/*
 * Inside physics_informed: its state, and one recorded loss.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_PHYSICS_INFORMED_H
#define LEARNING_PHYSICS_INFORMED_H

#include <onsager/learning/physics_informed.h>
#include <onsager/learning/program.h>

enum { INFORMED_LEVELS = 4, INFORMED_CHUNK = 256 };

/* What one program reads (ONS_NO_TENSOR: nothing of the kind). */
typedef struct informed_pass {
    ons_program *program;
    size_t slices;
    ons_tensor points, initial, target, start, epsilon, direction;
} informed_pass;

/* What the training passes give, in this order. */
enum { PASS_LOSS, PASS_GRADIENT, PASS_WEIGHTS, PASS_LOSSES, PASS_INITIAL, PASS_OUTPUTS };
/* What a pass is for. */
typedef enum informed_purpose { INFORMED_TRAIN, INFORMED_LOOK, INFORMED_CURVATURE } informed_purpose;

struct ons_informed {
    ons_informed_problem problem;
    ons_informed_options options;
    size_t count;
    void *parameters;
    informed_pass train[INFORMED_LEVELS]; /* all slices, half of them ... */
    informed_pass look, curvature;
    uint64_t level, levels;
    ons_optimiser *optimiser;
    ons_lbfgs *lbfgs;
    uint64_t forget; /* L-BFGS does not know the present parameters */
    ons_random random;
    double *grid;  /* [points_t + points_x]: times, places */
    double *start; /* [start_count] */
    size_t start_count;
    double epsilon, loss, least;
    char name[64]; /* of the array that was asked for last */
};

/* What residuals are made of: partials and operators. */
static inline size_t informed_derivatives(const ons_informed *informed) {
    return informed->problem.partials_count + informed->problem.operators_count;
}

/* Records the loss over the first `slices` slices (or the fields at some points) and makes its program. The first one
 * also draws the parameters. */
ons_status informed_record(ons_informed *informed, informed_purpose purpose, size_t slices, uint64_t key,
                           uint32_t replica, informed_pass *pass);
void informed_put(const ons_informed *informed, const informed_pass *pass, ons_tensor tensor, const double *values,
                  size_t count);
/* values[k] = output `index` of the pass, as double. */
void informed_take(const ons_informed *informed, const informed_pass *pass, size_t index, size_t count, double *values);
/* Times and places of an iteration; `fixed`: of the fixed kind. */
void informed_draw(ons_informed *informed, bool fixed);
/* Runs the loss of a pass at the points of the grid. */
ons_status informed_run(ons_informed *informed, const informed_pass *pass);

#endif

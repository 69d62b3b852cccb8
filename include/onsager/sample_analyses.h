/*
 * sample_analyses: what can be made of the samples of an archive after the run: reweighting, bootstrap, re-binning,
 * autocorrelation, histograms. All of them take open results and samples of the same archive, and the bound job that
 * made it where a derived quantity is asked for (or, in older archives, the weight of a state); NULL without.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SAMPLE_ANALYSES_H
#define ONSAGER_SAMPLE_ANALYSES_H

#include <onsager/reweight.h>
#include <onsager/samples.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_archive_view {
    const ons_results *results;
    ons_samples *samples;
    const ons_job *job; /* NULL: not at hand */
} ons_archive_view;

/* Rows of a replica: its stored series where there is one, else its record, thinned evenly to at most `most` rows.
 * *rows [*count][components] is allocated; *stride: samples from one row to the next. `index`: of the task in the
 * archive. */
ONS_API ons_status ons_samples_rows(ons_samples *samples, size_t index, const ons_task_samples *task, size_t replica,
                                    size_t most, double **rows, size_t *count, uint64_t *stride);

/* ---- reweighting ---------------------------------------------------------------------------------------------------
 */

/* A quantity against parameter `x`, from all tasks that differ in x alone: one such curve. */
typedef struct ons_reweighting {
    size_t task;     /* the first of its tasks in the results; its other parameters are those of the curve */
    size_t states;   /* tasks, or elements of a ladder */
    double *state_x; /* [states] where was simulated, ascending */
    size_t rows;     /* samples used, of all states */
    double overlap;  /* the smallest between neighbouring states (ons_mbar_overlap, the smaller of both ways); NaN: one
                        state */
    size_t targets;  /* points asked for */
    double *x;       /* [targets] */
    size_t size;     /* numbers of the quantity */
    ons_estimate *estimates;                 /* [targets][size] */
    double *free_energy, *free_energy_error; /* [targets] -ln Z(x) + ln Z(state_x[0]); NaN for quenched disorder */
    double *state_free_energy, *state_free_energy_error; /* [states] the same at the states */
} ons_reweighting;

/* `x`: a real parameter that the weight of a state depends on; where it is an array, each task is a ladder and a curve
 * of its own. Replicas that are samples of a disorder are reweighted one by one and then averaged. *curves [*count] is
 * allocated. ONS_INVALID: no such parameter or quantity; a weight that is not declared or does not depend on x; no
 * records. Cost: see ons_mbar_create; at most 2^21 numbers rows x states a curve. */
ONS_API ons_status ons_results_reweight(const ons_archive_view *view, const char *quantity, const char *x,
                                        const double *at, size_t count, ons_reweighting **curves, size_t *curve_count);
ONS_API void ons_reweightings_free(ons_reweighting *curves, size_t count);

#ifdef __cplusplus
}
#endif
#endif

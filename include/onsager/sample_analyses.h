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
    double overlap;  /* the smallest of neighbouring states: how much less likely a sample of one is under the other,
                        from  0 to 1 (the same); from ons_mbar_overlap, the smaller of both ways; NaN: one state */
    size_t targets;  /* points asked for */
    double *x;       /* [targets] */
    size_t size;     /* numbers of the quantity */
    ons_estimate *estimates;                 /* [targets][size] */
    double *free_energy, *free_energy_error; /* [targets] -ln Z(x) + ln Z(state_x[0]); NaN for quenched disorder */
    double *state_free_energy, *state_free_energy_error; /* [states] the same at the states */
    double *exact; /* [targets][size] what the system knows of the quantity there, NaN where nothing; NULL: nowhere */
    char *exact_source; /* "Kaufman 1949" */
} ons_reweighting;

/* `x`: a real parameter that the weight of a state depends on; where it is an array, each task is a ladder and a curve
 * of its own. Replicas that are samples of a disorder are reweighted one by one and then averaged. *curves [*count] is
 * allocated. ONS_INVALID: no such parameter or quantity; a weight that is not declared or does not depend on x; no
 * records. Cost: see ons_mbar_create; at most 2^21 numbers rows x states a curve. */
ONS_API ons_status ons_results_reweight(const ons_archive_view *view, const char *quantity, const char *x,
                                        const double *at, size_t count, ons_reweighting **curves, size_t *curve_count);
ONS_API void ons_reweightings_free(ons_reweighting *curves, size_t count);

/* ---- binning and bootstrap ------------------------------------------------------------------------------------------
 */

/* The jackknife error of a quantity of one task against the length of its blocks: joint bins of 2^k samples, merged.
 * The plateau is the error; where there is none the run is too short. */
typedef struct ons_binning {
    size_t levels, size;  /* lengths; numbers of the quantity */
    double *length;       /* [levels] samples of a block */
    double *blocks;       /* [levels] how many there are */
    double *error;        /* [levels][size] */
    double *error_error;  /* [levels][size] its own: error / sqrt(2 (blocks - 1)) */
    ons_estimate *result; /* [size] the errors that onsager gives */
} ons_binning;
/* `task`: its place in the results. ONS_INVALID for replicas that are samples of a disorder. */
ONS_API ons_status ons_results_binning(const ons_archive_view *view, size_t task, const char *quantity,
                                       ons_binning *binning);
ONS_API void ons_binning_free(ons_binning *binning);

/* Joint bootstrap of one task: blocks longer than the correlations are drawn again, and the quantity made of their
 * means. Quantiles belong to probabilities[probabilities_count] within (0, 1). The random stream belongs to the seed of
 * the job and the task, so that the same question has the same answer. */
typedef struct ons_bootstrap {
    size_t size, resamples;
    double *value;     /* [size] at the means of all samples */
    double *error;     /* [size] standard deviation of the resamples */
    double *quantiles; /* [size][probabilities] */
    double *resample;  /* [resamples][size] */
} ons_bootstrap;
ONS_API ons_status ons_results_bootstrap(const ons_archive_view *view, size_t task, const char *quantity,
                                         size_t resamples, const double *probabilities, size_t probability_count,
                                         ons_bootstrap *bootstrap);
ONS_API void ons_bootstrap_free(ons_bootstrap *bootstrap);

/* ---- autocorrelation -----------------------------------------------------------------------------------------------
 */

/* Of one component of one task, from the rows of all replicas (series, else record). */
typedef struct ons_autocorrelation_times {
    double stride;     /* samples between rows; lags and times below are in samples */
    size_t rows, lags; /* rows of all replicas together */
    double *lag;       /* [lags] 0, stride, 2 stride .. */
    double *function;  /* [lags] normalised autocorrelation */
    double *tau;       /* [lags] (1/2 + sum of the function up to this lag) x stride; rows that are a stride apart
                          cannot tell a time below stride/2 */
    double *tau_error; /* [lags] Madras and Sokal 1988, eq. E.11 */
    size_t window;     /* index of the lag that is chosen: the first that is at least 5 tau (Sokal 1997) */
} ons_autocorrelation_times;
ONS_API ons_status ons_results_autocorrelation(const ons_archive_view *view, size_t task, const char *component,
                                               ons_autocorrelation_times *times);
ONS_API void ons_autocorrelation_free(ons_autocorrelation_times *times);

/* ---- histograms ----------------------------------------------------------------------------------------------------
 */

/* The distribution of a recorded number of one task, with errors and the barrier between two peaks, from rows of all
 * replicas; `component` of the sample. Reweighted when `x` (NULL: none) names a parameter: to the value at which both
 * peaks are equally high (first-order transitions; Lee and Kosterlitz 1990). bins 0: by the rule of Freedman and
 * Diaconis; whole multiples of the spacing where the number is discrete. */
typedef struct ons_distribution {
    size_t bins, rows;
    double *edges;                 /* [bins + 1] */
    double *density;               /* [bins] probability over width */
    double *error;                 /* [bins] */
    double *free_energy;           /* [bins] -ln density, its minimum 0; NaN where nothing was seen */
    bool two_peaks;                /* two maxima apart by more than their errors, with a minimum between */
    double peak[2], dip;           /* where */
    double barrier, barrier_error; /* ln of the mean height of the peaks over that of the dip */
    double x, x_error;             /* of equal heights; NaN: not asked for */
} ons_distribution;
ONS_API ons_status ons_results_distribution(const ons_archive_view *view, size_t task, const char *component,
                                            size_t bins, const char *x, ons_distribution *distribution);
ONS_API void ons_distribution_free(ons_distribution *distribution);

/* ---- structure factor ----------------------------------------------------------------------------------------------
 */

/* S(k) = <|sum over sites of s exp(i k r)|^2> / N of stored snapshots on a lattice with one site a cell, averaged over
 * snapshots and replicas with errors over them. Of the array `array` (NULL: the first): numbers as they are stored;
 * with `components` > 1 the last index counts the components of a vector, whose S are added (0: none, and refused where
 * the last index counts 2 to 4 numbers, which may be components as well as cells); with `states` > 1 they are
 * Potts states 0 .. states - 1, and S that of their indicator functions. Sites beyond two dimensions: the plane k = 0
 * of the others. */
typedef struct ons_structure {
    size_t rows, columns; /* k = 2 pi (i - rows/2)/rows along the first direction, in units of the cells */
    double *value;        /* [rows][columns], k = 0 in the middle (rows/2, columns/2) */
    double *error;        /* [rows][columns], from the spread of replicas and stretches of time */
    size_t snapshots;
} ons_structure;
ONS_API ons_status ons_results_structure(const ons_archive_view *view, size_t task, const char *array,
                                         size_t components, size_t states, ons_structure *structure);
ONS_API void ons_structure_free(ons_structure *structure);

#ifdef __cplusplus
}
#endif
#endif

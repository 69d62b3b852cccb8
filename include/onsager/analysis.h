/*
 * analysis: fits, crossings, collapses, slopes and maxima of what an archive holds. The algorithms are in fit.h and
 * statistics.h; here are the curves that they take, and what the command and Python call.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_ANALYSIS_H
#define ONSAGER_ANALYSIS_H

#include <onsager/fit.h>
#include <onsager/lab.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- curves ---------------------------------------------------------------------------------------------------------
 */

/* What is to be drawn out of an archive. */
typedef struct ons_curves_request {
    const char *quantity; /* a mean, a derived quantity, a value or a series; one component as "profile[3]" */
    const char *x; /* a parameter of numbers, also the array that the quantity runs over; "time" of a series; "index"
                      along an array. NULL: time of a series, the array's parameter or its index, else the parameter
                      with the most values */
    const char
        *by; /* a parameter of numbers: its value is kept with each curve, and curves come in its order. NULL: none
              */
    double from, to; /* points with x in here only (-INFINITY, INFINITY: all) */
} ons_curves_request;

/* One curve: the points that differ in x alone. */
typedef struct ons_curve {
    const char *label; /* "L = 16, temperature = 2.3": the other parameters that vary; "" */
    double by;         /* NaN: none */
    ons_points points; /* ordered by x; with covariance where the points come from the same replicas */
    size_t left_out;   /* points whose value or error is not finite, or whose error is not positive */
    bool unweighted;
    const char *note; /* what the reader should know of its errors; "" */
} ons_curve;

typedef struct ons_curves {
    const char *x; /* the name that was used */
    size_t count;
    const ons_curve *curve;
} ons_curves;

/* Points of different tasks are independent. Those of one task (an array over a parameter or an index) have the joint
 * covariance of its bins, where the quantity is a mean that the archive keeps bins of; a derived array keeps its errors
 * alone, and a note says so, as for the points of a series, whose joint samples no archive keeps. Where no point has an
 * error (exact values) all weigh the same: `unweighted`, errors of 1. ONS_INVALID: no such quantity or
 * parameter (with the nearest name), text where numbers are needed, no point left. *curves is allocated. */
ONS_API ons_status ons_results_curves(const ons_results *results, const ons_curves_request *request,
                                      ons_curves **curves);
ONS_API void ons_curves_free(ons_curves *curves);

/* ---- crossings and where they go -----------------------------------------------------------------------------------
 */

/* Crossings of pairs of curves, with their joint errors, and their limit for infinite sizes. */
typedef struct ons_crossings_request {
    const char *quantity, *x, *by; /* as for ons_results_crossings */
    bool all;                      /* all pairs of sizes; else neighbours */
    double from, to;               /* points with x in here only */
    double omega;                  /* the exponent w of the corrections, x*(L) = x_c + a L^-w; NaN: free */
    size_t resamples;              /* of the bootstrap behind the joint errors; 0: 400 */
    uint64_t seed;
} ons_crossings_request;

typedef struct ons_crossings {
    size_t count;
    ons_crossing_row *row;
    double *size;       /* [count] sqrt(by1 by2) of each pair */
    double *covariance; /* [count][count] of the x of the crossings; NaN for pairs that do not cross */
    /* The limit: x*(L) = limit.value[0] + limit.value[1] L^-limit.value[2]; why "" where it was found. A constant is
     * fitted beside it. */
    bool has_limit, has_constant;
    ons_model_fit limit, constant;
    char why[256];
} ons_crossings;
ONS_API ons_status ons_results_crossings_limit(const ons_results *results, const ons_crossings_request *request,
                                               ons_crossings *crossings);
ONS_API void ons_crossings_free(ons_crossings *crossings);

/* ---- collapse -------------------------------------------------------------------------------------------------------
 */

/* Collapses the curves of a request (by: the size; curves of tasks that differ in nothing else). */
ONS_API ons_status ons_results_collapse(const ons_results *results, const ons_curves_request *request,
                                        const ons_collapse_options *options, ons_collapse *collapse);

#ifdef __cplusplus
}
#endif
#endif

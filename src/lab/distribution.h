/*
 * Inside the laboratory: the distribution of a recorded number, and its two peaks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_DISTRIBUTION_H
#define ONSAGER_LAB_DISTRIBUTION_H

#include <onsager/base.h>

/* Two peaks of a histogram and the dip between them; heights are means over three bins. */
typedef struct lab_peaks {
    bool found;
    size_t left, dip, right;
    double heights[3]; /* left, dip, right */
    double barrier;    /* ln of the geometric mean of the peaks over the dip */
} lab_peaks;
/* The pair with the deepest dip. */
lab_peaks lab_peaks_find(const double *density, size_t bins);
/* ln of the highest mean over three bins up to bin `split` over that from there on. */
double lab_peaks_ratio(const double *density, size_t bins, size_t split);

/* The edges of a histogram of these numbers, which are sorted: edges is allocated, [*bins + 1]. bins 0 on entry: by
 * Freedman and Diaconis. */
ons_status lab_histogram_edges(const double *sorted, size_t count, size_t *bins, double **edges);

#endif

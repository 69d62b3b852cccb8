/*
 * Two small computations of the paper dense-hebbian-supervised that no system has: networks of four-spin terms with
 * noise in every coupling, and digits as examples. Zero temperature, sites in order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef PAPERS_DENSE_HEBBIAN_NETWORKS_H
#define PAPERS_DENSE_HEBBIAN_NETWORKS_H

#include <onsager/base.h>

/* The mean final overlap with the pattern it began with, and its error, of `samples` networks of `sites` spins and
 * `count` patterns known by 30 examples of quality 0.5, P = 4, under noise of all couplings that has the variance
 * `noise` in a local field. Memory sites^4/3 bytes, time sites^4 a sweep. */
ons_status noisy_recall(uint32_t sites, uint32_t count, double noise, uint32_t samples, double *overlap, double *error);

/* For P = 2 and 4: mean overlap with the class's archetype, its error, and the share whose nearest archetype is right.
 */
typedef struct digit_recall {
    size_t count;
    double before, overlap[2], error[2], right[2];
} digit_recall;
/* The last `count` images of `folder` are corrupted and recalled, the others are the examples. ONS_INVALID: no such
 * files, with the message of the reader. */
ons_status recall_digits(const char *folder, size_t count, digit_recall *recall);

#endif

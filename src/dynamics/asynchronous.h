/*
 * What the files of networks with clocks share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_ASYNCHRONOUS_H
#define DYNAMICS_ASYNCHRONOUS_H

#include <onsager/dynamics/asynchronous.h>

struct ons_asynchronous {
    ons_asynchronous_options how;
    uint32_t nodes;
    double *x;     /* [nodes] */
    double *image; /* [nodes]: logistic: f(x) of the newest numbers */
    double *pull;  /* [nodes]: logistic: coupling / degree, 0 without links */
    double *now;   /* [nodes]: numbers of an update of many nodes */
    double field;  /* logistic on the complete graph: the sum of the images */
    size_t depth;  /* of the rings of late numbers, a power of 2; 0: no delays */
    double *late;  /* [nodes][depth] */
    uint8_t *newest;
    uint32_t *alias, *share; /* [nodes]: Walker's table of the rates; NULL: all alike */
    double total;            /* rate of all events */
    uint32_t *members;       /* [nodes]: nodes sorted by blocks */
    uint32_t *border;        /* [blocks + 1] */
    double *sorted;          /* [largest number of readings] */
    uint32_t *who;           /* [ASYNCHRONOUS_BATCH] */
    uint64_t counters[2];
    ons_random streams[3];
};

enum { ASYNCHRONOUS_WHO, ASYNCHRONOUS_LATE, ASYNCHRONOUS_NOISE, ASYNCHRONOUS_BATCH = 256 };

/* Phases in blocks of eight, see asynchronous_phases_kernel.c. Arrays have whole blocks; lanes beyond count have sine
 * and cosine 0. */
typedef struct asynchronous_phase_kernels {
    /* sine[i], cosine[i] of theta[i] + omega[i] time, and their sums. */
    void (*turn)(const double *theta, const double *omega, double time, size_t count, double *sine, double *cosine,
                 double sums[2]);
    /* slope[i] = strength (S cosine[i] - C sine[i]); total[i] += weight slope[i]; trial[i] = theta[i] + reach slope[i]
     */
    void (*pull)(const double *sine, const double *cosine, const double sums[2], double strength, double weight,
                 double reach, const double *theta, size_t count, double *total, double *trial);
} asynchronous_phase_kernels;
extern const asynchronous_phase_kernels asynchronous_phase_kernels_plain, asynchronous_phase_kernels_v3,
    asynchronous_phase_kernels_v4;

#endif

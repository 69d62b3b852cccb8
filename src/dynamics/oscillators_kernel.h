/*
 * Inside dynamics: the steps of rings of oscillators, compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_OSCILLATORS_KERNEL_H
#define DYNAMICS_OSCILLATORS_KERNEL_H

#include <onsager/dynamics/oscillators.h>

/* All arrays [sites][ONS_LANES], aligned to 64 bytes. */
typedef struct oscillators_sweep {
    size_t sites;
    double *phase;
    const double *frequency; /* NULL: none */
    double *trial, *sum;     /* room for schemes with several stages */
    double odd, even;        /* K cos(delta), K sin(delta) */
    double step, amplitude;  /* dt; sqrt(2 D dt), 0: no noise */
    bool expanded;
    uint64_t key;
    uint32_t purpose;
    const uint32_t *replica; /* [ONS_LANES] */
} oscillators_sweep;

typedef struct oscillators_kernels {
    void (*euler)(const oscillators_sweep *sweep, uint64_t first, uint64_t count); /* steps first .. first+count-1 */
    void (*heun)(const oscillators_sweep *sweep, uint64_t first, uint64_t count);
    void (*runge_kutta)(const oscillators_sweep *sweep, uint64_t first, uint64_t count);
    void (*normals)(const oscillators_sweep *sweep, uint64_t step, double *normals);
    /* Sums over the sites, sums[6][ONS_LANES]: (phi - mean)^2, ^3, ^4, cos phi, sin phi, 1 - cos x or x^2/2. */
    void (*sums)(const oscillators_sweep *sweep, const double *mean, double *sums);
    const char *name;
} oscillators_kernels;

extern const oscillators_kernels oscillators_kernels_plain, oscillators_kernels_v3, oscillators_kernels_v4;

#endif

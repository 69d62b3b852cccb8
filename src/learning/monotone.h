/*
 * Inside learning: the monotone machine and its memory for 32 examples.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_MONOTONE_H
#define LEARNING_MONOTONE_H

#include "boltzmann_kernel.h"

#include <onsager/learning/monotone.h>

/* A product with A or its transpose: for every site the rows that it sums. */
typedef struct monotone_product {
    size_t *start; /* [sites + 1] */
    monotone_segment *segment;
} monotone_product;

struct ons_monotone {
    ons_monotone_shape shape;
    const boltzmann_kernels *kernels;
    size_t sites, elements, variables, weights, count;
    size_t site_of[ONS_TIERS + 1], element_of[ONS_TIERS + 1], variable_of[ONS_TIERS + 1]; /* first of a tier */
    size_t weight_of[ONS_TIERS][ONS_TIERS]; /* of kernel i <- j: [places][channels of j][channels of i] */
    monotone_product forward, backward;     /* the second reads `turned`: [places][channels of i][channels of j] */
    double *values, *turned;                /* [count]; [weights] */
    size_t *block_of;                       /* [variables]: its Gram matrix within gram and diagonal */
    double *gram, *diagonal;                /* A'A and, scaled, of each variable */
    double *scale, *top, *vector; /* [variables]; largest eigenvalue of the Gram matrix; its vector [elements] */
};

struct ons_monotone_work {
    size_t elements;
    unsigned memory;
    double *space;
    double *scaled, *image, *back; /* of the product Phi z */
    double *field, *soft, *next;   /* of the fixed point */
    double *r, *Jr, *p, *Jp, *q;   /* of the adjoint */
    double *e, *u;
    double *steps, *images;  /* Anderson: [memory][elements][LANES], differences of residuals and of images */
    double *residual, *last; /* the residual g - z, and the image g, of the step before */
};

static inline size_t monotone_sites(const ons_tier *tier) { return tier->side * tier->side; }

/* J x of every free variable at z: z (x - z'x). */
void monotone_jacobian(const ons_monotone *machine, const uint8_t *clamped, const double *z, const double *x,
                       double *out);
/* The variables of each tier: first element, states. */
typedef struct monotone_variable {
    size_t first, states;
} monotone_variable;
monotone_variable monotone_variable_at(const ons_monotone *machine, size_t variable);

#endif

/*
 * Single-spin dynamics of O(n) spins: Metropolis, heat bath and over-relaxation, in order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "vectors.h"

#include <math.h>

#define UNIFORM_REJECTION 0.5 /* below this k uniform directions are accepted with exp(k (w - 1)) >= 1/e */

SPINS_INLINE double dot(unsigned n, const double *a, const double *b) {
    double sum = 0;
    for (unsigned c = 0; c < n; c++) { sum += a[c] * b[c]; }
    return sum;
}

SPINS_INLINE void scale(unsigned n, double factor, double *a) {
    for (unsigned c = 0; c < n; c++) { a[c] *= factor; }
}

/* ---- directions
 * --------------------------------------------------------------------------------------------------------- */

/* Symmetric around 0, in (-1, 1), from 32 bits. */
SPINS_INLINE double symmetric(ons_random *random) { return ((double)(int32_t)ons_random_32(random) + 0.5) * 0x1p-31; }

/* A point of the open unit disc with its squared distance from the centre, not 0 but for one in 2^62. */
SPINS_INLINE double disc(ons_random *random, double *x, double *y) {
    double square;
    do {
        *x = symmetric(random);
        *y = symmetric(random);
        square = *x * *x + *y * *y;
    } while (square >= 1);
    return square;
}

/* n = 2: the point of the disc at twice its angle (von Neumann); n = 3 and 4: Marsaglia 1972; others: normal numbers.
 */
SPINS_INLINE void direction_of(ons_random *random, unsigned n, double *d) {
    double x, y;
    if (n == 2) {
        const double square = disc(random, &x, &y);
        d[0] = (x * x - y * y) / square;
        d[1] = 2 * x * y / square;
        return;
    }
    if (n == 3) {
        const double square = disc(random, &x, &y), root = 2 * sqrt(1 - square);
        d[0] = x * root;
        d[1] = y * root;
        d[2] = 1 - 2 * square;
        return;
    }
    if (n == 4) {
        const double square = disc(random, &d[0], &d[1]), other = disc(random, &d[2], &d[3]);
        scale(2, sqrt((1 - square) / other), d + 2);
        return;
    }
    double square;
    do {
        for (unsigned c = 0; c < n; c++) { d[c] = ons_random_normal(random); }
        square = dot(n, d, d);
    } while (square == 0);
    scale(n, 1 / sqrt(square), d);
}

/* An isotropic vector: uniform in the disc or ball or on the sphere, or normal with the mean square length 1. */
SPINS_INLINE void isotropic(ons_random *random, unsigned n, double *v) {
    if (n == 2) {
        disc(random, &v[0], &v[1]);
    } else if (n == 3) {
        do {
            for (unsigned c = 0; c < 3; c++) { v[c] = symmetric(random); }
        } while (dot(3, v, v) >= 1);
    } else if (n == 4) {
        direction_of(random, 4, v);
    } else {
        for (unsigned c = 0; c < n; c++) { v[c] = ons_random_normal(random) / sqrt(n); }
    }
}

void spins_direction(ons_random *random, unsigned n, double *direction) { direction_of(random, n, direction); }

/* w e + sqrt(1 - w^2) times the direction of v across e; 1 - w is given too, so that nothing is lost near 1. */
SPINS_INLINE void along_and_across(unsigned n, double w, double rest, const double *e, const double *v, double *spin) {
    double across[ONS_VECTOR_COMPONENTS], square = 0;
    const double t = dot(n, v, e);
    for (unsigned c = 0; c < n; c++) {
        across[c] = v[c] - t * e[c];
        square += across[c] * across[c];
    }
    const double length = square > 0 ? sqrt(rest * (1 + w) / square) : 0;
    for (unsigned c = 0; c < n; c++) { spin[c] = w * e[c] + length * across[c]; }
}

/* Two unit vectors across e and each other (Duff et al., J. Computer Graphics Techniques 6, 1 (2017)). */
SPINS_INLINE void frame(const double *e, double *first, double *second) {
    const double sign = copysign(1, e[2]), a = -1 / (sign + e[2]), b = e[0] * e[1] * a;
    first[0] = 1 + sign * e[0] * e[0] * a;
    first[1] = sign * b;
    first[2] = -sign * e[0];
    second[0] = b;
    second[1] = sign + e[1] * e[1] * a;
    second[2] = -e[1];
}

/* n = 3: w has the density exp(k w) on [-1, 1], whose distribution can be inverted. */
SPINS_INLINE void closed_form(ons_random *random, double k, const double *e, double *spin) {
    const double u = ons_random_uniform(random);
    const double rest = fmin(2, -ons_log(u + (1 - u) * ons_exp(-2 * k)) / k), w = 1 - rest;
    double circle[2], first[3], second[3];
    direction_of(random, 2, circle);
    frame(e, first, second);
    const double across = sqrt(fmax(0, rest * (1 + w)));
    for (unsigned c = 0; c < 3; c++) { spin[c] = w * e[c] + across * (circle[0] * first[c] + circle[1] * second[c]); }
}

/* Wood, Commun. Stat. Simul. 23, 157 (1994), with a whole direction v in the place of his beta variable: v . e has its
 * distribution, and the part of v across e is the uniform one that is needed. For n = 2 it is the method of Best and
 * Fisher, Appl. Stat. 28, 152 (1979). */
SPINS_INLINE void rejection(ons_random *random, unsigned n, double k, const double *e, double *spin) {
    const double m = n - 1.0, b = m / (2 * k + sqrt(4 * k * k + m * m));
    const double mode = (1 - b) / (1 + b), width = 4 * b / ((1 + b) * (1 + b)); /* 1 - mode^2 */
    double v[ONS_VECTOR_COMPONENTS], w, rest, accepted;
    do {
        direction_of(random, n, v);
        const double t = dot(n, v, e), below = 1 + b + (1 - b) * t;
        rest = 2 * b * (1 - t) / below; /* 1 - w */
        w = 1 - rest;
        accepted = ons_exp(k * (w - mode));
        for (unsigned c = 1; c < n; c++) { accepted *= (1 - mode * w) / width; }
    } while (!(ons_random_uniform(random) <= accepted));
    along_and_across(n, w, fmax(0, fmin(2, rest)), e, v, spin);
}

SPINS_INLINE void von_mises_fisher(ons_random *random, unsigned n, double k, const double *e, double *spin) {
    if (k < UNIFORM_REJECTION) {
        do {
            direction_of(random, n, spin);
        } while (k > 0 && !(ons_random_uniform(random) <= ons_exp(k * (dot(n, spin, e) - 1))));
    } else if (n == 3) {
        closed_form(random, k, e, spin);
    } else {
        rejection(random, n, k, e, spin);
    }
}

void spins_von_mises_fisher(ons_random *random, unsigned n, double k, const double *e, double *spin) {
    von_mises_fisher(random, n, k, e, spin);
}

/* ---- sweeps
 * ------------------------------------------------------------------------------------------------------------- */

/* h = sum over the neighbours of J S + field. */
SPINS_INLINE void local_field(const ons_vectors_model *model, const double *spins, unsigned n, uint32_t site,
                              double *h) {
    uint32_t count;
    const uint64_t row = spins_row(model->graph, site, &count);
    const uint32_t *neighbour = model->graph->neighbour + row;
    for (unsigned c = 0; c < n; c++) { h[c] = 0; }
    if (model->couplings.entry) {
        for (uint32_t k = 0; k < count; k++) {
            const double *s = spins + (size_t)neighbour[k] * n, coupling = model->couplings.entry[row + k];
            for (unsigned c = 0; c < n; c++) { h[c] += coupling * s[c]; }
        }
    } else {
        for (uint32_t k = 0; k < count; k++) {
            const double *s = spins + (size_t)neighbour[k] * n;
            for (unsigned c = 0; c < n; c++) { h[c] += s[c]; }
        }
        scale(n, model->couplings.all, h);
    }
    h[model->options.axis] += model->options.field;
}

SPINS_INLINE void metropolis(ons_vectors *spins, unsigned n) {
    const ons_vectors_model *model = spins->model;
    ons_random *random = &spins->random;
    for (uint32_t site = 0; site < model->graph->sites; site++) {
        double h[ONS_VECTOR_COMPONENTS], v[ONS_VECTOR_COMPONENTS], *s = spins->spins + (size_t)site * n;
        isotropic(random, n, v);
        for (unsigned c = 0; c < n; c++) { v[c] = s[c] + model->width * v[c]; }
        const double square = dot(n, v, v);
        if (!(square > 0)) { continue; }
        scale(n, 1 / sqrt(square), v);
        local_field(model, spins->spins, n, site, h);
        const double x = model->beta * (dot(n, s, h) - dot(n, v, h));
        if (!spins_ladder_flip(model->ladder, random, ons_random_32(random), x)) { continue; }
        for (unsigned c = 0; c < n; c++) { s[c] = v[c]; }
    }
}

SPINS_INLINE void heat_bath(ons_vectors *spins, unsigned n) {
    const ons_vectors_model *model = spins->model;
    for (uint32_t site = 0; site < model->graph->sites; site++) {
        double h[ONS_VECTOR_COMPONENTS];
        local_field(model, spins->spins, n, site, h);
        const double length = sqrt(dot(n, h, h));
        if (length > 0) { scale(n, 1 / length, h); }
        von_mises_fisher(&spins->random, n, model->beta * length, h, spins->spins + (size_t)site * n);
    }
}

/* One step of Newton's iteration towards the unit length follows, against drift. */
SPINS_INLINE void relax(ons_vectors *spins, unsigned n) {
    const ons_vectors_model *model = spins->model;
    for (uint32_t site = 0; site < model->graph->sites; site++) {
        double h[ONS_VECTOR_COMPONENTS], *s = spins->spins + (size_t)site * n;
        local_field(model, spins->spins, n, site, h);
        const double square = dot(n, h, h);
        if (!(square > 0)) { continue; }
        const double twice = 2 * dot(n, s, h) / square;
        for (unsigned c = 0; c < n; c++) { s[c] = twice * h[c] - s[c]; }
        scale(n, 1.5 - 0.5 * dot(n, s, s), s);
    }
}

#define KERNELS(name, n)                                                                                               \
    static void metropolis_##name(ons_vectors *spins) { metropolis(spins, n); }                                        \
    static void heat_bath_##name(ons_vectors *spins) { heat_bath(spins, n); }                                          \
    static void relax_##name(ons_vectors *spins) { relax(spins, n); }
KERNELS(2, 2)
KERNELS(3, 3)
KERNELS(4, 4)
KERNELS(any, spins->model->n)

static const struct kernel {
    spins_vectors_step metropolis, heat_bath, relax;
} kernels[] = {{metropolis_2, heat_bath_2, relax_2},
               {metropolis_3, heat_bath_3, relax_3},
               {metropolis_4, heat_bath_4, relax_4},
               {metropolis_any, heat_bath_any, relax_any}};

static const struct kernel *kernel_of(const ons_vectors_model *model) {
    return &kernels[model->n <= 4 ? model->n - 2 : 3];
}

spins_vectors_step spins_vectors_local_step(const ons_vectors_model *model) {
    return model->options.update == ONS_SPIN_METROPOLIS ? kernel_of(model)->metropolis : kernel_of(model)->heat_bath;
}

spins_vectors_step spins_vectors_relaxation(const ons_vectors_model *model) { return kernel_of(model)->relax; }

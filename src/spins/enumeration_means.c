/*
 * Canonical means from an enumeration.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "enumeration.h"

#include <math.h>

/* Sums of w, w E, .. over configurations, E and the exponent relative to a reference. */
typedef struct canonical {
    double n, z, e1, e2, m1, absolute, m2, m4;
} canonical;

static void add(canonical *sum, double w, double we, double we2, double magnetization) {
    const double m = magnetization / sum->n;
    sum->z += w;
    sum->e1 += we;
    sum->e2 += we2;
    sum->m1 += w * m;
    sum->absolute += w * fabs(m);
    sum->m2 += w * m * m;
    sum->m4 += w * m * m * m * m;
}

static void finish(const canonical *sum, double temperature, double reference, double exponent,
                   struct ons_ising_exact *exact) {
    const double excess = sum->e1 / sum->z, variance = sum->e2 / sum->z - excess * excess;
    exact->free_energy = -temperature * (exponent + ons_log(sum->z)) / sum->n;
    exact->energy = (reference + excess) / sum->n;
    exact->specific_heat = fmax(variance, 0) / (temperature * temperature * sum->n);
    exact->magnetization = sum->m1 / sum->z;
    exact->magnetization_abs = sum->absolute / sum->z;
    exact->magnetization_squared = sum->m2 / sum->z;
    exact->magnetization_fourth = sum->m4 / sum->z;
}

static double number_of(const ons_state_count *count) { return (double)count->high * 0x1p64 + (double)count->low; }

static void from_counts(const ons_enumeration *e, const ons_state_count *counts, size_t count, double temperature,
                        double field, struct ons_ising_exact *exact) {
    const double beta = 1 / temperature;
    double highest = -INFINITY, reference = 0;
    for (size_t k = 0; k < count; k++) {
        const double energy = e->unit * (double)counts[k].level - field * counts[k].magnetization;
        const double exponent = ons_log(number_of(&counts[k])) - beta * energy;
        if (exponent > highest) {
            highest = exponent;
            reference = energy;
        }
    }
    canonical sum = {.n = e->sites};
    for (size_t k = 0; k < count; k++) {
        const double excess = e->unit * (double)counts[k].level - field * counts[k].magnetization - reference;
        const double w = number_of(&counts[k]) * ons_exp(-beta * (excess + reference) - highest);
        add(&sum, w, w * excess, w * excess * excess, counts[k].magnetization);
    }
    finish(&sum, temperature, reference, highest, exact);
}

/* Moments about the reference, both directions of all spins. */
static void from_moments(const ons_enumeration *e, const double *moments, double temperature, double field,
                         struct ons_ising_exact *exact) {
    const double beta = 1 / temperature, reference = moments[0], n = e->sites;
    const double largest = fabs(field) * n;
    canonical sum = {.n = n};
    for (unsigned up = 0; up <= e->sites; up++) {
        const double *s = moments + 1 + 3 * up;
        const double e1 = s[1] - reference * s[0], e2 = s[2] - reference * (2 * s[1] - reference * s[0]);
        for (int direction = -1; direction <= 1; direction += 2) {
            const double m = direction * (2.0 * up - n), excess = largest - field * m;
            const double w = ons_exp(-beta * excess);
            add(&sum, w * s[0], w * (e1 + excess * s[0]), w * (e2 + excess * (2 * e1 + excess * s[0])), m);
        }
    }
    finish(&sum, temperature, reference - largest, -beta * (reference - largest), exact);
}

ons_status ons_enumeration_canonical(const ons_enumeration *e, const ons_state_count *counts, size_t count,
                                     size_t index, double temperature, double field, struct ons_ising_exact *exact) {
    if (!(temperature > 0)) { return ons_fail(ONS_INVALID, "the temperature must be positive, not %g", temperature); }
    if (e->integral) {
        from_counts(e, counts, count, temperature, field, exact);
    } else if (index >= e->temperatures || e->beta[index] != 1 / temperature || e->done < e->blocks) {
        return ons_fail(ONS_INVALID, "the enumeration is not complete, or was made for other temperatures");
    } else {
        from_moments(e, e->moments + index * spins_moment_width(e), temperature, field, exact);
    }
    return ONS_OK;
}

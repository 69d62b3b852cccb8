/*
 * The Ising model on a finite square torus without field: Kaufman, Phys. Rev. 76, 1232 (1949), eq. 72-74, as written by
 * Ferdinand and Fisher, Phys. Rev. 185, 832 (1969), eq. 2.1-2.6.
 *
 *   Z = 1/2 (2 S)^(mn/2) [ prod 2 cosh(m g_odd / 2) + prod 2 sinh(m g_odd / 2)
 *                        + prod 2 cosh(m g_even / 2) + prod 2 sinh(m g_even / 2) ],    S = sinh 2K,
 *   cosh g_l = (1 + S^2)/S - cos(l pi / n),    g_0 = 2K + ln tanh K (of either sign).
 *
 * One factor S of each mode goes into its hyperbolic function: with A = 1 + S^2 - S cos(theta), D = sqrt((A - S)(A +
 * S)), S exp(g) = A + D, so that (2 S)^(m/2) 2 cosh(m g / 2) = (2 (A + D))^(m/2) (1 + q), q = (S / (A + D))^m. Nothing
 * here cancels as K -> 0, at the critical point or far below it. Jets along K give ln Z with its two derivatives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "jet.h"
#include "spins.h"

#define LARGEST_K 20.0 /* beyond it excitations have exp(-8 K) = 1e-70 */
#define SMALLEST_K 1e-100

/* a^power for a.value > 0. */
static jet jet_power(jet a, double power) {
    const double logarithm = ons_log(a.value);
    const double second = power > 1 ? power * (power - 1) * ons_exp((power - 2) * logarithm) : 0;
    return jet_chain(a, ons_exp(power * logarithm), power * ons_exp((power - 1) * logarithm), second);
}

/* A mode: logarithm of (2 (A + D))^(m/2), and q. */
typedef struct torus_mode {
    jet growth, q;
} torus_mode;

static torus_mode make_mode(jet sum, jet s, double m) {
    return (torus_mode){jet_scale(0.5 * m, jet_log(jet_scale(2, sum))), jet_power(jet_divide(s, sum), m)};
}

/* theta = 2 pi turns, not 0. */
static torus_mode ordinary_mode(jet s, double turns, double m) {
    double cosine, sine;
    spins_circle(0.5 * turns, &cosine, &sine);
    const jet one = jet_constant(1), gap = jet_scale(2 * sine * sine, s);
    const jet below = jet_subtract(one, s);
    const jet minus = jet_add(jet_multiply(below, below), gap);      /* A - S */
    const jet plus = jet_add(jet_add(one, jet_multiply(s, s)), gap); /* A + S */
    const jet d = jet_sqrt(jet_multiply(minus, plus));
    return make_mode(jet_add(jet_add(minus, s), d), s, m);
}

/* theta = 0: D = |S - 1| sqrt(1 + S^2), taken smoothly with the sign of S - 1. */
static torus_mode critical_mode(jet s, double sign, double m) {
    const jet one = jet_constant(1), below = jet_subtract(one, s);
    const jet root = jet_sqrt(jet_add(one, jet_multiply(s, s)));
    const jet d = jet_scale(-sign, jet_multiply(below, root));
    return make_mode(jet_add(jet_add(jet_multiply(below, below), s), d), s, m);
}

/* ln(1 + sign q). */
static jet log_one_plus(double sign, jet q) { return jet_log(jet_add(jet_constant(1), jet_scale(sign, q))); }

static jet log_partition(double coupling, double m, int64_t n) {
    const double e = ons_exp(2 * coupling), inverse = 1 / e;
    const jet s = {0.5 * (e - inverse), e + inverse, 2 * (e - inverse)};
    const double sign = s.value >= 1 ? 1 : -1;
    jet terms[4] = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    jet last = jet_constant(1); /* the factor of the critical mode in the last product, which may vanish */
    for (int64_t l = 0; l < 2 * n; l++) {
        const torus_mode mode = l ? ordinary_mode(s, (double)l / (2 * (double)n), m) : critical_mode(s, sign, m);
        const int pair = l % 2 ? 0 : 2;
        terms[pair] = jet_add(terms[pair], jet_add(mode.growth, log_one_plus(1, mode.q)));
        terms[pair + 1] = jet_add(terms[pair + 1], mode.growth);
        if (l) {
            terms[pair + 1] = jet_add(terms[pair + 1], log_one_plus(-1, mode.q));
        } else {
            last = jet_scale(sign, jet_subtract(jet_constant(1), mode.q));
        }
    }
    const jet reference = terms[0].value > terms[2].value ? terms[0] : terms[2];
    jet sum = jet_constant(0);
    for (int i = 0; i < 4; i++) {
        const jet term = jet_exp(jet_subtract(terms[i], reference));
        sum = jet_add(sum, i == 3 ? jet_multiply(term, last) : term);
    }
    return jet_add(reference, jet_log(jet_scale(0.5, sum)));
}

ons_status ons_ising_exact_torus(int64_t rows, int64_t columns, double coupling, double temperature,
                                 ons_ising_exact *exact) {
    *exact = (ons_ising_exact){NAN, NAN, NAN, 0, NAN, NAN, NAN};
    if (rows < 1 || columns < 1 || !(temperature > 0)) {
        return ons_fail(ONS_INVALID, "a torus has lengths of at least 1 and a positive temperature");
    }
    if (coupling < 0 && (rows % 2 || columns % 2)) { return ONS_DONE; } /* frustrated */
    const double sites = (double)rows * (double)columns, strength = fabs(coupling), k = strength / temperature;
    jet log_z = {2 * k * sites + ons_log(2), 2 * sites, 0};
    if (k <= LARGEST_K) { /* fewer modes with the shorter length as n */
        const bool tall = rows > columns;
        log_z = log_partition(fmax(k, SMALLEST_K), (double)(tall ? rows : columns), tall ? columns : rows);
    }
    exact->free_energy = -temperature * log_z.value / sites;
    exact->energy = 0 - strength * log_z.first / sites;
    const double curvature = log_z.second / sites;
    exact->specific_heat = fabs(curvature) < 4e-15 ? 0 : k * k * curvature; /* below rounding: frozen */
    return ONS_OK;
}

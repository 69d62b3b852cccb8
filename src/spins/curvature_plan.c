/*
 * Which method solves a curvature, whether it can, and the memory that it takes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "curvature.h"

#include <math.h>

enum { LARGEST_ROW = 16384 };
#define LARGEST_WORK 1e11 /* of an enumeration, nanoseconds */
/* Of J in units of delta(s, s'): its R is good to some 1e-5, since F falls as exp(-4 J) while 1 - e^2 is known within
 * 1e-16. */
#define LARGEST_STRENGTH 4.0
#define LARGEST_SITES 268435456.0

static const char *const names[] = {"auto", "free-fermion", "transfer-matrix", "enumeration", "sampled"};

const char *ons_curvature_method_name(ons_curvature_method method) { return names[method]; }

static double sites_of(const ons_curvature_options *options) {
    double sites = 1;
    for (unsigned i = 0; i < options->dimension; i++) { sites *= (double)options->lengths[i]; }
    return sites;
}

static double bonds_of(const ons_curvature_options *options) {
    const double sites = sites_of(options);
    double bonds = options->dimension * sites;
    for (unsigned i = 0; options->open && i < options->dimension; i++) { bonds -= sites / (double)options->lengths[i]; }
    return bonds;
}

static double row_states(const ons_curvature_options *options) {
    return pow(options->states ? options->states : 2, (double)options->lengths[1]);
}

static double enumeration_work(const ons_curvature_options *options) {
    const double m = bonds_of(options);
    return pow(options->states ? options->states : 2, sites_of(options) - 1) * (20 + 2 * m + m * m * m / 48);
}

static bool even_lengths(const ons_curvature_options *options) {
    for (unsigned i = 0; i < options->dimension; i++) {
        if (options->lengths[i] % 2) { return false; }
    }
    return true;
}

static ons_status check_shape(const ons_curvature_options *options) {
    if (options->dimension < 1 || options->dimension > SPINS_WAYS) {
        return ons_fail(ONS_INVALID, "the curvature is known in 1 to 3 dimensions, not in %u", options->dimension);
    }
    if (options->states == 1) {
        return ons_fail(ONS_INVALID, "q = 1 leaves a single state, whose metric vanishes; q is at least 2");
    }
    if (!isfinite(options->coupling)) {
        return ons_fail(ONS_INVALID,
                        "the coupling is not finite: no critical point is known for %s in %u dimension%s, "
                        "so that the coupling is to be given",
                        options->states ? "this Potts model" : "the Ising model", options->dimension,
                        options->dimension == 1 ? "" : "s");
    }
    for (unsigned i = 0; i < options->dimension; i++) {
        if (options->open ? options->lengths[i] < 1 : options->lengths[i] < 3) {
            return ons_fail(ONS_INVALID, "L = %lld is too short: %s", (long long)options->lengths[i],
                            options->open
                                ? "lengths are at least 1"
                                : "periodic lengths are at least 3, since with 2 the bonds are double and the "
                                  "Fisher metric is singular");
        }
    }
    if (sites_of(options) > LARGEST_SITES) {
        return ons_fail(ONS_INVALID, "%.4g sites are more than a curvature can be solved for (%.4g)", sites_of(options),
                        LARGEST_SITES);
    }
    const double strength = (options->states ? 1 : 2) * fabs(options->coupling);
    if (strength > (options->dimension > 1 ? LARGEST_STRENGTH : 2 * LARGEST_STRENGTH)) {
        return ons_fail(ONS_INVALID,
                        "coupling = %g is so strong that the Fisher metric drowns in rounding: |J| up to %g here",
                        options->coupling,
                        (options->dimension > 1 ? LARGEST_STRENGTH : 2 * LARGEST_STRENGTH) / (options->states ? 1 : 2));
    }
    if (bonds_of(options) < 1) { return ons_fail(ONS_INVALID, "a lattice without a bond has no coupling manifold"); }
    return ONS_OK;
}

/* ---- whether a method can be used: NULL, or why not ---- */

static const char *against_fermions(const ons_curvature_options *options) {
    if (options->states) { return "it knows the Ising model only"; }
    if (options->dimension != 2 || options->open) { return "it needs a periodic lattice of two dimensions"; }
    if (options->coupling < 0 && !even_lengths(options)) { return "a negative coupling needs even lengths"; }
    return NULL;
}

static const char *against_transfer(const ons_curvature_options *options) {
    if (options->dimension != 2 || options->open) { return "it needs a periodic lattice of two dimensions"; }
    if (row_states(options) > LARGEST_ROW) { return "the second length makes more than 16384 states of a row, q^L"; }
    if (sites_of(options) > 256) { return "it stores cumulants of all pairs of up to 256 sites"; }
    return NULL;
}

static const char *against_enumeration(const ons_curvature_options *options) {
    if (enumeration_work(options) > LARGEST_WORK) { return "there are too many states, q^sites"; }
    return NULL;
}

static const char *against_sampling(const ons_curvature_options *options) {
    if (options->open) { return "it needs a periodic lattice"; }
    if (options->states > ONS_DISCRETE_STATES) { return "Potts configurations have at most 256 colours"; }
    return NULL;
}

typedef const char *(*objection)(const ons_curvature_options *options);
static const objection objections[] = {NULL, against_fermions, against_transfer, against_enumeration, against_sampling};

static ons_status check_samples(const ons_curvature_options *options) {
    if (options->blocks < 4 || options->samples == 0 || options->samples % options->blocks) {
        return ons_fail(ONS_INVALID,
                        "samples = %llu is no positive multiple of blocks = %u (at least 4), as the jackknife needs it",
                        (unsigned long long)options->samples, options->blocks);
    }
    if (options->sweeps < 1) { return ons_fail(ONS_INVALID, "sweeps is 0; at least one between two samples"); }
    return ONS_OK;
}

static double bytes_of(const ons_curvature_options *options, ons_curvature_method method) {
    const double sites = sites_of(options), m = bonds_of(options);
    spins_torus torus = {.dimension = options->dimension, .sites = (size_t)sites};
    for (unsigned i = 0; i < options->dimension; i++) { torus.lengths[i] = options->lengths[i]; }
    const double walk = spins_contraction_bytes(&torus) + sites * 64;
    switch (method) {
    case ONS_CURVATURE_FERMIONS: return walk + spins_fermions_bytes(sites);
    case ONS_CURVATURE_TRANSFER:
        return walk + spins_rows_bytes(options->states ? options->states : 2, options->lengths);
    case ONS_CURVATURE_ENUMERATION: return 8 * (5 * m * m * m + 3 * m * m) + sites * 200;
    default: return walk + spins_samples_bytes(&torus, options->blocks) + sites * 200;
    }
}

ons_status ons_curvature_plan(const ons_curvature_options *options, ons_curvature_method *method, double *bytes) {
    ons_status status = check_shape(options);
    if (status) { return status; }
    ons_curvature_method chosen = options->method;
    if (chosen == ONS_CURVATURE_AUTO) {
        for (chosen = ONS_CURVATURE_FERMIONS; chosen < ONS_CURVATURE_SAMPLED; chosen++) {
            if (!objections[chosen](options)) { break; }
        }
    }
    const char *why = objections[chosen](options);
    if (why && options->method == ONS_CURVATURE_AUTO) {
        return ons_fail(ONS_INVALID,
                        "no method solves this curvature: free fermions take periodic Ising models in two dimensions, "
                        "the transfer matrix periodic models in two dimensions with q^L up to 16384, enumeration few "
                        "sites, sampling periodic lattices");
    }
    if (why) {
        return ons_fail(ONS_INVALID, "the method %s cannot be used here: %s", ons_curvature_method_name(chosen), why);
    }
    if (chosen == ONS_CURVATURE_SAMPLED) { status = check_samples(options); }
    *method = chosen;
    *bytes = bytes_of(options, chosen);
    return status;
}

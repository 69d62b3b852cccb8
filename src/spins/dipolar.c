/*
 * Clock spins with dipoles: the model, its walkers and the Metropolis dynamics.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dipolar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define IMPOSSIBLE 22.25 /* above 32 ln 2 */

/* ---- the model -----------------------------------------------------------------------------------------------------
 */

double ons_dipolar_bytes(double sites, bool dipoles, size_t walkers) {
    return (dipoles ? ons_longrange_bytes(sites) : 0) + 16 * sites + (double)walkers * sites * (dipoles ? 14 : 6);
}

static ons_status check_options(const ons_graph *graph, const ons_dipolar_options *options) {
    if (!graph->lattice || graph->lattice->sites != 1 || graph->boundary != ONS_PERIODIC || graph->strength ||
        !graph->coordination || graph->lattice->dimension > ONS_LONGRANGE_DIMENSIONS || graph->self_bonds) {
        return ons_fail(ONS_INVALID, "clock spins with dipoles need a periodic lattice of 1 to 3 dimensions with one "
                                     "site a cell, bonds of equal strength and at least 2 cells in every direction");
    }
    if (options->states < 2 || options->states > ONS_DIPOLAR_STATES) {
        return ons_fail(ONS_INVALID, "clock spins have 2 to %d states, not %u", ONS_DIPOLAR_STATES, options->states);
    }
    if (options->dipole != 0 && options->states % 2) {
        return ons_fail(ONS_INVALID,
                        "dipoles (-1)^n that alternate from state to state need an even number of states, not %u",
                        options->states);
    }
    if (!isfinite(options->coupling) || !isfinite(options->dipole)) {
        return ons_fail(ONS_INVALID, "coupling and dipole must be finite");
    }
    return ONS_OK;
}

/* The unit is so small that the cosines are rounded beyond the 15th digit, and so large that their sum over all bonds
 * stays below 2^62; cosines of 0, 1/2 and 1 are exact. */
static ons_status make_cosines(ons_dipolar_model *model) {
    const int q = (int)model->states;
    int bits;
    (void)frexp((double)model->graph->bonds, &bits);
    model->cosine_unit = ldexp(1, bits - 62 > -52 ? bits - 62 : -52);
    model->cosine = ONS_NEW(int64_t, 2 * q - 1);
    model->circle = ONS_NEW(double, 2 * q);
    if (!model->cosine || !model->circle) { return ONS_MEMORY; }
    for (int d = 0; d < q; d++) {
        double *unit = model->circle + 2 * d;
        spins_circle((double)d / q, &unit[0], &unit[1]);
        double cosine = fabs(unit[0]);
        if (fabs(cosine - 0.5) < 1e-15) { cosine = 0.5; }
        if (cosine < 1e-15) { cosine = 0; }
        unit[0] = copysign(cosine, unit[0]);
    }
    for (int d = 0; d < q; d++) { /* even in d, and in d + q, exactly */
        const int nearest = d > q - d ? q - d : d;
        model->cosine[q - 1 + d] = model->cosine[q - 1 - d] = llrint(model->circle[2 * nearest] / model->cosine_unit);
    }
    return ONS_OK;
}

/* Cartesian vectors to the neighbours of any site, in the order of the graph: every bond at its source, then at its
 * target, as spins_graph_link lists them; found by their cells, which is unique from 3 cells on. */
static ons_status make_bonds(ons_dipolar_model *model) {
    const ons_lattice *lattice = model->graph->lattice;
    const unsigned dimension = lattice->dimension;
    model->bond = ONS_NEW(double, lattice->bonds *dimension);
    if (!model->bond) { return ONS_MEMORY; }
    for (size_t b = 0; b < lattice->bonds; b++) {
        for (unsigned k = 0; k < dimension; k++) {
            for (unsigned d = 0; d < dimension; d++) {
                model->bond[b * dimension + k] += lattice->bond[b].cell[d] * lattice->basis[d * dimension + k];
            }
        }
    }
    return ONS_OK;
}

static double primitive_volume(const double *m, unsigned count) {
    if (count == 1) { return fabs(m[0]); }
    if (count == 2) { return fabs(m[0] * m[3] - m[1] * m[2]); }
    return fabs(m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) +
                m[2] * (m[3] * m[7] - m[4] * m[6]));
}

static ons_status make_longrange(ons_dipolar_model *model) {
    const ons_lattice *lattice = model->graph->lattice;
    ons_longrange_cell cell = {.dimension = lattice->dimension};
    memcpy(cell.basis, lattice->basis, sizeof(double) * lattice->dimension * lattice->dimension);
    memcpy(cell.lengths, model->graph->lengths, sizeof(int64_t) * lattice->dimension);
    if (model->options.dipole == 0) { return ONS_OK; }
    if (lattice->dimension == 3) {
        return ons_fail(ONS_INVALID, "the sum of 1/r^3 over all images diverges in three dimensions");
    }
    return ons_longrange_create(&model->longrange, &cell, 3);
}

ons_status ons_dipolar_model_create(ons_dipolar_model **model, const ons_graph *graph,
                                    const ons_dipolar_options *options) {
    *model = NULL;
    ons_status status = check_options(graph, options);
    if (status) { return status; }
    ons_dipolar_model *made = *model = ONS_NEW(ons_dipolar_model, 1);
    if (!made) { return ONS_MEMORY; }
    made->graph = graph;
    made->options = *options;
    made->states = options->states;
    made->choices = options->pair ? 2 : options->states;
    made->volume = primitive_volume(graph->lattice->basis, graph->lattice->dimension);
    status = make_cosines(made);
    if (!status) { status = make_bonds(made); }
    if (!status) { status = make_longrange(made); }
    if (!status) { status = spins_fourier_create(&made->fourier, graph->lattice->dimension, graph->lengths); }
    if (!status) { status = spins_ladder_create(&made->ladder, ONS_METROPOLIS); }
    if (status) {
        ons_dipolar_model_free(made);
        *model = NULL;
    }
    return status;
}

void ons_dipolar_model_free(ons_dipolar_model *model) {
    if (!model) { return; }
    ons_longrange_free(model->longrange);
    spins_fourier_free(model->fourier);
    free(model->ladder);
    free(model->cosine);
    free(model->circle);
    free(model->bond);
    free(model);
}

const ons_longrange *ons_dipolar_longrange(const ons_dipolar_model *model) { return model->longrange; }

/* ---- walkers --------------------------------------------------------------------------------------------------------
 */

ons_status ons_dipolar_create(ons_dipolar **walker, const ons_dipolar_model *model, ons_random random) {
    ons_dipolar *made = *walker = ONS_NEW(ons_dipolar, 1);
    if (!made) { return ONS_MEMORY; }
    const size_t sites = model->graph->sites, q = model->states;
    made->model = model;
    made->random = random;
    made->states = ONS_NEW(int8_t, sites);
    made->charge = ONS_NEW(int8_t, sites);
    made->queue = ONS_NEW(uint32_t, sites);
    made->counts = ONS_NEW(int64_t, q);
    made->linked = ONS_NEW(uint64_t, q * q);
    if (model->longrange) { made->field = ONS_NEW(int64_t, sites); }
    const bool failed = !made->states || !made->charge || !made->queue || !made->counts || !made->linked ||
                        (model->longrange && !made->field);
    const ons_status status = failed ? ONS_MEMORY : ons_dipolar_refresh(made);
    if (status) {
        ons_dipolar_free(made);
        *walker = NULL;
    }
    return status;
}

void ons_dipolar_free(ons_dipolar *walker) {
    if (!walker) { return; }
    free(walker->states);
    free(walker->charge);
    free(walker->queue);
    free(walker->counts);
    free(walker->linked);
    free(walker->field);
    free(walker);
}

ons_random *ons_dipolar_random(ons_dipolar *walker) { return &walker->random; }
int8_t *ons_dipolar_states(ons_dipolar *walker) { return walker->states; }

ons_status ons_dipolar_start_random(ons_dipolar *walker, ons_random *random) {
    const uint32_t sites = walker->model->graph->sites;
    for (uint32_t site = 0; site < sites; site++) {
        walker->states[site] = (int8_t)ons_random_below(random, walker->model->choices);
    }
    return ons_dipolar_refresh(walker);
}

ons_status ons_dipolar_start_stripes(ons_dipolar *walker, unsigned width, unsigned orientation) {
    const ons_graph *graph = walker->model->graph;
    const bool flat = graph->lattice->dimension == 2;
    for (unsigned d = 0; flat && width > 0 && d < 2; d++) {
        if (graph->lengths[d] % (2 * (int64_t)width) == 0) { continue; }
        return ons_fail(ONS_INVALID, "stripes of %u rows need lengths that are multiples of %u; %lld is none", width,
                        2 * width, (long long)graph->lengths[d]);
    }
    if (!flat || width == 0 || orientation > 2) {
        return ons_fail(ONS_INVALID, "stripes have a width of at least one row, the orientations 0 to 2, and exist in "
                                     "two dimensions");
    }
    for (uint32_t site = 0; site < graph->sites; site++) {
        const int64_t i = site / graph->lengths[1], j = site % graph->lengths[1];
        const int64_t u = orientation == 0 ? i : orientation == 1 ? j : i + j;
        walker->states[site] = (int8_t)(u / width % 2);
    }
    return ons_dipolar_refresh(walker);
}

/* ---- Metropolis
 * ------------------------------------------------------------------------------------------------------
 */

static void accept(ons_dipolar *walker, uint32_t site, int old, int new, int64_t exchange, int64_t dipoles) {
    walker->states[site] = (int8_t) new;
    walker->counts[old]--;
    walker->counts[new]++;
    walker->exchange += exchange;
    if (walker->field && (old ^ new) & 1) {
        spins_wide_add(&walker->dipoles, 2 * dipoles);
        ons_longrange_flip(walker->model->longrange, site, spins_dipole(new), walker->field);
    }
}

/* dE = -J sum_j [cos(new - n_j) - cos(old - n_j)] + D (2 V(0) - 2 s phi) when s turns: sums of whole numbers, so that
 * the way back has exactly -dE. Inlined with a constant number of neighbours. */
static inline __attribute__((always_inline)) void sweep(ons_dipolar *walker, double temperature,
                                                        const uint32_t coordination) {
    const ons_dipolar_model *model = walker->model;
    const uint32_t sites = model->graph->sites, others = model->choices - 1;
    const uint32_t *const neighbours = model->graph->neighbour;
    const int64_t *const cosine = model->cosine + model->states - 1, *const field = walker->field;
    const int64_t own = field ? 2 * ons_longrange_units(model->longrange)[0] : 0;
    const double beta = 1 / temperature, exchange_beta = -model->options.coupling * model->cosine_unit * beta;
    const double dipole_beta = field ? model->options.dipole * ons_longrange_unit(model->longrange) * beta : 0;
    ons_random random = walker->random;
    const int8_t *const states = walker->states;
    for (uint32_t attempt = 0; attempt < sites; attempt++) {
        const uint32_t draw = ons_random_below(&random, sites * others), site = draw / others;
        const int old = states[site];
        int new = old + 1 + (int)(draw - site * others);
        if (new >= (int)others + 1) { new -= (int)others + 1; }
        const int64_t *const to = cosine + new, *const from = cosine + old;
        const uint32_t *const neighbour = neighbours + (size_t)site * coordination;
        int64_t exchange = 0, dipoles = 0;
        for (uint32_t k = 0; k < coordination; k++) {
            const ptrdiff_t other = states[neighbour[k]];
            exchange += to[-other] - from[-other];
        }
        double x = exchange_beta * (double)exchange;
        if (field && (old ^ new) & 1) {
            dipoles = own - 2 * spins_dipole(old) * field[site];
            x += dipole_beta * (double)dipoles;
        }
        const uint32_t word = ons_random_32(&random);
        if (x > IMPOSSIBLE && word) { continue; } /* exp(-x) < 2^-32 */
        if (spins_ladder_flip(model->ladder, &random, word, x)) { accept(walker, site, old, new, exchange, dipoles); }
    }
    walker->random = random;
}

void ons_dipolar_metropolis(ons_dipolar *walker, double temperature) {
    switch (walker->model->graph->coordination) {
    case 4: sweep(walker, temperature, 4); break;
    case 6: sweep(walker, temperature, 6); break;
    default: sweep(walker, temperature, walker->model->graph->coordination); break;
    }
}

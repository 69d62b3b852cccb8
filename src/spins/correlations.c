/*
 * Correlations along the axes and structure factors along the reciprocal axes, by one-dimensional Fourier transforms of
 * GSL: they need no planner, which FFTW shares between threads, and lines are short.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "modes.h"

#include <gsl/gsl_fft_halfcomplex.h>
#include <gsl/gsl_fft_real.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Transforms of one length. */
typedef struct transform {
    size_t length;
    gsl_fft_real_wavetable *forth;
    gsl_fft_halfcomplex_wavetable *back;
    gsl_fft_real_workspace *work;
} transform;

struct ons_correlations {
    const ons_graph *graph;
    unsigned directions, direction[ONS_DIMENSIONS];
    size_t cells, distances, waves; /* L, and the lengths of both arrays */
    transform line, layer;          /* of L or, open, 2 L points; of L points */
    double *power;                  /* [line.length]: |f(k)|^2 of all lines, half complex */
    double *scratch;                /* [line.length] */
    double *layers;                 /* [sites of the cell][L] */
    double *phase;                  /* [directions][sites of the cell][waves][2] */
    double *sum, *wave;             /* [waves][2]: f(k) of one component; [waves]: structure factor so far */
    double *lag;                    /* [distances] */
};

static bool axes_of(const ons_lattice *lattice, const int64_t *lengths, unsigned *count, unsigned *directions) {
    bool used[ONS_DIMENSIONS] = {false};
    *count = 0;
    if (ons_lattice_wavenumber(lattice, lengths, used) == 0) { return false; }
    for (unsigned d = 0; d < lattice->dimension; d++) {
        /* directions of other lengths may have the same |k| on a skew basis: the first one counts */
        if (used[d] && (!*count || lengths[d] == lengths[directions[0]])) { directions[(*count)++] = d; }
    }
    return true;
}

ons_status ons_correlations_lengths(const ons_lattice *lattice, const int64_t *lengths, bool open, size_t *correlation,
                                    size_t *structure_factor) {
    unsigned count, directions[ONS_DIMENSIONS] = {0};
    if (!lattice || !axes_of(lattice, lengths, &count, directions)) {
        return ons_fail(ONS_INVALID, "correlations along the axes need a lattice with at least two cells in a "
                                     "direction, not a complete graph or a list of edges");
    }
    const size_t cells = (size_t)lengths[directions[0]];
    *correlation = open ? cells : cells / 2 + 1;
    *structure_factor = cells / 2 + 1;
    return ONS_OK;
}

static ons_status transform_init(transform *t, size_t length) {
    t->length = length;
    t->forth = gsl_fft_real_wavetable_alloc(length);
    t->back = gsl_fft_halfcomplex_wavetable_alloc(length);
    t->work = gsl_fft_real_workspace_alloc(length);
    return t->forth && t->back && t->work
               ? ONS_OK
               : ons_fail(ONS_MEMORY, "no memory for a Fourier transform of length %zu", length);
}

static void transform_free(transform *t) {
    if (t->forth) { gsl_fft_real_wavetable_free(t->forth); }
    if (t->back) { gsl_fft_halfcomplex_wavetable_free(t->back); }
    if (t->work) { gsl_fft_real_workspace_free(t->work); }
}

/* exp(-i k_n r) of the place of each site within its cell. */
static void tabulate_phases(ons_correlations *c) {
    const ons_lattice *lattice = c->graph->lattice;
    double *phase = c->phase;
    for (unsigned d = 0; d < c->directions; d++) {
        for (size_t site = 0; site < lattice->sites; site++) {
            const double place = lattice->positions[site * lattice->dimension + c->direction[d]];
            for (size_t n = 0; n < c->waves; n++, phase += 2) {
                spins_circle(-(double)n * place / (double)c->cells, &phase[0], &phase[1]);
            }
        }
    }
}

ons_status ons_correlations_create(ons_correlations **result, const ons_graph *graph) {
    *result = NULL;
    size_t distances = 0, waves = 0;
    ons_status status =
        ons_correlations_lengths(graph->lattice, graph->lengths, graph->boundary == ONS_OPEN, &distances, &waves);
    if (status) { return status; }
    ons_correlations *c = ONS_NEW(ons_correlations, 1);
    if (!c) { return ONS_MEMORY; }
    c->graph = graph;
    axes_of(graph->lattice, graph->lengths, &c->directions, c->direction);
    c->cells = (size_t)graph->lengths[c->direction[0]];
    c->distances = distances;
    c->waves = waves;
    status = transform_init(&c->line, graph->boundary == ONS_OPEN ? 2 * c->cells : c->cells);
    if (!status) { status = transform_init(&c->layer, c->cells); }
    const size_t basis = graph->lattice->sites;
    c->power = ONS_NEW(double, c->line.length);
    c->scratch = ONS_NEW(double, c->line.length);
    c->layers = ONS_NEW(double, basis * c->cells);
    c->phase = ONS_NEW(double, 2 * c->directions * basis * waves);
    c->sum = ONS_NEW(double, 2 * waves);
    c->wave = ONS_NEW(double, waves);
    c->lag = ONS_NEW(double, distances);
    if (!c->power || !c->scratch || !c->layers || !c->phase || !c->sum || !c->wave || !c->lag) { status = ONS_MEMORY; }
    if (status) {
        ons_correlations_free(c);
        return status;
    }
    tabulate_phases(c);
    *result = c;
    return ONS_OK;
}

void ons_correlations_free(ons_correlations *c) {
    if (!c) { return; }
    transform_free(&c->line);
    transform_free(&c->layer);
    free(c->power);
    free(c->scratch);
    free(c->layers);
    free(c->phase);
    free(c->sum);
    free(c->wave);
    free(c->lag);
    free(c);
}

double ons_correlations_sites(const ons_correlations *c) { return c->graph->sites; }

void ons_correlations_clear(ons_correlations *c) {
    memset(c->lag, 0, c->distances * sizeof *c->lag);
    memset(c->wave, 0, c->waves * sizeof *c->wave);
}

/* Adds |f(k)|^2 of a line: 0, then pairs, then for even lengths the last one. */
static void add_power(ons_correlations *c) {
    const size_t length = c->line.length;
    const double *f = c->scratch;
    c->power[0] += f[0] * f[0];
    for (size_t k = 1; k + 1 < length; k += 2) { c->power[k] += f[k] * f[k] + f[k + 1] * f[k + 1]; }
    if (length % 2 == 0) { c->power[length - 1] += f[length - 1] * f[length - 1]; }
}

/* Sums over all lines along a direction of f(x) f(x + r): the transform of their power (Wiener and Khinchin), lines
 * of open lattices continued by as many zeros. */
static void add_lines(ons_correlations *c, spins_layers layers, const double *component) {
    const size_t length = c->line.length;
    memset(c->power, 0, length * sizeof *c->power);
    for (size_t repeat = 0; repeat < layers.repeats; repeat++) {
        for (size_t k = 0; k < layers.block; k++) {
            memset(c->scratch, 0, length * sizeof *c->scratch);
            const double *first = component + repeat * layers.length * layers.block + k;
            for (size_t x = 0; x < layers.length; x++) { c->scratch[x] = first[x * layers.block]; }
            gsl_fft_real_transform(c->scratch, 1, length, c->line.forth, c->line.work);
            add_power(c);
        }
    }
    gsl_fft_halfcomplex_inverse(c->power, 1, length, c->line.back, c->line.work);
    for (size_t r = 0; r < c->distances; r++) { c->lag[r] += c->power[r]; }
}

/* Adds |f(k)|^2 of the waves along a direction, from the sums over its layers. */
static void add_waves(ons_correlations *c, spins_layers layers, const double *phase, const double *component) {
    const size_t cells = c->cells;
    memset(c->layers, 0, layers.basis * cells * sizeof *c->layers);
    for (size_t repeat = 0; repeat < layers.repeats; repeat++) {
        for (size_t layer = 0; layer < cells; layer++) {
            for (size_t k = 0; k < layers.block; k += layers.basis) {
                for (size_t site = 0; site < layers.basis; site++) { c->layers[site * cells + layer] += *component++; }
            }
        }
    }
    memset(c->sum, 0, 2 * c->waves * sizeof *c->sum);
    for (size_t site = 0; site < layers.basis; site++) {
        double *f = c->layers + site * cells;
        gsl_fft_real_transform(f, 1, cells, c->layer.forth, c->layer.work);
        for (size_t n = 0; n < c->waves; n++, phase += 2) {
            const double real = n ? f[2 * n - 1] : f[0], imaginary = n && 2 * n < cells ? f[2 * n] : 0;
            c->sum[2 * n] += real * phase[0] - imaginary * phase[1];
            c->sum[2 * n + 1] += real * phase[1] + imaginary * phase[0];
        }
    }
    for (size_t n = 0; n < c->waves; n++) {
        c->wave[n] += c->sum[2 * n] * c->sum[2 * n] + c->sum[2 * n + 1] * c->sum[2 * n + 1];
    }
}

void ons_correlations_add(ons_correlations *c, const double *component) {
    const size_t phases = 2 * c->graph->lattice->sites * c->waves;
    for (unsigned d = 0; d < c->directions; d++) {
        const spins_layers layers = spins_layers_of(c->graph, c->direction[d]);
        add_lines(c, layers, component);
        add_waves(c, layers, c->phase + d * phases, component);
    }
}

void ons_correlations_take(const ons_correlations *c, double *correlation, double *structure_factor) {
    const double sites = c->graph->sites, cells = (double)c->cells;
    const bool open = c->graph->boundary == ONS_OPEN;
    for (size_t r = 0; correlation && r < c->distances; r++) {
        const double pairs = open ? sites * (cells - (double)r) / cells : sites;
        correlation[r] = c->lag[r] / (pairs * c->directions);
    }
    for (size_t n = 0; structure_factor && n < c->waves; n++) {
        structure_factor[n] = c->wave[n] / (sites * c->directions);
    }
}

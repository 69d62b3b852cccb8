/*
 * What a configuration of clock spins with dipoles shows: order, stripes, stiffness, structure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dipolar.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* cos(q arg M) = Re (M/|M|)^q, by products alone. */
static double anisotropy(const double *m, unsigned q) {
    const double length = sqrt(m[0] * m[0] + m[1] * m[1]);
    double c = 1, s = 0;
    if (!(length > 1e-12)) { return 0; }
    for (unsigned k = 0; k < q; k++) {
        const double old = c;
        c = (c * m[0] - s * m[1]) / length;
        s = (s * m[0] + old * m[1]) / length;
    }
    return c;
}

void ons_dipolar_look(const ons_dipolar *walker, ons_dipolar_order *order) {
    const ons_dipolar_model *model = walker->model;
    const unsigned q = model->states;
    const double sites = model->graph->sites;
    const int64_t *counts = walker->counts;
    int64_t largest = 0, dipole = 0;
    double m[2] = {0, 0};
    for (unsigned n = 0; n < q; n++) {
        const int64_t both = counts[n] + counts[n + 1 < q ? n + 1 : 0];
        largest = both > largest ? both : largest;
        dipole += spins_dipole((int)n) * counts[n];
        m[0] += (double)counts[n] * model->circle[2 * n];
        m[1] += (double)counts[n] * model->circle[2 * n + 1];
    }
    *order = (ons_dipolar_order){.magnetization = {m[0] / sites, m[1] / sites},
                                 .adjacent = (q == 2 ? sites : (double)largest) / sites,
                                 .dipole = (double)dipole / sites};
    order->anisotropy = anisotropy(order->magnetization, q);
}

/* ---- stripes --------------------------------------------------------------------------------------------------------
 */

/* Sums of dipoles by the row u mod 2 width of each orientation. */
void ons_dipolar_stripes(const ons_dipolar *walker, unsigned width, unsigned count, double *amplitude) {
    const ons_graph *graph = walker->model->graph;
    const size_t rows = (size_t)graph->lengths[0], columns = (size_t)graph->lengths[1], period = 2 * width;
    assert(count <= 3);
    double sums[3][2] = {{0}};
    size_t diagonal = 0;
    double unit[2], turn[2] = {1, 0};
    spins_circle(1.0 / (double)period, &unit[0], &unit[1]);
    for (size_t phase = 0; phase < period; phase++) { /* all sites whose row has this phase */
        int64_t total[3] = {0, 0, 0};
        for (size_t i = 0; i < rows; i++) {
            const int8_t *row = walker->states + i * columns;
            if (i % period == phase) {
                for (size_t j = 0; j < columns; j++) { total[0] += 1 - 2 * (row[j] & 1); }
            }
            for (size_t j = phase; j < columns; j += period) { total[1] += 1 - 2 * (row[j] & 1); }
            diagonal = (phase + period - i % period) % period;
            for (size_t j = diagonal; count > 2 && j < columns; j += period) { total[2] += 1 - 2 * (row[j] & 1); }
        }
        for (unsigned k = 0; k < count; k++) {
            sums[k][0] += (double)total[k] * turn[0];
            sums[k][1] += (double)total[k] * turn[1];
        }
        const double old = turn[0];
        turn[0] = turn[0] * unit[0] - turn[1] * unit[1];
        turn[1] = turn[1] * unit[0] + old * unit[1];
    }
    for (unsigned k = 0; k < count; k++) {
        amplitude[k] = sqrt(sums[k][0] * sums[k][0] + sums[k][1] * sums[k][1]) / graph->sites;
    }
}

/* ---- stiffness ------------------------------------------------------------------------------------------------------
 */

/* The bonds lie one cell's list after the other: bond b of every cell has the vector bond[b]. */
double ons_dipolar_helicity(const ons_dipolar *walker, double temperature) {
    const ons_dipolar_model *model = walker->model;
    const ons_graph *graph = model->graph;
    const unsigned dimension = graph->lattice->dimension;
    const size_t kinds = graph->lattice->bonds;
    const int q = (int)model->states;
    double stiffness = 0, current[ONS_LONGRANGE_DIMENSIONS] = {0};
    for (size_t kind = 0; kind < kinds; kind++) {
        const double *bond = model->bond + kind * dimension;
        int64_t differences[2 * ONS_DIPOLAR_STATES] = {0};
        double cosine = 0, sine = 0, squared = 0;
        for (uint64_t b = kind; b < graph->bonds; b += kinds) {
            differences[walker->states[graph->target[b]] - walker->states[graph->source[b]] + q]++;
        }
        for (int d = 1; d < 2 * q; d++) {
            const double *unit = model->circle + 2 * (d % q);
            cosine += (double)differences[d] * unit[0];
            sine += (double)differences[d] * unit[1];
        }
        for (unsigned k = 0; k < dimension; k++) {
            squared += bond[k] * bond[k];
            current[k] += bond[k] * sine;
        }
        stiffness += squared * cosine;
    }
    const double coupling = model->options.coupling;
    double flow = 0;
    for (unsigned k = 0; k < dimension; k++) { flow += current[k] * current[k]; }
    return coupling * (stiffness - coupling / temperature * flow) / (dimension * model->volume * graph->sites);
}

/* ---- structure ------------------------------------------------------------------------------------------------------
 */

ons_status ons_dipolar_structure(const ons_dipolar *walker, double *structure) {
    const spins_fourier *fourier = walker->model->fourier;
    const unsigned dimension = fourier->dimension;
    const size_t length = (size_t)fourier->lengths[dimension - 1], half = length / 2 + 1;
    double *reals = spins_fourier_reals(fourier);
    spins_complex *spectrum = spins_fourier_spectrum(fourier);
    ons_status status = reals && spectrum ? ONS_OK : ONS_MEMORY;
    if (status) { goto cleanup; }
    for (size_t i = 0; i < fourier->sites; i++) { reals[i] = spins_dipole(walker->states[i]); }
    spins_fourier_forward(fourier, reals, spectrum);
    for (size_t row = 0; row < fourier->sites / length; row++) {
        size_t mirror = 0, rest = row, weight = 1; /* the row of the opposite momentum */
        for (unsigned d = dimension - 1; d-- > 0;) {
            const size_t size = (size_t)fourier->lengths[d];
            mirror += (size - rest % size) % size * weight;
            weight *= size;
            rest /= size;
        }
        for (size_t x = 0; x < length; x++) {
            const spins_complex mode = x < half ? spectrum[row * half + x] : spectrum[mirror * half + length - x];
            structure[row * length + x] = spins_square(mode) / (double)fourier->sites;
        }
    }
cleanup:
    spins_fourier_release(reals);
    spins_complex_free(spectrum);
    return status;
}

/*
 * Sweeps of O(n) spins, n = 2 and 3, through one sublattice after the other: spins of a sublattice do not couple, and
 * are moved many at a time. Spins and fields are gathered from the graph and put back, whatever its lattice.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "vectors.h"
#include "vectors_kernel.h"

static const spins_vectors_moves *moves_of(unsigned n) {
    static const spins_vectors_moves *const moves[SPINS_ISAS] = {
#if defined(__x86_64__)
        [SPINS_V4] = spins_vectors_moves_v4,
        [SPINS_V3] = spins_vectors_moves_v3,
#endif
        [SPINS_PLAIN] = spins_vectors_moves_plain
    };
    return &moves[spins_isa_in_use()][n - 2];
}

/* h = J sum over the neighbours of S, and the field. */
SPINS_INLINE void gather_uniform(const ons_vectors *spins, unsigned n, uint32_t coordination, const uint32_t *site,
                                 unsigned count, spins_batch *batch) {
    const ons_vectors_model *model = spins->model;
    const double *all = spins->spins;
    for (unsigned i = 0; i < count; i++) {
        const uint32_t *neighbour = model->graph->neighbour + (uint64_t)site[i] * coordination;
        double h[3] = {0, 0, 0};
        for (uint32_t k = 0; k < coordination; k++) {
            const double *s = all + (size_t)neighbour[k] * n;
            for (unsigned c = 0; c < n; c++) { h[c] += s[c]; }
        }
        for (unsigned c = 0; c < n; c++) {
            batch->spin[c][i] = all[(size_t)site[i] * n + c];
            batch->field[c][i] = h[c] * model->couplings.all;
        }
    }
}

SPINS_INLINE void gather_any(const ons_vectors *spins, unsigned n, const uint32_t *site, unsigned count,
                             spins_batch *batch) {
    const ons_vectors_model *model = spins->model;
    for (unsigned i = 0; i < count; i++) {
        uint32_t degree;
        const uint64_t row = spins_row(model->graph, site[i], &degree);
        for (unsigned c = 0; c < n; c++) { batch->field[c][i] = 0; }
        for (uint32_t k = 0; k < degree; k++) {
            const double *s = spins->spins + (size_t)model->graph->neighbour[row + k] * n;
            const double coupling = spins_entry_coupling(&model->couplings, row + k);
            for (unsigned c = 0; c < n; c++) { batch->field[c][i] += coupling * s[c]; }
        }
        for (unsigned c = 0; c < n; c++) { batch->spin[c][i] = spins->spins[(size_t)site[i] * n + c]; }
    }
}

/* What lies behind `count` in the last vector is computed too, and thrown away. */
SPINS_INLINE void gather(const ons_vectors *spins, unsigned n, const uint32_t *site, unsigned count,
                         spins_batch *batch) {
    const ons_vectors_model *model = spins->model;
    const uint32_t coordination = model->couplings.entry ? 0 : model->graph->coordination;
    switch (coordination) {
    case 3: gather_uniform(spins, n, 3, site, count, batch); break;
    case 4: gather_uniform(spins, n, 4, site, count, batch); break;
    case 6: gather_uniform(spins, n, 6, site, count, batch); break;
    case 8: gather_uniform(spins, n, 8, site, count, batch); break;
    default: gather_any(spins, n, site, count, batch);
    }
    for (unsigned i = 0; i < count && model->options.field != 0; i++) {
        batch->field[model->options.axis][i] += model->options.field;
    }
    for (unsigned i = count; i % SPINS_VECTOR_WIDTH; i++) {
        for (unsigned c = 0; c < n; c++) {
            batch->spin[c][i] = c == 0;
            batch->field[c][i] = 0;
        }
    }
}

SPINS_INLINE void put_back(ons_vectors *spins, unsigned n, const uint32_t *site, unsigned count,
                           const spins_batch *batch) {
    for (unsigned i = 0; i < count; i++) {
        for (unsigned c = 0; c < n; c++) { spins->spins[(size_t)site[i] * n + c] = batch->spin[c][i]; }
    }
}

/* The decisions that 32 bits leave open; a rise of 0 is accepted with 1/2, as elsewhere. */
static void decide_later(ons_vectors *spins, unsigned n, unsigned count, const uint32_t *words, const uint64_t *unsure,
                         spins_batch *batch) {
    for (unsigned i = 0; i < count; i++) {
        if (!(unsure[i / 64] >> i % 64 & 1)) { continue; }
        const double x = batch->rise[i];
        const bool accepted = x == 0 ? words[i] >> 31 : spins_below(&spins->random, words[i], spins_flip_threshold(x));
        for (unsigned c = 0; c < n && accepted; c++) { batch->spin[c][i] = batch->proposal[c][i]; }
    }
}

typedef enum move { METROPOLIS, HEAT_BATH, RELAX } move;

SPINS_INLINE void move_batch(ons_vectors *spins, unsigned n, move kind, const uint32_t *site, unsigned count,
                             spins_batch *batch) {
    const ons_vectors_model *model = spins->model;
    const spins_vectors_moves *moves = moves_of(n);
    const unsigned rows = kind == RELAX ? 0 : n == 2 ? 2 : 4;
    const unsigned padded = (count + SPINS_VECTOR_WIDTH - 1) / SPINS_VECTOR_WIDTH * SPINS_VECTOR_WIDTH;
    gather(spins, n, site, count, batch);
    for (unsigned row = 0; row < rows; row++) { ons_random_fill(&spins->random, batch->words[row], padded); }
    if (kind == METROPOLIS) {
        uint64_t unsure[SPINS_BATCH / 64];
        if (!moves->metropolis(batch, padded, model->width / 2, model->beta, unsure)) {
            decide_later(spins, n, count, batch->words[rows - 1], unsure, batch);
        }
    } else if (kind == HEAT_BATH) {
        moves->heat_bath(batch, padded, model->beta);
    } else {
        moves->relax(batch, padded);
    }
    put_back(spins, n, site, count, batch);
}

SPINS_INLINE void sweep(ons_vectors *spins, unsigned n, move kind) {
    const spins_sublattices *sublattices = spins->model->sublattices;
    spins_batch batch;
    for (unsigned side = 0; side < 2; side++) {
        const uint32_t end = sublattices->begin[side + 1];
        for (uint32_t first = sublattices->begin[side]; first < end; first += SPINS_BATCH) {
            const unsigned count = end - first < SPINS_BATCH ? end - first : SPINS_BATCH;
            move_batch(spins, n, kind, sublattices->site + first, count, &batch);
            if (end - first <= SPINS_BATCH) { break; }
        }
    }
}

static void metropolis_2(ons_vectors *spins) { sweep(spins, 2, METROPOLIS); }
static void metropolis_3(ons_vectors *spins) { sweep(spins, 3, METROPOLIS); }
static void heat_bath_3(ons_vectors *spins) { sweep(spins, 3, HEAT_BATH); }
static void relax_2(ons_vectors *spins) { sweep(spins, 2, RELAX); }
static void relax_3(ons_vectors *spins) { sweep(spins, 3, RELAX); }

spins_vectors_step spins_vectors_sublattice_step(const ons_vectors_model *model) {
    if (model->options.update == ONS_SPIN_METROPOLIS) { return model->n == 2 ? metropolis_2 : metropolis_3; }
    return heat_bath_3;
}

spins_vectors_step spins_vectors_sublattice_relaxation(const ons_vectors_model *model) {
    return model->n == 2 ? relax_2 : relax_3;
}

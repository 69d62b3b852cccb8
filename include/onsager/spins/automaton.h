/*
 * automaton: reversible cellular automata of particles on a ring, one bit a particle: single bit strings, ensembles of
 * initial states in bit slices, and the map of all 2^M states.
 *
 * A ring of `cells` cells has `planes` bits in each: with c colours, plane k < c holds the right-movers of colour k,
 * plane c + k the left-movers of colour k (right-movers alone: c planes). One step moves right-movers from cell x to
 * x + 1 and left-movers to x - 1, and then scatters in every cell. All rules are one-to-one and keep the number of
 * particles; scattering exchanges colours or directions only.
 *
 * With a probability distribution over initial states this is a probabilistic cellular automaton in the sense of
 * Wetterich (arXiv:2111.06728, 2022): its step evolution operator is a permutation, the time evolution of a discrete
 * quantum system of fermions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_AUTOMATON_H
#define ONSAGER_SPINS_AUTOMATON_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ons_rule {
    ONS_RIGHT_MOVERS, /* no scattering: a massless Weyl fermion of every colour */
    ONS_MOVERS,       /* right- and left-movers that pass through each other: a massless Dirac fermion */
    ONS_THIRRING,   /* two colours: where exactly one right- and one left-mover of different colours meet, they exchange
                       their colours */
    ONS_SCATTERERS, /* two colours: at scattering cells every particle changes direction and colour (R1 <-> L2,
                       R2 <-> L1; as in Kreuzkamp and Wetterich, arXiv:2405.09829) */
    ONS_COUNTER     /* no lattice: the state is a number of `cells` bits, and a step adds 1 modulo 2^cells */
} ons_rule;

enum { ONS_COLOURS = 8 };

typedef struct ons_automaton {
    ons_rule rule;
    unsigned colours; /* 1 .. ONS_COLOURS; 2 for ONS_THIRRING and ONS_SCATTERERS, 1 for ONS_COUNTER */
    uint64_t cells;
    /* Cells that scatter, bit x of scatterer[x / 64]; NULL: all. Must outlive the automaton. */
    const uint64_t *scatterer;
} ons_automaton;

/* ONS_INVALID, with the reason, for a wrong number of colours or cells. */
ONS_API ons_status ons_automaton_check(const ons_automaton *automaton);
ONS_API unsigned ons_automaton_planes(const ons_automaton *automaton);
/* planes x cells. */
ONS_API uint64_t ons_automaton_bits(const ons_automaton *automaton);
/* The state that follows `state`, and the one before it: bit p cells + x is plane p of cell x; at most 63 bits. */
ONS_API uint64_t ons_automaton_next(const ons_automaton *automaton, uint64_t state);
ONS_API uint64_t ons_automaton_previous(const ons_automaton *automaton, uint64_t state);
/* All cells one place to the right. */
ONS_API uint64_t ons_automaton_translate(const ons_automaton *automaton, uint64_t state);

/* ---- one long ring: a bit string per plane ------------------------------------------------------------------------
 */

/* 64 cells a word; bits beyond the last cell are 0. Some 0.1 ns or less per cell and step while the ring fits the
 * cache, by plain C that every compiler turns into vector instructions. */
typedef struct ons_cells {
    ons_automaton automaton;
    unsigned planes;
    size_t words;              /* of a plane */
    uint64_t *plane, *scratch; /* [planes][words] */
} ons_cells;

ONS_API ons_status ons_cells_create(ons_cells **cells, const ons_automaton *automaton);
ONS_API void ons_cells_free(ons_cells *cells);
ONS_API void ons_cells_step(ons_cells *cells, uint64_t steps);
ONS_API bool ons_cells_get(const ons_cells *cells, unsigned plane, uint64_t cell);
ONS_API void ons_cells_set(ons_cells *cells, unsigned plane, uint64_t cell, bool occupied);
ONS_API uint64_t ons_cells_particles(const ons_cells *cells, unsigned plane);

/* ---- ensembles: 64 initial states a word --------------------------------------------------------------------------
 */

/* Bit m % 64 of word m / 64 belongs to member m. Moving costs nothing: planes turn as a whole, and `turns` says by how
 * much; the word of plane p at cell x lies where ons_ensemble_place says. */
typedef struct ons_ensemble {
    ons_automaton automaton;
    unsigned planes;
    size_t words;       /* of a cell in a plane: members / 64 */
    uint64_t turns;     /* steps made, modulo cells */
    uint64_t *bits;     /* [planes][cells][words] */
    uint64_t scattered; /* cells of members in which something scattered in the latest step */
} ons_ensemble;

/* members: a multiple of 64. All cells empty. */
ONS_API ons_status ons_ensemble_create(ons_ensemble **ensemble, const ons_automaton *automaton, uint64_t members);
ONS_API void ons_ensemble_free(ons_ensemble *ensemble);
ONS_API void ons_ensemble_step(ons_ensemble *ensemble);
/* The words of plane `plane` at cell `cell`. */
ONS_API uint64_t *ons_ensemble_place(const ons_ensemble *ensemble, unsigned plane, uint64_t cell);
/* Members in which that bit is set. */
ONS_API uint64_t ons_ensemble_count(const ons_ensemble *ensemble, unsigned plane, uint64_t cell);
/* Sets every bit of the cell's plane with this probability (exact to 2^-32): one word of `random` a member. */
ONS_API void ons_ensemble_fill(ons_ensemble *ensemble, unsigned plane, uint64_t cell, double probability,
                               ons_random *random);

#ifdef __cplusplus
}
#endif
#endif

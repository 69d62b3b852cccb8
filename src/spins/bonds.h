/*
 * Inside the spin engine: where the cumulants of the bonds of a periodic lattice come from, and their contraction to
 * the scalar curvature.
 *
 * Sites r are row-major over lengths[dimension]; the bond (r, o) joins r and r + e_o. By translation symmetry
 *   pair[o][o'][u]     F of (r + u, o) and (r, o'),
 *   T(o1 o2 o3; k2, k3) = sum over r2, r3 of exp(-i k2 r2 - i k3 r3) kappa_3 of (0, o1), (r2, o2), (r3, o3).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_BONDS_H
#define ONSAGER_SPINS_BONDS_H

#include <onsager/spins.h>

#include "fourier.h"

enum { SPINS_WAYS = 3 }; /* largest dimension */

/* A periodic lattice and its momenta. */
typedef struct spins_torus {
    unsigned dimension;
    int64_t lengths[SPINS_WAYS];
    size_t sites;
} spins_torus;

void spins_torus_place(const spins_torus *torus, size_t site, int64_t *place);
/* Of any integers, folded into the lattice. */
size_t spins_torus_site(const spins_torus *torus, const int64_t *place);
size_t spins_torus_minus(const spins_torus *torus, size_t site);
size_t spins_torus_sum(const spins_torus *torus, size_t a, size_t b);
size_t spins_torus_step(const spins_torus *torus, size_t site, unsigned way);
/* exp(i sign k r) of every site r into wave[sites], k a momentum of the lattice. */
void spins_torus_wave(const spins_torus *torus, size_t momentum, int sign, spins_complex *wave);
/* Smallest site of every orbit of momenta under reflections and exchanges of equal lengths: *orbits of them, with their
 * sizes; both arrays are allocated. */
ons_status spins_torus_orbits(const spins_torus *torus, size_t **momentum, size_t **size, size_t *orbits);

/* The cumulants at hand: `mean` and `pair` in real space, and T for one k3 and all k2. */
typedef struct spins_cumulants {
    spins_torus torus;
    double mean[SPINS_WAYS];
    const double *pair; /* [d][d][sites] */
    const void *data;
    /* T into slab[d][d][d][sites of k2], made for the momentum k3. */
    void (*slab)(const void *data, size_t k3, spins_complex *slab);
} spins_cumulants;

/* ---- contraction ---- */

typedef struct spins_contraction spins_contraction;
/* Decomposes F(k) of every momentum; ONS_FAILED where it is not positive definite. */
ons_status spins_contraction_create(spins_contraction **contraction, const spins_cumulants *cumulants);
void spins_contraction_free(spins_contraction *contraction);
double spins_contraction_bytes(const spins_torus *torus);

/* What one momentum k3 adds, before its multiplicity: |T|^2 by whitening, by products of the connection, and the
 * vector t along each way. SPINS_PARTS numbers. */
enum { SPINS_PART_WHITENED, SPINS_PART_CONNECTION, SPINS_PART_VECTOR, SPINS_PARTS = SPINS_PART_VECTOR + SPINS_WAYS };
void spins_contraction_part(spins_contraction *contraction, size_t k3, double *part);
/* T(k2 = 0, k3 = 0) of the latest slab, real: third[d][d][d]. */
void spins_contraction_uniform(const spins_contraction *contraction, double *third);
/* From parts[orbits][SPINS_PARTS]: the whole, and the shells' shares of R when share[orbits] is not NULL. */
void spins_contraction_sum(const spins_contraction *contraction, size_t orbits, const size_t *size, const double *parts,
                           ons_curvature *curvature, double *share);

/* ---- free fermions ---- */

/* Bytes of the tables; their cumulants (the slab borrows from the fermions: one thread at a time). */
double spins_fermions_bytes(double sites);
ons_status spins_fermions_cumulants(ons_fermions *fermions, spins_cumulants *cumulants);

/* ---- transfer matrix of the Potts model ---- */

typedef struct spins_rows spins_rows;
/* lengths[1] is along the rows, whose states number q^lengths[1]. */
ons_status spins_rows_create(spins_rows **rows, unsigned q, const int64_t lengths[2], double coupling);
void spins_rows_free(spins_rows *rows);
double spins_rows_bytes(unsigned q, const int64_t lengths[2]);
/* Classes of row states under permutations of the q colours: one unit of work each, added to sums. */
size_t spins_rows_starts(const spins_rows *rows);
size_t spins_rows_sums(const spins_rows *rows);
void spins_rows_follow(spins_rows *rows, size_t start, double *sums);
/* The cumulants from the finished sums; ising: of 2 e - 1. */
ons_status spins_rows_cumulants(spins_rows *rows, const double *sums, bool ising, spins_cumulants *cumulants);

/* ---- samples ---- */

typedef struct spins_samples spins_samples;
ons_status spins_samples_create(spins_samples **samples, const spins_torus *torus, uint32_t blocks);
void spins_samples_free(spins_samples *samples);
double spins_samples_bytes(const spins_torus *torus, uint32_t blocks);
/* Numbers of one block. */
size_t spins_samples_sums(const spins_samples *samples);
/* Adds the bonds of a configuration to the sums of its block: s_i s_j of spins +-1, and delta(s_i, s_j) of colours. */
void spins_samples_add(spins_samples *samples, const int8_t *spins, double *sums);
void spins_samples_add_colours(spins_samples *samples, const uint8_t *colours, double *sums);
/* The cumulants of all blocks but `left_out` (left_out = blocks: of all), `count` samples in each: sums[blocks][..].
 * Only the momenta k3 that stand for their orbits have a slab. */
void spins_samples_cumulants(spins_samples *samples, const double *sums, uint32_t left_out, double count,
                             spins_cumulants *cumulants);

/* ---- enumeration ---- */

/* All states of a small graph, with the spin of site 0 fixed. */
typedef struct spins_states spins_states;
ons_status spins_states_create(spins_states **states, const ons_graph *graph, unsigned q, double coupling);
void spins_states_free(spins_states *states);
/* Of work: some states each. */
uint64_t spins_states_units(const spins_states *states);
size_t spins_states_sums(const spins_states *states);
void spins_states_add(const spins_states *states, uint64_t unit, double *sums);
/* Metric [m][m] and third [m][m][m] from the finished sums; ising: of 2 e - 1. */
void spins_states_cumulants(const spins_states *states, const double *sums, bool ising, double *mean, double *metric,
                            double *third);

#endif

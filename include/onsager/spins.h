/*
 * spins: an engine for classical spins on lattices and graphs.
 *
 * Lattice descriptions (built in or from a file), the graphs built from them, the Ising model with its Monte Carlo
 * dynamics, and exact solutions. It knows base and statistics only and is usable alone from C.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_H
#define ONSAGER_SPINS_H

#include <onsager/base.h>
#include <onsager/spins/tempering.h>
#include <onsager/spins/patterns.h>
#include <onsager/spins/multispin.h>
#include <onsager/spins/annealing.h>
#include <onsager/spins/kinetics.h>
#include <onsager/spins/automaton.h>
#include <onsager/spins/permutation.h>
#include <onsager/spins/qubits.h>
#include <onsager/spins/step.h>
#include <onsager/spins/longrange.h>
#include <onsager/spins/dipolar.h>
#include <onsager/spins/curvature.h>
#include <onsager/spins/fermions.h>
#include <onsager/spins/transfer.h>
#include <onsager/spins/enumeration.h>
#include <onsager/spins/multicanonical.h>
#include <onsager/spins/density.h>
#include <onsager/spins/glass.h>
#include <onsager/spins/kernels.h>
#include <onsager/spins/ladder.h>
#include <onsager/spins/discrete.h>
#include <onsager/spins/vectors.h>
#include <onsager/spins/correlations.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- lattice descriptions --------------------------------------------------------------------------------- */

#define ONS_DIMENSIONS 8 /* largest dimension of a lattice */

/* A bond of the unit cell: from site `source` of a cell to site `target` of the cell `cell` away (in basis vectors).
 * Every bond is listed once, in one direction. */
typedef struct ons_lattice_bond {
    uint32_t source, target, type;
    int32_t cell[ONS_DIMENSIONS];
} ons_lattice_bond;

/* A periodic arrangement of sites and typed bonds. Lengths have the unit in which the basis is written. */
typedef struct ons_lattice {
    char *name;
    unsigned dimension;     /* 1 .. ONS_DIMENSIONS */
    size_t sites;           /* of the unit cell */
    size_t bonds;           /* of the unit cell */
    size_t types;           /* of bonds */
    double *basis;          /* [dimension][dimension]: vector i is row i, Cartesian */
    double *positions;      /* [sites][dimension]: fractional (multiples of the basis vectors) */
    ons_lattice_bond *bond; /* [bonds], ascending in source */
    double *couplings;      /* [types]: factor on the coupling of the model */
} ons_lattice;

/* A built-in lattice: chain, square, triangular, honeycomb (2 sites), kagome (3 sites), cubic, bcc and fcc (primitive
 * cells of one site), all with nearest neighbours at distance 1; hypercubic takes `dimension` (1 .. 8), which is
 * ignored for all others. ONS_INVALID for an unknown name, with the nearest one. */
ONS_API ons_status ons_lattice_create(ons_lattice **lattice, const char *name, unsigned dimension);

#define ONS_SHELLS 12
/* The sites of `lattice` with other bonds: between all pairs of sites at the smallest, second smallest, .. distance
 * (shells of neighbours; distances equal within 1e-9), `count` of them, 1 .. ONS_SHELLS; bonds of shell k + 1 have type
 * k and the factor factors[k] (0 keeps them, without effect). */
ONS_API ons_status ons_lattice_shells(ons_lattice **shells, const ons_lattice *lattice, const double *factors,
                                      size_t count);

/* A lattice from a YAML file. Keys:
 *   name: TEXT                     optional
 *   basis: [[..], ..]              d vectors of d Cartesian components
 *   coordinates: fractional        or cartesian: how `sites` are written; optional
 *   sites: [[..], ..]              positions in the cell
 *   bonds: [{from: 0, to: 1, cell: [0, 1], type: NAME}, ..]   sites count from 0; `cell` is 0 and `type` the only one
 * if left out; each bond once, in one direction couplings: {NAME: 1, ..}       factor per type, or a list for the types
 * 0, 1, ..; optional with one type (factor 1) Messages have the form "file:line:column: ...". */
ONS_API ons_status ons_lattice_read(ons_lattice **lattice, const char *path);
/* The same from memory; `name` stands in messages. */
ONS_API ons_status ons_lattice_parse(ons_lattice **lattice, const char *name, const char *bytes, size_t count);
ONS_API ons_lattice *ons_lattice_copy(const ons_lattice *lattice); /* NULL: no memory */
ONS_API void ons_lattice_free(ons_lattice *lattice);

/* ---- graphs ----------------------------------------------------------------------------------------------- */

typedef enum ons_boundary { ONS_PERIODIC, ONS_OPEN } ons_boundary;

/* Sites and bonds in the forms that kernels want. Site = cell * lattice->sites + (site of the cell), cells in row-major
 * order of their coordinates (the last direction runs fastest). */
typedef struct ons_graph {
    uint32_t sites;
    uint64_t bonds;   /* all, self-bonds included (complete graph: 0) */
    bool complete;    /* every pair is a bond of strength 1/sites; nothing is listed */
    uint32_t *source; /* [bonds] */
    uint32_t *target; /* [bonds] */
    double *strength; /* [bonds]: factor on the coupling of the model; NULL: all equal to common_strength */
    double common_strength;
    uint64_t self_bonds;     /* bonds of a site to itself: a constant -J in the energy, absent from the neighbours */
    uint64_t multiple_bonds; /* bonds that join a pair that an earlier bond joins already */
    uint32_t coordination;   /* neighbours of every site; 0 when that varies */
    uint64_t entries;        /* 2 (bonds - self_bonds) */
    uint64_t *offset;        /* [sites + 1]: neighbours of i are neighbour[offset[i] .. offset[i+1]-1]; NULL when
                                coordination > 0: then neighbour[i * coordination ..] */
    uint32_t *neighbour;     /* [entries]; of one site in the order of the bonds */
    ons_lattice *lattice;    /* the graph's own copy; NULL for complete graphs and edge lists */
    int64_t lengths[ONS_DIMENSIONS]; /* cells per direction */
    ons_boundary boundary;
} ons_graph;

/* What a graph would be, before it is built. Doubles, since it may be absurd. */
typedef struct ons_graph_plan {
    double sites, bonds; /* bonds: as if periodic (an upper bound for open boundaries) */
    double bytes;
    bool several_strengths;
    bool self_bonds, multiple_bonds; /* whether the periodic lengths are so short that such arise */
} ons_graph_plan;

/* `count` lengths (cells): one for all directions or one per direction, each >= 1. Refuses another count, with the
 * message of ons_graph_create. */
ONS_API ons_status ons_graph_estimate(const ons_lattice *lattice, const int64_t *lengths, size_t count,
                                      ons_boundary boundary, ons_graph_plan *plan);
/* Builds it. Periodic lengths of 1 and 2 keep what the description says: bonds that join the same pair twice, and bonds
 * of a site to itself. Refuses more than 2^32 - 2 sites or 2^40 bonds. Cost: some 20 ns a bond. */
ONS_API ons_status ons_graph_create(ons_graph **graph, const ons_lattice *lattice, const int64_t *lengths, size_t count,
                                    ons_boundary boundary);
/* The same without lists of bonds and neighbours, which are NULL, and without `multiple_bonds`: all that
 * ONS_CHECKERBOARD needs. One strength for all bonds; periodic. */
ONS_API ons_status ons_graph_outline(ons_graph **graph, const ons_lattice *lattice, const int64_t *lengths,
                                     size_t count);
/* Every pair of `sites` sites, strength 1/sites each. */
ONS_API ons_status ons_graph_complete(ons_graph **graph, int64_t sites);
/* The same with its bonds listed (`complete` is false), for what needs them; at most 65536 sites. */
ONS_API ons_status ons_graph_complete_listed(ons_graph **graph, int64_t sites);
/* A list of edges from a text file: `i j [strength]` on each line (strength 1 if left out), sites count from 0, #
 * begins a comment. The number of sites is the largest index + 1. Pairs listed twice are double bonds; i = j is
 * refused. */
ONS_API ons_status ons_graph_read(ons_graph **graph, const char *path);
ONS_API ons_status ons_graph_parse(ons_graph **graph, const char *name, const char *bytes, size_t count);
ONS_API void ons_graph_free(ons_graph *graph);

/* Cartesian coordinates of a site, [dimension]; needs graph->lattice. */
ONS_API void ons_graph_position(const ons_graph *graph, uint32_t site, double *position);
/* The cell of a site, [dimension]; needs graph->lattice. */
ONS_API void ons_graph_cell(const ons_graph *graph, uint32_t site, int64_t *cell);

/* The smallest wave vectors that fit: k_d = 2 pi b_d / lengths[d] along the reciprocal basis (a_i . b_j = delta_ij), of
 * those directions with lengths[d] > 1 the ones with the smallest |k_d|. Returns |k_min| and sets used[dimension]; 0
 * when no direction has two cells. */
ONS_API double ons_lattice_wavenumber(const ons_lattice *lattice, const int64_t *lengths, bool *used);
/* 4 sin^2(k/2), by which the second-moment correlation length is defined. The same bits on every CPU. */
ONS_API double ons_lattice_momentum_squared(double wavenumber);

/* ---- the Ising model -------------------------------------------------------------------------------------- */

/* H = - sum over bonds J_ij s_i s_j - field sum_i s_i, s = +-1, k_B = 1. Each dynamics satisfies detailed balance in
 * its elementary move, and the step has one eigenvalue on the unit circle: METROPOLIS     sites attempts at sites drawn
 * at random; accepted with min(1, exp(-dE/T)), but 1/2 when dE = 0, so that the chain is irreducible and aperiodic on
 * every graph, without couplings too HEAT_BATH      all sites in order, each drawn from its conditional distribution;
 * every transition has a positive probability WOLFF          `clusters` single clusters (Wolff 1989), each grown from a
 * site drawn at random over satisfied bonds with 1 - exp(-2|J|/T) and flipped; a cluster that joins the ghost spin of a
 * field stays. Where no bond couples two sites (all clusters are single sites and the number of flips would decide the
 * parity of the state) a cluster is flipped with probability 1/2 SWENDSEN_WANG  all clusters (Swendsen and Wang 1987),
 * each flipped with probability 1/2; that of the ghost stays. Every transition has a positive probability Decisions
 * compare random integers with 64-bit thresholds from ons_exp: the same bits on every CPU. */
typedef enum ons_ising_update { ONS_METROPOLIS, ONS_HEAT_BATH, ONS_WOLFF, ONS_SWENDSEN_WANG } ons_ising_update;

/* The order of single-spin Metropolis updates. RANDOM: as above. CHECKERBOARD: one sublattice after the other, all
 * sites of a sublattice at once; only for Metropolis without field and disorder on hypercubic lattices up to dimension
 * 4 (chain, square, cubic) with periodic, even lengths and one coupling. Each sublattice update satisfies detailed
 * balance, the step is stationary. One bit a spin, 512 at a time; acceptance as above, exactly (64-bit numbers compared
 * bit by bit). Number 0 of the stream's planes onwards is the sweep: the position of the stream counts sweeps. */
typedef enum ons_ising_order { ONS_RANDOM_ORDER, ONS_CHECKERBOARD } ons_ising_order;

typedef struct ons_ising_options {
    double temperature; /* > 0 */
    double coupling;    /* J_ij = coupling * strength of the bond; ignored with `couplings` */
    double field;
    const double *couplings; /* [graph->bonds]: J_ij of each bond (quenched disorder), copied; NULL: as above. Not for
                                complete graphs */
    const double *fields;    /* [sites]: h_i, added to `field` (random fields), copied; NULL: nothing. Cluster updates
                                then have a ghost spin with |field + h_i| to each site: exact, but clusters that hold
                                it do not flip, and strong fields stop all large ones */
    const uint8_t *occupied; /* [sites]: 0 where there is no spin (site dilution), copied; NULL: everywhere. Such a
                                site has s_i = 0, its attempts change nothing. Not for complete graphs */
    ons_ising_update update;
    uint32_t clusters;     /* of one WOLFF step, >= 1 */
    ons_ising_order order; /* METROPOLIS */
} ons_ising_options;

/* Whether ONS_CHECKERBOARD can treat this model: ONS_INVALID with the reason when it cannot. `lengths`: one per
 * direction. *used (may be NULL): the part of each word of bits that is in use, 1 for most lengths, small for those
 * that have few divisors; time and memory, sites / 4 / used bytes, grow with its inverse. */
ONS_API ons_status ons_ising_check_checkerboard(const ons_lattice *lattice, const int64_t *lengths,
                                                ons_boundary boundary, const ons_ising_options *options, double *used);

/* The model with its tables; shared by any number of states on any threads, changed by ons_ising_model_set alone. */
typedef struct ons_ising_model ons_ising_model;
/* `graph` must outlive the model. */
ONS_API ons_status ons_ising_model_create(ons_ising_model **model, const ons_graph *graph,
                                          const ons_ising_options *options);
ONS_API void ons_ising_model_free(ons_ising_model *model);
/* Another temperature (> 0) and field from now on, for all states of the model: a protocol in time. No state may step
 * meanwhile. ONS_INVALID where create would refuse; the model is then as it was. Tabulates anew: no work that grows
 * with the lattice, but for cluster updates with couplings of any value, whose bonds have a threshold each (O(bonds)).
 */
ONS_API ons_status ons_ising_model_set(ons_ising_model *model, double temperature, double field);
/* Memory of a model with `states` states on a graph of that size, without the graph; `general`: couplings that are not
 * small multiples of one number. */
ONS_API double ons_ising_bytes(double sites, double bonds, const ons_ising_options *options, bool general,
                               unsigned states);

/* Quenched couplings into couplings[graph->bonds]: strength * coupling with `probability`, else - strength * coupling;
 * and strength * (mean + width * standard normal). One draw per bond in the order of the bonds. */
ONS_API void ons_ising_bimodal(const ons_graph *graph, double coupling, double probability, ons_random *random,
                               double *couplings);
ONS_API void ons_ising_gaussian(const ons_graph *graph, double mean, double width, ons_random *random,
                                double *couplings);

/* strength * coupling on every bond, as the model itself would have: what is then diluted. */
ONS_API void ons_ising_uniform(const ons_graph *graph, double coupling, double *couplings);
/* Takes bonds (their coupling becomes 0) and sites (occupied[sites]: 1 or 0) away: each is there with probability
 * `concentration`, independently. One draw each, in their order. They return how many are left. */
ONS_API uint64_t ons_ising_dilute_bonds(const ons_graph *graph, double concentration, ons_random *random,
                                        double *couplings);
ONS_API uint32_t ons_ising_dilute_sites(uint32_t sites, double concentration, ons_random *random, uint8_t *occupied);
/* Random fields into fields[sites]: +width or -width, each with 1/2; and width * standard normal. One draw a site. */
ONS_API void ons_ising_fields_bimodal(uint32_t sites, double width, ons_random *random, double *fields);
ONS_API void ons_ising_fields_gaussian(uint32_t sites, double width, ons_random *random, double *fields);

/* A configuration with its random stream. */
typedef struct ons_ising ons_ising;
/* Begins with all spins up. `model` must outlive it. */
ONS_API ons_status ons_ising_create(ons_ising **ising, const ons_ising_model *model, ons_random random);
ONS_API void ons_ising_free(ons_ising *ising);
ONS_API void ons_ising_start_up(ons_ising *ising);
ONS_API void ons_ising_start_random(ons_ising *ising, ons_random *random); /* infinite temperature */
/* The spins, [sites], +1 or -1, 0 where there is none; after changing them from outside call ons_ising_refresh
 * (ONS_INVALID when one is not +-1; empty sites are emptied again). With ONS_CHECKERBOARD a copy, made by this call. */
ONS_API int8_t *ons_ising_spins(ons_ising *ising);
ONS_API ons_status ons_ising_refresh(ons_ising *ising);
/* Lets the spins lie in the caller's array from now on, [sites], as they stand there; it must outlive the state. NULL:
 * in memory of its own again. ONS_INVALID when one is not +-1: all is then as it was. With ONS_CHECKERBOARD the array
 * receives its copy by ons_ising_spins. */
ONS_API ons_status ons_ising_use(ons_ising *ising, int8_t *spins);
/* The stream of the dynamics, to be persisted. */
ONS_API ons_random *ons_ising_random(ons_ising *ising);
/* The threads that a step may use from now on (1: the calling one); only ONS_CHECKERBOARD uses more than one. The bits
 * do not depend on them. */
ONS_API ons_status ons_ising_set_threads(ons_ising *ising, unsigned threads);
/* One step of the dynamics. Allocates nothing. */
ONS_API void ons_ising_step(ons_ising *ising);

/* Per site. Energy: O(1) from integer sums, O(bonds) when the couplings are general. */
ONS_API double ons_ising_energy(const ons_ising *ising);
ONS_API double ons_ising_magnetization(const ons_ising *ising);
/* |m(k)|^2 averaged over the smallest wave vectors (ons_lattice_wavenumber), m(k) = (1/N) sum_i s_i exp(i k r_i). O(N);
 * NaN without a lattice or without such a wave vector. Uses scratch of the state: one thread at a time. */
ONS_API double ons_ising_magnetization_kmin_squared(const ons_ising *ising);
/* (1/N) sum_i a_i b_i of two states on the same graph. */
ONS_API double ons_ising_overlap(const ons_ising *a, const ons_ising *b);

/* ---- exact solutions -------------------------------------------------------------------------------------- */

/* Canonical means per site of the Ising model; what a solution does not give is NaN. */
typedef struct ons_ising_exact {
    double free_energy;           /* -(T/N) ln Z */
    double energy, specific_heat; /* specific_heat = N (<e^2> - <e>^2) / T^2 */
    double magnetization, magnetization_abs, magnetization_squared, magnetization_fourth;
} ons_ising_exact;

/* The square lattice on a rows x columns torus without field: Kaufman, Phys. Rev. 76, 1232 (1949), in the form of
 * Ferdinand and Fisher, Phys. Rev. 185, 832 (1969), with analytic derivatives. Any lengths >= 1 (lengths 1 and 2 with
 * self-bonds and double bonds); coupling < 0 only where both are even, otherwise ONS_DONE. Cost: O(columns). */
ONS_API ons_status ons_ising_exact_torus(int64_t rows, int64_t columns, double coupling, double temperature,
                                         ons_ising_exact *exact);
/* The chain of `sites` sites in a field, periodic or open, by its transfer matrix (Ising 1925; Kramers and Wannier
 * 1941). */
ONS_API ons_status ons_ising_exact_chain(int64_t sites, ons_boundary boundary, double coupling, double field,
                                         double temperature, ons_ising_exact *exact);
/* The complete graph, coupling/sites per pair, in a field, by the sum over the number of up spins; all of
 * ons_ising_exact. Cost: O(sites). */
ONS_API ons_status ons_ising_exact_complete(int64_t sites, double coupling, double field, double temperature,
                                            ons_ising_exact *exact);

/* Energy per site without field, averaged over quenched couplings, on the Nishimori line (Nishimori, Prog. Theor. Phys.
 * 66, 1169 (1981)): there the gauge symmetry makes [J_ij <s_i s_j>] = [J_ij]. Bimodal (ons_ising_bimodal): at
 * tanh(coupling * strength / T) = 2 probability - 1; gaussian (ons_ising_gaussian): at width^2 * strength = mean * T.
 * Any graph whose bonds have one strength; ONS_DONE off the line (beyond 1e-9 of it) or with several strengths. */
ONS_API ons_status ons_ising_nishimori_bimodal(const ons_graph *graph, double coupling, double probability,
                                               double temperature, double *energy);
ONS_API ons_status ons_ising_nishimori_gaussian(const ons_graph *graph, double mean, double width, double temperature,
                                                double *energy);

#ifdef __cplusplus
}
#endif
#endif

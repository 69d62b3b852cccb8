/*
 * asynchronous: networks of nodes with clocks of their own. A node has one number, or a phase; at its events it reads
 * its neighbours, some of them late, and sets its own number anew.
 *
 * Contracting maps under any schedule with bounded delays (Chazan and Miranker 1969; Baudet 1978; Bertsekas 1983),
 * coupled map lattices (Kaneko 1984), averaging by gossip (Boyd, Ghosh, Prabhakar, Shah 2006), phase oscillators
 * (Kuramoto 1975), equitable partitions and their invariant subspaces (Stewart, Golubitsky, Pivato 2003), transverse
 * exponents (Pecora and Carroll 1998).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_ASYNCHRONOUS_H
#define ONSAGER_DYNAMICS_ASYNCHRONOUS_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- who hears whom -------------------------------------------------------------------------------------------------
 */

/* A graph without loops and double links: node i hears heard[start[i]] .. heard[start[i + 1] - 1], ascending, and they
 * hear it. The complete graph has no lists: start and heard are NULL. */
typedef struct ons_wiring {
    uint32_t nodes;
    bool complete;
    uint64_t links; /* each counted once */
    uint64_t *start;
    uint32_t *heard;
} ons_wiring;

/* From links edges[2 k], edges[2 k + 1], nodes from 0. Refuses loops, double links and nodes that are not there, naming
 * the link. Cost O(nodes + count log count). */
ONS_API ons_status ons_wiring_edges(ons_wiring **wiring, uint32_t nodes, const uint32_t *edges, size_t count);
/* The ring, each node with `range` neighbours on either side (2 range < nodes), and the torus, sites row by row (both
 * lengths at least 3). */
ONS_API ons_status ons_wiring_ring(ons_wiring **wiring, uint32_t nodes, uint32_t range);
ONS_API ons_status ons_wiring_torus(ons_wiring **wiring, uint32_t rows, uint32_t columns);
/* At least 2 nodes. */
ONS_API ons_status ons_wiring_complete(ons_wiring **wiring, uint32_t nodes);
/* A random graph in which every node has `degree` neighbours: pairs of half-links at random, loops and double links
 * mended by exchanges with random links. nodes * degree even, 1 <= degree < nodes. */
ONS_API ons_status ons_wiring_regular(ons_wiring **wiring, uint32_t nodes, uint32_t degree, ons_random *random);
ONS_API void ons_wiring_free(ons_wiring *wiring);
ONS_API uint32_t ons_wiring_degree(const ons_wiring *wiring, uint32_t node);
ONS_API bool ons_wiring_connected(const ons_wiring *wiring);
/* The eigenvalues of the normalized Laplacian 1 - D^-1/2 A D^-1/2, ascending, values[nodes]. At most 4096 nodes, each
 * with a neighbour. Cost nodes^3. */
ONS_API ons_status ons_wiring_spectrum(const ons_wiring *wiring, double *values);
/* The coarsest equitable partition that refines block[nodes] (any labels; all equal: the coarsest of all): nodes of a
 * block hear equally many of every block. On return block[i] < *blocks, numbered by their first nodes. Splitting by
 * counted neighbours, all parts but the largest again (Paige and Tarjan 1987; Cardon and Crochemore 1982):
 * O(links log nodes). */
ONS_API ons_status ons_wiring_refine(const ons_wiring *wiring, uint32_t *block, uint32_t *blocks);

/* ---- nodes with one number ------------------------------------------------------------------------------------------
 */

typedef enum ons_node_rule {
    ONS_NODE_AFFINE,    /* x_i <- sum_j a_ij x_j + b_i */
    ONS_NODE_TANH,      /* x_i <- tanh(sum_j a_ij x_j) + b_i: the same Lipschitz constants */
    ONS_NODE_THRESHOLD, /* x_i <- 1 if sum_j a_ij x_j + b_i > 0, else 0 */
    ONS_NODE_LOGISTIC,  /* x_i <- (1 - e) f(x_i) + (e/deg_i) sum_j f(x_j), f(x) = r x (1 - x); f alone without links */
    ONS_NODE_GOSSIP     /* i and a neighbour drawn at random take their mean */
} ons_node_rule;

typedef enum ons_clock {
    ONS_CLOCK_SYNCHRONOUS, /* all at once, at whole times */
    ONS_CLOCK_ROUND_ROBIN, /* 0, 1, 2, ...: all once in a unit of time */
    ONS_CLOCK_POISSON,     /* node i at the points of a Poisson process of rate w_i */
    ONS_CLOCK_PRESCRIBED,  /* the nodes of `order`, over and over; a unit of time is once through it */
    ONS_CLOCK_ADVERSARIAL, /* round-robin, each node twice: it reads the late values that make it as large as possible,
                              then as small (the schedule of Chazan and Miranker); affine only, delay >= 3 */
    ONS_CLOCK_BLOCKS       /* blocks of a partition, all their nodes at once, at the points of Poisson processes of
                              rate 1 */
} ons_clock;

/* All arrays must outlive the network. */
typedef struct ons_asynchronous_options {
    ons_node_rule rule;
    const ons_wiring *wiring; /* logistic, gossip */
    uint32_t nodes;           /* the rules with a matrix: rows row[i] .. row[i + 1] - 1 of column, weight; offset */
    const uint64_t *row;
    const uint32_t *column;
    const double *weight, *offset;
    double coupling, control; /* logistic: e in [0, 1], r in [0, 4] */
    ons_clock clock;
    const double *rates; /* Poisson: w_i > 0; NULL: all 1 */
    const uint32_t *order;
    size_t length; /* of order */
    const uint32_t *block;
    uint32_t blocks;
    unsigned delay;   /* B: a neighbour's value is one of its last B + 1, drawn evenly at every reading; at most 255 */
    bool delay_fixed; /* always the oldest of them */
    bool symmetric;   /* sums in the order of the values, so that nodes that hear the same numbers get the same bits */
    double noise;     /* added to every new number, even in [-noise, noise]; logistic: reflected into [0, 1] */
    uint64_t key;     /* of the random streams */
    uint32_t replica; /* purposes purpose .. purpose + 2 */
    uint32_t purpose;
} ons_asynchronous_options;

typedef struct ons_asynchronous ons_asynchronous;

/* Refuses clocks, rates, delays and orders that make no sense; starts at x = 0. */
ONS_API ons_status ons_asynchronous_create(ons_asynchronous **network, const ons_asynchronous_options *options);
ONS_API void ons_asynchronous_free(ons_asynchronous *network);
/* The numbers x[nodes] and, with delays, all that were before: the same. */
ONS_API void ons_asynchronous_set(ons_asynchronous *network, const double *x);
/* The number that node i had `late` of its own events ago (late <= delay). */
ONS_API void ons_asynchronous_set_late(ons_asynchronous *network, uint32_t node, unsigned late, double x);
ONS_API const double *ons_asynchronous_values(const ons_asynchronous *network);
/* Multiplies all numbers, the late ones included: for rates of growth of linear maps. */
ONS_API void ons_asynchronous_scale(ons_asynchronous *network, double factor);
/* One unit of time. A Poisson clock has as many events as its distribution says. */
ONS_API void ons_asynchronous_unit(ons_asynchronous *network);
/* So many events (synchronous: updates of all; blocks: of a block; adversarial: of a node). */
ONS_API void ons_asynchronous_events(ons_asynchronous *network, uint64_t count);
/* The largest |x_i - point_i| over all nodes and all late values that can still be read (point NULL: |x_i|). */
ONS_API double ons_asynchronous_distance(const ons_asynchronous *network, const double *point);

/* What must be kept to go on with the same bits. late: [nodes * late_size], newest: [nodes]; NULL without delays. */
typedef struct ons_asynchronous_state {
    double *x, *late;
    uint8_t *newest;
    uint32_t nodes;
    size_t late_size;
    uint64_t *counters;  /* [2]: events so far; the place in the order */
    ons_random *streams; /* [3]: who, how late, noise */
} ons_asynchronous_state;
ONS_API ons_asynchronous_state ons_asynchronous_parts(ons_asynchronous *network);
/* After the parts were read. */
ONS_API void ons_asynchronous_refresh(ons_asynchronous *network);

/* ---- what is known of them ------------------------------------------------------------------------------------------
 */

/* The Lipschitz constant of a matrix in the maximum norm, the largest sum of |a_ij| in a row, and the spectral radius
 * of |A|, by power iteration of |A| + 1 between the bounds of Collatz and Wielandt until they agree to 1e-12 (or 10^5
 * steps): the lower and the upper bound. */
ONS_API double ons_contraction(uint32_t nodes, const uint64_t *row, const double *weight);
ONS_API ons_status ons_comparison_radius(uint32_t nodes, const uint64_t *row, const uint32_t *column,
                                         const double *weight, double *low, double *high);
/* The transverse exponent of coupled maps with exponent `lyapunov` for an eigenvalue of the normalized Laplacian:
 * lyapunov + ln|1 - coupling eigenvalue|. */
ONS_API double ons_transverse_exponent(double lyapunov, double coupling, double eigenvalue);
/* The same measured: perturbations of all nodes about a synchronous orbit of the logistic map, their uniform part taken
 * out, over `steps` iterations; the error from 32 blocks. The orbit gets a noise of 1e-14, since chaotic orbits of
 * doubles are periodic. */
ONS_API ons_status ons_transverse_measure(const ons_wiring *wiring, double control, double coupling, uint64_t steps,
                                          ons_random *random, double *exponent, double *error);
/* E |x - mean|^2 of gossip after 0 .. count events from x, values[count + 1], exactly: the covariance C goes to the
 * mean of W C W^T over all events. Memory nodes^2, cost count * links * nodes. */
ONS_API ons_status ons_gossip_expected(const ons_wiring *wiring, const double *x, size_t count, double *values);
/* Groups of nodes whose numbers lie within `tolerance` of a neighbour in order (single linkage): their number, label[]
 * (may be NULL), by their smallest numbers; NaN if memory runs out. */
ONS_API double ons_strata(const double *x, size_t count, double tolerance, uint32_t *label);
/* The offset of two histories x[count], y[count]: the shift s, |s| <= most, with the smallest mean |x(t + s) - y(t)| +
 * alpha |s| over the times that both have, and that smallest value: one entry of the matrix of phase offsets and of the
 * asynchronous metric. most < count / 2. */
ONS_API double ons_offset(const double *x, const double *y, size_t count, size_t most, double alpha, int64_t *shift);

/* ---- phases ---------------------------------------------------------------------------------------------------------
 */

/* theta_i' = omega_i + (K/deg_i) sum_j sin(theta_j - theta_i): Runge-Kutta of order 4 in the frame in which each
 * oscillator turns with its own frequency, so that the fastest do not limit the step. O(N) on the complete graph. */
typedef struct ons_phases ons_phases;
ONS_API ons_status ons_phases_create(ons_phases **phases, const ons_wiring *wiring, const double *omega,
                                     double coupling, double step);
ONS_API void ons_phases_free(ons_phases *phases);
ONS_API void ons_phases_set(ons_phases *phases, const double *theta);
ONS_API double *ons_phases_angles(ons_phases *phases); /* within [-pi, pi] after a step */
ONS_API void ons_phases_advance(ons_phases *phases, uint64_t steps);
/* |sum exp(i theta)| / N. */
ONS_API double ons_phases_order(const ons_phases *phases);
/* Turns of the phases once round the ring 0, 1, .. count - 1, 0. */
ONS_API int64_t ons_winding(const double *theta, size_t count);

typedef enum ons_frequencies { ONS_IDENTICAL, ONS_LORENTZIAN, ONS_GAUSSIAN, ONS_UNIFORM } ons_frequencies;
/* Frequencies of that distribution with centre 0 and width (half width at half height, standard deviation, half of the
 * range): drawn, or with random = NULL its quantiles (i + 1/2)/count. */
ONS_API void ons_frequencies_draw(ons_frequencies kind, double width, size_t count, ons_random *random, double *omega);

#ifdef __cplusplus
}
#endif
#endif

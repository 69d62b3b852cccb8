/*
 * discrete: spins with q states on lattices and graphs: Potts, clock and Blume-Capel models.
 *
 * H = - sum over bonds J_ij w(s_i, s_j) + sum_i u(s_i), s = 0 .. q-1, J_ij = coupling * strength of the bond, k_B = 1:
 *   POTTS        w = delta(a, b)                u = - field delta(a, 0)
 *   CLOCK        w = cos(2 pi (a - b)/q)        u = - field cos(2 pi a/q)
 *   BLUME_CAPEL  w = (a - 1)(b - 1), q = 3      u = crystal_field (a - 1)^2 - field (a - 1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_DISCRETE_H
#define ONSAGER_SPINS_DISCRETE_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ons_graph;

typedef enum ons_discrete_kind { ONS_POTTS, ONS_CLOCK, ONS_BLUME_CAPEL } ons_discrete_kind;

/* The dynamics. The step has one eigenvalue on the unit circle on every graph, and each elementary move satisfies
 * detailed balance:
 *   METROPOLIS     sites attempts at sites drawn at random, each for one of the q - 1 other states; accepted with
 *                  min(1, exp(-dE/T)), but 1/2 when q = 2 and dE = 0
 *   HEAT_BATH      all sites in order, each drawn from its conditional distribution
 *   WOLFF          `clusters` single clusters (Wolff 1989): from a random site and a random other state of it, the
 *                  involution of the states that exchanges both (Potts: a transposition; clock: a reflection;
 *                  Blume-Capel: s to -s); a neighbour joins with 1 - exp(-x), x = max(0, the rise of the energy of the
 *                  bond / T when one end alone is changed). In a field a site of the cluster stops it with 1 - exp(-y),
 *                  y = max(0, the rise of u / T): it is then left as it was. Where no bond couples two sites and q = 2
 *                  a cluster is changed with probability 1/2
 *   SWENDSEN_WANG  all clusters: Potts with coupling > 0 those of Fortuin and Kasteleyn (1972), each with a new state
 *                  from its distribution in the field; otherwise (coupling < 0: Wang, Swendsen and Kotecky 1989) those
 *                  of a random involution, each changed with its heat-bath probability in the field
 * BLUME_CAPEL makes a heat-bath sweep before its clusters, which leave the sites with s = 0 alone. Decisions compare
 * random integers with thresholds from ons_exp (heat bath: doubles made by products): the same bits on every CPU. */
typedef enum ons_spin_update {
    ONS_SPIN_METROPOLIS,
    ONS_SPIN_HEAT_BATH,
    ONS_SPIN_WOLFF,
    ONS_SPIN_SWENDSEN_WANG
} ons_spin_update;

#define ONS_DISCRETE_STATES 256 /* largest q */

typedef struct ons_discrete_options {
    ons_discrete_kind kind;
    uint32_t states;    /* q, 2 .. ONS_DISCRETE_STATES; Blume-Capel: 3 */
    double temperature; /* > 0 */
    double coupling, field, crystal_field;
    ons_spin_update update;
    uint32_t clusters; /* of one WOLFF step, >= 1 */
} ons_discrete_options;

/* The model with its tables; shared by any number of states on any threads, never changed. */
typedef struct ons_discrete_model ons_discrete_model;
/* `graph` must outlive the model and lists its bonds (ons_graph_complete_listed for complete graphs). Blume-Capel
 * refuses bonds of a site to itself, which would not be constant. */
ONS_API ons_status ons_discrete_model_create(ons_discrete_model **model, const struct ons_graph *graph,
                                             const ons_discrete_options *options);
ONS_API void ons_discrete_model_free(ons_discrete_model *model);
/* Its q. */
ONS_API uint32_t ons_discrete_model_states(const ons_discrete_model *model);
/* Memory of a model with one state, without the graph. */
ONS_API double ons_discrete_bytes(double sites, double bonds, bool several_strengths,
                                  const ons_discrete_options *options);

/* A configuration with its random stream. */
typedef struct ons_discrete ons_discrete;
/* Begins in order: all sites in state 0 (Blume-Capel: s = +1). */
ONS_API ons_status ons_discrete_create(ons_discrete **spins, const ons_discrete_model *model, ons_random random);
ONS_API void ons_discrete_free(ons_discrete *spins);
ONS_API void ons_discrete_start_random(ons_discrete *spins, ons_random *random); /* every state equally likely */
/* The states, [sites]; after changing them from outside call ons_discrete_refresh (ONS_INVALID when one is not below
 * q). */
ONS_API uint8_t *ons_discrete_states(ons_discrete *spins);
ONS_API ons_status ons_discrete_refresh(ons_discrete *spins);
/* The stream of the dynamics, to be persisted. */
ONS_API ons_random *ons_discrete_random(ons_discrete *spins);
/* One step of the dynamics. Allocates nothing. */
ONS_API void ons_discrete_step(ons_discrete *spins);

/* H / N. O(bonds). */
ONS_API double ons_discrete_energy(const ons_discrete *spins);

/* Order of a configuration. m: Potts (q max_k rho_k - 1)/(q - 1), rho_k the fraction of sites in state k; clock
 * |(1/N) sum_i (cos, sin)(2 pi s_i/q)|; Blume-Capel (1/N) sum_i s_i, with its sign. vector_squared: Potts
 * (q sum_k rho_k^2 - 1)/(q - 1), others m^2. density: Blume-Capel (1/N) sum_i s_i^2, others 1. O(N). */
typedef struct ons_discrete_order {
    double m, vector_squared, density;
} ons_discrete_order;
ONS_API ons_discrete_order ons_discrete_measure_order(const ons_discrete *spins);
/* |m(k)|^2 averaged over the smallest wave vectors (ons_lattice_wavenumber): clock and Blume-Capel of m(k) = (1/N)
 * sum_i S_i exp(i k r_i); Potts q/(q-1) sum_k |rho_k(k)|^2. At k = 0 it would be vector_squared. O(N); NaN without such
 * a wave vector. */
ONS_API double ons_discrete_magnetization_kmin_squared(const ons_discrete *spins);
/* Both parts of the helicity modulus of a clock model on a periodic lattice, see ons_vectors_helicity. */
ONS_API void ons_discrete_helicity(const ons_discrete *spins, double *energy, double *current_squared);
/* The components of the order parameter, whose products summed over c give the correlations: component c of every site
 * into values[sites]; how many there are, and the factor and constant of the sum: Potts (q sum_c - 1)/(q - 1). */
ONS_API unsigned ons_discrete_components(const ons_discrete_model *model, double *factor, double *constant);
ONS_API void ons_discrete_component(const ons_discrete *spins, unsigned component, double *values);

/* The chain, periodic or open, by its transfer matrix with its derivatives: energy and specific heat per site
 * (N (<e^2> - <e>^2) / T^2), <vector_squared> (without field for Potts and clock, otherwise NaN) and <density>. Cost:
 * O(q^3 log sites); q <= 32, otherwise ONS_DONE. */
typedef struct ons_discrete_exact {
    double energy, specific_heat, magnetization, vector_squared, density;
} ons_discrete_exact;
ONS_API ons_status ons_discrete_exact_chain(const ons_discrete_options *options, int64_t sites, bool open,
                                            ons_discrete_exact *exact);

#ifdef __cplusplus
}
#endif
#endif

/*
 * replicas: mean-field theory of Ising spins with random couplings of P bodies: pure glasses (Sherrington and
 * Kirkpatrick for P = 2, the p-spin model), dense Hebbian networks (P >= 3) and Hopfield's (P = 2), replica symmetric
 * and with one step of breaking, at any temperature, zero included.
 *
 * Conventions. N spins s_i = +-1, k_B = 1, H = -sum J_{i1..iP} s_{i1}..s_{iP} - field sum s_i over i1 < .. < iP. The
 * disorder has the covariance N xi(q) with xi'(q) = load q^(P-1), so that xi(q) = load q^P / P:
 * - pure glass: J of variance load (P-1)!/N^(P-1), that is load = P J^2/2 with the textbook's variance
 *   P! J^2 / (2 N^(P-1)); Sherrington and Kirkpatrick's model with couplings of variance 1/N: P = 2, load = 1.
 * - network: J = ((P-1)!/N^(P-1)) sum over K patterns of the product of their entries, load = K (P-1)!/N^(P-1); one
 *   pattern may be condensed, its overlap is m and the field on its sites m^(P-1). For P = 2 this is Hopfield's
 *   network with load K/N, whose other patterns act back (r below).
 * Order parameters: overlap m, overlap_glass q (one value, or q1 <= q2 with the breaking point theta), and at T = 0
 * the response C = beta (1 - q) and beta theta, which stay finite.
 * Pressures A = -beta f are per spin. Replicas are maximised over: of two solutions with the same m the one of the
 * SMALLER pressure is the equilibrium of the disorder; of retrieval, glass and paramagnet the one of the largest.
 *
 * Replica symmetric (h = m^(P-1) + field + z sqrt(load q^(P-1))): m = E tanh beta h, q = E tanh^2 beta h. One step:
 * Gardner, Nucl. Phys. B 257, 747 (1985); Gross and Mezard, Nucl. Phys. B 240, 431 (1984). Hopfield: Amit, Gutfreund
 * and Sompolinsky, Ann. Phys. 173, 30 (1987), with noise load r, r = q/(1 - beta(1 - q))^2; one step: Crisanti, Amit
 * and Gutfreund, Europhys. Lett. 2, 337 (1986).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_MEANFIELD_REPLICAS_H
#define ONSAGER_MEANFIELD_REPLICAS_H

#include <onsager/meanfield/branch.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ons_replicas_kind {
    ONS_REPLICAS_PURE,    /* couplings are independent Gaussian numbers: P >= 2 */
    ONS_REPLICAS_NETWORK, /* Hebbian couplings: P >= 2 */
} ons_replicas_kind;

typedef enum ons_replicas_level { ONS_REPLICAS_RS, ONS_REPLICAS_1RSB } ons_replicas_level;
typedef enum ons_replicas_control {
    ONS_REPLICAS_TEMPERATURE,
    ONS_REPLICAS_LOAD,
    ONS_REPLICAS_FIELD
} ons_replicas_control;

typedef struct ons_replicas {
    ons_replicas_kind kind;
    unsigned order;     /* P, 2 .. 1000 */
    double load;        /* >= 0 */
    double temperature; /* >= 0 */
    double field;       /* >= 0; of networks along the condensed pattern */
} ons_replicas;

/* ONS_INVALID with what is wrong. */
ONS_API ons_status ons_replicas_check(const ons_replicas *glass);

/* ---- as a model of the solver --------------------------------------------------------------------------------------
 *
 * Order parameters, T > 0: (m, q), or (m, q1, q2) at a given theta, or (m, q1, q2, theta); T = 0: (m, C), (m, q1, C),
 * (m, q1, C, beta theta). Networks with P = 2: (m, s), (m, s, w) and theta, with s^2 = load r1, w = load (r2 - r1). The
 * pressure at T = 0 is -f.
 */
typedef struct ons_replicas_model {
    ons_meanfield model; /* its data is this structure: do not move it */
    ons_replicas glass;
    ons_replicas_level level;
    ons_replicas_control control;
    double breaking; /* theta (T = 0: beta theta) where it is no order parameter; 0: it is one */
    double low[4], high[4];
} ons_replicas_model;
ONS_API void ons_replicas_model_init(ons_replicas_model *model, const ons_replicas *glass, ons_replicas_level level,
                                     ons_replicas_control control, double breaking);

/* ---- states --------------------------------------------------------------------------------------------------------
 */

typedef enum ons_replicas_phase {
    ONS_REPLICAS_PARAMAGNET, /* m = q = 0 (without field) */
    ONS_REPLICAS_GLASS,      /* m = 0, q > 0 */
    ONS_REPLICAS_METASTABLE, /* retrieval exists, but the glass or the paramagnet has the larger pressure */
    ONS_REPLICAS_RETRIEVAL   /* retrieval has the largest pressure */
} ons_replicas_phase;

typedef struct ons_replicas_state {
    bool exists; /* false: no such state here, all else is NaN */
    ons_replicas_level level;
    double overlap;  /* m */
    double q1, q2;   /* equal where replicas are symmetric */
    double breaking; /* theta; 1 where replicas are symmetric; 0 at T = 0 */
    double slope;    /* beta theta, finite at T = 0; infinite there where replicas are symmetric */
    double response; /* beta (1 - q2) */
    double pressure; /* -beta f; infinite at T = 0 */
    double free_energy, energy, entropy;
    double stability; /* 1 - beta^2 xi''(q2) E<sech^4>: negative where the level is not stable (de Almeida and
                         Thouless' eigenvalue); -infinity at T = 0 */
} ons_replicas_state;

/* The state of largest overlap (retrieval). Where a broken solution does not exist at ONS_REPLICAS_1RSB the symmetric
 * one is given, which then is stable. 10 microseconds to 1 ms (RS), to 0.3 s (1RSB). */
ONS_API ons_status ons_replicas_retrieval(const ons_replicas *glass, ons_replicas_level level,
                                          ons_replicas_state *state);
/* The state without overlap: glass or paramagnet, whichever is the equilibrium of the disorder. */
ONS_API ons_status ons_replicas_disorder(const ons_replicas *glass, ons_replicas_level level,
                                         ons_replicas_state *state);
/* Which of both is the equilibrium. */
ONS_API ons_replicas_phase ons_replicas_compare(const ons_replicas_state *retrieval,
                                                const ons_replicas_state *disorder);
/* The equilibrium: both of these compared. */
ONS_API ons_status ons_replicas_equilibrium(const ons_replicas *glass, ons_replicas_level level,
                                            ons_replicas_state *state, ons_replicas_phase *phase);

/* ---- lines ----------------------------------------------------------------------------------------------------------
 */

/* The largest load at which retrieval exists, at the temperature and field of the glass: a fold (spinodal) of the
 * branch that begins at load 0; 0 where there is none at load 0 either. `overlap` (NULL: unwanted): m there. */
ONS_API ons_status ons_replicas_capacity(const ons_replicas *glass, ons_replicas_level level, double *load,
                                         double *overlap);
/* The load at which retrieval ceases to be the equilibrium; 0 where it never is. */
ONS_API ons_status ons_replicas_transition(const ons_replicas *glass, ons_replicas_level level, double *load);
/* Temperatures of the glass without overlap, P >= 3: statically (dA/dtheta = 0 at theta = 1), dynamically (the largest
 * at which q2 > 0 solves its equation at theta = 1). P = 2: both are the continuous transition. Any load > 0. */
ONS_API ons_status ons_replicas_static(const ons_replicas *glass, double *temperature);
ONS_API ons_status ons_replicas_dynamic(const ons_replicas *glass, double *temperature);
/* The temperature at which the replica-symmetric state without overlap becomes unstable in the glass's field (P = 2
 * without field: the transition itself; de Almeida and Thouless 1978). */
ONS_API ons_status ons_replicas_almeida(const ons_replicas *glass, double *temperature);

#ifdef __cplusplus
}
#endif
#endif

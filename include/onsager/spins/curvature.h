/*
 * curvature: information geometry of spin models whose every bond has a coupling of its own.
 *
 * The family p(s) = exp(sum_a J_a e_a(s)) / Z, one natural parameter J_a a bond, has the Fisher metric
 * F_ab = d_a d_b ln Z = Cov(e_a, e_b) and the third cumulants T_abc = d_a d_b d_c ln Z. The Levi-Civita connection of
 * such a Hessian metric is Gamma^c_ab = F^cd T_dab / 2; fourth cumulants drop out of its scalar curvature
 *
 *   R = (|T|^2 - |t|^2) / 4,   |T|^2 = F^ai F^bj F^ck T_abc T_ijk,   t_a = F^bc T_abc,   |t|^2 = F^ab t_a t_b,
 *
 * (Amari and Nagaoka 2000; Zhuravlev, arXiv:2603.07651, 2026). Its sign is that of a sphere: the probability simplex,
 * a sphere of radius 2, has R > 0. The Ricci scalar splits into four terms: from the derivatives of the connection
 * R1 = -|t|^2 / 2 and R2 = |T|^2 / 2, from its products R3 = |t|^2 / 4 and R4 = -|T|^2 / 4.
 *
 * Everywhere e_a = s_i s_j for the Ising model and e_a = delta(s_i, s_j) for the Potts model; J is dimensionless.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_CURVATURE_H
#define ONSAGER_SPINS_CURVATURE_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ons_graph;
struct ons_ising;
struct ons_discrete;

typedef struct ons_curvature {
    double scalar;        /* R = (tensor - trace) / 4 */
    double tensor, trace; /* |T|^2 and |t|^2 */
    double terms[4]; /* R1 .. R4, contracted by two different routes: R1, R2 from whitened tensors, R3, R4 from products
                        of the connection, so that R3 = -R1/2 and R4 = -R2/2 tests the contraction */
} ons_curvature;

/* Of any Hessian metric: metric[m][m] (symmetric, positive definite) and third[m][m][m] (symmetric). ONS_FAILED when
 * the metric is not positive definite. Cost: O(m^4). */
ONS_API ons_status ons_curvature_dense(size_t parameters, const double *metric, const double *third,
                                       ons_curvature *curvature);

/* ---- thermodynamic curvature ------------------------------------------------------------------------------ */

/* The curvature of Ruppeiner (Rev. Mod. Phys. 67, 605, 1995) is that of the FEW-parameter thermodynamic manifold with
 * the metric per site: metric = d_i d_j (ln Z / N), third = its derivatives; a volume in units of sites, which grows as
 * the correlation volume. Sign convention as above (a sphere is positive; Ruppeiner's own is the opposite).
 * parameters >= 2: a manifold of one parameter is flat. */
ONS_API ons_status ons_ruppeiner_curvature(size_t parameters, const double *metric, const double *third,
                                           double *curvature);
/* The infinite Ising chain in the parameters K = J/T and h = field/T: 1 + cosh h / sqrt(sinh^2 h + exp(-4 K)) (Janyszek
 * and Mrugala, Phys. Rev. A 39, 6515, 1989; Brody and Rivier, Phys. Rev. E 51, 1006, 1995). */
ONS_API double ons_ruppeiner_chain(double coupling, double field);

/* ---- the manifold of all couplings of a lattice ------------------------------------------------------------ */

typedef enum ons_curvature_method {
    ONS_CURVATURE_AUTO,
    ONS_CURVATURE_FERMIONS,    /* Ising, periodic, two dimensions, J >= 0 or even lengths: exact at any size */
    ONS_CURVATURE_TRANSFER,    /* Ising and Potts, periodic, two dimensions, q^L1 <= 16384: exact */
    ONS_CURVATURE_ENUMERATION, /* any boundary and dimension, few sites: exact */
    ONS_CURVATURE_SAMPLED      /* periodic: Swendsen-Wang clusters, errors and bias by the jackknife */
} ons_curvature_method;

typedef struct ons_curvature_options {
    ons_curvature_method method;
    unsigned states;                 /* q >= 2 of the Potts model; 0: the Ising model */
    unsigned dimension;              /* 1 .. 3 of the hypercubic lattice */
    const int64_t *lengths;          /* [dimension], each >= 3 when periodic: with 2 the metric is singular */
    bool open;                       /* open boundaries in all directions */
    double coupling;                 /* J, finite */
    uint64_t samples, equilibration; /* SAMPLED: configurations, and those thrown away first */
    uint32_t sweeps;                 /* SAMPLED: Swendsen-Wang sweeps between two configurations */
    uint32_t blocks;                 /* SAMPLED: of the jackknife, >= 4; `samples` is a multiple of it */
    ons_random random;               /* SAMPLED */
} ons_curvature_options;

/* The critical coupling J_c: Ising in two dimensions ln(1 + sqrt 2)/2 (Onsager 1944), in three 0.2216544 (Talapov and
 * Bloete 1996), Potts in two dimensions ln(1 + sqrt q) (Potts 1952); NaN where none is known here. */
ONS_API double ons_curvature_critical(unsigned states, unsigned dimension);

/* The method that AUTO stands for, whether it can be used, and the memory it needs. ONS_INVALID with the reason. */
ONS_API ons_status ons_curvature_plan(const ons_curvature_options *options, ons_curvature_method *method,
                                      double *bytes);
ONS_API const char *ons_curvature_method_name(ons_curvature_method method);

/* A solution in many small steps. First the cumulants are accumulated (start configurations of the transfer matrix,
 * states, samples), then contracted momentum by momentum: with k1 + k2 + k3 = 0
 *   |T|^2 = (1/n) sum_{k2, k3} |T(k2, k3)|^2 measured with F(k1)^-1 F(k2)^-1 F(k3)^-1,
 * one k3 of each orbit of the point group at a time. Translation symmetry is used everywhere: no m x m x m tensor.
 * FERMIONS costs O(n log n) a momentum and O(n) memory; L = 64 takes some 10 seconds. */
typedef struct ons_curvature_solver ons_curvature_solver;
ONS_API ons_status ons_curvature_create(ons_curvature_solver **solver, const ons_curvature_options *options);
ONS_API void ons_curvature_free(ons_curvature_solver *solver);
/* Works for about 0.1 seconds; ONS_DONE when nothing is left. The split into steps does not change the result. */
ONS_API ons_status ons_curvature_advance(ons_curvature_solver *solver);
/* Units of work done and in all. */
ONS_API void ons_curvature_progress(const ons_curvature_solver *solver, double *done, double *total);

/* All that must be stored: cursor[2], numbers[count], and of the sampled method the configuration with its stream
 * (NULL for the others and the other model; call ons_ising_refresh or ons_discrete_refresh after changing it). */
ONS_API uint64_t *ons_curvature_cursor(ons_curvature_solver *solver);
ONS_API double *ons_curvature_numbers(ons_curvature_solver *solver, size_t *count);
ONS_API struct ons_ising *ons_curvature_ising(ons_curvature_solver *solver);
ONS_API struct ons_discrete *ons_curvature_discrete(ons_curvature_solver *solver);
ONS_API size_t ons_curvature_sites(const ons_curvature_solver *solver);

/* A number with the error of the jackknife; error 0: exact up to rounding. */
typedef struct ons_curvature_number {
    double value, error;
} ons_curvature_number;

typedef struct ons_curvature_result {
    size_t sites, bonds;
    ons_curvature_number scalar, tensor, trace, terms[4];
    ons_curvature_number ruppeiner; /* of the `dimension` couplings J_1 .. J_d of the directions, metric per site, of
                                       those that have bonds; NaN where that is one */
    double residuals[2];            /* (R3 + R1/2) / |R1|, (R4 + R2/2) / |R2|; absolute where the norm vanishes */
    ons_curvature_number mean[3];   /* <e> of the bonds along each direction; open: their mean in all directions */
} ons_curvature_result;
/* Once advance() is done. */
ONS_API ons_status ons_curvature_finish(const ons_curvature_solver *solver, ons_curvature_result *result);

/* The shells of momenta: orbit i of k3 under the point group, wave numbers index[3] in units of 2 pi / L (folded to
 * 0 .. L/2, descending among equal lengths), its number of momenta, and its part of R = F^ab Ric_ab, by the momentum of
 * a and b: the sum over all shells is R. Periodic lattices only; not before advance() is done. */
typedef struct ons_curvature_shell {
    int64_t index[3];
    double wavenumber; /* |k| */
    size_t multiplicity;
    double part, error;
} ons_curvature_shell;
ONS_API size_t ons_curvature_shells(const ons_curvature_solver *solver);
ONS_API void ons_curvature_shell_at(const ons_curvature_solver *solver, size_t index, ons_curvature_shell *shell);

#ifdef __cplusplus
}
#endif
#endif

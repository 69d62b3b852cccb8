/*
 * gauss: averages over Gaussian fields that stay exact at low temperature.
 *
 * Fields are in units of the temperature, h = beta * field, so that tanh h and ln 2cosh h change within |h| of order 1
 * whatever the width of the distribution: the rule has panels of 20 Legendre nodes with edges at h = 0, 3, 8, 20
 * (beyond which the functions are what they are at infinity), and never longer than three standard deviations. Both
 * scales are resolved to some 1e-13 at any ratio (a Gauss-Hermite rule sees the narrow one only by chance once its
 * width is below the distance of the nodes).
 *
 * Derivatives are taken with respect to the mean a and the VARIANCE v: d/dv E f = E f''/2 (heat equation), which is
 * regular at v = 0.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_MEANFIELD_GAUSS_H
#define ONSAGER_MEANFIELD_GAUSS_H

#include <onsager/meanfield/dual.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { ONS_GAUSS_NODES = 4000 };

typedef struct ons_gauss_node {
    double h;      /* the field */
    double factor; /* its weight is factor * exp(exponent), so that others can be joined in the exponent */
    double exponent;
} ons_gauss_node;

/* Nodes for E g(h) exp(tilt |h|), h ~ N(mean, deviation^2), g changing within |h - 0| of order 1 only; tilt >= 0. The
 * weights are those of the Gaussian alone, the nodes lie where the tilted one is. Returns their number; one node when
 * deviation = 0. */
ONS_API size_t ons_gauss_rule(double mean, double deviation, double tilt, ons_gauss_node nodes[ONS_GAUSS_NODES]);

/* Writes f(h), f'(h), f''(h). */
typedef void ons_gauss_function(const void *data, double h, double f[3]);
/* E f(a + sqrt(v) z) for any f that changes within |h| of order 1, and its slopes; v >= 0. */
ONS_API ons_dual ons_gauss_average(ons_dual a, ons_dual v, ons_gauss_function *f, const void *data);

/* E tanh h, E tanh^2 h, E ln 2cosh h, E sech^4 h at once, h = a + sqrt(v) z. Some 5 microseconds. */
typedef struct ons_gauss_spin {
    ons_dual magnetization; /* E tanh h */
    ons_dual overlap;       /* E tanh^2 h */
    ons_dual pressure;      /* E ln 2cosh h */
    double rigidity;        /* E sech^4 h */
} ons_gauss_spin;
ONS_API ons_gauss_spin ons_gauss_spins(ons_dual a, ons_dual v);

/* Zero temperature, h in units of the field: E sign(h) = erf(a / sqrt(2 v)), E |h|, and the density of h at 0; v > 0.
 */
typedef struct ons_gauss_ground {
    ons_dual magnetization; /* E sign h */
    ons_dual energy;        /* E |h| */
    ons_dual density;       /* exp(-a^2/2v) / sqrt(2 pi v) */
} ons_gauss_ground;
ONS_API ons_gauss_ground ons_gauss_grounds(ons_dual a, ons_dual v);

/* One step of replica symmetry breaking: h = a + sqrt(v) z + sqrt(w) y, and
 *   Phi(u) = (1/theta) ln E_y (2cosh(u + sqrt(w) y))^theta,   <g> = E_y[cosh^theta g] / E_y[cosh^theta].
 * Averages over z with all slopes; ground: zero temperature, cosh^theta replaced by exp(theta |h|), theta = beta times
 * the breaking point, fields not scaled. Doubly nested, in the domain of logarithms. Cost: some 10 microseconds for
 * v = 0 and up to milliseconds else; 0.1 ms at zero temperature, where the inner average is closed (error functions).
 */
typedef struct ons_gauss_broken {
    ons_dual magnetization; /* E_z <tanh h> */
    ons_dual outer;         /* E_z <tanh h>^2: q1 */
    ons_dual inner;         /* E_z <tanh^2 h>: q2 */
    ons_dual response;      /* E_z <sech^2 h>; at zero temperature twice the weighted density of h at 0 */
    ons_dual pressure;      /* E_z Phi */
    ons_dual breaking;      /* E_z dPhi/dtheta */
    double rigidity;        /* E_z <sech^4 h>; infinite at zero temperature */
} ons_gauss_broken;
ONS_API ons_gauss_broken ons_gauss_breaks(ons_dual a, ons_dual v, ons_dual w, ons_dual theta, bool ground);

#ifdef __cplusplus
}
#endif
#endif

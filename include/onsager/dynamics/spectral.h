/*
 * spectral: periodic fields in one and two dimensions whose equation has a stiff linear part,
 *
 *     du/dt = L u + N(u),
 *
 * by Fourier series and exponential time differencing of order 4.
 *
 * An equation is given once: the symbol of L (what it makes of one wave), and a function that makes the spectrum of
 * N(u) from that of u. The linear part is integrated exactly, the rest by ETDRK4 (Cox and Matthews, J. Comput. Phys.
 * 176, 430 (2002)), with its coefficients from mean values over circles in the complex plane where their closed forms
 * cancel (Kassam and Trefethen, SIAM J. Sci. Comput. 26, 1214 (2005)). Double precision; one thread; a field is one
 * object, so that any number of them go side by side.
 *
 * Points: x_i = i lengths[d]/points[d], row-major, the last direction fastest; the origin is the caller's matter.
 * Spectra: [points[0]][points[1]/2 + 1] (one dimension: [points[0]/2 + 1]) pairs of real and imaginary part,
 * u_k = (1/points) sum_x u(x) exp(-i k x), so that u(x) = sum_k u_k exp(i k x) over all k.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_SPECTRAL_H
#define ONSAGER_DYNAMICS_SPECTRAL_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_spectral ons_spectral;

typedef struct ons_spectral_equation {
    unsigned rank;    /* 1 or 2 directions */
    const void *data; /* handed to both functions; kept as long as the field */
    /* L of the wave exp(i k x): symbol[2], real and imaginary part. k[rank] in radians per length. */
    void (*symbol)(const void *data, const double *k, double *symbol);
    /* The spectrum of N(u) from that of u, both [modes][2]. `field` lends transforms (ons_spectral_to_points ...) and
     * wave numbers. May not change `waves`. NULL: linear. */
    void (*nonlinear)(const void *data, ons_spectral *field, const double *waves, double *change);
} ons_spectral_equation;

typedef struct ons_spectral_options {
    size_t points[2];  /* even, 4 .. 2^24; rank 1: the first only */
    double lengths[2]; /* of the periods, > 0 */
    double step;       /* longest step, > 0; a whole number of equal ones fills the time of ons_spectral_advance */
    double kept;       /* waves with |k| above this share of the largest are left out of N(u): 2/3 frees a quadratic N
                          from aliasing (Orszag 1971), 1/2 a cubic one; 0 or 1: all are kept */
} ons_spectral_options;

/* The field is zero at time 0. ONS_INVALID: sizes, lengths, step or share out of range. */
ONS_API ons_status ons_spectral_create(ons_spectral **field, const ons_spectral_equation *equation,
                                       const ons_spectral_options *options);
ONS_API void ons_spectral_free(ons_spectral *field);
/* Puts the values at the points, values[points[0]][points[1]], and takes them. */
ONS_API void ons_spectral_set(ons_spectral *field, const double *values);
ONS_API void ons_spectral_get(ons_spectral *field, double *values);
/* The value at any point x[rank], by the sum over all waves. */
ONS_API double ons_spectral_value(const ons_spectral *field, const double *x);
/* The spectrum, [modes][2]: all that has to be stored to go on with the same bits. */
ONS_API double *ons_spectral_waves(ons_spectral *field);
ONS_API size_t ons_spectral_modes(const ons_spectral *field);
ONS_API size_t ons_spectral_points(const ons_spectral *field);
/* Goes on by `time` >= 0. ONS_FAILED: the field is no longer finite (message set); it has then no meaning. Cost: four
 * times that of N(u) a step; a new length of steps costs some 100 exponentials a wave. */
ONS_API ons_status ons_spectral_advance(ons_spectral *field, double time);

/* ---- for equations --------------------------------------------------------------------------------------------------
 */

/* Wave numbers of all modes along a direction, [modes]. For derivatives of odd order: that of the shortest wave, which
 * has none on this grid, counts as 0. */
ONS_API const double *ons_spectral_slopes(const ons_spectral *field, unsigned direction);
/* Square of the wave vector, [modes], with the shortest wave. */
ONS_API const double *ons_spectral_squares(const ons_spectral *field);
/* Values at the points from a spectrum and back; the input is kept. `values` is one of the field's scratch arrays,
 * `waves` the argument of nonlinear() or the scratch spectrum (alignment). */
ONS_API void ons_spectral_to_points(ons_spectral *field, const double *waves, double *values);
ONS_API void ons_spectral_to_waves(ons_spectral *field, const double *values, double *waves);
/* Scratch of the field: arrays at the points (index 0 .. 3), and one spectrum. */
ONS_API double *ons_spectral_values(ons_spectral *field, unsigned index);
ONS_API double *ons_spectral_scratch(ons_spectral *field);

/* ---- equations ------------------------------------------------------------------------------------------------------
 */

/* Allen and Cahn 1979: u_t = diffusion lap(u) + reaction (u - u^3), in one or two dimensions. */
typedef struct ons_allen_cahn {
    double diffusion, reaction;
} ons_allen_cahn;
ONS_API ons_spectral_equation ons_allen_cahn_equation(const ons_allen_cahn *constants, unsigned rank);

/* Kuramoto and Sivashinsky, in one dimension: u_t + advection u u_x + antidiffusion u_xx + hyperdiffusion u_xxxx = 0.
 */
typedef struct ons_kuramoto_sivashinsky {
    double advection, antidiffusion, hyperdiffusion;
} ons_kuramoto_sivashinsky;
ONS_API ons_spectral_equation ons_kuramoto_sivashinsky_equation(const ons_kuramoto_sivashinsky *constants);

/* Burgers 1948, in one dimension: u_t + u u_x = viscosity u_xx. `mean`: a velocity whose transport belongs to L and is
 * exact, best the mean of u, which is conserved; the equation is the same for every value. */
typedef struct ons_burgers {
    double viscosity, mean;
} ons_burgers;
ONS_API ons_spectral_equation ons_burgers_equation(const ons_burgers *constants);
/* Its solution that starts from mean + amplitude sin(x), 2 pi periodic, by the heat kernel of Hopf (1950) and Cole
 * (1951) in the frame that moves with the mean. To some 13 digits for every viscosity > 0 and time >= 0: the integrals
 * have positive integrands, where the quotient of Fourier series with Bessel functions I_n(1/(2 viscosity)) cancels. */
ONS_API double ons_burgers_sine(double viscosity, double mean, double amplitude, double x, double t);

/* Vorticity of a plane incompressible flow: w_t + u . grad(w) = viscosity lap(w) - drag w + forcing(k, y), with u =
 * (psi_y, -psi_x), lap(psi) = -w and forcing amplitude cos(wavenumber y) (Kolmogorov; amplitude 0: decay). The mean of
 * w is 0 and that of u is 0. */
typedef struct ons_vorticity {
    double viscosity, drag, forcing, wavenumber;
} ons_vorticity;
ONS_API ons_spectral_equation ons_vorticity_equation(const ons_vorticity *constants);
/* Both components of the velocity at the points, from the vorticity of the field. */
ONS_API void ons_vorticity_velocity(ons_spectral *field, double *u, double *v);

#ifdef __cplusplus
}
#endif
#endif

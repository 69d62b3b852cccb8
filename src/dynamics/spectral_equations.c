/*
 * Equations for periodic fields: Allen-Cahn, Kuramoto-Sivashinsky, Burgers, plane vorticity.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/spectral.h>

#include <math.h>

static const double pi = 3.14159265358979323846;

/* ---- Allen-Cahn -----------------------------------------------------------------------------------------------------
 */

static void line_allen_cahn(const void *data, const double *k, double *symbol) {
    const ons_allen_cahn *c = data;
    symbol[0] = c->reaction - c->diffusion * k[0] * k[0];
}

static void plane_allen_cahn(const void *data, const double *k, double *symbol) {
    const ons_allen_cahn *c = data;
    symbol[0] = c->reaction - c->diffusion * (k[0] * k[0] + k[1] * k[1]);
}

static void cubic(const void *data, ons_spectral *field, const double *waves, double *change) {
    const ons_allen_cahn *c = data;
    double *u = ons_spectral_values(field, 0);
    ons_spectral_to_points(field, waves, u);
    for (size_t i = 0; i < ons_spectral_points(field); i++) { u[i] *= -c->reaction * u[i] * u[i]; }
    ons_spectral_to_waves(field, u, change);
}

ons_spectral_equation ons_allen_cahn_equation(const ons_allen_cahn *constants, unsigned rank) {
    return (ons_spectral_equation){rank, constants, rank == 2 ? plane_allen_cahn : line_allen_cahn, cubic};
}

/* ---- Kuramoto-Sivashinsky and Burgers -------------------------------------------------------------------------------
 */

/* -factor ((u - mean)^2/2)_x. */
static void advect(double factor, double mean, ons_spectral *field, const double *waves, double *change) {
    const double *slope = ons_spectral_slopes(field, 0);
    double *u = ons_spectral_values(field, 0);
    ons_spectral_to_points(field, waves, u);
    for (size_t i = 0; i < ons_spectral_points(field); i++) { u[i] = (u[i] - mean) * (u[i] - mean); }
    ons_spectral_to_waves(field, u, change);
    for (size_t m = 0; m < ons_spectral_modes(field); m++) {
        const double x = change[2 * m], y = change[2 * m + 1], times = factor / 2 * slope[m];
        change[2 * m] = times * y;
        change[2 * m + 1] = -times * x;
    }
}

static void kuramoto_sivashinsky_symbol(const void *data, const double *k, double *symbol) {
    const ons_kuramoto_sivashinsky *c = data;
    const double square = k[0] * k[0];
    symbol[0] = square * (c->antidiffusion - c->hyperdiffusion * square);
}

static void kuramoto_sivashinsky_rest(const void *data, ons_spectral *field, const double *waves, double *change) {
    advect(((const ons_kuramoto_sivashinsky *)data)->advection, 0, field, waves, change);
}

ons_spectral_equation ons_kuramoto_sivashinsky_equation(const ons_kuramoto_sivashinsky *constants) {
    return (ons_spectral_equation){1, constants, kuramoto_sivashinsky_symbol, kuramoto_sivashinsky_rest};
}

static void burgers_symbol(const void *data, const double *k, double *symbol) {
    const ons_burgers *c = data;
    symbol[0] = 0 - c->viscosity * k[0] * k[0];
    symbol[1] = 0 - c->mean * k[0];
}

static void burgers_rest(const void *data, ons_spectral *field, const double *waves, double *change) {
    advect(1, ((const ons_burgers *)data)->mean, field, waves, change);
}

ons_spectral_equation ons_burgers_equation(const ons_burgers *constants) {
    return (ons_spectral_equation){1, constants, burgers_symbol, burgers_rest};
}

/* u = mean((x - y)/t) under the weight exp(-G(y)/(2 viscosity)), G = (x - y)^2/(2 t) + amplitude (1 - cos y). By the
 * trapezoidal rule, a quarter of the narrowest width of the weight apart: it converges like exp(-2 pi^2 4^2). */
double ons_burgers_sine(double viscosity, double mean, double amplitude, double x, double t) {
    const double place = remainder(x - mean * t, 2 * pi), size = fabs(amplitude);
    if (t <= 0 || size == 0) { return mean + amplitude * sin(place); }
    const double step = sqrt(2 * viscosity / (1 / t + size)) / 4;
    const double reach = sqrt(2 * t * (2 * size + 2 * viscosity * 45));
    const int64_t most = (int64_t)ceil(reach / step);
    double least = INFINITY, weights = 0, sum = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t j = -most; j <= most; j++) {
            const double away = (double)j * step;
            const double energy = away * away / (2 * t) + amplitude * (1 - cos(place - away));
            if (pass == 0) {
                least = fmin(least, energy);
                continue;
            }
            const double weight = exp((least - energy) / (2 * viscosity));
            weights += weight;
            sum += weight * away / t;
        }
    }
    return mean + sum / weights;
}

/* ---- vorticity ------------------------------------------------------------------------------------------------------
 */

static void vorticity_symbol(const void *data, const double *k, double *symbol) {
    const ons_vorticity *c = data;
    symbol[0] = 0 - c->viscosity * (k[0] * k[0] + k[1] * k[1]) - c->drag;
}

/* The spectrum of a component of the velocity: u = psi_y, v = -psi_x, psi = w/k^2. */
static void velocity_waves(const ons_spectral *field, const double *waves, unsigned component, double *velocity) {
    const double *slope = ons_spectral_slopes(field, 1 - component), *square = ons_spectral_squares(field);
    const double sign = component ? -1 : 1;
    for (size_t m = 0; m < ons_spectral_modes(field); m++) {
        const double times = square[m] > 0 ? sign * slope[m] / square[m] : 0;
        velocity[2 * m] = -times * waves[2 * m + 1];
        velocity[2 * m + 1] = times * waves[2 * m];
    }
}

/* change -= the derivative along `direction` of the flux that is `waves`. */
static void subtract_divergence(const ons_spectral *field, unsigned direction, const double *waves, double *change) {
    const double *slope = ons_spectral_slopes(field, direction);
    for (size_t m = 0; m < ons_spectral_modes(field); m++) {
        change[2 * m] += slope[m] * waves[2 * m + 1];
        change[2 * m + 1] -= slope[m] * waves[2 * m];
    }
}

/* -div(u w), which is -u . grad(w) for a flow without divergence, and the force. */
static void vorticity_rest(const void *data, ons_spectral *field, const double *waves, double *change) {
    const ons_vorticity *c = data;
    const size_t sites = ons_spectral_points(field), modes = ons_spectral_modes(field);
    double *w = ons_spectral_values(field, 0), *flux = ons_spectral_values(field, 1);
    double *scratch = ons_spectral_scratch(field);
    ons_spectral_to_points(field, waves, w);
    for (size_t i = 0; i < 2 * modes; i++) { change[i] = 0; }
    for (unsigned d = 0; d < 2; d++) {
        velocity_waves(field, waves, d, scratch);
        ons_spectral_to_points(field, scratch, flux);
        for (size_t i = 0; i < sites; i++) { flux[i] *= w[i]; }
        ons_spectral_to_waves(field, flux, scratch);
        subtract_divergence(field, d, scratch, change);
    }
    const double *along = ons_spectral_slopes(field, 1), *square = ons_spectral_squares(field);
    for (size_t m = 1; c->forcing != 0 && m < modes && square[m] == along[m] * along[m]; m++) {
        if (fabs(along[m] - c->wavenumber) < 1e-9 * c->wavenumber) { change[2 * m] += c->forcing / 2; }
    }
    change[0] = change[1] = 0;
}

ons_spectral_equation ons_vorticity_equation(const ons_vorticity *constants) {
    return (ons_spectral_equation){2, constants, vorticity_symbol, vorticity_rest};
}

void ons_vorticity_velocity(ons_spectral *field, double *u, double *v) {
    double *scratch = ons_spectral_scratch(field), *values = ons_spectral_values(field, 0);
    for (unsigned d = 0; d < 2; d++) {
        velocity_waves(field, ons_spectral_waves(field), d, scratch);
        ons_spectral_to_points(field, scratch, values);
        double *to = d ? v : u;
        for (size_t i = 0; i < ons_spectral_points(field); i++) { to[i] = values[i]; }
    }
}

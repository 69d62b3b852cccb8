/*
 * A universe of Bianchi type I: its super-Hamiltonian, its brackets, its two times.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bianchi_universe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { A, PLUS, MINUS, T, PA, P_PLUS, P_MINUS, PT, OTHER };

static const char *const names[BIANCHI_PHASE] = {"a", "bp", "bm", "T", "Pa", "Pp", "Pm", "PT"};
static const char *const parameter_names[] = {"w", "gamma"};

/* N H, and under bopp its expansion to first order in gamma around commutative variables. */
static const char brackets_energy[] = "-Pa^2*a^(3*w - 1)/24 + (Pp^2 + Pm^2)*a^(3*w - 3)/24 + PT";
static const char bopp_energy[] = "-(Pa^2 + gamma*Pa*PT)*a^(3*w - 1)/24 - gamma*T*Pa^2*(3*w - 1)*a^(3*w - 2)/48 "
                                  "+ (Pp^2 + Pm^2)*(a^(3*w - 3) + gamma*T*(3*w - 3)*a^(3*w - 4)/2)/24 "
                                  "+ PT + gamma*Pa/2";

/* ---- motion ---------------------------------------------------------------------------------------------------------
 */

/* a and a' from the phase-space variables: a = a_c + (gamma/2) T_c under bopp. */
static double physical(const bianchi_options *o, double a, double t) { return o->bopp ? a + o->gamma / 2 * t : a; }

/* z' in gauge time; in cosmic time divided by N, with the other clock last. */
static void value(const void *data, size_t block, const double *t, const double *x, double *dx) {
    const bianchi_motion *motion = data;
    (void)block;
    ons_flow_value(motion->flow, ONS_LANES, t, x, NULL, motion->p_lanes, dx, motion->work);
    for (size_t l = 0; l < ONS_LANES; l++) {
        const double a = physical(motion->options, x[A * ONS_LANES + l], x[T * ONS_LANES + l]);
        const double lapse = pow(a, 3 * motion->options->w);
        for (size_t i = 0; i < BIANCHI_PHASE && motion->options->cosmic; i++) { dx[i * ONS_LANES + l] /= lapse; }
        dx[OTHER * ONS_LANES + l] = motion->options->cosmic ? 1 / lapse : lapse;
    }
}

static ons_status make_hamiltonian(bianchi_universe *u) {
    const bianchi_options *o = &u->options;
    double poisson[BIANCHI_PHASE][BIANCHI_PHASE] = {{0}};
    for (size_t i = 0; i < 4; i++) { poisson[i][i + 4] = 1; }
    if (!o->bopp) {
        poisson[A][PT] = poisson[T][PA] = o->gamma;
        poisson[A][T] = o->a_T;
        poisson[PA][PT] = o->Pa_PT;
    }
    for (size_t i = 0; i < BIANCHI_PHASE; i++) {
        for (size_t j = 0; j < i; j++) { poisson[i][j] = -poisson[j][i]; }
    }
    return ons_hamiltonian_parse(&u->hamiltonian, o->bopp ? bopp_energy : brackets_energy, names, BIANCHI_PHASE,
                                 &poisson[0][0], parameter_names, 2);
}

static ons_status make_motion(bianchi_universe *u) {
    bianchi_motion *motion = u->motion = ONS_NEW(bianchi_motion, 1);
    if (!motion) { return ONS_MEMORY; }
    const ons_flow *flow = ons_hamiltonian_flow(u->hamiltonian);
    motion->flow = flow;
    motion->options = &u->options;
    motion->p[0] = u->options.w;
    motion->p[1] = u->options.gamma;
    size_t work = ons_flow_work(flow);
    if (ons_hamiltonian_work(u->hamiltonian) > work) { work = ons_hamiltonian_work(u->hamiltonian); }
    motion->p_lanes = ONS_NEW(double, (size_t)2 * ONS_LANES);
    motion->work = ONS_NEW(double, work *ONS_LANES + 1);
    if (!motion->p_lanes || !motion->work) { return ONS_MEMORY; }
    for (size_t i = 0; i < (size_t)2 * ONS_LANES; i++) { motion->p_lanes[i] = motion->p[i / ONS_LANES]; }
    u->field = (ons_field){.dimension = BIANCHI_SIZE, .data = motion, .value = value};
    return ONS_OK;
}

/* ---- the start ------------------------------------------------------------------------------------------------------
 */

/* a' (physical) and its terms at z. */
static double rate_of(const bianchi_universe *u, const double *z, double *dz) {
    const double t = 0;
    ons_flow_value(u->motion->flow, 1, &t, z, NULL, u->motion->p, dz, u->motion->work);
    return physical(&u->options, dz[A], dz[T]);
}

/* The constraint is quadratic in P_a: quadratic P_a^2 + linear P_a - rest = 0 at T = 0, of two roots the one with the
 * direction that is asked for. */
static ons_status solve_constraint(const bianchi_universe *u, double *z) {
    const bianchi_options *o = &u->options;
    const double kinetic = pow(o->a, 3 * o->w - 1) / 24;
    const double k = o->P[0] * o->P[0] + o->P[1] * o->P[1], rest = o->energy + k * pow(o->a, 3 * o->w - 3) / 24;
    const double linear = o->bopp ? o->gamma * (o->energy * kinetic - 0.5) : -o->gamma;
    const double root = sqrt(linear * linear + 4 * kinetic * rest);
    double rates[2], momenta[2], dz[BIANCHI_PHASE];
    for (unsigned side = 0; side < 2; side++) {
        momenta[side] = (-linear + (side ? root : -root)) / (2 * kinetic);
        z[PA] = momenta[side];
        z[PT] = o->bopp ? o->energy : o->energy + o->gamma * z[PA];
        rates[side] = rate_of(u, z, dz);
    }
    const unsigned side = (rates[1] > rates[0]) != o->contracting;
    z[PA] = momenta[side];
    z[PT] = o->bopp ? o->energy : o->energy + o->gamma * z[PA];
    if (!(o->contracting ? rates[side] < 0 : rates[side] > 0)) {
        return ons_fail(ONS_INVALID, "with these parameters there is no universe that %s at the start: a' is %g or %g",
                        o->contracting ? "contracts" : "expands", rates[0], rates[1]);
    }
    return ONS_OK;
}

static double terms_of(const bianchi_options *o, const double *z) {
    const double k = z[P_PLUS] * z[P_PLUS] + z[P_MINUS] * z[P_MINUS];
    return z[PA] * z[PA] * pow(z[A], 3 * o->w - 1) / 24 + k * pow(z[A], 3 * o->w - 3) / 24 + fabs(z[PT]);
}

ons_status bianchi_open(bianchi_universe *u, const bianchi_options *options) {
    *u = (bianchi_universe){.options = *options};
    ons_status status = make_hamiltonian(u);
    if (status == ONS_OK) { status = make_motion(u); }
    if (status != ONS_OK) { return status; }
    u->motion->options = &u->options;
    double z[BIANCHI_SIZE] = {[A] = options->a,
                              [PLUS] = options->beta[0],
                              [MINUS] = options->beta[1],
                              [P_PLUS] = options->P[0],
                              [P_MINUS] = options->P[1]};
    status = solve_constraint(u, z);
    if (status != ONS_OK) { return status; }
    u->scale = terms_of(options, z);
    const ons_integration how = {
        .method = ONS_DOP853, .relative = options->tolerance, .absolute = options->tolerance * 1e-3};
    status = ons_trajectories_create(&u->trajectory, &u->field, 1, &how);
    if (status == ONS_OK) { ons_trajectories_set(u->trajectory, 0, 0, z, 0); }
    return status;
}

void bianchi_close(bianchi_universe *u) {
    ons_trajectories_free(u->trajectory);
    if (u->motion) {
        free(u->motion->p_lanes);
        free(u->motion->work);
    }
    free(u->motion);
    ons_hamiltonian_free(u->hamiltonian);
    *u = (bianchi_universe){0};
}

/* ---- time -----------------------------------------------------------------------------------------------------------
 */

ons_status bianchi_advance(bianchi_universe *u, double target, bool *arrived) {
    const ons_status status = ons_trajectories_advance(u->trajectory, target);
    *arrived = ons_trajectories_state(u->trajectory, 0) == ONS_MEMBER_RUNNING;
    return status;
}

/* a'' by the chain rule, da'/dz z'. */
static double second_rate(const bianchi_universe *u, const double *z, const double *dz) {
    const double t = 0;
    double rates[BIANCHI_PHASE], jacobian[BIANCHI_PHASE][BIANCHI_PHASE], sums[2] = {0, 0};
    ons_flow_jacobian(u->motion->flow, 1, &t, z, NULL, u->motion->p, rates, &jacobian[0][0], u->motion->work);
    for (size_t j = 0; j < BIANCHI_PHASE; j++) {
        sums[0] += jacobian[A][j] * dz[j];
        sums[1] += jacobian[T][j] * dz[j];
    }
    return physical(&u->options, sums[0], sums[1]);
}

/* N H over the sum of the moduli of its three terms, the larger one of that of the start and that of now: N H is
 * conserved, so that its drift keeps the size of the terms that were. */
static double constraint_of(const bianchi_universe *u, const double *z) {
    double energy;
    ons_hamiltonian_energy(u->hamiltonian, 1, z, u->motion->p, &energy, u->motion->work);
    return energy / fmax(u->scale, terms_of(&u->options, z));
}

void bianchi_see(const bianchi_universe *u, bianchi_look *look) {
    const bianchi_options *o = &u->options;
    double z[BIANCHI_SIZE], dz[BIANCHI_PHASE];
    *look = (bianchi_look){0};
    ons_trajectories_get(u->trajectory, 0, &look->time, z, NULL);
    const double rate = rate_of(u, z, dz), a = physical(o, z[A], z[T]), lapse = pow(a, 3 * o->w);
    const double second = second_rate(u, z, dz);
    look->clock = z[OTHER];
    look->a = a;
    look->T = o->bopp ? z[T] + o->gamma / 2 * z[A] : z[T];
    look->beta[0] = z[PLUS];
    look->beta[1] = z[MINUS];
    look->rate = rate;
    look->hubble = rate / (lapse * a);
    const double acceleration = (second - 3 * o->w * rate * rate / a) / (lapse * lapse);
    look->deceleration = -acceleration / (a * look->hubble * look->hubble);
    look->hubble_slope = -(1 + look->deceleration) * look->hubble * look->hubble;
    look->shear = (dz[PLUS] * dz[PLUS] + dz[MINUS] * dz[MINUS]) / (lapse * lapse);
    look->constraint = constraint_of(u, z);
    const double k = z[P_PLUS] * z[P_PLUS] + z[P_MINUS] * z[P_MINUS], energy = z[PT] - o->gamma * z[PA];
    const double square = o->gamma * o->gamma + energy / 6 * pow(a, 3 * o->w - 1) + k * pow(a, 6 * o->w - 4) / 144;
    look->integral = rate * rate / square - 1;
}

void bianchi_store(const bianchi_universe *u, double *numbers) {
    ons_trajectories_get(u->trajectory, 0, &numbers[0], numbers + 2, &numbers[1]);
}

void bianchi_load(bianchi_universe *u, const double *numbers) {
    ons_trajectories_set(u->trajectory, 0, numbers[0], numbers + 2, numbers[1]);
}

/*
 * The spherical p-spin model and the random energy model, in closed form.
 *
 * With q1 = 0 the pressure of spherical spins is
 *   A = (1 + ln 2pi)/2 + (beta^2/2)[xi(1) - (1 - theta) xi(q)] + (1/2)[ln(1 - q) + (1/theta) ln(1 + c)],
 * c = theta q/(1 - q). dA/dq = 0: beta^2 xi'(q) (1 - q)^2 (1 + c) = q. With it dA/dtheta = 0 is an equation for c
 * alone: c^2/(P(1 + c)) = ln(1 + c) - c/(1 + c). theta -> 0 is the replica-symmetric form.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/meanfield/spherical.h>

#define TWO_PI 6.283185307179586

static ons_status check(const ons_replicas *g) {
    const ons_status status = ons_replicas_check(g);
    if (status) { return status; }
    if (g->kind != ONS_REPLICAS_PURE || g->order < 3 || g->field > 0) {
        return ons_fail(ONS_INVALID, "spherical spins are solved for pure glasses of 3 bodies or more without field");
    }
    if (g->load == 0) { return ons_fail(ONS_INVALID, "spherical spins need a load above 0"); }
    return ONS_OK;
}

static ons_status breaking_ratio(void *data, double c, double *value) {
    const double p = *(const double *)data;
    *value = c * c / (p * (1 + c)) - (log1p(c) - c / (1 + c));
    return ONS_OK;
}

/* c; 0.05 is below it for all P >= 3, where c is 1.8. */
static ons_status find_ratio(const ons_replicas *g, double *c) {
    double p = g->order;
    return ons_meanfield_root(breaking_ratio, &p, "dA/dtheta of the spherical glass", 0.05, 100 * p * log(p), 1e-13, c);
}

ons_status ons_spherical_dynamic(const ons_replicas *g, double *temperature) {
    const double p = g->order, q = (p - 2) / (p - 1);
    *temperature = NAN;
    const ons_status status = check(g);
    if (!status) { *temperature = sqrt(g->load * pow(q, p - 2) * (1 - q)); }
    return status;
}

ons_status ons_spherical_static(const ons_replicas *g, double *temperature) {
    double c;
    *temperature = NAN;
    ons_status status = check(g);
    if (!status) { status = find_ratio(g, &c); }
    if (status) { return status; }
    const double q = c / (1 + c);
    *temperature = sqrt(g->load * pow(q, (double)g->order - 2) * (1 - q));
    return ONS_OK;
}

typedef struct sphere {
    const ons_replicas *glass;
    double ratio; /* c; 0: replica symmetric */
} sphere;

/* load q^(P-2) (1 - q)^2 (1 + c) - T^2, over T^2 + load. */
static ons_status overlap_equation(void *data, double q, double *value) {
    const sphere *s = data;
    const double t2 = s->glass->temperature * s->glass->temperature, load = s->glass->load;
    *value = (load * pow(q, (double)s->glass->order - 2) * (1 - q) * (1 - q) * (1 + s->ratio) - t2) / (t2 + load);
    return ONS_OK;
}

static ons_replicas_state at_overlap(const ons_replicas *g, double q, double theta, double c) {
    const double p = g->order, t = g->temperature, beta = 1 / t;
    const double energy = -beta * g->load / p * (1 - (1 - theta) * pow(q, p));
    const double volume = theta > 0 ? log1p(c) / theta : q / (1 - q);
    const double pressure = 0.5 * (1 + log(TWO_PI)) - 0.5 * beta * energy + 0.5 * (log1p(-q) + volume);
    return (ons_replicas_state){.exists = true,
                                .level = theta > 0 && theta < 1 ? ONS_REPLICAS_1RSB : ONS_REPLICAS_RS,
                                .q1 = theta > 0 && q > 0 ? 0 : q,
                                .q2 = q,
                                .breaking = theta > 0 ? theta : 1,
                                .slope = (theta > 0 ? theta : 1) * beta,
                                .response = beta * (1 - q),
                                .pressure = pressure,
                                .free_energy = -t * pressure,
                                .energy = energy,
                                .entropy = pressure + beta * energy,
                                .stability = 1 - beta * beta * g->load * (p - 1) * pow(q, p - 2) * (1 - q) * (1 - q)};
}

ons_status ons_spherical_disorder(const ons_replicas *g, ons_replicas_level level, ons_replicas_state *state) {
    sphere s = {.glass = g};
    double q, temperature = INFINITY;
    *state = (ons_replicas_state){.exists = false};
    ons_status status = check(g);
    if (status) { return status; }
    if (g->temperature == 0) {
        return ons_fail(ONS_INVALID, "spherical spins at temperature 0 have an entropy of -infinity; expected above 0");
    }
    *state = at_overlap(g, 0, 1, 0);
    if (level == ONS_REPLICAS_1RSB) {
        status = ons_spherical_static(g, &temperature);
        if (!status) { status = find_ratio(g, &s.ratio); }
        if (status || g->temperature >= temperature) { return status; }
    }
    const double top = (g->order - 2.0) / g->order; /* the left side falls from there to q = 1 */
    double highest;
    (void)overlap_equation(&s, top, &highest);
    if (highest <= 0) { return ONS_OK; }
    status = ons_meanfield_root(overlap_equation, &s, "the equation of the overlap", top, 1, 1e-15, &q);
    if (status) { return status; }
    const double theta = s.ratio * (1 - q) / q;
    const ons_replicas_state glass = at_overlap(g, q, level == ONS_REPLICAS_1RSB ? theta : 0, s.ratio);
    if (glass.pressure <= state->pressure) { *state = glass; }
    return ONS_OK;
}

ons_status ons_random_energy(double coupling, double temperature, ons_replicas_state *state) {
    *state = (ons_replicas_state){.exists = false};
    if (!(coupling > 0 && isfinite(coupling) && temperature >= 0 && isfinite(temperature))) {
        return ons_fail(ONS_INVALID,
                        "the random energy model with coupling %g at temperature %g; expected a coupling "
                        "above 0 and a temperature of at least 0",
                        coupling, temperature);
    }
    const double critical = coupling / (2 * sqrt(M_LN2)), t = temperature;
    const bool frozen = t < critical;
    *state = (ons_replicas_state){.exists = true,
                                  .level = frozen ? ONS_REPLICAS_1RSB : ONS_REPLICAS_RS,
                                  .q2 = frozen,
                                  .breaking = frozen ? t / critical : 1,
                                  .slope = frozen ? 1 / critical : 1 / t,
                                  .response = frozen ? 0 : 1 / t,
                                  .entropy = frozen ? 0 : M_LN2 - 0.25 * coupling * coupling / (t * t),
                                  .energy = frozen ? -coupling * sqrt(M_LN2) : -0.5 * coupling * coupling / t,
                                  .stability = 1};
    state->free_energy = state->energy - t * state->entropy;
    state->pressure = t > 0 ? -state->free_energy / t : INFINITY;
    return ONS_OK;
}

/*
 * Equations of state and pressures of glasses and networks of Ising spins, for the solver.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/meanfield/gauss.h>
#include <onsager/meanfield/replicas.h>

#include "glass.h"

ons_status ons_replicas_check(const ons_replicas *g) {
    if (g->order < 2 || g->order > 1000) {
        return ons_fail(ONS_INVALID, "couplings of %u bodies; expected 2 to 1000", g->order);
    }
    if (!(g->load >= 0 && isfinite(g->load))) {
        return ons_fail(ONS_INVALID, "load %g; expected a finite number, at least 0", g->load);
    }
    if (!(g->temperature >= 0 && isfinite(g->temperature))) {
        return ons_fail(ONS_INVALID, "temperature %g; expected a finite number, at least 0", g->temperature);
    }
    if (!(g->field >= 0 && isfinite(g->field))) {
        return ons_fail(ONS_INVALID, "field %g; expected a finite number, at least 0", g->field);
    }
    return ONS_OK;
}

/* Hopfield's network: its other patterns act back on the noise. */
bool glass_feeds_back(const ons_replicas *g) { return g->kind == ONS_REPLICAS_NETWORK && g->order == 2; }

typedef struct conditions {
    ons_dual beta, load, field; /* beta = 1 at zero temperature: fields are not scaled */
    double order;
    bool ground, network, feeds;
} conditions;

static conditions read_conditions(const ons_replicas_model *m, ons_dual control) {
    const ons_replicas *g = &m->glass;
    const ons_dual temperature = m->control == ONS_REPLICAS_TEMPERATURE ? control : ons_dual_constant(g->temperature);
    conditions c = {.load = m->control == ONS_REPLICAS_LOAD ? control : ons_dual_constant(g->load),
                    .field = m->control == ONS_REPLICAS_FIELD ? control : ons_dual_constant(g->field),
                    .order = g->order,
                    .ground = temperature.value == 0,
                    .network = g->kind == ONS_REPLICAS_NETWORK,
                    .feeds = glass_feeds_back(g)};
    c.beta = c.ground ? ons_dual_constant(1) : ons_dual_invert(temperature);
    return c;
}

static ons_dual mean_field(const conditions *c, ons_dual m) {
    ons_dual h = c->field;
    if (c->network) { h = ons_dual_add(h, ons_dual_power(m, c->order - 1)); }
    return ons_dual_multiply(c->beta, h);
}

/* beta^2 load x: the variance of the scaled field for the covariance x. */
static ons_dual scaled(const conditions *c, ons_dual x) {
    return ons_dual_multiply(ons_dual_multiply(c->beta, c->beta), ons_dual_multiply(c->load, x));
}

/* What the energy of the condensed pattern is counted twice: beta (P-1)/P m^P. */
static ons_dual double_count(const conditions *c, ons_dual m) {
    if (!c->network) { return ons_dual_constant(0); }
    return ons_dual_scale((c->order - 1) / c->order, ons_dual_multiply(c->beta, ons_dual_power(m, c->order)));
}

/* ---- replica symmetric ----------------------------------------------------------------------------------------------
 *
 * The second order parameter is q, at zero temperature C; of Hopfield's network s = sqrt(load r), since
 * s = sqrt(load q) + s beta (1 - q) has a right side at every s, while r(q) has a pole.
 */

typedef struct symmetric_state {
    ons_dual m, v, q, response; /* E tanh, the variance of the field, E tanh^2 (ground: 1), beta (1 - q) */
    ons_dual spins;             /* E ln 2cosh; ground: E |h| */
    double rigidity;
    bool valid;
} symmetric_state;

static symmetric_state read_symmetric(const conditions *c, const ons_dual *x) {
    symmetric_state s = {.valid = false};
    const ons_dual a = mean_field(c, x[0]);
    if (c->feeds) {
        s.v = ons_dual_multiply(ons_dual_multiply(c->beta, c->beta), ons_dual_multiply(x[1], x[1]));
    } else {
        s.v = scaled(c, c->ground ? ons_dual_constant(1) : ons_dual_power(x[1], c->order - 1));
    }
    s.valid = s.v.value >= 0 && (s.v.value > 0 || !c->ground);
    if (!s.valid) { return s; }
    if (c->ground) {
        const ons_gauss_ground at = ons_gauss_grounds(a, s.v);
        s.m = at.magnetization;
        s.q = ons_dual_constant(1);
        s.response = ons_dual_scale(2, at.density);
        s.spins = at.energy;
        s.rigidity = INFINITY;
    } else {
        const ons_gauss_spin at = ons_gauss_spins(a, s.v);
        s.m = at.magnetization;
        s.q = at.overlap;
        s.response = ons_dual_multiply(c->beta, ons_dual_shift(ons_dual_scale(-1, s.q), 1));
        s.spins = at.pressure;
        s.rigidity = at.rigidity;
    }
    return s;
}

static void symmetric_equations(const void *data, const ons_dual *x, ons_dual control, ons_dual *next) {
    const conditions c = read_conditions(data, control);
    const symmetric_state s = read_symmetric(&c, x);
    if (!s.valid) { return; } /* next stays what is not a number */
    next[0] = s.m;
    next[1] = c.ground ? s.response : s.q;
    if (!c.feeds) { return; }
    next[1] = ons_dual_multiply(x[1], s.response);
    if (c.load.value > 0 && s.q.value > 0) {
        next[1] = ons_dual_add(next[1], ons_dual_sqrt(ons_dual_multiply(c.load, s.q)));
    }
}

/* (beta^2/2) [xi'(1) - xi'(q) - Theta(1) + Theta(q)], Theta = q xi' - xi; of Hopfield's network
 * -(load/2) [beta + ln Delta - beta q/Delta] - (beta^2/2) s^2 (1 - q), Delta = 1 - beta (1 - q). */
static ons_dual symmetric_disorder(const conditions *c, const symmetric_state *s, ons_dual second) {
    const double p = c->order;
    if (c->feeds) {
        const ons_dual delta = ons_dual_shift(ons_dual_scale(-1, s->response), 1);
        ons_dual sum = ons_dual_subtract(c->beta, ons_dual_divide(ons_dual_multiply(c->beta, s->q), delta));
        if (!c->ground) { sum = ons_dual_add(sum, ons_dual_log(delta)); }
        sum = ons_dual_multiply(c->load, sum);
        const ons_dual noise = ons_dual_multiply(ons_dual_multiply(second, second), s->response);
        return ons_dual_scale(-0.5, ons_dual_add(sum, ons_dual_multiply(c->beta, noise)));
    }
    if (c->ground) { return ons_dual_constant(0); }
    return ons_dual_scale(0.5, scaled(c, ons_dual_combine(-1, ons_dual_power(second, p - 1), (p - 1) / p,
                                                          ons_dual_power(second, p), 1 / p)));
}

static ons_dual symmetric_pressure(const void *data, const ons_dual *x, ons_dual control) {
    const conditions c = read_conditions(data, control);
    const symmetric_state s = read_symmetric(&c, x);
    if (!s.valid) { return ons_dual_constant(NAN); }
    return ons_dual_subtract(ons_dual_add(s.spins, symmetric_disorder(&c, &s, x[1])), double_count(&c, x[0]));
}

/* ---- one step -------------------------------------------------------------------------------------------------------
 *
 * Order parameters (m, q1, q2 or C), of Hopfield's network (m, s = sqrt(load r1), w = load (r2 - r1)) with
 * Delta_1 = 1 - beta (1 - q2), Delta_2 = Delta_1 - beta theta (q2 - q1), r1 = q1/Delta_2^2 and
 * r2 - r1 = (q2 - q1)/(Delta_1 Delta_2), again written without poles; then theta, at zero temperature beta theta.
 */

typedef struct broken_state {
    ons_dual theta, v, w;
    ons_dual q1, q2, gap, response; /* as the averages give them */
    ons_dual delta1, delta2;
    ons_gauss_broken at;
    bool valid;
} broken_state;

static broken_state read_broken(const ons_replicas_model *model, const conditions *c, const ons_dual *x) {
    broken_state s = {.theta = model->breaking > 0 ? ons_dual_constant(model->breaking) : x[3]};
    const ons_dual square = ons_dual_multiply(c->beta, c->beta);
    if (c->feeds) {
        s.v = ons_dual_multiply(square, ons_dual_multiply(x[1], x[1]));
        s.w = ons_dual_multiply(square, x[2]);
    } else {
        const double n = c->order - 1;
        const ons_dual low = ons_dual_power(x[1], n);
        const ons_dual high = c->ground ? ons_dual_constant(1) : ons_dual_power(x[2], n);
        s.v = scaled(c, low);
        s.w = scaled(c, ons_dual_subtract(high, low));
    }
    s.valid = s.v.value >= 0 && s.w.value >= 0 && s.theta.value > 0 && (s.w.value > 0 || !c->ground);
    if (!s.valid) { return s; }
    s.at = ons_gauss_breaks(mean_field(c, x[0]), s.v, s.w, s.theta, c->ground);
    s.q1 = s.at.outer;
    s.q2 = s.at.inner;
    s.gap = ons_dual_subtract(s.q2, s.q1);
    s.response = c->ground ? s.at.response : ons_dual_multiply(c->beta, s.at.response);
    s.delta1 = ons_dual_shift(ons_dual_scale(-1, s.response), 1);
    s.delta2 = ons_dual_subtract(s.delta1, ons_dual_multiply(c->beta, ons_dual_multiply(s.theta, s.gap)));
    return s;
}

/* The part of the pressure that is no average over spins. */
static ons_dual broken_disorder(const conditions *c, const broken_state *s, const ons_dual *x) {
    const double p = c->order, k = (p - 1) / p;
    if (c->feeds) {
        ons_dual sum = ons_dual_divide(ons_dual_log(ons_dual_divide(s->delta2, s->delta1)), s->theta);
        sum = ons_dual_add(sum, c->beta);
        if (!c->ground) { sum = ons_dual_add(sum, ons_dual_log(s->delta1)); }
        sum = ons_dual_subtract(sum, ons_dual_multiply(c->beta, ons_dual_divide(s->q1, s->delta2)));
        sum = ons_dual_multiply(c->load, sum);
        const ons_dual low = ons_dual_multiply(x[1], x[1]), high = ons_dual_add(low, x[2]);
        const ons_dual product = ons_dual_subtract(ons_dual_multiply(s->q2, high), ons_dual_multiply(s->q1, low));
        const ons_dual part = ons_dual_multiply(c->beta, ons_dual_multiply(s->theta, product));
        const ons_dual noise = ons_dual_add(ons_dual_multiply(high, s->response), part);
        return ons_dual_scale(-0.5, ons_dual_add(sum, ons_dual_multiply(c->beta, noise)));
    }
    const ons_dual low = ons_dual_power(x[1], p);
    const ons_dual high = c->ground ? ons_dual_constant(1) : ons_dual_power(x[2], p);
    ons_dual sum = ons_dual_scale(-k, ons_dual_multiply(s->theta, ons_dual_subtract(high, low)));
    if (!c->ground) { sum = ons_dual_add(sum, ons_dual_combine(-1, ons_dual_power(x[2], p - 1), k, high, 1 / p)); }
    return ons_dual_scale(0.5, scaled(c, sum));
}

/* dA/dtheta of the same part, order parameters held. */
static ons_dual broken_slope(const conditions *c, const broken_state *s, const ons_dual *x) {
    const double p = c->order;
    if (!c->feeds) {
        const ons_dual high = c->ground ? ons_dual_constant(1) : ons_dual_power(x[2], p);
        return ons_dual_scale(-0.5 * (p - 1) / p, scaled(c, ons_dual_subtract(high, ons_dual_power(x[1], p))));
    }
    const ons_dual beta_gap = ons_dual_multiply(c->beta, s->gap), inverse = ons_dual_invert(s->theta);
    const ons_dual ratio = ons_dual_multiply(ons_dual_log(ons_dual_divide(s->delta2, s->delta1)), inverse);
    const ons_dual turn = ons_dual_divide(beta_gap, s->delta2);
    ons_dual sum = ons_dual_multiply(ons_dual_add(ratio, turn), ons_dual_scale(-1, inverse));
    const ons_dual first = ons_dual_multiply(c->beta, ons_dual_divide(s->q1, s->delta2));
    sum = ons_dual_multiply(c->load, ons_dual_subtract(sum, ons_dual_multiply(first, turn)));
    const ons_dual low = ons_dual_multiply(x[1], x[1]), high = ons_dual_add(low, x[2]);
    const ons_dual product = ons_dual_subtract(ons_dual_multiply(s->q2, high), ons_dual_multiply(s->q1, low));
    const ons_dual square = ons_dual_multiply(c->beta, c->beta);
    return ons_dual_scale(-0.5, ons_dual_add(sum, ons_dual_multiply(square, product)));
}

static void broken_equations(const void *data, const ons_dual *x, ons_dual control, ons_dual *next) {
    const ons_replicas_model *model = data;
    const conditions c = read_conditions(model, control);
    const broken_state s = read_broken(model, &c, x);
    if (!s.valid) { return; }
    next[0] = s.at.magnetization;
    if (c.feeds) {
        const ons_dual a = s.response, b = ons_dual_shift(ons_dual_scale(-1, s.delta2), 1);
        next[1] = ons_dual_add(ons_dual_sqrt(ons_dual_multiply(c.load, s.q1)), ons_dual_multiply(x[1], b));
        const ons_dual kept = ons_dual_subtract(ons_dual_add(a, b), ons_dual_multiply(a, b));
        next[2] = ons_dual_add(ons_dual_multiply(c.load, s.gap), ons_dual_multiply(x[2], kept));
    } else {
        next[1] = s.q1;
        next[2] = c.ground ? s.response : s.q2;
    }
    if (model->breaking > 0) { return; }
    /* The pressure is smallest at the breaking point: downhill, in units of its part that comes from the spins. */
    const ons_dual slope = ons_dual_add(s.at.breaking, broken_slope(&c, &s, x));
    next[3] = ons_dual_subtract(s.theta, ons_dual_multiply(s.theta, ons_dual_divide(slope, s.at.breaking)));
}

static ons_dual broken_pressure(const void *data, const ons_dual *x, ons_dual control) {
    const ons_replicas_model *model = data;
    const conditions c = read_conditions(model, control);
    const broken_state s = read_broken(model, &c, x);
    if (!s.valid) { return ons_dual_constant(NAN); }
    return ons_dual_subtract(ons_dual_add(s.at.pressure, broken_disorder(&c, &s, x)), double_count(&c, x[0]));
}

/* ---- what a solution says -------------------------------------------------------------------------------------------
 */

glass_reading glass_read(const ons_replicas_model *model, double control, const double *x) {
    const conditions c = read_conditions(model, ons_dual_constant(control));
    ons_dual y[4] = {ons_dual_constant(0)};
    for (size_t k = 0; k < model->model.count; k++) { y[k] = ons_dual_constant(x[k]); }
    glass_reading r = {.q1 = NAN, .q2 = NAN, .response = NAN, .stability = NAN, .slope = NAN};
    double rigidity;
    if (model->level == ONS_REPLICAS_RS) {
        const symmetric_state s = read_symmetric(&c, y);
        if (!s.valid) { return r; }
        r.q1 = r.q2 = s.q.value;
        r.response = s.response.value;
        rigidity = s.rigidity;
    } else {
        const broken_state s = read_broken(model, &c, y);
        if (!s.valid) { return r; }
        r.q1 = s.q1.value;
        r.q2 = s.q2.value;
        r.response = s.response.value;
        r.slope = s.at.breaking.value + broken_slope(&c, &s, y).value;
        rigidity = s.at.rigidity;
    }
    const double beta = c.beta.value, delta = 1 - r.response;
    const double stiffness = c.feeds ? 1 / (delta * delta) : (c.order - 1) * pow(r.q2, c.order - 2);
    r.stability = c.ground ? -INFINITY : 1 - beta * beta * c.load.value * stiffness * rigidity;
    return r;
}

/* ---- the model ------------------------------------------------------------------------------------------------------
 */

static const char *const symmetric_names[2][2] = {{"overlap", "overlap_glass"}, {"overlap", "response"}};
static const char *const broken_names[2][4] = {
    {"overlap", "overlap_glass q1", "overlap_glass q2", "breaking_point"},
    {"overlap", "overlap_glass q1", "response", "breaking_point over temperature"}};
static const char *const hopfield_symmetric[] = {"overlap", "noise"};
static const char *const hopfield_broken[2][4] = {
    {"overlap", "noise", "noise of the clusters", "breaking_point"},
    {"overlap", "noise", "noise of the clusters", "breaking_point over temperature"}};
static const char *const controls[] = {"temperature", "load", "field"};

void ons_replicas_model_init(ons_replicas_model *m, const ons_replicas *glass, ons_replicas_level level,
                             ons_replicas_control control, double breaking) {
    const bool ground = glass->temperature == 0, broken = level == ONS_REPLICAS_1RSB, feeds = glass_feeds_back(glass);
    *m = (ons_replicas_model){.glass = *glass, .level = level, .control = control, .breaking = breaking};
    m->model = (ons_meanfield){.name = broken ? "one step of replica symmetry breaking" : "replica-symmetric theory",
                               .count = broken ? (breaking > 0 ? 3 : 4) : 2,
                               .control = controls[control],
                               .low = m->low,
                               .high = m->high,
                               .equations = broken ? broken_equations : symmetric_equations,
                               .pressure = broken ? broken_pressure : symmetric_pressure,
                               .data = m};
    if (broken) {
        m->model.names = feeds ? hopfield_broken[ground] : broken_names[ground];
    } else {
        m->model.names = feeds ? hopfield_symmetric : symmetric_names[ground];
    }
    for (size_t k = 0; k < 4; k++) { m->high[k] = 1; }
    if (feeds) {
        m->low[1] = 1e-13;
        m->high[1] = m->high[2] = INFINITY;
    } else if (ground) {
        m->high[broken ? 2 : 1] = INFINITY;
    }
    m->low[3] = 1e-12;
    if (ground) { m->high[3] = INFINITY; }
}

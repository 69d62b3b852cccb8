/*
 * Equations of state and pressures of glasses and networks of Ising spins, for the solver.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/meanfield/gauss.h>
#include <onsager/meanfield/glass.h>

#include "glass.h"

ons_status ons_glass_check(const ons_glass *g) {
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
bool glass_feeds_back(const ons_glass *g) { return g->kind == ONS_GLASS_NETWORK && g->order == 2; }

typedef struct conditions {
    ons_dual beta, load, field; /* beta = 1 at zero temperature: fields are not scaled */
    double order;
    bool ground, network, feeds;
} conditions;

static conditions read_conditions(const ons_glass_model *m, ons_dual control) {
    const ons_glass *g = &m->glass;
    const ons_dual temperature = m->control == ONS_GLASS_TEMPERATURE ? control : ons_dual_constant(g->temperature);
    conditions c = {.load = m->control == ONS_GLASS_LOAD ? control : ons_dual_constant(g->load),
                    .field = m->control == ONS_GLASS_FIELD ? control : ons_dual_constant(g->field),
                    .order = g->order,
                    .ground = temperature.value == 0,
                    .network = g->kind == ONS_GLASS_NETWORK,
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
 */

/* 1 - beta (1 - q), 1 - C. */
static ons_dual feedback(const conditions *c, ons_dual second) {
    if (c->ground) { return ons_dual_shift(ons_dual_scale(-1, second), 1); }
    return ons_dual_shift(ons_dual_multiply(c->beta, ons_dual_shift(second, -1)), 1);
}

static ons_dual overlap_of(const conditions *c, ons_dual second) { return c->ground ? ons_dual_constant(1) : second; }

static ons_dual symmetric_variance(const conditions *c, ons_dual second) {
    const ons_dual q = overlap_of(c, second);
    if (!c->feeds) { return scaled(c, ons_dual_power(q, c->order - 1)); }
    const ons_dual delta = feedback(c, second);
    return scaled(c, ons_dual_divide(q, ons_dual_multiply(delta, delta)));
}

static void symmetric_equations(const void *data, const ons_dual *x, ons_dual control, ons_dual *next) {
    const conditions c = read_conditions(data, control);
    const ons_dual a = mean_field(&c, x[0]), v = symmetric_variance(&c, x[1]);
    if (!(v.value >= 0) || (c.ground && v.value == 0)) { return; } /* next stays what is not a number */
    if (c.ground) {
        const ons_gauss_ground at = ons_gauss_grounds(a, v);
        next[0] = at.magnetization;
        next[1] = ons_dual_scale(2, at.density);
    } else {
        const ons_gauss_spin at = ons_gauss_spins(a, v);
        next[0] = at.magnetization;
        next[1] = at.overlap;
    }
}

/* (beta^2/2) [xi'(1) - xi'(q) - Theta(1) + Theta(q)], Theta = q xi' - xi. */
static ons_dual symmetric_disorder(const conditions *c, ons_dual second) {
    const double p = c->order;
    if (c->feeds) { /* - load/2 [beta + ln Delta - beta q/Delta + beta^2 r (1 - q)] */
        const ons_dual delta = feedback(c, second), q = overlap_of(c, second);
        const ons_dual beta_q = ons_dual_multiply(c->beta, q);
        const ons_dual away = c->ground ? second : ons_dual_shift(ons_dual_scale(-1, delta), 1); /* beta (1 - q) */
        ons_dual sum = ons_dual_subtract(c->beta, ons_dual_divide(beta_q, delta));
        sum = ons_dual_add(sum, ons_dual_multiply(away, ons_dual_divide(beta_q, ons_dual_multiply(delta, delta))));
        if (!c->ground) { sum = ons_dual_add(sum, ons_dual_log(delta)); }
        return ons_dual_scale(-0.5, ons_dual_multiply(c->load, sum));
    }
    if (c->ground) { return ons_dual_constant(0); }
    const ons_dual sum =
        ons_dual_combine(-1, ons_dual_power(second, p - 1), (p - 1) / p, ons_dual_power(second, p), 1 / p);
    return ons_dual_scale(0.5, scaled(c, sum));
}

static ons_dual symmetric_pressure(const void *data, const ons_dual *x, ons_dual control) {
    const conditions c = read_conditions(data, control);
    const ons_dual a = mean_field(&c, x[0]), v = symmetric_variance(&c, x[1]);
    const ons_dual spins = c.ground ? ons_gauss_grounds(a, v).energy : ons_gauss_spins(a, v).pressure;
    return ons_dual_subtract(ons_dual_add(spins, symmetric_disorder(&c, x[1])), double_count(&c, x[0]));
}

/* ---- one step -------------------------------------------------------------------------------------------------------
 */

/* q1, q2, theta (at zero temperature 1 and beta theta) with the variances of both fields and, of Hopfield's network,
 * Delta_1 = 1 - beta(1 - q2), Delta_2 = Delta_1 - beta theta (q2 - q1), r1 = q1/Delta_2^2,
 * r2 = r1 + (q2 - q1)/(Delta_1 Delta_2). */
typedef struct step {
    ons_dual q1, q2, gap, theta, v, w, delta1, delta2, r1, r2;
} step;

static step read_step(const ons_glass_model *model, const conditions *c, const ons_dual *x) {
    step s = {.q1 = x[1], .q2 = overlap_of(c, x[2])};
    s.theta = model->breaking > 0 ? ons_dual_constant(model->breaking) : x[3];
    s.gap = ons_dual_subtract(s.q2, s.q1);
    if (c->feeds) {
        s.delta1 = feedback(c, x[2]);
        s.delta2 = ons_dual_subtract(s.delta1, ons_dual_multiply(ons_dual_multiply(c->beta, s.theta), s.gap));
        s.r1 = ons_dual_divide(s.q1, ons_dual_multiply(s.delta2, s.delta2));
        s.r2 = ons_dual_add(s.r1, ons_dual_divide(s.gap, ons_dual_multiply(s.delta1, s.delta2)));
    } else {
        s.r1 = ons_dual_power(s.q1, c->order - 1);
        s.r2 = ons_dual_power(s.q2, c->order - 1);
    }
    s.v = scaled(c, s.r1);
    s.w = scaled(c, ons_dual_subtract(s.r2, s.r1));
    return s;
}

static bool is_step(const conditions *c, const step *s) {
    if (c->feeds && !(s->delta1.value > 0 && s->delta2.value > 0)) { return false; }
    return s->v.value >= 0 && s->w.value >= 0 && s->theta.value > 0 && (s->w.value > 0 || !c->ground);
}

/* The part of the pressure that is no average over spins. */
static ons_dual broken_disorder(const conditions *c, const step *s, ons_dual third) {
    const double p = c->order, k = (p - 1) / p;
    if (c->feeds) {
        const ons_dual away = c->ground ? third : ons_dual_shift(ons_dual_scale(-1, s->delta1), 1);
        const ons_dual ratio = ons_dual_log(ons_dual_divide(s->delta2, s->delta1));
        ons_dual sum = ons_dual_add(c->beta, ons_dual_divide(ratio, s->theta));
        if (!c->ground) { sum = ons_dual_add(sum, ons_dual_log(s->delta1)); }
        sum = ons_dual_subtract(sum, ons_dual_multiply(c->beta, ons_dual_divide(s->q1, s->delta2)));
        sum = ons_dual_add(sum, ons_dual_multiply(c->beta, ons_dual_multiply(s->r2, away)));
        const ons_dual product = ons_dual_subtract(ons_dual_multiply(s->q2, s->r2), ons_dual_multiply(s->q1, s->r1));
        const ons_dual square = ons_dual_multiply(c->beta, c->beta);
        sum = ons_dual_add(sum, ons_dual_multiply(square, ons_dual_multiply(s->theta, product)));
        return ons_dual_scale(-0.5, ons_dual_multiply(c->load, sum));
    }
    const ons_dual high = ons_dual_power(s->q2, p), low = ons_dual_power(s->q1, p);
    ons_dual sum = ons_dual_scale(-k, ons_dual_multiply(s->theta, ons_dual_subtract(high, low)));
    if (!c->ground) { sum = ons_dual_add(sum, ons_dual_combine(-1, ons_dual_power(s->q2, p - 1), k, high, 1 / p)); }
    return ons_dual_scale(0.5, scaled(c, sum));
}

/* dA/dtheta of the same part, order parameters (r too) held. */
static ons_dual broken_slope(const conditions *c, const step *s) {
    const double p = c->order;
    if (!c->feeds) {
        const ons_dual gap = ons_dual_subtract(ons_dual_power(s->q2, p), ons_dual_power(s->q1, p));
        return ons_dual_scale(-0.5 * (p - 1) / p, scaled(c, gap));
    }
    const ons_dual beta_gap = ons_dual_multiply(c->beta, s->gap);
    const ons_dual ratio = ons_dual_log(ons_dual_divide(s->delta2, s->delta1));
    const ons_dual inverse = ons_dual_invert(s->theta);
    ons_dual sum = ons_dual_scale(-1, ons_dual_multiply(ratio, ons_dual_multiply(inverse, inverse)));
    sum = ons_dual_subtract(sum, ons_dual_divide(ons_dual_multiply(beta_gap, inverse), s->delta2));
    sum = ons_dual_subtract(sum, ons_dual_multiply(ons_dual_multiply(c->beta, beta_gap), s->r1));
    const ons_dual product = ons_dual_subtract(ons_dual_multiply(s->q2, s->r2), ons_dual_multiply(s->q1, s->r1));
    sum = ons_dual_add(sum, ons_dual_multiply(ons_dual_multiply(c->beta, c->beta), product));
    return ons_dual_scale(-0.5, ons_dual_multiply(c->load, sum));
}

static void broken_equations(const void *data, const ons_dual *x, ons_dual control, ons_dual *next) {
    const ons_glass_model *model = data;
    const conditions c = read_conditions(model, control);
    const step s = read_step(model, &c, x);
    if (!is_step(&c, &s)) { return; }
    const ons_gauss_broken at = ons_gauss_breaks(mean_field(&c, x[0]), s.v, s.w, s.theta, c.ground);
    next[0] = at.magnetization;
    next[1] = at.outer;
    next[2] = c.ground ? at.response : at.inner;
    if (model->breaking > 0) { return; }
    /* The pressure is smallest at the breaking point: downhill, in units of its part that comes from the spins. */
    const ons_dual slope = ons_dual_add(at.breaking, broken_slope(&c, &s));
    next[3] = ons_dual_subtract(s.theta, ons_dual_multiply(s.theta, ons_dual_divide(slope, at.breaking)));
}

static ons_dual broken_pressure(const void *data, const ons_dual *x, ons_dual control) {
    const ons_glass_model *model = data;
    const conditions c = read_conditions(model, control);
    const step s = read_step(model, &c, x);
    if (!is_step(&c, &s)) { return ons_dual_constant(NAN); }
    const ons_gauss_broken at = ons_gauss_breaks(mean_field(&c, x[0]), s.v, s.w, s.theta, c.ground);
    return ons_dual_subtract(ons_dual_add(at.pressure, broken_disorder(&c, &s, x[2])), double_count(&c, x[0]));
}

double glass_breaking_slope(const ons_glass_model *model, double control, const double *x) {
    const conditions c = read_conditions(model, ons_dual_constant(control));
    ons_dual y[4];
    for (size_t k = 0; k < 4; k++) { y[k] = ons_dual_constant(x[k]); }
    const step s = read_step(model, &c, y);
    if (!is_step(&c, &s)) { return NAN; }
    const ons_gauss_broken at = ons_gauss_breaks(mean_field(&c, y[0]), s.v, s.w, s.theta, c.ground);
    return at.breaking.value + broken_slope(&c, &s).value;
}

double glass_rigidity(const ons_glass_model *model, double control, const double *x) {
    const conditions c = read_conditions(model, ons_dual_constant(control));
    ons_dual y[4];
    for (size_t k = 0; k < 4; k++) { y[k] = ons_dual_constant(k < model->model.count ? x[k] : 0); }
    const double beta = c.beta.value, load = c.load.value;
    if (c.ground) { return -INFINITY; }
    double rigidity, q, delta = 1;
    if (model->level == ONS_GLASS_RS) {
        rigidity = ons_gauss_spins(mean_field(&c, y[0]), symmetric_variance(&c, y[1])).rigidity;
        q = x[1];
        if (c.feeds) { delta = feedback(&c, y[1]).value; }
    } else {
        const step s = read_step(model, &c, y);
        if (!is_step(&c, &s)) { return NAN; }
        rigidity = ons_gauss_breaks(mean_field(&c, y[0]), s.v, s.w, s.theta, false).rigidity;
        q = x[2];
        if (c.feeds) { delta = s.delta1.value; }
    }
    if (c.feeds) { return 1 - load * beta * beta * rigidity / (delta * delta); }
    return 1 - beta * beta * load * (c.order - 1) * pow(q, c.order - 2) * rigidity;
}

/* ---- the model ------------------------------------------------------------------------------------------------------
 */

static const char *const warm_symmetric[] = {"overlap", "overlap_glass"};
static const char *const ground_symmetric[] = {"overlap", "response"};
static const char *const warm_broken[] = {"overlap", "overlap_glass q1", "overlap_glass q2", "breaking_point"};
static const char *const ground_broken[] = {"overlap", "overlap_glass q1", "response",
                                            "breaking_point over temperature"};
static const char *const controls[] = {"temperature", "load", "field"};

void ons_glass_model_init(ons_glass_model *m, const ons_glass *glass, ons_glass_level level, ons_glass_control control,
                          double breaking) {
    const bool ground = glass->temperature == 0, broken = level == ONS_GLASS_1RSB, feeds = glass_feeds_back(glass);
    *m = (ons_glass_model){.glass = *glass, .level = level, .control = control, .breaking = breaking};
    m->model = (ons_meanfield){.name = broken ? "one step of replica symmetry breaking" : "replica-symmetric theory",
                               .count = broken ? (breaking > 0 ? 3 : 4) : 2,
                               .names = broken ? (ground ? ground_broken : warm_broken)
                                               : (ground ? ground_symmetric : warm_symmetric),
                               .control = controls[control],
                               .low = m->low,
                               .high = m->high,
                               .equations = broken ? broken_equations : symmetric_equations,
                               .pressure = broken ? broken_pressure : symmetric_pressure,
                               .data = m};
    for (size_t k = 0; k < 4; k++) { m->high[k] = 1; }
    /* The last overlap, or the response; Hopfield's 1 - beta(1 - q) must stay positive. */
    const size_t last = broken ? 2 : 1;
    if (ground) {
        m->high[last] = feeds ? 1 - 1e-9 : INFINITY;
    } else if (feeds) {
        m->low[last] = fmax(0, 1 - glass->temperature * (1 - 1e-9));
    }
    m->low[3] = 1e-12;
    if (ground) { m->high[3] = INFINITY; }
}

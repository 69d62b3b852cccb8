/*
 * Dense Hebbian networks taught by examples: equations, the retrieval state, thresholds as folds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/meanfield/branch.h>
#include <onsager/meanfield/gauss.h>
#include <onsager/meanfield/supervised.h>

#include <string.h>

/* Order parameters: n; at T > 0 then q; for P = 2 then s, the width of the noise of the other patterns. */
typedef enum control { BY_LOGARITHM, BY_LOAD } control; /* of 1 + rho, or the load */

typedef struct taught {
    ons_meanfield model;
    ons_supervised network;
    control by;
} taught;

typedef struct terms {
    ons_dual signal, variance, load, rho;
    ons_dual overlap, glass, response; /* m, q, (1 - q)/T of the field */
    ons_dual width;                    /* s; P = 2 */
} terms;

static size_t width_index(const ons_supervised *network) { return network->temperature > 0 ? 2 : 1; }

/* m, q, (1 - q)/T of h ~ N(signal, variance). */
static void average(terms *t, double temperature) {
    if (temperature > 0) {
        const double beta = 1 / temperature;
        const ons_gauss_spin at =
            ons_gauss_spins(ons_dual_scale(beta, t->signal), ons_dual_scale(beta * beta, t->variance));
        t->overlap = at.magnetization;
        t->glass = at.overlap;
        t->response = ons_dual_combine(-beta, at.overlap, 0, at.overlap, beta);
        return;
    }
    const double s = t->signal.value;
    t->glass = ons_dual_constant(1);
    if (t->variance.value <= 1e-24 * s * s || t->variance.value == 0) {
        t->overlap = ons_dual_constant(s > 0 ? 1 : 0);
        t->response = ons_dual_constant(0);
        return;
    }
    const ons_gauss_ground at = ons_gauss_grounds(t->signal, t->variance);
    t->overlap = at.magnetization;
    t->response = ons_dual_scale(2, at.density);
}

static terms find_terms(const taught *lesson, const ons_dual *x, ons_dual at) {
    const ons_supervised *network = &lesson->network;
    const double order = network->order;
    const ons_dual grown = lesson->by == BY_LOGARITHM ? ons_dual_exp(at) : ons_dual_constant(1 + network->rho);
    terms t = {.load = lesson->by == BY_LOAD ? at : ons_dual_constant(network->load)};
    t.rho = ons_dual_shift(grown, -1);
    t.signal = ons_dual_multiply(ons_dual_power(grown, 0.5 * order - 1), ons_dual_power(x[0], order - 1));
    t.variance = ons_dual_multiply(t.rho, ons_dual_multiply(t.signal, t.signal));
    if (network->order == 2) {
        t.width = x[width_index(network)];
        t.variance = ons_dual_add(t.variance, ons_dual_multiply(t.width, t.width));
    } else {
        const ons_dual q = network->temperature > 0 ? ons_dual_power(x[1], order - 1) : ons_dual_constant(1);
        t.variance = ons_dual_add(t.variance, ons_dual_multiply(t.load, q));
    }
    average(&t, network->temperature);
    return t;
}

static void equations(const void *data, const ons_dual *x, ons_dual at, ons_dual *next) {
    const taught *lesson = data;
    const bool warm = lesson->network.temperature > 0;
    const terms t = find_terms(lesson, x, at);
    const ons_dual pull = ons_dual_multiply(t.rho, ons_dual_multiply(t.signal, t.response));
    next[0] = ons_dual_divide(ons_dual_add(t.overlap, pull), ons_dual_shift(t.rho, 1));
    if (warm) { next[1] = t.glass; }
    if (lesson->network.order == 2) {
        const ons_dual q = warm ? x[1] : ons_dual_constant(1);
        const ons_dual own = t.load.value > 0 ? ons_dual_sqrt(ons_dual_multiply(t.load, q)) : ons_dual_constant(0);
        next[width_index(&lesson->network)] = ons_dual_add(own, ons_dual_multiply(t.width, t.response));
    }
}

static void make_lesson(taught *lesson, const ons_supervised *network, control by) {
    static const char *const warm[] = {"n", "q", "s"}, *const cold[] = {"n", "s"};
    static const double low_warm[] = {0, 1e-12, 0}, high_warm[] = {2, 1, 1e6};
    static const double low_cold[] = {0, 0}, high_cold[] = {2, 1e6};
    const bool heated = network->temperature > 0;
    lesson->network = *network;
    lesson->by = by;
    lesson->model = (ons_meanfield){.name = "dense Hebbian network, supervised",
                                    .count = 1 + (size_t)heated + (network->order == 2),
                                    .names = heated ? warm : cold,
                                    .control = by == BY_LOAD ? "load" : "ln(1 + rho)",
                                    .low = heated ? low_warm : low_cold,
                                    .high = heated ? high_warm : high_cold,
                                    .equations = equations,
                                    .data = lesson};
}

ons_status ons_supervised_check(const ons_supervised *network) {
    if (network->order < 2 || network->order > 1000) {
        return ons_fail(ONS_INVALID, "P = %u bodies of an interaction; expected 2 .. 1000", network->order);
    }
    if (!(network->load >= 0 && network->load <= 1e6)) {
        return ons_fail(ONS_INVALID, "a load of %g; expected 0 .. 1e6", network->load);
    }
    if (!(network->temperature >= 0 && network->temperature <= 1e6)) {
        return ons_fail(ONS_INVALID, "a temperature of %g; expected 0 .. 1e6", network->temperature);
    }
    if (!(network->rho >= 0 && network->rho <= 1e6)) {
        return ons_fail(ONS_INVALID, "an entropy of the data set rho = %g; expected 0 .. 1e6", network->rho);
    }
    return ONS_OK;
}

/* ---- the state that recalls -----------------------------------------------------------------------------------------
 */

/* Free energy and energy at a solution; for P = 2 those of Amit, Gutfreund and Sompolinsky (1987). */
static void set_energies(const ons_supervised *network, const terms *t, double n, double q,
                         ons_supervised_state *state) {
    const double order = network->order, temperature = network->temperature, load = network->load;
    const double c = t->response.value, stored = pow(1 + network->rho, 0.5 * order) * pow(n, order);
    double entropic; /* E T ln 2cosh h/T */
    if (temperature > 0) {
        const double beta = 1 / temperature;
        entropic = temperature * ons_gauss_spins(ons_dual_constant(beta * t->signal.value),
                                                 ons_dual_constant(beta * beta * t->variance.value))
                                     .pressure.value;
    } else {
        entropic = t->signal.value * t->overlap.value + t->variance.value * c;
    }
    double noise = 0, heat;
    if (network->order == 2) {
        const double s2 = t->width.value * t->width.value;
        noise = -0.5 * temperature * load * log1p(-c) + 0.5 * load * (q / (1 - c) - 1) - 0.5 * s2 * c;
        heat = 0.5 * load * c / (1 - c) + 0.5 * s2 * c;
    } else {
        const double p = order - 1;
        if (temperature > 0) { noise = load / (2 * order * temperature) * (1 - order * pow(q, p) + p * pow(q, order)); }
        heat = temperature > 0 ? load * (1 - pow(q, order)) / (order * temperature) : load * c;
    }
    state->free_energy = (order - 1) / order * stored - entropic - noise;
    state->energy = -stored / order - heat;
}

/* The branch's state at x and `at`. */
static void read_state(const taught *lesson, const double *x, double at, ons_supervised_state *state) {
    ons_dual place[3] = {ons_dual_constant(0), ons_dual_constant(0), ons_dual_constant(0)};
    for (size_t k = 0; k < lesson->model.count; k++) { place[k] = ons_dual_constant(x[k]); }
    const terms t = find_terms(lesson, place, ons_dual_constant(at));
    state->overlap = t.overlap.value;
    state->example = x[0];
    state->glass = t.glass.value;
    state->response = t.response.value;
    state->exists = state->overlap > 1e-6;
    set_energies(&lesson->network, &t, x[0], t.glass.value, state);
}

static ons_status solve(const taught *lesson, double at, double *x, ons_supervised_state *state) {
    const ons_supervised *network = &lesson->network;
    const size_t width = width_index(network);
    double start[3] = {1, 1, 0};
    ons_meanfield_solution found;
    if (network->order == 2) { start[width] = sqrt(network->load); }
    *state = (ons_supervised_state){false, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    const ons_status status = ons_meanfield_solve(&lesson->model, at, start, NULL, &found);
    if (status) { return status; }
    memcpy(x, found.x, lesson->model.count * sizeof *x);
    read_state(lesson, x, at, state);
    state->growth = found.growth;
    return ONS_OK;
}

/* ---- branches -------------------------------------------------------------------------------------------------------
 */

/* The control at the first fold of the branch from x at `from`; INFINITY: none up to `last`. */
static ons_status first_fold(const taught *lesson, double from, const double *x, double last, double step,
                             double *where) {
    const ons_branch_options options = {.low = 0, .high = last, .first = step, .longest = 0.05, .folds = 1};
    ons_branch branch;
    ons_status status = ons_branch_follow(&branch, &lesson->model, from, x, &options);
    *where = NAN;
    if (branch.folds > 0) {
        *where = branch.point[branch.count - 1].control;
        status = ONS_OK;
    } else if (!status) {
        *where = INFINITY;
    }
    ons_branch_free(&branch);
    return status;
}

/* The lesson without load (or next to none, where the branch would begin at a fold), and its state. */
static ons_status begin_empty(const ons_supervised *network, taught *lesson, double *x, ons_supervised_state *state) {
    ons_supervised empty = *network;
    empty.load = network->order == 2 || (network->temperature == 0 && network->rho < 1e-3) ? 1e-4 : 0;
    const ons_status status = ons_supervised_check(&empty);
    if (status) { return status; }
    make_lesson(lesson, &empty, BY_LOAD);
    return solve(lesson, empty.load, x, state);
}

/* Near the end of the branch iterations from perfect recall may pass the state by: it is followed from no load. */
static ons_status follow_to_load(const ons_supervised *network, ons_supervised_state *state) {
    const ons_branch_options options = {.high = network->load, .first = 1e-3, .longest = 0.01, .folds = 1};
    const ons_meanfield_options near = {.unstable = true};
    ons_branch branch;
    ons_meanfield_solution found;
    taught lesson;
    ons_supervised_state at;
    double x[3];
    ons_status status = begin_empty(network, &lesson, x, &at);
    if (status || !at.exists || lesson.network.load >= network->load) { return status; }
    status = ons_branch_follow(&branch, &lesson.model, lesson.network.load, x, &options);
    const bool there = !status && branch.folds == 0;
    if (there) { memcpy(x, branch.point[branch.count - 1].x, lesson.model.count * sizeof *x); }
    ons_branch_free(&branch);
    if (!there || ons_meanfield_solve(&lesson.model, network->load, x, &near, &found)) { return ONS_OK; }
    lesson.network.load = network->load;
    read_state(&lesson, found.x, network->load, state);
    state->growth = found.growth;
    return ONS_OK;
}

ons_status ons_supervised_retrieval(const ons_supervised *network, ons_supervised_state *state) {
    taught lesson;
    double x[3];
    ons_status status = ons_supervised_check(network);
    if (status) { return status; }
    make_lesson(&lesson, network, BY_LOAD);
    status = solve(&lesson, network->load, x, state);
    return status || state->exists ? status : follow_to_load(network, state);
}

ons_status ons_supervised_threshold(const ons_supervised *network, double *rho) {
    ons_supervised stored = *network;
    ons_supervised_state state;
    taught lesson;
    double x[3], where;
    *rho = NAN;
    stored.rho = 0;
    ons_status status = ons_supervised_check(&stored);
    if (status) { return status; }
    make_lesson(&lesson, &stored, BY_LOGARITHM);
    const double from = stored.load > 0 ? 0 : 1e-3;
    status = solve(&lesson, from, x, &state);
    if (status) { return status; }
    *rho = 0;
    if (!state.exists) { return ONS_OK; }
    status = first_fold(&lesson, from, x, log1p(1e4), 1e-3, &where);
    *rho = expm1(where);
    return status;
}

ons_status ons_supervised_capacity(const ons_supervised *network, double *load) {
    ons_supervised_state state;
    taught lesson;
    double x[3];
    *load = NAN;
    const ons_status status = begin_empty(network, &lesson, x, &state);
    if (status) { return status; }
    *load = 0;
    return state.exists ? first_fold(&lesson, lesson.network.load, x, 10, 1e-3, load) : ONS_OK;
}

/* ---- closed forms ---------------------------------------------------------------------------------------------------
 */

double ons_supervised_step(const ons_supervised *network) {
    return erf(1 / sqrt(2 * (network->rho + network->load * pow(1 + network->rho, network->order))));
}

double ons_supervised_majority(double quality, uint64_t examples) {
    const double right = 0.5 * (1 + quality), wrong = 0.5 * (1 - quality), count = (double)examples;
    double mean = 0;
    if (wrong <= 0) { return 1; }
    for (uint64_t k = 0; 2 * k < examples; k++) { /* k wrong ones, and k right ones */
        const double few = (double)k, choose = lgamma(count + 1) - lgamma(few + 1) - lgamma(count - few + 1);
        mean += exp(choose + few * log(wrong) + (count - few) * log(right)) -
                exp(choose + few * log(right) + (count - few) * log(wrong));
    }
    return mean;
}

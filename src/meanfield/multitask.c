/*
 * Recall of several diluted patterns side by side: the equations, entries enumerated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/meanfield/gauss.h>
#include <onsager/meanfield/multitask.h>

#include <string.h>

enum { MOST = ONS_MULTITASK_PATTERNS };

/* Sums over the entries, with slopes in n[0 .. K-1] and the dilution (index K). */
typedef struct entry_sums {
    double overlap[MOST], by_overlap[MOST][MOST + 1];
    double response[MOST], by_response[MOST][MOST + 1]; /* E x^2 (1 - tanh^2)/T */
    double energy, by_dilution;                         /* E T ln 2cosh h/T */
    bool tie;                                           /* T = 0: a field vanishes where an entry does not */
} entry_sums;

/* Averages of one site over z, in units of the fields: t = E tanh, u = E (1 - tanh^2)/T, e = E T ln 2cosh; slopes in
 * the mean h and the variance v. */
typedef struct site {
    double t, t_h, t_v, u, u_h, u_v, e;
    bool tie;
} site;

static site average_site(double h, double v, double rho, double temperature) {
    if (temperature > 0 && v <= 0 && rho <= 0) {
        const double beta = 1 / temperature, t = tanh(beta * h), u = beta * (1 - t * t), size = fabs(h);
        return (site){
            .t = t, .t_h = u, .u = u, .u_h = -2 * beta * t * u, .e = size + temperature * log1p(exp(-2 * beta * size))};
    }
    if (temperature > 0) {
        const double beta = 1 / temperature;
        const ons_gauss_spin at =
            ons_gauss_spins(ons_dual_variable(beta * h, 0), ons_dual_variable(beta * beta * v, 1));
        return (site){.t = at.magnetization.value,
                      .t_h = beta * at.magnetization.slope[0],
                      .t_v = beta * beta * at.magnetization.slope[1],
                      .u = beta * (1 - at.overlap.value),
                      .u_h = -beta * beta * at.overlap.slope[0],
                      .u_v = -beta * beta * beta * at.overlap.slope[1],
                      .e = temperature * at.pressure.value};
    }
    if (v <= 0) {
        const bool tie = fabs(h) < 1e-10;
        return (site){.t = tie ? 0 : copysign(1, h), .e = fabs(h), .tie = tie};
    }
    const ons_gauss_ground at = ons_gauss_grounds(ons_dual_variable(h, 0), ons_dual_variable(v, 1));
    return (site){.t = at.magnetization.value,
                  .t_h = at.magnetization.slope[0],
                  .t_v = at.magnetization.slope[1],
                  .u = 2 * at.density.value,
                  .u_h = 2 * at.density.slope[0],
                  .u_v = 2 * at.density.slope[1],
                  .e = at.energy.value};
}

static void add_vector(entry_sums *sums, const ons_multitask *network, const double *n, const int *entry, double weight,
                       double by_dilution) {
    const unsigned count = network->patterns;
    double h = 0, v = 0;
    for (unsigned k = 0; k < count; k++) {
        h += entry[k] * n[k];
        v += entry[k] ? network->rho * n[k] * n[k] : 0;
    }
    const site at = average_site(h, v, network->rho, network->temperature);
    sums->energy += weight * at.e;
    sums->by_dilution += by_dilution * at.e;
    sums->tie = sums->tie || (at.tie && weight > 0);
    for (unsigned k = 0; k < count; k++) {
        if (!entry[k]) { continue; }
        sums->overlap[k] += weight * entry[k] * at.t;
        sums->response[k] += weight * at.u;
        sums->by_overlap[k][count] += by_dilution * entry[k] * at.t;
        sums->by_response[k][count] += by_dilution * at.u;
        for (unsigned j = 0; j < count; j++) {
            if (!entry[j]) { continue; }
            const double h_j = entry[j], v_j = 2 * network->rho * n[j];
            sums->by_overlap[k][j] += weight * entry[k] * (at.t_h * h_j + at.t_v * v_j);
            sums->by_response[k][j] += weight * (at.u_h * h_j + at.u_v * v_j);
        }
    }
}

/* The entries of code in base 3; false for those whose first is -1, which are counted with their opposite. */
static bool read_entries(uint32_t code, unsigned count, int *entry, unsigned *blank) {
    int first = 0;
    *blank = 0;
    for (unsigned k = 0; k < count; k++, code /= 3) {
        entry[k] = (int)(code % 3) - 1;
        *blank += entry[k] == 0;
        if (first == 0) { first = entry[k]; }
    }
    return first >= 0;
}

static entry_sums sum_entries(const ons_multitask *network, const double *n, double d) {
    const unsigned count = network->patterns;
    entry_sums sums = {.tie = false};
    uint32_t codes = 1;
    for (unsigned k = 0; k < count; k++) { codes *= 3; }
    for (uint32_t code = 0; code < codes; code++) {
        int entry[MOST];
        unsigned blank;
        if (!read_entries(code, count, entry, &blank)) { continue; }
        const unsigned set = count - blank;
        const double times = set ? 2 : 1, empty = pow(d, blank), full = pow((1 - d) / 2, set);
        const double by_empty = blank ? blank * pow(d, blank - 1) : 0;
        const double by_full = set ? -0.5 * set * pow((1 - d) / 2, set - 1) : 0;
        add_vector(&sums, network, n, entry, times * empty * full, times * (by_empty * full + empty * by_full));
    }
    return sums;
}

static void values_of(const ons_multitask *network, const ons_dual *x, double *n) {
    for (unsigned k = 0; k < network->patterns; k++) { n[k] = x[k].value; }
}

static void equations(const void *data, const ons_dual *x, ons_dual dilution, ons_dual *next) {
    const ons_multitask *network = data;
    const unsigned count = network->patterns;
    double n[MOST] = {0};
    ons_dual argument[MOST + 1];
    values_of(network, x, n);
    memcpy(argument, x, count * sizeof *x);
    argument[count] = dilution;
    const entry_sums sums = sum_entries(network, n, dilution.value);
    for (unsigned k = 0; k < count; k++) {
        const double share = 1 / (1 + network->rho), pull = network->rho * share;
        double partial[MOST + 1];
        for (unsigned j = 0; j <= count; j++) {
            partial[j] = share * sums.by_overlap[k][j] + pull * n[k] * sums.by_response[k][j];
        }
        partial[k] += pull * sums.response[k];
        next[k] =
            ons_dual_compose(share * sums.overlap[k] + pull * n[k] * sums.response[k], count + 1, partial, argument);
    }
}

/* -f, which is finite at T = 0 and as good for telling states apart. */
static ons_dual minus_free_energy(const void *data, const ons_dual *x, ons_dual dilution) {
    const ons_multitask *network = data;
    const unsigned count = network->patterns;
    double n[MOST] = {0}, partial[MOST + 1], square = 0;
    ons_dual argument[MOST + 1];
    values_of(network, x, n);
    memcpy(argument, x, count * sizeof *x);
    argument[count] = dilution;
    const entry_sums sums = sum_entries(network, n, dilution.value);
    for (unsigned k = 0; k < count; k++) {
        square += n[k] * n[k];
        partial[k] = sums.overlap[k] + network->rho * n[k] * sums.response[k] - (1 + network->rho) * n[k];
    }
    partial[count] = sums.by_dilution;
    return ons_dual_compose(sums.energy - 0.5 * (1 + network->rho) * square, count + 1, partial, argument);
}

void ons_multitask_model_init(ons_multitask_model *model, const ons_multitask *network) {
    static const char *const names[MOST] = {"n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9", "n10", "n11", "n12"};
    model->network = *network;
    model->model = (ons_meanfield){.name = "recall of several patterns",
                                   .count = network->patterns,
                                   .names = names,
                                   .control = "dilution",
                                   .equations = equations,
                                   .pressure = minus_free_energy,
                                   .data = &model->network};
}

ons_status ons_multitask_check(const ons_multitask *network) {
    if (network->patterns < 1 || network->patterns > MOST) {
        return ons_fail(ONS_INVALID, "K = %u patterns: 3^K entries are enumerated; expected 1 .. %d", network->patterns,
                        MOST);
    }
    if (!(network->dilution >= 0 && network->dilution < 1)) {
        return ons_fail(ONS_INVALID, "a dilution of %g; expected 0 <= d < 1", network->dilution);
    }
    if (!(network->temperature >= 0 && network->temperature <= 1e6)) {
        return ons_fail(ONS_INVALID, "a temperature of %g; expected 0 .. 1e6", network->temperature);
    }
    if (!(network->rho >= 0 && network->rho <= 1e6)) {
        return ons_fail(ONS_INVALID, "an entropy of the data set rho = %g; expected 0 .. 1e6", network->rho);
    }
    return ONS_OK;
}

/* ---- reading a solution ---------------------------------------------------------------------------------------------
 */

/* Overlaps nearer than this are equal, or zero. */
static const double same = 1e-6;

static void classify(unsigned count, ons_multitask_state *state) {
    const double *n = state->example;
    state->alive = state->equal = 0;
    for (unsigned k = 0, run = 0; k < count && n[k] > same; k++) {
        run = k > 0 && n[k - 1] - n[k] <= same ? run + 1 : 1;
        state->equal = run > state->equal ? run : state->equal;
        state->alive++;
    }
    state->regime = state->alive == 0                                ? ONS_MULTITASK_PARAMAGNET
                    : state->alive == 1                              ? ONS_MULTITASK_PURE
                    : state->equal == 1                              ? ONS_MULTITASK_HIERARCHY
                    : state->equal == count && state->alive == count ? ONS_MULTITASK_PARALLEL
                                                                     : ONS_MULTITASK_MIXED;
}

/* Positive and descending: f depends on neither signs nor order. */
static void put_in_order(unsigned count, ons_multitask_state *state) {
    double *n = state->example, *m = state->overlap;
    for (unsigned k = 0; k < count; k++) {
        const double sign = n[k] < 0 ? -1 : 1;
        n[k] *= sign;
        m[k] *= sign;
    }
    for (unsigned k = 1; k < count; k++) {
        const double nk = n[k], mk = m[k];
        unsigned j = k;
        for (; j > 0 && n[j - 1] < nk; j--) {
            n[j] = n[j - 1];
            m[j] = m[j - 1];
        }
        n[j] = nk;
        m[j] = mk;
    }
}

/* A solution of the whole as a state. */
static void read_solution(const ons_multitask *network, const ons_meanfield_solution *found,
                          ons_multitask_state *state) {
    const unsigned count = network->patterns;
    const entry_sums sums = sum_entries(network, found->x, network->dilution);
    memcpy(state->example, found->x, count * sizeof(double));
    memcpy(state->overlap, sums.overlap, count * sizeof(double));
    state->free_energy = -found->pressure;
    state->stability = sums.tie ? -INFINITY : 1 - found->growth;
    put_in_order(count, state);
    classify(count, state);
}

static void clear_state(unsigned count, ons_multitask_state *state) {
    for (unsigned k = 0; k < MOST; k++) { state->overlap[k] = state->example[k] = k < count ? NAN : 0; }
    state->free_energy = state->stability = NAN;
    state->regime = ONS_MULTITASK_PARAMAGNET;
    state->alive = state->equal = 0;
}

/* The one equation of K equal overlaps. */
static void alike(const void *data, const ons_dual *x, ons_dual dilution, ons_dual *next) {
    const ons_multitask *network = data;
    ons_dual all[MOST], whole[MOST];
    for (unsigned k = 0; k < network->patterns; k++) { all[k] = x[0]; }
    equations(data, all, dilution, whole);
    next[0] = whole[0];
}

ons_status ons_multitask_parallel(const ons_multitask *network, ons_multitask_state *state) {
    static const char *const names[] = {"n of all"};
    ons_meanfield_solution found, whole;
    ons_multitask_model model;
    double n[MOST] = {0};
    clear_state(network->patterns, state);
    ons_status status = ons_multitask_check(network);
    if (status) { return status; }
    const ons_meanfield one = {.name = "parallel recall",
                               .count = 1,
                               .names = names,
                               .control = "dilution",
                               .equations = alike,
                               .data = network};
    const double start = 1 - network->dilution;
    status = ons_meanfield_solve(&one, network->dilution, &start, NULL, &found);
    if (status) { return status; }
    for (unsigned k = 0; k < network->patterns; k++) { n[k] = found.x[0]; }
    ons_multitask_model_init(&model, network);
    status = ons_meanfield_evaluate(&model.model, network->dilution, n, &whole);
    if (status) { return status; }
    read_solution(network, &whole, state);
    return ONS_OK;
}

ons_status ons_multitask_solve(const ons_multitask *network, const double *start, bool unstable,
                               ons_multitask_state *state) {
    const ons_meanfield_options options = {.unstable = unstable, .iterations = 4000};
    ons_multitask_model model;
    ons_meanfield_solution found;
    clear_state(network->patterns, state);
    ons_status status = ons_multitask_check(network);
    if (status) { return status; }
    ons_multitask_model_init(&model, network);
    status = ons_meanfield_solve(&model.model, network->dilution, start, &options, &found);
    if (!status) { read_solution(network, &found, state); }
    return status;
}

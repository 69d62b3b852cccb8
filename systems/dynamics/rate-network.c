/*
 * rate-network: random networks of rate units in time, their covariances and the linear network that has the same.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "rate_couplings.h"
#include "rate_network_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const ons_parameter parameters[] = {
    {"N", ONS_INTEGER, 0, "400", NULL, "[2, 20000]", NULL, NULL, "units"},
    {"gain", ONS_REAL, 0, "3", NULL, "[0, 50]", NULL, NULL, "g: standard deviation of the couplings times sqrt(N)"},
    {"activation", ONS_CHOICE, 0, "tanh", "tanh|erf", NULL, NULL, NULL, "phi(x): tanh(x) or erf(sqrt(pi) x/2)"},
    {"couplings", ONS_CHOICE, ONS_OR_FILE, "dense", "dense|sparse", NULL, NULL, NULL,
     "all N^2 normal; `degree` a row; or a file with N rows of N numbers (row i: what unit i receives)"},
    {"degree", ONS_INTEGER, 0, "20", NULL, "[1, 20000]", "couplings=sparse", NULL, "inputs of a unit"},
    {"copies", ONS_INTEGER, 0, "16", NULL, "[2, 1024]", NULL, NULL, "initial conditions of every network, even"},
    {"dt", ONS_REAL, 0, "0.05", NULL, "(0, 0.5]", NULL, "time", "step of the integration"},
    {"method", ONS_CHOICE, 0, "euler", "euler|runge-kutta", NULL, NULL, NULL, "order 1, or order 4"},
    {"precision", ONS_CHOICE, 0, "single", "single|double", NULL, NULL, NULL, "of states and couplings"},
    {"transient", ONS_REAL, 0, "200", NULL, "[0, 1e6]", NULL, "time", "time before the record begins"},
    {"duration", ONS_REAL, 0, "500", NULL, "(0, 1e7]", NULL, "time", "recorded time of every copy"},
    {"interval", ONS_REAL, 0, "0.5", NULL, "(0, 100]", NULL, "time", "between two samples"},
    {"lags", ONS_INTEGER, 0, "40", NULL, "[0, 1000]", NULL, NULL, "intervals of the table of correlations"},
    {"linear_form", ONS_BOOLEAN, 0, "yes", NULL, NULL, NULL, NULL, "compare with the equivalent linear network"},
    {"moments", ONS_BOOLEAN, 0, "no", NULL, NULL, NULL, NULL, "fourth moments across sites"},
    {.name = NULL}};

/* clang-format off */
enum { X_NOW, PHI_NOW, X_VARIANCE, PHI_VARIANCE, PARTICIPATION_PHI, PARTICIPATION_X, OFFDIAGONAL_PHI,
       OFFDIAGONAL_RESIDUAL, LINEAR_CORRELATION, LINEAR_SLOPE, LINEAR_R2, LINEAR_VARIANCE, LINEAR_PARTICIPATION,
       CLOSURE_CORRELATION, WICK_CORRELATION, WICK_HALVES, CORRELATION };
/* clang-format on */

#define VALUE(symbol, title, text) [symbol] = {.name = title, .kind = ONS_VALUE, .meaning = text}
static const ons_observable observables[] = {
    [X_NOW] = {.name = "x_squared", .kind = ONS_SERIES, .meaning = "mean of x^2 over units and copies"},
    [PHI_NOW] = {.name = "phi_squared", .kind = ONS_SERIES, .meaning = "mean of phi^2 over units and copies"},
    VALUE(X_VARIANCE, "x_variance", "mean diagonal of the covariances of x"),
    VALUE(PHI_VARIANCE, "phi_variance", "mean diagonal of the covariances C of phi"),
    VALUE(PARTICIPATION_PHI, "participation_phi", "(tr C)^2 / (N tr C^2) of phi, without bias"),
    VALUE(PARTICIPATION_X, "participation_x", "the same of x"),
    VALUE(OFFDIAGONAL_PHI, "offdiagonal_phi", "sqrt(N) times the rms of C_ij, i != j, without bias"),
    VALUE(OFFDIAGONAL_RESIDUAL, "offdiagonal_residual", "the same of the residual phi - a x"),
    VALUE(LINEAR_CORRELATION, "linear_correlation", "Pearson's correlation of C_ij, i != j, with the linear form"),
    VALUE(LINEAR_SLOPE, "linear_slope", "slope of C_ij against the linear form"),
    VALUE(LINEAR_R2, "linear_r2", "R^2 of the linear form, without any fit"),
    VALUE(LINEAR_VARIANCE, "linear_variance", "mean diagonal of the linear form"),
    VALUE(LINEAR_PARTICIPATION, "linear_participation", "participation ratio of the linear form"),
    VALUE(CLOSURE_CORRELATION, "closure_correlation", "correlation of C_ij with the wrong closure (a control)"),
    VALUE(WICK_CORRELATION, "wick_correlation", "correlation of <phi_i^2 phi_j^2>_c with 2 C_ij^2, i != j"),
    VALUE(WICK_HALVES, "wick_correlation_halves",
          "the same from products of the halves: without the noise of finite time"),
    [CORRELATION] = {.name = "correlation",
                     .kind = ONS_TABLE,
                     .columns = "time, phi, x",
                     .meaning = "<phi(t) phi(t + time)> and of x, means over units"},
    {0}};

/* ---- what is asked --------------------------------------------------------------------------------------------------
 */

typedef struct rate_state {
    ons_rate_theory theory;
    double *J; /* [N][N], for the linear form */
    ons_rate_network *network;
    ons_rate_record *record;
    double *x; /* [N][copies], for storing */
    size_t units, copies;
    uint64_t steps, transient, last, interval; /* in steps of dt */
    uint64_t unit;                             /* steps of a unit of time */
    bool linear, moments, chaotic;
} rate_state;

/* A time as a whole number of steps; 0: it is none. */
static uint64_t whole_steps(double time, double step) {
    const double count = round(time / step);
    return count >= 1 && fabs(count * step - time) < 1e-9 * time ? (uint64_t)count : 0;
}

static ons_status check_times(const ons_parameters *p) {
    const double dt = ons_real(p, "dt"), interval = ons_real(p, "interval"), transient = ons_real(p, "transient");
    if (!whole_steps(1, dt)) { return ons_fail(ONS_INVALID, "dt: a unit of time must be a whole number of steps"); }
    if (!whole_steps(interval, dt)) { return ons_fail(ONS_INVALID, "interval must be a multiple of dt=%g", dt); }
    if (transient != floor(transient) || ons_real(p, "duration") != floor(ons_real(p, "duration"))) {
        return ons_fail(ONS_INVALID, "transient and duration are whole numbers of units of time");
    }
    return ONS_OK;
}

static bool is_chaotic(const ons_parameters *p) { return ons_real(p, "gain") >= 1.005; }

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const double units = (double)ons_integer(p, "N"), copies = (double)ons_integer(p, "copies");
    ons_status status = check_times(p);
    if (!status && ons_integer(p, "copies") % 2) {
        status = ons_fail(ONS_INVALID, "two halves of the copies are compared, their number must be even");
    }
    if (!status && ons_boolean(p, "linear_form") && !is_chaotic(p)) {
        status = ons_fail(
            ONS_INVALID,
            "without chaos (a gain of at least 1.005) there is no linear form to compare with; set linear_form=no");
    }
    if (!status) { status = rate_couplings_check(p); }
    if (status) { return status; }
    if (!ons_boolean(p, "linear_form")) {
        for (size_t k = LINEAR_CORRELATION; k <= CLOSURE_CORRELATION; k++) { ons_plan_omit(plan, observables[k].name); }
    }
    if (!is_chaotic(p)) { ons_plan_omit(plan, "offdiagonal_residual"); }
    if (!ons_boolean(p, "moments")) {
        ons_plan_omit(plan, "wick_correlation");
        ons_plan_omit(plan, "wick_correlation_halves");
    }
    const double signals = 3 + ons_boolean(p, "moments"), lags = (double)ons_integer(p, "lags");
    ons_plan_bytes(plan, 8 * units * units * (2 * signals + 4 + (ons_boolean(p, "linear_form") ? 16 : 0)) +
                             8 * units * copies * (8 + 2 * lags) + 1e7);
    return ONS_OK;
}

/* ---- the state ------------------------------------------------------------------------------------------------------
 */

static ons_status make_network(rate_state *made, const ons_parameters *p, ons_context *context) {
    const ons_rate_options options = {.phi = (ons_rate_activation)ons_choice(p, "activation"),
                                      .units = made->units,
                                      .copies = made->copies,
                                      .step = ons_real(p, "dt"),
                                      .runge_kutta = ons_choice(p, "method") == 1,
                                      .single = ons_choice(p, "precision") == 0};
    ons_random random = ons_stream(context, 0, 2);
    ons_status status = rate_couplings_make(p, &random, made->J);
    if (status) { return status; }
    if (ons_choice(p, "couplings") == RATE_SPARSE) { return rate_couplings_sparse(&made->network, &options, made->J); }
    return ons_rate_network_create(&made->network, &options, made->J);
}

static ons_status create(void *memory, ons_context *context) {
    rate_state *made = memory;
    const ons_parameters *p = ons_context_parameters(context);
    const double dt = ons_real(p, "dt");
    made->units = (size_t)ons_integer(p, "N");
    made->copies = (size_t)ons_integer(p, "copies");
    made->unit = whole_steps(1, dt);
    made->interval = whole_steps(ons_real(p, "interval"), dt);
    made->transient = made->unit * (uint64_t)ons_real(p, "transient");
    made->last = made->transient + made->unit * (uint64_t)ons_real(p, "duration");
    made->linear = ons_boolean(p, "linear_form");
    made->moments = ons_boolean(p, "moments");
    made->chaotic = is_chaotic(p);
    made->J = ONS_NEW(double, made->units * made->units);
    made->x = ONS_NEW(double, made->units * made->copies);
    ons_status status = made->J && made->x ? ONS_OK : ONS_MEMORY;
    if (!status && made->chaotic) {
        status =
            ons_rate_theory_solve(&made->theory, (ons_rate_activation)ons_choice(p, "activation"), ons_real(p, "gain"));
    }
    if (!status) { status = make_network(made, p, context); }
    if (!status) {
        const unsigned signals = 1u << ONS_RATE_PHI | 1u << ONS_RATE_X | (unsigned)made->chaotic << ONS_RATE_RESIDUAL |
                                 (unsigned)made->moments << ONS_RATE_SQUARE;
        status = ons_rate_record_create(&made->record, made->network, signals, made->theory.slope,
                                        (size_t)ons_integer(p, "lags"));
    }
    if (status) { return status; }
    ons_random random = ons_stream(context, 0, 1);
    const double size = made->chaotic ? sqrt(made->theory.variance) : 1;
    for (size_t i = 0; i < made->units * made->copies; i++) { made->x[i] = size * ons_random_normal(&random); }
    ons_rate_network_load(made->network, made->x);
    return ONS_OK;
}

static void destroy(void *memory) {
    rate_state *old = memory;
    ons_rate_theory_free(&old->theory);
    ons_rate_network_free(old->network);
    ons_rate_record_free(old->record);
    free(old->J);
    free(old->x);
}

static ons_status persist(void *memory, ons_part *part) {
    rate_state *state = memory;
    const size_t dimensions[2] = {state->units, state->copies};
    size_t count;
    double *numbers = ons_rate_record_numbers(state->record, &count);
    ons_rate_network_store(state->network, state->x);
    ons_status status = ons_persist_configuration(part, "x", ONS_F64, state->x, 2, dimensions);
    if (!status) { status = ons_persist(part, "steps", ONS_U64, &state->steps, 1); }
    size_t kept = state->steps < state->last ? count : 0; /* what has come to its end needs no sums any more */
    if (!status) { status = ons_persist_count(part, "record_length", &kept, count); }
    if (!status) { status = ons_persist(part, "record", ONS_F64, numbers, kept); }
    if (!status && ons_part_reading(part)) { ons_rate_network_load(state->network, state->x); }
    return status;
}

/* ---- results --------------------------------------------------------------------------------------------------------
 */

/* Mean diagonal, participation ratio and sqrt(N) rms off the diagonal of a signal, squares from the two halves. A and B
 * are overwritten. */
static ons_status put_signal(const rate_state *state, ons_context *context, ons_rate_signal signal,
                             const size_t observable[3], double *A, double *B) {
    const size_t n = state->units;
    double trace = 0, square = 0, off = 0;
    ons_status status = ons_rate_record_covariance(state->record, signal, 0, A);
    if (!status) { status = ons_rate_record_covariance(state->record, signal, 1, B); }
    if (status) { return status; }
    for (size_t i = 0; i < n; i++) {
        trace += (A[i * n + i] + B[i * n + i]) / 2;
        for (size_t k = 0; k < n; k++) {
            square += A[i * n + k] * B[i * n + k];
            off += i == k ? 0 : A[i * n + k] * B[i * n + k];
        }
    }
    const double values[3] = {trace / (double)n, trace * trace / ((double)n * square),
                              sqrt(fmax(off, 0) / (double)(n - 1))};
    for (int k = 0; k < 3; k++) {
        if (observable[k] != CORRELATION) { ons_value(context, observable[k], 0, 0, values[k], -1); }
    }
    return ONS_OK;
}

static ons_status put_linear(const rate_state *state, ons_context *context, const double *C, double *form) {
    const size_t n = state->units;
    ons_status status = ons_rate_linear(&state->theory, n, state->J, form);
    if (status) { return status == ONS_DONE ? ONS_OK : status; } /* this J has none: its values stay open */
    const ons_matrix_match match = ons_match_matrices(n, C, form);
    double trace = 0;
    for (size_t i = 0; i < n; i++) { trace += form[i * n + i] / (double)n; }
    ons_value(context, LINEAR_CORRELATION, 0, 0, match.correlation, -1);
    ons_value(context, LINEAR_SLOPE, 0, 0, match.slope, -1);
    ons_value(context, LINEAR_R2, 0, 0, match.determined, -1);
    ons_value(context, LINEAR_VARIANCE, 0, 0, trace, -1);
    ons_value(context, LINEAR_PARTICIPATION, 0, 0, ons_participation(n, form, form), -1);
    status = ons_rate_closure(&state->theory, n, state->J, form);
    if (!status) { ons_value(context, CLOSURE_CORRELATION, 0, 0, ons_match_matrices(n, C, form).correlation, -1); }
    return status;
}

/* Sum over i != k of (A_ik - mean A) (B_ik - mean B). */
static double product_off(size_t n, const double *A, const double *B) {
    const double count = (double)n * (double)(n - 1);
    double both = 0, sum_a = 0, sum_b = 0;
    for (size_t i = 0; i < n * n; i++) {
        if (i / n == i % n) { continue; }
        both += A[i] * B[i];
        sum_a += A[i];
        sum_b += B[i];
    }
    return both - sum_a * sum_b / count;
}

/* A half's fourth moments and 2 C^2. */
static ons_status read_wick(const rate_state *state, unsigned half, double *fourth, double *pairs) {
    ons_status status = ons_rate_record_covariance(state->record, ONS_RATE_SQUARE, half, fourth);
    if (!status) { status = ons_rate_record_covariance(state->record, ONS_RATE_PHI, half, pairs); }
    for (size_t i = 0; i < state->units * state->units && !status; i++) { pairs[i] *= 2 * pairs[i]; }
    return status;
}

static ons_status put_wick(const rate_state *state, ons_context *context, double *A, double *B) {
    const size_t n = state->units;
    double *C = ONS_NEW(double, n *n), *D = ONS_NEW(double, n *n);
    ons_status status = C && D ? read_wick(state, 2, A, C) : ONS_MEMORY;
    if (!status) { ons_value(context, WICK_CORRELATION, 0, 0, ons_match_matrices(n, A, C).correlation, -1); }
    if (!status) { status = read_wick(state, 0, A, B); }
    if (!status) { status = read_wick(state, 1, C, D); }
    if (!status) {
        const double across = (product_off(n, A, D) + product_off(n, C, B)) / 2;
        const double alike = product_off(n, A, C) * product_off(n, B, D);
        if (alike > 0) { ons_value(context, WICK_HALVES, 0, 0, across / sqrt(alike), -1); }
    }
    free(C);
    free(D);
    return status;
}

static ons_status finish(const rate_state *state, ons_context *context) {
    static const size_t of_phi[] = {PHI_VARIANCE, PARTICIPATION_PHI, OFFDIAGONAL_PHI},
                        of_x[] = {X_VARIANCE, PARTICIPATION_X, CORRELATION},
                        of_residual[] = {CORRELATION, CORRELATION, OFFDIAGONAL_RESIDUAL};
    const size_t n = state->units;
    const ons_parameters *p = ons_context_parameters(context);
    double *A = ONS_NEW(double, n *n), *B = ONS_NEW(double, n *n);
    ons_status status = A && B ? ONS_OK : ONS_MEMORY;
    if (!status) { status = put_signal(state, context, ONS_RATE_PHI, of_phi, A, B); }
    if (!status) { status = put_signal(state, context, ONS_RATE_X, of_x, A, B); }
    if (!status && state->chaotic) { status = put_signal(state, context, ONS_RATE_RESIDUAL, of_residual, A, B); }
    if (!status) { status = ons_rate_record_covariance(state->record, ONS_RATE_PHI, 2, A); }
    if (!status && state->linear) { status = put_linear(state, context, A, B); }
    if (!status && state->moments) { status = put_wick(state, context, A, B); }
    for (size_t k = 0; k <= (size_t)ons_integer(p, "lags") && !status; k++) {
        double phi, x;
        ons_rate_record_lag(state->record, k, &phi, &x);
        ons_row(context, CORRELATION, 0,
                (ons_cell[]){{.number = (double)k * ons_real(p, "interval")}, {.number = phi}, {.number = x}});
    }
    free(A);
    free(B);
    return status;
}

/* ---- time -----------------------------------------------------------------------------------------------------------
 */

static ons_status advance(void *memory, ons_context *context) {
    rate_state *state = memory;
    if (state->steps >= state->last) { return ONS_DONE; }
    const uint64_t begin = state->steps / state->unit * state->unit, end = begin + state->unit;
    while (state->steps < end) {
        const uint64_t next = (state->steps / state->interval + 1) * state->interval, stop = next < end ? next : end;
        const ons_status status = ons_rate_network_advance(state->network, stop - state->steps);
        if (status) { return status; }
        state->steps = stop;
        if (stop > state->transient && stop % state->interval == 0) {
            ons_rate_record_add(state->record, state->network);
        }
        if (stop < end && ons_poll(context, (double)(stop - begin), (double)state->unit)) { return ONS_STOPPED; }
    }
    if (state->steps < state->last) { return ONS_OK; }
    const ons_status status = finish(state, context);
    return status ? status : ONS_DONE;
}

static ons_status measure(const void *memory, ons_context *context) {
    const rate_state *state = memory;
    double x, phi;
    ons_rate_network_activity(state->network, &x, &phi);
    ons_measure(context, X_NOW, 0, x);
    ons_measure(context, PHI_NOW, 0, phi);
    return ONS_OK;
}

extern const ons_system ons_system_rate_network;
const ons_system ons_system_rate_network = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "rate-network",
    .summary = "random networks of rate units: chaos, covariances, and the linear network that has the same",
    .details = RATE_NETWORK_DETAILS,
    .step = "1 unit of time",
    .traits = ONS_QUENCHED,
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 20000000, .every = "log:10", .replicas = 2},
    .state_size = sizeof(rate_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .destroy = destroy,
};

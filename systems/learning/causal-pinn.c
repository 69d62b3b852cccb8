/*
 * causal-pinn: a network that solves an equation of evolution by its residual, with causal weights or without.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "causal_pinn_problems.h"
#include "informed_training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "## Problems\n"
    "- `allen-cahn`: u_t = 10^-4 u_xx - 5 u^3 + 5 u, x in [-1, 1), u(0, x) = x^2 cos(pi x)\n"
    "- `lorenz`: x' = 10 (y - x), y' = x (28 - z) - y, z' = x y - 8 z/3 from (1, 1, 1)\n"
    "- `kuramoto-sivashinsky`: u_t + 5 u u_x + 0.5 u_xx + 0.005 u_xxxx = 0, x in [-1, 1), u(0, x) = -sin(pi x)\n"
    "- `kuramoto-sivashinsky-chaotic`: the same with 100/16, 100/16^2, 100/16^4 on [0, 2 pi), from the field that\n"
    "  cos(x) (1 + sin(x)) becomes after a time of 1/2\n"
    "\n"
    "Fields are periodic: the network sees t, 1, cos(2 pi k x/period) and sin(2 pi k x/period), k = 1 .. `modes`. For\n"
    "Lorenz's equations the fields are start + 50 t N(t), which obeys the initial condition.\n"
    "\n"
    "## Loss\n"
    "The residual is asked for at `points_t` times and `points_x` places. With L_i the mean square over the slice at "
    "t_i,\n"
    "the loss is (1/n) sum_i w_i L_i + L_0, w_i = exp(-epsilon sum_{k<i} L_k), L_0 = initial_weight mean |u(0, x) - "
    "u_0|^2;\n"
    "the weights count as constants in the gradient, and for Kuramoto and Sivashinsky L_0 belongs to the sum. "
    "method=plain:\n"
    "all w_i are 1. Points lie on a fixed grid, on a grid that is shifted by a random part of its spacing in every\n"
    "iteration, or at sorted random numbers. `skip`: slices behind the first of a weight below 10^-6 are left out.\n"
    "\n"
    "## Training\n"
    "Adam with learning_rate decay^(iteration/decay_length). `iterations` for every number of the list `epsilon`, or\n"
    "fewer, when all weights exceed `stop` (0: never). `duration` is cut into `windows`; a window starts from the end "
    "of "
    "the\n"
    "last one, with its parameters and a new optimiser, and is trained on slices that reach `beyond` (a share of it)\n"
    "further. `quasi_newton` iterations of L-BFGS with all weights 1 may end a window. When all is done the state "
    "stands still.\n"
    "\n"
    "Errors are sqrt(sum |u - v|^2/sum |v|^2) over the times up to the end of the present window, v a spectral "
    "solution\n"
    "(Lorenz: a Taylor series in long double). The picture is the solution, time to the right.\n"
    "\n"
    "## References\n"
    "Wang, Sankaran and Perdikaris, Comput. Methods Appl. Mech. Eng. 421, 116813 (2024), arXiv:2203.07404.\n";

enum { CAUSAL, PLAIN };
enum { STREAM_NETWORK = 1 };

static const ons_parameter parameters[] = {
    {"problem", ONS_CHOICE, 0, "allen-cahn", "allen-cahn|lorenz|kuramoto-sivashinsky|kuramoto-sivashinsky-chaotic",
     NULL, NULL, NULL, "the equation"},
    {"method", ONS_CHOICE, 0, "causal", "causal|plain", NULL, NULL, NULL, "weights of slices"},
    {"epsilon", ONS_REAL, ONS_ARRAY, "100", NULL, "[0, inf)", "method=causal", NULL,
     "one after the other, of the weights"},
    {"duration", ONS_REAL, 0, "1", NULL, "(0, 1e3]", NULL, NULL, "to which the solution is sought"},
    {"windows", ONS_INTEGER, 0, "1", NULL, "[1, 1000]", NULL, NULL, "into which the time is cut"},
    {"network", ONS_CHOICE, 0, "mlp", "mlp|modified", NULL, NULL, NULL, "perceptron, or the gated one"},
    {"depth", ONS_INTEGER, 0, "3", NULL, "[1, 60]", NULL, NULL, "hidden layers"},
    {"width", ONS_INTEGER, 0, "64", NULL, "[1, 8192]", NULL, NULL, "units of a hidden layer"},
    {"modes", ONS_INTEGER, 0, "10", NULL, "[1, 1000]", "problem!=lorenz", NULL, "waves that the network sees"},
    {"precision", ONS_CHOICE, 0, "single", "single|double", NULL, NULL, NULL, "of the network"},
    {"points_t", ONS_INTEGER, 0, "32", NULL, "[2, 1e6]", NULL, NULL, "times at which the residual is asked for"},
    {"points_x", ONS_INTEGER, 0, "128", NULL, "[1, 1e6]", "problem!=lorenz", NULL, "places"},
    {"sampling", ONS_CHOICE, 0, "shifted", "fixed|shifted|sorted", NULL, NULL, NULL, "of these points"},
    {"beyond", ONS_REAL, 0, "0", NULL, "[0, 1]", NULL, NULL, "share of a window by which slices reach beyond it"},
    {"initial_weight", ONS_REAL, 0, "100", NULL, "(0, inf)", "problem!=lorenz", NULL, "of the initial condition"},
    {"learning_rate", ONS_REAL, 0, "1e-3", NULL, "(0, inf)", NULL, NULL, "at the start"},
    {"decay", ONS_REAL, 0, "0.9", NULL, "(0, 1]", NULL, NULL, "of the learning rate in each length"},
    {"decay_length", ONS_REAL, 0, "5000", NULL, "(0, inf)", NULL, "iteration", "this length"},
    {"iterations", ONS_INTEGER, 0, "300000", NULL, "[1, 1e12]", NULL, NULL, "for each epsilon of each window"},
    {"stop", ONS_REAL, 0, "0.99", NULL, "[0, 1)", "method=causal", NULL, "least weight that ends an epsilon; 0: none"},
    {"stop_every", ONS_INTEGER, 0, "1000", NULL, "[1, 1e9]", "method=causal", NULL, "iterations between looks at it"},
    {"quasi_newton", ONS_INTEGER, 0, "0", NULL, "[0, 1e9]", "precision=double", "iteration",
     "of L-BFGS at the end of every window, with all weights 1"},
    {"batch", ONS_INTEGER, 0, "100", NULL, "[1, 1e6]", NULL, NULL, "iterations of a step"},
    {"skip", ONS_BOOLEAN, 0, "yes", NULL, NULL, "method=causal", NULL, "leave out slices without weight"},
    {.name = NULL}};

enum {
    LOSS,
    LEAST,
    ERROR,
    ERRORS,
    WINDOW,
    ITERATIONS,
    SERIES,
    TIME_ERROR = SERIES,
    WEIGHTS,
    LOSSES,
    TIMES,
    REFERENCE,
    STATE
};

static const ons_observable observables[] = {
    [LOSS] = {.name = "loss", .kind = ONS_SERIES, .meaning = "of the last iteration"},
    [LEAST] = {.name = "least_weight",
               .kind = ONS_SERIES,
               .meaning = "of the last iteration (an upper bound where "
                          "slices were left out)"},
    [ERROR] = {.name = "error", .kind = ONS_SERIES, .meaning = "relative, of all fields"},
    [ERRORS] = {.name = "field_errors", .kind = ONS_SERIES, .meaning = "relative, of each field"},
    [WINDOW] = {.name = "window", .kind = ONS_SERIES, .meaning = "at work on, from 0; their number at the end"},
    [ITERATIONS] = {.name = "iterations_made", .kind = ONS_SERIES, .meaning = "in all windows"},
    [TIME_ERROR] = {.name = "time_errors",
                    .kind = ONS_VALUE,
                    .meaning = "at the times of the grid: rms of the "
                               "error over rms of the solution"},
    [WEIGHTS] = {.name = "weights", .kind = ONS_VALUE, .meaning = "of slices on the fixed grid of the last window"},
    [LOSSES] = {.name = "losses", .kind = ONS_VALUE, .meaning = "of these slices"},
    [TIMES] = {.name = "times", .kind = ONS_VALUE, .meaning = "of the grid of time_errors"},
    [REFERENCE] = {.name = "reference", .kind = ONS_VALUE, .meaning = "the solution at the last time, by other means"},
    [STATE] = {.name = "events", .kind = ONS_TABLE, .columns = "iteration, what:text", .meaning = "what went wrong"},
    {.name = NULL}};

/* ---- what is asked ------------------------------------------------------------------------------------------------
 */

static size_t size_of(const ons_parameters *p, const char *name, size_t standard) {
    return ons_present(p, name) ? (size_t)ons_integer(p, name) : standard;
}

/* Times of the grid in a window. */
static size_t window_times(const ons_parameters *p) {
    const size_t windows = (size_t)ons_integer(p, "windows");
    return windows > 10 ? 10 : 100 / windows;
}

static informed_grid grid_of(const ons_parameters *p) {
    const causal_problem *problem = &causal_problems[ons_choice(p, "problem")];
    return (informed_grid){.times = window_times(p) * (size_t)ons_integer(p, "windows") + 1,
                           .places = problem->coordinates == 2 ? 64 : 1,
                           .fields = problem->fields,
                           .time = ons_real(p, "duration"),
                           .first = problem->first,
                           .period = problem->period};
}

static ons_informed_options options_of(const ons_parameters *p) {
    const causal_problem *problem = &causal_problems[ons_choice(p, "problem")];
    ons_informed_options o = {.single = ons_choice(p, "precision") == 0,
                              .branches = 1,
                              .points_t = (size_t)ons_integer(p, "points_t"),
                              .points_x = size_of(p, "points_x", 1),
                              .sampling = (ons_informed_sampling)ons_choice(p, "sampling"),
                              .length = ons_real(p, "duration") / (double)ons_integer(p, "windows"),
                              .beyond = ons_real(p, "beyond"),
                              .initial_weight = problem->hard ? 0 : ons_real(p, "initial_weight"),
                              .initial_counts = problem->initial_counts,
                              .memory = size_of(p, "quasi_newton", 0) > 0 ? 20 : 0,
                              .skip = ons_present(p, "skip") && ons_boolean(p, "skip"),
                              .optimiser = ons_optimiser_defaults(ONS_ADAM)};
    o.branch[0] = (ons_informed_branch){.name = "network",
                                        .depth = (size_t)ons_integer(p, "depth"),
                                        .width = (size_t)ons_integer(p, "width"),
                                        .outputs = problem->fields,
                                        .gated = ons_choice(p, "network") == 1};
    o.optimiser.rate = ons_real(p, "learning_rate");
    o.optimiser.schedule = (ons_schedule){
        .kind = ONS_SCHEDULE_EXPONENTIAL, .length = ons_real(p, "decay_length"), .factor = ons_real(p, "decay")};
    return o;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const informed_grid grid = grid_of(p);
    const ons_informed_options o = options_of(p);
    if (ons_choice(p, "problem") == CAUSAL_CHAOTIC && 256 % o.points_x) {
        return ons_fail(ONS_INVALID, "points_x = %zu; expected a divisor of 256 with problem=%s", o.points_x,
                        ons_string(p, "problem"));
    }
    const double channels = grid.places > 1 ? (ons_choice(p, "problem") == CAUSAL_ALLEN_CAHN ? 4 : 6) : 2;
    ons_plan_bytes(plan, informed_training_bytes((double)o.branch[0].width, (double)o.branch[0].depth,
                                                 (double)(o.points_t * o.points_x), channels, o.single));
    ons_plan_shape(plan, ERRORS, 1, &grid.fields);
    ons_plan_shape(plan, TIME_ERROR, 1, &grid.times);
    ons_plan_shape(plan, TIMES, 1, &grid.times);
    ons_plan_shape(plan, REFERENCE, 2, (const size_t[]){grid.places, grid.fields});
    ons_plan_shape(plan, WEIGHTS, 1, &o.points_t);
    ons_plan_shape(plan, LOSSES, 1, &o.points_t);
    return ONS_OK;
}

/* ---- the state ----------------------------------------------------------------------------------------------------
 */

typedef struct causal_state {
    ons_informed *informed;
    informed_grid grid;
    size_t slice, per_window, points_t; /* numbers of a time of the grid; times of a window */
    const double *epsilons;
    size_t epsilon_count;
    double plain, length, stop;
    uint64_t iterations, quasi, stop_every, batch, windows;
    /* persisted */
    uint64_t window, stage, made, total, diverged; /* stage: of the list epsilon; made: iterations in it */
    double *solution; /* [times][places][fields]: of the windows that are done; later ones are not a number */
    double *reference, *points, *now; /* not persisted; points of a window */
} causal_state;

static ons_status set_start(causal_state *state, const ons_parameters *p, const ons_informed_options *o) {
    const int which = ons_choice(p, "problem");
    static const double lorenz[3] = {1, 1, 1};
    if (which == CAUSAL_LORENZ) {
        ons_informed_start(state->informed, lorenz);
        return ONS_OK;
    }
    const informed_grid start = {
        .times = 1, .places = o->points_x, .fields = 1, .first = state->grid.first, .period = state->grid.period};
    double *values = ONS_NEW(double, o->points_x);
    ons_status status = values ? ONS_OK : ONS_MEMORY;
    if (!status && which == CAUSAL_CHAOTIC) { status = causal_problem_reference(which, &start, values); }
    for (size_t j = 0; !status && which != CAUSAL_CHAOTIC && j < o->points_x; j++) {
        values[j] = causal_problem_start(which, start.first + start.period * (double)j / (double)start.places);
    }
    if (!status) { ons_informed_start(state->informed, values); }
    free(values);
    return status;
}

static ons_status create(void *memory, ons_context *context) {
    causal_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    const int which = ons_choice(p, "problem");
    ons_informed_options o = options_of(p);
    const ons_informed_problem problem = causal_problem_informed(which, size_of(p, "modes", 1), o.length);
    const ons_random stream = ons_stream(context, 0, STREAM_NETWORK);
    o.threads = ons_threads(context);
    state->grid = grid_of(p);
    state->slice = state->grid.places * state->grid.fields;
    state->per_window = window_times(p);
    state->points_t = o.points_t;
    state->epsilons = &state->plain;
    state->epsilon_count = 1;
    if (ons_choice(p, "method") == CAUSAL) {
        state->epsilons = ons_reals(p, "epsilon", &state->epsilon_count);
        state->stop = ons_real(p, "stop");
        state->stop_every = (uint64_t)ons_integer(p, "stop_every");
    }
    state->length = o.length;
    state->iterations = (uint64_t)ons_integer(p, "iterations");
    state->quasi = (uint64_t)size_of(p, "quasi_newton", 0);
    state->batch = (uint64_t)ons_integer(p, "batch");
    state->windows = (uint64_t)ons_integer(p, "windows");
    state->solution = ONS_NEW(double, state->grid.times * state->slice);
    state->reference = ONS_NEW(double, state->grid.times * state->slice);
    state->now = ONS_NEW(double, state->grid.times * state->slice);
    state->points = ONS_NEW(double, (state->per_window + 1) * state->grid.places * 2);
    if (!state->solution || !state->reference || !state->now || !state->points) { return ONS_MEMORY; }
    for (size_t k = 0; k < state->grid.times * state->slice; k++) { state->solution[k] = NAN; }
    ons_status status = causal_problem_reference(which, &state->grid, state->reference);
    if (!status) { status = ons_informed_create(&state->informed, &problem, &o, stream.key, stream.replica); }
    if (!status) { status = set_start(state, p, &o); }
    if (!status) { ons_informed_set_epsilon(state->informed, state->epsilons[0]); }
    return status;
}

/* ---- training -----------------------------------------------------------------------------------------------------
 */

/* The network of the present window on the times of the grid, its ends included, into values from its first time on. */
static ons_status solve_window(const causal_state *state, double *values) {
    const informed_grid *grid = &state->grid;
    const size_t columns = grid->places > 1 ? 2 : 1, rows = (state->per_window + 1) * grid->places;
    for (size_t k = 0; k < rows; k++) {
        const size_t time = k / grid->places, place = k % grid->places;
        state->points[columns * k] = state->length * (double)time / (double)state->per_window;
        if (columns > 1) {
            state->points[2 * k + 1] = grid->first + grid->period * (double)place / (double)grid->places;
        }
    }
    return ons_informed_fields(state->informed, state->points, rows, -1,
                               values + (size_t)state->window * state->per_window * state->slice);
}

/* Behind the last iteration of an epsilon. */
static ons_status next_stage(causal_state *state) {
    state->made = 0;
    state->stage++;
    if (state->stage == state->epsilon_count && state->quasi > 0) {
        ons_informed_set_epsilon(state->informed, 0);
        return ONS_OK;
    }
    if (state->stage >= state->epsilon_count) {
        ons_status status = solve_window(state, state->solution);
        state->stage = 0;
        state->window++;
        if (status || state->window == state->windows) { return status; }
        status = ons_informed_next_window(state->informed);
        if (status) { return status; }
    }
    ons_informed_set_epsilon(state->informed, state->epsilons[state->stage]);
    return ONS_OK;
}

static bool all_weigh(const causal_state *state) {
    return state->stop > 0 && state->made % state->stop_every == 0 &&
           ons_informed_least_weight(state->informed) > state->stop;
}

static ons_status advance(void *memory, ons_context *context) {
    causal_state *state = memory;
    for (uint64_t k = 0; k < state->batch && state->window < state->windows && !state->diverged; k++) {
        const bool finish = state->stage == state->epsilon_count;
        ons_status status = finish ? ons_informed_quasi_newton(state->informed) : ons_informed_step(state->informed);
        state->made++;
        state->total++;
        if (status == ONS_FAILED) {
            state->diverged = state->total;
            ons_row(context, STATE, 0, (ons_cell[]){{.number = (double)state->total}, {.text = ons_message()}});
            return ONS_OK;
        }
        const bool last = finish ? status == ONS_DONE || state->made == state->quasi
                                 : state->made == state->iterations || all_weigh(state);
        if (last && (!status || status == ONS_DONE)) { status = next_stage(state); }
        if (status) { return status; }
    }
    return ONS_OK;
}

static ons_status measure_profiles(const causal_state *state, ons_context *context, size_t reached) {
    double *weights = ONS_NEW(double, 2 * state->points_t), loss;
    if (!weights) { return ONS_MEMORY; }
    const ons_status status = ons_informed_loss(state->informed, &loss, weights, weights + state->points_t, NULL);
    for (size_t i = 0; !status && i < state->points_t; i++) {
        ons_value(context, WEIGHTS, 0, i, weights[i], NAN);
        ons_value(context, LOSSES, 0, i, weights[state->points_t + i], NAN);
    }
    free(weights);
    const informed_grid *grid = &state->grid;
    for (size_t k = 0; k < state->slice; k++) {
        ons_value(context, REFERENCE, 0, k, state->reference[(grid->times - 1) * state->slice + k], NAN);
    }
    for (size_t k = 0; !status && k < grid->times; k++) {
        const double *now = state->now + k * state->slice, *then = state->reference + k * state->slice;
        const double error = informed_relative_error(now, then, grid->places, grid->fields, grid->fields);
        ons_value(context, TIME_ERROR, 0, k, k < reached ? error : NAN, NAN);
        ons_value(context, TIMES, 0, k, grid->time * (double)k / (double)(grid->times - 1), NAN);
    }
    return status;
}

/* The solution as far as there is one into state->now; *reached: times. */
static ons_status solve(const causal_state *state, size_t *reached) {
    const bool done = state->window == state->windows;
    *reached = ((size_t)state->window + !done) * state->per_window + 1;
    memcpy(state->now, state->solution, state->grid.times * state->slice * sizeof *state->now);
    return done ? ONS_OK : solve_window(state, state->now);
}

static ons_status measure(const void *memory, ons_context *context) {
    const causal_state *state = memory;
    const informed_grid *grid = &state->grid;
    size_t reached;
    double errors[3];
    ons_status status = solve(state, &reached);
    if (status) { return status; }
    const size_t points = reached * grid->places;
    const double error = informed_relative_error(state->now, state->reference, points, grid->fields, grid->fields);
    for (size_t f = 0; f < grid->fields; f++) {
        errors[f] = informed_relative_error(state->now + f, state->reference + f, points, grid->fields, 1);
    }
    status = measure_profiles(state, context, reached);
    if (status) { return status; }
    ons_measure(context, LOSS, 0, ons_informed_last_loss(state->informed));
    ons_measure(context, LEAST, 0, ons_informed_least_weight(state->informed));
    ons_measure(context, ERROR, 0, error);
    ons_measure_array(context, ERRORS, 0, errors);
    ons_measure(context, WINDOW, 0, (double)state->window);
    ons_measure(context, ITERATIONS, 0, (double)state->total);
    return ONS_OK;
}

/* ---- kept ---------------------------------------------------------------------------------------------------------
 */

static ons_status persist(void *memory, ons_part *part) {
    causal_state *state = memory;
    ons_status status = informed_training_persist(state->informed, part);
    uint64_t *const counts[] = {&state->window, &state->stage, &state->made, &state->total, &state->diverged};
    static const char *const names[] = {"window", "stage", "made", "total", "diverged"};
    for (size_t k = 0; !status && k < 5; k++) { status = ons_persist(part, names[k], ONS_U64, counts[k], 1); }
    if (!status) { status = ons_persist(part, "solution", ONS_F64, state->solution, state->grid.times * state->slice); }
    return status;
}

static ons_status picture(const void *memory, unsigned lane, ons_picture *image) {
    (void)lane;
    const causal_state *state = memory;
    size_t reached;
    const ons_status status = solve(state, &reached);
    return status ? status : informed_training_picture(&state->grid, state->now, image);
}

static void destroy(void *memory) {
    causal_state *state = memory;
    ons_informed_free(state->informed);
    free(state->solution);
    free(state->reference);
    free(state->now);
    free(state->points);
}

extern const ons_system ons_system_causal_pinn;
const ons_system ons_system_causal_pinn = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "causal-pinn",
    .summary = "a physics-informed network in time: Allen-Cahn, Lorenz, Kuramoto-Sivashinsky, with causal weights",
    .details = details,
    .step = "batch of iterations",
    .traits = ONS_QUENCHED,
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 100, .every = "log:10", .replicas = 1},
    .state_size = sizeof(causal_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};

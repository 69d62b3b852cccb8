/*
 * lagrangian-pinn: networks that solve convection and Burgers' equation by their residuals, at rest or on
 * characteristics.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "informed_training.h"
#include "lagrangian_pinn_frames.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "## Equations\n"
    "u_t + f u_x = viscosity u_xx on [0, 2 pi), periodic. `convection`: f = speed, u(0, x) = sin(x). `burgers`: f = "
    "u,\n"
    "u(0, x) = mean + sin(x).\n"
    "\n"
    "## Frames\n"
    "- `eulerian`: u = u(0, x) + t N(x, t), residual u_t + f u_x - viscosity u_xx.\n"
    "- `lagrangian`: labels a move along X(a, t), and u(a, t) = u(0, a) + t N(a, t). path=tangent: X = a + t f(a, 0) "
    "+\n"
    "  t^2 M(a, t), which has the right speed at the start (s = 1); free: X = a + s t M(a, t), s = 1 + |speed| or 1 + "
    "|mean|.\n"
    "  M and N are networks of their own, whose last weights begin with 0. Residuals (X_t - f)/s and u_t - viscosity "
    "D,\n"
    "  where D is u_xx in terms of labels: `metric` D = (u_aa - u_a X_aa/X_a)/X_a^2; `published` D = u_aa as in the "
    "authors' program, which is "
    "right\n"
    "  for convection only.\n"
    "\n"
    "Initial condition and periodicity are exact: networks see t, 1, cos x, sin x. Points are `points_t` times x "
    "`points_x`\n"
    "places on a fixed grid, both ends of the time included. loss=squares: the sum of mean squares of the residuals, "
    "that of\n"
    "positions times `weight_position`; norms: of their roots, as published.\n"
    "\n"
    "## Training\n"
    "`iterations` of Adam (amsgrad) with learning_rate decay^(iteration/decay_length), then `quasi_newton` iterations "
    "of\n"
    "L-BFGS with 20 pairs; then the state stands still. Double precision.\n"
    "\n"
    "Errors are sqrt(sum |u - v|^2/sum |v|^2) on 128 places and 33 times at rest, v = exp(-viscosity t) sin(x - speed "
    "t) or\n"
    "the integral of Hopf and Cole; fields on 512 labels are interpolated linearly between X. `least_jacobian` is the "
    "least\n"
    "X_a there: where it is not above 0 characteristics have crossed and the error has no meaning. The picture is u in "
    "the\n"
    "resting frame, time to the right.\n"
    "\n"
    "## References\n"
    "Mojgani, Balajewicz and Hassanzadeh, Comput. Methods Appl. Mech. Eng. 404, 115810 (2023), arXiv:2205.02902.\n";

enum { STREAM_NETWORK = 1, TIMES = 33, PLACES = 128, LABELS = 512 };

static const ons_parameter parameters[] = {
    {"problem", ONS_CHOICE, 0, "convection", "convection|burgers", NULL, NULL, NULL, "the equation"},
    {"frame", ONS_CHOICE, 0, "lagrangian", "eulerian|lagrangian", NULL, NULL, NULL, "in which the networks solve it"},
    {"mode", ONS_CHOICE, 0, "metric", "metric|published", NULL, "frame=lagrangian", NULL, "of the viscous term"},
    {"path", ONS_CHOICE, 0, "tangent", "tangent|free", NULL, "frame=lagrangian", NULL, "form of the positions"},
    {"speed", ONS_REAL, 0, "10", NULL, "[-1e4, 1e4]", "problem=convection", NULL, "of convection"},
    {"mean", ONS_REAL, 0, "0", NULL, "[-1e4, 1e4]", "problem=burgers", NULL, "of the field"},
    {"viscosity", ONS_REAL, 0, "0.01", NULL, "[0, 100]", NULL, NULL, "of the equation"},
    {"duration", ONS_REAL, 0, "1 - 0.2*problem", NULL, "(0, 100]", NULL, NULL, "to which the solution is sought"},
    {"depth", ONS_INTEGER, 0, "3", NULL, "[1, 60]", NULL, NULL, "hidden layers for the field"},
    {"depth_position", ONS_INTEGER, 0, "2", NULL, "[1, 60]", "frame=lagrangian", NULL, "and for positions"},
    {"width", ONS_INTEGER, 0, "30", NULL, "[1, 8192]", NULL, NULL, "units of a hidden layer"},
    {"points_t", ONS_INTEGER, 0, "32", NULL, "[2, 1e6]", NULL, NULL, "times at which residuals are asked for"},
    {"points_x", ONS_INTEGER, 0, "64", NULL, "[2, 1e6]", NULL, NULL, "places"},
    {"loss", ONS_CHOICE, 0, "squares", "squares|norms", NULL, NULL, NULL, "of residuals"},
    {"weight_position", ONS_REAL, 0, "10", NULL, "(0, inf)", "frame=lagrangian", NULL, "of the residual of positions"},
    {"learning_rate", ONS_REAL, 0, "0.005", NULL, "(0, inf)", NULL, NULL, "at the start"},
    {"decay", ONS_REAL, 0, "0.9", NULL, "(0, 1]", NULL, NULL, "of the learning rate in each length"},
    {"decay_length", ONS_REAL, 0, "300", NULL, "(0, inf)", NULL, "iteration", "this length"},
    {"iterations", ONS_INTEGER, 0, "3000", NULL, "[0, 1e12]", NULL, NULL, "of Adam"},
    {"quasi_newton", ONS_INTEGER, 0, "200", NULL, "[0, 1e9]", NULL, NULL, "iterations of L-BFGS after them"},
    {"batch", ONS_INTEGER, 0, "100", NULL, "[1, 1e6]", NULL, NULL, "iterations of a step"},
    {"curvature", ONS_BOOLEAN, 0, "no", NULL, NULL, NULL, NULL, "look at the Hessian at the end"},
    {.name = NULL}};

enum { LOSS, ERROR, JACOBIAN, ITERATIONS, TIME_ERROR, CURVATURE, STATE };

static const ons_observable observables[] = {
    [LOSS] = {.name = "loss", .kind = ONS_SERIES, .meaning = "of the last iteration"},
    [ERROR] = {.name = "error", .kind = ONS_SERIES, .meaning = "relative, in the resting frame"},
    [JACOBIAN] = {.name = "least_jacobian", .kind = ONS_SERIES, .meaning = "the least X_a; 1 in the resting frame"},
    [ITERATIONS] = {.name = "iterations_made", .kind = ONS_SERIES, .meaning = "of both optimisers"},
    [TIME_ERROR] = {.name = "time_errors", .kind = ONS_VALUE, .meaning = "relative, at 33 times from 0 to the last"},
    [CURVATURE] = {.name = "curvature",
                   .kind = ONS_VALUE,
                   .meaning =
                       "eigenvalue of largest modulus of the loss's Hessian, at the end; its error: the residual"},
    [STATE] = {.name = "events", .kind = ONS_TABLE, .columns = "iteration, what:text", .meaning = "what went wrong"},
    {.name = NULL}};

static lagrangian_frame frame_of(const ons_parameters *p) {
    const bool burgers = ons_choice(p, "problem") == 1, moving = ons_choice(p, "frame") == 1;
    return (lagrangian_frame){.burgers = burgers,
                              .moving = moving,
                              .published = moving && ons_choice(p, "mode") == 1,
                              .tangent = moving && ons_choice(p, "path") == 0,
                              .drift = ons_real(p, burgers ? "mean" : "speed"),
                              .viscosity = ons_real(p, "viscosity")};
}

static ons_informed_options options_of(const ons_parameters *p) {
    const bool moving = ons_choice(p, "frame") == 1;
    const size_t width = (size_t)ons_integer(p, "width");
    ons_informed_options o = {.branches = moving ? 2 : 1,
                              .points_t = (size_t)ons_integer(p, "points_t"),
                              .points_x = (size_t)ons_integer(p, "points_x"),
                              .sampling = ONS_INFORMED_FIXED,
                              .length = ons_real(p, "duration"),
                              .norms = ons_choice(p, "loss") == 1,
                              .memory = ons_integer(p, "quasi_newton") > 0 ? 20 : 0,
                              .optimiser = ons_optimiser_defaults(ONS_ADAM)};
    o.branch[0] = (ons_informed_branch){
        .name = "field", .depth = (size_t)ons_integer(p, "depth"), .width = width, .outputs = 1, .quiet = true};
    if (moving) {
        o.branch[1] = (ons_informed_branch){.name = "position",
                                            .depth = (size_t)ons_integer(p, "depth_position"),
                                            .width = width,
                                            .outputs = 1,
                                            .quiet = true};
        o.weight[1] = ons_real(p, "weight_position");
    }
    o.optimiser.amsgrad = true;
    o.optimiser.rate = ons_real(p, "learning_rate");
    o.optimiser.schedule = (ons_schedule){
        .kind = ONS_SCHEDULE_EXPONENTIAL, .length = ons_real(p, "decay_length"), .factor = ons_real(p, "decay")};
    return o;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const ons_informed_options o = options_of(p);
    if (ons_choice(p, "problem") == 1 && ons_real(p, "viscosity") == 0) {
        return ons_fail(ONS_INVALID,
                        "viscosity = 0 with problem=burgers, whose solution breaks at a time of 1; expected "
                        "a viscosity above 0");
    }
    ons_plan_bytes(plan, informed_training_bytes((double)o.branch[0].width, (double)o.branch[0].depth * 2,
                                                 (double)(o.points_t * o.points_x), 4, false));
    ons_plan_shape(plan, TIME_ERROR, 1, &(size_t){TIMES});
    if (!ons_boolean(p, "curvature")) { ons_plan_omit(plan, "curvature"); }
    return ONS_OK;
}

typedef struct lagrangian_state {
    ons_informed *informed;
    lagrangian_frame frame;
    informed_grid grid;
    double *reference, *now; /* [TIMES][PLACES] */
    uint64_t iterations, quasi, batch;
    bool curvature;
    uint64_t made, diverged; /* persisted */
    double top[2];           /* the curvature and its residual, NaN before; persisted */
} lagrangian_state;

static ons_status create(void *memory, ons_context *context) {
    lagrangian_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    const ons_random stream = ons_stream(context, 0, STREAM_NETWORK);
    ons_informed_options o = options_of(p);
    o.threads = ons_threads(context);
    state->frame = frame_of(p);
    state->grid =
        (informed_grid){.times = TIMES, .places = PLACES, .fields = 1, .time = o.length, .period = LAGRANGIAN_PERIOD};
    state->iterations = (uint64_t)ons_integer(p, "iterations");
    state->quasi = (uint64_t)ons_integer(p, "quasi_newton");
    state->batch = (uint64_t)ons_integer(p, "batch");
    state->curvature = ons_boolean(p, "curvature");
    state->top[0] = state->top[1] = NAN;
    state->reference = ONS_NEW(double, TIMES *PLACES);
    state->now = ONS_NEW(double, TIMES *PLACES);
    if (!state->reference || !state->now) { return ONS_MEMORY; }
    for (size_t k = 0; k < TIMES * PLACES; k++) {
        const size_t time = k / PLACES, place = k % PLACES;
        state->reference[k] = lagrangian_exact(&state->frame, LAGRANGIAN_PERIOD * (double)place / PLACES,
                                               o.length * (double)time / (TIMES - 1));
    }
    const ons_informed_problem problem = lagrangian_informed(&state->frame);
    return ons_informed_create(&state->informed, &problem, &o, stream.key, stream.replica);
}

static ons_status advance(void *memory, ons_context *context) {
    lagrangian_state *state = memory;
    const uint64_t all = state->iterations + state->quasi;
    for (uint64_t k = 0; k < state->batch && state->made < all && !state->diverged; k++) {
        const bool quasi = state->made >= state->iterations;
        const ons_status status =
            quasi ? ons_informed_quasi_newton(state->informed) : ons_informed_step(state->informed);
        state->made++;
        if (status == ONS_FAILED) {
            state->diverged = state->made;
            ons_row(context, STATE, 0, (ons_cell[]){{.number = (double)state->made}, {.text = ons_message()}});
            return ONS_OK;
        }
        if (status == ONS_DONE) {
            state->made = all;
        } else if (status) {
            return status;
        }
    }
    if (state->curvature && state->made == all && isnan(state->top[0])) {
        const ons_status status = ons_informed_curvature(state->informed, 200, 1e-3, &state->top[0], &state->top[1]);
        if (status == ONS_FAILED) { /* known, but not well: the residual says so */
            ons_row(context, STATE, 0, (ons_cell[]){{.number = (double)state->made}, {.text = ons_message()}});
        } else if (status) {
            return status;
        }
    }
    return ONS_OK;
}

/* The field in the resting frame into state->now. */
static ons_status solve(const lagrangian_state *state, double *jacobian) {
    const size_t labels = state->frame.moving ? LABELS : PLACES, fields = state->frame.moving ? 2 : 1;
    double *points = ONS_NEW(double, labels * 2), *values = ONS_NEW(double, labels *(fields + 2));
    ons_status status = points && values ? ONS_OK : ONS_MEMORY;
    *jacobian = 1;
    for (size_t k = 0; !status && k < TIMES; k++) {
        for (size_t j = 0; j < labels; j++) {
            points[2 * j] = state->grid.time * (double)k / (TIMES - 1);
            points[2 * j + 1] = LAGRANGIAN_PERIOD * (double)j / (double)labels;
        }
        double *now = state->now + k * PLACES;
        status = ons_informed_fields(state->informed, points, labels, -1, state->frame.moving ? values : now);
        if (!state->frame.moving || status) { continue; }
        double *slopes = values + labels * fields;
        status = ons_informed_fields(state->informed, points, labels, LAGRANGIAN_SLOPES, slopes);
        for (size_t j = 0; j < labels; j++) { *jacobian = fmin(*jacobian, slopes[2 * j + 1]); }
        lagrangian_interpolate(labels, values, PLACES, now);
    }
    free(points);
    free(values);
    return status;
}

static ons_status measure(const void *memory, ons_context *context) {
    const lagrangian_state *state = memory;
    double jacobian;
    const ons_status status = solve(state, &jacobian);
    if (status) { return status; }
    for (size_t k = 0; k < TIMES; k++) {
        const size_t at = k * PLACES;
        ons_value(context, TIME_ERROR, 0, k,
                  informed_relative_error(state->now + at, state->reference + at, PLACES, 1, 1), NAN);
    }
    ons_measure(context, LOSS, 0, ons_informed_last_loss(state->informed));
    ons_measure(context, ERROR, 0, informed_relative_error(state->now, state->reference, TIMES * PLACES, 1, 1));
    ons_measure(context, JACOBIAN, 0, jacobian);
    ons_measure(context, ITERATIONS, 0, (double)state->made);
    if (state->curvature) { ons_value(context, CURVATURE, 0, 0, state->top[0], state->top[1] * fabs(state->top[0])); }
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    lagrangian_state *state = memory;
    ons_status status = informed_training_persist(state->informed, part);
    if (!status) { status = ons_persist(part, "made", ONS_U64, &state->made, 1); }
    if (!status) { status = ons_persist(part, "diverged", ONS_U64, &state->diverged, 1); }
    return status ? status : ons_persist(part, "top", ONS_F64, state->top, 2);
}

static ons_status picture(const void *memory, unsigned lane, ons_picture *image) {
    (void)lane;
    const lagrangian_state *state = memory;
    double jacobian;
    const ons_status status = solve(state, &jacobian);
    return status ? status : informed_training_picture(&state->grid, state->now, image);
}

static void destroy(void *memory) {
    lagrangian_state *state = memory;
    ons_informed_free(state->informed);
    free(state->reference);
    free(state->now);
}

extern const ons_system ons_system_lagrangian_pinn;
const ons_system ons_system_lagrangian_pinn = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "lagrangian-pinn",
    .summary = "physics-informed networks for convection and Burgers' equation, at rest or on characteristics",
    .details = details,
    .step = "batch of iterations",
    .traits = ONS_QUENCHED,
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 32, .every = "4", .replicas = 1},
    .state_size = sizeof(lagrangian_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};

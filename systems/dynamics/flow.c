/*
 * flow and map: a user's own equations, written in a job file or on the command line. Eight replicas side by side with
 * their perturbations, like the systems of the catalogue, but by the formulas as they are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow_event.h"
#include "flow_members.h"
#include "flow_text.h"
#include "own_equations.h"

#include <onsager/dynamics.h>
#include <onsager/system.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 200000, POWER_ITERATIONS = 30 };
/* A stiff problem whose explicit steps are shorter than that is not worth going on with. */
#define SHORTEST_STEP 1e-5

#define OWN_PARAMETERS(lorenz)                                                                                         \
    {.name = "equations", .type = ONS_TEXT, .standard = lorenz, .meaning = "x' = FORMULA, one a variable; see below"}, \
        {.name = "parameters",                                                                                         \
         .type = ONS_TEXT,                                                                                             \
         .standard = "",                                                                                               \
         .meaning = "values of the names in the equations: \"a=1.4 b=0.3\""},                                          \
        {.name = "initial",                                                                                            \
         .type = ONS_REAL,                                                                                             \
         .flags = ONS_ARRAY,                                                                                           \
         .standard = "0",                                                                                              \
         .meaning = "start, a number for every variable: [1,1,1]"},                                                    \
        {.name = "vary", .type = ONS_TEXT, .standard = "", .meaning = "a parameter that takes its values from value"}, \
        {.name = "value", .type = ONS_REAL, .standard = "0", .meaning = "value of the parameter that vary names"},     \
        {.name = "exponents",                                                                                          \
         .type = ONS_INTEGER,                                                                                          \
         .standard = "0",                                                                                              \
         .range = "[0, inf)",                                                                                          \
         .meaning = "how many exponents, the largest ones; 0: all"},                                                   \
    {                                                                                                                  \
        .name = "spread", .type = ONS_REAL, .standard = "0.01", .range = "[0, inf)",                                   \
        .meaning = "replicas start that far from the initial point, at random, in units of its size"                   \
    }

static const char lorenz[] = "x' = 10*(y - x); y' = x*(28 - z) - y; z' = x*y - 8/3*z";
static const double lorenz_start[] = {-9.7869288, -15.03852, 20.533978};
static const char henon[] = "x' = 1 - 1.4*x^2 + y; y' = 0.3*x";
static const double henon_start[] = {0.1, 0.1};

static const ons_parameter flow_parameters[] = {
    OWN_PARAMETERS(lorenz),
    {.name = "interval",
     .type = ONS_REAL,
     .standard = "0.5",
     .range = "(0, inf)",
     .unit = "time",
     .meaning = "longest time between two decompositions of the perturbations"},
    {.name = "method",
     .type = ONS_CHOICE,
     .standard = "dop853",
     .choices = "dormand-prince|dop853|taylor|cvode|arkode", /* as ons_method */
     .meaning = "Runge-Kutta of order 5 or 8, Taylor series of order 8 to 20 (formulas of + - * / ^ and analytic "
                "functions), backward differences of order 1 to 5 for stiff equations, or additive "
                "Runge-Kutta of order 4 where the fast rates are constant"},
    {.name = "tolerance",
     .type = ONS_REAL,
     .standard = "1e-9",
     .range = "[1e-15, 1)",
     .meaning = "relative and absolute tolerance of a step"},
    {.name = "event",
     .type = ONS_FORMULA,
     .standard = "0",
     .meaning = "what goes through 0 at an event, of t, variables and parameters: \"x\", \"z - 27\"; 0: none"},
    {.name = "event_direction",
     .type = ONS_CHOICE,
     .standard = "both",
     .choices = "both|up|down",
     .meaning = "whether it counts when the formula rises through 0, falls, or both"},
    {.name = "event_stop",
     .type = ONS_BOOLEAN,
     .standard = "no",
     .meaning = "whether the run ends when every replica has had an event"},
    {.name = NULL}};
static const ons_parameter map_parameters[] = {OWN_PARAMETERS(henon), {.name = NULL}};

enum { EVENT_RATE = FLOW_POINT + 1, EVENT_TIME, EVENT_POINT };
static const ons_observable map_observables[] = {FLOW_OBSERVABLES, {.name = NULL}};
static const ons_observable flow_observables[] = {
    FLOW_OBSERVABLES,
    [EVENT_RATE] = {.name = "event_rate", .kind = ONS_MEAN, .unit = "1/time", .meaning = "events per unit of time"},
    [EVENT_TIME] = {.name = "event_time",
                    .kind = ONS_VALUE,
                    .unit = "time",
                    .meaning = "of the first event since the start, the warm-up included"},
    [EVENT_POINT] = {.name = "event_point", .kind = ONS_VALUE, .meaning = "the variables at the first event"},
    {.name = NULL}};

/* ---- what the user wrote --------------------------------------------------------------------------------------------
 */

/* The parameter that `vary` names has its value of this task. */
static ons_status vary(own_settings *all, const ons_parameters *parameters) {
    const char *name = ons_string(parameters, "vary");
    if (name[0] == '\0') {
        return ons_given(parameters, "value")
                   ? ons_fail(ONS_INVALID, "value needs vary=NAME, the parameter that it is a value of")
                   : ONS_OK;
    }
    return own_settings_put(all, name, ons_real(parameters, "value"));
}

static ons_status read_equations(own_equations *made, own_settings *all, const ons_system *system,
                                 const ons_parameters *parameters) {
    ons_status status = own_settings_read(all, ons_string(parameters, "parameters"));
    if (status == ONS_OK) { status = vary(all, parameters); }
    return status == ONS_OK ? own_equations_read(made, all, parameters, system->data) : status;
}

/* ---- states ---------------------------------------------------------------------------------------------------------
 */

typedef struct own_state {
    bool map;
    own_equations equations;
    ons_field field;
    flow_members members;
    flow_event *event; /* NULL: none */
    double *slopes;    /* [dimension + 2 and dimension^2][lanes], for the rates */
    double limit;      /* of stability: h |rate| at most; 0: none */
} own_state;

static bool is_map(const ons_system *system) { return system->parameters == map_parameters; }

/* Whether the equations and their perturbations have Taylor series, where these are asked for. */
static ons_status check_series(const own_equations *equations, const ons_parameters *parameters) {
    if (ons_choice(parameters, "method") != (int)ONS_TAYLOR) { return ONS_OK; }
    ons_field field;
    ons_tangent *tangent = NULL;
    const ons_integration how = {.method = ONS_TAYLOR, .relative = 1e-9, .absolute = 1e-9};
    ons_status status = ons_flow_field(&field, equations->flow, equations->p, 1);
    if (status == ONS_OK) {
        status = ons_tangent_create(&tangent, &field, 1, flow_members_exponents(parameters, field.dimension), &how);
    }
    ons_tangent_free(tangent);
    ons_flow_field_free(&field);
    return status;
}

static ons_status check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    own_equations equations = {0};
    own_settings all = {0};
    ons_status status = read_equations(&equations, &all, system, parameters);
    const size_t n = equations.dimension;
    if (status == ONS_OK && !is_map(system)) {
        status = flow_event_check(parameters, &equations, &all);
        ons_plan_shape(plan, EVENT_POINT, 1, &n);
    }
    if (status == ONS_OK) { status = flow_members_plan(plan, parameters, "the system", n); }
    if (status == ONS_OK && !is_map(system)) { status = check_series(&equations, parameters); }
    own_equations_free(&equations);
    own_settings_free(&all);
    if (status != ONS_OK) { return status; }
    if (!is_map(system) && !flow_event_wanted(parameters)) {
        ons_plan_omit(plan, "event_rate");
        ons_plan_omit(plan, "event_time");
        ons_plan_omit(plan, "event_point");
    }
    return ONS_OK;
}

static ons_status make_tangent(own_state *made, const ons_parameters *parameters) {
    if (made->map) {
        return ons_tangent_create_map(&made->members.tangent, &made->field, ONS_LANES, made->members.exponents);
    }
    static const double limits[] = {3.3, 6, 0, 0, 0}; /* on the negative axis (Hairer and Wanner 1996, IV.2) */
    const double tolerance = ons_real(parameters, "tolerance");
    const int method = ons_choice(parameters, "method");
    made->limit = limits[method];
    const ons_integration how = {
        .method = (ons_method)method, .relative = tolerance, .absolute = tolerance, .most = MOST_STEPS};
    return ons_tangent_create(&made->members.tangent, &made->field, ONS_LANES, made->members.exponents, &how);
}

static ons_status open_state(own_state *made, ons_context *context, own_settings *all) {
    const ons_parameters *parameters = ons_context_parameters(context);
    made->map = is_map(ons_context_system(context));
    ons_status status = read_equations(&made->equations, all, ons_context_system(context), parameters);
    if (status != ONS_OK) { return status; }
    const size_t n = made->equations.dimension;
    flow_members *members = &made->members;
    members->dimension = n;
    members->exponents = flow_members_exponents(parameters, n);
    members->interval = made->map ? 1 : ons_real(parameters, "interval");
    status = ons_flow_field(&made->field, made->equations.flow, made->equations.p, 1);
    if (status == ONS_OK) { status = ons_flow_field_compile(&made->field, false); }
    const bool taylor = !made->map && ons_choice(parameters, "method") == (int)ONS_TAYLOR;
    if (status == ONS_OK && taylor) { status = ons_flow_field_series(&made->field); }
    if (status == ONS_OK) { status = make_tangent(made, parameters); }
    if (status == ONS_OK) { status = flow_members_open(members); }
    if (status == ONS_OK && !made->map && flow_event_wanted(parameters)) {
        status = flow_event_create(&made->event, parameters, &made->equations, all, &made->field);
    }
    if (status != ONS_OK) { return status; }
    made->slopes = aligned_alloc(64, 64 * (n * n + 2 * n + 1));
    if (!made->slopes) { return ONS_MEMORY; }
    flow_members_place(members, context, made->equations.start, NULL);
    return ONS_OK;
}

static ons_status create(void *state, ons_context *context) {
    own_settings all = {0};
    const ons_status status = open_state(state, context, &all);
    own_settings_free(&all);
    return status;
}

static void destroy(void *state) {
    own_state *old = state;
    flow_event_free(old->event);
    flow_members_close(&old->members);
    ons_flow_field_free(&old->field);
    own_equations_free(&old->equations);
    free(old->slopes);
}

/* ---- events ---------------------------------------------------------------------------------------------------------
 */

/* What a trajectory that ends has come to: the event with its time and place. */
static ons_status ended(own_state *now, ons_context *context, unsigned lane) {
    double t, *x = now->members.numbers;
    ons_text place = {0};
    char number[ONS_REAL_TEXT];
    ons_tangent_point(now->members.tangent, lane, &t, x);
    for (size_t i = 0; i < now->equations.dimension && i < 8; i++) {
        ons_text_add(&place, "%s%s = %s", i ? ", " : "", ons_flow_variable(now->equations.flow, i),
                     ons_real_text(x[i], number));
    }
    const bool far = now->map || ons_tangent_state(now->members.tangent, lane) == ONS_MEMBER_NOT_FINITE;
    const ons_status status = ons_fail(ONS_FAILED, "%s: replica %llu cannot go on beyond t = %.10g, at %s",
                                       far ? "blow-up" : "blow-up or singularity",
                                       (unsigned long long)ons_replica(context, lane), t, place.data ? place.data : "");
    ons_text_free(&place);
    return status;
}

/* Rates of a member: *fastest, the largest of the Jacobian by the power method, and *speed, that of the motion itself
 * in units of its state; *step, what it plans next. */
static void rates(own_state *now, unsigned lane, double *fastest, double *speed, double *step) {
    const size_t n = now->equations.dimension;
    double *x = now->slopes, *dx = x + n * ONS_LANES, *matrix = dx + n * ONS_LANES, t[ONS_LANES];
    ons_tangent_store(now->members.tangent, lane, now->members.numbers);
    for (size_t l = 0; l < ONS_LANES; l++) { t[l] = now->members.numbers[0]; }
    for (size_t i = 0; i < n * ONS_LANES; i++) { x[i] = now->members.numbers[2 + i / ONS_LANES]; }
    *step = fabs(now->members.numbers[1]);
    now->field.jacobian(now->field.data, 0, t, x, dx, matrix);
    double motion = 0, place = 0, *v = now->members.numbers, *w = now->members.numbers + n;
    for (size_t i = 0; i < n; i++) {
        motion += dx[i * ONS_LANES] * dx[i * ONS_LANES];
        place += x[i * ONS_LANES] * x[i * ONS_LANES];
        v[i] = 1 + 0.1 * (double)(i % 7);
    }
    *speed = sqrt(motion / fmax(place, DBL_MIN));
    *fastest = 0;
    for (int k = 0; k < POWER_ITERATIONS; k++) {
        double length = 0, before = 0;
        for (size_t i = 0; i < n; i++) {
            w[i] = 0;
            for (size_t j = 0; j < n; j++) { w[i] += matrix[(i * n + j) * ONS_LANES] * v[j]; }
            length += w[i] * w[i];
            before += v[i] * v[i];
        }
        *fastest = sqrt(length / before);
        if (!(length > 0) || !isfinite(length)) { return; }
        for (size_t i = 0; i < n; i++) { v[i] = w[i] / sqrt(length); }
    }
}

/* Whether stability and not accuracy bounds the steps: they use up the stability of the method, and the motion itself
 * is far slower than the fastest rate (Hairer and Wanner 1996, IV.2). */
static bool is_stiff(own_state *now, unsigned lane, double *fastest, double *step) {
    double speed;
    if (now->map || now->limit == 0) { return false; }
    rates(now, lane, fastest, &speed, step);
    if (*step == 0 && *fastest > 0) { *step = now->limit / *fastest; } /* the longest that is stable */
    return *step * *fastest > 0.4 * now->limit && *fastest > 100 * speed;
}

static ons_status stiff(const own_state *now, double fastest, double step) {
    return ons_fail(
        ONS_FAILED,
        "the equations are stiff: a rate of %.3g holds the steps of %s down to %.3g; method=cvode takes long "
        "ones%s",
        fastest, now->limit > 4 ? "dop853" : "dormand-prince", step,
        now->members.exponents > 1 ? ", with exponents=1 (those of fast decay need short ones in any case)" : "");
}

/* Why a step was not possible; the message of the engine stands where it is no trajectory that ends. */
static ons_status explain(own_state *now, ons_context *context) {
    for (unsigned lane = 0; lane < ONS_LANES; lane++) {
        const ons_member_state state = ons_tangent_state(now->members.tangent, lane);
        double fastest, step;
        if (state == ONS_MEMBER_RUNNING) { continue; }
        if (state != ONS_MEMBER_TOO_LONG) { return ended(now, context, lane); }
        if (is_stiff(now, lane, &fastest, &step)) { return stiff(now, fastest, step); }
        return ons_fail(ONS_FAILED,
                        "replica %llu takes more than %d steps within %g units of time: a larger tolerance or other "
                        "units of time are needed",
                        (unsigned long long)ons_replica(context, lane), MOST_STEPS, now->members.interval);
    }
    return ONS_FAILED;
}

/* ---- steps ----------------------------------------------------------------------------------------------------------
 */

static ons_status advance(void *state, ons_context *context) {
    own_state *moving = state;
    double fastest, length;
    const uint64_t step = (uint64_t)moving->members.time;
    const bool whole = (double)step == moving->members.time;
    if (whole && (step & (step - 1)) == 0 && is_stiff(moving, 0, &fastest, &length) && length < SHORTEST_STEP) {
        return stiff(moving, fastest, length);
    }
    ons_status status = moving->event ? flow_event_look(moving->event, &moving->members, ons_target(context)) : ONS_OK;
    if (status == ONS_OK) { status = flow_members_advance(&moving->members, ons_target(context)); }
    if (status != ONS_OK) { return status == ONS_FAILED ? explain(moving, context) : status; }
    const bool stop = moving->event && ons_boolean(ons_context_parameters(context), "event_stop");
    return stop && flow_event_all(moving->event) ? ONS_DONE : ONS_OK;
}

static ons_status measure(const void *state, ons_context *context) {
    const own_state *now = state;
    for (unsigned lane = 0; now->event && lane < ons_lanes(context); lane++) {
        const double *first = flow_event_first(now->event, lane);
        ons_measure(context, EVENT_RATE, lane, flow_event_rate(now->event, lane));
        ons_value(context, EVENT_TIME, lane, 0, first[0], NAN);
        for (size_t i = 0; i < now->equations.dimension; i++) {
            ons_value(context, EVENT_POINT, lane, i, first[1 + i], NAN);
        }
    }
    return flow_members_measure(&now->members, context);
}

static ons_status persist(void *state, ons_part *part) {
    own_state *kept = state;
    const ons_status status = flow_members_persist(&kept->members, part);
    return status == ONS_OK && kept->event ? flow_event_persist(kept->event, part) : status;
}

#define OWN_FUNCTIONS                                                                                                  \
    .derived = flow_system_derived, .state_size = sizeof(own_state), .check = check, .create = create,                 \
    .advance = advance, .measure = measure, .persist = persist, .destroy = destroy

extern const ons_system ons_system_flow, ons_system_map;
const ons_system ons_system_flow = {.abi = ONS_ABI,
                                    .version = 3,
                                    .name = "flow",
                                    .summary = "your own differential equations: exponents and means",
                                    .details = OWN_FLOW_DETAILS,
                                    .step = "1 time unit",
                                    .parameters = flow_parameters,
                                    .observables = flow_observables,
                                    .traits = ONS_STATIONARY | ONS_CONTINUOUS,
                                    .controls = {.steps = 1000, .replicas = 8},
                                    .data = lorenz_start,
                                    OWN_FUNCTIONS};
const ons_system ons_system_map = {.abi = ONS_ABI,
                                   .version = 3,
                                   .name = "map",
                                   .summary = "your own map: exponents and means",
                                   .details = OWN_MAP_DETAILS,
                                   .step = "iteration",
                                   .parameters = map_parameters,
                                   .observables = map_observables,
                                   .traits = ONS_STATIONARY,
                                   .controls = {.steps = 20000, .replicas = 8},
                                   .data = henon_start,
                                   OWN_FUNCTIONS};

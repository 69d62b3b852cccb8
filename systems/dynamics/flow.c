/*
 * flow and map: a user's own equations, written in a job file or on the command line. Eight replicas side by side with
 * their perturbations, like the systems of the catalogue, but by the formulas as they are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow_text.h"

#include <onsager/dynamics.h>
#include <onsager/system.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SPECTRUM, DIVERGENCE, POINT, EVENTS };
enum { MOST_STEPS = 200000, POWER_ITERATIONS = 30 };

#define OWN_PARAMETERS(lorenz)                                                                                         \
    {.name = "equations", .type = ONS_TEXT, .standard = lorenz, .meaning = "x' = FORMULA, one a variable; see below"}, \
        {.name = "parameters",                                                                                         \
         .type = ONS_TEXT,                                                                                             \
         .standard = "",                                                                                               \
         .meaning = "values of the names in the equations: \"a=1.4, b=0.3\""},                                         \
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
     .choices = "dormand-prince|dop853|cvode",
     .meaning = "Runge-Kutta of order 5 or 8, or backward differences of order 1 to 5 for stiff equations"},
    {.name = "tolerance",
     .type = ONS_REAL,
     .standard = "1e-9",
     .range = "[1e-15, 1)",
     .meaning = "relative and absolute tolerance of a step"},
    {.name = NULL}};
static const ons_parameter map_parameters[] = {OWN_PARAMETERS(henon), {.name = NULL}};

static const ons_observable observables[] = {
    [SPECTRUM] = {.name = "lyapunov_spectrum",
                  .kind = ONS_MEAN,
                  .unit = "1/time",
                  .meaning = "Lyapunov exponents in natural logarithms, descending"},
    [DIVERGENCE] = {.name = "divergence",
                    .kind = ONS_MEAN,
                    .unit = "1/time",
                    .meaning =
                        "trace of the Jacobian along the trajectory (map: ln |det J|), the sum of all exponents"},
    [POINT] = {.name = "point", .kind = ONS_MEAN, .meaning = "the variables, in the order of the equations"},
    [EVENTS] = {.name = "events",
                .kind = ONS_TABLE,
                .columns = "event:text, replica, time, state:text",
                .meaning = "what happened to trajectories: blow-up, singularity, stiff"},
    {.name = NULL}};

static void kaplan_yorke(const ons_means *means, const ons_parameters *parameters, double *value) {
    (void)parameters;
    size_t count;
    const double *exponents = ons_mean_array(means, SPECTRUM, &count);
    *value = ons_kaplan_yorke(exponents, count);
}

static void entropy_rate(const ons_means *means, const ons_parameters *parameters, double *value) {
    (void)parameters;
    size_t count;
    const double *exponents = ons_mean_array(means, SPECTRUM, &count);
    *value = 0;
    for (size_t i = 0; i < count; i++) { *value += exponents[i] > 0 ? exponents[i] : 0; }
}

static const ons_derived derived[] = {
    {"kaplan_yorke_dimension", DIVERGENCE, kaplan_yorke, NULL,
     "j + (l_1 + .. + l_j)/|l_(j+1)|, the last j with a sum that is not negative (Kaplan and Yorke 1979)"},
    {"entropy_rate", DIVERGENCE, entropy_rate, "1/time", "the sum of the positive exponents (Pesin 1977)"},
    {.name = NULL}};

/* ---- what the user wrote --------------------------------------------------------------------------------------------
 */

typedef struct own_equations {
    ons_flow *flow;
    double *p; /* [parameters] */
    double *start;
    size_t dimension;
} own_equations;

static void equations_free(own_equations *old) {
    ons_flow_free(old->flow);
    free(old->p);
    free(old->start);
    *old = (own_equations){0};
}

/* "NAME = NUMBER, ...": names are allocated; numbers may be formulas of numbers. */
typedef struct settings {
    char **names;
    double *values;
    size_t count, name_capacity, value_capacity;
} settings;

static void settings_free(settings *old) {
    for (size_t i = 0; i < old->count; i++) { free(old->names[i]); }
    free(old->names);
    free(old->values);
}

static size_t settings_find(const settings *all, const char *name) {
    size_t i = 0;
    while (i < all->count && strcmp(all->names[i], name) != 0) { i++; }
    return i;
}

static ons_status add_setting(settings *all, const char *name, size_t length, double value) {
    ons_status status = ons_grow((void **)&all->names, &all->name_capacity, all->count + 1, sizeof *all->names);
    if (status == ONS_OK) {
        status = ons_grow((void **)&all->values, &all->value_capacity, all->count + 1, sizeof *all->values);
    }
    if (status != ONS_OK) { return status; }
    char *copy = ons_copy_part(name, length);
    if (!copy) { return ONS_MEMORY; }
    if (settings_find(all, copy) < all->count) {
        status = ons_fail(ONS_INVALID, "parameters: %s has two values", copy);
        free(copy);
        return status;
    }
    all->names[all->count] = copy;
    all->values[all->count++] = value;
    return ONS_OK;
}

static ons_status read_number(const char *name, size_t length, const char *text, double *value) {
    ons_expression *formula = NULL;
    ons_status status = ons_expression_parse(&formula, text);
    if (status == ONS_OK && ons_expression_name_count(formula) > 0) {
        status = ons_fail(ONS_INVALID, "a number is expected, not '%s'", ons_expression_name(formula, 0));
    }
    if (status == ONS_OK) {
        *value = ons_expression_value(formula, NULL);
        if (!isfinite(*value)) { status = ons_fail(ONS_INVALID, "%g is not finite", *value); }
    }
    ons_expression_free(formula);
    if (status == ONS_INVALID) {
        char *why = ons_copy(ons_message());
        status = ons_fail(ONS_INVALID, "parameters: %.*s: %s", (int)length, name, why ? why : "");
        free(why);
    }
    return status;
}

static ons_status read_settings(settings *all, const char *text) {
    ons_status status = ONS_OK;
    for (const char *at = text; status == ONS_OK && *at;) {
        at += strspn(at, " \t\r\n,;");
        const size_t whole = strcspn(at, ",;\n"), name = strcspn(at, "= \t,;\n");
        if (whole == 0) { break; }
        const char *equals = at + name + strspn(at + name, " \t");
        if (name == 0 || *equals != '=') {
            return ons_fail(ONS_INVALID, "parameters: NAME=NUMBER, NAME=NUMBER is expected, not '%.*s'", (int)whole,
                            at);
        }
        char *number = ons_copy_part(equals + 1, (size_t)(at + whole - equals - 1));
        double value = 0;
        status = number ? read_number(at, name, number, &value) : ONS_MEMORY;
        free(number);
        if (status == ONS_OK) { status = add_setting(all, at, name, value); }
        at += whole;
    }
    return status;
}

/* The parameter that `vary` names: one of those given, with its value of this task. */
static ons_status vary(settings *all, const ons_parameters *parameters) {
    const char *name = ons_string(parameters, "vary");
    if (name[0] == '\0') {
        return ons_given(parameters, "value")
                   ? ons_fail(ONS_INVALID, "value needs vary=NAME, the parameter that it is a value of")
                   : ONS_OK;
    }
    const double value = ons_real(parameters, "value");
    const size_t index = settings_find(all, name);
    if (index == all->count) { return add_setting(all, name, strlen(name), value); }
    all->values[index] = value;
    return ONS_OK;
}

/* A parameter that the equations do not know changes nothing: most likely it is misspelt. */
static ons_status check_used(const own_equations *made, const settings *all) {
    for (size_t i = 0; i < all->count; i++) {
        if (!ons_flow_uses(made->flow, i)) {
            return ons_fail(ONS_INVALID, "parameters: '%s' does not occur in the equations", all->names[i]);
        }
    }
    return ONS_OK;
}

static void list_variables(const ons_flow *flow, ons_text *text) {
    for (size_t i = 0; i < ons_flow_dimension(flow) && i < 8; i++) {
        ons_text_add(text, "%s%s", i ? ", " : "", ons_flow_variable(flow, i));
    }
    if (ons_flow_dimension(flow) > 8) { ons_text_add(text, ", .."); }
}

static ons_status read_start(own_equations *made, const ons_parameters *parameters, const double *standard) {
    size_t count;
    const double *given = ons_reals(parameters, "initial", &count);
    if (!ons_given(parameters, "initial") && !ons_given(parameters, "equations")) {
        given = standard;
        count = made->dimension;
    }
    if (count != made->dimension) {
        ons_text names = {0};
        list_variables(made->flow, &names);
        const ons_status status =
            ons_fail(ONS_INVALID, "initial: %zu numbers are expected, one for each of %s, not %zu", made->dimension,
                     names.data ? names.data : "", count);
        ons_text_free(&names);
        return status;
    }
    made->start = ONS_NEW(double, count);
    if (!made->start) { return ONS_MEMORY; }
    memcpy(made->start, given, count * sizeof *given);
    return ONS_OK;
}

static ons_status read_flow(own_equations *made, const settings *all, const char *text) {
    ons_status status = ons_flow_parse(&made->flow, text, (const char *const *)all->names, all->count);
    if (status == ONS_INVALID) {
        char *why = ons_copy(ons_message());
        status = ons_fail(ONS_INVALID, "equations: %s", why ? why : "");
        free(why);
    }
    if (status == ONS_OK && ons_flow_delays(made->flow) > 0) {
        status = ons_fail(ONS_INVALID, "equations: delays are not possible here: a state and its perturbations have no "
                                       "history");
    }
    return status;
}

static ons_status read_equations(own_equations *made, const ons_system *system, const ons_parameters *parameters) {
    settings all = {0};
    ons_status status = read_settings(&all, ons_string(parameters, "parameters"));
    if (status == ONS_OK) { status = vary(&all, parameters); }
    if (status == ONS_OK && !all.names) { /* an empty list, not: all names are parameters */
        all.names = ONS_NEW(char *, 1);
        status = all.names ? ONS_OK : ONS_MEMORY;
    }
    if (status == ONS_OK) { status = read_flow(made, &all, ons_string(parameters, "equations")); }
    if (status == ONS_OK) { status = check_used(made, &all); }
    if (status == ONS_OK) {
        made->dimension = ons_flow_dimension(made->flow);
        status = read_start(made, parameters, system->data);
    }
    if (status == ONS_OK) {
        made->p = ONS_NEW(double, all.count);
        status = made->p ? ONS_OK : ONS_MEMORY;
    }
    for (size_t i = 0; status == ONS_OK && i < all.count; i++) { made->p[i] = all.values[i]; }
    settings_free(&all);
    if (status != ONS_OK) { equations_free(made); }
    return status;
}

/* ---- states ---------------------------------------------------------------------------------------------------------
 */

typedef struct own_state {
    bool map, ended, stiff;
    own_equations equations;
    ons_field field;
    ons_tangent *tangent;
    double *growth;  /* [lanes][exponents] of the last step */
    double *volume;  /* [lanes] */
    double *scratch; /* of stretches that failed: as growth and volume */
    double *numbers; /* [lanes][size of a member] */
    double *slopes;  /* [dimension + 2 and dimension^2][lanes], for the rates */
    size_t exponents;
    double interval, time;
    double limit; /* of stability: h |rate| at most; 0: none */
} own_state;

static bool is_map(const ons_system *system) { return system->parameters == map_parameters; }

static size_t exponent_count(const ons_parameters *parameters, size_t dimension) {
    const int64_t asked = ons_integer(parameters, "exponents");
    return asked ? (size_t)asked : dimension;
}

static ons_status check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    own_equations equations = {0};
    const ons_status status = read_equations(&equations, system, parameters);
    if (status != ONS_OK) { return status; }
    const size_t n = equations.dimension, exponents = exponent_count(parameters, n);
    equations_free(&equations);
    if (exponents > n) {
        return ons_fail(ONS_INVALID, "exponents=%zu: there are %zu variables, and as many exponents", exponents, n);
    }
    ons_plan_shape(plan, SPECTRUM, 1, &exponents);
    ons_plan_shape(plan, POINT, 1, &n);
    ons_plan_lanes(plan, ONS_LANES);
    ons_plan_bytes(plan, 8.0 * ONS_LANES * (30 * (double)(n * (1 + exponents)) + 3 * (double)(n * n)));
    return ONS_OK;
}

static ons_status make_tangent(own_state *made, const ons_parameters *parameters) {
    if (made->map) { return ons_tangent_create_map(&made->tangent, &made->field, ONS_LANES, made->exponents); }
    static const ons_method methods[] = {ONS_DORMAND_PRINCE, ONS_DOP853, ONS_CVODE};
    static const double limits[] = {3.3, 6, 0}; /* on the negative axis (Hairer and Wanner 1996, IV.2) */
    const double tolerance = ons_real(parameters, "tolerance");
    const int method = ons_choice(parameters, "method");
    made->limit = limits[method];
    const ons_integration how = {
        .method = methods[method], .relative = tolerance, .absolute = tolerance, .most = MOST_STEPS};
    return ons_tangent_create(&made->tangent, &made->field, ONS_LANES, made->exponents, &how);
}

static void place_replicas(own_state *made, ons_context *context, double spread, double *x) {
    for (unsigned lane = 0; lane < ONS_LANES; lane++) {
        ons_random random = ons_stream(context, lane, 1);
        for (size_t i = 0; i < made->equations.dimension; i++) {
            const double start = made->equations.start[i], size = fabs(start) > 1e-3 ? fabs(start) : 1e-3;
            x[i] = start + spread * size * (2 * ons_random_uniform(&random) - 1);
        }
        ons_tangent_set(made->tangent, lane, 0, x);
    }
}

static ons_status create(void *state, ons_context *context) {
    own_state *made = state;
    const ons_parameters *parameters = ons_context_parameters(context);
    made->map = is_map(ons_context_system(context));
    ons_status status = read_equations(&made->equations, ons_context_system(context), parameters);
    if (status != ONS_OK) { return status; }
    const size_t n = made->equations.dimension;
    made->exponents = exponent_count(parameters, n);
    made->interval = made->map ? 1 : ons_real(parameters, "interval");
    status = ons_flow_field(&made->field, made->equations.flow, made->equations.p, 1);
    if (status == ONS_OK) { status = make_tangent(made, parameters); }
    if (status != ONS_OK) { return status; }
    made->growth = ONS_NEW(double, ONS_LANES *(made->exponents + 1));
    made->scratch = ONS_NEW(double, ONS_LANES *(made->exponents + 1));
    made->numbers = ONS_NEW(double, ONS_LANES *ons_tangent_size(made->tangent));
    made->slopes = aligned_alloc(64, 64 * (n * n + 2 * n + 1));
    if (!made->growth || !made->scratch || !made->numbers || !made->slopes) { return ONS_MEMORY; }
    made->volume = made->growth + ONS_LANES * made->exponents;
    place_replicas(made, context, ons_real(parameters, "spread"), made->numbers);
    return ONS_OK;
}

static void destroy(void *state) {
    own_state *old = state;
    ons_tangent_free(old->tangent);
    ons_flow_field_free(&old->field);
    equations_free(&old->equations);
    free(old->growth);
    free(old->scratch);
    free(old->numbers);
    free(old->slopes);
}

/* ---- events ---------------------------------------------------------------------------------------------------------
 */

static void tell(own_state *now, ons_context *context, unsigned lane, const char *event) {
    double t, *x = now->numbers;
    ons_text state = {0};
    char number[ONS_REAL_TEXT];
    ons_tangent_point(now->tangent, lane, &t, x);
    for (size_t i = 0; i < now->equations.dimension && i < 8; i++) {
        ons_text_add(&state, "%s%s=%s", i ? " " : "", ons_flow_variable(now->equations.flow, i),
                     ons_real_text(x[i], number));
    }
    const ons_cell cells[] = {
        {.text = event}, {.number = (double)ons_replica(context, lane)}, {.number = t}, {.text = state.data}};
    ons_row(context, EVENTS, lane, cells);
    ons_text_free(&state);
}

/* Rates of a member: *fastest, the largest of the Jacobian by the power method, and *speed, that of the motion itself
 * in units of its state; *step, what it plans next. */
static void rates(own_state *now, unsigned lane, double *fastest, double *speed, double *step) {
    const size_t n = now->equations.dimension;
    double *x = now->slopes, *dx = x + n * ONS_LANES, *matrix = dx + n * ONS_LANES, t[ONS_LANES];
    ons_tangent_store(now->tangent, lane, now->numbers);
    for (size_t l = 0; l < ONS_LANES; l++) { t[l] = now->numbers[0]; }
    for (size_t i = 0; i < n * ONS_LANES; i++) { x[i] = now->numbers[2 + i / ONS_LANES]; }
    *step = fabs(now->numbers[1]);
    now->field.jacobian(now->field.data, 0, t, x, dx, matrix);
    double motion = 0, place = 0, *v = now->numbers, *w = now->numbers + n;
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
    return *step * *fastest > 0.4 * now->limit && *fastest > 100 * speed;
}

/* Why a step was not possible: an event that ends the replicas, or a failure with advice. */
static ons_status explain(own_state *now, ons_context *context) {
    for (unsigned lane = 0; lane < ONS_LANES; lane++) {
        const ons_member_state state = ons_tangent_state(now->tangent, lane);
        double fastest, step;
        if (state == ONS_MEMBER_RUNNING) { continue; }
        if (state == ONS_MEMBER_TOO_LONG) {
            if (is_stiff(now, lane, &fastest, &step)) {
                return ons_fail(ONS_FAILED,
                                "the equations are stiff: rates up to %.3g hold the steps of %s down to %.3g; "
                                "method=cvode takes long ones",
                                fastest, now->limit > 4 ? "dop853" : "dormand-prince", step);
            }
            return ons_fail(ONS_FAILED,
                            "replica %llu takes more than %d steps within %g units of time: a larger "
                            "tolerance or other units of time are needed",
                            (unsigned long long)ons_replica(context, lane), MOST_STEPS, now->interval);
        }
        tell(now, context, lane, state == ONS_MEMBER_NOT_FINITE ? "blow-up" : "singularity");
        now->ended = true;
    }
    return now->ended ? ONS_DONE : ONS_FAILED;
}

/* ---- steps ----------------------------------------------------------------------------------------------------------
 */

static ons_status advance(void *state, ons_context *context) {
    own_state *moving = state;
    const size_t numbers = ONS_LANES * (moving->exponents + 1);
    memset(moving->scratch, 0, numbers * sizeof *moving->scratch);
    const double before = moving->time, target = ons_target(context);
    const ons_status status = ons_tangent_advance(moving->tangent, target, moving->interval, moving->scratch,
                                                  moving->scratch + ONS_LANES * moving->exponents);
    if (status != ONS_OK) { return status == ONS_FAILED ? explain(moving, context) : status; }
    moving->time = target;
    for (size_t i = 0; i < numbers; i++) { moving->growth[i] = moving->scratch[i] / (target - before); }
    const uint64_t step = (uint64_t)target;
    double fastest, length;
    if (!moving->stiff && (step & (step - 1)) == 0 && is_stiff(moving, 0, &fastest, &length)) {
        moving->stiff = true;
        tell(moving, context, 0, "stiff: method=cvode takes longer steps");
    }
    return ONS_OK;
}

static ons_status measure(const void *state, ons_context *context) {
    const own_state *now = state;
    double *x = ONS_NEW(double, now->equations.dimension), t;
    if (!x) { return ONS_MEMORY; }
    for (unsigned lane = 0; lane < ons_lanes(context); lane++) {
        ons_measure_array(context, SPECTRUM, lane, now->growth + lane * now->exponents);
        ons_measure(context, DIVERGENCE, lane, now->volume[lane]);
        ons_tangent_point(now->tangent, lane, &t, x);
        ons_measure_array(context, POINT, lane, x);
    }
    free(x);
    return ONS_OK;
}

static ons_status persist(void *state, ons_part *part) {
    own_state *kept = state;
    const size_t size = ons_tangent_size(kept->tangent);
    const bool reading = ons_part_reading(part);
    for (size_t l = 0; !reading && l < ONS_LANES; l++) {
        ons_tangent_store(kept->tangent, l, kept->numbers + l * size);
    }
    double flags[] = {kept->ended, kept->stiff, kept->time, reading ? 0 : ons_tangent_interval(kept->tangent)};
    ons_status status = ons_persist(part, "members", ONS_F64, kept->numbers, ONS_LANES * size);
    if (status == ONS_OK) {
        status = ons_persist(part, "growth", ONS_F64, kept->growth, ONS_LANES * (kept->exponents + 1));
    }
    if (status == ONS_OK) { status = ons_persist(part, "progress", ONS_F64, flags, 4); }
    if (status != ONS_OK || !reading) { return status; }
    kept->ended = flags[0] != 0;
    kept->stiff = flags[1] != 0;
    kept->time = flags[2];
    ons_tangent_set_interval(kept->tangent, flags[3]);
    for (size_t l = 0; l < ONS_LANES; l++) { ons_tangent_load(kept->tangent, l, kept->numbers + l * size); }
    return ONS_OK;
}

#define OWN_FUNCTIONS                                                                                                  \
    .traits = ONS_STATIONARY, .observables = observables, .derived = derived, .state_size = sizeof(own_state),         \
    .check = check, .create = create, .advance = advance, .measure = measure, .persist = persist, .destroy = destroy

extern const ons_system ons_system_flow, ons_system_map;
const ons_system ons_system_flow = {.abi = ONS_ABI,
                                    .version = 1,
                                    .name = "flow",
                                    .summary = "your own differential equations: exponents and means",
                                    .details = OWN_FLOW_DETAILS,
                                    .step = "1 time unit",
                                    .parameters = flow_parameters,
                                    .controls = {.steps = 1000, .replicas = 8},
                                    .data = lorenz_start,
                                    OWN_FUNCTIONS};
const ons_system ons_system_map = {.abi = ONS_ABI,
                                   .version = 1,
                                   .name = "map",
                                   .summary = "your own map: exponents and means",
                                   .details = OWN_MAP_DETAILS,
                                   .step = "iteration",
                                   .parameters = map_parameters,
                                   .controls = {.steps = 20000, .replicas = 8},
                                   .data = henon_start,
                                   OWN_FUNCTIONS};

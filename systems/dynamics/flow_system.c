/*
 * The systems of the catalogue: eight replicas of a flow or map side by side, with their perturbations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow_system.h"

#include "flow_members.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CORRELATION = FLOW_POINT + 1, TAIL, PERIOD };

const ons_observable flow_system_observables[] = {
    FLOW_OBSERVABLES,
    {.name = "correlation_dimension",
     .kind = ONS_VALUE,
     .meaning =
         "slope of ln C(r) against ln r where C is 1e-3 to 3e-2, of 1,024 points (Grassberger and Procaccia 1983)"},
    {.name = "tail_dimension",
     .kind = ONS_VALUE,
     .meaning =
         "1 + n/sum ln(r/r_min) of the distances between their 5th and 50th percentile: the estimate that the public "
         "catalogue calls correlation dimension"},
    {.name = "period",
     .kind = ONS_VALUE,
     .unit = "time",
     .meaning = "period of the strongest line in the power spectrum of all variables"},
    {0}};

/* ---- states ---------------------------------------------------------------------------------------------------------
 */

typedef struct right_hand_side {
    const flow_functions *functions;
    double *p; /* [parameters][lanes] */
} right_hand_side;

/* The equations as formulas, which have a Taylor series. */
typedef struct flow_formulas {
    ons_flow *flow;
    ons_field field;
} flow_formulas;

typedef struct flow_state {
    const flow_entry *entry;
    right_hand_side *equations;
    flow_members members;
    double *periods; /* [dimension]: of angles, else 0 */
    flow_formulas *formulas;
} flow_state;
_Static_assert(sizeof(flow_state) <= FLOW_SYSTEM_SIZE, "a state of the catalogue is larger than said");

const flow_functions *flow_functions_here(size_t index) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        return &flow_functions_v4[index];
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) { return &flow_functions_v3[index]; }
#endif
    return &flow_functions_plain[index];
}

static void value(const void *data, size_t block, const double *t, const double *x, double *dx) {
    const right_hand_side *equations = data;
    (void)block;
    equations->functions->value(t, x, NULL, equations->p, dx);
}

static void jacobian(const void *data, size_t block, const double *t, const double *x, double *dx, double *slopes) {
    const right_hand_side *equations = data;
    (void)block;
    equations->functions->jacobian(t, x, NULL, equations->p, dx, slopes);
}

double *flow_parameter_lanes(const flow_entry *entry, const ons_parameters *parameters) {
    double *p = aligned_alloc(64, 64 * (entry->parameter_count + 1));
    for (size_t i = 0; p && i < entry->parameter_count; i++) {
        for (size_t l = 0; l < ONS_LANES; l++) { p[i * ONS_LANES + l] = ons_real(parameters, entry->parameters[i]); }
    }
    return p;
}

ons_status flow_system_angles(const flow_entry *entry, const ons_parameters *parameters, double *periods) {
    ons_status status = ONS_OK;
    for (size_t i = 0; status == ONS_OK && i < entry->dimension; i++) {
        if (!entry->angles[i] || strcmp(entry->angles[i], "unbounded") == 0) { continue; }
        ons_expression *period = NULL;
        double operands[8];
        status = ons_expression_parse(&period, entry->angles[i]);
        for (size_t k = 0; status == ONS_OK && k < ons_expression_name_count(period) && k < 8; k++) {
            operands[k] = ons_real(parameters, ons_expression_name(period, k));
        }
        if (status == ONS_OK) { periods[i] = fabs(ons_expression_value(period, operands)); }
        if (!isfinite(periods[i])) { periods[i] = 0; }
        ons_expression_free(period);
    }
    return status;
}

static void free_formulas(flow_formulas *old) {
    if (!old) { return; }
    ons_flow_field_free(&old->field);
    ons_flow_free(old->flow);
    free(old);
}

static ons_status open_formulas(flow_formulas **formulas, const flow_entry *entry, const ons_parameters *parameters) {
    flow_formulas *made = *formulas = ONS_NEW(flow_formulas, 1);
    double *p = ONS_NEW(double, entry->parameter_count + 1);
    ons_status status = made && p
                            ? ons_flow_parse(&made->flow, entry->equations, entry->parameters, entry->parameter_count)
                            : ONS_MEMORY;
    for (size_t i = 0; status == ONS_OK && i < entry->parameter_count; i++) {
        p[i] = ons_real(parameters, entry->parameters[i]);
    }
    if (status == ONS_OK) { status = ons_flow_field(&made->field, made->flow, p, 1); }
    free(p);
    return status;
}

static bool by_taylor(const flow_entry *entry, const ons_parameters *parameters) {
    return !entry->map && ons_choice(parameters, "method") == (int)ONS_TAYLOR;
}

/* Whether the equations and their perturbations have Taylor series. */
static ons_status check_series(const flow_entry *entry, const ons_parameters *parameters) {
    flow_formulas *formulas = NULL;
    ons_tangent *tangent = NULL;
    const ons_integration how = {.method = ONS_TAYLOR, .relative = 1e-9, .absolute = 1e-9};
    ons_status status = open_formulas(&formulas, entry, parameters);
    if (status == ONS_OK) {
        status = ons_tangent_create(&tangent, &formulas->field, 1, flow_members_exponents(parameters, entry->dimension),
                                    &how);
    }
    ons_tangent_free(tangent);
    free_formulas(formulas);
    return status;
}

ons_status flow_system_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    const flow_entry *entry = system->data;
    if (entry->map) { ons_plan_omit(plan, "period"); }
    const ons_status status = flow_members_plan(plan, parameters, system->name, entry->dimension);
    return status == ONS_OK && by_taylor(entry, parameters) ? check_series(entry, parameters) : status;
}

/* A trajectory that goes to infinity needs ever shorter steps: it is told apart from an attractor long before that. */
static double largest_size(const flow_entry *entry) {
    double size = 1;
    for (size_t i = 0; i < entry->dimension; i++) {
        size = entry->angles[i] ? size : fmax(size, fabs(entry->start[i]));
    }
    return 1e3 * size;
}

static ons_status limit_tangent(const flow_entry *entry, ons_tangent *tangent) {
    double *largest = ONS_NEW(double, entry->dimension);
    if (!largest) { return ONS_MEMORY; }
    for (size_t i = 0; i < entry->dimension; i++) {
        largest[i] = entry->angles[i] ? (double)INFINITY : largest_size(entry);
    }
    const ons_status status = ons_tangent_limit(tangent, largest);
    free(largest);
    return status;
}

static ons_status make_tangent(flow_state *made, const ons_parameters *parameters) {
    ons_field field = {
        .dimension = made->entry->dimension, .data = made->equations, .value = value, .jacobian = jacobian};
    if (made->entry->map) {
        return ons_tangent_create_map(&made->members.tangent, &field, ONS_LANES, made->members.exponents);
    }
    const double tolerance = ons_real(parameters, "tolerance");
    const ons_integration how = {.method = (ons_method)ons_choice(parameters, "method"),
                                 .relative = tolerance,
                                 .absolute = tolerance,
                                 .most = 500000};
    if (by_taylor(made->entry, parameters)) {
        const ons_status status = open_formulas(&made->formulas, made->entry, parameters);
        if (status != ONS_OK) { return status; }
        field = made->formulas->field;
    }
    return ons_tangent_create(&made->members.tangent, &field, ONS_LANES, made->members.exponents, &how);
}

ons_status flow_system_create(void *state, ons_context *context) {
    flow_state *made = state;
    const ons_parameters *parameters = ons_context_parameters(context);
    made->entry = ons_data(context);
    const flow_entry *entry = made->entry;
    flow_members *members = &made->members;
    members->dimension = entry->dimension;
    members->exponents = flow_members_exponents(parameters, entry->dimension);
    members->interval = entry->map ? 1 : ons_real(parameters, "interval");
    made->equations = ONS_NEW(right_hand_side, 1);
    made->periods = ONS_NEW(double, entry->dimension);
    if (made->equations) {
        made->equations->functions = flow_functions_here(entry->index);
        made->equations->p = flow_parameter_lanes(entry, parameters);
    }
    ons_status status = made->periods && made->equations && made->equations->p ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) { status = flow_system_angles(entry, parameters, made->periods); }
    if (status == ONS_OK) { status = make_tangent(made, parameters); }
    if (status == ONS_OK) { status = limit_tangent(entry, members->tangent); }
    if (status == ONS_OK) { status = flow_members_open(members); }
    if (status == ONS_OK) { flow_members_place(members, context, entry->start, made->periods); }
    return status;
}

void flow_system_destroy(void *state) {
    flow_state *old = state;
    flow_members_close(&old->members);
    if (old->equations) { free(old->equations->p); }
    free(old->equations);
    free(old->periods);
    free_formulas(old->formulas);
}

/* ---- steps ----------------------------------------------------------------------------------------------------------
 */

/* Angles lose their whole turns, which would cost digits as time goes on. */
static void turn_back(flow_state *moving) {
    const size_t size = ons_tangent_size(moving->members.tangent);
    for (size_t l = 0; l < ONS_LANES; l++) {
        double *member = moving->members.numbers + l * size, *x = member + 2; /* t, step, x, perturbations */
        bool turned = false;
        ons_tangent_store(moving->members.tangent, l, member);
        for (size_t i = 0; i < moving->entry->dimension; i++) {
            const double turns = moving->periods[i] > 0 ? floor(x[i] / moving->periods[i]) : 0;
            x[i] -= turns * moving->periods[i];
            turned = turned || turns != 0;
        }
        if (turned) { ons_tangent_load(moving->members.tangent, l, member); }
    }
}

static bool has_angles(const flow_state *state) {
    for (size_t i = 0; i < state->entry->dimension; i++) {
        if (state->periods[i] > 0) { return true; }
    }
    return false;
}

/* Says which member has gone beyond the limits, if any has. */
static ons_status check_bounds(const flow_state *now) {
    const flow_entry *entry = now->entry;
    double *x = ONS_NEW(double, entry->dimension), t;
    if (!x) { return ONS_MEMORY; }
    const double most = largest_size(entry);
    ons_status status = ONS_OK;
    for (size_t l = 0; status == ONS_OK && l < ONS_LANES; l++) {
        ons_tangent_point(now->members.tangent, l, &t, x);
        for (size_t i = 0; status == ONS_OK && i < entry->dimension; i++) {
            if (entry->angles[i] || fabs(x[i]) <= most) { continue; }
            status =
                ons_fail(ONS_FAILED,
                         "member %zu escapes: at time %g its %s is %g, beyond 1000 times the size of the stored start; "
                         "under these parameters motion from there is not bounded (fewer steps, spread=0 or another "
                         "seed may stay)",
                         l, t, entry->variables[i], x[i]);
        }
    }
    free(x);
    return status;
}

/* Findings are made at times 16, 64, 256, ..; the last ones stand. */
static bool survey_due(double before, double target, bool map) {
    double due = map ? 1024 : 16;
    while (due <= before) { due *= 4; }
    return due <= target;
}

static ons_status survey(const flow_state *now, ons_context *context) {
    const size_t n = now->entry->dimension;
    const ons_field field = {.dimension = n, .data = now->equations, .value = value, .jacobian = jacobian};
    flow_findings found[ONS_LANES];
    double *x = ONS_NEW(double, ONS_LANES *n), t;
    if (!x) { return ONS_MEMORY; }
    for (size_t l = 0; l < ONS_LANES; l++) { ons_tangent_point(now->members.tangent, l, &t, x + l * n); }
    const ons_status status = flow_survey(now->entry, &field, x, now->periods, found);
    for (unsigned lane = 0; status == ONS_OK && lane < ons_lanes(context); lane++) {
        ons_value(context, CORRELATION, lane, 0, found[lane].slope, NAN);
        ons_value(context, TAIL, lane, 0, found[lane].percentile, NAN);
        if (!now->entry->map) { ons_value(context, PERIOD, lane, 0, found[lane].period, NAN); }
    }
    free(x);
    return status;
}

ons_status flow_system_advance(void *state, ons_context *context) {
    flow_state *moving = state;
    const double before = moving->members.time, target = ons_target(context);
    ons_status status = flow_members_advance(&moving->members, target);
    if (status == ONS_OK || status == ONS_STOPPED) { status = check_bounds(moving); }
    if (status != ONS_OK) { return status; }
    if (has_angles(moving)) { turn_back(moving); }
    return survey_due(before, target, moving->entry->map) ? survey(moving, context) : ONS_OK;
}

ons_status flow_system_measure(const void *state, ons_context *context) {
    return flow_members_measure(&((const flow_state *)state)->members, context);
}

ons_status flow_system_persist(void *state, ons_part *part) {
    return flow_members_persist(&((flow_state *)state)->members, part);
}

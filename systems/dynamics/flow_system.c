/*
 * The systems of the catalogue: eight replicas of a flow or map side by side, with their perturbations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow_system.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SPECTRUM, DIVERGENCE, POINT, CORRELATION, TAIL, PERIOD };

const ons_observable flow_system_observables[] = {
    {.name = "lyapunov_spectrum",
     .kind = ONS_MEAN,
     .unit = "1/time",
     .meaning = "Lyapunov exponents in natural logarithms, descending"},
    {.name = "divergence",
     .kind = ONS_MEAN,
     .unit = "1/time",
     .meaning = "trace of the Jacobian along the trajectory (map: ln |det J|), the sum of all exponents"},
    {.name = "point", .kind = ONS_MEAN, .meaning = "the variables, in the order of the equations"},
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

const ons_derived flow_system_derived[] = {
    {"kaplan_yorke_dimension", DIVERGENCE, kaplan_yorke, NULL,
     "j + (l_1 + .. + l_j)/|l_(j+1)|, the last j with a sum that is not negative (Kaplan and Yorke 1979)"},
    {"entropy_rate", DIVERGENCE, entropy_rate, "1/time", "the sum of the positive exponents (Pesin 1977)"},
    {0}};

/* ---- states ---------------------------------------------------------------------------------------------------------
 */

typedef struct right_hand_side {
    const flow_functions *functions;
    double *p; /* [parameters][lanes] */
} right_hand_side;

typedef struct flow_state {
    const flow_entry *entry;
    right_hand_side *equations;
    ons_tangent *tangent;
    double *growth;  /* [lanes][exponents] of the last step */
    double *volume;  /* [lanes] */
    double *numbers; /* [lanes][size of a member] */
    double *periods; /* [dimension]: of angles, else 0 */
    size_t exponents;
    double interval, time;
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

static size_t exponent_count(const flow_entry *entry, const ons_parameters *parameters) {
    const int64_t asked = ons_integer(parameters, "exponents");
    return asked ? (size_t)asked : entry->dimension;
}

ons_status flow_system_check(const ons_system *system, const ons_parameters *parameters, ons_plan *plan) {
    const flow_entry *entry = system->data;
    const size_t exponents = exponent_count(entry, parameters);
    if (exponents > entry->dimension) {
        return ons_fail(ONS_INVALID, "exponents=%zu: %s has %zu variables, and as many exponents", exponents,
                        system->name, entry->dimension);
    }
    if (entry->map) { ons_plan_omit(plan, "period"); }
    ons_plan_shape(plan, SPECTRUM, 1, &exponents);
    ons_plan_shape(plan, POINT, 1, &entry->dimension);
    ons_plan_lanes(plan, ONS_LANES);
    const double width = (double)(entry->dimension * (1 + exponents));
    ons_plan_bytes(plan, 8.0 * ONS_LANES * (30 * width + (double)(entry->dimension * entry->dimension)));
    return ONS_OK;
}

static ons_status make_tangent(flow_state *made, const ons_parameters *parameters) {
    const ons_field field = {
        .dimension = made->entry->dimension, .data = made->equations, .value = value, .jacobian = jacobian};
    if (made->entry->map) { return ons_tangent_create_map(&made->tangent, &field, ONS_LANES, made->exponents); }
    const double tolerance = ons_real(parameters, "tolerance");
    const ons_integration how = {.method = ons_choice(parameters, "method") == 0 ? ONS_DORMAND_PRINCE : ONS_DOP853,
                                 .relative = tolerance,
                                 .absolute = tolerance,
                                 .most = 500000};
    return ons_tangent_create(&made->tangent, &field, ONS_LANES, made->exponents, &how);
}

/* Every replica a little away from the stored point, so that they lose each other within the warm-up. */
static void place_replicas(flow_state *made, ons_context *context, double spread, double *x) {
    const flow_entry *entry = made->entry;
    for (unsigned lane = 0; lane < ONS_LANES; lane++) {
        ons_random random = ons_stream(context, lane, 1);
        for (size_t i = 0; i < entry->dimension; i++) {
            const double size = fabs(entry->start[i]) > 1e-3 ? fabs(entry->start[i]) : 1e-3;
            const double period = made->periods[i];
            const double start =
                period > 0 ? entry->start[i] - period * floor(entry->start[i] / period) : entry->start[i];
            x[i] = start + spread * size * (2 * ons_random_uniform(&random) - 1);
        }
        ons_tangent_set(made->tangent, lane, 0, x);
    }
}

ons_status flow_system_create(void *state, ons_context *context) {
    flow_state *made = state;
    const ons_parameters *parameters = ons_context_parameters(context);
    made->entry = ons_data(context);
    const flow_entry *entry = made->entry;
    made->exponents = exponent_count(entry, parameters);
    made->interval = entry->map ? 1 : ons_real(parameters, "interval");
    made->equations = ONS_NEW(right_hand_side, 1);
    made->growth = ONS_NEW(double, ONS_LANES * made->exponents);
    made->volume = ONS_NEW(double, ONS_LANES);
    made->periods = ONS_NEW(double, entry->dimension);
    double *x = ONS_NEW(double, entry->dimension);
    if (made->equations) {
        made->equations->functions = flow_functions_here(entry->index);
        made->equations->p = flow_parameter_lanes(entry, parameters);
    }
    ons_status status = made->growth && made->volume && made->periods && x && made->equations && made->equations->p
                            ? ONS_OK
                            : ONS_MEMORY;
    if (status == ONS_OK) { status = flow_system_angles(entry, parameters, made->periods); }
    if (status == ONS_OK) { status = make_tangent(made, parameters); }
    if (status == ONS_OK) {
        made->numbers = ONS_NEW(double, ONS_LANES *ons_tangent_size(made->tangent));
        status = made->numbers ? ONS_OK : ONS_MEMORY;
    }
    if (status == ONS_OK) { place_replicas(made, context, ons_real(parameters, "spread"), x); }
    free(x);
    return status;
}

void flow_system_destroy(void *state) {
    flow_state *old = state;
    ons_tangent_free(old->tangent);
    if (old->equations) { free(old->equations->p); }
    free(old->equations);
    free(old->growth);
    free(old->volume);
    free(old->numbers);
    free(old->periods);
}

/* ---- steps ----------------------------------------------------------------------------------------------------------
 */

/* Angles lose their whole turns, which would cost digits as time goes on. */
static void turn_back(flow_state *moving) {
    const size_t size = ons_tangent_size(moving->tangent);
    for (size_t l = 0; l < ONS_LANES; l++) {
        double *member = moving->numbers + l * size, *x = member + 2; /* t, step, x, perturbations */
        bool turned = false;
        ons_tangent_store(moving->tangent, l, member);
        for (size_t i = 0; i < moving->entry->dimension; i++) {
            const double turns = moving->periods[i] > 0 ? floor(x[i] / moving->periods[i]) : 0;
            x[i] -= turns * moving->periods[i];
            turned = turned || turns != 0;
        }
        if (turned) { ons_tangent_load(moving->tangent, l, member); }
    }
}

static bool has_angles(const flow_state *state) {
    for (size_t i = 0; i < state->entry->dimension; i++) {
        if (state->periods[i] > 0) { return true; }
    }
    return false;
}

/* A trajectory that goes to infinity needs ever shorter steps: it is told apart from an attractor long before that. */
static ons_status check_bounds(const flow_state *now) {
    const flow_entry *entry = now->entry;
    double size = 1, t;
    for (size_t i = 0; i < entry->dimension; i++) {
        size = entry->angles[i] ? size : fmax(size, fabs(entry->start[i]));
    }
    const double most = 1e3 * size;
    double *x = ONS_NEW(double, entry->dimension);
    if (!x) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    for (size_t l = 0; status == ONS_OK && l < ONS_LANES; l++) {
        ons_tangent_point(now->tangent, l, &t, x);
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
    for (size_t l = 0; l < ONS_LANES; l++) { ons_tangent_point(now->tangent, l, &t, x + l * n); }
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
    memset(moving->growth, 0, ONS_LANES * moving->exponents * sizeof *moving->growth);
    memset(moving->volume, 0, ONS_LANES * sizeof *moving->volume);
    const double before = moving->time, target = ons_target(context);
    ons_status status = ons_tangent_advance(moving->tangent, target, moving->interval, moving->growth, moving->volume);
    if (status == ONS_OK) { status = check_bounds(moving); }
    if (status != ONS_OK) { return status; }
    moving->time = target;
    if (has_angles(moving)) { turn_back(moving); }
    for (size_t i = 0; i < ONS_LANES * moving->exponents; i++) { moving->growth[i] /= target - before; }
    for (size_t l = 0; l < ONS_LANES; l++) { moving->volume[l] /= target - before; }
    return survey_due(before, target, moving->entry->map) ? survey(moving, context) : ONS_OK;
}

ons_status flow_system_measure(const void *state, ons_context *context) {
    const flow_state *now = state;
    double *x = ONS_NEW(double, now->entry->dimension), t;
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

ons_status flow_system_persist(void *state, ons_part *part) {
    flow_state *kept = state;
    const size_t size = ons_tangent_size(kept->tangent);
    const bool reading = ons_part_reading(part);
    for (size_t l = 0; !reading && l < ONS_LANES; l++) {
        ons_tangent_store(kept->tangent, l, kept->numbers + l * size);
    }
    ons_status status = ons_persist(part, "members", ONS_F64, kept->numbers, ONS_LANES * size);
    if (status == ONS_OK) { status = ons_persist(part, "growth", ONS_F64, kept->growth, ONS_LANES * kept->exponents); }
    if (status == ONS_OK) { status = ons_persist(part, "volume", ONS_F64, kept->volume, ONS_LANES); }
    if (status == ONS_OK) { status = ons_persist(part, "time", ONS_F64, &kept->time, 1); }
    double interval = reading ? 0 : ons_tangent_interval(kept->tangent);
    if (status == ONS_OK) { status = ons_persist(part, "interval", ONS_F64, &interval, 1); }
    if (reading && status == ONS_OK) { ons_tangent_set_interval(kept->tangent, interval); }
    for (size_t l = 0; reading && status == ONS_OK && l < ONS_LANES; l++) {
        ons_tangent_load(kept->tangent, l, kept->numbers + l * size);
    }
    return status;
}

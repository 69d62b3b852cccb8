/*
 * attractor: the invariants of a flow or map as they follow from data, the glue between the laboratory and
 * onsager/dynamics/invariants.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "attractor_text.h"
#include "own_equations.h"

#include <onsager/dynamics.h>
#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RECURRENCE_POINTS = 4000, ENTROPY_POINTS = 10000, SCALES = 10 };
enum { EVOLUTION_FLOW, EVOLUTION_MAP };

static const double lorenz_start[] = {1, 1, 20};

static const ons_parameter parameters[] = {
    {.name = "equations",
     .type = ONS_TEXT,
     .standard = "x' = s*(y - x); y' = x*(r - z) - y; z' = x*y - b*z",
     .meaning = "NAME' = FORMULA for every variable, separated by ';' (of a map: its next value)"},
    {.name = "parameters",
     .type = ONS_TEXT,
     .standard = "s=10 r=28 b=8/3",
     .meaning = "values of the other names in the equations: \"a=1.4 b=0.3\""},
    {.name = "initial",
     .type = ONS_REAL,
     .flags = ONS_ARRAY,
     .standard = "[1,1,20]",
     .meaning = "start, a number for every variable"},
    {.name = "evolution",
     .type = ONS_CHOICE,
     .standard = "flow",
     .choices = "flow|map",
     .meaning = "what NAME' means: a derivative or the next value"},
    {.name = "points",
     .type = ONS_INTEGER,
     .standard = "10000",
     .range = "[1000, 10000000]",
     .meaning = "samples of the trajectory; of more than 10,000 every k-th is used for dimensions"},
    {.name = "interval",
     .type = ONS_REAL,
     .standard = "0.05",
     .range = "(0, inf)",
     .when = "evolution=flow",
     .unit = "time",
     .meaning = "between two samples"},
    {.name = "transient",
     .type = ONS_REAL,
     .standard = "100",
     .range = "[0, 1e9]",
     .unit = "time",
     .meaning = "left out at the start (of a map: iterations)"},
    {.name = "variable",
     .type = ONS_INTEGER,
     .standard = "0",
     .range = "[0, inf)",
     .meaning = "which variable is the series of spectrum, period and entropies; 0: that with the sharpest peak"},
    {.name = "theiler",
     .type = ONS_INTEGER,
     .standard = "0",
     .range = "[0, inf)",
     .unit = "samples",
     .meaning = "pairs nearer in time do not count; 0: one period"},
    {.name = "follow",
     .type = ONS_REAL,
     .standard = "0",
     .range = "[0, inf)",
     .unit = "time",
     .meaning = "how long neighbours are followed; 0: five periods (of a map: 12 iterations)"},
    {.name = "method",
     .type = ONS_CHOICE,
     .standard = "dop853",
     .choices = "dormand-prince|dop853|taylor",
     .when = "evolution=flow",
     .meaning = "Runge-Kutta method of order 5 or 8, or Taylor series (formulas of + - * / ^ and analytic functions)"},
    {.name = "tolerance",
     .type = ONS_REAL,
     .standard = "1e-9",
     .range = "[1e-15, 1)",
     .when = "evolution=flow",
     .meaning = "relative and absolute tolerance of a step"},
    {.name = "spread",
     .type = ONS_REAL,
     .standard = "0.01",
     .range = "[0, inf)",
     .meaning = "replicas start that far from the initial point, at random, in units of its size"},
    {.name = NULL}};

/* clang-format off */
enum { SLOPE, TAIL, EXPONENT, PERIOD, PERMUTATION, DETERMINISM, RADIUS, SUMS, GROWTH, SPECTRUM, SCALED, OBSERVABLES };
/* clang-format on */
static const ons_observable observables[] = {
    [SLOPE] = {.name = "correlation_dimension",
               .kind = ONS_VALUE,
               .meaning = "slope of ln C(r) against ln r where C is 1e-4 to 1e-2 (Grassberger and Procaccia 1983)"},
    [TAIL] = {.name = "tail_dimension",
              .kind = ONS_VALUE,
              .meaning = "1 + n/sum ln(r/r_min) of the distances between their 5th and 50th percentile"},
    [EXPONENT] = {.name = "largest_exponent",
                  .kind = ONS_VALUE,
                  .unit = "1/time",
                  .meaning = "growth of the distance of neighbours (Rosenstein, Collins and De Luca 1993)"},
    [PERIOD] = {.name = "period",
                .kind = ONS_VALUE,
                .unit = "time",
                .meaning = "of the strongest peak of the spectrum, if it is above all of 99 shuffled series"},
    [PERMUTATION] = {.name = "permutation_entropy",
                     .kind = ONS_VALUE,
                     .meaning = "of the orders of five values an eighth of a period apart, in units of ln 5!"},
    [DETERMINISM] = {.name = "determinism",
                     .kind = ONS_VALUE,
                     .meaning = "recurrent pairs on diagonal lines, at a recurrence rate of 1 %"},
    [RADIUS] = {.name = "recurrence_radius", .kind = ONS_VALUE, .meaning = "within which 1 % of the pairs are"},
    [SUMS] = {.name = "correlation_sum",
              .kind = ONS_TABLE,
              .columns = "radius, sum",
              .meaning = "the fraction of pairs nearer than the radius, in the window of the fit"},
    [GROWTH] = {.name = "neighbour_growth",
                .kind = ONS_TABLE,
                .columns = "time, log_distance",
                .meaning = "mean logarithm of the distance of neighbours against time"},
    [SPECTRUM] = {.name = "power_spectrum",
                  .kind = ONS_TABLE,
                  .columns = "frequency, power",
                  .meaning = "power of the variable by frequency (1/time); its sum is the variance"},
    [SCALED] = {.name = "multiscale_entropy",
                .kind = ONS_TABLE,
                .columns = "scale, sample_entropy",
                .meaning = "sample entropy (length 2, radius 0.15 deviations) of means of 1, 2, .. samples"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- what the user wrote --------------------------------------------------------------------------------------------
 */

typedef struct attractor_state {
    own_equations equations;
    ons_field field;
    uint64_t finished;
} attractor_state;

static ons_status open_equations(attractor_state *made, const ons_parameters *p) {
    own_settings all = {0};
    /* The default values are those of the default equations. */
    const bool none = ons_given(p, "equations") && !ons_given(p, "parameters");
    ons_status status = own_settings_read(&all, none ? "" : ons_string(p, "parameters"));
    if (status == ONS_OK) { status = own_equations_read(&made->equations, &all, p, lorenz_start); }
    if (status == ONS_OK) { status = ons_flow_field(&made->field, made->equations.flow, made->equations.p, 1); }
    own_settings_free(&all);
    const bool series = ons_present(p, "method") && ons_choice(p, "method") == (int)ONS_TAYLOR;
    return status == ONS_OK && series ? ons_flow_field_series(&made->field) : status;
}

static void destroy(void *memory) {
    attractor_state *old = memory;
    ons_flow_field_free(&old->field);
    own_equations_free(&old->equations);
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    attractor_state probe = {0};
    ons_status status = open_equations(&probe, p);
    if (status == ONS_OK) {
        const size_t n = probe.field.dimension;
        if ((uint64_t)ons_integer(p, "variable") > n) {
            status = ons_fail(ONS_INVALID, "the equations have %zu variables, and no number %lld", n,
                              (long long)ons_integer(p, "variable"));
        } else if (ons_integer(p, "theiler") >= ons_integer(p, "points") / 4) {
            status = ons_fail(ONS_INVALID, "theiler=%lld leaves too few pairs of points=%lld",
                              (long long)ons_integer(p, "theiler"), (long long)ons_integer(p, "points"));
        }
        ons_plan_bytes(plan, 8.0 * (double)ons_integer(p, "points") * (2 * (double)n + 8) + 1e7);
    }
    destroy(&probe);
    return status;
}

static ons_status create(void *memory, ons_context *context) {
    attractor_state *made = memory;
    const ons_status status = open_equations(made, ons_context_parameters(context));
    return status == ONS_OK ? ons_flow_field_compile(&made->field, false) : status;
}

/* ---- the trajectory -------------------------------------------------------------------------------------------------
 */

typedef struct orbit {
    size_t n, count;
    double interval;
    double *points, *series; /* [count][n], [count] */
} orbit;

static void place(const attractor_state *state, ons_context *context, double *x) {
    const ons_parameters *p = ons_context_parameters(context);
    const double spread = ons_real(p, "spread");
    const double *initial = state->equations.start;
    ons_random random = ons_stream(context, 0, 1);
    for (size_t i = 0; i < state->field.dimension; i++) {
        const double size = fmax(fabs(initial[i]), 1e-3);
        x[i] = initial[i] + spread * size * (2 * ons_random_uniform(&random) - 1);
    }
}

static ons_status iterate_map(const attractor_state *state, double transient, double *x, orbit *made) {
    const size_t n = made->n, row = n * ONS_LANES;
    double *t = aligned_alloc(64, (1 + 2 * n) * ONS_LANES * sizeof *t);
    if (!t) { return ons_fail(ONS_MEMORY, "no memory for %zu variables", n); }
    double *now = t + ONS_LANES, *next = now + row;
    const uint64_t warmup = (uint64_t)transient;
    for (size_t k = 0; k < row; k++) { now[k] = x[k / ONS_LANES]; }
    for (uint64_t step = 0; step < warmup + made->count; step++) {
        for (size_t l = 0; l < ONS_LANES; l++) { t[l] = (double)step; }
        state->field.value(state->field.data, 0, t, now, next);
        memcpy(now, next, row * sizeof *now);
        for (size_t i = 0; i < n && step >= warmup; i++) { made->points[(step - warmup) * n + i] = now[i * ONS_LANES]; }
    }
    free(t);
    return ONS_OK;
}

static ons_status integrate_flow(const attractor_state *state, const ons_parameters *p, const double *x, orbit *made) {
    const double tolerance = ons_real(p, "tolerance");
    const ons_integration how = {
        .method = (ons_method)ons_choice(p, "method"), .relative = tolerance, .absolute = tolerance};
    ons_trajectories *one = NULL;
    double *times = ONS_NEW(double, made->count);
    ons_status status = times ? ons_trajectories_create(&one, &state->field, 1, &how) : ONS_MEMORY;
    for (size_t k = 0; status == ONS_OK && k < made->count; k++) {
        times[k] = ons_real(p, "transient") + made->interval * (double)k;
    }
    if (status == ONS_OK) {
        ons_trajectories_set(one, 0, 0, x, 0);
        status = ons_trajectories_sample(one, times, made->count, made->points);
    }
    free(times);
    ons_trajectories_free(one);
    return status;
}

static ons_status make_orbit(const attractor_state *state, ons_context *context, orbit *made) {
    const ons_parameters *p = ons_context_parameters(context);
    const bool map = ons_choice(p, "evolution") == EVOLUTION_MAP;
    *made = (orbit){.n = state->field.dimension,
                    .count = (size_t)ons_integer(p, "points"),
                    .interval = map ? 1 : ons_real(p, "interval")};
    made->points = ONS_NEW(double, made->count * made->n);
    made->series = ONS_NEW(double, made->count);
    double *x = ONS_NEW(double, made->n);
    ons_status status = made->points && made->series && x ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) {
        place(state, context, x);
        status = map ? iterate_map(state, ons_real(p, "transient"), x, made) : integrate_flow(state, p, x, made);
    }
    free(x);
    for (size_t k = 0; status == ONS_OK && k < made->count * made->n; k++) {
        if (!isfinite(made->points[k])) {
            status = ons_fail(ONS_FAILED,
                              "the trajectory does not stay finite: variable %s is lost at time %g (another start, "
                              "or a smaller spread?)",
                              ons_flow_variable(state->equations.flow, k % made->n),
                              ons_real(p, "transient") + made->interval * (double)(k - k % made->n) / (double)made->n);
        }
    }
    return status;
}

/* ---- what it tells --------------------------------------------------------------------------------------------------
 */

static void row(ons_context *context, size_t observable, double first, double second) {
    const ons_cell cells[] = {{.number = first}, {.number = second}};
    ons_row(context, observable, 0, cells);
}

static void take_variable(orbit *all, size_t variable) {
    for (size_t k = 0; k < all->count; k++) { all->series[k] = all->points[k * all->n + variable]; }
}

/* The series and its period: of the variable asked for, or of that whose strongest peak holds most of its variance. */
static ons_status choose_series(orbit *all, size_t asked, ons_period *best) {
    size_t chosen = asked > 0 ? asked - 1 : 0;
    ons_status status = ONS_OK;
    *best = (ons_period){.period = NAN, .power = -1};
    for (size_t i = 0; status == ONS_OK && i < all->n; i++) {
        if (asked > 0 && i != chosen) { continue; }
        ons_period found;
        take_variable(all, i);
        status = ons_dominant_period(all->series, all->count, 0, 0, 1, &found);
        const bool better = isfinite(found.period) > isfinite(best->period) ||
                            (isfinite(found.period) == isfinite(best->period) && found.power > best->power);
        if (better) {
            *best = found;
            chosen = i;
        }
    }
    take_variable(all, chosen);
    return status;
}

/* In samples; NaN: none. */
static ons_status tell_period(orbit *all, ons_context *context, double *period) {
    ons_period found;
    ons_status status = choose_series(all, (size_t)ons_integer(ons_context_parameters(context), "variable"), &found);
    const size_t segment = all->count / 8 * 2;
    double *power = ONS_NEW(double, segment / 2 + 1);
    if (status == ONS_OK && !power) { status = ONS_MEMORY; }
    if (status == ONS_OK) { status = ons_periodogram(all->series, all->count, segment, power); }
    for (size_t k = 0; status == ONS_OK && k <= segment / 2; k++) {
        row(context, SPECTRUM, (double)k / ((double)segment * all->interval), power[k]);
    }
    free(power);
    *period = found.period;
    if (status == ONS_OK && isfinite(*period)) { ons_value(context, PERIOD, 0, 0, *period * all->interval, NAN); }
    return status;
}

static ons_status tell_dimensions(const orbit *all, ons_context *context, size_t theiler) {
    ons_correlation found;
    const ons_correlation_options how = {.theiler = theiler};
    const ons_status status = ons_correlation_dimension(all->points, all->count, all->n, &how, &found);
    if (status != ONS_OK) { return status; }
    ons_value(context, SLOPE, 0, 0, found.slope, found.error);
    ons_value(context, TAIL, 0, 0, found.percentile, NAN);
    for (size_t k = 0; k < found.radii; k++) { row(context, SUMS, found.radius[k], found.sum[k]); }
    return ONS_OK;
}

static ons_status tell_growth(const orbit *all, ons_context *context, size_t theiler, size_t steps) {
    double *curve = ONS_NEW(double, steps + 1);
    if (!curve) { return ONS_MEMORY; }
    ons_divergence found;
    const ons_divergence_options how = {.theiler = theiler, .steps = steps};
    ons_status status = ons_rosenstein(all->points, all->count, all->n, &how, curve, &found);
    if (status == ONS_INVALID) {
        status = ONS_OK; /* neighbours are lost from one sample to the next: there is no growth to fit */
    } else if (status == ONS_OK) {
        ons_value(context, EXPONENT, 0, 0, found.exponent / all->interval, found.error / all->interval);
        for (size_t k = 0; k <= steps; k++) { row(context, GROWTH, (double)k * all->interval, curve[k]); }
    }
    free(curve);
    return status;
}

static ons_status tell_order(const orbit *all, ons_context *context, size_t theiler, size_t lag) {
    double entropy, scaled[SCALES];
    ons_recurrence lines;
    const ons_recurrence_options how = {.theiler = theiler};
    const size_t few = all->count < RECURRENCE_POINTS ? all->count : RECURRENCE_POINTS,
                 some = all->count < ENTROPY_POINTS ? all->count : ENTROPY_POINTS;
    ons_status status = ons_permutation_entropy(all->series, all->count, 5, lag, &entropy);
    if (status == ONS_OK) { status = ons_recurrence_lines(all->points, few, all->n, &how, &lines); }
    if (status == ONS_OK) { status = ons_multiscale_entropy(all->series, some, 2, 0.15, SCALES, scaled); }
    if (status != ONS_OK) { return status; }
    ons_value(context, PERMUTATION, 0, 0, entropy, NAN);
    ons_value(context, DETERMINISM, 0, 0, lines.determinism, NAN);
    ons_value(context, RADIUS, 0, 0, lines.radius, NAN);
    for (size_t k = 0; k < SCALES; k++) { row(context, SCALED, (double)k + 1, scaled[k]); }
    return ONS_OK;
}

/* Sizes in samples that follow from the period. */
static void choose_sizes(const orbit *all, const ons_parameters *p, double period, size_t *theiler, size_t *steps,
                         size_t *lag) {
    const bool flow = ons_choice(p, "evolution") == EVOLUTION_FLOW;
    const double turn = flow && isfinite(period) ? fmin(period, (double)all->count / 40) : 1;
    const double follow = ons_real(p, "follow") / all->interval;
    const double wanted = follow > 0 ? follow : flow && isfinite(period) ? 5 * turn : 12;
    *theiler = ons_integer(p, "theiler") > 0 ? (size_t)ons_integer(p, "theiler") : (size_t)ceil(turn);
    *steps = (size_t)fmax(4, fmin(ceil(wanted), (double)all->count / 4));
    *lag = flow ? (size_t)fmax(1, round(turn / 8)) : 1;
    if (*theiler > RECURRENCE_POINTS / 4) { *theiler = RECURRENCE_POINTS / 4; }
}

static ons_status advance(void *memory, ons_context *context) {
    attractor_state *state = memory;
    if (state->finished) { return ONS_DONE; }
    const ons_parameters *p = ons_context_parameters(context);
    orbit all;
    double period = NAN;
    size_t theiler = 1, steps = 4, lag = 1;
    ons_status status = make_orbit(state, context, &all);
    if (status == ONS_OK) { status = tell_period(&all, context, &period); }
    if (status == ONS_OK) {
        choose_sizes(&all, p, period, &theiler, &steps, &lag);
        status = tell_dimensions(&all, context, theiler);
    }
    if (status == ONS_OK) { status = tell_growth(&all, context, theiler, steps); }
    if (status == ONS_OK) { status = tell_order(&all, context, theiler, lag); }
    free(all.points);
    free(all.series);
    state->finished = status == ONS_OK;
    return status == ONS_OK ? ONS_DONE : status;
}

static ons_status persist(void *memory, ons_part *part) {
    attractor_state *state = memory;
    return ons_persist(part, "finished", ONS_U64, &state->finished, 1);
}

extern const ons_system ons_system_attractor;
const ons_system ons_system_attractor = {
    .abi = ONS_ABI,
    .version = 2,
    .name = "attractor",
    .summary = "dimensions, exponent, period and entropies of your own flow or map, from its data alone",
    .details = ATTRACTOR_DETAILS,
    .step = "the whole trajectory; it ends by itself",
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 1, .every = "1", .replicas = 8},
    .state_size = sizeof(attractor_state),
    .check = check,
    .create = create,
    .advance = advance,
    .persist = persist,
    .destroy = destroy,
};

/*
 * leslie: populations in age classes, alone, as predator and prey, as competitors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics.h>
#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "One population is a vector of age classes n(t+1) = L n(t): fecundities in the first row of L, survivals below "
    "its\n"
    "diagonal (Leslie 1945). Two are coupled by matrices B and C:\n"
    "\n"
    "    predation    x(t+1) = A x - B y,   y(t+1) = D y + C x     (y eats x)\n"
    "    competition  x(t+1) = A x - B y,   y(t+1) = D y - C x\n"
    "    complex      v = x + i y,  v(t+1) = (A + i B) v\n"
    "\n"
    "form=saturating divides A x by 1 + crowding[0] X + crowding[1] Y and D y by 1 + crowding[2] X + crowding[3] Y "
    "with\n"
    "the totals X, Y (under predation y is multiplied by 1 + crowding[2] X instead), without B and C.\n"
    "A population whose total is no longer positive is extinct: all its classes are 0 for ever. Single classes may be\n"
    "negative in the linear form. The sign rule of linear competition: the dominant eigenvalue of M = [[A,-B],[-C,D]] "
    "is\n"
    "real, and the left eigenvector w with a positive first part tells by the sign of w z(0) who is left.\n"
    "\n"
    "P. H. Leslie, Biometrika 33, 183 (1945). Gilman, Miller, Son, Waheed and Wang, arXiv:2412.19831 (2024): "
    "equations\n"
    "of pairs read off its abstract.\n";

#define PAIR "relation=predation|competition"
static const ons_parameter parameters[] = {
    {"relation", ONS_CHOICE, 0, "competition", "alone|predation|competition|complex", NULL, NULL, NULL,
     "what the second population is to the first"},
    {"form", ONS_CHOICE, 0, "linear", "linear|saturating", NULL, NULL, NULL, "with or without limits to growth"},
    {"fecundity", ONS_REAL, ONS_ARRAY, "[0.6,1.1]", NULL, "[0, inf)", NULL, NULL, "of the classes of the first"},
    {"survival", ONS_REAL, ONS_ARRAY, "0.5", NULL, "[0, 1]", NULL, NULL, "to the next class, one fewer than classes"},
    {"staying", ONS_REAL, 0, "0.2", NULL, "[0, 1]", NULL, NULL, "part of the last class that survives within it"},
    {"second_fecundity", ONS_REAL, ONS_ARRAY, "[0.5,1]", NULL, "[0, inf)", PAIR, NULL, "of the second"},
    {"second_survival", ONS_REAL, ONS_ARRAY, "0.4", NULL, "[0, 1]", PAIR, NULL, "of the second"},
    {"second_staying", ONS_REAL, 0, "0.3", NULL, "[0, 1]", PAIR, NULL, "of the second"},
    {"on_first", ONS_REAL, ONS_ARRAY, "0.05", NULL, "[0, inf)", NULL, NULL,
     "B: one number for all elements, or classes x classes row by row"},
    {"on_second", ONS_REAL, ONS_ARRAY, "0.08", NULL, "[0, inf)", PAIR, NULL, "C: the same"},
    {"crowding", ONS_REAL, ONS_ARRAY, "[0.01,0.01,0.01,0.01]", NULL, "[0, inf)", "form=saturating", NULL,
     "of the first by itself and the second, of the second by the first and itself; alone: one number"},
    {"initial", ONS_REAL, ONS_ARRAY, "1", NULL, "[0, inf)", NULL, NULL,
     "classes of the first at the start, or one "
     "number for all"},
    {"second_initial", ONS_REAL, ONS_ARRAY, "1", NULL, "[0, inf)", "relation=predation|competition|complex", NULL,
     "of the second"},
    {.name = NULL}};

/* clang-format off */
enum { TOTAL, TOTAL_SECOND, CLASSES, GROWTH, GROWTH_IMAGINARY, ROOT, ROOT_SECOND, AGES, THRESHOLD, PREDICTED, SURVIVOR,
       EXTINCTION, OBSERVABLES };
/* clang-format on */
static const ons_observable observables[] = {
    [TOTAL] = {"total", ONS_SERIES, 0, NULL, NULL, NULL, "X, all classes of the first"},
    [TOTAL_SECOND] = {"total_second", ONS_SERIES, 0, NULL, NULL, NULL, "Y, all classes of the second"},
    [CLASSES] = {"classes", ONS_SERIES, 0, NULL, NULL, NULL, "classes of the first, then of the second"},
    [GROWTH] = {"growth", ONS_VALUE, 0, NULL, NULL, NULL, "eigenvalue of largest modulus of the whole matrix per step"},
    [GROWTH_IMAGINARY] = {"growth_imaginary", ONS_VALUE, 0, NULL, NULL, NULL, "its imaginary part: oscillations"},
    [ROOT] = {"growth_first", ONS_VALUE, 0, NULL, NULL, NULL,
              "of the first without the second: root of Euler and "
              "Lotka"},
    [ROOT_SECOND] = {"growth_second", ONS_VALUE, 0, NULL, NULL, NULL, "of the second without the first"},
    [AGES] = {"stable_ages", ONS_VALUE, 0, NULL, NULL, NULL,
              "the eigenvector of that eigenvalue, moduli with sum 1 (real eigenvalue: signs as they are)"},
    [THRESHOLD] = {"threshold", ONS_VALUE, 0, NULL, NULL, NULL, "w z(0)/(|w||z(0)|): positive, the first survives"},
    [PREDICTED] = {"predicted_survivor", ONS_VALUE, 0, NULL, NULL, NULL, "1 or 2, by the sign rule"},
    [SURVIVOR] = {"survivor", ONS_VALUE, 0, NULL, NULL, NULL, "1 or 2; 3: both so far; 0: none"},
    [EXTINCTION] = {"extinction_time", ONS_VALUE, 0, NULL, NULL, "steps", "of the first extinction; 0: none so far"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- matrices -------------------------------------------------------------------------------------------------------
 */

typedef struct leslie_state {
    ons_leslie model;
    double *numbers; /* A, D, B, C, then z and scratch */
    double *z, *scratch;
    size_t size;
    uint64_t time, extinction;
    uint32_t extinct;
    ons_leslie_fate fate;
    double root[2], *ages; /* [size] */
} leslie_state;

/* One number for all, or `count` of them. */
static ons_status spread(const ons_parameters *p, const char *name, size_t count, double *to) {
    size_t given;
    const double *values = ons_reals(p, name, &given);
    if (given != 1 && given != count) {
        return ons_fail(ONS_INVALID, "%s takes one number or %zu, not %zu", name, count, given);
    }
    for (size_t i = 0; i < count; i++) { to[i] = values[given == 1 ? 0 : i]; }
    return ONS_OK;
}

static ons_status leslie_matrix(const ons_parameters *p, const char *fecundity, const char *survival,
                                const char *staying, size_t classes, double *matrix, double *root) {
    size_t fecundities, survivals;
    const double *f = ons_reals(p, fecundity, &fecundities), *s = ons_reals(p, survival, &survivals);
    const double stays = ons_real(p, staying);
    if (fecundities != classes) {
        return ons_fail(ONS_INVALID, "%s has %zu numbers, but there are %zu age classes", fecundity, fecundities,
                        classes);
    }
    if (survivals + 1 != classes && !(classes == 1 && survivals == 1)) {
        return ons_fail(ONS_INVALID, "%s has %zu numbers: %zu age classes have %zu survivals", survival, survivals,
                        classes, classes - 1);
    }
    const ons_status status = ons_leslie_matrix(classes, f, s, stays, matrix);
    return status == ONS_OK ? ons_leslie_root(classes, f, s, stays, root) : status;
}

static ons_status read_crowding(const ons_parameters *p, ons_leslie *model) {
    if (model->form != ONS_LESLIE_SATURATING) { return ONS_OK; }
    size_t count;
    const double *crowding = ons_reals(p, "crowding", &count);
    const bool alone = model->relation == ONS_LESLIE_ALONE;
    if (count != 4 && !(alone && count == 1)) {
        return ons_fail(ONS_INVALID, "crowding takes 4 numbers%s, not %zu", alone ? " or one" : "", count);
    }
    memcpy(model->crowding, crowding, count * sizeof *crowding);
    return ONS_OK;
}

static ons_status read_pair(const ons_parameters *p, leslie_state *made, double *numbers) {
    const size_t m = made->model.classes, square = m * m;
    const bool turns = made->model.relation == ONS_LESLIE_COMPLEX, two = made->size > m;
    ons_status status = leslie_matrix(p, "fecundity", "survival", "staying", m, numbers, &made->root[0]);
    if (status == ONS_OK && two && !turns) {
        status = leslie_matrix(p, "second_fecundity", "second_survival", "second_staying", m, numbers + square,
                               &made->root[1]);
    }
    if (status == ONS_OK) { status = spread(p, "on_first", square, numbers + 2 * square); }
    if (status == ONS_OK && two && !turns) { status = spread(p, "on_second", square, numbers + 3 * square); }
    if (status == ONS_OK) { status = spread(p, "initial", m, made->z); }
    if (status == ONS_OK && two) { status = spread(p, "second_initial", m, made->z + m); }
    return status == ONS_OK ? read_crowding(p, &made->model) : status;
}

static ons_status leslie_open(leslie_state *made, const ons_parameters *p) {
    size_t m;
    (void)ons_reals(p, "fecundity", &m);
    if (m > ONS_LESLIE_CLASSES) {
        return ons_fail(ONS_INVALID, "at most %d age classes are possible, not %zu", ONS_LESLIE_CLASSES, m);
    }
    made->model = (ons_leslie){.relation = (ons_leslie_relation)ons_choice(p, "relation"),
                               .form = (ons_leslie_form)ons_choice(p, "form"),
                               .classes = m};
    if (made->model.relation == ONS_LESLIE_COMPLEX && made->model.form == ONS_LESLIE_SATURATING) {
        return ons_fail(ONS_INVALID, "relation=complex is linear: it has no form=saturating");
    }
    made->size = ons_leslie_size(&made->model);
    made->numbers = ONS_NEW(double, 4 * m * m + 3 * made->size);
    if (!made->numbers) { return ONS_MEMORY; }
    made->z = made->numbers + 4 * m * m;
    made->scratch = made->z + made->size;
    made->ages = made->scratch + made->size;
    made->model.first = made->numbers;
    made->model.second = made->numbers + m * m;
    made->model.on_first = made->numbers + 2 * m * m;
    made->model.on_second = made->numbers + 3 * m * m;
    return read_pair(p, made, made->numbers);
}

/* ---- check ----------------------------------------------------------------------------------------------------------
 */

static void omit(const leslie_state *state, ons_plan *plan) {
    const bool two = state->size > state->model.classes, turns = state->model.relation == ONS_LESLIE_COMPLEX;
    if (!two) { ons_plan_omit(plan, "total_second"); }
    if (!two || turns) { ons_plan_omit(plan, "growth_second"); }
    if (!two || turns) {
        ons_plan_omit(plan, "survivor");
        ons_plan_omit(plan, "extinction_time");
    }
    if (state->model.relation != ONS_LESLIE_COMPETITION || state->model.form != ONS_LESLIE_LINEAR) {
        ons_plan_omit(plan, "threshold");
        ons_plan_omit(plan, "predicted_survivor");
    }
    if (state->model.form == ONS_LESLIE_SATURATING) {
        ons_plan_omit(plan, "growth");
        ons_plan_omit(plan, "growth_imaginary");
        ons_plan_omit(plan, "stable_ages");
    }
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    leslie_state state = {0};
    const ons_status status = leslie_open(&state, p);
    if (status == ONS_OK) {
        ons_plan_shape(plan, CLASSES, 1, &state.size);
        ons_plan_shape(plan, AGES, 1, &state.size);
        omit(&state, plan);
        ons_plan_bytes(plan, 1e4 + 64.0 * (double)(state.size * state.size));
    }
    free(state.numbers);
    return status;
}

/* ---- the state ------------------------------------------------------------------------------------------------------
 */

static ons_status find_ages(leslie_state *made) {
    const size_t n = made->size;
    double *matrix = ONS_NEW(double, n *n), sum = 0;
    ons_eigenpair pair = {0};
    if (!matrix) { return ONS_MEMORY; }
    ons_leslie_whole(&made->model, matrix);
    const ons_status status = ons_dominant(n, matrix, ONS_DOMINANT_MODULUS, &pair);
    for (size_t i = 0; status == ONS_OK && i < n; i++) { sum += hypot(pair.right[2 * i], pair.right[2 * i + 1]); }
    double first = 0;
    for (size_t i = 0; status == ONS_OK && i < made->model.classes; i++) { first += pair.right[2 * i]; }
    for (size_t i = 0; status == ONS_OK && i < n; i++) {
        const double x = pair.right[2 * i], y = pair.right[2 * i + 1];
        made->ages[i] = pair.value[1] != 0 ? hypot(x, y) / sum : (first < 0 ? -x : x) / sum;
    }
    ons_eigenpair_free(&pair);
    free(matrix);
    return status;
}

static ons_status create(void *memory, ons_context *context) {
    leslie_state *made = memory;
    ons_status status = leslie_open(made, ons_context_parameters(context));
    if (status == ONS_OK) { status = ons_leslie_judge(&made->model, made->z, 0, &made->fate); }
    return status == ONS_OK ? find_ages(made) : status;
}

static ons_status advance(void *memory, ons_context *context) {
    leslie_state *state = memory;
    unsigned extinct = state->extinct;
    (void)context;
    ons_leslie_step(&state->model, state->z, &extinct, state->scratch);
    state->time++;
    if (extinct && !state->extinction) { state->extinction = state->time; }
    state->extinct = extinct;
    for (size_t i = 0; i < state->size; i++) {
        if (!isfinite(state->z[i])) {
            return ons_fail(ONS_FAILED,
                            "the populations leave the range of numbers at step %llu: they grow by %g a step",
                            (unsigned long long)state->time, hypot(state->fate.growth, state->fate.imaginary));
        }
    }
    return ONS_OK;
}

static double total(const double *z, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) { sum += z[i]; }
    return sum;
}

static ons_status measure(const void *memory, ons_context *context) {
    const leslie_state *state = memory;
    const size_t m = state->model.classes;
    const bool two = state->size > m, turns = state->model.relation == ONS_LESLIE_COMPLEX;
    ons_measure(context, TOTAL, 0, total(state->z, m));
    if (two) { ons_measure(context, TOTAL_SECOND, 0, total(state->z + m, m)); }
    ons_measure_array(context, CLASSES, 0, state->z);
    ons_value(context, ROOT, 0, 0, state->root[0], -1);
    if (two && !turns) {
        ons_value(context, ROOT_SECOND, 0, 0, state->root[1], -1);
        ons_value(context, SURVIVOR, 0, 0, (double)(3 & ~state->extinct), -1);
        ons_value(context, EXTINCTION, 0, 0, (double)state->extinction, -1);
    }
    if (state->model.form == ONS_LESLIE_SATURATING) { return ONS_OK; }
    ons_value(context, GROWTH, 0, 0, state->fate.growth, -1);
    ons_value(context, GROWTH_IMAGINARY, 0, 0, state->fate.imaginary, -1);
    for (size_t i = 0; i < state->size; i++) { ons_value(context, AGES, 0, i, state->ages[i], -1); }
    if (state->model.relation == ONS_LESLIE_COMPETITION) {
        ons_value(context, THRESHOLD, 0, 0, state->fate.threshold, -1);
        ons_value(context, PREDICTED, 0, 0, state->fate.predicted + 1, -1);
    }
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    leslie_state *state = memory;
    ons_status status = ons_persist_configuration(part, "z", ONS_F64, state->z, 1, &state->size);
    if (status == ONS_OK) { status = ons_persist(part, "time", ONS_U64, &state->time, 1); }
    if (status == ONS_OK) { status = ons_persist(part, "extinction", ONS_U64, &state->extinction, 1); }
    return status == ONS_OK ? ons_persist(part, "extinct", ONS_U32, &state->extinct, 1) : status;
}

static void destroy(void *memory) {
    leslie_state *state = memory;
    free(state->numbers);
}

extern const ons_system ons_system_leslie;
const ons_system ons_system_leslie = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "leslie",
    .summary = "populations in age classes: alone, predator and prey, competitors, and who is left",
    .details = details,
    .step = "1 step of the matrix",
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 50, .warmup = "0", .every = "1", .replicas = 1},
    .state_size = sizeof(leslie_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .destroy = destroy,
};

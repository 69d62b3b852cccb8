/*
 * maximum-entropy: the distribution over finitely many states that has given averages and says nothing else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "entropy_data.h"

#include <onsager/learning/maximum_entropy.h>
#include <onsager/system.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "`variables` numbers x1 .. xn, each one of `values`, are a state; x is x1. Of all distributions p over these "
    "states\n"
    "with <f_k> = c_k the one of maximum entropy relative to the prior q is\n"
    "\n"
    "    p(x) = q(x) exp(sum_k lambda_k f_k(x)) / Z,\n"
    "\n"
    "lambda minimises the convex ln Z(lambda) - sum_k lambda_k c_k. The sign is exp(+ lambda f), the prior adds up to "
    "1,\n"
    "entropies are in nats. Derivatives of ln Z are the averages, second derivatives the covariance. `features` are\n"
    "formulas separated by semicolons (means: `x1; x2`, correlations: `x1*x2`), `averages` their averages, one each.\n"
    "\n"
    "Averages that no distribution has, or only one that forbids states (infinite multipliers), are refused, with the "
    "feature\n"
    "or with the certificate; a feature that is a linear combination of earlier ones is redundant: its multiplier is 0 "
    "when its\n"
    "average agrees with theirs, else it is refused.\n"
    "\n"
    "Errors of the averages (`errors`, or the scatter of the observations of a file, taken as independent) become "
    "those "
    "of the\n"
    "multipliers: C^-1 noise C^-1 with C the covariance of the solution.\n"
    "\n"
    "E. T. Jaynes, Phys. Rev. 106, 620 (1957). The standard values are his die: six faces with mean 4.5.\n";

enum { MOST_VARIABLES = 16, MOST_FEATURES = 200 };

static const ons_parameter parameters[] = {
    {"variables", ONS_INTEGER, 0, "1", NULL, "[1, 16]", NULL, NULL, "n: numbers that make a state"},
    {"values", ONS_REAL, ONS_ARRAY, "[1,2,3,4,5,6]", NULL, NULL, NULL, NULL,
     "what each of them can be: [1,2,3], [-1,1], [0:1:0.01]"},
    {"features", ONS_TEXT, 0, "x", NULL, NULL, NULL, NULL,
     "formulas in x1 .. xn (x is x1), separated by semicolons: 'x1; x2; x1*x2'"},
    {"data", ONS_CHOICE, ONS_OR_FILE, "given", "given", NULL, NULL, NULL,
     "where the averages are from: `averages`, or a file of observations, a line of x1 .. xn each"},
    {"averages", ONS_REAL, ONS_ARRAY, "[4.5]", NULL, NULL, "data=given", NULL, "the average of each feature"},
    {"errors", ONS_REAL, ONS_ARRAY, "[0]", NULL, "[0, inf)", "data=given", NULL,
     "standard errors of the averages (independent): one number or one each"},
    {"prior", ONS_FORMULA, 0, "1", NULL, NULL, NULL, NULL, "q(x), up to a factor; not negative: 'exp(-x^2/2)'"},
    {.name = NULL}};

enum {
    MULTIPLIER,
    AVERAGE,
    REDUNDANT,
    COVARIANCE,
    PROBABILITY,
    LOG_PARTITION,
    ENTROPY,
    DIVERGENCE,
    RESIDUAL,
    STEPS,
    LEVELS
};

static const ons_observable observables[] = {
    [MULTIPLIER] = {"multiplier", ONS_VALUE, 0, NULL, NULL, NULL, "lambda_k"},
    [AVERAGE] = {"average", ONS_VALUE, 0, NULL, NULL, NULL, "<f_k> of the solution"},
    [REDUNDANT] = {"redundant", ONS_VALUE, 0, NULL, NULL, NULL, "1: earlier features say it already"},
    [COVARIANCE] = {"covariance", ONS_VALUE, 0, NULL, NULL, NULL, "<f_k f_l> - <f_k><f_l> = d <f_k> / d lambda_l"},
    [PROBABILITY] = {"probability", ONS_VALUE, 0, NULL, NULL, NULL, "p of every state; the last variable runs fastest"},
    [LOG_PARTITION] = {"log_partition", ONS_VALUE, 0, NULL, NULL, NULL, "ln Z"},
    [ENTROPY] = {"entropy", ONS_VALUE, 0, NULL, NULL, "nat", "- sum p ln p"},
    [DIVERGENCE] = {"divergence", ONS_VALUE, 0, NULL, NULL, "nat", "sum p ln(p/q): what the averages have told"},
    [RESIDUAL] = {"residual", ONS_VALUE, 0, NULL, NULL, NULL,
                  "largest |<f_k> - c_k| in an orthonormal basis of the features"},
    [STEPS] = {"steps_taken", ONS_VALUE, 0, NULL, NULL, NULL, "steps of Newton's method"},
    [LEVELS] = {"levels", ONS_TABLE, 0, NULL, "constraints, added:text, entropy, divergence, gain", NULL,
                "with the first k features alone: entropies, and the information that the k-th has added"},
    {.name = NULL}};

/* ---- the problem that is asked --------------------------------------------------------------------------------- */

typedef struct asked {
    size_t states, variables, features;
    char *text;                       /* the features, cut at the semicolons */
    const char *names[MOST_FEATURES]; /* within text */
    double *log_prior, *feature;      /* [states], [features][states] */
    double *averages, *noise;         /* [features], and their covariance */
    double *feature_sum;              /* [features] */
} asked;

static void release(asked *a) {
    free(a->text);
    free(a->log_prior);
    free(a->feature);
    free(a->averages);
    free(a->noise);
    *a = (asked){0};
}

static char *trim(char *word) {
    while (*word == ' ') { word++; }
    size_t length = strlen(word);
    while (length > 0 && word[length - 1] == ' ') { word[--length] = 0; }
    return word;
}

static ons_status cut(asked *a, const char *text) {
    a->text = ons_copy(text);
    if (!a->text) { return ONS_MEMORY; }
    for (char *at = a->text; at;) {
        char *end = strchr(at, ';');
        if (end) { *end = 0; }
        char *word = trim(at);
        if (!*word && (end || a->features == 0)) {
            return ons_fail(ONS_INVALID, "features: formula %zu of '%s' is empty", a->features + 1, text);
        }
        if (*word && a->features == MOST_FEATURES) {
            return ons_fail(ONS_INVALID, "features: more than %d formulas", MOST_FEATURES);
        }
        if (*word) { a->names[a->features++] = word; }
        at = end ? end + 1 : NULL;
    }
    return ONS_OK;
}

/* The variable of a name: x, x1 .. */
static ons_status find_variable(const asked *a, const char *what, const char *name, size_t *variable) {
    char candidates[MOST_VARIABLES + 1][8];
    const char *names[MOST_VARIABLES + 1];
    for (size_t k = 0; k <= a->variables; k++) {
        snprintf(candidates[k], sizeof candidates[k], k ? "x%zu" : "x", k);
        names[k] = candidates[k];
        if (strcmp(name, names[k]) == 0) {
            *variable = k ? k - 1 : 0;
            return ONS_OK;
        }
    }
    const char *near = ons_nearest(name, names, a->variables + 1);
    return ons_fail(ONS_INVALID, "%s: there is no variable '%s' in x1 .. x%zu; did you mean '%s'?", what, name,
                    a->variables, near ? near : "x1");
}

/* A formula with the variable of each of its names. */
typedef struct formula {
    const ons_expression *expression;
    size_t names, variable[64];
} formula;

static ons_status bind(const asked *a, const char *what, const ons_expression *expression, formula *f) {
    *f = (formula){.expression = expression, .names = ons_expression_name_count(expression)};
    if (f->names > 64) { return ons_fail(ONS_INVALID, "%s: more than 64 names", what); }
    for (size_t k = 0; k < f->names; k++) {
        const ons_status status = find_variable(a, what, ons_expression_name(expression, k), &f->variable[k]);
        if (status) { return status; }
    }
    return ONS_OK;
}

static double value_of(const formula *f, const double *x) {
    double arguments[64];
    for (size_t k = 0; k < f->names; k++) { arguments[k] = x[f->variable[k]]; }
    return ons_expression_value(f->expression, arguments);
}

/* The values of a formula in all states. */
static void evaluate(const asked *a, const formula *f, const double *values, size_t count, double *result) {
    size_t digit[MOST_VARIABLES] = {0};
    double x[MOST_VARIABLES] = {0};
    for (size_t state = 0; state < a->states; state++) {
        for (size_t v = 0; v < a->variables; v++) { x[v] = values[digit[v]]; }
        result[state] = value_of(f, x);
        for (size_t v = a->variables; v-- > 0 && ++digit[v] == count;) { digit[v] = 0; }
    }
}

static ons_status evaluate_prior(asked *a, const ons_expression *prior, const double *values, size_t count) {
    formula f;
    ons_status status = bind(a, "prior", prior, &f);
    if (!status) { evaluate(a, &f, values, count, a->log_prior); }
    for (size_t x = 0; x < a->states && !status; x++) {
        if (!(a->log_prior[x] >= 0 && isfinite(a->log_prior[x]))) {
            return ons_fail(ONS_INVALID, "prior: it is %g in state %zu; expected a finite number of at least 0",
                            a->log_prior[x], x + 1);
        }
        a->log_prior[x] = log(a->log_prior[x]);
    }
    return status;
}

static bool is_given(const ons_parameters *p) { return ons_choice(p, "data") == 0; }

static ons_status take_averages(asked *a, const ons_parameters *p) {
    size_t averages, errors;
    const double *average = ons_reals(p, "averages", &averages), *error = ons_reals(p, "errors", &errors);
    if (averages != a->features) {
        return ons_fail(ONS_INVALID, "averages: %zu numbers for %zu features", averages, a->features);
    }
    if (errors != 1 && errors != a->features) {
        return ons_fail(ONS_INVALID, "errors: %zu numbers for %zu features; expected one, or one each", errors,
                        a->features);
    }
    for (size_t k = 0; k < a->features; k++) {
        a->averages[k] = average[k];
        a->noise[k * a->features + k] = error[k % errors] * error[k % errors];
    }
    return ONS_OK;
}

/* Means of the features over the observations, and the covariance of these means. */
static ons_status measure_averages(asked *a, const ons_parameters *p, const formula *formulas) {
    entropy_data data;
    ons_status status = entropy_data_read(ons_string(p, "data"), a->variables, &data);
    if (status) { return status; }
    const size_t k = a->features;
    double row[MOST_FEATURES];
    for (size_t b = 0; b < data.rows; b++) {
        const double *x = data.values + b * a->variables;
        for (size_t i = 0; i < k; i++) { a->feature_sum[i] += value_of(&formulas[i], x); }
    }
    for (size_t i = 0; i < k; i++) { a->averages[i] = a->feature_sum[i] / (double)data.rows; }
    for (size_t b = 0; b < data.rows; b++) {
        const double *x = data.values + b * a->variables;
        for (size_t i = 0; i < k; i++) { row[i] = value_of(&formulas[i], x) - a->averages[i]; }
        for (size_t ij = 0; ij < k * k; ij++) { a->noise[ij] += row[ij / k] * row[ij % k]; }
    }
    const double rows = (double)data.rows;
    for (size_t i = 0; i < k * k; i++) { a->noise[i] /= rows * fmax(1, rows - 1); }
    entropy_data_free(&data);
    return ONS_OK;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A state that stood twice would count twice: that is what a prior is for. */
static ons_status check_distinct(const double *values, size_t count) {
    double *sorted = ONS_NEW(double, count + 1);
    if (!sorted) { return ONS_MEMORY; }
    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, ascending);
    ons_status status = ONS_OK;
    for (size_t i = 1; i < count && !status; i++) {
        if (sorted[i] == sorted[i - 1]) {
            status = ons_fail(ONS_INVALID,
                              "values: %g stands there twice; expected different numbers (a weight of "
                              "some belongs into `prior`)",
                              sorted[i]);
        }
    }
    free(sorted);
    return status;
}

static ons_status read_problem(asked *a, const ons_parameters *p) {
    size_t count;
    const double *values = ons_reals(p, "values", &count);
    a->variables = (size_t)ons_integer(p, "variables");
    ons_status status = check_distinct(values, count);
    if (!status) { status = cut(a, ons_string(p, "features")); }
    if (status) { return status; }
    const double states = pow((double)count, (double)a->variables);
    if (states * (double)a->features > 1e8 || states > 1e7) {
        return ons_fail(ONS_INVALID,
                        "%zu values of %zu variables are %.3g states; with %zu features at most %.3g are possible",
                        count, a->variables, states, a->features, fmin(1e7, 1e8 / (double)a->features));
    }
    a->states = (size_t)states;
    a->log_prior = ONS_NEW(double, a->states);
    a->feature = ONS_NEW(double, a->features * a->states);
    a->averages = ONS_NEW(double, 2 * a->features);
    a->noise = ONS_NEW(double, a->features * a->features);
    if (!a->log_prior || !a->feature || !a->averages || !a->noise) { return ONS_MEMORY; }
    a->feature_sum = a->averages + a->features;
    status = evaluate_prior(a, ons_formula(p, "prior"), values, count);
    ons_expression *expressions[MOST_FEATURES] = {NULL};
    formula formulas[MOST_FEATURES];
    for (size_t k = 0; k < a->features && !status; k++) {
        status = ons_expression_parse(&expressions[k], a->names[k]);
        if (status) { status = ons_fail(ONS_INVALID, "features: '%s': %s", a->names[k], ons_message()); }
        if (!status) { status = bind(a, "features", expressions[k], &formulas[k]); }
        if (!status) { evaluate(a, &formulas[k], values, count, a->feature + k * a->states); }
    }
    if (!status) { status = is_given(p) ? take_averages(a, p) : measure_averages(a, p, formulas); }
    for (size_t k = 0; k < a->features; k++) { ons_expression_free(expressions[k]); }
    return status;
}

static ons_status solve(const asked *a, size_t features, ons_maximum_entropy *solution) {
    return ons_maximum_entropy_solve(
        &(ons_maximum_entropy_problem){a->states, features, a->log_prior, a->feature, a->averages, a->names}, solution);
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    asked a = {0};
    ons_status status = read_problem(&a, p);
    if (!status && (double)a.states * (double)(a.features * a.features) <= 3e6) { /* some 0.1 s: say so at once */
        ons_maximum_entropy solution = {0};
        status = solve(&a, a.features, &solution);
        ons_maximum_entropy_free(&solution);
    }
    if (!status) {
        const size_t k = a.features, square[2] = {k, k};
        ons_plan_bytes(plan, 8.0 * (double)a.states * (2 * (double)k + 8));
        ons_plan_shape(plan, MULTIPLIER, 1, &k);
        ons_plan_shape(plan, AVERAGE, 1, &k);
        ons_plan_shape(plan, REDUNDANT, 1, &k);
        ons_plan_shape(plan, COVARIANCE, 2, square);
        if (a.states > 100000) {
            ons_plan_omit(plan, "probability");
            ons_plan_note(plan, "more than 100000 states: their probabilities are not stored");
        } else {
            ons_plan_shape(plan, PROBABILITY, 1, &a.states);
        }
    }
    release(&a);
    return status;
}

/* ---- the solution ---------------------------------------------------------------------------------------------- */

typedef struct entropy_state {
    uint64_t finished;
} entropy_state;

static ons_status create(void *state, ons_context *context) {
    (void)state;
    (void)context;
    return ONS_OK;
}

static void report(const ons_maximum_entropy *s, const double *error, ons_context *context) {
    const double values[] = {s->log_partition, s->entropy, s->divergence, s->residual, (double)s->steps};
    for (size_t k = 0; k < 5; k++) { ons_value(context, LOG_PARTITION + k, 0, 0, values[k], 0); }
    for (size_t k = 0; k < s->features; k++) {
        ons_value(context, MULTIPLIER, 0, k, s->multiplier[k], error[k]);
        ons_value(context, AVERAGE, 0, k, s->mean[k], 0);
        ons_value(context, REDUNDANT, 0, k, s->redundant[k], 0);
        for (size_t l = 0; l < s->features; l++) {
            ons_value(context, COVARIANCE, 0, k * s->features + l, s->covariance[k * s->features + l], 0);
        }
    }
    for (size_t x = 0; x < s->states && s->states <= 100000; x++) {
        ons_value(context, PROBABILITY, 0, x, s->probability[x], 0);
    }
}

static ons_status advance(void *memory, ons_context *context) {
    entropy_state *state = memory;
    if (state->finished) { return ONS_DONE; }
    asked a = {0};
    ons_maximum_entropy solution = {0};
    ons_status status = read_problem(&a, ons_context_parameters(context));
    double entropy[MOST_FEATURES + 1], divergence[MOST_FEATURES + 1];
    for (size_t k = 0; k <= a.features && !status; k++) {
        status = solve(&a, k, &solution);
        entropy[k] = solution.entropy;
        divergence[k] = solution.divergence;
        if (!status && ons_halted(context, (double)k, (double)a.features + 1)) { status = ONS_STOPPED; }
    }
    for (size_t k = 0; k <= a.features && !status; k++) {
        ons_row(context, LEVELS, 0,
                (ons_cell[]){{.number = (double)k},
                             {.text = k ? a.names[k - 1] : "prior"},
                             {.number = entropy[k]},
                             {.number = divergence[k]},
                             {.number = k ? divergence[k] - divergence[k - 1] : divergence[k]}});
    }
    double error[MOST_FEATURES];
    if (!status) { status = ons_maximum_entropy_errors(&solution, a.noise, error); }
    if (!status) { report(&solution, error, context); }
    ons_maximum_entropy_free(&solution);
    release(&a);
    state->finished = !status;
    return status ? status : ONS_DONE;
}

static ons_status persist(void *memory, ons_part *part) {
    entropy_state *state = memory;
    return ons_persist(part, "finished", ONS_U64, &state->finished, 1);
}

extern const ons_system ons_system_maximum_entropy;
const ons_system ons_system_maximum_entropy = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "maximum-entropy",
    .summary = "the distribution of maximum entropy with given averages of means, correlations or any formula",
    .details = details,
    .step = "the solution",
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 1, .replicas = 1},
    .state_size = sizeof(entropy_state),
    .check = check,
    .create = create,
    .advance = advance,
    .persist = persist,
};

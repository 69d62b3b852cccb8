/*
 * maximum-entropy: the distribution over finitely many states that has given averages and says nothing else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
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
    "E. T. Jaynes, Phys. Rev. 106, 620 (1957). The standard values are his die: six faces with mean 4.5.\n";

enum { MOST_VARIABLES = 16, MOST_FEATURES = 200 };

static const ons_parameter parameters[] = {
    {"variables", ONS_INTEGER, 0, "1", NULL, "[1, 16]", NULL, NULL, "n: numbers that make a state"},
    {"values", ONS_REAL, ONS_ARRAY, "[1,2,3,4,5,6]", NULL, NULL, NULL, NULL,
     "what each of them can be: [1,2,3], [-1,1], [0:1:0.01]"},
    {"features", ONS_TEXT, 0, "x", NULL, NULL, NULL, NULL,
     "formulas in x1 .. xn (x is x1), separated by semicolons: 'x1; x2; x1*x2'"},
    {"averages", ONS_REAL, ONS_ARRAY, "[4.5]", NULL, NULL, NULL, NULL, "the average of each feature"},
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
    const double *averages;
} asked;

static void release(asked *a) {
    free(a->text);
    free(a->log_prior);
    free(a->feature);
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

/* The values of a formula in all states. */
static ons_status evaluate(const asked *a, const char *what, const ons_expression *expression, const double *values,
                           size_t count, double *result) {
    const size_t names = ons_expression_name_count(expression);
    size_t variable[64], digit[MOST_VARIABLES] = {0};
    double arguments[64];
    if (names > 64) { return ons_fail(ONS_INVALID, "%s: more than 64 names", what); }
    for (size_t k = 0; k < names; k++) {
        const ons_status status = find_variable(a, what, ons_expression_name(expression, k), &variable[k]);
        if (status) { return status; }
    }
    for (size_t state = 0; state < a->states; state++) {
        for (size_t k = 0; k < names; k++) { arguments[k] = values[digit[variable[k]]]; }
        result[state] = ons_expression_value(expression, arguments);
        for (size_t v = a->variables; v-- > 0 && ++digit[v] == count;) { digit[v] = 0; }
    }
    return ONS_OK;
}

static ons_status evaluate_prior(asked *a, const ons_expression *prior, const double *values, size_t count) {
    ons_status status = evaluate(a, "prior", prior, values, count, a->log_prior);
    for (size_t x = 0; x < a->states && !status; x++) {
        if (!(a->log_prior[x] >= 0 && isfinite(a->log_prior[x]))) {
            return ons_fail(ONS_INVALID, "prior: it is %g in state %zu; expected a finite number of at least 0",
                            a->log_prior[x], x + 1);
        }
        a->log_prior[x] = log(a->log_prior[x]);
    }
    return status;
}

/* Formulas and sizes; the arrays are filled where `whole`. */
static ons_status read_problem(asked *a, const ons_parameters *p) {
    size_t count, averages;
    const double *values = ons_reals(p, "values", &count);
    a->averages = ons_reals(p, "averages", &averages);
    a->variables = (size_t)ons_integer(p, "variables");
    ons_status status = cut(a, ons_string(p, "features"));
    if (status) { return status; }
    if (averages != a->features) {
        return ons_fail(ONS_INVALID, "averages: %zu numbers for %zu features", averages, a->features);
    }
    const double states = pow((double)count, (double)a->variables);
    if (states * (double)a->features > 1e8 || states > 1e7) {
        return ons_fail(ONS_INVALID,
                        "%zu values of %zu variables are %.3g states; with %zu features at most %.3g are possible",
                        count, a->variables, states, a->features, fmin(1e7, 1e8 / (double)a->features));
    }
    a->states = (size_t)states;
    a->log_prior = ONS_NEW(double, a->states);
    a->feature = ONS_NEW(double, a->features * a->states);
    if (!a->log_prior || !a->feature) { return ONS_MEMORY; }
    status = evaluate_prior(a, ons_formula(p, "prior"), values, count);
    for (size_t k = 0; k < a->features && !status; k++) {
        ons_expression *expression = NULL;
        status = ons_expression_parse(&expression, a->names[k]);
        if (status) { return ons_fail(ONS_INVALID, "features: '%s': %s", a->names[k], ons_message()); }
        status = evaluate(a, "features", expression, values, count, a->feature + k * a->states);
        ons_expression_free(expression);
    }
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

static void report(const ons_maximum_entropy *s, ons_context *context) {
    const double values[] = {s->log_partition, s->entropy, s->divergence, s->residual, (double)s->steps};
    for (size_t k = 0; k < 5; k++) { ons_value(context, LOG_PARTITION + k, 0, 0, values[k], 0); }
    for (size_t k = 0; k < s->features; k++) {
        ons_value(context, MULTIPLIER, 0, k, s->multiplier[k], 0);
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
    double last = 0;
    for (size_t k = 0; k <= a.features && !status; k++) {
        status = solve(&a, k, &solution);
        if (status) { break; }
        ons_row(context, LEVELS, 0,
                (ons_cell[]){{.number = (double)k},
                             {.text = k ? a.names[k - 1] : "prior"},
                             {.number = solution.entropy},
                             {.number = solution.divergence},
                             {.number = solution.divergence - last}});
        last = solution.divergence;
    }
    if (!status) { report(&solution, context); }
    ons_maximum_entropy_free(&solution);
    release(&a);
    state->finished = 1;
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

/*
 * compartments: the user's own list of reactions as a system.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "outbreak_system.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "Means of compartments from one list of reactions, each `LEFT -> RIGHT : RATE`, separated by new lines or ';':\n"
    "\n"
    "    S + I -> 2 I : beta*S*I\n"
    "    I -> R : gamma*I\n"
    "    beta = 0.3; gamma = 0.1\n"
    "\n"
    "Coefficients are whole numbers, `0` is nothing. Rates are events per unit of time, formulas in species, "
    "parameters,\n"
    "the time t and quantities of their own lines (`N = S + I + R`). `NAME = NUMBER` is a parameter; `values` gives "
    "it\n"
    "another number, so that `values=\"beta=0.2\",\"beta=0.4\"` is a grid. `initial` has the numbers at the start, "
    "those\n"
    "not named are 0. The equations are x' = sum over reactions of (right - left) RATE, integrated by DOP853.\n"
    "\n"
    "With `infected` (names of the species that carry an infection): R0 and its elasticities from the next-generation\n"
    "matrix at the start without them, the early growth rate and mixture, and the end of the outbreak by the "
    "final-size\n"
    "law where it applies; `infected=none`: without.\n"
    "\n"
    "O. Diekmann, J. A. P. Heesterbeek and M. G. Roberts, J. R. Soc. Interface 7, 873 (2010). J. Arino et al., Math.\n"
    "Biosci. Eng. 4, 159 (2007).\n";

static const ons_parameter parameters[] = {
    {"reactions", ONS_TEXT, 0, "S + I -> 2 I : beta*S*I; I -> R : gamma*I; beta = 0.3; gamma = 0.1", NULL, NULL, NULL,
     NULL, "the list"},
    {"initial", ONS_TEXT, 0, "S=0.999 I=0.001", NULL, NULL, NULL, NULL, "numbers at the start: NAME=NUMBER ..."},
    {"infected", ONS_TEXT, 0, "I", NULL, NULL, NULL, NULL, "species that carry an infection, or none"},
    {"values", ONS_TEXT, 0, "none", NULL, NULL, NULL, NULL, "other numbers for parameters: NAME=NUMBER ..., or none"},
    {"tolerance", ONS_REAL, 0, "1e-11", NULL, "[1e-14, 1e-3]", NULL, NULL, "relative, of a step (DOP853)"},
    {.name = NULL}};

/* clang-format off */
enum { STATE, REPRODUCTION, GROWTH, FINAL, PEAK_TIME, PEAK_HEIGHT, SPECIES, ELASTICITIES, OBSERVABLES };
/* clang-format on */
static const ons_observable observables[] = {
    [STATE] = {"state", ONS_SERIES, 0, NULL, NULL, NULL, "numbers of the species, in the order of `species`"},
    [REPRODUCTION] = {"reproduction_number", ONS_VALUE, 0, NULL, NULL, NULL,
                      "R0, spectral radius of the next-generation matrix"},
    [GROWTH] = {"growth_rate", ONS_VALUE, 0, NULL, NULL, "1/time", "of the infected in the early phase"},
    [FINAL] = {"final", ONS_VALUE, 0, NULL, NULL, NULL, "the species after the outbreak, by the final-size law"},
    [PEAK_TIME] = {"peak_time", ONS_VALUE, 0, NULL, NULL, "time", "when the infected together were most so far"},
    [PEAK_HEIGHT] = {"peak_infected", ONS_VALUE, 0, NULL, NULL, NULL, "how many then"},
    [SPECIES] = {"species", ONS_TABLE, 0, NULL, "name:text, initial, early", NULL,
                 "the species: numbers at the start, parts of the infected in the early phase"},
    [ELASTICITIES] = {"elasticities", ONS_TABLE, 0, NULL, "parameter:text, elasticity", NULL,
                      "(p/R0) dR0/dp for every parameter p"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- words ----------------------------------------------------------------------------------------------------------
 */

#define GAPS " \t\r\n,;"

static bool is_none(const char *text) { return strcmp(text, "none") == 0 || !*(text + strspn(text, GAPS)); }

typedef ons_status (*word_function)(const ons_reactions *network, char *word, void *data);

/* Calls function for every word; blanks around '=' do not part words. */
static ons_status each_word(const char *text, const ons_reactions *network, word_function function, void *data) {
    ons_status status = ONS_OK;
    for (const char *at = text + strspn(text, GAPS); *at && status == ONS_OK && !is_none(text);) {
        size_t length = strcspn(at, GAPS);
        const size_t gap = strspn(at + length, " \t");
        if (at[length + gap] == '=' || (length && at[length - 1] == '=')) {
            const char *number = at + length + gap;
            number += *number == '=';
            number += strspn(number, " \t");
            length = (size_t)(number - at) + strcspn(number, GAPS);
        }
        char *word = ons_copy_part(at, length);
        status = word ? function(network, word, data) : ONS_MEMORY;
        free(word);
        at += length;
        at += strspn(at, GAPS);
    }
    return status;
}

/* NAME=NUMBER: cuts the word at its name. */
static ons_status read_number(char *word, const char *what, double *value) {
    char *equals = strchr(word, '=');
    if (!equals) { return ons_fail(ONS_INVALID, "%s: NAME=NUMBER is expected, not '%.40s'", what, word); }
    *equals = '\0';
    const char *number = equals + 1 + strspn(equals + 1, " \t");
    word[strcspn(word, " \t")] = '\0';
    if (ons_parse_real(number, value) != ONS_OK || !isfinite(*value)) {
        return ons_fail(ONS_INVALID, "%s: a number is expected for %s, not '%.40s'", what, word, number);
    }
    return ONS_OK;
}

static ons_status prefixed(ons_status status, const char *what) {
    if (status != ONS_INVALID) { return status; }
    char *message = ons_copy(ons_message());
    if (!message) { return ONS_MEMORY; }
    status = ons_fail(ONS_INVALID, "%s: %s", what, message);
    free(message);
    return status;
}

static ons_status read_initial(const ons_reactions *network, char *word, void *data) {
    double value, *begin = data;
    size_t species;
    ons_status status = read_number(word, "initial", &value);
    if (status != ONS_OK) { return status; }
    status = prefixed(ons_reactions_find(network, word, &species), "initial");
    if (status == ONS_OK && value < 0) {
        status = ons_fail(ONS_INVALID, "initial: %s is %g, but numbers are not negative", word, value);
    }
    if (status == ONS_OK) { begin[species] = value; }
    return status;
}

static ons_status read_value(const ons_reactions *network, char *word, void *data) {
    double value, *p = data;
    size_t parameter;
    ons_status status = read_number(word, "values", &value);
    if (status != ONS_OK) { return status; }
    status = prefixed(ons_reactions_find_parameter(network, word, &parameter), "values");
    if (status == ONS_OK) { p[parameter] = value; }
    return status;
}

typedef struct infected_list {
    size_t species[256], count;
} infected_list;

static ons_status read_infected(const ons_reactions *network, char *word, void *data) {
    infected_list *list = data;
    if (list->count == sizeof list->species / sizeof *list->species) {
        return ons_fail(ONS_INVALID, "infected: too many species");
    }
    return prefixed(ons_reactions_find(network, word, &list->species[list->count++]), "infected");
}

/* ---- the whole ------------------------------------------------------------------------------------------------------
 */

typedef struct compartments_state {
    outbreak_run run;
    ons_outbreak *numbers; /* NULL without infected */
    double *final;         /* [species]; NULL where the law does not apply */
    infected_list infected;
} compartments_state;

static ons_status read_numbers(const ons_reactions *network, const ons_parameters *p, double *values, double *begin) {
    for (size_t i = 0; i < ons_reactions_parameters(network); i++) { values[i] = ons_reactions_standard(network, i); }
    ons_status status = each_word(ons_string(p, "values"), network, read_value, values);
    for (size_t i = 0; status == ONS_OK && i < ons_reactions_parameters(network); i++) {
        if (isnan(values[i])) {
            status = ons_fail(ONS_INVALID,
                              "reactions: '%s' is neither a species nor a quantity and has no number: add "
                              "the line %s = NUMBER",
                              ons_reactions_parameter(network, i), ons_reactions_parameter(network, i));
        }
    }
    return status == ONS_OK ? each_word(ons_string(p, "initial"), network, read_initial, begin) : status;
}

/* Everything of a task but its time. */
static ons_status compartments_open(compartments_state *made, const ons_parameters *p) {
    ons_reactions *network;
    ons_status status = prefixed(ons_reactions_parse(&network, ons_string(p, "reactions"), NULL, 0), "reactions");
    if (status != ONS_OK) { return status; }
    const size_t n = ons_reactions_species(network);
    double *values = ONS_NEW(double, ons_reactions_parameters(network) + 1), *begin = ONS_NEW(double, n);
    status = values && begin ? read_numbers(network, p, values, begin) : ONS_MEMORY;
    if (status != ONS_OK) {
        free(values);
        free(begin);
        ons_reactions_free(network);
        return status;
    }
    status = prefixed(outbreak_open(&made->run, network, values, begin, ons_real(p, "tolerance")), "reactions");
    if (status == ONS_OK) { status = each_word(ons_string(p, "infected"), network, read_infected, &made->infected); }
    if (status != ONS_OK || made->infected.count == 0) { return status; }
    const infected_list *infected = &made->infected;
    status =
        prefixed(ons_reactions_outbreak(network, infected->species, infected->count, 0, begin, values, &made->numbers),
                 "infected");
    if (status != ONS_OK) { return status; }
    made->final = ONS_NEW(double, n);
    if (!made->final) { return ONS_MEMORY; }
    if (ons_reactions_final(network, infected->species, infected->count, begin, values, made->final) != ONS_OK) {
        free(made->final); /* the law does not apply: no such row */
        made->final = NULL;
    }
    return ONS_OK;
}

static void destroy(void *memory) {
    compartments_state *state = memory;
    ons_outbreak_free(state->numbers);
    free(state->final);
    outbreak_close(&state->run);
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    compartments_state *state = ONS_NEW(compartments_state, 1);
    if (!state) { return ONS_MEMORY; }
    const ons_status status = compartments_open(state, p);
    if (status == ONS_OK) {
        const size_t n = state->run.species;
        ons_plan_shape(plan, STATE, 1, &n);
        ons_plan_shape(plan, FINAL, 1, &n);
        if (!state->final) { ons_plan_omit(plan, "final"); }
        for (size_t k = REPRODUCTION; k <= PEAK_HEIGHT && !state->numbers; k++) {
            if (k != FINAL) { ons_plan_omit(plan, observables[k].name); }
        }
        if (!state->numbers) { ons_plan_omit(plan, "elasticities"); }
        const double parts = (double)ons_reactions_count(state->run.network) + (double)n;
        ons_plan_bytes(plan, 1e4 + 8 * parts * parts * 10);
    }
    destroy(state);
    free(state);
    return status;
}

static ons_status create(void *memory, ons_context *context) {
    compartments_state *made = memory;
    const ons_status status = compartments_open(made, ons_context_parameters(context));
    if (status != ONS_OK || !made->numbers) { return status; }
    bool *member = ONS_NEW(bool, made->run.species);
    if (!member) { return ONS_MEMORY; }
    for (size_t i = 0; i < made->infected.count; i++) { member[made->infected.species[i]] = true; }
    const ons_status followed = outbreak_follow(&made->run, member);
    free(member);
    return followed;
}

static ons_status advance(void *memory, ons_context *context) {
    compartments_state *state = memory;
    return outbreak_advance(&state->run, ons_target(context));
}

static void list_species(const compartments_state *state, ons_context *context) {
    for (size_t i = 0; i < state->run.species; i++) {
        double early = 0;
        for (size_t k = 0; k < state->infected.count; k++) {
            if (state->infected.species[k] == i) { early = state->numbers->mode[k]; }
        }
        ons_row(context, SPECIES, 0,
                (ons_cell[]){{.text = ons_reactions_name(state->run.network, i)},
                             {.number = state->run.begin[i]},
                             {.number = early}});
    }
}

static ons_status measure(const void *memory, ons_context *context) {
    const compartments_state *state = memory;
    ons_measure_array(context, STATE, 0, state->run.x);
    if (ons_steps(context) == 0) { list_species(state, context); }
    if (!state->numbers) { return ONS_OK; }
    ons_value(context, REPRODUCTION, 0, 0, state->numbers->reproduction, -1);
    ons_value(context, GROWTH, 0, 0, state->numbers->growth, -1);
    for (size_t i = 0; i < state->run.species && state->final; i++) {
        ons_value(context, FINAL, 0, i, state->final[i], -1);
    }
    ons_value(context, PEAK_TIME, 0, 0, state->run.peak[0].time, -1);
    ons_value(context, PEAK_HEIGHT, 0, 0, state->run.peak[0].height, -1);
    if (ons_steps(context) == 0) { outbreak_elasticities(&state->run, state->numbers, context, ELASTICITIES); }
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    compartments_state *state = memory;
    return outbreak_persist(&state->run, part);
}

extern const ons_system ons_system_compartments;
const ons_system ons_system_compartments = {
    .abi = ONS_ABI,
    .version = 2,
    .name = "compartments",
    .summary = "compartments from your own list of reactions: means in time, R0, elasticities, final size",
    .details = details,
    .step = "1 time unit",
    .traits = ONS_CONTINUOUS,
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 200, .warmup = "0", .every = "1", .replicas = 1},
    .state_size = sizeof(compartments_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .destroy = destroy,
};

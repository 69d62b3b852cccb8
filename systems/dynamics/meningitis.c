/*
 * meningitis: carriers and two stages of illness in a closed population.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "outbreak_system.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "Meningococcal disease: most infected people are healthy carriers C, few become ill, in two stages I1 and I2;\n"
    "immunity R follows carriage and illness, D are deaths. Fractions of a closed population, one list of reactions:\n"
    "\n"
    "    force = transmission (odds C + I1 + second_transmission I2)\n"
    "    S -> C  : (1 - direct) force S        S -> I1 : direct force S\n"
    "    C -> I1 : conversion C                C -> R  : clearance C\n"
    "    I1 -> R : first_recovery I1           I1 -> I2 : progression I1      I1 -> D : first_mortality I1\n"
    "    I2 -> R : second_recovery I2          I2 -> D : mortality I2\n"
    "\n"
    "`transmission` is multiplied by 1 + seasonality cos(2 pi t / 365 days); with mixing=living the force is divided "
    "by\n"
    "the living part 1 - D. R0 is the spectral radius of the next-generation matrix at S = 1 (mean transmission), the\n"
    "growth rate the largest eigenvalue of the linear equations of the infected, the end of the outbreak that of the\n"
    "final-size law (where it applies: constant denominator, no season). `direct` (a fraction) and `conversion` (a "
    "rate)\n"
    "are the two letters phi of the paper.\n"
    "\n"
    "B. Yaga and S. J. Saporu, arXiv:2304.00148 (2023): the equations are read off its abstract. O. Diekmann, J. A. "
    "P.\n"
    "Heesterbeek and M. G. Roberts, J. R. Soc. Interface 7, 873 (2010). J. Arino et al., Math. Biosci. Eng. 4, 159\n"
    "(2007).\n";

#define RATE "1/day"
static const ons_parameter parameters[] = {
    {"transmission", ONS_REAL, 0, "0.12", NULL, "[0, inf)", NULL, RATE, "beta, of an ill person"},
    {"odds", ONS_REAL, 0, "1.5", NULL, "[0, inf)", NULL, NULL, "epsilon: a carrier transmits so many times as much"},
    {"conversion", ONS_REAL, 0, "0.02", NULL, "[0, inf)", NULL, RATE, "rate at which carriers become ill"},
    {"direct", ONS_REAL, 0, "0", NULL, "[0, 1]", NULL, NULL, "part of new infections that is ill at once"},
    {"clearance", ONS_REAL, 0, "0.1", NULL, "[0, inf)", NULL, RATE, "rate at which carriers become immune"},
    {"first_recovery", ONS_REAL, 0, "0.1", NULL, "[0, inf)", NULL, RATE, "of the first stage"},
    {"progression", ONS_REAL, 0, "0.15", NULL, "[0, inf)", NULL, RATE, "from the first stage to the second"},
    {"second_recovery", ONS_REAL, 0, "0.1", NULL, "[0, inf)", NULL, RATE, "of the second stage"},
    {"mortality", ONS_REAL, 0, "0.02", NULL, "[0, inf)", NULL, RATE, "of the second stage"},
    {"first_mortality", ONS_REAL, 0, "0", NULL, "[0, inf)", NULL, RATE, "of the first stage"},
    {"second_transmission", ONS_REAL, 0, "0", NULL, "[0, inf)", NULL, NULL, "kappa: of the second stage, times beta"},
    {"seasonality", ONS_REAL, 0, "0", NULL, "[0, 1]", NULL, NULL, "amplitude of the season, a year of 365 days"},
    {"mixing", ONS_CHOICE, 0, "fixed", "fixed|living", NULL, NULL, NULL, "contacts per person, or per living person"},
    {"carriers", ONS_REAL, 0, "0.001", NULL, "[0, 1]", NULL, NULL, "C at the start"},
    {"ill", ONS_REAL, 0, "0", NULL, "[0, 1]", NULL, NULL, "I1 at the start"},
    {"tolerance", ONS_REAL, 0, "1e-11", NULL, "[1e-14, 1e-3]", NULL, NULL, "relative, of a step (DOP853)"},
    {.name = NULL}};

/* Species in the order of the list below. */
enum { S, C, I1, I2, R, D, SPECIES };
/* clang-format off */
enum { RATIO = SPECIES, NEW_CASES, EVER, REPRODUCTION, GROWTH, EARLY_RATIO, FINAL_S, FINAL_EVER, FINAL_DEATHS, PEAK_TIME,
       PEAK_CASES, CARRIAGE_TIME, PEAK_CARRIAGE, ELASTICITIES, OBSERVABLES };
/* clang-format on */

static const ons_observable observables[] = {
    [S] = {"S", ONS_SERIES, 0, NULL, NULL, NULL, "susceptible"},
    [C] = {"C", ONS_SERIES, 0, NULL, NULL, NULL, "carriers"},
    [I1] = {"I1", ONS_SERIES, 0, NULL, NULL, NULL, "ill, first stage"},
    [I2] = {"I2", ONS_SERIES, 0, NULL, NULL, NULL, "ill, second stage"},
    [R] = {"R", ONS_SERIES, 0, NULL, NULL, NULL, "immune"},
    [D] = {"D", ONS_SERIES, 0, NULL, NULL, NULL, "dead of the disease"},
    [RATIO] = {"ratio", ONS_SERIES, 0, NULL, NULL, NULL, "case-carrier ratio I1/C; 0 without carriers"},
    [NEW_CASES] = {"new_cases", ONS_SERIES, 0, NULL, NULL, RATE, "people who become ill per day"},
    [EVER] = {"ever_infected", ONS_SERIES, 0, NULL, NULL, NULL, "1 - S, those of the start included"},
    [REPRODUCTION] = {"reproduction_number", ONS_VALUE, 0, NULL, NULL, NULL,
                      "R0, spectral radius of the next-generation matrix"},
    [GROWTH] = {"growth_rate", ONS_VALUE, 0, NULL, NULL, RATE, "of the early phase"},
    [EARLY_RATIO] = {"early_ratio", ONS_VALUE, 0, NULL, NULL, NULL, "I1/C of the early phase, from its eigenvector"},
    [FINAL_S] = {"final_susceptible", ONS_VALUE, 0, NULL, NULL, NULL, "S after the outbreak, by the final-size law"},
    [FINAL_EVER] = {"final_ever_infected", ONS_VALUE, 0, NULL, NULL, NULL, "1 - S after the outbreak"},
    [FINAL_DEATHS] = {"final_deaths", ONS_VALUE, 0, NULL, NULL, NULL, "D after the outbreak, by the same law"},
    [PEAK_TIME] = {"peak_time", ONS_VALUE, 0, NULL, NULL, "days", "when I1 + I2 was largest so far"},
    [PEAK_CASES] = {"peak_cases", ONS_VALUE, 0, NULL, NULL, NULL, "I1 + I2 then"},
    [CARRIAGE_TIME] = {"peak_carriage_time", ONS_VALUE, 0, NULL, NULL, "days", "when C was largest so far"},
    [PEAK_CARRIAGE] = {"peak_carriage", ONS_VALUE, 0, NULL, NULL, NULL, "C then"},
    [ELASTICITIES] = {"elasticities", ONS_TABLE, 0, NULL, "parameter:text, elasticity", NULL,
                      "(p/R0) dR0/dp for every parameter p"},
    [OBSERVABLES] = {.name = NULL}};

/* (1 - direct) beta [odds/a + conversion/(a b)] + direct beta/b, and the second stage behind the first. */
static ons_status exact_reproduction(const ons_parameters *p, double *value) {
    const double a = ons_real(p, "conversion") + ons_real(p, "clearance"),
                 b = ons_real(p, "first_recovery") + ons_real(p, "progression") + ons_real(p, "first_mortality"),
                 c = ons_real(p, "second_recovery") + ons_real(p, "mortality");
    const double beta = ons_real(p, "transmission"), direct = ons_real(p, "direct");
    const double ill = (1 + ons_real(p, "second_transmission") * ons_real(p, "progression") / c) / b;
    *value =
        (1 - direct) * beta * (ons_real(p, "odds") / a + ons_real(p, "conversion") / a * ill) + direct * beta * ill;
    return ONS_OK;
}

static const ons_exact exact[] = {{"reproduction_number", exact_reproduction, "expected infections of one carrier"},
                                  {0}};

/* ---- the list -------------------------------------------------------------------------------------------------------
 */

static const char *const rates[] = {
    "transmission",        "odds",        "conversion",      "direct",    "clearance",
    "first_recovery",      "progression", "second_recovery", "mortality", "first_mortality",
    "second_transmission", "seasonality"};
enum { RATES = sizeof rates / sizeof *rates };

static ons_status make_network(ons_reactions **network, bool living) {
    static const ons_reaction reactions[] = {
        {"S", "C", "(1 - direct)*force*S"}, {"S", "I1", "direct*force*S"},     {"C", "I1", "conversion*C"},
        {"I1", "I2", "progression*I1"},     {"C", "R", "clearance*C"},         {"I1", "R", "first_recovery*I1"},
        {"I2", "R", "second_recovery*I2"},  {"I1", "D", "first_mortality*I1"}, {"I2", "D", "mortality*I2"}};
    const char *force = living ? "season = 1 + seasonality*cos(2*pi*t/365)\n"
                                 "force = transmission*season*(odds*C + I1 + second_transmission*I2)/(1 - D)"
                               : "season = 1 + seasonality*cos(2*pi*t/365)\n"
                                 "force = transmission*season*(odds*C + I1 + second_transmission*I2)";
    return ons_reactions_create(network, reactions, sizeof reactions / sizeof *reactions, force, rates, RATES);
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    if (ons_real(p, "carriers") + ons_real(p, "ill") > 1) {
        return ons_fail(ONS_INVALID, "carriers + ill is %g at the start, more than the whole population",
                        ons_real(p, "carriers") + ons_real(p, "ill"));
    }
    if (ons_real(p, "conversion") + ons_real(p, "clearance") <= 0 ||
        ons_real(p, "first_recovery") + ons_real(p, "progression") + ons_real(p, "first_mortality") <= 0 ||
        ons_real(p, "second_recovery") + ons_real(p, "mortality") <= 0) {
        return ons_fail(ONS_INVALID, "nobody leaves one of the stages: conversion + clearance, first_recovery + "
                                     "progression + first_mortality and second_recovery + mortality must be positive");
    }
    if (ons_choice(p, "mixing") == 1 || ons_real(p, "seasonality") > 0) {
        ons_plan_omit(plan, "final_susceptible");
        ons_plan_omit(plan, "final_ever_infected");
        ons_plan_omit(plan, "final_deaths");
    }
    ons_plan_bytes(plan, 1e5);
    return ONS_OK;
}

/* ---- the state ------------------------------------------------------------------------------------------------------
 */

typedef struct meningitis_state {
    outbreak_run run;
    ons_outbreak *numbers;
    double final[SPECIES];
    bool closed; /* the final-size law applies */
} meningitis_state;

static size_t species(const ons_reactions *network, const char *name) {
    size_t place = 0;
    (void)ons_reactions_find(network, name, &place); /* the list above has them all */
    return place;
}

/* Places of S, C, I1, I2, R, D in the list. */
static void places(const ons_reactions *network, size_t *place) {
    static const char *const names[SPECIES] = {"S", "C", "I1", "I2", "R", "D"};
    for (size_t i = 0; i < SPECIES; i++) { place[i] = species(network, names[i]); }
}

static ons_status open_run(outbreak_run *run, const ons_parameters *p) {
    ons_reactions *network;
    const ons_status status = make_network(&network, ons_choice(p, "mixing") == 1);
    if (status != ONS_OK) { return status; }
    double *values = ONS_NEW(double, RATES), *begin = ONS_NEW(double, SPECIES);
    if (!values || !begin) {
        free(values);
        free(begin);
        ons_reactions_free(network);
        return ONS_MEMORY;
    }
    size_t place[SPECIES];
    places(network, place);
    for (size_t i = 0; i < RATES; i++) { values[i] = ons_real(p, rates[i]); }
    begin[place[C]] = ons_real(p, "carriers");
    begin[place[I1]] = ons_real(p, "ill");
    begin[place[S]] = 1 - begin[place[C]] - begin[place[I1]];
    return outbreak_open(run, network, values, begin, ons_real(p, "tolerance"));
}

/* R0 and the early phase at S = 1, in the mean of the season; the end. */
static ons_status find_numbers(meningitis_state *made, const ons_parameters *p) {
    outbreak_run *run = &made->run;
    size_t place[SPECIES];
    double nobody[SPECIES] = {0};
    places(run->network, place);
    nobody[place[S]] = 1;
    const size_t infected[3] = {place[C], place[I1], place[I2]};
    const double mean_season = ons_real(p, "seasonality") > 0 ? 365.0 / 4 : 0;
    ons_status status = ons_reactions_outbreak(run->network, infected, 3, mean_season, nobody, run->p, &made->numbers);
    made->closed = ons_choice(p, "mixing") == 0 && ons_real(p, "seasonality") == 0;
    if (status == ONS_OK && made->closed && run->begin[place[S]] > 0) {
        status = ons_reactions_final(run->network, infected, 3, run->begin, run->p, made->final);
    }
    return status;
}

static ons_status create(void *memory, ons_context *context) {
    meningitis_state *made = memory;
    const ons_parameters *p = ons_context_parameters(context);
    ons_status status = open_run(&made->run, p);
    if (status == ONS_OK) { status = find_numbers(made, p); }
    if (status != ONS_OK) { return status; }
    bool cases[SPECIES] = {0}, carriage[SPECIES] = {0};
    cases[species(made->run.network, "I1")] = cases[species(made->run.network, "I2")] = true;
    carriage[species(made->run.network, "C")] = true;
    status = outbreak_follow(&made->run, cases);
    return status == ONS_OK ? outbreak_follow(&made->run, carriage) : status;
}

static ons_status advance(void *memory, ons_context *context) {
    meningitis_state *state = memory;
    return outbreak_advance(&state->run, ons_target(context));
}

static double new_cases(const ons_parameters *p, double t, const double *x) {
    const double season = 1 + ons_real(p, "seasonality") * cos(2 * 3.14159265358979323846 * t / 365);
    const double living = ons_choice(p, "mixing") == 1 ? 1 - x[D] : 1;
    const double force = ons_real(p, "transmission") * season *
                         (ons_real(p, "odds") * x[C] + x[I1] + ons_real(p, "second_transmission") * x[I2]) / living;
    return ons_real(p, "direct") * force * x[S] + ons_real(p, "conversion") * x[C];
}

static void measure_numbers(const meningitis_state *state, const size_t *place, ons_context *context) {
    const outbreak_peak *cases = &state->run.peak[0], *carriage = &state->run.peak[1];
    ons_value(context, REPRODUCTION, 0, 0, state->numbers->reproduction, -1);
    ons_value(context, GROWTH, 0, 0, state->numbers->growth, -1);
    ons_value(context, EARLY_RATIO, 0, 0, state->numbers->mode[1] / state->numbers->mode[0], -1);
    if (state->closed) {
        ons_value(context, FINAL_S, 0, 0, state->final[place[S]], -1);
        ons_value(context, FINAL_EVER, 0, 0, 1 - state->final[place[S]], -1);
        ons_value(context, FINAL_DEATHS, 0, 0, state->final[place[D]], -1);
    }
    ons_value(context, PEAK_TIME, 0, 0, cases->time, -1);
    ons_value(context, PEAK_CASES, 0, 0, cases->height, -1);
    ons_value(context, CARRIAGE_TIME, 0, 0, carriage->time, -1);
    ons_value(context, PEAK_CARRIAGE, 0, 0, carriage->height, -1);
    if (ons_steps(context) == 0) { outbreak_elasticities(&state->run, state->numbers, context, ELASTICITIES); }
}

static ons_status measure(const void *memory, ons_context *context) {
    const meningitis_state *state = memory;
    size_t place[SPECIES];
    double x[SPECIES];
    places(state->run.network, place);
    for (size_t i = 0; i < SPECIES; i++) {
        x[i] = state->run.x[place[i]];
        ons_measure(context, i, 0, x[i]);
    }
    ons_measure(context, RATIO, 0, x[C] > 0 ? x[I1] / x[C] : 0);
    ons_measure(context, NEW_CASES, 0, new_cases(ons_context_parameters(context), state->run.time, x));
    ons_measure(context, EVER, 0, 1 - x[S]);
    measure_numbers(state, place, context);
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    meningitis_state *state = memory;
    return outbreak_persist(&state->run, part);
}

static void destroy(void *memory) {
    meningitis_state *state = memory;
    ons_outbreak_free(state->numbers);
    outbreak_close(&state->run);
}

extern const ons_system ons_system_meningitis;
const ons_system ons_system_meningitis = {
    .abi = ONS_ABI,
    .version = 2,
    .name = "meningitis",
    .summary = "meningococcal disease with carriers and two stages of illness: outbreaks, R0, final size",
    .details = details,
    .step = "1 day",
    .traits = ONS_CONTINUOUS,
    .parameters = parameters,
    .observables = observables,
    .exact = exact,
    .controls = {.steps = 365, .warmup = "0", .every = "1", .replicas = 1},
    .state_size = sizeof(meningitis_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .destroy = destroy,
};

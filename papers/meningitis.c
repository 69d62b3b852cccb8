/*
 * meningitis: a deterministic model with carriers and two stages of illness (Yaga and Saporu 2023): thresholds, the
 * reproduction number and its sensitivities, the case-carrier ratio, the total ever infected.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics.h>
#include <onsager/paper.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "## System\n"
    "`meningitis`: susceptible S, carriers C, two stages of illness, immune, dead, in a closed population. Abstract "
    "and\n"
    "first page of the paper were at hand, no equation, table or figure: the equations are read off the abstract, and "
    "the\n"
    "rates are our own choice. No number below was printed by the authors: exact rows are theorems and closed forms "
    "for\n"
    "these equations, statements are those of the abstract.\n"
    "\n"
    "## Method\n"
    "DOP853 at a relative tolerance of 1e-11. R0 is the spectral radius of the next-generation matrix of the list of\n"
    "reactions, its elasticities are exact derivatives. Model 1 has direct = 0, model 2 direct = 0.1; the third case "
    "is\n"
    "model 1 with half the transmission (below the threshold). Random sets of rates are drawn log-uniformly from the\n"
    "ranges transmission 0.01 .. 1, odds 0.1 .. 5, conversion 1e-4 .. 0.1, clearance 1/180 .. 0.2, the other rates "
    "0.01\n"
    "... 0.3 a day, direct uniformly in 0 .. 1.\n"
    "The abstract's letters: phi (conversion, a rate) and another phi (direct, a fraction).\n"
    "\n"
    "## References\n"
    "B. Yaga and S. J. Saporu, arXiv:2304.00148 (2023). O. Diekmann, J. A. P. Heesterbeek and M. G. Roberts, J. R. "
    "Soc.\n"
    "Interface 7, 873 (2010). J. Arino et al., Math. Biosci. Eng. 4, 159 (2007).\n";

#define DERIVED "derived for these equations"
#define NUMBER(id, effort, quantity, published, tolerance, why)                                                        \
    { id, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, effort, quantity, published, 0, tolerance, 0, DERIVED, why }
#define WORDS(id, kind, quantity, place, why)                                                                          \
    { id, kind, 0, ONS_QUICK, quantity, 0, 0, 0, 0, place, why }

static const ons_claim claims[] = {
    NUMBER("mg1-model1", ONS_QUICK, "R0 by the next-generation matrix, model 1", 1.58, 1e-12, "rounding"),
    NUMBER("mg1-model2", ONS_QUICK, "R0, model 2", 1.47, 1e-12, "rounding"),
    NUMBER("mg1-half", ONS_QUICK, "R0, model 1 with half the transmission", 0.79, 1e-12, "rounding"),
    WORDS("mg2", ONS_CLAIM_STATEMENT, "transmission, odds and conversion are the key parameters of R0", "abstract",
          "they have the three largest |elasticities| in more than half of the random sets of rates"),
    WORDS("mg2-transmission", ONS_CLAIM_ORDERING,
          "the elasticity of the transmission is 1, that of the odds at most as large", "abstract",
          "all random sets of rates, rounding aside"),
    {"mg3", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_STANDARD,
     "part of 10^4 random sets in which an outbreak happens if and only if R0 > 1, |R0 - 1| > 1e-3", 1, 0, 0, 0,
     "Diekmann, Heesterbeek and Roberts 2010", "a theorem"},
    NUMBER("mg4-model1", ONS_QUICK, "S at t = 3000 days, model 1", 0.368098, 1e-6, "digits of the number"),
    NUMBER("mg4-model2", ONS_QUICK, "S at t = 3000 days, model 2", 0.435906, 1e-6, "digits of the number"),
    NUMBER("mg4-half", ONS_QUICK, "S at t = 3000 days, half the transmission", 0.995289, 1e-6, "digits of the number"),
    NUMBER("mg4-law", ONS_QUICK, "largest distance of S(3000) from the final-size law in the three cases", 0, 1e-9,
           "tolerance of the integration"),
    NUMBER("mg5-growth-model1", ONS_QUICK, "early growth rate, model 1", 0.067558, 1e-5, "digits of the number"),
    NUMBER("mg5-growth-model2", ONS_QUICK, "early growth rate, model 2", 0.055961, 1e-5, "digits of the number"),
    NUMBER("mg5-growth-half", ONS_QUICK, "early growth rate, half the transmission", -0.024674, 1e-5,
           "digits of the number"),
    NUMBER("mg5-ratio-model1", ONS_QUICK, "early I1/C, model 1", 0.062981, 1e-5, "digits of the number"),
    NUMBER("mg5-ratio-model2", ONS_QUICK, "early I1/C, model 2", 0.129269, 1e-5, "digits of the number"),
    NUMBER("mg5-ratio-half", ONS_QUICK, "early I1/C, half the transmission", 0.088760, 1e-5, "digits of the number"),
    NUMBER("mg5-fit", ONS_QUICK, "slope of ln C between days 60 and 100 from C(0) = 1e-6, over the growth rate", 1,
           0.01, "susceptibles used up in the window: below 1 %"),
    NUMBER("mg6-deaths-model1", ONS_QUICK, "D at t = 3000 days, model 1", 0.010532, 1e-4, "digits of the number"),
    NUMBER("mg6-deaths-model2", ONS_QUICK, "D at t = 3000 days, model 2", 0.014094, 1e-4, "digits of the number"),
    NUMBER("mg6-deaths-half", ONS_QUICK, "D at t = 3000 days, half the transmission", 7.9e-5, 1e-4,
           "digits of the number"),
    NUMBER("mg6-carriage-model1", ONS_QUICK, "largest C, model 1", 0.0764, 1e-4, "digits of the number"),
    NUMBER("mg6-carriage-model2", ONS_QUICK, "largest C, model 2", 0.0522, 1e-4, "digits of the number"),
    NUMBER("mg6-carriage-half", ONS_QUICK, "largest C, half the transmission", 0.0010, 1e-4, "digits of the number"),
    WORDS(
        "mg7", ONS_CLAIM_ORDERING, "a critical case-carrier ratio precedes the epidemic phase of reported cases",
        "abstract",
        "model 1: I1/C within 5 % of its early value on days 20 to 40, more than 10 % above it before the peak of the "
        "cases"),
    WORDS("mg8-transmission", ONS_CLAIM_STATEMENT,
          "the total ever infected hardly changes with the direct part, at fixed transmission", "abstract",
          "by less than 5 % for direct = 0 .. 0.5"),
    WORDS("mg8-reproduction", ONS_CLAIM_STATEMENT, "the same at fixed R0", "abstract",
          "by less than 5 % for direct = 0 .. 0.5"),
    WORDS("mg9", ONS_CLAIM_ORDERING, "the total ever infected grows with the odds of a carrier", "abstract",
          "monotone over odds = 0.1 .. 5"),
    NUMBER("mg10", ONS_QUICK,
           "without conversion and mortality: largest distance from the SIR model of rates beta odds and clearance", 0,
           1e-9, "tolerance of the integration"),
    {.id = NULL}};

static const char *const systems[] = {"meningitis", "compartments", NULL};

/* ---- reading --------------------------------------------------------------------------------------------------------
 */

static const ons_result *row_of(const ons_results *results, size_t task, const char *name) {
    return ons_task_find(ons_results_task(results, task), name);
}

static double value_of(const ons_results *results, size_t task, const char *name) {
    const ons_result *row = row_of(results, task, name);
    return row ? row->mean[0] : NAN;
}

static double last_of(const ons_results *results, size_t task, const char *name) {
    const ons_result *row = row_of(results, task, name);
    return row ? row->mean[row->times - 1] : NAN;
}

/* ---- the three cases ------------------------------------------------------------------------------------------------
 */

static void settle(ons_reproduction *r, const char *prefix, const char *case_name, double ours, const char *note) {
    char id[40];
    strcpy(id, prefix);
    strcat(id, case_name);
    ons_claim_number(r, id, ours, 0, "%s", note);
}

static ons_status three_cases(ons_reproduction *r) {
    static const char *const cases[] = {"model1", "model2", "half"};
    static const char *const words[] = {"", " direct=0.1", " transmission=0.06"};
    double worst = 0;
    for (size_t c = 0; c < 3; c++) {
        const ons_results *results;
        const ons_status status =
            ons_reproduction_run(r, &results, cases[c], "meningitis%s steps=3000 every=10", words[c]);
        if (status != ONS_OK) { return status; }
        settle(r, "mg1-", cases[c], value_of(results, 0, "reproduction_number"), "spectral radius of F V^-1");
        settle(r, "mg4-", cases[c], last_of(results, 0, "S"), "integrated");
        settle(r, "mg5-growth-", cases[c], value_of(results, 0, "growth_rate"), "eigenvalue of F - V");
        settle(r, "mg5-ratio-", cases[c], value_of(results, 0, "early_ratio"), "its eigenvector");
        settle(r, "mg6-deaths-", cases[c], last_of(results, 0, "D"), "integrated");
        settle(r, "mg6-carriage-", cases[c], value_of(results, 0, "peak_carriage"), "zero of C'");
        worst = fmax(worst, fabs(last_of(results, 0, "S") - value_of(results, 0, "final_susceptible")));
    }
    ons_claim_number(r, "mg4-law", worst, 0, "the law solved for each case");
    return ONS_OK;
}

static ons_status early_phase(ons_reproduction *r) {
    const ons_results *results;
    const ons_status status = ons_reproduction_run(r, &results, "early", "meningitis carriers=1e-6 steps=100 every=10");
    if (status != ONS_OK) { return status; }
    const ons_result *carriers = row_of(results, 0, "C");
    if (!carriers || carriers->times != 11) { return ONS_OK; }
    double x = 0, y = 0, xx = 0, xy = 0;
    for (size_t k = 6; k <= 10; k++) {
        const double t = carriers->time[k], ln = log(carriers->mean[k]);
        x += t / 5;
        y += ln / 5;
        xx += t * t / 5;
        xy += t * ln / 5;
    }
    ons_claim_number(r, "mg5-fit", (xy - x * y) / (xx - x * x) / value_of(results, 0, "growth_rate"), 0,
                     "a line through five points");
    return ONS_OK;
}

/* ---- the ratio ------------------------------------------------------------------------------------------------------
 */

static void draw_outbreak(ons_reproduction *r, const ons_results *results) {
    static const char *const names[] = {"S", "C", "I1", "I2", "R", "D"};
    ons_figure_begin(r, "outbreak", "An outbreak of model 1", "days", "part of the population", ONS_FIGURE_LOG_Y);
    for (size_t k = 0; k < 6; k++) {
        const ons_result *row = row_of(results, 0, names[k]);
        if (row) { ons_figure_curve(r, names[k], row->times, row->time, row->mean, NULL); }
    }
}

static ons_status ratio(ons_reproduction *r) {
    const ons_results *results;
    const ons_status status = ons_reproduction_run(r, &results, "ratio", "meningitis steps=250 every=0.5");
    if (status != ONS_OK) { return status; }
    const ons_result *row = row_of(results, 0, "ratio");
    if (!row) { return ONS_OK; }
    const double early = value_of(results, 0, "early_ratio"), peak = value_of(results, 0, "peak_time");
    double upturn = INFINITY, away = 0;
    for (size_t k = 0; k < row->times; k++) {
        const double t = row->time[k], above = row->mean[k] / early - 1;
        if (t >= 20 && t <= 40) { away = fmax(away, fabs(above)); }
        if (t >= 20 && above > 0.1 && t < upturn) { upturn = t; }
    }
    ons_claim_holds(r, "mg7", away < 0.05 && upturn < peak,
                    "I1/C stays within %.2g %% of %.6f on days 20 to 40, is 10 %% above it on day %.1f; most cases on "
                    "day %.1f, most carriers on day %.1f",
                    100 * away, early, upturn, peak, value_of(results, 0, "peak_carriage_time"));
    draw_outbreak(r, results);
    ons_figure_begin(r, "ratio", "The case-carrier ratio of model 1", "days", "I1/C", 0);
    ons_figure_curve(r, "I1/C", row->times, row->time, row->mean, NULL);
    const double times[] = {0, 250}, level[] = {early, early};
    ons_figure_curve(r, "early phase", 2, times, level, NULL);
    return ONS_OK;
}

/* ---- who is infected ------------------------------------------------------------------------------------------------
 */

enum { DIRECT = 6, ODDS = 50 };

/* (1 - direct) [odds/a + conversion/(a b)] + direct/b of the standard rates: R0 over transmission. */
static double reproduction_per_rate(double direct) {
    return (1 - direct) * (1.5 / 0.12 + 0.02 / (0.12 * 0.25)) + direct / 0.25;
}

static ons_status total_by_direct(ons_reproduction *r) {
    double fixed[DIRECT], scaled[DIRECT], x[DIRECT], low[2] = {1, 1}, high[2] = {0, 0};
    const ons_results *results;
    ons_status status =
        ons_reproduction_run(r, &results, "direct", "meningitis direct=0:0.5:0.1 steps=1000 every=1000");
    for (size_t k = 0; status == ONS_OK && k < DIRECT; k++) {
        x[k] = 0.1 * (double)k;
        fixed[k] = value_of(results, k, "final_ever_infected");
    }
    for (size_t k = 0; status == ONS_OK && k < DIRECT; k++) {
        const ons_results *one;
        char name[20] = "direct-", number[2] = {(char)('0' + k), 0};
        status = ons_reproduction_run(r, &one, strcat(name, number),
                                      "meningitis direct=%.1f transmission=%.17g steps=1000 every=1000", x[k],
                                      1.58 / reproduction_per_rate(x[k]));
        if (status == ONS_OK) { scaled[k] = value_of(one, 0, "final_ever_infected"); }
    }
    if (status != ONS_OK) { return status; }
    for (size_t k = 0; k < DIRECT; k++) {
        low[0] = fmin(low[0], fixed[k]);
        high[0] = fmax(high[0], fixed[k]);
        low[1] = fmin(low[1], scaled[k]);
        high[1] = fmax(high[1], scaled[k]);
    }
    ons_claim_holds(r, "mg8-transmission", high[0] / low[0] < 1.05,
                    "ever infected %.4f at direct = 0, %.4f at 0.1, %.4f at 0.5: R0 falls with it", fixed[0], fixed[1],
                    fixed[DIRECT - 1]);
    ons_claim_holds(r, "mg8-reproduction", high[1] / low[1] < 1.05,
                    "ever infected between %.5f and %.5f with R0 = 1.58: the final-size law knows R0 alone, but for "
                    "those of the start",
                    low[1], high[1]);
    ons_figure_begin(r, "direct", "Ever infected against the direct part", "direct", "ever infected", 0);
    ons_figure_curve(r, "transmission 0.12", DIRECT, x, fixed, NULL);
    ons_figure_curve(r, "R0 = 1.58", DIRECT, x, scaled, NULL);
    return ONS_OK;
}

static ons_status total_by_odds(ons_reproduction *r) {
    double x[ODDS], ever[ODDS];
    bool grows = true;
    const ons_results *results;
    const ons_status status =
        ons_reproduction_run(r, &results, "odds", "meningitis odds=0.1:5:0.1 steps=1000 every=1000");
    if (status != ONS_OK) { return status; }
    for (size_t k = 0; k < ODDS; k++) {
        x[k] = 0.1 * (double)(k + 1);
        ever[k] = value_of(results, k, "final_ever_infected");
        grows = grows && (k == 0 || ever[k] > ever[k - 1]);
    }
    ons_claim_holds(r, "mg9", grows, "ever infected %.4f at odds = 0.1, %.4f at 1.5, %.4f at 5; %d values in between",
                    ever[0], ever[14], ever[ODDS - 1], ODDS - 2);
    ons_figure_begin(r, "odds", "Ever infected against the odds of a carrier", "odds", "ever infected", 0);
    ons_figure_curve(r, "final-size law", ODDS, x, ever, NULL);
    return ONS_OK;
}

static ons_status sir_limit(ons_reproduction *r) {
    const ons_results *carriers, *sir;
    ons_status status =
        ons_reproduction_run(r, &carriers, "without-illness", "meningitis conversion=0 mortality=0 steps=400 every=1");
    if (status == ONS_OK) {
        status = ons_reproduction_run(r, &sir, "sir",
                                      "compartments reactions=S+I->2I:b*S*I;I->R:g*I;b=0.18;g=0.1 "
                                      "initial=S=0.999;I=0.001 steps=400 every=1");
    }
    if (status != ONS_OK) { return status; }
    const ons_result *s = row_of(carriers, 0, "S"), *c = row_of(carriers, 0, "C"), *state = row_of(sir, 0, "state");
    if (!s || !c || !state || s->times != state->times) { return ONS_OK; }
    double worst = 0;
    for (size_t k = 0; k < s->times; k++) {
        worst = fmax(worst, fabs(s->mean[k] - state->mean[3 * k]));
        worst = fmax(worst, fabs(c->mean[k] - state->mean[3 * k + 1]));
    }
    ons_claim_number(r, "mg10", worst, 0, "S and C against the system compartments on %zu days", s->times);
    return ONS_OK;
}

/* ---- random sets of rates -------------------------------------------------------------------------------------------
 */

static const char list[] = "lambda = beta*(odds*C + I1)\n"
                           "S -> C : (1 - direct)*lambda*S; S -> I1 : direct*lambda*S; C -> I1 : conversion*C\n"
                           "C -> R : clearance*C; I1 -> R : recovery*I1; I1 -> I2 : progression*I1\n"
                           "I2 -> R : recovery2*I2; I2 -> D : mortality*I2";
enum { BETA, RATE_ODDS, CONVERSION, RATE_DIRECT, CLEARANCE, RECOVERY, PROGRESSION, RECOVERY2, MORTALITY, RATES };
static const char *const rate_names[RATES] = {"beta",     "odds",        "conversion", "direct",   "clearance",
                                              "recovery", "progression", "recovery2",  "mortality"};
enum { S, C, I1, R, I2, D, SPECIES }; /* by appearance */

static void draw_rates(ons_random *random, double *p) {
    static const double low[RATES] = {0.01, 0.1, 1e-4, 0, 1.0 / 180, 0.01, 0.01, 0.01, 0.01};
    static const double high[RATES] = {1, 5, 0.1, 1, 0.2, 0.3, 0.3, 0.3, 0.3};
    for (size_t i = 0; i < RATES; i++) {
        const double u = ons_random_uniform(random);
        p[i] = i == RATE_DIRECT ? u : low[i] * exp(u * log(high[i] / low[i]));
    }
}

typedef struct survey {
    size_t sets, key, top, positive;
    double *p, *reproduction; /* [sets][rates], [sets] */
} survey;

/* The places of |elasticities|: are the first three those of transmission, odds and conversion? */
static void rank_elasticities(const ons_outbreak *outbreak, survey *all) {
    size_t above = 0;
    const double beta = outbreak->elasticity[BETA], odds = outbreak->elasticity[RATE_ODDS];
    for (size_t i = 0; i < RATES; i++) {
        const double size = fabs(outbreak->elasticity[i]);
        const bool key = i == BETA || i == RATE_ODDS || i == CONVERSION;
        for (size_t k = 0; k < 3 && !key; k++) {
            const size_t of[3] = {BETA, RATE_ODDS, CONVERSION};
            above += size > fabs(outbreak->elasticity[of[k]]);
        }
    }
    all->key += above == 0;
    all->top += fabs(beta - 1) < 1e-12 && odds <= 1 + 1e-12;
    all->positive += outbreak->elasticity[CONVERSION] > 0;
}

static ons_status survey_rates(const ons_reactions *network, survey *all) {
    static const size_t infected[] = {C, I1, I2};
    const double nobody[SPECIES] = {[S] = 1};
    ons_random random = ons_random_stream(2304, 0, 0);
    for (size_t k = 0; k < all->sets; k++) {
        ons_outbreak *outbreak;
        draw_rates(&random, all->p + k * RATES);
        const ons_status status =
            ons_reactions_outbreak(network, infected, 3, 0, nobody, all->p + k * RATES, &outbreak);
        if (status != ONS_OK) { return status; }
        all->reproduction[k] = outbreak->reproduction;
        rank_elasticities(outbreak, all);
        ons_outbreak_free(outbreak);
    }
    return ONS_OK;
}

/* One carrier in 10^12 at the start: an outbreak has infected one in a thousand at the end, or their number
 * has grown between 4000 and 8000 days (the slowest rate is above 1/180 a day); below 10^-20 there is nothing but the
 * errors of the steps. */
static ons_status count_outbreaks(ons_reproduction *r, const ons_reactions *network, const survey *all) {
    const double begin[SPECIES] = {[S] = 1 - 1e-12, [C] = 1e-12};
    const ons_integration how = {.method = ONS_DOP853, .relative = 1e-6, .absolute = 1e-30};
    ons_field field;
    ons_trajectories *ensemble = NULL;
    double *before = ONS_NEW(double, all->sets), x[SPECIES];
    ons_status status = before ? ons_flow_field(&field, ons_reactions_flow(network), all->p, all->sets) : ONS_MEMORY;
    if (status != ONS_OK) {
        free(before);
        return status;
    }
    status = ons_trajectories_create(&ensemble, &field, all->sets, &how);
    for (size_t k = 0; status == ONS_OK && k < all->sets; k++) { ons_trajectories_set(ensemble, k, 0, begin, 0); }
    if (status == ONS_OK) { status = ons_trajectories_advance(ensemble, 4000); }
    for (size_t k = 0; status == ONS_OK && k < all->sets; k++) {
        ons_trajectories_get(ensemble, k, NULL, x, NULL);
        before[k] = x[C] + x[I1];
    }
    if (status == ONS_OK) { status = ons_trajectories_advance(ensemble, 8000); }
    size_t right = 0, counted = 0;
    for (size_t k = 0; status == ONS_OK && k < all->sets; k++) {
        if (fabs(all->reproduction[k] - 1) <= 1e-3) { continue; }
        ons_trajectories_get(ensemble, k, NULL, x, NULL);
        const double infected = x[C] + x[I1];
        const bool outbreak = 1 - x[S] > 1e-3 || (infected > before[k] && infected > 1e-20);
        counted++;
        right += outbreak == (all->reproduction[k] > 1);
    }
    if (status == ONS_OK) {
        ons_claim_number(r, "mg3", (double)right / (double)counted, 0, "%zu of %zu sets", right, counted);
    }
    ons_trajectories_free(ensemble);
    ons_flow_field_free(&field);
    free(before);
    return status;
}

static ons_status random_rates(ons_reproduction *r) {
    survey all = {.sets = ons_reproduction_effort(r) >= ONS_STANDARD ? 10000 : 1000};
    ons_reactions *network;
    ons_status status = ons_reactions_parse(&network, list, rate_names, RATES);
    if (status != ONS_OK) { return status; }
    all.p = ONS_NEW(double, all.sets *RATES);
    all.reproduction = ONS_NEW(double, all.sets);
    status = all.p && all.reproduction ? survey_rates(network, &all) : ONS_MEMORY;
    if (status == ONS_OK) {
        const double sets = (double)all.sets;
        ons_claim_holds(
            r, "mg2", 2 * all.key > all.sets,
            "in %.1f %% of %zu sets (the clearance of carriers often counts more than the conversion, whose "
            "elasticity is positive in %.1f %% of them, negative in the others)",
            100 * (double)all.key / sets, all.sets, 100 * (double)all.positive / sets);
        ons_claim_holds(r, "mg2-transmission", all.top == all.sets, "in %zu of %zu sets", all.top, all.sets);
        status = count_outbreaks(r, network, &all);
    }
    free(all.p);
    free(all.reproduction);
    ons_reactions_free(network);
    return status;
}

static ons_status reproduce(ons_reproduction *r) {
    ons_status status = three_cases(r);
    if (status == ONS_OK) { status = early_phase(r); }
    if (status == ONS_OK) { status = ratio(r); }
    if (status == ONS_OK) { status = total_by_direct(r); }
    if (status == ONS_OK) { status = total_by_odds(r); }
    if (status == ONS_OK) { status = sir_limit(r); }
    if (status == ONS_OK) { status = random_rates(r); }
    return status;
}

extern const ons_paper ons_paper_meningitis;
const ons_paper ons_paper_meningitis = {
    .name = "meningitis",
    .title = "A study of a deterministic model for meningitis epidemic",
    .authors = "Yaga and Saporu",
    .reference = "arXiv:2304.00148 (2023)",
    .summary =
        "carriers and two stages of illness: thresholds, R0 and its sensitivities, case-carrier ratio, final size",
    .details = details,
    .systems = systems,
    .claims = claims,
    .reproduce = reproduce,
};

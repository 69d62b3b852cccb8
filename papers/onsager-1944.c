/*
 * onsager-1944: the square Ising model solved (Onsager 1944), on finite tori (Kaufman 1949) and its spontaneous
 * magnetization (Yang 1952), against the simulation of the system `ising`.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/paper.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TC 2.269185314213022
#define JOB "ising lattice=square update=swendsen-wang seed=1944"

static const char details[] =
    "## System\n"
    "H = -J sum_<ij> s_i s_j on the square lattice with periodic boundaries, no field, J = k_B = 1. Energies, "
    "specific\n"
    "heats and magnetizations are per site.\n"
    "\n"
    "## Method\n"
    "`ising` with Swendsen-Wang clusters. The critical temperature is where the Binder cumulants of L and 2L cross; "
    "the\n"
    "corrections of the crossing fall as L^(-1/nu - omega) with nu = 1 and omega near 2, so that its tolerance is "
    "about\n"
    "L^-3. The energy at T_c has the form u_L = -sqrt 2 - a/L + O(L^-3) (Ferdinand and Fisher 1969): the intercept of\n"
    "u_L against 1/L is the energy of the infinite lattice. The specific heat there is A ln L + B + O(1/L).\n"
    "Finite tori have exact energies (Kaufman 1949), which the simulation must meet within its errors alone.\n"
    "Below T_c the magnetization of a torus differs from the infinite lattice's by exp(-L/xi); L is more than 14 xi.\n"
    "Where the tolerance is zero or next to it, nothing but three errors decides: of true claims one in 370 differs "
    "by\n"
    "chance, and a larger effort tells.\n"
    "\n"
    "## References\n"
    "L. Onsager, Phys. Rev. 65, 117 (1944). B. Kaufman, Phys. Rev. 76, 1232 (1949). C. N. Yang, Phys. Rev. 85, 808\n"
    "(1952). A. E. Ferdinand and M. E. Fisher, Phys. Rev. 185, 832 (1969).\n";

static const ons_claim claims[] = {
    {"tc", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "T_c from the Binder cumulants of L = 16 and 32", TC, 0, 1e-3,
     5e-3, "Onsager 1944", "corrections of the crossing, of order 16^-3 times T_c"},
    {"tc-large", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_STANDARD, "T_c from the Binder cumulants of L = 32 and 64", TC,
     0, 1e-4, 2e-3, "Onsager 1944", "corrections of the crossing, of order 32^-3 times T_c"},
    {"energy-critical", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK,
     "energy of the infinite lattice at T_c, -sqrt 2, from the sampled energies of L = 8, 16, ...", -1.4142135623730951,
     0, 1e-3, 0.02, "Onsager 1944", "terms beyond 1/L, of order 8^-3 / 2"},
    {"energy-critical-tori", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK,
     "the same from Kaufman's energies of the two largest tori", -1.4142135623730951, 0, 2.5e-4, 0, "Onsager 1944",
     "terms beyond 1/L, of order 16^-3"},
    {"kaufman-8", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "sampled energy of the torus of 8 x 8 at T = 2",
     -1.7456831702932, 0, 0, 5e-3, "Kaufman 1949", "nothing but the error of the mean"},
    {"kaufman-16", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "sampled energy of the torus of 16 x 16 at T = 2.3",
     -1.40606792559986, 0, 0, 5e-3, "Kaufman 1949", "nothing but the error of the mean"},
    {"kaufman-32", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "sampled energy of the torus of 32 x 32 at T = 2.5",
     -1.10729166097751, 0, 0, 5e-3, "Kaufman 1949", "nothing but the error of the mean"},
    {"heat-amplitude", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK,
     "growth of the specific heat at T_c with ln L: 8 / (pi T_c^2)", 0.494538589532319, 0, 0.06, 0.05,
     "Onsager 1944; Ferdinand and Fisher 1969", "the next term falls as 1/L: the amplitude over the smallest L, 8"},
    {"heat-diverges", ONS_CLAIM_ORDERING, 0, ONS_QUICK, "the specific heat at T_c grows with every doubling of L", 0, 0,
     0, 0, "Onsager 1944", "each step up by more than 3 errors"},
    {"yang-2.0", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK,
     "spontaneous magnetization (1 - sinh(2/T)^-4)^(1/8) at T = 2, from <|m|> of L = 32", 0.911319377877496, 0, 1e-6,
     2e-3, "Yang 1952", "exp(-L/xi), xi = 2.2"},
    {"yang-2.2", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_STANDARD,
     "spontaneous magnetization at T = 2.2, from <|m|> of L = 128", 0.784755131383922, 0, 1e-6, 2e-3, "Yang 1952",
     "exp(-L/xi), xi = 9"},
    {"order", ONS_CLAIM_ORDERING, 0, ONS_QUICK,
     "above T_c there is no order: <|m|> at T = 2.6 falls as L grows; below it stays (T = 1.8)", 0, 0, 0, 0,
     "Onsager 1944; Yang 1952", "at 2.6 down by more than 3 errors, at 1.8 equal within 3 errors and exp(-16/xi)"},
    {.id = NULL}};

static const char *const systems[] = {"ising", NULL};

/* ---- reading results ------------------------------------------------------------------------------------------------
 */

/* The task of a size and a temperature (given as it was written). */
static const ons_task_result *task_at(const ons_results *results, const char *size, const char *temperature) {
    for (size_t i = 0; i < ons_results_count(results); i++) {
        const ons_task_result *task = ons_results_task(results, i);
        bool matches = true;
        for (size_t p = 0; p < task->parameters; p++) {
            const char *wanted = strcmp(task->parameter[p], "L") == 0             ? size
                                 : strcmp(task->parameter[p], "temperature") == 0 ? temperature
                                                                                  : NULL;
            matches = matches && (!wanted || strcmp(task->value[p], wanted) == 0);
        }
        if (matches) { return task; }
    }
    return NULL;
}

typedef struct sampled {
    double value, error, exact;
} sampled;

static sampled quantity_of(const ons_task_result *task, const char *name) {
    const ons_result *result = task ? ons_task_find(task, name) : NULL;
    if (!result) { return (sampled){NAN, NAN, NAN}; }
    return (sampled){result->mean[0], result->error[0], result->exact ? result->exact[0] : NAN};
}

/* Steps by effort. */
static int steps_of(const ons_reproduction *r, int quick, int standard, int full) {
    const ons_effort effort = ons_reproduction_effort(r);
    return effort == ONS_QUICK ? quick : effort == ONS_STANDARD ? standard : full;
}

/* ---- the critical temperature ---------------------------------------------------------------------------------------
 */

static void draw_binder(ons_reproduction *r, const ons_results *results, const char *const *sizes, size_t count) {
    ons_figure_begin(r, "binder", "Binder cumulants cross at T_c", "temperature", "binder", 0);
    for (size_t s = 0; s < count; s++) {
        double x[32], y[32], error[32];
        char label[32];
        size_t points = 0;
        for (size_t i = 0; i < ons_results_count(results) && points < 32; i++) {
            const ons_task_result *task = ons_results_task(results, i);
            const char *temperature = NULL;
            bool mine = false;
            for (size_t p = 0; p < task->parameters; p++) {
                if (strcmp(task->parameter[p], "temperature") == 0) { temperature = task->value[p]; }
                if (strcmp(task->parameter[p], "L") == 0) { mine = strcmp(task->value[p], sizes[s]) == 0; }
            }
            if (!mine || !temperature || ons_parse_real(temperature, &x[points]) != ONS_OK) { continue; }
            const sampled binder = quantity_of(task, "binder");
            y[points] = binder.value;
            error[points++] = binder.error;
        }
        snprintf(label, sizeof label, "L = %s", sizes[s]);
        ons_figure_curve(r, label, points, x, y, error);
    }
}

static ons_status settle_crossing(ons_reproduction *r, const ons_results *results, double size, const char *id) {
    ons_crossing_row *rows = NULL;
    size_t count = 0;
    const ons_status status = ons_results_crossings(results, "binder", "temperature", "L", &rows, &count);
    if (status == ONS_MEMORY) { return status; }
    if (status != ONS_OK) {
        ons_claim_skip(r, id, "%s", ons_message());
        return ONS_OK;
    }
    for (size_t i = 0; i < count; i++) {
        const ons_crossing *crossing = &rows[i].crossing;
        if (rows[i].by1 != size) { continue; }
        ons_claim_number(r, id, crossing->x, crossing->x_error,
                         "the Binder cumulants cross at height %.4f (%.0e); polynomials of degree %u, goodness %.2f",
                         crossing->y, crossing->y_error, crossing->degree, crossing->goodness);
    }
    free(rows);
    return ONS_OK;
}

static ons_status critical_temperature(ons_reproduction *r) {
    static const char *const small[] = {"8", "16", "32"}, *const large[] = {"16", "32", "64"};
    const bool more = ons_reproduction_effort(r) >= ONS_STANDARD;
    const ons_results *results;
    ons_status status = ons_reproduction_run(r, &results, "crossing", JOB " L=%s temperature=%s steps=%d",
                                             more ? "16,32,64" : "8,16,32", more ? "2.24:2.3:0.01" : "2.22:2.32:0.02",
                                             steps_of(r, 6000, 40000, 400000));
    if (status != ONS_OK) { return status; }
    status = settle_crossing(r, results, 16, "tc");
    if (status == ONS_OK && more) { status = settle_crossing(r, results, 32, "tc-large"); }
    if (status == ONS_OK) { draw_binder(r, results, more ? large : small, 3); }
    return status;
}

/* ---- at the critical temperature ------------------------------------------------------------------------------------
 */

#define SIZES 5

typedef struct critical {
    double length[SIZES], inverse[SIZES], logarithm[SIZES];
    double energy[SIZES], energy_error[SIZES], energy_exact[SIZES];
    double heat[SIZES], heat_error[SIZES];
    size_t count;
} critical;

static void read_critical(const ons_results *results, critical *at) {
    static const double lengths[SIZES] = {8, 16, 32, 64, 128};
    for (size_t i = 0; i < ons_results_count(results) && i < SIZES; i++) {
        const ons_task_result *task = ons_results_task(results, i);
        const sampled energy = quantity_of(task, "energy"), heat = quantity_of(task, "specific_heat");
        at->length[i] = lengths[i];
        at->inverse[i] = 1 / lengths[i];
        at->logarithm[i] = log(lengths[i]);
        at->energy[i] = energy.value;
        at->energy_error[i] = energy.error;
        at->energy_exact[i] = energy.exact;
        at->heat[i] = heat.value;
        at->heat_error[i] = heat.error;
        at->count = i + 1;
    }
}

/* The intercept of the energies against 1/L, of the sampled and of Kaufman's. */
static ons_status settle_energy(ons_reproduction *r, const critical *at) {
    ons_fit fit;
    double error;
    ons_status status = ons_fit_polynomial(at->inverse, at->energy, at->energy_error, at->count, 1, &fit);
    if (status != ONS_OK) { return status; }
    const double intercept = ons_fit_value(&fit, 0, &error);
    ons_claim_number(r, "energy-critical", intercept, error, "a line in 1/L through %zu sizes from L = 8", at->count);
    const size_t last = at->count - 1;
    const double limit =
        (at->length[last] * at->energy_exact[last] - at->length[last - 1] * at->energy_exact[last - 1]) /
        (at->length[last] - at->length[last - 1]);
    ons_claim_number(r, "energy-critical-tori", limit, 0, "a line in 1/L through the tori of L = %.0f and %.0f",
                     at->length[last - 1], at->length[last]);
    return ONS_OK;
}

static ons_status settle_heat(ons_reproduction *r, const critical *at) {
    ons_fit fit;
    const ons_status status = ons_fit_polynomial(at->logarithm, at->heat, at->heat_error, at->count, 1, &fit);
    if (status != ONS_OK) { return status; }
    /* The error of a slope: 1 / sqrt(sum of (x - mean)^2 / error^2). */
    double weight = 0, mean = 0, spread = 0;
    for (size_t i = 0; i < at->count; i++) {
        const double w = 1 / (at->heat_error[i] * at->heat_error[i]);
        weight += w;
        mean += w * at->logarithm[i];
    }
    mean /= weight;
    for (size_t i = 0; i < at->count; i++) {
        const double away = at->logarithm[i] - mean;
        spread += away * away / (at->heat_error[i] * at->heat_error[i]);
    }
    ons_claim_number(r, "heat-amplitude", ons_fit_slope(&fit, 0), 1 / sqrt(spread),
                     "a line in ln L through %zu sizes from L = 8", at->count);
    bool grows = true;
    for (size_t i = 1; i < at->count; i++) {
        grows = grows && at->heat[i] - at->heat[i - 1] > 3 * hypot(at->heat_error[i], at->heat_error[i - 1]);
    }
    ons_claim_holds(r, "heat-diverges", grows, "specific heat %.3f at L = %.0f, %.3f at L = %.0f, %.3f at L = %.0f",
                    at->heat[0], at->length[0], at->heat[1], at->length[1], at->heat[at->count - 1],
                    at->length[at->count - 1]);
    return ONS_OK;
}

static ons_status critical_point(ons_reproduction *r) {
    const bool more = ons_reproduction_effort(r) >= ONS_STANDARD;
    const ons_results *results;
    ons_status status = ons_reproduction_run(r, &results, "critical", JOB " L=%s steps=%d",
                                             more ? "8,16,32,64,128" : "8,16,32", steps_of(r, 15000, 40000, 400000));
    if (status != ONS_OK) { return status; }
    critical at = {0};
    read_critical(results, &at);
    status = settle_energy(r, &at);
    if (status == ONS_OK) { status = settle_heat(r, &at); }
    if (status != ONS_OK) { return status; }
    ons_figure_begin(r, "energy", "Energy at T_c", "1/L", "energy", 0);
    ons_figure_curve(r, "sampled", at.count, at.inverse, at.energy, at.energy_error);
    ons_figure_curve(r, "Kaufman 1949", at.count, at.inverse, at.energy_exact, NULL);
    return ons_reproduction_state(r, "critical", at.count - 1, 0, "critical", "The largest lattice at T_c");
}

/* ---- finite tori ----------------------------------------------------------------------------------------------------
 */

static ons_status finite_tori(ons_reproduction *r) {
    static const struct torus {
        const char *id, *size, *temperature;
    } tori[] = {{"kaufman-8", "8", "2"}, {"kaufman-16", "16", "2.3"}, {"kaufman-32", "32", "2.5"}};
    const int steps = steps_of(r, 10000, 100000, 1000000);
    ons_status status = ONS_OK;
    for (size_t i = 0; i < 3 && status == ONS_OK; i++) {
        const ons_results *results;
        status = ons_reproduction_run(r, &results, tori[i].id, JOB " L=%s temperature=%s steps=%d", tori[i].size,
                                      tori[i].temperature, steps);
        if (status != ONS_OK) { break; }
        const sampled energy = quantity_of(ons_results_task(results, 0), "energy");
        ons_claim_number(r, tori[i].id, energy.value, energy.error, "Swendsen-Wang, 4 replicas of %d steps", steps);
    }
    return status;
}

/* ---- the magnetization ----------------------------------------------------------------------------------------------
 */

static double yang(double temperature) {
    const double s = sinh(2 / temperature);
    return s > 1 ? pow(1 - pow(s, -4), 0.125) : 0;
}

#define TEMPERATURES 9

static void draw_magnetization(ons_reproduction *r, const ons_results *results) {
    static const char *const sizes[] = {"16", "32"};
    static const char *const temperatures[TEMPERATURES] = {"1.8", "1.9", "2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"};
    ons_figure_begin(r, "magnetization", "Magnetization against Yang's solution", "temperature", "<|m|>", 0);
    for (size_t s = 0; s < 2; s++) {
        double x[TEMPERATURES], y[TEMPERATURES], error[TEMPERATURES];
        char label[32];
        for (size_t t = 0; t < TEMPERATURES; t++) {
            const sampled m = quantity_of(task_at(results, sizes[s], temperatures[t]), "magnetization_abs");
            x[t] = 1.8 + 0.1 * (double)t;
            y[t] = m.value;
            error[t] = m.error;
        }
        snprintf(label, sizeof label, "L = %s", sizes[s]);
        ons_figure_curve(r, label, TEMPERATURES, x, y, error);
    }
    double x[161], y[161];
    for (size_t i = 0; i < 161; i++) {
        x[i] = 1.8 + 0.005 * (double)i;
        y[i] = yang(x[i]);
    }
    ons_figure_curve(r, "Yang 1952", 161, x, y, NULL);
}

static ons_status magnetization(ons_reproduction *r) {
    const bool more = ons_reproduction_effort(r) >= ONS_STANDARD;
    const ons_results *results;
    ons_status status =
        ons_reproduction_run(r, &results, "magnetization", JOB " L=16,32 temperature=1.8:2.6:0.1 steps=%d",
                             steps_of(r, 4000, 40000, 400000));
    if (status != ONS_OK) { return status; }
    const sampled at_2 = quantity_of(task_at(results, "32", "2"), "magnetization_abs");
    ons_claim_number(r, "yang-2.0", at_2.value, at_2.error, "<|m|> of L = 32");
    const sampled low16 = quantity_of(task_at(results, "16", "1.8"), "magnetization_abs"),
                  low32 = quantity_of(task_at(results, "32", "1.8"), "magnetization_abs"),
                  high16 = quantity_of(task_at(results, "16", "2.6"), "magnetization_abs"),
                  high32 = quantity_of(task_at(results, "32", "2.6"), "magnetization_abs");
    const bool falls = high16.value - high32.value > 3 * hypot(high16.error, high32.error);
    const bool stays = fabs(low16.value - low32.value) < 3 * hypot(low16.error, low32.error) + 1e-5;
    ons_claim_holds(r, "order", falls && stays,
                    "<|m|> at T = 2.6: %.4f at L = 16, %.4f at L = 32; at T = 1.8: %.5f, %.5f", high16.value,
                    high32.value, low16.value, low32.value);
    draw_magnetization(r, results);
    if (!more) { return ONS_OK; }
    status = ons_reproduction_run(r, &results, "yang-2.2", JOB " L=128 temperature=2.2 steps=%d",
                                  steps_of(r, 0, 10000, 200000));
    if (status != ONS_OK) { return status; }
    const sampled at_22 = quantity_of(ons_results_task(results, 0), "magnetization_abs");
    ons_claim_number(r, "yang-2.2", at_22.value, at_22.error, "<|m|> of L = 128");
    return ONS_OK;
}

static ons_status reproduce(ons_reproduction *r) {
    ons_status status = finite_tori(r);
    if (status == ONS_OK) { status = critical_point(r); }
    if (status == ONS_OK) { status = critical_temperature(r); }
    if (status == ONS_OK) { status = magnetization(r); }
    return status;
}

extern const ons_paper ons_paper_onsager_1944;
const ons_paper ons_paper_onsager_1944 = {
    .name = "onsager-1944",
    .title = "Crystal Statistics. I. A Two-Dimensional Model with an Order-Disorder Transition",
    .authors = "Lars Onsager",
    .reference = "Phys. Rev. 65, 117 (1944)",
    .summary =
        "the square Ising model: critical temperature, energy, specific heat and magnetization against the exact "
        "solution",
    .details = details,
    .systems = systems,
    .claims = claims,
    .reproduce = reproduce,
};

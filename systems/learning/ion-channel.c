/*
 * ion-channel: a single file of sites between two baths, in equilibrium and driven.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/ion_channel.h>
#include <onsager/learning/maximum_entropy.h>
#include <onsager/system.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "M sites in a row, each empty or with one ion of one of several species; energies in kT:\n"
    "\n"
    "    E = sum_i energy(i, s_i) + sum_i interaction(s_i, s_{i+1}),  ln c_s = potential_s in the left bath,\n"
    "    ratio_s times that concentration in the right one.\n"
    "\n"
    "Ions enter and leave at both ends and hop to empty neighbours. A move to the right that changes the energy by dE "
    "has "
    "the\n"
    "rate attempt exp(- dE/2 + z V/(2 (M + 1))), to the left with - V, entering times the concentration of the bath: "
    "local detailed\n"
    "balance. V in kT/e, positive V drives positive ions to the right. A passage from bath to bath counts 1, each of "
    "its "
    "M + 1\n"
    "hops 1/(M + 1).\n"
    "\n"
    "Equilibrium (left bath, V = 0) is solved by transfer matrices. `levels` builds it up by maximum entropy, from "
    "mean "
    "occupancy\n"
    "to occupancies of sites, of neighbouring pairs, and of species.\n"
    "\n"
    "The charge Q = sum of charges that have passed is tilted by exp(gamma Q): theta(gamma) is the largest eigenvalue "
    "of "
    "the\n"
    "tilted generator (scaled cumulant generating function), its derivatives are the current and the noise of the "
    "driven\n"
    "process (Doob's transform), gamma current - theta is the price of that current in nats per unit of time. All "
    "observables\n"
    "of the kinetics are those of the process driven by `gamma`; 0 is the channel itself. `response` is the matrix of "
    "second\n"
    "derivatives of theta along the species: it is both the response d J_a/d gamma_b and the covariance of the "
    "passages "
    "per unit\n"
    "of time, at any distance from equilibrium. With V = 0 and equal baths, d(current)/dV = noise/2 (Johnson and "
    "Nyquist).\n"
    "\n"
    "D. M. Rogers, T. L. Beck and S. B. Rempe, J. Stat. Phys. 145, 385 (2011), arXiv:1105.5662. D. T. Gillespie, J. "
    "Phys. "
    "Chem. 81,\n"
    "2340 (1977).\n";

static const ons_parameter parameters[] = {
    {"sites", ONS_INTEGER, 0, "4", NULL, "[1, 100000]", NULL, NULL, "M"},
    {"potential", ONS_REAL, ONS_ARRAY, "[0]", NULL, NULL, NULL, "kT",
     "chemical potential of each species in the left bath, ln c; its length is the number of species"},
    {"ratio", ONS_REAL, ONS_ARRAY, "[1]", NULL, "[0, inf)", NULL, NULL,
     "concentration on the right over that on the left: one number or one a species"},
    {"energy", ONS_REAL, ONS_ARRAY, "[0]", NULL, NULL, NULL, "kT",
     "of an ion in a site: one number, one a species, or one a species for every site in turn"},
    {"interaction", ONS_REAL, ONS_ARRAY, "[2]", NULL, NULL, NULL, "kT",
     "of neighbours: one number, or a symmetric matrix of the species row by row"},
    {"charge", ONS_REAL, ONS_ARRAY, "[1]", NULL, NULL, NULL, "e", "one number or one a species"},
    {"kinetics", ONS_BOOLEAN, 0, "yes", NULL, NULL, NULL, NULL, "no: equilibrium alone, with any number of sites"},
    {"voltage", ONS_REAL, 0, "0", NULL, NULL, "kinetics=yes", "kT/e", "V, left less right"},
    {"attempt", ONS_REAL, 0, "1", NULL, "(0, inf)", "kinetics=yes", "1/time",
     "rate of a move without change of energy"},
    {"drive", ONS_CHOICE, 0, "gamma", "gamma|current", NULL, "kinetics=yes", NULL,
     "what drives the channel: a tilt, or the current that the tilt is to give (maximum caliber)"},
    {"gamma", ONS_REAL, 0, "0", NULL, NULL, "drive=gamma", "1/e", "the tilt conjugate to the charge that passes"},
    {"target", ONS_REAL, 0, "0", NULL, NULL, "drive=current", "e/time", "the current that is to flow"},
    {"points", ONS_INTEGER, 0, "21", NULL, "[2, 1001]", "kinetics=yes", NULL, "rows of the table `generating`"},
    {"reach", ONS_REAL, 0, "2", NULL, "(0, 20]", "kinetics=yes", "1/e", "its largest tilt"},
    {"trajectories", ONS_INTEGER, 0, "0", NULL, "[0, 10000000]", "kinetics=yes", NULL,
     "paths drawn by Gillespie's method, for the current and its noise once more; 0: none"},
    {"duration", ONS_REAL, 0, "50", NULL, "(0, inf)", "kinetics=yes", "time", "of each of them"},
    {.name = NULL}};

/* clang-format off */
enum { LOG_PARTITION, IONS, VARIANCE, ENTROPY, OCCUPANCY, EQUILIBRIUM, CURRENT = EQUILIBRIUM, TILT, NOISE, THETA, PRODUCTION, PASSAGES, RESPONSE,
       DRIVEN_OCCUPANCY, SAMPLED_CURRENT, SAMPLED_NOISE, GENERATING, LEVELS };
/* clang-format on */

static const ons_observable observables[] = {
    [LOG_PARTITION] = {"log_partition", ONS_VALUE, 0, NULL, NULL, NULL, "ln Z in equilibrium"},
    [IONS] = {"ions", ONS_VALUE, 0, NULL, NULL, NULL, "<N> in equilibrium"},
    [VARIANCE] = {"ions_variance", ONS_VALUE, 0, NULL, NULL, NULL, "<N^2> - <N>^2 in equilibrium"},
    [ENTROPY] = {"entropy", ONS_VALUE, 0, NULL, NULL, "nat", "- sum p ln p in equilibrium"},
    [OCCUPANCY] = {"occupancy", ONS_VALUE, 0, NULL, NULL, NULL, "of every site by every species, in equilibrium"},
    [CURRENT] = {"current", ONS_VALUE, 0, NULL, NULL, "e/time", "mean charge that passes to the right"},
    [TILT] = {"tilt", ONS_VALUE, 0, NULL, NULL, "1/e", "gamma of the driven process"},
    [NOISE] = {"noise", ONS_VALUE, 0, NULL, NULL, "e^2/time", "variance of the charge that passes, per unit of time"},
    [THETA] = {"theta", ONS_VALUE, 0, NULL, NULL, "1/time", "lim ln <exp(gamma Q)>/t"},
    [PRODUCTION] = {"entropy_production", ONS_VALUE, 0, NULL, NULL, "nat/time", "of the driven stationary state"},
    [PASSAGES] = {"passages", ONS_VALUE, 0, NULL, NULL, "1/time", "mean rate of passages of every species"},
    [RESPONSE] = {"response", ONS_VALUE, 0, NULL, NULL, "1/time",
                  "covariance of the passages per unit of time = their response to tilts"},
    [DRIVEN_OCCUPANCY] = {"stationary_occupancy", ONS_VALUE, 0, NULL, NULL, NULL,
                          "of every site by every species, in the driven stationary state"},
    [SAMPLED_CURRENT] = {"sampled_current", ONS_VALUE, 0, NULL, NULL, "e/time", "current of the drawn paths"},
    [SAMPLED_NOISE] = {"sampled_noise", ONS_VALUE, 0, NULL, NULL, "e^2/time",
                       "their variance over the duration (it tends to `noise` for long ones)"},
    [GENERATING] = {"generating", ONS_TABLE, 0, NULL, "gamma, theta, current, noise, price", NULL,
                    "along gamma; price: gamma current - theta, the rate function of that current"},
    [LEVELS] = {"levels", ONS_TABLE, 0, NULL, "level, known:text, entropy, divergence", NULL,
                "maximum entropy under ever more averages of the equilibrium: entropy falls, to that of the channel"},
    {.name = NULL}};

/* ---- the channel that is asked --------------------------------------------------------------------------------- */

typedef struct asked {
    ons_ion_channel channel;
    double *memory;
} asked;

static void release(asked *a) {
    free(a->memory);
    *a = (asked){0};
}

/* One number for all, or as many as are wanted; `each`: repeated after so many (0: not allowed). */
static ons_status spread(const ons_parameters *p, const char *name, size_t wanted, size_t each, double *to) {
    size_t count;
    const double *from = ons_reals(p, name, &count);
    if (wanted == 1 && count != 1) {
        return ons_fail(ONS_INVALID, "%s has %zu numbers, but 1 is expected for one species", name, count);
    }
    if (count != 1 && count != wanted && !(each && count == each)) {
        return ons_fail(ONS_INVALID, "%s has %zu numbers, but 1%s%s or %zu are expected", name, count,
                        each ? " or one a species" : "", each ? "," : "", wanted);
    }
    for (size_t k = 0; k < wanted; k++) { to[k] = from[k % count]; }
    return ONS_OK;
}

static ons_status read_channel(asked *a, const ons_parameters *p) {
    size_t species;
    const double *potential = ons_reals(p, "potential", &species);
    const size_t m = (size_t)ons_integer(p, "sites");
    if (species == 0 || species > 20) { return ons_fail(ONS_INVALID, "potential: 1 to 20 species, not %zu", species); }
    a->memory = ONS_NEW(double, m *species + species * species + 4 * species);
    if (!a->memory) { return ONS_MEMORY; }
    double *energy = a->memory, *interaction = energy + m * species, *left = interaction + species * species,
           *right = left + species, *charge = right + species;
    const bool moves = ons_boolean(p, "kinetics");
    a->channel = (ons_ion_channel){m,
                                   species,
                                   energy,
                                   interaction,
                                   left,
                                   right,
                                   charge,
                                   moves ? ons_real(p, "voltage") : 0,
                                   moves ? ons_real(p, "attempt") : 1};
    ons_status status = spread(p, "energy", m * species, species, energy);
    if (!status) { status = spread(p, "interaction", species * species, 0, interaction); }
    if (!status) { status = spread(p, "ratio", species, 0, right); }
    if (!status) { status = spread(p, "charge", species, 0, charge); }
    for (size_t s = 0; s < species && !status; s++) {
        left[s] = exp(potential[s]);
        right[s] *= left[s];
        if (!(isfinite(left[s]) && left[s] > 0 && isfinite(right[s]))) {
            status = ons_fail(ONS_INVALID, "potential: exp(%g) is no concentration that can be used", potential[s]);
        }
    }
    return status;
}

static double configurations(const ons_ion_channel *c) { return pow((double)c->species + 1, (double)c->sites); }

/* Levels are enumerated: 4096 states with some 200 averages. */
static bool has_levels(const ons_ion_channel *c) {
    return configurations(c) <= 4096 && c->sites * c->species * (1 + c->species) <= 200;
}

static void omit_kinetics(ons_plan *plan) {
    for (size_t k = CURRENT; k <= GENERATING; k++) { ons_plan_omit(plan, observables[k].name); }
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    asked a = {0};
    ons_status status = read_channel(&a, p);
    ons_ion_equilibrium equilibrium = {0};
    if (!status) { status = ons_ion_equilibrium_solve(&a.channel, &equilibrium); } /* what cannot be is refused now */
    ons_ion_equilibrium_free(&equilibrium);
    const bool moves = ons_boolean(p, "kinetics");
    if (!status && moves && configurations(&a.channel) > ONS_PATH_STATES) {
        status =
            ons_fail(ONS_INVALID,
                     "%zu sites with %zu species have %.4g configurations; kinetics solves %d at most (kinetics=no: "
                     "equilibrium has no such limit)",
                     a.channel.sites, a.channel.species, configurations(&a.channel), ONS_PATH_STATES);
    }
    if (!status) {
        const double states = moves ? configurations(&a.channel) : 0;
        const size_t species = a.channel.species, shape[2] = {a.channel.sites, species}, square[2] = {species, species};
        ons_plan_bytes(plan, 16 * states * states + 64.0 * (double)(a.channel.sites * species * species) + 1e6);
        ons_plan_shape(plan, OCCUPANCY, 2, shape);
        ons_plan_shape(plan, DRIVEN_OCCUPANCY, 2, shape);
        ons_plan_shape(plan, PASSAGES, 1, &species);
        ons_plan_shape(plan, RESPONSE, 2, square);
        if (!has_levels(&a.channel)) { ons_plan_omit(plan, "levels"); }
        if (!moves) { omit_kinetics(plan); }
        if (moves && ons_integer(p, "trajectories") < 2) {
            ons_plan_omit(plan, "sampled_current");
            ons_plan_omit(plan, "sampled_noise");
        }
    }
    release(&a);
    return status;
}

typedef struct channel_state {
    uint64_t finished;
} channel_state;

static ons_status create(void *state, ons_context *context) {
    (void)state;
    (void)context;
    return ONS_OK;
}

/* ---- equilibrium ----------------------------------------------------------------------------------------------- */

static ons_status put_equilibrium(const asked *a, ons_context *context, ons_ion_equilibrium *e) {
    const ons_status status = ons_ion_equilibrium_solve(&a->channel, e);
    if (status) { return status; }
    const double values[] = {e->log_partition, e->mean, e->variance, e->entropy};
    for (size_t k = 0; k < 4; k++) { ons_value(context, LOG_PARTITION + k, 0, 0, values[k], 0); }
    for (size_t k = 0; k < a->channel.sites * a->channel.species; k++) {
        ons_value(context, OCCUPANCY, 0, k, e->occupancy[k], 0);
    }
    return ONS_OK;
}

enum { LEVEL_MEAN, LEVEL_SITES, LEVEL_PAIRS, LEVEL_SPECIES, LEVEL_COUNT };

/* How many places a level looks at, and into how many kinds it parts the ions there. */
typedef struct level_shape {
    size_t sites, pairs, kinds;
} level_shape;

static level_shape shape_of(const ons_ion_channel *c, int level) {
    return (level_shape){.sites = level == LEVEL_MEAN ? 1 : c->sites,
                         .pairs = level >= LEVEL_PAIRS ? c->sites - 1 : 0,
                         .kinds = level == LEVEL_SPECIES ? c->species : 1};
}

/* The features of a level in one configuration, `stride` numbers apart. */
static void look_at(const ons_ion_channel *c, int level, const uint8_t *content, size_t stride, double *feature) {
    const level_shape shape = shape_of(c, level);
    const bool species = level == LEVEL_SPECIES;
    for (size_t k = 0; k < shape.sites * shape.kinds; k++, feature += stride) {
        const size_t i = k / shape.kinds, s = k % shape.kinds;
        *feature = species ? content[i] == s + 1 : content[i] > 0;
        for (size_t j = 1; level == LEVEL_MEAN && j < c->sites; j++) { *feature += content[j] > 0; }
    }
    const size_t squared = shape.kinds * shape.kinds;
    for (size_t k = 0; k < shape.pairs * squared; k++, feature += stride) {
        const size_t i = k / squared, s = k % squared;
        const bool these = content[i] == s / c->species + 1 && content[i + 1] == s % c->species + 1;
        *feature = species ? these : content[i] > 0 && content[i + 1] > 0;
    }
}

/* Features of a level in all configurations with their averages in equilibrium; returns how many. */
static size_t fill_level(const ons_ion_channel *c, const ons_ion_equilibrium *e, int level, double *feature,
                         double *average) {
    const size_t m = c->sites, n = c->species, states = (size_t)configurations(c);
    const level_shape shape = shape_of(c, level);
    const bool species = level == LEVEL_SPECIES;
    const size_t single = shape.sites * shape.kinds, squared = shape.kinds * shape.kinds;
    for (size_t state = 0; state < states; state++) {
        uint8_t content[64] = {0};
        size_t rest = state;
        for (size_t i = 0; i < m; i++, rest /= n + 1) { content[i] = (uint8_t)(rest % (n + 1)); }
        look_at(c, level, content, states, feature + state);
    }
    memset(average, 0, (single + shape.pairs * squared) * sizeof *average);
    for (size_t k = 0; k < m * n; k++) {
        const size_t at = k / n * shape.kinds + (species ? k % n : 0);
        average[level == LEVEL_MEAN ? 0 : at] += e->occupancy[k];
    }
    for (size_t k = 0; k < shape.pairs * n * n; k++) {
        average[single + k / (n * n) * squared + (species ? k % (n * n) : 0)] += e->pair[k];
    }
    return single + shape.pairs * squared;
}

static ons_status put_levels(const asked *a, const ons_ion_equilibrium *e, ons_context *context) {
    static const char *const known[] = {"nothing", "mean number of ions", "occupancy of every site",
                                        "and of neighbouring pairs", "and of species"};
    const ons_ion_channel *c = &a->channel;
    const size_t states = (size_t)configurations(c), most = c->sites * c->species * (1 + c->species);
    double *feature = ONS_NEW(double, most *states), *average = ONS_NEW(double, most);
    ons_maximum_entropy s = {0};
    ons_status status = feature && average ? ONS_OK : ONS_MEMORY;
    for (int level = -1; level < LEVEL_COUNT && !status; level++) {
        if (level == LEVEL_SPECIES && c->species == 1) { break; }
        const size_t features = level < 0 ? 0 : fill_level(c, e, level, feature, average);
        status = ons_maximum_entropy_solve(
            &(ons_maximum_entropy_problem){
                .states = states, .features = features, .feature = feature, .average = average},
            &s);
        if (status) { break; }
        ons_row(context, LEVELS, 0,
                (ons_cell[]){
                    {.number = level}, {.text = known[level + 1]}, {.number = s.entropy}, {.number = s.divergence}});
    }
    ons_maximum_entropy_free(&s);
    free(feature);
    free(average);
    if (status == ONS_INVALID) {
        ons_row(context, LEVELS, 0,
                (ons_cell[]){{.number = NAN}, {.text = ons_message()}, {.number = NAN}, {.number = NAN}});
        return ONS_OK; /* occupancies at the edge of what doubles can tell from 0 or 1 */
    }
    return status;
}

/* ---- kinetics -------------------------------------------------------------------------------------------------- */

static void contract(const asked *a, const ons_path_solution *s, double *current, double *noise) {
    const size_t n = a->channel.species;
    const double *charge = a->channel.charge;
    assert(charge);
    *current = *noise = 0;
    for (size_t k = 0; k < n; k++) {
        *current += charge[k] * s->rate[k];
        for (size_t l = 0; l < n; l++) { *noise += charge[k] * charge[l] * s->covariance[k * n + l]; }
    }
}

static ons_status solve_at(const asked *a, const ons_path_process *process, double gamma, double *tilt,
                           ons_path_solution *s) {
    for (size_t k = 0; k < a->channel.species; k++) { tilt[k] = gamma * a->channel.charge[k]; }
    return ons_path_solve(process, tilt, s);
}

static ons_status put_generating(const asked *a, const ons_path_process *process, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    const size_t points = (size_t)ons_integer(p, "points");
    const double reach = ons_real(p, "reach");
    double tilt[20];
    ons_path_solution s = {0};
    ons_cell(*rows)[5] = ons_allocate(points, sizeof *rows);
    ons_status status = rows ? ONS_OK : ONS_MEMORY;
    for (size_t k = 0; k < points && !status; k++) {
        const double gamma = reach * (2 * (double)k - (double)points + 1) / ((double)points - 1);
        double current, noise;
        status = solve_at(a, process, gamma, tilt, &s);
        if (status) { break; }
        contract(a, &s, &current, &noise);
        const double numbers[5] = {gamma, s.theta, current, noise, gamma * current - s.theta};
        for (size_t c = 0; c < 5; c++) { rows[k][c].number = numbers[c]; }
        if (ons_halted(context, (double)k, (double)points)) { status = ONS_STOPPED; }
    }
    for (size_t k = 0; k < points && !status; k++) { ons_row(context, GENERATING, 0, rows[k]); }
    free(rows);
    ons_path_solution_free(&s);
    return status;
}

static size_t draw_state(const ons_path_solution *s, ons_random *random) {
    double mark = ons_random_uniform(random);
    size_t x = 0;
    while (x + 1 < s->states && mark >= s->probability[x]) { mark -= s->probability[x++]; }
    return x;
}

/* Paths of the driven process from its stationary state; the error of the variance from the fourth moment. */
static ons_status put_samples(const asked *a, const ons_path_process *process, const double *rates,
                              const ons_path_solution *s, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    const size_t count = (size_t)ons_integer(p, "trajectories"), n = a->channel.species;
    const double *charges = a->channel.charge;
    assert(charges);
    if (count < 2) { return ONS_OK; }
    const double duration = ons_real(p, "duration");
    ons_path_sampler *sampler = NULL;
    ons_status status = ons_path_sampler_create(&sampler, process, rates);
    ons_random random = ons_stream(context, 0, 0);
    double expected, noise, moments[4] = {0};
    contract(a, s, &expected, &noise);
    expected *= duration;
    for (size_t k = 0; k < count && !status; k++) {
        double totals[20] = {0}, charge = -expected;
        (void)ons_path_sample(sampler, draw_state(s, &random), duration, &random, totals);
        for (size_t l = 0; l < n; l++) { charge += charges[l] * totals[l]; }
        double power = 1;
        for (size_t m = 0; m < 4; m++) { moments[m] += (power *= charge) / (double)count; }
        if (k % 256 == 0 && ons_halted(context, (double)k, (double)count)) { status = ONS_STOPPED; }
    }
    ons_path_sampler_free(sampler);
    if (status) { return status; }
    const double total = (double)count, variance = (moments[1] - moments[0] * moments[0]) * total / (total - 1);
    ons_value(context, SAMPLED_CURRENT, 0, 0, (expected + moments[0]) / duration, sqrt(variance / total) / duration);
    ons_value(context, SAMPLED_NOISE, 0, 0, variance / duration,
              sqrt(fmax(0, moments[3] - moments[1] * moments[1]) / total) / duration);
    return ONS_OK;
}

static void put_stationary(const asked *a, const ons_path_solution *s, const uint8_t *content, ons_context *context) {
    const size_t m = a->channel.sites, n = a->channel.species;
    for (size_t i = 0; i < m; i++) {
        for (size_t k = 0; k < n; k++) {
            double sum = 0;
            for (size_t x = 0; x < s->states; x++) { sum += content[x * m + i] == k + 1 ? s->probability[x] : 0; }
            ons_value(context, DRIVEN_OCCUPANCY, 0, i * n + k, sum, 0);
        }
    }
    for (size_t k = 0; k < n; k++) {
        ons_value(context, PASSAGES, 0, k, s->rate[k], 0);
        for (size_t l = 0; l < n; l++) { ons_value(context, RESPONSE, 0, k * n + l, s->covariance[k * n + l], 0); }
    }
}

/* The tilt of the charge that gives a current: all species as one functional. */
static ons_status find_tilt(const asked *a, const ons_path_process *process, double current, double *gamma) {
    const double *each = a->channel.charge;
    assert(each);
    ons_path_process charge = *process;
    charge.functionals = 1;
    charge.weight = ONS_NEW(double, process->events);
    if (!charge.weight) { return ONS_MEMORY; }
    for (size_t k = 0; k < process->functionals; k++) {
        for (size_t e = 0; e < process->events; e++) {
            charge.weight[e] += each[k] * process->weight[k * process->events + e];
        }
    }
    const ons_status status = ons_path_fit(&charge, &current, gamma, NULL);
    free(charge.weight);
    return status;
}

static ons_status put_kinetics(const asked *a, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    double gamma = ons_present(p, "gamma") ? ons_real(p, "gamma") : 0;
    ons_path_process process = {0};
    ons_path_solution s = {0};
    uint8_t *content = NULL;
    double tilt[20], current, noise, *rates = NULL;
    ons_status status = ons_ion_process(&a->channel, &process, &content);
    if (!status && ons_present(p, "target")) { status = find_tilt(a, &process, ons_real(p, "target"), &gamma); }
    if (!status) { status = solve_at(a, &process, gamma, tilt, &s); }
    if (!status) {
        rates = ONS_NEW(double, process.events);
        status = rates ? ONS_OK : ONS_MEMORY;
    }
    if (!status) {
        contract(a, &s, &current, &noise);
        ons_path_driven(&process, tilt, &s, rates);
        ons_value(context, CURRENT, 0, 0, current, 0);
        ons_value(context, TILT, 0, 0, gamma, 0);
        ons_value(context, NOISE, 0, 0, noise, 0);
        ons_value(context, THETA, 0, 0, s.theta, 0);
        ons_value(context, PRODUCTION, 0, 0, ons_path_entropy_production(&process, rates, s.probability), 0);
        put_stationary(a, &s, content, context);
        status = put_samples(a, &process, rates, &s, context);
    }
    if (!status) { status = put_generating(a, &process, context); }
    free(rates);
    free(content);
    ons_path_process_free(&process);
    ons_path_solution_free(&s);
    return status;
}

static ons_status advance(void *memory, ons_context *context) {
    channel_state *state = memory;
    if (state->finished) { return ONS_DONE; }
    const ons_parameters *p = ons_context_parameters(context);
    asked a = {0};
    ons_ion_equilibrium equilibrium = {0};
    ons_status status = read_channel(&a, p);
    /* The kinetics may be halted, and comes before any other row. */
    if (!status && ons_boolean(p, "kinetics")) { status = put_kinetics(&a, context); }
    if (!status) { status = put_equilibrium(&a, context, &equilibrium); }
    if (!status && has_levels(&a.channel)) { status = put_levels(&a, &equilibrium, context); }
    ons_ion_equilibrium_free(&equilibrium);
    release(&a);
    if (status) { return status; }
    state->finished = 1;
    return ONS_DONE;
}

static ons_status persist(void *memory, ons_part *part) {
    channel_state *state = memory;
    return ons_persist(part, "finished", ONS_U64, &state->finished, 1);
}

extern const ons_system ons_system_ion_channel;
const ons_system ons_system_ion_channel = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "ion-channel",
    .summary = "ions in a single file: occupancies, currents, noise, large deviations, levels of information",
    .details = details,
    .step = "the solution",
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 1, .replicas = 1},
    .state_size = sizeof(channel_state),
    .check = check,
    .create = create,
    .advance = advance,
    .persist = persist,
};

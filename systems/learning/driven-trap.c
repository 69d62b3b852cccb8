/*
 * driven-trap: a particle in a harmonic trap that is made stiffer and moved, and what its work tells of free energy.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/work.h>
#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>

static const char details[] =
    "An overdamped particle, dx = - mu U'(x) dt + sqrt(2 mu T) dW, in U = k (x - c)^2/2. The protocol takes k from\n"
    "`stiffness` to `stiffness_end` and c from 0 to `distance`, evenly in `slices` sudden changes within `duration`; "
    "between two\n"
    "changes x moves by the exact solution of its equation (Ornstein and Uhlenbeck), so that there is no error of a "
    "time "
    "step:\n"
    "the work is the sum of the jumps of U, and all relations hold for any number of slices. Every trajectory begins "
    "in\n"
    "equilibrium; as many run the reverse protocol. k_B = 1.\n"
    "\n"
    "Jarzynski's equality: exp(- dF/T) = <exp(- W/T)>; Crooks' relation: P_F(W)/P_R(-W) = exp((W - dF)/T); Bennett's "
    "acceptance\n"
    "ratio takes the best of both directions. dF = (T/2) ln(stiffness_end/stiffness) exactly. `effective` counts the "
    "works that carry\n"
    "Jarzynski's average: below some 100 its error and bias are not to be trusted.\n"
    "\n"
    "`variance` is that of x at the start, T/k: with the diffusion constant mu T of the noise this is Einstein's "
    "relation.\n"
    "\n"
    "C. Jarzynski, Phys. Rev. Lett. 78, 2690 (1997). G. E. Crooks, Phys. Rev. E 60, 2721 (1999). C. H. Bennett, J. "
    "Comput. Phys.\n"
    "22, 245 (1976).\n";

static const ons_parameter parameters[] = {
    {"stiffness", ONS_REAL, 0, "1", NULL, "(0, inf)", NULL, "energy/length^2", "k at the start"},
    {"stiffness_end", ONS_REAL, 0, "4", NULL, "(0, inf)", NULL, "energy/length^2", "k at the end"},
    {"distance", ONS_REAL, 0, "0", NULL, NULL, NULL, "length", "c at the end"},
    {"mobility", ONS_REAL, 0, "1", NULL, "(0, inf)", NULL, "length^2/(energy time)", "mu"},
    {"temperature", ONS_REAL, 0, "1", NULL, "(0, inf)", NULL, "energy", "T, k_B = 1"},
    {"duration", ONS_REAL, 0, "1", NULL, "[0, inf)", NULL, "time", "of the protocol; 0: one sudden change"},
    {"slices", ONS_INTEGER, 0, "50", NULL, "[1, 100000]", NULL, NULL, "sudden changes"},
    {"trajectories", ONS_INTEGER, 0, "20000", NULL, "[2, 10000000]", NULL, NULL, "in each direction"},
    {"bins", ONS_INTEGER, 0, "40", NULL, "[2, 1000]", NULL, NULL, "of the table of works"},
    {.name = NULL}};

enum { JARZYNSKI, JARZYNSKI_REVERSE, BENNETT, WORK, WORK_REVERSE, DISSIPATED, EFFECTIVE, VARIANCE, CROOKS };

#define E "energy"
static const ons_observable observables[] = {
    [JARZYNSKI] = {"jarzynski", ONS_VALUE, 0, NULL, NULL, E, "dF from the works of the protocol"},
    [JARZYNSKI_REVERSE] = {"jarzynski_reverse", ONS_VALUE, 0, NULL, NULL, E, "dF from those of the reverse protocol"},
    [BENNETT] = {"bennett", ONS_VALUE, 0, NULL, NULL, E, "dF from both, Bennett's acceptance ratio"},
    [WORK] = {"work", ONS_VALUE, 0, NULL, NULL, E, "mean work: at least dF"},
    [WORK_REVERSE] = {"work_reverse", ONS_VALUE, 0, NULL, NULL, E, "mean work of the reverse protocol: at least - dF"},
    [DISSIPATED] = {"dissipated", ONS_VALUE, 0, NULL, NULL, E, "mean work less dF by Bennett; the error is a bound"},
    [EFFECTIVE] = {"effective", ONS_VALUE, 0, NULL, NULL, NULL, "works that carry Jarzynski's average"},
    [VARIANCE] = {"variance", ONS_VALUE, 0, NULL, NULL, "length^2",
                  "of x relaxed from rest in the first trap for 20 relaxation times: T/k"},
    [CROOKS] = {"works", ONS_TABLE, 0, NULL, "work, forward, reverse, log_ratio, log_ratio_error", NULL,
                "densities P_F(W) and P_R(-W) and the logarithm of their ratio: (W - dF)/T"},
    {.name = NULL}};

static ons_status free_energy(const ons_parameters *p, double *value) {
    *value = ons_real(p, "temperature") / 2 * log(ons_real(p, "stiffness_end") / ons_real(p, "stiffness"));
    return ONS_OK;
}

static ons_status equipartition(const ons_parameters *p, double *value) {
    *value = ons_real(p, "temperature") / ons_real(p, "stiffness");
    return ONS_OK;
}

static const ons_exact exacts[] = {{"jarzynski", free_energy, "Gaussian integral"},
                                   {"jarzynski_reverse", free_energy, "Gaussian integral"},
                                   {"bennett", free_energy, "Gaussian integral"},
                                   {"variance", equipartition, "equipartition"},
                                   {.name = NULL}};

typedef struct trap_state {
    uint64_t finished;
} trap_state;

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const double cost = (double)ons_integer(p, "slices") * (double)ons_integer(p, "trajectories");
    if (cost > 1e11) {
        return ons_fail(ONS_INVALID, "slices times trajectories is %.3g; at most 1e11 are possible", cost);
    }
    ons_plan_bytes(plan, 16 * (double)ons_integer(p, "trajectories"));
    return ONS_OK;
}

static ons_status create(void *state, ons_context *context) {
    (void)state;
    (void)context;
    return ONS_OK;
}

typedef struct trap {
    double mobility, temperature, pause;
    size_t slices;
    double *stiffness, *centre; /* [slices + 1] */
    double *memory, *kick;      /* [slices + 1]: exp(- mu k t) and the width of the noise, of a pause */
} trap;

static double energy(const trap *t, size_t k, double x) {
    return t->stiffness[k] * (x - t->centre[k]) * (x - t->centre[k]) / 2;
}

/* The work of one trajectory, forwards through the settings or backwards. */
static double pull(const trap *t, bool reverse, ons_random *random) {
    const size_t first = reverse ? t->slices : 0;
    double x = t->centre[first] + sqrt(t->temperature / t->stiffness[first]) * ons_random_normal(random), work = 0;
    for (size_t step = 0; step < t->slices; step++) {
        const size_t from = reverse ? t->slices - step : step, to = reverse ? from - 1 : from + 1;
        work += energy(t, to, x) - energy(t, from, x);
        x = t->centre[to] + t->memory[to] * (x - t->centre[to]) + t->kick[to] * ons_random_normal(random);
    }
    return work;
}

static ons_status prepare(trap *t, const ons_parameters *p) {
    t->slices = (size_t)ons_integer(p, "slices");
    t->mobility = ons_real(p, "mobility");
    t->temperature = ons_real(p, "temperature");
    t->pause = ons_real(p, "duration") / (double)t->slices;
    t->stiffness = ONS_NEW(double, 4 * (t->slices + 1));
    if (!t->stiffness) { return ONS_MEMORY; }
    t->centre = t->stiffness + t->slices + 1;
    t->memory = t->centre + t->slices + 1;
    t->kick = t->memory + t->slices + 1;
    const double k0 = ons_real(p, "stiffness"), k1 = ons_real(p, "stiffness_end"), far = ons_real(p, "distance");
    for (size_t k = 0; k <= t->slices; k++) {
        const double part = (double)k / (double)t->slices;
        t->stiffness[k] = k0 + part * (k1 - k0);
        t->centre[k] = part * far;
        const double fallen = t->mobility * t->stiffness[k] * t->pause;
        t->memory[k] = exp(-fallen);
        t->kick[k] = sqrt(-expm1(-2 * fallen) * t->temperature / t->stiffness[k]);
    }
    return ONS_OK;
}

static void put_mean(ons_context *context, size_t observable, const double *x, size_t count) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) { sum += x[i]; }
    const double n = (double)count, mean = sum / n;
    for (size_t i = 0; i < count; i++) { squares += (x[i] - mean) * (x[i] - mean); }
    ons_value(context, observable, 0, 0, mean, sqrt(squares / (n - 1) / n));
}

/* Densities over the middle of both distributions. */
static ons_status put_table(ons_context *context, const double *forward, const double *reverse, size_t count,
                            size_t bins) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        low = fmin(low, fmin(forward[i], -reverse[i]));
        high = fmax(high, fmax(forward[i], -reverse[i]));
    }
    uint64_t *counts = ONS_NEW(uint64_t, 2 * bins);
    if (!counts) { return ONS_MEMORY; }
    const double width = high > low ? (high - low) / (double)bins : 1;
    for (size_t i = 0; i < count; i++) {
        const double at[2] = {forward[i], -reverse[i]};
        for (size_t k = 0; k < 2; k++) {
            const size_t bin = (size_t)((at[k] - low) / width);
            counts[k * bins + (bin < bins ? bin : bins - 1)]++;
        }
    }
    const double unit = (double)count * width;
    for (size_t b = 0; b < bins; b++) {
        const double f = (double)counts[b], r = (double)counts[bins + b];
        const bool both = f > 0 && r > 0;
        ons_row(context, CROOKS, 0,
                (ons_cell[]){{.number = low + ((double)b + 0.5) * width},
                             {.number = f / unit},
                             {.number = r / unit},
                             {.number = both ? log(f / r) : NAN},
                             {.number = both ? sqrt(1 / f + 1 / r) : NAN}});
    }
    free(counts);
    return ONS_OK;
}

static void put_variance(const trap *t, size_t count, ons_random *random, ons_context *context) {
    const size_t pieces = 20;
    const double memory = exp(-1), kick = sqrt(-expm1(-2) * t->temperature / t->stiffness[0]);
    double squares = 0, fourth = 0;
    for (size_t i = 0; i < count; i++) {
        double x = 0;
        for (size_t k = 0; k < pieces; k++) { x = memory * x + kick * ons_random_normal(random); }
        squares += x * x;
        fourth += x * x * x * x;
    }
    const double n = (double)count, mean = squares / n;
    ons_value(context, VARIANCE, 0, 0, mean, sqrt((fourth / n - mean * mean) / (n - 1)));
}

static ons_status put_estimates(const trap *t, const double *forward, const double *reverse, size_t count,
                                ons_context *context) {
    ons_work_estimate one, back, both;
    ons_status status = ons_work_jarzynski(forward, count, t->temperature, &one);
    if (!status) { status = ons_work_jarzynski(reverse, count, t->temperature, &back); }
    if (!status) { status = ons_work_bennett(forward, count, reverse, count, t->temperature, &both); }
    if (status) { return status; }
    ons_value(context, JARZYNSKI, 0, 0, one.value, one.error);
    ons_value(context, JARZYNSKI_REVERSE, 0, 0, -back.value, back.error);
    ons_value(context, BENNETT, 0, 0, both.value, both.error);
    ons_value(context, EFFECTIVE, 0, 0, one.effective, 0);
    put_mean(context, WORK, forward, count);
    put_mean(context, WORK_REVERSE, reverse, count);
    double mean = 0, square = 0;
    for (size_t i = 0; i < count; i++) { mean += forward[i] / (double)count; }
    for (size_t i = 0; i < count; i++) { square += (forward[i] - mean) * (forward[i] - mean); }
    const double error = sqrt(square / ((double)count - 1) / (double)count);
    ons_value(context, DISSIPATED, 0, 0, mean - both.value, error + both.error); /* a bound: both share the works */
    return ONS_OK;
}

static ons_status advance(void *memory, ons_context *context) {
    trap_state *state = memory;
    if (state->finished) { return ONS_DONE; }
    const ons_parameters *p = ons_context_parameters(context);
    const size_t count = (size_t)ons_integer(p, "trajectories");
    trap t = {0};
    double *works = ONS_NEW(double, 2 * count);
    ons_status status = works ? prepare(&t, p) : ONS_MEMORY;
    ons_random random = ons_stream(context, 0, 0);
    for (size_t i = 0; i < count && !status; i++) {
        works[i] = pull(&t, false, &random);
        works[count + i] = pull(&t, true, &random);
        if (i % 1024 == 0 && ons_halted(context, (double)i, (double)count)) { status = ONS_STOPPED; }
    }
    if (!status) { status = put_estimates(&t, works, works + count, count, context); }
    if (!status) { status = put_table(context, works, works + count, count, (size_t)ons_integer(p, "bins")); }
    if (!status) {
        put_variance(&t, count, &random, context);
        state->finished = 1;
    }
    free(works);
    free(t.stiffness);
    return status ? status : ONS_DONE;
}

static ons_status persist(void *memory, ons_part *part) {
    trap_state *state = memory;
    return ons_persist(part, "finished", ONS_U64, &state->finished, 1);
}

extern const ons_system ons_system_driven_trap;
const ons_system ons_system_driven_trap = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "driven-trap",
    .summary = "a particle in a moved and stiffened trap: work, and free energies by Jarzynski, Crooks and Bennett",
    .details = details,
    .step = "all trajectories",
    .parameters = parameters,
    .observables = observables,
    .exact = exacts,
    .controls = {.steps = 1, .replicas = 1},
    .state_size = sizeof(trap_state),
    .check = check,
    .create = create,
    .advance = advance,
    .persist = persist,
};

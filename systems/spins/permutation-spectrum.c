/*
 * permutation-spectrum: the cycles of a cellular automaton on all its states, which are the spectrum of its step
 * evolution operator.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins.h>
#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PERMUTATION_DETAILS                                                                                            \
    "## Model\n"                                                                                                       \
    "The update of a reversible cellular automaton (rules as in `cellular-automaton`, and a `clock` that counts "      \
    "modulo "                                                                                                          \
    "2^cells)\n"                                                                                                       \
    "permutes its 2^M bit strings, M = planes x cells: right-movers and clock have 1 plane a colour, movers, "         \
    "thirring "                                                                                                        \
    "and\n"                                                                                                            \
    "scatterers 2 a colour. The step evolution operator S with q(t+1) = S q(t) is this permutation matrix, hence\n"    \
    "orthogonal, and all its eigenvalues are known from the cycles of the permutation: a cycle of length l gives "     \
    "exp(2 pi i k/l),\n"                                                                                               \
    "k = 0 .. l - 1, once each. With S = exp(-i epsilon H) the energies are 2 pi k/(l epsilon), modulo 2 pi/epsilon "  \
    "(epsilon, the\n"                                                                                                  \
    "time step, is 1 here): the discrete spectrum of a quantum system (Wetterich, arXiv:2011.02867).\n"                \
    "\n"                                                                                                               \
    "With `particles` >= 0 only the states with that many particles are taken (rules keep the number; not for "        \
    "`clock`),\n"                                                                                                      \
    "numbered by the combinatorial number system, C(M, particles) of them.\n"                                          \
    "\n"                                                                                                               \
    "## Method\n"                                                                                                      \
    "Every state is visited once, with a bitmap: 2^M/8 bytes, some 10 ns a state; at most 2^30 states. A step "        \
    "follows "                                                                                                         \
    "cycles for\n"                                                                                                     \
    "about 2^22 states (one long cycle is followed whole); the run ends by itself. The bitmap and the cursor are "     \
    "stored, "                                                                                                         \
    "so that\n"                                                                                                        \
    "a long run can be continued.\n"                                                                                   \
    "\n"                                                                                                               \
    "## Results\n"                                                                                                     \
    "The table `spectrum` has a row for each length: the cycles of that length, their states, and the smallest "       \
    "positive energy\n"                                                                                                \
    "2 pi/l. `log_order` is ln of the least common multiple of all lengths, the time after which every state has "     \
    "returned.\n"                                                                                                      \
    "`energies` counts the different eigenvalues: sum of Euler's phi(d) over all d that divide some length. For "      \
    "free\n"                                                                                                           \
    "movers the number of cycles is exact by Burnside's lemma, (1/N) sum_d 2^(planes gcd(d, N)).\n"

enum { MODEL_RIGHT, MODEL_MOVERS, MODEL_THIRRING, MODEL_SCATTERERS, MODEL_CLOCK };
enum { CYCLES, STATES, LONGEST, FIXED, LOG_ORDER, ENERGIES, GAP, SPECTRUM, OBSERVABLES };
enum { STREAM_SCATTERERS = 2, WORK = 1 << 22 };

static const ons_parameter parameters[] = {
    {"model", ONS_CHOICE, 0, "thirring", "right-movers|movers|thirring|scatterers|clock", NULL, NULL, NULL, "the rule"},
    {"cells", ONS_INTEGER, 0, "4", NULL, "[1, 63]", NULL, NULL, "of the ring; clock: bits of the number"},
    {"colours", ONS_INTEGER, 0, "1", NULL, "[1, 8]", "model=right-movers|movers", NULL, "kinds of each mover"},
    {"scatterer_density", ONS_REAL, 0, "0.5", NULL, "[0, 1]", "model=scatterers", NULL,
     "fraction of the cells that scatter"},
    {"particles", ONS_INTEGER, 0, "-1", NULL, "[-1, 63]", "model!=clock", NULL, "of the sector; -1: all states"},
    {.name = NULL}};

static const ons_observable observables[] = {
    [CYCLES] = {"cycles", ONS_VALUE, 0, NULL, NULL, NULL, "number of cycles: multiplicity of the energy 0"},
    [STATES] = {"states", ONS_VALUE, 0, NULL, NULL, NULL, "number of states"},
    [LONGEST] = {"longest", ONS_VALUE, 0, NULL, NULL, NULL, "length of the longest cycle"},
    [FIXED] = {"fixed", ONS_VALUE, 0, NULL, NULL, NULL, "states that do not change"},
    [LOG_ORDER] = {"log_order", ONS_VALUE, 0, NULL, NULL, NULL, "ln of the least common multiple of the lengths"},
    [ENERGIES] = {"energies", ONS_VALUE, 0, NULL, NULL, NULL, "number of different eigenvalues"},
    [GAP] = {"gap", ONS_VALUE, 0, NULL, NULL, "1/step", "smallest positive energy, 2 pi/longest (2 pi if all are 0)"},
    [SPECTRUM] = {"spectrum", ONS_TABLE, 0, NULL, "length, cycles, states, energy", NULL,
                  "cycles of each length, their states, 2 pi/length"},
    [OBSERVABLES] = {.name = NULL}};

static ons_automaton automaton_of(const ons_parameters *p) {
    static const ons_rule rules[] = {ONS_RIGHT_MOVERS, ONS_MOVERS, ONS_THIRRING, ONS_SCATTERERS, ONS_COUNTER};
    const int model = ons_choice(p, "model");
    const unsigned fixed = model == MODEL_CLOCK ? 1 : 2;
    const unsigned colours = ons_present(p, "colours") ? (unsigned)ons_integer(p, "colours") : fixed;
    return (ons_automaton){rules[model], colours, (uint64_t)ons_integer(p, "cells"), NULL};
}

static int64_t particles_of(const ons_parameters *p) {
    return ons_present(p, "particles") ? ons_integer(p, "particles") : -1;
}

static ons_status count_states(const ons_parameters *p, const ons_automaton *automaton, ons_sector *sector,
                               uint64_t *states) {
    const uint64_t bits = ons_automaton_bits(automaton);
    if (bits > 63) {
        return ons_fail(ONS_INVALID, "%llu cells have %llu bits; a state has at most 63",
                        (unsigned long long)automaton->cells, (unsigned long long)bits);
    }
    *states = (uint64_t)1 << bits;
    if (particles_of(p) >= 0) {
        const ons_status status = ons_sector_init(sector, (unsigned)bits, (unsigned)particles_of(p));
        if (status) { return status; }
        *states = sector->states;
    }
    if (*states <= (uint64_t)1 << 30) { return ONS_OK; }
    return ons_fail(ONS_INVALID,
                    "%llu states are too many to follow, at most 2^30: take fewer cells, or a sector of "
                    "few particles",
                    (unsigned long long)*states);
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const ons_automaton automaton = automaton_of(p);
    ons_sector sector;
    uint64_t states;
    ons_status status = ons_automaton_check(&automaton);
    if (!status) { status = count_states(p, &automaton, &sector, &states); }
    if (!status) { ons_plan_bytes(plan, (double)states / 8 + sizeof(ons_sector)); }
    return status;
}

static uint64_t common_divisor(uint64_t a, uint64_t b) { return b ? common_divisor(b, a % b) : a; }

/* Burnside: S moves every plane as a whole, S^d fixes the strings of period gcd(d, N). */
static ons_status exact_cycles(const ons_parameters *p, double *value) {
    const int model = ons_choice(p, "model");
    if (model == MODEL_CLOCK) {
        *value = 1;
        return ONS_OK;
    }
    if (model > MODEL_MOVERS || particles_of(p) >= 0) { return ONS_DONE; }
    const ons_automaton automaton = automaton_of(p);
    const unsigned planes = ons_automaton_planes(&automaton);
    double sum = 0;
    for (uint64_t d = 1; d <= automaton.cells; d++) {
        sum += ldexp(1, (int)(planes * common_divisor(d, automaton.cells)));
    }
    *value = sum / (double)automaton.cells;
    return ONS_OK;
}

static const ons_exact exacts[] = {{"cycles", exact_cycles, "Burnside's lemma"}, {.name = NULL}};

/* ---- the state ---- */

typedef struct spectrum_state {
    ons_automaton automaton;
    uint64_t scatterer;
    bool whole;
    ons_sector sector;
    ons_sector_map map;
    ons_cycles cycles;
} spectrum_state;

static bool quenched(const ons_parameters *p) { return ons_choice(p, "model") == MODEL_SCATTERERS; }

static ons_status create(void *memory, ons_context *context) {
    spectrum_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    uint64_t states;
    state->automaton = automaton_of(p);
    const ons_status status = count_states(p, &state->automaton, &state->sector, &states);
    if (status) { return status; }
    if (quenched(p)) {
        ons_random random = ons_stream(context, 0, STREAM_SCATTERERS);
        for (uint64_t x = 0; x < state->automaton.cells; x++) {
            state->scatterer |= (uint64_t)(ons_random_uniform(&random) < ons_real(p, "scatterer_density")) << x;
        }
        state->automaton.scatterer = &state->scatterer;
    }
    state->whole = particles_of(p) < 0;
    state->map = (ons_sector_map){&state->automaton, state->whole ? NULL : &state->sector};
    return ons_cycles_init(&state->cycles, states);
}

/* ---- number theory of the lengths ---- */

typedef struct numbers {
    uint64_t *at;
    size_t count, capacity;
} numbers;

static ons_status add_number(numbers *set, uint64_t number) {
    for (size_t k = 0; k < set->count; k++) {
        if (set->at[k] == number) { return ONS_OK; }
    }
    void *at = set->at;
    const ons_status status = ons_grow(&at, &set->capacity, set->count + 1, sizeof *set->at);
    if (status) { return status; }
    set->at = at;
    set->at[set->count++] = number;
    return ONS_OK;
}

static ons_status add_divisors(numbers *set, uint64_t number) {
    ons_status status = ONS_OK;
    for (uint64_t d = 1; !status && d * d <= number; d++) {
        if (number % d) { continue; }
        status = add_number(set, d);
        if (!status) { status = add_number(set, number / d); }
    }
    return status;
}

/* Euler's phi, and ln p where the number is a power of the prime p (otherwise 0: von Mangoldt's function). */
static uint64_t totient(uint64_t number, double *mangoldt) {
    uint64_t result = number, rest = number;
    unsigned primes = 0;
    *mangoldt = 0;
    for (uint64_t p = 2; rest > 1; p = p * p > rest ? rest : p + 1) {
        if (rest % p) { continue; }
        result -= result / p;
        primes++;
        *mangoldt = ons_log((double)p);
        while (rest % p == 0) { rest /= p; }
    }
    if (primes != 1) { *mangoldt = 0; }
    return result;
}

/* ln lcm = sum of von Mangoldt's function over all numbers that divide some length. */
static ons_status report_arithmetic(const ons_cycles *cycles, ons_context *context) {
    numbers divisors = {0};
    ons_status status = ONS_OK;
    for (size_t k = 0; !status && k < cycles->count; k++) {
        status = add_divisors(&divisors, cycles->classes[k].length);
    }
    double log_order = 0, energies = 0;
    for (size_t k = 0; k < divisors.count; k++) {
        double mangoldt;
        energies += (double)totient(divisors.at[k], &mangoldt);
        log_order += mangoldt;
    }
    free(divisors.at);
    if (status) { return status; }
    ons_value(context, LOG_ORDER, 0, 0, log_order, -1);
    ons_value(context, ENERGIES, 0, 0, energies, -1);
    return ONS_OK;
}

static ons_status report(const spectrum_state *state, ons_context *context) {
    const ons_cycles *cycles = &state->cycles;
    const double circle = 6.283185307179586;
    double count = 0;
    for (size_t k = 0; k < cycles->count; k++) {
        const double length = (double)cycles->classes[k].length, many = (double)cycles->classes[k].cycles;
        count += many;
        ons_row(
            context, SPECTRUM, 0,
            (ons_cell[]){{.number = length}, {.number = many}, {.number = length * many}, {.number = circle / length}});
    }
    const uint64_t longest = cycles->classes[cycles->count - 1].length;
    ons_value(context, CYCLES, 0, 0, count, -1);
    ons_value(context, STATES, 0, 0, (double)cycles->states, -1);
    ons_value(context, LONGEST, 0, 0, (double)longest, -1);
    ons_value(context, FIXED, 0, 0, cycles->classes[0].length == 1 ? (double)cycles->classes[0].cycles : 0, -1);
    ons_value(context, GAP, 0, 0, circle / (double)longest, -1);
    return report_arithmetic(cycles, context);
}

static ons_status advance(void *memory, ons_context *context) {
    spectrum_state *state = memory;
    ons_status status = ons_cycles_follow(&state->cycles, ons_sector_next, &state->map, WORK);
    ons_poll(context, (double)state->cycles.cursor, (double)state->cycles.states);
    if (status != ONS_DONE) { return status; }
    status = report(state, context);
    return status ? status : ONS_DONE;
}

static ons_status persist(void *memory, ons_part *part) {
    spectrum_state *state = memory;
    ons_cycles *cycles = &state->cycles;
    size_t count = cycles->count;
    ons_status status = ons_persist(part, "cursor", ONS_U64, &cycles->cursor, 1);
    if (!status) {
        status = ons_persist(part, "visited", ONS_U64, cycles->visited, (size_t)((cycles->states + 63) / 64));
    }
    if (!status) { status = ons_persist_count(part, "count", &count, (size_t)cycles->states); }
    if (!status && ons_part_reading(part)) {
        void *classes = cycles->classes;
        status = ons_grow(&classes, &cycles->capacity, count, sizeof *cycles->classes);
        cycles->classes = classes;
        if (!status) { cycles->count = count; }
    }
    if (!status) { status = ons_persist(part, "classes", ONS_U64, cycles->classes, 2 * count); }
    if (!status && cycles->cursor > cycles->states) {
        status = ons_fail(ONS_FAILED, "the part is beyond the last state");
    }
    return status;
}

static void destroy(void *memory) {
    spectrum_state *state = memory;
    ons_cycles_free(&state->cycles);
}

extern const ons_system ons_system_permutation_spectrum;
const ons_system ons_system_permutation_spectrum = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "permutation-spectrum",
    .summary = "cycles of a cellular automaton on all 2^M states: the spectrum of its step evolution operator",
    .details = PERMUTATION_DETAILS,
    .step = "4 million states",
    .parameters = parameters,
    .observables = observables,
    .exact = exacts,
    .controls = {.steps = 100000, .replicas = 1},
    .state_size = sizeof(spectrum_state),
    .quenched = quenched,
    .check = check,
    .create = create,
    .advance = advance,
    .persist = persist,
    .destroy = destroy,
};

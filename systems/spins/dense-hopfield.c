/*
 * dense-hopfield: Monte Carlo of networks that store patterns by terms of P spins, the glue between the laboratory and
 * the spin engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dense_hopfield_text.h"
#include "dense_network.h"
#include "tempered_walkers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what exists ---------------------------------------------------------------------------------------------- */

enum { START_PATTERN, START_RANDOM, START_HIERARCHY };
enum { STREAM_DYNAMICS, STREAM_START, STREAM_PATTERNS, STREAM_LESSONS, STREAM_DYNAMICS_B };

static const ons_parameter parameters[] = {
    {"P", ONS_INTEGER, 0, "4", NULL, "[2, 12]", NULL, NULL, "spins in a term"},
    {"N", ONS_INTEGER, 0, "120", NULL, "[2, 1000000]", NULL, NULL, "number of spins"},
    {"load", ONS_REAL, 0, "0.03", NULL, "(0, inf)", NULL, NULL, "alpha' = K (P-1)!/N^(P-1)"},
    {"K", ONS_INTEGER, 0, "0", NULL, "[0, 1000000000000]", NULL, NULL, "number of patterns; 0: by the load"},
    {"temperature", ONS_REAL, ONS_ARRAY, "0.3", NULL, "[0, inf)", NULL, NULL,
     "one, or a ladder for exchanges as in [0.1:0.5:0.05], k_B = 1"},
    {"start", ONS_CHOICE, ONS_OR_ARCHIVE, "pattern", "pattern|random|hierarchy", NULL, NULL, NULL,
     "first configuration: the first pattern, random, each site by the first pattern that is not blank there, or one "
     "that is stored in an archive"},
    {"start_overlap", ONS_REAL, 0, "1", NULL, "[-1, 1]", "start=pattern", NULL,
     "with the pattern: (1 - it)/2 of the spins are turned, drawn at random"},
    {"update", ONS_CHOICE, 0, "metropolis", "metropolis|heat-bath", NULL, NULL, NULL,
     "the dynamics: N attempts at random sites, or all sites in order (Glauber)"},
    {"copies", ONS_INTEGER, 0, "2", NULL, "[1, 2]", NULL, NULL,
     "independent copies of a sample: two have overlap_glass"},
    {"patterns", ONS_CHOICE, ONS_OR_FILE, "random", "random", NULL, NULL, NULL,
     "random, or a file of the user's own: text, .npy or idx (then N and K say what is taken of it)"},
    {"dilution", ONS_REAL, 0, "0", NULL, "[0, 1)", NULL, NULL, "d: probability of a blank entry 0 of a pattern"},
    {"teacher", ONS_CHOICE, 0, "none", "none|supervised|unsupervised", NULL, NULL, NULL,
     "what is stored: the patterns, the mean example of each, or all examples"},
    {"quality", ONS_REAL, 0, "0.5", NULL, "(0, 1]", "teacher!=none", NULL,
     "r: an entry of an example has the sign of its pattern with probability (1 + r)/2"},
    {"examples", ONS_INTEGER, 0, "20", NULL, "[1, 1000000]", "teacher!=none", NULL, "M: examples of each pattern"},
    {"rule", ONS_CHOICE, 0, "hebbian", "hebbian|pseudo-inverse|storkey", NULL, NULL, NULL,
     "how patterns make couplings; others than Hebb's for P=2"},
    {"listed", ONS_INTEGER, 0, "3", NULL, "[0, 1000]", NULL, NULL,
     "how many of the largest overlaps with patterns are listed"},
    {"minima", ONS_BOOLEAN, 0, "no", NULL, NULL, NULL, NULL,
     "count all configurations that no flip of one spin improves; N up to 24"},
    {"columns", ONS_INTEGER, 0, "0", NULL, "[0, 1000000]", NULL, NULL,
     "of the image as which a configuration is drawn; 0: those of the file, or a square"},
    {.name = NULL}};

/* clang-format off */
enum { ENERGY = TEMPERED_ENERGY, ENERGY_SQUARED = TEMPERED_ENERGY_SQUARED,
       ENERGY_PRODUCT = TEMPERED_ENERGY_PRODUCT, OVERLAP, OVERLAP_ABS, OVERLAP_SQUARED, EXAMPLE_OVERLAP, OVERLAP_GLASS,
       OVERLAP_GLASS_ABS, OVERLAP_GLASS_SQUARED, OVERLAP_GLASS_FOURTH, ACCEPTANCE, EXCHANGE_RATE, ARRAYS,
       ROUND_TRIPS = ARRAYS, OVERLAPS, HISTOGRAM, MINIMA, OBSERVABLES };
/* clang-format on */

#define LADDER "temperature"
static const ons_observable observables[] = {
    [ENERGY] = {"energy", ONS_MEAN, 0, LADDER, NULL, NULL, "<e>, e = H/N per spin"},
    [ENERGY_SQUARED] = {"energy_squared", ONS_MEAN, 0, LADDER, NULL, NULL, "<e^2>"},
    [ENERGY_PRODUCT] = {"energy_product", ONS_MEAN, 0, LADDER, NULL, NULL, "<e_a e_b> of the two copies"},
    [OVERLAP] = {"overlap", ONS_MEAN, ONS_SLOW, LADDER, NULL, NULL, "<m>, m = (1/N) sum xi_i s_i of the first pattern"},
    [OVERLAP_ABS] = {"overlap_abs", ONS_MEAN, ONS_SLOW, LADDER, NULL, NULL, "<|m|>"},
    [OVERLAP_SQUARED] = {"overlap_squared", ONS_MEAN, ONS_SLOW, LADDER, NULL, NULL, "<m^2>"},
    [EXAMPLE_OVERLAP] = {"example_overlap", ONS_MEAN, ONS_SLOW, LADDER, NULL, NULL,
                         "<n>, n = (r/(R N)) sum_i s_i (mean example of the first pattern)_i"},
    [OVERLAP_GLASS] = {"overlap_glass", ONS_MEAN, ONS_SLOW, LADDER, NULL, NULL,
                       "<q>, q = (1/N) sum a_i b_i of the two copies of a sample"},
    [OVERLAP_GLASS_ABS] = {"overlap_glass_abs", ONS_MEAN, 0, LADDER, NULL, NULL, "<|q|>"},
    [OVERLAP_GLASS_SQUARED] = {"overlap_glass_squared", ONS_MEAN, 0, LADDER, NULL, NULL, "<q^2>"},
    [OVERLAP_GLASS_FOURTH] = {"overlap_glass_fourth", ONS_MEAN, 0, LADDER, NULL, NULL, "<q^4>"},
    [ACCEPTANCE] = {"acceptance", ONS_MEAN, 0, LADDER, NULL, NULL, "accepted share of attempts; heat-bath: of changes"},
    [EXCHANGE_RATE] = {"exchange_rate", ONS_MEAN, 0, LADDER, NULL, NULL,
                       "accepted share of exchanges with the next temperature; the last: with the one before"},
    [ROUND_TRIPS] = {"round_trips", ONS_MEAN, ONS_SLOW, NULL, NULL, "1/step",
                     "round trips between the ends of the ladder, per walker and step"},
    [OVERLAPS] = {"overlaps", ONS_MEAN, ONS_SLOW, NULL, NULL, NULL,
                  "the largest |overlaps| with patterns, descending; of each temperature of a ladder"},
    [HISTOGRAM] = {"overlap_glass_histogram", ONS_HISTOGRAM, 0, NULL, NULL, NULL,
                   "q of the two copies, at the lowest temperature"},
    [MINIMA] = {"minima", ONS_VALUE, 0, NULL, NULL, NULL,
                "number of the configurations that no flip of one spin improves"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- what is asked -------------------------------------------------------------------------------------------- */

static unsigned copies_of(const ons_parameters *p) { return (unsigned)ons_integer(p, "copies"); }
static size_t listed_of(const ons_parameters *p) {
    return (size_t)fmin((double)ons_integer(p, "listed"), dense_count(p));
}

static bool quenched(const ons_parameters *p) {
    return ons_choice(p, "patterns") >= 0 || ons_choice(p, "teacher") != TEACHER_NONE;
}

/* ---- derived quantities --------------------------------------------------------------------------------------- */

static void glass_binder(const ons_means *means, const ons_parameters *p, double *value) {
    EACH_TEMPERATURE(OVERLAP_GLASS_SQUARED, OVERLAP_GLASS_FOURTH) { value[k] = 1 - y[k] / (3 * x[k] * x[k]); }
}

static const ons_derived deriveds[] = {
    TEMPERED_DERIVED,
    {"overlap_glass_binder", OVERLAP_GLASS_SQUARED, glass_binder, NULL, "1 - [<q^4>] / (3 [<q^2>]^2)"},
    {.name = NULL}};

/* ---- check ---------------------------------------------------------------------------------------------------- */

static void plan_overlaps(const ons_parameters *p, size_t count, ons_plan *plan) {
    const size_t listed = listed_of(p), shape[] = {count, listed};
    if (listed == 0) {
        ons_plan_omit(plan, "overlaps");
    } else {
        ons_plan_shape(plan, OVERLAPS, count > 1 ? 2 : 1, count > 1 ? shape : shape + 1);
    }
    /* q has the values -1, -1 + 2/N, .. 1: each in the middle of a bin, or 101 bins */
    const double sites = (double)ons_integer(p, "N"), half = 1 / fmin(sites, 100);
    ons_plan_edges(plan, HISTOGRAM, -1 - half, 1 + half, (size_t)fmin(sites, 100) + 1);
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const double *temperature;
    const size_t count = tempered_ladder(p, &temperature);
    double bytes;
    ons_status status = tempered_check(p, plan);
    const unsigned states = copies_of(p) * (unsigned)fmin((double)count, 1e6);
    if (!status) { status = dense_network_check(p, states, &bytes); }
    if (status) { return status; }
    for (size_t k = 0; count > 1 && k < ARRAYS; k++) { ons_plan_shape(plan, k, 1, &count); }
    plan_overlaps(p, count, plan);
    if (copies_of(p) == 1) {
        static const char *const of_two[] = {"energy_product",        "overlap_glass",        "overlap_glass_abs",
                                             "overlap_glass_squared", "overlap_glass_fourth", "overlap_glass_histogram",
                                             "specific_heat",         "overlap_glass_binder"};
        for (size_t k = 0; k < sizeof of_two / sizeof *of_two; k++) { ons_plan_omit(plan, of_two[k]); }
    }
    if (count == 1 || copies_of(p) == 1) {
        ons_plan_omit(plan, "pressure");
        ons_plan_omit(plan, "entropy");
    }
    if (count == 1 && temperature[0] == 0 && copies_of(p) > 1) { ons_plan_omit(plan, "specific_heat"); }
    if (ons_choice(p, "teacher") == TEACHER_NONE) { ons_plan_omit(plan, "example_overlap"); }
    if (!ons_boolean(p, "minima")) {
        ons_plan_omit(plan, "minima");
    } else if (ons_integer(p, "N") > ONS_RECALL_ENUMERATED) {
        return ons_fail(ONS_INVALID, "minima=yes enumerates all configurations: N is at most %d, not %lld",
                        ONS_RECALL_ENUMERATED, (long long)ons_integer(p, "N"));
    }
    ons_plan_bytes(plan, bytes + 4 * dense_count(p));
    return ONS_OK;
}

/* ---- the state ------------------------------------------------------------------------------------------------ */

/* Walker w of copy c is recall[c * count + w]. */
typedef struct dense_state {
    dense_network network;
    tempered_walkers walkers;
    ons_recall **recall;       /* [copies count] */
    const double *temperature; /* [count] */
    double *accepted;          /* [copies count]: by rungs, share of the last step */
    double *values;            /* [ARRAYS][count] */
    double *largest;           /* [count][listed] */
    int32_t *overlap;          /* [K]; NULL without a list */
    size_t count, listed, coldest, columns;
    uint64_t swept; /* walkers of this step, in order of copies and rungs */
    unsigned copies;
    bool counts_minima;
    uint64_t minima;
    ons_recall_update update;
} dense_state;

/* ---- the start ------------------------------------------------------------------------------------------------ */

static void start_random(int8_t *spins, uint32_t sites, ons_random *random) {
    uint32_t word = 0;
    for (uint32_t i = 0; i < sites; i++) {
        if (i % 32 == 0) { word = ons_random_32(random); }
        spins[i] = word >> i % 32 & 1 ? 1 : -1;
    }
}

/* Exactly the number of turned spins that comes nearest: each of those left is turned with the share still to turn. */
static void turn_some(int8_t *spins, uint32_t sites, double overlap, ons_random *random) {
    uint32_t left = (uint32_t)nearbyint(sites * (1 - overlap) / 2);
    for (uint32_t i = 0; i < sites; i++) {
        if (ons_random_below(random, sites - i) >= left) { continue; }
        spins[i] = (int8_t)-spins[i];
        left--;
    }
}

static ons_status start_hierarchy(const dense_network *network, int8_t *spins) {
    int8_t *entry = ONS_NEW(int8_t, network->sites), *decided = ONS_NEW(int8_t, network->sites);
    ons_status status = entry && decided ? ONS_OK : ONS_MEMORY;
    uint32_t open = network->sites;
    for (uint64_t k = 0; !status && open > 0 && k < network->count; k++) {
        ons_patterns_get(network->archetypes, k, entry);
        for (uint32_t i = 0; i < network->sites; i++) {
            if (decided[i] || entry[i] == 0) { continue; }
            spins[i] = entry[i];
            decided[i] = 1;
            open--;
        }
    }
    free(entry);
    free(decided);
    return status;
}

/* Blank sites stay random. */
static ons_status begin(const dense_state *state, ons_recall *recall, const ons_parameters *p, ons_random *random) {
    const dense_network *network = &state->network;
    int8_t *spins = ons_recall_spins(recall);
    start_random(spins, network->sites, random);
    ons_status status = ONS_OK;
    if (ons_choice(p, "start") == START_HIERARCHY) { status = start_hierarchy(network, spins); }
    if (ons_choice(p, "start") == START_PATTERN) {
        for (uint32_t i = 0; i < network->sites; i++) {
            if (network->first[i]) { spins[i] = network->first[i]; }
        }
        turn_some(spins, network->sites, ons_real(p, "start_overlap"), random);
    }
    return status ? status : ons_recall_refresh(recall);
}

static bool is_halted(void *context) { return ons_halted(context, 0, 0); }

static ons_status create(void *memory, ons_context *context) {
    dense_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    state->count = tempered_ladder(p, &state->temperature);
    state->copies = copies_of(p);
    state->update = (ons_recall_update)ons_choice(p, "update");
    state->listed = listed_of(p);
    state->columns = dense_columns(p);
    state->coldest = state->temperature[0] > state->temperature[state->count - 1] ? state->count - 1 : 0;
    const size_t walkers = state->copies * state->count;
    state->recall = ONS_NEW(ons_recall *, walkers);
    state->accepted = ONS_NEW(double, walkers);
    state->values = ONS_NEW(double, ARRAYS * state->count);
    state->largest = ONS_NEW(double, state->count *(state->listed + 1));
    if (!state->recall || !state->accepted || !state->values || !state->largest) { return ONS_MEMORY; }
    ons_status status = dense_network_open(&state->network, p, ons_stream(context, 0, STREAM_PATTERNS),
                                           ons_stream(context, 0, STREAM_LESSONS), context);
    if (status) { return status; }
    if (state->listed) {
        state->overlap = ONS_NEW(int32_t, state->network.count);
        if (!state->overlap) { return ONS_MEMORY; }
    }
    const ons_random dynamics[2] = {ons_stream(context, 0, STREAM_DYNAMICS), ons_stream(context, 0, STREAM_DYNAMICS_B)};
    status = tempered_open(&state->walkers, p, state->copies, dynamics);
    ons_random start = ons_stream(context, 0, STREAM_START);
    for (size_t w = 0; !status && w < walkers; w++) {
        status = ons_recall_create(&state->recall[w], state->network.model, dynamics[0]);
        if (!status) { status = begin(state, state->recall[w], p, &start); }
    }
    state->counts_minima = ons_boolean(p, "minima");
    if (!status && state->counts_minima) {
        status = ons_recall_minima(state->recall[0], &state->minima, &(uint64_t){0}, is_halted, context);
    }
    return status;
}

/* ---- steps ---------------------------------------------------------------------------------------------------- */

static ons_recall *recall_at(const dense_state *state, unsigned copy, size_t rung) {
    return state->recall[copy * state->count + state->walkers.ladder[copy].walker[rung]];
}

/* Walkers from state->swept on, to the end of this copy; work in spins times patterns between two looks at the clock.
 */
static ons_status sweep(dense_state *state, unsigned copy, ons_context *context) {
    const double work = (double)state->network.sites * (double)state->network.count;
    double done = 0;
    for (size_t k = state->swept - copy * state->count; k < state->count; k++) {
        ons_recall *recall = recall_at(state, copy, k);
        *ons_recall_random(recall) = state->walkers.random[copy];
        uint32_t accepted;
        const ons_status status = ons_recall_step(recall, state->update, state->temperature[k], &accepted);
        if (status) { return status; }
        state->accepted[copy * state->count + k] = (double)accepted / state->network.sites;
        state->walkers.random[copy] = *ons_recall_random(recall);
        state->swept++;
        done += work;
        if (k + 1 == state->count || done < 1e7) { continue; }
        done = 0;
        if (ons_poll(context, (double)state->swept, (double)(state->copies * state->count))) { return ONS_STOPPED; }
    }
    return ONS_OK;
}

static double energy_of(const void *memory, unsigned copy, size_t walker) {
    const dense_state *state = memory;
    return ons_recall_energy(state->recall[copy * state->count + walker]);
}

static ons_status advance(void *memory, ons_context *context) {
    dense_state *state = memory;
    for (unsigned copy = (unsigned)(state->swept / state->count); copy < state->copies; copy++) {
        const ons_status status = sweep(state, copy, context);
        if (status) { return status; }
        if (state->count > 1) { tempered_exchange(&state->walkers, copy, energy_of, state); }
    }
    state->swept = 0;
    return ONS_OK;
}

/* ---- measurement ---------------------------------------------------------------------------------------------- */

static double overlap_with(const int8_t *a, const int8_t *b, uint32_t sites) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < sites; i++) { sum += a[i] * b[i]; }
    return (double)sum / sites;
}

static double example_overlap(const dense_network *network, const int8_t *spins) {
    double sum = 0;
    for (uint32_t i = 0; network->examples && i < network->sites; i++) { sum += network->examples[i] * spins[i]; }
    return sum / network->sites;
}

/* Adds the largest |overlaps| of a configuration, descending, to those of a rung. */
static ons_status list_largest(const dense_state *state, const int8_t *spins, double *largest) {
    const dense_network *network = &state->network;
    const ons_status status = ons_patterns_overlaps(network->archetypes, spins, state->overlap);
    if (status) { return status; }
    int32_t top[1000];
    size_t held = 0;
    for (uint64_t k = 0; k < network->count; k++) {
        const int32_t size = abs(state->overlap[k]);
        if (held == state->listed && size <= top[held - 1]) { continue; }
        size_t place = held < state->listed ? held++ : held - 1;
        for (; place > 0 && top[place - 1] < size; place--) { top[place] = top[place - 1]; }
        top[place] = size;
    }
    for (size_t k = 0; k < held; k++) { largest[k] += (double)top[k] / network->sites / state->copies; }
    return ONS_OK;
}

/* What a copy at rung k adds to the means over copies. */
static void measure_copy(const dense_state *state, unsigned copy, size_t k) {
    const dense_network *network = &state->network;
    ons_recall *recall = recall_at(state, copy, k);
    const int8_t *spins = ons_recall_spins(recall);
    const double energy = ons_recall_energy(recall) / network->sites;
    const double m = overlap_with(network->first, spins, network->sites), share = 1.0 / state->copies;
    double *values = state->values + k;
    const size_t count = state->count;
    values[ENERGY * count] += share * energy;
    values[ENERGY_SQUARED * count] += share * energy * energy;
    values[ENERGY_PRODUCT * count] *= energy;
    values[OVERLAP * count] += share * m;
    values[OVERLAP_ABS * count] += share * fabs(m);
    values[OVERLAP_SQUARED * count] += share * m * m;
    values[EXAMPLE_OVERLAP * count] += share * example_overlap(network, spins);
    values[ACCEPTANCE * count] += share * state->accepted[copy * count + k];
}

static void measure_pair(const dense_state *state, size_t k, ons_context *context) {
    const double q = overlap_with(ons_recall_spins(recall_at(state, 0, k)), ons_recall_spins(recall_at(state, 1, k)),
                                  state->network.sites);
    const size_t count = state->count;
    state->values[OVERLAP_GLASS * count + k] = q;
    state->values[OVERLAP_GLASS_ABS * count + k] = fabs(q);
    state->values[OVERLAP_GLASS_SQUARED * count + k] = q * q;
    state->values[OVERLAP_GLASS_FOURTH * count + k] = q * q * q * q;
    if (k == state->coldest) { ons_count(context, HISTOGRAM, 0, q); }
}

static bool is_measured(const dense_state *state, size_t quantity) {
    if (quantity == EXCHANGE_RATE) { return state->count > 1; }
    if (quantity == EXAMPLE_OVERLAP) { return state->network.examples != NULL; }
    const bool of_two = quantity == ENERGY_PRODUCT || (quantity >= OVERLAP_GLASS && quantity <= OVERLAP_GLASS_FOURTH);
    return !of_two || state->copies == 2;
}

static ons_status measure(const void *memory, ons_context *context) {
    const dense_state *state = memory;
    const size_t count = state->count;
    memset(state->values, 0, ARRAYS * count * sizeof *state->values);
    memset(state->largest, 0, count * state->listed * sizeof *state->largest);
    for (size_t k = 0; k < count; k++) {
        state->values[ENERGY_PRODUCT * count + k] = 1;
        state->values[EXCHANGE_RATE * count + k] = tempered_rate(&state->walkers, k);
        for (unsigned copy = 0; copy < state->copies; copy++) {
            measure_copy(state, copy, k);
            if (!state->listed) { continue; }
            const ons_status status =
                list_largest(state, ons_recall_spins(recall_at(state, copy, k)), state->largest + k * state->listed);
            if (status) { return status; }
        }
        if (state->copies == 2) { measure_pair(state, k, context); }
    }
    for (size_t quantity = 0; quantity < ARRAYS; quantity++) {
        if (is_measured(state, quantity)) { ons_measure_array(context, quantity, 0, state->values + quantity * count); }
    }
    if (count > 1) { ons_measure(context, ROUND_TRIPS, 0, tempered_trips(&state->walkers)); }
    if (state->listed) { ons_measure_array(context, OVERLAPS, 0, state->largest); }
    if (state->counts_minima) { ons_value(context, MINIMA, 0, 0, (double)state->minima, -1); }
    return ONS_OK;
}

/* ---- kept, seen ----------------------------------------------------------------------------------------------- */

/* The sample is not stored: it is drawn again from its streams. */
static ons_status persist(void *memory, ons_part *part) {
    dense_state *state = memory;
    const size_t sites = state->network.sites, walkers = state->copies * state->count;
    ons_status status = tempered_persist(&state->walkers, part);
    if (!status) { status = ons_persist(part, "accepted", ONS_F64, state->accepted, walkers); }
    if (!status) { status = ons_persist(part, "swept", ONS_U64, &state->swept, 1); }
    for (size_t w = 0; !status && w < walkers; w++) {
        char name[40];
        snprintf(name, sizeof name, "spins_%c_%zu", 'a' + (int)(w / state->count), w % state->count);
        status = ons_persist_configuration(part, name, ONS_I8, ons_recall_spins(state->recall[w]), 1, &sites);
        if (!status && ons_part_reading(part)) { status = ons_recall_refresh(state->recall[w]); }
    }
    return status;
}

/* Copy a at the lowest temperature and, below, where it agrees with the first pattern. */
static ons_status picture(const void *memory, unsigned lane, ons_picture *picture) {
    const dense_state *state = memory;
    const uint32_t sites = state->network.sites;
    const int8_t *spins = ons_recall_spins(recall_at(state, 0, state->coldest));
    const size_t width = state->columns, height = (sites + width - 1) / width, gap = 1;
    (void)lane;
    const ons_status status = ons_picture_size(picture, width, 2 * height + gap);
    if (status) { return status; }
    for (uint32_t i = 0; i < sites; i++) {
        const int values[2] = {spins[i], spins[i] * state->network.first[i]};
        for (size_t panel = 0; panel < 2; panel++) {
            uint8_t *pixel = picture->pixels + 3 * ((panel * (height + gap) + i / width) * width + i % width);
            ons_colour_scale(values[panel], -1.5, 1, pixel);
        }
    }
    return ONS_OK;
}

static void destroy(void *memory) {
    dense_state *state = memory;
    for (size_t w = 0; state->recall && w < state->copies * state->count; w++) { ons_recall_free(state->recall[w]); }
    tempered_close(&state->walkers);
    dense_network_close(&state->network);
    free(state->recall);
    free(state->accepted);
    free(state->values);
    free(state->largest);
    free(state->overlap);
}

extern const ons_system ons_system_dense_hopfield;
const ons_system ons_system_dense_hopfield = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "dense-hopfield",
    .summary = "Hopfield's network and dense ones that store patterns by terms of P spins: retrieval, glass, overlaps",
    .details = DENSE_HOPFIELD_DETAILS,
    .step = "sweep of all walkers with the exchanges of a ladder",
    .traits = ONS_STATIONARY | ONS_QUENCHED,
    .parameters = parameters,
    .observables = observables,
    .derived = deriveds,
    .controls = {.steps = 400, .warmup = "auto", .every = "1", .replicas = 8},
    .state_size = sizeof(dense_state),
    .quenched = quenched,
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};

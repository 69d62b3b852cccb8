/*
 * p-spin: Ising spins with random couplings of p at a time and exchange of temperatures, the glue between the
 * laboratory and the spin engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "multispin_text.h"
#include "tempered_walkers.h"

#include <onsager/spins.h>
#include <onsager/system.h>

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- what exists ---------------------------------------------------------------------------------------------- */

enum { HYPERGRAPH_COMPLETE, HYPERGRAPH_REGULAR, HYPERGRAPH_RANDOM };
enum { DISORDER_GAUSSIAN, DISORDER_BIMODAL };
enum { START_RANDOM, START_UP };
enum { STREAM_START, STREAM_HYPERGRAPH, STREAM_COUPLINGS, STREAM_DYNAMICS, STREAM_DYNAMICS_B };

static const ons_parameter parameters[] = {
    {"N", ONS_INTEGER, 0, "20", NULL, "[2, 10000000]", NULL, NULL, "number of spins"},
    {"p", ONS_INTEGER, 0, "3", NULL, "[2, 8]", NULL, NULL, "spins in a term"},
    {"hypergraph", ONS_CHOICE, 0, "complete", "complete|regular|random", NULL, NULL, NULL,
     "which sets of spins are terms: all, random ones with the same number for every spin, random ones"},
    {"connectivity", ONS_INTEGER, 0, "p", NULL, "[1, 1000000]", "hypergraph!=complete", NULL,
     "terms in which a spin stands, on average if random"},
    {"disorder", ONS_CHOICE, 0, "gaussian", "gaussian|bimodal", NULL, NULL, NULL, "the couplings of a sample"},
    {"coupling", ONS_REAL, 0, "1", NULL, "[0, inf)", NULL, NULL,
     "J: their variance is J^2 p!/(2 N^(p-1)) (complete) or J^2"},
    {"field", ONS_REAL, 0, "0", NULL, NULL, NULL, "coupling", "external field h of H = ... - h sum s_i"},
    {"temperature", ONS_REAL, ONS_ARRAY, "[0.5:1.1:0.1]", NULL, "(0, inf)", NULL, "coupling",
     "the ladder of temperatures, ascending or descending: [0.8,1.0,1.3] or [0.8:2.0:0.1], k_B = 1"},
    {"update", ONS_CHOICE, 0, "metropolis", "metropolis|heat-bath", NULL, NULL, NULL,
     "the dynamics: N attempts at random sites, or all sites in order"},
    {"start", ONS_CHOICE, ONS_OR_ARCHIVE, "random", "random|up", NULL, NULL, NULL,
     "first configuration: random spins, all up, or one that is stored in an archive"},
    {.name = NULL}};

/* clang-format off */
enum { ENERGY = TEMPERED_ENERGY, ENERGY_SQUARED = TEMPERED_ENERGY_SQUARED,
       ENERGY_PRODUCT = TEMPERED_ENERGY_PRODUCT, MAGNETIZATION, MAGNETIZATION_SQUARED, OVERLAP, OVERLAP_ABS,
       OVERLAP_SQUARED, OVERLAP_FOURTH, TERM_OVERLAP, EXCHANGE_RATE, ARRAYS, ROUND_TRIPS = ARRAYS, OBSERVABLES };
/* clang-format on */

#define LADDER "temperature"
static const ons_observable observables[] = {
    [ENERGY] = {"energy", ONS_MEAN, 0, LADDER, NULL, "coupling", "<e>, e = H/N per spin"},
    [ENERGY_SQUARED] = {"energy_squared", ONS_MEAN, 0, LADDER, NULL, "coupling^2", "<e^2>"},
    [ENERGY_PRODUCT] = {"energy_product", ONS_MEAN, 0, LADDER, NULL, "coupling^2", "<e_a e_b>"},
    [MAGNETIZATION] = {"magnetization", ONS_MEAN, ONS_SLOW, LADDER, NULL, NULL, "<m>, m = (1/N) sum s_i"},
    [MAGNETIZATION_SQUARED] = {"magnetization_squared", ONS_MEAN, 0, LADDER, NULL, NULL, "<m^2>"},
    [OVERLAP] = {"overlap", ONS_MEAN, ONS_SLOW, LADDER, NULL, NULL,
                 "<q>, q = (1/N) sum a_i b_i of the two copies of a sample"},
    [OVERLAP_ABS] = {"overlap_abs", ONS_MEAN, 0, LADDER, NULL, NULL, "<|q|>"},
    [OVERLAP_SQUARED] = {"overlap_squared", ONS_MEAN, 0, LADDER, NULL, NULL, "<q^2>"},
    [OVERLAP_FOURTH] = {"overlap_fourth", ONS_MEAN, 0, LADDER, NULL, NULL, "<q^4>"},
    [TERM_OVERLAP] = {"term_overlap", ONS_MEAN, 0, LADDER, NULL, NULL,
                      "mean over the terms of <prod a_i prod b_i>, i in the term"},
    [EXCHANGE_RATE] = {"exchange_rate", ONS_MEAN, 0, LADDER, NULL, NULL,
                       "accepted share of exchanges with the next temperature; the last: with the one before"},
    [ROUND_TRIPS] = {"round_trips", ONS_MEAN, ONS_SLOW, NULL, NULL, "1/step",
                     "round trips between the ends of the ladder, per walker and step"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- what is asked -------------------------------------------------------------------------------------------- */

static double terms_of(const ons_parameters *p) {
    const unsigned size = (unsigned)ons_integer(p, "p");
    if (ons_choice(p, "hypergraph") == HYPERGRAPH_COMPLETE) { return ons_terms_sets(tempered_spins(p), size); }
    return nearbyint(tempered_spins(p) * (double)ons_integer(p, "connectivity") / size);
}

static double variance_of(const ons_parameters *p) {
    const int64_t size = ons_integer(p, "p");
    double variance = ons_real(p, "coupling") * ons_real(p, "coupling");
    if (ons_choice(p, "hypergraph") != HYPERGRAPH_COMPLETE) { return variance; }
    for (int64_t k = 2; k <= size; k++) { variance *= (double)k / tempered_spins(p); }
    return variance / 2;
}

/* ---- derived and exact quantities ----------------------------------------------------------------------------- */

static double square(double x) { return x * x; }

static void spin_glass_susceptibility(const ons_means *means, const ons_parameters *p, double *value) {
    EACH_TEMPERATURE(OVERLAP_SQUARED, OVERLAP_FOURTH) {
        (void)y;
        value[k] = tempered_spins(p) * x[k];
    }
}

static void overlap_binder(const ons_means *means, const ons_parameters *p, double *value) {
    EACH_TEMPERATURE(OVERLAP_SQUARED, OVERLAP_FOURTH) { value[k] = 1 - y[k] / (3 * square(x[k])); }
}

/* E[J f(J)] = v E[f'(J)] for a normal J of variance v, with f = <prod s>. */
static void equilibration_gap(const ons_means *means, const ons_parameters *p, double *value) {
    const double each = terms_of(p) / tempered_spins(p) * variance_of(p), field = ons_real(p, "field");
    const double *m = ons_mean_array(means, MAGNETIZATION, &(size_t){0});
    EACH_TEMPERATURE(ENERGY, TERM_OVERLAP) { value[k] = x[k] + field * m[k] + each * (1 - y[k]) / temperature[k]; }
}

static void ladder_by_rates(const ons_means *means, const ons_parameters *p, double *value) {
    tempered_by_rates(means, p, EXCHANGE_RATE, value);
}

static const ons_derived deriveds[] = {
    TEMPERED_DERIVED,
    {"spin_glass_susceptibility", OVERLAP_SQUARED, spin_glass_susceptibility, NULL, "N [<q^2>]"},
    {"overlap_binder", OVERLAP_SQUARED, overlap_binder, NULL, "1 - [<q^4>] / (3 [<q^2>]^2)"},
    {"equilibration_gap", TERM_OVERLAP, equilibration_gap, "coupling",
     "[<e>] + h [<m>] + (M/N) (v/T) (1 - [term_overlap]): 0 in equilibrium for gaussian couplings of variance v"},
    {"ladder_by_rates", EXCHANGE_RATE, ladder_by_rates, "coupling",
     "the ladder with as many rungs and the same ends at which all exchange rates would be equal"},
    {.name = NULL}};

/* The average over couplings of both signs: s_i -> -s_i is a change of the sample alone. */
static ons_status symmetric(const ons_parameters *p, double *value) {
    return ons_real(p, "field") == 0 ? tempered_zeros(p, value) : ONS_DONE;
}

static ons_status symmetric_overlap(const ons_parameters *p, double *value) {
    return ons_integer(p, "p") % 2 == 0 ? symmetric(p, value) : ONS_DONE;
}

/* A flip of s_i is a change of the signs of its couplings: [<s_i s_j>] = 0 between different spins. */
static ons_status gauge_squared(const ons_parameters *p, double *value) {
    const double *temperature;
    const size_t count = tempered_ladder(p, &temperature);
    for (size_t k = 0; k < count; k++) { value[k] = 1 / tempered_spins(p); }
    return ons_real(p, "field") == 0 ? ONS_OK : ONS_DONE;
}

static const ons_exact exacts[] = {{"magnetization", symmetric, "symmetry without field"},
                                   {"magnetization_squared", gauge_squared, "gauge symmetry without field"},
                                   {"overlap", symmetric_overlap, "symmetry without field"},
                                   {"equilibration_gap", tempered_zeros, "Katzgraber and Young 2001"},
                                   {.name = NULL}};

/* ---- check ---------------------------------------------------------------------------------------------------- */

static ons_status check_ladder(const ons_parameters *p, ons_plan *plan) {
    const double *temperature;
    const size_t count = tempered_ladder(p, &temperature);
    const ons_status status = tempered_check(p, plan);
    if (status) { return status; }
    for (size_t k = 0; k < ARRAYS; k++) { ons_plan_shape(plan, k, 1, &count); }
    if (count > 1) { return ONS_OK; }
    ons_plan_note(plan, "one temperature: there are no exchanges; a ladder is temperature=[0.6,0.7,0.8]");
    return ONS_OK;
}

static ons_status check_hypergraph(const ons_parameters *p) {
    const int64_t spins = ons_integer(p, "N"), size = ons_integer(p, "p");
    if (size > spins) {
        return ons_fail(ONS_INVALID, "a term of p = %lld different spins needs at least as many, not N = %lld",
                        (long long)size, (long long)spins);
    }
    const double terms = terms_of(p), sets = ons_terms_sets((double)spins, (unsigned)size);
    if (terms > 4294967294.0) {
        return ons_fail(ONS_INVALID, "N = %lld spins have %.4g terms of %lld, but at most 4294967294 are possible",
                        (long long)spins, terms, (long long)size);
    }
    if (ons_choice(p, "hypergraph") == HYPERGRAPH_COMPLETE) { return ONS_OK; }
    const int64_t connectivity = ons_integer(p, "connectivity");
    if (terms > sets || (double)connectivity > ons_terms_sets((double)spins - 1, (unsigned)size - 1)) {
        return ons_fail(ONS_INVALID,
                        "N = %lld spins have only %.4g different terms of %lld, %.4g of one spin, not %lld",
                        (long long)spins, sets, (long long)size, ons_terms_sets((double)spins - 1, (unsigned)size - 1),
                        (long long)connectivity);
    }
    if (terms < 1) { return ons_fail(ONS_INVALID, "N connectivity/p is less than one term"); }
    if (ons_choice(p, "hypergraph") == HYPERGRAPH_REGULAR && spins * connectivity % size != 0) {
        return ons_fail(ONS_INVALID,
                        "hypergraph=regular needs N times connectivity to be a multiple of p, but %lld x %lld is none "
                        "of %lld",
                        (long long)spins, (long long)connectivity, (long long)size);
    }
    return ONS_OK;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const double *temperature;
    const size_t count = tempered_ladder(p, &temperature);
    ons_status status = check_ladder(p, plan);
    if (!status) { status = check_hypergraph(p); }
    if (status) { return status; }
    ons_plan_bytes(plan, ons_terms_bytes(tempered_spins(p), (unsigned)ons_integer(p, "p"), terms_of(p),
                                         (unsigned)(2 * (count < 1000000 ? count : 1000000))));
    if (ons_choice(p, "disorder") != DISORDER_GAUSSIAN) { ons_plan_omit(plan, "equilibration_gap"); }
    static const char *const of_ladders[] = {"ladder_by_rates", "pressure", "entropy"};
    for (size_t k = 0; count == 1 && k < 3; k++) { ons_plan_omit(plan, of_ladders[k]); }
    return ONS_OK;
}

/* ---- the state ------------------------------------------------------------------------------------------------ */

/* Walker w of copy c is spins[c * count + w]. */
typedef struct p_spin_state {
    ons_multispin_model *model;
    ons_multispin **spins; /* [2 count] */
    tempered_walkers walkers;
    double *values; /* [ARRAYS][count] */
    size_t count;
    uint32_t sites;
    ons_multispin_update update;
} p_spin_state;

static ons_status draw_terms(ons_terms **terms, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    const uint32_t spins = (uint32_t)ons_integer(p, "N");
    const unsigned size = (unsigned)ons_integer(p, "p");
    ons_random random = ons_stream(context, 0, STREAM_HYPERGRAPH);
    ons_status status;
    switch (ons_choice(p, "hypergraph")) {
    case HYPERGRAPH_REGULAR:
        status = ons_terms_regular(terms, spins, size, (uint32_t)ons_integer(p, "connectivity"), &random);
        break;
    case HYPERGRAPH_RANDOM: status = ons_terms_random(terms, spins, size, (uint64_t)terms_of(p), &random); break;
    default: status = ons_terms_complete(terms, spins, size);
    }
    if (status) { return status; }
    random = ons_stream(context, 0, STREAM_COUPLINGS);
    if (ons_choice(p, "disorder") == DISORDER_BIMODAL) {
        ons_terms_bimodal(*terms, sqrt(variance_of(p)), &random);
    } else {
        ons_terms_gaussian(*terms, sqrt(variance_of(p)), &random);
    }
    return ONS_OK;
}

static ons_status create_walkers(p_spin_state *state, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    const ons_random dynamics[2] = {ons_stream(context, 0, STREAM_DYNAMICS), ons_stream(context, 0, STREAM_DYNAMICS_B)};
    ons_random start = ons_stream(context, 0, STREAM_START);
    ons_status status = tempered_open(&state->walkers, p, 2, dynamics);
    for (size_t w = 0; !status && w < 2 * state->count; w++) {
        status = ons_multispin_create(&state->spins[w], state->model, dynamics[0]);
        if (!status && ons_choice(p, "start") == START_RANDOM) { ons_multispin_start_random(state->spins[w], &start); }
    }
    return status;
}

static ons_status create(void *memory, ons_context *context) {
    p_spin_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    const double *temperature;
    state->count = tempered_ladder(p, &temperature);
    state->sites = (uint32_t)ons_integer(p, "N");
    state->update = (ons_multispin_update)ons_choice(p, "update");
    state->spins = ONS_NEW(ons_multispin *, 2 * state->count);
    state->values = ONS_NEW(double, ARRAYS * state->count);
    if (!state->spins || !state->values) { return ONS_MEMORY; }
    ons_terms *terms = NULL;
    ons_status status = draw_terms(&terms, context);
    if (!status) { status = ons_multispin_model_create(&state->model, terms, ons_real(p, "field")); }
    ons_terms_free(terms);
    return status ? status : create_walkers(state, context);
}

/* The walkers of a copy share its random stream. */
static void sweep(p_spin_state *state, unsigned copy) {
    const ons_tempering *ladder = &state->walkers.ladder[copy];
    ons_random *random = &state->walkers.random[copy];
    for (size_t k = 0; k < state->count; k++) {
        ons_multispin *spins = state->spins[copy * state->count + ladder->walker[k]];
        *ons_multispin_random(spins) = *random;
        ons_multispin_step(spins, state->update, ladder->temperature[k]);
        *random = *ons_multispin_random(spins);
    }
}

static double energy_of(const void *memory, unsigned copy, size_t walker) {
    const p_spin_state *state = memory;
    return ons_multispin_energy(state->spins[copy * state->count + walker]);
}

static ons_status advance(void *memory, ons_context *context) {
    (void)context;
    p_spin_state *state = memory;
    for (unsigned copy = 0; copy < 2; copy++) {
        sweep(state, copy);
        tempered_exchange(&state->walkers, copy, energy_of, state);
    }
    return ONS_OK;
}

static const ons_multispin *spins_at(const p_spin_state *state, unsigned copy, size_t rung) {
    return state->spins[copy * state->count + state->walkers.ladder[copy].walker[rung]];
}

static ons_status measure(const void *memory, ons_context *context) {
    const p_spin_state *state = memory;
    const size_t count = state->count;
    for (size_t k = 0; k < count; k++) {
        const ons_multispin *a = spins_at(state, 0, k), *b = spins_at(state, 1, k);
        const double ea = ons_multispin_energy(a) / state->sites, eb = ons_multispin_energy(b) / state->sites;
        const double ma = ons_multispin_magnetization(a), mb = ons_multispin_magnetization(b);
        const double q = ons_multispin_overlap(a, b);
        const double quantities[ARRAYS] = {[ENERGY] = (ea + eb) / 2,
                                           [ENERGY_SQUARED] = (ea * ea + eb * eb) / 2,
                                           [ENERGY_PRODUCT] = ea * eb,
                                           [MAGNETIZATION] = (ma + mb) / 2,
                                           [MAGNETIZATION_SQUARED] = (ma * ma + mb * mb) / 2,
                                           [OVERLAP] = q,
                                           [OVERLAP_ABS] = fabs(q),
                                           [OVERLAP_SQUARED] = q * q,
                                           [OVERLAP_FOURTH] = square(q * q),
                                           [TERM_OVERLAP] = ons_multispin_term_overlap(a, b),
                                           [EXCHANGE_RATE] = tempered_rate(&state->walkers, k)};
        for (size_t quantity = 0; quantity < ARRAYS; quantity++) {
            state->values[quantity * count + k] = quantities[quantity];
        }
    }
    const size_t last = count > 1 ? EXCHANGE_RATE : TERM_OVERLAP;
    for (size_t k = 0; k <= last; k++) { ons_measure_array(context, k, 0, state->values + k * count); }
    if (count > 1) { ons_measure(context, ROUND_TRIPS, 0, tempered_trips(&state->walkers)); }
    return ONS_OK;
}

/* ---- kept ----------------------------------------------------------------------------------------------------- */

/* The sample is not stored: it is drawn again from its streams. */
static ons_status persist(void *memory, ons_part *part) {
    p_spin_state *state = memory;
    const size_t sites = state->sites;
    ons_status status = tempered_persist(&state->walkers, part);
    for (size_t w = 0; !status && w < 2 * state->count; w++) {
        ons_multispin *spins = state->spins[w];
        char name[40];
        snprintf(name, sizeof name, "spins_%c_%zu", 'a' + (int)(w / state->count), w % state->count);
        status = ons_persist_configuration(part, name, ONS_I8, ons_multispin_spins(spins), 1, &sites);
        if (!status && ons_part_reading(part)) { status = ons_multispin_refresh(spins); }
    }
    return status;
}

/* A row of spins for every temperature of copy a, from the first to the last, and below them those of copy b. */
static ons_status picture(const void *memory, unsigned lane, ons_picture *picture) {
    static const uint8_t colours[2][3] = {{20, 40, 90}, {250, 250, 245}};
    const p_spin_state *state = memory;
    const size_t shape[] = {2 * state->count, state->sites};
    (void)lane;
    assert(state->count > 0);
    uint8_t *rgb = ONS_NEW(uint8_t, 3 * shape[0] * shape[1]);
    if (!rgb) { return ONS_MEMORY; }
    for (size_t row = 0; row < shape[0]; row++) {
        const unsigned copy = row >= state->count;
        ons_multispin *spins =
            state->spins[copy * state->count + state->walkers.ladder[copy].walker[row % state->count]];
        for (size_t i = 0; i < shape[1]; i++) {
            for (size_t c = 0; c < 3; c++) {
                rgb[3 * (row * shape[1] + i) + c] = colours[ons_multispin_spins(spins)[i] > 0][c];
            }
        }
    }
    const ons_status status = ons_picture_lattice(picture, 2, shape, rgb);
    free(rgb);
    return status;
}

static void destroy(void *memory) {
    p_spin_state *state = memory;
    for (size_t w = 0; state->spins && w < 2 * state->count; w++) { ons_multispin_free(state->spins[w]); }
    tempered_close(&state->walkers);
    ons_multispin_model_free(state->model);
    free(state->spins);
    free(state->values);
}

extern const ons_system ons_system_p_spin;
const ons_system ons_system_p_spin = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "p-spin",
    .summary = "Ising p-spin glasses on complete and random hypergraphs, with parallel tempering and overlaps",
    .details = P_SPIN_DETAILS,
    .step = "sweep of all walkers with the exchanges of a ladder",
    .traits = ONS_STATIONARY | ONS_QUENCHED,
    .parameters = parameters,
    .observables = observables,
    .derived = deriveds,
    .exact = exacts,
    .controls = {.steps = 400, .warmup = "auto", .every = "1", .replicas = 64},
    .state_size = sizeof(p_spin_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};

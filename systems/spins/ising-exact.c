/*
 * ising-exact: exact thermodynamics of Ising models, the glue between the laboratory and the engine's solutions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ising_exact_text.h"
#include "lattice_parameters.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METHOD_AUTO, METHOD_ENUMERATION, METHOD_TRANSFER, METHOD_KAUFMAN, METHOD_BEALE };
enum { GEOMETRY_FINITE, GEOMETRY_STRIP };
/* What `auto` takes without asking: seconds of work. */
enum { QUICK_OUTER = 23, QUICK_OUTER_GENERAL = 17, QUICK_BEALE = 1024, QUICK_TORUS = 10, LARGEST_TORUS = 1 << 20 };
enum { BLOCKS_OF_A_STEP = 512 };

static const ons_parameter parameters[] = {
    LATTICE_PARAMETERS_LOCAL("square", "16", "[1, 1048576]"),
    {"geometry", ONS_CHOICE, 0, "finite", "finite|strip", NULL, NULL, NULL,
     "finite: the lattice of the lengths L; strip: infinitely many rows of L sites (square, triangular)"},
    {"temperature", ONS_REAL, ONS_ARRAY, "[1.5,2,2.269185314213022,2.5,3.5]", NULL, "(0, inf)", NULL, "coupling",
     "temperatures, k_B = 1: one task solves them all"},
    {"coupling", ONS_REAL, 0, "1", NULL, NULL, NULL, NULL, "J of H = -J sum s_i s_j: positive is ferromagnetic"},
    {"field", ONS_REAL, 0, "0", NULL, NULL, NULL, "coupling", "external field h of H = ... - h sum s_i"},
    {"method", ONS_CHOICE, 0, "auto", "auto|enumeration|transfer-matrix|kaufman|beale", NULL, NULL, NULL,
     "auto: the first that does it in seconds"},
    {.name = NULL}};

/* clang-format off */
enum { FREE_ENERGY, ENERGY, SPECIFIC_HEAT, ENTROPY, MAGNETIZATION, MAGNETIZATION_ABS, MAGNETIZATION_SQUARED,
       MAGNETIZATION_FOURTH, BINDER, SUSCEPTIBILITY, CORRELATION_LENGTH, STATES, CONFIGURATIONS, OBSERVABLES };
/* clang-format on */

#define OVER "temperature"
static const ons_observable observables[] = {
    [FREE_ENERGY] = {"free_energy", ONS_VALUE, 0, OVER, NULL, "coupling", "-(T/N) ln Z"},
    [ENERGY] = {"energy", ONS_VALUE, 0, OVER, NULL, "coupling", "<H>/N, all bonds and the field"},
    [SPECIFIC_HEAT] = {"specific_heat", ONS_VALUE, 0, OVER, NULL, NULL, "(<H^2> - <H>^2) / (N T^2)"},
    [ENTROPY] = {"entropy", ONS_VALUE, 0, OVER, NULL, NULL, "(energy - free_energy) / T, per site"},
    [MAGNETIZATION] = {"magnetization", ONS_VALUE, 0, OVER, NULL, NULL, "<m>, m = (1/N) sum s_i; 0 without field"},
    [MAGNETIZATION_ABS] = {"magnetization_abs", ONS_VALUE, 0, OVER, NULL, NULL, "<|m|>"},
    [MAGNETIZATION_SQUARED] = {"magnetization_squared", ONS_VALUE, 0, OVER, NULL, NULL, "<m^2>"},
    [MAGNETIZATION_FOURTH] = {"magnetization_fourth", ONS_VALUE, 0, OVER, NULL, NULL, "<m^4>"},
    [BINDER] = {"binder", ONS_VALUE, 0, OVER, NULL, NULL, "1 - <m^4> / (3 <m^2>^2)"},
    [SUSCEPTIBILITY] = {"susceptibility", ONS_VALUE, 0, OVER, NULL, "1/coupling", "N (<m^2> - <|m|>^2) / T"},
    [CORRELATION_LENGTH] = {"correlation_length", ONS_VALUE, 0, OVER, NULL, "rows",
                            "of a strip: 1 / ln(largest eigenvalue / largest odd one)"},
    [STATES] = {"states", ONS_TABLE, 0, NULL, "energy, degeneracy:text, ln_g", NULL,
                "number of configurations by total energy of the bonds"},
    [CONFIGURATIONS] = {"configurations", ONS_TABLE, 0, NULL, "energy, magnetization, degeneracy:text", NULL,
                        "number of configurations by total energy of the bonds and sum of the spins"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- which method ------------------------------------------------------------------------------------------- */

static bool is_strip(const ons_parameters *p) { return ons_choice(p, "geometry") == GEOMETRY_STRIP; }
static bool is_open(const ons_parameters *p) { return ons_choice(p, "boundary") == ONS_OPEN; }

/* The square torus without field: lengths. */
static bool is_torus(const ons_parameters *p, int64_t *lengths) {
    return lattice_is(p, "square", -1) && !is_strip(p) && !is_open(p) && ons_real(p, "field") == 0 &&
           lattice_lengths(p, 2, lengths);
}

/* The options of the transfer matrix at a temperature; false: not such a lattice. */
static bool transfer_options(const ons_parameters *p, double temperature, ons_transfer_options *options) {
    int64_t lengths[2] = {1, 1};
    size_t count;
    if (!lattice_is(p, "square", -1) && !lattice_is(p, "triangular", -1)) { return false; }
    const int64_t *given = ons_integers(p, "L", &count);
    if (is_strip(p) ? count != 1 : !lattice_lengths(p, 2, lengths)) { return false; }
    if (is_strip(p)) {
        lengths[0] = 0;
        lengths[1] = given[0];
    } else if (lengths[0] < lengths[1]) { /* the shorter one is the width */
        const int64_t length = lengths[1];
        lengths[1] = lengths[0];
        lengths[0] = length;
    }
    *options = (ons_transfer_options){.triangular = lattice_is(p, "triangular", -1),
                                      .width = lengths[1] > 1000 ? 1000 : (uint32_t)lengths[1],
                                      .length = lengths[0],
                                      .across_open = is_open(p),
                                      .along_open = is_open(p),
                                      .coupling = ons_real(p, "coupling"),
                                      .field = ons_real(p, "field"),
                                      .temperature = temperature};
    return true;
}

static ons_status open_enumeration(const ons_parameters *p, ons_enumeration **enumeration) {
    ons_graph *graph;
    ons_enumeration_options options = {.coupling = ons_real(p, "coupling")};
    ons_graph_plan size;
    *enumeration = NULL;
    ons_status status = lattice_plan(p, LATTICE_LISTED, NULL, &size, NULL);
    if (!status && size.sites > ONS_ENUMERATION_SITES) {
        status = ons_fail(ONS_INVALID, "%.4g sites are too many to enumerate: at most %d are possible", size.sites,
                          ONS_ENUMERATION_SITES);
    }
    if (!status) { status = lattice_open_graph(&graph, p, LATTICE_LISTED); }
    if (status) { return status; }
    options.temperature = ons_reals(p, "temperature", &options.temperatures);
    status = ons_enumeration_create(enumeration, graph, &options);
    ons_graph_free(graph);
    return status;
}

static bool transfer_is_quick(const ons_transfer_options *options) {
    const bool ring = options->length > 0 && !options->along_open;
    return options->width <= (ring ? QUICK_TORUS : ONS_TRANSFER_WIDTH - 2);
}

/* Spins to enumerate, 1000 where it cannot be. */
static unsigned outer_spins(const ons_parameters *p, bool *quick) {
    ons_enumeration *enumeration;
    *quick = false;
    if (is_strip(p) || open_enumeration(p, &enumeration)) { return 1000; }
    const unsigned outer = ons_enumeration_outer(enumeration);
    *quick = outer <= (ons_enumeration_integral(enumeration) ? QUICK_OUTER : QUICK_OUTER_GENERAL);
    ons_enumeration_free(enumeration);
    return outer;
}

/* ONS_INVALID when none does it; the lattice is known to be right. */
static ons_status choose(const ons_parameters *p, int *method) {
    int64_t lengths[2];
    ons_transfer_options options;
    bool quick;
    *method = ons_choice(p, "method");
    if (*method != METHOD_AUTO) { return ONS_OK; }
    const unsigned outer = outer_spins(p, &quick);
    const bool torus = is_torus(p, lengths), transfer = transfer_options(p, 1, &options);
    const double coupling = ons_real(p, "coupling");
    const bool kaufman = torus && (coupling >= 0 || (lengths[0] % 2 == 0 && lengths[1] % 2 == 0));
    *method = quick                                                 ? METHOD_ENUMERATION
              : torus && lengths[0] * lengths[1] <= QUICK_BEALE     ? METHOD_BEALE
              : kaufman                                             ? METHOD_KAUFMAN
              : transfer && transfer_is_quick(&options)             ? METHOD_TRANSFER
              : outer <= ONS_ENUMERATED                             ? METHOD_ENUMERATION
              : transfer                                            ? METHOD_TRANSFER
              : torus && lengths[0] * lengths[1] <= ONS_BEALE_SITES ? METHOD_BEALE
                                                                    : METHOD_AUTO;
    if (*method != METHOD_AUTO) { return ONS_OK; }
    return ons_fail(ONS_INVALID,
                    "no exact method reaches this lattice: enumeration takes up to %d sites (%d after those summed in "
                    "closed form), transfer-matrix square and triangular lattices up to a width of %d (torus %d), "
                    "kaufman and beale the square torus without field",
                    ONS_ENUMERATION_SITES, ONS_ENUMERATED, ONS_TRANSFER_WIDTH, ONS_TRANSFER_TORUS);
}

/* ---- check -------------------------------------------------------------------------------------------------- */

static ons_status check_torus(const ons_parameters *p, int method, ons_plan *plan) {
    int64_t lengths[2] = {0, 0};
    const char *name = method == METHOD_BEALE ? "beale" : "kaufman";
    if (!is_torus(p, lengths)) {
        return ons_fail(ONS_INVALID, "method=%s solves lattice=square with boundary=periodic and field=0 only", name);
    }
    if (method == METHOD_KAUFMAN) {
        if (ons_real(p, "coupling") < 0 && (lengths[0] % 2 || lengths[1] % 2)) {
            return ons_fail(ONS_INVALID, "method=kaufman needs even lengths for an antiferromagnet; method=beale does "
                                         "not");
        }
        if (lengths[0] > LARGEST_TORUS && lengths[1] > LARGEST_TORUS) {
            return ons_fail(ONS_INVALID, "method=kaufman takes a torus with one length of at most %d", LARGEST_TORUS);
        }
        ons_plan_bytes(plan, 1000);
        return ONS_OK;
    }
    if (lengths[0] > ONS_BEALE_SITES || lengths[0] * lengths[1] > ONS_BEALE_SITES) {
        return ons_fail(ONS_INVALID, "method=beale takes at most %d sites, not %" PRId64 " x %" PRId64, ONS_BEALE_SITES,
                        lengths[0], lengths[1]);
    }
    ons_plan_bytes(plan, ons_beale_bytes(lengths[0], lengths[1]));
    return ONS_OK;
}

static ons_status check_transfer(const ons_parameters *p, ons_plan *plan) {
    ons_transfer_options options = {0};
    ons_transfer *transfer;
    if (!transfer_options(p, 1, &options)) {
        return ons_fail(ONS_INVALID, "method=transfer-matrix solves lattice=square and triangular, with %s",
                        is_strip(p) ? "one length, the width of the strip" : "one or two lengths");
    }
    const double bytes = ons_transfer_bytes(&options);
    options.length = options.length > 0;
    const uint32_t width = options.width;
    const bool ring = options.length && !options.along_open;
    if (width > (ring ? ONS_TRANSFER_TORUS : ONS_TRANSFER_WIDTH)) {
        return ons_transfer_create(&transfer, &options); /* which refuses it */
    }
    ons_plan_bytes(plan, bytes);
    return ONS_OK;
}

static ons_status check_enumeration(const ons_parameters *p, ons_plan *plan) {
    ons_enumeration *enumeration;
    const ons_status status = open_enumeration(p, &enumeration);
    if (status) { return status; }
    ons_plan_bytes(plan, ons_enumeration_bytes(enumeration));
    ons_plan_threads(plan, 8);
    const unsigned outer = ons_enumeration_outer(enumeration);
    if (!ons_enumeration_integral(enumeration)) {
        ons_plan_omit(plan, "states");
        ons_plan_omit(plan, "configurations");
    }
    if (outer > QUICK_OUTER) {
        ons_plan_note(plan, "2^%u visits stand for 2^%u configurations", outer - 1, ons_enumeration_sites(enumeration));
    }
    ons_enumeration_free(enumeration);
    return ONS_OK;
}

static void omit(const ons_parameters *p, int method, ons_plan *plan) {
    static const char *const absolute[] = {"magnetization_abs", "susceptibility"};
    static const char *const moments[] = {"magnetization_squared", "magnetization_fourth", "binder"};
    const bool enumerated = method == METHOD_ENUMERATION, matrix = method == METHOD_TRANSFER;
    for (size_t k = 0; k < 2 && !enumerated; k++) { ons_plan_omit(plan, absolute[k]); }
    for (size_t k = 0; k < 3 && !enumerated && (!matrix || is_strip(p)); k++) { ons_plan_omit(plan, moments[k]); }
    if (!is_strip(p) || ons_real(p, "field") != 0) { ons_plan_omit(plan, "correlation_length"); }
    if (!enumerated) { ons_plan_omit(plan, "configurations"); }
    if (!enumerated && method != METHOD_BEALE) { ons_plan_omit(plan, "states"); }
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    static const char *const names[] = {"auto", "enumeration", "transfer-matrix", "kaufman", "beale"};
    int method;
    ons_graph_plan size;
    size_t temperatures;
    ons_reals(p, "temperature", &temperatures);
    ons_status status = is_strip(p) ? ONS_OK : lattice_plan(p, LATTICE_LISTED, NULL, &size, NULL);
    if (!status && is_strip(p) && ons_choice(p, "method") != METHOD_AUTO &&
        ons_choice(p, "method") != METHOD_TRANSFER) {
        status = ons_fail(ONS_INVALID, "geometry=strip is infinite: method=transfer-matrix solves it, not %s",
                          ons_string(p, "method"));
    }
    if (!status && is_strip(p)) {
        method = METHOD_TRANSFER;
    } else if (!status) {
        status = choose(p, &method);
    }
    if (status) { return status; }
    for (size_t k = 0; k < STATES; k++) { ons_plan_shape(plan, k, 1, &temperatures); }
    status = method == METHOD_ENUMERATION ? check_enumeration(p, plan)
             : method == METHOD_TRANSFER  ? check_transfer(p, plan)
                                          : check_torus(p, method, plan);
    if (status) { return status; }
    omit(p, method, plan);
    if (ons_choice(p, "method") == METHOD_AUTO) { ons_plan_note(plan, "solved by method=%s", names[method]); }
    return ONS_OK;
}

/* ---- the state ---------------------------------------------------------------------------------------------- */

typedef struct exact_state {
    int method;
    ons_enumeration *enumeration;
    ons_beale beale;
    ons_transfer *transfer; /* of temperature number `index` */
    ons_transfer_options options;
    double *temperature; /* [temperatures] */
    size_t temperatures;
    uint64_t index;
    uint64_t finished;
} exact_state;

/* The matrix of temperature number `index`. */
static ons_status open_transfer(exact_state *state) {
    ons_transfer_free(state->transfer);
    state->transfer = NULL;
    state->options.temperature = state->temperature[state->index];
    return ons_transfer_create(&state->transfer, &state->options);
}

static ons_status create_transfer(exact_state *state, const ons_parameters *p) {
    const double *temperature = ons_reals(p, "temperature", &state->temperatures);
    state->temperature = ONS_NEW(double, state->temperatures);
    if (!state->temperature) { return ONS_MEMORY; }
    memcpy(state->temperature, temperature, state->temperatures * sizeof *temperature);
    transfer_options(p, temperature[0], &state->options);
    return open_transfer(state);
}

static ons_status create(void *memory, ons_context *context) {
    exact_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    int64_t lengths[2];
    state->method = METHOD_TRANSFER;
    ons_status status = is_strip(p) ? ONS_OK : choose(p, &state->method);
    if (status) { return status; }
    if (state->method == METHOD_ENUMERATION) { return open_enumeration(p, &state->enumeration); }
    if (state->method == METHOD_TRANSFER) { return create_transfer(state, p); }
    if (state->method == METHOD_BEALE && is_torus(p, lengths)) {
        return ons_beale_init(&state->beale, lengths[0], lengths[1]);
    }
    return ONS_OK;
}

static void destroy(void *memory) {
    exact_state *state = memory;
    ons_enumeration_free(state->enumeration);
    ons_transfer_free(state->transfer);
    free(state->temperature);
    ons_beale_free(&state->beale);
}

/* ---- results ------------------------------------------------------------------------------------------------ */

static void put(ons_context *context, size_t observable, size_t k, double value) {
    if (isfinite(value)) { ons_value(context, observable, 0, k, value, 0); }
}

static void put_means(ons_context *context, size_t k, double temperature, double sites, const ons_ising_exact *exact) {
    const double m2 = exact->magnetization_squared, absolute = exact->magnetization_abs;
    put(context, FREE_ENERGY, k, exact->free_energy);
    put(context, ENERGY, k, exact->energy);
    put(context, SPECIFIC_HEAT, k, exact->specific_heat);
    put(context, ENTROPY, k, (exact->energy - exact->free_energy) / temperature);
    put(context, MAGNETIZATION, k, exact->magnetization);
    put(context, MAGNETIZATION_ABS, k, absolute);
    put(context, MAGNETIZATION_SQUARED, k, m2);
    put(context, MAGNETIZATION_FOURTH, k, exact->magnetization_fourth);
    put(context, BINDER, k, 1 - exact->magnetization_fourth / (3 * m2 * m2));
    put(context, SUSCEPTIBILITY, k, sites * (m2 - absolute * absolute) / temperature);
}

/* A count of 128 bits in decimal. */
static const char *count_text(uint64_t high, uint64_t low, char *buffer) {
    char *digit = buffer + 40;
    *digit = 0;
    do {
        uint64_t rest = 0, parts[4] = {high >> 32, high & UINT32_MAX, low >> 32, low & UINT32_MAX};
        for (int i = 0; i < 4; i++) {
            const uint64_t value = rest << 32 | parts[i];
            parts[i] = value / 10;
            rest = value % 10;
        }
        high = parts[0] << 32 | parts[1];
        low = parts[2] << 32 | parts[3];
        *--digit = (char)('0' + rest);
    } while (high | low);
    return digit;
}

static double log_count(uint64_t high, uint64_t low) { return ons_log((double)high * 0x1p64 + (double)low); }

static void put_states(ons_context *context, double unit, const ons_state_count *counts, size_t count) {
    char text[41];
    for (size_t k = 0; k < count;) {
        uint64_t high = 0, low = 0;
        const int64_t level = counts[k].level;
        for (; k < count && counts[k].level == level; k++) {
            const ons_cell row[] = {{.number = unit * (double)level},
                                    {.number = counts[k].magnetization},
                                    {.text = count_text(counts[k].high, counts[k].low, text)}};
            ons_row(context, CONFIGURATIONS, 0, row);
            low += counts[k].low;
            high += counts[k].high + (low < counts[k].low);
        }
        const ons_cell row[] = {
            {.number = unit * (double)level}, {.text = count_text(high, low, text)}, {.number = log_count(high, low)}};
        ons_row(context, STATES, 0, row);
    }
}

static ons_status finish_enumeration(const exact_state *state, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    const double field = ons_real(p, "field"), sites = ons_enumeration_sites(state->enumeration);
    ons_state_count *counts = NULL;
    size_t count = 0, temperatures;
    const double *temperature = ons_reals(p, "temperature", &temperatures);
    ons_status status = ONS_OK;
    if (ons_enumeration_integral(state->enumeration)) {
        status = ons_enumeration_counts(state->enumeration, &counts, &count);
        if (!status) { put_states(context, ons_enumeration_unit(state->enumeration), counts, count); }
    }
    for (size_t k = 0; k < temperatures && !status; k++) {
        ons_ising_exact exact;
        status = ons_enumeration_canonical(state->enumeration, counts, count, k, temperature[k], field, &exact);
        if (!status) { put_means(context, k, temperature[k], sites, &exact); }
    }
    free(counts);
    return status;
}

/* Levels are energies at coupling 1: with the coupling's sign they ascend or descend. */
static ons_status finish_beale(const exact_state *state, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    const double coupling = ons_real(p, "coupling");
    ons_density density;
    size_t temperatures;
    const double *temperature = ons_reals(p, "temperature", &temperatures);
    const ons_status status = ons_beale_density(&state->beale, &density);
    if (status) { return status; }
    for (size_t i = 0; i < density.count; i++) {
        const size_t k = coupling < 0 ? density.count - 1 - i : i;
        const ons_cell row[] = {{.number = 0 + coupling * (double)density.level[k]},
                                {.text = density.text[k]},
                                {.number = density.log_g[k]}};
        ons_row(context, STATES, 0, row);
    }
    for (size_t k = 0; k < temperatures; k++) {
        ons_density_means means;
        ons_density_canonical(&density, coupling, temperature[k], &means);
        const ons_ising_exact exact = {means.free_energy, means.energy, means.specific_heat, 0, NAN, NAN, NAN};
        put_means(context, k, temperature[k], density.sites, &exact);
    }
    ons_density_free(&density);
    return ONS_OK;
}

static ons_status solve_kaufman(ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    int64_t lengths[2] = {1, 1};
    size_t temperatures;
    const double *temperature = ons_reals(p, "temperature", &temperatures);
    lattice_lengths(p, 2, lengths);
    for (size_t k = 0; k < temperatures; k++) {
        ons_ising_exact exact;
        const ons_status status =
            ons_ising_exact_torus(lengths[0], lengths[1], ons_real(p, "coupling"), temperature[k], &exact);
        if (status) { return status < 0 ? status : ons_fail(ONS_FAILED, "Kaufman's solution does not hold here"); }
        put_means(context, k, temperature[k], (double)lengths[0] * (double)lengths[1], &exact);
    }
    return ONS_DONE;
}

/* One class of first rows; at the last one the means of this temperature. */
static ons_status advance_transfer(exact_state *state, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    ons_ising_exact exact;
    const ons_status status = ons_transfer_step(state->transfer);
    if (status != ONS_DONE) { return status; }
    ons_transfer_means(state->transfer, &exact);
    put_means(context, state->index, state->temperature[state->index], 1, &exact);
    if (is_strip(p) && ons_real(p, "field") == 0) {
        put(context, CORRELATION_LENGTH, state->index, ons_transfer_at(state->transfer)->correlation_length);
    }
    if (state->index + 1 == state->temperatures) { return ONS_DONE; }
    state->index++;
    return open_transfer(state);
}

static ons_status advance(void *memory, ons_context *context) {
    exact_state *state = memory;
    ons_status status = ONS_DONE;
    if (state->finished) { return ONS_DONE; }
    switch (state->method) {
    case METHOD_ENUMERATION:
        status = ons_enumeration_step(state->enumeration,
                                      ons_enumeration_integral(state->enumeration) ? BLOCKS_OF_A_STEP : 1,
                                      ons_threads(context));
        if (status == ONS_DONE) {
            status = finish_enumeration(state, context);
            state->finished = !status;
        }
        break;
    case METHOD_BEALE:
        status = ons_beale_step(&state->beale);
        if (status == ONS_DONE) {
            status = finish_beale(state, context);
            state->finished = !status;
        }
        break;
    case METHOD_TRANSFER:
        status = advance_transfer(state, context);
        state->finished = status == ONS_DONE;
        break;
    default:
        status = solve_kaufman(context);
        state->finished = status == ONS_DONE;
        break;
    }
    return !status && state->finished ? ONS_DONE : status;
}

/* ---- persistence -------------------------------------------------------------------------------------------- */

static ons_status persist_enumeration(exact_state *state, ons_part *part) {
    ons_enumeration *e = state->enumeration;
    uint64_t done = ons_enumeration_done(e);
    ons_status status = ons_persist(part, "done", ONS_U64, &done, 1);
    if (status) { return status; }
    if (!ons_enumeration_integral(e)) {
        if (done > ons_enumeration_blocks(e)) { return ons_fail(ONS_FAILED, "the stored cursor cannot be"); }
        ons_enumeration_set_done(e, done);
        return ons_persist(part, "moments", ONS_F64, ons_enumeration_moment(e), ons_enumeration_moments(e));
    }
    size_t entries = ons_enumeration_entries(e);
    status = ons_persist_count(part, "entries", &entries, (size_t)1 << 32);
    if (status) { return status; }
    uint64_t *keys = ONS_NEW(uint64_t, entries), *counts = ONS_NEW(uint64_t, entries);
    status = keys && counts ? ONS_OK : ONS_MEMORY;
    if (!status && !ons_part_reading(part)) { ons_enumeration_store(e, keys, counts); }
    if (!status) { status = ons_persist(part, "keys", ONS_U64, keys, entries); }
    if (!status) { status = ons_persist(part, "counts", ONS_U64, counts, entries); }
    if (!status && ons_part_reading(part)) { status = ons_enumeration_restore(e, done, keys, counts, entries); }
    free(keys);
    free(counts);
    return status;
}

static ons_status persist_beale(exact_state *state, ons_part *part) {
    uint64_t done = state->beale.done;
    ons_status status = ons_persist(part, "done", ONS_U64, &done, 1);
    if (!status && done > state->beale.primes) { return ons_fail(ONS_FAILED, "the stored cursor cannot be"); }
    state->beale.done = (size_t)done;
    return status
               ? status
               : ons_persist(part, "residues", ONS_U64, state->beale.residue, state->beale.done * state->beale.levels);
}

/* The means of temperatures that are done are in the laboratory's values; the matrix is that of the one under way. */
static ons_status persist_transfer(exact_state *state, ons_part *part) {
    ons_status status = ons_persist(part, "index", ONS_U64, &state->index, 1);
    if (!status && state->index >= state->temperatures) { return ons_fail(ONS_FAILED, "the stored cursor cannot be"); }
    if (!status && ons_part_reading(part)) { status = open_transfer(state); }
    if (status) { return status; }
    ons_transfer_cursor *cursor = ons_transfer_at(state->transfer);
    uint64_t next = cursor->next;
    const uint64_t total = cursor->total;
    status = ons_persist(part, "next", ONS_U64, &next, 1);
    if (!status) { status = ons_persist(part, "logarithm", ONS_F64, &cursor->logarithm, 1); }
    if (!status) { status = ons_persist(part, "sum", ONS_F64, cursor->sum, ONS_TRANSFER_SUMS); }
    if (!status) { status = ons_persist(part, "correlation_length", ONS_F64, &cursor->correlation_length, 1); }
    if (!status && next > total) { return ons_fail(ONS_FAILED, "the stored cursor cannot be"); }
    cursor->next = next;
    return status;
}

static ons_status persist(void *memory, ons_part *part) {
    exact_state *state = memory;
    ons_status status = ons_persist(part, "finished", ONS_U64, &state->finished, 1);
    if (status) { return status; }
    switch (state->method) {
    case METHOD_ENUMERATION: return persist_enumeration(state, part);
    case METHOD_BEALE: return persist_beale(state, part);
    case METHOD_TRANSFER: return persist_transfer(state, part);
    default: return ONS_OK;
    }
}

extern const ons_system ons_system_ising_exact;
const ons_system ons_system_ising_exact = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "ising-exact",
    .summary = "exact Ising thermodynamics: enumeration, transfer matrices, Kaufman, Beale's density of states",
    .details = ISING_EXACT_DETAILS,
    .step = "part of the work (a block of visits, a prime, a class of rows); it ends by itself",
    .traits = 0,
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 1000000000, .every = "1", .replicas = 1},
    .state_size = sizeof(exact_state),
    .check = check,
    .create = create,
    .advance = advance,
    .persist = persist,
    .destroy = destroy,
};

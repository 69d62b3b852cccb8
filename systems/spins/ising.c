/*
 * ising: the Ising model on any lattice or graph, the glue between the laboratory and the spin engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ising_system.h"
#include "ising_text.h"
#include "spin_quantities.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what exists
 * ------------------------------------------------------------------------------------------------------ */

enum { START_RANDOM, START_UP };
enum { STREAM_DYNAMICS, STREAM_START, STREAM_DISORDER, STREAM_DYNAMICS_B, STREAM_START_B };

static const ons_parameter parameters[] = {
    LATTICE_PARAMETERS("square", "16"),
    {"temperature", ONS_REAL, 0, "2.269185314213022", NULL, "(0, inf)", NULL, "coupling",
     "temperature, k_B = 1; the default is T_c = 2/ln(1 + sqrt 2) of the square lattice (Onsager 1944)"},
    {"coupling", ONS_REAL, 0, "1", NULL, NULL, NULL, NULL, "J of H = -J sum s_i s_j: positive is ferromagnetic"},
    {"field", ONS_REAL, 0, "0", NULL, NULL, NULL, "coupling", "external field h of H = ... - h sum s_i"},
    {"start", ONS_CHOICE, ONS_OR_ARCHIVE, "random", "random|up", NULL, NULL, NULL,
     "first configuration: random spins, all up, or one that is stored in an archive"},
    {"update", ONS_CHOICE, 0, "metropolis", "metropolis|heat-bath|wolff|swendsen-wang", NULL, NULL, NULL,
     "the dynamics"},
    {"order", ONS_CHOICE, 0, "auto", "auto|random|checkerboard", NULL, "update=metropolis", NULL,
     "of the attempts: sites drawn at random, or one sublattice after the other; auto: checkerboard where it exists"},
    {"clusters", ONS_INTEGER, 0, "1", NULL, "[1, 4294967295]", "update=wolff", NULL, "clusters that one step flips"},
    {"disorder", ONS_CHOICE, 0, "none", "none|bimodal|gaussian", NULL, NULL, NULL,
     "quenched random couplings; replicas are then samples"},
    {"disorder_probability", ONS_REAL, 0, "0.5", NULL, "[0, 1]", "disorder=bimodal", NULL,
     "of +coupling on a bond; otherwise it has -coupling"},
    {"coupling_mean", ONS_REAL, 0, "0", NULL, NULL, "disorder=gaussian", "coupling",
     "mean of the couplings; `coupling` is their standard deviation"},
    SPIN_MEASURE,
    {.name = NULL}};

/* clang-format off */
enum { ENERGY, ENERGY_SQUARED, MAGNETIZATION, MAGNETIZATION_ABS, MAGNETIZATION_SQUARED, MAGNETIZATION_FOURTH,
       MAGNETIZATION_KMIN_SQUARED, ENERGY_PRODUCT, MAGNETIZATION_ABS_PRODUCT, OVERLAP, OVERLAP_SQUARED, OVERLAP_FOURTH,
       SITES, WAVENUMBER, CORRELATION, STRUCTURE_FACTOR, OBSERVABLES };
/* clang-format on */

static const ons_observable observables[] = {
    [ENERGY] = {"energy", ONS_MEAN, 0, NULL, NULL, "coupling", "<e>, e = H/N per site, all bonds and the field"},
    [ENERGY_SQUARED] = {"energy_squared", ONS_MEAN, 0, NULL, NULL, "coupling^2", "<e^2>"},
    [MAGNETIZATION] = {"magnetization", ONS_MEAN, ONS_SLOW, NULL, NULL, NULL, "<m>, m = (1/N) sum s_i, with its sign"},
    [MAGNETIZATION_ABS] = {"magnetization_abs", ONS_MEAN, 0, NULL, NULL, NULL, "<|m|>"},
    [MAGNETIZATION_SQUARED] = {"magnetization_squared", ONS_MEAN, 0, NULL, NULL, NULL, "<m^2>"},
    [MAGNETIZATION_FOURTH] = {"magnetization_fourth", ONS_MEAN, 0, NULL, NULL, NULL, "<m^4>"},
    [MAGNETIZATION_KMIN_SQUARED] = {"magnetization_kmin_squared", ONS_MEAN, 0, NULL, NULL, NULL,
                                    "<|m(k)|^2>, m(k) = (1/N) sum s_i exp(i k r_i), mean over the smallest k"},
    [ENERGY_PRODUCT] = {"energy_product", ONS_MEAN, 0, NULL, NULL, "coupling^2", "<e_a e_b> of two copies of a sample"},
    [MAGNETIZATION_ABS_PRODUCT] = {"magnetization_abs_product", ONS_MEAN, 0, NULL, NULL, NULL,
                                   "<|m_a| |m_b|> of two copies of a sample"},
    [OVERLAP] = {"overlap", ONS_MEAN, ONS_SLOW, NULL, NULL, NULL,
                 "<q>, q = (1/N) sum a_i b_i of two copies of a sample"},
    [OVERLAP_SQUARED] = {"overlap_squared", ONS_MEAN, 0, NULL, NULL, NULL, "<q^2>"},
    [OVERLAP_FOURTH] = {"overlap_fourth", ONS_MEAN, 0, NULL, NULL, NULL, "<q^4>"},
    [SITES] = {"sites", ONS_MEAN, 0, NULL, NULL, NULL, "N of a lattice from a file (constant)"},
    [WAVENUMBER] = {"wavenumber", ONS_MEAN, 0, NULL, NULL, "1/length", "|k_min| of a lattice from a file (constant)"},
    [CORRELATION] = {"correlation", ONS_MEAN, 0, NULL, NULL, NULL,
                     "G(r) = <s_0 s_r> of sites r = 0, 1, .. cells apart along the axes"},
    [STRUCTURE_FACTOR] = {"structure_factor", ONS_MEAN, 0, NULL, NULL, NULL,
                          "S(k) = N <|m(k)|^2> at k = 2 pi n/L, n = 0, 1, .. L/2 along the reciprocal axes"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- what is asked
 * ----------------------------------------------------------------------------------------------------- */

bool ising_quenched(const ons_parameters *p) { return ons_choice(p, "disorder") != DISORDER_NONE; }

static ons_ising_options options_of(const ons_parameters *p) {
    return (ons_ising_options){.temperature = ons_real(p, "temperature"),
                               .coupling = ons_real(p, "coupling"),
                               .field = ons_real(p, "field"),
                               .update = (ons_ising_update)ons_choice(p, "update"),
                               .clusters = ons_present(p, "clusters") ? (uint32_t)ons_integer(p, "clusters") : 1};
}

/* Whether attempts go through sublattices. auto: where the kernel exists and lengths have enough divisors to fill its
 * words; the status says why not. */
enum { ORDER_AUTO, ORDER_RANDOM, ORDER_CHECKERBOARD };

static ons_status check_checkerboard(const ons_parameters *p, const ons_lattice *lattice, double *used) {
    const ons_ising_options options = options_of(p);
    int64_t spread[ONS_DIMENSIONS];
    if (!lattice || ising_quenched(p)) {
        return ons_fail(
            ONS_INVALID,
            "the checkerboard order needs a lattice with two sublattices and one coupling, not %s; use order=random",
            ising_quenched(p) ? "disorder" : "a graph");
    }
    lattice_lengths(p, lattice->dimension, spread);
    return ons_ising_check_checkerboard(lattice, spread, (ons_boundary)ons_choice(p, "boundary"), &options, used);
}

static bool checkerboard(const ons_parameters *p, const ons_lattice *lattice) {
    double used = 1;
    if (!ons_present(p, "order") || ons_choice(p, "order") == ORDER_RANDOM) { return false; }
    if (check_checkerboard(p, lattice, &used)) { return false; }
    return ons_choice(p, "order") == ORDER_CHECKERBOARD || used >= 1.0 / 16;
}

ons_status ising_open_graph(ons_graph **graph, const ons_parameters *p) {
    *graph = NULL;
    ons_lattice *lattice;
    ons_status status = lattice_open(&lattice, p);
    if (status) { return status; }
    status = lattice_build(graph, p, lattice, checkerboard(p, lattice) ? LATTICE_OUTLINE : LATTICE_UNLISTED);
    ons_lattice_free(lattice);
    return status;
}

/* ---- derived quantities
 * ----------------------------------------------------------------------------------------------- */

static double sites_of(const ons_means *means, const ons_parameters *p) {
    return lattice_from_file(p) ? ons_mean(means, SITES) : lattice_sites(p);
}

static double square(double x) { return x * x; }

/* <e>^2 and <|m|>^2, of a sample from two copies. */
static void specific_heat(const ons_means *means, const ons_parameters *p, double *value) {
    const double connected = ising_quenched(p) ? ons_mean(means, ENERGY_PRODUCT) : square(ons_mean(means, ENERGY));
    *value = sites_of(means, p) * (ons_mean(means, ENERGY_SQUARED) - connected) / square(ons_real(p, "temperature"));
}

static void susceptibility(const ons_means *means, const ons_parameters *p, double *value) {
    const double connected =
        ising_quenched(p) ? ons_mean(means, MAGNETIZATION_ABS_PRODUCT) : square(ons_mean(means, MAGNETIZATION_ABS));
    *value = sites_of(means, p) * (ons_mean(means, MAGNETIZATION_SQUARED) - connected) / ons_real(p, "temperature");
}

static void susceptibility_disordered(const ons_means *means, const ons_parameters *p, double *value) {
    *value = sites_of(means, p) * ons_mean(means, MAGNETIZATION_SQUARED) / ons_real(p, "temperature");
}

static void binder(const ons_means *means, const ons_parameters *p, double *value) {
    (void)p;
    *value = 1 - ons_mean(means, MAGNETIZATION_FOURTH) / (3 * square(ons_mean(means, MAGNETIZATION_SQUARED)));
}

static void binder_ratio(const ons_means *means, const ons_parameters *p, double *value) {
    (void)p;
    *value = ons_mean(means, MAGNETIZATION_FOURTH) / square(ons_mean(means, MAGNETIZATION_SQUARED));
}

static void correlation_length(const ons_means *means, const ons_parameters *p, double *value) {
    const double wavenumber = lattice_from_file(p) ? ons_mean(means, WAVENUMBER) : lattice_wavenumber(p);
    const double ratio = ons_mean(means, MAGNETIZATION_SQUARED) / ons_mean(means, MAGNETIZATION_KMIN_SQUARED);
    *value = ratio < 1 ? NAN : sqrt((ratio - 1) / ons_lattice_momentum_squared(wavenumber));
}

static void spin_glass_susceptibility(const ons_means *means, const ons_parameters *p, double *value) {
    *value = sites_of(means, p) * ons_mean(means, OVERLAP_SQUARED);
}

static void overlap_binder(const ons_means *means, const ons_parameters *p, double *value) {
    (void)p;
    *value = 1 - ons_mean(means, OVERLAP_FOURTH) / (3 * square(ons_mean(means, OVERLAP_SQUARED)));
}

static const ons_derived deriveds[] = {
    {"specific_heat", ENERGY, specific_heat, NULL,
     "N (<e^2> - <e>^2) / T^2 per site; with disorder N [<e^2> - <e_a e_b>] / T^2"},
    {"susceptibility", MAGNETIZATION_SQUARED, susceptibility, "1/coupling",
     "N (<m^2> - <|m|>^2) / T per site; with disorder N [<m^2> - <|m_a| |m_b|>] / T"},
    {"susceptibility_disordered", MAGNETIZATION_SQUARED, susceptibility_disordered, "1/coupling",
     "N <m^2> / T per site: the susceptibility where <m> = 0"},
    {"binder", MAGNETIZATION_SQUARED, binder, NULL,
     "1 - <m^4> / (3 <m^2>^2); with disorder of the averages over samples"},
    {"binder_ratio", MAGNETIZATION_SQUARED, binder_ratio, NULL,
     "<m^4> / <m^2>^2; with disorder of the averages over samples"},
    {"correlation_length", MAGNETIZATION_SQUARED, correlation_length, "length",
     "second moment: sqrt(<m^2> / <|m(k)|^2> - 1) / (2 sin(k/2)), k = |k_min|; lengths as in the basis vectors"},
    {"spin_glass_susceptibility", OVERLAP_SQUARED, spin_glass_susceptibility, NULL, "N [<q^2>]"},
    {"overlap_binder", OVERLAP_SQUARED, overlap_binder, NULL, "1 - [<q^4>] / (3 [<q^2>]^2)"},
    {.name = NULL}};

/* ---- check
 * ------------------------------------------------------------------------------------------------------------ */

static void omit(const ons_parameters *p, bool waves, ons_plan *plan) {
    static const char *const of_disorder[] = {
        "energy_product", "magnetization_abs_product", "overlap",       "overlap_squared",
        "overlap_fourth", "spin_glass_susceptibility", "overlap_binder"};
    for (size_t i = 0; !ising_quenched(p) && i < sizeof of_disorder / sizeof *of_disorder; i++) {
        ons_plan_omit(plan, of_disorder[i]);
    }
    if (!lattice_from_file(p)) { ons_plan_omit(plan, "sites"); }
    if (!lattice_from_file(p) || !waves) { ons_plan_omit(plan, "wavenumber"); }
    if (!waves) {
        ons_plan_omit(plan, "magnetization_kmin_squared");
        ons_plan_omit(plan, "correlation_length");
    }
}

/* order=checkerboard where there is none. */
static ons_status check_order(const ons_parameters *p, const ons_lattice *lattice) {
    double used = 1;
    if (!ons_present(p, "order") || ons_choice(p, "order") != ORDER_CHECKERBOARD) { return ONS_OK; }
    return check_checkerboard(p, lattice, &used);
}

/* One sweep of the checkerboard order or of Swendsen and Wang is worth sharing from this size on: some 10 microseconds
 * on one core. */
enum { THREADED_SITES = 1 << 18, MOST_THREADS = 1024 };

static ons_status check_size(const ons_parameters *p, const ons_lattice *lattice, const ons_graph_plan *graph,
                             ons_plan *plan) {
    const ons_ising_options options = options_of(p);
    const bool disorder = ising_quenched(p);
    if (lattice_is_complete(p) && disorder) {
        return ons_fail(ONS_INVALID, "disorder=%s needs a list of bonds and is not possible with lattice=complete",
                        ons_string(p, "disorder"));
    }
    const bool general = ons_choice(p, "disorder") == DISORDER_GAUSSIAN || graph->several_strengths;
    double bytes = graph->bytes + ons_ising_bytes(graph->sites, graph->bonds, &options, general, disorder ? 2 : 1) +
                   (general || disorder ? graph->bonds * sizeof(double) : 0);
    if (checkerboard(p, lattice)) {
        double used = 1;
        check_checkerboard(p, lattice, &used);
        bytes = graph->sites * (1 + 0.3 / used);
        if (graph->sites >= THREADED_SITES) { ons_plan_threads(plan, MOST_THREADS); }
    }
    if (options.update == ONS_SWENDSEN_WANG && lattice && !disorder && graph->sites >= THREADED_SITES) {
        ons_plan_threads(plan, MOST_THREADS);
    }
    ons_plan_bytes(plan, bytes);
    if (!disorder) { spin_plan_weight(p, graph->sites, true, plan); }
    return lattice_check_sites(p, graph, bytes);
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    ons_lattice *lattice;
    ons_graph_plan graph;
    bool waves;
    ons_status status = lattice_open(&lattice, p);
    if (status) { return status; }
    status = check_order(p, lattice);
    if (!status) { status = spin_arrays_plan(p, plan, CORRELATION); }
    if (!status) { status = lattice_plan(p, LATTICE_UNLISTED, plan, &graph, &waves); }
    if (!status) { status = check_size(p, lattice, &graph, plan); }
    if (!status) { omit(p, waves, plan); }
    ons_lattice_free(lattice);
    return status;
}

/* ---- the state
 * -------------------------------------------------------------------------------------------------------- */

/* Two copies with disorder, otherwise one. */
typedef struct ising_state {
    ons_graph *graph;
    ons_ising_model *model;
    ons_ising *copy[2];
    unsigned copies;
    bool waves, file;
    double wavenumber;
    spin_arrays arrays;
} ising_state;

static ons_status draw_couplings(const ons_graph *graph, ons_context *context, double **couplings) {
    const ons_parameters *p = ons_context_parameters(context);
    *couplings = NULL;
    if (!ising_quenched(p)) { return ONS_OK; }
    *couplings = ONS_NEW(double, graph->bonds);
    if (!*couplings) { return ONS_MEMORY; }
    ons_random random = ons_stream(context, 0, STREAM_DISORDER);
    const double coupling = ons_real(p, "coupling");
    if (ons_choice(p, "disorder") == DISORDER_BIMODAL) {
        ons_ising_bimodal(graph, coupling, ons_real(p, "disorder_probability"), &random, *couplings);
    } else {
        ons_ising_gaussian(graph, ons_real(p, "coupling_mean"), coupling, &random, *couplings);
    }
    return ONS_OK;
}

static ons_status create_copy(ising_state *state, unsigned index, ons_context *context) {
    static const uint32_t dynamics[] = {STREAM_DYNAMICS, STREAM_DYNAMICS_B}, start[] = {STREAM_START, STREAM_START_B};
    const ons_status status =
        ons_ising_create(&state->copy[index], state->model, ons_stream(context, 0, dynamics[index]));
    if (status) { return status; }
    if (ons_choice(ons_context_parameters(context), "start") == START_RANDOM) {
        ons_random random = ons_stream(context, 0, start[index]);
        ons_ising_start_random(state->copy[index], &random);
    }
    return ONS_OK;
}

static ons_status create(void *memory, ons_context *context) {
    ising_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    ons_ising_options options = options_of(p);
    double *couplings = NULL;
    ons_status status = ising_open_graph(&state->graph, p);
    if (!status && checkerboard(p, state->graph->lattice)) { options.order = ONS_CHECKERBOARD; }
    if (!status) { status = draw_couplings(state->graph, context, &couplings); }
    options.couplings = couplings;
    if (!status) { status = ons_ising_model_create(&state->model, state->graph, &options); }
    free(couplings);
    const unsigned copies = ising_quenched(p) ? 2 : 1;
    state->copies = copies;
    for (unsigned i = 0; !status && i < copies; i++) { status = create_copy(state, i, context); }
    if (!status) { status = ons_ising_set_threads(state->copy[0], ons_threads(context)); }
    if (status) { return status; }
    bool used[ONS_DIMENSIONS] = {false};
    state->file = lattice_from_file(p);
    state->wavenumber =
        state->graph->lattice ? ons_lattice_wavenumber(state->graph->lattice, state->graph->lengths, used) : 0;
    state->waves = state->wavenumber > 0;
    return spin_arrays_open(&state->arrays, state->graph, p);
}

static ons_status advance(void *memory, ons_context *context) {
    (void)context;
    const ising_state *state = memory;
    for (unsigned i = 0; i < state->copies; i++) { ons_ising_step(state->copy[i]); }
    return ONS_OK;
}

/* The spins of copy c. */
static void copied_spins(const void *memory, unsigned c, double *values) {
    const ising_state *state = memory;
    const int8_t *spins = ons_ising_spins(state->copy[c]);
    for (uint32_t i = 0; i < state->graph->sites; i++) { values[i] = spins[i]; }
}

static ons_status measure(const void *memory, ons_context *context) {
    const ising_state *state = memory;
    double e[2], m[2], sums[OBSERVABLES] = {0};
    for (unsigned i = 0; i < state->copies; i++) {
        e[i] = ons_ising_energy(state->copy[i]);
        m[i] = ons_ising_magnetization(state->copy[i]);
        sums[ENERGY] += e[i];
        sums[ENERGY_SQUARED] += e[i] * e[i];
        sums[MAGNETIZATION] += m[i];
        sums[MAGNETIZATION_ABS] += fabs(m[i]);
        sums[MAGNETIZATION_SQUARED] += m[i] * m[i];
        sums[MAGNETIZATION_FOURTH] += square(m[i] * m[i]);
        if (state->waves) { sums[MAGNETIZATION_KMIN_SQUARED] += ons_ising_magnetization_kmin_squared(state->copy[i]); }
    }
    const size_t last = state->waves ? MAGNETIZATION_KMIN_SQUARED : MAGNETIZATION_FOURTH;
    for (size_t k = ENERGY; k <= last; k++) { ons_measure(context, k, 0, sums[k] / state->copies); }
    if (state->copies == 2) {
        const double q = ons_ising_overlap(state->copy[0], state->copy[1]);
        ons_measure(context, ENERGY_PRODUCT, 0, e[0] * e[1]);
        ons_measure(context, MAGNETIZATION_ABS_PRODUCT, 0, fabs(m[0]) * fabs(m[1]));
        ons_measure(context, OVERLAP, 0, q);
        ons_measure(context, OVERLAP_SQUARED, 0, q * q);
        ons_measure(context, OVERLAP_FOURTH, 0, square(q * q));
    }
    if (state->file) { ons_measure(context, SITES, 0, state->graph->sites); }
    if (state->file && state->waves) { ons_measure(context, WAVENUMBER, 0, state->wavenumber); }
    spin_arrays_measure(&state->arrays, context, CORRELATION, state, state->copies, copied_spins, 1.0 / state->copies,
                        0);
    return ONS_OK;
}

/* The couplings are not stored: they are drawn again from their stream. */
static ons_status persist(void *memory, ons_part *part) {
    static const char *const spins[] = {"spins", "spins_b"}, *const random[] = {"random", "random_b"};
    const ising_state *state = memory;
    assert(state->copies <= 2);
    size_t dimensions[ONS_DIMENSIONS + 1];
    const unsigned rank = lattice_shape(state->graph, dimensions);
    ons_status status = ONS_OK;
    for (unsigned i = 0; !status && i < state->copies; i++) {
        status = ons_persist_configuration(part, spins[i], ONS_I8, ons_ising_spins(state->copy[i]), rank, dimensions);
        if (!status) { status = ons_persist_random(part, random[i], ons_ising_random(state->copy[i])); }
        if (!status && ons_part_reading(part)) { status = ons_ising_refresh(state->copy[i]); }
    }
    return status;
}

/* Up is white, down dark blue; two copies of a sample are drawn as slices of one more direction. */
static ons_status picture(const void *memory, unsigned lane, ons_picture *picture) {
    static const uint8_t colours[2][3] = {{20, 40, 90}, {250, 250, 245}};
    const ising_state *state = memory;
    size_t dimensions[ONS_DIMENSIONS + 2];
    (void)lane;
    dimensions[0] = state->copies;
    unsigned rank = lattice_shape(state->graph, dimensions + 1);
    if (state->graph->lattice && state->graph->lattice->sites > 1 && rank > 1) {
        rank--; /* the sites of a cell lie side by side */
        dimensions[rank] *= dimensions[rank + 1];
    }
    const size_t sites = state->graph->sites;
    uint8_t *rgb = ONS_NEW(uint8_t, 3 * sites * state->copies);
    if (!rgb) { return ONS_MEMORY; }
    for (unsigned i = 0; i < state->copies; i++) {
        const int8_t *spins = ons_ising_spins(state->copy[i]);
        for (size_t s = 0; s < sites; s++) { memcpy(rgb + 3 * (i * sites + s), colours[spins[s] > 0], 3); }
    }
    const bool both = state->copies > 1;
    const ons_status status =
        ons_picture_lattice(picture, both ? rank + 1 : rank, both ? dimensions : dimensions + 1, rgb);
    free(rgb);
    return status;
}

static void destroy(void *memory) {
    ising_state *state = memory;
    for (unsigned i = 0; i < 2; i++) { ons_ising_free(state->copy[i]); }
    ons_ising_model_free(state->model);
    spin_arrays_close(&state->arrays);
    ons_graph_free(state->graph);
}

extern const ons_system ons_system_ising;
const ons_system ons_system_ising = {
    .abi = ONS_ABI,
    .version = 3,
    .name = "ising",
    .summary = "the Ising model on lattices and graphs: exact dynamics, cluster updates, quenched disorder",
    .details = ISING_DETAILS,
    .step = "sweep (wolff: `clusters` clusters)",
    .traits = ONS_STATIONARY,
    .parameters = parameters,
    .observables = observables,
    .derived = deriveds,
    .exact = ising_exacts,
    .controls = {.steps = 100000, .warmup = "auto", .every = "1", .replicas = 4},
    .state_size = sizeof(ising_state),
    .quenched = ising_quenched,
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};

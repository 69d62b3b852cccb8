/*
 * density-of-states: g(E) of lattice spins by random walks in energy, the glue between the laboratory and the engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lattice_parameters.h"

#include <math.h>
#include <stdlib.h>

enum { STREAM_WALK, STREAM_START };
enum { MOST_SITES = 1 << 20, CHUNK = 1 << 18 };
/* Weight of the levels at the limits over the largest, above which a mean is not given; and above which what looks like
 * a peak may be the limit. */
#define CUT_OFF 1e-6
#define PEAK_CUT_OFF 1e-2

static const ons_parameter parameters[] = {
    {"model", ONS_CHOICE, 0, "ising", "ising|potts|blume-capel", NULL, NULL, NULL, "the spins, see the description"},
    {"q", ONS_INTEGER, 0, "10", NULL, "[2, 127]", "model=potts", NULL, "states of a Potts spin"},
    LATTICE_PARAMETERS_LOCAL("square", "16", "[1, 1048576]"),
    {"coupling", ONS_REAL, 0, "1", NULL, NULL, NULL, NULL, "J: positive is ferromagnetic"},
    {"crystal_field", ONS_REAL, 0, "1", NULL, NULL, "model=blume-capel", "coupling",
     "D of H = ... + D sum s_i^2; a rational multiple of the coupling, denominator up to 64"},
    {"temperature", ONS_REAL, ONS_ARRAY, "[1.5,2,2.269185314213022,2.5,3.5]", NULL, "(0, inf)", NULL, "coupling",
     "temperatures of the canonical averages, k_B = 1; they do not change the walk"},
    {"final_factor", ONS_REAL, 0, "1e-4", NULL, "[1e-10, 0.1]", NULL, NULL,
     "ln f at which the learned weights are fixed"},
    {"range", ONS_CHOICE, 0, "auto", "auto|whole|between", NULL, NULL, NULL,
     "auto: energies up to 0 are enough where flipping one sublattice mirrors the rest; whole: walk over all; between: "
     "those of `energies`"},
    {"energies", ONS_REAL, ONS_ARRAY, "[-1.9,-0.6]", NULL, NULL, "range=between", "coupling",
     "the lowest and the highest energy per site"},
    {"sweeps", ONS_INTEGER, 0, "1000", NULL, "[1, 1e9]", NULL, NULL, "sweeps with fixed weights of one step"},
    {.name = NULL}};

enum {
    LEVEL_ENERGY,
    LN_G,
    ENERGY,
    SPECIFIC_HEAT,
    FREE_ENERGY,
    ENTROPY,
    ROUND_TRIPS,
    EQUAL_HEIGHT_TEMPERATURE,
    PEAK_ENERGY,
    BARRIER,
    PHASE_TEMPERATURE,
    PHASE_ENERGY,
    OBSERVABLES
};

static const ons_observable observables[] = {
    [LEVEL_ENERGY] = {"level_energy", ONS_VALUE, 0, NULL, NULL, "coupling", "total energies E, ascending"},
    [LN_G] = {"ln_g", ONS_VALUE, 0, NULL, NULL, NULL,
              "ln g(E) at level_energy; the sum of all g is 2^N, q^N or 3^N (range=between: the largest is 1); null: "
              "never met"},
    [ENERGY] = {"energy", ONS_VALUE, 0, "temperature", NULL, "coupling", "<H>/N"},
    [SPECIFIC_HEAT] = {"specific_heat", ONS_VALUE, 0, "temperature", NULL, NULL, "(<H^2> - <H>^2) / (N T^2)"},
    [FREE_ENERGY] = {"free_energy", ONS_VALUE, 0, "temperature", NULL, "coupling", "-(T/N) ln sum_E g(E) exp(-E/T)"},
    [ENTROPY] = {"entropy", ONS_VALUE, 0, "temperature", NULL, NULL, "(energy - free_energy) / T, per site"},
    [ROUND_TRIPS] = {"round_trips", ONS_VALUE, 0, NULL, NULL, NULL,
                     "of the sampling, lowest to highest energy and back, of all walkers of a replica"},
    [EQUAL_HEIGHT_TEMPERATURE] = {"equal_height_temperature", ONS_VALUE, 0, NULL, NULL, "coupling",
                                  "potts: where the distribution of the energy has two peaks of equal height"},
    [PEAK_ENERGY] = {"peak_energy", ONS_VALUE, 0, NULL, NULL, "coupling", "energies per site of the two peaks there"},
    [BARRIER] = {"barrier", ONS_VALUE, 0, NULL, NULL, NULL,
                 "ln(height of the peaks / lowest level between them) there: 2 sigma L at large L on a square torus"},
    [PHASE_TEMPERATURE] = {"phase_temperature", ONS_VALUE, 0, NULL, NULL, "coupling",
                           "potts: where the energies below the lowest level between the peaks have q times the weight "
                           "of those above: q ordered phases and one disordered"},
    [PHASE_ENERGY] = {"phase_energy", ONS_VALUE, 0, NULL, NULL, "coupling",
                      "mean energies per site of the two phases there"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- models and their levels -------------------------------------------------------------------------------- */

enum { RANGE_AUTO, RANGE_WHOLE, RANGE_BETWEEN };

static bool limited(const ons_parameters *p) { return ons_choice(p, "range") == RANGE_BETWEEN; }

static ons_walk_options options_of(const ons_parameters *p) {
    const ons_walk_kind kind = (ons_walk_kind)ons_choice(p, "model");
    ons_walk_options options = {.kind = kind,
                                .states = kind == ONS_WALK_POTTS ? (uint32_t)ons_integer(p, "q") : 0,
                                .coupling = ons_real(p, "coupling"),
                                .crystal_field = kind == ONS_WALK_BLUME_CAPEL ? ons_real(p, "crystal_field") : 0,
                                .factor = ons_real(p, "final_factor"),
                                .whole = ons_choice(p, "range") == RANGE_WHOLE,
                                .limited = limited(p)};
    size_t count;
    for (size_t k = 0; options.limited && k < 2; k++) { options.energies[k] = ons_reals(p, "energies", &count)[k]; }
    return options;
}

static ons_status check_limits(const ons_parameters *p, ons_plan *plan) {
    size_t count;
    if (!limited(p)) { return ONS_OK; }
    const double *energies = ons_reals(p, "energies", &count);
    if (count != 2 || !(energies[0] < energies[1])) {
        return ons_fail(ONS_INVALID,
                        "energies is [lowest,highest] per site, two numbers of which the first is smaller");
    }
    ons_plan_omit(plan, "free_energy");
    ons_plan_omit(plan, "entropy");
    return ONS_OK;
}

static ons_status open_model(const ons_parameters *p, ons_graph **graph, ons_walk_model **model) {
    const ons_walk_options options = options_of(p);
    *model = NULL;
    ons_status status = lattice_open_graph(graph, p, LATTICE_LISTED);
    if (!status) { status = ons_walk_model_create(model, *graph, &options); }
    return status;
}

/* Whether all sites are alike, by a symmetry that moves each to every other one, and the lattice is connected. */
static bool sites_are_alike(const ons_parameters *p, const ons_graph *graph) {
    bool short_lengths = graph->multiple_bonds > 0;
    return !lattice_from_file(p) && ons_choice(p, "boundary") == ONS_PERIODIC && !short_lengths;
}

/* Indices of the bins that may have states: place[bin], or SIZE_MAX; returns how many. */
static size_t list_levels(const ons_walk_model *model, bool alike, size_t *place) {
    const ons_walk_range range = ons_walk_model_range(model);
    size_t count = 0;
    for (size_t b = 0; b < range.bins; b++) {
        const bool gap = ons_walk_model_gap(model, b, alike);
        if (place) { place[b] = gap ? SIZE_MAX : count; }
        count += !gap;
    }
    return count;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    ons_graph_plan size;
    size_t temperatures;
    ons_graph *graph = NULL;
    ons_walk_model *model = NULL;
    ons_status status = lattice_plan(p, LATTICE_LISTED, NULL, &size, NULL);
    if (status) { return status; }
    if (size.sites > MOST_SITES) {
        return ons_fail(ONS_INVALID, "a density of states of %.4g sites is out of reach: at most %d are taken",
                        size.sites, MOST_SITES);
    }
    ons_reals(p, "temperature", &temperatures);
    status = check_limits(p, plan);
    if (!status) { status = open_model(p, &graph, &model); }
    if (!status) {
        const ons_walk_range range = ons_walk_model_range(model);
        const size_t levels = list_levels(model, sites_are_alike(p, graph), NULL);
        ons_plan_shape(plan, LEVEL_ENERGY, 1, &levels);
        ons_plan_shape(plan, LN_G, 1, &levels);
        for (size_t k = ENERGY; k <= ENTROPY; k++) { ons_plan_shape(plan, k, 1, &temperatures); }
        ons_plan_shape(plan, PEAK_ENERGY, 1, &(size_t){2});
        ons_plan_shape(plan, PHASE_ENERGY, 1, &(size_t){2});
        ons_plan_bytes(plan, ons_walk_bytes(size.sites, range.window, range.moves) + (double)graph->bonds * 24);
    }
    for (size_t k = EQUAL_HEIGHT_TEMPERATURE; k < OBSERVABLES && ons_choice(p, "model") != ONS_WALK_POTTS; k++) {
        ons_plan_omit(plan, observables[k].name);
    }
    ons_walk_model_free(model);
    ons_graph_free(graph);
    return status;
}

/* ---- the state ---------------------------------------------------------------------------------------------- */

typedef struct dos_state {
    ons_graph *graph;
    ons_walk_model *model;
    ons_walk walk;
    size_t *place; /* [bins] index among the levels reported */
    size_t levels;
    uint64_t moved; /* moves made of the step that is under way */
} dos_state;

static ons_status create(void *memory, ons_context *context) {
    dos_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    ons_status status = open_model(p, &state->graph, &state->model);
    if (status) { return status; }
    state->place = ONS_NEW(size_t, ons_walk_model_range(state->model).bins);
    if (!state->place) { return ONS_MEMORY; }
    state->levels = list_levels(state->model, sites_are_alike(p, state->graph), state->place);
    ons_random start = ons_stream(context, 0, STREAM_START);
    return ons_walk_init(&state->walk, state->model, ons_stream(context, 0, STREAM_WALK), &start);
}

static void destroy(void *memory) {
    dos_state *state = memory;
    ons_walk_free(&state->walk);
    ons_walk_model_free(state->model);
    ons_graph_free(state->graph);
    free(state->place);
}

/* The moves of a call of the engine are fixed, so that interruptions between them change nothing. */
static ons_status advance(void *memory, ons_context *context) {
    dos_state *state = memory;
    const int64_t sweeps = ons_integer(ons_context_parameters(context), "sweeps");
    const uint64_t total = (uint64_t)sweeps * state->graph->sites;
    while (ons_walk_learn(&state->walk, CHUNK) != ONS_DONE) {
        if (ons_poll(context, 0, 1)) { return ONS_STOPPED; }
    }
    while (state->moved < total) {
        const uint64_t moves = total - state->moved < CHUNK ? total - state->moved : CHUNK;
        ons_walk_sample(&state->walk, moves);
        state->moved += moves;
        if (state->moved < total && ons_poll(context, (double)state->moved, (double)total)) { return ONS_STOPPED; }
    }
    state->moved = 0;
    return ONS_OK;
}

/* Whether the levels beside those left out by a limited walk have more than this share of the largest weight. */
static bool cut_off(const ons_density *density, const ons_walk_range *range, double temperature, double share) {
    const size_t ends[2] = {0, density->count - 1};
    double most = -INFINITY;
    for (size_t k = 0; k < density->count; k++) {
        most = fmax(most, ons_density_log_weight(density, range->unit, temperature, k));
    }
    for (size_t k = 0; k < 2; k++) {
        const double weight = ons_density_log_weight(density, range->unit, temperature, ends[k]);
        if (range->skipped[k] && weight > most + log(share)) { return true; }
    }
    return false;
}

static void put_canonical(const ons_density *density, const ons_walk_range *range, ons_context *context) {
    size_t count;
    const double unit = range->unit;
    const ons_parameters *p = ons_context_parameters(context);
    const double *temperature = ons_reals(p, "temperature", &count);
    for (size_t k = 0; k < count; k++) {
        ons_density_means means;
        if (cut_off(density, range, temperature[k], CUT_OFF)) { continue; }
        ons_density_canonical(density, unit, temperature[k], &means);
        ons_value(context, ENERGY, 0, k, means.energy, NAN);
        ons_value(context, SPECIFIC_HEAT, 0, k, means.specific_heat, NAN);
        if (limited(p)) { continue; }
        ons_value(context, FREE_ENERGY, 0, k, means.free_energy, NAN);
        ons_value(context, ENTROPY, 0, k, means.entropy, NAN);
    }
}

/* Not there while the distribution has one peak. Peaks and what lies between them need no tails, the phases do. */
static void put_coexistence(const ons_density *density, const ons_walk_range *range, ons_context *context) {
    const double unit = range->unit;
    ons_coexistence phases;
    const ons_parameters *p = ons_context_parameters(context);
    if (ons_density_coexistence(density, unit, &phases) != ONS_OK) { return; }
    if (cut_off(density, range, phases.temperature, PEAK_CUT_OFF)) { return; }
    ons_value(context, EQUAL_HEIGHT_TEMPERATURE, 0, 0, phases.temperature, NAN);
    ons_value(context, PEAK_ENERGY, 0, 0, phases.energy[0], NAN);
    ons_value(context, PEAK_ENERGY, 0, 1, phases.energy[1], NAN);
    ons_value(context, BARRIER, 0, 0, phases.barrier, NAN);
    double temperature, energies[2];
    const double states = (double)ons_integer(p, "q");
    ons_density_phases(density, unit, phases.divide, states, phases.temperature, &temperature, energies);
    if (cut_off(density, range, temperature, CUT_OFF)) { return; }
    ons_value(context, PHASE_TEMPERATURE, 0, 0, temperature, NAN);
    for (size_t k = 0; k < 2; k++) { ons_value(context, PHASE_ENERGY, 0, k, energies[k], NAN); }
}

static ons_status measure(const void *memory, ons_context *context) {
    const dos_state *state = memory;
    const ons_walk_range range = ons_walk_model_range(state->model);
    ons_density density;
    const ons_status status = ons_walk_density(&state->walk, &density);
    for (size_t b = 0; b < range.bins; b++) {
        if (state->place[b] == SIZE_MAX) { continue; }
        const double level = (double)(range.lowest + range.step * (int64_t)b);
        ons_value(context, LEVEL_ENERGY, 0, state->place[b], range.unit * level, 0);
    }
    ons_value(context, ROUND_TRIPS, 0, 0, (double)state->walk.round_trips, NAN);
    if (status == ONS_DONE) { return ONS_OK; } /* too early */
    if (status) { return status; }
    for (size_t k = 0; k < density.count; k++) {
        const size_t place = state->place[(density.level[k] - range.lowest) / range.step];
        if (place != SIZE_MAX) { ons_value(context, LN_G, 0, place, density.log_g[k], NAN); }
    }
    put_canonical(&density, &range, context);
    if (ons_choice(ons_context_parameters(context), "model") == ONS_WALK_POTTS) {
        put_coexistence(&density, &range, context);
    }
    ons_density_free(&density);
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    dos_state *state = memory;
    ons_walk *walk = &state->walk;
    const ons_walk_range range = ons_walk_model_range(state->model);
    const size_t sites = state->graph->sites, cells = range.window * range.moves;
    const struct {
        const char *name;
        ons_element element;
        void *data;
        size_t count;
    } arrays[] = {{"bin", ONS_I64, walk->bin, ONS_WALKERS},
                  {"log_g", ONS_F64, walk->log_g, range.window},
                  {"visited", ONS_U8, walk->visited, range.window},
                  {"recent", ONS_U8, walk->recent, range.window},
                  {"factor", ONS_F64, &walk->factor, 1},
                  {"learned", ONS_U64, &walk->learned, 1},
                  {"fixed", ONS_U8, &walk->fixed, 1},
                  {"label", ONS_I8, walk->label, ONS_WALKERS},
                  {"round_trips", ONS_U64, &walk->round_trips, 1},
                  {"proposals", ONS_U64, walk->proposals, cells},
                  {"ends", ONS_I64, walk->ends, 2},
                  {"moved", ONS_U64, &state->moved, 1}};
    const size_t shape[] = {ONS_WALKERS, sites};
    ons_status status = ons_persist_configuration(part, "spins", ONS_I8, walk->spins, 2, shape);
    for (size_t k = 0; !status && k < sizeof arrays / sizeof *arrays; k++) {
        status = ons_persist(part, arrays[k].name, arrays[k].element, arrays[k].data, arrays[k].count);
    }
    if (!status) { status = ons_persist_random(part, "random", &walk->random); }
    if (!status && ons_part_reading(part)) { status = ons_walk_refresh(walk); }
    return status;
}

/* The first walker, rows of the last direction. */
static ons_status picture(const void *memory, unsigned lane, ons_picture *image) {
    (void)lane;
    const dos_state *state = memory;
    const ons_graph *graph = state->graph;
    const size_t width = graph->lattice ? (size_t)graph->lengths[graph->lattice->dimension - 1] * graph->lattice->sites
                                        : (size_t)ceil(sqrt((double)graph->sites));
    const size_t height = (graph->sites + width - 1) / width, block = width < 256 ? 512 / width : 1;
    const ons_status status = ons_picture_size(image, width * block, height * block);
    if (status) { return status; }
    for (size_t y = 0; y < height * block; y++) {
        for (size_t x = 0; x < width * block; x++) {
            const size_t site = y / block * width + x / block;
            if (site >= graph->sites) { continue; }
            ons_colour_index((unsigned)(state->walk.spins[site] + 1), image->pixels + 3 * (y * width * block + x));
        }
    }
    return ONS_OK;
}

/* ---- exact values ------------------------------------------------------------------------------------------- */

static bool is_torus(const ons_parameters *p, int64_t *lengths) {
    return lattice_is(p, "square", -1) && ons_choice(p, "model") == ONS_WALK_ISING &&
           ons_choice(p, "boundary") == ONS_PERIODIC && lattice_lengths(p, 2, lengths);
}

static ons_status torus_means(const ons_parameters *p, double *value, int which) {
    int64_t lengths[2];
    size_t count;
    const double *temperature = ons_reals(p, "temperature", &count);
    if (!is_torus(p, lengths)) { return ONS_DONE; }
    for (size_t k = 0; k < count; k++) {
        ons_ising_exact exact;
        const ons_status status =
            ons_ising_exact_torus(lengths[0], lengths[1], ons_real(p, "coupling"), temperature[k], &exact);
        if (status) { return status; }
        const double entropy = (exact.energy - exact.free_energy) / temperature[k];
        const double parts[] = {exact.energy, exact.specific_heat, exact.free_energy, entropy};
        value[k] = parts[which];
    }
    return ONS_OK;
}

static ons_status exact_energy(const ons_parameters *p, double *value) { return torus_means(p, value, 0); }
static ons_status exact_heat(const ons_parameters *p, double *value) { return torus_means(p, value, 1); }
static ons_status exact_free_energy(const ons_parameters *p, double *value) { return torus_means(p, value, 2); }
static ons_status exact_entropy(const ons_parameters *p, double *value) { return torus_means(p, value, 3); }

static ons_status place_exact(const ons_parameters *p, const ons_density *density, double *value) {
    ons_graph *graph = NULL;
    ons_walk_model *model = NULL;
    size_t *place = NULL;
    ons_status status = open_model(p, &graph, &model);
    if (!status) {
        const ons_walk_range range = ons_walk_model_range(model);
        place = ONS_NEW(size_t, range.bins);
        if (!place) { status = ONS_MEMORY; }
        for (size_t b = 0; place && b < list_levels(model, sites_are_alike(p, graph), place); b++) { value[b] = NAN; }
        for (size_t k = 0; place && k < density->count; k++) {
            const size_t at = place[(density->level[k] - range.lowest) / range.step];
            if (at != SIZE_MAX) { value[at] = density->log_g[k]; }
        }
    }
    free(place);
    ons_walk_model_free(model);
    ons_graph_free(graph);
    return status;
}

/* Beale's integers, where they take less than a second. */
static ons_status exact_ln_g(const ons_parameters *p, double *value) {
    int64_t lengths[2];
    ons_beale beale;
    ons_density density = {0};
    if (!is_torus(p, lengths) || lengths[0] * lengths[1] > 1024 || limited(p)) { return ONS_DONE; }
    ons_status status = ons_beale_init(&beale, lengths[0], lengths[1]);
    while (!status) { status = ons_beale_step(&beale); }
    if (status == ONS_DONE) { status = ons_beale_density(&beale, &density); }
    if (!status) { status = place_exact(p, &density, value); }
    ons_density_free(&density);
    ons_beale_free(&beale);
    return status;
}

#define KAUFMAN "Kaufman 1949"
static const ons_exact exacts[] = {{"ln_g", exact_ln_g, "Beale 1996"},     {"energy", exact_energy, KAUFMAN},
                                   {"specific_heat", exact_heat, KAUFMAN}, {"free_energy", exact_free_energy, KAUFMAN},
                                   {"entropy", exact_entropy, KAUFMAN},    {.name = NULL}};

#define DETAILS                                                                                                        \
    "## What it gives\n"                                                                                               \
    "The number g(E) of configurations with total energy E, from a random walk that visits all energies equally\n"     \
    "often, and from it every canonical average at any temperature, the free energy and the entropy included.\n"       \
    "`model`:\n"                                                                                                       \
    "\n"                                                                                                               \
    "| model | H | sum of g |\n"                                                                                       \
    "|---|---|---|\n"                                                                                                  \
    "| ising | -J sum_<ij> s_i s_j, s = +-1 | 2^N |\n"                                                                 \
    "| potts | -J sum_<ij> delta(s_i, s_j), `q` values | q^N |\n"                                                      \
    "| blume-capel | -J sum_<ij> s_i s_j + D sum_i s_i^2, s = -1, 0, 1 | 3^N |\n"                                      \
    "\n"                                                                                                               \
    "Lattices and lists of edges are those of `ising`; an edge list with integral couplings is a spin glass. J is\n"   \
    "`coupling` times the factor of the bond; k_B = 1; `level_energy` is the TOTAL energy, averages are per site.\n"   \
    "\n"                                                                                                               \
    "## How\n"                                                                                                         \
    "1. Weights are learned by the algorithm of Wang and Landau in the 1/t version (Belardinelli and Pereyra): ln f\n" \
    "   is halved when every energy known was visited 20 times, then follows energies/moves; a newly found energy\n"   \
    "   begins the schedule anew. At ln f = `final_factor` they are fixed. This is part of the first step.\n"          \
    "2. Four walkers sample with these FIXED weights, and only what they do is used: from the moves tried from each\n" \
    "   energy (rejected ones too) and their exact acceptance follows the matrix of transitions between energies,\n"   \
    "   whose stationary distribution divided by the weights is g (Wang and Swendsen; solved without subtraction by\n" \
    "   Grassmann, Taksar and Heyman). No criterion of flatness enters the result.\n"                                  \
    "3. Errors come from the spread of replicas, which learn their own weights and share nothing; 16 or more give a "  \
    "sound error.\n"                                                                                                   \
    "   The error of ln g falls with the number of round trips as about 1.3/sqrt(round trips), so that the sum over\n" \
    "   replicas of `round_trips` tells at once what to expect.\n"                                                     \
    "\n"                                                                                                               \
    "On bipartite graphs flipping one sublattice of Ising spins turns E into -E: the walk is kept at E <= 0 and\n"     \
    "g(-E) = g(E) (`range=whole` walks over all). A move is a random site with another value, accepted with\n"         \
    "min(1, w'/w), and 1/2 when E stays: detailed balance. Energies that have no configuration are not listed where\n" \
    "that is a theorem (Mader: on the periodic built-in lattices no set of sites has fewer bonds to the rest than "    \
    "one\n"                                                                                                            \
    "site has); others, and energies that were never met, are null.\n"                                                 \
    "\n"                                                                                                               \
    "`range=between energies=[-1.9,-0.6]` keeps the walk between two energies per site: a first-order transition is\n" \
    "crossed far more often when the way to the ground state and back is left out. g is then known up to a factor\n"   \
    "(the largest is 1), there is no free energy or entropy, and means are null where the levels at the limits have\n" \
    "more than 1e-6 of the largest weight; peaks and the depth between them, where they have more than 1e-2. Below "   \
    "the\n"                                                                                                            \
    "disordered phase a narrow range can part the configurations into sets that the walk does not leave: compare "     \
    "two\n"                                                                                                            \
    "ranges.\n"                                                                                                        \
    "\n"                                                                                                               \
    "More `steps` continue a run. One move takes some 7 ns (Ising, square), 23 ns while learning.\n"                   \
    "\n"                                                                                                               \
    "## First-order transitions\n"                                                                                     \
    "For `model=potts` the temperature at which g(E) exp(-E/T) has two peaks of equal height, the energies of the\n"   \
    "peaks and the depth between them are given. On L x L tori `barrier`/L tends to the interface tension 2 sigma "    \
    "and\n"                                                                                                            \
    "the distance of the peaks to the latent heat, both with corrections in 1/L and ln L/L; for q = 10: 0.0947 and\n"  \
    "0.69605 at T_c = 1/ln(1 + sqrt 10) = 0.701232 (Baxter 1973; Borgs and Janke 1992). `phase_temperature` is "       \
    "where\n"                                                                                                          \
    "the energies below the lowest level between the peaks have q times the weight of those above, as q ordered "      \
    "phases\n"                                                                                                         \
    "beside one disordered have: T_c up to terms exponentially small in L. `phase_energy` holds the mean energies "    \
    "of\n"                                                                                                             \
    "both there. They are null while there is one peak.\n"                                                             \
    "\n"                                                                                                               \
    "## Exact values beside ours\n"                                                                                    \
    "Ising on the square torus: ln g of Beale up to 1024 sites, averages of Kaufman.\n"                                \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "B. A. Berg and T. Neuhaus, Phys. Rev. Lett. 68, 9 (1992). F. Wang and D. P. Landau, Phys. Rev. Lett. 86, 2050\n"  \
    "(2001). R. E. Belardinelli and V. D. Pereyra, Phys. Rev. E 75, 046701 (2007). J.-S. Wang and R. H. Swendsen,\n"   \
    "J. Stat. Phys. 106, 245 (2002). P. D. Beale, Phys. Rev. Lett. 76, 78 (1996).\n"

extern const ons_system ons_system_density_of_states;
const ons_system ons_system_density_of_states = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "density-of-states",
    .summary = "the number of states at every energy by Wang-Landau and multicanonical sampling, and what follows",
    .details = DETAILS,
    .step = "`sweeps` sweeps with fixed weights (the first step learns them before)",
    .parameters = parameters,
    .observables = observables,
    .exact = exacts,
    .controls = {.steps = 200, .every = "10", .replicas = 16},
    .state_size = sizeof(dos_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};

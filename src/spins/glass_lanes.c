/*
 * 512 samples of a spin glass at a time: tables, the step with its exchanges, and what is measured in every lane.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "glass_kernel.h"
#include "ising.h"
#include "waves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = ONS_GLASS_LANES, WORDS = SPINS_PLANE_WORDS };

/* Thresholds of exchanges between two neighbouring temperatures by the difference of unsatisfied bonds; beyond: 0. */
typedef struct exchange_table {
    size_t count;
    uint64_t *threshold;
    double slope; /* 1/T_k - 1/T_k+1 */
} exchange_table;

typedef struct spins_lanes_work {
    spins_planes planes;
    const spins_lanes_kernels *kernels;
    spins_waves waves;
    double *temperature;
    uint32_t *bond;                               /* [entries] */
    uint64_t (*up)[SPINS_DEGREES][SPINS_DEGREES]; /* [temperatures][degree][n] */
    uint64_t (*against)[SPINS_DEPTH][4];          /* [temperatures]; NULL */
    uint8_t (*choice)[SPINS_DEPTH];               /* [temperatures]; NULL */
    exchange_table *table;                        /* [temperatures - 1] */
    uint32_t *unsatisfied;                        /* [walkers][512] after the last step */
    uint32_t *risen;                 /* [walkers][512]: spins up; with a field always, else when measured */
    uint64_t *words;                 /* [512] random words of an exchange */
    double *cosine, *sine, *squared; /* [512] scratch of the waves */
    uint32_t *counts, *layer;        /* [512] scratch */
} spins_lanes_work;

/* ---- made and released ---- */

double ons_glass_lanes_bytes(double sites, double bonds, size_t temperatures) {
    const double count = (double)temperatures, plane = 8 * WORDS;
    return 2 * count * ((sites + 2) * plane + 8 * LANES + plane) + bonds * (plane + 8) +
           count * (8.0 * SPINS_DEGREES * SPINS_DEGREES + 32.0 * SPINS_DEPTH) + 40.0 * LANES +
           4 * ONS_DIMENSIONS * sites;
}

static const spins_lanes_kernels *kernels_in_use(void) {
    static const spins_lanes_kernels *const kernels[SPINS_ISAS] = {
#if defined(__x86_64__)
        [SPINS_V4] = &spins_lanes_kernels_v4,
        [SPINS_V3] = &spins_lanes_kernels_v3,
#endif
        [SPINS_PLAIN] = &spins_lanes_kernels_plain
    };
    return kernels[spins_isa_in_use()];
}

ons_status ons_glass_lanes_check(const ons_graph *graph) {
    if (graph->complete) { return ons_fail(ONS_INVALID, "a spin glass needs a list of bonds, not a complete graph"); }
    for (uint64_t b = 1; graph->strength && b < graph->bonds; b++) {
        if (fabs(graph->strength[b]) != fabs(graph->strength[0])) {
            return ons_fail(ONS_INVALID,
                            "lanes need couplings of one size, but bonds 0 and %llu have %g and %g; take lanes=no",
                            (unsigned long long)b, graph->strength[0], graph->strength[b]);
        }
    }
    for (uint32_t i = 0; i < graph->sites; i++) {
        uint32_t count;
        spins_row(graph, i, &count);
        if (count > ONS_GLASS_MOST_NEIGHBOURS) {
            return ons_fail(ONS_INVALID, "lanes take up to %d neighbours, but site %u has %u; take lanes=no",
                            ONS_GLASS_MOST_NEIGHBOURS, i, count);
        }
    }
    return ONS_OK;
}

/* Planes begin at lines of the cache. */
static uint64_t *allocate_planes(size_t count) {
    const size_t bytes = (count ? count : 1) * WORDS * sizeof(uint64_t);
    uint64_t *planes = aligned_alloc(64, bytes);
    if (!planes) {
        ons_fail(ONS_MEMORY, "out of memory (%zu bytes)", bytes);
        return NULL;
    }
    memset(planes, 0, bytes);
    return planes;
}

static ons_status allocate(ons_glass_lanes *lanes) {
    const ons_graph *graph = lanes->graph;
    spins_lanes_work *work = lanes->work = ONS_NEW(spins_lanes_work, 1);
    if (!work) { return ONS_MEMORY; }
    const size_t count = lanes->temperatures;
    lanes->spins = allocate_planes(lanes->walkers * lanes->rows);
    lanes->exchanged = allocate_planes(lanes->walkers);
    lanes->between = allocate_planes(2 * lanes->walkers);
    lanes->negative = allocate_planes(graph->bonds);
    lanes->trips = ONS_NEW(uint8_t, LANES);
    work->temperature = ONS_NEW(double, count);
    work->bond = ONS_NEW(uint32_t, graph->entries);
    work->up = ons_allocate(count, sizeof *work->up);
    work->table = ONS_NEW(exchange_table, count);
    work->unsatisfied = ONS_NEW(uint32_t, lanes->walkers * LANES);
    work->risen = ONS_NEW(uint32_t, lanes->walkers * LANES);
    work->words = allocate_planes(SPINS_DEPTH);
    work->cosine = ONS_NEW(double, 3 * LANES);
    work->counts = ONS_NEW(uint32_t, 2 * LANES);
    if (!lanes->spins || !lanes->exchanged || !lanes->between || !lanes->negative || !lanes->trips ||
        !work->temperature || !work->bond || !work->up || !work->table || !work->unsatisfied || !work->risen ||
        !work->words || !work->cosine || !work->counts) {
        return ONS_MEMORY;
    }
    work->sine = work->cosine + LANES;
    work->squared = work->sine + LANES;
    work->layer = work->counts + LANES;
    if (lanes->field == 0 && (graph->coordination == 4 || graph->coordination == 6)) {
        work->against = ons_allocate(count, sizeof *work->against);
        work->choice = ons_allocate(count, sizeof *work->choice);
        if (!work->against || !work->choice) { return ONS_MEMORY; }
    }
    work->kernels = kernels_in_use();
    return spins_waves_init(&work->waves, graph);
}

/* The bond of every entry, in the order of spins_graph_link. */
static ons_status list_bonds(ons_glass_lanes *lanes) {
    const ons_graph *graph = lanes->graph;
    uint64_t *next = ONS_NEW(uint64_t, graph->sites);
    if (!next) { return ONS_MEMORY; }
    for (uint32_t i = 0; i < graph->sites; i++) {
        uint32_t count;
        next[i] = spins_row(graph, i, &count);
    }
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const uint32_t i = graph->source[b], j = graph->target[b];
        if (i == j) { continue; }
        lanes->work->bond[next[i]++] = (uint32_t)b;
        lanes->work->bond[next[j]++] = (uint32_t)b;
    }
    free(next);
    return ONS_OK;
}

static void tabulate_sites(ons_glass_lanes *lanes, size_t k) {
    spins_lanes_work *work = lanes->work;
    const double factor = 2 / work->temperature[k];
    for (int degree = 0; degree < SPINS_DEGREES; degree++) {
        for (int n = 0; n <= degree; n++) {
            work->up[k][degree][n] = spins_up_threshold(factor * (lanes->coupling * (2 * n - degree) + lanes->field));
        }
    }
    if (!work->against) { return; }
    const int degree = (int)lanes->graph->coordination;
    for (unsigned bit = 0; bit < SPINS_DEPTH; bit++) {
        for (int class = 0; 2 * class <= degree; class ++) {
            /* n = class up: against a field that pulls down */
            const uint64_t digit = work->up[k][degree][class] >> (SPINS_DEPTH - 1 - bit) & 1;
            work->against[k][bit][class] = -digit;
            if (2 * class < degree) { work->choice[k][bit] |= (uint8_t)(digit << class); }
        }
    }
}

static ons_status tabulate_exchanges(ons_glass_lanes *lanes, size_t k) {
    exchange_table *table = &lanes->work->table[k];
    table->slope = 1 / lanes->work->temperature[k] - 1 / lanes->work->temperature[k + 1];
    const double each = 2 * lanes->coupling * fabs(table->slope);
    if (lanes->field != 0 || each == 0) { return ONS_OK; }
    table->count = (size_t)fmin((double)lanes->graph->bonds, ceil(45 / each)) + 2; /* the last entry: 0 beyond */
    table->threshold = ONS_NEW(uint64_t, table->count);
    if (!table->threshold) { return ONS_MEMORY; }
    for (size_t d = 0; d + 1 < table->count; d++) { table->threshold[d] = ons_threshold(ons_exp(-each * (double)d)); }
    return ONS_OK;
}

static ons_status tabulate(ons_glass_lanes *lanes, const ons_glass_options *options) {
    ons_tempering ladder;
    ons_status status = ons_tempering_init(&ladder, options->temperature, options->temperatures);
    if (status) { return status; }
    ons_tempering_free(&ladder);
    status = allocate(lanes);
    if (!status) { status = list_bonds(lanes); }
    if (status) { return status; }
    memcpy(lanes->work->temperature, options->temperature, options->temperatures * sizeof(double));
    for (size_t k = 0; k < options->temperatures; k++) { tabulate_sites(lanes, k); }
    for (size_t k = 0; !status && k + 1 < options->temperatures; k++) { status = tabulate_exchanges(lanes, k); }
    return status;
}

ons_status ons_glass_lanes_create(ons_glass_lanes **result, const ons_graph *graph, double coupling,
                                  const ons_glass_options *options, ons_random random) {
    *result = NULL;
    ons_status status = ons_glass_lanes_check(graph);
    if (status) { return status; }
    if (options->houdayer) { return ons_fail(ONS_INVALID, "Houdayer moves grow clusters one by one: not with lanes"); }
    if (!isfinite(coupling)) { return ons_fail(ONS_INVALID, "the coupling must be finite, not %g", coupling); }
    status = spins_glass_check(options);
    if (status) { return status; }
    ons_glass_lanes *lanes = ONS_NEW(ons_glass_lanes, 1);
    if (!lanes) { return ONS_MEMORY; }
    lanes->graph = graph;
    lanes->temperatures = options->temperatures;
    lanes->walkers = 2 * options->temperatures;
    lanes->rows = (size_t)graph->sites + 2;
    lanes->field = options->field;
    lanes->coupling = fabs(coupling * (graph->strength ? graph->strength[0] : graph->common_strength));
    status = tabulate(lanes, options);
    if (status) {
        ons_glass_lanes_free(lanes);
        return status;
    }
    lanes->work->planes = spins_planes_of(&random);
    for (size_t w = 0; w < lanes->walkers; w++) {
        memset(lanes->spins + w * lanes->rows * WORDS, 255, (size_t)graph->sites * WORDS * sizeof(uint64_t));
    }
    ons_glass_lanes_refresh(lanes);
    *result = lanes;
    return ONS_OK;
}

void ons_glass_lanes_free(ons_glass_lanes *lanes) {
    if (!lanes) { return; }
    spins_lanes_work *work = lanes->work;
    if (work) {
        for (size_t k = 0; work->table && k < lanes->temperatures; k++) { free(work->table[k].threshold); }
        spins_waves_free(&work->waves);
        free(work->temperature);
        free(work->bond);
        free(work->up);
        free(work->against);
        free(work->choice);
        free(work->table);
        free(work->unsatisfied);
        free(work->risen);
        free(work->words);
        free(work->cosine);
        free(work->counts);
    }
    free(work);
    free(lanes->spins);
    free(lanes->exchanged);
    free(lanes->between);
    free(lanes->trips);
    free(lanes->negative);
    free(lanes);
}

void ons_glass_lanes_set_couplings(ons_glass_lanes *lanes, unsigned lane, const double *couplings) {
    const uint64_t bit = (uint64_t)1 << lane % 64;
    for (uint64_t b = 0; b < lanes->graph->bonds; b++) {
        uint64_t *word = &lanes->negative[b * WORDS + lane / 64];
        *word = couplings[b] < 0 ? *word | bit : *word & ~bit;
    }
}

static uint64_t *walker_of(const ons_glass_lanes *lanes, unsigned copy, size_t k) {
    return lanes->spins + (copy * lanes->temperatures + k) * lanes->rows * WORDS;
}

void ons_glass_lanes_start_random(ons_glass_lanes *lanes, ons_random *random) {
    for (size_t w = 0; w < lanes->walkers; w++) {
        uint64_t *spins = lanes->spins + w * lanes->rows * WORDS;
        for (size_t k = 0; k < (size_t)lanes->graph->sites * WORDS; k++) { spins[k] = ons_random_64(random); }
    }
    ons_glass_lanes_refresh(lanes);
}

/* ---- the step ---- */

static void count_energies(const ons_glass_lanes *lanes) {
    const ons_graph *graph = lanes->graph;
    const spins_lanes_work *work = lanes->work;
    for (size_t w = 0; w < lanes->walkers; w++) {
        const uint64_t *spins = lanes->spins + w * lanes->rows * WORDS;
        work->kernels->count_bonds(graph->source, graph->target, graph->bonds, lanes->negative, spins, NULL,
                                   work->unsatisfied + w * LANES);
        if (lanes->field != 0) { work->kernels->count_sites(NULL, graph->sites, spins, NULL, work->risen + w * LANES); }
    }
}

void ons_glass_lanes_refresh(ons_glass_lanes *lanes) { count_energies(lanes); }

static void sweep(ons_glass_lanes *lanes) {
    const ons_graph *graph = lanes->graph;
    const spins_lanes_work *work = lanes->work;
    spins_lanes_sweep sweep = {.planes = work->planes,
                               .stream = lanes->steps,
                               .sites = graph->sites,
                               .coordination = graph->coordination,
                               .offset = graph->offset,
                               .neighbour = graph->neighbour,
                               .bond = work->bond,
                               .negative = lanes->negative};
    for (unsigned copy = 0; copy < 2; copy++) {
        for (size_t k = 0; k < lanes->temperatures; k++) {
            sweep.spins = walker_of(lanes, copy, k);
            sweep.up = (const uint64_t(*)[SPINS_DEGREES])work->up[k];
            sweep.against = work->against ? (const uint64_t(*)[4])work->against[k] : NULL;
            sweep.choice = work->choice ? work->choice[k] : NULL;
            work->kernels->sweep(&sweep);
            sweep.first += (uint64_t)graph->sites * SPINS_DEPTH;
        }
    }
}

/* The total energy of a walker in a lane. */
static double energy_of(const ons_glass_lanes *lanes, size_t walker, size_t lane) {
    const double bonds = (double)lanes->graph->bonds, sites = lanes->graph->sites;
    const double bond_part = lanes->coupling * (2.0 * lanes->work->unsatisfied[walker * LANES + lane] - bonds);
    if (lanes->field == 0) { return bond_part; }
    return bond_part - lanes->field * (2.0 * lanes->work->risen[walker * LANES + lane] - sites);
}

/* min(1, exp((1/T_k - 1/T_k+1)(E_k - E_k+1))) in every lane. */
static void decide_exchanges(const ons_glass_lanes *lanes, size_t walker, const exchange_table *table, uint64_t *mask) {
    const uint32_t *first = lanes->work->unsatisfied + walker * LANES, *second = first + LANES;
    if (table->threshold) {
        const bool rising = table->slope > 0; /* then accepted where the second has no more unsatisfied bonds */
        lanes->work->kernels->decide_exchanges(rising ? first : second, rising ? second : first, lanes->work->words,
                                               table->threshold, (uint32_t)table->count - 1, mask);
        return;
    }
    memset(mask, 0, WORDS * sizeof *mask);
    for (size_t lane = 0; lane < LANES; lane++) {
        const double x = table->slope * (energy_of(lanes, walker, lane) - energy_of(lanes, walker + 1, lane));
        const bool accepted = x >= 0 || lanes->work->words[lane] < ons_threshold(ons_exp(x));
        mask[lane / 64] |= (uint64_t)accepted << lane % 64;
    }
}

static void swap_counts(uint32_t *first, uint32_t *second, const uint64_t *mask) {
    for (size_t lane = 0; lane < LANES; lane++) {
        const uint32_t chosen = -(uint32_t)(mask[lane / 64] >> lane % 64 & 1);
        const uint32_t both = (first[lane] ^ second[lane]) & chosen;
        first[lane] ^= both;
        second[lane] ^= both;
    }
}

/* Configurations at the ends take the label of that end; a label of the last temperature at the first one is a trip. */
static void label_ends(ons_glass_lanes *lanes, unsigned copy) {
    if (lanes->temperatures < 2) { return; }
    uint64_t *first = walker_of(lanes, copy, 0) + (size_t)lanes->graph->sites * WORDS;
    uint64_t *last = walker_of(lanes, copy, lanes->temperatures - 1) + (size_t)lanes->graph->sites * WORDS;
    for (size_t lane = 0; lane < LANES; lane++) {
        lanes->trips[lane] = (uint8_t)(lanes->trips[lane] + (first[WORDS + lane / 64] >> lane % 64 & 1));
    }
    memset(first, 255, WORDS * sizeof *first);
    memset(first + WORDS, 0, WORDS * sizeof *first);
    memset(last, 0, WORDS * sizeof *last);
    memset(last + WORDS, 255, WORDS * sizeof *last);
}

/* One round of a copy; its random words follow the planes of the sweep. */
static void exchange(ons_glass_lanes *lanes, unsigned copy, unsigned parity) {
    spins_lanes_work *work = lanes->work;
    const uint64_t behind = (uint64_t)lanes->walkers * lanes->graph->sites * SPINS_DEPTH;
    for (size_t k = parity; k + 1 < lanes->temperatures; k += 2) {
        const size_t walker = copy * lanes->temperatures + k;
        uint64_t *mask = lanes->exchanged + walker * WORDS;
        spins_planes_fill(work->planes, lanes->steps, behind + walker * SPINS_DEPTH, SPINS_DEPTH, work->words);
        decide_exchanges(lanes, walker, &work->table[k], mask);
        work->kernels->swap(walker_of(lanes, copy, k), walker_of(lanes, copy, k + 1), lanes->rows, mask);
        swap_counts(work->unsatisfied + walker * LANES, work->unsatisfied + (walker + 1) * LANES, mask);
        if (lanes->field != 0) { swap_counts(work->risen + walker * LANES, work->risen + (walker + 1) * LANES, mask); }
    }
    label_ends(lanes, copy);
}

static void remember_labels(ons_glass_lanes *lanes, unsigned copy) {
    for (size_t k = 0; k < lanes->temperatures; k++) {
        memcpy(lanes->between + 2 * (copy * lanes->temperatures + k) * WORDS,
               walker_of(lanes, copy, k) + (size_t)lanes->graph->sites * WORDS, 2 * WORDS * sizeof(uint64_t));
    }
}

void ons_glass_lanes_step(ons_glass_lanes *lanes) {
    sweep(lanes);
    count_energies(lanes);
    memset(lanes->trips, 0, LANES);
    for (unsigned copy = 0; copy < 2; copy++) {
        exchange(lanes, copy, 0);
        remember_labels(lanes, copy);
        exchange(lanes, copy, 1);
    }
    lanes->steps++;
}

/* ---- measured ---- */

/* Where quantity `quantity` of lane 0 at temperature k stands. */
static double *place_of(const ons_glass_lanes *lanes, double *values, ons_glass_quantity quantity, size_t k) {
    return values + (size_t)quantity * lanes->temperatures + k;
}

static void measure_copies(const ons_glass_lanes *lanes, size_t k, double *values) {
    const spins_lanes_work *work = lanes->work;
    const ons_graph *graph = lanes->graph;
    const size_t each = ONS_GLASS_QUANTITIES * lanes->temperatures, walkers[2] = {k, lanes->temperatures + k};
    for (unsigned copy = 0; copy < 2; copy++) {
        work->kernels->count_sites(NULL, graph->sites, walker_of(lanes, copy, k), NULL,
                                   work->risen + walkers[copy] * LANES);
    }
    const double sites = graph->sites;
    for (size_t lane = 0; lane < LANES; lane++, values += each) {
        const double a = energy_of(lanes, walkers[0], lane) / sites, b = energy_of(lanes, walkers[1], lane) / sites;
        const double m = 2 * work->risen[walkers[0] * LANES + lane] / sites - 1;
        const double n = 2 * work->risen[walkers[1] * LANES + lane] / sites - 1;
        *place_of(lanes, values, ONS_GLASS_ENERGY, k) = (a + b) / 2;
        *place_of(lanes, values, ONS_GLASS_ENERGY_SQUARED, k) = (a * a + b * b) / 2;
        *place_of(lanes, values, ONS_GLASS_ENERGY_PRODUCT, k) = a * b;
        *place_of(lanes, values, ONS_GLASS_MAGNETIZATION, k) = (m + n) / 2;
        *place_of(lanes, values, ONS_GLASS_MAGNETIZATION_SQUARED, k) = (m * m + n * n) / 2;
        *place_of(lanes, values, ONS_GLASS_MAGNETIZATION_FOURTH, k) = (m * m * m * m + n * n * n * n) / 2;
    }
}

/* |q(k)|^2 of every lane into squared[512], layer by layer. */
static void measure_waves(const ons_glass_lanes *lanes, size_t k) {
    const spins_lanes_work *work = lanes->work;
    const uint64_t *a = walker_of(lanes, 0, k), *b = walker_of(lanes, 1, k);
    const double sites = lanes->graph->sites;
    for (size_t lane = 0; lane < LANES; lane++) { work->squared[lane] = work->waves.modes.count ? 0 : NAN; }
    for (unsigned d = 0; d < work->waves.modes.count; d++) {
        const spins_wave *wave = &work->waves.wave[d];
        memset(work->cosine, 0, 2 * LANES * sizeof(double));
        for (uint32_t l = 0; l < wave->layers; l++) {
            const uint32_t size = wave->begin[l + 1] - wave->begin[l];
            work->kernels->count_sites(wave->order + wave->begin[l], size, a, b, work->layer);
            const double cosine = wave->phase[2 * l], sine = wave->phase[2 * l + 1];
            for (size_t lane = 0; lane < LANES; lane++) {
                const double sum = (double)size - 2.0 * work->layer[lane];
                work->cosine[lane] += cosine * sum;
                work->sine[lane] += sine * sum;
            }
        }
        for (size_t lane = 0; lane < LANES; lane++) {
            const double x = work->cosine[lane], y = work->sine[lane];
            work->squared[lane] += (x * x + y * y) / work->waves.modes.count / (sites * sites);
        }
    }
}

static void measure_overlaps(const ons_glass_lanes *lanes, size_t k, double *values) {
    const spins_lanes_work *work = lanes->work;
    const ons_graph *graph = lanes->graph;
    const uint64_t *a = walker_of(lanes, 0, k), *b = walker_of(lanes, 1, k);
    work->kernels->count_sites(NULL, graph->sites, a, b, work->counts);
    work->kernels->count_bonds(graph->source, graph->target, graph->bonds, NULL, a, b, work->layer);
    const size_t each = ONS_GLASS_QUANTITIES * lanes->temperatures;
    double *at = values;
    for (size_t lane = 0; lane < LANES; lane++, at += each) {
        const double q = 1 - 2.0 * work->counts[lane] / graph->sites;
        *place_of(lanes, at, ONS_GLASS_OVERLAP, k) = q;
        *place_of(lanes, at, ONS_GLASS_OVERLAP_ABS, k) = fabs(q);
        *place_of(lanes, at, ONS_GLASS_OVERLAP_SQUARED, k) = q * q;
        *place_of(lanes, at, ONS_GLASS_OVERLAP_FOURTH, k) = q * q * q * q;
        *place_of(lanes, at, ONS_GLASS_LINK_OVERLAP, k) =
            graph->bonds ? 1 - 2.0 * work->layer[lane] / (double)graph->bonds : NAN;
    }
    measure_waves(lanes, k);
    for (size_t lane = 0; lane < LANES; lane++) {
        *place_of(lanes, values + lane * each, ONS_GLASS_OVERLAP_KMIN_SQUARED, k) = work->squared[lane];
    }
}

static unsigned bit_of(const uint64_t *plane, size_t lane) { return plane[lane / 64] >> lane % 64 & 1; }

/* The share of a label among both copies and both rounds. */
static double share_of_label(const ons_glass_lanes *lanes, size_t k, size_t row, size_t lane) {
    unsigned count = 0;
    for (unsigned copy = 0; copy < 2; copy++) {
        count += bit_of(walker_of(lanes, copy, k) + (lanes->graph->sites + row) * WORDS, lane);
        count += bit_of(lanes->between + (2 * (copy * lanes->temperatures + k) + row) * WORDS, lane);
    }
    return count / 4.0;
}

static void measure_exchanges(const ons_glass_lanes *lanes, size_t k, double *values) {
    const size_t count = lanes->temperatures, each = ONS_GLASS_QUANTITIES * count;
    const size_t pair = k + 1 < count ? k : k - (k > 0);
    const uint64_t *a = lanes->exchanged + pair * WORDS, *b = a + count * WORDS;
    const size_t hot = count > 1 && lanes->work->temperature[1] > lanes->work->temperature[0];
    for (size_t lane = 0; lane < LANES; lane++, values += each) {
        const double from_hot = share_of_label(lanes, k, hot, lane);
        *place_of(lanes, values, ONS_GLASS_EXCHANGE_RATE, k) = (bit_of(a, lane) + bit_of(b, lane)) / 2.0;
        *place_of(lanes, values, ONS_GLASS_FROM_HOT, k) = from_hot;
        *place_of(lanes, values, ONS_GLASS_LABELLED, k) = from_hot + share_of_label(lanes, k, 1 - hot, lane);
    }
}

void ons_glass_lanes_measure(const ons_glass_lanes *lanes, double *values) {
    for (size_t k = 0; k < lanes->temperatures; k++) {
        measure_copies(lanes, k, values);
        measure_overlaps(lanes, k, values);
        measure_exchanges(lanes, k, values);
    }
}

/*
 * The population of an annealing: groups of 512 replicas of one sample, in bits where all couplings have one size, else
 * a byte a spin.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annealing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = SPINS_GROUP, WORDS = SPINS_PLANE_WORDS };

/* ---- made and released ---- */

static const spins_lanes_kernels *lanes_kernels(void) {
    static const spins_lanes_kernels *const kernels[SPINS_ISAS] = {
#if defined(__x86_64__)
        [SPINS_V4] = &spins_lanes_kernels_v4,
        [SPINS_V3] = &spins_lanes_kernels_v3,
#endif
        [SPINS_PLAIN] = &spins_lanes_kernels_plain
    };
    return kernels[spins_isa_in_use()];
}

static void *allocate_aligned(size_t bytes) {
    void *memory = aligned_alloc(64, (bytes + 64) / 64 * 64);
    if (!memory) {
        ons_fail(ONS_MEMORY, "out of memory (%zu bytes)", bytes);
        return NULL;
    }
    memset(memory, 0, (bytes + 64) / 64 * 64);
    return memory;
}

static bool one_size(const ons_graph *graph, const double *couplings) {
    for (uint64_t b = 1; b < graph->bonds; b++) {
        if (fabs(couplings[b]) != fabs(couplings[0])) { return false; }
    }
    for (uint32_t i = 0; i < graph->sites; i++) {
        uint32_t count;
        spins_row(graph, i, &count);
        if (count > ONS_GLASS_MOST_NEIGHBOURS) { return false; }
    }
    return true;
}

static ons_status create_bits(ons_annealing *a) {
    spins_annealing_work *work = a->work;
    const ons_graph *graph = a->graph;
    work->lanes = lanes_kernels();
    work->size = graph->bonds ? fabs(work->coupling[0]) : 0;
    work->bond = ONS_NEW(uint32_t, graph->entries);
    work->up = ons_allocate(SPINS_DEGREES, sizeof *work->up);
    work->negative = allocate_aligned(graph->bonds * WORDS * sizeof(uint64_t));
    work->partner = allocate_aligned((size_t)graph->sites * WORDS * sizeof(uint64_t));
    uint64_t *next = ONS_NEW(uint64_t, graph->sites);
    ons_status status = work->bond && work->up && work->negative && work->partner && next ? ONS_OK : ONS_MEMORY;
    if (!status && a->options.field == 0 && (graph->coordination == 4 || graph->coordination == 6)) {
        work->against = ons_allocate(SPINS_DEPTH, sizeof *work->against);
        work->choice = ONS_NEW(uint8_t, SPINS_DEPTH);
        status = work->against && work->choice ? ONS_OK : ONS_MEMORY;
    }
    for (uint32_t i = 0; !status && i < graph->sites; i++) {
        uint32_t count;
        next[i] = spins_row(graph, i, &count);
    }
    for (uint64_t b = 0; !status && b < graph->bonds; b++) {
        memset(work->negative + b * WORDS, work->coupling[b] < 0 ? 255 : 0, WORDS * sizeof(uint64_t));
        const uint32_t i = graph->source[b], j = graph->target[b];
        if (i == j) { continue; }
        work->bond[next[i]++] = (uint32_t)b;
        work->bond[next[j]++] = (uint32_t)b;
    }
    free(next);
    return status;
}

static ons_status create_bytes(ons_annealing *a) {
    spins_annealing_work *work = a->work;
    const ons_graph *graph = a->graph;
    work->fields = spins_fields_kernels_in_use();
    work->entry = ONS_NEW(double, graph->entries);
    work->rounded = ONS_NEW(float, graph->entries);
    work->bound = ONS_NEW(float, graph->sites);
    work->factor = ONS_NEW(double, LANES);
    work->rounded_factor = ONS_NEW(float, LANES);
    if (!work->entry || !work->rounded || !work->bound || !work->factor || !work->rounded_factor) { return ONS_MEMORY; }
    const ons_status status = spins_fields_spread(graph, work->coupling, work->entry, work->rounded);
    if (!status) { spins_fields_bound(graph, work->entry, a->options.field, work->bound); }
    return status;
}

ons_status spins_population_create(ons_annealing *a, const double *couplings) {
    const ons_graph *graph = a->graph;
    const size_t population = a->options.population;
    spins_annealing_work *work = a->work = ONS_NEW(spins_annealing_work, 1);
    if (!work) { return ONS_MEMORY; }
    work->groups = population / LANES;
    work->planes = spins_planes_of(&a->random);
    work->sliced = one_size(graph, couplings);
    work->coupling = ONS_NEW(double, graph->bonds);
    work->counts = ONS_NEW(uint32_t, 2 * LANES);
    work->magnetization = ONS_NEW(double, 2 * LANES);
    work->copies = ONS_NEW(uint32_t, 3 * population);
    work->weight = ONS_NEW(double, population);
    work->known = ONS_NEW(double, 2 * SPINS_WEIGHTS);
    a->bytes = (size_t)graph->sites * (work->sliced ? population / 8 : population);
    a->spins = allocate_aligned(a->bytes);
    if (!work->coupling || !work->counts || !work->magnetization || !work->copies || !work->weight || !work->known ||
        !a->spins) {
        return ONS_MEMORY;
    }
    work->risen = work->counts + LANES;
    work->overlap = work->magnetization + LANES;
    work->from = work->copies + population;
    work->to = work->from + population;
    work->known_weight = work->known + SPINS_WEIGHTS;
    work->largest = fabs(a->options.field) * graph->sites;
    for (uint64_t b = 0; b < graph->bonds; b++) {
        work->coupling[b] = couplings[b];
        work->largest += fabs(couplings[b]);
    }
    return work->sliced ? create_bits(a) : create_bytes(a);
}

void spins_population_free(ons_annealing *a) {
    spins_annealing_work *work = a->work;
    free(a->spins);
    if (!work) { return; }
    free(work->coupling);
    free(work->bond);
    free(work->negative);
    free(work->up);
    free(work->against);
    free(work->choice);
    free(work->partner);
    free(work->entry);
    free(work->factor);
    free(work->rounded);
    free(work->bound);
    free(work->rounded_factor);
    free(work->counts);
    free(work->magnetization);
    free(work->copies);
    free(work->weight);
    free(work->known);
    free(work);
}

/* ---- places ---- */

static uint64_t *bits_of(const ons_annealing *a, size_t group) {
    return (uint64_t *)a->spins + group * a->graph->sites * WORDS;
}

static int8_t *bytes_of(const ons_annealing *a, size_t group) {
    return (int8_t *)a->spins + group * a->graph->sites * LANES;
}

void spins_population_read(const ons_annealing *a, size_t replica, int8_t *spins) {
    const size_t group = replica / LANES, lane = replica % LANES;
    for (uint32_t i = 0; i < a->graph->sites; i++) {
        if (a->work->sliced) {
            spins[i] = bits_of(a, group)[(size_t)i * WORDS + lane / 64] >> lane % 64 & 1 ? 1 : -1;
        } else {
            spins[i] = bytes_of(a, group)[(size_t)i * LANES + lane];
        }
    }
}

ons_status spins_population_check(const ons_annealing *a) {
    const int8_t *spins = a->spins;
    for (size_t k = 0; !a->work->sliced && k < a->bytes; k++) {
        if (spins[k] != 1 && spins[k] != -1) {
            return ons_fail(ONS_INVALID, "spin %zu is %d; it must be 1 or -1", k, spins[k]);
        }
    }
    return ONS_OK;
}

/* ---- dynamics ---- */

void spins_population_start(ons_annealing *a) {
    const uint32_t sites = a->graph->sites;
    for (size_t group = 0; group < a->work->groups; group++) {
        for (uint32_t i = 0; i < sites; i++) {
            uint64_t plane[WORDS];
            spins_planes_fill(a->work->planes, a->planes, group * sites + i, 1, plane);
            if (a->work->sliced) {
                memcpy(bits_of(a, group) + (size_t)i * WORDS, plane, sizeof plane);
                continue;
            }
            int8_t *spins = bytes_of(a, group) + (size_t)i * LANES;
            for (size_t lane = 0; lane < LANES; lane++) { spins[lane] = plane[lane / 64] >> lane % 64 & 1 ? 1 : -1; }
        }
    }
    a->planes++;
}

/* Thresholds of a site with n of `degree` neighbours pulling up; downhill: of temperature zero. */
static void tabulate(ons_annealing *a, bool downhill) {
    spins_annealing_work *work = a->work;
    for (int degree = 0; degree < SPINS_DEGREES; degree++) {
        for (int n = 0; n <= degree; n++) {
            const double field = work->size * (2 * n - degree) + a->options.field;
            const uint64_t ground = field > 0 ? UINT64_MAX : field == 0 ? UINT64_C(1) << 63 : 0;
            work->up[degree][n] = downhill ? ground : spins_up_threshold(2 * a->inverse * field);
        }
    }
    if (!work->against) { return; }
    const int degree = (int)a->graph->coordination;
    for (unsigned bit = 0; bit < SPINS_DEPTH; bit++) {
        work->choice[bit] = 0;
        for (int class = 0; 2 * class <= degree; class ++) {
            const uint64_t digit = work->up[degree][class] >> (SPINS_DEPTH - 1 - bit) & 1;
            work->against[bit][class] = -digit;
            if (2 * class < degree) { work->choice[bit] |= (uint8_t)(digit << class); }
        }
    }
}

void spins_population_tabulate(ons_annealing *a) {
    if (a->work->sliced) {
        tabulate(a, false);
        return;
    }
    for (size_t lane = 0; lane < LANES; lane++) {
        a->work->factor[lane] = 2 * a->inverse;
        a->work->rounded_factor[lane] = (float)a->work->factor[lane];
    }
}

static void sweep_bits(ons_annealing *a) {
    const spins_annealing_work *work = a->work;
    const ons_graph *graph = a->graph;
    spins_lanes_sweep sweep = {.planes = work->planes,
                               .stream = a->planes,
                               .sites = graph->sites,
                               .coordination = graph->coordination,
                               .offset = graph->offset,
                               .neighbour = graph->neighbour,
                               .bond = work->bond,
                               .negative = work->negative,
                               .up = (const uint64_t(*)[SPINS_DEGREES])work->up,
                               .against = (const uint64_t(*)[4])work->against,
                               .choice = work->choice};
    for (size_t group = 0; group < work->groups; group++) {
        sweep.spins = bits_of(a, group);
        sweep.first = (uint64_t)group * graph->sites * SPINS_DEPTH;
        work->lanes->sweep(&sweep);
    }
}

static void sweep_bytes(ons_annealing *a) {
    const spins_annealing_work *work = a->work;
    const ons_graph *graph = a->graph;
    spins_fields_sweep sweep = {.planes = work->planes,
                                .stream = a->planes,
                                .sites = graph->sites,
                                .coordination = graph->coordination,
                                .offset = graph->offset,
                                .neighbour = graph->neighbour,
                                .entry = work->entry,
                                .rounded = work->rounded,
                                .bound = work->bound,
                                .field = a->options.field,
                                .factor = work->factor,
                                .rounded_factor = work->rounded_factor,
                                .walkers = LANES};
    for (size_t group = 0; group < work->groups; group++) {
        sweep.spins = bytes_of(a, group);
        sweep.first = (uint64_t)group * graph->sites * (LANES / SPINS_FIELDS_BLOCK);
        work->fields->sweep(&sweep);
    }
}

void spins_population_sweep(ons_annealing *a) {
    if (a->work->sliced) {
        sweep_bits(a);
    } else {
        sweep_bytes(a);
    }
    a->planes++;
}

/* ---- measured ---- */

void spins_population_energies(ons_annealing *a) {
    const spins_annealing_work *work = a->work;
    const ons_graph *graph = a->graph;
    for (size_t group = 0; group < work->groups; group++) {
        double *energy = a->energy + group * LANES;
        if (!work->sliced) {
            work->fields->energies(graph->source, graph->target, work->coupling, graph->bonds, a->options.field,
                                   graph->sites, bytes_of(a, group), LANES, energy);
            continue;
        }
        work->lanes->count_bonds(graph->source, graph->target, graph->bonds, work->negative, bits_of(a, group), NULL,
                                 work->counts);
        if (a->options.field != 0) {
            work->lanes->count_sites(NULL, graph->sites, bits_of(a, group), NULL, work->risen);
        }
        for (size_t lane = 0; lane < LANES; lane++) {
            energy[lane] = work->size * (2.0 * work->counts[lane] - (double)graph->bonds);
            if (a->options.field != 0) {
                energy[lane] -= a->options.field * (2.0 * work->risen[lane] - (double)graph->sites);
            }
        }
    }
}

void spins_population_magnetizations(const ons_annealing *a, size_t group, double *magnetization) {
    const spins_annealing_work *work = a->work;
    const uint32_t sites = a->graph->sites;
    if (work->sliced) {
        work->lanes->count_sites(NULL, sites, bits_of(a, group), NULL, work->risen);
    } else {
        memset(work->risen, 0, LANES * sizeof *work->risen);
        for (uint32_t i = 0; i < sites; i++) {
            const int8_t *spins = bytes_of(a, group) + (size_t)i * LANES;
            for (size_t lane = 0; lane < LANES; lane++) { work->risen[lane] += spins[lane] > 0; }
        }
    }
    for (size_t lane = 0; lane < LANES; lane++) { magnetization[lane] = 2.0 * work->risen[lane] / sites - 1; }
}

/* With an odd number of groups half a population is a number of groups and half a group more. */
void spins_population_overlaps(const ons_annealing *a, size_t group, double *overlap) {
    const spins_annealing_work *work = a->work;
    const size_t groups = work->groups, half = groups * LANES / 2;
    const uint32_t sites = a->graph->sites;
    if (work->sliced) {
        for (size_t word = 0; word < WORDS; word++) {
            const size_t other = (group * WORDS + word + half / 64) % (groups * WORDS);
            const uint64_t *from = bits_of(a, other / WORDS) + other % WORDS;
            for (size_t i = 0; i < sites; i++) { work->partner[i * WORDS + word] = from[i * WORDS]; }
        }
        work->lanes->count_sites(NULL, sites, bits_of(a, group), work->partner, work->counts);
    } else {
        memset(work->counts, 0, LANES * sizeof *work->counts);
        for (size_t part = 0; part < 2; part++) { /* halves of a group */
            const size_t first = part * LANES / 2, other = (group * LANES + first + half) % (groups * LANES);
            for (size_t i = 0; i < sites; i++) {
                const int8_t *s = bytes_of(a, group) + i * LANES + first;
                const int8_t *t = bytes_of(a, other / LANES) + i * LANES + other % LANES;
                for (size_t lane = 0; lane < LANES / 2; lane++) { work->counts[first + lane] += s[lane] != t[lane]; }
            }
        }
    }
    for (size_t lane = 0; lane < LANES; lane++) { overlap[lane] = 1 - 2.0 * work->counts[lane] / sites; }
}

/* ---- resampling ---- */

static void copy_bits(const ons_annealing *a, size_t count) {
    const uint32_t sites = a->graph->sites, *from = a->work->from, *to = a->work->to;
    uint64_t *spins = a->spins;
    for (size_t i = 0; i < sites; i++) {
        for (size_t k = 0; k < count; k++) {
            const uint64_t *source = spins + (from[k] / LANES * (size_t)sites + i) * WORDS + from[k] % LANES / 64;
            uint64_t *target = spins + (to[k] / LANES * (size_t)sites + i) * WORDS + to[k] % LANES / 64;
            const uint64_t bit = *source >> from[k] % 64 & 1, place = to[k] % 64;
            *target = (*target & ~(UINT64_C(1) << place)) | bit << place;
        }
    }
}

static void copy_bytes(const ons_annealing *a, size_t count) {
    const uint32_t sites = a->graph->sites, *from = a->work->from, *to = a->work->to;
    int8_t *spins = a->spins;
    for (size_t i = 0; i < sites; i++) {
        for (size_t k = 0; k < count; k++) {
            spins[(to[k] / LANES * (size_t)sites + i) * LANES + to[k] % LANES] =
                spins[(from[k] / LANES * (size_t)sites + i) * LANES + from[k] % LANES];
        }
    }
}

void spins_population_copy(ons_annealing *a, size_t count) {
    if (a->work->sliced) {
        copy_bits(a, count);
    } else {
        copy_bytes(a, count);
    }
    for (size_t k = 0; k < count; k++) { a->energy[a->work->to[k]] = a->energy[a->work->from[k]]; }
}

/* ---- downhill ---- */

static bool descend_site(const ons_annealing *a, int8_t *spins, uint32_t site) {
    uint32_t count;
    const uint64_t row = spins_row(a->graph, site, &count);
    bool moved = false;
    for (size_t lane = 0; lane < LANES; lane++) {
        double field = a->options.field;
        for (uint32_t k = 0; k < count; k++) {
            field += a->work->entry[row + k] * (double)spins[(size_t)a->graph->neighbour[row + k] * LANES + lane];
        }
        int8_t *spin = spins + (size_t)site * LANES + lane;
        if (field * *spin < -1e-12 * a->work->largest) { /* farther from 0 than rounding: the descent ends */
            *spin = (int8_t) - *spin;
            moved = true;
        }
    }
    return moved;
}

void spins_population_descend(ons_annealing *a) {
    if (!a->work->sliced) {
        for (size_t group = 0; group < a->work->groups; group++) {
            for (bool moved = true; moved;) {
                moved = false;
                for (uint32_t i = 0; i < a->graph->sites; i++) {
                    moved = descend_site(a, bytes_of(a, group), i) || moved;
                }
            }
        }
        spins_population_energies(a);
        return;
    }
    tabulate(a, true);
    for (bool lower = true; lower;) {
        lower = false;
        memcpy(a->work->weight, a->energy, a->options.population * sizeof *a->energy);
        spins_population_sweep(a);
        spins_population_energies(a);
        for (size_t r = 0; r < a->options.population; r++) { lower = lower || a->energy[r] < a->work->weight[r]; }
    }
}

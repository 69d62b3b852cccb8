/*
 * Enumeration of the Ising model: the plan, the cursor, the counts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "enumeration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_WEIGHT 1000
#define MOST_ENTRIES 0x1p24

/* ---- couplings ---------------------------------------------------------------------------------------------- */

static double bond_coupling(const ons_graph *graph, const ons_enumeration_options *options, uint64_t bond) {
    return options->coupling * (graph->strength ? graph->strength[bond] : graph->common_strength);
}

/* The smallest coupling, or its half, third ... sixth, of which all are integral multiples; 0: none. */
static double find_unit(const ons_graph *graph, const ons_enumeration_options *options) {
    double smallest = INFINITY;
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const double coupling = fabs(bond_coupling(graph, options, b));
        if (coupling > 0) { smallest = fmin(smallest, coupling); }
    }
    if (!isfinite(smallest)) { return 1; }
    for (int divisor = 1; divisor <= 6; divisor++) {
        const double unit = smallest / divisor;
        bool all = true;
        for (uint64_t b = 0; all && b < graph->bonds; b++) {
            const double ratio = bond_coupling(graph, options, b) / unit;
            all = fabs(ratio - round(ratio)) <= 1e-12 * fmax(1, fabs(ratio)) && fabs(ratio) <= LARGEST_WEIGHT;
        }
        if (all) { return unit; }
    }
    return 0;
}

static ons_status link_sites(ons_enumeration *e, const ons_graph *graph, const ons_enumeration_options *options,
                             const uint32_t *order) {
    uint32_t place[ONS_ENUMERATION_SITES];
    unsigned next[ONS_ENUMERATION_SITES];
    for (uint32_t i = 0; i < e->sites; i++) { place[order[i]] = i; }
    memset(e->first, 0, sizeof e->first);
    for (uint64_t b = 0; b < graph->bonds; b++) {
        if (graph->source[b] == graph->target[b]) { continue; }
        e->first[place[graph->source[b]] + 1]++;
        e->first[place[graph->target[b]] + 1]++;
    }
    for (uint32_t i = 0; i < e->sites; i++) {
        e->first[i + 1] += e->first[i];
        next[i] = e->first[i];
    }
    free(e->link);
    e->link = ONS_NEW(spins_link, e->first[e->sites]);
    if (!e->link) { return ONS_MEMORY; }
    e->constant = 0;
    e->constant_level = 0;
    for (uint64_t b = 0; b < graph->bonds; b++) {
        const double coupling = bond_coupling(graph, options, b);
        const int32_t weight = e->integral ? (int32_t)lround(coupling / e->unit) : 0;
        const uint32_t i = place[graph->source[b]], j = place[graph->target[b]];
        if (i == j) {
            e->constant -= coupling;
            e->constant_level -= weight;
            continue;
        }
        e->link[next[i]++] = (spins_link){j, weight, coupling};
        e->link[next[j]++] = (spins_link){i, weight, coupling};
    }
    return ONS_OK;
}

/* ---- keys --------------------------------------------------------------------------------------------------- */

/* Sizes of the parts of a key; returns the bits it takes, and the number of keys at most in *entries. */
static double plan_key(ons_enumeration *e, double *entries) {
    int64_t outer_energy = 0, field = 0;
    for (unsigned i = 0; i < e->sites; i++) {
        int64_t sum = 0;
        for (unsigned k = e->first[i]; k < e->first[i + 1]; k++) {
            const int64_t weight = labs(e->link[k].weight);
            if (i >= e->outer) { sum += weight; }
            if (i < e->outer && e->link[k].other < i) { outer_energy += weight; }
        }
        field = sum > field ? sum : field;
    }
    e->lowest = -outer_energy;
    e->energies = (uint64_t)(2 * outer_energy + 1);
    e->largest_field = field;
    e->classes = (uint64_t)(2 * field + 1);
    const double inner = e->inner, classes = (double)e->classes;
    const double code = inner * log2(classes), multiset = (classes - 1) * log2(inner + 1);
    e->ordered = code <= multiset;
    const double rest = log2((double)e->energies) + log2(e->outer + 1.0);
    /* fields have one parity: half the classes; multisets of them */
    const double kinds = (double)field + 1;
    const double sets =
        e->ordered ? inner * log2(kinds) : (lgamma(inner + kinds) - lgamma(inner + 1) - lgamma(kinds)) / log(2);
    *entries = fmin(exp2(sets + rest), exp2(e->outer ? e->outer - 1.0 : 0));
    return (e->ordered ? code : multiset) + rest;
}

static ons_status tabulate_code(ons_enumeration *e) {
    e->value = ONS_NEW(uint64_t, (e->ordered ? (e->inner ? e->inner : 1) : 1) * e->classes);
    if (!e->value) { return ONS_MEMORY; }
    uint64_t power = 1;
    if (!e->ordered) {
        for (uint64_t class = 1; class < e->classes; class ++, power *= e->inner + 1) { e->value[class] = power; }
        return ONS_OK;
    }
    for (unsigned i = 0; i < e->inner; i++, power *= e->classes) {
        for (uint64_t class = 0; class < e->classes; class ++) { e->value[i * e->classes + class] = class * power; }
    }
    return ONS_OK;
}

/* As many inner sites as keys and counters allow. */
static ons_status split(ons_enumeration *e, const ons_graph *graph, const ons_enumeration_options *options) {
    uint32_t order[ONS_ENUMERATION_SITES];
    for (unsigned most = graph->sites;; most = e->inner - 1) {
        double entries;
        e->inner = spins_enumeration_split(graph, most, order);
        e->outer = e->sites - e->inner;
        const ons_status status = link_sites(e, graph, options, order);
        if (status || !e->integral) { return status; }
        if (plan_key(e, &entries) < 62.5 && (entries <= MOST_ENTRIES || e->inner == 0)) { return tabulate_code(e); }
        if (e->inner == 0) { return ons_fail(ONS_INVALID, "the couplings are too large to be counted"); }
    }
}

/* ---- the public door ---------------------------------------------------------------------------------------- */

static ons_status allocate(ons_enumeration *e, const ons_enumeration_options *options) {
    if (e->integral) {
        ons_status status = spins_counter_init(&e->counter);
        for (unsigned k = 0; !status && k < SPINS_SLICES; k++) { status = spins_counter_init(&e->slice[k]); }
        return status;
    }
    const size_t size = options->temperatures * spins_moment_width(e);
    e->temperatures = options->temperatures;
    e->beta = ONS_NEW(double, e->temperatures);
    e->moments = ONS_NEW(double, size);
    e->partial = ONS_NEW(double, SPINS_SLICES *size);
    if (!e->beta || !e->moments || !e->partial) { return ONS_MEMORY; }
    for (size_t t = 0; t < e->temperatures; t++) {
        e->beta[t] = 1 / options->temperature[t];
        e->moments[t * spins_moment_width(e)] = INFINITY;
    }
    return ONS_OK;
}

ons_status ons_enumeration_create(ons_enumeration **result, const ons_graph *graph,
                                  const ons_enumeration_options *options) {
    *result = NULL;
    if (graph->complete) { return ons_fail(ONS_INVALID, "an enumeration needs a list of bonds"); }
    if (graph->sites > ONS_ENUMERATION_SITES) {
        return ons_fail(ONS_INVALID, "%u sites are too many to enumerate: at most %d are possible", graph->sites,
                        ONS_ENUMERATION_SITES);
    }
    ons_enumeration *e = ONS_NEW(ons_enumeration, 1);
    if (!e) { return ONS_MEMORY; }
    e->sites = graph->sites;
    e->unit = find_unit(graph, options);
    e->integral = e->unit > 0;
    ons_status status = split(e, graph, options);
    if (!status && e->outer > ONS_ENUMERATED) {
        status = ons_fail(ONS_INVALID,
                          "%u sites are too many to enumerate: %u spins remain after those that can be summed in "
                          "closed form, at most %d are possible",
                          graph->sites, e->outer, ONS_ENUMERATED);
    }
    if (!status) { status = allocate(e, options); }
    if (status) {
        ons_enumeration_free(e);
        return status;
    }
    const unsigned free_spins = e->outer ? e->outer - 1 : 0;
    e->blocks = (uint64_t)1 << (free_spins > SPINS_BLOCK_BITS ? free_spins - SPINS_BLOCK_BITS : 0);
    *result = e;
    return ONS_OK;
}

void ons_enumeration_free(ons_enumeration *e) {
    if (!e) { return; }
    spins_counter_free(&e->counter);
    for (unsigned k = 0; k < SPINS_SLICES; k++) { spins_counter_free(&e->slice[k]); }
    free(e->link);
    free(e->value);
    free(e->beta);
    free(e->moments);
    free(e->partial);
    free(e);
}

double ons_enumeration_bytes(const ons_enumeration *enumeration) {
    ons_enumeration copy = *enumeration;
    double entries = 0;
    if (!enumeration->integral) {
        return (double)(enumeration->temperatures * spins_moment_width(enumeration)) * 8 * (SPINS_SLICES + 1);
    }
    plan_key(&copy, &entries);
    return fmin(entries, MOST_ENTRIES) * 16 * 6 + 1e5;
}

unsigned ons_enumeration_sites(const ons_enumeration *e) { return e->sites; }
unsigned ons_enumeration_outer(const ons_enumeration *e) { return e->outer; }
bool ons_enumeration_integral(const ons_enumeration *e) { return e->integral; }
double ons_enumeration_unit(const ons_enumeration *e) { return e->unit; }
uint64_t ons_enumeration_blocks(const ons_enumeration *e) { return e->blocks; }
uint64_t ons_enumeration_done(const ons_enumeration *e) { return e->done; }

/* ---- the cursor --------------------------------------------------------------------------------------------- */

typedef struct round_of_blocks {
    ons_enumeration *e;
    uint64_t first, count;
} round_of_blocks;

/* Slice k takes the blocks first + k, first + k + SPINS_SLICES, .. */
static ons_status work(void *data, size_t index) {
    const round_of_blocks *round = data;
    ons_enumeration *e = round->e;
    const size_t size = e->temperatures * spins_moment_width(e);
    ons_status status = ONS_OK;
    if (e->integral) {
        spins_counter_clear(&e->slice[index]);
    } else {
        memset(e->partial + index * size, 0, size * sizeof(double));
        for (size_t t = 0; t < e->temperatures; t++) {
            e->partial[index * size + t * spins_moment_width(e)] = INFINITY;
        }
    }
    for (uint64_t k = index; k < round->count && !status; k += SPINS_SLICES) {
        if (e->integral) {
            status = spins_enumeration_count(e, round->first + k, &e->slice[index]);
        } else {
            spins_enumeration_sum(e, round->first + k, e->partial + index * size);
        }
    }
    return status;
}

static ons_status gather(ons_enumeration *e) {
    ons_status status = ONS_OK;
    const size_t size = e->temperatures * spins_moment_width(e);
    for (size_t k = 0; k < SPINS_SLICES && !status; k++) {
        if (!e->integral) { spins_enumeration_join(e, e->moments, e->partial + k * size); }
        for (size_t i = 0; e->integral && i < e->slice[k].capacity && !status; i++) {
            const struct spins_slot *slot = &e->slice[k].slot[i];
            if (slot->key != SPINS_NO_KEY) { status = spins_counter_add(&e->counter, slot->key, slot->count); }
        }
    }
    return status;
}

/* Rounds of a fixed number of blocks, so that sums are joined in an order that nothing changes. */
ons_status ons_enumeration_step(ons_enumeration *e, uint64_t blocks, unsigned threads) {
    enum { ROUND = 64 };
    for (uint64_t left = blocks; left > 0 && e->done < e->blocks;) {
        round_of_blocks round = {e, e->done, e->blocks - e->done < ROUND ? e->blocks - e->done : ROUND};
        ons_status status = ons_parallel(threads, SPINS_SLICES, work, &round);
        if (!status) { status = gather(e); }
        if (status) { return status; }
        e->done += round.count;
        left -= left < round.count ? left : round.count;
    }
    return e->done < e->blocks ? ONS_OK : ONS_DONE;
}

/* ---- storing ------------------------------------------------------------------------------------------------ */

size_t ons_enumeration_entries(const ons_enumeration *e) { return e->integral ? e->counter.entries : 0; }
size_t ons_enumeration_moments(const ons_enumeration *e) {
    return e->integral ? 0 : e->temperatures * spins_moment_width(e);
}
double *ons_enumeration_moment(ons_enumeration *e) { return e->moments; }
void ons_enumeration_set_done(ons_enumeration *e, uint64_t done) { e->done = done; }

static int compare_slots(const void *a, const void *b) {
    const struct spins_slot *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

/* *slots is allocated: what was counted, by key. */
static ons_status sorted_slots(const ons_enumeration *e, struct spins_slot **slots) {
    size_t n = 0;
    *slots = ONS_NEW(struct spins_slot, e->counter.entries);
    if (!*slots) { return ONS_MEMORY; }
    for (size_t i = 0; i < e->counter.capacity; i++) {
        if (e->counter.slot[i].key != SPINS_NO_KEY) { (*slots)[n++] = e->counter.slot[i]; }
    }
    qsort(*slots, n, sizeof **slots, compare_slots);
    return ONS_OK;
}

void ons_enumeration_store(ons_enumeration *e, uint64_t *keys, uint64_t *counts) {
    size_t n = 0;
    for (size_t i = 0; i < e->counter.capacity; i++) {
        if (e->counter.slot[i].key == SPINS_NO_KEY) { continue; }
        keys[n] = e->counter.slot[i].key;
        counts[n++] = e->counter.slot[i].count;
    }
}

ons_status ons_enumeration_restore(ons_enumeration *e, uint64_t done, const uint64_t *keys, const uint64_t *counts,
                                   size_t entries) {
    if (done > e->blocks) { return ons_fail(ONS_INVALID, "the stored enumeration has a cursor that cannot be"); }
    ons_status status = ONS_OK;
    uint64_t sum = 0;
    spins_counter_clear(&e->counter);
    for (size_t i = 0; i < entries && !status; i++) {
        if (keys[i] >> 63) { return ons_fail(ONS_INVALID, "the stored enumeration has keys that cannot be"); }
        status = spins_counter_add(&e->counter, keys[i], counts[i]);
        sum += counts[i];
    }
    const uint64_t visits = ((uint64_t)1 << (e->outer ? e->outer - 1 : 0)) / e->blocks * done;
    if (!status && sum != visits) {
        return ons_fail(ONS_INVALID, "the stored enumeration has counters that do not add up");
    }
    e->done = done;
    return status;
}

/* ---- from counters to counts -------------------------------------------------------------------------------- */

/* The inner spins of one code: grid[energy above the lowest][up], energy in units. */
typedef struct inner_grid {
    size_t energies, ups; /* of the allocation */
    size_t used;          /* energies that occur: 0 .. used - 1 */
    int64_t lowest;
    uint64_t *count;
} inner_grid;

/* Up along a field f >= 0 keeps the lowest energy -f, the other value adds 2|f|. */
static void add_spin(inner_grid *grid, unsigned spins, int64_t field) {
    const size_t excess = 2 * (size_t)labs(field), ups = grid->ups;
    const size_t up_shift = field >= 0 ? 0 : excess, down_shift = field >= 0 ? excess : 0;
    grid->used += excess;
    grid->lowest -= labs(field);
    for (size_t row = grid->used; row-- > 0;) {
        for (size_t up = spins + 2; up-- > 0;) {
            uint64_t sum = 0;
            if (up > 0 && row >= up_shift) { sum += grid->count[(row - up_shift) * ups + up - 1]; }
            if (row >= down_shift) { sum += grid->count[(row - down_shift) * ups + up]; }
            grid->count[row * ups + up] = sum;
        }
    }
}

static void expand_code(const ons_enumeration *e, uint64_t code, inner_grid *grid) {
    memset(grid->count, 0, grid->energies * grid->ups * sizeof *grid->count);
    grid->used = 1;
    grid->lowest = 0;
    grid->count[0] = 1;
    unsigned spins = 0;
    if (e->ordered) {
        for (; spins < e->inner; code /= e->classes) {
            add_spin(grid, spins++, (int64_t)(code % e->classes) - e->largest_field);
        }
        return;
    }
    for (uint64_t class = 1; class < e->classes; class ++, code /= e->inner + 1) {
        for (uint64_t n = code % (e->inner + 1); n > 0; n--) {
            add_spin(grid, spins++, (int64_t) class - e->largest_field);
        }
    }
    while (spins < e->inner) { add_spin(grid, spins++, -e->largest_field); }
}

typedef struct joint_table {
    int64_t lowest;
    size_t energies;
    spins_wide *count; /* [energies][sites + 1] */
} joint_table;

/* What is not zero in a grid. */
typedef struct inner_term {
    int64_t energy;
    uint64_t up, count;
} inner_term;

static size_t list_terms(const ons_enumeration *e, const inner_grid *grid, inner_term *terms) {
    size_t count = 0;
    for (size_t row = 0; row < grid->used; row++) {
        for (size_t k = 0; k <= e->inner; k++) {
            const uint64_t number = grid->count[row * grid->ups + k];
            if (number) { terms[count++] = (inner_term){grid->lowest + (int64_t)row, k, number}; }
        }
    }
    return count;
}

/* Configurations with up spins up; those with all spins turned over come at the end. */
static void add_slot(const ons_enumeration *e, const struct spins_slot *slot, const inner_term *terms, size_t count,
                     joint_table *table) {
    const int64_t outer = e->lowest + (int64_t)(slot->key % e->energies) + e->constant_level - table->lowest;
    const size_t up = slot->key / e->energies % (e->outer + 1), width = e->sites + 1;
    for (size_t i = 0; i < count; i++) {
        table->count[(size_t)(outer + terms[i].energy) * width + up + terms[i].up] +=
            (spins_wide)terms[i].count * slot->count;
    }
}

static void turn_over(const ons_enumeration *e, joint_table *table) {
    const size_t width = e->sites + 1;
    for (size_t row = 0; row < table->energies; row++) {
        spins_wide *count = table->count + row * width;
        for (size_t up = 0; 2 * up <= e->sites; up++) {
            const spins_wide both = count[up] + count[e->sites - up];
            count[up] = count[e->sites - up] = both;
        }
    }
}

static ons_status fill_table(const ons_enumeration *e, joint_table *table) {
    struct spins_slot *slots = NULL;
    inner_grid grid = {.energies = 2 * (size_t)e->largest_field * e->inner + 1, .ups = (size_t)e->inner + 2};
    grid.count = ONS_NEW(uint64_t, grid.energies * grid.ups);
    inner_term *terms = ONS_NEW(inner_term, grid.energies * grid.ups);
    const ons_status status = grid.count && terms ? sorted_slots(e, &slots) : ONS_MEMORY;
    uint64_t code = SPINS_NO_KEY;
    size_t count = 0;
    for (size_t i = 0; !status && i < e->counter.entries; i++) {
        const uint64_t next = slots[i].key / (e->energies * (e->outer + 1));
        if (next != code) {
            expand_code(e, next, &grid);
            count = list_terms(e, &grid, terms);
        }
        code = next;
        add_slot(e, &slots[i], terms, count, table);
    }
    if (!status) { turn_over(e, table); }
    free(slots);
    free(terms);
    free(grid.count);
    return status;
}

static ons_status list_counts(const ons_enumeration *e, const joint_table *table, ons_state_count **counts,
                              size_t *count) {
    const size_t width = e->sites + 1;
    spins_wide sum = 0;
    *count = 0;
    for (size_t i = 0; i < table->energies * width; i++) { *count += table->count[i] != 0; }
    *counts = ONS_NEW(ons_state_count, *count);
    if (!*counts) { return ONS_MEMORY; }
    ons_state_count *to = *counts;
    for (size_t i = 0; i < table->energies * width; i++) {
        const spins_wide number = table->count[i];
        sum += number;
        if (number == 0) { continue; }
        *to++ = (ons_state_count){table->lowest + (int64_t)(i / width), 2 * (int32_t)(i % width) - (int32_t)e->sites,
                                  (uint64_t)(number >> 64), (uint64_t)number};
    }
    if (sum == (spins_wide)1 << e->sites) { return ONS_OK; }
    free(*counts);
    *counts = NULL;
    return ons_fail(ONS_FAILED, "the configurations that were counted are not 2^%u", e->sites);
}

ons_status ons_enumeration_counts(const ons_enumeration *e, ons_state_count **counts, size_t *count) {
    *counts = NULL;
    *count = 0;
    if (!e->integral || e->done < e->blocks) {
        return ons_fail(ONS_INVALID, e->integral ? "the enumeration is not complete yet"
                                                 : "couplings that are not integral have no levels to count");
    }
    int64_t reach = 0;
    for (unsigned k = 0; k < e->first[e->sites]; k++) { reach += labs(e->link[k].weight); }
    reach /= 2;
    joint_table table = {.lowest = e->constant_level - reach, .energies = 2 * (size_t)reach + 1};
    table.count = ons_allocate(table.energies * (e->sites + 1), sizeof *table.count);
    if (!table.count) { return ONS_MEMORY; }
    ons_status status = fill_table(e, &table);
    if (!status) { status = list_counts(e, &table, counts, count); }
    free(table.count);
    return status;
}

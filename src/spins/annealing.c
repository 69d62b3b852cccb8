/*
 * Annealing: steps of 1/T with their resampling, what is recorded at each temperature, and the end of a run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annealing.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HALVINGS = 24 };
#define SAME 1e-9 /* energies closer than this part of the sum of |J| are one */

/* ---- made and released ---- */

ons_status ons_annealing_check(const ons_annealing_options *options) {
    if (options->temperatures < 1) { return ons_fail(ONS_INVALID, "an annealing needs at least one temperature"); }
    for (size_t k = 0; k < options->temperatures; k++) {
        const double t = options->temperature[k];
        if (!(t > 0) || !isfinite(t)) {
            return ons_fail(ONS_INVALID, "temperature %zu of the annealing is %g; it must be positive and finite", k,
                            t);
        }
        if (k && !(t < options->temperature[k - 1])) {
            return ons_fail(ONS_INVALID,
                            "the temperatures of an annealing descend, but %g follows %g; write [%g:%g:-0.1] or the "
                            "like",
                            t, options->temperature[k - 1], t, options->temperature[k - 1]);
        }
    }
    if (options->population < ONS_ANNEALING_LANES || options->population % ONS_ANNEALING_LANES) {
        return ons_fail(ONS_INVALID, "population = %u is no positive multiple of %d", options->population,
                        ONS_ANNEALING_LANES);
    }
    if (options->sweeps < 1 || options->runs < 1) { return ons_fail(ONS_INVALID, "sweeps and runs are at least 1"); }
    if (!(options->culling >= 0 && options->culling < 1)) {
        return ons_fail(ONS_INVALID, "culling = %g is no share of replicas: 0 (the ladder alone) up to below 1",
                        options->culling);
    }
    if (!isfinite(options->field)) { return ons_fail(ONS_INVALID, "the field must be finite, not %g", options->field); }
    return ONS_OK;
}

double ons_annealing_bytes(double sites, double bonds, bool one_size, const ons_annealing_options *options) {
    const double population = options->population;
    return sites * population / (one_size ? 8 : 1) + population * 36 + bonds * (one_size ? 88 : 40) + sites * 80 +
           8.0 * options->runs * (double)options->temperatures * SPINS_ANNEALING_RECORDS + 1e5;
}

void ons_annealing_free(ons_annealing *a) {
    if (!a) { return; }
    spins_population_free(a);
    free((double *)a->options.temperature);
    free(a->family);
    free(a->record);
    free(a->ground);
    free(a->energy);
    free(a);
}

static ons_status fill(ons_annealing *a, const double *couplings, const ons_annealing_options *options) {
    double *temperature = ONS_NEW(double, options->temperatures);
    a->options.temperature = temperature;
    a->records = (size_t)options->runs * options->temperatures * SPINS_ANNEALING_RECORDS;
    a->family = ONS_NEW(uint32_t, options->population);
    a->energy = ONS_NEW(double, options->population);
    a->record = ONS_NEW(double, a->records);
    a->ground = ONS_NEW(int8_t, a->graph->sites);
    if (!temperature || !a->family || !a->energy || !a->record || !a->ground) { return ONS_MEMORY; }
    memcpy(temperature, options->temperature, options->temperatures * sizeof *temperature);
    memset(a->ground, 1, a->graph->sites);
    return spins_population_create(a, couplings);
}

static void begin_run(ons_annealing *a) {
    spins_population_start(a);
    spins_population_energies(a);
    for (uint32_t r = 0; r < a->options.population; r++) { a->family[r] = r; }
    a->inverse = a->steps = a->culled = 0;
    a->log_z = a->graph->sites * ons_log(2);
}

ons_status ons_annealing_create(ons_annealing **result, const ons_graph *graph, const double *couplings,
                                const ons_annealing_options *options, ons_random random) {
    *result = NULL;
    if (graph->complete) { return ons_fail(ONS_INVALID, "an annealing needs a list of bonds, not a complete graph"); }
    ons_status status = ons_annealing_check(options);
    if (status) { return status; }
    ons_annealing *a = ONS_NEW(ons_annealing, 1);
    if (!a) { return ONS_MEMORY; }
    a->graph = graph;
    a->options = *options;
    a->random = random;
    a->lowest = DBL_MAX;
    status = fill(a, couplings, options);
    if (status) {
        ons_annealing_free(a);
        return status;
    }
    begin_run(a);
    *result = a;
    return ONS_OK;
}

bool ons_annealing_sliced(const ons_annealing *a) { return a->work->sliced; }

ons_status ons_annealing_refresh(ons_annealing *a) {
    if (a->cursor[0] > a->options.runs || a->cursor[1] >= a->options.temperatures) {
        return ons_fail(ONS_INVALID, "the annealing stands at run %llu, temperature %llu, of %u and %zu",
                        (unsigned long long)a->cursor[0], (unsigned long long)a->cursor[1], a->options.runs,
                        a->options.temperatures);
    }
    for (uint32_t r = 0; r < a->options.population; r++) {
        if (a->family[r] >= a->options.population) {
            return ons_fail(ONS_INVALID, "replica %u is of family %u, of %u", r, a->family[r], a->options.population);
        }
    }
    const ons_status status = spins_population_check(a);
    if (!status) { spins_population_energies(a); }
    return status;
}

/* ---- weights ---- */

static double lowest_energy(const ons_annealing *a, size_t *replica) {
    size_t lowest = 0;
    for (size_t r = 1; r < a->options.population; r++) {
        if (a->energy[r] < a->energy[lowest]) { lowest = r; }
    }
    if (replica) { *replica = lowest; }
    return a->energy[lowest];
}

/* exp(-change (E - lowest)) of all replicas, and their sum. Energies repeat: each place of a small table keeps the
 * weight of the last energy that fell to it. */
static double find_weights(ons_annealing *a, double change, double lowest) {
    spins_annealing_work *work = a->work;
    double sum = 0;
    for (size_t k = 0; k < SPINS_WEIGHTS; k++) { work->known[k] = NAN; }
    for (size_t r = 0; r < a->options.population; r++) {
        uint64_t bits;
        memcpy(&bits, &a->energy[r], sizeof bits);
        const size_t place = (size_t)(bits * UINT64_C(0x9E3779B97F4A7C15) >> 52);
        if (work->known[place] != a->energy[r]) {
            work->known[place] = a->energy[r];
            work->known_weight[place] = ons_exp(-change * (a->energy[r] - lowest));
        }
        sum += work->weight[r] = work->known_weight[place];
    }
    return sum;
}

/* The share of replicas that is expected to be lost. */
static double expected_loss(ons_annealing *a, double change, double lowest) {
    const double population = a->options.population, scale = population / find_weights(a, change, lowest);
    double lost = 0;
    for (size_t r = 0; r < a->options.population; r++) { lost += fmax(0, 1 - scale * a->work->weight[r]); }
    return lost / population;
}

static double next_inverse(ons_annealing *a, double target, double lowest) {
    const double culling = a->options.culling;
    if (culling == 0 || a->options.method == ONS_ANNEALING_SIMULATED) { return target; }
    if (expected_loss(a, target - a->inverse, lowest) <= culling) { return target; }
    double low = a->inverse, high = target;
    for (unsigned k = 0; k < HALVINGS; k++) {
        const double middle = low + (high - low) / 2;
        if (expected_loss(a, middle - a->inverse, lowest) <= culling) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low > a->inverse ? low : high;
}

/* ---- resampling ---- */

/* copies[r] from the weights; replicas without copies are lost. */
static void draw_copies(ons_annealing *a, double sum) {
    const double population = a->options.population, scale = population / sum;
    const double start = ons_random_uniform(&a->random);
    double before = 0, total = 0;
    for (size_t r = 0; r < a->options.population; r++) {
        total += a->work->weight[r];
        const bool last = r + 1 == a->options.population;
        const double now = last ? population : fmin(population, floor(total * scale + start));
        a->work->copies[r] = (uint32_t)(now - before);
        before = now;
    }
}

/* Places of the lost ones are filled with the copies that are too many, both in order. */
static size_t list_copies(ons_annealing *a) {
    spins_annealing_work *work = a->work;
    size_t count = 0, lost = 0;
    for (uint32_t r = 0; r < a->options.population; r++) {
        for (uint32_t copy = 1; copy < work->copies[r]; copy++) { work->from[count++] = r; }
        if (work->copies[r] == 0) { work->to[lost++] = r; }
    }
    for (size_t k = 0; k < count; k++) { a->family[work->to[k]] = a->family[work->from[k]]; }
    return count;
}

static void resample(ons_annealing *a, double inverse, double lowest) {
    const double change = inverse - a->inverse, sum = find_weights(a, change, lowest);
    a->log_z += ons_log(sum / a->options.population) - change * lowest;
    draw_copies(a, sum);
    const size_t count = list_copies(a);
    a->culled += (double)count / a->options.population;
    spins_population_copy(a, count);
}

/* ---- recorded ---- */

static double *record_of(const ons_annealing *a, uint64_t run, size_t k) {
    return a->record + (run * a->options.temperatures + k) * SPINS_ANNEALING_RECORDS;
}

static void record_orders(const ons_annealing *a, double *record) {
    const size_t members = a->options.population;
    const double population = (double)members;
    assert(members > 0);
    const double *m = a->work->magnetization, *q = a->work->overlap;
    for (size_t group = 0; group < a->work->groups; group++) {
        spins_population_magnetizations(a, group, a->work->magnetization);
        spins_population_overlaps(a, group, a->work->overlap);
        for (size_t lane = 0; lane < SPINS_GROUP; lane++) {
            const size_t own = group * SPINS_GROUP + lane;
            const size_t other = (own + members / 2) % members;
            record[SPINS_MAGNETIZATION_ABS] += fabs(m[lane]) / population;
            record[SPINS_MAGNETIZATION_SQUARED] += m[lane] * m[lane] / population;
            record[SPINS_MAGNETIZATION_FOURTH] += m[lane] * m[lane] * m[lane] * m[lane] / population;
            if (a->family[own] == a->family[other]) { continue; }
            record[SPINS_OVERLAP_PAIRS] += 1 / population;
            record[SPINS_OVERLAP_ABS] += fabs(q[lane]) / population;
            record[SPINS_OVERLAP_SQUARED] += q[lane] * q[lane] / population;
            record[SPINS_OVERLAP_FOURTH] += q[lane] * q[lane] * q[lane] * q[lane] / population;
        }
    }
}

/* Sizes of the families in `copies`. */
static void record_families(const ons_annealing *a, double *record) {
    const double population = a->options.population;
    uint32_t *size = a->work->copies;
    memset(size, 0, a->options.population * sizeof *size);
    for (uint32_t r = 0; r < a->options.population; r++) { size[a->family[r]]++; }
    double squares = 0, entropy = 0, families = 0;
    for (uint32_t r = 0; r < a->options.population; r++) {
        if (!size[r]) { continue; }
        const double share = size[r] / population;
        squares += share * share;
        entropy -= share * ons_log(share);
        families++;
    }
    record[SPINS_RHO_T] = population * squares;
    record[SPINS_RHO_S] = population * ons_exp(-entropy);
    record[SPINS_FAMILIES] = families / population;
}

static void record_temperature(ons_annealing *a) {
    double *record = record_of(a, a->cursor[0], (size_t)a->cursor[1]);
    const double population = a->options.population, sites = a->graph->sites;
    memset(record, 0, SPINS_ANNEALING_RECORDS * sizeof *record);
    record[SPINS_LOG_Z] = a->log_z;
    for (size_t r = 0; r < a->options.population; r++) { record[SPINS_ENERGY] += a->energy[r] / sites / population; }
    for (size_t r = 0; r < a->options.population; r++) {
        const double deviation = a->energy[r] / sites - record[SPINS_ENERGY];
        record[SPINS_ENERGY_VARIANCE] += deviation * deviation / population;
    }
    record_orders(a, record);
    record_families(a, record);
    record[SPINS_STEPS] = a->steps;
    record[SPINS_CULLED] = a->culled / a->steps;
    a->steps = a->culled = 0;
}

/* ---- the lowest energy ---- */

static void look_for_ground(ons_annealing *a) {
    size_t replica;
    const double energy = lowest_energy(a, &replica);
    if (energy >= a->lowest) { return; }
    if (energy < a->lowest - SAME * a->work->largest) { a->reached = 0; }
    a->lowest = energy;
    spins_population_read(a, replica, a->ground);
}

static void count_grounds(ons_annealing *a) {
    for (size_t r = 0; r < a->options.population; r++) {
        a->reached += a->energy[r] <= a->lowest + SAME * a->work->largest;
    }
}

/* ---- the step ---- */

static void end_run(ons_annealing *a) {
    if (a->options.method == ONS_ANNEALING_SIMULATED) {
        spins_population_descend(a);
        look_for_ground(a);
    }
    count_grounds(a);
    a->cursor[0]++;
    a->cursor[1] = 0;
    if (a->cursor[0] < a->options.runs) { begin_run(a); }
}

ons_status ons_annealing_advance(ons_annealing *a) {
    if (a->cursor[0] >= a->options.runs) { return ONS_DONE; }
    const double target = 1 / a->options.temperature[a->cursor[1]], lowest = lowest_energy(a, NULL);
    const double inverse = next_inverse(a, target, lowest);
    if (a->options.method == ONS_ANNEALING_POPULATION) { resample(a, inverse, lowest); }
    a->inverse = inverse;
    a->steps++;
    spins_population_tabulate(a);
    for (uint32_t sweep = 0; sweep < a->options.sweeps; sweep++) { spins_population_sweep(a); }
    spins_population_energies(a);
    look_for_ground(a);
    if (inverse != target) { return ONS_OK; }
    record_temperature(a);
    if (++a->cursor[1] == a->options.temperatures) { end_run(a); }
    return a->cursor[0] == a->options.runs ? ONS_DONE : ONS_OK;
}

void ons_annealing_progress(const ons_annealing *a, double *done, double *total) {
    *done = (double)a->cursor[0] * (double)a->options.temperatures + (double)a->cursor[1];
    *total = (double)a->options.runs * (double)a->options.temperatures;
}

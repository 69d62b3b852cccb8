/*
 * The two classical wave functions of a slice, from the initial and from the final boundary, slice by slice.
 *
 * The backward one is kept at every `stride`-th slice; a stretch of it is made again from the next of these when the
 * forward one enters it. Vectors have length 1, their logarithmic scales stand beside them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/step.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ons_evolution {
    const ons_step **step; /* [period] */
    size_t period, states;
    unsigned spins;
    uint64_t slices, slice, stride;
    uint64_t prepared; /* backward steps made; slices: the pass is over */
    double *kept;      /* [slices/stride + 2][states]: backward at slice j stride, the last one at `slices` */
    double *kept_log;  /* their scales */
    double *stretch;   /* [stride][states]: backward at the slices of this stretch */
    double *stretch_log;
    uint64_t stretch_first; /* its first slice; UINT64_MAX: none */
    double *forward, *marked, *scratch, *moving;
    double forward_log, moving_log, growth, overlap;
    bool mark;
};

static uint64_t stride_of(uint64_t slices) {
    uint64_t stride = (uint64_t)sqrt((double)slices);
    while (stride * stride < slices) { stride++; }
    return stride ? stride : 1;
}

static uint64_t kept_of(uint64_t slices) { return slices / stride_of(slices) + 2; }

double ons_evolution_bytes(unsigned spins, uint64_t slices) {
    return ((double)kept_of(slices) + (double)stride_of(slices) + 5) * ldexp(sizeof(double), (int)spins);
}

/* Makes it a unit vector; ln of its length, -INFINITY for zero. */
static double normalise(double *vector, size_t count) {
    double largest = 0, sum = 0;
    for (size_t k = 0; k < count; k++) { largest = fmax(largest, fabs(vector[k])); }
    if (!(largest > 0) || !isfinite(largest)) { return -INFINITY; }
    for (size_t k = 0; k < count; k++) {
        const double part = vector[k] / largest;
        sum += part * part;
    }
    const double length = largest * sqrt(sum);
    for (size_t k = 0; k < count; k++) { vector[k] /= length; }
    return ons_log(length);
}

static const ons_step *step_from(const ons_evolution *e, uint64_t slice) { return e->step[slice % e->period]; }

static ons_status check_steps(const ons_step *const *step, size_t period) {
    for (size_t k = 1; k < period; k++) {
        if (ons_step_spins(step[k]) != ons_step_spins(step[0])) {
            return ons_fail(ONS_INVALID, "all steps of an evolution act on the same spins: step %zu has %u, not %u", k,
                            ons_step_spins(step[k]), ons_step_spins(step[0]));
        }
    }
    return period ? ONS_OK : ons_fail(ONS_INVALID, "an evolution needs at least one step");
}

static bool take_memory(ons_evolution *e) {
    const size_t n = e->states, kept = (size_t)kept_of(e->slices), stride = (size_t)e->stride;
    e->step = ONS_NEW(const ons_step *, e->period);
    e->kept = ons_allocate(kept, n * sizeof(double));
    e->kept_log = ONS_NEW(double, kept);
    e->stretch = ons_allocate(stride, n * sizeof(double));
    e->stretch_log = ONS_NEW(double, stride);
    e->forward = ONS_NEW(double, n);
    e->marked = ONS_NEW(double, n);
    e->scratch = ONS_NEW(double, n);
    e->moving = ONS_NEW(double, n);
    return e->step && e->kept && e->kept_log && e->stretch && e->stretch_log && e->forward && e->marked && e->scratch &&
           e->moving;
}

ons_status ons_evolution_create(ons_evolution **evolution, const ons_step *const *step, size_t period, uint64_t slices,
                                const double *initial, const double *final) {
    *evolution = NULL;
    const ons_status status = check_steps(step, period);
    if (status) { return status; }
    ons_evolution *e = ONS_NEW(ons_evolution, 1);
    if (!e) { return ONS_MEMORY; }
    e->spins = ons_step_spins(step[0]);
    e->states = (size_t)1 << e->spins;
    e->period = period;
    e->slices = slices;
    e->stride = stride_of(slices);
    e->stretch_first = UINT64_MAX;
    if (!take_memory(e)) {
        ons_evolution_free(e);
        return ONS_MEMORY;
    }
    memcpy(e->step, step, period * sizeof(const ons_step *));
    memcpy(e->forward, initial, e->states * sizeof *initial);
    memcpy(e->moving, final, e->states * sizeof *final);
    e->forward_log = normalise(e->forward, e->states);
    e->moving_log = normalise(e->moving, e->states);
    if (!isfinite(e->forward_log) || !isfinite(e->moving_log)) {
        ons_evolution_free(e);
        return ons_fail(ONS_INVALID, "a boundary of an evolution must be finite and not zero everywhere");
    }
    *evolution = e;
    return ONS_OK;
}

void ons_evolution_free(ons_evolution *e) {
    if (!e) { return; }
    free(e->step);
    free(e->kept);
    free(e->kept_log);
    free(e->stretch);
    free(e->stretch_log);
    free(e->forward);
    free(e->marked);
    free(e->scratch);
    free(e->moving);
    free(e);
}

/* ---- the backward pass ---- */

static void keep(ons_evolution *e, uint64_t place, const double *vector, double log) {
    memcpy(e->kept + place * e->states, vector, e->states * sizeof *vector);
    e->kept_log[place] = log;
}

static uint64_t last_place(const ons_evolution *e) { return kept_of(e->slices) - 1; }

static double product(const double *a, const double *b, size_t count) {
    double sum = 0;
    for (size_t k = 0; k < count; k++) { sum += a[k] * b[k]; }
    return sum;
}

/* The backward vector at slices first .. first + stride - 1, from the one kept beyond them. */
static void make_stretch(ons_evolution *e, uint64_t first) {
    const uint64_t beyond = first + e->stride;
    const bool ends = beyond >= e->slices;
    const uint64_t place = ends ? last_place(e) : beyond / e->stride, from = ends ? e->slices : beyond;
    memcpy(e->moving, e->kept + place * e->states, e->states * sizeof(double));
    double log = e->kept_log[place];
    if (from < beyond) {
        memcpy(e->stretch + (from - first) * e->states, e->moving, e->states * sizeof(double));
        e->stretch_log[from - first] = log;
    }
    for (uint64_t slice = from; slice-- > first;) {
        ons_step_backward(step_from(e, slice), e->moving, e->scratch);
        log += normalise(e->moving, e->states);
        memcpy(e->stretch + (slice - first) * e->states, e->moving, e->states * sizeof(double));
        e->stretch_log[slice - first] = log;
    }
    e->stretch_first = first;
}

static ons_status meet(ons_evolution *e) {
    const uint64_t first = e->slice / e->stride * e->stride;
    if (e->stretch_first != first) { make_stretch(e, first); }
    e->overlap = product(e->forward, ons_evolution_backward(e), e->states);
    if (e->overlap > 0) { return ONS_OK; }
    return ons_fail(ONS_FAILED, "the boundaries exclude each other: the partition function vanishes at slice %llu",
                    (unsigned long long)e->slice);
}

ons_status ons_evolution_prepare(ons_evolution *e, bool (*leave)(void *, double, double), void *data) {
    if (e->prepared == 0) { keep(e, last_place(e), e->moving, e->moving_log); }
    while (e->prepared < e->slices) {
        const uint64_t slice = e->slices - 1 - e->prepared;
        ons_step_backward(step_from(e, slice), e->moving, e->scratch);
        const double growth = normalise(e->moving, e->states);
        if (!isfinite(growth)) {
            return ons_fail(ONS_FAILED, "the final boundary cannot be reached from slice %llu",
                            (unsigned long long)slice);
        }
        e->moving_log += growth;
        e->prepared++;
        if (slice % e->stride == 0) { keep(e, slice / e->stride, e->moving, e->moving_log); }
        if (leave && leave(data, (double)e->prepared, (double)e->slices)) { return ONS_STOPPED; }
    }
    return meet(e);
}

ons_status ons_evolution_advance(ons_evolution *e) {
    assert(e->prepared == e->slices);
    if (e->slice == e->slices) { return ONS_DONE; }
    const ons_step *step = step_from(e, e->slice);
    if (e->mark) { ons_step_forward(step, e->marked, e->scratch); }
    ons_step_forward(step, e->forward, e->scratch);
    e->growth = normalise(e->forward, e->states);
    if (!isfinite(e->growth)) {
        return ons_fail(ONS_FAILED, "the initial boundary cannot reach slice %llu", (unsigned long long)e->slice + 1);
    }
    e->forward_log += e->growth;
    if (e->mark) {
        const double factor = ons_exp(-e->growth);
        for (size_t k = 0; k < e->states; k++) { e->marked[k] *= factor; }
    }
    e->slice++;
    return meet(e);
}

/* ---- what a slice shows ---- */

uint64_t ons_evolution_slice(const ons_evolution *e) { return e->slice; }
const double *ons_evolution_forward(const ons_evolution *e) { return e->forward; }
const double *ons_evolution_backward(const ons_evolution *e) {
    return e->stretch + (e->slice - e->stretch_first) * e->states;
}
double ons_evolution_overlap(const ons_evolution *e) { return e->overlap; }
double ons_evolution_growth(const ons_evolution *e) { return e->growth; }

double ons_evolution_log_partition(const ons_evolution *e) {
    return e->forward_log + e->stretch_log[e->slice - e->stretch_first] + ons_log(e->overlap);
}

void ons_evolution_probabilities(const ons_evolution *e, double *probability) {
    const double *backward = ons_evolution_backward(e);
    for (size_t k = 0; k < e->states; k++) { probability[k] = e->forward[k] * backward[k] / e->overlap; }
}

/* sum over the states of s_k a b / overlap, for all k. */
static void weigh_spins(const ons_evolution *e, const double *a, double *means) {
    const double *backward = ons_evolution_backward(e);
    for (unsigned k = 0; k < e->spins; k++) {
        const size_t distance = (size_t)1 << k;
        double up = 0, down = 0;
        for (size_t block = 0; block < e->states; block += 2 * distance) {
            down += product(a + block, backward + block, distance);
            up += product(a + block + distance, backward + block + distance, distance);
        }
        means[k] = (up - down) / e->overlap;
    }
}

void ons_evolution_spins(const ons_evolution *e, double *means) { weigh_spins(e, e->forward, means); }

double ons_evolution_expectation(const ons_evolution *e, const double *operator_matrix) {
    assert(e->spins <= ONS_STEP_DENSE_SPINS);
    const double *backward = ons_evolution_backward(e);
    double sum = 0;
    for (size_t i = 0; i < e->states; i++) {
        sum += backward[i] * product(operator_matrix + i * e->states, e->forward, e->states);
    }
    return sum / e->overlap;
}

void ons_evolution_reduced(const ons_evolution *e, unsigned count, const unsigned *site, double *matrix) {
    assert(count <= ONS_STEP_GATE_SPINS);
    const double *backward = ons_evolution_backward(e);
    const unsigned size = 1U << count;
    uint32_t mask = 0, offset[1 << ONS_STEP_GATE_SPINS] = {0};
    for (unsigned k = 0; k < count; k++) { mask |= 1U << site[k]; }
    for (unsigned i = 0; i < size; i++) {
        for (unsigned k = 0; k < count; k++) { offset[i] |= (i >> k & 1U) << site[k]; }
    }
    memset(matrix, 0, (size_t)size * size * sizeof *matrix);
    uint32_t rest = 0;
    for (size_t k = 0; k < e->states >> count; k++, rest = ((rest | mask) + 1) & ~mask) {
        for (unsigned i = 0; i < size; i++) {
            for (unsigned j = 0; j < size; j++) {
                matrix[i * size + j] += e->forward[rest | offset[i]] * backward[rest | offset[j]] / e->overlap;
            }
        }
    }
}

ons_status ons_evolution_mark(ons_evolution *e, unsigned spin) {
    if (spin >= e->spins) {
        return ons_fail(ONS_INVALID, "there is no spin %u: a slice has spins 0 to %u", spin, e->spins - 1);
    }
    for (size_t k = 0; k < e->states; k++) { e->marked[k] = k >> spin & 1 ? e->forward[k] : -e->forward[k]; }
    e->mark = true;
    return ONS_OK;
}

void ons_evolution_correlations(const ons_evolution *e, double *correlations) {
    assert(e->mark);
    weigh_spins(e, e->marked, correlations);
}

/* ---- histories by their weight ---- */

/* The first state at which the sum of a b exceeds the part `uniform` of its whole. */
static uint32_t draw(const double *a, const double *b, size_t count, double uniform) {
    const double goal = uniform * product(a, b, count);
    double sum = 0;
    uint32_t last = 0;
    for (size_t k = 0; k < count; k++) {
        const double weight = a[k] * b[k];
        if (!(weight > 0)) { continue; }
        last = (uint32_t)k;
        sum += weight;
        if (sum > goal) { break; }
    }
    return last;
}

uint32_t ons_evolution_draw(const ons_evolution *e, double uniform) {
    return draw(e->forward, ons_evolution_backward(e), e->states, uniform);
}

uint32_t ons_evolution_draw_next(ons_evolution *e, uint32_t from, double uniform) {
    assert(e->slice > 0 && from < e->states);
    memset(e->moving, 0, e->states * sizeof(double));
    e->moving[from] = 1;
    ons_step_forward(step_from(e, e->slice - 1), e->moving, e->scratch);
    return draw(e->moving, ons_evolution_backward(e), e->states, uniform);
}

/*
 * Step operators as products of local factors on the 2^M states of a slice.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/step.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 1 << ONS_STEP_GATE_SPINS };

typedef enum factor_kind { FACTOR_GATE, FACTOR_DIAGONAL, FACTOR_SHIFT, FACTOR_JUMP } factor_kind;

/* A gate keeps its matrix [to][from] of 2^count rows, a diagonal its 2^count values, a jump its table. */
typedef struct factor {
    factor_kind kind;
    unsigned count, places, site[ONS_STEP_GATE_SPINS];
    uint32_t mask;            /* of the sites */
    uint32_t offset[LARGEST]; /* the bits of the sites for each index of the matrix */
    double *values;
    uint32_t *target;
} factor;

struct ons_step {
    unsigned spins;
    uint32_t states;
    size_t count, capacity;
    factor *factors;
};

ons_status ons_step_create(ons_step **step, unsigned spins) {
    *step = NULL;
    if (spins < 1 || spins > ONS_STEP_SPINS) {
        return ons_fail(ONS_INVALID, "a step acts on 1 to %d spins, not %u", ONS_STEP_SPINS, spins);
    }
    *step = ONS_NEW(ons_step, 1);
    if (!*step) { return ONS_MEMORY; }
    (*step)->spins = spins;
    (*step)->states = 1U << spins;
    return ONS_OK;
}

void ons_step_free(ons_step *step) {
    if (!step) { return; }
    for (size_t k = 0; k < step->count; k++) {
        free(step->factors[k].values);
        free(step->factors[k].target);
    }
    free(step->factors);
    free(step);
}

unsigned ons_step_spins(const ons_step *step) { return step->spins; }

/* ---- factors are added ---- */

static ons_status add_factor(ons_step *step, const factor *added) {
    void *factors = step->factors;
    const ons_status status = ons_grow(&factors, &step->capacity, step->count + 1, sizeof *step->factors);
    if (status) { return status; }
    step->factors = factors;
    step->factors[step->count++] = *added;
    return ONS_OK;
}

static ons_status place_sites(const ons_step *step, factor *placed, unsigned count, const unsigned *site) {
    if (count < 1 || count > ONS_STEP_GATE_SPINS) {
        return ons_fail(ONS_INVALID, "a gate joins 1 to %d spins, not %u", ONS_STEP_GATE_SPINS, count);
    }
    placed->count = count;
    for (unsigned k = 0; k < count; k++) {
        if (site[k] >= step->spins) {
            return ons_fail(ONS_INVALID, "spin %u of a gate: the step has spins 0 to %u", site[k], step->spins - 1);
        }
        if (placed->mask >> site[k] & 1) { return ons_fail(ONS_INVALID, "spin %u stands twice in a gate", site[k]); }
        placed->mask |= 1U << site[k];
        placed->site[k] = site[k];
    }
    for (unsigned index = 0; index < 1U << count; index++) {
        for (unsigned k = 0; k < count; k++) { placed->offset[index] |= (index >> k & 1U) << site[k]; }
    }
    return ONS_OK;
}

static ons_status add_values(ons_step *step, factor_kind kind, unsigned count, const unsigned *site,
                             const double *values) {
    factor added = {.kind = kind};
    ons_status status = place_sites(step, &added, count, site);
    if (status) { return status; }
    const size_t numbers = kind == FACTOR_GATE ? (size_t)1 << 2 * count : (size_t)1 << count;
    for (size_t k = 0; k < numbers; k++) {
        if (!isfinite(values[k])) { return ons_fail(ONS_INVALID, "number %zu of a gate is not finite", k); }
    }
    added.values = ONS_NEW(double, numbers);
    if (!added.values) { return ONS_MEMORY; }
    memcpy(added.values, values, numbers * sizeof *values);
    status = add_factor(step, &added);
    if (status) { free(added.values); }
    return status;
}

ons_status ons_step_gate(ons_step *step, unsigned count, const unsigned *site, const double *matrix) {
    return add_values(step, FACTOR_GATE, count, site, matrix);
}

ons_status ons_step_diagonal(ons_step *step, unsigned count, const unsigned *site, const double *values) {
    return add_values(step, FACTOR_DIAGONAL, count, site, values);
}

ons_status ons_step_shift(ons_step *step, unsigned places) {
    const factor added = {.kind = FACTOR_SHIFT, .places = places % step->spins};
    return add_factor(step, &added);
}

ons_status ons_step_jump(ons_step *step, const uint32_t *target) {
    for (uint32_t state = 0; state < step->states; state++) {
        if (target[state] >= step->states) {
            return ons_fail(ONS_INVALID, "state %u jumps to %u, beyond the last state %u", state, target[state],
                            step->states - 1);
        }
    }
    factor added = {.kind = FACTOR_JUMP, .target = ONS_NEW(uint32_t, step->states)};
    if (!added.target) { return ONS_MEMORY; }
    memcpy(added.target, target, step->states * sizeof *target);
    const ons_status status = add_factor(step, &added);
    if (status) { free(added.target); }
    return status;
}

/* ---- factors act ---- */

/* One spin: pairs of states that differ in its bit. */
static void turn_one(const double *m, unsigned site, uint32_t states, double *vector) {
    const size_t distance = (size_t)1 << site;
    for (size_t block = 0; block < states; block += 2 * distance) {
        double *restrict down = vector + block, *restrict up = vector + block + distance;
        for (size_t k = 0; k < distance; k++) {
            const double a = down[k], b = up[k];
            down[k] = m[0] * a + m[1] * b;
            up[k] = m[2] * a + m[3] * b;
        }
    }
}

/* The next state in which all bits of `mask` are 0. */
static uint32_t next_outside(uint32_t state, uint32_t mask) { return ((state | mask) + 1) & ~mask; }

static void turn_some(const factor *gate, const double *m, uint32_t states, double *vector) {
    const unsigned size = 1U << gate->count;
    uint32_t rest = 0;
    for (uint32_t k = 0; k < states >> gate->count; k++, rest = next_outside(rest, gate->mask)) {
        double old[LARGEST];
        for (unsigned i = 0; i < size; i++) { old[i] = vector[rest | gate->offset[i]]; }
        for (unsigned i = 0; i < size; i++) {
            double sum = 0;
            for (unsigned j = 0; j < size; j++) { sum += m[i * size + j] * old[j]; }
            vector[rest | gate->offset[i]] = sum;
        }
    }
}

static void turn(const factor *gate, bool transposed, uint32_t states, double *vector) {
    const unsigned size = 1U << gate->count;
    double m[LARGEST * LARGEST];
    for (unsigned i = 0; i < size; i++) {
        for (unsigned j = 0; j < size; j++) {
            m[i * size + j] = gate->values[transposed ? j * size + i : i * size + j];
        }
    }
    if (gate->count == 1) {
        turn_one(m, gate->site[0], states, vector);
    } else {
        turn_some(gate, m, states, vector);
    }
}

static void weigh(const factor *diagonal, uint32_t states, double *vector) {
    const unsigned size = 1U << diagonal->count;
    uint32_t rest = 0;
    for (uint32_t k = 0; k < states >> diagonal->count; k++, rest = next_outside(rest, diagonal->mask)) {
        for (unsigned i = 0; i < size; i++) { vector[rest | diagonal->offset[i]] *= diagonal->values[i]; }
    }
}

static uint32_t rotated(uint32_t state, unsigned places, unsigned spins) {
    const uint32_t all = (uint32_t)(((uint64_t)1 << spins) - 1);
    return places ? (state << places | state >> (spins - places)) & all : state;
}

static void shift(unsigned places, unsigned spins, uint32_t states, double *vector, double *scratch) {
    memcpy(scratch, vector, states * sizeof *vector);
    for (uint32_t state = 0; state < states; state++) { vector[rotated(state, places, spins)] = scratch[state]; }
}

static void jump(const uint32_t *target, bool transposed, uint32_t states, double *vector, double *scratch) {
    memcpy(scratch, vector, states * sizeof *vector);
    if (transposed) {
        for (uint32_t state = 0; state < states; state++) { vector[state] = scratch[target[state]]; }
        return;
    }
    memset(vector, 0, states * sizeof *vector);
    for (uint32_t state = 0; state < states; state++) { vector[target[state]] += scratch[state]; }
}

static void act(const ons_step *step, const factor *one, bool transposed, double *vector, double *scratch) {
    switch (one->kind) {
    case FACTOR_GATE: turn(one, transposed, step->states, vector); break;
    case FACTOR_DIAGONAL: weigh(one, step->states, vector); break;
    case FACTOR_SHIFT:
        shift(transposed && one->places ? step->spins - one->places : one->places, step->spins, step->states, vector,
              scratch);
        break;
    case FACTOR_JUMP: jump(one->target, transposed, step->states, vector, scratch); break;
    }
}

void ons_step_forward(const ons_step *step, double *vector, double *scratch) {
    for (size_t k = 0; k < step->count; k++) { act(step, &step->factors[k], false, vector, scratch); }
}

void ons_step_backward(const ons_step *step, double *vector, double *scratch) {
    for (size_t k = step->count; k-- > 0;) { act(step, &step->factors[k], true, vector, scratch); }
}

/* ---- the whole operator ---- */

ons_status ons_step_matrix(const ons_step *step, double *matrix) {
    if (step->spins > ONS_STEP_DENSE_SPINS) {
        return ons_fail(ONS_INVALID, "a step of %u spins is not written out as a matrix: at most %d", step->spins,
                        ONS_STEP_DENSE_SPINS);
    }
    const size_t n = step->states;
    double *column = ONS_NEW(double, 2 * n);
    if (!column) { return ONS_MEMORY; }
    for (size_t from = 0; from < n; from++) {
        memset(column, 0, n * sizeof *column);
        column[from] = 1;
        ons_step_forward(step, column, column + n);
        for (size_t to = 0; to < n; to++) { matrix[to * n + from] = column[to]; }
    }
    free(column);
    return ONS_OK;
}

static double product(const double *a, const double *b, size_t count) {
    double sum = 0;
    for (size_t k = 0; k < count; k++) { sum += a[k] * b[k]; }
    return sum;
}

static bool make_unit(double *vector, size_t count) {
    const double length = sqrt(product(vector, vector, count));
    if (!(length > 0) || !isfinite(length)) { return false; }
    for (size_t k = 0; k < count; k++) { vector[k] /= length; }
    return true;
}

ons_status ons_step_leading(const ons_step *step, double *vector, double tolerance, uint64_t limit,
                            double *eigenvalue) {
    const size_t n = step->states;
    double *next = ONS_NEW(double, 2 * n);
    if (!next) { return ONS_MEMORY; }
    ons_status status = make_unit(vector, n) ? ONS_OK
                                             : ons_fail(ONS_INVALID, "the power method needs a start that is "
                                                                     "not zero");
    double residual = INFINITY;
    for (uint64_t k = 0; !status && k < limit && residual > tolerance; k++) {
        memcpy(next, vector, n * sizeof *next);
        ons_step_forward(step, next, next + n);
        *eigenvalue = product(vector, next, n);
        double rest = 0;
        for (size_t i = 0; i < n; i++) {
            rest += (next[i] - *eigenvalue * vector[i]) * (next[i] - *eigenvalue * vector[i]);
        }
        residual = sqrt(rest) / fabs(*eigenvalue);
        memcpy(vector, next, n * sizeof *next);
        if (!make_unit(vector, n)) {
            status = ons_fail(ONS_FAILED, "the step takes the start of the power method to zero");
        }
    }
    if (!status && !(residual <= tolerance)) {
        status = ons_fail(ONS_FAILED, "no leading eigenvalue after %llu steps: residual %.3g, asked %.3g",
                          (unsigned long long)limit, residual, tolerance);
    }
    free(next);
    return status;
}

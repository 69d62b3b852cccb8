/*
 * Steps that keep the Poisson structure: symmetric products of motions that are solved exactly, and collocation in the
 * points of Gauss. Hairer, Lubich and Wanner, Geometric Numerical Integration (2006), chapters II, VI, VII and VIII.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "hamiltonian.h"

#include <onsager/dynamics/integrate.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { most_points = 3, most_iterations = 100, longest_product = 7 };

/* A block of ONS_LANES members. */
typedef struct symplectic_block {
    double *z, *rest; /* [dimension][lanes]: the state, and what additions have lost (Kahan 1965) */
    double *p;        /* [parameters][lanes] */
    double *first;    /* [moved of term 0][lanes]: its motion, which its own motion does not change */
    bool known;       /* `first` belongs to z */
} symplectic_block;

struct ons_symplectic {
    const ons_hamiltonian *hamiltonian;
    ons_symplectic_method method;
    double step;
    size_t dimension, members, block_count;
    symplectic_block *blocks;
    double *numbers; /* all that the blocks point to */
    double *work, *motion, *stages, *points;
    uint64_t steps;
};

/* ---- tables ---------------------------------------------------------------------------------------------------------
 */

typedef struct product {
    size_t count;
    double factors[longest_product];
} product;

static const product products[] = {
    [ONS_VERLET] = {1, {1}},
    [ONS_YOSHIDA4] = {3, {1.3512071919596576340, -1.7024143839193152681, 1.3512071919596576340}},
    [ONS_YOSHIDA6] = {7,
                      {0.78451361047755726382, 0.23557321335935813368, -1.1776799841788710069, 1.3151863206839112189,
                       -1.1776799841788710069, 0.23557321335935813368, 0.78451361047755726382}}};

#define ROOT3 1.7320508075688772935
#define ROOT15 3.8729833462074168852

typedef struct collocation {
    size_t count;
    double a[most_points][most_points], b[most_points], c[most_points];
} collocation;

static const collocation collocations[] = {[ONS_GAUSS2] = {1, {{0.5}}, {1}, {0.5}},
                                           [ONS_GAUSS4] = {2,
                                                           {{0.25, 0.25 - ROOT3 / 6}, {0.25 + ROOT3 / 6, 0.25}},
                                                           {0.5, 0.5},
                                                           {0.5 - ROOT3 / 6, 0.5 + ROOT3 / 6}},
                                           [ONS_GAUSS6] = {3,
                                                           {{5.0 / 36, 2.0 / 9 - ROOT15 / 15, 5.0 / 36 - ROOT15 / 30},
                                                            {5.0 / 36 + ROOT15 / 24, 2.0 / 9, 5.0 / 36 - ROOT15 / 24},
                                                            {5.0 / 36 + ROOT15 / 30, 2.0 / 9 + ROOT15 / 15, 5.0 / 36}},
                                                           {5.0 / 18, 4.0 / 9, 5.0 / 18},
                                                           {0.5 - ROOT15 / 10, 0.5, 0.5 + ROOT15 / 10}}};

static bool is_product(ons_symplectic_method method) { return method <= ONS_YOSHIDA6; }

/* ---- life -----------------------------------------------------------------------------------------------------------
 */

static ons_status check(const ons_hamiltonian *hamiltonian, ons_symplectic_method method, double step, size_t members) {
    if (members == 0) { return ons_fail(ONS_INVALID, "an ensemble has at least one member"); }
    if (!isfinite(step) || step == 0) {
        return ons_fail(ONS_INVALID, "a step that is not 0 is expected, not %g", step);
    }
    if (is_product(method) && hamiltonian->term_count == 0) {
        return ons_fail(ONS_INVALID, "the energy is no sum of terms whose variables commute, such as T(p) + V(q): a "
                                     "method of Gauss is expected");
    }
    return ONS_OK;
}

/* [count][lanes], each row a line of the cache. */
static double *rows(size_t count) { return aligned_alloc(64, count * ONS_LANES * sizeof(double)); }

static ons_status take_memory(ons_symplectic *made, size_t parameter_count) {
    const size_t n = made->dimension, block = (3 * n + parameter_count) * ONS_LANES;
    made->numbers = aligned_alloc(64, (made->block_count * block + 1) * 64);
    made->work = rows(made->hamiltonian->work + 1);
    made->motion = rows(n + 1);
    made->stages = rows(most_points * n);
    made->points = rows((most_points + 1) * n);
    made->blocks = ONS_NEW(symplectic_block, made->block_count);
    if (!made->numbers || !made->work || !made->motion || !made->stages || !made->points || !made->blocks) {
        return ONS_MEMORY;
    }
    memset(made->numbers, 0, made->block_count * block * sizeof(double));
    for (size_t b = 0; b < made->block_count; b++) {
        double *from = made->numbers + b * block;
        made->blocks[b] = (symplectic_block){
            .z = from, .rest = from + n * ONS_LANES, .first = from + 2 * n * ONS_LANES, .p = from + 3 * n * ONS_LANES};
    }
    return ONS_OK;
}

ons_status ons_symplectic_create(ons_symplectic **ensemble, const ons_hamiltonian *hamiltonian,
                                 ons_symplectic_method method, double step, size_t members, const double *parameters,
                                 bool same) {
    *ensemble = NULL;
    ons_status status = check(hamiltonian, method, step, members);
    if (status != ONS_OK) { return status; }
    ons_symplectic *made = ONS_NEW(ons_symplectic, 1);
    if (!made) { return ONS_MEMORY; }
    const size_t count = ons_flow_parameters(hamiltonian->flow);
    *made = (ons_symplectic){.hamiltonian = hamiltonian,
                             .method = method,
                             .step = step,
                             .dimension = ons_flow_dimension(hamiltonian->flow),
                             .members = members,
                             .block_count = (members + ONS_LANES - 1) / ONS_LANES};
    status = take_memory(made, count);
    if (status != ONS_OK) {
        ons_symplectic_free(made);
        return status;
    }
    for (size_t m = 0; m < made->block_count * ONS_LANES; m++) { /* lanes without a member: copies of the last one */
        const double *row = parameters + (same ? 0 : (m < members ? m : members - 1) * count);
        for (size_t i = 0; i < count; i++) { made->blocks[m / ONS_LANES].p[i * ONS_LANES + m % ONS_LANES] = row[i]; }
    }
    *ensemble = made;
    return ONS_OK;
}

void ons_symplectic_free(ons_symplectic *old) {
    if (!old) { return; }
    free(old->blocks);
    free(old->numbers);
    free(old->work);
    free(old->motion);
    free(old->stages);
    free(old->points);
    free(old);
}

void ons_symplectic_load(ons_symplectic *ensemble, size_t member, const double *numbers) {
    const size_t n = ensemble->dimension,
                 last = member + 1 == ensemble->members ? ensemble->block_count * ONS_LANES : member + 1;
    for (size_t m = member; m < last; m++) {
        symplectic_block *block = &ensemble->blocks[m / ONS_LANES];
        for (size_t i = 0; i < n; i++) {
            block->z[i * ONS_LANES + m % ONS_LANES] = numbers[i];
            block->rest[i * ONS_LANES + m % ONS_LANES] = numbers[n + i];
        }
        block->known = false;
    }
}

void ons_symplectic_store(const ons_symplectic *ensemble, size_t member, double *numbers) {
    const symplectic_block *block = &ensemble->blocks[member / ONS_LANES];
    const size_t n = ensemble->dimension, lane = member % ONS_LANES;
    for (size_t i = 0; i < n; i++) {
        numbers[i] = block->z[i * ONS_LANES + lane];
        numbers[n + i] = block->rest[i * ONS_LANES + lane];
    }
}

void ons_symplectic_set(ons_symplectic *ensemble, size_t member, const double *z) {
    const size_t n = ensemble->dimension;
    const size_t last = member + 1 == ensemble->members ? ensemble->block_count * ONS_LANES : member + 1;
    for (size_t m = member; m < last; m++) {
        symplectic_block *block = &ensemble->blocks[m / ONS_LANES];
        for (size_t i = 0; i < n; i++) {
            block->z[i * ONS_LANES + m % ONS_LANES] = z[i];
            block->rest[i * ONS_LANES + m % ONS_LANES] = 0;
        }
        block->known = false;
    }
}

void ons_symplectic_get(const ons_symplectic *ensemble, size_t member, double *z) {
    const double *from = ensemble->blocks[member / ONS_LANES].z;
    for (size_t i = 0; i < ensemble->dimension; i++) { z[i] = from[i * ONS_LANES + member % ONS_LANES]; }
}

void ons_symplectic_energy(const ons_symplectic *ensemble, double *energy) {
    double lanes[ONS_LANES];
    for (size_t m = 0; m < ensemble->members; m++) {
        const symplectic_block *block = &ensemble->blocks[m / ONS_LANES];
        if (m % ONS_LANES == 0) {
            ons_hamiltonian_energy(ensemble->hamiltonian, ONS_LANES, block->z, block->p, lanes, ensemble->work);
        }
        energy[m] = lanes[m % ONS_LANES];
    }
}

/* ---- products of exact motions --------------------------------------------------------------------------------------
 */

/* z += factor * change, with what the sum loses kept for the next one. */
static void add(double *z, double *rest, double factor, const double *change) {
    for (size_t l = 0; l < ONS_LANES; l++) {
        const double part = factor * change[l] + rest[l], sum = z[l] + part;
        rest[l] = part - (sum - z[l]);
        z[l] = sum;
    }
}

static void follow(const ons_symplectic *ensemble, symplectic_block *block, size_t which, double time) {
    const dynamics_term *term = &ensemble->hamiltonian->terms[which];
    double *motion = which == 0 ? block->first : ensemble->motion;
    if (which > 0 || !block->known) {
        dynamics_tape_run(&term->motion, ONS_LANES, &(dynamics_inputs){.x = block->z, .p = block->p}, motion,
                          ensemble->work);
    }
    block->known = which == 0;
    for (size_t i = 0; i < term->count; i++) {
        const size_t at = term->moved[i] * ONS_LANES;
        add(block->z + at, block->rest + at, time, motion + i * ONS_LANES);
    }
}

/* exp(h/2 X_1) .. exp(h/2 X_(k-1)) exp(h X_k) exp(h/2 X_(k-1)) .. exp(h/2 X_1) for every factor of the method. */
static void product_step(const ons_symplectic *ensemble, symplectic_block *block) {
    const product *method = &products[ensemble->method];
    const size_t terms = ensemble->hamiltonian->term_count;
    for (size_t s = 0; s < method->count; s++) {
        const double h = method->factors[s] * ensemble->step;
        for (size_t k = 0; k + 1 < terms; k++) { follow(ensemble, block, k, h / 2); }
        follow(ensemble, block, terms - 1, h);
        for (size_t k = terms - 1; k-- > 0;) { follow(ensemble, block, k, h / 2); }
    }
}

/* ---- collocation ----------------------------------------------------------------------------------------------------
 */

/* The stages' distances from z for the derivatives f of the stages: into points[stage][dimension][lanes]; the largest
 * change of a lane's stages in units of the state. A lane that has ended stays as it is. */
static void improve(const ons_symplectic *ensemble, const collocation *method, const symplectic_block *block,
                    const int64_t *ended, double *change) {
    const size_t n = ensemble->dimension, row = n * ONS_LANES;
    double size[ONS_LANES] = {0}, moved[ONS_LANES] = {0};
    for (size_t i = 0; i < n; i++) {
        const double *z = block->z + i * ONS_LANES;
        for (size_t l = 0; l < ONS_LANES; l++) { size[l] = fabs(z[l]) > size[l] ? fabs(z[l]) : size[l]; }
    }
    for (size_t k = 0; k < method->count * row; k += ONS_LANES) {
        const double *stage = ensemble->stages + k % row;
        double *point = ensemble->points + k, sum[ONS_LANES] = {0};
        for (size_t j = 0; j < method->count; j++) {
            const double a = method->a[k / row][j];
            for (size_t l = 0; l < ONS_LANES; l++) { sum[l] += a * stage[j * row + l]; }
        }
        for (size_t l = 0; l < ONS_LANES; l++) {
            const double next = ensemble->step * sum[l], difference = fabs(next - point[l]);
            moved[l] = difference <= moved[l] || isnan(moved[l]) ? moved[l] : difference;
            point[l] = ended[l] ? point[l] : next;
        }
    }
    for (size_t l = 0; l < ONS_LANES; l++) { change[l] = moved[l] / (size[l] > 0 ? size[l] : 1); }
}

static void evaluate(const ons_symplectic *ensemble, const collocation *method, const symplectic_block *block) {
    const size_t row = ensemble->dimension * ONS_LANES;
    double *place = ensemble->points + most_points * row;
    for (size_t s = 0; s < method->count; s++) {
        for (size_t i = 0; i < row; i++) { place[i] = block->z[i] + ensemble->points[s * row + i]; }
        dynamics_tape_run(&ensemble->hamiltonian->flow->value, ONS_LANES, &(dynamics_inputs){.x = place, .p = block->p},
                          ensemble->stages + s * row, ensemble->work);
    }
}

/* Iterates until the stages do not change any more, or change by rounding only: as little as 1e-13 of the state and not
 * less than before. False, with the lane, where they do not come to rest. */
static bool collocation_step(const ons_symplectic *ensemble, symplectic_block *block, size_t *lane) {
    const collocation *method = &collocations[ensemble->method];
    const size_t row = ensemble->dimension * ONS_LANES;
    int64_t ended[ONS_LANES] = {0};
    double change[ONS_LANES], before[ONS_LANES];
    size_t resting = 0;
    memset(ensemble->points, 0, method->count * row * sizeof(double));
    for (size_t l = 0; l < ONS_LANES; l++) { before[l] = INFINITY; }
    for (int iteration = 0; iteration < most_iterations && resting < ONS_LANES; iteration++) {
        evaluate(ensemble, method, block);
        improve(ensemble, method, block, ended, change);
        for (size_t l = 0; l < ONS_LANES; l++) {
            if (!ended[l] && (change[l] == 0 || (change[l] < 1e-13 && change[l] >= before[l]))) {
                ended[l] = 1;
                resting++;
            }
            before[l] = change[l];
        }
    }
    for (*lane = 0; *lane < ONS_LANES && ended[*lane];) { ++*lane; }
    if (*lane < ONS_LANES) { return false; }
    evaluate(ensemble, method, block);
    for (size_t s = 0; s < method->count; s++) {
        for (size_t i = 0; i < ensemble->dimension; i++) {
            add(block->z + i * ONS_LANES, block->rest + i * ONS_LANES, ensemble->step * method->b[s],
                ensemble->stages + s * row + i * ONS_LANES);
        }
    }
    return true;
}

/* ---- going on -------------------------------------------------------------------------------------------------------
 */

static ons_status check_finite(const ons_symplectic *ensemble, size_t b, uint64_t step) {
    for (size_t i = 0; i < ensemble->dimension * ONS_LANES; i++) {
        if (!isfinite(ensemble->blocks[b].z[i])) {
            return ons_fail(ONS_FAILED,
                            "member %zu left all bounds within step %llu: a shorter step is needed, or the "
                            "motion ends there",
                            b * ONS_LANES + i % ONS_LANES, (unsigned long long)step);
        }
    }
    return ONS_OK;
}

static ons_status advance_block(ons_symplectic *ensemble, size_t b, uint64_t count) {
    symplectic_block *block = &ensemble->blocks[b];
    for (uint64_t i = 0; i < count; i++) {
        size_t lane = 0;
        if (is_product(ensemble->method)) {
            product_step(ensemble, block);
        } else if (!collocation_step(ensemble, block, &lane)) {
            return ons_fail(ONS_FAILED,
                            "the implicit equations of member %zu were not solved in step %.0f: a step "
                            "shorter than %g is needed",
                            b * ONS_LANES + lane, (double)(ensemble->steps + i + 1), fabs(ensemble->step));
        }
        const bool look = i % 64 == 63 || i + 1 == count;
        const ons_status status = look ? check_finite(ensemble, b, ensemble->steps + i + 1) : ONS_OK;
        if (status != ONS_OK) { return status; }
    }
    return ONS_OK;
}

ons_status ons_symplectic_advance(ons_symplectic *ensemble, uint64_t count) {
    ons_status status = ONS_OK;
    for (size_t b = 0; b < ensemble->block_count && status == ONS_OK; b++) {
        status = advance_block(ensemble, b, count);
    }
    if (status == ONS_OK) { ensemble->steps += count; }
    return status;
}

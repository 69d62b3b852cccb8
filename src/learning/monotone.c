/*
 * The monotone machine: tiers, kernels and their products, the scaling that keeps I - Phi above the margin.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "monotone.h"

#include "blas.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = MONOTONE_LANES };

const boltzmann_kernels *boltzmann_kernels_here(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd")) {
        return &boltzmann_kernels_v4;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) { return &boltzmann_kernels_v3; }
#endif
    return &boltzmann_kernels_plain;
}

/* ---- the shape ------------------------------------------------------------------------------------------------ */

static ons_status check_tier(const ons_tier *tier, size_t index) {
    if (tier->side < 1 || tier->side > 4096 || tier->channels < 1 || tier->channels > 65536) {
        return ons_fail(ONS_INVALID, "tier %zu has side %zu and %zu channels; expected 1 to 4096 and 1 to 65536", index,
                        tier->side, tier->channels);
    }
    if (tier->states < 2 || tier->states > MONOTONE_STATES) {
        return ons_fail(ONS_INVALID, "a variable of tier %zu has %zu states; expected 2 to %d", index, tier->states,
                        MONOTONE_STATES);
    }
    if (tier->channels % tier->states) {
        return ons_fail(ONS_INVALID, "the %zu channels of tier %zu are no multiple of its %zu states", tier->channels,
                        index, tier->states);
    }
    return ONS_OK;
}

static size_t stride_of(const ons_tier *to, const ons_tier *from) { return (from->side + to->side - 1) / to->side; }

static ons_status check_kernel(const ons_monotone_shape *shape, size_t i, size_t j) {
    const size_t size = shape->kernel[i][j];
    const ons_tier *to = &shape->tier[i], *from = &shape->tier[j];
    if (size == 0 || size == ONS_KERNEL_FULL) { return ONS_OK; }
    if (size % 2 == 0) {
        return ons_fail(ONS_INVALID, "the kernel from tier %zu to tier %zu has the even size %zu; expected an odd one",
                        j, i, size);
    }
    if (from->side < to->side || (from->side - 1) / stride_of(to, from) + 1 != to->side) {
        return ons_fail(ONS_INVALID,
                        "a convolution from tier %zu of side %zu to tier %zu of side %zu has no whole stride", j,
                        from->side, i, to->side);
    }
    return ONS_OK;
}

static ons_status check_shape(const ons_monotone_shape *shape) {
    if (shape->tiers < 1 || shape->tiers > ONS_TIERS) {
        return ons_fail(ONS_INVALID, "a machine has 1 to %d tiers, not %zu", ONS_TIERS, shape->tiers);
    }
    if (!(shape->margin > 0 && shape->margin < 1)) {
        return ons_fail(ONS_INVALID, "the margin m of a monotone machine lies between 0 and 1, not at %g",
                        shape->margin);
    }
    ons_status status = ONS_OK;
    for (size_t i = 0; i < shape->tiers && !status; i++) { status = check_tier(&shape->tier[i], i); }
    for (size_t k = 0; k < shape->tiers * shape->tiers && !status; k++) {
        status = check_kernel(shape, k / shape->tiers, k % shape->tiers);
    }
    return status;
}

static double places_of(const ons_monotone_shape *shape, size_t i, size_t j) {
    const double size = shape->kernel[i][j];
    if (shape->kernel[i][j] != ONS_KERNEL_FULL) { return size * size; }
    return (double)monotone_sites(&shape->tier[i]) * (double)monotone_sites(&shape->tier[j]);
}

static ons_status lay_out(ons_monotone *machine) {
    const ons_monotone_shape *shape = &machine->shape;
    double weights = 0;
    for (size_t i = 0; i < shape->tiers; i++) {
        const ons_tier *tier = &shape->tier[i];
        machine->site_of[i] = machine->sites;
        machine->element_of[i] = machine->elements;
        machine->variable_of[i] = machine->variables;
        machine->sites += monotone_sites(tier);
        machine->elements += monotone_sites(tier) * tier->channels;
        machine->variables += monotone_sites(tier) * tier->channels / tier->states;
        for (size_t j = 0; j < shape->tiers; j++) {
            machine->weight_of[i][j] = (size_t)weights;
            weights += places_of(shape, i, j) * (double)tier->channels * (double)shape->tier[j].channels;
            if (weights > 0x1p31) {
                return ons_fail(ONS_INVALID, "a monotone machine has at most 2^31 weights, not %.3g", weights);
            }
        }
    }
    machine->site_of[shape->tiers] = machine->sites;
    machine->element_of[shape->tiers] = machine->elements;
    machine->variable_of[shape->tiers] = machine->variables;
    machine->weights = (size_t)weights;
    machine->count = machine->weights + machine->elements + monotone_sites(&shape->tier[0]) + 1;
    return ONS_OK;
}

/* ---- the products --------------------------------------------------------------------------------------------- */

/* One pair of sites that a kernel joins: the target at a site of tier i, the source at one of tier j. */
typedef struct junction {
    size_t i, j, to, from, place; /* sites within their tiers; place within the kernel */
} junction;

typedef void (*visit)(void *data, const ons_monotone *machine, const junction *at);

static void visit_convolution(const ons_monotone *machine, junction at, visit each, void *data) {
    const ons_tier *to = &machine->shape.tier[at.i], *from = &machine->shape.tier[at.j];
    const ptrdiff_t size = machine->shape.kernel[at.i][at.j], stride = (ptrdiff_t)stride_of(to, from);
    const ptrdiff_t side = (ptrdiff_t)from->side, target = (ptrdiff_t)to->side;
    for (ptrdiff_t site = 0; site < target * target; site++) {
        for (ptrdiff_t place = 0; place < size * size; place++) {
            const ptrdiff_t y = site / target * stride + place / size - size / 2;
            const ptrdiff_t x = site % target * stride + place % size - size / 2;
            if (y < 0 || y >= side || x < 0 || x >= side) { continue; }
            at.to = (size_t)site;
            at.from = (size_t)(y * side + x);
            at.place = (size_t)place;
            each(data, machine, &at);
        }
    }
}

/* Every pair of joined sites, in a fixed order. */
static void visit_all(const ons_monotone *machine, visit each, void *data) {
    const ons_monotone_shape *shape = &machine->shape;
    for (size_t k = 0; k < shape->tiers * shape->tiers; k++) {
        junction at = {.i = k / shape->tiers, .j = k % shape->tiers};
        if (shape->kernel[at.i][at.j] == 0) { continue; }
        if (shape->kernel[at.i][at.j] != ONS_KERNEL_FULL) {
            visit_convolution(machine, at, each, data);
            continue;
        }
        const size_t sources = monotone_sites(&shape->tier[at.j]);
        for (at.place = 0; at.place < monotone_sites(&shape->tier[at.i]) * sources; at.place++) {
            at.to = at.place / sources;
            at.from = at.place % sources;
            each(data, machine, &at);
        }
    }
}

static void count_junction(void *data, const ons_monotone *machine, const junction *at) {
    ons_monotone *own = data;
    own->forward.start[machine->site_of[at->i] + at->to + 1]++;
    own->backward.start[machine->site_of[at->j] + at->from + 1]++;
}

static size_t matrix_at(const ons_monotone *machine, const junction *at) {
    return machine->weight_of[at->i][at->j] +
           at->place * machine->shape.tier[at->i].channels * machine->shape.tier[at->j].channels;
}

typedef struct filling {
    ons_monotone *machine;
    size_t *forward, *backward; /* next place of each site */
} filling;

static void fill_junction(void *data, const ons_monotone *machine, const junction *at) {
    const filling *f = data;
    const size_t matrix = matrix_at(machine, at);
    const size_t in = machine->shape.tier[at->j].channels, out = machine->shape.tier[at->i].channels;
    f->machine->forward.segment[f->forward[machine->site_of[at->i] + at->to]++] =
        (monotone_segment){(uint32_t)(machine->element_of[at->j] + at->from * in), (uint32_t)in, (uint32_t)matrix};
    f->machine->backward.segment[f->backward[machine->site_of[at->j] + at->from]++] =
        (monotone_segment){(uint32_t)(machine->element_of[at->i] + at->to * out), (uint32_t)out, (uint32_t)matrix};
}

static ons_status connect(ons_monotone *machine) {
    const size_t sites = machine->sites;
    machine->forward.start = ONS_NEW(size_t, sites + 1);
    machine->backward.start = ONS_NEW(size_t, sites + 1);
    if (!machine->forward.start || !machine->backward.start) { return ONS_MEMORY; }
    visit_all(machine, count_junction, machine);
    for (size_t s = 0; s < sites; s++) {
        machine->forward.start[s + 1] += machine->forward.start[s];
        machine->backward.start[s + 1] += machine->backward.start[s];
    }
    machine->forward.segment = ONS_NEW(monotone_segment, machine->forward.start[sites]);
    machine->backward.segment = ONS_NEW(monotone_segment, machine->backward.start[sites]);
    size_t *next = ONS_NEW(size_t, 2 * sites);
    if (!machine->forward.segment || !machine->backward.segment || !next) {
        free(next);
        return ONS_MEMORY;
    }
    memcpy(next, machine->forward.start, sites * sizeof *next);
    memcpy(next + sites, machine->backward.start, sites * sizeof *next);
    visit_all(machine, fill_junction, &(filling){machine, next, next + sites});
    free(next);
    return ONS_OK;
}

static ons_status take_memory(ons_monotone *machine) {
    size_t blocks = 0;
    machine->block_of = ONS_NEW(size_t, machine->variables);
    machine->values = ONS_NEW(double, machine->count);
    machine->turned = ONS_NEW(double, machine->weights);
    machine->scale = ONS_NEW(double, machine->variables);
    machine->top = ONS_NEW(double, machine->variables);
    machine->vector = ONS_NEW(double, machine->elements);
    if (!machine->block_of || !machine->values || !machine->turned || !machine->scale || !machine->top ||
        !machine->vector) {
        return ONS_MEMORY;
    }
    for (size_t v = 0; v < machine->variables; v++) {
        const size_t states = monotone_variable_at(machine, v).states;
        machine->block_of[v] = blocks;
        blocks += states * states;
    }
    machine->gram = ONS_NEW(double, blocks);
    machine->diagonal = ONS_NEW(double, blocks);
    return machine->gram && machine->diagonal ? ONS_OK : ONS_MEMORY;
}

ons_status ons_monotone_create(ons_monotone **machine, const ons_monotone_shape *shape) {
    *machine = NULL;
    ons_status status = check_shape(shape);
    if (status) { return status; }
    ons_monotone *made = ONS_NEW(ons_monotone, 1);
    if (!made) { return ONS_MEMORY; }
    made->shape = *shape;
    made->kernels = boltzmann_kernels_here();
    learning_blas_alone();
    status = lay_out(made);
    if (!status) { status = take_memory(made); }
    if (!status) { status = connect(made); }
    if (status) {
        ons_monotone_free(made);
        return status;
    }
    double *scales = made->values + made->weights + made->elements;
    for (size_t s = 0; s < monotone_sites(&shape->tier[0]); s++) { scales[s] = sqrt(10); }
    made->values[made->count - 1] = sqrt(10);
    *machine = made;
    return ons_monotone_refresh(made);
}

void ons_monotone_free(ons_monotone *machine) {
    if (!machine) { return; }
    free(machine->forward.start);
    free(machine->forward.segment);
    free(machine->backward.start);
    free(machine->backward.segment);
    free(machine->values);
    free(machine->turned);
    free(machine->block_of);
    free(machine->gram);
    free(machine->diagonal);
    free(machine->scale);
    free(machine->top);
    free(machine->vector);
    free(machine);
}

const ons_monotone_shape *ons_monotone_shape_of(const ons_monotone *machine) { return &machine->shape; }
size_t ons_monotone_elements(const ons_monotone *machine) { return machine->elements; }
size_t ons_monotone_variables(const ons_monotone *machine) { return machine->variables; }
size_t ons_monotone_variable_of(const ons_monotone *machine, size_t tier) { return machine->variable_of[tier]; }
size_t ons_monotone_element_of(const ons_monotone *machine, size_t tier) { return machine->element_of[tier]; }
size_t ons_monotone_count(const ons_monotone *machine) { return machine->count; }
size_t ons_monotone_weights(const ons_monotone *machine) { return machine->weights; }
double *ons_monotone_values(ons_monotone *machine) { return machine->values; }

monotone_variable monotone_variable_at(const ons_monotone *machine, size_t variable) {
    size_t tier = 0;
    while (variable >= machine->variable_of[tier + 1]) { tier++; }
    const size_t states = machine->shape.tier[tier].states;
    return (monotone_variable){machine->element_of[tier] + (variable - machine->variable_of[tier]) * states, states};
}

/* ---- weights -------------------------------------------------------------------------------------------------- */

/* A source element is seen by about channels size^2/stride^2 targets of a kernel. */
static double width_of(const ons_monotone *machine, size_t i, size_t j) {
    const ons_tier *to = &machine->shape.tier[i], *from = &machine->shape.tier[j];
    size_t kernels = 0;
    for (size_t k = 0; k < machine->shape.tiers; k++) { kernels += machine->shape.kernel[k][j] != 0; }
    double seen = (double)monotone_sites(to);
    if (machine->shape.kernel[i][j] != ONS_KERNEL_FULL) {
        const double stride = (double)stride_of(to, from), size = machine->shape.kernel[i][j];
        seen = fmax(1, size * size / (stride * stride));
    }
    return sqrt(1 / (seen * (double)to->channels * (double)kernels));
}

void ons_monotone_draw(ons_monotone *machine, double size, ons_random *random) {
    for (size_t i = 0; i < machine->shape.tiers; i++) {
        for (size_t j = 0; j < machine->shape.tiers; j++) {
            const size_t count = (size_t)places_of(&machine->shape, i, j) * machine->shape.tier[i].channels *
                                 machine->shape.tier[j].channels;
            double *weight = machine->values + machine->weight_of[i][j];
            for (size_t k = 0; k < count; k++) {
                weight[k] = size * width_of(machine, i, j) * ons_random_normal(random);
            }
        }
    }
}

static void turn(ons_monotone *machine) {
    for (size_t i = 0; i < machine->shape.tiers; i++) {
        for (size_t j = 0; j < machine->shape.tiers; j++) {
            const size_t in = machine->shape.tier[j].channels, out = machine->shape.tier[i].channels;
            const size_t places = (size_t)places_of(&machine->shape, i, j);
            const double *from = machine->values + machine->weight_of[i][j];
            double *to = machine->turned + machine->weight_of[i][j];
            for (size_t k = 0; k < places * in * out; k++) {
                const size_t place = k / (in * out), c = k / out % in, t = k % out;
                to[place * in * out + t * in + c] = from[k];
            }
        }
    }
}

/* G = sum over the kernels that see the variable of W W', W[channels of the variable][targets]. */
static void sum_gram(ons_monotone *machine, size_t site, size_t channel, size_t states, double *gram) {
    memset(gram, 0, states * states * sizeof *gram);
    for (size_t s = machine->backward.start[site]; s < machine->backward.start[site + 1]; s++) {
        const size_t targets = machine->backward.segment[s].count;
        const double *weight = machine->values + machine->backward.segment[s].matrix + channel * targets;
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)states, (int)targets, 1, weight, (int)targets, 1,
                    gram, (int)states);
    }
    for (size_t a = 0; a < states; a++) {
        for (size_t b = 0; b < a; b++) { gram[a * states + b] = gram[b * states + a]; }
    }
}

/* The scale of a variable, so that its block of A'A is at most 1 - m. */
static ons_status scale_variable(ons_monotone *machine, size_t variable, size_t first, size_t states) {
    const double *gram = machine->gram + machine->block_of[variable];
    double *diagonal = machine->diagonal + machine->block_of[variable];
    double copy[MONOTONE_STATES * MONOTONE_STATES], value[MONOTONE_STATES];
    memcpy(copy, gram, states * states * sizeof *copy);
    for (size_t k = 0; k < states * states; k++) {
        if (!isfinite(gram[k])) { return ons_fail(ONS_FAILED, "weights of the machine are no longer finite"); }
    }
    if (LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'V', 'U', (lapack_int)states, copy, (lapack_int)states, value)) {
        return ons_fail(ONS_FAILED, "the eigenvalues of the Gram matrix of variable %zu were not found", variable);
    }
    const double top = value[states - 1], most = 1 - machine->shape.margin;
    machine->top[variable] = top;
    machine->scale[variable] = top > most ? sqrt(most / top) : 1;
    for (size_t a = 0; a < states; a++) { machine->vector[first + a] = copy[a * states + states - 1]; }
    const double square = machine->scale[variable] * machine->scale[variable];
    for (size_t k = 0; k < states * states; k++) { diagonal[k] = square * gram[k]; }
    return ONS_OK;
}

ons_status ons_monotone_refresh(ons_monotone *machine) {
    turn(machine);
    size_t variable = 0;
    for (size_t tier = 0; tier < machine->shape.tiers; tier++) {
        const size_t states = machine->shape.tier[tier].states, channels = machine->shape.tier[tier].channels;
        for (size_t site = 0; site < monotone_sites(&machine->shape.tier[tier]); site++) {
            for (size_t channel = 0; channel < channels; channel += states, variable++) {
                sum_gram(machine, machine->site_of[tier] + site, channel, states,
                         machine->gram + machine->block_of[variable]);
                const size_t first = machine->element_of[tier] + site * channels + channel;
                const ons_status status = scale_variable(machine, variable, first, states);
                if (status) { return status; }
            }
        }
    }
    return ONS_OK;
}

double ons_monotone_restricted(const ons_monotone *machine) {
    double count = 0;
    for (size_t v = 0; v < machine->variables; v++) { count += machine->scale[v] < 1; }
    return count / (double)machine->variables;
}

/* ---- fields --------------------------------------------------------------------------------------------------- */

static void multiply(const ons_monotone *machine, const monotone_product *product, const double *weights,
                     const double *from, double *to) {
    for (size_t tier = 0; tier < machine->shape.tiers; tier++) {
        const size_t channels = machine->shape.tier[tier].channels;
        for (size_t site = 0; site < monotone_sites(&machine->shape.tier[tier]); site++) {
            const size_t at = machine->site_of[tier] + site, begin = product->start[at];
            machine->kernels->multiply(channels, product->start[at + 1] - begin, product->segment + begin, weights,
                                       from, to + (machine->element_of[tier] + site * channels) * LANES);
        }
    }
}

static void scale_elements(const ons_monotone *machine, const double *z, double *out) {
    for (size_t v = 0; v < machine->variables; v++) {
        const monotone_variable at = monotone_variable_at(machine, v);
        for (size_t k = at.first * LANES; k < (at.first + at.states) * LANES; k++) {
            out[k] = machine->scale[v] * z[k];
        }
    }
}

void ons_monotone_fields(const ons_monotone *machine, ons_monotone_work *work, const double *z, bool bias, double *h) {
    scale_elements(machine, z, work->scaled);
    multiply(machine, &machine->forward, machine->values, work->scaled, work->image);
    multiply(machine, &machine->backward, machine->turned, work->image, work->back);
    for (size_t v = 0; v < machine->variables; v++) {
        const monotone_variable at = monotone_variable_at(machine, v);
        machine->kernels->diagonal(at.states, machine->diagonal + machine->block_of[v], machine->scale[v],
                                   z + at.first * LANES, work->back + at.first * LANES, h + at.first * LANES);
    }
    const double *b = machine->values + machine->weights;
    for (size_t e = 0; bias && e < machine->elements; e++) {
        for (size_t lane = 0; lane < LANES; lane++) { h[e * LANES + lane] += b[e]; }
    }
}

ons_status ons_monotone_matrix(const ons_monotone *machine, double *couplings) {
    const size_t n = machine->elements;
    ons_monotone_work *work;
    ons_status status = ons_monotone_work_create(&work, machine, 0);
    for (size_t first = 0; first < n && !status; first += LANES) {
        memset(work->next, 0, n * LANES * sizeof *work->next);
        for (size_t k = first; k < n && k < first + LANES; k++) { work->next[k * LANES + k - first] = 1; }
        ons_monotone_fields(machine, work, work->next, false, work->field);
        for (size_t k = first; k < n && k < first + LANES; k++) {
            for (size_t e = 0; e < n; e++) { couplings[e * n + k] = work->field[e * LANES + k - first]; }
        }
    }
    ons_monotone_work_free(work);
    return status;
}

ons_status ons_monotone_spectrum(const ons_monotone *machine, double *eigenvalues) {
    const size_t n = machine->elements;
    if (n > 4096) { return ons_fail(ONS_INVALID, "the spectrum of a machine of %zu elements; at most 4096", n); }
    double *matrix = ONS_NEW(double, n *n);
    if (!matrix) { return ONS_MEMORY; }
    ons_status status = ons_monotone_matrix(machine, matrix);
    for (size_t k = 0; k < n * n; k++) { matrix[k] = (k / n == k % n ? 1 : 0) - matrix[k]; }
    if (!status && LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'N', 'U', (lapack_int)n, matrix, (lapack_int)n, eigenvalues)) {
        status = ons_fail(ONS_FAILED, "LAPACK did not find the eigenvalues of I - Phi");
    }
    free(matrix);
    return status;
}

/*
 * Operations carried out one by one on whole tensors: what the faster ways are held against, and what they leave to it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program.h"

#include <assert.h>
#include <lapacke.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024, MOST_ARGUMENTS = 3 };

/* Strides, in numbers, with which a tensor of shape `from` is read as one of shape `to` (0 where it is repeated). */
static void strides_in(ons_shape from, ons_shape to, int64_t *stride) {
    int64_t step = 1;
    for (int i = to.dimensions - 1; i >= 0; i--) {
        const int j = i - to.dimensions + from.dimensions;
        stride[i] = j < 0 || from.size[j] == 1 ? 0 : step;
        if (j >= 0) { step *= from.size[j]; }
    }
}

/* ---- elements ---------------------------------------------------------------------------------------------------- */

typedef struct elementwise {
    element_kernel *kernel;
    const learning_kernels *kernels;
    ons_shape shape;
    int64_t stride[MOST_ARGUMENTS][ONS_TENSOR_DIMENSIONS];
    int64_t runs, inner; /* numbers in a run in which each argument is contiguous or one number */
    int outer;           /* dimensions before it */
    bool single[MOST_ARGUMENTS];
    int arguments;
    size_t size;
    double number;
} elementwise;

/* How many of the last dimensions go together in one run. */
static void find_run(elementwise *e) {
    e->inner = 1;
    e->outer = e->shape.dimensions;
    bool fixed = false;
    while (e->outer > 0) {
        const int d = e->outer - 1;
        if (e->shape.size[d] > 1) {
            bool fits = true;
            for (int a = 0; a < e->arguments; a++) {
                const bool repeats = e->stride[a][d] == 0;
                fits &= fixed ? repeats == e->single[a] && (repeats || e->stride[a][d] == e->inner)
                              : repeats || e->stride[a][d] == 1;
            }
            if (!fits) { break; }
            for (int a = 0; a < e->arguments && !fixed; a++) { e->single[a] = e->stride[a][d] == 0; }
            fixed = true;
            e->inner *= e->shape.size[d];
        }
        e->outer--;
    }
    for (int a = 0; a < e->arguments && !fixed; a++) { e->single[a] = true; }
}

static double number_at(const void *at, size_t size) {
    assert(at);
    return size == 4 ? (double)*(const float *)at : *(const double *)at;
}

static void run_elements(const elementwise *e, char *out, const char *const *in) {
    double filled[MOST_ARGUMENTS][BLOCK];
    assert(e->arguments <= MOST_ARGUMENTS);
    for (int64_t first = 0; first < e->inner; first += BLOCK) {
        const size_t n = (size_t)(e->inner - first < BLOCK ? e->inner - first : BLOCK);
        const void *at[MOST_ARGUMENTS] = {NULL, NULL, NULL};
        for (int a = 0; a < e->arguments; a++) {
            if (e->single[a]) {
                if (first == 0) { e->kernels->fill(n, filled[a], number_at(in[a], e->size)); }
                at[a] = filled[a];
            } else {
                at[a] = in[a] + (size_t)first * e->size;
            }
        }
        e->kernel(n, out + (size_t)first * e->size, at[0], at[1], at[2], e->number);
    }
}

/* What can be known before a run: strides and runs. */
ons_status plain_prepare(const ons_program *p, value *v) {
    if (!is_element(v->what.op)) { return ONS_OK; }
    elementwise *e = ONS_NEW(elementwise, 1);
    if (!e) { return ONS_MEMORY; }
    *e = (elementwise){.kernels = learning_kernels_here(v->what.type),
                       .shape = v->what.shape,
                       .arguments = v->what.inputs,
                       .size = learning_type_size(v->what.type),
                       .number = v->what.number};
    e->kernel = e->kernels->element[v->what.op];
    for (int a = 0; a < e->arguments; a++) { strides_in(p->values[v->in[a]].what.shape, e->shape, e->stride[a]); }
    find_run(e);
    e->runs = ons_shape_count(e->shape) / e->inner;
    free(v->ready);
    v->ready = e;
    return ONS_OK;
}

static void elements(const value *v, const char *const *in) {
    const elementwise *e = v->ready;
    if (e->runs == 1) {
        run_elements(e, v->data, in);
        return;
    }
    const int arguments = e->arguments;
    assert(arguments <= MOST_ARGUMENTS);
    int64_t counter[ONS_TENSOR_DIMENSIONS] = {0}, at[MOST_ARGUMENTS] = {0, 0, 0};
    for (int64_t r = 0; r < e->runs; r++) {
        const char *from[MOST_ARGUMENTS] = {NULL, NULL, NULL};
        for (int a = 0; a < arguments; a++) { from[a] = in[a] + (size_t)at[a] * e->size; }
        run_elements(e, (char *)v->data + (size_t)(r * e->inner) * e->size, from);
        for (int d = e->outer - 1; d >= 0; d--) {
            for (int a = 0; a < arguments; a++) { at[a] += e->stride[a][d]; }
            if (++counter[d] < e->shape.size[d]) { break; }
            for (int a = 0; a < arguments; a++) { at[a] -= e->stride[a][d] * e->shape.size[d]; }
            counter[d] = 0;
        }
    }
}

/* ---- moving ------------------------------------------------------------------------------------------------------ */

/* Copies a box of `shape`: element (i...) from from + sum i from_stride to to + sum i to_stride; adds when `add`. */
typedef struct box {
    ons_shape shape;
    int64_t from[ONS_TENSOR_DIMENSIONS], to[ONS_TENSOR_DIMENSIONS];
    size_t size;
    bool real, add;
} box;

static void move_line(const box *b, char *to, const char *from, int64_t n, int64_t to_step, int64_t from_step) {
    assert(to && from);
    if (b->add) {
        for (int64_t i = 0; i < n; i++) {
            if (b->size == 4) {
                ((float *)to)[i * to_step] += ((const float *)from)[i * from_step];
            } else {
                ((double *)to)[i * to_step] += ((const double *)from)[i * from_step];
            }
        }
    } else if (to_step == 1 && from_step == 1) {
        memcpy(to, from, (size_t)n * b->size);
    } else if (b->size == 4) {
        for (int64_t i = 0; i < n; i++) { ((uint32_t *)to)[i * to_step] = ((const uint32_t *)from)[i * from_step]; }
    } else {
        for (int64_t i = 0; i < n; i++) { ((uint64_t *)to)[i * to_step] = ((const uint64_t *)from)[i * from_step]; }
    }
}

static void move_box(const box *b, char *to, const char *from) {
    const int last = b->shape.dimensions - 1;
    const int64_t n = last < 0 ? 1 : b->shape.size[last], lines = ons_shape_count(b->shape) / n;
    int64_t counter[ONS_TENSOR_DIMENSIONS] = {0}, t = 0, f = 0;
    for (int64_t line = 0; line < lines; line++) {
        move_line(b, to + t * (int64_t)b->size, from + f * (int64_t)b->size, n, last < 0 ? 1 : b->to[last],
                  last < 0 ? 1 : b->from[last]);
        for (int d = last - 1; d >= 0; d--) {
            t += b->to[d];
            f += b->from[d];
            if (++counter[d] < b->shape.size[d]) { break; }
            t -= b->to[d] * b->shape.size[d];
            f -= b->from[d] * b->shape.size[d];
            counter[d] = 0;
        }
    }
}

static void move_permuted(const value *v, const value *a, const char *from) {
    box b = {.shape = v->what.shape, .size = learning_type_size(v->what.type)};
    int64_t stride[ONS_TENSOR_DIMENSIONS];
    strides_in(a->what.shape, a->what.shape, stride);
    strides_in(b.shape, b.shape, b.to);
    for (int i = 0; i < b.shape.dimensions; i++) { b.from[i] = stride[v->what.attribute[i]]; }
    move_box(&b, v->data, from);
}

static void move_strided(const value *v, const value *a, const char *from) {
    const int64_t *at = v->what.attribute;
    box b = {.shape = v->what.shape, .size = learning_type_size(v->what.type)};
    const int axis = (int)at[0];
    char *to = v->data;
    strides_in(b.shape, b.shape, b.to);
    strides_in(a->what.shape, v->what.op == BROADCAST ? b.shape : a->what.shape, b.from);
    switch (v->what.op) {
    case SLICE:
        from += (size_t)(at[1] * b.from[axis]) * b.size;
        b.from[axis] *= at[3];
        break;
    case REVERSE:
        from += (size_t)((b.shape.size[axis] - 1) * b.from[axis]) * b.size;
        b.from[axis] = -b.from[axis];
        break;
    case PAD:
        memset(to, 0, v->bytes);
        to += (size_t)(at[1] * b.to[axis]) * b.size;
        b.to[axis] *= at[3];
        b.shape = a->what.shape;
        break;
    default: break; /* BROADCAST */
    }
    move_box(&b, to, from);
}

static void move_parts(const ons_program *p, const value *v) {
    const int axis = (int)v->what.attribute[0];
    int64_t stride[ONS_TENSOR_DIMENSIONS], at = 0;
    strides_in(v->what.shape, v->what.shape, stride);
    for (int i = 0; i < v->what.inputs; i++) {
        const value *a = &p->values[v->in[i]];
        box b = {.shape = a->what.shape, .size = learning_type_size(v->what.type)};
        char *to = (char *)v->data + (size_t)(at * stride[axis]) * b.size;
        memcpy(b.to, stride, sizeof b.to);
        strides_in(b.shape, b.shape, b.from);
        if (a->data != to) { move_box(&b, to, a->data); }
        at += a->what.shape.size[axis];
    }
}

/* Windows: the last axis of the windows runs through a window, `axis` over windows. */
static void move_windows(const value *v, const value *a, const char *from) {
    const int64_t *at = v->what.attribute;
    const bool folds = v->what.op == FOLD;
    const value *windows = folds ? a : v, *line = folds ? v : a;
    box b = {.shape = windows->what.shape, .size = learning_type_size(v->what.type), .add = folds};
    int64_t stride[ONS_TENSOR_DIMENSIONS] = {0}, *into = folds ? b.to : b.from;
    strides_in(line->what.shape, line->what.shape, stride);
    strides_in(b.shape, b.shape, folds ? b.from : b.to);
    const int last = b.shape.dimensions - 1, axis = (int)at[0];
    for (int i = 0; i < last; i++) { into[i] = i == axis ? stride[i] * at[2] : stride[i]; }
    into[last] = stride[axis] * at[3];
    if (folds) { memset(v->data, 0, v->bytes); }
    move_box(&b, v->data, from);
}

/* ---- sums and recurrences ---------------------------------------------------------------------------------------- */

/* Reduced axes that lie together at the end go in one run; the others one after another, in order. */
static void reduce(const value *v, const value *a, const char *from) {
    const learning_kernels *kernels = learning_kernels_here(v->what.type);
    const unsigned axes = (unsigned)v->what.attribute[0];
    const size_t size = learning_type_size(v->what.type);
    const ons_shape shape = a->what.shape;
    int64_t run = 1, inner = 1, to_stride[ONS_TENSOR_DIMENSIONS];
    int d = shape.dimensions;
    while (d > 0 && (axes >> (d - 1) & 1 || shape.size[d - 1] == 1)) { run *= shape.size[--d]; }
    if (run == 1) {
        while (d > 0 && !(axes >> (d - 1) & 1)) { inner *= shape.size[--d]; }
    }
    strides_in(v->what.shape, shape, to_stride);
    int64_t counter[ONS_TENSOR_DIMENSIONS] = {0}, at = 0;
    const int64_t lines = ons_shape_count(shape) / (run * inner);
    kernels->fill((size_t)ons_shape_count(v->what.shape), v->data, v->what.op == SUM ? 0 : -__builtin_inf());
    for (int64_t line = 0; line < lines; line++, from += (size_t)(run * inner) * size) {
        char *to = (char *)v->data + (size_t)at * size;
        if (run > 1 || inner == 1) {
            double part[1];
            double found = v->what.op == SUM ? kernels->sum((size_t)run, from) : kernels->largest((size_t)run, from);
            kernels->fill(1, part, found);
            kernels->element[v->what.op == SUM ? ADD : MAXIMUM](1, to, to, part, NULL, 0);
        } else {
            kernels->element[v->what.op == SUM ? ADD : MAXIMUM]((size_t)inner, to, to, from, NULL, 0);
        }
        for (int i = d - 1; i >= 0; i--) {
            at += to_stride[i];
            if (++counter[i] < shape.size[i]) { break; }
            at -= to_stride[i] * shape.size[i];
            counter[i] = 0;
        }
    }
}

static void recur(const ons_program *p, const value *v) {
    const learning_kernels *kernels = learning_kernels_here(v->what.type);
    const bool scans = v->what.op == SCAN;
    const char *a = scans ? p->values[v->in[0]].data : NULL, *b = p->values[v->in[scans ? 1 : 0]].data;
    const int axis = (int)v->what.attribute[0];
    const size_t size = learning_type_size(v->what.type);
    int64_t outer = 1, inner = 1;
    for (int i = 0; i < axis; i++) { outer *= v->what.shape.size[i]; }
    for (int i = axis + 1; i < v->what.shape.dimensions; i++) { inner *= v->what.shape.size[i]; }
    const int64_t n = v->what.shape.size[axis];
    for (int64_t o = 0; o < outer; o++) {
        for (int64_t step = 0; step < n; step++) {
            const int64_t i = v->what.attribute[1] ? n - 1 - step : step, before = v->what.attribute[1] ? i + 1 : i - 1;
            const size_t at = (size_t)((o * n + i) * inner) * size;
            char *out = (char *)v->data + at, *last = (char *)v->data + (size_t)((o * n + before) * inner) * size;
            if (step == 0) {
                memcpy(out, b + at, (size_t)inner * size);
            } else if (scans) {
                kernels->element[MULTIPLY]((size_t)inner, out, a + at, last, NULL, 0);
                kernels->element[ADD]((size_t)inner, out, out, b + at, NULL, 0);
            } else {
                kernels->element[ADD]((size_t)inner, out, last, b + at, NULL, 0);
            }
        }
    }
}

/* ---- matrices ---------------------------------------------------------------------------------------------------- */

static void multiply(const ons_program *p, const value *v) {
    const value *a = &p->values[v->in[0]], *b = &p->values[v->in[1]];
    const learning_kernels *kernels = learning_kernels_here(v->what.type);
    const size_t size = learning_type_size(v->what.type);
    const ons_shape out = v->what.shape, left = a->what.shape, right = b->what.shape;
    const bool ta = v->what.attribute[0] & ONS_TRANSPOSE_A, tb = v->what.attribute[0] & ONS_TRANSPOSE_B;
    const int64_t n = out.size[out.dimensions - 2], m = out.size[out.dimensions - 1];
    const int64_t k = left.size[left.dimensions - (ta ? 2 : 1)], a_line = left.size[left.dimensions - 1];
    const int64_t b_line = right.size[right.dimensions - 1];
    ons_shape batch = out, left_batch = left, right_batch = right;
    batch.dimensions -= 2;
    left_batch.dimensions -= 2;
    right_batch.dimensions -= 2;
    int64_t sa[ONS_TENSOR_DIMENSIONS], sb[ONS_TENSOR_DIMENSIONS], counter[ONS_TENSOR_DIMENSIONS] = {0}, ia = 0, ib = 0;
    strides_in(left_batch, batch, sa);
    strides_in(right_batch, batch, sb);
    const int64_t products = ons_shape_count(batch);
    for (int64_t i = 0; i < products; i++) {
        kernels->product(n, m, k, (char *)a->data + (size_t)(ia * n * k) * size, ta ? 1 : a_line, ta ? a_line : 1,
                         (char *)b->data + (size_t)(ib * k * m) * size, tb ? 1 : b_line, tb ? b_line : 1,
                         (char *)v->data + (size_t)(i * n * m) * size, m, v->add, p->scratch);
        for (int d = batch.dimensions - 1; d >= 0; d--) {
            ia += sa[d];
            ib += sb[d];
            if (++counter[d] < batch.size[d]) { break; }
            ia -= sa[d] * batch.size[d];
            ib -= sb[d] * batch.size[d];
            counter[d] = 0;
        }
    }
}

/* LAPACK overwrites the matrix: it works on a copy, which lies behind the result. */
static void solve(const ons_program *p, const value *v) {
    const value *a = &p->values[v->in[0]], *b = &p->values[v->in[1]];
    const size_t size = learning_type_size(v->what.type);
    const ons_shape shape = v->what.shape;
    const int n = (int)shape.size[shape.dimensions - 2], m = (int)shape.size[shape.dimensions - 1];
    const int64_t products = ons_shape_count(shape) / ((int64_t)n * m);
    char *copy = v->own;
    lapack_int *pivots = (lapack_int *)(copy + (size_t)n * (size_t)n * size);
    memcpy(v->data, b->data, v->bytes);
    for (int64_t i = 0; i < products; i++) {
        memcpy(copy, (char *)a->data + (size_t)i * (size_t)n * (size_t)n * size, (size_t)n * (size_t)n * size);
        char *x = (char *)v->data + (size_t)i * (size_t)n * (size_t)m * size, how = v->what.attribute[0] ? 'T' : 'N';
        int broken;
        if (size == 4) {
            broken = LAPACKE_sgetrf(LAPACK_ROW_MAJOR, n, n, (float *)copy, n, pivots);
            if (!broken) { LAPACKE_sgetrs(LAPACK_ROW_MAJOR, how, n, m, (float *)copy, n, pivots, (float *)x, m); }
        } else {
            broken = LAPACKE_dgetrf(LAPACK_ROW_MAJOR, n, n, (double *)copy, n, pivots);
            if (!broken) { LAPACKE_dgetrs(LAPACK_ROW_MAJOR, how, n, m, (double *)copy, n, pivots, (double *)x, m); }
        }
        if (broken) { learning_kernels_here(v->what.type)->fill((size_t)n * (size_t)m, x, __builtin_nan("")); }
    }
}

/* ---- by index ---------------------------------------------------------------------------------------------------- */

static bool outside(ons_program *p, const value *v, int64_t index, int64_t rows) {
    if (index >= 0 && index < rows) { return false; }
    p->bad_index = index;
    p->bad_value = (int32_t)(v - p->values);
    return true;
}

static bool by_index(ons_program *p, const value *v) {
    const bool gathers = v->what.op == GATHER;
    const value *a = &p->values[v->in[0]], *index = &p->values[v->in[1]];
    const int32_t *at = index->data;
    const int64_t count = ons_shape_count(index->what.shape), rows = (gathers ? a : v)->what.shape.size[0];
    const size_t row = (gathers ? a : v)->bytes / (size_t)rows, numbers = row / learning_type_size(v->what.type);
    if (!gathers) { memset(v->data, 0, v->bytes); }
    for (int64_t i = 0; i < count; i++) {
        if (outside(p, v, at[i], rows)) { return false; }
        if (gathers) {
            memcpy((char *)v->data + (size_t)i * row, (char *)a->data + (size_t)at[i] * row, row);
        } else {
            learning_kernels_here(v->what.type)
                ->accumulate(numbers, (char *)v->data + (size_t)at[i] * row, (char *)a->data + (size_t)i * row);
        }
    }
    return true;
}

static bool one_hot(ons_program *p, const value *v) {
    const value *index = &p->values[v->in[0]];
    const int32_t *at = index->data;
    const int64_t count = ons_shape_count(index->what.shape),
                  columns = v->what.shape.size[v->what.shape.dimensions - 1];
    memset(v->data, 0, v->bytes);
    for (int64_t i = 0; i < count; i++) {
        if (outside(p, v, at[i], columns)) { return false; }
        if (v->what.type == ONS_FLOAT) {
            ((float *)v->data)[i * columns + at[i]] = 1;
        } else {
            ((double *)v->data)[i * columns + at[i]] = 1;
        }
    }
    return true;
}

static void convert(const value *v, const value *a) {
    const int64_t n = ons_shape_count(v->what.shape);
    for (int64_t i = 0; i < n; i++) {
        const double x = a->what.type == ONS_INDEX
                             ? (double)((const int32_t *)a->data)[i]
                             : number_at((const char *)a->data + (size_t)i * learning_type_size(a->what.type),
                                         learning_type_size(a->what.type));
        if (v->what.type == ONS_FLOAT) {
            ((float *)v->data)[i] = (float)x;
        } else {
            ((double *)v->data)[i] = x;
        }
    }
}

/* ---- one of them ------------------------------------------------------------------------------------------------- */

static bool run_other(ons_program *p, value *v, const value *a, const char *from) {
    switch (v->what.op) {
    case CONVERT: convert(v, a); return true;
    case PERMUTE: move_permuted(v, a, from); return true;
    case BROADCAST:
    case SLICE:
    case PAD:
    case REVERSE: move_strided(v, a, from); return true;
    case CONCATENATE: move_parts(p, v); return true;
    case SUM:
    case LARGEST: reduce(v, a, from); return true;
    case CUMULATE:
    case SCAN: recur(p, v); return true;
    case MATMUL: multiply(p, v); return true;
    case SOLVE: solve(p, v); return true;
    case GATHER:
    case SCATTER: return by_index(p, v);
    case ONE_HOT: return one_hot(p, v);
    case UNFOLD:
    case FOLD: move_windows(v, a, from); return true;
    default: /* the same numbers, elsewhere: STOP, TAP, RESHAPE, IMPLICIT */
        if (v->data != a->data) { memcpy(v->data, a->data, v->bytes); }
        return true;
    }
}

bool program_run_value(ons_program *p, int32_t index) {
    value *v = &p->values[index];
    if (v->what.inputs == 0 || v->view || (v->place != IN_ARENA && v->what.op != MATMUL)) {
        if (v->place != IN_OWN || v->what.op != TAP) { return true; }
        if (!v->bound) { memcpy(v->own, p->values[v->in[0]].data, v->bytes); }
        return true;
    }
    const char *in[3] = {NULL, NULL, NULL};
    for (int i = 0; i < v->what.inputs && i < 3; i++) { in[i] = p->values[v->in[i]].data; }
    if (is_element(v->what.op)) {
        elements(v, in);
        return true;
    }
    return run_other(p, v, &p->values[v->in[0]], in[0]);
}

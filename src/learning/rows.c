/*
 * Which operations treat the rows of a batch apart, and where the rows lie in their results.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "rows.h"

static const rows nowhere = {-1, 1, 1};
static const row_rule whole = {WHOLE, {-1, 1, 1}, {{-1, 1, 1}, {-1, 1, 1}, {-1, 1, 1}}};

ons_shape rows_shape(ons_shape shape, rows where, int64_t count, int64_t tile) {
    if (where.axis >= 0) { shape.size[where.axis] = shape.size[where.axis] / count * tile; }
    return shape;
}

int64_t rows_outer(ons_shape shape, rows where) {
    int64_t outer = where.before;
    for (int i = 0; i < where.axis; i++) { outer *= shape.size[i]; }
    return outer;
}

int64_t rows_inner(ons_shape shape, rows where) {
    int64_t inner = where.after;
    for (int i = where.axis + 1; i < shape.dimensions; i++) { inner *= shape.size[i]; }
    return inner;
}

static bool same_rows(rows a, rows b) {
    return a.axis == b.axis && (a.axis < 0 || (a.before == b.before && a.after == b.after));
}

typedef struct look {
    const ons_program *p;
    const row_rule *rules;
    const value *v;
    int64_t count;
} look;

static ons_shape shape_in(const look *l, int j) { return l->p->values[l->v->in[j]].what.shape; }
static rows rows_in(const look *l, int j) {
    const row_rule *r = &l->rules[l->v->in[j]];
    return r->kind == BY_ROWS ? r->out : nowhere;
}

/* Input j of an operation that broadcasts, when the rows of the result are `out`: its rows, or none because it is
 * repeated; false when it does not fit. */
static bool aligned_rows(const look *l, int j, rows out, rows *in) {
    const ons_shape shape = shape_in(l, j), result = l->v->what.shape;
    const int axis = out.axis - result.dimensions + shape.dimensions;
    const rows is = rows_in(l, j);
    *in = nowhere;
    if (axis >= 0 && shape.size[axis] != 1) {
        if (shape.size[axis] != result.size[out.axis]) { return false; }
        *in = (rows){axis, out.before, out.after};
    }
    return is.axis < 0 || same_rows(is, *in);
}

static row_rule by_alignment(const look *l, rows out) {
    row_rule rule = {BY_ROWS, out, {nowhere, nowhere, nowhere}};
    for (int j = 0; j < l->v->what.inputs; j++) {
        rows in;
        if (!aligned_rows(l, j, out, &in)) { return whole; }
        if (j < 3) { rule.in[j] = in; }
    }
    return rule;
}

/* The rows of the first input that has any, where they stand in the result when shapes are aligned at the right. */
static rows first_rows(const look *l) {
    for (int j = 0; j < l->v->what.inputs; j++) {
        rows in = rows_in(l, j);
        if (in.axis < 0) { continue; }
        in.axis += l->v->what.shape.dimensions - shape_in(l, j).dimensions;
        return in;
    }
    return nowhere;
}

static row_rule reshaped(const look *l) {
    const rows in = rows_in(l, 0);
    const ons_shape from = shape_in(l, 0), to = l->v->what.shape;
    const int64_t outer = rows_outer(from, in);
    int64_t before = 1;
    for (int d = 0; d < to.dimensions; d++) {
        if (before * to.size[d] >= outer * l->count) {
            const int64_t inside = outer / before;
            if (outer % before || to.size[d] % (inside * l->count)) { return whole; }
            return (row_rule){BY_ROWS, {d, inside, to.size[d] / (inside * l->count)}, {in, nowhere, nowhere}};
        }
        before *= to.size[d];
    }
    return whole;
}

static row_rule permuted(const look *l) {
    const rows in = rows_in(l, 0);
    for (int i = 0; i < l->v->what.shape.dimensions; i++) {
        if (l->v->what.attribute[i] == in.axis) {
            return (row_rule){BY_ROWS, {i, in.before, in.after}, {in, nowhere, nowhere}};
        }
    }
    return whole;
}

static row_rule reduced(const look *l) {
    const rows in = rows_in(l, 0);
    const bool over_rows = (unsigned)l->v->what.attribute[0] >> in.axis & 1;
    if (!over_rows) { return (row_rule){BY_ROWS, in, {in, nowhere, nowhere}}; }
    return l->v->what.op == SUM ? (row_rule){REDUCED, nowhere, {in, nowhere, nowhere}} : whole;
}

/* Rows of the first factor with a second one for all; sums over rows; batches of products. */
static row_rule multiplied(const look *l) {
    const rows a = rows_in(l, 0), b = rows_in(l, 1);
    const ons_shape left = shape_in(l, 0), right = shape_in(l, 1), out = l->v->what.shape;
    const bool ta = l->v->what.attribute[0] & ONS_TRANSPOSE_A, tb = l->v->what.attribute[0] & ONS_TRANSPOSE_B;
    const int na = left.dimensions, nb = right.dimensions;
    const bool plain = na == 2 && nb == 2;
    if (a.axis == na - 2 && b.axis < 0 && !ta) {
        return (row_rule){BY_ROWS, {out.dimensions - 2, a.before, a.after}, {a, nowhere, nowhere}};
    }
    if (plain && ta && !tb && a.axis == 0 && same_rows(a, b)) { return (row_rule){REDUCED, nowhere, {a, b, nowhere}}; }
    rows batch = first_rows(l);
    if (batch.axis < 0 || batch.axis >= out.dimensions - 2) { return whole; }
    if ((a.axis >= 0 && a.axis >= na - 2) || (b.axis >= 0 && b.axis >= nb - 2)) { return whole; }
    return by_alignment(l, batch);
}

static row_rule indexed(const look *l) {
    const rows a = rows_in(l, 0), index = rows_in(l, 1);
    if (l->v->what.op == GATHER && a.axis < 0 && index.axis >= 0) {
        return (row_rule){BY_ROWS, index, {nowhere, index, nowhere}};
    }
    if (l->v->what.op == SCATTER && index.axis >= 0 && same_rows(a, index)) {
        return (row_rule){REDUCED, nowhere, {a, index, nowhere}};
    }
    return whole;
}

/* Operations along one axis leave the rows alone when it is another one. */
static row_rule along_axis(const look *l) {
    const rows first = first_rows(l);
    if (first.axis == l->v->what.attribute[0]) { return whole; }
    if (l->v->what.op == CONCATENATE || l->v->what.op == SCAN) { return by_alignment(l, first); }
    const rows in = rows_in(l, 0);
    return (row_rule){BY_ROWS, in, {in, nowhere, nowhere}};
}

static row_rule windowed(const look *l) {
    const rows in = rows_in(l, 0);
    const bool touched =
        in.axis == l->v->what.attribute[0] || (l->v->what.op == FOLD && in.axis == shape_in(l, 0).dimensions - 1);
    return touched ? whole : (row_rule){BY_ROWS, in, {in, nowhere, nowhere}};
}

static row_rule input_rows(const look *l) {
    for (int d = 0; d < l->v->what.shape.dimensions; d++) {
        if (l->v->what.shape.size[d] == l->count) {
            return (row_rule){BY_ROWS, {d, 1, 1}, {nowhere, nowhere, nowhere}};
        }
    }
    return whole;
}

row_rule rows_of(const ons_program *program, const row_rule *rules, int32_t index, int64_t count) {
    const look l = {program, rules, &program->values[index], count};
    const operation op = l.v->what.op;
    if (op == INPUT) { return input_rows(&l); }
    if (l.v->place != IN_ARENA || first_rows(&l).axis < 0) { return whole; }
    if (is_element(op)) { return by_alignment(&l, first_rows(&l)); }
    switch (op) {
    case CONVERT:
    case STOP:
    case TAP:
    case IMPLICIT:
    case BROADCAST: return by_alignment(&l, first_rows(&l));
    case ONE_HOT: return (row_rule){BY_ROWS, rows_in(&l, 0), {rows_in(&l, 0), nowhere, nowhere}};
    case RESHAPE: return reshaped(&l);
    case PERMUTE: return permuted(&l);
    case SUM:
    case LARGEST: return reduced(&l);
    case MATMUL:
    case SOLVE: return multiplied(&l);
    case GATHER:
    case SCATTER: return indexed(&l);
    case UNFOLD:
    case FOLD: return windowed(&l);
    case SLICE:
    case PAD:
    case REVERSE:
    case CUMULATE:
    case CONCATENATE:
    case SCAN: return along_axis(&l);
    default: return whole;
    }
}

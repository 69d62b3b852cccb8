/*
 * Taylor series: which coefficients are carried, and how functions of one argument act on them (Griewank and Walther
 * 2008, table 13.2, here for several directions at once: a recurrence runs along one direction in which the coefficient
 * is not of order 0).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "jets.h"

#include <math.h>
#include <string.h>

/* ---- sets -------------------------------------------------------------------------------------------------------- */

static int degree_of(ons_partial p) {
    int degree = 0;
    for (int d = 0; d < ONS_JET_DIRECTIONS; d++) { degree += p.orders[d]; }
    return degree;
}

int jet_find(const jet_set *set, ons_partial partial) {
    for (int a = 0; a < set->ordinary; a++) {
        if (memcmp(&set->at[a], &partial, sizeof partial) == 0) { return a; }
    }
    return -1;
}

static bool below(ons_partial a, ons_partial b, ons_partial *difference) {
    for (int d = 0; d < ONS_JET_DIRECTIONS; d++) {
        if (b.orders[d] > a.orders[d]) { return false; }
        difference->orders[d] = (unsigned char)(a.orders[d] - b.orders[d]);
    }
    return true;
}

double jet_factorials(ons_partial partial) {
    double product = 1;
    for (int d = 0; d < ONS_JET_DIRECTIONS; d++) {
        for (int k = 2; k <= partial.orders[d]; k++) { product *= k; }
    }
    return product;
}

/* Below what is asked for; strictly below where it belongs to an operator. */
static bool is_needed(const jet_request *request, ons_partial one) {
    ons_partial rest;
    for (size_t i = 0; i < request->partials_count; i++) {
        if (below(request->partials[i], one, &rest)) { return true; }
    }
    for (size_t o = 0; o < request->operators_count; o++) {
        for (size_t k = 0; k < request->operators[o].count; k++) {
            if (below(request->operators[o].partials[k], one, &rest) && degree_of(rest) > 0) { return true; }
        }
    }
    return false;
}

static bool is_good(ons_tensor_graph *graph, const jet_request *request) {
    for (size_t i = 0; i < request->partials_count; i++) {
        const int degree = degree_of(request->partials[i]);
        if (degree > ONS_JET_ORDER) {
            ons_tensor_fail(graph, "jets: a derivative of order %d; expected at most %d", degree, ONS_JET_ORDER);
            return false;
        }
    }
    for (size_t o = 0; o < request->operators_count; o++) {
        for (size_t k = 0; k < request->operators[o].count; k++) {
            const int degree = degree_of(request->operators[o].partials[k]);
            if (degree >= 1 && degree <= ONS_JET_ORDER && request->operators[o].count <= ONS_JET_TERMS) { continue; }
            ons_tensor_fail(graph,
                            "jets: operator %zu has %zu terms, one of order %d; expected at most %d of order 1 to %d",
                            o + 1, request->operators[o].count, degree, ONS_JET_TERMS, ONS_JET_ORDER);
            return false;
        }
    }
    return true;
}

/* All ways to write p as a sum of two indices of the set; `inner`: but p + 0 and 0 + p. */
static void add_pairs(jet_set *set, ons_partial p, double factor, bool inner, int *used) {
    int direction = 0;
    while (direction < ONS_JET_DIRECTIONS - 1 && p.orders[direction] == 0) { direction++; }
    for (int i = 0; i < set->ordinary && *used < JET_PAIRS; i++) {
        ons_partial rest;
        if (!below(p, set->at[i], &rest)) { continue; }
        const int j = jet_find(set, rest);
        if (j < 0 || (inner && (i == 0 || j == 0))) { continue; }
        const double all = p.orders[direction], part = set->at[i].orders[direction];
        set->pairs[(*used)++] = (jet_pair){i, j, factor, all > 0 ? part / all : 0};
    }
}

bool jet_set_of(ons_tensor_graph *graph, const jet_request *request, jet_set *set) {
    *set = (jet_set){0};
    if (!is_good(graph, request)) { return false; }
    for (int degree = 0; degree <= ONS_JET_ORDER; degree++) {
        for (int code = 0; code < 625; code++) {
            ons_partial p = {{(unsigned char)(code % 5), (unsigned char)(code / 5 % 5), (unsigned char)(code / 25 % 5),
                              (unsigned char)(code / 125)}};
            if (degree_of(p) == degree && (degree == 0 || is_needed(request, p))) {
                set->degree[set->ordinary] = degree;
                set->at[set->ordinary++] = p;
            }
        }
    }
    int used = 0;
    set->count = set->ordinary + (int)request->operators_count;
    for (int a = 0; a < set->count && set->count <= JET_MOST; a++) {
        set->begin[a] = used;
        if (a < set->ordinary) {
            add_pairs(set, set->at[a], 1, false, &used);
        } else {
            const ons_differential *o = &request->operators[a - set->ordinary];
            set->degree[a] = ONS_JET_ORDER;
            for (size_t k = 0; k < o->count; k++) {
                add_pairs(set, o->partials[k], o->factors[k] * jet_factorials(o->partials[k]), true, &used);
            }
            for (int i = 0; i < 2 && used < JET_PAIRS; i++) {
                set->pairs[used++] = (jet_pair){i ? a : 0, i ? 0 : a, 1, i};
            }
        }
        set->begin[a + 1] = used;
    }
    if (set->count <= JET_MOST && used < JET_PAIRS) { return true; }
    ons_tensor_fail(graph, "jets: too many derivatives and operators at once");
    return false;
}

/* ---- sums of products -------------------------------------------------------------------------------------------- */

static ons_tensor times(ons_tensor_graph *graph, ons_tensor a, ons_tensor b, double factor) {
    if (a < 0 || b < 0) { return ONS_NO_TENSOR; }
    ons_tensor product = ons_tensor_multiply(graph, a, b);
    return factor == 1 ? product : ons_tensor_scale(graph, product, factor);
}

ons_tensor jet_scaled(ons_tensor_graph *graph, ons_tensor a, double factor) {
    return a < 0 || factor == 1 ? a : ons_tensor_scale(graph, a, factor);
}

ons_tensor jet_product(ons_tensor_graph *graph, const jet_set *set, const jet *a, const jet *b, int at) {
    ons_tensor sum = ONS_NO_TENSOR;
    for (const jet_pair *q = set->pairs + set->begin[at]; q < set->pairs + set->begin[at + 1]; q++) {
        if (a == b && q->i < q->j) { continue; } /* of a square: the other half */
        const double twice = a == b && q->i != q->j ? 2 : 1;
        sum = learning_plus(graph, sum, times(graph, a->part[q->i], b->part[q->j], q->factor * twice));
    }
    return sum;
}

ons_tensor jet_integral(ons_tensor_graph *graph, const jet_set *set, const jet *x, const jet *g, int at) {
    ons_tensor sum = ONS_NO_TENSOR;
    for (const jet_pair *q = set->pairs + set->begin[at]; q < set->pairs + set->begin[at + 1]; q++) {
        if (q->i == 0 || q->share == 0) { continue; }
        sum = learning_plus(graph, sum, times(graph, g->part[q->j], x->part[q->i], q->factor * q->share));
    }
    return sum;
}

ons_tensor jet_inverse(ons_tensor_graph *graph, const jet_set *set, const jet *x, const jet *r, int at) {
    ons_tensor sum = ONS_NO_TENSOR;
    for (const jet_pair *q = set->pairs + set->begin[at]; q < set->pairs + set->begin[at + 1]; q++) {
        if (q->i > 0) { sum = learning_plus(graph, sum, times(graph, x->part[q->i], r->part[q->j], q->factor)); }
    }
    return sum < 0 ? sum : ons_tensor_negate(graph, ons_tensor_multiply(graph, sum, r->part[0]));
}

/* ---- functions of one argument ----------------------------------------------------------------------------------- */

/* y = f(x) by y' = g x'. What g needs besides x and y is in `other`. */
typedef struct series {
    ons_tensor_graph *graph;
    const jet_set *set;
    const tensor *f;
    const jet *x;
    jet *y, g, other;
} series;

static ons_tensor minus(ons_tensor_graph *graph, ons_tensor a) { return jet_scaled(graph, a, -1); }

/* other = 1 + x, 1 + x^2, 1 - x^2, -x^2, 1 / x */
static void begin_other(series *s) {
    ons_tensor_graph *graph = s->graph;
    const ons_tensor x = s->x->part[0];
    for (int a = 0; a < JET_MOST; a++) { s->other.part[a] = ONS_NO_TENSOR; }
    switch (s->f->op) {
    case LOG1P: s->other.part[0] = ons_tensor_shift(graph, x, 1); break;
    case ATAN: s->other.part[0] = ons_tensor_shift(graph, ons_tensor_square(graph, x), 1); break;
    case ACOS:
        s->other.part[0] = ons_tensor_shift(graph, ons_tensor_negate(graph, ons_tensor_square(graph, x)), 1);
        break;
    case ERF: s->other.part[0] = ons_tensor_negate(graph, ons_tensor_square(graph, x)); break;
    case RSQRT:
    case POWER: s->other.part[0] = ons_tensor_reciprocal(graph, x); break;
    default: break;
    }
}

static ons_tensor next_other(series *s, int at) {
    ons_tensor_graph *graph = s->graph;
    switch (s->f->op) {
    case LOG1P: return s->x->part[at];
    case ATAN: return jet_product(graph, s->set, s->x, s->x, at);
    case ACOS:
    case ERF: return minus(graph, jet_product(graph, s->set, s->x, s->x, at));
    case RSQRT:
    case POWER: return jet_inverse(graph, s->set, s->x, &s->other, at);
    default: return ONS_NO_TENSOR;
    }
}

/* acos: g = -q^(-1/2), q g' = -q' g / 2, with q = 1 - x^2 in `other`. */
static ons_tensor next_root(series *s, int at) {
    ons_tensor_graph *graph = s->graph;
    const jet_set *set = s->set;
    ons_tensor sum = ONS_NO_TENSOR;
    for (const jet_pair *q = set->pairs + set->begin[at]; q < set->pairs + set->begin[at + 1]; q++) {
        const double factor = -0.5 * q->share - (1 - q->share); /* (-1/2) i q_i g_j - j q_i g_j, over i + j */
        if (q->i == 0 || factor == 0) { continue; }
        sum = learning_plus(graph, sum, times(graph, s->other.part[q->i], s->g.part[q->j], q->factor * factor));
    }
    return sum < 0 ? sum : ons_tensor_multiply(graph, sum, ons_tensor_reciprocal(graph, s->other.part[0]));
}

static ons_tensor next_softplus(series *s, int at) {
    jet slope; /* of the sigmoid: g - g^2 */
    for (int a = 0; a < at && a < s->set->ordinary; a++) {
        ons_tensor square = jet_product(s->graph, s->set, &s->g, &s->g, a);
        slope.part[a] = learning_plus(s->graph, s->g.part[a], minus(s->graph, square));
    }
    return jet_integral(s->graph, s->set, s->x, &slope, at);
}

/* g[at], when x, y and `other` are known up to it. */
static ons_tensor next_slope(series *s, int at) {
    ons_tensor_graph *graph = s->graph;
    const jet_set *set = s->set;
    const double power = s->f->op == RSQRT ? -0.5 : s->f->number;
    switch (s->f->op) {
    case EXP:
    case EXPM1: return s->y->part[at];
    case TANH:
    case RECIPROCAL: return minus(graph, jet_product(graph, set, s->y, s->y, at));
    case SIGMOID: return learning_plus(graph, s->y->part[at], minus(graph, jet_product(graph, set, s->y, s->y, at)));
    case SIN:
    case COS: return minus(graph, jet_integral(graph, set, s->x, s->y, at));
    case SINH:
    case COSH: return jet_integral(graph, set, s->x, s->y, at);
    case LOG: return jet_inverse(graph, set, s->x, &s->g, at);
    case LOG1P:
    case ATAN: return jet_inverse(graph, set, &s->other, &s->g, at);
    case ACOS: return next_root(s, at);
    case ERF: return jet_integral(graph, set, &s->other, &s->g, at);
    case SOFTPLUS: return next_softplus(s, at);
    case RSQRT:
    case POWER: return jet_scaled(graph, jet_product(graph, set, s->y, &s->other, at), power);
    default: return ONS_NO_TENSOR; /* ABSOLUTE, SIGN: constant slopes */
    }
}

/* y^2 = x: 2 y_0 y_a = x_a - the other products. */
static void square_root(ons_tensor_graph *graph, const jet_set *set, const jet *x, jet *y) {
    ons_tensor half = ons_tensor_scale(graph, ons_tensor_reciprocal(graph, y->part[0]), 0.5);
    for (int at = 1; at < set->count; at++) {
        y->part[at] = ONS_NO_TENSOR; /* leaves y_0 y_a out of the product */
        ons_tensor others = minus(graph, jet_product(graph, set, y, y, at));
        y->part[at] = times(graph, learning_plus(graph, x->part[at], others), half, 1);
    }
}

void jet_unary(ons_tensor_graph *graph, const jet_set *set, const tensor *f, const jet *x, jet *y) {
    if (f->op == SQRT) {
        square_root(graph, set, x, y);
        return;
    }
    if (f->op == SQUARE || f->op == NEGATE) {
        for (int at = 1; at < set->count; at++) {
            y->part[at] = f->op == SQUARE ? jet_product(graph, set, x, x, at) : minus(graph, x->part[at]);
        }
        return;
    }
    series s = {.graph = graph, .set = set, .f = f, .x = x, .y = y};
    s.g.part[0] = learning_slope(graph, f, x->part[0], y->part[0]);
    begin_other(&s);
    for (int at = 1; at < set->count; at++) {
        y->part[at] = jet_integral(graph, set, x, &s.g, at);
        s.other.part[at] = next_other(&s, at);
        if (set->degree[at] < ONS_JET_ORDER) { s.g.part[at] = next_slope(&s, at); }
    }
}

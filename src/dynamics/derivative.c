/*
 * Derivatives of formulas, as formulas of the same graph.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph.h"

#include <math.h>
#include <stdlib.h>

static dynamics_node add(dynamics_graph *g, dynamics_node a, dynamics_node b) {
    return dynamics_make(g, DYNAMICS_ADD, a, b);
}
static dynamics_node subtract(dynamics_graph *g, dynamics_node a, dynamics_node b) {
    return dynamics_make(g, DYNAMICS_SUBTRACT, a, b);
}
static dynamics_node multiply(dynamics_graph *g, dynamics_node a, dynamics_node b) {
    return dynamics_make(g, DYNAMICS_MULTIPLY, a, b);
}
static dynamics_node divide(dynamics_graph *g, dynamics_node a, dynamics_node b) {
    return dynamics_make(g, DYNAMICS_DIVIDE, a, b);
}
static dynamics_node one(dynamics_graph *g, dynamics_operation operation, dynamics_node a) {
    return dynamics_make(g, operation, a, 0);
}
static dynamics_node number(dynamics_graph *g, double value) { return dynamics_number(g, value); }

/* f'(a) of a function of one argument; `f` is f(a). */
static dynamics_node slope(dynamics_graph *g, dynamics_operation operation, dynamics_node a, dynamics_node f) {
    const dynamics_node unit = number(g, 1);
    switch (operation) {
    case DYNAMICS_NEGATE: return number(g, -1);
    case DYNAMICS_ABS: return one(g, DYNAMICS_SIGN, a);
    case DYNAMICS_SQRT: return divide(g, number(g, 0.5), f);
    case DYNAMICS_EXP: return f;
    case DYNAMICS_LOG: return divide(g, unit, a);
    case DYNAMICS_LOG10: return divide(g, number(g, 1 / log(10)), a);
    case DYNAMICS_SIN: return one(g, DYNAMICS_COS, a);
    case DYNAMICS_COS: return one(g, DYNAMICS_NEGATE, one(g, DYNAMICS_SIN, a));
    case DYNAMICS_TAN: return add(g, unit, multiply(g, f, f));
    case DYNAMICS_ASIN: return divide(g, unit, one(g, DYNAMICS_SQRT, subtract(g, unit, multiply(g, a, a))));
    case DYNAMICS_ACOS: return divide(g, number(g, -1), one(g, DYNAMICS_SQRT, subtract(g, unit, multiply(g, a, a))));
    case DYNAMICS_ATAN: return divide(g, unit, add(g, unit, multiply(g, a, a)));
    case DYNAMICS_SINH: return one(g, DYNAMICS_COSH, a);
    case DYNAMICS_COSH: return one(g, DYNAMICS_SINH, a);
    case DYNAMICS_TANH: return subtract(g, unit, multiply(g, f, f));
    default: return number(g, 0); /* sign, step, floor, ceil: zero wherever there is a slope */
    }
}

static dynamics_node of_power(dynamics_graph *g, dynamics_vertex v, dynamics_node f, dynamics_node da,
                              dynamics_node db) {
    const dynamics_node lower = dynamics_make(g, DYNAMICS_POWER, v.a, subtract(g, v.b, number(g, 1)));
    const dynamics_node by_base = multiply(g, multiply(g, v.b, lower), da);
    const dynamics_node zero = number(g, 0);
    if (db == zero) { return by_base; }
    return add(g, by_base, multiply(g, multiply(g, f, one(g, DYNAMICS_LOG, v.a)), db));
}

/* The one of two that is chosen where `chosen` is positive. */
static dynamics_node choice(dynamics_graph *g, dynamics_node chosen, dynamics_node da, dynamics_node db) {
    const dynamics_node first = one(g, DYNAMICS_STEP, chosen);
    return add(g, multiply(g, first, da), multiply(g, subtract(g, number(g, 1), first), db));
}

static dynamics_node of_two(dynamics_graph *g, dynamics_vertex v, dynamics_node f, dynamics_node da, dynamics_node db) {
    switch (v.operation) {
    case DYNAMICS_ADD: return add(g, da, db);
    case DYNAMICS_SUBTRACT: return subtract(g, da, db);
    case DYNAMICS_MULTIPLY: return add(g, multiply(g, da, v.b), multiply(g, v.a, db));
    case DYNAMICS_DIVIDE: return divide(g, subtract(g, da, multiply(g, f, db)), v.b);
    case DYNAMICS_POWER: return of_power(g, v, f, da, db);
    case DYNAMICS_MIN: return choice(g, subtract(g, v.b, v.a), da, db);
    case DYNAMICS_MAX: return choice(g, subtract(g, v.a, v.b), da, db);
    case DYNAMICS_ATAN2: {
        const dynamics_node square = add(g, multiply(g, v.a, v.a), multiply(g, v.b, v.b));
        return divide(g, subtract(g, multiply(g, da, v.b), multiply(g, v.a, db)), square);
    }
    default: /* a mod b = a - b floor(a / b) */
        return subtract(g, da, multiply(g, one(g, DYNAMICS_FLOOR, divide(g, v.a, v.b)), db));
    }
}

void dynamics_derivatives(dynamics_graph *graph, const dynamics_node *nodes, size_t count, dynamics_node leaf,
                          dynamics_node *derivatives) {
    const dynamics_node zero = number(graph, 0);
    size_t last = 0;
    for (size_t i = 0; i < count; i++) { last = nodes[i] > last ? nodes[i] : last; }
    dynamics_node *slopes = graph->failed ? NULL : ONS_NEW(dynamics_node, last + 1);
    graph->failed = graph->failed || !slopes;
    /* Operands stand before what is made of them: one pass. */
    for (dynamics_node i = 0; i <= last && !graph->failed; i++) {
        const dynamics_vertex v = graph->vertices[i];
        slopes[i] = zero;
        if (i == leaf) {
            slopes[i] = number(graph, 1);
        } else if (dynamics_is_binary(v.operation)) {
            const dynamics_node da = slopes[v.a], db = slopes[v.b];
            if (da != zero || db != zero) { slopes[i] = of_two(graph, v, i, da, db); }
        } else if (!dynamics_is_leaf(v.operation) && slopes[v.a] != zero) {
            slopes[i] = multiply(graph, slope(graph, v.operation, v.a, i), slopes[v.a]);
        }
    }
    for (size_t i = 0; i < count; i++) { derivatives[i] = graph->failed ? 0 : slopes[nodes[i]]; }
    free(slopes);
}

/*
 * Formulas as a graph in which equal nodes are one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void dynamics_graph_free(dynamics_graph *graph) {
    free(graph->vertices);
    free(graph->slots);
    *graph = (dynamics_graph){0};
}

bool dynamics_is_leaf(dynamics_operation operation) { return operation <= DYNAMICS_PARAMETER; }

bool dynamics_is_binary(dynamics_operation operation) { return operation >= DYNAMICS_ADD && operation <= DYNAMICS_MOD; }

static const struct {
    const char *name;
    dynamics_operation operation;
} functions[] = {
    {"min", DYNAMICS_MIN},     {"max", DYNAMICS_MAX},   {"atan2", DYNAMICS_ATAN2}, {"mod", DYNAMICS_MOD},
    {"abs", DYNAMICS_ABS},     {"sign", DYNAMICS_SIGN}, {"step", DYNAMICS_STEP},   {"sqrt", DYNAMICS_SQRT},
    {"exp", DYNAMICS_EXP},     {"log", DYNAMICS_LOG},   {"log10", DYNAMICS_LOG10}, {"sin", DYNAMICS_SIN},
    {"cos", DYNAMICS_COS},     {"tan", DYNAMICS_TAN},   {"asin", DYNAMICS_ASIN},   {"acos", DYNAMICS_ACOS},
    {"atan", DYNAMICS_ATAN},   {"sinh", DYNAMICS_SINH}, {"cosh", DYNAMICS_COSH},   {"tanh", DYNAMICS_TANH},
    {"floor", DYNAMICS_FLOOR}, {"ceil", DYNAMICS_CEIL}, {"power", DYNAMICS_POWER},
};
enum { function_count = sizeof functions / sizeof functions[0] };

dynamics_operation dynamics_function(const char *name) {
    for (int i = 0; i < function_count; i++) {
        if (strcmp(functions[i].name, name) == 0) { return functions[i].operation; }
    }
    return DYNAMICS_OPERATIONS;
}

const char *dynamics_function_name(dynamics_operation operation) {
    for (int i = 0; i < function_count; i++) {
        if (functions[i].operation == operation) { return functions[i].name; }
    }
    return NULL;
}

/* ---- values ---------------------------------------------------------------------------------------------------------
 */

static double apply_two(dynamics_operation operation, double a, double b) {
    switch (operation) {
    case DYNAMICS_ADD: return a + b;
    case DYNAMICS_SUBTRACT: return a - b;
    case DYNAMICS_MULTIPLY: return a * b;
    case DYNAMICS_DIVIDE: return a / b;
    case DYNAMICS_MIN: return isnan(a) || isnan(b) ? NAN : a < b ? a : b;
    case DYNAMICS_MAX: return isnan(a) || isnan(b) ? NAN : a > b ? a : b;
    case DYNAMICS_ATAN2: return atan2(a, b);
    case DYNAMICS_MOD: return a - b * floor(a / b);
    default: return pow(a, b);
    }
}

double dynamics_apply(dynamics_operation operation, double a, double b) {
    switch (operation) {
    case DYNAMICS_NEGATE: return -a;
    case DYNAMICS_ABS: return fabs(a);
    case DYNAMICS_SIGN: return isnan(a) ? NAN : (double)((a > 0) - (a < 0));
    case DYNAMICS_STEP: return isnan(a) ? NAN : (double)(a > 0);
    case DYNAMICS_SQRT: return sqrt(a);
    case DYNAMICS_EXP: return exp(a);
    case DYNAMICS_LOG: return log(a);
    case DYNAMICS_LOG10: return log10(a);
    case DYNAMICS_SIN: return sin(a);
    case DYNAMICS_COS: return cos(a);
    case DYNAMICS_TAN: return tan(a);
    case DYNAMICS_ASIN: return asin(a);
    case DYNAMICS_ACOS: return acos(a);
    case DYNAMICS_ATAN: return atan(a);
    case DYNAMICS_SINH: return sinh(a);
    case DYNAMICS_COSH: return cosh(a);
    case DYNAMICS_TANH: return tanh(a);
    case DYNAMICS_FLOOR: return floor(a);
    case DYNAMICS_CEIL: return ceil(a);
    default: return apply_two(operation, a, b);
    }
}

/* ---- nodes ----------------------------------------------------------------------------------------------------------
 */

static size_t hash(const dynamics_vertex *vertex) {
    uint64_t bits, h = (uint64_t)vertex->operation * 0x9E3779B97F4A7C15u;
    memcpy(&bits, &vertex->number, sizeof bits);
    const uint64_t parts[] = {vertex->index, vertex->a, vertex->b, bits};
    for (int i = 0; i < 4; i++) {
        h = (h ^ parts[i]) * 0xFF51AFD7ED558CCDu;
        h ^= h >> 32;
    }
    return (size_t)h;
}

/* Equal bits: 0 and -0 are two numbers, and not a number is one. */
static bool same(const dynamics_vertex *a, const dynamics_vertex *b) {
    uint64_t first, second;
    memcpy(&first, &a->number, sizeof first);
    memcpy(&second, &b->number, sizeof second);
    return a->operation == b->operation && a->index == b->index && a->a == b->a && a->b == b->b && first == second;
}

static bool widen(dynamics_graph *graph) {
    const size_t slot_count = graph->slot_count ? 2 * graph->slot_count : 256;
    dynamics_node *slots = ONS_NEW(dynamics_node, slot_count);
    if (!slots) { return false; }
    for (size_t i = 0; i < graph->count; i++) {
        size_t slot = hash(&graph->vertices[i]) & (slot_count - 1);
        while (slots[slot]) { slot = (slot + 1) & (slot_count - 1); }
        slots[slot] = (dynamics_node)(i + 1);
    }
    free(graph->slots);
    graph->slots = slots;
    graph->slot_count = slot_count;
    return true;
}

static dynamics_node keep(dynamics_graph *graph, dynamics_vertex vertex) {
    if (graph->failed) { return 0; }
    if (2 * (graph->count + 1) > graph->slot_count && !widen(graph)) {
        graph->failed = true;
        return 0;
    }
    size_t slot = hash(&vertex) & (graph->slot_count - 1);
    while (graph->slots[slot]) {
        if (same(&graph->vertices[graph->slots[slot] - 1], &vertex)) { return graph->slots[slot] - 1; }
        slot = (slot + 1) & (graph->slot_count - 1);
    }
    if (ons_grow((void **)&graph->vertices, &graph->capacity, graph->count + 1, sizeof vertex) != ONS_OK) {
        graph->failed = true;
        return 0;
    }
    graph->vertices[graph->count++] = vertex;
    graph->slots[slot] = (dynamics_node)graph->count;
    return (dynamics_node)(graph->count - 1);
}

dynamics_node dynamics_number(dynamics_graph *graph, double value) {
    return keep(graph, (dynamics_vertex){.operation = DYNAMICS_NUMBER, .number = value});
}

dynamics_node dynamics_leaf(dynamics_graph *graph, dynamics_operation operation, size_t index) {
    return keep(graph, (dynamics_vertex){.operation = operation, .index = (uint32_t)index});
}

static bool is_number(const dynamics_graph *graph, dynamics_node node) {
    return node < graph->count && graph->vertices[node].operation == DYNAMICS_NUMBER;
}

static bool is(const dynamics_graph *graph, dynamics_node node, double value) {
    return is_number(graph, node) && graph->vertices[node].number == value;
}

static dynamics_node make(dynamics_graph *graph, dynamics_operation operation, dynamics_node a, dynamics_node b) {
    return keep(graph, (dynamics_vertex){.operation = operation, .a = a, .b = b});
}

static dynamics_node negated(dynamics_graph *graph, dynamics_node a) {
    if (!graph->failed && graph->vertices[a].operation == DYNAMICS_NEGATE) { return graph->vertices[a].a; }
    return make(graph, DYNAMICS_NEGATE, a, 0);
}

static dynamics_node sum(dynamics_graph *graph, dynamics_node a, dynamics_node b) {
    if (is(graph, a, 0)) { return b; }
    if (is(graph, b, 0)) { return a; }
    if (!graph->failed && graph->vertices[b].operation == DYNAMICS_NEGATE) {
        return dynamics_make(graph, DYNAMICS_SUBTRACT, a, graph->vertices[b].a);
    }
    return a < b ? make(graph, DYNAMICS_ADD, a, b) : make(graph, DYNAMICS_ADD, b, a);
}

static dynamics_node difference(dynamics_graph *graph, dynamics_node a, dynamics_node b) {
    if (is(graph, b, 0)) { return a; }
    if (is(graph, a, 0)) { return negated(graph, b); }
    if (a == b) { return dynamics_number(graph, 0); }
    if (!graph->failed && graph->vertices[b].operation == DYNAMICS_NEGATE) {
        return sum(graph, a, graph->vertices[b].a);
    }
    return make(graph, DYNAMICS_SUBTRACT, a, b);
}

static dynamics_node product(dynamics_graph *graph, dynamics_node a, dynamics_node b) {
    if (is(graph, a, 0) || is(graph, b, 0)) { return dynamics_number(graph, 0); }
    if (is(graph, a, 1)) { return b; }
    if (is(graph, b, 1)) { return a; }
    if (is(graph, a, -1)) { return negated(graph, b); }
    if (is(graph, b, -1)) { return negated(graph, a); }
    return a < b ? make(graph, DYNAMICS_MULTIPLY, a, b) : make(graph, DYNAMICS_MULTIPLY, b, a);
}

static dynamics_node quotient(dynamics_graph *graph, dynamics_node a, dynamics_node b) {
    if (is(graph, a, 0)) { return dynamics_number(graph, 0); }
    if (is(graph, b, 1)) { return a; }
    return make(graph, DYNAMICS_DIVIDE, a, b);
}

/* Whole powers up to 32 as products by repeated squaring. */
static dynamics_node whole_power(dynamics_graph *graph, dynamics_node base, unsigned exponent) {
    dynamics_node result = 0, square = base;
    bool begun = false;
    for (; exponent && !graph->failed; exponent >>= 1) {
        if (exponent & 1) {
            result = begun ? product(graph, result, square) : square;
            begun = true;
        }
        if (exponent > 1) { square = product(graph, square, square); }
    }
    return result;
}

static dynamics_node raised(dynamics_graph *graph, dynamics_node a, dynamics_node b) {
    if (is(graph, b, 0)) { return dynamics_number(graph, 1); }
    if (is(graph, b, 1)) { return a; }
    if (is(graph, b, 0.5)) { return make(graph, DYNAMICS_SQRT, a, 0); }
    if (is_number(graph, b)) {
        const double exponent = graph->vertices[b].number;
        if (exponent == floor(exponent) && fabs(exponent) <= 32) {
            const dynamics_node power = whole_power(graph, a, (unsigned)fabs(exponent));
            return exponent > 0 ? power : quotient(graph, dynamics_number(graph, 1), power);
        }
    }
    return make(graph, DYNAMICS_POWER, a, b);
}

dynamics_node dynamics_make(dynamics_graph *graph, dynamics_operation operation, dynamics_node a, dynamics_node b) {
    if (graph->failed) { return 0; }
    const bool two = dynamics_is_binary(operation);
    if (is_number(graph, a) && (!two || is_number(graph, b))) {
        return dynamics_number(graph, dynamics_apply(operation, graph->vertices[a].number, graph->vertices[b].number));
    }
    switch (operation) {
    case DYNAMICS_ADD: return sum(graph, a, b);
    case DYNAMICS_SUBTRACT: return difference(graph, a, b);
    case DYNAMICS_MULTIPLY: return product(graph, a, b);
    case DYNAMICS_DIVIDE: return quotient(graph, a, b);
    case DYNAMICS_POWER: return raised(graph, a, b);
    case DYNAMICS_NEGATE: return negated(graph, a);
    default: return make(graph, operation, a, two ? b : 0);
    }
}

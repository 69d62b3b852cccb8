/*
 * Inside dynamics: formulas as a graph. Equal nodes are one node, and operands have smaller numbers than what is made
 * of them, so that the order of the numbers is an order of evaluation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_GRAPH_H
#define DYNAMICS_GRAPH_H

#include <onsager/base.h>

typedef uint32_t dynamics_node;

/* LEAVES: a number; the time; variable, delayed value or parameter `index`. Then operations of two nodes and of one. */
typedef enum dynamics_operation {
    DYNAMICS_NUMBER,
    DYNAMICS_TIME,
    DYNAMICS_VARIABLE,
    DYNAMICS_DELAYED,
    DYNAMICS_PARAMETER,
    DYNAMICS_ADD,
    DYNAMICS_SUBTRACT,
    DYNAMICS_MULTIPLY,
    DYNAMICS_DIVIDE,
    DYNAMICS_POWER,
    DYNAMICS_MIN,
    DYNAMICS_MAX,
    DYNAMICS_ATAN2,
    DYNAMICS_MOD,
    DYNAMICS_NEGATE,
    DYNAMICS_ABS,
    DYNAMICS_SIGN,
    DYNAMICS_STEP,
    DYNAMICS_SQRT,
    DYNAMICS_EXP,
    DYNAMICS_LOG,
    DYNAMICS_LOG10,
    DYNAMICS_SIN,
    DYNAMICS_COS,
    DYNAMICS_TAN,
    DYNAMICS_ASIN,
    DYNAMICS_ACOS,
    DYNAMICS_ATAN,
    DYNAMICS_SINH,
    DYNAMICS_COSH,
    DYNAMICS_TANH,
    DYNAMICS_FLOOR,
    DYNAMICS_CEIL,
    DYNAMICS_OPERATIONS
} dynamics_operation;

typedef struct dynamics_vertex {
    dynamics_operation operation;
    uint32_t index;     /* of a variable, delayed value or parameter */
    dynamics_node a, b; /* operands; b is 0 where there is one */
    double number;
} dynamics_vertex;

typedef struct dynamics_graph {
    dynamics_vertex *vertices;
    size_t count, capacity;
    dynamics_node *slots; /* hash table of node + 1; 0: empty */
    size_t slot_count;    /* a power of two */
    bool failed;          /* memory ran out: all nodes are 0 since */
} dynamics_graph;

void dynamics_graph_free(dynamics_graph *graph);

dynamics_node dynamics_number(dynamics_graph *graph, double value);
dynamics_node dynamics_leaf(dynamics_graph *graph, dynamics_operation operation, size_t index);
/* Made of nodes, with what algebra makes simpler: constants folded, x + 0, x * 1, x * 0 (for finite x), small whole
 * powers as products. Operations of one node take b = 0. */
dynamics_node dynamics_make(dynamics_graph *graph, dynamics_operation operation, dynamics_node a, dynamics_node b);

/* The value of an operation of numbers. */
double dynamics_apply(dynamics_operation operation, double a, double b);
bool dynamics_is_binary(dynamics_operation operation);
bool dynamics_is_leaf(dynamics_operation operation);
/* By the name that ons_expression gives; DYNAMICS_OPERATIONS: none. And back, for sources. */
dynamics_operation dynamics_function(const char *name);
const char *dynamics_function_name(dynamics_operation operation);

/* d nodes[i] / d leaf, as nodes of the same graph. */
void dynamics_derivatives(dynamics_graph *graph, const dynamics_node *nodes, size_t count, dynamics_node leaf,
                          dynamics_node *derivatives);

#endif

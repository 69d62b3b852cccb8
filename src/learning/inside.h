/*
 * Inside learning: how a graph of tensors is kept, and what its operations are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_INSIDE_H
#define LEARNING_INSIDE_H

#include <onsager/learning/derivatives.h>
#include <onsager/learning/graph.h>

/* Every operation that a program can carry out; all others are written in terms of these. */
typedef enum operation {
    INPUT,
    PARAMETER,
    CONSTANT, /* an array */
    FILLED,   /* one number over a shape */
    /* element by element, of one argument */
    NEGATE,
    RECIPROCAL,
    ABSOLUTE,
    SIGN,
    SQRT,
    RSQRT,
    EXP,
    LOG,
    LOG1P,
    EXPM1,
    SIN,
    COS,
    ATAN,
    ACOS,
    SINH,
    COSH,
    TANH,
    ERF,
    SIGMOID,
    SOFTPLUS,
    POWER, /* number: the exponent */
    SQUARE,
    /* of two */
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    MAXIMUM,
    MINIMUM,
    LESS,
    LESS_EQUAL,
    EQUAL,
    /* of three */
    SELECT,
    /* the rest */
    CONVERT,
    STOP,
    TAP,
    IMPLICIT, /* (step, state): step, with the derivatives of the fixed point */
    RESHAPE,
    BROADCAST,
    PERMUTE,     /* attribute[i]: the axis of the argument that becomes axis i */
    SLICE,       /* axis, first, last, step */
    PAD,         /* axis, before, after, step */
    CONCATENATE, /* axis */
    REVERSE,     /* axis */
    SUM,         /* mask of axes; they stay with size 1 */
    LARGEST,     /* the same for the maximum */
    CUMULATE,    /* axis, reverse */
    SCAN,        /* axis, reverse */
    MATMUL,      /* transposes */
    SOLVE,       /* transposed */
    GATHER,
    SCATTER,
    ONE_HOT,
    UNFOLD, /* axis, width, stride, dilation */
    FOLD,   /* axis, size, stride, dilation */
    OPERATIONS
} operation;

static inline bool is_unary(operation op) { return op >= NEGATE && op <= SQUARE; }
static inline bool is_binary(operation op) { return op >= ADD && op <= EQUAL; }
static inline bool is_element(operation op) { return op >= NEGATE && op <= SELECT; }

enum { ATTRIBUTES = 6 };
typedef struct tensor {
    operation op;
    ons_tensor_type type;
    ons_shape shape;
    int inputs;  /* how many */
    size_t from; /* where they begin in graph->inputs */
    int64_t attribute[ATTRIBUTES];
    double number;
    size_t data;     /* CONSTANT: its array; INPUT, PARAMETER, TAP: its entry among the names, + 1; else 0 */
    int32_t scope;   /* index of the scope in which it was made */
    int32_t stretch; /* of a checkpoint, or 0 */
    int32_t salt;    /* tensors of different salt are never merged */
} tensor;

typedef struct named {
    char *name;
    ons_tensor tensor;
} named;

struct ons_tensor_graph {
    ons_tensor_type type;
    tensor *tensors;
    size_t count, capacity;
    ons_tensor *inputs; /* of all tensors */
    size_t inputs_count, inputs_capacity;
    ons_tensor *table; /* open addressing by what a tensor is */
    size_t table_size;
    named *names; /* inputs, parameters, taps */
    size_t names_count, names_capacity;
    ons_tensor_parameter_info *parameters;
    size_t parameters_count, parameters_capacity, parameters_total;
    void **arrays; /* of constants */
    size_t arrays_count, arrays_capacity;
    char **scopes; /* full names of scopes met; the first is "" */
    size_t scopes_count, scopes_capacity;
    int32_t path[16]; /* the scopes one is in */
    int depth;
    int32_t stretch, stretches, salt;
    ons_status status;
    char message[1000];
};

/* Names of operations, as they stand in messages. */
const char *learning_operation_name(operation op);
size_t learning_type_size(ons_tensor_type type);

/* What a new tensor is made from; unset attributes are 0. */
typedef struct recipe {
    operation op;
    ons_tensor_type type;
    ons_shape shape;
    const ons_tensor *inputs;
    int count;
    int64_t attribute[ATTRIBUTES];
    double number;
    size_t data;
} recipe;
/* The tensor of a recipe: an equal one if there is, else a new one. Any ONS_NO_TENSOR among the inputs gives that. */
ons_tensor learning_make(ons_tensor_graph *graph, const recipe *what);
/* The recipe that an existing tensor was made by (its inputs are those in the graph). */
recipe learning_recipe(const ons_tensor_graph *graph, ons_tensor tensor);

static inline const tensor *tensor_at(const ons_tensor_graph *graph, ons_tensor index) {
    return &graph->tensors[index];
}
static inline ons_tensor tensor_input(const ons_tensor_graph *graph, ons_tensor index, int which) {
    return graph->inputs[graph->tensors[index].from + (size_t)which];
}
/* Whether a tensor is one number over its shape, and which. */
bool learning_is_filled(const ons_tensor_graph *graph, ons_tensor tensor, double *number);

/* The axis counted from 0; -1 with a fault when there is none such. */
int learning_axis(ons_tensor_graph *graph, ons_tensor a, int axis, const char *operation);
/* The mask of axes in absolute positions. */
unsigned learning_axes(const ons_tensor_graph *graph, ons_tensor a, unsigned axes);
ons_tensor learning_unary(ons_tensor_graph *graph, operation op, ons_tensor a, double number);
ons_tensor learning_binary(ons_tensor_graph *graph, operation op, ons_tensor a, ons_tensor b);
/* The shape to which two shapes broadcast; false when they do not. */
bool learning_broadcast_shape(ons_shape a, ons_shape b, ons_shape *result);

/* ---- derivatives ------------------------------------------------------------------------------------------------- */

/* f'(x) for an operation y = f(x) on elements, given x and y; ONS_NO_TENSOR where it is zero. */
ons_tensor learning_slope(ons_tensor_graph *graph, const tensor *f, ons_tensor x, ons_tensor y);
/* The slopes of an operation of two arguments. */
typedef struct slopes {
    ons_tensor of[2]; /* ONS_NO_TENSOR: zero */
} slopes;
slopes learning_slopes(ons_tensor_graph *graph, operation op, const ons_tensor *x, ons_tensor y);
/* Marks which tensors up to the largest of `values` depend on `with` and are needed by `values`; NULL: no memory. */
bool *learning_active(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count, const ons_tensor *with,
                      size_t count);
/* The same where the tensors `with` are taken for independent of one another. */
bool *learning_active_leaves(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count,
                             const ons_tensor *with, size_t count, bool leaves);
/* What a fixed point depends on: itself, then the active tensors that its step reads besides the state. NULL with a
 * fault when memory is short. */
ons_tensor *learning_implicit_leaves(ons_tensor_graph *graph, ons_tensor index, const bool *active, size_t *count);
/* Pull-backs (derivatives.h) in which nothing passes beyond the tensors `with` when `leaves`. */
void learning_pull_back(ons_tensor_graph *graph, const ons_tensor *values, const ons_tensor *seeds, size_t values_count,
                        const ons_tensor *with, size_t count, bool leaves, ons_tensor *gradients);
/* The sum of two tensors, each of which may be ONS_NO_TENSOR for zero. */
ons_tensor learning_plus(ons_tensor_graph *graph, ons_tensor a, ons_tensor b);
/* a[i-1] (0 for the first) along an axis, or a[i+1] when `reverse`. */
ons_tensor learning_shifted(ons_tensor_graph *graph, ons_tensor a, int axis, bool reverse);
/* The tensor made again from other inputs (of the same number; shapes may differ in broadcasting). */
ons_tensor learning_again(ons_tensor_graph *graph, ons_tensor tensor, const ons_tensor *inputs);
/* Structural, linear operations of one argument. */
bool learning_is_linear(operation op);

#endif

/*
 * Operations element by element: their shapes, and what they reduce to when a side is one number.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "zeros.h"

#include <math.h>
#include <string.h>

bool learning_broadcast_shape(ons_shape a, ons_shape b, ons_shape *result) {
    result->dimensions = a.dimensions > b.dimensions ? a.dimensions : b.dimensions;
    for (int i = 0; i < result->dimensions; i++) {
        int ia = i - result->dimensions + a.dimensions, ib = i - result->dimensions + b.dimensions;
        int64_t sa = ia < 0 ? 1 : a.size[ia], sb = ib < 0 ? 1 : b.size[ib];
        if (sa != sb && sa != 1 && sb != 1) { return false; }
        result->size[i] = sa == 1 ? sb : sa;
    }
    return true;
}

static const char *type_name(ons_tensor_type type) {
    return type == ONS_FLOAT ? "float" : type == ONS_DOUBLE ? "double" : "integer";
}

/* ---- one argument ------------------------------------------------------------------------------------------------ */

static double folded_unary(operation op, double x) {
    switch (op) {
    case NEGATE: return -x;
    case RECIPROCAL: return 1 / x;
    case ABSOLUTE: return fabs(x);
    case SQRT: return sqrt(x);
    case SQUARE: return x * x;
    default: return NAN;
    }
}

ons_tensor learning_unary(ons_tensor_graph *graph, operation op, ons_tensor a, double number) {
    if (a < 0 || graph->status) { return ONS_NO_TENSOR; }
    const tensor *t = &graph->tensors[a];
    if (t->type == ONS_INDEX) {
        return ons_tensor_fail(graph, "%s of integers; convert them first", learning_operation_name(op));
    }
    if (op == NEGATE && t->op == NEGATE) { return tensor_input(graph, a, 0); }
    if (op == NEGATE && t->op == PAD) {
        const ons_tensor shorter = zeros_negate(graph, a);
        if (shorter != ONS_NO_TENSOR || graph->status) { return shorter; }
        t = &graph->tensors[a];
    }
    if (op == ABSOLUTE && (t->op == ABSOLUTE || t->op == SQUARE)) { return a; }
    double x;
    if (learning_is_filled(graph, a, &x)) {
        double y = folded_unary(op, x);
        if (isfinite(y)) { return ons_tensor_like(graph, a, y); }
    }
    recipe what = {.op = op, .type = t->type, .shape = t->shape, .inputs = &a, .count = 1, .number = number};
    return learning_make(graph, &what);
}

#define UNARY(name, op)                                                                                                \
    ons_tensor ons_tensor_##name(ons_tensor_graph *graph, ons_tensor a) { return learning_unary(graph, op, a, 0); }
UNARY(negate, NEGATE)
UNARY(square, SQUARE)
UNARY(reciprocal, RECIPROCAL)
UNARY(absolute, ABSOLUTE)
UNARY(sign, SIGN)
UNARY(sqrt, SQRT)
UNARY(rsqrt, RSQRT)
UNARY(exp, EXP)
UNARY(log, LOG)
UNARY(log1p, LOG1P)
UNARY(expm1, EXPM1)
UNARY(sin, SIN)
UNARY(cos, COS)
UNARY(atan, ATAN)
UNARY(acos, ACOS)
UNARY(sinh, SINH)
UNARY(cosh, COSH)
UNARY(tanh, TANH)
UNARY(erf, ERF)
UNARY(sigmoid, SIGMOID)
UNARY(softplus, SOFTPLUS)

ons_tensor ons_tensor_power(ons_tensor_graph *graph, ons_tensor a, double exponent) {
    if (exponent == 0) { return ons_tensor_like(graph, a, 1); }
    if (exponent == 1) { return a; }
    if (exponent == 2) { return ons_tensor_square(graph, a); }
    if (exponent == -1) { return ons_tensor_reciprocal(graph, a); }
    if (exponent == 0.5) { return ons_tensor_sqrt(graph, a); }
    if (exponent == -0.5) { return ons_tensor_rsqrt(graph, a); }
    if (exponent == floor(exponent) && exponent > 0 && exponent <= 16) {
        const int n = (int)exponent, lower = n / 2;
        ons_tensor half = ons_tensor_power(graph, a, lower), all = ons_tensor_square(graph, half);
        return n % 2 ? ons_tensor_multiply(graph, all, a) : all;
    }
    return learning_unary(graph, POWER, a, exponent);
}

/* ---- two arguments ----------------------------------------------------------------------------------------------- */

static double folded_binary(operation op, double a, double b) {
    switch (op) {
    case ADD: return a + b;
    case SUBTRACT: return a - b;
    case MULTIPLY: return a * b;
    case DIVIDE: return a / b;
    case MAXIMUM: return a >= b ? a : b;
    case MINIMUM: return a <= b ? a : b;
    case LESS: return a < b;
    case LESS_EQUAL: return a <= b;
    default: return a == b;
    }
}

/* What is known when one side is a number; ONS_NO_TENSOR when nothing is. `shape` is that of the result. */
static ons_tensor simpler(ons_tensor_graph *graph, operation op, ons_tensor a, ons_tensor b, ons_shape shape) {
    double x = NAN, y = NAN;
    bool left = learning_is_filled(graph, a, &x), right = learning_is_filled(graph, b, &y);
    const ons_tensor_type type = graph->tensors[a].type;
    if (left && right && isfinite(folded_binary(op, x, y))) {
        return ons_tensor_filled(graph, type, shape, folded_binary(op, x, y));
    }
    bool a_fits = ons_shape_equal(graph->tensors[a].shape, shape),
         b_fits = ons_shape_equal(graph->tensors[b].shape, shape);
    if (op == ADD && left && x == 0 && b_fits) { return b; }
    if ((op == ADD || op == SUBTRACT) && right && y == 0 && a_fits) { return a; }
    if (op == SUBTRACT && left && x == 0 && b_fits) { return ons_tensor_negate(graph, b); }
    if (op == MULTIPLY && ((left && x == 0) || (right && y == 0))) { return ons_tensor_filled(graph, type, shape, 0); }
    if (op == MULTIPLY && left && x == 1 && b_fits) { return b; }
    if ((op == MULTIPLY || op == DIVIDE) && right && y == 1 && a_fits) { return a; }
    if (op == MULTIPLY && left && x == -1 && b_fits) { return ons_tensor_negate(graph, b); }
    if (op == MULTIPLY && right && y == -1 && a_fits) { return ons_tensor_negate(graph, a); }
    if (op == DIVIDE && left && x == 0) { return ons_tensor_filled(graph, type, shape, 0); }
    if (op == MULTIPLY && a == b) { return ons_tensor_square(graph, a); }
    return ONS_NO_TENSOR;
}

/* Numbers over a shape take no memory but as small as they may be: inside operations they are scalars. */
static ons_tensor shrunk(ons_tensor_graph *graph, ons_tensor a) {
    double x;
    if (!learning_is_filled(graph, a, &x)) { return a; }
    return ons_tensor_filled(graph, graph->tensors[a].type, ONS_SCALAR, x);
}

static bool commutes(operation op) { return op == ADD || op == MULTIPLY || op == EQUAL; }

ons_tensor learning_binary(ons_tensor_graph *graph, operation op, ons_tensor a, ons_tensor b) {
    if (a < 0 || b < 0 || graph->status) { return ONS_NO_TENSOR; }
    const tensor *s = &graph->tensors[a], *t = &graph->tensors[b];
    char left[ONS_SHAPE_TEXT], right[ONS_SHAPE_TEXT];
    ons_shape shape;
    if (!learning_broadcast_shape(s->shape, t->shape, &shape)) {
        return ons_tensor_fail(graph, "%s: the shapes %s of %s and %s of %s do not fit", learning_operation_name(op),
                               ons_shape_text(s->shape, left), ons_tensor_name(graph, a),
                               ons_shape_text(t->shape, right), ons_tensor_name(graph, b));
    }
    if (s->type != t->type || s->type == ONS_INDEX) {
        return ons_tensor_fail(graph, "%s of %s (%s) and %s (%s); expected two of float or two of double",
                               learning_operation_name(op), ons_tensor_name(graph, a), type_name(s->type),
                               ons_tensor_name(graph, b), type_name(t->type));
    }
    ons_tensor known = simpler(graph, op, a, b, shape);
    if (known != ONS_NO_TENSOR || graph->status) { return known; }
    known = zeros_binary(graph, op, a, b, shape);
    if (known != ONS_NO_TENSOR || graph->status) { return known; }
    const ons_tensor whole = a, other = b;
    ons_shape small;
    a = shrunk(graph, a);
    b = shrunk(graph, b);
    if (a < 0 || b < 0) { return ONS_NO_TENSOR; }
    /* A number may be shrunk only where the other side keeps the shape. */
    if (!learning_broadcast_shape(graph->tensors[a].shape, graph->tensors[b].shape, &small) ||
        !ons_shape_equal(small, shape)) {
        a = whole;
        b = other;
    }
    if (commutes(op) && a > b) {
        ons_tensor swap = a;
        a = b;
        b = swap;
    }
    recipe what = {
        .op = op, .type = graph->tensors[a].type, .shape = shape, .inputs = (ons_tensor[]){a, b}, .count = 2};
    return learning_make(graph, &what);
}

#define BINARY(name, op)                                                                                               \
    ons_tensor ons_tensor_##name(ons_tensor_graph *graph, ons_tensor a, ons_tensor b) {                                \
        return learning_binary(graph, op, a, b);                                                                       \
    }
BINARY(add, ADD)
BINARY(subtract, SUBTRACT)
BINARY(multiply, MULTIPLY)
BINARY(divide, DIVIDE)
BINARY(maximum, MAXIMUM)
BINARY(minimum, MINIMUM)

/* Integers are compared as numbers of the graph's type. */
static ons_tensor compared(ons_tensor_graph *graph, operation op, ons_tensor a, ons_tensor b) {
    if (ons_tensor_type_of(graph, a) == ONS_INDEX) { a = ons_tensor_convert(graph, a, graph->type); }
    if (ons_tensor_type_of(graph, b) == ONS_INDEX) { b = ons_tensor_convert(graph, b, graph->type); }
    return learning_binary(graph, op, a, b);
}
ons_tensor ons_tensor_less(ons_tensor_graph *graph, ons_tensor a, ons_tensor b) { return compared(graph, LESS, a, b); }
ons_tensor ons_tensor_less_equal(ons_tensor_graph *graph, ons_tensor a, ons_tensor b) {
    return compared(graph, LESS_EQUAL, a, b);
}
ons_tensor ons_tensor_equal(ons_tensor_graph *graph, ons_tensor a, ons_tensor b) {
    return compared(graph, EQUAL, a, b);
}

static ons_tensor number_for(ons_tensor_graph *graph, ons_tensor a, double number) {
    return ons_tensor_filled(graph, ons_tensor_type_of(graph, a), ONS_SCALAR, number);
}

ons_tensor ons_tensor_shift(ons_tensor_graph *graph, ons_tensor a, double number) {
    return ons_tensor_add(graph, a, number_for(graph, a, number));
}

/* Numbers of a chain of scalings are put together: what derivatives leave behind is full of them. */
ons_tensor ons_tensor_scale(ons_tensor_graph *graph, ons_tensor a, double number) {
    double before;
    if (a >= 0 && graph->tensors[a].op == MULTIPLY) {
        for (int i = 0; i < 2; i++) {
            ons_tensor other = tensor_input(graph, a, 1 - i);
            if (learning_is_filled(graph, tensor_input(graph, a, i), &before) &&
                ons_shape_equal(graph->tensors[other].shape, graph->tensors[a].shape)) {
                return ons_tensor_multiply(graph, other, number_for(graph, a, before * number));
            }
        }
    }
    return ons_tensor_multiply(graph, a, number_for(graph, a, number));
}

ons_tensor ons_tensor_select(ons_tensor_graph *graph, ons_tensor condition, ons_tensor a, ons_tensor b) {
    if (condition < 0 || a < 0 || b < 0 || graph->status) { return ONS_NO_TENSOR; }
    const tensor *c = &graph->tensors[condition], *s = &graph->tensors[a], *t = &graph->tensors[b];
    char texts[3][ONS_SHAPE_TEXT];
    ons_shape shape, two;
    if (!learning_broadcast_shape(s->shape, t->shape, &two) || !learning_broadcast_shape(c->shape, two, &shape)) {
        return ons_tensor_fail(graph, "select: the shapes %s, %s and %s do not fit", ons_shape_text(c->shape, texts[0]),
                               ons_shape_text(s->shape, texts[1]), ons_shape_text(t->shape, texts[2]));
    }
    if (c->type != s->type || s->type != t->type || s->type == ONS_INDEX) {
        return ons_tensor_fail(graph, "select of %s, %s and %s; expected three of float or three of double",
                               type_name(c->type), type_name(s->type), type_name(t->type));
    }
    double known;
    if (learning_is_filled(graph, condition, &known)) { return ons_tensor_broadcast(graph, known != 0 ? a : b, shape); }
    recipe what = {.op = SELECT, .type = s->type, .shape = shape, .count = 3};
    ons_tensor small[3] = {condition, shrunk(graph, a), shrunk(graph, b)}, large[3] = {condition, a, b};
    ons_shape left;
    if (graph->status) { return ONS_NO_TENSOR; }
    bool fits = learning_broadcast_shape(graph->tensors[small[1]].shape, graph->tensors[small[2]].shape, &two) &&
                learning_broadcast_shape(graph->tensors[condition].shape, two, &left) && ons_shape_equal(left, shape);
    what.inputs = fits ? small : large;
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_convert(ons_tensor_graph *graph, ons_tensor a, ons_tensor_type type) {
    if (a < 0 || graph->tensors[a].type == type) { return a; }
    if (type == ONS_INDEX) { return ons_tensor_fail(graph, "convert: integers come from outside only"); }
    double x;
    if (learning_is_filled(graph, a, &x)) { return ons_tensor_filled(graph, type, graph->tensors[a].shape, x); }
    recipe what = {.op = CONVERT, .type = type, .shape = graph->tensors[a].shape, .inputs = &a, .count = 1};
    return learning_make(graph, &what);
}

ons_tensor ons_tensor_stop(ons_tensor_graph *graph, ons_tensor a) {
    if (a < 0) { return a; }
    recipe what = {
        .op = STOP, .type = graph->tensors[a].type, .shape = graph->tensors[a].shape, .inputs = &a, .count = 1};
    return learning_make(graph, &what);
}

/* ---- activations ------------------------------------------------------------------------------------------------- */

ons_tensor ons_tensor_relu(ons_tensor_graph *graph, ons_tensor a) {
    return ons_tensor_maximum(graph, number_for(graph, a, 0), a); /* the first wins ties: slope 0 at 0 */
}

ons_tensor ons_tensor_silu(ons_tensor_graph *graph, ons_tensor a) {
    return ons_tensor_multiply(graph, a, ons_tensor_sigmoid(graph, a));
}

ons_tensor ons_tensor_gelu(ons_tensor_graph *graph, ons_tensor a) {
    ons_tensor phi = ons_tensor_erf(graph, ons_tensor_scale(graph, a, sqrt(0.5)));
    return ons_tensor_multiply(graph, ons_tensor_scale(graph, a, 0.5), ons_tensor_shift(graph, phi, 1));
}

/* a (1 + tanh(sqrt(2 / pi) (a + 0.044715 a^3))) / 2 (Hendrycks and Gimpel 2016). */
ons_tensor ons_tensor_gelu_tanh(ons_tensor_graph *graph, ons_tensor a) {
    ons_tensor cube = ons_tensor_multiply(graph, ons_tensor_square(graph, a), a);
    ons_tensor inside = ons_tensor_add(graph, a, ons_tensor_scale(graph, cube, 0.044715));
    ons_tensor gate = ons_tensor_tanh(graph, ons_tensor_scale(graph, inside, 0.79788456080286535588));
    return ons_tensor_multiply(graph, ons_tensor_scale(graph, a, 0.5), ons_tensor_shift(graph, gate, 1));
}

/*
 * Graphs of tensors: what a network computes, recorded once, differentiated as a graph, and replayed by a program.
 *
 * A graph is a list of tensors, each made by one operation from earlier ones (single assignment), of a fixed type and
 * a fixed shape. The functions below append to it and return the new tensor, a small number that belongs to its graph.
 * Equal operations on equal tensors give the same tensor; a tensor that cannot be made (shapes that do not fit, types
 * that differ, memory) is ONS_NO_TENSOR, the graph keeps the message of the first such fault, operations on
 * ONS_NO_TENSOR give ONS_NO_TENSOR in silence, and ons_tensor_graph_status or the creation of a program reports it:
 * a model is written without looking at every line. Messages name the layer (ons_tensor_scope), the operation and the
 * shapes on both sides.
 *
 * Conventions. Shapes have 0 to 6 dimensions, all sizes at least 1; numbers lie row by row (the last dimension is
 * contiguous). Operations on elements broadcast as NumPy does: shapes are aligned at the right, and a dimension that is
 * 1 or missing is repeated. The two sides of an operation have one type; where a plain double is asked for it is
 * rounded to the type of the tensor. Axes count from 0; negative ones from the end (-1: the last).
 *
 * Derivatives (derivatives.h) append to the same graph, so that derivatives of derivatives are what they should be.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_GRAPH_H
#define ONSAGER_LEARNING_GRAPH_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- graphs and tensors ------------------------------------------------------------------------------------------ */

typedef struct ons_tensor_graph ons_tensor_graph;
typedef int32_t ons_tensor;
enum { ONS_NO_TENSOR = -1, ONS_TENSOR_DIMENSIONS = 6 };

/* Single and double precision; 32-bit integers (labels, indices: made outside, never differentiated). */
typedef enum ons_tensor_type { ONS_FLOAT, ONS_DOUBLE, ONS_INDEX } ons_tensor_type;

typedef struct ons_shape {
    int dimensions;
    int64_t size[ONS_TENSOR_DIMENSIONS];
} ons_shape;

/* ONS_SHAPE(25600, 128) */
#define ONS_SHAPE(...) ((ons_shape){sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), {__VA_ARGS__}})
#define ONS_SCALAR ((ons_shape){0, {0}})
ONS_API int64_t ons_shape_count(ons_shape shape); /* of its numbers; 1 for a scalar */
ONS_API bool ons_shape_equal(ons_shape a, ons_shape b);
#define ONS_SHAPE_TEXT 160
ONS_API const char *ons_shape_text(ons_shape shape, char buffer[ONS_SHAPE_TEXT]); /* "[25600, 128]" */

/* An empty graph. `type` is that of tensors made from plain numbers and of parameters (ONS_FLOAT or ONS_DOUBLE). */
ONS_API ons_status ons_tensor_graph_create(ons_tensor_graph **graph, ons_tensor_type type);
ONS_API void ons_tensor_graph_free(ons_tensor_graph *graph);
ONS_API ons_tensor_type ons_tensor_graph_type(const ons_tensor_graph *graph);
/* ONS_OK, or the status of the first fault, with its message set again for this thread. */
ONS_API ons_status ons_tensor_graph_status(const ons_tensor_graph *graph);
/* Forgets the first fault: for callers that look after every tensor, have told it, and go on with the graph. */
ONS_API void ons_tensor_graph_forgive(ons_tensor_graph *graph);
/* Records a fault of the caller's own (a layer that is asked for an odd number of heads) unless there is one already;
 * returns ONS_NO_TENSOR. The message is put behind the scope. */
ONS_API ons_tensor ons_tensor_fail(ons_tensor_graph *graph, const char *format, ...) ONS_FORMAT(2, 3);
ONS_API size_t ons_tensor_graph_count(const ons_tensor_graph *graph); /* of tensors */

/* Everything made until the matching ons_tensor_leave belongs to this layer: its name stands in messages and before
 * the names of inputs, parameters and taps ("encoder/first/weight"). Scopes nest; at most 16 deep, 200 bytes long. */
ONS_API void ons_tensor_scope(ons_tensor_graph *graph, const char *name);
ONS_API void ons_tensor_leave(ons_tensor_graph *graph);

ONS_API ons_shape ons_tensor_shape(const ons_tensor_graph *graph, ons_tensor tensor); /* a scalar for ONS_NO_TENSOR */
ONS_API int64_t ons_tensor_size(const ons_tensor_graph *graph, ons_tensor tensor, int axis); /* 1 for ONS_NO_TENSOR */
ONS_API ons_tensor_type ons_tensor_type_of(const ons_tensor_graph *graph, ons_tensor tensor);
/* The name of an input, parameter or tap, else that of its operation ("matmul"). For messages. */
ONS_API const char *ons_tensor_name(const ons_tensor_graph *graph, ons_tensor tensor);

/* ---- where numbers come from ------------------------------------------------------------------------------------- */

/* What the caller writes before a run (ons_program_input). Names are unique in the graph. */
ONS_API ons_tensor ons_tensor_input(ons_tensor_graph *graph, const char *name, ons_tensor_type type, ons_shape shape);

/* A parameter, of the graph's type. All parameters lie in one array, in the order in which they were made, without
 * gaps: what optimisers, checkpoints and files work on. A name that is already a parameter of the same shape gives
 * the same tensor (tied weights); of another shape it is a fault. */
ONS_API ons_tensor ons_tensor_parameter(ons_tensor_graph *graph, const char *name, ons_shape shape);

typedef struct ons_tensor_parameter_info {
    const char *name; /* with its scope; belongs to the graph */
    ons_shape shape;
    size_t offset, count; /* of numbers in the flat array */
    ons_tensor tensor;
} ons_tensor_parameter_info;
ONS_API size_t ons_tensor_parameter_count(const ons_tensor_graph *graph); /* of parameters */
ONS_API ons_tensor_parameter_info ons_tensor_parameter_at(const ons_tensor_graph *graph, size_t index);
/* The index of a parameter by its full name; ONS_INVALID with the nearest name when there is none. */
ONS_API ons_status ons_tensor_parameter_find(const ons_tensor_graph *graph, const char *name, size_t *index);
ONS_API size_t ons_tensor_parameter_total(const ons_tensor_graph *graph); /* numbers in the flat array */

/* Numbers that never change: one repeated over a shape, or an array that is copied (in the type of `type`: float,
 * double or int32_t). */
ONS_API ons_tensor ons_tensor_number(ons_tensor_graph *graph, double value);
ONS_API ons_tensor ons_tensor_filled(ons_tensor_graph *graph, ons_tensor_type type, ons_shape shape, double value);
ONS_API ons_tensor ons_tensor_constant(ons_tensor_graph *graph, ons_tensor_type type, ons_shape shape,
                                       const void *numbers);
/* The same tensor (or its type and shape filled) in words: */
ONS_API ons_tensor ons_tensor_like(ons_tensor_graph *graph, ons_tensor tensor, double value);

/* A named place. Its value is `tensor`'s, unless the caller of the program overrides it (ons_program_override): so any
 * activation can be read and written. It costs nothing in programs that do not ask for it. */
ONS_API ons_tensor ons_tensor_tap(ons_tensor_graph *graph, ons_tensor tensor, const char *name);
/* The tensor of an input, a parameter or a tap by its full name; ONS_INVALID with the nearest name if there is none. */
ONS_API ons_status ons_tensor_find(const ons_tensor_graph *graph, const char *name, ons_tensor *tensor);

/* ---- element by element ------------------------------------------------------------------------------------------ */

ONS_API ons_tensor ons_tensor_add(ons_tensor_graph *graph, ons_tensor a, ons_tensor b);
ONS_API ons_tensor ons_tensor_subtract(ons_tensor_graph *graph, ons_tensor a, ons_tensor b);
ONS_API ons_tensor ons_tensor_multiply(ons_tensor_graph *graph, ons_tensor a, ons_tensor b);
ONS_API ons_tensor ons_tensor_divide(ons_tensor_graph *graph, ons_tensor a, ons_tensor b);
ONS_API ons_tensor ons_tensor_maximum(ons_tensor_graph *graph, ons_tensor a,
                                      ons_tensor b); /* at ties: a, also its derivative */
ONS_API ons_tensor ons_tensor_minimum(ons_tensor_graph *graph, ons_tensor a, ons_tensor b);
ONS_API ons_tensor ons_tensor_shift(ons_tensor_graph *graph, ons_tensor a, double number);   /* a + number */
ONS_API ons_tensor ons_tensor_scale(ons_tensor_graph *graph, ons_tensor a, double number);   /* a number */
ONS_API ons_tensor ons_tensor_power(ons_tensor_graph *graph, ons_tensor a, double exponent); /* integers: products */
ONS_API ons_tensor ons_tensor_negate(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_square(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_reciprocal(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_absolute(ons_tensor_graph *graph, ons_tensor a); /* derivative 0 at 0 */
ONS_API ons_tensor ons_tensor_sign(ons_tensor_graph *graph, ons_tensor a);     /* -1, 0, 1; derivative 0 */
ONS_API ons_tensor ons_tensor_sqrt(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_rsqrt(ons_tensor_graph *graph, ons_tensor a); /* 1 / sqrt(a) */
ONS_API ons_tensor ons_tensor_exp(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_log(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_log1p(ons_tensor_graph *graph, ons_tensor a); /* log(1 + a) */
ONS_API ons_tensor ons_tensor_expm1(ons_tensor_graph *graph, ons_tensor a); /* exp(a) - 1 */
ONS_API ons_tensor ons_tensor_sin(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_cos(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_atan(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_acos(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_sinh(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_cosh(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_tanh(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_erf(ons_tensor_graph *graph, ons_tensor a);
ONS_API ons_tensor ons_tensor_sigmoid(ons_tensor_graph *graph, ons_tensor a);   /* 1 / (1 + exp(-a)) */
ONS_API ons_tensor ons_tensor_softplus(ons_tensor_graph *graph, ons_tensor a);  /* log(1 + exp(a)), without overflow */
ONS_API ons_tensor ons_tensor_relu(ons_tensor_graph *graph, ons_tensor a);      /* derivative 0 at 0 */
ONS_API ons_tensor ons_tensor_silu(ons_tensor_graph *graph, ons_tensor a);      /* a sigmoid(a) */
ONS_API ons_tensor ons_tensor_gelu(ons_tensor_graph *graph, ons_tensor a);      /* a (1 + erf(a / sqrt 2)) / 2 */
ONS_API ons_tensor ons_tensor_gelu_tanh(ons_tensor_graph *graph, ons_tensor a); /* its approximation by a tanh */
/* 1 where the comparison holds, else 0, in the type of the arguments (integers too: as the graph's type). */
ONS_API ons_tensor ons_tensor_less(ons_tensor_graph *graph, ons_tensor a, ons_tensor b);       /* a < b */
ONS_API ons_tensor ons_tensor_less_equal(ons_tensor_graph *graph, ons_tensor a, ons_tensor b); /* a <= b */
ONS_API ons_tensor ons_tensor_equal(ons_tensor_graph *graph, ons_tensor a, ons_tensor b);
/* a where the condition is not 0, else b; what is not chosen may be anything (infinite, too), also in derivatives. */
ONS_API ons_tensor ons_tensor_select(ons_tensor_graph *graph, ons_tensor condition, ons_tensor a, ons_tensor b);
/* Between single and double precision, and from integers to either. */
ONS_API ons_tensor ons_tensor_convert(ons_tensor_graph *graph, ons_tensor a, ons_tensor_type type);
/* The tensor itself, which derivatives take for a constant. */
ONS_API ons_tensor ons_tensor_stop(ons_tensor_graph *graph, ons_tensor a);

/* ---- sums, and the like ------------------------------------------------------------------------------------------ */

/* Over the axes whose bits are set (ONS_AXIS(0) | ONS_AXIS(-1), ONS_ALL_AXES); reduced axes go, or stay with size 1
 * when `keep`. Sums run in a fixed tree, the same for every number of threads. */
#define ONS_AXIS(axis) (1U << ((axis) < 0 ? (axis) + 16 : (axis))) /* -1: the last, bit 15 */
enum { ONS_ALL_AXES = 1 << 30 };
ONS_API ons_tensor ons_tensor_sum(ons_tensor_graph *graph, ons_tensor a, unsigned axes, bool keep);
ONS_API ons_tensor ons_tensor_mean(ons_tensor_graph *graph, ons_tensor a, unsigned axes, bool keep);
ONS_API ons_tensor ons_tensor_maximum_over(ons_tensor_graph *graph, ons_tensor a, unsigned axes, bool keep);
/* The derivative of a maximum is shared equally by the elements that attain it. */
ONS_API ons_tensor ons_tensor_log_sum_exp(ons_tensor_graph *graph, ons_tensor a, int axis, bool keep);
ONS_API ons_tensor ons_tensor_softmax(ons_tensor_graph *graph, ons_tensor a, int axis);
ONS_API ons_tensor ons_tensor_log_softmax(ons_tensor_graph *graph, ons_tensor a, int axis);
/* Running sums along an axis: out[i] = a[0] + ... + a[i]; from the other end when `reverse`. */
ONS_API ons_tensor ons_tensor_cumulative_sum(ons_tensor_graph *graph, ons_tensor a, int axis, bool reverse);
/* The linear recurrence h[i] = a[i] h[i-1] + b[i] along an axis, h[-1] = 0 (from the other end: h[i+1]), the core of
 * state-space layers. a and b have one shape. Work linear in the length. */
ONS_API ons_tensor ons_tensor_scan(ons_tensor_graph *graph, ons_tensor a, ons_tensor b, int axis, bool reverse);

/* ---- products of matrices ---------------------------------------------------------------------------------------- */

/* The last two dimensions are matrices, [..., n, k] x [..., k, m] -> [..., n, m]; the dimensions before them broadcast.
 * With ONS_TRANSPOSE_A the first is given as [..., k, n], with ONS_TRANSPOSE_B the second as [..., m, k]. Two
 * dimensions at least on both sides. [b, n, k] x [k, m] is one product of b n rows. */
enum { ONS_TRANSPOSE_A = 1, ONS_TRANSPOSE_B = 2 };
ONS_API ons_tensor ons_tensor_matmul(ons_tensor_graph *graph, ons_tensor a, ons_tensor b, unsigned transposes);

/* The solution x of A x = b, A [..., n, n], b [..., n, m], by LU with partial pivots. A singular matrix gives values
 * that are not finite. */
ONS_API ons_tensor ons_tensor_solve(ons_tensor_graph *graph, ons_tensor A, ons_tensor b, bool transposed);

/* ---- shapes ------------------------------------------------------------------------------------------------------ */

ONS_API ons_tensor ons_tensor_reshape(ons_tensor_graph *graph, ons_tensor a, ons_shape shape); /* one size may be -1 */
/* Axis i of the result is axis order[i] of a. */
ONS_API ons_tensor ons_tensor_permute(ons_tensor_graph *graph, ons_tensor a, const int *order);
ONS_API ons_tensor ons_tensor_transpose(ons_tensor_graph *graph, ons_tensor a); /* the last two axes */
ONS_API ons_tensor ons_tensor_broadcast(ons_tensor_graph *graph, ons_tensor a, ons_shape shape);
/* Sums over what broadcasting repeated, so that `shape` comes out: the opposite of ons_tensor_broadcast. */
ONS_API ons_tensor ons_tensor_collect(ons_tensor_graph *graph, ons_tensor a, ons_shape shape);
/* Elements first, first + step, ... (before `last`) along an axis; step >= 1. */
ONS_API ons_tensor ons_tensor_slice(ons_tensor_graph *graph, ons_tensor a, int axis, int64_t first, int64_t last,
                                    int64_t step);
/* Index `index` along an axis, which goes. */
ONS_API ons_tensor ons_tensor_at(ons_tensor_graph *graph, ons_tensor a, int axis, int64_t index);
ONS_API ons_tensor ons_tensor_concatenate(ons_tensor_graph *graph, const ons_tensor *parts, size_t count, int axis);
/* Puts tensors of one shape side by side along a new axis. */
ONS_API ons_tensor ons_tensor_stack(ons_tensor_graph *graph, const ons_tensor *parts, size_t count, int axis);
/* Zeros `before` and `after`, and step - 1 of them between the elements, along an axis: the opposite of a slice. Where
 * they are half of the elements or more, nothing is computed with them: zero times an infinite number is zero there. */
ONS_API ons_tensor ons_tensor_pad(ons_tensor_graph *graph, ons_tensor a, int axis, int64_t before, int64_t after,
                                  int64_t step);
ONS_API ons_tensor ons_tensor_reverse(ons_tensor_graph *graph, ons_tensor a, int axis);

/* ---- by index ---------------------------------------------------------------------------------------------------- */

/* out[i..., j...] = a[index[i...], j...]: rows of the first axis of a. Index: integers of any shape. An index outside
 * stops the run with its value (ONS_INVALID). */
ONS_API ons_tensor ons_tensor_gather(ons_tensor_graph *graph, ons_tensor a, ons_tensor index);
/* The opposite: out[rows, j...], out[index[i...], j...] += a[i..., j...], in the order of i. */
ONS_API ons_tensor ons_tensor_scatter(ons_tensor_graph *graph, ons_tensor a, ons_tensor index, int64_t rows);
/* 1 in column index[i...] of a row of `columns`, else 0, in the graph's type: [i..., columns]. */
ONS_API ons_tensor ons_tensor_one_hot(ons_tensor_graph *graph, ons_tensor index, int64_t columns);
/* out[i...] = a[i..., index[i...]]: one element of each row of the last axis (the logit of a label). */
ONS_API ons_tensor ons_tensor_pick(ons_tensor_graph *graph, ons_tensor a, ons_tensor index);

/* ---- convolution ------------------------------------------------------------------------------------------------- */

typedef struct ons_convolution {
    int64_t stride[2], dilation[2]; /* 0 means 1 */
    int64_t before[2], after[2];    /* zeros around the image; negative values are refused */
    int64_t groups;                 /* 0 means 1; channels of input and output in this many separate groups */
} ons_convolution;
/* Cross-correlation, as is usual: a [batch, channels, height, width] with kernel [outputs, channels / groups, kh, kw].
 * In one dimension a is [batch, channels, length], kernel [outputs, channels / groups, k], and index 0 of the options
 * counts. By unfolding and a product of matrices. */
ONS_API ons_tensor ons_tensor_convolve(ons_tensor_graph *graph, ons_tensor a, ons_tensor kernel,
                                       const ons_convolution *options);
/* Windows of one axis: [..., n, ...] -> [..., windows, ..., width] (the new last axis runs through a window), window w
 * at w stride + i dilation. The opposite (its adjoint), which adds where windows overlap, is ons_tensor_fold. */
ONS_API ons_tensor ons_tensor_unfold(ons_tensor_graph *graph, ons_tensor a, int axis, int64_t width, int64_t stride,
                                     int64_t dilation);
ONS_API ons_tensor ons_tensor_fold(ons_tensor_graph *graph, ons_tensor a, int axis, int64_t size, int64_t stride,
                                   int64_t dilation);

#ifdef __cplusplus
}
#endif
#endif

/*
 * Derivatives of graphs of tensors, as further tensors of the same graph: they may be differentiated again.
 *
 * Reverse mode costs a few times the function for all arguments at once (Linnainmaa 1970); forward mode the same for
 * one direction; jets carry truncated Taylor series through the graph (Griewank and Walther, Evaluating Derivatives,
 * 2008, chapter 13), one product of matrices for all coefficients of a layer. Reverse over jets, forward over reverse
 * and so on are what one gets by calling one after the other.
 *
 * Faults stay in the graph as they do in graph.h; results are then ONS_NO_TENSOR.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_DERIVATIVES_H
#define ONSAGER_LEARNING_DERIVATIVES_H

#include <onsager/learning/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* gradients[i] = d value / d with[i], in the shape of with[i] (zeros where nothing depends on it). `value` is a scalar
 * (or has one element). */
ONS_API void ons_tensor_gradient(ons_tensor_graph *graph, ons_tensor value, const ons_tensor *with, size_t count,
                                 ons_tensor *gradients);
/* gradients[i] = sum over v of sum over elements of seeds[v] d values[v] / d with[i]: vector-Jacobian products. */
ONS_API void ons_tensor_pull_back(ons_tensor_graph *graph, const ons_tensor *values, const ons_tensor *seeds,
                                  size_t values_count, const ons_tensor *with, size_t count, ons_tensor *gradients);
/* The gradient with respect to all parameters made so far, as one tensor [ons_tensor_parameter_total] in the layout of
 * the flat array. */
ONS_API ons_tensor ons_tensor_parameter_gradient(ons_tensor_graph *graph, ons_tensor value);

/* tangents[v] = sum over i of (d values[v] / d with[i]) directions[i]: Jacobian-vector products (forward mode).
 * directions[i] has the shape of with[i]. */
ONS_API void ons_tensor_push_forward(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count,
                                     const ons_tensor *with, const ons_tensor *directions, size_t count,
                                     ons_tensor *tangents);
/* products[i] = (Hessian of the scalar `value` in all of with[0..count-1]) times directions, part i: forward over
 * reverse. */
ONS_API void ons_tensor_hessian_product(ons_tensor_graph *graph, ons_tensor value, const ons_tensor *with,
                                        const ons_tensor *directions, size_t count, ons_tensor *products);
/* The same in the flat layout of all parameters; direction is [ons_tensor_parameter_total]. */
ONS_API ons_tensor ons_tensor_parameter_hessian_product(ons_tensor_graph *graph, ons_tensor value,
                                                        ons_tensor direction);

/* ---- jets -------------------------------------------------------------------------------------------------------- */

enum { ONS_JET_DIRECTIONS = 4, ONS_JET_ORDER = 4, ONS_JET_TERMS = 8 };

/* A mixed derivative: orders[d] times along direction d. {{2, 1}} is d^3 / (dx0^2 dx1). The sum of orders is at most
 * ONS_JET_ORDER. */
typedef struct ons_partial {
    unsigned char orders[ONS_JET_DIRECTIONS];
} ons_partial;

/* One input with its directions: where the input is moved by s_0, s_1, ..., it becomes
 * with + sum over d of s_d directions[d]. directions[d] has the shape of `with`, or one that broadcasts to it, or is
 * ONS_NO_TENSOR where direction d does not move this input. For the columns of a batch of points see
 * ons_tensor_jet_columns. */
typedef struct ons_jet_input {
    ons_tensor with;
    ons_tensor directions[ONS_JET_DIRECTIONS];
} ons_jet_input;

/* derivatives[v * partials_count + p] = the mixed derivative partials[p] of values[v] along the directions of the
 * inputs, taken element by element (in the shape of values[v]). The coefficients that the set needs are found and
 * carried once, together; a layer multiplies all of them in one product of matrices. */
ONS_API void ons_tensor_jets(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count,
                             const ons_jet_input *inputs, size_t inputs_count, const ons_partial *partials,
                             size_t partials_count, ons_tensor *derivatives);
/* The usual case: points [n, columns], direction d moves column axes[d] of every point. A network that treats rows
 * apart then gives the partial derivatives of its output with respect to coordinates. */
ONS_API void ons_tensor_jet_columns(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count,
                                    ons_tensor points, const int *axes, size_t axes_count, const ons_partial *partials,
                                    size_t partials_count, ons_tensor *derivatives);

/* A sum of derivatives with constant factors: sum over k of factors[k] partials[k], each of order 1 at least. */
typedef struct ons_differential {
    size_t count;
    ons_partial partials[ONS_JET_TERMS];
    double factors[ONS_JET_TERMS];
} ons_differential;
/* The same with operators: derivatives[v * (partials_count + operators_count) + ...] are the partials of value v, then
 * what the operators make of it. An operator is carried through the layers as one coefficient instead of one for each
 * of its highest derivatives (as the forward Laplacian: Li et al., Nature Machine Intelligence 6, 209, 2024, for the
 * sum of second derivatives): u_t - D u_xx costs u, u_x and itself. */
ONS_API void ons_tensor_jet_operators(ons_tensor_graph *graph, const ons_tensor *values, size_t values_count,
                                      ons_tensor points, const int *axes, size_t axes_count,
                                      const ons_partial *partials, size_t partials_count,
                                      const ons_differential *operators, size_t operators_count,
                                      ons_tensor *derivatives);

/* ---- many at once ------------------------------------------------------------------------------------------------ */

/* The part of the graph between `inputs` and `outputs` for many inputs at once: many[i] is [n, shape of inputs[i]],
 * results[o] is [n, shape of outputs[o]]. Everything else it depends on (parameters) is shared. Products of the rows
 * with shared matrices become one product. */
ONS_API void ons_tensor_map(ons_tensor_graph *graph, const ons_tensor *inputs, const ons_tensor *many, size_t count,
                            const ons_tensor *outputs, size_t outputs_count, ons_tensor *results);
/* Per-example Jacobians: for one example `input` (the shape of one) with `output` computed from it, and examples
 * [n, shape of input], gives [n, elements of output, ons_tensor_parameter_total]: rows of the Jacobian with respect to
 * all parameters. Its product with its transpose is the empirical tangent kernel (Jacot, Gabriel and Hongler 2018). */
ONS_API ons_tensor ons_tensor_jacobians(ons_tensor_graph *graph, ons_tensor input, ons_tensor output,
                                        ons_tensor examples);

/* The same computation with some tensors put in place of others: results[o] is outputs[o] in which from[i] was replaced
 * by to[i] (of the same shape and type). */
ONS_API void ons_tensor_substitute(ons_tensor_graph *graph, const ons_tensor *from, const ons_tensor *to, size_t count,
                                   const ons_tensor *outputs, size_t outputs_count, ons_tensor *results);

/* ---- memory for time --------------------------------------------------------------------------------------------- */

/* Between these two calls the tensors made form a stretch that reverse mode does not keep but computes again from the
 * values that enter it. Stretches do not nest. */
ONS_API void ons_tensor_checkpoint(ons_tensor_graph *graph);
ONS_API void ons_tensor_checkpoint_end(ons_tensor_graph *graph);

/* ---- fixed points ------------------------------------------------------------------------------------------------ */

/* `step` is one step made from `state` (step has the shape of state): the fixed point is state = step(state, ...). The
 * result is the state after `iterations` steps from `start` (damped: state + damping (step - state)); its derivatives
 * are those of the exact fixed point by the implicit function theorem, with the adjoint (or tangent) equation solved by
 * as many iterations. `residual` (may be NULL) receives the tensor max |step(result) - result|: look at it. */
ONS_API ons_tensor ons_tensor_fixed_point(ons_tensor_graph *graph, ons_tensor state, ons_tensor step, ons_tensor start,
                                          int iterations, double damping, ons_tensor *residual);

#ifdef __cplusplus
}
#endif
#endif

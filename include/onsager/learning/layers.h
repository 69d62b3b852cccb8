/*
 * learning/layers: layers as plain functions over a graph of tensors, and the first values of their parameters.
 *
 * A layer's parameters have names ("encoder/first/weight") that begin with the scope in which it is made and its own
 * name; a name that is there already gives the same tensor, which is how weights are tied. Every layer taps its result
 * as NAME/out, so that any activation can be read and, where a program allows it, written (used again with the same
 * name: NAME/out-2, ...). How a parameter is drawn at the start is remembered beside the graph; ons_layers_draw draws
 * them all, each from a stream of its own that depends on the key, the replica and the parameter's name alone, so that
 * a layer more or less changes no other's values.
 *
 * Batches come first: [batch, features], [batch, time, features], [batch, channels, ...]. Faults stay in the graph.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_LAYERS_H
#define ONSAGER_LEARNING_LAYERS_H

#include <onsager/learning/graph.h>
#include <onsager/learning/optimiser.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- first values
 * ----------------------------------------------------------------------------------------------------
 */

typedef enum ons_initial_kind {
    ONS_INITIAL_STANDARD,        /* what the layer does by itself: Glorot uniform for weights, 0 for biases */
    ONS_INITIAL_CONSTANT,        /* `value` */
    ONS_INITIAL_NORMAL,          /* standard deviation `value` */
    ONS_INITIAL_UNIFORM,         /* in (-value, value) */
    ONS_INITIAL_GLOROT_UNIFORM,  /* in +- value sqrt(6/(in + out)): Glorot and Bengio 2010 */
    ONS_INITIAL_GLOROT_NORMAL,   /* standard deviation value sqrt(2/(in + out)) */
    ONS_INITIAL_KAIMING_UNIFORM, /* in +- value sqrt(6/in): He et al. 2015 */
    ONS_INITIAL_KAIMING_NORMAL,  /* standard deviation value sqrt(2/in) */
    ONS_INITIAL_FAN_IN           /* in +- value/sqrt(in), biases too: what PyTorch's layers do by themselves */
} ons_initial_kind;
typedef struct ons_initial {
    ons_initial_kind kind;
    double value; /* 0 means 1, but for constants */
} ons_initial;

/* The layers of one graph: how its parameters begin. */
typedef struct ons_layers ons_layers;
ONS_API ons_status ons_layers_create(ons_layers **layers, ons_tensor_graph *graph);
ONS_API void ons_layers_free(ons_layers *layers); /* not the graph */
ONS_API ons_tensor_graph *ons_layers_graph(const ons_layers *layers);
/* What ONS_INITIAL_STANDARD is from now on, for weights and for biases. */
ONS_API void ons_layers_standard(ons_layers *layers, ons_initial weights, ons_initial biases);
/* A parameter of one's own. `in` and `out`: inputs and outputs of a unit, for the rules that ask. */
ONS_API ons_tensor ons_layers_parameter(ons_layers *layers, const char *name, ons_shape shape, ons_initial initial,
                                        double in, double out);
/* Draws all parameters of the graph into parameters[ons_tensor_parameter_total], float or double as the graph's type;
 * those made without a layer begin with 0. */
ONS_API ons_status ons_layers_draw(const ons_layers *layers, uint64_t key, uint32_t replica, void *parameters);

/* Groups for an optimiser, one a parameter, in the order of the flat array: rate 1 and decay 1, changed by the rules
 * whose pattern the name fits, in order ('*' stands for any letters). *groups is allocated; names belong to the graph.
 * ONS_INVALID: a rule that fits no name, with the nearest one. */
typedef struct ons_group_rule {
    const char *pattern; /* for example an asterisk and "/bias" */
    double rate, decay;  /* factors; rate 0: frozen */
} ons_group_rule;
ONS_API ons_status ons_layers_groups(const ons_tensor_graph *graph, const ons_group_rule *rules, size_t count,
                                     ons_parameter_group **groups, size_t *group_count);

/* ---- plain layers
 * ----------------------------------------------------------------------------------------------------
 */

typedef enum ons_activation {
    ONS_ACTIVATION_LINEAR,
    ONS_ACTIVATION_RELU,
    ONS_ACTIVATION_TANH,
    ONS_ACTIVATION_SIGMOID,
    ONS_ACTIVATION_GELU,
    ONS_ACTIVATION_SILU,
    ONS_ACTIVATION_SOFTPLUS,
    ONS_ACTIVATION_SIN,
    ONS_ACTIVATION_ERF
} ons_activation;
ONS_API ons_tensor ons_layer_activation(ons_tensor_graph *graph, ons_activation activation, ons_tensor a);

/* a [..., in] -> a weight + bias, weight [in, outputs]. */
typedef struct ons_dense {
    int64_t outputs;
    bool no_bias;
    ons_initial weight, bias;
    ons_activation activation;
} ons_dense;
ONS_API ons_tensor ons_layer_dense(ons_layers *layers, const char *name, ons_tensor a, const ons_dense *options);

/* Dense layers named 0, 1, ... of widths[0..count-1], the activation between them, none after the last. */
ONS_API ons_tensor ons_layer_mlp(ons_layers *layers, const char *name, ons_tensor a, const int64_t *widths,
                                 size_t count, ons_activation activation);

/* The "modified" perceptron of Wang, Teng and Perdikaris (2021): u = s(a Wu + bu), v = s(a Wv + bv), and every hidden
 * layer h <- z u + (1 - z) v with z = s(h W + b). All of widths but the last, the output, must be equal. */
ONS_API ons_tensor ons_layer_gated_mlp(ons_layers *layers, const char *name, ons_tensor a, const int64_t *widths,
                                       size_t count, ons_activation activation);

/* [cos(a B), sin(a B)], B [in, features] of normal numbers of standard deviation `scale` (Tancik et al. 2020), frozen
 * unless `trained`. */
ONS_API ons_tensor ons_layer_fourier(ons_layers *layers, const char *name, ons_tensor a, int64_t features, double scale,
                                     bool trained);
/* Columns cos(2 pi k a/period), sin(2 pi k a/period), k = 1 .. modes, of one column a [n, 1]: exact periodicity. */
ONS_API ons_tensor ons_layer_periodic(ons_layers *layers, ons_tensor a, double period, int64_t modes);

/* Rows of a table [rows, width] by index; normal numbers of standard deviation 1 by itself. */
ONS_API ons_tensor ons_layer_embedding(ons_layers *layers, const char *name, ons_tensor index, int64_t rows,
                                       int64_t width, ons_initial initial);

/* ---- normalisation
 * ---------------------------------------------------------------------------------------------------
 */

/* (a - mean)/sqrt(variance + epsilon) gain + shift over the last axis; epsilon 0: 1e-5. */
ONS_API ons_tensor ons_layer_norm(ons_layers *layers, const char *name, ons_tensor a, double epsilon);
/* a/sqrt(mean a^2 + epsilon) gain; epsilon 0: 1e-6. */
ONS_API ons_tensor ons_layer_rms_norm(ons_layers *layers, const char *name, ons_tensor a, double epsilon);
/* Over all axes but axis 1 (channels). Training: by the batch's own mean and variance, which *mean and *variance
 * receive, so that the caller may average them. Otherwise these are inputs NAME/mean and NAME/variance. */
ONS_API ons_tensor ons_layer_batch_norm(ons_layers *layers, const char *name, ons_tensor a, double epsilon,
                                        bool training, ons_tensor *mean, ons_tensor *variance);

/* ---- sequences: [batch, time, features]
 * ------------------------------------------------------------------------------
 */

typedef struct ons_attention {
    int64_t heads;      /* divides `width` */
    int64_t width;      /* of all heads together; 0: the features of a */
    bool causal;        /* no look at later times */
    bool qk_norm;       /* RMS norm of queries and keys, a gain for each (Henry et al. 2020 in the form now usual) */
    bool no_bias;       /* of the four projections */
    double temperature; /* scores are q k/temperature; 0: sqrt(width/heads) */
} ons_attention;
/* softmax(q k^T/temperature) v of heads side by side, projected back to the features of a. Taps NAME/pattern. */
ONS_API ons_tensor ons_layer_attention(ons_layers *layers, const char *name, ons_tensor a,
                                       const ons_attention *options);

/* Recurrent layers, unrolled: [batch, time, in] -> [batch, time, units], from a state of 0. Gates in PyTorch's order:
 * LSTM i, f, g, o (Hochreiter and Schmidhuber 1997), GRU r, z, n (Cho et al. 2014), with PyTorch's two biases. */
ONS_API ons_tensor ons_layer_lstm(ons_layers *layers, const char *name, ons_tensor a, int64_t units);
ONS_API ons_tensor ons_layer_gru(ons_layers *layers, const char *name, ons_tensor a, int64_t units);

/* A diagonal state space for every feature: s_t = exp(-d exp(A)) s_{t-1} + d B a_t, y = sum C s + D a, with `states`
 * numbers a feature and the step d = softplus of a parameter (S4D, real: Gu et al. 2022). */
ONS_API ons_tensor ons_layer_state_space(ons_layers *layers, const char *name, ons_tensor a, int64_t states);

/* ---- images, graphs
 * --------------------------------------------------------------------------------------------------
 */

/* Convolution in one or two dimensions with a square kernel of `width`, bias included; see ons_tensor_convolve. */
ONS_API ons_tensor ons_layer_convolution(ons_layers *layers, const char *name, ons_tensor a, int64_t outputs,
                                         int64_t width, const ons_convolution *options);

/* Messages along edges, node features a [nodes, f], edges from `source` to `target` (integers [edges]), edge features
 * [edges, e] or ONS_NO_TENSOR: m = dense(activation(dense([a_source, a_target, edge]))), summed at the targets (their
 * mean when `mean`), and a dense layer of [a, sum]. */
typedef struct ons_messages {
    int64_t hidden, width, outputs; /* of the message's two layers, and of the result */
    bool mean;
    ons_activation activation;
} ons_messages;
ONS_API ons_tensor ons_layer_messages(ons_layers *layers, const char *name, ons_tensor a, ons_tensor source,
                                      ons_tensor target, ons_tensor edge, const ons_messages *options);

/* ---- losses
 * ----------------------------------------------------------------------------------------------------------
 */

/* Of every example: -log softmax(a)[label], a [n, classes], labels integers [n]; (1/outputs) sum (a - target)^2. */
ONS_API ons_tensor ons_loss_cross_entropy(ons_tensor_graph *graph, ons_tensor a, ons_tensor labels);
ONS_API ons_tensor ons_loss_squares(ons_tensor_graph *graph, ons_tensor a, ons_tensor target);

#ifdef __cplusplus
}
#endif
#endif

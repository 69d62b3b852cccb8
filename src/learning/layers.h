/*
 * Inside learning: what files of layers share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_LAYERS_H
#define LEARNING_LAYERS_H

#include <onsager/learning/layers.h>

/* Weights and biases by the rules of these layers where nothing else is asked. */
ons_tensor layers_weight(ons_layers *layers, const char *name, ons_shape shape, ons_initial initial, double in,
                         double out);
ons_tensor layers_bias(ons_layers *layers, const char *name, ons_shape shape, ons_initial initial, double in);
/* A parameter of one value. */
ons_tensor layers_constant(ons_layers *layers, const char *name, ons_shape shape, double value);
/* The same shape with another last size. */
ons_shape layers_last(const ons_tensor_graph *graph, ons_tensor a, int64_t last);
/* A tap; where a layer is used again under its name (tied weights), NAME-2, NAME-3, ... */
ons_tensor layers_tap(ons_layers *layers, ons_tensor a, const char *name);
/* Leaves the layer's scope after its result was tapped as "out". */
ons_tensor layers_out(ons_layers *layers, ons_tensor a);
int64_t layers_features(const ons_layers *layers, ons_tensor a); /* the last size */

#endif

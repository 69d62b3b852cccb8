/*
 * Convolution: windows are unfolded, then it is one product of matrices.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <stdlib.h>

static int64_t or_one(int64_t value) { return value ? value : 1; }

/* One group: [batch, channels, oh, ow, kh, kw] windows with kernel [outputs, channels, kh, kw]. */
static ons_tensor one_group(ons_tensor_graph *graph, ons_tensor windows, ons_tensor kernel) {
    const ons_shape w = ons_tensor_shape(graph, windows), k = ons_tensor_shape(graph, kernel);
    const int64_t taps = k.size[1] * k.size[2] * k.size[3], places = w.size[0] * w.size[2] * w.size[3];
    ons_tensor rows = ons_tensor_permute(graph, windows, (int[]){0, 2, 3, 1, 4, 5});
    rows = ons_tensor_reshape(graph, rows, ONS_SHAPE(places, taps));
    kernel = ons_tensor_reshape(graph, kernel, ONS_SHAPE(k.size[0], taps));
    ons_tensor out = ons_tensor_matmul(graph, rows, kernel, ONS_TRANSPOSE_B);
    out = ons_tensor_reshape(graph, out, ONS_SHAPE(w.size[0], w.size[2], w.size[3], k.size[0]));
    return ons_tensor_permute(graph, out, (int[]){0, 3, 1, 2});
}

/* As many groups as channels, one output each: no product of matrices, a sum over the window. */
static ons_tensor channel_by_channel(ons_tensor_graph *graph, ons_tensor windows, ons_tensor kernel) {
    const ons_shape k = ons_tensor_shape(graph, kernel);
    kernel = ons_tensor_reshape(graph, kernel, ONS_SHAPE(k.size[0], 1, 1, k.size[2], k.size[3]));
    return ons_tensor_sum(graph, ons_tensor_multiply(graph, windows, kernel), ONS_AXIS(-1) | ONS_AXIS(-2), false);
}

static ons_tensor in_groups(ons_tensor_graph *graph, ons_tensor windows, ons_tensor kernel, int64_t groups) {
    const int64_t channels = ons_tensor_size(graph, windows, 1) / groups, outputs = ons_tensor_size(graph, kernel, 0);
    if (groups == 1) { return one_group(graph, windows, kernel); }
    if (channels == 1 && outputs == groups) { return channel_by_channel(graph, windows, kernel); }
    ons_tensor *parts = ONS_NEW(ons_tensor, groups);
    if (!parts) { return ons_tensor_fail(graph, "convolve: %s", ons_message()); }
    for (int64_t g = 0; g < groups; g++) {
        const int64_t each = outputs / groups;
        parts[g] = one_group(graph, ons_tensor_slice(graph, windows, 1, g * channels, (g + 1) * channels, 1),
                             ons_tensor_slice(graph, kernel, 0, g * each, (g + 1) * each, 1));
    }
    ons_tensor result = ons_tensor_concatenate(graph, parts, (size_t)groups, 1);
    free(parts);
    return result;
}

static ons_tensor refused(ons_tensor_graph *graph, ons_tensor a, ons_tensor kernel, int64_t groups) {
    char image[ONS_SHAPE_TEXT], window[ONS_SHAPE_TEXT];
    return ons_tensor_fail(graph, "convolve: image %s %s with kernel %s %s in %lld groups", ons_tensor_name(graph, a),
                           ons_shape_text(graph->tensors[a].shape, image), ons_tensor_name(graph, kernel),
                           ons_shape_text(graph->tensors[kernel].shape, window), (long long)groups);
}

ons_tensor ons_tensor_convolve(ons_tensor_graph *graph, ons_tensor a, ons_tensor kernel,
                               const ons_convolution *options) {
    if (a < 0 || kernel < 0 || graph->status) { return ONS_NO_TENSOR; }
    const ons_convolution plain = {{0}, {0}, {0}, {0}, 0};
    if (!options) { options = &plain; }
    ons_shape image = graph->tensors[a].shape, window = graph->tensors[kernel].shape;
    const int64_t groups = or_one(options->groups);
    const bool line = image.dimensions == 3;
    bool good = (line || image.dimensions == 4) && window.dimensions == image.dimensions && groups > 0 &&
                image.size[1] == window.size[1] * groups && window.size[0] % groups == 0;
    if (!good) { return refused(graph, a, kernel, groups); }
    if (line) {
        a = ons_tensor_reshape(graph, a, ONS_SHAPE(image.size[0], image.size[1], image.size[2], 1));
        kernel = ons_tensor_reshape(graph, kernel, ONS_SHAPE(window.size[0], window.size[1], window.size[2], 1));
    }
    ons_tensor windows = a;
    for (int d = 0; d < (line ? 1 : 2); d++) {
        windows = ons_tensor_pad(graph, windows, 2 + d, options->before[d], options->after[d], 1);
    }
    for (int d = 0; d < 2; d++) {
        windows =
            ons_tensor_unfold(graph, windows, 2 + d, ons_tensor_size(graph, kernel, 2 + d),
                              line && d ? 1 : or_one(options->stride[d]), line && d ? 1 : or_one(options->dilation[d]));
    }
    if (windows < 0) { return windows; }
    ons_tensor out = in_groups(graph, windows, kernel, groups);
    if (!line || out < 0) { return out; }
    ons_shape shape = graph->tensors[out].shape;
    return ons_tensor_reshape(graph, out, ONS_SHAPE(shape.size[0], shape.size[1], shape.size[2]));
}

/*
 * A network of your own as a system: an oscillator learned from its equation alone.  onsager run ./my-network.c
 *
 * u(t) obeys u'' + 0.4 u' + 4 u = 0, u(0) = 1, u'(0) = 0; a network of two hidden layers is trained on the residual at 64
 * times and on the start. Checkpoints, replicas, figures and the archive come with being a system.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning.h>
#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>

enum { POINTS = 64, LOSS = 0, ERROR };

static const ons_parameter parameters[] = {
    {"width", ONS_INTEGER, 0, "16", NULL, "[1, 1000]", NULL, NULL, "units of a hidden layer"},
    {"learning_rate", ONS_REAL, 0, "3e-3", NULL, "(0, inf)", NULL, NULL, "of Adam"},
    {.name = NULL}};
static const ons_observable observables[] = {
    [LOSS] = {.name = "loss", .kind = ONS_SERIES, .meaning = "mean squared residual and start"},
    [ERROR] = {.name = "error", .kind = ONS_SERIES, .meaning = "rms distance from the exact oscillation"},
    {.name = NULL}};

typedef struct {
    ons_program *program; /* outputs: loss, gradient, u at the points */
    ons_optimiser *optimiser;
    double *weights;
    size_t count;
} my_network;

static ons_tensor record(ons_layers *layers, int64_t width, ons_tensor *u) {
    ons_tensor_graph *g = ons_layers_graph(layers);
    const ons_partial partials[] = {{{1}}, {{2}}};
    ons_tensor du[2];
    ons_tensor t = ons_tensor_input(g, "t", ONS_DOUBLE, ONS_SHAPE(POINTS, 1));
    *u = ons_layer_mlp(layers, "u", t, (int64_t[]){width, width, 1}, 3, ONS_ACTIVATION_TANH);
    ons_tensor_jet_columns(g, u, 1, t, (int[]){0}, 1, partials, 2, du); /* u' and u'' at every point */
    ons_tensor force = ons_tensor_add(g, ons_tensor_scale(g, du[0], 0.4), ons_tensor_scale(g, *u, 4));
    ons_tensor residual = ons_tensor_mean(g, ons_tensor_square(g, ons_tensor_add(g, du[1], force)), ONS_ALL_AXES, false);
    ons_tensor off = ons_tensor_shift(g, ons_tensor_at(g, *u, 0, 0), -1), slope = ons_tensor_at(g, du[0], 0, 0);
    ons_tensor start = ons_tensor_add(g, ons_tensor_square(g, off), ons_tensor_square(g, slope));
    return ons_tensor_add(g, residual, ons_tensor_scale(g, ons_tensor_sum(g, start, ONS_ALL_AXES, false), 10));
}

static ons_status create(void *memory, ons_context *context) {
    my_network *my = memory;
    const ons_parameters *p = ons_context_parameters(context);
    ons_tensor_graph *graph = NULL;
    ons_layers *layers = NULL;
    ons_tensor outputs[3];
    ons_status status = ons_tensor_graph_create(&graph, ONS_DOUBLE);
    if (!status) { status = ons_layers_create(&layers, graph); }
    if (!status) {
        outputs[0] = record(layers, ons_integer(p, "width"), &outputs[2]);
        outputs[1] = ons_tensor_parameter_gradient(graph, outputs[0]);
        status = ons_program_create(&my->program, graph, outputs, 3, NULL);
    }
    if (!status) {
        ons_random random = ons_stream(context, 0, 0);
        ons_optimiser_settings adam = ons_optimiser_defaults(ONS_ADAM);
        adam.rate = ons_real(p, "learning_rate");
        my->count = ons_tensor_parameter_total(graph);
        my->weights = ons_program_parameters(my->program);
        status = ons_layers_draw(layers, random.key, random.replica, my->weights);
        if (!status) { status = ons_optimiser_create(&my->optimiser, &adam, my->count, NULL, 0); }
        double *t = NULL;
        if (!status) { status = ons_program_input_named(my->program, "t", (void **)&t); }
        for (int k = 0; !status && k < POINTS; k++) { t[k] = 4.0 * k / (POINTS - 1); }
    }
    ons_layers_free(layers);
    ons_tensor_graph_free(graph);
    return status ? status : ons_program_run(my->program);
}

static ons_status advance(void *memory, ons_context *context) {
    my_network *my = memory;
    (void)context;
    ons_status status = ons_optimiser_step(my->optimiser, my->weights, ons_program_output(my->program, 1));
    return status ? status : ons_program_run(my->program);
}

static ons_status measure(const void *memory, ons_context *context) {
    const my_network *my = memory;
    const double *u = ons_program_output(my->program, 2), w = sqrt(4 - 0.04);
    double square = 0;
    for (int k = 0; k < POINTS; k++) {
        const double t = 4.0 * k / (POINTS - 1), exact = exp(-0.2 * t) * (cos(w * t) + 0.2 / w * sin(w * t));
        square += (u[k] - exact) * (u[k] - exact) / POINTS;
    }
    ons_measure(context, LOSS, 0, ons_program_scalar(my->program, 0));
    ons_measure(context, ERROR, 0, sqrt(square));
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    my_network *my = memory;
    static const ons_element elements[] = {ONS_U64, ONS_F64, ONS_F32};
    ons_optimiser_array array;
    ons_status status = ons_persist(part, "weights", ONS_F64, my->weights, my->count);
    for (size_t k = 0; !status && ons_optimiser_state(my->optimiser, k, &array); k++) {
        status = ons_persist(part, array.name, elements[array.element], array.values, array.count);
    }
    return status || !ons_part_reading(part) ? status : ons_program_run(my->program);
}

static void destroy(void *memory) {
    my_network *my = memory;
    ons_program_free(my->program);
    ons_optimiser_free(my->optimiser);
}

ONS_SYSTEM {
    .abi = ONS_ABI, .version = 1, .name = "my-network", .summary = "an oscillator learned from its equation",
    .details = "A network u(t) trained on u'' + 0.4 u' + 4 u = 0.", .step = "step of Adam", .parameters = parameters,
    .observables = observables, .controls = {.steps = 2000, .every = "log:10", .replicas = 1},
    .state_size = sizeof(my_network), .create = create, .advance = advance, .measure = measure, .persist = persist,
    .destroy = destroy,
};

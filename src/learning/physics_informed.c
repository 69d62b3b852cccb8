/*
 * physics_informed: the loss of a problem as a graph of tensors, and its programs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "physics_informed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- graphs -------------------------------------------------------------------------------------------------------
 */

/* What the perceptrons see of points: t, and for periodic x the constant 1, cosines and sines. */
static ons_tensor features(const ons_informed *informed, ons_layers *layers, ons_tensor points) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const ons_informed_problem *problem = &informed->problem;
    ons_tensor t = ons_tensor_slice(graph, points, 1, 0, 1, 1);
    if (problem->time_scale != 0 && problem->time_scale != 1) { t = ons_tensor_scale(graph, t, problem->time_scale); }
    if (problem->coordinates == 1) { return t; }
    const ons_tensor x = ons_tensor_slice(graph, points, 1, 1, 2, 1);
    const ons_tensor parts[] = {t, ons_tensor_like(graph, t, 1),
                                ons_layer_periodic(layers, x, problem->period, (int64_t)problem->modes)};
    return ons_tensor_concatenate(graph, parts, 3, 1);
}

static ons_tensor fields_at(const ons_informed *informed, ons_layers *layers, ons_tensor points, ons_tensor start) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const ons_tensor seen = features(informed, layers, points);
    ons_tensor outputs[ONS_INFORMED_BRANCHES];
    for (size_t b = 0; b < informed->options.branches; b++) {
        const ons_informed_branch *branch = &informed->options.branch[b];
        int64_t widths[64];
        for (size_t k = 0; k < branch->depth; k++) { widths[k] = (int64_t)branch->width; }
        widths[branch->depth] = (int64_t)branch->outputs;
        outputs[b] = (branch->gated ? ons_layer_gated_mlp : ons_layer_mlp)(layers, branch->name, seen, widths,
                                                                           branch->depth + 1, ONS_ACTIVATION_TANH);
    }
    const ons_tensor raw = informed->options.branches == 1
                               ? outputs[0]
                               : ons_tensor_concatenate(graph, outputs, informed->options.branches, 1);
    return informed->problem.form ? informed->problem.form(informed->problem.data, graph, points, start, raw) : raw;
}

static ons_tensor residuals_of(const ons_informed *informed, ons_tensor_graph *graph, ons_tensor points, ons_tensor u,
                               ons_tensor *derivatives) {
    const ons_informed_problem *problem = &informed->problem;
    ons_tensor_jet_operators(graph, &u, 1, points, (int[]){0, 1}, problem->coordinates, problem->partials,
                             problem->partials_count, problem->operators, problem->operators_count, derivatives);
    return problem->residual(problem->data, graph, points, derivatives);
}

static ons_tensor equation_weights(const ons_informed *informed, ons_tensor_graph *graph) {
    const size_t count = informed->problem.equations;
    double wide[ONS_INFORMED_EQUATIONS];
    float narrow[ONS_INFORMED_EQUATIONS];
    for (size_t e = 0; e < count; e++) {
        wide[e] = informed->options.weight[e] != 0 ? informed->options.weight[e] : 1;
        narrow[e] = (float)wide[e];
    }
    return ons_tensor_constant(graph, ons_tensor_graph_type(graph), ONS_SHAPE((int64_t)count),
                               informed->options.single ? (const void *)narrow : (const void *)wide);
}

/* mean |u(0, x) - u_0|^2, or 0 where the form obeys the initial condition. */
static ons_tensor initial_square(const ons_informed *informed, ons_layers *layers, informed_pass *pass) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const ons_tensor_type type = ons_tensor_graph_type(graph);
    if (informed->options.initial_weight == 0) { return ons_tensor_number(graph, 0); }
    const int64_t rows = (int64_t)informed->options.points_initial, fields = (int64_t)informed->problem.fields;
    pass->initial = ons_tensor_input(graph, "initial", type, ONS_SHAPE(rows, (int64_t)informed->problem.coordinates));
    pass->target = ons_tensor_input(graph, "target", type, ONS_SHAPE(rows, fields));
    const ons_tensor u = fields_at(informed, layers, pass->initial, pass->start);
    const ons_tensor square = ons_tensor_square(graph, ons_tensor_subtract(graph, u, pass->target));
    return ons_tensor_mean(graph, square, ONS_ALL_AXES, false);
}

/* The loss over the slices of the pass; outputs as the enumeration says, without the gradient. */
static void record_loss(const ons_informed *informed, ons_layers *layers, informed_pass *pass, ons_tensor *outputs) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const ons_informed_options *options = &informed->options;
    const int64_t slices = (int64_t)pass->slices, equations = (int64_t)informed->problem.equations;
    ons_tensor derivatives[ONS_INFORMED_PARTIALS];
    const ons_tensor u = fields_at(informed, layers, pass->points, pass->start);
    const ons_tensor r = residuals_of(informed, graph, pass->points, u, derivatives);
    const ons_tensor square = ons_tensor_reshape(graph, ons_tensor_square(graph, r),
                                                 ONS_SHAPE(slices, (int64_t)options->points_x, equations));
    const ons_tensor means = ons_tensor_mean(graph, square, ONS_AXIS(1), false),
                     share = equation_weights(informed, graph);
    const ons_tensor losses =
        ons_tensor_sum(graph, ons_tensor_multiply(graph, means, share), ONS_AXIS(1), false); /* [slices] */
    ons_tensor initial = initial_square(informed, layers, pass);
    if (options->norms) { initial = ons_tensor_sqrt(graph, ons_tensor_shift(graph, initial, 1e-30)); }
    initial = ons_tensor_scale(graph, initial, options->initial_weight);
    ons_tensor before = ons_tensor_subtract(graph, ons_tensor_cumulative_sum(graph, losses, 0, false), losses);
    if (options->initial_counts) { before = ons_tensor_add(graph, before, initial); }
    const ons_tensor weights = ons_tensor_stop(
        graph, ons_tensor_exp(graph, ons_tensor_negate(graph, ons_tensor_multiply(graph, before, pass->epsilon))));
    ons_tensor sum;
    if (options->norms) {
        const ons_tensor whole = ons_tensor_mean(graph, means, ONS_AXIS(0), false);
        const ons_tensor roots = ons_tensor_sqrt(graph, ons_tensor_shift(graph, whole, 1e-30));
        sum = ons_tensor_sum(graph, ons_tensor_multiply(graph, roots, share), ONS_ALL_AXES, false);
    } else {
        sum = ons_tensor_sum(graph, ons_tensor_multiply(graph, weights, losses), ONS_ALL_AXES, false);
        sum = ons_tensor_scale(graph, sum, 1 / (double)options->points_t);
    }
    outputs[PASS_LOSS] = ons_tensor_add(graph, sum, initial);
    outputs[PASS_WEIGHTS] = weights;
    outputs[PASS_LOSSES] = losses;
    outputs[PASS_INITIAL] = initial;
}

/* The fields at a chunk of points, all derivatives asked for, and the residuals. */
static void record_look(const ons_informed *informed, ons_layers *layers, informed_pass *pass, ons_tensor *outputs) {
    outputs[0] = fields_at(informed, layers, pass->points, pass->start);
    outputs[1 + informed_derivatives(informed)] =
        residuals_of(informed, ons_layers_graph(layers), pass->points, outputs[0], outputs + 1);
}

static ons_status draw(ons_informed *informed, const ons_layers *layers, uint64_t key, uint32_t replica) {
    const ons_tensor_graph *graph = ons_layers_graph(layers);
    const size_t size = informed->options.single ? sizeof(float) : sizeof(double);
    informed->count = ons_tensor_parameter_total(graph);
    informed->parameters = ons_allocate(informed->count, size);
    ons_status status = informed->parameters ? ons_layers_draw(layers, key, replica, informed->parameters) : ONS_MEMORY;
    for (size_t b = 0; !status && b < informed->options.branches; b++) {
        const ons_informed_branch *branch = &informed->options.branch[b];
        char name[200];
        size_t at;
        if (!branch->quiet) { continue; }
        snprintf(name, sizeof name, "%s/%zu/weight", branch->name, branch->depth);
        status = ons_tensor_parameter_find(graph, name, &at);
        if (status) { break; }
        const ons_tensor_parameter_info last = ons_tensor_parameter_at(graph, at);
        memset((char *)informed->parameters + last.offset * size, 0, last.count * size);
    }
    return status;
}

ons_status informed_record(ons_informed *informed, informed_purpose purpose, size_t slices, uint64_t key,
                           uint32_t replica, informed_pass *pass) {
    const ons_tensor_type type = informed->options.single ? ONS_FLOAT : ONS_DOUBLE;
    const int64_t rows = purpose == INFORMED_LOOK ? INFORMED_CHUNK : (int64_t)(slices * informed->options.points_x);
    ons_tensor_graph *graph = NULL;
    ons_layers *layers = NULL;
    ons_tensor outputs[PASS_OUTPUTS + ONS_INFORMED_PARTIALS + 2];
    size_t count = PASS_OUTPUTS;
    *pass = (informed_pass){
        .slices = slices, .initial = ONS_NO_TENSOR, .target = ONS_NO_TENSOR, .direction = ONS_NO_TENSOR};
    ons_status status = ons_tensor_graph_create(&graph, type);
    if (!status) { status = ons_layers_create(&layers, graph); }
    if (status) { goto cleanup; }
    ons_layers_standard(layers, (ons_initial){ONS_INITIAL_GLOROT_NORMAL, 1}, (ons_initial){ONS_INITIAL_CONSTANT, 0});
    pass->points = ons_tensor_input(graph, "points", type, ONS_SHAPE(rows, (int64_t)informed->problem.coordinates));
    pass->start = ons_tensor_input(graph, "start", type, ONS_SHAPE(1, (int64_t)informed->problem.fields));
    pass->epsilon = ons_tensor_input(graph, "epsilon", type, ONS_SCALAR);
    if (purpose == INFORMED_LOOK) {
        record_look(informed, layers, pass, outputs);
        count = 2 + informed_derivatives(informed);
    } else {
        record_loss(informed, layers, pass, outputs);
        outputs[PASS_GRADIENT] = ons_tensor_parameter_gradient(graph, outputs[PASS_LOSS]);
    }
    if (purpose == INFORMED_CURVATURE) {
        const int64_t total = (int64_t)ons_tensor_parameter_total(graph);
        pass->direction = ons_tensor_input(graph, "direction", type, ONS_SHAPE(total));
        outputs[0] = ons_tensor_parameter_hessian_product(graph, outputs[PASS_LOSS], pass->direction);
        count = 1;
    }
    status = ons_program_create(&pass->program, graph, outputs, count,
                                &(ons_program_options){.threads = informed->options.threads});
    if (!status && !informed->parameters) { status = draw(informed, layers, key, replica); }
    if (!status) { ons_program_share_parameters(pass->program, informed->parameters); }
cleanup:
    ons_layers_free(layers);
    ons_tensor_graph_free(graph);
    return status;
}

/* ---- numbers in and out -------------------------------------------------------------------------------------------
 */

void informed_put(const ons_informed *informed, const informed_pass *pass, ons_tensor tensor, const double *values,
                  size_t count) {
    void *at = tensor == ONS_NO_TENSOR ? NULL : ons_program_input(pass->program, tensor);
    if (!at) { return; }
    for (size_t k = 0; k < count; k++) {
        if (informed->options.single) {
            ((float *)at)[k] = (float)values[k];
        } else {
            ((double *)at)[k] = values[k];
        }
    }
}

void informed_take(const ons_informed *informed, const informed_pass *pass, size_t index, size_t count,
                   double *values) {
    const void *at = ons_program_output(pass->program, index);
    for (size_t k = 0; k < count; k++) {
        values[k] = informed->options.single ? (double)((const float *)at)[k] : ((const double *)at)[k];
    }
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void informed_draw(ons_informed *informed, bool fixed) {
    const ons_informed_options *o = &informed->options;
    const ons_informed_sampling sampling = fixed ? ONS_INFORMED_FIXED : o->sampling;
    const double length = o->length * (1 + o->beyond);
    double *t = informed->grid, *x = t + o->points_t, shift[2] = {0, 0};
    const double intervals = sampling == ONS_INFORMED_FIXED ? fmax(1, (double)o->points_t - 1) : (double)o->points_t;
    for (size_t k = 0; k < 2 && sampling != ONS_INFORMED_FIXED; k++) {
        shift[k] = ons_random_uniform(&informed->random);
    }
    for (size_t i = 0; i < o->points_t; i++) { t[i] = length * ((double)i + shift[0]) / intervals; }
    for (size_t j = 0; j < o->points_x; j++) {
        x[j] = informed->problem.first + informed->problem.period * ((double)j + shift[1]) / (double)o->points_x;
    }
    if (sampling != ONS_INFORMED_SORTED) { return; }
    for (size_t i = 0; i < o->points_t; i++) { t[i] = length * ons_random_uniform(&informed->random); }
    for (size_t j = 0; j < o->points_x; j++) {
        x[j] = informed->problem.first + informed->problem.period * ons_random_uniform(&informed->random);
    }
    qsort(t, o->points_t, sizeof *t, ascending);
    qsort(x, o->points_x, sizeof *x, ascending);
}

/* Points, initial condition and epsilon of a pass, as they are now. */
static void fill(ons_informed *informed, const informed_pass *pass) {
    const ons_informed_options *o = &informed->options;
    const size_t columns = informed->problem.coordinates;
    const double *t = informed->grid, *x = t + o->points_t;
    void *at = ons_program_input(pass->program, pass->points);
    for (size_t i = 0, k = 0; i < pass->slices; i++) {
        for (size_t j = 0; j < o->points_x; j++) {
            for (size_t c = 0; c < columns; c++, k++) {
                const double coordinate = c ? x[j] : t[i];
                if (o->single) {
                    ((float *)at)[k] = (float)coordinate;
                } else {
                    ((double *)at)[k] = coordinate;
                }
            }
        }
    }
    informed_put(informed, pass, pass->epsilon, &informed->epsilon, 1);
    if (pass->initial == ONS_NO_TENSOR) {
        informed_put(informed, pass, pass->start, informed->start, informed->start_count);
        return;
    }
    informed_put(informed, pass, pass->target, informed->start, informed->start_count);
    void *initial = ons_program_input(pass->program, pass->initial);
    for (size_t j = 0; j < o->points_initial; j++) {
        const double place = informed->problem.first + informed->problem.period * (double)j / (double)o->points_initial;
        if (o->single) {
            ((float *)initial)[columns * j] = 0;
            if (columns > 1) { ((float *)initial)[columns * j + 1] = (float)place; }
        } else {
            ((double *)initial)[columns * j] = 0;
            if (columns > 1) { ((double *)initial)[columns * j + 1] = place; }
        }
    }
}

ons_status informed_run(ons_informed *informed, const informed_pass *pass) {
    fill(informed, pass);
    return ons_program_run(pass->program);
}

/*
 * network: a layered network that is trained on examples, as a system: its steps are those of an optimiser.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "network_data.h"

#include <onsager/learning.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "## Network\n"
    "Dense layers of the widths in `layers` (inputs first, outputs last), an activation after all but the last, "
    "numbers "
    "of\n"
    "single precision. The outputs are multiplied by `output_scale`, the first weights and biases by `initial_scale`.\n"
    "Losses of an example: cross-entropy, -log softmax(f)[label]; squares, the mean over the outputs of (f - y)^2, "
    "where y "
    "is\n"
    "1 at the label and 0 elsewhere; a batch's is their mean. `data` makes three noisy spiral arms in the plane, or a\n"
    "teacher, sum_k tanh(w_k x) of three units and ten inputs (loss=squares), or reads images in the idx format (plain "
    "or\n"
    "gzipped, values divided by 255) with `labels` beside them. `train` and `test` examples are drawn without "
    "repetition.\n"
    "\n"
    "## Training\n"
    "A step is one step of the optimiser on one batch; batches are taken in turn from an order that is drawn anew when "
    "it\n"
    "is used up (what does not fill a batch is left out). batch=0: all examples in every step. Decay is decoupled for "
    "adamw\n"
    "(w <- (1 - rate decay) w), a part of the gradient for all others. `sharpness` > 0 steps with the gradient found "
    "at\n"
    "that distance uphill (sharpness-aware minimisation). The learning rate follows `schedule` after `warm_up` steps "
    "of\n"
    "linear growth. Losses and accuracies are means over all training and all test examples.\n"
    "\n"
    "A replica has its own examples, first weights and batches. A network that diverges stands still from there:\n"
    "`diverged_at` is the step, and the table `events` names the first tensor with a number that is not finite.\n"
    "\n"
    "## References\n"
    "Kingma and Ba, arXiv:1412.6980 (2014); Loshchilov and Hutter, arXiv:1711.05101 (2017); Foret et al.,\n"
    "arXiv:2010.01412 (2020).\n";

enum { CROSS_ENTROPY, SQUARES };
enum { SGD, MOMENTUM, NESTEROV, ADAM, ADAMW, AMSGRAD };
enum { STREAM_DATA, STREAM_BATCHES, STREAM_WEIGHTS };
enum { MOST_LAYERS = 32, CHUNK = 250 };

#define SCHEDULED "schedule=exponential|step|cosine|linear|root"
static const ons_parameter parameters[] = {
    {"layers", ONS_TEXT, 0, "2-32-32-3", NULL, NULL, NULL, NULL, "widths from the inputs to the outputs"},
    {"activation", ONS_CHOICE, 0, "tanh", "linear|relu|tanh|sigmoid|gelu|silu|softplus|sin|erf", NULL, NULL, NULL,
     "after all layers but the last"},
    {"loss", ONS_CHOICE, 0, "cross-entropy", "cross-entropy|squares", NULL, NULL, NULL, "of an example"},
    {"data", ONS_CHOICE, ONS_OR_FILE, "spirals", "spirals|teacher", NULL, NULL, NULL, "or an idx file of images"},
    {"labels", ONS_TEXT, 0, "", NULL, NULL, NULL, NULL,
     "the idx file of the labels; empty: the name of the images with labels-idx1 for images-idx3"},
    {"train", ONS_INTEGER, 0, "1000", NULL, "[1, 1e8]", NULL, NULL, "examples to learn from"},
    {"test", ONS_INTEGER, 0, "1000", NULL, "[1, 1e8]", NULL, NULL, "examples to be judged by"},
    {"optimiser", ONS_CHOICE, 0, "adam", "sgd|momentum|nesterov|adam|adamw|amsgrad", NULL, NULL, NULL, "of the steps"},
    {"learning_rate", ONS_REAL, 0, "0.01", NULL, "[0, inf)", NULL, NULL, "of a step"},
    {"momentum", ONS_REAL, 0, "0.9", NULL, "[0, 1)", "optimiser=momentum|nesterov", NULL, "kept of the last step"},
    {"decay", ONS_REAL, 0, "0", NULL, "[0, inf)", NULL, NULL, "of weights"},
    {"batch", ONS_INTEGER, 0, "50", NULL, "[0, 1e8]", NULL, NULL, "examples in a step; 0: all"},
    {"sharpness", ONS_REAL, 0, "0", NULL, "[0, inf)", NULL, NULL, "distance uphill at which gradients are taken"},
    {"clip", ONS_REAL, 0, "0", NULL, "[0, inf)", NULL, NULL, "the longest gradient; 0: any"},
    {"schedule", ONS_CHOICE, 0, "constant", "constant|exponential|step|cosine|linear|root", NULL, NULL, NULL,
     "of the learning rate"},
    {"schedule_length", ONS_REAL, 0, "1000", NULL, "(0, inf)", SCHEDULED, "step", "its length in steps"},
    {"schedule_factor", ONS_REAL, 0, "0.5", NULL, "(0, 1]", "schedule=exponential|step", NULL, "after each length"},
    {"warm_up", ONS_REAL, 0, "0", NULL, "[0, inf)", NULL, "step", "steps of linear growth of the learning rate"},
    {"initial", ONS_CHOICE, 0, "glorot", "glorot|kaiming|fan-in", NULL, NULL, NULL,
     "first weights: uniform, by sqrt(6/(in + out)), sqrt(6/in) or sqrt(1/in) (biases too)"},
    {"initial_scale", ONS_REAL, 0, "1", NULL, "[0, inf)", NULL, NULL, "times these"},
    {"output_scale", ONS_REAL, 0, "1", NULL, "(0, inf)", NULL, NULL, "times the outputs"},
    {.name = NULL}};

/* clang-format off */
enum { TRAIN_LOSS, TEST_LOSS, RATE, GRADIENT, WEIGHTS, ACCURACIES, TRAIN_ACCURACY = ACCURACIES, TEST_ACCURACY, DIVERGED_AT,
       EVENTS };
/* clang-format on */

static const ons_observable observables[] = {
    [TRAIN_LOSS] = {.name = "train_loss", .kind = ONS_SERIES, .meaning = "mean over the training examples"},
    [TEST_LOSS] = {.name = "test_loss", .kind = ONS_SERIES, .meaning = "mean over the test examples"},
    [RATE] = {.name = "rate", .kind = ONS_SERIES, .meaning = "learning rate of the next step"},
    [GRADIENT] = {.name = "gradient", .kind = ONS_SERIES, .meaning = "norm of the last step's gradient"},
    [WEIGHTS] = {.name = "weights", .kind = ONS_SERIES, .meaning = "norm of all parameters"},
    [TRAIN_ACCURACY] = {.name = "train_accuracy",
                        .kind = ONS_SERIES,
                        .meaning = "part of the training examples that is "
                                   "labelled right"},
    [TEST_ACCURACY] = {.name = "test_accuracy",
                       .kind = ONS_SERIES,
                       .meaning = "part of the test examples that is labelled "
                                  "right"},
    [DIVERGED_AT] = {.name = "diverged_at",
                     .kind = ONS_VALUE,
                     .unit = "step",
                     .meaning = "the step whose loss or gradient was not finite; 0: none"},
    [EVENTS] = {.name = "events", .kind = ONS_TABLE, .columns = "step, what:text", .meaning = "what went wrong"},
    {.name = NULL}};

/* ---- what is asked ------------------------------------------------------------------------------------------------
 */

/* "784-300-100-10" as widths, and whether it fits the examples. */
static ons_status read_layers(const ons_parameters *p, const network_data *data, int64_t *widths, size_t *count) {
    const char *text = ons_string(p, "layers"), *at = text;
    *count = 0;
    while (*at && *count < MOST_LAYERS) {
        char *end;
        const long long width = strtoll(at, &end, 10);
        if (end == at || *at == '-' || *at == '+' || width < 1 || width > 10000000 || (*end && *end != '-')) { break; }
        widths[(*count)++] = width;
        at = *end && end[1] ? end + 1 : end;
    }
    if (*at || *count < 2) {
        return ons_fail(ONS_INVALID, "layers = %s; expected 2 to %d widths like 784-300-100-10", text, MOST_LAYERS);
    }
    if (widths[0] != (int64_t)data->inputs || widths[*count - 1] != (int64_t)data->outputs) {
        return ons_fail(
            ONS_INVALID,
            "layers = %s go from %lld inputs to %lld outputs, but the examples have %zu inputs and %zu outputs", text,
            (long long)widths[0], (long long)widths[*count - 1], data->inputs, data->outputs);
    }
    return ONS_OK;
}

static ons_optimiser_settings settings_of(const ons_parameters *p) {
    const int method = ons_choice(p, "optimiser");
    ons_optimiser_settings s = ons_optimiser_defaults(method >= ADAM  ? ONS_ADAM
                                                      : method == SGD ? ONS_SGD
                                                                      : ONS_MOMENTUM);
    s.single = true;
    s.rate = ons_real(p, "learning_rate");
    s.decay = ons_real(p, "decay");
    s.clip = ons_real(p, "clip");
    s.coupling = method == ADAMW ? ONS_DECAY_RATE : ONS_DECAY_GRADIENT;
    s.nesterov = method == NESTEROV;
    s.amsgrad = method == AMSGRAD;
    if (ons_present(p, "momentum")) { s.momentum = ons_real(p, "momentum"); }
    s.schedule.kind = (ons_schedule_kind)ons_choice(p, "schedule");
    s.schedule.warmup = ons_real(p, "warm_up");
    if (ons_present(p, "schedule_length")) { s.schedule.length = ons_real(p, "schedule_length"); }
    if (ons_present(p, "schedule_factor")) { s.schedule.factor = ons_real(p, "schedule_factor"); }
    return s;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    network_data data;
    int64_t widths[MOST_LAYERS];
    size_t count;
    ons_status status = network_data_check(p, &data);
    if (!status) { status = read_layers(p, &data, widths, &count); }
    if (status) { return status; }
    if (!data.labelled && ons_choice(p, "loss") == CROSS_ENTROPY) {
        return ons_fail(ONS_INVALID, "loss=cross-entropy needs labels, but data=%s has values; expected loss=squares",
                        ons_string(p, "data"));
    }
    if ((size_t)ons_integer(p, "batch") > data.train) {
        return ons_fail(ONS_INVALID, "batch = %lld is more than the %zu training examples",
                        (long long)ons_integer(p, "batch"), data.train);
    }
    double weights = 0, units = 0;
    for (size_t k = 0; k + 1 < count; k++) {
        weights += ((double)widths[k] + 1) * (double)widths[k + 1];
        units += (double)widths[k + 1];
    }
    const double batch = ons_integer(p, "batch") ? (double)ons_integer(p, "batch") : (double)data.train;
    ons_plan_bytes(plan, 4 * (5 * weights + 6 * units * (batch + CHUNK) +
                              (double)data.count * (double)(data.inputs + data.outputs + 1)));
    if (!data.labelled) {
        ons_plan_omit(plan, "train_accuracy");
        ons_plan_omit(plan, "test_accuracy");
    }
    return ONS_OK;
}

/* ---- the state ----------------------------------------------------------------------------------------------------
 */

/* The same network for batches of one size: what it needs, and where that is read. */
typedef struct network_pass {
    ons_program *program;
    ons_tensor x, y, label, weight;
    size_t rows;
} network_pass;

typedef struct network_state {
    network_data data;
    network_pass step, judge; /* loss and gradient of a batch; sums of losses and right labels over a chunk */
    float *parameters;
    size_t count;
    ons_optimiser *optimiser;
    double sharpness;
    uint32_t *order; /* [train]; the next batch begins at `place` */
    size_t place;
    ons_random random;
    uint64_t diverged;
} network_state;

static ons_initial initial_of(const ons_parameters *p) {
    static const ons_initial_kind kinds[] = {ONS_INITIAL_GLOROT_UNIFORM, ONS_INITIAL_KAIMING_UNIFORM,
                                             ONS_INITIAL_FAN_IN};
    const double scale = ons_real(p, "initial_scale");
    if (scale == 0) { return (ons_initial){ONS_INITIAL_CONSTANT, 0}; }
    return (ons_initial){kinds[ons_choice(p, "initial")], scale};
}

/* The losses of `rows` examples from the outputs on; 1 where the largest output is that of the label. */
static void record(ons_layers *layers, const ons_parameters *p, const network_data *data, const int64_t *widths,
                   size_t count, network_pass *pass, ons_tensor *losses, ons_tensor *right) {
    ons_tensor_graph *graph = ons_layers_graph(layers);
    const int64_t rows = (int64_t)pass->rows;
    pass->x = ons_tensor_input(graph, "x", ONS_FLOAT, ONS_SHAPE(rows, widths[0]));
    const ons_tensor raw =
        ons_layer_mlp(layers, "network", pass->x, widths + 1, count - 1, (ons_activation)ons_choice(p, "activation"));
    const ons_tensor f = ons_tensor_scale(graph, raw, ons_real(p, "output_scale"));
    pass->label = pass->y = *right = ONS_NO_TENSOR;
    if (data->labelled) {
        pass->label = ons_tensor_input(graph, "label", ONS_INDEX, ONS_SHAPE(rows));
        const ons_tensor top = ons_tensor_maximum_over(graph, f, ONS_AXIS(-1), false);
        *right = ons_tensor_less_equal(graph, top, ons_tensor_pick(graph, f, pass->label));
    }
    if (ons_choice(p, "loss") == CROSS_ENTROPY) {
        *losses = ons_loss_cross_entropy(graph, f, pass->label);
        return;
    }
    pass->y = ons_tensor_input(graph, "y", ONS_FLOAT, ONS_SHAPE(rows, widths[count - 1]));
    *losses = ons_loss_squares(graph, f, pass->y);
}

/* Sums over a chunk in which every example has a weight, 0 or 1; or the mean loss of a batch and its gradient. */
static void choose_outputs(ons_tensor_graph *graph, bool judge, network_pass *pass, ons_tensor losses, ons_tensor right,
                           ons_tensor *outputs) {
    if (!judge) {
        outputs[0] = ons_tensor_mean(graph, losses, ONS_ALL_AXES, false);
        outputs[1] = ons_tensor_parameter_gradient(graph, outputs[0]);
        return;
    }
    pass->weight = ons_tensor_input(graph, "weight", ONS_FLOAT, ONS_SHAPE((int64_t)pass->rows));
    outputs[0] = ons_tensor_sum(graph, ons_tensor_multiply(graph, losses, pass->weight), ONS_ALL_AXES, false);
    outputs[1] = outputs[0];
    if (right == ONS_NO_TENSOR) { return; }
    outputs[1] = ons_tensor_sum(graph, ons_tensor_multiply(graph, right, pass->weight), ONS_ALL_AXES, false);
}

/* First weights, and an optimiser with a group for each of the graph's parameters. */
static ons_status begin_training(network_state *state, ons_context *context, const ons_layers *layers) {
    const ons_tensor_graph *graph = ons_layers_graph(layers);
    const ons_optimiser_settings settings = settings_of(ons_context_parameters(context));
    const ons_random draw = ons_stream(context, 0, STREAM_WEIGHTS);
    ons_parameter_group *groups = NULL;
    size_t group_count;
    state->count = ons_tensor_parameter_total(graph);
    state->parameters = ONS_NEW(float, state->count);
    if (!state->parameters) { return ONS_MEMORY; }
    ons_status status = ons_layers_draw(layers, draw.key, draw.replica, state->parameters);
    if (!status) { status = ons_layers_groups(graph, NULL, 0, &groups, &group_count); }
    if (status) { return status; }
    for (size_t k = 0; k < group_count; k++) { groups[k].name = NULL; } /* the names go with the graph */
    status = ons_optimiser_create(&state->optimiser, &settings, state->count, groups, group_count);
    free(groups);
    return status;
}

static ons_status make_pass(network_state *state, ons_context *context, bool judge, network_pass *pass) {
    const ons_parameters *p = ons_context_parameters(context);
    const ons_initial initial = initial_of(p), zero = {ONS_INITIAL_CONSTANT, 0};
    int64_t widths[MOST_LAYERS];
    size_t count;
    ons_tensor_graph *graph = NULL;
    ons_layers *layers = NULL;
    ons_tensor losses, right, outputs[2];
    ons_status status = read_layers(p, &state->data, widths, &count);
    if (!status) { status = ons_tensor_graph_create(&graph, ONS_FLOAT); }
    if (!status) { status = ons_layers_create(&layers, graph); }
    if (!status) {
        ons_layers_standard(layers, initial, initial.kind == ONS_INITIAL_FAN_IN ? initial : zero);
        record(layers, p, &state->data, widths, count, pass, &losses, &right);
        choose_outputs(graph, judge, pass, losses, right, outputs);
        status = ons_program_create(&pass->program, graph, outputs, 2, NULL);
    }
    if (!status && !judge) { status = begin_training(state, context, layers); }
    if (!status) { ons_program_share_parameters(pass->program, state->parameters); }
    ons_layers_free(layers);
    ons_tensor_graph_free(graph);
    return status;
}

static void shuffle(network_state *state) {
    for (size_t k = state->data.train; k > 1; k--) {
        const uint32_t other = ons_random_below(&state->random, (uint32_t)k), kept = state->order[k - 1];
        state->order[k - 1] = state->order[other];
        state->order[other] = kept;
    }
    state->place = 0;
}

static ons_status create(void *memory, ons_context *context) {
    network_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    ons_random random = ons_stream(context, 0, STREAM_DATA);
    ons_status status = network_data_make(p, &random, &state->data);
    if (status) { return status; }
    const size_t batch = (size_t)ons_integer(p, "batch");
    state->step.rows = batch ? batch : state->data.train;
    state->judge.rows = CHUNK;
    state->sharpness = ons_real(p, "sharpness");
    state->random = ons_stream(context, 0, STREAM_BATCHES);
    state->order = ONS_NEW(uint32_t, state->data.train);
    if (!state->order) { return ONS_MEMORY; }
    for (size_t k = 0; k < state->data.train; k++) { state->order[k] = (uint32_t)k; }
    if (batch) { shuffle(state); }
    status = make_pass(state, context, false, &state->step);
    return status ? status : make_pass(state, context, true, &state->judge);
}

/* ---- steps --------------------------------------------------------------------------------------------------------
 */

/* Row `row` of the inputs of a pass becomes example `example`. */
static void put_example(const network_data *data, const network_pass *pass, size_t row, size_t example) {
    float *x = ons_program_input(pass->program, pass->x);
    memcpy(x + row * data->inputs, data->x + example * data->inputs, data->inputs * sizeof *x);
    if (pass->label != ONS_NO_TENSOR) {
        int32_t *label = ons_program_input(pass->program, pass->label);
        if (label) { label[row] = data->label[example]; }
    }
    if (pass->y != ONS_NO_TENSOR) {
        float *y = ons_program_input(pass->program, pass->y);
        memcpy(y + row * data->outputs, data->y + example * data->outputs, data->outputs * sizeof *y);
    }
}

/* Not an error: the step and the first bad tensor become an event, and the state stands still. */
static void stop_here(network_state *state, ons_context *context) {
    ons_tensor tensor;
    char text[400] = "";
    state->diverged = ons_optimiser_steps(state->optimiser) + 1;
    if (ons_program_first_bad(state->step.program, &tensor, text) || !text[0]) {
        snprintf(text, sizeof text, "%s", ons_message());
    }
    ons_row(context, EVENTS, 0, (ons_cell[]){{.number = (double)state->diverged}, {.text = text}});
}

/* Loss and gradient where the parameters are; false: one of them is not finite. */
static ons_status look(network_state *state, bool *finite, const float **gradient) {
    const ons_status status = ons_program_run(state->step.program);
    size_t element;
    *gradient = ons_program_output(state->step.program, 1);
    *finite = !status && isfinite(ons_program_scalar(state->step.program, 0)) &&
              !ons_not_finite(*gradient, true, state->count, &element);
    return status;
}

static ons_status advance(void *memory, ons_context *context) {
    network_state *state = memory;
    const network_pass *pass = &state->step;
    if (state->diverged) { return ONS_OK; }
    if (state->place + pass->rows > state->data.train) { shuffle(state); }
    for (size_t k = 0; k < pass->rows; k++) { put_example(&state->data, pass, k, state->order[state->place + k]); }
    if (pass->rows < state->data.train) { state->place += pass->rows; }
    bool finite;
    const float *gradient;
    ons_status status = look(state, &finite, &gradient);
    if (!status && finite && state->sharpness > 0) {
        status = ons_optimiser_ascend(state->optimiser, state->parameters, gradient, state->sharpness);
        if (!status) { status = look(state, &finite, &gradient); }
    }
    if (status) { return status; }
    if (!finite) { stop_here(state, context); }
    const ons_status stepped = ons_optimiser_step(state->optimiser, state->parameters, gradient);
    return finite ? stepped : ONS_OK; /* the optimiser goes back from an ascent, and refuses the rest */
}

/* The mean loss and accuracy of examples first .. last - 1, in chunks. */
static ons_status judge(const network_state *state, size_t first, size_t last, double *loss, double *accuracy) {
    const network_pass *pass = &state->judge;
    float *weight = ons_program_input(pass->program, pass->weight);
    *loss = *accuracy = 0;
    for (size_t at = first; at < last; at += pass->rows) {
        for (size_t k = 0; k < pass->rows; k++) {
            const bool there = at + k < last;
            put_example(&state->data, pass, k, there ? at + k : first);
            weight[k] = there ? 1 : 0;
        }
        const ons_status status = ons_program_run(pass->program);
        if (status) { return status; }
        *loss += ons_program_scalar(pass->program, 0) / (double)(last - first);
        *accuracy += ons_program_scalar(pass->program, 1) / (double)(last - first);
    }
    return ONS_OK;
}

static ons_status measure(const void *memory, ons_context *context) {
    const network_state *state = memory;
    double loss[2], accuracy[2], square = 0;
    ons_status status = judge(state, 0, state->data.train, &loss[0], &accuracy[0]);
    if (!status) { status = judge(state, state->data.train, state->data.count, &loss[1], &accuracy[1]); }
    if (status) { return status; }
    for (size_t k = 0; k < state->count; k++) { square += (double)state->parameters[k] * state->parameters[k]; }
    const double series[ACCURACIES] = {loss[0], loss[1], ons_optimiser_rate(state->optimiser),
                                       ons_optimiser_norm(state->optimiser), sqrt(square)};
    for (size_t k = 0; k < ACCURACIES; k++) { ons_measure(context, k, 0, series[k]); }
    for (size_t k = 0; state->data.labelled && k < 2; k++) { ons_measure(context, TRAIN_ACCURACY + k, 0, accuracy[k]); }
    ons_value(context, DIVERGED_AT, 0, 0, (double)state->diverged, NAN);
    return ONS_OK;
}

/* ---- kept ---------------------------------------------------------------------------------------------------------
 */

static ons_status persist_optimiser(network_state *state, ons_part *part) {
    static const ons_element elements[] = {ONS_U64, ONS_F64, ONS_F32};
    ons_optimiser_array array;
    ons_status status = ONS_OK;
    for (size_t k = 0; !status && ons_optimiser_state(state->optimiser, k, &array); k++) {
        char name[64];
        snprintf(name, sizeof name, "optimiser_%s", array.name);
        status = ons_persist(part, name, elements[array.element], array.values, array.count);
    }
    return status;
}

static ons_status persist(void *memory, ons_part *part) {
    network_state *state = memory;
    uint64_t place = state->place;
    ons_status status = ons_persist_configuration(part, "parameters", ONS_F32, state->parameters, 1, &state->count);
    if (!status) { status = persist_optimiser(state, part); }
    if (!status) { status = ons_persist(part, "order", ONS_U32, state->order, state->data.train); }
    if (!status) { status = ons_persist(part, "place", ONS_U64, &place, 1); }
    if (!status) { status = ons_persist(part, "diverged", ONS_U64, &state->diverged, 1); }
    if (!status) { status = ons_persist_random(part, "random", &state->random); }
    state->place = (size_t)place;
    return status;
}

static void destroy(void *memory) {
    network_state *state = memory;
    ons_program_free(state->step.program);
    ons_program_free(state->judge.program);
    ons_optimiser_free(state->optimiser);
    network_data_free(&state->data);
    free(state->parameters);
    free(state->order);
}

extern const ons_system ons_system_network;
const ons_system ons_system_network = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "network",
    .summary = "a layered network trained on examples: spirals, a teacher, or images of a file",
    .details = details,
    .step = "step of the optimiser",
    .traits = ONS_QUENCHED,
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 2000, .every = "log:10", .replicas = 1},
    .state_size = sizeof(network_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .destroy = destroy,
};

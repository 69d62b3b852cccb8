/*
 * grokking: a two-layer network that first fits with the features it has and later learns the right ones; the glue
 * between the laboratory and the closed dynamics of quadratic units.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/learning/quadratic.h>
#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "## Network\n"
    "f(x) = alpha (1/N) sum_i phi(w_i x) with phi(h) = h + (epsilon/2) h^2, of which only the w_i are trained; they "
    "begin as\n"
    "normal numbers of standard deviation `weights`. Inputs x have D normal components of variance 1/D. The target is\n"
    "y = (beta x)^2 (half of it with target=half-square), beta of D standard normal numbers. Gradient descent on all "
    "P\n"
    "examples: w_i <- w_i - rate dL/dw_i with L = (1/(alpha^2 P)) sum (f - y)^2. Losses that are reported are mean "
    "squares of\n"
    "f - y, alpha^2 L. Large alpha is lazy: features hardly move while the fit is made; small epsilon is a kernel that "
    "is\n"
    "misaligned with the target. centred=yes fits f minus its initial value. network=linearised expands f to first "
    "order\n"
    "in the weights around the start: it keeps the initial kernel for ever.\n"
    "\n"
    "## Method\n"
    "f depends on the weights through m = (1/N) sum w_i and M = (1/N) sum w_i w_i^T alone, and descent closes on them: "
    "with\n"
    "G = sum r x, S = sum r x x^T over the examples, k = 2 rate/(P alpha N) and A = 1 - k epsilon S,\n"
    "m <- A m - k G and M <- A M A^T - k (A m G^T + G m^T A^T) + k^2 G G^T, exactly, for every N and rate. The test "
    "loss "
    "is\n"
    "the mean over all Gaussian inputs, no sample of them: alpha^2 |m|^2/D + (2 tr Q^2 + (tr Q)^2)/D^2 with\n"
    "Q = (alpha epsilon/2) M - c beta beta^T. Its parts are the spurious linear function, the mean, the misfit along "
    "beta,\n"
    "the misalignment of features with beta, and the variance of the rest.\n"
    "\n"
    "A replica is another draw of examples, beta and weights. The times of fall are the first steps at which a loss is "
    "at\n"
    "most `level` times its initial value; replicas that do not get there within the steps are left out of their "
    "means\n"
    "(`test_fell` tells their part). A descent that leaves the finite numbers stands still from there; `diverged_at`\n"
    "names the step.\n"
    "\n"
    "## References\n"
    "Kumar, Bordelon, Gershman and Pehlevan, arXiv:2310.06110 (2023); the settings are those of its sweep over alpha.\n"
    "Jacot, Gabriel and Hongler, arXiv:1806.07572 (2018), for the tangent kernel.\n";

enum { SQUARE, HALF_SQUARE };
enum { FULL, LINEARISED };
enum { ALL_STEPS, FALLEN };
enum { STREAM_POINTS, STREAM_TEACHER, STREAM_START };

static const ons_parameter parameters[] = {
    {"D", ONS_INTEGER, 0, "100", NULL, "[1, 20000]", NULL, NULL, "dimension of the inputs"},
    {"P", ONS_INTEGER, 0, "550", NULL, "[1, 1000000]", NULL, NULL, "training examples"},
    {"N", ONS_INTEGER, 0, "500", NULL, "[1, 1e9]", NULL, NULL, "hidden units"},
    {"alpha", ONS_REAL, 0, "1", NULL, "(0, inf)", NULL, NULL, "scale of the output: large is lazy"},
    {"epsilon", ONS_REAL, 0, "0.25", NULL, NULL, NULL, NULL, "quadratic part of a unit"},
    {"rate", ONS_REAL, 0, "N/2", NULL, "[0, inf)", NULL, NULL, "of a step, on the loss over alpha^2"},
    {"weights", ONS_REAL, 0, "1", NULL, "[0, inf)", NULL, NULL, "standard deviation of the initial weights"},
    {"target", ONS_CHOICE, 0, "square", "square|half-square", NULL, NULL, NULL, "(beta x)^2 or half of it"},
    {"centred", ONS_BOOLEAN, 0, "no", NULL, NULL, NULL, NULL, "fit f minus its initial value"},
    {"network", ONS_CHOICE, 0, "full", "full|linearised", NULL, NULL, NULL, "or its expansion around the start"},
    {"level", ONS_REAL, 0, "0.1", NULL, "(0, 1)", NULL, NULL, "part of its initial value to which a loss has to fall"},
    {"finish", ONS_CHOICE, 0, "steps", "steps|fallen", NULL, NULL, NULL,
     "after all steps, or when both losses have fallen to the level"},
    {"kernels", ONS_BOOLEAN, 0, "yes", NULL, NULL, NULL, NULL, "measure the tangent kernel: costs P^2 D + P^3/3"},
    {"ridge", ONS_REAL, 0, "1e-10", NULL, "[0, inf)", "kernels=yes", NULL,
     "of the kernel regression, times the mean diagonal element"},
    {.name = NULL}};

/* clang-format off */
enum { TRAIN_LOSS, TEST_LOSS, LINEAR, CONSTANT, SIGNAL, MISALIGNMENT, VARIANCE, ALIGNMENT, MOVEMENT, KERNEL_ALIGNMENT,
       KERNEL_CHANGE, KERNEL_REGRESSION, TRAIN_TIME, TEST_TIME, DELAY, DELAY_RATIO, TRAIN_FELL, TEST_FELL, TRAIN_END, TEST_END,
       ALIGNMENT_END, DIVERGED_AT };
/* clang-format on */

#define SERIES(name_, meaning_)                                                                                        \
    { .name = name_, .kind = ONS_SERIES, .meaning = meaning_ }
#define VALUE(name_, unit_, meaning_)                                                                                  \
    { .name = name_, .kind = ONS_VALUE, .unit = unit_, .meaning = meaning_ }
static const ons_observable observables[] = {
    [TRAIN_LOSS] = SERIES("train_loss", "mean square of f - y on the examples"),
    [TEST_LOSS] = SERIES("test_loss", "mean square of f - y over all Gaussian inputs"),
    [LINEAR] = SERIES("linear", "part of the test loss: alpha^2 |m|^2/D, spurious linear function"),
    [CONSTANT] = SERIES("constant", "part of the test loss: (tr Q)^2/D^2, the mean of f - y"),
    [SIGNAL] = SERIES("signal", "part of the test loss: 2 (b Q b)^2/D^2, misfit along beta"),
    [MISALIGNMENT] = SERIES("misalignment", "part of the test loss: 4 |Q b - b (b Q b)|^2/D^2"),
    [VARIANCE] = SERIES("variance", "part of the test loss: what is left of 2 tr Q^2/D^2"),
    [ALIGNMENT] = SERIES("alignment", "of features: beta M beta/(|beta|^2 |M|)"),
    [MOVEMENT] = SERIES("movement", "sqrt((1/N) sum |w_i - w_i(0)|^2)"),
    [KERNEL_ALIGNMENT] = SERIES("kernel_alignment", "y K y/(|K| |y|^2), kernel and targets centred"),
    [KERNEL_CHANGE] = SERIES("kernel_change", "|K - K(0)|/|K(0)|"),
    [KERNEL_REGRESSION] = SERIES("kernel_regression", "test loss of kernel regression with the present kernel"),
    [TRAIN_TIME] = VALUE("train_time", "step", "when the training loss has fallen to the level"),
    [TEST_TIME] = VALUE("test_time", "step", "when the test loss has fallen to the level"),
    [DELAY] = VALUE("delay", "step", "test_time - train_time"),
    [DELAY_RATIO] = VALUE("delay_ratio", NULL, "test_time/train_time"),
    [TRAIN_FELL] = VALUE("train_fell", NULL, "1: the training loss has fallen to the level, 0: not yet"),
    [TEST_FELL] = VALUE("test_fell", NULL, "1: the test loss has fallen to the level, 0: not yet"),
    [TRAIN_END] = VALUE("train_end", NULL, "training loss at the end, over its initial value"),
    [TEST_END] = VALUE("test_end", NULL, "test loss at the end, over its initial value"),
    [ALIGNMENT_END] = VALUE("alignment_end", NULL, "alignment of the features at the end"),
    [DIVERGED_AT] = VALUE("diverged_at", "step", "the step that left the finite numbers; 0: none did"),
    {.name = NULL}};

typedef struct grokking_state {
    ons_quadratic network;
    double ridge, level;
    bool kernels, until_fallen;
    double first[2];  /* training and test loss at the start */
    uint64_t fell[2]; /* when they had fallen to the level; 0: not yet */
} grokking_state;

static ons_quadratic_settings settings_of(const ons_parameters *p) {
    return (ons_quadratic_settings){.inputs = (size_t)ons_integer(p, "D"),
                                    .examples = (size_t)ons_integer(p, "P"),
                                    .units = (size_t)ons_integer(p, "N"),
                                    .alpha = ons_real(p, "alpha"),
                                    .epsilon = ons_real(p, "epsilon"),
                                    .rate = ons_real(p, "rate"),
                                    .target = ons_choice(p, "target") == HALF_SQUARE ? 0.5 : 1,
                                    .weights = ons_real(p, "weights"),
                                    .centred = ons_boolean(p, "centred"),
                                    .linearised = ons_choice(p, "network") == LINEARISED};
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const ons_quadratic_settings s = settings_of(p);
    const double kernels = ons_boolean(p, "kernels") ? 8 * 3 * (double)s.examples * (double)s.examples : 0;
    ons_plan_bytes(plan, ons_quadratic_bytes(&s) + kernels);
    if (kernels == 0) {
        ons_plan_omit(plan, "kernel_alignment");
        ons_plan_omit(plan, "kernel_change");
        ons_plan_omit(plan, "kernel_regression");
    }
    if (kernels > 0 && s.examples > 20000) {
        return ons_fail(ONS_INVALID, "kernels=yes takes up to 20000 examples, not P = %zu; expected kernels=no",
                        s.examples);
    }
    return ONS_OK;
}

static ons_status create(void *memory, ons_context *context) {
    grokking_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    const ons_quadratic_settings settings = settings_of(p);
    ons_random points = ons_stream(context, 0, STREAM_POINTS), teacher = ons_stream(context, 0, STREAM_TEACHER);
    ons_random start = ons_stream(context, 0, STREAM_START);
    const ons_status status = ons_quadratic_init(&state->network, &settings, &points, &teacher, &start, NULL);
    if (status) { return status; }
    state->kernels = ons_boolean(p, "kernels");
    state->ridge = state->kernels ? ons_real(p, "ridge") : 0;
    state->level = ons_real(p, "level");
    state->until_fallen = ons_choice(p, "finish") == FALLEN;
    state->first[0] = state->network.train;
    state->first[1] = ons_quadratic_test(&state->network).total;
    return ONS_OK;
}

static double time_or_none(uint64_t step) { return step ? (double)step : (double)NAN; }

static void put_values(const grokking_state *state, double test, ons_context *context) {
    const ons_quadratic *q = &state->network;
    const double train_time = time_or_none(state->fell[0]), test_time = time_or_none(state->fell[1]);
    const struct {
        size_t observable;
        double value;
    } values[] = {{TRAIN_TIME, train_time},
                  {TEST_TIME, test_time},
                  {DELAY, test_time - train_time},
                  {DELAY_RATIO, test_time / train_time},
                  {TRAIN_FELL, state->fell[0] > 0},
                  {TEST_FELL, state->fell[1] > 0},
                  {TRAIN_END, q->train / state->first[0]},
                  {TEST_END, test / state->first[1]},
                  {ALIGNMENT_END, ons_quadratic_alignment(q)},
                  {DIVERGED_AT, (double)q->diverged}};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        ons_value(context, values[k].observable, 0, 0, values[k].value, NAN);
    }
}

static ons_status advance(void *memory, ons_context *context) {
    grokking_state *state = memory;
    ons_quadratic_step(&state->network);
    const double now[2] = {state->network.train, ons_quadratic_test(&state->network).total};
    for (int k = 0; k < 2; k++) {
        if (!state->fell[k] && now[k] <= state->level * state->first[k]) { state->fell[k] = state->network.steps; }
    }
    put_values(state, now[1], context);
    return state->until_fallen && state->fell[0] && state->fell[1] ? ONS_DONE : ONS_OK;
}

static ons_status measure(const void *memory, ons_context *context) {
    const grokking_state *state = memory;
    const ons_quadratic *q = &state->network;
    const ons_quadratic_loss loss = ons_quadratic_test(q);
    const double series[] = {q->train,
                             loss.total,
                             loss.linear,
                             loss.constant,
                             loss.signal,
                             loss.misalignment,
                             loss.variance,
                             ons_quadratic_alignment(q),
                             ons_quadratic_movement(q)};
    for (size_t k = 0; k <= MOVEMENT; k++) { ons_measure(context, k, 0, series[k]); }
    put_values(state, loss.total, context);
    if (!state->kernels) { return ONS_OK; }
    ons_quadratic_kernels kernels = {NAN, NAN, NAN};
    const ons_status status = q->diverged ? ONS_OK : ons_quadratic_judge_kernel(q, state->ridge, &kernels);
    if (status) { return status; }
    ons_measure(context, KERNEL_ALIGNMENT, 0, kernels.alignment);
    ons_measure(context, KERNEL_CHANGE, 0, kernels.change);
    ons_measure(context, KERNEL_REGRESSION, 0, kernels.regression);
    return ONS_OK;
}

/* Examples, teacher and first weights are drawn again from their streams. */
static ons_status persist(void *memory, ons_part *part) {
    grokking_state *state = memory;
    ons_quadratic *q = &state->network;
    const size_t n = q->settings.inputs, shape[] = {n, n};
    ons_status status = ons_persist_configuration(part, "mean", ONS_F64, q->mean, 1, shape);
    if (!status) { status = ons_persist_configuration(part, "moment", ONS_F64, q->moment, 2, shape); }
    if (!status) { status = ons_persist(part, "map", ONS_F64, q->map, n * n); }
    if (!status) { status = ons_persist(part, "shift", ONS_F64, q->shift, n); }
    if (!status) { status = ons_persist(part, "steps", ONS_U64, &q->steps, 1); }
    if (!status) { status = ons_persist(part, "diverged", ONS_U64, &q->diverged, 1); }
    if (!status) { status = ons_persist(part, "fell", ONS_U64, state->fell, 2); }
    if (!status && ons_part_reading(part)) { ons_quadratic_refresh(q); }
    return status;
}

/* M, the second moment of the weights, from dark (its least element) to bright. */
static ons_status picture(const void *memory, unsigned lane, ons_picture *picture) {
    const grokking_state *state = memory;
    const ons_quadratic *q = &state->network;
    const size_t n = q->settings.inputs, shape[] = {n, n};
    uint8_t *rgb = ONS_NEW(uint8_t, 3 * n * n);
    (void)lane;
    if (!rgb) { return ONS_MEMORY; }
    double low = q->moment[0], high = q->moment[0];
    for (size_t i = 0; i < n * n; i++) {
        low = fmin(low, q->moment[i]);
        high = fmax(high, q->moment[i]);
    }
    for (size_t i = 0; i < n * n; i++) { ons_colour_scale(q->moment[i], low, high, rgb + 3 * i); }
    const ons_status status = ons_picture_lattice(picture, 2, shape, rgb);
    free(rgb);
    return status;
}

static void destroy(void *memory) {
    grokking_state *state = memory;
    ons_quadratic_free(&state->network);
}

extern const ons_system ons_system_grokking;
const ons_system ons_system_grokking = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "grokking",
    .summary = "a network that fits first and generalises later: lazy and rich learning, in exact closed form",
    .details = details,
    .step = "step of gradient descent",
    .traits = ONS_QUENCHED,
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 5000, .every = "log:20", .replicas = 1},
    .state_size = sizeof(grokking_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};

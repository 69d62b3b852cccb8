/*
 * softmax-regression: classes of partly seen images by multinomial logistic regression, the simplest rival.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "digit_task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const ons_parameter parameters[] = {
    DIGIT_PARAMETERS("drawn", "320", "160"),
    {"bins", ONS_INTEGER, 0, "4", NULL, "[2, 64]", NULL, NULL, "grey bins of equal width, one-hot; all 0 if not seen"},
    {"observed", ONS_REAL, 0, "0.4", NULL, "(0, 1]", NULL, NULL, "share of the pixels that are seen while it learns"},
    {"test_observed", ONS_REAL, ONS_ARRAY, "[0.2,0.4,0.6,0.8]", NULL, "(0, 1]", NULL, NULL,
     "shares that are seen where it is measured"},
    {"batch", ONS_INTEGER, 0, "64", NULL, "[1, 100000]", NULL, NULL, "examples of an update"},
    {"rate", ONS_REAL, 0, "0.01", NULL, "(0, 100]", NULL, NULL, "learning rate of Adam"},
    {"decay", ONS_REAL, 0, "1e-4", NULL, "[0, 1]", NULL, NULL, "L2 penalty"},
    {.name = NULL}};

enum { TRAIN_LOSS, CLASS_ERROR, CLASS_LOSS };

static const ons_observable observables[] = {
    [TRAIN_LOSS] = {"train_loss", ONS_SERIES, 0, NULL, NULL, NULL, "mean of -ln p of the class over the last epoch"},
    [CLASS_ERROR] = {"class_error", ONS_SERIES, 0, "test_observed", NULL, NULL,
                     "part of the held-out images whose class is missed"},
    [CLASS_LOSS] = {"class_loss", ONS_SERIES, 0, "test_observed", NULL, NULL, "mean of -ln p of the class"},
    {.name = NULL}};

/* values: W[pixels][bins][classes], b[classes]. */
typedef struct regression {
    digit_task task;
    ons_optimiser *optimiser;
    ons_random order, seen_stream, test;
    double *values, *gradient, *p;
    uint8_t *bin, *seen;
    uint32_t *sequence;
    size_t bins, classes, count, batch;
    double observed, sum, last;
    uint64_t epoch, cursor;
} regression;

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    digit_task task = {0};
    size_t shares;
    const ons_status status = digit_task_load(&task, p);
    ons_reals(p, "test_observed", &shares);
    ons_plan_shape(plan, CLASS_ERROR, 1, &shares);
    ons_plan_shape(plan, CLASS_LOSS, 1, &shares);
    ons_plan_bytes(plan,
                   (double)task.pixels * (3.0 * (double)task.digits.count +
                                          40.0 * (double)(ons_integer(p, "bins") * (int64_t)task.digits.classes)));
    digit_task_free(&task);
    return status;
}

static ons_status create(void *memory, ons_context *context) {
    regression *r = memory;
    const ons_parameters *p = ons_context_parameters(context);
    ons_status status = digit_task_load(&r->task, p);
    if (status) { return status; }
    r->bins = (size_t)ons_integer(p, "bins");
    r->batch = (size_t)ons_integer(p, "batch");
    r->observed = ons_real(p, "observed");
    r->classes = r->task.digits.classes;
    r->count = (r->task.pixels * r->bins + 1) * r->classes;
    r->order = ons_stream(context, 0, STREAM_ORDER);
    r->seen_stream = ons_stream(context, 0, STREAM_SEEN);
    r->test = ons_stream(context, 0, STREAM_TEST);
    r->values = ONS_NEW(double, r->count);
    r->gradient = ONS_NEW(double, r->count);
    r->p = ONS_NEW(double, r->classes);
    r->bin = ONS_NEW(uint8_t, r->task.digits.count * r->task.pixels);
    r->seen = ONS_NEW(uint8_t, r->task.pixels);
    r->sequence = ONS_NEW(uint32_t, r->task.train);
    if (!r->values || !r->gradient || !r->p || !r->bin || !r->seen || !r->sequence) { return ONS_MEMORY; }
    for (size_t k = 0; k < r->task.digits.count * r->task.pixels; k++) {
        r->bin[k] = ons_digits_bin(r->task.digits.pixel[k], r->bins);
    }
    ons_optimiser_settings settings = ons_optimiser_defaults(ONS_ADAM);
    settings.rate = ons_real(p, "rate");
    settings.decay = ons_real(p, "decay");
    settings.coupling = ONS_DECAY_GRADIENT;
    return ons_optimiser_create(&r->optimiser, &settings, r->count, NULL, 0);
}

/* p = softmax of the sum of the rows of the bins that are seen; -ln p of the label. */
static double predict(const regression *r, size_t example, double *p) {
    const uint8_t *bin = r->bin + example * r->task.pixels;
    double high = -INFINITY, sum = 0;
    memcpy(p, r->values + r->count - r->classes, r->classes * sizeof *p);
    for (size_t v = 0; v < r->task.pixels; v++) {
        const double *row = r->values + (v * r->bins + bin[v]) * r->classes;
        for (size_t c = 0; r->seen[v] && c < r->classes; c++) { p[c] += row[c]; }
    }
    for (size_t c = 0; c < r->classes; c++) { high = fmax(high, p[c]); }
    for (size_t c = 0; c < r->classes; c++) {
        p[c] = exp(p[c] - high);
        sum += p[c];
    }
    for (size_t c = 0; c < r->classes; c++) { p[c] /= sum; }
    return -log(fmax(p[r->task.digits.label[example]], 1e-300));
}

static void pull(regression *r, size_t example, double weight) {
    const uint8_t *bin = r->bin + example * r->task.pixels;
    r->p[r->task.digits.label[example]] -= 1;
    for (size_t v = 0; v < r->task.pixels; v++) {
        double *row = r->gradient + (v * r->bins + bin[v]) * r->classes;
        for (size_t c = 0; r->seen[v] && c < r->classes; c++) { row[c] += weight * r->p[c]; }
    }
    for (size_t c = 0; c < r->classes; c++) { r->gradient[r->count - r->classes + c] += weight * r->p[c]; }
}

static ons_status advance(void *memory, ons_context *context) {
    regression *r = memory;
    digit_task_order(&r->task, r->order, r->epoch, r->sequence);
    while (r->cursor < r->task.train) {
        if (ons_poll(context, (double)r->cursor, (double)r->task.train)) { return ONS_STOPPED; }
        const size_t left = r->task.train - r->cursor, count = left < r->batch ? left : r->batch;
        memset(r->gradient, 0, r->count * sizeof *r->gradient);
        for (size_t k = 0; k < count; k++) {
            const size_t example = r->sequence[r->cursor + k];
            digit_task_seen(&r->task, &r->seen_stream, r->epoch * r->task.train + example, r->observed, r->seen);
            r->sum += predict(r, example, r->p);
            pull(r, example, 1 / (double)count);
        }
        const ons_status status = ons_optimiser_step(r->optimiser, r->values, r->gradient);
        if (status) { return status; }
        r->cursor += count;
    }
    r->last = r->sum / (double)r->task.train;
    r->sum = 0;
    r->cursor = 0;
    r->epoch++;
    return ONS_OK;
}

static ons_status measure(const void *memory, ons_context *context) {
    const regression *r = memory;
    size_t shares;
    const double *share = ons_reals(ons_context_parameters(context), "test_observed", &shares);
    double *values = ONS_NEW(double, 2 * shares);
    if (!values) { return ONS_MEMORY; }
    ons_random stream = r->test;
    for (size_t f = 0; f < shares; f++) {
        for (size_t k = 0; k < r->task.held; k++) {
            const size_t example = r->task.train + k;
            digit_task_seen(&r->task, &stream, k, share[f], r->seen);
            values[shares + f] += predict(r, example, r->p) / (double)r->task.held;
            size_t best = 0;
            for (size_t c = 1; c < r->classes; c++) { best = r->p[c] > r->p[best] ? c : best; }
            values[f] += best != r->task.digits.label[example] ? 1 / (double)r->task.held : 0;
        }
    }
    ons_measure(context, TRAIN_LOSS, 0, r->last);
    ons_measure_array(context, CLASS_ERROR, 0, values);
    ons_measure_array(context, CLASS_LOSS, 0, values + shares);
    free(values);
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    regression *r = memory;
    const size_t values[] = {r->count};
    ons_status status = digit_task_persist(&r->task, part);
    if (!status) { status = ons_persist(part, "epoch", ONS_U64, &r->epoch, 1); }
    if (!status) { status = ons_persist(part, "cursor", ONS_U64, &r->cursor, 1); }
    if (!status) { status = ons_persist(part, "sum", ONS_F64, &r->sum, 1); }
    if (!status) { status = ons_persist(part, "last", ONS_F64, &r->last, 1); }
    if (!status) { status = ons_persist_configuration(part, "values", ONS_F64, r->values, 1, values); }
    return status ? status : digit_task_persist_optimiser(r->optimiser, part);
}

static void destroy(void *memory) {
    regression *r = memory;
    digit_task_free(&r->task);
    ons_optimiser_free(r->optimiser);
    free(r->values);
    free(r->gradient);
    free(r->p);
    free(r->bin);
    free(r->seen);
    free(r->sequence);
}

static const char details[] =
    "## System\n"
    "p(class | image) = softmax(b + sum over the pixels that are seen of the row of W of the pixel's grey bin). A "
    "step\n"
    "is an epoch of Adam on the mean of -ln p with a small L2 penalty; which pixels are seen is drawn anew every "
    "time,\n"
    "from the same streams as in `monotone-dbm`, for which this is the simplest rival. Replicas are seeds.\n"
    "\n"
    "## Data\n" DIGIT_DATA_DETAILS "\n"
    "## References\n"
    "D. R. Cox, J. R. Stat. Soc. B 20, 215 (1958).\n";

extern const ons_system ons_system_softmax_regression;
const ons_system ons_system_softmax_regression = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "softmax-regression",
    .summary = "classes of partly seen images by multinomial logistic regression",
    .details = details,
    .step = "epoch: every example once",
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 20, .every = "10", .replicas = 1},
    .state_size = sizeof(regression),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .destroy = destroy,
};

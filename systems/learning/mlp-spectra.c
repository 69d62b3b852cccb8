/*
 * mlp-spectra: a small dense network is trained, and the spectra of its weights are followed epoch by epoch.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "digits.h"
#include "weight_spectrum_text.h"

#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const ons_parameter parameters[] = {
    {"data", ONS_CHOICE, ONS_OR_FILE, "blobs", "blobs", NULL, NULL, NULL,
     "the file of the training images (FOLDER/train-images-idx3-ubyte), or ten classes of spots"},
    {"examples", ONS_INTEGER, 0, "2000", NULL, "[100, 1e6]", "data=blobs", NULL, "images of spots"},
    {"hidden", ONS_INTEGER, ONS_ARRAY, "[300,100]", NULL, "[1, 65536]", NULL, NULL, "units of the hidden layers"},
    {"train", ONS_CHOICE, 0, "all", "all|FC1|FC2", NULL, NULL, NULL, "which layers learn: all, the first, the second"},
    {"rate", ONS_REAL, 0, "0.01", NULL, "[0, inf)", NULL, NULL, "learning rate, of the mean loss of a batch"},
    {"batch", ONS_INTEGER, 0, "32", NULL, "[1, 65536]", NULL, NULL, "examples of a step"},
    {"holdout", ONS_REAL, 0, "0.1", NULL, "[0, 1)", NULL, NULL, "part of the images that is left out of training"},
    {"test", ONS_REAL, 0, "0.1", NULL, "[0, 1)", NULL, NULL,
     "part kept for testing where there is no file of test images"},
    {"patience", ONS_INTEGER, 0, "3", NULL, "[0, 1e9]", NULL, NULL,
     "epochs without improvement after which training ends; 0: never"},
    {"improvement", ONS_REAL, 0, "1e-4", NULL, "[0, inf)", NULL, NULL, "smallest fall of the loss that counts"},
    {"initial", ONS_INTEGER, 0, "1", NULL, "[0, 1e9]", NULL, NULL, "names the initial weights, with the replica"},
    {"truncation", ONS_BOOLEAN, 0, "no", NULL, NULL, NULL, NULL, "test the network cut down to its tails"},
    {.name = NULL}};

/* clang-format off */
enum { TRAIN_LOSS, TRAIN_ERROR, TEST_ERROR, HELD_ERROR, PER_LAYER, ALPHA = PER_LAYER, KS, TAIL, LAMBDA_PL, LAMBDA_ERG, DELTA,
       STABLE_RANK, ALPHA_HAT, TRAPS, QUALITY, CUT, LAST, EPOCHS = LAST, STEPS, LAST_LOSS, LAST_TRAIN, LAST_TEST, LAST_ALPHA,
       LAST_DELTA, LAST_TRAPS, LEAST_ALPHA, DIVERGED, SPECTRUM };
/* clang-format on */
#define SERIES(word, unit_, what)                                                                                      \
    { .name = word, .kind = ONS_SERIES, .unit = unit_, .meaning = what }
#define VALUE(word, unit_, what)                                                                                       \
    { .name = word, .kind = ONS_VALUE, .unit = unit_, .meaning = what }

static const ons_observable observables[] = {
    [TRAIN_LOSS] = SERIES("train_loss", "nat", "mean cross entropy met during the epoch"),
    [TRAIN_ERROR] = SERIES("train_error", "%", "wrong answers met during the epoch"),
    [TEST_ERROR] = SERIES("test_error", "%", "wrong answers on the test images"),
    [HELD_ERROR] = SERIES("held_error", "%", "wrong answers on the images that were left out"),
    [ALPHA] = SERIES("alpha", NULL, "exponent of the tail of each hidden layer's spectrum"),
    [KS] = SERIES("distance", NULL, "Kolmogorov-Smirnov distance of the fit"),
    [TAIL] = SERIES("tail", NULL, "eigenvalues in the tail"),
    [LAMBDA_PL] = SERIES("lambda_pl", NULL, "x_min of the fit, eigenvalues rescaled to mean 1"),
    [LAMBDA_ERG] = SERIES("lambda_erg", NULL, "where the product of the largest eigenvalues falls below 1"),
    [DELTA] = SERIES("delta", NULL, "lambda_pl - lambda_erg"),
    [STABLE_RANK] = SERIES("stable_rank", NULL, "sum of the eigenvalues over the largest"),
    [ALPHA_HAT] = SERIES("alpha_hat", NULL, "alpha log10 lambda_max, of W^T W / N"),
    [TRAPS] = SERIES("traps", NULL, "correlation traps of the shuffled weights"),
    [QUALITY] = SERIES("quality", NULL, "layer quality squared by five free cumulants of the tail with product 1"),
    [CUT] = SERIES("cut_error", "%", "increase of the test error by truncation to lambda_pl, to lambda_erg"),
    [EPOCHS] = VALUE("epochs", NULL, "epochs that were trained"),
    [STEPS] = VALUE("sgd_steps", NULL, "steps of gradient descent"),
    [LAST_LOSS] = VALUE("last_loss", "nat", "training loss of the last epoch"),
    [LAST_TRAIN] = VALUE("last_train_error", "%", "training error after the last epoch, all training images"),
    [LAST_TEST] = VALUE("last_test_error", "%", "test error after the last epoch"),
    [LAST_ALPHA] = VALUE("last_alpha", NULL, "alpha after the last epoch"),
    [LAST_DELTA] = VALUE("last_delta", NULL, "delta after the last epoch"),
    [LAST_TRAPS] = VALUE("last_traps", NULL, "traps after the last epoch"),
    [LEAST_ALPHA] = VALUE("least_alpha", NULL, "the smallest alpha of all epochs"),
    [DIVERGED] = VALUE("diverged", NULL, "the epoch in which the loss or a weight was no longer finite; 0: never"),
    [SPECTRUM] = {.name = "spectrum",
                  .kind = ONS_TABLE,
                  .columns = "layer, eigenvalue, rescaled",
                  .meaning = "of W^T W / N when training has come to its end by itself"},
    {0}};

typedef struct training {
    struct training *self; /* this state, for what measure() changes in it */
    digits data;
    ons_perceptron network;
    double rate[ONS_PERCEPTRON_LAYERS];
    uint8_t *labels; /* [batch] */
    uint32_t *order; /* [training] */
    size_t examined; /* layers whose spectra are followed */
    ons_random shuffles, traps;
    uint64_t epoch, stale, diverged;
    double lowest, loss, wrong; /* of the last epoch */
    double least[ONS_PERCEPTRON_LAYERS];
} training;

/* ---- the plan -------------------------------------------------------------------------------------------------------
 */

enum { EXAMPLES_AT_ONCE = 500 };

static size_t widths(const ons_parameters *p, size_t pixels, size_t classes, size_t *width) {
    size_t hidden;
    const int64_t *sizes = ons_integers(p, "hidden", &hidden);
    width[0] = pixels;
    for (size_t l = 0; l < hidden; l++) { width[l + 1] = (size_t)sizes[l]; }
    width[hidden + 1] = classes;
    return hidden + 1;
}

static ons_status check_data(const ons_parameters *p, ons_plan *plan) {
    ons_digit_files files;
    if (ons_choice(p, "data") == 0) { return ONS_OK; }
    const ons_status status = ons_digits_find(ons_string(p, "data"), NULL, &files);
    if (!status && !files.test_images) {
        ons_plan_note(
            plan,
            "%s has no test images beside it: %g of its images are kept for testing. With 10,000 images instead "
            "of 60,000 the test error is some three times larger and an epoch has a sixth of the steps, so "
            "that errors and the epoch at which training ends cannot be held against published ones",
            ons_string(p, "data"), ons_real(p, "test"));
    }
    ons_digit_files_free(&files);
    return status;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    size_t hidden, width[ONS_PERCEPTRON_LAYERS + 1];
    const int64_t *sizes = ons_integers(p, "hidden", &hidden);
    if (hidden < 1 || hidden + 1 > ONS_PERCEPTRON_LAYERS) {
        return ons_fail(ONS_INVALID, "a network has 1 to %d hidden layers, not %zu", ONS_PERCEPTRON_LAYERS - 1, hidden);
    }
    for (size_t l = 0; l < hidden; l++) {
        if (sizes[l] < 3) {
            return ons_fail(ONS_INVALID, "hidden layer %zu has %lld units; its spectrum needs at least 3", l + 1,
                            (long long)sizes[l]);
        }
    }
    if (ons_choice(p, "train") == 2 && hidden < 2) {
        return ons_fail(ONS_INVALID, "train=FC2 needs two hidden layers");
    }
    const size_t layers = widths(p, 784, 10, width);
    double parameters_ = 0, units = 0;
    for (size_t l = 0; l < layers; l++) { parameters_ += (double)(width[l] + 1) * (double)width[l + 1]; }
    for (size_t l = 0; l <= layers; l++) { units += (double)width[l]; }
    const double images = ons_choice(p, "data") == 0 ? (double)ons_integer(p, "examples") : 7e4;
    ons_plan_bytes(plan, images * 800 + 4 * parameters_ * 6 + 8 * units * fmax((double)ons_integer(p, "batch"), 500));
    for (size_t k = PER_LAYER; k < CUT; k++) { ons_plan_shape(plan, k, 1, &hidden); }
    for (size_t k = LAST_ALPHA; k < DIVERGED; k++) { ons_plan_shape(plan, k, 1, &hidden); }
    if (ons_boolean(p, "truncation")) {
        ons_plan_shape(plan, CUT, 1, (const size_t[]){2});
    } else {
        ons_plan_omit(plan, "cut_error");
    }
    return check_data(p, plan);
}

/* ---- the state ------------------------------------------------------------------------------------------------------
 */

static ons_status load(training *state, const ons_parameters *p) {
    const uint64_t initial = (uint64_t)ons_integer(p, "initial");
    ons_random random = ons_random_stream(ons_random_key(initial, UINT64_C(0x6469676974730000)), 0, 3);
    const double holdout = ons_real(p, "holdout"), test = ons_real(p, "test");
    if (ons_choice(p, "data") == 0) {
        return digits_blobs(&state->data, (size_t)ons_integer(p, "examples"), holdout, test, &random);
    }
    return digits_read(&state->data, ons_string(p, "data"), holdout, test, &random);
}

static ons_status create(void *memory, ons_context *context) {
    training *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    size_t width[ONS_PERCEPTRON_LAYERS + 1];
    state->self = state;
    ons_status status = load(state, p);
    if (status) { return status; }
    const size_t batch = (size_t)ons_integer(p, "batch"), most = batch < EXAMPLES_AT_ONCE ? EXAMPLES_AT_ONCE : batch;
    const size_t layers = widths(p, state->data.pixels, state->data.classes, width);
    status = ons_perceptron_create(&state->network, layers, width, most);
    state->labels = ONS_NEW(uint8_t, most);
    state->order = ONS_NEW(uint32_t, state->data.training);
    if (status) { return status; }
    if (!state->labels || !state->order) { return ONS_MEMORY; }
    state->examined = layers - 1;
    const int which = ons_choice(p, "train");
    for (size_t l = 0; l < layers; l++) {
        state->rate[l] = which == 0 || (size_t)which == l + 1 ? ons_real(p, "rate") : 0;
        state->least[l] = INFINITY;
    }
    /* The same weights under all settings: from `initial` and the replica alone. */
    ons_random start =
        ons_random_stream(ons_random_key((uint64_t)ons_integer(p, "initial"), UINT64_C(0x77656967687473)),
                          (uint32_t)ons_replica(context, 0), 1);
    ons_perceptron_start(&state->network, &start);
    state->shuffles = ons_stream(context, 0, 0);
    state->traps = ons_stream(context, 0, 2);
    memcpy(state->order, state->data.order, state->data.training * sizeof *state->order);
    state->lowest = INFINITY;
    return ONS_OK;
}

/* ---- an epoch -------------------------------------------------------------------------------------------------------
 */

static ons_status train(training *state, size_t batch) {
    digits *d = &state->data;
    double sum = 0;
    size_t wrong = 0, steps = 0;
    for (size_t k = d->training; k > 1; k--) {
        const size_t other = ons_random_below(&state->shuffles, (uint32_t)k);
        const uint32_t place = state->order[k - 1];
        state->order[k - 1] = state->order[other];
        state->order[other] = place;
    }
    for (size_t at = 0; at < d->training; at += batch, steps++) {
        const size_t count = d->training - at < batch ? d->training - at : batch;
        double loss;
        size_t missed;
        digits_gather(d, false, state->order + at, count, state->network.units[0], state->labels);
        const ons_status status =
            ons_perceptron_step(&state->network, count, state->labels, state->rate, &loss, &missed);
        if (status) { return status; }
        sum += loss;
        wrong += missed;
    }
    state->loss = sum / (double)steps;
    state->wrong = 100.0 * (double)wrong / (double)d->training;
    return ONS_OK;
}

/* Wrong answers in percent. */
static double judge(training *state, bool testing, const uint32_t *order, size_t count) {
    size_t wrong = 0;
    for (size_t at = 0; at < count; at += EXAMPLES_AT_ONCE) {
        const size_t some = count - at < EXAMPLES_AT_ONCE ? count - at : EXAMPLES_AT_ONCE;
        double loss;
        size_t missed;
        digits_gather(&state->data, testing, order + at, some, state->network.units[0], state->labels);
        ons_perceptron_judge(&state->network, some, state->labels, &loss, &missed);
        wrong += missed;
    }
    return count ? 100.0 * (double)wrong / (double)count : NAN;
}

static double test_error(training *state) { return judge(state, true, state->data.test_order, state->data.testing); }

/* ---- spectra --------------------------------------------------------------------------------------------------------
 */

static double *as_doubles(const training *state, size_t l) {
    const size_t count = state->network.width[l] * state->network.width[l + 1];
    double *weights = ONS_NEW(double, count);
    for (size_t k = 0; weights && k < count; k++) { weights[k] = (double)state->network.weights[l][k]; }
    return weights;
}

static double quality_of(const ons_spectrum *spectrum, const ons_layer *layer) {
    const size_t count = layer->erg_tail, first = spectrum->count - count;
    double *tail = ONS_NEW(double, count);
    if (!tail) { return NAN; }
    for (size_t k = 0; k < count; k++) { tail[k] = spectrum->values[first + k] * layer->scale; }
    const ons_r_transform r = ons_r_transform_tail(ONS_QUALITY_COMPUTED, tail, count, 1, 5);
    const double quality = ons_layer_quality(&r, tail, count);
    free(tail);
    return quality;
}

/* numbers[QUALITY - PER_LAYER + 1][hidden] */
static ons_status examine(training *state, size_t l, double *numbers) {
    const size_t rows = state->network.width[l], columns = state->network.width[l + 1], step = state->examined;
    ons_spectrum spectrum = {0};
    ons_layer layer;
    size_t traps = 0;
    double *weights = as_doubles(state, l);
    ons_status status = weights ? ons_spectrum_matrix(&spectrum, rows, columns, weights) : ONS_MEMORY;
    if (!status) { status = ons_layer_examine(&spectrum, &layer); }
    if (!status) { status = ons_spectrum_traps(rows, columns, weights, &state->traps, &traps, NULL); }
    if (!status) {
        const double found[] = {layer.fit.alpha,        layer.fit.distance,
                                (double)layer.fit.tail, layer.lambda_pl,
                                layer.lambda_erg,       layer.delta,
                                layer.stable_rank,      layer.alpha_hat,
                                (double)traps,          quality_of(&spectrum, &layer)};
        for (size_t k = 0; k < sizeof found / sizeof *found; k++) { numbers[k * step + l] = found[k]; }
    }
    ons_spectrum_free(&spectrum);
    free(weights);
    return status;
}

/* Hidden layers keep what lies at or above x_min (which = 0) or lambda_ERG (1) of their rescaled spectrum. */
static ons_status truncate_layers(training *state, int which) {
    ons_status status = ONS_OK;
    for (size_t l = 0; l < state->examined && !status; l++) {
        const size_t rows = state->network.width[l], columns = state->network.width[l + 1];
        ons_spectrum spectrum = {0};
        ons_layer layer;
        double *weights = as_doubles(state, l), *cut = ONS_NEW(double, rows *columns);
        status = weights && cut ? ons_spectrum_matrix(&spectrum, rows, columns, weights) : ONS_MEMORY;
        if (!status) { status = ons_layer_examine(&spectrum, &layer); }
        if (!status) {
            const double cutoff = (which ? layer.lambda_erg : layer.lambda_pl) / layer.scale;
            status = ons_spectrum_truncate(rows, columns, weights, cutoff * (1 - 1e-9), cut, NULL);
        }
        for (size_t k = 0; k < rows * columns && !status; k++) { state->network.weights[l][k] = (float)cut[k]; }
        ons_spectrum_free(&spectrum);
        free(weights);
        free(cut);
    }
    return status;
}

static ons_status measure_truncated(training *state, double whole, ons_context *context) {
    double increase[2];
    const size_t bytes = state->network.parameters * sizeof(float);
    float *kept = ONS_NEW(float, state->network.parameters);
    ons_status status = kept ? ONS_OK : ONS_MEMORY;
    if (!status) { memcpy(kept, state->network.memory, bytes); }
    for (int which = 0; which < 2 && !status; which++) {
        status = truncate_layers(state, which);
        increase[which] = test_error(state) - whole;
        memcpy(state->network.memory, kept, bytes);
    }
    free(kept);
    if (!status) { ons_measure_array(context, CUT, 0, increase); }
    return status;
}

/* ---- what the laboratory calls --------------------------------------------------------------------------------------
 */

/* Once, after the epoch that met the rule of the end. */
static ons_status put_spectra(training *state, ons_context *context) {
    ons_status status = ONS_OK;
    for (size_t l = 0; l < state->examined && !status; l++) {
        ons_spectrum spectrum = {0};
        double *weights = as_doubles(state, l), sum = 0;
        status = weights ? ons_spectrum_matrix(&spectrum, state->network.width[l], state->network.width[l + 1], weights)
                         : ONS_MEMORY;
        for (size_t k = 0; k < spectrum.count; k++) { sum += spectrum.values[k]; }
        for (size_t k = 0; k < spectrum.count; k++) {
            const double value = spectrum.values[k];
            ons_row(context, SPECTRUM, 0,
                    (ons_cell[]){{.number = (double)l + 1},
                                 {.number = value},
                                 {.number = value * (double)spectrum.count / sum}});
        }
        ons_spectrum_free(&spectrum);
        free(weights);
    }
    return status;
}

static void put_last(training *state, const double *numbers, double test, ons_context *context) {
    const digits *d = &state->data;
    const size_t batch = (size_t)ons_integer(ons_context_parameters(context), "batch"), n = state->examined;
    const double trained = judge(state, false, d->order, d->training);
    const size_t batches = (d->training + batch - 1) / batch;
    const double steps = (double)state->epoch * (double)batches;
    const double values[] = {(double)state->epoch, steps, state->loss, trained, test};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) { ons_value(context, LAST + k, 0, 0, values[k], 0); }
    for (size_t l = 0; l < n; l++) {
        state->least[l] = fmin(state->least[l], numbers[l]);
        ons_value(context, LAST_ALPHA, 0, l, numbers[l], 0);
        ons_value(context, LAST_DELTA, 0, l, numbers[(DELTA - PER_LAYER) * n + l], 0);
        ons_value(context, LAST_TRAPS, 0, l, numbers[(TRAPS - PER_LAYER) * n + l], 0);
        ons_value(context, LEAST_ALPHA, 0, l, state->least[l], 0);
    }
}

/* What a network that has diverged has to show. */
static void measure_nothing(const training *state, ons_context *context) {
    double nothing[ONS_PERCEPTRON_LAYERS + 2];
    for (size_t k = 0; k < ONS_PERCEPTRON_LAYERS + 2; k++) { nothing[k] = NAN; }
    for (size_t k = 0; k < PER_LAYER; k++) { ons_measure(context, k, 0, NAN); }
    for (size_t k = PER_LAYER; k < CUT; k++) { ons_measure_array(context, k, 0, nothing); }
    if (ons_boolean(ons_context_parameters(context), "truncation")) { ons_measure_array(context, CUT, 0, nothing); }
    for (size_t k = LAST; k < LAST_ALPHA; k++) {
        ons_value(context, k, 0, 0, k == EPOCHS ? (double)state->epoch : NAN, 0);
    }
    for (size_t k = LAST_ALPHA; k < DIVERGED; k++) {
        for (size_t l = 0; l < state->examined; l++) { ons_value(context, k, 0, l, NAN, 0); }
    }
}

/* The state is read-only but for the units of the network, the stream of the shuffled weights and the smallest alpha,
 * which belong to what is measured. */
static ons_status measure(const void *memory, ons_context *context) {
    training *state = ((const training *)memory)->self;
    const digits *d = &state->data;
    double numbers[(QUALITY - PER_LAYER + 1) * ONS_PERCEPTRON_LAYERS];
    ons_status status = ONS_OK;
    ons_value(context, DIVERGED, 0, 0, (double)state->diverged, 0);
    if (state->diverged) {
        measure_nothing(state, context);
        return ONS_OK;
    }
    for (size_t l = 0; l < state->examined && !status; l++) { status = examine(state, l, numbers); }
    if (status) { return status; }
    const double test = test_error(state);
    ons_measure(context, TRAIN_LOSS, 0, state->loss);
    ons_measure(context, TRAIN_ERROR, 0, state->wrong);
    ons_measure(context, TEST_ERROR, 0, test);
    ons_measure(context, HELD_ERROR, 0,
                judge(state, false, d->order + d->training, d->count - d->training - (d->own_test ? 0 : d->testing)));
    for (size_t k = PER_LAYER; k <= QUALITY; k++) {
        ons_measure_array(context, k, 0, numbers + (k - PER_LAYER) * state->examined);
    }
    if (ons_boolean(ons_context_parameters(context), "truncation")) {
        status = measure_truncated(state, test, context);
    }
    put_last(state, numbers, test, context);
    const uint64_t patience = (uint64_t)ons_integer(ons_context_parameters(context), "patience");
    return !status && patience && state->stale == patience ? put_spectra(state, context) : status;
}

static bool is_finite(const training *state) {
    for (size_t k = 0; k < state->network.parameters; k++) {
        if (!isfinite(state->network.memory[k])) { return false; }
    }
    return true;
}

static ons_status advance(void *memory, ons_context *context) {
    training *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    const uint64_t patience = (uint64_t)ons_integer(p, "patience");
    if (patience && state->stale >= patience) { return ONS_DONE; }
    if (state->diverged) { return ONS_DONE; }
    const ons_status status = train(state, (size_t)ons_integer(p, "batch"));
    state->epoch++;
    if (status || !is_finite(state)) {
        state->diverged = state->epoch;
        return ONS_DONE;
    }
    const bool better = state->loss < state->lowest - ons_real(p, "improvement");
    state->stale = better ? 0 : state->stale + 1;
    if (better) { state->lowest = state->loss; }
    return patience && state->stale >= patience ? ONS_DONE : ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    training *state = memory;
    uint64_t digest[2] = {state->data.digest.high, state->data.digest.low},
             counters[3] = {state->epoch, state->stale, state->diverged};
    double losses[3] = {state->lowest, state->loss, state->wrong};
    ons_status status = ons_persist(part, "data", ONS_U64, digest, 2);
    if (!status && (digest[0] != state->data.digest.high || digest[1] != state->data.digest.low)) {
        status = ons_fail(ONS_INVALID, "the labels or the test images have changed since this training began");
    }
    if (!status) { status = ons_persist(part, "counters", ONS_U64, counters, 3); }
    if (!status) { status = ons_persist(part, "losses", ONS_F64, losses, 3); }
    if (!status) { status = ons_persist(part, "least", ONS_F64, state->least, ONS_PERCEPTRON_LAYERS); }
    if (!status) { status = ons_persist(part, "network", ONS_F32, state->network.memory, state->network.parameters); }
    if (!status) { status = ons_persist(part, "order", ONS_U32, state->order, state->data.training); }
    if (!status) { status = ons_persist_random(part, "shuffles", &state->shuffles); }
    if (!status) { status = ons_persist_random(part, "traps", &state->traps); }
    state->epoch = counters[0], state->stale = counters[1], state->diverged = counters[2];
    state->lowest = losses[0], state->loss = losses[1], state->wrong = losses[2];
    return status;
}

static void destroy(void *memory) {
    training *state = memory;
    ons_perceptron_free(&state->network);
    digits_free(&state->data);
    free(state->labels);
    free(state->order);
}

extern const ons_system ons_system_mlp_spectra;
const ons_system ons_system_mlp_spectra = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "mlp-spectra",
    .summary = "training of a small dense network, with the spectra of its weights after every epoch",
    .details = MLP_SPECTRA_DETAILS,
    .step = "epoch",
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 15, .replicas = 1},
    .state_size = sizeof(training),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .destroy = destroy,
};

/*
 * weight-spectrum: an audit of the weights in a user's file, layer by layer, or of matrices that nobody trained.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "weight_spectrum_text.h"

#include <onsager/learning.h>
#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RANDOM "weights=gaussian|student|inverse-wishart"

static const ons_parameter parameters[] = {
    {"weights", ONS_CHOICE, ONS_OR_FILE, "gaussian", "gaussian|student|inverse-wishart", NULL, NULL, NULL,
     "a file (.safetensors, .npy, .npz, .pt), or a random matrix: the null models"},
    {"rows", ONS_INTEGER, 0, "900", NULL, "[2, 32768]", RANDOM, NULL, "N of the random matrix"},
    {"columns", ONS_INTEGER, 0, "300", NULL, "[2, 32768]", RANDOM, NULL, "M of the random matrix"},
    {"freedom", ONS_REAL, 0, "3", NULL, "(0, inf)", "weights=student", NULL,
     "degrees of freedom of Student's t: elements have a tail x^-(1 + freedom)"},
    {"only", ONS_TEXT, 0, "", NULL, NULL, NULL, NULL, "layers whose name contains this; empty: all"},
    {"normalization", ONS_CHOICE, 0, "covariance", "covariance|gram", NULL, NULL, NULL,
     "eigenvalues of W^T W / N, or of W^T W as WeightWatcher prints them"},
    {"shuffle", ONS_BOOLEAN, 0, "yes", NULL, NULL, NULL, NULL, "look for correlation traps in the shuffled matrix"},
    {"bootstrap", ONS_INTEGER, 0, "0", NULL, "[0, 1e6]", NULL, NULL,
     "synthetic samples for the p value of each fit; 0: none"},
    {"cumulants", ONS_INTEGER, 0, "5", NULL, "[1, 16]", NULL, NULL,
     "free cumulants of the tail in the computed R-transform"},
    {"eigenvalues", ONS_BOOLEAN, 0, "no", NULL, NULL, NULL, NULL, "list all eigenvalues"},
    {.name = NULL}};

/* clang-format off */
enum { LAYERS, QUALITY, SPECTRUM, EXAMINED, ALPHA, ALPHA_HAT, DISTANCE, OVER, UNDER, TRAPS, SUMS = TRAPS - EXAMINED + 1 };
/* clang-format on */

#define LAYER_COLUMNS                                                                                                  \
    "layer:text, rows, columns, matrices, eigenvalues, alpha, sigma, x_min, distance, tail, p, lambda_max, "           \
    "alpha_hat, "                                                                                                      \
    "log_alpha_norm, stable_rank, lambda_pl, lambda_erg, delta, erg_tail, mp_edge, soft_rank, spikes, traps, "         \
    "label:text"

static const ons_observable observables[] = {
    [LAYERS] = {"layers", ONS_TABLE, 0, NULL, LAYER_COLUMNS, NULL, "one row a layer; see the text for the columns"},
    [QUALITY] = {"quality", ONS_TABLE, 0, NULL, "layer:text, tail, discrete, inverse_mp, levy, computed", NULL,
                 "layer quality squared over the effective correlation space, by R-transform"},
    [SPECTRUM] = {"spectrum", ONS_TABLE, 0, NULL, "layer:text, eigenvalue, rescaled", NULL, "with eigenvalues=yes"},
    [EXAMINED] = {.name = "examined", .kind = ONS_VALUE, .meaning = "layers with at least 50 eigenvalues"},
    [ALPHA] = {.name = "mean_alpha", .kind = ONS_VALUE, .meaning = "over those layers"},
    [ALPHA_HAT] = {.name = "mean_alpha_hat", .kind = ONS_VALUE, .meaning = "of alpha log10 lambda_max"},
    [DISTANCE] = {.name = "mean_distance", .kind = ONS_VALUE, .meaning = "of the Kolmogorov-Smirnov D"},
    [OVER] = {.name = "over_trained", .kind = ONS_VALUE, .meaning = "layers with alpha < 2"},
    [UNDER] = {.name = "under_trained", .kind = ONS_VALUE, .meaning = "layers with alpha > 6"},
    [TRAPS] = {.name = "trapped", .kind = ONS_VALUE, .meaning = "layers with correlation traps"},
    {0}};

typedef struct audit {
    ons_tensor_file *file; /* NULL: a random matrix */
    uint64_t next;
    double sums[SUMS];
} audit;

static bool wanted(const ons_parameters *p, const ons_stored_info *info) {
    const char *only = ons_string(p, "only");
    if (info->rank < 2 || info->rank > 5 || info->shape[0] < 2 || info->shape[1] < 2 || info->count == 0) {
        return false;
    }
    return !only || !only[0] || strstr(info->name, only);
}

static ons_status check_file(const ons_parameters *p, ons_plan *plan) {
    ons_tensor_file *file;
    const ons_status status = ons_tensor_file_open(&file, ons_string(p, "weights"));
    if (status) { return status; }
    double bytes = 0;
    size_t found = 0;
    for (size_t k = 0; k < ons_tensor_file_count(file); k++) {
        const ons_stored_info *info = ons_tensor_file_info(file, k);
        if (!wanted(p, info)) { continue; }
        const double least = (double)(info->shape[0] < info->shape[1] ? info->shape[0] : info->shape[1]);
        bytes = fmax(bytes, 8 * (2 * (double)info->count + 2 * least * least));
        found++;
    }
    const size_t all = ons_tensor_file_count(file);
    ons_tensor_file_close(file);
    if (!found) {
        return ons_fail(ONS_INVALID, "%s holds %zu tensors, but no matrix%s%s; expected 2 to 5 dimensions",
                        ons_string(p, "weights"), all, ons_given(p, "only") ? " named like " : "",
                        ons_given(p, "only") ? ons_string(p, "only") : "");
    }
    ons_plan_bytes(plan, bytes);
    return ONS_OK;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    if (ons_choice(p, "weights") < 0) { return check_file(p, plan); }
    const double rows = (double)ons_integer(p, "rows"), columns = (double)ons_integer(p, "columns");
    if (ons_choice(p, "weights") == 2 && rows < columns) {
        return ons_fail(ONS_INVALID, "an inverse Wishart matrix needs rows >= columns; %g x %g was asked for", rows,
                        columns);
    }
    ons_plan_bytes(plan, 8 * (2 * rows * columns + 2 * fmin(rows, columns) * fmin(rows, columns)));
    return ONS_OK;
}

static ons_status create(void *memory, ons_context *context) {
    audit *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    return ons_choice(p, "weights") < 0 ? ons_tensor_file_open(&state->file, ons_string(p, "weights")) : ONS_OK;
}

/* ---- one layer ------------------------------------------------------------------------------------------------------
 */

/* A name with bytes that are no plain letters shown as '?'. */
static void plain_name(const char *name, char shown[256]) {
    size_t k = 0;
    for (; name[k] && k < 255; k++) { shown[k] = (char)(name[k] < ' ' || name[k] > '~' ? '?' : name[k]); }
    shown[k] = 0;
    if (k == 0) { memcpy(shown, "array", 6); }
}

typedef struct examined {
    char name[256];
    ons_spectrum spectrum;
    ons_layer layer;
    double p, traps;
} examined;

static double cell_value(const ons_parameters *p, const examined *e, double value) {
    return ons_choice(p, "normalization") == 1 ? value * (double)e->spectrum.rows : value;
}

static void put_layer(ons_context *context, const ons_parameters *p, const examined *e) {
    const ons_layer *l = &e->layer;
    const ons_spectrum *s = &e->spectrum;
    const double largest = cell_value(p, e, l->largest), unit = largest / l->largest;
    const double numbers[] = {(double)s->rows,
                              (double)s->columns,
                              (double)s->matrices,
                              (double)s->count,
                              l->fit.alpha,
                              l->fit.sigma,
                              l->fit.minimum * unit,
                              l->fit.distance,
                              (double)l->fit.tail,
                              e->p,
                              largest,
                              l->fit.alpha * log10(largest),
                              l->log_alpha_norm + l->fit.alpha * log10(unit),
                              l->stable_rank,
                              l->lambda_pl,
                              l->lambda_erg,
                              l->delta,
                              (double)l->erg_tail,
                              l->edge * unit,
                              l->soft_rank,
                              (double)l->spikes,
                              e->traps};
    enum { NUMBERS = sizeof numbers / sizeof *numbers };
    ons_cell cells[NUMBERS + 2] = {{.text = e->name}};
    for (size_t k = 0; k < NUMBERS; k++) { cells[k + 1].number = numbers[k]; }
    cells[NUMBERS + 1].text = ons_layer_label_name(l->label);
    ons_row(context, LAYERS, 0, cells);
}

/* Over the tail whose product is 1, in rescaled eigenvalues. */
static ons_status put_quality(ons_context *context, const ons_parameters *p, const examined *e) {
    const size_t count = e->layer.erg_tail, first = e->spectrum.count - count;
    double *tail = ONS_NEW(double, count);
    if (!tail) { return ONS_MEMORY; }
    for (size_t k = 0; k < count; k++) { tail[k] = e->spectrum.values[first + k] * e->layer.scale; }
    const double q = (double)e->spectrum.rows / (double)e->spectrum.columns;
    const unsigned order = (unsigned)ons_integer(p, "cumulants");
    static const ons_quality_model models[] = {ONS_QUALITY_DISCRETE, ONS_QUALITY_INVERSE_MP, ONS_QUALITY_LEVY,
                                               ONS_QUALITY_COMPUTED};
    ons_cell cells[6] = {{.text = e->name}, {.number = (double)count}};
    for (size_t k = 0; k < 4; k++) {
        ons_r_transform r = ons_r_transform_tail(models[k], tail, count, q, order);
        if (models[k] == ONS_QUALITY_LEVY) { r.mean = 0, r.b = 1, r.alpha = e->layer.fit.alpha; }
        cells[k + 2].number = ons_layer_quality(&r, tail, count);
    }
    ons_row(context, QUALITY, 0, cells);
    free(tail);
    return ONS_OK;
}

static void put_spectrum(ons_context *context, const ons_parameters *p, const examined *e) {
    for (size_t k = 0; k < e->spectrum.count && ons_boolean(p, "eigenvalues"); k++) {
        const double value = e->spectrum.values[k];
        ons_row(
            context, SPECTRUM, 0,
            (ons_cell[]){{.text = e->name}, {.number = cell_value(p, e, value)}, {.number = value * e->layer.scale}});
    }
}

static void add_up(audit *state, const ons_parameters *p, const examined *e) {
    const ons_layer *l = &e->layer;
    if (l->label == ONS_LAYER_TOO_SMALL) { return; }
    const double values[SUMS] = {1,
                                 l->fit.alpha,
                                 l->fit.alpha * log10(cell_value(p, e, l->largest)),
                                 l->fit.distance,
                                 l->label == ONS_LAYER_OVER_TRAINED,
                                 l->label == ONS_LAYER_UNDER_TRAINED,
                                 e->traps > 0};
    for (size_t k = 0; k < SUMS; k++) { state->sums[k] += values[k]; }
}

/* Whether all eigenvalues that are positive are equal, so that there is no distribution: a matrix of zeros, say. */
static bool without_spread(const ons_spectrum *spectrum) {
    const double largest = spectrum->values[spectrum->count - 1];
    for (size_t k = 0; k < spectrum->count; k++) {
        if (spectrum->values[k] > 0 && spectrum->values[k] < largest) { return false; }
    }
    return true;
}

/* What is known of such a layer: its sizes and its largest eigenvalue. */
static void put_bare(ons_context *context, const ons_parameters *p, examined *e) {
    const double none = NAN;
    e->layer = (ons_layer){.fit = {.alpha = none, .sigma = none, .minimum = none, .distance = none},
                           .largest = e->spectrum.values[e->spectrum.count - 1],
                           .log_alpha_norm = none,
                           .stable_rank = none,
                           .scale = none,
                           .lambda_pl = none,
                           .lambda_erg = none,
                           .delta = none,
                           .edge = none,
                           .soft_rank = none,
                           .label = ONS_LAYER_TOO_SMALL};
    put_layer(context, p, e);
    put_spectrum(context, p, e);
}

/* Streams of their own for every layer, so that a layer's numbers do not depend on which others are looked at. */
static ons_status examine(audit *state, ons_context *context, const ons_stored_info *info, const double *values,
                          uint32_t purpose) {
    const ons_parameters *p = ons_context_parameters(context);
    examined e = {.p = NAN, .traps = NAN};
    ons_random random = ons_stream(context, 0, purpose);
    plain_name(info->name, e.name);
    ons_status status = ons_spectrum_tensor(&e.spectrum, info, values);
    if (!status && without_spread(&e.spectrum)) {
        put_bare(context, p, &e);
        ons_spectrum_free(&e.spectrum);
        return ONS_OK;
    }
    if (!status) { status = ons_layer_examine(&e.spectrum, &e.layer); }
    if (!status && ons_boolean(p, "shuffle") && info->rank == 2) {
        size_t traps = 0;
        status = ons_spectrum_traps(info->shape[0], info->shape[1], values, &random, &traps, NULL);
        e.traps = (double)traps;
    }
    const size_t samples = (size_t)ons_integer(p, "bootstrap");
    if (!status && samples) {
        status = ons_power_law_goodness(e.spectrum.values, e.spectrum.count, &e.layer.fit, samples, &random, &e.p);
    }
    if (!status) {
        put_layer(context, p, &e);
        put_spectrum(context, p, &e);
        add_up(state, p, &e);
        status = put_quality(context, p, &e);
    }
    ons_spectrum_free(&e.spectrum);
    if (!status) { return ONS_OK; }
    char *why = ons_copy(ons_message());
    status = ons_fail(status == ONS_INVALID ? ONS_FAILED : status, "layer '%s': %s", e.name, why ? why : "");
    free(why);
    return status;
}

static ons_status examine_random(audit *state, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    const int which = ons_choice(p, "weights");
    const size_t rows = (size_t)ons_integer(p, "rows"), columns = (size_t)ons_integer(p, "columns");
    static const char *const names[] = {"gaussian", "student", "inverse-wishart"};
    const ons_stored_info info = {.name = names[which], .rank = 2, .shape = {rows, columns}, .count = rows * columns};
    double *values = ONS_NEW(double, info.count);
    if (!values) { return ONS_MEMORY; }
    ons_random random = ons_stream(context, 0, 1);
    ons_status status =
        ons_null_matrix((ons_null_model)which, which == 1 ? ons_real(p, "freedom") : 1, rows, columns, &random, values);
    if (!status) { status = examine(state, context, &info, values, 2); }
    free(values);
    return status;
}

static ons_status examine_tensor(audit *state, ons_context *context, size_t index) {
    const ons_stored_info *info = ons_tensor_file_info(state->file, index);
    double *values = ONS_NEW(double, info->count);
    if (!values) { return ONS_MEMORY; }
    ons_status status = ons_tensor_file_double(state->file, index, values);
    if (!status) { status = examine(state, context, info, values, 2 + (uint32_t)index); }
    free(values);
    return status;
}

static void put_values(const audit *state, ons_context *context) {
    const double count = state->sums[0];
    for (size_t k = 0; k < SUMS; k++) {
        const bool mean = EXAMINED + k == ALPHA || EXAMINED + k == ALPHA_HAT || EXAMINED + k == DISTANCE;
        ons_value(context, EXAMINED + k, 0, 0, mean ? state->sums[k] / count : state->sums[k], 0);
    }
}

/* One layer. */
static ons_status advance(void *memory, ons_context *context) {
    audit *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    const size_t count = state->file ? ons_tensor_file_count(state->file) : 1;
    while (state->file && state->next < count && !wanted(p, ons_tensor_file_info(state->file, state->next))) {
        state->next++;
    }
    if (state->next < count) {
        const ons_status status =
            state->file ? examine_tensor(state, context, state->next) : examine_random(state, context);
        if (status) { return status; }
        state->next++;
    }
    put_values(state, context);
    while (state->file && state->next < count && !wanted(p, ons_tensor_file_info(state->file, state->next))) {
        state->next++;
    }
    return state->next < count ? ONS_OK : ONS_DONE;
}

static ons_status persist(void *memory, ons_part *part) {
    audit *state = memory;
    const ons_status status = ons_persist(part, "next", ONS_U64, &state->next, 1);
    return status ? status : ons_persist(part, "sums", ONS_F64, state->sums, SUMS);
}

static void destroy(void *memory) {
    audit *state = memory;
    ons_tensor_file_close(state->file);
}

extern const ons_system ons_system_weight_spectrum;
const ons_system ons_system_weight_spectrum = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "weight-spectrum",
    .summary = "weights of a trained network from a file, layer by layer: power laws, quality, traps; null models",
    .details = WEIGHT_SPECTRUM_DETAILS,
    .step = "a layer",
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 1000000, .replicas = 1},
    .state_size = sizeof(audit),
    .check = check,
    .create = create,
    .advance = advance,
    .persist = persist,
    .destroy = destroy,
};

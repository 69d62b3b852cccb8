/*
 * A layer by its spectrum: heaviness of the tail, effective correlation space, bulk, correlation traps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spectrum.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *ons_layer_label_name(ons_layer_label label) {
    static const char *const names[] = {"fine", "over-trained", "under-trained", "too-small"};
    return names[label];
}

size_t ons_spectrum_erg(const double *ascending, size_t count) {
    double sum = 0, logarithm = 0;
    for (size_t k = 0; k < count; k++) { sum += ascending[k]; }
    if (count < 2 || !(sum > 0)) { return 0; }
    for (size_t k = count - 1; k > 0; k--) {
        logarithm += log(ascending[k] * (double)count / sum);
        if (logarithm < 0) { return k; }
    }
    return 1;
}

/* ---- Marchenko and Pastur -------------------------------------------------------------------------------------------
 */

double ons_marchenko_pastur_density(double x, double ratio, double variance) {
    const double low = variance * (1 - sqrt(ratio)) * (1 - sqrt(ratio));
    const double high = variance * (1 + sqrt(ratio)) * (1 + sqrt(ratio));
    if (x <= low || x >= high) { return 0; }
    return sqrt((high - x) * (x - low)) / (2 * M_PI * ratio * variance * x);
}

/* By x = middle - radius cos t, after which the integrand is smooth and periodic, so that the trapezoidal rule over the
 * half period converges fast at its ends; Simpson's rule for ends in between. */
double ons_marchenko_pastur_cumulative(double x, double ratio, double variance) {
    const double low = variance * (1 - sqrt(ratio)) * (1 - sqrt(ratio));
    const double high = variance * (1 + sqrt(ratio)) * (1 + sqrt(ratio));
    if (x <= low) { return 0; }
    if (x >= high) { return 1; }
    enum { STEPS = 2000 };
    const double middle = (low + high) / 2, radius = (high - low) / 2, end = acos((middle - x) / radius);
    double sum = 0;
    for (int k = 0; k <= STEPS; k++) {
        const double t = end * k / STEPS, s = radius * sin(t);
        const double at = middle - radius * cos(t);
        const double f = at > 0 ? s * s / (2 * M_PI * ratio * variance * at) : radius / (M_PI * ratio * variance);
        sum += f * (k == 0 || k == STEPS ? 1 : k % 2 ? 4 : 2);
    }
    return sum * end / STEPS / 3;
}

void ons_spectrum_bulk(const ons_spectrum *spectrum, ons_bulk *bulk) {
    const double q = (double)spectrum->rows / (double)spectrum->columns, root = 1 / sqrt(q);
    size_t left = spectrum->count, before;
    *bulk = (ons_bulk){0};
    do {
        double sum = 0;
        before = left;
        for (size_t k = 0; k < left; k++) { sum += spectrum->values[k]; }
        bulk->variance = left ? sum / (double)left : 0;
        bulk->edge = bulk->variance * (1 + root) * (1 + root);
        while (left > 1 && spectrum->values[left - 1] > bulk->edge * (1 + 1e-12)) { left--; }
    } while (left < before && left > 1);
    bulk->low = bulk->variance * (1 - root) * (1 - root);
    bulk->spikes = spectrum->count - left;
    bulk->width = sqrt(root * pow((1 + root) * (1 + root), 2.0 / 3) * pow((double)spectrum->columns, -2.0 / 3));
}

/* ---- all together ---------------------------------------------------------------------------------------------------
 */

/* log10 sum lambda^alpha, without overflow. */
static double log_alpha_norm(const ons_spectrum *spectrum, double alpha, double largest) {
    double sum = 0;
    for (size_t k = 0; k < spectrum->count; k++) { sum += pow(spectrum->values[k] / largest, alpha); }
    return alpha * log10(largest) + log10(sum);
}

static ons_layer_label label_of(const ons_spectrum *spectrum, double alpha) {
    if (spectrum->count < ONS_LAYER_LEAST) { return ONS_LAYER_TOO_SMALL; }
    if (alpha < 2) { return ONS_LAYER_OVER_TRAINED; }
    return alpha > 6 ? ONS_LAYER_UNDER_TRAINED : ONS_LAYER_FINE;
}

ons_status ons_layer_examine(const ons_spectrum *spectrum, ons_layer *layer) {
    ons_bulk bulk;
    double sum = 0;
    *layer = (ons_layer){0};
    const ons_status status = ons_power_law_fit(spectrum->values, spectrum->count, &layer->fit);
    if (status) { return status; }
    for (size_t k = 0; k < spectrum->count; k++) { sum += spectrum->values[k]; }
    const size_t erg = ons_spectrum_erg(spectrum->values, spectrum->count);
    layer->largest = spectrum->values[spectrum->count - 1];
    layer->alpha_hat = layer->fit.alpha * log10(layer->largest);
    layer->log_alpha_norm = log_alpha_norm(spectrum, layer->fit.alpha, layer->largest);
    layer->stable_rank = sum / layer->largest;
    layer->scale = (double)spectrum->count / sum;
    layer->lambda_pl = layer->fit.minimum * layer->scale;
    layer->lambda_erg = spectrum->values[erg] * layer->scale;
    layer->delta = layer->lambda_pl - layer->lambda_erg;
    layer->erg_tail = spectrum->count - erg;
    ons_spectrum_bulk(spectrum, &bulk);
    layer->variance = bulk.variance;
    layer->edge_low = bulk.low;
    layer->edge = bulk.edge;
    layer->soft_rank = bulk.edge / layer->largest;
    layer->spikes = bulk.spikes;
    layer->label = label_of(spectrum, layer->fit.alpha);
    return ONS_OK;
}

/* Fisher and Yates; matrices of more than 2^32 elements are shuffled in the last 2^32 places of each step only. */
static void shuffle(double *values, size_t count, ons_random *random) {
    for (size_t k = count; k > 1; k--) {
        const uint32_t range = k > UINT32_MAX ? UINT32_MAX : (uint32_t)k;
        const size_t other = k - 1 - ons_random_below(random, range);
        const double value = values[k - 1];
        values[k - 1] = values[other];
        values[other] = value;
    }
}

ons_status ons_spectrum_traps(size_t rows, size_t columns, const double *weights, ons_random *random, size_t *traps,
                              double *largest) {
    ons_spectrum spectrum = {0};
    ons_bulk bulk;
    double *copy = ONS_NEW(double, rows *columns);
    if (!copy) { return ONS_MEMORY; }
    if (rows > 0 && columns > 0) { memcpy(copy, weights, rows * columns * sizeof *copy); }
    shuffle(copy, rows * columns, random);
    const ons_status status = ons_spectrum_matrix(&spectrum, rows, columns, copy);
    free(copy);
    if (status) { return status; }
    ons_spectrum_bulk(&spectrum, &bulk);
    const double above = bulk.edge + bulk.width * bulk.variance;
    *traps = 0;
    while (*traps < spectrum.count && spectrum.values[spectrum.count - 1 - *traps] > above) { ++*traps; }
    if (largest) { *largest = bulk.edge > 0 ? spectrum.values[spectrum.count - 1] / bulk.edge : 0; }
    ons_spectrum_free(&spectrum);
    return ONS_OK;
}

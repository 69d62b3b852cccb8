/*
 * Networks of the paper dense-hebbian-supervised: noise in every coupling, and digits as examples.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dense_hebbian_networks.h"

#include <math.h>
#include <onsager/learning/idx.h>
#include <onsager/spins/patterns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- local fields ---------------------------------------------------------------------------------------------------
 */

/* Power sums of w s of one pattern, kept while spins turn. */
typedef struct power_sums {
    double p1, p2, p3;
} power_sums;

static void add_sums(const double *weight, uint32_t count, const int8_t *spin, uint32_t sites, power_sums *sums) {
    for (uint32_t k = 0; k < count; k++) {
        sums[k] = (power_sums){0, 0, 0};
        for (uint32_t j = 0; j < sites; j++) {
            const double a = weight[(size_t)k * sites + j] * spin[j];
            sums[k].p1 += a;
            sums[k].p2 += a * a;
            sums[k].p3 += a * a * a;
        }
    }
}

static void turn(const double *weight, uint32_t count, int8_t *spin, uint32_t sites, uint32_t i, power_sums *sums) {
    for (uint32_t k = 0; k < count; k++) {
        const double a = weight[(size_t)k * sites + i] * spin[i];
        sums[k].p1 -= 2 * a;
        sums[k].p3 -= 2 * a * a * a;
    }
    spin[i] = (int8_t)-spin[i];
}

/* The field of the stored terms without the factor (P-1)!/N^(P-1): elementary symmetric polynomials of the other sites
 * by Newton's identities. */
static double stored_field(const double *weight, uint32_t count, const int8_t *spin, uint32_t sites, uint32_t i,
                           unsigned order, const power_sums *sums) {
    double field = 0;
    for (uint32_t k = 0; k < count; k++) {
        const double w = weight[(size_t)k * sites + i], a = w * spin[i];
        const double p1 = sums[k].p1 - a, p2 = sums[k].p2 - a * a, p3 = sums[k].p3 - a * a * a;
        field += w * (order == 2 ? p1 : (p1 * p1 * p1 - 3 * p1 * p2 + 2 * p3) / 6);
    }
    return field;
}

/* ---- noise in the couplings -----------------------------------------------------------------------------------------
 */

typedef struct noisy_network {
    uint32_t sites, count;
    double *weight;  /* [count][sites], second moment 1 */
    float *coupling; /* of i < j < k < l, in this order */
    size_t *triple;  /* [sites^3]: place of (i, j, k, k + 1) less k + 1 */
    int8_t *pattern, *spin;
    power_sums *sums; /* [count] */
} noisy_network;

static void release(noisy_network *network) {
    free(network->weight);
    free(network->coupling);
    free(network->triple);
    free(network->pattern);
    free(network->spin);
    free(network->sums);
}

static ons_status reserve(noisy_network *network, uint32_t sites, uint32_t count) {
    const size_t n = sites, terms = n * (n - 1) * (n - 2) * (n - 3) / 24;
    *network = (noisy_network){.sites = sites,
                               .count = count,
                               .weight = ONS_NEW(double, n *count),
                               .coupling = ONS_NEW(float, terms),
                               .triple = ONS_NEW(size_t, n * n * n),
                               .pattern = ONS_NEW(int8_t, n),
                               .spin = ONS_NEW(int8_t, n),
                               .sums = ONS_NEW(power_sums, count)};
    if (!network->weight || !network->coupling || !network->triple || !network->pattern || !network->spin ||
        !network->sums) {
        return ONS_MEMORY;
    }
    size_t place = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            for (size_t k = j + 1; k < n; k++) {
                network->triple[(i * n + j) * n + k] = place - (k + 1);
                place += n - 1 - k;
            }
        }
    }
    return ONS_OK;
}

static void draw_network(noisy_network *network, double noise, ons_random *random) {
    enum { EXAMPLES = 30 };
    const double quality = 0.5, second = quality * quality + (1 - quality * quality) / EXAMPLES;
    const size_t n = network->sites, terms = n * (n - 1) * (n - 2) * (n - 3) / 24;
    const double width = sqrt(noise / ((double)(n - 1) * (double)(n - 2) * (double)(n - 3) / 6));
    for (uint32_t k = 0; k < network->count; k++) {
        int8_t entry[128];
        ons_pattern_draw(network->sites, 0, random, entry);
        if (k == 0) { memcpy(network->pattern, entry, n); }
        for (size_t i = 0; i < n; i++) {
            int sum = 0;
            for (unsigned a = 0; a < EXAMPLES; a++) {
                sum += ons_random_uniform(random) < 0.5 * (1 + quality) ? 1 : -1;
            }
            network->weight[k * n + i] = entry[i] * sum / (EXAMPLES * sqrt(second));
        }
    }
    for (size_t t = 0; t < terms; t++) { network->coupling[t] = (float)(width * ons_random_normal(random)); }
    memcpy(network->spin, network->pattern, n);
}

/* The coupling of four different sites, in any order. */
static double noise_field(const noisy_network *network, uint32_t site) {
    const size_t n = network->sites;
    const int8_t *s = network->spin;
    double sum = 0;
    for (size_t a = 0; a < n; a++) {
        for (size_t b = a + 1; b < n && a != site; b++) {
            for (size_t c = b + 1; c < n && b != site; c++) {
                if (c == site) { continue; }
                size_t index[4] = {a, b, c, site};
                for (size_t m = 3; m > 0 && index[m] < index[m - 1]; m--) {
                    const size_t swap = index[m];
                    index[m] = index[m - 1];
                    index[m - 1] = swap;
                }
                sum += network->coupling[network->triple[(index[0] * n + index[1]) * n + index[2]] + index[3]] *
                       (double)(s[a] * s[b] * s[c]);
            }
        }
    }
    return sum;
}

static double relax(noisy_network *network) {
    const double n = network->sites, scale = 6 / (n * n * n);
    double overlap = 0;
    add_sums(network->weight, network->count, network->spin, network->sites, network->sums);
    for (unsigned sweep = 0, turned = 1; sweep < 50 && turned; sweep++) {
        turned = 0;
        for (uint32_t i = 0; i < network->sites; i++) {
            const double field = scale * stored_field(network->weight, network->count, network->spin, network->sites, i,
                                                      4, network->sums) +
                                 noise_field(network, i);
            if (field * network->spin[i] < 0) {
                turned++;
                turn(network->weight, network->count, network->spin, network->sites, i, network->sums);
            }
        }
    }
    for (uint32_t i = 0; i < network->sites; i++) { overlap += network->pattern[i] * network->spin[i]; }
    return overlap / n;
}

ons_status noisy_recall(uint32_t sites, uint32_t count, double noise, uint32_t samples, double *overlap,
                        double *error) {
    noisy_network network;
    double sum = 0, square = 0;
    const ons_status status = sites <= 128 ? reserve(&network, sites, count)
                                           : ons_fail(ONS_INVALID, "noise in all couplings: at most 128 sites");
    if (sites > 128) { return status; }
    for (uint32_t s = 0; s < samples && status == ONS_OK; s++) {
        ons_random random = ons_random_stream(ons_random_key(1, sites * 1000 + count), s, 0);
        draw_network(&network, noise, &random);
        const double m = relax(&network);
        sum += m;
        square += m * m;
    }
    *overlap = sum / samples;
    *error = sqrt(fmax(0, square / samples - *overlap * *overlap) / (samples - 1));
    release(&network);
    return status;
}

/* ---- digits ---------------------------------------------------------------------------------------------------------
 */

enum { CLASSES = 10 };

static ons_status read_file(const char *folder, const char *name, ons_idx *idx) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *plain = fopen(path, "rb");
    if (plain) {
        fclose(plain);
    } else {
        snprintf(path, sizeof path, "%s/%s.gz", folder, name);
    }
    return ons_idx_read(path, 64 << 20, idx);
}

static int8_t bright(uint8_t pixel) { return pixel >= 128 ? 1 : -1; }

/* Mean of each class's examples less the mean over classes, [CLASSES][sites], second moment 1. */
static ons_status learn_classes(const ons_idx *images, const ons_idx *labels, size_t examples, double *weight) {
    const size_t sites = images->shape[1] * images->shape[2];
    double members[CLASSES] = {0};
    for (size_t e = 0; e < examples; e++) {
        if (labels->values[e] >= CLASSES) {
            return ons_fail(ONS_INVALID, "a label of %d; expected 0 .. 9", labels->values[e]);
        }
        members[labels->values[e]]++;
        for (size_t i = 0; i < sites; i++) {
            weight[labels->values[e] * sites + i] += bright(images->values[e * sites + i]);
        }
    }
    for (size_t i = 0; i < sites; i++) {
        double mean = 0;
        for (size_t c = 0; c < CLASSES; c++) {
            weight[c * sites + i] /= fmax(members[c], 1);
            mean += weight[c * sites + i] / CLASSES;
        }
        for (size_t c = 0; c < CLASSES; c++) {
            const double centred = weight[c * sites + i] - mean;
            weight[c * sites + i] = fabs(centred) < 1e-12 ? 0 : centred;
        }
    }
    for (size_t c = 0; c < CLASSES; c++) {
        double square = 0;
        for (size_t i = 0; i < sites; i++) { square += weight[c * sites + i] * weight[c * sites + i]; }
        for (size_t i = 0; i < sites && square > 0; i++) { weight[c * sites + i] /= sqrt(square / (double)sites); }
    }
    return ONS_OK;
}

/* With the sign of the weights, where they are not 0. */
static double archetype_overlap(const double *weight, const int8_t *spin, size_t sites) {
    double sum = 0, full = 0;
    for (size_t i = 0; i < sites; i++) {
        sum += weight[i] > 0 ? spin[i] : weight[i] < 0 ? -spin[i] : 0;
        full += weight[i] != 0;
    }
    return full > 0 ? sum / full : 0;
}

static void settle(const double *weight, uint32_t sites, unsigned order, int8_t *spin) {
    power_sums sums[CLASSES];
    add_sums(weight, CLASSES, spin, sites, sums);
    for (unsigned sweep = 0, turned = 1; sweep < 20 && turned; sweep++) {
        turned = 0;
        for (uint32_t i = 0; i < sites; i++) {
            const double field = stored_field(weight, CLASSES, spin, sites, i, order, sums);
            if (field * spin[i] < 0) {
                turned++;
                turn(weight, CLASSES, spin, sites, i, sums);
            }
        }
    }
}

static void recall_one(const double *weight, const int8_t *image, size_t sites, uint8_t label, int8_t *spin,
                       digit_recall *recall) {
    recall->before += archetype_overlap(weight + label * sites, image, sites);
    for (unsigned k = 0; k < 2; k++) {
        size_t nearest = 0;
        double best = -2;
        memcpy(spin, image, sites);
        settle(weight, (uint32_t)sites, k ? 4 : 2, spin);
        for (size_t c = 0; c < CLASSES; c++) {
            const double m = archetype_overlap(weight + c * sites, spin, sites);
            if (m > best) {
                best = m;
                nearest = c;
            }
        }
        const double m = archetype_overlap(weight + label * sites, spin, sites);
        recall->overlap[k] += m;
        recall->error[k] += m * m;
        recall->right[k] += nearest == label;
    }
}

static ons_status recall_all(const ons_idx *images, const ons_idx *labels, size_t count, digit_recall *recall) {
    const size_t sites = images->shape[1] * images->shape[2], total = images->shape[0];
    double *weight = ONS_NEW(double, CLASSES *sites);
    int8_t *image = ONS_NEW(int8_t, sites), *spin = ONS_NEW(int8_t, sites);
    ons_status status = weight && image && spin ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) { status = learn_classes(images, labels, total - count, weight); }
    ons_random random = ons_random_stream(ons_random_key(1, 0), 0, 0);
    for (size_t e = total - count; e < total && status == ONS_OK; e++) {
        for (size_t i = 0; i < sites; i++) {
            const int8_t pixel = bright(images->values[e * sites + i]);
            image[i] = (int8_t)(ons_random_uniform(&random) < 0.2 ? -pixel : pixel);
        }
        if (labels->values[e] < CLASSES) { recall_one(weight, image, sites, labels->values[e], spin, recall); }
    }
    const double n = (double)count;
    recall->before /= n;
    for (unsigned k = 0; k < 2; k++) {
        recall->overlap[k] /= n;
        recall->right[k] /= n;
        recall->error[k] = sqrt(fmax(0, recall->error[k] / n - recall->overlap[k] * recall->overlap[k]) / n);
    }
    free(weight);
    free(image);
    free(spin);
    return status;
}

ons_status recall_digits(const char *folder, size_t count, digit_recall *recall) {
    ons_idx images = {0}, labels = {0};
    *recall = (digit_recall){.count = count};
    ons_status status = read_file(folder, "t10k-images-idx3-ubyte", &images);
    if (status == ONS_OK) { status = read_file(folder, "t10k-labels-idx1-ubyte", &labels); }
    if (status == ONS_OK &&
        (images.dimensions != 3 || labels.count != images.shape[0] || images.shape[0] < 2 * count)) {
        status =
            ons_fail(ONS_INVALID, "%s: images of three dimensions and as many labels, %zu at least; got %d dimensions",
                     folder, 2 * count, images.dimensions);
    }
    if (status == ONS_OK) { status = recall_all(&images, &labels, count, recall); }
    ons_idx_free(&images);
    ons_idx_free(&labels);
    return status;
}

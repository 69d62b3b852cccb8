/*
 * Examples for the system `network`: spirals, a teacher, images in idx files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "network_data.h"

#include <onsager/learning/digits.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SPIRALS, TEACHER, FROM_FILE = -1, ARMS = 3, TEACHER_INPUTS = 10, TEACHER_UNITS = 3 };

static const double pi = 3.14159265358979323846;

static ons_status read_files(const ons_parameters *p, ons_idx *images, ons_idx *labels) {
    ons_digit_files files;
    ons_status status = ons_digits_find(ons_string(p, "data"), ons_string(p, "labels"), &files);
    if (!status) { status = ons_digits_read(files.images, files.labels, images, labels); }
    ons_digit_files_free(&files);
    return status;
}

static ons_status file_sizes(const ons_parameters *p, network_data *sizes) {
    ons_idx images, labels;
    const ons_status status = read_files(p, &images, &labels);
    if (status) { return status; }
    sizes->inputs = images.count / images.shape[0];
    sizes->labelled = true;
    for (size_t k = 0; k < labels.count; k++) {
        if (labels.values[k] >= sizes->outputs) { sizes->outputs = (size_t)labels.values[k] + 1; }
    }
    const size_t there = images.shape[0];
    ons_idx_free(&images);
    ons_idx_free(&labels);
    if (sizes->count <= there) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "%s has %zu examples, but train = %zu and test = %zu ask for %zu",
                    ons_string(p, "data"), there, sizes->train, sizes->count - sizes->train, sizes->count);
}

ons_status network_data_check(const ons_parameters *p, network_data *sizes) {
    *sizes = (network_data){.train = (size_t)ons_integer(p, "train")};
    sizes->count = sizes->train + (size_t)ons_integer(p, "test");
    switch (ons_choice(p, "data")) {
    case SPIRALS:
        sizes->inputs = 2;
        sizes->outputs = ARMS;
        sizes->labelled = true;
        return ONS_OK;
    case TEACHER:
        sizes->inputs = TEACHER_INPUTS;
        sizes->outputs = 1;
        return ONS_OK;
    default: return file_sizes(p, sizes);
    }
}

/* Three arms, a turn and a half each, with noise. */
static void make_spirals(network_data *data, ons_random *random) {
    for (size_t k = 0; k < data->count; k++) {
        const uint32_t arm = ons_random_below(random, ARMS);
        const double r = sqrt(ons_random_uniform(random)), angle = 3 * pi * r + 2 * pi / ARMS * arm;
        data->x[2 * k] = (float)(r * cos(angle) + 0.03 * ons_random_normal(random));
        data->x[2 * k + 1] = (float)(r * sin(angle) + 0.03 * ons_random_normal(random));
        data->label[k] = (int32_t)arm;
    }
}

/* y = sum_k tanh(w_k x), x and w_k normal, w_k x of variance 1: a soft committee. */
static void make_teacher(network_data *data, ons_random *random) {
    double w[TEACHER_UNITS][TEACHER_INPUTS];
    for (size_t u = 0; u < TEACHER_UNITS; u++) {
        for (size_t i = 0; i < TEACHER_INPUTS; i++) { w[u][i] = ons_random_normal(random) / sqrt(TEACHER_INPUTS); }
    }
    for (size_t k = 0; k < data->count; k++) {
        double field[TEACHER_UNITS] = {0}, y = 0;
        for (size_t i = 0; i < TEACHER_INPUTS; i++) {
            const double x = ons_random_normal(random);
            data->x[k * TEACHER_INPUTS + i] = (float)x;
            for (size_t u = 0; u < TEACHER_UNITS; u++) { field[u] += w[u][i] * x; }
        }
        for (size_t u = 0; u < TEACHER_UNITS; u++) { y += tanh(field[u]); }
        data->y[k] = (float)y;
    }
}

/* Examples of the file in the order of the stream, values 0 .. 1. */
static ons_status read_examples(const ons_parameters *p, network_data *data, ons_random *random) {
    ons_idx images, labels;
    const ons_status status = read_files(p, &images, &labels);
    if (status) { return status; }
    const size_t there = images.shape[0];
    uint32_t *order = ONS_NEW(uint32_t, there);
    for (size_t k = 0; order && k < there; k++) { order[k] = (uint32_t)k; }
    for (size_t k = 0; order && k < data->count; k++) {
        const size_t other = k + ons_random_below(random, (uint32_t)(there - k));
        const uint32_t chosen = order[other];
        order[other] = order[k];
        order[k] = chosen;
        data->label[k] = labels.values[chosen];
        for (size_t i = 0; i < data->inputs; i++) {
            data->x[k * data->inputs + i] = (float)images.values[chosen * data->inputs + i] / 255.0F;
        }
    }
    ons_idx_free(&images);
    ons_idx_free(&labels);
    free(order);
    return order ? ONS_OK : ONS_MEMORY;
}

ons_status network_data_make(const ons_parameters *p, ons_random *random, network_data *data) {
    ons_status status = network_data_check(p, data);
    if (status) { return status; }
    data->x = ONS_NEW(float, data->count * data->inputs);
    data->y = ONS_NEW(float, data->count * data->outputs);
    data->label = ONS_NEW(int32_t, data->count);
    if (!data->x || !data->y || !data->label) { return ONS_MEMORY; }
    switch (ons_choice(p, "data")) {
    case SPIRALS: make_spirals(data, random); break;
    case TEACHER: make_teacher(data, random); break;
    default: status = read_examples(p, data, random);
    }
    for (size_t k = 0; data->labelled && !status && k < data->count; k++) {
        data->y[k * data->outputs + (size_t)data->label[k]] = 1;
    }
    return status;
}

void network_data_free(network_data *data) {
    free(data->x);
    free(data->y);
    free(data->label);
    *data = (network_data){0};
}

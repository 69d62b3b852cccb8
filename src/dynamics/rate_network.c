/*
 * Networks of rates in time: states of several copies side by side, Euler and Runge-Kutta steps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "rate_network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const rate_kernels *kernels_here(bool single) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        return &rate_kernels_v4[single];
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) { return &rate_kernels_v3[single]; }
#endif
    return &rate_kernels_plain[single];
}

/* ---- numbers of either size -----------------------------------------------------------------------------------------
 */

double rate_number(const ons_rate_network *network, const void *array, size_t i) {
    return network->options.single ? (double)((const float *)array)[i] : ((const double *)array)[i];
}

static void put_number(const ons_rate_network *network, void *array, size_t i, double value) {
    if (network->options.single) {
        ((float *)array)[i] = (float)value;
    } else {
        ((double *)array)[i] = value;
    }
}

static void *new_numbers(const ons_rate_network *network, size_t count) {
    const size_t bytes = (count * network->size + RATE_LINE - 1) / RATE_LINE * RATE_LINE;
    void *numbers = aligned_alloc(RATE_LINE, bytes ? bytes : RATE_LINE);
    if (numbers) {
        memset(numbers, 0, bytes);
    } else {
        ons_fail(ONS_MEMORY, "no memory for %zu bytes of a network", bytes);
    }
    return numbers;
}

/* ---- making ---------------------------------------------------------------------------------------------------------
 */

static ons_status check(const ons_rate_options *options) {
    if (options->units < 1 || options->units > 40000) {
        return ons_fail(ONS_INVALID, "a network has 1 to 40000 units, not %zu", options->units);
    }
    if (options->copies < 1 || options->copies > 1024) {
        return ons_fail(ONS_INVALID, "a network goes from 1 to 1024 initial conditions, not %zu", options->copies);
    }
    if (!(options->step > 0 && options->step < 2)) {
        return ons_fail(ONS_INVALID,
                        "the step must be positive and below 2, where decay itself becomes unstable, not "
                        "%.10g",
                        options->step);
    }
    return ONS_OK;
}

static ons_status open_network(ons_rate_network **network, const ons_rate_options *options) {
    *network = NULL;
    const ons_status status = check(options);
    if (status) { return status; }
    ons_rate_network *made = ONS_NEW(ons_rate_network, 1);
    if (!made) { return ONS_MEMORY; }
    made->options = *options;
    made->size = options->single ? sizeof(float) : sizeof(double);
    made->kernels = kernels_here(options->single);
    const size_t line = RATE_LINE / made->size;
    made->panels = (options->units + RATE_PANEL - 1) / RATE_PANEL;
    made->copies = options->copies == 1 ? 1 : (options->copies + line - 1) / line * line;
    made->count = made->panels * RATE_PANEL * made->copies;
    made->x = new_numbers(made, made->count);
    made->phi = new_numbers(made, made->count);
    made->input = new_numbers(made, made->count);
    if (options->runge_kutta) {
        made->trial = new_numbers(made, made->count);
        made->sum = new_numbers(made, made->count);
    }
    *network = made;
    const bool whole = made->x && made->phi && made->input && (!options->runge_kutta || (made->trial && made->sum));
    return whole ? ONS_OK : ONS_MEMORY;
}

static ons_status close_on_failure(ons_rate_network **network, ons_status status) {
    if (status) {
        ons_rate_network_free(*network);
        *network = NULL;
    }
    return status;
}

ons_status ons_rate_network_create(ons_rate_network **network, const ons_rate_options *options, const double *J) {
    ons_status status = open_network(network, options);
    if (!status) {
        ons_rate_network *made = *network;
        const size_t n = options->units;
        made->J = new_numbers(made, made->panels * RATE_PANEL * n);
        status = made->J ? ONS_OK : ONS_MEMORY;
        for (size_t i = 0; i < n && !status; i++) {
            for (size_t k = 0; k < n; k++) {
                put_number(made, made->J, (i / RATE_PANEL * n + k) * RATE_PANEL + i % RATE_PANEL, J[i * n + k]);
            }
        }
    }
    return close_on_failure(network, status);
}

static ons_status check_rows(size_t units, const ons_rate_rows *J) {
    if (J->start[0] != 0) { return ons_fail(ONS_INVALID, "compressed rows begin at 0"); }
    for (size_t i = 0; i < units; i++) {
        if (J->start[i + 1] < J->start[i]) { return ons_fail(ONS_INVALID, "row %zu ends before it begins", i); }
        for (uint64_t k = J->start[i]; k < J->start[i + 1]; k++) {
            if (J->column[k] >= units || (k > J->start[i] && J->column[k] <= J->column[k - 1])) {
                return ons_fail(ONS_INVALID, "row %zu: units below %zu in ascending order were expected, not %u", i,
                                units, (unsigned)J->column[k]);
            }
        }
    }
    return ONS_OK;
}

ons_status ons_rate_network_create_sparse(ons_rate_network **network, const ons_rate_options *options,
                                          const ons_rate_rows *J) {
    ons_status status = open_network(network, options);
    if (!status) { status = check_rows(options->units, J); }
    if (!status) {
        ons_rate_network *made = *network;
        const size_t n = options->units, entries = J->start[n];
        made->start = ONS_NEW(uint64_t, n + 1);
        made->column = ONS_NEW(uint32_t, entries);
        made->J = new_numbers(made, entries);
        status = made->start && made->column && made->J ? ONS_OK : ONS_MEMORY;
        if (!status) {
            memcpy(made->start, J->start, (n + 1) * sizeof *made->start);
            memcpy(made->column, J->column, entries * sizeof *made->column);
            for (size_t k = 0; k < entries; k++) { put_number(made, made->J, k, J->value[k]); }
        }
    }
    return close_on_failure(network, status);
}

void ons_rate_network_free(ons_rate_network *network) {
    if (!network) { return; }
    free(network->J);
    free(network->start);
    free(network->column);
    free(network->x);
    free(network->phi);
    free(network->input);
    free(network->trial);
    free(network->sum);
    free(network);
}

/* ---- states ---------------------------------------------------------------------------------------------------------
 */

static void activate(const ons_rate_network *network, const void *x) {
    network->kernels->activate(network->options.phi, network->count, x, network->phi);
}

void ons_rate_network_store(const ons_rate_network *network, double *x) {
    const size_t copies = network->options.copies;
    for (size_t i = 0; i < network->options.units * copies; i++) {
        x[i] = rate_number(network, network->x, i / copies * network->copies + i % copies);
    }
}

void ons_rate_network_load(ons_rate_network *network, const double *x) {
    const size_t copies = network->options.copies;
    for (size_t i = 0; i < network->options.units * copies; i++) {
        put_number(network, network->x, i / copies * network->copies + i % copies, x[i]);
    }
    activate(network, network->x);
}

void ons_rate_network_activity(const ons_rate_network *network, double *x, double *phi) {
    const double count = (double)(network->options.units * network->options.copies);
    *x = network->kernels->product(network->count, network->x, network->x) / count;
    *phi = network->kernels->product(network->count, network->phi, network->phi) / count;
}

/* ---- steps ----------------------------------------------------------------------------------------------------------
 */

/* input = J phi, phi of the state before. Padded units keep x = 0 and padded copies too, since phi(0) = 0. */
static void drive(const ons_rate_network *network) {
    if (network->start) {
        network->kernels->multiply_rows(network->options.units, network->copies, network->start, network->column,
                                        network->J, network->phi, network->input);
    } else {
        network->kernels->multiply(network->panels, network->options.units, network->copies, network->J, network->phi,
                                   network->input);
    }
}

static void step_euler(ons_rate_network *network) {
    drive(network);
    network->kernels->stage(network->count, network->x, network->input, network->x, network->options.step, network->x,
                            0, NULL);
    activate(network, network->x);
}

static void step_runge_kutta(ons_rate_network *network) {
    static const double next[4] = {0.5, 0.5, 1, 0}, weight[4] = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
    const double h = network->options.step;
    memcpy(network->sum, network->x, network->count * network->size);
    for (int k = 0; k < 4; k++) {
        drive(network);
        network->kernels->stage(network->count, k ? network->trial : network->x, network->input, network->x,
                                h * next[k], network->trial, h * weight[k], network->sum);
        if (k < 3) { activate(network, network->trial); }
    }
    memcpy(network->x, network->sum, network->count * network->size);
    activate(network, network->x);
}

ons_status ons_rate_network_advance(ons_rate_network *network, uint64_t steps) {
    double x, phi;
    for (uint64_t k = 0; k < steps; k++) {
        if (network->options.runge_kutta) {
            step_runge_kutta(network);
        } else {
            step_euler(network);
        }
    }
    ons_rate_network_activity(network, &x, &phi);
    if (isfinite(x) && x < 1e30) { return ONS_OK; }
    return ons_fail(ONS_FAILED, "the network blew up: the mean of x^2 is %g", x);
}

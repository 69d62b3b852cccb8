/*
 * Eight members of a flow or map side by side, with their perturbations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow_members.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void kaplan_yorke(const ons_means *means, const ons_parameters *parameters, double *value) {
    (void)parameters;
    size_t count;
    const double *exponents = ons_mean_array(means, FLOW_SPECTRUM, &count);
    *value = ons_kaplan_yorke(exponents, count);
}

static void entropy_rate(const ons_means *means, const ons_parameters *parameters, double *value) {
    (void)parameters;
    size_t count;
    const double *exponents = ons_mean_array(means, FLOW_SPECTRUM, &count);
    *value = 0;
    for (size_t i = 0; i < count; i++) { *value += exponents[i] > 0 ? exponents[i] : 0; }
}

const ons_derived flow_system_derived[] = {
    {"kaplan_yorke_dimension", FLOW_DIVERGENCE, kaplan_yorke, NULL,
     "j + (l_1 + .. + l_j)/|l_(j+1)|, the last j with a sum that is not negative (Kaplan and Yorke 1979)"},
    {"entropy_rate", FLOW_DIVERGENCE, entropy_rate, "1/time", "the sum of the positive exponents (Pesin 1977)"},
    {.name = NULL}};

size_t flow_members_exponents(const ons_parameters *parameters, size_t dimension) {
    const int64_t asked = ons_integer(parameters, "exponents");
    return asked ? (size_t)asked : dimension;
}

ons_status flow_members_plan(ons_plan *plan, const ons_parameters *parameters, const char *name, size_t dimension) {
    const size_t exponents = flow_members_exponents(parameters, dimension);
    if (exponents > dimension) {
        return ons_fail(ONS_INVALID, "exponents=%zu: %s has %zu variables, and as many exponents", exponents, name,
                        dimension);
    }
    ons_plan_shape(plan, FLOW_SPECTRUM, 1, &exponents);
    ons_plan_shape(plan, FLOW_POINT, 1, &dimension);
    ons_plan_lanes(plan, ONS_LANES);
    const double n = (double)dimension, width = n * (1 + (double)exponents);
    ons_plan_bytes(plan, 8.0 * ONS_LANES * (30 * width + 3 * n * n));
    return ONS_OK;
}

ons_status flow_members_open(flow_members *made) {
    const size_t numbers = ONS_LANES * (made->exponents + 1);
    made->growth = ONS_NEW(double, numbers);
    made->scratch = ONS_NEW(double, numbers);
    made->numbers = ONS_NEW(double, ONS_LANES *ons_tangent_size(made->tangent));
    if (!made->growth || !made->scratch || !made->numbers) { return ONS_MEMORY; }
    made->volume = made->growth + ONS_LANES * made->exponents;
    return ONS_OK;
}

void flow_members_close(flow_members *old) {
    ons_tangent_free(old->tangent);
    free(old->growth);
    free(old->scratch);
    free(old->numbers);
}

void flow_members_place(flow_members *made, ons_context *context, const double *start, const double *periods) {
    const double spread = ons_real(ons_context_parameters(context), "spread");
    double *x = made->numbers;
    for (unsigned lane = 0; lane < ONS_LANES; lane++) {
        ons_random random = ons_stream(context, lane, 1);
        for (size_t i = 0; i < made->dimension; i++) {
            const double size = fabs(start[i]) > 1e-3 ? fabs(start[i]) : 1e-3, period = periods ? periods[i] : 0;
            const double from = period > 0 ? start[i] - period * floor(start[i] / period) : start[i];
            x[i] = from + spread * size * (2 * ons_random_uniform(&random) - 1);
        }
        ons_tangent_set(made->tangent, lane, 0, x);
    }
}

ons_status flow_members_advance(flow_members *moving, double target) {
    const size_t numbers = ONS_LANES * (moving->exponents + 1);
    const double before = moving->time;
    memset(moving->scratch, 0, numbers * sizeof *moving->scratch);
    const ons_status status = ons_tangent_advance(moving->tangent, target, moving->interval, moving->scratch,
                                                  moving->scratch + ONS_LANES * moving->exponents);
    if (status != ONS_OK) { return status; }
    moving->time = target;
    for (size_t i = 0; i < numbers; i++) { moving->growth[i] = moving->scratch[i] / (target - before); }
    return ONS_OK;
}

ons_status flow_members_measure(const flow_members *now, ons_context *context) {
    double *x = ONS_NEW(double, now->dimension), t;
    if (!x) { return ONS_MEMORY; }
    for (unsigned lane = 0; lane < ons_lanes(context); lane++) {
        ons_measure_array(context, FLOW_SPECTRUM, lane, now->growth + lane * now->exponents);
        ons_measure(context, FLOW_DIVERGENCE, lane, now->volume[lane]);
        ons_tangent_point(now->tangent, lane, &t, x);
        ons_measure_array(context, FLOW_POINT, lane, x);
    }
    free(x);
    return ONS_OK;
}

ons_status flow_members_persist(flow_members *kept, ons_part *part) {
    const size_t size = ons_tangent_size(kept->tangent), numbers = ONS_LANES * (kept->exponents + 1);
    const bool reading = ons_part_reading(part);
    for (size_t l = 0; !reading && l < ONS_LANES; l++) {
        ons_tangent_store(kept->tangent, l, kept->numbers + l * size);
    }
    double progress[] = {kept->time, reading ? 0 : ons_tangent_interval(kept->tangent)};
    ons_status status = ons_persist(part, "members", ONS_F64, kept->numbers, ONS_LANES * size);
    if (status == ONS_OK) { status = ons_persist(part, "growth", ONS_F64, kept->growth, numbers); }
    if (status == ONS_OK) { status = ons_persist(part, "progress", ONS_F64, progress, 2); }
    if (status != ONS_OK || !reading) { return status; }
    kept->time = progress[0];
    ons_tangent_set_interval(kept->tangent, progress[1]);
    for (size_t l = 0; l < ONS_LANES; l++) { ons_tangent_load(kept->tangent, l, kept->numbers + l * size); }
    return ONS_OK;
}

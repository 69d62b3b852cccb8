/*
 * What a flow says of itself, and its values.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow.h"

#include <stdlib.h>
#include <string.h>

size_t ons_flow_dimension(const ons_flow *flow) { return flow->variable_count; }
size_t ons_flow_parameters(const ons_flow *flow) { return flow->parameter_count; }
size_t ons_flow_delays(const ons_flow *flow) { return flow->delay_count; }

const char *ons_flow_variable(const ons_flow *flow, size_t index) {
    return index < flow->variable_count ? flow->variables[index] : NULL;
}

const char *ons_flow_parameter(const ons_flow *flow, size_t index) {
    return index < flow->parameter_count ? flow->parameters[index] : NULL;
}

bool ons_flow_autonomous(const ons_flow *flow) {
    for (size_t i = 0; i < flow->value.count; i++) {
        if (flow->value.steps[i].operation == DYNAMICS_TIME) { return false; }
    }
    return true;
}

static bool tape_uses(const dynamics_tape *tape, size_t parameter) {
    for (size_t i = 0; i < tape->count; i++) {
        if (tape->steps[i].operation == DYNAMICS_PARAMETER && tape->steps[i].index == parameter) { return true; }
    }
    return false;
}

bool ons_flow_uses(const ons_flow *flow, size_t parameter) {
    bool found = tape_uses(&flow->value, parameter);
    for (size_t k = 0; k < flow->delay_count; k++) { found = found || tape_uses(&flow->delays[k].tape, parameter); }
    return found;
}

size_t ons_flow_delayed_variable(const ons_flow *flow, size_t delay) { return flow->delays[delay].variable; }

double ons_flow_delay(const ons_flow *flow, size_t delay, const double *parameters) {
    const dynamics_tape *tape = &flow->delays[delay].tape;
    double *work = ONS_NEW(double, tape->registers + 1), value = 0;
    if (!work) { return 0; }
    dynamics_tape_run(tape, 1, &(dynamics_inputs){.p = parameters}, &value, work);
    free(work);
    return value;
}

/* Registers, and room for the outputs in the order of the tape. */
size_t ons_flow_work(const ons_flow *flow) {
    const size_t value = flow->value.registers, sensitivity = flow->sensitivity.registers;
    const size_t jacobian = flow->jacobian.registers + flow->jacobian.output_count;
    const size_t larger = value > sensitivity ? value : sensitivity;
    return larger > jacobian ? larger : jacobian;
}

bool ons_flow_independent(const ons_flow *flow, size_t i, size_t j) {
    return flow->element_of[i * flow->variable_count + j] == 0;
}

void ons_flow_value(const ons_flow *flow, size_t lanes, const double *t, const double *x, const double *delayed,
                    const double *p, double *dx, double *work) {
    dynamics_tape_run(&flow->value, lanes, &(dynamics_inputs){.t = t, .x = x, .delayed = delayed, .p = p}, dx, work);
}

void ons_flow_jacobian(const ons_flow *flow, size_t lanes, const double *t, const double *x, const double *delayed,
                       const double *p, double *dx, double *jacobian, double *work) {
    const size_t n = flow->variable_count;
    double *outputs = work + flow->jacobian.registers * lanes;
    dynamics_tape_run(&flow->jacobian, lanes, &(dynamics_inputs){.t = t, .x = x, .delayed = delayed, .p = p}, outputs,
                      work);
    memcpy(dx, outputs, n * lanes * sizeof *dx);
    memset(jacobian, 0, n * n * lanes * sizeof *jacobian);
    for (size_t k = 0; k < flow->element_count; k++) {
        memcpy(jacobian + flow->elements[k] * lanes, outputs + (n + k) * lanes, lanes * sizeof *jacobian);
    }
}

void ons_flow_delay_jacobian(const ons_flow *flow, size_t lanes, const double *t, const double *x,
                             const double *delayed, const double *p, double *sensitivity, double *work) {
    dynamics_tape_run(&flow->sensitivity, lanes, &(dynamics_inputs){.t = t, .x = x, .delayed = delayed, .p = p},
                      sensitivity, work);
}

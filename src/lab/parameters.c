/*
 * The parameters of a task, asked for by name: what a system reads in check(), create() and derived quantities.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "job.h"

#include <assert.h>
#include <stdlib.h>

void lab_parameters_free(struct ons_parameters *parameters) {
    for (size_t i = 0; parameters->values != NULL && i < parameters->count; i++) {
        lab_value_free(&parameters->values[i]);
    }
    free(parameters->values);
    *parameters = (struct ons_parameters){0};
}

static const lab_value *value_of(const ons_parameters *parameters, const char *name) {
    const size_t index = lab_parameter_find(parameters->table, parameters->count, name);
    assert(index != SIZE_MAX && "the descriptor has no parameter of this name");
    return &parameters->values[index];
}

int64_t ons_integer(const ons_parameters *parameters, const char *name) {
    const lab_value *value = value_of(parameters, name);
    assert(value->integers != NULL);
    return value->integers[0];
}

double ons_real(const ons_parameters *parameters, const char *name) {
    const lab_value *value = value_of(parameters, name);
    assert(value->reals != NULL);
    return value->reals[0];
}

bool ons_boolean(const ons_parameters *parameters, const char *name) { return ons_integer(parameters, name) != 0; }

int ons_choice(const ons_parameters *parameters, const char *name) { return (int)ons_integer(parameters, name); }

const char *ons_string(const ons_parameters *parameters, const char *name) {
    const lab_value *value = value_of(parameters, name);
    assert(value->texts != NULL);
    return value->texts[0];
}

const int64_t *ons_integers(const ons_parameters *parameters, const char *name, size_t *count) {
    const lab_value *value = value_of(parameters, name);
    assert(value->integers != NULL);
    *count = value->count;
    return value->integers;
}

const double *ons_reals(const ons_parameters *parameters, const char *name, size_t *count) {
    const lab_value *value = value_of(parameters, name);
    assert(value->reals != NULL);
    *count = value->count;
    return value->reals;
}

const ons_expression *ons_formula(const ons_parameters *parameters, const char *name) {
    const lab_value *value = value_of(parameters, name);
    assert(value->formulas != NULL);
    return value->formulas[0];
}

bool ons_present(const ons_parameters *parameters, const char *name) { return value_of(parameters, name)->present; }

bool ons_given(const ons_parameters *parameters, const char *name) { return value_of(parameters, name)->given; }

bool ons_known(const ons_parameters *parameters, const char *name) {
    return lab_parameter_find(parameters->table, parameters->count, name) != SIZE_MAX;
}

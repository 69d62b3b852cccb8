/*
 * The weight of a state: expressions bound to parameters and to the components of a sample.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "weight.h"

#include "curves.h"
#include "quantity.h"
#include "results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- formulas ---- */

static void close_formula(lab_formula *formula) {
    ons_expression_free(formula->expression);
    free(formula->places);
    free(formula->values);
    *formula = (lab_formula){0};
}

typedef struct binding {
    const ons_task_result *result;
    const char *x;
    const char *const *names;
    size_t components;
} binding;

static ons_status bind_name(const binding *b, const char *name, lab_weight_place *place) {
    const char *text = lab_value_of(b->result, name);
    *place = (lab_weight_place){.component = SIZE_MAX};
    if (strcmp(name, b->x) == 0) {
        place->is_x = true;
        return ONS_OK;
    }
    if (text != NULL) {
        double *values;
        size_t count;
        const ons_status status = lab_numbers_of("reweighting", name, text, &values, &count);
        if (status != ONS_OK) { return status; }
        if (count > 0) { place->constant = values[0]; }
        free(values);
        return ONS_OK;
    }
    for (size_t c = 0; c < b->components; ++c) {
        if (strcmp(b->names[c], name) == 0) {
            place->component = c;
            return ONS_OK;
        }
    }
    return ons_fail(ONS_INVALID, "the weight of a state needs '%s', of which no samples are stored", name);
}

static ons_status open_formula(const binding *b, const char *source, lab_formula *formula) {
    ons_status status = ons_expression_parse(&formula->expression, source);
    if (status != ONS_OK) { return status; }
    formula->count = ons_expression_name_count(formula->expression);
    formula->places = ONS_NEW(lab_weight_place, formula->count + 1);
    formula->values = ONS_NEW(double, formula->count + 1);
    if (formula->places == NULL || formula->values == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < formula->count && status == ONS_OK; ++i) {
        status = bind_name(b, ons_expression_name(formula->expression, i), &formula->places[i]);
    }
    return status;
}

static double formula_value(lab_formula *formula, double x, const double *row) {
    for (size_t i = 0; i < formula->count; ++i) {
        const lab_weight_place *place = &formula->places[i];
        const double other = row != NULL && place->component != SIZE_MAX ? row[place->component] : place->constant;
        formula->values[i] = place->is_x ? x : other;
    }
    return ons_expression_value(formula->expression, formula->values);
}

/* ---- the weight ---- */

static bool has_x(const lab_formula *formula) {
    for (size_t i = 0; i < formula->count; ++i) {
        if (formula->places[i].is_x) { return true; }
    }
    return false;
}

bool lab_weight_is_explicit(const lab_weight *weight) {
    for (size_t t = 0; t < weight->terms; ++t) {
        if (has_x(&weight->feature[t])) { return true; }
    }
    return false;
}

void lab_weight_close(lab_weight *weight) {
    for (size_t i = 0; i < LAB_TERMS; ++i) {
        close_formula(&weight->coefficient[i]);
        close_formula(&weight->feature[i]);
    }
    *weight = (lab_weight){0};
}

/* "temperature, field": what a weight depends on. */
static void list_dependence(const lab_weight *weight, ons_text *text) {
    for (size_t t = 0; t < weight->terms; ++t) {
        for (size_t i = 0; i < weight->coefficient[t].count; ++i) {
            const char *name = ons_expression_name(weight->coefficient[t].expression, i);
            if (text->data != NULL && strstr(text->data, name) != NULL) { continue; }
            ons_text_add(text, "%s%s", text->length > 0 ? ", " : "", name);
        }
    }
}

static ons_status check_dependence(const lab_weight *weight, const char *x) {
    for (size_t t = 0; t < weight->terms; ++t) {
        if (has_x(&weight->coefficient[t])) { return ONS_OK; }
    }
    ons_text names = {0};
    list_dependence(weight, &names);
    const ons_status status =
        ons_fail(ONS_INVALID, "the weight of a state depends on %s, not on '%s'; reweighting goes along one of them",
                 names.data == NULL ? "nothing" : names.data, x);
    ons_text_free(&names);
    return status;
}

ons_status lab_weight_open(lab_weight *weight, const ons_task_samples *task, const ons_task_result *result,
                           const ons_job *job, const char *x, const char *const *names, size_t components) {
    const binding b = {result, x, names, components}, parameters = {result, x, names, 0};
    const lab_task *own = task->terms > 0 ? NULL : lab_job_task(job, task->key);
    const size_t terms = own == NULL ? task->terms : own->plan.terms;
    *weight = (lab_weight){.extent = own == NULL ? task->extent : own->plan.extent};
    if (terms == 0) {
        return ons_fail(ONS_INVALID,
                        "task %s does not say how the weight of a state depends on its parameters: its system declares "
                        "none for these parameters, or the archive is older than that and the system is not at hand",
                        task->key);
    }
    ons_status status = ONS_OK;
    for (size_t t = 0; t < terms && t < LAB_TERMS && status == ONS_OK; ++t) {
        weight->terms = t + 1;
        status = open_formula(&parameters, own == NULL ? task->term[t].coefficient : own->plan.term[t].coefficient,
                              &weight->coefficient[t]);
        if (status == ONS_OK) {
            status =
                open_formula(&b, own == NULL ? task->term[t].feature : own->plan.term[t].feature, &weight->feature[t]);
        }
    }
    if (status == ONS_OK) { status = check_dependence(weight, x); }
    if (status != ONS_OK) { lab_weight_close(weight); }
    return status;
}

void lab_weight_coefficients(lab_weight *weight, double x, double *coefficients) {
    for (size_t t = 0; t < weight->terms; ++t) {
        coefficients[t] = weight->extent * formula_value(&weight->coefficient[t], x, NULL);
    }
}

void lab_weight_features(lab_weight *weight, double x, const double *row, double *features) {
    for (size_t t = 0; t < weight->terms; ++t) { features[t] = formula_value(&weight->feature[t], x, row); }
}

/*
 * Models of a curve: formulas whose names are parameters.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct named_model {
    const char *name, *formula, *meaning;
} named_model;

static const named_model models[] = {
    {"constant", "a + 0*x", "a constant"},
    {"linear", "a + b*x", "a straight line"},
    {"quadratic", "a + b*x + c*x^2", "a parabola"},
    {"power", "a*x^b", "a power law"},
    {"power-constant", "a*x^b + c", "a power law and a constant"},
    {"power-corrections", "a*x^b*(1 + c*x^(-w))", "a power law with its leading correction"},
    {"limit", "a + b*x^(-w)", "what is left at infinite x, with a power of x as correction"},
    {"exponential", "a*exp(-x/b)", "an exponential decay of length (or time) b"},
    {"exponential-constant", "a*exp(-x/b) + c", "the same towards a constant"},
    {"stretched", "a*exp(-(x/b)^c)", "a stretched exponential"},
    {"logarithm", "a + b*log(x)", "a logarithm"},
    {"gaussian", "a*exp(-(x-b)^2/(2*c^2))", "a bell of height a at b of width c"},
    {"lorentzian", "a/(1 + ((x-b)/c)^2)", "a resonance of height a at b of half width c"},
};
#define MODELS (sizeof models / sizeof *models)

const char *ons_model_name(size_t index, const char **formula, const char **meaning) {
    if (index >= MODELS) { return NULL; }
    if (formula) { *formula = models[index].formula; }
    if (meaning) { *meaning = models[index].meaning; }
    return models[index].name;
}

ons_status ons_model_named(ons_model **model, const char *name) {
    const char *names[MODELS];
    *model = NULL;
    for (size_t i = 0; i < MODELS; i++) {
        if (strcmp(models[i].name, name) == 0) { return ons_model_formula(model, models[i].formula, NULL); }
        names[i] = models[i].name;
    }
    const char *near = ons_nearest(name, names, MODELS);
    return near ? ons_fail(ONS_INVALID, "there is no model '%s'; did you mean '%s'?", name, near)
                : ons_fail(ONS_INVALID, "there is no model '%s'; 'power', 'exponential' and 'linear' are some", name);
}

/* Sorts the names of the formula into the variable and the parameters. */
static ons_status sort_names(ons_model *model, const char *variable) {
    const size_t names = ons_expression_name_count(model->expression);
    bool found = false;
    for (size_t i = 0; i < names; i++) {
        const char *name = ons_expression_name(model->expression, i);
        if (strcmp(name, "x") == 0 || (variable && strcmp(name, variable) == 0)) {
            found = true;
        } else if (strcasecmp(name, "nan") == 0 || strcasecmp(name, "inf") == 0 || strcasecmp(name, "infinity") == 0) {
            return ons_fail(ONS_INVALID, "'%s' in '%s' is no number, and no name for a parameter", name, model->text);
        } else if (model->count == ONS_MODEL_PARAMETERS) {
            return ons_fail(ONS_INVALID, "'%s' has more than %d parameters", model->text, ONS_MODEL_PARAMETERS);
        } else {
            model->place[model->count++] = i;
        }
    }
    const bool other = variable && strcmp(variable, "x") != 0;
    if (!found) {
        return ons_fail(ONS_INVALID, "'%s' does not contain the variable: x%s%s", model->text, other ? " or " : "",
                        other ? variable : "");
    }
    if (model->count == 0) { return ons_fail(ONS_INVALID, "'%s' has no parameter to fit", model->text); }
    return names <= MODEL_NAMES ? ONS_OK : ons_fail(ONS_INVALID, "'%s' has too many names", model->text);
}

ons_status ons_model_formula(ons_model **model, const char *formula, const char *variable) {
    *model = NULL;
    ons_model *made = ONS_NEW(ons_model, 1);
    if (!made) { return ONS_MEMORY; }
    made->text = ons_copy(formula);
    ons_status status = made->text ? ons_expression_parse(&made->expression, formula) : ONS_MEMORY;
    if (status == ONS_OK) { status = sort_names(made, variable); }
    if (status == ONS_OK) {
        *model = made;
    } else {
        ons_model_free(made);
    }
    return status;
}

void ons_model_free(ons_model *model) {
    if (!model) { return; }
    ons_expression_free(model->expression);
    free(model->text);
    free(model);
}

const char *ons_model_text(const ons_model *model) { return model->text; }
size_t ons_model_count(const ons_model *model) { return model->count; }

const char *ons_model_parameter(const ons_model *model, size_t index) {
    return index < model->count ? ons_expression_name(model->expression, model->place[index]) : NULL;
}

ons_status ons_model_find(const ons_model *model, const char *name, size_t *index) {
    const char *names[ONS_MODEL_PARAMETERS];
    ons_text all = {0};
    for (size_t i = 0; i < model->count; i++) {
        names[i] = ons_model_parameter(model, i);
        ons_text_add(&all, "%s%s", i ? ", " : "", names[i]);
        if (strcmp(names[i], name) != 0) { continue; }
        *index = i;
        ons_text_free(&all);
        return ONS_OK;
    }
    const ons_status status =
        all.failed ? ONS_MEMORY
                   : ons_fail(ONS_INVALID, "'%s' has no parameter '%s'; it has %s", model->text, name, all.data);
    ons_text_free(&all);
    return status;
}

double ons_model_value(const ons_model *model, double x, const double *parameters) {
    double values[MODEL_NAMES];
    const size_t names = ons_expression_name_count(model->expression);
    for (size_t i = 0; i < names; i++) { values[i] = x; }
    for (size_t i = 0; i < model->count; i++) { values[model->place[i]] = parameters[i]; }
    return ons_expression_value(model->expression, values);
}

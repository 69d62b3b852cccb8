/*
 * Quantities of the user's own in one task: their shapes, where the numbers of their formulas lie, and their values.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "measures.h"

#include <string.h>

static ons_status refuse(const lab_task *task, const lab_measure *measure, const char *name, const char *why) {
    ons_text given = {0};
    lab_task_text(task, &given);
    const bool said = given.data != NULL && given.length > 0;
    lab_fail_at(&measure->entry->place, "`%s` %s%s%s%s", name, why, said ? " (for " : "", said ? given.data : "",
                said ? ")" : "");
    ons_text_free(&given);
    return ONS_INVALID;
}

static size_t find_observable(const struct ons_plan *plan, const char *name) {
    for (size_t i = 0; i < plan->observables; i++) {
        if (strcmp(plan->system->observables[i].name, name) == 0) { return i; }
    }
    return SIZE_MAX;
}

/* One component, or all of them. */
static ons_status take_component(const lab_task *task, const lab_measure *measure, const lab_reference *reference,
                                 size_t count, lab_term *term) {
    term->size = count;
    term->inner = 1;
    if (!reference->indexed) { return ONS_OK; }
    if (reference->component >= count) {
        char why[96];
        snprintf(why, sizeof why, "has %zu component%s, counted from 0", count, count == 1 ? "" : "s");
        return refuse(task, measure, reference->name, why);
    }
    term->offset = reference->component;
    term->size = 1;
    return ONS_OK;
}

static ons_status find_term(const lab_task *task, const lab_measure *measure, const lab_reference *reference,
                            lab_term *term) {
    const struct ons_plan *plan = &task->plan;
    const size_t observable = find_observable(plan, reference->name);
    *term = (lab_term){.observable = observable};
    if (observable != SIZE_MAX) {
        if (plan->shapes[observable].omitted) {
            return refuse(task, measure, reference->name, "is not measured with these parameters");
        }
        return take_component(task, measure, reference, plan->shapes[observable].size, term);
    }
    const struct ons_parameters *parameters = &task->parameters;
    const size_t index = lab_parameter_find(parameters->table, parameters->count, reference->name);
    const lab_value *value = &parameters->values[index];
    if (!value->present) { return refuse(task, measure, reference->name, "does not exist with these parameters"); }
    term->constant = value->reals;
    return take_component(task, measure, reference, value->count, term);
}

/* The array that gives the result its shape: the one with an axis, else the first; NULL: a scalar. */
static const lab_shape *find_shape(const struct ons_plan *plan, const struct lab_own *own) {
    const lab_formula *formula = &own->measure->formula;
    const lab_shape *first = NULL;
    for (size_t i = 0; i < formula->count; i++) {
        const lab_term *term = &own->terms[i];
        if (term->constant != NULL || formula->references[i].indexed) { continue; }
        const lab_shape *shape = &plan->shapes[term->observable];
        if (shape->rank == 0) { continue; }
        if (plan->system->observables[term->observable].axis != NULL) { return shape; }
        if (first == NULL) { first = shape; }
    }
    return first;
}

/* Arrays go component by component; those over the first index alone (parameters) repeat for the others. */
static ons_status fit_terms(const lab_task *task, struct lab_own *own, const lab_shape *shape) {
    const lab_formula *formula = &own->measure->formula;
    for (size_t i = 0; i < formula->count; i++) {
        lab_term *term = &own->terms[i];
        if (term->size == 1) { continue; }
        if (term->constant != NULL && shape->rank > 0 && term->size == shape->dimensions[0]) {
            term->inner = shape->size / term->size;
        } else if (term->size != shape->size) {
            return refuse(task, own->measure, formula->references[i].name,
                          "is an array of another length than the others in the formula; take a component of it, such "
                          "as NAME[0]");
        }
    }
    return ONS_OK;
}

static ons_status plan_one(lab_task *task, struct lab_own *own) {
    static const lab_shape scalar = {.size = 1};
    const lab_measure *measure = own->measure;
    struct ons_plan *plan = &task->plan;
    for (size_t i = 0; i < measure->formula.count; i++) {
        const ons_status status = find_term(task, measure, &measure->formula.references[i], &own->terms[i]);
        if (status != ONS_OK) { return status; }
    }
    const lab_shape *shape = find_shape(plan, own);
    if (shape == NULL) { shape = &scalar; }
    const ons_status status = fit_terms(task, own, shape);
    if (status != ONS_OK) { return status; }
    own->size = shape->size;
    own->kind = measure->formula.of_means ? ONS_MEAN : plan->system->observables[measure->index].kind;
    *(measure->formula.of_means ? &plan->derived_shapes[measure->index] : &plan->shapes[measure->index]) = *shape;
    return ONS_OK;
}

ons_status lab_measures_plan(lab_task *task) {
    const struct lab_measures *measures = task->measures;
    if (measures == NULL) { return ONS_OK; }
    task->own = ONS_NEW(struct lab_own, measures->count);
    if (task->own == NULL) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    for (size_t i = 0; i < measures->count && status == ONS_OK; i++) {
        task->own[i].measure = &measures->list[i];
        status = plan_one(task, &task->own[i]);
    }
    return status;
}

void lab_own_values(const struct lab_own *own, const lab_layout *layout, const double *vector, double *values) {
    const lab_formula *formula = &own->measure->formula;
    const double *base[LAB_FORMULA_NAMES];
    for (size_t i = 0; i < formula->count; i++) {
        const lab_term *term = &own->terms[i];
        base[i] = (term->constant != NULL ? term->constant : vector + layout->offsets[term->observable]) + term->offset;
    }
    for (size_t c = 0; c < own->size; c++) { values[c] = lab_formula_value(formula, own->terms, base, c); }
}

static const struct lab_own *find_own(const lab_task *task, bool of_means, size_t index) {
    for (size_t i = 0; task->measures != NULL && i < task->measures->count; i++) {
        const lab_measure *measure = task->own[i].measure;
        if (measure->formula.of_means == of_means && measure->index == index) { return &task->own[i]; }
    }
    return NULL;
}

const struct lab_own *lab_own_derived(const lab_task *task, size_t derived) { return find_own(task, true, derived); }

const struct lab_own *lab_own_observable(const lab_task *task, size_t observable) {
    return find_own(task, false, observable);
}

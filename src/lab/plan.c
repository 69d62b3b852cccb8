/*
 * The plan of a task: what check() says of memory, lanes, threads and shapes, and whether it can be.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "measures.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MOST_COMPONENTS ((size_t)1 << 40)
#define MOST_LANES 65536u

ons_status lab_plan_init(struct ons_plan *plan, const ons_system *system) {
    *plan = (struct ons_plan){.system = system, .lanes = 1, .threads = 1};
    while (system->observables != NULL && system->observables[plan->observables].name != NULL) { plan->observables++; }
    while (system->derived != NULL && system->derived[plan->deriveds].name != NULL) { plan->deriveds++; }
    plan->shapes = ONS_NEW(lab_shape, plan->observables);
    plan->derived_omitted = ONS_NEW(bool, plan->deriveds);
    plan->derived_shapes = ONS_NEW(lab_shape, plan->deriveds);
    if (plan->shapes == NULL || plan->derived_omitted == NULL || plan->derived_shapes == NULL) {
        lab_plan_free(plan);
        return ONS_MEMORY;
    }
    for (size_t i = 0; i < plan->observables; i++) { plan->shapes[i].size = 1; }
    return ONS_OK;
}

void lab_plan_free(struct ons_plan *plan) {
    free(plan->shapes);
    free(plan->derived_omitted);
    free(plan->derived_shapes);
    for (size_t i = 0; i < plan->terms; i++) {
        free(plan->term[i].coefficient);
        free(plan->term[i].feature);
    }
    ons_text_free(&plan->notes);
    ons_text_free(&plan->fault);
    *plan = (struct ons_plan){0};
}

/* ---- what check() calls ---------------------------------------------------------------------------------------------
 */

/* The first fault stands. */
static void blame(ons_plan *plan, const char *observable, const char *why) {
    if (plan->fault.length == 0) { ons_text_add(&plan->fault, "%s%s%s", observable, observable[0] ? " " : "", why); }
}

static lab_shape *shape_of(ons_plan *plan, size_t observable) {
    if (observable < plan->observables) { return &plan->shapes[observable]; }
    blame(plan, "", "there is no observable of the index it names");
    return NULL;
}

void ons_plan_bytes(ons_plan *plan, double bytes) {
    if (!(bytes >= 0)) { blame(plan, "", "the bytes of a state are no number from 0 on"); }
    plan->bytes = bytes;
}

void ons_plan_lanes(ons_plan *plan, unsigned lanes) {
    if (lanes < 1 || lanes > MOST_LANES) { blame(plan, "", "a state carries 1 to 65536 lanes"); }
    plan->lanes = lanes;
}

void ons_plan_threads(ons_plan *plan, unsigned threads) {
    if (threads < 1) { blame(plan, "", "a state uses at least one thread"); }
    plan->threads = threads;
}

void ons_plan_shape(ons_plan *plan, size_t observable, unsigned rank, const size_t *dimensions) {
    lab_shape *shape = shape_of(plan, observable);
    if (shape == NULL) { return; }
    const ons_observable *described = &plan->system->observables[observable];
    if (described->kind == ONS_HISTOGRAM || described->kind == ONS_TABLE) {
        blame(plan, described->name, "is a histogram or a table and has no shape");
        return;
    }
    if (rank > 4) {
        blame(plan, described->name, "has more than 4 dimensions");
        return;
    }
    shape->rank = rank;
    shape->size = 1;
    for (unsigned i = 0; i < rank; i++) {
        if (dimensions[i] == 0 || shape->size > MOST_COMPONENTS / dimensions[i]) {
            blame(plan, described->name, "has a dimension that is 0 or too large");
            shape->size = 1;
            shape->rank = 0;
            return;
        }
        shape->dimensions[i] = dimensions[i];
        shape->size *= dimensions[i];
    }
}

void ons_plan_edges(ons_plan *plan, size_t observable, double low, double high, size_t bins) {
    lab_shape *shape = shape_of(plan, observable);
    if (shape == NULL) { return; }
    const ons_observable *described = &plan->system->observables[observable];
    if (described->kind != ONS_HISTOGRAM) {
        blame(plan, described->name, "is no histogram and has no edges");
    } else if (!isfinite(low) || !isfinite(high) || !(low < high) || bins < 1 || bins > 100000000) {
        blame(plan, described->name, "needs finite edges low < high and 1 to 10^8 bins");
    } else {
        shape->low = low;
        shape->high = high;
        shape->size = shape->dimensions[0] = bins;
        shape->rank = 1;
    }
}

void ons_plan_omit(ons_plan *plan, const char *name) {
    for (size_t i = 0; i < plan->observables; i++) {
        if (strcmp(plan->system->observables[i].name, name) == 0) {
            plan->shapes[i].omitted = true;
            return;
        }
    }
    for (size_t i = 0; i < plan->deriveds; i++) {
        if (strcmp(plan->system->derived[i].name, name) == 0) {
            plan->derived_omitted[i] = true;
            return;
        }
    }
    blame(plan, name, "is omitted, but is neither an observable nor a derived quantity");
}

void ons_plan_weight(ons_plan *plan, double extent, const char *coefficient, const char *feature) {
    if (!(extent > 0) || !isfinite(extent) || (plan->terms > 0 && extent != plan->extent)) {
        blame(plan, "", "the weight of a state needs one finite positive extent");
    } else if (plan->terms == LAB_TERMS) {
        blame(plan, "", "the weight of a state has more than 8 terms");
    } else {
        char *first = ons_copy(coefficient), *second = ons_copy(feature);
        plan->extent = extent;
        plan->term[plan->terms].coefficient = first;
        plan->term[plan->terms++].feature = second;
        if (first == NULL || second == NULL) { blame(plan, "", "there is no memory for its weight"); }
    }
}

void ons_plan_explicit(ons_plan *plan, size_t observable) {
    lab_shape *shape = shape_of(plan, observable);
    if (shape != NULL) { shape->of_parameters = true; }
}

void ons_plan_note(ons_plan *plan, const char *format, ...) {
    char note[1024];
    va_list arguments;
    const locale_t plain =
        newlocale(LC_ALL_MASK, "C", (locale_t)0); /* numbers with a point, whatever the locale says */
    const locale_t previous = plain == (locale_t)0 ? (locale_t)0 : uselocale(plain);
    va_start(arguments, format);
    vsnprintf(note, sizeof note, format, arguments);
    va_end(arguments);
    if (plain != (locale_t)0) {
        uselocale(previous);
        freelocale(plain);
    }
    for (char *c = note; *c != '\0'; c++) {
        if (*c == '\n') { *c = ' '; }
    }
    ons_text_add(&plan->notes, "%s\n", note);
}

/* ---- whether it can be ----------------------------------------------------------------------------------------------
 */

static void look_at_observable(lab_task *task, size_t index) {
    ons_plan *plan = &task->plan;
    const ons_observable *observable = &plan->system->observables[index];
    const lab_shape *shape = &plan->shapes[index];
    if (shape->omitted) { return; }
    if (observable->kind == ONS_HISTOGRAM && shape->rank == 0) {
        blame(plan, observable->name, "is a histogram without edges");
    }
    if (observable->axis == NULL || observable->kind == ONS_HISTOGRAM || observable->kind == ONS_TABLE) { return; }
    const size_t axis = lab_parameter_find(task->parameters.table, task->parameters.count, observable->axis);
    const size_t along = task->parameters.values[axis].count; /* an axis of one value may go without an index */
    if (shape->rank == 0 ? along != 1 : shape->dimensions[0] != along) {
        blame(plan, observable->name, "has another first dimension than the array of its axis");
    }
}

/* Whether an expression of the weight may use this name: a number among the parameters, or a MEAN observable. */
static bool name_is_known(const lab_task *task, const char *name, bool observables) {
    const ons_plan *plan = &task->plan;
    const size_t at = lab_parameter_find(task->parameters.table, task->parameters.count, name);
    if (at < task->parameters.count) {
        return task->parameters.table[at].type == ONS_REAL || task->parameters.table[at].type == ONS_INTEGER;
    }
    for (size_t i = 0; observables && i < plan->observables; i++) {
        const ons_observable *observable = &plan->system->observables[i];
        if (strcmp(observable->name, name) == 0) { return observable->kind == ONS_MEAN && !plan->shapes[i].omitted; }
    }
    return false;
}

static void look_at_expression(lab_task *task, const char *source, bool observables) {
    ons_expression *expression;
    if (source == NULL) { return; }
    if (ons_expression_parse(&expression, source) != ONS_OK) {
        blame(&task->plan, source, "in the weight is no expression");
        return;
    }
    for (size_t i = 0; i < ons_expression_name_count(expression); i++) {
        const char *name = ons_expression_name(expression, i);
        if (!name_is_known(task, name, observables)) {
            blame(&task->plan, name, "in the weight is neither a number among the parameters nor a mean observable");
        }
    }
    ons_expression_free(expression);
}

/* A derived quantity is made of means; it goes where the observable goes that gives its shape. */
static void omit_orphans(ons_plan *plan) {
    for (size_t i = 0; i < plan->deriveds; i++) {
        plan->derived_shapes[i] = plan->shapes[plan->system->derived[i].like];
        if (plan->derived_shapes[i].omitted) { plan->derived_omitted[i] = true; }
    }
}

ons_status lab_plan_make(lab_task *task) {
    const ons_system *system = task->parameters.system;
    ons_plan *plan = &task->plan;
    ons_status status = lab_plan_init(plan, system);
    if (status >= 0 && system->check != NULL) { status = system->check(system, &task->parameters, plan); }
    if (status < 0) { return status; }
    if (status != ONS_OK) { blame(plan, "", "it returns neither ONS_OK nor an error"); }
    const size_t described = task->measures == NULL ? plan->observables : task->measures->observables;
    for (size_t i = 0; i < described; i++) { look_at_observable(task, i); }
    for (size_t i = 0; i < plan->terms; i++) {
        look_at_expression(task, plan->term[i].coefficient, false);
        look_at_expression(task, plan->term[i].feature, true);
    }
    omit_orphans(plan);
    if (plan->fault.length > 0) {
        return ons_fail(ONS_FAILED, "check() of the system `%s` plans what cannot be: %s", system->name,
                        plan->fault.data);
    }
    return plan->fault.failed || plan->notes.failed ? ons_fail(ONS_MEMORY, "out of memory for a plan") : ONS_OK;
}

/*
 * Quantities of a task as functions of the means of its samples: observables, derived quantities of the system where
 * its job is at hand, and expressions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "quantity.h"

#include "job.h"
#include "means.h"

#include <stdlib.h>
#include <string.h>

struct ons_quantity {
    size_t size;
    char **names; /* of the components of the means */
    size_t components;
    /* A mean: */
    size_t first;
    /* An expression: */
    ons_expression *expression;
    size_t *places;  /* [names of the expression] */
    double *scratch; /* [names of the expression] */
    /* A derived quantity: a task of its own, so that a parameter can have another value. */
    const ons_derived *derived;
    lab_task task;
    lab_layout layout;
    double *replaced; /* [parameters] room for other values */
};

const lab_task *lab_job_task(const ons_job *job, const char *key) {
    for (size_t t = 0; job != NULL && t < job->task_count; ++t) {
        if (strcmp(job->tasks[t].key_text, key) == 0) { return &job->tasks[t]; }
    }
    return NULL;
}

void ons_quantity_free(ons_quantity *quantity) {
    if (quantity == NULL) { return; }
    for (size_t i = 0; quantity->names != NULL && i < quantity->components; ++i) { free(quantity->names[i]); }
    ons_expression_free(quantity->expression);
    if (quantity->derived != NULL) {
        lab_layout_free(&quantity->layout);
        free(quantity->task.plan.shapes);
        free(quantity->task.parameters.values);
    }
    free(quantity->names);
    free(quantity->places);
    free(quantity->scratch);
    free(quantity->replaced);
    free(quantity);
}

/* ---- the means that it takes ---- */

/* "profile[2,1]" of element 2 of an axis is "profile[1]" at that element, and "energy[2]" is "energy". */
static char *name_at_element(const char *name, bool of_axis) {
    const char *bracket = strchr(name, '[');
    if (!of_axis || bracket == NULL) { return ons_copy(name); }
    const char *comma = strchr(bracket, ',');
    const int stem = (int)(bracket - name);
    return comma == NULL ? ons_format("%.*s", stem, name) : ons_format("%.*s[%s", stem, name, comma + 1);
}

static ons_status name_components(ons_quantity *quantity, const ons_task_samples *task, const int64_t *axes) {
    quantity->names = ONS_NEW(char *, task->components + 1);
    if (quantity->names == NULL) { return ONS_MEMORY; }
    for (size_t c = 0; c < task->components; ++c) {
        if (axes != NULL && axes[c] > 0) { continue; }
        char *name = name_at_element(task->component[c], axes != NULL && axes[c] == 0);
        if (name == NULL) { return ONS_MEMORY; }
        quantity->names[quantity->components++] = name;
    }
    return ONS_OK;
}

/* The components that are the observable `name`, or a single one. */
static bool find_mean(ons_quantity *quantity, const char *name) {
    const size_t length = strlen(name);
    for (size_t c = 0; c < quantity->components; ++c) {
        const char *own = quantity->names[c];
        if (strncmp(own, name, length) != 0 || (own[length] != '\0' && own[length] != '[')) { continue; }
        if (quantity->size == 0) { quantity->first = c; }
        ++quantity->size;
    }
    return quantity->size > 0;
}

/* ---- derived ---- */

static const ons_derived *find_derived(const lab_task *task, const char *name) {
    for (size_t i = 0; task != NULL && i < task->plan.deriveds; ++i) {
        const ons_derived *derived = &task->plan.system->derived[i];
        if (strcmp(derived->name, name) == 0) { return task->plan.derived_omitted[i] ? NULL : derived; }
    }
    return NULL;
}

/* At one element of an axis: the observables that run over it lose their first index. */
static void drop_axis(ons_quantity *quantity, const char *axis) {
    struct ons_plan *plan = &quantity->task.plan;
    for (size_t o = 0; o < plan->observables; ++o) {
        lab_shape *shape = &plan->shapes[o];
        const char *own = plan->system->observables[o].axis;
        if (own == NULL || strcmp(own, axis) != 0 || shape->rank == 0) { continue; }
        shape->size /= shape->dimensions[0];
        shape->dimensions[0] = 1;
    }
    const size_t at = lab_parameter_find(quantity->task.parameters.table, quantity->task.parameters.count, axis);
    quantity->task.parameters.values[at].count = 1;
}

static ons_status open_derived(ons_quantity *quantity, const lab_task *task, const ons_derived *derived,
                               const char *axis) {
    const size_t parameters = task->parameters.count, observables = task->plan.observables;
    quantity->task = *task;
    quantity->task.parameters.values = ONS_NEW(lab_value, parameters + 1);
    quantity->task.plan.shapes = ONS_NEW(lab_shape, observables + 1);
    quantity->replaced = ONS_NEW(double, parameters + 1);
    quantity->derived = derived;
    if (!quantity->task.parameters.values || !quantity->task.plan.shapes || !quantity->replaced) { return ONS_MEMORY; }
    memcpy(quantity->task.parameters.values, task->parameters.values, parameters * sizeof(lab_value));
    memcpy(quantity->task.plan.shapes, task->plan.shapes, observables * sizeof(lab_shape));
    if (axis != NULL) { drop_axis(quantity, axis); }
    const ons_status status = lab_layout_init(&quantity->layout, &quantity->task);
    if (status == ONS_OK && quantity->layout.means != quantity->components) {
        return ons_fail(ONS_INVALID, "the samples of task %s have %zu components, but the system now measures %zu",
                        task->key_text, quantity->components, quantity->layout.means);
    }
    quantity->size = quantity->task.plan.shapes[derived->like].size;
    return status;
}

/* ---- expressions ---- */

static ons_status open_expression(ons_quantity *quantity, const char *source) {
    const size_t count = ons_expression_name_count(quantity->expression);
    quantity->places = ONS_NEW(size_t, count + 1);
    quantity->scratch = ONS_NEW(double, count + 1);
    if (quantity->places == NULL || quantity->scratch == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < count; ++i) {
        const char *name = ons_expression_name(quantity->expression, i);
        size_t at = 0;
        while (at < quantity->components && strcmp(quantity->names[at], name) != 0) { ++at; }
        if (at == quantity->components) {
            const char *near = ons_nearest(name, (const char *const *)quantity->names, quantity->components);
            return ons_fail(ONS_INVALID, "'%s': no samples of '%s' are stored%s%s%s", source, name,
                            near == NULL ? "" : "; did you mean '", near == NULL ? "" : near, near == NULL ? "" : "'?");
        }
        quantity->places[i] = at;
    }
    quantity->size = 1;
    return ONS_OK;
}

static bool is_word(const char *name) { return name[strcspn(name, "+-*/^() ")] == '\0'; }

static ons_status refuse(const ons_quantity *quantity, const lab_task *task, const ons_job *job, const char *name) {
    const char *names[512];
    size_t count = 0;
    for (; count < quantity->components && count < 256; ++count) { names[count] = quantity->names[count]; }
    for (size_t i = 0; task != NULL && i < task->plan.deriveds && count < 512; ++i) {
        if (!task->plan.derived_omitted[i]) { names[count++] = task->plan.system->derived[i].name; }
    }
    const char *near = ons_nearest(name, names, count);
    const char *hint = near != NULL ? "'?" : job == NULL ? "; derived quantities need the system" : "";
    return ons_fail(ONS_INVALID, "no samples of '%s' are stored, and it is no derived quantity%s%s%s", name,
                    near != NULL ? "; did you mean '" : "", near != NULL ? near : "", hint);
}

/* ---- any of them ---- */

static ons_status open_quantity(ons_quantity *quantity, const ons_task_samples *task, const ons_job *job,
                                const char *name, const char *axis) {
    const lab_task *own = lab_job_task(job, task->key);
    const ons_derived *derived = find_derived(own, name);
    if (find_mean(quantity, name)) { return ONS_OK; }
    if (derived != NULL) { return open_derived(quantity, own, derived, axis); }
    if (is_word(name)) { return refuse(quantity, own, job, name); }
    const ons_status status = ons_expression_parse(&quantity->expression, name);
    if (status != ONS_OK) { return status; }
    return open_expression(quantity, name);
}

ons_status lab_quantity_create(ons_quantity **quantity, const ons_task_samples *task, const ons_job *job,
                               const char *name, const char *axis, const int64_t *axes) {
    *quantity = NULL;
    ons_quantity *made = ONS_NEW(ons_quantity, 1);
    if (made == NULL) { return ONS_MEMORY; }
    ons_status status = name_components(made, task, axes);
    if (status == ONS_OK) { status = open_quantity(made, task, job, name, axis); }
    if (status != ONS_OK) {
        ons_quantity_free(made);
        return status;
    }
    *quantity = made;
    return ONS_OK;
}

ons_status ons_quantity_create(ons_quantity **quantity, const ons_task_samples *task, const ons_job *job,
                               const char *name) {
    return lab_quantity_create(quantity, task, job, name, NULL, NULL);
}

size_t ons_quantity_size(const ons_quantity *quantity) { return quantity->size; }

bool ons_quantity_is_derived(const ons_quantity *quantity) {
    return quantity->derived != NULL || quantity->expression != NULL;
}

ons_status ons_quantity_set(ons_quantity *quantity, const char *parameter, double value) {
    if (quantity->derived == NULL) { return ONS_OK; }
    struct ons_parameters *parameters = &quantity->task.parameters;
    const size_t at = lab_parameter_find(parameters->table, parameters->count, parameter);
    if (at >= parameters->count || parameters->table[at].type != ONS_REAL || parameters->values[at].count != 1) {
        return ons_fail(ONS_INVALID, "'%s' is no real parameter with one value", parameter);
    }
    quantity->replaced[at] = value;
    parameters->values[at].reals = &quantity->replaced[at];
    return ONS_OK;
}

const char *const *lab_quantity_names(const ons_quantity *quantity, size_t *components) {
    *components = quantity->components;
    return (const char *const *)quantity->names;
}

/* A derived quantity is asked, and what it asks for is noted. */
static void note_used(ons_quantity *quantity, const double *means, bool *used) {
    const struct ons_plan *plan = &quantity->task.plan;
    bool *observables = ONS_NEW(bool, plan->observables + 1);
    double *outputs = ONS_NEW(double, quantity->size + 1);
    const bool known = observables != NULL && outputs != NULL;
    const ons_means seen = {.task = &quantity->task, .layout = &quantity->layout, .values = means, .used = observables};
    if (known) { quantity->derived->function(&seen, &quantity->task.parameters, outputs); }
    for (size_t o = 0; o < plan->observables; ++o) {
        if (plan->system->observables[o].kind != ONS_MEAN || plan->shapes[o].omitted) { continue; }
        for (size_t i = 0; i < plan->shapes[o].size; ++i) {
            used[quantity->layout.offsets[o] + i] = !known || observables[o];
        }
    }
    free(observables);
    free(outputs);
}

void lab_quantity_used(ons_quantity *quantity, const double *means, bool *used) {
    memset(used, 0, quantity->components * sizeof *used);
    if (quantity->derived != NULL) {
        note_used(quantity, means, used);
    } else if (quantity->expression != NULL) {
        for (size_t i = 0; i < ons_expression_name_count(quantity->expression); ++i) {
            used[quantity->places[i]] = true;
        }
    } else {
        memset(used + quantity->first, true, quantity->size * sizeof *used);
    }
}

void ons_quantity_function(void *data, const double *means, double *outputs) {
    ons_quantity *quantity = data;
    if (quantity->derived != NULL) {
        const ons_means seen = {.task = &quantity->task, .layout = &quantity->layout, .values = means};
        quantity->derived->function(&seen, &quantity->task.parameters, outputs);
    } else if (quantity->expression != NULL) {
        for (size_t i = 0; i < ons_expression_name_count(quantity->expression); ++i) {
            quantity->scratch[i] = means[quantity->places[i]];
        }
        outputs[0] = ons_expression_value(quantity->expression, quantity->scratch);
    } else {
        memcpy(outputs, means + quantity->first, quantity->size * sizeof *outputs);
    }
}

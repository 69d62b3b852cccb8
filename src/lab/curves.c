/*
 * Curves out of an archive: points that differ in one parameter (or time, or index) alone, with their covariance.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers in parameters ------------------------------------------------------------------------------------------
 */

ons_status lab_numbers_of(const char *what, const char *name, const char *text, double **values, size_t *count) {
    const size_t length = strlen(text);
    const bool array = length >= 2 && text[0] == '[' && text[length - 1] == ']';
    char *copy = array ? ons_copy_part(text + 1, length - 2) : ons_copy(text);
    *count = 0;
    *values = copy == NULL ? NULL : ONS_NEW(double, length + 1);
    ons_status status = *values == NULL ? ONS_MEMORY : ONS_OK;
    char *rest = copy;
    for (char *word; status == ONS_OK && (word = strsep(&rest, ",")) != NULL;) {
        while (*word == ' ') { ++word; }
        if (ons_parse_real(word, &(*values)[*count]) != ONS_OK) {
            status = ons_fail(ONS_INVALID, "%s need numbers, but %s=%.100s", what, name, text);
        }
        ++*count;
    }
    free(copy);
    if (status != ONS_OK) {
        free(*values);
        *values = NULL;
    }
    return status;
}

ons_status lab_number_of(const char *what, const char *name, const char *text, double *value) {
    double *values;
    size_t count;
    ons_status status = lab_numbers_of(what, name, text, &values, &count);
    if (status != ONS_OK) { return status; }
    for (size_t i = 1; i < count; ++i) {
        if (values[i] != values[0]) {
            status = ons_fail(ONS_INVALID, "%s need one number, but %s=%.100s", what, name, text);
            break;
        }
    }
    *value = values[0];
    free(values);
    return status;
}

ons_status lab_check_parameter(const ons_results *results, const char *name) {
    const char *near = NULL;
    for (size_t t = 0; t < results->count; ++t) {
        const ons_task_result *task = &results->tasks[t];
        if (lab_value_of(task, name) != NULL) { return ONS_OK; }
        if (near == NULL) { near = ons_nearest(name, task->parameter, task->parameters); }
    }
    if (near == NULL) { return ons_fail(ONS_INVALID, "%s has no parameter '%s'", results->path, name); }
    return ons_fail(ONS_INVALID, "%s has no parameter '%s'; did you mean '%s'?", results->path, name, near);
}

/* ---- building -------------------------------------------------------------------------------------------------------
 */

typedef struct found_point {
    double x, y, error;
    size_t task, component; /* component of the result */
} found_point;

typedef struct found_curve {
    char *label, *note;
    double by;
    found_point *points;
    size_t count, capacity, left_out;
    double *memory; /* x, y, errors */
    double *covariance;
    double freedom;
    bool unweighted;
} found_curve;

typedef struct builder {
    const ons_results *results;
    const ons_curves_request *request;
    char *quantity;  /* without its component */
    char *component; /* "[3,1]", or NULL */
    const char *x;
    found_curve *curves;
    size_t count, capacity;
} builder;

typedef struct made_curves {
    ons_curves public; /* first */
    char *x;
    ons_curve *curves;
    size_t count;
} made_curves;

static void found_free(found_curve *curve) {
    free(curve->label);
    free(curve->note);
    free(curve->points);
    free(curve->memory);
    free(curve->covariance);
}

void ons_curves_free(ons_curves *curves) {
    made_curves *made = (made_curves *)curves;
    if (made == NULL) { return; }
    for (size_t i = 0; i < made->count; ++i) {
        free((void *)made->curves[i].label);
        free((void *)made->curves[i].note);
        free((void *)made->curves[i].points.x);
        free((void *)made->curves[i].points.covariance);
    }
    free(made->curves);
    free(made->x);
    free(made);
}

/* ---- the quantity ---------------------------------------------------------------------------------------------------
 */

static const ons_result *result_of(const builder *work, const ons_task_result *task) {
    return ons_task_find(task, work->quantity);
}

/* "profile[3,1]" is a component of profile, unless a quantity is called so. */
static ons_status find_quantity(builder *work) {
    const char *name = work->request->quantity, *bracket = strchr(name, '[');
    const size_t names = work->results->name_count;
    bool whole = bracket == NULL;
    for (size_t i = 0; i < names; ++i) { whole = whole || strcmp(work->results->names[i], name) == 0; }
    work->quantity = whole ? ons_copy(name) : ons_copy_part(name, (size_t)(bracket - name));
    work->component = whole ? NULL : ons_copy(bracket);
    if (work->quantity == NULL || (!whole && work->component == NULL)) { return ONS_MEMORY; }
    for (size_t i = 0; i < names; ++i) {
        if (strcmp(work->results->names[i], work->quantity) == 0) { return ONS_OK; }
    }
    const char *near = ons_nearest(work->quantity, work->results->names, names);
    if (near == NULL) { return ons_fail(ONS_INVALID, "%s has no quantity '%s'", work->results->path, work->quantity); }
    return ons_fail(ONS_INVALID, "%s has no quantity '%s'; did you mean '%s'?", work->results->path, work->quantity,
                    near);
}

/* The flat place of "[3,1]" in the shape of a result. */
static ons_status component_of(const builder *work, const ons_result *result, size_t *place) {
    const char *at = work->component;
    *place = 0;
    unsigned dimension = 0;
    for (; dimension < result->rank && (*at == '[' || *at == ','); ++dimension) {
        char *end;
        const unsigned long index = strtoul(at + 1, &end, 10);
        if (end == at + 1 || index >= result->shape[dimension]) { break; }
        *place = *place * result->shape[dimension] + index;
        at = end;
    }
    if (dimension == result->rank && dimension > 0 && strcmp(at, "]") == 0) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "'%s' has no component '%s': it has %zu, with %u ind%s", work->quantity,
                    work->component, result->size, result->rank, result->rank == 1 ? "ex" : "ices");
}

static const ons_result *first_result(const builder *work) {
    for (size_t t = 0; t < work->results->count; ++t) {
        const ons_result *result = result_of(work, &work->results->tasks[t]);
        if (result != NULL) { return result; }
    }
    return NULL;
}

/* The parameter of numbers with the most values among the tasks. */
static const char *most_varying(const builder *work) {
    const ons_results *results = work->results;
    const char *best = NULL;
    size_t most = 1;
    for (size_t p = 0; results->count > 0 && p < results->tasks[0].parameters; ++p) {
        const ons_task_result *first = &results->tasks[0];
        const char *name = first->parameter[p];
        double value;
        if (!first->varies[p] || !first->value_is_number[p] || ons_parse_real(first->value[p], &value) != ONS_OK ||
            (work->request->by != NULL && strcmp(name, work->request->by) == 0)) {
            continue;
        }
        size_t different = 0;
        for (size_t t = 0; t < results->count; ++t) {
            const char *text = lab_value_of(&results->tasks[t], name);
            bool seen = text == NULL;
            for (size_t s = 0; s < t && !seen; ++s) {
                const char *other = lab_value_of(&results->tasks[s], name);
                seen = other != NULL && strcmp(other, text) == 0;
            }
            different += !seen;
        }
        if (different > most) {
            most = different;
            best = name;
        }
    }
    return best;
}

static ons_status choose_x(builder *work) {
    const ons_result *result = first_result(work);
    const char *given = work->request->x;
    if (result->kind == ONS_HISTOGRAM || result->kind == ONS_TABLE) {
        return ons_fail(ONS_INVALID, "'%s' is a %s; a curve needs a mean, a derived quantity, a value or a series",
                        work->quantity, lab_kind_name(result->kind));
    }
    if (result->kind == ONS_SERIES) {
        work->x = "time";
        if (given == NULL || strcmp(given, "time") == 0) { return ONS_OK; }
        return ons_fail(ONS_INVALID, "'%s' is a series: its x is time, not '%s'", work->quantity, given);
    }
    const bool array = result->size > 1 && work->component == NULL;
    work->x = given != NULL                   ? given
              : array && result->axis != NULL ? result->axis
              : array && result->rank == 1    ? "index"
                                              : most_varying(work);
    if (work->x == NULL) {
        return ons_fail(ONS_INVALID, "%s: no parameter of numbers varies: there is nothing to set '%s' against",
                        work->results->path, work->quantity);
    }
    if (strcmp(work->x, "index") == 0) {
        return array && result->rank == 1 ? ONS_OK
                                          : ons_fail(ONS_INVALID, "'%s' has no single index", work->request->quantity);
    }
    if (strcmp(work->x, "time") == 0 && lab_check_parameter(work->results, "time") != ONS_OK) {
        return ons_fail(ONS_INVALID, "'%s' is no series: it has no time", work->quantity);
    }
    return lab_check_parameter(work->results, work->x);
}

/* ---- points ---------------------------------------------------------------------------------------------------------
 */

/* "L = 16, field = 0.1": what tells the curve of a task apart. */
static char *label_of(const builder *work, const ons_task_result *task) {
    ons_text label = {0};
    const char *by = work->request->by;
    if (by != NULL && lab_value_of(task, by) != NULL) { ons_text_add(&label, "%s = %s", by, lab_value_of(task, by)); }
    for (size_t p = 0; p < task->parameters; ++p) {
        const char *name = task->parameter[p];
        const bool named = strcmp(name, work->x) == 0 || (by != NULL && strcmp(name, by) == 0);
        if (!task->varies[p] || named || !lab_is_given(work->results, name)) { continue; }
        ons_text_add(&label, "%s%s = %s", label.length ? ", " : "", name, task->value[p]);
    }
    char *copy = label.failed ? NULL : ons_copy(label.data == NULL ? "" : label.data);
    ons_text_free(&label);
    return copy;
}

static ons_status curve_of(builder *work, const ons_task_result *task, found_curve **curve) {
    char *label = label_of(work, task);
    if (label == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < work->count; ++i) {
        if (strcmp(work->curves[i].label, label) != 0) { continue; }
        free(label);
        *curve = &work->curves[i];
        return ONS_OK;
    }
    double by = NAN;
    const char *name = work->request->by, *text = name == NULL ? NULL : lab_value_of(task, name);
    ons_status status = text == NULL ? ONS_OK : lab_number_of("curves", name, text, &by);
    if (status == ONS_OK) {
        status = ons_grow((void **)&work->curves, &work->capacity, work->count + 1, sizeof *work->curves);
    }
    if (status != ONS_OK) {
        free(label);
        return status;
    }
    *curve = &work->curves[work->count++];
    **curve = (found_curve){.label = label, .by = by};
    return ONS_OK;
}

static ons_status add_point(const builder *work, found_curve *curve, found_point point) {
    if (!isfinite(point.x) || point.x < work->request->from || point.x > work->request->to) { return ONS_OK; }
    if (!isfinite(point.y)) {
        ++curve->left_out;
        return ONS_OK;
    }
    const ons_status status =
        ons_grow((void **)&curve->points, &curve->capacity, curve->count + 1, sizeof *curve->points);
    if (status == ONS_OK) { curve->points[curve->count++] = point; }
    return status;
}

/* The x of the components first .. first + count - 1 of a result; allocated. */
static ons_status x_values(const builder *work, const ons_task_result *task, const ons_result *result, size_t count,
                           double **values) {
    *values = NULL;
    if (strcmp(work->x, "index") == 0 || result->kind == ONS_SERIES) {
        *values = ONS_NEW(double, count);
        for (size_t i = 0; *values != NULL && i < count; ++i) {
            (*values)[i] = result->kind == ONS_SERIES ? result->time[i] : (double)i;
        }
        return *values == NULL ? ONS_MEMORY : ONS_OK;
    }
    const char *text = lab_value_of(task, work->x);
    size_t length;
    if (text == NULL) { return ONS_DONE; }
    if (count == 1) {
        *values = ONS_NEW(double, 1);
        return *values == NULL ? ONS_MEMORY : lab_number_of("curves", work->x, text, *values);
    }
    if (result->axis == NULL || strcmp(result->axis, work->x) != 0 || result->rank != 1) {
        return ons_fail(ONS_INVALID, "'%s' has %zu components: name one, as in '%s[0]', or take -x index",
                        work->quantity, result->size, work->quantity);
    }
    const ons_status status = lab_numbers_of("curves", work->x, text, values, &length);
    if (status == ONS_OK && length != count) {
        free(*values);
        *values = NULL;
        return ons_fail(ONS_INVALID, "'%s' has %zu components, but %s has %zu values", work->quantity, count, work->x,
                        length);
    }
    return status;
}

static ons_status add_task(builder *work, size_t index) {
    const ons_task_result *task = &work->results->tasks[index];
    const ons_result *result = result_of(work, task);
    size_t place = 0;
    if (result == NULL || result->mean == NULL) { return ONS_OK; }
    ons_status status = work->component == NULL ? ONS_OK : component_of(work, result, &place);
    if (status != ONS_OK) { return status; }
    const bool series = result->kind == ONS_SERIES;
    if (series && result->size > 1 && work->component == NULL) {
        return ons_fail(ONS_INVALID, "'%s' has %zu components: name one, as in '%s[0]'", work->quantity, result->size,
                        work->quantity);
    }
    const size_t count = series ? result->times : work->component != NULL ? 1 : result->size;
    double *x;
    status = x_values(work, task, result, count, &x);
    found_curve *curve = NULL;
    if (status == ONS_OK) { status = curve_of(work, task, &curve); }
    for (size_t i = 0; status == ONS_OK && i < count; ++i) {
        const size_t k = series ? i * result->size + place : place + i;
        const double error = result->error == NULL ? NAN : result->error[k];
        status = add_point(work, curve, (found_point){x[i], result->mean[k], error, index, k});
    }
    free(x);
    return status == ONS_DONE ? ONS_OK : status;
}

static int by_x(const void *first, const void *second) {
    const found_point *a = first, *b = second;
    if (a->x != b->x) { return a->x < b->x ? -1 : 1; }
    return (a->task > b->task) - (a->task < b->task);
}

static int by_size(const void *first, const void *second) {
    const double a = ((const found_curve *)first)->by, b = ((const found_curve *)second)->by;
    if (isnan(a) || isnan(b) || a == b) {
        return strcmp(((const found_curve *)first)->label, ((const found_curve *)second)->label);
    }
    return a < b ? -1 : 1;
}

/* Points without a usable error are left out, unless none has one: then all weigh the same. */
static ons_status settle_errors(found_curve *curve) {
    size_t good = 0;
    for (size_t i = 0; i < curve->count; ++i) {
        good += curve->points[i].error > 0 && isfinite(curve->points[i].error);
    }
    curve->unweighted = good == 0 && curve->count > 0;
    size_t kept = 0;
    for (size_t i = 0; i < curve->count; ++i) {
        found_point point = curve->points[i];
        if (curve->unweighted) { point.error = 1; }
        if (point.error > 0 && isfinite(point.error)) { curve->points[kept++] = point; }
    }
    curve->left_out += curve->count - kept;
    curve->count = kept;
    return ONS_OK;
}

/* ---- handing over ---------------------------------------------------------------------------------------------------
 */

static ons_status pack(found_curve *curve) {
    curve->memory = ONS_NEW(double, 3 * curve->count);
    if (curve->memory == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < curve->count; ++i) {
        curve->memory[i] = curve->points[i].x;
        curve->memory[curve->count + i] = curve->points[i].y;
        curve->memory[2 * curve->count + i] = curve->points[i].error;
    }
    return ONS_OK;
}

static ons_status hand_over(builder *work, ons_curves **curves) {
    made_curves *made = ONS_NEW(made_curves, 1);
    if (made == NULL) { return ONS_MEMORY; }
    made->x = ons_copy(work->x);
    made->curves = ONS_NEW(ons_curve, work->count);
    if (made->x == NULL || made->curves == NULL) {
        ons_curves_free(&made->public);
        return ONS_MEMORY;
    }
    for (size_t i = 0; i < work->count; ++i) {
        found_curve *from = &work->curves[i];
        if (from->count == 0) { continue; }
        made->curves[made->count++] = (ons_curve){
            .label = from->label,
            .by = from->by,
            .points = {from->count, from->memory, from->memory + from->count, from->memory + 2 * from->count,
                       from->covariance, from->freedom},
            .left_out = from->left_out,
            .unweighted = from->unweighted,
            .note = from->note,
        };
        free(from->points);
        *from = (found_curve){0};
    }
    made->public = (ons_curves){made->x, made->count, made->curves};
    *curves = &made->public;
    return ONS_OK;
}

ons_status ons_results_curves(const ons_results *results, const ons_curves_request *request, ons_curves **curves) {
    builder work = {.results = results, .request = request};
    lab_joint_source source = {.path = results->path};
    *curves = NULL;
    size_t points = 0;
    ons_status status = find_quantity(&work);
    if (status == ONS_OK && request->by != NULL) { status = lab_check_parameter(results, request->by); }
    if (status == ONS_OK) { status = choose_x(&work); }
    if (status == ONS_OK && request->by != NULL && strcmp(request->by, work.x) == 0) {
        status = ons_fail(ONS_INVALID, "curves need two different parameters, not '%s' twice", work.x);
    }
    for (size_t t = 0; t < results->count && status == ONS_OK; ++t) { status = add_task(&work, t); }
    if (status == ONS_OK && work.count > 1) { qsort(work.curves, work.count, sizeof *work.curves, by_size); }
    for (size_t i = 0; i < work.count && status == ONS_OK; ++i) {
        found_curve *curve = &work.curves[i];
        settle_errors(curve);
        if (curve->count > 0) { qsort(curve->points, curve->count, sizeof *curve->points, by_x); }
        points += curve->count;
        status = pack(curve);
        size_t *tasks = ONS_NEW(size_t, 2 * curve->count + 1);
        for (size_t k = 0; tasks != NULL && k < curve->count; ++k) {
            tasks[k] = curve->points[k].task;
            tasks[curve->count + k] = curve->points[k].component;
        }
        if (status == ONS_OK && tasks == NULL) { status = ONS_MEMORY; }
        if (status == ONS_OK && !curve->unweighted) {
            status =
                lab_joint_errors(&source, results, work.quantity, curve->count, tasks, curve->memory + 2 * curve->count,
                                 &curve->covariance, &curve->freedom, &curve->note);
        }
        if (status == ONS_OK && curve->note == NULL) {
            curve->note = ons_copy(curve->unweighted ? "no point has an error: all weigh the same" : "");
        }
        if (status == ONS_OK && curve->note == NULL) { status = ONS_MEMORY; }
        free(tasks);
    }
    if (status == ONS_OK && points == 0) {
        status = ons_fail(ONS_INVALID, "%s: no point of '%s' against %s lies in %g .. %g", results->path,
                          request->quantity, work.x, request->from, request->to);
    }
    if (status == ONS_OK) { status = hand_over(&work, curves); }
    for (size_t i = 0; i < work.count; ++i) { found_free(&work.curves[i]); }
    free(work.curves);
    free(work.quantity);
    free(work.component);
    lab_joint_source_close(&source);
    return status;
}

/*
 * Crossings across tasks: where a quantity against one parameter is the same for two neighbouring values of another, as
 * the Binder cumulants of two sizes are near the critical point (Binder 1981).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct point {
    double by, x, y, error;
} point;

typedef struct points {
    point *all;
    size_t count, capacity;
    bool together; /* points of one curve come from the same replicas, as those of a ladder do */
} points;

/* ---- names and values ---- */

static ons_status check_quantity(const ons_results *results, const char *name) {
    for (size_t t = 0; t < results->count; ++t) {
        const ons_result *result = ons_task_find(&results->tasks[t], name);
        if (result == NULL) { continue; }
        if (result->kind == ONS_MEAN || result->kind == ONS_VALUE) { return ONS_OK; }
        return ons_fail(ONS_INVALID, "'%s' is a %s; crossings need a mean, a derived quantity or a value", name,
                        lab_kind_name(result->kind));
    }
    const char *near = ons_nearest(name, results->names, results->name_count);
    if (near == NULL) { return ons_fail(ONS_INVALID, "%s has no quantity '%s'", results->path, name); }
    return ons_fail(ONS_INVALID, "%s has no quantity '%s'; did you mean '%s'?", results->path, name, near);
}

/* ---- the other parameters ---- */

/* Whether the user gave the parameter in any task: then it has a line in the canonical text. What only follows its
 * default, as clusters = L/2 does, may differ. */
bool lab_is_given(const ons_results *results, const char *name) {
    const size_t length = strlen(name);
    for (size_t t = 0; t < results->count; ++t) {
        for (const char *line = results->canonical[t]; line != NULL; line = strchr(line, '\n')) {
            line += *line == '\n';
            if (strncmp(line, name, length) == 0 && line[length] == '=') { return true; }
        }
    }
    return false;
}

static ons_status check_others(const ons_results *results, const char *x, const char *by) {
    for (size_t t = 1; t < results->count; ++t) {
        for (size_t p = 0; p < results->tasks[t].parameters; ++p) {
            const char *name = results->tasks[t].parameter[p], *value = results->tasks[t].value[p];
            if (strcmp(name, x) == 0 || strcmp(name, by) == 0) { continue; }
            const char *first = lab_value_of(&results->tasks[0], name);
            if ((first == NULL || strcmp(first, value) != 0) && lab_is_given(results, name)) {
                return ons_fail(ONS_INVALID,
                                "crossings of tasks that differ in %s and %s only, but '%s' takes several values too "
                                "(%.60s, %.60s)",
                                x, by, name, first == NULL ? "none" : first, value);
            }
        }
    }
    return ONS_OK;
}

/* ---- points ---- */

static ons_status add_point(points *list, const char *quantity, point p) {
    if (!isfinite(p.by) || !isfinite(p.x) || !isfinite(p.y) || !isfinite(p.error)) { return ONS_OK; }
    if (p.error <= 0) {
        return ons_fail(ONS_INVALID, "'%s' has no error at %g; a crossing needs errors to weigh its points", quantity,
                        p.x);
    }
    const ons_status status = ons_grow((void **)&list->all, &list->capacity, list->count + 1, sizeof *list->all);
    if (status == ONS_OK) { list->all[list->count++] = p; }
    return status;
}

/* One point of a task, or as many as the array `x` has elements. */
static ons_status add_task(points *list, const ons_task_result *task, const char *quantity, const char *x,
                           const char *by) {
    const ons_result *result = ons_task_find(task, quantity);
    const char *x_text = lab_value_of(task, x), *by_text = lab_value_of(task, by);
    if (result == NULL || x_text == NULL || by_text == NULL) { return ONS_OK; }
    const bool runs_over_x = result->axis != NULL && strcmp(result->axis, x) == 0 && result->rank == 1;
    double by_value, *x_values;
    size_t count;
    ons_status status = lab_number_of("crossings", by, by_text, &by_value);
    if (status == ONS_OK) { status = lab_numbers_of("crossings", x, x_text, &x_values, &count); }
    if (status != ONS_OK) { return status; }
    if (result->size != 1 && !(runs_over_x && result->size == count)) {
        status = ons_fail(ONS_INVALID, "'%s' has %zu components; a crossing needs one number per task", quantity,
                          result->size);
    } else if (result->size == 1) {
        status = lab_number_of("crossings", x, x_text, &x_values[0]);
        count = 1;
    }
    list->together = list->together || count > 1;
    for (size_t i = 0; i < count && status == ONS_OK; ++i) {
        status = add_point(list, quantity, (point){by_value, x_values[i], result->mean[i], result->error[i]});
    }
    free(x_values);
    return status;
}

static int by_then_x(const void *first, const void *second) {
    const point *a = first, *b = second;
    if (a->by != b->by) { return a->by < b->by ? -1 : 1; }
    return (a->x > b->x) - (a->x < b->x);
}

/* ---- pairs ---- */

/* Slope and error of a curve at x, between the points around it. */
static void slope_at(const point *curve, size_t count, double x, double *slope, double *error) {
    size_t k = 0;
    while (k + 2 < count && curve[k + 1].x < x) { ++k; }
    const double step = curve[k + 1].x - curve[k].x, share = (x - curve[k].x) / step;
    *slope = (curve[k + 1].y - curve[k].y) / step;
    *error = (1 - share) * curve[k].error + share * curve[k + 1].error;
}

/* The points of a ladder rise and fall together with its replicas, and a fit through them is no better than one of
 * them: both curves are taken as shifted by their errors at the crossing. */
static void widen(const point *first, size_t first_count, const point *second, size_t second_count,
                  ons_crossing *crossing) {
    double slope1, slope2, error1, error2;
    slope_at(first, first_count, crossing->x, &slope1, &error1);
    slope_at(second, second_count, crossing->x, &slope2, &error2);
    const double difference = fabs(slope1 - slope2);
    crossing->x_error = fmax(crossing->x_error, hypot(error1, error2) / difference);
    crossing->y_error = fmax(crossing->y_error, hypot(slope2 * error1, slope1 * error2) / difference);
}

/* The points of one curve within [low, high], as the three arrays that a fit takes. */
static size_t within(const point *curve, size_t count, double low, double high, double *x, double *y, double *error) {
    size_t kept = 0;
    for (size_t i = 0; i < count; ++i) {
        if (curve[i].x < low || curve[i].x > high) { continue; }
        x[kept] = curve[i].x;
        y[kept] = curve[i].y;
        error[kept++] = curve[i].error;
    }
    return kept;
}

static ons_status cross(const point *first, size_t first_count, const point *second, size_t second_count,
                        ons_crossing *crossing) {
    const double low = fmax(first[0].x, second[0].x);
    const double high = fmin(first[first_count - 1].x, second[second_count - 1].x);
    double *memory = ONS_NEW(double, 3 * (first_count + second_count));
    if (memory == NULL) { return ONS_MEMORY; }
    double *x1 = memory, *y1 = x1 + first_count, *e1 = y1 + first_count;
    double *x2 = e1 + first_count, *y2 = x2 + second_count, *e2 = y2 + second_count;
    const size_t n1 = within(first, first_count, low, high, x1, y1, e1);
    const size_t n2 = within(second, second_count, low, high, x2, y2, e2);
    const ons_status status =
        n1 < 2 || n2 < 2 ? ons_fail(ONS_INVALID, "fewer than two points lie in the range that both curves have")
                         : ons_cross(x1, y1, e1, n1, x2, y2, e2, n2, crossing);
    free(memory);
    return status;
}

ons_status lab_cross_curves(const ons_points *first, const ons_points *second, bool together, ons_crossing *crossing) {
    const size_t count = first->count + second->count;
    point *list = ONS_NEW(point, count);
    if (list == NULL) { return ONS_MEMORY; }
    for (size_t i = 0; i < count; ++i) {
        const ons_points *from = i < first->count ? first : second;
        const size_t k = i < first->count ? i : i - first->count;
        list[i] = (point){0, from->x[k], from->y[k], from->errors[k]};
    }
    ons_status status = first->count < 2 || second->count < 2
                            ? ons_fail(ONS_INVALID, "a crossing needs at least 2 points of each curve")
                            : cross(list, first->count, list + first->count, second->count, crossing);
    if (status == ONS_OK && together) { widen(list, first->count, list + first->count, second->count, crossing); }
    free(list);
    return status;
}

static size_t curve_end(const points *list, size_t first) {
    size_t end = first;
    while (end < list->count && list->all[end].by == list->all[first].by) { ++end; }
    return end;
}

/* Rows for all neighbours; a pair that does not cross once has NaN in its row. */
static ons_status cross_neighbours(const points *list, const char *by, ons_crossing_row *rows, size_t *count) {
    size_t crossed = 0, first = 0, first_end = curve_end(list, 0);
    while (first_end < list->count) {
        const size_t second_end = curve_end(list, first_end);
        ons_crossing_row *row = &rows[(*count)++];
        *row = (ons_crossing_row){.by1 = list->all[first].by, .by2 = list->all[first_end].by};
        const ons_status status =
            cross(list->all + first, first_end - first, list->all + first_end, second_end - first_end, &row->crossing);
        if (status == ONS_OK && list->together) {
            widen(list->all + first, first_end - first, list->all + first_end, second_end - first_end, &row->crossing);
        }
        if (status == ONS_MEMORY) { return status; }
        if (status == ONS_OK) {
            ++crossed;
        } else {
            row->crossing = (ons_crossing){.x = NAN, .x_error = NAN, .y = NAN, .y_error = NAN, .goodness = NAN};
        }
        first = first_end;
        first_end = second_end;
    }
    if (crossed > 0) { return ONS_OK; }
    if (*count == 0) { return ons_fail(ONS_INVALID, "crossings need at least two values of '%s'", by); }
    char *why = ons_copy(ons_message());
    const ons_status status = ons_fail(ONS_INVALID, "no two neighbours in '%s' cross: %s", by, why == NULL ? "" : why);
    free(why);
    return status;
}

ons_status ons_results_crossings(const ons_results *results, const char *quantity, const char *x, const char *by,
                                 ons_crossing_row **rows, size_t *count) {
    points list = {0};
    *rows = NULL;
    *count = 0;
    ons_status status = check_quantity(results, quantity);
    if (status == ONS_OK) { status = lab_check_parameter(results, x); }
    if (status == ONS_OK) { status = lab_check_parameter(results, by); }
    if (status == ONS_OK && strcmp(x, by) == 0) {
        status = ons_fail(ONS_INVALID, "crossings need two different parameters, not '%s' twice", x);
    }
    if (status == ONS_OK) { status = check_others(results, x, by); }
    for (size_t t = 0; t < results->count && status == ONS_OK; ++t) {
        status = add_task(&list, &results->tasks[t], quantity, x, by);
    }
    if (status == ONS_OK) {
        if (list.count > 0) { qsort(list.all, list.count, sizeof *list.all, by_then_x); }
        *rows = ONS_NEW(ons_crossing_row, list.count + 1);
        status = *rows == NULL ? ONS_MEMORY : cross_neighbours(&list, by, *rows, count);
    }
    free(list.all);
    if (status != ONS_OK) {
        free(*rows);
        *rows = NULL;
        *count = 0;
    }
    return status;
}

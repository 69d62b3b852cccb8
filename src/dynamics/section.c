/*
 * Crossings of surfaces, located inside the steps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/sections.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

double ons_plane_value(const void *plane, size_t member, double t, const double *x) {
    const ons_plane *here = plane;
    double sum = -here->offset;
    (void)member;
    (void)t;
    for (size_t i = 0; i < here->dimension; i++) { sum += here->normal[i] * x[i]; }
    return sum;
}

/* ---- derivatives as surfaces ----------------------------------------------------------------------------------------
 */

struct ons_turning {
    ons_field field;
    size_t variable;
    double *numbers; /* t[8], x[dimension][8], dx[dimension][8] */
};

ons_status ons_turning_create(ons_turning **turning, const ons_field *field, size_t variable) {
    *turning = NULL;
    if (variable >= field->dimension) {
        return ons_fail(ONS_INVALID, "there is no variable number %zu: the flow has %zu", variable, field->dimension);
    }
    ons_turning *made = ONS_NEW(ons_turning, 1);
    if (!made) { return ONS_MEMORY; }
    made->field = *field;
    made->variable = variable;
    made->numbers = aligned_alloc(64, (1 + 2 * field->dimension) * ONS_LANES * sizeof(double));
    if (!made->numbers) {
        free(made);
        return ons_fail(ONS_MEMORY, "no memory for %zu variables", field->dimension);
    }
    *turning = made;
    return ONS_OK;
}

void ons_turning_free(ons_turning *turning) {
    if (turning) { free(turning->numbers); }
    free(turning);
}

double ons_turning_value(const void *turning, size_t member, double t, const double *x) {
    const ons_turning *here = turning;
    const size_t n = here->field.dimension;
    double *times = here->numbers, *point = times + ONS_LANES, *slope = point + n * ONS_LANES;
    for (size_t l = 0; l < ONS_LANES; l++) {
        times[l] = t;
        for (size_t i = 0; i < n; i++) { point[i * ONS_LANES + l] = x[i]; }
    }
    here->field.value(here->field.data, member / ONS_LANES, times, point, slope);
    return slope[here->variable * ONS_LANES + member % ONS_LANES];
}

/* ---- searching ------------------------------------------------------------------------------------------------------
 */

enum { PLACES = 5 }; /* the surface is asked that often within a step, the last time at its end */

typedef struct search {
    const ons_surface *surface;
    double target;
    size_t dimension, most;
    ons_crossing_point *found;
    double *points, *x;
    size_t *counts;
    double *sides; /* [members]: the last value that was not 0; 0: none yet */
} search;

static double ask(const search *all, const ons_step_view *view, double t) {
    ons_step_point(view, t, all->x);
    return all->surface->value(all->surface->data, view->member, t, all->x);
}

/* The root between a and b, where the surface has the values at_a and at_b of different signs: secants with the weights
 * of Illinois, every third step in the middle, until no number lies between. */
static double locate(const search *all, const ons_step_view *view, double a, double at_a, double b, double at_b) {
    for (int turn = 0; turn < 200; turn++) {
        double t = turn % 3 == 2 ? a + (b - a) / 2 : b - at_b * (b - a) / (at_b - at_a);
        if (!(t > a && t < b)) { t = a + (b - a) / 2; }
        if (!(t > a && t < b)) { break; }
        const double at_t = ask(all, view, t);
        if (at_t == 0) { return t; }
        if ((at_t > 0) == (at_b > 0)) {
            b = t;
            at_b = at_t;
            at_a /= turn % 3 == 1 ? 2 : 1;
        } else {
            a = t;
            at_a = at_t;
            at_b /= turn % 3 == 1 ? 2 : 1;
        }
    }
    return b;
}

static void keep(search *all, const ons_step_view *view, double t, double grows) {
    const size_t member = view->member;
    const bool wanted = all->surface->direction == 0 || (all->surface->direction > 0) == (grows > 0);
    if (!wanted || t > all->target || all->counts[member] >= all->most) { return; }
    const size_t place = member * all->most + all->counts[member]++;
    all->found[place] = (ons_crossing_point){member, t};
    ons_step_point(view, t, all->points + place * all->dimension);
}

static bool look(void *data, const ons_step_view *view) {
    search *all = data;
    double *side = &all->sides[view->member], before = view->t_old;
    for (int k = 1; k <= PLACES; k++) {
        const double t = k == PLACES ? view->t : view->t_old + (view->t - view->t_old) * k / PLACES;
        const double value = ask(all, view, t);
        if (value == 0 && *side != 0) { /* the root itself: it counts, and the other side begins */
            *side = -*side;
            keep(all, view, t, *side);
        } else if (value != 0) {
            if (*side != 0 && (value > 0) != (*side > 0)) {
                keep(all, view, locate(all, view, before, *side, t, value), value);
            }
            *side = value;
        }
        before = t;
    }
    return all->counts[view->member] < all->most && view->t < all->target;
}

ons_status ons_section(ons_trajectories *ensemble, const ons_surface *surface, double target, size_t most,
                       ons_crossing_point *found, double *points, size_t *counts) {
    const size_t members = ons_trajectories_members(ensemble), dimension = ons_trajectories_dimension(ensemble);
    search all = {.surface = surface,
                  .target = target,
                  .dimension = dimension,
                  .most = most,
                  .found = found,
                  .points = points,
                  .counts = counts,
                  .x = ONS_NEW(double, dimension),
                  .sides = ONS_NEW(double, members)};
    ons_status status = all.x && all.sides ? ONS_OK : ONS_MEMORY;
    for (size_t m = 0; status == ONS_OK && m < members; m++) {
        double t;
        counts[m] = 0;
        ons_trajectories_get(ensemble, m, &t, all.x, NULL);
        all.sides[m] = surface->value(surface->data, m, t, all.x);
    }
    if (status == ONS_OK && most == 0) { status = ons_fail(ONS_INVALID, "a section of no crossings was asked for"); }
    if (status == ONS_OK) { status = ons_trajectories_visit(ensemble, target, look, &all); }
    free(all.x);
    free(all.sides);
    return status;
}

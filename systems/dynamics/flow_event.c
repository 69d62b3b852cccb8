/*
 * Events of own equations, located on the dense output of the steps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "flow_event.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1024, MOST_NAMES = 64 }; /* events of a member between two measurements; names of a formula */

struct flow_event {
    const ons_expression *formula;
    ons_trajectories *ensemble;
    ons_surface surface;
    size_t dimension, names;
    int place[MOST_NAMES];     /* of a name: a variable, -1: the time, -2: a parameter */
    double values[MOST_NAMES]; /* of the names */
    double rate[ONS_LANES];
    double *first; /* [lanes][1 + dimension] */
    ons_crossing_point *found;
    double *points, *x;
};

bool flow_event_wanted(const ons_parameters *p) {
    return ons_known(p, "event") && ons_expression_name_count(ons_formula(p, "event")) > 0;
}

/* Where the value of a name comes from: as flow_event.place; -3: nowhere. */
static int place_of(const char *name, const own_equations *equations, const own_settings *all, double *value) {
    for (size_t i = 0; i < equations->dimension; i++) {
        if (strcmp(name, ons_flow_variable(equations->flow, i)) == 0) { return (int)i; }
    }
    if (strcmp(name, "t") == 0) { return -1; }
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(name, all->names[i]) == 0) {
            *value = all->values[i];
            return -2;
        }
    }
    return -3;
}

ons_status flow_event_check(const ons_parameters *p, const own_equations *equations, const own_settings *all) {
    const ons_expression *formula = ons_formula(p, "event");
    const size_t names = ons_expression_name_count(formula);
    double value;
    if (names == 0) {
        return ons_given(p, "event") || ons_boolean(p, "event_stop")
                   ? ons_fail(ONS_INVALID, "an event is a formula of t and the variables that goes through 0")
                   : ONS_OK;
    }
    if (names > MOST_NAMES) { return ons_fail(ONS_INVALID, "the event has %zu names, at most %d", names, MOST_NAMES); }
    for (size_t i = 0; i < names; i++) {
        if (place_of(ons_expression_name(formula, i), equations, all, &value) == -3) {
            return ons_fail(ONS_INVALID, "the event knows t, the variables and the parameters; there is no `%s`",
                            ons_expression_name(formula, i));
        }
    }
    if (ons_choice(p, "method") > (int)ONS_TAYLOR) {
        return ons_fail(ONS_INVALID, "events are located on dense output: method=dormand-prince, dop853 or taylor");
    }
    return ONS_OK;
}

static double value_of(const void *data, size_t member, double t, const double *x) {
    flow_event *event = (flow_event *)data;
    (void)member;
    for (size_t i = 0; i < event->names; i++) {
        if (event->place[i] >= -1) { event->values[i] = event->place[i] < 0 ? t : x[event->place[i]]; }
    }
    return ons_expression_value(event->formula, event->values);
}

ons_status flow_event_create(flow_event **event, const ons_parameters *p, const own_equations *equations,
                             const own_settings *all, const ons_field *field) {
    static const int directions[] = {0, 1, -1};
    flow_event *made = *event = ONS_NEW(flow_event, 1);
    if (!made) { return ONS_MEMORY; }
    const size_t n = made->dimension = equations->dimension;
    const double tolerance = ons_real(p, "tolerance");
    const ons_integration how = {.method = (ons_method)ons_choice(p, "method"),
                                 .relative = tolerance,
                                 .absolute = tolerance,
                                 /* a surface that moves faster than the flow is looked at often enough */
                                 .largest = ons_real(p, "interval") / 5};
    made->formula = ons_formula(p, "event");
    made->names = ons_expression_name_count(made->formula);
    for (size_t i = 0; i < made->names; i++) {
        made->place[i] = place_of(ons_expression_name(made->formula, i), equations, all, &made->values[i]);
    }
    made->surface = (ons_surface){value_of, made, directions[ons_choice(p, "event_direction")]};
    made->first = ONS_NEW(double, ONS_LANES *(n + 1));
    made->found = ONS_NEW(ons_crossing_point, ONS_LANES * MOST);
    made->points = ONS_NEW(double, ONS_LANES *MOST *n);
    made->x = ONS_NEW(double, n);
    if (!made->first || !made->found || !made->points || !made->x) { return ONS_MEMORY; }
    for (size_t i = 0; i < ONS_LANES * (n + 1); i++) { made->first[i] = NAN; }
    return ons_trajectories_create(&made->ensemble, field, ONS_LANES, &how);
}

void flow_event_free(flow_event *old) {
    if (!old) { return; }
    ons_trajectories_free(old->ensemble);
    free(old->first);
    free(old->found);
    free(old->points);
    free(old->x);
    free(old);
}

/* Steps go on past the target: what lies beyond it belongs to the next stretch. */
static void keep(flow_event *event, size_t lane, size_t count, double before, double target) {
    const size_t n = event->dimension;
    size_t inside = 0;
    for (size_t k = 0; k < count && event->found[lane * MOST + k].t <= target; k++) {
        double *first = event->first + lane * (n + 1);
        inside++;
        if (!isnan(first[0])) { continue; }
        first[0] = event->found[lane * MOST + k].t;
        memcpy(first + 1, event->points + (lane * MOST + k) * n, n * sizeof *first);
    }
    event->rate[lane] = (double)inside / (target - before);
}

ons_status flow_event_look(flow_event *event, const flow_members *members, double target) {
    size_t counts[ONS_LANES];
    double t;
    for (size_t l = 0; l < ONS_LANES; l++) {
        ons_tangent_point(members->tangent, l, &t, event->x);
        ons_trajectories_set(event->ensemble, l, t, event->x, 0);
    }
    const ons_status status =
        ons_section(event->ensemble, &event->surface, target, MOST, event->found, event->points, counts);
    for (size_t l = 0; !status && l < ONS_LANES; l++) {
        if (counts[l] == MOST && event->found[l * MOST + MOST - 1].t < target) {
            return ons_fail(ONS_FAILED, "a replica has more than %d events from t = %g to %g", MOST, members->time,
                            target);
        }
        keep(event, l, counts[l], members->time, target);
    }
    return status;
}

double flow_event_rate(const flow_event *event, unsigned lane) { return event->rate[lane]; }

const double *flow_event_first(const flow_event *event, unsigned lane) {
    return event->first + lane * (event->dimension + 1);
}

bool flow_event_all(const flow_event *event) {
    bool every = true;
    for (unsigned l = 0; l < ONS_LANES; l++) { every = every && !isnan(*flow_event_first(event, l)); }
    return every;
}

ons_status flow_event_persist(flow_event *event, ons_part *part) {
    const ons_status status =
        ons_persist(part, "first_events", ONS_F64, event->first, ONS_LANES * (event->dimension + 1));
    return status ? status : ons_persist(part, "event_rate", ONS_F64, event->rate, ONS_LANES);
}

/*
 * Events of own equations: where a formula of the time and the variables goes through 0.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SYSTEMS_FLOW_EVENT_H
#define SYSTEMS_FLOW_EVENT_H

#include "flow_members.h"
#include "own_equations.h"

typedef struct flow_event flow_event;

/* Whether the task has one: `event` is a formula with names. */
bool flow_event_wanted(const ons_parameters *p);
/* Every name of the formula is t, a variable or a parameter; the method has dense output. */
ons_status flow_event_check(const ons_parameters *p, const own_equations *equations, const own_settings *all);
/* `equations`, `field` and the names of `all` are used as long as the event is; `all` may go. */
ons_status flow_event_create(flow_event **event, const ons_parameters *p, const own_equations *equations,
                             const own_settings *all, const ons_field *field);
void flow_event_free(flow_event *event);
/* Follows the members from where they are to the target, before they are moved themselves, and looks for events. */
ons_status flow_event_look(flow_event *event, const flow_members *members, double target);
/* Events of a member in the last stretch per unit of time; time and place of its first event since the start, NAN as
 * long as there was none. */
double flow_event_rate(const flow_event *event, unsigned lane);
const double *flow_event_first(const flow_event *event, unsigned lane); /* time, then the variables */
bool flow_event_all(const flow_event *event);                           /* every member had one */
ons_status flow_event_persist(flow_event *event, ons_part *part);

#endif

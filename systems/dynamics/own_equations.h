/*
 * What flow, map and attractor share: equations that a user wrote, and the values of their parameters.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SYSTEMS_OWN_EQUATIONS_H
#define SYSTEMS_OWN_EQUATIONS_H

#include <onsager/dynamics.h>
#include <onsager/system.h>

/* "NAME=NUMBER NAME=NUMBER": numbers may be formulas of numbers. Begins as zeros. */
typedef struct own_settings {
    char **names;
    double *values;
    size_t count, name_capacity, value_capacity;
} own_settings;
ons_status own_settings_read(own_settings *all, const char *text);
/* The value of a name, known or new. */
ons_status own_settings_put(own_settings *all, const char *name, double value);
void own_settings_free(own_settings *all);

typedef struct own_equations {
    ons_flow *flow;
    double *p;     /* [parameters] */
    double *start; /* [dimension] */
    size_t dimension;
} own_equations;
/* The equations with these settings, each of which has to occur in them; `standard`: the start of the default
 * equations, where `initial` is not given. */
ons_status own_equations_read(own_equations *made, const own_settings *all, const ons_parameters *parameters,
                              const double *standard);
void own_equations_free(own_equations *old);

#endif

/*
 * What every descriptor of the catalogue has: parameters of the integration, and functions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SYSTEMS_FLOW_PARAMETERS_H
#define SYSTEMS_FLOW_PARAMETERS_H

#include "flow_system.h"

#define FLOW_SYSTEM_PARAMETERS                                                                                         \
    {.name = "exponents",                                                                                              \
     .type = ONS_INTEGER,                                                                                              \
     .standard = "0",                                                                                                  \
     .range = "[0, inf)",                                                                                              \
     .meaning = "how many exponents, the largest ones; 0: all"},                                                       \
        {.name = "interval",                                                                                           \
         .type = ONS_REAL,                                                                                             \
         .standard = "0.5",                                                                                            \
         .range = "(0, inf)",                                                                                          \
         .unit = "time",                                                                                               \
         .meaning = "longest time between two decompositions of the perturbations (of a map: 1 iteration)"},           \
        {.name = "method",                                                                                             \
         .type = ONS_CHOICE,                                                                                           \
         .standard = "dop853",                                                                                         \
         .choices = "dormand-prince|dop853|taylor", /* as ons_method */                                                \
         .meaning = "Runge-Kutta of order 5 or 8, or Taylor series of order 8 to 20 (of a map: none)"},                \
        {.name = "tolerance",                                                                                          \
         .type = ONS_REAL,                                                                                             \
         .standard = "1e-9",                                                                                           \
         .range = "[1e-15, 1)",                                                                                        \
         .meaning = "relative and absolute tolerance of a step"},                                                      \
        {.name = "spread",                                                                                             \
         .type = ONS_REAL,                                                                                             \
         .standard = "0.01",                                                                                           \
         .range = "[0, inf)",                                                                                          \
         .meaning = "replicas start that far from the stored point, at random, in units of its size"},                 \
    {                                                                                                                  \
        0                                                                                                              \
    }

#define FLOW_DELAY_PARAMETERS                                                                                          \
    {.name = "exponents",                                                                                              \
     .type = ONS_INTEGER,                                                                                              \
     .standard = "10",                                                                                                 \
     .range = "[1, 1000]",                                                                                             \
     .meaning = "how many exponents, the largest of infinitely many"},                                                 \
        {.name = "resolution",                                                                                         \
         .type = ONS_INTEGER,                                                                                          \
         .standard = "max(40, ceil(10*tau))",                                                                          \
         .range = "[1, 1e6]",                                                                                          \
         .meaning = "steps of a delay"},                                                                               \
        {.name = "spread",                                                                                             \
         .type = ONS_REAL,                                                                                             \
         .standard = "0.1",                                                                                            \
         .range = "[0, inf)",                                                                                          \
         .meaning = "replicas start from constant histories that far from the stored point, in units of its size"},    \
    {                                                                                                                  \
        0                                                                                                              \
    }

#define FLOW_DELAY_FUNCTIONS                                                                                           \
    .state_size = FLOW_SYSTEM_SIZE, .check = delay_system_check, .create = delay_system_create,                        \
    .advance = delay_system_advance, .measure = delay_system_measure, .persist = delay_system_persist,                 \
    .destroy = delay_system_destroy

#define FLOW_SYSTEM_FUNCTIONS                                                                                          \
    .state_size = FLOW_SYSTEM_SIZE, .check = flow_system_check, .create = flow_system_create,                          \
    .advance = flow_system_advance, .measure = flow_system_measure, .persist = flow_system_persist,                    \
    .destroy = flow_system_destroy

#endif

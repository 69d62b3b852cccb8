/*
 * What the systems of periodic fields share: allen-cahn, kuramoto-sivashinsky, burgers, navier-stokes-2d.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SYSTEMS_SPECTRAL_FIELD_H
#define SYSTEMS_SPECTRAL_FIELD_H

#include <onsager/dynamics/spectral.h>
#include <onsager/system.h>

/* A task's equation on its cell. */
typedef struct field_problem {
    ons_spectral_equation equation; /* its data: `constants` */
    double left, length;            /* of every direction */
    union {
        ons_allen_cahn allen_cahn;
        ons_kuramoto_sivashinsky kuramoto_sivashinsky;
        ons_burgers burgers;
        ons_vorticity vorticity;
    } constants;
} field_problem;

/* Behind ons_system.data. */
typedef struct field_kind {
    unsigned rank;
    double kept; /* with dealias=yes */
    /* Fills the problem; it does not move afterwards. */
    void (*pose)(const ons_parameters *p, field_problem *problem);
    /* start=standard at x, y. */
    double (*standard)(const ons_parameters *p, double x, double y);
    /* The solution from it, where it is known; may be NULL. */
    double (*exact)(const ons_parameters *p, double x, double t);
} field_kind;

enum { START_STANDARD, START_RANDOM, START_FORMULA };

/* Parameters that all have: points a side, the longest step, whether waves are left out. */
/* clang-format off */
#define FIELD_PARAMETERS(points, step, dealias, share)                                                                 \
    {"profile", ONS_BOOLEAN, 0, "no", NULL, NULL, NULL, NULL,                                                          \
     "whether the values at all points are measured, and the spectrum beyond the first 32 waves"},                     \
    {"points", ONS_INTEGER, 0, points, NULL, "[8, 1048576]", NULL, NULL, "of the grid along a direction, even"},       \
    {"time_step", ONS_REAL, 0, step, NULL, "(0, inf)", NULL, "time",                                                   \
     "longest; a whole number of equal ones fills the time between two measurements"},                                 \
    {"dealias", ONS_BOOLEAN, 0, dealias, NULL, NULL, NULL, NULL,                                                       \
     "leave out the waves above " share " of the shortest, so that products have no aliases"}
/* clang-format on */

/* Observables of the line, and of the plane. */
enum { LINE_MEAN, LINE_RMS, LINE_LARGEST, LINE_SLOPE, LINE_TAIL, LINE_PROFILE, LINE_POWER, LINE_ERROR };
enum { PLANE_ENERGY, PLANE_ENSTROPHY, PLANE_PALINSTROPHY, PLANE_SPEED, PLANE_TAIL, PLANE_SPECTRUM, PLANE_PROFILE };
extern const ons_observable field_line_observables[], field_plane_observables[];

typedef struct field_state {
    const field_kind *kind;
    const ons_parameters *p;
    field_problem problem;
    ons_spectral *field;
    double *values, *more; /* at the points; two for the velocity */
    double time;
} field_state;

/* Components of `power` and of `spectrum`: the first 32, or with profile=yes all. */
size_t field_waves(const field_kind *kind, const ons_parameters *p);

/* The functions of the descriptor. */
ons_status field_check(const ons_system *system, const ons_parameters *p, ons_plan *plan);
ons_status field_create(void *memory, ons_context *context);
ons_status field_advance(void *memory, ons_context *context);
ons_status field_persist(void *memory, ons_part *part);
void field_destroy(void *memory);
/* ... in spectral_field_measure.c */
ons_status field_measure(const void *memory, ons_context *context);
ons_status field_picture(const void *memory, unsigned lane, ons_picture *picture);

#endif

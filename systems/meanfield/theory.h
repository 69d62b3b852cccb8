/*
 * What the theories of glasses and networks share: a state that is one solution, and its rows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SYSTEMS_MEANFIELD_THEORY_H
#define SYSTEMS_MEANFIELD_THEORY_H

#include <onsager/meanfield.h>
#include <onsager/system.h>

/* A theory is one step, without a random number: its state is whether it was made. */
typedef struct theory_state {
    uint64_t finished;
} theory_state;
ons_status theory_create(void *state, ons_context *context);
ons_status theory_persist(void *state, ons_part *part);

/* Whether a solution has to be left. */
typedef struct theory_watch {
    ons_context *context;
    bool stopped;
} theory_watch;
/* The same glass, whose solvers look at the watch. */
ons_replicas theory_watched(ons_replicas glass, theory_watch *watch);
/* advance() of a theory: solve() finds the solution and sets all values. Where the watch has stopped it nothing of that
 * counts; it begins anew when the job goes on. */
ons_status theory_advance(void *state, ons_context *context,
                          ons_status (*solve)(ons_context *context, theory_watch *watch));

/* Rows that every theory of a glass has, in this order, from the first on. */
enum {
    THEORY_OVERLAP_GLASS,
    THEORY_OVERLAP_LOW,
    THEORY_PRESSURE,
    THEORY_FREE_ENERGY,
    THEORY_ENERGY,
    THEORY_ENTROPY,
    THEORY_BREAKING,
    THEORY_SLOPE,
    THEORY_STABILITY,
    THEORY_ROWS
};
#define THEORY_OBSERVABLES                                                                                             \
    {.name = "overlap_glass",                                                                                          \
     .kind = ONS_VALUE,                                                                                                \
     .meaning = "q, overlap of two replicas; level=1rsb: q2, within a cluster"},                                       \
        {.name = "overlap_glass_low",                                                                                  \
         .kind = ONS_VALUE,                                                                                            \
         .meaning = "q1, between clusters; equal to overlap_glass where replicas are symmetric"},                      \
        {.name = "pressure", .kind = ONS_VALUE, .meaning = "-f/T a spin; infinite at T = 0"},                          \
        {.name = "free_energy", .kind = ONS_VALUE, .meaning = "f a spin"},                                             \
        {.name = "energy", .kind = ONS_VALUE, .meaning = "a spin: f + T s"},                                           \
        {.name = "entropy", .kind = ONS_VALUE, .meaning = "s = -df/dT a spin; below 0 replica symmetry is wrong"},     \
        {.name = "breaking_point",                                                                                     \
         .kind = ONS_VALUE,                                                                                            \
         .meaning = "theta in (0, 1]; 1: replicas are symmetric (none is broken); 0 at T = 0"},                        \
        {.name = "breaking_slope",                                                                                     \
         .kind = ONS_VALUE,                                                                                            \
         .meaning = "theta/T, finite at T = 0 where replicas are broken"},                                             \
    {                                                                                                                  \
        .name = "at_eigenvalue", .kind = ONS_VALUE,                                                                    \
        .meaning = "1 - xi''(q2)/T^2 <sech^4>: below 0 this level is unstable (de Almeida and "                        \
                   "Thouless); -infinity at T = 0"                                                                     \
    }

/* Sets those rows; `first` is the index of THEORY_OVERLAP_GLASS among the observables. */
void theory_report(ons_context *context, size_t first, const ons_replicas_state *state);

#endif

/*
 * reactions: compartments and what happens between them, as one list.
 *
 *     S + I -> 2 I : beta*S*I        # infection
 *     I -> R : gamma*I               # recovery
 *     0 -> S : birth                 # `0` is nothing
 *     beta = 0.3                     # a parameter with its standard value
 *     total = S + I + R              # a quantity for later rates
 *
 * Lines are separated by new lines or ';', '#' begins a comment. A reaction has whole coefficients and its rate: events
 * per unit of time, as a formula in the notation of flow.h (species, parameters, quantities, t). From this list come
 * the equations of the means (x_i' = sum over reactions of change_i rate), their exact Jacobian, the next-generation
 * matrix with R0 and its elasticities, early growth and final size; the stoichiometry stays explicit for engines that
 * count single events.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_REACTIONS_H
#define ONSAGER_DYNAMICS_REACTIONS_H

#include <onsager/dynamics/flow.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_reactions ons_reactions;

/* Species in order of appearance. `parameters`: names of parameters beside those that the text gives a number; NULL:
 * all unknown names in rates become parameters, in order of appearance. ONS_INVALID: a message with the line. */
ONS_API ons_status ons_reactions_parse(ons_reactions **network, const char *text, const char *const *parameters,
                                       size_t count);
/* The same from a structured list: left and right sides ("S + I", "2 I", "0") and rates; `quantities`: lines NAME =
 * FORMULA, or NULL. */
typedef struct ons_reaction {
    const char *taken, *made, *rate;
} ons_reaction;
ONS_API ons_status ons_reactions_create(ons_reactions **network, const ons_reaction *reactions, size_t count,
                                        const char *quantities, const char *const *parameters, size_t parameter_count);
ONS_API void ons_reactions_free(ons_reactions *network);

ONS_API size_t ons_reactions_species(const ons_reactions *network);
ONS_API const char *ons_reactions_name(const ons_reactions *network, size_t species); /* NULL beyond the last */
/* The species of that name; ONS_INVALID with the nearest one. */
ONS_API ons_status ons_reactions_find(const ons_reactions *network, const char *name, size_t *species);
ONS_API size_t ons_reactions_parameters(const ons_reactions *network);
ONS_API const char *ons_reactions_parameter(const ons_reactions *network, size_t index); /* NULL beyond the last */
ONS_API double ons_reactions_standard(const ons_reactions *network, size_t index);       /* NaN: none was given */
ONS_API ons_status ons_reactions_find_parameter(const ons_reactions *network, const char *name, size_t *parameter);

ONS_API size_t ons_reactions_count(const ons_reactions *network);
ONS_API const char *ons_reactions_rate(const ons_reactions *network, size_t reaction); /* its formula */
ONS_API int ons_reactions_line(const ons_reactions *network, size_t reaction);
/* Coefficients on the left and on the right, and right minus left. */
ONS_API unsigned ons_reactions_taken(const ons_reactions *network, size_t reaction, size_t species);
ONS_API unsigned ons_reactions_made(const ons_reactions *network, size_t reaction, size_t species);
ONS_API int ons_reactions_change(const ons_reactions *network, size_t reaction, size_t species);

/* The equations of the means, as text and parsed: variables are the species, parameters those above. They belong to the
 * network. */
ONS_API const char *ons_reactions_equations(const ons_reactions *network);
ONS_API const ons_flow *ons_reactions_flow(const ons_reactions *network);

/* Rates by lanes: t[lanes], x[species][lanes], p[parameters][lanes] to rates[reactions][lanes]; work has
 * ons_reactions_work numbers a lane. Reentrant. */
ONS_API size_t ons_reactions_work(const ons_reactions *network);
ONS_API void ons_reactions_rates(const ons_reactions *network, size_t lanes, const double *t, const double *x,
                                 const double *p, double *rates, double *work);
/* d rate_k / d x_j as slopes[reactions][species][lanes]. */
ONS_API void ons_reactions_slopes(const ons_reactions *network, size_t lanes, const double *t, const double *x,
                                  const double *p, double *slopes, double *work);
/* ONS_INVALID when a rate at (t, x) is negative or not finite, or does not vanish with a species that the reaction
 * takes, so that it would become negative. */
ONS_API ons_status ons_reactions_check(const ons_reactions *network, double t, const double *x, const double *p);

/* ---- infections -----------------------------------------------------------------------------------------------------
 *
 * `infected` lists the species that carry the infection. A reaction is an infection when it makes more infected
 * individuals than it takes; all others move or remove them (Diekmann, Heesterbeek and Roberts, J. R. Soc. Interface 7,
 * 873 (2010)).
 */
typedef struct ons_outbreak {
    size_t size;                             /* infected species */
    double *infections, *transitions, *next; /* F, V and F V^-1: [size][size] */
    double reproduction;                     /* R0, the spectral radius of F V^-1 */
    double growth;                           /* largest real part of the eigenvalues of F - V, 1/time */
    double *mode;                            /* [size] its eigenvector with sum 1: the mixture of the early phase */
    double *elasticity;                      /* [parameters] (p / R0) d R0 / d p; NaN where R0 = 0 */
} ons_outbreak;
/* At the state x without its infected species, at time t. Derivatives are exact (the formulas are differentiated
 * twice). ONS_INVALID: an infected species that is not there or stands twice, or infected individuals that come from
 * nowhere. ONS_FAILED: V is singular. */
ONS_API ons_status ons_reactions_outbreak(const ons_reactions *network, const size_t *infected, size_t count, double t,
                                          const double *x, const double *p, ons_outbreak **outbreak);
ONS_API void ons_outbreak_free(ons_outbreak *outbreak);

/* Where the outbreak that begins at x ends: final[species], from the final-size law (Arino, Brauer, van den Driessche,
 * Watmough and Wu, Math. Biosci. Eng. 4, 159 (2007), theorem 5.1)
 *     ln(S_0 / S_end) = b V^-1 (y_0 + alpha (S_0 - S_end)),
 * y: infected, b y S: infections per unit of time, alpha: where they go. ONS_INVALID, with the reason, where it does
 * not apply: one species that gets infected, at rates proportional to it and linear in the infected, all other rates
 * linear in the infected alone. Without infected at x the limit of few of them. */
ONS_API ons_status ons_reactions_final(const ons_reactions *network, const size_t *infected, size_t count,
                                       const double *x, const double *p, double *final);

#ifdef __cplusplus
}
#endif
#endif

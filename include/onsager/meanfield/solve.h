/*
 * solve: a mean-field model, given once by its equations of state, and its solutions.
 *
 * A model is a list of named order parameters x and one function that writes, for given x and one control parameter,
 * the right-hand sides F of x = F(x): with dual numbers (dual.h), so that Newton's method, the continuation of
 * branches (branch.h) and the stability of a solution have exact derivatives without anybody writing them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_MEANFIELD_SOLVE_H
#define ONSAGER_MEANFIELD_SOLVE_H

#include <onsager/meanfield/dual.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One slope of a dual number belongs to the control parameter. */
enum { ONS_ORDERS = ONS_DUAL_SLOPES - 1 };

typedef struct ons_meanfield {
    const char *name;         /* for messages: "dense Hopfield network, replica symmetric" */
    size_t count;             /* order parameters, 1 .. ONS_ORDERS */
    const char *const *names; /* [count] of the order parameters; equation k is the one whose left side is x[k] */
    const char *control;      /* name of the control parameter: "load" */
    const double *low, *high; /* [count] bounds that every iterate is held in; NULL: none */
    /* next[k] = F_k(x, control). May average over anything: a finite outer average (the entries of diluted patterns) is
     * a loop that adds dual numbers, an extra scalar order parameter is one more x. */
    void (*equations)(const void *data, const ons_dual *x, ons_dual control, ons_dual *next);
    /* Optional (NULL): -beta f per spin at any x, stationary at the solutions where the model has such a function. */
    ons_dual (*pressure)(const void *data, const ons_dual *x, ons_dual control);
    const void *data;
} ons_meanfield;

typedef struct ons_meanfield_options {
    double tolerance;    /* largest |F_k - x_k| / max(1, |x_k|) of a solution; 0: 1e-11 */
    unsigned iterations; /* of the map x -> F(x) at most; 0: 20,000 */
    double damping;      /* part of the old x that is kept, 0 .. 1; 0: none */
    unsigned memory;     /* Anderson acceleration of the map with so many former iterates, at most 5; 0: none (which is
                            what follows a branch to where it ends without jumping off it) */
    bool unstable;       /* Newton's method alone from the start, and solutions unstable under the map are taken too */
    double anchor;       /* where `anchored`: a value of the control at which the start converges. When the solver fails
                            it goes there and comes back by continuation, to name the nearest converged point */
    bool anchored;
} ons_meanfield_options;

typedef struct ons_meanfield_solution {
    double control;
    double x[ONS_ORDERS];
    double residual;                          /* largest |F_k - x_k| */
    double pressure;                          /* NaN without a pressure */
    double jacobian[ONS_ORDERS * ONS_ORDERS]; /* dF_k/dx_j, row k, [count][count] */
    double by_control[ONS_ORDERS];            /* dF_k/dcontrol */
    double pressure_slope;                    /* d pressure / d control at fixed x, NaN without */
    double growth;                            /* largest real part of the eigenvalues of dF/dx: stable below 1 */
    unsigned iterations, newton;              /* evaluations of the equations */
} ons_meanfield_solution;

/* Solves x = F(x) at a value of the control, from `start`[count].
 *
 * The map is iterated (damped, or with Anderson acceleration: D. G. Anderson, J. ACM 12, 547 (1965)) and now and then
 * left to Newton's method, whose result is taken only when it lies near and is stable under the map; otherwise the
 * iteration goes on. So the solution is the one in whose basin the start is, at Newton's speed and precision, also next
 * to a fold, where iterations crawl through the ghost of a branch that is gone.
 * ONS_FAILED: the message names the equation that is not solved, where (the control), and the nearest converged point
 * (with an anchor); *solution is then filled with NaN, never with an iterate. Reentrant; takes no memory. */
ONS_API ons_status ons_meanfield_solve(const ons_meanfield *model, double control, const double *start,
                                       const ons_meanfield_options *options, ons_meanfield_solution *solution);

/* From several starts [starts][count]: all distinct solutions, by decreasing pressure (without one: by decreasing
 * x[0]), at most `room` of them. Two are the same when no x differs by more than 1e-6. Starts that do not converge are
 * left out; ONS_FAILED when none does. */
ONS_API ons_status ons_meanfield_solve_all(const ons_meanfield *model, double control, size_t starts,
                                           const double *start, const ons_meanfield_options *options,
                                           ons_meanfield_solution *solutions, size_t room, size_t *count);

/* F, pressure, derivatives and growth at a given x, which need not solve anything. */
ONS_API ons_status ons_meanfield_evaluate(const ons_meanfield *model, double control, const double *x,
                                          ons_meanfield_solution *solution);

/* A zero of a function between low and high, at which it has opposite signs (R. P. Brent 1973, chapter 4), within
 * `tolerance` of the argument. ONS_FAILED: no change of sign, or not a number; `what` names the function. */
typedef ons_status ons_meanfield_function(void *data, double argument, double *value);
ONS_API ons_status ons_meanfield_root(ons_meanfield_function *function, void *data, const char *what, double low,
                                      double high, double tolerance, double *root);

#ifdef __cplusplus
}
#endif
#endif

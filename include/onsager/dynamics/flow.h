/*
 * flow: a dynamical system described once, by its equations as text. From that come its right-hand side for one state
 * or for many side by side, its exact Jacobian (the formulas are differentiated), and C source for a compiler.
 *
 *     x' = sigma*(y - x)
 *     y' = x*(rho - z) - y
 *     z' = x*y - beta*z
 *
 * Statements are separated by new lines or ';'; '#' begins a comment. `NAME' = FORMULA` is an equation of motion (of a
 * map: the next value), in the order of the variables. `NAME = FORMULA` names a quantity for later statements. `NAME =
 * delay(VARIABLE, FORMULA)` is a variable at an earlier time; the delay may hold parameters only. `t` is the time, pi
 * and e are numbers unless a parameter has that name; functions are those of ons_expression.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_FLOW_H
#define ONSAGER_DYNAMICS_FLOW_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ons_flow ons_flow;

/* Parses and differentiates the equations. `parameters`: the names that are neither variables nor quantities; NULL: all
 * unknown names become parameters, in order of appearance. ONS_INVALID: a message with the line, what was expected and
 * the nearest name. Cost: some ten microseconds for a textbook flow. */
ONS_API ons_status ons_flow_parse(ons_flow **flow, const char *equations, const char *const *parameters, size_t count);
ONS_API void ons_flow_free(ons_flow *flow);

ONS_API size_t ons_flow_dimension(const ons_flow *flow);                    /* number of variables */
ONS_API const char *ons_flow_variable(const ons_flow *flow, size_t index);  /* NULL beyond the last */
ONS_API size_t ons_flow_parameters(const ons_flow *flow);                   /* number of parameters */
ONS_API const char *ons_flow_parameter(const ons_flow *flow, size_t index); /* NULL beyond the last */
ONS_API bool ons_flow_autonomous(const ons_flow *flow);                     /* does not know the time */

/* Whether a parameter occurs in the equations. */
ONS_API bool ons_flow_uses(const ons_flow *flow, size_t parameter);

/* The delayed values that the equations take: of which variable, and its delay under these parameters. */
ONS_API size_t ons_flow_delays(const ons_flow *flow);
ONS_API size_t ons_flow_delayed_variable(const ons_flow *flow, size_t delay);
ONS_API double ons_flow_delay(const ons_flow *flow, size_t delay, const double *parameters);

/* Lanes: `lanes` states side by side, every array with the lane as its last index: t[lanes], x[dimension][lanes],
 * delayed[delays][lanes] (NULL without delays), p[parameters][lanes]. `work` has ons_flow_work(flow) * lanes numbers. A
 * lane's values do not depend on its neighbours or on the number of lanes. Reentrant. */
ONS_API size_t ons_flow_work(const ons_flow *flow);
/* dx[dimension][lanes]. */
ONS_API void ons_flow_value(const ons_flow *flow, size_t lanes, const double *t, const double *x, const double *delayed,
                            const double *p, double *dx, double *work);
/* dx as above, and d f_i / d x_j as jacobian[dimension][dimension][lanes]. */
ONS_API void ons_flow_jacobian(const ons_flow *flow, size_t lanes, const double *t, const double *x,
                               const double *delayed, const double *p, double *dx, double *jacobian, double *work);
/* Whether d f_i / d x_j is identically zero. */
ONS_API bool ons_flow_independent(const ons_flow *flow, size_t i, size_t j);
/* d f_i / d (delayed value k) as sensitivity[dimension][delays][lanes]; nothing without delays. */
ONS_API void ons_flow_delay_jacobian(const ons_flow *flow, size_t lanes, const double *t, const double *x,
                                     const double *delayed, const double *p, double *sensitivity, double *work);

/* C source of three static functions, appended to `source` (the last one for flows with delays only):
 *     void NAME_value(const number *t, const number *x, const number *delayed, const number *p, number *dx)
 *     void NAME_jacobian(..., number *dx, number *jacobian)
 *     void NAME_delay_jacobian(..., number *sensitivity)
 * in terms of a type `number` (double, or a vector of doubles), FLOW_NUMBER(literal) and FLOW_sin(x) etc. for
 * functions; FLOW_power(a, b) for powers that are no small whole numbers. */
ONS_API ons_status ons_flow_source(const ons_flow *flow, const char *name, ons_text *source);

#ifdef __cplusplus
}
#endif
#endif

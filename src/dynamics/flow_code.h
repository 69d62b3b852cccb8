/*
 * Inside dynamics: a flow as machine code.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_FLOW_CODE_H
#define DYNAMICS_FLOW_CODE_H

#include "flow.h"

/* For eight states, with the lane as the last index. Begins as zeros. */
typedef struct dynamics_code {
    void *handle;
    void (*value)(const double *t, const double *x, const double *delayed, const double *p, double *dx);
    void (*jacobian)(const double *t, const double *x, const double *delayed, const double *p, double *dx,
                     double *jacobian);
} dynamics_code;

/* From the cache, or, if `make`, by the compiler. parameters[parameters][8]: for its trials. ONS_DONE: the cache has
 * none. ONS_INVALID, ONS_FAILED: it cannot be made, or gives other bits than the tapes; the message says why. */
ons_status dynamics_code_get(dynamics_code *code, const ons_flow *flow, const double *parameters, bool make);
void dynamics_code_free(dynamics_code *code);

#endif

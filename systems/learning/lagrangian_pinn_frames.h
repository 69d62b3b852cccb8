/*
 * lagrangian_pinn_frames: u_t + f u_x = viscosity u_xx as residuals of networks, at rest and on characteristics.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LAGRANGIAN_PINN_FRAMES_H
#define LAGRANGIAN_PINN_FRAMES_H

#include <onsager/learning.h>

#define LAGRANGIAN_PERIOD 6.283185307179586476925

typedef struct lagrangian_frame {
    bool burgers;   /* f = u, u(0, x) = drift + sin(x); else f = drift, u(0, x) = sin(x) */
    bool moving;    /* fields (u, X) of labels; else u of places */
    bool published; /* the viscous term without the metric */
    bool tangent;   /* X = a + t f(a, 0) + t^2 M; else X = a + s t M, s = 1 + |drift| */
    double drift, viscosity;
} lagrangian_frame;

enum { LAGRANGIAN_SLOPES = 2 }; /* of the problem's derivatives: that in x */

/* For the engine; the frame is kept by the caller as long as the network. */
ons_informed_problem lagrangian_informed(const lagrangian_frame *frame);
double lagrangian_exact(const lagrangian_frame *frame, double x, double t);
/* u at places k period/places from (u, X) at labels, fields[labels][2], linearly between neighbours. Where several
 * pieces cover a place, the last one counts. */
void lagrangian_interpolate(size_t labels, const double *fields, size_t places, double *values);

#endif

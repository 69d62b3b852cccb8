/*
 * lagrangian_pinn_frames: see lagrangian_pinn_frames.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lagrangian_pinn_frames.h"

#include <onsager/dynamics.h>

#include <math.h>

static ons_tensor column(ons_tensor_graph *graph, ons_tensor a, int index) {
    return ons_tensor_slice(graph, a, 1, index, index + 1, 1);
}

/* Speed in whose units labels move. */
static double scale_of(const lagrangian_frame *frame) { return frame->tangent ? 1 : 1 + fabs(frame->drift); }

static ons_tensor form(const void *data, ons_tensor_graph *graph, ons_tensor points, ons_tensor start, ons_tensor raw) {
    (void)start;
    const lagrangian_frame *frame = data;
    const ons_tensor t = column(graph, points, 0), x = column(graph, points, 1);
    ons_tensor u =
        ons_tensor_add(graph, ons_tensor_sin(graph, x), ons_tensor_multiply(graph, t, column(graph, raw, 0)));
    if (frame->burgers) { u = ons_tensor_shift(graph, u, frame->drift); }
    if (!frame->moving) { return u; }
    ons_tensor speed = ons_tensor_scale(graph, column(graph, raw, 1), scale_of(frame));
    if (frame->tangent) {
        speed = ons_tensor_shift(graph, ons_tensor_multiply(graph, t, column(graph, raw, 1)), frame->drift);
        if (frame->burgers) { speed = ons_tensor_add(graph, speed, ons_tensor_sin(graph, x)); }
    }
    const ons_tensor parts[] = {u, ons_tensor_add(graph, x, ons_tensor_multiply(graph, t, speed))};
    return ons_tensor_concatenate(graph, parts, 2, 1);
}

static const ons_partial partials[] = {{{0, 0}}, {{1, 0}}, {{0, 1}}, {{0, 2}}};

static ons_tensor resting(const void *data, ons_tensor_graph *graph, ons_tensor points, const ons_tensor *d) {
    (void)points;
    const lagrangian_frame *frame = data;
    const ons_tensor transport =
        frame->burgers ? ons_tensor_multiply(graph, d[0], d[2]) : ons_tensor_scale(graph, d[2], frame->drift);
    return ons_tensor_subtract(graph, ons_tensor_add(graph, d[1], transport),
                               ons_tensor_scale(graph, d[3], frame->viscosity));
}

static ons_tensor moving(const void *data, ons_tensor_graph *graph, ons_tensor points, const ons_tensor *d) {
    (void)points;
    const lagrangian_frame *frame = data;
    ons_tensor viscous = column(graph, d[3], 0);
    if (!frame->published) {
        const ons_tensor jacobian = column(graph, d[2], 1);
        const ons_tensor bend = ons_tensor_divide(
            graph, ons_tensor_multiply(graph, column(graph, d[2], 0), column(graph, d[3], 1)), jacobian);
        viscous =
            ons_tensor_divide(graph, ons_tensor_subtract(graph, viscous, bend), ons_tensor_square(graph, jacobian));
    }
    const ons_tensor rate = column(graph, d[1], 1);
    const ons_tensor slip = frame->burgers ? ons_tensor_subtract(graph, rate, column(graph, d[0], 0))
                                           : ons_tensor_shift(graph, rate, -frame->drift);
    const ons_tensor parts[] = {
        ons_tensor_subtract(graph, column(graph, d[1], 0), ons_tensor_scale(graph, viscous, frame->viscosity)),
        ons_tensor_scale(graph, slip, 1 / scale_of(frame))};
    return ons_tensor_concatenate(graph, parts, 2, 1);
}

ons_informed_problem lagrangian_informed(const lagrangian_frame *frame) {
    const size_t fields = frame->moving ? 2 : 1;
    return (ons_informed_problem){.data = frame,
                                  .coordinates = 2,
                                  .fields = fields,
                                  .equations = fields,
                                  .period = LAGRANGIAN_PERIOD,
                                  .modes = 1,
                                  .partials = partials,
                                  .partials_count = sizeof partials / sizeof *partials,
                                  .form = form,
                                  .residual = frame->moving ? moving : resting};
}

double lagrangian_exact(const lagrangian_frame *frame, double x, double t) {
    if (frame->burgers) { return ons_burgers_sine(frame->viscosity, frame->drift, 1, x, t); }
    return exp(-frame->viscosity * t) * sin(x - frame->drift * t);
}

void lagrangian_interpolate(size_t labels, const double *fields, size_t places, double *values) {
    const double spacing = LAGRANGIAN_PERIOD / (double)places;
    for (size_t k = 0; k < places; k++) { values[k] = NAN; }
    for (size_t j = 0; j < labels; j++) {
        const size_t next = (j + 1) % labels;
        const double left = fields[2 * j + 1], right = fields[2 * next + 1] + (next ? 0 : LAGRANGIAN_PERIOD);
        const double low = fmin(left, right), high = fmax(left, right);
        if (!(high - low < LAGRANGIAN_PERIOD)) { continue; }
        for (double k = ceil(low / spacing); k * spacing <= high && high > low; k++) {
            const double part = (k * spacing - left) / (right - left);
            const double place = fmod(fmod(k, (double)places) + (double)places, (double)places);
            values[(size_t)place] = (1 - part) * fields[2 * j] + part * fields[2 * next];
        }
    }
}

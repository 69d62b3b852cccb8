/*
 * physics_informed: the top of the spectrum of the loss's Hessian, by Lanczos' method on Hessian-vector products.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "physics_informed.h"

#include <onsager/learning/landscape.h>

#include <stdlib.h>
#include <string.h>

enum { STREAM_LANCZOS = 0x4c41 };

static ons_status hessian_product(void *data, const double *direction, double *product) {
    ons_informed *informed = data;
    informed_put(informed, &informed->curvature, informed->curvature.direction, direction, informed->count);
    const ons_status status = ons_program_run(informed->curvature.program);
    informed_take(informed, &informed->curvature, 0, informed->count, product);
    return status;
}

static ons_status prepare(ons_informed *informed) {
    if (!informed->curvature.program) {
        const ons_status status =
            informed_record(informed, INFORMED_CURVATURE, informed->options.points_t, 0, 0, &informed->curvature);
        if (status) { return status; }
    }
    const size_t count = informed->options.points_t + informed->options.points_x;
    double *kept = ONS_NEW(double, count), *zero = ONS_NEW(double, informed->count);
    ons_status status = kept && zero ? ONS_OK : ONS_MEMORY;
    if (!status) {
        memcpy(kept, informed->grid, count * sizeof *kept);
        informed_draw(informed, true);
        informed_put(informed, &informed->curvature, informed->curvature.direction, zero, informed->count);
        status = informed_run(informed, &informed->curvature); /* the points stay in the program */
        memcpy(informed->grid, kept, count * sizeof *kept);
    }
    free(kept);
    free(zero);
    return status;
}

ons_status ons_informed_curvature(ons_informed *informed, unsigned steps, double tolerance, double *eigenvalue,
                                  double *residual) {
    ons_random random = ons_random_stream(informed->random.key, informed->random.replica, STREAM_LANCZOS);
    const ons_status status = prepare(informed);
    return status ? status
                  : ons_lanczos(informed->count, hessian_product, informed, ONS_LARGEST_MODULUS, 1, steps, tolerance,
                                &random, eigenvalue, NULL, residual);
}

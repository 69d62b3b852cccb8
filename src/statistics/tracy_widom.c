/*
 * The laws of Tracy and Widom by Fredholm determinants: the integral operator becomes a matrix at the nodes of a
 * quadrature, det(1 -+ sqrt(w_i) A(x_i, x_j) sqrt(w_j)) (Bornemann 2010, Math. Comp. 79, 871).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/statistics.h>

#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_airy.h>

#include <math.h>
#include <stdlib.h>

/* Ai(14) is 1e-16: beyond it the kernel is nothing. From -12 to there the nodes resolve each of the 13 half waves of
 * the Airy function by five. */
enum { NODES = 72 };
#define REACH 14.0
#define LEFTMOST (-12.0)

/* The determinant of 1 + sign A, and d ln(det)/ds = sign tr((1 + sign A)^-1 A'), A' the kernel Ai'(x + y + s): Gauss
 * elimination with pivots of the matrix beside sign A'. */
typedef struct determinant {
    double value, logarithmic_slope;
} determinant;

typedef struct system_of_equations {
    double matrix[NODES][NODES], right[NODES][NODES];
} system_of_equations;

static void swap_rows(system_of_equations *e, size_t a, size_t b) {
    for (size_t k = 0; k < NODES; k++) {
        const double m = e->matrix[a][k], r = e->right[a][k];
        e->matrix[a][k] = e->matrix[b][k];
        e->right[a][k] = e->right[b][k];
        e->matrix[b][k] = m;
        e->right[b][k] = r;
    }
}

static determinant eliminate(system_of_equations *e) {
    determinant result = {1, 0};
    for (size_t c = 0; c < NODES; c++) {
        size_t pivot = c;
        for (size_t r = c + 1; r < NODES; r++) {
            if (fabs(e->matrix[r][c]) > fabs(e->matrix[pivot][c])) { pivot = r; }
        }
        if (pivot != c) {
            swap_rows(e, c, pivot);
            result.value = -result.value;
        }
        result.value *= e->matrix[c][c];
        for (size_t r = c + 1; r < NODES; r++) {
            const double factor = e->matrix[r][c] / e->matrix[c][c];
            for (size_t k = c + 1; k < NODES; k++) { e->matrix[r][k] -= factor * e->matrix[c][k]; }
            for (size_t k = 0; k < NODES; k++) { e->right[r][k] -= factor * e->right[c][k]; }
        }
    }
    /* The trace of the solution, by substitution from below, column by column. */
    for (size_t k = 0; k < NODES; k++) {
        double x[NODES];
        for (size_t c = NODES; c-- > k;) {
            double sum = e->right[c][k];
            for (size_t j = c + 1; j < NODES; j++) { sum -= e->matrix[c][j] * x[j]; }
            x[c] = sum / e->matrix[c][c];
        }
        result.logarithmic_slope += x[k];
    }
    return result;
}

typedef struct kernel {
    double value[NODES][NODES], slope[NODES][NODES];
} kernel;

/* With the square roots of the weights on both sides. */
static void fill(kernel *k, const gsl_integration_glfixed_table *quadrature, double s, double length) {
    double node[NODES], weight[NODES];
    for (size_t i = 0; i < NODES; i++) {
        gsl_integration_glfixed_point(0, length, i, &node[i], &weight[i], quadrature);
    }
    for (size_t i = 0; i < NODES; i++) {
        for (size_t j = 0; j <= i; j++) {
            const double x = node[i] + node[j] + s, w = sqrt(weight[i] * weight[j]);
            const bool seen = x < 100; /* beyond it there is nothing but underflow */
            k->value[i][j] = k->value[j][i] = seen ? w * gsl_sf_airy_Ai(x, GSL_PREC_DOUBLE) : 0;
            k->slope[i][j] = k->slope[j][i] = seen ? w * gsl_sf_airy_Ai_deriv(x, GSL_PREC_DOUBLE) : 0;
        }
    }
}

static determinant determinant_of(const kernel *k, double sign, system_of_equations *room) {
    for (size_t i = 0; i < NODES; i++) {
        for (size_t j = 0; j < NODES; j++) {
            room->matrix[i][j] = (i == j) + sign * k->value[i][j];
            room->right[i][j] = sign * k->slope[i][j];
        }
    }
    return eliminate(room);
}

typedef struct rooms {
    kernel kernel;
    system_of_equations equations;
    gsl_integration_glfixed_table *quadrature;
} rooms;

static void rooms_free(rooms *room) {
    if (room && room->quadrature) { gsl_integration_glfixed_table_free(room->quadrature); }
    free(room);
}

static rooms *rooms_create(void) {
    rooms *room = ONS_NEW(rooms, 1);
    if (!room) { return NULL; }
    room->quadrature = gsl_integration_glfixed_table_alloc(NODES);
    if (room->quadrature) { return room; }
    ons_fail(ONS_MEMORY, "no memory for a quadrature with %d nodes", NODES);
    rooms_free(room);
    return NULL;
}

static void law(rooms *room, unsigned beta, double s, double *cumulative, double *density) {
    *cumulative = s < 0 ? 0 : 1;
    *density = 0;
    if (s < LEFTMOST || s > 2 * REACH) { return; } /* F < 1e-31 there, and 1 - F < 1e-30 */
    fill(&room->kernel, room->quadrature, s, s < REACH - 2 ? REACH - s : 2);
    determinant all = determinant_of(&room->kernel, -1, &room->equations);
    if (beta == 2) {
        const determinant other = determinant_of(&room->kernel, 1, &room->equations);
        all.value *= other.value;
        all.logarithmic_slope += other.logarithmic_slope;
    }
    *cumulative = all.value;
    *density = all.value * all.logarithmic_slope;
}

static ons_status check(unsigned beta) {
    return beta == 1 || beta == 2 ? ONS_OK
                                  : ons_fail(ONS_INVALID,
                                             "a law of Tracy and Widom with beta = %u: there are 1 (GOE) "
                                             "and 2 (GUE)",
                                             beta);
}

ons_status ons_tracy_widom(unsigned beta, double s, double *cumulative, double *density) {
    double function, derivative;
    const ons_status status = check(beta);
    if (status) { return status; }
    if (!isfinite(s)) { return ons_fail(ONS_INVALID, "a law of Tracy and Widom at %g", s); }
    rooms *room = rooms_create();
    if (!room) { return ONS_MEMORY; }
    law(room, beta, s, &function, &derivative);
    rooms_free(room);
    if (cumulative) { *cumulative = function; }
    if (density) { *density = derivative; }
    return ONS_OK;
}

/* The trapezoidal rule on a smooth density that falls to nothing on both sides converges exponentially. */
ons_status ons_tracy_widom_cumulants(unsigned beta, double cumulants[4]) {
    const ons_status status = check(beta);
    const double centre = beta == 1 ? -1.2 : -1.8, width = 0.1;
    if (status) { return status; }
    rooms *room = rooms_create();
    if (!room) { return ONS_MEMORY; }
    double moment[5] = {0};
    for (int i = -100; i <= 150; i++) {
        const double x = i * width;
        double function, density;
        law(room, beta, centre + x, &function, &density);
        for (int k = 0; k < 5; k++) { moment[k] += density * pow(x, k) * width; }
    }
    rooms_free(room);
    const double m = moment[1], square = moment[2] - m * m;
    const double third = moment[3] - 3 * m * moment[2] + 2 * m * m * m;
    const double fourth = moment[4] - 4 * m * moment[3] + 6 * m * m * moment[2] - 3 * m * m * m * m;
    cumulants[0] = centre + m;
    cumulants[1] = square;
    cumulants[2] = third / (square * sqrt(square));
    cumulants[3] = fourth / (square * square) - 3;
    return ONS_OK;
}

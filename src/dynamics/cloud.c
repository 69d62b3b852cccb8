/*
 * Points as columns, their squared distances in the bins of a histogram.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cloud.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

ons_status dynamics_all_finite(const double *numbers, size_t count, const char *what) {
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(numbers[i])) {
            return ons_fail(ONS_INVALID, "number %zu of %s is %g: finite numbers are expected", i, what, numbers[i]);
        }
    }
    return ONS_OK;
}

/* The power of two above the diagonal of the box that holds all points; 0: they are one point. */
static double box(const double *points, size_t count, size_t dimension, const double *periods, double *middle) {
    double diagonal = 0;
    for (size_t d = 0; d < dimension; d++) {
        double low = points[d], high = points[d];
        for (size_t i = 1; i < count; i++) {
            low = fmin(low, points[i * dimension + d]);
            high = fmax(high, points[i * dimension + d]);
        }
        middle[d] = low / 2 + high / 2;
        const bool back = periods && periods[d] > 0;
        diagonal = hypot(diagonal, back ? fmin(high - low, periods[d]) : high - low);
    }
    int power;
    frexp(diagonal, &power);
    return diagonal > 0 ? ldexp(1, power) : 0;
}

ons_status dynamics_cloud_open(dynamics_cloud *cloud, const double *points, size_t count, size_t dimension,
                               const double *periods, size_t stride, size_t least) {
    memset(cloud, 0, sizeof *cloud);
    if (dimension == 0 || count < least) {
        return ons_fail(ONS_INVALID, "at least %zu points of one variable are needed, not %zu of %zu", least, count,
                        dimension);
    }
    ons_status status = dynamics_all_finite(points, count * dimension, "the points");
    if (status != ONS_OK) { return status; }
    cloud->count = (count + stride - 1) / stride;
    cloud->dimension = dimension;
    cloud->column = ONS_NEW(double, cloud->count *dimension);
    cloud->period = periods ? ONS_NEW(double, dimension) : NULL;
    double *middle = ONS_NEW(double, dimension);
    status = cloud->column && middle && (cloud->period || !periods) ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) {
        cloud->scale = box(points, count, dimension, periods, middle);
        if (!(cloud->scale > 0) || !isfinite(cloud->scale)) {
            status = ons_fail(ONS_INVALID, "the points lie %s: they have no distances to compare",
                              cloud->scale > 0 ? "beyond all numbers" : "all at one place");
        }
    }
    for (size_t d = 0; status == ONS_OK && periods && d < dimension; d++) {
        cloud->period[d] = periods[d] > 0 ? periods[d] / cloud->scale : 0;
    }
    for (size_t i = 0; status == ONS_OK && i < cloud->count; i++) {
        for (size_t d = 0; d < dimension; d++) {
            cloud->column[d * cloud->count + i] = (points[i * stride * dimension + d] - middle[d]) / cloud->scale;
        }
    }
    free(middle);
    if (status != ONS_OK) { dynamics_cloud_close(cloud); }
    return status;
}

void dynamics_cloud_close(dynamics_cloud *cloud) {
    free(cloud->column);
    free(cloud->period);
    cloud->column = cloud->period = NULL;
}

/* Of a coordinate that comes back: the shorter way round. */
static void add_turned(const dynamics_cloud *cloud, size_t d, size_t i, size_t from, size_t to, double *squares) {
    const double *column = cloud->column + d * cloud->count, period = cloud->period[d];
    for (size_t j = from; j < to; j++) {
        const double apart = column[j] - column[i], way = apart - period * nearbyint(apart / period);
        squares[j - from] += way * way;
    }
}

void dynamics_cloud_squares(const dynamics_cloud *cloud, size_t i, size_t from, size_t to, double *restrict squares) {
    const double *restrict first = cloud->column;
    const double here = first[i];
    if (cloud->period && cloud->period[0] > 0) {
        memset(squares, 0, (to - from) * sizeof *squares);
        add_turned(cloud, 0, i, from, to, squares);
    } else {
        for (size_t j = from; j < to; j++) { squares[j - from] = (first[j] - here) * (first[j] - here); }
    }
    for (size_t d = 1; d < cloud->dimension; d++) {
        const double *restrict column = cloud->column + d * cloud->count;
        const double own = column[i];
        if (cloud->period && cloud->period[d] > 0) {
            add_turned(cloud, d, i, from, to, squares);
            continue;
        }
        for (size_t j = from; j < to; j++) { squares[j - from] += (column[j] - own) * (column[j] - own); }
    }
}

/* The exponent and the first six digits of the mantissa are the bin. */
static const uint64_t bits_of_one = UINT64_C(1023) << 6;

size_t dynamics_cloud_bin(double square) {
    uint64_t bits;
    memcpy(&bits, &square, sizeof bits);
    bits >>= 46;
    const uint64_t first = bits_of_one - (CLOUD_BINS - 1);
    const uint64_t bin = bits > first ? bits - first : 0;
    return bin < CLOUD_BINS ? bin : CLOUD_BINS - 1;
}

double dynamics_cloud_edge(size_t bin) {
    if (bin == 0) { return 0; }
    const uint64_t bits = (bits_of_one - (CLOUD_BINS - 1) + bin) << 46;
    double edge;
    memcpy(&edge, &bits, sizeof edge);
    return edge;
}

double dynamics_jackknife(const double *without, size_t count) {
    double mean = 0, square = 0;
    for (size_t b = 0; b < count; b++) { mean += without[b] / (double)count; }
    for (size_t b = 0; b < count; b++) { square += (without[b] - mean) * (without[b] - mean); }
    return sqrt(square * (double)(count - 1) / (double)count);
}

double dynamics_slope(const double *x, const double *y, size_t count) {
    double mean_x = 0, mean_y = 0, above = 0, below = 0;
    for (size_t k = 0; k < count; k++) {
        mean_x += x[k] / (double)count;
        mean_y += y[k] / (double)count;
    }
    for (size_t k = 0; k < count; k++) {
        above += (x[k] - mean_x) * (y[k] - mean_y);
        below += (x[k] - mean_x) * (x[k] - mean_x);
    }
    return above / below;
}

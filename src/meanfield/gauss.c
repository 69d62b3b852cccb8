/*
 * Averages over one Gaussian field: panels of Legendre nodes that resolve both the width of the distribution and the
 * unit width of tanh and its relatives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/meanfield/gauss.h>

#include <assert.h>

enum { NODES = 20 };
#define REACH 8.6   /* standard deviations on both sides: what lies beyond is below 1e-17 */
#define LONGEST 3.0 /* panel, in standard deviations */
#define TWO_PI 6.283185307179586

/* Nodes and weights of Gauss and Legendre's rule with 20 points, the positive half. */
static const double legendre[NODES / 2][2] = {
    {0.9931285991850948847, 0.0176140071391521179}, {0.9639719272779138093, 0.0406014298003869387},
    {0.9122344282513259461, 0.0626720483341090678}, {0.8391169718222187823, 0.0832767415767047547},
    {0.7463319064601507957, 0.1019301198172404416}, {0.6360536807265150250, 0.1181945319615184120},
    {0.5108670019508271265, 0.1316886384491766371}, {0.3737060887154195488, 0.1420961093183820412},
    {0.2277858511416450682, 0.1491729864726037413}, {0.0765265211334973383, 0.1527533871307258373}};

/* The longest panel that begins at a distance from h = 0: tanh and ln 2cosh are what they are at infinity within 1e-16
 * from 20 on, where only the Gaussian is left. */
static double longest_panel(double distance) {
    return distance < 3 ? 3 : distance < 8 ? 5 : distance < 20 ? 12 : INFINITY;
}

/* One side of h = 0, on an axis of distances from it where the density has the mean `mean`: from mean + low to mean +
 * high. Places are counted from the mean, so that a narrow density far away keeps its digits. */
static size_t fill_side(double sign, double mean, double deviation, double low, double high, ons_gauss_node *node,
                        size_t room) {
    size_t count = 0;
    const double norm = 1 / (deviation * sqrt(TWO_PI));
    while (low < high && count + NODES <= room) {
        double end = low + fmin(LONGEST * deviation, longest_panel(mean + low));
        if (end + 0.1 * deviation >= high) { end = high; }
        const double middle = 0.5 * (low + end), half = 0.5 * (end - low);
        for (size_t k = 0; k < NODES; k++) {
            const double *rule = legendre[k / 2];
            const double away = middle + (k % 2 ? half : -half) * rule[0], x = away / deviation;
            node[count++] =
                (ons_gauss_node){.h = sign * (mean + away), .factor = norm * half * rule[1], .exponent = -0.5 * x * x};
        }
        low = end;
    }
    return count;
}

size_t ons_gauss_rule(double mean, double deviation, double tilt, ons_gauss_node nodes[ONS_GAUSS_NODES]) {
    assert(deviation >= 0 && tilt >= 0);
    if (deviation <= 1e-12 || deviation <= 1e-15 * fabs(mean)) { /* the variance is felt at 1e-24 */
        nodes[0] = (ons_gauss_node){.h = mean, .factor = 1, .exponent = 0};
        return 1;
    }
    size_t count = 0;
    for (int side = 0; side < 2; side++) {
        const double sign = side ? -1 : 1, centre = tilt * deviation * deviation;
        const double low = fmax(-sign * mean, centre - REACH * deviation), high = centre + REACH * deviation;
        count += fill_side(sign, sign * mean, deviation, low, high, nodes + count, ONS_GAUSS_NODES / 2);
    }
    return count;
}

ons_dual ons_gauss_average(ons_dual a, ons_dual v, ons_gauss_function *f, const void *data) {
    ons_gauss_node nodes[ONS_GAUSS_NODES];
    const size_t count = ons_gauss_rule(a.value, sqrt(v.value), 0, nodes);
    double sum[3] = {0, 0, 0};
    for (size_t k = 0; k < count; k++) {
        double value[3];
        const double weight = nodes[k].factor * exp(nodes[k].exponent);
        f(data, nodes[k].h, value);
        for (size_t i = 0; i < 3; i++) { sum[i] += weight * value[i]; }
    }
    return ons_dual_compose(sum[0], 2, (double[]){sum[1], 0.5 * sum[2]}, (ons_dual[]){a, v});
}

ons_gauss_spin ons_gauss_spins(ons_dual a, ons_dual v) {
    ons_gauss_node nodes[ONS_GAUSS_NODES];
    const size_t count = ons_gauss_rule(a.value, sqrt(v.value), 0, nodes);
    double t1 = 0, s = 0, ts = 0, ss = 0, logarithm = 0; /* s = sech^2 */
    for (size_t k = 0; k < count; k++) {
        const double weight = nodes[k].factor * exp(nodes[k].exponent), size = fabs(nodes[k].h);
        const double e = exp(-2 * size), inverse = 1 / (1 + e);
        const double t = copysign((1 - e) * inverse, nodes[k].h), sech = 4 * e * inverse * inverse;
        t1 += weight * t;
        s += weight * sech;
        ts += weight * t * sech;
        ss += weight * sech * sech;
        logarithm += weight * (size + log1p(e));
    }
    const ons_dual argument[] = {a, v};
    /* tanh' = s, tanh'' = -2 t s; (tanh^2)' = 2 t s, (tanh^2)'' = 2 s - 6 t^2 s = 6 s^2 - 4 s */
    return (ons_gauss_spin){.magnetization = ons_dual_compose(t1, 2, (double[]){s, -ts}, argument),
                            .overlap = ons_dual_compose(1 - s, 2, (double[]){2 * ts, 3 * ss - 2 * s}, argument),
                            .pressure = ons_dual_compose(logarithm, 2, (double[]){t1, 0.5 * s}, argument),
                            .rigidity = ss};
}

ons_gauss_ground ons_gauss_grounds(ons_dual a, ons_dual v) {
    assert(v.value > 0);
    const double x = a.value, w = v.value;
    const double density = exp(-0.5 * x * x / w) / sqrt(TWO_PI * w), sign = erf(x / sqrt(2 * w));
    const ons_dual argument[] = {a, v};
    return (ons_gauss_ground){
        .magnetization = ons_dual_compose(sign, 2, (double[]){2 * density, -x * density / w}, argument),
        .energy = ons_dual_compose(x * sign + 2 * w * density, 2, (double[]){sign, density}, argument),
        .density =
            ons_dual_compose(density, 2, (double[]){-x * density / w, 0.5 * density * (x * x / w - 1) / w}, argument)};
}

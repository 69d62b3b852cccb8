/*
 * Averages over two nested Gaussian fields with the weights cosh^theta of one step of replica symmetry breaking
 * (G. Parisi, J. Phys. A 13, L115 (1980)), with all first derivatives.
 *
 * Inner averages <f> of f = t, t^2, L (t = tanh h, L = ln 2cosh h) are ratios N_f / G with N_f = E_y f e^(theta L). As
 * functions of u and w both obey the heat equation, so that slopes in w are half the second ones in u, and all follow
 * from the moments of t, L and their products.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/meanfield/gauss.h>

#include <assert.h>

#define TWO_PI 6.283185307179586

/* A function of (u, w, theta) with what the average over u needs. */
typedef struct cell_value {
    double value, u, uu, w, theta;
} cell_value;

enum { MAGNETIZATION, OUTER, INNER, RESPONSE, PRESSURE, BREAKING, CELLS };

typedef struct cell {
    cell_value of[CELLS];
    double rigidity;
} cell;

/* <f> from n[] = N_f, N_f', N_f'' over G, the same of the weight m[] = G'/G, G''/G, and its slope in theta. */
static cell_value ratio(const double n[3], const double m[2], double theta) {
    return (cell_value){.value = n[0],
                        .u = n[1] - n[0] * m[0],
                        .uu = n[2] - 2 * m[0] * n[1] - n[0] * m[1] + 2 * n[0] * m[0] * m[0],
                        .w = 0.5 * (n[2] - n[0] * m[1]),
                        .theta = theta};
}

static cell_value square(cell_value x) {
    return (cell_value){.value = x.value * x.value,
                        .u = 2 * x.value * x.u,
                        .uu = 2 * (x.u * x.u + x.value * x.uu),
                        .w = 2 * x.value * x.w,
                        .theta = 2 * x.value * x.theta};
}

/* From <t> and <L>: Phi and dPhi/dtheta = (<L> - Phi)/theta. `excess` is <L> - Phi, `variance` that of L. */
static void complete(cell *c, double theta, double m2, cell_value mean, double excess, double variance) {
    const cell_value t = c->of[MAGNETIZATION];
    const double breaking = excess / theta;
    c->of[OUTER] = square(t);
    c->of[PRESSURE] =
        (cell_value){.value = mean.value - excess, .u = t.value, .uu = t.u, .w = 0.5 * m2 / theta, .theta = breaking};
    c->of[BREAKING] = (cell_value){.value = breaking,
                                   .u = (mean.u - t.value) / theta,
                                   .uu = (mean.uu - t.u) / theta,
                                   .w = (mean.w - c->of[PRESSURE].w) / theta,
                                   .theta = (variance - 2 * breaking) / theta};
}

typedef struct moments {
    double logarithm, reference; /* ln G = theta reference + logarithm */
    double t[5], l, ll, lt, ltt; /* L counted from the reference */
} moments;

static moments sum_moments(double u, double w, double theta) {
    ons_gauss_node nodes[ONS_GAUSS_NODES];
    double l[ONS_GAUSS_NODES], t[ONS_GAUSS_NODES];
    const size_t count = ons_gauss_rule(u, sqrt(w), theta, nodes);
    double highest = -INFINITY, sum = 0;
    moments m = {.reference = 0};
    for (size_t k = 0; k < count; k++) {
        const double size = fabs(nodes[k].h), e = exp(-2 * size);
        l[k] = size + log1p(e);
        t[k] = copysign((1 - e) / (1 + e), nodes[k].h);
        const double exponent = nodes[k].exponent + theta * l[k];
        if (exponent > highest) {
            highest = exponent;
            m.reference = l[k];
        }
    }
    for (size_t k = 0; k < count; k++) {
        const double weight = nodes[k].factor * exp(nodes[k].exponent + theta * l[k] - highest);
        const double wt = weight * t[k], wtt = wt * t[k], away = l[k] - m.reference;
        sum += weight;
        m.t[1] += wt;
        m.t[2] += wtt;
        m.t[3] += wtt * t[k];
        m.t[4] += wtt * t[k] * t[k];
        m.l += weight * away;
        m.ll += weight * away * away;
        m.lt += wt * away;
        m.ltt += wtt * away;
    }
    for (size_t k = 1; k < 5; k++) { m.t[k] /= sum; }
    m.l /= sum;
    m.ll /= sum;
    m.lt /= sum;
    m.ltt /= sum;
    m.logarithm = log(sum) + highest - theta * m.reference;
    return m;
}

static cell warm_cell(double u, double w, double theta) {
    const moments a = sum_moments(u, w, theta);
    const double *t = a.t, ts = t[1] - t[3], tts = t[2] - t[4], s = 1 - t[2];
    const double m[2] = {theta * t[1], theta * s + theta * theta * t[2]};
    cell c = {.rigidity = 1 - 2 * t[2] + t[4]};
    c.of[MAGNETIZATION] =
        ratio((double[]){t[1], s + theta * t[2], (3 * theta - 2) * ts + theta * theta * t[3]}, m, a.lt - t[1] * a.l);
    c.of[INNER] = ratio((double[]){t[2], 2 * ts + theta * t[3], 2 * s + (5 * theta - 6) * tts + theta * theta * t[4]},
                        m, a.ltt - t[2] * a.l);
    const cell_value q = c.of[INNER];
    c.of[RESPONSE] = (cell_value){.value = s, .u = -q.u, .uu = -q.uu, .w = -q.w, .theta = -q.theta};
    const double variance = a.ll - a.l * a.l;
    cell_value mean = ratio(
        (double[]){a.l, t[1] + theta * a.lt, s + 2 * theta * t[2] + theta * (a.l - a.ltt) + theta * theta * a.ltt}, m,
        variance);
    mean.value += a.reference;
    complete(&c, theta, m[1], mean, a.l - a.logarithm / theta, variance);
    return c;
}

/* ln of the normal distribution function; -inf far below. */
static double log_normal(double x) {
    return x > 5 ? log1p(-0.5 * erfc(x * M_SQRT1_2)) : log(0.5 * erfc(-x * M_SQRT1_2));
}

/* t = sign h, L = |h|: G = A+ + A-, A+- = exp(theta^2 w/2 +- theta u) times the normal distribution function of
 * (theta w +- u)/sqrt(w); d is the density of h at 0. */
static cell ground_cell(double u, double w, double theta) {
    const double root = sqrt(w), high = theta * u + log_normal((theta * w + u) / root);
    const double low = -theta * u + log_normal((theta * w - u) / root), top = fmax(high, low);
    const double sum = exp(high - top) + exp(low - top), logarithm = 0.5 * theta * theta * w + top + log(sum);
    const double t = (exp(high - top) - exp(low - top)) / sum;
    const double d = exp(-0.5 * u * u / w - logarithm) / sqrt(TWO_PI * w);
    const double m[2] = {theta * t, theta * theta + 2 * theta * d};
    const double mean = theta * w + u * t + 2 * w * d, field = theta * w * t + u; /* <|h|>, <h> */
    const double variance = w + theta * w * mean + u * field - mean * mean;
    cell c = {.rigidity = INFINITY};
    c.of[MAGNETIZATION] = ratio((double[]){t, theta + 2 * d, theta * theta * t - 2 * u / w * d}, m, field - t * mean);
    c.of[INNER] = (cell_value){.value = 1};
    c.of[RESPONSE] = ratio((double[]){2 * d, -2 * u / w * d, 2 * (u * u / w - 1) / w * d}, m, -2 * d * mean);
    const cell_value energy =
        ratio((double[]){mean, t + theta * field, 2 * theta + theta * theta * mean + 2 * d}, m, variance);
    complete(&c, theta, m[1], energy, mean - logarithm / theta, variance);
    return c;
}

/* All averages over the outer field; the slopes of each with respect to a, v, w, theta. */
static void sum_cells(double a, double v, double w, double theta, bool ground, double value[CELLS],
                      double slope[CELLS][4], double *rigidity) {
    ons_gauss_node nodes[ONS_GAUSS_NODES];
    /* <t> changes within sqrt(w) or 1/theta, whichever is less, but not faster than tanh. */
    const double narrow = 0.5 * fmin(sqrt(w), 1 / theta), unit = ground ? narrow : fmax(1, narrow);
    const size_t count = ons_gauss_rule(a / unit, sqrt(v) / unit, 0, nodes);
    *rigidity = 0;
    for (size_t k = 0; k < count; k++) {
        const double weight = nodes[k].factor * exp(nodes[k].exponent), u = unit * nodes[k].h;
        const cell c = ground ? ground_cell(u, w, theta) : warm_cell(u, w, theta);
        for (size_t i = 0; i < CELLS; i++) {
            value[i] += weight * c.of[i].value;
            slope[i][0] += weight * c.of[i].u;
            slope[i][1] += 0.5 * weight * c.of[i].uu;
            slope[i][2] += weight * c.of[i].w;
            slope[i][3] += weight * c.of[i].theta;
        }
        *rigidity += weight * c.rigidity;
    }
}

ons_gauss_broken ons_gauss_breaks(ons_dual a, ons_dual v, ons_dual w, ons_dual theta, bool ground) {
    assert(v.value >= 0 && w.value >= 0 && theta.value > 0 && (w.value > 0 || !ground));
    const ons_dual argument[] = {a, v, w, theta};
    double value[CELLS] = {0}, slope[CELLS][4] = {{0}}, rigidity;
    ons_dual result[CELLS];
    sum_cells(a.value, v.value, w.value, theta.value, ground, value, slope, &rigidity);
    for (size_t i = 0; i < CELLS; i++) { result[i] = ons_dual_compose(value[i], 4, slope[i], argument); }
    return (ons_gauss_broken){.magnetization = result[MAGNETIZATION],
                              .outer = result[OUTER],
                              .inner = result[INNER],
                              .response = result[RESPONSE],
                              .pressure = result[PRESSURE],
                              .breaking = result[BREAKING],
                              .rigidity = rigidity};
}

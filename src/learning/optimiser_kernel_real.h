/*
 * The arithmetic of a step downhill for numbers of type REAL, names made by R().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

static inline REAL R(bounded)(REAL x, REAL limit) { return x > limit ? limit : x < -limit ? -limit : x; }

static inline __attribute__((always_inline)) void R(descend_with)(const optimiser_update *u, const uint8_t *mask,
                                                                  REAL *m) {
    REAL *restrict w = u->w, *restrict moment = m;
    const REAL *restrict g = u->g;
    const REAL scale = (REAL)u->scale, limit = (REAL)u->limit, penalty = (REAL)u->penalty, shrink = (REAL)u->shrink;
    const REAL rate = (REAL)u->rate, keep = (REAL)u->keep, add = (REAL)u->add;
    const REAL ahead = (REAL)u->look_ahead, back = (REAL)u->look_back;
    for (size_t i = 0; i < u->count; i++) {
        const REAL slope = R(bounded)(g[i] * scale, limit) + penalty * w[i];
        REAL step = slope;
        if (m) {
            const REAL next = keep * moment[i] + add * slope;
            step = ahead * slope + back * next;
            moment[i] = mask && !mask[i] ? moment[i] : next;
        }
        const REAL moved = shrink * w[i] - rate * step;
        w[i] = mask && !mask[i] ? w[i] : moved;
    }
}

static void R(descend)(const optimiser_update *u) {
    if (u->mask) {
        R(descend_with)(u, u->mask, u->m);
    } else if (u->m) {
        R(descend_with)(u, NULL, u->m);
    } else {
        R(descend_with)(u, NULL, NULL);
    }
}

static inline __attribute__((always_inline)) void R(adam_with)(const optimiser_update *u, const uint8_t *mask,
                                                               REAL *largest) {
    REAL *restrict w = u->w, *restrict m = u->m, *restrict v = u->v, *restrict top = largest;
    const REAL *restrict g = u->g;
    const REAL scale = (REAL)u->scale, limit = (REAL)u->limit, penalty = (REAL)u->penalty, shrink = (REAL)u->shrink;
    const REAL rate = (REAL)u->rate, keep = (REAL)u->keep, add = (REAL)u->add, beta2 = (REAL)u->beta2;
    const REAL rest = (REAL)(1 - u->beta2), unroot = (REAL)(1 / u->root), epsilon = (REAL)u->epsilon;
    for (size_t i = 0; i < u->count; i++) {
        const REAL slope = R(bounded)(g[i] * scale, limit) + penalty * w[i];
        const REAL first = keep * m[i] + add * slope, second = beta2 * v[i] + rest * (slope * slope);
        REAL under = second;
        if (largest) {
            under = top[i] > second ? top[i] : second;
            top[i] = mask && !mask[i] ? top[i] : under;
        }
        const REAL moved = shrink * w[i] - rate * (first / (SQUARE_ROOT(under) * unroot + epsilon));
        m[i] = mask && !mask[i] ? m[i] : first;
        v[i] = mask && !mask[i] ? v[i] : second;
        w[i] = mask && !mask[i] ? w[i] : moved;
    }
}

static void R(adam)(const optimiser_update *u) {
    if (u->mask) {
        R(adam_with)(u, u->mask, u->largest);
    } else if (u->largest) {
        R(adam_with)(u, NULL, u->largest);
    } else {
        R(adam_with)(u, NULL, NULL);
    }
}

static void R(average)(size_t count, double keep, const void *parameters, void *mean) {
    const REAL *restrict w = parameters;
    REAL *restrict a = mean;
    const REAL k = (REAL)keep, rest = (REAL)(1 - keep);
    for (size_t i = 0; i < count; i++) { a[i] = k * a[i] + rest * w[i]; }
}

static void R(move)(size_t count, double step, const void *gradient, const uint8_t *mask, void *parameters) {
    const REAL *restrict g = gradient;
    REAL *restrict w = parameters;
    const REAL s = (REAL)step;
    for (size_t i = 0; i < count; i++) { w[i] = mask && !mask[i] ? w[i] : w[i] + s * g[i]; }
}

/* Sums in double: the same strands for both types. */
static double R(squares)(size_t count, const void *gradient, const uint8_t *mask) {
    const REAL *restrict g = gradient;
    double strand[8] = {0};
    size_t i = 0;
    if (!mask) {
        for (; i + 8 <= count; i += 8) {
            for (size_t k = 0; k < 8; k++) { strand[k] += (double)g[i + k] * (double)g[i + k]; }
        }
    }
    for (; i < count; i++) {
        if (!mask || mask[i]) { strand[i % 8] += (double)g[i] * (double)g[i]; }
    }
    return ((strand[0] + strand[4]) + (strand[2] + strand[6])) + ((strand[1] + strand[5]) + (strand[3] + strand[7]));
}

/*
 * The arithmetic of networks of rates for one type of numbers, REAL with names by R(): included by rate_kernel.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define LANES (VECTOR / sizeof(REAL))
#define PARTS (RATE_PANEL / LANES) /* vectors in a column of a panel */

/* One copy: four partial sums over columns, so that a sum does not wait for the one before. */
static void R(multiply_one)(size_t panels, size_t columns, const REAL *J, const REAL *phi, REAL *out) {
    for (size_t p = 0; p < panels; p++, J += columns * RATE_PANEL) {
        R(vector) sum[4][PARTS] = {0};
        const R(vector) *at = (const R(vector) *)J;
        size_t k = 0;
        for (; k + 4 <= columns; k += 4, at += 4 * PARTS) {
#pragma GCC unroll 4
            for (size_t phase = 0; phase < 4; phase++) {
#pragma GCC unroll 8
                for (size_t i = 0; i < PARTS; i++) { sum[phase][i] += at[phase * PARTS + i] * phi[k + phase]; }
            }
        }
        for (; k < columns; k++, at += PARTS) {
            for (size_t i = 0; i < PARTS; i++) { sum[0][i] += at[i] * phi[k]; }
        }
        for (size_t i = 0; i < PARTS; i++) {
            ((R(vector) *)(out + p * RATE_PANEL))[i] = (sum[0][i] + sum[1][i]) + (sum[2][i] + sum[3][i]);
        }
    }
}

/* Many copies: a vector of them for ROWS rows at a time. */
static void R(multiply_many)(size_t panels, size_t columns, size_t copies, const REAL *J, const REAL *phi, REAL *out) {
    for (size_t p = 0; p < panels; p++, J += columns * RATE_PANEL) {
        for (size_t lane = 0; lane < copies; lane += LANES) {
            for (size_t row = 0; row < RATE_PANEL; row += ROWS) {
                R(vector) sum[ROWS] = {0};
                const REAL *factor = J + row;
                for (size_t k = 0; k < columns; k++, factor += RATE_PANEL) {
                    const R(vector) value = *(const R(vector) *)(phi + k * copies + lane);
#pragma GCC unroll 16
                    for (size_t r = 0; r < ROWS; r++) { sum[r] += factor[r] * value; }
                }
                for (size_t r = 0; r < ROWS; r++) {
                    *(R(vector) *)(out + (p * RATE_PANEL + row + r) * copies + lane) = sum[r];
                }
            }
        }
    }
}

static void R(multiply)(size_t panels, size_t columns, size_t copies, const void *J, const void *phi, void *out) {
    if (copies == 1) {
        R(multiply_one)(panels, columns, J, phi, out);
    } else {
        R(multiply_many)(panels, columns, copies, J, phi, out);
    }
}

static void R(multiply_rows)(size_t units, size_t copies, const uint64_t *start, const uint32_t *column,
                             const void *values, const void *from, void *to) {
    const REAL *value = values, *phi = from;
    REAL *out = to;
    for (size_t i = 0; i < units; i++) {
        if (copies == 1) {
            REAL sum = 0;
            for (uint64_t k = start[i]; k < start[i + 1]; k++) { sum += value[k] * phi[column[k]]; }
            out[i] = sum;
            continue;
        }
        for (size_t lane = 0; lane < copies; lane += LANES) {
            R(vector) sum = {0};
            for (uint64_t k = start[i]; k < start[i + 1]; k++) {
                sum += value[k] * *(const R(vector) *)(phi + column[k] * copies + lane);
            }
            *(R(vector) *)(out + i * copies + lane) = sum;
        }
    }
}

/* `count` is a whole number of vectors. */
static void R(activate)(ons_rate_activation kind, size_t count, const void *from, void *to) {
    const R(vector) *x = from;
    R(vector) *phi = to;
    for (size_t i = 0; i < count / LANES; i++) {
        phi[i] = kind == ONS_RATE_TANH  ? R(tanh_vec)(x[i])
                 : kind == ONS_RATE_ERF ? R(erf_vec)(x[i] * (REAL)0.88622692545275801365)
                                        : x[i];
    }
}

static void R(stage)(size_t count, const void *at, const void *input, const void *base, double h, void *next,
                     double weight, void *sum) {
    const R(vector) *x = at, *eta = input, *from = base;
    R(vector) *to = next, *total = sum;
    const REAL step = (REAL)h, share = (REAL)weight;
    for (size_t i = 0; i < count / LANES; i++) {
        const R(vector) slope = eta[i] - x[i];
        to[i] = from[i] + step * slope;
        if (total) { total[i] += share * slope; }
    }
}

static double R(product)(size_t count, const void *first, const void *second) {
    const REAL *a = first, *b = second;
    double sum[RATE_PANEL] = {0}, total = 0;
    for (size_t i = 0; i < count; i += RATE_PANEL) {
        for (size_t k = 0; k < RATE_PANEL; k++) { sum[k] += (double)a[i + k] * (double)b[i + k]; }
    }
    for (size_t k = 0; k < RATE_PANEL; k++) { total += sum[k]; }
    return total;
}

#undef LANES
#undef PARTS

/*
 * Leslie matrices: projection, growth, pairs of populations and their fate.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics/leslie.h>
#include <onsager/dynamics/matrix.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- one matrix -----------------------------------------------------------------------------------------------------
 */

static ons_status check_rates(size_t classes, const double *fecundity, const double *survival, double staying) {
    if (classes == 0 || classes > ONS_LESLIE_CLASSES) {
        return ons_fail(ONS_INVALID, "a population has 1 to %d age classes, not %zu", ONS_LESLIE_CLASSES, classes);
    }
    for (size_t k = 0; k < classes; k++) {
        if (!(fecundity[k] >= 0) || !isfinite(fecundity[k])) {
            return ons_fail(ONS_INVALID, "fecundity %zu is %g: it must be finite and not negative", k + 1,
                            fecundity[k]);
        }
        const double survives = k + 1 < classes ? survival[k] : staying;
        if (!(survives >= 0 && survives <= 1)) {
            return ons_fail(ONS_INVALID, "survival of class %zu is %g: it must lie between 0 and 1", k + 1, survives);
        }
    }
    return ONS_OK;
}

ons_status ons_leslie_matrix(size_t classes, const double *fecundity, const double *survival, double staying,
                             double *matrix) {
    const ons_status status = check_rates(classes, fecundity, survival, staying);
    if (status != ONS_OK) { return status; }
    memset(matrix, 0, classes * classes * sizeof *matrix);
    memcpy(matrix, fecundity, classes * sizeof *matrix);
    for (size_t k = 0; k + 1 < classes; k++) { matrix[(k + 1) * classes + k] = survival[k]; }
    matrix[classes * classes - 1] += staying;
    return ONS_OK;
}

/* sum_k f_k s_1 .. s_(k-1) root^-k, falling in root > staying. */
static double euler_lotka(size_t classes, const double *fecundity, const double *survival, double staying,
                          double root) {
    double sum = 0, reach = 1;
    for (size_t k = 0; k < classes; k++) {
        reach *= (k ? survival[k - 1] : 1) / (k + 1 < classes ? root : root - staying);
        sum += reach * fecundity[k];
    }
    return sum;
}

ons_status ons_leslie_root(size_t classes, const double *fecundity, const double *survival, double staying,
                           double *root) {
    const ons_status status = check_rates(classes, fecundity, survival, staying);
    *root = 0;
    if (status != ONS_OK) { return status; }
    double low = staying, high = staying, reach = 1;
    bool fertile = false;
    for (size_t k = 0; k < classes; k++) {
        high += fecundity[k] + (k + 1 < classes ? survival[k] : 0);
        reach *= k ? survival[k - 1] : 1;
        fertile = fertile || reach * fecundity[k] > 0;
    }
    if (!fertile) {
        *root = staying;
        return ONS_OK;
    }
    high += 1; /* above every sum of a column */
    for (unsigned k = 0; k < 2000; k++) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) { break; }
        if (euler_lotka(classes, fecundity, survival, staying, middle) > 1) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *root = high;
    return ONS_OK;
}

/* ---- powers ---------------------------------------------------------------------------------------------------------
 */

/* Makes the largest number 1 and gives the logarithm of what it was; 0 for nothing but zeros. */
static double scale(size_t count, double *numbers) {
    double largest = 0;
    for (size_t i = 0; i < count; i++) { largest = fmax(largest, fabs(numbers[i])); }
    if (!(largest > 0)) { return 0; }
    for (size_t i = 0; i < count; i++) { numbers[i] /= largest; }
    return log(largest);
}

static void apply(size_t size, const double *matrix, size_t columns, const double *from, double *to) {
    for (size_t i = 0; i < size; i++) {
        for (size_t c = 0; c < columns; c++) {
            double sum = 0;
            for (size_t k = 0; k < size; k++) { sum += matrix[i * size + k] * from[k * columns + c]; }
            to[i * columns + c] = sum;
        }
    }
}

ons_status ons_leslie_power(size_t size, const double *matrix, uint64_t steps, const double *z, double *result,
                            double *logarithm) {
    if (size == 0 || size > 2 * ONS_LESLIE_CLASSES) {
        return ons_fail(ONS_INVALID, "a projection has 1 to %d classes, not %zu", 2 * ONS_LESLIE_CLASSES, size);
    }
    const size_t square = size * size;
    double *power = ONS_NEW(double, 2 * square + size);
    if (!power) { return ONS_MEMORY; }
    double *next = power + square, *moved = next + square, power_log;
    memcpy(power, matrix, square * sizeof *matrix);
    memcpy(result, z, size * sizeof *z);
    power_log = scale(square, power);
    *logarithm = scale(size, result);
    for (; steps; steps >>= 1) {
        if (steps & 1) {
            apply(size, power, 1, result, moved);
            memcpy(result, moved, size * sizeof *moved);
            *logarithm += power_log + scale(size, result);
        }
        if (steps == 1) { break; }
        apply(size, power, size, power, next);
        memcpy(power, next, square * sizeof *next);
        power_log = 2 * power_log + scale(square, power);
    }
    free(power);
    return ONS_OK;
}

/* ---- pairs ----------------------------------------------------------------------------------------------------------
 */

size_t ons_leslie_size(const ons_leslie *model) {
    return model->relation == ONS_LESLIE_ALONE ? model->classes : 2 * model->classes;
}

static void place(double *matrix, size_t size, size_t row, size_t column, const double *block, size_t m, double sign) {
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < m; j++) { matrix[(row + i) * size + column + j] = sign * block[i * m + j]; }
    }
}

void ons_leslie_whole(const ons_leslie *model, double *matrix) {
    const size_t m = model->classes, size = ons_leslie_size(model);
    const bool turns = model->relation == ONS_LESLIE_COMPLEX;
    place(matrix, size, 0, 0, model->first, m, 1);
    if (size == m) { return; }
    place(matrix, size, 0, m, model->on_first, m, -1);
    place(matrix, size, m, 0, turns ? model->on_first : model->on_second, m,
          model->relation == ONS_LESLIE_COMPETITION ? -1 : 1);
    place(matrix, size, m, m, turns ? model->first : model->second, m, 1);
}

static double total(const double *z, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) { sum += z[i]; }
    return sum;
}

static void step_saturating(const ons_leslie *model, const double *z, double *next) {
    const size_t m = model->classes;
    const bool alone = model->relation == ONS_LESLIE_ALONE, eats = model->relation == ONS_LESLIE_PREDATION;
    const double *c = model->crowding, x = total(z, m), y = alone ? 0 : total(z + m, m);
    const double first = 1 / (1 + c[0] * x + c[1] * y);
    apply(m, model->first, 1, z, next);
    for (size_t i = 0; i < m; i++) { next[i] *= first; }
    if (alone) { return; }
    const double second = eats ? (1 + c[2] * x) / (1 + c[3] * y) : 1 / (1 + c[2] * x + c[3] * y);
    apply(m, model->second, 1, z + m, next + m);
    for (size_t i = 0; i < m; i++) { next[m + i] *= second; }
}

static void step_linear(const ons_leslie *model, const double *z, double *next) {
    const size_t m = model->classes;
    apply(m, model->first, 1, z, next);
    if (model->relation == ONS_LESLIE_ALONE) { return; }
    const bool turns = model->relation == ONS_LESLIE_COMPLEX;
    const double *c = turns ? model->on_first : model->on_second;
    const double sign = model->relation == ONS_LESLIE_COMPETITION ? -1 : 1;
    apply(m, turns ? model->first : model->second, 1, z + m, next + m);
    for (size_t i = 0; i < m; i++) {
        for (size_t k = 0; k < m; k++) {
            next[i] -= model->on_first[i * m + k] * z[m + k];
            next[m + i] += sign * c[i * m + k] * z[k];
        }
    }
}

void ons_leslie_step(const ons_leslie *model, double *z, unsigned *extinct, double *scratch) {
    const size_t m = model->classes, size = ons_leslie_size(model);
    if (model->form == ONS_LESLIE_SATURATING) {
        step_saturating(model, z, scratch);
    } else {
        step_linear(model, z, scratch);
    }
    const unsigned populations = model->relation == ONS_LESLIE_COMPLEX ? 0
                                 : model->relation == ONS_LESLIE_ALONE ? 1
                                                                       : 2;
    for (unsigned s = 0; s < populations; s++) {
        if (!(*extinct >> s & 1) && total(scratch + s * m, m) > 0) { continue; }
        *extinct |= 1U << s;
        memset(scratch + s * m, 0, m * sizeof *scratch);
    }
    memcpy(z, scratch, size * sizeof *z);
}

/* ---- fate -----------------------------------------------------------------------------------------------------------
 */

/* w z / (|w| |z|), w with a positive first part. */
static double threshold_of(const ons_leslie *model, const ons_eigenpair *pair, const double *z) {
    const size_t m = model->classes, size = ons_leslie_size(model);
    double product = 0, w2 = 0, z2 = 0, sign = 0;
    for (size_t i = 0; i < size; i++) {
        const double w = pair->left[2 * i];
        sign += i < m ? w : -w;
        product += w * z[i];
        w2 += w * w;
        z2 += z[i] * z[i];
    }
    const double scaled = product / sqrt(w2 * z2);
    return sign < 0 ? -scaled : scaled;
}

static void iterate(const ons_leslie *model, double *z, uint64_t steps, double *scratch, ons_leslie_fate *fate) {
    const size_t m = model->classes, size = ons_leslie_size(model);
    unsigned extinct = 0;
    const unsigned all = size == m ? 1 : 3;
    for (uint64_t t = 1; t <= steps && extinct == 0; t++) {
        ons_leslie_step(model, z, &extinct, scratch);
        if (extinct) { fate->time = t; }
        if (model->form == ONS_LESLIE_LINEAR) { scale(size, z); }
    }
    fate->survivor = extinct == 0 ? -1 : extinct == all ? -2 : extinct == 1 ? 1 : 0;
}

ons_status ons_leslie_judge(const ons_leslie *model, const double *z, uint64_t steps, ons_leslie_fate *fate) {
    const size_t size = ons_leslie_size(model);
    *fate = (ons_leslie_fate){.threshold = NAN, .predicted = -1};
    double *matrix = ONS_NEW(double, size *size + 2 * size);
    if (!matrix) { return ONS_MEMORY; }
    double *moving = matrix + size * size, *scratch = moving + size;
    ons_eigenpair pair = {0};
    ons_leslie_whole(model, matrix);
    const ons_status status = ons_dominant(size, matrix, ONS_DOMINANT_MODULUS, &pair);
    if (status == ONS_OK) {
        fate->growth = pair.value[0];
        fate->imaginary = pair.value[1];
        if (model->relation == ONS_LESLIE_COMPETITION && model->form == ONS_LESLIE_LINEAR) {
            fate->threshold = threshold_of(model, &pair, z);
            fate->predicted = fate->threshold > 0 ? 0 : 1;
        }
        memcpy(moving, z, size * sizeof *z);
        iterate(model, moving, steps, scratch, fate);
    }
    ons_eigenpair_free(&pair);
    free(matrix);
    return status;
}

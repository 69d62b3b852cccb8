/*
 * The correlation map of two qubits onto 6 Ising spins: which expectation values some distribution of the 64
 * configurations can have, by linear programming.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins/qubits.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Coefficients below this are rounding: the problems meant here have entries of order 1. */
#define ROUNDING 1e-12

/* Rows of the constraints, then the row of reduced costs; the last column is the right-hand side. */
typedef struct tableau {
    size_t rows, columns, width; /* width = columns + rows (artificial) + 1 */
    double *cell;                /* [rows + 1][width] */
    size_t *basis;               /* [rows] */
} tableau;

static double *row_of(const tableau *t, size_t row) { return t->cell + row * t->width; }

static void pivot(tableau *t, size_t row, size_t column) {
    double *chosen = row_of(t, row);
    const double factor = 1 / chosen[column];
    for (size_t k = 0; k < t->width; k++) { chosen[k] *= factor; }
    for (size_t r = 0; r <= t->rows; r++) {
        double *other = row_of(t, r);
        const double part = other[column];
        if (r == row || part == 0) { continue; }
        for (size_t k = 0; k < t->width; k++) { other[k] -= part * chosen[k]; }
        other[column] = 0;
    }
    t->basis[row] = column;
}

/* The row that leaves for this column: the smallest ratio, and of equal ones the smallest variable (Bland). */
static size_t leaving(const tableau *t, size_t column) {
    size_t best = t->rows;
    double smallest = INFINITY;
    for (size_t r = 0; r < t->rows; r++) {
        const double *row = row_of(t, r);
        if (row[column] <= ROUNDING) { continue; }
        const double ratio = row[t->width - 1] / row[column];
        const bool tie = best < t->rows && fabs(ratio - smallest) <= ROUNDING * (1 + fabs(smallest));
        if (tie ? t->basis[r] < t->basis[best] : ratio < smallest) {
            best = r;
            smallest = ratio;
        }
    }
    return best;
}

/* Raises the objective, whose reduced costs stand in the last row (negative: raises), with the first `usable` columns.
 */
static ons_status climb(tableau *t, size_t usable) {
    for (;;) {
        const double *costs = row_of(t, t->rows);
        size_t column = 0;
        while (column < usable && costs[column] >= -ROUNDING) { column++; }
        if (column == usable) { return ONS_OK; }
        const size_t row = leaving(t, column);
        if (row == t->rows) { return ons_fail(ONS_INVALID, "the linear program has no largest value"); }
        pivot(t, row, column);
    }
}

static void fill(tableau *t, const double *matrix, const double *right) {
    double *costs = row_of(t, t->rows);
    for (size_t r = 0; r < t->rows; r++) {
        const double sign = right[r] < 0 ? -1 : 1;
        double *row = row_of(t, r);
        for (size_t k = 0; k < t->columns; k++) { row[k] = sign * matrix[r * t->columns + k]; }
        row[t->columns + r] = 1;
        row[t->width - 1] = sign * right[r];
        t->basis[r] = t->columns + r;
        for (size_t k = 0; k < t->columns; k++) { costs[k] -= row[k]; } /* minus the sum of the artificial variables */
        costs[t->width - 1] -= row[t->width - 1];
    }
}

/* Artificial variables that stay in the basis at zero leave it where a column allows. */
static void drive_out(tableau *t) {
    for (size_t r = 0; r < t->rows; r++) {
        if (t->basis[r] < t->columns) { continue; }
        const double *row = row_of(t, r);
        for (size_t k = 0; k < t->columns; k++) {
            if (fabs(row[k]) <= 1e-9) { continue; }
            pivot(t, r, k);
            break;
        }
    }
}

static void set_objective(tableau *t, const double *objective) {
    double *costs = row_of(t, t->rows);
    memset(costs, 0, t->width * sizeof *costs);
    for (size_t k = 0; k < t->columns; k++) { costs[k] = -objective[k]; }
    for (size_t r = 0; r < t->rows; r++) {
        if (t->basis[r] >= t->columns) { continue; }
        const double part = costs[t->basis[r]], *row = row_of(t, r);
        for (size_t k = 0; k < t->width && part != 0; k++) { costs[k] -= part * row[k]; }
    }
}

ons_status ons_linear_program(size_t rows, size_t columns, const double *matrix, const double *right,
                              const double *objective, double *x, double *value) {
    tableau t = {.rows = rows, .columns = columns, .width = columns + rows + 1};
    t.cell = ons_allocate(rows + 1, t.width * sizeof *t.cell);
    t.basis = ONS_NEW(size_t, rows);
    ons_status status = t.cell && t.basis ? ONS_OK : ONS_MEMORY;
    if (!status) {
        fill(&t, matrix, right);
        status = climb(&t, columns);
    }
    if (!status) {
        *value = -row_of(&t, rows)[t.width - 1];
        if (*value > 1e-9) { status = ONS_DONE; }
    }
    if (!status) {
        drive_out(&t);
        set_objective(&t, objective);
        status = climb(&t, columns);
        *value = row_of(&t, rows)[t.width - 1];
    }
    for (size_t k = 0; x && t.basis && k < columns; k++) { x[k] = 0; }
    for (size_t r = 0; x && t.basis && t.cell && r < rows; r++) {
        if (t.basis[r] < columns) { x[t.basis[r]] = fmax(row_of(&t, r)[t.width - 1], 0); }
    }
    free(t.cell);
    free(t.basis);
    return status;
}

/* ---- the 64 configurations ---- */

void ons_correlation_values(unsigned configuration, double *values) {
    for (unsigned k = 0; k < ONS_PAULIS; k++) {
        const unsigned m = k / 4, n = k % 4;
        const double a = m && !(configuration >> (m - 1) & 1) ? -1 : 1,
                     b = n && !(configuration >> (n + 2) & 1) ? -1 : 1;
        values[k] = a * b;
    }
}

/* p >= 0 on 64 configurations and slacks u, v >= 0 with sum p values_k + u_k - v_k = means_k, sum p = 1: the largest
 * -sum(u + v). Always feasible; 0 where the means have a distribution. */
ons_status ons_correlation_fit(const double *means, double *distribution, double *distance) {
    enum { CONFIGURATIONS = 64, COLUMNS = CONFIGURATIONS + 2 * ONS_PAULI_SPINS };
    double matrix[ONS_PAULIS][COLUMNS] = {{0}}, objective[COLUMNS] = {0}, x[COLUMNS];
    for (unsigned c = 0; c < CONFIGURATIONS; c++) {
        double values[ONS_PAULIS];
        ons_correlation_values(c, values);
        for (unsigned k = 0; k < ONS_PAULIS; k++) { matrix[k][c] = values[k]; }
    }
    for (unsigned k = 1; k < ONS_PAULIS; k++) {
        const unsigned up = CONFIGURATIONS + 2 * (k - 1);
        matrix[k][up] = 1;
        matrix[k][up + 1] = -1;
        objective[up] = objective[up + 1] = -1;
    }
    const ons_status status = ons_linear_program(ONS_PAULIS, COLUMNS, &matrix[0][0], means, objective, x, distance);
    if (status) { return status == ONS_DONE ? ons_fail(ONS_FAILED, "no distribution has a total of 1") : status; }
    *distance = *distance < 0 ? -*distance : 0;
    if (distribution) { memcpy(distribution, x, CONFIGURATIONS * sizeof *distribution); }
    return ONS_OK;
}

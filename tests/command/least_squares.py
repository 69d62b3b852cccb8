"""Least squares in plain Python: nonlinear models with a handful of parameters, fitted to numbers with errors."""
import math


def solve(matrix, right):
    """x of matrix x = right, and the inverse of the matrix, by Gauss and Jordan with pivots."""
    n = len(right)
    rows = [list(matrix[i]) + [right[i]] + [float(i == j) for j in range(n)] for i in range(n)]
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(rows[i][k]))
        assert rows[pivot][k] != 0, "the fit does not determine all of its parameters"
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(n):
            if i != k and rows[i][k] != 0:
                rows[i] = [a - rows[i][k] * b for a, b in zip(rows[i], rows[k])]
    return [row[n] for row in rows], [row[n + 1:] for row in rows]


class Fit:
    """values, errors (enlarged by sqrt(chi2/dof) where that exceeds 1), chi2 and dof."""

    def __init__(self, values, covariance, chi2, dof):
        stretch = max(1.0, chi2 / dof) if dof > 0 else 1.0
        self.values, self.chi2, self.dof = values, chi2, dof
        self.covariance = [[stretch * entry for entry in row] for row in covariance]
        assert all(covariance[i][i] > 0 for i in range(len(values))), "the fit does not determine all of its parameters"
        self.errors = [math.sqrt(self.covariance[i][i]) for i in range(len(values))]

    def propagate(self, function, scale=1e-4):
        """The value and the error of a function of the parameters."""
        slopes = []
        for i, value in enumerate(self.values):
            step = scale * self.errors[i] or 1e-9
            up, down = list(self.values), list(self.values)
            up[i], down[i] = value + step, value - step
            slopes.append((function(up) - function(down)) / (2 * step))
        variance = sum(slopes[i] * self.covariance[i][j] * slopes[j] for i in range(len(slopes)) for j in range(len(slopes)))
        return function(self.values), math.sqrt(variance)


def fit(model, start, points):
    """model(parameters, x) fitted to points (x, y, error) by Levenberg and Marquardt; the start sets the scale of the numeric slopes."""
    values, damping = list(start), 1e-3

    def residuals(p):
        return [(y - model(p, x)) / error for x, y, error in points]

    def total(r):
        return sum(value * value for value in r)

    def slopes(p):
        columns = []
        for i, value in enumerate(p):
            step = 1e-6 * max(abs(value), 1e-2)
            up, down = list(p), list(p)
            up[i], down[i] = value + step, value - step
            columns.append([(model(up, x) - model(down, x)) / (2 * step) / error for x, _, error in points])
        return columns

    def normal(columns):
        return [[sum(a * b for a, b in zip(left, other)) for other in columns] for left in columns]

    assert len(points) > len(start), f"{len(points)} points for {len(start)} parameters"
    r = residuals(values)
    for _ in range(500):
        columns = slopes(values)
        matrix = normal(columns)
        right = [sum(a * b for a, b in zip(column, r)) for column in columns]
        damped = [[entry * (1 + damping * (i == j)) for j, entry in enumerate(row)] for i, row in enumerate(matrix)]
        step, _ = solve(damped, right)
        trial = [a + b for a, b in zip(values, step)]
        tried = residuals(trial)
        gain = total(r) - total(tried)
        if gain >= 0:
            values, r, damping = trial, tried, damping / 10
            if gain < 1e-9 * (1 + total(r)) and damping < 1e-6:
                break
        else:
            damping *= 10
            if damping > 1e12:
                break
    _, covariance = solve(normal(slopes(values)), [0.0] * len(values))
    return Fit(values, covariance, total(r), len(points) - len(values))

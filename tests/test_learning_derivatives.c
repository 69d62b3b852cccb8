/*
 * Derivatives of graphs of tensors: every operation against central differences, forward mode against reverse mode,
 * Hessian-vector products against differences of gradients, jets against nested forward mode and closed forms.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <onsager/learning.h>
#include <stdlib.h>
#include <string.h>

/* ---- every operation --------------------------------------------------------------------------------------------- */

/* x is [4, 6] in (0.2, 0.8), no two numbers equal; k is [4, 2], integers 0 to 3 */
typedef ons_tensor builder(ons_tensor_graph *g, ons_tensor x, ons_tensor k);

#define UNARY(name)                                                                                                    \
    static ons_tensor op_##name(ons_tensor_graph *g, ons_tensor x, ons_tensor k) {                                     \
        (void)k;                                                                                                       \
        return ons_tensor_##name(g, x);                                                                                \
    }
UNARY(negate)
UNARY(square)
UNARY(reciprocal)
UNARY(sqrt)
UNARY(rsqrt)
UNARY(exp)
UNARY(log)
UNARY(log1p)
UNARY(expm1)
UNARY(sin)
UNARY(cos)
UNARY(atan)
UNARY(acos)
UNARY(sinh)
UNARY(cosh)
UNARY(tanh)
UNARY(erf)
UNARY(sigmoid)
UNARY(softplus)
UNARY(silu)
UNARY(gelu)
UNARY(gelu_tanh)
UNARY(transpose)

#define OPERATION(name, expression)                                                                                    \
    static ons_tensor op_##name(ons_tensor_graph *g, ons_tensor x, ons_tensor k) {                                     \
        (void)k;                                                                                                       \
        return expression;                                                                                             \
    }
#define ROW ons_tensor_slice(g, x, 0, 1, 2, 1)
#define COLUMN ons_tensor_slice(g, x, 1, 4, 5, 1)
#define LEFT ons_tensor_slice(g, x, 1, 0, 3, 1)
#define RIGHT ons_tensor_slice(g, x, 1, 3, 6, 1)
#define CUBE ons_tensor_reshape(g, x, ONS_SHAPE(2, 3, 4))
OPERATION(absolute, ons_tensor_absolute(g, ons_tensor_shift(g, x, -0.47)))
OPERATION(relu, ons_tensor_relu(g, ons_tensor_shift(g, x, -0.47)))
OPERATION(sign, ons_tensor_multiply(g, x, ons_tensor_sign(g, ons_tensor_shift(g, x, -0.47))))
OPERATION(power, ons_tensor_power(g, x, 2.7))
OPERATION(fifth_power, ons_tensor_power(g, x, 5))
OPERATION(inverse_cube, ons_tensor_power(g, x, -3))
OPERATION(add, ons_tensor_square(g, ons_tensor_add(g, ROW, COLUMN)))
OPERATION(subtract, ons_tensor_square(g, ons_tensor_subtract(g, x, COLUMN)))
OPERATION(multiply, ons_tensor_multiply(g, ROW, x))
OPERATION(divide, ons_tensor_divide(g, x, COLUMN))
OPERATION(maximum, ons_tensor_maximum(g, LEFT, RIGHT))
OPERATION(minimum, ons_tensor_minimum(g, x, ROW))
OPERATION(less, ons_tensor_multiply(g, x, ons_tensor_less(g, x, ons_tensor_number(g, 0.47))))
OPERATION(select, ons_tensor_select(g, ons_tensor_less_equal(g, LEFT, RIGHT), ons_tensor_exp(g, LEFT),
                                    ons_tensor_sin(g, RIGHT)))
OPERATION(convert, ons_tensor_convert(g, ons_tensor_convert(g, x, ONS_DOUBLE), ONS_DOUBLE))
OPERATION(sum, ons_tensor_square(g, ons_tensor_sum(g, CUBE, ONS_AXIS(0) | ONS_AXIS(-1), false)))
OPERATION(mean, ons_tensor_exp(g, ons_tensor_mean(g, x, ONS_AXIS(0), true)))
OPERATION(maximum_over, ons_tensor_square(g, ons_tensor_maximum_over(g, x, ONS_AXIS(1), false)))
OPERATION(log_sum_exp, ons_tensor_log_sum_exp(g, ons_tensor_scale(g, x, 3), 0, false))
OPERATION(softmax, ons_tensor_softmax(g, ons_tensor_scale(g, x, 4), -1))
OPERATION(log_softmax, ons_tensor_log_softmax(g, ons_tensor_scale(g, CUBE, 4), 1))
OPERATION(cumulative_sum, ons_tensor_square(g, ons_tensor_cumulative_sum(g, CUBE, 1, false)))
OPERATION(cumulative_sum_back, ons_tensor_square(g, ons_tensor_cumulative_sum(g, x, 0, true)))
OPERATION(scan, ons_tensor_scan(g, LEFT, RIGHT, 0, false))
OPERATION(scan_back, ons_tensor_scan(g, LEFT, RIGHT, 1, true))
OPERATION(matmul, ons_tensor_matmul(g, LEFT, RIGHT, ONS_TRANSPOSE_B))
OPERATION(matmul_a, ons_tensor_matmul(g, LEFT, RIGHT, ONS_TRANSPOSE_A))
OPERATION(matmul_both,
          ons_tensor_matmul(g, x, ons_tensor_reshape(g, x, ONS_SHAPE(6, 4)), ONS_TRANSPOSE_A | ONS_TRANSPOSE_B))
OPERATION(matmul_rows, ons_tensor_matmul(g, CUBE, ons_tensor_slice(g, x, 1, 1, 3, 1), 0))
OPERATION(matmul_batch, ons_tensor_matmul(g, CUBE, ons_tensor_sin(g, CUBE), ONS_TRANSPOSE_B))
OPERATION(matmul_broadcast, ons_tensor_matmul(g, ons_tensor_slice(g, x, 0, 0, 3, 1),
                                              ons_tensor_reshape(g, x, ONS_SHAPE(2, 2, 6)), ONS_TRANSPOSE_B))
static ons_tensor square_matrix(ons_tensor_graph *g, ons_tensor x) {
    const double ones[9] = {2, 0, 0, 0, 3, 0, 0, 0, 4};
    return ons_tensor_add(g, ons_tensor_slice(g, LEFT, 0, 0, 3, 1),
                          ons_tensor_constant(g, ONS_DOUBLE, ONS_SHAPE(3, 3), ones));
}
OPERATION(solve, ons_tensor_solve(g, square_matrix(g, x), ons_tensor_slice(g, RIGHT, 0, 0, 3, 1), false))
OPERATION(solve_transposed, ons_tensor_solve(g, square_matrix(g, x), ons_tensor_slice(g, RIGHT, 0, 1, 4, 1), true))
OPERATION(permute, ons_tensor_multiply(g, ons_tensor_permute(g, CUBE, (int[]){2, 0, 1}),
                                       ons_tensor_reshape(g, x, ONS_SHAPE(4, 2, 3))))
OPERATION(broadcast, ons_tensor_square(g, ons_tensor_broadcast(g, x, ONS_SHAPE(3, 4, 6))))
OPERATION(slice_step, ons_tensor_square(g, ons_tensor_slice(g, x, 1, 1, 6, 2)))
OPERATION(at, ons_tensor_exp(g, ons_tensor_at(g, CUBE, 1, 2)))
OPERATION(concatenate, ons_tensor_square(g, ons_tensor_concatenate(g, (ons_tensor[]){LEFT, x, RIGHT}, 3, 1)))
OPERATION(stack, ons_tensor_exp(g, ons_tensor_stack(g, (ons_tensor[]){LEFT, RIGHT}, 2, 1)))
OPERATION(pad, ons_tensor_exp(g, ons_tensor_pad(g, x, 0, 2, 1, 3)))
OPERATION(reverse, ons_tensor_multiply(g, x, ons_tensor_reverse(g, x, 1)))
OPERATION(gather, ons_tensor_square(g, ons_tensor_gather(g, x, k)))
OPERATION(scatter, ons_tensor_square(g, ons_tensor_scatter(g, ons_tensor_reshape(g, x, ONS_SHAPE(4, 2, 3)), k, 5)))
OPERATION(pick, ons_tensor_exp(g, ons_tensor_pick(g, x, ons_tensor_at(g, k, 1, 0))))
OPERATION(unfold, ons_tensor_square(g, ons_tensor_unfold(g, x, 1, 2, 2, 2)))
OPERATION(fold, ons_tensor_square(g, ons_tensor_fold(g, CUBE, 1, 7, 1, 1)))
OPERATION(convolve,
          ons_tensor_convolve(g, ons_tensor_reshape(g, x, ONS_SHAPE(1, 2, 3, 4)),
                              ons_tensor_reshape(g, ons_tensor_slice(g, x, 0, 0, 2, 1), ONS_SHAPE(1, 2, 2, 3)),
                              &(ons_convolution){.stride = {1, 2}, .before = {1, 0}, .after = {0, 2}}))
OPERATION(convolve_line,
          ons_tensor_convolve(g, CUBE, ons_tensor_reshape(g, ons_tensor_slice(g, x, 1, 0, 3, 1), ONS_SHAPE(2, 3, 2)),
                              &(ons_convolution){.dilation = {2}}))
OPERATION(convolve_groups,
          ons_tensor_convolve(g, ons_tensor_reshape(g, x, ONS_SHAPE(1, 4, 6)),
                              ons_tensor_reshape(g, x, ONS_SHAPE(4, 2, 3)), &(ons_convolution){.groups = 2}))
OPERATION(convolve_channels,
          ons_tensor_convolve(g, ons_tensor_reshape(g, x, ONS_SHAPE(1, 4, 6)),
                              ons_tensor_reshape(g, LEFT, ONS_SHAPE(4, 1, 3)), &(ons_convolution){.groups = 4}))
OPERATION(stop, ons_tensor_multiply(g, x, x))
static ons_tensor op_checkpoint(ons_tensor_graph *g, ons_tensor x, ons_tensor k) {
    (void)k;
    ons_tensor_checkpoint(g);
    ons_tensor y = ons_tensor_tanh(g, ons_tensor_exp(g, ons_tensor_matmul(g, x, x, ONS_TRANSPOSE_B)));
    ons_tensor_checkpoint_end(g);
    return ons_tensor_multiply(g, y, ons_tensor_sin(g, y));
}
/* z = tanh(z W / 4 + x): the derivative of its solution */
static ons_tensor op_fixed_point(ons_tensor_graph *g, ons_tensor x, ons_tensor k) {
    (void)k;
    ons_tensor z = ons_tensor_input(g, "state", ONS_DOUBLE, ONS_SHAPE(4, 4));
    ons_tensor w = ons_tensor_scale(g, ons_tensor_matmul(g, x, x, ONS_TRANSPOSE_B), 0.1);
    ons_tensor in = ons_tensor_add(g, ons_tensor_matmul(g, z, w, 0), ons_tensor_slice(g, x, 1, 0, 4, 1));
    ons_tensor start = ons_tensor_filled(g, ONS_DOUBLE, ONS_SHAPE(4, 4), 0);
    return ons_tensor_fixed_point(g, z, ons_tensor_tanh(g, in), start, 60, 1, NULL);
}

#define ENTRY(name)                                                                                                    \
    { #name, op_##name }
static const struct {
    const char *name;
    builder *build;
} operations[] = {
    ENTRY(negate),
    ENTRY(square),
    ENTRY(reciprocal),
    ENTRY(sqrt),
    ENTRY(rsqrt),
    ENTRY(exp),
    ENTRY(log),
    ENTRY(log1p),
    ENTRY(expm1),
    ENTRY(sin),
    ENTRY(cos),
    ENTRY(atan),
    ENTRY(acos),
    ENTRY(sinh),
    ENTRY(cosh),
    ENTRY(tanh),
    ENTRY(erf),
    ENTRY(sigmoid),
    ENTRY(softplus),
    ENTRY(silu),
    ENTRY(gelu),
    ENTRY(gelu_tanh),
    ENTRY(absolute),
    ENTRY(relu),
    ENTRY(sign),
    ENTRY(power),
    ENTRY(fifth_power),
    ENTRY(inverse_cube),
    ENTRY(add),
    ENTRY(subtract),
    ENTRY(multiply),
    ENTRY(divide),
    ENTRY(maximum),
    ENTRY(minimum),
    ENTRY(less),
    ENTRY(select),
    ENTRY(convert),
    ENTRY(sum),
    ENTRY(mean),
    ENTRY(maximum_over),
    ENTRY(log_sum_exp),
    ENTRY(softmax),
    ENTRY(log_softmax),
    ENTRY(cumulative_sum),
    ENTRY(cumulative_sum_back),
    ENTRY(scan),
    ENTRY(scan_back),
    ENTRY(matmul),
    ENTRY(matmul_a),
    ENTRY(matmul_both),
    ENTRY(matmul_rows),
    ENTRY(matmul_batch),
    ENTRY(matmul_broadcast),
    ENTRY(solve),
    ENTRY(solve_transposed),
    ENTRY(transpose),
    ENTRY(permute),
    ENTRY(broadcast),
    ENTRY(slice_step),
    ENTRY(at),
    ENTRY(concatenate),
    ENTRY(stack),
    ENTRY(pad),
    ENTRY(reverse),
    ENTRY(gather),
    ENTRY(scatter),
    ENTRY(pick),
    ENTRY(unfold),
    ENTRY(fold),
    ENTRY(convolve),
    ENTRY(convolve_line),
    ENTRY(convolve_groups),
    ENTRY(convolve_channels),
    ENTRY(stop),
    ENTRY(checkpoint),
    ENTRY(fixed_point),
};
enum { OPERATIONS = sizeof operations / sizeof *operations, NUMBERS = 24 };

static void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance)) { fail_msg("%.17g, expected %.17g", value, expected); }
}

static void fill(double *x, size_t n, double low, double high, uint32_t purpose) {
    ons_random random = ons_random_stream(ons_random_key(7, 1), 0, purpose);
    for (size_t i = 0; i < n; i++) { x[i] = low + (high - low) * ons_random_uniform(&random); }
}

typedef struct under_test {
    ons_tensor_graph *graph;
    ons_tensor x, k, direction, value, gradient, product, tangent;
    ons_program *program;
    double *at;
} under_test;

static void begin(under_test *t, builder *build) {
    assert_int_equal(ons_tensor_graph_create(&t->graph, ONS_DOUBLE), ONS_OK);
    ons_tensor_graph *g = t->graph;
    t->x = ons_tensor_input(g, "x", ONS_DOUBLE, ONS_SHAPE(4, 6));
    t->k = ons_tensor_input(g, "k", ONS_INDEX, ONS_SHAPE(4, 2));
    t->direction = ons_tensor_input(g, "direction", ONS_DOUBLE, ONS_SHAPE(4, 6));
    ons_tensor y = build(g, t->x, t->k);
    double weights[512];
    const int64_t n = ons_shape_count(ons_tensor_shape(g, y));
    fill(weights, (size_t)n, -1, 1, 3);
    ons_tensor w = ons_tensor_constant(g, ONS_DOUBLE, ons_tensor_shape(g, y), weights);
    t->value = ons_tensor_sum(g, ons_tensor_multiply(g, y, w), ONS_ALL_AXES, false);
    ons_tensor_gradient(g, t->value, &t->x, 1, &t->gradient);
    ons_tensor_hessian_product(g, t->value, &t->x, &t->direction, 1, &t->product);
    ons_tensor_push_forward(g, &t->value, 1, &t->x, &t->direction, 1, &t->tangent);
    ons_tensor outputs[4] = {t->value, t->gradient, t->product, t->tangent};
    if (ons_program_create(&t->program, g, outputs, 4, NULL)) { fail_msg("%s", ons_message()); }
    t->at = ons_program_input(t->program, t->x);
    fill(t->at, NUMBERS, 0.2, 0.8, 1);
    double *along = ons_program_input(t->program, t->direction);
    if (along) { fill(along, NUMBERS, -1, 1, 2); }
    int32_t *index = ons_program_input(t->program, t->k);
    for (int i = 0; i < 8 && index; i++) { index[i] = i * 5 % 4; }
    assert_int_equal(ons_program_run(t->program), ONS_OK);
}

static void end(under_test *t) {
    ons_program_free(t->program);
    ons_tensor_graph_free(t->graph);
}

/* Central differences of order h^4: (8 (f1 - f-1) - (f2 - f-2)) / 12 h; with h = 1e-3 the error is some 1e-11. */
static double difference(under_test *t, double *number, size_t output, size_t element) {
    const double h = 1e-3, here = *number;
    double f[4];
    for (int i = 0; i < 4; i++) {
        *number = here + h * (double[]){1, -1, 2, -2}[i];
        assert_int_equal(ons_program_run(t->program), ONS_OK);
        f[i] = ((const double *)ons_program_output(t->program, output))[element];
    }
    *number = here;
    return (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * h);
}

static void test_gradients_match_differences(void **state) {
    (void)state;
    for (size_t o = 0; o < OPERATIONS; o++) {
        under_test t;
        begin(&t, operations[o].build);
        double gradient[NUMBERS];
        memcpy(gradient, ons_program_output(t.program, 1), sizeof gradient);
        for (size_t i = 0; i < NUMBERS; i++) {
            const double expected = difference(&t, &t.at[i], 0, 0);
            if (!(fabs(gradient[i] - expected) <= 2e-8 * (1 + fabs(expected)))) {
                fail_msg("%s: d/dx[%zu] is %.12g, differences say %.12g", operations[o].name, i, gradient[i], expected);
            }
        }
        end(&t);
    }
}

static void test_forward_mode_matches_reverse_mode(void **state) {
    (void)state;
    for (size_t o = 0; o < OPERATIONS; o++) {
        under_test t;
        begin(&t, operations[o].build);
        const double *gradient = ons_program_output(t.program, 1), *along = ons_program_input(t.program, t.direction);
        double expected = 0;
        for (size_t i = 0; i < NUMBERS; i++) { expected += gradient[i] * along[i]; }
        const double tangent = ons_program_scalar(t.program, 3);
        if (!(fabs(tangent - expected) <= 1e-12 * (1 + fabs(expected)))) {
            fail_msg("%s: forward %.15g, reverse %.15g", operations[o].name, tangent, expected);
        }
        end(&t);
    }
}

static void test_hessian_products_match_differences_of_gradients(void **state) {
    (void)state;
    for (size_t o = 0; o < OPERATIONS; o++) {
        under_test t;
        begin(&t, operations[o].build);
        double product[NUMBERS], expected[NUMBERS] = {0};
        memcpy(product, ons_program_output(t.program, 2), sizeof product);
        const double *along = ons_program_input(t.program, t.direction);
        for (size_t i = 0; i < NUMBERS && along; i++) {
            for (size_t j = 0; j < NUMBERS; j += 5) { expected[j] += along[i] * difference(&t, &t.at[i], 1, j); }
        }
        for (size_t j = 0; j < NUMBERS; j += 5) {
            if (!(fabs(product[j] - expected[j]) <= 1e-6 * (1 + fabs(expected[j])))) {
                fail_msg("%s: (H v)[%zu] is %.12g, differences say %.12g", operations[o].name, j, product[j],
                         expected[j]);
            }
        }
        end(&t);
    }
}

/* ---- jets -------------------------------------------------------------------------------------------------------- */

static const ons_partial partials[] = {{{0, 0}}, {{1, 0}}, {{0, 1}}, {{2, 0}}, {{1, 1}},
                                       {{0, 3}}, {{3, 1}}, {{2, 2}}, {{4, 0}}};
enum { PARTIALS = sizeof partials / sizeof *partials };

/* The same derivatives by forward mode in forward mode. */
static ons_tensor nested(ons_tensor_graph *g, ons_tensor y, ons_tensor x, ons_partial p, const ons_tensor *directions) {
    for (int d = 0; d < 2; d++) {
        for (int i = 0; i < p.orders[d]; i++) {
            ons_tensor next;
            ons_tensor_push_forward(g, &y, 1, &x, &directions[d], 1, &next);
            y = next;
        }
    }
    return y;
}

static void test_jets_match_nested_forward_mode(void **state) {
    (void)state;
    for (size_t o = 0; o < OPERATIONS; o++) {
        if (operations[o].build == op_fixed_point) { continue; }
        ons_tensor_graph *g;
        assert_int_equal(ons_tensor_graph_create(&g, ONS_DOUBLE), ONS_OK);
        ons_tensor x = ons_tensor_input(g, "x", ONS_DOUBLE, ONS_SHAPE(4, 6));
        ons_tensor k = ons_tensor_input(g, "k", ONS_INDEX, ONS_SHAPE(4, 2)), directions[2];
        directions[0] = ons_tensor_input(g, "first", ONS_DOUBLE, ONS_SHAPE(4, 6));
        directions[1] = ons_tensor_input(g, "second", ONS_DOUBLE, ONS_SHAPE(4, 6));
        ons_tensor y = operations[o].build(g, ons_tensor_add(g, x, ons_tensor_scale(g, ons_tensor_sin(g, x), 0.1)), k);
        ons_jet_input input = {x, {directions[0], directions[1], ONS_NO_TENSOR, ONS_NO_TENSOR}};
        ons_tensor outputs[2 * PARTIALS];
        ons_tensor_jets(g, &y, 1, &input, 1, partials, PARTIALS, outputs);
        for (size_t p = 0; p < PARTIALS; p++) { outputs[PARTIALS + p] = nested(g, y, x, partials[p], directions); }
        ons_program *program;
        if (ons_program_create(&program, g, outputs, 2 * PARTIALS, NULL)) { fail_msg("%s", ons_message()); }
        fill(ons_program_input(program, x), NUMBERS, 0.2, 0.7, 1);
        for (uint32_t d = 0; d < 2; d++) {
            double *along = ons_program_input(program, directions[d]);
            if (along) { fill(along, NUMBERS, -0.5, 0.5, 4 + d); }
        }
        int32_t *index = ons_program_input(program, k);
        for (int i = 0; i < 8 && index; i++) { index[i] = i * 5 % 4; }
        assert_int_equal(ons_program_run(program), ONS_OK);
        const int64_t n = ons_shape_count(ons_tensor_shape(g, y));
        for (size_t p = 0; p < PARTIALS; p++) {
            const double *jet = ons_program_output(program, p), *other = ons_program_output(program, PARTIALS + p);
            for (int64_t i = 0; i < n; i++) {
                if (!(fabs(jet[i] - other[i]) <= 1e-10 * (1 + fabs(other[i])))) {
                    fail_msg("%s: partial %zu, element %lld: %.15g by jets, %.15g nested", operations[o].name, p,
                             (long long)i, jet[i], other[i]);
                }
            }
        }
        ons_program_free(program);
        ons_tensor_graph_free(g);
    }
}

/* An operator carried as one coefficient is the sum of its derivatives, for every operation. */
static void test_operators_match_sums_of_derivatives(void **state) {
    (void)state;
    const ons_differential operators[2] = {
        {5, {{{1}}, {{0, 2}}, {{1, 1}}, {{4}}, {{2, 1}}}, {0.7, -0.3, 0.2, 0.05, -0.4}},
        {2, {{{0, 1}}, {{0, 3}}}, {1, 0.5}}};
    const ons_partial carried[2] = {{{0}}, {{1}}};
    for (size_t o = 0; o < OPERATIONS; o++) {
        if (operations[o].build == op_fixed_point) { continue; }
        ons_tensor_graph *g;
        assert_int_equal(ons_tensor_graph_create(&g, ONS_DOUBLE), ONS_OK);
        ons_tensor x = ons_tensor_input(g, "x", ONS_DOUBLE, ONS_SHAPE(4, 6));
        ons_tensor k = ons_tensor_input(g, "k", ONS_INDEX, ONS_SHAPE(4, 2)), outputs[4], sums[2], parts[5];
        ons_tensor y = operations[o].build(g, ons_tensor_add(g, x, ons_tensor_scale(g, ons_tensor_sin(g, x), 0.1)), k);
        ons_tensor_jet_operators(g, &y, 1, x, (int[]){0, 3}, 2, carried, 2, operators, 2, outputs);
        for (int i = 0; i < 2; i++) {
            ons_tensor_jet_columns(g, &y, 1, x, (int[]){0, 3}, 2, operators[i].partials, operators[i].count, parts);
            sums[i] = ons_tensor_scale(g, parts[0], operators[i].factors[0]);
            for (size_t p = 1; p < operators[i].count; p++) {
                sums[i] = ons_tensor_add(g, sums[i], ons_tensor_scale(g, parts[p], operators[i].factors[p]));
            }
        }
        ons_program *program;
        if (ons_program_create(&program, g, (ons_tensor[]){outputs[2], outputs[3], sums[0], sums[1]}, 4, NULL)) {
            fail_msg("%s: %s", operations[o].name, ons_message());
        }
        double *values = ons_program_input(program, x);
        if (values) { fill(values, NUMBERS, 0.2, 0.7, 1); }
        int32_t *index = ons_program_input(program, k);
        for (int i = 0; i < 8 && index; i++) { index[i] = i * 5 % 4; }
        assert_int_equal(ons_program_run(program), ONS_OK);
        const int64_t n = ons_shape_count(ons_tensor_shape(g, y));
        for (int64_t i = 0; i < 2 * n; i++) {
            const double one = ((const double *)ons_program_output(program, (size_t)(i / n)))[i % n];
            const double sum = ((const double *)ons_program_output(program, (size_t)(2 + i / n)))[i % n];
            if (!(fabs(one - sum) <= 1e-10 * (1 + fabs(sum)))) {
                fail_msg("%s: operator %lld, element %lld: %.15g, the sum is %.15g", operations[o].name,
                         (long long)(i / n), (long long)(i % n), one, sum);
            }
        }
        ons_program_free(program);
        ons_tensor_graph_free(g);
    }
}

/* tanh(w x + b): derivatives in x are w^n tanh^(n), with tanh'' = -2 t s, tanh'''' = 8 t s (2 s - t^2), s = 1 - t^2;
 * and the derivative of the fourth in w, by reverse mode over jets, is 4 w^3 tanh'''' + w^4 x tanh^(5), where
 * tanh^(5) = 8 s (2 s^2 - 11 s t^2 + 2 t^4). */
static void test_second_and_fourth_derivatives_of_one_unit(void **state) {
    (void)state;
    ons_tensor_graph *g;
    assert_int_equal(ons_tensor_graph_create(&g, ONS_DOUBLE), ONS_OK);
    ons_tensor x = ons_tensor_input(g, "x", ONS_DOUBLE, ONS_SHAPE(5, 1));
    ons_tensor w = ons_tensor_parameter(g, "w", ONS_SHAPE(1, 1)), b = ons_tensor_parameter(g, "b", ONS_SHAPE(1));
    ons_tensor y = ons_tensor_tanh(g, ons_tensor_add(g, ons_tensor_matmul(g, x, w, 0), b));
    const ons_partial orders[2] = {{{2}}, {{4}}};
    ons_tensor outputs[3];
    ons_tensor_jet_columns(g, &y, 1, x, (int[]){0}, 1, orders, 2, outputs);
    ons_tensor_gradient(g, ons_tensor_sum(g, outputs[1], ONS_ALL_AXES, false), &w, 1, &outputs[2]);
    ons_program *program;
    assert_int_equal(ons_program_create(&program, g, outputs, 3, NULL), ONS_OK);
    double *points = ons_program_input(program, x), *parameters = ons_program_parameters(program);
    const double W = 1.3, B = -0.2;
    parameters[0] = W;
    parameters[1] = B;
    for (int i = 0; i < 5; i++) { points[i] = 0.4 * i - 0.7; }
    assert_int_equal(ons_program_run(program), ONS_OK);
    double in_w = 0;
    for (int i = 0; i < 5; i++) {
        const double t = tanh(W * points[i] + B), s = 1 - t * t;
        const double fourth = 8 * t * s * (2 * s - t * t),
                     fifth = 8 * s * (2 * s * s - 11 * s * t * t + 2 * t * t * t * t);
        assert_near(((const double *)ons_program_output(program, 0))[i], -2 * W * W * t * s, 1e-14);
        assert_near(((const double *)ons_program_output(program, 1))[i], pow(W, 4) * fourth, 1e-13);
        in_w += 4 * pow(W, 3) * fourth + pow(W, 4) * points[i] * fifth;
    }
    assert_near(ons_program_scalar(program, 2), in_w, 1e-12 * (1 + fabs(in_w)));
    ons_program_free(program);
    ons_tensor_graph_free(g);
}

/* The derivative of sin(a x) cos(b y) of order (2, 2) is a^2 b^2 sin cos; of a polynomial the rest is 0. */
static void test_mixed_derivatives_of_closed_forms(void **state) {
    (void)state;
    ons_tensor_graph *g;
    assert_int_equal(ons_tensor_graph_create(&g, ONS_DOUBLE), ONS_OK);
    ons_tensor p = ons_tensor_input(g, "p", ONS_DOUBLE, ONS_SHAPE(3, 2));
    ons_tensor x = ons_tensor_slice(g, p, 1, 0, 1, 1), y = ons_tensor_slice(g, p, 1, 1, 2, 1);
    ons_tensor wave = ons_tensor_multiply(g, ons_tensor_sin(g, ons_tensor_scale(g, x, 1.5)),
                                          ons_tensor_cos(g, ons_tensor_scale(g, y, 2)));
    ons_tensor cubic = ons_tensor_multiply(g, ons_tensor_power(g, x, 3), y);
    const ons_partial orders[3] = {{{2, 2}}, {{3, 1}}, {{4, 0}}};
    ons_tensor outputs[6];
    ons_tensor_jet_columns(g, (ons_tensor[]){wave, cubic}, 2, p, (int[]){0, 1}, 2, orders, 3, outputs);
    ons_program *program;
    assert_int_equal(ons_program_create(&program, g, outputs, 6, NULL), ONS_OK);
    double *points = ons_program_input(program, p);
    for (int i = 0; i < 6; i++) { points[i] = 0.3 * i - 0.8; }
    assert_int_equal(ons_program_run(program), ONS_OK);
    for (int i = 0; i < 3; i++) {
        const double a = 1.5 * points[2 * i], b = 2 * points[2 * i + 1];
        assert_near(((const double *)ons_program_output(program, 0))[i], 9 * sin(a) * cos(b), 1e-13);
        assert_near(((const double *)ons_program_output(program, 1))[i], 6.75 * cos(a) * sin(b), 1e-13);
        assert_near(((const double *)ons_program_output(program, 2))[i], 5.0625 * sin(a) * cos(b), 1e-13);
        assert_near(((const double *)ons_program_output(program, 3))[i], 0, 0);
        assert_near(((const double *)ons_program_output(program, 4))[i], 6, 1e-14);
        assert_near(((const double *)ons_program_output(program, 5))[i], 0, 0);
    }
    ons_program_free(program);
    ons_tensor_graph_free(g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients_match_differences),
        cmocka_unit_test(test_forward_mode_matches_reverse_mode),
        cmocka_unit_test(test_hessian_products_match_differences_of_gradients),
        cmocka_unit_test(test_jets_match_nested_forward_mode),
        cmocka_unit_test(test_operators_match_sums_of_derivatives),
        cmocka_unit_test(test_second_and_fourth_derivatives_of_one_unit),
        cmocka_unit_test(test_mixed_derivatives_of_closed_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

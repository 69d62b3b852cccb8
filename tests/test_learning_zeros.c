/*
 * Zeros that padding puts in: the same numbers come out whether a graph knows of them or not (a tap hides them),
 * derivatives through a slice are those of central differences, and a loss of one token of four costs what it should.
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

enum { NUMBERS = 24 };

/* z: [3, 8, 2], x [3, 2, 2] with zeros around along axis 1; y: numbers of another shape. */
typedef ons_tensor use(ons_tensor_graph *g, ons_tensor z, ons_tensor y);
#define USE(name, expression)                                                                                          \
    static ons_tensor use_##name(ons_tensor_graph *g, ons_tensor z, ons_tensor y) {                                    \
        (void)y;                                                                                                       \
        return expression;                                                                                             \
    }
#define SHAPED(...) ons_tensor_reshape(g, y, ONS_SHAPE(__VA_ARGS__))
#define FULL ons_tensor_sin(g, ons_tensor_broadcast(g, SHAPED(1, 8, 1), ONS_SHAPE(3, 8, 2)))
USE(negate, ons_tensor_negate(g, z))
USE(multiply, ons_tensor_multiply(g, z, SHAPED(8, 1)))
USE(multiply_left, ons_tensor_multiply(g, FULL, z))
USE(multiply_number, ons_tensor_scale(g, z, 3))
USE(multiply_more, ons_tensor_multiply(g, z, SHAPED(8, 1, 1, 1)))
USE(multiply_mask, ons_tensor_multiply(g, z, ons_tensor_less(g, ons_tensor_number(g, 0.5), FULL)))
USE(divide, ons_tensor_divide(g, z, SHAPED(8, 1)))
USE(divide_by, ons_tensor_divide(g, FULL, ons_tensor_shift(g, z, 1)))
USE(add, ons_tensor_add(g, z, ons_tensor_multiply(g, z, SHAPED(8, 1))))
USE(add_full, ons_tensor_add(g, z, FULL))
USE(subtract_sum, ons_tensor_subtract(g, z, ons_tensor_sum(g, z, ONS_AXIS(-1), true)))
USE(sum_other, ons_tensor_sum(g, z, ONS_AXIS(0), false))
USE(sum_same, ons_tensor_sum(g, z, ONS_AXIS(1), true))
USE(sum_both, ons_tensor_sum(g, z, ONS_AXIS(1) | ONS_AXIS(-1), false))
USE(permute, ons_tensor_permute(g, z, (int[]){2, 1, 0}))
USE(broadcast, ons_tensor_broadcast(g, z, ONS_SHAPE(2, 3, 8, 2)))
USE(slice, ons_tensor_slice(g, z, 1, 2, 6, 3))
USE(slice_other, ons_tensor_slice(g, z, 1, 1, 7, 2))
USE(reshape_stays, ons_tensor_reshape(g, z, ONS_SHAPE(3, 1, 8, 1, 2)))
USE(reshape_joins, ons_tensor_reshape(g, z, ONS_SHAPE(24, 2)))
USE(reshape_splits, ons_tensor_reshape(g, z, ONS_SHAPE(3, 2, 4, 2)))
USE(rows, ons_tensor_matmul(g, z, SHAPED(2, 4), 0))
USE(rows_matrix, ons_tensor_matmul(g, z, SHAPED(1, 2, 4), 0))
USE(summed, ons_tensor_matmul(g, z, SHAPED(8, 1), ONS_TRANSPOSE_A))
USE(right_columns, ons_tensor_matmul(g, SHAPED(4, 2), z, ONS_TRANSPOSE_B))
USE(right_summed, ons_tensor_matmul(g, SHAPED(1, 8), z, 0))
USE(right_summed_both, ons_tensor_matmul(g, SHAPED(8, 1), z, ONS_TRANSPOSE_A))
USE(both, ons_tensor_matmul(g, z, z, ONS_TRANSPOSE_A))
#define TURNED(t) ons_tensor_permute(g, t, (int[]){1, 0, 2})
USE(batches, ons_tensor_matmul(g, TURNED(z), TURNED(FULL), ONS_TRANSPOSE_B))
USE(batches_one, ons_tensor_matmul(g, TURNED(z), SHAPED(2, 4), 0))

static use *const uses[] = {
    use_negate,
    use_multiply,
    use_multiply_left,
    use_multiply_number,
    use_multiply_more,
    use_multiply_mask,
    use_divide,
    use_divide_by,
    use_add,
    use_add_full,
    use_subtract_sum,
    use_sum_other,
    use_sum_same,
    use_sum_both,
    use_permute,
    use_broadcast,
    use_slice,
    use_slice_other,
    use_reshape_stays,
    use_reshape_joins,
    use_reshape_splits,
    use_rows,
    use_rows_matrix,
    use_summed,
    use_right_columns,
    use_right_summed,
    use_right_summed_both,
    use_both,
    use_batches,
    use_batches_one,
};

static void test_the_same_numbers_come_out(void **state) {
    (void)state;
    for (size_t u = 0; u < sizeof uses / sizeof *uses; u++) {
        for (int one = 0; one < 2; one++) { /* two numbers with a gap, or a single one, inside */
            ons_tensor_graph *g;
            ons_program *program;
            assert_int_equal(ons_tensor_graph_create(&g, ONS_DOUBLE), ONS_OK);
            const ons_tensor x = ons_tensor_input(g, "x", ONS_DOUBLE, ONS_SHAPE(3, one ? 1 : 2, 2));
            const ons_tensor y = ons_tensor_input(g, "y", ONS_DOUBLE, ONS_SHAPE(8));
            const ons_tensor z = ons_tensor_pad(g, x, 1, 2, one ? 5 : 2, one ? 1 : 3);
            const ons_tensor open = uses[u](g, z, y), hidden = uses[u](g, ons_tensor_tap(g, z, "hidden"), y);
            const ons_tensor outputs[2] = {open, hidden};
            if (ons_program_create(&program, g, outputs, 2, NULL)) { fail_msg("%zu: %s", u, ons_message()); }
            double *numbers[2] = {ons_program_input(program, x), ons_program_input(program, y)};
            for (int i = 0; i < 2; i++) {
                const int count = i ? 8 : one ? 6 : 12;
                for (int k = 0; k < count && numbers[i]; k++) { numbers[i][k] = 0.3 + sin(1.7 * k + i); }
            }
            assert_int_equal(ons_program_run(program), ONS_OK);
            const ons_shape shape = ons_tensor_shape(g, open);
            assert_true(ons_shape_equal(shape, ons_tensor_shape(g, hidden)));
            const double *a = ons_program_output(program, 0), *b = ons_program_output(program, 1);
            for (int64_t k = 0; k < ons_shape_count(shape); k++) {
                if (!(fabs(a[k] - b[k]) <= 1e-14)) { fail_msg("use %zu, element %d: %g, %g", u, (int)k, a[k], b[k]); }
            }
            ons_program_free(program);
            ons_tensor_graph_free(g);
        }
    }
}

enum { ROWS = 5, TOKENS = 4, WIDTH = 6 };

/* Attention of two heads, a residual, an MLP of relu and tanh; the loss of the tokens of a mask or of the last one. */
static ons_tensor block(ons_tensor_graph *g, bool last) {
    const ons_shape square = ONS_SHAPE(WIDTH, WIDTH);
    ons_tensor x = ons_tensor_input(g, "x", ONS_DOUBLE, ONS_SHAPE(ROWS, TOKENS, WIDTH)), in[3];
    for (int i = 0; i < 3; i++) {
        const ons_tensor w = ons_tensor_parameter(g, (const char *[]){"q", "k", "v"}[i], square);
        in[i] = ons_tensor_reshape(g, ons_tensor_matmul(g, x, w, 0), ONS_SHAPE(ROWS, TOKENS, 2, WIDTH / 2));
        in[i] = ons_tensor_permute(g, in[i], (int[]){0, 2, 1, 3});
    }
    const ons_tensor scores = ons_tensor_softmax(g, ons_tensor_matmul(g, in[0], in[1], ONS_TRANSPOSE_B), -1);
    const ons_tensor mixed = ons_tensor_permute(g, ons_tensor_matmul(g, scores, in[2], 0), (int[]){0, 2, 1, 3});
    x = ons_tensor_add(g, x, ons_tensor_reshape(g, mixed, ONS_SHAPE(ROWS, TOKENS, WIDTH)));
    ons_tensor inner = ons_tensor_relu(g, ons_tensor_matmul(g, x, ons_tensor_parameter(g, "up", square), 0));
    inner = ons_tensor_tanh(g, ons_tensor_add(g, inner, ons_tensor_parameter(g, "bias", ONS_SHAPE(WIDTH))));
    x = ons_tensor_add(g, x, ons_tensor_matmul(g, inner, ons_tensor_parameter(g, "down", square), 0));
    if (last) {
        return ons_tensor_sum(g, ons_tensor_square(g, ons_tensor_at(g, x, 1, TOKENS - 1)), ONS_ALL_AXES, false);
    }
    const ons_tensor mask = ons_tensor_input(g, "mask", ONS_DOUBLE, ONS_SHAPE(TOKENS, 1));
    return ons_tensor_sum(g, ons_tensor_square(g, ons_tensor_multiply(g, x, mask)), ONS_ALL_AXES, false);
}

static void test_a_loss_of_the_last_token(void **state) {
    (void)state;
    double gradients[2][5 * WIDTH * WIDTH + WIDTH], work[2];
    const size_t total = sizeof gradients[0] / sizeof(double);
    for (int last = 0; last < 2; last++) {
        ons_tensor_graph *g;
        ons_program *program;
        assert_int_equal(ons_tensor_graph_create(&g, ONS_DOUBLE), ONS_OK);
        const ons_tensor loss = block(g, last);
        const ons_tensor outputs[2] = {loss, ons_tensor_parameter_gradient(g, loss)};
        if (ons_program_create(&program, g, outputs, 2, NULL)) { fail_msg("%s", ons_message()); }
        assert_int_equal(ons_tensor_parameter_total(g), total);
        void *x, *mask;
        double *weights = ons_program_parameters(program);
        assert_int_equal(ons_program_input_named(program, "x", &x), ONS_OK);
        for (int k = 0; k < ROWS * TOKENS * WIDTH; k++) { ((double *)x)[k] = sin(1.3 * k); }
        for (size_t k = 0; k < total; k++) { weights[k] = cos(2.1 * (double)k) / 2; }
        if (!last) {
            assert_int_equal(ons_program_input_named(program, "mask", &mask), ONS_OK);
            ((double *)mask)[TOKENS - 1] = 1;
        }
        assert_int_equal(ons_program_run(program), ONS_OK);
        for (size_t k = 0; k < total; k++) { gradients[last][k] = ((const double *)ons_program_output(program, 1))[k]; }
        work[last] = ons_program_figures_of(program).multiplications;
        for (size_t k = 0; k < total && last; k += 7) { /* differences of order h^4: some 1e-9 */
            const double h = 1e-3, here = weights[k];
            double f[4];
            for (int i = 0; i < 4; i++) {
                weights[k] = here + h * (double[]){1, -1, 2, -2}[i];
                assert_int_equal(ons_program_run(program), ONS_OK);
                f[i] = ons_program_scalar(program, 0);
            }
            weights[k] = here;
            const double expected = (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * h);
            assert_true(fabs(gradients[1][k] - expected) <= 1e-7 * (1 + fabs(expected)));
        }
        ons_program_free(program);
        ons_tensor_graph_free(g);
    }
    for (size_t k = 0; k < total; k++) { assert_true(fabs(gradients[0][k] - gradients[1][k]) <= 1e-12); }
    /* Forward the same; back, of 5 products by weights of every token only keys and values are left whole: counted
     * without the small products of attention 5 + 2 (2 + 3/4) of 15. */
    assert_true(work[1] < 0.75 * work[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_numbers_come_out),
        cmocka_unit_test(test_a_loss_of_the_last_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

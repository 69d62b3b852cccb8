/*
 * Programs of graphs of tensors: loops over tiles against whole operations, the same bits for any number of threads,
 * products of matrices against sums, Jacobians of examples against single gradients, names, taps, faults.
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

static void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance)) { fail_msg("%.17g, expected %.17g", value, expected); }
}

static void fill(double *x, size_t n, double low, double high, uint32_t purpose) {
    ons_random random = ons_random_stream(ons_random_key(11, 1), 0, purpose);
    for (size_t i = 0; i < n; i++) { x[i] = low + (high - low) * ons_random_uniform(&random); }
}

static ons_tensor_graph *new_graph(ons_tensor_type type) {
    ons_tensor_graph *graph;
    assert_int_equal(ons_tensor_graph_create(&graph, type), ONS_OK);
    return graph;
}

static ons_tensor layer(ons_tensor_graph *g, const char *name, ons_tensor x, int64_t out) {
    ons_tensor_scope(g, name);
    ons_tensor w = ons_tensor_parameter(g, "weight", ONS_SHAPE(ons_tensor_size(g, x, -1), out));
    ons_tensor b = ons_tensor_parameter(g, "bias", ONS_SHAPE(out));
    ons_tensor y = ons_tensor_add(g, ons_tensor_matmul(g, x, w, 0), b);
    ons_tensor_leave(g);
    return y;
}

/* ---- tiles ------------------------------------------------------------------------------------------------------- */

/* Several ways in which rows meet: a residual with jets, weights that look at all rows, batches of matrices, labels. */
static ons_tensor model(ons_tensor_graph *g, int64_t rows, int kind, ons_tensor *x, ons_tensor *labels) {
    *x = ons_tensor_input(g, "x", ONS_DOUBLE, ONS_SHAPE(rows, 6));
    *labels = ons_tensor_input(g, "labels", ONS_INDEX, ONS_SHAPE(rows));
    ons_tensor h = ons_tensor_tanh(g, layer(g, "first", *x, 13));
    if (kind == 1) { /* attention of three parts of a row to one another */
        ons_tensor parts = ons_tensor_reshape(g, layer(g, "parts", h, 12), ONS_SHAPE(rows, 3, 4));
        ons_tensor scores = ons_tensor_softmax(g, ons_tensor_matmul(g, parts, parts, ONS_TRANSPOSE_B), -1);
        h = ons_tensor_reshape(g, ons_tensor_matmul(g, scores, parts, 0), ONS_SHAPE(rows, 12));
    }
    if (kind == 2) { h = ons_tensor_gather(g, ons_tensor_parameter(g, "table", ONS_SHAPE(5, 9)), *labels); }
    if (kind == 3) { /* normalised over the batch */
        ons_tensor mean = ons_tensor_mean(g, h, ONS_AXIS(0), true), d = ons_tensor_subtract(g, h, mean);
        ons_tensor variance = ons_tensor_mean(g, ons_tensor_square(g, d), ONS_AXIS(0), true);
        h = ons_tensor_multiply(g, d, ons_tensor_rsqrt(g, ons_tensor_shift(g, variance, 1e-3)));
    }
    if (kind == 4) { h = ons_tensor_cumulative_sum(g, ons_tensor_scale(g, h, 0.1), 0, false); }
    ons_tensor y = layer(g, "last", h, 5);
    if (kind == 0) { /* u_00 + u_1 + u, weighted by sums over earlier rows */
        const ons_partial partials[2] = {{{2, 0}}, {{0, 1}}};
        ons_tensor d[2];
        ons_tensor_jet_columns(g, &y, 1, *x, (int[]){0, 3}, 2, partials, 2, d);
        ons_tensor r = ons_tensor_square(g, ons_tensor_add(g, ons_tensor_add(g, d[0], d[1]), y));
        ons_tensor sum = ons_tensor_cumulative_sum(g, ons_tensor_mean(g, r, ONS_AXIS(1), true), 0, false);
        ons_tensor weight = ons_tensor_stop(g, ons_tensor_exp(g, ons_tensor_scale(g, sum, -0.01)));
        return ons_tensor_mean(g, ons_tensor_multiply(g, weight, r), ONS_ALL_AXES, false);
    }
    ons_tensor chosen = ons_tensor_pick(g, ons_tensor_log_softmax(g, y, -1), *labels);
    return ons_tensor_negate(g, ons_tensor_mean(g, chosen, ONS_ALL_AXES, false));
}

static void run_model(ons_tensor_graph *g, const ons_tensor *outputs, ons_tensor x, ons_tensor labels, int64_t rows,
                      unsigned threads, bool plain, double *loss, double *gradient) {
    ons_program *program;
    const ons_program_options options = {.threads = threads, .plain = plain};
    if (ons_program_create(&program, g, outputs, 2, &options)) { fail_msg("%s", ons_message()); }
    double *at = ons_program_input(program, x);
    int32_t *label = ons_program_input(program, labels);
    if (at) { fill(at, (size_t)rows * 6, -1, 1, 1); }
    for (int64_t i = 0; i < rows && label; i++) { label[i] = (int32_t)(i * 7 % 5); }
    fill(ons_program_parameters(program), ons_tensor_parameter_total(g), -0.7, 0.7, 2);
    for (int run = 0; run < 2; run++) { assert_int_equal(ons_program_run(program), ONS_OK); } /* memory is used again */
    *loss = ons_program_scalar(program, 0);
    memcpy(gradient, ons_program_output(program, 1), ons_tensor_parameter_total(g) * sizeof *gradient);
    ons_program_free(program);
}

static void test_tiles_match_whole_operations_and_threads_change_no_bit(void **state) {
    (void)state;
    const int64_t sizes[] = {2, 37, 1000, 4099};
    for (int kind = 0; kind < 5; kind++) {
        for (size_t s = 0; s < 4; s++) {
            ons_tensor_graph *g = new_graph(ONS_DOUBLE);
            ons_tensor x, labels, outputs[2];
            outputs[0] = model(g, sizes[s], kind, &x, &labels);
            outputs[1] = ons_tensor_parameter_gradient(g, outputs[0]);
            double loss[4], *gradient[4];
            for (unsigned i = 0; i < 4; i++) {
                gradient[i] = malloc(ons_tensor_parameter_total(g) * sizeof(double));
                run_model(g, outputs, x, labels, sizes[s], i, i == 0, &loss[i], gradient[i]);
            }
            assert_near(loss[1], loss[0], 1e-12 * (1 + fabs(loss[0])));
            for (size_t p = 0; p < ons_tensor_parameter_total(g); p++) {
                assert_near(gradient[1][p], gradient[0][p], 1e-12 * (1 + fabs(gradient[0][p])));
            }
            for (int i = 2; i < 4; i++) {
                assert_memory_equal(&loss[i], &loss[1], sizeof(double));
                assert_memory_equal(gradient[i], gradient[1], ons_tensor_parameter_total(g) * sizeof(double));
            }
            for (int i = 0; i < 4; i++) { free(gradient[i]); }
            ons_tensor_graph_free(g);
        }
    }
}

/* ---- products ---------------------------------------------------------------------------------------------------- */

static void check_product(int64_t n, int64_t m, int64_t k, unsigned transposes, ons_tensor_type type) {
    ons_tensor_graph *g = new_graph(type);
    const bool ta = transposes & ONS_TRANSPOSE_A, tb = transposes & ONS_TRANSPOSE_B;
    ons_tensor a = ons_tensor_input(g, "a", type, ta ? ONS_SHAPE(k, n) : ONS_SHAPE(n, k));
    ons_tensor b = ons_tensor_input(g, "b", type, tb ? ONS_SHAPE(m, k) : ONS_SHAPE(k, m));
    ons_tensor c = ons_tensor_matmul(g, a, b, transposes);
    ons_program *program;
    assert_int_equal(ons_program_create(&program, g, &c, 1, NULL), ONS_OK);
    double *A = malloc((size_t)(n * k) * sizeof *A), *B = malloc((size_t)(k * m) * sizeof *B);
    fill(A, (size_t)(n * k), -1, 1, 1);
    fill(B, (size_t)(k * m), -1, 1, 2);
    void *to_a = ons_program_input(program, a), *to_b = ons_program_input(program, b);
    for (int64_t i = 0; i < n * k; i++) {
        if (type == ONS_FLOAT) {
            ((float *)to_a)[i] = (float)(A[i] = (float)A[i]);
        } else {
            ((double *)to_a)[i] = A[i];
        }
    }
    for (int64_t i = 0; i < k * m; i++) {
        if (type == ONS_FLOAT) {
            ((float *)to_b)[i] = (float)(B[i] = (float)B[i]);
        } else {
            ((double *)to_b)[i] = B[i];
        }
    }
    assert_int_equal(ons_program_run(program), ONS_OK);
    const void *C = ons_program_output(program, 0);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < m; j++) {
            double sum = 0;
            for (int64_t p = 0; p < k; p++) { sum += A[ta ? p * n + i : i * k + p] * B[tb ? j * k + p : p * m + j]; }
            const double got =
                type == ONS_FLOAT ? (double)((const float *)C)[i * m + j] : ((const double *)C)[i * m + j];
            assert_near(got, sum, (type == ONS_FLOAT ? 1e-6 : 1e-15) * (double)(k + 4));
        }
    }
    free(A);
    free(B);
    ons_program_free(program);
    ons_tensor_graph_free(g);
}

static void test_products_of_all_sizes_match_sums(void **state) {
    (void)state;
    const int64_t sizes[][3] = {{1, 1, 1},    {1, 16, 16},  {16, 1, 16},  {16, 16, 1},   {3, 5, 7},   {16, 16, 16},
                                {13, 33, 65}, {12, 32, 48}, {40, 50, 60}, {97, 31, 300}, {7, 200, 9}, {100, 67, 513}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (unsigned transposes = 0; transposes < 4; transposes++) {
            check_product(sizes[s][0], sizes[s][1], sizes[s][2], transposes, ONS_DOUBLE);
            check_product(sizes[s][0], sizes[s][1], sizes[s][2], transposes, ONS_FLOAT);
        }
    }
}

/* ---- many examples ----------------------------------------------------------------------------------------------- */

static void test_jacobians_of_examples_match_single_gradients(void **state) {
    (void)state;
    ons_tensor_graph *g = new_graph(ONS_DOUBLE);
    ons_tensor x = ons_tensor_input(g, "x", ONS_DOUBLE, ONS_SHAPE(1, 3));
    ons_tensor many = ons_tensor_input(g, "many", ONS_DOUBLE, ONS_SHAPE(5, 1, 3));
    ons_tensor y = layer(g, "last", ons_tensor_tanh(g, layer(g, "first", x, 4)), 2), outputs[3];
    outputs[0] = ons_tensor_jacobians(g, x, y, many);
    for (int r = 0; r < 2; r++) {
        outputs[1 + r] = ons_tensor_parameter_gradient(g, ons_tensor_at(g, ons_tensor_at(g, y, 0, 0), 0, r));
    }
    ons_program *program;
    if (ons_program_create(&program, g, outputs, 3, NULL)) { fail_msg("%s", ons_message()); }
    const size_t total = ons_tensor_parameter_total(g);
    double *one = ons_program_input(program, x), *all = ons_program_input(program, many);
    fill(all, 15, -1, 1, 1);
    fill(ons_program_parameters(program), total, -1, 1, 2);
    for (size_t example = 0; example < 5; example++) {
        memcpy(one, all + 3 * example, 3 * sizeof *one);
        assert_int_equal(ons_program_run(program), ONS_OK);
        for (size_t r = 0; r < 2; r++) {
            const double *gradient = ons_program_output(program, 1 + r);
            const double *row = (const double *)ons_program_output(program, 0) + (2 * example + r) * total;
            for (size_t p = 0; p < total; p++) { assert_near(row[p], gradient[p], 1e-13); }
        }
    }
    ons_program_free(program);
    ons_tensor_graph_free(g);
}

/* ---- names, taps, faults ----------------------------------------------------------------------------------------- */

static void test_parameters_lie_in_one_array_and_are_tied_by_name(void **state) {
    (void)state;
    ons_tensor_graph *g = new_graph(ONS_FLOAT);
    ons_tensor x = ons_tensor_input(g, "x", ONS_FLOAT, ONS_SHAPE(2, 4));
    layer(g, "a", x, 4);
    layer(g, "b", x, 3);
    const size_t count = ons_tensor_graph_count(g);
    layer(g, "a", x, 4); /* the same layer again adds nothing */
    assert_int_equal(ons_tensor_graph_count(g), count);
    assert_int_equal(ons_tensor_parameter_count(g), 4);
    assert_int_equal(ons_tensor_parameter_total(g), 16 + 4 + 12 + 3);
    const ons_tensor_parameter_info info = ons_tensor_parameter_at(g, 2);
    assert_string_equal(info.name, "b/weight");
    assert_int_equal(info.offset, 20);
    assert_int_equal(info.count, 12);
    size_t index;
    assert_int_equal(ons_tensor_parameter_find(g, "b/wieght", &index), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "b/weight"));
    ons_tensor_graph_free(g);
}

static void test_shapes_that_do_not_fit_are_named_by_layer(void **state) {
    (void)state;
    ons_tensor_graph *g = new_graph(ONS_FLOAT);
    ons_tensor x = ons_tensor_input(g, "x", ONS_FLOAT, ONS_SHAPE(32, 784));
    ons_tensor_scope(g, "encoder");
    ons_tensor_scope(g, "second");
    ons_tensor y = ons_tensor_matmul(g, x, ons_tensor_parameter(g, "weight", ONS_SHAPE(300, 100)), 0);
    assert_int_equal(y, ONS_NO_TENSOR);
    ons_tensor_matmul(g, x, ons_tensor_transpose(g, y), 0); /* silent */
    ons_program *program;
    assert_int_equal(ons_program_create(&program, g, &y, 1, NULL), ONS_INVALID);
    assert_string_equal(ons_message(), "encoder/second: matmul of x [32, 784] with encoder/second/weight [300, 100]");
    ons_tensor_graph_free(g);
}

static void test_first_bad_tensor_is_named(void **state) {
    (void)state;
    ons_tensor_graph *g = new_graph(ONS_DOUBLE);
    ons_tensor x = ons_tensor_input(g, "x", ONS_DOUBLE, ONS_SHAPE(100, 2));
    ons_tensor_scope(g, "energy");
    ons_tensor y = ons_tensor_exp(g, ons_tensor_log(g, x));
    ons_tensor_leave(g);
    ons_tensor loss = ons_tensor_sum(g, y, ONS_ALL_AXES, false), bad;
    ons_program *program;
    char text[400];
    assert_int_equal(ons_program_create(&program, g, &loss, 1, NULL), ONS_OK);
    double *at = ons_program_input(program, x);
    for (int i = 0; i < 200; i++) { at[i] = 1 + i; }
    assert_int_equal(ons_program_run(program), ONS_OK);
    assert_int_equal(ons_program_first_bad(program, &bad, text), ONS_OK);
    assert_int_equal(bad, ONS_NO_TENSOR);
    at[37] = -1;
    assert_int_equal(ons_program_run(program), ONS_OK);
    assert_true(isnan(ons_program_scalar(program, 0)));
    assert_int_equal(ons_program_first_bad(program, &bad, text), ONS_OK);
    assert_string_equal(text, "log in energy is nan at element 37 of [100, 2]");
    ons_program_free(program);
    ons_tensor_graph_free(g);
}

static void test_taps_are_read_and_written(void **state) {
    (void)state;
    ons_tensor_graph *g = new_graph(ONS_DOUBLE);
    ons_tensor x = ons_tensor_input(g, "x", ONS_DOUBLE, ONS_SHAPE(70, 1));
    ons_tensor h = ons_tensor_tap(g, ons_tensor_square(g, x), "activation"), found;
    ons_tensor outputs[2] = {ons_tensor_sum(g, ons_tensor_shift(g, h, 1), ONS_ALL_AXES, false), h};
    ons_program *program;
    const ons_program_options options = {.overrides = &h, .overrides_count = 1};
    assert_int_equal(ons_program_create(&program, g, outputs, 2, &options), ONS_OK);
    assert_int_equal(ons_tensor_find(g, "activation", &found), ONS_OK);
    assert_int_equal(found, h);
    double *at = ons_program_input(program, x), twos[70];
    for (int i = 0; i < 70; i++) {
        at[i] = 3;
        twos[i] = 2;
    }
    assert_int_equal(ons_program_run(program), ONS_OK);
    assert_near(ons_program_scalar(program, 0), 700, 0);
    assert_near(((const double *)ons_program_output(program, 1))[69], 9, 0);
    assert_int_equal(ons_program_override(program, h, twos), ONS_OK);
    assert_int_equal(ons_program_run(program), ONS_OK);
    assert_near(ons_program_scalar(program, 0), 210, 0);
    assert_int_equal(ons_program_override(program, h, NULL), ONS_OK);
    assert_int_equal(ons_program_run(program), ONS_OK);
    assert_near(ons_program_scalar(program, 0), 700, 0);
    ons_program_free(program);
    ons_tensor_graph_free(g);
}

static void test_indices_outside_and_too_much_memory_are_refused(void **state) {
    (void)state;
    ons_tensor_graph *g = new_graph(ONS_DOUBLE);
    ons_tensor k = ons_tensor_input(g, "k", ONS_INDEX, ONS_SHAPE(50));
    ons_tensor_scope(g, "embedding");
    ons_tensor y = ons_tensor_gather(g, ons_tensor_parameter(g, "table", ONS_SHAPE(7, 3)), k);
    ons_tensor_leave(g);
    ons_program *program;
    assert_int_equal(ons_program_create(&program, g, &y, 1, NULL), ONS_OK);
    int32_t *index = ons_program_input(program, k);
    assert_int_equal(ons_program_run(program), ONS_OK);
    index[41] = 7;
    assert_int_equal(ons_program_run(program), ONS_INVALID);
    assert_string_equal(ons_message(), "embedding/gather: index 7 lies outside 0 to 6");
    ons_program_free(program);
    const ons_program_options small = {.memory = 100};
    assert_int_equal(ons_program_create(&program, g, &y, 1, &small), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "MB"));
    ons_tensor_graph_free(g);
}

/* Our own tanh against libm's in double precision: some units in the last place everywhere, and its limits. */
static void test_tanh_in_single_precision(void **state) {
    (void)state;
    enum { COUNT = 4099 };
    ons_tensor_graph *g;
    assert_int_equal(ons_tensor_graph_create(&g, ONS_FLOAT), ONS_OK);
    ons_tensor x = ons_tensor_input(g, "x", ONS_FLOAT, ONS_SHAPE(COUNT)), y = ons_tensor_tanh(g, x);
    ons_program *program;
    assert_int_equal(ons_program_create(&program, g, &y, 1, NULL), ONS_OK);
    float *in = ons_program_input(program, x);
    const float special[] = {0, -0.0F, INFINITY, -INFINITY, NAN, 1e-40F, 9.2F, -1e30F};
    for (int i = 0; i < COUNT; i++) { in[i] = (float)((i % 2 ? -1 : 1) * exp(-20 + 24.0 * i / COUNT)); }
    for (int i = 0; i < 8; i++) { in[i] = special[i]; }
    assert_int_equal(ons_program_run(program), ONS_OK);
    const float *out = ons_program_output(program, 0);
    for (int i = 0; i < COUNT; i++) {
        const double exact = tanh((double)in[i]);
        if (isnan(exact)) {
            assert_true(isnan(out[i]));
            continue;
        }
        assert_true(fabs((double)out[i] - exact) <= 4 * 0x1p-24 * fabs(exact) + 0x1p-149);
        assert_true(!signbit(out[i]) == !signbit(in[i]));
    }
    ons_program_free(program);
    ons_tensor_graph_free(g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tanh_in_single_precision),
        cmocka_unit_test(test_tiles_match_whole_operations_and_threads_change_no_bit),
        cmocka_unit_test(test_products_of_all_sizes_match_sums),
        cmocka_unit_test(test_jacobians_of_examples_match_single_gradients),
        cmocka_unit_test(test_parameters_lie_in_one_array_and_are_tied_by_name),
        cmocka_unit_test(test_shapes_that_do_not_fit_are_named_by_layer),
        cmocka_unit_test(test_first_bad_tensor_is_named),
        cmocka_unit_test(test_taps_are_read_and_written),
        cmocka_unit_test(test_indices_outside_and_too_much_memory_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

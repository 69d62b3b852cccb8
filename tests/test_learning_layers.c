/*
 * Layers: derivatives of every one against differences, values against loops written out, first values, groups.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <onsager/learning/derivatives.h>
#include <onsager/learning/layers.h>
#include <onsager/learning/program.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void near(double a, double b, double tolerance) {
    if (!(fabs(a - b) <= tolerance)) { fail_msg("%.17g is not %.17g within %g", a, b, tolerance); }
}

/* ---- a layer alone ------------------------------------------------------------------------------------------------
 */

typedef struct bench {
    ons_tensor_graph *graph;
    ons_layers *layers;
    ons_program *program; /* a loss, its gradient, the layer's result */
    ons_tensor a;
    double *weights, *input;
    size_t count, inputs;
} bench;

typedef ons_tensor (*layer)(bench *b);

static void fill(double *numbers, size_t count, uint32_t purpose) {
    ons_random random = ons_random_stream(77, 0, purpose);
    for (size_t k = 0; k < count; k++) { numbers[k] = ons_random_normal(&random); }
}

/* loss = sum over the results of sin(result + 0.1 place). */
static bench begin(layer make, ons_shape shape) {
    bench b = {0};
    assert_int_equal(ons_tensor_graph_create(&b.graph, ONS_DOUBLE), ONS_OK);
    assert_int_equal(ons_layers_create(&b.layers, b.graph), ONS_OK);
    b.a = ons_tensor_input(b.graph, "a", ONS_DOUBLE, shape);
    const ons_tensor out = make(&b);
    const ons_shape result = ons_tensor_shape(b.graph, out);
    const size_t n = (size_t)ons_shape_count(result);
    double *places = malloc(n * sizeof *places);
    for (size_t k = 0; k < n; k++) { places[k] = 0.1 * (double)k; }
    const ons_tensor place = ons_tensor_constant(b.graph, ONS_DOUBLE, result, places);
    free(places);
    ons_tensor outputs[3] = {
        ons_tensor_sum(b.graph, ons_tensor_sin(b.graph, ons_tensor_add(b.graph, out, place)), ONS_ALL_AXES, false)};
    outputs[1] = ons_tensor_parameter_gradient(b.graph, outputs[0]);
    outputs[2] = out;
    if (ons_program_create(&b.program, b.graph, outputs, 3, NULL) != ONS_OK) { fail_msg("%s", ons_message()); }
    b.count = ons_tensor_parameter_total(b.graph);
    b.inputs = (size_t)ons_shape_count(shape);
    b.weights = ons_program_parameters(b.program);
    b.input = ons_program_input(b.program, b.a);
    assert_int_equal(ons_layers_draw(b.layers, 5, 0, b.weights), ONS_OK);
    if (b.input) { fill(b.input, b.inputs, 1); } /* an embedding reads none */
    assert_int_equal(ons_program_run(b.program), ONS_OK);
    return b;
}

static void end(bench *b) {
    ons_program_free(b->program);
    ons_layers_free(b->layers);
    ons_tensor_graph_free(b->graph);
}

/* Central differences of 1e-5: errors of 1e-10 of the third derivative, and 1e-11 by rounding. */
static void check_gradient(layer make, ons_shape shape) {
    bench b = begin(make, shape);
    assert_true(b.count > 0);
    double *gradient = malloc(b.count * sizeof *gradient);
    memcpy(gradient, ons_program_output(b.program, 1), b.count * sizeof *gradient);
    for (size_t k = 0; k < b.count; k++) {
        const double kept = b.weights[k], h = 1e-5;
        b.weights[k] = kept + h;
        ons_program_run(b.program);
        const double up = ons_program_scalar(b.program, 0);
        b.weights[k] = kept - h;
        ons_program_run(b.program);
        const double down = ons_program_scalar(b.program, 0);
        b.weights[k] = kept;
        near(gradient[k], (up - down) / (2 * h), 1e-6 * (1 + fabs(gradient[k])));
    }
    free(gradient);
    end(&b);
}

static ons_tensor dense(bench *b) { return ons_layer_dense(b->layers, "dense", b->a, &(ons_dense){.outputs = 4}); }
static ons_tensor mlp(bench *b) {
    return ons_layer_mlp(b->layers, "mlp", b->a, (int64_t[]){5, 4, 2}, 3, ONS_ACTIVATION_GELU);
}
static ons_tensor gated(bench *b) {
    return ons_layer_gated_mlp(b->layers, "gated", b->a, (int64_t[]){5, 5, 2}, 3, ONS_ACTIVATION_TANH);
}
static ons_tensor fourier(bench *b) { return ons_layer_fourier(b->layers, "fourier", b->a, 3, 2, true); }
static ons_tensor layer_norm(bench *b) { return ons_layer_norm(b->layers, "norm", b->a, 0); }
static ons_tensor rms_norm(bench *b) { return ons_layer_rms_norm(b->layers, "norm", b->a, 0); }
static ons_tensor batch_norm(bench *b) {
    ons_tensor mean, variance;
    return ons_layer_batch_norm(b->layers, "norm", b->a, 0, true, &mean, &variance);
}
static ons_tensor attention(bench *b) {
    return ons_layer_attention(b->layers, "attention", b->a,
                               &(ons_attention){.heads = 2, .causal = true, .qk_norm = true});
}
static ons_tensor lstm(bench *b) { return ons_layer_lstm(b->layers, "lstm", b->a, 3); }
static ons_tensor gru(bench *b) { return ons_layer_gru(b->layers, "gru", b->a, 3); }
static ons_tensor state_space(bench *b) { return ons_layer_state_space(b->layers, "space", b->a, 3); }
static ons_tensor convolution(bench *b) {
    const ons_convolution options = {.stride = {2, 2}, .before = {1, 1}, .after = {1, 1}};
    return ons_layer_convolution(b->layers, "convolution", b->a, 3, 3, &options);
}
static ons_tensor ring(bench *b, bool mean) {
    const int32_t from[] = {0, 1, 2, 3, 4, 0}, to[] = {1, 2, 3, 4, 0, 2};
    const ons_tensor source = ons_tensor_constant(b->graph, ONS_INDEX, ONS_SHAPE(6), from);
    const ons_tensor target = ons_tensor_constant(b->graph, ONS_INDEX, ONS_SHAPE(6), to);
    const ons_messages options = {
        .hidden = 4, .width = 3, .outputs = 2, .mean = mean, .activation = ONS_ACTIVATION_TANH};
    return ons_layer_messages(b->layers, "messages", b->a, source, target, ONS_NO_TENSOR, &options);
}
static ons_tensor messages(bench *b) { return ring(b, true); }
static ons_tensor embedding(bench *b) {
    const int32_t words[] = {0, 2, 2, 1};
    const ons_tensor index = ons_tensor_constant(b->graph, ONS_INDEX, ONS_SHAPE(4), words);
    return ons_layer_embedding(b->layers, "embedding", index, 3, 2, (ons_initial){0});
}

static void test_derivatives_of_every_layer(void **state) {
    const layer rows[] = {dense, mlp, gated, fourier, layer_norm, rms_norm, batch_norm, embedding};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) { check_gradient(rows[k], ONS_SHAPE(6, 3)); }
    const layer sequences[] = {attention, lstm, gru, state_space};
    for (size_t k = 0; k < sizeof sequences / sizeof *sequences; k++) {
        check_gradient(sequences[k], ONS_SHAPE(2, 4, 6));
    }
    check_gradient(batch_norm, ONS_SHAPE(3, 2, 4));
    check_gradient(convolution, ONS_SHAPE(2, 2, 5, 4));
    check_gradient(convolution, ONS_SHAPE(2, 2, 7));
    check_gradient(messages, ONS_SHAPE(5, 3));
}

/* ---- values -------------------------------------------------------------------------------------------------------
 */

static const double *parameter(const bench *b, const char *name) {
    size_t index;
    if (ons_tensor_parameter_find(b->graph, name, &index) != ONS_OK) { fail_msg("%s", ons_message()); }
    return b->weights + ons_tensor_parameter_at(b->graph, index).offset;
}

static void test_dense_layer_is_a_product(void **state) {
    bench b = begin(dense, ONS_SHAPE(6, 3));
    fill(b.weights, b.count, 9);
    ons_program_run(b.program);
    const double *w = parameter(&b, "dense/weight"), *bias = parameter(&b, "dense/bias");
    const double *out = ons_program_output(b.program, 2);
    for (size_t n = 0; n < 6; n++) {
        for (size_t j = 0; j < 4; j++) {
            double sum = bias[j];
            for (size_t i = 0; i < 3; i++) { sum += b.input[3 * n + i] * w[4 * i + j]; }
            near(out[4 * n + j], sum, 1e-14);
        }
    }
    end(&b);
}

static void test_normalised_rows(void **state) {
    bench b = begin(layer_norm, ONS_SHAPE(6, 3)), c = begin(rms_norm, ONS_SHAPE(6, 3));
    const double *out = ons_program_output(b.program, 2), *rms = ons_program_output(c.program, 2);
    for (size_t n = 0; n < 6; n++) {
        double mean = 0, square = 0, power = 0, raw = 0;
        for (size_t i = 0; i < 3; i++) {
            mean += out[3 * n + i] / 3;
            square += out[3 * n + i] * out[3 * n + i] / 3;
            power += rms[3 * n + i] * rms[3 * n + i] / 3;
            raw += c.input[3 * n + i] * c.input[3 * n + i] / 3;
        }
        near(mean, 0, 1e-14);
        near(square, 1, 1e-3);
        near(power, raw / (raw + 1e-6), 1e-13);
    }
    end(&b);
    end(&c);
}

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

/* The equations of the paper, written out. */
static void test_lstm_and_gru_follow_their_equations(void **state) {
    bench b = begin(lstm, ONS_SHAPE(2, 4, 6)), d = begin(gru, ONS_SHAPE(2, 4, 6));
    const bench *both[] = {&b, &d};
    for (int which = 0; which < 2; which++) {
        const bench *x = both[which];
        const size_t gates = which ? 3 : 4, all = 3 * gates;
        const char *names[2][4] = {{"lstm/input-weight", "lstm/state-weight", "lstm/input-bias", "lstm/state-bias"},
                                   {"gru/input-weight", "gru/state-weight", "gru/input-bias", "gru/state-bias"}};
        const double *in = parameter(x, names[which][0]), *turn = parameter(x, names[which][1]);
        const double *b1 = parameter(x, names[which][2]), *b2 = parameter(x, names[which][3]);
        const double *out = ons_program_output(x->program, 2);
        for (size_t n = 0; n < 2; n++) {
            double h[3] = {0}, c[3] = {0};
            for (size_t t = 0; t < 4; t++) {
                double first[12], second[12];
                for (size_t g = 0; g < all; g++) {
                    first[g] = b1[g];
                    second[g] = b2[g];
                    for (size_t i = 0; i < 6; i++) { first[g] += x->input[(n * 4 + t) * 6 + i] * in[i * all + g]; }
                    for (size_t i = 0; i < 3; i++) { second[g] += h[i] * turn[i * all + g]; }
                }
                for (size_t u = 0; u < 3; u++) {
                    if (which) {
                        const double r = sigmoid(first[u] + second[u]), z = sigmoid(first[3 + u] + second[3 + u]);
                        h[u] = (1 - z) * tanh(first[6 + u] + r * second[6 + u]) + z * h[u];
                    } else {
                        c[u] = sigmoid(first[3 + u] + second[3 + u]) * c[u] +
                               sigmoid(first[u] + second[u]) * tanh(first[6 + u] + second[6 + u]);
                        h[u] = sigmoid(first[9 + u] + second[9 + u]) * tanh(c[u]);
                    }
                    near(out[(n * 4 + t) * 3 + u], h[u], 1e-13);
                }
            }
        }
    }
    end(&b);
    end(&d);
}

/* What is later does not change what is earlier. */
static void causal(layer make) {
    bench b = begin(make, ONS_SHAPE(2, 4, 6));
    const size_t width = (size_t)ons_tensor_size(b.graph, b.a, 1) * 6;
    const double *out = ons_program_output(b.program, 2);
    double before[6];
    memcpy(before, out, sizeof before);
    for (size_t i = 2 * 6; i < width; i++) { b.input[i] += 3; }
    ons_program_run(b.program);
    for (size_t i = 0; i < 6; i++) { near(out[i], before[i], 0); }
    end(&b);
}

static void test_sequences_know_no_future(void **state) {
    causal(attention);
    causal(state_space);
}

/* A single head with two times, by hand: the second row mixes both values. */
static void test_attention_pattern_is_a_softmax(void **state) {
    bench b = begin(attention, ONS_SHAPE(2, 4, 6));
    ons_tensor pattern;
    ons_program *program;
    assert_int_equal(ons_tensor_find(b.graph, "attention/pattern", &pattern), ONS_OK);
    assert_int_equal(ons_program_create(&program, b.graph, &pattern, 1, NULL), ONS_OK);
    ons_program_share_parameters(program, b.weights);
    memcpy(ons_program_input(program, b.a), b.input, b.inputs * sizeof *b.input);
    ons_program_run(program);
    const double *p = ons_program_output(program, 0);
    for (size_t row = 0; row < 2 * 2 * 4; row++) {
        double sum = 0;
        for (size_t k = 0; k < 4; k++) {
            sum += p[4 * row + k];
            if (k > row % 4) { near(p[4 * row + k], 0, 0); }
        }
        near(sum, 1, 1e-14);
    }
    ons_program_free(program);
    end(&b);
}

/* ---- first values and groups --------------------------------------------------------------------------------------
 */

static ons_tensor two(bench *b) {
    const ons_tensor first = ons_layer_dense(b->layers, "first", b->a, &(ons_dense){.outputs = 400});
    return ons_layer_dense(b->layers, "second", first,
                           &(ons_dense){.outputs = 300, .weight = {ONS_INITIAL_KAIMING_NORMAL, 0}});
}
static ons_tensor second_only(bench *b) {
    const ons_tensor first = ons_layer_dense(b->layers, "other", b->a, &(ons_dense){.outputs = 400});
    return ons_layer_dense(b->layers, "second", first,
                           &(ons_dense){.outputs = 300, .weight = {ONS_INITIAL_KAIMING_NORMAL, 0}});
}

/* Variances over 80,000 and 120,000 numbers: 6 standard deviations. */
static void test_first_values(void **state) {
    bench b = begin(two, ONS_SHAPE(1, 200)), c = begin(second_only, ONS_SHAPE(1, 200));
    const double *w = parameter(&b, "first/weight"), *v = parameter(&b, "second/weight");
    double square = 0, other = 0, largest = 0;
    for (size_t k = 0; k < 80000; k++) {
        square += w[k] * w[k] / 80000;
        largest = fmax(largest, fabs(w[k]));
    }
    for (size_t k = 0; k < 120000; k++) { other += v[k] * v[k] / 120000; }
    const double bound = sqrt(6.0 / 600);
    near(square, bound * bound / 3, 6 * bound * bound * sqrt(4.0 / 45 / 80000));
    assert_true(largest <= bound && largest > 0.99 * bound);
    near(other, 2.0 / 400, 6 * 2.0 / 400 * sqrt(2.0 / 120000));
    /* values depend on the name alone */
    assert_memory_equal(v, parameter(&c, "second/weight"), 120000 * sizeof *v);
    end(&b);
    end(&c);
}

static void test_groups_by_name(void **state) {
    bench b = begin(mlp, ONS_SHAPE(6, 3));
    ons_parameter_group *groups;
    size_t count;
    const ons_group_rule rules[] = {{"*/bias", 2, 0}, {"mlp/0/*", 0, 1}};
    assert_int_equal(ons_layers_groups(b.graph, rules, 2, &groups, &count), ONS_OK);
    assert_int_equal(count, 6);
    for (size_t k = 0; k < count; k++) {
        const bool bias = strstr(groups[k].name, "bias") != NULL, first = strstr(groups[k].name, "mlp/0/") != NULL;
        near(groups[k].rate, first ? 0 : bias ? 2 : 1, 0);
        near(groups[k].decay, bias ? 0 : 1, 0);
    }
    free(groups);
    assert_int_equal(ons_layers_groups(b.graph, &(ons_group_rule){"mlp/0/wait", 1, 1}, 1, &groups, &count),
                     ONS_INVALID);
    assert_non_null(strstr(ons_message(), "mlp/0/weight"));
    end(&b);
}

/* The same name again is the same tensor; what does not fit is named with its layer and both shapes. */
static void test_tied_weights_and_shapes_that_do_not_fit(void **state) {
    ons_tensor_graph *graph;
    ons_layers *layers;
    assert_int_equal(ons_tensor_graph_create(&graph, ONS_FLOAT), ONS_OK);
    assert_int_equal(ons_layers_create(&layers, graph), ONS_OK);
    const ons_tensor a = ons_tensor_input(graph, "a", ONS_FLOAT, ONS_SHAPE(2, 3));
    const ons_dense three = {.outputs = 3};
    const ons_tensor once = ons_layer_dense(layers, "tied", a, &three);
    ons_layer_dense(layers, "tied", once, &three);
    assert_int_equal(ons_tensor_parameter_count(graph), 2);
    assert_int_equal(ons_tensor_graph_status(graph), ONS_OK);
    ons_tensor_scope(graph, "encoder");
    ons_layer_dense(layers, "tall", ons_tensor_input(graph, "b", ONS_FLOAT, ONS_SHAPE(2, 5)), &three);
    ons_tensor_add(graph, once, ons_tensor_input(graph, "c", ONS_FLOAT, ONS_SHAPE(4, 3)));
    assert_int_equal(ons_tensor_graph_status(graph), ONS_INVALID);
    assert_non_null(strstr(ons_message(), "encoder"));
    assert_non_null(strstr(ons_message(), "[2, 3]"));
    assert_non_null(strstr(ons_message(), "[4, 3]"));
    ons_layers_free(layers);
    ons_tensor_graph_free(graph);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_derivatives_of_every_layer),
        cmocka_unit_test(test_dense_layer_is_a_product),
        cmocka_unit_test(test_normalised_rows),
        cmocka_unit_test(test_lstm_and_gru_follow_their_equations),
        cmocka_unit_test(test_sequences_know_no_future),
        cmocka_unit_test(test_attention_pattern_is_a_softmax),
        cmocka_unit_test(test_first_values),
        cmocka_unit_test(test_groups_by_name),
        cmocka_unit_test(test_tied_weights_and_shapes_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

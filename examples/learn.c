/*
 * A network of one's own: it learns u'' = -u with u(0) = 0, u'(0) = 1, whose solution is sin x. Compile with
 *   cc examples/learn.c $(pkg-config --cflags --libs onsager) -lm -o learn
 */
#include <math.h>
#include <onsager/learning.h>
#include <stdio.h>
#include <stdlib.h>

enum { POINTS = 128, WIDTH = 24, STEPS = 3000 };

static ons_tensor dense(ons_tensor_graph *g, const char *name, ons_tensor x, int64_t out) {
    ons_tensor_scope(g, name);
    ons_tensor w = ons_tensor_parameter(g, "weight", ONS_SHAPE(ons_tensor_size(g, x, -1), out));
    ons_tensor b = ons_tensor_parameter(g, "bias", ONS_SHAPE(out));
    ons_tensor y = ons_tensor_add(g, ons_tensor_matmul(g, x, w, 0), b);
    ons_tensor_leave(g);
    return y;
}

int main(void) {
    ons_tensor_graph *g;
    if (ons_tensor_graph_create(&g, ONS_DOUBLE)) { return 1; }

    /* u = x + x^2 network(x) has the right value and slope at 0; jets give u''. */
    ons_tensor x = ons_tensor_input(g, "x", ONS_DOUBLE, ONS_SHAPE(POINTS, 1));
    ons_tensor h = ons_tensor_tanh(g, dense(g, "first", x, WIDTH));
    h = ons_tensor_tanh(g, dense(g, "second", h, WIDTH));
    ons_tensor u = ons_tensor_add(g, x, ons_tensor_multiply(g, ons_tensor_square(g, x), dense(g, "last", h, 1)));
    const ons_partial second = {{2}};
    ons_tensor u_xx;
    ons_tensor_jet_columns(g, &u, 1, x, (int[]){0}, 1, &second, 1, &u_xx);
    ons_tensor loss = ons_tensor_mean(g, ons_tensor_square(g, ons_tensor_add(g, u_xx, u)), ONS_ALL_AXES, false);
    ons_tensor outputs[3] = {loss, ons_tensor_parameter_gradient(g, loss), u};

    ons_program *program;
    if (ons_program_create(&program, g, outputs, 3, NULL)) {
        fprintf(stderr, "%s\n", ons_message());
        return 1;
    }
    double *points = ons_program_input(program, x), *weights = ons_program_parameters(program);
    for (int i = 0; i < POINTS; i++) { points[i] = 3.0 * (i + 0.5) / POINTS; }
    ons_random random = ons_random_stream(ons_random_key(1, 0), 0, 0);
    const size_t total = ons_tensor_parameter_total(g);
    for (size_t i = 0; i < total; i++) { weights[i] = 0.4 * ons_random_normal(&random); }

    double *mean = calloc(total, sizeof *mean), *square = calloc(total, sizeof *square);
    for (int step = 1; mean && square && step <= STEPS; step++) { /* Adam (Kingma and Ba 2015) */
        if (ons_program_run(program)) { break; }
        const double *gradient = ons_program_output(program, 1);
        const double rate = 0.01 * (1 - (double)step / (STEPS + 1));
        for (size_t i = 0; i < total; i++) {
            mean[i] += 0.1 * (gradient[i] - mean[i]);
            square[i] += 0.001 * (gradient[i] * gradient[i] - square[i]);
            weights[i] -= rate * mean[i] / (1 - pow(0.9, step)) / (sqrt(square[i] / (1 - pow(0.999, step))) + 1e-12);
        }
    }
    if (ons_program_run(program)) { return 1; }
    const double *found = ons_program_output(program, 2);
    double worst = 0;
    for (int i = 0; i < POINTS; i++) { worst = fmax(worst, fabs(found[i] - sin(points[i]))); }
    printf("loss %.1e, largest error of u against sin x on (0, 3): %.1e\n", ons_program_scalar(program, 0), worst);
    ons_program_free(program);
    ons_tensor_graph_free(g);
    free(mean);
    free(square);
    return worst < 1e-2 ? 0 : 1;
}

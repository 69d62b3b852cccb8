/*
 * Sections, diagrams, basins and covariant vectors against exact ones.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <onsager/dynamics.h>
#include <stdlib.h>

static const double pi = 3.14159265358979323846;
static const ons_integration precise = {.method = ONS_DOP853, .relative = 1e-12, .absolute = 1e-12};

typedef struct posed {
    ons_flow *flow;
    ons_field field;
} posed;

static posed pose(const char *equations, const double *parameters) {
    posed made = {0};
    ons_status status = ons_flow_parse(&made.flow, equations, NULL, 0);
    if (status == ONS_OK) { status = ons_flow_field(&made.field, made.flow, parameters, 1); }
    if (status != ONS_OK) { fail_msg("%s", ons_message()); }
    return made;
}

static void release(posed *old) {
    ons_flow_field_free(&old->field);
    ons_flow_free(old->flow);
}

static double parabola(const void *data, size_t member, double t, const double *x) { return x[0] - x[1] * x[1]; }

static void oscillator_sections(void **state) {
    /* x = r sin(t), y = r cos(t): crossings of x = 0 at k pi, of x = r/2 at pi/6 and 5 pi/6. */
    enum { MEMBERS = 11, MOST = 9 };
    posed one = pose("x' = y; y' = -x", NULL);
    ons_trajectories *all;
    ons_crossing_point found[MEMBERS * MOST];
    double points[MEMBERS * MOST * 2];
    size_t counts[MEMBERS];
    assert_int_equal(ons_trajectories_create(&all, &one.field, MEMBERS, &precise), ONS_OK);
    const double normal[] = {1, 0};
    const ons_plane zero = {.normal = normal, .dimension = 2};
    for (int direction = -1; direction <= 1; direction++) {
        const ons_surface plane = {.value = ons_plane_value, .data = &zero, .direction = direction};
        for (size_t m = 0; m < MEMBERS; m++) {
            const double x[] = {0, 1 + 0.1 * (double)m};
            ons_trajectories_set(all, m, 0, x, 0);
        }
        assert_int_equal(ons_section(all, &plane, 20, MOST, found, points, counts), ONS_OK);
        for (size_t m = 0; m < MEMBERS; m++) {
            assert_int_equal(counts[m], direction == 0 ? 6 : 3);
            for (size_t k = 0; k < counts[m]; k++) {
                const double turns = direction == 0 ? (double)k + 1 : 2 * (double)k + (direction < 0 ? 1 : 2);
                assert_true(fabs(found[m * MOST + k].t - turns * pi) < 1e-10);
                assert_true(fabs(points[(m * MOST + k) * 2]) < 1e-10);
                const double height = (1 + 0.1 * (double)m) * (fmod(turns, 2) > 0.5 ? -1 : 1);
                assert_true(fabs(points[(m * MOST + k) * 2 + 1] - height) < 1e-10);
            }
        }
    }
    /* A curved surface x = y^2 on the unit circle: y^2 = (sqrt(5) - 1) / 2 = x; and a cap of crossings. */
    const ons_surface curve = {.value = parabola, .direction = 0};
    const double start[] = {0, 1};
    for (size_t m = 0; m < MEMBERS; m++) { ons_trajectories_set(all, m, 0, start, 0); }
    assert_int_equal(ons_section(all, &curve, 100, 3, found, points, counts), ONS_OK);
    for (size_t m = 0; m < MEMBERS; m++) {
        assert_int_equal(counts[m], 3);
        const double first = asin((sqrt(5) - 1) / 2);
        assert_true(fabs(found[m * 3].t - first) < 1e-10 && fabs(found[m * 3 + 1].t - (pi - first)) < 1e-10);
        assert_true(fabs(found[m * 3 + 2].t - (2 * pi + first)) < 1e-10);
    }
    ons_trajectories_free(all);
    release(&one);
}

static void maxima_of_lorenz(void **state) {
    /* The maxima of z of the Lorenz flow: z' = 0 there, and later ones follow a cusp: each below its image's top. */
    const double parameters[] = {10, 28, 8.0 / 3}, start[] = {1, 1, 20};
    posed one = pose("x' = s*(y - x); y' = x*(r - z) - y; z' = x*y - b*z", parameters);
    ons_trajectories *all;
    ons_turning *turning;
    enum { MOST = 50 };
    ons_crossing_point found[MOST];
    double points[3 * MOST];
    size_t count;
    assert_int_equal(ons_trajectories_create(&all, &one.field, 1, &precise), ONS_OK);
    assert_int_equal(ons_turning_create(&turning, &one.field, 2), ONS_OK);
    const ons_surface maxima = {.value = ons_turning_value, .data = turning, .direction = -1};
    ons_trajectories_set(all, 0, 0, start, 0);
    assert_int_equal(ons_section(all, &maxima, 40, MOST, found, points, &count), ONS_OK);
    assert_in_range(count, 40, 50);
    for (size_t k = 0; k < count; k++) {
        const double *x = points + 3 * k;
        assert_true(fabs(x[0] * x[1] - 8.0 / 3 * x[2]) < 1e-8);
        assert_true(x[2] > 27 && x[2] < 50);
    }
    ons_turning_free(turning);
    assert_int_equal(ons_turning_create(&turning, &one.field, 3), ONS_INVALID);
    ons_trajectories_free(all);
    release(&one);
}

static void logistic_diagram(void **state) {
    /* x -> a x (1 - x): the fixed point 1 - 1/a up to a = 3, then two points (a + 1 +- sqrt((a - 3)(a + 1))) / 2a up to
     * 1 + sqrt(6); nothing that stays beyond a = 4. */
    const double values[] = {0.5, 2, 2.8, 3.2, 3.4, 4.1, 3.3, 2.5, 1.5, 3.44}, parameters[] = {0}, start[] = {0.3};
    enum { COUNT = sizeof values / sizeof *values, MOST = 16 };
    posed one = pose("x' = a*x*(1 - x)", parameters);
    double records[COUNT * MOST];
    size_t counts[COUNT];
    ons_sweep sweep = {.flow = one.flow,
                       .map = true,
                       .parameters = parameters,
                       .values = values,
                       .count = COUNT,
                       .start = start,
                       .warmup = 20000,
                       .time = 100,
                       .most = MOST};
    assert_int_equal(ons_bifurcation(&sweep, records, counts), ONS_OK);
    for (size_t v = 0; v < COUNT; v++) {
        const double a = values[v];
        assert_int_equal(counts[v], a > 4 ? 0 : MOST);
        for (size_t k = 0; k < counts[v]; k++) {
            const double x = records[v * MOST + k], root = a > 3 ? sqrt((a - 3) * (a + 1)) : 0;
            const double exact = a < 1 ? 0 : a < 3 ? 1 - 1 / a : (a + 1 + (x > 1 - 1 / a ? root : -root)) / (2 * a);
            assert_true(fabs(x - exact) < 1e-9);
        }
        if (a > 3 && a < 4) { assert_true(fabs(records[v * MOST] - records[v * MOST + 1]) > 0.1); }
    }
    sweep.parameter = 1;
    assert_int_equal(ons_bifurcation(&sweep, records, counts), ONS_INVALID);
    release(&one);
}

static void flow_diagram(void **state) {
    /* r' = r (m - r^2) with a turn of 1 a unit of time: maxima of x are sqrt(m). And each value alone is the same. */
    const double parameters[] = {0}, values[] = {0.25, 1, 2.25, 4, 0.01, 0.04, 0.09, 0.16, 0.36}, start[] = {0.5, 0};
    enum { COUNT = sizeof values / sizeof *values, MOST = 5 };
    posed one = pose("x' = x*(m - x^2 - y^2) - y; y' = y*(m - x^2 - y^2) + x", parameters);
    double records[COUNT * MOST], alone[MOST];
    size_t counts[COUNT], count;
    ons_sweep sweep = {.flow = one.flow,
                       .parameters = parameters,
                       .values = values,
                       .count = COUNT,
                       .start = start,
                       .warmup = 2000,
                       .time = 100,
                       .most = MOST,
                       .how = precise};
    assert_int_equal(ons_bifurcation(&sweep, records, counts), ONS_OK);
    for (size_t v = 0; v < COUNT; v++) {
        assert_int_equal(counts[v], MOST);
        for (size_t k = 0; k < MOST; k++) { assert_true(fabs(records[v * MOST + k] - sqrt(values[v])) < 1e-9); }
        sweep.values = values + v;
        sweep.count = 1;
        assert_int_equal(ons_bifurcation(&sweep, alone, &count), ONS_OK);
        assert_memory_equal(alone, records + v * MOST, sizeof alone);
    }
    release(&one);
}

static void basins_of_duffing(void **state) {
    /* x'' = x - x^3 - x'/4: two wells, exchanged by (x, v) -> (-x, -v); the saddle's stable manifold has no area. */
    enum { SIDE = 24, COUNT = SIDE * SIDE };
    const double parameters[] = {0.25};
    posed one = pose("x' = v; v' = x - x^3 - d*v", parameters);
    double starts[2 * COUNT], centres[4 * 2];
    uint32_t classes[COUNT];
    size_t found;
    for (int k = 0; k < COUNT; k++) {
        starts[2 * k] = -2 + 4 * (k % SIDE + 0.5) / SIDE;
        starts[2 * k + 1] = -2 + 4 * (k / SIDE + 0.5) / SIDE;
    }
    const ons_basins_options how = {.warmup = 150,
                                    .time = 10,
                                    .samples = 16,
                                    .distance = 1e-3,
                                    .how = {.method = ONS_DOP853, .relative = 1e-8, .absolute = 1e-8}};
    assert_int_equal(ons_basins(&one.field, starts, COUNT, &how, 4, classes, &found, centres), ONS_OK);
    assert_int_equal(found, 2);
    for (int c = 0; c < 2; c++) {
        assert_true(fabs(fabs(centres[2 * c]) - 1) < 1e-6 && fabs(centres[2 * c + 1]) < 1e-6);
    }
    for (int k = 0; k < COUNT; k++) { assert_int_equal(classes[k] + classes[COUNT - 1 - k], 3); }
    assert_int_equal(ons_basins(&one.field, starts, COUNT, &how, 1, classes, &found, centres), ONS_FAILED);
    release(&one);
}

static void basins_of_newton(void **state) {
    /* Newton's iteration for z^3 = 1: three roots, exchanged by turns of a third; conjugate starts, conjugate ends. */
    enum { COUNT = 600 };
    posed one = pose("n = (x^2 + y^2)^2; x' = (2*x + (x^2 - y^2)/n)/3; y' = (2*y - 2*x*y/n)/3", NULL);
    double starts[6 * COUNT], centres[6];
    uint32_t classes[3 * COUNT];
    size_t found, wrong = 0;
    ons_random random = ons_random_stream(3, 0, 0);
    for (int k = 0; k < COUNT; k++) {
        const double x = 4 * ons_random_uniform(&random) - 2, y = 4 * ons_random_uniform(&random) - 2;
        for (int turns = 0; turns < 3; turns++) {
            const double c = cos(2 * pi * turns / 3), s = sin(2 * pi * turns / 3);
            starts[6 * k + 2 * turns] = c * x - s * y;
            starts[6 * k + 2 * turns + 1] = s * x + c * y;
        }
    }
    const ons_basins_options how = {.map = true, .warmup = 100, .samples = 4, .distance = 1e-6};
    assert_int_equal(ons_basins(&one.field, starts, 3 * COUNT, &how, 3, classes, &found, centres), ONS_OK);
    assert_int_equal(found, 3);
    for (int c = 0; c < 3; c++) {
        assert_true(fabs(hypot(centres[2 * c], centres[2 * c + 1]) - 1) < 1e-12);
        assert_true(fabs(cos(3 * atan2(centres[2 * c + 1], centres[2 * c])) - 1) < 1e-12);
    }
    for (int k = 0; k < COUNT; k++) { /* turned starts end at turned roots */
        const double *a = centres + 2 * (classes[3 * k] - 1), *b = centres + 2 * (classes[3 * k + 1] - 1);
        wrong += fabs(-0.5 * a[0] - sqrt(0.75) * a[1] - b[0]) > 1e-6;
    }
    /* The three starts differ by rounding: only those within 1e-10 or so of the fractal border may part. */
    assert_true(wrong == 0);
    release(&one);
    posed away = pose("x' = x*x", NULL);
    const double out[] = {0.5, 2, -0.5, -3};
    assert_int_equal(ons_basins(&away.field, out, 4, &how, 3, classes, &found, NULL), ONS_OK);
    assert_int_equal(found, 1);
    assert_true(classes[0] == 1 && classes[1] == 0 && classes[2] == 1 && classes[3] == 0);
    release(&away);
}

/* Vectors up to their sign. */
static void same_direction(const double *a, const double *b, size_t n, double within) {
    double product = 0, one = 0, other = 0;
    for (size_t i = 0; i < n; i++) {
        product += a[i] * b[i];
        one += a[i] * a[i];
        other += b[i] * b[i];
    }
    assert_true(fabs(one - 1) < 1e-12);
    assert_true(1 - fabs(product) / sqrt(one * other) < within);
}

static void linear_covariant_vectors(void **state) {
    /* The eigenvectors of a matrix that is far from normal, of a map and of a flow: eigenvalues 2, 1/2, -1/4 with
     * (1, 0, 0), (10, -1.5, 0) and the third from back substitution. */
    const double start[] = {0, 0, 0};
    const double second[] = {10, -1.5, 0};
    const double third[] = {(10 * 4.0 / -0.75 + 3) / -2.25, 4.0 / -0.75, 1}; /* (A - l) v = 0 with l = -1/4, v_3 = 1 */
    for (int flow = 0; flow < 2; flow++) {
        posed one = flow ? pose("x' = 2*x + 10*y + 3*z; y' = 0.5*y + 4*z; z' = -0.25*z", NULL)
                         : pose("x' = 2*x + 10*y + 3*z; y' = 0.5*y + 4*z; z' = -0.25*z", NULL);
        const ons_covariant_options how = {
            .map = !flow, .interval = 0.5, .forward = 200, .steps = 10, .backward = 200, .seed = 1, .how = precise};
        double points[30], vectors[90], exponents[3], angle;
        assert_int_equal(ons_covariant_vectors(&one.field, start, &how, points, vectors, exponents), ONS_OK);
        for (int m = 0; m < 10; m++) {
            const double first[] = {1, 0, 0};
            same_direction(vectors + 9 * m, first, 3, 1e-12);
            same_direction(vectors + 9 * m + 3, second, 3, 1e-12);
            same_direction(vectors + 9 * m + 6, third, 3, 1e-12);
        }
        const double expected[2][3] = {{log(2), log(0.5), log(0.25)}, {2, 0.5, -0.25}};
        for (int k = 0; k < 3; k++) { assert_true(fabs(exponents[k] - expected[flow][k]) < 1e-8); }
        /* The second lies nearly in the first's direction; the plane of the last two is steeper or as steep. */
        assert_int_equal(ons_covariant_angle(vectors, 3, 2, &angle), ONS_OK);
        const double length = sqrt(third[0] * third[0] + third[1] * third[1] + 1);
        assert_true(fabs(angle - asin(1 / length)) < 1e-6); /* against the plane z = 0 */
        assert_int_equal(ons_covariant_angle(vectors, 3, 3, &angle), ONS_INVALID);
        release(&one);
    }
}

static void lorenz_covariant_vectors(void **state) {
    /* The second vector is the direction of the flow itself, whose exponent is 0; the mean growths are the exponents.
     */
    enum { STEPS = 3000 };
    const double parameters[] = {10, 28, 8.0 / 3}, start[] = {1, 1, 20};
    posed one = pose("x' = s*(y - x); y' = x*(r - z) - y; z' = x*y - b*z", parameters);
    const ons_covariant_options how = {.interval = 0.1,
                                       .forward = 300,
                                       .steps = STEPS,
                                       .backward = 300,
                                       .seed = 1,
                                       .how = {.method = ONS_DOP853, .relative = 1e-10, .absolute = 1e-10}};
    double *points = ONS_NEW(double, 3 * STEPS), *vectors = ONS_NEW(double, 9 * STEPS), exponents[3];
    assert_int_equal(ons_covariant_vectors(&one.field, start, &how, points, vectors, exponents), ONS_OK);
    print_message("Lorenz: %.4f %.4f %.4f\n", exponents[0], exponents[1], exponents[2]);
    assert_true(fabs(exponents[0] + exponents[1] + exponents[2] + 41.0 / 3) < 0.05); /* up to the angles at the ends */
    assert_true(fabs(exponents[0] - 0.9056) < 0.1 && fabs(exponents[1]) < 0.03);
    double smallest = 2;
    for (size_t m = 0; m < STEPS; m++) {
        const double *x = points + 3 * m;
        const double along[] = {10 * (x[1] - x[0]), x[0] * (28 - x[2]) - x[1], x[0] * x[1] - 8.0 / 3 * x[2]};
        same_direction(vectors + 9 * m + 3, along, 3, 1e-8);
        double angle;
        assert_int_equal(ons_covariant_angle(vectors + 9 * m, 3, 2, &angle), ONS_OK);
        smallest = fmin(smallest, angle);
    }
    print_message("smallest angle of the stable direction: %.3f\n", smallest);
    assert_true(smallest > 0.01); /* hyperbolic in this sense: the flow is singular-hyperbolic (Tucker 2002) */
    free(points);
    free(vectors);
    release(&one);
}

static void henon_fixed_point(void **state) {
    /* a = 0.2: the fixed point x = (b - 1 + sqrt((1 - b)^2 + 4 a)) / 2a takes what does not leave. */
    const double parameters[] = {0.2, 0.3};
    posed one = pose("x' = 1 - a*x^2 + y; y' = b*x", parameters);
    const double starts[] = {0.1, 0.1, -0.4, 0.2, 50, 0};
    uint32_t classes[3];
    size_t found;
    double centre[4];
    const ons_basins_options how = {.map = true, .warmup = 500, .samples = 4, .distance = 1e-9};
    assert_int_equal(ons_basins(&one.field, starts, 3, &how, 2, classes, &found, centre), ONS_OK);
    assert_int_equal(found, 1);
    const double x = (-0.7 + sqrt(0.49 + 0.8)) / 0.4;
    assert_true(fabs(centre[0] - x) < 1e-12 && fabs(centre[1] - 0.3 * x) < 1e-12);
    assert_true(classes[0] == 1 && classes[1] == 1 && classes[2] == 0);
    release(&one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oscillator_sections),      cmocka_unit_test(maxima_of_lorenz),
        cmocka_unit_test(logistic_diagram),         cmocka_unit_test(flow_diagram),
        cmocka_unit_test(basins_of_duffing),        cmocka_unit_test(basins_of_newton),
        cmocka_unit_test(linear_covariant_vectors), cmocka_unit_test(lorenz_covariant_vectors),
        cmocka_unit_test(henon_fixed_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * A system with every kind of observable: a walker on the line whose steps are +1 or -1, the numbers 1 .. 6 of a die
 * along an array parameter, and a table. Exact: <x^2> = t; the die shows face k with probability 1/6.
 */
#include <onsager/system.h>

typedef struct walk {
    int64_t x, steps;
    ons_random random;
} walk;

static const ons_parameter parameters[] = {
    {.name = "drift",
     .type = ONS_REAL,
     .standard = "0",
     .range = "[-1, 1]",
     .unit = "site",
     .meaning = "probability excess"},
    {.name = "powers", .type = ONS_REAL, .flags = ONS_ARRAY, .standard = "[1,2,3]", .meaning = "of the distance"},
    {.name = "label", .type = ONS_TEXT, .standard = "plain", .meaning = "a text"},
    {0}};

enum { SQUARE, PAIR, LAST, FACES, PLACES, MOMENTS };
static const ons_observable observables[] = {
    {.name = "square", .kind = ONS_SERIES, .unit = "site^2", .meaning = "x^2"},
    {.name = "pair", .kind = ONS_SERIES, .meaning = "x and 2 x"},
    {.name = "last", .kind = ONS_VALUE, .meaning = "x at the end"},
    {.name = "faces", .kind = ONS_HISTOGRAM, .meaning = "of a die"},
    {.name = "places", .kind = ONS_TABLE, .columns = "time, place, side:text"},
    {.name = "moments", .kind = ONS_SERIES, .axis = "powers", .meaning = "|x|^power"},
    {0}};

static ons_status check(const ons_system *system, const ons_parameters *given, ons_plan *plan) {
    (void)system;
    size_t count;
    (void)ons_reals(given, "powers", &count);
    ons_plan_shape(plan, PAIR, 1, &(size_t){2});
    ons_plan_shape(plan, MOMENTS, 1, &count);
    ons_plan_edges(plan, FACES, 0.5, 6.5, 6);
    ons_plan_note(plan, "a note with <angles> & \"quotes\", that's all");
    return ONS_OK;
}
static ons_status create(void *state, ons_context *context) {
    ((walk *)state)->random = ons_stream(context, 0, 0);
    return ONS_OK;
}
static ons_status advance(void *state, ons_context *context) {
    walk *w = state;
    const double drift = ons_real(ons_context_parameters(context), "drift");
    w->x += ons_random_uniform(&w->random) < (1 + drift) / 2 ? 1 : -1;
    w->steps++;
    ons_count(context, FACES, 0, 1 + ons_random_below(&w->random, 6));
    ons_value(context, LAST, 0, 0, (double)w->x, -1);
    if (w->steps <= 3) {
        ons_row(context, PLACES, 0,
                (ons_cell[]){{.number = (double)w->steps},
                             {.number = (double)w->x},
                             {.text = w->x < 0 ? "left, \"far\"" : "right"}});
    }
    return ONS_OK;
}
static ons_status measure(const void *state, ons_context *context) {
    const walk *w = state;
    const double x = (double)w->x;
    size_t count;
    const double *powers = ons_reals(ons_context_parameters(context), "powers", &count);
    double moments[16] = {0};
    for (size_t i = 0; i < count && i < 16; i++) {
        moments[i] = 1;
        for (int k = 0; k < (int)powers[i]; k++) { moments[i] *= x < 0 ? -x : x; }
    }
    ons_measure(context, SQUARE, 0, x * x);
    ons_measure_array(context, PAIR, 0, (double[]){x, 2 * x});
    ons_measure_array(context, MOMENTS, 0, moments);
    return ONS_OK;
}
static ons_status persist(void *state, ons_part *part) {
    walk *w = state;
    const ons_status status = ons_persist(part, "x", ONS_I64, &w->x, 2);
    return status == ONS_OK ? ons_persist_random(part, "random", &w->random) : status;
}

ONS_SYSTEM{.abi = ONS_ABI,
           .version = 1,
           .name = "kinds",
           .summary = "every kind of observable",
           .details =
               "Text with `code`.\n\n- an item that is long enough to be wrapped in a terminal, since it says more "
               "than fits into "
               "one line of a hundred columns\n- another one\n\n    H = verbatim\n\n| a | b |\n|---|---|\n| 1 | 2 |",
           .step = "step",
           .parameters = parameters,
           .observables = observables,
           .controls = {.steps = 16, .replicas = 400},
           .state_size = sizeof(walk),
           .check = check,
           .create = create,
           .advance = advance,
           .measure = measure,
           .persist = persist};

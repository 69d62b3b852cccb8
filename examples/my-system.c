/*
 * dice: n dice on a table; every step one of them, chosen at random, is thrown again.  onsager run ./my-system.c dice=2,5,10
 *
 * Exact: <sum> = 7 n / 2, variance of the sum = 35 n / 12, and since a step keeps the fraction 1 - 1/n of a deviation, the
 * autocorrelation time of the sum is n - 1/2.
 */
#include <onsager/system.h>
typedef struct table {
    int32_t dice, faces[1000];
    ons_random random;
} table;

static const ons_parameter parameters[] = {
    {.name = "dice", .type = ONS_INTEGER, .standard = "5", .range = "[1, 1000]", .meaning = "dice on the table, n"}, {0}};
enum { SUM, SQUARE }; /* the order of the observables */
static const ons_observable observables[] = {{.name = "sum", .kind = ONS_MEAN, .meaning = "sum of all faces"},
                                             {.name = "sum_squared", .kind = ONS_MEAN, .meaning = "its square"}, {0}};
static void variance(const ons_means *means, const ons_parameters *given, double *value) {
    (void)given;
    *value = ons_mean(means, SQUARE) - ons_mean(means, SUM) * ons_mean(means, SUM);
}
static const ons_derived derived[] = {{"variance", SUM, variance, NULL, "<sum^2> - <sum>^2"}, {0}};
static ons_status exact_sum(const ons_parameters *given, double *value) {
    *value = 7.0 * (double)ons_integer(given, "dice") / 2;
    return ONS_OK;
}
static const ons_exact exact[] = {{"sum", exact_sum, "faces are uniform"}, {0}};

static ons_status create(void *state, ons_context *context) { /* all dice show 1 */
    table *t = state;
    t->dice = (int32_t)ons_integer(ons_context_parameters(context), "dice");
    for (int32_t i = 0; i < t->dice; i++) { t->faces[i] = 1; }
    t->random = ons_stream(context, 0, 0);
    return ONS_OK;
}
static ons_status advance(void *state, ons_context *context) {
    table *t = state;
    (void)context;
    t->faces[ons_random_below(&t->random, (uint32_t)t->dice)] = 1 + (int32_t)ons_random_below(&t->random, 6);
    return ONS_OK;
}
static ons_status measure(const void *state, ons_context *context) {
    const table *t = state;
    double sum = 0;
    for (int32_t i = 0; i < t->dice; i++) { sum += t->faces[i]; }
    ons_measure(context, SUM, 0, sum);
    ons_measure(context, SQUARE, 0, sum * sum);
    return ONS_OK;
}
static ons_status persist(void *state, ons_part *part) { /* writes and reads; the dice are what `snapshots` stores */
    table *t = state;
    const size_t size = (size_t)t->dice;
    const ons_status status = ons_persist_configuration(part, "faces", ONS_I32, t->faces, 1, &size);
    return status == ONS_OK ? ons_persist_random(part, "random", &t->random) : status;
}
ONS_SYSTEM{.abi = ONS_ABI, .version = 1, .name = "dice", .summary = "dice, one thrown again at every step", .step = "throw",
           .traits = ONS_STATIONARY, .parameters = parameters, .observables = observables, .derived = derived, .exact = exact,
           .controls = {.steps = 100000, .replicas = 2}, .state_size = sizeof(table), .create = create, .advance = advance,
           .measure = measure, .persist = persist};

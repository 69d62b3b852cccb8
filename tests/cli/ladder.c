/*
 * A system with a ladder: `temperature` is an array of ONE task, the observables and derived quantities are arrays over
 * it. position[i] is uniform in an interval of length 1 around 0.02 L (T_i - 2); `binder` is 0.6 - position, so that
 * the curves of all L cross at T = 2, at 0.6. `pair` has two components at every temperature.
 */
#include <onsager/system.h>

#define RUNGS 64

typedef struct ladder {
    ons_random random;
    double place[RUNGS];
} ladder;

static const ons_parameter parameters[] = {
    {.name = "L", .type = ONS_INTEGER, .standard = "8", .range = "[1, 1000]", .meaning = "size"},
    {.name = "temperature",
     .type = ONS_REAL,
     .flags = ONS_ARRAY,
     .standard = "[1.6,1.8,2,2.2,2.4]",
     .range = "(0, inf)",
     .unit = "coupling",
     .meaning = "the ladder"},
    {0}};

enum { POSITION, PAIR, TOTAL };
static const ons_observable observables[] = {
    {.name = "position", .kind = ONS_MEAN, .axis = "temperature", .meaning = "x"},
    {.name = "pair", .kind = ONS_MEAN, .axis = "temperature", .meaning = "x and 2 x"},
    {.name = "total", .kind = ONS_MEAN, .meaning = "sum of all x"},
    {0}};

static double centre(const ons_parameters *given, double temperature) {
    return 0.02 * (double)ons_integer(given, "L") * (temperature - 2);
}

static void binder(const ons_means *means, const ons_parameters *given, double *value) {
    size_t count;
    const double *x = ons_mean_array(means, POSITION, &count);
    (void)given;
    for (size_t i = 0; i < count; i++) { value[i] = 0.6 - x[i]; }
}
static void difference(const ons_means *means, const ons_parameters *given, double *value) {
    size_t count;
    const double *x = ons_mean_array(means, PAIR, &count);
    (void)given;
    for (size_t i = 0; i < count; i++) { value[i] = x[i] - x[i & ~(size_t)1]; }
}
static const ons_derived derived[] = {
    {.name = "binder", .like = POSITION, .function = binder, .meaning = "0.6 - <x>"},
    {.name = "difference", .like = PAIR, .function = difference, .meaning = "0 and <x>"},
    {0}};

static ons_status known(const ons_parameters *given, double *value) {
    size_t count;
    const double *temperature = ons_reals(given, "temperature", &count);
    for (size_t i = 0; i < count; i++) { value[i] = centre(given, temperature[i]); }
    return ONS_OK;
}
static const ons_exact exact[] = {{"position", known, "the interval"}, {0}};

static ons_status check(const ons_system *system, const ons_parameters *given, ons_plan *plan) {
    size_t count;
    (void)system;
    (void)ons_reals(given, "temperature", &count);
    if (count > RUNGS) { return ons_fail(ONS_INVALID, "temperature: at most %d", RUNGS); }
    ons_plan_shape(plan, POSITION, 1, &count);
    ons_plan_shape(plan, PAIR, 2, (size_t[]){count, 2});
    return ONS_OK;
}
static ons_status create(void *state, ons_context *context) {
    ((ladder *)state)->random = ons_stream(context, 0, 0);
    return ONS_OK;
}
static ons_status advance(void *state, ons_context *context) {
    ladder *l = state;
    size_t count;
    const ons_parameters *given = ons_context_parameters(context);
    const double *temperature = ons_reals(given, "temperature", &count);
    for (size_t i = 0; i < count; i++) {
        l->place[i] = centre(given, temperature[i]) + ons_random_uniform(&l->random) - 0.5;
    }
    return ONS_OK;
}
static ons_status measure(const void *state, ons_context *context) {
    const ladder *l = state;
    size_t count;
    (void)ons_reals(ons_context_parameters(context), "temperature", &count);
    double pair[2 * RUNGS], total = 0;
    for (size_t i = 0; i < count; i++) {
        pair[2 * i] = l->place[i];
        pair[2 * i + 1] = 2 * l->place[i];
        total += l->place[i];
    }
    ons_measure_array(context, POSITION, 0, l->place);
    ons_measure_array(context, PAIR, 0, pair);
    ons_measure(context, TOTAL, 0, total);
    return ONS_OK;
}
static ons_status persist(void *state, ons_part *part) {
    ladder *l = state;
    const ons_status status = ons_persist(part, "place", ONS_F64, l->place, RUNGS);
    return status == ONS_OK ? ons_persist_random(part, "random", &l->random) : status;
}
/* A pixel for every rung. */
static ons_status picture(const void *state, unsigned lane, ons_picture *picture) {
    const ladder *l = state;
    uint8_t rgb[3 * RUNGS];
    (void)lane;
    for (size_t i = 0; i < RUNGS; i++) { ons_colour_scale(l->place[i], -1, 1, rgb + 3 * i); }
    return ons_picture_lattice(picture, 2, (size_t[]){8, 8}, rgb);
}

ONS_SYSTEM{.abi = ONS_ABI,
           .version = 1,
           .name = "ladder",
           .summary = "a ladder of temperatures in one task",
           .details = "Text.",
           .step = "step",
           .traits = ONS_STATIONARY,
           .parameters = parameters,
           .observables = observables,
           .derived = derived,
           .exact = exact,
           .controls = {.steps = 4000, .warmup = "0", .replicas = 4},
           .state_size = sizeof(ladder),
           .check = check,
           .create = create,
           .advance = advance,
           .measure = measure,
           .persist = persist,
           .picture = picture};

/* A user's system that dies after some steps: the command must end with one line. */
#include <onsager.h>

typedef struct crash {
    int steps;
} crash;

static ons_status advance(void *state, ons_context *context) {
    (void)context;
    crash *self = state;
    if (++self->steps == 100) {
        int *volatile nowhere = NULL;
        *nowhere = 1;
    }
    return ONS_OK;
}
static ons_status measure(const void *state, ons_context *context) {
    ons_measure(context, 0, 0, ((const crash *)state)->steps % 7);
    return ONS_OK;
}
static ons_status persist(void *state, ons_part *part) {
    return ons_persist(part, "steps", ONS_I32, &((crash *)state)->steps, 1);
}
static const ons_observable observables[] = {{.name = "remainder", .meaning = "steps modulo 7"}, {.name = NULL}};

ONS_SYSTEM{.abi = ONS_ABI,
           .version = 1,
           .name = "crash",
           .summary = "dies at step 100",
           .step = "step",
           .traits = ONS_STATIONARY,
           .observables = observables,
           .controls = {.steps = 1000, .replicas = 1},
           .state_size = sizeof(crash),
           .advance = advance,
           .measure = measure,
           .persist = persist};

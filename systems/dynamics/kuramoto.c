/*
 * kuramoto: coupled phases, complete or on a graph.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "wiring_parameters.h"

#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

enum { STREAM_GRAPH = 2, STREAM_FREQUENCIES = 3, STREAM_START = 1 };
enum { START_RANDOM, START_SYNCHRONOUS, START_TWISTED };

static const char details[] =
    "theta_i' = omega_i + (K/deg_i) sum_j sin(theta_j - theta_i), K = `coupling`, on the complete graph (in O(N)) or\n"
    "any other. The frequencies have centre 0; `width` is the half width at half height of the Lorentzian, the\n"
    "standard deviation of the Gaussian, half the range of the uniform distribution.\n"
    "\n"
    "Runge-Kutta of order 4 with fixed steps, each oscillator in the frame that turns with its frequency, so that the\n"
    "tails of the Lorentzian do not limit the step.\n"
    "\n"
    "On the complete graph and for N to infinity a Lorentzian of width g has K_c = 2 g and r = sqrt(1 - K_c/K)\n"
    "(Kuramoto 1975). On a ring of identical oscillators the twisted state theta_i = 2 pi q i/N is stable if and only\n"
    "if |q| < N/4 (Wiley, Strogatz and Girvan 2006). Rings with frequencies drawn at random have no transition at\n"
    "finite K for N to infinity.\n"
    "\n"
    "A replica has its own frequencies (and its own regular graph).\n"
    "\n"
    "Y. Kuramoto, Lect. Notes Phys. 39, 420 (1975). J. A. Acebron et al., Rev. Mod. Phys. 77, 137 (2005).\n"
    "D. A. Wiley, S. H. Strogatz, M. Girvan, Chaos 16, 015103 (2006).\n";

static const ons_parameter parameters[] = {
    WIRING_PARAMETERS("complete", "1000"),
    {"coupling", ONS_REAL, 0, "4", NULL, NULL, NULL, "1/time", "K, divided by the number of neighbours"},
    {"frequencies", ONS_CHOICE, 0, "lorentzian", "identical|lorentzian|gaussian|uniform", NULL, NULL, NULL,
     "distribution of the natural frequencies"},
    {"width", ONS_REAL, 0, "1", NULL, "(0, inf)", "frequencies!=identical", "1/time", "of this distribution"},
    {"sampling", ONS_CHOICE, 0, "random", "random|quantiles", NULL, "frequencies!=identical", NULL,
     "frequencies drawn, or the quantiles (i + 1/2)/N"},
    {"start", ONS_CHOICE, 0, "random", "random|synchronous|twisted", NULL, NULL, NULL,
     "even phases, equal ones, or the twisted state 2 pi q i/N"},
    {"winding_number", ONS_INTEGER, 0, "1", NULL, NULL, "start=twisted", NULL, "q of the start"},
    {"perturbation", ONS_REAL, 0, "0.001", NULL, "[0, inf)", "start=synchronous|twisted", NULL,
     "added to every phase at the start, even in +- this"},
    {"time_step", ONS_REAL, 0, "0.05", NULL, "(0, 1]", NULL, "time", "longest; a whole number of them fills the time"},
    {.name = NULL}};

enum { ORDER, ORDER_SQUARED, ALIGNMENT, WINDING, DEVIATION };

static const ons_observable observables[] = {
    [ORDER] = {"order_parameter", ONS_MEAN, 0, NULL, NULL, NULL, "<r>, r = |sum_i exp(i theta_i)|/N"},
    [ORDER_SQUARED] = {"order_parameter_squared", ONS_MEAN, 0, NULL, NULL, NULL, "<r^2>"},
    [ALIGNMENT] = {"alignment", ONS_MEAN, 0, NULL, NULL, NULL, "<cos(theta_i - theta_j)> over the links"},
    [WINDING] = {"winding", ONS_MEAN, ONS_SLOW, NULL, NULL, NULL, "turns of the phases once round the ring"},
    [DEVIATION] = {"deviation", ONS_MEAN, ONS_SLOW, NULL, NULL, NULL,
                   "largest |theta_i - theta_0 - 2 pi q i/N| with q of the start"},
    {.name = NULL}};

static void susceptibility(const ons_means *means, const ons_parameters *p, double *value) {
    const double r = ons_mean(means, ORDER);
    const double nodes = ons_present(p, "N") ? (double)ons_integer(p, "N") : NAN;
    *value = nodes * (ons_mean(means, ORDER_SQUARED) - r * r);
}

static const ons_derived derived[] = {{"susceptibility", ORDER, susceptibility, NULL,
                                       "N (<r^2> - <r>^2), with the spread from sample to sample of the frequencies"},
                                      {.name = NULL}};

typedef struct kuramoto_state {
    ons_wiring *wiring;
    ons_phases *phases;
    const ons_parameters *p;
    double *omega;
    uint64_t steps; /* of the integrator in a unit of time */
} kuramoto_state;

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    double nodes, bytes;
    bool connected;
    const ons_status status = wiring_check(p, &nodes, &bytes, &connected);
    if (status) { return status; }
    const int start = ons_choice(p, "start"), graph = ons_choice(p, "graph");
    if (start == START_TWISTED && graph != WIRING_RING) {
        return ons_fail(ONS_INVALID, "start=twisted belongs to graph=ring");
    }
    if (!connected) { ons_plan_note(plan, "the graph is not connected: its parts never hear of each other"); }
    if (graph != WIRING_RING) { ons_plan_omit(plan, "winding"); }
    if (start != START_TWISTED) { ons_plan_omit(plan, "deviation"); }
    if (graph < 0) { ons_plan_omit(plan, "susceptibility"); }
    ons_plan_bytes(plan, bytes + 64 * nodes);
    return ONS_OK;
}

static bool quenched(const ons_parameters *p) {
    return ons_choice(p, "graph") == WIRING_REGULAR || (ons_present(p, "sampling") && ons_choice(p, "sampling") == 0);
}

static double start_at(const ons_parameters *p, uint32_t i, uint32_t nodes, ons_random *random) {
    const double even = 2 * ons_random_uniform(random) - 1;
    if (ons_choice(p, "start") == START_RANDOM) { return PI * even; }
    const double turns = ons_choice(p, "start") == START_TWISTED ? (double)ons_integer(p, "winding_number") : 0;
    return remainder(2 * PI * turns * i / nodes, 2 * PI) + ons_real(p, "perturbation") * even;
}

static ons_status create(void *memory, ons_context *context) {
    kuramoto_state *state = memory;
    const ons_parameters *p = state->p = ons_context_parameters(context);
    ons_random graph = ons_stream(context, 0, STREAM_GRAPH), draw = ons_stream(context, 0, STREAM_FREQUENCIES);
    ons_random start = ons_stream(context, 0, STREAM_START);
    const ons_status status = wiring_open(&state->wiring, p, &graph);
    if (status) { return status; }
    const uint32_t nodes = state->wiring->nodes;
    state->omega = ONS_NEW(double, nodes);
    if (!state->omega) { return ONS_MEMORY; }
    if (ons_present(p, "width")) {
        ons_frequencies_draw((ons_frequencies)ons_choice(p, "frequencies"), ons_real(p, "width"), nodes,
                             ons_choice(p, "sampling") == 0 ? &draw : NULL, state->omega);
    }
    state->steps = (uint64_t)ceil(1 / ons_real(p, "time_step") - 1e-9);
    const ons_status made = ons_phases_create(&state->phases, state->wiring, state->omega, ons_real(p, "coupling"),
                                              1 / (double)state->steps);
    if (made) { return made; }
    double *theta = ons_phases_angles(state->phases);
    for (uint32_t i = 0; i < nodes; i++) { theta[i] = start_at(p, i, nodes, &start); }
    return ONS_OK;
}

static ons_status advance(void *memory, ons_context *context) {
    kuramoto_state *state = memory;
    (void)context;
    ons_phases_advance(state->phases, state->steps);
    return ONS_OK;
}

static double alignment(const kuramoto_state *state, double r) {
    const ons_wiring *w = state->wiring;
    const double *theta = ons_phases_angles(state->phases), nodes = w->nodes;
    if (w->complete) { return (nodes * r * r - 1) / (nodes - 1); }
    double sum = 0;
    for (uint32_t i = 0; i < w->nodes; i++) {
        for (uint64_t k = w->start[i]; k < w->start[i + 1]; k++) { sum += cos(theta[i] - theta[w->heard[k]]); }
    }
    return sum / (2 * (double)w->links);
}

static ons_status measure(const void *memory, ons_context *context) {
    const kuramoto_state *state = memory;
    const double r = ons_phases_order(state->phases), *theta = ons_phases_angles(state->phases);
    ons_measure(context, ORDER, 0, r);
    ons_measure(context, ORDER_SQUARED, 0, r * r);
    ons_measure(context, ALIGNMENT, 0, alignment(state, r));
    if (ons_choice(state->p, "graph") == WIRING_RING) {
        ons_measure(context, WINDING, 0, (double)ons_winding(theta, state->wiring->nodes));
    }
    if (ons_choice(state->p, "start") == START_TWISTED) {
        const double turn = 2 * PI * (double)ons_integer(state->p, "winding_number") / state->wiring->nodes;
        double away = 0;
        for (uint32_t i = 0; i < state->wiring->nodes; i++) {
            away = fmax(away, fabs(remainder(theta[i] - theta[0] - turn * i, 2 * PI)));
        }
        ons_measure(context, DEVIATION, 0, away);
    }
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    kuramoto_state *state = memory;
    const size_t nodes = state->wiring->nodes;
    return ons_persist_configuration(part, "theta", ONS_F64, ons_phases_angles(state->phases), 1, &nodes);
}

static ons_status picture(const void *memory, unsigned lane, ons_picture *picture) {
    const kuramoto_state *state = memory;
    const size_t nodes = state->wiring->nodes;
    (void)lane;
    uint8_t *rgb = ONS_NEW(uint8_t, 3 * nodes);
    if (!rgb) { return ONS_MEMORY; }
    for (size_t i = 0; i < nodes; i++) { ons_colour_angle(ons_phases_angles(state->phases)[i], rgb + 3 * i); }
    const ons_status status = wiring_picture(state->p, nodes, rgb, picture);
    free(rgb);
    return status;
}

static void destroy(void *memory) {
    kuramoto_state *state = memory;
    ons_phases_free(state->phases);
    ons_wiring_free(state->wiring);
    free(state->omega);
}

extern const ons_system ons_system_kuramoto;
const ons_system ons_system_kuramoto = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "kuramoto",
    .summary = "coupled phases: the transition to synchrony, twisted states, complete or on a graph",
    .details = details,
    .step = "1 time unit",
    .traits = ONS_STATIONARY | ONS_QUENCHED,
    .parameters = parameters,
    .observables = observables,
    .derived = derived,
    .controls = {.steps = 400, .replicas = 8},
    .state_size = sizeof(kuramoto_state),
    .quenched = quenched,
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};

/*
 * rate-network-theory: mean-field theory of large chaotic networks of rates.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "rate_network_text.h"

#include <onsager/dynamics/rate_theory.h>
#include <onsager/system.h>

#include <math.h>

static const ons_parameter parameters[] = {
    {"gain", ONS_REAL, 0, "3", NULL, "(0, inf]", NULL, NULL,
     "g: standard deviation of the couplings times sqrt(N); chaos needs g > 1; inf: sign units"},
    {"activation", ONS_CHOICE, 0, "tanh", "tanh|erf", NULL, NULL, NULL, "phi(x): tanh(x) or erf(sqrt(pi) x/2)"},
    {"times", ONS_INTEGER, 0, "101", NULL, "[2, 10000]", NULL, NULL, "rows of the tables"},
    {.name = NULL}};

/* clang-format off */
enum { VARIANCE, ACTIVITY, SLOPE, NU, DECAY, PARTICIPATION_PHI, PARTICIPATION_X, LEAST_NOISE, CORRELATION, SPECTRUM };
/* clang-format on */

static const ons_observable observables[] = {
    [VARIANCE] = {.name = "x_variance", .kind = ONS_VALUE, .meaning = "C_x(0); gain=inf: over g^2"},
    [ACTIVITY] = {.name = "phi_variance", .kind = ONS_VALUE, .meaning = "C_phi(0) = <phi^2>"},
    [SLOPE] = {.name = "slope", .kind = ONS_VALUE, .meaning = "a = <phi'>; gain=inf: g a"},
    [NU] = {.name = "nu", .kind = ONS_VALUE, .meaning = "g^2 a^2"},
    [DECAY] = {.name = "decay_rate",
               .kind = ONS_VALUE,
               .unit = "1/time",
               .meaning = "C(tau) ~ exp(-rate tau): "
                          "sqrt(1 - nu)"},
    [PARTICIPATION_PHI] = {.name = "participation_phi", .kind = ONS_VALUE, .meaning = "dimension of phi over N"},
    [PARTICIPATION_X] = {.name = "participation_x", .kind = ONS_VALUE, .meaning = "dimension of x over N"},
    [LEAST_NOISE] = {.name = "least_noise",
                     .kind = ONS_VALUE,
                     .meaning = "the smallest n(omega) over all frequencies: not negative"},
    [CORRELATION] = {.name = "correlation", .kind = ONS_TABLE, .columns = "time, x, phi", .meaning = "C_x and C_phi"},
    [SPECTRUM] = {.name = "spectrum",
                  .kind = ONS_TABLE,
                  .columns = "frequency, x, phi, noise",
                  .meaning = "C_x(w), C_phi(w) and n(w), angular frequencies"},
    {0}};

typedef struct theory_state {
    uint64_t finished;
} theory_state;

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const double gain = ons_real(p, "gain");
    if (!(gain > 1)) {
        return ons_fail(ONS_INVALID,
                        "a network with gain up to 1 comes to rest; the theory of its chaos needs a gain above 1");
    }
    ons_plan_bytes(plan, 5e7);
    return ONS_OK;
}

static ons_status create(void *state, ons_context *context) {
    (void)state;
    (void)context;
    return ONS_OK;
}

/* Rows down to where the correlations have fallen to exp(-8) of what they were, and to as small a spectrum. */
static void put_tables(const ons_rate_theory *theory, size_t rows, ons_context *context) {
    size_t last = 0, highest = 0;
    while (last + 1 < theory->count && theory->x[last] > exp(-8) * theory->variance) { last++; }
    while (highest + 1 < theory->frequencies && theory->phi_spectrum[highest] > exp(-8) * theory->phi_spectrum[0]) {
        highest++;
    }
    for (size_t k = 0; k < rows; k++) {
        const size_t at = last * k / (rows - 1), f = highest * k / (rows - 1);
        ons_row(context, CORRELATION, 0,
                (ons_cell[]){
                    {.number = (double)at * theory->step}, {.number = theory->x[at]}, {.number = theory->phi[at]}});
        ons_row(context, SPECTRUM, 0,
                (ons_cell[]){{.number = (double)f * theory->frequency_step},
                             {.number = theory->x_spectrum[f]},
                             {.number = theory->phi_spectrum[f]},
                             {.number = ons_rate_noise(theory, f)}});
    }
}

static ons_status advance(void *memory, ons_context *context) {
    theory_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    ons_rate_theory theory;
    if (state->finished) { return ONS_DONE; }
    ons_status status =
        ons_rate_theory_solve(&theory, (ons_rate_activation)ons_choice(p, "activation"), ons_real(p, "gain"));
    if (status) { return status; }
    double phi, x, least = INFINITY;
    status = ons_rate_dimension(&theory, &phi, &x);
    for (size_t f = 0; f < theory.frequencies; f++) { least = fmin(least, ons_rate_noise(&theory, f)); }
    const double values[] = {theory.variance, theory.activity, theory.slope, theory.nu, theory.rate, phi, x, least};
    for (size_t k = 0; k < CORRELATION && !status; k++) { ons_value(context, k, 0, 0, values[k], 0); }
    put_tables(&theory, (size_t)ons_integer(p, "times"), context);
    ons_rate_theory_free(&theory);
    state->finished = 1;
    return status ? status : ONS_DONE;
}

static ons_status persist(void *memory, ons_part *part) {
    theory_state *state = memory;
    return ons_persist(part, "finished", ONS_U64, &state->finished, 1);
}

extern const ons_system ons_system_rate_network_theory;
const ons_system ons_system_rate_network_theory = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "rate-network-theory",
    .summary = "mean-field theory of large chaotic networks of rates: correlations, spectra, dimension",
    .details = RATE_THEORY_DETAILS,
    .step = "the solution",
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 1, .replicas = 1},
    .state_size = sizeof(theory_state),
    .check = check,
    .create = create,
    .advance = advance,
    .persist = persist,
};

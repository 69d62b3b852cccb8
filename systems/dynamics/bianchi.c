/*
 * bianchi: an anisotropic universe with a perfect fluid and deformed Poisson brackets.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bianchi_universe.h"

#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "Homogeneous anisotropic (Bianchi I) universe in Misner variables: mean scale factor a, anisotropies beta_+ and\n"
    "beta_-, a perfect fluid of pressure w rho in Schutz' variables (T, P_T). Units c = 16 pi G = 1; lapse N = a^(3w)\n"
    "(radiation, w = 1/3: conformal time); K = P_+^2 + P_-^2. The constraint\n"
    "\n"
    "    N H = -P_a^2 a^(3w-1)/24 + K a^(3w-3)/24 + P_T = 0\n"
    "\n"
    "mode=brackets: motion z' = Omega grad(N H) with {a,P_T} = {T,P_a} = gamma beside the canonical brackets; then\n"
    "P_T = energy + gamma P_a and a'^2 = gamma^2 + (energy/6) a^(3w-1) + K a^(6w-4)/144 (prime: gauge time): gamma is "
    "a\n"
    "fluid with w_eff = 2w - 1/3. Two more brackets, {a,T} and {P_a,P_T}, can be set.\n"
    "mode=bopp: the canonical variables a_c, T_c, P_ac, P_Tc move under N H of a = a_c + (gamma/2) T_c, T = T_c + "
    "(gamma/2)\n"
    "a_c, P_a = P_ac + (gamma/2) P_Tc, P_T = P_Tc + (gamma/2) P_ac, expanded to first order in gamma; what is shown is "
    "a.\n"
    "\n"
    "clock=gauge or cosmic (dt = N d eta); the other one is the series `other_clock`. P_a at the start solves the "
    "constraint, "
    "on\n"
    "the branch that expands or contracts. A run that meets a singularity or a big rip ends there, with a row in "
    "`events`:\n"
    "its time is extrapolated from the last state as t + H/(dH/dt), exact for every power law; its last row is the "
    "state\n"
    "where the integration stopped.\n"
    "\n"
    "G. Oliveira-Neto and A. R. Abreu, arXiv:2403.03347 (2024); equations derived from its abstract and from\n"
    "arXiv:2510.08796. C. W. Misner, Phys. Rev. 186, 1319 (1969). B. F. Schutz, Phys. Rev. D 2, 2762 (1970).\n";

static const ons_parameter parameters[] = {
    {"mode", ONS_CHOICE, 0, "brackets", "brackets|bopp", NULL, NULL, NULL, "exact brackets, or shifts of first order"},
    {"clock", ONS_CHOICE, 0, "gauge", "gauge|cosmic", NULL, NULL, NULL, "what one step counts"},
    {"gamma", ONS_REAL, 0, "0.5", NULL, NULL, NULL, NULL, "the deformation {a,P_T} = {T,P_a}"},
    {"bracket_a_T", ONS_REAL, 0, "0", NULL, NULL, "mode=brackets", NULL, "{a,T}"},
    {"bracket_Pa_PT", ONS_REAL, 0, "0", NULL, NULL, "mode=brackets", NULL, "{P_a,P_T}"},
    {"w", ONS_REAL, 0, "0.3333333333333333", NULL, "[-2, 2]", NULL, NULL, "pressure over density of the fluid"},
    {"energy", ONS_REAL, 0, "6", NULL, "[0, inf)", NULL, NULL,
     "C: P_T - gamma P_a (brackets) or P_Tc (bopp) at the start"},
    {"P_plus", ONS_REAL, 0, "12", NULL, NULL, NULL, NULL, "momentum of beta_+"},
    {"P_minus", ONS_REAL, 0, "0", NULL, NULL, NULL, NULL, "momentum of beta_-"},
    {"a", ONS_REAL, 0, "1", NULL, "(0, inf)", NULL, NULL, "scale factor at the start"},
    {"beta", ONS_REAL, ONS_ARRAY, "[0,0]", NULL, NULL, NULL, NULL, "beta_+ and beta_- at the start"},
    {"direction", ONS_CHOICE, 0, "expanding", "expanding|contracting", NULL, NULL, NULL, "sign of a' at the start"},
    {"tolerance", ONS_REAL, 0, "1e-13", NULL, "[1e-14, 1e-3]", NULL, NULL, "relative, of a step (DOP853)"},
    {.name = NULL}};

/* clang-format off */
enum { A, BETA_PLUS, BETA_MINUS, FLUID, CLOCK, HUBBLE, DECELERATION, EFFECTIVE_W, SHEAR, ISOTROPY, CONSTRAINT, INTEGRAL,
       WORST_CONSTRAINT, WORST_INTEGRAL, EVENTS, OBSERVABLES };
/* clang-format on */
static const ons_observable observables[] = {
    [A] = {"scale_factor", ONS_SERIES, 0, NULL, NULL, NULL, "a"},
    [BETA_PLUS] = {"beta_plus", ONS_SERIES, 0, NULL, NULL, NULL, "beta_+"},
    [BETA_MINUS] = {"beta_minus", ONS_SERIES, 0, NULL, NULL, NULL, "beta_-"},
    [FLUID] = {"fluid_time", ONS_SERIES, 0, NULL, NULL, NULL, "T"},
    [CLOCK] = {"other_clock", ONS_SERIES, 0, NULL, NULL, NULL,
               "cosmic time for clock=gauge, gauge time for clock=cosmic"},
    [HUBBLE] = {"hubble", ONS_SERIES, 0, NULL, NULL, NULL, "H = (da/dt)/a in cosmic time"},
    [DECELERATION] = {"deceleration", ONS_SERIES, 0, NULL, NULL, NULL, "q = -1 - (dH/dt)/H^2, cosmic time"},
    [EFFECTIVE_W] = {"effective_w", ONS_SERIES, 0, NULL, NULL, NULL, "(2q - 1)/3"},
    [SHEAR] = {"shear", ONS_SERIES, 0, NULL, NULL, NULL, "sigma^2 = (d beta_+/dt)^2 + (d beta_-/dt)^2"},
    [ISOTROPY] = {"anisotropy", ONS_SERIES, 0, NULL, NULL, NULL, "sigma^2/H^2: 0 for an isotropic universe"},
    [CONSTRAINT] = {"constraint", ONS_SERIES, 0, NULL, NULL, NULL,
                    "N H over the sum of the moduli of its terms, of now or of the start"},
    [INTEGRAL] = {"first_integral", ONS_SERIES, 0, NULL, NULL, NULL,
                  "a'^2/(gamma^2 + (C/6) a^(3w-1) + K a^(6w-4)/144) - 1, C as it is now"},
    [WORST_CONSTRAINT] = {"worst_constraint", ONS_VALUE, 0, NULL, NULL, NULL, "largest |constraint| at whole steps"},
    [WORST_INTEGRAL] = {"worst_first_integral", ONS_VALUE, 0, NULL, NULL, NULL, "largest |first_integral| there"},
    [EVENTS] = {"events", ONS_TABLE, 0, NULL, "event:text, time, other_clock, scale_factor", NULL,
                "singularity, big rip: where the run ends; turning point: da/dt = 0"},
    [OBSERVABLES] = {.name = NULL}};

typedef struct bianchi_state {
    bianchi_universe universe;
    double worst[2], rate; /* rate: a' at the last step */
    uint32_t ended;
} bianchi_state;

static ons_status options_of(const ons_parameters *p, bianchi_options *options) {
    size_t count;
    const double *beta = ons_reals(p, "beta", &count);
    if (count != 2) { return ons_fail(ONS_INVALID, "beta takes 2 numbers, beta_+ and beta_-, not %zu", count); }
    *options = (bianchi_options){.bopp = ons_choice(p, "mode") == 1,
                                 .cosmic = ons_choice(p, "clock") == 1,
                                 .contracting = ons_choice(p, "direction") == 1,
                                 .gamma = ons_real(p, "gamma"),
                                 .w = ons_real(p, "w"),
                                 .energy = ons_real(p, "energy"),
                                 .P = {ons_real(p, "P_plus"), ons_real(p, "P_minus")},
                                 .a = ons_real(p, "a"),
                                 .beta = {beta[0], beta[1]},
                                 .tolerance = ons_real(p, "tolerance")};
    if (!options->bopp) {
        options->a_T = ons_real(p, "bracket_a_T");
        options->Pa_PT = ons_real(p, "bracket_Pa_PT");
    }
    return ONS_OK;
}

static bool has_integral(const bianchi_options *o) { return !o->bopp && o->a_T == 0 && o->Pa_PT == 0; }

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    bianchi_options options = {0};
    bianchi_universe universe = {0};
    ons_status status = options_of(p, &options);
    if (status == ONS_OK) { status = bianchi_open(&universe, &options); }
    bianchi_close(&universe);
    if (status != ONS_OK) { return status; }
    if (!has_integral(&options)) {
        ons_plan_omit(plan, "first_integral");
        ons_plan_omit(plan, "worst_first_integral");
    }
    ons_plan_bytes(plan, 1e5);
    return ONS_OK;
}

static ons_status create(void *memory, ons_context *context) {
    bianchi_state *made = memory;
    bianchi_options options = {0};
    ons_status status = options_of(ons_context_parameters(context), &options);
    if (status == ONS_OK) { status = bianchi_open(&made->universe, &options); }
    if (status == ONS_OK) {
        bianchi_look look;
        bianchi_see(&made->universe, &look);
        made->rate = look.rate;
    }
    return status;
}

/* ---- time -----------------------------------------------------------------------------------------------------------
 */

static void event(bianchi_state *state, ons_context *context, const char *name, double time, const bianchi_look *look) {
    const double in_clock = state->universe.options.cosmic ? NAN : look->clock + look->hubble / look->hubble_slope;
    const bool ends = state->ended != 0;
    ons_row(context, EVENTS, 0,
            (ons_cell[]){{.text = name},
                         {.number = time},
                         {.number = ends && isfinite(in_clock) ? in_clock : look->clock},
                         {.number = look->a}});
}

static ons_status finish(bianchi_state *state, ons_context *context) {
    bianchi_look look;
    bianchi_see(&state->universe, &look);
    const double left = state->universe.options.cosmic ? look.hubble / look.hubble_slope : 0;
    if (look.a > 1e-3 * state->universe.options.a && look.a < 1e3 * state->universe.options.a) {
        return ons_fail(ONS_FAILED, "the equations cannot be integrated beyond time %g, where a = %g", look.time,
                        look.a);
    }
    state->ended = 1;
    event(state, context, look.a > state->universe.options.a ? "big rip" : "singularity", look.time + left, &look);
    return ONS_DONE;
}

static ons_status advance(void *memory, ons_context *context) {
    bianchi_state *state = memory;
    if (state->ended) { return ONS_DONE; }
    bool arrived;
    const ons_status status = bianchi_advance(&state->universe, ons_target(context), &arrived);
    if (status != ONS_OK) { return status; }
    if (!arrived) { return finish(state, context); }
    bianchi_look look;
    bianchi_see(&state->universe, &look);
    state->worst[0] = fmax(state->worst[0], fabs(look.constraint));
    state->worst[1] = fmax(state->worst[1], fabs(look.integral));
    if (look.rate * state->rate < 0) { event(state, context, "turning point", look.time, &look); }
    state->rate = look.rate;
    return ONS_OK;
}

static ons_status measure(const void *memory, ons_context *context) {
    const bianchi_state *state = memory;
    bianchi_look look;
    bianchi_see(&state->universe, &look);
    ons_measure(context, A, 0, look.a);
    ons_measure(context, BETA_PLUS, 0, look.beta[0]);
    ons_measure(context, BETA_MINUS, 0, look.beta[1]);
    ons_measure(context, FLUID, 0, look.T);
    ons_measure(context, CLOCK, 0, look.clock);
    ons_measure(context, HUBBLE, 0, look.hubble);
    ons_measure(context, DECELERATION, 0, look.deceleration);
    ons_measure(context, EFFECTIVE_W, 0, (2 * look.deceleration - 1) / 3);
    ons_measure(context, SHEAR, 0, look.shear);
    ons_measure(context, ISOTROPY, 0, look.shear / (look.hubble * look.hubble));
    ons_measure(context, CONSTRAINT, 0, look.constraint);
    if (has_integral(&state->universe.options)) {
        ons_measure(context, INTEGRAL, 0, look.integral);
        ons_value(context, WORST_INTEGRAL, 0, 0, state->worst[1], -1);
    }
    ons_value(context, WORST_CONSTRAINT, 0, 0, state->worst[0], -1);
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    bianchi_state *state = memory;
    double numbers[BIANCHI_NUMBERS];
    bianchi_store(&state->universe, numbers);
    ons_status status = ons_persist(part, "universe", ONS_F64, numbers, BIANCHI_NUMBERS);
    if (status == ONS_OK) { status = ons_persist(part, "worst", ONS_F64, state->worst, 2); }
    if (status == ONS_OK) { status = ons_persist(part, "rate", ONS_F64, &state->rate, 1); }
    if (status == ONS_OK) { status = ons_persist(part, "ended", ONS_U32, &state->ended, 1); }
    if (status == ONS_OK && ons_part_reading(part)) { bianchi_load(&state->universe, numbers); }
    return status;
}

static void destroy(void *memory) {
    bianchi_state *state = memory;
    bianchi_close(&state->universe);
}

extern const ons_system ons_system_bianchi;
const ons_system ons_system_bianchi = {
    .abi = ONS_ABI,
    .version = 2,
    .name = "bianchi",
    .summary = "an anisotropic universe with a fluid and noncommutative brackets: isotropy, singularities, big rips",
    .details = details,
    .step = "1 unit of gauge or cosmic time",
    .traits = ONS_CONTINUOUS,
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 20, .warmup = "0", .every = "0.5", .replicas = 1},
    .state_size = sizeof(bianchi_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .destroy = destroy,
};

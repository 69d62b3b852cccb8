/*
 * fisher-curvature: the scalar curvature of the manifold of all couplings of a lattice, the glue between the laboratory
 * and the spin engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins.h>
#include <onsager/system.h>

#include <math.h>
#include <string.h>

#include "fisher-curvature_text.h"

enum { MODEL_ISING, MODEL_POTTS };
enum { STREAM_DYNAMICS, STREAM_START };
enum { WAYS = 3 };

static const ons_parameter parameters[] = {
    {"model", ONS_CHOICE, 0, "ising", "ising|potts", NULL, NULL, NULL,
     "what a bond carries: e = s_i s_j (ising) or e = delta(s_i, s_j) (potts)"},
    {"q", ONS_INTEGER, 0, "3", NULL, "[2, 255]", "model=potts", NULL, "colours of the Potts model"},
    {"dimension", ONS_INTEGER, 0, "2", NULL, "[1, 3]", NULL, NULL, "of the hypercubic lattice"},
    {"L", ONS_INTEGER, ONS_ARRAY, "16", NULL, "[1, 16384]", NULL, NULL,
     "sites per direction, one number or one per direction; at least 3 where periodic"},
    {"boundary", ONS_CHOICE, 0, "periodic", "periodic|open", NULL, NULL, NULL, "boundary in all directions"},
    {"coupling", ONS_FORMULA, 0, "critical", NULL, NULL, NULL, NULL,
     "J of all bonds in units of the temperature: a number or a formula of `critical`, the critical coupling"},
    {"method", ONS_CHOICE, 0, "auto", "auto|free-fermion|transfer-matrix|enumeration|sampled", NULL, NULL, NULL,
     "how the cumulants are obtained; auto: the first that is possible"},
    {"samples", ONS_INTEGER, 0, "200000", NULL, "[4, 1e12]", "method=auto|sampled", NULL,
     "sampled: configurations, a multiple of `blocks`"},
    {"equilibration", ONS_INTEGER, 0, "2000", NULL, "[0, 1e12]", "method=auto|sampled", NULL,
     "sampled: configurations that are thrown away first"},
    {"sweeps", ONS_INTEGER, 0, "3", NULL, "[1, 1e6]", "method=auto|sampled", NULL,
     "sampled: Swendsen-Wang sweeps between two configurations"},
    {"blocks", ONS_INTEGER, 0, "20", NULL, "[4, 1000]", "method=auto|sampled", NULL, "sampled: of the jackknife"},
    {.name = NULL}};

/* clang-format off */
enum { R, ABS_R, R_PER_SITE, TENSOR_NORM, TRACE_NORM, R1, R2, R3, R4, RESIDUAL_TRACE, RESIDUAL_TENSOR, BOND_MEAN,
       RUPPEINER, COUPLING, SITES, BONDS, SHELLS, OBSERVABLES };
/* clang-format on */

static const ons_observable observables[] = {
    [R] = {"R", ONS_VALUE, 0, NULL, NULL, NULL, "scalar curvature (|T|^2 - |t|^2)/4 of the manifold of all couplings"},
    [ABS_R] = {"abs_R", ONS_VALUE, 0, NULL, NULL, NULL, "|R|"},
    [R_PER_SITE] = {"R_per_site", ONS_VALUE, 0, NULL, NULL, NULL, "R/n"},
    [TENSOR_NORM] = {"tensor_norm", ONS_VALUE, 0, NULL, NULL, NULL, "|T|^2 = F^ai F^bj F^ck T_abc T_ijk"},
    [TRACE_NORM] = {"trace_norm", ONS_VALUE, 0, NULL, NULL, NULL, "|t|^2 = F^ab t_a t_b, t_a = F^bc T_abc"},
    [R1] = {"R1", ONS_VALUE, 0, NULL, NULL, NULL, "-|t|^2/2, by whitening"},
    [R2] = {"R2", ONS_VALUE, 0, NULL, NULL, NULL, "|T|^2/2, by whitening"},
    [R3] = {"R3", ONS_VALUE, 0, NULL, NULL, NULL, "|t|^2/4, by the connection"},
    [R4] = {"R4", ONS_VALUE, 0, NULL, NULL, NULL, "-|T|^2/4, by the connection"},
    [RESIDUAL_TRACE] = {"residual_trace", ONS_VALUE, 0, NULL, NULL, NULL, "(R3 + R1/2)/|R1|, zero in every geometry"},
    [RESIDUAL_TENSOR] = {"residual_tensor", ONS_VALUE, 0, NULL, NULL, NULL, "(R4 + R2/2)/|R2|, zero in every geometry"},
    [BOND_MEAN] = {"bond_mean", ONS_VALUE, 0, NULL, NULL, NULL, "<e_a>, mean over the directions"},
    [RUPPEINER] = {"ruppeiner", ONS_VALUE, 0, NULL, NULL, NULL,
                   "thermodynamic curvature of one coupling for each direction, metric per site"},
    [COUPLING] = {"J", ONS_VALUE, 0, NULL, NULL, NULL, "the value of `coupling`"},
    [SITES] = {"sites", ONS_VALUE, 0, NULL, NULL, NULL, "n"},
    [BONDS] = {"bonds", ONS_VALUE, 0, NULL, NULL, NULL, "m"},
    [SHELLS] = {"shells", ONS_TABLE, 0, NULL, "k0, k1, k2, wavenumber, momenta, R, error", NULL,
                "R by the momentum of its bonds: wave numbers of an orbit in 2 pi/L, |k|, momenta of the orbit, its "
                "part of R"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- what is asked ---- */

static ons_status read_coupling(const ons_parameters *p, double *coupling) {
    const ons_expression *formula = ons_formula(p, "coupling");
    const size_t names = ons_expression_name_count(formula);
    const unsigned states = ons_choice(p, "model") == MODEL_POTTS ? (unsigned)ons_integer(p, "q") : 0;
    for (size_t i = 0; i < names; i++) {
        if (strcmp(ons_expression_name(formula, i), "critical") != 0) {
            return ons_fail(ONS_INVALID, "coupling is a number or a formula of `critical`; it has no `%s`",
                            ons_expression_name(formula, i));
        }
    }
    const double critical = ons_curvature_critical(states, (unsigned)ons_integer(p, "dimension"));
    *coupling = ons_expression_value(formula, &critical);
    if (names && isnan(critical)) {
        return ons_fail(ONS_INVALID, "no critical coupling is known for model=%s dimension=%lld; give coupling=NUMBER",
                        ons_string(p, "model"), (long long)ons_integer(p, "dimension"));
    }
    if (!isfinite(*coupling)) {
        return ons_fail(ONS_INVALID, "coupling = %s is not a finite number", ons_string(p, "coupling"));
    }
    return ONS_OK;
}

/* `lengths` has room for all ways and must outlive the options. */
static ons_status read_options(const ons_parameters *p, ons_curvature_options *options, int64_t *lengths) {
    size_t count;
    const int64_t *given = ons_integers(p, "L", &count);
    const unsigned dimension = (unsigned)ons_integer(p, "dimension");
    if (count != 1 && count != dimension) {
        return ons_fail(ONS_INVALID, "L has %zu numbers; dimension=%u takes one for all directions or %u", count,
                        dimension, dimension);
    }
    for (unsigned i = 0; i < dimension; i++) { lengths[i] = given[count == 1 ? 0 : i]; }
    *options =
        (ons_curvature_options){.method = (ons_curvature_method)ons_choice(p, "method"),
                                .states = ons_choice(p, "model") == MODEL_POTTS ? (unsigned)ons_integer(p, "q") : 0,
                                .dimension = dimension,
                                .lengths = lengths,
                                .open = ons_choice(p, "boundary") == ONS_OPEN,
                                .samples = (uint64_t)ons_integer(p, "samples"),
                                .equilibration = (uint64_t)ons_integer(p, "equilibration"),
                                .sweeps = (uint32_t)ons_integer(p, "sweeps"),
                                .blocks = (uint32_t)ons_integer(p, "blocks")};
    return read_coupling(p, &options->coupling);
}

/* Directions in which there are bonds. */
static unsigned ways(const ons_curvature_options *options) {
    unsigned count = 0;
    for (unsigned i = 0; i < options->dimension; i++) { count += options->lengths[i] > 1; }
    return count;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    ons_curvature_options options = {0};
    ons_curvature_method method;
    int64_t lengths[WAYS];
    double bytes;
    ons_status status = read_options(p, &options, lengths);
    if (!status) { status = ons_curvature_plan(&options, &method, &bytes); }
    if (status) { return status; }
    ons_plan_bytes(plan, bytes);
    if (ons_choice(p, "method") == ONS_CURVATURE_AUTO) {
        ons_plan_note(plan, "method=auto: %s", ons_curvature_method_name(method));
    }
    if (method == ONS_CURVATURE_FERMIONS && lengths[0] * lengths[1] > 10000) {
        const double n = (double)lengths[0] * (double)lengths[1];
        ons_plan_note(plan, "about %.2g hours of one core", n * n / (lengths[0] == lengths[1] ? 8 : 4) * 1.5e-6 / 3600);
    }
    if (method == ONS_CURVATURE_ENUMERATION) { ons_plan_omit(plan, "shells"); }
    if (ways(&options) < 2) { ons_plan_omit(plan, "ruppeiner"); }
    return ONS_OK;
}

/* ---- exact values ---- */

static ons_status flat(const ons_parameters *p, double *value) {
    *value = 0;
    return ons_integer(p, "dimension") == 1 && ons_choice(p, "boundary") == ONS_OPEN ? ONS_OK : ONS_DONE;
}

static ons_status torus_bond(const ons_parameters *p, double *value) {
    ons_curvature_options options = {0};
    int64_t lengths[WAYS];
    ons_ising_exact exact;
    ons_status status = read_options(p, &options, lengths);
    if (status) { return status; }
    if (options.states || options.dimension != 2 || options.open || options.coupling == 0) { return ONS_DONE; }
    const double sign = options.coupling < 0 ? -1 : 1;
    status = ons_ising_exact_torus(lengths[0], lengths[1], sign, sign / options.coupling, &exact);
    *value = -0.5 * sign * exact.energy;
    return status;
}

static const ons_exact exacts[] = {{"R", flat, "independent bonds"},
                                   {"abs_R", flat, "independent bonds"},
                                   {"bond_mean", torus_bond, "Kaufman 1949"},
                                   {.name = NULL}};

/* ---- the state ---- */

typedef struct curvature_state {
    ons_curvature_solver *solver;
    unsigned dimension;
    int64_t lengths[WAYS];
    double coupling;
    bool shells, ruppeiner;
} curvature_state;

static ons_status create(void *memory, ons_context *context) {
    curvature_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    ons_curvature_options options = {0};
    int64_t lengths[WAYS];
    ons_status status = read_options(p, &options, lengths);
    if (status) { return status; }
    options.random = ons_stream(context, 0, STREAM_DYNAMICS);
    status = ons_curvature_create(&state->solver, &options);
    if (status) { return status; }
    state->dimension = options.dimension;
    state->coupling = options.coupling;
    memcpy(state->lengths, lengths, options.dimension * sizeof *lengths);
    state->shells = ons_curvature_shells(state->solver) > 0;
    state->ruppeiner = ways(&options) > 1;
    return ONS_OK;
}

static void report_shells(const curvature_state *state, ons_context *context) {
    for (size_t i = 0; i < ons_curvature_shells(state->solver); i++) {
        ons_curvature_shell shell;
        ons_curvature_shell_at(state->solver, i, &shell);
        const ons_cell row[] = {{.number = (double)shell.index[0]},
                                {.number = (double)shell.index[1]},
                                {.number = (double)shell.index[2]},
                                {.number = shell.wavenumber},
                                {.number = (double)shell.multiplicity},
                                {.number = shell.part},
                                {.number = shell.error}};
        ons_row(context, SHELLS, 0, row);
    }
}

/* Exact numbers have no error of their own. */
static void tell(ons_context *context, size_t observable, ons_curvature_number number, double scale) {
    ons_value(context, observable, 0, 0, scale * number.value, number.error > 0 ? fabs(scale) * number.error : NAN);
}

static ons_status report(const curvature_state *state, ons_context *context) {
    ons_curvature_result result;
    const ons_status status = ons_curvature_finish(state->solver, &result);
    if (status) { return status; }
    const double n = (double)result.sites;
    tell(context, R, result.scalar, 1);
    tell(context, ABS_R, result.scalar, result.scalar.value < 0 ? -1 : 1);
    tell(context, R_PER_SITE, result.scalar, 1 / n);
    tell(context, TENSOR_NORM, result.tensor, 1);
    tell(context, TRACE_NORM, result.trace, 1);
    for (unsigned i = 0; i < 4; i++) { tell(context, R1 + i, result.terms[i], 1); }
    for (unsigned i = 0; i < 2; i++) { ons_value(context, RESIDUAL_TRACE + i, 0, 0, result.residuals[i], NAN); }
    ons_curvature_number mean = {0, 0};
    for (unsigned i = 0; i < state->dimension; i++) {
        mean.value += result.mean[i].value / state->dimension;
        mean.error += result.mean[i].error / state->dimension; /* an upper bound: the directions are correlated */
    }
    tell(context, BOND_MEAN, mean, 1);
    if (state->ruppeiner) { tell(context, RUPPEINER, result.ruppeiner, 1); }
    ons_value(context, COUPLING, 0, 0, state->coupling, NAN);
    ons_value(context, SITES, 0, 0, n, NAN);
    ons_value(context, BONDS, 0, 0, (double)result.bonds, NAN);
    if (state->shells) { report_shells(state, context); }
    return ONS_OK;
}

static ons_status advance(void *memory, ons_context *context) {
    curvature_state *state = memory;
    double done, total;
    ons_status status = ons_curvature_advance(state->solver);
    if (status < 0) { return status; }
    ons_curvature_progress(state->solver, &done, &total);
    (void)ons_poll(context, done, total); /* steps are short: the laboratory looks between them */
    if (status != ONS_DONE) { return status; }
    status = report(state, context);
    return status ? status : ONS_DONE;
}

static ons_status persist_colours(ons_discrete *coloured, size_t sites, ons_part *part) {
    ons_status status = ons_persist(part, "colours", ONS_U8, ons_discrete_states(coloured), sites);
    if (!status) { status = ons_persist_random(part, "random", ons_discrete_random(coloured)); }
    return status || !ons_part_reading(part) ? status : ons_discrete_refresh(coloured);
}

static ons_status persist(void *memory, ons_part *part) {
    const curvature_state *state = memory;
    size_t count;
    double *numbers = ons_curvature_numbers(state->solver, &count);
    ons_ising *ising = ons_curvature_ising(state->solver);
    ons_status status = ons_persist(part, "cursor", ONS_U64, ons_curvature_cursor(state->solver), 2);
    if (!status) { status = ons_persist(part, "numbers", ONS_F64, numbers, count); }
    ons_discrete *coloured = ons_curvature_discrete(state->solver);
    if (!status && coloured) { status = persist_colours(coloured, ons_curvature_sites(state->solver), part); }
    if (status || !ising) { return status; }
    status = ons_persist(part, "spins", ONS_I8, ons_ising_spins(ising), ons_curvature_sites(state->solver));
    if (!status) { status = ons_persist_random(part, "random", ons_ising_random(ising)); }
    if (!status && ons_part_reading(part)) { status = ons_ising_refresh(ising); }
    return status;
}

/* Whether the momentum shown at (row, column) belongs to a shell. */
static bool in_shell(const curvature_state *state, const ons_curvature_shell *shell, size_t row, size_t column) {
    const int64_t place[2] = {(int64_t)row, (int64_t)column};
    int64_t k[2];
    for (unsigned i = 0; i < 2; i++) {
        const int64_t away = place[i] - state->lengths[i] / 2;
        k[i] = away < 0 ? -away : away;
    }
    const bool equal = state->lengths[0] == state->lengths[1];
    return (k[0] == shell->index[0] && k[1] == shell->index[1]) ||
           (equal && k[1] == shell->index[0] && k[0] == shell->index[1]);
}

/* Momenta with 0 in the middle, a block of pixels each: the part of R of one momentum. */
static ons_status picture(const void *memory, unsigned lane, ons_picture *image) {
    (void)lane;
    const curvature_state *state = memory;
    const size_t shells = ons_curvature_shells(state->solver);
    if (state->dimension != 2 || shells == 0) {
        return ons_fail(ONS_INVALID, "only periodic lattices of two dimensions have a picture: R by momentum");
    }
    const size_t rows = (size_t)state->lengths[0], columns = (size_t)state->lengths[1];
    const size_t longer = rows > columns ? rows : columns, block = longer < 256 ? 256 / longer : 1;
    ons_status status = ons_picture_size(image, columns * block, rows * block);
    double low = 0, high = 0;
    for (size_t i = 0; !status && i < shells; i++) {
        ons_curvature_shell shell;
        ons_curvature_shell_at(state->solver, i, &shell);
        low = fmin(low, shell.part / (double)shell.multiplicity);
        high = fmax(high, shell.part / (double)shell.multiplicity);
    }
    for (size_t i = 0; !status && i < shells; i++) {
        ons_curvature_shell shell;
        ons_curvature_shell_at(state->solver, i, &shell);
        for (size_t y = 0; y < rows * block; y++) {
            for (size_t x = 0; x < columns * block; x++) {
                if (!in_shell(state, &shell, y / block, x / block)) { continue; }
                ons_colour_scale(shell.part / (double)shell.multiplicity, low, high,
                                 image->pixels + 3 * (y * columns * block + x));
            }
        }
    }
    return status;
}

static void destroy(void *memory) {
    const curvature_state *state = memory;
    ons_curvature_free(state->solver);
}

extern const ons_system ons_system_fisher_curvature;
const ons_system ons_system_fisher_curvature = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "fisher-curvature",
    .summary =
        "scalar curvature of the manifold of all bond couplings: exact for 2D Ising and small Potts, else sampled",
    .details = FISHER_CURVATURE_DETAILS,
    .step = "piece of work, some 0.1 seconds",
    .parameters = parameters,
    .observables = observables,
    .exact = exacts,
    .controls = {.steps = 1000000000, .replicas = 1},
    .state_size = sizeof(curvature_state),
    .check = check,
    .create = create,
    .advance = advance,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};

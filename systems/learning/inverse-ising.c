/*
 * inverse-ising: couplings and fields from samples, of a planted model or of a file; the glue between the sampler of
 * the spin engine and the inference of the learning engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inverse_ising_text.h"
#include "../spins/lattice_parameters.h"

#include <onsager/learning/inverse_ising.h>
#include <onsager/spins.h>
#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DISORDER_NONE, DISORDER_BIMODAL, DISORDER_GAUSSIAN };
enum { SAMPLER_AUTO, SAMPLER_EXACT, SAMPLER_HEAT_BATH };
enum { STREAM_SAMPLES, STREAM_START, STREAM_COUPLINGS, STREAM_FIELDS };
enum { AUTOMATIC = 20, MOST_SPINS = 1000 };

#define PLANTED "data=planted"
static const ons_parameter parameters[] = {
    {"data", ONS_CHOICE, ONS_OR_FILE, "planted", "planted", NULL, NULL, NULL,
     "where the samples are from: a model of known couplings, or a file (text, one configuration a line, or .npy)"},
    LATTICE_PARAMETERS("square", "4"),
    {"disorder", ONS_CHOICE, 0, "gaussian", "none|bimodal|gaussian", NULL, PLANTED, NULL,
     "planted couplings: all equal, of random sign, normal"},
    {"coupling", ONS_REAL, 0, "1", NULL, NULL, PLANTED, NULL,
     "J: the value, the size, the standard deviation; complete: of J/N, J/sqrt(N), J/sqrt(N)"},
    {"coupling_mean", ONS_REAL, 0, "0", NULL, NULL, "disorder=gaussian", "coupling",
     "mean of normal couplings; complete: times 1/N"},
    {"field", ONS_REAL, 0, "0", NULL, NULL, PLANTED, "coupling", "the same field at every spin"},
    {"field_width", ONS_REAL, 0, "0.3", NULL, "[0, inf)", PLANTED, "coupling",
     "standard deviation of normal fields added to it"},
    {"temperature", ONS_REAL, 0, "2", NULL, "(0, inf)", PLANTED, "coupling",
     "T: what is to be found are J_ij/T and h_i/T"},
    {"samples", ONS_INTEGER, 0, "10000", NULL, "[2, 100000000]", PLANTED, NULL, "B: how many are drawn"},
    {"sampler", ONS_CHOICE, 0, "auto", "auto|exact|heat-bath", NULL, PLANTED, NULL,
     "exact: independent samples, all states summed (to 22 spins); auto: to 20 spins"},
    {"between", ONS_INTEGER, 0, "20", NULL, "[1, 1000000]", PLANTED, "sweep",
     "sweeps of the heat bath between two samples"},
    {"method", ONS_CHOICE, 0, "pseudo", "exact|pseudo|naive|tap|bethe|pair|small", NULL, NULL, NULL,
     "how: maximum or pseudo-likelihood, mean fields, trees, pairs alone, small correlations"},
    {"l2", ONS_REAL, 0, "0", NULL, "[0, inf)", "method=exact|pseudo", NULL,
     "ridge: adds (l2/2) sum J_ij^2 to minus the log-likelihood per sample"},
    {"l1", ONS_REAL, 0, "0", NULL, "[0, inf)", "method=pseudo", NULL,
     "lasso: adds l1 sum |J_ij|; couplings become 0, errors are not known"},
    {.name = NULL}};

/* clang-format off */
enum { COUPLING_ERROR, FIELD_ERROR, RELATIVE_ERROR, EXPECTED_ERROR, CHI_SQUARED, CORRELATION, LIKELIHOOD, STEPS, COUPLING,
       FIELD, PLANTED_COUPLING, PLANTED_FIELD, PAIRS };
/* clang-format on */

static const ons_observable observables[] = {
    [COUPLING_ERROR] = {"coupling_error", ONS_VALUE, 0, NULL, NULL, NULL,
                        "root mean square over all pairs of J_ij found less J_ij/T planted"},
    [FIELD_ERROR] = {"field_error", ONS_VALUE, 0, NULL, NULL, NULL, "the same of the fields"},
    [RELATIVE_ERROR] = {"relative_error", ONS_VALUE, 0, NULL, NULL, NULL,
                        "coupling_error over the root mean square of the planted couplings"},
    [EXPECTED_ERROR] = {"expected_error", ONS_VALUE, 0, NULL, NULL, NULL,
                        "root mean square of the standard errors of all couplings"},
    [CHI_SQUARED] = {"chi_squared", ONS_VALUE, 0, NULL, NULL, NULL,
                     "mean over pairs of ((J_ij - planted)/standard error)^2: 1 without bias"},
    [CORRELATION] = {"largest_correlation", ONS_VALUE, 0, NULL, NULL, NULL,
                     "the largest |<s_i s_j> - <s_i><s_j>| of the samples"},
    [LIKELIHOOD] = {"log_likelihood", ONS_VALUE, 0, NULL, NULL, "nat",
                    "per sample; method=pseudo: of all conditional distributions together"},
    [STEPS] = {"steps_taken", ONS_VALUE, 0, NULL, NULL, NULL, "steps of Newton's method; 0: in closed form"},
    [COUPLING] = {"coupling", ONS_VALUE, 0, NULL, NULL, NULL, "J_ij found (temperature included), symmetric"},
    [FIELD] = {"field", ONS_VALUE, 0, NULL, NULL, NULL, "h_i found"},
    [PLANTED_COUPLING] = {"planted_coupling", ONS_VALUE, 0, NULL, NULL, NULL, "J_ij/T of the planted model"},
    [PLANTED_FIELD] = {"planted_field", ONS_VALUE, 0, NULL, NULL, NULL, "h_i/T of the planted model"},
    [PAIRS] = {"pairs", ONS_TABLE, 0, NULL, "i, j, planted, found, error", NULL,
               "every pair, spins from 0 (at most 5000 pairs; NaN: not known)"},
    {.name = NULL}};

typedef struct inverse_state {
    uint64_t finished;
} inverse_state;

static bool is_planted(const ons_parameters *p) { return ons_choice(p, "data") == 0; }

/* ---- check ----------------------------------------------------------------------------------------------------- */

static void plan_shapes(ons_plan *plan, size_t spins) {
    const size_t square[2] = {spins, spins};
    ons_plan_shape(plan, COUPLING, 2, square);
    ons_plan_shape(plan, PLANTED_COUPLING, 2, square);
    ons_plan_shape(plan, FIELD, 1, &spins);
    ons_plan_shape(plan, PLANTED_FIELD, 1, &spins);
}

static ons_status check_file(const ons_parameters *p, size_t *spins, double *samples, ons_plan *plan) {
    static const char *const lattice[] = {"lattice", "L", "dimension", "boundary", "shells"};
    for (size_t k = 0; k < sizeof lattice / sizeof *lattice; k++) {
        if (ons_given(p, lattice[k])) {
            return ons_fail(ONS_INVALID, "%s belongs to data=planted; samples of a file have no lattice", lattice[k]);
        }
    }
    ons_spin_samples data;
    const ons_status status = ons_spin_samples_read(ons_string(p, "data"), &data);
    if (status) { return status; }
    *spins = data.spins;
    *samples = (double)data.samples;
    ons_spin_samples_free(&data);
    static const char *const unknown[] = {"planted_coupling", "planted_field",  "coupling_error",
                                          "field_error",      "relative_error", "chi_squared"};
    for (size_t k = 0; k < sizeof unknown / sizeof *unknown; k++) { ons_plan_omit(plan, unknown[k]); }
    return ONS_OK;
}

static ons_status check_planted(const ons_parameters *p, size_t *spins, double *samples, ons_plan *plan) {
    ons_graph_plan graph;
    const ons_status status = lattice_plan(p, LATTICE_LISTED, plan, &graph, NULL);
    if (status) { return status; }
    *samples = (double)ons_integer(p, "samples");
    *spins = graph.sites > MOST_SPINS ? MOST_SPINS + 1 : (size_t)graph.sites;
    if (ons_choice(p, "sampler") == SAMPLER_EXACT && graph.sites > ONS_PAIRWISE_SPINS) {
        return ons_fail(ONS_INVALID,
                        "sampler=exact sums all states of at most %d spins, not of %.0f; sampler=heat-bath does not",
                        ONS_PAIRWISE_SPINS, graph.sites);
    }
    return ONS_OK;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    size_t spins = 0;
    double samples = 0;
    const ons_status status =
        is_planted(p) ? check_planted(p, &spins, &samples, plan) : check_file(p, &spins, &samples, plan);
    if (status) { return status; }
    if (spins < 2 || spins > MOST_SPINS) {
        return ons_fail(ONS_INVALID, "couplings are inferred of 2 to %d spins, not of %s", MOST_SPINS,
                        spins < 2 ? "one" : "more");
    }
    const int method = ons_choice(p, "method");
    if (method == ONS_INVERSE_EXACT && spins > ONS_PAIRWISE_SPINS) {
        return ons_fail(ONS_INVALID,
                        "method=exact sums all states of at most %d spins, not of %zu; method=pseudo does not",
                        ONS_PAIRWISE_SPINS, spins);
    }
    const double n = (double)spins, pairs = n * (n + 1) / 2;
    double bytes = samples * n + 64 * n * n;
    if (method == ONS_INVERSE_EXACT) { bytes += 16 * exp2(n) + 24 * pairs * pairs; }
    if (method == ONS_INVERSE_PSEUDO) { bytes += samples * (n + 16) + 8 * n * n * n + 256 * n * n; }
    ons_plan_bytes(plan, bytes);
    plan_shapes(plan, spins);
    if (method != ONS_INVERSE_EXACT && method != ONS_INVERSE_PSEUDO) { ons_plan_omit(plan, "log_likelihood"); }
    if (ons_present(p, "l1") && ons_real(p, "l1") > 0) {
        ons_plan_omit(plan, "chi_squared");
        ons_plan_omit(plan, "expected_error");
        ons_plan_note(plan, "l1: shrunken couplings have no honest standard errors, and none are given");
    }
    return ONS_OK;
}

static ons_status create(void *state, ons_context *context) {
    (void)state;
    (void)context;
    return ONS_OK;
}

/* ---- the planted model ----------------------------------------------------------------------------------------- */

/* Couplings in units of energy on the bonds of a graph, and all of them as a matrix. */
typedef struct planted {
    ons_graph *graph;
    double *bond;             /* [bonds] */
    double *field, *coupling; /* [spins], [spins][spins]: over T */
} planted;

static void release(planted *m) {
    ons_graph_free(m->graph);
    free(m->bond);
    free(m->field);
    free(m->coupling);
    *m = (planted){0};
}

/* The complete graph lists its bonds with strength 1/N: random couplings of width J/sqrt(N) are sqrt(N) times that. */
static void draw_bonds(planted *m, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    ons_random random = ons_stream(context, 0, STREAM_COUPLINGS);
    const double coupling = ons_real(p, "coupling"), root = lattice_is_complete(p) ? sqrt((double)m->graph->sites) : 1;
    switch (ons_choice(p, "disorder")) {
    case DISORDER_BIMODAL: ons_ising_bimodal(m->graph, coupling * root, 0.5, &random, m->bond); break;
    case DISORDER_GAUSSIAN:
        ons_ising_gaussian(m->graph, ons_real(p, "coupling_mean"), coupling * root, &random, m->bond);
        break;
    default: ons_ising_uniform(m->graph, coupling, m->bond);
    }
}

static ons_status plant(planted *m, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    ons_status status = lattice_open_graph(&m->graph, p, LATTICE_LISTED);
    if (status) { return status; }
    const size_t n = m->graph->sites;
    m->bond = ONS_NEW(double, m->graph->bonds);
    m->field = ONS_NEW(double, n);
    m->coupling = ONS_NEW(double, n *n);
    if (!m->bond || !m->field || !m->coupling) { return ONS_MEMORY; }
    draw_bonds(m, context);
    const double temperature = ons_real(p, "temperature");
    for (uint64_t b = 0; b < m->graph->bonds; b++) {
        const size_t i = m->graph->source[b], j = m->graph->target[b];
        if (i == j) { continue; }
        m->coupling[i * n + j] += m->bond[b] / temperature;
        m->coupling[j * n + i] = m->coupling[i * n + j];
    }
    ons_random random = ons_stream(context, 0, STREAM_FIELDS);
    ons_ising_fields_gaussian((uint32_t)n, ons_real(p, "field_width"), &random, m->field);
    for (size_t i = 0; i < n; i++) { m->field[i] = (m->field[i] + ons_real(p, "field")) / temperature; }
    return ONS_OK;
}

/* A chain of the heat bath, `between` sweeps from sample to sample, after 1000 + 20 `between` sweeps. */
static ons_status sample_chain(const planted *m, ons_spin_samples *data, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    const size_t n = data->spins;
    const int64_t between = ons_integer(p, "between");
    double *fields = ONS_NEW(double, n);
    ons_ising_model *model = NULL;
    ons_ising *ising = NULL;
    if (!fields) { return ONS_MEMORY; }
    const double temperature = ons_real(p, "temperature");
    for (size_t i = 0; i < n; i++) { fields[i] = m->field[i] * temperature; }
    ons_status status = ons_ising_model_create(&model, m->graph,
                                               &(ons_ising_options){.temperature = temperature,
                                                                    .couplings = m->bond,
                                                                    .fields = fields,
                                                                    .update = ONS_HEAT_BATH,
                                                                    .clusters = 1});
    if (!status) { status = ons_ising_create(&ising, model, ons_stream(context, 0, STREAM_SAMPLES)); }
    if (!status) {
        ons_random random = ons_stream(context, 0, STREAM_START);
        ons_ising_start_random(ising, &random);
        for (int64_t k = 0; k < 1000 + 20 * between; k++) { ons_ising_step(ising); }
    }
    for (size_t b = 0; b < data->samples && !status; b++) {
        for (int64_t k = 0; k < between; k++) { ons_ising_step(ising); }
        memcpy(data->values + b * n, ons_ising_spins(ising), n);
        if (b % 256 == 0 && ons_halted(context, (double)b, (double)data->samples)) { status = ONS_STOPPED; }
    }
    ons_ising_free(ising);
    ons_ising_model_free(model);
    free(fields);
    return status;
}

static ons_status draw_samples(const planted *m, ons_spin_samples *data, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    const int sampler = ons_choice(p, "sampler");
    data->spins = m->graph->sites;
    data->samples = (size_t)ons_integer(p, "samples");
    data->values = ONS_NEW(int8_t, data->samples * data->spins);
    if (!data->values) { return ONS_MEMORY; }
    if (sampler == SAMPLER_HEAT_BATH || (sampler == SAMPLER_AUTO && data->spins > AUTOMATIC)) {
        return sample_chain(m, data, context);
    }
    ons_random random = ons_stream(context, 0, STREAM_SAMPLES);
    return ons_pairwise_draw(data->spins, m->field, m->coupling, data->samples, &random, data->values);
}

/* ---- what was found -------------------------------------------------------------------------------------------- */

typedef struct sums {
    double off, size, standard, chi;
} sums;

static void report_pairs(const ons_inverse_ising *s, const planted *m, sums *all, ons_context *context) {
    const size_t n = s->spins;
    size_t rows = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            const size_t at = i * n + j;
            const double truth = m->coupling ? m->coupling[at] : NAN, off = s->coupling[at] - truth;
            all->off += off * off;
            all->size += truth * truth;
            all->standard += s->coupling_error[at] * s->coupling_error[at];
            all->chi += off * off / (s->coupling_error[at] * s->coupling_error[at]);
            if (rows++ < 5000) {
                ons_row(context, PAIRS, 0,
                        (ons_cell[]){{.number = (double)i},
                                     {.number = (double)j},
                                     {.number = truth},
                                     {.number = s->coupling[at]},
                                     {.number = s->coupling_error[at]}});
            }
        }
    }
    const double pairs = (double)n * ((double)n - 1) / 2;
    all->off /= pairs;
    all->size /= pairs;
    all->standard /= pairs;
    all->chi /= pairs;
}

static void report_arrays(const ons_inverse_ising *s, const planted *m, ons_context *context) {
    const size_t n = s->spins;
    for (size_t k = 0; k < n * n; k++) {
        ons_value(context, COUPLING, 0, k, s->coupling[k], s->coupling_error[k]);
        if (m->coupling) { ons_value(context, PLANTED_COUPLING, 0, k, m->coupling[k], 0); }
    }
    for (size_t i = 0; i < n; i++) {
        ons_value(context, FIELD, 0, i, s->field[i], s->field_error[i]);
        if (m->field) { ons_value(context, PLANTED_FIELD, 0, i, m->field[i], 0); }
    }
}

static ons_status largest_correlation(const ons_spin_samples *data, double *largest) {
    const size_t n = data->spins;
    double *moments = ONS_NEW(double, n *n + n);
    if (!moments) { return ONS_MEMORY; }
    const ons_status status = ons_spin_samples_moments(data, moments, moments + n);
    *largest = 0;
    for (size_t i = 0; i < n && !status; i++) {
        for (size_t j = 0; j < i; j++) {
            *largest = fmax(*largest, fabs(moments[n + i * n + j] - moments[i] * moments[j]));
        }
    }
    free(moments);
    return status;
}

static ons_status report(const ons_inverse_ising *s, const planted *m, const ons_spin_samples *data,
                         ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    const bool shrunken = ons_present(p, "l1") && ons_real(p, "l1") > 0;
    const int method = ons_choice(p, "method");
    sums all = {0};
    double fields = 0, largest;
    report_arrays(s, m, context);
    report_pairs(s, m, &all, context);
    const ons_status status = largest_correlation(data, &largest);
    if (status) { return status; }
    ons_value(context, CORRELATION, 0, 0, largest, 0);
    ons_value(context, STEPS, 0, 0, (double)s->steps, 0);
    if (method == ONS_INVERSE_EXACT || method == ONS_INVERSE_PSEUDO) {
        ons_value(context, LIKELIHOOD, 0, 0, s->log_likelihood, NAN);
    }
    if (!shrunken) { ons_value(context, EXPECTED_ERROR, 0, 0, sqrt(all.standard), NAN); }
    if (!m->coupling) { return ONS_OK; }
    for (size_t i = 0; i < s->spins; i++) { fields += pow(s->field[i] - m->field[i], 2) / (double)s->spins; }
    ons_value(context, COUPLING_ERROR, 0, 0, sqrt(all.off), NAN);
    ons_value(context, FIELD_ERROR, 0, 0, sqrt(fields), NAN);
    ons_value(context, RELATIVE_ERROR, 0, 0, sqrt(all.off / all.size), NAN);
    if (!shrunken) { ons_value(context, CHI_SQUARED, 0, 0, all.chi, NAN); }
    return ONS_OK;
}

static ons_status advance(void *memory, ons_context *context) {
    inverse_state *state = memory;
    if (state->finished) { return ONS_DONE; }
    const ons_parameters *p = ons_context_parameters(context);
    planted model = {0};
    ons_spin_samples data = {0};
    ons_inverse_ising solution = {0};
    ons_status status;
    if (is_planted(p)) {
        status = plant(&model, context);
        if (!status) { status = draw_samples(&model, &data, context); }
    } else {
        status = ons_spin_samples_read(ons_string(p, "data"), &data);
    }
    if (!status) {
        const ons_inverse_options options = {.method = (ons_inverse_method)ons_choice(p, "method"),
                                             .ridge = ons_present(p, "l2") ? ons_real(p, "l2") : 0,
                                             .lasso = ons_present(p, "l1") ? ons_real(p, "l1") : 0};
        status = ons_inverse_ising_samples(&data, &options, &solution);
    }
    if (!status) { status = report(&solution, &model, &data, context); }
    ons_inverse_ising_free(&solution);
    ons_spin_samples_free(&data);
    release(&model);
    if (status) { return status; }
    state->finished = 1;
    return ONS_DONE;
}

static ons_status persist(void *memory, ons_part *part) {
    inverse_state *state = memory;
    return ons_persist(part, "finished", ONS_U64, &state->finished, 1);
}

extern const ons_system ons_system_inverse_ising;
const ons_system ons_system_inverse_ising = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "inverse-ising",
    .summary = "couplings and fields of Ising spins from samples: exact, pseudo-likelihood, mean fields, with errors",
    .details = INVERSE_ISING_DETAILS,
    .step = "the inference",
    .parameters = parameters,
    .observables = observables,
    .traits = ONS_QUENCHED,
    .controls = {.steps = 1, .replicas = 1},
    .state_size = sizeof(inverse_state),
    .check = check,
    .create = create,
    .advance = advance,
    .persist = persist,
};

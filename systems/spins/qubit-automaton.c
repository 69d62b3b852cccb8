/*
 * qubit-automaton: one and two qubits embedded in classical Ising spins that change by deterministic updates.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins.h>
#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "qubit_automaton_text.h"

enum { MAP_AVERAGE, MAP_CORRELATION, MAP_ONE };
enum { STATE_PRODUCT, STATE_SINGLET, STATE_ROTATED };
enum { EXPECTATION, QUANTUM, SAMPLED, CHSH, CHSH_SAMPLED, PURITY, SMALLEST, DISTANCE, TABLE, OBSERVABLES };
enum { STREAM_SAMPLES, MOST_GATES = 1000 };

static const ons_parameter parameters[] = {
    {"map", ONS_CHOICE, 0, "average-spin", "average-spin|correlation|one-qubit", NULL, NULL, NULL,
     "how the qubits are embedded"},
    {"state", ONS_CHOICE, 0, "product", "product|singlet|rotated-singlet", NULL, "map!=one-qubit", NULL,
     "the two qubits at the start"},
    {"bloch1", ONS_REAL, ONS_ARRAY, "[0,0,1]", NULL, "[-1, 1]", NULL, NULL,
     "Bloch vector of the first qubit (state=product or one qubit)"},
    {"bloch2", ONS_REAL, ONS_ARRAY, "[0,0,1]", NULL, "[-1, 1]", "map!=one-qubit", NULL,
     "Bloch vector of the second qubit (state=product)"},
    {"gates", ONS_TEXT, 0, "H1-CNOT12", NULL, NULL, NULL, NULL, "Clifford gates in order, joined by '-'"},
    {"samples", ONS_INTEGER, 0, "100000", NULL, "[0, 100000000]", NULL, NULL, "configurations drawn at the start"},
    {.name = NULL}};

static const ons_observable observables[] = {
    [EXPECTATION] = {"expectation", ONS_SERIES, 0, NULL, NULL, NULL,
                     "<S_k>, component k = 4 m + n, by the sum over all configurations"},
    [QUANTUM] = {"quantum", ONS_SERIES, 0, NULL, NULL, NULL, "the same by the rule rho -> U rho U+"},
    [SAMPLED] = {"sampled", ONS_SERIES, 0, NULL, NULL, NULL, "the same over the drawn configurations"},
    [CHSH] = {"chsh", ONS_SERIES, 0, NULL, NULL, NULL, "E_xx + E_xz + E_zx - E_zz of the exact means"},
    [CHSH_SAMPLED] = {"chsh_sampled", ONS_SERIES, 0, NULL, NULL, NULL, "the same of the drawn configurations"},
    [PURITY] = {"purity", ONS_SERIES, 0, NULL, NULL, NULL, "tr rho^2"},
    [SMALLEST] = {"smallest_eigenvalue", ONS_SERIES, 0, NULL, NULL, NULL, "of rho: not negative for a quantum state"},
    [DISTANCE] =
        {"distance", ONS_SERIES, 0, NULL, NULL, NULL,
         "sum of |deviations| from the nearest distribution of 6 spins; 0: representable by the correlation map"},
    [TABLE] = {"steps", ONS_TABLE, 0, NULL, "gate:text, product:text, expectation, quantum, sampled", NULL,
               "after every gate, the products whose mean is not 0"},
    [OBSERVABLES] = {.name = NULL}};

/* ---- embeddings ---- */

/* The spins of a map by their product numbers; a configuration has bit k for spin[k]. */
typedef struct embedding {
    unsigned count, spin[ONS_PAULI_SPINS], place[ONS_PAULIS]; /* place: bit of a product, count where it has none */
} embedding;

static embedding embedding_of(int map) {
    static const unsigned one[] = {4, 8, 12}, six[] = {4, 8, 12, 1, 2, 3};
    embedding e = {.count = map == MAP_ONE ? 3 : map == MAP_CORRELATION ? 6 : ONS_PAULI_SPINS};
    for (unsigned k = 0; k < e.count; k++) {
        e.spin[k] = map == MAP_ONE ? one[k] : map == MAP_CORRELATION ? six[k] : k + 1;
    }
    for (unsigned k = 0; k < ONS_PAULIS; k++) { e.place[k] = e.count; }
    for (unsigned k = 0; k < e.count; k++) { e.place[e.spin[k]] = k; }
    return e;
}

/* The update of a configuration by a gate; every source of a spin must be a spin (checked). */
static uint32_t update(const embedding *e, const ons_clifford *gate, uint32_t configuration) {
    uint32_t after = 0;
    for (unsigned k = 0; k < e->count; k++) {
        const uint32_t bit = configuration >> e->place[gate->source[e->spin[k]]] & 1;
        after |= (gate->sign[e->spin[k]] < 0 ? bit ^ 1 : bit) << k;
    }
    return after;
}

static bool is_update(const embedding *e, const ons_clifford *gate) {
    for (unsigned k = 0; k < e->count; k++) {
        if (e->place[gate->source[e->spin[k]]] == e->count) { return false; }
    }
    return true;
}

/* The values of the products in a configuration: spins, and products of two spins for the correlation map. */
static void values_of(const embedding *e, uint32_t configuration, double *values) {
    if (e->count == 6) {
        ons_correlation_values(configuration, values);
        return;
    }
    for (unsigned k = 0; k < ONS_PAULIS; k++) {
        values[k] = e->place[k] == e->count ? 0 : configuration >> e->place[k] & 1 ? 1 : -1;
    }
    values[0] = 1;
}

/* ---- gates ---- */

typedef struct circuit {
    size_t count;
    char (*name)[16];
    ons_clifford *gate;
} circuit;

static void free_circuit(circuit *c) {
    free(c->name);
    free(c->gate);
    *c = (circuit){0};
}

static ons_status check_gate(const embedding *e, const char *name, const ons_clifford *gate) {
    if (is_update(e, gate)) { return ONS_OK; }
    if (e->count == 3) {
        return ons_fail(ONS_INVALID,
                        "gate %s acts on a second qubit, and map=one-qubit has none: give gates such as H1-S1", name);
    }
    return ons_fail(
        ONS_INVALID,
        "gate %s is no update of the 6 spins of the correlation map: it takes a spin to a product; gates on "
        "one qubit and SWAP are",
        name);
}

static ons_status add_gate(circuit *c, const embedding *e, const char *word, size_t length) {
    if (length >= sizeof c->name[0] || c->count == MOST_GATES) {
        return ons_fail(ONS_INVALID, "gates: '%.*s' is no gate, or there are more than %d",
                        (int)(length < 40 ? length : 40), word, MOST_GATES);
    }
    memcpy(c->name[c->count], word, length);
    ons_status status = ons_clifford_gate(&c->gate[c->count], c->name[c->count]);
    if (!status) { status = check_gate(e, c->name[c->count], &c->gate[c->count]); }
    c->count++;
    return status;
}

static const char *gates_of(const ons_parameters *p) { return ons_string(p, "gates"); }

static ons_status read_circuit(circuit *c, const embedding *e, const char *text) {
    *c = (circuit){.name = ons_allocate(MOST_GATES, sizeof c->name[0]), .gate = ONS_NEW(ons_clifford, MOST_GATES)};
    ons_status status = c->name && c->gate ? ONS_OK : ONS_MEMORY;
    while (!status) {
        const size_t length = strcspn(text, "-");
        status = add_gate(c, e, text, length);
        text += length;
        if (!*text) { break; }
        text++;
    }
    if (status) { free_circuit(c); }
    return status;
}

/* ---- the start ---- */

static ons_status read_bloch(const ons_parameters *p, const char *name, double *bloch) {
    size_t count;
    const double *given = ons_reals(p, name, &count);
    if (count != 3) { return ons_fail(ONS_INVALID, "%s has %zu components, not 3", name, count); }
    memcpy(bloch, given, 3 * sizeof *bloch);
    const double square = bloch[0] * bloch[0] + bloch[1] * bloch[1] + bloch[2] * bloch[2];
    if (square <= 1 + 1e-12) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "%s has the length %g: the quantum condition is a Bloch vector of length at most 1",
                    name, sqrt(square));
}

static ons_status start_means(const ons_parameters *p, double *means) {
    double a[3], b[3] = {0};
    const bool one = ons_choice(p, "map") == MAP_ONE;
    const int kind = one ? STATE_PRODUCT : ons_choice(p, "state");
    if (kind == STATE_SINGLET) { ons_qubits_singlet(means); }
    if (kind == STATE_ROTATED) { ons_qubits_rotated_singlet(means); }
    if (kind != STATE_PRODUCT) { return ONS_OK; }
    ons_status status = read_bloch(p, "bloch1", a);
    if (!status && !one) { status = read_bloch(p, "bloch2", b); }
    if (!status) { ons_qubits_product(a, b, means); }
    return status;
}

static ons_status check_representable(const double *means) {
    double distance;
    const ons_status status = ons_correlation_fit(means, NULL, &distance);
    if (status || distance < 1e-9) { return status; }
    return ons_fail(ONS_INVALID,
                    "this state has no distribution on the 6 spins of the correlation map (sum of deviations at least "
                    "%.4g, |chsh| = %.4g > 2): take map=average-spin",
                    distance, fabs(ons_qubits_chsh(means)));
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const int map = ons_choice(p, "map");
    const embedding e = embedding_of(map);
    circuit c = {0};
    double means[ONS_PAULIS];
    ons_status status = read_circuit(&c, &e, gates_of(p));
    if (!status) { status = start_means(p, means); }
    if (!status && map == MAP_CORRELATION) { status = check_representable(means); }
    free_circuit(&c);
    if (status) { return status; }
    ons_plan_bytes(plan, 16 * ldexp(1, (int)e.count) + 4.0 * (double)ons_integer(p, "samples") +
                             MOST_GATES * (sizeof(ons_clifford) + sizeof c.name[0]));
    const size_t shape = map == MAP_ONE ? 4 : ONS_PAULIS;
    ons_plan_shape(plan, EXPECTATION, 1, &shape);
    ons_plan_shape(plan, QUANTUM, 1, &shape);
    ons_plan_shape(plan, SAMPLED, 1, &shape);
    if (map == MAP_ONE) {
        ons_plan_omit(plan, "chsh");
        ons_plan_omit(plan, "chsh_sampled");
        ons_plan_omit(plan, "distance");
    }
    if (ons_integer(p, "samples") == 0) {
        ons_plan_omit(plan, "sampled");
        ons_plan_omit(plan, "chsh_sampled");
    }
    return ONS_OK;
}

/* ---- the state ---- */

typedef struct qubit_state {
    embedding embedding;
    circuit circuit;
    uint64_t made;                 /* gates so far */
    double quantum[ONS_PAULIS];    /* means by the quantum rule */
    double *probability, *scratch; /* [2^spins] */
    uint32_t *sample;              /* [samples] */
    size_t samples;
} qubit_state;

static ons_status fill_probability(qubit_state *state) {
    const embedding *e = &state->embedding;
    if (e->count == 6) {
        double distance;
        return ons_correlation_fit(state->quantum, state->probability, &distance);
    }
    for (uint32_t c = 0; c < 1U << e->count; c++) {
        double probability = 1;
        for (unsigned k = 0; k < e->count; k++) {
            const double mean = state->quantum[e->spin[k]];
            probability *= (c >> k & 1 ? 1 + mean : 1 - mean) / 2;
        }
        state->probability[c] = probability;
    }
    return ONS_OK;
}

/* Configurations by the sums of the probabilities, kept in scratch. */
static void draw(qubit_state *state, ons_random *random) {
    const size_t configurations = (size_t)1 << state->embedding.count;
    double sum = 0;
    for (size_t c = 0; c < configurations; c++) { state->scratch[c] = sum += state->probability[c]; }
    for (size_t n = 0; n < state->samples; n++) {
        const double goal = sum * ons_random_uniform(random);
        size_t low = 0, high = configurations - 1;
        while (low < high) {
            const size_t middle = (low + high) / 2;
            if (state->scratch[middle] > goal) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        state->sample[n] = (uint32_t)low;
    }
}

static ons_status create(void *memory, ons_context *context) {
    qubit_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    state->embedding = embedding_of(ons_choice(p, "map"));
    state->samples = (size_t)ons_integer(p, "samples");
    const size_t configurations = (size_t)1 << state->embedding.count;
    state->probability = ONS_NEW(double, configurations);
    state->scratch = ONS_NEW(double, configurations);
    state->sample = ONS_NEW(uint32_t, state->samples);
    if (!state->probability || !state->scratch || !state->sample) { return ONS_MEMORY; }
    ons_status status = read_circuit(&state->circuit, &state->embedding, gates_of(p));
    if (!status) { status = start_means(p, state->quantum); }
    if (!status) { status = fill_probability(state); }
    if (status) { return status; }
    ons_random random = ons_stream(context, 0, STREAM_SAMPLES);
    draw(state, &random);
    return ONS_OK;
}

/* Everything but the sample. */
static void act(qubit_state *state) {
    const ons_clifford *gate = &state->circuit.gate[state->made++];
    double after[ONS_PAULIS];
    ons_clifford_means(gate, state->quantum, after);
    memcpy(state->quantum, after, sizeof after);
    for (uint32_t c = 0; c < 1U << state->embedding.count; c++) {
        state->scratch[update(&state->embedding, gate, c)] = state->probability[c];
    }
    double *moved = state->scratch;
    state->scratch = state->probability;
    state->probability = moved;
}

static void average(const qubit_state *state, double *means) {
    memset(means, 0, ONS_PAULIS * sizeof *means);
    for (uint32_t c = 0; c < 1U << state->embedding.count; c++) {
        double values[ONS_PAULIS];
        if (state->probability[c] == 0) { continue; }
        values_of(&state->embedding, c, values);
        for (unsigned k = 0; k < ONS_PAULIS; k++) { means[k] += state->probability[c] * values[k]; }
    }
}

/* Counted first: 2^spins numbers instead of `samples` times 15. */
static ons_status average_sample(const qubit_state *state, double *means) {
    const size_t configurations = (size_t)1 << state->embedding.count;
    uint64_t *seen = ONS_NEW(uint64_t, configurations);
    if (!seen) { return ONS_MEMORY; }
    memset(means, 0, ONS_PAULIS * sizeof *means);
    for (size_t n = 0; n < state->samples; n++) { seen[state->sample[n]]++; }
    for (uint32_t c = 0; c < configurations; c++) {
        double values[ONS_PAULIS];
        if (seen[c] == 0) { continue; }
        values_of(&state->embedding, c, values);
        for (unsigned k = 0; k < ONS_PAULIS; k++) { means[k] += (double)seen[c] * values[k]; }
    }
    for (unsigned k = 0; k < ONS_PAULIS; k++) { means[k] /= (double)state->samples; }
    free(seen);
    return ONS_OK;
}

static void add_rows(const qubit_state *state, ons_context *context, const double *exact, const double *sampled) {
    for (unsigned k = 1; k < ONS_PAULIS; k++) {
        if (fabs(state->quantum[k]) < 1e-12) { continue; }
        ons_row(context, TABLE, 0,
                (ons_cell[]){{.text = state->circuit.name[state->made - 1]},
                             {.text = ons_pauli_name(k)},
                             {.number = exact[k]},
                             {.number = state->quantum[k]},
                             {.number = state->samples ? sampled[k] : NAN}});
    }
}

static ons_status advance(void *memory, ons_context *context) {
    qubit_state *state = memory;
    const ons_clifford *gate = &state->circuit.gate[state->made];
    for (size_t n = 0; n < state->samples; n++) {
        state->sample[n] = update(&state->embedding, gate, state->sample[n]);
    }
    act(state);
    double exact[ONS_PAULIS], sampled[ONS_PAULIS] = {0};
    average(state, exact);
    const ons_status status = state->samples ? average_sample(state, sampled) : ONS_OK;
    if (status) { return status; }
    add_rows(state, context, exact, sampled);
    return state->made == state->circuit.count ? ONS_DONE : ONS_OK;
}

/* All components, or norm, x, y, z of one qubit. */
static void put(const qubit_state *state, ons_context *context, size_t observable, const double *means) {
    const double one[4] = {means[0], means[4], means[8], means[12]};
    ons_measure_array(context, observable, 0, state->embedding.count == 3 ? one : means);
}

static ons_status measure_pair(const qubit_state *state, ons_context *context, const double *exact) {
    double smallest, distance;
    ons_status status = ons_qubits_smallest(exact, &smallest);
    if (!status) { status = ons_correlation_fit(exact, NULL, &distance); }
    if (status) { return status; }
    ons_measure(context, PURITY, 0, ons_qubits_purity(exact));
    ons_measure(context, SMALLEST, 0, smallest);
    ons_measure(context, CHSH, 0, ons_qubits_chsh(exact));
    ons_measure(context, DISTANCE, 0, distance);
    (void)state;
    return ONS_OK;
}

/* rho = (1 + r.sigma)/2 has the eigenvalues (1 +- |r|)/2. */
static void measure_one(ons_context *context, const double *exact) {
    const double square = exact[4] * exact[4] + exact[8] * exact[8] + exact[12] * exact[12];
    ons_measure(context, PURITY, 0, (1 + square) / 2);
    ons_measure(context, SMALLEST, 0, (1 - sqrt(square)) / 2);
}

static ons_status measure(const void *memory, ons_context *context) {
    const qubit_state *state = memory;
    const bool one = state->embedding.count == 3;
    double exact[ONS_PAULIS], sampled[ONS_PAULIS];
    average(state, exact);
    put(state, context, EXPECTATION, exact);
    put(state, context, QUANTUM, state->quantum);
    ons_status status = ONS_OK;
    if (one) {
        measure_one(context, exact);
    } else {
        status = measure_pair(state, context, exact);
    }
    if (status || !state->samples) { return status; }
    status = average_sample(state, sampled);
    if (status) { return status; }
    put(state, context, SAMPLED, sampled);
    if (!one) { ons_measure(context, CHSH_SAMPLED, 0, ons_qubits_chsh(sampled)); }
    return ONS_OK;
}

/* The probabilities follow from the gates made; the sample is stored. */
static ons_status persist(void *memory, ons_part *part) {
    qubit_state *state = memory;
    uint64_t made = state->made;
    ons_status status = ons_persist(part, "made", ONS_U64, &made, 1);
    if (!status) { status = ons_persist(part, "sample", ONS_U32, state->sample, state->samples); }
    if (status || !ons_part_reading(part)) { return status; }
    if (made > state->circuit.count) { return ons_fail(ONS_FAILED, "the part is beyond the last gate"); }
    for (size_t n = 0; n < state->samples; n++) {
        if (state->sample[n] >> state->embedding.count) { return ons_fail(ONS_FAILED, "the part has spins too many"); }
    }
    while (state->made < made) { act(state); }
    return ONS_OK;
}

static void destroy(void *memory) {
    qubit_state *state = memory;
    free_circuit(&state->circuit);
    free(state->probability);
    free(state->scratch);
    free(state->sample);
}

extern const ons_system ons_system_qubit_automaton;
const ons_system ons_system_qubit_automaton = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "qubit-automaton",
    .summary = "one and two qubits in classical Ising spins: Clifford gates as deterministic updates, CHSH",
    .details = QUBIT_AUTOMATON_DETAILS,
    .step = "gate",
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 1000, .replicas = 16},
    .state_size = sizeof(qubit_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .destroy = destroy,
};

/*
 * probabilistic-world: C. Wetterich, arXiv:2011.02867 (2020). The quantum formalism of generalised Ising models and
 * cellular automata, held against sums over histories, closed forms and Bell's inequality.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/paper.h>
#include <onsager/spins.h>

#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probabilistic_world_text.h"

static const char *const systems[] = {"step-evolution", "cellular-automaton", "permutation-spectrum", "qubit-automaton",
                                      NULL};

/* ---- reading results ---- */

static const ons_result *find(const ons_results *results, size_t task, const char *name) {
    return task < ons_results_count(results) ? ons_task_find(ons_results_task(results, task), name) : NULL;
}

/* A component of a series at a time of its grid; NaN where it has none. */
static double at(const ons_result *series, size_t time, size_t component) {
    if (!series || time >= series->times || component >= series->size) { return NAN; }
    return series->mean[time * series->size + component];
}

static double value_of(const ons_results *results, size_t task, const char *name) {
    const ons_result *result = find(results, task, name);
    return result ? result->mean[0] : NAN;
}

/* The larger of two deviations; NaN stays. */
static double larger(double a, double b) { return isnan(a) || isnan(b) ? NAN : fmax(a, b); }

/* ---- W1: the sum over all histories ---- */

enum { SPINS = 3, STATES = 8, STEPS = 6, MARKED_SPIN = 1, MARKED_SLICE = 2 };

/* A sum with its rounding errors collected beside it (Neumaier 1974): 2^21 terms to the last digits. */
typedef struct careful {
    double sum, lost;
} careful;

static void add(careful *c, double term) {
    const double sum = c->sum + term;
    c->lost += fabs(c->sum) >= fabs(term) ? (c->sum - sum) + term : (term - sum) + c->sum;
    c->sum = sum;
}

static double whole(const careful *c) { return c->sum + c->lost; }

typedef struct histories {
    careful total, slice[STEPS + 1][SPINS], pair[STEPS + 1][SPINS];
} histories;

static double sign_of(uint32_t state, unsigned k) { return state >> k & 1 ? 1 : -1; }

static void add_history(void *data, const uint32_t *state, double weight) {
    histories *h = data;
    const double marked = weight * sign_of(state[MARKED_SLICE], MARKED_SPIN);
    add(&h->total, weight);
    for (unsigned t = 0; t <= STEPS; t++) {
        for (unsigned k = 0; k < SPINS; k++) {
            add(&h->slice[t][k], weight * sign_of(state[t], k));
            add(&h->pair[t][k], marked * sign_of(state[t], k));
        }
    }
}

typedef struct model {
    ons_step_couplings couplings[STEPS];
    ons_step *step[STEPS];
    double initial[STATES], final[STATES];
} model;

static ons_status make_model(model *m) {
    ons_random random = ons_random_stream(2011, 2867, 0);
    ons_status status = ONS_OK;
    for (unsigned t = 0; !status && t < STEPS; t++) {
        ons_step_random(&m->couplings[t], SPINS, 0.6, &random);
        status = ons_step_from_couplings(&m->step[t], &m->couplings[t]);
    }
    for (unsigned k = 0; k < STATES; k++) {
        m->initial[k] = ons_random_uniform(&random);
        m->final[k] = ons_random_uniform(&random);
    }
    return status;
}

/* tr(A rho) with the whole density matrix: A is given as a matrix. */
static double quantum_mean(const ons_evolution *e, unsigned spin) {
    double matrix[STATES * STATES] = {0};
    for (uint32_t s = 0; s < STATES; s++) { matrix[s * STATES + s] = sign_of(s, spin); }
    return ons_evolution_expectation(e, matrix);
}

typedef struct deviations {
    double equal, unequal, partition;
} deviations;

static void compare_slice(const histories *h, const ons_evolution *e, unsigned t, deviations *d) {
    double correlations[SPINS];
    if (t >= MARKED_SLICE) { ons_evolution_correlations(e, correlations); }
    for (unsigned k = 0; k < SPINS; k++) {
        d->equal = larger(d->equal, fabs(quantum_mean(e, k) - whole(&h->slice[t][k]) / whole(&h->total)));
        if (t < MARKED_SLICE) { continue; }
        d->unequal = larger(d->unequal, fabs(correlations[k] - whole(&h->pair[t][k]) / whole(&h->total)));
    }
    d->partition = larger(d->partition, fabs(ons_evolution_log_partition(e) - log(whole(&h->total))));
}

static ons_status compare_histories(const model *m, deviations *d) {
    histories h = {0};
    ons_evolution *e = NULL;
    ons_status status = ons_histories(m->couplings, STEPS, STEPS, m->initial, m->final, add_history, &h);
    if (!status) {
        status = ons_evolution_create(&e, (const ons_step *const *)m->step, STEPS, STEPS, m->initial, m->final);
    }
    if (!status) { status = ons_evolution_prepare(e, NULL, NULL); }
    for (unsigned t = 0; !status && t <= STEPS; t++) {
        if (t == MARKED_SLICE) { status = ons_evolution_mark(e, MARKED_SPIN); }
        compare_slice(&h, e, t, d);
        if (!status && t < STEPS) { status = ons_evolution_advance(e); }
    }
    ons_evolution_free(e);
    return status;
}

static ons_status quantum_rule(ons_reproduction *r) {
    model m = {0};
    deviations d = {0};
    ons_status status = make_model(&m);
    if (!status) { status = compare_histories(&m, &d); }
    for (unsigned t = 0; t < STEPS; t++) { ons_step_free(m.step[t]); }
    if (status) { return status; }
    ons_claim_number(r, "W1-equal", d.equal, 0, "2097152 histories against 6 steps of two wave functions");
    ons_claim_number(r, "W1-unequal", d.unequal, 0, "the mark carried on beside the forward wave function");
    ons_claim_number(r, "W1-partition", d.partition, 0, "7 slices");
    return ONS_OK;
}

/* ---- W2: probabilities alone have no law ---- */

static ons_status no_law(ons_reproduction *r) {
    const ons_results *past, *future;
    ons_status status = ons_reproduction_run(
        r, &past, "boundary-past", "step-evolution model=ising-chain kappa=0.5 slices=1 initial=0.46211715726000974");
    if (status) { return status; }
    status = ons_reproduction_run(r, &future, "boundary-future",
                                  "step-evolution model=ising-chain kappa=0.5 slices=1 initial=0 final=1");
    if (status) { return status; }
    const ons_result *a = find(past, 0, "spin"), *b = find(future, 0, "spin");
    ons_claim_number(r, "W2-now", fabs(at(a, 0, 0) - at(b, 0, 0)), 0,
                     "<s(0)> = %.6f from a past boundary with a free end, %.6f from a fixed end with a free start",
                     at(a, 0, 0), at(b, 0, 0));
    ons_claim_number(r, "W2-next", fabs(at(a, 1, 0) - at(b, 1, 0)), 0, "<s(1)> = %.6f and %.6f", at(a, 1, 0),
                     at(b, 1, 0));
    return ONS_OK;
}

/* ---- W3: automata and their spectrum ---- */

static ons_status spectrum(ons_reproduction *r) {
    static const char *const ids[] = {"W3-one", "W3-two"};
    const ons_automaton automaton = {ONS_THIRRING, 2, 4, NULL};
    ons_status status = ONS_OK;
    for (unsigned k = 1; !status && k <= 2; k++) {
        ons_sector sector;
        double error = NAN;
        status = ons_sector_init(&sector, (unsigned)ons_automaton_bits(&automaton), k);
        if (!status) { status = ons_sector_spectrum_error(&automaton, &sector, &error); }
        if (!status) {
            ons_claim_number(r, ids[k - 1], error, 0, "%llu eigenvalues, each paired with a root of unity of a cycle",
                             (unsigned long long)sector.states);
        }
    }
    const ons_results *whole, *free_movers;
    if (!status) { status = ons_reproduction_run(r, &whole, "cycles", "permutation-spectrum model=thirring cells=4"); }
    if (!status) {
        status =
            ons_reproduction_run(r, &free_movers, "cycles-free", "permutation-spectrum model=movers colours=1 cells=8");
    }
    if (status) { return status; }
    const ons_result *table = find(whole, 0, "spectrum");
    double states = 0;
    for (size_t k = 0; table && k < table->rows; k++) { states += table->numbers[k * table->columns + 2]; }
    ons_claim_number(r, "W3-states", states, 0, "%.0f cycles, the longest of %.0f steps, %.0f different energies",
                     value_of(whole, 0, "cycles"), value_of(whole, 0, "longest"), value_of(whole, 0, "energies"));
    ons_claim_number(r, "W3-free", value_of(free_movers, 0, "cycles"), 0, "%.0f states followed",
                     value_of(free_movers, 0, "states"));
    return ONS_OK;
}

/* ---- W4: the Hamiltonian of movers ---- */

static ons_status exponential_error(unsigned cells, unsigned particles, double *error) {
    const ons_automaton automaton = {ONS_RIGHT_MOVERS, 1, cells, NULL};
    ons_sector sector;
    ons_status status = ons_sector_init(&sector, cells, particles);
    if (status) { return status; }
    const size_t n = (size_t)sector.states;
    const ons_sector_map map = {&automaton, &sector};
    double *h = ons_allocate(2 * n * n, sizeof *h), *u = ons_allocate(2 * n * n, sizeof *u);
    status = h && u ? ons_movers_hamiltonian(cells, particles, h) : ONS_MEMORY;
    if (!status) { status = ons_matrix_evolution(h, n, 1, u); }
    *error = 0;
    for (size_t k = 0; !status && k < n * n; k++) {
        const double s = ons_sector_next(&map, k % n) == k / n ? 1 : 0;
        *error = larger(*error, hypot(u[2 * k] - s, u[2 * k + 1]));
    }
    free(h);
    free(u);
    return status;
}

static ons_status hamiltonian(ons_reproduction *r) {
    double one, two;
    ons_status status = exponential_error(8, 1, &one);
    if (!status) { status = exponential_error(8, 2, &two); }
    if (status) { return status; }
    ons_claim_number(r, "W4-one", one, 0, "8 x 8 matrix; S moves every particle by one cell");
    ons_claim_number(r, "W4-two", two, 0, "28 x 28 matrix, S without any sign");
    return ONS_OK;
}

/* ---- W5: momentum; and the norm of W3 ---- */

/* The largest difference between a time and time 0 over all components. */
static double largest_change(const ons_result *series) {
    double change = series && series->times > 1 ? 0 : NAN;
    for (size_t t = 1; series && t < series->times; t++) {
        for (size_t k = 0; k < series->size; k++) {
            change = larger(change, fabs(at(series, t, k) - at(series, 0, k)));
        }
    }
    return change;
}

static ons_status momentum(ons_reproduction *r) {
    const ons_results *free_movers, *scattering, *control;
    ons_status status = ons_reproduction_run(r, &free_movers, "momentum-free",
                                             "cellular-automaton method=wave model=movers colours=1 cells=16 "
                                             "particles=1 start=uniform steps=1000 replicas=1");
    if (status) { return status; }
    status = ons_reproduction_run(r, &scattering, "momentum-scattering",
                                  "cellular-automaton method=wave model=thirring cells=8 particles=3 start=uniform "
                                  "steps=1000 replicas=1 every=10");
    if (status) { return status; }
    status = ons_reproduction_run(r, &control, "momentum-control",
                                  "cellular-automaton method=wave model=scatterers scatterer_density=0.3 cells=12 "
                                  "particles=1 start=packet steps=100 replicas=1");
    if (status) { return status; }
    const ons_result *norm = find(scattering, 0, "norm");
    double worst = norm ? 0 : NAN;
    for (size_t t = 0; norm && t < norm->times; t++) { worst = larger(worst, fabs(at(norm, t, 0) - 1)); }
    ons_claim_number(r, "W3-norm", worst, 0, "4960 states of 3 particles on 8 cells");
    ons_claim_number(r, "W5-free", largest_change(find(free_movers, 0, "momentum_distribution")), 0,
                     "<P> moves by %.1e", largest_change(find(free_movers, 0, "momentum_mean")));
    ons_claim_number(r, "W5-scattering", largest_change(find(scattering, 0, "momentum_distribution")), 0,
                     "101 times, 8 momenta");
    const double change = largest_change(find(control, 0, "momentum_distribution"));
    ons_claim_holds(r, "W5-control", change > 0.01, "a weight changes by %.3f in 100 steps on 12 cells", change);
    return ONS_OK;
}

/* ---- W6, W7: chains ---- */

static double largest_from_power(const ons_result *series, double base, bool along_diagonal) {
    double worst = series ? 0 : NAN, power = 1;
    for (size_t t = 0; series && t < series->times; t++, power *= base) {
        worst = larger(worst, fabs(at(series, t, along_diagonal ? t % series->size : 0) - power));
    }
    return worst;
}

static void draw_chains(ons_reproduction *r, const ons_results *results) {
    static const char *const labels[] = {"kappa = 0.3", "kappa = 0.5", "kappa = 0.8", "kappa = 1.2"};
    for (size_t task = 0; task < 4; task++) {
        const ons_result *spin = find(results, task, "spin");
        if (spin) { ons_figure_curve(r, labels[task], spin->times, spin->time, spin->mean, NULL); }
    }
}

static ons_status chain(ons_reproduction *r) {
    const ons_results *exact, *sampled;
    ons_status status = ons_reproduction_run(
        r, &exact, "chain", "step-evolution model=ising-chain kappa=0.3,0.5,0.8,1.2 slices=40 initial=1");
    if (status) { return status; }
    status = ons_reproduction_run(r, &sampled, "chain-sampled",
                                  "step-evolution model=ising-chain kappa=0.5 slices=4 initial=1 histories=10000 "
                                  "replicas=32 seed=1925");
    if (status) { return status; }
    const ons_result *spin = find(exact, 1, "spin"), *drawn = find(sampled, 0, "sampled_spin");
    ons_claim_number(r, "W6-decay", largest_from_power(spin, tanh(0.5), false), 0, "41 slices, free end");
    ons_claim_number(r, "W6-first", at(spin, 1, 0), 0, "slice 1 of 40");
    ons_claim_number(r, "W6-length", 1 / value_of(exact, 1, "gap"), 0, "power method on the 2 x 2 operator");
    if (drawn && drawn->times > 3) {
        ons_claim_number(r, "W6-sampled", drawn->mean[1], drawn->error[1], "32 replicas of 10000 histories");
        ons_claim_number(r, "W6-sampled-3", drawn->mean[3], drawn->error[3], "the same histories");
    }
    ons_figure_begin(r, "chain", "The boundary is forgotten: Ising chains", "t", "<s(t)>", ONS_FIGURE_LOG_Y);
    draw_chains(r, exact);
    return ONS_OK;
}

static ons_status diagonal(ons_reproduction *r) {
    const ons_results *results;
    const ons_status status = ons_reproduction_run(r, &results, "diagonal",
                                                   "step-evolution model=diagonal-ising spins=10 kappa=0.7,20 "
                                                   "slices=30 initial=0");
    if (status) { return status; }
    ons_claim_number(r, "W7-diagonal", largest_from_power(find(results, 0, "correlation"), tanh(0.7), true), 0,
                     "31 slices, three times around the ring");
    ons_claim_number(r, "W7-automaton", at(find(results, 1, "correlation"), 30, 0), 0, "slice 30, the same place x");
    return ONS_OK;
}

/* ---- W8: strips ---- */

/* The limit of a geometric approach (Aitken). */
static double extrapolate(double a, double b, double c) { return c - (c - b) * (c - b) / ((c - b) - (b - a)); }

static ons_status strips(ons_reproduction *r) {
    const ons_results *gaps, *memory;
    ons_status status =
        ons_reproduction_run(r, &gaps, "strip-gap", "step-evolution model=ising spins=8,10,12 kappa=0.35 slices=1");
    if (status) { return status; }
    status = ons_reproduction_run(r, &memory, "strip-memory",
                                  "step-evolution model=ising spins=10 kappa=0.35,0.42,0.46,0.55 slices=96 initial=1");
    if (status) { return status; }
    const double gap[] = {value_of(gaps, 0, "gap"), value_of(gaps, 1, "gap"), value_of(gaps, 2, "gap")};
    ons_claim_number(r, "W8-kaufman", gap[2], 0, "4096 states, factor by factor");
    ons_claim_number(r, "W8-limit", extrapolate(gap[0], gap[1], gap[2]), 0, "gaps %.6f, %.6f, %.6f", gap[0], gap[1],
                     gap[2]);
    const double hot = at(find(memory, 0, "magnetization"), 48, 0), cold = at(find(memory, 3, "magnetization"), 48, 0);
    ons_claim_holds(r, "W8-memory", fabs(hot) < 1e-6 && cold > 0.5, "<s(48)> = %.2e at kappa = 0.35, %.4f at 0.55", hot,
                    cold);
    static const char *const labels[] = {"kappa = 0.35", "kappa = 0.42", "kappa = 0.46", "kappa = 0.55"};
    ons_figure_begin(r, "strip", "Information from the boundary, square lattice, width 10 (critical: 0.4407)", "t",
                     "<s(t)>", 0);
    for (size_t task = 0; task < 4; task++) {
        const ons_result *m = find(memory, task, "magnetization");
        if (m) { ons_figure_curve(r, labels[task], m->times, m->time, m->mean, NULL); }
    }
    return ons_reproduction_state(r, "strip-memory", 3, 0, "strip", "<s(t)> of the cold strip, time running down");
}

/* ---- W9: one qubit ---- */

typedef struct unitary {
    double complex at[2][2];
} unitary;

static unitary product(unitary a, unitary b) {
    unitary c = {0};
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) { c.at[i][j] = a.at[i][0] * b.at[0][j] + a.at[i][1] * b.at[1][j]; }
    }
    return c;
}

static const unitary pauli[] = {{{{1, 0}, {0, 1}}}, {{{0, 1}, {1, 0}}}, {{{0, -I}, {I, 0}}}, {{{1, 0}, {0, -1}}}};

/* tr(sigma_k U rho U+) for rho = (1 + bloch.sigma)/2. */
static double turned_mean(unitary u, const double *bloch, unsigned k) {
    unitary adjoint, rho = {0};
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            adjoint.at[i][j] = conj(u.at[j][i]);
            rho.at[i][j] = pauli[0].at[i][j] / 2;
            for (unsigned m = 0; m < 3; m++) { rho.at[i][j] += bloch[m] * pauli[m + 1].at[i][j] / 2; }
        }
    }
    const unitary after = product(pauli[k], product(u, product(rho, adjoint)));
    return creal(after.at[0][0] + after.at[1][1]);
}

/* <s_k> after the update, summed over the 8 configurations of three independent spins. */
static double classical_mean(const ons_clifford *gate, const double *bloch, unsigned k) {
    double sum = 0;
    for (unsigned c = 0; c < 8; c++) {
        double probability = 1;
        for (unsigned m = 0; m < 3; m++) { probability *= (1 + sign_of(c, m) * bloch[m]) / 2; }
        sum += probability * gate->sign[4 * k] * sign_of(c, gate->source[4 * k] / 4 - 1);
    }
    return sum;
}

/* All products of Hadamard and phase gates, each as an update and as a unitary matrix, until nothing new comes. */
static size_t generate(ons_clifford *gates, unitary *matrices) {
    const double h = sqrt(0.5);
    const unitary turn[2] = {{{{h, h}, {h, -h}}}, {{{1, 0}, {0, I}}}};
    ons_clifford generator[2];
    size_t count = 1;
    if (ons_clifford_gate(&generator[0], "H1") || ons_clifford_gate(&generator[1], "S1") ||
        ons_clifford_gate(&gates[0], "I")) {
        return 0;
    }
    matrices[0] = pauli[0];
    for (size_t k = 0; k < count; k++) {
        for (unsigned g = 0; g < 2; g++) {
            const ons_clifford next = ons_clifford_then(&gates[k], &generator[g]);
            bool known = false;
            for (size_t j = 0; j < count && !known; j++) { known = !memcmp(&gates[j], &next, sizeof next); }
            if (known || count == 48) { continue; }
            matrices[count] = product(turn[g], matrices[k]);
            gates[count++] = next;
        }
    }
    return count;
}

static void one_qubit(ons_reproduction *r) {
    ons_clifford gates[48];
    unitary matrices[48];
    const double bloch[3] = {0.36, 0.48, 0.8}; /* a pure state with three different components */
    const size_t count = generate(gates, matrices);
    double worst = 0;
    for (size_t k = 0; k < count; k++) {
        for (unsigned m = 1; m <= 3; m++) {
            worst = larger(worst, fabs(classical_mean(&gates[k], bloch, m) - turned_mean(matrices[k], bloch, m)));
        }
    }
    ons_claim_number(r, "W9-rotations", (double)count, 0, "the group that Hadamard and the phase gate generate");
    ons_claim_number(r, "W9-means", worst, 0, "%zu gates, 3 spins, Bloch vector (0.36, 0.48, 0.8)", count);
}

/* ---- W10, W11: two qubits ---- */

static ons_status two_qubits(ons_reproduction *r) {
    const ons_results *bell, *rotated;
    ons_status status =
        ons_reproduction_run(r, &bell, "bell-state", "qubit-automaton gates=H1-CNOT12 samples=0 replicas=1");
    if (status) { return status; }
    status = ons_reproduction_run(r, &rotated, "rotated-singlet",
                                  "qubit-automaton state=rotated-singlet gates=I samples=50000 replicas=20 seed=1969");
    if (status) { return status; }
    const ons_result *mean = find(bell, 0, "expectation"), *drawn = find(rotated, 0, "chsh_sampled");
    double rest = 0;
    for (size_t k = 1; k < ONS_PAULIS; k++) {
        if (k % 5) { rest = larger(rest, fabs(at(mean, 2, k))); }
    }
    ons_claim_number(r, "W10-xx", at(mean, 2, 5), 0, "after 2 updates; at the start %.0f", at(mean, 0, 5));
    ons_claim_number(r, "W10-yy", at(mean, 2, 10), 0, "after 2 updates; at the start %.0f", at(mean, 0, 10));
    ons_claim_number(r, "W10-zz", at(mean, 2, 15), 0, "after 2 updates; at the start %.0f", at(mean, 0, 15));
    ons_claim_number(r, "W10-rest", rest, 0, "tr rho^2 = %.12g: maximally entangled",
                     at(find(bell, 0, "purity"), 2, 0));
    ons_claim_number(r, "W10-chsh", at(find(rotated, 0, "chsh"), 0, 0), 0,
                     "smallest eigenvalue of rho %.1e, tr rho^2 = %.12g: a pure state",
                     at(find(rotated, 0, "smallest_eigenvalue"), 0, 0), at(find(rotated, 0, "purity"), 0, 0));
    if (drawn) { ons_claim_number(r, "W10-sampled", drawn->mean[0], drawn->error[0], "20 replicas of 50000"); }
    return ONS_OK;
}

static ons_status six_spins(ons_reproduction *r) {
    double one[64], chsh[64], weight[64], means[ONS_PAULIS], largest, plain, rotated;
    const double total = 1;
    for (unsigned c = 0; c < 64; c++) {
        double values[ONS_PAULIS];
        ons_correlation_values(c, values);
        one[c] = 1;
        chsh[c] = ons_qubits_chsh(values);
    }
    ons_status status = ons_linear_program(1, 64, one, &total, chsh, weight, &largest);
    ons_qubits_singlet(means);
    if (!status) { status = ons_correlation_fit(means, weight, &plain); }
    unsigned used = 0;
    for (unsigned c = 0; !status && c < 64; c++) { used += weight[c] > 0; }
    ons_qubits_rotated_singlet(means);
    if (!status) { status = ons_correlation_fit(means, NULL, &rotated); }
    if (status) { return status; }
    ons_claim_number(r, "W11-limit", largest, 0, "simplex method, 64 columns");
    ons_claim_number(r, "W11-singlet", plain, 0, "a distribution on %u configurations has its 15 means", used);
    ons_claim_number(r, "W11-rotated", rotated, 0, "no distribution has its means");
    return ONS_OK;
}

/* ---- W12: operators that do not commute ---- */

static ons_status momentum_and_place(ons_reproduction *r) {
    enum { N = 8 };
    double h[2 * N * N], square = 0; /* for right-movers H is the momentum operator P */
    const ons_status status = ons_movers_hamiltonian(N, 1, h);
    if (status) { return status; }
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) { /* [P, X]_ij = P_ij (j - i) */
            const double *element = h + 2 * (i * N + j);
            square += (element[0] * element[0] + element[1] * element[1]) * (j - i) * (j - i);
        }
    }
    ons_claim_number(r, "W12-momentum", sqrt(square), 0, "P by FFT, X = 0 .. 7");
    return ONS_OK;
}

typedef struct two_by_two {
    double at[2][2];
} two_by_two;

static two_by_two times(two_by_two a, two_by_two b) {
    two_by_two c;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) { c.at[i][j] = a.at[i][0] * b.at[0][j] + a.at[i][1] * b.at[1][j]; }
    }
    return c;
}

/* Heisenberg picture of the chain: s(1) = S^-1 s S; this S is small and regular, so that its inverse is harmless. */
static ons_status unequal_times(ons_reproduction *r) {
    ons_step_couplings couplings;
    ons_step *step;
    two_by_two s;
    ons_step_ising(&couplings, 1, 0.5, 0, 0);
    ons_status status = ons_step_from_couplings(&step, &couplings);
    if (status) { return status; }
    status = ons_step_matrix(step, &s.at[0][0]);
    ons_step_free(step);
    if (status) { return status; }
    const double determinant = s.at[0][0] * s.at[1][1] - s.at[0][1] * s.at[1][0];
    const two_by_two inverse = {
        {{s.at[1][1] / determinant, -s.at[0][1] / determinant}, {-s.at[1][0] / determinant, s.at[0][0] / determinant}}};
    const two_by_two now = {{{-1, 0}, {0, 1}}}, later = times(inverse, times(now, s));
    const two_by_two ordered = times(later, now), reversed = times(now, later);
    const double q[2] = {0.3, 0.7}, p[2] = {1, 1}; /* free end: p(0) is uniform */
    double square = 0, first = 0, second = 0;
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            square += (ordered.at[i][j] - reversed.at[i][j]) * (ordered.at[i][j] - reversed.at[i][j]);
            first += p[i] * ordered.at[i][j] * q[j];
            second += p[i] * reversed.at[i][j] * q[j];
        }
    }
    ons_claim_number(r, "W12-times", sqrt(square), 0, "2 x 2 operators");
    ons_claim_number(r, "W12-ordered", first, 0, "any initial probability; here 0.7 for s = 1");
    ons_claim_number(r, "W12-reversed", second, 0, "the same rho");
    return ONS_OK;
}

/* ---- the picture of an automaton ---- */

static ons_status diagram(ons_reproduction *r) {
    const ons_results *results;
    const ons_status status =
        ons_reproduction_run(r, &results, "beams",
                             "cellular-automaton model=thirring cells=96 start=beams steps=96 members=1024 replicas=4");
    if (status) { return status; }
    return ons_reproduction_state(r, "beams", 0, 0, "beams",
                                  "Two beams that exchange colours: one member of the ensemble, time running down");
}

static ons_status reproduce(ons_reproduction *r) {
    static ons_status (*const parts[])(ons_reproduction * r) = {
        quantum_rule, no_law,     spectrum,  hamiltonian,        momentum,      chain,  diagonal,
        strips,       two_qubits, six_spins, momentum_and_place, unequal_times, diagram};
    ons_status status = ONS_OK;
    one_qubit(r);
    for (size_t k = 0; !status && k < sizeof parts / sizeof *parts; k++) {
        status = ons_reproduction_stopped(r) ? ONS_STOPPED : parts[k](r);
    }
    return status;
}

extern const ons_paper ons_paper_probabilistic_world;
const ons_paper ons_paper_probabilistic_world = {
    .name = "probabilistic-world",
    .title = "The probabilistic world",
    .authors = "C. Wetterich",
    .reference = "arXiv:2011.02867 (2020)",
    .summary =
        "quantum formalism of generalised Ising models and cellular automata: exact checks, boundaries, qubits, Bell",
    .details = details,
    .systems = systems,
    .claims = claims,
    .reproduce = reproduce,
};

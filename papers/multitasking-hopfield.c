/*
 * multitasking-hopfield: parallel learning by multitasking neural networks (Agliari et al. 2023): diluted patterns
 * recalled side by side, learnt from examples; exact mean field and Monte Carlo.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/meanfield.h>
#include <onsager/paper.h>
#include <onsager/spins/patterns.h>

#include <math.h>
#include <stdlib.h>

static const char details[] =
    "## System\n"
    "`multitasking-theory` and `dense-hopfield` with P=2: H = -(1/N) sum_mu sum_(i<j) xi_i xi_j s_i s_j, K patterns "
    "with entries 0\n"
    "(probability d) or +-1, k_B = 1. Examples of quality r, M of each; rho = (1-r^2)/(M r^2). Only the abstract of "
    "the "
    "paper was at\n"
    "hand; the equations are those of Agliari, Barra, Galluzzi, Guerra and Moauro (2012), and no number below was "
    "printed by these\n"
    "authors. Rows \"computed for the specification\" come from an independent computation.\n"
    "\n"
    "## Conventions\n"
    "Overlaps are at most 1-d. Papers that divide by r^2 (1+rho)(1-d) have another temperature; here T_c = 1-d. The "
    "supervised and the\n"
    "unsupervised network have the same equations at this load, since all examples of a pattern have the same "
    "overlap.\n"
    "\n"
    "## Monte Carlo\n"
    "Errors are those of the mean over samples of patterns. Deviations are told in standard errors; theory is for N to "
    "infinity and\n"
    "infinitely many examples at the given rho, so that small M (the mean example is not normal) is where it may be "
    "off.\n";

#define OURS "computed for the specification"
#define NUMBER(id, quantity, published, tolerance, place, why)                                                         \
    { id, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, quantity, published, 0, tolerance, 0, place, why }
#define CARLO(id, quantity, published, tolerance, place, why)                                                          \
    { id, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, quantity, published, 0, tolerance, 0.01, place, why }
#define WORDS(id, kind, effort, quantity, place, why)                                                                  \
    { id, kind, 0, effort, quantity, 0, 0, 0, 0, place, why }
#define LEVEL "3/sqrt(N), the fluctuation of an overlap"

static const ons_claim claims[] = {
    CARLO("C1-1", "first overlap, Monte Carlo, N = 10^4, K = 4, d = 0.3, T = 0: 1-d", 0.7, 0.03, "abstract; exact",
          LEVEL),
    CARLO("C1-2", "second overlap: (1-d) d", 0.21, 0.03, "abstract; exact", LEVEL),
    CARLO("C1-3", "third overlap: (1-d) d^2", 0.063, 0.03, "abstract; exact", LEVEL),
    CARLO("C1-4", "fourth overlap: (1-d) d^3", 0.0189, 0.03, "abstract; exact", LEVEL),
    NUMBER("C2-parallel", "each of five overlaps, K = 5, T = 0.05, d = 0.9", 0.0768, 1e-3, OURS, "digits"),
    WORDS("C2-regime", ONS_CLAIM_STATEMENT, ONS_QUICK,
          "all five are equal at d = 0.9, in the state of smallest free energy", "abstract",
          "regime of the equilibrium"),
    NUMBER("C2-mixed-3", "the three larger overlaps at d = 0.8", 0.151, 1e-3, OURS, "digits"),
    NUMBER("C2-mixed-2", "the two smaller overlaps at d = 0.8", 0.122, 1e-3, OURS, "digits"),
    CARLO("C2-carlo", "mean of five overlaps, Monte Carlo, N = 10^4, d = 0.9, T = 0.05", 0.0768, 0.03,
          "theory, N to infinity", LEVEL),
    WORDS("C3", ONS_CLAIM_STATEMENT, ONS_STANDARD,
          "examples at which the largest overlap passes 3/4 of 1-d: the same supervised and unsupervised, K = 3, d = "
          "0.25, r = 0.5, T = 0.05",
          "abstract", "within 15 %; half of 1-d is reached by one example already, since m = r (1-d) there"),
    WORDS("C4", ONS_CLAIM_STATEMENT, ONS_STANDARD, "Monte Carlo and theory agree along the scan of M, M of 10 and more",
          "abstract", "largest overlap within 0.02 and 3 standard errors together"),
    WORDS("C4-step", ONS_CLAIM_STATEMENT, ONS_QUICK,
          "signal to noise and theory agree: one parallel step from the hierarchy at T = 0, rho = 0.01 .. 0.1",
          "abstract", "all overlaps within 0.02"),
    NUMBER("C5", "largest |sum L+ L- - K (2-d)^2/4 - 2H'/N| along a run, actual blanks, H' with all pairs", 0, 1e-12,
           "abstract; an identity", "rounding"),
    NUMBER("E1-rho0-d.2", "largest eigenvalue of the equations at 0 is 1 at T, rho = 0, d = 0.2: T_c = 1-d", 0.8, 1e-9,
           "exact", "rounding"),
    NUMBER("E1-rho.5-d.2", "the same, rho = 0.5", 0.8, 1e-9, "exact", "rounding"),
    NUMBER("E1-rho0-d.5", "the same, rho = 0, d = 0.5", 0.5, 1e-9, "exact", "rounding"),
    NUMBER("E1-rho.5-d.5", "the same, rho = 0.5, d = 0.5", 0.5, 1e-9, "exact", "rounding"),
    WORDS("E1-sides", ONS_CLAIM_STATEMENT, ONS_QUICK,
          "m > 0 at T_c - 0.02 and 0 at T_c + 0.02, d = 0.2, 0.5, rho = 0, 0.5", "exact", "K = 3, equilibrium"),
    NUMBER("E2-K3", "edge of the hierarchy, T = 0.005, K = 3: d + d^2 = 1", 0.6180339887, 0.02, "exact at T = 0",
           "the specification's grid of 0.02, and the temperature smears it by some T"),
    NUMBER("E2-K4", "the same, K = 4", 0.5436890127, 0.02, "exact at T = 0",
           "the specification's grid of 0.02, and the temperature smears it by some T"),
    NUMBER("E2-K5", "the same, K = 5", 0.5187900637, 0.02, "exact at T = 0",
           "the specification's grid of 0.02, and the temperature smears it by some T"),
    NUMBER("E3-alone", "second overlap, K = 5, d = 0.2, T = 0.05, the third and further being 0", 0.1595, 1e-3, OURS,
           "digits"),
    NUMBER("E3-2", "temperature over (1-d) d at which the second level melts, K = 5, d = 0.2", 1, 0.1,
           "exact for independent levels", "10 %"),
    NUMBER("E3-3", "temperature over (1-d) d^2 at which the third level melts", 1, 0.1, "exact for independent levels",
           "10 %"),
#define E4(id, quantity, value) NUMBER(id, quantity, value, 5e-4, OURS, "digits")
    E4("E4-rho.1-m1", "K = 3, d = 0.2, T = 0.01, from the hierarchy, rho = 0.1: m1", 0.7949),
    E4("E4-rho.1-m2", "m2", 0.1636),
    E4("E4-rho.1-m3", "m3", 0.0338),
    E4("E4-rho.1-n1", "n1", 0.7266),
    E4("E4-rho.1-n2", "n2", 0.1503),
    E4("E4-rho.1-n3", "n3", 0.0314),
    E4("E4-rho.5-m1", "rho = 0.5: m1", 0.5445),
    E4("E4-rho.5-m2", "m2", 0.2882),
    E4("E4-rho.5-m3", "m3", 0.1583),
    E4("E4-rho1", "rho = 1: all three", 0.3029),
    E4("E4-rho2", "rho = 2: all three", 0.2443),
    NUMBER("E5", "largest deviation from (1-d, d(1-d)), K = 2, T = 0, d = 0.1 .. 0.9", 0, 1e-3, "exact", "rounding"),
    {.id = NULL}};

static const char *const systems[] = {"multitasking-theory", "dense-hopfield", NULL};

static double number_of(const ons_results *results, size_t task, const char *name, size_t component) {
    const ons_result *row = ons_task_find(ons_results_task(results, task), name);
    return row && row->size > component ? row->mean[component] : NAN;
}

static double error_of(const ons_results *results, size_t task, const char *name, size_t component) {
    const ons_result *row = ons_task_find(ons_results_task(results, task), name);
    return row && row->size > component && row->error ? row->error[component] : NAN;
}

/* ---- numbers of the theory ------------------------------------------------------------------------------------------
 */

static ons_status regimes(ons_reproduction *r) {
    const ons_results *jobs;
    const ons_status status = ons_reproduction_run(
        r, &jobs, "regimes",
        "multitasking-theory K=5 temperature=0.05 dilution=0.2,0.8,0.9 state=hierarchy,equilibrium");
    if (status != ONS_OK) { return status; }
    const size_t mild = 0, mixed = 2, strong = 5; /* dilution, then state */
    ons_claim_number(r, "E3-alone", number_of(jobs, mild, "overlaps", 1), 0, "third overlap %.1e",
                     number_of(jobs, mild, "overlaps", 2));
    ons_claim_number(r, "C2-mixed-3", number_of(jobs, mixed, "overlaps", 0), 0,
                     "from the hierarchy; free energy %.6f, the equilibrium's %.6f with %.0f of %.0f equal",
                     number_of(jobs, mixed, "free_energy", 0), number_of(jobs, mixed + 1, "free_energy", 0),
                     number_of(jobs, mixed + 1, "equal", 0), number_of(jobs, mixed + 1, "recalled", 0));
    ons_claim_number(r, "C2-mixed-2", number_of(jobs, mixed, "overlaps", 4), 0, "from the hierarchy");
    ons_claim_number(r, "C2-parallel", number_of(jobs, strong, "overlaps", 0), 0, "equilibrium");
    ons_claim_holds(r, "C2-regime", number_of(jobs, strong, "regime", 0) == ONS_MULTITASK_PARALLEL,
                    "largest %.6f, smallest %.6f; %.0f stable states found", number_of(jobs, strong, "overlaps", 0),
                    number_of(jobs, strong, "overlaps", 4), number_of(jobs, strong, "states", 0));
    return ONS_OK;
}

static ons_status poor_data(ons_reproduction *r) {
    static const char *const ids[2][6] = {
        {"E4-rho.1-m1", "E4-rho.1-m2", "E4-rho.1-m3", "E4-rho.1-n1", "E4-rho.1-n2", "E4-rho.1-n3"},
        {"E4-rho.5-m1", "E4-rho.5-m2", "E4-rho.5-m3", NULL, NULL, NULL}};
    const ons_results *jobs;
    const ons_status status = ons_reproduction_run(
        r, &jobs, "poor-data", "multitasking-theory K=3 dilution=0.2 temperature=0.01 rho=0.1,0.5,1,2");
    if (status != ONS_OK) { return status; }
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < 6; i++) {
            if (!ids[k][i]) { continue; }
            const char *name = i < 3 ? "overlaps" : "example_overlaps";
            ons_claim_number(r, ids[k][i], number_of(jobs, k, name, i % 3), 0, "panels of Legendre nodes");
        }
    }
    ons_claim_number(r, "E4-rho1", number_of(jobs, 2, "overlaps", 0), 0, "smallest %.6f",
                     number_of(jobs, 2, "overlaps", 2));
    ons_claim_number(r, "E4-rho2", number_of(jobs, 3, "overlaps", 0), 0, "smallest %.6f",
                     number_of(jobs, 3, "overlaps", 2));
    return ONS_OK;
}

/* Largest eigenvalue of the equations at n = 0, less 1. */
static ons_status loses_paramagnet(void *data, double temperature, double *value) {
    ons_multitask network = *(const ons_multitask *)data;
    const double none[ONS_MULTITASK_PATTERNS] = {0};
    ons_multitask_model model;
    ons_meanfield_solution at;
    network.temperature = temperature;
    ons_multitask_model_init(&model, &network);
    const ons_status status = ons_meanfield_evaluate(&model.model, network.dilution, none, &at);
    *value = at.growth - 1;
    return status;
}

static ons_status critical(ons_reproduction *r) {
    static const char *const ids[] = {"E1-rho0-d.2", "E1-rho.5-d.2", "E1-rho0-d.5", "E1-rho.5-d.5"};
    double below = 1, above = 0;
    for (size_t k = 0; k < 4; k++) {
        ons_multitask network = {.patterns = 3, .dilution = k < 2 ? 0.2 : 0.5, .rho = k % 2 ? 0.5 : 0};
        ons_multitask_state found;
        size_t count;
        double at;
        ons_status status =
            ons_meanfield_root(loses_paramagnet, &network, "the eigenvalue at zero", 0.1, 2, 1e-12, &at);
        network.temperature = 1 - network.dilution - 0.02;
        if (status == ONS_OK) { status = ons_multitask_states(&network, &found, 1, &count); }
        if (status != ONS_OK) { return status; }
        below = fmin(below, found.overlap[0]);
        network.temperature = 1 - network.dilution + 0.02;
        status = ons_multitask_states(&network, &found, 1, &count);
        if (status != ONS_OK) { return status; }
        above = fmax(above, found.overlap[0]);
        ons_claim_number(r, ids[k], at, 0, "root in the temperature");
    }
    ons_claim_holds(r, "E1-sides", below > 0.01 && above < 1e-6, "smallest m below %.4f, largest above %.1e", below,
                    above);
    return ONS_OK;
}

/* n_level > 0 of the hierarchy at this temperature, by halving: where it melts. */
static ons_status melts(unsigned level, double *temperature) {
    double low = 0.2, high = 2;
    const double free = 0.8 * pow(0.2, level - 1);
    while (high - low > 1e-6) {
        const ons_multitask network = {.patterns = 5, .dilution = 0.2, .temperature = 0.5 * (low + high) * free};
        ons_multitask_state found;
        double start[ONS_MULTITASK_PATTERNS];
        ons_multitask_hierarchy(&network, start);
        const ons_status status = ons_multitask_solve(&network, start, false, &found);
        if (status != ONS_OK) { return status; }
        *(found.example[level - 1] > 1e-6 ? &low : &high) = 0.5 * (low + high);
    }
    *temperature = low;
    return ONS_OK;
}

static ons_status edges(ons_reproduction *r) {
    static const char *const ids[] = {"E2-K3", "E2-K4", "E2-K5"};
    const ons_results *jobs;
    double second = NAN, third = NAN, worst = 0;
    ons_status status =
        ons_reproduction_run(r, &jobs, "edges", "multitasking-theory K=3,4,5 temperature=0.005,0.00125 lines=edge");
    if (status == ONS_OK) { status = melts(2, &second); }
    if (status == ONS_OK) { status = melts(3, &third); }
    if (status != ONS_OK) { return status; }
    for (size_t k = 0; k < 3; k++) {
        ons_claim_number(r, ids[k], number_of(jobs, 2 * k, "edge", 0), 0,
                         "the hierarchy followed in d; %.4f at T = 0.00125", number_of(jobs, 2 * k + 1, "edge", 0));
    }
    ons_claim_number(r, "E3-2", second, 0, "by halving");
    ons_claim_number(r, "E3-3", third, 0, "by halving");
    status = ons_reproduction_run(r, &jobs, "two",
                                  "multitasking-theory K=2 temperature=0 dilution=0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9");
    if (status != ONS_OK) { return status; }
    for (size_t k = 0; k < 9; k++) {
        const double d = 0.1 * (double)(k + 1);
        worst = fmax(worst, fabs(number_of(jobs, k, "overlaps", 0) - (1 - d)));
        worst = fmax(worst, fabs(number_of(jobs, k, "overlaps", 1) - d * (1 - d)));
    }
    ons_claim_number(r, "E5", worst, 0, "nine dilutions");
    return ONS_OK;
}

/* ---- pictures -------------------------------------------------------------------------------------------------------
 */

/* Regime of the smallest free energy of states from the hierarchy and all alike, over (d, T). */
static ons_status draw_regimes(ons_reproduction *r, size_t cells, size_t scale) {
    ons_picture picture = {.width = 0};
    ons_status status = ons_picture_size(&picture, cells * scale, cells * scale);
    for (size_t y = 0; y < cells && status == ONS_OK; y++) {
        for (size_t x = 0; x < cells && status == ONS_OK; x++) {
            const ons_multitask network = {.patterns = 3,
                                           .dilution = ((double)x + 0.5) / (double)cells,
                                           .temperature = ((double)(cells - 1 - y) + 0.5) / (double)cells};
            ons_multitask_state found;
            size_t count;
            status = ons_multitask_states(&network, &found, 1, &count);
            for (size_t k = 0; k < scale * scale && status == ONS_OK; k++) {
                const size_t at = (y * scale + k / scale) * cells * scale + x * scale + k % scale;
                ons_colour_scale(found.regime, 0, 4, picture.pixels + 3 * at);
            }
        }
    }
    if (status == ONS_OK) {
        ons_reproduction_picture(
            r, "regimes",
            "K = 3, smallest free energy: dilution 0 .. 1 to the right, temperature 0 .. 1 upwards; "
            "from dark to bright paramagnet, pure, hierarchy, mixed, parallel",
            &picture);
    }
    ons_picture_free(&picture);
    return status;
}

static ons_status draw_overlaps(ons_reproduction *r) {
    enum { POINTS = 49 };
    static const char *const labels[] = {"m1", "m2", "m3", "m4", "m5"};
    double d[POINTS], m[5][POINTS];
    for (size_t k = 0; k < POINTS; k++) {
        const ons_multitask network = {.patterns = 5, .dilution = 0.02 * (double)(k + 1), .temperature = 0.02};
        ons_multitask_state found;
        size_t count;
        const ons_status status = ons_multitask_states(&network, &found, 1, &count);
        if (status != ONS_OK) { return status; }
        d[k] = network.dilution;
        for (size_t i = 0; i < 5; i++) { m[i][k] = found.overlap[i]; }
    }
    ons_figure_begin(r, "overlaps", "Five patterns at T = 0.02, state of the smallest free energy", "dilution",
                     "overlap", 0);
    for (size_t i = 0; i < 5; i++) { ons_figure_curve(r, labels[i], POINTS, d, m[i], NULL); }
    return ONS_OK;
}

/* ---- Monte Carlo ----------------------------------------------------------------------------------------------------
 */

static ons_status hierarchies(ons_reproduction *r) {
    static const char *const ids[] = {"C1-1", "C1-2", "C1-3", "C1-4"};
    const ons_results *jobs;
    ons_status status = ons_reproduction_run(r, &jobs, "hierarchy",
                                             "dense-hopfield P=2 N=10000 K=4 dilution=0.3 temperature=0 start=pattern "
                                             "listed=4 steps=40 warmup=20 replicas=12 copies=1 seed=1");
    if (status != ONS_OK) { return status; }
    for (size_t k = 0; k < 4; k++) {
        ons_claim_number(r, ids[k], number_of(jobs, 0, "overlaps", k), error_of(jobs, 0, "overlaps", k),
                         "12 samples, from the first pattern alone");
    }
    status = ons_reproduction_run(r, &jobs, "parallel",
                                  "dense-hopfield P=2 N=10000 K=5 dilution=0.9 temperature=0.05 start=random listed=5 "
                                  "steps=100 warmup=100 replicas=12 copies=1 seed=1");
    if (status != ONS_OK) { return status; }
    double sum = 0, error = 0;
    for (size_t k = 0; k < 5; k++) {
        sum += number_of(jobs, 0, "overlaps", k) / 5;
        error += error_of(jobs, 0, "overlaps", k) / 5;
    }
    ons_claim_number(r, "C2-carlo", sum, error, "from %.4f to %.4f", number_of(jobs, 0, "overlaps", 0),
                     number_of(jobs, 0, "overlaps", 4));
    return ONS_OK;
}

enum { SCAN = 11 };
static const double lessons[SCAN] = {1, 2, 3, 4, 6, 8, 10, 15, 20, 40, 80};

/* M at which the largest overlap passes `level` for good, by straight lines between points. */
static double passes(const double *m, double level) {
    for (size_t k = SCAN - 1; k > 0; k--) {
        if (m[k - 1] < level && m[k] >= level) {
            return lessons[k - 1] + (lessons[k] - lessons[k - 1]) * (level - m[k - 1]) / (m[k] - m[k - 1]);
        }
    }
    return NAN;
}

static ons_status lessons_scan(ons_reproduction *r) {
    static const char *const teachers[] = {"supervised", "unsupervised"};
    double m[2][SCAN], error[2][SCAN], theory[SCAN], worst = 0, sigma = 0, pass[2];
    bool agree = true;
    ons_figure_begin(r, "learning", "Largest overlap by number of examples, K = 3, d = 0.25, r = 0.5, T = 0.05",
                     "examples of each pattern", "overlap", ONS_FIGURE_LOG_X);
    for (size_t k = 0; k < SCAN; k++) {
        const ons_multitask network = {3, 0.25, 0.05, ons_supervised_rho(0.5, lessons[k])};
        double start[ONS_MULTITASK_PATTERNS];
        ons_multitask_state found;
        ons_multitask_hierarchy(&network, start);
        const ons_status status = ons_multitask_solve(&network, start, false, &found);
        if (status != ONS_OK) { return status; }
        theory[k] = found.overlap[0];
    }
    for (size_t t = 0; t < 2; t++) {
        const ons_results *jobs;
        const ons_status status =
            ons_reproduction_run(r, &jobs, teachers[t],
                                 "dense-hopfield P=2 N=4000 K=3 dilution=0.25 temperature=0.05 "
                                 "quality=0.5 examples=1,2,3,4,6,8,10,15,20,40,80 teacher=%s "
                                 "start=hierarchy listed=3 steps=60 warmup=60 replicas=8 copies=1 "
                                 "seed=1",
                                 teachers[t]);
        if (status != ONS_OK) { return status; }
        for (size_t k = 0; k < SCAN; k++) {
            m[t][k] = number_of(jobs, k, "overlaps", 0);
            error[t][k] = error_of(jobs, k, "overlaps", 0);
            if (lessons[k] < 10) { continue; }
            const double off = fabs(m[t][k] - theory[k]);
            worst = fmax(worst, off);
            sigma = fmax(sigma, off / error[t][k]);
            agree = agree && off <= 0.02 + 3 * error[t][k];
        }
        pass[t] = passes(m[t], 0.5625);
        ons_figure_curve(r, teachers[t], SCAN, lessons, m[t], error[t]);
    }
    ons_figure_curve(r, "theory", SCAN, lessons, theory, NULL);
    ons_claim_holds(r, "C3", fabs(pass[1] / pass[0] - 1) <= 0.15,
                    "M = %.2f supervised, %.2f unsupervised; theory, whose mean example is normal, %.2f. One example: "
                    "%.4f, %.4f, exactly r (1-d) = 0.375",
                    pass[0], pass[1], passes(theory, 0.5625), m[0][0], m[1][0]);
    ons_claim_holds(r, "C4", agree,
                    "largest deviation %.4f, in standard errors at most %.1f; at M = 20 %.4f +- %.4f and %.4f +- %.4f, "
                    "theory %.4f",
                    worst, sigma, m[0][8], error[0][8], m[1][8], error[1][8], theory[8]);
    return ONS_OK;
}

/* One parallel step from the hierarchy, P(wrong) = erfc(h/(s sqrt 2))/2 averaged over the entries: the right-hand side
 * of the overlaps' equation at n = m/(1 + rho). */
static ons_status signal_to_noise(ons_reproduction *r) {
    static const double rhos[] = {0.01, 0.03, 0.1};
    double worst = 0;
    for (size_t k = 0; k < 3; k++) {
        const ons_multitask network = {3, 0.2, 0, rhos[k]};
        double ansatz[ONS_MULTITASK_PATTERNS], stepped[3] = {0};
        ons_multitask_state found;
        ons_multitask_hierarchy(&network, ansatz);
        const ons_status status = ons_multitask_solve(&network, ansatz, false, &found);
        if (status != ONS_OK) { return status; }
        for (int code = 0; code < 27; code++) {
            const int x[3] = {code % 3 - 1, code / 3 % 3 - 1, code / 9 - 1};
            double h = 0, v = 0, weight = 1;
            for (size_t i = 0; i < 3; i++) {
                h += x[i] * ansatz[i];
                v += x[i] ? rhos[k] * ansatz[i] * ansatz[i] : 0;
                weight *= x[i] ? 0.4 : 0.2;
            }
            for (size_t i = 0; i < 3 && v > 0; i++) { stepped[i] += weight * x[i] * erf(h / sqrt(2 * v)); }
        }
        for (size_t i = 0; i < 3; i++) { worst = fmax(worst, fabs(stepped[i] - found.overlap[i])); }
    }
    ons_claim_holds(r, "C4-step", worst <= 0.02, "largest deviation %.4f of nine overlaps, K = 3, d = 0.2", worst);
    return ONS_OK;
}

/* Sites flipped at random, entries diluted: L+- = |xi -+ s|^2/(2N) and all pairs' H' = -(N/2) sum m^2. */
static ons_status losses(ons_reproduction *r) {
    enum { SITES = 2000, PATTERNS = 4, MOVES = 400 };
    ons_random random = ons_random_stream(ons_random_key(1, 0), 0, 0);
    static int8_t entry[PATTERNS][SITES];
    int8_t spins[SITES];
    double worst = 0;
    (void)r;
    for (size_t k = 0; k < PATTERNS; k++) { ons_pattern_draw(SITES, 0.3, &random, entry[k]); }
    for (size_t i = 0; i < SITES; i++) { spins[i] = ons_random_uniform(&random) < 0.5 ? 1 : -1; }
    for (size_t move = 0; move < MOVES; move++) {
        double product = 0, square = 0, constant = 0;
        for (size_t k = 0; k < PATTERNS; k++) {
            double plus = 0, minus = 0, overlap = 0, full = 0;
            for (size_t i = 0; i < SITES; i++) {
                plus += (entry[k][i] - spins[i]) * (entry[k][i] - spins[i]);
                minus += (entry[k][i] + spins[i]) * (entry[k][i] + spins[i]);
                overlap += entry[k][i] * spins[i];
                full += entry[k][i] != 0;
            }
            product += plus * minus / (4.0 * SITES * SITES);
            square += overlap * overlap / ((double)SITES * SITES);
            constant += 0.25 * (1 + full / SITES) * (1 + full / SITES);
        }
        const double energy = -0.5 * square; /* H'/N */
        worst = fmax(worst, fabs(product - constant - 2 * energy));
        const uint32_t site = ons_random_below(&random, SITES);
        double field = 0;
        for (size_t k = 0; k < PATTERNS; k++) {
            double overlap = 0;
            for (size_t i = 0; i < SITES; i++) { overlap += i == site ? 0 : entry[k][i] * spins[i]; }
            field += entry[k][site] * overlap;
        }
        if (field != 0) { spins[site] = field > 0 ? 1 : -1; }
    }
    ons_claim_number(r, "C5", worst, 0,
                     "N = 2000, K = 4, d = 0.3, 400 moves at T = 0; 2-d stands for 1 + the share of entries "
                     "that are not blank");
    return ONS_OK;
}

static ons_status reproduce(ons_reproduction *r) {
    const bool more = ons_reproduction_effort(r) >= ONS_STANDARD;
    ons_status status = regimes(r);
    if (status == ONS_OK) { status = poor_data(r); }
    if (status == ONS_OK) { status = critical(r); }
    if (status == ONS_OK) { status = edges(r); }
    if (status == ONS_OK) { status = signal_to_noise(r); }
    if (status == ONS_OK) { status = losses(r); }
    if (status == ONS_OK) { status = draw_overlaps(r); }
    if (status == ONS_OK) { status = draw_regimes(r, more ? 40 : 10, more ? 10 : 40); }
    if (status == ONS_OK) { status = hierarchies(r); }
    if (status == ONS_OK && more) { status = lessons_scan(r); }
    return status;
}

extern const ons_paper ons_paper_multitasking_hopfield;
const ons_paper ons_paper_multitasking_hopfield = {
    .name = "multitasking-hopfield",
    .title = "Parallel learning by multitasking neural networks",
    .authors = "Agliari, Alessandrelli, Barra and Ricci-Tersenghi",
    .reference = "arXiv:2308.04106, J. Stat. Mech. (2023)",
    .summary = "networks that recall several diluted patterns side by side, learnt from examples",
    .details = details,
    .systems = systems,
    .claims = claims,
    .reproduce = reproduce,
};

/*
 * chaos-database: the catalogue of chaotic flows of Gilpin (2021): exact identities of Lyapunov exponents for all of
 * its flows, textbook values, and its stored exponents against ours.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics.h>
#include <onsager/paper.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "## System\n"
    "129 flows of the public catalogue dysts as systems under their lower-case names (its six delay equations are "
    "systems too,\nbut have infinitely many exponents). Parameters and starts are the catalogue's, except `lorenz` "
    "with "
    "beta = 8/3.\n"
    "\n"
    "## Method\n"
    "The variational equation with QR decompositions (Benettin et al. 1980), eight replicas near the stored start; "
    "DOP853 at "
    "1e-9.\nEvery flow satisfies sum of exponents = mean divergence; an autonomous one that does not end in a fixed "
    "point has "
    "a zero\nexponent; a Hamiltonian one has pairs of opposite sign.\n"
    "\n"
    "## What the source gives\n"
    "The numbers of its forecasting benchmark are known from its result files only; they are not printed values. "
    "Those claims need\nsixteen trained forecasters or the UCR archive and are not checked here. What the catalogue "
    "stores as "
    "exponents are estimates\nof mixed quality: they are compared and reported, not judged.\n"
    "\n"
    "## References\n"
    "W. Gilpin, NeurIPS Datasets and Benchmarks (2021), arXiv:2110.05266. Stored values: "
    "github.com/williamgilpin/dysts,\nApache-2.0. J. C. Sprott, Chaos and Time-Series Analysis (Oxford 2003).\n";

#define SUM(name, what, number)                                                                                        \
    {                                                                                                                  \
        "cd8-" name, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "sum of the exponents of `" name "`: " what, number, \
            0, 1e-3, 0, "exact: the divergence is constant", "integration error; the catalogue's own miss by 1 %"      \
    }
#define ZERO(name)                                                                                                     \
    {                                                                                                                  \
        "cd9-zero-" name, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "the exponent of `" name "` nearest to zero",   \
            0, 0, 0.005, 0.02, "exact: displacement along the flow", "a finite time: bounded logarithms over the time" \
    }

static const ons_claim claims[] = {
    {"cd1", ONS_CLAIM_STATEMENT, 0, ONS_FULL, "ranking of 16 forecasters on coarse series: NBEATS first", 0, 0, 0, 0,
     "result files of the repository", "needs 16 forecasters trained on 131 systems"},
    {"cd2", ONS_CLAIM_STATEMENT, 0, ONS_FULL, "ranking of 16 forecasters on fine series", 0, 0, 0, 0,
     "result files of the repository", "as cd1"},
    {"cd3", ONS_CLAIM_STATEMENT, 0, ONS_FULL, "with noise the advantage of NBEATS vanishes", 0, 0, 0, 0,
     "result files of the repository", "as cd1"},
    {"cd4", ONS_CLAIM_ORDERING, 0, ONS_FULL, "the best forecast error grows with the largest exponent", 0, 0, 0, 0,
     "abstract", "rank correlation positive; needs the errors of cd1"},
    {"cd5", ONS_CLAIM_STATEMENT, 0, ONS_FULL, "surrogate transfer learning beats tsfresh on UCR data", 0, 0, 0, 0,
     "result files of the repository", "needs the UCR archive"},
    {"cd6", ONS_CLAIM_EXACT, ONS_CLAIM_AT_MOST, ONS_QUICK,
     "worst deviation of the Lorenz equations' 30 coefficients, from a trajectory by least squares over quadratic "
     "polynomials",
     0, 0, 0.01, 0, "exact: the equations are in the library of functions",
     "1 %, noise-free; derivatives by differences"},
    {"cd7-l1", ONS_CLAIM_PUBLISHED, ONS_CLAIM_EQUAL, ONS_QUICK, "largest exponent of `lorenz`, beta = 8/3", 0.9056, 0,
     0.01, 0.02, "Sprott 2003", "the specification's tolerance"},
    {"cd7-l3", ONS_CLAIM_PUBLISHED, ONS_CLAIM_EQUAL, ONS_QUICK, "smallest exponent of `lorenz`, beta = 8/3", -14.5723,
     0, 0.01, 0.02, "Sprott 2003", "as the largest"},
    {"cd7-sum", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "sum of the exponents of `lorenz`: -(sigma + 1 + beta)",
     -13.666666666666666, 0, 1e-6, 0, "exact: the divergence is constant", "integration error"},
    SUM("thomas", "-3a", -5.55),
    SUM("halvorsen", "-3a", -4.2),
    SUM("chen", "c - a - b", -10),
    SUM("rucklidge", "-a - 1", -3),
    SUM("duffing", "-delta", -0.1),
    {"cd8-rossler", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK,
     "sum of the exponents of `rossler` less a + <x> - c, <x> from the divergence", 0, 0, 1e-3, 0,
     "exact: the mean divergence", "integration error"},
    {"cd8-all", ONS_CLAIM_STATEMENT, 0, ONS_STANDARD,
     "for every flow |sum - <divergence>| <= 1e-3 max(|<divergence>|, l1)", 0, 0, 0, 0, "exact", "the worst is shown"},
    ZERO("lorenz"),
    ZERO("rossler"),
    ZERO("thomas"),
    ZERO("halvorsen"),
    ZERO("chen"),
    ZERO("rucklidge"),
    {"cd9-pairs-henonheiles", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "l1 + l4 of `henonheiles`", 0, 0, 0.005,
     0.02, "exact: a Hamiltonian flow", "bounded logarithms over the time"},
    {"cd9-pairs-nuclearquadrupole", ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, "l1 + l4 of `nuclearquadrupole`", 0, 0,
     0.005, 0.02, "exact: a Hamiltonian flow", "bounded logarithms over the time"},
    {"cd9-all", ONS_CLAIM_STATEMENT, 0, ONS_STANDARD,
     "every autonomous flow whose replicas agree has an exponent within 0.02 max(1, 1/T) or 4 errors of zero", 0, 0, 0,
     0, "exact", "some 200 periods T of each: logarithms of a few over the time"},
    {"cd10", ONS_CLAIM_STATEMENT, 0, ONS_STANDARD,
     "stored and measured largest exponents are compared for all flows that stay bounded (reported, not judged)", 0, 0,
     0, 0, "specification: do not fail", "correlation of the logarithms, and how many agree within 25 %"},
    {.id = NULL}};

/* Flows, units of time measured at standard effort (some 200 periods), stored largest exponents
 * (maximum_lyapunov_estimated of dysts/data/chaotic_attractors.json, Apache-2.0), driven, Hamiltonian. */
typedef struct flow_row {
    const char *name;
    int steps;
    double stored;
    bool driven, hamiltonian;
} flow_row;
/* clang-format off */
static const flow_row flows[] = {
    {"lorenz", 300, 0.89171, false, false},
    {"rossler", 1182, 0.150597, false, false},
    {"aizawa", 517, 0.134896, false, false},
    {"anishchenkoastakhov", 1363, 0.101077, false, false},
    {"arneodo", 633, 0.237375, false, false},
    {"arnoldbeltramichildress", 570, 0.36673, false, false},
    {"arnoldweb", 1500, 0.0651441, true, true},
    {"atmosphericregime", 1500, 0.0105433, false, false},
    {"beerrnn", 1500, 0.0387678, false, false},
    {"belousovzhabotinsky", 4, 132.088, false, false},
    {"bickleyjet", 500, 3.03187e-06, true, true},
    {"blasius", 1321, 0.125973, false, false},
    {"blinkingrotlet", 590, 2.12034, true, true},
    {"blinkingvortex", 552, 2.86302, true, true},
    {"bouali", 608, 0.0601256, false, false},
    {"bouali2", 1500, 0.0768173, false, false},
    {"burkeshaw", 157, 2.3246, false, false},
    {"catwoplus", 269, 0.580287, false, false},
    {"catwoplusquasiperiodic", 131, 0.480832, false, false},
    {"cellcycle", 1500, 0.0101721, false, false},
    {"cellularneuralnetwork", 640, 2.32585, false, false},
    {"chen", 117, 2.00596, false, false},
    {"chenlee", 561, 0.163631, false, false},
    {"chua", 285, 1.23012, false, false},
    {"circadianrhythm", 1500, 0.00626328, true, false},
    {"coevolvingpredatorprey", 1500, 0.00732698, false, false},
    {"colpitts", 854, 0.373601, false, false},
    {"coullet", 1153, 0.137188, false, false},
    {"dadras", 658, 0.405915, false, false},
    {"dequanli", 60, 0.739748, false, false},
    {"doublegyre", 1500, 0.121853, true, true},
    {"doublependulum", 805, 3.9853, false, true},
    {"duffing", 1490, 0.140265, true, false},
    {"excitablecell", 200, 0.71643, false, false},
    {"finance", 1500, 0.0935411, false, false},
    {"fluidtrampoline", 1500, 0.223112, true, false},
    {"forcedbrusselator", 1500, 0.015326, true, false},
    {"forcedfitzhughnagumo", 1500, 0.00756128, true, false},
    {"forcedvanderpol", 1500, 0.00350976, true, false},
    {"genesiotesi", 1189, 0.105091, false, false},
    {"glycolyticoscillation", 1500, 0.0215946, false, false},
    {"guckenheimerholmes", 62, 0.788573, false, false},
    {"hadley", 291, 0.238659, false, false},
    {"halvorsen", 298, 0.696371, false, false},
    {"hastingspowell", 1500, 0.0125328, false, false},
    {"henonheiles", 1274, 0.0355112, false, true},
    {"hindmarshrose", 350, 0.653539, false, false},
    {"hopfield", 1500, 0.568427, false, false},
    {"hyperbao", 117, 0.794193, false, false},
    {"hypercai", 122, 1.67776, false, false},
    {"hyperjha", 171, 0.386954, false, false},
    {"hyperlorenz", 256, 0.328881, false, false},
    {"hyperlu", 100, 1.04296, false, false},
    {"hyperpang", 169, 1.44653, false, false},
    {"hyperqi", 60, 12.7872, false, false},
    {"hyperrossler", 223, 0.171885, false, false},
    {"hyperwang", 130, 1.29301, false, false},
    {"hyperxu", 227, 0.981983, false, false},
    {"hyperyan", 183, 1.3946, false, false},
    {"hyperyangchen", 183, 0.420427, false, false},
    {"interiorsquirmer", 100, 0.844735, true, true},
    {"isothermalchemical", 146, 0.450091, false, false},
    {"itikbankstumor", 1500, 0.0362151, false, false},
    {"jerkcircuit", 1500, 0.292272, false, false},
    {"kawczynskistrizhak", 1500, 0.0757061, false, false},
    {"laser", 189, 0.60806, false, false},
    {"liddrivencavityflow", 547, 2.1726, true, true},
    {"liuchen", 1500, 0.245708, false, false},
    {"lorenz84", 1252, 0.461467, false, false},
    {"lorenz96", 439, 1.33617, false, false},
    {"lorenzbounded", 274, 0.712414, false, false},
    {"lorenzcoupled", 324, 1.02844, false, false},
    {"lorenzstenflo", 778, 0.380774, false, false},
    {"luchen", 468, 0.326687, false, false},
    {"luchencheng", 185, 0.261278, false, false},
    {"macarthur", 150, 0.249464, false, false},
    {"moorespiegel", 258, 0.697662, false, false},
    {"multichua", 452, 1.46213, false, false},
    {"newtonliepnik", 1500, 0.149453, false, false},
    {"nosehoover", 1173, 0.0104644, false, false},
    {"nuclearquadrupole", 1205, 0.295542, false, true},
    {"oscillatingflow", 1500, 0.134702, true, true},
    {"panxuzhou", 357, 0.613238, false, false},
    {"pehlivanwei", 750, 0.104151, false, false},
    {"qi", 82, 2.19161, false, false},
    {"qichen", 78, 4.02757, false, false},
    {"rabinovichfabrikant", 467, 0.254144, false, false},
    {"rayleighbenard", 184, 1.81388, false, false},
    {"rikitakedynamo", 1180, 0.131813, false, false},
    {"rucklidge", 1214, 0.193636, false, false},
    {"sakarya", 997, 0.26501, false, false},
    {"saltonsea", 193, 1.07026, false, false},
    {"sanumsrisuchinwong", 1493, 0.260614, false, false},
    {"shimizumorioka", 1500, 0.0357743, false, false},
    {"sprotta", 1275, 0.0129931, false, false},
    {"sprottb", 1500, 0.206743, false, false},
    {"sprottc", 1500, 0.158069, false, false},
    {"sprottd", 967, 0.101709, false, false},
    {"sprotte", 1500, 0.0901607, false, false},
    {"sprottf", 1500, 0.118309, false, false},
    {"sprottg", 1500, 0.0906783, false, false},
    {"sprotth", 1500, 0.131002, false, false},
    {"sprotti", 1500, 0.0232187, false, false},
    {"sprottj", 967, 0.122908, false, false},
    {"sprottjerk", 1500, 0.0878519, false, false},
    {"sprottk", 1401, 0.0596259, false, false},
    {"sprottl", 1345, 0.092162, false, false},
    {"sprottm", 1073, 0.0842204, false, false},
    {"sprottmore", 1324, 1.09469, false, false},
    {"sprottn", 963, 0.118696, false, false},
    {"sprotto", 1500, 0.0914108, false, false},
    {"sprottp", 1068, 0.106468, false, false},
    {"sprottq", 969, 0.171698, false, false},
    {"sprottr", 1403, 0.0966142, false, false},
    {"sprotts", 670, 0.273763, false, false},
    {"sprotttorus", 1500, 0.105696, false, false},
    {"sticksliposcillator", 323, 0.0640613, true, false},
    {"swingingatwood", 68, 1.01113, false, true},
    {"thomas", 994, 0.632405, false, false},
    {"thomaslabyrinth", 1210, 1.39086, false, false},
    {"torus", 1272, 0.00817284, true, false},
    {"tsucs2", 69, 0.136215, false, false},
    {"turchinhanski", 881, 0.129069, true, false},
    {"valliselnino", 442, 0.547759, false, false},
    {"wangsun", 1500, 0.0673546, false, false},
    {"windmireduced", 935, 0.403521, false, false},
    {"yuwang", 267, 1.85255, false, false},
    {"yuwang2", 79, 1.15761, false, false},
    {"zhouchen", 175, 0.6828, false, false},

};
/* clang-format on */
enum { FLOWS = sizeof flows / sizeof *flows };

/* Of the jobs of this paper the systems shown with it. */
static const char *const systems[] = {"lorenz",    "rossler", "thomas",      "halvorsen",         "chen",
                                      "rucklidge", "duffing", "henonheiles", "nuclearquadrupole", NULL};

typedef struct spectrum {
    size_t count;
    double value[10], error[10], divergence;
    bool mixed; /* the replicas disagree: several attractors, or too short */
} spectrum;

/* Runs a flow; false with the message where it ends early. */
static ons_status measure(ons_reproduction *r, const char *name, int steps, spectrum *found) {
    const ons_results *results = NULL;
    const ons_status status =
        ons_reproduction_run(r, &results, name, "%s steps=%d warmup=%d seed=2110", name, steps, steps / 4 + 1);
    if (status != ONS_OK) { return status; }
    const ons_task_result *task = ons_results_task(results, 0);
    const ons_result *exponents = ons_task_find(task, "lyapunov_spectrum");
    const ons_result *divergence = ons_task_find(task, "divergence");
    found->count = exponents->size < 10 ? exponents->size : 10;
    for (size_t i = 0; i < found->count; i++) {
        found->value[i] = exponents->mean[i];
        found->error[i] = exponents->error[i];
        found->mixed = found->mixed || (exponents->flags[i] & ONS_NOT_EQUILIBRATED) != 0;
    }
    found->divergence = divergence->mean[0];
    return ONS_OK;
}

static double sum_of(const spectrum *found) {
    double sum = 0;
    for (size_t i = 0; i < found->count; i++) { sum += found->value[i]; }
    return sum;
}

static size_t nearest_zero(const spectrum *found) {
    size_t best = 0;
    for (size_t i = 1; i < found->count; i++) { best = fabs(found->value[i]) < fabs(found->value[best]) ? i : best; }
    return best;
}

/* ---- the equations from a trajectory --------------------------------------------------------------------------------
 */

enum { SAMPLES = 4000, TERMS = 10 };

static void terms_of(const double *x, double *terms) {
    const double all[TERMS] = {1,           x[0],        x[1],        x[2],        x[0] * x[0],
                               x[0] * x[1], x[0] * x[2], x[1] * x[1], x[1] * x[2], x[2] * x[2]};
    memcpy(terms, all, sizeof all);
}

/* Solves a x = b for three right-hand sides by elimination with pivots. */
static void solve(double a[TERMS][TERMS + 3]) {
    for (size_t k = 0; k < TERMS; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < TERMS; i++) { pivot = fabs(a[i][k]) > fabs(a[pivot][k]) ? i : pivot; }
        for (size_t j = 0; j < TERMS + 3; j++) {
            const double swap = a[k][j];
            a[k][j] = a[pivot][j];
            a[pivot][j] = swap;
        }
        for (size_t i = 0; i < TERMS; i++) {
            const double ratio = i == k ? 0 : a[i][k] / a[k][k];
            for (size_t j = k; j < TERMS + 3; j++) { a[i][j] -= ratio * a[k][j]; }
        }
    }
    for (size_t k = 0; k < TERMS; k++) {
        for (size_t j = TERMS; j < TERMS + 3; j++) { a[k][j] /= a[k][k]; }
    }
}

/* Central differences of order four of a trajectory with a spacing of `h`, and the normal equations. */
static double worst_coefficient(const double *x, double h) {
    static const double exact[3][TERMS] = {
        {0, -10, 10, 0, 0, 0, 0, 0, 0, 0}, {0, 28, -1, 0, 0, 0, -1, 0, 0, 0}, {0, 0, 0, -8.0 / 3, 0, 1, 0, 0, 0, 0}};
    double a[TERMS][TERMS + 3] = {{0}}, terms[TERMS], worst = 0;
    for (size_t k = 2; k + 2 < SAMPLES; k++) {
        const double *at = x + 3 * k;
        terms_of(at, terms);
        for (size_t i = 0; i < TERMS; i++) {
            for (size_t j = 0; j < TERMS; j++) { a[i][j] += terms[i] * terms[j]; }
            for (size_t v = 0; v < 3; v++) {
                const double slope = (8 * (at[v + 3] - at[v - 3]) - (at[v + 6] - at[v - 6])) / (12 * h);
                a[i][TERMS + v] += terms[i] * slope;
            }
        }
    }
    solve(a);
    for (size_t v = 0; v < 3; v++) {
        for (size_t i = 0; i < TERMS; i++) {
            const double scale = exact[v][i] != 0 ? fabs(exact[v][i]) : 1;
            worst = fmax(worst, fabs(a[i][TERMS + v] - exact[v][i]) / scale);
        }
    }
    return worst;
}

static ons_status settle_equations(ons_reproduction *r) {
    const double h = 0.005, parameters[3] = {10, 28, 8.0 / 3}, start[3] = {-9.7869288, -15.03852, 20.533978};
    const ons_integration how = {.method = ONS_DOP853, .relative = 1e-12, .absolute = 1e-12};
    ons_flow *flow = NULL;
    ons_field field = {0};
    ons_trajectories *one = NULL;
    double *times = ONS_NEW(double, SAMPLES), *x = ONS_NEW(double, 3 * SAMPLES);
    ons_status status = times && x ? ons_flow_parse(&flow, "x' = s*(y - x); y' = x*(r - z) - y; z' = x*y - b*z",
                                                    (const char *const[]){"s", "r", "b"}, 3)
                                   : ONS_MEMORY;
    if (status == ONS_OK) { status = ons_flow_field(&field, flow, parameters, 1); }
    if (status == ONS_OK) { status = ons_trajectories_create(&one, &field, 1, &how); }
    if (status == ONS_OK) {
        ons_trajectories_set(one, 0, 0, start, 0);
        for (size_t i = 0; i < SAMPLES; i++) { times[i] = h * (double)i; }
        status = ons_trajectories_sample(one, times, SAMPLES, x);
    }
    if (status == ONS_OK) {
        ons_claim_number(r, "cd6", worst_coefficient(x, h), 0,
                         "%d points %g apart; coefficients that are zero count absolutely", SAMPLES, h);
    }
    ons_trajectories_free(one);
    if (field.data) { ons_flow_field_free(&field); }
    ons_flow_free(flow);
    free(times);
    free(x);
    return status;
}

/* ---- what the flows have in common
 * -------------------------------------------------------------------------------------
 */

typedef struct tally {
    int measured, escaped, sums, zeros, wanted, mixed, positive, close;
    double worst, sx, sy, sxx, syy, sxy;
    double ours[FLOWS], stored[FLOWS];
    const char *worst_name;
    ons_text without; /* names of flows without a zero exponent */
} tally;

static void count_flow(tally *all, const flow_row *flow, const spectrum *found) {
    const double scale = fmax(fabs(found->divergence), fmax(found->value[0], 1e-6));
    const double miss = fabs(sum_of(found) - found->divergence) / scale;
    all->measured++;
    all->sums += miss <= 1e-3;
    if (miss >= all->worst) {
        all->worst = miss;
        all->worst_name = flow->name;
    }
    const size_t zero = nearest_zero(found);
    if (!flow->driven) {
        const double period = flow->steps / 200.0;
        const bool has = fabs(found->value[zero]) <= fmax(0.02 * fmax(1, 1 / period), 4 * found->error[zero]);
        all->mixed += !has && found->mixed;
        all->wanted += has || !found->mixed;
        all->zeros += has;
        if (!has && !found->mixed) { ons_text_add(&all->without, "%s%s", all->without.length ? ", " : "", flow->name); }
    }
    if (found->value[0] > 4 * found->error[0] && found->value[0] > 1e-6 && flow->stored > 0) {
        const double x = log(flow->stored), y = log(found->value[0]);
        all->ours[all->positive] = found->value[0];
        all->stored[all->positive++] = flow->stored;
        all->close += fabs(found->value[0] - flow->stored) <= 0.25 * flow->stored;
        all->sx += x;
        all->sy += y;
        all->sxx += x * x;
        all->syy += y * y;
        all->sxy += x * y;
    }
}

/* ---- textbook flows -------------------------------------------------------------------------------------------------
 */

static void settle_sum(ons_reproduction *r, const char *name, const spectrum *found) {
    char id[40];
    snprintf(id, sizeof id, "cd8-%s", name);
    if (strcmp(name, "rossler") == 0) {
        ons_claim_number(r, id, sum_of(found) - found->divergence, 0, "the mean divergence is %.5f", found->divergence);
    } else if (strcmp(name, "lorenz") == 0) {
        ons_claim_number(r, "cd7-sum", sum_of(found), 0, "the sum of the three exponents over eight replicas");
    } else {
        ons_claim_number(r, id, sum_of(found), 0, "the sum of the exponents over eight replicas");
    }
}

static void count_by_name(tally *all, const char *name, const spectrum *found) {
    for (size_t i = 0; i < FLOWS; i++) {
        if (strcmp(flows[i].name, name) == 0) { count_flow(all, &flows[i], found); }
    }
}

static ons_status settle_textbook(ons_reproduction *r, tally *all) {
    static const char *const names[] = {"lorenz", "rossler", "thomas", "halvorsen", "chen", "rucklidge", "duffing"};
    const ons_effort effort = ons_reproduction_effort(r);
    const int steps = effort == ONS_QUICK ? 1500 : effort == ONS_STANDARD ? 6000 : 100000;
    for (size_t i = 0; i < 7; i++) {
        spectrum found = {0};
        char id[40];
        const ons_status status = measure(r, names[i], steps, &found);
        if (status != ONS_OK) { return status; }
        settle_sum(r, names[i], &found);
        count_by_name(all, names[i], &found);
        if (i == 0) {
            ons_claim_number(r, "cd7-l1", found.value[0], found.error[0], "%d units of time, eight replicas", steps);
            ons_claim_number(r, "cd7-l3", found.value[2], found.error[2], "%d units of time, eight replicas", steps);
        }
        if (i < 6) {
            const size_t zero = nearest_zero(&found);
            snprintf(id, sizeof id, "cd9-zero-%s", names[i]);
            ons_claim_number(r, id, found.value[zero], found.error[zero], "number %zu of %zu", zero + 1, found.count);
        }
    }
    static const char *const pairs[] = {"henonheiles", "nuclearquadrupole"};
    for (size_t i = 0; i < 2; i++) {
        spectrum found = {0};
        char id[40];
        const ons_status status = measure(r, pairs[i], steps, &found);
        if (status != ONS_OK) { return status; }
        count_by_name(all, pairs[i], &found);
        snprintf(id, sizeof id, "cd9-pairs-%s", pairs[i]);
        ons_claim_number(r, id, found.value[0] + found.value[3], 0, "l1 = %.4f, l2 + l3 = %.1e", found.value[0],
                         found.value[1] + found.value[2]);
    }
    return ONS_OK;
}

/* ---- the whole catalogue --------------------------------------------------------------------------------------------
 */

static void report(ons_reproduction *r, const tally *all) {
    const double n = all->positive;
    const double correlation = (n * all->sxy - all->sx * all->sy) /
                               sqrt((n * all->sxx - all->sx * all->sx) * (n * all->syy - all->sy * all->sy));
    ons_claim_holds(r, "cd8-all", all->sums == all->measured, "%d of %d flows; the worst, `%s`, misses by %.1e",
                    all->sums, all->measured, all->worst_name, all->worst);
    ons_claim_holds(r, "cd9-all", all->zeros == all->wanted,
                    "%d of %d; %d more whose replicas disagree (several attractors); %s%s", all->zeros, all->wanted,
                    all->mixed, all->without.length ? "without: " : "none without",
                    all->without.length ? all->without.data : "");
    ons_claim_holds(
        r, "cd10", all->measured + all->escaped == FLOWS,
        "%d of %d flows measured; %d have a positive exponent beyond 4 errors, the logarithms of which have "
        "a correlation of %.2f with the stored ones; %d agree within 25 %%",
        all->measured, (int)FLOWS, all->positive, correlation, all->close);
    ons_figure_begin(r, "exponents", "Largest exponents: ours against those that the catalogue stores", "stored",
                     "ours", ONS_FIGURE_LOG_X | ONS_FIGURE_LOG_Y);
    double none[FLOWS] = {0};
    ons_figure_curve(r, "flows", (size_t)all->positive, all->stored, all->ours, none);
    const double ends[2] = {1e-3, 100};
    ons_figure_curve(r, "equal", 2, ends, ends, NULL);
}

static ons_status settle_catalogue(ons_reproduction *r, tally *all) {
    const int factor = ons_reproduction_effort(r) == ONS_FULL ? 10 : 1;
    for (size_t i = 0; i < FLOWS; i++) {
        bool done = false; /* with the textbook flows */
        for (size_t k = 0; systems[k]; k++) { done = done || strcmp(systems[k], flows[i].name) == 0; }
        if (done) { continue; }
        spectrum found = {0};
        const ons_status status = measure(r, flows[i].name, factor * flows[i].steps, &found);
        if (status == ONS_FAILED) {
            ons_reproduction_note(r, "`%s`: %s", flows[i].name, ons_message());
            all->escaped++;
        } else if (status != ONS_OK) {
            return status;
        } else {
            count_flow(all, &flows[i], &found);
        }
    }
    report(r, all);
    return ONS_OK;
}

static void skip_forecasts(ons_reproduction *r) {
    for (int i = 1; i <= 4; i++) {
        char id[16];
        snprintf(id, sizeof id, "cd%d", i);
        ons_claim_skip(r, id, "%s",
                       "needs the errors of sixteen trained forecasters (neural networks, forests, ARIMA) on 131 "
                       "systems, which are no part of this laboratory");
    }
    ons_claim_skip(r, "cd5", "%s", "needs the UCR archive of labelled series, which the user would have to bring");
}

static ons_status reproduce(ons_reproduction *r) {
    tally *all = ONS_NEW(tally, 1);
    if (!all) { return ONS_MEMORY; }
    skip_forecasts(r);
    ons_status status = settle_equations(r);
    if (status == ONS_OK) { status = settle_textbook(r, all); }
    if (status == ONS_OK && ons_reproduction_effort(r) != ONS_QUICK) { status = settle_catalogue(r, all); }
    ons_text_free(&all->without);
    free(all);
    return status;
}

extern const ons_paper ons_paper_chaos_database;
const ons_paper ons_paper_chaos_database = {
    .name = "chaos-database",
    .title = "Chaos as an interpretable benchmark for forecasting and data-driven modelling",
    .authors = "W. Gilpin",
    .reference = "arXiv:2110.05266 (2021)",
    .summary =
        "a catalogue of 135 chaotic flows: exact identities of their Lyapunov exponents, stored values against ours",
    .details = details,
    .systems = systems,
    .claims = claims,
    .reproduce = reproduce};

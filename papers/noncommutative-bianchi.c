/*
 * noncommutative-bianchi: a Bianchi I universe with radiation and deformed Poisson brackets (Oliveira-Neto and Abreu
 * 2024): isotropy, acceleration, closed forms.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/paper.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char details[] =
    "## System\n"
    "`bianchi`: scale factor a, anisotropies beta_+ and beta_-, a fluid p = w rho, {a,P_T} = {T,P_a} = gamma. Abstract "
    "of\n"
    "the paper and of its sequel (arXiv:2510.08796) were at hand, no equation or table; the equations are derived "
    "from\n"
    "them. Units c = 16 pi G = 1, lapse N = a^(3w).\n"
    "\n"
    "## Method\n"
    "mode=brackets keeps the brackets exactly; mode=bopp expands the super-Hamiltonian of the shifted variables to "
    "first\n"
    "order in gamma, as the sequel says, and shows a = a_c + (gamma/2) T_c. The two differ by terms of order gamma^2 "
    "that\n"
    "grow with T. Both by DOP853 at a relative tolerance of 1e-13.\n"
    "Both modes on a grid of 200 universes with radiation: five gamma up to 1 (mode=bopp: up to 0.2, larger ones are "
    "no\n"
    "small deformation of the first order), four energies from 1 to 100, five P_+ and two P_-, from a = 0.05.\n"
    "\n"
    "## References\n"
    "G. Oliveira-Neto and A. R. Abreu, arXiv:2403.03347 (2024); arXiv:2510.08796 (2025). C. W. Misner, Phys. Rev. "
    "186,\n"
    "1319 (1969). E. Kasner, Am. J. Math. 43, 217 (1921).\n";

#define DERIVED "derived for these equations"
#define NUMBER(id, quantity, published, tolerance, place, why)                                                         \
    { id, ONS_CLAIM_EXACT, ONS_CLAIM_EQUAL, ONS_QUICK, quantity, published, 0, tolerance, 0, place, why }
#define WORDS(id, kind, quantity, place, why)                                                                          \
    { id, kind, 0, ONS_QUICK, quantity, 0, 0, 0, 0, place, why }

static const ons_claim claims[] = {
    {"B1", ONS_CLAIM_STATEMENT, 0, ONS_STANDARD, "solutions become isotropic after some time", 0, 0, 0, 0, "abstract",
     "200 universes with radiation in both modes: sigma^2/H^2 below 1e-6 at eta = 400, beta_+ moves by less than 1e-3 "
     "in the second half"},
    WORDS("B2-bopp", ONS_CLAIM_ORDERING, "gamma < 0 enhances expansion and isotropisation, gamma > 0 slows them",
          "arXiv:2510.08796, abstract",
          "mode=bopp, equal a_c, T_c and energy: a at eta = 1 .. 20 falls from gamma = -0.2 over 0 to 0.2, sigma^2/H^2 "
          "grows"),
    WORDS("B2-brackets", ONS_CLAIM_ORDERING, "the same with exact brackets", "arXiv:2510.08796, abstract",
          "mode=brackets: the same ordering"),
    WORDS("B3", ONS_CLAIM_STATEMENT, "the model is a candidate to explain the acceleration of the present universe",
          "abstract",
          "q of radiation for |gamma| <= 0.5 in both modes is reported: what the authors compared with is not known"),
    NUMBER("B4", "largest relative drift of the first integral, w = -1/3, 0, 1/3, 1", 0, 1e-10, DERIVED,
           "tolerance of the integration"),
    NUMBER("B5-a", "a(eta) of radiation against its closed form, gamma = 0.5, largest relative distance", 0, 1e-9,
           DERIVED, "tolerance of the integration"),
    NUMBER("B5-beta", "beta_+(eta) against its closed form, largest distance", 0, 1e-9, DERIVED,
           "tolerance of the integration"),
    NUMBER("B5-total", "total change of beta_+, asinh(kappa/(A a)) with A^2 = 1.25, kappa = a", 0.804718956217050, 1e-7,
           DERIVED, "what is left of it at that a"),
    NUMBER("B6-radiation", "slope of ln a against ln eta at late times, gamma = K = 0", 1, 1e-6, "textbook",
           "the start: a(0) over a"),
    NUMBER("B6-kasner", "slope of ln a against ln t, gamma = energy = 0", 0.333333333333333, 1e-6, "Kasner 1921",
           "tolerance of the integration"),
    NUMBER("B7-sum", "sum of the Kasner exponents, energy and gamma = 0", 1, 1e-8, "Kasner 1921", "rounding"),
    NUMBER("B7-squares", "sum of their squares", 1, 1e-8, "Kasner 1921", "rounding"),
    NUMBER("B8-slope", "late slope da/dt of dust, K = 0, gamma = 0.5", 0.5, 1e-4, DERIVED,
           "(energy/6)/(2 gamma a) at the end"),
    NUMBER("B8-w", "late effective w of w = -1, gamma = 0.5: 2w - 1/3", -2.33333333333333, 1e-6, DERIVED,
           "what is left of the other terms"),
    NUMBER("B8-rip", "time of the big rip for w = -1 over that of the quadrature of 1/(a H)", 1, 1e-8, DERIVED,
           "tolerance of integration and quadrature"),
    NUMBER("B9-scale", "energy s^2, gamma s, P s^2 from s a: largest relative change of a(eta)/s, s = 3", 0, 1e-11,
           DERIVED, "tolerance of the integration"),
    NUMBER("B9-constraint", "largest relative drift of the constraint in all runs above that end regularly", 0, 1e-11,
           DERIVED, "tolerance of the integration"),
    {.id = NULL}};

static const char *const systems[] = {"bianchi", NULL};

/* ---- reading --------------------------------------------------------------------------------------------------------
 */

typedef struct story {
    const ons_results *results;
    size_t task, times;
    const double *time, *a, *beta, *other, *q, *anisotropy, *hubble;
    double constraint;
} story;

static const ons_result *row_of(const ons_results *results, size_t task, const char *name) {
    return ons_task_find(ons_results_task(results, task), name);
}

static const double *series(const story *of, const char *name) {
    const ons_result *row = row_of(of->results, of->task, name);
    return row ? row->mean : NULL;
}

static story read_story(const ons_results *results, size_t task) {
    story of = {.results = results, .task = task};
    const ons_result *a = row_of(results, task, "scale_factor"), *worst = row_of(results, task, "worst_constraint");
    of.time = a ? a->time : NULL;
    of.a = a ? a->mean : NULL;
    of.beta = series(&of, "beta_plus");
    of.other = series(&of, "other_clock");
    of.q = series(&of, "deceleration");
    of.anisotropy = series(&of, "anisotropy");
    of.hubble = series(&of, "hubble");
    of.constraint = worst ? worst->mean[0] : NAN;
    of.times = a && of.beta && of.other && of.q && of.anisotropy && of.hubble ? a->times : 0;
    return of;
}

/* The largest drift of the constraint so far. */
static void note_constraint(double *worst, const story *of) { *worst = fmax(*worst, of->constraint); }

/* ---- isotropy -------------------------------------------------------------------------------------------------------
 */

static ons_status isotropy(ons_reproduction *r, double *worst) {
    if (ons_reproduction_effort(r) < ONS_STANDARD) { return ONS_OK; }
    static const char *const modes[] = {"brackets", "bopp"};
    static const char *const gammas[] = {"-1,-0.35,0.2,0.6,1", "-0.2,-0.07,0.04,0.12,0.2"};
    double anisotropy = 0, moves = 0;
    size_t universes = 0;
    for (size_t m = 0; m < 2; m++) {
        const ons_results *results;
        const ons_status status = ons_reproduction_run(
            r, &results, modes[m],
            "bianchi mode=%s gamma=%s energy=1,7,30,100 P_plus=-0.2,-0.11,0.05,0.13,0.2 P_minus=-0.12,0.07 a=0.05 "
            "steps=400 every=200",
            modes[m], gammas[m]);
        if (status != ONS_OK) { return status; }
        for (size_t k = 0; k < ons_results_count(results); k++) {
            const story of = read_story(results, k);
            if (of.times < 3) {
                anisotropy = INFINITY;
                continue;
            }
            anisotropy = fmax(anisotropy, of.anisotropy[of.times - 1]);
            moves = fmax(moves, fabs(of.beta[of.times - 1] - of.beta[of.times - 2]));
            note_constraint(worst, &of);
            universes++;
        }
    }
    ons_claim_holds(r, "B1", anisotropy < 1e-6 && moves < 1e-3,
                    "in %zu runs sigma^2/H^2 is at most %.2g at the end, and beta_+ moves by at most %.2g", universes,
                    anisotropy, moves);
    return ONS_OK;
}

/* ---- the sign of gamma ----------------------------------------------------------------------------------------------
 */

static ons_status signs(ons_reproduction *r, double *worst) {
    static const char *const modes[] = {"bopp", "brackets"}, *const ids[] = {"B2-bopp", "B2-brackets"};
    static const char *const labels[] = {"gamma = -0.2", "gamma = 0", "gamma = 0.2"};
    for (size_t m = 0; m < 2; m++) {
        const ons_results *results;
        char name[20] = "sign-";
        const ons_status status = ons_reproduction_run(r, &results, strcat(name, modes[m]),
                                                       "bianchi mode=%s gamma=-0.2,0,0.2 steps=20 every=1", modes[m]);
        if (status != ONS_OK) { return status; }
        story of[3];
        bool ordered = true;
        char figure[20] = "a-";
        ons_figure_begin(r, strcat(figure, modes[m]),
                         m ? "Exact brackets: gamma and -gamma are the same" : "First order in gamma", "eta", "a", 0);
        for (size_t k = 0; k < 3; k++) {
            of[k] = read_story(results, k);
            ons_figure_curve(r, labels[k], of[k].times, of[k].time, of[k].a, NULL);
            note_constraint(worst, &of[k]);
        }
        for (size_t t = 1; t < of[0].times; t++) {
            ordered = ordered && of[0].a[t] > of[1].a[t] && of[1].a[t] > of[2].a[t];
            ordered = ordered && of[0].anisotropy[t] < of[1].anisotropy[t] && of[1].anisotropy[t] < of[2].anisotropy[t];
        }
        const size_t last = of[0].times - 1;
        ons_claim_holds(r, ids[m], ordered,
                        "a(20) = %.6f, %.6f, %.6f and sigma^2/H^2 = %.3g, %.3g, %.3g for gamma = -0.2, 0, 0.2",
                        of[0].a[last], of[1].a[last], of[2].a[last], of[0].anisotropy[last], of[1].anisotropy[last],
                        of[2].anisotropy[last]);
    }
    ons_reproduction_note(
        r, "B2: in these equations T grows, and a = a_c + (gamma/2) T_c grows with gamma. The order of the "
           "sequel's abstract is that of the opposite orientation of T or sign of gamma, which the "
           "abstract does not fix. With exact brackets the effect is even in gamma.");
    return ONS_OK;
}

static ons_status acceleration(ons_reproduction *r, double *worst) {
    static const char *const modes[] = {"brackets", "bopp"};
    double least[2] = {INFINITY, INFINITY};
    for (size_t m = 0; m < 2; m++) {
        const ons_results *results;
        char name[20] = "q-";
        const ons_status status =
            ons_reproduction_run(r, &results, strcat(name, modes[m]),
                                 "bianchi mode=%s gamma=-0.5,-0.25,0,0.25,0.5 steps=20 every=0.1", modes[m]);
        if (status != ONS_OK) { return status; }
        for (size_t k = 0; k < ons_results_count(results); k++) {
            const story of = read_story(results, k);
            for (size_t t = 0; t < of.times; t++) { least[m] = fmin(least[m], of.q[t]); }
            note_constraint(worst, &of);
        }
    }
    ons_claim_skip(r, "B3",
                   "the inputs of the paper's comparison are not known; the smallest q of radiation here is %.6f "
                   "with exact brackets (1 is its bound: gamma only rescales the radiation) and %.6f at first order",
                   least[0], least[1]);
    return ONS_OK;
}

/* ---- closed forms ---------------------------------------------------------------------------------------------------
 */

static ons_status first_integral(ons_reproduction *r, double *worst) {
    const ons_results *results;
    double drift = 0;
    const ons_status status = ons_reproduction_run(
        r, &results, "integral", "bianchi w=-0.3333333333333333,0,0.3333333333333333,1 steps=20 every=1");
    if (status != ONS_OK) { return status; }
    for (size_t k = 0; k < ons_results_count(results); k++) {
        const ons_result *row = row_of(results, k, "worst_first_integral");
        const story of = read_story(results, k);
        drift = fmax(drift, row ? row->mean[0] : NAN);
        note_constraint(worst, &of);
    }
    ons_claim_number(r, "B4", drift, 0, "at 20 times of each run");
    return ONS_OK;
}

/* sqrt(A^2 a^2 + kappa^2) = sqrt(A^2 a_0^2 + kappa^2) + A^2 eta, here A^2 = 1.25, kappa = 1, a_0 = 1. */
static ons_status radiation(ons_reproduction *r, double *worst) {
    const ons_results *results, *total;
    ons_status status = ons_reproduction_run(r, &results, "radiation", "bianchi steps=20 every=0.5");
    if (status == ONS_OK) {
        status = ons_reproduction_run(r, &total, "total", "bianchi a=1e-6 P_plus=12e-6 steps=200 every=200");
    }
    if (status != ONS_OK) { return status; }
    const story of = read_story(results, 0), far = read_story(total, 0);
    double off_a = 0, off_beta = 0;
    for (size_t t = 0; t < of.times; t++) {
        const double root = sqrt(2.25) + 1.25 * of.time[t], a = sqrt((root * root - 1) / 1.25), big = sqrt(1.25);
        off_a = fmax(off_a, fabs(of.a[t] / a - 1));
        off_beta = fmax(off_beta, fabs(of.beta[t] - (asinh(1 / big) - asinh(1 / (big * a)))));
    }
    ons_claim_number(r, "B5-a", off_a, 0, "at %zu times up to 20", of.times);
    ons_claim_number(r, "B5-beta", off_beta, 0, "at %zu times up to 20", of.times);
    ons_claim_number(r, "B5-total", far.times ? far.beta[far.times - 1] : NAN, 0, "a = kappa = 10^-6, eta = 200");
    note_constraint(worst, &of);
    note_constraint(worst, &far);
    ons_figure_begin(r, "beta", "Anisotropy comes to rest", "eta", "beta_+", 0);
    ons_figure_curve(r, "exact brackets, gamma = 0.5", of.times, of.time, of.beta, NULL);
    return ONS_OK;
}

/* (ln y(t_2) - ln y(t_1)) / ln(t_2/t_1) of the last two rows; the singularity was `before` the start of the clock. */
static double slope(const story *of, const double *factor, double before) {
    const size_t k = of->times - 1;
    return log(factor[k] / factor[k - 1]) / log((of->time[k] + before) / (of->time[k - 1] + before));
}

static ons_status textbook(ons_reproduction *r, double *worst) {
    const ons_results *results, *vacuum;
    ons_status status =
        ons_reproduction_run(r, &results, "friedmann", "bianchi gamma=0 P_plus=0 a=1e-9 steps=200 every=100");
    if (status == ONS_OK) {
        status = ons_reproduction_run(
            r, &vacuum, "kasner", "bianchi gamma=0 energy=0 P_plus=8 P_minus=6 a=1 clock=cosmic steps=200 every=100");
    }
    if (status != ONS_OK) { return status; }
    const story of = read_story(results, 0), kasner = read_story(vacuum, 0);
    const double *minus = series(&kasner, "beta_minus");
    if (of.times < 3 || kasner.times < 3 || !minus) { return ONS_OK; }
    const double before = 12.0 / (3 * 10); /* a^3 = 3 kappa t, kappa = sqrt(K)/12 = 10/12, a = 1 */
    double sum = 0, squares = 0;
    for (size_t axis = 0; axis < 3; axis++) {
        double factor[2];
        for (size_t k = 0; k < 2; k++) {
            const size_t t = kasner.times - 2 + k;
            const double shear =
                axis == 2 ? -2 * kasner.beta[t] : kasner.beta[t] + (axis ? -sqrt(3) : sqrt(3)) * minus[t];
            factor[k] = kasner.a[t] * exp(shear);
        }
        const double p = log(factor[1] / factor[0]) / log((200 + before) / (100 + before));
        sum += p;
        squares += p * p;
    }
    ons_claim_number(r, "B6-radiation", slope(&of, of.a, 0), 0, "between eta = 100 and 200 from a = 10^-9");
    ons_claim_number(r, "B6-kasner", slope(&kasner, kasner.a, before), 0,
                     "between t = 100 and 200, time from the singularity");
    ons_claim_number(r, "B7-sum", sum, 0, "P_+ = 8, P_- = 6, between t = 100 and 200");
    ons_claim_number(r, "B7-squares", squares, 0, "the same");
    note_constraint(worst, &of);
    note_constraint(worst, &kasner);
    return ONS_OK;
}

/* ---- gamma as a fluid -----------------------------------------------------------------------------------------------
 */

/* The integral of da/(a H) from 1 to infinity, H^2 = gamma^2 a^4 + C/6 + K/(144 a^6), in u = 1/a by Simpson's rule. */
static double time_to_rip(double gamma, double energy, double k) {
    enum { PANELS = 4000 };
    double sum = 0;
    for (int i = 0; i <= PANELS; i++) {
        const double u = (double)i / PANELS, square = gamma * gamma + energy / 6 * pow(u, 4) + k / 144 * pow(u, 10);
        sum += (i == 0 || i == PANELS ? 1 : i % 2 ? 4 : 2) * u / sqrt(square);
    }
    return sum / (3.0 * PANELS);
}

static ons_status fluids(ons_reproduction *r, double *worst) {
    const ons_results *dust, *phantom;
    ons_status status = ons_reproduction_run(r, &dust, "dust", "bianchi w=0 P_plus=0 energy=0.06 steps=400 every=400");
    if (status == ONS_OK) {
        status = ons_reproduction_run(r, &phantom, "phantom", "bianchi w=-1 clock=cosmic every=0.01");
    }
    if (status != ONS_OK) { return status; }
    const story of = read_story(dust, 0), end = read_story(phantom, 0);
    if (of.times == 0 || end.times < 3) { return ONS_OK; }
    const size_t last = of.times - 1;
    ons_claim_number(r, "B8-slope", of.a[last] * of.hubble[last], 0, "at t = 400, a = %.1f", of.a[last]);
    const double *w = series(&end, "effective_w");
    ons_claim_number(r, "B8-w", w ? w[end.times - 1] : NAN, 0, "where the integration ends, a = %.3g",
                     end.a[end.times - 1]);
    const ons_result *events = row_of(phantom, 0, "events");
    if (events && events->rows == 1) {
        ons_claim_number(r, "B8-rip", events->numbers[1] / time_to_rip(0.5, 6, 144), 0, "the event '%s' at t = %.12g",
                         events->texts[0], events->numbers[1]);
    }
    note_constraint(worst, &of);
    ons_figure_begin(r, "rip", "A big rip by gamma: w = -1", "t", "a", ONS_FIGURE_LOG_Y);
    ons_figure_curve(r, "gamma = 0.5", end.times, end.time, end.a, NULL);
    return ONS_OK;
}

static ons_status scaling(ons_reproduction *r, double *worst) {
    const ons_results *one, *three;
    ons_status status = ons_reproduction_run(r, &one, "scale-1", "bianchi steps=20 every=1");
    if (status == ONS_OK) {
        status =
            ons_reproduction_run(r, &three, "scale-3", "bianchi a=3 gamma=1.5 energy=54 P_plus=108 steps=20 every=1");
    }
    if (status != ONS_OK) { return status; }
    const story of = read_story(one, 0), scaled = read_story(three, 0);
    double off = of.times == scaled.times ? 0 : NAN;
    for (size_t t = 0; t < of.times && t < scaled.times; t++) {
        off = fmax(off, fabs(scaled.a[t] / (3 * of.a[t]) - 1));
    }
    ons_claim_number(r, "B9-scale", off, 0, "at %zu times", of.times);
    note_constraint(worst, &of);
    note_constraint(worst, &scaled);
    return ONS_OK;
}

static ons_status reproduce(ons_reproduction *r) {
    static ons_status (*const parts[])(ons_reproduction *, double *) = {
        first_integral, radiation, textbook, fluids, scaling, signs, acceleration, isotropy};
    double worst = 0;
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        const ons_status status = parts[k](r, &worst);
        if (status != ONS_OK) { return status; }
    }
    ons_claim_number(r, "B9-constraint", worst, 0, "over the sum of the moduli of its terms");
    return ONS_OK;
}

extern const ons_paper ons_paper_noncommutative_bianchi;
const ons_paper ons_paper_noncommutative_bianchi = {
    .name = "noncommutative-bianchi",
    .title = "A noncommutative Bianchi I model with radiation",
    .authors = "Oliveira-Neto and Abreu",
    .reference = "arXiv:2403.03347 (2024)",
    .summary = "an anisotropic universe with deformed brackets: isotropy, the sign of gamma, closed forms, big rip",
    .details = details,
    .systems = systems,
    .claims = claims,
    .reproduce = reproduce,
};

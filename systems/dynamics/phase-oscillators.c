/*
 * phase-oscillators: a ring of noisy or disordered phase oscillators on the way to synchronization, which is a growing
 * interface.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/dynamics.h>
#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "phase_oscillators_text.h"

/* ---- what exists ----------------------------------------------------------------------------------------------------
 */

enum { SCHEME_AUTO, SCHEME_EULER, SCHEME_HEUN, SCHEME_RUNGE_KUTTA };
enum { STREAM_NOISE, STREAM_DISORDER };
enum { ROWS = 256, COLUMNS = 512, MARKS = 8, FIRST_MARK = -8, MOST_SCALES = 32 };
#define TURN 6.283185307179586476925
#define LATE (1 + 1e-9) /* times that differ by rounding are the same */

static const ons_parameter parameters[] = {
    {"L", ONS_INTEGER, 0, "1024", NULL, "[4, 1e7]", NULL, NULL, "oscillators on the ring"},
    {"coupling", ONS_REAL, 0, "1", NULL, "[0, inf)", NULL, "1/time", "K, of each pair of neighbours"},
    {"non_oddity", ONS_REAL, 0, "0", NULL, "[0, 1.5707]", NULL, "rad",
     "delta of sin(x + delta) - sin(delta); 0: the odd coupling of Kuramoto"},
    {"noise", ONS_REAL, 0, "0.1", NULL, "[0, inf)", NULL, "1/time", "D of the noise sqrt(2 D) dB, fresh at any time"},
    {"disorder", ONS_REAL, 0, "0", NULL, "[0, inf)", NULL, "1/time",
     "standard deviation of the frequencies, fixed in time (columnar)"},
    {"disorder_kind", ONS_CHOICE, 0, "gaussian", "gaussian|uniform", NULL, NULL, NULL, "law of the frequencies"},
    {"frequency", ONS_REAL, 0, "0", NULL, NULL, NULL, "1/time", "Omega, the same for all"},
    {"bonds", ONS_CHOICE, 0, "sine", "sine|expanded", NULL, NULL, NULL,
     "the coupling as it stands, or to second order: the lattice equation of EW and KPZ"},
    {"dt", ONS_REAL, 0, "0.05", NULL, "(0, inf)", NULL, "time", "time step"},
    {"scheme", ONS_CHOICE, 0, "auto", "auto|euler|heun|runge-kutta", NULL, NULL, NULL,
     "Euler-Maruyama, stochastic Heun or, without noise, Runge-Kutta of order 4"},
    {"histogram_from", ONS_REAL, 0, "100", NULL, "[0, inf)", NULL, "time",
     "the histogram counts at all times of the grid from this one on"},
    {.name = NULL}};

/* clang-format off */
enum { WIDTH_SQUARED, GROWTH_EXPONENT, SKEWNESS, KURTOSIS, THIRD_MOMENT, FOURTH_MOMENT, ORDER_PARAMETER, VELOCITY, SLIPS,
       FREQUENCY_SPREAD, LOCKED, LINEAR_WIDTH_SQUARED, STRUCTURE_FACTOR, DIFFERENCES, FLUCTUATIONS, CURRENT_RANGE,
       OBSERVABLES };
/* clang-format on */

static const ons_observable observables[] =
    {[WIDTH_SQUARED] = {"width_squared", ONS_SERIES, 0, NULL, NULL, "rad^2", "W^2 = <mean_i (phi_i - mean phi)^2>"},
     [GROWTH_EXPONENT] = {"growth_exponent", ONS_SERIES, 0, NULL, NULL, NULL, "(1/2) d ln W^2/d ln t, see details"},
     [SKEWNESS] = {"skewness", ONS_SERIES, 0, NULL, NULL, NULL,
                   "third central moment over the sites of a realization / W^3"},
     [KURTOSIS] = {"kurtosis", ONS_SERIES, 0, NULL, NULL, NULL,
                   "fourth central moment over the sites of a realization / W^4, less 3"},
     [THIRD_MOMENT] = {"third_moment", ONS_SERIES, 0, NULL, NULL, "rad^3", "<mean_i (phi_i - mean phi)^3>"},
     [FOURTH_MOMENT] = {"fourth_moment", ONS_SERIES, 0, NULL, NULL, "rad^4", "<mean_i (phi_i - mean phi)^4>"},
     [ORDER_PARAMETER] = {"order_parameter", ONS_SERIES, 0, NULL, NULL, NULL, "<|mean_i exp(i phi_i)|>"},
     [VELOCITY] = {"velocity", ONS_SERIES, 0, NULL, NULL, "1/time",
                   "drift of the mean phase, Omega + mean omega - 2 K sin(delta) <1 - cos x> over the bonds"},
     [SLIPS] = {"slips", ONS_SERIES, 0, NULL, NULL, NULL, "changes of winding per bond since the start"},
     [FREQUENCY_SPREAD] = {"frequency_spread", ONS_SERIES, 0, NULL, NULL, "1/time",
                           "standard deviation over the sites of the mean frequency since t', see details"},
     [LOCKED] = {"locked", ONS_SERIES, 0, NULL, NULL, NULL,
                 "share of realizations in which no bond has slipped since t'"},
     [LINEAR_WIDTH_SQUARED] = {"linear_width_squared", ONS_SERIES, 0, NULL, NULL, "rad^2",
                               "W^2 of the linear chain with the same nu, D and disorder: exact for weak odd bonds"},
     [STRUCTURE_FACTOR] =
         {"structure_factor", ONS_SERIES, 0, NULL, NULL, "rad^2",
          "S(k, t) = |sum_i (phi_i - mean) exp(-i k i)|^2/L at k = 2 pi n/L, n = 1, 2, 4, 8, .. <= L/2"},
     [DIFFERENCES] = {"height_differences", ONS_SERIES, 0, NULL, NULL, "rad^2",
                      "G(r, t) = <(phi_{i+r} - phi_i)^2> at r = 1, 2, 4, 8, .. <= L/2"},
     [FLUCTUATIONS] = {"fluctuations", ONS_HISTOGRAM, 0, NULL, NULL, NULL,
                       "(phi_i - mean)/W of a realization, at times from histogram_from on"},
     [CURRENT_RANGE] = {"current_range", ONS_VALUE, 0, NULL, NULL, NULL,
                        "range over the bonds of sum (omega - mean)/(2 K): a state without windings can lock up to 1 "
                        "(delta = 0)"},
     [OBSERVABLES] = {.name = NULL}};

static ons_oscillator_options options_of(const ons_parameters *p) {
    static const ons_oscillator_scheme schemes[] = {ONS_OSCILLATOR_EULER, ONS_OSCILLATOR_EULER, ONS_OSCILLATOR_HEUN,
                                                    ONS_OSCILLATOR_RUNGE_KUTTA};
    const int scheme = ons_choice(p, "scheme");
    const double noise = ons_real(p, "noise");
    return (ons_oscillator_options){
        .sites = (size_t)ons_integer(p, "L"),
        .coupling = ons_real(p, "coupling"),
        .non_oddity = ons_real(p, "non_oddity"),
        .noise = noise,
        .step = ons_real(p, "dt"),
        .bonds = ons_choice(p, "bonds") ? ONS_BONDS_EXPANDED : ONS_BONDS_SINE,
        .scheme = scheme == SCHEME_AUTO && noise == 0 ? ONS_OSCILLATOR_RUNGE_KUTTA : schemes[scheme],
    };
}

static size_t scales(size_t sites) {
    size_t count = 0;
    while ((size_t)2 << count <= sites) { count++; }
    return count;
}

/* ---- check ----------------------------------------------------------------------------------------------------------
 */

static void note_constants(const ons_parameters *p, ons_plan *plan) {
    const double coupling = ons_real(p, "coupling"), delta = ons_real(p, "non_oddity"), noise = ons_real(p, "noise");
    const double nu = coupling * cos(delta), lambda = 0 - 2 * coupling * sin(delta), sigma = ons_real(p, "disorder");
    if (!(coupling > 0)) {
        ons_plan_note(plan, "no coupling: random deposition, W^2 = 2 D t + sigma^2 t^2");
        return;
    }
    ons_plan_note(plan, "nu = %.6g, lambda = %.6g, g = lambda^2 D/nu^3 = %.6g, sigma = %.6g", nu, lambda,
                  lambda * lambda * noise / (nu * nu * nu), sigma);
    if (sigma > 0 && delta == 0) {
        ons_plan_note(plan, "half of the rings without noise lock near sigma = 2 K/(sqrt(pi/2) sqrt(L)) = %.4g",
                      2 * coupling / sqrt(TURN / 4 * (double)ons_integer(p, "L")));
    }
}

static size_t columns_of(size_t sites) { return sites < COLUMNS ? sites : COLUMNS; }

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    const ons_oscillator_options options = options_of(p);
    const ons_status status = ons_oscillators_check(&options);
    if (status) { return status; }
    const bool disordered = ons_real(p, "disorder") > 0 || ons_real(p, "frequency") != 0;
    const size_t count = scales(options.sites), state = options.sites * ONS_LANES;
    ons_plan_lanes(plan, ONS_LANES);
    ons_plan_shape(plan, STRUCTURE_FACTOR, 1, &count);
    ons_plan_shape(plan, DIFFERENCES, 1, &count);
    ons_plan_edges(plan, FLUCTUATIONS, -6, 6, 120);
    if (!(ons_real(p, "disorder") > 0 && options.coupling > 0)) { ons_plan_omit(plan, "current_range"); }
    ons_plan_bytes(plan, ons_oscillators_bytes(&options, disordered) + (double)state * (4 * 8) +
                             (double)columns_of(options.sites) * ROWS * ONS_LANES);
    note_constants(p, plan);
    return ONS_OK;
}

static bool quenched(const ons_parameters *p) { return ons_real(p, "disorder") > 0; }

/* ---- the state ------------------------------------------------------------------------------------------------------
 */

/* Arrays [sites][ONS_LANES] unless said otherwise. */
typedef struct oscillators_state {
    ons_oscillators *ring;
    ons_oscillator_options options;
    double sigma, time, mean_frequency[ONS_LANES], range[ONS_LANES];
    double *seen;      /* the phases at the time of a look */
    double *before[2]; /* the phases at the last two powers of two */
    double before_time[2];
    int64_t mark;                   /* the next time 2^(mark/4) */
    double marks[MARKS][ONS_LANES]; /* W^2 at the last ones, [mark mod MARKS] */
    double *winding;
    double slips[ONS_LANES];
    uint64_t unit; /* whole times passed */
    size_t columns, rows;
    uint64_t stride;  /* units of time between rows */
    uint8_t *history; /* [ROWS][ONS_LANES][columns]: angles to the mean, 256 a turn */
} oscillators_state;

/* Frequencies of the lanes, each from its own stream; their means, and the range of the currents that they ask for. */
static ons_status draw_frequencies(oscillators_state *state, ons_context *context, double *frequency) {
    const ons_parameters *p = ons_context_parameters(context);
    const size_t sites = state->options.sites;
    const bool uniform = ons_choice(p, "disorder_kind") == 1;
    const double common = ons_real(p, "frequency");
    for (unsigned lane = 0; lane < ONS_LANES; lane++) {
        ons_random random = ons_stream(context, lane, STREAM_DISORDER);
        double sum = 0, current = 0, low = 0, high = 0;
        for (size_t i = 0; i < sites; i++) {
            const double x = uniform            ? sqrt(12) * (ons_random_uniform(&random) - 0.5)
                             : state->sigma > 0 ? ons_random_normal(&random)
                                                : 0;
            frequency[i * ONS_LANES + lane] = common + state->sigma * x;
            sum += frequency[i * ONS_LANES + lane];
        }
        state->mean_frequency[lane] = sum / (double)sites;
        for (size_t i = 0; i < sites; i++) {
            current += frequency[i * ONS_LANES + lane] - state->mean_frequency[lane];
            low = fmin(low, current);
            high = fmax(high, current);
        }
        state->range[lane] = (high - low) / (2 * state->options.coupling);
    }
    return ONS_OK;
}

static ons_status make_ring(oscillators_state *state, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    state->options = options_of(p);
    state->sigma = ons_real(p, "disorder");
    for (unsigned lane = 0; lane < ONS_LANES; lane++) {
        const ons_random stream = ons_stream(context, lane, STREAM_NOISE);
        state->options.key = stream.key;
        state->options.purpose = stream.purpose;
        state->options.replica[lane] = stream.replica;
    }
    if (!(state->sigma > 0) && ons_real(p, "frequency") == 0) {
        return ons_oscillators_create(&state->ring, &state->options, NULL);
    }
    double *frequency = ONS_NEW(double, state->options.sites *ONS_LANES);
    ons_status status = frequency ? draw_frequencies(state, context, frequency) : ONS_MEMORY;
    if (!status) { status = ons_oscillators_create(&state->ring, &state->options, frequency); }
    free(frequency);
    return status;
}

static ons_status create(void *memory, ons_context *context) {
    oscillators_state *state = memory;
    const ons_status status = make_ring(state, context);
    if (status) { return status; }
    const size_t size = state->options.sites * ONS_LANES;
    state->columns = columns_of(state->options.sites);
    state->stride = 1;
    state->mark = FIRST_MARK;
    state->seen = aligned_alloc(64, size * sizeof *state->seen);
    state->before[0] = ONS_NEW(double, size);
    state->before[1] = ONS_NEW(double, size);
    state->winding = ONS_NEW(double, size);
    state->history = ONS_NEW(uint8_t, ROWS * ONS_LANES * state->columns);
    if (!state->seen) { return ons_fail(ONS_MEMORY, "no memory for %zu phases", size); }
    return state->before[0] && state->before[1] && state->winding && state->history ? ONS_OK : ONS_MEMORY;
}

/* ---- time -----------------------------------------------------------------------------------------------------------
 */

/* The phases at state->time, to state->seen. */
static void look(const oscillators_state *state) {
    const double made = (double)*ons_oscillators_steps(state->ring) * state->options.step;
    const double part = state->time - made;
    ons_oscillators_later(state->ring, part > 1e-9 * state->options.step ? part : 0, state->seen);
}

/* The integer nearest to x/2 pi, by rounding at 2^52: loops over it become vectors. */
static inline double winding_of(double x) { return (x * (1 / TURN) + 0x1.8p52) - 0x1.8p52; }

static void count_slips(oscillators_state *state) {
    const double *phase = ons_oscillators_phases(state->ring);
    const size_t sites = state->options.sites;
    double slips[ONS_LANES] = {0};
    for (size_t i = 0; i < sites; i++) {
        const double *next = phase + (i + 1 < sites ? i + 1 : 0) * ONS_LANES;
        for (size_t l = 0; l < ONS_LANES; l++) {
            const double winding = winding_of(next[l] - phase[i * ONS_LANES + l]);
            slips[l] += fabs(winding - state->winding[i * ONS_LANES + l]);
            state->winding[i * ONS_LANES + l] = winding;
        }
    }
    for (size_t l = 0; l < ONS_LANES; l++) { state->slips[l] += slips[l]; }
}

/* A row of the picture; every second one goes when there is no room. */
static void remember(oscillators_state *state) {
    const size_t row = ONS_LANES * state->columns, sites = state->options.sites;
    const double *phase = ons_oscillators_phases(state->ring);
    ons_oscillator_moments moments[ONS_LANES];
    if (state->unit % state->stride) { return; }
    if (state->rows == ROWS) {
        for (size_t r = 0; r < ROWS / 2; r++) {
            memmove(state->history + r * row, state->history + (2 * r + 1) * row, row);
        }
        state->rows = ROWS / 2;
        state->stride *= 2;
        if (state->unit % state->stride) { return; }
    }
    ons_oscillators_moments(state->ring, phase, moments);
    uint8_t *to = state->history + state->rows++ * row;
    for (size_t l = 0; l < ONS_LANES; l++) {
        for (size_t c = 0; c < state->columns; c++) {
            const double turns = (phase[c * sites / state->columns * ONS_LANES + l] - moments[l].mean) / TURN;
            to[l * state->columns + c] = (uint8_t)(int)floor(256 * (turns - floor(turns)));
        }
    }
}

/* At a time 2^(mark/4): widths, and the phases at whole powers. */
static void keep(oscillators_state *state) {
    ons_oscillator_moments moments[ONS_LANES];
    look(state);
    ons_oscillators_moments(state->ring, state->seen, moments);
    for (size_t l = 0; l < ONS_LANES; l++) { state->marks[(state->mark & (MARKS - 1))][l] = moments[l].width_squared; }
    if (state->mark % 4 == 0) {
        const size_t slot = state->mark / 4 & 1;
        memcpy(state->before[slot], state->seen, state->options.sites * sizeof(double[ONS_LANES]));
        state->before_time[slot] = state->time;
    }
    state->mark++;
}

static double mark_time(int64_t mark) { return exp2((double)mark / 4); }

static ons_status advance(void *memory, ons_context *context) {
    oscillators_state *state = memory;
    const double target = ons_target(context), begin = state->time, dt = state->options.step;
    while (state->time < target) {
        const double unit = (double)(state->unit + 1), mark = mark_time(state->mark);
        const double stop = fmin(target, fmin(unit, mark));
        const uint64_t made = *ons_oscillators_steps(state->ring), wanted = (uint64_t)floor(stop / dt + 1e-6);
        if (wanted > made) { ons_oscillators_advance(state->ring, wanted - made); }
        state->time = stop;
        if (stop == unit) {
            state->unit++;
            count_slips(state);
            remember(state);
        }
        if (stop == mark) { keep(state); }
        const double *phase = ons_oscillators_phases(state->ring);
        for (size_t l = 0; l < ONS_LANES; l++) {
            if (!isfinite(phase[l])) {
                return ons_fail(ONS_FAILED,
                                "the interface blew up before t = %g (a finite-time singularity of "
                                "bonds=expanded: take smaller noise, non_oddity or dt, or bonds=sine)",
                                stop);
            }
        }
        if (state->time < target && ons_poll(context, state->time - begin, target - begin)) { return ONS_STOPPED; }
    }
    return ONS_OK;
}

/* ---- seen -----------------------------------------------------------------------------------------------------------
 */

static double growth_exponent(const oscillators_state *state, unsigned lane, double width_squared) {
    const double t = state->time;
    int64_t mark = state->mark - 1;
    while (mark >= FIRST_MARK && mark_time(mark) > t / sqrt(2) * LATE) { mark--; }
    if (mark < FIRST_MARK) { return state->options.noise > 0 ? 0.5 : 1; }
    const double earlier = state->marks[mark & (MARKS - 1)][lane];
    return earlier > 0 ? 0.5 * log(width_squared / earlier) / log(t / mark_time(mark)) : 0;
}

/* Of one lane since the largest power of two up to t/2: the spread of the frequencies, and whether no bond slipped. */
static void compare(const oscillators_state *state, unsigned lane, double *spread, bool *locked) {
    const double half = state->time / 2 * LATE, *times = state->before_time;
    const size_t slot = times[0] <= half && (times[0] > times[1] || times[1] > half) ? 0 : 1;
    const double *before = state->before[slot], *now = state->seen, span = state->time - times[slot];
    const size_t sites = state->options.sites;
    double sum = 0, squares = 0;
    const double shift = now[lane] - before[lane];
    *locked = true;
    for (size_t i = 0; i < sites; i++) {
        const size_t here = i * ONS_LANES + lane, next = (i + 1 < sites ? i + 1 : 0) * ONS_LANES + lane;
        const double moved = now[here] - before[here] - shift;
        sum += moved;
        squares += moved * moved;
        *locked = *locked && winding_of(now[next] - now[here]) == winding_of(before[next] - before[here]);
    }
    const double mean = sum / (double)sites, variance = fmax(squares / (double)sites - mean * mean, 0);
    *spread = span > 0 ? sqrt(variance) / span : state->sigma;
}

static ons_status measure_waves(const oscillators_state *state, ons_context *context, unsigned lane) {
    const size_t half = state->options.sites / 2 + 1, count = scales(state->options.sites);
    double *factor = ONS_NEW(double, 2 * half), *differences = factor + half;
    double values[MOST_SCALES];
    ons_status status = factor ? ONS_OK : ONS_MEMORY;
    if (!status) { status = ons_oscillators_correlations(state->ring, state->seen, lane, factor, differences); }
    if (!status) {
        for (size_t k = 0; k < count; k++) { values[k] = factor[(size_t)1 << k]; }
        ons_measure_array(context, STRUCTURE_FACTOR, lane, values);
        for (size_t k = 0; k < count; k++) { values[k] = differences[(size_t)1 << k]; }
        ons_measure_array(context, DIFFERENCES, lane, values);
    }
    free(factor);
    return status;
}

static void measure_lane(const oscillators_state *state, ons_context *context, unsigned lane,
                         const ons_oscillator_moments *m) {
    const double square = m->width_squared;
    double spread;
    bool locked;
    compare(state, lane, &spread, &locked);
    ons_measure(context, WIDTH_SQUARED, lane, square);
    ons_measure(context, GROWTH_EXPONENT, lane, growth_exponent(state, lane, square));
    ons_measure(context, SKEWNESS, lane, square > 0 ? m->third / (square * sqrt(square)) : 0);
    ons_measure(context, KURTOSIS, lane, square > 0 ? m->fourth / (square * square) - 3 : 0);
    ons_measure(context, THIRD_MOMENT, lane, m->third);
    ons_measure(context, FOURTH_MOMENT, lane, m->fourth);
    ons_measure(context, ORDER_PARAMETER, lane, m->order);
    ons_measure(context, VELOCITY, lane,
                state->mean_frequency[lane] -
                    2 * state->options.coupling * sin(state->options.non_oddity) * m->gradient);
    ons_measure(context, SLIPS, lane, state->slips[lane] / (double)state->options.sites);
    ons_measure(context, FREQUENCY_SPREAD, lane, spread);
    ons_measure(context, LOCKED, lane, locked);
    if (state->sigma > 0 && state->options.coupling > 0) {
        ons_value(context, CURRENT_RANGE, lane, 0, state->range[lane], -1);
    }
}

static ons_status measure(const void *memory, ons_context *context) {
    const oscillators_state *state = memory;
    const double from = ons_real(ons_context_parameters(context), "histogram_from");
    const double linear = ons_oscillators_linear_width(&state->options, state->sigma, state->time);
    ons_oscillator_moments moments[ONS_LANES];
    look(state);
    ons_oscillators_moments(state->ring, state->seen, moments);
    for (unsigned lane = 0; lane < ONS_LANES; lane++) {
        measure_lane(state, context, lane, moments + lane);
        ons_measure(context, LINEAR_WIDTH_SQUARED, lane, linear);
        const ons_status status = measure_waves(state, context, lane);
        if (status) { return status; }
        const double scale = 1 / sqrt(moments[lane].width_squared);
        for (size_t i = 0; state->time >= from && i < state->options.sites && isfinite(scale); i++) {
            ons_count(context, FLUCTUATIONS, lane, (state->seen[i * ONS_LANES + lane] - moments[lane].mean) * scale);
        }
    }
    return ONS_OK;
}

static ons_status persist(void *memory, ons_part *part) {
    oscillators_state *state = memory;
    const size_t size = state->options.sites * ONS_LANES;
    uint64_t counts[4] = {*ons_oscillators_steps(state->ring), state->unit, state->rows, state->stride};
    double times[3] = {state->time, state->before_time[0], state->before_time[1]};
    ons_status status = ons_persist(part, "phases", ONS_F64, ons_oscillators_phases(state->ring), size);
    if (!status) { status = ons_persist(part, "before_0", ONS_F64, state->before[0], size); }
    if (!status) { status = ons_persist(part, "before_1", ONS_F64, state->before[1], size); }
    if (!status) { status = ons_persist(part, "winding", ONS_F64, state->winding, size); }
    if (!status) { status = ons_persist(part, "slips", ONS_F64, state->slips, ONS_LANES); }
    if (!status) { status = ons_persist(part, "marks", ONS_F64, state->marks, MARKS * ONS_LANES); }
    if (!status) { status = ons_persist(part, "mark", ONS_I64, &state->mark, 1); }
    if (!status) { status = ons_persist(part, "times", ONS_F64, times, 3); }
    if (!status) { status = ons_persist(part, "counts", ONS_U64, counts, 4); }
    if (!status) { status = ons_persist(part, "history", ONS_U8, state->history, ROWS * ONS_LANES * state->columns); }
    if (status || !ons_part_reading(part)) { return status; }
    if (counts[2] > ROWS || counts[3] == 0) { return ons_fail(ONS_INVALID, "the history of the phases is damaged"); }
    *ons_oscillators_steps(state->ring) = counts[0];
    state->unit = counts[1];
    state->rows = (size_t)counts[2];
    state->stride = counts[3];
    state->time = times[0];
    memcpy(state->before_time, times + 1, sizeof state->before_time);
    return ONS_OK;
}

/* Time goes down, the ring to the right; colours are angles to the mean phase. */
static ons_status picture(const void *memory, unsigned lane, ons_picture *picture) {
    const oscillators_state *state = memory;
    const size_t rows = state->rows ? state->rows : 1;
    const ons_status status = ons_picture_size(picture, state->columns, rows);
    for (size_t r = 0; !status && r < rows; r++) {
        for (size_t c = 0; c < state->columns; c++) {
            const uint8_t angle = state->history[(r * ONS_LANES + lane) * state->columns + c];
            ons_colour_angle(TURN * angle / 256, picture->pixels + 3 * (r * state->columns + c));
        }
    }
    return status;
}

static void destroy(void *memory) {
    oscillators_state *state = memory;
    ons_oscillators_free(state->ring);
    free(state->seen);
    free(state->before[0]);
    free(state->before[1]);
    free(state->winding);
    free(state->history);
}

extern const ons_system ons_system_phase_oscillators;
const ons_system ons_system_phase_oscillators = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "phase-oscillators",
    .summary = "a ring of noisy or disordered phase oscillators: synchronization as kinetic roughening (EW, KPZ)",
    .details = PHASE_OSCILLATORS_DETAILS,
    .step = "unit of time",
    .traits = ONS_CONTINUOUS,
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 1000, .every = "log:8", .replicas = 16},
    .state_size = sizeof(oscillators_state),
    .quenched = quenched,
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};

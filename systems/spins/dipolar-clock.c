/*
 * dipolar-clock: clock spins that carry alternating dipoles, on a ladder of temperatures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/spins.h>
#include <onsager/system.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dipolar_clock_derived.h"
#include "dipolar_clock_tables.h"
#include "dipolar_clock_text.h"
#include "tempered_walkers.h"

/* ---- sizes of a task -----------------------------------------------------------------------------------------------
 */

typedef struct extent {
    int64_t lengths[2];
    size_t temperatures, rings;
    double sites, ring_step;      /* ring r: |q| within ring_step/2 of r ring_step */
    unsigned orientations, width; /* width 0: no stripes */
} extent;

static const char *lattice_name(const ons_parameters *p) { return ons_string(p, "lattice"); }

/* Stripes of the lowest energy among 1 .. 16 rows and the uniform state, J (1 - cos(2 pi/q)) (bonds across a wall per
 * site of a row)/h + D e_h; 0: none of them (or no reason for stripes). */
static ons_status ground_width(const ons_parameters *p, unsigned *width) {
    const double dipole = ons_real(p, "dipole"), coupling = ons_real(p, "coupling");
    *width = 0;
    if (!(dipole > 0) || !(coupling > 0)) { return ONS_OK; }
    ons_lattice *lattice;
    ons_status status = ons_lattice_create(&lattice, lattice_name(p), 0);
    if (status) { return status; }
    const double wall = coupling * (1 - cos(2 * 3.14159265358979323846 / (double)ons_integer(p, "q"))) *
                        (ons_choice(p, "lattice") == TRIANGULAR ? 2 : 1);
    double lowest = INFINITY;
    for (unsigned h = 0; !status && h <= WIDEST_GROUND_STATE; h++) {
        double energy;
        status = ons_dipolar_stripe_energy(lattice->basis, h, &energy);
        energy = dipole * energy + (h ? wall / h : 0);
        if (energy < lowest) {
            lowest = energy;
            *width = h == WIDEST_GROUND_STATE ? 0 : h; /* the widest may not be the lowest */
        }
    }
    ons_lattice_free(lattice);
    return status;
}

static bool fits(const extent *size, unsigned width) {
    return width > 0 && size->lengths[0] % (2 * width) == 0 && size->lengths[1] % (2 * width) == 0;
}

static ons_status extent_of(const ons_parameters *p, extent *size) {
    size_t count;
    const int64_t *lengths = ons_integers(p, "L", &count);
    if (count > 2) { return ons_fail(ONS_INVALID, "L has one or two lengths, not %zu", count); }
    *size = (extent){.lengths = {lengths[0], lengths[count - 1]}};
    size->sites = (double)size->lengths[0] * (double)size->lengths[1];
    ons_reals(p, "temperature", &size->temperatures);
    const bool triangular = ons_choice(p, "lattice") == TRIANGULAR;
    const int64_t longest = size->lengths[0] > size->lengths[1] ? size->lengths[0] : size->lengths[1];
    size->orientations = triangular ? 3 : 2;
    size->ring_step = 6.28318530717958647693 * (triangular ? 1.15470053837925152902 : 1) / (double)longest;
    /* the corner of the zone is at 4 pi/3 or pi sqrt 2 */
    size->rings = (size_t)((triangular ? 4.18879020478639098462 : 4.44288293815836624702) / size->ring_step + 0.5) + 1;
    size->width = (unsigned)ons_integer(p, "stripe_width");
    return size->width ? ONS_OK : ground_width(p, &size->width);
}

/* ---- check ----------------------------------------------------------------------------------------------------------
 */

static ons_status check_model(const ons_parameters *p, ons_plan *plan) {
    const bool dipoles = ons_real(p, "dipole") != 0;
    if (dipoles && ons_integer(p, "q") % 2) {
        return ons_fail(ONS_INVALID,
                        "dipoles (-1)^n need an even number of states, not q = %lld: take q = %lld, or dipole = 0",
                        (long long)ons_integer(p, "q"), (long long)ons_integer(p, "q") + 1);
    }
    if (dipoles && ons_choice(p, "update") == WOLFF) {
        return ons_fail(ONS_INVALID, "Wolff's clusters are for dipole = 0, since distant dipoles would reject their "
                                     "flips; take update=metropolis with a ladder of temperatures");
    }
    const double *temperature;
    const size_t count = tempered_ladder(p, &temperature);
    if (count > MOST_TEMPERATURES) {
        return ons_fail(ONS_INVALID, "a ladder of %zu temperatures; at most %d are possible", count, MOST_TEMPERATURES);
    }
    return tempered_check(p, plan);
}

static ons_status check_stripes(const ons_parameters *p, extent *size, ons_plan *plan) {
    const bool start = ons_choice(p, "start") == START_STRIPES, given = ons_integer(p, "stripe_width") > 0;
    if (start && ons_integer(p, "orientation") > size->orientations) {
        return ons_fail(ONS_INVALID, "the orientation 3 exists on the triangular lattice; the square one has 1 and 2");
    }
    if (start && size->width == 0) {
        return ons_fail(ONS_INVALID,
                        "the ground state of dipole = %g, coupling = %g has no stripes of 1 "
                        "to %d rows; set stripe_width",
                        ons_real(p, "dipole"), ons_real(p, "coupling"), WIDEST_GROUND_STATE - 1);
    }
    if (size->width == 0 || fits(size, size->width)) { return ONS_OK; }
    const unsigned period = 2 * size->width;
    if (start || given) {
        const int64_t length = size->lengths[0] % period ? size->lengths[0] : size->lengths[1];
        const int64_t next = (length / period + 1) * period;
        return ons_fail(ONS_INVALID,
                        "stripes of %u rows need L to be a multiple of %u, which %lld is not; the next one is %lld",
                        size->width, period, (long long)length, (long long)next);
    }
    ons_plan_note(plan,
                  "the stripes of the ground state have %u rows and do not fit L, which is no multiple of %u: no "
                  "stripe order is measured",
                  size->width, period);
    return ONS_OK;
}

static void omit_all(ons_plan *plan, const char *const *names) {
    for (; *names; names++) { ons_plan_omit(plan, *names); }
}

static void plan_shapes(const ons_parameters *p, const extent *size, ons_plan *plan) {
    static const char *const of_dipoles[] = {"dipole_abs",    "dipole_squared",        "dipole_fourth",
                                             "dipole_binder", "dipole_susceptibility", NULL};
    static const char *const of_stripes[] = {"stripe_order", "stripe_order_squared", "stripe_orientation",
                                             "stripe_amplitudes", NULL};
    static const char *const of_rings[] = {"ring_structure", "ring_wavenumber", NULL};
    const size_t t = size->temperatures;
    for (size_t k = 0; k <= HELICITY; k++) { ons_plan_shape(plan, k, 1, (size_t[]){t}); }
    ons_plan_shape(plan, STRIPE_AMPLITUDES, 2, (size_t[]){t, size->orientations});
    ons_plan_shape(plan, RINGS, 2, (size_t[]){t, size->rings});
    ons_plan_shape(plan, RING_WAVENUMBER, 1, (size_t[]){size->rings});
    ons_plan_shape(plan, STRUCTURE, 2, (size_t[]){(size_t)size->lengths[0], (size_t)size->lengths[1]});
    ons_plan_shape(plan, EXCHANGE_RATE, 1, (size_t[]){t});
    ons_plan_shape(plan, FLOW, 1, (size_t[]){t});
    if (ons_integer(p, "q") % 2) { omit_all(plan, of_dipoles); }
    if (!fits(size, size->width)) { omit_all(plan, of_stripes); }
    if (ons_choice(p, "momenta") == MOMENTA_NONE || ons_integer(p, "q") % 2) { omit_all(plan, of_rings); }
    if (ons_choice(p, "momenta") != MOMENTA_MAP || ons_integer(p, "q") % 2) { ons_plan_omit(plan, "structure_factor"); }
    if (t == 1) { ons_plan_omit(plan, "flow"); }
}

static ons_status plan_histogram(const ons_parameters *p, const extent *size, ons_plan *plan) {
    const int64_t bins = ons_integer(p, "histogram_bins"), rung = ons_integer(p, "histogram_rung");
    const double low = ons_real(p, "histogram_low"), high = ons_real(p, "histogram_high");
    if (bins == 0) {
        ons_plan_omit(plan, "energy_histogram");
        return ONS_OK;
    }
    if (rung >= (int64_t)size->temperatures) {
        return ons_fail(ONS_INVALID, "rung %lld, but the %zu temperatures are numbered from 0 to %zu", (long long)rung,
                        size->temperatures, size->temperatures - 1);
    }
    if (!(high > low)) {
        return ons_fail(ONS_INVALID, "histogram_high = %g must lie above histogram_low = %g", high, low);
    }
    ons_plan_edges(plan, ENERGY_HISTOGRAM, low, high, (size_t)bins);
    return ONS_OK;
}

/* Walkers of one ladder on several threads, where a step lasts long against the start of a thread. */
static unsigned useful_threads(const extent *size) {
    const double attempts = size->sites * (double)size->temperatures;
    const double threads = fmin(attempts / 10000, (double)size->temperatures);
    return threads < 1 ? 1 : (unsigned)threads;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    extent size = {0};
    ons_status status = extent_of(p, &size);
    if (!status) { status = check_model(p, plan); }
    if (!status) { status = check_stripes(p, &size, plan); }
    if (!status) { status = plan_histogram(p, &size, plan); }
    if (status) { return status; }
    plan_shapes(p, &size, plan);
    ons_plan_bytes(plan,
                   36 * size.sites + ons_dipolar_bytes(size.sites, ons_real(p, "dipole") != 0, size.temperatures));
    ons_plan_threads(plan, useful_threads(&size));
    ons_plan_weight(plan, size.sites, "1/temperature", "energy");
    return ONS_OK;
}

/* ---- the state -----------------------------------------------------------------------------------------------------
 */

typedef struct dipolar_state {
    extent size;
    ons_graph *graph;
    ons_dipolar_model *model;
    ons_tempering ladder;
    ons_dipolar **walker; /* [temperatures], by walker */
    double *energy;       /* [temperatures]: total, by walker */
    ons_random exchange;
    bool wolff, stripes, rings, dipoles;
    double q;
    uint32_t clusters;
    size_t histogram_rung, coldest;
    bool histogram;
    int8_t *states;     /* [temperatures][sites]: by temperature, for persist */
    double *structure;  /* [sites] */
    double *rows;       /* [temperatures][largest row]: what is measured */
    double *momenta;    /* [temperatures][rings] */
    double *wavenumber; /* [rings] */
    uint32_t *ring;     /* [sites] */
    uint32_t *members;  /* [rings] */
} dipolar_state;

static ons_status start_walker(dipolar_state *state, size_t k, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    ons_random random = ons_stream(context, 0, (uint32_t)(STREAM_START + k));
    switch (ons_choice(p, "start")) {
    case START_RANDOM: return ons_dipolar_start_random(state->walker[k], &random);
    case START_STRIPES:
        return ons_dipolar_start_stripes(state->walker[k], state->size.width,
                                         (unsigned)ons_integer(p, "orientation") - 1);
    default: return ONS_OK; /* uniform; from an archive the configuration comes later */
    }
}

/* |q| of the momentum (m_1, m_2), brought into the first zone. */
static double wavenumber_of(const ons_lattice *lattice, const int64_t *lengths, int64_t m1, int64_t m2) {
    const double *a = lattice->basis, turn = 6.28318530717958647693, volume = a[0] * a[3] - a[1] * a[2];
    double nearest = INFINITY;
    for (int i = -2; i <= 2; i++) {
        for (int j = -2; j <= 2; j++) {
            const double u = (double)m1 / (double)lengths[0] + i, v = (double)m2 / (double)lengths[1] + j;
            const double x = turn * (u * a[3] - v * a[1]) / volume, y = turn * (-u * a[2] + v * a[0]) / volume;
            nearest = fmin(nearest, x * x + y * y);
        }
    }
    return sqrt(nearest);
}

static ons_status make_rings(dipolar_state *state) {
    const extent *size = &state->size;
    const size_t sites = state->graph->sites;
    state->structure = ONS_NEW(double, sites);
    state->momenta = ONS_NEW(double, size->temperatures * size->rings);
    state->wavenumber = ONS_NEW(double, size->rings);
    state->ring = ONS_NEW(uint32_t, sites);
    state->members = ONS_NEW(uint32_t, size->rings);
    if (!state->structure || !state->momenta || !state->wavenumber || !state->ring || !state->members) {
        return ONS_MEMORY;
    }
    for (size_t i = 0; i < sites; i++) {
        const double q = wavenumber_of(state->graph->lattice, size->lengths, (int64_t)i / size->lengths[1],
                                       (int64_t)i % size->lengths[1]);
        size_t ring = (size_t)(q / size->ring_step + 0.5);
        ring = ring < size->rings ? ring : size->rings - 1;
        state->ring[i] = (uint32_t)ring;
        state->wavenumber[ring] += q;
        state->members[ring]++;
    }
    for (size_t r = 0; r < size->rings; r++) {
        if (state->members[r]) { state->wavenumber[r] /= state->members[r]; }
    }
    return ONS_OK;
}

static ons_status create_model(dipolar_state *state, const ons_parameters *p) {
    const ons_dipolar_options options = {.states = (unsigned)ons_integer(p, "q"),
                                         .pair = ons_choice(p, "states") == PAIR,
                                         .coupling = ons_real(p, "coupling"),
                                         .dipole = ons_real(p, "dipole")};
    ons_lattice *lattice;
    ons_status status = ons_lattice_create(&lattice, lattice_name(p), 0);
    if (status) { return status; }
    status = ons_graph_create(&state->graph, lattice, state->size.lengths, 2, ONS_PERIODIC);
    ons_lattice_free(lattice);
    return status ? status : ons_dipolar_model_create(&state->model, state->graph, &options);
}

static void read_choices(dipolar_state *state, const ons_parameters *p) {
    size_t count;
    const double *temperature = ons_reals(p, "temperature", &count);
    state->dipoles = ons_integer(p, "q") % 2 == 0;
    state->q = (double)ons_integer(p, "q");
    state->wolff = ons_choice(p, "update") == WOLFF;
    state->clusters = state->wolff ? (uint32_t)ons_integer(p, "clusters") : 0;
    state->stripes = fits(&state->size, state->size.width);
    state->rings = state->dipoles && ons_choice(p, "momenta") != MOMENTA_NONE;
    state->histogram = ons_integer(p, "histogram_bins") > 0;
    state->histogram_rung = (size_t)ons_integer(p, "histogram_rung");
    state->coldest = temperature[0] <= temperature[count - 1] ? 0 : count - 1;
}

static ons_status create(void *memory, ons_context *context) {
    dipolar_state *state = memory;
    const ons_parameters *p = ons_context_parameters(context);
    size_t count;
    const double *temperature = ons_reals(p, "temperature", &count);
    ons_status status = extent_of(p, &state->size);
    if (!status) { status = create_model(state, p); }
    if (!status) { status = ons_tempering_init(&state->ladder, temperature, count); }
    if (status) { return status; }
    read_choices(state, p);
    state->walker = ONS_NEW(ons_dipolar *, count);
    state->energy = ONS_NEW(double, count);
    state->states = ONS_NEW(int8_t, count * state->graph->sites);
    state->rows = ONS_NEW(double, OBSERVABLES *count * 3);
    if (!state->walker || !state->energy || !state->states || !state->rows) { return ONS_MEMORY; }
    state->exchange = ons_stream(context, 0, STREAM_EXCHANGE);
    for (size_t k = 0; !status && k < count; k++) {
        status =
            ons_dipolar_create(&state->walker[k], state->model, ons_stream(context, 0, (uint32_t)(STREAM_WALKER + k)));
        if (!status) { status = start_walker(state, k, context); }
    }
    return status || !state->rings ? status : make_rings(state);
}

static ons_status advance_walker(void *data, size_t walker) {
    dipolar_state *state = data;
    const double temperature = state->ladder.temperature[state->ladder.rung[walker]];
    ons_status status = ONS_OK;
    if (state->wolff) {
        status = ons_dipolar_wolff(state->walker[walker], temperature, state->clusters);
    } else {
        ons_dipolar_metropolis(state->walker[walker], temperature);
    }
    state->energy[walker] = ons_dipolar_energy(state->walker[walker]);
    return status;
}

static ons_status advance(void *memory, ons_context *context) {
    dipolar_state *state = memory;
    const size_t count = state->size.temperatures;
    const ons_status status = ons_parallel(ons_threads(context), count, advance_walker, state);
    if (!status && count > 1) { ons_tempering_exchange(&state->ladder, state->energy, &state->exchange); }
    return status;
}

/* ---- measuring ------------------------------------------------------------------------------------------------------
 */

static void measure_order(const ons_dipolar *walker, double sites, size_t k, double *const *row) {
    ons_dipolar_order order;
    ons_dipolar_look(walker, &order);
    const double e = ons_dipolar_energy(walker) / sites, dipole = order.dipole;
    const double m2 = order.magnetization[0] * order.magnetization[0] + order.magnetization[1] * order.magnetization[1];
    row[ENERGY][k] = e;
    row[ENERGY_SQUARED][k] = e * e;
    row[ENERGY_EXCHANGE][k] = ons_dipolar_energy_exchange(walker) / sites;
    row[ENERGY_DIPOLES][k] = ons_dipolar_energy_dipoles(walker) / sites;
    row[MAGNETIZATION_ABS][k] = sqrt(m2);
    row[MAGNETIZATION_SQUARED][k] = m2;
    row[MAGNETIZATION_FOURTH][k] = m2 * m2;
    row[ANISOTROPY][k] = order.anisotropy;
    row[ADJACENT][k] = order.adjacent;
    row[DIPOLE_ABS][k] = fabs(dipole);
    row[DIPOLE_SQUARED][k] = dipole * dipole;
    row[DIPOLE_FOURTH][k] = dipole * dipole * dipole * dipole;
}

static void measure_stripes(const ons_dipolar *walker, const extent *size, size_t k, double *const *row) {
    static const double half_root = 0.86602540378443864676; /* sin(2 pi/3) */
    const unsigned count = size->orientations;
    double a[3] = {0, 0, 0}, squared[3];
    ons_dipolar_stripes(walker, size->width, count, a);
    for (unsigned i = 0; i < 3; i++) { squared[i] = a[i] * a[i]; }
    const double sum = squared[0] + squared[1] + squared[2];
    const double x = count == 3 ? squared[0] - 0.5 * (squared[1] + squared[2]) : squared[0] - squared[1];
    const double y = count == 3 ? half_root * (squared[1] - squared[2]) : 0;
    row[STRIPE_ORDER][k] = fmax(a[0], fmax(a[1], a[2]));
    row[STRIPE_ORDER_SQUARED][k] = sum;
    row[STRIPE_ORIENTATION][k] = sum > 0 ? sqrt(x * x + y * y) / sum : 0;
    memcpy(row[STRIPE_AMPLITUDES] + k * count, a, count * sizeof *a);
}

static ons_status measure_rings(const dipolar_state *state, size_t k) {
    double *sums = state->momenta + k * state->size.rings;
    const ons_status status = ons_dipolar_structure(state->walker[state->ladder.walker[k]], state->structure);
    if (status) { return status; }
    memset(sums, 0, state->size.rings * sizeof *sums);
    for (size_t i = 0; i < state->graph->sites; i++) { sums[state->ring[i]] += state->structure[i]; }
    for (size_t r = 0; r < state->size.rings; r++) {
        if (state->members[r]) { sums[r] /= state->members[r]; }
    }
    return ONS_OK;
}

static void measure_ladder(const dipolar_state *state, ons_context *context) {
    const ons_tempering *ladder = &state->ladder;
    for (size_t k = 0; k < ladder->count; k++) {
        const double attempts = (double)(ladder->attempts[k] + (k ? ladder->attempts[k - 1] : 0));
        const double exchanges = (double)(ladder->exchanges[k] + (k ? ladder->exchanges[k - 1] : 0));
        ons_value(context, EXCHANGE_RATE, 0, k, attempts > 0 ? exchanges / attempts : 0, NAN);
        ons_value(context, FLOW, 0, k, ladder->labelled[k] ? ons_tempering_flow(ladder, k) : 0, NAN);
    }
    ons_value(context, ROUND_TRIPS, 0, 0, (double)ladder->round_trips, NAN);
}

static ons_status measure(const void *memory, ons_context *context) {
    const dipolar_state *state = memory;
    const size_t count = state->size.temperatures;
    double *row[OBSERVABLES];
    for (size_t k = 0; k < OBSERVABLES; k++) { row[k] = state->rows + 3 * count * k; }
    ons_status status = ONS_OK;
    for (size_t n = 0; !status && n < count; n++) { /* the coldest last: its structure stays */
        const size_t k = (n + state->coldest + 1) % count;
        const ons_dipolar *walker = state->walker[state->ladder.walker[k]];
        measure_order(walker, state->size.sites, k, row);
        if (state->stripes) { measure_stripes(walker, &state->size, k, row); }
        row[HELICITY][k] = ons_dipolar_helicity(walker, state->ladder.temperature[k]);
        if (state->rings) { status = measure_rings(state, k); }
    }
    if (status) { return status; }
    for (size_t k = 0; k <= HELICITY; k++) { ons_measure_array(context, k, 0, row[k]); }
    ons_measure_array(context, RINGS, 0, state->momenta);
    ons_measure_array(context, RING_WAVENUMBER, 0, state->wavenumber);
    ons_measure_array(context, STRUCTURE, 0, state->structure);
    if (state->histogram) { ons_count(context, ENERGY_HISTOGRAM, 0, row[ENERGY][state->histogram_rung]); }
    if (count > 1) { measure_ladder(state, context); }
    return ONS_OK;
}

/* ---- persistence ----------------------------------------------------------------------------------------------------
 */

static ons_status persist_ladder(ons_tempering *ladder, ons_part *part) {
    const size_t count = ladder->count;
    ons_status status = ons_persist(part, "walker", ONS_U32, ladder->walker, count);
    if (!status) { status = ons_persist(part, "label", ONS_I8, ladder->label, count); }
    if (!status) { status = ons_persist(part, "attempts", ONS_U64, ladder->attempts, count); }
    if (!status) { status = ons_persist(part, "exchanges", ONS_U64, ladder->exchanges, count); }
    if (!status) { status = ons_persist(part, "from_first", ONS_U64, ladder->from_first, count); }
    if (!status) { status = ons_persist(part, "labelled", ONS_U64, ladder->labelled, count); }
    if (!status) { status = ons_persist(part, "rounds", ONS_U64, &ladder->rounds, 1); }
    if (!status) { status = ons_persist(part, "round_trips", ONS_U64, &ladder->round_trips, 1); }
    if (!status && ons_part_reading(part)) { status = ons_tempering_refresh(ladder); }
    return status;
}

/* Configurations by temperature. Fields and energies are functions of them, made anew. */
static ons_status persist(void *memory, ons_part *part) {
    dipolar_state *state = memory;
    const size_t count = state->size.temperatures, sites = state->graph->sites;
    const size_t shape[] = {count, (size_t)state->size.lengths[0], (size_t)state->size.lengths[1]};
    ons_status status = persist_ladder(&state->ladder, part);
    if (!status) { status = ons_persist_random(part, "exchange", &state->exchange); }
    for (size_t k = 0; !status && k < count; k++) {
        char name[32];
        snprintf(name, sizeof name, "random_%zu", k);
        status = ons_persist_random(part, name, ons_dipolar_random(state->walker[k]));
    }
    for (size_t k = 0; !status && k < count; k++) {
        memcpy(state->states + k * sites, ons_dipolar_states(state->walker[state->ladder.walker[k]]), sites);
    }
    if (!status) { status = ons_persist_configuration(part, "states", ONS_I8, state->states, 3, shape); }
    for (size_t k = 0; !status && ons_part_reading(part) && k < count; k++) {
        ons_dipolar *walker = state->walker[state->ladder.walker[k]];
        memcpy(ons_dipolar_states(walker), state->states + k * sites, sites);
        status = ons_dipolar_refresh(walker);
    }
    return status;
}

/* ---- picture --------------------------------------------------------------------------------------------------------
 */

/* The site nearest to a point, in the periodic plane. */
static size_t nearest_site(const ons_lattice *lattice, const int64_t *lengths, double x, double y) {
    const double *a = lattice->basis; /* a_1 along x */
    const double j0 = floor(y / a[3]);
    double nearest = INFINITY;
    int64_t best[2] = {0, 0};
    for (int step = 0; step < 2; step++) {
        const double j = j0 + step, i = floor(x - j * a[2] + 0.5);
        const double dx = x - i - j * a[2], dy = y - j * a[3];
        if (dx * dx + dy * dy < nearest) {
            nearest = dx * dx + dy * dy;
            best[0] = (int64_t)i;
            best[1] = (int64_t)j;
        }
    }
    for (int d = 0; d < 2; d++) { best[d] = (best[d] % lengths[d] + lengths[d]) % lengths[d]; }
    return (size_t)(best[0] * lengths[1] + best[1]);
}

/* The lowest temperature: the hue tells the clock state, dark or bright the dipole (down, up). */
static ons_status picture(const void *memory, unsigned lane, ons_picture *picture) {
    (void)lane;
    const dipolar_state *state = memory;
    const int64_t *lengths = state->size.lengths;
    const ons_lattice *lattice = state->graph->lattice;
    const int8_t *states = ons_dipolar_states(state->walker[state->ladder.walker[state->coldest]]);
    const double q = state->q;
    const int64_t longest = lengths[0] > lengths[1] ? lengths[0] : lengths[1];
    const double scale = longest >= 240 ? 4 : floor(480.0 / (double)longest) + 1;
    const double height = floor((double)lengths[1] * lattice->basis[3] * scale);
    const ons_status status = ons_picture_size(picture, (size_t)((double)lengths[0] * scale), (size_t)height);
    for (size_t row = 0; !status && row < picture->height; row++) {
        for (size_t column = 0; column < picture->width; column++) {
            const double x = ((double)column + 0.5) / scale, y = (height - (double)row - 0.5) / scale;
            const int n = states[nearest_site(lattice, lengths, x, y)];
            uint8_t *rgb = picture->pixels + 3 * (row * picture->width + column);
            ons_colour_angle(6.28318530717958647693 * n / q, rgb);
            for (int k = 0; n % 2 && k < 3; k++) { rgb[k] = (uint8_t)(rgb[k] / 3); }
        }
    }
    return status;
}

static void destroy(void *memory) {
    dipolar_state *state = memory;
    for (size_t k = 0; state->walker && k < state->size.temperatures; k++) { ons_dipolar_free(state->walker[k]); }
    ons_tempering_free(&state->ladder);
    ons_dipolar_model_free(state->model);
    ons_graph_free(state->graph);
    free(state->walker);
    free(state->energy);
    free(state->states);
    free(state->rows);
    free(state->structure);
    free(state->momenta);
    free(state->wavenumber);
    free(state->ring);
    free(state->members);
}

extern const ons_system ons_system_dipolar_clock;
const ons_system ons_system_dipolar_clock = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "dipolar-clock",
    .summary = "clock spins with alternating dipoles, exchange and 1/r^3: mazes, stripes, two BKT transitions",
    .details = DIPOLAR_CLOCK_DETAILS,
    .step = "sweep at every temperature (wolff: `clusters` clusters) and one round of exchanges",
    .traits = ONS_STATIONARY,
    .parameters = parameters,
    .observables = observables,
    .derived = deriveds,
    .exact = exacts,
    .controls = {.steps = 4000, .warmup = "2000", .every = "2", .replicas = 2},
    .state_size = sizeof(dipolar_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};

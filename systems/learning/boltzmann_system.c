/*
 * rbm and dbm: the glue between the laboratory and machines on two sides.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "boltzmann_system.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS = 50, STARTS = 10, SPREAD_EXAMPLES = 20 };

/* clang-format off */
enum { RECONSTRUCTION, PSEUDO, GAP, CLASS_ERROR, SPREAD, PARTITION, PARTITION_ERROR, LIKELIHOOD, WEIGHT_NORM };
/* clang-format on */

const ons_observable boltzmann_observables[] = {
    [RECONSTRUCTION] = {"reconstruction_error", ONS_SERIES, 0, NULL, NULL, NULL,
                        "mean squared distance of the pixels from sigmoid of what the hidden units say of them"},
    [PSEUDO] = {"pseudo_likelihood", ONS_SERIES, 0, NULL, NULL, NULL,
                "mean of ln p(pixel | all others), one pixel of each held-out image"},
    [GAP] = {"free_energy_gap", ONS_SERIES, 0, NULL, NULL, NULL,
             "mean of ln p* over learnt minus over held-out images: grows when the machine learns by heart"},
    [CLASS_ERROR] = {"class_error", ONS_SERIES, 0, "observed", NULL, NULL,
                     "part of the held-out images whose class is missed: exact for all pixels of an rbm, else by naive "
                     "mean field from the middle"},
    [SPREAD] = {"start_spread", ONS_SERIES, 0, "observed", NULL, NULL,
                "naive mean field of pixels that are not seen, class and hidden units from 10 random starts: the "
                "largest distance between two marginals of a pixel or the class, mean over 20 images"},
    [PARTITION] = {"log_partition", ONS_SERIES, 0, NULL, NULL, NULL, "ln Z"},
    [PARTITION_ERROR] = {"log_partition_error", ONS_SERIES, 0, NULL, NULL, NULL,
                         "standard error of ln Z over the annealed chains of one replica"},
    [LIKELIHOOD] = {"log_likelihood", ONS_SERIES, 0, NULL, NULL, NULL,
                    "mean of ln p(image, class) over the held-out images; dbm: of its variational bound"},
    [WEIGHT_NORM] = {"weight_size", ONS_SERIES, 0, NULL, NULL, NULL, "root mean square of the weights"},
    {.name = NULL}};

static size_t deep_of(const ons_parameters *p) { return ons_known(p, "deep") ? (size_t)ons_integer(p, "deep") : 0; }

/* ---- check ---------------------------------------------------------------------------------------------------- */

static ons_status check_partition(const ons_parameters *p, const digit_task *task, ons_plan *plan) {
    const size_t hidden = (size_t)ons_integer(p, "hidden"), even = task->pixels + deep_of(p);
    if (ons_choice(p, "partition") == 1 && (hidden < even ? hidden : even) > 30) {
        return ons_fail(ONS_INVALID,
                        "partition=exact sums over the smaller side, of at most 30 units, not %zu; partition=annealed "
                        "estimates ln Z of larger machines",
                        hidden < even ? hidden : even);
    }
    if (ons_choice(p, "partition") == 0) {
        ons_plan_omit(plan, "log_partition");
        ons_plan_omit(plan, "log_likelihood");
    }
    if (ons_choice(p, "partition") != 2) { ons_plan_omit(plan, "log_partition_error"); }
    return ONS_OK;
}

ons_status boltzmann_check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    digit_task task = {0};
    ons_status status = digit_task_load(&task, p);
    if (!status) { status = check_partition(p, &task, plan); }
    if (!status && ons_integer(p, "batch") > ons_integer(p, "examples")) {
        status = ons_fail(ONS_INVALID, "batch: %lld examples of an update are more than the %lld that are learnt",
                          (long long)ons_integer(p, "batch"), (long long)ons_integer(p, "examples"));
    }
    if (!status && ons_boolean(p, "classes")) {
        size_t count;
        ons_reals(p, "observed", &count);
        ons_plan_shape(plan, CLASS_ERROR, 1, &count);
        ons_plan_shape(plan, SPREAD, 1, &count);
    } else if (!status) {
        ons_plan_omit(plan, "class_error");
        ons_plan_omit(plan, "start_spread");
    }
    if (!status && deep_of(p)) { ons_plan_omit(plan, "pseudo_likelihood"); }
    const double even = (double)(task.pixels + task.digits.classes + deep_of(p)),
                 odd = (double)ons_integer(p, "hidden");
    const double batch = (double)ons_integer(p, "batch"), blocks = ceil(batch / ONS_BOLTZMANN_BLOCK);
    ons_plan_bytes(plan, 8 * (even * odd * (5 + blocks) + (double)task.digits.count * even * 1.2 + 3 * batch * even));
    ons_plan_threads(plan, (unsigned)fmin(blocks, 64));
    digit_task_free(&task);
    return status;
}

/* ---- create --------------------------------------------------------------------------------------------------- */

/* Pixels and class of all examples, [count][seen]. */
static ons_status lay_out_data(boltzmann_state *s, const ons_parameters *p) {
    const ons_digits *digits = &s->task.digits;
    const size_t pixels = s->task.pixels;
    double *bits = ONS_NEW(double, digits->count *pixels);
    s->data = ONS_NEW(double, digits->count * s->seen);
    if (!bits || !s->data) {
        free(bits);
        return ONS_MEMORY;
    }
    ons_digits_bits(digits, ons_real(p, "threshold"), bits);
    for (size_t k = 0; k < digits->count; k++) {
        memcpy(s->data + k * s->seen, bits + k * pixels, pixels * sizeof *bits);
        if (s->machine.classes) { s->data[k * s->seen + pixels + digits->label[k]] = 1; }
    }
    free(bits);
    return ONS_OK;
}

static ons_status draw_weights(boltzmann_state *s, ons_context *context) {
    ons_random random = ons_stream(context, 0, STREAM_WEIGHTS);
    double *mean = ONS_NEW(double, s->task.pixels);
    if (!mean) { return ONS_MEMORY; }
    for (size_t k = 0; k < s->task.train; k++) {
        for (size_t i = 0; i < s->task.pixels; i++) { mean[i] += s->data[k * s->seen + i] / (double)s->task.train; }
    }
    ons_boltzmann_draw(&s->machine, ons_real(ons_context_parameters(context), "width"), mean, s->task.train, &random);
    free(mean);
    for (size_t c = 0; c < s->batch_size; c++) { /* the chains begin at examples, which are in random order */
        memcpy(s->chains + c * s->machine.even, s->data + c * s->seen, s->seen * sizeof(double));
        for (size_t i = s->seen; i < s->machine.even; i++) {
            s->chains[c * s->machine.even + i] = ons_random_below(&random, 2);
        }
    }
    return ONS_OK;
}

static ons_status make_optimiser(boltzmann_state *s, const ons_parameters *p) {
    ons_optimiser_settings settings = ons_optimiser_defaults((ons_optimiser_method)ons_choice(p, "optimiser"));
    const size_t weights = s->machine.even * s->machine.odd;
    const ons_parameter_group groups[] = {
        {.name = "weights", .count = weights, .rate = 1, .decay = 1},
        {.name = "biases", .first = weights, .count = s->machine.count - weights, .rate = 1}};
    settings.rate = ons_real(p, "rate");
    settings.decay = ons_real(p, "decay");
    settings.coupling = ONS_DECAY_GRADIENT;
    return ons_optimiser_create(&s->optimiser, &settings, s->machine.count, groups, 2);
}

ons_status boltzmann_create(void *memory, ons_context *context) {
    boltzmann_state *s = memory;
    const ons_parameters *p = ons_context_parameters(context);
    ons_status status = digit_task_load(&s->task, p);
    if (status) { return status; }
    s->batch_size = (size_t)ons_integer(p, "batch");
    s->order = ons_stream(context, 0, STREAM_ORDER);
    s->chain = ons_stream(context, 0, STREAM_CHAINS);
    status = ons_boltzmann_create(&s->machine, s->task.pixels, ons_boolean(p, "classes") ? s->task.digits.classes : 0,
                                  (size_t)ons_integer(p, "hidden"), deep_of(p));
    if (status) { return status; }
    s->seen = s->task.pixels + s->machine.classes;
    s->chains = ONS_NEW(double, s->batch_size * s->machine.even);
    s->batch = ONS_NEW(double, s->batch_size * s->seen);
    s->gradient = ONS_NEW(double, s->machine.count);
    s->sequence = ONS_NEW(uint32_t, s->task.train);
    if (!s->chains || !s->batch || !s->gradient || !s->sequence) { return ONS_MEMORY; }
    status = lay_out_data(s, p);
    if (!status) { status = draw_weights(s, context); }
    if (!status) { status = make_optimiser(s, p); }
    return status;
}

void boltzmann_destroy(void *memory) {
    boltzmann_state *s = memory;
    digit_task_free(&s->task);
    ons_boltzmann_free(&s->machine);
    ons_optimiser_free(s->optimiser);
    free(s->data);
    free(s->chains);
    free(s->batch);
    free(s->gradient);
    free(s->sequence);
}

ons_status boltzmann_persist(void *memory, ons_part *part) {
    boltzmann_state *s = memory;
    const size_t weights[] = {s->machine.count}, chains[] = {s->batch_size, s->machine.even};
    ons_status status = digit_task_persist(&s->task, part);
    if (!status) { status = ons_persist(part, "epoch", ONS_U64, &s->epoch, 1); }
    if (!status) { status = ons_persist(part, "cursor", ONS_U64, &s->cursor, 1); }
    if (!status) { status = ons_persist(part, "updates", ONS_U64, &s->updates, 1); }
    if (!status) { status = ons_persist_configuration(part, "weights", ONS_F64, s->machine.values, 1, weights); }
    if (!status) { status = ons_persist_configuration(part, "chains", ONS_F64, s->chains, 2, chains); }
    return status ? status : digit_task_persist_optimiser(s->optimiser, part);
}

/* ---- learning ------------------------------------------------------------------------------------------------- */

static ons_status update(boltzmann_state *s, ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    const size_t left = s->task.train - s->cursor, count = left < s->batch_size ? left : s->batch_size;
    for (size_t k = 0; k < count; k++) {
        const double *example = s->data + s->sequence[s->cursor + k] * s->seen;
        memcpy(s->batch + k * s->seen, example, s->seen * sizeof(double));
        if (ons_choice(p, "learning") == 0) { continue; }
        memcpy(s->chains + k * s->machine.even, example, s->seen * sizeof(double));
    }
    const unsigned sweeps = (unsigned)ons_integer(p, "sweeps");
    const ons_boltzmann_batch batch = {.examples = count,
                                       .data = s->batch,
                                       .chains = s->chains,
                                       .sweeps = sweeps,
                                       .turns = TURNS,
                                       .threads = ons_threads(context),
                                       .key = s->chain.key,
                                       .replica = s->chain.replica,
                                       .purpose = s->chain.purpose,
                                       .position =
                                           s->updates * sweeps * ons_boltzmann_words(&s->machine, ONS_BOLTZMANN_BLOCK)};
    ons_status status = ons_boltzmann_gradient(&s->machine, &batch, s->gradient, NULL);
    for (size_t k = 0; k < s->machine.count; k++) { s->gradient[k] /= -(double)count; }
    if (!status) { status = ons_optimiser_step(s->optimiser, s->machine.values, s->gradient); }
    s->cursor += count;
    s->updates++;
    return status;
}

ons_status boltzmann_advance(void *memory, ons_context *context) {
    boltzmann_state *s = memory;
    digit_task_order(&s->task, s->order, s->epoch, s->sequence);
    while (s->cursor < s->task.train) {
        if (ons_poll(context, (double)s->cursor, (double)s->task.train)) { return ONS_STOPPED; }
        const ons_status status = update(s, context);
        if (status) { return status; }
    }
    s->cursor = 0;
    s->epoch++;
    return ONS_OK;
}

/* ---- measuring ------------------------------------------------------------------------------------------------ */

/* Rows of the even side from example `first` on; hidden units 1/2. */
static void even_rows(const boltzmann_state *s, size_t first, size_t count, double *even) {
    for (size_t k = 0; k < count; k++) {
        memcpy(even + k * s->machine.even, s->data + (first + k) * s->seen, s->seen * sizeof *even);
        for (size_t i = s->seen; i < s->machine.even; i++) { even[k * s->machine.even + i] = 0.5; }
    }
}

/* Unseen pixels, class and deep units free, from `start` (NULL: the middle) by naive mean field. */
static ons_status infer(const boltzmann_state *s, size_t example, const uint8_t *held, ons_random *start, double *even,
                        double *odd) {
    const ons_boltzmann *m = &s->machine;
    double sum = 0;
    for (size_t i = 0; i < m->even; i++) {
        const double free_one = start ? ons_random_uniform(start) : 0.5;
        even[i] = i < m->pixels && held[i] ? s->data[example * s->seen + i] : free_one;
    }
    for (size_t c = m->pixels; c < s->seen; c++) { sum += even[c]; }
    for (size_t c = m->pixels; c < s->seen; c++) { even[c] /= sum; }
    const ons_status status = ons_boltzmann_mean_field(m, 0, held, 1e-8, 20000, even, odd, NULL);
    return status == ONS_DONE ? ONS_OK : status; /* slow ones are almost at rest */
}

static size_t largest(size_t count, const double *p) {
    size_t best = 0;
    for (size_t c = 1; c < count; c++) { best = p[c] > p[best] ? c : best; }
    return best;
}

typedef struct telling {
    const boltzmann_state *s;
    double share;
    uint8_t *held;
    double *even, *odd, *other;
    ons_random seen, start;
} telling;

static ons_status miss_one(telling *t, size_t k, bool *missed) {
    const boltzmann_state *s = t->s;
    const ons_boltzmann *m = &s->machine;
    const size_t example = s->task.train + k;
    ons_status status;
    if (t->share >= 1 && !m->deep) {
        status = ons_boltzmann_classify(m, 1, s->data + example * s->seen, t->other);
    } else {
        digit_task_seen(&s->task, &t->seen, k, t->share, t->held);
        status = infer(s, example, t->held, NULL, t->even, t->odd);
        memcpy(t->other, t->even + m->pixels, m->classes * sizeof(double));
    }
    *missed = largest(m->classes, t->other) != s->task.digits.label[example];
    return status;
}

/* The largest range of a marginal of a pixel or class over the starts. */
static ons_status spread_one(telling *t, size_t k, double *spread) {
    const boltzmann_state *s = t->s;
    double *low = t->other, *high = t->other + s->seen;
    ons_status status = ONS_OK;
    digit_task_seen(&s->task, &t->seen, k, t->share, t->held);
    ons_random_seek(&t->start, (uint64_t)k * STARTS * 2 * s->machine.even);
    *spread = 0;
    for (int run = 0; run < STARTS && !status; run++) {
        status = infer(s, s->task.train + k, t->held, &t->start, t->even, t->odd);
        for (size_t i = 0; i < s->seen; i++) {
            low[i] = run ? fmin(low[i], t->even[i]) : t->even[i];
            high[i] = run ? fmax(high[i], t->even[i]) : t->even[i];
            if (run + 1 == STARTS) { *spread = fmax(*spread, high[i] - low[i]); }
        }
    }
    return status;
}

static ons_status tell_classes(const boltzmann_state *s, ons_context *context) {
    size_t count;
    const double *shares = ons_reals(ons_context_parameters(context), "observed", &count);
    const size_t even = s->machine.even;
    double *space = ONS_NEW(double, 4 * even + s->machine.odd + 2 * count);
    uint8_t *held = ONS_NEW(uint8_t, even);
    ons_status status = space && held ? ONS_OK : ONS_MEMORY;
    double *errors = space, *spreads = space + count;
    const size_t examples = s->task.held < SPREAD_EXAMPLES ? s->task.held : SPREAD_EXAMPLES;
    for (size_t f = 0; f < count && !status; f++) {
        telling t = {s,
                     shares[f],
                     held,
                     space + 2 * count,
                     space + 2 * count + even,
                     space + 2 * count + even + s->machine.odd,
                     ons_stream(context, 0, STREAM_TEST),
                     ons_stream(context, 0, STREAM_START)};
        for (size_t k = 0; k < s->task.held && !status; k++) {
            bool missed = false;
            status = miss_one(&t, k, &missed);
            errors[f] += missed ? 1 / (double)s->task.held : 0;
        }
        for (size_t k = 0; k < examples && !status; k++) {
            double spread = 0;
            status = spread_one(&t, k, &spread);
            spreads[f] += spread / (double)examples;
        }
    }
    if (!status) {
        ons_measure_array(context, CLASS_ERROR, 0, errors);
        ons_measure_array(context, SPREAD, 0, spreads);
    }
    free(space);
    free(held);
    return status;
}

static ons_status measure_partition(const boltzmann_state *s, ons_context *context, double held) {
    const ons_parameters *p = ons_context_parameters(context);
    const int how = ons_choice(p, "partition");
    double value;
    ons_status status;
    if (how == 0) { return ONS_OK; }
    if (how == 1) {
        status = ons_boltzmann_exact(&s->machine, ons_threads(context), &value);
    } else {
        ons_annealed annealed;
        const ons_random stream = ons_stream(context, 0, STREAM_ANNEAL);
        status = ons_boltzmann_anneal(&s->machine, s->machine.values + s->machine.even * s->machine.odd,
                                      (size_t)ons_integer(p, "anneal_chains"), (unsigned)ons_integer(p, "anneal_steps"),
                                      stream.key ^ (s->epoch + 1), stream.replica, ons_threads(context), &annealed);
        value = annealed.log_partition;
        if (!status) { ons_measure(context, PARTITION_ERROR, 0, annealed.error); }
    }
    if (status) { return status; }
    ons_measure(context, PARTITION, 0, value);
    ons_measure(context, LIKELIHOOD, 0, held - value);
    return ONS_OK;
}

/* Mean of ln p* (or its bound) over `count` examples from `first`; their rows are left in even. */
static ons_status mean_bound(const boltzmann_state *s, size_t first, size_t count, double *even, double *bound,
                             double *mean) {
    even_rows(s, first, count, even);
    const ons_status status = ons_boltzmann_bound(&s->machine, count, TURNS, even, bound);
    *mean = 0;
    for (size_t k = 0; k < count; k++) { *mean += bound[k] / (double)count; }
    return status;
}

static void measure_reconstruction(const boltzmann_state *s, ons_context *context, size_t count, const double *even,
                                   double *scratch) {
    const ons_boltzmann *m = &s->machine;
    double sum = 0, *odd = scratch + m->even;
    for (size_t k = 0; k < count; k++) {
        ons_boltzmann_odd(m, 1, even + k * m->even, odd);
        ons_boltzmann_even(m, 1, odd, scratch);
        for (size_t i = 0; i < m->pixels; i++) {
            const double away = scratch[i] - even[k * m->even + i];
            sum += away * away;
        }
    }
    ons_measure(context, RECONSTRUCTION, 0, sum / (double)(count * m->pixels));
}

ons_status boltzmann_measure(const void *memory, ons_context *context) {
    const boltzmann_state *s = memory;
    const ons_boltzmann *m = &s->machine;
    const size_t held = s->task.held, rows = held;
    double *even = ONS_NEW(double, rows * m->even), *bound = ONS_NEW(double, rows + m->even + m->odd);
    const size_t learnt = s->task.train < held ? s->task.train : held;
    double of_held = 0, of_learnt = 0, size = 0, pseudo;
    ons_status status = even && bound ? mean_bound(s, 0, learnt, even, bound, &of_learnt) : ONS_MEMORY;
    if (!status) { status = mean_bound(s, s->task.train, held, even, bound, &of_held); }
    if (!status && !m->deep) {
        ons_random random = ons_stream(context, 0, STREAM_TEST);
        status = ons_boltzmann_pseudo(m, held, even, &random, &pseudo);
        if (!status) { ons_measure(context, PSEUDO, 0, pseudo); }
    }
    if (!status) {
        measure_reconstruction(s, context, held, even, bound + rows);
        for (size_t k = 0; k < m->even * m->odd; k++) { size += m->values[k] * m->values[k]; }
        ons_measure(context, WEIGHT_NORM, 0, sqrt(size / (double)(m->even * m->odd)));
        ons_measure(context, GAP, 0, of_learnt - of_held);
        if (m->classes) { status = tell_classes(s, context); }
    }
    if (!status) { status = measure_partition(s, context, of_held); }
    free(even);
    free(bound);
    return status;
}

/* ---- picture -------------------------------------------------------------------------------------------------- */

/* The weights of every hidden unit to the pixels, as tiles. */
ons_status boltzmann_picture(const void *memory, unsigned lane, ons_picture *picture) {
    const boltzmann_state *s = memory;
    const size_t side = s->task.digits.side, units = s->machine.odd;
    const size_t across = (size_t)ceil(sqrt((double)units)), down = (units + across - 1) / across;
    const size_t scale = side * across > 400 ? 1 : 400 / (side * across), tile = (side + 1) * scale;
    (void)lane;
    const ons_status status = ons_picture_size(picture, across * tile, down * tile);
    double largest_weight = 1e-300;
    for (size_t k = 0; k < s->task.pixels * units; k++) {
        largest_weight = fmax(largest_weight, fabs(s->machine.values[k]));
    }
    for (size_t k = 0; !status && k < across * tile * down * tile; k++) {
        const size_t x = k % (across * tile), y = k / (across * tile), unit = y / tile * across + x / tile;
        const size_t column = x % tile / scale, row = y % tile / scale;
        if (column >= side || row >= side || unit >= units) { continue; }
        ons_colour_scale(s->machine.values[(row * side + column) * units + unit], -largest_weight, largest_weight,
                         picture->pixels + 3 * k);
    }
    return status;
}

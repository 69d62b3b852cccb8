/*
 * monotone-dbm: monotone deep Boltzmann machines that complete and classify partly seen images, the glue between the
 * laboratory and the machine of the engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "digit_task.h"
#include "monotone_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = ONS_MONOTONE_LANES, SPREAD_EXAMPLES = 20, SHOWN = 10 };

static const ons_parameter parameters[] = {
    DIGIT_PARAMETERS("drawn", "320", "160"),
    {"bins", ONS_INTEGER, 0, "4", NULL, "[2, 64]", NULL, NULL, "states of a pixel: grey bins of equal width"},
    {"channels", ONS_INTEGER, ONS_ARRAY, "[12,20]", NULL, "[1, 4096]", NULL, NULL,
     "channels at each site of the hidden tiers, whose sides are halved from tier to tier"},
    {"states", ONS_INTEGER, ONS_ARRAY, "4", NULL, "[2, 64]", NULL, NULL,
     "states of a hidden variable: that many channels are one variable; one number, or one for each tier"},
    {"margin", ONS_REAL, 0, "0.01", NULL, "(0, 1)", NULL, NULL, "m: I - Phi >= m"},
    {"observed", ONS_REAL, 0, "0.4", NULL, "(0, 1)", NULL, NULL, "share of the pixels that are seen while it learns"},
    {"test_observed", ONS_REAL, ONS_ARRAY, "[0.2,0.4,0.6,0.8]", NULL, "(0, 1)", NULL, NULL,
     "shares that are seen where it is measured"},
    {"share", ONS_REAL, 0, "0.5", NULL, "[0, 1]", NULL, NULL, "of the classification in the loss"},
    {"batch", ONS_INTEGER, 0, "64", NULL, "[1, 4096]", NULL, NULL, "examples of an update"},
    {"rate", ONS_REAL, 0, "0.003", NULL, "(0, 100]", NULL, NULL, "learning rate of Adam"},
    {"size", ONS_REAL, 0, "1", NULL, "(0, 100]", NULL, NULL,
     "of the first weights: about the norm of a variable's columns"},
    {"solver", ONS_CHOICE, 0, "newton", "newton|splitting", NULL, NULL, NULL,
     "of the fixed point while it learns: Newton's method, or forward-backward splitting as in the paper"},
    {"damping", ONS_REAL, 0, "0.125", NULL, "(0, 1]", "solver=splitting", NULL,
     "alpha of the fixed-point iteration; halved where it does not converge"},
    {"memory", ONS_INTEGER, 0, "5", NULL, "[0, 8]", "solver=splitting", NULL,
     "of Anderson's method; 0: plain damped steps"},
    {"tolerance", ONS_REAL, 0, "1e-4", NULL, "[1e-13, 0.1]", NULL, NULL,
     "of the fixed point while it learns: the largest |z - softmax(Phi z + b)|"},
    {"limit", ONS_INTEGER, 0, "200", NULL, "[1, 100000]", NULL, NULL,
     "steps of Newton's method, or iterations before the damping is halved"},
    {"starts", ONS_INTEGER, 0, "3", NULL, "[2, 1000]", NULL, NULL, "random starts of the fixed point in start_spread"},
    {.name = NULL}};

/* clang-format off */
enum { TRAIN_LOSS, TRAIN_ERROR, CLASS_ERROR, PIXEL_ERROR, CLASS_LOSS, PIXEL_LOSS, SPREAD, RESTRICTED };
/* clang-format on */

#define AXIS "test_observed"
static const ons_observable observables[] = {
    [TRAIN_LOSS] = {"train_loss", ONS_SERIES, 0, NULL, NULL, NULL,
                    "the loss that is minimised, mean over the last epoch; before the first: over none, 0"},
    [TRAIN_ERROR] = {"train_class_error", ONS_SERIES, 0, NULL, NULL, NULL,
                     "part of the examples of the last epoch whose class was missed"},
    [CLASS_ERROR] = {"class_error", ONS_SERIES, 0, AXIS, NULL, NULL,
                     "part of the held-out images whose class is missed"},
    [PIXEL_ERROR] = {"pixel_error", ONS_SERIES, 0, AXIS, NULL, NULL,
                     "part of the pixels not seen, of held-out images, whose bin is missed"},
    [CLASS_LOSS] = {"class_loss", ONS_SERIES, 0, AXIS, NULL, NULL, "mean of -ln p of the class"},
    [PIXEL_LOSS] = {"pixel_loss", ONS_SERIES, 0, AXIS, NULL, NULL, "mean focal loss of the pixels not seen"},
    [SPREAD] = {"start_spread", ONS_SERIES, 0, NULL, NULL, NULL,
                "fixed points from `starts` random starts, to 1e-11: the largest distance between two marginals of "
                "any variable, over 20 held-out images with the share `observed` seen"},
    [RESTRICTED] = {"restricted", ONS_SERIES, 0, NULL, NULL, NULL,
                    "part of the variables whose columns are scaled down to keep the margin"},
    {.name = NULL}};

/* Of one chunk of examples. */
typedef struct chunk {
    ons_monotone_work *work;
    double *z, *gradient;
    uint8_t *pixel, *seen, label[LANES];
    ons_completion_loss loss;
} chunk;

typedef struct monotone_state {
    digit_task task;
    ons_monotone *machine;
    ons_optimiser *optimiser;
    ons_random order, seen, test, start;
    uint8_t *bin;     /* [count][pixels] */
    double *balance;  /* [bins] */
    double *gradient; /* [count of values] */
    uint32_t *sequence;
    chunk *chunks;
    size_t bins, batch, chunk_count;
    ons_fixed_point how;
    double share, observed;
    uint64_t epoch, cursor;
    double sums[2]; /* loss and classes missed so far in this epoch */
    double last[2]; /* of the last epoch */
} monotone_state;

/* ---- the shape ------------------------------------------------------------------------------------------------ */

static ons_status shape_of(const ons_parameters *p, size_t side, size_t classes, ons_monotone_shape *shape) {
    size_t tiers, kinds;
    const int64_t *channels = ons_integers(p, "channels", &tiers), *states = ons_integers(p, "states", &kinds);
    const size_t bins = (size_t)ons_integer(p, "bins");
    if (tiers < 1 || tiers > ONS_TIERS - 2) {
        return ons_fail(ONS_INVALID, "channels: 1 to %d hidden tiers, not %zu", ONS_TIERS - 2, tiers);
    }
    if (kinds != 1 && kinds != tiers) {
        return ons_fail(ONS_INVALID, "states takes one number or %zu, one for each of the channels, not %zu", tiers,
                        kinds);
    }
    *shape = (ons_monotone_shape){.tiers = tiers + 2, .margin = ons_real(p, "margin")};
    shape->tier[0] = (ons_tier){side, bins, bins};
    for (size_t i = 0; i <= tiers; i++) {
        if (i > 0) {
            const size_t half = (shape->tier[i - 1].side + 1) / 2;
            shape->tier[i] = (ons_tier){half, (size_t)channels[i - 1], (size_t)states[kinds == 1 ? 0 : i - 1]};
        }
        for (size_t j = 0; j <= i; j++) { shape->kernel[i][j] = 3; }
    }
    shape->tier[tiers + 1] = (ons_tier){1, classes, classes};
    shape->kernel[tiers + 1][tiers] = shape->kernel[tiers + 1][tiers + 1] = ONS_KERNEL_FULL;
    return ONS_OK;
}

static ons_status check(const ons_system *system, const ons_parameters *p, ons_plan *plan) {
    (void)system;
    digit_task task = {0};
    ons_monotone_shape shape;
    ons_monotone *machine = NULL;
    size_t shares;
    ons_status status = digit_task_load(&task, p);
    if (!status) { status = shape_of(p, task.digits.side, task.digits.classes, &shape); }
    if (!status) { status = ons_monotone_create(&machine, &shape); }
    if (!status) {
        const double chunks = ceil((double)ons_integer(p, "batch") / LANES),
                     values = (double)ons_monotone_count(machine);
        const double each = ons_monotone_work_bytes(&shape, 8) + 8 * values;
        ons_plan_bytes(plan, chunks * each + 60 * values + 3.0 * (double)(task.digits.count * task.pixels));
        ons_plan_threads(plan, (unsigned)fmin(chunks, 64));
        ons_reals(p, AXIS, &shares);
        for (size_t k = CLASS_ERROR; k < SPREAD; k++) { ons_plan_shape(plan, k, 1, &shares); }
    }
    ons_monotone_free(machine);
    digit_task_free(&task);
    return status;
}

/* ---- create --------------------------------------------------------------------------------------------------- */

/* Bins of all pixels, and weights (1 - B)/(1 - B^n) of a bin with n pixels, B = 0.9999 (Cui et al. 2019), such that
 * their mean over the pixels is 1. */
static ons_status bin_pixels(monotone_state *s) {
    const size_t all = s->task.digits.count * s->task.pixels, learnt = s->task.train * s->task.pixels;
    s->bin = ONS_NEW(uint8_t, all);
    s->balance = ONS_NEW(double, s->bins);
    double *count = ONS_NEW(double, s->bins), mean = 0;
    if (!s->bin || !s->balance || !count) {
        free(count);
        return ONS_MEMORY;
    }
    for (size_t k = 0; k < all; k++) {
        s->bin[k] = ons_digits_bin(s->task.digits.pixel[k], s->bins);
        if (k < learnt) { count[s->bin[k]] += 1; }
    }
    for (size_t b = 0; b < s->bins; b++) {
        s->balance[b] = 1e-4 / -expm1(fmax(count[b], 1) * log1p(-1e-4));
        mean += s->balance[b] * count[b] / (double)learnt;
    }
    for (size_t b = 0; b < s->bins; b++) { s->balance[b] /= mean; }
    free(count);
    return ONS_OK;
}

static ons_status make_chunks(monotone_state *s) {
    s->chunk_count = (s->batch + LANES - 1) / LANES;
    s->chunks = ONS_NEW(chunk, s->chunk_count);
    if (!s->chunks) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    for (size_t k = 0; k < s->chunk_count && !status; k++) {
        chunk *c = &s->chunks[k];
        c->z = ONS_NEW(double, ons_monotone_elements(s->machine) * LANES);
        c->gradient = ONS_NEW(double, ons_monotone_count(s->machine));
        c->pixel = ONS_NEW(uint8_t, s->task.pixels * LANES);
        c->seen = ONS_NEW(uint8_t, s->task.pixels * LANES);
        if (!c->z || !c->gradient || !c->pixel || !c->seen) { return ONS_MEMORY; }
        status = ons_monotone_work_create(&c->work, s->machine, s->how.memory);
    }
    return status;
}

static ons_status create(void *memory, ons_context *context) {
    monotone_state *s = memory;
    const ons_parameters *p = ons_context_parameters(context);
    ons_monotone_shape shape;
    ons_status status = digit_task_load(&s->task, p);
    if (!status) { status = shape_of(p, s->task.digits.side, s->task.digits.classes, &shape); }
    if (!status) { status = ons_monotone_create(&s->machine, &shape); }
    if (status) { return status; }
    s->bins = (size_t)ons_integer(p, "bins");
    s->batch = (size_t)ons_integer(p, "batch");
    s->share = ons_real(p, "share");
    s->observed = ons_real(p, "observed");
    s->how = (ons_fixed_point){.damping = 1,
                               .tolerance = ons_real(p, "tolerance"),
                               .limit = (unsigned)ons_integer(p, "limit"),
                               .newton = ons_choice(p, "solver") == 0};
    if (!s->how.newton) {
        s->how.damping = ons_real(p, "damping");
        s->how.memory = (unsigned)ons_integer(p, "memory");
    }
    s->order = ons_stream(context, 0, STREAM_ORDER);
    s->seen = ons_stream(context, 0, STREAM_SEEN);
    s->test = ons_stream(context, 0, STREAM_TEST);
    s->start = ons_stream(context, 0, STREAM_START);
    ons_random random = ons_stream(context, 0, STREAM_WEIGHTS);
    ons_monotone_draw(s->machine, ons_real(p, "size"), &random);
    s->gradient = ONS_NEW(double, ons_monotone_count(s->machine));
    s->sequence = ONS_NEW(uint32_t, s->task.train);
    if (!s->gradient || !s->sequence) { return ONS_MEMORY; }
    ons_optimiser_settings settings = ons_optimiser_defaults(ONS_ADAM);
    settings.rate = ons_real(p, "rate");
    status = ons_optimiser_create(&s->optimiser, &settings, ons_monotone_count(s->machine), NULL, 0);
    if (!status) { status = bin_pixels(s); }
    if (!status) { status = make_chunks(s); }
    return status ? status : ons_monotone_refresh(s->machine);
}

static void destroy(void *memory) {
    monotone_state *s = memory;
    for (size_t k = 0; s->chunks && k < s->chunk_count; k++) {
        ons_monotone_work_free(s->chunks[k].work);
        free(s->chunks[k].z);
        free(s->chunks[k].gradient);
        free(s->chunks[k].pixel);
        free(s->chunks[k].seen);
    }
    free(s->chunks);
    digit_task_free(&s->task);
    ons_monotone_free(s->machine);
    ons_optimiser_free(s->optimiser);
    free(s->bin);
    free(s->balance);
    free(s->gradient);
    free(s->sequence);
}

static ons_status persist(void *memory, ons_part *part) {
    monotone_state *s = memory;
    const size_t values[] = {ons_monotone_count(s->machine)};
    ons_status status = digit_task_persist(&s->task, part);
    if (!status) { status = ons_persist(part, "epoch", ONS_U64, &s->epoch, 1); }
    if (!status) { status = ons_persist(part, "cursor", ONS_U64, &s->cursor, 1); }
    if (!status) { status = ons_persist(part, "sums", ONS_F64, s->sums, 2); }
    if (!status) { status = ons_persist(part, "last", ONS_F64, s->last, 2); }
    if (!status) {
        status = ons_persist_configuration(part, "values", ONS_F64, ons_monotone_values(s->machine), 1, values);
    }
    if (!status) { status = digit_task_persist_optimiser(s->optimiser, part); }
    return status || !ons_part_reading(part) ? status : ons_monotone_refresh(s->machine);
}

/* ---- learning ------------------------------------------------------------------------------------------------- */

/* Example `index` of all in a lane, seen as place `place` of the stream says. */
static void load_lane(const monotone_state *s, chunk *c, size_t lane, size_t index, ons_random *stream, uint64_t place,
                      double share) {
    uint8_t *seen = (uint8_t *)c->z; /* the fixed point is sought after all lanes are loaded */
    digit_task_seen(&s->task, stream, place, share, seen);
    for (size_t v = 0; v < s->task.pixels; v++) {
        c->pixel[v * LANES + lane] = s->bin[index * s->task.pixels + v];
        c->seen[v * LANES + lane] = seen[v];
    }
    c->label[lane] = s->task.digits.label[index];
}

static ons_completion completion_of(const monotone_state *s, const chunk *c, size_t lanes) {
    return (ons_completion){.pixel = c->pixel,
                            .seen = c->seen,
                            .label = c->label,
                            .balance = s->balance,
                            .lanes = lanes,
                            .share = s->share};
}

typedef struct learning {
    const monotone_state *s;
    size_t count;
} learning;

static ons_status learn_chunk(void *data, size_t index) {
    const learning *l = data;
    const monotone_state *s = l->s;
    chunk *c = &s->chunks[index];
    const size_t first = index * LANES, lanes = l->count - first < LANES ? l->count - first : LANES;
    ons_random stream = s->seen;
    for (size_t lane = 0; lane < lanes; lane++) {
        const size_t example = s->sequence[s->cursor + first + lane];
        load_lane(s, c, lane, example, &stream, s->epoch * s->task.train + example, s->observed);
    }
    memset(c->gradient, 0, ons_monotone_count(s->machine) * sizeof(double));
    c->loss = (ons_completion_loss){0};
    const ons_completion examples = completion_of(s, c, lanes);
    return ons_monotone_complete(s->machine, c->work, &s->how, &examples, c->z, &c->loss, c->gradient);
}

static ons_status update(monotone_state *s, unsigned threads) {
    const size_t left = s->task.train - s->cursor, count = left < s->batch ? left : s->batch;
    const size_t chunks = (count + LANES - 1) / LANES, values = ons_monotone_count(s->machine);
    learning l = {s, count};
    ons_status status = ons_parallel(threads, chunks, learn_chunk, &l);
    if (status) { return status; }
    memset(s->gradient, 0, values * sizeof(double));
    for (size_t k = 0; k < chunks; k++) {
        const ons_completion_loss *loss = &s->chunks[k].loss;
        for (size_t v = 0; v < values; v++) { s->gradient[v] += s->chunks[k].gradient[v] / (double)count; }
        s->sums[0] += (1 - s->share) * loss->reconstruction + s->share * loss->classification;
        s->sums[1] += (double)loss->wrong;
    }
    status = ons_optimiser_step(s->optimiser, ons_monotone_values(s->machine), s->gradient);
    if (!status) { status = ons_monotone_refresh(s->machine); }
    s->cursor += count;
    return status;
}

static ons_status advance(void *memory, ons_context *context) {
    monotone_state *s = memory;
    digit_task_order(&s->task, s->order, s->epoch, s->sequence);
    while (s->cursor < s->task.train) {
        if (ons_poll(context, (double)s->cursor, (double)s->task.train)) { return ONS_STOPPED; }
        const ons_status status = update(s, ons_threads(context));
        if (status) { return status; }
    }
    for (size_t k = 0; k < 2; k++) {
        s->last[k] = s->sums[k] / (double)s->task.train;
        s->sums[k] = 0;
    }
    s->cursor = 0;
    s->epoch++;
    return ONS_OK;
}

/* ---- measuring ------------------------------------------------------------------------------------------------ */

typedef struct testing {
    const monotone_state *s;
    double share;
    size_t begin; /* of a round of chunks */
} testing;

static size_t lanes_from(const monotone_state *s, size_t first) {
    return s->task.held - first < LANES ? s->task.held - first : LANES;
}

static ons_status test_chunk(void *data, size_t index) {
    const testing *t = data;
    const monotone_state *s = t->s;
    chunk *c = &s->chunks[index];
    const size_t first = t->begin + index * LANES, lanes = lanes_from(s, first);
    ons_random stream = s->test;
    for (size_t lane = 0; lane < lanes; lane++) {
        load_lane(s, c, lane, s->task.train + first + lane, &stream, first + lane, t->share);
    }
    c->loss = (ons_completion_loss){0};
    const ons_completion examples = completion_of(s, c, lanes);
    return ons_monotone_complete(s->machine, c->work, &s->how, &examples, c->z, &c->loss, NULL);
}

static ons_status test_share(const monotone_state *s, unsigned threads, double share, ons_completion_loss *all) {
    const size_t chunks = (s->task.held + LANES - 1) / LANES;
    ons_status status = ONS_OK;
    *all = (ons_completion_loss){0};
    for (size_t done = 0; done < chunks && !status; done += s->chunk_count) {
        testing t = {s, share, done * LANES};
        const size_t now = chunks - done < s->chunk_count ? chunks - done : s->chunk_count;
        status = ons_parallel(threads, now, test_chunk, &t);
        for (size_t k = 0; k < now; k++) {
            all->reconstruction += s->chunks[k].loss.reconstruction;
            all->classification += s->chunks[k].loss.classification;
            all->wrong += s->chunks[k].loss.wrong;
            all->hidden += s->chunks[k].loss.hidden;
            all->missed += s->chunks[k].loss.missed;
        }
    }
    return status;
}

/* Marginals at random, clamped where a pixel is seen. */
static void draw_start(const monotone_state *s, const chunk *c, ons_random *random, uint8_t *clamped, double *z) {
    const ons_monotone_shape *shape = ons_monotone_shape_of(s->machine);
    size_t variable = 0, element = 0;
    for (size_t tier = 0; tier < shape->tiers; tier++) {
        const size_t states = shape->tier[tier].states;
        const size_t count = shape->tier[tier].side * shape->tier[tier].side * shape->tier[tier].channels / states;
        for (size_t v = 0; v < count * LANES; v++) {
            const size_t lane = v % LANES, at = (element + v / LANES * states) * LANES + lane;
            double sum = 0;
            for (size_t a = 0; a < states; a++) {
                z[at + a * LANES] = -log(ons_random_uniform(random));
                sum += z[at + a * LANES];
            }
            for (size_t a = 0; a < states; a++) { z[at + a * LANES] /= sum; }
            clamped[variable * LANES + v] = tier == 0 && c->seen[v];
            if (tier > 0 || !c->seen[v]) { continue; }
            for (size_t a = 0; a < states; a++) { z[at + a * LANES] = a == c->pixel[v] ? 1 : 0; }
        }
        variable += count;
        element += count * states;
    }
}

static ons_status spread_of(const monotone_state *s, int64_t starts, double *spread) {
    chunk *c = &s->chunks[0];
    const size_t held = s->task.held < SPREAD_EXAMPLES ? s->task.held : SPREAD_EXAMPLES;
    const size_t size = ons_monotone_elements(s->machine) * LANES;
    const ons_fixed_point how = {s->how.damping, 1e-11, s->how.newton ? 200 : 5000, s->how.memory, s->how.newton};
    double *first = ONS_NEW(double, size);
    uint8_t *clamped = ONS_NEW(uint8_t, ons_monotone_variables(s->machine) * LANES);
    ons_random stream = s->test, random = s->start;
    ons_status status = first && clamped ? ONS_OK : ONS_MEMORY;
    for (size_t lane = 0; lane < held; lane++) {
        load_lane(s, c, lane, s->task.train + lane, &stream, lane, s->observed);
    }
    *spread = 0;
    for (int64_t run = 0; run < starts && !status; run++) {
        draw_start(s, c, &random, clamped, c->z);
        status = ons_monotone_solve(s->machine, c->work, &how, clamped, held, c->z, NULL, NULL);
        if (run == 0) { memcpy(first, c->z, size * sizeof *first); }
        for (size_t k = 0; k < size && !status; k++) {
            if (k % LANES < held) { *spread = fmax(*spread, fabs(c->z[k] - first[k])); }
        }
    }
    free(first);
    free(clamped);
    return status;
}

static ons_status measure(const void *memory, ons_context *context) {
    const monotone_state *s = memory;
    size_t count;
    const double *shares = ons_reals(ons_context_parameters(context), AXIS, &count);
    double *values = ONS_NEW(double, 4 * count);
    if (!values) { return ONS_MEMORY; }
    ons_status status = ONS_OK;
    for (size_t k = 0; k < count && !status; k++) {
        ons_completion_loss all;
        status = test_share(s, ons_threads(context), shares[k], &all);
        const double held = (double)s->task.held;
        values[k] = (double)all.wrong / held;
        values[count + k] = (double)all.missed / (double)(all.hidden ? all.hidden : 1);
        values[2 * count + k] = all.classification / held;
        values[3 * count + k] = all.reconstruction / held;
    }
    double spread = 0;
    if (!status) { status = spread_of(s, ons_integer(ons_context_parameters(context), "starts"), &spread); }
    if (!status) {
        ons_measure(context, TRAIN_LOSS, 0, s->last[0]);
        ons_measure(context, TRAIN_ERROR, 0, s->last[1]);
        for (size_t k = CLASS_ERROR; k < SPREAD; k++) {
            ons_measure_array(context, k, 0, values + (k - CLASS_ERROR) * count);
        }
        ons_measure(context, SPREAD, 0, spread);
        ons_measure(context, RESTRICTED, 0, ons_monotone_restricted(s->machine));
    }
    free(values);
    return status;
}

/* ---- picture -------------------------------------------------------------------------------------------------- */

/* One row of a held-out image: as it is, what is seen, what the machine makes of it, with all that is not seen as the
 * mean grey of its marginal. */
static void paint(const monotone_state *s, const chunk *c, size_t lane, size_t panel, ons_picture *picture) {
    const size_t side = s->task.digits.side, scale = side > 32 ? 1 : 64 / side, tile = (side + 1) * scale;
    for (size_t k = 0; k < side * scale * side * scale; k++) {
        const size_t x = k % (side * scale), y = k / (side * scale), v = y / scale * side + x / scale;
        const bool seen = c->seen[v * LANES + lane];
        double grey = c->pixel[v * LANES + lane];
        if (panel == 2 && !seen) {
            grey = 0;
            for (size_t a = 0; a < s->bins; a++) { grey += (double)a * c->z[(v * s->bins + a) * LANES + lane]; }
        }
        uint8_t *rgb = picture->pixels + 3 * ((panel * tile + y) * picture->width + lane * tile + x);
        const uint8_t bright = (uint8_t)(255 * grey / (double)(s->bins - 1));
        for (size_t channel = 0; channel < 3; channel++) {
            rgb[channel] = panel == 1 && !seen ? (uint8_t[]){60, 90, 150}[channel] : bright;
        }
    }
}

static ons_status picture(const void *memory, unsigned lane, ons_picture *picture) {
    const monotone_state *s = memory;
    const size_t side = s->task.digits.side, scale = side > 32 ? 1 : 64 / side, tile = (side + 1) * scale;
    const size_t shown = s->task.held < SHOWN ? s->task.held : SHOWN;
    (void)lane;
    testing t = {s, s->observed, 0};
    ons_status status = test_chunk(&t, 0);
    if (!status) { status = ons_picture_size(picture, shown * tile, 3 * tile); }
    for (size_t k = 0; k < shown && !status; k++) {
        for (size_t panel = 0; panel < 3; panel++) { paint(s, &s->chunks[0], k, panel, picture); }
    }
    return status;
}

extern const ons_system ons_system_monotone_dbm;
const ons_system ons_system_monotone_dbm = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "monotone-dbm",
    .summary = "monotone deep Boltzmann machines: one mean-field fixed point, learning to complete and classify images",
    .details = MONOTONE_DETAILS,
    .step = "epoch: every example once",
    .parameters = parameters,
    .observables = observables,
    .controls = {.steps = 10, .every = "5", .replicas = 1},
    .state_size = sizeof(monotone_state),
    .check = check,
    .create = create,
    .advance = advance,
    .measure = measure,
    .persist = persist,
    .picture = picture,
    .destroy = destroy,
};

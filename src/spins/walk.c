/*
 * Random walks in energy: learning the weights, sampling with fixed ones.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "walk.h"
#include "words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define HALF ((uint64_t)1 << 63)
#define ENOUGH 20 /* visits of every bin before ln f is halved */

/* ---- a move ------------------------------------------------------------------------------------------------- */

typedef struct move {
    uint32_t site;
    int8_t value;   /* proposed */
    int32_t change; /* of the bin */
} move;

/* z > 0: the constant coordination; weighted: bonds have weights. */
INLINE move propose_ising(const ons_walk_model *model, const int8_t *spins, uint32_t site, uint32_t z, bool weighted) {
    const ons_graph *graph = model->graph;
    uint32_t count = z;
    const uint64_t row = z ? (uint64_t)site * z : spins_row(graph, site, &count);
    int sum = 0;
    for (uint32_t k = 0; k < count; k++) {
        const int spin = spins[graph->neighbour[row + k]];
        sum += weighted ? model->weight[row + k] * spin : spin;
    }
    const int change = 2 * model->coupling * spins[site] * sum;
    return (move){site, (int8_t)-spins[site], model->range.step == 4 ? change / 4 : change / 2};
}

/* draw: uniform below the number of other values of the spin. */
INLINE move propose_other(const ons_walk_model *model, const int8_t *spins, uint32_t site, uint32_t draw) {
    const ons_graph *graph = model->graph;
    const int spin = spins[site];
    int value = spins_walk_first(model) + (int)draw;
    value += value >= spin;
    uint32_t count;
    const uint64_t row = spins_row(graph, site, &count);
    const bool potts = model->options.kind == ONS_WALK_POTTS;
    int sum = 0;
    for (uint32_t k = 0; k < count; k++) {
        const int other = spins[graph->neighbour[row + k]], weight = model->weight ? model->weight[row + k] : 1;
        sum += weight * (potts ? (other == value) - (other == spin) : other * (value - spin));
    }
    const int crystal = potts ? 0 : model->crystal * (value * value - spin * spin);
    return (move){site, (int8_t)value, crystal - model->coupling * sum};
}

/* ---- learning ----------------------------------------------------------------------------------------------- */

static move propose(const ons_walk_model *model, const int8_t *spins, ons_random *random) {
    const uint32_t site = ons_random_below(random, model->graph->sites);
    if (model->options.kind != ONS_WALK_ISING) {
        return propose_other(model, spins, site, ons_random_below(random, spins_walk_values(model) - 1));
    }
    return propose_ising(model, spins, site, 0, model->weight != NULL);
}

/* A bin that was not known: beyond it there may be more, so that the schedule begins anew. */
static void discover(ons_walk *walk, int64_t bin) {
    walk->log_g[bin] = walk->log_g[walk->bin[0]];
    walk->visited[bin] = 1;
    walk->factor = 1;
    walk->learned = 0;
    memset(walk->recent, 0, walk->model->range.window);
}

static void learn_move(ons_walk *walk) {
    const ons_walk_model *model = walk->model;
    const move m = propose(model, walk->spins, &walk->random);
    const uint32_t word = ons_random_32(&walk->random);
    const int64_t next = walk->bin[0] + m.change;
    if (next >= 0 && next < (int64_t)model->range.window) {
        bool accepted = true;
        if (walk->visited[next]) {
            const double x = walk->log_g[next] - walk->log_g[walk->bin[0]];
            accepted = spins_ladder_flip(model->ladder, &walk->random, word, x);
        } else {
            discover(walk, next);
        }
        if (accepted) {
            walk->spins[m.site] = m.value;
            walk->bin[0] = next;
        }
    }
    walk->log_g[walk->bin[0]] += walk->factor;
    if (walk->recent[walk->bin[0]] < ENOUGH) { walk->recent[walk->bin[0]]++; }
}

/* The schedule of Belardinelli and Pereyra, looked at once in as many moves as there are bins. */
static void adapt_factor(ons_walk *walk) {
    const size_t window = walk->model->range.window;
    const double inverse_time = (double)window / (double)walk->learned;
    if (walk->factor <= inverse_time) {
        walk->factor = inverse_time;
        return;
    }
    for (size_t b = 0; b < window; b++) {
        if (walk->visited[b] && walk->recent[b] < ENOUGH) { return; }
    }
    memset(walk->recent, 0, window);
    walk->factor = fmax(0.5 * walk->factor, inverse_time);
}

/* Bins never met take the weight of the nearest one that was. */
static void fix_weights(ons_walk *walk) {
    const size_t window = walk->model->range.window;
    double last = NAN;
    int64_t first = -1;
    for (size_t b = 0; b < window; b++) {
        if (walk->visited[b]) {
            last = walk->log_g[b];
            first = first < 0 ? (int64_t)b : first;
            walk->ends[1] = (int64_t)b;
        }
        walk->log_g[b] = last;
    }
    walk->ends[0] = first;
    for (int64_t b = 0; b < first; b++) { walk->log_g[b] = walk->log_g[first]; }
    const double reference = walk->log_g[first];
    for (size_t b = 0; b < window; b++) { walk->log_g[b] -= reference; }
    walk->fixed = 1;
    const size_t sites = walk->model->graph->sites;
    for (size_t walker = 1; walker < ONS_WALKERS; walker++) {
        memcpy(walk->spins + walker * sites, walk->spins, sites);
        walk->bin[walker] = walk->bin[0];
    }
    spins_walk_tabulate(walk);
}

ons_status ons_walk_learn(ons_walk *walk, uint64_t moves) {
    const size_t window = walk->model->range.window;
    for (uint64_t k = 0; k < moves && !walk->fixed; k++) {
        learn_move(walk);
        if (++walk->learned % window) { continue; }
        adapt_factor(walk);
        if (walk->factor <= walk->model->options.factor) { fix_weights(walk); }
    }
    return walk->fixed ? ONS_DONE : ONS_OK;
}

/* ---- sampling ----------------------------------------------------------------------------------------------- */

void spins_walk_tabulate(ons_walk *walk) {
    const ons_walk_range *range = &walk->model->range;
    for (size_t b = 0; b < range->window; b++) {
        for (size_t k = 0; k < range->moves; k++) {
            const int64_t next = (int64_t)(b + k) - range->reach;
            uint64_t threshold = 0;
            if (next == (int64_t)b) {
                threshold = HALF;
            } else if (next >= 0 && next < (int64_t)range->window) {
                const double x = walk->log_g[next] - walk->log_g[b];
                threshold = ons_threshold(x <= 0 ? 1 : ons_exp(-x));
            }
            walk->threshold[b * range->moves + k] = threshold;
        }
    }
}

static void count_trip(ons_walk *walk, size_t walker, int64_t bin) {
    if (bin == walk->ends[0]) {
        walk->round_trips += walk->label[walker] == -1;
        walk->label[walker] = 1;
    } else if (walk->label[walker] == 1) {
        walk->label[walker] = -1;
    }
}

/* What the moves of a call need, out of reach of the stores to spins. */
typedef struct frame {
    ons_walk_model model;
    ons_graph graph;
    uint64_t *proposals;
    const uint64_t *threshold;
    int64_t ends[2], bin[ONS_WALKERS];
    int8_t *spins;
} frame;

/* One move of a walker: a word for the site (and the value), one for the acceptance. */
INLINE void step(frame *f, ons_walk *walk, size_t walker, const uint32_t *words, bool ising, uint32_t z,
                 bool weighted) {
    const uint32_t sites = f->graph.sites;
    int8_t *spins = f->spins + walker * sites;
    const int64_t bin = f->bin[walker];
    move m;
    if (ising) {
        const uint32_t site = spins_word_below(&walk->random, words[0], sites);
        m = propose_ising(&f->model, spins, site, z, weighted);
    } else {
        const uint32_t others = spins_walk_values(&f->model) - 1;
        const uint32_t both = spins_word_below(&walk->random, words[0], sites * others);
        m = propose_other(&f->model, spins, both / others, both % others);
    }
    const size_t cell = (size_t)bin * f->model.range.moves + (size_t)(m.change + (int64_t)f->model.range.reach);
    f->proposals[cell]++;
    const int accepted = spins_word_decides(&walk->random, words[1], f->threshold[cell]);
    const int spin = spins[m.site];
    spins[m.site] = (int8_t)(spin + accepted * (m.value - spin));
    const int64_t next = bin + accepted * (int64_t)m.change;
    f->bin[walker] = next;
    if (__builtin_expect(next == f->ends[0] || next == f->ends[1], 0)) { count_trip(walk, walker, next); }
}

INLINE void sample(ons_walk *walk, uint64_t moves, bool ising, uint32_t z, bool weighted) {
    enum { ROUNDS = 16, PAIR = 2 };
    uint32_t words[ROUNDS * ONS_WALKERS * PAIR];
    frame f = {.model = *walk->model,
               .graph = *walk->model->graph,
               .proposals = walk->proposals,
               .threshold = walk->threshold,
               .ends = {walk->ends[0], walk->ends[1]},
               .spins = walk->spins};
    f.model.graph = &f.graph;
    memcpy(f.bin, walk->bin, sizeof f.bin);
    for (uint64_t rounds = (moves + ONS_WALKERS - 1) / ONS_WALKERS; rounds > 0;) {
        const size_t count = rounds < ROUNDS ? (size_t)rounds : ROUNDS;
        ons_random_fill(&walk->random, words, count * ONS_WALKERS * PAIR);
        for (size_t k = 0; k < count; k++) {
            for (size_t walker = 0; walker < ONS_WALKERS; walker++) {
                step(&f, walk, walker, words + PAIR * (k * ONS_WALKERS + walker), ising, z, weighted);
            }
        }
        rounds -= count;
    }
    memcpy(walk->bin, f.bin, sizeof f.bin);
}

void ons_walk_sample(ons_walk *walk, uint64_t moves) {
    const ons_walk_model *model = walk->model;
    const uint32_t z = model->graph->coordination;
    if (model->options.kind != ONS_WALK_ISING) {
        sample(walk, moves, false, 0, false);
    } else if (model->weight) {
        sample(walk, moves, true, 0, true);
    } else if (z == 4) {
        sample(walk, moves, true, 4, false);
    } else if (z == 6) {
        sample(walk, moves, true, 6, false);
    } else {
        sample(walk, moves, true, 0, false);
    }
}

/* ---- the state ---------------------------------------------------------------------------------------------- */

double ons_walk_bytes(double sites, size_t window, size_t moves) {
    return ONS_WALKERS * sites + (double)window * (10 + 16 * (double)moves) + sizeof(ons_walk);
}

enum { SEARCH = 100000 }; /* moves a site from a random configuration into the limits of a walk */

/* By how many bins a level lies outside. */
static int64_t outside(const ons_walk_range *range, int64_t bin) {
    return bin < 0 ? -bin : bin >= (int64_t)range->window ? bin - (int64_t)range->window + 1 : 0;
}

/* Random moves that do not lead further away. */
static ons_status enter_limits(ons_walk *walk, ons_random *start) {
    const ons_walk_model *model = walk->model;
    const uint64_t moves = SEARCH * (uint64_t)model->graph->sites;
    for (uint64_t k = 0; k < moves && outside(&model->range, walk->bin[0]); k++) {
        const move m = propose(model, walk->spins, start);
        const int64_t next = walk->bin[0] + m.change;
        if (outside(&model->range, next) > outside(&model->range, walk->bin[0])) { continue; }
        walk->spins[m.site] = m.value;
        walk->bin[0] = next;
    }
    if (!outside(&model->range, walk->bin[0])) { return ONS_OK; }
    return ons_fail(ONS_FAILED, "no configuration was found between the energies %.10g and %.10g per site",
                    model->options.energies[0], model->options.energies[1]);
}

static ons_status start_randomly(ons_walk *walk, ons_random *start) {
    const ons_walk_model *model = walk->model;
    const uint32_t values = spins_walk_values(model);
    for (uint32_t i = 0; i < model->graph->sites; i++) {
        const int draw = (int)ons_random_below(start, values);
        walk->spins[i] =
            (int8_t)(model->options.kind == ONS_WALK_ISING ? 2 * draw - 1 : spins_walk_first(model) + draw);
    }
    int64_t level = spins_walk_level(model, walk->spins);
    const int64_t highest = model->range.lowest + model->range.step * ((int64_t)model->range.window - 1);
    if (model->colour && level > highest) { /* the mirror image lies within the window */
        for (uint32_t i = 0; i < model->graph->sites; i++) {
            if (model->colour[i] == 1) { walk->spins[i] = (int8_t)-walk->spins[i]; }
        }
        level = spins_walk_level(model, walk->spins);
    }
    walk->bin[0] = (level - model->range.lowest) / model->range.step;
    return enter_limits(walk, start);
}

ons_status ons_walk_init(ons_walk *walk, const ons_walk_model *model, ons_random random, ons_random *start) {
    const size_t window = model->range.window;
    *walk = (ons_walk){.model = model, .random = random, .factor = 1};
    walk->spins = ONS_NEW(int8_t, ONS_WALKERS * (size_t)model->graph->sites);
    walk->log_g = ONS_NEW(double, window);
    walk->visited = ONS_NEW(uint8_t, window);
    walk->recent = ONS_NEW(uint8_t, window);
    walk->proposals = ONS_NEW(uint64_t, window * model->range.moves);
    walk->threshold = ONS_NEW(uint64_t, window * model->range.moves);
    if (!walk->spins || !walk->log_g || !walk->visited || !walk->recent || !walk->proposals || !walk->threshold) {
        ons_walk_free(walk);
        return ONS_MEMORY;
    }
    const ons_status status = start_randomly(walk, start);
    if (status) {
        ons_walk_free(walk);
        return status;
    }
    walk->visited[walk->bin[0]] = 1;
    return ONS_OK;
}

void ons_walk_free(ons_walk *walk) {
    free(walk->spins);
    free(walk->log_g);
    free(walk->visited);
    free(walk->recent);
    free(walk->proposals);
    free(walk->threshold);
    *walk = (ons_walk){0};
}

static bool walker_is_possible(const ons_walk *walk, size_t walker) {
    const ons_walk_model *model = walk->model;
    const ons_walk_range *range = &model->range;
    const int8_t *spins = walk->spins + walker * model->graph->sites;
    const int first = spins_walk_first(model);
    const bool ising = model->options.kind == ONS_WALK_ISING;
    const int last = ising ? 1 : first + (int)spins_walk_values(model) - 1;
    for (uint32_t i = 0; i < model->graph->sites; i++) {
        if (spins[i] < first || spins[i] > last || (ising && spins[i] == 0)) { return false; }
    }
    const int64_t bin = walk->bin[walker];
    return bin >= 0 && bin < (int64_t)range->window &&
           spins_walk_level(model, spins) == range->lowest + range->step * bin;
}

ons_status ons_walk_refresh(ons_walk *walk) {
    const ons_walk_range *range = &walk->model->range;
    bool possible = walk->fixed <= 1 && walk->factor > 0 && walk->factor <= 1;
    for (size_t k = 0; possible && k < (walk->fixed ? ONS_WALKERS : 1); k++) { possible = walker_is_possible(walk, k); }
    for (size_t b = 0; b < range->window; b++) { possible = possible && isfinite(walk->log_g[b]); }
    for (int i = 0; i < 2; i++) { possible = possible && walk->ends[i] >= 0 && walk->ends[i] < (int64_t)range->window; }
    if (!possible) { return ons_fail(ONS_INVALID, "the stored walk has spins, energies or weights that cannot be"); }
    if (walk->fixed) { spins_walk_tabulate(walk); }
    return ONS_OK;
}

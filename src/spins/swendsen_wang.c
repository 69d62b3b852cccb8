/*
 * Multi-cluster dynamics (Swendsen and Wang, Phys. Rev. Lett. 58, 86 (1987)) by union-find.
 *
 * A cluster takes the random bit of its smallest site, which is its root whatever the order of the unions, and every
 * decision has a random word of its own: threads share a lattice in slabs (slabs.h) without a trace in the result.
 *
 * On a lattice with one coupling 64 bonds are decided at once. In the direction in which neighbours lie side by side
 * the active bonds make runs, found by their bits; the forest knows only the first site of each. Of the other bonds
 * those that join the same two runs once more are left out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "forest.h"
#include "slabs.h"

enum {
    BLOCK = 512,
    WORTH_A_TEAM = 16 /* groups of slabs; the joints of one take some 10 microseconds */
};

/* The words of a step: of bonds, of the ghost's bonds, bits of the clusters, and second words of all decisions for ties
 * with the upper half of a threshold. */
typedef struct sweep {
    ons_ising *ising;
    const struct spins_slabs *slabs;
    struct spins_joints *joints;
    uint64_t base, ghosts, bits, seconds, words;
    size_t width; /* of a group of slabs that are joined */
} sweep;

static uint64_t in_batches(uint64_t words) {
    return (words + ONS_RANDOM_BATCH - 1) / ONS_RANDOM_BATCH * ONS_RANDOM_BATCH;
}

static sweep sweep_of(ons_ising *ising) {
    const ons_ising_model *model = ising->model;
    const ons_graph *graph = model->graph;
    const spins_links *links = model->slabs->links;
    sweep s = {.ising = ising, .slabs = model->slabs, .joints = ising->joints};
    s.base = in_batches(ising->random.position);
    s.ghosts = links ? (uint64_t)links->directions * links->blocks * 64 : in_batches(graph->bonds);
    s.bits = s.ghosts + (spins_has_fields(model) ? in_batches(graph->sites) : 0);
    s.seconds = s.bits + in_batches(graph->sites / 32 + 1);
    s.words = s.seconds + s.bits;
    return s;
}

static void take_words(const sweep *s, ons_random *random, uint64_t first, uint32_t count, uint32_t *words) {
    ons_random_seek(random, s->base + first);
    ons_random_fill(random, words, count);
}

static bool second_below(const sweep *s, uint64_t number, uint64_t threshold) {
    ons_random random = s->ising->random;
    ons_random_seek(&random, s->base + s->seconds + number);
    return ons_random_32(&random) < (uint32_t)threshold;
}

SPINS_INLINE bool below(const sweep *s, uint64_t number, uint32_t word, uint64_t threshold) {
    const uint32_t high = (uint32_t)(threshold >> 32);
    return word < high || (__builtin_expect(word == high, 0) && second_below(s, number, threshold));
}

static uint32_t slab_end(const sweep *s, size_t slab) {
    const uint64_t end = ((uint64_t)slab + 1) * s->slabs->sites;
    return end < s->ising->model->graph->sites ? (uint32_t)end : s->ising->model->graph->sites;
}

SPINS_INLINE void leave(const sweep *s, size_t slab, uint32_t a, uint32_t b) {
    uint32_t *ends = s->joints->ends[slab * s->slabs->joints + s->joints->found[slab]++];
    ends[0] = a;
    ends[1] = b;
}

static void draw_bits(const sweep *s, ons_random *random, uint32_t begin, uint32_t end) {
    take_words(s, random, s->bits + begin / 32, (end - begin + 31) / 32, s->ising->bits + begin / 32);
}

/* ---- bonds of a list ------------------------------------------------------------------------------------------ */

/* Active satisfied bonds of a block: first the decisions, which branch little. Their places are stored. */
SPINS_INLINE uint32_t decide_bonds(const sweep *s, spins_form form, uint64_t begin, uint32_t count,
                                   const uint32_t *words, uint32_t *active) {
    const ons_ising_model *model = s->ising->model;
    const ons_graph *graph = model->graph;
    const int8_t *spins = s->ising->spins;
    const int sign = model->unit < 0 ? -1 : model->unit > 0;
    uint32_t found = 0;
    for (uint32_t k = 0; k < count; k++) {
        const uint64_t b = begin + k;
        int product = spins[graph->source[b]] * spins[graph->target[b]];
        uint64_t threshold = model->activation[1];
        if (form == SPINS_INTEGRAL) {
            const int weight = model->bond_weight[b];
            product *= weight;
            threshold = model->activation[weight < 0 ? -weight : weight];
        }
        if (form == SPINS_GENERAL) {
            product = model->bond_coupling[b] > 0 ? product : -product;
            threshold = model->bond_activation[b];
        } else {
            product *= sign;
        }
        active[found] = k;
        const bool joined = (product > 0) & below(s, b, words[k], threshold);
        found += joined;
    }
    return found;
}

SPINS_INLINE void join_list(const sweep *s, spins_form form, size_t slab) {
    const ons_graph *graph = s->ising->model->graph;
    const uint32_t begin = (uint32_t)(slab * s->slabs->sites), end = slab_end(s, slab);
    uint32_t *parent = s->ising->work, words[BLOCK], active[BLOCK];
    ons_random random = s->ising->random;
    for (uint32_t i = begin; i < end; i++) { parent[i] = i; }
    for (uint64_t b = s->slabs->first[slab]; b < s->slabs->first[slab + 1];) {
        const uint64_t left = s->slabs->first[slab + 1] - b, room = BLOCK - b % BLOCK;
        const uint32_t count = (uint32_t)(left < room ? left : room);
        take_words(s, &random, b, count, words);
        const uint32_t found = decide_bonds(s, form, b, count, words, active);
        for (uint32_t k = 0; k < found; k++) {
            const uint32_t i = graph->source[b + active[k]], j = graph->target[b + active[k]];
            if (j - begin < end - begin) {
                spins_forest_join(parent, i, j);
            } else {
                leave(s, slab, i, j);
            }
        }
        b += count;
    }
    draw_bits(s, &random, begin, end);
}

/* ---- links ---------------------------------------------------------------------------------------------------- */

/* Of 64 sites from `first` on, the ones whose spin equals that at the other end of a valid link. */
SPINS_INLINE uint64_t alike(const sweep *s, const spins_decisions *decisions, uint32_t first, unsigned k) {
    const spins_links *links = s->slabs->links;
    const int8_t *spins = s->ising->spins;
    const uint32_t back = links->back[k], sites = s->ising->model->graph->sites;
    const uint64_t valid = links->valid[(size_t)k * links->blocks + first / 64];
    if (first >= back && sites - first >= 64) { return valid & decisions->alike(spins + first, spins + first - back); }
    uint64_t result = 0;
    for (uint64_t left = valid; left; left &= left - 1) {
        const uint32_t n = (uint32_t)__builtin_ctzll(left);
        result |= (uint64_t)(spins[first + n] == spins[first + n - back]) << n;
    }
    return result;
}

/* Random decisions of 64 links. */
static uint64_t chosen(const sweep *s, const spins_decisions *decisions, ons_random *random, uint32_t first,
                       unsigned k) {
    const uint64_t threshold = s->ising->model->activation[1];
    const uint64_t number = ((uint64_t)k * s->slabs->links->blocks * 64) + first;
    uint32_t words[64];
    uint64_t ties;
    take_words(s, random, number, 64, words);
    uint64_t result = decisions->below(words, (uint32_t)(threshold >> 32), &ties);
    for (; __builtin_expect(ties != 0, 0); ties &= ties - 1) {
        const uint32_t n = (uint32_t)__builtin_ctzll(ties);
        result |= (uint64_t)second_below(s, number + n, threshold) << n;
    }
    return result;
}

/* The first site of a run; no run goes beyond its slab. */
SPINS_INLINE uint32_t start_of(const uint64_t *runs, uint32_t site) {
    uint32_t block = site / 64;
    uint64_t starts = ~runs[block] & (~(uint64_t)0 >> (63 - site % 64));
    while (!starts) { starts = ~runs[--block]; }
    return block * 64 + 63 - (uint32_t)__builtin_clzll(starts);
}

/* Links that need no union: an earlier one is active, and both runs from there to here. */
static uint64_t closing(const uint64_t *runs, uint32_t first, uint32_t back, uint64_t active) {
    const uint32_t other = first - back, shift = other % 64;
    uint64_t beyond = runs[other / 64] >> shift;
    if (shift) { beyond |= runs[other / 64 + 1] << (64 - shift); }
    const uint64_t both = runs[first / 64] & beyond;
    uint64_t reached = active, open = both;
    for (unsigned step = 1; step < 64; step *= 2) {
        reached |= open & reached << step;
        open &= open << step;
    }
    return active & both & reached << 1;
}

typedef struct decided {
    uint64_t chosen[SPINS_LINK_DIRECTIONS], active[SPINS_LINK_DIRECTIONS];
} decided;

/* Links that leave the slab, of 64 sites from `first` on. */
static void leave_slab(const sweep *s, size_t slab, uint32_t first, decided *d) {
    const spins_links *links = s->slabs->links;
    const uint32_t inside = first - (uint32_t)(slab * s->slabs->sites);
    for (unsigned k = 0; k < links->directions; k++) {
        const uint32_t back = links->back[k];
        if (inside >= back) { continue; }
        const uint64_t out = back - inside < 64 ? ((uint64_t)1 << (back - inside)) - 1 : ~(uint64_t)0;
        for (uint64_t left = d->active[k] & out; left; left &= left - 1) {
            const uint32_t i = first + (uint32_t)__builtin_ctzll(left);
            leave(s, slab, i, i - back);
        }
        d->active[k] &= ~out;
    }
}

static void leave_odd(const sweep *s, size_t slab, uint32_t first, const decided *d, uint64_t *odd) {
    const spins_links *links = s->slabs->links;
    const int8_t *spins = s->ising->spins;
    const int sign = s->ising->model->unit < 0 ? -1 : 1;
    for (; *odd < s->slabs->first[slab + 1] && links->odd[*odd].site - first < 64; ++*odd) {
        const spins_odd_link *link = &links->odd[*odd];
        const bool satisfied = spins[link->site] * spins[link->other] == sign;
        if (satisfied && d->chosen[link->direction] >> link->site % 64 & 1) { leave(s, slab, link->site, link->other); }
    }
}

static void join_block(const sweep *s, const decided *d, uint32_t first, uint32_t inside) {
    const spins_links *links = s->slabs->links;
    const uint64_t *runs = s->joints->runs;
    for (unsigned k = 0; k < links->directions; k++) {
        if (k == links->run) { continue; }
        const uint32_t back = links->back[k];
        uint64_t left = d->active[k];
        if (inside >= back) { left &= ~closing(runs, first, back, left); }
        for (; left; left &= left - 1) {
            const uint32_t i = first + (uint32_t)__builtin_ctzll(left);
            spins_forest_join(s->ising->work, start_of(runs, i), start_of(runs, i - back));
        }
    }
}

static void join_links(const sweep *s, size_t slab) {
    const ons_ising_model *model = s->ising->model;
    const spins_links *links = s->slabs->links;
    const spins_decisions *decisions = spins_decisions_in_use();
    const uint32_t begin = (uint32_t)(slab * s->slabs->sites), end = slab_end(s, slab);
    const uint64_t opposite = model->unit < 0 ? ~(uint64_t)0 : 0;
    ons_random random = s->ising->random;
    uint64_t odd = s->slabs->first[slab];
    for (uint32_t first = begin; first < end && first >= begin; first += 64) {
        decided d = {0};
        for (unsigned k = 0; k < links->directions; k++) {
            const uint64_t valid = links->valid[(size_t)k * links->blocks + first / 64];
            d.chosen[k] = chosen(s, decisions, &random, first, k);
            d.active[k] = d.chosen[k] & valid & (alike(s, decisions, first, k) ^ opposite);
        }
        leave_slab(s, slab, first, &d);
        leave_odd(s, slab, first, &d, &odd);
        const uint64_t run = links->run < links->directions ? d.active[links->run] : 0;
        s->joints->runs[first / 64] = run;
        for (uint32_t i = first; i < first + 64; i++) { s->ising->work[i] = i; }
        join_block(s, &d, first, first - begin);
    }
    draw_bits(s, &random, begin, end);
}

static void join_slab(void *data, size_t slab) {
    const sweep *s = data;
    s->joints->found[slab] = 0;
    if (s->slabs->links) {
        join_links(s, slab);
    } else if (s->ising->model->form == SPINS_UNIFORM) {
        join_list(s, SPINS_UNIFORM, slab);
    } else if (s->ising->model->form == SPINS_INTEGRAL) {
        join_list(s, SPINS_INTEGRAL, slab);
    } else {
        join_list(s, SPINS_GENERAL, slab);
    }
}

/* The site that stands for a run in the forest. */
SPINS_INLINE uint32_t start(const sweep *s, uint32_t site) {
    return s->slabs->links ? start_of(s->joints->runs, site) : site;
}

/* Joints of a slab whose other end lies in the slabs from..to - 1, or all the others. */
static void join_ends(const sweep *s, size_t slab, size_t from, size_t to, bool others) {
    const uint32_t(*ends)[2] = (const uint32_t(*)[2])(s->joints->ends + slab * s->slabs->joints);
    for (size_t k = 0; k < s->joints->found[slab]; k++) {
        const size_t beyond = (size_t)(ends[k][1] / s->slabs->sites);
        if ((beyond >= from && beyond < to) == others) { continue; }
        spins_forest_join(s->ising->work, start(s, ends[k][0]), start(s, ends[k][1]));
    }
}

/* Groups of `width` slabs become groups of twice as many: slab (2 index + 1) width begins the second of two. */
static void join_groups(void *data, size_t index) {
    const sweep *s = data;
    const size_t slab = (2 * index + 1) * s->width;
    join_ends(s, slab, slab - s->width, slab + s->width, false);
}

static void join_slabs(sweep *s, ons_team *team) {
    const size_t slabs = s->slabs->count;
    for (s->width = 1; s->width < slabs; s->width *= 2) {
        const size_t groups = (slabs + s->width - 1) / s->width / 2;
        ons_team_run(groups < WORTH_A_TEAM ? NULL : team, groups, join_groups, s);
    }
    for (size_t slab = 0; slab < slabs; slab++) { /* round the lattice, mostly */
        const size_t width = slab & (~slab + 1);
        join_ends(s, slab, slab - width, slab + width, true);
    }
}

/* ---- flips ---------------------------------------------------------------------------------------------------- */

/* The root of a site, when the smaller sites of its slab have theirs already. Paths may lead through other slabs, which
 * other threads shorten at the same time: that does not change where they end. */
SPINS_INLINE uint32_t root_of(uint32_t *parent, uint32_t site) {
    uint32_t root = __atomic_load_n(&parent[site], __ATOMIC_RELAXED);
    root = __atomic_load_n(&parent[root], __ATOMIC_RELAXED);
    for (uint32_t above; (above = __atomic_load_n(&parent[root], __ATOMIC_RELAXED)) != root;) { root = above; }
    __atomic_store_n(&parent[site], root, __ATOMIC_RELAXED);
    return root;
}

/* Clusters that join the ghost spin keep their orientation. */
static void hold_ghost_clusters(void *data, size_t slab) {
    const sweep *s = data;
    const ons_ising_model *model = s->ising->model;
    const uint32_t end = slab_end(s, slab);
    ons_random random = s->ising->random;
    uint32_t words[ONS_RANDOM_BATCH];
    for (uint32_t i = (uint32_t)(slab * s->slabs->sites); i < end; i++) {
        if (i % ONS_RANDOM_BATCH == 0) { take_words(s, &random, s->ghosts + i, ONS_RANDOM_BATCH, words); }
        if (!(spins_field_of(model, i) * s->ising->spins[i] > 0)) { continue; }
        if (!below(s, s->ghosts + i, words[i % ONS_RANDOM_BATCH], spins_ghost_of(model, i))) { continue; }
        const uint32_t root = root_of(s->ising->work, start(s, i));
        __atomic_fetch_and(&s->ising->bits[root / 32], ~((uint32_t)1 << root % 32), __ATOMIC_RELAXED);
    }
}

SPINS_INLINE uint32_t bit_of(const sweep *s, uint32_t root) { return s->ising->bits[root / 32] >> root % 32 & 1; }

static int64_t flip_sites(const sweep *s, uint32_t begin, uint32_t end) {
    int8_t *spins = s->ising->spins;
    int64_t magnetization = 0;
    for (uint32_t i = begin; i < end; i++) {
        const int sign = 1 - 2 * (int)bit_of(s, root_of(s->ising->work, i));
        spins[i] = (int8_t)(spins[i] * sign);
        magnetization += spins[i];
    }
    return magnetization;
}

/* Which of 64 sites flip, from the flips of the runs that begin there; *flip: of the run that comes in, and goes on. */
SPINS_INLINE uint64_t flips_of(const sweep *s, uint32_t first, uint32_t count, uint64_t *flip) {
    const uint64_t mask = ~(uint64_t)0 >> (64 - count);
    uint64_t changes = *flip, last = *flip;
    for (uint64_t left = ~s->joints->runs[first / 64] & mask; left; left &= left - 1) {
        const uint32_t n = (uint32_t)__builtin_ctzll(left);
        const uint64_t bit = bit_of(s, root_of(s->ising->work, first + n));
        changes ^= (bit ^ last) << n;
        last = bit;
    }
    for (unsigned step = 1; step < 64; step *= 2) { changes ^= changes << step; }
    *flip = last;
    return changes & mask;
}

static int64_t flip_runs(const sweep *s, uint32_t begin, uint32_t end) {
    const spins_decisions *decisions = spins_decisions_in_use();
    int8_t *spins = s->ising->spins;
    int64_t down = 0;
    uint64_t flip = 0;
    for (uint32_t first = begin; first < end && first >= begin; first += 64) {
        const uint32_t count = end - first < 64 ? end - first : 64;
        const uint64_t flips = flips_of(s, first, count, &flip);
        if (count == 64) {
            down += __builtin_popcountll(decisions->flip(spins + first, flips));
            continue;
        }
        for (uint32_t n = 0; n < count; n++) {
            spins[first + n] = (int8_t)(flips >> n & 1 ? -spins[first + n] : spins[first + n]);
            down += spins[first + n] < 0;
        }
    }
    return (int64_t)(end - begin) - 2 * down;
}

static void flip_slab(void *data, size_t slab) {
    const sweep *s = data;
    const uint32_t begin = (uint32_t)(slab * s->slabs->sites), end = slab_end(s, slab);
    s->joints->sums[slab][0] = s->slabs->links ? flip_runs(s, begin, end) : flip_sites(s, begin, end);
}

/* ---- the sum over bonds --------------------------------------------------------------------------------------- */

static int64_t sum_list(const sweep *s, size_t slab) {
    const ons_ising_model *model = s->ising->model;
    const ons_graph *graph = model->graph;
    const int8_t *spins = s->ising->spins;
    int64_t sum = 0;
    for (uint64_t b = s->slabs->first[slab]; model->form != SPINS_GENERAL && b < s->slabs->first[slab + 1]; b++) {
        const int product = spins[graph->source[b]] * spins[graph->target[b]];
        sum += model->form == SPINS_INTEGRAL ? product * model->bond_weight[b] : product;
    }
    return sum;
}

/* Twice the equal pairs less all pairs. */
static int64_t sum_links(const sweep *s, size_t slab) {
    const spins_links *links = s->slabs->links;
    const spins_decisions *decisions = spins_decisions_in_use();
    const uint32_t begin = (uint32_t)(slab * s->slabs->sites), end = slab_end(s, slab);
    int64_t equal = 0, all = 0;
    for (uint32_t first = begin; first < end && first >= begin; first += 64) {
        for (unsigned k = 0; k < links->directions; k++) {
            equal += __builtin_popcountll(alike(s, decisions, first, k));
            all += __builtin_popcountll(links->valid[(size_t)k * links->blocks + first / 64]);
        }
    }
    int64_t sum = 2 * equal - all;
    for (uint64_t o = s->slabs->first[slab]; o < s->slabs->first[slab + 1]; o++) {
        sum += s->ising->spins[links->odd[o].site] * s->ising->spins[links->odd[o].other];
    }
    return sum;
}

static void sum_slab(void *data, size_t slab) {
    const sweep *s = data;
    s->joints->sums[slab][1] = s->slabs->links ? sum_links(s, slab) : sum_list(s, slab);
}

static void step(ons_ising *ising) {
    sweep s = sweep_of(ising);
    const size_t slabs = s.slabs->count;
    ons_team_run(ising->team, slabs, join_slab, &s);
    join_slabs(&s, ising->team);
    if (spins_has_fields(ising->model)) { ons_team_run(ising->team, slabs, hold_ghost_clusters, &s); }
    ons_team_run(ising->team, slabs, flip_slab, &s);
    ons_team_run(ising->team, slabs, sum_slab, &s);
    ising->magnetization = ising->bond_sum = 0;
    for (size_t slab = 0; slab < slabs; slab++) {
        ising->magnetization += s.joints->sums[slab][0];
        ising->bond_sum += s.joints->sums[slab][1];
    }
    ons_random_seek(&ising->random, s.base + s.words);
}

spins_step spins_swendsen_wang_step(const ons_ising_model *model) {
    (void)model;
    return step;
}

/*
 * One big Ising lattice with one bit a spin (bits.h): the cut into boxes, and sweeps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bits.h"
#include "bits_state.h"
#include "ising.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 128 /* blocks, at least, that a thread takes at once: some 4 microseconds */
};

const spins_bits_kernel *spins_bits_kernel_in_use(void) {
    static const spins_bits_kernel *const kernels[SPINS_ISAS] = {
#if defined(__x86_64__)
        [SPINS_V4] = &spins_bits_kernel_v4,
        [SPINS_V3] = &spins_bits_kernel_v3,
#endif
        [SPINS_PLAIN] = &spins_bits_kernel_plain
    };
    return kernels[spins_isa_in_use()];
}

/* ---- what can be treated -------------------------------------------------------------------------------------- */

/* One site a cell, and a bond to the next cell along each direction. */
static bool is_hypercubic(const ons_lattice *lattice) {
    unsigned directions = 0;
    if (lattice->sites != 1 || lattice->bonds != lattice->dimension) { return false; }
    for (size_t b = 0; b < lattice->bonds; b++) {
        int steps = 0;
        for (unsigned d = 0; d < lattice->dimension; d++) {
            steps += abs(lattice->bond[b].cell[d]);
            if (lattice->bond[b].cell[d]) { directions |= 1U << d; }
        }
        if (steps != 1 || lattice->couplings[lattice->bond[b].type] != lattice->couplings[lattice->bond[0].type]) {
            return false;
        }
    }
    return directions == (1U << lattice->dimension) - 1;
}

ons_status spins_bits_check(const ons_lattice *lattice, const int64_t *lengths, ons_boundary boundary,
                            const ons_ising_options *options) {
    if (options->update != ONS_METROPOLIS) {
        return ons_fail(ONS_INVALID, "the checkerboard order exists for Metropolis updates only");
    }
    if (!lattice || !is_hypercubic(lattice) || 2 * lattice->dimension > SPINS_BITS_NEIGHBOURS) {
        return ons_fail(ONS_INVALID,
                        "the checkerboard order exists for the chain, the square, the cubic and the "
                        "hypercubic lattice up to dimension 4, with equal couplings, not for this lattice");
    }
    if (boundary != ONS_PERIODIC) {
        return ons_fail(ONS_INVALID, "the checkerboard order needs periodic boundaries, not open ones");
    }
    for (unsigned d = 0; d < lattice->dimension; d++) {
        if (lengths[d] % 2) {
            return ons_fail(
                ONS_INVALID,
                "the checkerboard order needs even lengths in all directions: L = %lld is odd, and its rings "
                "have no two sublattices",
                (long long)lengths[d]);
        }
    }
    if (options->couplings || options->field != 0 || options->fields || options->occupied) {
        return ons_fail(ONS_INVALID, "the checkerboard order needs %s",
                        options->couplings  ? "one coupling for all bonds, not disorder"
                        : options->occupied ? "a spin on every site, not dilution"
                                            : "field = 0");
    }
    const double coupling = options->coupling * lattice->couplings[lattice->bond[0].type];
    if (!(2 * fabs(coupling) / options->temperature > 0)) {
        return ons_fail(ONS_INVALID, "the checkerboard order needs a coupling that is not 0");
    }
    return ONS_OK;
}

/* ---- the cut -------------------------------------------------------------------------------------------------- */

typedef struct cut {
    unsigned dimension;
    const int64_t *lengths;
    int64_t grid[ONS_DIMENSIONS], best[ONS_DIMENSIONS];
    double score, surface;
} cut;

/* More boxes are better, then rows that make full groups, then boxes with little surface and long rows. */
static void judge_cut(cut *c) {
    double boxes = 1, surface = 0;
    for (unsigned d = 0; d < c->dimension; d++) {
        boxes *= (double)c->grid[d];
        surface += (double)c->grid[d] / (double)c->lengths[d];
    }
    const int64_t boxes_of_row = c->grid[c->dimension - 1];
    assert(boxes_of_row > 0);
    const int64_t row = c->lengths[c->dimension - 1] / boxes_of_row;
    const double width = (double)row / 2;
    const double groups = ceil(width / SPINS_BITS_GROUP);
    const double score = boxes * width / (10 * width + SPINS_BITS_GROUP * groups);
    if (score > c->score || (score == c->score && surface < c->surface)) {
        memcpy(c->best, c->grid, sizeof c->best);
        c->score = score;
        c->surface = surface;
    }
}

static void try_cuts(cut *c, unsigned d, int64_t boxes) {
    if (d == c->dimension) {
        judge_cut(c);
        return;
    }
    for (int64_t grid = SPINS_PLANE_BITS / boxes; grid >= 1; grid--) {
        if (c->lengths[d] / 2 % grid) { continue; }
        c->grid[d] = grid;
        try_cuts(c, d + 1, boxes * grid);
    }
}

double spins_bits_used(const ons_lattice *lattice, const int64_t *lengths) {
    cut c = {.dimension = lattice->dimension, .lengths = lengths, .score = -1};
    try_cuts(&c, 0, 1);
    double boxes = 1;
    for (unsigned d = 0; d < c.dimension; d++) { boxes *= (double)c.best[d]; }
    return boxes / SPINS_PLANE_BITS;
}

/* ---- creation ------------------------------------------------------------------------------------------------- */

static unsigned box_along(const spins_bits *bits, unsigned bit, unsigned d) {
    return bit / bits->stride[d] % (unsigned)bits->grid[d];
}

static void make_turns(spins_bits *bits) {
    for (unsigned d = 0; d < bits->dimension; d++) {
        const unsigned boxes = (unsigned)bits->grid[d], stride = bits->stride[d];
        for (int up = 0; up < 2; up++) {
            spins_bits_turn *turn = &bits->turn[d][up];
            *turn = (spins_bits_turn){.near = stride, .far = stride * (boxes - 1), .up = up};
            for (unsigned b = 0; b < bits->boxes; b++) {
                const unsigned at = box_along(bits, b, d);
                const bool wraps = up ? at == 0 : at == boxes - 1;
                (wraps ? &turn->wrap : &turn->stay)->word[b / 64] |= UINT64_C(1) << b % 64;
            }
        }
    }
}

static void make_thresholds(spins_bits *bits, double coupling, double temperature) {
    spins_bits_rule *rule = &bits->rule;
    for (unsigned k = 0; k < rule->bonds / 2; k++) {
        const unsigned satisfied = rule->bonds / 2 + 1 + k;
        const double x = 2 * fabs(coupling) * (2.0 * satisfied - rule->bonds) / temperature;
        const uint64_t threshold = spins_flip_threshold(x);
        for (unsigned depth = 0; depth < SPINS_BITS_DEPTH; depth++) {
            rule->bit[depth][k] = threshold >> (SPINS_BITS_DEPTH - 1 - depth) & 1 ? ~UINT64_C(0) : 0;
        }
    }
}

static void make_rule(spins_bits *bits, double coupling, double temperature, const ons_random *random) {
    spins_bits_rule *rule = &bits->rule;
    rule->planes = spins_planes_of(random);
    rule->bonds = 2 * bits->dimension;
    rule->parts = bits->boxes;
    rule->opposite = coupling < 0 ? ~UINT64_C(0) : 0;
    for (unsigned b = 0; b < bits->boxes; b++) { rule->live.word[b / 64] |= UINT64_C(1) << b % 64; }
    make_thresholds(bits, coupling, temperature);
}

void spins_bits_set_temperature(spins_bits *bits, double coupling, double temperature) {
    make_thresholds(bits, coupling, temperature);
}

static void cut_lattice(spins_bits *bits, const ons_graph *graph) {
    const unsigned last = graph->lattice->dimension - 1;
    cut c = {.dimension = last + 1, .lengths = graph->lengths, .score = -1};
    try_cuts(&c, 0, 1);
    bits->dimension = last + 1;
    bits->boxes = 1;
    for (unsigned d = last + 1; d-- > 0;) {
        bits->length[d] = graph->lengths[d];
        bits->grid[d] = c.best[d];
        bits->box[d] = graph->lengths[d] / c.best[d];
        bits->stride[d] = bits->boxes;
        bits->boxes *= (unsigned)c.best[d];
    }
    bits->rows = 1;
    for (unsigned d = last; d-- > 0;) {
        bits->row_stride[d] = bits->rows;
        bits->rows *= (size_t)bits->box[d];
    }
    bits->width = (size_t)bits->box[last] / 2;
    bits->pitch = bits->width + 2;
    bits->chunk_rows = (CHUNK + bits->width - 1) / bits->width;
    bits->chunks = (bits->rows + bits->chunk_rows - 1) / bits->chunk_rows;
}

void *spins_blocks(size_t count) {
    void *blocks = count <= SIZE_MAX / sizeof(spins_block) ? aligned_alloc(64, count * sizeof(spins_block)) : NULL;
    if (!blocks) {
        ons_fail(ONS_MEMORY, "there is no memory for %zu blocks of spins", count);
        return NULL;
    }
    return memset(blocks, 0, count * sizeof(spins_block));
}

ons_status spins_bits_create(spins_bits **result, const ons_graph *graph, const ons_ising_options *options,
                             const ons_random *random) {
    *result = NULL;
    spins_bits *bits = spins_blocks(sizeof(spins_bits) / sizeof(spins_block));
    if (!bits) { return ONS_MEMORY; }
    cut_lattice(bits, graph);
    make_turns(bits);
    make_rule(bits, options->coupling * graph->lattice->couplings[graph->lattice->bond[0].type], options->temperature,
              random);
    const size_t blocks = bits->rows * bits->pitch, scratch = bits->chunks * 2 * bits->dimension * bits->width;
    bits->colour[0] = spins_blocks(blocks);
    bits->colour[1] = spins_blocks(blocks);
    bits->scratch = spins_blocks(scratch);
    bits->sums = ONS_NEW(spins_bits_sums, 2 * bits->chunks);
    const bool memory = bits->colour[0] && bits->colour[1] && bits->scratch && bits->sums;
    ons_status status = memory ? ONS_OK : ONS_MEMORY;
    if (!status) { status = spins_bits_create_counters(bits); }
    if (status) {
        spins_bits_free(bits);
        return status;
    }
    *result = bits;
    return ONS_OK;
}

void spins_bits_free(spins_bits *bits) {
    if (!bits) { return; }
    free(bits->colour[0]);
    free(bits->colour[1]);
    free(bits->scratch);
    free(bits->sums);
    spins_bits_free_counters(bits);
    free(bits);
}

/* ---- sweeps --------------------------------------------------------------------------------------------------- */

spins_block *spins_bits_row_of(const spins_bits *bits, int colour, size_t row) {
    return bits->colour[colour] + row * bits->pitch + 1;
}

/* Whether the sites of a row of that colour have even (0) or odd (1) places along it. */
unsigned spins_bits_parity(const spins_bits *bits, int colour, size_t row) {
    size_t sum = (size_t)colour;
    for (unsigned d = 0; d + 1 < bits->dimension; d++) { sum += row / bits->row_stride[d] % (size_t)bits->box[d]; }
    return (unsigned)(sum & 1);
}

void spins_bits_close_row(const spins_bits *bits, const spins_bits_kernel *kernel, int colour, size_t row) {
    spins_block *own = spins_bits_row_of(bits, colour, row);
    const unsigned last = bits->dimension - 1;
    if (spins_bits_parity(bits, colour, row)) { /* asked for by place 0: one before the first */
        kernel->turn(&bits->turn[last][1], own + bits->width - 1, 1, own - 1);
    } else {
        kernel->turn(&bits->turn[last][0], own, 1, own + bits->width);
    }
}

/* The blocks next to a row along direction d; at the face of the boxes turned into `scratch`. */
static const spins_block *row_beside(const spins_bits *bits, const spins_bits_kernel *kernel, int colour, size_t row,
                                     unsigned d, bool up, spins_block *scratch) {
    const size_t stride = bits->row_stride[d], length = (size_t)bits->box[d], at = row / stride % length;
    const bool face = up ? at == length - 1 : at == 0;
    if (!face) { return spins_bits_row_of(bits, colour, up ? row + stride : row - stride); }
    const spins_block *other = spins_bits_row_of(bits, colour, up ? row - at * stride : row + (length - 1) * stride);
    if (bits->grid[d] == 1) { return other; }
    kernel->turn(&bits->turn[d][!up], other, bits->width, scratch);
    return scratch;
}

void spins_bits_neighbours(const spins_bits *bits, const spins_bits_kernel *kernel, int colour, size_t row,
                           spins_block *scratch, const spins_block **neighbour) {
    const unsigned last = bits->dimension - 1;
    for (unsigned d = 0; d < last; d++) {
        for (unsigned up = 0; up < 2; up++, scratch += bits->width) {
            neighbour[2 * d + up] = row_beside(bits, kernel, !colour, row, d, up, scratch);
        }
    }
    const spins_block *same = spins_bits_row_of(bits, !colour, row);
    neighbour[2 * last] = same;
    neighbour[2 * last + 1] = spins_bits_parity(bits, colour, row) ? same + 1 : same - 1;
}

typedef struct sweep {
    spins_bits *bits;
    const spins_bits_kernel *kernel;
    uint64_t number;
    int colour;
} sweep;

static void update_chunk(void *data, size_t chunk) {
    const sweep *s = data;
    spins_bits *bits = s->bits;
    const int colour = s->colour;
    const size_t first = chunk * bits->chunk_rows;
    const size_t end = first + bits->chunk_rows < bits->rows ? first + bits->chunk_rows : bits->rows;
    spins_bits_sums sums = {0, 0};
    for (size_t row = first; row < end; row++) {
        spins_bits_row update = {.own = spins_bits_row_of(bits, colour, row),
                                 .blocks = bits->width,
                                 .stream = 2 * s->number + (uint64_t)colour,
                                 .first = row * bits->width};
        spins_bits_neighbours(bits, s->kernel, colour, row, bits->scratch + chunk * 2 * bits->dimension * bits->width,
                              update.neighbour);
        s->kernel->update(&bits->rule, &update, colour == 1, &sums);
        spins_bits_close_row(bits, s->kernel, colour, row);
    }
    bits->sums[(size_t)colour * bits->chunks + chunk] = sums;
}

/* What the sums over chunks say: the second colour has all bonds. */
static void add_chunks(spins_bits *bits, unsigned word_bits) {
    bits->up = bits->satisfied = 0;
    for (size_t i = 0; i < 2 * bits->chunks; i++) {
        bits->up += bits->sums[i].up;
        bits->satisfied += bits->sums[i].satisfied;
    }
    const unsigned computed = (bits->boxes + word_bits - 1) / word_bits * word_bits;
    /* bits that are no sites look alike: their bonds count as satisfied where equal spins satisfy them */
    if (bits->rule.opposite) { return; }
    bits->satisfied -= (uint64_t)(computed - bits->boxes) * bits->rule.bonds * bits->rows * bits->width;
}

void spins_bits_sweep(spins_bits *bits, uint64_t number, ons_team *team) {
    sweep s = {.bits = bits, .kernel = spins_bits_kernel_in_use(), .number = number};
    for (s.colour = 0; s.colour < 2; s.colour++) { ons_team_run(team, bits->chunks, update_chunk, &s); }
    add_chunks(bits, s.kernel->word_bits);
}

void spins_bits_sums_of(const spins_bits *bits, int64_t *magnetization, int64_t *bond_sum) {
    const int64_t sites = 2 * (int64_t)(bits->rows * bits->width) * bits->boxes, bonds = sites * bits->dimension;
    const int64_t satisfied = 2 * (int64_t)bits->satisfied - bonds;
    *magnetization = 2 * (int64_t)bits->up - sites;
    *bond_sum = bits->rule.opposite ? -satisfied : satisfied;
}

/*
 * What is measured on a bit-sliced lattice, and its exchange with one byte a spin.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bits_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- one byte a spin ------------------------------------------------------------------------------------------ */

/* Visits the sites in their order: where the line along the last direction that begins at `site` lies. */
typedef struct line {
    size_t row;
    unsigned bit, parity; /* of box 0 along the line; of its slow coordinates */
} line;

static line line_of(const spins_bits *bits, size_t number) {
    line l = {0};
    for (unsigned d = bits->dimension - 1; d-- > 0;) {
        const size_t x = number % (size_t)bits->length[d], box = (size_t)bits->box[d];
        number /= (size_t)bits->length[d];
        l.row += x % box * bits->row_stride[d];
        l.bit += (unsigned)(x / box) * bits->stride[d];
        l.parity ^= (unsigned)(x % box) & 1;
    }
    return l;
}

static size_t line_count(const spins_bits *bits) {
    size_t count = 1;
    for (unsigned d = 0; d + 1 < bits->dimension; d++) { count *= (size_t)bits->length[d]; }
    return count;
}

void spins_bits_pack(spins_bits *bits, const int8_t *spins) {
    const spins_bits_kernel *kernel = spins_bits_kernel_in_use();
    const size_t box = (size_t)bits->box[bits->dimension - 1], lines = line_count(bits);
    const unsigned boxes = (unsigned)bits->grid[bits->dimension - 1];
    for (int colour = 0; colour < 2; colour++) {
        memset(bits->colour[colour], 0, bits->rows * bits->pitch * sizeof(spins_block));
    }
    bits->up = bits->satisfied = 0;
    for (size_t number = 0; number < lines; number++) {
        const line l = line_of(bits, number);
        spins_block *rows[2] = {spins_bits_row_of(bits, 0, l.row), spins_bits_row_of(bits, 1, l.row)};
        for (unsigned b = l.bit; b < l.bit + boxes; b++) {
            for (size_t x = 0; x < box; x++, spins++) {
                const uint64_t up = *spins > 0;
                rows[(x + l.parity) & 1][x / 2].word[b / 64] |= up << b % 64;
                bits->up += up;
            }
        }
    }
    for (int colour = 0; colour < 2; colour++) {
        for (size_t row = 0; row < bits->rows; row++) { spins_bits_close_row(bits, kernel, colour, row); }
    }
    for (size_t row = 0; row < bits->rows; row++) {
        const spins_block *neighbour[SPINS_BITS_NEIGHBOURS], *own = spins_bits_row_of(bits, 1, row);
        spins_bits_neighbours(bits, kernel, 1, row, bits->scratch, neighbour);
        for (size_t k = 0; k < 2 * (size_t)bits->dimension * bits->width * SPINS_PLANE_WORDS; k++) {
            const size_t at = k % (bits->width * SPINS_PLANE_WORDS), block = at / SPINS_PLANE_WORDS,
                         word = at % SPINS_PLANE_WORDS;
            const uint64_t other = neighbour[k / (bits->width * SPINS_PLANE_WORDS)][block].word[word];
            bits->satisfied += (uint64_t)__builtin_popcountll(~(own[block].word[word] ^ other ^ bits->rule.opposite) &
                                                              bits->rule.live.word[word]);
        }
    }
}

void spins_bits_unpack(const spins_bits *bits, int8_t *spins) {
    const size_t box = (size_t)bits->box[bits->dimension - 1], lines = line_count(bits);
    const unsigned boxes = (unsigned)bits->grid[bits->dimension - 1];
    for (size_t number = 0; number < lines; number++) {
        const line l = line_of(bits, number);
        const spins_block *rows[2] = {spins_bits_row_of(bits, 0, l.row), spins_bits_row_of(bits, 1, l.row)};
        for (unsigned b = l.bit; b < l.bit + boxes; b++) {
            for (size_t x = 0; x < box; x++) {
                *spins++ = rows[(x + l.parity) & 1][x / 2].word[b / 64] >> b % 64 & 1 ? 1 : -1;
            }
        }
    }
}

/* ---- layers --------------------------------------------------------------------------------------------------- */

enum { TILE = 8 }; /* blocks of a row whose places are counted together */

static const spins_block empty_block;

static void restart(spins_bits_counter *counters, size_t count) {
    for (size_t i = 0; i < count; i++) { counters[i].planes = 0; }
}

/* Both colours of a row, summed over its blocks. */
static void count_row(const spins_bits *bits, const spins_bits_kernel *kernel, size_t row,
                      spins_bits_counter *counter) {
    for (int colour = 0; colour < 2; colour++) {
        const spins_block *own = spins_bits_row_of(bits, colour, row);
        for (size_t j = 0; j < bits->width; j += 8) {
            const spins_block *blocks[8];
            for (size_t i = 0; i < 8; i++) { blocks[i] = j + i < bits->width ? own + j + i : &empty_block; }
            kernel->add(blocks, counter);
        }
    }
}

/* The rows at one place along d, which is not the last direction. */
static void count_rows(const spins_bits *bits, const spins_bits_kernel *kernel, unsigned d, size_t place) {
    spins_bits_counter *counter = &bits->counters[d][place];
    restart(counter, 1);
    const size_t stride = bits->row_stride[d], period = stride * (size_t)bits->box[d];
    for (size_t far = place * stride; far < bits->rows; far += period) {
        for (size_t row = far; row < far + stride; row++) { count_row(bits, kernel, row, counter); }
    }
}

/* Places first .. end - 1 of both parities along the rows, over all rows. */
static void count_places(const spins_bits *bits, const spins_bits_kernel *kernel, size_t first, size_t end) {
    spins_bits_counter *counters = bits->counters[bits->dimension - 1];
    restart(counters + 2 * first, 2 * (end - first));
    for (size_t row = 0; row < bits->rows; row += 8) {
        const spins_block *rows[8][2]; /* by the parity of the place */
        for (size_t i = 0; i < 8; i++) {
            for (int colour = 0; colour < 2 && row + i < bits->rows; colour++) {
                rows[i][spins_bits_parity(bits, colour, row + i)] = spins_bits_row_of(bits, colour, row + i);
            }
        }
        for (size_t place = 2 * first; place < 2 * end; place++) {
            const spins_block *blocks[8];
            for (size_t i = 0; i < 8; i++) {
                blocks[i] = row + i < bits->rows ? rows[i][place % 2] + place / 2 : &empty_block;
            }
            kernel->add(blocks, &counters[place]);
        }
    }
}

/* Layer sums along d from the counts of a place. */
static void spread_counts(const spins_bits *bits, const spins_bits_kernel *kernel, unsigned d, size_t place) {
    const size_t box = (size_t)bits->box[d];
    const size_t sites = 2 * bits->rows * bits->width * bits->boxes / (size_t)bits->length[d]; /* of a layer */
    for (size_t at = 0; at < (size_t)bits->grid[d]; at++) {
        const int64_t up = (int64_t)kernel->total(&bits->counters[d][place], bits->mask[d][at].word);
        bits->layers[d][at * box + place] = (int32_t)(2 * up - (int64_t)sites);
    }
}

typedef struct layers {
    const spins_bits *bits;
    const spins_bits_kernel *kernel;
    unsigned wanted;
} layers;

/* A tile of the last direction, or a place of another one. */
static void sum_layer(void *data, size_t index) {
    const layers *task = data;
    const spins_bits *bits = task->bits;
    const unsigned last = bits->dimension - 1;
    const size_t tiles = (bits->width + TILE - 1) / TILE;
    if (index < tiles) {
        if (!(task->wanted >> last & 1)) { return; }
        const size_t first = index * TILE, end = first + TILE < bits->width ? first + TILE : bits->width;
        count_places(bits, task->kernel, first, end);
        for (size_t place = 2 * first; place < 2 * end; place++) { spread_counts(bits, task->kernel, last, place); }
        return;
    }
    index -= tiles;
    unsigned d = 0;
    for (; index >= (size_t)bits->box[d]; d++) { index -= (size_t)bits->box[d]; }
    if (!(task->wanted >> d & 1)) { return; }
    count_rows(bits, task->kernel, d, index);
    spread_counts(bits, task->kernel, d, index);
}

void spins_bits_sum_layers(const spins_bits *bits, unsigned wanted, ons_team *team) {
    layers task = {bits, spins_bits_kernel_in_use(), wanted};
    size_t count = (bits->width + TILE - 1) / TILE;
    for (unsigned d = 0; d + 1 < bits->dimension; d++) { count += (size_t)bits->box[d]; }
    ons_team_run(team, count, sum_layer, &task);
}

const int32_t *spins_bits_layer(const spins_bits *bits, unsigned d) { return bits->layers[d]; }

/* ---- memory of the counters ---------------------------------------------------------------------------------------
 */

static unsigned planes_for(size_t count) {
    unsigned planes = 4; /* what the sum of eight blocks takes */
    while (count >> planes) { planes++; }
    return planes;
}

/* The largest count of a bit at one place along d. */
static size_t largest_count(const spins_bits *bits, unsigned d) {
    return 2 * bits->rows * bits->width / (size_t)bits->box[d];
}

ons_status spins_bits_create_counters(spins_bits *bits) {
    size_t planes = 0;
    for (unsigned d = 0; d < bits->dimension; d++) {
        planes += planes_for(largest_count(bits, d)) * (size_t)bits->box[d];
        bits->counters[d] = ONS_NEW(spins_bits_counter, bits->box[d]);
        bits->layers[d] = ONS_NEW(int32_t, bits->length[d]);
        bits->mask[d] = spins_blocks((size_t)bits->grid[d]);
        if (!bits->counters[d] || !bits->layers[d] || !bits->mask[d]) { return ONS_MEMORY; }
        for (unsigned b = 0; b < bits->boxes; b++) {
            bits->mask[d][b / bits->stride[d] % (unsigned)bits->grid[d]].word[b / 64] |= UINT64_C(1) << b % 64;
        }
    }
    bits->planes = spins_blocks(planes);
    if (!bits->planes) { return ONS_MEMORY; }
    spins_block *next = bits->planes;
    for (unsigned d = 0; d < bits->dimension; d++) {
        for (int64_t place = 0; place < bits->box[d]; place++) {
            spins_bits_counter *counter = &bits->counters[d][place];
            *counter = (spins_bits_counter){.plane = next, .capacity = planes_for(largest_count(bits, d))};
            next += counter->capacity;
        }
    }
    return ONS_OK;
}

void spins_bits_free_counters(spins_bits *bits) {
    for (unsigned d = 0; d < bits->dimension; d++) {
        free(bits->counters[d]);
        free(bits->layers[d]);
        free(bits->mask[d]);
    }
    free(bits->planes);
}

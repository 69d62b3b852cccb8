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

static const spins_block empty_block;

/* Both colours of a row, summed over its blocks. */
static void count_row(const spins_bits *bits, const spins_bits_kernel *kernel, size_t row,
                      spins_bits_counter *counter) {
    counter->planes = 0;
    for (int colour = 0; colour < 2; colour++) {
        const spins_block *own = spins_bits_row_of(bits, colour, row);
        for (size_t j = 0; j < bits->width; j += 8) {
            const spins_block *blocks[8];
            for (size_t i = 0; i < 8; i++) { blocks[i] = j + i < bits->width ? own + j + i : &empty_block; }
            kernel->add(blocks, counter);
        }
    }
}

/* Places along the rows, summed over eight of them. */
static void count_places(const spins_bits *bits, const spins_bits_kernel *kernel, size_t first,
                         spins_bits_counter *places) {
    const spins_block *rows[8][2]; /* by the parity of the place */
    for (size_t i = 0; i < 8; i++) {
        for (int colour = 0; first + i < bits->rows && colour < 2; colour++) {
            rows[i][spins_bits_parity(bits, colour, first + i)] = spins_bits_row_of(bits, colour, first + i);
        }
    }
    for (size_t j = 0; j < bits->width; j++) {
        for (unsigned parity = 0; parity < 2; parity++) {
            const spins_block *blocks[8];
            for (size_t i = 0; i < 8; i++) { blocks[i] = first + i < bits->rows ? rows[i][parity] + j : &empty_block; }
            kernel->add(blocks, &places[2 * j + parity]);
        }
    }
}

/* Layer sums along d from the counts of its places. */
static void spread_counts(const spins_bits *bits, const spins_bits_kernel *kernel, unsigned d) {
    const size_t length = (size_t)bits->length[d], box = (size_t)bits->box[d];
    const size_t sites = 2 * bits->rows * bits->width * bits->boxes / length; /* of a layer */
    for (size_t at = 0; at < (size_t)bits->grid[d]; at++) {
        for (size_t place = 0; place < box; place++) {
            const int64_t up = (int64_t)kernel->total(&bits->counters[d][place], bits->mask[d][at].word);
            bits->layers[d][at * box + place] = (int32_t)(2 * up - (int64_t)sites);
        }
    }
}

void spins_bits_sum_layers(const spins_bits *bits, unsigned wanted) {
    const spins_bits_kernel *kernel = spins_bits_kernel_in_use();
    const unsigned last = bits->dimension - 1;
    spins_bits_counter row = bits->row_counter;
    for (unsigned d = 0; d <= last; d++) {
        for (int64_t place = 0; place < bits->box[d]; place++) { bits->counters[d][place].planes = 0; }
    }
    for (size_t r = 0; r < bits->rows; r++) {
        if (last > 0) { count_row(bits, kernel, r, &row); }
        for (unsigned d = 0; d < last; d++) {
            if (wanted >> d & 1) {
                kernel->merge(&row, &bits->counters[d][r / bits->row_stride[d] % (size_t)bits->box[d]]);
            }
        }
        if (r % 8 == 0 && wanted >> last & 1) { count_places(bits, kernel, r, bits->counters[last]); }
    }
    for (unsigned d = 0; d <= last; d++) {
        if (wanted >> d & 1) { spread_counts(bits, kernel, d); }
    }
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
    size_t planes = planes_for(2 * bits->width);
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
    bits->row_counter = (spins_bits_counter){.plane = next, .capacity = planes_for(2 * bits->width)};
    next += bits->row_counter.capacity;
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

/*
 * Inside the bit-sliced lattice: its state and layout, shared by sweeps and measurements.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_BITS_STATE_H
#define ONSAGER_SPINS_BITS_STATE_H

#include "bits.h"

struct spins_bits {
    unsigned dimension, boxes;                         /* boxes <= 512 */
    int64_t length[ONS_DIMENSIONS];                    /* = grid * box */
    int64_t grid[ONS_DIMENSIONS], box[ONS_DIMENSIONS]; /* boxes per direction; sites per direction of a box, even */
    unsigned stride[ONS_DIMENSIONS];                   /* of the number of a box */
    size_t row_stride[ONS_DIMENSIONS];                 /* of the number of a row, all directions but the last */
    size_t rows, width, pitch;                         /* of a colour; blocks of a row; with those at its ends */
    spins_block *colour[2];                            /* [rows][pitch]; row r begins at r * pitch + 1 */
    spins_bits_turn turn[ONS_DIMENSIONS][2];
    spins_bits_rule rule;
    size_t chunk_rows, chunks;
    spins_block *scratch;                         /* [chunks][2 dimension][width] */
    spins_bits_sums *sums;                        /* [2 chunks] */
    uint64_t up, satisfied;                       /* of all spins; bonds */
    spins_bits_counter *counters[ONS_DIMENSIONS]; /* [box[d]]: of the places along d */
    spins_block *planes;                          /* of all of them */
    spins_block *mask[ONS_DIMENSIONS];            /* [grid[d]]: the boxes at that place along d */
    int32_t *layers[ONS_DIMENSIONS];              /* [length[d]] */
};

/* Zeroed and aligned; NULL with a message. */
void *spins_blocks(size_t count);
ons_status spins_bits_create_counters(spins_bits *bits);
void spins_bits_free_counters(spins_bits *bits);
const spins_bits_kernel *spins_bits_kernel_in_use(void);
spins_block *spins_bits_row_of(const spins_bits *bits, int colour, size_t row);
unsigned spins_bits_parity(const spins_bits *bits, int colour, size_t row);
/* Repeats the ends of a row after it was changed. */
void spins_bits_close_row(const spins_bits *bits, const spins_bits_kernel *kernel, int colour, size_t row);
/* The blocks of the other colour beside those of a row: [2 dimension]. */
void spins_bits_neighbours(const spins_bits *bits, const spins_bits_kernel *kernel, int colour, size_t row,
                           spins_block *scratch, const spins_block **neighbour);

#endif

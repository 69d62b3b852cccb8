/*
 * Inside the spin engine: one big Ising lattice with one bit a spin, updated sublattice by sublattice.
 *
 * Layout. The lattice is cut into a grid of up to 512 equal boxes with even sides. A block of 512 bits holds the site
 * of one place from every box: bit b belongs to box b (row-major in the grid). All sites of a block have one colour,
 * and the neighbours of its sites are again whole blocks at the neighbouring place; only at the faces of a box are the
 * bits turned by one box along that direction. So there are no shifts in the inner loop, whatever the length or
 * dimension. A row holds the blocks of one colour along the last direction of a box; one more block before and after it
 * repeats the other end, turned.
 *
 * The update of a block. q: satisfied bonds of a site, z: its bonds. A flip costs dE = 2 |J| (2q - z): it is made if
 * q < z/2, with 1/2 if q = z/2, and with T_q = exp(-dE/T) otherwise. A random number R is compared with T_q bit by bit,
 * most significant first, one plane for the bits of one depth; a site is undecided as long as all its bits were equal.
 * After HEAD planes few sites are undecided (2^-HEAD). Those of a group of up to GROUP blocks are gathered: the n-th
 * undecided site of a position (in the order of the blocks) goes to gathered word n, whose sites then share planes of
 * their own until all are decided, at depth 64 at the latest. Every site uses its own random bits, so that the
 * acceptance is that of independent 64-bit numbers.
 *
 * Planes: stream 2 sweep + colour; index 64 block + depth for depth < HEAD, and 64 (first block of the group + n) +
 * depth beyond, for gathered word n.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_BITS_H
#define ONSAGER_SPINS_BITS_H

#include "planes.h"
#include "spins.h"

enum {
    SPINS_BITS_HEAD = 5,
    SPINS_BITS_GROUP = 16,
    SPINS_BITS_DEPTH = 64,
    SPINS_BITS_CLASSES = 4,   /* at most 8 bonds a site */
    SPINS_BITS_NEIGHBOURS = 8 /* and as many neighbours */
};

typedef struct spins_block {
    _Alignas(64) uint64_t word[SPINS_PLANE_WORDS];
} spins_block;

/* The decisions of a model. */
typedef struct spins_bits_rule {
    spins_planes planes;
    unsigned bonds;                                     /* of a site: 2, 3, 4, 6, 8 */
    unsigned parts;                                     /* bits in use, for the kernels: boxes */
    uint64_t opposite;                                  /* all ones: satisfied bonds join opposite spins */
    uint64_t bit[SPINS_BITS_DEPTH][SPINS_BITS_CLASSES]; /* of T_q, q = bonds/2 + 1 + class: all ones or zero */
    spins_block live;                                   /* the bits that are sites */
} spins_bits_rule;

/* A row to be updated. */
typedef struct spins_bits_row {
    spins_block *own;
    const spins_block *neighbour[SPINS_BITS_NEIGHBOURS];
    size_t blocks;
    uint64_t stream, first; /* of the planes; block number of own[0] */
} spins_bits_row;

/* Sums over updated rows: spins up, and satisfied bonds of the row's sites (dead bits count as satisfied). */
typedef struct spins_bits_sums {
    uint64_t up, satisfied;
} spins_bits_sums;

/* to = from with bits moved along one direction of the grid: bit b to b + stride where that is in the grid, else to
 * b - stride (boxes - 1); `up` false: the other way. */
typedef struct spins_bits_turn {
    unsigned near, far; /* distances: stride, and stride (boxes - 1) */
    spins_block stay;   /* target bits that come from the near one */
    spins_block wrap;   /* and from the far one */
    bool up;
} spins_bits_turn;

/* Numbers, one for each bit of a block: plane p holds the bits 2^p. */
typedef struct spins_bits_counter {
    spins_block *plane;
    unsigned planes, capacity; /* in use; that there are */
} spins_bits_counter;

typedef struct spins_bits_kernel {
    unsigned word_bits;
    void (*update)(const spins_bits_rule *rule, const spins_bits_row *row, bool count, spins_bits_sums *sums);
    void (*turn)(const spins_bits_turn *turn, const spins_block *from, size_t count, spins_block *to);
    /* Adds 8 blocks to a counter. */
    void (*add)(const spins_block *const blocks[8], spins_bits_counter *counter);
    /* Sum over the bits of `mask` of a counter. */
    uint64_t (*total)(const spins_bits_counter *counter, const uint64_t *mask);
} spins_bits_kernel;
extern const spins_bits_kernel spins_bits_kernel_v4, spins_bits_kernel_v3, spins_bits_kernel_plain;

typedef struct spins_bits spins_bits;

/* Whether this kernel can treat such a model; ONS_INVALID with the reason otherwise. */
ons_status spins_bits_check(const ons_lattice *lattice, const int64_t *lengths, ons_boundary boundary,
                            const ons_ising_options *options);
double spins_bits_used(const ons_lattice *lattice, const int64_t *lengths);
ons_status spins_bits_create(spins_bits **bits, const ons_graph *graph, const ons_ising_options *options,
                             const ons_random *random);
void spins_bits_free(spins_bits *bits);
/* The rule of another temperature, from the next sweep on; `coupling`: J of every bond, of the same sign as before. */
void spins_bits_set_temperature(spins_bits *bits, double coupling, double temperature);
/* From and to one byte a spin in the order of the sites. */
void spins_bits_pack(spins_bits *bits, const int8_t *spins);
void spins_bits_unpack(const spins_bits *bits, int8_t *spins);
/* One sweep with the planes of number `sweep`, on the threads of the team (NULL: this one). Afterwards, and after
 * packing, the sums are up to date. */
void spins_bits_sweep(spins_bits *bits, uint64_t sweep, ons_team *team);
void spins_bits_sums_of(const spins_bits *bits, int64_t *magnetization, int64_t *bond_sum);
/* Sums of spins over the layers across the directions in `wanted` (bit d), into the state: then sums of direction d are
 * at spins_bits_layer(bits, d), [lengths[d]]. */
void spins_bits_sum_layers(const spins_bits *bits, unsigned wanted, ons_team *team);
const int32_t *spins_bits_layer(const spins_bits *bits, unsigned d);

#endif

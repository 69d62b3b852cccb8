/*
 * The update of rows of a bit-sliced lattice (bits.h). Compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bits.h"
#include "word.h"

#include <assert.h>

enum { HEAD = SPINS_BITS_HEAD, GROUP = SPINS_BITS_GROUP, BATCH = 4 };

/* ---- counting ------------------------------------------------------------------------------------------------- */

#if SPINS_WORD_BITS == 512
typedef __m512i tally;
SPINS_INLINE tally tally_add(tally sum, spins_word word) { return _mm512_add_epi64(sum, _mm512_popcnt_epi64(word)); }
SPINS_INLINE uint64_t tally_total(tally sum) { return (uint64_t)_mm512_reduce_add_epi64(sum); }
SPINS_INLINE tally tally_zero(void) { return _mm512_setzero_si512(); }
SPINS_INLINE tally tally_twice(tally sum) { return _mm512_add_epi64(sum, sum); }
#else
typedef uint64_t tally;
SPINS_INLINE tally tally_add(tally sum, spins_word word) {
    uint64_t parts[SPINS_WORD_BITS / 64];
    memcpy(parts, &word, sizeof parts);
    for (unsigned i = 0; i < SPINS_WORD_BITS / 64; i++) { sum += (uint64_t)__builtin_popcountll(parts[i]); }
    return sum;
}
SPINS_INLINE uint64_t tally_total(tally sum) { return sum; }
SPINS_INLINE tally tally_zero(void) { return 0; }
SPINS_INLINE tally tally_twice(tally sum) { return 2 * sum; }
#endif

/* ---- neighbours ----------------------------------------------------------------------------------------------- */

/* Satisfied bonds of the sites of a word: q = sum of single + 2 sum of twice. */
typedef struct satisfied {
    spins_word single[4], twice[2];
} satisfied;

/* What follows from q: flips for certain, with 1/2, and classes q = bonds/2 + 1 + k: open = any of them, higher[k] =
 * class k + 1. */
typedef struct classes {
    spins_word certain, half, open, higher[SPINS_BITS_CLASSES - 1];
} classes;

/* Sum and carry of three are self-dual: the comparison with the own spin can come after them. `same`: what a satisfied
 * neighbour has, xor 1. */
SPINS_INLINE satisfied count_neighbours(unsigned bonds, const spins_word *v, spins_word same) {
    satisfied q = {0};
    if (bonds == 2) {
        q.single[0] = v[0] ^ same;
        q.single[1] = v[1] ^ same;
        return q;
    }
    q.single[0] = spins_word_parity(v[0], v[1], v[2]) ^ same;
    q.twice[0] = spins_word_majority(v[0], v[1], v[2]) ^ same;
    if (bonds == 4) { q.single[1] = v[3] ^ same; }
    if (bonds >= 6) {
        q.single[1] = spins_word_parity(v[3], v[4], v[5]) ^ same;
        q.twice[1] = spins_word_majority(v[3], v[4], v[5]) ^ same;
    }
    if (bonds == 8) {
        q.single[2] = v[6] ^ same;
        q.single[3] = v[7] ^ same;
    }
    return q;
}

SPINS_INLINE classes classify(unsigned bonds, const satisfied *q) {
    const spins_word a = q->single[0], b = q->single[1], m = q->twice[0];
    classes c = {0};
    if (bonds == 2) {
        c.certain = ~(a | b);
        c.half = a ^ b;
        c.open = a & b;
    } else if (bonds == 3) {
        c.certain = ~m;
        c.open = m;
        c.higher[0] = m & a;
    } else if (bonds == 4) {
        c.certain = ~(m | (a & b));
        c.half = (m & ~(a | b)) | (~m & (a & b));
        c.open = m & (a | b);
        c.higher[0] = m & a & b;
    } else if (bonds == 6) {
        const spins_word carry = a & b, one = a ^ b;
        const spins_word two = spins_word_parity(m, q->twice[1], carry),
                         four = spins_word_majority(m, q->twice[1], carry);
        c.certain = ~(four | (two & one));
        c.half = ~four & (two & one);
        c.open = four;
        c.higher[0] = four & one;
        c.higher[1] = four & two;
    } else {
        const spins_word sum = spins_word_parity(a, b, q->single[2]), carry = spins_word_majority(a, b, q->single[2]);
        const spins_word one = sum ^ q->single[3], second = sum & q->single[3];
        const spins_word twos = spins_word_parity(m, q->twice[1], carry);
        const spins_word fours = spins_word_majority(m, q->twice[1], carry), third = twos & second;
        const spins_word two = twos ^ second, four = fours ^ third, eight = fours & third;
        c.certain = ~(four | eight);
        c.half = four & ~(two | one);
        c.open = (four & (two | one)) | eight;
        c.higher[0] = four & two & ~one;
        c.higher[1] = four & two & one;
        c.higher[2] = eight;
    }
    return c;
}

/* ---- comparison with random planes ---------------------------------------------------------------------------- */

SPINS_INLINE unsigned class_count(unsigned bonds) { return bonds == 3 ? 2 : bonds / 2; }

/* The bit of each site's threshold at a depth. */
SPINS_INLINE spins_word threshold_bit(unsigned count, const uint64_t *bit, const spins_word *higher) {
    spins_word t = spins_word_all(bit[0]);
    for (unsigned k = 1; k < count; k++) { t = spins_word_select(higher[k - 1], spins_word_all(bit[k]), t); }
    return t;
}

/* The undecided sites of a group, gathered: word n has the n-th of each position. */
typedef struct gathered {
    spins_word undecided, higher[SPINS_BITS_CLASSES - 1];
} gathered;

/* Decides all sites of a gathered word: those whose random number is below the threshold. */
SPINS_INLINE spins_word decide(const spins_bits_rule *rule, const spins_word_keys *keys, unsigned count,
                               const gathered *word, spins_word counters) {
    spins_word undecided = word->undecided, below = spins_word_all(0);
    for (unsigned depth = HEAD; depth < SPINS_BITS_DEPTH; depth += BATCH) {
        spins_word random[BATCH];
        for (unsigned k = 0; k < BATCH; k++) {
            random[k] = spins_word_random(keys, spins_word_later(counters, depth + k));
        }
        for (unsigned k = 0; k < BATCH && depth + k < SPINS_BITS_DEPTH; k++) {
            const spins_word t = threshold_bit(count, rule->bit[depth + k], word->higher);
            below |= undecided & (t & ~random[k]);
            undecided &= ~(t ^ random[k]);
        }
        if (!spins_word_any(undecided)) { break; }
    }
    return below;
}

/* ---- a group of blocks ---------------------------------------------------------------------------------------- */

enum { FIRST = 2 }; /* gathered words that nearly every group has; the others are made when needed */

typedef struct group {
    gathered word[FIRST];
    spins_word more;                                  /* sites that are in neither */
    spins_word flip[GROUP];                           /* what is decided */
    spins_word own[FIRST][GROUP];                     /* the sites of a block in each gathered word */
    spins_word left[GROUP];                           /* and those in neither */
    spins_word higher[GROUP][SPINS_BITS_CLASSES - 1]; /* their classes */
    spins_word bond[GROUP][6];                        /* counting: satisfied bonds */
} group;

SPINS_INLINE unsigned single_bonds(unsigned bonds) { return bonds == 3 ? 1 : bonds == 8 ? 4 : 2; }
SPINS_INLINE unsigned twice_bonds(unsigned bonds) { return bonds == 2 ? 0 : bonds >= 6 ? 2 : 1; }

/* Adds sites to a gathered word; those whose position is taken remain. */
SPINS_INLINE spins_word gather(gathered *word, unsigned count, const spins_word *higher, spins_word waiting,
                               spins_word *own) {
    const spins_word remaining = waiting & word->undecided;
    *own = waiting & ~word->undecided;
    word->undecided |= waiting;
    for (unsigned k = 0; k + 1 < count; k++) { word->higher[k] |= *own & higher[k]; }
    return remaining;
}

SPINS_INLINE void empty(gathered *word) {
    word->undecided = spins_word_all(0);
    for (unsigned k = 0; k + 1 < SPINS_BITS_CLASSES; k++) { word->higher[k] = spins_word_all(0); }
}

/* The first HEAD bits of a block. */
SPINS_INLINE void begin_block(const spins_bits_rule *rule, const spins_word_keys *keys, const spins_bits_row *row,
                              size_t block, unsigned part, unsigned bonds, bool counting, spins_word live, group *g,
                              unsigned i) {
    const unsigned count = class_count(bonds), at = part * (SPINS_WORD_BITS / 64);
    spins_word v[SPINS_BITS_NEIGHBOURS];
    const spins_word own = spins_word_load(row->own[block].word + at);
    for (unsigned k = 0; k < bonds; k++) { v[k] = spins_word_load(row->neighbour[k][block].word + at); }
    const satisfied q = count_neighbours(bonds, v, own ^ spins_word_all(~rule->opposite));
    const classes c = classify(bonds, &q);
    const spins_word counters = spins_word_counters(row->stream, (row->first + block) * SPINS_BITS_DEPTH, part);
    spins_word undecided = c.open & live, below = spins_word_all(0), random = below;
#pragma GCC unroll 8
    for (unsigned depth = HEAD; depth-- > 0;) { /* from the last bit up: below = t and not r, or equal and below */
        random = spins_word_random(keys, spins_word_later(counters, depth));
        const spins_word t = threshold_bit(count, rule->bit[depth], c.higher);
        below = spins_word_majority(t, ~random, below);
        undecided &= ~(t ^ random);
    }
    g->flip[i] = (c.certain | (c.half & ~random) | (c.open & below)) & live;
    for (unsigned n = 0; n < FIRST; n++) { undecided = gather(&g->word[n], count, c.higher, undecided, &g->own[n][i]); }
    g->left[i] = undecided;
    g->more |= undecided;
    for (unsigned k = 0; k + 1 < count; k++) { g->higher[i][k] = c.higher[k]; }
    for (unsigned k = 0; counting && k < single_bonds(bonds); k++) { g->bond[i][k] = q.single[k]; }
    for (unsigned k = 0; counting && k < twice_bonds(bonds); k++) { g->bond[i][4 + k] = q.twice[k]; }
}

/* Gathered words beyond the first ones. */
static __attribute__((noinline)) void decide_rest(const spins_bits_rule *rule, const spins_word_keys *keys,
                                                  const spins_bits_row *row, size_t first, unsigned blocks,
                                                  unsigned part, unsigned count, group *g) {
    for (unsigned n = FIRST; n < blocks && spins_word_any(g->more); n++) {
        spins_word own[GROUP];
        gathered word;
        empty(&word);
        g->more = spins_word_all(0);
        for (unsigned i = 0; i < blocks; i++) {
            g->left[i] = gather(&word, count, g->higher[i], g->left[i], &own[i]);
            g->more |= g->left[i];
        }
        const spins_word below =
            decide(rule, keys, count, &word,
                   spins_word_counters(row->stream, (row->first + first + n) * SPINS_BITS_DEPTH, part));
        for (unsigned i = 0; i < blocks; i++) { g->flip[i] |= own[i] & below; }
    }
}

SPINS_INLINE void update_group(const spins_bits_rule *rule, const spins_word_keys *keys, const spins_bits_row *row,
                               size_t first, unsigned blocks, unsigned part, unsigned bonds, bool counting,
                               spins_word live, tally *sums) {
    group g;
    spins_word below[FIRST];
    g.more = spins_word_all(0);
    for (unsigned n = 0; n < FIRST; n++) { empty(&g.word[n]); }
    for (unsigned i = 0; i < blocks; i++) {
        begin_block(rule, keys, row, first + i, part, bonds, counting, live, &g, i);
    }
    for (unsigned n = 0; n < FIRST; n++) {
        below[n] = decide(rule, keys, class_count(bonds), &g.word[n],
                          spins_word_counters(row->stream, (row->first + first + n) * SPINS_BITS_DEPTH, part));
    }
    if (spins_word_any(g.more)) { decide_rest(rule, keys, row, first, blocks, part, class_count(bonds), &g); }
    for (unsigned i = 0; i < blocks; i++) {
        uint64_t *place = row->own[first + i].word + part * (SPINS_WORD_BITS / 64);
        const spins_word flip = g.flip[i] | (g.own[0][i] & below[0]) | (g.own[1][i] & below[1]);
        const spins_word spins = spins_word_load(place) ^ flip;
        spins_word_store(place, spins);
        sums[0] = tally_add(sums[0], spins);
        for (unsigned k = 0; counting && k < single_bonds(bonds); k++) {
            sums[1] = tally_add(sums[1], g.bond[i][k] ^ flip);
        }
        for (unsigned k = 0; counting && k < twice_bonds(bonds); k++) {
            sums[2] = tally_add(sums[2], g.bond[i][4 + k] ^ flip);
        }
    }
}

SPINS_INLINE void update_row(const spins_bits_rule *rule, const spins_bits_row *row, unsigned bonds, bool counting,
                             spins_bits_sums *sums) {
    const spins_word_keys keys = spins_word_schedule(rule->planes);
    tally tallies[3] = {tally_zero(), tally_zero(), tally_zero()};
    for (unsigned part = 0; part * SPINS_WORD_BITS < rule->parts; part++) {
        const spins_word live = spins_word_load(rule->live.word + part * (SPINS_WORD_BITS / 64));
        size_t first = 0;
        for (; first + GROUP <= row->blocks; first += GROUP) {
            update_group(rule, &keys, row, first, GROUP, part, bonds, counting, live, tallies);
        }
        if (first < row->blocks) {
            update_group(rule, &keys, row, first, (unsigned)(row->blocks - first), part, bonds, counting, live,
                         tallies);
        }
    }
    sums->up += tally_total(tallies[0]);
    sums->satisfied += tally_total(tallies[1]) + 2 * tally_total(tallies[2]);
}

#define UPDATE(bonds)                                                                                                  \
    static void update_##bonds(const spins_bits_rule *rule, const spins_bits_row *row, spins_bits_sums *sums) {        \
        update_row(rule, row, bonds, false, sums);                                                                     \
    }                                                                                                                  \
    static void count_##bonds(const spins_bits_rule *rule, const spins_bits_row *row, spins_bits_sums *sums) {         \
        update_row(rule, row, bonds, true, sums);                                                                      \
    }
UPDATE(2)
UPDATE(3)
UPDATE(4)
UPDATE(6)
UPDATE(8)

static void update(const spins_bits_rule *rule, const spins_bits_row *row, bool counting, spins_bits_sums *sums) {
    switch (rule->bonds) {
    case 2: (counting ? count_2 : update_2)(rule, row, sums); return;
    case 3: (counting ? count_3 : update_3)(rule, row, sums); return;
    case 4: (counting ? count_4 : update_4)(rule, row, sums); return;
    case 6: (counting ? count_6 : update_6)(rule, row, sums); return;
    default: (counting ? count_8 : update_8)(rule, row, sums); return;
    }
}

/* ---- turning the bits of blocks by one box -------------------------------------------------------------------- */

/* Bit b of the result is bit b - distance of `from` (up) or b + distance. */
SPINS_INLINE void shift(const uint64_t *from, unsigned distance, bool up, uint64_t *to) {
    const int words = (int)(distance / 64);
    const unsigned bits = distance % 64;
    for (int i = 0; i < SPINS_PLANE_WORDS; i++) {
        const int a = up ? i - words : i + words, b = up ? a - 1 : a + 1;
        const uint64_t near = a >= 0 && a < SPINS_PLANE_WORDS ? from[a] : 0;
        const uint64_t far = b >= 0 && b < SPINS_PLANE_WORDS && bits ? from[b] : 0;
        to[i] = bits == 0 ? near : up ? near << bits | far >> (64 - bits) : near >> bits | far << (64 - bits);
    }
}

static void turn(const spins_bits_turn *turn, const spins_block *from, size_t count, spins_block *to) {
    for (size_t k = 0; k < count; k++) {
        spins_block near, far;
        shift(from[k].word, turn->near, turn->up, near.word);
        shift(from[k].word, turn->far, !turn->up, far.word);
        for (int i = 0; i < SPINS_PLANE_WORDS; i++) {
            to[k].word[i] = (near.word[i] & turn->stay.word[i]) | (far.word[i] & turn->wrap.word[i]);
        }
    }
}

/* ---- counters of bits ---------------------------------------------------------------------------------------------
 */

enum { WORD = SPINS_WORD_BITS / 64 };

/* One more plane of zeros. */
SPINS_INLINE void extend(spins_bits_counter *counter) {
    assert(counter->planes < counter->capacity);
    memset(&counter->plane[counter->planes++], 0, sizeof(spins_block));
}

/* Adds words of weight 2^plane from `plane` on; without branches but for the rare new plane. */
SPINS_INLINE void carry_on(spins_bits_counter *counter, unsigned part, unsigned plane, spins_word carry) {
    for (; plane < counter->planes; plane++) {
        uint64_t *place = counter->plane[plane].word + part * WORD;
        const spins_word old = spins_word_load(place);
        spins_word_store(place, old ^ carry);
        carry &= old;
    }
    if (!spins_word_any(carry)) { return; }
    extend(counter);
    spins_word_store(counter->plane[plane].word + part * WORD, carry);
}

static void add(const spins_block *const blocks[8], spins_bits_counter *counter) {
    while (counter->planes < 4) { extend(counter); }
    for (unsigned part = 0; part < SPINS_PARTS; part++) {
        spins_word v[8], one[3], two[3];
        for (unsigned i = 0; i < 8; i++) { v[i] = spins_word_load(blocks[i]->word + part * WORD); }
        for (unsigned i = 0; i < 2; i++) {
            one[i] = spins_word_parity(v[3 * i], v[3 * i + 1], v[3 * i + 2]);
            two[i] = spins_word_majority(v[3 * i], v[3 * i + 1], v[3 * i + 2]);
        }
        one[2] = spins_word_parity(one[0], one[1], v[6]);
        two[2] = spins_word_majority(one[0], one[1], v[6]);
        const spins_word sum = spins_word_parity(two[0], two[1], two[2]), last = one[2] & v[7];
        const spins_word four = spins_word_majority(two[0], two[1], two[2]), other = sum & last;
        const spins_word number[4] = {one[2] ^ v[7], sum ^ last, four ^ other, four & other};
        spins_word carry = spins_word_all(0);
        for (unsigned plane = 0; plane < 4; plane++) {
            uint64_t *place = counter->plane[plane].word + part * WORD;
            const spins_word old = spins_word_load(place);
            spins_word_store(place, spins_word_parity(old, number[plane], carry));
            carry = spins_word_majority(old, number[plane], carry);
        }
        carry_on(counter, part, 4, carry);
    }
}

static void merge(const spins_bits_counter *from, spins_bits_counter *to) {
    for (unsigned part = 0; part < SPINS_PARTS; part++) {
        spins_word carry = spins_word_all(0);
        unsigned plane = 0;
        for (; plane < from->planes; plane++) {
            if (plane == to->planes) { extend(to); }
            const spins_word a = spins_word_load(from->plane[plane].word + part * WORD);
            uint64_t *place = to->plane[plane].word + part * WORD;
            const spins_word b = spins_word_load(place);
            spins_word_store(place, spins_word_parity(a, b, carry));
            carry = spins_word_majority(a, b, carry);
        }
        carry_on(to, part, plane, carry);
    }
}

static uint64_t total(const spins_bits_counter *counter, const uint64_t *mask) {
    tally sum = tally_zero();
    for (unsigned plane = counter->planes; plane-- > 0;) {
        sum = tally_twice(sum);
        for (unsigned part = 0; part < SPINS_PARTS; part++) {
            const spins_word chosen = spins_word_load(mask + part * WORD);
            sum = tally_add(sum, chosen & spins_word_load(counter->plane[plane].word + part * WORD));
        }
    }
    return tally_total(sum);
}

const spins_bits_kernel SPINS_ISA(spins_bits_kernel) = {SPINS_WORD_BITS, update, turn, add, merge, total};

/*
 * Words on a lattice of 4 x 4 inner sites with a frozen boundary, all 65536 of them under several orders of updates.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef PAPERS_ASYNCHRONOUS_LATTICES_WORDS_H
#define PAPERS_ASYNCHRONOUS_LATTICES_WORDS_H

#include <onsager/paper.h>

enum { WORDS_SIDE = 4, WORDS_SITES = 16, WORDS = 1 << WORDS_SITES };

typedef enum words_rule { WORDS_MAJORITY, WORDS_SPREAD } words_rule;

/* The boundary: the left half up for the majority, all up for spreading. */
static unsigned words_at(unsigned word, int y, int x, words_rule rule) {
    if (y >= 0 && y < WORDS_SIDE && x >= 0 && x < WORDS_SIDE) { return word >> (y * WORDS_SIDE + x) & 1; }
    return rule == WORDS_SPREAD || x < WORDS_SIDE / 2;
}

/* What a site becomes: the majority of itself and its neighbours, or up if any of these is up. */
static unsigned words_next(unsigned word, int site, words_rule rule) {
    const int y = site / WORDS_SIDE, x = site % WORDS_SIDE;
    const unsigned up = words_at(word, y - 1, x, rule) + words_at(word, y + 1, x, rule) +
                        words_at(word, y, x - 1, rule) + words_at(word, y, x + 1, rule) + (word >> site & 1);
    return rule == WORDS_SPREAD ? up >= 1 : up >= 3;
}

/* The limit under sweeps in an order of the sites (NULL: all at once); WORDS: none after 1000 sweeps. */
static unsigned words_limit(unsigned word, const int *order, words_rule rule) {
    for (int sweep = 0; sweep < 1000; sweep++) {
        const unsigned before = word;
        unsigned now = word;
        for (int k = 0; k < WORDS_SITES; k++) {
            const int site = order ? order[k] : k;
            now = (now & ~(1u << site)) | words_next(order ? now : before, site, rule) << site;
        }
        word = now;
        if (word == before) { return word; }
    }
    return WORDS;
}

static void words_settle(ons_reproduction *r) {
    int orders[3][WORDS_SITES];
    for (int k = 0; k < WORDS_SITES; k++) {
        orders[0][k] = k;
        orders[1][k] = WORDS_SITES - 1 - k;
        orders[2][k] = 5 * k % WORDS_SITES;
    }
    unsigned differ = 0, limits = 0, apart = 0, single = WORDS;
    for (unsigned word = 0; word < WORDS; word++) {
        const unsigned forward = words_limit(word, orders[0], WORDS_MAJORITY);
        differ += forward != words_limit(word, orders[1], WORDS_MAJORITY);
        limits += words_limit(word, NULL, WORDS_MAJORITY) == word;
        for (int schedule = 0; schedule < 4; schedule++) {
            const unsigned limit = words_limit(word, schedule < 3 ? orders[schedule] : NULL, WORDS_SPREAD);
            if (single == WORDS) { single = limit; }
            apart += limit != single || limit == WORDS;
        }
    }
    ons_claim_holds(r, "A10-majority", differ > 0 && limits > 1,
                    "%u of 65536 starts end elsewhere when the order is reversed; %u words stay as they are", differ,
                    limits);
    ons_claim_holds(r, "A10-monotone", apart == 0, "%u of %u runs end elsewhere than in %04x", apart, 4u * WORDS,
                    single);
}

#endif

/*
 * The name that somebody meant: the nearest one by edit distance with transpositions of neighbours (optimal string
 * alignment, Damerau 1964).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "inside.h"

#include <string.h>

/* Longer names are nobody's slip of the finger. */
#define LONGEST 64

static char folded(char c) {
    if (c >= 'A' && c <= 'Z') { return (char)(c - 'A' + 'a'); }
    return c == '-' ? '_' : c;
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static size_t edit_distance(const char *a, size_t length_a, const char *b, size_t length_b) {
    size_t rows[3][LONGEST + 1]; /* row i modulo 3: distances of the first i letters of a from the first j of b */
    for (size_t j = 0; j <= length_b; j++) { rows[0][j] = j; }
    for (size_t i = 1; i <= length_a; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            const char here = folded(a[i - 1]), there = folded(b[j - 1]);
            row[j] = smaller(smaller(above[j], row[j - 1]) + 1, above[j - 1] + (here != there));
            if (i > 1 && j > 1 && here == folded(b[j - 2]) && folded(a[i - 2]) == there) {
                row[j] = smaller(row[j], second[j - 2] + 1);
            }
        }
    }
    return rows[length_a % 3][length_b];
}

static bool begins_with(const char *name, const char *word, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (folded(name[i]) != folded(word[i])) { return false; }
    }
    return true;
}

const char *ons_nearest(const char *word, const char *const *names, size_t count) {
    const size_t length = strlen(word);
    if (length == 0 || length > LONGEST) { return NULL; }
    /* One slip in three letters is still the same word; an abbreviation is behind every slip. */
    const size_t slips = (length + 1) / 3;
    const char *nearest = NULL;
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        const size_t other = strlen(names[i]);
        if (other > LONGEST) { continue; }
        size_t cost = edit_distance(word, length, names[i], other);
        if (cost > slips) {
            if (other < length || !begins_with(names[i], word, length)) { continue; }
            cost = slips + other - length;
        }
        if (cost < best) {
            best = cost;
            nearest = names[i];
        }
    }
    return nearest;
}

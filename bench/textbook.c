/* The peer of the bench, see textbook.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "textbook.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

struct textbook {
    int length;
    double accept[5], bond;
    uint64_t state;
    int *spins, *cluster, *stack;
    char *right, *down;
};

static double uniform(textbook *peer) {
    uint64_t x = peer->state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    peer->state = x;
    return (double)(x >> 11) * 0x1p-53;
}

textbook *textbook_create(int length, double temperature) {
    textbook *peer = calloc(1, sizeof *peer);
    const size_t sites = (size_t)length * (size_t)length;
    if (!peer) { abort(); }
    peer->length = length;
    peer->state = 88172645463325252u;
    for (int k = 0; k < 5; ++k) { peer->accept[k] = exp(-2.0 * (2 * k - 4) / temperature); }
    peer->bond = 1 - exp(-2 / temperature);
    peer->spins = malloc(sites * sizeof(int));
    peer->cluster = malloc(sites * sizeof(int));
    peer->stack = malloc(sites * sizeof(int));
    peer->right = malloc(sites);
    peer->down = malloc(sites);
    if (!peer->spins || !peer->cluster || !peer->stack || !peer->right || !peer->down) { abort(); }
    for (size_t i = 0; i < sites; ++i) { peer->spins[i] = 1; }
    return peer;
}

void textbook_free(textbook *peer) {
    free(peer->spins);
    free(peer->cluster);
    free(peer->stack);
    free(peer->right);
    free(peer->down);
    free(peer);
}

void textbook_metropolis(textbook *peer) {
    const int L = peer->length;
    int *s = peer->spins;
    for (int y = 0; y < L; ++y) {
        for (int x = 0; x < L; ++x) {
            const int sum = s[y * L + (x + 1) % L] + s[y * L + (x + L - 1) % L] + s[(y + 1) % L * L + x] +
                            s[(y + L - 1) % L * L + x];
            const int product = s[y * L + x] * sum;
            if (product <= 0 || uniform(peer) < peer->accept[(product + 4) / 2]) { s[y * L + x] = -s[y * L + x]; }
        }
    }
}

void textbook_swendsen_wang(textbook *peer) {
    const int L = peer->length, N = L * L;
    int *s = peer->spins;
    for (int i = 0; i < N; ++i) {
        const int x = i % L, y = i / L;
        peer->right[i] = s[i] == s[y * L + (x + 1) % L] && uniform(peer) < peer->bond;
        peer->down[i] = s[i] == s[(y + 1) % L * L + x] && uniform(peer) < peer->bond;
        peer->cluster[i] = 0;
    }
    for (int root = 0; root < N; ++root) {
        if (peer->cluster[root]) { continue; }
        const int sign = uniform(peer) < 0.5 ? -1 : 1;
        int top = 0;
        peer->stack[top++] = root;
        peer->cluster[root] = 1;
        while (top) {
            const int i = peer->stack[--top], x = i % L, y = i / L;
            const int left = y * L + (x + L - 1) % L, right = y * L + (x + 1) % L, up = (y + L - 1) % L * L + x,
                      down = (y + 1) % L * L + x;
            const int next[4] = {right, left, down, up};
            const int open[4] = {peer->right[i], peer->right[left], peer->down[i], peer->down[up]};
            for (int k = 0; k < 4; ++k) {
                if (open[k] && !peer->cluster[next[k]]) {
                    peer->cluster[next[k]] = 1;
                    peer->stack[top++] = next[k];
                }
            }
            s[i] *= sign;
        }
    }
}

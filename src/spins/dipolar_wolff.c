/*
 * Clusters of clock spins by reflections (Wolff, Phys. Rev. Lett. 62, 361 (1989)).
 *
 * A reflection keeps the energy of a bond when both ends are reflected. A bond whose energy grows by dE > 0 when one
 * end is reflected links with 1 - exp(-dE/T).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dipolar.h"

/* linked[u][v]: threshold of a bond whose difference of states goes from u to v (mod q) when one end is reflected. */
static void make_links(ons_dipolar *walker, double temperature) {
    const ons_dipolar_model *model = walker->model;
    const unsigned q = model->states;
    const int64_t *const cosine = model->cosine + q - 1;
    if (walker->temperature == temperature) { return; }
    walker->temperature = temperature;
    for (unsigned u = 0; u < q; u++) {
        for (unsigned v = 0; v < q; v++) {
            const double x =
                model->options.coupling * model->cosine_unit * (double)(cosine[u] - cosine[v]) / temperature;
            walker->linked[u * q + v] = x > 0 ? spins_activation_threshold(x) : 0;
        }
    }
}

static inline int reflect(int axis, int state, int q) {
    const int image = axis - state;
    return image < 0 ? image + q : image;
}

/* A site is in the cluster while charge[site] = 1: where couplings are frustrated the signs would not tell. */
static void grow_cluster(ons_dipolar *walker, int axis, uint32_t seed) {
    const ons_dipolar_model *model = walker->model;
    const int q = (int)model->states;
    int8_t *const states = walker->states, *const member = walker->charge;
    uint32_t *const queue = walker->queue;
    uint32_t size = 1;
    queue[0] = seed;
    member[seed] = 1;
    for (uint32_t head = 0; head < size; head++) {
        const uint32_t site = queue[head];
        const int old = states[site], new = reflect(axis, old, q);
        uint32_t count;
        const uint32_t *const neighbour = model->graph->neighbour + spins_row(model->graph, site, &count);
        states[site] = (int8_t) new;
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t next = neighbour[k];
            if (member[next]) { continue; }
            const int other = states[next];
            const int u = old >= other ? old - other : old - other + q;
            const int v = new >= other ? new - other : new - other + q;
            const uint64_t threshold = walker->linked[u * q + v];
            if (!threshold || !spins_below(&walker->random, ons_random_32(&walker->random), threshold)) { continue; }
            member[next] = 1;
            queue[size++] = next;
        }
    }
    for (uint32_t k = 0; k < size; k++) { member[queue[k]] = 0; }
}

ons_status ons_dipolar_wolff(ons_dipolar *walker, double temperature, uint32_t clusters) {
    const ons_dipolar_model *model = walker->model;
    if (walker->field) {
        return ons_fail(ONS_INVALID,
                        "Wolff's clusters are for clock spins without dipoles: the field of distant dipoles "
                        "would make all flips rejections");
    }
    make_links(walker, temperature);
    for (uint32_t k = 0; k < clusters; k++) {
        const int axis = model->options.pair ? 1 : (int)ons_random_below(&walker->random, model->states);
        const uint32_t seed = ons_random_below(&walker->random, model->graph->sites);
        /* Without exchange every cluster is one site; reflected always, two states would alternate for ever. */
        if (model->options.coupling == 0 && ons_random_32(&walker->random) >> 31) { continue; }
        grow_cluster(walker, axis, seed);
    }
    return ons_dipolar_refresh(walker);
}

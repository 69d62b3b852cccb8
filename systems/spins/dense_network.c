/*
 * The network of a sample of dense-hopfield.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dense_network.h"

#include <math.h>
#include <stdlib.h>

/* ---- what is asked -------------------------------------------------------------------------------------------- */

/* (P - 1)!/N^(P - 1) */
static double load_of_a_pattern(const ons_parameters *p) {
    double load = 1;
    for (int64_t k = 1; k < ons_integer(p, "P"); k++) { load *= (double)k / (double)ons_integer(p, "N"); }
    return load;
}

double dense_count(const ons_parameters *p) {
    if (ons_integer(p, "K") > 0) { return (double)ons_integer(p, "K"); }
    return fmax(1, nearbyint(ons_real(p, "load") / load_of_a_pattern(p)));
}

static int teacher_of(const ons_parameters *p) { return ons_choice(p, "teacher"); }
static double examples_of(const ons_parameters *p) {
    return teacher_of(p) == TEACHER_NONE ? 1 : (double)ons_integer(p, "examples");
}

double dense_second_moment(const ons_parameters *p) {
    if (teacher_of(p) == TEACHER_NONE) { return 1; }
    const double squared = ons_real(p, "quality") * ons_real(p, "quality");
    return squared + (1 - squared) / examples_of(p);
}

static bool diluted(const ons_parameters *p) { return ons_real(p, "dilution") > 0; }

static double taught_of(const ons_parameters *p) {
    return dense_count(p) * (teacher_of(p) == TEACHER_UNSUPERVISED ? examples_of(p) : 1);
}

/* (P-1)!/(R^(P/2) N^(P-1)), of one example */
static double scale_of(const ons_parameters *p) {
    const double each = teacher_of(p) == TEACHER_UNSUPERVISED ? examples_of(p) : 1;
    return load_of_a_pattern(p) / pow(dense_second_moment(p), (double)ons_integer(p, "P") / 2) / each;
}

ons_status dense_network_check(const ons_parameters *p, double *bytes) {
    const double sites = (double)ons_integer(p, "N"), count = dense_count(p), taught = taught_of(p);
    if (ons_given(p, "K") && ons_given(p, "load")) {
        return ons_fail(ONS_INVALID, "`K` and `load` both say how many patterns are stored: give one of them");
    }
    if (ons_integer(p, "P") > ons_integer(p, "N")) {
        return ons_fail(ONS_INVALID, "a term of P = %lld different spins needs at least as many, not N = %lld",
                        (long long)ons_integer(p, "P"), (long long)ons_integer(p, "N"));
    }
    *bytes = ons_patterns_bytes(sites, count, diluted(p)) + 17 * sites;
    if (teacher_of(p) == TEACHER_UNSUPERVISED) { *bytes += ons_patterns_bytes(sites, taught, diluted(p)); }
    return ONS_OK;
}

/* ---- what is stored ------------------------------------------------------------------------------------------- */

static ons_status draw_archetypes(dense_network *network, const ons_parameters *p, ons_random *random) {
    int8_t *entry = ONS_NEW(int8_t, network->sites);
    ons_status status = entry ? ONS_OK : ONS_MEMORY;
    for (uint64_t k = 0; !status && k < network->count; k++) {
        ons_pattern_draw(network->sites, ons_real(p, "dilution"), random, entry);
        status = ons_patterns_set(network->archetypes, k, entry);
    }
    free(entry);
    return status;
}

/* Every example is a pattern of its own: the average is taken after the product. */
static ons_status teach(dense_network *network, const ons_parameters *p, ons_random *random) {
    const uint64_t examples = (uint64_t)examples_of(p);
    int8_t *entry = ONS_NEW(int8_t, 2 * (size_t)network->sites), *example = entry + network->sites;
    network->examples = ONS_NEW(double, network->sites);
    ons_status status = entry && network->examples ? ONS_OK : ONS_MEMORY;
    if (!status) {
        status = ons_patterns_create(&network->taught, network->sites, network->count * examples, diluted(p));
    }
    const double factor = ons_real(p, "quality") / (dense_second_moment(p) * (double)examples);
    for (uint64_t k = 0; !status && k < network->count * examples; k++) {
        if (k % examples == 0) { ons_patterns_get(network->archetypes, k / examples, entry); }
        ons_pattern_example(entry, network->sites, ons_real(p, "quality"), random, example);
        status = ons_patterns_set(network->taught, k, example);
        for (uint32_t i = 0; k < examples && i < network->sites; i++) { network->examples[i] += factor * example[i]; }
    }
    free(entry);
    return status;
}

ons_status dense_network_open(dense_network *network, const ons_parameters *p, ons_random patterns,
                              ons_random lessons) {
    network->sites = (uint32_t)ons_integer(p, "N");
    network->count = (uint64_t)dense_count(p);
    network->first = ONS_NEW(int8_t, network->sites);
    if (!network->first) { return ONS_MEMORY; }
    ons_status status = ons_patterns_create(&network->archetypes, network->sites, network->count, diluted(p));
    if (!status) { status = draw_archetypes(network, p, &patterns); }
    if (!status && teacher_of(p) != TEACHER_NONE) { status = teach(network, p, &lessons); }
    if (status) { return status; }
    ons_patterns_get(network->archetypes, 0, network->first);
    return ons_recall_model_patterns(&network->model, network->taught ? network->taught : network->archetypes,
                                     (unsigned)ons_integer(p, "P"), scale_of(p));
}

void dense_network_close(dense_network *network) {
    ons_recall_model_free(network->model);
    ons_patterns_free(network->archetypes);
    ons_patterns_free(network->taught);
    free(network->first);
    free(network->examples);
}

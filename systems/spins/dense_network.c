/*
 * The network of a sample of dense-hopfield.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dense_network.h"
#include "pattern_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static ons_recall_rule rule_of(const ons_parameters *p) { return (ons_recall_rule)ons_choice(p, "rule"); }

static bool diluted(const ons_parameters *p) { return ons_real(p, "dilution") > 0; }

static double taught_of(const ons_parameters *p) {
    return dense_count(p) * (teacher_of(p) == TEACHER_UNSUPERVISED ? examples_of(p) : 1);
}

/* (P-1)!/(R^(P/2) N^(P-1)), of an example or of a sum of M */
static double scale_of(const ons_parameters *p) {
    double each = teacher_of(p) == TEACHER_UNSUPERVISED ? examples_of(p) : 1;
    if (teacher_of(p) == TEACHER_SUPERVISED) { each = pow(examples_of(p), (double)ons_integer(p, "P")); }
    return load_of_a_pattern(p) / pow(dense_second_moment(p), (double)ons_integer(p, "P") / 2) / each;
}

static bool from_file(const ons_parameters *p) { return ons_choice(p, "patterns") < 0; }

static ons_status open_file(const ons_parameters *p, pattern_file *file) {
    const char *path = ons_string(p, "patterns");
    const ons_status status = pattern_file_read(file, path);
    if (status) { return status; }
    const int64_t sites = ons_integer(p, "N"), count = ons_integer(p, "K");
    if (sites == (int64_t)file->sites && count >= 1 && count <= (int64_t)file->count) { return ONS_OK; }
    pattern_file_close(file);
    return ons_fail(ONS_INVALID,
                    "%s holds %zu patterns of %zu sites: say N=%zu and how many of them are stored, as K=%zu, "
                    "not N=%lld and K=%lld",
                    path, file->count, file->sites, file->sites, file->count, (long long)sites, (long long)count);
}

static ons_status check_file(const ons_parameters *p) {
    pattern_file file;
    if (ons_real(p, "dilution") > 0) {
        return ons_fail(ONS_INVALID,
                        "patterns of a file have the blank entries that stand there: leave `dilution` out");
    }
    const ons_status status = open_file(p, &file);
    if (!status) { pattern_file_close(&file); }
    return status;
}

size_t dense_columns(const ons_parameters *p) {
    const size_t sites = (size_t)ons_integer(p, "N"), asked = (size_t)ons_integer(p, "columns");
    if (asked) { return asked; }
    pattern_file file;
    if (from_file(p) && open_file(p, &file) == ONS_OK) {
        pattern_file_close(&file);
        if (file.columns) { return file.columns; }
    }
    return (size_t)ceil(sqrt((double)sites));
}

ons_status dense_network_check(const ons_parameters *p, unsigned states, double *bytes) {
    const double sites = (double)ons_integer(p, "N"), count = dense_count(p), taught = taught_of(p);
    if (ons_given(p, "K") && ons_given(p, "load")) {
        return ons_fail(ONS_INVALID, "`K` and `load` both say how many patterns are stored: give one of them");
    }
    if (from_file(p)) {
        const ons_status status = check_file(p);
        if (status) { return status; }
    }
    if (ons_integer(p, "columns") > 0 && ons_integer(p, "N") % ons_integer(p, "columns") != 0) {
        return ons_fail(ONS_INVALID, "N = %lld sites are no image of %lld columns", (long long)ons_integer(p, "N"),
                        (long long)ons_integer(p, "columns"));
    }
    if (ons_integer(p, "P") > ons_integer(p, "N")) {
        return ons_fail(ONS_INVALID, "a term of P = %lld different spins needs at least as many, not N = %lld",
                        (long long)ons_integer(p, "P"), (long long)ons_integer(p, "N"));
    }
    if (rule_of(p) != ONS_RULE_HEBBIAN && (ons_integer(p, "P") != 2 || teacher_of(p) != TEACHER_NONE || diluted(p))) {
        return ons_fail(ONS_INVALID,
                        "rule=%s makes couplings of pairs of whole patterns: it needs P=2, teacher=none "
                        "and dilution=0",
                        ons_string(p, "rule"));
    }
    if (rule_of(p) == ONS_RULE_PSEUDO_INVERSE && count > sites) {
        return ons_fail(ONS_INVALID, "rule=pseudo-inverse stores at most N = %lld patterns, not %.0f",
                        (long long)ons_integer(p, "N"), count);
    }
    if (taught <= 0x1p40 && teacher_of(p) != TEACHER_SUPERVISED && rule_of(p) == ONS_RULE_HEBBIAN) {
        const ons_status status =
            ons_recall_check((uint32_t)ons_integer(p, "N"), (uint64_t)taught, (unsigned)ons_integer(p, "P"));
        if (status) { return status; }
    }
    *bytes = ons_patterns_bytes(sites, count, diluted(p)) + 17 * sites;
    const unsigned order = (unsigned)ons_integer(p, "P");
    if (teacher_of(p) == TEACHER_UNSUPERVISED) { *bytes += ons_patterns_bytes(sites, taught, diluted(p)); }
    if (teacher_of(p) == TEACHER_SUPERVISED) {
        *bytes += ons_recall_weights_bytes(sites, count, order, states);
    } else if (rule_of(p) != ONS_RULE_HEBBIAN) {
        *bytes += ons_recall_pairs_bytes(sites, count, states);
    } else {
        *bytes += ons_recall_bytes(sites, taught, order, states);
    }
    return ONS_OK;
}

/* ---- what is stored ------------------------------------------------------------------------------------------- */

static ons_status load_archetypes(dense_network *network, const ons_parameters *p) {
    pattern_file file;
    ons_status status = open_file(p, &file);
    if (status) { return status; }
    network->diluted = file.blanks;
    status = ons_patterns_create(&network->archetypes, network->sites, network->count, file.blanks);
    for (uint64_t k = 0; !status && k < network->count; k++) {
        status = ons_patterns_set(network->archetypes, k, file.entry + k * file.sites);
    }
    pattern_file_close(&file);
    return status;
}

static ons_status draw_archetypes(dense_network *network, const ons_parameters *p, ons_random *random) {
    network->diluted = diluted(p);
    ons_status status = ons_patterns_create(&network->archetypes, network->sites, network->count, network->diluted);
    int8_t *entry = ONS_NEW(int8_t, network->sites);
    if (!status && !entry) { status = ONS_MEMORY; }
    for (uint64_t k = 0; !status && k < network->count; k++) {
        ons_pattern_draw(network->sites, ons_real(p, "dilution"), random, entry);
        status = ons_patterns_set(network->archetypes, k, entry);
    }
    free(entry);
    return status;
}

/* Supervised: the sum of the examples of each pattern is stored, exact in whole numbers; the factor 1/M^P is in the
 * scale. Unsupervised: every example is a pattern of its own, the average is taken after the product. */
static ons_status teach(dense_network *network, const ons_parameters *p, ons_random *random) {
    const uint64_t examples = (uint64_t)examples_of(p);
    const bool supervised = teacher_of(p) == TEACHER_SUPERVISED;
    const unsigned order = (unsigned)ons_integer(p, "P");
    int8_t *entry = ONS_NEW(int8_t, 2 * (size_t)network->sites), *example = entry + network->sites;
    double *sum = network->examples = ONS_NEW(double, network->sites);
    double *sums = ONS_NEW(double, network->sites);
    ons_status status = entry && sum && sums ? ONS_OK : ONS_MEMORY;
    if (!status && supervised) {
        status = ons_recall_model_weights(&network->model, network->sites, network->count, order, scale_of(p));
    } else if (!status) {
        status = ons_patterns_create(&network->taught, network->sites, network->count * examples, network->diluted);
    }
    for (uint64_t k = 0; !status && k < network->count; k++) {
        ons_patterns_get(network->archetypes, k, entry);
        memset(sums, 0, network->sites * sizeof *sums);
        for (uint64_t a = 0; !status && a < examples; a++) {
            ons_pattern_example(entry, network->sites, ons_real(p, "quality"), random, example);
            for (uint32_t i = 0; i < network->sites; i++) { sums[i] += example[i]; }
            if (!supervised) { status = ons_patterns_set(network->taught, k * examples + a, example); }
        }
        if (!status && supervised) { status = ons_recall_model_weigh(network->model, k, sums); }
        if (k == 0) { memcpy(sum, sums, network->sites * sizeof *sums); }
    }
    const double factor = ons_real(p, "quality") / (dense_second_moment(p) * (double)examples);
    for (uint32_t i = 0; !status && i < network->sites; i++) { sum[i] *= factor; }
    free(entry);
    free(sums);
    return status;
}

static bool is_halted(void *context) { return ons_halted(context, 0, 0); }

static ons_status couple(dense_network *network, const ons_parameters *p, ons_context *context) {
    double *coupling = ONS_NEW(double, (size_t)network->sites * network->sites);
    ons_status status = coupling ? ONS_OK : ONS_MEMORY;
    if (!status) {
        status = ons_patterns_couplings(network->archetypes, (ons_recall_rule)ons_choice(p, "rule"), coupling,
                                        is_halted, context);
    }
    if (!status) { status = ons_recall_model_pairs(&network->model, network->sites, coupling); }
    free(coupling);
    return status;
}

ons_status dense_network_open(dense_network *network, const ons_parameters *p, ons_random patterns, ons_random lessons,
                              ons_context *context) {
    network->sites = (uint32_t)ons_integer(p, "N");
    network->count = (uint64_t)dense_count(p);
    network->first = ONS_NEW(int8_t, network->sites);
    if (!network->first) { return ONS_MEMORY; }
    ons_status status = from_file(p) ? load_archetypes(network, p) : draw_archetypes(network, p, &patterns);
    if (!status && teacher_of(p) != TEACHER_NONE) { status = teach(network, p, &lessons); }
    if (status) { return status; }
    ons_patterns_get(network->archetypes, 0, network->first);
    if (network->model) { return ONS_OK; }
    if (rule_of(p) != ONS_RULE_HEBBIAN) { return couple(network, p, context); }
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

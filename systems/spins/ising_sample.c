/*
 * The quenched disorder of the system ising: couplings, fields and dilution of a sample.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ising_system.h"

#include <stdio.h>
#include <stdlib.h>

enum { STREAM_COUPLINGS = 2, STREAM_FIELDS = 5, STREAM_DILUTION };

bool ising_random_fields(const ons_parameters *p) { return ons_choice(p, "field_disorder") != DISORDER_NONE; }

static bool has_random_couplings(const ons_parameters *p) { return ons_choice(p, "disorder") != DISORDER_NONE; }

bool ising_quenched(const ons_parameters *p) {
    return has_random_couplings(p) || ising_random_fields(p) || ons_choice(p, "dilution") != DILUTION_NONE;
}

const char *ising_disorder_name(const ons_parameters *p) {
    static const char *const couplings[] = {"no disorder", "disorder=bimodal", "disorder=gaussian"},
                             *const fields[] = {"", "field_disorder=bimodal", "field_disorder=gaussian"},
                             *const dilution[] = {"", "dilution=site", "dilution=bond"};
    if (ising_random_fields(p)) { return fields[ons_choice(p, "field_disorder")]; }
    if (ons_choice(p, "dilution") != DILUTION_NONE) { return dilution[ons_choice(p, "dilution")]; }
    return couplings[ons_choice(p, "disorder")];
}

ons_status ising_sample_check(const ons_parameters *p) {
    if (!lattice_is_complete(p)) { return ONS_OK; }
    if (has_random_couplings(p) || ons_choice(p, "dilution") == DILUTION_BOND) {
        return ons_fail(ONS_INVALID, "%s needs a list of bonds and is not possible with lattice=complete",
                        has_random_couplings(p)
                            ? (ons_choice(p, "disorder") == DISORDER_BIMODAL ? "disorder=bimodal" : "disorder=gaussian")
                            : "dilution=bond");
    }
    if (ons_choice(p, "dilution") == DILUTION_SITE) {
        return ons_fail(ONS_INVALID, "dilution=site has no meaning with lattice=complete: it is a smaller L");
    }
    return ONS_OK;
}

double ising_sample_bytes(const ons_parameters *p, double sites, double bonds) {
    double bytes = 0;
    if (has_random_couplings(p) || ons_choice(p, "dilution") == DILUTION_BOND) { bytes += 8 * bonds; }
    if (ising_random_fields(p)) { bytes += 3 * 8 * sites; } /* drawn, held, thresholds of the ghost */
    if (ons_choice(p, "dilution") == DILUTION_SITE) { bytes += 2 * sites; }
    return bytes;
}

/* ---- draws ---------------------------------------------------------------------------------------------------- */

static ons_status draw_couplings(ising_sample *sample, const ons_graph *graph, const ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    const bool diluted = ons_choice(p, "dilution") == DILUTION_BOND;
    if (!has_random_couplings(p) && !diluted) { return ONS_OK; }
    double *couplings = sample->couplings = ONS_NEW(double, graph->bonds);
    if (!couplings) { return ONS_MEMORY; }
    ons_random random = ons_stream(context, 0, STREAM_COUPLINGS);
    const double coupling = ons_real(p, "coupling");
    switch (ons_choice(p, "disorder")) {
    case DISORDER_BIMODAL:
        ons_ising_bimodal(graph, coupling, ons_real(p, "disorder_probability"), &random, couplings);
        break;
    case DISORDER_GAUSSIAN:
        ons_ising_gaussian(graph, ons_real(p, "coupling_mean"), coupling, &random, couplings);
        break;
    default: ons_ising_uniform(graph, coupling, couplings);
    }
    if (!diluted) { return ONS_OK; }
    random = ons_stream(context, 0, STREAM_DILUTION);
    const uint64_t there = ons_ising_dilute_bonds(graph, ons_real(p, "concentration"), &random, couplings);
    sample->occupation = graph->bonds ? (double)there / (double)graph->bonds : 1;
    return ONS_OK;
}

static ons_status draw_sites(ising_sample *sample, const ons_graph *graph, const ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    if (ons_choice(p, "dilution") != DILUTION_SITE) { return ONS_OK; }
    sample->occupied = ONS_NEW(uint8_t, graph->sites);
    if (!sample->occupied) { return ONS_MEMORY; }
    ons_random random = ons_stream(context, 0, STREAM_DILUTION);
    const uint32_t there =
        ons_ising_dilute_sites(graph->sites, ons_real(p, "concentration"), &random, sample->occupied);
    sample->occupation = (double)there / graph->sites;
    return ONS_OK;
}

static ons_status draw_fields(ising_sample *sample, const ons_graph *graph, const ons_context *context) {
    const ons_parameters *p = ons_context_parameters(context);
    if (!ising_random_fields(p)) { return ONS_OK; }
    sample->fields = ONS_NEW(double, graph->sites);
    if (!sample->fields) { return ONS_MEMORY; }
    ons_random random = ons_stream(context, 0, STREAM_FIELDS);
    const double width = ons_real(p, "field_width");
    if (ons_choice(p, "field_disorder") == DISORDER_BIMODAL) {
        ons_ising_fields_bimodal(graph->sites, width, &random, sample->fields);
    } else {
        ons_ising_fields_gaussian(graph->sites, width, &random, sample->fields);
    }
    return ONS_OK;
}

ons_status ising_sample_draw(ising_sample *sample, const ons_graph *graph, const ons_context *context) {
    *sample = (ising_sample){.occupation = 1};
    ons_status status = draw_couplings(sample, graph, context);
    if (!status) { status = draw_sites(sample, graph, context); }
    if (!status) { status = draw_fields(sample, graph, context); }
    return status; /* freed by the caller in any case */
}

void ising_sample_free(ising_sample *sample) {
    free(sample->couplings);
    free(sample->fields);
    free(sample->occupied);
    *sample = (ising_sample){0};
}

/*
 * What the files of the system ising share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_ISING_SYSTEM_H
#define ONSAGER_SYSTEMS_ISING_SYSTEM_H

#include "lattice_parameters.h"

/* The choices of `disorder` and `field_disorder`, and of `dilution`. */
enum { DISORDER_NONE, DISORDER_BIMODAL, DISORDER_GAUSSIAN };
enum { DILUTION_NONE, DILUTION_SITE, DILUTION_BOND };

/* Any of the three; replicas are then samples. */
bool ising_quenched(const ons_parameters *p);
bool ising_random_fields(const ons_parameters *p);
/* What makes the sample random, for messages: "disorder=bimodal". */
const char *ising_disorder_name(const ons_parameters *p);

/* A sample: what single bonds and sites have; NULL where all have the same. */
typedef struct ising_sample {
    double *couplings; /* [bonds] */
    double *fields;    /* [sites] */
    uint8_t *occupied; /* [sites] */
    double occupation; /* share of the sites, or of the bonds, that are there */
} ising_sample;
/* From streams of its own, the same whenever the state is made. */
ons_status ising_sample_draw(ising_sample *sample, const ons_graph *graph, const ons_context *context);
void ising_sample_free(ising_sample *sample);
/* Bytes of samples and of what models keep of them. */
double ising_sample_bytes(const ons_parameters *p, double sites, double bonds);
/* Refuses what complete graphs cannot have. */
ons_status ising_sample_check(const ons_parameters *p);

/* The graph of a task: without lists where attempts go through sublattices. */
ons_status ising_open_graph(ons_graph **graph, const ons_parameters *p);

extern const ons_exact ising_exacts[];

#endif

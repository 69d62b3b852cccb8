/*
 * The network of a sample of dense-hopfield: its patterns, what it was taught, its couplings.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_DENSE_NETWORK_H
#define ONSAGER_SYSTEMS_DENSE_NETWORK_H

#include <onsager/spins.h>
#include <onsager/system.h>

enum { TEACHER_NONE, TEACHER_SUPERVISED, TEACHER_UNSUPERVISED };

typedef struct dense_network {
    uint32_t sites;
    uint64_t count;           /* K, patterns to be recalled */
    bool diluted;             /* whether they have blank entries */
    ons_patterns *archetypes; /* [K] */
    ons_patterns *taught;     /* unsupervised: all examples, [K M]; else NULL */
    ons_recall_model *model;
    int8_t *first;    /* [sites]: the first pattern */
    double *examples; /* [sites], with a teacher: (r/R) times the mean example of the first pattern; else NULL */
} dense_network;

/* K of the parameters: K itself, or by the load; a double, since it may be absurd. */
double dense_count(const ons_parameters *p);
/* R = r^2 + (1 - r^2)/M; 1 without a teacher. */
double dense_second_moment(const ons_parameters *p);
/* Of the image that a configuration is drawn as. */
size_t dense_columns(const ons_parameters *p);
/* check(): refusals, and memory with `states` configurations. */
ons_status dense_network_check(const ons_parameters *p, unsigned states, double *bytes);
/* `patterns` draws patterns, `lessons` examples. */
ons_status dense_network_open(dense_network *network, const ons_parameters *p, ons_random patterns, ons_random lessons,
                              ons_context *context);
void dense_network_close(dense_network *network);

#endif

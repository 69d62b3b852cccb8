/*
 * What rbm and dbm share: parameters, observables, and all they do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef BOLTZMANN_SYSTEM_H
#define BOLTZMANN_SYSTEM_H

#include "digit_task.h"

#define BOLTZMANN_PARAMETERS                                                                                           \
    {"threshold", ONS_REAL, 0,                                                                                         \
     "0.5",       NULL,     "[0, 1)",                                                                                  \
     NULL,        NULL,     "a pixel is 1 where its grey value, 0 .. 1, is above"},                                    \
        {"classes", ONS_BOOLEAN, 0,                                                                                    \
         "yes",     NULL,        NULL,                                                                                 \
         NULL,      NULL,        "whether the class is learnt with the image, as units of which one is on"},           \
        {"learning",                                                                                                   \
         ONS_CHOICE,                                                                                                   \
         0,                                                                                                            \
         "persistent",                                                                                                 \
         "persistent|contrastive",                                                                                     \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         "chains of the negative phase go on from update to update, or begin at the data each time"},                  \
        {"sweeps", ONS_INTEGER, 0, "5", NULL, "[1, 10000]", NULL, NULL, "Gibbs sweeps of the chains in an update"},    \
        {"batch", ONS_INTEGER, 0, "20", NULL, "[1, 100000]", NULL, NULL, "examples of an update, and chains"},         \
        {"optimiser",                                                                                                  \
         ONS_CHOICE,                                                                                                   \
         0,                                                                                                            \
         "adam",                                                                                                       \
         "sgd|momentum|adam",                                                                                          \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         "how the weights follow the gradient"},                                                                       \
        {"rate", ONS_REAL, 0, "0.01", NULL, "(0, 100]", NULL, NULL, "learning rate"},                                  \
        {"decay", ONS_REAL, 0, "0", NULL, "[0, 1]", NULL, NULL, "L2 penalty of the weights (not of the biases)"},      \
        {"width", ONS_REAL, 0, "0.05", NULL, "[0, 10]", NULL, NULL, "standard deviation of the first weights"},        \
        {"observed",    ONS_REAL, ONS_ARRAY,                                                                           \
         "1",           NULL,     "(0, 1]",                                                                            \
         "classes=yes", NULL,     "shares of the pixels that are seen when a class is told"},                          \
        {"partition",                                                                                                  \
         ONS_CHOICE,                                                                                                   \
         0,                                                                                                            \
         "none",                                                                                                       \
         "none|exact|annealed",                                                                                        \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         "ln Z at each measurement: not, summed over the smaller side (30 units at most), or annealed"},               \
        {"anneal_chains", ONS_INTEGER, 0, "128", NULL, "[2, 1e6]", "partition=annealed", NULL, "independent chains"},  \
    {                                                                                                                  \
        "anneal_steps", ONS_INTEGER, 0, "1000", NULL, "[1, 1e7]", "partition=annealed", NULL, "temperatures"           \
    }

typedef struct boltzmann_state {
    digit_task task;
    ons_boltzmann machine;
    ons_optimiser *optimiser;
    ons_random order, chain;
    double *data, *chains, *batch, *gradient; /* [count][pixels + classes]; [batch][even]; [batch][..] */
    uint32_t *sequence;
    size_t seen, batch_size;
    uint64_t epoch, cursor, updates;
} boltzmann_state;

extern const ons_observable boltzmann_observables[];
ons_status boltzmann_check(const ons_system *system, const ons_parameters *p, ons_plan *plan);
ons_status boltzmann_create(void *memory, ons_context *context);
ons_status boltzmann_advance(void *memory, ons_context *context);
ons_status boltzmann_measure(const void *memory, ons_context *context);
ons_status boltzmann_persist(void *memory, ons_part *part);
ons_status boltzmann_picture(const void *memory, unsigned lane, ons_picture *picture);
void boltzmann_destroy(void *memory);

#define BOLTZMANN_DETAILS                                                                                              \
    "## Learning\n"                                                                                                    \
    "A step is an epoch: every example once, in an order shuffled anew, in updates of `batch` examples along the\n"    \
    "gradient of the mean of ln p, <features>_data - <features>_model. The second mean is that of `batch` chains of\n" \
    "block Gibbs sampling, which go on from update to update (persistent contrastive divergence) or begin at the\n"    \
    "data. Replicas are seeds: first weights, chains and orders differ, the images and the split do not.\n"            \
    "Pixels are 1 where the grey value is above `threshold`.\n"                                                        \
    "\n"                                                                                                               \
    "## Measured\n"                                                                                                    \
    "On the held-out images: with `partition=exact` or `annealed` ln Z and from it the mean of ln p of an image "      \
    "(with\n"                                                                                                          \
    "its class); annealed importance sampling has the standard error over its independent chains beside it.\n"         \
    "`class_error`: part of the images whose class is missed, where a share `observed` of the pixels is seen.\n"       \
    "\n"                                                                                                               \
    "## Data\n" DIGIT_DATA_DETAILS

#endif

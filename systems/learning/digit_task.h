/*
 * What systems that learn images share: the parameters that name them, the split, which pixels are seen, the optimiser.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DIGIT_TASK_H
#define DIGIT_TASK_H

#include <onsager/learning.h>
#include <onsager/system.h>

/* Streams of these systems; those of blocks of chains follow the last. */
enum { STREAM_WEIGHTS, STREAM_ORDER, STREAM_SEEN, STREAM_TEST, STREAM_START, STREAM_ANNEAL, STREAM_CHAINS = 1000 };

#define DIGIT_PARAMETERS(standard, examples, held)                                                                     \
    {"data",   ONS_TEXT, 0,                                                                                            \
     standard, NULL,     NULL,                                                                                         \
     NULL,     NULL,     "bars, drawn (digits made here), or a folder or file of images in idx format"},               \
        {"side", ONS_INTEGER, 0,                                                                                       \
         "0",    NULL,        "[0, 256]",                                                                              \
         NULL,   NULL,        "side of the images; 0: as they are; files are shrunk by a whole factor"},               \
        {"examples", ONS_INTEGER, 0, examples, NULL, "[1, 1e6]", NULL, NULL, "images that are learnt"}, {              \
        "held", ONS_INTEGER, 0, held, NULL, "[1, 1e6]", NULL, NULL, "images held out, on which is measured"            \
    }

#define DIGIT_DATA_DETAILS                                                                                             \
    "`data=FOLDER` names a folder with the files of MNIST, plain or with `.gz`: `train-images-idx3-ubyte` and\n"       \
    "`train-labels-idx1-ubyte`, or the pair that begins with `t10k`; `data=FILE` a file of images with the labels\n"   \
    "beside it. Any pair of idx files with such names will do.\n"                                                      \
    "`data=bars` (bars and stripes) and `data=drawn` (digits of strokes) are made here. Images are taken in a\n"       \
    "shuffled order that never changes: the first `examples` are learnt, the next `held` are held out.\n"

typedef struct digit_task {
    ons_digits digits;
    size_t train, held, pixels;
} digit_task;

ons_status digit_task_load(digit_task *task, const ons_parameters *p);
void digit_task_free(digit_task *task);
/* Writes the digest of the images; when reading, ONS_INVALID if they have changed since. */
ons_status digit_task_persist(digit_task *task, ons_part *part);
/* The order of the examples in an epoch: a permutation of 0 .. train - 1. */
void digit_task_order(const digit_task *task, ons_random stream, uint64_t epoch, uint32_t *order);
/* seen[pixels]: each with probability `share`, from place `index` of the stream. */
void digit_task_seen(const digit_task *task, ons_random *stream, uint64_t index, double share, uint8_t *seen);
ons_status digit_task_persist_optimiser(ons_optimiser *optimiser, ons_part *part);

#endif

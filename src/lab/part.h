/*
 * part: a flat sequence of named arrays in a file or in memory, from which a state can be continued.
 *
 * The bytes, in the order of this machine, everything aligned to 8:
 *   file     "ONSPART1", uint32 0x01020304, uint32 format version 1
 *   array    a header, then count elements, zeros up to a multiple of 8
 *   header   uint32 marker "ARRA", name length, element, flags (1: configuration), rank, 0; uint64 count;
 *            uint64[rank] dimensions; the name, with zeros up to a multiple of 8; digest of the elements; chain
 *   end      a header with marker "END.", all else 0, count = number of arrays; nothing follows
 * chain = digest of (the chain before it, this header up to here), that of the first header beginning with the file's
 * 16 bytes twice: every bit of the file is guarded, and a part can be written and checked in one pass without a copy of
 * it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONS_LAB_PART_H
#define ONS_LAB_PART_H

#include "replica.h"

#define LAB_PART_RANK 8
#define LAB_PART_NAME 128

/* Writes or reads; which one is fixed when it is opened. */
struct ons_part {
    bool reading;
    const char *prefix;      /* put before every name: "state/", or "" */
    bool configuration_only; /* writing: leaves out all other arrays */
    ons_status status;       /* the first failure; later calls return it */

    /* Writing. */
    int file;         /* -1: all stays in `bytes` */
    const char *path; /* for messages */
    ons_text bytes;   /* not yet in the file */
    uint64_t arrays_written;
    ons_digest chain;

    /* Reading: where each array lies. */
    lab_array *arrays;
    char *names; /* [count][LAB_PART_NAME + 1] */
    size_t count, capacity, cursor;
};

/* Begins to write, into the open file or (file = -1) into memory. */
ons_status lab_part_write(ons_part *part, int file, const char *path);
/* Writes the end, and what is left, into the file. */
ons_status lab_part_end(ons_part *part);
/* Opens the bytes of a part, which must stay, for reading. ONS_FAILED: torn or flipped. */
ons_status lab_part_read(ons_part *part, const char *bytes, size_t count);
void lab_part_close(ons_part *part);

/* The array of this name (prefix included), or NULL. */
const lab_array *lab_part_find(ons_part *part, const char *name);
size_t lab_element_size(ons_element element); /* 0: no such element */

#endif

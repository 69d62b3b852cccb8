/*
 * transfer: the Ising model on strips, cylinders, rectangles and tori by its transfer matrix, never stored: a row is
 * added by local factors on vectors over the 2^width configurations of a row.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SPINS_TRANSFER_H
#define ONSAGER_SPINS_TRANSFER_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ons_ising_exact;

typedef struct ons_transfer_options {
    bool triangular;  /* square lattice, or with one diagonal of every cell */
    uint32_t width;   /* sites of a row */
    int64_t length;   /* rows; 0: infinite */
    bool across_open; /* boundary within a row; else periodic */
    bool along_open;  /* boundary along the rows (ignored when infinite) */
    double coupling, field;
    double temperature; /* > 0 */
} ons_transfer_options;

#define ONS_TRANSFER_WIDTH 20 /* largest width; ONS_TRANSFER_TORUS where the rows are closed to a ring */
#define ONS_TRANSFER_TORUS 14

typedef struct ons_transfer ons_transfer;

/* How far it is: all that must be stored to go on. Sums stand for derivatives of Z: the value, the first two along the
 * inverse temperature, the first four along field/T. */
enum { ONS_TRANSFER_SUMS = 7 };
typedef struct ons_transfer_cursor {
    uint64_t next, total; /* classes of first rows that are done, of all (one but for closed rings) */
    double logarithm;     /* of the factor of the sums */
    double sum[ONS_TRANSFER_SUMS];
    double correlation_length; /* of infinite strips without field: 1/ln(largest eigenvalue / largest odd one) */
} ons_transfer_cursor;

/* Refuses widths and lengths out of range. */
ONS_API ons_status ons_transfer_create(ons_transfer **transfer, const ons_transfer_options *options);
ONS_API void ons_transfer_free(ons_transfer *transfer);
ONS_API double ons_transfer_bytes(const ons_transfer_options *options);
/* The next part: all of an open or infinite lattice; for a closed ring one class of first rows (equal by translation
 * across, and by the turn of all spins without field), of whose trace it is a term. Cost of one: rows * width *
 * 2^width * 7 * 0.5 ns. ONS_DONE when nothing is left; ONS_FAILED when a strip does not converge. */
ONS_API ons_status ons_transfer_step(ons_transfer *transfer);
ONS_API ons_transfer_cursor *ons_transfer_at(ons_transfer *transfer);
/* After the last step: means per site by derivatives of ln Z carried along with Z. Infinite strips: no moments of the
 * magnetization but <m> in a field; |m| is never known (NaN). */
ONS_API void ons_transfer_means(const ons_transfer *transfer, struct ons_ising_exact *exact);

#ifdef __cplusplus
}
#endif
#endif

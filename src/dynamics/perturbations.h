/*
 * Inside dynamics: perturbations of a trajectory as rows of numbers, [count][width].
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef DYNAMICS_PERTURBATIONS_H
#define DYNAMICS_PERTURBATIONS_H

#include <stdbool.h>
#include <stddef.h>

/* The unit vectors, a little off the axes and orthonormal: axes may be invariant directions of a flow, and what starts
 * exactly on one never leaves it for one that grows faster. The same numbers at any time. */
void dynamics_perturbations_start(double *rows, size_t count, size_t width);

/* Makes the rows orthonormal and adds the logarithms of their lengths to growth[count] (or NULL); *least (or NULL)
 * becomes the smallest of these if it is smaller. A row that has come to nothing is lost (false, as one that is not
 * finite) unless `vanish`: then its logarithm is minus infinity, and it goes on in a free direction. */
bool dynamics_perturbations_orthonormalise(double *rows, size_t count, size_t width, bool vanish, double *growth,
                                           double *least);

#endif

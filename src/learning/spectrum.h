/*
 * Inside learning: what the files of spectra share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_SPECTRUM_H
#define LEARNING_SPECTRUM_H

#include <onsager/learning/spectra.h>

/* OpenBLAS on one thread: every public function of this room that uses it begins with this. */
void spectrum_blas_alone(void);

#endif

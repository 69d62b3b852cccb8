/*
 * OpenBLAS on one thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "blas.h"

#include <pthread.h>

static void alone(void) { openblas_set_num_threads(1); }

void learning_blas_alone(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, alone);
}

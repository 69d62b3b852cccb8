/*
 * The lock of planners that are global and not reentrant.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <onsager/base.h>

#include <pthread.h>

static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

void ons_planner_lock(void) { pthread_mutex_lock(&planner); }
void ons_planner_unlock(void) { pthread_mutex_unlock(&planner); }

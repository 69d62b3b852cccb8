/*
 * learning: an engine for networks that learn. It knows base and statistics only and is usable alone from C.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_H
#define ONSAGER_LEARNING_H

#include <onsager/base.h>
#include <onsager/learning/derivatives.h>
#include <onsager/learning/graph.h>
#include <onsager/learning/idx.h>
#include <onsager/learning/layers.h>
#include <onsager/learning/optimiser.h>
#include <onsager/learning/physics_informed.h>
#include <onsager/learning/quadratic.h>
#include <onsager/learning/program.h>

#endif

/*
 * learning: an engine for networks that learn. It knows base and statistics only and is usable alone from C.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LEARNING_H
#define ONSAGER_LEARNING_H

#include <onsager/base.h>
#include <onsager/learning/boltzmann.h>
#include <onsager/learning/derivatives.h>
#include <onsager/learning/digits.h>
#include <onsager/learning/graph.h>
#include <onsager/learning/idx.h>
#include <onsager/learning/inverse_ising.h>
#include <onsager/learning/ion_channel.h>
#include <onsager/learning/landscape.h>
#include <onsager/learning/layers.h>
#include <onsager/learning/maximum_entropy.h>
#include <onsager/learning/monotone.h>
#include <onsager/learning/optimiser.h>
#include <onsager/learning/paths.h>
#include <onsager/learning/perceptron.h>
#include <onsager/learning/physics_informed.h>
#include <onsager/learning/program.h>
#include <onsager/learning/quadratic.h>
#include <onsager/learning/spectra.h>
#include <onsager/learning/tensor_file.h>
#include <onsager/learning/work.h>

#endif

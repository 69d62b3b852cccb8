/*
 * dynamics: an engine for flows, maps, delay equations and noise. It knows base and statistics only and is usable alone
 * from C.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_DYNAMICS_H
#define ONSAGER_DYNAMICS_H

#include <onsager/base.h>
#include <onsager/dynamics/asynchronous.h>
#include <onsager/dynamics/delay.h>
#include <onsager/dynamics/flow.h>
#include <onsager/dynamics/hamiltonian.h>
#include <onsager/dynamics/integrate.h>
#include <onsager/dynamics/invariants.h>
#include <onsager/dynamics/leslie.h>
#include <onsager/dynamics/lyapunov.h>
#include <onsager/dynamics/matrix.h>
#include <onsager/dynamics/noise.h>
#include <onsager/dynamics/oscillators.h>
#include <onsager/dynamics/rate_network.h>
#include <onsager/dynamics/rate_theory.h>
#include <onsager/dynamics/reactions.h>
#include <onsager/dynamics/sections.h>
#include <onsager/dynamics/spectral.h>

#endif

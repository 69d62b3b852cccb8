/*
 * meanfield: an engine for the mean-field theory of disordered systems: order parameters, equations of state with
 * derivatives that follow by themselves, averages over Gaussian fields, branches, folds and transitions, replica
 * symmetry and its breaking. It knows base only and is usable alone from C.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_MEANFIELD_H
#define ONSAGER_MEANFIELD_H

#include <onsager/meanfield/branch.h>
#include <onsager/meanfield/diagram.h>
#include <onsager/meanfield/dual.h>
#include <onsager/meanfield/gauss.h>
#include <onsager/meanfield/multitask.h>
#include <onsager/meanfield/replicas.h>
#include <onsager/meanfield/solve.h>
#include <onsager/meanfield/spherical.h>
#include <onsager/meanfield/supervised.h>

#endif

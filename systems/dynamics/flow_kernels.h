/*
 * What the compiled flows are made of. flow_compiler.c writes the flows in terms of numbers with eight lanes; the file
 * it writes is compiled once for each instruction set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SYSTEMS_FLOW_KERNELS_H
#define SYSTEMS_FLOW_KERNELS_H

#include "flow_system.h"
#include "lane_functions.h"

#endif

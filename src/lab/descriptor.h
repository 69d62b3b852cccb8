/*
 * Inside the checking of a descriptor: descriptor.c and rules.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_DESCRIPTOR_H
#define ONSAGER_LAB_DESCRIPTOR_H

#include "job.h"

/* ons_fail(ONS_FAILED), naming the system whose descriptor is wrong. */
ons_status lab_descriptor_wrong(const ons_system *system, const char *format, ...) ONS_FORMAT(2, 3);
/* Reads ranges, conditions and defaults of all parameters, and finds the order in which defaults are evaluated. */
ons_status lab_rules_read(lab_descriptor *descriptor);

#endif

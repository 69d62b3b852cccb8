/*
 * registry: the systems that come with onsager, collected from the lists in systems/ when the library is built.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_REGISTRY_H
#define ONSAGER_REGISTRY_H

#include <onsager/system.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All systems, ordered as their folders list them; ends with NULL. */
ONS_API const ons_system *const *ons_registry(void);

#ifdef __cplusplus
}
#endif
#endif

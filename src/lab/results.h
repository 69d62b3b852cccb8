/*
 * Inside the laboratory: the results of an archive in memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_RESULTS_H
#define ONSAGER_LAB_RESULTS_H

#include "archive.h"

struct ons_results {
    char *path;
    lab_archive_head head;
    ons_task_result *tasks;
    char **canonical; /* [count]: the parameters that differ from their defaults, a line each */
    size_t count;
    const char **names; /* distinct ones of all results; they belong to the tasks */
    size_t name_count;
};

/* Lists the names of all results anew. */
ons_status lab_results_names(ons_results *results);
/* The value of a parameter as text, NULL when it does not exist in this task. */
const char *lab_value_of(const ons_task_result *task, const char *name);

/* crossings.c: refuses a parameter that no task has, with the nearest name. */
ons_status lab_check_parameter(const ons_results *results, const char *name);
/* Whether the user gave the parameter in any task; what only follows its default may differ between tasks. */
bool lab_is_given(const ons_results *results, const char *name);

#endif

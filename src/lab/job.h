/*
 * Inside the laboratory: what was read of a job before its tasks exist, and the rules of a descriptor, read once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_JOB_H
#define ONSAGER_LAB_JOB_H

#include "task.h"

#define LAB_LARGEST 1000000 /* tasks of a job, values of a grid, elements of an array */

/* ---- place.c: where something was written, and messages that say so ---- */

typedef struct lab_place {
    const char *file; /* of a job file; NULL: none */
    int line, column;
    const char *word; /* of the command line; NULL: none */
} lab_place;

/* ons_fail(ONS_INVALID) with the place before the message: "job.yaml:3:4: ..." or "L=abc: ...". */
ons_status lab_fail_at(const lab_place *place, const char *format, ...) ONS_FORMAT(2, 3);
/* A user's text fit for a message: control characters replaced, cut when long. */
#define LAB_SHOWN 80
const char *lab_shown(const char *text, char buffer[LAB_SHOWN]);

/* ---- source.c: keys and what stands under them ---- */

typedef struct lab_entry {
    char *key;       /* "temperature", "until.binder" */
    lab_place place; /* of the value */
    lab_place key_place;
    const ons_yaml *node; /* what a file has under the key; NULL: a word of the command line */
    char *text;           /* the value of a word */
    char *word;           /* the whole word */
} lab_entry;

typedef struct lab_section {
    lab_entry *entries;
    size_t count, capacity;
    lab_place place;
} lab_section;

const lab_entry *lab_section_find(const lab_section *section, const char *key);

/* ---- list.c: values as written, split into atoms ---- */

typedef struct lab_atom {
    char *text;
    bool verbatim; /* stood in quotes: no range, no array */
    lab_place place;
} lab_atom;

typedef struct lab_item { /* one point of a grid, or a range of points */
    bool array;           /* in brackets */
    size_t first, count;  /* its atoms */
} lab_item;

typedef struct lab_list {
    lab_atom *atoms;
    lab_item *items;
    size_t atom_count, atom_capacity, item_count, item_capacity;
} lab_list;

ons_status lab_list_read(lab_list *list, const ons_parameter *parameter, const lab_entry *entry);
/* The same for a text that stands at `place`. */
ons_status lab_list_split(lab_list *list, const ons_parameter *parameter, const lab_place *place, const char *text);
/* The text as ONE value, whatever stands in it. */
ons_status lab_list_single(lab_list *list, const ons_parameter *parameter, const lab_place *place, const char *text);
void lab_list_free(lab_list *list);

/* ---- value.c: values by their type ---- */

typedef struct lab_interval { /* of a parameter's `range` */
    double low, high;
    bool low_open, high_open;
} lab_interval;

/* "(0, inf)", "[1, 1e6]"; NULL: all finite numbers. False: not of this form. */
bool lab_interval_read(lab_interval *interval, const char *range);
bool lab_interval_holds(const lab_interval *interval, double value);

/* All values that one parameter takes in one grid. */
typedef struct lab_axis {
    const lab_entry *entry; /* NULL: not given */
    lab_value *values;
    size_t count, capacity;
} lab_axis;

/* Reads the values in `list`; relative paths begin at `folder` ("" or with '/' at its end). */
ons_status lab_axis_read(lab_axis *axis, const ons_parameter *parameter, const lab_list *list, const char *folder);
void lab_axis_free(lab_axis *axis);
/* Where "#TASK" begins in FILE.h5#TASK (at the end of FILE.h5); NULL when a text is neither. */
const char *lab_archive_suffix(const char *text);
void lab_value_free(lab_value *value);
bool lab_value_equal(const ons_parameter *parameter, const lab_value *a, const lab_value *b);
/* A value with one number, for integers and reals. */
ons_status lab_value_number(lab_value *value, const ons_parameter *parameter, double number);
/* As lab_value_text, files by the digest of their content and every text in one line: for keys. */
void lab_value_canonical(const ons_parameter *parameter, const lab_value *value, ons_text *text);
/* What a parameter takes, for messages: "a whole number in [1, inf)", "one of metropolis, wolff". */
void lab_expected(const ons_parameter *parameter, ons_text *text);

/* ---- choice.c: words separated by '|' ---- */

size_t lab_choice_count(const char *choices);
/* The index of the word, -1 when it is none of them. */
int lab_choice_find(const char *choices, const char *word, size_t length);
/* The words as an array of strings in one block (release with free). */
const char **lab_choice_list(const char *choices, size_t *count);

/* ---- descriptor.c, rules.c: what the descriptor says of one parameter ---- */

#define LAB_CHOICES_MOST 63

typedef struct lab_rule {
    bool conditional; /* `when`: exists only where the choice of `subject` is in `words` */
    size_t subject;
    uint64_t words; /* one bit a choice (boolean: no, yes), bit 63: a file */
    bool required;
    lab_value standard;         /* a constant default */
    ons_expression *expression; /* or an expression of the parameters `operands` */
    size_t *operands;
    lab_interval interval;
} lab_rule;

typedef struct lab_descriptor {
    const ons_system *system;
    ons_parameter *table; /* with `start` */
    size_t count;
    lab_rule *rules;
    size_t *order; /* of parameters with an expression: operands first */
    size_t order_count;
    size_t observables, deriveds;
} lab_descriptor;

/* Checks the descriptor and reads its rules. ONS_FAILED, naming the system, where the descriptor is wrong. */
ons_status lab_descriptor_read(lab_descriptor *descriptor, const ons_system *system);
void lab_descriptor_free(lab_descriptor *descriptor);
/* The index of a parameter, SIZE_MAX when there is none. */
size_t lab_parameter_find(const ons_parameter *table, size_t count, const char *name);
/* The index of a MEAN observable (or, from `observables` on, of a derived quantity); SIZE_MAX when there is none. */
size_t lab_quantity_find(const lab_descriptor *descriptor, const char *name);

/* ---- resolve.c: the parameters of a task ---- */

/* Fills the values of a task from those chosen (NULL: not given): defaults, conditions. `entries` say where the chosen
 * ones stand, `place` where the grid does. */
ons_status lab_parameters_resolve(struct ons_parameters *parameters, const lab_descriptor *descriptor,
                                  const lab_value *const *chosen, const lab_entry *const *entries,
                                  const lab_place *place);

/* ---- controls.c ---- */

/* The entry that counts for a key: of the command line, else of the grid, else of the top of the file. */
typedef struct lab_sections {
    const lab_section *words, *grid, *top; /* grid may be NULL */
} lab_sections;
const lab_entry *lab_sections_find(const lab_sections *sections, const char *key);

bool lab_control_known(const char *key, bool *in_grids); /* "until.NAME" too */
/* Names of all controls, and their number. */
const char *const *lab_control_names(size_t *count);
/* One value of a control as text; refuses lists. */
ons_status lab_control_text(const lab_entry *entry, const char **text);
/* The controls of one grid. */
ons_status lab_controls_read(lab_controls *controls, const lab_descriptor *descriptor, const lab_sections *sections);
void lab_controls_free(lab_controls *controls);
bool lab_controls_equal(const lab_controls *a, const lab_controls *b);
/* The controls of the whole job: seed, threads, time, checkpoint, series, snapshots. */
ons_status lab_controls_whole(ons_job *job);
/* Default controls of a descriptor: false when one cannot be read. */
bool lab_controls_standard(lab_controls *controls, const ons_system *system);

/* ---- plan.c, goals.c, memory.c ---- */

ons_status lab_plan_init(struct ons_plan *plan, const ons_system *system);
void lab_plan_free(struct ons_plan *plan);
/* Calls check() of the system and looks at what it planned. */
ons_status lab_plan_make(lab_task *task);
/* Refuses a goal that the task cannot have. */
ons_status lab_goals_check(const lab_task *task, const lab_descriptor *descriptor, const lab_sections *sections);
/* Refuses a job that cannot fit into memory. */
ons_status lab_memory_check(const ons_job *job);

/* ---- identity.c, output.c, canonical.c ---- */

ons_status lab_task_identify(const ons_job *job, lab_task *task);
/* What a task was given, for messages: "L=16, temperature=2". */
void lab_task_text(const lab_task *task, ons_text *text);
ons_status lab_output_choose(ons_job *job);
ons_status lab_resume_hint(ons_job *job);
ons_status lab_job_canonical(ons_job *job);

/* ---- tasks.c ---- */

/* Makes job->tasks and job->controls. */
ons_status lab_tasks_make(ons_job *job);
void lab_tasks_free(ons_job *job);

/* ---- job.c ---- */

struct job_source {
    char *path;   /* the job file; NULL: none */
    char *folder; /* of it: "" or with '/' at its end */
    ons_yaml_document *document;
    lab_section top, words;
    lab_section *grids;
    size_t grid_count;
    char *system, *system_place;
    lab_place system_at;
    /* made by ons_job_bind */
    lab_descriptor descriptor;
    struct lab_measures *measures; /* NULL: none */
    lab_axis *axes;                /* [grids, or 1][descriptor.count] */
    size_t axis_count;
};
/* The sections that count for grid `index`, and where it stands. */
lab_sections lab_job_sections(const ons_job *job, size_t index);
lab_place lab_job_place(const ons_job *job, size_t index);
/* Forgets everything that binding made. */
void lab_job_unbind(ons_job *job);

#endif

/*
 * cli: the onsager command. What its verbs share: options, output, text tables, figures, results as JSON.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_CLI_H
#define ONSAGER_CLI_H

#include <onsager/lab.h>
#include <onsager/plugin.h>

/* ---- verbs and their options ----------------------------------------------------------------------------------------
 */

#define CLI_OPTIONS 24 /* at most this many a verb */

typedef struct cli_option {
    char letter;          /* 0: none */
    const char *name;     /* long name without dashes, NULL: none */
    const char *argument; /* "FILE"; NULL: a switch */
    const char *meaning;
} cli_option;

typedef struct cli_arguments cli_arguments;
struct cli_findings;

typedef struct cli_verb {
    const char *name;
    const char *usage; /* what follows the name */
    const char *summary;
    const char *details; /* paragraphs; NULL: none */
    const cli_option *options;
    ons_status (*run)(cli_arguments *arguments);
} cli_verb;

struct cli_arguments {
    const cli_verb *verb;
    const char *values[CLI_OPTIONS]; /* by the verb's options; switches: "yes" */
    const char **words;              /* what is no option, in order */
    size_t word_count;
    const char *command; /* the whole command line, quoted for a shell */
    int exit_code;       /* set by a verb that ends with a code of its own (128 + signal) */
    /* Takes what an analysis has found, which is then not delivered (report); NULL: it is delivered. */
    ons_status (*take)(void *taker, const struct cli_findings *findings);
    void *taker;
};

extern const cli_verb cli_verbs[]; /* ends with name == NULL (help.c) */
extern const size_t cli_verb_count;

ons_status cli_list(cli_arguments *arguments);
ons_status cli_describe(cli_arguments *arguments);
ons_status cli_run(cli_arguments *arguments);
ons_status cli_merge(cli_arguments *arguments);
ons_status cli_status(cli_arguments *arguments);
ons_status cli_show(cli_arguments *arguments);
ons_status cli_plot(cli_arguments *arguments);
ons_status cli_report(cli_arguments *arguments);
ons_status cli_analyse(cli_arguments *arguments);
/* `analyse` has a table of its own (analyse.h): *verb becomes the analysis that the words name, which is taken out of
 * them. None named: *verb stays. */
ons_status cli_analysis_choose(const cli_verb **verb, int *count, char **words);
void cli_analyses_text(ons_text *text); /* for the help: name and summary of each */
ons_status cli_reproduce(cli_arguments *arguments);
ons_status cli_watch(cli_arguments *arguments);
ons_status cli_new(cli_arguments *arguments);

/* The text of `onsager help` and of `onsager VERB --help`. */
void cli_help_text(ons_text *text);
void cli_verb_help(ons_text *text, const cli_verb *verb);
/* The analyses of `onsager analyse` one after the other; NULL behind the last. */
const cli_verb *cli_analysis_at(size_t index);
/* `onsager help --man`, onsager(1); `onsager help --bash`, the completion of bash. */
void cli_manual(ons_text *text);
void cli_bash(ons_text *text);

/* Sorts argv[0 .. count-1] (what follows the verb) into options and words. ONS_DONE: --help was among them. */
ons_status cli_arguments_read(cli_arguments *arguments, const cli_verb *verb, int count, char **argv);
void cli_arguments_free(cli_arguments *arguments);
/* The value of an option by its long name, or by its letter where it has only that one; NULL when not given. */
const char *cli_option_value(const cli_arguments *arguments, const char *name);
/* The one word that a verb needs; ONS_INVALID with the usage when there are none or more. */
ons_status cli_only_word(const cli_arguments *arguments, const char *what, const char **word);
/* A command line as a shell would read it back. Allocated. */
char *cli_command_line(int count, const char *const *argv);

/* ---- output ---------------------------------------------------------------------------------------------------------
 */

/* Writes to standard output at once. A reader that has gone is no error. */
ons_status cli_print(const ons_text *text);
/* Writes to a file as a whole; "-" is standard output. */
ons_status cli_write(const char *path, const ons_text *text);
/* The same for bytes; a missing folder is ONS_INVALID. */
ons_status cli_replace(const char *path, const void *bytes, size_t count);
/* Columns of the terminal: 40 .. 100; 100 where standard output is none. */
size_t cli_width(void);
/* Columns that a UTF-8 text takes (every character one). */
size_t cli_columns(const char *text);
/* Fills words into lines of `width` columns, each begun by `indent` spaces but for the first, whose first `used`
 * columns are taken already. Ends with a newline. */
void cli_wrap(ons_text *text, const char *words, size_t length, size_t width, size_t indent, size_t used);
/* ", did you mean 'NAME'?" or "" in a buffer. */
#define CLI_HINT 160
const char *cli_hint(char buffer[CLI_HINT], const char *word, const char *const *names, size_t count);
/* ONS_MEMORY when a text ran out of memory. */
ons_status cli_text_status(const ons_text *text);

/* A table of text: cells are added row by row, copied. */
typedef struct cli_table {
    size_t columns;
    const char *const *headers;
    const bool *right; /* [columns] aligned to the right; NULL: all to the left */
    char **cells;
    size_t count, capacity;
    bool failed;
} cli_table;
void cli_table_cell(cli_table *table, const char *format, ...) ONS_FORMAT(2, 3);
/* Columns that are empty in every row are left out. `indent` spaces before each line. */
void cli_table_text(const cli_table *table, ons_text *text, size_t indent);
void cli_table_html(const cli_table *table, ons_text *text);
bool cli_table_column_used(const cli_table *table, size_t column);
void cli_table_free(cli_table *table);

/* mean and error as 1.7456(12): the error's two leading digits in units of the mean's last one. */
#define CLI_NUMBER 64
const char *cli_number(char buffer[CLI_NUMBER], double mean, double error);
/* A number for reading, some six digits. */
const char *cli_short(char buffer[CLI_NUMBER], double value);
/* As many digits as an error of that size lets stand. */
const char *cli_as_precise(char buffer[CLI_NUMBER], double value, double error);
/* Deviation from an exact value in errors; NaN where it has no meaning. */
double cli_deviation(double ours, double exact, double error);

/* ---- systems --------------------------------------------------------------------------------------------------------
 */

/* What one step is, without what stands in parentheses behind it: the length of "sweep" in "sweep (wolff: clusters)".
 */
int cli_step_length(const char *step);
/* A system by its name or the path of its C file. */
typedef struct cli_system {
    const ons_system *system;
    ons_plugin *plugin; /* NULL: built in */
} cli_system;
/* `place` stands before the message ("" or "job.yaml:1:9: "). */
ons_status cli_system_open(cli_system *system, const char *word, const char *place);
void cli_system_close(cli_system *system);
bool cli_name_taken(const char *name); /* by a system that comes with onsager */
bool cli_is_source(const char *word);  /* ends with .c */

/* A job that is bound to its system. Close it also where opening failed. */
typedef struct cli_job {
    ons_job *job;
    cli_system system;
} cli_job;
/* From the words of `run`; `output` (NULL: none) overrides what they say. */
ons_status cli_job_open(const cli_arguments *arguments, const char *output, cli_job *opened);
/* From the canonical YAML of a job that has left an archive or parts. `system`: the C file of a user's own (NULL: the
 * system is built in). */
ons_status cli_job_reopen(const char *archive, const char *yaml, const char *system, cli_job *opened);
/* The job of one task of an archive alone, whichever job of the archive ran it. */
ons_status cli_job_of_task(const ons_results *results, const ons_task_result *task, const char *system,
                           cli_job *opened);
/* The same for one share of it, "3/16" (NULL: the whole). */
ons_status cli_job_reopen_share(const char *archive, const char *yaml, const char *system, const char *part,
                                cli_job *opened);
void cli_job_close(cli_job *opened);
/* run --dry-run. `step`: what one step of the system is. */
ons_status cli_dry_run(const cli_arguments *arguments, const ons_job *job, const char *step);

/* ---- results --------------------------------------------------------------------------------------------------------
 */

/* Opens an archive. Where a job runs or was broken off, its parts are gathered into the archive first. */
ons_status cli_results_open(ons_results **results, const char *path);
/* Whether the words are one archive, and measure.NAME=FORMULA behind it. */
bool cli_words_are_archive(const cli_arguments *arguments);
/* The archive of such words with these quantities added, and of its tasks those that --where means; without them any
 * path. */
ons_status cli_results_open_words(const cli_arguments *arguments, ons_results **results, const char **path);

/* Names of the parameters that a table needs to tell its rows apart: those that vary, and those that a result runs
 * over. */
typedef struct cli_names {
    const char **names;
    size_t count;
} cli_names;
ons_status cli_varying(const ons_results *results, cli_names *names);
void cli_names_free(cli_names *names);

#define CLI_NO_INDEX ((size_t)-1)
/* The text of a parameter of a task, "" where it does not exist there; an array value gives its element `index` (an
 * array of one always its element). */
ons_status cli_parameter_text(const ons_task_result *task, const char *name, size_t index, ons_text *text);
/* The same for the place of a row or curve: the element `index` along the axis of its result (NULL: none); an array
 * that does not vary is left out elsewhere. */
void cli_place_text(const ons_task_result *task, const char *name, const char *axis, size_t index, ons_text *text);
bool cli_parameter_number(const ons_task_result *task, const char *name, size_t index, double *value);
bool cli_parameter_is_number(const ons_results *results, const char *name);
/* Whether it is a real number, also where its present value is a whole one. */
bool cli_parameter_is_real(const ons_results *results, const char *name);
/* The unit of a parameter of a system that comes with onsager; NULL: none or not known. */
const char *cli_parameter_unit(const ons_results *results, const char *name);
/* The unit of a result, as the first task that has it says; NULL: none. */
const char *cli_quantity_unit(const ons_results *results, const char *name);
/* "energy", "profile[3,1]"; the index over an axis is left out, for the table shows its parameter. */
void cli_component_name(const ons_result *result, size_t component, ons_text *text);
/* The index of a component along the axis of its result; CLI_NO_INDEX where it has none. */
size_t cli_axis_index(const ons_result *result, size_t component);
/* Whether a list "energy,binder" holds a name. */
bool cli_quantity_listed(const char *list, const char *name);
/* Refuses a name (a list of names) that no task has, with the nearest one. */
ons_status cli_check_quantity(const ons_results *results, const char *name);
ons_status cli_check_parameter(const ons_results *results, const char *name);
#define CLI_WHERE_OPTION                                                                                               \
    { 0, "where", "CONDITIONS", "only tasks with \"L=16,32 temperature=2.2:2.3\"" }
/* "L=16,32 temperature=2.2:2.3": whether a task is meant, and of a result that runs over `axis` its element `index`
 * (NULL, CLI_NO_INDEX: the whole). where NULL: all are. */
bool cli_where(const ons_task_result *task, const char *axis, size_t index, const char *where);
/* Leaves the tasks that --where means, where the verb has it and it is given. Refuses what is no condition, an unknown
 * parameter, conditions that no task meets, and (but for plot, which chooses points) those on what runs within tasks.
 */
ons_status cli_where_keep(const cli_arguments *arguments, ons_results *results);
void cli_flags_text(unsigned flags, ons_text *text);
const char *cli_kind_name(ons_kind kind);

/* The defaults of plot and report: x is the varying number with the most values (the first of equals), by the next one.
 * `axis`: the array parameter that the quantity runs over, or NULL. */
typedef struct cli_axes {
    const char *x, *by; /* NULL: none */
} cli_axes;
/* The array parameter that a quantity runs over; NULL: none. */
const char *cli_quantity_axis(const ons_results *results, const char *name);
ons_status cli_default_axes(const ons_results *results, const char *axis, cli_axes *axes);

/* Warnings and notes, a line each: what the reader must know before the numbers (NULL: all, or a list of quantities).
 */
void cli_warnings(const ons_results *results, const char *quantity, ons_text *text);
/* The table of results: a row for every number. `quantity`, a list (NULL: all); a single one is unfolded where it is a
 * series, a histogram or a table. */
ons_status cli_results_table(const ons_results *results, const char *quantity, ons_text *text);
/* The table, and with several tasks the comparison with exact values below it. */
ons_status cli_results_text(const ons_results *results, const char *quantity, ons_text *text);
ons_status cli_results_table_html(const ons_results *results, ons_text *text);
/* Ours against the values known exactly, a row per quantity: how many, how far in errors. */
void cli_comparison_table(const ons_results *results, const char *quantity, cli_table *table);
/* One document of a run, as it is promised: results -> JSON. With `quantity` only that one. */
ons_status cli_results_json(const ons_results *results, const char *quantity, ons_text *text);
/* RFC 4180. */
ons_status cli_results_csv(const ons_results *results, const char *quantity, ons_text *text);
/* A Jansson value as text with the shortest decimals (json_t *, released). */
struct json_t;
ons_status cli_json_text(struct json_t *value, ons_text *text);
struct json_t *cli_json_real(double value); /* null when not finite */
struct json_t *cli_json_reals(const double *values, size_t count);

/* ---- crossings ------------------------------------------------------------------------------------------------------
 */

typedef struct cli_crossings {
    const char *quantity, *x, *by;
    ons_crossing_row *rows;
    size_t count;
    const ons_crossing_row
        *best; /* of the two largest sizes (NaN: they do not cross); NULL when several groups claim it */
} cli_crossings;
ons_status cli_crossings_find(const ons_results *results, cli_crossings *crossings);
/* Sets `best` for these rows. */
void cli_crossings_choose(cli_crossings *crossings);
void cli_crossings_free(cli_crossings *crossings);
void cli_crossings_table(const cli_crossings *crossings, cli_table *table);
/* "Estimate from the two largest sizes ..."; exact NaN: not known. */
void cli_crossings_sentence(const cli_crossings *crossings, double exact, const char *source, ons_text *text);
/* The options --exact and --source of analyse and report. */
ons_status cli_exact_option(const cli_arguments *arguments, double *exact, const char **source);

/* ---- figures --------------------------------------------------------------------------------------------------------
 */

typedef enum cli_style {
    CLI_POINTS,  /* points with error bars, joined by a thin line; not where the truth or a fit (`like`) is drawn too */
    CLI_SCATTER, /* points with error bars */
    CLI_LINE,    /* a smooth line */
    CLI_BAND,    /* a smooth line, its error as a band */
    CLI_STEPS    /* a histogram: steps around the points, with error bars */
} cli_style;

typedef struct cli_curve {
    char *label; /* "": not in the legend */
    size_t count, capacity;
    double *points; /* [count][4]: x, y, error (NaN: none), exact (NaN: not known) */
    bool has_error, has_exact;
    cli_style style;
    size_t like; /* drawn in the colour of the curve like - 1, which it describes; 0: one of its own */
} cli_curve;

/* A line through the whole figure at a value, and where it is uncertain a band of one error around it. */
typedef struct cli_mark {
    double at, error; /* NaN: no band */
    bool horizontal;
    char *label; /* in the legend; "": none */
} cli_mark;

/* A matrix over two axes as colours. */
typedef struct cli_map {
    size_t columns, rows;
    double *x, *y;  /* centres of the cells [columns], [rows], ascending */
    double *value;  /* [rows][columns]; NaN: left open */
    char *label;    /* of the colour scale */
    bool diverging; /* a scale with its middle at zero: both signs matter */
} cli_map;

typedef struct cli_figure {
    char *caption;                   /* in pages; NULL: the title */
    char *title, *x_label, *y_label; /* plain text, set by cli_typeset */
    bool log_x, log_y;
    bool joined;     /* a panel below the figure before it, in one picture, with the same x axis */
    double range[4]; /* x from, to, y from, to; where from == to: as the data need it */
    cli_curve *curves;
    size_t count, capacity;
    cli_mark *marks;
    size_t mark_count, mark_capacity;
    cli_map map; /* columns == 0: none */
} cli_figure;

/* The curves of quantity y against x ("time" for a series, "index" over an array, else a parameter), one for each set
 * of the other varying parameters, `by` first in the legend. x and by may be NULL. */
ons_status cli_figure_collect(const ons_results *results, const char *y, const char *x, const char *by,
                              cli_figure *figure);
/* The same for what is chosen. Tables are scatters of a column ("NAME" or "TABLE.NAME") against another one, arrays of
 * two dimensions maps, where one task is left. */
typedef struct cli_wish {
    const char *y, *x, *by; /* x, by NULL: as the data suggest */
    const char *where;      /* of what runs within tasks only these points; NULL: all */
    bool lines;             /* lines and bands in place of signs */
    bool map;               /* a map over the parameters x and by */
} cli_wish;
ons_status cli_figure_wish(const ons_results *results, const cli_wish *wish, cli_figure *figure);
/* The tables of that: whether a column is meant; its scatter. */
bool cli_is_column(const ons_results *results, const char *name);
ons_status cli_figure_table(const ons_results *results, const cli_wish *wish, cli_figure *figure);
/* A single number over two parameters of the grid, as a map. */
ons_status cli_figure_grid(const ons_results *results, const cli_wish *wish, cli_figure *figure);
/* The label of a task in a legend: its varying parameters, `by` first, without `x`; of an array its element. */
void cli_curve_label(const ons_results *results, const ons_task_result *task, const ons_result *result,
                     size_t component, const char *x, const char *by, ons_text *label);
void cli_figure_free(cli_figure *figure);
/* "svg", "png" or "pdf" from the name of a file. */
ons_status cli_figure_format(const char *path, const char **format);
/* Draws one picture (a figure and panels that are joined to it) into the file `output`. Script and data stay in the
 * folder `keep` (NULL: nowhere). */
ons_status cli_figure_draw(const cli_figure *figures, size_t count, const char *keep, const char *format,
                           const char *output);

/* Figures made by hand: all texts are copied. *figure is overwritten. */
ons_status cli_figure_begin(cli_figure *figure, const char *title, const char *x_label, const char *y_label);
/* *curve is good until the next curve is added; curves without points are not drawn. */
ons_status cli_figure_curve(cli_figure *figure, const char *label, cli_style style, cli_curve **curve);
/* A point that is not finite is left out; error and exact may be NaN. */
ons_status cli_curve_add(cli_curve *curve, double x, double y, double error, double exact);
ons_status cli_figure_mark(cli_figure *figure, bool horizontal, double at, double error, const char *label);
/* Copies x [columns], y [rows] and value [rows][columns]. */
ons_status cli_figure_map(cli_figure *figure, const char *label, size_t columns, const double *x, size_t rows,
                          const double *y, const double *value);
/* A name and its unit as the label of an axis. Allocated. */
char *cli_axis_label(const char *name, const char *unit);

/* Plain text in gnuplot's enhanced form: symbols (single letters) italic, "T_c" and "x^2" with indices, "_" between
 * words a space; everything else as it stands. */
void cli_typeset(const char *plain, ons_text *text);
/* How wide it comes out at most, in units of the size of the type. */
double cli_typeset_width(const char *plain);

/* The ticks of an axis `length` long whose labels are `size` high: as many as fit without touching. */
#define CLI_TICKS 64
typedef struct cli_ticks {
    size_t count;
    struct cli_tick {
        double at;
        char label[48]; /* enhanced text; "" a small tick between */
    } tick[CLI_TICKS];
    double width; /* of the widest label, in units of the size of the type */
} cli_ticks;
void cli_ticks_choose(double low, double high, bool logarithmic, bool vertical, double length, double size,
                      cli_ticks *ticks);

/* The paper that figures are drawn on. */
typedef struct cli_canvas {
    const char *format; /* "svg", "png", "pdf" */
    double width;       /* cm; 0: 12 */
    double size;        /* of the type in points; 0: 8 */
    const char *font;   /* NULL: Helvetica */
    bool titles;        /* print the titles too */
    bool scalable;      /* svg for a page: takes the width that it is given */
} cli_canvas;
#define CLI_COLUMN 8.6 /* cm, a column of a journal, and a page */
#define CLI_PAGE 17.8

/* How many pictures they make: a figure that is `joined` is a panel of the one before. */
size_t cli_pictures(const cli_figure *figures, size_t count);
/* Has gnuplot draw figures in `directory` (which keeps data and script, figure.gp), as figure-1.FORMAT ... */
ons_status cli_gnuplot(const cli_figure *figures, size_t count, const cli_canvas *canvas, const char *directory);
/* The picture of a state, for `plot --picture`. */
ons_status cli_plot_picture(const cli_arguments *arguments, const ons_results *results, const char *path);
ons_status cli_state_picture(const ons_results *results, const ons_task_result *task, const char *source,
                             uint64_t replica, ons_picture *picture);
ons_status cli_temporary_directory(char **path);
/* Removes a directory of plain files. */
void cli_remove_directory(const char *path);
void cli_html(ons_text *text, const char *string); /* escaped */

/* Pages of HTML. */
void cli_html_begin(ons_text *page, const char *title, const char *summary);
void cli_html_end(ons_text *page);
/* A picture as a PNG file, and embedded. */
ons_status cli_html_picture(const ons_picture *picture, const char *caption, const char *path, ons_text *page);
/* Lines as they are, under a heading and (NULL: none) a sentence that is HTML already; nothing where there are none. */
void cli_html_block(ons_text *page, const char *heading, const char *sentence, const char *block);
/* Figures drawn by gnuplot, embedded; scripts and data stay in the folder `keep` (NULL: nowhere). Without gnuplot the
 * page and standard error say so: ONS_DONE. */
ons_status cli_html_figures(const cli_figure *figures, size_t count, const char *keep, ons_text *page);

/* What `report` was asked for. */
typedef struct cli_report_request {
    const cli_arguments *arguments;
    const char *archive; /* as it was named */
    const char *system;  /* the C file of a user's own, or NULL */
    bool plain;          /* no figures: gnuplot has failed already */
} cli_report_request;
/* The analyses that --analyse names, or what the archive allows without being asked. */
ons_status cli_report_analyses(cli_report_request *asked, const ons_results *results, ons_text *page);
/* Draws figures unless it has failed already. */
ons_status cli_report_figures(cli_report_request *asked, const cli_figure *figures, size_t count, ons_text *page);
/* What a report says of an archive in words: warnings with what to do, the job, how to go on, where it is from. */
void cli_report_warnings(const ons_results *results, ons_text *page);
void cli_report_job(const ons_results *results, ons_text *page);
void cli_report_again(const ons_results *results, ons_text *page);
void cli_report_provenance(const ons_results *results, ons_text *page);
/* Pictures of states of some tasks. source: the C file of a user's own system, or NULL. */
ons_status cli_report_pictures(const ons_results *results, const char *source, ons_text *page);

/* ---- pages of help: one content, two writers ------------------------------------------------------------------------
 */

typedef struct cli_page {
    ons_text *text;
    bool markdown;
    size_t width;
} cli_page;
void cli_page_title(cli_page *page, const char *title, const char *summary);
void cli_page_heading(cli_page *page, const char *heading);
/* Markdown: paragraphs, lists, indented or fenced blocks. */
void cli_page_markdown(cli_page *page, const char *markdown);
void cli_page_code(cli_page *page, const char *code);
/* Rows of `columns` cells: the first is a name, the last its meaning; "" is nothing. */
void cli_page_table(cli_page *page, const char *const *headers, size_t columns, const char *const *cells, size_t rows);
/* All that a descriptor says. `word`: how the user names the system. */
ons_status cli_page_system(cli_page *page, const ons_system *system, const char *word);

/* ---- what happens while a job runs ----------------------------------------------------------------------------------
 */

/* First SIGINT or SIGTERM: sets the flag; the second one leaves at once. */
const volatile sig_atomic_t *cli_signals_catch(void);
/* A crash of a user's system ends the command with one line. archive NULL: nothing was written yet. */
void cli_signals_guard(const char *source, const char *archive);

typedef struct cli_progress {
    bool quiet, terminal, shown;
    const char *step; /* the unit of a step */
    double last;      /* seconds of the last line where standard error is no terminal */
} cli_progress;
void cli_progress_begin(cli_progress *progress, const char *step, bool quiet);
void cli_progress_show(void *data, const ons_progress *progress);
void cli_progress_end(cli_progress *progress);

#endif

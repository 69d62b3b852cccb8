/*
 * The analyses of `onsager analyse FILE.h5 NAME ...`: each a verb of its own, in its own file analyse_NAME.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_CLI_ANALYSE_H
#define ONSAGER_CLI_ANALYSE_H

#include "cli.h"

#include <onsager/analysis.h>

#include <jansson.h>

/* One line an analysis: its descriptor. The table that lists them is in analyse.c. */
extern const cli_verb cli_analysis_collapse;
extern const cli_verb cli_analysis_crossing;
extern const cli_verb cli_analysis_autocorrelation;
extern const cli_verb cli_analysis_binning;
extern const cli_verb cli_analysis_bootstrap;
extern const cli_verb cli_analysis_histogram;
extern const cli_verb cli_analysis_reweight;
extern const cli_verb cli_analysis_structure;
extern const cli_verb cli_analysis_derivative;
extern const cli_verb cli_analysis_extremum;
extern const cli_verb cli_analysis_fit;

/* The descriptor of an analysis: `text` stands for its usage after FILE.h5 NAME. */
#define CLI_ANALYSIS_NAME(short_name) "analyse FILE.h5 " short_name

/* Options that several analyses have. */
#define ANALYSE_X                                                                                                      \
    { 'x', NULL, "NAME", "the parameter on the axis; default: the varying number with the most values" }
#define ANALYSE_BY                                                                                                     \
    { 0, "by", "NAME", "the parameter that tells the curves apart; default: the next varying number" }
#define ANALYSE_EXACT                                                                                                  \
    {0, "exact", "VALUE", "the exact value, printed beside ours"}, {                                                   \
        0, "source", "TEXT", "where the exact value is from"                                                           \
    }
#define ANALYSE_FIGURE                                                                                                 \
    {'o', "output", "FILE", "draw it: FILE.svg, .png or .pdf"}, {                                                      \
        0, "keep", "DIR", "with -o: keep the gnuplot script and its data in DIR"                                       \
    }
#define ANALYSE_JSON                                                                                                   \
    { 0, "json", "FILE", "write one JSON document; - is standard output, and nothing else goes there" }
#define ANALYSE_END                                                                                                    \
    { 0, NULL, NULL, NULL }
/* What every analysis that draws curves ends with. */
#define ANALYSE_COMMON CLI_WHERE_OPTION, ANALYSE_FIGURE, ANALYSE_JSON, ANALYSE_END

/* The options that draw, looked at before the archive is opened; then opens the one archive that the words name. */
ons_status cli_analysis_open(const cli_arguments *arguments, ons_results **results);

/* What an analysis has found, delivered as the options ask: the JSON document (NULL: none; released), the text unless
 * JSON goes to standard output, and the figures where -o names a file. */
typedef struct cli_findings {
    json_t *document;
    ons_text text;
    cli_figure *figures;
    size_t figure_count;
} cli_findings;
ons_status cli_findings_deliver(const cli_arguments *arguments, cli_findings *findings);
/* Releases what was found; the figures one by one, not the array. */
void cli_findings_free(cli_findings *findings);
/* {"onsager": version, "archive": path, "analysis": name}. */
json_t *cli_findings_document(const cli_arguments *arguments, const ons_results *results);
/* The last word of the descriptor's name: "crossing". */
const char *cli_analysis_word(const cli_verb *analysis);

/* A whole number >= least from an option, or the default; ONS_INVALID with the option's name. */
ons_status cli_integer_option(const cli_arguments *arguments, const char *name, int64_t least, int64_t fallback,
                              int64_t *value);
/* A finite number from an option, or the default. */
ons_status cli_real_option(const cli_arguments *arguments, const char *name, double fallback, double *value);

/* ---- curves (analyse_curves.c) --------------------------------------------------------------------------------------
 */

/* From -y (needed), -x, --by, --from and --to. */
ons_status cli_curves_request(const cli_arguments *arguments, ons_curves_request *request);
/* x and the size from -x and --by, else the defaults; both must be numbers that this archive has. */
ons_status cli_size_axes(const cli_arguments *arguments, const ons_results *results, const char *quantity,
                         const char **x, const char **by);
/* Begins a figure against x; axes have the units of what they show, where the archive knows it. */
ons_status cli_analysis_figure(const ons_results *results, const char *what, const char *x, const char *y,
                               cli_figure *figure);
/* The points of the curves of a quantity, as a figure to which more may be added. */
ons_status cli_curves_figure(const ons_results *results, const ons_curves *curves, const char *quantity,
                             cli_figure *figure);
/* What the reader should know of their errors, a line each. */
void cli_curves_notes(const ons_curves *curves, ons_text *text);

#endif

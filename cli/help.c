/*
 * The verbs with their options, and the help that is made of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <string.h>

#define JSON_OPTION                                                                                                    \
    { 0, "json", "FILE", "write one JSON document; - is standard output, and nothing else goes there" }
#define END                                                                                                            \
    { 0, NULL, NULL, NULL }

static const cli_option list_options[] = {{0, "names", NULL, "names alone, one a line"}, JSON_OPTION, END};
static const cli_option describe_options[] = {
    {0, "markdown", NULL, "print the page of docs/ instead"},
    {0, "system", NULL, "only the system of that name"},
    {0, "paper", NULL, "only the paper of that name"},
    END,
};
static const cli_option run_options[] = {
    {'o', "output", "FILE.h5", "the archive (the same as output=FILE.h5)"},
    JSON_OPTION,
    {0, "part", "K/N", "run the K-th of N parts of the job, into STEM.KofN.h5; 'onsager merge' joins them"},
    {0, "dry-run", NULL, "run nothing: tasks, memory, size of the archive and time, from a second of trial"},
    {'q', "quiet", NULL, "no progress, no table"},
    END,
};
static const cli_option merge_options[] = {
    {'o', "output", "FILE.h5", "the merged archive, a new file"},
    {0, "system", "FILE.c", "the system of your own that made the archives"},
    {'q', "quiet", NULL, "print nothing"},
    END,
};
static const cli_option status_options[] = {
    JSON_OPTION,
    {0, "system", "FILE.c", "the system of your own that made the archive"},
    END,
};
static const cli_option show_options[] = {
    {'o', "output", "FORMAT", "table (default), csv or json"},
    {0, "quantity", "NAME,...", "only these; a single one is unfolded where it is a series, histogram or table"},
    CLI_WHERE_OPTION,
    JSON_OPTION,
    END,
};
static const cli_option plot_options[] = {
    {'x', NULL, "NAME",
     "a parameter, 'time', 'index' or a column of a table; default: the varying number with the most values"},
    {'y', NULL, "NAME,...", "quantities or columns of a table, a panel each; default: the first one"},
    {0, "by", "NAME", "the parameter that tells the curves apart; default: the next varying one"},
    CLI_WHERE_OPTION,
    {'o', "output", "FILE", "FILE.svg (default), .png or .pdf"},
    {0, "log", "AXES", "x, y or xy: logarithmic axes"},
    {0, "range", "X,Y", "FROM:TO of x, and of y: 2.2:2.4,0:1; a : alone leaves an axis as it is"},
    {0, "lines", NULL, "lines with their errors as bands in place of points"},
    {0, "map", NULL, "a map of the quantity over two parameters, -x and --by"},
    {0, "title", "TEXT", "default: none, as journals want it"},
    {0, "width", "WIDTH", "column (8.6 cm, default), page (17.8 cm) or centimetres"},
    {0, "font", "NAME,SIZE", "the type and its size in points; default: Helvetica,8"},
    {0, "keep", "DIR", "keep the gnuplot script and its data in DIR: gnuplot DIR/figure.gp draws it again"},
    {0, "picture", NULL, "draw the last configuration that the archive holds instead; -o FILE.png"},
    {0, "task", "N", "--picture: of this task, counted from 0 (or its key); needed where there are several"},
    {0, "replica", "N", "--picture: of this replica; default: 0"},
    {0, "system", "FILE.c", "--picture: the system of your own that made the archive"},
    END,
};
static const cli_option report_options[] = {
    {'o', "output", "FILE.html", "default: the archive's name with .html"},
    CLI_WHERE_OPTION,
    {0, "analyse", "ANALYSES",
     "as 'onsager analyse' takes them: \"collapse -y binder; fit -y binder -x L\"; default: those that the archive "
     "allows"},
    {0, "exact", "VALUE", "the exact place of the crossing, printed beside ours"},
    {0, "source", "TEXT", "where the exact place is from"},
    {0, "system", "FILE.c", "the system of your own that made the archive, for pictures of its states"},
    END,
};
static const cli_option analyse_options[] = {END};
static const cli_option reproduce_options[] = {
    {0, "effort", "EFFORT", "quick (seconds), standard (default; minutes) or full (the paper's own scale)"},
    {'o', "output", "FOLDER", "for archives, figures and report.html; default: PAPER-EFFORT"},
    {0, "claim", "ID", "print the verdict on this claim only"},
    {0, "threads", "N", "default: all cores"},
    JSON_OPTION,
    {'q', "quiet", NULL, "no progress, no table"},
    END,
};
static const cli_option watch_options[] = {
    {0, "port", "N", "of the page on 127.0.0.1; default: any that is free"},
    {0, "no-browser", NULL, "open no browser, only print the address"},
    END,
};
static const cli_option new_options[] = {END};

const cli_verb cli_verbs[] = {
    {"list", "[systems|papers]", "what can be run", NULL, list_options, cli_list},
    {"describe", "SYSTEM|PAPER", "all about a system or a paper",
     "SYSTEM and PAPER are names from 'onsager list'; SYSTEM may be the path of a C file. A name that both have shows "
     "both.",
     describe_options, cli_describe},
    {"run", "JOB.yaml | SYSTEM | ./my-system.c  key=value ...", "run a job, or continue it",
     "A value is 16, 1e5, a grid 16,32,64, an inclusive range 2.0:2.5:0.1 (a grid too), or one array [16,32]. Words of "
     "the command "
     "line override those of a job file. Run controls, the same for every system: steps warmup every replicas seed "
     "threads "
     "until.NAME measure.NAME time checkpoint output series snapshots start.\n\n"
     "The same command again continues what is not finished; more steps extend it. Ctrl-C writes all parts first, a "
     "second one leaves at "
     "once.",
     run_options, cli_run},
    {"merge", "A.h5 B.h5 ... -o ALL.h5", "join the archives of the parts of a job",
     "The parts ran with 'onsager run JOB.yaml --part K/N', on any machines. The merged archive holds the same bits as "
     "that of the undivided job; what is missing can be run from it. Archives of other jobs, systems, versions or "
     "seeds "
     "are refused, and two that hold the same replica.",
     merge_options, cli_merge},
    {"status", "[FILE.h5 | FOLDER | JOB.yaml | SYSTEM key=value ...]", "what of a job is done, running and left",
     "Looks at archives and at what running jobs have stored, those of parts (--part K/N) too, and writes nothing. "
     "Without a word: all jobs in this folder.",
     status_options, cli_status},
    {"show", "FILE.h5 [measure.NAME=FORMULA ...]", "the results of an archive as a table, CSV or JSON",
     "Where the job still runs, or was broken off, what its parts hold comes into the archive first. The words of "
     "'onsager run' may "
     "stand for the archive: onsager show JOB.yaml. Formulas behind the archive, such as measure.m6=magnetization^6, "
     "are "
     "taken over the samples that it keeps; plot, report and analyse take them too.",
     show_options, cli_show},
    {"plot", "FILE.h5 [measure.NAME=FORMULA ...]", "draw a quantity with its error bars", NULL, plot_options, cli_plot},
    {"report", "FILE.h5 ...", "one HTML page: warnings, analyses, figures, tables, provenance", NULL, report_options,
     cli_report},
    {"analyse", "FILE.h5 ANALYSIS [options]", "what follows from an archive", NULL, analyse_options, cli_analyse},
    {"reproduce", "PAPER", "run what a paper ran, and hold its claims against it",
     "PAPER is a name from 'onsager list papers'. Every claim ends in a verdict: agrees, differs, or not-checked with "
     "the "
     "reason. The "
     "exit code is 0 also where claims differ: that is a result.\n\n"
     "The archives of the jobs stay in the folder, beside report.html. The same command again goes on where it was "
     "interrupted.",
     reproduce_options, cli_reproduce},
    {"watch", "SYSTEM | ./my-system.c | JOB.yaml  key=value ...", "see a system run, on a live page",
     "The address of the page is the first line that it prints; only this computer can open it. The page shows the "
     "state as its system draws it, what is measured, and sliders for the parameters that may change while it runs. "
     "Every parameter has one value here.\n\n"
     "Ctrl-C ends the run. Nothing is stored: what is to be kept is run by 'onsager run'.",
     watch_options, cli_watch},
    {"new", "NAME", "write NAME.c, a system of your own to start from", NULL, new_options, cli_new},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
const size_t cli_verb_count = sizeof cli_verbs / sizeof *cli_verbs - 1;

void cli_help_text(ons_text *text) {
    ons_text_add(text, "onsager %s: a laboratory for statistical physics\n\n", ONS_VERSION);
    for (const cli_verb *verb = cli_verbs; verb->name; verb++) {
        ons_text_add(text, "  onsager %-9s %s\n", verb->name, verb->summary);
    }
    ons_text_add(text, "\n'onsager VERB --help' says more. To begin:\n\n"
                       "  onsager run ising L=16,32 temperature=2.2:2.4:0.05 -o ising.h5\n"
                       "  onsager plot ising.h5 -y binder -o binder.svg\n");
}

static void option_name(const cli_option *option, ons_text *text) {
    if (option->letter) { ons_text_add(text, "-%c%s", option->letter, option->name ? ", " : ""); }
    if (option->name) { ons_text_add(text, "--%s", option->name); }
    if (option->argument) { ons_text_add(text, " %s", option->argument); }
}

void cli_verb_help(ons_text *text, const cli_verb *verb) {
    const size_t width = cli_width();
    ons_text_add(text, "onsager %s %s\n\n", verb->name, verb->usage);
    ons_text_add(text, "%s\n", verb->summary);
    for (const char *paragraph = verb->details; paragraph && *paragraph;) {
        const char *end = strstr(paragraph, "\n\n");
        const size_t length = end ? (size_t)(end - paragraph) : strlen(paragraph);
        ons_text_add(text, "\n");
        cli_wrap(text, paragraph, length, width, 0, 0);
        paragraph = end ? end + 2 : paragraph + length;
    }
    if (verb->options->meaning) { ons_text_add(text, "\n"); }
    for (const cli_option *option = verb->options; option->meaning; option++) {
        ons_text name = {0};
        option_name(option, &name);
        ons_text_add(text, "  %-22s ", name.data ? name.data : "");
        const size_t used = cli_columns(name.data ? name.data : "");
        cli_wrap(text, option->meaning, strlen(option->meaning), width, 25, used > 22 ? used + 3 : 25);
        ons_text_free(&name);
    }
    if (verb->run == cli_analyse) { cli_analyses_text(text); }
}

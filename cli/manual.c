/*
 * The manual page and the completion of bash, written from the table of verbs and the registry, so that they cannot say
 * anything else than the command itself: onsager help --man, onsager help --bash.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <onsager/registry.h>

#include <string.h>

/* Of the last change of the verbs. */
#define PAGE_DATE "2026-11-21"

/* ---- the manual page ------------------------------------------------------------------------------------------------
 */

/* Text as roff takes it: every dash can be copied, no line is a request. */
static void add_roff(ons_text *text, const char *words, size_t length) {
    bool line_begins = text->length == 0 || text->data[text->length - 1] == '\n';
    for (size_t i = 0; i < length; i++) {
        const char c = words[i];
        if (line_begins && (c == '.' || c == '\'')) { ons_text_add(text, "\\&"); }
        if (c == '\\') {
            ons_text_add(text, "\\e");
        } else if (c == '-') {
            ons_text_add(text, "\\-");
        } else {
            ons_text_add_bytes(text, &c, 1);
        }
        line_begins = c == '\n';
    }
}

static void add_words(ons_text *text, const char *words) { add_roff(text, words, strlen(words)); }

/* Filled lines of at most 78 bytes, marks included. */
static void add_lines(ons_text *text, const char *words, size_t length) {
    ons_text lines = {0};
    cli_wrap(&lines, words, length, 68, 0, 0);
    add_roff(text, lines.data ? lines.data : "", lines.length);
    ons_text_free(&lines);
}

static void add_heading(ons_text *text, const char *macro, const char *heading) {
    ons_text_add(text, ".%s \"", macro);
    for (const char *c = heading; *c != '\0'; c++) {
        if (*c == '"') {
            ons_text_add(text, "\\(dq");
        } else {
            add_roff(text, c, 1);
        }
    }
    ons_text_add(text, "\"\n");
}

/* Paragraphs, separated by empty lines. */
static void add_paragraphs(ons_text *text, const char *paragraphs) {
    for (const char *at = paragraphs; *at != '\0';) {
        const char *end = strstr(at, "\n\n");
        const size_t length = end ? (size_t)(end - at) : strlen(at);
        ons_text_add(text, ".PP\n");
        add_lines(text, at, length);
        at = end ? end + 2 : at + length;
    }
}

static void add_option(ons_text *text, const cli_option *option) {
    ons_text_add(text, ".TP\n.B ");
    if (option->letter) { ons_text_add(text, "\\-%c%s", option->letter, option->name ? ", " : ""); }
    if (option->name) {
        ons_text_add(text, "\\-\\-");
        add_words(text, option->name);
    }
    if (option->argument) {
        ons_text_add(text, " \\fI");
        add_words(text, option->argument);
        ons_text_add(text, "\\fR");
    }
    ons_text_add(text, "\n");
    add_lines(text, option->meaning, strlen(option->meaning));
}

static void add_verb(ons_text *text, const cli_verb *verb) {
    ons_text heading = {0};
    ons_text_add(&heading, "onsager %s %s", verb->name, verb->usage);
    add_heading(text, "SS", heading.data ? heading.data : verb->name);
    ons_text_free(&heading);
    ons_text sentence = {0};
    ons_text_add(&sentence, "%s.", verb->summary);
    if (sentence.data) { add_lines(text, sentence.data, strlen(sentence.data)); }
    ons_text_free(&sentence);
    if (verb->details) { add_paragraphs(text, verb->details); }
    for (const cli_option *option = verb->options; option->meaning; option++) { add_option(text, option); }
}

static void add_systems(ons_text *text) {
    ons_text_add(text, ".SH SYSTEMS\n.B onsager describe\n.I SYSTEM\ntells all of one.\n");
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        ons_text_add(text, ".TP\n.B ");
        add_words(text, (*system)->name);
        ons_text_add(text, "\n");
        const char *summary = (*system)->summary ? (*system)->summary : "";
        add_lines(text, summary, strlen(summary));
    }
}

static void add_tail(ons_text *text) {
    static const char *const codes[][2] = {
        {"0", "done"},
        {"1", "a failure while running"},
        {"2", "what was given cannot be used; one message says where and what was expected"},
        {"130, 143", "interrupted by SIGINT or SIGTERM; all is stored, the same command goes on"},
    };
    ons_text_add(text, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        ons_text_add(text, ".TP\n.B %s\n%s\n", codes[i][0], codes[i][1]);
    }
    ons_text_add(text, ".SH FILES\n.TP\n.I OUTPUT.h5\nthe archive of a job: results and where they come from, in HDF5\n"
                       ".TP\n.I OUTPUT.h5.parts/\nits replicas while it runs, or after it was broken off\n");
    ons_text_add(text,
                 ".SH ENVIRONMENT\n.TP\n.B CC\nthe C compiler for systems of your own; default: the one onsager was "
                 "made for\n");
    ons_text_add(text, ".SH EXAMPLES\n.nf\n");
    add_words(text, "onsager run ising L=16,32 temperature=2.2:2.4:0.05 -o ising.h5\n"
                    "onsager plot ising.h5 -y binder -o binder.svg\n"
                    "onsager analyse ising.h5 crossing\n");
    ons_text_add(text, ".fi\n.SH SEE ALSO\n.BR gnuplot (1),\n.BR h5dump (1)\n");
}

void cli_manual(ons_text *text) {
    ons_text_add(text, ".TH ONSAGER 1 %s \"onsager %s\" \"User Commands\"\n", PAGE_DATE, ONS_VERSION);
    ons_text_add(text, ".SH NAME\nonsager \\- a laboratory for statistical physics\n.SH SYNOPSIS\n.B onsager\n.I VERB\n"
                       "[options] [words]\n.SH DESCRIPTION\n");
    static const char what[] = "A user names a system and its parameters; onsager samples, integrates or solves it, "
                               "survives crashes, puts error bars on what it measures, draws it, and holds it against "
                               "published numbers.";
    add_lines(text, what, strlen(what));
    ons_text_add(text, ".B onsager\n.I VERB\n.B \\-\\-help\nsays what stands here.\n.SH VERBS\n");
    for (const cli_verb *verb = cli_verbs; verb->name; verb++) { add_verb(text, verb); }
    ons_text_add(text, ".SH ANALYSES\n");
    for (size_t i = 0; cli_analysis_at(i); i++) { add_verb(text, cli_analysis_at(i)); }
    add_systems(text);
    add_tail(text);
}

/* ---- bash -----------------------------------------------------------------------------------------------------------
 */

static void add_option_words(ons_text *text, const cli_verb *verb) {
    for (const cli_option *option = verb->options; option->meaning; option++) {
        if (option->name) { ons_text_add(text, "--%s ", option->name); }
        if (option->letter) { ons_text_add(text, "-%c ", option->letter); }
    }
    ons_text_add(text, "--help");
}

static void add_keys(ons_text *text) {
    static const char controls[] =
        "steps= warmup= warmup.max= every= replicas= seed= threads= time= checkpoint= output= "
        "series= snapshots= start= until. measure.";
    ons_text_add(text, "_onsager_keys() {\n    case $1 in\n");
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        ons_text_add(text, "    %s) echo '", (*system)->name);
        for (const ons_parameter *p = (*system)->parameters; p && p->name; p++) { ons_text_add(text, "%s= ", p->name); }
        ons_text_add(text, "' ;;\n");
    }
    ons_text_add(text, "    esac\n    echo '%s'\n}\n\n", controls);
}

static void add_lists(ons_text *text) {
    ons_text_add(text, "_onsager_verbs='");
    for (const cli_verb *verb = cli_verbs; verb->name; verb++) { ons_text_add(text, "%s ", verb->name); }
    ons_text_add(text, "help'\n_onsager_systems='");
    for (const ons_system *const *system = ons_registry(); *system; system++) {
        ons_text_add(text, "%s ", (*system)->name);
    }
    ons_text_add(text, "'\n_onsager_analyses='");
    for (size_t i = 0; cli_analysis_at(i); i++) {
        ons_text_add(text, "%s ", strrchr(cli_analysis_at(i)->name, ' ') + 1);
    }
    ons_text_add(text, "'\n\n_onsager_options() {\n    case $1 in\n");
    for (const cli_verb *verb = cli_verbs; verb->name; verb++) {
        ons_text_add(text, "    %s) echo '", verb->name);
        add_option_words(text, verb);
        ons_text_add(text, "' ;;\n");
    }
    for (size_t i = 0; cli_analysis_at(i); i++) {
        ons_text_add(text, "    %s) echo '", strrchr(cli_analysis_at(i)->name, ' ') + 1);
        add_option_words(text, cli_analysis_at(i));
        ons_text_add(text, "' ;;\n");
    }
    ons_text_add(text, "    esac\n}\n\n");
}

void cli_bash(ons_text *text) {
    ons_text_add(text, "# Completion of onsager for bash; written by: onsager help --bash\n\n");
    add_lists(text);
    add_keys(text);
    ons_text_add(text, "_onsager() {\n"
                       "    local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} words=''\n"
                       "    COMPREPLY=()\n"
                       "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                       "        words=$_onsager_verbs\n"
                       "    elif [ \"${word:0:1}\" = - ]; then\n"
                       "        [ \"$verb\" = analyse ] && [ \"$COMP_CWORD\" -gt 3 ] && verb=${COMP_WORDS[3]}\n"
                       "        words=$(_onsager_options \"$verb\")\n"
                       "    else\n"
                       "        case $verb in\n"
                       "        run|describe|watch|status|show)\n"
                       "            if [ \"$COMP_CWORD\" -eq 2 ]; then words=$_onsager_systems; "
                       "else words=$(_onsager_keys \"${COMP_WORDS[2]}\"); fi ;;\n"
                       "        reproduce) words=$(onsager list papers --names 2>/dev/null) ;;\n"
                       "        analyse) words=$_onsager_analyses ;;\n"
                       "        help) words=$_onsager_verbs ;;\n"
                       "        list) words='systems papers' ;;\n"
                       "        esac\n"
                       "    fi\n"
                       "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
                       "    case ${COMPREPLY[0]} in *=|*.) compopt -o nospace ;; esac\n"
                       "}\n"
                       "complete -o default -F _onsager onsager\n");
}

/*
 * cli: a paper that was reproduced, and its writers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_CLI_REPRODUCE_H
#define ONSAGER_CLI_REPRODUCE_H

#include "cli.h"

#include <onsager/paper.h>

typedef struct cli_reproduced {
    const ons_paper *paper;
    ons_reproduction *reproduction;
    ons_effort effort;
    char *folder;
    const char *command;
    double seconds;
    bool interrupted;
} cli_reproduced;

/* NULL: there is none of that name. */
const ons_paper *cli_paper_find(const char *name);
/* ONS_INVALID with the nearest name. */
ons_status cli_paper_unknown(const char *word);
/* All that its descriptor says. */
ons_status cli_page_paper(cli_page *page, const ons_paper *paper);

/* The claims of a paper and, where they are settled, our numbers: a text for a number as it stands in tables, with "at
 * least" before a bound; "" where there is none. */
void cli_claim_published(const ons_claim *claim, ons_text *text);
void cli_claim_ours(const ons_settled *settled, ons_text *text);
/* How many claims have each verdict. */
void cli_verdict_counts(const ons_reproduction *reproduction, size_t counts[3]);
/* "3 agree, 1 differs, 2 not checked". */
void cli_verdict_sentence(const size_t counts[3], ons_text *text);

/* The table of verdicts (of one claim, where it is not NULL) with the reasons below each row. */
void cli_reproduction_text(const cli_reproduced *reproduced, const char *claim, ons_text *text);
/* The document that is promised for `reproduce --json`. */
ons_status cli_reproduction_json(const cli_reproduced *reproduced, ons_text *text);
/* One self-contained page. */
ons_status cli_reproduction_html(const cli_reproduced *reproduced, ons_text *text);

#endif

/*
 * paper: a publication whose results are reproduced: its claims, and the function that runs the jobs and gives our
 * numbers. A paper is one C file under papers/; the registry collects them.
 *
 * Verdicts follow from one rule, which nobody may bend: see ons_claim.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_PAPER_H
#define ONSAGER_PAPER_H

#include <onsager/lab.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ons_effort { ONS_QUICK, ONS_STANDARD, ONS_FULL } ons_effort;

typedef enum ons_claim_kind {
    ONS_CLAIM_EXACT,     /* a theorem, a closed form, a conservation law; may be a bound */
    ONS_CLAIM_PUBLISHED, /* a number that the authors printed */
    ONS_CLAIM_ORDERING,  /* a sign, a trend, a sequence of phases */
    ONS_CLAIM_STATEMENT  /* a statement in words */
} ons_claim_kind;

enum { ONS_CLAIM_EQUAL, ONS_CLAIM_AT_LEAST, ONS_CLAIM_AT_MOST };

/* Exact and published claims are numbers. A number agrees when it deviates from the published one (for bounds: to the
 * wrong side of it) by no more than tolerance + 3 hypot(our error, published error); it is not checked when our error
 * exceeds `precision`, since then it could not have failed. Orderings and statements agree when they hold, with the
 * evidence in words. What is not finite is not checked. What is settled at a smaller effort than the claim's is not
 * checked either, our number stands beside it all the same. */
typedef struct ons_claim {
    const char *id; /* "F2-L5": unique in the paper */
    ons_claim_kind kind;
    unsigned bound;         /* numbers: ONS_CLAIM_EQUAL .. */
    ons_effort effort;      /* the smallest at which it is checked */
    const char *quantity;   /* what and under which settings, in one line */
    double published;       /* the number; for orderings and statements 0 */
    double published_error; /* as printed; 0: exact, or none was given */
    double tolerance;       /* absolute: fixed from the physics before the run */
    double precision;       /* largest error of ours at which this is a check; 0: any (for numbers without error) */
    const char *place;      /* where it stands: "abstract", "Table II", "Onsager 1944", "derived, see details" */
    const char *why;        /* why this tolerance; for statements what is looked at */
} ons_claim;

typedef struct ons_reproduction ons_reproduction;

typedef struct ons_paper {
    const char *name;                        /* the slug: "fisher-curvature" */
    const char *title, *authors, *reference; /* reference: "arXiv:2603.07651 (2026)" */
    const char *summary;                     /* one line: what is reproduced */
    const char *details;                     /* Markdown: system, method, conventions, what differs and why */
    const char *const *systems;              /* names of the systems it uses; ends with NULL */
    const ons_claim *claims;                 /* ends with id == NULL */
    /* Runs what the effort allows and settles claims; what it does not settle becomes `not-checked`. Errors only for
     * what keeps the whole from running. */
    ons_status (*reproduce)(ons_reproduction *reproduction);
} ons_paper;

/* All papers; ends with NULL (generated from the lists in papers/meson.build). */
ONS_API const ons_paper *const *ons_papers(void);

/* ---- for the papers: called within reproduce() ----------------------------------------------------------------------
 *
 * Mistakes of a paper (an unknown id, a claim settled twice or by the wrong kind of function, a name used twice) make
 * ons_reproduce fail with a message that names them.
 */

ONS_API ons_effort ons_reproduction_effort(const ons_reproduction *reproduction);
/* The path of a file that the user brings ("train-images-idx3-ubyte"): in the folder `data` of the options, plain or with
 * .gz behind its name. NULL: there is no folder, or no such file in it. Free it. */
ONS_API char *ons_reproduction_data(const ons_reproduction *reproduction, const char *name);
/* True: the user wants to leave; return ONS_STOPPED. Call it between pieces of work that run without the laboratory. */
ONS_API bool ons_reproduction_stopped(const ons_reproduction *reproduction);
/* Runs a job to its end and reads its results. `name`: of the archive, unique in the paper ("exact", "maze-L48").
 * `words`: the job as on the command line after `run`, "SYSTEM key=value ..." separated by blanks, formatted as by
 * printf; `output` and `threads` are given by the reproduction. The archive FOLDER/NAME.h5 is continued when it is
 * there already, and is listed in the report; *results has the tasks of this job in its order. The results belong to
 * the reproduction: do not free them. ONS_STOPPED: interrupted, pass it on. */
ONS_API ons_status ons_reproduction_run(ons_reproduction *reproduction, const ons_results **results, const char *name,
                                        const char *words, ...) ONS_FORMAT(4, 5);
/* Settles a claim with a number (error 0: exact up to rounding) and a note (may be ""): how it was obtained. */
ONS_API void ons_claim_number(ons_reproduction *reproduction, const char *id, double ours, double error,
                              const char *note, ...) ONS_FORMAT(5, 6);
/* Settles an ordering or a statement: whether it holds, and the evidence in words with numbers. */
ONS_API void ons_claim_holds(ons_reproduction *reproduction, const char *id, bool holds, const char *evidence, ...)
    ONS_FORMAT(4, 5);
/* Not checked, with the reason. */
ONS_API void ons_claim_skip(ons_reproduction *reproduction, const char *id, const char *reason, ...) ONS_FORMAT(3, 4);
/* A remark for the report (a paragraph). */
ONS_API void ons_reproduction_note(ons_reproduction *reproduction, const char *format, ...) ONS_FORMAT(2, 3);

/* Figures: begin one, then add its curves. All arguments are copied; points that are not finite are left out. */
enum { ONS_FIGURE_LOG_X = 1, ONS_FIGURE_LOG_Y = 2 };
ONS_API void ons_figure_begin(ons_reproduction *reproduction, const char *name, const char *title, const char *x_label,
                              const char *y_label, unsigned flags);
/* To the figure begun last. Points with errors (NULL: a line without points). */
ONS_API void ons_figure_curve(ons_reproduction *reproduction, const char *label, size_t count, const double *x,
                              const double *y, const double *error);
/* A picture as made by ons_picture_... (a configuration, a structure factor), with its caption. The pixels are copied.
 */
ONS_API void ons_reproduction_picture(ons_reproduction *reproduction, const char *name, const char *caption,
                                      const ons_picture *picture);
/* The same of the last state of a job that was run: `job`: its name; the task by its place in the results, the replica
 * from 0. The system must have picture(). */
ONS_API ons_status ons_reproduction_state(ons_reproduction *reproduction, const char *job, size_t task,
                                          uint64_t replica, const char *name, const char *caption);

/* ---- for the callers ------------------------------------------------------------------------------------------------
 */

typedef enum ons_verdict { ONS_NOT_CHECKED, ONS_AGREES, ONS_DIFFERS } ons_verdict;

typedef struct ons_settled {
    const ons_claim *claim;
    ons_verdict verdict;
    double ours, error; /* NaN where there is no number */
    double sigma;       /* deviation (ours - published; for bounds to the wrong side) in units of hypot(our error,
                           published error); NaN without error */
    const char *why;    /* note, evidence or reason; never NULL */
} ons_settled;

typedef struct ons_reproduce_options {
    ons_effort effort;
    const char *folder; /* for archives; made when missing, in a folder that is there */
    unsigned threads;   /* 0: all cores */
    /* Finds a system by its name (NULL: none): the caller's registry, since the laboratory looks nothing up. */
    const ons_system *(*find)(const char *name);
    ons_run_options run; /* progress, stop, warning: as for jobs; the phase names the job too */
    /* A folder with files that papers cannot bring along (images of digits); NULL: none. The command takes it from the
     * environment, ONSAGER_DATA. */
    const char *data;
} ons_reproduce_options;

/* The rule of ons_claim alone, for a number. */
ONS_API ons_verdict ons_claim_verdict(const ons_claim *claim, double ours, double error);

/* Reproduces a paper: ONS_OK when it came to its end, ONS_STOPPED when interrupted (the same call goes on), ONS_INVALID
 * when the folder cannot be used, ONS_FAILED when a job fails or the paper is not in order. *reproduction holds what
 * was settled until then, also after an error; NULL when there was nothing to begin with. The paper (which may be a
 * copy with other claims) must outlive it. */
ONS_API ons_status ons_reproduce(ons_reproduction **reproduction, const ons_paper *paper,
                                 const ons_reproduce_options *options);
ONS_API void ons_reproduction_free(ons_reproduction *reproduction);
/* One for every claim, in the order of the table. */
ONS_API size_t ons_reproduction_claims(const ons_reproduction *reproduction, const ons_settled **settled);
ONS_API const ons_paper *ons_reproduction_paper(const ons_reproduction *reproduction);
ONS_API size_t ons_reproduction_notes(const ons_reproduction *reproduction, const char *const **notes);

/* The jobs that were run, in order. */
typedef struct ons_reproduction_job {
    const char *name, *words, *path; /* path: of the archive */
    const ons_results *results;      /* NULL: it did not come to its end */
} ons_reproduction_job;
ONS_API size_t ons_reproduction_jobs(const ons_reproduction *reproduction, const ons_reproduction_job **jobs);

typedef struct ons_figure_line {
    const char *label;
    size_t count;
    const double *x, *y, *error; /* error NULL: a line */
} ons_figure_line;
typedef struct ons_figure {
    const char *name, *title, *x_label, *y_label;
    unsigned flags;
    size_t count;
    const ons_figure_line *curves;
} ons_figure;
ONS_API size_t ons_reproduction_figures(const ons_reproduction *reproduction, const ons_figure **figures);

typedef struct ons_image {
    const char *name, *caption;
    ons_picture picture;
} ons_image;
ONS_API size_t ons_reproduction_images(const ons_reproduction *reproduction, const ons_image **images);

ONS_API const char *ons_effort_name(ons_effort effort);       /* "quick", "standard", "full" */
ONS_API const char *ons_verdict_name(ons_verdict verdict);    /* "agrees", "differs", "not-checked" */
ONS_API const char *ons_claim_kind_name(ons_claim_kind kind); /* "exact", "published", "ordering", "statement" */

#ifdef __cplusplus
}
#endif
#endif

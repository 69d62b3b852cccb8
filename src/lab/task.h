/* Inside the laboratory: values, tasks and controls, made by job.c and used by all that runs them. */
#ifndef ONSAGER_LAB_TASK_H
#define ONSAGER_LAB_TASK_H

#include <onsager/lab.h>

/* The value of one parameter. Elements lie in the array that belongs to the type; `count` is 1 unless `array`. */
typedef struct lab_value {
    bool given;    /* by the user, and not equal to the default */
    bool present;  /* exists under the present choices; where it does not, the default stands here */
    bool borrowed; /* the arrays belong to the job, not to this value */
    size_t count;
    int64_t *integers; /* ONS_INTEGER, ONS_BOOLEAN (0, 1), ONS_CHOICE (index, -1: file or archive) */
    double *reals;     /* ONS_REAL; ONS_COMPLEX in pairs; ONS_INTEGER too, for expressions */
    char **texts; /* ONS_CHOICE, ONS_TEXT, ONS_FILE, ONS_FORMULA: as given, paths usable from the working directory */
    ons_digest *files; /* of the content, where the text is a path (otherwise NULL) */
    ons_expression **formulas;
} lab_value;

struct ons_parameters {
    const ons_system *system;
    const ons_parameter *table; /* the descriptor's parameters, and `start` appended by the lab where it has none */
    size_t count;               /* entries of the table */
    lab_value *values;          /* [count] */
};
void lab_parameters_free(struct ons_parameters *parameters);
/* One value as the user would write it: "16" (an array of one too), "[16,32]", "wolff", "0.5". Equal values give equal
 * texts (of files: equal paths). */
void lab_value_text(const ons_parameter *parameter, const lab_value *value, ons_text *text);

/* The shape of one observable in one task, and what check() said. */
typedef struct lab_shape {
    bool omitted;
    unsigned rank;
    size_t dimensions[4], size; /* size: product, 1 for scalars */
    bool of_parameters;         /* depends on parameters by itself (ons_plan_explicit) */
    double low, high;           /* histogram edges; size is then the number of bins */
} lab_shape;

#define LAB_TERMS 8 /* of a weight */

struct ons_plan {
    const ons_system *system;
    double bytes;
    unsigned lanes, threads;
    size_t observables, deriveds;
    lab_shape *shapes;         /* [observables] */
    bool *derived_omitted;     /* [deriveds] */
    lab_shape *derived_shapes; /* [deriveds] */
    size_t terms;              /* of the weight of a state */
    struct {
        char *coefficient, *feature;
    } term[LAB_TERMS];
    double extent;
    ons_text notes; /* a line each */
    ons_text fault; /* what check() planned wrongly; "" */
};

/* A goal `until.NAME=0.1%`. */
typedef struct lab_goal {
    char *name; /* of a MEAN observable or derived quantity */
    bool relative;
    double value;
} lab_goal;

/* The controls of one grid of the job. */
typedef struct lab_controls {
    int64_t steps, replicas;
    bool warmup_automatic;
    int64_t warmup, warmup_max;
    bool logarithmic; /* every=log:N, N points a decade */
    double every;     /* interval, or points a decade; a whole number unless the system is ONS_CONTINUOUS */
    lab_goal *goals;
    size_t goal_count;
} lab_controls;

typedef struct lab_task {
    struct ons_parameters parameters;
    struct ons_plan plan;
    const struct lab_measures *measures; /* quantities of the user's own; NULL: none */
    struct lab_own *own;                 /* [measures->count] */
    const lab_controls *controls;
    size_t first_unit; /* states (or tasks) of the job before this one, for part=K/N */
    bool quenched;
    uint64_t key;      /* hash of system name and canonical non-default parameters */
    char key_text[17]; /* 16 hexadecimal digits */
    char *canonical;   /* what was hashed: "ising\nL=16\ntemperature=2.5\n" */
    /* What a part of this task must agree on to be continued, a line each ("seed 1\nwarmup auto 100000\nevery 1\nseries
     * no\n snapshots 0\nsystem ising 1 CODE\n" + canonical): two parts with equal identities hold the same stream of
     * samples. */
    char *identity;
    /* Where its `start` comes from an archive: that file and the key and replica count of the task in it; NULL
     * otherwise. */
    char *start_file;
    char *start_task; /* text after '#': task index, or NULL */
} lab_task;

struct ons_job {
    const ons_system *system;
    bool has_code;
    ons_digest code;
    lab_task *tasks;
    size_t task_count;
    lab_controls *controls; /* one per grid */
    size_t controls_count;
    uint64_t seed;
    unsigned threads;
    double time, checkpoint; /* seconds; time 0: none */
    uint64_t part, parts;    /* part=3/16: counted from 1; parts 0: all is run here */
    bool series;
    int64_t snapshots; /* 0: none */
    char *output;
    char *canonical;           /* the job as canonical YAML: what ons_results_job returns */
    char *resume_hint;         /* words of the command that continues this job, e.g. "onsager run job.yaml" */
    struct job_source *source; /* what was read, before it was bound (job.c's own) */
};
#endif

/*
 * system: the descriptor of a system, and what the laboratory offers to it.
 *
 * Anything that has parameters, a state, a way to advance it and something to measure is a system: it is described
 * once, by an ons_system, and from that description come help, documentation, the checking of parameters, checkpoints,
 * statistics, the archive, plots and the Python signature.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEM_H
#define ONSAGER_SYSTEM_H

#include <onsager/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows with every change of the structures below; a user's system compiled against another one is refused. */
#define ONS_ABI 2u

/* ---- parameters ---------------------------------------------------------------------------------------------------
 */

typedef enum ons_type {
    ONS_INTEGER, /* int64_t; 1e5 is read as 100000 */
    ONS_REAL,    /* double */
    ONS_COMPLEX, /* two doubles; written 1+2i */
    ONS_BOOLEAN, /* yes, no, true, false */
    ONS_CHOICE,  /* one of the words in `choices` */
    ONS_TEXT,
    ONS_FILE,   /* a path; identified by its content */
    ONS_FORMULA /* an expression in free names, see ons_expression */
} ons_type;

enum {
    ONS_ARRAY = 1,      /* takes an array; a single value is an array of one */
    ONS_LIVE = 2,       /* may change while the system is watched: no persisted array depends on its value (live.h) */
    ONS_OR_FILE = 4,    /* ONS_CHOICE: a path is allowed instead of a choice */
    ONS_OR_ARCHIVE = 8, /* ONS_CHOICE named `start`: FILE.h5 or FILE.h5#TASK restores the configuration stored there */
};

typedef struct ons_parameter {
    const char *name;
    ons_type type;
    unsigned flags;
    const char *standard; /* the default: a value, or for numbers an expression of other parameters ("L/2"), where a
                             choice counts as its place in the list, from 0; NULL: required */
    const char *choices;  /* ONS_CHOICE: "metropolis|heat-bath|wolff" */
    const char *range;    /* numbers: "(0, inf)", "[1, 1e6]"; NULL: any finite number. Every element of an array */
    const char *when;     /* exists only under a choice: "update=wolff"; "disorder!=none"; "lattice=square|cubic"; NULL:
                             always.    Setting it when it does not exist is refused */
    const char *unit;     /* NULL: a pure number */
    const char *meaning;  /* one line */
} ons_parameter;

/* The values of one task, by name. Asking for a name the descriptor lacks is a programming error (assert). */
typedef struct ons_parameters ons_parameters;
ONS_API int64_t ons_integer(const ons_parameters *parameters, const char *name);
ONS_API double ons_real(const ons_parameters *parameters, const char *name);
ONS_API bool ons_boolean(const ons_parameters *parameters, const char *name);
/* The index of the choice within `choices`; -1 when a file or an archive was given instead. */
ONS_API int ons_choice(const ons_parameters *parameters, const char *name);
/* The text of a choice, text, formula or file (a path relative to the working directory). */
ONS_API const char *ons_string(const ons_parameters *parameters, const char *name);
/* Arrays (complex: pairs, *count counts numbers). Also for single values: *count = 1. */
ONS_API const int64_t *ons_integers(const ons_parameters *parameters, const char *name, size_t *count);
ONS_API const double *ons_reals(const ons_parameters *parameters, const char *name, size_t *count);
ONS_API const ons_expression *ons_formula(const ons_parameters *parameters, const char *name);
/* Whether the parameter exists under the present choices (`when`), and whether the user gave it. */
ONS_API bool ons_present(const ons_parameters *parameters, const char *name);
ONS_API bool ons_given(const ons_parameters *parameters, const char *name);
/* Whether the descriptor has a parameter of that name at all: for code that several systems share. */
ONS_API bool ons_known(const ons_parameters *parameters, const char *name);

/* ---- observables --------------------------------------------------------------------------------------------------
 */

typedef enum ons_kind {
    ONS_MEAN,      /* stationary: a mean over steps and replicas, with error and autocorrelation time */
    ONS_SERIES,    /* against time: a mean over replicas at every time of the grid, with error */
    ONS_VALUE,     /* one number a replica, with its own error if it has one */
    ONS_HISTOGRAM, /* counts over fixed bins, with errors */
    ONS_TABLE      /* rows of named columns, numbers or text, no statistics */
} ons_kind;

enum {
    ONS_SLOW = 1, /* never asked when the end of the warm-up is decided: by a symmetry its relaxation may take for ever
                     (the signed magnetization). Its own row is judged like any other */
};

typedef struct ons_observable {
    const char *name;
    ons_kind kind;
    unsigned flags;
    const char *axis;    /* array: the array parameter that its first index runs over, or NULL; a scalar where that has
                            one value and check() gives no shape */
    const char *columns; /* table: "state, energy, name:text" */
    const char *unit;
    const char *meaning;
    /* A scalar unless check() gives a shape (ons_plan_shape); a histogram gets its edges there (ons_plan_edges). */
} ons_observable;

/* Means of the MEAN observables, for derived quantities: index = position in `observables`. */
typedef struct ons_means ons_means;
ONS_API double ons_mean(const ons_means *means, size_t observable);
ONS_API const double *ons_mean_array(const ons_means *means, size_t observable, size_t *count);

/* A function of the means, with its error by jackknife. For ONS_QUENCHED systems the means are averages over samples,
 * so that every derived quantity is taken AFTER the average over the disorder; what must be taken before is measured.
 */
typedef struct ons_derived {
    const char *name;
    size_t like; /* its shape is that of this observable (its index in `observables`) */
    void (*function)(const ons_means *means, const ons_parameters *parameters, double *value);
    const char *unit;
    const char *meaning; /* with the formula */
} ons_derived;

/* A value known exactly for an observable or derived quantity. The laboratory prints it beside ours with the deviation
 * in errors, and a stationary row beyond 6 errors of it is flagged not-equilibrated. Writes as many numbers as the
 * observable has components, or returns ONS_DONE where the parameters have no known value. Several entries may name the
 * same quantity: the first that knows it counts. */
typedef struct ons_exact {
    const char *name; /* of the observable or derived quantity */
    ons_status (*function)(const ons_parameters *parameters, double *value);
    const char *source; /* "Kaufman 1949" */
} ons_exact;

/* ---- the plan of a task -------------------------------------------------------------------------------------------
 */

/* Filled by check(), which is called for every task before anything is written. */
typedef struct ons_plan ons_plan;
ONS_API void ons_plan_bytes(ons_plan *plan, double bytes); /* memory of one state, all lanes (a double: may be huge) */
ONS_API void ons_plan_lanes(ons_plan *plan, unsigned lanes);     /* replicas that one state carries; default 1 */
ONS_API void ons_plan_threads(ons_plan *plan, unsigned threads); /* threads that one state can use; default 1 */
ONS_API void ons_plan_shape(ons_plan *plan, size_t observable, unsigned rank, const size_t *dimensions);
ONS_API void ons_plan_edges(ons_plan *plan, size_t observable, double low, double high, size_t bins);
ONS_API void ons_plan_omit(ons_plan *plan, const char *name); /* no such observable or derived quantity in this task */
/* How likely a state is, for reweighting: ln of its weight is - extent * (sum of coefficient * feature over all terms),
 * one call a term. `extent`: the number of sites where observables are per site. `coefficient`: an expression of
 * parameters (ons_expression), `feature`: one of scalar MEAN observables and parameters, taken at the values under
 * which the state was sampled. Ising: ("1/temperature", "energy + field*magnetization"), ("-field/temperature",
 * "magnetization"): the second factor is what the parameters do not change. Both may run over an axis: the element of
 * the array parameter goes with that of the observable. Only for chains that sample this weight. */
ONS_API void ons_plan_weight(ons_plan *plan, double extent, const char *coefficient, const char *feature);
/* A MEAN observable that depends on parameters by itself, not only through the state, as the energy does on couplings
 * and fields: along a parameter that stands in a feature nothing that is made of it can be reweighted. */
ONS_API void ons_plan_explicit(ons_plan *plan, size_t observable);
/* Something the user should know of this task (shown with the results, not an error). */
ONS_API void ons_plan_note(ons_plan *plan, const char *format, ...) ONS_FORMAT(2, 3);

/* ---- the context of a running state -------------------------------------------------------------------------------
 */

typedef struct ons_context ons_context;
ONS_API const ons_parameters *ons_context_parameters(const ons_context *context);
/* The random stream of a lane for a purpose of the system's own choice (0: the dynamics; 1: the start; 2: disorder;
 * ...). The stream of lane k of state s is that of replica s*lanes + k. Keep it in the state; persist it. */
ONS_API ons_random ons_stream(const ons_context *context, unsigned lane, uint32_t purpose);
ONS_API uint64_t ons_replica(const ons_context *context, unsigned lane);
ONS_API unsigned ons_lanes(const ons_context *context);
ONS_API unsigned ons_threads(const ons_context *context);
/* Steps made so far, warm-up included, and the time that advance() must reach: the next whole step for ordinary
 * systems; for ONS_CONTINUOUS ones the next time of the job's grid or the next whole number, whichever comes first. */
ONS_API uint64_t ons_steps(const ons_context *context);
ONS_API double ons_time(const ons_context *context);
ONS_API double ons_target(const ons_context *context);
/* Inside a long step: reports progress; true means leave now: return ONS_STOPPED with a state that continues when
 * advance() is called again. */
ONS_API bool ons_poll(ons_context *context, double done, double total);
/* The same for a step that cannot be continued: true only when the run ends, not when its state is to be stored or
 * shown (where ons_poll also says true, and a step that began anew each time would never end). Then return ONS_STOPPED
 * with the state as it was before the step and no row added: the next run makes the whole step again. A long create()
 * may ask it and return ONS_STOPPED too; the state is then only destroyed. */
ONS_API bool ons_halted(ons_context *context, double done, double total);

/* In measure(): every MEAN and SERIES observable of the task exactly once per lane. */
ONS_API void ons_measure(ons_context *context, size_t observable, unsigned lane, double value);
ONS_API void ons_measure_array(ons_context *context, size_t observable, unsigned lane, const double *values);
/* In measure(), any number of times. Outside the edges: counted as below or above. */
ONS_API void ons_count(ons_context *context, size_t observable, unsigned lane, double value);
/* In advance() or measure(): a VALUE, component by component; the last one set stands. error < 0 or NaN: none of its
 * own. */
ONS_API void ons_value(ons_context *context, size_t observable, unsigned lane, size_t component, double value,
                       double error);
/* In advance() or measure(): a row of a TABLE, one cell a column. */
typedef struct ons_cell {
    double number;
    const char *text; /* text columns; copied */
} ons_cell;
ONS_API void ons_row(ons_context *context, size_t observable, unsigned lane, const ons_cell *cells);

/* ---- persistence --------------------------------------------------------------------------------------------------
 */

/* ONE function writes and reads the whole state: each call either stores the array or fills it. */
typedef struct ons_part ons_part;
typedef enum ons_element { ONS_I8, ONS_U8, ONS_I32, ONS_U32, ONS_I64, ONS_U64, ONS_F32, ONS_F64 } ons_element;
ONS_API bool ons_part_reading(const ons_part *part);
/* count elements at data. Reading: refuses a missing name, another type or another count. */
ONS_API ons_status ons_persist(ons_part *part, const char *name, ons_element element, void *data, size_t count);
/* A length that is not fixed by the parameters: written, or read into *count (at most `limit`), so that memory can be
 * taken before the array itself is persisted. */
ONS_API ons_status ons_persist_count(ons_part *part, const char *name, size_t *count, size_t limit);
ONS_API ons_status ons_persist_random(ons_part *part, const char *name, ons_random *random);
/* As ons_persist for an array that belongs to the configuration: what `snapshots` stores and `start=FILE.h5` restores.
 */
/* ... with at most this many dimensions. */
#define ONS_RANK 7
ONS_API ons_status ons_persist_configuration(ons_part *part, const char *name, ons_element element, void *data,
                                             unsigned rank, const size_t *dimensions);

/* ---- pictures -----------------------------------------------------------------------------------------------------
 */

/* A state as an image: 8 bits red, green, blue a pixel, rows from the top. */
typedef struct ons_picture {
    size_t width, height;
    uint8_t *pixels; /* [height][width][3] */
} ons_picture;
/* Takes memory for a black picture of that size (each side 1 .. 16384); frees what it held. */
ONS_API ons_status ons_picture_size(ons_picture *picture, size_t width, size_t height);
ONS_API void ons_picture_free(ons_picture *picture);
/* A picture of a lattice from the colours of its sites, rgb[site][3], sites in row-major order: the last direction runs
 * to the right, the one before it downwards, slices of the others lie side by side. Several sites a cell: let the last
 * direction count them too (cells x sites). A single direction is a row, a long one is wrapped; so is a graph without
 * directions, given as one. Small lattices are drawn in blocks of pixels, those beyond 16384 sites a side shrunk. */
ONS_API ons_status ons_picture_lattice(ons_picture *picture, unsigned rank, const size_t *dimensions,
                                       const uint8_t *rgb);
/* The colour of `value` on a scale from `low` to `high` (perceptually even, dark to bright), and on a circle (angles in
 * radians); distinct colours for small integers. Written to rgb[3]. */
ONS_API void ons_colour_scale(double value, double low, double high, uint8_t *rgb);
ONS_API void ons_colour_angle(double angle, uint8_t *rgb);
ONS_API void ons_colour_index(unsigned index, uint8_t *rgb);
/* Writes a PNG file. */
ONS_API ons_status ons_picture_write(const ons_picture *picture, const char *path);

/* ---- the descriptor -----------------------------------------------------------------------------------------------
 */

enum {
    ONS_STATIONARY = 1, /* a Markov chain or flow with a stationary state: warm-up, autocorrelation, R-hat */
    ONS_QUENCHED = 2,   /* replicas are samples of a quenched disorder (see ons_system.quenched) */
    ONS_CONTINUOUS = 4, /* continuous time: advance() goes to ons_target(), which may lie between whole steps */
};

/* Defaults of the run controls: constants, never the number of cores. */
typedef struct ons_controls {
    int64_t steps;
    const char *warmup; /* "auto" or a number of steps; NULL: auto for stationary systems, 0 for others */
    const char *every;  /* "10", "0.5", "log:20"; NULL: 1 */
    int64_t replicas;
} ons_controls;

typedef struct ons_system ons_system;
struct ons_system {
    unsigned abi;        /* ONS_ABI */
    unsigned version;    /* of the persisted state: changes when old parts cannot be continued */
    const char *name;    /* "ising": lower case, digits, '-' */
    const char *summary; /* one line */
    const char *details; /* Markdown: Hamiltonian or dynamics, units, conventions, references */
    const char *step;    /* what one step is: "sweep", "1 time unit", "epoch" */
    unsigned traits;
    const ons_parameter *parameters; /* each list ends with an entry whose name is NULL; NULL: none */
    const ons_observable *observables;
    const ons_derived *derived;
    const ons_exact *exact;
    ons_controls controls;
    const void *data;  /* closure of a descriptor that was built at run time: ons_data(context) */
    size_t state_size; /* bytes of zeroed memory handed to create() */
    /* Whether replicas are disorder samples under these parameters; NULL: as the trait says. */
    bool (*quenched)(const ons_parameters *parameters);
    /* Refuses bad combinations (ONS_INVALID) and fills the plan. Cheap; allocates nothing lasting. May be NULL. */
    ons_status (*check)(const ons_system *system, const ons_parameters *parameters, ons_plan *plan);
    ons_status (*create)(void *state, ons_context *context);
    /* To ons_target(). ONS_DONE: nothing is left to do after this step. */
    ons_status (*advance)(void *state, ons_context *context);
    ons_status (*measure)(const void *state, ons_context *context); /* may be NULL */
    ons_status (*persist)(void *state, ons_part *part);
    /* The state of a lane as an image; may be NULL. Sets the size and fills the pixels. */
    ons_status (*picture)(const void *state, unsigned lane, ons_picture *picture);
    void (*destroy)(void *state); /* also after a create() that failed; may be NULL */
};

ONS_API const ons_system *ons_context_system(const ons_context *context);
ONS_API const void *ons_data(const ons_context *context);

/* Opens the descriptor of a user's own system in one C file:  ONS_SYSTEM { .name = "dice", ... };  */
#define ONS_SYSTEM                                                                                                     \
    ONS_API extern const unsigned ons_user_abi;                                                                        \
    const unsigned ons_user_abi = ONS_ABI;                                                                             \
    ONS_API extern const ons_system ons_user_system;                                                                   \
    const ons_system ons_user_system =

#ifdef __cplusplus
}
#endif
#endif

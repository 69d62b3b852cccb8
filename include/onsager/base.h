/*
 * base: what every other room stands on. It knows nobody.
 *
 * Status and messages, memory, text, numbers in decimal, expressions, YAML documents with positions, digests, files
 * that are replaced as a whole, random streams, a correctly rounded exponential, threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_BASE_H
#define ONSAGER_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ONS_VERSION "0.1.0"

#if defined(__GNUC__)
#define ONS_API __attribute__((visibility("default")))
#define ONS_FORMAT(string, first) __attribute__((format(printf, string, first)))
#else
#define ONS_API
#define ONS_FORMAT(string, first)
#endif

/* ---- status and messages ------------------------------------------------------------------------------------------
 */

/* What a function reports. Errors are negative; the command turns ONS_INVALID into exit code 2 and the others into 1.
 */
typedef enum ons_status {
    ONS_OK = 0,
    ONS_DONE = 1,     /* nothing is left to do (not an error) */
    ONS_STOPPED = 2,  /* asked to leave; the state is consistent and can be continued (not an error) */
    ONS_INVALID = -1, /* what the user gave cannot be used */
    ONS_FAILED = -2,  /* a failure while running: input/output, another library, a numerical breakdown */
    ONS_MEMORY = -3   /* memory could not be had */
} ons_status;

/* Sets this thread's message and returns `status`, so that `return ons_fail(ONS_INVALID, "...")` reads as one thing.
 * Set it once, where the fault is known; callers only pass the status on. No newline at the end. */
ONS_API ons_status ons_fail(ons_status status, const char *format, ...) ONS_FORMAT(2, 3);

/* The message of this thread's latest ons_fail ("" if none). Valid until the next ons_fail in the same thread. */
ONS_API const char *ons_message(void);

/* ---- memory -------------------------------------------------------------------------------------------------------
 */

/* Zeroed memory for count elements of size bytes; NULL (message set) when it cannot be had or the product overflows.
 * count = 0 gives a valid pointer. Release with free(). */
ONS_API void *ons_allocate(size_t count, size_t size);
#define ONS_NEW(type, count) ((type *)ons_allocate((size_t)(count), sizeof(type)))

/* Grows *array so that it holds at least `needed` elements of size bytes, doubling *capacity. The new part is not
 * zeroed. */
ONS_API ons_status ons_grow(void **array, size_t *capacity, size_t needed, size_t size);

/* Physical memory of this machine in bytes (0 if unknown); a cgroup limit below it counts. */
ONS_API uint64_t ons_memory_total(void);

/* ---- text ---------------------------------------------------------------------------------------------------------
 */

/* A string that grows. Zero-initialise ({0}); `data` is always 0-terminated once something was added. When memory runs
 * out `failed` is set and later additions do nothing, so that it is enough to look once at the end. */
typedef struct ons_text {
    char *data;
    size_t length, capacity;
    bool failed;
} ons_text;

ONS_API void ons_text_add(ons_text *text, const char *format, ...) ONS_FORMAT(2, 3);
ONS_API void ons_text_add_bytes(ons_text *text, const void *bytes, size_t count);
ONS_API void ons_text_clear(ons_text *text); /* keeps the memory, and `failed` */
ONS_API void ons_text_free(ons_text *text);

/* A copy of a string (of its first `length` bytes); NULL with a message when memory runs out. */
ONS_API char *ons_copy(const char *string);
ONS_API char *ons_copy_part(const char *string, size_t length);
/* Whether `text` is longer than `end` and ends with it. */
ONS_API bool ons_ends_with(const char *text, const char *end);
/* printf into fresh memory; NULL with a message when memory runs out. */
ONS_API char *ons_format(const char *format, ...) ONS_FORMAT(1, 2);

/* The entry of names[0..count-1] nearest to `word` (edit distance with transpositions, case folded, '-' equal to '_';
 * a name that begins with the word is near too), or NULL when none is near enough to be meant. */
ONS_API const char *ons_nearest(const char *word, const char *const *names, size_t count);

/* ---- numbers in decimal (independent of the locale) ---------------------------------------------------------------
 */

/* The whole string as a number. `ons_parse_real` takes what C's strtod takes in decimal, with an optional sign, and
 * inf; it refuses nan, hexadecimal, trailing text and overflow to infinity (1e400). `ons_parse_integer` also takes 1e5
 * and 16.0, exactly, and refuses what is not an integer of 64 bits. The message says what was expected, without a
 * place. */
ONS_API ons_status ons_parse_real(const char *string, double *value);
ONS_API ons_status ons_parse_integer(const char *string, int64_t *value);

/* The shortest decimal that reads back as the same double ("0.1", "2.5", "1e+300", "inf", "nan"). */
#define ONS_REAL_TEXT 32
ONS_API const char *ons_real_text(double value, char buffer[ONS_REAL_TEXT]);

/* `first:last:step`, inclusive, in decimal arithmetic: 2.0:2.5:0.1 gives the doubles of 2.0, 2.1, ..., 2.5. The last
 * value is the largest not beyond `last`. *values is allocated. Refuses step 0, a step away from `last`, non-finite
 * numbers and more than 10^6 values. */
ONS_API ons_status ons_parse_range(const char *string, double **values, size_t *count);

/* ---- expressions --------------------------------------------------------------------------------------------------
 */

/* A formula over named reals: + - * / ^ (right-associative, binds tighter than unary minus), parentheses, numbers, the
 * constants pi and e, and abs sign step sqrt exp log log10 sin cos tan asin acos atan sinh cosh tanh floor ceil (of one
 * argument; step(x) = 1 for x > 0, else 0), min max atan2 mod (of two; mod has the sign of its second argument). Parsed
 * once, evaluated often. */
typedef struct ons_expression ons_expression;

/* Parses `source`. The message of a failure names the column and what was expected. */
ONS_API ons_status ons_expression_parse(ons_expression **expression, const char *source);
ONS_API void ons_expression_free(ons_expression *expression);
/* The distinct names used, in order of appearance. */
ONS_API size_t ons_expression_name_count(const ons_expression *expression);
ONS_API const char *ons_expression_name(const ons_expression *expression, size_t index);
/* The value, with values[i] for name i. Not finite where mathematics says so; never fails. Reentrant. */
ONS_API double ons_expression_value(const ons_expression *expression, const double *values);
/* The same with pi and e as names like others, for formulas whose parameters may have these names. */
ONS_API ons_status ons_expression_parse_names(ons_expression **expression, const char *source);
/* The formula as a program for a stack of values, for those who differentiate or translate it: a term pushes a number
 * or the value of a name, or takes its arguments off the stack and pushes what it makes of them. */
typedef enum ons_operation {
    ONS_PUSH_NUMBER,
    ONS_PUSH_NAME,
    ONS_NEGATE,
    ONS_ADD,
    ONS_SUBTRACT,
    ONS_MULTIPLY,
    ONS_DIVIDE,
    ONS_POWER,
    ONS_CALL /* a function by its name, of one or two arguments */
} ons_operation;
typedef struct ons_term {
    ons_operation operation;
    double number;        /* ONS_PUSH_NUMBER */
    size_t name;          /* ONS_PUSH_NAME: the index of the name */
    const char *function; /* ONS_CALL */
    int arguments;        /* ONS_CALL: 1 or 2 */
} ons_term;
ONS_API size_t ons_expression_length(const ons_expression *expression);
ONS_API ons_term ons_expression_term(const ons_expression *expression, size_t index); /* index < length */

/* ---- YAML documents with positions --------------------------------------------------------------------------------
 */

/* A parsed document: a tree of scalars, sequences and mappings, each with its place. Anchors, aliases, tags, several
 * documents, duplicate keys, keys that are no scalars, nesting beyond 32, more than 10^7 nodes and files beyond 256 MiB
 * are refused, as are bytes that are not UTF-8 and the NUL byte. */
typedef enum ons_yaml_kind { ONS_YAML_SCALAR, ONS_YAML_SEQUENCE, ONS_YAML_MAPPING } ons_yaml_kind;

typedef struct ons_yaml {
    ons_yaml_kind kind;
    int line, column;              /* from 1 */
    const char *text;              /* scalar: its text ("" for an empty one) */
    bool quoted;                   /* scalar: written in quotes or as a block */
    size_t count;                  /* sequence: items; mapping: pairs */
    const struct ons_yaml **items; /* sequence: the items; mapping: the values */
    const struct ons_yaml **keys;  /* mapping: the keys (scalars) */
} ons_yaml;

typedef struct ons_yaml_document ons_yaml_document;

/* Reads a document from memory or a file. `name` stands in messages ("name:line:column: ..."). */
ONS_API ons_status ons_yaml_parse(ons_yaml_document **document, const char *name, const char *bytes, size_t count);
ONS_API ons_status ons_yaml_read(ons_yaml_document **document, const char *path);
ONS_API void ons_yaml_free(ons_yaml_document *document);
ONS_API const ons_yaml *ons_yaml_root(const ons_yaml_document *document);
ONS_API const char *ons_yaml_name(const ons_yaml_document *document);
/* The value under a key of a mapping; NULL when absent or when the node is no mapping. */
ONS_API const ons_yaml *ons_yaml_get(const ons_yaml *mapping, const char *key);
/* ons_fail(ONS_INVALID) with "name:line:column: " before the message. */
ONS_API ons_status ons_yaml_fail(const ons_yaml_document *document, const ons_yaml *node, const char *format, ...)
    ONS_FORMAT(3, 4);

/* ---- digests ------------------------------------------------------------------------------------------------------
 */

/* XXH3 with 128 bits (xxHash): identity of tasks and a guard against torn and flipped bytes, not against malice. */
typedef struct ons_digest {
    uint64_t high, low;
} ons_digest;

ONS_API ons_digest ons_digest_bytes(const void *bytes, size_t count);
ONS_API ons_status ons_digest_file(const char *path, ons_digest *digest);
#define ONS_DIGEST_TEXT 33
ONS_API const char *ons_digest_text(ons_digest digest, char buffer[ONS_DIGEST_TEXT]); /* 32 hexadecimal digits */

/* ---- files --------------------------------------------------------------------------------------------------------
 */

/* Reads a whole file; *bytes is allocated and followed by a NUL that is not counted. Refuses directories and what is
 * longer than `limit`. ONS_INVALID when it cannot be opened (the message says why), ONS_FAILED when reading breaks. */
ONS_API ons_status ons_file_read(const char *path, size_t limit, char **bytes, size_t *count);

/* Replaces `path` as a whole: writes path.new, syncs it, renames it over path and syncs the directory. On failure the
 * old file is as it was, path.new is removed, and the message says why (a full disk, for example). */
ONS_API ons_status ons_file_replace(const char *path, const void *bytes, size_t count);

/* The same promise for a file that another library writes: call after it wrote and closed path.new. */
ONS_API ons_status ons_file_commit(const char *path);

ONS_API bool ons_file_exists(const char *path);

/* ---- other programs -----------------------------------------------------------------------------------------------
 */

typedef struct ons_process {
    char *const *words;       /* the program, sought in PATH, and its arguments; ends with NULL */
    const char *directory;    /* where it runs; NULL: here */
    const char *output;       /* the file that receives its output */
    const char *errors;       /* and that for its errors; NULL: the same */
    char *const *environment; /* ends with NULL; NULL: ours */
} ons_process;

/* Runs it to its end, without input. *code: its exit status, or 128 + the signal that ended it. ONS_DONE: there is no
 * such program. */
ONS_API ons_status ons_process_run(const ons_process *process, int *code);

/* ---- random streams -----------------------------------------------------------------------------------------------
 */

/* A stream of 32-bit words from Philox4x32-10 (Salmon et al. 2011; Random123). Word i is word i%4 of the block with
 * counter (i/4 low, i/4 high, replica, purpose) and the 64-bit key, so that a stream is (key, replica, purpose) and its
 * whole state is the position i: streams differ in any of the three, jump in O(1), and have 2^64 words. Blocks are made
 * in batches by the fastest kernel of the machine; the words do not depend on it. */
#define ONS_RANDOM_BATCH 64
typedef struct ons_random {
    uint64_t key;
    uint32_t replica, purpose;
    uint64_t position; /* of the next word; all that must be stored */
    uint64_t batch;    /* number of the batch in words[], UINT64_MAX: none */
    uint32_t words[ONS_RANDOM_BATCH];
} ons_random;

/* The key of a task: seed and task key mixed by XXH3. */
ONS_API uint64_t ons_random_key(uint64_t seed, uint64_t task);
ONS_API ons_random ons_random_stream(uint64_t key, uint32_t replica, uint32_t purpose);
ONS_API void ons_random_seek(ons_random *random, uint64_t position);
ONS_API void ons_random_refill(ons_random *random);
/* The next `count` words, the same as `count` calls of ons_random_32. */
ONS_API void ons_random_fill(ons_random *random, uint32_t *words, size_t count);
/* The name of the kernel in use ("plain", "x86-64-v3", "x86-64-v4"), and a switch for tests (false: no such kernel
 * here). */
ONS_API const char *ons_random_kernel(void);
ONS_API bool ons_random_select(const char *kernel);

/* The next 32 random bits. */
static inline uint32_t ons_random_32(ons_random *random) {
    if (random->position / ONS_RANDOM_BATCH != random->batch) { ons_random_refill(random); }
    return random->words[random->position++ % ONS_RANDOM_BATCH];
}
/* The next 64 random bits: two words, the first one high. */
static inline uint64_t ons_random_64(ons_random *random) {
    const uint64_t high = ons_random_32(random);
    return high << 32 | ons_random_32(random);
}
/* Uniform in (0, 1): (52 random bits + 1/2) 2^-52, which is exact (with 53 bits the sum would round, up to 1). */
static inline double ons_random_uniform(ons_random *random) {
    return ((double)(ons_random_64(random) >> 12) + 0.5) * 0x1p-52;
}
/* Uniform in 0 .. bound-1, without bias (Lemire 2019); bound >= 1. */
static inline uint32_t ons_random_below(ons_random *random, uint32_t bound) {
    uint64_t product = (uint64_t)ons_random_32(random) * bound;
    if ((uint32_t)product < bound) {
        const uint32_t threshold = (uint32_t)-bound % bound;
        while ((uint32_t)product < threshold) { product = (uint64_t)ons_random_32(random) * bound; }
    }
    return (uint32_t)(product >> 32);
}
/* A standard normal number: Marsaglia's polar method on ons_random_uniform with our own logarithm, the same bits on
 * every CPU. Takes a varying number of words; keeps no second number. */
ONS_API double ons_random_normal(ons_random *random);

/* ---- elementary functions with the same bits everywhere -----------------------------------------------------------
 */

/* exp(x) and log(x), correctly rounded to nearest, subnormal results too (doubles in pairs, and integers of 288 bits
 * where those cannot tell; no libm). Some 20 ns, once in a thousand calls 3 microseconds. */
ONS_API double ons_exp(double x);
ONS_API double ons_log(double x);

/* The 64-bit threshold t of a probability p in [0, 1]: a random 64-bit word w < t has probability p within 2^-64, with
 * p = 1 saturated to 2^64 - 1 (so that "always" is decided by the caller, not by a comparison). */
ONS_API uint64_t ons_threshold(double probability);

/* ---- threads ------------------------------------------------------------------------------------------------------
 */

/* Calls function(data, index) for index = 0 .. count-1, on `threads` threads (the calling one included), each taking
 * the next index as it becomes free. Returns when all are done: the status of the failed call with the smallest index,
 * and its message in the calling thread; after a failure no new index is begun. */
ONS_API ons_status ons_parallel(unsigned threads, size_t count, ons_status (*function)(void *data, size_t index),
                                void *data);
/* Threads that stay: for loops that are short and many. ons_team_run is ons_parallel on them, for functions that cannot
 * fail; between two runs they wait, at first without sleeping. A team belongs to one caller at a time. Each thread has
 * a share of the indices, 0 .. count/threads-1 the first, the same in every run of equal count, and helps with the
 * others' when it is done: none may wait for another. With NULL the calling thread does it all. */
typedef struct ons_team ons_team;
ONS_API ons_status ons_team_create(ons_team **team, unsigned threads);
ONS_API void ons_team_free(ons_team *team);
ONS_API void ons_team_run(ons_team *team, size_t count, void (*function)(void *data, size_t index), void *data);
/* One lock of the process for planners of other libraries that are global and not reentrant (FFTW's): hold it while
 * plans are made and freed, not while they run. */
ONS_API void ons_planner_lock(void);
ONS_API void ons_planner_unlock(void);
/* The number of processors this process may use. */
ONS_API unsigned ons_processors(void);
/* Seconds of a clock that only goes forward. */
ONS_API double ons_seconds(void);

#ifdef __cplusplus
}
#endif
#endif

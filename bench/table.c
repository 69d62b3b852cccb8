/*
 * The table of the bench: rows, their print and their JSON; medians and the clock.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench.h"

#include <onsager.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct row {
    char what[96], unit[40], peer[64], limit_is[160];
    double ours, theirs, limit; /* NaN: none */
} row;

static row rows[128];
static size_t row_count;

void bench_head(void) { printf("%-62s %10s %10s %8s   %s\n", "what", "ours", "peer", "ratio", "unit; limit; peer"); }

static void print_row(const row *r) {
    printf("%-62s %10.3f ", r->what, r->ours);
    if (isnan(r->theirs)) {
        printf("%10s %8s", "-", "-");
    } else {
        printf("%10.3f %8.3f", r->theirs, r->ours / r->theirs);
    }
    printf("   %s", r->unit);
    if (!isnan(r->limit)) { printf("; limit %.3g, ratio %.3f", r->limit, r->ours / r->limit); }
    if (r->peer[0]) { printf("; %s", r->peer); }
    if (r->limit_is[0]) { printf("; %s", r->limit_is); }
    printf("\n");
    fflush(stdout);
}

void bench_row(const char *what, const char *unit, const char *peer, const char *limit_is, double ours, double theirs,
               double limit) {
    if (row_count == sizeof rows / sizeof *rows) { bench_die("too many rows"); }
    row *r = &rows[row_count++];
    snprintf(r->what, sizeof r->what, "%s", what);
    snprintf(r->unit, sizeof r->unit, "%s", unit);
    snprintf(r->peer, sizeof r->peer, "%s", peer);
    snprintf(r->limit_is, sizeof r->limit_is, "%s", limit_is);
    r->ours = ours;
    r->theirs = theirs;
    r->limit = limit;
    print_row(r);
}

int bench_write(const char *path) {
    FILE *file = fopen(path, "w");
    if (!file) { return 1; }
    fprintf(file, "[\n");
    for (size_t i = 0; i < row_count; ++i) {
        fprintf(file, "  {\"what\": \"%s\", \"unit\": \"%s\", ", rows[i].what, rows[i].unit);
        if (!isnan(rows[i].ours)) { fprintf(file, "\"ours\": %.6g, ", rows[i].ours); }
        if (!isnan(rows[i].theirs)) {
            fprintf(file, "\"peer\": \"%s\", \"theirs\": %.6g, ", rows[i].peer, rows[i].theirs);
        }
        if (!isnan(rows[i].limit)) { fprintf(file, "\"limit_value\": %.6g, ", rows[i].limit); }
        fprintf(file, "\"limit\": \"%s\"}%s\n", rows[i].limit_is, i + 1 < row_count ? "," : "");
    }
    fprintf(file, "]\n");
    return fclose(file) != 0;
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *values, size_t count) {
    qsort(values, count, sizeof values[0], compare);
    return values[count / 2];
}

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double bench_seconds_of_work(void) { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }
double bench_seconds_on_the_clock(void) { return seconds_of(CLOCK_MONOTONIC); }

void bench_die(const char *what) {
    fprintf(stderr, "bench: %s: %s\n", what, ons_message());
    exit(1);
}

/*
 * Refusals: what cannot be is refused with the place where it stands and a remedy, in one line, before anything is
 * written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lab_small_system.h"
#include "lab_job_words.h"

typedef struct bad {
    const ons_system *system;
    const char *file, *words;
    const char *place;  /* the beginning of the message */
    const char *remedy; /* stands in it */
} bad;

static const bad bads[] = {
    /* words */
    {&magnet, NULL, "temperatur=2", "temperatur=2: unknown key `temperatur`", "did you mean `temperature`?"},
    {&magnet, NULL, "stebs=2", "stebs=2: ", "did you mean `steps`?"},
    {&magnet, NULL, "qqqqqqq=2", "qqqqqqq=2: unknown key", "onsager describe magnet"},
    {&magnet, NULL, "temperature=abc", "temperature=abc: `temperature` takes a number in (0, inf)", "not `abc`"},
    {&magnet, NULL, "temperature=nan", "temperature=nan: ", "a number in (0, inf), not `nan`"},
    {&magnet, NULL, "temperature=inf", "temperature=inf: ", "in (0, inf)"},
    {&magnet, NULL, "field=inf", "field=inf: ", "a number, not `inf`"},
    {&magnet, NULL, "temperature=1e400", "temperature=1e400: ", "not `1e400`"},
    {&magnet, NULL, "temperature=-1", "temperature=-1: ", "a number in (0, inf), not `-1`"},
    {&magnet, NULL, "temperature=0", "temperature=0: ", "a number in (0, inf), not `0`"},
    {&magnet, NULL, "temperature=0x10", "temperature=0x10: ", "not `0x10`"},
    {&magnet, NULL, "temperature=2.0~K", "temperature=2.0 K: ", "not `2.0 K`"},
    {&magnet, NULL, "temperature=", "temperature=: ", "expected KEY=VALUE"},
    {&magnet, NULL, "temperature=1,,2", "temperature=1,,2: `temperature` has an empty value", "a number in (0, inf)"},
    {&magnet, NULL, "temperature=1,", "temperature=1,: ", "empty value"},
    {&magnet, NULL, "temperature=[1,2]", "temperature=[1,2]: ", "not an array"},
    {&magnet, NULL, "temperature=[1", "temperature=[1: ", "lacks its closing ]"},
    {&magnet, NULL, "L=[[1,2]]", "L=[[1,2]]: ", "one level of brackets"},
    {&magnet, NULL, "L=[1]2", "L=[1]2: ", "expected a comma or the end"},
    {&magnet, NULL, "L=[]", "L=[]: ", "empty value"},
    {&magnet, NULL, "temperature=1:2", "temperature=1:2: `temperature`: ", "first:last:step"},
    {&magnet, NULL, "temperature=1:2:0", "temperature=1:2:0: ", "must not be 0"},
    {&magnet, NULL, "temperature=1:2:-1", "temperature=1:2:-1: ", "away"},
    {&magnet, NULL, "temperature=0:2:1", "temperature=0:2:1: ", "not `0` (of the range 0:2:1)"},
    {&magnet, NULL, "temperature=1:2:1e-9", "temperature=1:2:1e-9: ", "1000000"},
    {&magnet, NULL, "L=1.5", "L=1.5: `L` takes a whole number in [1, 1e9]", "not `1.5`"},
    {&magnet, NULL, "L=0", "L=0: ", "a whole number in [1, 1e9], not `0`"},
    {&magnet, NULL, "L=1e30", "L=1e30: ", "not `1e30`"},
    {&magnet, NULL, "L=2:3:0.5", "L=2:3:0.5: ", "not `2.5` (of the range 2:3:0.5)"},
    {&magnet, NULL, "L=8 L=16", "L=16: the key was given already, as L=8", "give it once"},
    {&magnet, NULL, "L", "L: expected key=value", "L=16"},
    {&magnet, NULL, "=16", "=16: ", "expected key=value"},
    {&magnet, NULL, "system=magnet", "system=magnet: ", "onsager run magnet"},
    {&magnet, NULL, "grids=1", "grids=1: ", "job files only"},
    {&magnet, NULL, "update=wolf", "update=wolf: ", "did you mean `wolff`?"},
    {&magnet, NULL, "update=42", "update=42: ", "one of metropolis, heat-bath, wolff, not `42`"},
    {&magnet, NULL, "clusters=3", "clusters=3: `clusters` exists only where update=wolff", "here update=metropolis"},
    {&magnet, NULL, "update=wolff,metropolis clusters=3", "clusters=3: ", "exists only where update=wolff"},
    {&magnet, NULL, "bonds=1", "bonds=1: ", "exists only where lattice=file"},
    {&magnet, NULL, "wrap=maybe", "wrap=maybe: `wrap` takes yes or no", "not `maybe`"},
    {&magnet, NULL, "amplitude=1+2j", "amplitude=1+2j: ", "a complex number such as 1+2i"},
    {&magnet, NULL, "drive=2*(x", "drive=2*(x: `drive` takes a formula", "column"},
    {&magnet, NULL, "label='a", "label='a: a quote ' of `label` is not closed", "closed"},
    {&magnet, NULL, "label='a'b", "label='a'b: ", "behind a closing quote"},
    {&magnet, NULL, "data=missing.txt", "data=missing.txt: `data`: cannot read `missing.txt`", "No such file"},
    {&magnet, NULL, "data=.", "data=.: ", "it is a directory"},
    {&magnet, NULL, "data=/dev/null", "data=/dev/null: ", "no ordinary file"},
    {&magnet, NULL, "lattice=sqare", "lattice=sqare: ", "did you mean `square`?"},
    {&magnet, NULL, "lattice=my.yaml", "lattice=my.yaml: `lattice`: cannot read `my.yaml`", "No such file"},
    {&magnet, NULL, "start=nothing.h5", "start=nothing.h5: ", "No such file"},
    {&magnet, NULL, "start=up", "start=up: ", "FILE.h5#TASK"},
    {&magnet, NULL, "L=5", "L=5: the default of `block` is L/2 = 2.5", "give `block`"},
    {&magnet, NULL, "L=[4,4]", "L=[4,4]: the default of `block` is L/2, which needs a single `L`", "give `block`"},
    {&magnet, NULL, "L=[4,4,4,4] block=2", "L=[4,4,4,4]: L takes at most 3 numbers", "one per direction"},
    {&magnet, NULL, "update=wolff field=0,1", "update=wolff: update=wolff needs field=0",
     "(for field=1, update=wolff)"},
    {&magnet, NULL, "L=1:1000:1 block=1 temperature=1:1001:1", "temperature=1:1001:1: ", "more than 10^6 tasks"},
    {&magnet, NULL, "L=[1000000000,1000000000,1000000000] block=2", "magnet: one state of this task needs 1e+18 GB",
     "GB"},
    {&walker, NULL, "", "walker: `dimension` is missing", "dimension=VALUE, a whole number in [1, 10]: of space"},
    /* controls */
    {&magnet, NULL, "steps=0", "steps=0: ", "a whole number in [1, "},
    {&magnet, NULL, "steps=1.5", "steps=1.5: ", "a whole number"},
    {&magnet, NULL, "steps=10,20", "steps=10,20: ", "a whole number"},
    {&magnet, NULL, "warmup=-1", "warmup=-1: ", "auto or a whole number from 0 on"},
    {&magnet, NULL, "warmup=atuo", "warmup=atuo: ", "auto"},
    {&walker, NULL, "dimension=1 warmup=10", "warmup=10: ", "give warmup=0"},
    {&walker, NULL, "dimension=1 warmup.max=10", "warmup.max=10: ", "leave it out"},
    {&magnet, NULL, "every=0", "every=0: ", "a number in (0, 1e15]"},
    {&magnet, NULL, "every=0.5", "every=0.5: ", "a whole number of steps"},
    {&magnet, NULL, "every=log:10", "every=log:10: ", "against time"},
    {&walker, NULL, "dimension=1 every=log:0", "every=log:0: ", "1 to 1000 points"},
    {&magnet, NULL, "replicas=0", "replicas=0: ", "[1, 10000000]"},
    {&magnet, NULL, "replicas=1e8", "replicas=1e8: ", "[1, 10000000]"},
    {&magnet, NULL, "seed=-1", "seed=-1: ", "[0, 9223372036854775807]"},
    {&magnet, NULL, "threads=0", "threads=0: ", "[1, 1024]"},
    {&magnet, NULL, "until.bindr=1%", "until.bindr=1%: ", "did you mean `until.binder`?"},
    {&magnet, NULL, "until.energies=1%", "until.energies=1%: ", "did you mean `until.energy`?"},
    {&magnet, NULL, "until=1%", "until=1%: ", "until.NAME=0.1%"},
    {&magnet, NULL, "until.binder=-1%", "until.binder=-1%: ", "relative (0.1%) or absolute (0.001)"},
    {&magnet, NULL, "until.binder=%", "until.binder=%: ", "relative (0.1%)"},
    {&magnet, NULL, "until.magnetization=1%", "until.magnetization=1%: ", "until.magnetization=0.001"},
    {&magnet, NULL, "until.binder=1% field=1", "until.binder=1%: ", "does not exist with these parameters"},
    {&walker, NULL, "dimension=1 until.spread=1%", "until.spread=1%: ", "stationary systems"},
    {&magnet, NULL, "time=0", "time=0: ", "a duration > 0"},
    {&magnet, NULL, "time=2w", "time=2w: ", "90s, 10m, 1.5h or 2d"},
    {&magnet, NULL, "checkpoint=0.01", "checkpoint=0.01: ", "at least 0.05s"},
    {&magnet, NULL, "series=maybe", "series=maybe: ", "yes or no"},
    {&magnet, NULL, "snapshots=0", "snapshots=0: ", "a whole number in [1, "},
    {&magnet, NULL, "output=x.txt", "output=x.txt: ", "ends in .h5"},
    {&magnet, NULL, "output=nowhere/x.h5", "output=nowhere/x.h5: ", "the directory `nowhere` cannot be used"},
    {&magnet, NULL, "output=folder.h5", "output=folder.h5: ", "is a directory"},
    {&magnet, NULL, "output=file.txt/x.h5", "output=file.txt/x.h5: ", "directory"},
    {&magnet, NULL, "start=old.h5 output=old.h5", "output=old.h5: ", "the same archive"},
    /* files */
    {&magnet, "L: 8\nL: 16\n", "", "job.yaml:2:1: ", "already given in line 1"},
    {&magnet, "L: 8\ntemperatur: 2\n", "", "job.yaml:2:1: unknown key", "did you mean `temperature`?"},
    {&magnet, "L: [8, abc]\n", "", "job.yaml:1:8: ", "a whole number"},
    {&magnet, "L: [8, [1, x]]\n", "", "job.yaml:1:12: ", "a whole number"},
    {&magnet, "L: {a: 1}\n", "", "job.yaml:1:4: ", "not a mapping"},
    {&magnet, "L: []\n", "", "job.yaml:1:4: ", "empty value"},
    {&magnet, "L:\n", "", "job.yaml:1:", "empty value"},
    {&magnet, "L: [[[1]]]\n", "", "job.yaml:1:6: ", "plain values within an array"},
    {&magnet, "temperature: [[1, 2]]\n", "", "job.yaml:1:16: ", "not an array"},
    {&magnet, "L: 8\nsteps: [1, 2]\n", "", "job.yaml:2:8: ", "one value, not a list"},
    {&magnet, "grids: 3\n", "", "job.yaml:1:8: ", "a list of mappings"},
    {&magnet, "grids: []\n", "", "job.yaml:1:8: ", "a list of mappings"},
    {&magnet, "grids: [3]\n", "", "job.yaml:1:9: ", "a mapping of keys to values"},
    {&magnet, "grids:\n- L: 8\n  seed: 3\n", "", "job.yaml:3:3: `seed` is the same for all grids",
     "top of the job file"},
    {&magnet, "grids:\n- system: x\n", "", "job.yaml:2:3: ", "at the top"},
    {&magnet, "grids:\n- {L: 8, steps: 5}\n- {L: 8, steps: 6}\n", "",
     "job.yaml:3:3: the task (L=8) stands in an earlier grid", "other controls"},
    {&magnet, "until: 3\n", "", "job.yaml:1:8: ", "{binder: 0.1%}"},
    {&magnet, "until: {bindr: 1%}\n", "", "job.yaml:1:9: ", "did you mean `until.binder`?"},
    {&magnet, "until.binder: 1%\nuntil: {binder: 2%}\n", "", "job.yaml:2:9: duplicate key `until.binder`", "once"},
    {&magnet, "system: [a]\n", "", "job.yaml:1:9: ", "name of one system"},
    {&magnet, "system:\n", "", "job.yaml:1:", "name of one system"},
    {&magnet, "- a\n", "", "job.yaml:1:1: ", "system: NAME"},
    {&magnet, "", "", "job.yaml:1:1: ", "empty"},
    {&magnet, "L: &a 8\nblock: *a\n", "", "job.yaml:1:", ""},
    {&magnet, "L: !!int 8\n", "", "job.yaml:1:", ""},
    {&magnet, "L: [8\n", "", "job.yaml:", ""},
    {&magnet, "clusters: 2\n", "", "job.yaml:1:1: `clusters` exists only where update=wolff", "a grid of its own"},
    {&walker, "system: walker\nsteps: 5\n", "", "job.yaml:1:9: `dimension` is missing", "dimension=VALUE"},
    {&magnet, "data: none.txt\n", "", "job.yaml:1:7: `data`: cannot read `none.txt`", "No such file"},
    {&magnet, "output: nowhere/x.h5\n", "", "job.yaml:1:9: ", "nowhere"},
};

static void test_what_cannot_be_is_refused_with_place_and_remedy(void **state) {
    mkdir("folder.h5", 0777);
    write_file("file.txt", "x");
    write_file("old.h5", "x");
    int wrong = 0;
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        const bad *b = &bads[i];
        ons_job *job;
        const ons_status status = bind(&job, b->system, b->file, b->words);
        const char *message = ons_message();
        if (status != ONS_INVALID || strncmp(message, b->place, strlen(b->place)) != 0 ||
            strstr(message, b->remedy) == NULL || strchr(message, '\n') != NULL) {
            print_error("%s %s: status %d\n  says: %s\n  not:  %s ... %s\n", b->file ? b->file : "", b->words, status,
                        message, b->place, b->remedy);
            wrong++;
        }
        ons_job_free(job);
    }
    assert_int_equal(wrong, 0);
}

static void test_what_may_not_be_read_or_written_is_refused(void **state) {
    ons_job *job;
    const uid_t me = geteuid();
    write_file("secret.txt", "x");
    chmod("secret.txt", 0);
    chmod(".", 0755);
    mkdir("closed", 0555);
    if (me == 0 && seteuid(65534) != 0) { skip(); } /* root may do everything, nobody may not */
    const ons_status output = bind(&job, &magnet, NULL, "output=closed/x.h5");
    assert_non_null(strstr(ons_message(), "cannot be written: Permission denied"));
    ons_job_free(job);
    const ons_status data = bind(&job, &magnet, NULL, "data=secret.txt");
    assert_non_null(strstr(ons_message(), "cannot read `secret.txt`: Permission denied"));
    ons_job_free(job);
    assert_int_equal(seteuid(me), 0);
    assert_int_equal(output, ONS_INVALID);
    assert_int_equal(data, ONS_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_cannot_be_is_refused_with_place_and_remedy),
        cmocka_unit_test(test_what_may_not_be_read_or_written_is_refused),
    };
    return cmocka_run_group_tests_name("refusals", tests, make_folder, remove_folder);
}

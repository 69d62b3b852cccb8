/*
 * Lorenz trajectories by SUNDIALS, one after the other: the explicit Runge-Kutta method of order 8 of ARKODE
 * (Fehlberg's) and the method of Adams of CVODE with fixed-point iterations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <arkode/arkode_erkstep.h>
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#include "bench.h"

static int lorenz(double t, N_Vector at, N_Vector to, void *data) {
    const double *x = N_VGetArrayPointer(at);
    double *dx = N_VGetArrayPointer(to);
    (void)t, (void)data;
    dx[0] = 10 * (x[1] - x[0]);
    dx[1] = x[0] * (28 - x[2]) - x[1];
    dx[2] = x[0] * x[1] - 8.0 / 3 * x[2];
    return 0;
}

static void runge_kutta(double *x, size_t count, double duration, double tolerance, SUNContext context) {
    N_Vector state = N_VMake_Serial(3, x, context);
    void *solver = ERKStepCreate(lorenz, 0, state, context);
    if (!solver || ERKStepSetTableNum(solver, ARKODE_FEHLBERG_13_7_8) || ERKStepSetMaxNumSteps(solver, 1000000) ||
        ERKStepSStolerances(solver, tolerance, tolerance)) {
        bench_die("ARKODE");
    }
    for (size_t m = 0; m < count; m++) {
        double t;
        N_VSetArrayPointer(x + 3 * m, state);
        if (ERKStepReInit(solver, lorenz, 0, state) || ERKStepSetStopTime(solver, duration) ||
            ERKStepEvolve(solver, duration, state, &t, ARK_NORMAL) < 0) {
            bench_die("ARKODE");
        }
    }
    ERKStepFree(&solver);
    N_VDestroy(state);
}

static void adams(double *x, size_t count, double duration, double tolerance, SUNContext context) {
    N_Vector state = N_VMake_Serial(3, x, context);
    void *solver = CVodeCreate(CV_ADAMS, context);
    SUNNonlinearSolver iteration = SUNNonlinSol_FixedPoint(state, 0, context);
    if (!solver || CVodeInit(solver, lorenz, 0, state) || CVodeSStolerances(solver, tolerance, tolerance) ||
        CVodeSetNonlinearSolver(solver, iteration) || CVodeSetMaxNumSteps(solver, 1000000)) {
        bench_die("CVODE");
    }
    for (size_t m = 0; m < count; m++) {
        double t;
        N_VSetArrayPointer(x + 3 * m, state);
        if (CVodeReInit(solver, 0, state) || CVodeSetStopTime(solver, duration) ||
            CVode(solver, duration, state, &t, CV_NORMAL) < 0) {
            bench_die("CVODE");
        }
    }
    SUNNonlinSolFree(iteration);
    CVodeFree(&solver);
    N_VDestroy(state);
}

void bench_sundials(double *x, size_t count, double duration, double tolerance, int by_adams) {
    SUNContext context;
    if (SUNContext_Create(NULL, &context)) { bench_die("SUNDIALS"); }
    (by_adams ? adams : runge_kutta)(x, count, duration, tolerance, context);
    SUNContext_Free(&context);
}

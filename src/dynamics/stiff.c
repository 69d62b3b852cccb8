/*
 * Stiff members by CVODE (Hindmarsh et al., ACM Trans. Math. Softw. 31, 363 (2005)): backward differences of order 1 to
 * 5, Newton's method with the exact Jacobian; or by ARKODE (Reynolds et al., ACM Trans. Math. Softw. 49, 19 (2023)):
 * additive Runge-Kutta of order 4, implicit for A x and explicit for f - A x, A the Jacobian at the start. A flow with
 * k perturbations has the same block k + 1 times in its Newton matrix as far as is needed, so that one decomposition of
 * the flow's own size serves all of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "stiff.h"

#include <arkode/arkode_arkstep.h>
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct dynamics_stiff {
    ons_field field, base;
    size_t copies;
    ons_integration how;
    SUNContext context;
    N_Vector y;
    SUNMatrix matrix;
    SUNLinearSolver solver;
    sunindextype *pivots;
    void *cvode, *arkode;    /* one of both */
    double *frozen;          /* [m][m] of the linear part, by rows; ARKODE */
    double *x, *dx, *slopes; /* of a block */
    size_t block, lane;
    bool finite;
    uint64_t evaluations, accepted, rejected;
};

/* ---- the field ------------------------------------------------------------------------------------------------------
 */

static void spread(double *block, const double *x, size_t n) {
    for (size_t i = 0; i < n * ONS_LANES; i++) { block[i] = x[i / ONS_LANES]; }
}

/* A derivative that is not finite asks for a shorter step. */
static int right_hand_side(realtype t, N_Vector y, N_Vector dy, void *data) {
    dynamics_stiff *stiff = data;
    const size_t n = stiff->field.dimension;
    _Alignas(64) double times[ONS_LANES];
    double *to = NV_DATA_S(dy);
    for (size_t l = 0; l < ONS_LANES; l++) { times[l] = t; }
    spread(stiff->x, NV_DATA_S(y), n);
    stiff->field.value(stiff->field.data, stiff->block, times, stiff->x, stiff->dx);
    stiff->evaluations++;
    stiff->finite = true;
    for (size_t i = 0; i < n; i++) {
        to[i] = stiff->dx[i * ONS_LANES + stiff->lane];
        stiff->finite = stiff->finite && isfinite(to[i]);
    }
    return stiff->finite ? 0 : 1;
}

/* The slopes of the variables alone, in the lane; whether they are finite. */
static bool find_slopes(dynamics_stiff *stiff, double t, const double *y) {
    const size_t n = stiff->base.dimension;
    _Alignas(64) double times[ONS_LANES];
    for (size_t l = 0; l < ONS_LANES; l++) { times[l] = t; }
    spread(stiff->x, y, n);
    stiff->base.jacobian(stiff->base.data, stiff->block, times, stiff->x, stiff->dx, stiff->slopes);
    bool finite = true;
    for (size_t k = 0; k < n * n; k++) { finite = finite && isfinite(stiff->slopes[k * ONS_LANES + stiff->lane]); }
    return finite;
}

static int jacobian(realtype t, N_Vector y, N_Vector dy, SUNMatrix matrix, void *data, N_Vector a, N_Vector b,
                    N_Vector c) {
    (void)dy, (void)a, (void)b, (void)c;
    dynamics_stiff *stiff = data;
    const size_t n = stiff->base.dimension;
    if (!find_slopes(stiff, t, NV_DATA_S(y))) { return 1; }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            SM_ELEMENT_D(matrix, (sunindextype)i, (sunindextype)j) =
                stiff->slopes[(i * n + j) * ONS_LANES + stiff->lane];
        }
    }
    return 0;
}

/* ---- two parts ------------------------------------------------------------------------------------------------------
 */

/* to (+)= sign A y, for the variables and each perturbation alike. */
static void add_linear(const dynamics_stiff *stiff, const double *y, double sign, bool add, double *to) {
    const size_t m = stiff->base.dimension;
    for (size_t copy = 0; copy < stiff->copies; copy++) {
        for (size_t i = 0; i < m; i++) {
            double sum = 0;
            for (size_t j = 0; j < m; j++) { sum += stiff->frozen[i * m + j] * y[copy * m + j]; }
            to[copy * m + i] = add ? to[copy * m + i] + sign * sum : sign * sum;
        }
    }
}

static int linear_part(realtype t, N_Vector y, N_Vector dy, void *data) {
    const dynamics_stiff *stiff = data;
    (void)t;
    N_VConst(0, dy);
    add_linear(stiff, NV_DATA_S(y), 1, false, NV_DATA_S(dy));
    return 0;
}

static int rest(realtype t, N_Vector y, N_Vector dy, void *data) {
    const int flag = right_hand_side(t, y, dy, data);
    if (flag == 0) { add_linear(data, NV_DATA_S(y), -1, true, NV_DATA_S(dy)); }
    return flag;
}

static int linear_slopes(realtype t, N_Vector y, N_Vector dy, SUNMatrix matrix, void *data, N_Vector a, N_Vector b,
                         N_Vector c) {
    (void)t, (void)y, (void)dy, (void)a, (void)b, (void)c;
    const dynamics_stiff *stiff = data;
    const size_t m = stiff->base.dimension;
    for (size_t k = 0; k < m * m; k++) {
        SM_ELEMENT_D(matrix, (sunindextype)(k / m), (sunindextype)(k % m)) = stiff->frozen[k];
    }
    return 0;
}

/* ---- the linear solver ----------------------------------------------------------------------------------------------
 */

static SUNLinearSolver_Type solver_type(SUNLinearSolver solver) {
    (void)solver;
    return SUNLINEARSOLVER_DIRECT;
}

static int solver_setup(SUNLinearSolver solver, SUNMatrix matrix) {
    const dynamics_stiff *stiff = solver->content;
    const sunindextype n = SM_ROWS_D(matrix);
    return SUNDlsMat_denseGETRF(SM_COLS_D(matrix), n, n, stiff->pivots) > 0 ? 1 : 0;
}

static int solver_solve(SUNLinearSolver solver, SUNMatrix matrix, N_Vector x, N_Vector b, realtype tolerance) {
    (void)tolerance;
    const dynamics_stiff *stiff = solver->content;
    const sunindextype n = SM_ROWS_D(matrix);
    memcpy(NV_DATA_S(x), NV_DATA_S(b), stiff->field.dimension * sizeof(double));
    for (size_t k = 0; k < stiff->copies; k++) {
        SUNDlsMat_denseGETRS(SM_COLS_D(matrix), n, stiff->pivots, NV_DATA_S(x) + k * (size_t)n);
    }
    return 0;
}

static void make_solver(dynamics_stiff *made) {
    made->solver = SUNLinSolNewEmpty(made->context);
    if (!made->solver) { return; }
    made->solver->ops->gettype = solver_type;
    made->solver->ops->setup = solver_setup;
    made->solver->ops->solve = solver_solve;
    made->solver->content = made;
}

/* ---- life -----------------------------------------------------------------------------------------------------------
 */

static void silent(int code, const char *module, const char *function, char *message, void *data) {
    (void)code, (void)module, (void)function, (void)message, (void)data;
}

static bool make_cvode(dynamics_stiff *made) {
    made->cvode = CVodeCreate(CV_BDF, made->context);
    if (!made->cvode) { return false; }
    bool well = CVodeSetErrHandlerFn(made->cvode, silent, NULL) == CV_SUCCESS;
    well = well && CVodeInit(made->cvode, right_hand_side, 0, made->y) == CV_SUCCESS;
    well = well && CVodeSetUserData(made->cvode, made) == CV_SUCCESS;
    well = well && CVodeSStolerances(made->cvode, made->how.relative, made->how.absolute) == CV_SUCCESS;
    well = well && CVodeSetMaxNumSteps(made->cvode, (long)made->how.most) == CV_SUCCESS;
    well = well && CVodeSetMaxHnilWarns(made->cvode, -1) == CV_SUCCESS;
    well = well && CVodeSetInitStep(made->cvode, made->how.first) == CV_SUCCESS;
    if (made->how.largest > 0) { well = well && CVodeSetMaxStep(made->cvode, made->how.largest) == CV_SUCCESS; }
    well = well && CVodeSetLinearSolver(made->cvode, made->solver, made->matrix) == CV_SUCCESS;
    if (made->base.jacobian) { well = well && CVodeSetJacFn(made->cvode, jacobian) == CV_SUCCESS; }
    return well;
}

/* Made anew for every stretch, so that nothing of earlier ones is known. */
static int make_arkode(dynamics_stiff *stiff, double t) {
    const size_t m = stiff->base.dimension;
    stiff->finite = find_slopes(stiff, t, NV_DATA_S(stiff->y));
    if (!stiff->finite) { return ARK_RHSFUNC_FAIL; }
    for (size_t k = 0; k < m * m; k++) { stiff->frozen[k] = stiff->slopes[k * ONS_LANES + stiff->lane]; }
    ARKStepFree(&stiff->arkode);
    void *ark = stiff->arkode = ARKStepCreate(rest, linear_part, t, stiff->y, stiff->context);
    if (!ark) { return ARK_MEM_FAIL; }
    bool well = ARKStepSetErrHandlerFn(ark, silent, NULL) == ARK_SUCCESS;
    well = well && ARKStepSetUserData(ark, stiff) == ARK_SUCCESS && ARKStepSetOrder(ark, 4) == ARK_SUCCESS;
    well = well && ARKStepSStolerances(ark, stiff->how.relative, stiff->how.absolute) == ARK_SUCCESS;
    well = well && ARKStepSetMaxNumSteps(ark, (long)stiff->how.most) == ARK_SUCCESS;
    well = well && ARKStepSetMaxHnilWarns(ark, -1) == ARK_SUCCESS;
    well = well && ARKStepSetInitStep(ark, stiff->how.first) == ARK_SUCCESS;
    if (stiff->how.largest > 0) { well = well && ARKStepSetMaxStep(ark, stiff->how.largest) == ARK_SUCCESS; }
    well = well && ARKStepSetLinear(ark, 0) == ARK_SUCCESS;
    well = well && ARKStepSetLinearSolver(ark, stiff->solver, stiff->matrix) == ARK_SUCCESS;
    well = well && ARKStepSetJacFn(ark, linear_slopes) == ARK_SUCCESS;
    return well ? ARK_SUCCESS : ARK_ILL_INPUT;
}

ons_status dynamics_stiff_create(dynamics_stiff **stiff, const ons_field *field, const ons_field *base, size_t copies,
                                 const ons_integration *how) {
    *stiff = NULL;
    dynamics_stiff *made = ONS_NEW(dynamics_stiff, 1);
    if (!made) { return ONS_MEMORY; }
    const size_t n = field->dimension, m = base->dimension, row = sizeof(double) * ONS_LANES;
    made->field = *field;
    made->base = *base;
    made->copies = copies;
    made->how = *how;
    made->x = aligned_alloc(64, n * row);
    made->dx = aligned_alloc(64, n * row);
    made->slopes = aligned_alloc(64, m * m * row);
    made->frozen = ONS_NEW(double, m *m);
    made->pivots = ONS_NEW(sunindextype, m);
    ons_status status = made->x && made->dx && made->slopes && made->frozen && made->pivots ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK && SUNContext_Create(NULL, &made->context) != 0) { status = ONS_MEMORY; }
    if (status == ONS_OK) {
        made->y = N_VNew_Serial((sunindextype)n, made->context);
        made->matrix = SUNDenseMatrix((sunindextype)m, (sunindextype)m, made->context);
        make_solver(made);
        status = made->y && made->matrix && made->solver ? ONS_OK : ONS_MEMORY;
    }
    if (status == ONS_OK) {
        N_VConst(0, made->y);
        if (how->method == ONS_CVODE && !make_cvode(made)) {
            status = ons_fail(ONS_FAILED, "CVODE could not be set up");
        }
    }
    if (status != ONS_OK) {
        dynamics_stiff_free(made);
        return status;
    }
    *stiff = made;
    return ONS_OK;
}

ons_status dynamics_stiff_check(const dynamics_stiff *stiff) {
    if (stiff->how.method != ONS_ARKODE || stiff->base.jacobian) { return ONS_OK; }
    return ons_fail(ONS_INVALID, "the implicit part of ARKODE is the Jacobian of the field, and it has none");
}

void dynamics_stiff_free(dynamics_stiff *old) {
    if (!old) { return; }
    CVodeFree(&old->cvode);
    ARKStepFree(&old->arkode);
    if (old->solver) { SUNLinSolFreeEmpty(old->solver); }
    if (old->matrix) { SUNMatDestroy(old->matrix); }
    if (old->y) { N_VDestroy(old->y); }
    if (old->context) { SUNContext_Free(&old->context); }
    free(old->x);
    free(old->dx);
    free(old->slopes);
    free(old->frozen);
    free(old->pivots);
    free(old);
}

/* ---- going on -------------------------------------------------------------------------------------------------------
 */

static ons_member_state judged(const dynamics_stiff *stiff, int flag) {
    /* ARKODE has the same numbers for these. */
    if (flag == CV_SUCCESS || flag == CV_TSTOP_RETURN) { return ONS_MEMBER_RUNNING; }
    if (flag == CV_TOO_MUCH_WORK) { return ONS_MEMBER_TOO_LONG; }
    return stiff->finite ? ONS_MEMBER_STUCK : ONS_MEMBER_NOT_FINITE;
}

static void add_counts(dynamics_stiff *stiff) {
    long steps = 0, errors = 0, failures = 0;
    if (stiff->cvode) {
        CVodeGetNumSteps(stiff->cvode, &steps);
        CVodeGetNumErrTestFails(stiff->cvode, &errors);
        CVodeGetNumNonlinSolvConvFails(stiff->cvode, &failures);
    } else if (stiff->arkode) {
        ARKStepGetNumSteps(stiff->arkode, &steps);
        ARKStepGetNumErrTestFails(stiff->arkode, &errors);
    }
    stiff->accepted = (uint64_t)steps;
    stiff->rejected = (uint64_t)(errors + failures);
}

/* Begins at t; steps that the time can hardly resolve are the sign of a singularity: CVODE itself would go on for ever.
 */
static int begin(dynamics_stiff *stiff, double t, double last) {
    const double shortest = 16 * DBL_EPSILON * fmax(fabs(t), fabs(last));
    int flag;
    if (stiff->cvode) {
        flag = CVodeReInit(stiff->cvode, t, stiff->y);
        if (flag == CV_SUCCESS) { flag = CVodeSetMinStep(stiff->cvode, shortest); }
        return flag == CV_SUCCESS ? CVodeSetStopTime(stiff->cvode, last) : flag;
    }
    flag = make_arkode(stiff, t);
    if (flag == ARK_SUCCESS) { flag = ARKStepSetMinStep(stiff->arkode, shortest); }
    return flag == ARK_SUCCESS ? ARKStepSetStopTime(stiff->arkode, last) : flag;
}

static int go_on(dynamics_stiff *stiff, double target, realtype *reached) {
    if (stiff->cvode) { return CVode(stiff->cvode, target, stiff->y, reached, CV_NORMAL); }
    const int flag = ARKStepEvolve(stiff->arkode, target, stiff->y, reached, ARK_NORMAL);
    if (flag < 0) { ARKStepGetCurrentTime(stiff->arkode, reached); } /* which a failure does not say */
    return flag;
}

ons_member_state dynamics_stiff_follow(dynamics_stiff *stiff, size_t block, size_t lane, double *t, double *x,
                                       const double *times, size_t count, double *out, size_t stride) {
    const size_t bytes = stiff->field.dimension * sizeof *x;
    stiff->block = block;
    stiff->lane = lane;
    stiff->evaluations = 0;
    memcpy(NV_DATA_S(stiff->y), x, bytes);
    ons_member_state state = ONS_MEMBER_RUNNING;
    int flag = begin(stiff, *t, times[count - 1]);
    for (size_t i = 0; i < count && flag >= 0; i++) {
        if (times[i] != *t) {
            realtype reached = *t;
            flag = go_on(stiff, times[i], &reached);
            *t = flag < 0 ? reached : times[i];
            memcpy(x, NV_DATA_S(stiff->y), bytes);
        }
        if (flag >= 0 && out) { memcpy(out + i * stride, x, bytes); }
    }
    state = judged(stiff, flag);
    add_counts(stiff);
    return state;
}

void dynamics_stiff_counts(const dynamics_stiff *stiff, uint64_t *accepted, uint64_t *rejected, uint64_t *evaluations) {
    *accepted = stiff->accepted;
    *rejected = stiff->rejected;
    *evaluations = stiff->evaluations;
}

/*
 * Stiff members by CVODE (Hindmarsh et al., ACM Trans. Math. Softw. 31, 363 (2005)): backward differences of order 1 to
 * 5, Newton's method with the exact Jacobian. A flow with k perturbations has the same block k + 1 times in its Newton
 * matrix as far as is needed, so that one decomposition of the flow's own size serves all of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "stiff.h"

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

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
    void *cvode;
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

static int jacobian(realtype t, N_Vector y, N_Vector dy, SUNMatrix matrix, void *data, N_Vector a, N_Vector b,
                    N_Vector c) {
    (void)dy, (void)a, (void)b, (void)c;
    dynamics_stiff *stiff = data;
    const size_t n = stiff->base.dimension;
    _Alignas(64) double times[ONS_LANES];
    for (size_t l = 0; l < ONS_LANES; l++) { times[l] = t; }
    spread(stiff->x, NV_DATA_S(y), n);
    stiff->base.jacobian(stiff->base.data, stiff->block, times, stiff->x, stiff->dx, stiff->slopes);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            const double slope = stiff->slopes[(i * n + j) * ONS_LANES + stiff->lane];
            if (!isfinite(slope)) { return 1; }
            SM_ELEMENT_D(matrix, (sunindextype)i, (sunindextype)j) = slope;
        }
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
    made->pivots = ONS_NEW(sunindextype, m);
    ons_status status = made->x && made->dx && made->slopes && made->pivots ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK && SUNContext_Create(NULL, &made->context) != 0) { status = ONS_MEMORY; }
    if (status == ONS_OK) {
        made->y = N_VNew_Serial((sunindextype)n, made->context);
        made->matrix = SUNDenseMatrix((sunindextype)m, (sunindextype)m, made->context);
        make_solver(made);
        status = made->y && made->matrix && made->solver ? ONS_OK : ONS_MEMORY;
    }
    if (status == ONS_OK) {
        N_VConst(0, made->y);
        if (!make_cvode(made)) { status = ons_fail(ONS_FAILED, "CVODE could not be set up"); }
    }
    if (status != ONS_OK) {
        dynamics_stiff_free(made);
        return status;
    }
    *stiff = made;
    return ONS_OK;
}

void dynamics_stiff_free(dynamics_stiff *old) {
    if (!old) { return; }
    CVodeFree(&old->cvode);
    if (old->solver) { SUNLinSolFreeEmpty(old->solver); }
    if (old->matrix) { SUNMatDestroy(old->matrix); }
    if (old->y) { N_VDestroy(old->y); }
    if (old->context) { SUNContext_Free(&old->context); }
    free(old->x);
    free(old->dx);
    free(old->slopes);
    free(old->pivots);
    free(old);
}

/* ---- going on -------------------------------------------------------------------------------------------------------
 */

static ons_member_state judged(const dynamics_stiff *stiff, int flag) {
    if (flag == CV_SUCCESS || flag == CV_TSTOP_RETURN) { return ONS_MEMBER_RUNNING; }
    if (flag == CV_TOO_MUCH_WORK) { return ONS_MEMBER_TOO_LONG; }
    return stiff->finite ? ONS_MEMBER_STUCK : ONS_MEMBER_NOT_FINITE;
}

static void add_counts(dynamics_stiff *stiff) {
    long steps = 0, errors = 0, failures = 0;
    CVodeGetNumSteps(stiff->cvode, &steps);
    CVodeGetNumErrTestFails(stiff->cvode, &errors);
    CVodeGetNumNonlinSolvConvFails(stiff->cvode, &failures);
    stiff->accepted = (uint64_t)steps;
    stiff->rejected = (uint64_t)(errors + failures);
}

ons_member_state dynamics_stiff_follow(dynamics_stiff *stiff, size_t block, size_t lane, double *t, double *x,
                                       const double *times, size_t count, double *out, size_t stride) {
    const size_t bytes = stiff->field.dimension * sizeof *x;
    stiff->block = block;
    stiff->lane = lane;
    stiff->evaluations = 0;
    memcpy(NV_DATA_S(stiff->y), x, bytes);
    ons_member_state state = ONS_MEMBER_RUNNING;
    int flag = CVodeReInit(stiff->cvode, *t, stiff->y);
    if (flag == CV_SUCCESS) { flag = CVodeSetStopTime(stiff->cvode, times[count - 1]); }
    for (size_t i = 0; i < count && flag >= 0; i++) {
        if (times[i] != *t) {
            realtype reached = *t;
            flag = CVode(stiff->cvode, times[i], stiff->y, &reached, CV_NORMAL);
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

/*
 * onsager analyse FILE.h5 fit: a model or a formula fitted to each curve of a quantity.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "analyse.h"

#include <onsager/analysis.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SMOOTH 200 /* points of a line that is drawn */

typedef struct curve_fit {
    ons_model_fit fit;
    char *why; /* NULL: it worked */
} curve_fit;

typedef struct fit_work {
    const cli_arguments *arguments;
    const char *y, *model_name;
    ons_model *model;
    ons_curves *curves;
    curve_fit *fits;
    double start[ONS_MODEL_PARAMETERS];
    bool fixed[ONS_MODEL_PARAMETERS];
    double from, to;
} fit_work;

/* ---- what is asked for ----------------------------------------------------------------------------------------------
 */

/* "a=1,b=2" into start, for --start and --fix. */
static ons_status read_values(fit_work *work, const char *option, bool fix) {
    const char *given = cli_option_value(work->arguments, option);
    while (given && *given) {
        const size_t length = strcspn(given, ",");
        const char *equals = memchr(given, '=', length);
        char *name = ons_copy_part(given, equals ? (size_t)(equals - given) : length);
        char *number = equals ? ons_copy_part(equals + 1, length - (size_t)(equals + 1 - given)) : ons_copy("");
        size_t place = 0;
        double value = NAN;
        ons_status status = name && number ? ONS_OK : ONS_MEMORY;
        if (status == ONS_OK && (!equals || ons_parse_real(number, &value) != ONS_OK || !isfinite(value))) {
            status = ons_fail(ONS_INVALID, "--%s takes NAME=NUMBER,..., not '%.*s'", option, (int)length, given);
        }
        if (status == ONS_OK) { status = ons_model_find(work->model, name, &place); }
        if (status == ONS_OK) {
            work->start[place] = value;
            work->fixed[place] = work->fixed[place] || fix;
        }
        free(name);
        free(number);
        if (status != ONS_OK) { return status; }
        given += length + (given[length] == ',');
    }
    return ONS_OK;
}

/* A name of the formula that the archive calls a parameter or a quantity was not meant to be fitted. */
static ons_status check_names(const fit_work *work, const ons_results *results) {
    const char *const *quantities;
    const size_t count = ons_results_names(results, &quantities);
    for (size_t k = 0; k < ons_model_count(work->model); k++) {
        const char *name = ons_model_parameter(work->model, k);
        for (size_t i = 0; i < count; i++) {
            if (strcmp(quantities[i], name) != 0) { continue; }
            return ons_fail(ONS_INVALID,
                            "'%s' in the formula is a quantity of %s; the formula may hold x and parameters "
                            "to be fitted",
                            name, ons_results_path(results));
        }
        const ons_task_result *task = ons_results_count(results) ? ons_results_task(results, 0) : NULL;
        for (size_t i = 0; task && i < task->parameters; i++) {
            if (!task->varies[i] || strcmp(task->parameter[i], name) != 0) { continue; }
            return ons_fail(ONS_INVALID,
                            "'%s' in the formula is a parameter of %s but not the axis: -x %s puts it there", name,
                            ons_results_path(results), name);
        }
    }
    return ONS_OK;
}

static ons_status read_model(fit_work *work) {
    const char *name = cli_option_value(work->arguments, "model"),
               *formula = cli_option_value(work->arguments, "formula");
    if (name && formula) { return ons_fail(ONS_INVALID, "a fit takes --model or --formula, not both"); }
    work->model_name = formula ? NULL : name ? name : "power";
    for (size_t k = 0; k < ONS_MODEL_PARAMETERS; k++) { work->start[k] = NAN; }
    return formula ? ons_model_formula(&work->model, formula, work->curves->x)
                   : ons_model_named(&work->model, work->model_name);
}

static ons_status read_curves(fit_work *work, const ons_results *results) {
    const ons_curves_request request = {work->y, cli_option_value(work->arguments, "x"),
                                        cli_option_value(work->arguments, "by"), work->from, work->to};
    return ons_results_curves(results, &request, &work->curves);
}

/* ---- fits -----------------------------------------------------------------------------------------------------------
 */

/* Points without errors: what is left over tells the errors of the parameters, and nothing of the goodness. */
static void rescale(ons_model_fit *fit) {
    const double scale = fit->freedom > 0 ? fit->chi_squared / fit->freedom : NAN;
    for (size_t k = 0; k < fit->parameters; k++) { fit->error[k] *= sqrt(scale); }
    for (size_t k = 0; k < fit->parameters * fit->parameters; k++) { fit->covariance[k] *= scale; }
    fit->goodness = NAN;
}

static ons_status fit_curves(fit_work *work) {
    const bool alone = cli_option_value(work->arguments, "uncorrelated") != NULL;
    size_t good = 0;
    work->fits = ONS_NEW(curve_fit, work->curves->count);
    if (!work->fits) { return ONS_MEMORY; }
    for (size_t i = 0; i < work->curves->count; i++) {
        const ons_curve *curve = &work->curves->curve[i];
        ons_points points = curve->points;
        if (alone) { points.covariance = NULL; }
        const ons_status status =
            ons_model_least_squares(work->model, &points, work->start, work->fixed, &work->fits[i].fit);
        if (status == ONS_MEMORY) { return status; }
        if (status != ONS_OK && work->curves->count == 1) { return status; }
        if (status != ONS_OK) { work->fits[i].why = ons_copy(ons_message()); }
        if (status == ONS_OK && curve->unweighted) { rescale(&work->fits[i].fit); }
        good += status == ONS_OK;
    }
    return good ? ONS_OK
                : ons_fail(ONS_INVALID, "none of the %zu curves could be fitted: %s", work->curves->count,
                           work->fits[0].why);
}

/* ---- text -----------------------------------------------------------------------------------------------------------
 */

static double first_x(const ons_curve *curve) { return curve->points.x[0]; }
static double last_x(const ons_curve *curve) { return curve->points.x[curve->points.count - 1]; }

static void add_row(const fit_work *work, size_t i, cli_table *table) {
    const ons_curve *curve = &work->curves->curve[i];
    const ons_model_fit *fit = &work->fits[i].fit;
    char number[CLI_NUMBER];
    cli_table_cell(table, "%s", curve->label);
    for (size_t k = 0; k < ons_model_count(work->model); k++) {
        if (work->fits[i].why) {
            cli_table_cell(table, "%s", "");
        } else if (work->fixed[k]) {
            cli_table_cell(table, "%s fixed", cli_short(number, fit->value[k]));
        } else {
            cli_table_cell(table, "%s", cli_number(number, fit->value[k], fit->error[k]));
        }
    }
    cli_table_cell(table, "%g to %g", first_x(curve), last_x(curve));
    cli_table_cell(table, "%zu", curve->points.count);
    if (work->fits[i].why) {
        for (int empty = 0; empty < 2; empty++) { cli_table_cell(table, "%s", ""); }
    } else {
        cli_table_cell(table, "%.3g/%g", fit->chi_squared, fit->freedom);
        char goodness[32] = "";
        if (isfinite(fit->goodness)) { snprintf(goodness, sizeof goodness, "%.2g", fit->goodness); }
        cli_table_cell(table, "%s", goodness);
    }
}

/* Correlations of the parameters of one fit. */
static void correlations_text(const fit_work *work, ons_text *text) {
    const ons_model_fit *fit = &work->fits[0].fit;
    const size_t n = fit->parameters;
    for (size_t a = 0, first = 1; a < n; a++) {
        for (size_t b = a + 1; b < n; b++) {
            if (!(fit->error[a] > 0) || !(fit->error[b] > 0)) { continue; }
            ons_text_add(text, "%s%s,%s %+.3f", first ? "Correlations: " : "; ", ons_model_parameter(work->model, a),
                         ons_model_parameter(work->model, b),
                         fit->covariance[a * n + b] / (fit->error[a] * fit->error[b]));
            first = 0;
        }
        if (a + 1 == n && !first) { ons_text_add(text, "\n"); }
    }
}

static void notes_text(const fit_work *work, ons_text *text) {
    bool joint = false, noted = false;
    size_t left_out = 0, raised = 0;
    for (size_t i = 0; i < work->curves->count; i++) {
        const ons_curve *curve = &work->curves->curve[i];
        joint = joint || curve->points.covariance;
        raised += work->fits[i].fit.raised;
        left_out += curve->left_out;
        if (work->fits[i].why) { ons_text_add(text, "%s: %s\n", curve->label, work->fits[i].why); }
        if (curve->note[0] && !noted) {
            ons_text_add(text, "Note: %s.\n", curve->note);
            noted = true;
        }
    }
    if (joint && !cli_option_value(work->arguments, "uncorrelated")) {
        ons_text_add(text, "The points of a task come from the same replicas: chi^2 is that of their joint covariance");
        if (raised) { ons_text_add(text, ", %zu of its eigenvalues raised", raised); }
        ons_text_add(text, ".\n");
    }
    if (left_out) { ons_text_add(text, "%zu points without a finite value and error were left out.\n", left_out); }
}

static void fit_text(const fit_work *work, ons_text *text) {
    const size_t n = ons_model_count(work->model), columns = n + 5;
    const char *headers[ONS_MODEL_PARAMETERS + 5] = {""};
    for (size_t k = 0; k < n; k++) { headers[k + 1] = ons_model_parameter(work->model, k); }
    headers[n + 1] = work->curves->x;
    headers[n + 2] = "points";
    headers[n + 3] = "chi^2/freedom";
    headers[n + 4] = "goodness";
    cli_table table = {.columns = columns, .headers = headers};
    for (size_t i = 0; i < work->curves->count; i++) { add_row(work, i, &table); }
    ons_text_add(text, "%s = %s", work->y, ons_model_text(work->model));
    if (strcmp(work->curves->x, "x") != 0) { ons_text_add(text, ", x = %s", work->curves->x); }
    if (isfinite(work->from) || isfinite(work->to)) { ons_text_add(text, ", window %g to %g", work->from, work->to); }
    ons_text_add(text, "\n\n");
    cli_table_text(&table, text, 0);
    if (work->curves->count == 1) {
        ons_text_add(text, "\n");
        correlations_text(work, text);
    }
    notes_text(work, text);
    cli_table_free(&table);
}

/* ---- JSON -----------------------------------------------------------------------------------------------------------
 */

static json_t *matrix_json(const ons_model_fit *fit, bool correlation) {
    json_t *rows = json_array();
    const size_t n = fit->parameters;
    for (size_t a = 0; a < n; a++) {
        json_t *row = json_array();
        for (size_t b = 0; b < n; b++) {
            const double scale = correlation ? fit->error[a] * fit->error[b] : 1;
            json_array_append_new(row, cli_json_real(fit->covariance[a * n + b] / scale));
        }
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *curve_json(const fit_work *work, size_t i) {
    const ons_curve *curve = &work->curves->curve[i];
    const ons_model_fit *fit = &work->fits[i].fit;
    json_t *object = json_object(), *parameters = json_object();
    json_object_set_new(object, "curve", json_string(curve->label));
    json_object_set_new(object, "points", json_integer((json_int_t)curve->points.count));
    json_object_set_new(object, "from", cli_json_real(first_x(curve)));
    json_object_set_new(object, "to", cli_json_real(last_x(curve)));
    json_object_set_new(object, "correlated", json_boolean(curve->points.covariance != NULL));
    if (curve->note[0]) { json_object_set_new(object, "note", json_string(curve->note)); }
    if (work->fits[i].why) {
        json_decref(parameters);
        json_object_set_new(object, "parameters", json_null());
        json_object_set_new(object, "why", json_string(work->fits[i].why));
        return object;
    }
    for (size_t k = 0; k < fit->parameters; k++) {
        json_t *parameter = json_object();
        json_object_set_new(parameter, "value", cli_json_real(fit->value[k]));
        json_object_set_new(parameter, "error", cli_json_real(fit->error[k]));
        if (work->fixed[k]) { json_object_set_new(parameter, "fixed", json_true()); }
        json_object_set_new(parameters, ons_model_parameter(work->model, k), parameter);
    }
    json_object_set_new(object, "parameters", parameters);
    json_object_set_new(object, "covariance", matrix_json(fit, false));
    json_object_set_new(object, "correlation", matrix_json(fit, true));
    json_object_set_new(object, "chi_squared", cli_json_real(fit->chi_squared));
    json_object_set_new(object, "freedom", cli_json_real(fit->freedom));
    json_object_set_new(object, "expected", cli_json_real(fit->expected));
    json_object_set_new(object, "goodness", cli_json_real(fit->goodness));
    json_object_set_new(object, "raised", json_integer((json_int_t)fit->raised));
    return object;
}

static void fit_json(const fit_work *work, json_t *document) {
    json_t *fits = json_array();
    json_object_set_new(document, "quantity", json_string(work->y));
    json_object_set_new(document, "x", json_string(work->curves->x));
    json_object_set_new(document, "formula", json_string(ons_model_text(work->model)));
    if (work->model_name) { json_object_set_new(document, "model", json_string(work->model_name)); }
    json_object_set_new(document, "from", cli_json_real(work->from));
    json_object_set_new(document, "to", cli_json_real(work->to));
    for (size_t i = 0; i < work->curves->count; i++) { json_array_append_new(fits, curve_json(work, i)); }
    json_object_set_new(document, "fits", fits);
}

/* ---- figure ---------------------------------------------------------------------------------------------------------
 */

static ons_status draw_fit(const fit_work *work, size_t i, cli_figure *figure) {
    const ons_curve *curve = &work->curves->curve[i];
    cli_curve *drawn;
    ons_status status = cli_figure_curve(figure, curve->label[0] ? curve->label : work->y, CLI_SCATTER, &drawn);
    for (size_t k = 0; status == ONS_OK && k < curve->points.count; k++) {
        status = cli_curve_add(drawn, curve->points.x[k], curve->points.y[k],
                               curve->unweighted ? NAN : curve->points.errors[k], NAN);
    }
    const size_t own = figure->count;
    if (status != ONS_OK || work->fits[i].why) { return status; }
    status = cli_figure_curve(figure, work->curves->count == 1 ? ons_model_text(work->model) : "", CLI_BAND, &drawn);
    if (status != ONS_OK) { return status; }
    drawn->like = own;
    const double low = first_x(curve), high = last_x(curve);
    for (size_t k = 0; k <= SMOOTH && status == ONS_OK; k++) {
        const double part = (double)k / SMOOTH;
        const double x = figure->log_x && low > 0 ? low * pow(high / low, part) : low + part * (high - low);
        double error;
        const double y = ons_model_fit_value(work->model, &work->fits[i].fit, x, &error);
        status = cli_curve_add(drawn, x, y, error, NAN);
    }
    return status;
}

static ons_status fit_figure(const fit_work *work, const ons_results *results, cli_figure *figure) {
    const char *log = cli_option_value(work->arguments, "log");
    ons_status status = cli_analysis_figure(results, work->y, work->curves->x, work->y, figure);
    if (status == ONS_OK) {
        figure->log_x = log && strchr(log, 'x');
        figure->log_y = log && strchr(log, 'y');
    }
    for (size_t i = 0; i < work->curves->count && status == ONS_OK; i++) { status = draw_fit(work, i, figure); }
    return status;
}

/* ---- the verb -------------------------------------------------------------------------------------------------------
 */

static ons_status read_options(fit_work *work) {
    const char *log = cli_option_value(work->arguments, "log");
    work->y = cli_option_value(work->arguments, "y");
    ons_status status = cli_real_option(work->arguments, "from", -INFINITY, &work->from);
    if (status == ONS_OK) { status = cli_real_option(work->arguments, "to", INFINITY, &work->to); }
    if (status == ONS_OK && !work->y) { status = ons_fail(ONS_INVALID, "a fit needs -y NAME, the quantity"); }
    if (status == ONS_OK && log && strcmp(log, "x") != 0 && strcmp(log, "y") != 0 && strcmp(log, "xy") != 0) {
        status = ons_fail(ONS_INVALID, "--log takes x, y or xy, not '%s'", log);
    }
    return status;
}

static ons_status analyse_fit(cli_arguments *arguments) {
    fit_work work = {.arguments = arguments};
    cli_findings findings = {0};
    cli_figure figure = {0};
    ons_results *results = NULL;
    ons_status status = read_options(&work);
    if (status == ONS_OK) { status = cli_analysis_open(arguments, &results); }
    if (status == ONS_OK) { status = read_curves(&work, results); }
    if (status == ONS_OK) { status = read_model(&work); }
    if (status == ONS_OK) { status = check_names(&work, results); }
    if (status == ONS_OK) { status = read_values(&work, "start", false); }
    if (status == ONS_OK) { status = read_values(&work, "fix", true); }
    if (status == ONS_OK) { status = fit_curves(&work); }
    if (status == ONS_OK && cli_option_value(arguments, "output")) {
        status = fit_figure(&work, results, &figure);
        findings.figures = &figure;
        findings.figure_count = 1;
    }
    if (status == ONS_OK) {
        fit_text(&work, &findings.text);
        findings.document = cli_findings_document(arguments, results);
        fit_json(&work, findings.document);
        status = cli_findings_deliver(arguments, &findings);
    }
    cli_findings_free(&findings);
    for (size_t i = 0; work.fits && i < work.curves->count; i++) { free(work.fits[i].why); }
    free(work.fits);
    ons_model_free(work.model);
    ons_curves_free(work.curves);
    ons_results_free(results);
    return status;
}

static const cli_option options[] = {
    {'y', NULL, "NAME", "the quantity: a mean, a derived quantity, a value, a series, one component as 'profile[3]'"},
    {'x', NULL, "NAME",
     "a parameter, 'time' of a series or 'index' along an array; default: what the quantity runs over, else the "
     "parameter with the most values"},
    {0, "by", "NAME", "the parameter that orders the curves"},
    {0, "model", "NAME", "power (default) and others, listed above"},
    {0, "formula", "TEXT", "a formula of your own, as \"a*x^b + c\": x (or the name of the axis) and parameters"},
    {0, "start", "a=1,...", "where parameters begin; those not given are searched for"},
    {0, "fix", "a=1,...", "parameters that keep a value"},
    {0, "from", "X", "the window: points with x of at least this"},
    {0, "to", "X", "the window: points with x of at most this"},
    {0, "uncorrelated", NULL, "take points of the same replicas as independent"},
    {0, "log", "AXES", "x, y or xy: logarithmic axes of the figure"},
    ANALYSE_COMMON,
};

const cli_verb cli_analysis_fit = {
    CLI_ANALYSIS_NAME("fit"),
    "-y NAME [-x NAME] [--model NAME | --formula TEXT] [--from X] [--to X]",
    "a model or your own formula, fitted to each curve",
    "Models: constant, linear, quadratic, power a*x^b, power-constant a*x^b + c, power-corrections a*x^b*(1 + "
    "c*x^(-w)), limit a + b*x^(-w), exponential a*exp(-x/b), exponential-constant, stretched, logarithm, gaussian, "
    "lorentzian.\n\n"
    "Least squares with the covariance of the points: those of different tasks are independent, those of an array in "
    "one "
    "task have that of its bins. Goodness is the probability of a larger chi^2.",
    options,
    analyse_fit};

/*
 * A list of reactions from its text: sides, rates, parameters; its equations of means and the tapes of its rates.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "reactions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { longest_name = 63, most_species = 256, most_reactions = 1024, largest_coefficient = 1000 };

/* A side as it is read, before all species are known. */
typedef struct term {
    size_t reaction, species;
    unsigned coefficient;
    bool made;
} term;

typedef struct constant {
    char *name;
    double value;
    int line;
} constant;

typedef struct reader {
    ons_reactions *network;
    term *terms;
    size_t term_count, term_capacity;
    constant *constants;
    size_t constant_count, constant_capacity;
    ons_text head; /* quantities and rates, line by line as in the source */
    int line;
} reader;

/* ---- sides ----------------------------------------------------------------------------------------------------------
 */

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
}

static size_t name_length(const char *text) {
    size_t length = 0;
    while (is_letter(text[length])) { length++; }
    return length && (text[0] < '0' || text[0] > '9') && length <= longest_name ? length : 0;
}

static const char *skip(const char *text) { return text + strspn(text, " \t\r"); }

static ons_status species_of(reader *in, const char *name, size_t length, size_t *species) {
    ons_reactions *network = in->network;
    for (*species = 0; *species < network->species_count; (*species)++) {
        const char *known = network->species[*species];
        if (strlen(known) == length && strncmp(known, name, length) == 0) { return ONS_OK; }
    }
    if (*species == most_species) {
        return ons_fail(ONS_INVALID, "line %d: at most %d species are possible", in->line, most_species);
    }
    const ons_status status =
        ons_grow((void **)&network->species, &network->species_capacity, *species + 1, sizeof *network->species);
    if (status != ONS_OK) { return status; }
    network->species[*species] = ons_copy_part(name, length);
    return network->species[*species] ? (network->species_count++, ONS_OK) : ONS_MEMORY;
}

/* "2 I" or "S"; moves *at behind it. */
static ons_status read_term(reader *in, const char **at, bool made) {
    const char *begin = skip(*at);
    unsigned long coefficient = 1;
    char *end = (char *)begin;
    if (*begin >= '0' && *begin <= '9') { coefficient = strtoul(begin, &end, 10); }
    const char *name = skip(end);
    const size_t length = name_length(name);
    if (!length || coefficient == 0 || coefficient > largest_coefficient) {
        return ons_fail(ONS_INVALID,
                        "line %d: a species with a coefficient from 1 to %d is expected, as in 2 I, not '%.40s'",
                        in->line, largest_coefficient, begin);
    }
    size_t species;
    ons_status status = species_of(in, name, length, &species);
    if (status == ONS_OK) {
        status = ons_grow((void **)&in->terms, &in->term_capacity, in->term_count + 1, sizeof *in->terms);
    }
    if (status != ONS_OK) { return status; }
    in->terms[in->term_count++] = (term){in->network->count, species, (unsigned)coefficient, made};
    *at = skip(name + length);
    return ONS_OK;
}

static ons_status read_side(reader *in, const char *side, bool made) {
    const char *at = skip(side);
    if (*at == '0' && !*skip(at + 1)) { return ONS_OK; }
    for (;;) {
        const ons_status status = read_term(in, &at, made);
        if (status != ONS_OK || !*at) { return status; }
        if (*at != '+') {
            return ons_fail(ONS_INVALID, "line %d: '+', '->' or ':' is expected, not '%.40s'", in->line, at);
        }
        at++;
    }
}

/* ---- lines ----------------------------------------------------------------------------------------------------------
 */

static ons_status read_reaction(reader *in, char *text, char *arrow) {
    ons_reactions *network = in->network;
    char *colon = strchr(arrow, ':');
    if (!colon || !*skip(colon + 1)) {
        return ons_fail(ONS_INVALID, "line %d: a reaction ends with ': RATE', as in S + I -> 2 I : beta*S*I", in->line);
    }
    if (arrow > text && arrow[-1] == '<') {
        return ons_fail(ONS_INVALID, "line %d: a reaction goes one way: write two for '<->'", in->line);
    }
    if (network->count == most_reactions) {
        return ons_fail(ONS_INVALID, "line %d: at most %d reactions are possible", in->line, most_reactions);
    }
    *arrow = *colon = '\0';
    ons_status status = read_side(in, text, false);
    if (status == ONS_OK) { status = read_side(in, arrow + 2, true); }
    if (status == ONS_OK) {
        status =
            ons_grow((void **)&network->reactions, &network->capacity, network->count + 1, sizeof *network->reactions);
    }
    if (status != ONS_OK) { return status; }
    char *rate = ons_copy(skip(colon + 1));
    network->reactions[network->count++] = (reaction_entry){.rate = rate, .line = in->line};
    if (!rate) { return ONS_MEMORY; }
    ons_text_add(&in->head, "rate_%zu = %s;", network->count, rate);
    return ONS_OK;
}

/* NAME = NUMBER is a parameter; other definitions are passed on to the flow. */
static ons_status read_definition(reader *in, const char *text) {
    const char *begin = skip(text);
    const size_t length = name_length(begin);
    const char *equals = length ? skip(begin + length) : begin;
    double value;
    if (!length || *equals != '=') {
        return ons_fail(ONS_INVALID, "line %d: LEFT -> RIGHT : RATE or NAME = FORMULA is expected, not '%.40s'",
                        in->line, begin);
    }
    char *number = ons_copy(skip(equals + 1));
    if (!number) { return ONS_MEMORY; }
    for (size_t end = strlen(number); end > 0 && strchr(" \t\r", number[end - 1]); end--) { number[end - 1] = '\0'; }
    ons_status status = ons_parse_real(number, &value);
    free(number);
    if (status != ONS_OK) {
        ons_text_add(&in->head, "%s;", text);
        return ONS_OK;
    }
    for (size_t i = 0; i < in->constant_count; i++) {
        if (strlen(in->constants[i].name) == length && strncmp(in->constants[i].name, begin, length) == 0) {
            return ons_fail(ONS_INVALID, "line %d: '%s' has a value in line %d already", in->line,
                            in->constants[i].name, in->constants[i].line);
        }
    }
    status = ons_grow((void **)&in->constants, &in->constant_capacity, in->constant_count + 1, sizeof *in->constants);
    if (status != ONS_OK) { return status; }
    in->constants[in->constant_count] =
        (constant){.name = ons_copy_part(begin, length), .value = value, .line = in->line};
    return in->constants[in->constant_count].name ? (in->constant_count++, ONS_OK) : ONS_MEMORY;
}

static ons_status read_lines(reader *in, const char *text) {
    ons_status status = ONS_OK;
    in->line = 1;
    for (const char *at = text; *at && status == ONS_OK;) {
        const size_t length = strcspn(at, ";\n#");
        char *line = ons_copy_part(at, length);
        if (!line) { return ONS_MEMORY; }
        char *arrow = strstr(line, "->");
        if (arrow) {
            status = read_reaction(in, line, arrow);
        } else if (*skip(line)) {
            status = read_definition(in, line);
        }
        free(line);
        at += length;
        if (*at == '#') { at += strcspn(at, "\n"); }
        if (*at == '\n') {
            in->line++;
            ons_text_add(&in->head, "\n");
        }
        if (*at) { at++; }
    }
    if (status == ONS_OK && in->network->count == 0) {
        status = ons_fail(ONS_INVALID, "there is no reaction: LEFT -> RIGHT : RATE is expected");
    }
    return status;
}

/* ---- the network ----------------------------------------------------------------------------------------------------
 */

static ons_status place_terms(reader *in) {
    ons_reactions *network = in->network;
    for (size_t k = 0; k < network->count; k++) {
        network->reactions[k].taken = ONS_NEW(unsigned, network->species_count + 1);
        network->reactions[k].made = ONS_NEW(unsigned, network->species_count + 1);
        if (!network->reactions[k].taken || !network->reactions[k].made) { return ONS_MEMORY; }
    }
    for (size_t i = 0; i < in->term_count; i++) {
        const term *one = &in->terms[i];
        const reaction_entry *reaction = &network->reactions[one->reaction];
        (one->made ? reaction->made : reaction->taken)[one->species] += one->coefficient;
    }
    if (network->species_count == 0) { return ons_fail(ONS_INVALID, "the reactions name no species"); }
    return ONS_OK;
}

/* "S' = - rate_1 + 2*rate_3" */
static void add_equation(const ons_reactions *network, size_t species, ons_text *text) {
    ons_text_add(text, "%s' = 0", network->species[species]);
    for (size_t k = 0; k < network->count; k++) {
        const int change = ons_reactions_change(network, k, species);
        if (change == 0) { continue; }
        ons_text_add(text, change < 0 ? " - " : " + ");
        if (abs(change) > 1) { ons_text_add(text, "%d*", abs(change)); }
        ons_text_add(text, "rate_%zu", k + 1);
    }
    ons_text_add(text, "\n");
}

static ons_status parse_flows(reader *in, const char *const *names, size_t name_count) {
    ons_reactions *network = in->network;
    const char *head = in->head.data ? in->head.data : "";
    ons_text means = {0}, counts = {0};
    ons_text_add(&means, "%s\n", head);
    ons_text_add(&counts, "%s\n", head);
    for (size_t i = 0; i < network->species_count; i++) {
        add_equation(network, i, &means);
        ons_text_add(&counts, "%s' = 0\n", network->species[i]);
    }
    for (size_t k = 0; k < network->count; k++) { ons_text_add(&counts, "count_%zu' = rate_%zu\n", k + 1, k + 1); }
    ons_status status = means.failed || counts.failed ? ONS_MEMORY : ONS_OK;
    if (status == ONS_OK) { status = ons_flow_parse(&network->flow, means.data, names, name_count); }
    if (status == ONS_OK) { status = ons_flow_parse(&network->counts, counts.data, names, name_count); }
    if (status == ONS_OK && ons_flow_delays(network->flow) > 0) {
        status = ons_fail(ONS_INVALID, "rates of reactions cannot depend on earlier times");
    }
    if (status == ONS_OK) {
        network->equations = ons_copy(means.data);
        status = network->equations ? ONS_OK : ONS_MEMORY;
    }
    ons_text_free(&means);
    ons_text_free(&counts);
    return status;
}

/* With a list of names, those with a number in the text are added to it. */
static ons_status parse_named(reader *in, const char *const *parameters, size_t count) {
    if (!parameters) { return parse_flows(in, NULL, 0); }
    const char **names = ONS_NEW(const char *, count + in->constant_count + 1);
    if (!names) { return ONS_MEMORY; }
    size_t all = 0;
    while (all < count) {
        names[all] = parameters[all];
        all++;
    }
    for (size_t i = 0; i < in->constant_count; i++) {
        bool known = false;
        for (size_t k = 0; k < count; k++) { known = known || strcmp(parameters[k], in->constants[i].name) == 0; }
        if (!known) { names[all++] = in->constants[i].name; }
    }
    const ons_status status = parse_flows(in, names, all);
    free(names);
    return status;
}

static ons_status set_standards(reader *in) {
    ons_reactions *network = in->network;
    const size_t count = ons_reactions_parameters(network);
    network->standards = ONS_NEW(double, count + 1);
    if (!network->standards) { return ONS_MEMORY; }
    for (size_t i = 0; i < count; i++) { network->standards[i] = NAN; }
    for (size_t c = 0; c < in->constant_count; c++) {
        const constant *one = &in->constants[c];
        size_t index = 0;
        while (index < count && strcmp(ons_reactions_parameter(network, index), one->name) != 0) { index++; }
        if (index == count) {
            return ons_fail(ONS_INVALID, "line %d: '%s' %s", one->line, one->name,
                            ons_reactions_find(network, one->name, &(size_t){0}) == ONS_OK
                                ? "is a species: its number at the start is no part of the reactions"
                                : "has a value, but no rate uses it");
        }
        network->standards[index] = one->value;
    }
    return ONS_OK;
}

/* ---- tapes ----------------------------------------------------------------------------------------------------------
 */

static void widest(ons_reactions *network, const dynamics_tape *tape) {
    if (tape->registers > network->work) { network->work = tape->registers; }
}

/* Rates are the last equations of `counts`; their slopes stand in its Jacobian. */
static ons_status make_tapes(ons_reactions *network) {
    ons_flow *flow = network->counts;
    const size_t s = network->species_count, r = network->count, p = flow->parameter_count, n = s + r;
    dynamics_node *slopes = ONS_NEW(dynamics_node, r * s), *column = ONS_NEW(dynamics_node, r * s),
                  *inner = ONS_NEW(dynamics_node, r * s * p + 1);
    ons_status status = slopes && column && inner ? ONS_OK : ONS_MEMORY;
    for (size_t k = 0; status == ONS_OK && k < r; k++) {
        for (size_t j = 0; j < s; j++) { slopes[k * s + j] = flow->slopes[(s + k) * n + j]; }
    }
    for (size_t i = 0; status == ONS_OK && i < p; i++) {
        dynamics_derivatives(&flow->graph, slopes, r * s, dynamics_leaf(&flow->graph, DYNAMICS_PARAMETER, i), column);
        for (size_t k = 0; k < r * s; k++) { inner[k * p + i] = column[k]; }
    }
    if (status == ONS_OK && flow->graph.failed) { status = ONS_MEMORY; }
    if (status == ONS_OK) { status = dynamics_tape_create(&network->rates, &flow->graph, flow->equations + s, r); }
    if (status == ONS_OK) { status = dynamics_tape_create(&network->slopes, &flow->graph, slopes, r * s); }
    if (status == ONS_OK) { status = dynamics_tape_create(&network->inner, &flow->graph, inner, r * s * p); }
    widest(network, &network->rates);
    widest(network, &network->slopes);
    widest(network, &network->inner);
    free(slopes);
    free(column);
    free(inner);
    return status;
}

static void reader_free(reader *old) {
    for (size_t i = 0; i < old->constant_count; i++) { free(old->constants[i].name); }
    free(old->constants);
    free(old->terms);
    ons_text_free(&old->head);
}

ons_status ons_reactions_parse(ons_reactions **network, const char *text, const char *const *parameters, size_t count) {
    *network = NULL;
    reader in = {.network = ONS_NEW(ons_reactions, 1)};
    if (!in.network) { return ONS_MEMORY; }
    ons_status status = read_lines(&in, text);
    if (status == ONS_OK && in.head.failed) { status = ONS_MEMORY; }
    if (status == ONS_OK) { status = place_terms(&in); }
    if (status == ONS_OK) { status = parse_named(&in, parameters, count); }
    if (status == ONS_OK) { status = set_standards(&in); }
    if (status == ONS_OK) { status = make_tapes(in.network); }
    reader_free(&in);
    if (status != ONS_OK) {
        ons_reactions_free(in.network);
        return status;
    }
    *network = in.network;
    return ONS_OK;
}

ons_status ons_reactions_create(ons_reactions **network, const ons_reaction *reactions, size_t count,
                                const char *quantities, const char *const *parameters, size_t parameter_count) {
    ons_text text = {0};
    *network = NULL;
    if (quantities) { ons_text_add(&text, "%s\n", quantities); }
    for (size_t k = 0; k < count; k++) {
        ons_text_add(&text, "%s -> %s : %s\n", reactions[k].taken, reactions[k].made, reactions[k].rate);
    }
    const ons_status status =
        text.failed ? ONS_MEMORY
                    : ons_reactions_parse(network, text.data ? text.data : "", parameters, parameter_count);
    ons_text_free(&text);
    return status;
}

void ons_reactions_free(ons_reactions *network) {
    if (!network) { return; }
    for (size_t i = 0; i < network->species_count; i++) { free(network->species[i]); }
    free(network->species);
    for (size_t k = 0; k < network->count; k++) {
        free(network->reactions[k].taken);
        free(network->reactions[k].made);
        free(network->reactions[k].rate);
    }
    free(network->reactions);
    free(network->standards);
    free(network->equations);
    dynamics_tape_free(&network->rates);
    dynamics_tape_free(&network->slopes);
    dynamics_tape_free(&network->inner);
    ons_flow_free(network->flow);
    ons_flow_free(network->counts);
    free(network);
}

/* ---- what it holds --------------------------------------------------------------------------------------------------
 */

size_t ons_reactions_species(const ons_reactions *network) { return network->species_count; }
const char *ons_reactions_name(const ons_reactions *network, size_t species) {
    return species < network->species_count ? network->species[species] : NULL;
}

static ons_status find_name(const char *what, char *const *names, size_t count, const char *name, size_t *index) {
    for (*index = 0; *index < count; (*index)++) {
        if (strcmp(names[*index], name) == 0) { return ONS_OK; }
    }
    const char *nearest = ons_nearest(name, (const char *const *)names, count);
    return ons_fail(ONS_INVALID, "there is no %s '%s'%s%s%s", what, name, nearest ? "; did you mean '" : "",
                    nearest ? nearest : "", nearest ? "'?" : "");
}

ons_status ons_reactions_find(const ons_reactions *network, const char *name, size_t *species) {
    return find_name("species", network->species, network->species_count, name, species);
}

ons_status ons_reactions_find_parameter(const ons_reactions *network, const char *name, size_t *parameter) {
    const ons_flow *flow = network->flow;
    return find_name("parameter", flow->parameters, flow->parameter_count, name, parameter);
}

size_t ons_reactions_parameters(const ons_reactions *network) { return ons_flow_parameters(network->flow); }
const char *ons_reactions_parameter(const ons_reactions *network, size_t index) {
    return ons_flow_parameter(network->flow, index);
}
double ons_reactions_standard(const ons_reactions *network, size_t index) {
    return index < ons_reactions_parameters(network) ? network->standards[index] : NAN;
}
size_t ons_reactions_count(const ons_reactions *network) { return network->count; }
const char *ons_reactions_rate(const ons_reactions *network, size_t reaction) {
    return reaction < network->count ? network->reactions[reaction].rate : NULL;
}
int ons_reactions_line(const ons_reactions *network, size_t reaction) {
    return reaction < network->count ? network->reactions[reaction].line : 0;
}
unsigned ons_reactions_taken(const ons_reactions *network, size_t reaction, size_t species) {
    return network->reactions[reaction].taken[species];
}
unsigned ons_reactions_made(const ons_reactions *network, size_t reaction, size_t species) {
    return network->reactions[reaction].made[species];
}
int ons_reactions_change(const ons_reactions *network, size_t reaction, size_t species) {
    return (int)network->reactions[reaction].made[species] - (int)network->reactions[reaction].taken[species];
}
const char *ons_reactions_equations(const ons_reactions *network) { return network->equations; }
const ons_flow *ons_reactions_flow(const ons_reactions *network) { return network->flow; }

/* ---- rates ----------------------------------------------------------------------------------------------------------
 */

size_t ons_reactions_work(const ons_reactions *network) { return network->work; }

void ons_reactions_rates(const ons_reactions *network, size_t lanes, const double *t, const double *x, const double *p,
                         double *rates, double *work) {
    dynamics_tape_run(&network->rates, lanes, &(dynamics_inputs){.t = t, .x = x, .p = p}, rates, work);
}

void ons_reactions_slopes(const ons_reactions *network, size_t lanes, const double *t, const double *x, const double *p,
                          double *slopes, double *work) {
    dynamics_tape_run(&network->slopes, lanes, &(dynamics_inputs){.t = t, .x = x, .p = p}, slopes, work);
}

static ons_status check_rates(const ons_reactions *network, double t, const double *x, const double *p, double *rates,
                              double *work) {
    ons_reactions_rates(network, 1, &t, x, p, rates, work);
    for (size_t k = 0; k < network->count; k++) {
        if (!(rates[k] >= 0) || !isfinite(rates[k])) {
            return ons_fail(ONS_INVALID, "line %d: the rate %s is %g at the start; it must be finite and not negative",
                            network->reactions[k].line, network->reactions[k].rate, rates[k]);
        }
    }
    return ONS_OK;
}

static ons_status check_empty(const ons_reactions *network, size_t species, double t, const double *x, const double *p,
                              double *rates, double *work) {
    ons_reactions_rates(network, 1, &t, x, p, rates, work);
    for (size_t k = 0; k < network->count; k++) {
        if (ons_reactions_change(network, k, species) < 0 && rates[k] > 0) {
            return ons_fail(ONS_INVALID, "line %d: the reaction takes %s, but its rate %s is %g when there is none",
                            network->reactions[k].line, network->species[species], network->reactions[k].rate,
                            rates[k]);
        }
    }
    return ONS_OK;
}

ons_status ons_reactions_check(const ons_reactions *network, double t, const double *x, const double *p) {
    double *rates = ONS_NEW(double, network->count), *work = ONS_NEW(double, network->work + 1),
           *moved = ONS_NEW(double, network->species_count);
    ons_status status = rates && work && moved ? ONS_OK : ONS_MEMORY;
    if (status == ONS_OK) { status = check_rates(network, t, x, p, rates, work); }
    for (size_t i = 0; status == ONS_OK && i < network->species_count; i++) {
        memcpy(moved, x, network->species_count * sizeof *x);
        moved[i] = 0;
        status = check_empty(network, i, t, moved, p, rates, work);
    }
    free(rates);
    free(work);
    free(moved);
    return status;
}

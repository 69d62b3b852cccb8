/*
 * Inside the laboratory: formulas over measured quantities, as `measure.NAME=...` gives them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_LAB_FORMULA_H
#define ONSAGER_LAB_FORMULA_H

#include <onsager/base.h>

#define LAB_FORMULA_NAMES 32 /* distinct names in one formula, at most */

/* One name of a formula, with the component that it asks for. */
typedef struct lab_reference {
    char *name;
    bool indexed; /* name[component] */
    size_t component;
    bool in_mean; /* stands in mean(...) somewhere, */
    bool plain;   /* or outside of it */
} lab_reference;

typedef struct lab_formula {
    char *text;    /* as written, without spaces */
    bool of_means; /* holds mean(...): a function of means, not of single samples */
    ons_expression *expression;
    lab_reference *references; /* [count]: name i of the expression */
    size_t count;
} lab_formula;

/* Reads + - * / ^ ( ) and the functions of ons_expression over names, components `energy[3]` (counted from 0, arrays of
 * several dimensions row by row) and means `mean(energy)`. ONS_INVALID: the message names the column. */
ons_status lab_formula_parse(lab_formula *formula, const char *text);
void lab_formula_free(lab_formula *formula);

/* Whether a text can name a quantity: letters, digits and '_', a letter first; not a word of formulas. */
bool lab_formula_is_name(const char *name);

/* Where the values of one reference lie, for a result of a given size. */
typedef struct lab_term {
    const double *constant; /* a parameter; NULL: measured, */
    size_t observable;      /* by whom, and from which component on */
    size_t offset;
    size_t size;  /* 1: the same for every component of the result */
    size_t inner; /* component c of the result takes value c / inner */
} lab_term;

/* Component `component` of the formula; base[i] are the values that term i begins with. */
double lab_formula_value(const lab_formula *formula, const lab_term *terms, const double *const *base,
                         size_t component);

#endif

/*
 * Inside learning: truncated Taylor series in several directions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_JETS_H
#define LEARNING_JETS_H

#include "inside.h"

enum { JET_MOST = 70 }; /* multi-indices of 4 directions up to order 4 */

/* The coefficients that are carried: multi-indices closed under taking away, in the order of their degree. */
typedef struct jet_set {
    int count;
    ons_partial at[JET_MOST];
    int degree[JET_MOST];
    int minus[JET_MOST][JET_MOST]; /* the index of at[a] - at[b]; -1 where that is none */
    int first[JET_MOST];           /* a direction in which at[a] is not 0 */
} jet_set;

/* A series: part[0] is the tensor itself, part[a] its coefficient of s^at[a] (the derivative over the factorials),
 * ONS_NO_TENSOR where it is zero. A coefficient may have a shape that broadcasts to the tensor's. */
typedef struct jet {
    ons_tensor part[JET_MOST];
} jet;

/* The closure of the partials asked for; false (with a fault) when an order is too high. */
bool jet_set_of(ons_tensor_graph *graph, const ons_partial *partials, size_t count, jet_set *set);
int jet_find(const jet_set *set, ons_partial partial);
/* (a b)[at] */
ons_tensor jet_product(ons_tensor_graph *graph, const jet_set *set, const jet *a, const jet *b, int at);
/* y[at] where y' = g x', from x up to `at` and g below it. */
ons_tensor jet_integral(ons_tensor_graph *graph, const jet_set *set, const jet *x, const jet *g, int at);
/* (1 / x)[at] for at > 0, from r = 1 / x below. */
ons_tensor jet_inverse(ons_tensor_graph *graph, const jet_set *set, const jet *x, const jet *r, int at);
/* Fills y->part[1...] for an operation on elements of one argument; y->part[0] is set. */
void jet_unary(ons_tensor_graph *graph, const jet_set *set, const tensor *f, const jet *x, jet *y);

#endif

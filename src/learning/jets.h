/*
 * Inside learning: truncated Taylor series in several directions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef LEARNING_JETS_H
#define LEARNING_JETS_H

#include "inside.h"

enum { JET_MOST = 80, JET_PAIRS = 2048 }; /* 70 multi-indices of 4 directions up to order 4, and operators */

/* Of a product: coefficient i of the first factor times j of the second, times `factor`. `share`: the part of i in the
 * order along the direction in which integrals run. */
typedef struct jet_pair {
    int i, j;
    double factor, share;
} jet_pair;

/* The coefficients that are carried: multi-indices closed under taking away, in the order of their degree, then
 * operators: sums of derivatives carried as one. Those of an operator's own derivatives that nothing else asks for are
 * not carried, since every rule is linear in a series' highest coefficients (the forward Laplacian of Li et al. 2024,
 * for any operator). */
typedef struct jet_set {
    int count, ordinary; /* all; multi-indices, which come first */
    ons_partial at[JET_MOST];
    int degree[JET_MOST];
    int begin[JET_MOST + 1]; /* the pairs of a coefficient */
    jet_pair pairs[JET_PAIRS];
} jet_set;

/* A series: part[0] is the tensor itself, part[a] its coefficient of s^at[a] (the derivative over the factorials),
 * ONS_NO_TENSOR where it is zero. A coefficient may have a shape that broadcasts to the tensor's. */
typedef struct jet {
    ons_tensor part[JET_MOST];
} jet;

/* What is asked for: derivatives, and sums of derivatives. */
typedef struct jet_request {
    const ons_partial *partials;
    size_t partials_count;
    const ons_differential *operators;
    size_t operators_count;
} jet_request;
/* The closure of it; false (with a fault) when an order is too high or there are too many. */
bool jet_set_of(ons_tensor_graph *graph, const jet_request *request, jet_set *set);
/* The product of the factorials of the orders. */
double jet_factorials(ons_partial partial);
int jet_find(const jet_set *set, ons_partial partial);
/* (a b)[at] */
ons_tensor jet_product(ons_tensor_graph *graph, const jet_set *set, const jet *a, const jet *b, int at);
/* y[at] where y' = g x', from x up to `at` and g below it. */
ons_tensor jet_integral(ons_tensor_graph *graph, const jet_set *set, const jet *x, const jet *g, int at);
/* (1 / x)[at] for at > 0, from r = 1 / x below. */
ons_tensor jet_inverse(ons_tensor_graph *graph, const jet_set *set, const jet *x, const jet *r, int at);
/* Times a number, which may be 1. */
ons_tensor jet_scaled(ons_tensor_graph *graph, ons_tensor a, double factor);
/* Fills y->part[1...] for an operation on elements of one argument; y->part[0] is set. */
void jet_unary(ons_tensor_graph *graph, const jet_set *set, const tensor *f, const jet *x, jet *y);

#endif

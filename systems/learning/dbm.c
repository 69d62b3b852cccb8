/*
 * dbm: deep Boltzmann machines of two hidden layers: learning with mean field and persistent chains.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "boltzmann_system.h"

static const ons_parameter parameters[] = {
    DIGIT_PARAMETERS("bars", "200", "100"),
    {"hidden", ONS_INTEGER, 0, "16", NULL, "[1, 65536]", NULL, NULL, "hidden units of the first layer"},
    {"deep", ONS_INTEGER, 0, "8", NULL, "[1, 65536]", NULL, NULL, "hidden units of the second layer"},
    BOLTZMANN_PARAMETERS,
    {.name = NULL}};

static const char details[] =
    "## System\n"
    "A deep Boltzmann machine, p(v, y, h, g) ~ exp(a'v + c'y + b'h + d'g + v'W h + y'U h + g'V h): pixels v, hidden\n"
    "units h and deep ones g of 0 or 1, y the class, one-hot. The mean over the data is by mean field of h and g\n"
    "(Salakhutdinov and Hinton 2009), at most 50 turns to 1e-6, layers by turns; it may have several fixed points.\n"
    "\n" BOLTZMANN_DETAILS "\n"
    "## References\n"
    "P. Smolensky (1986). G. E. Hinton, Neural Computation 14, 1771 (2002). T. Tieleman, ICML (2008). R. "
    "Salakhutdinov\n"
    "and G. Hinton, AISTATS (2009). R. Salakhutdinov and I. Murray, ICML (2008): annealed importance sampling.\n";

extern const ons_system ons_system_dbm;
const ons_system ons_system_dbm = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "dbm",
    .summary = "deep Boltzmann machines of two hidden layers: learning with mean field and persistent chains",
    .details = details,
    .step = "epoch: every example once",
    .parameters = parameters,
    .observables = boltzmann_observables,
    .controls = {.steps = 200, .every = "20", .replicas = 2},
    .state_size = sizeof(boltzmann_state),
    .check = boltzmann_check,
    .create = boltzmann_create,
    .advance = boltzmann_advance,
    .measure = boltzmann_measure,
    .persist = boltzmann_persist,
    .picture = boltzmann_picture,
    .destroy = boltzmann_destroy,
};

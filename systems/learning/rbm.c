/*
 * rbm: restricted Boltzmann machines: learning, classes, exact and annealed partition functions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "boltzmann_system.h"

static const ons_parameter parameters[] = {
    DIGIT_PARAMETERS("bars", "200", "100"),
    {"hidden", ONS_INTEGER, 0, "16", NULL, "[1, 65536]", NULL, NULL, "hidden units"},

    BOLTZMANN_PARAMETERS,
    {.name = NULL}};

static const char details[] =
    "## System\n"
    "A restricted Boltzmann machine, p(v, y, h) ~ exp(a'v + c'y + b'h + v'W h + y'U h): pixels v and hidden units h\n"
    "of 0 or 1, y the class, one-hot (Larochelle and Bengio 2008). Given the hidden units the pixels are independent,\n"
    "and the other way round; hidden units are summed in closed form, so that p(class | image) and ln p* are exact.\n"
    "\n" BOLTZMANN_DETAILS "\n"
    "## References\n"
    "P. Smolensky (1986). G. E. Hinton, Neural Computation 14, 1771 (2002). T. Tieleman, ICML (2008). R. "
    "Salakhutdinov\n"
    "and G. Hinton, AISTATS (2009). R. Salakhutdinov and I. Murray, ICML (2008): annealed importance sampling.\n";

extern const ons_system ons_system_rbm;
const ons_system ons_system_rbm = {
    .abi = ONS_ABI,
    .version = 1,
    .name = "rbm",
    .summary = "restricted Boltzmann machines: learning, classes, exact and annealed partition functions",
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

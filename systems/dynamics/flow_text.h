/*
 * The words of the systems `flow` and `map`.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SYSTEMS_FLOW_TEXT_H
#define SYSTEMS_FLOW_TEXT_H

#define OWN_EQUATIONS_TEXT                                                                                             \
    "`NAME' = FORMULA` is an equation of motion, `NAME = FORMULA` a quantity for later ones; statements are "          \
    "separated "                                                                                                       \
    "by `;` or new lines, `#` begins a comment. `t` is the time, `pi` and `e` are numbers. Functions: abs sign step "  \
    "sqrt exp log log10 sin cos tan asin acos atan sinh cosh tanh floor ceil, min max atan2 mod. All other names are " \
    "parameters and get their values by `parameters=\"sigma=10 rho=28\"`; `vary` names one of them whose values "      \
    "`value` gives, one or many: `vary=rho value=20:30:1`.\n\nThe formulas are differentiated, so that exponents are " \
    "those of the exact Jacobian. A long run compiles them with the machine's C compiler; results do not depend on "   \
    "that.\n"

#define OWN_FLOW_DETAILS                                                                                               \
    "## Your own equations\n" OWN_EQUATIONS_TEXT "\nOne step is one unit of time. Eight replicas go side by side, "    \
    "each with its own steps. A trajectory that blows up ends the run with "                                           \
    "its time and place. So does a stiff problem under an explicit method; `method=cvode` takes long steps there.\n\n" \
    "## References\nG. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Meccanica 15, 9 (1980)\n"                   \
    "E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I (1993)\n"                          \
    "A. C. Hindmarsh et al., ACM Trans. Math. Softw. 31, 363 (2005)\n"

#define OWN_MAP_DETAILS                                                                                                \
    "## Your own map\n" OWN_EQUATIONS_TEXT "\nOne step is one iteration: `x'` is the next x. A replica whose "         \
    "variables leave all bounds ends the run with its time and place.\n\n"                                             \
    "## References\nG. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Meccanica 15, 9 (1980)\n"

#endif

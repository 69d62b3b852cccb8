/*
 * What `onsager describe annealing` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_ANNEALING_TEXT_H
#define ONSAGER_SYSTEMS_ANNEALING_TEXT_H

#define ANNEALING_DETAILS                                                                                              \
    "## Model\n"                                                                                                       \
    "H = - sum_<ij> J_ij s_i s_j - h sum_i s_i, s_i = +1 or -1, h = `field`, k_B = 1. `disorder` = none: J_ij = "      \
    "`coupling` times the\n"                                                                                           \
    "factors of the lattice or of the list of edges; bimodal: +J with `disorder_probability`, else -J, J = "           \
    "`coupling`; gaussian:\n"                                                                                          \
    "normal with mean `coupling_mean` and standard deviation `coupling`. Every replica of the job is then a sample "   \
    "of its own, with\n"                                                                                               \
    "`runs` independent annealings of a population of `population` configurations each.\n"                             \
    "\n"                                                                                                               \
    "## Population annealing (method=population)\n"                                                                    \
    "Hukushima and Iba (2003), Machta (2010), Wang, Machta and Katzgraber (2015). The population begins at 1/T = 0 "   \
    "and goes down\n"                                                                                                  \
    "the ladder `temperature` (descending, ONE array: results have a row for each). A step from b to b' (b = 1/T) "    \
    "gives each\n"                                                                                                     \
    "configuration the weight w = exp(-(b' - b) E) and copies it floor or ceil of R w / sum w times (systematic "      \
    "resampling: one\n"                                                                                                \
    "random number for the population, whose size R stays; the mean number of copies is R w / sum w), then makes "     \
    "`sweeps` sweeps of\n"                                                                                             \
    "heat bath. ln Z grows by ln(sum w / R) from N ln 2. With `step` = ladder the mean of exp(-F/T) over runs is the " \
    "partition function\n"                                                                                             \
    "exactly, for any R. `step` = adaptive puts steps between the temperatures of the ladder: the largest b' at "      \
    "which the expected\n"                                                                                             \
    "share of configurations that are lost is at most `culling`, found by 24 halvings; the bias is then of order "     \
    "1/R.\n"                                                                                                           \
    "\n"                                                                                                               \
    "## Means and errors\n"                                                                                            \
    "Means over runs are weighted with Z = exp(-F/T) of each run (Machta 2010), the free energy is -(T/N) ln of the "  \
    "mean of Z. Errors\n"                                                                                              \
    "of one replica of the job: jackknife over its runs; none for runs=1. With several replicas the error is their "   \
    "spread, which\n"                                                                                                  \
    "with disorder is that of the samples. Overlaps are those of configurations j and j + R/2, where they are of "     \
    "different families.\n"                                                                                            \
    "\n"                                                                                                               \
    "## Is the population large enough?\n"                                                                             \
    "A family is what descends from one initial configuration. `rho_t` = R sum of squared shares of the families, "    \
    "`rho_s` = R exp(sum\n"                                                                                            \
    "n ln n), both means over runs; `rho_f` = R var(F/T) over runs. R should be many times rho_s (100 in the "         \
    "literature) and rho_f.\n"                                                                                         \
    "`families` is the share of initial configurations with offspring, `culled` the share lost in a step.\n"           \
    "\n"                                                                                                               \
    "## Simulated annealing (method=simulated)\n"                                                                      \
    "Kirkpatrick, Gelatt and Vecchi (1983): the same ladder and sweeps without weights, `population` restarts a run; " \
    "at the end each\n"                                                                                                \
    "goes downhill to a local minimum. Means over restarts are not those of equilibrium.\n"                            \
    "\n"                                                                                                               \
    "## The lowest energy\n"                                                                                           \
    "`lowest_energy` is the lowest H/N that any configuration had at the end of a step, `configuration` lists its "    \
    "spins (up to 4,096\n"                                                                                             \
    "sites), `success` is the share of configurations that ended a run with it: a guess that it is the ground state "  \
    "is as good as\n"                                                                                                  \
    "`success` times the number of restarts is large.\n"                                                               \
    "\n"                                                                                                               \
    "## Speed\n"                                                                                                       \
    "Couplings of one size (and up to 31 neighbours): 512 configurations a word of bits, exact 64-bit thresholds. "    \
    "Others: 16 at a\n"                                                                                                \
    "time in single precision with a bound of its errors; what is in doubt is decided in doubles with 64 bits. The "   \
    "bits do not\n"                                                                                                    \
    "depend on the CPU.\n"                                                                                             \
    "\n"                                                                                                               \
    "## Exact values beside ours\n"                                                                                    \
    "`free_energy`, `energy` and `specific_heat` without disorder: enumeration of small graphs, Kaufman's square "     \
    "torus, chains. With\n"                                                                                            \
    "disorder, `free_energy_exact` and `energy_exact` of the sample itself where it can be enumerated (some 28 "       \
    "sites).\n"                                                                                                        \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "S. Kirkpatrick, C. D. Gelatt and M. P. Vecchi, Science 220, 671 (1983). K. Hukushima and Y. Iba, AIP Conf. "      \
    "Proc. 690, 200\n"                                                                                                 \
    "(2003). J. Machta, Phys. Rev. E 82, 026704 (2010). W. Wang, J. Machta and H. G. Katzgraber, Phys. Rev. E 92, "    \
    "063307 (2015).\n"

#endif

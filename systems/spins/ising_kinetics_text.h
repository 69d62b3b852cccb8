/*
 * What `onsager describe ising-kinetics` says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONSAGER_SYSTEMS_ISING_KINETICS_TEXT_H
#define ONSAGER_SYSTEMS_ISING_KINETICS_TEXT_H

#define ISING_KINETICS_DETAILS                                                                                         \
    "## Model\n"                                                                                                       \
    "H = -J sum_<ij> s_i s_j - h sum_i s_i, s_i = +1 or -1, J = `coupling` (positive: ferromagnetic), h = `field`, "   \
    "k_B = 1.\n"                                                                                                       \
    "Every bond counts once. Lattices, lists of edges and boundaries are those of the system `ising`. Nothing is "     \
    "assumed to be\n"                                                                                                  \
    "in equilibrium: every quantity is a series against time, its mean and error are taken over the replicas at that " \
    "time.\n"                                                                                                          \
    "\n"                                                                                                               \
    "## Protocols\n"                                                                                                   \
    "`temperature` and `field` are numbers or tables: `temperature=[3,0.5] temperature_times=[0,1000]` cools "         \
    "linearly; two equal\n"                                                                                            \
    "times are a jump, `temperature=[4,4,1.5] temperature_times=[0,500,500]` is a quench at t = 500. Before the "      \
    "first row a table\n"                                                                                              \
    "has its first value, after the last one its last. With `period` both tables begin again after that time (rows "   \
    "between 0 and\n"                                                                                                  \
    "the period). A list without brackets, `temperature=1,1.5,2`, is a grid of jobs at constant temperatures.\n"       \
    "The dynamics sees a temperature and a field that are constant on pieces: between whole times, rows of the "       \
    "tables and ends\n"                                                                                                \
    "of periods they have the value of the middle of the piece. Steps are so followed exactly, for the n-fold way "    \
    "too; a ramp is\n"                                                                                                 \
    "followed in steps of one unit of time. Nothing depends on `every`. T = 0 is allowed: no move raises the "         \
    "energy.\n"                                                                                                        \
    "`bath_temperature` and `applied_field` are the tables at the time of the row, at a jump the value after it.\n"    \
    "\n"                                                                                                               \
    "## Dynamics\n"                                                                                                    \
    "The unit of time is one attempt a site on average (N attempts). dE is the change of H:\n"                         \
    "\n"                                                                                                               \
    "- `metropolis`: attempts at sites drawn at random, a flip accepted with min(1, exp(-dE/T)), and with `neutral` "  \
    "at dE = 0. The\n"                                                                                                 \
    "  default 1/2 is the convention of `ising`; 1 is the textbook's, and runs faster on the clock: compare only "     \
    "times of\n"                                                                                                       \
    "  equal `neutral`.\n"                                                                                             \
    "- `heat-bath`: attempts at sites drawn at random, accepted with 1/(1 + exp(dE/T)): Glauber's dynamics.\n"         \
    "- `kawasaki`: N attempts a unit of time at bonds drawn at random; the spins at the ends change places with the "  \
    "probability\n"                                                                                                    \
    "  that `rates` says. The magnetization is conserved, and the field has no effect on the dynamics.\n"              \
    "- `n-fold`: the n-fold way of Bortz, Kalos and Lebowitz in continuous time. Every site flips at the rate that "   \
    "`rates` says\n"                                                                                                   \
    "  (for `rates=metropolis` with `neutral` at dE = 0); its law is that of the master equation. Sites are kept in "  \
    "classes of\n"                                                                                                     \
    "  equal spin and local field, an event costs the same however rare events are: low temperatures, long times. It " \
    "is the\n"                                                                                                         \
    "  limit of `metropolis` or `heat-bath` for many sites. Needs couplings that are small multiples of one number.\n" \
    "\n"                                                                                                               \
    "Every move satisfies detailed balance; at constant T > 0 and h the state tends to exp(-H/T), with `kawasaki` "    \
    "among the states of the\n"                                                                                        \
    "same magnetization. Decisions compare random integers with 64-bit thresholds: the same bits on every CPU.\n"      \
    "`start` = random (infinite temperature), up, half (exactly half of the spins up), fixed "                         \
    "(`start_magnetization`), or\n"                                                                                    \
    "the configuration of an archive; its time begins at 0 again.\n"                                                   \
    "\n"                                                                                                               \
    "## Observables and conventions\n"                                                                                 \
    "All are per site: e = H/N, m = (1/N) sum_i s_i.\n"                                                                \
    "`domain_length` = 2J/(e - e_ref): the number of sites per broken bond beyond those of the phases without walls; " \
    "straight walls a\n"                                                                                               \
    "distance l apart on the square lattice give l, a random start gives 1. It is taken for each replica and never "   \
    "exceeds the\n"                                                                                                    \
    "largest length of the lattice. e_ref = `energy_reference`; if that is not given the exact energy in equilibrium " \
    "at the last\n"                                                                                                    \
    "temperature of the table for the periodic square lattice and the chain, for others the energy of the ground "     \
    "state (then the\n"                                                                                                \
    "thermal part of e shortens it: give the reference). Only with coupling > 0 and without field.\n"                  \
    "`autocorrelation` has a row for every waiting time t_w: C = (1/N) sum_i s_i(t_w) s_i(t), where t is the time of " \
    "the row, not the\n"                                                                                               \
    "delay: C = 1 at t = t_w, and 0 is written before t_w.\n"                                                          \
    "`moves` counts flips (exchanges) per site since the start. `magnetization_kmin_squared` is <|m(k)|^2> for the "   \
    "smallest wave\n"                                                                                                  \
    "vectors; `measure=correlation` and `measure=structure_factor` give G(r, t) and S(k, t), `structure_map` S(k, t) " \
    "at all k.\n"                                                                                                      \
    "With a `period` and a field that varies the table `loops` has a row for every period: area = -(closed integral "  \
    "of m dh), the work done\n"                                                                                        \
    "per site, which is the heat given off per site where the loop is closed. `loop_area` is its mean over all "       \
    "periods after\n"                                                                                                  \
    "the first.\n"                                                                                                     \
    "\n"                                                                                                               \
    "## References\n"                                                                                                  \
    "R. J. Glauber, J. Math. Phys. 4, 294 (1963). K. Kawasaki, Phys. Rev. 145, 224 (1966). A. B. Bortz, M. H. Kalos "  \
    "and J. L.\n"                                                                                                      \
    "Lebowitz, J. Comput. Phys. 17, 10 (1975). A. J. Bray, Adv. Phys. 43, 357 (1994). L. F. Cugliandolo and J. "       \
    "Kurchan, Phys. Rev.\n"                                                                                            \
    "Lett. 71, 173 (1993). L. Onsager, Phys. Rev. 65, 117 (1944); B. Kaufman, Phys. Rev. 76, 1232 (1949).\n"

#endif

"""Critical points of the literature from our own runs: the jobs of examples/critical-points, through the command.

ONSAGER_EFFORT=full runs the jobs whole (hours) and holds each number against the literature: deviation below 4 combined errors, our
statistical error at most as stated. The archives lie in the folder ONSAGER_ARCHIVES (default: critical-points, beside the command under
test) and an interrupted check goes on there. ONSAGER_EFFORT=look takes what is in the archives and demands the deviations only.

The forms and the windows follow from theory and were fixed before the runs, but for the cubic Ising model: there xi/L and its slope stood
beside U at first, and were left out after a twelfth of the run (chi2 of 232 of 83 degrees of freedom: corrections of 1/L^2 in xi/L); and
as no feasible run of it alone gives U* to 1e-3, where the correction b and U* go together, an improved model of the same class was added.
`rest` is what the first term left out of a form may do to the number, estimated from a coefficient as large as that of the last term kept
(for each see there); it is added in quadrature to our statistical error and to that of the literature. Literature: Ising T_c =
1/0.221654626(5), A. M. Ferrenberg, J. Xu, D. P. Landau, Phys. Rev. E 97, 043301 (2018); <m^4>/<m^2>^2 = 1.6036(1), nu = 0.63002(10), omega
= 0.832(6), M. Hasenbusch, Phys. Rev. B 82, 174433 (2010). Heisenberg T_c = 1/0.693002(12), H. G. Ballesteros et al., Phys. Lett. B 387, 125
(1996); nu = 0.7112(5), omega = 0.78, M. Campostrini et al., Phys. Rev. B 65, 144520 (2002). XY 1/1.1199(1), M. Hasenbusch, J. Phys. A 38,
5869 (2005). Potts: R. B. Potts, Proc. Camb. Phil. Soc. 48, 106 (1952); R. J. Baxter, J. Phys. C 6, L445 (1973); C. Borgs and W. Janke, J.
Physique I 2, 2011 and Phys. Rev. Lett. 68, 1738 (1992). Blume-Capel T = 0.608(1), D = 1.9660(1), W. Kwak et al., Phys. Rev. E 92, 022134
(2015).
"""
import json
import math
import os

from harness import FULL, ONSAGER, SOURCE, command, tests
from least_squares import fit

LOOK = os.environ.get("ONSAGER_EFFORT") == "look"
ARCHIVES = os.path.abspath(os.environ.get("ONSAGER_ARCHIVES", os.path.join(os.path.dirname(ONSAGER), "critical-points")))


def tasks(name, *formulas):
    """The finished job as [(parameters, observables)], formulas over it too, or None when only looking and nothing is there."""
    archive = os.path.join(ARCHIVES, name + ".h5")
    if FULL:
        os.makedirs(ARCHIVES, exist_ok=True)
        done = command("run", os.path.join(SOURCE, "examples", "critical-points", name + ".yaml"), "-o", archive, "--quiet")
        assert done.returncode == 0, done.stderr
    elif not LOOK or not (os.path.exists(archive) or os.path.exists(archive + ".parts")):
        print("skipped: ONSAGER_EFFORT=full runs it" if not LOOK else f"nothing in {archive}")
        return None
    shown = command("show", archive, *formulas, "--json", "-")
    assert shown.returncode == 0, shown.stderr
    found = json.loads(shown.stdout)["tasks"]
    unsettled = sum("not-equilibrated" in task["flags"] for task in found)
    print(f"{name}: {len(found)} tasks, {unsettled} of them with a flag not-equilibrated, {sum(task['seconds'] for task in found):.0f} s")
    return [(task["parameters"], task["observables"]) for task in found]


def means(found, quantity):
    """((L, T), mean, error) of the tasks that have one."""
    rows = []
    for parameters, observables in found:
        ours = observables.get(quantity)
        if ours and ours["error"]:
            rows.append(((parameters["L"], parameters["temperature"]), ours["mean"], ours["error"]))
    return rows


def against(name, ours, error, rest, literature, its_error, relative, faults):
    """Prints one number beside the literature; notes what is wrong with it."""
    deviation = (ours - literature) / math.hypot(error, rest, its_error)
    print(f"{name}: {ours:.7g} +- {error:.2g} (form: {rest:.2g}), literature {literature:.7g} +- {its_error:.2g}, deviation {deviation:+.2f};"
          f" relative error {abs(error / ours):.2g}, asked {relative:.2g}", flush=True)
    if abs(deviation) >= 4:
        faults.append(f"{name}: {ours} deviates by {deviation:.2f} errors from {literature}")
    if FULL and abs(error / ours) > relative:
        faults.append(f"{name}: our relative error is {abs(error / ours):.2g}, asked is {relative:.2g}")


def quality(found):
    print(f"  chi2 {found.chi2:.1f} of {found.dof} degrees of freedom")
    return found


def report(faults):
    assert not faults, "\n".join(faults)


# U and T L^-1.587 dU/dT of a task over what is measured: the slope is a covariance with the energy (L^3 of energies per site, over T^2).
U = "1 - mean(magnetization_fourth)/(3*mean(magnetization_squared)^2)"
SLOPE = ("L^1.413/temperature*mean(magnetization_fourth)/(3*mean(magnetization_squared)^2)"
         "*(2*mean(em2)/mean(magnetization_squared) - mean(em4)/mean(magnetization_fourth) - mean(energy))")


def cubic_points(found, model, critical):
    """U, and what of the slope does not go with it. Their correlation, from the errors of both and of their sum, depends on x alone: it is the mean
    over the sizes, whose temperatures lie at the same x."""
    rows, together = [], {}
    for parameters, observables in found:
        u, slope, both = (observables[name] for name in ("binder", "slope", "both"))
        if u["error"] and slope["error"]:
            correlation = (both["error"] ** 2 - u["error"] ** 2 - slope["error"] ** 2) / (2 * u["error"] * slope["error"])
            x = (parameters["temperature"] / critical - 1) * parameters["L"] ** 1.587
            together.setdefault(round(x / 0.35), []).append((parameters["L"], parameters["temperature"], u, slope, correlation))
    for alike in together.values():
        r = min(0.98, sum(row[-1] for row in alike) / len(alike))
        for size, T, u, slope, _ in alike:
            part, left = r * slope["error"] / u["error"], slope["error"] * math.sqrt(1 - r * r)
            rows.append(((model, size, T, 1.0, 0.0), u["mean"], u["error"]))
            rows.append(((model, size, T, -part, 1.0), slope["mean"] - part * u["mean"], left))
    return rows


def test_cubic_ising():
    """U = f(x) + g(x)/L^omega, x = t (1 + c t) L^(1/nu), t = (T - T_c)/T_c, and the slope dU/dT of the same form: f of degree 4, g of
    degree 1, all of it free but for omega = 0.832. Beside the Ising model stands the Blume-Capel model at the crystal field where g vanishes
    (Hasenbusch 2010): the same nu and f, with a T_c, a c and a scale of x of its own, and no g.

    Rest: what 0.05 L^-2 and 0.05 x L^-2 in either model and a thirtieth of the Ising model's g(0) = 0.09 in the other do to this fit: in
    quadrature 1e-4 in T_c, 1.1e-3 in U*, 1.5e-3 in nu; 1e-4 and 1e-3 for a collapse of U of the Ising model alone."""
    products = (f"measure.slope={SLOPE}", f"measure.both={U} + {SLOPE}")
    ising, improved = tasks("ising-cubic", *products), tasks("blume-capel-cubic", *products)
    if not ising or not improved:
        return

    def form(p, point):
        model, size, T, of_u, of_slope = point
        nu, star, f = p[0], p[1], p[2:6]
        critical, c, scale, g = (p[6], p[7], 1.0, p[8:10]) if model == "ising" else (p[10], p[11], p[12], (0.0, 0.0))
        t, wide = (T - critical) / critical, scale * size ** (1 / nu)
        x = t * (1 + c * t) * wide
        correction = size**-0.832
        u = star + x * (f[0] + x * (f[1] + x * (f[2] + x * f[3]))) + (g[0] + g[1] * x) * correction
        slope = f[0] + x * (2 * f[1] + x * (3 * f[2] + x * 4 * f[3])) + g[1] * correction
        return of_u * u + of_slope * slope * (1 + 2 * c * t) * wide * T / critical * size**-1.587

    points = cubic_points(ising, "ising", 4.5115) + cubic_points(improved, "improved", 2.5792)
    start = [0.63, 0.465, -0.15, 0.0, 0.0, 0.0, 4.5115, 0.0, 0.1, 0.0, 2.5792, 0.0, 1.0]
    ours = quality(fit(form, start, points))
    faults = []
    against("cubic Ising T_c", ours.values[6], ours.errors[6], 1e-4, 1 / 0.221654626, 1e-7, 2e-5, faults)
    against("cubic Ising U*", ours.values[1], ours.errors[1], 1.1e-3, 1 - 1.6036 / 3, 3.4e-5, 1e-3, faults)
    against("cubic Ising nu", ours.values[0], ours.errors[0], 1.5e-3, 0.63002, 1e-4, 3e-3, faults)
    against("cubic Blume-Capel T_c", ours.values[10], ours.errors[10], 1e-4, 1 / 0.387721735, 2e-7, 1e-4, faults)
    collapsed = command("analyse", os.path.join(ARCHIVES, "ising-cubic.h5"), "collapse", "--omega", "0.832", "--json", "-")
    assert collapsed.returncode == 0, collapsed.stderr
    for name, key, rest, literature, relative in (("T_c", "xc", 1e-4, 1 / 0.221654626, 1e-4), ("nu", "nu", 1e-3, 0.63002, 3e-2)):
        value = json.loads(collapsed.stdout)[key]
        against(f"cubic Ising {name} by collapse", value["value"], value["error"], rest, literature, 0.0, relative, faults)
    report(faults)


def test_cubic_heisenberg():
    """U = U* + a1 x + a2 x^2 + b/L^omega, x = (T - T_c)/T_c L^(1/nu), with nu = 0.7112 and omega = 0.78 (Campostrini et al. 2002).

    Rest: L^-2 with a coefficient of 0.05, 2e-4 in U at L = 16, over dU/dT = a1 L^(1/nu)/T_c there, a1 from the fit."""
    found = tasks("heisenberg-cubic")
    if not found:
        return

    def form(p, point):
        size, T = point
        x = (T - p[0]) / p[0] * size ** (1 / 0.7112)
        return p[1] + x * (p[2] + x * p[3]) + p[4] * size**-0.78

    ours, faults = quality(fit(form, [1.443, 0.62, -0.1, 0.0, 0.0], means(found, "binder"))), []
    rest = 0.05 / 16**2 / abs(ours.values[2] * 16 ** (1 / 0.7112) / ours.values[0])
    against("cubic Heisenberg T_c", ours.values[0], ours.errors[0], rest, 1 / 0.693002, 2.5e-5, 1e-4, faults)
    report(faults)


def test_potts_energies():
    """u_L = u + a L^(1/nu - 2) (1 + b L^(1/nu - 2)), nu = 5/6 for q = 3; u + a L^(-1/2) (ln L)^(-3/4) for q = 4 (Salas and Sokal 1997).

    Rest: q = 3: the next power, L^-2.4 at L = 16 with coefficient 1: 1e-3. q = 4: what ln ln L/ln L = 0.3 and 1/ln L leave of a term that
    falls from 0.12 to 0.03: a tenth of the sum, 1e-2."""
    found = tasks("potts-3-4")
    if not found:
        return
    faults = []
    for q, start, rest in ((3, [-1.577, 0.0, 0.0], 1e-3), (4, [-1.5, 0.0], 1e-2)):

        def form(p, point, q=q):
            size = point[0]
            return p[0] + (p[1] * size**-0.8 + p[2] * size**-1.6 if q == 3 else p[1] * size**-0.5 * math.log(size) ** -0.75)

        rows = means([task for task in found if task[0]["q"] == q], "energy")
        ours = quality(fit(form, start, rows))
        against(f"square Potts q = {q} u(T_c)", ours.values[0], ours.errors[0], rest, -1 - 1 / math.sqrt(q), 0.0, 1e-3, faults)
    report(faults)


def test_potts_critical_temperatures():
    """U = U* + a1 x + a2 x^2 + b L^-omega, x = (T - T_c)/T_c L^(1/nu); q = 3: nu = 5/6, omega = 4/5; q = 4: nu = 2/3 and b/ln L, the marginal field.

    Rest: U drifts by 0.02 at most from L to 2L; of this the next correction is a tenth (q = 3) or a third (q = 4, powers of logarithms), over
    dU/dT = 0.2 L^(1/nu)/T_c at L = 32: 1.5e-4 and 1.7e-4."""
    found = tasks("potts-3-4-crossing")
    if not found:
        return
    faults = []
    for q, y, rest in ((3, 1.2, 1.5e-4), (4, 1.5, 1.7e-4)):
        exact = 1 / math.log(1 + math.sqrt(q))

        def form(p, point, q=q, y=y):
            size, T = point
            x = (T - p[0]) / p[0] * size**y
            return p[1] + x * (p[2] + x * p[3]) + p[4] * (size**-0.8 if q == 3 else 1 / math.log(size))

        rows = means([task for task in found if task[0]["q"] == q], "binder")
        ours = quality(fit(form, [exact, 0.6, -0.2, 0.0, 0.0], rows))
        against(f"square Potts q = {q} T_c", ours.values[0], ours.errors[0], rest, exact, 0.0, 2e-4, faults)
    report(faults)


def test_potts_with_ten_states():
    """The temperature where the ordered phases have q times the weight of the disordered one, from L = 20; distances of the peaks
    Q + a/L^2 + b/L^4 and barriers 2 sigma L + c + d/L, from L = 12 to 36.

    The weights of the phases are those of the infinite torus up to terms exp(-L/xi) (Borgs and Janke 1992), xi = 10.6: of a temperature that is
    T^2/(L^2 latent heat) times the logarithm of the weights 2.6e-4 at L = 20: the rest of T_c. Two interfaces on a torus: translations and
    capillary waves give P_min the factor L, the width of the peaks gives P_max the same, so that the barrier has no logarithm. At L = 8, below xi,
    single levels near the ground state stand for the valley. Rest: one tenth of the whole shift at L = 12: 0.2 in Q, 0.1 in the barrier over L."""
    found = tasks("potts-10-levels")
    if not found:
        return
    rows = {"phase_temperature": [], "latent": [], "barrier": []}
    for parameters, observables in found:
        size = parameters["L"]
        for name in ("phase_temperature", "barrier"):
            ours = observables[name]
            if ours["value"] is not None and ours["error"]:
                rows[name].append((size, ours["value"], ours["error"]))
        peaks = observables["peak_energy"]
        if None not in peaks["value"] and None not in peaks["error"]:
            rows["latent"].append((size, peaks["value"][1] - peaks["value"][0], math.hypot(*peaks["error"])))
    for name, values in rows.items():
        print("  " + name, ", ".join(f"L = {size}: {value:.5f} +- {error:.2g}" for size, value, error in values))
    faults = []

    def squares(p, size):
        return p[0] + p[1] / size**2 + p[2] / size**4

    def lines(p, size):
        return p[0] * size + p[1] + p[2] / size

    temperature = quality(fit(lambda p, size: p[0], [0.7], [row for row in rows["phase_temperature"] if row[0] >= 20]))
    latent = quality(fit(squares, [0.7, 20.0, 0.0], rows["latent"]))
    tension = quality(fit(lines, [0.1, 0.1, 0.0], rows["barrier"]))
    against("square Potts q = 10 T_c", temperature.values[0], temperature.errors[0], 2.6e-4, 1 / math.log(1 + math.sqrt(10)), 0.0, 1e-3, faults)
    against("square Potts q = 10 latent heat", latent.values[0], latent.errors[0], 0.02, 0.69605, 5e-6, 0.05, faults)
    against("square Potts q = 10 2 sigma", tension.values[0], tension.errors[0], 0.01, 0.094701, 1e-6, 0.1, faults)
    report(faults)


def test_xy_on_the_square_lattice():
    """C(L, T) = 0.318899454/(Y/T - 0.63650817819) - ln L does not depend on L at T_BKT: where its slope in ln L, a parabola in T, vanishes.

    Rest: the terms of the next order in 1/ln L change the slope by at most 0.1; divided by its growth with T, from the fit."""
    found = tasks("xy")
    if not found:
        return
    curves = {}
    for (size, T), mean, error in means(found, "helicity_modulus"):
        above = mean / T - 0.63650817819
        if above > 4 * error / T:
            curves.setdefault(T, []).append((math.log(size), 0.318899454 / above - math.log(size), 0.318899454 / above**2 * error / T))
    slopes = []
    for T, points in sorted(curves.items()):
        if len(points) >= 3:
            line = fit(lambda p, x: p[0] + p[1] * (x - 3.5), [1.0, 0.0], points)
            slopes.append((T, line.values[1], line.errors[1]))
            print(f"  T = {T}: slope {line.values[1]:+.3f} +- {line.errors[1]:.3f}")
    parabola = quality(fit(lambda p, T: p[1] * (T - p[0]) + p[2] * (T - p[0]) ** 2, [0.893, 100.0, 0.0], slopes))
    faults = []
    against("square XY T_BKT", parabola.values[0], parabola.errors[0], 0.1 / parabola.values[1], 1 / 1.1199, 8e-5, 3e-3, faults)
    report(faults)


def test_blume_capel_on_the_square_lattice():
    """R = <m^2>^2/<m^4> = R* + a1 x + a2 x^2 + a3 x^3 + c1 z + c2 z^2 + d x z + b/L, x = (D - D_t + g (T - T_t) + h (T - T_t)^2) L^(9/5) and
    z = (T - T_t) L^(4/5): the two thermal exponents of the tricritical Ising model (exact: Nienhuis 1982, Friedan, Qiu, Shenker 1984).

    Rest: 1/L is the leading correction in the form; the next, L^-2 with coefficient 0.3, is 2e-3 in R at L = 12. Against the drift with
    T, 0.3 L^(4/5) = 2, that is 1e-3 in T, for two sizes not independent: 3e-3; along the line of slope -0.35 1e-3 in D."""
    found = tasks("blume-capel")
    if not found:
        return
    points = []
    for parameters, observables in found:
        ratio = observables["binder_ratio"]
        if ratio["error"]:
            x = (parameters["L"], parameters["temperature"], parameters["crystal_field"])
            points.append((x, 1 / ratio["mean"], ratio["error"] / ratio["mean"] ** 2))

    def form(p, point):
        size, T, D = point
        t = T - p[0]
        x, z = (D - p[1] + p[2] * t + p[3] * t * t) * size**1.8, t * size**0.8
        return p[4] + x * (p[5] + x * (p[6] + x * p[7])) + z * (p[8] + p[9] * z) + p[10] * x * z + p[11] / size

    ours, faults = quality(fit(form, [0.608, 1.966, 0.35, 1.0, 0.7, -0.5, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0], points)), []
    against("square Blume-Capel T_t", ours.values[0], ours.errors[0], 3e-3, 0.608, 1e-3, 1e-2, faults)
    against("square Blume-Capel D_t", ours.values[1], ours.errors[1], 1e-3, 1.9660, 1e-4, 1e-3, faults)
    report(faults)


tests(globals())

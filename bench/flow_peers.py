"""Lorenz ensembles by programs that people use, at the global error that bench/flows.c measured for ours.

heyoka (Taylor series in batches of a vector), the DOP853 of numbalsoda with a right-hand side compiled by numba, and
scipy's DOP853 with the same. Called by peers.py with the rows that the bench has written."""
import re
import time

MEMBERS, RUNS, DURATION = 100000, 2, 5.0
FEW, FEWEST = 4000, 32  # members of those that would take minutes for all
SIGMA, RHO, BETA = 10.0, 28.0, 8.0 / 3


def starts():
    import numpy
    u = numpy.arange(MEMBERS) / MEMBERS
    return numpy.stack([-9.8 + 2 * u, -15 + 3 * numpy.fmod(7 * u, 1), 20.5 + 2 * numpy.fmod(31 * u, 1)], 1)


def heyoka_ensemble():
    import heyoka
    import numpy
    x, y, z = heyoka.make_vars("x", "y", "z")
    flow = [(x, SIGMA * (y - x)), (y, x * (RHO - z) - y), (z, x * y - BETA * z)]
    width, points = heyoka.recommended_simd_size(), starts()

    def solve(tolerance):
        batch = heyoka.taylor_adaptive_batch(flow, state=numpy.zeros((3, width)), tol=tolerance)
        ends, spent = numpy.empty_like(points), []
        for target in (0.0, DURATION):  # the first round is what the loop of Python costs
            begin = time.process_time()
            for i in range(0, MEMBERS, width):
                batch.set_time(0.0)
                batch.state[:] = points[i:i + width].T
                batch.propagate_until(target)
                ends[i:i + width] = batch.state.T
            spent.append(time.process_time() - begin)
        return (spent[1] - spent[0]) * 1e6 / MEMBERS, ends
    return solve


def numbalsoda_ensemble():
    import numba
    import numbalsoda
    import numpy

    @numba.cfunc(numbalsoda.lsoda_sig)
    def lorenz(t, u, du, p):
        du[0] = SIGMA * (u[1] - u[0])
        du[1] = u[0] * (RHO - u[2]) - u[1]
        du[2] = u[0] * u[1] - BETA * u[2]

    times, points, dop853 = numpy.array([0.0, DURATION]), starts(), numbalsoda.dop853

    @numba.njit
    def all_of_them(points, address, tolerance):
        ends = numpy.empty_like(points)
        for i in range(points.shape[0]):
            states, _ = dop853(address, points[i].copy(), times, rtol=tolerance, atol=tolerance, mxstep=1000000)
            ends[i] = states[-1]
        return ends
    all_of_them(points[:2], lorenz.address, 1e-6)

    chosen = numpy.ascontiguousarray(points[::MEMBERS // FEW])

    def solve(tolerance):
        begin = time.process_time()
        ends = all_of_them(chosen, lorenz.address, tolerance)
        return (time.process_time() - begin) * 1e6 / FEW, ends
    return solve


def scipy_ensemble():
    import numba
    import numpy
    from scipy.integrate import solve_ivp
    points = starts()

    @numba.njit
    def lorenz(t, u):
        return numpy.array([SIGMA * (u[1] - u[0]), u[0] * (RHO - u[2]) - u[1], u[0] * u[1] - BETA * u[2]])
    lorenz(0.0, points[0])

    def solve(tolerance):
        chosen, begin = points[::MEMBERS // FEWEST], time.process_time()
        ends = numpy.array([solve_ivp(lorenz, (0, DURATION), x, method="DOP853", rtol=tolerance, atol=tolerance).y[:, -1]
                            for x in chosen])
        return (time.process_time() - begin) * 1e6 / len(chosen), ends
    return solve


def curve_of(solve, reference):
    """Microseconds a trajectory and median errors at tolerances from 1e-2 to 1e-14, each measured when it is asked for."""
    import numpy
    for digits in range(2, 15):
        work, ends = min((solve(10.0 ** -digits) for _ in range(RUNS)), key=lambda pair: pair[0])
        stride = MEMBERS // len(ends)
        yield work, float(numpy.median(numpy.linalg.norm(ends - reference[::stride], axis=1)))


def work_at(curve, points, wanted):
    """At a median error: straight in the logarithms between the tolerances around it. `points`: of the curve so far."""
    import math
    while not points or points[-1][1] > wanted:
        following = next(curve, None)
        if following is None:
            return float("nan")
        points.append(following)
    place = next(k for k, point in enumerate(points) if point[1] <= wanted)
    if place == 0:
        return points[0][0]
    before, after = points[place - 1:place + 1]
    part = math.log(before[1] / wanted) / math.log(before[1] / after[1])
    return before[0] * (after[0] / before[0]) ** part


def rows(everything, row, attempt):
    wanted = {entry["what"]: (entry, float(match[1])) for entry in everything
              if (match := re.match(r"1e5 Lorenz (?:to t = 5|by Taylor series), .* global error (\S+)", entry["what"]))}
    solvers = {}

    def measure(name, make, members):
        if "heyoka" not in solvers:
            solvers["heyoka"] = heyoka_ensemble()
            solvers["reference"] = solvers["heyoka"](1e-18)[1]
        solve = solvers["heyoka"] if name == "heyoka" else make()
        curve, points = curve_of(solve, solvers["reference"]), []
        for entry, error in wanted.values():
            row(entry["what"], entry["unit"], entry["ours"], f"{name}{members}, equal error",
                work_at(curve, points, error))
    for name, make, members in (("heyoka", heyoka_ensemble, ""),
                                ("numbalsoda DOP853", numbalsoda_ensemble, f", {FEW} of them"),
                                ("scipy DOP853 and numba", scipy_ensemble, f", {FEWEST} of them")):
        attempt(name, lambda: measure(name, make, members))

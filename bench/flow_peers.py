"""Lorenz ensembles by programs that people use, at the global error that bench/flows.c measured for ours.

heyoka (Taylor series in batches of a vector), the DOP853 of numbalsoda with a right-hand side compiled by numba, and
scipy's DOP853 with the same. Called by peers.py with the rows that the bench has written."""
import re
import time

MEMBERS, RUNS, DURATION = 4096, 3, 5.0
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
        ends, begin = numpy.empty_like(points), time.process_time()
        for i in range(0, MEMBERS, width):
            batch.set_time(0.0)
            batch.state[:] = points[i:i + width].T
            batch.propagate_until(DURATION)
            ends[i:i + width] = batch.state.T
        return (time.process_time() - begin) * 1e6 / MEMBERS, ends
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

    def solve(tolerance):
        begin = time.process_time()
        ends = all_of_them(points, lorenz.address, tolerance)
        return (time.process_time() - begin) * 1e6 / MEMBERS, ends
    return solve


def scipy_ensemble():
    import numba
    import numpy
    from scipy.integrate import solve_ivp
    points, few = starts(), 32

    @numba.njit
    def lorenz(t, u):
        return numpy.array([SIGMA * (u[1] - u[0]), u[0] * (RHO - u[2]) - u[1], u[0] * u[1] - BETA * u[2]])
    lorenz(0.0, points[0])

    def solve(tolerance):
        chosen, begin = points[::MEMBERS // few], time.process_time()
        ends = numpy.array([solve_ivp(lorenz, (0, DURATION), x, method="DOP853", rtol=tolerance, atol=tolerance).y[:, -1]
                            for x in chosen])
        return (time.process_time() - begin) * 1e6 / len(chosen), numpy.repeat(ends, MEMBERS // few, 0)
    solve.sampled = few
    return solve


def work_at(solve, wanted, reference):
    """Microseconds a trajectory at a median error: straight in the logarithms between the tolerances around it."""
    import numpy
    before = None
    for digits in range(2, 15):
        work, ends = min((solve(10.0 ** -digits) for _ in range(1 if hasattr(solve, "sampled") else RUNS)),
                         key=lambda pair: pair[0])
        stride = MEMBERS // getattr(solve, "sampled", MEMBERS)
        error = float(numpy.median(numpy.linalg.norm(ends - reference, axis=1)[::stride]))
        if error <= wanted and before:
            part = numpy.log(before[1] / wanted) / numpy.log(before[1] / error)
            return before[0] * (work / before[0]) ** part
        before = work, error
    return float("nan")


def rows(everything, row, attempt):
    wanted = [(entry, float(match[1])) for entry in everything
              if (match := re.match(r"Lorenz to t = 5, .* global error (\S+)", entry["what"]))]
    solvers = {}

    def measure(name, make):
        if "heyoka" not in solvers:
            solvers["heyoka"] = heyoka_ensemble()
        solve = solvers["heyoka"] if name == "heyoka" else make()
        reference = solvers["heyoka"](1e-18)[1]
        for entry, error in wanted:
            row(entry["what"], entry["unit"], entry["ours"], name + ", equal error", work_at(solve, error, reference))
    for name, make in (("heyoka", heyoka_ensemble), ("numbalsoda DOP853", numbalsoda_ensemble),
                       ("scipy DOP853 and numba", scipy_ensemble)):
        attempt(name, lambda: measure(name, make))

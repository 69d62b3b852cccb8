"""Results as text and as HTML: numbers with their errors, warnings first.

SPDX-License-Identifier: GPL-3.0-or-later
"""

import html
import math

import numpy as np

_ROWS = 60  # shown at most
_WIDTH = 100  # characters of a line
_MEANINGS = {
    "not-equilibrated": "too short, drifting, or replicas disagree",
    "too-few-samples": "the error itself is uncertain",
    "not-finite": "no number came out",
}


def number(mean, error):
    """A mean with its error as 1.7456(12): the error's two leading digits in units of the mean's last one."""
    if not math.isfinite(mean):
        return "nan" if math.isnan(mean) else str(mean)
    if error is None or not math.isfinite(error):
        return f"{mean:.6g}"
    if error == 0:
        return f"{mean:.10g}"
    exponent = math.floor(math.log10(error)) - 1
    digits = round(error / 10.0**exponent)
    if digits >= 100:
        exponent, digits = exponent + 1, round(error / 10.0 ** (exponent + 1))
    if abs(mean) >= 1e7 or max(abs(mean), error) < 1e-4 or exponent > 0:
        return _scientific(mean, error)
    shown = f"{mean:.{-exponent}f}"
    if exponent == -1:
        return f"{shown}({error:.1f})"
    return f"{shown}({digits})"


def _scientific(mean, error):
    power = math.floor(math.log10(max(abs(mean), error)))
    scale = 10.0**power
    exponent = min(math.floor(math.log10(error / scale)) - 1, -1)
    return f"{mean / scale:.{-exponent}f}({round(error / scale / 10.0**exponent)})e{power:+03d}"


def warnings(results):
    """Flags by quantity and place, unfinished tasks: a line each."""
    lines = []
    for bit, (flag, meaning) in enumerate(_MEANINGS.items()):
        places, flagged = {}, [task for task in results.tasks if flag in task.flags]
        for name in results.names if flagged else ():
            at = [task for task in flagged if name in task and task[name].flagged(1 << bit)]
            if at:
                places.setdefault(_where(at, results.tasks), []).append(name)
        lines += [f"{flag}: {', '.join(names)}{where} ({meaning})" for where, names in places.items()]
    unfinished = sum(not task.complete for task in results.tasks)
    if unfinished:
        lines.append(f"{unfinished} of {len(results.tasks)} tasks have not made all their steps; the same call "
                     "continues them")
    return lines


def _where(tasks, all_tasks):
    if len(all_tasks) == 1:
        return ""
    shown = ["(" + ", ".join(f"{name} = {task.parameters[name]}" for name in task.varying) + ")" for task in tasks[:4]]
    more = f" and {len(tasks) - 4} more" if len(tasks) > 4 else ""
    return " at " + ", ".join(shown) + more


# ---- tables


def table(results):
    """The parameters that vary, the results that are numbers, and rows of texts of both."""
    names = []
    for name in results.names:
        kinds = {task[name].kind for task in results.tasks if name in task}
        if kinds <= {"mean", "value"}:
            names.append(name)
    axis, dims = None, results.dims
    for task in results.tasks:
        for name in names:
            if name in task and task[name].axis and task[name].shape:
                axis = task[name].axis
    places = [dim for dim in dims if dim != axis] + ([axis] if axis else [])
    scalars = [name for name in names if any(_is_number(task[name], axis) for task in results.tasks if name in task)]
    rows = []
    for task in results.tasks:
        value = task.parameters.get(axis)
        for index in range(len(value) if isinstance(value, tuple) else 1):
            row = [_short(value[index] if place == axis and isinstance(value, tuple) else task.parameters.get(place, ""))
                   for place in places]
            row += [_cell(task[name], axis, index) if name in task else "" for name in scalars]
            rows.append(row)
    return places, scalars, rows


def _is_number(estimate, axis):
    return estimate.shape == () or (axis is not None and estimate.axis == axis and len(estimate.shape) == 1)


def _cell(estimate, axis, index):
    if not _is_number(estimate, axis):
        return ""
    mean, error = estimate.mean, estimate.error
    if estimate.shape:
        if index >= estimate.shape[0]:
            return ""
        mean, error = mean[index], error[index] if error is not None else None
    return number(float(mean), float(error) if error is not None else None)


def _short(value):
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _head(results):
    points = f"{len(results.tasks)} task{'s' if len(results.tasks) != 1 else ''}"
    return f"onsager results of {results.system}: {points} ({results.path})"


def results_text(results):
    """What print(results) shows."""
    places, scalars, rows = table(results)
    headers = places + scalars
    lines = [_head(results), *(f"warning: {line}" for line in warnings(results)),
             *(f"note: {line}" for line in results.notes)]
    if scalars and rows:
        lines += ["", *_aligned(headers, rows, len(places))]
    others = [name for name in results.names if name not in headers]
    if others:
        lines += ["", "more: " + ", ".join(f"{name} ({results[name].kind})" for name in others)]
    return "\n".join(lines)


def _aligned(headers, rows, repeated=0):
    """Columns to the right, in blocks of _WIDTH characters; the first `repeated` stand in each of them."""
    shown = rows[:_ROWS]
    columns = list(zip(headers, *shown))
    widths = [max(len(cell) for cell in column) for column in columns]
    lines, place = [], repeated
    while place < len(columns) or not lines:
        used, chosen = sum(widths[:repeated]) + 2 * repeated, list(range(repeated))
        while place < len(columns) and (len(chosen) == repeated or used + widths[place] <= _WIDTH):
            chosen.append(place)
            used += widths[place] + 2
            place += 1
        lines += [""] if lines else []
        lines += ["  ".join(f"{columns[c][r]:>{widths[c]}}" for c in chosen) for r in range(len(shown) + 1)]
    return lines + ([f"... and {len(rows) - _ROWS} rows more"] if len(rows) > _ROWS else [])


def results_html(results):
    """What a notebook shows."""
    places, scalars, rows = table(results)
    headers = places + scalars
    parts = [f"<div><b>{html.escape(_head(results))}</b>"]
    parts += [f'<div style="color:#a50026">warning: {html.escape(line)}</div>' for line in warnings(results)]
    parts += [f"<div>note: {html.escape(line)}</div>" for line in results.notes]
    head = "".join(f"<th>{html.escape(header)}</th>" for header in headers)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[:_ROWS])
    parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    if len(rows) > _ROWS:
        parts.append(f"<div>... and {len(rows) - _ROWS} rows more</div>")
    others = [f"{html.escape(name)} ({results[name].kind})" for name in results.names if name not in headers]
    parts.append(f"<div>more: {', '.join(others)}</div></div>" if others else "</div>")
    return "".join(parts)


def quantity_text(quantity):
    """What print(results["binder"]) shows."""
    sizes = ", ".join(f"{dim}: {len(quantity.coords[dim])}" for dim in quantity.dims)
    unit = f" in units of {quantity.unit}" if quantity.unit else ""
    lines = [f"<onsager {quantity.kind} {quantity.name} ({sizes}){unit}: {quantity.meaning}>"]
    count = int(np.prod(quantity.shape, dtype=int))
    errors = quantity.error if quantity.error is not None else np.full(quantity.shape, np.nan)
    if quantity.dims and count <= 4 * _ROWS:
        index = list(np.ndindex(*quantity.shape))
        rows = [[*(_short(quantity.coords[dim][k]) for dim, k in zip(quantity.dims, place)),
                 number(float(quantity.mean[place]), float(errors[place]))] for place in index]
        lines += _aligned([*quantity.dims, quantity.name], rows)
    elif quantity.dims:
        lines.append(f"array {quantity.shape}")
    else:
        lines.append(number(float(quantity.mean), float(errors)))
    return "\n".join(lines)

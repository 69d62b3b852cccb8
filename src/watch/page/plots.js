// Small plots of what is measured: scalars against the frame, arrays against their axis.
// SPDX-License-Identifier: GPL-3.0-or-later
import { breakable, raised, shortNumber } from '/text.js';

function makePlot(quantity, column) {
  const box = document.createElement('div');
  const title = document.createElement('h2');
  const name = document.createElement('span');
  const value = document.createElement('span');
  const curve = document.createElement('canvas');
  box.className = 'plot';
  box.title = quantity.meaning ?? '';
  name.textContent = breakable(quantity.name);
  value.className = 'value';
  curve.setAttribute('role', 'img');
  curve.setAttribute('aria-label', `${quantity.name}: ${quantity.meaning ?? ''}`);
  title.append(name, value);
  box.append(title, curve);
  document.getElementById('plots').append(box);
  return { quantity, column, value, curve };
}

function showValue(plot, value) {
  const unit = document.createElement('small');
  unit.textContent = plot.quantity.unit ? ` ${raised(plot.quantity.unit)}` : '';
  plot.value.replaceChildren(shortNumber(value), unit);
}

// A canvas as sharp as the screen; its drawing context, in CSS pixels.
function prepare(curve) {
  const ratio = window.devicePixelRatio || 1;
  const width = curve.clientWidth, height = curve.clientHeight;
  if (curve.width !== Math.round(width * ratio) || curve.height !== Math.round(height * ratio)) {
    curve.width = Math.round(width * ratio);
    curve.height = Math.round(height * ratio);
  }
  const drawing = curve.getContext('2d');
  drawing.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawing.clearRect(0, 0, width, height);
  return { drawing, width, height };
}

// Points [x, y] with y between two labelled lines, and vertical marks.
function drawCurve(plot, points, marks) {
  const { drawing, width, height } = prepare(plot.curve);
  const finite = points.filter(([, y]) => y !== null);
  if (finite.length === 0 || width === 0) return;
  const sorted = finite.map(([, y]) => y).sort((a, b) => a - b), spared = Math.floor(sorted.length / 100);
  let low = sorted[spared], high = sorted[sorted.length - 1 - spared]; // single outliers (a start) do not set the scale
  const labels = [shortNumber(high, 3), shortNumber(low, 3)];
  if (high - low < 1e-12 * Math.max(Math.abs(high), Math.abs(low)) || high === low) {
    const room = Math.abs(high) * 0.01 || 1;
    low -= room;
    high += room;
  }
  const style = getComputedStyle(document.documentElement);
  drawing.font = '11px system-ui, sans-serif';
  const left = Math.max(...labels.map((label) => drawing.measureText(label).width)) + 6, top = 7, bottom = height - 7;
  const first = points[0][0], last = points[points.length - 1][0] > first ? points[points.length - 1][0] : first + 1;
  const at = (x) => left + ((x - first) / (last - first)) * (width - left - 2);
  const up = (y) => bottom - ((y - low) / (high - low)) * (bottom - top);
  drawing.strokeStyle = style.getPropertyValue('--line');
  drawing.beginPath();
  for (const y of [top, bottom]) { drawing.moveTo(left, y); drawing.lineTo(width, y); }
  drawing.stroke();
  drawing.fillStyle = style.getPropertyValue('--soft');
  drawing.textAlign = 'right';
  drawing.textBaseline = 'middle';
  if (labels[0] === labels[1]) drawing.fillText(labels[0], left - 4, height / 2);
  else labels.forEach((label, k) => drawing.fillText(label, left - 4, k ? bottom : top));
  drawing.strokeStyle = style.getPropertyValue('--mark');
  drawing.setLineDash([3, 3]);
  drawing.beginPath();
  for (const x of marks) { drawing.moveTo(at(x), top); drawing.lineTo(at(x), bottom); }
  drawing.stroke();
  drawing.setLineDash([]);
  drawing.strokeStyle = style.getPropertyValue('--curve');
  drawing.lineWidth = 1.4;
  drawing.save();
  drawing.beginPath();
  drawing.rect(left, top - 2, width - left, bottom - top + 4);
  drawing.clip();
  drawing.beginPath();
  for (const [x, y] of finite) drawing.lineTo(at(x), up(y));
  drawing.stroke();
  drawing.restore();
}

// Where the values of an array stand: at the numbers of the parameter that it runs over, else at their index.
function axisOf(page, quantity, count) {
  const text = page.state.parameters[quantity.axis]?.value ?? '';
  const numbers = text.startsWith('[') ? text.slice(1, -1).split(',').map(Number) : [];
  const even = Array.from({ length: count }, (_, k) => k);
  return numbers.length === count && numbers.every((x, k) => k === 0 || x > numbers[k - 1]) ? numbers : even;
}

export function drawPlots(page) {
  if (!page.state) return;
  const marks = [];
  for (let k = 1; k < page.samples.length; k++) {
    if (page.samples[k][1] !== page.samples[k - 1][1]) marks.push(k);
  }
  for (const plot of page.plots) {
    if (plot.column === null) {
      const values = page.state.arrays[plot.quantity.name] ?? [];
      plot.value.textContent = `${plot.quantity.size} values${plot.quantity.axis ? ` by ${plot.quantity.axis}` : ''}`;
      const places = axisOf(page, plot.quantity, values.length);
      if (values.length) drawCurve(plot, values.map((y, k) => [places[k], y]), []);
    } else if (page.samples.length) {
      showValue(plot, page.samples[page.samples.length - 1][2 + plot.column]);
      drawCurve(plot, page.samples.map((sample, k) => [k, sample[2 + plot.column]]), marks);
    }
  }
}

export function makePlots(page) {
  let column = 0;
  for (const quantity of page.system.quantities) {
    page.plots.push(makePlot(quantity, quantity.size === 1 ? column++ : null));
  }
  document.getElementById('plots').hidden = page.plots.length === 0;
}

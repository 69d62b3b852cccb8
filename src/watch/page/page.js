// The live page of `onsager watch`: frames are drawn as they come, numbers a few times a second, and what the user does
// is posted. SPDX-License-Identifier: GPL-3.0-or-later
import { drawPlots, makePlots } from '/plots.js';
import { breakable, grouped, raised, shortNumber } from '/text.js';

const token = document.querySelector('meta[name="token"]').content;
const element = (id) => document.getElementById(id);
const KEPT = 512; // samples of the plots, as many as the server keeps

const page = {
  system: null, // what stays the same: name, parameters, quantities
  state: null, // the latest report
  controls: new Map(), // name -> control of a live parameter
  plots: [],
  samples: [], // [steps, changes, values...]
  next: 0, // number of the next sample to ask for
  frames: 0, // drawn since the page was opened
  lost: false,
};
window.onsager = page; // for those who look with the browser's own tools

// ---- asking and telling ------------------------------------------------------------------------------------------

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function noteLost(lost) {
  if (lost === page.lost) return;
  page.lost = lost;
  element('trouble').hidden = !lost;
  if (lost) element('trouble').textContent = 'The run has ended or does not answer. This page tries again; to begin anew, give the command once more and open the address that it prints.';
}

async function get(path) {
  try {
    const response = await fetch(path, { cache: 'no-store' });
    noteLost(false);
    return response;
  } catch {
    noteLost(true);
    await sleep(1000);
    return null;
  }
}

// Posts an action; the message of a refusal, or null.
async function act(action) {
  try {
    const response = await fetch('/action', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Onsager-Token': token },
      body: JSON.stringify(action),
    });
    let message = null;
    if (response.status === 403) message = 'This page belongs to an earlier run; reload it.';
    else if (!response.ok) message = (await response.json()).message;
    element('refusal').textContent = message ?? '';
    return message;
  } catch {
    noteLost(true);
    return 'lost';
  } finally {
    refresh();
  }
}

// ---- the picture ---------------------------------------------------------------------------------------------------

const canvas = element('picture');
const context = canvas.getContext('2d', { alpha: false });
let image = null;

// The pixels of "ONSF": see watch_frame_encode in cli/watch.h.
function draw(buffer) {
  const head = new DataView(buffer);
  const [width, height, colours] = [8, 12, 16].map((at) => head.getUint32(at, true));
  if (canvas.width !== width || canvas.height !== height || !image) {
    canvas.width = width;
    canvas.height = height;
    image = context.createImageData(width, height);
  }
  const pixels = new Uint32Array(image.data.buffer);
  const bytes = new Uint8Array(buffer, 20);
  const opaque = 0xff000000;
  if (colours === 0) {
    for (let k = 0, at = 0; k < pixels.length; k++, at += 3) {
      pixels[k] = opaque | (bytes[at + 2] << 16) | (bytes[at + 1] << 8) | bytes[at];
    }
  } else {
    const palette = new Uint32Array(256);
    for (let k = 0; k < colours; k++) {
      palette[k] = opaque | (bytes[3 * k + 2] << 16) | (bytes[3 * k + 1] << 8) | bytes[3 * k];
    }
    const bits = colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8;
    const mask = (1 << bits) - 1;
    for (let k = 0, at = 3 * colours; k < pixels.length; at++) {
      for (let shift = 8 - bits; shift >= 0 && k < pixels.length; shift -= bits) {
        pixels[k++] = palette[(bytes[at] >> shift) & mask];
      }
    }
  }
  context.putImageData(image, 0, 0);
  page.frames++;
  return head.getUint32(4, true);
}

// The server answers when there is a newer frame, so that this loop runs as fast as frames come.
async function watchFrames() {
  let latest = 0;
  for (;;) {
    if (document.hidden) {
      await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
    }
    const response = await get(`/frame?after=${latest}`);
    if (response?.status === 200) latest = draw(await response.arrayBuffer());
    else if (response && response.status !== 204) await sleep(500);
    await new Promise(requestAnimationFrame);
  }
}

// ---- live parameters -----------------------------------------------------------------------------------------------

// "(0, inf)" -> { low, high, open }; null: all numbers.
function interval(range) {
  const parts = /^([[(])\s*(\S+)\s*,\s*(\S+)\s*([\])])$/.exec(range ?? '');
  if (!parts) return { low: -Infinity, high: Infinity };
  const number = (text) => Number(text.replace('inf', 'Infinity'));
  return { low: number(parts[2]), high: number(parts[3]) };
}

// Where the slider goes: the whole range where it is finite and not long, a factor 5 around a positive value on a
// logarithmic scale, otherwise a stretch around the value.
function scaleFor(parameter, value) {
  const { low, high } = interval(parameter.range);
  if (Number.isFinite(low) && Number.isFinite(high) && high - low <= 1000) return { low, high, log: false };
  if (low >= 0 && value > 0) return { low: Math.max(value / 5, low), high: Math.min(value * 5, high), log: true };
  const half = Math.max(2 * Math.abs(value), 2);
  return { low: Math.max(value - half, low), high: Math.min(value + half, high), log: false };
}

const TICKS = 400;

function toTick(scale, value) {
  const part = scale.log ? Math.log(value / scale.low) / Math.log(scale.high / scale.low)
    : (value - scale.low) / (scale.high - scale.low);
  return Math.round(TICKS * Math.min(Math.max(part, 0), 1));
}

function fromTick(scale, tick) {
  const part = tick / TICKS;
  return scale.log ? scale.low * (scale.high / scale.low) ** part : scale.low + part * (scale.high - scale.low);
}

// Posts the latest value, one request at a time.
function sender(control) {
  let waiting = null, busy = false;
  return async (text) => {
    waiting = text;
    if (busy) return;
    busy = true;
    control.editing++;
    while (waiting !== null) {
      const value = waiting;
      waiting = null;
      await act({ action: 'set', parameters: { [control.parameter.name]: value } });
    }
    busy = false;
    control.editing--;
    await refresh();
  };
}

function addSlider(control, box, value) {
  const { parameter } = control;
  const slider = document.createElement('input');
  let scale = scaleFor(parameter, value);
  const whole = parameter.type === 'integer';
  slider.type = 'range';
  slider.min = 0;
  slider.max = TICKS;
  slider.step = 1;
  slider.setAttribute('aria-label', `${parameter.name}, slider`);
  slider.addEventListener('input', () => {
    const number = fromTick(scale, Number(slider.value));
    const text = whole ? String(Math.round(number)) : String(Number(number.toPrecision(4)));
    control.entry.value = text;
    control.send(text);
  });
  control.place = (number) => {
    if (number < scale.low || number > scale.high) scale = scaleFor(parameter, number);
    if (toTick(scale, Number(slider.value)) !== toTick(scale, number)) slider.value = toTick(scale, number);
    slider.setAttribute('aria-valuetext', shortNumber(number));
  };
  control.slider = slider;
  box.append(slider);
}

function addEntry(control, box) {
  const entry = document.createElement('input');
  entry.type = 'text';
  entry.inputMode = 'decimal';
  entry.autocomplete = 'off';
  entry.spellcheck = false;
  entry.addEventListener('change', () => control.send(entry.value.trim()));
  entry.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    entry.value = page.state.parameters[control.parameter.name].value;
    entry.blur();
  });
  control.entry = entry;
  box.append(entry);
}

function addChoice(control, box) {
  const { parameter } = control;
  const entry = document.createElement('select');
  const words = parameter.type === 'boolean' ? ['no', 'yes'] : parameter.choices.split('|');
  for (const word of words) entry.append(new Option(word, word));
  entry.addEventListener('change', () => control.send(entry.value));
  control.entry = entry;
  box.append(entry);
}

function makeControl(parameter, value) {
  const control = { parameter, editing: 0, place: null };
  const box = document.createElement('div');
  const label = document.createElement('label');
  const meaning = document.createElement('p');
  control.send = sender(control);
  control.box = box;
  box.className = 'control';
  label.textContent = breakable(parameter.name);
  if (parameter.unit) {
    const unit = document.createElement('span');
    unit.className = 'unit';
    unit.textContent = ` in ${raised(parameter.unit)}`;
    label.append(unit);
  }
  meaning.className = 'meaning';
  meaning.textContent = parameter.meaning ?? '';
  box.append(label);
  const number = Number(value);
  if (parameter.choices !== null || parameter.type === 'boolean') addChoice(control, box);
  else addEntry(control, box);
  if (control.entry.type === 'text' && ['real', 'integer'].includes(parameter.type) && Number.isFinite(number)) {
    addSlider(control, box, number);
  }
  control.entry.id = `parameter-${parameter.name}`;
  label.htmlFor = control.entry.id;
  box.append(meaning);
  element('parameters').append(box);
  page.controls.set(parameter.name, control);
}

function showParameters() {
  for (const parameter of page.system.parameters) {
    if (!parameter.live) continue;
    const present = page.state.parameters[parameter.name];
    if (present && !page.controls.has(parameter.name)) makeControl(parameter, present.value);
    const control = page.controls.get(parameter.name);
    if (!control) continue;
    control.box.hidden = !present;
    if (!present || control.editing || document.activeElement === control.entry) continue;
    if (control.entry.value !== present.value) control.entry.value = present.value;
    if (control.place && Number.isFinite(Number(present.value))) control.place(Number(present.value));
  }
}

// ---- all other numbers ---------------------------------------------------------------------------------------------

const SPEEDS = 100; // the last position: as fast as possible
const speedAt = (position) => (position >= SPEEDS ? 0 : Number((10 ** (position / 20)).toPrecision(2)));
const positionOf = (speed) => (speed === 0 ? SPEEDS : Math.min(Math.round(20 * Math.log10(speed)), SPEEDS - 1));

let speeding = false; // the user holds the slider

function showSpeed(speed) {
  const text = speed === 0 ? 'as fast as possible' : `${shortNumber(speed)} steps a second`;
  element('speed-text').textContent = text;
  element('speed').setAttribute('aria-valuetext', text);
  if (!speeding) element('speed').value = positionOf(speed);
}

function showState() {
  const { state } = page;
  const mode = state.error ? 'broken off' : state.finished ? 'finished' : state.running ? 'running' : 'paused';
  element('mode').textContent = mode;
  element('run').textContent = mode === 'running' ? 'Pause' : 'Run';
  element('run').disabled = element('step').disabled = state.finished || state.error !== null;
  element('steps').textContent = grouped(state.steps);
  element('rate').textContent = mode === 'running' ? grouped(state.rate) : '–';
  element('share').textContent = mode === 'running' && state.share !== null ? `${Math.round(100 * state.share)}\u202f% of a core` : '–';
  if (state.error) element('refusal').textContent = `${state.error}. Reset begins anew.`;
  showSpeed(state.speed);
  showParameters();
  showShared();
}

const inPython = (text) => (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? text : JSON.stringify(text));

// What shows the same: a command of the shell, or a call of Python, where `lambda` is the keyword `lambda_`.
function sharedCommand() {
  const { command, python } = page.system;
  if (command === null) return '';
  if (!python) return [command, ...given().map(([name, value]) => quoted(`${name}=${value}`))].join(' ');
  return [command, ...given().map(([name, value]) => `${name === 'lambda' ? 'lambda_' : name}=${inPython(value)}`)].join(', ') + ')';
}

const quoted = (word) => (/^[\w.,:=+/#-]*$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`);

function given() {
  return Object.entries(page.state.parameters).filter(([, { given }]) => given).map(([name, { value }]) => [name, value]);
}

let sharedBefore = '';

function showShared() {
  const command = sharedCommand();
  const rows = JSON.stringify(page.state.parameters);
  element('command').textContent = command;
  if (rows === sharedBefore) return;
  sharedBefore = rows;
  const body = element('fixed').tBodies[0];
  body.replaceChildren(...Object.entries(page.state.parameters).map(([name, { value }]) => {
    const row = document.createElement('tr');
    row.insertCell().textContent = name;
    row.insertCell().textContent = value;
    return row;
  }));
}

// ---- reports -------------------------------------------------------------------------------------------------------

function takeSamples(state) {
  if (state.from !== page.next) page.samples = [];
  for (const sample of state.samples) {
    const before = page.samples[page.samples.length - 1];
    if (before && sample[0] < before[0]) page.samples = []; // a reset
    page.samples.push(sample);
  }
  if (page.samples.length > KEPT) page.samples.splice(0, page.samples.length - KEPT);
  page.next = state.from + state.samples.length;
}

let refreshing = null;

async function readState() {
  const response = await get(`/state?after=${page.next}`);
  if (response?.status !== 200) return;
  page.state = await response.json();
  takeSamples(page.state);
  showState();
}

// One at a time; who asks meanwhile gets the next one.
function refresh() {
  refreshing ??= readState().finally(() => { refreshing = null; });
  return refreshing;
}

async function watchState() {
  let frames = 0, since = performance.now();
  for (;;) {
    if (!document.hidden) {
      await refresh();
      drawPlots(page);
      const now = performance.now();
      if (now - since > 1000) {
        element('fps').textContent = page.state?.running ? String(Math.round((1000 * (page.frames - frames)) / (now - since))) : '–';
        frames = page.frames;
        since = now;
      }
    }
    await sleep(200);
  }
}

// ---- what the user does --------------------------------------------------------------------------------------------

const toggle = () => act({ action: page.state?.running ? 'pause' : 'run' });
const step = () => act({ action: 'step', steps: 1 });
const reset = () => act({ action: 'reset' });

function listen() {
  element('run').addEventListener('click', toggle);
  element('step').addEventListener('click', step);
  element('reset').addEventListener('click', reset);
  element('speed').addEventListener('input', () => {
    speeding = true;
    showSpeed(speedAt(Number(element('speed').value)));
  });
  element('speed').addEventListener('change', async () => {
    await act({ action: 'speed', speed: speedAt(Number(element('speed').value)) });
    speeding = false;
  });
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest('input, select, textarea, button, summary');
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const key = event.key.toLowerCase();
    if (typing && (typing.type === 'text' || typing.tagName === 'SELECT' || key === ' ')) return;
    const action = { ' ': toggle, s: step, r: reset }[key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      element('copied').textContent = 'copied';
    } catch {
      element('copied').textContent = text;
    }
  };
  element('copy-command').addEventListener('click', () => copy(element('command').textContent));
  element('copy-link').addEventListener('click', () => {
    copy(`${location.origin}/#${new URLSearchParams(given())}`);
  });
}

// Settings that a link carries are shown, and taken only when the user says so: a link must not act by itself.
function offerSettings() {
  const wanted = [...new URLSearchParams(location.hash.slice(1))]
    .filter(([name, value]) => page.state.parameters[name]?.value !== value);
  history.replaceState(null, '', location.pathname);
  if (wanted.length === 0) return;
  const isLive = (name) => page.system.parameters.some((parameter) => parameter.name === name && parameter.live);
  const live = wanted.filter(([name]) => isLive(name)), fixed = wanted.filter(([name]) => !isLive(name));
  const list = (pairs) => pairs.map(([name, value]) => `${name}=${value}`).join(', ');
  let text = live.length ? `This link carries settings: ${list(live)}.` : 'This link carries settings that cannot change here.';
  if (fixed.length) text += ` Only a new run can have ${list(fixed)}.`;
  element('banner-text').textContent = text;
  element('banner-apply').hidden = live.length === 0;
  element('banner').hidden = false;
  element('banner-ignore').onclick = () => { element('banner').hidden = true; };
  element('banner-apply').onclick = async () => {
    element('banner').hidden = true;
    await act({ action: 'set', parameters: Object.fromEntries(live) });
  };
}

async function begin() {
  let response = null;
  while (response?.status !== 200) response = await get('/system');
  page.system = await response.json();
  document.title = `${page.system.system} – onsager watch`;
  element('system').textContent = page.system.system;
  element('summary').textContent = page.system.summary ?? '';
  element('version').textContent = `onsager ${page.system.onsager}.`;
  element('steps-name').textContent = 'steps';
  element('steps-name').title = `one step: ${page.system.step ?? ''}`;
  canvas.hidden = !page.system.picture;
  element('nopicture').hidden = page.system.picture;
  makePlots(page);
  listen();
  while (!page.state) await refresh();
  offerSettings();
  window.addEventListener('hashchange', offerSettings);
  watchState();
  if (page.system.picture) watchFrames();
}

begin();

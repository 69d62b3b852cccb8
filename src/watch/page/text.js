// Numbers and names as text. SPDX-License-Identifier: GPL-3.0-or-later
const MINUS = '\u2212';
const RAISED = { '-': '\u207b', 0: '\u2070', 1: '\u00b9', 2: '\u00b2', 3: '\u00b3', 4: '\u2074', 5: '\u2075', 6: '\u2076', 7: '\u2077', 8: '\u2078', 9: '\u2079' };

// -1.5e-7 -> \u22121.5\u00d710\u207b\u2077
function readable(text) {
  const [digits, exponent] = text.split('e');
  const power = exponent === undefined ? '' : `\u00d710${[...exponent.replace('+', '')].map((sign) => RAISED[sign]).join('')}`;
  return digits.replace('-', MINUS) + power;
}

export function shortNumber(value, digits = 4) {
  if (value === null || value === undefined) return '\u2013';
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)) return readable(value.toExponential(digits - 1));
  return readable(String(Number(value.toPrecision(digits))));
}

export const grouped = (count) => Math.round(count).toString().replace(/\B(?=(\d{3})+$)/g, '\u202f');

// coupling^2 -> coupling\u00b2
export const raised = (text) => text.replace(/\^(-?\d+)/g, (_, power) => [...power].map((sign) => RAISED[sign]).join(''));

// Long names may be broken behind their underscores.
export const breakable = (name) => name.replace(/_/g, '_\u200b');

import { describe, expect, it } from 'vitest';
import { checkSeen } from '../doctor/checks/seen.js';
import { renderFinding } from './render-finding.js';
import { styleFor } from './style.js';
import { jsonLine, jsonText } from './terminal.js';

/** What a terminal obeys: C0, C1 (of which one sign begins a command), and what turns the direction of writing. */
// oxlint-disable-next-line no-misused-spread -- none of them is two
const OBEYED = [...'\u0007\u001b\u007f\u0080\u009b\u009d\u009f\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069'];
// oxlint-disable-next-line no-control-regex
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

describe.each([
  ['jsonText', jsonText],
  ['jsonLine', jsonLine],
])('%s', (_name, json) => {
  it('is the same value, and nothing that a terminal obeys', () => {
    const value = { [`a${OBEYED.join('')}`]: ['b', ...OBEYED, 'ä 漢 "\\u009b" \\'], c: { d: null } };
    const text = json(value);
    expect(text).not.toMatch(RAW);
    expect(JSON.parse(text)).toEqual(value);
  });
});

it('jsonLine is one line', () => {
  expect(jsonLine({ a: ['b\nc\u2028d'] })).toBe(String.raw`{"a":["b\nc\u2028d"]}`);
});

it('a finding is one line, and its fix another, whatever others have written into them', () => {
  const experiment = 'x\u001b[2J\u001b]0;pwned\u0007\nok       queue: redis';
  const seen = {
    cause: 'unpriced',
    experiment,
    count: 1,
    found: 'y\u009b2J\nz',
    firstAt: 0,
    lastAt: 1000,
    by: [],
  } as const;
  const [finding] = checkSeen({ producers: [], misconfigured: [seen], runs: [] }, [], 2000);
  const lines = renderFinding({ ...finding!, fix: 'do\u202e\nthis' }, styleFor(false)).split('\n');
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toMatch(RAW);
  expect(lines[0]).toContain(String.raw`x\u001b[2J\u001b]0;pwned\u0007 ok`);
});

import { expect, it } from 'vitest';
import { PrivateSearch } from './find.js';
import type { Found } from './found.js';
import { Placeholders } from './placeholders.js';
import { redact, redacting } from './redact.js';

const SECRETS: readonly string[] = [
  'sk-abcdefghijklmnop1234',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc',
  '-----BEGIN KEY-----\nMIIabc\n-----END KEY-----',
  'carol.jones@mail.example.com',
  '(415) 555-2671',
  '4111 1111 1111 1111',
  'DE89 3704 0044 0532 0130 00',
  'password="correct horse battery"',
  'Authorization: Basic dXNlcjpwYXNz\n',
  'https://bob:hunter22@host/',
];
const BETWEEN: readonly string[] = [' ', 'eyJ-', 'a', '\\n', '\\q', '"', '{"', '-', '_', ', ', '@', '1', '\n', ': '];

/** Seeded: the numerical recipes' linear congruence. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function foundIn(text: string, codeUnits: number): Found[] {
  const all: Found[] = [];
  for (const search = new PrivateSearch(text); !search.isOver;) all.push(...search.next(codeUnits));
  return all;
}

it('finds the same values whatever the stretches are', () => {
  const random = randomOf(7);
  for (let time = 0; time < 400; time += 1) {
    const pieces = Array.from({ length: 12 }, () => {
      const from = random(3) === 0 ? SECRETS : BETWEEN;
      return from[random(from.length)] ?? '';
    });
    const text = pieces.join('');
    const whole = foundIn(text, Infinity);
    for (const codeUnits of [1, 2, 5, 17]) expect(foundIn(text, codeUnits)).toEqual(whole);
  }
});

it.each(SECRETS)('hides a value wherever the border of a step falls in it: %j', (secret) => {
  const [name = ''] = redact(secret, new Placeholders()).match(/\[\w+:1\]/) ?? [];
  expect(name).not.toBe('');
  for (let before = 8192 - secret.length - 1; before <= 8193; before += 1) {
    const said = `${' '.repeat(before)} ${secret} end`;
    expect(redact(said, new Placeholders())).toBe(said.replace(secret, redact(secret, new Placeholders())));
  }
});

it('keeps a long text JSON, whatever lies between its values', () => {
  const long = { text: 'x\\"y '.repeat(5000), card: 4_111_111_111_111_111, last: ['carol@example.com'] };
  const written = JSON.stringify(long).replaceAll('@', '\\u0040');
  expect(JSON.parse(redact(written, new Placeholders()))).toEqual({ ...long, card: '[card:1]', last: ['[email:1]'] });
});

it.each(['tel:', 'a', '{"\\u0070', '4111111111111111,'])('is done in short steps: %j again and again', (unit) => {
  const text = unit.repeat(200_000 / unit.length);
  let steps = 1;
  for (const work = redacting(text, new Placeholders()); work.next().done !== true;) steps += 1;
  expect(steps).toBeGreaterThan(20);
});

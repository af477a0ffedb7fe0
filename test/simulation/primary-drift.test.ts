import { expect, it } from 'vitest';
import { addAnswer, type Distribution, emptyDistribution } from '../../packages/evaluator/src/tally/distribution.js';
import { driftOf } from '../../packages/evaluator/src/tally/drift.js';
import { primaryDrift } from '../../packages/evaluator/src/tally/primary-drift.js';
import { foundOf } from './found.js';
import { type Random, seeded } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';

const RUNS = 4 * SCALE;
const DAYS = 30;
const HOURS = 24;
const DAY_MS = 86_400_000;
const ELEMENTS = ['headings', 'lists', 'code', 'tables', 'json'] as const;
const LANGUAGES = 'en de fr es it pt nl pl ja zh ru sv da fi cs hu el tr ar hi'.split(' ');
const FINISHES = ['stop', 'length', 'tool_call', 'content_filter', 'error'];

/** A place among so many, the first the likeliest. */
function zipf(random: Random, places: number): number {
  return Math.min(places - 1, Math.floor(Math.exp(random.next() * Math.log(places + 1)) - 1));
}

/** An answer of many kinds; at night of other languages, on some days a little longer. `other`: by another model. */
function addOne(to: Distribution, random: Random, hour: number, mood: number, other: boolean): void {
  const forms = zipf(random, 32);
  const language = zipf(random, LANGUAGES.length);
  addAnswer(to, {
    length: Math.exp(5 + mood + (other ? 0.8 : 0) + 1.2 * random.normal()),
    language: LANGUAGES[hour < 6 ? LANGUAGES.length - 1 - language : language] ?? 'en',
    structure: ELEMENTS.filter((_, bit) => ((forms >> bit) & 1) === 1),
    finish: FINISHES[zipf(random, 5)] ?? null,
    refused: random.chance(0.02),
    hash: null,
  });
}

interface Run {
  /** Of the looks, every hour of every day, those that found a shift in what is shown: the day so far. */
  readonly shown: number;
  /** The days at whose end it was held. */
  readonly held: readonly number[];
}

/** A run with so many answers a day, less at weekends; from day `changed` on by another model. */
function month(random: Random, answers: number, changed: number): Run {
  const days: { stream: string; day: number; answers: Distribution }[] = [];
  let shown = 0;
  const held: number[] = [];
  for (let day = 0; day < DAYS; day += 1) {
    const today = { stream: '_all', day, answers: emptyDistribution() };
    days.push(today);
    const mood = 0.08 * random.normal();
    const volume = answers * (day % 7 > 4 ? 0.5 : 1);
    for (let hour = 0; hour < HOURS; hour += 1) {
      const own = Math.round((volume / HOURS) * (1 + 0.6 * Math.sin((hour - 9) / 4)));
      for (let at = 0; at < own; at += 1) addOne(today.answers, random, hour, mood, day >= changed);
      if ((driftOf(days)?.shifted.length ?? 0) > 0) shown += 1;
    }
    if (primaryDrift(days, { from: 0, through: (day + 1) * DAY_MS }) !== null) held.push(day);
  }
  return { shown, held };
}

it('holds no run whose incumbent stays as it is, and holds one whose incumbent does not until that is the past week', () => {
  const random = seeded(221);
  const rows = [400, 1200, 4000].map((answers) => {
    const still = Array.from({ length: RUNS }, () => month(random, answers, Infinity));
    const moved = Array.from({ length: RUNS }, () => month(random, answers, 16));
    const first = moved.flatMap(({ held }) => held[0] ?? []);
    const last = moved.flatMap(({ held }) => held.at(-1) ?? []);
    return {
      'answers a day': answers,
      'days so far, of 200': still.reduce((sum, { shown }) => sum + shown, 0) / (RUNS * DAYS * HOURS),
      'runs held': still.filter(({ held }) => held.length > 0).length / RUNS,
      'found, of a changed model': first.length / RUNS,
      'first day after': first.length === 0 ? '-' : Math.max(...first) - 16,
      'last day after': last.length === 0 ? '-' : Math.max(...last) - 16,
    };
  });
  printTable(`Drift of the primary, ${RUNS} runs of ${DAYS} days; the model changes on day 16`, rows);
  foundOf('primary_drift', {
    without: Math.max(...rows.map((row) => row['days so far, of 200'])),
    with: Math.max(...rows.map((row) => row['runs held'])),
    atMost: 0,
  });
  for (const row of rows) expect(row['runs held']).toBe(0);
  for (const row of rows.slice(1)) {
    expect(row['found, of a changed model']).toBe(1);
    expect(row['first day after']).toBeLessThan(2);
    expect(row['last day after']).toBeLessThan(7);
    expect(row['days so far, of 200']).toBeGreaterThan(0.02);
  }
});

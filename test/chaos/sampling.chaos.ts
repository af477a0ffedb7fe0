import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import type { ExperimentInput } from '../../packages/instrumentation/src/experiment/definition.js';
import { BY_RULES } from '../sampling/deciding.js';
import { report } from './report.js';
import type { Kind, SamplingResult, SamplingTask } from './sampling-process.js';
import { scaled } from './scale.js';

const HOOKS = join(import.meta.dirname, '../ways-of-calling/source-modules.mjs');
const PROCESSES = 4;
/** Of each of five kinds of calls, in each process. */
const CALLS = scaled(20_000, 2000);
const USERS = 500;
/** Half of an interval that a true share leaves once in 1.7 million: of 60 of them, none may. */
const DEVIATIONS = 5;

interface Strategy {
  readonly name: string;
  readonly experiment: Partial<ExperimentInput>;
  readonly rates: Readonly<Record<string, number>>;
  /** Whether users are drawn, and their calls with them. */
  readonly sticky?: true;
}

const all = (rate: number): Record<Kind, number> => ({
  mini: rate,
  bulk: rate,
  refunds: rate,
  acme: rate,
  other: rate,
});
const key = { by: 'key', key: 'user' } as const;
const STRATEGIES: readonly Strategy[] = [
  { name: 'by trace, 1 %', experiment: { sample: { rate: 0.01 } }, rates: all(0.01) },
  { name: 'by trace, 10 %', experiment: { sample: { rate: 0.1 } }, rates: all(0.1) },
  { name: 'by trace, 50 %', experiment: { sample: { rate: 0.5 } }, rates: all(0.5) },
  { name: 'by key, 10 %', experiment: { sample: { rate: 0.1, ...key } }, rates: all(0.1), sticky: true },
  { name: 'by key, 50 %', experiment: { sample: { rate: 0.5, ...key } }, rates: all(0.5), sticky: true },
  { name: 'by rules', ...BY_RULES },
];

async function processOf(task: SamplingTask): Promise<SamplingResult> {
  const env = { PATH: process.env['PATH'], SAMPLING: JSON.stringify(task) };
  const file = join(import.meta.dirname, 'sampling-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', HOOKS, file], { env });
  return JSON.parse(stdout) as SamplingResult;
}

const rows: (string | number)[][] = [];
const users = new Map<string, readonly (boolean | null)[]>();

afterAll(() =>
  report(
    'Shares',
    { columns: ['strategy', 'calls', 'declared', 'drawn', `within ${DEVIATIONS} standard deviations`, 'stored'], rows },
    [
      `${PROCESSES} processes that share a salt, ${CALLS} calls of each kind in each, ${USERS} users. By trace calls are what is drawn, by key users: the interval is of what is drawn. Every process draws the same users, each with all calls or none, and whom 10 % draws 50 % draws.`,
    ],
  ),
);

it.each(STRATEGIES)('$name: the share is the declared one in every process and kind', async (strategy) => {
  const { name, experiment, rates, sticky } = strategy;
  const results: SamplingResult[] = [];
  for (let seed = 1; seed <= PROCESSES; seed += 1)
    results.push(await processOf({ seed, calls: CALLS, users: USERS, experiment }));
  for (const [kind, rate] of Object.entries(rates) as [Kind, number][]) {
    const calls = PROCESSES * CALLS;
    const drawn = results.reduce((sum, result) => sum + result.drawn[kind], 0);
    const [units, share] = sticky === true ? [USERS, sharedBy(results)] : [calls, drawn / calls];
    const half = DEVIATIONS * Math.sqrt((rate * (1 - rate)) / units);
    const interval = `[${percent(rate - half)}, ${percent(rate + half)}]`;
    const stored = [...new Set(results.flatMap(({ pis }) => pis[kind]))];
    // All kinds have one rate, and so one row, but for rules.
    if (kind === 'other' || name === 'by rules')
      rows.push([
        `${name}${name === 'by rules' ? `: ${kind}` : ''}`,
        calls,
        percent(rate),
        percent(share),
        interval,
        stored.join(', '),
      ]);
    expect({ kind, within: Math.abs(share - rate) <= half + 1e-12 }).toEqual({ kind, within: true });
    expect(stored).toEqual([rate]);
  }
  if (sticky !== true) return;
  const [first, ...others] = results.map((result) => result.users);
  expect(first).not.toContain(null);
  for (const other of others) expect(other).toEqual(first);
  users.set(name, first ?? []);
});

it('whom a lower rate draws, a higher one draws', () => {
  const [tenth = [], half = []] = ['by key, 10 %', 'by key, 50 %'].map((name) => users.get(name));
  expect(tenth.filter(Boolean).length).toBeGreaterThan(0);
  expect(tenth.every((drawn, user) => drawn !== true || half[user] === true)).toBe(true);
});

const sharedBy = ([first]: readonly SamplingResult[]): number => (first?.users.filter(Boolean).length ?? 0) / USERS;
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

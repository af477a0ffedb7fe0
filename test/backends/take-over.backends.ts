import { beforeAll, describe, expect, it } from 'vitest';
import type { Range } from './clients/prometheus.js';
import { backends, openLedgerReader } from './fixture.js';
import { CANDIDATES } from './world/traffic.js';

const { prometheus, facts } = backends();
const { takeOver } = facts;
const STORED = 'understudy_funnel_total{stage="stored"}';
const ARMS = [...CANDIDATES, 'aa'];
/** Seconds: from when nothing was under way, with the kill in it, to when nothing was again. */
const [from, to] = [takeOver.quietAt / 1000, facts.settledAt / 1000];

/** What the ledger got in that time, by arm. */
let since: Readonly<Record<string, number>>;

beforeAll(async () => {
  await using ledger = openLedgerReader();
  const stored = await ledger.stored();
  since = Object.fromEntries(ARMS.map((arm) => [arm, (stored[arm] ?? 0) - (takeOver.storedWhenQuiet[arm] ?? 0)]));
});

const armOf = ({ labels }: Pick<Range, 'labels'>): string => labels['arm'] ?? '';

describe('while the evaluator that emits is killed, and another takes over', () => {
  it('was another, and calls went on', () => {
    expect(takeOver.successor).not.toBe(takeOver.killed);
    expect(Object.values(since).every((pairs) => pairs > 0)).toBe(true);
  });

  it('every counter of the ledger is one series that never turns back', async () => {
    const range = `[${Math.ceil(to - facts.startedAt / 1000)}s]`;
    const counters = '{__name__=~"understudy_.+_total", instance="ledger"}';
    const resets = await prometheus.query(`resets(${counters}${range})`, to);
    expect(resets.length).toBeGreaterThan(50);
    expect(resets.filter(({ value }) => value !== 0)).toEqual([]);
    const samples = await prometheus.samples(`${STORED}${range}`, to);
    expect(samples.map(armOf).toSorted()).toEqual([...ARMS].toSorted());
    for (const { values } of samples) {
      expect(values.some(([at]) => at * 1000 < takeOver.killedAt)).toBe(true);
      expect(values.some(([at]) => at * 1000 > takeOver.takenOverAt)).toBe(true);
    }
  });

  it('what a counter grew by is what the ledger got, to the last pair', async () => {
    const grown = await prometheus.query(`sum by (arm) (${STORED} @ ${to}) - sum by (arm) (${STORED} @ ${from})`);
    expect(Object.fromEntries(grown.map((sample) => [armOf(sample), sample.value]))).toEqual(since);
  });

  /** Prometheus extends what it saw to the ends of the range: by at most 1.1 mean intervals at each, where the samples do not reach them. */
  it('increase() says so too, but for what it extrapolates', async () => {
    // From the last sample before on: what a counter had when the range began is in none of its samples otherwise.
    const whole = await prometheus.samples(`${STORED}[${Math.ceil(to - facts.startedAt / 1000)}s]`, to);
    const before = whole.map(({ values }) => values.findLast(([at]) => at <= from)?.[0] ?? Infinity);
    const range = `[${Math.ceil((to - Math.min(...before)) * 1000) + 1}ms]`;
    const [increased, samples] = [
      await prometheus.query(`increase(${STORED}${range})`, to),
      await prometheus.samples(`${STORED}${range}`, to),
    ];
    expect(increased).toHaveLength(ARMS.length);
    for (const sample of increased) {
      const { values = [] } = samples.find((each) => armOf(each) === armOf(sample)) ?? {};
      const sampled = (values.at(-1)?.[0] ?? 0) - (values[0]?.[0] ?? 0);
      const most = 1 + (2 * 1.1) / (values.length - 1);
      const grew = since[armOf(sample)] ?? 0;
      expect(sampled).toBeGreaterThan(0);
      expect(sample.value / grew).toBeGreaterThanOrEqual(1 - 1e-9);
      expect(sample.value / grew).toBeLessThanOrEqual(most + 1e-9);
    }
  });
});

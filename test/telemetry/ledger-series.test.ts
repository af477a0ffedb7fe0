import { readFileSync } from 'node:fs';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import { expect, it } from 'vitest';
import { METRICS } from '../../packages/evaluator/src/emit/descriptions.js';
import { scrapeOf } from '../../packages/evaluator/src/emit/prometheus-text.js';
import { ledgerMetrics } from '../../packages/evaluator/src/emit/ledger-metrics.js';
import type { ArmState, RunState } from '../../packages/evaluator/src/ledger/snapshot.js';
import { SCORERS } from '../../packages/evaluator/src/score/registry.js';
import { observe } from '../../packages/evaluator/src/tally/observed.js';
import type { StoredPair } from '../../packages/evaluator/src/tally/stored-pair.js';
import { gatesOf } from '../../packages/evaluator/src/tally/gates.js';
import type { RegisteredRun } from '../../packages/evaluator/src/ledger/ledger.js';
import { addPair, emptyTally } from '../../packages/evaluator/src/tally/tally.js';
import { arm, report, run, runState } from '../evaluator/report.js';
import { fullRun } from './full-report.js';

/** As many as are told apart in the ledger, and those beyond. */
const SEGMENTS = ['refunds', 'billing', ...Array.from({ length: 18 }, (_, at) => `/user/${at}`), '_other', '_none'];
const OUTCOMES = ['ok', 'error', 'aborted'] as const;
const JUDGEMENTS = ['shadow', 'primary', 'tie', 'exact', 'abstained'] as const;

/** @param judged Its pairs were judged. */
function armOf({ definition }: RegisteredRun, judged: boolean): ArmState {
  const { critical } = definition.segments;
  const ok = { status: 'ok', durationMs: 400 } as const;
  const applying = SCORERS.map(({ name }) => name).filter((name) => !/^tool|^json|_json$|label/.test(name));
  const ab = Object.fromEntries(applying.map((name) => [name, 0.5]));
  const evidence = SEGMENTS.map((segment): StoredPair => ({
    call: segment,
    arm: 'any',
    producer: 'p',
    segment,
    cluster: segment,
    facts: { v: 1, pi: 1, primary: ok, shadow: ok, aa: null, scores: { ab, aa: {} } },
  }));
  const tallies = Object.fromEntries(
    gatesOf(definition.policy.gates).map(({ name, m }) => {
      const tally = emptyTally(m);
      addPair(tally, { safe: 0.5, harm: 0.5, reference: 0.5, candidate: 0.5 }, 1, 40);
      return [name, tally];
    }),
  );
  return arm({
    streams: Object.fromEntries(['_all', ...critical].map((stream) => [stream, tallies])),
    observed: Object.fromEntries(observe(evidence, evidence).observed.map((one) => [one.stream, one])),
    outcomes: SEGMENTS.flatMap((segment) =>
      OUTCOMES.flatMap((primary) => OUTCOMES.map((shadow) => ({ segment, primary, shadow, pairs: 7 }))),
    ),
    judgements: judged
      ? SEGMENTS.flatMap((segment) => JUDGEMENTS.map((outcome) => ({ segment, outcome, pairs: 3 })))
      : [],
  });
}

function experiment(name: string, candidates: readonly string[], critical: readonly string[]): RunState {
  const named = Object.fromEntries(candidates.map((candidate) => [candidate, { model: candidate }]));
  const of = run({ name, candidates: named, segments: { attribute: 'route', critical }, policy: {} });
  const { judging, bounds } = fullRun();
  const arms = Object.fromEntries(
    [...candidates, 'aa'].map((each) => [each, armOf(of, name === 'support' && each !== 'aa')]),
  );
  return runState({ run: of, arms, bounds, judging: name === 'support' ? judging : null });
}

const RUNS = [
  experiment('support', ['small'], ['refunds', 'billing']),
  experiment('sales', ['a', 'b'], []),
  experiment('search', ['c'], []),
];
/** The candidates and the noise of each. */
const ARMS = 7;

async function collected(): Promise<readonly MetricData[]> {
  const { resourceMetrics } = await ledgerMetrics(() => report(RUNS)).collect();
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
}

it('the ledger of three experiments with any routes has few series, and counts every pair in them', async () => {
  const metrics = await collected();
  const sum = (name: string): number =>
    (metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []).reduce(
      (all, { value }) => all + (value as number),
      0,
    );
  const count = metrics.reduce((all, { dataPoints }) => all + dataPoints.length, 0);
  console.log(`${count} series of the ledger`);
  expect(count).toBeLessThanOrEqual(500);
  expect(sum('understudy.pairs')).toBe(ARMS * SEGMENTS.length * OUTCOMES.length ** 2 * 7);
  expect(sum('understudy.judgements')).toBe(SEGMENTS.length * JUDGEMENTS.length * 3);
});

/** What Prometheus stores of a look: a series for each bucket, and the sum and the count. */
function stored(runs: readonly RunState[]): number {
  const { body } = scrapeOf(report(runs), 'text/plain');
  return body.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}

it('few of them are stored, buckets included, and what multiplies them is as documented', () => {
  const plain = stored([experiment('plain', ['a'], [])]);
  const added = {
    plain,
    experiment: stored([experiment('plain', ['a'], []), experiment('search', ['a'], [])]) - plain,
    candidate: stored([experiment('plain', ['a', 'b'], [])]) - plain,
    segment: stored([experiment('plain', ['a'], ['refunds'])]) - plain,
    three: stored(RUNS),
  };
  console.log(added);
  expect(added.plain).toBeLessThanOrEqual(350);
  expect(added.three).toBeLessThanOrEqual(1700);
  const page = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');
  expect(page).toContain(
    `the ledger of one experiment with one candidate is ${added.plain} series; each further experiment adds ${added.experiment}, ` +
      `each further candidate ${added.candidate}, each critical segment ${added.segment}`,
  );
  expect(page).toContain(`498 of its streams are ${added.three} series there`);
});

it('no attribute, and no value of a closed set, is missing from the table', async () => {
  for (const { descriptor, dataPoints } of await collected()) {
    const described = METRICS.find(({ name }) => name === descriptor.name);
    for (const { attributes } of dataPoints) {
      for (const [key, value] of Object.entries(attributes)) {
        const values = described?.attributes[key];
        expect(values === null || values?.includes(String(value)), `${key} of ${descriptor.name}`).toBe(true);
      }
    }
  }
});

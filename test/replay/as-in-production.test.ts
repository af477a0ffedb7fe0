import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBatch, type Batch, type ClusterKey, type Leg, type Trial } from '@understudy/instrumentation/trial';
import type { Run } from '@understudy/instrumentation/experiment';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verdictJson } from '../../packages/evaluator/src/cli/render-verdict.js';
import { type Standing, standingsOf } from '../../packages/evaluator/src/decide/standing.js';
import { createHandlers } from '../../packages/evaluator/src/evaluator/consume.js';
import { createNoting } from '../../packages/evaluator/src/evaluator/noting.js';
import type { Ledger } from '../../packages/evaluator/src/ledger/ledger.js';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import { openStore, type Store } from '../../packages/evaluator/src/queue/store.js';
import { SCORERS } from '../../packages/evaluator/src/score/registry.js';
import { answer, failure, HandProducer, testRun } from '../evaluator/batches.js';
import { replayed } from './run-replay.js';
import { lineOf } from './trials.js';

/** The same trials through a queue's job, the handlers, the ledger and its closing, and through a replay. */

const NOON = Date.UTC(2026, 10, 21, 12);
const CALLS = 800;
const AT_ONCE = 100;
/** All of them would take longer, and say no more of this. */
const scorers = SCORERS.filter(({ name }) => ['exact', 'lexical', 'length'].includes(name));

let folder: string;
let store: Store;
let ledger: Ledger;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-replayed-'));
  store = await openStore(`embedded:${folder}`, { memory: true });
  ledger = await openLedger(store.postgresUrl ?? '', NOON);
});
afterAll(async () => {
  await ledger.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const EXPERIMENT = {
  segments: { critical: ['refunds'], max: 2 },
  policy: {
    minPairs: 100,
    gates: {
      errors: { margin: 0.1 },
      similarity: { margin: 0.1 },
      refusals: { margin: 0.1 },
      latency_p50: { ratio: 1.2 },
      cost: { mostPerCall: 0.002 },
      tokens: { mostPerCall: 300 },
    },
  },
};

/** A run of calls from a time on, 32 s long. */
interface World {
  readonly run: Run;
  readonly producer: string;
  readonly from: number;
  /** The shadow of a call fails, beside those that do anyway. */
  readonly isWorse: (at: number, segment: string) => boolean;
}

const SEGMENTS = ['refunds', 'mail', 'chat', '_none'] as const;

/** Slow ones and failed ones on either side, refusals, legs that are missing, segments beyond the most. */
function batches({ run, producer: name, from, isWorse }: World): readonly Batch[] {
  const producer = new HandProducer(name, run, from);
  const made: Batch[] = [];
  const said = (at: number, index: number, ms: number): Leg => {
    const text =
      index === 2 && at % 19 === 0 ? 'Sorry, I cannot help with that.' : `the answer ${at % (7 + index)} is so`;
    // Some cost more than one may, and some of a model without a price.
    const usage = { inputTokens: 20 + (at % 37), outputTokens: 5 + ((at * index * 13) % 200) };
    const model = index === 2 && at % 211 === 0 ? 'house-7b' : 'gpt-4o';
    return { ...answer(text, at), usage, model, durationMs: ms } as Leg;
  };
  for (let at = 0; at < CALLS; at += 1) {
    const primary = at % 41 === 0 ? failure : said(at, 1, 20 + ((at * 31) % 50));
    const segment = SEGMENTS[at % 4] ?? '_none';
    const shadow: Leg =
      at % 23 === 0 || isWorse(at, segment)
        ? failure
        : at % 97 === 0
          ? { status: 'missing', reason: 'shutdown' }
          : said(at, 2, 15 + ((at * 17) % 60));
    const legs = { small: shadow, ...(at % 2 === 0 && { aa: said(at, 3, 30) }) };
    producer.call(from + at * 40, primary, legs, segment);
    if (at % AT_ONCE === AT_ONCE - 1) made.push(producer.batch({ final: at === CALLS - 1 }));
  }
  return made.map((batch) => ({ ...batch, trials: batch.trials.map(inConversations) }));
}

/** Every ninth call is of one of a few conversations. */
function inConversations(trial: Trial, at: number): Trial {
  return at % 9 === 0 ? { ...trial, cluster: `aaaaaaaaaaaaaaa${at % 5}` as ClusterKey } : trial;
}

async function inProduction({ run, producer, from }: World, all: readonly Batch[]): Promise<Standing> {
  const handlers = createHandlers({
    ledger,
    scorers,
    emitter: { pair: () => undefined },
    noting: createNoting(ledger.judging, () => 'en'),
    now: () => from,
    onBroken: (scorer, error) => expect.fail(`${scorer}: ${String(error)}`),
    onRejected: (rejections) => expect.fail(JSON.stringify(rejections)),
  });
  for (const batch of all) await handlers.handle({ id: `${producer}-${batch.seq}`, data: await encodeBatch(batch) });
  const now = from + 400_000;
  const queue = { connectedSince: 0, handledThrough: now };
  await ledger.tryLease('a', now, 15_000);
  await ledger.closeSlices({ holder: 'a', now, queue });
  const standings = standingsOf(await ledger.snapshot({ now, queue, shown: true }));
  const standing = standings.find((one) => one.run.id === run.id);
  if (standing === undefined) throw new Error('the run is not there');
  return standing;
}

async function both(world: World) {
  const all = batches(world);
  const production = await inProduction(world, all);
  const { run, from: now } = world;
  const { priceOf } = await createNoting(ledger.judging, () => 'en').of({ ...run, k: 1, registeredAt: 0 });
  const { report, verdict } = await replayed(
    all.flatMap(({ trials }) => trials.map(lineOf)),
    null,
    {
      run,
      named: true,
      scorers,
      noting: { hashOf: (text) => text.length, languageOf: () => 'en' },
      priceOf,
      shards: 3,
      now,
    },
  );
  return { production, report, verdict };
}

it('a replay says of trials what production says of them', async () => {
  const run = testRun('replayed', EXPERIMENT);
  const { production, report, verdict } = await both({ run, producer: 'p1', from: NOON, isWorse: () => false });
  const overall = production.verdict.gates.filter(({ stream }) => stream === '_all');
  expect(overall.map(({ pairs, missing }) => pairs - missing > 100)).toEqual(Array.from({ length: 6 }, () => true));
  expect(production.verdict.gates.some(({ missing }) => missing > 0)).toBe(true);
  expect(production.verdict.gates.some(({ thresholdMs }) => thresholdMs !== null)).toBe(true);
  const [cost] = overall.filter(({ gate }) => gate === 'cost');
  expect([cost?.over, cost?.unpriced?.candidate].map((pairs) => (pairs ?? 0) > 0)).toEqual([true, true]);
  expect(verdict).toEqual(production.verdict);
  const [candidate] = report.candidates;
  const shownOf = (standing: Standing | undefined) =>
    standing === undefined
      ? null
      : (verdictJson(standing)['shown'] as Record<string, { classes: unknown; scores: unknown }>);
  const [own, other] = [shownOf(candidate?.standing), shownOf(production)];
  expect(Object.keys(own ?? {}).toSorted()).toEqual(Object.keys(other ?? {}).toSorted());
  for (const [stream, { classes, scores }] of Object.entries(other ?? {})) {
    expect(own?.[stream]?.scores).toEqual(scores);
    expect(own?.[stream]?.classes).toEqual(classes);
  }
});

it('also of a candidate that gets worse after midnight, and of a segment that is not critical and does worse', async () => {
  const run = testRun('replayed-twice', {
    ...EXPERIMENT,
    policy: { minPairs: 100, gates: { errors: { margin: 0.3 }, similarity: { margin: 0.2 } } },
  });
  const midnight = Date.UTC(2026, 10, 22);
  const isWorse = (at: number, segment: string): boolean => segment === 'mail' || at >= 650;
  const { production, report, verdict } = await both({ run, producer: 'p2', from: midnight - 650 * 40, isWorse });
  expect(verdict).toMatchObject({
    degrading: { day: 2, since: '2026-11-22', gate: { gate: 'errors' } },
    badSegments: [{ stream: 'mail' }],
  });
  expect(verdict).toEqual(production.verdict);

  const [candidate] = report.candidates;
  const said = verdict.streams.find(({ stream }) => stream === 'refunds');
  expect(candidate?.segments['mail']?.state).toBe('no_go');
  expect(candidate?.segments['refunds']?.state === 'no_go').toBe(said?.state === 'harm');
});

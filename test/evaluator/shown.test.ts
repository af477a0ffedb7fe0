import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBatch, type Leg, Seal } from '@understudy/instrumentation/trial';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderStatus, statusJson } from '../../packages/evaluator/src/cli/render-status.js';
import { verdictJson } from '../../packages/evaluator/src/cli/render-verdict.js';
import { styleFor } from '../../packages/evaluator/src/cli/style.js';
import { standingsOf } from '../../packages/evaluator/src/decide/standing.js';
import { callMetrics } from '../../packages/evaluator/src/emit/call-metrics.js';
import { createHandlers } from '../../packages/evaluator/src/evaluator/consume.js';
import { createNoting } from '../../packages/evaluator/src/evaluator/noting.js';
import type { Ledger } from '../../packages/evaluator/src/ledger/ledger.js';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import type { LedgerSnapshot } from '../../packages/evaluator/src/ledger/snapshot.js';
import { openStore, type Store } from '../../packages/evaluator/src/queue/store.js';
import type { Shown } from '../../packages/evaluator/src/tally/shown.js';
import { snapshot as plain } from '../../packages/evaluator/src/tally/tally.js';
import { answer, failure, HandProducer, testRun } from './batches.js';

/** What is shown beside the gates, through the handlers, the closing and the embedded ledger as they are. */

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 10, 21, 12);
const HOLDER = 'a';
const SEAL = new Seal(new Uint8Array(32).fill(7));

let folder: string;
let store: Store;
let ledger: Ledger;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-shown-'));
  store = await openStore(`embedded:${folder}`, { memory: true });
  ledger = await openLedger(store.postgresUrl ?? '', NOON, { seal: SEAL });
});
afterAll(async () => {
  await ledger.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const gates = { refusals: { margin: 0.1 }, validity: { labels: ['Spam', 'Ham'] }, structure: { floor: 0.9 } };
const priced = { usd: 5, prices: { m: { input: 1, output: 2 } }, maxOutputTokens: 100, pace: false };
const bounds = { enabled: true, rate: 1, window: null, target: null, prices: priced.prices };

async function handled(producer: HandProducer, announced = bounds): Promise<void> {
  const handlers = createHandlers({
    ledger,
    emitter: { pair: () => undefined },
    noting: createNoting(ledger.judging, () => 'en'),
    now: () => NOON,
    onBroken: (scorer, error) => expect.fail(`${scorer}: ${String(error)}`),
    onRejected: (rejections) => expect.fail(JSON.stringify(rejections)),
  });
  const batch = producer.batch();
  const data = await encodeBatch({ ...batch, runs: batch.runs.map((run) => ({ ...run, bounds: announced })) });
  for (const time of [1, 2])
    await handlers.handle({ id: `${producer.id}-${batch.seq}`, data: time === 1 ? data : structuredClone(data) });
}

async function closed(now: number): Promise<LedgerSnapshot> {
  const queue = { connectedSince: 0, handledThrough: now };
  await ledger.tryLease(HOLDER, now, 15_000);
  await ledger.closeSlices({ holder: HOLDER, now, queue });
  return ledger.snapshot({ now, queue, shown: true });
}

const stateOf = (snapshot: LedgerSnapshot, { run }: HandProducer) => {
  const state = snapshot.runs.find((one) => one.run.id === run.id);
  if (state === undefined) throw new Error('the run is not there');
  return state;
};
/** The status of a run as JSON that has been written and read. */
const jsonOf = (snapshot: LedgerSnapshot, { run }: HandProducer) => {
  const all = JSON.parse(JSON.stringify(statusJson({ snapshot, standings: standingsOf(snapshot) }))) as {
    runs: { run: string; drift: unknown; arms: Record<string, { shown: Record<string, Shown> }> }[];
  };
  const one = all.runs.find((each) => each.run === run.id);
  if (one === undefined) throw new Error('the run is not there');
  return one;
};

/** Answers of a classifier: the candidate calls some of the ham spam, and refuses or fails at times. */
function classified(producer: HandProducer, start: number, calls: number): void {
  for (let at = 0; at < calls; at += 1) {
    const primary = answer(at % 2 === 0 ? 'spam' : 'ham', at);
    const other =
      at % 10 === 1 ? 'Spam.' : at % 10 === 3 ? 'Sorry, I cannot help with that.' : at % 2 === 0 ? 'spam' : 'ham';
    const shadow: Leg = at % 20 === 5 ? failure : answer(other, at);
    producer.call(start + at, primary, { small: shadow, aa: primary }, at % 4 === 0 ? 'mail' : '_none');
  }
}

describe('what is shown beside the gates', () => {
  it('is stored with the pairs, summed as slices close, and the same after compaction', async () => {
    const producer = new HandProducer(
      'p1',
      testRun('shown', { policy: { minPairs: 10, gates }, noise: { rate: 1 } }),
      NOON,
    );
    classified(producer, NOON, 40);
    classified(producer, NOON + 1000, 40);
    await handled(producer);
    const snapshot = await closed(NOON + 10_000);
    const { arms, labelNames } = stateOf(snapshot, producer);
    expect([...labelNames.values()].toSorted()).toEqual(['ham', 'spam']);
    const shown = jsonOf(snapshot, producer).arms['small']?.shown;
    expect(shown?.['_all']).toMatchObject({
      classes: [
        { primary: 'ok', shadow: 'ok', pairs: 76 },
        { primary: 'ok', shadow: 'server', pairs: 4 },
      ],
      amounts: {
        latency: { pairs: 76, primary: 20, shadow: 20, ratio: 1, unknown: { primary: 0, shadow: 4 } },
        // 7 in at 1 dollar a million, 9 out at 2.
        list_cost: { pairs: 76, primary: 25e-6, shadow: 25e-6 },
      },
      labels: { pairs: 76, agreement: 60 / 76 },
      answers: { primary: 80, shadow: 76 },
    });
    expect(shown?.['_all']?.labels?.cells).toContainEqual({ primary: 'ham', shadow: 'spam', pairs: 8 });
    expect(shown?.['_all']?.scores['label']?.noise).toMatchObject({ pairs: 76, incumbent: 1, excess: 60 / 76 - 1 });
    expect(shown?.['mail']).toMatchObject({
      labels: { pairs: 20, agreement: 1 },
      scores: { label: { noise: { excess: 0 } } },
    });
    const { refusals, validity, structure } = arms['small']?.streams['_all'] ?? {};
    expect(plain(refusals!)).toMatchObject({ pairs: 80, missing: 0, reference: 0, candidate: 12 / 80, losses: 12 });
    expect(plain(validity!)).toMatchObject({ pairs: 80, missing: 0, reference: 1, candidate: 68 / 80, losses: 12 });
    expect(plain(structure!)).toMatchObject({ pairs: 80, candidate: 76 / 80 });

    const standings = standingsOf(snapshot);
    const text = renderStatus({ snapshot, standings }, styleFor(false)).join('\n');
    expect(text).toContain('a call (incumbent): 20 ms (20 ms, x1)');
    expect(text).toMatch(/labels: 78\.9 % of 76 the same, kappa 0\.\d\d; ham became/);
    expect(text).toContain('without an answer: server 4 (incumbent: none)');
    expect(JSON.stringify(verdictJson(standings[0]!))).toContain('"shown":{"_all"');
    const cost = callMetrics(snapshot).find(({ description }) => description.name === 'understudy.call.cost');
    const ofSmall = cost?.points.find(
      ({ attributes }) =>
        attributes['arm'] === 'small' && attributes['role'] === 'shadow' && attributes['type'] === 'list',
    );
    expect(ofSmall?.value).toBeCloseTo(76 * 25e-6, 12);

    const looked = await ledger.snapshot({ now: NOON + 10_000 });
    expect(callMetrics(looked)).toEqual(callMetrics(snapshot));
    expect(Object.keys(stateOf(looked, producer).arms['small']?.observed ?? {})).toEqual(['_all']);
    const late = NOON + 2 * DAY_MS;
    await ledger.tryLease(HOLDER, late, 15_000);
    const queue = { connectedSince: 0, handledThrough: late };
    expect(await ledger.compact({ holder: HOLDER, now: late, queue })).toBeGreaterThan(0);
    expect(jsonOf(await ledger.snapshot({ now: late, queue, shown: true }), producer).arms).toEqual(
      jsonOf(snapshot, producer).arms,
    );
  });

  it('holds the last day of the primary against the week before it', async () => {
    const producer = new HandProducer('p2', testRun('drift'), NOON - 9 * DAY_MS);
    for (const [day, words] of [
      [-9, 100],
      [-1, 5],
      [0, 40],
    ] as const) {
      for (let at = 0; at < 210; at += 1) {
        const said = answer(`word ${'more words '.repeat(words)}${at}`, at);
        producer.call(NOON + day * DAY_MS + at, said, { small: said });
      }
    }
    await handled(producer);
    const snapshot = await closed(NOON + 10_000);
    const { drift } = jsonOf(snapshot, producer);
    expect(drift).toMatchObject({ _all: { answers: 210, before: 210, shifted: ['length'] } });
    // A day that no week reaches is not kept.
    expect(
      stateOf(snapshot, producer)
        .days.filter(({ stream }) => stream === '_all')
        .map(({ day }) => day),
    ).toEqual([NOON / DAY_MS - 1, NOON / DAY_MS].map(Math.floor));
    expect(renderStatus({ snapshot, standings: [] }, styleFor(false)).join('\n')).toContain('own answers have changed');
  });

  it('keeps what labels are in words sealed, and removes it with the pairs', async () => {
    const producer = new HandProducer('p3', testRun('names'), NOON);
    for (let at = 0; at < 6; at += 1)
      producer.call(NOON + at, answer('Jane Doe', at), { small: answer('jane doe', at) });
    await handled(producer);
    const words = async (): Promise<readonly string[]> => [
      ...stateOf(await closed(NOON + 10_000), producer).labelNames.values(),
    ];
    expect(await words()).toEqual(['jane doe']);
    const unsealed = await openLedger(store.postgresUrl ?? '', NOON);
    const { labelNames } = stateOf(await unsealed.snapshot({ now: NOON + 10_000, shown: true }), producer);
    await unsealed.close();
    expect(labelNames.size).toBe(0);
    const pairs = await ledger.readPairs({ run: producer.run.id, arm: 'small' });
    expect(JSON.stringify(pairs[0]?.facts)).not.toContain('jane');
    for (const { pair, call } of pairs) await ledger.erase({ kind: 'pair', pair, call }, { dryRun: false });
    expect(await words()).toEqual([]);
  });
});

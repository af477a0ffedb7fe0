import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createRecorder, type KeepingChanges } from '../../packages/evaluator/src/evaluator/keep-changes.js';
import type { VerdictChange } from '../../packages/evaluator/src/ledger/change.js';
import type { Ledger } from '../../packages/evaluator/src/ledger/ledger.js';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import { deliver } from '../../packages/evaluator/src/notify/deliver.js';
import type { Webhook } from '../../packages/evaluator/src/outputs.js';
import { openStore, type Store } from '../../packages/evaluator/src/queue/store.js';
import { arm, AT, errorsTally, report, run, runState } from '../evaluator/report.js';
import { startWebhook, type WebhookReceiver } from '../servers/webhook.js';

const NEVER = new AbortController().signal;
const LEASE_MS = 15_000;

let folder: string;
let store: Store;
let ledgers: readonly Ledger[];
let receiver: WebhookReceiver;
let now = AT;
let number = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-changes-'));
  store = await openStore(`embedded:${folder}`, { memory: true });
  const url = store.postgresUrl ?? '';
  ledgers = [await openLedger(url, now), await openLedger(url, now)];
});
afterAll(async () => {
  for (const ledger of ledgers) await ledger.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  number += 1;
  receiver = await startWebhook();
});
afterEach(() => receiver[Symbol.asyncDispose]());

const GOOD = { small: arm() };
const BAD = { small: arm({ streams: { _all: { errors: errorsTally(0, 200, 200) } } }) };

/** One of two evaluators on the same ledger, that has seen the given state of an experiment of this test. */
function replica(index: 0 | 1, arms: typeof GOOD, failures: string[] = []) {
  const seen = report([runState({ run: run({ name: `changing-${number}` }), arms })]);
  const { changes } = ledgers[index]!;
  const webhook: Webhook = { name: 'webhook', url: () => receiver.url, secret: null };
  const holder = `evaluator-${index}`;
  const logged: VerdictChange[] = [];
  const keeping: KeepingChanges = {
    ledger: changes,
    holder,
    emitter: { change: (change) => logged.push(change) },
    webhooks: [webhook],
    report: () => seen,
    now: () => now,
    onError: () => undefined,
    onChange: () => undefined,
  };
  const onFailure = (_name: string, failure: string): void => void failures.push(failure);
  const options = { ledger: changes, holder, now: () => now, onFailure };
  return {
    logged,
    lead: () => ledgers[index]!.tryLease(holder, now, LEASE_MS),
    record: createRecorder(keeping),
    deliver: (timeoutMs = 5000) => deliver(webhook, { ...options, timeoutMs }, NEVER),
  };
}

const sentStates = () => receiver.received.map(({ body }) => (JSON.parse(body) as { state: string }).state);

it('tells of a change once, however many replicas have seen it and would tell', async () => {
  const [first, second] = [replica(0, GOOD), replica(1, GOOD)];
  await first.lead();
  await Promise.all([first.record(), second.record(), first.record()]);
  await Promise.all([first.deliver(), second.deliver(), first.deliver()]);
  expect(sentStates()).toEqual(['go']);
  expect([first.logged.length, second.logged.length]).toEqual([1, 0]);
  await first.record();
  await first.deliver();
  expect(receiver.received).toHaveLength(1);
});

it('goes on after a restart: what was told is not told again, what was not is', async () => {
  now += 60_000;
  const failures: string[] = [];
  const before = replica(0, GOOD, failures);
  await before.lead();
  await before.record();
  receiver.mode = { status: 503 };
  await before.deliver();
  expect(failures).toEqual(['answered 503']);
  // The same evaluator is gone; another takes over when the lease is over.
  receiver.mode = { status: 200 };
  const after = replica(1, GOOD);
  expect(await after.lead()).toBe(false);
  await after.deliver();
  expect(receiver.received).toHaveLength(1);
  now += LEASE_MS + 1;
  expect(await after.lead()).toBe(true);
  await after.record();
  await after.deliver();
  await after.deliver();
  expect(sentStates()).toEqual(['go', 'go']);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  expect(ids[0]).toBe(ids[1]);
  expect(after.logged).toEqual([]);
});

it('tells of changes in their order, also of those while nobody answered', async () => {
  now += 60_000;
  const good = replica(0, GOOD);
  await good.lead();
  await good.record();
  receiver.mode = 'hang';
  await good.deliver(20);
  const bad = replica(0, BAD);
  await bad.record();
  receiver.mode = { status: 200 };
  await bad.deliver();
  expect(sentStates()).toEqual(['go']);
  now += 1000;
  await bad.deliver();
  expect(sentStates()).toEqual(['go', 'go', 'no_go']);
  expect(JSON.parse(receiver.received[2]!.body)).toMatchObject({ state: 'no_go', previous: 'go', reason: 'harm' });
});

it('leaves what a lost sender was at alone until its claim is over', async () => {
  now += 60_000;
  const first = replica(0, GOOD);
  await first.lead();
  await first.record();
  receiver.mode = 'hang';
  const lost = first.deliver(29_000);
  await receiver.until(1);
  now += LEASE_MS + 1;
  const second = replica(1, GOOD);
  expect(await second.lead()).toBe(true);
  receiver.mode = { status: 200 };
  await second.deliver();
  expect(receiver.received).toHaveLength(1);
  now += LEASE_MS;
  await second.lead();
  await second.deliver();
  expect(receiver.received).toHaveLength(2);
  await receiver[Symbol.asyncDispose]();
  await lost;
  await second.deliver();
  expect(receiver.received).toHaveLength(2);
});

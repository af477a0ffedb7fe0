import {
  embeddedPostgresUrl,
  parseStoreUrl,
  QUEUES,
  readEmbeddedOwner,
  type Run,
} from '@understudy/instrumentation/experiment';
import {
  type Batch,
  batchJobId,
  encodeBatch,
  type Leg,
  type Part,
  subjectKey,
  type Trial,
} from '@understudy/instrumentation/trial';
import { type Queue, UnrecoverableError, type Worker } from 'bullmq';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { verdictJson } from '../../packages/evaluator/src/cli/render-verdict.js';
import { standingsOf } from '../../packages/evaluator/src/decide/standing.js';
import { startEvaluator } from '../../packages/evaluator/src/evaluator.js';
import { createHandlers } from '../../packages/evaluator/src/evaluator/consume.js';
import { erase, type Erased, type ErasureReport } from '../../packages/evaluator/src/evaluator/erase.js';
import { openStores, type Stores } from '../../packages/evaluator/src/evaluator/stores.js';
import type { Queues } from '../../packages/evaluator/src/queue/queues.js';
import { answer, enqueue, HandProducer, PAIRS, testRun, wholeSlice } from '../evaluator/batches.js';
import { until } from '../evaluator/until.js';
import { textOfDatabase } from './stored-text.js';

/** Where the stores are. `text` gives all that lies there beside the ledger's database. */
export interface ErasurePlace {
  readonly queueUrl: string;
  readonly ledgerUrl: string;
  text(): Promise<string>;
  end(): Promise<void>;
}

const TELEMETRY = { tracesUrl: null, metricsUrl: null, metricIntervalMs: 60_000, serviceName: 'test' };
const SALT = Buffer.alloc(32, 3);
/** Whose calls go, and whose stay; what each says is marked with a word of its own, in every place where something is said. */
const GONE = 'carol@example.com';
const STAYS = 'dave@example.com';
const MARKS = ['Prompt', 'Answer', 'Shadow', 'Tool', 'Result', 'Model', 'Finish'];
const markedBy = (subject: string): readonly string[] => MARKS.map((mark) => `${subject.slice(0, 4)}${mark}Zq`);

function said(subject: string, leg: 'Answer' | 'Shadow', same: boolean): Leg {
  const [, answered, shadowed, tool, result, model, finish] = markedBy(subject) as string[];
  const parts: Part[] = [
    { type: 'text', content: same ? `yes ${answered}` : `no, never ${shadowed}` },
    { type: 'tool_call', id: null, name: 'find', arguments: JSON.stringify({ query: tool }) },
    { type: 'tool_call_response', id: null, response: `${result} ${leg}` },
  ];
  const base = answer('');
  if (base.status !== 'ok') throw new Error('an answer is ok');
  return {
    ...base,
    answer: { kind: 'text', messages: [{ role: 'assistant', parts }] },
    model: model ?? null,
    finish: finish ?? null,
  };
}

function call(producer: HandProducer, at: number, subject: string, index: number, arms: readonly string[]): Trial {
  const leg = said(subject, 'Shadow', index % 3 !== 0);
  const trial = producer.call(at, said(subject, 'Answer', true), Object.fromEntries(arms.map((arm) => [arm, leg])));
  return Object.assign(trial, {
    subject: subjectKey(subject, SALT),
    input: {
      kind: 'text',
      messages: [{ role: 'user', parts: [{ type: 'text', content: markedBy(subject)[0] }] }],
    },
  });
}

/** What every place must forget. */
export function testErasing(name: string, connect: () => Promise<ErasurePlace>): void {
  describe(`erasing on ${name}`, { timeout: 90_000 }, () => {
    let place: ErasurePlace;
    let stores: Stores;
    let queues: Queues;
    let queue: Queue<unknown>;
    const start = wholeSlice(Date.now() - 60_000);
    /** The same calls twice: by somebody who is erased, and by somebody who stays. */
    const runs: Readonly<Record<'erased' | 'control' | 'held', Run>> = {
      erased: testRun('erased'),
      control: testRun('control'),
      held: testRun('held'),
    };
    const producers = {
      erased: new HandProducer('perased', runs.erased, start),
      control: new HandProducer('pcontrol', runs.control, start),
      held: new HandProducer('pheld', runs.held, start),
    };
    let holding: { readonly worker: Worker<unknown, void>; release(): void; readonly stored: Promise<void> };
    let before: { readonly verdicts: unknown; readonly tallies: unknown };

    beforeAll(async () => {
      place = await connect();
      stores = await openStores(place);
      queues = stores.queue.queues();
      queue = queues.queue(PAIRS);
      queue.on('error', () => undefined);
      const settings = queues.queue(QUEUES.settings);
      await settings.add('salt', { v: 1, bytes: SALT.toString('base64') }, { jobId: 'salt' });
      await settings.close();
      await complete();
      before = await decided();
      await fail();
      holding = await hold();
      const later = both(20, 2);
      for (const batch of later) await enqueue(queue, batch);
      const delayed = both(10, 3);
      for (const batch of delayed) {
        const jobId = batchJobId(batch.producer, batch.seq);
        await queue.add('batch', await encodeBatch(batch), { jobId, delay: 5_000 });
      }
    }, 120_000);

    afterAll(async () => {
      await queue.close();
      await queues.close();
      await stores.close();
      await place.end();
    });

    const text = async (): Promise<string> => (await place.text()) + (await textOfDatabase(ledgerUrl()));
    const ledgerUrl = (): string => {
      const address = parseStoreUrl(place.ledgerUrl);
      return address.kind === 'embedded' ? embeddedPostgresUrl(readEmbeddedOwner(address.folder)) : address.url;
    };
    const run = (erased: Erased, dryRun = false): Promise<ErasureReport> =>
      erase(erased, { queue: stores.queue, ledger: stores.ledger, seal: null, dryRun });

    /** Batches of both, alike: of the erased experiment all calls are of one subject. */
    function both(calls: number, slice: number): readonly Batch[] {
      for (let index = 0; index < calls; index += 1) {
        const at = start + slice * 1000 + index;
        call(producers.erased, at, GONE, index, ['small', 'aa']);
        call(producers.control, at, STAYS, index, ['small', 'aa']);
      }
      return [producers.erased.batch(), producers.control.batch()];
    }

    const oneJob = (state: 'failed' | 'active'): Promise<void> =>
      vi.waitFor(async () => expect(await queue.getJobCountByTypes(state)).toBe(1), { timeout: 20_000 });

    /** Batches that are done, and what the evaluator puts aside for four reasons. */
    async function complete(): Promise<void> {
      const evaluator = await startEvaluator({ config: { ...place, telemetry: TELEMETRY } });
      await enqueue(queue, producers.erased.batch());
      await enqueue(queue, producers.control.batch());
      await enqueue(queue, producers.held.batch());
      for (const batch of both(60, 0)) await enqueue(queue, batch);
      const unknown = new HandProducer('punknown', testRun('unknown'), start);
      const { id, experiment } = unknown.run;
      const foreign = new HandProducer('pforeign', runs.control, start);
      for (const subject of [GONE, STAYS]) {
        call(unknown, start + 1, subject, 0, ['small', 'aa']);
        call(foreign, start + 1, subject, 0, ['nobody']);
      }
      await enqueue(queue, unknown.batch({ runs: [{ run: id, experiment, definition: {} }] }));
      await enqueue(queue, { ...foreign.batch(), slices: [] });
      await queue.add('batch', { v: 7, text: markedBy(GONE)[0] }, { jobId: 'pother-3' });
      await until(
        evaluator,
        ({ snapshot, standings }) =>
          snapshot.rejected.count === 5 &&
          ['erased', 'control'].every((one) =>
            standings.some(({ run: { experiment }, state }) => experiment === one && state.funnel.stored === 60),
          ),
        60_000,
      );
      await evaluator.close();
      const broken = new HandProducer('pbroken', runs.control, start);
      const [gone, stays] = [GONE, STAYS].map((subject) => call(broken, start + 1, subject, 0, ['small']));
      await stores.ledger.reject(
        [
          quoting('pbroken-1', 'one', JSON.stringify([gone])),
          quoting('pbroken-1', 'other', JSON.stringify([stays])),
          quoting('pbroken-2', 'one', null),
        ],
        start,
      );
    }

    /** What broke is quoted in what is said of it, in each entry of its job, also where no data was kept. */
    function quoting(job: string, arm: string, data: string | null) {
      const message = `Unexpected token in "${markedBy(GONE)[0]}"`;
      return { job, code: 'broken', message, producer: null, seq: null, run: null, arm, legs: null, data };
    }

    /** A job that failed for good: somebody else's worker did. */
    async function fail(): Promise<void> {
      call(producers.held, start + 1, GONE, 0, ['small', 'aa']);
      call(producers.held, start + 2, STAYS, 0, ['small', 'aa']);
      const failing = queues.worker(PAIRS, () => Promise.reject(new UnrecoverableError('no')), {
        lockDuration: 30_000,
      });
      failing.on('error', () => undefined);
      await enqueue(queue, producers.held.batch());
      await oneJob('failed');
      await failing.close();
    }

    /** A worker that has read its job, and stores it only when it is told to. */
    async function hold(): Promise<typeof holding> {
      call(producers.held, start + 3, GONE, 0, ['small', 'aa']);
      call(producers.held, start + 4, STAYS, 0, ['small', 'aa']);
      const held = Promise.withResolvers<void>();
      const stored = Promise.withResolvers<void>();
      const handlers = createHandlers({
        ledger: stores.ledger,
        emitter: { pair: () => undefined },
        now: Date.now,
        onBroken: () => undefined,
        onRejected: () => undefined,
      });
      const worker = queues.worker(
        PAIRS,
        async ({ id = '', data }) => {
          await held.promise;
          await handlers.handle({ id, data });
          stored.resolve();
        },
        { lockDuration: 60_000, concurrency: 1, removeOnComplete: { age: 3600 } },
      );
      worker.on('error', () => undefined);
      await enqueue(queue, producers.held.batch());
      await oneJob('active');
      // It takes no other job.
      void worker.close();
      return { worker, release: () => held.resolve(), stored: stored.promise };
    }

    /** What was decided of the two, and the bytes it was decided from. */
    async function decided(): Promise<typeof before> {
      const snapshot = await stores.ledger.snapshot({ now: start + 120_000 });
      const standings = standingsOf(snapshot).filter(({ run: { experiment } }) => experiment !== 'held');
      const client = new pg.Client({ connectionString: ledgerUrl() });
      await client.connect();
      const { rows } = await client.query(
        `select run, slice, arm, stream, metric, encode(bytes, 'hex') as bytes from understudy.tallies where run = any($1)
         order by run, slice, arm, stream, metric`,
        [[runs.erased.id, runs.control.id]],
      );
      await client.end();
      expect(rows.length).toBeGreaterThan(0);
      return { verdicts: standings.map(verdictJson), tallies: rows };
    }

    it('finds all of it, and with a dry run leaves it', async () => {
      const found = await text();
      for (const mark of [...markedBy(GONE), ...markedBy(STAYS), subjectKey(GONE, SALT)]) expect(found).toContain(mark);
      const report = await run({ subject: GONE }, true);
      expect(report).toMatchObject({
        dryRun: true,
        pairs: 120,
        // Waiting, delayed, failed, being worked on.
        calls: 32,
        jobs: { changed: 4, sealed: 0, working: 0 },
        aside: { aside: 4, unreadable: 2, sealed: 0 },
      });
      const after = await text();
      for (const mark of markedBy(GONE)) expect(after.split(mark)).toHaveLength(found.split(mark).length);
    });

    it('leaves no trace of the subject, and all of the others', async () => {
      setTimeout(() => holding.release(), 500);
      const report = await run({ subject: GONE });
      await holding.stored;
      // The worker had read its job before: what it stored then went from the ledger.
      expect(report).toMatchObject({ pairs: 122, calls: 32, jobs: { changed: 4, working: 0 }, complete: true });
      await holding.worker.close();
      const left = await text();
      for (const mark of [...markedBy(GONE), GONE, subjectKey(GONE, SALT)]) expect(left).not.toContain(mark);
      for (const mark of [...markedBy(STAYS), subjectKey(STAYS, SALT)]) expect(left).toContain(mark);
    });

    it('changes nothing that was decided, nor what it was decided from', async () => {
      expect(await decided()).toEqual(before);
    });

    it('finds nothing the second time', async () => {
      expect(await run({ subject: GONE })).toMatchObject({
        pairs: 0,
        calls: 0,
        jobs: { changed: 0 },
        aside: { aside: 0, unreadable: 0 },
        complete: true,
      });
    });

    it('scores what it erased on the queue as if it had not, and stores none of it', async () => {
      const evaluator = await startEvaluator({ config: { ...place, telemetry: TELEMETRY } });
      const report = await until(
        evaluator,
        ({ standings }) =>
          ['erased', 'control'].every((one) =>
            standings.some(({ run: { experiment }, state }) => experiment === one && state.funnel.evidence === 90),
          ),
        60_000,
      );
      await evaluator.close();
      const [erased, control] = ['erased', 'control'].map((one) => {
        const found = report.standings.find(({ run: { experiment } }) => experiment === one);
        if (found === undefined) throw new Error(`no standing of ${one}`);
        // What is shown beside the gates needs words in parts.
        return { ...verdictJson(found), experiment: '', run: '', shown: null, drift: null };
      });
      expect(erased).toEqual(control);
      const left = await text();
      for (const mark of [...markedBy(GONE), subjectKey(GONE, SALT)]) expect(left).not.toContain(mark);
      const [shown] = await stores.ledger.readPairs({ run: runs.erased.id, arm: 'small', limit: 1 });
      expect(shown).toMatchObject({ content: null, withheld: 'removed', evidence: true });
      expect(shown?.facts.scores.ab['lexical']).toEqual(expect.any(Number));
    });

    it('keeps of a job that is done nothing but its name', async () => {
      const jobs = await queue.getJobs(['completed'], 0, -1);
      expect(jobs.length).toBeGreaterThan(5);
      const kept = jobs.filter(({ id }) => id !== 'pheld-2').map(({ data }) => data);
      for (const data of kept) expect(data).toEqual({ v: 1, stored: true });
    });

    it('erases one pair by its id, with the others of its call', async () => {
      const [one] = await stores.ledger.readPairs({ run: runs.control.id, arm: 'small', limit: 1 });
      if (one === undefined) throw new Error('no pair');
      expect(one.content).not.toBeNull();
      expect(await run({ pair: one.pair })).toMatchObject({ pairs: 2, complete: true });
      for (const arm of ['small', 'aa']) {
        const [pair, next] = await stores.ledger.readPairs({ run: runs.control.id, arm, limit: 2 });
        expect([pair?.call, pair?.content, pair?.withheld]).toEqual([one.call, null, 'removed']);
        expect(next?.content).not.toBeNull();
      }
    });
  });
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { startEvaluator } from '../end-to-end/processes.js';
import { QUEUES } from '../../packages/instrumentation/src/experiment/store.js';
import { describeWithServers } from '../servers/found.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import type { Said } from './backlog-producer.js';
import { type Producing, startProducing, watchMemory } from './backlog-run.js';
import { sumUp } from './faults-cell.js';
import { queueAt } from './faults-ledger.js';
import { report } from './report.js';
import { scaled } from './scale.js';
import type { Counts } from './steps.js';

const CHARACTERS = 10_000;
const MEBIBYTE = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'understudy-backlog-'));
const rows: (string | number)[][] = [];

interface Case {
  readonly name: string;
  readonly producers: number;
  /** Calls a second of all producers. */
  readonly perSecond: number;
}

/** The evaluator is away until trials are dropped for it, this long at most, and then for so long again, in milliseconds. */
const FILLING_MS = 60_000;
const FULL_MS = scaled(30_000, 5000);

async function untilFull(producing: readonly Producing[], meanwhile: () => Promise<void>): Promise<void> {
  const dropped = async (): Promise<boolean> => {
    const counts = countsOf(await Promise.all(producing.map((each) => each.counts())));
    return (counts['dropped backlog_full candidate'] ?? 0) > 0;
  };
  let until = performance.now() + FILLING_MS;
  for (let full = false; performance.now() < until; await sleep(200)) {
    await meanwhile();
    if (!full && (await dropped())) {
      full = true;
      until = performance.now() + FULL_MS;
    }
  }
}

const total = (counts: readonly Counts[]): Counts => {
  const sums: Record<string, number> = {};
  for (const each of counts) for (const [name, count] of Object.entries(each)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
};
const countsOf = (said: readonly Said[]): Counts => total(said.map(({ counts }) => counts));

async function announced(producing: readonly Producing[]): Promise<void> {
  for (const each of producing) while (!(await each.counts()).announced) await sleep(50);
}

function configured(name: string, queue: string, ledger: string): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, `version: 1\nqueue: { url: "${queue}" }\nledger: { url: "${ledger}" }\nexperiments: []\n`);
  return path;
}

/** What was dropped and refused, by reason. */
function losses(counts: Counts): string {
  const found = Object.entries(counts).filter(([name]) => name.startsWith('dropped') && !name.includes('not_sampled'));
  return found.map(([name, count]) => `${name.split(' ')[1] ?? ''} ${count}`).join(', ');
}

describeWithServers('an evaluator that is away', () => {
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    report(
      'Backlog',
      {
        columns: ['queue', 'producers', 'calls', 'offered', 'most in the queue', 'not compared', 'afterwards', 'legs'],
        rows,
      },
      [
        'Producers at full speed, answers of 10 KB that hardly compress, the evaluator stopped; then it starts, and the producers go on at a tenth of the rate. Redis has `maxmemory` and `noeviction`, and its memory is looked at every 5 ms from the start to the end; PostgreSQL has no limit but `backlogBytes`.',
        '`backlog_full` is refused before a shadow is sent; `ring_full` was answered, and had no place to wait any more.',
      ],
    );
  });

  it.each<Case & { readonly megabytes: number }>([
    { name: 'Redis of 32 MiB', megabytes: 32, producers: 2, perSecond: 600 },
    { name: 'Redis of 48 MiB', megabytes: 48, producers: 5, perSecond: 600 },
  ])('on a small Redis takes no more than its share: $name', async ({ name, megabytes, producers, perSecond }) => {
    await using redis = await startRedis({ maxmemory: `${megabytes}mb` });
    await using postgres = await startPostgres();
    const ledger = await postgres.createDatabase();
    await using memory = await watchMemory(redis.url, 5);
    const behind = queueAt(redis.url);
    const experiment = `backlog-${megabytes}`;
    const producing = Array.from({ length: producers }, (_, seed) =>
      startProducing({ queueUrl: redis.url, experiment, seed: seed + 1, characters: CHARACTERS, backlogBytes: null }),
    );
    try {
      await announced(producing);
      for (const each of producing) each.rate(perSecond / producers);
      await untilFull(producing, () => Promise.resolve());
      const atMost = memory.most;
      const waiting = await behind.count();
      const away = countsOf(await Promise.all(producing.map((each) => each.counts())));
      await using _evaluator = await startEvaluator(configured(experiment, redis.url, ledger));
      for (const each of producing) each.rate(perSecond / producers / 10);
      await sleep(8000);
      const back = countsOf(await Promise.all(producing.map((each) => each.counts())));
      const said = await Promise.all(producing.map((each) => each.end()));
      await behind.drained(120_000);
      const counts = countsOf(said);
      const sum = await sumUp(counts, ledger, experiment);
      rows.push([
        name,
        producers,
        counts['funnel called candidate'] ?? 0,
        sum.admitted,
        `${(100 * atMost).toFixed(1)} % of maxmemory, ${waiting} batches; ${(100 * memory.most).toFixed(1)} % when it is taken (${memory.looks} looks)`,
        losses(counts),
        `drained to ${await behind.count()}, ${(100 * memory.now).toFixed(1)} %`,
        `${sum.admitted} = ${sum.stored} stored + ${sum.dropped} dropped + ${sum.aside} aside + ${sum.lost} lost`,
      ]);
      expect(producing.map((each) => each.log())).toEqual(producing.map(() => ''));
      expect({ atMost, whole: memory.most < 0.8 }).toEqual({ atMost, whole: true });
      expect(memory.most).toBeGreaterThan(0.5);
      expect(away['dropped backlog_full candidate'] ?? 0).toBeGreaterThan(0);
      // It is noticed that there is room again, while everything runs.
      expect(back['funnel paired candidate'] ?? 0).toBeGreaterThan(away['funnel paired candidate'] ?? 0);
      expect({ lost: sum.lost, aside: sum.aside, rejected: sum.rejected }).toEqual({
        lost: 0,
        aside: 0,
        rejected: 0,
      });
      expect(sum.ledger).toEqual({ admitted: sum.admitted, dropped: sum.dropped, lost: 0, pending: 0 });
    } finally {
      for (const each of producing) await each[Symbol.asyncDispose]();
    }
  });

  it('on PostgreSQL takes no more than it is given', async () => {
    const [producers, perSecond, backlogBytes] = [3, 600, 16 * MEBIBYTE];
    await using postgres = await startPostgres();
    const [queue, ledger] = [await postgres.createDatabase(), await postgres.createDatabase()];
    const experiment = 'backlog-postgres';
    const path = configured(experiment, queue, ledger);
    // The evaluator makes the tables.
    await (await startEvaluator(path)).stop();
    const behind = queueAt(queue);
    const client = new pg.Client({ connectionString: queue });
    await client.connect();
    const producing = Array.from({ length: producers }, (_, seed) =>
      startProducing({ queueUrl: queue, experiment, seed: seed + 1, characters: CHARACTERS, backlogBytes }),
    );
    try {
      await announced(producing);
      for (const each of producing) each.rate(perSecond / producers);
      let most = 0;
      await untilFull(producing, async () => {
        most = Math.max(most, await waitingBytes(client));
      });
      const waiting = await behind.count();
      const away = countsOf(await Promise.all(producing.map((each) => each.counts())));
      await using _evaluator = await startEvaluator(path);
      for (const each of producing) each.rate(perSecond / producers / 10);
      await sleep(8000);
      const said = await Promise.all(producing.map((each) => each.end()));
      await behind.drained(120_000);
      const counts = countsOf(said);
      const sum = await sumUp(counts, ledger, experiment);
      rows.push([
        'PostgreSQL, backlogBytes 16 MiB',
        producers,
        counts['funnel called candidate'] ?? 0,
        sum.admitted,
        `${(most / MEBIBYTE).toFixed(1)} MiB of data, ${waiting} batches`,
        losses(counts),
        `drained to ${await behind.count()}`,
        `${sum.admitted} = ${sum.stored} stored + ${sum.dropped} dropped + ${sum.aside} aside + ${sum.lost} lost`,
      ]);
      expect(producing.map((each) => each.log())).toEqual(producing.map(() => ''));
      // Each producer may have a batch under way when it becomes full.
      expect(most).toBeLessThan(backlogBytes + producers * 2 * MEBIBYTE);
      expect(most).toBeGreaterThan(backlogBytes / 2);
      expect(away['dropped backlog_full candidate'] ?? 0).toBeGreaterThan(0);
      expect({ lost: sum.lost, aside: sum.aside, rejected: sum.rejected }).toEqual({ lost: 0, aside: 0, rejected: 0 });
      expect(sum.ledger).toEqual({ admitted: sum.admitted, dropped: sum.dropped, lost: 0, pending: 0 });
    } finally {
      for (const each of producing) await each[Symbol.asyncDispose]();
      await client.end();
    }
  });
});

/** Bytes of the data of all jobs that nobody has emptied yet. */
async function waitingBytes(client: pg.Client): Promise<number> {
  const { rows: found } = await client.query<{ bytes: string }>(
    `select coalesce(sum(octet_length(data::text)), 0) as bytes from bullmq.job where queue = '${QUEUES.pairs}' and state in ('waiting', 'active', 'delayed')`,
  );
  return Number(found[0]?.bytes ?? 0);
}

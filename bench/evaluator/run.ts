import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
// The sources run as they are; the modules below are loaded once this is in place.
import '../../test/ways-of-calling/source-modules.mjs';
import type { Said } from '../../test/chaos/backlog-producer.js';

/**
 * What one evaluator does and what a pair takes: producers fill a queue while it is away, then it starts, and the queue is empty so much
 * later. Beside it on the machine are the stores alone. Needs redis-server and PostgreSQL; run after a build:
 *
 *     node bench/evaluator/run.ts [--pairs 20000] [--characters 1000,10000] [--queues redis,postgres]
 */
const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '20000' },
    characters: { type: 'string', default: '1000,10000' },
    queues: { type: 'string', default: 'redis,postgres' },
  },
});
const { startProducing } = await import('../../test/chaos/backlog-run.js');
const { queueAt } = await import('../../test/chaos/faults-ledger.js');
const { startRedis } = await import('../../test/servers/redis.js');
const { startPostgres } = await import('../../test/servers/postgres.js');
const { startEvaluatorProcess } = await import('../load/start-evaluator.js');

const PAIRS = Number(values.pairs);
/** Of the two producers together: what the queue may hold is looked at now and then, and must not be overrun in between. */
const CALLS_A_SECOND = 500;
const BACKLOG_BYTES = 4 * 1024 ** 3;
/** What Linux counts a process's time in. */
const TICKS_A_SECOND = 100;

const COLUMNS = [
  'queue',
  'characters an answer',
  'pairs',
  'pairs a second',
  'CPU a pair, ms',
  'waiting, bytes a pair',
  'ledger, bytes a pair',
];

interface Drained {
  readonly pairs: number;
  readonly seconds: number;
  readonly cpuMs: number;
  readonly waitingBytes: number;
  readonly ledgerBytes: number;
}

async function measure(queue: string, characters: number): Promise<Drained> {
  await using redis = await startRedis();
  await using postgres = await startPostgres();
  const ledgerUrl = await postgres.createDatabase();
  const queueUrl = queue === 'redis' ? redis.url : await postgres.createDatabase();
  const size = (): Promise<number> => (queue === 'redis' ? redisBytes(redis.url) : databaseBytes(queueUrl));
  const experiment = 'drain';
  const producing = [1, 2].map((seed) =>
    startProducing({ queueUrl, experiment, seed, characters, backlogBytes: BACKLOG_BYTES }),
  );
  try {
    // The tables of a queue in PostgreSQL are the evaluator's to make.
    await using evaluator = await startEvaluatorProcess(queueUrl, ledgerUrl);
    for (const each of producing) while (!(await each.counts()).announced) await sleep(50);
    await evaluator.stop();
    const empty = await size();
    for (const each of producing) each.rate(CALLS_A_SECOND / producing.length);
    while (pairedOf(await Promise.all(producing.map((each) => each.counts()))) < PAIRS) await sleep(200);
    const pairs = pairedOf(await Promise.all(producing.map((each) => each.end())));
    const waitingBytes = (await size()) - empty;

    await evaluator.restart();
    const begun = {
      at: performance.now(),
      cpuMs: cpuMs(evaluator.child.pid ?? 0),
      bytes: await databaseBytes(ledgerUrl),
    };
    await queueAt(queueUrl).drained(600_000);
    return {
      pairs,
      seconds: (performance.now() - begun.at) / 1000,
      cpuMs: cpuMs(evaluator.child.pid ?? 0) - begun.cpuMs,
      waitingBytes,
      ledgerBytes: (await databaseBytes(ledgerUrl)) - begun.bytes,
    };
  } finally {
    await Promise.all(producing.map((each) => each[Symbol.asyncDispose]()));
  }
}

function pairedOf(said: readonly Said[]): number {
  return said.reduce((sum, { counts }) => sum + (counts['funnel paired candidate'] ?? 0), 0);
}

async function redisBytes(url: string): Promise<number> {
  const client = new Redis(url);
  try {
    return Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
  } finally {
    client.disconnect();
  }
}

async function databaseBytes(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
    return Number(rows[0]?.bytes);
  } finally {
    await client.end();
  }
}

/** User and system time of a process so far, in milliseconds. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [fields[11], fields[12]].map(Number);
  return (1000 * ((user ?? 0) + (system ?? 0))) / TICKS_A_SECOND;
}

function print(...cells: readonly (string | number)[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

print(...COLUMNS);
print(...COLUMNS.map((_, index) => (index === 0 ? '---' : '---:')));
for (const queue of values.queues.split(',')) {
  for (const characters of values.characters.split(',').map(Number)) {
    const { pairs, seconds, cpuMs: cpu, waitingBytes, ledgerBytes } = await measure(queue, characters);
    const each = (sum: number): number => Math.round(sum / pairs);
    print(
      queue,
      characters,
      pairs,
      Math.round(pairs / seconds),
      (cpu / pairs).toFixed(2),
      each(waitingBytes),
      each(ledgerBytes),
    );
  }
}

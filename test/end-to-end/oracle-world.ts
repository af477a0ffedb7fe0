import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Queue } from 'bullmq';
import { openStore } from '../../packages/evaluator/src/queue/store.js';
import { PAIRS } from '../evaluator/batches.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import type { Look } from './oracle.js';

/** Evaluators in processes of their own on one Redis and one PostgreSQL ledger. */
export interface OracleWorld extends AsyncDisposable {
  readonly queue: Queue<unknown>;
  /** What all of them have said, in the order it was heard. */
  readonly looks: readonly Look[];
  readonly errors: readonly string[];
  /** Ends the one that spoke last, in an orderly way: another takes over. */
  endSpeaker(): Promise<void>;
}

export async function startOracleWorld(evaluators: number): Promise<OracleWorld> {
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  const store = await openStore(redis.url);
  const queues = store.queues();
  const queue: Queue<unknown> = queues.queue(PAIRS);
  const ledger = await postgres.createDatabase();
  const looks: Look[] = [];
  const errors: string[] = [];
  const children: ChildProcess[] = [];

  async function start(): Promise<void> {
    const script = new URL('./oracle-evaluator.ts', import.meta.url);
    const child = fork(script, [redis.url, ledger], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    children.push(child);
    child.on('message', ({ look, error }: { look?: Look; error?: string }) => {
      if (look !== undefined) looks.push(look);
      if (error !== undefined) errors.push(error);
    });
    await once(child, 'message');
  }

  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  // One after the other: the first makes the tables.
  for (let n = 0; n < evaluators; n += 1) await start();
  return {
    queue,
    looks,
    errors,
    endSpeaker: async () => {
      const speaker = children.find(({ pid }) => pid === looks.at(-1)?.holder);
      if (speaker !== undefined) await end(speaker);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map(end));
      await queue.close();
      await queues.close();
      await store.close();
      await Promise.all([redis.stop(), postgres.stop()]);
    },
  };
}

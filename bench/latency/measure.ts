import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startRedis } from '../../test/servers/redis.js';
import { forkProcess } from '../load/turn.js';
import type { ProviderSettings } from '../load/provider.js';
import { startEvaluatorProcess } from '../load/start-evaluator.js';
import { startProviderProcess } from '../load/start-provider.js';
import type { Measurement, Task } from './client.js';
import { type Fault, type FaultName, FAULTS } from './faults.js';

/** One row of the bench: a fault, a kind of call, and how much. */
export interface Cell {
  readonly fault: FaultName;
  readonly stream: boolean;
  /** Per arm, at least. */
  readonly calls: number;
  readonly blockMs: number;
  readonly concurrency: number;
  readonly promptChars: number;
  /** Share of the calls that have a shadow. */
  readonly rate: number;
  readonly settings: ProviderSettings;
  /** Folder of the build of ours. */
  readonly build: string;
  /** The client and its provider come before everything else on the machine: {@link forkProcess}. */
  readonly first: boolean;
  /** Node's, in the service. */
  readonly flags: readonly string[];
  readonly profile?: string;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Starts what surrounds a service, measures in a fresh process, and ends it all. */
export async function measureCell(cell: Cell): Promise<Measurement> {
  const fault: Fault = FAULTS[cell.fault];
  await using redis = await startRedis({ appendonly: true });
  await using primary = await startProviderProcess(cell.settings, cell.first ? 'first' : 'usual');
  await using candidate = await startProviderProcess(cell.settings, cell.first ? 'second' : 'usual');
  await using _evaluator = fault.evaluator ? await startEvaluatorProcess(redis.url) : null;
  const { stream, calls, blockMs, concurrency, promptChars, rate, settings, profile } = cell;
  const task: Task = {
    primaryUrl: primary.url,
    candidateUrl: candidate.url,
    collectorUrl: candidate.collectorUrl,
    queueUrl: redis.url,
    stream,
    calls,
    blockMs,
    concurrency,
    promptChars,
    rate,
    settings,
    third: fault.third ?? 'ours',
    build: cell.build,
    ...(profile !== undefined && { profile }),
  };
  const child = forkProcess(here('client.ts'), task, cell.first ? 'first' : 'usual', cell.flags);
  try {
    await message(child);
    await fault.begin({ redis, candidate });
    const measurement = message(child);
    child.send('go');
    return (await measurement) as Measurement;
  } finally {
    redis.resume();
    child.kill('SIGKILL');
  }
}

/** The next message of a child. @throws when it ends first. */
async function message(child: ChildProcess): Promise<unknown> {
  const heard = new AbortController();
  const { signal } = heard;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the client ended with ${String(code)}`);
  });
  ended.catch(() => undefined);
  try {
    return ((await Promise.race([once(child, 'message', { signal }), ended])) as unknown[])[0];
  } finally {
    heard.abort();
  }
}

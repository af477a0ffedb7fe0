import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { WorldServer } from '../../test/chaos/faults-servers.js';
import { startWorld } from '../../test/chaos/faults-places.js';
import { forkProcess, type Turn } from '../load/turn.js';
import type { ProviderSettings } from '../load/provider.js';
import { startProviderProcess } from '../load/start-provider.js';
import type { Around, Service } from './around.js';
import type { Measurement, Step, Task } from './client.js';

/** How a service is measured, whatever is around it. */
export interface Conditions {
  readonly stream: boolean;
  /** Per arm, at least. */
  readonly calls: number;
  readonly blockMs: number;
  /** Blocks that a process has at most to become warm in: some fifty seconds are usual. */
  readonly warmBlocks: number;
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

/**
 * Starts a service in a fresh process with all that surrounds it, and measures it under one fault after the other, each lifted before the
 * next begins.
 */
export async function* measureService(
  { arounds, isDownAtStart }: Service,
  conditions: Conditions,
): AsyncGenerator<{ readonly around: Around; readonly measurement: Measurement }> {
  const { first, settings, flags, ...rest } = conditions;
  const { fault, third = 'ours' } = arounds[0];
  await using world = await startWorld({
    provider: () => startServer('models', settings, first ? 'first' : 'usual'),
    candidate: () => startServer('models', settings, first ? 'second' : 'usual'),
    collector: () => startServer('collector', settings, 'usual'),
  });
  const queue = fault?.place === 'PostgreSQL' ? 'postgres' : 'redis';
  await world.evaluate(queue);
  if (isDownAtStart && fault !== undefined) await world.fail(fault.place, fault.fault);
  const task: Task = {
    ...rest,
    settings,
    third,
    primaryUrl: `${world.provider}/v1`,
    candidateUrl: `${world.candidate}/v1`,
    collectorUrl: world.collector,
    queueUrl: world.queues[queue],
    isQueueDown: isDownAtStart && (fault?.place === 'Redis' || fault?.place === 'PostgreSQL'),
  };
  const child = forkProcess(here('client.ts'), task, first ? 'first' : 'usual', flags);
  const told = async (step: Step): Promise<unknown> => {
    const answered = message(child);
    child.send(step);
    return answered;
  };
  try {
    await message(child);
    for (const [index, around] of arounds.entries()) {
      const fails = isDownAtStart ? undefined : around.fault;
      if (index > 0) await told('rest');
      if (fails !== undefined) await world.fail(fails.place, fails.fault);
      try {
        yield { around, measurement: (await told('measure')) as Measurement };
      } finally {
        if (fails !== undefined) await world.lift(fails.place, fails.fault);
      }
    }
  } finally {
    child.kill('SIGKILL');
    if (isDownAtStart && fault !== undefined) await world.lift(fault.place, fault.fault);
  }
}

/** A process of the bench's provider, in one of its roles. */
async function startServer(role: 'models' | 'collector', settings: ProviderSettings, turn: Turn): Promise<WorldServer> {
  const provider = await startProviderProcess(settings, turn);
  const { kill, restart, signal } = provider;
  return {
    origin: role === 'models' ? new URL(provider.url).origin : provider.collectorUrl,
    kill,
    restart,
    signal,
    misbehave: (fault) => provider.order({ [role]: fault }),
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
  };
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

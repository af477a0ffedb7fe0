import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { BacklogProducer, Said, Told } from './backlog-producer.js';

const HOOKS = join(import.meta.dirname, '../ways-of-calling/source-modules.mjs');

/** A producer in a process of its own. Killed with the tests. */
export interface Producing extends AsyncDisposable {
  rate(perSecond: number): void;
  counts(): Promise<Said>;
  /** Its counts when everything it could send is sent. */
  end(): Promise<Said>;
  log(): string;
}

export function startProducing(producer: BacklogProducer): Producing {
  const child: ChildProcess = fork(join(import.meta.dirname, 'backlog-producer.ts'), {
    execArgv: ['--import', HOOKS],
    env: { PATH: process.env['PATH'], BACKLOG: JSON.stringify(producer) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (printed += data.toString()));
  const killWithTests = (): boolean => child.kill('SIGKILL');
  process.once('exit', killWithTests);
  child.once('exit', () => process.removeListener('exit', killWithTests));
  const tell = (told: Told): void => void child.send(told);
  const exited = once(child, 'exit');
  const ended = exited.then(() => {
    throw new Error(`the producer ended:\n${printed}`);
  });
  ended.catch(() => undefined);
  const answer = async (told: Told): Promise<Said> => {
    const stop = new AbortController();
    const said = once(child, 'message', { signal: stop.signal }) as Promise<[Said]>;
    said.catch(() => undefined);
    tell(told);
    try {
      const [counts] = await Promise.race([said, ended]);
      return counts;
    } finally {
      stop.abort();
    }
  };
  return {
    rate: (perSecond) => tell({ do: 'rate', perSecond }),
    counts: () => answer({ do: 'counts' }),
    async end() {
      const last = await answer({ do: 'end' });
      await exited;
      return last;
    },
    log: () => printed,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Looks at a Redis's memory again and again. */
export interface MemoryWatch extends AsyncDisposable {
  /** The largest share of `maxmemory` in use so far, and how often it was looked at. */
  readonly most: number;
  readonly looks: number;
  /** The last one seen. */
  readonly now: number;
}

export async function watchMemory(url: string, everyMs: number): Promise<MemoryWatch> {
  const client = new Redis(url);
  let [most, looks, now] = [0, 0, 0];
  let running = true;
  const look = async (): Promise<void> => {
    while (running) {
      const info = await client.info('memory');
      const numberOf = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
      now = numberOf('used_memory') / numberOf('maxmemory');
      most = Math.max(most, now);
      looks += 1;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  };
  const done = look();
  return {
    get most() {
      return most;
    },
    get looks() {
      return looks;
    },
    get now() {
      return now;
    },
    async [Symbol.asyncDispose]() {
      running = false;
      await done;
      client.disconnect();
    },
  };
}

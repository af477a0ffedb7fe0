import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { RedisServer } from '../../test/servers/redis.js';
import type { Measurement, Task } from './client.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const HOOKS = here('../../test/ways-of-calling/source-modules.mjs');
const run = promisify(execFile);

/** What all measurements share: the model's provider and a queue, both in processes of their own. */
export interface Bench extends AsyncDisposable {
  /** Measures in a fresh process. */
  measure(task: Omit<Task, 'port' | 'queueUrl'>): Promise<Measurement>;
}

/** With `pin`, the measured process has a processor of its own, where there is another for the provider (Linux). */
export async function startBench(pin: boolean): Promise<Bench> {
  // Loaded here, as the hooks have to be in place.
  const { startRedis } = await import('../../test/servers/redis.js');
  const redis: RedisServer = await startRedis();
  const provider = fork(here('provider.ts'), { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const [data] = (await once(provider.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const port = Number(data.toString());
  if (pin && provider.pid !== undefined) await run('taskset', ['-cp', '0', String(provider.pid)]);
  return {
    async measure(task) {
      const node = ['--import', HOOKS, here('client.ts')];
      const whole: Task = { ...task, port, queueUrl: redis.url };
      const [command, args] = pin ? ['taskset', ['-c', '1', process.execPath, ...node]] : [process.execPath, node];
      const { stdout } = await run(command, [...args, JSON.stringify(whole)]);
      return JSON.parse(stdout) as Measurement;
    },
    async [Symbol.asyncDispose]() {
      provider.disconnect();
      await redis.stop();
    },
  };
}

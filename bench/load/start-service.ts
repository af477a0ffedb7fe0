import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Sample, ServiceTask, Stopped } from './service.js';

/** How a service ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the signal to the end, in milliseconds. */
  readonly tookMs: number;
  /** What it said of its shutdown, if it came to that. */
  readonly stopped: Stopped | null;
}

/** A service under load, in a process of its own. Killed with the one that started it. */
export interface ServiceProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** The newest sample. */
  readonly latest: Sample | null;
  onSample(listener: (sample: Sample) => void): void;
  /** Sends SIGTERM and waits for the end; SIGKILL after `timeoutMs`. */
  terminate(timeoutMs?: number): Promise<Ended>;
}

/** Starts a service and its load; resolves when the queue has acknowledged what is compared. */
export async function startServiceProcess(
  task: ServiceTask,
  { exposeGc = false }: { readonly exposeGc?: boolean } = {},
): Promise<ServiceProcess> {
  const file = fileURLToPath(new URL('service.ts', import.meta.url));
  const child = fork(file, [JSON.stringify(task)], { execArgv: exposeGc ? ['--expose-gc'] : [] });
  const listeners: ((sample: Sample) => void)[] = [];
  let latest: Sample | null = null;
  let stopped: Stopped | null = null;
  const killWithUs = (): boolean => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  void exited.then(() => process.removeListener('exit', killWithUs));
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message: Sample | Stopped | { readonly kind: 'ready' }) => {
      if (message.kind === 'ready') resolve();
      else if (message.kind === 'stopped') stopped = message;
      else {
        latest = message;
        for (const listener of listeners) listener(message);
      }
    });
    void exited.then(([code]) => reject(new Error(`the service ended with ${String(code)}`)));
  });
  await ready;
  return {
    child,
    get latest() {
      return latest;
    },
    onSample: (listener) => void listeners.push(listener),
    async terminate(timeoutMs = 60_000) {
      const startedAt = performance.now();
      const killer = setTimeout(killWithUs, timeoutMs);
      child.kill('SIGTERM');
      const [code, signal] = await exited;
      clearTimeout(killer);
      return { code, signal, tookMs: performance.now() - startedAt, stopped };
    },
    async [Symbol.asyncDispose]() {
      killWithUs();
      await exited;
    },
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Report, Step, Told } from './steps.js';

const HOOKS = join(import.meta.dirname, '../ways-of-calling/source-modules.mjs');

/** How a service ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From its last step to its end. */
  readonly tookMs: number;
  /** Its counts at the very end. */
  readonly last: Report | null;
  /** What it wrote to its standard error. */
  readonly errors: string;
}

/** A service in a process of its own that does what it is told, step by step. Killed with the tests. */
export interface Driven extends AsyncDisposable {
  readonly pid: number;
  step(step: Exclude<Step, { do: 'end' }>): Promise<Report>;
  /** Tells it that there is no more to do, and waits for it to end by itself; killed after `timeoutMs`. */
  end(timeoutMs?: number): Promise<Ended>;
}

export async function startDriven(told: Omit<Told, 'director'>): Promise<Driven> {
  let asking: ServerResponse | null = null;
  let arrived: ((report: Report) => void) | null = null;
  let broken: ((error: Error) => void) | null = null;
  const director = createServer((incoming, outgoing) => {
    let text = '';
    incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
    incoming.on('end', () => {
      asking = outgoing;
      arrived?.(JSON.parse(text) as Report);
    });
  });
  director.listen(0, '127.0.0.1');
  await once(director, 'listening');
  const url = `http://127.0.0.1:${(director.address() as AddressInfo).port}`;
  const child: ChildProcess = spawn(
    process.execPath,
    ['--expose-gc', '--import', HOOKS, join(import.meta.dirname, 'service.ts')],
    {
      env: { PATH: process.env['PATH'], CHAOS: JSON.stringify({ ...told, director: url } satisfies Told) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const printed = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (printed.out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (printed.err += chunk.toString()));
  const killWithTests = (): boolean => child.kill('SIGKILL');
  process.once('exit', killWithTests);
  const closed = (once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>).then(([code, signal]) => {
    process.removeListener('exit', killWithTests);
    broken?.(new Error(`the service ended in the middle of a step: ${String(code)} ${String(signal)}\n${printed.err}`));
    return { code, signal };
  });
  const report = (): Promise<Report> =>
    new Promise((resolve, reject) => {
      arrived = resolve;
      broken = reject;
    });
  const tell = (step: Step): void => {
    asking?.end(JSON.stringify(step));
    asking = null;
  };
  await report();
  return {
    pid: child.pid ?? 0,
    async step(step) {
      const done = report();
      tell(step);
      return await done;
    },
    async end(timeoutMs = 30_000) {
      broken = null;
      const startedAt = performance.now();
      tell({ do: 'end' });
      const killer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      const { code, signal } = await closed;
      clearTimeout(killer);
      director.close();
      const line = printed.out.trim().split('\n').at(-1) ?? '';
      const last = line.startsWith('{') ? (JSON.parse(line) as Report) : null;
      return { code, signal, tookMs: performance.now() - startedAt, last, errors: printed.err };
    },
    async [Symbol.asyncDispose]() {
      broken = null;
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await closed;
      director.closeAllConnections();
      director.close();
    },
  };
}

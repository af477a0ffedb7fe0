import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerProcessOptions {
  readonly cwd: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** A server's process. Dies with the process that started it, however that one ends. */
export interface ServerProcess {
  readonly pid: number;
  readonly running: boolean;
  /** The end of what it printed, for the message of a failure. */
  log(): string;
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and waits for the end; SIGKILL after `timeoutMs`. */
  end(signal: NodeJS.Signals, timeoutMs?: number): Promise<void>;
}

const KEPT_LOG = 8_192;

/**
 * Waits for the end of its input, which comes when the tests end in any way, crash and SIGKILL included; then kills the
 * server and removes its folder. Interrupts are ignored, so that Ctrl-C does not take the watcher first.
 */
const WATCHER = 'trap "" INT TERM HUP; read -r _; kill -KILL "$1" 2>/dev/null; sleep 0.2; rm -rf -- "$2"';

function watch(pid: number, folder: string): ChildProcess {
  const watcher = spawn('/bin/sh', ['-c', WATCHER, 'sh', String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  watcher.unref();
  const input = watcher.stdin as unknown as { unref?: () => void } | null;
  input?.unref?.();
  watcher.stdin?.on('error', () => undefined);
  return watcher;
}

export async function startProcess(
  file: string,
  args: readonly string[],
  options: ServerProcessOptions,
): Promise<ServerProcess> {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-KEPT_LOG)));
  }
  await once(child, 'spawn');
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${file} did not start`);
  const watcher = watch(pid, options.cwd);
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      // Before its number can be given to another process.
      watcher.kill('SIGKILL');
      resolve();
    });
  });
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid,
    get running() {
      return running();
    },
    log: () => printed,
    signal: (signal) => void child.kill(signal),
    async end(signal, timeoutMs = 10_000) {
      if (running()) child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Asks until `ready` is true. Throws with the server's last words when it ends or `timeoutMs` is over. */
export async function untilReady(
  server: ServerProcess,
  ready: () => Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (!server.running) throw new Error(`the server ended at start:\n${server.log()}`);
    if (await ready()) return;
    if (performance.now() > deadline) throw new Error(`the server was not ready in ${timeoutMs} ms:\n${server.log()}`);
    await sleep(20);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/**
 * A TCP port of 127.0.0.1 that nothing listens on right now, below the range the system gives to outgoing connections:
 * in that range a client that keeps reconnecting to a killed server can take the port, or even connect to itself.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(15_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port found between 15000 and 32000');
}

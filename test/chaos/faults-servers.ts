import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type ServerProcess, startProcess, untilReady } from '../servers/process.js';
import type { HttpFault } from './faulty-model.js';

const HOOKS = join(import.meta.dirname, '../ways-of-calling/source-modules.mjs');

/** A model or a collector in a process of its own, which can be killed, stopped, and told to misbehave. */
export interface WorldServer extends AsyncDisposable {
  readonly origin: string;
  kill(): Promise<void>;
  /** On the same port. */
  restart(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  misbehave(fault: HttpFault): Promise<void>;
}

export async function startWorldServer(role: 'model' | 'collector'): Promise<WorldServer> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const start = async (): Promise<ServerProcess> => {
    const args = ['--import', HOOKS, join(import.meta.dirname, 'world.ts'), role, String(port)];
    const started = await startProcess(process.execPath, args, {
      cwd: mkdtempSync(join(tmpdir(), 'understudy-chaos-')),
    });
    await untilReady(started, async () => started.log().includes('listening'));
    return started;
  };
  let server = await start();
  return {
    origin,
    kill: () => server.end('SIGKILL'),
    async restart() {
      await server.end('SIGKILL');
      server = await start();
    },
    signal: (signal) => server.signal(signal),
    async misbehave(fault) {
      await fetch(`${origin}/fault`, { method: 'POST', body: fault, headers: { connection: 'close' } });
    },
    async [Symbol.asyncDispose]() {
      await server.end('SIGKILL');
    },
  };
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startProcess, untilReady } from '../../servers/process.js';

/** A server of the suite: with a folder of its own, it ends with the tests. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  /** Its data and its configuration. */
  readonly folder: string;
  /** The end of what it printed. */
  log(): string;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

interface Wanted {
  readonly name: string;
  readonly program: string;
  readonly url: string;
  /** Answers 200 once it serves. */
  readonly ready: string;
  /** Written into its folder before it starts. */
  readonly files: Readonly<Record<string, string>>;
  readonly args: (folder: string) => readonly string[];
  /** Programs of Go read their settings here: the process's own with these. */
  readonly environment?: Readonly<Record<string, string>>;
}

const READY_MS = 30_000;

export async function startServer(wanted: Wanted): Promise<Server> {
  const { name, program, url, ready, files, args, environment = {} } = wanted;
  const folder = await mkdtemp(join(tmpdir(), `understudy-${name}-`));
  await Promise.all(Object.entries(files).map(([file, text]) => writeFile(join(folder, file), text)));
  // `env` becomes the program, so the process is the server's own.
  const variables = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
  let server: ServerProcess | null = null;
  const stop = async (): Promise<void> => {
    await server?.end('SIGTERM', 3000);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    server = await startProcess('/usr/bin/env', [...variables, program, ...args(folder)], { cwd: folder });
    await untilReady(server, () => answers(ready), READY_MS);
  } catch (cause) {
    await stop();
    throw new Error(`${name} did not start: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const running = server;
  return {
    url,
    folder,
    log: () => running.log(),
    signal: (signal) => running.signal(signal),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

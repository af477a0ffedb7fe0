import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisBinary } from './found.js';
import type { ServerProcess } from './process.js';
import { freePort, startProcess, untilReady } from './process.js';

export interface RedisOptions {
  /** Append-only file, synced every second. Default: false, nothing is kept. */
  readonly appendonly?: boolean;
  /** E.g. `16mb`, with `noeviction`. Default: no limit. */
  readonly maxmemory?: string;
  /** Default: an unused one. */
  readonly port?: number;
}

/** A real redis-server with a folder of its own. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>;
  /** Starts again on the same port and data; kills it first where it still runs. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay, nothing answers. */
  pause(): void;
  resume(): void;
  /** Ends it and removes its folder. May be called twice. */
  stop(): Promise<void>;
}

/** True once the server of this process id has read its data. Another server on the port is not mistaken for it. */
function isServing(port: number, pid: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let answer = '';
    const done = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(1_000, () => {
      done(false);
    });
    socket.once('error', () => {
      done(false);
    });
    socket.once('connect', () => socket.write('PING\r\nINFO server\r\n'));
    socket.on('data', (data) => {
      answer += data.toString();
      const found = /process_id:(\d+)\r/.exec(answer);
      if (found !== null || answer.startsWith('-')) done(answer.startsWith('+PONG') && found?.[1] === String(pid));
    });
  });
}

/** @throws when redis-server is not found or does not start. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const binary = redisBinary();
  if (binary === null) throw new Error('redis-server not found (apt-get install redis-server)');
  const folder = await mkdtemp(join(tmpdir(), 'understudy-redis-'));
  const port = options.port ?? (await freePort());
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  args.push('--appendonly', options.appendonly === true ? 'yes' : 'no', '--appendfsync', 'everysec');
  if (options.maxmemory !== undefined) args.push('--maxmemory', options.maxmemory, '--maxmemory-policy', 'noeviction');

  const start = async (): Promise<ServerProcess> => {
    const started = await startProcess(binary, args, { cwd: folder });
    await untilReady(started, () => isServing(port, started.pid));
    return started;
  };
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  let server = await start().catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const kill = (): Promise<void> => server.end('SIGKILL');
  const stop = async (): Promise<void> => {
    await kill();
    await remove();
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    async restart() {
      await kill();
      server = await start();
    },
    pause: () => {
      server.signal('SIGSTOP');
    },
    resume: () => {
      server.signal('SIGCONT');
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

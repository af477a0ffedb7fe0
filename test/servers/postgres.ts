import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { postgresBinary } from './found.js';
import type { ServerProcess } from './process.js';
import { freePort, startProcess, untilReady } from './process.js';

/** A real PostgreSQL server with a data folder of its own. */
export interface PostgresServer extends AsyncDisposable {
  /** The database `postgres`, as the superuser of that name. */
  readonly url: string;
  readonly port: number;
  /** Makes an empty database and gives its URL: one for each test that must not see another's. */
  createDatabase(): Promise<string>;
  /** SIGKILL of the postmaster, as in a crash. */
  kill(): Promise<void>;
  /** Starts again on the same port and data; kills it first where it still runs. */
  restart(): Promise<void>;
  /** SIGSTOP of the postmaster and of all it has started: connections stay, nothing answers. */
  pause(): void;
  resume(): void;
  /** Ends it and removes its folder. May be called twice. */
  stop(): Promise<void>;
}

type Owner = { readonly uid: number; readonly gid: number } | Record<string, never>;

/** `initdb` refuses root: then everything runs as the user that the distribution's package made. */
async function owner(): Promise<Owner> {
  if (process.getuid?.() !== 0) return {};
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined) throw new Error('no user to run PostgreSQL as: it refuses root');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/**
 * Small, and without durability against a power cut. What is committed still outlives a killed server, which is what
 * tests of crashes need: so `synchronous_commit` stays on.
 */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'fsync=off',
  'full_page_writes=off',
  'max_connections=100',
  'shared_buffers=32MB',
  'autovacuum=off',
].flatMap((setting) => ['-c', setting]);

async function query(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ value?: unknown }>(sql);
    return rows[0]?.value;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The processes a process has started: each backend leads a session of its own, so no signal to a group reaches them. */
function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((child) => {
      if (!Number.isInteger(child)) return false;
      try {
        const [, parent] = readFileSync(`/proc/${child}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
        return Number(parent) === pid;
      } catch {
        return false;
      }
    });
}

/** After a crash the dead server's shared memory is in use until its last process is gone: worth another try. */
const STARTS = 5;

/** @throws when PostgreSQL is not found or does not start. */
export async function startPostgres(): Promise<PostgresServer> {
  const initdb = postgresBinary('initdb');
  const postgres = postgresBinary('postgres');
  if (initdb === null || postgres === null) throw new Error('postgres not found (apt-get install postgresql)');
  const as = await owner();
  const folder = await mkdtemp(join(tmpdir(), 'understudy-postgres-'));
  const sockets = join(folder, 'sockets');
  await mkdir(sockets);
  if (as.uid !== undefined) for (const path of [folder, sockets]) await chown(path, as.uid, as.gid);

  const data = join(folder, 'data');
  const make = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const port = await freePort();
  const urlOf = (database: string): string => `postgres://postgres@127.0.0.1:${port}/${database}`;
  const url = urlOf('postgres');
  // Another server on the port is not mistaken for ours.
  const answers = (): Promise<boolean> =>
    query(url, "select current_setting('data_directory') as value").then(
      (at) => at === data,
      () => false,
    );
  const args = ['-D', data, '-p', String(port), '-k', sockets, ...SETTINGS];
  const start = async (left = STARTS): Promise<ServerProcess> => {
    const started = await startProcess(postgres, args, { ...as, cwd: folder });
    try {
      await untilReady(started, answers);
      return started;
    } catch (error) {
      await started.end('SIGKILL');
      if (left <= 1) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return start(left - 1);
    }
  };

  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const first = async (): Promise<ServerProcess> => {
    await promisify(execFile)(initdb, make, { ...as, cwd: folder });
    return start();
  };
  let server = await first().catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  let databases = 0;
  const signalAll = (signal: NodeJS.Signals): void => {
    // The postmaster first: it must not start more of them meanwhile.
    server.signal(signal);
    for (const child of childrenOf(server.pid)) {
      try {
        process.kill(child, signal);
      } catch {
        // It has ended by itself.
      }
    }
  };
  /** A stopped backend would outlive its postmaster, and hold the shared memory. */
  const kill = async (): Promise<void> => {
    if (server.running) signalAll('SIGCONT');
    await server.end('SIGKILL');
  };
  const stop = async (): Promise<void> => {
    if (server.running) signalAll('SIGCONT');
    // SIGINT is PostgreSQL's fast shutdown: it disconnects clients, and leaves no process behind.
    await server.end('SIGINT');
    await remove();
  };
  return {
    url,
    port,
    async createDatabase() {
      databases += 1;
      const name = `test_${databases}`;
      await query(url, `create database ${name}`);
      return urlOf(name);
    },
    kill,
    async restart() {
      await kill();
      server = await start();
    },
    pause: () => signalAll('SIGSTOP'),
    resume: () => signalAll('SIGCONT'),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

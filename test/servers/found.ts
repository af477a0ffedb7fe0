import { accessSync, constants, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';
import { NOT_TRIED } from './not-tried.js';

/** A server that tests may need and the machine may not have. */
interface Needed {
  readonly name: 'redis' | 'postgres';
  readonly binary: string;
  readonly install: string;
  find(): string | null;
}

/** Whether there is a program that we may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(binary: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, binary)).find(isExecutable) ?? null;
}

/** Newest first: Debian and Ubuntu keep the server's programs off the PATH, in a folder for each version. */
function inVersionedFolders(binary: string): string | null {
  const found = globSync(`/usr/lib/postgresql/*/bin/${binary}`).filter(isExecutable);
  return found.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))[0] ?? null;
}

/** Path of `redis-server`, or null. */
export const redisBinary = (): string | null => onPath('redis-server');

/** Path of PostgreSQL's `initdb` or `postgres`, or null. */
export const postgresBinary = (binary: 'initdb' | 'postgres'): string | null =>
  inVersionedFolders(binary) ?? onPath(binary);

const REDIS: Needed = { name: 'redis', binary: 'redis-server', install: 'redis-server', find: redisBinary };
const POSTGRES: Needed = {
  name: 'postgres',
  binary: 'postgres',
  install: 'postgresql',
  find: () => (postgresBinary('initdb') === null ? null : postgresBinary('postgres')),
};

function describeWith(needed: readonly Needed[], name: string, suite: () => void): void {
  const absent = needed.filter((server) => server.find() === null);
  if (absent.length === 0) {
    describe(name, suite);
    return;
  }
  const required = (process.env['UNDERSTUDY_REQUIRE'] ?? '').split(',').map((word) => word.trim());
  const reason = absent.map(({ binary, install }) => `${binary} not found (apt-get install ${install})`).join(', ');
  if (absent.some((server) => required.includes(server.name))) {
    describe(name, () => {
      it('has the servers that UNDERSTUDY_REQUIRE names', () => {
        throw new Error(reason);
      });
    });
    return;
  }
  describe.skip(`${NOT_TRIED}${name}: ${reason}`, suite);
}

/** A suite that needs a redis-server. Start it in the suite with `startRedis`. */
export const describeWithRedis = (name: string, suite: () => void): void => {
  describeWith([REDIS], name, suite);
};

/** A suite that needs a PostgreSQL server. Start it in the suite with `startPostgres`. */
export const describeWithPostgres = (name: string, suite: () => void): void => {
  describeWith([POSTGRES], name, suite);
};

/** A suite that needs both. */
export const describeWithServers = (name: string, suite: () => void): void => {
  describeWith([REDIS, POSTGRES], name, suite);
};

import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { embeddedLockFile, type EmbeddedOwner } from '@understudy/instrumentation/experiment';
import { StoreError } from '../../errors.js';

/** The right to open an embedded store's files. Two processes that open them at once destroy them. */
export interface FolderLock {
  /** Tells everyone on which port the store is served from now on. */
  publish(port: number): Promise<void>;
  /** Gives the folder free. May be called twice. */
  release(): Promise<void>;
}

/** What the lock file says. `port` is 0 until the store is served; `nonce` tells two owners with one pid apart. */
interface Owner extends EmbeddedOwner {
  readonly host: string;
  readonly nonce: string;
  /** When the process started, in ticks since the boot: a pid is given out again. Null where the system does not say. */
  readonly born: string | null;
}

/** On another host (a shared volume) a pid says nothing: an owner shows that it lives by touching the file. */
const TOUCH_EVERY_MS = 5_000;
const SILENT_AFTER_MS = 60_000;
/** A process that took a lock over and died in the middle of it leaves its claim behind for this long. */
const CLAIM_AGE_MS = 10_000;
const TRIES = 50;

/** Locks this process holds: a pid of our own in a lock that we do not know is from an earlier life (pid 1 of a container). */
const held = new Set<string>();

/**
 * Takes the lock of an embedded store, or says who has it. The lock of a process that is dead is taken over.
 *
 * Its file is made whole under another name and linked, so that it is never seen half written. A stale lock is claimed by
 * a file named after its nonce, which only one process can create.
 */
export async function lockFolder(folder: string): Promise<FolderLock | EmbeddedOwner> {
  const path = embeddedLockFile(folder);
  const mine: Owner = {
    pid: process.pid,
    port: 0,
    host: hostname(),
    nonce: randomBytes(8).toString('hex'),
    born: await birthOf(process.pid),
  };
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (await create(path, mine)) return lockOf(path, mine);
    const other = await readOwner(path);
    if (other === null) continue;
    if (await isAlive(other, path)) return { pid: other.pid, port: other.port };
    if (await takeOver(path, other, mine)) return lockOf(path, mine);
  }
  throw new StoreError(`the lock ${path} changes hands all the time: is another process starting over and over?`);
}

export function isFolderLock(value: FolderLock | EmbeddedOwner): value is FolderLock {
  return 'publish' in value;
}

/** True while the process that serves the store on `port` is alive and still does. */
export async function isServed(folder: string, port: number): Promise<boolean> {
  const path = embeddedLockFile(folder);
  const owner = await readOwner(path);
  return owner !== null && owner.port === port && (await isAlive(owner, path));
}

function lockOf(path: string, mine: Owner): FolderLock {
  held.add(mine.nonce);
  const touch = setInterval(() => void touchFile(path), TOUCH_EVERY_MS).unref();
  let released: Promise<void> | null = null;
  const release = async (): Promise<void> => {
    clearInterval(touch);
    if ((await readOwner(path))?.nonce === mine.nonce) await rm(path, { force: true });
    held.delete(mine.nonce);
  };
  return {
    publish: (port) => replace(path, { ...mine, port }),
    release: () => (released ??= release()),
  };
}

/** False where the file is already there. */
async function create(path: string, owner: Owner): Promise<boolean> {
  const whole = `${path}.${owner.nonce}`;
  await writeFile(whole, JSON.stringify(owner));
  try {
    await link(whole, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(whole, { force: true });
  }
}

async function replace(path: string, owner: Owner): Promise<void> {
  const whole = `${path}.${owner.nonce}`;
  await writeFile(whole, JSON.stringify(owner));
  await rename(whole, path);
}

async function takeOver(path: string, stale: Owner, mine: Owner): Promise<boolean> {
  const claim = `${path}.taken-${stale.nonce}`;
  if (!(await create(claim, mine))) {
    const age = Date.now() - ((await modifiedAt(claim)) ?? Date.now());
    if (age > CLAIM_AGE_MS) await rm(claim, { force: true });
    await new Promise((resolve) => setTimeout(resolve, 20));
    return false;
  }
  try {
    // The one who claimed it before us has replaced the lock before it removed its claim.
    if ((await readOwner(path))?.nonce !== stale.nonce) return false;
    await replace(path, mine);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

async function isAlive(owner: Owner, path: string): Promise<boolean> {
  if (owner.host !== hostname()) return Date.now() - ((await modifiedAt(path)) ?? 0) < SILENT_AFTER_MS;
  if (owner.pid === process.pid) return held.has(owner.nonce);
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // Another user's process is alive, too.
    return codeOf(error) === 'EPERM';
  }
  const born = await birthOf(owner.pid);
  return owner.born === null || born === null || born === owner.born;
}

/** A file that is there and cannot be read as a lock counts as one of a dead process. */
async function readOwner(path: string): Promise<Owner | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const { pid, port, host, nonce, born } = JSON.parse(text) as Partial<Owner>;
    if (Number.isInteger(pid) && Number.isInteger(port) && typeof nonce === 'string') {
      return { pid: Number(pid), port: Number(port), host: host ?? hostname(), nonce, born: born ?? null };
    }
  } catch {
    // Not JSON: falls through to the lock of nobody.
  }
  return { pid: 0x7fffffff, port: 0, host: hostname(), nonce: 'unreadable', born: null };
}

/** Field 22 of /proc/PID/stat; the second field may hold spaces and parentheses. */
async function birthOf(pid: number): Promise<string | null> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8');
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

async function modifiedAt(path: string): Promise<number | null> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}

async function touchFile(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}

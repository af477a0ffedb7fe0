import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedLockFile, readEmbeddedOwner } from '@understudy/instrumentation/experiment';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FolderLock, isFolderLock, lockFolder } from './lock.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const stale = (owner: object): Promise<void> =>
  writeFile(
    embeddedLockFile(folder),
    JSON.stringify({ pid: 0x7ffffff0, port: 5, host: hostname(), nonce: 'old', born: '1', ...owner }),
  );

async function locked(): Promise<FolderLock> {
  const lock = await lockFolder(folder);
  if (!isFolderLock(lock)) throw new Error(`owned by ${lock.pid}`);
  return lock;
}

describe('lockFolder', () => {
  it('gives the folder to one, tells the others who has it, and gives it free', async () => {
    const lock = await locked();
    expect(await lockFolder(folder)).toEqual({ pid: process.pid, port: 0 });
    expect(() => readEmbeddedOwner(folder)).toThrow('nobody serves');
    await lock.publish(4321);
    expect(await lockFolder(folder)).toEqual({ pid: process.pid, port: 4321 });
    expect(readEmbeddedOwner(folder)).toEqual({ pid: process.pid, port: 4321 });
    await lock.release();
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
    await (await locked()).release();
  });

  it.each([
    ['of a dead process', {}],
    ['of a process whose pid was given out again', { pid: process.ppid, born: '1' }],
    ['of an earlier life with our own pid, as pid 1 of a container', { pid: process.pid, born: null }],
  ])('takes over the lock %s', async (_, owner) => {
    await stale(owner);
    await (await locked()).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes over a file that is no lock', async () => {
    await writeFile(embeddedLockFile(folder), '{"pid":');
    await (await locked()).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves the lock of another host alone while it is touched', async () => {
    await stale({ host: 'elsewhere' });
    expect(await lockFolder(folder)).toEqual({ pid: 0x7ffffff0, port: 5 });
    const past = new Date(Date.now() - 61_000);
    await utimes(embeddedLockFile(folder), past, past);
    await (await locked()).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('gives a stale lock to exactly one of many', async () => {
    for (let round = 0; round < 10; round += 1) {
      await stale({ nonce: `old${round}` });
      const all = await Promise.all(Array.from({ length: 8 }, () => lockFolder(folder)));
      const winners = all.filter(isFolderLock);
      expect(winners).toHaveLength(1);
      await winners[0]?.release();
    }
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { embeddedLockFile, embeddedPostgresUrl, parseStoreUrl, readEmbeddedOwner } from './store.js';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'understudy-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

describe('parseStoreUrl', () => {
  it.each([
    ['redis://localhost:6379', 'redis'],
    ['rediss://cache.example.com', 'redis'],
    ['postgres://localhost/understudy', 'postgres'],
    ['postgresql://localhost/understudy', 'postgres'],
    ['embedded:/var/lib/understudy', 'embedded'],
  ])('reads %s', (url, kind) => {
    expect(parseStoreUrl(url).kind).toBe(kind);
  });

  it('does not repeat a password in its error', () => {
    expect(() => parseStoreUrl('mysql://user:hunter2@host')).toThrow(/expected redis/);
    expect(() => parseStoreUrl('mysql://user:hunter2@host')).not.toThrow(/hunter2/);
  });

  it('refuses a URL that the driver would throw on, without its password, and lets a socket pass', () => {
    expect(() => parseStoreUrl('postgres://user:hun/ter2@host/db')).toThrow(/%2F.* got postgres:\/\/…@host\/db$/);
    expect(() => parseStoreUrl('postgres://host:port/db')).toThrow(/expected a URL such as .*, got a string$/);
    for (const url of ['postgres:///db', 'postgres://user@/db?host=/run/pg', 'postgres://user:a b@host/my db'])
      expect(parseStoreUrl(url)).toEqual({ kind: 'postgres', url });
  });
});

describe('readEmbeddedOwner', () => {
  it('reads who serves the folder', () => {
    const path = folder();
    writeFileSync(embeddedLockFile(path), JSON.stringify({ pid: 12, port: 5433 }));
    const owner = readEmbeddedOwner(path);
    expect(owner).toEqual({ pid: 12, port: 5433 });
    expect(new URL(embeddedPostgresUrl(owner)).port).toBe('5433');
  });

  it.each([
    ['', 'half written'],
    ['{"pid":1}', 'no port'],
    ['{"pid":1,"port":0}', 'not listening yet'],
  ])('says that nobody serves it, to be tried again: %j (%s)', (text) => {
    const path = folder();
    writeFileSync(embeddedLockFile(path), text);
    expect(() => readEmbeddedOwner(path)).toThrow(
      expect.objectContaining({ code: 'store_not_served', retryable: true }),
    );
    expect(() => readEmbeddedOwner(join(path, 'absent'))).toThrow(/understudy run/);
  });
});

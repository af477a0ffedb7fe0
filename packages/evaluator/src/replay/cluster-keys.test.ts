import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ClusterKeys } from './cluster-keys.js';

const key = (at: number): string => createHash('sha256').update(String(at)).digest('hex').slice(0, 16);

describe('ClusterKeys', () => {
  it('knows what was added, and nothing else', () => {
    const keys = new ClusterKeys();
    const known = new Set<string>();
    for (let at = 0; at < 20_000; at += 2) {
      keys.add(key(at));
      keys.add(key(at));
      known.add(key(at));
    }
    expect(keys.size).toBe(10_000);
    for (let at = 0; at < 20_000; at += 1) expect(keys.has(key(at))).toBe(known.has(key(at)));
  });

  it('tells keys apart that share a half, and knows the key 0', () => {
    const keys = new ClusterKeys();
    const alike = ['0000000000000000', '0000000000000001', '0000000100000000', '0000000100000001'];
    for (const [at, one] of alike.entries()) {
      expect(alike.map((other) => keys.has(other))).toEqual(alike.map((_, other) => other < at));
      keys.add(one);
    }
    expect(keys.size).toBe(4);
  });

  it('takes 8 bytes a key, and at most as much again for what is free', () => {
    const keys = new ClusterKeys();
    let most = 0;
    for (let at = 0; at < 50_000; at += 1) {
      keys.add(key(at));
      if (at > 2000) most = Math.max(most, keys.bytes / keys.size);
    }
    expect(most).toBeGreaterThan(8);
    expect(most).toBeLessThan(8 / 0.56);
  });

  it('finds keys that were made to meet', () => {
    const keys = new ClusterKeys();
    const made = Array.from({ length: 3000 }, (_, at) => (at + 1).toString(16).padStart(16, '0'));
    for (const one of made) keys.add(one);
    expect(keys.size).toBe(3000);
    expect(made.every((one) => keys.has(one))).toBe(true);
    expect(keys.has('0000000000001000')).toBe(false);
  });
});

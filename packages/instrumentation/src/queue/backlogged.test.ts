import { describe, expect, it } from 'vitest';
import { Backlogged } from './backlogged.js';
import type { Backlog } from './queue-connection.js';

const MEBIBYTE = 1024 * 1024;

/** A clock that is set by hand. */
function clock(): { elapsed(): number; now(): number; at: number } {
  return {
    at: 0,
    elapsed() {
      return this.at;
    },
    now() {
      return this.at;
    },
  };
}

const empty: Backlog = { waiting: 0, memory: null };

describe('Backlogged', () => {
  it('looks before each batch of trials, and else every five seconds', async () => {
    const time = clock();
    const backlogged = new Backlogged(MEBIBYTE, time);
    let looks = 0;
    const connection = { backlog: () => Promise.resolve(((looks += 1), empty)) };
    await backlogged.look(connection, false);
    await backlogged.look(connection, false);
    expect(looks).toBe(1);
    await backlogged.look(connection, true);
    await backlogged.look(connection, true);
    expect(looks).toBe(3);
    time.at = 5000;
    await backlogged.look(connection, false);
    expect(looks).toBe(4);
  });

  it('is not taken in by heartbeats, which are small, about what fills the queue', async () => {
    const time = clock();
    const backlogged = new Backlogged(10 * MEBIBYTE, time);
    const look = async (waiting: number): Promise<boolean> => {
      time.at += 5000;
      await backlogged.look({ backlog: () => Promise.resolve({ waiting, memory: null }) }, true);
      return backlogged.isFull;
    };
    for (let batch = 0; batch < 11; batch += 1) backlogged.sent(MEBIBYTE);
    expect(await look(11)).toBe(true);
    for (let beat = 1; beat <= 100; beat += 1) {
      backlogged.sent(500);
      expect(await look(11 + beat)).toBe(true);
    }
    expect(await look(3)).toBe(false);
  });

  it.each([1, 2, 8, 100, 400])(
    'stays below the limit with %i processes that all look at the same moment',
    async (producers) => {
      const limitBytes = 64 * MEBIBYTE;
      let usedBytes = 2 * MEBIBYTE;
      const all = Array.from({ length: producers }, () => new Backlogged(Infinity, clock()));
      const backlog = { waiting: 1, memory: { usedBytes, limitBytes, clients: producers } };
      for (let round = 0; round < 2000; round += 1) {
        const seen = { ...backlog, memory: { ...backlog.memory, usedBytes } };
        for (const each of all) await each.look({ backlog: () => Promise.resolve(seen) }, true);
        for (const each of all) {
          if (each.isFull) continue;
          const bytes = Math.min(1.4 * MEBIBYTE, each.room);
          usedBytes += bytes;
          each.sent(bytes);
        }
      }
      expect(usedBytes / limitBytes).toBeLessThan(0.6001);
      expect(usedBytes / limitBytes).toBeGreaterThan(0.5);
      expect(all.every((each) => each.isFull && !each.isBrimming)).toBe(true);
    },
  );

  it('lets nothing more be sent where others have used up the store', async () => {
    const backlogged = new Backlogged(MEBIBYTE, clock());
    const memory = { usedBytes: 71, limitBytes: 100, clients: 3 };
    await backlogged.look({ backlog: () => Promise.resolve({ waiting: 0, memory }) }, true);
    expect([backlogged.isFull, backlogged.isBrimming]).toEqual([true, true]);
  });

  it('tells that nobody takes anything by the same batch being the next one for half a minute', async () => {
    const time = clock();
    const backlogged = new Backlogged(MEBIBYTE, time);
    const look = async (waiting: number, next: string | null): Promise<number> => {
      time.at += 5000;
      await backlogged.look({ backlog: () => Promise.resolve({ waiting, next, memory: null }) }, true);
      return backlogged.stuck;
    };
    for (let index = 3; index < 9; index += 1) expect(await look(index, 'p-0')).toBe(0);
    expect(await look(9, 'p-0')).toBe(9);
    // One that is far behind takes some.
    expect(await look(40, 'p-7')).toBe(0);
    for (let index = 0; index < 20; index += 1) expect(await look(40 + index, `p-${index}`)).toBe(0);
    for (let index = 0; index < 20; index += 1) expect(await look(0, null)).toBe(0);
  });

  it('tells how the store evicts, once it has looked', async () => {
    const backlogged = new Backlogged(MEBIBYTE, clock());
    const memory = { usedBytes: 1, limitBytes: 100, clients: 1, evicts: 'allkeys-lru' };
    expect(backlogged.evicts).toBeNull();
    await backlogged.look({ backlog: () => Promise.resolve({ waiting: 0, memory }) }, true);
    expect(backlogged.evicts).toBe('allkeys-lru');
  });
});

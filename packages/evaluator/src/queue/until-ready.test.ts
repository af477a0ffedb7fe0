import { describe, expect, it } from 'vitest';
import { untilReady } from './until-ready.js';

class Scripted {
  closed = false;
  readonly #fails: boolean;

  constructor(fails: boolean) {
    this.#fails = fails;
  }

  waitUntilReady(): Promise<void> {
    return this.#fails ? Promise.reject(new Error('read ECONNRESET')) : Promise.resolve();
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

describe('untilReady', () => {
  it('begins anew after a first connection that failed, and closes what it made', async () => {
    const made: Scripted[] = [];
    const errors: unknown[] = [];
    const make = (): Scripted => {
      const one = new Scripted(made.length < 2);
      made.push(one);
      return one;
    };
    const ready = await untilReady(make, (error) => errors.push(error), new AbortController().signal);
    expect(ready).toBe(made[2]);
    expect(made.map(({ closed }) => closed)).toEqual([true, true, false]);
    expect(errors).toHaveLength(2);
  });

  it('ends with the signal, whatever it waits for', async () => {
    const stop = new AbortController();
    const never = new Scripted(false);
    never.waitUntilReady = () => new Promise(() => undefined);
    const waiting = untilReady(
      () => never,
      () => undefined,
      stop.signal,
    );
    stop.abort();
    await expect(waiting).rejects.toThrow();
    expect(never.closed).toBe(true);
  });
});

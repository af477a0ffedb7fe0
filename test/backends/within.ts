import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is not `false`, and gives it. @throws after `ms`, naming `what` */
export function within(
  ms: number,
): <Value>(what: string, condition: () => Value | false | Promise<Value | false>) => Promise<Value> {
  return async (what, condition) => {
    const end = Date.now() + ms;
    for (;;) {
      const value = await condition();
      if (value !== false) return value;
      if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
      await sleep(200);
    }
  };
}

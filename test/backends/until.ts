import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is not `false`, and gives it. @throws after `withinMs`, naming `what` */
export async function until<Value>(
  what: string,
  condition: () => Value | false | Promise<Value | false>,
  withinMs = 120_000,
): Promise<Value> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await condition();
    if (value !== false) return value;
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(200);
  }
}

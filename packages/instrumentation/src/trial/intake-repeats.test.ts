import { describe, expect, it } from 'vitest';
import type { Call } from '../capture/call.js';
import { ok, world } from './intake.test.support.js';

describe('Intake, with one call a cluster key', () => {
  it('admits one call of a conversation where that is asked for, and counts the others outside of what is compared', () => {
    const { intake, call, counts, lost } = world({ sample: { rate: 1, oncePerCluster: true } });
    const opened = (text: string): Call =>
      call({ wire: { body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: text }] }) } });
    for (const text of ['One', 'One', 'Two', 'One']) intake.take(opened(text));
    expect(lost).toEqual(
      new Map([
        ['repeat candidate', 2],
        ['repeat aa', 2],
      ]),
    );
    expect(counts.rows().map(({ sampled, skipped, admitted }) => [sampled, skipped, admitted])).toEqual([
      [4, { repeat: 2 }, 2],
      [4, { repeat: 2 }, 2],
    ]);
  });

  it('takes the next call of a conversation whose first was refused', async () => {
    const { intake, call, trials, lost, counts } = world({
      sample: { rate: 1, oncePerCluster: true },
      noise: { rate: 0 },
      policy: { gates: { errors: {} } },
      shadow: { concurrency: 1 },
    });
    const opened = (text: string): ReturnType<typeof call> =>
      call({ wire: { body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: text }] }) } });
    const first = opened('One');
    for (const each of [first, opened('Two'), opened('One')]) intake.take(each);
    expect(Object.fromEntries(lost)).toEqual({ 'concurrency_cap candidate': 1, 'repeat candidate': 1 });
    first.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    intake.take(opened('Two'));
    expect(counts.totals().admitted).toBe(2);
  });
});

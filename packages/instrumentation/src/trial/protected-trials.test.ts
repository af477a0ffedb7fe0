import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { callOf } from '../capture/call.test.support.js';
import type { Admission, Assembled } from './assemble.js';
import { OpenTrials } from './open-trials.js';
import type { Protect } from './privacy/protect.js';
import type { Leg, PairId } from './trial.js';

const ok: Leg = {
  status: 'ok',
  answer: { kind: 'text', messages: [{ role: 'assistant', parts: [{ type: 'text', content: 'Yes.' }] }] },
  finish: 'stop',
  usage: null,
  durationMs: 1,
  model: 'm',
  span: null,
};
const gone: Leg = { status: 'missing', reason: 'leg_broken' };

function opened(
  protection: Protect,
  calls: number = 1,
  elapsed: () => number = () => 0,
): {
  readonly trials: OpenTrials;
  readonly assembled: Assembled[];
  readonly settle: (leg: Leg) => void;
} {
  const assembled: Assembled[] = [];
  const trials = new OpenTrials({
    producer: 'p1',
    deadlineMs: 60_000,
    protection,
    onAssembled: (each) => void assembled.push(each),
    elapsed,
  });
  const settles: ((leg: Leg) => void)[] = [];
  for (let index = 0; index < calls; index += 1) {
    trials.open({
      call: callOf({ onOutcome: (listener) => void settles.push(listener) }),
      keepContent: true,
      legs: [
        { arm: 'small', pairId: 'p' as PairId, leg: Promise.resolve(ok), cancel: () => undefined },
        { arm: 'gone', pairId: 'q' as PairId, leg: Promise.resolve(gone), cancel: () => undefined },
      ],
    } as unknown as Admission);
  }
  return { trials, assembled, settle: (leg) => settles.forEach((settle) => settle(leg)) };
}

it('looks through the texts when the primary has had its turn', async () => {
  const { trials, assembled, settle } = opened((trial) => ({ ...trial, segment: 'looked through' }));
  await turn();
  settle(ok);
  expect(assembled).toEqual([]);
  expect(trials.count).toBe(1);
  await turn();
  expect(assembled.map(({ trial }) => trial?.segment)).toEqual(['looked through']);
  expect([trials.count, trials.bytes]).toEqual([0, 0]);
});

it('drops the pairs of a trial that cannot be protected, each once and with its reason', async () => {
  const { assembled, settle } = opened(() => {
    throw new Error('broken');
  });
  await turn();
  settle(ok);
  await turn();
  expect(assembled).toMatchObject([
    { trial: null, paired: ['small'], dropped: { small: 'redaction_failed', gone: 'leg_broken' } },
  ]);
});

it('does not wait for its turn when the service stops', async () => {
  const { trials, assembled, settle } = opened((trial) => trial);
  await turn();
  settle(ok);
  trials.closeAll();
  expect(assembled).toHaveLength(1);
  await turn();
  expect(assembled).toHaveLength(1);
});

it('looks through one trial a turn where each takes long, and through many where they are quick', async () => {
  for (const [takesMs, perTurn] of [
    [5, 1],
    [0.5, 4],
  ] as const) {
    let now = 0;
    const look: Protect = (trial) => {
      now += takesMs;
      return trial;
    };
    const { assembled, settle } = opened(look, 12, () => now);
    await turn();
    settle(ok);
    for (let turns = 1; turns <= 3; turns += 1) {
      await turn();
      expect(assembled).toHaveLength(turns * perTurn);
    }
  }
});

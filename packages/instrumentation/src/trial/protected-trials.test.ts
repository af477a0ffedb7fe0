import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { callOf } from '../capture/call.test.support.js';
import type { Admission, Assembled } from './assemble.js';
import { OpenTrials } from './open-trials.js';
import type { Protect } from './privacy/protect.js';
import type { Leg, PairId, Trial } from './trial.js';

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

/** All of it in one step. */
function atOnce(look: (trial: Trial) => Trial): Protect {
  // oxlint-disable-next-line require-yield
  return function* (trial) {
    return look(trial);
  };
}

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

/** A clock that goes on by so much each time somebody looks at it. */
function stepping(ms: number): () => number {
  let now = 0;
  return () => (now += ms);
}

it('looks through the texts when the primary has had its turn', async () => {
  const { trials, assembled, settle } = opened(atOnce((trial) => ({ ...trial, segment: 'looked through' })));
  await turn();
  settle(ok);
  expect(assembled).toEqual([]);
  expect(trials.count).toBe(1);
  await turn();
  expect(assembled.map(({ trial }) => trial?.segment)).toEqual(['looked through']);
  expect([trials.count, trials.bytes]).toEqual([0, 0]);
});

it('drops the pairs of a trial that cannot be protected, each once and with its reason', async () => {
  const { assembled, settle } = opened(
    atOnce(() => {
      throw new Error('broken');
    }),
  );
  await turn();
  settle(ok);
  await turn();
  expect(assembled).toMatchObject([
    { trial: null, paired: ['small'], dropped: { small: 'redaction_failed', gone: 'leg_broken' } },
  ]);
});

it('has the turns that the service gives it when it stops, and lets nothing leave that was not looked through then', async () => {
  const { trials, assembled, settle } = opened(atOnce((trial) => trial));
  await turn();
  settle(ok);
  trials.closeAll();
  expect(assembled).toEqual([]);
  await turn();
  expect(assembled).toHaveLength(1);

  const late = opened(
    function* (trial) {
      yield* Array.from({ length: 3 }, () => undefined);
      return trial;
    },
    2,
    stepping(5),
  );
  await turn();
  late.settle(ok);
  late.trials.closeAll();
  await turn();
  late.trials.dropRest();
  const dropped = { trial: null, paired: ['small'], dropped: { small: 'redaction_failed', gone: 'leg_broken' } };
  expect(late.assembled).toMatchObject([dropped, dropped]);
  expect([late.trials.count, late.trials.bytes]).toEqual([0, 0]);
  await turn();
  expect(late.assembled).toHaveLength(2);
});

it('looks through one trial a turn where each takes long, and through many where they are quick', async () => {
  for (const [takesMs, perTurn] of [
    [5, 1],
    [0.5, 4],
  ] as const) {
    let now = 0;
    const look = atOnce((trial) => {
      now += takesMs;
      return trial;
    });
    const { assembled, settle } = opened(look, 12, () => now);
    await turn();
    settle(ok);
    for (let turns = 1; turns <= 3; turns += 1) {
      await turn();
      expect(assembled).toHaveLength(turns * perTurn);
    }
  }
});

it('leaves a trial that takes long between two steps, so that the host has its turns', async () => {
  let now = 0;
  let steps = 0;
  const look: Protect = function* (trial) {
    for (; steps < 30; steps += 1) {
      now += 0.5;
      yield;
    }
    return trial;
  };
  const { assembled, settle } = opened(look, 1, () => now);
  await turn();
  settle(ok);
  const inTurns: number[] = [];
  for (let before = 0; assembled.length === 0; before = steps) {
    await turn();
    inTurns.push(steps - before);
  }
  expect(inTurns.length).toBeGreaterThan(6);
  expect(Math.max(...inTurns)).toBeLessThan(6);
});

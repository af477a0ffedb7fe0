import { expect, it } from 'vitest';
import { callOf } from '../capture/call.test.support.js';
import { resolveExperiment } from '../experiment/resolve.js';
import { type Admission, assemble, unprotected } from './assemble.js';
import { armsOf } from './ready.js';
import type { Leg, PairId } from './trial.js';

const ok: Leg = {
  status: 'ok',
  answer: { kind: 'none' },
  finish: null,
  usage: null,
  durationMs: 1,
  model: null,
  span: null,
};

it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty'])('a candidate may be called %s', (arm) => {
  const experiment = resolveExperiment({ name: arm, candidates: { [arm]: { model: 'm' } } });
  const arms = armsOf(experiment, { transform: {} }, new Map());
  expect([...arms.values()].map(({ name, transform }) => [name, transform])).toEqual([
    [arm, null],
    ['aa', null],
  ]);

  const admission = {
    call: callOf({}),
    keepContent: false,
    legs: [{ arm, pairId: 'p' as PairId, leg: Promise.resolve(ok), cancel: () => undefined }],
  } as unknown as Admission;
  const { paired, dropped, trial } = assemble(admission, 'p1', ok, new Map([[arm, ok]]));
  expect([paired, dropped[arm], Object.keys(trial?.legs ?? {})]).toEqual([[arm], undefined, [arm]]);
  expect(unprotected(admission, ok, new Map([[arm, ok]])).dropped[arm]).toBe('redaction_failed');
});

import { beforeEach, expect, it } from 'vitest';
import { resolveExperiment } from '../experiment/resolve.js';
import type { Experiment } from '../experiment/definition.js';
import { responseWith } from '../govern/governor.test.support.js';
import { misconfigurations } from '../misconfigured.js';
import type { Misconfiguration } from '../trial/misconfigurations.js';
import type { ExchangeOutcome } from './bounded.js';
import { noteCandidateFault } from './candidate-faults.js';

let experiment: Experiment;
let number = 0;
beforeEach(() => {
  number += 1;
  experiment = resolveExperiment({
    name: `faults-${number}`,
    candidates: { small: { model: 'small' }, other: { model: 'other' } },
  });
});

type Failed = ExchangeOutcome & { readonly status: 'error' };

const OK = { status: 'ok', durationMs: 1 } as ExchangeOutcome;
const failing = (type: string): Failed => ({
  status: 'error',
  type,
  durationMs: 1,
  ...(/^\d/.test(type) && { response: responseWith(Number(type)) }),
});
/** An answer that calls its error so. */
const saying = (type: string): Failed => ({ ...failing(type), inAnswer: true, response: responseWith(200) });
const note = (outcome: ExchangeOutcome, times = 1, arm = 'small'): void => {
  for (let time = 0; time < times; time += 1) noteCandidateFault(experiment, arm, outcome);
};
const found = (): Partial<Record<Misconfiguration, number>> =>
  Object.fromEntries(
    misconfigurations()
      .filter((one) => one.experiment === experiment.name)
      .map(({ cause, count }) => [cause, count]),
  );

it('notes a refused key and an unknown model at once', () => {
  note(failing('401'));
  note(failing('404'));
  expect(found()).toEqual({ candidate_key: 1, candidate_model: 1 });
});

it('takes a 403 for a key only where no request is taken', () => {
  for (let time = 0; time < 100; time += 1) {
    note(failing('403'), 9);
    note(OK);
  }
  expect(found()).toEqual({});
  note(failing('403'), 10);
  expect(found()).toEqual({ candidate_key: 1 });
});

it.each(['constructor', 'valueOf', 'toString', 'hasOwnProperty', '__proto__'])(
  'takes the error `%s`, as an answer may call it, for no cause',
  (type) => {
    note(failing(type), 20);
    note(saying(type), 20);
    expect(found()).toEqual({});
  },
);

it.each(['401', '404', '400', 'ECONNREFUSED', 'CERT_HAS_EXPIRED'])(
  'takes %s for no status and no word of a connection where an answer calls its error so',
  (type) => {
    const { response: _, ...ofCode } = saying(type);
    note(saying(type), 20);
    note(ofCode, 20);
    expect(found()).toEqual({});
  },
);

it('takes a candidate for reached that says otherwise itself', () => {
  note(failing('ECONNREFUSED'), 2);
  note(saying('ECONNREFUSED'));
  note(failing('ECONNREFUSED'), 2);
  expect(found()).toEqual({});
});

it('takes a connection that fails once an answer has begun for no candidate that cannot be reached', () => {
  note({ ...failing('ETIMEDOUT'), response: responseWith(200) }, 20);
  expect(found()).toEqual({});
});

it('takes requests that are refused now and then for what users say', () => {
  for (let time = 0; time < 100; time += 1) {
    note(failing('400'), 9);
    note(OK);
  }
  expect(found()).toEqual({});
});

it('notes that no request is taken, whichever way it is said and whatever else fails in between', () => {
  note(failing('400'), 5);
  note(failing('500'));
  note({ status: 'missing' } as ExchangeOutcome);
  note(failing('422'), 4);
  expect(found()).toEqual({});
  note(failing('400'), 3);
  expect(found()).toEqual({ candidate_request: 3 });
});

it('counts each arm for itself', () => {
  note(failing('400'), 9);
  note(failing('400'), 9, 'other');
  expect(found()).toEqual({});
  note(OK, 1, 'other');
  note(failing('400'));
  expect(found()).toEqual({ candidate_request: 1 });
});

it('notes that a candidate cannot be reached after a few calls that reached nothing', () => {
  note(failing('ECONNREFUSED'), 2);
  note(failing('503'));
  note(failing('ENOTFOUND'), 2);
  expect(found()).toEqual({});
  note(failing('ECONNREFUSED'));
  expect(found()).toEqual({ candidate_unreachable: 1 });
});

it('says nothing of the incumbent asked again', () => {
  note(failing('401'), 20, 'aa');
  expect(found()).toEqual({});
});

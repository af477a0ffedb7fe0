import { metrics, trace } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import type { Leg } from '../trial/trial.js';
import { readResult } from './function-answer.js';
import { createFunctionCapture } from './function-capture.js';

it('of an answer too large to hold is missing, as a shadow is', () => {
  const legs: Leg[] = [];
  const capture = createFunctionCapture({
    tracer: () => trace.getTracer('test'),
    meter: () => metrics.getMeter('test'),
    maxChars: 10,
  });
  const request = { operation: 'classify', model: null, stream: false };
  const start = { request, name: 'classify', identity: {}, describe: () => ({}), messages: () => [], resendCount: 0 };
  const call = capture(start, (shown) => {
    shown.keepAnswer();
    shown.onOutcome((leg) => legs.push(leg));
  });
  call.answered(readResult('more than ten characters', call.reading));
  expect(legs).toEqual([{ status: 'missing', reason: 'primary_too_large' }]);
});

it('is timed from where the function is called, not from where its shadows are made', () => {
  let now = 1000;
  const legs: Leg[] = [];
  const capture = createFunctionCapture({
    tracer: () => trace.getTracer('test'),
    meter: () => metrics.getMeter('test'),
    maxChars: 100,
    clock: { now: () => 5_000_000, elapsed: () => now },
  });
  const request = { operation: 'classify', model: null, stream: false };
  const start = { request, name: 'classify', identity: {}, describe: () => ({}), messages: () => [], resendCount: 0 };
  const call = capture(start, (shown) => {
    shown.onOutcome((leg) => legs.push(leg));
    now += 500;
  });
  call.run(() => {
    now += 30;
  });
  call.failed(new Error('no'));
  expect(legs).toMatchObject([{ status: 'error', durationMs: 30 }]);
});

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { Call } from '../../packages/instrumentation/src/capture/call.js';
import type { ModelAnswer } from '../../packages/instrumentation/src/dialect/dialect.js';
import { openaiChat } from '../../packages/instrumentation/src/dialect/protocols/openai-chat.js';
import { trialBytes } from '../../packages/instrumentation/src/queue/ring.js';
import { SliceCounts } from '../../packages/instrumentation/src/queue/slice-counts.js';
import { trial } from '../../packages/instrumentation/src/queue/trial.test.support.js';
import type { Admission } from '../../packages/instrumentation/src/trial/assemble.js';
import { OpenTrials } from '../../packages/instrumentation/src/trial/open-trials.js';
import type { CallId, ClusterKey, Leg, PairId, RunId } from '../../packages/instrumentation/src/trial/trial.js';

const run = '0123456789abcdef' as RunId;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

function read(stream: boolean, text: string | readonly string[]): ModelAnswer | null {
  const reader = openaiChat.reader({ operation: 'chat', model: 'm', stream }, 4 * 1024 * 1024, { content: true });
  for (const piece of typeof text === 'string' ? [text] : text) reader.push(Buffer.from(piece));
  return reader.finish();
}

function answerOf(answer: ModelAnswer | null): Leg {
  const messages = answer?.messages ?? [];
  const rest = { finish: null, usage: null, durationMs: 1, model: null, span: null };
  return { status: 'ok', answer: { kind: 'text', messages }, ...rest };
}

function counted(leg: Leg): number {
  return trialBytes({ ...trial(), primary: leg });
}

it('an answer that came a word at a time takes no more memory than it is counted with', () => {
  const chunk = (index: number): string =>
    `data: {"id":"x","model":"m","choices":[{"index":0,"delta":{"content":" w${index % 7}."}}]}\n\n`;
  const chunks = Array.from({ length: 2000 }, (_, index) => chunk(index));
  const before = heap();
  const legs = Array.from({ length: 100 }, () => answerOf(read(true, chunks)));
  const grown = heap() - before;
  expect(grown).toBeLessThan(legs.reduce((bytes, leg) => bytes + counted(leg), 0));
});

it('an answer of a million choices, or of a million messages without parts, cannot go uncounted', () => {
  expect(read(false, `{"choices":[${'{},'.repeat(1_000_000)}{}]}`)).toBeNull();
  expect(read(false, `{"choices":[${'{},'.repeat(5000)}{}]}`)?.messages.length).toBeLessThan(1000);
  const events = Array.from({ length: 5000 }, (_, index) => `data: {"choices":[{"index":${index}}]}\n\n`);
  expect(read(true, events)?.messages.length).toBeLessThan(1000);
  const messages = Array.from({ length: 10_000 }, () => ({ role: 'unknown', parts: [] }));
  const input = { kind: 'text' as const, messages };
  expect(trialBytes({ ...trial(), input })).toBeGreaterThan(JSON.stringify(messages).length);
});

it('names that a provider chooses are names: nothing longer reaches spans, metrics and the queue', () => {
  const long = 'x'.repeat(100_000);
  const json = JSON.stringify({ id: long, model: long, choices: [{ finish_reason: long, message: { role: long } }] });
  const streamed = JSON.stringify({ id: long, model: long, choices: [{ finish_reason: long, delta: { role: long } }] });
  for (const answer of [read(false, json), read(true, `data: ${streamed}\n\n`)]) {
    expect(JSON.stringify({ ...answer, messages: [] }).length).toBeLessThan(1000);
  }
  expect(
    openaiChat.skim({ url: new URL('https://a.example/'), body: JSON.stringify({ model: long, messages: [] }) })?.model,
  ).toBeNull();
});

it('answers that wait for a primary count as held, until their trial is gone', async () => {
  const trials = new OpenTrials({ producer: 'p1', deadlineMs: 60_000, protection: null, onAssembled: () => undefined });
  let settle: (leg: Leg) => void = () => undefined;
  const call = {
    bytes: 100,
    startedAt: 1,
    request: { operation: 'chat', model: 'm', stream: false },
    keepAnswer: () => undefined,
    onOutcome: (listener: typeof settle) => void (settle = listener),
  } as unknown as Call;
  const large = answerOf(read(false, JSON.stringify({ choices: [{ message: { content: 'y'.repeat(1_000_000) } }] })));
  const admission: Admission = {
    call,
    callId: 'c' as CallId,
    experiment: 'e',
    run,
    slice: 0,
    segment: '_none',
    pi: 1,
    keepContent: false,
    cluster: '0' as ClusterKey,
    legs: [{ arm: 'a', pairId: 'p' as PairId, leg: Promise.resolve(large), cancel: () => undefined }],
  };
  trials.open(admission);
  await Promise.resolve();
  expect(trials.bytes).toBeGreaterThan(1_000_000);
  settle(large);
  expect([trials.count, trials.bytes]).toEqual([0, 0]);
});

it('counts of days without a queue are bounded by their rows, not by slices alone', () => {
  const counts = new SliceCounts(new Map([[run, 1000]]));
  const before = heap();
  for (let slice = 0; slice < 5000; slice += 1) {
    for (let segment = 0; segment < 20; segment += 1) {
      counts.eligible({ run, slice, segment: `segment-${segment}`, arm: 'a', pi: 0.1 });
    }
  }
  expect(heap() - before).toBeLessThan(20_000_000);
  expect(counts.rows().length).toBeGreaterThan(0);
});

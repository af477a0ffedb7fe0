import type { Span, Tracer } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import type { Call } from '../capture/call.js';
import type { Dialect } from '../dialect/dialect.js';
import { openaiChat } from '../dialect/protocols/openai-chat.js';
import { DIALECTS } from '../dialect/registry.js';
import { callOf } from '../capture/call.test.support.js';
import { prepareOverHttp } from '../shadow/prepare.js';
import type { ExperimentInput } from '../experiment/definition.js';
import { resolveExperiment } from '../experiment/resolve.js';
import { runOf } from '../experiment/run.js';
import { SliceCounts } from '../queue/slice-counts.js';
import { Shadows } from '../shadow/shadows.js';
import type { Transport, TransportResponse } from '../shadow/undici.js';
import type { Assembled } from './assemble.js';
import { createIds } from './ids.js';
import { type Admittance, Intake } from './intake.js';
import { OpenTrials } from './open-trials.js';
import type { Leg } from './trial.js';

const traceId = 'f'.repeat(32);
const ok: Leg = {
  status: 'ok',
  answer: { kind: 'text', messages: [] },
  finish: 'stop',
  usage: null,
  durationMs: 1,
  model: 'm',
  span: null,
};
const body = JSON.stringify({
  id: 'x',
  model: 'm',
  choices: [{ message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
});

/** A span that writes down what is done with it. */
function recorder(name: string, events: string[], spanId: string): Span {
  const span = {
    spanContext: () => ({ traceId: spanId === 'a'.repeat(16) ? traceId : spanId.repeat(2), spanId, traceFlags: 1 }),
    isRecording: () => true,
    setAttribute: () => span,
    setAttributes: () => span,
    setStatus: () => span,
    addLink: () => {
      events.push(`${name} linked`);
      return span;
    },
    end: () => events.push(`${name} ended`),
  };
  return span as unknown as Span;
}

interface World {
  readonly events: string[];
  readonly intake: { take(one: Call): void };
  readonly trials: OpenTrials;
  readonly assembled: Assembled[];
  readonly counts: SliceCounts;
  readonly lost: Map<string, number>;
  call(change?: Parameters<typeof callOf>[0]): Call & { settle(leg: Leg): void };
}

function world(
  input: Partial<ExperimentInput> = {},
  options: { admittance?: Admittance; deadlineMs?: number; respond?: () => Promise<TransportResponse> } = {},
): World {
  const experiment = resolveExperiment({
    name: 'e',
    candidate: { model: 'c' },
    content: 'full',
    sample: { rate: 1 },
    noise: { rate: 1 },
    ...input,
  });
  const run = runOf(experiment);
  const events: string[] = [];
  const assembled: Assembled[] = [];
  const lost = new Map<string, number>();
  const counts = new SliceCounts(new Map([[run.id, 60_000]]));
  let spans = 0;
  const tracer = {
    startSpan: (_: string, { root }: { root?: boolean }) => {
      spans += 1;
      events.push(`shadow ${spans} started${root === true ? ' as a root' : ''}`);
      return recorder(`shadow ${spans}`, events, String(spans).repeat(16));
    },
  } as unknown as Tracer;
  const respond =
    options.respond ??
    (async () => ({
      status: 200,
      headers: {},
      body: (async function* () {
        yield Buffer.from(body);
      })(),
    }));
  const transport: Transport = {
    send: async () => {
      events.push('shadow sent');
      return await respond();
    },
    close: () => undefined,
  };
  const clock = { now: () => performance.timeOrigin + performance.now(), elapsed: () => performance.now() };
  const shadows = new Shadows({
    tracer: () => tracer,
    isolate: (work) => work(),
    clock,
    ...experiment.shadow,
    keepContent: true,
    onUnfollowed: () => undefined,
  });
  const trials: OpenTrials = new OpenTrials({
    producer: 'p1',
    deadlineMs: options.deadlineMs ?? 60_000,
    protection: null,
    onAssembled: (each) => {
      intake.settled(each);
      assembled.push(each);
    },
  });
  const prepare = prepareOverHttp(() => transport, DIALECTS);
  const intake: Intake = new Intake({
    experiment,
    run,
    rules: {},
    apiKeys: new Map(),
    ids: createIds(),
    account: counts,
    meters: {
      reached: () => undefined,
      dropped: (reason, { arm }) => lost.set(`${reason} ${arm}`, (lost.get(`${reason} ${arm}`) ?? 0) + 1),
      measured: () => undefined,
    },
    shadows,
    trials,
    isolate: (work) => work(),
    admittance: () => options.admittance ?? { open: true, salt: Buffer.alloc(32) },
  });
  return {
    events,
    intake: { take: (one: Call) => intake.take(one, prepare) },
    trials,
    assembled,
    counts,
    lost,
    call(change = {}) {
      const listeners: ((leg: Leg) => void)[] = [];
      return {
        ...callOf({
          span: recorder('primary', events, 'a'.repeat(16)),
          spanReference: { traceId, spanId: 'a'.repeat(16) },
          onOutcome: (listener) => listeners.push(listener),
          ...change,
        }),
        settle: (leg) => {
          for (const listener of listeners) listener(leg);
        },
      };
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('Intake', () => {
  it('starts and links the spans before the primary is sent, and sends the shadows after it', async () => {
    const { events, intake, call, trials } = world();
    const one = call();
    intake.take(one);
    events.push('primary sent');
    await Promise.resolve();
    events.push('primary: a microtask later');
    one.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(events.filter((event) => !event.endsWith('ended'))).toEqual([
      'shadow 1 started as a root',
      'primary linked',
      'shadow 2 started as a root',
      'primary linked',
      'primary sent',
      'primary: a microtask later',
      'shadow sent',
      'shadow sent',
    ]);
    expect(events.filter((event) => event.endsWith('ended')).toSorted()).toEqual(['shadow 1 ended', 'shadow 2 ended']);
  });

  it('ends the span of every shadow beside a primary whose span takes no links', async () => {
    const { addLink: _, ...old } = recorder('primary', [], 'a'.repeat(16));
    const { events, intake, call, trials, assembled } = world();
    const one = call({ span: old as Span });
    intake.take(one);
    one.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(events.filter((event) => event.endsWith('ended')).toSorted()).toEqual(['shadow 1 ended', 'shadow 2 ended']);
    expect(assembled[0]?.paired).toEqual(['candidate', 'aa']);
  });

  it('looks through the whole body once an arm before the primary is sent, and for the attributes after it', async () => {
    const looked: string[] = [];
    const watched = <Args extends unknown[], Result>(name: string, look: (...args: Args) => Result) => ({
      [name]: (...args: Args): Result => {
        looked.push(name);
        return look(...args);
      },
    });
    const { shadow } = openaiChat;
    if (shadow === null) throw new Error('a dialect without shadows');
    const dialect: Dialect = {
      ...openaiChat,
      ...watched('skim', openaiChat.skim),
      ...watched('requestAttributes', openaiChat.requestAttributes),
      shadow: { ...shadow, ...watched('change', shadow.change) },
    };
    const { intake, call, trials } = world();
    const one = call({ wire: { dialect } });
    intake.take(one);
    expect(looked).toEqual(['change', 'change']);
    one.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(looked.slice(2)).toEqual(['requestAttributes', 'requestAttributes']);
  });

  it('makes one trial of the primary and all legs, whoever comes last', async () => {
    for (const primaryFirst of [true, false]) {
      const { intake, call, trials, assembled } = world();
      const one = call();
      intake.take(one);
      if (!primaryFirst) await turn();
      one.settle(ok);
      await new Promise<void>((resolve) => void trials.whenSettled(resolve));
      expect(assembled).toHaveLength(1);
      expect(assembled[0]).toMatchObject({
        paired: ['candidate', 'aa'],
        dropped: {},
        trial: { producer: 'p1', pi: 1, input: { kind: 'text' } },
      });
      expect(Object.values(assembled[0]?.trial?.legs ?? {}).map(({ status }) => status)).toEqual(['ok', 'ok']);
    }
  });

  it('keeps the text at home where the experiment does not ask for it', async () => {
    const { intake, call, trials, assembled } = world({ content: 'none', policy: { gates: { errors: {} } } });
    const one = call();
    intake.take(one);
    one.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(assembled[0]?.trial).toMatchObject({ input: { kind: 'none' }, primary: { answer: { kind: 'none' } } });
  });

  it('drops the trial of a primary without an outcome', async () => {
    const { intake, call, trials, assembled, lost } = world();
    const one = call();
    intake.take(one);
    one.settle({ status: 'missing', reason: 'primary_unresolved' });
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(assembled[0]).toMatchObject({
      trial: null,
      dropped: { candidate: 'primary_unresolved', aa: 'primary_unresolved' },
    });
    expect(lost).toEqual(
      new Map([
        ['primary_unresolved candidate', 1],
        ['primary_unresolved aa', 1],
      ]),
    );
  });

  it('gives up what is unresolved at its deadline', async () => {
    const { intake, call, trials, assembled, events } = world(
      {},
      { deadlineMs: 30, respond: () => new Promise(() => undefined) },
    );
    const one = call();
    intake.take(one);
    one.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    expect(assembled[0]).toMatchObject({ trial: null, dropped: { candidate: 'leg_deadline', aa: 'leg_deadline' } });
    await turn();
    expect(events.filter((event) => event.endsWith('ended'))).toHaveLength(2);
  });

  it('ends the legs in flight when the service stops', async () => {
    const { intake, call, trials, assembled, events } = world({}, { respond: () => new Promise(() => undefined) });
    const one = call();
    intake.take(one);
    one.settle(ok);
    trials.closeAll();
    expect(assembled[0]).toMatchObject({ trial: null, dropped: { candidate: 'shutdown', aa: 'shutdown' } });
    await turn();
    expect(events.filter((event) => event.endsWith('ended'))).toHaveLength(2);
  });

  it('admits no more than may be in flight, and again when there is room', async () => {
    const { intake, call, trials, counts, lost } = world({ shadow: { concurrency: 5 } });
    const calls = Array.from({ length: 4 }, () => call());
    for (const each of calls) intake.take(each);
    expect(lost).toEqual(
      new Map([
        ['concurrency_cap candidate', 2],
        ['concurrency_cap aa', 2],
      ]),
    );
    for (const each of calls) each.settle(ok);
    await new Promise<void>((resolve) => void trials.whenSettled(resolve));
    const later = call();
    intake.take(later);
    expect(counts.totals().admitted).toBe(6);
  });

  it.each(['not_announced', 'memory_cap', 'shutting_down'] as const)(
    'refuses while %s, and counts it as coverage',
    (reason) => {
      const { intake, call, counts, events } = world({}, { admittance: { open: false, reason } });
      intake.take(call());
      expect(events).toEqual([]);
      expect(counts.rows().map(({ sampled, skipped, admitted }) => [sampled, skipped, admitted])).toEqual([
        [1, { [reason]: 1 }, 0],
        [1, { [reason]: 1 }, 0],
      ]);
    },
  );

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

  it('refuses one candidate and not the other, and the A/A leg only when no candidate is left', () => {
    const { intake, call, counts } = world({
      candidates: { good: {}, bad: { parameters: { web_search_options: {} } } },
      candidate: undefined as never,
    });
    intake.take(call());
    const byArm = (): unknown =>
      Object.fromEntries(counts.rows().map(({ arm, admitted, skipped }) => [arm, [admitted, skipped]]));
    expect(byArm()).toEqual({ good: [1, {}], bad: [0, { disallowed_feature: 1 }], aa: [1, {}] });
    intake.take(
      call({
        wire: {
          body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], web_search_options: {} }),
        },
      }),
    );
    expect(byArm()).toEqual({
      good: [1, { disallowed_feature: 1 }],
      bad: [0, { disallowed_feature: 2 }],
      aa: [1, { disallowed_feature: 1 }],
    });
  });
});

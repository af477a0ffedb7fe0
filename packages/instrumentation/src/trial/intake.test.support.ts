import type { Span, Tracer } from '@opentelemetry/api';
import type { Call } from '../capture/call.js';
import { concurrencyGate } from '../govern/concurrency.js';
import { allOf } from '../govern/gate.js';
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
import { createIds, type Ids } from './ids.js';
import type { Admittance, Meters } from './account.js';
import { Intake } from './intake.js';
import { OpenTrials } from './open-trials.js';
import type { Leg } from './trial.js';

const traceId = 'f'.repeat(32);
/** An outcome of the primary. */
export const ok: Leg = {
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
export function recorder(name: string, events: string[], spanId: string): Span {
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

/** An intake with everything behind it but the network. */
export interface World {
  readonly events: string[];
  readonly intake: { take(one: Call): void };
  readonly trials: OpenTrials;
  readonly assembled: Assembled[];
  readonly counts: SliceCounts;
  readonly lost: Map<string, number>;
  call(change?: Parameters<typeof callOf>[0]): Call & { settle(leg: Leg): void };
}

export function world(
  input: Partial<ExperimentInput> = {},
  options: {
    admittance?: Admittance;
    deadlineMs?: number;
    respond?: () => Promise<TransportResponse>;
    ids?: Ids;
    meters?: Partial<Meters>;
  } = {},
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
    ids: options.ids ?? createIds(),
    account: counts,
    meters: {
      reached: () => undefined,
      dropped: (reason, { arm }) => lost.set(`${reason} ${arm}`, (lost.get(`${reason} ${arm}`) ?? 0) + 1),
      measured: () => undefined,
      ...options.meters,
    },
    shadows,
    gates: { before: concurrencyGate(experiment.shadow.concurrency), made: allOf([]) },
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

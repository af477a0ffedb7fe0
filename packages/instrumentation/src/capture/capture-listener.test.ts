import { setImmediate } from 'node:timers/promises';
import { trace, type Meter, type Tracer } from '@opentelemetry/api';
import { AlwaysOffSampler, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';
import type { Leg } from '../trial/trial.js';
import type { Call } from './call.js';
import type { CaptureOptions } from './capture.js';
import {
  exporter,
  TARGET,
  ANSWER,
  tracer,
  failures,
  tapped,
  networked,
  request,
  onlySpan,
} from './tapped.test.support.js';

describe('the request of a call', () => {
  test('is there for the listener, and afterwards only where somebody waits for the outcome', async () => {
    for (const waits of [true, false]) {
      const shown: Call[] = [];
      const bodies: (string | undefined)[] = [];
      const { fetch } = tapped(() => networked([ANSWER]), {
        listener: (call) => {
          shown.push(call);
          bodies.push(call.wire?.body);
          if (waits) call.onOutcome(() => undefined);
        },
      });
      const init = request();
      await (await fetch(TARGET, init)).text();
      expect(bodies).toEqual([init.body]);
      expect(shown[0]?.wire?.body).toBe(waits ? init.body : '');
    }
    expect(exporter.getFinishedSpans().map(({ attributes }) => attributes['gen_ai.request.temperature'])).toEqual([
      0.5, 0.5,
    ]);
  });
});

describe('the outcome', () => {
  test('has the text only where it was asked for', async () => {
    for (const keep of [true, false]) {
      const { fetch, legs } = tapped(() => networked([ANSWER]), { keep });
      await (await fetch(TARGET, request())).text();
      const messages = [{ role: 'assistant', parts: [{ type: 'text', content: 'hello' }] }];
      expect(legs[0]).toMatchObject({
        status: 'ok',
        finish: 'stop',
        model: 'gpt-5-2026',
        answer: keep ? { kind: 'text', messages } : { kind: 'none' },
      });
    }
  });

  test('of an answer too large to hold is missing, as a shadow is, and the call is as it was', async () => {
    const { fetch, legs } = tapped(() => networked([ANSWER]), { keep: true, maxAnswerBytes: 50 });
    await expect((await fetch(TARGET, request())).text()).resolves.toBe(ANSWER);
    expect(legs).toEqual([{ status: 'missing', reason: 'primary_too_large' }]);
    expect(exporter.getFinishedSpans()[0]?.attributes).not.toHaveProperty('error.type');
  });

  test('times come from our own clock', async () => {
    let now = 1000;
    const clock = { now: () => 5_000_000, elapsed: () => now };
    const chunks = ['data: {"id":"c","choices":[]}\n\n', 'data: [DONE]\n\n'];
    const { fetch, legs, calls } = tapped(
      () => {
        now += 30;
        return networked(chunks);
      },
      { clock },
    );
    const response = await fetch(TARGET, request({ model: 'm', stream: true }));
    const body = (response.body as ReadableStream<Uint8Array>).getReader();
    await body.read();
    now += 200;
    while (!(await body.read()).done);
    expect(calls[0]?.startedAt).toBe(5_000_000);
    expect(legs).toMatchObject([{ firstChunkMs: 30, durationMs: 230 }]);
    expect(onlySpan().attributes['gen_ai.response.time_to_first_chunk']).toBe(0.03);
  });

  test('times leave out what listeners take before the answer is read, and what follows the last event', async () => {
    let now = 1000;
    const clock = { now: () => 5_000_000, elapsed: () => now };
    const chunks = ['data: {"id":"c","choices":[]}\n\n', 'data: [DONE]\n\n', ': more\n\n'];
    const legs: Leg[] = [];
    const { fetch } = tapped(
      () => {
        now += 30;
        return networked(chunks);
      },
      {
        clock,
        listener: (call) => {
          call.onOutcome((leg) => legs.push(leg));
          now += 500;
        },
      },
    );
    const response = await fetch(TARGET, request({ model: 'm', stream: true }));
    const body = (response.body as ReadableStream<Uint8Array>).getReader();
    await body.read();
    await body.read();
    now += 7000;
    while (!(await body.read()).done);
    expect(legs).toMatchObject([{ firstChunkMs: 30, durationMs: 30 }]);
  });

  test('comes after the span is described and before it ends', async () => {
    let seen: unknown;
    const { fetch } = tapped(() => networked([ANSWER]), {
      listener: (call) =>
        call.onOutcome(() => {
          seen = [call.span.isRecording(), (call.span as unknown as ReadableSpan).attributes['gen_ai.response.id']];
        }),
    });
    await (await fetch(TARGET, request())).text();
    expect(seen).toEqual([true, 'c1']);
  });
});

describe('the listener', () => {
  test('is told when the request is on its way and before anything becomes of it, with what it needs', async () => {
    for (const waits of [true, false]) {
      const order: string[] = [];
      const { fetch } = tapped(
        async () => {
          order.push('sent');
          if (waits) await setImmediate();
          order.push('answered');
          return networked([ANSWER]);
        },
        {
          listener: (call) => {
            order.push(
              `${call.request.model} ${call.wire?.headers.get('authorization')} ${String(call.context['app.route'])} ${call.recording}`,
              String(trace.getActiveSpan() === serviceSpan),
            );
            call.onOutcome(() => void order.push('outcome'));
          },
        },
      );
      let serviceSpan: unknown;
      await tracer.startActiveSpan('service', { attributes: { 'app.route': 'refunds' } }, async (span) => {
        serviceSpan = span;
        await (await fetch(TARGET, request(undefined, { headers: { Authorization: 'Bearer k' } }))).text();
      });
      const shown = ['gpt-5 Bearer k refunds true', 'true'];
      expect(order).toEqual(
        waits ? ['sent', ...shown, 'answered', 'outcome'] : ['sent', 'answered', ...shown, 'outcome'],
      );
    }
  });

  test.each([
    ['fails at once', () => Promise.reject(new Error('refused')), 'error'],
    [
      'throws',
      () => {
        throw new Error('refused');
      },
      'error',
    ],
    ['answers with an error', () => Promise.resolve(new Response('no', { status: 500 })), 'error'],
  ])('is told of a call that %s before its outcome', async (_, respond, status) => {
    const order: string[] = [];
    const { fetch } = tapped(respond, {
      listener: (call) => {
        order.push('shown');
        call.onOutcome((leg) => void order.push(leg.status));
      },
    });
    await (async () => fetch(TARGET, request()))().catch(() => undefined);
    expect(order).toEqual(['shown', status]);
    await setImmediate();
    expect(order).toEqual(['shown', status]);
  });

  test.each<[string, Partial<CaptureOptions>]>([
    [
      'a listener',
      {
        listener: () => {
          throw new Error('theirs');
        },
      },
    ],
    [
      'an outcome listener',
      {
        listener: (call) =>
          call.onOutcome(() => {
            throw new Error('theirs');
          }),
      },
    ],
    [
      'a tracer',
      {
        tracer: () =>
          ({
            startSpan: () => {
              throw new Error('theirs');
            },
          }) as unknown as Tracer,
      },
    ],
    [
      'a meter',
      {
        meter: () =>
          ({
            createHistogram: () => {
              throw new Error('theirs');
            },
          }) as unknown as Meter,
      },
    ],
    [
      'a clock',
      {
        clock: {
          now: () => {
            throw new Error('ours');
          },
          elapsed: () => 0,
        },
      },
    ],
  ])('%s that throws breaks nothing', async (_name, options) => {
    const { fetch } = tapped(() => networked([ANSWER]), options);
    await expect((await fetch(TARGET, request())).text()).resolves.toBe(ANSWER);
    expect(failures).toHaveLength(1);
  });

  test('gets no span reference where tracing is off, and the call as ever', async () => {
    const { fetch, calls, legs } = tapped(() => networked([ANSWER]), { tracer: () => trace.getTracer('none') });
    await (await fetch(TARGET, request())).text();
    expect(calls[0]).toMatchObject({ spanReference: null, recording: false });
    expect(legs).toMatchObject([{ status: 'ok', span: null, usage: { inputTokens: 3 } }]);
  });

  test('knows an unsampled span by its reference, and that it does not record', async () => {
    const off = new TracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('off');
    const { fetch, calls } = tapped(() => networked([ANSWER]), { tracer: () => off });
    await (await fetch(TARGET, request())).text();
    expect(calls[0]?.recording).toBe(false);
    expect(calls[0]?.spanReference?.traceId).toMatch(/^[0-9a-f]{32}$/);
  });
});

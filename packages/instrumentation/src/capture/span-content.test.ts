import { beforeEach, describe, expect, it } from 'vitest';
import { context, trace } from '@opentelemetry/api';
import { contentSettled } from './content-turns.js';
import type { SpanPrivacy } from './span-privacy.js';
import {
  ANSWER,
  exporter,
  failures,
  networked,
  onlySpan,
  request,
  TARGET,
  tapped,
  tracer,
} from './tapped.test.support.js';

const INPUT = 'gen_ai.input.messages';
const OUTPUT = 'gen_ai.output.messages';
const ASKED = { model: 'gpt-5', messages: [{ role: 'user', content: 'my secret' }] };

function hiding(text: (text: string) => string = (said) => said.replaceAll('secret', '-')): SpanPrivacy {
  return { content: () => ({ text, name: (name) => name }), name: (name) => name };
}

function sse(...events: readonly unknown[]): string[] {
  return [...events.map((event) => `data: ${JSON.stringify(event)}\n\n`), 'data: [DONE]\n\n'];
}

function delta(content: string, finish: string | null = null): object {
  return { id: 'c1', model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: finish }] };
}

beforeEach(async () => await contentSettled(1000));

describe('what was said, on the span of a primary', () => {
  const stop = ['\n', 'my secret', 'x'.repeat(5_000_000), { toString: 1 }];

  it('is not there in what the conventions have attributes for', async () => {
    const named: SpanPrivacy = { content: null, name: (name) => name.replace('secret', '-') };
    const { fetch } = tapped(() => networked([ANSWER]), { privacy: () => named });
    await (await fetch(TARGET, request({ ...ASKED, stop, service_tier: 'my secret' }))).text();
    expect(onlySpan().attributes).toMatchObject({ 'openai.request.service_tier': 'my -' });
    expect(Object.keys(onlySpan().attributes)).not.toContain('gen_ai.request.stop_sequences');
  });

  it.each([
    ['of a conversation', 'my secret', 'my -'],
    ['of lines', 'two\nlines', undefined],
    ['that is long', 'x'.repeat(257), undefined],
  ])('is not there as a name %s', async (_which, conversation, shown) => {
    const { fetch } = tapped(() => networked([ANSWER]), {
      privacy: () => ({ content: null, name: (name) => name.replace('secret', '-') }),
    });
    const url = 'https://api.openai.com/v1/responses';
    await (await fetch(url, request({ model: 'gpt-5', input: 'Hi', conversation, service_tier: conversation }))).text();
    const { attributes } = onlySpan();
    expect([attributes['gen_ai.conversation.id'], attributes['openai.request.service_tier']]).toEqual([shown, shown]);
  });

  it('is there with the stop sequences that can be some', async () => {
    const { fetch } = tapped(() => networked([ANSWER]), { privacy: () => hiding() });
    await (await fetch(TARGET, request({ ...ASKED, stop }))).text();
    await contentSettled(1000);
    expect(onlySpan().attributes).toMatchObject({ 'gen_ai.request.stop_sequences': ['\n', 'my -'] });
  });

  it('is not there where nobody asks for it', async () => {
    const { fetch } = tapped(() => networked([ANSWER]));
    await (await fetch(TARGET, request(ASKED))).text();
    expect(Object.keys(onlySpan().attributes)).not.toContain(INPUT);
    expect(JSON.stringify(onlySpan().attributes)).not.toContain('hello');
  });

  it.each([
    ['in one body', () => networked([ANSWER])],
    ['in a stream', () => networked(sse(delta('hel'), delta('lo', 'stop')))],
  ])('is there as it was made fit to be, %s, with no leg that keeps it', async (_how, answer) => {
    const { fetch, legs } = tapped(answer, { privacy: () => hiding() });
    await (await fetch(TARGET, request(ASKED))).text();
    await contentSettled(1000);
    expect(onlySpan().attributes).toMatchObject({
      [INPUT]: JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'my -' }] }]),
      [OUTPUT]: JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: 'hello' }] }]),
    });
    expect(legs).toMatchObject([{ status: 'ok', answer: { kind: 'none' } }]);
    expect(failures).toEqual([]);
  });

  it('is made in a turn of its own, and the span ends when the call did', async () => {
    let made = 0;
    const slow = hiding((text) => {
      const until = performance.now() + 30;
      while (performance.now() < until) made += 1;
      return text;
    });
    const { fetch } = tapped(() => networked([ANSWER]), { privacy: () => slow });
    const response = await fetch(TARGET, request(ASKED));
    await response.text();
    // The host goes on before anything is looked through.
    const ended = performance.now();
    expect(made).toBe(0);
    await contentSettled(1000);
    expect(made).toBeGreaterThan(0);
    const { endTime } = onlySpan();
    expect(endTime[0] * 1000 + endTime[1] / 1e6).toBeLessThanOrEqual(performance.timeOrigin + ended + 5);
  });

  it('is not there at all where a text cannot be made fit, and that is counted', async () => {
    const { fetch } = tapped(() => networked([ANSWER]), {
      privacy: () =>
        hiding((text) => {
          if (text === 'hello') throw new RangeError('too much');
          return text;
        }),
    });
    await (await fetch(TARGET, request(ASKED))).text();
    await contentSettled(1000);
    expect(onlySpan().attributes).toMatchObject({ 'understudy.content.cut': ['all'] });
    expect(Object.keys(onlySpan().attributes)).not.toContain(INPUT);
    expect(failures).toMatchObject([['capture.content', { message: 'too much' }]]);
  });

  it.each(['error', 'abort'])(
    'is what was asked, and as much as came of the answer, of a call that ends in an %s',
    async (end) => {
      const aborting = new AbortController();
      const { fetch } = tapped(
        () =>
          end === 'error'
            ? networked(['{"error":{"message":"my secret"}}'], { status: 500 })
            : networked([...sse(delta('hel'))].slice(0, 1)),
        { privacy: () => hiding() },
      );
      const response = await fetch(TARGET, request(ASKED, { signal: aborting.signal }));
      const reader = response.body?.getReader();
      await reader?.read();
      if (end === 'abort') await reader?.cancel();
      else await reader?.read();
      await contentSettled(1000);
      const { attributes } = onlySpan();
      expect(attributes[INPUT]).toContain('my -');
      expect(attributes[OUTPUT] ?? null).toEqual(end === 'error' ? null : expect.stringContaining('hel'));
    },
  );

  it('is not put on a span that another instrumentation made', async () => {
    const { fetch } = tapped(() => networked([ANSWER]), { privacy: () => hiding() });
    const foreign = tracer.startSpan('chat gpt-5', {
      attributes: { 'gen_ai.operation.name': 'chat', [INPUT]: 'its own' },
    });
    await context.with(trace.setSpan(context.active(), foreign), async () => {
      await (await fetch(TARGET, request(ASKED))).text();
    });
    await contentSettled(1000);
    foreign.end();
    expect(onlySpan().attributes).toEqual({ 'gen_ai.operation.name': 'chat', [INPUT]: 'its own' });
  });

  it('ends every span, however many calls end at once, and says where nothing could be put on it', async () => {
    const { fetch } = tapped(() => networked([ANSWER]), { privacy: () => hiding() });
    await Promise.all(Array.from({ length: 400 }, async () => await (await fetch(TARGET, request(ASKED))).text()));
    await contentSettled(10_000);
    const spans = exporter.getFinishedSpans();
    expect(spans).toHaveLength(400);
    const without = spans.filter(({ attributes }) => attributes[INPUT] === undefined);
    for (const { attributes } of without) expect(attributes['understudy.content.cut']).toEqual(['all']);
  });
});

describe('a name that the other side chose', () => {
  it('passes what makes it fit for spans, and is none where it is a text', async () => {
    const answer = (model: string): string => JSON.stringify({ ...JSON.parse(ANSWER), model });
    for (const [model, shown] of [
      ['gpt-5 (secret)', 'gpt-5 (-)'],
      ['two\nlines', undefined],
      ['x'.repeat(300), undefined],
    ] as const) {
      exporter.reset();
      const { fetch } = tapped(() => networked([answer(model)]), {
        privacy: () => ({ content: null, name: (name) => name.replaceAll('secret', '-') }),
      });
      await (await fetch(TARGET, request({ ...ASKED, model: model.includes('\n') ? model : 'gpt-5' }))).text();
      expect(onlySpan().attributes['gen_ai.response.model']).toBe(shown);
      expect(onlySpan().name).toBe(model.includes('\n') ? 'chat' : 'chat gpt-5');
    }
  });
});

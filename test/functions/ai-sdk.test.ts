import { createOpenAI } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import { generateText, jsonSchema, streamText, tool, wrapLanguageModel } from 'ai';
import { expect, it } from 'vitest';
import { type MiddlewareOptions, understudyMiddleware } from '../../packages/instrumentation/src/ai-sdk.js';
import type { Trial } from '../../packages/instrumentation/src/trial/trial.js';
import { describeWithRedis } from '../servers/found.js';
import {
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4StreamPart,
  ScriptedModel,
} from './models.js';
import { experimentOfCode, providerOfTest, type ServiceOfTest, servicesOnRedis, WITHOUT_NOISE } from './service.js';

const CALL: LanguageModelV4CallOptions = {
  prompt: [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: [{ type: 'text', text: 'Hello?' }] },
  ],
};

function wrapped(
  service: ServiceOfTest,
  model: LanguageModelV4,
  candidates: MiddlewareOptions['candidates'],
  options: Partial<MiddlewareOptions> = {},
): LanguageModelV4 {
  const middleware = understudyMiddleware(service.understudy, { experiment: 'of-code', candidates, ...options });
  return wrapLanguageModel({ model, middleware });
}

/** What the trial says that does not depend on time or chance. */
function told(trial: Trial | undefined): unknown {
  return JSON.parse(
    JSON.stringify({ input: trial?.input, primary: trial?.primary, legs: trial?.legs }, (key, value: unknown) =>
      ['durationMs', 'firstChunkMs', 'afterMs', 'span', 'pairId'].includes(key) ? undefined : value,
    ),
  ) as unknown;
}

async function partsOf(model: LanguageModelV4): Promise<LanguageModelV4StreamPart[]> {
  const parts: LanguageModelV4StreamPart[] = [];
  for await (const part of (await model.doStream(CALL)).stream) parts.push(part);
  return parts;
}

describeWithRedis('a model of the AI SDK and its candidates', () => {
  const start = servicesOnRedis();

  it('is compared, generated or streamed, with the same answer, and one span a call', async () => {
    await using service = await start({ experiments: [experimentOfCode()] });
    const candidate = new ScriptedModel('small', { kind: 'calls', tool: 'look_up', input: '{"a":1}' });
    const model = wrapped(service, new ScriptedModel('large', { kind: 'says', text: 'Good day to you.' }), candidate);
    await service.inSpan(async () => await model.doGenerate(CALL));
    await service.inSpan(() => partsOf(model));
    const trials = await service.trials();
    const answer = (parts: readonly unknown[]): unknown => ({
      kind: 'text',
      messages: [{ role: 'assistant', parts: [{ type: 'other', kind: 'reasoning' }, ...parts] }],
    });
    const usage = { inputTokens: 11, cachedInputTokens: 7, outputTokens: 9, reasoningTokens: 2 };
    const said = answer([{ type: 'text', content: 'Good day to you.' }]);
    const called = answer([{ type: 'tool_call', id: 'call-1', name: 'look_up', arguments: '{"a":1}' }]);
    const large = { status: 'ok', answer: said, finish: 'stop', usage, model: 'large-2026' };
    const small = { status: 'ok', answer: called, finish: 'tool_call', usage, model: 'small-2026' };
    expect(told(trials[0])).toEqual({
      input: {
        kind: 'text',
        messages: [
          { role: 'system', parts: [{ type: 'text', content: 'Be kind.' }] },
          { role: 'user', parts: [{ type: 'text', content: 'Hello?' }] },
        ],
      },
      primary: large,
      legs: { candidate: small, aa: large },
    });
    expect(told(trials[1])).toEqual(told(trials[0]));
    expect(trials.map(({ stream }) => stream)).toEqual([false, true]);
    for (const leg of [trials[1]?.primary, trials[1]?.legs['candidate']]) expect(leg).toHaveProperty('firstChunkMs');
    expect(
      service
        .spans()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual([...Array.from({ length: 4 }, () => 'chat large'), 'chat small', 'chat small', 'request', 'request']);
    const primary = service.spans().find(({ attributes }) => attributes['understudy.role'] === 'primary');
    expect(primary?.attributes).toMatchObject({
      'gen_ai.provider.name': 'test',
      'gen_ai.request.model': 'large',
      'gen_ai.response.finish_reasons': ['raw_stop'],
      'gen_ai.usage.output_tokens': 9,
    });
  });

  it('gives a candidate what shapes the answer: no header, no signal of the caller, no state', async () => {
    await using service = await start({ experiments: [experimentOfCode(WITHOUT_NOISE)] });
    const candidate = new ScriptedModel('small', { kind: 'says', text: 'Hi.' }, 'openai.responses');
    const primary = new ScriptedModel('large', { kind: 'says', text: 'Hi.' });
    const model = wrapped(service, primary, candidate, { providerOptions: ['custom.option'] });
    const caller = new AbortController();
    const call: LanguageModelV4CallOptions = {
      ...CALL,
      temperature: 0.5,
      headers: { authorization: 'Bearer secret' },
      abortSignal: caller.signal,
      providerOptions: { openai: { store: true, reasoningEffort: 'low' }, custom: { option: 1 } },
      tools: [{ type: 'function', name: 'look_up', inputSchema: { type: 'object' } }],
    };
    await service.inSpan(async () => await model.doGenerate(call));
    await service.batches();
    expect(primary.calls[0]).toBe(call);
    const { abortSignal, ...got } = candidate.calls[0] ?? { prompt: [] };
    expect(got).toEqual({
      prompt: call.prompt,
      temperature: 0.5,
      tools: call.tools,
      providerOptions: { openai: { store: false, reasoningEffort: 'low' }, custom: { option: 1 } },
    });
    expect(got.prompt).not.toBe(call.prompt);
    expect(abortSignal).not.toBe(caller.signal);
  });

  it.each<[string, Partial<LanguageModelV4CallOptions>]>([
    ["a provider's own tool", { tools: [{ type: 'provider', id: 'openai.web_search', name: 'web', args: {} }] }],
    ['an answer stored earlier', { providerOptions: { openai: { previousResponseId: 'r' } } }],
    ['servers the provider calls', { providerOptions: { anthropic: { mcpServers: [] } } }],
    ['an option nobody knows', { providerOptions: { someone: { else: 1 } } }],
    [
      'an uploaded file',
      {
        prompt: [
          {
            role: 'user',
            content: [
              { type: 'file', mediaType: 'image/png', data: { type: 'reference', reference: { openai: 'f' } } },
            ],
          },
        ],
      },
    ],
  ])('refuses %s, and counts it', async (_name, change) => {
    await using service = await start({ experiments: [experimentOfCode()] });
    const candidate = new ScriptedModel('small', { kind: 'says', text: 'Hi.' });
    const primary = new ScriptedModel('large', { kind: 'says', text: 'Hi.' });
    await service.inSpan(async () => await wrapped(service, primary, candidate).doGenerate({ ...CALL, ...change }));
    await service.batches();
    expect([primary.calls.length, candidate.calls.length]).toEqual([1, 0]);
    expect(await service.sum('understudy.dropped', { reason: 'disallowed_feature' })).toBe(2);
  });

  it('tells failures, aborts and broken streams as they are, and a repeated attempt as one', async () => {
    await using service = await start({ experiments: [experimentOfCode(WITHOUT_NOISE)] });
    const candidate = new ScriptedModel('small', { kind: 'fails', status: 429 });
    const run = async (model: ScriptedModel, ask: (model: LanguageModelV4) => Promise<unknown>): Promise<void> => {
      await service.inSpan(async () => await ask(wrapped(service, model, candidate)).catch(() => undefined));
    };
    let attempts = 0;
    const busy = new ScriptedModel('busy', () =>
      attempts++ === 0 ? { kind: 'fails', status: 503 } : { kind: 'says', text: 'Hi.' },
    );
    await run(busy, async (model) => {
      // As `generateText` does, with the same prompt.
      await Promise.allSettled([model.doGenerate({ ...CALL })]);
      await model.doGenerate({ ...CALL });
    });
    await run(new ScriptedModel('breaking', { kind: 'breaks' }), partsOf);
    await run(new ScriptedModel('left', { kind: 'says', text: 'one two three' }), async (model) => {
      for await (const part of (await model.doStream(CALL)).stream) if (part.type === 'text-delta') break;
    });
    await run(new ScriptedModel('stopped', { kind: 'hangs' }), async (model) => {
      const caller = new AbortController();
      const { stream } = await model.doStream({ ...CALL, abortSignal: caller.signal });
      for await (const part of stream) if (part.type === 'text-delta') caller.abort();
    });
    const trials = await service.trials();
    expect(trials.map(({ primary }) => (primary.status === 'error' ? primary.type : primary.status))).toEqual([
      '503',
      'overloaded_error',
      'aborted',
      'aborted',
    ]);
    for (const { legs } of trials) expect(legs['candidate']).toMatchObject({ status: 'error', type: '429' });
    expect(attempts).toBe(2);
    expect(await service.sum('understudy.dropped', { reason: 'resend' })).toBe(1);
  });

  it('makes one span of a call that the fetch tap sees too, and runs no tool', async () => {
    await using service = await start({ experiments: [experimentOfCode()] });
    await using provider = await providerOfTest();
    const openai = createOpenAI({ apiKey: 'k', baseURL: `${provider.origin}/plain/v1` });
    const candidate = new ScriptedModel('small', { kind: 'calls', tool: 'look_up', input: '{"a":1}' });
    const model = wrapped(service, openai.chat('large'), candidate);
    let executions = 0;
    const tools = {
      look_up: tool({
        inputSchema: jsonSchema<{ a: number }>({ type: 'object' }),
        execute: async () => (executions += 1),
      }),
    };
    await service.inSpan(async () => {
      expect((await generateText({ model, prompt: 'Hello?', tools })).text.length).toBeGreaterThan(0);
      expect((await streamText({ model, prompt: 'Hello?', tools }).text).length).toBeGreaterThan(0);
    });
    const trials = await service.trials();
    expect(trials).toHaveLength(2);
    for (const { primary, legs } of trials) {
      expect([primary, legs['candidate'], legs['aa']].map((leg) => leg?.status)).toEqual(['ok', 'ok', 'ok']);
    }
    expect(provider.seen).toHaveLength(4);
    expect(
      service
        .spans()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual([...Array.from({ length: 4 }, () => 'chat large'), 'chat small', 'chat small', 'request']);
    expect(executions).toBe(0);
  });

  it("uses the span of the SDK's own telemetry instead of making a second", async () => {
    await using service = await start({ experiments: [experimentOfCode(WITHOUT_NOISE)] });
    const candidate = new ScriptedModel('small', { kind: 'says', text: 'Hi.' });
    const model = wrapped(service, new ScriptedModel('large', { kind: 'says', text: 'Hello.' }), candidate);
    const telemetry = { integrations: [new OpenTelemetry({ tracer: service.tracer })] };
    await service.inSpan(async () => {
      await generateText({ model, prompt: 'Hello?', telemetry });
      await streamText({ model, prompt: 'Hello?', telemetry }).text;
    });
    const trials = await service.trials();
    const chats = service.spans().filter(({ attributes }) => attributes['gen_ai.operation.name'] === 'chat');
    expect(chats.map(({ name }) => name).toSorted()).toEqual(['chat large', 'chat large', 'chat small', 'chat small']);
    const ids = new Set(chats.map((span) => span.spanContext().spanId));
    expect(trials).toHaveLength(2);
    for (const { primary } of trials) expect(ids).toContain(primary.status === 'ok' ? primary.span?.spanId : null);
    expect(chats.filter(({ attributes }) => attributes['understudy.role'] === 'primary')).toHaveLength(2);
  });
});

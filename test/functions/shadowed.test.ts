import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import type { Leg, Message } from '../../packages/instrumentation/src/trial/trial.js';
import { adding, ask } from '../integration/service-harness.js';
import { describeWithRedis } from '../servers/found.js';
import { experimentOfCode, providerOfTest, servicesOnRedis, WITHOUT_NOISE } from './service.js';

const textOf = (messages: readonly Message[]): string =>
  messages.flatMap(({ parts }) => parts.map((part) => (part.type === 'text' ? part.content : part.type))).join();
const answerOf = (leg: Leg | undefined): string =>
  leg?.status === 'ok' && leg.answer.kind === 'text' ? textOf(leg.answer.messages) : (leg?.status ?? 'none');

describeWithRedis('a function and its candidates', () => {
  const start = servicesOnRedis();

  it('is compared by its labels: an answer each, spans that are linked, one trial', async () => {
    await using service = await start({ experiments: [experimentOfCode()] });
    const classify = service.understudy.shadowed(
      async function classify(ticket: { text: string }) {
        return ticket.text.includes('refund') ? 'refund' : 'other';
      },
      async function smallModel() {
        return 'other';
      },
      { experiment: 'of-code', operation: 'classify' },
    );
    expect(await service.inSpan(() => classify({ text: 'refund, please' }))).toBe('refund');

    const [trial] = await service.trials();
    expect(trial).toMatchObject({ operation: 'classify', stream: false });
    expect(trial?.input).toEqual({
      kind: 'text',
      messages: [{ role: 'user', parts: [{ type: 'text', content: '{"text":"refund, please"}' }] }],
    });
    expect(answerOf(trial?.primary)).toBe('refund');
    expect(answerOf(trial?.legs['candidate'])).toBe('other');
    expect(answerOf(trial?.legs['aa'])).toBe('refund');

    const spans = service.spans();
    expect(spans.map(({ name }) => name).toSorted()).toEqual([
      'classify classify',
      'classify classify',
      'classify smallModel',
      'request',
    ]);
    const primary = spans.find(({ attributes }) => attributes['understudy.role'] === 'primary');
    const shadows = spans.filter(({ attributes }) => attributes['understudy.role'] === 'shadow');
    expect(primary?.attributes).toMatchObject({
      'gen_ai.operation.name': 'classify',
      'understudy.experiment': 'of-code',
    });
    expect(primary?.links.map(({ context }) => context.spanId).toSorted()).toEqual(
      shadows.map((span) => span.spanContext().spanId).toSorted(),
    );
    for (const shadow of shadows) expect(shadow.links[0]?.context.spanId).toBe(primary?.spanContext().spanId);
  });

  it('runs the candidate after the primary, outside of its request, on arguments of its own', async () => {
    await using service = await start({ experiments: [experimentOfCode(WITHOUT_NOISE)] });
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const order: string[] = [];
    const summarise = service.understudy.shadowed(
      async (note: { lines: string[] }) => {
        order.push('primary');
        await Promise.resolve();
        note.lines.push('read');
        return note.lines.length;
      },
      async (note) => {
        order.push('candidate');
        seen.push(request.getStore(), [...note.lines]);
        note.lines.length = 0;
        return 0;
      },
      { experiment: 'of-code', operation: 'summarise' },
    );
    const note = { lines: ['one'] };
    const result = await service.inSpan(() => request.run('a request', () => summarise(note)));
    order.push('host');
    expect(result).toBe(2);
    const [trial] = await service.trials();
    expect(order).toEqual(['primary', 'host', 'candidate']);
    expect(seen).toEqual([undefined, ['one']]);
    expect(note.lines).toEqual(['one', 'read']);
    expect(answerOf(trial?.primary)).toBe('2');
    expect(answerOf(trial?.legs['candidate'])).toBe('0');
    // What was asked is what it was when it was asked.
    expect(trial?.input).toMatchObject({ messages: [{ parts: [{ content: '{"lines":["one"]}' }] }] });
  });

  it('gives the same whether a call is drawn or not, whatever its candidates do', async () => {
    await using service = await start({ experiments: [experimentOfCode()] });
    const reply = { text: 'yes' };
    const error = new RangeError('no');
    const self = { reply };
    let ran = 0;
    const ask = service.understudy.shadowed(
      async function (this: unknown, what: 'answer' | 'error') {
        if (what === 'error') throw error;
        return (this as typeof self).reply;
      },
      async (): Promise<never> => {
        ran += 1;
        throw new Error('of the candidate');
      },
      { experiment: 'of-code', operation: 'ask' },
    );
    expect(await service.inSpan(() => Reflect.apply(ask, self, ['answer']))).toBe(reply);
    await expect(service.inSpan(() => Reflect.apply(ask, self, ['error']))).rejects.toBe(error);
    const [answered, failed] = await service.trials();
    expect(ran).toBe(2);
    expect([answered?.primary.status, answered?.legs['aa']?.status]).toEqual(['ok', 'ok']);
    expect([failed?.primary, failed?.legs['aa']]).toMatchObject([{ type: 'RangeError' }, { type: 'RangeError' }]);
    const primary = service.spans().find(({ attributes }) => attributes['error.type'] === 'RangeError');
    expect(primary?.status.code).toBe(2);
  });

  it('makes an error of what a candidate throws, and ends one that hangs', async () => {
    await using service = await start({
      experiments: [
        experimentOfCode({
          candidates: { throwing: { version: '1' }, rejecting: { version: '1' }, hanging: { version: '1' } },
          ...WITHOUT_NOISE,
          shadow: { timeoutMs: 50 },
        }),
      ].map(({ candidate: _, ...rest }) => rest),
    });
    let stopped: unknown = null;
    const ask = service.understudy.shadowed(
      async (_question: string) => 'yes',
      {
        throwing: () => {
          throw new RangeError('of mine: a secret');
        },
        rejecting: async () => await Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' })),
        hanging: async () => await new Promise<string>(() => undefined),
      },
      {
        experiment: 'of-code',
        operation: 'ask',
        arguments: (args, { arm, signal }) => {
          if (arm === 'hanging') signal.addEventListener('abort', () => (stopped = (signal.reason as Error).name));
          return args;
        },
      },
    );
    expect(await service.inSpan(() => ask('well?'))).toBe('yes');
    const [trial] = await service.trials();
    expect(trial?.legs).toMatchObject({
      throwing: { status: 'error', type: 'RangeError' },
      rejecting: { status: 'error', type: 'ECONNREFUSED' },
      hanging: { status: 'error', type: 'timeout' },
    });
    expect(stopped).toBe('TimeoutError');
    expect(JSON.stringify(service.spans().map(({ attributes, events }) => [attributes, events]))).not.toContain(
      'secret',
    );
  });

  it('is one call however it calls a model: no second span, and nothing for other experiments', async () => {
    await using service = await start({
      experiments: [experimentOfCode(), { ...experimentOfCode({ candidate: { model: 'other' } }), name: 'over-http' }],
    });
    await using provider = await providerOfTest();
    const openai = new OpenAI({ apiKey: 'k', baseURL: `${provider.origin}/plain/v1`, maxRetries: 0 });
    const from = provider.seen.length;
    const model = async (question: string): Promise<string> => await ask(openai, question);
    const options = { experiment: 'of-code', operation: 'chat', model: 'm' };
    const shadowed = service.understudy.shadowed(model, model, options);
    const answer = await service.inSpan(() => shadowed('well?'));
    const [trial, ...others] = await service.trials();
    expect(provider.seen.slice(from)).toHaveLength(3);
    expect(others).toEqual([]);
    expect([trial?.primary, trial?.legs['candidate'], trial?.legs['aa']].map(answerOf)).toEqual([
      answer,
      answer,
      answer,
    ]);
    expect(
      service
        .spans()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['chat m', 'chat m', 'chat model', 'request']);
    expect(await service.sum('understudy.funnel', { stage: 'called', experiment: 'over-http' })).toBe(0);
    expect(await service.sum('understudy.funnel', { stage: 'called', experiment: 'of-code', arm: 'aa' })).toBe(1);
  });

  it('skips and counts arguments that cannot be copied', async () => {
    await using service = await start({ experiments: [experimentOfCode()] });
    class Session {}
    const ask = service.understudy.shadowed(
      async (_session: Session, question: string) => question,
      async () => 'never',
      { experiment: 'of-code', operation: 'ask' },
    );
    expect(await service.inSpan(() => ask(new Session(), 'well?'))).toBe('well?');
    expect(await service.trials()).toEqual([]);
    for (const arm of ['candidate', 'aa'])
      expect(await service.sum('understudy.dropped', { reason: 'untranslatable', arm })).toBe(1);
  });

  it('gives streams and promises with methods of their own as they are, and asks for no shadow after the first', async () => {
    await using service = await start({ experiments: [experimentOfCode(WITHOUT_NOISE)] });
    let shadows = 0;
    let made: object | undefined;
    const tokens = service.understudy.shadowed(
      (_question: string) => {
        made = (async function* words() {
          yield 'one';
        })();
        return made;
      },
      async () => (shadows += 1),
      { experiment: 'of-code', operation: 'ask' },
    );
    await service.inSpan(async () => expect(tokens('a')).toBe(made));
    await service.inSpan(async () => expect(tokens('b')).toBe(made));
    await service.batches();
    expect(shadows).toBe(1);
    expect(await service.sum('understudy.dropped', { reason: 'primary_unresolved' })).toBe(1);
    expect(await service.sum('understudy.dropped', { reason: 'untranslatable' })).toBe(1);
  });

  it('keeps no text where the experiment says so', async () => {
    await using service = await start({
      experiments: [experimentOfCode({ content: 'none', policy: { gates: { errors: {} } } })],
    });
    const ask = service.understudy.shadowed(
      async (question: string) => ({ text: `about ${question}`, tokens: 3 }),
      async (question) => ({ text: `about ${question}`, tokens: 4 }),
      {
        experiment: 'of-code',
        operation: 'ask',
        answer: ({ text, tokens }) => ({ text, finish: 'stop', usage: { outputTokens: tokens }, model: 'small' }),
      },
    );
    await service.inSpan(() => ask('a secret'));
    const trials = await service.trials();
    expect(JSON.stringify(trials)).not.toContain('secret');
    expect(trials[0]).toMatchObject({
      input: { kind: 'none' },
      turns: 1,
      primary: { status: 'ok', answer: { kind: 'none' }, finish: 'stop', usage: { outputTokens: 3 }, model: 'small' },
      legs: { candidate: { usage: { outputTokens: 4 } } },
    });
  });

  it('accounts for every call: failing, aborted, refused, not drawn', async () => {
    await using service = await start({
      experiments: [experimentOfCode({ sample: { rate: 0.5 }, noise: { rate: 0.5 }, piMin: 0.5 })],
    });
    const ask = service.understudy.shadowed(
      async (index: number, extra?: unknown) => {
        await sleep(index % 3);
        if (index % 7 === 0) throw new TypeError('no');
        if (index % 11 === 0) throw new DOMException('left', 'AbortError');
        return extra === undefined ? 'yes' : 'no';
      },
      async (index: number) => (index % 5 === 0 ? 'no' : 'yes'),
      { experiment: 'of-code', operation: 'ask' },
    );
    await Promise.allSettled(
      Array.from({ length: 300 }, (_, index) =>
        service.inSpan(() => ask(index, index % 13 === 0 ? () => undefined : undefined)),
      ),
    );
    await service.batches();
    await service.understudy.shutdown();
    const batches = await service.batches();
    const counts = adding(batches);
    const trials = batches.flatMap((batch) => batch.trials);
    expect(new Set(trials.map(({ primary }) => primary.status))).toEqual(new Set(['ok', 'error', 'aborted']));
    for (const row of counts.rows) {
      expect(row.sampled).toBe(row.admitted + Object.values(row.skipped).reduce((a, b) => a + b, 0));
      expect(row.admitted).toBe(row.published + Object.values(row.dropped).reduce((a, b) => a + b, 0));
    }
    for (const arm of ['candidate', 'aa']) {
      const funnel = async (stage: string): Promise<number> => await service.sum('understudy.funnel', { stage, arm });
      const lost = async (reason: string): Promise<number> => await service.sum('understudy.dropped', { reason, arm });
      expect(await funnel('called')).toBe(300);
      expect(await funnel('eligible')).toBe(300);
      expect(await funnel('sampled')).toBe(300 - (await lost('not_sampled')));
      const refused = (await lost('concurrency_cap')) + (await lost('untranslatable'));
      expect(await funnel('admitted')).toBe((await funnel('sampled')) - refused);
      expect(await funnel('answered')).toBe(await funnel('admitted'));
      expect(await funnel('paired')).toBe(await funnel('admitted'));
      expect(await funnel('paired')).toBe(trials.filter(({ legs }) => arm in legs).length);
    }
  });
});

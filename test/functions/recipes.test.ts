import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { shadowedModel } from '../../examples/recipes/ai-sdk.js';
import { shadowedConverse } from '../../examples/recipes/bedrock.js';
import { shadowedClassifier } from '../../examples/recipes/classifier.js';
import type { UnderstudyInstrumentation } from '../../packages/instrumentation/src/index.js';
import type { Leg } from '../../packages/instrumentation/src/trial/trial.js';
import { describeWithRedis } from '../servers/found.js';
import { startConverseServer } from './converse-server.js';
import { ScriptedModel } from './models.js';
import { experimentOfCode, providerOfTest, servicesOnRedis } from './service.js';

const answerOf = (leg: Leg | undefined): unknown =>
  leg?.status === 'ok' && leg.answer.kind === 'text' ? leg.answer.messages.flatMap(({ parts }) => parts) : leg;

/** The examples know the package by its name; here it is the source. */
const asPackage = (understudy: UnderstudyInstrumentation): never => understudy as never;

describeWithRedis('the recipes', () => {
  const start = servicesOnRedis();

  it('Bedrock, whose client does not use fetch, is compared with an OpenAI-compatible host', async () => {
    await using service = await start({ experiments: [experimentOfCode({ name: 'bedrock-to-mini' })] });
    await using server = await startConverseServer();
    await using provider = await providerOfTest();
    const bedrock = new BedrockRuntimeClient({
      region: 'eu-west-1',
      endpoint: server.origin,
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
    const openai = new OpenAI({ apiKey: 'k', baseURL: `${provider.origin}/plain/v1` });
    const converse = shadowedConverse(asPackage(service.understudy), bedrock, openai);
    const ask = async (text: string): Promise<unknown> =>
      await service.inSpan(() =>
        converse({
          modelId: 'anthropic.claude-large',
          system: [{ text: 'Be kind.' }],
          messages: [{ role: 'user', content: [{ text }] }],
        }),
      );
    expect(await ask('Hello?')).toMatchObject({ stopReason: 'end_turn', $metadata: { httpStatusCode: 200 } });
    await expect(ask('throttle me')).rejects.toThrow('slow down');
    const [answered, throttled] = await service.trials();
    bedrock.destroy();

    expect(server.seen.map(({ path }) => path)).toEqual(Array(4).fill('/model/anthropic.claude-large/converse'));
    expect(answered?.input).toMatchObject({ messages: [{ role: 'system' }, { role: 'user' }] });
    const said = [{ type: 'text', content: 'Good day to you.' }];
    expect([answered?.primary, answered?.legs['aa']].map(answerOf)).toEqual([said, said]);
    expect(answered?.primary).toMatchObject({ finish: 'stop', usage: { inputTokens: 12, outputTokens: 5 } });
    expect(answered?.legs['candidate']).toMatchObject({ status: 'ok', finish: 'stop', usage: { outputTokens: 7 } });
    expect(throttled?.primary).toMatchObject({ status: 'error', type: 'ThrottlingException' });
    expect(throttled?.legs['aa']).toMatchObject({ status: 'error', type: 'ThrottlingException' });
    expect(throttled?.legs['candidate']).toMatchObject({ status: 'ok' });
    expect(provider.seen).toHaveLength(2);
    const primary = service.spans().find(({ attributes }) => attributes['understudy.role'] === 'primary');
    expect(primary?.name).toBe('chat anthropic.claude-large');
    expect(primary?.attributes).toMatchObject({
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 12,
    });
  });

  it('a classifier is compared by its labels', async () => {
    const { candidate: _, ...rest } = experimentOfCode({ name: 'ticket-labels' });
    const candidates = { small: { version: '1' }, rules: { version: '2026-11' } };
    await using service = await start({ experiments: [{ ...rest, candidates }] });
    const label = (text: string) => async () => ({ label: text });
    const classify = shadowedClassifier(asPackage(service.understudy), label('refund'), {
      small: label('refund'),
      rules: label('other'),
    });
    expect(await service.inSpan(() => classify({ id: '1', text: 'My money back!' }))).toEqual({ label: 'refund' });
    const [trial] = await service.trials();
    const labels = Object.fromEntries(
      Object.entries({ primary: trial?.primary, ...trial?.legs }).map(([arm, leg]) => [arm, answerOf(leg)]),
    );
    const of = (content: string): unknown => [{ type: 'text', content }];
    expect(labels).toEqual({ primary: of('refund'), small: of('refund'), rules: of('other'), aa: of('refund') });
    expect(trial?.input).toMatchObject({ messages: [{ parts: of('My money back!') }] });
  });

  it('a model of the AI SDK is compared with another', async () => {
    const { candidate: _, ...rest } = experimentOfCode({ name: 'support-models' });
    await using service = await start({ experiments: [{ ...rest, candidates: { small: { version: 'small-1' } } }] });
    const large = new ScriptedModel('large', { kind: 'says', text: 'Hello.' });
    const model = shadowedModel(
      asPackage(service.understudy),
      large,
      new ScriptedModel('small', { kind: 'says', text: 'Hi.' }),
    );
    await service.inSpan(async () => await model.doGenerate({ prompt: [] }));
    const [trial] = await service.trials();
    expect(Object.keys(trial?.legs ?? {})).toEqual(['small', 'aa']);
    expect(shadowedModel(null, large, large).provider).toBe(large.provider);
  });
});

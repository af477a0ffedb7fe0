import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ContentMode } from '../../packages/instrumentation/src/experiment/definition.js';
import { announced, experiment, startService } from '../integration/service-harness.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { type CanaryProvider, startCanaryProvider } from './canary-provider.js';

const INPUT = 'gen_ai.input.messages';
const OUTPUT = 'gen_ai.output.messages';
const STOP = 'gen_ai.request.stop_sequences';
const ASKED = 'My number is DE89 3704 0044 0532 0130 00.';
const ANSWERED = 'Yours is DE89 3704 0044 0532 0130 00, customer CUST-1.';

function messages(role: string, content: string): string {
  return JSON.stringify([{ role, parts: [{ type: 'text', content }] }]);
}

describeWithRedis('what was said, on the spans of a pair', () => {
  let redis: RedisServer;
  let provider: CanaryProvider;

  beforeAll(async () => {
    redis = await startRedis();
    provider = await startCanaryProvider(() => ANSWERED);
  });
  afterAll(async () => {
    await provider[Symbol.asyncDispose]();
    await redis.stop();
  });

  /** The attributes of a primary's span and its shadow's. */
  async function spansOf(
    content: ContentMode,
    way: string,
    setting?: string,
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const redact = (text: string): string => text.replaceAll(/CUST-\d/g, '[customer]');
    await using service = startService({
      queueUrl: redis.url,
      environment: { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: setting },
      experiments: [
        {
          ...experiment({ content, noise: { rate: 0 }, policy: { gates: { errors: {} } } }),
          ...(content === 'redacted' && { redaction: { version: '1' } }),
        },
      ],
      rules: content === 'redacted' ? { 'trial-run': { redact } } : {},
    });
    await announced(service);
    const response = await fetch(`${provider.origin}/${way}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'incumbent-model',
        stream: way === 'stream',
        messages: [{ role: 'user', content: ASKED }],
        stop: ['\n', ASKED],
      }),
    });
    await response.text();
    expect(await service.understudy.flush(10_000)).toBe(true);
    const spans = service.spans().map(({ attributes }) => attributes);
    const roles = ['primary', 'shadow'];
    return roles.flatMap((role) => spans.filter((span) => span['understudy.role'] === role));
  }

  it.each(['plain', 'stream'])('is on both as the experiment lets it travel: %s', async (way) => {
    const redacted = await spansOf('redacted', way, 'SPAN_ONLY');
    expect(redacted).toHaveLength(2);
    for (const span of redacted) {
      expect(span[INPUT]).toBe(messages('user', 'My number is [iban:1].'));
      expect(span[STOP]).toEqual(['\n', 'My number is [iban:1].']);
      expect(span[OUTPUT]).toBe(messages('assistant', 'Yours is [iban:1], customer [customer].'));
    }
    for (const span of await spansOf('full', way, 'true')) {
      expect(span[INPUT]).toBe(messages('user', ASKED));
      expect(span[STOP]).toEqual(['\n', ASKED]);
      expect(span[OUTPUT]).toBe(messages('assistant', ANSWERED));
    }
  });

  it.each([
    ['full', undefined],
    ['full', 'NO_CONTENT'],
    ['full', 'EVENT_ONLY'],
    ['features', 'SPAN_ONLY'],
    ['none', 'SPAN_ONLY'],
  ] as const)('is on neither with content `%s` and the setting %s', async (content, setting) => {
    const spans = await spansOf(content, 'plain', setting);
    expect(spans).toHaveLength(2);
    for (const span of spans) {
      expect(Object.keys(span)).not.toContain(INPUT);
      expect(Object.keys(span)).not.toContain(STOP);
      expect(JSON.stringify(span)).not.toContain('DE89');
    }
  });
});

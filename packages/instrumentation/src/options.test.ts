import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from './errors.js';
import { UnderstudyInstrumentation } from './instrumentation.js';
import { type Environment, readSecret, resolveSource, type Source, type SourceOptions } from './options.js';

const experiments = [{ name: 'e', candidate: { model: 'm' }, content: 'full' as const, sample: { rate: 0.2 } }];
const yaml =
  'version: 1\nqueue: { url: redis://file:6379 }\nledger: { url: postgres://localhost/x }\nexperiments:\n  - { name: f, candidate: { model: m }, content: full }\n';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-options-'));
  writeFileSync(join(folder, 'understudy.yaml'), yaml);
  writeFileSync(join(folder, 'key'), 'from-file\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

function sourceOf(options: SourceOptions, environment: Environment = {}): Source {
  const resolved = resolveSource({ environment, ...options });
  if (resolved.status !== 'ready') throw new Error(resolved.status);
  return resolved.source;
}

function issuesOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error('expected a ConfigurationError');
}

describe('resolveSource', () => {
  it('takes experiments in code, or a file, or the file that the environment names', () => {
    const path = join(folder, 'understudy.yaml');
    expect(sourceOf({ experiments }).experiments.map(({ name }) => name)).toEqual(['e']);
    expect(sourceOf({ configFile: path })).toMatchObject({
      queueUrl: 'redis://file:6379',
      experiments: [{ name: 'f' }],
    });
    expect(sourceOf({}, { UNDERSTUDY_CONFIG: path }).experiments.map(({ name }) => name)).toEqual(['f']);
  });

  it('lets the environment have the last word', () => {
    const { queueUrl } = sourceOf(
      { experiments, queueUrl: 'redis://code:6379' },
      { UNDERSTUDY_QUEUE_URL: 'redis://environment:6379' },
    );
    expect(queueUrl).toBe('redis://environment:6379');
    expect(resolveSource({ experiments, environment: { UNDERSTUDY_ENABLED: 'false' } }).status).toBe('disabled');
    expect(resolveSource({ environment: {} }).status).toBe('absent');
  });

  it.each([
    [undefined, 'none'],
    ['', 'none'],
    ['NO_CONTENT', 'none'],
    ['span_only', 'span'],
    ['EVENT_ONLY', 'event'],
    [' SPAN_AND_EVENT ', 'span_and_event'],
    ['true', 'span'],
    ['False', 'none'],
  ])('reads where what was said is asked for: %j', (value, messageContent) => {
    const environment = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: value };
    expect(sourceOf({ experiments }, environment).messageContent).toBe(messageContent);
  });

  it('refuses another wish for what was said', () => {
    const environment = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPANS' };
    expect(issuesOf(() => resolveSource({ experiments, environment }))).toBe(
      'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT cannot be used:\n' +
        '  - expected NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT, got "SPANS"',
    );
  });

  it.each([
    [undefined, false],
    ['http', false],
    ['http,gen_ai_latest_experimental', true],
    [' gen_ai_latest_experimental ', true],
    ['gen_ai_latest_experimental_not', false],
  ])('has the newest names of the conventions where OTEL_SEMCONV_STABILITY_OPT_IN is %s: %s', (value, expected) => {
    const { latestConventions } = sourceOf({ experiments }, { OTEL_SEMCONV_STABILITY_OPT_IN: value });
    expect(latestConventions).toBe(expected);
  });

  it('takes a rate from the environment without changing what is admissible, unless it has to', () => {
    const rated = (rate: string): unknown => sourceOf({ experiments }, { UNDERSTUDY_SAMPLE_RATE: rate }).experiments[0];
    expect(rated('0.5')).toMatchObject({ sample: { rate: 0.5 }, piMin: 0.2 });
    expect(rated('0.1')).toMatchObject({ sample: { rate: 0.1 }, piMin: 0.1 });
    expect(rated('0')).toMatchObject({ sample: { rate: 0 }, piMin: 0.2 });
    const declared = [{ ...experiments[0], name: 'e', piMin: 0.15 }];
    expect(issuesOf(() => sourceOf({ experiments: declared }, { UNDERSTUDY_SAMPLE_RATE: '0.1' }))).toContain(
      'piMin (0.15)',
    );
  });

  it.each([
    [{ UNDERSTUDY_ENABLED: 'perhaps' }, 'expected true or false'],
    [{ UNDERSTUDY_SAMPLE_RATE: '1.5' }, 'expected a number in [0,1], got "1.5"'],
    [{ UNDERSTUDY_QUEUE_URL: 'amqp://x' }, 'expected redis://'],
  ])('refuses %j', (environment, expected) => {
    expect(issuesOf(() => resolveSource({ experiments, environment }))).toContain(expected);
  });

  it('names the file that cannot be read', () => {
    expect(issuesOf(() => resolveSource({ configFile: join(folder, 'none.yaml'), environment: {} }))).toContain(
      'none.yaml',
    );
  });
});

describe('readSecret', () => {
  it('reads the environment or a file', () => {
    expect(readSecret({ env: 'KEY' }, { KEY: ' k ' })).toBe('k');
    expect(readSecret({ file: join(folder, 'key') })).toBe('from-file');
  });

  it.each([
    [{ env: 'KEY' }, 'the environment variable KEY'],
    [{ file: '/none' }, 'the file /none'],
  ])('names %j where it is not', (reference, expected) => {
    expect(issuesOf(() => readSecret(reference, {}))).toContain(expected);
  });

  it('never shows what it found', () => {
    expect(issuesOf(() => readSecret({ env: 'KEY' }, { KEY: 'se cret\u0007' }))).not.toContain('cret\u0007');
  });
});

describe('UnderstudyInstrumentation', () => {
  it('names the candidate and the variable whose key is absent', () => {
    const keyed = [{ ...experiments[0], name: 'e', candidate: { apiKey: { env: 'CANDIDATE_KEY' } } }];
    const message = issuesOf(() => new UnderstudyInstrumentation({ experiments: keyed, environment: {} }));
    expect(message).toContain('candidate candidate of experiment e');
    expect(message).toContain('CANDIDATE_KEY');
  });

  it('asks for a version of rules in code, since they decide what is compared', () => {
    const rules = { e: { segment: () => 'a' } };
    expect(issuesOf(() => new UnderstudyInstrumentation({ experiments, rules, environment: {} }))).toContain(
      'segments.version',
    );
  });

  it('does nothing at all without a configuration', async () => {
    const before = globalThis.fetch;
    const understudy = new UnderstudyInstrumentation({ environment: {} });
    understudy.enable();
    expect([understudy.status, globalThis.fetch === before, understudy.fetch === before]).toEqual([
      'absent',
      true,
      true,
    ]);
    expect(await understudy.flush(10)).toBe(true);
    await understudy.shutdown(10);
  });

  it('has the version of its package', async () => {
    const { default: manifest } = await import('../package.json', { with: { type: 'json' } });
    expect(new UnderstudyInstrumentation({ environment: {} }).instrumentationVersion).toBe(manifest.version);
  });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Provider, startProvider } from '../providers/provider.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { forestOf } from './forest.js';
import type { Report } from './report.js';
import { runService } from './run.js';

const OTEL = '@opentelemetry/instrumentation-openai';
const OPENLLMETRY = '@traceloop/instrumentation-openai';
const OPENINFERENCE = '@arizeai/openinference-instrumentation-openai';
const UNDICI = '@opentelemetry/instrumentation-undici';
const STANDARD_DURATION = 'gen_ai.client.operation.duration';

/** The spans of `openai-service.ts`: what a call is named and by whom, and what is below the span of each attempt. */
function openaiForest(call: string, ours: boolean, below: readonly string[] = []): string[] {
  const primary = [`  ${call} primary -> chat candidate`, ...below.map((line) => `    ${line}`)];
  const shadow = `chat candidate [ours] shadow -> ${call.replace(/ \[.+/, '')}`;
  const resend = ours ? [`  ${call}`, ...below.map((line) => `    ${line}`)] : below.map((line) => `    ${line}`);
  return [
    ['one [service]', ...primary, shadow],
    ['streamed [service]', ...primary, shadow],
    ['retried [service]', ...primary, ...resend, shadow],
    ['two at once [service]', ...primary, ...primary, shadow, shadow],
    // Of the service's own: it is the first call's where nobody else has a span for that, and a parent of every other.
    ours
      ? ['chat [service] primary -> chat candidate', ...below.map((line) => `  ${line}`), ...primary]
      : ['chat [service]', ...primary, ...primary],
    ours ? ['chat candidate [ours] shadow -> chat', shadow] : [shadow, shadow],
  ].flat();
}

describeWithRedis('together with', () => {
  let provider: Provider;
  let redis: RedisServer;

  beforeAll(async () => {
    [provider, redis] = await Promise.all([startProvider(), startRedis()]);
  });
  afterAll(async () => {
    await Promise.all([provider.close(), redis.stop()]);
  });

  let runs = 0;
  /** Each with addresses of its own: what fails once does so once for an address. */
  const run = (...service: [string, ...string[]]): Promise<Report> => {
    runs += 1;
    return runService(service, { origin: `${provider.origin}/${runs}`, queueUrl: redis.url });
  };

  it.each([
    ["OpenTelemetry's own instrumentation of openai", 'older', 'hook', OTEL, `chat m [${OTEL}]`],
    ['OpenLLMetry on openai 6', 'older', 'hook', OPENLLMETRY, `chat m [${OPENLLMETRY}]`],
    ['OpenLLMetry put on openai 7 by hand', '.', 'manual', OPENLLMETRY, `chat m [${OPENLLMETRY}]`],
    ['OpenInference on openai 6', 'older', 'hook', OPENINFERENCE, `OpenAI Chat Completions [${OPENINFERENCE}]`],
    ['OpenInference on openai 7', '.', 'hook', OPENINFERENCE, `OpenAI Chat Completions [${OPENINFERENCE}]`],
  ])('%s: its span of a call is used', async (_with, folder, patched, instrumentation, call) => {
    const report = await run('openai-service.ts', folder, patched, instrumentation);
    expect(forestOf(report)).toEqual(openaiForest(call, false));
    expect(report.metrics[`@understudy/instrumentation ${STANDARD_DURATION}`]).toBeUndefined();
    expect(report.warnings).toEqual([]);
  });

  it.each([OTEL, OPENLLMETRY])('%s on openai 7, which it does not see: the span is ours', async (instrumentation) => {
    const report = await run('openai-service.ts', '.', 'hook', instrumentation);
    expect(forestOf(report)).toEqual(openaiForest('chat m [ours]', true));
  });

  it('the instrumentation of undici: its span is below ours, a shadow has none', async () => {
    const report = await run('openai-service.ts', '.', 'hook', UNDICI);
    expect(forestOf(report)).toEqual(openaiForest('chat m [ours]', true, [`POST [${UNDICI}]`]));
    // Eight attempts of seven calls; without the hook the seven shadows would be counted as well.
    expect(report.metrics[`${UNDICI} http.client.request.duration`]).toBe(8);
  });

  it("the instrumentation of undici and one of openai: ours adds no span but the shadows'", async () => {
    const report = await run('openai-service.ts', '.', 'hook', UNDICI, OPENINFERENCE);
    const call = `OpenAI Chat Completions [${OPENINFERENCE}]`;
    expect(forestOf(report)).toEqual(openaiForest(call, false, [`POST [${UNDICI}]`]));
  });

  it('AI SDK 7: its span of the request is used, those of agent, step and tool are not', async () => {
    const shadow = 'chat candidate [ours] shadow -> chat m';
    const chat = 'chat m [gen_ai] primary -> chat candidate';
    expect(forestOf(await run('ai-service.ts', 'OpenTelemetry'))).toEqual(
      [
        ['one [service]', '  invoke_agent m [gen_ai]', '    step 1 [gen_ai]', `      ${chat}`, shadow],
        ['streamed [service]', '  invoke_agent m [gen_ai]', '    step 1 [gen_ai]', `      ${chat}`, shadow],
        ['two steps [service]', '  invoke_agent m [gen_ai]', '    step 1 [gen_ai]', `      ${chat}`],
        ['      execute_tool get_weather [gen_ai]', '    step 2 [gen_ai]', `      ${chat}`, shadow, shadow],
      ].flat(),
    );
  });

  it("AI SDK 7's legacy telemetry: as well", async () => {
    const step = (name: string): string => `    ${name} [ai] primary -> chat candidate`;
    const shadow = (name: string): string => `chat candidate [ours] shadow -> ${name}`;
    const [one, streamed] = ['ai.generateText.doGenerate', 'ai.streamText.doStream'];
    expect(forestOf(await run('ai-service.ts', 'LegacyOpenTelemetry'))).toEqual(
      [
        ['one [service]', '  ai.generateText [ai]', step(one), shadow(one)],
        ['streamed [service]', '  ai.streamText [ai]', step(streamed), shadow(streamed)],
        ['two steps [service]', '  ai.generateText [ai]', step(one), '      ai.toolCall [ai]', step(one)],
        [shadow(one), shadow(one)],
      ].flat(),
    );
  });
});

import { expect, test } from 'vitest';
import { TARGET, ANSWER, metricExporter, meterProvider, tapped, networked, request } from './tapped.test.support.js';

test('the standard metrics: duration and tokens of calls that ended or failed, of no others', async () => {
  const ok = tapped(() => networked([ANSWER]));
  await (await ok.fetch(TARGET, request())).text();
  const failed = tapped(() => networked(['{}'], { status: 500 }));
  await failed.fetch(TARGET, request());
  const given = tapped(() => networked([ANSWER]));
  await (await given.fetch(TARGET, request({ model: 'given-up' }))).body?.cancel();
  await meterProvider.forceFlush();
  const metrics =
    metricExporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  const points = (name: string): unknown[] =>
    metrics.find((metric) => metric.descriptor.name === name)?.dataPoints.map((point) => point.attributes) ?? [];
  expect(points('gen_ai.client.operation.duration')).toContainEqual(expect.objectContaining({ 'error.type': '500' }));
  expect(points('gen_ai.client.operation.duration')).not.toContainEqual(
    expect.objectContaining({ 'gen_ai.request.model': 'given-up' }),
  );
  expect(points('gen_ai.client.token.usage')).toContainEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.response.model': 'gpt-5-2026',
    'gen_ai.token.type': 'input',
    'server.address': 'api.openai.com',
    'server.port': 443,
  });
});

import { expect, it, vi } from 'vitest';
import { EVENT_VERDICT_CHANGED } from '../../packages/evaluator/src/semconv.js';
import { startJaeger } from './servers/jaeger.js';

const SENTENCE = 'NO_GO: errors 9.0 % against 1.0 %';

it('a verdict that changed is printed by the Collector of a small installation, and nothing else is', async () => {
  await using jaeger = await startJaeger({ prometheusUrl: 'http://127.0.0.1:9' });
  const before = jaeger.log();
  const response = await fetch(jaeger.otlp.logs, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceLogs: [
        { scopeLogs: [{ logRecords: [{ eventName: EVENT_VERDICT_CHANGED, body: { stringValue: SENTENCE } }] }] },
      ],
    }),
  });
  expect(response.status).toBe(200);
  await vi.waitFor(() => expect(jaeger.log()).toContain(SENTENCE), { timeout: 10_000, interval: 50 });
  const printed = jaeger.log().slice(before.length);
  expect(printed).toContain(EVENT_VERDICT_CHANGED);
  expect(printed).not.toMatch(/\t(?:info|warn|error)\t/);
});

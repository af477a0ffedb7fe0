import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startOtlpReceiver } from '../servers/otlp.js';

const BIN = new URL('../../packages/evaluator/bin/understudy.js', import.meta.url).pathname;
const run = promisify(execFile);

it('the demo runs by itself: every call adds up, the pairs are linked, and nothing is left behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-demo-test-'));
  const collector = await startOtlpReceiver();
  try {
    const env = { PATH: process.env['PATH'], TMPDIR: folder, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    const { stdout } = await run(process.execPath, [BIN, 'demo', '--calls', '120', '--json'], { env, cwd: folder });
    const result = JSON.parse(stdout) as Record<string, unknown>;
    const settled = {
      sampled: 120,
      admitted: 120,
      stored: 120,
      scored: 120,
      evidence: 120,
      aside: 0,
      lost: 0,
      pending: 0,
      late: 0,
    };
    expect(result).toMatchObject({
      calls: 120,
      funnel: settled,
      noiseFunnel: settled,
      verdict: { arm: 'support-mini', pairs: 120 },
    });
    expect(await readdir(folder)).toEqual([]);

    const spanOf = new Map(collector.spans.map((span) => [span.spanId, span]));
    const evaluated = collector.spans.filter(({ name }) => name === 'evaluate');
    expect(evaluated).toHaveLength(120);
    for (const span of evaluated) {
      const [primary, shadow] = span.links.map(({ spanId }) => spanOf.get(spanId));
      expect(primary?.attributes['understudy.pair.id'] ?? primary?.attributes['gen_ai.request.model']).toBeDefined();
      expect(shadow?.links.map(({ spanId }) => spanId)).toContain(primary?.spanId);
      expect(shadow?.attributes['understudy.arm']).toBe('support-mini');
    }
    const states = collector.latest('understudy.verdict').filter(({ attributes }) => attributes['segment'] === '_all');
    expect(states.filter(({ value }) => value === 1)).toHaveLength(1);
  } finally {
    await collector.stop();
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Provider, startProvider } from '../providers/provider.js';
import { describeWithServers } from '../servers/found.js';
import { type OtlpReceiver, startOtlpReceiver } from '../servers/otlp.js';
import { startPostgres } from '../servers/postgres.js';
import { freePort } from '../servers/process.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { type Answer, type Environment, inParallel, type Service, startEvaluator, startService } from './processes.js';
import { funnelOf, settled, statusUntil, total } from './status.js';

const folder = mkdtempSync(join(tmpdir(), 'understudy-faults-'));
let provider: Provider;

beforeAll(async () => {
  provider = await startProvider();
});

afterAll(async () => {
  await provider.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (service: Service, index: number): Promise<Answer> =>
  service.ask({
    conversation: `c${index}`,
    topic: 'refunds',
    question: `Question ${index}, ünïcödé ✓?`,
    stream: index % 3 === 0,
  });

/** The same questions, asked of the service without us. */
async function bareAnswers(count: number): Promise<Answer[]> {
  await using bare = await startService({ OPENAI_BASE_URL: `${provider.origin}/echo/v1` }, { instrumented: false });
  return await inParallel(count, 16, (index) => ask(bare, index));
}

const telemetryTo = (otlp: OtlpReceiver): Environment => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'otlp',
  OTEL_METRIC_EXPORT_INTERVAL: '300',
  OTEL_BSP_SCHEDULE_DELAY: '200',
  OTEL_BSP_MAX_QUEUE_SIZE: '100000',
});

function sumOf(otlp: OtlpReceiver, metric: string, wanted: Readonly<Record<string, string>>): number {
  return otlp
    .latest(metric)
    .filter(
      ({ attributes, resource }) =>
        resource['service.name'] === 'support' &&
        Object.entries(wanted).every(([name, value]) => attributes[name] === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}

const config = (queue: string, ledger: string, candidates: string): string => `
version: 1
queue: { url: "${queue}" }
ledger: { url: "${ledger}" }
experiments:
  - name: faults
    candidates: ${candidates}
    sample: { rate: 1 }
    noise: { rate: 0 }
    content: full
    slice: { lengthMs: 1000, deadlineMs: 8000 }
    governor: { pauseMs: 0, eventLoopMs: 10000, eventLoopShare: 1 }
    shadow: { timeoutMs: 1500, concurrency: 500 }
    policy: { gates: { errors: { margin: 0.05 } } }
`;

describeWithServers('a queue that is absent, killed and restarted', () => {
  it('is never noticed by the service, and every leg is accounted for', { timeout: 180_000 }, async () => {
    const port = await freePort();
    const postgres = await startPostgres();
    const otlp = await startOtlpReceiver();
    let redis: RedisServer | null = null;
    const path = join(folder, 'queue.yaml');
    writeFileSync(
      path,
      config(
        `redis://127.0.0.1:${port}`,
        await postgres.createDatabase(),
        `{ other: { baseUrl: "${provider.origin}/echo/v1", model: other } }`,
      ),
    );
    try {
      const bare = await bareAnswers(1600);
      await using service = await startService({
        ...telemetryTo(otlp),
        UNDERSTUDY_CONFIG: path,
        OPENAI_BASE_URL: `${provider.origin}/echo/v1`,
      });
      const answers: Answer[] = [];
      const askSome = async (count: number, width: number): Promise<void> => {
        const from = answers.length;
        answers.push(...(await inParallel(count, width, (index) => ask(service, from + index))));
      };

      // Absent at start: nothing can be announced, so nothing is admitted, and that is counted.
      await askSome(200, 16);
      await otlp.until(() => sumOf(otlp, 'understudy.dropped', { reason: 'not_announced' }) === 200);
      expect(otlp.spans.filter(({ attributes }) => attributes['understudy.role'] === 'shadow')).toHaveLength(0);

      // It comes up while the service runs.
      redis = await startRedis({ appendonly: true, port });
      await using evaluator = await startEvaluator(path);
      while (sumOf(otlp, 'understudy.funnel', { stage: 'admitted' }) === 0 && answers.length < 400) {
        await askSome(1, 1);
        await sleep(200);
      }

      // Killed under load, away for three seconds, and back with what its log holds.
      const failuresBefore = sumOf(otlp, 'understudy.failures', { operation: 'queue.publish' });
      const load = askSome(1600 - answers.length, 4);
      await sleep(500);
      await redis.kill();
      const admittedAtKill = sumOf(otlp, 'understudy.funnel', { stage: 'admitted' });
      await sleep(3000);
      await redis.restart();
      await load;
      expect(answers).toEqual(bare);

      await sleep(1000);
      expect(await service.stop()).toBe(0);
      expect(service.log()).not.toMatch(/Unhandled|uncaught|Error:/i);
      const status = await statusUntil(path, settled);
      const { admitted, stored, dropped, aside, lost } = funnelOf(status, 'other');
      const offered = sumOf(otlp, 'understudy.funnel', { stage: 'admitted' });
      expect({ admitted }).toEqual({ admitted: offered });
      expect(stored + total(dropped) + aside + lost).toBe(offered);
      expect(offered).toBeGreaterThan(admittedAtKill);
      expect(stored).toBeGreaterThanOrEqual(0.95 * offered);
      expect(sumOf(otlp, 'understudy.failures', { operation: 'queue.publish' })).toBeGreaterThan(failuresBefore);
      expect(await evaluator.stop()).toBe(0);
    } finally {
      await Promise.all([redis?.stop(), postgres.stop(), otlp.stop()]);
    }
  });
});

describe('a candidate that fails', () => {
  const CALLS = 120;
  const KINDS = { hung: 'hang', failing: 'fails_always', garbage: 'garbage', dying: 'destroyed' } as const;

  it(
    'is never noticed by the service; its leg says what happened, and closing waits no longer than its deadline',
    { timeout: 120_000 },
    async () => {
      const otlp = await startOtlpReceiver();
      const closed = await freePort();
      const path = join(folder, 'candidate.yaml');
      const store = `embedded:${join(folder, 'store')}`;
      const candidates = Object.entries(KINDS).map(
        ([name, behaviour]) => `${name}: { baseUrl: "${provider.origin}/${behaviour}/v1" }`,
      );
      writeFileSync(
        path,
        config(store, store, `{ ${candidates.join(', ')}, refusing: { baseUrl: "http://127.0.0.1:${closed}/v1" } }`),
      );
      try {
        const bare = await bareAnswers(CALLS);
        await using evaluator = await startEvaluator(path);
        await using service = await startService({
          ...telemetryTo(otlp),
          UNDERSTUDY_CONFIG: path,
          OPENAI_BASE_URL: `${provider.origin}/echo/v1`,
        });
        const admitted = (): number => sumOf(otlp, 'understudy.funnel', { stage: 'admitted', arm: 'hung' });
        for (let warmUp = 0; admitted() === 0 && warmUp < 100; warmUp += 1) {
          await ask(service, CALLS + warmUp);
          await sleep(200);
        }
        expect(await inParallel(CALLS, 16, (index) => ask(service, index))).toEqual(bare);

        const last = Date.now();
        const status = await statusUntil(
          path,
          // Not of every call: a candidate that never answers is asked less and less at once.
          (one) => settled(one) && (one.runs[0]?.arms['hung']?.funnel.stored ?? 0) >= admitted(),
          30_000,
        );
        // The shadow's timeout of 1.5 s, the slice's deadline of 8 s, and a look or two.
        expect(Date.now() - last).toBeLessThan(12_000);
        expect(status.runs[0]?.closedCount.deadline).toBe(0);

        const outcomesOf = (arm: string): Record<string, number> => {
          const counts: Record<string, number> = {};
          for (const { attributes } of otlp.spans) {
            if (attributes['understudy.role'] !== 'shadow' || attributes['understudy.arm'] !== arm) continue;
            const type = (attributes['error.type'] ?? 'ok') as string;
            counts[type] = (counts[type] ?? 0) + 1;
          }
          return counts;
        };
        await service.stop();
        const said = Object.fromEntries(
          [...Object.keys(KINDS), 'refusing'].map((arm) => [arm, Object.keys(outcomesOf(arm)).toSorted()]),
        );
        expect(said).toMatchInlineSnapshot(`
        {
          "dying": [
            "UND_ERR_SOCKET",
            "ok",
          ],
          "failing": [
            "500",
          ],
          "garbage": [
            "unreadable_answer",
          ],
          "hung": [
            "timeout",
          ],
          "refusing": [
            "ECONNREFUSED",
          ],
        }
      `);
        for (const arm of Object.keys(said)) {
          const { admitted: offered, stored, dropped, aside, lost } = funnelOf(status, arm);
          expect({ arm, offered }).toEqual({ arm, offered: stored + total(dropped) + aside + lost });
          const least = arm === 'hung' || arm === 'refusing' ? 1 : CALLS;
          expect({ arm, lost, stored: stored >= least }).toEqual({ arm, lost: 0, stored: true });
        }
        for (const arm of ['hung', 'failing', 'refusing']) expect(status.runs[0]?.verdicts[arm]?.state).not.toBe('go');
        await evaluator.stop();
      } finally {
        await otlp.stop();
      }
    },
  );
});

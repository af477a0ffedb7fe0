import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { conversation } from '../../packages/evaluator/src/cli/demo/conversations.js';
import { startProvider } from '../../packages/evaluator/src/cli/demo/provider/provider.js';
import { describeWithServers } from '../servers/found.js';
import { type OtlpReceiver, startOtlpReceiver } from '../servers/otlp.js';
import type { OtlpSpan } from '../servers/otlp-items.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import { inParallel, startEvaluator, startService, understudy } from './processes.js';
import { funnelOf, settled, type Status, statusUntil, total } from './status.js';

const CALLS = 1000;
const ARMS = ['good', 'bad', 'aa'];
/** The incumbent takes its time, so that a machine that is slow for all of them hides no difference. */
const INCUMBENT_MS = 250;

/**
 * The test's policy, stated: two candidates, so each gate is tested at .05 / (2 x 1 x 2) = .0125. T is given, at the incumbent's
 * median, since 1,000 calls are too few to freeze a p95 and to test against it.
 */
const config = (redis: string, postgres: string, urls: { good: string; bad: string }): string => `
version: 1
queue: { url: "${redis}" }
ledger: { url: "${postgres}" }
experiments:
  - name: support-mini
    match: { model: "gpt-5*" }
    candidates:
      good: { model: gpt-5-mini, baseUrl: "${urls.good}", apiKey: { env: CANDIDATE_KEY } }
      bad: { model: gpt-5-nano, baseUrl: "${urls.bad}", apiKey: { env: CANDIDATE_KEY } }
    sample: { rate: 1 }
    noise: { rate: 1 }
    segments: { attribute: app.topic, max: 5 }
    content: full
    slice: { lengthMs: 1000, deadlineMs: 20000 }
    governor: { pauseMs: 0, eventLoopMs: 10000, eventLoopShare: 1 }
    shadow: { timeoutMs: 5000, concurrency: 400 }
    policy:
      minPairs: 500
      gates:
        errors: { margin: 0.06 }
        agreement: { scorer: lexical, margin: 0.06 }
        latency_p95: { ratio: 3, thresholdMs: ${INCUMBENT_MS} }
`;

describeWithServers('the main job on Redis and PostgreSQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-main-'));
  const path = join(folder, 'understudy.yaml');
  const cleanups: (() => Promise<unknown>)[] = [];
  let otlp: OtlpReceiver;
  let status: Status;
  let called: number;
  const verdicts = new Map<string, { code: number | null; json: { state: string; sentence: string } }>();

  beforeAll(async () => {
    const redis = await startRedis();
    const postgres = await startPostgres();
    otlp = await startOtlpReceiver();
    const incumbent = await startProvider({
      seed: 1,
      personality: 'incumbent',
      latency: { medianMs: INCUMBENT_MS, sigma: 0.4 },
    });
    const good = await startProvider({ seed: 2, personality: 'as-good' });
    const bad = await startProvider({ seed: 3, personality: 'as-good', errorRate: 0.25 });
    cleanups.push(redis.stop, postgres.stop, otlp.stop, incumbent.close, good.close, bad.close);
    writeFileSync(path, config(redis.url, await postgres.createDatabase(), { good: good.url, bad: bad.url }));
    const telemetry = {
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    };

    await using evaluator = await startEvaluator(path, telemetry);
    await using service = await startService({
      UNDERSTUDY_CONFIG: path,
      OPENAI_BASE_URL: incumbent.url,
      CANDIDATE_KEY: 'sk-candidate',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_BSP_MAX_QUEUE_SIZE: '100000',
      ...telemetry,
    });
    // The run is announced before anything is admitted: the calls until then are coverage, and counted.
    const ask = (index: number): Promise<unknown> => {
      const { id, segment, user } = conversation(7, index);
      return service.ask({ conversation: id, topic: segment, question: user, stream: index % 3 === 0 });
    };
    called = 0;
    for (; !otlp.spans.some((span) => span.attributes['understudy.role'] === 'shadow'); called += 1) {
      if (called > 300) throw new Error(`no shadow was ever seen:\n${service.log()}\n${evaluator.log()}`);
      await ask(1_000_000 + called);
      await sleep(50);
    }
    await inParallel(CALLS, 24, ask);
    called += CALLS;
    expect(await service.stop()).toBe(0);
    status = await statusUntil(path, settled);
    for (const arm of ['good', 'bad']) {
      const { code, out } = await understudy(['verdict', '--json', '--arm', arm, '--config', path]);
      verdicts.set(arm, { code, json: JSON.parse(out) as { state: string; sentence: string } });
    }
    await otlp.until(() => verdictOf('good') === 'go' && verdictOf('bad') === 'no_go', 20_000).catch(() => undefined);
    expect(await evaluator.stop()).toBe(0);
  }, 180_000);

  afterAll(async () => {
    await Promise.all(cleanups.map((close) => close()));
    rmSync(folder, { recursive: true, force: true });
  });

  const verdictOf = (arm: string): unknown =>
    otlp
      .latest('understudy.verdict')
      .find(({ attributes, value }) => attributes['arm'] === arm && attributes['segment'] === '_all' && value === 1)
      ?.attributes['state'];

  const spansOf = (role: string): OtlpSpan[] =>
    otlp.spans.filter(({ attributes }) => attributes['understudy.role'] === role);

  it('adds up to the last call, in the ledger', () => {
    expect(status.runs).toHaveLength(1);
    const draws = status.runs.flatMap((run) => run.draws.flatMap(({ counts }) => counts));
    expect(draws.length).toBeGreaterThan(0);
    for (const { draws: traces, drawn } of draws) expect(drawn).toBe(traces);
    expect(status.rejected.count).toBe(0);
    for (const arm of ARMS) {
      const { eligible, sampled, skipped, admitted, published, dropped, stored, aside, lost, pending, scored } =
        funnelOf(status, arm);
      expect({ arm, sampled }).toEqual({ arm, sampled: admitted + total(skipped) });
      expect({ arm, admitted }).toEqual({ arm, admitted: stored + total(dropped) + aside + lost + pending });
      expect({ arm, lost, aside, pending, dropped: total(dropped) }).toEqual({
        arm,
        lost: 0,
        aside: 0,
        pending: 0,
        dropped: 0,
      });
      expect({ arm, scored, published }).toEqual({ arm, scored: stored, published: stored });
      expect(stored).toBeGreaterThanOrEqual(CALLS);
      // Calls before the run was known to the queue have no run to be counted in; the service's own metrics have them.
      expect(eligible).toBeLessThanOrEqual(called);
    }
  });

  it('adds up to the last call, in the metrics of the service', () => {
    const funnel = (stage: string, arm: string): number =>
      otlp
        .latest('understudy.funnel')
        .filter(({ attributes }) => attributes['stage'] === stage && attributes['arm'] === arm)
        .reduce((sum, { value }) => sum + value, 0);
    const dropped = (arm: string): number =>
      otlp
        .latest('understudy.dropped')
        .filter(({ attributes, resource }) => attributes['arm'] === arm && resource['service.name'] === 'support')
        .reduce((sum, { value }) => sum + value, 0);
    for (const arm of ARMS) {
      expect({ arm, eligible: funnel('eligible', arm) }).toEqual({ arm, eligible: called });
      expect({ arm, sampled: funnel('sampled', arm) }).toEqual({ arm, sampled: called });
      expect({ arm, admitted: funnel('admitted', arm) }).toEqual({ arm, admitted: called - dropped(arm) });
      expect({ arm, answered: funnel('answered', arm) }).toEqual({ arm, answered: funnelOf(status, arm).stored });
      expect({ arm, paired: funnel('paired', arm) }).toEqual({ arm, paired: funnelOf(status, arm).stored });
      expect({ arm, stored: funnel('stored', arm) }).toEqual({ arm, stored: funnelOf(status, arm).stored });
    }
  });

  it('has one span for each call, the primary a child of the request and the shadow a root', () => {
    const primaries = otlp.spans.filter(
      ({ kind, name, attributes }) =>
        kind === 'client' && name === 'chat gpt-5' && attributes['understudy.role'] !== 'shadow',
    );
    expect(primaries).toHaveLength(called);
    expect(spansOf('primary')).toHaveLength(funnelOf(status, 'good').admitted);
    expect(spansOf('shadow')).toHaveLength(ARMS.reduce((sum, arm) => sum + funnelOf(status, arm).admitted, 0));
    const requests = new Set(otlp.spans.filter(({ name }) => name === 'POST /ask').map(({ spanId }) => spanId));
    expect(primaries.every(({ parentSpanId }) => parentSpanId !== null && requests.has(parentSpanId))).toBe(true);
    expect(spansOf('shadow').every(({ parentSpanId }) => parentSpanId === null)).toBe(true);
  });

  it('links each shadow to its primary and each primary to its shadows', () => {
    const shadowsOf = new Map<string, Set<string>>();
    const byId = new Map(otlp.spans.map((span) => [span.spanId, span]));
    for (const shadow of spansOf('shadow')) {
      const [link, ...more] = shadow.links;
      expect(more).toEqual([]);
      const primary = byId.get(link?.spanId ?? '');
      expect(primary?.traceId).toBe(link?.traceId);
      expect(primary?.attributes['understudy.role']).toBe('primary');
      expect(shadow.attributes['understudy.peer.trace_id']).toBe(primary?.traceId);
      expect(shadow.attributes['understudy.peer.span_id']).toBe(primary?.spanId);
      const known = shadowsOf.get(primary?.spanId ?? '') ?? new Set();
      shadowsOf.set(primary?.spanId ?? '', known.add(`${shadow.traceId} ${shadow.spanId}`));
    }
    for (const primary of spansOf('primary')) {
      expect(new Set(primary.links.map(({ traceId, spanId }) => `${traceId} ${spanId}`))).toEqual(
        shadowsOf.get(primary.spanId),
      );
    }
  });

  it('evaluates every pair in a span linked to both calls', () => {
    const byId = new Map(otlp.spans.map((span) => [span.spanId, span]));
    const evaluations = otlp.spans.filter(({ name }) => name.startsWith('evaluate'));
    expect(evaluations.length).toBeGreaterThanOrEqual(funnelOf(status, 'good').stored + funnelOf(status, 'bad').stored);
    for (const { links } of evaluations) {
      expect(links.map((link) => byId.get(link.spanId)?.attributes['understudy.role']).toSorted()).toEqual([
        'primary',
        'shadow',
      ]);
    }
    const lexical = evaluations
      .flatMap(({ events }) => events)
      .filter(({ attributes }) => attributes['gen_ai.evaluation.name'] === 'lexical');
    expect(lexical.length).toBeGreaterThan(CALLS);
  });

  it('says GO for the good candidate and NO_GO for the bad one', () => {
    expect(verdicts.get('good')?.json, verdicts.get('good')?.json.sentence).toMatchObject({ state: 'go' });
    expect(verdicts.get('bad')?.json).toMatchObject({ state: 'no_go' });
    expect([verdicts.get('good')?.code, verdicts.get('bad')?.code]).toEqual([0, 1]);
  });

  it('says the same as a metric', () => {
    expect({ good: verdictOf('good'), bad: verdictOf('bad') }).toEqual({ good: 'go', bad: 'no_go' });
  });

  it('keeps every word and every key out of the telemetry', () => {
    const text = JSON.stringify([otlp.spans, otlp.points, otlp.logs], (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(text).not.toContain('sk-candidate');
    expect(text).not.toContain('sk-primary');
    expect(text).not.toContain(conversation(7, 0).user);
  });
});

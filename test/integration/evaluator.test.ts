import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Telemetry } from '../../packages/evaluator/src/config.js';
import type { Report } from '../../packages/evaluator/src/emit/ledger-metrics.js';
import { type Evaluator, startEvaluator } from '../../packages/evaluator/src/evaluator.js';
import { openStore, type Store } from '../../packages/evaluator/src/queue/store.js';
import type { Queues } from '../../packages/evaluator/src/queue/queues.js';
import { answer, enqueue, failure, HandProducer, PAIRS, testRun, wholeSlice } from '../evaluator/batches.js';
import { until } from '../evaluator/until.js';
import type { OtlpLog } from '../servers/otlp-items.js';
import { type OtlpReceiver, startOtlpReceiver } from '../servers/otlp.js';
import { startWebhook, type WebhookReceiver } from '../servers/webhook.js';

const standingOf = (report: Report, experiment: string) =>
  report.standings.find(({ run }) => run.experiment === experiment);

describe('the evaluator on an embedded store', () => {
  let folder: string;
  let collector: OtlpReceiver;
  let webhook: WebhookReceiver;
  let evaluator: Evaluator;
  let store: Store;
  let queues: Queues;
  let queue: Queue<unknown>;
  const rejected: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-evaluator-'));
    collector = await startOtlpReceiver();
    webhook = await startWebhook();
    const telemetry: Telemetry = {
      tracesUrl: `${collector.url}/v1/traces`,
      metricsUrl: `${collector.url}/v1/metrics`,
      logsUrl: `${collector.url}/v1/logs`,
      metricIntervalMs: 500,
      serviceName: 'understudy-evaluator',
    };
    const url = `embedded:${folder}`;
    evaluator = await startEvaluator({
      config: {
        queueUrl: url,
        ledgerUrl: url,
        telemetry,
        listen: { host: '127.0.0.1', port: 0 },
        webhooks: [{ name: 'webhook', url: () => webhook.url, secret: null }],
      },
      memory: true,
      events: { onRejected: (items) => rejected.push(...items.map(({ code }) => code)) },
    });
    store = await openStore(url);
    queues = store.queues();
    queue = queues.queue(PAIRS);
  });

  afterAll(async () => {
    await queue.close();
    await queues.close();
    await store.close();
    await evaluator.close();
    await collector.stop();
    await webhook[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('says GO of a candidate as good, with spans linked to both calls and the verdict as a metric', async () => {
    const start = wholeSlice(Date.now() - 2000);
    const producer = new HandProducer('pgood', testRun('good'), start);
    await enqueue(queue, producer.batch());
    for (let index = 0; index < 400; index += 1) {
      producer.call(start + index, answer(`the answer ${index} is yes`, index), {
        small: answer(`the answer ${index} is yes`, 10_000 + index),
        aa: answer(`the answer ${index} is yes`, 20_000 + index),
      });
    }
    await enqueue(queue, producer.batch());
    const report = await until(evaluator, (seen) => standingOf(seen, 'good')?.verdict.state === 'go');
    expect(standingOf(report, 'good')).toMatchObject({
      verdict: { state: 'go', pairs: 400, holds: [] },
      state: {
        funnel: { sampled: 400, admitted: 400, stored: 400, scored: 400, evidence: 400, lost: 0, late: 0, pending: 0 },
      },
    });

    const ours = () => collector.spans.filter((span) => span.attributes['understudy.experiment'] === 'good');
    const of = { experiment: 'good', arm: 'small', segment: '_all' };
    const verdict = (state: string): number | undefined =>
      collector
        .latest('understudy.verdict')
        .find(({ attributes }) => Object.entries({ ...of, state }).every(([key, value]) => attributes[key] === value))
        ?.value;
    await collector.until(() => ours().length === 400 && verdict('go') === 1, 15_000);
    expect(verdict('hold')).toBe(0);
    const span = ours().find(({ links }) => links[0]?.spanId === '1'.padStart(16, '0'));
    expect(span).toMatchObject({
      name: 'evaluate',
      kind: 'internal',
      parentSpanId: null,
      links: [
        { traceId: '1'.padStart(32, '0'), attributes: { 'understudy.role': 'primary' } },
        {
          traceId: (10_001).toString(16).padStart(32, '0'),
          spanId: (10_001).toString(16).padStart(16, '0'),
          attributes: { 'understudy.role': 'shadow' },
        },
      ],
    });
    expect(span?.events).toContainEqual({
      name: 'gen_ai.evaluation.result',
      attributes: {
        'gen_ai.evaluation.name': 'lexical',
        'gen_ai.evaluation.score.value': 1,
        'understudy.noise.score.value': 1,
      },
    });
    expect(
      JSON.stringify(ours(), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain('answer');
    expect(collector.latest('understudy.verdict')[0]?.resource).toMatchObject({
      'service.name': 'understudy-evaluator',
      'service.instance.id': 'ledger',
    });
  });

  it('answers /api/verdict, and has told of the change by a webhook and a log record', async () => {
    const response = await fetch(`${evaluator.url}/api/verdict?experiment=good`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ experiment: 'good', candidate: 'small', pairs: 400 });
    const go = { experiment: 'good', candidate: 'small', state: 'go', reason: 'safe' };
    await webhook.until(1);
    expect(JSON.parse(webhook.received[0]!.body)).toMatchObject({ ...go, type: 'understudy.verdict.changed' });
    const isGo = ({ attributes }: OtlpLog): boolean => attributes['understudy.verdict.state'] === 'go';
    await collector.until(() => collector.logs.some(isGo), 15_000);
    expect(collector.logs.filter(isGo)).toMatchObject([
      {
        eventName: 'understudy.verdict.changed',
        severity: 'INFO',
        body: expect.stringMatching(/^GO: /),
        attributes: { 'understudy.experiment': 'good', 'understudy.arm': 'small', 'understudy.verdict.reason': 'safe' },
        resource: { 'service.name': 'understudy-evaluator' },
      },
    ]);
  });

  it('says NO_GO of a candidate that fails, and keeps it', async () => {
    const start = wholeSlice(Date.now() - 2000);
    const producer = new HandProducer('pbad', testRun('bad'), start);
    await enqueue(queue, producer.batch());
    for (let index = 0; index < 200; index += 1) {
      producer.call(start + index, answer('yes'), {
        small: index % 3 === 0 ? failure : answer('yes'),
        aa: answer('yes'),
      });
    }
    await enqueue(queue, producer.batch());
    await until(evaluator, (seen) => standingOf(seen, 'bad')?.verdict.state === 'no_go');
    for (let index = 0; index < 400; index += 1) {
      producer.call(Date.now(), failure, { small: answer('yes'), aa: failure });
    }
    await enqueue(queue, producer.batch());
    const later = await until(evaluator, (seen) => standingOf(seen, 'bad')?.state.funnel.evidence === 600);
    expect(standingOf(later, 'bad')?.verdict).toMatchObject({ state: 'no_go', reason: 'harm' });
    expect(standingOf(later, 'bad')?.state.transitions).toHaveLength(1);
  });

  it('changes nothing where a batch comes twice', async () => {
    const start = wholeSlice(Date.now() - 2000);
    const producer = new HandProducer('ptwice', testRun('twice'), start);
    await enqueue(queue, producer.batch());
    for (let index = 0; index < 10; index += 1)
      producer.call(start + index, answer('a'), { small: answer('b'), aa: answer('a') });
    const batch = producer.batch();
    await enqueue(queue, batch);
    await until(evaluator, (seen) => standingOf(seen, 'twice')?.state.funnel.evidence === 10);
    const { encodeBatch } = await import('@understudy/instrumentation/trial');
    await queue.add('batch', await encodeBatch(batch), { jobId: 'ptwice-again' });
    await until(evaluator, () => true);
    await expect.poll(async () => (await evaluator.queueState()).drained, { timeout: 10_000 }).toBe(true);
    const report = await evaluator.look();
    expect(standingOf(report!, 'twice')?.state.funnel).toMatchObject({ stored: 10, evidence: 10 });
    await expect
      .poll(() => collector.spans.filter((span) => span.attributes['understudy.experiment'] === 'twice').length, {
        timeout: 10_000,
      })
      .toBe(10);
  });

  it('keeps aside what cannot be used, with its error, and goes on', async () => {
    rejected.length = 0;
    await queue.add('batch', { v: 9, bytes: '' }, { jobId: 'pbroken-1' });
    await queue.add('batch', 'garbage', { jobId: 'pbroken-2' });
    const start = wholeSlice(Date.now() - 2000);
    const strange = new HandProducer('pstrange', testRun('strange'), start);
    await enqueue(
      queue,
      strange.batch({ runs: [{ run: strange.run.id, experiment: 'strange', definition: { policy: 1 } }] }),
    );
    strange.call(start, answer('a'), { small: answer('a'), aa: answer('a') });
    await enqueue(queue, strange.batch());
    const behind = new HandProducer('pbehind', testRun('behind'), start);
    await enqueue(queue, behind.batch());
    behind.call(start, answer('a'), { small: answer('a'), other: answer('a') });
    await enqueue(queue, behind.batch());
    const report = await until(
      evaluator,
      ({ snapshot, standings }) =>
        standings.some(({ run, state }) => run.experiment === 'behind' && state.funnel.stored === 1) &&
        snapshot.rejected.count >= 6,
    );
    expect(report.snapshot.rejected.byCode).toEqual({
      version: 1,
      encoding: 1,
      definition: 1,
      unknown_run: 2,
      unknown_arm: 1,
    });
    expect(new Set(rejected)).toEqual(new Set(['version', 'encoding', 'definition', 'unknown_run', 'unknown_arm']));
  });

  it('is not held up by a collector that is slow or refuses', async () => {
    collector.mode = 'error';
    const start = wholeSlice(Date.now() - 2000);
    const producer = new HandProducer('pcollector', testRun('collector'), start);
    await enqueue(queue, producer.batch());
    producer.call(start, answer('a'), { small: answer('a'), aa: answer('a') });
    await enqueue(queue, producer.batch());
    await until(evaluator, (seen) => standingOf(seen, 'collector')?.state.funnel.evidence === 1);
    collector.mode = 'ok';
  });
});

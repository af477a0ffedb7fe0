import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import { startWebhook, type WebhookReceiver } from '../servers/webhook.js';
import { alertYaml, callsWhere, quickAlertmanager, quickRules, type Told, toldBy } from './alerts.js';
import { type Prometheus, prometheusAt } from './clients/prometheus.js';
import { startAlertmanager } from './servers/alertmanager.js';
import { findProgram } from './servers/find-program.js';
import { startPrometheus } from './servers/prometheus.js';
import { within } from './within.js';
import { startEvaluatorProcess } from './world/evaluators.js';
import { startModels } from './world/models.js';
import { startServiceProcess } from './world/service-process.js';

const run = promisify(execFile);
const DEPLOY = join(import.meta.dirname, '../../deploy');
const EVERY_MS = 25;
const until = within(60_000);

describe('the rules that are shipped', () => {
  it('are right, says promtool, and each alert fires and does not where it is meant to', async () => {
    const promtool = await findProgram('promtool');
    const checked = await run(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', 'understudy.rules.yaml'], {
      cwd: join(DEPLOY, 'prometheus'),
    });
    expect(checked.stdout).toMatch(/SUCCESS: \d+ rules found/);
    const tested = await run(promtool, ['test', 'rules', 'rules.test.yaml'], { cwd: join(DEPLOY, 'prometheus') });
    expect(tested.stdout + tested.stderr).toContain('SUCCESS');
  }, 240_000);

  it('go to an Alertmanager whose configuration is right, says amtool', async () => {
    const { stdout } = await run(await findProgram('amtool'), [
      'check-config',
      join(DEPLOY, 'alertmanager/alertmanager.yaml'),
    ]);
    expect(stdout).toContain('SUCCESS');
  });
});

describe('a candidate that begins to fail', () => {
  it('is told to the webhook once, and once more when it is over; then NO GO is, and early signs no more', async () => {
    const { service, webhook, prometheus, startEvaluator } = await startAll();
    const calls = (nano: 'right' | 'fails', count: number, from: number): Promise<number> =>
      service.order({ do: 'call', calls: callsWhere(nano, count, from), everyMs: EVERY_MS });

    await calls('right', 120, 0);
    expect(about(webhook, 'UnderstudyCandidateErrors')).toEqual([]);

    await calls('fails', 200, 30_000);
    await until('the errors are told', () => about(webhook, 'UnderstudyCandidateErrors').length === 1);
    expect(about(webhook, 'UnderstudyCandidateErrors')).toEqual([
      {
        alert: 'UnderstudyCandidateErrors',
        status: 'firing',
        arm: 'nano',
        severity: 'warning',
        summary: expect.stringMatching(
          /^nano of support-mini fails in [\d.]+% of its calls, [\d.]+% more than the primary$/,
        ),
        runbook: expect.stringMatching(/runbook\.md#candidate-errors$/),
      },
    ]);

    await calls('right', 600, 60_000);
    await until('their end is told', () => about(webhook, 'UnderstudyCandidateErrors').length === 2);
    expect(about(webhook, 'UnderstudyCandidateErrors').map(({ status }) => status)).toEqual(['firing', 'resolved']);

    await startEvaluator();
    await until('NO GO is told', () => about(webhook, 'UnderstudyNoGo').length > 0);
    await calls('fails', 200, 90_000);
    const firing = 'ALERTS{alertname="UnderstudyCandidateErrors", alertstate="firing"}';
    await until('the errors are seen again', async () => (await prometheus.query(firing)).length > 0);
    await sleep(3000);
    expect(about(webhook, 'UnderstudyNoGo')).toEqual([
      expect.objectContaining({
        status: 'firing',
        arm: 'nano',
        severity: 'critical',
        summary: expect.stringMatching(/after \d+ pairs$/),
      }),
    ]);
    expect(about(webhook, 'UnderstudyCandidateErrors')).toHaveLength(2);
  }, 240_000);
});

function about(webhook: WebhookReceiver, alert: string): readonly Told[] {
  return toldBy(webhook.received.map(({ body }) => body)).filter((told) => told.alert === alert);
}

/** A service, its models, Prometheus with the rules, and Alertmanager; an evaluator where it is wanted. */
async function startAll(): Promise<{
  readonly service: Awaited<ReturnType<typeof startServiceProcess>>;
  readonly webhook: WebhookReceiver;
  readonly prometheus: Prometheus;
  startEvaluator(): Promise<void>;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-alerts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [redis, postgres, models] = [
    await startRedis({ appendonly: true }),
    await startPostgres(),
    await startModels(),
  ];
  onTestFinished(redis.stop);
  onTestFinished(postgres.stop);
  onTestFinished(models.close);
  const webhook = await startWebhook();
  onTestFinished(() => webhook[Symbol.asyncDispose]());
  const alertmanager = await startAlertmanager(quickAlertmanager(webhook.url));
  onTestFinished(alertmanager.stop);
  const [rules, config] = [join(folder, 'understudy.rules.yaml'), join(folder, 'understudy.yaml')];
  writeFileSync(rules, quickRules());
  writeFileSync(config, alertYaml({ redis: redis.url, ledger: await postgres.createDatabase(), models: models.url }));
  const options = { rules: [rules], alertmanagers: [new URL(alertmanager.url).host] };
  const server = await startPrometheus(options);
  onTestFinished(server.stop);
  const prometheus = prometheusAt(server.url);
  const service = await startServiceProcess({
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${server.url}/api/v1/otlp/v1/metrics`,
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_METRIC_EXPORT_TIMEOUT: '1000',
    OTEL_METRICS_EXPORTER: 'otlp',
    // Spans have to record; nobody reads them here.
    OTEL_TRACES_EXPORTER: 'console',
    OTEL_LOGS_EXPORTER: 'none',
    OPENAI_BASE_URL: `${models.url}/incumbent/v1`,
    UNDERSTUDY_CONFIG: config,
    CANDIDATE_KEY: 'sk-candidate',
  });
  onTestFinished(service.kill);
  await until('the service can be seen', async () => (await prometheus.query('understudy_funnel_total')).length > 0);
  return {
    service,
    webhook,
    prometheus,
    async startEvaluator() {
      const evaluator = await startEvaluatorProcess(config, {});
      onTestFinished(async () => {
        await evaluator.stop();
      });
      await server.reload({ ...options, scrape: { evaluator: [new URL(evaluator.url).host] } });
    },
  };
}

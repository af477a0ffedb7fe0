import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startJudgeServer } from '../../judging/judge-server.js';
import { startPostgres } from '../../servers/postgres.js';
import { startRedis } from '../../servers/redis.js';
import { jaegerAt } from '../clients/jaeger.js';
import { prometheusAt } from '../clients/prometheus.js';
import { findProgram } from '../servers/find-program.js';
import { type Otlp, startJaeger } from '../servers/jaeger.js';
import { startPrometheus } from '../servers/prometheus.js';
import { within } from '../within.js';
import { type EvaluatorProcess, startEvaluatorProcess } from './evaluators.js';
import { experimentYaml } from './experiment.js';
import { readLedger } from './ledger.js';
import { judgedQuality, startModels } from './models.js';
import { type ServiceProcess, startServiceProcess } from './service-process.js';
import { CALLS, FIRST_PART, plannedCall, PROCESSES } from './traffic.js';

/** What the tests are told of the world. Everything in it can be sent between processes. */
export interface WorldFacts {
  readonly jaegerUrl: string;
  readonly prometheusUrl: string;
  /** Null: TEMPO_URL was not given. */
  readonly tempoUrl: string | null;
  readonly otlp: Otlp;
  readonly ledgerUrl: string;
  /** The configuration file of services and evaluators. */
  readonly config: string;
  /** Of the evaluators that run, the holder of the lease first: `/metrics`, `/api/verdict`. */
  readonly evaluators: readonly { readonly pid: number; readonly url: string }[];
  /** Epoch ms. */
  readonly startedAt: number;
  readonly settledAt: number;
  readonly takeOver: TakeOver;
}

/** The evaluator that held the lease was killed. Times are epoch ms. */
export interface TakeOver {
  /** Nothing was under way, Prometheus had everything, and the ledger these pairs, by arm. */
  readonly quietAt: number;
  readonly storedWhenQuiet: Readonly<Record<string, number>>;
  readonly killedAt: number;
  readonly takenOverAt: number;
  readonly killed: string;
  readonly successor: string;
}

export interface World extends AsyncDisposable {
  readonly facts: WorldFacts;
}

/** Milliseconds between two calls of one process, and its calls under way at most: a slow machine gets no more than it takes. */
const PACE = { everyMs: 15, width: 4 };
const INTERVAL_MS = 1000;
const until = within(120_000);
/** What dashboards ask for may be recorded by a rule. */
const RULES = join(import.meta.dirname, '../../../deploy/prometheus/*.rules.yaml');

/** Starts everything, makes the calls, and waits until all of them are where they end. */
export async function startWorld(say: (text: string) => void): Promise<World> {
  const cleanups: (() => unknown)[] = [];
  const end = async (): Promise<void> => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  };
  try {
    return { facts: await settled(cleanups, say), [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function settled(cleanups: (() => unknown)[], say: (text: string) => void): Promise<WorldFacts> {
  // All of them before anything starts: what is missing is said at once.
  for (const name of ['jaeger', 'prometheus', 'promtool', 'alertmanager'] as const) {
    if (process.env[`${name.toUpperCase()}_URL`] === undefined) say(`${name}: ${await findProgram(name)}`);
  }
  const startedAt = Date.now();
  const { jaegerUrl, prometheusUrl, tempoUrl, otlp } = await startBackends(cleanups, say);
  const [redis, postgres] = await Promise.all([startRedis({ appendonly: true }), startPostgres()]);
  const [models, judge] = [await startModels(), await startJudgeServer(judgedQuality)];
  const folder = mkdtempSync(join(tmpdir(), 'understudy-world-'));
  cleanups.push(redis.stop, postgres.stop, models.close, judge.close, () => rmSync(folder, { recursive: true }));
  const [config, ledgerUrl] = [join(folder, 'understudy.yaml'), await postgres.createDatabase()];
  writeFileSync(
    config,
    experimentYaml({ redis: redis.url, ledger: ledgerUrl, models: models.url, judge: judge.baseUrl }),
  );
  const ledger = readLedger(ledgerUrl);
  cleanups.push(() => ledger[Symbol.asyncDispose]());

  const telemetry = {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: otlp.traces,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: otlp.metrics,
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: otlp.logs,
    OTEL_METRIC_EXPORT_INTERVAL: `${INTERVAL_MS}`,
    OTEL_METRIC_EXPORT_TIMEOUT: `${INTERVAL_MS}`,
    OTEL_BSP_SCHEDULE_DELAY: '200',
    OTEL_BSP_MAX_QUEUE_SIZE: '100000',
  };
  const evaluators: EvaluatorProcess[] = [];
  for (let at = 0; at < 2; at += 1) {
    const evaluator = await startEvaluatorProcess(config, telemetry);
    evaluators.push(evaluator);
    cleanups.push(evaluator.stop);
  }
  const services = await Promise.all(
    Array.from({ length: PROCESSES }, (_, at) =>
      startServiceProcess({
        ...telemetry,
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=support-${at}`,
        OPENAI_BASE_URL: `${models.url}/incumbent/v1`,
        UNDERSTUDY_CONFIG: config,
        CANDIDATE_KEY: 'sk-candidate',
      }),
    ),
  );
  cleanups.push(...services.map(({ kill }) => kill));
  say(`${seconds(startedAt)}: all started`);

  const prometheus = prometheusAt(prometheusUrl);
  const inPrometheus = async (): Promise<boolean> => {
    const stored = await ledger.stored();
    const shown = await prometheus.sums('understudy_funnel_total{stage="stored"}', 'arm');
    return Object.entries(stored).every(([arm, pairs]) => shown[arm] === pairs);
  };
  const allStored = async (): Promise<boolean> => {
    const [counted, stored] = [await ledger.counted(), await ledger.stored()];
    const arms = Object.entries(counted);
    return (
      arms.length > 0 &&
      arms.every(([arm, { admitted, published, dropped }]) => {
        return admitted === published + dropped && published === (stored[arm] ?? 0);
      })
    );
  };

  await call(services, 0, FIRST_PART);
  await until('the first calls are stored', allStored);
  await until('Prometheus has what the ledger has', inPrometheus);
  const quiet = { quietAt: Date.now(), storedWhenQuiet: await ledger.stored() };
  say(`${seconds(startedAt)}: ${FIRST_PART} calls are stored`);

  const calling = call(services, FIRST_PART, CALLS);
  await sleep(2000);
  const holder = await ledger.holder();
  const victim = evaluators.find(({ pid }) => pid === holder?.pid);
  if (holder === null || victim === undefined)
    throw new Error(`nobody here holds the lease: ${JSON.stringify(holder)}`);
  process.kill(victim.pid, 'SIGKILL');
  const killedAt = Date.now();
  evaluators.splice(evaluators.indexOf(victim), 1);
  await calling;
  const successor = await until('another evaluator takes over', async () => {
    const now = await ledger.holder();
    return now !== null && now.name !== holder.name && now;
  });
  const takenOverAt = Date.now();
  say(`${seconds(startedAt)}: the evaluator was killed, and another has taken over after ${takenOverAt - killedAt} ms`);

  await Promise.all(services.map((service) => service.order({ do: 'end' })));
  await until('all calls are stored', allStored);
  let last: unknown;
  await until('all slices are closed, and all pairs judged', async () => {
    const { slices, waiting, judged } = (last = await ledger.underWay());
    return slices.length === 0 && waiting === 0 && judged > 0;
  }).catch((error: unknown) => {
    say(`${JSON.stringify(last)}\n${evaluators.map((evaluator) => evaluator.log()).join('\n')}`);
    throw error;
  });
  await until('Prometheus has what the ledger has', inPrometheus);
  const jaeger = jaegerAt(jaegerUrl);
  await until('Jaeger has stopped growing', async () => {
    const before = await jaeger.count();
    await sleep(1500);
    return before > 0 && (await jaeger.count()) === before;
  });
  say(`${seconds(startedAt)}: ${CALLS} calls are where they end`);
  return {
    jaegerUrl,
    prometheusUrl,
    tempoUrl,
    otlp,
    ledgerUrl,
    config,
    evaluators: evaluators.map(({ pid, url }) => ({ pid, url })),
    startedAt,
    settledAt: Date.now(),
    takeOver: { ...quiet, killedAt, takenOverAt, killed: holder.name, successor: successor.name },
  };
}

async function startBackends(
  cleanups: (() => unknown)[],
  say: (text: string) => void,
): Promise<Pick<WorldFacts, 'jaegerUrl' | 'prometheusUrl' | 'tempoUrl' | 'otlp'>> {
  const { JAEGER_URL, PROMETHEUS_URL, TEMPO_URL, GRAFANA_URL } = process.env;
  const { JAEGER_OTLP_URL, TEMPO_OTLP_URL } = process.env;
  if (TEMPO_URL === undefined) say('NOT TRIED: Tempo (TEMPO_URL is not given)');
  if (GRAFANA_URL === undefined) say('NOT TRIED: Grafana (GRAFANA_URL is not given)');
  const tempoUrl = TEMPO_URL ?? null;
  const prometheusUrl = PROMETHEUS_URL ?? (await startOwnPrometheus(cleanups));
  if (JAEGER_URL === undefined) {
    const tempoOtlpUrl = tempoUrl === null ? undefined : (TEMPO_OTLP_URL ?? otherPort(tempoUrl, 4318));
    const jaeger = await startJaeger({ prometheusUrl, tempoOtlpUrl });
    cleanups.push(jaeger.stop);
    return { jaegerUrl: jaeger.url, prometheusUrl, tempoUrl, otlp: jaeger.otlp };
  }
  const collector = JAEGER_OTLP_URL ?? otherPort(JAEGER_URL, 4318);
  const otlp = {
    traces: `${collector}/v1/traces`,
    // A Jaeger of one's own passes no metrics on.
    metrics: `${prometheusUrl}/api/v1/otlp/v1/metrics`,
    logs: `${collector}/v1/logs`,
  };
  return { jaegerUrl: JAEGER_URL, prometheusUrl, tempoUrl, otlp };
}

async function startOwnPrometheus(cleanups: (() => unknown)[]): Promise<string> {
  const { url, stop } = await startPrometheus({ rules: [RULES] });
  cleanups.push(stop);
  return url;
}

function otherPort(url: string, port: number): string {
  const other = new URL(url);
  other.port = String(port);
  return other.origin;
}

async function call(services: readonly ServiceProcess[], from: number, to: number): Promise<void> {
  const calls = Array.from({ length: to - from }, (_, at) => plannedCall(from + at));
  await Promise.all(
    services.map(async (service, process) => {
      await service.order({ do: 'call', calls: calls.filter((each) => each.process === process), ...PACE });
      await service.order({ do: 'flush' });
    }),
  );
}

const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

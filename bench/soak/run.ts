import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
// The sources run as they are; the modules below are loaded once this is in place.
import '../../test/ways-of-calling/source-modules.mjs';
import type { Timed } from './series.js';

/**
 * A service under 200 calls a second, streams and callers that give up among them, with a fault each minute: what it holds must not grow,
 * every answer must be the provider's, nothing may be rejected, and the legs must add up in the ledger. Exits with 1 where one of these is
 * not so. Needs redis-server; run after a build:
 *
 *     npm run soak -- [--minutes 20] [--per-second 200] [--no-gc] [--leak BYTES] [--docs] [--json]
 *
 * `--docs` writes docs/soak.svg and docs/soak.md. `--leak` keeps so many bytes of every call: what a leak would look like.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    'per-second': { type: 'string', default: '200' },
    gc: { type: 'boolean', default: true },
    leak: { type: 'string', default: '0' },
    docs: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
  allowNegative: true,
});
const { startRedis } = await import('../../test/servers/redis.js');
const { startEvaluatorProcess } = await import('../load/start-evaluator.js');
const { startProviderProcess } = await import('../load/start-provider.js');
const { startServiceProcess } = await import('../load/start-service.js');
const { accountOf } = await import('./account.js');
const { SOAK_FAULTS } = await import('./faults.js');
const { plot } = await import('./plot.js');
const { page } = await import('./page.js');
const { SERIES, verdictOf } = await import('./series.js');

const minutes = Number(values.minutes);
const perSecond = Number(values['per-second']);
const EXPERIMENT = 'soak';
const SETTINGS = { delayMs: 50, pieceMs: 5, pieces: 10, answerChars: 600 } as const;
const PROGRESS_SECONDS = 10;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

await using redis = await startRedis({ appendonly: true });
await using evaluator = await startEvaluatorProcess(redis.url);
await using primary = await startProviderProcess(SETTINGS);
await using candidate = await startProviderProcess(SETTINGS);
await using collector = await startProviderProcess(SETTINGS);
await using service = await startServiceProcess(
  {
    calls: { url: primary.url, promptChars: 600, answerChars: SETTINGS.answerChars, pieces: SETTINGS.pieces },
    perSecond,
    leakBytes: Number(values.leak),
    collectorUrl: collector.collectorUrl,
    understudy: {
      queueUrl: redis.url,
      experiment: {
        name: EXPERIMENT,
        candidate: { model: 'gpt-5-mini', baseUrl: candidate.url },
        sample: { rate: 1 },
        noise: { rate: 0 },
        slice: { lengthMs: 5000, deadlineMs: 120_000 },
        shadow: { timeoutMs: 10_000 },
        // What a machine that is busy would hold back is to be held by the service.
        governor: { eventLoopMs: 10_000, eventLoopShare: 1 },
        policy: { gates: { errors: {} } },
      },
    },
    onTerm: 'exit',
    graceMs: 30_000,
  },
  { exposeGc: values.gc },
);

const samples: Timed[] = [];
const startedAt = performance.now();
const seconds = (): number => (performance.now() - startedAt) / 1000;
let doing = 'nothing';
service.onSample((sample) => {
  const at = seconds();
  samples.push({ at, sample });
  if (samples.length % PROGRESS_SECONDS !== 0) return;
  const shown = Object.values(SERIES).map((series) => `${series.title} ${series.of(sample).toFixed(0)}`);
  const { started, right, aborted, wrong, failed } = sample.tally;
  const calls = `${started} calls, ${right} right, ${aborted} given up, ${wrong + failed} wrong`;
  say(`${at.toFixed(0).padStart(5)} s  ${doing.padEnd(18)} ${shown.join(', ')}; ${calls}`);
});

const around = { redis, candidate, collector, evaluator };
for (let minute = 0; minute < minutes; minute += 1) {
  const fault = SOAK_FAULTS[minute % SOAK_FAULTS.length];
  if (fault === undefined) continue;
  doing = fault.title;
  await fault.begin(around);
  await sleep(fault.forMs);
  await fault.end(around);
  doing = 'recovered';
  await sleep(Math.max(0, (minute + 1) * 60_000 - seconds() * 1000));
}

const took = seconds();
const { code, stopped } = await service.terminate();
const account = await accountOf(evaluator.config, EXPERIMENT);
const verdicts = Object.values(SERIES)
  .filter(({ title }) => values.gc || title !== SERIES.heap.title)
  .map((series) => verdictOf(series, samples));

const problems: string[] = [];
for (const { series, slope, flat } of verdicts)
  if (!flat)
    problems.push(
      `${series.title} grows by ${slope.toFixed(2)} ${series.unit} a minute, at most ${series.bound} is flat`,
    );
if (code !== 0 || stopped === null) problems.push(`the service ended with ${String(code)}`);
if (stopped !== null) {
  const { tally, unhandled, counts } = stopped;
  if (tally.wrong + tally.failed > 0) problems.push(`${tally.wrong} wrong answers, ${tally.failed} failed calls`);
  if (unhandled > 0) problems.push(`${unhandled} rejections or exceptions`);
  const offered = counts.funnel['admitted'] ?? 0;
  if (offered === 0) problems.push('nothing was admitted');
  if (account.admitted !== offered) problems.push(`${offered} legs offered, the ledger knows of ${account.admitted}`);
}
const { admitted, stored, dropped, aside, lost } = account;
if (stored + dropped + aside + lost !== admitted)
  problems.push(`stored ${stored} + dropped ${dropped} + aside ${aside} + lost ${lost} is not ${admitted}`);

const result = {
  minutes,
  perSecond,
  slopes: Object.fromEntries(
    verdicts.map(({ series, slope, flat }) => [series.title, { slope, bound: series.bound, flat }]),
  ),
  tally: stopped?.tally ?? null,
  notAdmitted: stopped?.counts.dropped ?? {},
  account,
  problems,
};
if (values.docs) {
  const docs = join(import.meta.dirname, '../../docs');
  writeFileSync(join(docs, 'soak.svg'), plot(verdicts, took));
  writeFileSync(join(docs, 'soak.md'), page(result));
}
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : page(result));
for (const problem of problems) say(`NOT FLAT OR NOT RIGHT: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

import type { Experiment } from '@understudy/instrumentation/experiment';
import { secondOf } from '@understudy/instrumentation/trial';
import type { Standing } from '../../decide/standing.js';
import { type Finding, fail, ok, skipped, warn } from '../finding.js';

/** Whether what is configured can compare anything now. Pure. @param now epoch ms */
export function checkExperiments(experiments: readonly Experiment[], now: number): readonly Finding[] {
  if (experiments.length === 0)
    return [skipped('experiments', 'none in this configuration: the services have theirs in code')];
  return experiments.flatMap((experiment) => checkExperiment(experiment, now));
}

/** Everything that is so, since one of it hides the others in operation. */
function checkExperiment({ name, enabled, sample, window }: Experiment, now: number): readonly Finding[] {
  const check = `experiment ${name}`;
  const found: Finding[] = [];
  if (!enabled)
    found.push(fail(check, 'enabled: false', 'nothing is compared: take `enabled` out, or `understudy control --on`'));
  const rates = [sample.rate, ...sample.rules.map(({ rate }) => rate)];
  if (rates.every((rate) => rate === 0))
    found.push(fail(check, 'sample.rate is 0', 'nothing is drawn: set it above 0, or `understudy control --rate`'));
  if (window !== null && now >= window.until)
    found.push(
      fail(check, `its window ended ${secondOf(window.until)}`, 'set `window.until`, or `understudy control --until`'),
    );
  if (window !== null && now < window.from)
    found.push(warn(check, `its window begins ${secondOf(window.from)}`, 'nothing is compared until then'));
  if (found.length > 0) return found;
  return [ok(check, `draws ${Number((100 * sample.rate).toPrecision(3))} % of its calls`)];
}

/** Whether what is compared arrives, by the ledger. Pure. */
export function checkRuns(
  experiments: readonly Pick<Experiment, 'name'>[],
  standings: readonly Standing[],
): readonly Finding[] {
  const current = standings.filter((standing) => standing.current);
  const isAsked = (experiment: string): boolean =>
    experiments.length === 0 || experiments.some(({ name }) => name === experiment);
  const unseen = experiments.filter(({ name }) => !current.some(({ run }) => run.experiment === name));
  return [
    ...unseen.map(({ name }) =>
      fail(
        `run of ${name}`,
        'no service has announced it',
        'start the service with the tap (`node --import`), with this file and this very queue.url; OTEL_LOG_LEVEL=warn shows what it cannot do',
      ),
    ),
    // Those of other configurations are not asked about.
    ...current.filter(({ run }) => isAsked(run.experiment)).map(checkStanding),
  ];
}

const OF_PLUMBING: ReadonlySet<string> = new Set(['stale', 'lossy', 'coverage', 'unpriced']);

function checkStanding({ run, arm, state: { funnel }, verdict }: Standing): Finding {
  const check = `run of ${run.experiment}, ${arm}`;
  const hold = verdict.holds.find(({ reason }) => OF_PLUMBING.has(reason));
  const found = `${funnel.sampled} sampled, ${funnel.stored} stored`;
  if (hold === undefined) return ok(check, found);
  return fail(check, `${found}: ${hold.reason}`, hold.sentence);
}

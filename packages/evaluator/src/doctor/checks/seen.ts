import { MISCONFIGURATIONS } from '@understudy/instrumentation/trial';
import { seenLately, startedOnOurClock } from '../../decide/setup.js';
import type { LedgerSnapshot, MisconfiguredBy, MisconfiguredState } from '../../ledger/snapshot.js';
import { type Finding, fail, ok, warn } from '../finding.js';

/** What was not seen for so long is taken for mended, in milliseconds. */
const FRESH_MS = 10 * 60_000;

/**
 * What services and the evaluator have seen themselves of how they are set up: evidence, where other checks look at files. What concerns a process as
 * a whole, and none that serves the experiments in question, is another's to mend: a note. Pure.
 *
 * @param experiments those of the configuration: others are not asked about. None: all are. @param now epoch ms
 */
export function checkSeen(
  { misconfigured, producers, runs }: Seen,
  experiments: readonly { readonly name: string }[],
  now: number,
): readonly Finding[] {
  const alive = producers.filter(({ state }) => state === 'alive').map(startedOnOurClock);
  const isAsked = (experiment: string | null): boolean =>
    experiments.length === 0 || experiments.some(({ name }) => name === experiment);
  const serving = new Set(runs.filter(({ run }) => isAsked(run.experiment)).flatMap((run) => run.producers));
  const fresh = seenLately({ at: now, misconfigured }, FRESH_MS).filter(({ cause, experiment, lastAt }) => {
    if (experiment !== null && !isAsked(experiment)) return false;
    // Every service was started anew since: whether it is mended they will say.
    return MISCONFIGURATIONS[cause].seenBy === 'evaluator' || alive.length === 0 || alive.some((at) => at <= lastAt);
  });
  if (fresh.length === 0) return [ok('seen in operation', 'nothing that is set up wrong')];
  return fresh.flatMap((one) => {
    const by = one.by.filter(({ lastAt }) => now - lastAt <= FRESH_MS);
    if (by.length === 0) return [finding(one, now)];
    const own = by.filter(({ producer }) => experiments.length === 0 || serving.has(producer));
    const foreign = by.filter((each) => !own.includes(each));
    return [
      ...(own.length === 0 ? [] : [finding(one, now, own)]),
      ...(foreign.length === 0 ? [] : [note(one, now, foreign)]),
    ];
  });
}

interface Seen extends Pick<LedgerSnapshot, 'misconfigured' | 'producers'> {
  readonly runs: readonly { readonly run: { readonly experiment: string }; readonly producers: readonly string[] }[];
}

/** @param own The producers it concerns; none: it is about an experiment, or about nobody in particular */
function finding(state: MisconfiguredState, now: number, own: readonly MisconfiguredBy[] = []): Finding {
  const { cause, experiment, count, found, lastAt } = state;
  const { fix } = MISCONFIGURATIONS[cause];
  const [newest] = own;
  if (newest !== undefined)
    return fail(`seen ${cause} of ${namesOf(own)}`, `${newest.found} (last ${agoOf(newest.lastAt, now)})`, fix);
  const times = count === 1 ? 'once' : `${count} times`;
  const of = experiment === null ? '' : ` of ${experiment}`;
  return fail(`seen ${cause}${of}`, `${found} (${times}, last ${agoOf(lastAt, now)})`, fix);
}

function note({ cause }: MisconfiguredState, now: number, by: readonly MisconfiguredBy[]): Finding {
  const [newest] = by;
  const found = `${newest?.found} (last ${agoOf(newest?.lastAt ?? now, now)}), in services of other experiments`;
  return warn(`seen ${cause} of ${namesOf(by)}`, found, `theirs to mend: ${MISCONFIGURATIONS[cause].fix}`);
}

/** Producers that are named; of more, how many. */
const MOST_NAMED = 3;

function namesOf(by: readonly MisconfiguredBy[]): string {
  const names = by.slice(0, MOST_NAMED).map(({ producer }) => producer);
  const more = by.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function agoOf(at: number, now: number): string {
  return `${Math.max(0, Math.round((now - at) / 1000))} s ago`;
}

import { AA_ARM, SEGMENT_ALL } from '@understudy/instrumentation/trial';
import type { Standing } from '../decide/standing.js';
import type { Report } from '../emit/ledger-metrics.js';
import type {
  ArmState,
  LedgerSnapshot,
  OpenSlice,
  ProducerState,
  RejectedState,
  RunState,
  Waiting,
} from '../ledger/snapshot.js';
import { isClustered, turnsShown } from '../tally/turns.js';
import { printableLine } from './foreign-text.js';
import { budgetJson, renderBudget } from './render-budget.js';
import { definitionChangesOf, renderNewRun } from './render-new-run.js';
import { renderBounds } from './render-control.js';
import { renderJudge, renderJudged } from './render-judging.js';
import { renderSegments } from './render-segments.js';
import { driftJson, renderDrift, renderShown, shownJson } from './render-shown.js';
import { renderSentence } from './render-verdict.js';
import { count, plural, time, type Style } from './style.js';

/** Everything the ledger knows, for a person: runs and verdicts, the funnel, producers, what waits, what was put aside. */
export function renderStatus({ snapshot, standings }: Report, style: Style): readonly string[] {
  if (snapshot.runs.length === 0) {
    return [
      'No run yet: a service announces its run before its first shadow.',
      ...renderProducers(snapshot.producers, snapshot.at, style),
      ...renderRejected(snapshot.rejected, style),
    ];
  }
  return [
    ...snapshot.runs.flatMap((run) => [
      ...renderRun(
        run,
        snapshot,
        standings.filter((standing) => standing.run.id === run.run.id),
        style,
      ),
      '',
    ]),
    ...renderProducers(snapshot.producers, snapshot.at, style),
    ...renderRejected(snapshot.rejected, style),
  ];
}

function renderRun(
  state: RunState,
  { at, runs }: LedgerSnapshot,
  standings: readonly Standing[],
  style: Style,
): readonly string[] {
  const { run, arms } = state;
  const superseded = standings.some(({ current }) => current) ? '' : ', superseded';
  return [
    `${style.bold(printableLine(run.experiment))}  ${style.dim(`run ${run.id}, number ${run.k}${superseded}, since ${time(run.registeredAt)}`)}`,
    ...[
      ...renderNewRun(definitionChangesOf(runs, run), run.k),
      ...renderBounds(state, at),
      ...renderBudget(state.budget),
      ...renderJudge(state.judging, style),
      ...renderDrift(state.days),
    ].map((line) => `  ${line}`),
    ...standings.flatMap((standing) => {
      const { arm, state: one, verdict } = standing;
      return [
        `  candidate ${style.bold(arm)}`,
        `    ${renderSentence(verdict, style)}`,
        ...[
          ...renderSegments(standing),
          ...renderFunnel(one),
          ...renderJudged(one, style),
          ...renderShown(one, state.labelNames),
        ].map((line) => `    ${line}`),
      ];
    }),
    ...(arms[AA_ARM] === undefined
      ? []
      : [
          `  ${style.bold(AA_ARM)} ${style.dim('the incumbent asked again')}`,
          ...renderFunnel(arms[AA_ARM]).map((line) => `    ${line}`),
        ]),
    ...renderSlices(state).map((line) => `  ${line}`),
  ];
}

/** The funnel as sums; a line whose parts do not add up says by how much. */
export function renderFunnel({ funnel, outcomes, observed }: ArmState): readonly string[] {
  const skipped = total(funnel.skipped);
  const dropped = total(funnel.dropped);
  const { stored, aside, lost, pending, late } = funnel;
  const pairs = outcomes.reduce((sum, one) => sum + one.pairs, 0);
  return [
    sum('sampled', funnel.sampled, [
      ['admitted', funnel.admitted],
      ['skipped', skipped, reasons(funnel.skipped)],
    ]),
    sum('admitted', funnel.admitted, [
      ['stored', stored],
      ['dropped', dropped, reasons(funnel.dropped)],
      ['aside', aside],
      ['lost', lost],
      ['pending', pending],
    ]),
    sum('stored', stored, [
      ['in time', stored - late],
      ['late', late],
    ]),
    `${count(funnel.scored)} scored; ${count(funnel.evidence)} are evidence (one per cluster)${fewClusters(observed)}`,
    ...(pairs === 0 ? [] : [`both answered ${count(answered(outcomes))} of ${plural(pairs, 'pair')}`]),
  ];
}

type Term = readonly [name: string, value: number, detail?: string];

function sum(name: string, value: number, terms: readonly Term[]): string {
  const parts = terms.map(([term, part, detail = '']) => `${count(part)} ${term}${detail}`).join(' + ');
  const difference = value - terms.reduce((all, [, part]) => all + part, 0);
  const broken = difference === 0 ? '' : `  (does not add up: ${difference > 0 ? '+' : ''}${difference})`;
  return `${count(value)} ${name} = ${parts}${broken}`;
}

function reasons(counts: Readonly<Record<string, number>>): string {
  const named = Object.entries(counts).filter(([, value]) => value > 0);
  return named.length === 0 ? '' : ` (${named.map(([reason, value]) => `${reason} ${count(value)}`).join(', ')})`;
}

/** Below a fifth the setting is named: one pair of a conversation counts, whatever its length. */
function fewClusters(observed: ArmState['observed']): string {
  const counters = observed[SEGMENT_ALL]?.counters;
  const turns = counters === undefined ? null : turnsShown(counters);
  if (turns === null || !isClustered(turns)) return '';
  return `: under a fifth of the ${count(turns.stored)} stored in closed slices. Calls of one conversation count once: \`sample.by: trace\` draws more conversations, \`cluster.attribute\` says what one is`;
}

function answered(outcomes: ArmState['outcomes']): number {
  return outcomes
    .filter(({ primary, shadow }) => primary === 'ok' && shadow === 'ok')
    .reduce((all, one) => all + one.pairs, 0);
}

function renderSlices({ closedCount, openCount, open, closedThrough }: RunState): readonly string[] {
  const through = closedThrough === null ? '' : `, through ${time(closedThrough)}`;
  const late = closedCount.deadline > 0 ? ` (${count(closedCount.deadline)} at their deadline)` : '';
  const closed = `${plural(closedCount.complete + closedCount.deadline, 'slice')} closed${late}${through}; ${count(openCount)} open`;
  return [closed, ...open.map(renderOpen)];
}

function renderOpen({ startsAt, deadlineAt, stored, waits }: OpenSlice): string {
  const what = waits.length === 0 ? 'nothing' : waits.map(renderWaiting).join(', ');
  return `  slice of ${time(startsAt)}: ${plural(stored, 'row')}; waits for ${what}; at most until ${time(deadlineAt)}`;
}

function renderWaiting(waiting: Waiting): string {
  switch (waiting.for) {
    case 'end':
      return `its end at ${time(waiting.until)}`;
    case 'queue':
      return `the queue, handled through ${time(waiting.handledThrough)}`;
    case 'closer':
      return 'the evaluator';
    case 'final_count':
      return `the final count of ${waiting.producer}`;
    case 'watermark':
      return `the watermark of ${waiting.producer}`;
    case 'rows':
      return `rows of ${waiting.producer} (${count(waiting.stored)} of ${count(waiting.published)})`;
  }
}

function renderProducers(producers: readonly ProducerState[], at: number, style: Style): readonly string[] {
  const of = (state: ProducerState['state']): number => producers.filter((one) => one.state === state).length;
  const gone = producers.filter(({ state }) => state === 'gone');
  return [
    `producers: ${count(of('alive'))} alive, ${count(of('final'))} ended, ${count(of('gone'))} gone`,
    ...producers
      .filter(({ state }) => state === 'alive')
      .map(({ id, lastSeen, lastSeq }) => style.dim(`  ${id}: batch ${lastSeq}, ${seconds(at - lastSeen)} ago`)),
    ...gone.map(
      ({ id, lastSentAt }) =>
        `  ${id}: silent without a goodbye; what it admitted after ${time(lastSentAt)} cannot be known`,
    ),
  ];
}

function renderRejected({ count: rejected, byCode, newest }: RejectedState, style: Style): readonly string[] {
  if (rejected === 0) return ['put aside: nothing'];
  const codes = Object.entries(byCode).map(([code, value]) => `${code} ${count(value)}`);
  return [
    style.doubtful(`put aside: ${plural(rejected, 'job')} that could not be used (${codes.join(', ')})`),
    ...newest.map(({ job, code, message, legs }) => {
      const lost = legs === null ? '' : `, ${plural(legs, 'leg')}`;
      return `  ${printableLine(`${job}: ${code}${lost}: ${message.split('\n', 1)[0]}`)}`;
    }),
  ];
}

function seconds(milliseconds: number): string {
  return `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s`;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, value) => all + value, 0);
}

/** The status as JSON: the snapshot with tallies left out, and every verdict. */
export function statusJson({ snapshot, standings }: Report): Readonly<Record<string, unknown>> {
  return {
    at: snapshot.at,
    runs: snapshot.runs.map(({ run, arms, budget, days, labelNames, ...rest }) => ({
      ...rest,
      budget: budgetJson(budget),
      experiment: run.experiment,
      run: run.id,
      k: run.k,
      registeredAt: run.registeredAt,
      definition: run.definition,
      drift: driftJson(days),
      arms: Object.fromEntries(
        Object.entries(arms).map(
          ([arm, { streams: _streams, preferences: _preferences, evidenceDays: _days, observed, ...state }]) => [
            arm,
            { ...state, shown: shownJson({ observed }, labelNames) },
          ],
        ),
      ),
      verdicts: Object.fromEntries(
        standings.filter((standing) => standing.run.id === run.id).map(({ arm, verdict }) => [arm, verdict]),
      ),
    })),
    producers: snapshot.producers,
    rejected: snapshot.rejected,
  };
}

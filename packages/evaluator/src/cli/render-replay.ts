import type { Standing } from '../decide/standing.js';
import type { ReplayReport } from '../replay/replay.js';
import type { Replayed } from '../replay/standings.js';
import { printableLine } from './foreign-text.js';
import { renderSentence, renderVerdict, verdictJson } from './render-verdict.js';
import { count, plural, type Style } from './style.js';

/** A replay for a person: the verdict as `understudy verdict` prints it, and what the lines were. */
export function renderReplay(
  report: ReplayReport,
  { standing, segments }: Replayed,
  options: { readonly bySegment: boolean },
  style: Style,
): readonly string[] {
  const alone = Object.entries(segments).map(
    ([segment, verdict]) => `${printableLine(segment)}: ${renderSentence(verdict, style)}`,
  );
  return [
    ...renderVerdict(standing, style),
    ...(options.bySegment ? ['', ...alone, ...(alone.length === 0 ? [] : [style.dim(ALONE)])] : []),
    '',
    ...renderLines(report),
    ...report.problems.map(({ line, problem }) => style.bad(`  line ${line}: ${printableLine(problem)}`)),
    ...runNote(report, standing),
    ...weightNote(report),
    style.dim('These pairs alone: states that were stored before, and calls that were never sampled, are not in it.'),
  ];
}

const ALONE =
  'Each segment by itself; NO_GO where it would stop the run, or is on the list of those that hold it. What decides is the verdict above.';

function renderLines({ lines, otherArms }: ReplayReport): readonly string[] {
  const parts = [
    [lines.unreadable, 'cannot be read'],
    [lines.repeated, 'repeat a call'],
    [lines.otherRuns, 'are of other runs'],
    [lines.brokenClocks, 'are of a broken clock, and count as missing'],
  ] as const;
  const some = parts.filter(([number]) => number > 0).map(([number, what]) => `${count(number)} ${what}`);
  const all = plural(lines.read + lines.unreadable, 'line');
  const strangers = printableLine(otherArms.join(', '));
  const arms =
    lines.otherArms === 0
      ? []
      : [`${plural(lines.otherArms, 'leg')} of arms the experiment does not have (${strangers}): not counted`];
  return [some.length === 0 ? all : `${all}, of which ${some.join(', ')}`, ...arms];
}

function runNote({ run }: ReplayReport, { run: { id }, verdict }: Standing): readonly string[] {
  if (run === id) return [];
  const late = verdict.holds.some(({ reason }) => reason === 'exploratory');
  const word = late ? ' If the policy was written down before the first pair, say so with --declared.' : '';
  return [`The pairs name run ${run}; the policy's is ${id}.${word}`];
}

/** A pair that was likelier than the least likely one of its run counts for less. */
function weightNote({ leastPi: { ofPairs, declared } }: ReplayReport): readonly string[] {
  if (!(ofPairs > declared)) return [];
  const share = Number((declared / ofPairs).toPrecision(2));
  return [
    `Each pair counts as ${share} of one at most: its \`pi\` is ${ofPairs} or more, and the experiment may sample at ${declared} (\`sample.rate\`, \`piMin\`).`,
  ];
}

/** A replay as JSON: what `understudy verdict --json` says, and what the lines were. */
export function replayJson(
  { run, lines, problems, otherArms, leastPi }: ReplayReport,
  { standing, segments }: Replayed,
  { bySegment }: { readonly bySegment: boolean },
): Readonly<Record<string, unknown>> {
  return {
    ...verdictJson(standing),
    pairsOf: run,
    lines,
    problems,
    otherArms,
    leastPi,
    ...(bySegment && { segments }),
  };
}

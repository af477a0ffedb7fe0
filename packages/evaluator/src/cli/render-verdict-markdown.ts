import type { Standing } from '../decide/standing.js';
import type { State } from '../decide/verdict.js';
import type { FunnelState } from '../ledger/snapshot.js';
import { printableLine } from './foreign-text.js';
import { renderSegments } from './render-segments.js';
import { GATE_HEADING, gateRows, renderBar, renderSetup } from './render-verdict.js';
import { count } from './style.js';

const MARK: Readonly<Record<State, string>> = {
  go: '✅',
  go_provisional: '☑️',
  hold: '⏳',
  no_go: '❌',
  invalid: '⚠️',
};

/** Columns from this one on are numbers, set flush right. */
const FIRST_NUMBER = 3;

/** A verdict in Markdown, for a comment on a pull request: the sentence, what else holds it, the gates as a table, the funnel in one line. */
export function renderVerdictMarkdown(standing: Standing): string {
  const { run, arm, verdict, expired, spent, state } = standing;
  const segments = renderSegments(standing);
  const setup = renderSetup(verdict);
  const also = verdict.holds.filter(({ sentence }) => !verdict.sentence.includes(sentence));
  const lines = [
    `### ${MARK[verdict.state]} ${plain(run.experiment)}: ${plain(arm)}`,
    '',
    `**${plain(verdict.sentence)}**`,
    ...(also.length === 0 ? [] : ['', ...also.map(({ sentence }) => `- also: ${plain(sentence)}`)]),
    ...(setup.length === 0 ? [] : ['', ...setup.map((line) => `- ${plain(line)}`)]),
    ...(segments.length === 0 ? [] : ['', ...segments.map((line) => `- ${plain(line)}`)]),
    ...(expired ? ['', `The ${spent ? 'budget is used up' : 'window is over'}: no more pairs will come.`] : []),
    '',
    row(GATE_HEADING),
    row(GATE_HEADING.map((_, column) => (column < FIRST_NUMBER ? ':--' : '--:'))),
    ...gateRows(verdict, run.definition.policy.gates).map((cells) => row(cells.map(plain))),
    '',
    plain(renderBar(verdict.level)),
    '',
    `${funnelLine(state.funnel)}.`,
    '',
    `<sub>run ${plain(run.id)}, number ${run.k} of its experiment</sub>`,
  ];
  return lines.join('\n');
}

/** From the sampled legs to those that decide. */
function funnelLine(funnel: FunnelState): string {
  const steps = [
    `${count(funnel.sampled)} sampled`,
    `${count(funnel.admitted)} admitted`,
    `${count(funnel.stored)} stored`,
    `${count(funnel.evidence)} evidence`,
  ].join(' → ');
  const dropped = Object.values(funnel.dropped).reduce((sum, one) => sum + one, 0);
  const missing = dropped + funnel.aside + funnel.lost;
  return missing === 0 ? steps : `${steps} (${count(missing)} of the admitted are missing)`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/**
 * A text as it is, whatever of it would be a mark, a tag, a link or a mention in Markdown. A mention is looked for in what was rendered, where
 * an escaped sign is a sign again: a space of no width stops that.
 */
function plain(text: string): string {
  return printableLine(text)
    .replaceAll(/[\\`*_[\]|~#]/g, (mark) => `\\${mark}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@&#8203;')
    .replaceAll('://', ':&#47;/');
}

import type { SeenVerdict, VerdictChange } from '../ledger/change.js';

/** A change of a verdict as programs get it. */
export interface ChangePayload {
  readonly type: 'understudy.verdict.changed';
  readonly v: 1;
  /** The same whenever this change is sent. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly experiment: string;
  readonly candidate: string;
  readonly run: string;
  /** Which run of its experiment it is, from 1. */
  readonly k: number;
  readonly state: SeenVerdict['state'];
  /** Of this run or the one before; null: nothing was known of this candidate. */
  readonly previous: SeenVerdict['state'] | null;
  readonly reason: string;
  readonly sentence: string;
  /** Pairs of evidence. */
  readonly pairs: number;
}

export function changePayload(change: VerdictChange): ChangePayload {
  const { experiment, arm, run, k, state, previous, reason, sentence, pairs, at } = change;
  return {
    type: 'understudy.verdict.changed',
    v: 1,
    id: changeId(change),
    at: new Date(at).toISOString(),
    experiment,
    candidate: arm,
    run,
    k,
    state,
    previous,
    reason,
    sentence,
    pairs,
  };
}

/** By which a receiver knows a change that it has had already: ledgers number theirs alike, so it names the run and the time too. */
export function changeId({ id, run, at }: VerdictChange): string {
  return `${run}.${id}.${at}`;
}

const MARK: Readonly<Record<SeenVerdict['state'], string>> = {
  go: ':white_check_mark:',
  go_provisional: ':ballot_box_with_check:',
  hold: ':hourglass_flowing_sand:',
  no_go: ':x:',
  invalid: ':warning:',
};

/** Slack takes 3000 characters in a section. */
const LONGEST = 2500;

/** A change as Slack's incoming webhooks take it: `text` for notifications, blocks for the channel. */
export function slackPayload(change: VerdictChange): Readonly<Record<string, unknown>> {
  const { experiment, arm, run, k, state, previous, sentence, pairs } = change;
  const title = mrkdwn(`${experiment} / ${arm}`);
  const came = previous === null || previous === state ? '' : ` (was ${previous})`;
  const detail = mrkdwn(`${state}${came}, ${pairs} pairs, run ${run}, number ${k} of its experiment`);
  return {
    text: `${title}: ${mrkdwn(sentence)}`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `${MARK[state]} *${title}*\n${mrkdwn(sentence)}` } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: detail }] },
    ],
  };
}

/** The three signs that Slack's format escapes: without them there is no mention and no link. */
function mrkdwn(text: string): string {
  const escaped = text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
  if (escaped.length <= LONGEST) return escaped;
  // Neither half an escape nor half a sign.
  return `${escaped.slice(0, LONGEST).replace(/(?:&[a-z]*|[\ud800-\udbff])$/, '')}…`;
}

import { composed } from '@understudy/instrumentation/trial';
import type { Answer } from './answer.js';
import { PREFACE, REFUSAL_OPENERS } from './refusal-openers.js';
import type { Scorer } from './scorer.js';

/** Why an answer ended, where that says that its provider or its model would not give it. Words of providers in lower case. */
const FILTERED: ReadonlySet<string> = new Set([
  'content_filter',
  'content_filtered',
  'refusal',
  'safety',
  'blocklist',
  'prohibited_content',
  'spii',
  'image_safety',
  'guardrail_intervened',
  'error_toxic',
]);

/** In UTF-16 code units: so much of an answer's beginning is read. */
const MOST_READ = 320;
/** Excuses taken off, one after the other. */
const MOST_PREFACES = 4;

/**
 * Whether an answer refuses: the provider says so (a part of the answer that is a refusal, the reason why it ended), or its prose
 * begins as refusals do, in one of some fifteen languages. An answer that calls a tool does not refuse. Of features only the
 * provider's word is known.
 */
export function isRefusal({ refusal, finish, prose, calls }: Answer): boolean {
  if (refusal || (finish !== null && FILTERED.has(finish.toLowerCase()))) return true;
  if (prose === null || calls.length > 0) return false;
  return startsAsRefusal(prose);
}

function startsAsRefusal(prose: string): boolean {
  let text = opening(prose);
  for (let taken = 0; taken <= MOST_PREFACES; taken += 1) {
    if (REFUSAL_OPENERS.some((opener) => opener.test(text))) return true;
    const rest = text.replace(PREFACE, '');
    if (rest === text) return false;
    text = rest;
  }
  return false;
}

/** The beginning of a text as the openers are written. */
function opening(prose: string): string {
  return composed(prose.slice(0, MOST_READ))
    .toLowerCase()
    .replaceAll(/[’‘ʼ]/g, "'")
    .replaceAll(/\s+/gu, ' ')
    .replace(/^[\s"“„«'*_>#-]+/u, '');
}

/** 1 where both answers refuse or neither does, else 0. Not for features: refusals in words could not be seen. */
export const refusal: Scorer = {
  name: 'refusal',
  applies: ({ form }) => form === 'text',
  score: (primary, other) => Number(isRefusal(primary) === isRefusal(other)),
};

import type { ProviderResponse } from '../capture/provider-response.js';
import { LONGEST_PAUSE_MS } from './pause.js';

/** A provider that says "at once" has still refused something. */
const SHORTEST_MS = 1000;

const NUMBER = /^\d{1,12}(\.\d{1,9})?$/;

/** A date as HTTP writes it; `Date.parse` alone takes nearly anything. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * How long the provider asks to be left alone, in milliseconds, from a second to ten minutes; null where it does not, or not in a form
 * that RFC 9110 (section 10.2.3) or the SDKs know. `retry-after-ms` is finer and comes first.
 *
 * @param now Epoch ms, for a date without one beside it to measure it by.
 */
export function retryAfterMs({ header }: ProviderResponse, now: number): number | null {
  const asked = milliseconds(header('retry-after-ms'), 1) ?? milliseconds(header('retry-after'), 1000);
  const ms = asked ?? untilDate(header('retry-after'), header('date'), now);
  return ms === null ? null : Math.min(Math.max(ms, SHORTEST_MS), LONGEST_PAUSE_MS);
}

function milliseconds(text: string | null, unit: number): number | null {
  return text !== null && NUMBER.test(text.trim()) ? Number(text) * unit : null;
}

/** By the provider's own clock where it shows it: the host's may be wrong. */
function untilDate(text: string | null, date: string | null, now: number): number | null {
  const until = dateOf(text);
  return until === null ? null : until - (dateOf(date) ?? now);
}

function dateOf(text: string | null): number | null {
  if (text === null || !HTTP_DATE.test(text)) return null;
  const time = Date.parse(text);
  return Number.isFinite(time) ? time : null;
}

import type { ProviderResponse } from '../capture/provider-response.js';
import { LONGEST_PAUSE_MS } from './pause.js';
import { LIMIT_FIELD, LIMIT_HEADERS, type LimitHeaders, POLICY_FIELD } from './rate-limit-headers.js';

/** What a provider says of one of its limits. */
export interface Reading {
  /** Tells the limits of one provider apart. */
  readonly name: string;
  /** Of requests, of tokens. */
  readonly of: string;
  readonly remaining: number;
  /** Null: not said. */
  readonly limit: number | null;
  /** Until the limit is whole again, in milliseconds, ten minutes at most; null: not said. Read when asked for, which is seldom. */
  resetMs(): number | null;
}

/** Longer texts are none of the forms below, and are not looked at. */
const LONGEST_TEXT = 256;

const NUMBER = /^\d{1,15}(\.\d{1,9})?$/;
/** The limit first, then windows (`100, 100;w=60`). */
const FIRST_NUMBER = /^\s*(\d{1,15})\s*(?:[,;]|$)/;
const DURATION =
  /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,9}(?:\.\d{1,9})?)s)?(?:(\d{1,9}(?:\.\d{1,9})?)ms)?$/;
const DURATION_UNITS: readonly number[] = [86_400_000, 3_600_000, 60_000, 1000, 1];
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;
const DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const PARAMETER = /(?:^|[;,\s])(r|remaining|t|reset|q|limit)=(\d{1,15})(?=[;,\s]|$)/g;

/** From these on a number is a time: epoch seconds, epoch milliseconds. No provider resets a limit in 30 years. */
const EPOCH_S = 1e9;
const EPOCH_MS = 1e12;

/**
 * The limits that a response speaks of. It is the other side's word: what is not one of the known forms, or makes no sense, is not
 * there.
 *
 * @param now Epoch ms. @param headers The limits to look for.
 */
export function readingsOf(
  { header }: ProviderResponse,
  now: number,
  headers: readonly LimitHeaders[] = LIMIT_HEADERS,
): readonly Reading[] {
  const readings: Reading[] = [];
  const add = (reading: Reading): void => {
    const { remaining, limit } = reading;
    if (limit === null || (limit > 0 && remaining <= limit)) readings.push(reading);
  };
  for (const { of, remaining: name, limit, reset } of headers) {
    const remaining = numberOf(header(name));
    if (remaining === null) continue;
    add({
      name,
      of,
      remaining,
      limit: limit === null ? null : firstNumberOf(header(limit)),
      resetMs: () => (reset === null ? null : resetOf(header(reset), now)),
    });
  }
  const field = parametersOf(header(LIMIT_FIELD));
  const remaining = field?.get('r') ?? field?.get('remaining');
  if (field === null || remaining === undefined) return readings;
  const limit = field.get('limit') ?? parametersOf(header(POLICY_FIELD))?.get('q') ?? null;
  const seconds = field.get('t') ?? field.get('reset');
  const resetMs = seconds === undefined ? null : Math.min(seconds * 1000, LONGEST_PAUSE_MS);
  add({ name: LIMIT_FIELD, of: 'requests', remaining, limit, resetMs: () => resetMs });
  return readings;
}

/** Until when, in the forms that are in use: `6m0s`, `12ms`, `55`, epoch seconds or milliseconds, RFC 3339, an HTTP date. */
function resetOf(text: string | null, now: number): number | null {
  if (text === null || text === '' || text.length > LONGEST_TEXT) return null;
  const ms = resetMs(text.trim(), now);
  return ms === null || !Number.isFinite(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_PAUSE_MS);
}

function resetMs(text: string, now: number): number | null {
  if (NUMBER.test(text)) {
    const value = Number(text);
    if (value >= EPOCH_MS) return value - now;
    return value >= EPOCH_S ? value * 1000 - now : value * 1000;
  }
  if (RFC_3339.test(text) || DATE.test(text)) return Date.parse(text) - now;
  const parts = DURATION.exec(text);
  if (parts === null || text === '') return null;
  return parts.slice(1).reduce((sum, part, index) => sum + Number(part ?? 0) * (DURATION_UNITS[index] ?? 0), 0);
}

function numberOf(text: string | null): number | null {
  return text !== null && NUMBER.test(text.trim()) ? Number(text) : null;
}

function firstNumberOf(text: string | null): number | null {
  if (text === null || text.length > LONGEST_TEXT) return null;
  const found = FIRST_NUMBER.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

function parametersOf(text: string | null): ReadonlyMap<string, number> | null {
  if (text === null || text.length > LONGEST_TEXT) return null;
  const found = new Map<string, number>();
  for (const [, name = '', value] of text.matchAll(PARAMETER)) if (!found.has(name)) found.set(name, Number(value));
  return found.size === 0 ? null : found;
}

/** Nobody is waited for longer than this; a job's own backoff takes over. */
const LONGEST_MS = 3_600_000;

/**
 * What a provider asks to wait: `retry-after-ms`, else `retry-after` in seconds or as a date (RFC 9110, section 10.2.3). In milliseconds, at
 * most an hour; null where it says nothing that can be read.
 *
 * @param now epoch ms.
 */
export function retryAfterOf(headers: Headers, now: number): number | null {
  const ms = numberIn(headers.get('retry-after-ms'));
  if (ms !== null) return bounded(ms);
  const value = headers.get('retry-after');
  const seconds = numberIn(value);
  if (seconds !== null) return bounded(seconds * 1000);
  const date = value === null ? Number.NaN : Date.parse(value);
  return Number.isNaN(date) ? null : bounded(date - now);
}

function numberIn(value: string | null): number | null {
  return value !== null && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : null;
}

function bounded(ms: number): number {
  return Math.min(LONGEST_MS, Math.max(0, Math.ceil(ms)));
}

import { InvalidArgumentError, Option } from 'commander';

/** Options and numbers that several commands take. */
export const config = (): Option => new Option('-c, --config <file>', 'the configuration file');
export const json = (): Option => new Option('--json', 'print JSON');

export function aRate(text: string): number {
  const rate = Number(text);
  if (text.trim() !== '' && rate >= 0 && rate <= 1) return rate;
  throw new InvalidArgumentError('Expected a number in [0, 1].');
}

/** ISO 8601 with an offset: a time without one would be another in every place. */
export function aTime(text: string): number {
  if (text === 'now') return Date.now();
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (time >= 0) return time;
  throw new InvalidArgumentError('Expected `now`, or a time with its offset such as 2026-11-21T00:00:00Z.');
}

/** A number between two others, without them; `closed`: or the lower one. */
export function between(low: number, high: number, closed = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && (value > low || (closed && value === low)) && value < high) return value;
    const range = high === Infinity ? `above ${low}` : `${closed ? 'from' : 'above'} ${low} and below ${high}`;
    throw new InvalidArgumentError(`Expected a number ${range}.`);
  };
}

export function aShare(text: string): number {
  const share = Number(text);
  if (text.trim() !== '' && share > 0 && share <= 1) return share;
  throw new InvalidArgumentError('Expected a number in (0, 1].');
}

export function wholeNumber(text: string, low: number, high: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low && value <= high) return value;
  throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`);
}

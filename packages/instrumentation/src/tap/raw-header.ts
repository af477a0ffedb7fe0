import type { ResponseHeader } from './response-headers.js';

/** A header out of names and values in turn, as bytes or text, or out of an object of them: undici has both. Empty: not there. */
export function rawHeader(headers: unknown, name: string): string {
  return pairsOf(headers)
    .filter(([key]) => String(key).toLowerCase() === name)
    .flatMap(([, value]) => value)
    .map(String)
    .join(', ');
}

/** All of them, to be asked for by name: gone through once, when the first is asked for. */
export function rawHeaders(headers: unknown): ResponseHeader {
  let known: Map<string, string> | null = null;
  return (name) => {
    if (known === null) {
      known = new Map();
      for (const [key, value] of pairsOf(headers)) {
        const lower = String(key).toLowerCase();
        const before = known.get(lower);
        const text = [value].flat().map(String).join(', ');
        known.set(lower, before === undefined ? text : `${before}, ${text}`);
      }
    }
    return known.get(name) ?? null;
  };
}

function pairsOf(headers: unknown): readonly (readonly [unknown, unknown])[] {
  if (typeof headers !== 'object' || headers === null) return [];
  if (!Array.isArray(headers)) return Object.entries(headers);
  return headers.flatMap((text: unknown, index) =>
    index % 2 === 0 ? [[text, headers[index + 1]] as [unknown, unknown]] : [],
  );
}

/**
 * Longer answers, in UTF-16 code units, are never looked at whole: they are the same where their code units are, they are no
 * JSON, and everything else sees their two ends alone.
 */
export const MOST_WHOLE = 131_072;

/** A text of more than `most` code units without its middle: half of them from its beginning, half from its end, a line apart. */
export function bothEnds(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor(most / 2);
  return `${text.slice(0, half)}\n${text.slice(-half)}`;
}

/** Whether an answer is too long to be looked at whole. */
export function isLong(length: number): boolean {
  return length > MOST_WHOLE;
}

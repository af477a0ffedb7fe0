const LITERALS: ReadonlySet<string> = new Set(['true', 'false', 'null']);
/** The white space of JSON, not Unicode's. */
const FIRST = /^[ \t\r\n]*([^ \t\r\n])/;

/** Whether a text may be JSON, by its first sign: an error of the parser takes ten times as long as most texts. */
export function mayBeJson(text: string): boolean {
  const first = FIRST.exec(text.slice(0, 256))?.[1] ?? (text.length > 256 ? '{' : '');
  if (first === '') return false;
  if ('{["'.includes(first)) return true;
  if (first === '-' || (first >= '0' && first <= '9')) return text.length < 64;
  return text.length < 64 && LITERALS.has(text.trim());
}

/** A text that is one fence of code and nothing else, without the fence: so many models wrap the JSON that is asked of them. */
export function withoutFence(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('```') || !trimmed.endsWith('```') || trimmed.length < 7) return text;
  const line = trimmed.indexOf('\n');
  if (line < 0) return text;
  const inside = trimmed.slice(line + 1, -3);
  return inside.includes('```') ? text : inside;
}

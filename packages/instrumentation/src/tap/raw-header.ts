/** A header out of names and values in turn, as bytes or text, or out of an object of them: undici has both. Empty: not there. */
export function rawHeader(headers: unknown, name: string): string {
  if (typeof headers !== 'object' || headers === null) return '';
  const pairs: [unknown, unknown][] = Array.isArray(headers)
    ? headers.flatMap((text: unknown, index) =>
        index % 2 === 0 ? [[text, headers[index + 1]] as [unknown, unknown]] : [],
      )
    : Object.entries(headers);
  const found = pairs.filter(([key]) => String(key).toLowerCase() === name);
  return found
    .flatMap(([, value]) => value)
    .map(String)
    .join(', ');
}

/** Text that PostgreSQL accepts: it has no NUL and no lone surrogates, both of which may come in a name from outside. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

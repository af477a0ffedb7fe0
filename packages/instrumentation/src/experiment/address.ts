const SCHEME = '(?:[a-z][a-z0-9+.-]{0,15}:/{1,3})?';
const HOST = '(?:[a-z0-9_-]{1,40}\\.)*[a-z0-9_-]{0,40}';
const ADDRESS = new RegExp(`^${SCHEME}(?:…@)?${HOST}(?::\\d{1,6})?(?:/[\\w./~-]{0,80})?$`, 'i');

/**
 * What of a text that should have been a URL may be said aloud: never its userinfo, query or fragment, and nothing at all of what looks
 * like no address, as it may be a key in the wrong place. Null: nothing.
 *
 * @example shownAddress('https://user:secret@host/v1?key=secret') // 'https://…@host/v1'
 */
export function shownAddress(text: string): string | null {
  const bare = withoutUserinfo(text);
  return bare !== null && ADDRESS.test(bare) && /[.:/]/.test(bare) ? bare : null;
}

/** A password may hold any sign, so all up to the last `@` is left out; a query may hold that sign, too, and then nothing is sure. */
function withoutUserinfo(text: string): string | null {
  const cut = text.replace(/[?#].*$/s, '');
  const at = text.lastIndexOf('@');
  if (at < 0) return cut;
  if (cut.length < text.length && text.search(/[?#]/) < at) return null;
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(cut)?.[0] ?? '';
  return `${scheme}…@${cut.slice(at + 1)}`;
}

/** What a job holds once the ledger has all of it: its id stays known for a while, and nothing of what was said does. */
export const EMPTIED: { readonly v: 1; readonly stored: true } = { v: 1, stored: true };

export function isEmptied(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'stored' in data && data.stored === true;
}

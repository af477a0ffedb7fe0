/** The kinds of private value that are told apart. A placeholder keeps the kind. */
export type PrivateKind = 'key' | 'secret' | 'jwt' | 'pem' | 'email' | 'phone' | 'card' | 'iban';

/** A private value in a text: code units from `start` up to `end`. */
export interface Found {
  readonly kind: PrivateKind;
  readonly start: number;
  readonly end: number;
}

/** What finders remember of a text while it is looked through. */
export interface Memory {
  /** Where the run of word code units ends that was looked along last: a run that is refused may have many beginnings. */
  wordEnd: number;
}

/**
 * Looks for one kind of value around a place where it may be.
 *
 * What it looks at must be bounded, or lie where no later call will look again: then the whole scan is linear.
 *
 * @param at Where the sign of it was seen.
 * @param free Nothing before it may be taken: it belongs to another value, or has been looked at.
 */
export type Finder = (text: string, at: number, free: number, memory: Memory) => Found | null;

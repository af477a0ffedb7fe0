/** Every error this package makes carries this marker, so that it is recognised across duplicated installs and realms. */
const MARKER = Symbol.for('understudy.error');

/**
 * The base of all errors of Understudy.
 *
 * `code` is stable and meant for programs, `message` names the cause and the fix for people, and whether trying again
 * can help is decided here, by the class that knows.
 */
export class UnderstudyError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? false;
    Object.defineProperty(this, MARKER, { value: true });
  }

  /** True for an error of Understudy, whichever copy of the package made it. */
  static isInstance(value: unknown): value is UnderstudyError {
    return typeof value === 'object' && value !== null && MARKER in value;
  }
}

/** A configuration that cannot be used. Names the field, what was expected and what was got. */
export class ConfigurationError extends UnderstudyError {
  /** A file, a variable, a field. */
  readonly source: string;
  readonly issues: readonly string[];

  constructor(source: string, issues: readonly string[], options: { cause?: unknown } = {}) {
    super('configuration', `${source} cannot be used:\n${issues.map((issue) => `  - ${issue}`).join('\n')}`, options);
    this.source = source;
    this.issues = issues;
  }
}

/** What came out of the queue cannot be read. Kept aside by the evaluator, never retried. */
export class ContractError extends UnderstudyError {
  constructor(code: ContractErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(code, message, options);
  }
}

/**
 * Something is sealed with a key that is not here. It is not lost: it can be read as soon as the key is.
 *
 * Names keys by hashes of theirs, so that people can tell which one is missing.
 */
export class SealedError extends UnderstudyError {
  constructor(what: string, keyId: string, known: readonly string[]) {
    const have = known.length === 0 ? 'there is no `encryption.key` here' : `the keys here are ${known.join(', ')}`;
    super(
      'sealed',
      `the ${what} is sealed with the key ${keyId}, and ${have}: name that key in \`encryption.key\`, or in \`encryption.previous\` after a change`,
      { retryable: true },
    );
  }
}

/** `version`: written by another version. `encoding`: not base64, not deflated, not JSON. `field`: a value out of range. `size`: too large. */
export type ContractErrorCode = 'version' | 'encoding' | 'field' | 'size';

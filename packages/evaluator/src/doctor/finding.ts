/** What one check has found. */
export interface Finding {
  /** What was looked at, such as `queue` or `candidate mini of support-mini`. */
  readonly check: string;
  /** `warn`: it works, and something about it will hurt. `skipped`: it could not be looked at from here. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skipped';
  /** What is so, in a few words; nothing secret. */
  readonly found: string;
  /** What to do; absent where nothing is to be done. */
  readonly fix?: string;
}

export function ok(check: string, found: string): Finding {
  return { check, status: 'ok', found };
}

export function warn(check: string, found: string, fix: string): Finding {
  return { check, status: 'warn', found, fix };
}

export function fail(check: string, found: string, fix: string): Finding {
  return { check, status: 'fail', found, fix };
}

export function skipped(check: string, found: string): Finding {
  return { check, status: 'skipped', found };
}

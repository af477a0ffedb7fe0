import { say } from './guard.js';
import { type Misconfiguration, MISCONFIGURATIONS, type Misconfigured } from './trial/misconfigurations.js';

/** What of a misconfiguration is known in this process. */
interface Noted {
  readonly cause: Misconfiguration;
  readonly experiment: string | null;
  count: number;
  found: string;
  /** Epoch ms. */
  lastAt: number;
}

export interface Seen {
  /** Null: it concerns the process as a whole. */
  readonly experiment: string | null;
  /** What else tells one from another in the log, such as an arm. */
  readonly of?: string;
  /** What is so, in a few words without anything secret. Asked when it is said. */
  readonly found: () => string;
  /** How it is said. Default: through OpenTelemetry's diag. Null: it has been said already. */
  readonly say?: ((text: string) => void) | null;
}

/** Experiments times causes of any configuration are fewer. */
const MOST = 1024;
const MAX_FOUND = 500;

const noted = new Map<string, Noted>();
const said = new Set<string>();

/**
 * Counts something that is set up wrong, and says it once with its fix: cause, experiment and arm are closed sets, and no call adds to them.
 * Never throws.
 */
export function misconfigured(cause: Misconfiguration, seen: Seen): void {
  const { experiment, of = '', found } = seen;
  const { fix } = MISCONFIGURATIONS[cause];
  const key = `${cause} ${experiment ?? ''}`;
  const known = noted.get(key);
  const lastAt = Date.now();
  if (known !== undefined) Object.assign(known, { count: known.count + 1, lastAt });
  const name = `${key} ${of}`;
  if (said.has(name) || said.size >= MOST) return;
  said.add(name);
  const text = textOf(found);
  if (known === undefined) noted.set(key, { cause, experiment, count: 1, found: text, lastAt });
  else known.found = text;
  if (seen.say !== null) (seen.say ?? say)(`${text}. Fix: ${fix}. This is said once`);
}

/** Since the process started. */
export function misconfigurations(): readonly Readonly<Noted>[] {
  return [...noted.values()];
}

/** What a producer has told of what this process has seen: each time only what is new. */
export class UntoldMisconfigurations {
  readonly #told = new Map<Noted, number>();

  constructor() {
    for (const one of noted.values()) this.#told.set(one, one.count);
  }

  take(): readonly Misconfigured[] {
    return [...noted.values()].flatMap((one): Misconfigured[] => {
      const { cause, experiment, found, count } = one;
      const told = this.#told.get(one) ?? 0;
      if (count === told) return [];
      this.#told.set(one, count);
      return [{ cause, experiment, found, count: count - told }];
    });
  }
}

function textOf(found: () => string): string {
  try {
    return found().slice(0, MAX_FOUND);
  } catch {
    return 'something is set up wrong';
  }
}

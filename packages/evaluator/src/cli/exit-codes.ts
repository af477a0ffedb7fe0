import type { State } from '../decide/verdict.js';
import { ConfigurationError, UnderstudyError } from '../errors.js';

/** What the exit code of every command means. */
export const EXIT = { go: 0, ok: 0, noGo: 1, hold: 2, usage: 3, infrastructure: 4 } as const;

/** The exit code of a verdict; `go_provisional` is a hold unless it is accepted. */
export function exitOfState(state: State, options: { readonly acceptProvisional: boolean }): number {
  switch (state) {
    case 'go':
      return EXIT.go;
    case 'go_provisional':
      return options.acceptProvisional ? EXIT.go : EXIT.hold;
    case 'no_go':
      return EXIT.noGo;
    case 'hold':
    case 'invalid':
      return EXIT.hold;
  }
}

/** The exit code of a failure: what was asked for is wrong, or something it needs is not there. */
export function exitOfError(error: unknown): number {
  if (error instanceof ConfigurationError) return EXIT.usage;
  if (UnderstudyError.isInstance(error) && error.code === 'not_found') return EXIT.usage;
  return EXIT.infrastructure;
}

import type { State } from '../decide/verdict.js';

/** The three values of a gate for deployments. */
export type Result = 'pass' | 'fail' | 'inconclusive';

/** What is biased, and what only a judge says, is not known: it stops nothing and promotes nothing. */
export function resultOf(state: State, { acceptProvisional }: { readonly acceptProvisional: boolean }): Result {
  switch (state) {
    case 'go':
      return 'pass';
    case 'go_provisional':
      return acceptProvisional ? 'pass' : 'inconclusive';
    case 'no_go':
      return 'fail';
    case 'hold':
    case 'invalid':
      return 'inconclusive';
  }
}

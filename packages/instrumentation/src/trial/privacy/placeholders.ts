import type { PrivateKind } from './found.js';

/**
 * The names that private values have within one trial: the kind and a number, `[email:1]`. The same value has the same name in the
 * input, the primary and every leg, so that answers that agreed still agree; another trial numbers anew, and nothing of the value
 * is in its name.
 */
export class Placeholders {
  readonly #numbers = new Map<PrivateKind, Map<string, number>>();

  nameOf(kind: PrivateKind, value: string): string {
    let numbers = this.#numbers.get(kind);
    if (numbers === undefined) this.#numbers.set(kind, (numbers = new Map<string, number>()));
    let number = numbers.get(value);
    if (number === undefined) numbers.set(value, (number = numbers.size + 1));
    return `[${kind}:${number}]`;
  }
}

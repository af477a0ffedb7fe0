import type { Exchanged } from './exchange.js';
import { type OptionalField, refusedField } from './refused-field.js';

/** Questions refused in every form, one after the other, after which a question is sent in one form only; and how often all are tried again. */
const IN_VAIN = 3;
const AGAIN = 16;

/**
 * Which fields an endpoint takes. What it refuses is left out, in this question and the next ones: for good once an answer has come without it,
 * until then only as long as that may be the reason. So a server that refuses for another reason does not cost the schema for ever, and no form is
 * sent twice for being forgotten.
 */
export class Forms<Name extends string> {
  readonly #fields: readonly OptionalField<Name>[];
  readonly #refused = new Set<Name>();
  readonly #suspected = new Set<Name>();
  #inVain = 0;

  /** @param fields In the order of suspicion. */
  constructor(fields: readonly OptionalField<Name>[]) {
    this.#fields = fields;
  }

  /** Sends a question, and again without each field that is refused. @param has Whether the question has the field at all. */
  async send(
    has: (name: Name) => boolean,
    send: (without: ReadonlySet<Name>) => Promise<Exchanged>,
  ): Promise<Exchanged> {
    const without = new Set([...this.#refused, ...this.#suspected]);
    const isPatient = this.#inVain < IN_VAIN || this.#inVain % AGAIN === 0;
    for (let attempt = 0; ; attempt += 1) {
      const reply = await send(without);
      if (reply.status === 'ok') {
        for (const field of without) this.#refused.add(field);
        this.#suspected.clear();
        this.#inVain = 0;
        return reply;
      }
      const sent = this.#fields.filter(({ name }) => !without.has(name) && has(name));
      const field = isPatient ? refusedField(reply, sent, attempt === 0) : null;
      if (field === null) {
        if (reply.kind === 'refused') this.#failed();
        return reply;
      }
      without.add(field);
      this.#suspected.add(field);
    }
  }

  /** It was no matter of a field. */
  #failed(): void {
    this.#suspected.clear();
    this.#inVain += 1;
  }
}

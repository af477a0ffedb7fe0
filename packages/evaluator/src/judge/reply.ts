import { z } from 'zod';

export type Verdict = 'A' | 'B' | 'TIE';

/** What one reply says. */
export interface Reply {
  readonly verdict: Verdict;
  /** In [0,1], as the judge gave it. */
  readonly confidence: number;
  readonly reasoning: string;
}

const replySchema = z.object({
  reasoning: z.string(),
  verdict: z
    .string()
    .transform((text) => text.trim().toUpperCase())
    .pipe(z.enum(['A', 'B', 'TIE'])),
  confidence: z.number().min(0).max(1),
});

/**
 * The shape asked for, as JSON Schema. The order of the fields is the order they are written in: reasons after a verdict would only defend
 * it. No bounds on the number: some providers refuse a schema that has them.
 */
export const REPLY_SCHEMA: Readonly<Record<string, unknown>> = {
  type: 'object',
  properties: {
    reasoning: { type: 'string' },
    verdict: { type: 'string', enum: ['A', 'B', 'TIE'] },
    confidence: { type: 'number' },
  },
  required: ['reasoning', 'verdict', 'confidence'],
  additionalProperties: false,
};

/** Replies are short; what is longer is not read for objects. */
const LONGEST_REPLY = 200_000;
/** Openings tried at most, each against the whole rest: what bounds the time. */
const MOST_OBJECTS = 16;
const LONGEST_REASONING = 4_000;

/**
 * Reads a reply: an object by itself, or one object within other text. Null where there is none, or where there are two that do not
 * say the same: a judge that quotes a verdict out of an answer has not given one. Nor has one whose only objects stand in what it was shown.
 *
 * @param shown What the judge was shown.
 */
export function parseReply(text: string, shown: readonly string[] = []): Reply | null {
  if (text.length > LONGEST_REPLY) return null;
  const whole = replyOf(text);
  const objects = whole === null ? objectsIn(text) : [text];
  const found = objects.flatMap((object) => {
    const reply = whole ?? replyOf(object);
    return reply === null ? [] : [{ reply, object }];
  });
  const first = found[0]?.reply;
  if (first === undefined || found.some(({ reply }) => reply.verdict !== first.verdict)) return null;
  return isOwn(found, shown) ? (found.at(-1)?.reply ?? null) : null;
}

/** Whether one of them, at least, stands in none of the texts, however it is laid out or escaped there. */
function isOwn(found: readonly { readonly object: string }[], shown: readonly string[]): boolean {
  const texts = shown.map(laidOut);
  return found.some(({ object }) => !texts.some((text) => text.includes(laidOut(object))));
}

function laidOut(text: string): string {
  return text.replace(/[\s\\]+/g, '').toLowerCase();
}

function replyOf(text: string): Reply | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = replySchema.safeParse(value);
  return parsed.success ? { ...parsed.data, reasoning: parsed.data.reasoning.slice(0, LONGEST_REASONING) } : null;
}

/** The outermost balanced `{...}` of a text, quotation marks minded. */
function objectsIn(text: string): readonly string[] {
  const objects: string[] = [];
  let from = text.indexOf('{');
  for (let tried = 0; from !== -1 && tried < MOST_OBJECTS; tried += 1) {
    const to = endOfObject(text, from);
    if (to !== -1) objects.push(text.slice(from, to + 1));
    from = text.indexOf('{', (to === -1 ? from : to) + 1);
  }
  return objects;
}

function endOfObject(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted) {
      if (sign === '\\') at += 1;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === '{') depth += 1;
    else if (sign === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

import { isObject, type JsonObject } from '../../packages/instrumentation/src/dialect/json.js';

/** A word in which a shadow's request may differ from the one that the provider's own SDK makes of the same content. */
interface Difference {
  /** The dialects that the primary may have spoken. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly reason: string;
  /** Fields from the top; `*` stands for each of a list. Where the SDK has no such object, nothing differs. */
  readonly path: readonly string[];
  /** What the shadow says in its place; `undefined` for nothing. */
  readonly value: unknown;
}

const HELD_ALWAYS =
  'holds answers to every schema and has no word `strict`; that of OpenAI would turn schemas away that are good here';

/** Every difference there may be. All else, the order of fields apart, is the same in every value. */
export const DIFFERENCES: readonly Difference[] = [
  {
    from: ['openai-responses'],
    to: ['openai-chat'],
    reason: 'tools of the responses API say whether they are strict, and are if they do not; others are not',
    path: ['tools', '*', 'function', 'strict'],
    value: false,
  },
  {
    from: ['openai-responses'],
    to: ['anthropic-messages'],
    reason: 'tools of the responses API say whether they are strict, and are if they do not; others are not',
    path: ['tools', '*', 'strict'],
    value: false,
  },
  {
    from: ['gemini-generate', 'ollama-chat'],
    to: ['openai-chat'],
    reason: HELD_ALWAYS,
    path: ['response_format', 'json_schema', 'strict'],
    value: undefined,
  },
  {
    from: ['gemini-generate', 'ollama-chat'],
    to: ['openai-responses'],
    reason: HELD_ALWAYS,
    path: ['text', 'format', 'strict'],
    value: undefined,
  },
  {
    from: ['openai-chat', 'openai-responses', 'anthropic-messages', 'ollama-chat'],
    to: ['gemini-generate'],
    reason: 'the SDK makes a turn of the user of instructions that are a text; the API heeds no role there',
    path: ['systemInstruction', 'role'],
    value: undefined,
  },
];

/** What is expected of a shadow: the SDK's own request with the allowed differences. */
export function expected(from: string, to: string, request: JsonObject): unknown {
  const allowed = DIFFERENCES.filter((each) => each.from.includes(from) && each.to.includes(to));
  return allowed.reduce<unknown>((changed, { path, value }) => replaced(changed, path, value), request);
}

function replaced(value: unknown, [field, ...rest]: readonly string[], by: unknown): unknown {
  if (field === undefined) return by;
  if (field === '*') return Array.isArray(value) ? value.map((each) => replaced(each, rest, by)) : value;
  if (!isObject(value) || (rest.length > 0 && !(field in value))) return value;
  const changed = replaced(value[field], rest, by);
  const { [field]: _replaced, ...others } = value;
  return changed === undefined ? others : { ...others, [field]: changed };
}

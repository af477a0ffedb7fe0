import { Validator } from '@cfworker/json-schema';
import { canonicalJson } from '@understudy/instrumentation/experiment';
import { isObject } from '@understudy/instrumentation/trial';

/** Comparisons of a value with a part of a schema: a schema that refers to itself twice could take as many as there are atoms. */
const MOST_STEPS = 20_000;
/** Schemas that are kept ready: requests of one service have few. */
const MOST_READY = 64;
/** Longer schemas are not used, in characters. */
const LONGEST = 131_072;

/**
 * Keywords that are left out: a `pattern` is a program of somebody else's that may never end, `uniqueItems` takes the square of
 * its time, and `format` is no assertion by default (JSON Schema 2020-12, Validation, section 7). `$schema` and `$id` would only
 * tell where a schema is from; `$recursiveAnchor` is what steps are counted by.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'pattern',
  'patternProperties',
  'uniqueItems',
  'format',
  '$schema',
  '$id',
  '$recursiveAnchor',
]);
/** Below these, names are the schema's author's, not keywords. */
const NAMED: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions', 'dependentSchemas']);
/** What is below these is a value, not a schema. */
const VALUES: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples', 'required']);

interface Ready {
  readonly validator: Validator;
  /** Steps that are left of this validation. */
  readonly steps: { left: number };
}

const ready = new Map<string, Ready | null>();

/** Whether a value keeps to a JSON schema. Null where that cannot be told within bounds. */
export function isValid(value: unknown, schema: unknown): boolean | null {
  const known = readyFor(schema);
  if (known === null) return null;
  known.steps.left = MOST_STEPS;
  try {
    return known.validator.validate(value).valid;
  } catch {
    return null;
  }
}

function readyFor(schema: unknown): Ready | null {
  const key = keyOf(schema);
  if (key === null) return null;
  let found = ready.get(key);
  if (found === undefined) {
    if (ready.size >= MOST_READY) ready.clear();
    ready.set(key, (found = prepare(JSON.parse(key))));
  }
  return found;
}

const keys = new WeakMap<object, string | null>();

function keyOf(schema: unknown): string | null {
  if (typeof schema === 'boolean') return String(schema);
  if (!isObject(schema)) return null;
  let key = keys.get(schema);
  if (key === undefined) keys.set(schema, (key = textOf(schema)));
  return key;
}

function textOf(schema: object): string | null {
  try {
    const text = canonicalJson(schema);
    return text.length > LONGEST ? null : text;
  } catch {
    return null;
  }
}

function prepare(schema: unknown): Ready | null {
  const steps = { left: MOST_STEPS };
  try {
    const counted = counting(schema, steps);
    return { validator: new Validator(counted as Record<string, unknown> | boolean, '2020-12'), steps };
  } catch {
    return null;
  }
}

/**
 * A schema without what is left out, each object of which counts how often it is used: the validator reads `$recursiveAnchor`, a
 * word of 2019-09 that nothing else needs, once for each value it compares with it.
 */
function counting(schema: unknown, steps: { left: number }): unknown {
  if (Array.isArray(schema)) return schema.map((each) => counting(each, steps));
  if (!isObject(schema)) return schema;
  const kept: Record<string, unknown> = {};
  for (const [keyword, given] of Object.entries(schema)) {
    if (LEFT_OUT.has(keyword)) continue;
    // Without its patterns it would forbid what a pattern allows.
    if (keyword === 'additionalProperties' && 'patternProperties' in schema) continue;
    kept[keyword] = VALUES.has(keyword)
      ? given
      : NAMED.has(keyword) && isObject(given)
        ? Object.fromEntries(Object.entries(given).map(([name, each]) => [name, counting(each, steps)]))
        : counting(given, steps);
  }
  Object.defineProperty(kept, '$recursiveAnchor', {
    enumerable: false,
    get: () => {
      steps.left -= 1;
      if (steps.left < 0) throw new RangeError(`a validation of more than ${MOST_STEPS} steps`);
    },
  });
  return kept;
}

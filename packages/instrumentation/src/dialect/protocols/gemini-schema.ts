import { untranslatable } from '../canonical-reader.js';
import { asList, asText, isObject, type JsonObject } from '../json.js';

/** Deeper than any schema of a tool, and far from the depth that a call stack holds. */
const MAX_DEPTH = 64;

/** Words that JSON Schema has too. Counts stand as text, being 64 bits wide. */
const SAME = ['title', 'description', 'enum', 'required', 'pattern', 'minimum', 'maximum', 'default', '$ref', '$defs'];
const COUNTS = ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'];

/**
 * A schema of Gemini's own kind, a subset of OpenAPI 3.0, as JSON Schema: types in lower case, `nullable` as a type. The order of
 * properties is that of the object.
 */
export function jsonSchemaOf(schema: unknown, depth = 0): JsonObject {
  if (!isObject(schema) || depth > MAX_DEPTH) return untranslatable('a schema');
  const written: Record<string, unknown> = {};
  let nullable = false;
  for (const [spelling, value] of Object.entries(schema)) {
    if (value === null || value === undefined) continue;
    const name = camelCase(spelling);
    if (name === 'nullable') nullable = value === true;
    else if (name === 'type') written['type'] = typeOf(value);
    else if (name === 'items') written['items'] = jsonSchemaOf(value, depth + 1);
    else if (name === 'anyOf') written['anyOf'] = asList(value).map((each) => jsonSchemaOf(each, depth + 1));
    else if (name === 'properties') written['properties'] = propertiesOf(value, depth + 1);
    else if (name === 'additionalProperties' && typeof value === 'boolean') written[name] = value;
    else if (name === 'example') written['examples'] = [value];
    else if (name === 'format') Object.assign(written, value !== 'enum' && { format: value });
    else if (COUNTS.includes(name)) written[name] = countOf(value);
    else if (SAME.includes(name)) written[name] = value;
    else if (name !== 'propertyOrdering') untranslatable('a word of a schema');
  }
  return nullable ? orNull(written) : written;
}

function countOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,19}$/.test(value) ? Number(value) : untranslatable('a count of a schema');
}

function propertiesOf(value: unknown, depth: number): JsonObject {
  if (!isObject(value)) return untranslatable('a schema');
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, jsonSchemaOf(schema, depth)]));
}

/** `STRING` here, `string` there; some SDKs write a list of them already. */
function typeOf(value: unknown): unknown {
  return Array.isArray(value) ? value.map(typeOf) : asText(value)?.toLowerCase();
}

function orNull(schema: JsonObject): JsonObject {
  const { type, anyOf, enum: values } = schema;
  return {
    ...schema,
    ...(typeof type === 'string' && { type: [type, 'null'] }),
    ...(Array.isArray(anyOf) && { anyOf: [...asList(anyOf), { type: 'null' }] }),
    ...(Array.isArray(values) && { enum: [...asList(values), null] }),
  };
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

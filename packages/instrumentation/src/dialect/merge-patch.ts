import { isObject, type JsonObject } from './json.js';

/** A JSON merge patch (RFC 7396): `null` removes a field, objects are merged, everything else is replaced. Changes neither argument. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    const present = merged.get(name);
    if (value === null) merged.delete(name);
    else if (isObject(value)) merged.set(name, mergePatch(isObject(present) ? present : {}, value));
    else merged.set(name, value);
  }
  // Entries, since a name from JSON may be `__proto__`.
  return Object.fromEntries(merged);
}

/** One patch that does what the two do one after the other; only an object in place of a removed one is merged with what was there. */
export function bothPatches(first: JsonObject, second: JsonObject): JsonObject {
  const merged = new Map(Object.entries(first));
  for (const [name, value] of Object.entries(second)) {
    const before = merged.get(name);
    merged.set(name, isObject(before) && isObject(value) ? bothPatches(before, value) : value);
  }
  return Object.fromEntries(merged);
}

/** A patch that removes fields. Dots lead below the top level: `options.num_ctx`. */
export function removing(paths: readonly string[]): JsonObject {
  return paths.reduce<JsonObject>((patch, path) => bothPatches(patch, removal(path.split('.'))), {});
}

function removal([name = '', ...inner]: readonly string[]): JsonObject {
  return Object.fromEntries([[name, inner.length === 0 ? null : removal(inner)]]);
}

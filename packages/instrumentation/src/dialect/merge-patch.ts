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

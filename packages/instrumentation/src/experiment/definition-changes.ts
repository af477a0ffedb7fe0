import { canonicalJson } from './canonical-json.js';
import type { RunDefinition } from './definition.js';

/** A field in which two definitions differ: its path, and what it was and is as JSON. Null: it is not there. */
export interface DefinitionChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * Why a run is another one than the run before it: every field of the definition that is not as it was, in the order of their paths. Lists are
 * compared as a whole. Pure.
 */
export function definitionChanges(before: RunDefinition, after: RunDefinition): readonly DefinitionChange[] {
  return [...changes('', before, after)].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function* changes(path: string, before: unknown, after: unknown): Iterable<DefinitionChange> {
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const inner = path === '' ? key : `${path}.${key}`;
      yield* changes(inner, own(before, key), own(after, key));
    }
    return;
  }
  const [was, is] = [textOf(before), textOf(after)];
  if (was !== is) yield { path, before: was, after: is };
}

function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? Reflect.get(object, key) : undefined;
}

function textOf(value: unknown): string | null {
  return value === undefined ? null : canonicalJson(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

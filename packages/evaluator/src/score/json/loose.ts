import { composed, isObject, type JsonObject } from '@understudy/instrumentation/trial';

/** How many values two JSON values have in the same place, of how many that either has. */
export interface Agreement {
  readonly same: number;
  readonly all: number;
}

/** Values of both that are compared, in their order. */
const MOST_VALUES = 8_192;
/** Longer strings are the same where their code units are. */
const LONGEST_FOLDED = 4_096;

/** The schema of a value, as far as anything is known. */
type Schema = unknown;

/**
 * Compares two JSON values leaf by leaf, as somebody who acts on them would: numbers by value, strings without case and outer or
 * repeated white space, a time by its instant; a number, boolean or null and the string that spells it are the same. A
 * field that is absent, null, or has the schema's default is the same as one that is absent. Items of a list are compared by
 * their place, or, where the schema says `uniqueItems`, in any order.
 *
 * @param schema The JSON schema of both; undefined where none is known. References are followed within it.
 */
export function looseAgreement(a: unknown, b: unknown, schema?: Schema): Agreement {
  const walk = new Walk(schema);
  walk.compare(a, b, schema);
  return { same: walk.same, all: walk.all };
}

class Walk {
  same = 0;
  all = 0;
  readonly #root: Schema;

  constructor(root: Schema) {
    this.#root = root;
  }

  compare(a: unknown, b: unknown, given: Schema): void {
    if (this.all >= MOST_VALUES) return;
    const schema = this.#resolved(given);
    if (Array.isArray(a) && Array.isArray(b)) this.#lists(a, b, schema);
    else if (isObject(a) && isObject(b)) this.#objects(a, b, schema);
    else if (isBranch(a) || isBranch(b)) this.all += Math.max(leavesOf(a), leavesOf(b), 1);
    else this.#leaf(sameLeaf(a, b));
  }

  #leaf(same: boolean): void {
    this.all += 1;
    if (same) this.same += 1;
  }

  #lists(a: readonly unknown[], b: readonly unknown[], schema: Schema): void {
    const items = isObject(schema) ? schema['items'] : undefined;
    const unordered = isObject(schema) && schema['uniqueItems'] === true;
    const [one, other] = unordered ? [sorted(a), sorted(b)] : [a, b];
    const longer = Math.max(one.length, other.length);
    if (longer === 0) this.#leaf(true);
    for (let at = 0; at < longer && this.all < MOST_VALUES; at += 1) {
      if (at < one.length && at < other.length) this.compare(one[at], other[at], items);
      else this.all += Math.max(1, leavesOf(at < one.length ? one[at] : other[at]));
    }
  }

  #objects(a: JsonObject, b: JsonObject, schema: Schema): void {
    const before = this.all;
    const properties = isObject(schema) && isObject(schema['properties']) ? schema['properties'] : {};
    const below = (key: string): Schema => (Object.hasOwn(properties, key) ? properties[key] : undefined);
    const names = Object.keys(a);
    for (const key of Object.keys(b)) if (!Object.hasOwn(a, key)) names.push(key);
    for (const key of names) this.#field(fieldOf(a, key), fieldOf(b, key), below(key));
    if (this.all === before) this.#leaf(true);
  }

  #field(a: unknown, b: unknown, schema: Schema): void {
    const byDefault = defaultOf(this.#resolved(schema));
    const [one, other] = [a ?? byDefault, b ?? byDefault];
    if (one === undefined && other === undefined) return;
    if (one === undefined || other === undefined) this.all += Math.max(1, leavesOf(one ?? other));
    else this.compare(one, other, schema);
  }

  /** The schema that a reference within the whole one leads to. */
  #resolved(schema: Schema): Schema {
    const reference = isObject(schema) ? schema['$ref'] : undefined;
    if (typeof reference !== 'string' || !reference.startsWith('#/')) return schema;
    let found: unknown = this.#root;
    for (const name of reference.slice(2).split('/')) {
      const key = name.replaceAll('~1', '/').replaceAll('~0', '~');
      found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
    }
    return found;
  }
}

function fieldOf(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function defaultOf(schema: Schema): unknown {
  return isObject(schema) && Object.hasOwn(schema, 'default') ? (schema['default'] ?? undefined) : undefined;
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Leaves of a value, null ones not; up to the most that are compared. */
function leavesOf(value: unknown): number {
  let leaves = 0;
  const waiting: unknown[] = [value];
  while (waiting.length > 0 && leaves < MOST_VALUES) {
    const next = waiting.pop();
    if (!isBranch(next)) leaves += Number(next !== null && next !== undefined);
    else for (const each of Object.values(next).slice(0, MOST_VALUES)) waiting.push(each);
  }
  return leaves;
}

function sorted(list: readonly unknown[]): readonly unknown[] {
  return list
    .slice(0, MOST_VALUES)
    .map((item) => ({ item, key: isBranch(item) ? JSON.stringify(item) : folded(String(item)) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
}

/** Whether two values without parts are the same to whoever acts on them. */
function sameLeaf(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === 'string' && typeof b === 'string') return sameString(a, b);
  const [text, other] = typeof a === 'string' ? [a, b] : [b, a];
  if (typeof text !== 'string' || text.length > 64) return false;
  if (typeof other === 'number') return text.trim() !== '' && Number(text) === other;
  return folded(text) === String(other);
}

function sameString(a: string, b: string): boolean {
  if (a.length > LONGEST_FOLDED || b.length > LONGEST_FOLDED) return false;
  if (folded(a) === folded(b)) return true;
  const instant = instantOf(a);
  return instant !== null && instant === instantOf(b);
}

function folded(text: string): string {
  return composed(text).replace(/\s+/gu, ' ').trim().toLowerCase();
}

const TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:?\d\d)$/;

/** Epoch ms of a date and time with an offset (RFC 3339), else null. */
function instantOf(text: string): number | null {
  if (text.length > 40 || !TIME.test(text.trim())) return null;
  const instant = Date.parse(text.trim().replace(' ', 'T').toUpperCase());
  return Number.isNaN(instant) ? null : instant;
}

import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '../semconv.js';

/** What the conventions call a value that is none of those told apart. */
const OTHER = '_OTHER';

/**
 * How much of what requests and answers say is told apart in a process: a request may name any model, and a backend pays for each name it is told.
 *
 * What the configuration names has places of its own, whatever was called before: its models, and the first that fit its patterns. So much of
 * `sets` and `cut` is for each model, and once more for its failed calls.
 */
const MOST = {
  /** Names of spans, and whole combinations of a metric's attributes, of models that the configuration does not name. */
  others: { names: 16, sets: 14 },
  /** Of these models the first ones are still told apart where their combinations are not. */
  models: 8,
  reserved: { exact: 6, fitting: 2 },
  /** Of a reserved model, whole. */
  sets: { answered: 2, failed: 1 },
  /** Of a model, with `_OTHER` for its answer's model, its error and its address. */
  cut: 1,
} as const;

type Fits = (model: string) => boolean;

const exact = new Set<string>();
/** By their text: whoever makes the instrumentation anew brings the same ones. */
const patterns = new Map<string, Fits>();

/**
 * Keeps places for what the configuration names, whatever is called before.
 *
 * @param fitting Patterns of models, with what fits each: of those that fit one the first few are kept places for.
 */
export function reserveModels(
  models: Iterable<string>,
  fitting: Iterable<readonly [pattern: string, fits: Fits]> = [],
): void {
  for (const model of models) exact.add(model);
  for (const [pattern, fits] of fitting) patterns.set(pattern, fits);
}

/** The first of a kind. */
class First {
  readonly #known = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  admits(value: string): boolean {
    if (this.#known.has(value)) return true;
    if (this.#known.size >= this.#most) return false;
    this.#known.add(value);
    return true;
  }
}

/** The first that the configuration names, each in its own way. */
class Reserved {
  readonly #exact = new First(MOST.reserved.exact);
  readonly #fitting = new First(MOST.reserved.fitting);

  /** @param value What there is for the model: itself, or a name with it. */
  admits(model: string, value: string): boolean {
    if (exact.has(model)) return this.#exact.admits(value);
    return fitsAny(model) && this.#fitting.admits(value);
  }
}

function fitsAny(model: string): boolean {
  for (const fits of patterns.values()) if (fits(model)) return true;
  return false;
}

/** What of one metric's attributes is told apart. */
class Sets {
  readonly #reserved = new Reserved();
  readonly #models = new First(MOST.models);
  readonly #others = new First(MOST.others.sets);
  readonly #whole = new Map<string, First>();
  readonly #cut = new Map<string, First>();
  /** What was told apart once is ever after. */
  readonly #admitted = new Set<string>();

  /** They were told apart before, as they are. */
  knows(attributes: Attributes): boolean {
    return this.#admitted.has(keyOf(attributes));
  }

  /** The attributes as they are, or as much of them as there are places for. */
  bounded(attributes: Attributes): Attributes {
    const { [ATTR_GEN_AI_REQUEST_MODEL]: requested, [ATTR_ERROR_TYPE]: failed } = attributes;
    const model = typeof requested === 'string' ? requested : '';
    const isReserved = this.#reserved.admits(model, model);
    const isKnown = isReserved || this.#models.admits(model);
    const of = `${failed === undefined ? 'answered' : 'failed'} ${model}`;
    const most = failed === undefined ? MOST.sets.answered : MOST.sets.failed;
    const whole = isReserved ? placesOf(this.#whole, of, most) : this.#others;
    const key = keyOf(attributes);
    if (whole.admits(key)) {
      this.#admitted.add(key);
      return attributes;
    }
    const cut = { ...cutOf(attributes), ...(requested !== undefined && { [ATTR_GEN_AI_REQUEST_MODEL]: requested }) };
    return isKnown && placesOf(this.#cut, of, MOST.cut).admits(keyOf(cut)) ? cut : cutOf(attributes);
  }
}

/** There are few: only models that have places are asked about. */
function placesOf(places: Map<string, First>, of: string, most: number): First {
  const found = places.get(of) ?? new First(most);
  places.set(of, found);
  return found;
}

/** Without what a request or an answer chose. */
function cutOf(attributes: Attributes): Attributes {
  const { [ATTR_SERVER_PORT]: _port, [ATTR_ERROR_TYPE]: failed, ...rest } = attributes;
  return {
    ...rest,
    [ATTR_SERVER_ADDRESS]: OTHER,
    ...(rest[ATTR_GEN_AI_REQUEST_MODEL] !== undefined && { [ATTR_GEN_AI_REQUEST_MODEL]: OTHER }),
    ...(rest[ATTR_GEN_AI_RESPONSE_MODEL] !== undefined && { [ATTR_GEN_AI_RESPONSE_MODEL]: OTHER }),
    ...(failed !== undefined && { [ATTR_ERROR_TYPE]: OTHER }),
  };
}

/** For every call: no name has a control character in it. */
function keyOf(attributes: Attributes): string {
  let key = '';
  for (const name of KEYS) {
    const value = attributes[name];
    key += `${typeof value === 'string' || typeof value === 'number' ? value : ''}\0`;
  }
  return key;
}

const reservedNames = new Reserved();
const otherNames = new First(MOST.others.names);

/** Which of the conventions' metrics a number is of. */
type Family = 'duration' | 'usage';

const sets: Readonly<Record<Family, Sets>> = { duration: new Sets(), usage: new Sets() };

/** A span's name as it is, or that of its operation alone once there are many. Its attributes say the model in any case. */
export function boundedSpanName(name: string, operation: unknown): string {
  const model = typeof operation === 'string' ? name.slice(operation.length + 1) : name;
  if (reservedNames.admits(model, name) || otherNames.admits(name)) return name;
  return typeof operation === 'string' ? `${operation} ${OTHER}` : OTHER;
}

/**
 * The attributes of a number of a client's metric as they are, or without what a request or an answer chose once there are many: nothing is left
 * out of the count. The model is the last to go.
 */
export function boundedAttributes(of: Family, attributes: Attributes): Attributes {
  return sets[of].bounded(attributes);
}

/** Whether they were before, as they are: then they need not be bounded again. */
export function wereToldApart(of: Family, attributes: Attributes): boolean {
  return sets[of].knows(attributes);
}

const KEYS = [
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_ERROR_TYPE,
];

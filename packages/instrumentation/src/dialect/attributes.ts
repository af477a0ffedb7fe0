import {
  ATTR_GEN_AI_OUTPUT_TYPE,
  ATTR_GEN_AI_REQUEST_CHOICE_COUNT,
  ATTR_GEN_AI_REQUEST_STOP_SEQUENCES,
} from '../semconv.js';
import type { RequestAttributes } from './dialect.js';
import { asName } from './json.js';

/** Request fields that are attributes as they stand: name of the field, name of the attribute. The later of two for one attribute wins. */
export type NumberTable = readonly (readonly [field: string, attribute: string])[];

/** More than any provider takes. */
const MAX_STOPS = 64;

/** What of a request becomes attributes. */
export interface Described {
  readonly numbers: NumberTable;
  /** A text or a list of texts: 64 of them, of 256 characters at most, are read. */
  readonly stop?: unknown;
  /** How many answers are asked for; 1 is not said. */
  readonly choices?: unknown;
  /** `json` or `text`, where the request says. */
  readonly output?: 'json' | 'text' | null;
}

/** The attributes of the GenAI conventions for a request. Fields are foreign: what is not a finite number is left out. */
export function describeRequestFields(
  field: (name: string) => unknown,
  { numbers, stop, choices, output }: Described,
): RequestAttributes {
  const attributes: Record<string, string | number | boolean | string[]> = {};
  for (const [name, attribute] of numbers) {
    const value = field(name);
    if (typeof value === 'number' && Number.isFinite(value)) attributes[attribute] = value;
  }
  if (typeof choices === 'number' && choices !== 1) attributes[ATTR_GEN_AI_REQUEST_CHOICE_COUNT] = choices;
  const stops = [stop].flat().flatMap((each) => asName(each) ?? []);
  if (stops.length > 0) attributes[ATTR_GEN_AI_REQUEST_STOP_SEQUENCES] = stops.slice(0, MAX_STOPS);
  if (output !== undefined && output !== null) attributes[ATTR_GEN_AI_OUTPUT_TYPE] = output;
  return attributes;
}

import type { Random } from './random.js';
import { randomOf } from './random.js';
import type { Segment, Wordings } from './topics.js';
import { CITIES, PRODUCTS, SEGMENTS, TOPICS } from './topics.js';

/** The first turn of a conversation with the support of a shop. */
export interface Conversation {
  /** Distinct for each index of a seed. */
  readonly id: string;
  readonly segment: Segment;
  readonly system: string;
  readonly user: string;
}

const OPENINGS: Wordings = ['', 'Hello! ', 'Hi there. ', 'Good morning. ', 'Dear team, ', 'Hey. '];
const ENDINGS: Wordings = [
  '',
  ' Thanks!',
  ' Thank you for your help.',
  ' Please answer soon.',
  ' Kind regards',
  ' Cheers',
];

/** There are this many order numbers; 7919 has no factor in common with it, so each index has its own. */
const ORDERS = 900_000;

const orderOf = (seed: number, index: number): string =>
  `UN-${100_000 + ((index * 7_919 + Math.floor(randomOf('orders', seed).next() * ORDERS)) % ORDERS)}`;

function details(random: Random, order: string): Readonly<Record<string, string>> {
  return {
    order,
    product: random.pick(PRODUCTS),
    city: random.pick(CITIES),
    days: String(2 + Math.floor(random.next() * 19)),
  };
}

/** Puts the details in the place of `{name}`. A name that is not known stays as it is. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}

/**
 * The conversation with this number: always the same for a seed, and no two the same among the first 900,000.
 *
 * The segments take turns, so that any stretch of a run holds as many of each.
 */
export function conversation(seed: number, index: number): Conversation {
  const random = randomOf('conversation', seed, index);
  const segment = SEGMENTS[index % SEGMENTS.length] ?? SEGMENTS[0];
  const order = orderOf(seed, index);
  const [first = TOPICS[0], ...others] = TOPICS.filter((topic) => topic.segment === segment);
  const topic = random.pick([first, ...others]);
  const question = fill(random.pick(topic.questions), details(random, order));
  return {
    id: `conversation-${seed}-${index}`,
    segment,
    system: `You answer customers of a small shop, for the team "${segment}". Be brief, friendly and exact.`,
    user: `${random.pick(OPENINGS)}${question}${random.pick(ENDINGS)}`,
  };
}

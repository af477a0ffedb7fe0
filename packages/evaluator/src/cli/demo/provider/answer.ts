import { fill } from '../conversations.js';
import type { Random } from '../random.js';
import { randomOf } from '../random.js';
import type { Segment, Topic, Wordings } from '../topics.js';
import { CITIES, PRODUCTS, SEGMENTS, TOPICS } from '../topics.js';
import type { Traits } from './personality.js';

/** What the provider says to one request, decided before anything is sent. */
export type Answer = { readonly status: 'ok'; readonly text: string } | { readonly status: 'error' };

const GREETINGS: Wordings = ['Hello and thank you for your message.', 'Hi, thanks for writing to us.', 'Hello!'];
const CLOSINGS: Wordings = [
  'Is there anything else I can do for you?',
  'Just reply here if anything is unclear.',
  'Have a good day!',
];

/** What is said to a question that no topic covers. */
const FALLBACK: readonly Wordings[] = [
  [
    'I have passed your question to a colleague who knows more about it.',
    'A colleague who knows this better will take over.',
  ],
  ['You hear from us within one working day.', 'We write back within one working day.'],
];

/** The team that the system message names, or null. */
function segmentOf(text: string): Segment | null {
  return SEGMENTS.find((segment) => text.includes(`"${segment}"`)) ?? null;
}

function detailsIn(text: string): Readonly<Record<string, string>> {
  return {
    order: /\bUN-\d{6}\b/.exec(text)?.[0] ?? 'of yours',
    product: PRODUCTS.find((product) => text.includes(product)) ?? 'item',
    city: CITIES.find((city) => text.includes(city)) ?? 'your town',
    days: /(\d+) days/.exec(text)?.[1] ?? 'some',
  };
}

/** Each sentence has a usual wording in a conversation, the same for every model; a model strays from it now and then. */
function phrase(sentences: readonly Wordings[], text: string, wander: number, random: Random): string {
  const habit = randomOf('habit', text);
  const words = sentences.map((wordings) => {
    const usual = habit.pick(wordings);
    return random.chance(wander) ? random.pick(wordings) : usual;
  });
  return words.join(' ');
}

/**
 * The answer of a model with these traits to the text of a conversation.
 *
 * Everything that may differ between two asks comes from `random`.
 */
export function answerTo(text: string, traits: Traits, errorRate: number, random: Random): Answer {
  const segment = segmentOf(text);
  const own: Topic | undefined = TOPICS.find(({ sign }) => sign.test(text));
  const failing = segment === null ? 0 : (traits.failing[segment] ?? 0);
  if (random.chance(errorRate + failing)) return { status: 'error' };

  const isWrong = random.chance(segment === null ? 0 : (traits.wrong[segment] ?? 0));
  const [first = TOPICS[0], ...others] = TOPICS.filter((topic) => topic.segment !== own?.segment);
  const topic = isWrong ? random.pick([first, ...others]) : own;
  const sentences = [GREETINGS, ...(topic?.answer ?? FALLBACK), CLOSINGS];
  return { status: 'ok', text: fill(phrase(sentences, text, traits.wander, random), detailsIn(text)) };
}

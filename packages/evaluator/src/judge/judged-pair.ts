import { canonicalText, type Content, type Leg, type Message, type Part } from '@understudy/instrumentation/trial';

/** What a judge is shown of a pair, as texts: nothing of it names a model, an arm or a role of ours. */
export interface JudgedPair {
  /** The conversation that was to be answered. */
  readonly request: string;
  readonly primary: string;
  readonly shadow: string;
  /** Material the answers are to keep to, where there is some beside the request. */
  readonly reference?: string;
}

/**
 * The texts of a pair. Null where there is nothing to compare: a leg has no answer, a content was not sent or stands as
 * features, or a part of an answer is no text (an image, a sound).
 */
export function judgedPairOf(input: Content, primary: Leg, shadow: Leg): JudgedPair | null {
  const texts = [answerText(primary), answerText(shadow)] as const;
  if (input.kind !== 'text' || texts[0] === null || texts[1] === null) return null;
  return { request: requestText(input.messages), primary: texts[0], shadow: texts[1] };
}

/**
 * Whether a judge could only call it a tie: the same text in Unicode's composed form but for white space at its ends, or the same JSON.
 * White space inside counts: in a program it has a meaning.
 */
export function isExactMatch(pair: Pick<JudgedPair, 'primary' | 'shadow'>): boolean {
  const primary = pair.primary.trim().normalize('NFC');
  const shadow = pair.shadow.trim().normalize('NFC');
  if (primary === shadow) return true;
  const json = canonicalText(primary);
  return json !== null && json === canonicalText(shadow);
}

function requestText(messages: readonly Message[]): string {
  return messages.map(({ role, parts }) => `[${role}]\n${parts.map(partText).join('\n')}`).join('\n\n');
}

function answerText(leg: Leg): string | null {
  if (leg.status !== 'ok' || leg.answer.kind !== 'text') return null;
  const parts = leg.answer.messages.flatMap((message) => message.parts);
  return parts.some((part) => part.type === 'other') ? null : parts.map(partText).join('\n');
}

/** Ids of calls are left out: they are drawn anew in each answer. */
function partText(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.content;
    case 'tool_call':
      return `[calls ${part.name} with ${canonicalText(part.arguments) ?? part.arguments}]`;
    case 'tool_call_response':
      return `[tool result] ${part.response}`;
    case 'other':
      return `[${part.kind}]`;
  }
}

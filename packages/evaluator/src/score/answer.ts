import type { Content, Leg, Part } from '@understudy/instrumentation/trial';

/** An answer as the scorers see it. */
export interface Answer {
  /** The texts and refusals in order, one a line, then the tool calls as `name(arguments)`. */
  readonly text: string;
}

/**
 * What can be compared of a call's answer. Null where there is nothing to compare: the call has no answer, its content was
 * not sent, or a part of it is no text (an image, a sound).
 */
export function answerOf(leg: Leg): Answer | null {
  return leg.status === 'ok' ? answerOfContent(leg.answer) : null;
}

function answerOfContent(content: Content): Answer | null {
  if (content.kind !== 'text') return null;
  const lines: string[] = [];
  for (const part of content.messages.flatMap((message) => message.parts)) {
    const line = lineOf(part);
    if (line === null) return null;
    lines.push(line);
  }
  return { text: lines.join('\n') };
}

function lineOf(part: Part): string | null {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.content;
    case 'tool_call':
      return `${part.name}(${part.arguments})`;
    case 'tool_call_response':
      return part.response;
    case 'other':
      return null;
  }
}

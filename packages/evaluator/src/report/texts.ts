import type { Content, Leg, Part } from '@understudy/instrumentation/trial';

/** In UTF-16 code units: what is beyond is cut off, and said to be. */
const MOST = 4000;

/** What was said, for a person; null where no text is kept. */
export function requestText(input: Content): string | null {
  if (input.kind !== 'text') return null;
  return cut(input.messages.map(({ role, parts }) => `[${role}]\n${partsText(parts)}`).join('\n\n'));
}

/** An answer, or what became of the call. */
export function legText(leg: Leg): string {
  switch (leg.status) {
    case 'error':
      return `(failed after ${Math.round(leg.durationMs)} ms: ${leg.type})`;
    case 'aborted':
      return `(aborted after ${Math.round(leg.afterMs)} ms)`;
    case 'missing':
      return `(missing: ${leg.reason})`;
    case 'ok':
      if (leg.answer.kind !== 'text') return '(the text is not kept)';
      return cut(leg.answer.messages.map(({ parts }) => partsText(parts)).join('\n\n'));
  }
}

function partsText(parts: readonly Part[]): string {
  return parts.map(partText).join('\n');
}

function partText(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.content;
    case 'tool_call':
      return `${part.name}(${part.arguments})`;
    case 'tool_call_response':
      return `-> ${part.response}`;
    case 'other':
      return `(${part.kind})`;
  }
}

function cut(text: string): string {
  return text.length <= MOST ? text : `${text.slice(0, MOST)}\n(${text.length - MOST} more signs)`;
}

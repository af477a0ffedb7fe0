import type { Asked, Content, Leg, Message, Part, Trial, TrialLeg } from '../trial.js';
import type { Steps } from '../steps.js';

/** What becomes of the two sorts of text: what was said, and short names that the other side chose. */
export interface Rewrite<Made = string> {
  text(text: string): Made;
  name(name: string): Made;
}

/** The longest type of an error that the contract takes. */
const LONGEST_TYPE = 256;

/**
 * A trial with every text of its input and its legs rewritten: messages, tool arguments and results, names, types of errors. One after
 * the other, always in the same order.
 */
export function* rewritingTrial(trial: Trial, rewrite: Rewrite<Steps<string>>): Steps<Trial> {
  const made: string[] = [];
  for (const { said, sort } of textsOf(trial)) {
    made.push(yield* rewrite[sort](said));
    yield;
  }
  let next = 0;
  const taken = (): string => made[next++] ?? '';
  return rewriteTrial(trial, { text: taken, name: taken });
}

function textsOf(trial: Trial): readonly { readonly said: string; readonly sort: keyof Rewrite }[] {
  const all: { said: string; sort: keyof Rewrite }[] = [];
  const noted = (sort: keyof Rewrite) => {
    return (said: string): string => {
      all.push({ said, sort });
      return said;
    };
  };
  rewriteTrial(trial, { text: noted('text'), name: noted('name') });
  return all;
}

function rewriteTrial(trial: Trial, rewrite: Rewrite): Trial {
  return {
    ...trial,
    input: rewriteContent(trial.input, rewrite),
    ...(trial.asked !== undefined && { asked: rewriteAsked(trial.asked, rewrite) }),
    primary: rewriteLeg(trial.primary, rewrite),
    legs: Object.fromEntries(
      Object.entries(trial.legs).map(([arm, leg]): [string, TrialLeg] => [
        arm,
        { ...rewriteLeg(leg, rewrite), pairId: leg.pairId },
      ]),
    ),
  };
}

/** A schema that is no JSON any more once it is rewritten says nothing. */
function rewriteAsked({ output, tools }: Asked, { text, name }: Rewrite): Asked {
  return {
    ...(output !== undefined && {
      output: { type: output.type, ...(output.schema !== undefined && { schema: text(output.schema) }) },
    }),
    ...(tools !== undefined && {
      tools: tools.map((tool) => ({
        name: name(tool.name),
        ...(tool.parameters !== undefined && { parameters: text(tool.parameters) }),
      })),
    }),
  };
}

function rewriteLeg(leg: Leg, rewrite: Rewrite): Leg {
  if (leg.status === 'error') return { ...leg, type: rewrite.name(leg.type).slice(0, LONGEST_TYPE) };
  if (leg.status !== 'ok') return leg;
  return {
    ...leg,
    answer: rewriteContent(leg.answer, rewrite),
    finish: leg.finish === null ? null : rewrite.name(leg.finish),
    model: leg.model === null ? null : rewrite.name(leg.model),
  };
}

function rewriteContent(content: Content, rewrite: Rewrite): Content {
  if (content.kind !== 'text') return content;
  return {
    kind: 'text',
    messages: content.messages.map(({ role, parts }): Message => ({
      role: rewrite.name(role),
      parts: parts.map((part) => rewritePart(part, rewrite)),
    })),
  };
}

function rewritePart(part: Part, { text, name }: Rewrite): Part {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: part.type, content: text(part.content) };
    case 'tool_call': {
      const id = part.id === null ? null : name(part.id);
      return { type: 'tool_call', id, name: name(part.name), arguments: text(part.arguments) };
    }
    case 'tool_call_response':
      return { type: 'tool_call_response', id: part.id === null ? null : name(part.id), response: text(part.response) };
    case 'other':
      return { type: 'other', kind: name(part.kind) };
  }
}

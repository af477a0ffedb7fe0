import { pieces, type Behaviour } from './behaviours.js';

/** When every answer was made: seconds since 1970. */
export const CREATED = 1_700_000_000;

export const TOOL_ARGUMENTS = { city: 'Zürich' } as const;

export const THOUGHT = 'Let me see: the user greets.';

/** The tools called in an answer, by name: none once the request holds a tool's result. */
export function toolsOf(behaviour: Behaviour, hasResult: boolean): readonly string[] {
  if (behaviour.tool === undefined || hasResult) return [];
  return behaviour.parallel === true ? [behaviour.tool, 'get_time'] : [behaviour.tool];
}

/** The pieces of text of an answer. `said`: the last words of the request; `json`: it asked for JSON. */
export function wordsOf(behaviour: Behaviour, said: string, json: boolean): readonly string[] {
  if (behaviour.says !== undefined) return behaviour.says.split(/(?<=\. )/);
  if (behaviour.echo === true) return ['You said – ', said, ' ✓'];
  return json ? ['{"answer":', '"forty-two"', '}'] : pieces(behaviour.pieces ?? 5);
}

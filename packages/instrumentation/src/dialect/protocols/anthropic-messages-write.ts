import type {
  CanonicalMessage,
  CanonicalOutput,
  CanonicalPart,
  CanonicalRequest,
  CanonicalTool,
  CanonicalToolChoice,
} from '../canonical.js';
import { untranslatable, writeNumbers } from '../canonical-reader.js';
import type { JsonObject } from '../json.js';

const IMAGES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/** Since the version 2026-10-21 a request with one of these is an error, whatever its value. */
const SAMPLING = { temperature: 'temperature', topP: 'top_p', topK: 'top_k' } as const;

/** A canonical request in the words of the messages protocol, which demands a limit of tokens. */
export function writeRequest(request: CanonicalRequest, declared: ReadonlySet<string>): JsonObject {
  const { system, tools, output, parameters } = request;
  const { maxTokens, stop } = parameters;
  if (maxTokens === undefined && !declared.has('max_tokens')) {
    untranslatable('no limit of tokens, which the candidate has to give as its parameter `max_tokens`');
  }
  for (const [name, field] of Object.entries(SAMPLING)) {
    if (name in parameters && !declared.has(field)) untranslatable(`the parameter \`${field}\``);
  }
  const toolChoice = writeToolChoice(request);
  return {
    ...(request.model !== null && { model: request.model }),
    ...writeNumbers(parameters, { maxTokens: 'max_tokens' }, ['temperature', 'topP', 'topK', 'stop']),
    ...(system !== null && { system }),
    messages: writeTurns(request.messages),
    ...(stop !== undefined && { stop_sequences: stop }),
    ...(tools.length > 0 && { tools: tools.map(writeTool) }),
    ...(toolChoice !== null && { tool_choice: toolChoice }),
    ...(output !== null && { output_config: { format: writeOutput(output) } }),
    ...(request.stream && { stream: true }),
  };
}

/** Neighbours of one role become one turn: all results of one turn's calls have to stand in the next. */
function writeTurns(messages: readonly CanonicalMessage[]): readonly JsonObject[] {
  const turns: { role: string; parts: CanonicalPart[] }[] = [];
  for (const { role, parts } of messages) {
    const said = parts.filter((part) => part.type !== 'text' || part.text !== '');
    const last = turns.at(-1);
    if (last?.role === role) last.parts.push(...said);
    else if (said.length > 0) turns.push({ role, parts: said });
  }
  if (turns.at(-1)?.role === 'assistant') untranslatable('a conversation that ends with the assistant');
  return turns.map(({ role, parts }) => {
    const [only] = parts;
    return { role, content: parts.length === 1 && only?.type === 'text' ? only.text : parts.map(writePart) };
  });
}

function writePart(part: CanonicalPart): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image':
      return { type: 'image', source: writeImage(part) };
    case 'tool_call':
      return { type: 'tool_use', id: part.id, name: part.name, input: part.arguments };
    case 'tool_result':
      return { type: 'tool_result', tool_use_id: part.id, content: part.text };
  }
}

function writeImage({ source }: CanonicalPart & { type: 'image' }): JsonObject {
  if (source.kind === 'url') return { type: 'url', url: source.url };
  if (!IMAGES.has(source.mediaType)) return untranslatable('an image of this media type');
  return { type: 'base64', media_type: source.mediaType, data: source.data };
}

function writeTool({ name, description, parameters, strict }: CanonicalTool): JsonObject {
  return {
    name,
    ...(description !== null && { description }),
    input_schema: { type: 'object', ...parameters },
    ...(strict !== null && { strict }),
  };
}

/** Several calls in one turn are the default here, and one at a time is said beside the choice. */
function writeToolChoice({ tools, toolChoice, parallelToolCalls }: CanonicalRequest): JsonObject | null {
  const single = parallelToolCalls === false && tools.length > 0 && toolChoice?.type !== 'none';
  if (toolChoice === null && !single) return null;
  return { ...choiceOf(toolChoice ?? { type: 'auto' }), ...(single && { disable_parallel_tool_use: true }) };
}

function choiceOf(choice: CanonicalToolChoice): JsonObject {
  if (choice.type === 'tool') return { type: 'tool', name: choice.name };
  return { type: choice.type === 'required' ? 'any' : choice.type };
}

function writeOutput(output: CanonicalOutput): JsonObject {
  if (output.type === 'json') return untranslatable('an answer in JSON without a schema');
  return { type: 'json_schema', schema: output.schema };
}

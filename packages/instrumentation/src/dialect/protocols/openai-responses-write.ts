import type {
  CanonicalMessage,
  CanonicalOutput,
  CanonicalPart,
  CanonicalRequest,
  CanonicalTool,
} from '../canonical.js';
import { writeNumbers } from '../canonical-reader.js';
import { urlOfImage } from '../image.js';
import type { JsonObject } from '../json.js';

export const RESPONSES_NUMBERS = { temperature: 'temperature', topP: 'top_p' } as const;

/** A canonical request as the body of a responses request. Throws what {@link untranslatable} throws. */
export function writeRequest(request: CanonicalRequest): JsonObject {
  const { system, tools, toolChoice, output, parameters } = request;
  const { maxTokens, reasoningEffort, verbosity } = parameters;
  const text = {
    ...(output !== null && { format: writeOutput(output) }),
    ...(verbosity !== undefined && { verbosity }),
  };
  return {
    ...(request.model !== null && { model: request.model }),
    ...(system !== null && { instructions: system }),
    input: request.messages.flatMap(writeTurn),
    ...writeNumbers(parameters, RESPONSES_NUMBERS, ['maxTokens', 'reasoningEffort', 'verbosity']),
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
    ...(reasoningEffort !== undefined && { reasoning: { effort: reasoningEffort } }),
    ...(Object.keys(text).length > 0 && { text }),
    ...(tools.length > 0 && { tools: tools.map(writeTool) }),
    ...(toolChoice !== null && {
      tool_choice: toolChoice.type === 'tool' ? { type: 'function', name: toolChoice.name } : toolChoice.type,
    }),
    ...(request.parallelToolCalls !== null && { parallel_tool_calls: request.parallelToolCalls }),
    ...(request.stream && { stream: true }),
  };
}

/** Tool calls and their results are items of their own, beside the message. */
function writeTurn({ role, parts }: CanonicalMessage): readonly JsonObject[] {
  const results = parts.flatMap((part) =>
    part.type === 'tool_result' ? [{ type: 'function_call_output', call_id: part.id, output: part.text }] : [],
  );
  const calls = parts.flatMap((part) => (part.type === 'tool_call' ? [writeCall(part)] : []));
  const content = parts.flatMap((part): readonly JsonObject[] => {
    if (part.type === 'text') return [{ type: role === 'user' ? 'input_text' : 'output_text', text: part.text }];
    return part.type === 'image' ? [{ type: 'input_image', image_url: urlOfImage(part.source), detail: 'auto' }] : [];
  });
  const [only] = content;
  const plain = content.length === 1 && typeof only?.['text'] === 'string' ? only['text'] : content;
  return [...results, ...(content.length === 0 ? [] : [{ role, content: plain }]), ...calls];
}

function writeCall({ id, name, arguments: args }: CanonicalPart & { type: 'tool_call' }): JsonObject {
  return { type: 'function_call', call_id: id, name, arguments: JSON.stringify(args) };
}

/** Functions are strict here unless told otherwise, and nowhere else. */
function writeTool({ name, description, parameters, strict }: CanonicalTool): JsonObject {
  return {
    type: 'function',
    name,
    ...(description !== null && { description }),
    parameters,
    strict: strict ?? false,
  };
}

function writeOutput(output: CanonicalOutput): JsonObject {
  if (output.type === 'json') return { type: 'json_object' };
  const { name, schema, strict } = output;
  return { type: 'json_schema', name, schema, ...(strict !== null && { strict }) };
}

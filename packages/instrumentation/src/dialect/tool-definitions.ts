import { asList, asObject, asText, isObject } from './json.js';

/** A tool that a request offers to the model, in the shape of the GenAI conventions (`gen_ai.tool.definitions`). */
export interface ToolDefinition {
  /** `function` for one that the caller runs, else the provider's word for its own. */
  readonly type: string;
  readonly name: string;
  readonly description?: string;
  /** JSON text of the schema of its arguments. */
  readonly parameters?: string;
}

/** What protocols call the schema of a function's arguments. */
const SCHEMAS = ['parameters', 'input_schema', 'inputSchema', 'parametersJsonSchema', 'parameters_json_schema'];

/**
 * The tools of a request's field `tools`. Protocols differ in how deep a function lies in its entry and in what its schema is called,
 * and in nothing else that is asked for here.
 */
export function toolDefinitions(tools: unknown): readonly ToolDefinition[] {
  return asList(tools).flatMap((given) => {
    const tool = asObject(given);
    const declared = tool['functionDeclarations'] ?? tool['function_declarations'];
    if (Array.isArray(declared)) return declared.map((each) => definition('function', asObject(each)));
    const type = asText(tool['type']);
    if (isObject(tool['function'])) return [definition(type ?? 'function', tool['function'])];
    const schema = SCHEMAS.some((name) => isObject(tool[name]));
    return [definition(schema || type === null ? 'function' : type, tool)];
  });
}

function definition(type: string, tool: Readonly<Record<string, unknown>>): ToolDefinition {
  const description = asText(tool['description']);
  const schema = SCHEMAS.map((name) => tool[name]).find(isObject);
  return {
    type,
    name: asText(tool['name']) ?? type,
    ...(description !== null && { description }),
    ...(schema !== undefined && { parameters: JSON.stringify(schema) }),
  };
}

import type { Asked } from '../trial/trial.js';
import { asList, asObject, asText, isObject } from './json.js';
import { toolDefinitions } from './tool-definitions.js';
import { topLevelFields } from './top-level.js';

/** Where protocols say of what form the answer is to be, and which tools there are. */
const FIELDS: ReadonlySet<string> = new Set(
  'tools response_format text output_config output_format format generationConfig generation_config'.split(' '),
);

/** What travels of it, in characters of JSON: schemas of one request. More is left out, tool by tool. */
const MOST_CHARACTERS = 32_768;
const MOST_TOOLS = 128;

/**
 * What the body of a request asks of the form of its answer. Fields are read alike for all protocols: none uses the name of another's for
 * something else. Undefined where it asks for nothing in particular, or cannot be read. Steps over the prompt.
 */
export function askedForm(body: string): Asked | undefined {
  const fields = topLevelFields(body, FIELDS);
  if (fields === null) return undefined;
  const room = { left: MOST_CHARACTERS };
  const output = outputOf(fields, room);
  const given = fields.get('tools');
  const tools = asList(given).length === 0 ? undefined : toolsOf(given, room);
  if (output === undefined && tools === undefined) return undefined;
  return { ...(output !== undefined && { output }), ...(tools !== undefined && { tools }) };
}

type Room = { left: number };

function toolsOf(given: unknown, room: Room): Asked['tools'] {
  return toolDefinitions(given)
    .slice(0, MOST_TOOLS)
    .map(({ name, parameters }) => {
      const fits = parameters !== undefined && taken(room, parameters);
      return { name, ...(fits && { parameters }) };
    });
}

function taken(room: Room, text: string): boolean {
  if (text.length > room.left) return false;
  room.left -= text.length;
  return true;
}

function outputOf(fields: ReadonlyMap<string, unknown>, room: Room): Asked['output'] {
  const format = formatOf(fields);
  if (format === null) return undefined;
  if (format.schema === null) return { type: 'json' };
  const schema = JSON.stringify(format.schema);
  return taken(room, schema) ? { type: 'json', schema } : { type: 'json' };
}

interface Format {
  readonly schema: object | null;
}

function formatOf(fields: ReadonlyMap<string, unknown>): Format | null {
  const own = fields.get('format');
  // Ollama's: the word, or the schema itself.
  if (own === 'json') return { schema: null };
  if (isObject(own)) return { schema: own };
  const gemini = ofGemini(asObject(fields.get('generationConfig') ?? fields.get('generation_config')));
  if (gemini !== null) return gemini;
  const format = asObject(
    fields.get('response_format') ??
      asObject(fields.get('text'))['format'] ??
      asObject(fields.get('output_config'))['format'] ??
      fields.get('output_format'),
  );
  const type = asText(format['type']);
  if (type !== 'json_schema' && type !== 'json_object') return null;
  const schema = asObject(format['json_schema'])['schema'] ?? format['schema'];
  return { schema: isObject(schema) ? schema : null };
}

/** Its own spelling of a schema (`responseSchema`, types in capitals) is no JSON schema: that JSON is asked for is known all the same. */
function ofGemini(config: Readonly<Record<string, unknown>>): Format | null {
  const schema = config['responseJsonSchema'] ?? config['response_json_schema'];
  if (isObject(schema)) return { schema };
  const type = config['responseMimeType'] ?? config['response_mime_type'];
  return type === 'application/json' ? { schema: null } : null;
}

import { parseForeign, type Trial } from '@understudy/instrumentation/trial';

/** A tool that a request offers. */
export interface OfferedTool {
  readonly name: string;
  /** The JSON schema of its arguments; null where it has none, or it did not travel. */
  readonly parameters: unknown;
}

/** What a request asks of the form of an answer, as far as it travelled. */
export interface Asked {
  /** The answer is to be JSON. */
  readonly json: boolean;
  /** The JSON schema the answer is to keep to; undefined where none is known. */
  readonly schema: unknown;
  /** Null where it is not known which. */
  readonly tools: readonly OfferedTool[] | null;
}

/** Nothing is known of what was asked. */
export const NOTHING_ASKED: Asked = { json: false, schema: undefined, tools: null };

/** What a trial carries of it. A schema that is not JSON, as redaction may leave it, is not known. */
export function askedOf({ asked }: Trial): Asked {
  if (asked === undefined) return NOTHING_ASKED;
  return {
    json: asked.output !== undefined,
    schema: schemaOf(asked.output?.schema),
    tools: asked.tools?.map(({ name, parameters }) => ({ name, parameters: schemaOf(parameters) ?? null })) ?? null,
  };
}

/** Services ask for the same few: each is parsed once. */
const MOST_KNOWN = 256;
const known = new Map<string, unknown>();

function schemaOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (!known.has(text)) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(text, parseForeign(text));
  }
  return known.get(text);
}

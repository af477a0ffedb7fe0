/** What a request and an answer say, in every place that takes a text. */
export interface Said {
  readonly text: string;
  /** Where a name should be: of a model, a tool, a role, an id. */
  readonly name: string;
}

/** What a request says besides: files and images by name, by address and as bytes. */
export interface Asked extends Said {
  readonly stream: boolean;
  readonly files: boolean;
}

/** How one protocol says the marked texts. */
export interface Speaker {
  /** As the dialect that it is for. */
  readonly name: string;
  path(asked: Asked): string;
  body(asked: Asked): object;
  whole(said: Said, tool: boolean): object;
  /** The parts of a streamed answer. Absent: it does not stream. */
  frames?(said: Said, tool: boolean): readonly string[];
  error(text: string): object;
}

export const SCHEMA = { type: 'object', properties: { q: { type: 'string' } } };
export const halves = (text: string): readonly [string, string] => {
  const middle = Math.floor(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
};
export const json = (text: string): string => JSON.stringify({ query: text, deep: [text] });
export const base64 = (text: string): string => Buffer.from(text).toString('base64');
export const address = (text: string): string => `https://files.example/${encodeURIComponent(text)}.png`;
export const openaiError = (text: string): object => ({
  error: { message: text, type: text, code: text, param: text },
});

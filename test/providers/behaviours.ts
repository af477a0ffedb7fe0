/** How a local provider treats one request. Named, so that a client in another process can ask for one by its path. */
export interface Behaviour {
  /** Before the headers. */
  readonly delayMs?: number;
  /** An error status with a JSON error body. */
  readonly status?: number;
  /** The status applies only to this many attempts: by the SDK's retry count, or by the requests this path has had. */
  readonly failures?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many pieces of text a streamed answer has. Default: 5. */
  readonly pieces?: number;
  readonly pieceDelayMs?: number;
  /** Write this many pieces at once, then wait until the client goes away: what it has got and what not is no matter of time. */
  readonly holdAfter?: number;
  /** Write this many pieces at once, then destroy the socket, when the client has had time to read them. */
  readonly destroyAfter?: number;
  /** Never send the headers. */
  readonly hang?: true;
  /** Send this instead of an answer. */
  readonly raw?: string;
  /** Put an `error` object into the stream after this many pieces, all at once. */
  readonly errorAfter?: number;
  /** Write a stream in slices of this many bytes, wherever they cut. */
  readonly sliceBytes?: number;
  /** Keep the connection open after the last piece of a stream, until the client goes away or for this long. */
  readonly lingerMs?: number;
  /** Answer with the words of the last message, so that no two answers are alike. */
  readonly echo?: true;
  /** Answer with this text, a sentence a piece. */
  readonly says?: string;
  /** Answer with a tool call first, with text once the request holds a tool's result. */
  readonly tool?: string;
  /** Two tool calls in one answer. */
  readonly parallel?: true;
  /** Think aloud before the answer, where the protocol can say so. */
  readonly thinking?: true;
}

const TOLD = 'The quick brown fox – ünïcödé ✓ – jumps.';

export const BEHAVIOURS = {
  plain: {},
  delayed: { delayMs: 30 },
  slow: { pieces: 12, pieceDelayMs: 40 },
  held: { pieces: 12, holdAfter: 6 },
  long: { pieces: 200 },
  sliced: { sliceBytes: 7 },
  destroyed: { pieces: 8, destroyAfter: 3 },
  bad_request: { status: 400 },
  rate_limited: { status: 429, headers: { 'retry-after-ms': '5' }, failures: 1 },
  fails_once: { status: 500, headers: { 'retry-after-ms': '5' }, failures: 1 },
  fails_always: { status: 500, headers: { 'retry-after-ms': '5' } },
  hang: { hang: true },
  garbage: { raw: '<html>not an answer</html>' },
  error_inside: { errorAfter: 2 },
  lingers: { lingerMs: 400 },
  tool: { tool: 'get_weather' },
  parallel_tools: { tool: 'get_weather', parallel: true },
  thinking: { thinking: true },
  overloaded: { status: 529, headers: { 'retry-after-ms': '5' } },
  echo: { echo: true, delayMs: 5 },
} as const satisfies Readonly<Record<string, Behaviour>>;

export type BehaviourName = keyof typeof BEHAVIOURS;

/** The pieces of an answer: the same text for the same count, always. */
export function pieces(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `${index === 0 ? '' : ' '}${TOLD.slice(index % 7, 12 + (index % 23))}`,
  );
}

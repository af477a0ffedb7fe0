/** What is asked of the model. Sizes as in a service: a question, a prompt with its documents, an answer a token at a time. */
export interface Workload {
  readonly title: string;
  /** Of the calls of a round: a stream costs several calls of the others. */
  readonly share: number;
  readonly prompt: string;
  readonly stream: boolean;
}

export const WORKLOADS: Readonly<Record<'json' | 'prompt' | 'stream', Workload>> = {
  json: { title: 'small JSON', share: 1, prompt: 'Hello', stream: false },
  // Quotes and line ends are escaped in JSON: text without them would be stepped over in one search.
  prompt: {
    title: '31 KB prompt',
    share: 1,
    prompt: 'All work and no "play" makes Jack\na dull boy. '.repeat(690),
    stream: false,
  },
  stream: { title: 'SSE, 200 chunks', share: 0.2, prompt: 'Hello', stream: true },
};

export type WorkloadName = keyof typeof WORKLOADS;

/** One request, as the provider saw it. */
export interface Asked {
  /** Epoch ms. */
  readonly at: number;
  /** Of the call; its shadow has the same. */
  readonly number: number;
  readonly role: 'primary' | 'shadow';
  readonly refused: boolean;
  /** Share of the emptier pool, before it. */
  readonly left: number;
}

/** What a service is told at its start. */
export interface Driver {
  /** With the path that says how large the pools are. */
  readonly baseUrl: string;
  readonly protocol: 'openai' | 'anthropic';
  readonly account: string;
  readonly perSecond: number;
  readonly durationMs: number;
  /** Independent of one another (Poisson), or of many clients that each have their pace. */
  readonly arrivals: 'independent' | 'paced';
  readonly seed: number;
  /** Tokens of a call, on the average. */
  readonly tokens: number;
  /** Null: a service without us. */
  readonly understudy: { readonly queueUrl: string; readonly minuteMs: number } | null;
}

/** What it tells when it has ended. */
export interface Driven {
  readonly calls: number;
  readonly refused: number;
  /** The latest that a call was made after its time, in milliseconds: how loaded the machine was. */
  readonly lateMs: number;
  /** By reason. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly pauses: Readonly<Record<string, number>>;
}

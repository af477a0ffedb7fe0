import type { ExperimentInput } from '@understudy/instrumentation/experiment';
import type { Personality } from './provider/personality.js';

/** What the demo tells the process of its providers. */
export interface StartProviders {
  readonly seed: number;
  /** Of the candidate. */
  readonly personality: Personality;
}

/** Where they listen, for an SDK. */
export interface FromProviders {
  readonly incumbentUrl: string;
  readonly candidateUrl: string;
}

/** What the demo tells its service to do. */
export interface Start {
  readonly kind: 'start';
  readonly experiment: ExperimentInput;
  readonly queueUrl: string;
  /** Base URL of the incumbent's provider, and the model the service asks for. */
  readonly baseUrl: string;
  readonly model: string;
  readonly seed: number;
  readonly calls: number;
  /** Calls begun in a second. */
  readonly rate: number;
  /** OTLP over HTTP; null: that signal is not exported. */
  readonly tracesUrl: string | null;
  readonly metricsUrl: string | null;
}

/** `stop`: begin no more calls. */
export type ToService = Start | { readonly kind: 'stop' };

/** What the service says. `flushed`: everything it had for the queue got there. */
export type FromService =
  | { readonly kind: 'progress'; readonly answered: number; readonly failed: number }
  | { readonly kind: 'ended'; readonly answered: number; readonly failed: number; readonly flushed: boolean };

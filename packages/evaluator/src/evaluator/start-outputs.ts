import type { EvaluatorConfig } from '../config.js';
import { type Scraped, scrapeOf } from '../emit/prometheus-text.js';
import type { Ledger } from '../ledger/ledger.js';
import { type Server, startServer } from '../serve/server.js';
import { createRecorder, keepChanges, type KeepingChanges } from './keep-changes.js';
import { createKnown } from './known.js';

export interface OutputsOptions extends Omit<KeepingChanges, 'ledger' | 'webhooks'> {
  readonly config: Partial<Pick<EvaluatorConfig, 'listen' | 'webhooks' | 'experiments'>>;
  readonly acceptProvisional: boolean;
  readonly ledger: Ledger;
}

/** What others read of verdicts, while it is open. */
export interface Outputs {
  /** Where `/api/verdict` is answered; null: nowhere. */
  readonly url: string | null;
  /** Answers no more, notes what the last look saw, and waits for what is being sent. */
  close(): Promise<void>;
}

/**
 * Answers `/api/verdict` and scrapes of `/metrics`, and tells of verdicts that are not what they were.
 *
 * @param undo What to do where it cannot be started. @throws StoreError where the address cannot be had
 */
export async function startOutputs(options: OutputsOptions, undo: () => Promise<void>): Promise<Outputs> {
  const { config, ledger, acceptProvisional, report, now, onError } = options;
  const { listen = null, webhooks = [], experiments = [] } = config;
  let server: Server | null = null;
  if (listen !== null) {
    const failed = (error: unknown): void => onError('api', error);
    const known = createKnown({ ledger, report, experiments, acceptProvisional, now, onError: failed });
    try {
      const metrics = (accept: string): Scraped => scrapeOf(report(), accept);
      server = await startServer({ listen, known, metrics, onError: failed });
    } catch (error) {
      await undo();
      throw error;
    }
  }
  const keeping: KeepingChanges = { ...options, ledger: ledger.changes, webhooks };
  const stop = new AbortController();
  const record = createRecorder(keeping);
  const kept = keepChanges(keeping, record, stop.signal);
  return {
    url: server?.url ?? null,
    async close() {
      stop.abort();
      await server?.close();
      await record();
      await kept;
    },
  };
}

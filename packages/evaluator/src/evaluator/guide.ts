import { controlId, phaseId, type PhaseRecord, readControl, readPhase } from '@understudy/instrumentation/experiment';
import { progressOf } from '../decide/target.js';
import type { Report } from '../emit/ledger-metrics.js';
import type { Ledger } from '../ledger/ledger.js';
import type { RunState } from '../ledger/snapshot.js';
import type { Settings } from '../queue/settings.js';
import { again } from './again.js';

/** What guiding the services needs. */
export interface Guiding {
  readonly settings: Settings;
  readonly ledger: Pick<Ledger, 'noteControl'>;
  /** The last look; null where another replica holds the lease, and guides. */
  readonly report: () => Report | null;
  /** Epoch ms. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

const EVERY_MS = 500;

/**
 * Guides the services once: tells each run how far it is on its way to its target, and keeps in the ledger what people have set, so that
 * the verdict knows of it and a queue that has lost its data gets it back.
 */
export async function guide({ settings, ledger, report, now }: Guiding): Promise<void> {
  const { runs = [], producers = [] } = report()?.snapshot ?? {};
  const alive = new Set(producers.flatMap(({ id, state }) => (state === 'alive' ? [id] : [])));
  const experiments = new Map(runs.map(({ run, control }) => [run.experiment, control]));
  for (const [experiment, known] of experiments) {
    const id = controlId(experiment);
    const said = await settings.read(id);
    const control = readControl(said);
    if (said === undefined && known !== null) await settings.restore(id, known);
    else if (control !== null && JSON.stringify(control) !== JSON.stringify(known))
      await ledger.noteControl(experiment, control);
  }
  for (const state of runs.filter(isServed)) await setPhase(state, settings, now());

  function isServed({ producers }: RunState): boolean {
    return producers.some((id) => alive.has(id));
  }
}

async function setPhase(state: RunState, settings: Settings, now: number): Promise<void> {
  const progress = progressOf(state);
  if (progress === null) return;
  const { id: run } = state.run;
  const said = readPhase(await settings.read(phaseId(run)), run);
  if ((said ?? 'open') === progress.phase) return;
  const record: PhaseRecord = { v: 1, run, phase: progress.phase, at: now };
  await settings.write(phaseId(run), record);
}

/** Guides again and again until `signal`. A time that fails is told, and repeated. */
export async function keepGuiding(guiding: Guiding, signal: AbortSignal): Promise<void> {
  await again(EVERY_MS, () => guide(guiding), guiding.onError, signal);
}

import { hostname, userInfo } from 'node:os';
import {
  type Control,
  controlId,
  type Experiment,
  readControl,
  boundsOf,
} from '@understudy/instrumentation/experiment';
import { type EvaluatorConfig, loadConfig } from '../config.js';
import { ConfigurationError, NotFoundError, SchemaError } from '../errors.js';
import {
  changedControl,
  changesAnything,
  type ControlChange,
  controlIssues,
  type Followers,
} from '../evaluator/change-control.js';
import { openLedgerFor, openQueueFor } from '../evaluator/stores.js';
import type { LedgerSnapshot, RunState } from '../ledger/snapshot.js';
import { withSettings } from '../queue/settings.js';
import { EXIT } from './exit-codes.js';
import { errorText, printableLine } from './foreign-text.js';
import { describeControl, renderBounds } from './render-control.js';
import { count, type Style } from './style.js';
import { jsonText, type Output } from './terminal.js';

export interface ControlOptions {
  readonly config?: string | undefined;
  readonly experiment?: string | undefined;
  readonly on?: boolean | undefined;
  readonly off?: boolean | undefined;
  readonly rate?: number | undefined;
  /** Epoch ms. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly clear?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** What is known of the experiment that is meant. */
interface Known {
  readonly name: string;
  readonly configured: Experiment | null;
  /** Those that a living service runs, else the newest. */
  readonly runs: readonly RunState[];
  /** Living services. */
  readonly producers: readonly string[];
}

/** `understudy control`: prints what people have set for an experiment while it runs, or sets it. */
export async function controlCommand(options: ControlOptions, output: Output): Promise<number> {
  const change = changeOf(options);
  const config = loadConfig({ path: options.config });
  const opened = await openLedgerFor(config.ledgerUrl).catch((error: unknown) => {
    // To switch off must not need more than the queue.
    const isOfLedger = config.ledgerUrl !== config.queueUrl || error instanceof SchemaError;
    if (!isOfLedger || error instanceof ConfigurationError) throw error;
    output.err(output.errStyle.doubtful(`${errorText(error)}\nSo it is not known who follows.`));
    return null;
  });
  try {
    const snapshot = (await opened?.ledger.snapshot({ now: Date.now() })) ?? null;
    const known = choose(options.experiment, config, snapshot);
    const store = await openQueueFor(config.queueUrl);
    try {
      const control = await withSettings(store, async ({ read, write }) => {
        const before = readControl(await read(controlId(known.name)));
        if (!changesAnything(change)) return before;
        const after = changedControl(before, change, { now: Date.now(), by: whoAmI() });
        const issues = [...controlIssues(change, after, followersOf(known))];
        if (issues.length > 0) throw new ConfigurationError('control', issues);
        await write(controlId(known.name), after);
        return after;
      });
      const changed = changesAnything(change);
      output.out(
        options.json === true
          ? jsonText(asJson(known, control, changed))
          : render(known, control, changed, output.style).join('\n'),
      );
      return EXIT.ok;
    } finally {
      await store.close();
    }
  } finally {
    await opened?.close();
  }
}

function changeOf({ on, off, rate, from, until, clear }: ControlOptions): ControlChange {
  if (on === true && off === true) throw new ConfigurationError('control', ['expected either --on or --off']);
  return {
    clear: clear === true,
    ...(on === true && { enabled: true }),
    ...(off === true && { enabled: false }),
    ...(rate !== undefined && { rate }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
  };
}

/** The experiment that is meant: of the configuration, or one that a service has announced. Throws {@link NotFoundError}. */
function choose(named: string | undefined, config: EvaluatorConfig, snapshot: LedgerSnapshot | null): Known {
  const states = snapshot?.runs ?? [];
  const names = new Set([...config.experiments, ...states.map(({ run }) => run)].map(nameOf));
  const [only] = names;
  const name = named ?? (names.size === 1 ? only : undefined);
  const list = [...names].map((one) => `\n  --experiment ${printableLine(one)}`).join('');
  if (name === undefined) {
    if (names.size === 0) throw new NotFoundError('no experiment is configured here, and none has been announced yet');
    throw new NotFoundError(`several experiments are meant; there are:${list}`);
  }
  // Without the ledger there may be experiments that nobody here knows: setting one that is not there does no harm.
  if (!names.has(name) && snapshot !== null)
    throw new NotFoundError(
      `there is no experiment ${printableLine(name)}${names.size === 0 ? '' : `; there are:${list}`}`,
    );

  const alive = new Set(snapshot?.producers.flatMap(({ id, state }) => (state === 'alive' ? [id] : [])));
  const own = states.filter(({ run }) => run.experiment === name);
  const served = own.filter(({ producers }) => producers.some((id) => alive.has(id)));
  const newest = own.toSorted((a, b) => b.run.k - a.run.k).slice(0, 1);
  return {
    name,
    configured: config.experiments.find((one) => one.name === name) ?? null,
    runs: served.length > 0 ? served : newest,
    producers: [...new Set(served.flatMap(({ producers }) => producers.filter((id) => alive.has(id))))],
  };
}

function nameOf(one: { readonly name: string } | { readonly experiment: string }): string {
  return 'name' in one ? one.name : one.experiment;
}

/** What the services have announced, else what is configured here. */
function followersOf({ configured, runs }: Known): Followers {
  const declared = runs.map(({ run }) => run.definition.piMin);
  const piMin = declared.length > 0 ? Math.max(...declared) : (configured?.piMin ?? null);
  const bounds = runs.at(-1)?.bounds ?? (configured === null ? null : boundsOf(configured));
  return { piMin, bounds };
}

/** For those who look at it later. */
function whoAmI(): string {
  let user = 'unknown';
  try {
    user = userInfo().username;
  } catch {
    // A container's user may have no name.
  }
  return `${user}@${hostname()}`.slice(0, 256);
}

function render(
  { name, runs, producers }: Known,
  control: Control | null,
  changed: boolean,
  style: Style,
): readonly string[] {
  const followers = `${count(producers.length)} service process${producers.length === 1 ? '' : 'es'} alive`;
  return [
    `${style.bold(printableLine(name))}  ${control === null ? 'nothing set, all as configured' : describeControl(control)}`,
    ...runs.flatMap((state) => [
      style.dim(`  run ${state.run.id}: ${configuredAs(state)}`),
      ...renderBounds({ ...state, control }, Date.now())
        .filter((line) => !line.startsWith('control:'))
        .map((line) => `  ${line}`),
    ]),
    producers.length === 0
      ? `  no service process alive: the next one obeys from its first call${runs.length === 0 ? ', if it has this experiment' : ''}`
      : `  ${followers}: ${producers.map(printableLine).join(', ')}`,
    ...(changed && producers.length > 0
      ? [
          '  They follow within a second; one that cannot reach the queue goes on as before, until `control.offAfterMs` have passed.',
        ]
      : []),
  ];
}

function configuredAs({ run, bounds }: RunState): string {
  const { piMin } = run.definition;
  if (bounds === null) return `piMin ${piMin}`;
  return `configured ${bounds.enabled ? 'on' : 'off'} with rate ${bounds.rate}, piMin ${piMin}`;
}

function asJson(known: Known, control: Control | null, changed: boolean): Readonly<Record<string, unknown>> {
  const runs = known.runs.map(({ run, bounds }) => ({ run: run.id, piMin: run.definition.piMin, bounds }));
  return { experiment: known.name, changed, control, runs, producers: known.producers };
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../../packages/evaluator/src/doctor/finding.js';
import { inParallel, type Running, start } from '../end-to-end/processes.js';
import type { OtlpReceiver } from '../servers/otlp.js';
import type { Fault } from './faults.js';
import { experimentOf, plant, type Planted, said, startPlanted, type Surroundings } from './planted-service.js';

const CLI = fileURLToPath(new URL('../../packages/evaluator/bin/understudy.js', import.meta.url));

/** Processes that are started at once: each takes a second of a core. */
const AT_ONCE = 3;

export interface RunningService extends Planted {
  readonly running: Running;
  /** When it listened, on the clock of `performance`. */
  readonly startedAt: number;
}

/** An evaluator, and services with their faults. */
export interface World {
  readonly name: string;
  readonly evaluator: Running;
}

export interface StartOptions {
  /** Is given what is to be stopped. */
  readonly begun: Running[];
  /** Told of each service, once it listens. */
  readonly onService: (service: RunningService, world: World) => void;
}

/** Starts one: an evaluator that has the experiments which it will not see, and the services, each with faults of its own. */
export async function startWorld(
  name: string,
  services: readonly { readonly name: string; readonly faults: readonly Fault[] }[],
  around: Surroundings,
  { begun, onService }: StartOptions,
): Promise<World> {
  const config = join(around.folder, `${name}.yaml`);
  // Of the others it learns from them: it need not know how long they take to start.
  const elsewhere = services.filter(({ faults }) => faults.includes('wrong queue'));
  const experiments = elsewhere.map((one) => experimentOf(one.name, one.faults, around));
  const stores = { queue: { url: around.redisUrl }, ledger: { url: around.ledgerUrl } };
  writeFileSync(config, JSON.stringify({ version: 1, ...stores, experiments }));
  const evaluator = start([CLI, 'run', '--config', config], {
    OTEL_EXPORTER_OTLP_ENDPOINT: around.otlpUrl,
    OTEL_METRIC_EXPORT_INTERVAL: '2000',
    OTEL_SERVICE_NAME: name,
  });
  begun.push(evaluator);
  await said(evaluator, /evaluator .* runs/);
  const world: World = { name, evaluator };
  await inParallel(services.length, AT_ONCE, async (index) => {
    const one = services[index];
    if (one === undefined) throw new Error(`no service ${index}`);
    const planted = plant(one.name, one.faults, around, index);
    const running = await startPlanted(planted, begun);
    onService({ ...planted, running, startedAt: performance.now() }, world);
  });
  return world;
}

export interface Doctor {
  readonly code: number | null;
  readonly findings: readonly Finding[];
  readonly text: string;
}

/** `understudy doctor --json`, where a service runs. */
export async function doctorOf({ config, folder, environment }: Planted): Promise<Doctor> {
  await using running = start([CLI, 'doctor', '--json', '--config', config, '--dir', folder], environment);
  const code = await new Promise<number | null>((resolve) => running.child.once('close', resolve));
  const text = running.log();
  return { code, text, findings: (JSON.parse(text) as { findings: readonly Finding[] }).findings };
}

/** The newest value of a counter of one process, over all points with these attributes. */
export function countedBy(
  otlp: OtlpReceiver,
  who: { readonly evaluator: string } | { readonly service: string },
  metric: string,
  wanted: Readonly<Record<string, string>>,
): number {
  const [attribute, value] =
    'evaluator' in who ? ['service.name', who.evaluator] : ['service.instance.id', who.service];
  const series = new Map<string, number>();
  for (const point of otlp.points) {
    if (point.metric !== metric || point.resource[attribute] !== value) continue;
    if (Object.entries(wanted).every(([name, one]) => point.attributes[name] === one))
      series.set(JSON.stringify(point.attributes), point.value);
  }
  return [...series.values()].reduce((sum, one) => sum + one, 0);
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../servers/process.js';
import { findProgram } from './find-program.js';
import { type Server, startServer } from './start-server.js';

export interface PrometheusServer extends Server {
  /** Starts again from another configuration, keeping what it has. */
  reload(options: PrometheusOptions): Promise<void>;
}

export interface PrometheusOptions {
  /** Paths or globs of rule files. Default none. */
  readonly rules?: readonly string[];
  /** `host:port` of Alertmanagers. Default none. */
  readonly alertmanagers?: readonly string[];
  /** `host:port` whose `/metrics` are read each second, by job. Default none. */
  readonly scrape?: Readonly<Record<string, readonly string[]>>;
  /** Milliseconds between two looks at rules, and between two scrapes. Default: 1000. */
  readonly intervalMs?: number;
}

const CONFIG = 'prometheus.yml';

/** Prometheus 3 that takes OTLP at `/api/v1/otlp`, as `deploy/` has it. */
export async function startPrometheus(options: PrometheusOptions = {}): Promise<PrometheusServer> {
  const program = await findProgram('prometheus');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer({
    name: 'prometheus',
    program,
    url,
    ready: `${url}/-/ready`,
    files: { [CONFIG]: configOf(options) },
    args: (folder) => [
      `--config.file=${join(folder, CONFIG)}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-otlp-receiver',
      '--web.enable-lifecycle',
    ],
  });
  return {
    ...server,
    async reload(next) {
      await writeFile(join(server.folder, CONFIG), configOf(next));
      const response = await fetch(`${url}/-/reload`, { method: 'POST' });
      if (!response.ok) throw new Error(`Prometheus does not take its configuration: ${await response.text()}`);
    },
  };
}

/** JSON is YAML. */
function configOf({ rules = [], alertmanagers = [], scrape = {}, intervalMs = 1000 }: PrometheusOptions): string {
  const interval = `${intervalMs}ms`;
  return JSON.stringify({
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: rules,
    alerting: { alertmanagers: alertmanagers.length === 0 ? [] : [{ static_configs: [{ targets: alertmanagers }] }] },
    // The names are those of a scrape.
    otlp: { translation_strategy: 'UnderscoreEscapingWithSuffixes' },
    // An export that was tried again comes after a later one.
    storage: { tsdb: { out_of_order_time_window: '10m' } },
    scrape_configs: Object.entries(scrape).map(([job, targets]) => ({
      job_name: job,
      static_configs: [{ targets }],
    })),
  });
}

/**
 * What docs/getting-started.md says, done in a clean clone: the seconds of each command, and how many there are.
 *
 *   npm run measure:getting-started [-- --write]
 *
 * Packages come from the registry or from npm's cache, as on any machine; models are local, so that no key is needed. With --write the table in the
 * document is replaced.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { left, type Typed, typed } from './commands.ts';
import { startModel } from './model.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const DOCUMENT = `${REPOSITORY}docs/getting-started.md`;
const MARKS = ['<!-- measured -->', '<!-- /measured -->'] as const;
const LONGEST_MS = 300_000;

const folder = mkdtempSync(join(tmpdir(), 'understudy-first-'));
try {
  const load = loadavg()[0] ?? 0;
  const demo = await firstVerdict(join(folder, 'understudy'));
  const own = await firstPair(join(folder, 'understudy'), join(folder, 'service'));
  const report = rendered(
    [...demo.map((one) => ['demo', one] as const), ...own.map((one) => ['own service', one] as const)],
    load,
  );
  console.log(report);
  if (process.argv.includes('--write')) write(report);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** From nothing to the verdict of the demo. */
async function firstVerdict(clone: string): Promise<readonly Typed[]> {
  const cloned = await typed(`git clone --quiet ${REPOSITORY} ${clone}`, folder);
  const installed = await typed('npm ci', clone);
  const demo = await typed('npm run demo', clone);
  // On a machine that is busy with something else the demo's models are too slow, and it says so: what it said stands in the table.
  const [, verdict] = /^(GO|NO_GO|HOLD|INVALID)\b/m.exec(demo.printed) ?? [];
  if (verdict === undefined) throw new Error(`the demo gave no verdict:\n${demo.printed}`);
  return [{ ...cloned, command: 'git clone ... && cd understudy' }, installed, { ...demo, said: verdict }];
}

/** From a service without us to its first pair, beside the clone. */
async function firstPair(clone: string, service: string): Promise<readonly Typed[]> {
  cpSync(join(clone, 'test/init/fixtures/openai-esm'), service, { recursive: true });
  // What a registry would have: the service has its own dependencies already.
  for (const name of ['instrumentation', 'evaluator']) {
    await typed(`npm pack --silent --pack-destination ${folder} --workspace packages/${name}`, clone);
  }
  await typed('npm install --no-audit --no-fund', service);
  const [instrumentation, evaluator] = ['instrumentation', 'evaluator'].map((name) =>
    join(folder, `understudy-${name}-0.1.0.tgz`),
  );
  const node = { PATH: `${clone}/node_modules/.bin:${process.env['PATH'] ?? ''}` };
  const installed = await typed(
    `npm install --no-audit --no-fund ${instrumentation} ${evaluator} @opentelemetry/sdk-node`,
    service,
    node,
  );
  const initialised = await typed('npx understudy init --candidate gpt-5-mini --rate 1', service, node);
  const model = await startModel();
  const started = performance.now();
  const dev = left('npx understudy dev --otlp-port 0 --json', service, node);
  await until(() => dev.log().includes('"type":"ready"'), dev.log);
  const devSeconds = (performance.now() - started) / 1000;
  const running = left('node --import ./instrumentation.mjs server.js', service, {
    ...node,
    OPENAI_API_KEY: 'local',
    OPENAI_BASE_URL: model.url,
  });
  try {
    await until(() => /listening on \d+/.test(running.log()), running.log);
    const port = /listening on (\d+)/.exec(running.log())?.[1] ?? '';
    const startedSeconds = (performance.now() - started) / 1000 - devSeconds;
    const asked = performance.now();
    // Calls before the queue has acknowledged the run are not compared.
    await until(async () => {
      await fetch(`http://127.0.0.1:${port}/When%3F`).then((response) => response.text());
      return dev.log().includes('"type":"pair"');
    }, dev.log);
    return [
      {
        ...installed,
        command: 'npm install @understudy/instrumentation @understudy/evaluator @opentelemetry/sdk-node',
      },
      initialised,
      { command: 'npx understudy dev', seconds: devSeconds },
      { command: 'node --import ./instrumentation.mjs server.js', seconds: startedSeconds },
      { command: 'curl localhost:PORT/..., until the pair is shown', seconds: (performance.now() - asked) / 1000 },
    ];
  } finally {
    for (const { end } of [running, dev]) end();
    await model.close();
  }
}

async function until(condition: () => boolean | Promise<boolean>, log: () => string): Promise<void> {
  const started = performance.now();
  while (!(await condition())) {
    if (performance.now() - started > LONGEST_MS) throw new Error(`waited in vain:\n${log()}`);
    await sleep(100);
  }
}

function rendered(rows: readonly (readonly [part: string, Typed])[], load: number): string {
  const part = (name: string): string => {
    const own = rows.filter(([of]) => of === name).map(([, one]) => one);
    const total = own.reduce((sum, { seconds }) => sum + seconds, 0);
    return [
      ...own.map(
        ({ command, said, seconds }) =>
          `| ${name} | \`${command}\`${said === undefined ? '' : `: ${said}`} | ${seconds.toFixed(1)} |`,
      ),
      `| ${name} | **${own.length} commands** | **${total.toFixed(0)}** |`,
    ].join('\n');
  };
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), load ${load.toFixed(1)} when it began`;
  const day = new Date().toISOString().slice(0, 10);
  return [
    `Measured on ${day}, ${machine}, Node ${process.versions.node}:`,
    '',
    '| | command | seconds |',
    '|---|---|---:|',
    part('demo'),
    part('own service'),
  ].join('\n');
}

function write(report: string): void {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [from, to] = MARKS.map((mark) => text.indexOf(mark));
  if (from === undefined || to === undefined || from < 0 || to < from)
    throw new Error(`${DOCUMENT} has no place for it`);
  writeFileSync(DOCUMENT, `${text.slice(0, from + MARKS[0].length)}\n${report}\n${text.slice(to)}`);
}

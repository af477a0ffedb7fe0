import { resolve } from 'node:path';
import { describeReference, type Experiment, parseStoreUrl } from '@understudy/instrumentation/experiment';
import { type EvaluatorConfig, loadConfig, nodeOptionsOf, secretsOf } from '../config.js';
import { standingsOf } from '../decide/standing.js';
import { askModel, type Asked, isKnownDialect } from '../doctor/ask-model.js';
import { checkExperiments, checkRuns } from '../doctor/checks/experiments.js';
import { checkLoading } from '../doctor/checks/loading.js';
import { checkAnswer } from '../doctor/checks/models.js';
import { checkPackages } from '../doctor/checks/packages.js';
import { checkSeen } from '../doctor/checks/seen.js';
import { checkLedger, checkRedis } from '../doctor/checks/stores.js';
import { checkExporter, reach } from '../doctor/checks/telemetry.js';
import { fail, type Finding, ok, skipped, warn } from '../doctor/finding.js';
import { ConfigurationError, messageOf } from '../errors.js';
import { pricesOf } from '../evaluator/judging/pay.js';
import { originOf } from '../evaluator/noting.js';
import { openLedgerFor, openQueueFor } from '../evaluator/stores.js';
import { readLedgerFacts } from '../ledger/ledger-facts.js';
import { readRedisFacts } from '../queue/redis-facts.js';
import { EXIT } from './exit-codes.js';
import { renderFinding } from './render-finding.js';
import { jsonText, type Output } from './terminal.js';

export interface DoctorOptions {
  readonly config?: string | undefined;
  readonly dir?: string | undefined;
  readonly calls?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** `understudy doctor`: looks at everything a comparison needs, and says of what is wrong why and what to do. */
export async function doctorCommand(options: DoctorOptions, output: Output): Promise<number> {
  const findings: Finding[] = [];
  const note = (some: readonly Finding[]): void => {
    findings.push(...some);
    if (options.json !== true) for (const one of some) output.out(renderFinding(one, output.style));
  };
  const folder = resolve(options.dir ?? '.');
  note(checkPackages(folder, process.version));
  note(checkLoading(folder, { nodeOptions: nodeOptionsOf() }));
  const config = configured(options, note);
  if (config !== null) {
    note(checkExperiments(config.experiments, Date.now()));
    note(await queueFindings(config));
    note(await ledgerFindings(config));
    for (const experiment of config.experiments) note(await modelFindings(experiment, options.calls !== false));
    for (const signal of ['traces', 'metrics'] as const) {
      const url = config.telemetry[`${signal}Url`];
      note([checkExporter(signal, url, url === null ? null : await reach(url))]);
    }
  }
  const failed = findings.filter(({ status }) => status === 'fail').length;
  const warned = findings.filter(({ status }) => status === 'warn').length;
  if (options.json === true) output.out(jsonText({ v: 1, failed, warned, findings }));
  else output.out(`\n${failed} failed, ${warned} to be looked at, ${findings.length} checks`);
  return failed > 0 ? EXIT.hold : EXIT.ok;
}

function configured({ config }: DoctorOptions, note: (some: readonly Finding[]) => void): EvaluatorConfig | null {
  try {
    const loaded = loadConfig({ path: config });
    note([ok('configuration', loaded.source)]);
    return loaded;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    note([fail('configuration', error.source, error.issues.join('; '))]);
    return null;
  }
}

/** What stores say in further lines is the fix, which is stated beside it. */
function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0] ?? '';
}

async function queueFindings({ queueUrl }: EvaluatorConfig): Promise<readonly Finding[]> {
  const { kind } = parseStoreUrl(queueUrl);
  try {
    if (kind === 'redis') return [ok('queue', 'redis'), ...checkRedis(await readRedisFacts(queueUrl))];
    if (kind === 'postgres') return [ok('queue', `PostgreSQL ${(await readLedgerFacts(queueUrl)).server}`)];
    const store = await openQueueFor(queueUrl);
    await store.close();
    return [ok('queue', kind)];
  } catch (error) {
    return [fail('queue', firstLine(error), 'start it, or set queue.url or UNDERSTUDY_QUEUE_URL')];
  }
}

async function ledgerFindings({ ledgerUrl, experiments }: EvaluatorConfig): Promise<readonly Finding[]> {
  const address = parseStoreUrl(ledgerUrl);
  try {
    const facts = address.kind === 'postgres' ? checkLedger(await readLedgerFacts(ledgerUrl)) : [];
    // To open it is to bring it up to date, which is not for a doctor to do.
    if (facts.some(({ check, status }) => check === 'ledger' && status !== 'ok')) return facts;
    const opened = await openLedgerFor(ledgerUrl);
    try {
      const snapshot = await opened.ledger.snapshot({ now: Date.now() });
      return [
        ...(facts.length === 0 ? [ok('ledger', address.kind)] : facts),
        ...checkRuns(experiments, standingsOf(snapshot)),
        ...checkSeen(snapshot, experiments, Date.now()),
      ];
    } finally {
      await opened.close();
    }
  } catch (error) {
    return [fail('ledger', firstLine(error), 'start it, or set ledger.url or UNDERSTUDY_LEDGER_URL')];
  }
}

/** The models that shadows and the judge ask, and what they cost. */
async function modelFindings(experiment: Experiment, calls: boolean): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const endpoint of endpointsOf(experiment)) findings.push(await tried(endpoint, calls));
  return [...findings, ...priceFindings(experiment)];
}

/** A model to be asked, and what is known of it. */
interface Endpoint {
  readonly what: string;
  readonly asked: Omit<Asked, 'apiKey'> | null;
  readonly model: string;
  readonly key: { readonly named: string; readonly text: string | undefined } | null;
  /** Whose environment has the key: it need not be there for the other. */
  readonly askedBy: 'service' | 'evaluator';
}

function endpointsOf({ name, candidates, judge }: Experiment): readonly Endpoint[] {
  const secrets = secretsOf();
  const keyOf = (reference: Parameters<typeof secrets>[0] | null | undefined): Endpoint['key'] =>
    reference === null || reference === undefined
      ? null
      : { named: describeReference(reference), text: secrets(reference) };
  const ofCandidates = Object.entries(candidates).map(([arm, one]): Endpoint => {
    const { model = '', baseUrl, dialect = 'openai-chat', keyHeader, headers, query } = one;
    const asked = baseUrl === undefined || model === '' ? null : { baseUrl, dialect, model, keyHeader, headers, query };
    return { what: `candidate ${arm} of ${name}`, asked, model, key: keyOf(one.apiKey), askedBy: 'service' };
  });
  const ofJudge = (judge?.models ?? []).map(({ model, dialect, baseUrl, apiKey }): Endpoint => {
    const protocol = dialect === 'anthropic' ? 'anthropic-messages' : 'openai-chat';
    const asked = { baseUrl, dialect: protocol, model };
    return { what: `judge of ${name}`, asked, model, key: keyOf(apiKey), askedBy: 'evaluator' };
  });
  return [...ofCandidates, ...ofJudge];
}

async function tried({ what, asked, model, key, askedBy }: Endpoint, calls: boolean): Promise<Finding> {
  if (key !== null && key.text === undefined) {
    // As in a pod of the evaluator, which should not have it.
    if (askedBy === 'service' && !calls)
      return skipped(
        what,
        `not asked (--no-calls); its key is not in ${key.named} here: it is for the service to have`,
      );
    return fail(
      what,
      `its key is not in ${key.named}`,
      'set it where the service (of a judge: the evaluator) runs, and here',
    );
  }
  if (asked === null)
    return skipped(
      what,
      `${model === '' ? "the incumbent's model" : model}, asked where the service asks: only the service has that address and key`,
    );
  if (!calls) return skipped(what, `${model}: not asked (--no-calls)`);
  if (!isKnownDialect(asked.dialect)) return skipped(what, `${model}: ${asked.dialect} cannot be tried from here`);
  return checkAnswer(what, model, await askModel({ ...asked, apiKey: key?.text ?? null }), key?.named ?? null);
}

/** A budget, and a gate on cost, need prices. */
function priceFindings({ name, candidates, judge, budget, policy }: Experiment): readonly Finding[] {
  const prices = pricesOf(budget?.prices ?? {});
  const models = [
    ...Object.values(candidates).map(({ model, baseUrl }) => ({ model, baseUrl })),
    ...(judge?.models ?? []).map(({ model, baseUrl }) => ({ model, baseUrl })),
  ].filter((one): one is { model: string; baseUrl: string | undefined } => one.model !== undefined);
  const unknown = models.filter(({ model, baseUrl }) => prices.of(model, originOf(baseUrl)) === null);
  const check = `prices of ${name}`;
  if (unknown.length === 0)
    return models.length === 0 ? [] : [ok(check, `known of ${models.map(({ model }) => model).join(', ')}`)];
  const found = `unknown of ${[...new Set(unknown.map(({ model }) => model))].join(', ')}`;
  const fix =
    'declare them: budget: { usd: ..., prices: { MODEL: { input: ..., output: ... } } }, in US dollars a million tokens';
  return [budget !== null || policy.gates.cost !== undefined ? fail(check, found, fix) : warn(check, found, fix)];
}

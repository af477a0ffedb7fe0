import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Known } from '../../packages/evaluator/src/serve/answer.js';
import { type Server, startServer } from '../../packages/evaluator/src/serve/server.js';
import { arm, AT, errorsTally, report, run, runState } from '../evaluator/report.js';

const read = (path: string): unknown => parse(readFileSync(new URL(`../../deploy/${path}`, import.meta.url), 'utf8'));

interface Metric {
  readonly successCondition: string;
  readonly failureCondition: string;
  readonly provider: { readonly web: { readonly url: string; readonly jsonPath: string } };
}
const template = read('argo/analysis-template.yaml') as { spec: { metrics: readonly [Metric] } };
const canary = read('flagger/canary.yaml') as {
  spec: {
    analysis: {
      metrics: readonly [{ templateVariables: Readonly<Record<string, string>>; thresholdRange: object }];
      webhooks: readonly { type: string; url: string }[];
    };
  };
};
interface Tried {
  readonly promql_expr_test?: readonly { readonly expr: string; readonly exp_samples: readonly { value: number }[] }[];
}

const named = (name: string, state: object) => runState({ run: run({ name }), arms: { candidate: arm(state) } });
/** Each with its own experiment. */
const STATES = {
  go: named('go', {}),
  no_go: named('no_go', { streams: { _all: { errors: errorsTally(0, 200, 200) } } }),
  hold: named('hold', { streams: { _all: { errors: errorsTally(0, 3, 0) } } }),
};

it('the metric of Flagger is the query that is tried in rules.test.yaml: nothing where there is no verdict, by which the check fails', () => {
  const { query } = (read('flagger/metric-template.yaml') as { spec: { query: string } }).spec;
  const [{ templateVariables, thresholdRange }] = canary.spec.analysis.metrics;
  const asked = query
    .replaceAll(/\{\{ variables\.(\w+) \}\}/g, (_, name: string) => templateVariables[name] ?? '')
    .trim();
  const { tests } = read('prometheus/rules.test.yaml') as { tests: readonly Tried[] };
  const tried = tests.flatMap(({ promql_expr_test: some = [] }) => some.filter(({ expr }) => expr === asked));
  expect(tried.map(({ exp_samples: samples }) => samples.map(({ value }) => value))).toEqual([[0], [1], []]);
  expect(thresholdRange).toEqual({ max: 0 });
});

describe('what is shipped for rollouts, on real answers of /api/verdict', () => {
  let server: Server;
  let away = false;

  beforeAll(async () => {
    const { standings } = report(Object.values(STATES));
    const known = async (): Promise<Known> => ({
      standings: away ? null : standings,
      at: AT,
      declared: { unborn: ['candidate'] },
      acceptProvisional: false,
    });
    const metrics = () => ({ contentType: 'text/plain', body: '' });
    const onError = (error: unknown): never => {
      throw error;
    };
    server = await startServer({ listen: { host: '127.0.0.1', port: 0 }, known, metrics, onError });
  });
  afterAll(() => server.close());

  /** An address of the cluster as one of this machine, for an experiment. */
  function here(url: string, experiment: string): string {
    const { pathname, searchParams } = new URL(
      url.replace('{{ args.experiment }}', experiment).replace('{{ args.candidate }}', 'candidate'),
    );
    searchParams.set('experiment', experiment);
    return `${server.url}${pathname}?${searchParams.toString()}`;
  }

  /** As Argo Rollouts does: a status that is none of success is an error, else the first condition that holds, else neither. */
  async function measured(experiment: string): Promise<string> {
    const [{ provider, successCondition, failureCondition }] = template.spec.metrics;
    const response = await fetch(here(provider.web.url, experiment));
    if (!response.ok) return 'Error';
    const field = /^\{\$\.(\w+)\}$/.exec(provider.web.jsonPath)?.[1] ?? '';
    const result = ((await response.json()) as Record<string, unknown>)[field];
    const holds = (condition: string): boolean => {
      const [, value] = /^result == "(\w+)"$/.exec(condition) ?? [];
      if (value === undefined || typeof result !== 'string') throw new Error(`cannot be evaluated: ${condition}`);
      return result === value;
    };
    return holds(failureCondition) ? 'Failed' : holds(successCondition) ? 'Successful' : 'Inconclusive';
  }

  async function posted(type: string, experiment: string): Promise<number> {
    const { url = '' } = canary.spec.analysis.webhooks.find((webhook) => webhook.type === type) ?? {};
    const body = JSON.stringify({ name: 'support', namespace: 'shop', phase: 'Progressing' });
    return (await fetch(here(url, experiment), { method: 'POST', body })).status;
  }

  it.each([
    ['go', 'Successful', 200, 409],
    ['no_go', 'Failed', 409, 200],
    ['hold', 'Inconclusive', 409, 409],
    ['unborn', 'Inconclusive', 409, 409],
    ['nobody', 'Error', 404, 404],
  ])('%s: Argo %s; Flagger promotes by %i and rolls back by %i', async (experiment, argo, promotion, rollback) => {
    expect(await measured(experiment)).toBe(argo);
    expect(await posted('confirm-promotion', experiment)).toBe(promotion);
    expect(await posted('rollback', experiment)).toBe(rollback);
  });

  it('promotes nothing and rolls nothing back where the ledger is away', async () => {
    away = true;
    expect(await measured('go')).toBe('Inconclusive');
    expect([await posted('confirm-promotion', 'go'), await posted('rollback', 'go')]).toEqual([409, 409]);
    away = false;
  });
});

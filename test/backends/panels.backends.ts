import { beforeAll, describe, expect, it } from 'vitest';
import { backends } from './fixture.js';
import {
  type Asked,
  choices,
  dashboards,
  type Chosen,
  filledIn,
  numbersOf,
  type PanelQuery,
  panelQueries,
} from './panels.js';
import { emitRare, RARE } from './rare.js';
import { type PrometheusServer, startPrometheus } from './servers/prometheus.js';
import { EXPERIMENT } from './world/traffic.js';

/** Panels of what the world of the suite is spared, or nobody does in it. They are asked of one where it happens: rare.ts. */
const RARELY: Readonly<Record<string, string>> = {
  'Pairs still needed, at most A': 'its good candidate lacks more than pairs, so that no number can be given',
  'Time still needed, at most A': 'the same',
  'Pairs: known, and still needed B': 'the same',
  'Processes that pause now A': 'each call has a planned end, so nothing may pause',
  'Pauses A': 'the same',
  'Pauses begun, by reason A': 'the same',
  'Failures of Understudy itself A': 'nothing of ours fails',
  "Shadow spans inside the primary's trace A": 'every span is sampled',
  'Set up wrong, last 30 minutes A': 'nothing is',
  'Judge: agrees with itself, and with people B': 'nobody labels',
  'Judge: false wins, and bias A': 'the judge is a good one',
  'Judge: false wins, and bias B': 'and likes no place',
  'Judge: asked in vain, by reason A': 'it always answers',
};

const RATE_INTERVAL = '10s';
const gates: string[] = [];
let rare: PrometheusServer;
let rareFrom: number;

const named = ({ panel, refId }: PanelQuery): string => `${panel} ${refId}`;

beforeAll(async () => {
  const { prometheus } = backends();
  const known = await prometheus.query('group by (metric) (understudy_estimate)');
  gates.push(...known.map(({ labels }) => labels['metric'] ?? ''));
  rareFrom = Date.now() / 1000;
  rare = await startPrometheus();
  await emitRare(rare.url);
  return () => rare.stop();
});

/** What a query shows of a time, of all gates where it is one panel for each. */
async function shown({ expr }: PanelQuery, experiment: string, asked: Asked): Promise<readonly number[]> {
  const range = `${Math.ceil(asked.to - asked.from)}s`;
  const each = expr.includes('$gate') ? gates : [''];
  const numbers = await Promise.all(
    each.map(async (gate) => {
      const chosen: Chosen = { experiment, gate, rateInterval: RATE_INTERVAL, range };
      // A mark looks two minutes back, which is longer than the world may be old.
      const own = await numbersOf(filledIn(expr, chosen).replace('offset 2m', 'offset 5s'), asked);
      expect(own.length, `it is empty ${gate}`).toBeGreaterThan(0);
      return own;
    }),
  );
  return numbers.flat().filter((value) => !Number.isNaN(value));
}

function expectSomething(numbers: readonly number[]): void {
  expect(
    numbers.some((value) => value !== 0),
    'it is zero all the time',
  ).toBe(true);
}

describe('the dashboards that are shipped', () => {
  it.each(panelQueries.map((query) => ({ name: `${query.dashboard}, ${named(query)}`, query })))(
    '$name shows something of what there was',
    async ({ query }) => {
      const { facts } = backends();
      const to = Date.now() / 1000;
      const asked =
        named(query) in RARELY
          ? { of: RARE, at: { url: rare.url, headers: {}, from: rareFrom, to } }
          : { of: EXPERIMENT, at: { url: facts.prometheusUrl, headers: {}, from: facts.startedAt / 1000, to } };
      expectSomething(await shown(query, asked.of, asked.at));
    },
  );

  it.each(choices)('have values for $name, of $selector', async ({ selector, label }) => {
    const { prometheus } = backends();
    const series = await prometheus.series(selector.replaceAll('$experiment', EXPERIMENT));
    expect(series.filter((one) => one[label] !== undefined).length).toBeGreaterThan(0);
  });

  it('name no panel as rare that there is not', () => {
    const names = new Set(panelQueries.map(named));
    expect(Object.keys(RARELY).filter((name) => !names.has(name))).toEqual([]);
  });
});

interface Rule {
  readonly name: string;
  readonly type: 'recording' | 'alerting';
  readonly health: string;
  readonly lastError?: string;
}

it.skipIf(process.env['PROMETHEUS_URL'] !== undefined)(
  'every rule is evaluated without a fault, and every recording records',
  async () => {
    const { facts, prometheus } = backends();
    const answer = await fetch(`${facts.prometheusUrl}/api/v1/rules`);
    const { data } = (await answer.json()) as { data: { groups: { rules: Rule[] }[] } };
    const rules = data.groups.flatMap((group) => group.rules);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(rules.filter(({ type }) => type === 'alerting').length).toBeGreaterThan(15);
    for (const { name, type } of rules) {
      if (type === 'recording')
        expect((await prometheus.query(`last_over_time(${name}[1h])`)).length, name).toBeGreaterThan(0);
    }
  },
);

/** A Grafana that is given: GRAFANA_URL, with GRAFANA_TOKEN or GRAFANA_USER and GRAFANA_PASSWORD; its Prometheus has to be PROMETHEUS_URL. */
const { GRAFANA_URL, GRAFANA_TOKEN, GRAFANA_USER = 'admin', GRAFANA_PASSWORD = 'admin' } = process.env;
const headers = {
  authorization:
    GRAFANA_TOKEN === undefined
      ? `Basic ${Buffer.from(`${GRAFANA_USER}:${GRAFANA_PASSWORD}`).toString('base64')}`
      : `Bearer ${GRAFANA_TOKEN}`,
};

describe.runIf(GRAFANA_URL !== undefined)('Grafana', () => {
  const api = async (path: string, body?: unknown): Promise<Response> =>
    fetch(`${GRAFANA_URL}/api/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  it('takes each dashboard, and has all of its panels', async () => {
    for (const dashboard of dashboards) {
      const taken = await api('dashboards/db', { dashboard, overwrite: true });
      expect(taken.status, await taken.text()).toBe(200);
      const got = (await (await api(`dashboards/uid/${dashboard.uid}`)).json()) as { dashboard: typeof dashboard };
      expect(got.dashboard.panels.map(({ title }) => title)).toEqual(dashboard.panels.map(({ title }) => title));
    }
  });

  it('asks every query through its data source', async () => {
    const { facts } = backends();
    const sources = (await (await api('datasources')).json()) as { type: string; uid: string }[];
    const uid = sources.find(({ type }) => type === 'prometheus')?.uid;
    const asked = {
      url: `${GRAFANA_URL}/api/datasources/proxy/uid/${uid}`,
      headers,
      from: facts.startedAt / 1000,
      to: Date.now() / 1000,
    };
    for (const query of panelQueries)
      if (!(named(query) in RARELY)) expectSomething(await shown(query, EXPERIMENT, asked));
  });
});

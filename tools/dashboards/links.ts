import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';

/** Where this project's docs are read: of dashboards and alerts alike. A placeholder, to be replaced by who installs them. */
export const DOCS = 'https://understudy.example/docs';

/** The three dashboards, in the order in which they are looked at. */
export const DASHBOARDS = {
  verdict: { uid: 'understudy-verdict', title: 'Understudy: verdict' },
  calls: { uid: 'understudy-calls', title: 'Understudy: calls' },
  shadowing: { uid: 'understudy-shadowing', title: 'Understudy: shadowing itself' },
} as const;

export type DashboardName = keyof typeof DASHBOARDS;

/** What the bar at the top of a dashboard leads to: the other two with the same time and experiment, and the runbook. */
export function topLinks(of: DashboardName): DashboardLinkBuilder[] {
  const others = (Object.keys(DASHBOARDS) as DashboardName[]).filter((name) => name !== of);
  return [
    ...others.map((name) =>
      new DashboardLinkBuilder(DASHBOARDS[name].title)
        .type(DashboardLinkType.Link)
        .icon('dashboard')
        .url(`/d/${DASHBOARDS[name].uid}?\${experiment:queryparam}&\${datasource:queryparam}`)
        .keepTime(true),
    ),
    new DashboardLinkBuilder('Runbook')
      .type(DashboardLinkType.Link)
      .icon('doc')
      .url(`${DOCS}/runbook.md`)
      .targetBlank(true),
  ];
}

/** The panel's own link, into the runbook. */
export function runbookLink(anchor: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder('What to do').url(`${DOCS}/runbook.md#${anchor}`).targetBlank(true);
}

/** A question about pairs, to both systems that keep traces. Conditions on attributes of one span. */
export interface PairsQuestion {
  readonly title: string;
  readonly span: 'evaluate' | 'judge';
  /** Attributes without their `understudy.`; strings, numbers and booleans are compared for equality. */
  readonly where: Readonly<Record<string, string | boolean>>;
}

/** The arm of the series that was clicked; else those that the dashboard is about. */
export type ArmFrom = 'series' | 'variable';

/** Links from a panel to the pairs behind it: a search in Tempo, and the same in Jaeger. */
export function pairLinks({ title, span, where }: PairsQuestion, arm: ArmFrom): DashboardLinkBuilder[] {
  const attributes = Object.entries(where).map(([name, value]) => [`understudy.${name}`, value] as const);
  const armTraceQl = arm === 'series' ? `= "\${__field.labels.arm}"` : `=~ "\${arm:regex}"`;
  const traceQl = [
    `name = "${span}"`,
    `span.understudy.experiment = "\${experiment}"`,
    `span.understudy.arm ${armTraceQl}`,
    ...attributes.map(([name, value]) => `span.${name} = ${JSON.stringify(value)}`),
  ].join(' && ');
  const tags = [
    ['understudy.experiment', `\${experiment}`] as const,
    ...(arm === 'series' ? [['understudy.arm', `\${__field.labels.arm}`] as const] : []),
    ...attributes,
  ].map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [
    dataLink(`${title} (Tempo)`, explore('tempo', { queryType: 'traceql', query: `{ ${traceQl} }`, limit: 50 })),
    dataLink(
      `${title} (Jaeger)`,
      explore('jaeger', {
        queryType: 'search',
        service: `\${evaluator}`,
        operation: span,
        tags: tags.join(' '),
        limit: 50,
      }),
    ),
  ];
}

/** To another of the three dashboards, with the arm that was clicked. */
export function dashboardLink(title: string, to: DashboardName, arm: ArmFrom): DashboardLinkBuilder {
  const chosen = arm === 'series' ? `var-arm=\${__field.labels.arm}` : `\${arm:queryparam}`;
  return dataLink(
    title,
    `/d/${DASHBOARDS[to].uid}?\${experiment:queryparam}&\${datasource:queryparam}&${chosen}&from=\${__from}&to=\${__to}`,
  );
}

function dataLink(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).url(url).targetBlank(true);
}

/** Explore's address with one query; Grafana fills in `${...}`, which stay as they are. */
function explore(type: 'tempo' | 'jaeger', query: Readonly<Record<string, unknown>>): string {
  const datasource = `\${${type}}`;
  const panes = {
    pairs: {
      datasource,
      queries: [{ refId: 'A', datasource: { type, uid: datasource }, ...query }],
      range: { from: `\${__from}`, to: `\${__to}` },
    },
  };
  const encoded = encodeURIComponent(JSON.stringify(panes)).replaceAll(/%24%7B.+?%7D/g, decodeURIComponent);
  return `/explore?schemaVersion=1&orgId=1&panes=${encoded}`;
}

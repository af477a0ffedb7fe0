import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DashboardCursorSync,
  type Panel,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { verdictChanges } from './annotations.ts';
import { type DashboardName, DASHBOARDS, topLinks } from './links.ts';
import { type Choices, variables } from './variables.ts';

export interface Contents {
  readonly name: DashboardName;
  /** What it is about, and how to begin. */
  readonly description: string;
  /** How far back it looks unless told otherwise, such as `now-6h`. */
  readonly from: string;
  readonly choices: Choices;
  /** The first without a title is what is seen without scrolling. */
  readonly rows: readonly { readonly title: string | null; readonly panels: readonly Builder<Panel>[] }[];
}

/**
 * A dashboard as JSON. In the first schema: any Grafana reads it out of a file, which of the second only the newest do. Panels have numbers from 1,
 * which links to a panel name.
 */
export function dashboardJson({ name, description, from, choices, rows }: Contents): string {
  const { uid, title } = DASHBOARDS[name];
  // oxlint-disable-next-line typescript/no-deprecated -- see above
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['understudy'])
    .timezone('browser')
    .time({ from, to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .links(topLinks(name))
    .annotation(verdictChanges())
    .variables([...variables(choices)]);
  for (const row of rows) {
    if (row.title !== null) builder.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panel);
  }
  const dashboard = builder.build();
  for (const [index, panel] of (dashboard.panels ?? []).entries()) panel.id = index + 1;
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

import { CALLS } from './calls.ts';
import { dashboardJson } from './dashboard.ts';
import { DASHBOARDS } from './links.ts';
import { SHADOWING } from './shadowing.ts';
import { VERDICT } from './verdict.ts';

/** The dashboards as files, in the order in which they are looked at. */
export function built(): readonly { readonly file: string; readonly text: string }[] {
  return [VERDICT, CALLS, SHADOWING].map((contents) => ({
    file: `${DASHBOARDS[contents.name].uid}.json`,
    text: dashboardJson(contents),
  }));
}

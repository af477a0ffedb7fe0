import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { CHOSEN } from './promql.ts';
import { PROMETHEUS } from './variables.ts';

/** A mark wherever a verdict is not what it was, on each dashboard: latency that rose where a verdict fell is seen at once. */
export function verdictChanges(): AnnotationQueryBuilder {
  const states = `max by (arm, state) (understudy_verdict{${CHOSEN}, segment="_all"})`;
  const before = `max by (arm, state) (understudy_verdict{${CHOSEN}, segment="_all"} offset 2m)`;
  const expr = `${states} == 1 and ${before} == 0`;
  return new AnnotationQueryBuilder()
    .name('Verdict changed')
    .datasource(PROMETHEUS)
    .enable(true)
    .iconColor('purple')
    .expr(expr)
    .step('60s')
    .titleFormat('{{arm}}: {{state}}')
    .target(new DataqueryBuilder().refId('Anno').datasource(PROMETHEUS).expr(expr));
}

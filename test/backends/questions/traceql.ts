import { parser } from '@grafana/lezer-traceql';

/** Where a query of TraceQL is no query: the text at each place that the grammar cannot read. */
export function faultsIn(query: string): readonly string[] {
  const faults: string[] = [];
  parser.parse(query).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) faults.push(`at ${from}: ${JSON.stringify(query.slice(from, Math.max(to, from + 20)))}`);
    },
  });
  return faults;
}

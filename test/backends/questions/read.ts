import { readFileSync } from 'node:fs';
import type { JaegerSearch } from '../clients/jaeger.js';

/** A question of docs/queries.md, as it is written there. Jaeger's is null where the page says that it cannot be asked. */
export interface Question {
  readonly title: string;
  readonly jaeger: string | null;
  readonly traceql: string;
}

const PAGE = new URL('../../../docs/queries.md', import.meta.url);

/** @throws where a question has no TraceQL, or something twice. */
export function readQuestions(): readonly Question[] {
  const [, ...sections] = readFileSync(PAGE, 'utf8').split(/^### /m);
  return sections.map((section) => {
    const title = section.split('\n', 1)[0] ?? '';
    const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, kind, text = '']) => [kind, text.trim()]);
    const of = (kind: string): string | null => {
      const found = blocks.filter(([each]) => each === kind);
      if (found.length > 1) throw new Error(`${title}: ${found.length} blocks of ${kind}`);
      return found[0]?.[1] ?? null;
    };
    const traceql = of('traceql');
    if (traceql === null) throw new Error(`${title}: no TraceQL`);
    return { title, jaeger: of('jaeger'), traceql };
  });
}

export type Ids = Readonly<Record<'CALL' | 'PAIR' | 'TRACE', string>>;

/** Puts ids where the page has `$CALL`, `$PAIR` and `$TRACE`. */
export function withIds(text: string, ids: Ids): string {
  return text.replace(/\$(CALL|PAIR|TRACE)/g, (_, name: keyof Ids) => ids[name]);
}

/** The fields of Jaeger's search form. @throws on a field that it does not have. */
export function toSearch(text: string): JaegerSearch {
  const fields = new Map(
    text.split('\n').map((line) => {
      const [, name = '', value = ''] = /^([\w ]+): (.*)$/.exec(line) ?? [];
      return [name, value] as const;
    }),
  );
  const known = ['Service', 'Operation', 'Tags', 'Min Duration', 'Max Duration'];
  const unknown = [...fields.keys()].filter((name) => !known.includes(name));
  const service = fields.get('Service');
  if (unknown.length > 0 || service === undefined) throw new Error(`not Jaeger's form: ${text}`);
  const [operation, tags, minDuration, maxDuration] = known.slice(1).map((name) => fields.get(name));
  return {
    service,
    ...(operation !== undefined && { operation }),
    ...(tags !== undefined && { tags: tagsIn(tags) }),
    ...(minDuration !== undefined && { minDuration }),
    ...(maxDuration !== undefined && { maxDuration }),
  };
}

/** As the form takes them: `key=value key=value`. */
function tagsIn(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(text.split(' ').map((each) => each.split('=') as [string, string]));
}

import type { Report, SpanReport } from './report.js';

const SCOPES: Readonly<Record<string, string>> = { '@understudy/instrumentation': 'ours' };

/**
 * The spans as an indented forest, in the order of their starts: name, scope, role, and the names of what it is linked to. A shadow
 * that is recorded in its own trace stands at the left margin.
 */
export function forestOf({ spans }: Report): string[] {
  const ordered = spans.toSorted((a, b) => Number(BigInt(a.startedAt) - BigInt(b.startedAt)));
  const known = new Set(spans.map(({ spanId }) => spanId));
  const roots = ordered.filter(({ parentId }) => parentId === null || !known.has(parentId));
  return roots.flatMap((root) => branch(root, ordered, ''));
}

function branch(span: SpanReport, all: readonly SpanReport[], indent: string): string[] {
  const children = all.filter(({ parentId }) => parentId === span.spanId);
  return [indent + lineOf(span, all), ...children.flatMap((child) => branch(child, all, `${indent}  `))];
}

function lineOf({ name, scope, attributes, links }: SpanReport, all: readonly SpanReport[]): string {
  const role = attributes['understudy.role'];
  const linked = links.map((id) => all.find(({ spanId }) => spanId === id)?.name ?? 'nothing recorded');
  return [
    `${name} [${SCOPES[scope] ?? scope}]`,
    ...(typeof role === 'string' ? [role] : []),
    ...(linked.length === 0 ? [] : [`-> ${linked.join(', ')}`]),
  ].join(' ');
}

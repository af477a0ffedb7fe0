import { parseSync } from 'oxc-parser';

/** One `import`, `export ... from`, `import()`, `import('x')` type or `require()`. */
export interface Reference {
  readonly specifier: string;
  readonly line: number;
  /** Nothing of it is there when the program runs. */
  readonly typesOnly?: true;
}

/** A use of something that is not a function of its arguments: a clock, randomness, I/O. */
export interface Impurity {
  readonly name: string;
  readonly line: number;
}

/** What the rules need to know of one source file. `path` is relative to the root of the repository, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly references: readonly Reference[];
  /** Lines of `export * from`. `export * as name from` is a name like any other. */
  readonly stars: readonly number[];
  /** Lines that read `process.env`. */
  readonly environment: readonly number[];
  readonly impurities: readonly Impurity[];
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string; readonly start: number };

const IMPURE_GLOBALS = new Set([
  'process',
  'fetch',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'console',
]);
const IMPURE_MEMBERS = new Set(['Date.now', 'Math.random', 'crypto.randomUUID', 'crypto.getRandomValues']);

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const nameOf = (value: unknown): string | null =>
  isNode(value) && value.type === 'Identifier' && typeof value['name'] === 'string' ? value['name'] : null;

const textOf = (value: unknown): string | null =>
  isNode(value) && value.type === 'Literal' && typeof value['value'] === 'string' ? value['value'] : null;

/** The last name of `a.b`, `a['b']` or `b`. */
function memberName(node: Node): string | null {
  return node['computed'] === true ? textOf(node['property']) : nameOf(node['property']);
}

function isProcess(value: unknown): boolean {
  if (nameOf(value) === 'process') return true;
  return isNode(value) && value.type === 'MemberExpression' && memberName(value) === 'process';
}

function readsEnvironment(node: Node): boolean {
  if (node.type === 'MemberExpression') return isProcess(node['object']) && memberName(node) === 'env';
  if (node.type !== 'VariableDeclarator' || !isProcess(node['init'])) return false;
  const pattern = node['id'];
  if (!isNode(pattern) || !Array.isArray(pattern['properties'])) return false;
  return pattern['properties'].some((property: unknown) => isNode(property) && nameOf(property['key']) === 'env');
}

/** The literal argument of `require('x')`, or of a function whose name begins with it. */
function requiredBy(node: Node): string | null {
  if (node.type !== 'CallExpression' || nameOf(node['callee'])?.startsWith('require') !== true) return null;
  return Array.isArray(node['arguments']) ? textOf(node['arguments'][0]) : null;
}

function impurityOf(node: Node): string | null {
  if (node.type === 'MemberExpression') {
    const name = `${nameOf(node['object']) ?? ''}.${memberName(node) ?? ''}`;
    return IMPURE_MEMBERS.has(name) ? name : null;
  }
  if (node.type === 'NewExpression' && nameOf(node['callee']) === 'Date') {
    return Array.isArray(node['arguments']) && node['arguments'].length === 0 ? 'new Date()' : null;
  }
  const name = nameOf(node);
  return name !== null && IMPURE_GLOBALS.has(name) ? name : null;
}

/** Names that only look like a global: a property or a key. */
function isOnlyAName(key: string, parent: Node): boolean {
  return (key === 'property' || key === 'key') && parent['computed'] !== true;
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const [key, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child) && !(isOnlyAName(key, node) && child.type === 'Identifier')) walk(child, visit);
    }
  }
}

/** Reads one file. Throws where it cannot be parsed, since a rule that did not see a file would pass it. */
export function scan(path: string, text: string): SourceFile {
  const { program, module, errors } = parseSync(path, text);
  const first = errors.find((error) => error.severity === 'Error');
  if (first !== undefined) throw new Error(`${path}: ${first.message}`);

  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const lineOf = (offset: number): number => starts.findLastIndex((start) => start <= offset) + 1;

  const references: Reference[] = [];
  const stars: number[] = [];
  for (const item of module.staticImports) {
    const typesOnly = item.entries.length > 0 && item.entries.every(({ isType }) => isType);
    const reference = { specifier: item.moduleRequest.value, line: lineOf(item.start) };
    references.push(typesOnly ? { ...reference, typesOnly } : reference);
  }
  for (const { entries, start } of module.staticExports) {
    const source = entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest;
    if (source) references.push({ specifier: source.value, line: lineOf(start) });
    if (entries.some((entry) => entry.importName.kind === 'AllButDefault')) stars.push(lineOf(start));
  }

  const environment: number[] = [];
  const impurities: Impurity[] = [];
  const visit = (node: Node): void => {
    const line = lineOf(node.start);
    if (node.type === 'ImportExpression' || node.type === 'TSImportType') {
      const reference = { specifier: textOf(node['source']) ?? '(computed)', line };
      references.push(node.type === 'TSImportType' ? { ...reference, typesOnly: true } : reference);
    }
    const required = requiredBy(node);
    if (required !== null) references.push({ specifier: required, line });
    if (readsEnvironment(node)) environment.push(line);
    const impurity = impurityOf(node);
    if (impurity !== null) impurities.push({ name: impurity, line });
  };
  walk(program as unknown as Node, visit);

  return { path, lines: starts.length - (text.endsWith('\n') ? 1 : 0), references, stars, environment, impurities };
}

import { posix } from 'node:path';
import type { ConfinedPackage, PackageRules, Pattern } from './rules.ts';
import { CONFINED, FREE_SUBPATHS, LONGEST_FILE, PACKAGES, TABLES } from './rules.ts';
import type { Reference, SourceFile } from './scan.ts';

/** One broken rule. `line` is 1 where the whole file is meant. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
  readonly fix: string;
}

type Report = (line: number, rule: string, message: string, fix: string) => void;

const matches = (path: string, patterns: readonly Pattern[]): boolean =>
  patterns.some((pattern) => (pattern.endsWith('/') ? path.startsWith(pattern) : path === pattern));

/** Tests, and what tests beside the code share (`x.test.support.ts`): neither is published. */
const isTest = (path: string): boolean => /\.test\.(?:support\.)?ts$/.test(path);
const isRelative = (specifier: string): boolean => specifier.startsWith('.');

/** The file a relative specifier means, from the root of the repository. */
function target(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

/** `@scope/name/sub` -> `@scope/name`; `node:fs` stays. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

const stageOf = (rules: PackageRules, path: string): number => rules.stages.indexOf(path.split('/', 1)[0] ?? '');

/** The direction of the flow, for one import between two files of a package. Paths are below `src/`. */
function checkDirection(rules: PackageRules, from: string, to: string, line: number, report: Report): void {
  if (to === 'index.ts' || to.endsWith('/index.ts')) {
    report(
      line,
      'own-index',
      `imports ${to}`,
      'entry points are for other packages: import the file that has the name',
    );
    return;
  }
  if (matches(from, rules.composition)) {
    if (to.startsWith('cli/') && !from.startsWith('cli/')) {
      report(line, 'composition', `${from} imports ${to}`, 'cli/ is the last stage: it imports the others');
    }
    return;
  }
  if (matches(to, rules.foundation) || matches(to, rules.contract)) return;
  const isFoundation = matches(from, rules.foundation);
  if (isFoundation || matches(from, rules.contract)) {
    const kind = isFoundation ? 'foundation' : 'contract';
    report(
      line,
      kind,
      `${from} is imported by every stage and imports ${to}`,
      'pass it in, or move it to the stage that needs it',
    );
    return;
  }
  if (matches(to, rules.composition)) {
    report(line, 'composition', `a stage imports ${to}`, 'the file that composes passes it in');
    return;
  }
  const [here, there] = [stageOf(rules, from), stageOf(rules, to)];
  if (here === -1 || there === -1) {
    report(
      line,
      'unknown-stage',
      `${here === -1 ? from : to} is in no stage`,
      'add the folder to tools/imports/rules.ts, or move the file',
    );
  } else if (there > here) {
    const order = rules.stages.join(' -> ');
    report(
      line,
      'stage-order',
      `${rules.stages[here]} imports the later stage ${rules.stages[there]}`,
      `order: ${order}; turn the call around or pass it in`,
    );
  }
}

/** The row of the table that speaks of this package: its own name first, else its scope. */
function confinement(name: string): ConfinedPackage | undefined {
  const scope = `${name.split('/', 1)[0] ?? ''}/*`;
  return CONFINED.find((row) => row.package === name) ?? CONFINED.find((row) => row.package === scope);
}

function checkPackage(rules: PackageRules, from: string, reference: Reference, report: Report): void {
  const { specifier, line } = reference;
  if (FREE_SUBPATHS.includes(specifier)) return;
  const row = confinement(packageOf(specifier));
  if (row === undefined || packageOf(specifier) === rules.name) return;
  const places = row.in[rules.name] ?? [];
  if (matches(from, places)) return;
  const where = places.length === 0 ? 'nowhere in this package' : `only in ${places.join(', ')}`;
  report(line, 'confined-package', `${specifier} may be imported ${where}`, row.fix);
}

function checkPurity(rules: PackageRules, from: string, file: SourceFile, report: Report): void {
  const row = rules.pure.find((candidate) => from.startsWith(candidate.in));
  if (row === undefined) return;
  for (const { specifier, line } of file.references) {
    if (isRelative(specifier)) {
      const to = target(from, specifier);
      if (!row.local && !to.startsWith(row.in))
        report(line, 'pure', `${row.in} imports ${to}`, `${row.in} imports nothing: pass it in`);
    } else if (!row.packages.includes(specifier)) {
      report(
        line,
        'pure',
        `${row.in} imports ${specifier}`,
        'pass the result in; a package that is pure too is added to tools/imports/rules.ts',
      );
    }
  }
  for (const { name, line } of file.impurities) {
    report(line, 'pure', `${row.in} uses ${name}`, 'no clock, no randomness, no I/O: pass it in an options object');
  }
}

function checkInPackage(rules: PackageRules, file: SourceFile, report: Report): void {
  const from = file.path.slice(rules.src.length + 1);
  for (const reference of file.references) {
    const { specifier, line } = reference;
    if (specifier === '(computed)') continue;
    if (isRelative(specifier)) {
      const to = target(file.path, specifier);
      if (!to.startsWith(`${rules.src}/`)) {
        if (!isTest(from))
          report(line, 'outside', `${specifier} leaves the package`, 'import the other package by its name');
      } else if (!isTest(from)) {
        checkDirection(rules, from, to.slice(rules.src.length + 1), line, report);
      }
    } else if (packageOf(specifier) === rules.name) {
      report(line, 'own-index', `imports its own package as ${specifier}`, 'import the file that has the name');
    } else if (!isTest(from)) {
      checkPackage(rules, from, reference, report);
    }
  }
  if (isTest(from)) return;
  checkPurity(rules, from, file, report);
  if (!matches(from, rules.environment)) {
    for (const line of file.environment) {
      report(
        line,
        'environment',
        'reads process.env',
        `read it in ${rules.environment.join(' or ')} and pass the value on`,
      );
    }
  }
}

/** Packages that only a given number of files may load: everything past the first ones, in order of name. */
function checkFileLimits(files: readonly SourceFile[]): Violation[] {
  return CONFINED.flatMap((row) => {
    const { files: limit, package: name, fix } = row;
    if (limit === undefined) return [];
    const users = files
      .filter(({ path }) => !isTest(path) && PACKAGES.some((rules) => path.startsWith(`${rules.src}/`)))
      .flatMap((file) => {
        const first = file.references.find(
          ({ specifier, typesOnly }) => typesOnly !== true && packageOf(specifier) === name,
        );
        return first === undefined ? [] : [{ path: file.path, line: first.line }];
      });
    return users.slice(limit).map(({ path, line }) => {
      const others = users.slice(0, limit).map((user) => user.path);
      return {
        path,
        line,
        rule: 'confined-package',
        message: `${name} is already loaded by ${others.join(', ')}`,
        fix,
      };
    });
  });
}

/** Cycles between files, each reported once, at the import that closes it. */
function checkCycles(files: readonly SourceFile[]): Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const trail: string[] = [];
  const found: Violation[] = [];
  const follow = (file: SourceFile): void => {
    trail.push(file.path);
    for (const { specifier, line } of file.references) {
      if (!isRelative(specifier)) continue;
      const to = target(file.path, specifier);
      const start = trail.indexOf(to);
      if (start !== -1) {
        const cycle = [...trail.slice(start), to].join(' -> ');
        found.push({
          path: file.path,
          line,
          rule: 'cycle',
          message: cycle,
          fix: 'move what both need to a third file',
        });
      } else if (!done.has(to)) {
        const next = byPath.get(to);
        if (next !== undefined) follow(next);
      }
    }
    trail.pop();
    done.add(file.path);
  };
  for (const file of files) if (!done.has(file.path)) follow(file);
  return found;
}

/** Applies every rule to the files of the repository. The result is ordered by path and line. */
export function check(files: readonly SourceFile[]): Violation[] {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const found: Violation[] = [...checkFileLimits(sorted), ...checkCycles(sorted)];
  for (const file of sorted) {
    const report: Report = (line, rule, message, fix) => found.push({ path: file.path, line, rule, message, fix });
    if (file.lines > LONGEST_FILE && !TABLES.includes(file.path)) {
      const fix = 'one idea a file: split it, or list it under TABLES in tools/imports/rules.ts if it is a table';
      report(1, 'length', `${file.lines} lines, more than ${LONGEST_FILE}`, fix);
    }
    for (const line of file.stars) report(line, 'export-star', 'export * from another file', 'name what is exported');
    const rules = PACKAGES.find(({ src }) => file.path.startsWith(`${src}/`));
    if (rules !== undefined) checkInPackage(rules, file, report);
  }
  return found.toSorted((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}

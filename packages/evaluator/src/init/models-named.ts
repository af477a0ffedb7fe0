import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = /\.[cm]?[jt]sx?$/;
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', 'dist', 'build', 'coverage', 'out']);
const MOST_FILES = 2000;
const LARGEST = 512 * 1024;
const DEEPEST = 8;

/** `model: 'gpt-5'`, `modelName = "gpt-5"`, `openai('gpt-5')`, `.chat('gpt-5')`. */
const NAMED =
  /(?:\bmodel(?:Name|Id)?\b["']?\s*[:=]\s*|\b(?:openai|anthropic|google|mistral|ollama|languageModel|chat|responses)\(\s*)(["'`])([A-Za-z][\w.:/@-]{1,63})\1/gi;

/** The models that the sources of a service name, those named most often first. What is read is only looked at, never run. */
export function modelsNamedIn(folder: string): readonly string[] {
  const counts = new Map<string, number>();
  let files = 0;
  const visit = (path: string, depth: number): void => {
    for (const entry of readdirSync(path, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files >= MOST_FILES || entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue;
      const inside = join(path, entry.name);
      if (entry.isDirectory()) {
        if (depth < DEEPEST) visit(inside, depth + 1);
      } else if (entry.isFile() && SOURCE.test(entry.name) && statSync(inside).size <= LARGEST) {
        files += 1;
        for (const [, , model = ''] of readFileSync(inside, 'utf8').matchAll(NAMED))
          counts.set(model, (counts.get(model) ?? 0) + 1);
      }
    }
  };
  visit(folder, 0);
  return [...counts].toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1)).map(([model]) => model);
}

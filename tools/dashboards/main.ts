/** `npm run dashboards`: builds the dashboards into deploy/grafana/dashboards. With `--check` it only says whether they are as built. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { built } from './built.ts';

const folder = new URL('../../deploy/grafana/dashboards/', import.meta.url);
const check = process.argv.includes('--check');
mkdirSync(folder, { recursive: true });
const stale = built().filter(({ file, text }) => {
  const path = new URL(file, folder);
  if (!check) writeFileSync(path, text);
  return check && textAt(path) !== text;
});
for (const { file } of stale) console.error(`deploy/grafana/dashboards/${file} is not as built: npm run dashboards`);
process.exitCode = stale.length === 0 ? 0 : 1;

function textAt(path: URL): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

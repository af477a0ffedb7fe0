import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfigYaml } from '@understudy/instrumentation/experiment';
import { ConfigurationError } from '../errors.js';
import { type Choices, configurationText, instrumentationText } from './files.js';
import { type Home, homeOf } from './sdks.js';
import { INSTRUMENTATION, type Service } from './service.js';

/** What a person has said; the rest is found, or has a default. */
export interface Wishes {
  readonly candidate: string;
  readonly model?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly dialect?: string | undefined;
  readonly keyEnv?: string | undefined;
  readonly name?: string | undefined;
  readonly rate?: number | undefined;
  readonly queue?: string | undefined;
  readonly ledger?: string | undefined;
  readonly preset?: string | undefined;
}

/** A file to be written. */
export interface NewFile {
  readonly name: string;
  readonly text: string;
}

export const CONFIGURATION = 'understudy.yaml';

const RATE = 0.1;
const QUEUE = 'embedded:./.understudy';

/** The files a service needs. Throws {@link ConfigurationError} where what was wished is no configuration. Writes nothing. */
export function filesFor(service: Service, wishes: Wishes): readonly NewFile[] {
  const choices = choicesOf(service, wishes);
  const text = configurationText(choices);
  // What is written must be what would be read.
  parseConfigYaml(text, join(service.folder, CONFIGURATION));
  const configuration = { name: CONFIGURATION, text };
  if (service.telemetry !== null) return [configuration];
  return [configuration, { name: INSTRUMENTATION, text: instrumentationText(service.name) }];
}

/** Writes files, none of them over another unless `force`. Throws {@link ConfigurationError}; then none is written. */
export function writeFiles(folder: string, files: readonly NewFile[], force: boolean): void {
  const there = force ? [] : files.filter(({ name }) => existsSync(join(folder, name)));
  if (there.length > 0)
    throw new ConfigurationError(folder, [
      `${there.map(({ name }) => name).join(' and ')}: there already; --force writes over it`,
    ]);
  for (const { name, text } of files) {
    try {
      writeFileSync(join(folder, name), text);
    } catch (cause) {
      throw new ConfigurationError(join(folder, name), ['expected a file that can be written'], { cause });
    }
  }
}

function choicesOf({ models }: Service, wishes: Wishes): Choices {
  const { candidate, rate = RATE, queue = QUEUE, ledger, preset } = wishes;
  const incumbents = models.filter((model) => model !== candidate);
  const match = wishes.model ?? (incumbents.length === 1 ? (incumbents[0] ?? null) : null);
  return {
    experiment: wishes.name ?? nameFrom(candidate),
    match,
    model: candidate,
    home: homeFor(wishes, match ?? incumbents[0] ?? null),
    rate,
    queueUrl: queue,
    ledgerUrl: ledger ?? (queue.startsWith('redis') ? QUEUE : null),
    preset: preset ?? null,
  };
}

/** A model of another provider than the incumbent's is asked at home; what was said comes first. */
function homeFor({ candidate, baseUrl, dialect, keyEnv }: Wishes, incumbent: string | null): Partial<Home> | null {
  const said = {
    ...(baseUrl !== undefined && { baseUrl }),
    ...(dialect !== undefined && { dialect }),
    ...(keyEnv !== undefined && { keyEnv }),
  };
  const home = homeOf(candidate);
  const isElsewhere = home !== null && incumbent !== null && homeOf(incumbent)?.dialect !== home.dialect;
  if (baseUrl === undefined && isElsewhere) return { ...home, ...said };
  return Object.keys(said).length === 0 ? null : said;
}

/** Names of experiments have letters, digits, `_`, `.` and `-`. */
function nameFrom(model: string): string {
  const name = model.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^[^A-Za-z0-9]+|-+$/g, '');
  return name === '' ? 'candidate' : name.slice(0, 64);
}

import { dirname, isAbsolute, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { ConfigurationError } from '../errors.js';
import type { UnderstudyConfig } from './definition.js';
import { resolveConfig } from './resolve.js';

/**
 * Reads the text of `understudy.yaml`. Relative `embedded:` folders are taken from the file's own folder.
 * Throws {@link ConfigurationError}, with line and column for what is not YAML.
 *
 * @param path The file's path: named in errors, and the base of relative folders.
 */
export function parseConfigYaml(text: string, path: string): UnderstudyConfig {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    throw new ConfigurationError(
      path,
      document.errors.map((error) => error.message.trimEnd()),
    );
  }
  const config = resolveConfig(document.toJS({ maxAliasCount: 20 }), path);
  const anchor = (url: string): string => anchorEmbedded(url, dirname(resolve(path)));
  return { ...config, queue: { url: anchor(config.queue.url) }, ledger: { url: anchor(config.ledger.url) } };
}

/** Makes the folder of an `embedded:` URL absolute; other URLs stay as they are. */
export function anchorEmbedded(url: string, folder: string): string {
  const prefix = 'embedded:';
  if (!url.startsWith(prefix)) return url;
  const path = url.slice(prefix.length);
  return isAbsolute(path) ? url : `${prefix}${resolve(folder, path)}`;
}

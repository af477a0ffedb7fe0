import { isAbsolute } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { validateCompose } from './compose.ts';
import type { Failure, Validator } from './failure.ts';
import { validatorOf } from './json-schema.ts';
import { validateManifest } from './kubernetes.ts';
import { validateConfiguration, validateRubric } from './own.ts';
import * as telemetry from './telemetry.ts';

/** How a file is checked: document by document, or as a text that we read ourselves. */
type Check = { readonly document: Validator } | { readonly text: (yaml: string, path: string) => readonly Failure[] };

/** Which files are what, by their paths from the root of the repository. The first that matches. */
const CHECKS: readonly (readonly [RegExp, Check])[] = [
  [/(?:^|\/)understudy\.yaml$(?<!provisioning\/.*)/, { text: validateConfiguration }],
  [/^packages\/evaluator\/src\/rubrics\//, { text: validateRubric }],
  [/^deploy\/compose\.yaml$/, { document: validateCompose }],
  [/^deploy\/kubernetes(?:-scraped)?\/kustomization\.yaml$/, { document: validatorOf(telemetry.KUSTOMIZATION) }],
  [/^deploy\/(?:kubernetes|kubernetes-scraped|argo|flagger)\//, { document: validateManifest }],
  [/^deploy\/collector\/tempo\.yaml$/, { document: telemetry.validateCollector(true) }],
  [/^deploy\/collector\//, { document: telemetry.validateCollector(false) }],
  [/^deploy\/tempo\//, { document: validatorOf(telemetry.TEMPO) }],
  [/^deploy\/prometheus\/prometheus\.yaml$/, { document: validatorOf(telemetry.PROMETHEUS) }],
  [/^deploy\/prometheus\/.*\.test\.yaml$/, { document: validatorOf(telemetry.RULE_TESTS) }],
  [/^deploy\/prometheus\/.*\.rules\.yaml$/, { document: validatorOf(telemetry.RULES) }],
  [/^deploy\/alertmanager\//, { document: validatorOf(telemetry.ALERTMANAGER) }],
  [/^deploy\/grafana\/provisioning\/datasources\//, { document: validatorOf(telemetry.GRAFANA_DATASOURCES) }],
  [/^deploy\/grafana\/provisioning\/dashboards\//, { document: validatorOf(telemetry.GRAFANA_DASHBOARDS) }],
];

/** What is wrong with a YAML file of the repository. One that nobody has a schema for is wrong, too. */
export function checkFile(path: string, yaml: string): readonly Failure[] {
  if (isAbsolute(path)) throw new Error(`expected a path from the root of the repository, got ${path}`);
  const check = CHECKS.find(([files]) => files.test(path))?.[1];
  if (check === undefined)
    return [{ at: '/', message: 'no schema is known for it: add it to tools/schemas/check-file.ts' }];
  const documents = parseAllDocuments(yaml, { strict: true, uniqueKeys: true, merge: true });
  if (documents.length === 0) return [{ at: '/', message: 'is empty' }];
  const unreadable = documents.flatMap(({ errors }) => errors.map(({ message }) => ({ at: '/', message })));
  if (unreadable.length > 0) return unreadable;
  return 'text' in check ? check.text(yaml, path) : documents.flatMap((one) => check.document(one.toJS()));
}

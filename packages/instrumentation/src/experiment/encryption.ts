import { ConfigurationError } from '../errors.js';
import { encryptionKey, Seal } from '../trial/seal.js';
import type { Encryption, SecretReference } from './definition.js';
import { describeReference, secretText } from './secret-reference.js';

/**
 * Reads the keys that content is sealed with, or null where none are named. Throws {@link ConfigurationError} that names references, never
 * what was found there.
 */
export function sealOf(
  encryption: Encryption | null,
  environment: Readonly<Record<string, string | undefined>>,
): Seal | null {
  if (encryption === null) return null;
  const issues: string[] = [];
  const read = (reference: SecretReference, field: string): Uint8Array => {
    const text = secretText(reference, environment);
    const key = text === undefined ? null : encryptionKey(text);
    if (key !== null) return key;
    const got = text === undefined ? 'nothing there' : `${text.length} characters that are none`;
    issues.push(
      `${field}: expected a key of 32 bytes, in base64 or hex, in ${describeReference(reference)}, got ${got} (\`openssl rand -base64 32\` makes one)`,
    );
    return new Uint8Array();
  };
  const key = read(encryption.key, 'key');
  const previous = encryption.previous.map((reference, index) => read(reference, `previous.${index}`));
  if (issues.length > 0) throw new ConfigurationError('encryption', issues);
  return new Seal(key, previous);
}

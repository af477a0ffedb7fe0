import { Ajv2019, type ErrorObject } from 'ajv/dist/2019.js';
import type { Failure, Validator } from './failure.ts';

/** A JSON schema: draft 2019-09, or an older one where nothing of it has changed since. */
export type Schema = Readonly<Record<string, unknown>>;

const ajv = new Ajv2019({ allErrors: true, strict: false, verbose: true, logger: false });

/** A validator by a JSON schema. */
export function validatorOf(schema: Schema): Validator {
  const check = ajv.compile(schema);
  return (document) => (check(document) ? [] : (check.errors ?? []).map(failureOf));
}

function failureOf({ instancePath, message = 'is wrong', params }: ErrorObject): Failure {
  const { additionalProperty, allowedValues } = params as {
    additionalProperty?: string;
    allowedValues?: readonly unknown[];
  };
  const named = additionalProperty === undefined ? '' : `: ${additionalProperty}`;
  const allowed = allowedValues === undefined ? '' : `: ${allowedValues.join(', ')}`;
  return { at: instancePath === '' ? '/' : instancePath, message: `${message}${named}${allowed}` };
}

/** The schemas of this folder are written with these. Other names than those given are mistakes. */
export const shape = (
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
});
export const list = (items: Schema, least = 0): Schema => ({ type: 'array', items, minItems: least });
export const map = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
export const oneOf = (...values: readonly (string | number | boolean)[]): Schema => ({ enum: values });
export const pattern = (expression: RegExp): Schema => ({ type: 'string', pattern: expression.source });
export const either = (...schemas: readonly Schema[]): Schema => ({ anyOf: schemas });
export const text: Schema = { type: 'string', minLength: 1 };
export const whole: Schema = { type: 'integer', minimum: 0 };
export const number: Schema = { type: 'number' };
export const flag: Schema = { type: 'boolean' };
export const anything: Schema = {};

import { z } from 'zod';

/** An object that names its fields where it is given another. */
export function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `expected only ${Object.keys(shape).join(', ')}, got ${issue.keys.map((key) => key.slice(0, 40)).join(', ')}`
        : undefined,
  });
}

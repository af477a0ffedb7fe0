/**
 * Keeps the methods of strings fast, whatever class is derived of `String` before or after.
 *
 * V8 makes the prototype that a class is derived of slow, and fast again when a property is looked up through an object that inherits
 * from it. A string is no object: `String.prototype` stays slow, in the whole process, and a loop over `charCodeAt` takes three to
 * six times as long (measured with Node 24.21; ioredis 6 has such a class). Looking for the enumerable properties of an object that
 * inherits from it marks it as one that is to be fast: it is at once, and stays so.
 *
 * Never throws: where a host has put something above the prototype that does, its strings are left as they are.
 */
export function keepStringsFast(): void {
  try {
    for (const name in Object.create(Object.getPrototypeOf('') as object) as object) void name;
  } catch {
    // Slower strings harm nobody.
  }
}

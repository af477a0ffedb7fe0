/**
 * Makes what belongs to a key when it is first asked for, and gives the same again until another key is asked about: for what one call
 * after another goes through in one go. A map that holds its keys weakly would do for any order, at a price for each key that the garbage
 * collector pays.
 */
export function inARow<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  let last: { readonly key: Key; readonly value: Value } | null = null;
  return (key) => {
    if (last?.key !== key) last = { key, value: make(key) };
    return last.value;
  };
}

/** A value that remembers what is read of it. */
export interface Watched {
  readonly value: unknown;
  /** The places that nobody has read: a name that the reader does not know. */
  unread(): readonly string[];
}

/**
 * Wraps a value so that whoever reads it shows what he knows.
 *
 * The models of Kubernetes check what they know of an object and pass over the rest, as its API does: there a name that is mistyped is no mistake. A
 * compiled validator reads each property it has a rule for, so that what it never reads has none. Where all of an object's names are enumerated (a map
 * of labels), they are known.
 */
export function watch(root: unknown): Watched {
  const objects: { readonly path: string; readonly target: object; readonly read: Set<string>; all: boolean }[] = [];
  const wrap = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const seen = { path, target: value, read: new Set<string>(), all: Array.isArray(value) };
    objects.push(seen);
    const children = new Map<string, unknown>();
    return new Proxy(value, {
      get(target, name, receiver) {
        if (typeof name === 'symbol' || !Object.hasOwn(target, name))
          return Reflect.get(target, name, receiver) as unknown;
        seen.read.add(name);
        if (!children.has(name)) children.set(name, wrap(Reflect.get(target, name), `${path}/${name}`));
        return children.get(name);
      },
      ownKeys(target) {
        seen.all = true;
        return Reflect.ownKeys(target);
      },
    });
  };
  const value = wrap(root, '');
  return {
    value,
    unread: () =>
      objects
        .filter(({ all }) => !all)
        .flatMap(({ path, target, read }) =>
          Object.keys(target)
            .filter((name) => !read.has(name))
            .map((name) => `${path}/${name}`),
        ),
  };
}

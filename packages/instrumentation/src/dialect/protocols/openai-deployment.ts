/** Azure names the model in the path, as the deployment of it: `/openai/deployments/D/chat/completions`. */
const DEPLOYMENT = /(?<=\/deployments\/)[^/]+(?=\/)/;

/** The model that the path names, `null` where it names none. */
export function deploymentOf({ pathname }: URL): string | null {
  const [name] = DEPLOYMENT.exec(pathname) ?? [];
  if (name === undefined) return null;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The same request to another model: its own URL where the path names none. */
export function withDeployment(url: URL, model: string | undefined): URL {
  if (model === undefined || !DEPLOYMENT.test(url.pathname)) return url;
  const other = new URL(url);
  // By a function, since a text would have its `$` read as a pattern.
  other.pathname = url.pathname.replace(DEPLOYMENT, () => encodeURIComponent(model));
  return other;
}

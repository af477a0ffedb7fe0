/** A service whose client is made before the tap: `late-tap.ts SERVICE INSTRUMENTATION`. */
const [service = '', instrumentation = ''] = process.argv.slice(2);
await import(service);
await import(instrumentation);
export {};

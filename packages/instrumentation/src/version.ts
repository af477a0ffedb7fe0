/** The version of this package, as its telemetry names it. A test holds it against package.json. */
export const VERSION: string = '0.1.0';

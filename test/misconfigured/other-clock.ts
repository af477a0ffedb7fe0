/** Preloaded: a machine whose clock is `CLOCK_OFF_MS` milliseconds ahead. */
const offMs = Number(process.env['CLOCK_OFF_MS']);
const now = Date.now.bind(Date);
const origin = performance.timeOrigin;
Date.now = () => now() + offMs;
Object.defineProperty(performance, 'timeOrigin', { value: origin + offMs });
export {};

/** An e-value from its natural logarithm: 3.2, 41, 1.2e+9; it never overflows. */
export function eValue(logE: number): string {
  if (logE === -Infinity) return '0';
  if (Math.abs(logE) < Math.log(1e4)) return String(Number(Math.exp(logE).toPrecision(2)));
  const digits = logE / Math.LN10;
  const exponent = Math.floor(digits);
  return `${(10 ** (digits - exponent)).toFixed(1)}e${exponent < 0 ? '' : '+'}${exponent}`;
}

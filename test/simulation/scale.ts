/** Multiplies the runs of every simulation: UNDERSTUDY_SIMULATION_SCALE=10 for figures to be quoted. */
export const SCALE: number = Number(process.env['UNDERSTUDY_SIMULATION_SCALE'] ?? 1);

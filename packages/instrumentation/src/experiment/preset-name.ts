/** The names a `policy.preset` may have. */
export const PRESET_NAMES = ['safe', 'cost-down', 'quality-up', 'go-no-go'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

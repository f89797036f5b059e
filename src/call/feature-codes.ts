/**
 * What is dialled for a service instead of a number: codes of the directory, each with digits behind it perhaps.
 * Those that are there unless the directory says otherwise are what callers in North America know (*72 and others).
 */
import type { SettingKind } from './forwarding/line-settings.ts';

export const FEATURES = [
  'retrieve',
  'pickup',
  'group_pickup',
  'park',
  'forward_all',
  'forward_all_off',
  'forward_busy',
  'forward_busy_off',
  'forward_no_answer',
  'forward_no_answer_off',
  'forward_unreachable',
  'forward_unreachable_off',
  'dnd',
  'dnd_off',
] as const;

export type Feature = (typeof FEATURES)[number];

/** '': nobody can dial it. None begins with another. */
export type FeatureCodes = Readonly<Record<Feature, string>>;

export const FEATURE_CODES: FeatureCodes = {
  retrieve: '*11',
  pickup: '*8',
  group_pickup: '*98',
  park: '*68',
  forward_all: '*72',
  forward_all_off: '*73',
  forward_busy: '*90',
  forward_busy_off: '*91',
  forward_no_answer: '*92',
  forward_no_answer_off: '*93',
  forward_unreachable: '*94',
  forward_unreachable_off: '*95',
  dnd: '*78',
  dnd_off: '*79',
};

/** What a code sets for the line that dials it; those that set nothing are not in it. */
export const SETTINGS_BY_CODE: {
  readonly [F in Feature]?: { readonly kind: SettingKind; readonly isOn: boolean };
} = {
  forward_all: { kind: 'all', isOn: true },
  forward_all_off: { kind: 'all', isOn: false },
  forward_busy: { kind: 'busy', isOn: true },
  forward_busy_off: { kind: 'busy', isOn: false },
  forward_no_answer: { kind: 'no answer', isOn: true },
  forward_no_answer_off: { kind: 'no answer', isOn: false },
  forward_unreachable: { kind: 'unreachable', isOn: true },
  forward_unreachable_off: { kind: 'unreachable', isOn: false },
  dnd: { kind: 'dnd', isOn: true },
  dnd_off: { kind: 'dnd', isOn: false },
};

export type FeatureCall = { readonly feature: Feature; readonly digits: string };

/** Whether more digits could make one of the codes of it: who dials digit by digit is to go on. */
export function beginsFeatureCode(codes: FeatureCodes, dialled: string): boolean {
  if (!dialled.startsWith('*') && !dialled.startsWith('#')) return false;
  return FEATURES.some((feature) => {
    const code = codes[feature];
    return code.length > dialled.length && code.startsWith(dialled);
  });
}

/** The service that is dialled, and the digits behind its code; undefined: it is none. */
export function readFeatureCode(codes: FeatureCodes, dialled: string): FeatureCall | undefined {
  // Nobody's code begins otherwise.
  if (!dialled.startsWith('*') && !dialled.startsWith('#')) return undefined;
  for (const feature of FEATURES) {
    const code = codes[feature];
    if (code !== '' && dialled.startsWith(code))
      return { feature, digits: dialled.slice(code.length) };
  }
  return undefined;
}

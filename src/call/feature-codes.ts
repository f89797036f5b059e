/** What a phone without keys for it dials to have a service: codes of the directory, each with digits behind it perhaps. */

export const FEATURES = ['retrieve', 'pickup'] as const;

export type Feature = (typeof FEATURES)[number];

/** '': nobody can dial it. None begins with another. */
export type FeatureCodes = Readonly<Record<Feature, string>>;

export const FEATURE_CODES: FeatureCodes = { retrieve: '*11', pickup: '*8' };

/** The service that is dialled, and the digits behind its code; undefined: it is none. */
export function readFeatureCode(
  codes: FeatureCodes,
  dialled: string,
): { readonly feature: Feature; readonly digits: string } | undefined {
  for (const feature of FEATURES) {
    const code = codes[feature];
    if (code !== '' && dialled.startsWith(code))
      return { feature, digits: dialled.slice(code.length) };
  }
  return undefined;
}

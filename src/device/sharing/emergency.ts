/** Numbers that are called at once, whatever a line says: RFC 7463 §5.3. */
import type { Environment } from '../environment.ts';

/**
 * Besides those of the route plan: numbers that people dial in an emergency wherever they come from (ITU-T
 * E.161.1), and RFC 5031's service.
 */
const NUMBERS: ReadonlySet<string> = new Set(['112', '911', '999', '000', '110', '118', '119']);

export function isEmergency(environment: Environment, dialled: string): boolean {
  return (
    NUMBERS.has(dialled) ||
    dialled.startsWith('urn:service:sos') ||
    environment.isEmergency(dialled)
  );
}

/** Whether that is how such a number begins: who dials digit by digit has not said all of it yet. */
export function beginsEmergency(environment: Environment, dialled: string): boolean {
  for (const number of NUMBERS) if (number !== dialled && number.startsWith(dialled)) return true;
  return environment.beginsEmergency(dialled);
}

/** Numbers that are called at once, whatever a line says: RFC 7463 §5.3. */

/** Where nothing better is known: those of most countries (ITU-T E.161.1), and RFC 5031's service. */
const NUMBERS: ReadonlySet<string> = new Set(['112', '911', '999', '000', '110', '118', '119']);

export function isEmergency(dialled: string): boolean {
  return NUMBERS.has(dialled) || dialled.startsWith('urn:service:sos');
}

/** Request methods: RFC 3261 §7.1 and the IANA registry. Unknown methods are kept as sent. */

/** Every registered method. */
export const METHODS: ReadonlySet<string> = new Set([
  'ACK',
  'BYE',
  'CANCEL',
  'INFO',
  'INVITE',
  'MESSAGE',
  'NOTIFY',
  'OPTIONS',
  'PRACK',
  'PUBLISH',
  'REFER',
  'REGISTER',
  'SUBSCRIBE',
  'UPDATE',
]);

const byFirstOctet: string[][] = Array.from({ length: 256 }, () => []);
for (const method of METHODS) byFirstOctet[method.charCodeAt(0)]?.push(method);

/** The method that fills `text` from `at` to `end`: the one string of a registered one, else a copy. */
export function internMethod(text: string, at: number, end: number): string {
  const candidates = byFirstOctet[text.charCodeAt(at)];
  if (candidates !== undefined) {
    for (let i = 0; i < candidates.length; i++) {
      const method = candidates[i];
      if (method !== undefined && method.length === end - at && text.startsWith(method, at))
        return method;
    }
  }
  return text.slice(at, end);
}

/** Telephone numbers as a gateway writes them, and as we do: `+` and E.164 wherever the gateway's rules know how. */

import { writeIn } from '../../call/dial-plan/number-form.ts';
import type { Gateway } from '../../call/routing/gateway.ts';

const PLAIN = /^[1-9][0-9]{6,14}$/;
const SEPARATORS = /[().-]/g;

/** A number that came in: `02079460018`, `442079460018` or `00442079460018` to `+442079460018`. */
export function numberFrom({ numbers }: Gateway, number: string): string {
  if (numbers === undefined || !/^\+?[0-9().-]+$/.test(number)) return number;
  const digits = number.replace(SEPARATORS, '');
  const { country, isPlain } = numbers;
  if (isPlain && PLAIN.test(digits)) return `+${digits}`;
  return country === undefined ? digits : writeIn(digits, 'E.164', country);
}

/** A called number as it is sent. */
export function numberFor({ numbers }: Gateway, number: string): string {
  if (numbers === undefined) return number;
  const { send, country, strip, prefix } = numbers;
  return prefix + written(number, send, country).slice(strip);
}

/** A caller's number as it is sent: written as called ones are, without what is put before those. */
export function callerFor({ numbers }: Gateway, number: string): string {
  return numbers === undefined ? number : written(number, numbers.send, numbers.country);
}

type Numbers = NonNullable<Gateway['numbers']>;

function written(number: string, send: Numbers['send'], country: Numbers['country']): string {
  switch (send) {
    case 'as dialled':
      return number;
    case 'plain':
      return number.startsWith('+') ? number.slice(1) : number;
    case 'national':
      return country === undefined ? number : writeIn(number, 'national', country);
    case 'E.164':
      return country === undefined ? number : writeIn(number, 'E.164', country);
  }
}

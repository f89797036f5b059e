/** Chance as an argument: production seeds it from the kernel, the simulator from its seed. */

export interface Random {
  /** A whole number from 0 to 2^32 - 1. */
  next32(): number;
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** `length` characters of [0-9a-z]: a tag, a branch, a Call-ID. 6 characters carry 31 bits. */
export function token(random: Random, length: number): string {
  let text = '';
  let left = 0;
  let bits = 0;
  for (let i = 0; i < length; i++) {
    if (left === 0) {
      bits = random.next32();
      left = 6;
    }
    text += DIGITS[bits % 36];
    bits = Math.floor(bits / 36);
    left--;
  }
  return text;
}

/**
 * Rendezvous hashing (Thaler, Ravishankar 1998): every manager works out alone, and alike, in which
 * order the managers are to have a key. When one leaves, the order of the others stays as it was.
 */
import type { Home } from './pid.ts';

/** `homes`, the first in line for `key` first. Only the manager's id counts, not its incarnation. */
export function rendezvousRank(key: string, homes: readonly Home[]): Home[] {
  return homes
    .map((home) => ({ home, weight: weightOf(key, home) }))
    .sort((a, b) => b.weight - a.weight || (a.home < b.home ? -1 : 1))
    .map(({ home }) => home);
}

/** FNV-1a over key and id, then the finalizer of MurmurHash3, without which like ids would rank alike. */
function weightOf(key: string, home: Home): number {
  let hash = 0x811c9dc5;
  const id = home.slice(0, home.indexOf('.'));
  // No id holds a space: key and id cannot be cut in two ways.
  for (const part of [key, ' ', id])
    for (let i = 0; i < part.length; i++) hash = Math.imul(hash ^ part.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Who is there in the demo: a shared line with a member at each manager, two extensions, and robots. */
import { randomBytes } from 'node:crypto';
import { type DirectoryRead, readDirectory } from '../../store/directory/load.ts';
import { CALLER, MEMBERS, SHOW_LINE } from './show.ts';

export type Account = {
  readonly user: string;
  /** What rings it. */
  readonly number: string;
  readonly password: string;
  /** Where it is meant to register, counted from 0. */
  readonly manager: number;
};

/** Signs nobody takes for one another. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** With passwords made for this run. */
export function makeAccounts(): readonly Account[] {
  const account = (user: string, number: string, manager: number): Account => ({
    user,
    number,
    password: newPassword(),
    manager,
  });
  return [
    account('ana', '2001', 0),
    account('ben', '2001', 1),
    account('carla', '2001', 2),
    account('1001', '1001', 0),
    account('1002', '1002', 1),
  ];
}

/** `robotPassword` undefined: without robots. */
export function demoDirectory(
  accounts: readonly Account[],
  realm: string,
  robotPassword: string | undefined,
): DirectoryRead & { readonly ok: true } {
  const text = JSON.stringify(write(accounts, robotPassword));
  const read = readDirectory([{ file: 'demo', text }], { realm, env: {} });
  if (!read.ok) throw new Error(`the demo's own directory is wrong: ${JSON.stringify(read)}`);
  return read;
}

type Members = Record<string, { readonly device: string }>;

function write(accounts: readonly Account[], robotPassword: string | undefined): object {
  const members: Members = {};
  const devices: Record<string, object> = {};
  for (const { user, number, password } of accounts) {
    devices[user] = user === number ? { password, number } : { password };
    if (user !== number) members[user] = { device: user };
  }
  const lines: Record<string, object> = { '2001': { name: 'Reception', members } };
  if (robotPassword !== undefined) {
    const robots: Members = {};
    for (const user of MEMBERS) robots[user] = { device: user };
    lines[SHOW_LINE] = { name: 'Demonstration', members: robots };
    for (const user of [...MEMBERS, CALLER]) devices[user] = { password: robotPassword };
  }
  return { lines, devices };
}

export function newPassword(): string {
  return [...randomBytes(12)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** A flow: phones act in virtual time, and what went over the wire is the expected ladder. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Directory } from '../../src/call/directory.ts';
import type { Phone, PhoneCall } from '../../src/testkit/phone.ts';
import { Recorder } from '../../src/testkit/recorder.ts';
import { simulationDirectory } from '../../src/testkit/simulation-directory.ts';
import { DOMAIN, Site } from '../../src/testkit/site.ts';

export type Cast = {
  readonly site: Site;
  /** The phone of that user. */
  phone(user: string): Phone;
  /** The call that phone has now. */
  callOf(user: string): PhoneCall;
  /** Virtual milliseconds. */
  wait(ms: number): void;
};

/**
 * Registers a phone for each of `users`, lets `play` act, and compares the ladder. Called phones
 * ring at once; all else is up to `play`. Afterwards everybody has hung up, and nothing is left.
 */
export function flow(
  name: string,
  users: readonly string[],
  play: (cast: Cast) => void,
  ladder: string,
  directory: Directory = simulationDirectory(DOMAIN),
): void {
  test(name, () => {
    const site = new Site(1, directory);
    for (const user of users) {
      const phone = site.addPhone(user);
      phone.onInvited = (call) => phone.ring(call);
      phone.register(3600);
    }
    site.run(100);
    const recorder = new Recorder(site);
    const cast: Cast = {
      site,
      phone: (user) => find(site, user),
      callOf: (user) => {
        const [call] = find(site, user).calls;
        assert(call, `${user} has no call`);
        return call;
      },
      wait: (ms) => site.run(ms),
    };
    play(cast);
    const seen = recorder.lines.slice();
    for (const phone of site.phones) for (const call of phone.calls) phone.hangUp(call);
    for (const phone of site.phones) phone.register(0);
    site.run(200_000);
    const left = Object.entries(site.manager.size).filter(([, count]) => count !== 0);
    const expected = ladder
      .trim()
      .split('\n')
      .map((line) => line.trim());
    assert.deepEqual({ seen, left }, { seen: expected, left: [] });
  });
}

function find(site: Site, user: string): Phone {
  const phone = site.phones.find(({ options }) => options.user === user);
  assert(phone, `no phone of ${user}`);
  return phone;
}

/** 1001 calls line 2000, and 2000a answers. */
export function talk({ phone, callOf, wait }: Cast): void {
  phone('1001').call('2000');
  wait(100);
  phone('2000a').answer(callOf('2000a'));
  wait(100);
}

/** Hostile messages at a whole manager, in virtual time; every thousand, a normal call. */
import { hostileMessage } from './hostile.ts';
import { udp } from './network.ts';
import type { Phone } from './phone.ts';
import { SeededRandom } from './seeded-random.ts';
import { simulationDirectory } from './simulation-directory.ts';
import { DOMAIN, SERVER, Site } from './site.ts';

const CALL_EVERY = 1000;
/** From a network whose devices are trusted, and from one whose are not. */
const ATTACKERS = [udp('10.0.9.9', 5060), udp('192.0.2.66', 5060)] as const;

/** What went wrong, in words: empty when a manager took `count` messages and its calls went on working. */
export function fuzzManager(seed: number, count: number, corpus: readonly string[]): string[] {
  const random = new SeededRandom(seed);
  const site = new Site(seed, simulationDirectory(DOMAIN));
  const caller = site.addPhone('1001');
  const member = site.addPhone('2000a');
  member.onInvited = (call) => member.answer(call);
  const wrong: string[] = [];
  // What phones of this very site say: mutations of it get further than those of strangers' messages.
  const texts = [...corpus];
  site.network.tap = (_from, to, text) => {
    if (to === SERVER) texts.push(text);
  };
  for (const phone of site.phones) phone.register(3600);
  site.run(100);
  talk(site, caller, member);
  site.network.tap = undefined;
  for (let i = 0; i < count && wrong.length === 0; i++) {
    const attacker = random.pick(ATTACKERS) ?? ATTACKERS[0];
    const text = hostileMessage(texts, random);
    try {
      site.network.send(attacker, SERVER, text);
      site.run(1);
      if (i % CALL_EVERY !== CALL_EVERY - 1) continue;
      // Whoever is trusted may have moved a phone's contact to itself: the phone's next word brings it back.
      for (const phone of site.phones) phone.register(3600);
      site.run(100);
      const call = caller.call('2000');
      site.run(200);
      if (call.phase !== 'talking')
        wrong.push(`after message ${i} a call is ${call.phase}, status ${call.status}`);
      caller.hangUp(call);
      site.run(200);
    } catch (error) {
      const what = error instanceof Error ? error.stack : String(error);
      wrong.push(`message ${i}: ${what}\n${JSON.stringify(text)}`);
    }
  }
  if (site.manager.deaths > 0) wrong.push(`${site.manager.deaths} processes died`);
  return wrong;
}

/** A call with all that phones do in one; '' when it went well. */
function talk(site: Site, caller: Phone, member: Phone): string {
  const call = caller.call('2000');
  site.run(500);
  const { phase, status } = call;
  caller.hold(call, true);
  caller.info(call, '1');
  site.run(500);
  caller.refer(call, '7777');
  member.watch('2000');
  site.run(500);
  caller.hangUp(call);
  const left = caller.call('2000');
  site.run(1);
  caller.hangUp(left);
  site.run(500);
  return phase === 'talking' ? '' : `a call is ${phase}, status ${status}`;
}

/**
 * Orbits: who may not dial one neither parks nor retrieves, nobody does from outside, and a call that waits there gets
 * nowhere by itself.
 */
import type { Actor, Dialog } from './actor.ts';
import { whileForwarding } from './forwarding.ts';
import { type GatewayName, type House, type Name, uriOf } from './house.ts';
import { callOnce, calls, type Row, refer, row, said } from './row.ts';

const DIALLED = 'Orbits that are dialled';
const PARKED = 'Calls that are parked';
const OUTSIDE = '902079460018';
const INWARD = 'sip:+442079460002@127.0.0.1';
const FORBIDDEN = '403 LW-3446';
const PARKS = '202, then 200';

function to(number: string): string {
  return `Refer-To: <${uriOf(number)}>\r\n`;
}

/** `caller` has called ana, who has parked the call at 701. */
async function parkedBy(house: House, caller: Actor): Promise<Dialog> {
  const [own, other] = await house.talk(caller, 'ana');
  const came = await refer(house.actors.ana, other, to('701'));
  if (came !== PARKS) throw new Error(`ana parks nothing: ${came}`);
  return own;
}

/** While fay is parked at 701. */
function whileParked(name: string, due: string, act: (house: House) => Promise<string>): Row {
  return row(DIALLED, name, due, async (house) => {
    const { fay } = house.actors;
    const own = await parkedBy(house, fay);
    const before = fay.ended;
    const came = await act(house);
    // Whoever has had the call has hung up.
    if (fay.ended === before && !came.endsWith('200')) await fay.hangUp(own);
    return came;
  });
}

function dialledBy(name: string, who: Name, due: string, uri = uriOf('701')): Row {
  return whileParked(name, due, (house) => callOnce(house, who, { method: 'INVITE', uri }));
}

const dialled: Row[] = [
  dialledBy('by a phone that may', 'ben', '200'),
  dialledBy('by a phone that may call nobody', 'cas', '404 LW-3001'),
  dialledBy('by a phone for which everything is blocked', 'dan', '403 LW-3002'),
  dialledBy('by a gateway', 'out', FORBIDDEN),
  dialledBy('by a gateway whose search space has it', 'transit', FORBIDDEN),
  dialledBy(
    'by a gateway whose pattern makes it of a number',
    'trusted',
    FORBIDDEN,
    'sip:+442079460701@127.0.0.1',
  ),
  whileParked('by a stranger', '401', async (house) => {
    const stranger = await house.stranger();
    const reply = await stranger.ask({ method: 'INVITE', uri: uriOf('701') });
    stranger.close();
    return said(reply);
  }),
  whileParked(
    'by a line that forwards there, of a caller from outside',
    `200, then ${FORBIDDEN}`,
    (house) => whileForwarding(house, '701', 'out'),
  ),
  whileParked('by a phone that wants a call from outside there', FORBIDDEN, (house) => {
    const headers = `Contact: <${uriOf('701')}>\r\n`;
    house.actors.ben.habit = { does: 'refuse', status: 302, headers };
    return callOnce(house, 'trusted', { method: 'INVITE', uri: INWARD });
  }),
  whileParked('by a hunt that goes on there, of a caller from outside', FORBIDDEN, (house) => {
    house.actors.cas.habit = { does: 'refuse', status: 486 };
    return callOnce(house, 'out', { method: 'INVITE', uri: uriOf('2904') });
  }),
  whileParked('by a hunt that goes on there, of a caller of the house', '200', (house) => {
    house.actors.cas.habit = { does: 'refuse', status: 486 };
    return callOnce(house, 'ben', { method: 'INVITE', uri: uriOf('2904') });
  }),
  ...calls(DIALLED, [
    ['the code for parking, by a gateway', 'out', '*68', '404 LW-3001'],
    ['the code for parking with an orbit, by a gateway', 'transit', '*68701', '404 LW-3001'],
    ['the code for parking, by a phone that may call nobody', 'cas', '*68', '403 LW-3445'],
  ]),
];

/** In place of fay, who is parked. */
function replacing(name: string, due: string, who: (house: House) => Promise<Actor>): Row {
  return row(PARKED, name, due, async (house) => {
    const { fay } = house.actors;
    const own = await parkedBy(house, fay);
    const { callId, localTag, remoteTag } = own;
    const headers = `Replaces: ${callId};to-tag=${localTag};from-tag=${remoteTag}\r\n`;
    const actor = await who(house);
    const reply = await actor.ask({ method: 'INVITE', uri: uriOf('701'), headers });
    await fay.hangUp(own);
    return said(reply);
  });
}

/** ana has called `who`, who refers the call there. */
function referring(name: string, who: 'ben' | 'cas' | 'dan', number: string, due: string): Row {
  return row(PARKED, name, due, async (house) => {
    const { ana } = house.actors;
    const [own, other] = await house.talk(house.actors.fay, who);
    const came = await refer(house.actors[who], other, to(number));
    await house.actors.fay.hangUp(own);
    ana.ended = 0;
    return came;
  });
}

/** A gateway has called ben, and refers him there. */
function referringFromOutside(name: string, who: GatewayName, number: string, due: string): Row {
  return row(PARKED, name, due, async (house) => {
    const gateway = house.actors[who];
    const [own] = await house.talk(gateway, 'ben', who === 'out' ? uriOf('2002') : INWARD);
    const came = await refer(gateway, own, `Refer-To: <sip:${number}@127.0.0.1>\r\n`);
    await gateway.hangUp(own);
    return came;
  });
}

/** The caller waits until ana's phone is called again. */
async function ringsBack(house: House, own: Dialog): Promise<string> {
  const { ana, fay } = house.actors;
  const rung = () => ana.came.filter((what) => what.startsWith('INVITE')).length;
  // It waits for as long as `until` does, the least that a directory may say.
  for (let turn = 0; turn < 2; turn++) await ana.until(() => rung() > 1);
  await fay.hangUp(own);
  return rung() > 1 ? 'it rings back' : 'silence';
}

const parked: Row[] = [
  referring('by a phone that may', 'ben', '702', PARKS),
  referring('by the code, by a phone that may', 'ben', '*68', PARKS),
  referring('by a phone that may call nobody', 'cas', '702', '202, then 404'),
  referring('by the code, by a phone that may call nobody', 'cas', '*68', '202, then 403'),
  referring(
    'by the code and an orbit, by a phone that may call nobody',
    'cas',
    '*68702',
    '202, then 404',
  ),
  referring('by a phone for which everything is blocked', 'dan', '702', '202, then 403'),
  referring(
    'by the code, by a phone for which everything is blocked',
    'dan',
    '*68',
    '202, then 403',
  ),
  referring(
    'by the code and a number outside, by a phone that may not',
    'ben',
    `*68${OUTSIDE}`,
    '202, then 403',
  ),
  referringFromOutside('by a caller from outside', 'out', '702', '202, then 403'),
  referringFromOutside('by the code, by a caller from outside', 'out', '*68', '202, then 403'),
  referringFromOutside(
    'by the code and an orbit, by a caller from outside',
    'out',
    '*68702',
    '202, then 403',
  ),
  referringFromOutside(
    'by a caller from outside whose gateway may dial orbits',
    'transit',
    '702',
    '202, then 403',
  ),
  referringFromOutside(
    'by a caller from outside whose gateway may not dial orbits',
    'trusted',
    '702',
    '202, then 404',
  ),
  replacing('whose place a stranger wants', '401', (house) => house.stranger()),
  replacing(
    'whose place a phone wants that is none of its line',
    '481',
    async (house) => house.actors.ben,
  ),
  replacing('whose place a gateway wants', '481', async (house) => house.actors.transit),
  row(PARKED, 'whose phone transfers itself to a number outside', '481', async (house) => {
    const { fay } = house.actors;
    const own = await parkedBy(house, fay);
    const came = await refer(fay, own, to(OUTSIDE));
    await fay.hangUp(own);
    return came;
  }),
  row(
    PARKED,
    'and retrieved, are not transferred out by who may not call there',
    '202, then 403',
    async (house) => {
      const { fay, ben } = house.actors;
      const own = await parkedBy(house, fay);
      const dialog = await ben.call({ uri: uriOf('701') });
      const came = await refer(ben, dialog, to(OUTSIDE));
      await fay.hangUp(own);
      return came;
    },
  ),
  row(
    PARKED,
    'and retrieved, are not transferred out by a caller from outside',
    '202, then 403',
    async (house) => {
      const { ana, ben, trusted } = house.actors;
      const [own, other] = await house.talk(trusted, 'ben', INWARD);
      await refer(ben, other, to('701'));
      const dialog = await ana.call({ uri: uriOf('701') });
      const came = await refer(trusted, own, `Refer-To: <sip:${OUTSIDE}@127.0.0.1>\r\n`);
      await ana.hangUp(dialog);
      return came;
    },
  ),
  row(
    PARKED,
    'of a caller from outside, retrieved by a phone that may',
    `${PARKS}, then 200`,
    async (house) => {
      const { ben, trusted } = house.actors;
      const [, other] = await house.talk(trusted, 'ben', INWARD);
      const came = await refer(ben, other, to('701'));
      const call = await callOnce(house, 'ana', { method: 'INVITE', uri: uriOf('701') });
      return `${came}, then ${call}`;
    },
  ),
  row(
    PARKED,
    'that ana has made to a number outside, retrieved by who may not call there',
    `${PARKS}, then 200; out INVITE +442079460018`,
    async (house) => {
      const { ana } = house.actors;
      const dialog = await ana.call({ uri: uriOf(OUTSIDE) });
      const came = await refer(ana, dialog, to('701'));
      const call = await callOnce(house, 'ben', { method: 'INVITE', uri: uriOf('701') });
      return `${came}, then ${call}`;
    },
  ),
  row(
    PARKED,
    'that nobody retrieves ring at who has parked them',
    'it rings back',
    async (house) => {
      const own = await parkedBy(house, house.actors.fay);
      house.actors.ana.habit = { does: 'ring' };
      return ringsBack(house, own);
    },
  ),
  row(
    PARKED,
    'that ring back where the phone wants calls at a number outside',
    'it rings back',
    async (house) => {
      const own = await parkedBy(house, house.actors.fay);
      const headers = `Contact: <${uriOf(OUTSIDE)}>\r\n`;
      house.actors.ana.habit = { does: 'refuse', status: 302, headers };
      return ringsBack(house, own);
    },
  ),
  row(
    PARKED,
    'that ring back where the line forwards to a number outside',
    '200, then it rings back',
    async (house) => {
      const own = await parkedBy(house, house.actors.fay);
      const set = await callOnce(house, 'ana', { method: 'INVITE', uri: uriOf(`*72${OUTSIDE}`) });
      house.actors.ana.habit = { does: 'ring' };
      const came = await ringsBack(house, own);
      await callOnce(house, 'ana', { method: 'INVITE', uri: uriOf('*73') });
      return `${set}, then ${came}`;
    },
  ),
];

function lamp(name: string, who: Name, due: string): Row {
  return row(PARKED, name, due, async (house) =>
    said(
      await house.actors[who].ask({
        method: 'SUBSCRIBE',
        uri: uriOf('703'),
        headers: 'Event: dialog\r\nExpires: 0\r\n',
      }),
    ),
  );
}

const lamps: Row[] = [
  lamp('shown to a phone that may watch them', 'ana', '200'),
  lamp('shown to a phone that may not', 'ben', '403'),
  lamp('shown to a gateway', 'transit', '403'),
];

export const ORBITS: readonly Row[] = [...dialled, ...parked, ...lamps];

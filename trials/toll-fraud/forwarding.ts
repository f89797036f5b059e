/** Forwards and hunts: a line forwards, and a hunt goes on, with its own rights and nobody else's. */
import { DOMAIN } from './actor.ts';
import { type House, type Name, uriOf } from './house.ts';
import { type Called, callOnce, calls, type Row, row, said } from './row.ts';

const FORWARD = 'Forwards';
const HUNT = 'Hunts';
const NUMBER = '902079460018';
const NOT_THERE = '403 LW-3425';

const codes: readonly Called[] = [
  ['all calls to a number outside, by who may not', 'ben', `*72${NUMBER}`, '403 LW-3403'],
  ['busy calls to a number outside, by who may not', 'ben', `*90${NUMBER}`, '403 LW-3403'],
  ['unanswered calls to a number outside, by who may not', 'ben', `*92${NUMBER}`, '403 LW-3403'],
  ['with +, by who may not', 'ben', '*72+442079460018', '403 LW-3403'],
  ['escaped, by who may not', 'ben', `%2A72${NUMBER}`, '403 LW-3403'],
  [
    'as a tel: URI, by who may not',
    'ben',
    `tel:*72${NUMBER};phone-context=${DOMAIN}`,
    '403 LW-3403',
  ],
  [
    'for another line, by From',
    'ben',
    `*72${NUMBER}`,
    '403 LW-3403',
    { from: `<${uriOf('2001')}>` },
  ],
  ['to an emergency number', 'ana', '*72999', '403 LW-3403'],
  ['to a premium number', 'ana', '*72909012345678', '403 LW-3403'],
  ['to a premium number by a translation', 'ana', '*7271', '403 LW-3403'],
  ['to an emergency number by a translation', 'ana', '*7275', '403 LW-3403'],
  ['to the code for parking', 'ana', '*72*68', '404 LW-3404'],
  ['by a phone that may call nobody', 'cas', `*72${NUMBER}`, '403 LW-3403'],
  ['by a gateway', 'out', `*72${NUMBER}`, '404 LW-3001'],
  [
    'by a gateway whose identities are believed',
    'trusted',
    `*72${NUMBER}`,
    '404 LW-3001',
    { headers: `P-Asserted-Identity: <sip:ana@${DOMAIN}>\r\n` },
  ],
  ['do not disturb, by a gateway', 'transit', '*78', '404 LW-3001', { from: `<${uriOf('2001')}>` }],
];

const forwards: Row[] = [
  ...calls(FORWARD, codes),
  row(FORWARD, 'by a stranger', '401', async (house) => {
    const stranger = await house.stranger();
    const reply = await stranger.ask({ method: 'INVITE', uri: uriOf(`*72${NUMBER}`) });
    stranger.close();
    return said(reply);
  }),
  row(
    FORWARD,
    'to a number outside, by who may: those who may not reach it by way of him',
    '200, then 200; out INVITE +442079460018',
    (house) => whileForwarding(house, NUMBER, 'ben'),
  ),
  row(
    FORWARD,
    'to a number outside, by who may: callers from outside reach it',
    '200, then 200; out INVITE +442079460018',
    (house) => whileForwarding(house, NUMBER, 'out'),
  ),
];

/** ana's line forwards all calls, which `who` finds out that calls `number`. */
export async function whileForwarding(
  house: House,
  to: string,
  who: Name,
  number = '2001',
): Promise<string> {
  const set = await callOnce(house, 'ana', { method: 'INVITE', uri: uriOf(`*72${to}`) });
  const call = await callOnce(house, who, { method: 'INVITE', uri: uriOf(number) });
  await callOnce(house, 'ana', { method: 'INVITE', uri: uriOf('*73') });
  return `${set}, then ${call}`;
}

/** When its line refuses, the hunt dials where its search space leads. */
function busyHunt(name: string, number: string, who: Name, due: string): Row {
  return row(HUNT, name, due, (house) => {
    house.actors.cas.habit = { does: 'refuse', status: 486 };
    return callOnce(house, who, { method: 'INVITE', uri: uriOf(number) });
  });
}

const hunts: Row[] = [
  busyHunt('that goes on outside, and may not', '2901', 'ben', '403 LW-3003'),
  busyHunt('that goes on outside, and may not, of a caller that may', '2901', 'ana', '403 LW-3003'),
  busyHunt('that goes on to a premium number', '2902', 'ben', '403 LW-3002'),
  busyHunt('that goes on outside, and may', '2903', 'ben', '200; out INVITE +442079460018'),
  busyHunt(
    'that goes on outside, and may not, of a caller from outside',
    '2901',
    'out',
    '403 LW-3003',
  ),
  busyHunt(
    'that goes on to an emergency number, of a caller from outside',
    '2905',
    'out',
    NOT_THERE,
  ),
  busyHunt(
    'that goes on to an emergency number, of a caller from outside who may dial more than lines',
    '2905',
    'transit',
    '404 LW-3001',
  ),
  busyHunt(
    'that goes on to an emergency number, of a caller of the house',
    '2905',
    'ben',
    '200; out INVITE 999',
  ),
  row(
    HUNT,
    'that goes on to an emergency number, of a caller from outside whom a line sends there',
    `200, then ${NOT_THERE}`,
    (house) => {
      house.actors.cas.habit = { does: 'refuse', status: 486 };
      return whileForwarding(house, '2905', 'out');
    },
  ),
  busyHunt('by a phone that may call nobody', '2903', 'cas', '404 LW-3001'),
  busyHunt('by a phone for which everything is blocked', '2903', 'dan', '403 LW-3002'),
  row(HUNT, 'by a stranger', '401', async (house) => {
    const stranger = await house.stranger();
    const reply = await stranger.ask({ method: 'INVITE', uri: uriOf('2903') });
    stranger.close();
    return said(reply);
  }),
  row(HUNT, 'whose phone wants the call at a number outside', '486 LW-3422', (house) => {
    const headers = `Contact: <${uriOf(NUMBER)}>\r\n`;
    house.actors.ana.habit = { does: 'refuse', status: 302, headers };
    return callOnce(house, 'out', { method: 'INVITE', uri: uriOf('2907') });
  }),
  row(HUNT, 'whose line forwards to a number outside', '200, then 486 LW-3422', (house) =>
    whileForwarding(house, NUMBER, 'out', '2907'),
  ),
  row(HUNT, 'by a caller from outside, whose phone answers', '200', (house) =>
    callOnce(house, 'out', { method: 'INVITE', uri: uriOf('2906') }),
  ),
];

export const FORWARDING: readonly Row[] = [...forwards, ...hunts];

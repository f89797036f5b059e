/** What comes in by a gateway, and goes out again only if its search space says so; and registrations. */
import { DOMAIN } from './actor.ts';
import { type House, type PhoneName, uriOf } from './house.ts';
import { type Called, callOnce, calls, type More, type Row, row, said } from './row.ts';

const TRUNK = 'From outside to outside';
const WATCHING = "Others' lines";
const REGISTER = 'REGISTER';
const NUMBER = '902079460018';
const ANA = `<sip:ana@${DOMAIN}>`;
const REFUSED = '403 LW-3003';

const through: readonly Called[] = [
  ['a number outside', 'out', NUMBER, REFUSED],
  ['with +', 'out', '+442079460018', REFUSED],
  ['with 00', 'out', '900442079460018', REFUSED],
  ['by another list', 'out', '802079460018', REFUSED],
  ['a premium number', 'out', '909012345678', '404 LW-3001'],
  ['a tel: URI', 'out', 'tel:+442079460018', REFUSED],
  ['a context of ours', 'out', `tel:${NUMBER};phone-context=${DOMAIN}`, REFUSED],
  ['escaped', 'out', '%2B442079460018', REFUSED],
  ['an emergency number', 'out', '999', REFUSED],
  ['the prefix of another gateway', 'out', '77442079460018', '403 LW-3003'],
  ['a short number of the house', 'out', '71', '404 LW-3001'],
  ['a number of the gateway itself', 'out', 'out', '404 LW-3001'],
  [
    'Request-URI at another gateway',
    'out',
    NUMBER,
    '404 LW-3001',
    (house) => ({ uri: house.at('02079460018', 'narrow') }),
  ],
  ['a domain that is not ours', 'out', `sip:${NUMBER}@evil.test`, REFUSED],
  ['from a gateway with a search space', 'trusted', NUMBER, REFUSED],
  ['with +, from a gateway with a search space', 'trusted', '+442079460018', REFUSED],
  ['an emergency number, from a gateway with a search space', 'trusted', '999', REFUSED],
  [
    'a line by its own number, from a gateway with a search space',
    'trusted',
    '2002',
    '404 LW-3001',
  ],
  ['a user by name, from a gateway with a search space', 'trusted', 'ben', '404 LW-3001'],
  [
    'a number that is not ours, from a gateway with a search space',
    'trusted',
    '+442079460099',
    REFUSED,
  ],
  ['what its search space does not have, from one that may', 'transit', NUMBER, REFUSED],
  [
    'a premium number, from one that may do something else',
    'transit',
    '909012345678',
    '404 LW-3001',
  ],
];

const pretended: readonly (readonly [name: string, more: More])[] = [
  ['From is a phone that may', { from: ANA }],
  ['From is a phone that is believed by its address', { from: `<sip:fay@${DOMAIN}>` }],
  ['P-Asserted-Identity', { headers: `P-Asserted-Identity: ${ANA}\r\n` }],
  ['Remote-Party-ID', { headers: `Remote-Party-ID: ${ANA};party=calling\r\n` }],
  ['Diversion', { headers: `Diversion: ${ANA};reason=unconditional\r\n` }],
  ['History-Info', { headers: `History-Info: <sip:ana@${DOMAIN}>;index=1\r\n` }],
  ['Referred-By', { headers: `Referred-By: ${ANA}\r\n` }],
  [
    'Route through another gateway',
    (house) => ({ headers: `Route: <sip:${house.actors.narrow.at};lr>\r\n` }),
  ],
  ['To is a phone of ours', { to: `<${uriOf('2001')}>` }],
  ['Via of a phone', (house) => ({ via: `SIP/2.0/UDP ${house.actors.ana.at};rport` })],
];

const pretending = (['out', 'trusted'] as const).flatMap((who) =>
  pretended.map(([name, more]): Called => {
    const from = who === 'trusted' ? ', from a gateway whose identities are believed' : '';
    return [`${name}${from}`, who, NUMBER, REFUSED, more];
  }),
);

const PUBLISHED = 'Event: dialog\r\nContent-Type: application/dialog-info+xml\r\n';
const DOCUMENT =
  '<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="partial" entity="sip:2010@pbx.test"/>';

const asked: Row[] = (
  [
    ['SUBSCRIBE to a line, by a gateway', 'out', 'SUBSCRIBE', '403', 'Event: dialog\r\n'],
    ['PUBLISH for a line, by a gateway', 'out', 'PUBLISH', '403', PUBLISHED],
    ['REGISTER, by a gateway', 'out', 'REGISTER', '401', ''],
    [
      'REFER outside a call, by a gateway',
      'out',
      'REFER',
      '403',
      `Refer-To: <${uriOf(NUMBER)}>\r\n`,
    ],
    [
      'SUBSCRIBE to a line, by a phone that has nothing to do with it',
      'ben',
      'SUBSCRIBE',
      '403',
      'Event: dialog\r\n',
    ],
    [
      'SUBSCRIBE to line seizure of a line, by a phone that has nothing to do with it',
      'ben',
      'SUBSCRIBE',
      '403',
      'Event: line-seize\r\nExpires: 15\r\n',
    ],
    [
      'PUBLISH for a line, by a phone that has nothing to do with it',
      'ben',
      'PUBLISH',
      '489',
      PUBLISHED,
    ],
    [
      'REFER outside a call, by a phone that may call out',
      'ana',
      'REFER',
      '403',
      `Refer-To: <${uriOf(NUMBER)}>\r\n`,
    ],
  ] as const
).map(([name, who, method, due, headers]) =>
  row(WATCHING, name, due, async (house) =>
    said(
      await house.actors[who].ask({
        method,
        uri: uriOf('2010'),
        headers,
        body: method === 'PUBLISH' ? DOCUMENT : '',
      }),
    ),
  ),
);

function registers(
  name: string,
  due: string,
  who: PhoneName,
  order: {
    readonly to?: string;
    readonly contact?: (house: House) => string;
    readonly uri?: string;
    readonly headers?: string;
  },
): Row {
  return row(REGISTER, name, due, async (house) => {
    const {
      uri = `sip:${DOMAIN}`,
      to = `<sip:${who}@${DOMAIN}>`,
      contact,
      headers = 'Expires: 600\r\n',
    } = order;
    const given = contact === undefined ? {} : { contact: contact(house) };
    const reply = await house.actors[who].ask({ method: 'REGISTER', uri, to, headers, ...given });
    // Whatever came of that, nobody is called by way of it.
    const call = await callOnce(house, 'ana', { method: 'INVITE', uri: uriOf('2002') });
    await house.register(house.actors[who]);
    return `${said(reply)}, then ${call}`;
  });
}

const registrations: Row[] = [
  registers("another phone's name", '403, then 200', 'ben', { to: ANA }),
  registers("another phone's number", '403, then 200', 'ben', { to: `<${uriOf('2001')}>` }),
  registers("a line's number, by who is not of the line", '403, then 200', 'ben', {
    to: `<${uriOf('2010')}>`,
  }),
  registers('a number outside', '403, then 200', 'ben', { to: `<${uriOf(NUMBER)}>` }),
  registers('a name of a gateway', '403, then 200', 'ben', { to: `<${uriOf('out')}>` }),
  registers('in a domain that is not ours', '404, then 200', 'ben', { to: '<sip:ben@evil.test>' }),
  registers('a tel: URI', '403, then 200', 'ben', { to: '<tel:+442079460018>' }),
  registers("all of another phone's contacts away", '403, then 200', 'ben', {
    to: ANA,
    contact: () => '*',
    headers: 'Expires: 0\r\n',
  }),
  registers('a contact at a gateway', '403, then 200', 'ben', {
    contact: (house) => `<${house.at('02079460018', 'out')}>`,
  }),
  registers('a contact at a gateway beside its own', '403, then 200', 'ben', {
    contact: (house) => `<sip:ben@${house.actors.ben.at}>, <${house.at('02079460018', 'out')}>`,
  }),
  registers('a contact with maddr of a gateway', '403, then 200', 'ben', {
    contact: (house) => `<sip:02079460018@${house.actors.ben.at};maddr=127.0.0.51>`,
  }),
  registers('a Path by a gateway', '403, then 200', 'ben', {
    headers: 'Expires: 600\r\nSupported: path\r\nPath: <sip:127.0.0.51;lr>\r\n',
  }),
  registers('a contact that is a tel: URI', '400, then 200', 'ben', {
    contact: () => '<tel:+442079460018>',
  }),
];

export const TRUNKS: readonly Row[] = [
  ...calls(TRUNK, [...through, ...pretending]),
  ...asked,
  ...registrations,
];

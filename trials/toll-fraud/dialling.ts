/** Phones of the house that dial what they may not, in all ways in which it can be written. */
import { DOMAIN } from './actor.ts';
import { type House, type Name, uriOf } from './house.ts';
import { type Called, calls, type More, type Row, row, said } from './row.ts';

const SPELLING = 'A number outside, from a phone that may not';
const PRETENDING = 'A phone that may not, as somebody else';
const BLOCKED = 'What is blocked for those who may call out';
const FEATURES = 'Services';
const PICKUP = 'Group pickup';
const PICKED = '403 LW-3463, then 200; the caller 200';
const REFUSED = '403 LW-3003';
const NUMBER = '902079460018';
const ANA = `<sip:ana@${DOMAIN}>`;

const spelled: readonly (readonly [name: string, uri: string, due?: string])[] = [
  ['plain', NUMBER],
  ['with + ', '+442079460018'],
  ['with 00', '900442079460018'],
  ['by another list', '802079460018'],
  ['with separators', '9-(020)-7946.0018'],
  ['the first digit escaped', '%3902079460018'],
  ['all digits escaped', '%39%30%32%30%37%39%34%36%30%30%31%38'],
  ['+ escaped', '%2B442079460018'],
  ['escaped twice', '%253902079460018', '404 LW-3001'],
  ['# behind it', `${NUMBER}#`],
  ['# behind it, escaped', `${NUMBER}%23`],
  ['a zero octet in it', '90207946%000018', '404 LW-3001'],
  ['a line feed in it', '902079460018%0A', '404 LW-3001'],
  ['a space before it', '%20902079460018', '404 LW-3001'],
  ['digits of another script', '%D9%A9%D9%A0%D9%A2', '404 LW-3001'],
  ['user=phone', `sip:${NUMBER}@${DOMAIN};user=phone`],
  ['user=dialstring', `sip:${NUMBER}@${DOMAIN};user=dialstring`],
  ['user=ip', `sip:${NUMBER}@${DOMAIN};user=ip`],
  ['as a tel: URI', `tel:${NUMBER}`],
  ['as a tel: URI with +', 'tel:+44-20-7946-0018'],
  ['as a tel: URI of our context', `tel:${NUMBER};phone-context=${DOMAIN}`],
  ['as a tel: URI of a country', 'tel:900442079460018;phone-context=+44'],
  [
    'as a tel: URI of a context that is not ours',
    `tel:${NUMBER};phone-context=evil.test`,
    '404 LW-3007',
  ],
  ['phone-context in the user part', `sip:${NUMBER};phone-context=+44@${DOMAIN};user=phone`],
  [
    'a context that is not ours in the user part',
    `sip:${NUMBER};phone-context=evil.test@${DOMAIN};user=phone`,
    '404 LW-3007',
  ],
  ['a carrier chosen in the user part', `sip:${NUMBER};tgrp=out;trunk-context=${DOMAIN}@${DOMAIN}`],
  ['an isdn-subaddress', `sip:${NUMBER};isub=2001@${DOMAIN}`],
  ['a password in the URI', `sip:${NUMBER}:secret@${DOMAIN}`],
  ['the scheme in capitals', `SIP:${NUMBER}@${DOMAIN}`],
  ['as a sips: URI', `sips:${NUMBER}@${DOMAIN}`],
  ['the domain in capitals', `sip:${NUMBER}@PBX.TEST`],
  ['the domain with a dot behind it', `sip:${NUMBER}@${DOMAIN}.`, '404 LW-3007'],
  ['a domain that is not ours', `sip:${NUMBER}@evil.test`, '404 LW-3007'],
  ['a domain that ends in ours', `sip:${NUMBER}@evil${DOMAIN}`, '404 LW-3007'],
  ['a domain that begins with ours', `sip:${NUMBER}@${DOMAIN}.evil.test`, '404 LW-3007'],
  ['our address instead of our domain', `sip:${NUMBER}@127.0.0.1`],
  ['an IPv6 address', `sip:${NUMBER}@[::1]`],
  ['a port in the URI', `sip:${NUMBER}@${DOMAIN}:5060`],
  ['maddr of a gateway', `sip:${NUMBER}@${DOMAIN};maddr=127.0.0.51`],
  ['another transport', `sip:${NUMBER}@${DOMAIN};transport=tcp`],
  ['lr', `sip:${NUMBER}@${DOMAIN};lr`],
  ['method in the URI', `sip:${NUMBER}@${DOMAIN};method=REFER`],
  ['header fields in the URI', `sip:${NUMBER}@${DOMAIN}?Route=%3Csip:127.0.0.51%3E`, '400'],
  ['a number of the house before it', `sip:2001;${NUMBER}@${DOMAIN}`, '200'],
  ['a number of the house and it', `2001${NUMBER}`, '404 LW-3001'],
  ['an emergency number before it', `999${NUMBER}`, '404 LW-3001'],
  ['an emergency number before it, with separators', `999-${NUMBER}`, '404 LW-3001'],
  ['an emergency number and # before it', `999#${NUMBER}`, '404 LW-3001'],
  ['with a star before it', `*${NUMBER}`, '404 LW-3404'],
  ['the prefix of those from outside who may', `77442079460018`, '403 LW-3003'],
  ['by a short number of others', '71', '404 LW-3001'],
  ['more digits than there can be', NUMBER.repeat(6), '404 LW-3001'],
  ['no user', `sip:${DOMAIN}`, '404 LW-3007'],
  ['a gateway by its name', 'out', '404 LW-3001'],
  ['a route list by its name', 'world', '404 LW-3001'],
  ['another scheme', `mailto:${NUMBER}@${DOMAIN}`, '416'],
];

const spellings = calls(
  SPELLING,
  spelled.map(([name, uri, due = REFUSED]): Called => [name.trim(), 'ben', uri, due]),
);

const pretended: readonly (readonly [name: string, more: More])[] = [
  ['From is a phone that may', { from: ANA }],
  ['From is the number of a phone that may', { from: `<${uriOf('2001')}>` }],
  ['From is a gateway', { from: '<sip:transit@127.0.0.53>' }],
  ['P-Asserted-Identity', { headers: `P-Asserted-Identity: ${ANA}\r\n` }],
  ['P-Preferred-Identity', { headers: `P-Preferred-Identity: ${ANA}\r\n` }],
  ['Remote-Party-ID', { headers: `Remote-Party-ID: ${ANA};party=calling\r\n` }],
  ['Diversion', { headers: `Diversion: ${ANA};reason=unconditional\r\n` }],
  ['History-Info', { headers: `History-Info: <sip:ana@${DOMAIN}>;index=1\r\n` }],
  ['Referred-By', { headers: `Referred-By: ${ANA}\r\n` }],
  ['Contact of a phone that may', (house) => ({ contact: `<sip:ana@${house.actors.ana.at}>` })],
  ['To is a number of the house', { to: `<${uriOf('2001')}>` }],
  ['Route to a gateway', (house) => ({ headers: `Route: <sip:${house.actors.out.at};lr>\r\n` })],
  ['Request-URI at a gateway', (house) => ({ uri: house.at('02079460018', 'out') })],
  ['Request-URI at a gateway, as if it were ours', (house) => ({ uri: house.at(NUMBER, 'out') })],
  [
    'Record-Route of a gateway',
    (house) => ({ headers: `Record-Route: <sip:${house.actors.out.at};lr>\r\n` }),
  ],
  ['Privacy', { headers: 'Privacy: id\r\n' }],
  ['Priority: emergency', { headers: 'Priority: emergency\r\nResource-Priority: q735.0\r\n' }],
];
const UNKNOWN_THERE = new Set(['Request-URI at a gateway']);

const pretending = calls(
  PRETENDING,
  pretended.map(([name, more]): Called => {
    const due = UNKNOWN_THERE.has(name) ? '404 LW-3001' : REFUSED;
    return [name, 'ben', NUMBER, due, more];
  }),
);

const others = calls(SPELLING, [
  ['from a phone that may call nobody', 'cas', NUMBER, REFUSED],
  ['a number of the house, from a phone that may call nobody', 'cas', '2001', '404 LW-3001'],
  ['from a phone for which all is blocked', 'dan', NUMBER, '403 LW-3002'],
  ['with +, from a phone for which all is blocked', 'dan', '+442079460018', '403 LW-3002'],
  ['from a phone that is in no search space', 'eve', NUMBER, REFUSED],
  ['from a phone of a shared line', 'gus', NUMBER, REFUSED],
]);

const blocked = calls(BLOCKED, [
  ['a premium number', 'ana', '909012345678', '403 LW-3002'],
  ['a premium number with +', 'ana', '+4490912345678', '403 LW-3002'],
  ['a premium number with 00', 'ana', '9004490912345678', '403 LW-3002'],
  ['a premium number as a tel: URI', 'ana', 'tel:+44-909-12345678', '403 LW-3002'],
  ['a premium number, escaped', 'ana', '9%309012345678', '403 LW-3002'],
  ['a premium number with separators', 'ana', '9(090)12345678', '403 LW-3002'],
  ['a premium number with #', 'ana', '909012345678#', '403 LW-3002'],
  ['a premium number by a translation', 'ana', '71', '403 LW-3002'],
  ['a number outside by a translation into the house', 'ana', '74', '404 LW-3001'],
  ['translations in a circle', 'ana', '72', '483 LW-3005'],
  ['digits are missing', 'ana', '9020794', '484 LW-3004'],
  ['a number that leads nowhere', 'ana', '5551234', '404 LW-3001'],
  ['a domain that is not ours', 'ana', 'sip:902079460018@evil.test', '404 LW-3007'],
]);

const services = [
  ...calls(FEATURES, [
    ["the retrieval of another line's call", 'ben', '*112010', '403 LW-3483'],
    ["the pickup of another line's call", 'ben', '*82010', '403 LW-3483'],
    ['a number outside behind a code', 'ben', `*8${NUMBER}`, '404 LW-3001'],
    ['a number outside behind a code and a star', 'ben', `*8*${NUMBER}`, '404 LW-3001'],
    ['the retrieval of a call, from a gateway', 'transit', '*11', '404 LW-3001'],
    ['the pickup of a call, from a gateway', 'out', '*82010', '404 LW-3001'],
  ]),
  ...calls(PICKUP, [
    ['by a phone that is in none', 'cas', '*98', '403 LW-3463'],
    ['by a phone that is in none, as one that is', 'cas', '*98', '403 LW-3463', { from: ANA }],
    ['by a phone that is in none, of a line that is in one', 'cas', '*82001', '403 LW-3483'],
    ['by a phone that has no line', 'eve', '*98', '404 LW-3001'],
    ['of another group', 'dan', '*981', '403 LW-3464'],
    ['of all other groups', 'dan', '*98*', '403 LW-3464'],
    ['a number outside behind the code', 'ben', `*98${NUMBER}`, '404 LW-3001'],
    ['a number outside behind the code and a star', 'ben', `*98*${NUMBER}`, '404 LW-3001'],
    ['by a gateway', 'out', '*98', '404 LW-3001'],
    [
      'by a gateway whose identities are believed',
      'trusted',
      '*98',
      '404 LW-3001',
      { headers: `P-Asserted-Identity: ${ANA}\r\n` },
    ],
  ]),
  row(PICKUP, 'by a stranger', '401', async (house) => {
    const stranger = await house.stranger();
    const reply = await stranger.ask({ method: 'INVITE', uri: uriOf('*98'), from: ANA });
    stranger.close();
    return said(reply);
  }),
  row(
    PICKUP,
    'while it rings: by a phone that is in none, then by one of the group',
    PICKED,
    pickUp,
  ),
  digitByDigit('digit by digit', 'ben', NUMBER, '403 LW-3003'),
  digitByDigit(
    'digit by digit, after a number of the house',
    'ben',
    '2001902079460018',
    '404 LW-3001',
    5,
  ),
  digitByDigit(
    'digit by digit, after an emergency number',
    'ben',
    '999902079460018',
    '404 LW-3001',
    4,
  ),
  digitByDigit('a premium number digit by digit', 'ana', '909012345678', '403 LW-3002'),
];

/** ben's phone rings. */
async function pickUp(house: House): Promise<string> {
  const { ana, ben, fay } = house.actors;
  ben.habit = { does: 'ring' };
  const calling = ana.ask({ method: 'INVITE', uri: uriOf('2002') });
  await ben.until(() => ben.came.some((what) => what.startsWith('INVITE')));
  const stranger = await house.dial('cas', '*98');
  const picked = await fay.ask({ method: 'INVITE', uri: uriOf('*98') });
  const caller = await calling;
  if (caller.dialog !== undefined) await ana.hangUp(caller.dialog);
  return `${said(stranger)}, then ${said(picked)}; the caller ${said(caller)}`;
}

/** Overlap dialling: the same call with one digit more each time; the answer to the last counts. */
function digitByDigit(name: string, who: Name, digits: string, due: string, from = 1): Row {
  return row('Digit by digit', name, due, async (house) => {
    const actor = house.actors[who];
    const callId = `overlap-${who}-${digits}-${from}`;
    let last = '';
    for (let count = from; count <= digits.length; count++) {
      const uri = uriOf(digits.slice(0, count));
      const order = { method: 'INVITE', uri, callId, fromTag: 'overlap', cseq: 2 * count };
      last = said(await actor.ask(order));
    }
    return last;
  });
}

export const DIALLING: readonly Row[] = [
  ...spellings,
  ...others,
  ...pretending,
  ...blocked,
  ...services,
];

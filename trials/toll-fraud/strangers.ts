/** Who has no account, or pretends to have somebody else's. */
import { type Actor, DOMAIN, type Order } from './actor.ts';
import { type House, uriOf } from './house.ts';
import { type Row, row, said, strangers } from './row.ts';

const NOBODY = 'Strangers';
const PROOF = 'Credentials';
const DIALOG = "Others' calls";
const INVITE = { method: 'INVITE', uri: uriOf('2001') } as const;
const OUT = { method: 'INVITE', uri: uriOf('902079460018') } as const;
const ANA = `<sip:ana@${DOMAIN}>`;

const invites = strangers(NOBODY, [
  ['INVITE to a phone', '401', INVITE],
  ['INVITE to a number outside', '401', OUT],
  ['INVITE to an emergency number', '401', { ...INVITE, uri: uriOf('999') }],
  ['From is a phone that may call out', '401', { ...OUT, from: ANA }],
  [
    'From is a phone that is believed by its address',
    '401',
    { ...OUT, from: '<sip:fay@pbx.test>' },
  ],
  ['From is a gateway', '401', { ...OUT, from: '<sip:out@127.0.0.51>' }],
  ['P-Asserted-Identity is a phone', '401', { ...OUT, headers: `P-Asserted-Identity: ${ANA}\r\n` }],
  [
    'P-Preferred-Identity is a phone',
    '401',
    { ...OUT, headers: `P-Preferred-Identity: ${ANA}\r\n` },
  ],
  [
    'Remote-Party-ID is a phone',
    '401',
    { ...OUT, headers: `Remote-Party-ID: ${ANA};party=calling\r\n` },
  ],
  [
    'Diversion is a phone',
    '401',
    { ...OUT, headers: `Diversion: ${ANA};reason=unconditional\r\n` },
  ],
  ['History-Info is a phone', '401', { ...OUT, headers: `History-Info: ${ANA};index=1\r\n` }],
  ['Referred-By is a phone', '401', { ...OUT, headers: `Referred-By: ${ANA}\r\n` }],
  [
    'Contact is that of a phone',
    '401',
    (house) => ({ ...OUT, contact: `<sip:ana@${house.actors.ana.at}>` }),
  ],
  [
    'Via names a gateway: no answer gets there',
    '0',
    (house) => ({ ...OUT, via: `SIP/2.0/UDP ${house.actors.out.at}` }),
  ],
  [
    'Via says that it was received from a gateway',
    '401',
    (house) => viaOf(house, ';received=127.0.0.51'),
  ],
  [
    'Record-Route leads to a gateway',
    '401',
    (house) => ({ ...OUT, headers: `Record-Route: <sip:${house.actors.out.at};lr>\r\n` }),
  ],
  [
    'Route leads to a gateway',
    '401',
    (house) => ({ ...OUT, headers: `Route: <sip:${house.actors.out.at};lr>\r\n` }),
  ],
  [
    'Route leads through us to a gateway',
    '401',
    (house) => ({
      ...OUT,
      headers: `Route: <sip:127.0.0.1:${house.port};lr>, <sip:${house.actors.out.at};lr>\r\n`,
    }),
  ],
  [
    'Request-URI is an address of a gateway',
    '401',
    (house) => ({ ...OUT, uri: house.at('02079460018', 'out') }),
  ],
  [
    'Request-URI is somebody elsewhere',
    '401',
    (house) => ({ ...OUT, uri: house.at('2001', 'elsewhere') }),
  ],
  [
    'a header that says whom to trust',
    '401',
    {
      ...OUT,
      headers: `P-Charge-Info: ${ANA}\r\nX-Forwarded-For: 127.0.0.11\r\nP-Access-Network-Info: trusted\r\n`,
    },
  ],
  [
    'SUBSCRIBE to lamps of a line',
    '401',
    { method: 'SUBSCRIBE', uri: uriOf('2010'), headers: 'Event: dialog\r\n' },
  ],
  [
    'SUBSCRIBE to a REFER',
    '401',
    { method: 'SUBSCRIBE', uri: uriOf('2010'), headers: 'Event: refer\r\n' },
  ],
  [
    'PUBLISH for a line',
    '401',
    { method: 'PUBLISH', uri: uriOf('2010'), headers: 'Event: dialog\r\n' },
  ],
  ['REGISTER of a phone', '401', registration('ana')],
  [
    'REGISTER that takes all contacts of a phone away',
    '401',
    { ...registration('ana'), contact: '*', headers: 'Expires: 0\r\n' },
  ],
  [
    'REFER outside a call',
    '403',
    { method: 'REFER', uri: uriOf('2001'), headers: `Refer-To: <${uriOf('902079460018')}>\r\n` },
  ],
  ['MESSAGE outside a call', '405', { method: 'MESSAGE', uri: uriOf('2001') }],
  [
    'NOTIFY that nobody has asked for',
    '481',
    {
      method: 'NOTIFY',
      uri: uriOf('2001'),
      headers: 'Event: refer\r\nSubscription-State: active\r\n',
    },
  ],
  ['BYE of no call', '481', { method: 'BYE', uri: uriOf('2001') }],
  ['OPTIONS about a phone', '401', { method: 'OPTIONS', uri: uriOf('2001') }],
  [
    'INVITE in a dialog that never was',
    '481',
    { ...OUT, to: `<${uriOf('902079460018')}>;tag=made-up` },
  ],
  ['a method of its own', '501', { method: 'DIAL', uri: uriOf('902079460018') }],
]);

function viaOf(house: House, more: string): Order {
  return { ...OUT, via: `SIP/2.0/UDP 127.0.9.9:${house.port};rport${more}` };
}

function registration(user: string): Order {
  return {
    method: 'REGISTER',
    uri: `sip:${DOMAIN}`,
    to: `<sip:${user}@${DOMAIN}>`,
    from: `<sip:${user}@${DOMAIN}>`,
  };
}

/** Credentials that are not the sender's, or prove something else. */
const proofs: Row[] = [
  row(PROOF, 'a wrong password', '401', (house) => withAccount(house, 'ana', 'guess', OUT)),
  row(PROOF, 'an empty password', '401', (house) => withAccount(house, 'ana', '', OUT)),
  row(PROOF, 'a user that does not exist', '401', (house) =>
    withAccount(house, 'mallory', 'x', OUT),
  ),
  row(PROOF, 'the name of a line', '401', (house) => withAccount(house, '2010', 'x', OUT)),
  row(PROOF, 'the name of a gateway', '401', (house) => withAccount(house, 'out', 'x', OUT)),
  row(PROOF, 'a phone that has no password', '401', (house) => withAccount(house, 'fay', '', OUT)),
  ...strangers(PROOF, [
    ['a nonce of its own making', '401', { ...OUT, headers: madeUp('algorithm=MD5') }],
    [
      'no nonce at all',
      '401',
      {
        ...OUT,
        headers: 'Authorization: Digest username="ana", realm="pbx.test", response=""\r\n',
      },
    ],
    ['an algorithm that there is not', '401', { ...OUT, headers: madeUp('algorithm=NONE') }],
    ['Basic', '401', { ...OUT, headers: 'Authorization: Basic YW5hOm9wZW4gc2VzYW1l\r\n' }],
    [
      'Proxy-Authorization',
      '401',
      { ...OUT, headers: madeUp('algorithm=MD5').replace('Auth', 'Proxy-Auth') },
    ],
    [
      "a phone's proof for a call in the house",
      '401',
      async (house) => ({ ...OUT, headers: await house.actors.ana.proofFor(INVITE) }),
    ],
    [
      "a phone's proof for a REGISTER",
      '401',
      async (house) => ({
        ...OUT,
        headers: await house.actors.ana.proofFor({ ...OUT, method: 'REGISTER' }),
      }),
    ],
  ]),
  row(
    PROOF,
    "a phone's proof that has been used",
    '200, then 401; out INVITE +442079460018',
    async (house) => {
      const { ana } = house.actors;
      const headers = await ana.proofFor({ ...OUT, callId: 'used' });
      const stranger = await house.stranger();
      const once = await stranger.ask({ ...OUT, headers });
      if (once.dialog !== undefined) await stranger.hangUp(once.dialog);
      const twice = await stranger.ask({ ...OUT, headers });
      stranger.close();
      return `${said(once)}, then ${said(twice)}`;
    },
  ),
];

function madeUp(more: string): string {
  return `Authorization: Digest username="ana", realm="pbx.test", nonce="0123456789abcdef", uri="${OUT.uri}", ${more}, response="00000000000000000000000000000000"\r\n`;
}

async function withAccount(
  house: House,
  user: string,
  password: string,
  order: Order,
): Promise<string> {
  const stranger = await house.stranger(user, password);
  const reply = await stranger.ask(order);
  stranger.close();
  return said(reply);
}

/** Requests in a call that is up, by somebody who is not in it but knows its tags. */
function intruding(name: string, due: string, order: Omit<Order, 'uri'>): Row {
  return row(DIALOG, name, due, async (house) => {
    const { ana } = house.actors;
    const [own] = await house.talk(ana, 'ben');
    const stranger = await house.stranger();
    const reply = await stranger.ask({ uri: own.target, dialog: { ...own }, ...order });
    stranger.close();
    // Not only the answer counts: the call is up still.
    const still = await ana.ask({ method: 'OPTIONS', uri: own.target, dialog: own });
    await ana.hangUp(own);
    return `${said(reply)}, then ${said(still)}`;
  });
}

const REFER = `Refer-To: <${uriOf('902079460018')}>\r\n`;
const intruders: Row[] = [
  intruding('BYE with the tags of a call, from elsewhere', '401, then 200', { method: 'BYE' }),
  intruding('INVITE with the tags of a call, from elsewhere', '401, then 200', {
    method: 'INVITE',
  }),
  intruding('UPDATE with the tags of a call, from elsewhere', '401, then 200', {
    method: 'UPDATE',
  }),
  intruding('INFO with the tags of a call, from elsewhere', '401, then 200', { method: 'INFO' }),
  intruding('REFER with the tags of a call, from elsewhere', '401, then 200', {
    method: 'REFER',
    headers: REFER,
  }),
  row(DIALOG, 'REFER with the tags of a call, from another phone', '403', (house) =>
    among(house, (dialog) =>
      house.actors.ben.ask({ method: 'REFER', uri: dialog.target, dialog, headers: REFER }),
    ),
  ),
  row(DIALOG, 'BYE with the tags of a call, from another phone', '403', (house) =>
    among(house, (dialog) => house.actors.ben.ask({ method: 'BYE', uri: dialog.target, dialog })),
  ),
  row(DIALOG, 'INVITE with the tags of a call, from a gateway', '403', (house) =>
    among(house, (dialog) =>
      house.actors.transit.ask({ method: 'INVITE', uri: dialog.target, dialog }),
    ),
  ),
  row(DIALOG, 'REFER with a tag wrong', '481', (house) =>
    among(house, (dialog, ana) =>
      ana.ask({
        method: 'REFER',
        uri: dialog.target,
        dialog: { ...dialog, localTag: 'wrong', local: `${ANA};tag=wrong` },
        headers: REFER,
      }),
    ),
  ),
];

/** While ana talks with hal. */
async function among(
  house: House,
  act: (
    dialog: Awaited<ReturnType<House['talk']>>[0],
    ana: Actor,
  ) => Promise<{ status: number; code: string }>,
): Promise<string> {
  const { ana, gus } = house.actors;
  gus.habit = { does: 'refuse', status: 480 };
  const [own] = await house.talk(ana, 'hal');
  const reply = await act({ ...own }, ana);
  own.cseq += 10;
  await ana.hangUp(own);
  return said(reply);
}

export const STRANGERS: readonly Row[] = [...invites, ...proofs, ...intruders];

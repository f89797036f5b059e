/** Calls that are moved: REFER, 302, Replaces. Who moves a call needs the right to call where it goes. */
import { type Actor, type Dialog, DOMAIN } from './actor.ts';
import { type House, type Name, NUMBERS, type PhoneName, uriOf } from './house.ts';
import { type Row, refer, row, said } from './row.ts';

const REFER = 'REFER';
const REDIRECT = 'Redirection by a phone that may not';
const REPLACES = 'Replaces';
const OUTSIDE = '902079460018';

/** While ben, who may not call out, has called ana. */
function byBen(name: string, due: string, referTo: string, more = ''): Row {
  return row(REFER, name, due, async (house) => {
    const { ben } = house.actors;
    const [own] = await house.talk(ben, 'ana');
    const came = await refer(ben, own, referTo === '' ? more : `Refer-To: ${referTo}\r\n${more}`);
    await ben.hangUp(own);
    return came;
  });
}

const REFUSED = '202, then 403';
const refers: Row[] = [
  byBen('to a number outside', REFUSED, `<${uriOf(OUTSIDE)}>`),
  byBen('to a number with +', REFUSED, `<${uriOf('+442079460018')}>`),
  byBen('to a tel: URI', REFUSED, '<tel:+442079460018>'),
  byBen('to user=phone', REFUSED, `<${uriOf(OUTSIDE)};user=phone>`),
  byBen('to escaped digits', REFUSED, `<${uriOf('%3902079460018')}>`),
  byBen('to a premium number', '202, then 404', `<${uriOf('909012345678')}>`),
  byBen(
    'with Referred-By a phone that may',
    REFUSED,
    `<${uriOf(OUTSIDE)}>`,
    `Referred-By: <sip:ana@${DOMAIN}>\r\n`,
  ),
  byBen(
    'with P-Asserted-Identity a phone that may',
    REFUSED,
    `<${uriOf(OUTSIDE)}>`,
    `P-Asserted-Identity: <sip:ana@${DOMAIN}>\r\n`,
  ),
  byBen('with From in the URI', REFUSED, `<${uriOf(OUTSIDE)}?From=%3Csip:ana%40${DOMAIN}%3E>`),
  byBen('with Route in the URI', REFUSED, `<${uriOf(OUTSIDE)}?Route=%3Csip:127.0.0.51%3Blr%3E>`),
  byBen(
    'with P-Asserted-Identity in the URI',
    REFUSED,
    `<${uriOf(OUTSIDE)}?P-Asserted-Identity=%3Csip:ana%40${DOMAIN}%3E>`,
  ),
  byBen(
    'with Replaces of no call in the URI',
    '202, then 481',
    `<${uriOf(OUTSIDE)}?Replaces=none%3Bto-tag%3D1%3Bfrom-tag%3D2>`,
  ),
  byBen('to a domain that is not ours', '202, then 404', `<sip:2003@evil.test>`),
  byBen(
    'to a number outside at a domain that is not ours',
    '202, then 404',
    `<sip:${OUTSIDE}@evil.test>`,
  ),
  byBen('to a context that is not ours', '202, then 404', '<tel:2003;phone-context=evil.test>'),
  byBen('to another method', '400', `<${uriOf(OUTSIDE)};method=REGISTER>`),
  byBen('to another method in the URI', '400', `<${uriOf(OUTSIDE)}?method=BYE>`),
  byBen('to another scheme', '400', '<mailto:mallory@evil.test>'),
  byBen('to two places', '400', `<${uriOf('2003')}>, <${uriOf(OUTSIDE)}>`),
  byBen('to nowhere', '400', ''),
  byBen(
    'with a Target-Dialog beside it',
    REFUSED,
    `<${uriOf(OUTSIDE)}>`,
    'Target-Dialog: x;local-tag=1;remote-tag=2\r\n',
  ),
  row(REFER, 'of a caller from outside, by a phone that may not', REFUSED, async (house) => {
    const { trusted, ben } = house.actors;
    const [own, other] = await house.talk(trusted, 'ben', `sip:+442079460002@127.0.0.1`);
    const came = await refer(ben, other, `Refer-To: <${uriOf(OUTSIDE)}>\r\n`);
    await trusted.hangUp(own);
    return came;
  }),
  row(
    REFER,
    'by the called party outside, to a premium number',
    '202, then 404; out INVITE +442079460018',
    async (house) => {
      const { ana, out } = house.actors;
      const dialog = await ana.call({ uri: uriOf(OUTSIDE) });
      await out.until(() => out.taken.length > 0);
      const [other] = out.taken;
      const came =
        other === undefined
          ? ''
          : await refer(out, other, `Refer-To: <${uriOf('909012345678')}>\r\n`);
      await ana.hangUp(dialog);
      return came;
    },
  ),
  row(REFER, 'by a caller from outside, of the phone that answered', REFUSED, async (house) => {
    const { trusted } = house.actors;
    const [own] = await house.talk(trusted, 'ben', `sip:+442079460002@127.0.0.1`);
    const came = await refer(trusted, own, `Refer-To: <sip:${OUTSIDE}@127.0.0.1>\r\n`);
    await trusted.hangUp(own);
    return came;
  }),
];

/** ben's phone sends calls on to where it may not call. */
function redirect(
  name: string,
  who: Name,
  status: number,
  contact: (house: House) => string,
  due = '403 LW-3403',
): Row {
  return row(REDIRECT, name, due, async (house) => {
    house.actors.ben.habit = { does: 'refuse', status, headers: `Contact: ${contact(house)}\r\n` };
    const uri = who === 'ana' ? uriOf('2002') : 'sip:+442079460002@127.0.0.1';
    return said(await house.actors[who].ask({ method: 'INVITE', uri }));
  });
}

const NONE = '404 LW-3404';
const redirects: Row[] = [
  redirect('302 to a number outside', 'ana', 302, () => `<${uriOf(OUTSIDE)}>`),
  redirect('302 to a gateway', 'ana', 302, (house) => `<${house.at('02079460018', 'out')}>`, NONE),
  redirect('302 to a tel: URI', 'ana', 302, () => '<tel:+442079460018>'),
  redirect('301 to a number outside', 'ana', 301, () => `<${uriOf(OUTSIDE)}>`),
  redirect(
    '300 to several numbers',
    'ana',
    300,
    () => `<${uriOf(OUTSIDE)}>, <${uriOf('+442079460018')}>`,
  ),
  redirect(
    '305 to a gateway as a proxy',
    'ana',
    305,
    (house) => `<${house.at('', 'out').replace('@', '')}>`,
    '603',
  ),
  redirect(
    '302 to somebody elsewhere',
    'ana',
    302,
    (house) => `<${house.at('x', 'elsewhere')}>`,
    NONE,
  ),
  redirect('302 of a caller from outside', 'trusted', 302, () => `<${uriOf(OUTSIDE)}>`),
  redirect(
    '302 to a premium number of a caller from outside',
    'trusted',
    302,
    () => '<tel:+4490912345678>',
    NONE,
  ),
];

/** `Replaces` of the call that ana has with hal, by somebody. */
function replaces(
  name: string,
  due: string,
  who: (house: House) => Promise<Actor>,
  of: (own: Dialog, other: Dialog) => Dialog = (_, other) => other,
  more = '',
): Row {
  return row(REPLACES, name, due, async (house) => {
    const { ana, gus } = house.actors;
    gus.habit = { does: 'refuse', status: 480 };
    const [own, other] = await house.talk(ana, 'hal');
    const actor = await who(house);
    const { callId, localTag, remoteTag } = of(own, other);
    const headers = `Replaces: ${callId};to-tag=${remoteTag};from-tag=${localTag}${more}\r\n`;
    const reply = await actor.ask({ method: 'INVITE', uri: uriOf('2010'), headers });
    if (reply.dialog !== undefined) await actor.hangUp(reply.dialog);
    // A call that has been taken ends with that.
    else await ana.hangUp(own);
    return said(reply);
  });
}

const phone = (name: PhoneName) => async (house: House) => house.actors[name];
const replacing: Row[] = [
  replaces("of a line's call, by a phone that is none of the line's", '403', phone('ben')),
  replaces(
    "of a caller's place, by a phone that is none of its line's",
    '403',
    phone('ben'),
    (own) => own,
  ),
  replaces("of a line's call, by a phone that may call out", '403', phone('fay')),
  replaces("of a line's call, by its other phone while somebody talks", '486', phone('gus')),
  replaces("of a line's call, by a gateway", '403', async (house) => house.actors.transit),
  replaces("of a line's call, by a stranger", '401', (house) => house.stranger()),
  replaces('with tags of no call', '481', phone('gus'), (own) => ({
    ...own,
    localTag: 'none',
    remoteTag: 'none',
  })),
  replaces('early-only of a call that stands', '486', phone('gus'), undefined, ';early-only'),
  row(
    REPLACES,
    'of a call outside, by a phone that may not call there',
    '403; out INVITE +442079460018',
    async (house) => {
      const { ana, ben, out } = house.actors;
      const dialog = await ana.call({ uri: uriOf(OUTSIDE) });
      await out.until(() => out.taken.length > 0);
      const { callId, localTag, remoteTag } = out.taken[0] ?? dialog;
      const headers = `Replaces: ${callId};to-tag=${remoteTag};from-tag=${localTag}\r\n`;
      const reply = await ben.ask({ method: 'INVITE', uri: uriOf(NUMBERS.ana), headers });
      await ana.hangUp(dialog);
      return said(reply);
    },
  ),
  row(REPLACES, 'beside Join', '400', (house) =>
    house
      .dial('ben', '2010', {
        headers: 'Replaces: x;to-tag=1;from-tag=2\r\nJoin: x;to-tag=1;from-tag=2\r\n',
      })
      .then(said),
  ),
  row(REPLACES, 'in a request that is no INVITE', '400', async (house) =>
    said(
      await house.actors.ben.ask({
        method: 'SUBSCRIBE',
        uri: uriOf('2010'),
        headers: 'Event: dialog\r\nReplaces: x;to-tag=1;from-tag=2\r\n',
      }),
    ),
  ),
];

export const MOVING: readonly Row[] = [...refers, ...redirects, ...replacing];

/** What must be possible, whatever is refused: emergencies, calls in the house, and what has been granted. */
import { DOMAIN } from './actor.ts';
import { type House, uriOf } from './house.ts';
import { callOnce, calls, type Row, row, said } from './row.ts';

const EMERGENCY = 'Allowed: emergencies';
const HOUSE = 'Allowed: in the house';
const OUTSIDE = 'Allowed: outside, as granted';
const OUT999 = '200; out INVITE 999';
const NUMBER = '902079460018';
const OUT = '200; out INVITE +442079460018';

const emergencies: Row[] = [
  ...calls(EMERGENCY, [
    ['from a phone that may call out', 'ana', '999', OUT999],
    ['from a phone that may call in the house only', 'ben', '999', OUT999],
    ['from a phone that may call nobody', 'cas', '999', OUT999],
    ['from a phone for which all is blocked', 'dan', '999', OUT999],
    ['from a phone that is not registered, and in no search space', 'eve', '999', OUT999],
    ['from a phone that is believed by its address', 'fay', '999', OUT999],
    ['from a phone of a shared line', 'gus', '999', OUT999],
    ['as a tel: URI', 'cas', `tel:999;phone-context=${DOMAIN}`, OUT999],
    ['with user=phone', 'cas', `sip:999@${DOMAIN};user=phone`, OUT999],
    ['with # behind it', 'cas', '999#', OUT999],
    ['escaped', 'cas', '%39%39%39', OUT999],
    ['with a parameter behind it', 'cas', `sip:999;ext=902079460018@${DOMAIN}`, OUT999],
    ['anonymously', 'cas', '999', OUT999, { headers: 'Privacy: id\r\n' }],
    [
      'with a From that is nobody',
      'cas',
      '999',
      OUT999,
      { from: '<sip:nobody@anonymous.invalid>' },
    ],
    ['at our address', 'cas', 'sip:999@127.0.0.1', OUT999],
  ]),
  row(
    EMERGENCY,
    'digit by digit',
    '484 LW-3004, 484 LW-3004, 200; out INVITE 999',
    async (house) => {
      const { cas } = house.actors;
      const heard: string[] = [];
      for (const [at, digits] of ['9', '99', '999'].entries()) {
        const order = {
          method: 'INVITE',
          uri: uriOf(digits),
          callId: 'sos',
          fromTag: 'sos',
          cseq: 2 * at + 2,
        };
        const reply = await cas.ask(order);
        heard.push(said(reply));
        if (reply.dialog !== undefined) await cas.hangUp(reply.dialog);
      }
      return heard.join(', ');
    },
  ),
  row(EMERGENCY, 'from a line all of whose appearances are in use', OUT999, async (house) => {
    const { ana, gus, hal } = house.actors;
    hal.habit = { does: 'refuse', status: 480 };
    const [own] = await house.talk(ana, 'gus');
    const came = await callOnce(house, 'hal', { method: 'INVITE', uri: uriOf('999') });
    await ana.hangUp(own);
    await gus.until(() => true);
    return came;
  }),
  row(EMERGENCY, 'while the caller has another call', OUT999, async (house) => {
    const { ben } = house.actors;
    const [own] = await house.talk(ben, 'ana');
    const came = await callOnce(house, 'ben', { method: 'INVITE', uri: uriOf('999') });
    await ben.hangUp(own);
    return came;
  }),
  row(
    EMERGENCY,
    'by REFER, from a phone that may not call out',
    '202, then 200; out INVITE 999',
    async (house) => {
      const { ben } = house.actors;
      const [own] = await house.talk(ben, 'cas');
      const headers = `Refer-To: <${uriOf('999')}>\r\n`;
      const { status } = await ben.ask({ method: 'REFER', uri: own.target, dialog: own, headers });
      await ben.until(() => ben.notified.some((each) => each >= 200));
      const { cas, out } = house.actors;
      const [left] = cas.taken;
      if (left !== undefined) await cas.hangUp(left);
      await out.until(() => true);
      return `${status}, then ${ben.notified.at(-1)}`;
    },
  ),
];

const house: Row[] = calls(HOUSE, [
  ['a number', 'ben', '2001', '200'],
  ['a number, by who may call out', 'ana', '2002', '200'],
  ["a user's name", 'eve', 'ana', '200'],
  ['a shared line', 'ben', '2010', '200'],
  ['user=phone', 'ben', `sip:2001@${DOMAIN};user=phone`, '200'],
  ['a tel: URI of our context', 'ben', `tel:2001;phone-context=${DOMAIN}`, '200'],
  ['our address instead of our domain', 'ben', 'sip:2001@127.0.0.1', '200'],
  ['from a phone that is not registered', 'eve', '2001', '200'],
  ['from a phone that is believed by its address', 'fay', '2001', '200'],
  ['by its direct number, from outside', 'trusted', '+442079460002', '200'],
  ['a shared line by its direct number, from outside', 'trusted', '+442079460010', '200'],
  ['a number, from a gateway without a search space', 'out', '2002', '200'],
  ['a number whose phone is not registered', 'ben', 'eve', '404 LW-3001'],
]);

const outside: Row[] = [
  ...calls(OUTSIDE, [
    ['a number', 'ana', NUMBER, OUT],
    ['with +', 'ana', '+442079460018', OUT],
    ['with 00', 'ana', '900442079460018', OUT],
    ['a tel: URI', 'ana', 'tel:+44-20-7946-0018', OUT],
    ['user=phone', 'ana', `sip:${NUMBER}@${DOMAIN};user=phone`, OUT],
    ['with separators', 'ana', '9(020)7946-0018', OUT],
    ['with #', 'ana', `${NUMBER}#`, OUT],
    ['from a phone that is believed by its address', 'fay', NUMBER, OUT],
    ['by another list', 'ana', '802079460018', '200; narrow INVITE 02079460018'],
    ['from a gateway that may, to another', 'transit', '77442079460018', OUT],
    ['a number of the house, from a gateway that may call out', 'transit', '+442079460002', '200'],
  ]),
  row(OUTSIDE, 'REFER by a phone that may', `202, then ${OUT}`, async (house) => {
    const { ana, ben } = house.actors;
    const [own] = await house.talk(ana, 'ben');
    const headers = `Refer-To: <${uriOf(NUMBER)}>\r\n`;
    const { status } = await ana.ask({ method: 'REFER', uri: own.target, dialog: own, headers });
    await ana.until(() => ana.notified.some((each) => each >= 200));
    const [left] = ben.taken;
    if (left !== undefined) await ben.hangUp(left);
    return `${status}, then ${ana.notified.at(-1)}`;
  }),
  row(
    OUTSIDE,
    'a second call by a gateway that has one line',
    '200, then 503 LW-3202; narrow INVITE 02079460018',
    async (house) => {
      const { ana } = house.actors;
      const first = await house.dial('ana', '802079460018');
      const second = await house.dial('fay', '802079460019');
      if (first.dialog !== undefined) await ana.hangUp(first.dialog);
      return `${said(first)}, then ${said(second)}`;
    },
  ),
  row(HOUSE, 'OPTIONS to the manager, by anybody', '200', async (house) => {
    const stranger = await house.stranger();
    const reply = await stranger.ask({ method: 'OPTIONS', uri: `sip:${DOMAIN}` });
    stranger.close();
    return said(reply);
  }),
  row(HOUSE, "a line's held call, retrieved by its other phone", '200', (house) => retrieve(house)),
];

/** gus holds a call, hal takes it by Replaces. */
async function retrieve(house: House): Promise<string> {
  const { ana, gus, hal } = house.actors;
  hal.habit = { does: 'refuse', status: 480 };
  await house.talk(ana, 'gus');
  const [held] = gus.taken;
  if (held === undefined) return 'no call';
  const body = `v=0\r\no=- 1 2 IN IP4 127.0.0.17\r\ns=-\r\nc=IN IP4 127.0.0.17\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendonly\r\n`;
  await gus.ask({ method: 'INVITE', uri: held.target, dialog: held, body });
  const headers = `Replaces: ${held.callId};to-tag=${held.remoteTag};from-tag=${held.localTag}\r\n`;
  const reply = await hal.ask({ method: 'INVITE', uri: uriOf('2010'), headers });
  if (reply.dialog !== undefined) await hal.hangUp(reply.dialog);
  return said(reply);
}

export const ALLOWED: readonly Row[] = [...emergencies, ...house, ...outside];

/**
 * The messages of RFC 4475 as the whole stack deals with them: what goes back, or what the owner is
 * told. The parser's verdicts, with what the RFC says of each, are in test/sip/message/torture.test.ts;
 * the registrar and admission are stand-ins here that take everybody.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { Stage, udp } from './ladder.ts';

const CORPUS = new URL('../../corpus/rfc4475/', import.meta.url);

// File; statuses sent; events; the header that the status demands, or a remark.
const VERDICTS = `
  badaspec    400  -        Warning
  badbranch   200  -        Allow
  baddate     100  invited  a Date that we do not need
  baddn       400  -        Warning
  badinv01    400  -        Warning
  badvers     505  -        Warning
  bcast       -    -        a response to nothing
  bext01      420  -        Unsupported: nothingSupportsThis, nothingSupportsThisEither
  bigcode     -    -        no status code
  clerr       400  -        Warning
  cparam01    200  -        the registrar's
  cparam02    200  -        the registrar's
  dblreq      200  -        the registrar's; what follows it in the datagram is dropped
  esc01       100  invited  an odd user part
  esc02       501  -        Allow
  escnull     200  -        the registrar's
  escruri     400  -        Warning
  insuf       400  -        Warning
  intmeth     501  -        Allow
  inv2543     100  invited  RFC 2543: no tag, no Contact
  invut       415  -        Accept: application/sdp, multipart/mixed, multipart/alternative, multipart/related
  longreq     100  invited  all of it
  ltgtruri    400  -        Warning
  lwsdisp     200  -        Allow
  lwsruri     400  -        Warning
  lwsstart    400  -        Warning
  mcl01       400  -        Warning
  mismatch01  400  -        Warning
  mismatch02  501  -        Allow
  mpart01     405  -        Allow
  multi01     400  -        Warning
  ncl         400  -        Warning
  noreason    -    -        a response to nothing
  novelsc     416  -        nothing demanded
  quotbal     400  -        Warning
  regaut01    200  -        the registrar's
  regbadct    200  -        the registrar's
  regescrt    200  -        the registrar's
  scalar02    400  -        Warning
  scalarlg    -    -        a response that cannot be
  sdp01       406  -        nothing demanded
  semiuri     200  -        Allow
  transports  200  -        Allow
  trws        400  -        Warning
  unkscm      416  -        nothing demanded
  unksm2      200  -        the registrar's
  unreason    -    -        a response to nothing
  wsinv       481  -        its To has a tag, and we are in no such dialog
  zeromf      200  -        Allow
`;

/** Remarks that are a header, or the name of one. */
const HEADER = /^(?:Accept|Allow|Unsupported|Warning)\b/;

test('there is a verdict for each message', () => {
  const files = readdirSync(CORPUS).filter((file) => file.endsWith('.dat'));
  const named = VERDICTS.trim()
    .split('\n')
    .map((row) => `${row.trim().split(/\s+/)[0]}.dat`);
  assert.deepEqual(named, files.sort());
});

for (const row of VERDICTS.trim().split('\n')) {
  const [, file = '', status, events, remark = ''] =
    /^(\S+) +(\S+) +(\S+) +(.*)$/.exec(row.trim()) ?? [];
  test(`${file}: ${status} ${events} ${remark}`, () => {
    const stage = new Stage({});
    stage.receive(readFileSync(new URL(`${file}.dat`, CORPUS), 'latin1'), udp('192.0.2.1'));
    const sent = stage.out.map((effect) => (effect.type === 'send' ? effect.text : ''));
    const told = stage.userAgent.events.map((event) => event.type);
    const headers = sent.flatMap((text) => text.split('\r\n')).map((line) => `${line} `);
    const isThere =
      !HEADER.test(remark) || headers.some((line) => /^[: ]/.test(after(line, remark)));
    assert.deepEqual(
      [sent.map((text) => text.slice(8, 11)).join() || '-', told.join() || '-', isThere],
      [status, events, true],
    );
  });
}

/** What follows `start` in `line`, '' when it does not begin with that. */
function after(line: string, start: string): string {
  return line.startsWith(start) ? line.slice(start.length) : '';
}

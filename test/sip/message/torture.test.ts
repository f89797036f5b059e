/**
 * The 49 messages of RFC 4475 and the 12 of RFC 5118, each with the verdict that its RFC gives.
 *
 * Columns: file; what the parser says (`valid`, or the fault's code); what becomes of it (`served`,
 * the final status that goes back, or `dropped`); what the RFC says, shortened. Verdicts that only the
 * message decides are checked here: those of the parser and of `validateRequest`. Where another layer
 * has the last word (the registrar, transactions), the last column names it; what that layer needs
 * from the message is in torture-contents.test.ts.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { validateRequest } from '../../../src/sip/message/validate.ts';

/** RFC 4475 §3.1.1, valid messages; §3.1.2, invalid ones; §3.2 and §3.3, upper layers; §3.4, RFC 2543. */
const RFC_4475 = `
  wsinv       valid            served   legal but odd: compact names, folds, spaces around everything, escapes in quotes
  intmeth     valid            served   every octet that tokens, user parts and quoted strings may hold (here: a method we do not know)
  esc01       valid            served   escapes in a URI hide no delimiters: the user part is sips:user@example.com
  escnull     valid            served   %00 is a character like others; the registrar keeps two different contacts
  esc02       valid            served   a percent sign in a method or header name escapes nothing: neither is known
  lwsdisp     valid            served   no space is needed between a display name and its bracket
  longreq     valid            served   long values everywhere
  dblreq      valid            served   a datagram ends where Content-Length says; the INVITE after it is dropped
  semiuri     valid            served   a semicolon in the user part begins no parameter
  transports  valid            served   unknown transports in Via fields are no fault
  mpart01     valid            served   a body in parts, with octets of every value
  unreason    valid            served   a reason phrase in UTF-8
  noreason    valid            served   an empty reason phrase
  badinv01    via              400      stray commas and semicolons where parameters belong
  clerr       content length   400      Content-Length longer than what came
  ncl         content length   400      negative Content-Length
  scalar02    cseq             400      CSeq beyond 2^31; large Expires and Max-Forwards alone might be lived with
  scalarlg    cseq             dropped  the same in a response
  quotbal     address          400      a quote in To does not close
  ltgtruri    uri              400      the Request-URI in angle brackets
  lwsruri     start line       400      a space within the Request-URI
  lwsstart    start line       400      more than one space between the parts of the request line
  trws        start line       400      a space at the end of the request line
  escruri     uri              400      header fields within the Request-URI
  baddate     valid            served   a Date that is not GMT: whoever does not need it may pass over it
  regbadct    valid            served   a Contact with a question mark lacks its brackets: 400 by the registrar
  badaspec    address          400      spaces within the brackets of To
  baddn       address          400      a comma in a display name without quotes
  badvers     version          505      SIP/7.0
  mismatch01  cseq             400      CSeq of another method
  mismatch02  cseq             501      the same for an unknown method, where 501 has the better future
  bigcode     start line       dropped  a status code beyond 32 bits
  badbranch   valid            served   the branch is the magic cookie and nothing else: the transaction layer falls back on RFC 2543 matching
  insuf       missing header   400      no Call-ID, From or To
  unkscm      valid            416      an unknown scheme in the Request-URI
  novelsc     valid            416      a registered scheme that is no SIP
  unksm2      valid            served   unknown schemes in To, From and Contact are no fault of syntax: 400 by the registrar
  bext01      valid            420      extensions that nobody supports: each is named in Unsupported
  invut       valid            415      a body of a type that nobody knows: what is taken is named in Accept
  regaut01    valid            served   credentials of an unknown scheme are no credentials: challenged by the registrar
  multi01     repeated header  400      two each of CSeq, Call-ID, To, From, Max-Forwards
  mcl01       repeated header  400      two values of Content-Length
  bcast       valid            served   a response whose second Via is the broadcast address: matches no transaction and is dropped there
  zeromf      valid            served   an endpoint serves what it need not pass on
  cparam01    valid            served   the unknown parameter is the field's
  cparam02    valid            served   the unknown parameter is the URI's
  regescrt    valid            served   a Contact with an escaped Route within its brackets: kept as it is by the registrar
  sdp01       valid            406      an INVITE whose Accept leaves no room for a session description
  inv2543     valid            served   RFC 2543: no branch, no tags, no Content-Length, no Max-Forwards
`;

/** RFC 5118 §4.1-§4.10. */
const RFC_5118 = `
  ipv6-good                      valid  served  a reference in brackets
  ipv6-bad                       uri    400     the Request-URI lacks them
  port-ambiguous                 valid  served  what looks like a port inside the brackets is part of the address
  port-unambiguous               valid  served  a port after the brackets is a port
  via-received-param-with-delim  valid  served  received in brackets, as some write it
  via-received-param-no-delim    valid  served  received without brackets, as the grammar has it
  ipv6-in-sdp                    valid  served  an IPv6 session description
  mult-ip-in-header              valid  served  both families in Via fields
  mult-ip-in-sdp                 valid  served  both families in one session description
  ipv4-mapped-ipv6               valid  served  an IPv4 address mapped into IPv6
  ipv6-correct-abnf-2-colons     valid  served  two colons before an embedded IPv4 address
  ipv6-bug-abnf-3-colons         valid  served  three, by a slip of RFC 3261's grammar: to be tolerated
`;

/**
 * The messages of RFC 5118 as its archive prints them: lines end with LF, which is taken when all do.
 * Two have lost their empty line and two announce a body longer than LF ends leave it: no messages.
 */
const RFC_5118_AS_PRINTED = `
  ipv6-good                      valid           served  -
  ipv6-bad                       uri             400     -
  port-ambiguous                 valid           served  -
  port-unambiguous               valid           served  -
  via-received-param-with-delim  valid           served  -
  via-received-param-no-delim    valid           served  -
  ipv6-in-sdp                    content length  400     -
  mult-ip-in-header              valid           served  -
  mult-ip-in-sdp                 content length  400     -
  ipv4-mapped-ipv6               valid           served  -
  ipv6-correct-abnf-2-colons     header          400     -
  ipv6-bug-abnf-3-colons         header          400     -
`;

walk(RFC_4475, 'rfc4475', '.dat');
walk(RFC_5118, 'rfc5118-wire', '.dat');
walk(RFC_5118_AS_PRINTED, 'rfc5118-archive', '');

function walk(table: string, folder: string, ending: string): void {
  const rows = table
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s{2,}/));
  for (const [file = '', parser, server, rfc] of rows) {
    test(`${folder}: ${file}: ${parser}, ${server}: ${rfc}`, () => {
      assert.deepEqual(verdict(read(folder, file + ending)), [parser, server]);
    });
  }
  test(`${folder}: every message has its verdict`, () => {
    const files = readdirSync(`test/corpus/${folder}`).filter((file) => file !== 'SHA256SUMS');
    assert.deepEqual(rows.map(([file]) => file + ending).sort(), files.sort());
  });
}

function read(folder: string, file: string): string {
  return readFileSync(`test/corpus/${folder}/${file}`, 'latin1');
}

function verdict(text: string): [parser: string, server: string] {
  const parsed = parseMessage(text);
  if (!parsed.ok) {
    const { code, status, answerable } = parsed.fault;
    return [code, answerable ? `${status}` : 'dropped'];
  }
  const { message } = parsed;
  const refusal = message.kind === 'request' ? validateRequest(message, CAPABILITIES) : undefined;
  return ['valid', refusal ? `${refusal.status}` : 'served'];
}

const CAPABILITIES = {
  extensions: new Set(['100rel', 'replaces', 'timer']),
  contentTypes: new Set(['application/sdp', 'multipart/mixed']),
};

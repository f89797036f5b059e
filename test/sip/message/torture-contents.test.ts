/** What the torture messages of RFC 4475 and RFC 5118 say, as the layers above the parser will ask for it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { SipMessage } from '../../../src/sip/message/message.ts';
import { parseNameAddr, parseNameAddrs, splitValues } from '../../../src/sip/message/name-addr.ts';
import { parseCredentials, parseParameterised } from '../../../src/sip/message/parameters.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { maxForwards, readScalar } from '../../../src/sip/message/scalars.ts';
import { parseUri, unescapeUser } from '../../../src/sip/message/uri.ts';
import { validateRequest } from '../../../src/sip/message/validate.ts';
import { parseVia } from '../../../src/sip/message/via.ts';

const CAPABILITIES = {
  extensions: new Set(['100rel', 'replaces', 'timer']),
  contentTypes: new Set(['application/sdp', 'multipart/mixed']),
};

function readText(folder: string, file: string): string {
  return readFileSync(`test/corpus/${folder}/${file}`, 'latin1');
}

function message(file: string, folder = 'rfc4475'): SipMessage {
  const parsed = parseMessage(readText(folder, `${file}.dat`));
  assert(parsed.ok);
  return parsed.message;
}

test('wsinv: what every layer asks for is read through the odd spacing', () => {
  const { headers, body, ...rest } = message('wsinv');
  assert.deepEqual(
    { ...rest, bodyBytes: body.length },
    {
      kind: 'request',
      method: 'INVITE',
      uri: 'sip:vivekg@chair-dnrc.example.com;unknownparam',
      via: {
        transport: 'UDP',
        host: '192.0.2.2',
        port: 0,
        branch: '390skdjuw',
        rport: false,
        received: '',
        maddr: '',
      },
      callId: 'wsinv.ndaksdj@192.0.2.1',
      cseq: 9,
      cseqMethod: 'INVITE',
      fromTag: '98asjd8',
      toTag: '1918181833n',
      bodyBytes: 150,
    },
  );
});

test('wsinv: names are canonical, folds are single spaces, values are otherwise as sent', () => {
  const { headers } = message('wsinv');
  assert.deepEqual(
    headers.names.map((name, i) => `${name}: ${headers.values[i]}`),
    [
      'To: sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
      'From: "J Rosenberg \\\\\\""       <sip:jdrosen@example.com> ; tag = 98asjd8',
      'Max-Forwards: 0068',
      'Call-ID: wsinv.ndaksdj@192.0.2.1',
      'Content-Length: 150',
      'CSeq: 0009 INVITE',
      'Via: SIP  /   2.0 /UDP 192.0.2.2;branch=390skdjuw',
      'Subject: ',
      'NewFangledHeader: newfangled value continued newfangled value',
      'UnknownHeaderWithUnusualValue: ;;,,;;,;',
      'Content-Type: application/sdp',
      'Route: <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
      'Via: SIP  / 2.0  / TCP     spindle.example.com   ; branch  =   z9hG4bK9ikj8  , SIP  /    2.0   / UDP  192.168.255.111   ; branch= z9hG4bK30239',
      'Contact: "Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam = newvalue ; secondparam ; q = 0.33',
    ],
  );
});

test('wsinv: addresses and Via values can be had one by one', () => {
  const { headers } = message('wsinv');
  assert.deepEqual(
    [
      parseNameAddr(headers.first('From') ?? ''),
      parseNameAddr(headers.first('Contact') ?? ''),
      splitValues(headers.all('Via')[1] ?? '').map((value) => parseVia(value)?.branch),
      maxForwards(headers),
    ],
    [
      {
        displayName: 'J Rosenberg \\"',
        uri: 'sip:jdrosen@example.com',
        parameters: new Map([['tag', '98asjd8']]),
      },
      {
        displayName: 'Quoted string ""',
        uri: 'sip:jdrosen@example.com',
        parameters: new Map([
          ['newparam', 'newvalue'],
          ['secondparam', ''],
          ['q', '0.33'],
        ]),
      },
      ['z9hG4bK9ikj8', 'z9hG4bK30239'],
      68,
    ],
  );
});

test('intmeth: unusual characters arrive unharmed', () => {
  const { headers, cseqMethod, callId, fromTag } = message('intmeth');
  const method = "!interesting-Method0123456789_*+`.%indeed'~";
  assert.deepEqual(
    [cseqMethod, callId, fromTag, parseNameAddr(headers.first('To') ?? '')?.displayName],
    [
      method,
      'intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{',
      "_token~1'+`*%!-.",
      'BEL:\x07 NUL:\0 DEL:\x7f',
    ],
  );
});

test('intmeth: a password and all marks stand in the user part', () => {
  const { uri } = message('intmeth') as { uri: string };
  const parsed = parseUri(uri);
  assert.deepEqual(
    [parsed?.user, parsed?.password, parsed?.host],
    [
      "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
      "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
      'example.com',
    ],
  );
});

test('esc01: escapes are resolved only after the URI is taken apart', () => {
  const { uri } = message('esc01') as { uri: string };
  const parsed = parseUri(uri);
  assert.deepEqual(
    [parsed?.user, unescapeUser(parsed?.user ?? ''), parsed?.host],
    ['sips%3Auser%40example.com', 'sips:user@example.com', 'example.net'],
  );
});

test('escnull: contacts that differ in a NUL differ', () => {
  const contacts = message('escnull').headers.all('Contact').flatMap(parseAll);
  assert.deepEqual(contacts, ['sip:%00@host5.example.com', 'sip:%00%00@host5.example.com']);
});

test('esc02: a header name with a percent sign is another header', () => {
  const { headers } = message('esc02');
  assert.deepEqual(
    [headers.all('Contact').length, headers.first('C%6Fntact')],
    [2, '<sip:alias2@host2.example.com>'],
  );
});

test('dblreq: nothing of the second request is left', () => {
  const { body, headers } = message('dblreq');
  assert.deepEqual([body, headers.names.length], ['', 8]);
});

test('semiuri: the user part holds the semicolon', () => {
  const { uri } = message('semiuri') as { uri: string };
  assert.deepEqual(parseUri(uri), {
    scheme: 'sip',
    user: 'user;par=u%40example.net',
    password: '',
    host: 'example.com',
    port: 0,
    parameters: new Map(),
    headers: '',
  });
});

test('transports: each Via names its transport', () => {
  const vias = message('transports').headers.all('Via');
  assert.deepEqual(
    vias.map((value) => parseVia(value)?.transport),
    ['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP'],
  );
});

test('mpart01: the body is octet for octet what was sent', () => {
  const { body, headers } = message('mpart01');
  const raw = readText('rfc4475', 'mpart01.dat');
  assert.deepEqual(
    [body, parseParameterised(headers.first('Content-Type') ?? '')],
    [
      raw.slice(raw.indexOf('\r\n\r\n') + 4),
      { value: 'multipart/mixed', parameters: new Map([['boundary', '7a9cbec02ceef655']]) },
    ],
  );
});

test('unreason and noreason: phrases are kept as octets', () => {
  const phrase = (file: string) => (message(file) as { reason: string }).reason;
  assert.deepEqual(
    [Buffer.from(phrase('unreason'), 'latin1').toString('utf8'), phrase('noreason')],
    ['= 2**3 * 5**2 но сто девяносто девять - простое', ''],
  );
});

test('scalar02: large numbers in a request that is refused for its CSeq are bounded too', () => {
  const parsed = parseMessage(readText('rfc4475', 'scalar02.dat'));
  const headers = parsed.ok ? undefined : parsed.fault.answerable?.headers;
  assert(headers);
  const contact = parseNameAddr(headers.first('Contact') ?? '');
  assert.deepEqual(
    [
      maxForwards(headers),
      readScalar(headers.first('Expires')),
      readScalar(contact?.parameters.get('expires')),
    ],
    [70, 0xffff_ffff, 0xffff_ffff],
  );
});

test('regbadct and regescrt: a question mark needs brackets', () => {
  const contact = (file: string) => message(file).headers.all('Contact').flatMap(parseAll);
  assert.deepEqual(
    [contact('regbadct'), contact('regescrt')],
    [['malformed'], ['sip:user@example.com?Route=%3Csip:sip.example.com%3E']],
  );
});

test('cparam01 and cparam02: parameters belong to the field or to the URI', () => {
  const contact = (file: string) => parseNameAddr(message(file).headers.first('Contact') ?? '');
  assert.deepEqual(
    [contact('cparam01'), contact('cparam02')],
    [
      {
        displayName: '',
        uri: 'sip:+19725552222@gw1.example.net',
        parameters: new Map([['unknownparam', '']]),
      },
      {
        displayName: '',
        uri: 'sip:+19725552222@gw1.example.net;unknownparam',
        parameters: new Map(),
      },
    ],
  );
});

test('unksm2: foreign schemes can be told', () => {
  const { headers } = message('unksm2');
  const scheme = (name: string) => {
    const address = parseNameAddr(headers.first(name) ?? '');
    return parseUri(address?.uri ?? '')?.scheme;
  };
  assert.deepEqual(['To', 'From', 'Contact'].map(scheme), ['isbn', 'http', 'name']);
});

test('bext01, invut: the answer says what is lacking and what is taken', () => {
  const refusals = ['bext01', 'invut'].map((file) => {
    const request = message(file);
    assert(request.kind === 'request');
    return validateRequest(request, CAPABILITIES);
  });
  assert.deepEqual(refusals, [
    {
      status: 420,
      headers: 'Unsupported: nothingSupportsThis, nothingSupportsThisEither\r\n',
    },
    { status: 415, headers: 'Accept: application/sdp, multipart/mixed\r\n' },
  ]);
});

test('regaut01: credentials of an unknown scheme are read as such', () => {
  const value = message('regaut01').headers.first('Authorization') ?? '';
  assert.deepEqual(parseCredentials(value), {
    scheme: 'NoOneKnowsThisScheme',
    parameters: new Map([['opaque-data', 'here']]),
  });
});

test('inv2543: what the older RFC did not ask for is absent', () => {
  const { via, fromTag, toTag, headers, body } = message('inv2543');
  assert.deepEqual(
    [via.branch, fromTag, toTag, maxForwards(headers), body.slice(0, 5), body.slice(-4)],
    ['', '', '', 70, 'v=0\r\n', ' 0\r\n'],
  );
});

test('RFC 5118: addresses and ports are told apart', () => {
  const place = (file: string) => {
    const { uri } = message(file, 'rfc5118-wire') as { uri: string };
    const parsed = parseUri(uri);
    return [parsed?.host, parsed?.port];
  };
  const { via } = message('ipv4-mapped-ipv6', 'rfc5118-wire');
  const received = ['via-received-param-no-delim', 'via-received-param-with-delim'].map(
    (file) => message(file, 'rfc5118-wire').via.received,
  );
  assert.deepEqual(
    [place('port-ambiguous'), place('port-unambiguous'), via.host, via.port, received],
    [
      ['2001:db8::10:5070', 0],
      ['2001:db8::10', 5070],
      '::ffff:192.0.2.10',
      19823,
      ['2001:db8::9:255', '2001:db8::9:255'],
    ],
  );
});

function parseAll(value: string): string[] {
  return parseNameAddrs(value)?.map(({ uri }) => uri) ?? ['malformed'];
}

/** What holds for every message: text and value are each other's inverse, and no text leaves its line. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Framer } from '../../../src/sip/message/framer.ts';
import { Headers } from '../../../src/sip/message/headers.ts';
import type { SipMessage, SipRequest } from '../../../src/sip/message/message.ts';
import { parseNameAddr } from '../../../src/sip/message/name-addr.ts';
import type { OutgoingRequest } from '../../../src/sip/message/outgoing.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { formatNameAddr } from '../../../src/sip/message/safe.ts';
import { respond, serializeMessage, serializeRequest } from '../../../src/sip/message/serialize.ts';
import { formatUri, parseUri, sameUri } from '../../../src/sip/message/uri.ts';

/** Any octets, one per character. */
const octets = fc
  .uint8Array({ maxLength: 300 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));
const PLAIN = { noNullPrototype: true } as const;
const token = fc.stringMatching(/^[-.!%*_+`'~0-9A-Za-z]{1,20}$/);
const port = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 65_535 }));
const host = fc.oneof(
  fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?(\.[a-z]{2,5}){0,2}$/),
  fc.ipV4(),
  fc.ipV6().filter((address) => !address.includes('%')),
);
/** A value that any field may have: trimmed, on one line. */
const value = fc.stringMatching(
  /^[\x21-\x7e\x80-\xff]([ \t\x21-\x7e\x80-\xff]{0,60}[\x21-\x7e])?$/,
);
/** A name that stands in no list, so that it stays as it is and may stand twice. */
const unknownName = token.map((name) => `X-${name}`);

const via = fc.record(
  {
    transport: fc.constantFrom('UDP', 'TCP', 'TLS', 'WS', 'WSS', 'SCTP'),
    host,
    port,
    branch: token,
    rport: fc.boolean(),
    received: fc.oneof(fc.constant(''), fc.ipV4()),
    maddr: fc.oneof(fc.constant(''), fc.ipV4()),
  },
  PLAIN,
);

const common = fc.record(
  {
    via,
    callId: fc.stringMatching(/^[\x21-\x7e]{1,40}$/),
    cseq: fc.integer({ min: 0, max: 0x7fff_ffff }),
    fromTag: fc.oneof(fc.constant(''), token),
    toTag: fc.oneof(fc.constant(''), token),
    displayName: fc.stringMatching(/^[ !#-[\]-~\x80-\xff"\\]{0,20}$/),
    others: fc.array(fc.tuple(unknownName, fc.oneof(value, fc.constant(''))), { maxLength: 6 }),
    body: octets,
  },
  PLAIN,
);

type Common = typeof common extends fc.Arbitrary<infer T> ? T : never;

const message: fc.Arbitrary<SipMessage> = fc.oneof(
  fc.tuple(common, token, host).map(
    ([parts, method, target]): SipMessage => ({
      kind: 'request',
      method,
      uri: `sip:someone@${bracketed(target)}`,
      cseqMethod: method,
      ...shared(parts, method),
    }),
  ),
  fc.tuple(common, token, fc.integer({ min: 100, max: 699 }), fc.oneof(value, fc.constant(''))).map(
    ([parts, method, status, reason]): SipMessage => ({
      kind: 'response',
      status,
      reason,
      cseqMethod: method,
      ...shared(parts, method),
    }),
  ),
);

function shared(parts: Common, method: string) {
  const { via, callId, cseq, fromTag, toTag, displayName, others, body } = parts;
  const headers = new Headers();
  headers.add('Via', formatVia(via));
  headers.add('From', formatNameAddr(displayName, 'sip:a@example.org') + tagged(fromTag));
  headers.add('To', `<sip:b@example.org;x=y>${tagged(toTag)}`);
  headers.add('Call-ID', callId);
  headers.add('CSeq', `${cseq} ${method}`);
  for (const [name, text] of others) headers.add(name, text);
  headers.add('Content-Length', `${body.length}`);
  return { headers, body, via, callId, cseq, fromTag, toTag };
}

function formatVia(via: Common['via']): string {
  const port = via.port === 0 ? '' : `:${via.port}`;
  const rport = via.rport ? ';rport' : '';
  const received = via.received === '' ? '' : `;received=${via.received}`;
  const maddr = via.maddr === '' ? '' : `;maddr=${via.maddr}`;
  return `SIP/2.0/${via.transport} ${bracketed(via.host)}${port};branch=${via.branch}${rport}${received}${maddr}`;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function tagged(tag: string): string {
  return tag === '' ? '' : `;tag=${tag}`;
}

test('parse(serialize(m)) is m', () => {
  fc.assert(
    fc.property(message, (m) => {
      assert.deepEqual(parseMessage(serializeMessage(m)), { ok: true, message: m });
    }),
    { numRuns: 1_000 },
  );
});

test('no text throws, and a fault lies within it', () => {
  const start = fc.constantFrom('', 'INVITE sip:a@b SIP/2.0\r\n', 'SIP/2.0 200 OK\r\n', 'Via: ');
  fc.assert(
    fc.property(start, octets, (line, rest) => {
      const parsed = parseMessage(line + rest);
      assert(parsed.ok || (parsed.fault.offset >= 0 && parsed.fault.offset <= line.length + 300));
    }),
    { numRuns: 1_000 },
  );
});

test('a stream gives its messages back wherever it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(message.map(serializeMessage), { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 10 }),
      (texts, sizes) => {
        const framer = new Framer();
        const framed: string[] = [];
        const stream = texts.join('');
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          framer.push(stream.slice(at, at + size));
          at += size;
          for (let frame = framer.next(); frame.type === 'message'; frame = framer.next())
            framed.push(frame.text);
        }
        assert.deepEqual(framed, texts);
      },
    ),
  );
});

test('whatever a response is given, it has no header field but its own and its body is its body', () => {
  const request = message.filter((m): m is SipRequest => m.kind === 'request');
  fc.assert(
    fc.property(request, octets, octets, octets, octets, (asked, reason, type, lines, body) => {
      const parsed = parseMessage(
        respond(asked, 486, reason, { headers: lines, contentType: type, body, toTag: 'ours' }),
      );
      assert(parsed.ok, 'the response is no message');
      const { headers } = parsed.message;
      const own = ['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Content-Length'];
      assert.deepEqual(
        [own.map((name) => headers.all(name).length), parsed.message.body],
        [own.map(() => 1), body],
      );
    }),
  );
});

test('whatever a request is given as values, no header field is added', () => {
  const field = octets.map((text) => text.slice(0, 40));
  fc.assert(
    fc.property(field, field, octets, (from, to, body) => {
      const outgoing: OutgoingRequest = {
        method: 'INVITE',
        uri: 'sip:a@b',
        callId: 'c1',
        cseq: 1,
        from: `<sip:a@b>;x="${from}"`,
        to: `<sip:a@b>;x="${to}"`,
        maxForwards: 70,
        routes: '',
        headers: 'X-One: 1\r\n',
        body,
      };
      const text = serializeRequest(outgoing, 'SIP/2.0/UDP h;branch=z9hG4bK1');
      const names = [...text.slice(0, text.indexOf('\r\n\r\n')).matchAll(/^([-\w]+):/gm)];
      assert.deepEqual(
        names.map(([, name]) => name),
        ['Via', 'Max-Forwards', 'From', 'To', 'Call-ID', 'CSeq', 'X-One', 'Content-Length'],
      );
    }),
  );
});

test('a display name survives its quoting, but for control characters', () => {
  fc.assert(
    fc.property(octets, (name) => {
      const address = parseNameAddr(`${formatNameAddr(name, 'sip:a@b')};tag=1`);
      assert.deepEqual(address, {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
        displayName: name.replace(/[\x00-\x1f\x7f]/g, ' '),
        uri: 'sip:a@b',
        parameters: new Map([['tag', '1']]),
      });
    }),
  );
});

test('parseUri(formatUri(u)) is u, and u is the same as itself', () => {
  const user = fc.stringMatching(/^([0-9a-zA-Z\-_.!~*'()&=+$,;?/]|%[0-9a-f]{2}){1,20}$/);
  const uri = fc.record(
    {
      scheme: fc.constantFrom('sip', 'sips'),
      user,
      password: fc.oneof(fc.constant(''), fc.stringMatching(/^[0-9a-z&=+$,]{1,8}$/)),
      host,
      port,
      parameters: fc
        .array(fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[0-9a-z]{0,6}$/)))
        .map((pairs) => new Map(pairs)),
      headers: fc.oneof(fc.constant(''), fc.stringMatching(/^[a-z]{1,5}=[a-z]{0,5}$/)),
    },
    PLAIN,
  );
  fc.assert(
    fc.property(uri, (u) => {
      const parsed = parseUri(formatUri(u));
      assert.deepEqual(parsed, u);
      assert(sameUri(u, u));
    }),
  );
});

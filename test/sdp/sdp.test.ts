/** What is read from session descriptions that otherwise pass through: RFC 3264, RFC 8866. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { holdOf } from '../../src/sdp/hold.ts';
import { idleAnswer } from '../../src/sdp/idle-answer.ts';
import { originOf, sameSession } from '../../src/sdp/origin.ts';
import { refusingAnswer } from '../../src/sdp/refusal.ts';

const SESSION = ['v=0', 'o=ana 1 18446744073709551615 IN IP4 192.0.2.1', 's=-', 't=0 0'];
const sdp = (...lines: string[]): string => [...SESSION, ...lines, ''].join('\r\n');
const HERE = 'c=IN IP4 192.0.2.1';
const AUDIO = 'm=audio 6000 RTP/AVP 0';
const VIDEO = 'm=video 6002 RTP/AVP 31';

/** Lines after the session's own; what they say of hold. */
const HOLDS: readonly [hold: string, lines: readonly string[]][] = [
  ['active', [HERE, AUDIO]],
  ['active', [HERE, AUDIO, 'a=sendrecv']],
  ['held', [HERE, AUDIO, 'a=sendonly']],
  ['held', [HERE, AUDIO, 'a=inactive']],
  ['receiving', [HERE, AUDIO, 'a=recvonly']],
  ['held', [HERE, 'a=sendonly', AUDIO]],
  ['active', [HERE, 'a=sendonly', AUDIO, 'a=sendrecv']],
  ['held', ['c=IN IP4 0.0.0.0', AUDIO]],
  ['held', [HERE, AUDIO, 'c=IN IP4 0.0.0.0', 'a=sendrecv']],
  ['active', ['c=IN IP4 0.0.0.0', AUDIO, HERE]],
  ['held', ['c=IN IP6 ::', AUDIO]],
  ['held', ['c=IN IP6 nobody.invalid', AUDIO]],
  ['active', [HERE, AUDIO, 'a=inactive', VIDEO]],
  ['held', [HERE, AUDIO, 'a=inactive', 'm=video 0 RTP/AVP 31']],
  ['receiving', [HERE, AUDIO, 'a=inactive', VIDEO, 'a=recvonly']],
  ['none', [HERE, 'm=audio 0 RTP/AVP 0']],
  ['none', [HERE]],
];

for (const [hold, lines] of HOLDS) {
  test(`${lines.join(' | ')}: ${hold}`, () => {
    assert.equal(holdOf(sdp(...lines)), hold);
  });
}

test('LF alone ends lines too, and what is no description is none', () => {
  const text = sdp(HERE, AUDIO, 'a=sendonly').replaceAll('\r\n', '\n');
  assert.deepEqual([text, '', 'm', '\r\n=\n', 'hello'].map(holdOf), [
    'held',
    'none',
    'none',
    'none',
    'none',
  ]);
});

test('the origin is read, its numbers of any size as text', () => {
  assert.deepEqual(
    [originOf(sdp()), originOf('o=a b\r\n'), originOf('o=a 1 x IN IP4 b\r\n'), originOf('')],
    [
      {
        username: 'ana',
        sessionId: '1',
        version: '18446744073709551615',
        address: '192.0.2.1',
      },
      undefined,
      undefined,
      undefined,
    ],
  );
});

test('sessions are the same when only the origin differs', () => {
  const [one, held] = [sdp(HERE, AUDIO), sdp(HERE, AUDIO, 'a=sendonly')];
  const refreshed = one.replace('18446744073709551615', '2');
  assert.deepEqual(
    [sameSession(one, one), sameSession(one, refreshed), sameSession(one, held)],
    [true, true, false],
  );
});

test('a refusing answer has a stream of port 0 for each that is offered', () => {
  const offer = sdp(HERE, 'm=audio 6000/2 RTP/SAVPF 111 0', 'a=rtpmap:111 opus/48000/2', VIDEO);
  assert.deepEqual(
    [refusingAnswer(offer, '2001:db8::1', 5)?.split('\r\n'), refusingAnswer(sdp(), '0.0.0.0', 1)],
    [
      [
        'v=0',
        'o=- 5 1 IN IP6 2001:db8::1',
        's=-',
        'c=IN IP6 2001:db8::1',
        't=0 0',
        'm=audio 0 RTP/SAVPF 111',
        'm=video 0 RTP/AVP 31',
        '',
      ],
      undefined,
    ],
  );
});

test('an idle answer keeps plain streams with their first format, and refuses those that have keys', () => {
  const offer = sdp(
    HERE,
    'm=audio 6000 RTP/AVP 9 0 101',
    'a=rtpmap:9 G722/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=sendrecv',
    'm=video 6002 RTP/SAVPF 96',
    'a=rtpmap:96 VP8/90000',
    'm=video 0 RTP/AVP 31',
  );
  assert.deepEqual(
    [idleAnswer(offer, 5)?.split('\r\n'), idleAnswer(sdp(), 1)],
    [
      [
        'v=0',
        'o=- 5 1 IN IP4 0.0.0.0',
        's=-',
        'c=IN IP4 0.0.0.0',
        't=0 0',
        'm=audio 9 RTP/AVP 9',
        'a=rtpmap:9 G722/8000',
        'a=inactive',
        'm=video 0 RTP/SAVPF 96',
        'm=video 0 RTP/AVP 31',
        '',
      ],
      undefined,
    ],
  );
});

/** The description of a session in bodies of one part and of several. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Media } from '../../src/call/signals.ts';
import { descriptionIn, reviseDescriptions } from '../../src/device/session-description.ts';

const SDP = 'application/sdp';

function partOf(type: string, body: string, more = ''): string {
  return `--x\r\nContent-Type: ${type}\r\n${more}\r\n${body}\r\n`;
}

function mixed(...parts: readonly string[]): Media {
  return { type: 'multipart/mixed;boundary=x', body: `${parts.join('')}--x--\r\n` };
}

const EARLY = partOf(SDP, 'early', 'Content-Disposition: early-session\r\n');
const ENCODED = partOf(SDP, 'djA=', 'Content-Transfer-Encoding: base64\r\n');
const TEXT = partOf('text/plain', 'a=inactive');

test('that of the session is read, whatever stands beside it', () => {
  const described = [
    { type: SDP, body: 'v=0' },
    { type: 'Application/SDP ; charset=utf-8', body: 'v=0' },
    mixed(TEXT, EARLY, partOf(SDP, 'v=0'), TEXT),
    mixed(partOf(SDP, 'v=0', 'Content-Disposition: session;handling=required\r\n')),
  ];
  assert.deepEqual(described.map(descriptionIn), ['v=0', 'v=0', 'v=0', 'v=0']);
});

test('there is none in other bodies, in such as have none, and where it cannot be read', () => {
  const others = [
    { type: 'text/plain', body: 'v=0' },
    { type: '', body: 'v=0' },
    { type: 'multipart/mixed', body: partOf(SDP, 'v=0') },
    mixed(TEXT, EARLY),
    mixed(ENCODED),
  ];
  assert.deepEqual(others.map(descriptionIn), ['', '', '', '', '']);
});

test('all are revised, and nothing else', () => {
  const revised = reviseDescriptions(
    mixed(TEXT, EARLY, partOf(SDP, 'v=0')),
    (sdp, isSession) => `${sdp} ${isSession}`,
  );
  const early = EARLY.replace('early\r\n', 'early false\r\n');
  assert.deepEqual(revised, mixed(TEXT, early, partOf(SDP, 'v=0 true')));
});

test('where nothing changes it is the very body; where nobody can say what it describes there is none', () => {
  const same = (sdp: string) => sdp;
  const bodies = [{ type: SDP, body: 'v=0' }, mixed(TEXT, EARLY), { type: 'text/plain', body: '' }];
  assert.deepEqual(
    [
      ...bodies.map((body) => reviseDescriptions(body, same) === body),
      reviseDescriptions(mixed(ENCODED, TEXT), same),
    ],
    [true, true, true, undefined],
  );
});

/** What is left of a session description when only some codecs are allowed. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { allowCodecs } from '../../src/sdp/codecs.ts';
import { linesOf } from '../../src/sdp/lines.ts';

const HEAD = 'v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n';

/** What follows the head, line by line; 'in vain' in front when nothing is left to be used. */
function left(streams: string, codecs: readonly string[], head = HEAD): readonly string[] {
  const { sdp, isVain } = allowCodecs((head + streams).replaceAll('\n', '\r\n'), codecs);
  const lines = sdp.split('\r\n').slice(0, -1);
  const rest = lines.slice(lines.indexOf('t=0 0') + 1);
  return isVain ? ['in vain', ...rest] : rest;
}

const PHONE = `m=audio 4000 RTP/AVP 96 9 0 8 97 101 13
a=rtpmap:96 opus/48000/2
a=fmtp:96 useinbandfec=1
a=rtpmap:9 G722/8000
a=rtpmap:97 telephone-event/48000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=ptime:20
a=sendrecv
`;

test('the formats that are allowed stay, in the order in which they are liked, with their digits', () => {
  assert.deepEqual(left(PHONE, ['pcma', 'g722', 'g729']), [
    'm=audio 4000 RTP/AVP 8 9 101',
    'a=rtpmap:9 G722/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-16',
    'a=ptime:20',
    'a=sendrecv',
  ]);
});

test('digits go with the clock rate of what is left, and stay where none fits', () => {
  const odd = PHONE.replace(' 101', '').replace(/a=rtpmap:101.*\na=fmtp:101.*\n/, '');
  assert.deepEqual(
    [left(PHONE, ['opus'])[0], left(odd, ['pcmu'])[0]],
    ['m=audio 4000 RTP/AVP 96 97', 'm=audio 4000 RTP/AVP 0 97'],
  );
});

test('one clock rate of a codec may be meant, or all', () => {
  const speex = 'm=audio 4000 RTP/AVP 98 99\na=rtpmap:98 speex/16000\na=rtpmap:99 speex/8000\n';
  assert.deepEqual(
    [left(speex, ['speex/8000'])[0], left(speex, ['speex'])[0]],
    ['m=audio 4000 RTP/AVP 99', 'm=audio 4000 RTP/AVP 98 99'],
  );
});

test('nothing in common: the stream keeps its place with port 0, and that is in vain', () => {
  assert.deepEqual(left(PHONE, ['g729']), ['in vain', 'm=audio 0 RTP/AVP 96']);
});

test('a stream of which nothing is left goes, and leaves its group; the others stay', () => {
  const video = `${PHONE}a=mid:0
m=video 4002 RTP/AVP 100 101
a=mid:1
a=rtpmap:100 H264/90000
a=rtpmap:101 rtx/90000
a=fmtp:101 apt=100
`;
  const bundled = HEAD.replace('t=0 0', 'a=group:BUNDLE 0 1\nt=0 0');
  const { sdp } = allowCodecs(bundled + video, ['pcmu']);
  assert.deepEqual(
    [
      left(video, ['pcmu'], bundled).filter(
        (line) => !line.startsWith('a=') || line.includes('mid'),
      ),
      sdp.includes('a=group:BUNDLE 0\r\n'),
      left(video, ['pcmu', 'h264', 'rtx']).find((line) => line.startsWith('m=video')),
      left(video, ['pcmu', 'rtx']).find((line) => line.startsWith('m=video')),
    ],
    [
      ['m=audio 4000 RTP/AVP 0 101', 'a=mid:0', 'm=video 0 RTP/AVP 100', 'a=mid:1'],
      true,
      'm=video 4002 RTP/AVP 100 101',
      'm=video 0 RTP/AVP 100',
    ],
  );
});

test('fax over UDPTL is a format like others', () => {
  const fax = 'm=image 4004 udptl t38\na=T38FaxVersion:0\n';
  assert.deepEqual(
    [left(fax, ['pcma', 't38']), left(fax, ['pcma'])],
    [
      ['m=image 4004 udptl t38', 'a=T38FaxVersion:0'],
      ['in vain', 'm=image 0 udptl t38'],
    ],
  );
});

test('a stream that is refused already is none that is wanted', () => {
  assert.deepEqual(left('m=audio 0 RTP/AVP 96\n', ['pcma']), ['m=audio 0 RTP/AVP 96']);
});

const CODECS = ['pcmu', 'pcma', 'opus', 'g722', 'speex/8000', 't38'];

test('of any text: what is left is left again, streams keep their places, and what is refused is refused', () => {
  const line = fc.oneof(
    fc.constantFrom(...PHONE.split('\n'), 'm=image 4 udptl t38', 'm=', 'm=audio', 'a=mid:x'),
    fc.string(),
  );
  const text = fc.array(line, { maxLength: 20 }).map((lines) => lines.join('\n'));
  const codecs = fc.uniqueArray(fc.constantFrom(...CODECS), { minLength: 1 });
  fc.assert(
    fc.property(text, codecs, (given, allowed) => {
      const once = allowCodecs(given, allowed);
      const again = allowCodecs(once.sdp, allowed);
      const streams = (sdp: string) => linesOf(sdp).filter(({ type }) => type === 'm').length;
      assert.deepEqual([again.sdp, streams(once.sdp)], [once.sdp, streams(given)]);
    }),
  );
});

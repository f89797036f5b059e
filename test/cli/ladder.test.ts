/** The drawing is the specification. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { drawLadder, Ladder, peersThatFit, type Rung } from '../../src/cli/ladder.ts';

const time = (atMs: number) => `+${atMs}`;

/** `12 > udp 127.0.0.1:5061 INVITE 2000 (a/k3x)`: time, direction, peer, label, Call-ID and call. */
function rungs(text: string): Rung[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const match = /^\s*(\d+) ([<>]) (\S+ \S+) (.*) \(([^/)]+)(?:\/(\w+))?\)$/.exec(line);
      const [, at = '', arrow = '', peer = '', label = '', callId = '', call] = match ?? [];
      const direction = arrow === '<' ? 'received' : 'sent';
      return { atMs: Number(at), direction, peer, label, callId, call };
    });
}

function shown(drawing: string): string {
  return drawing
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

test('a call to a shared line: two legs ring, one answers', () => {
  const drawing = drawLadder(
    rungs(`
      0 < udp 127.0.0.1:5061 INVITE 2000 (a/k3x)
      1 > udp 127.0.0.1:5061 100 Trying (a/k3x)
      2 > udp 127.0.0.1:5062 INVITE 2000a (b/k3x)
      2 > tcp 127.0.0.1:5063 INVITE 2000b (c/k3x)
      9 < tcp 127.0.0.1:5063 200 OK (c/k3x)
      9 > udp 127.0.0.1:5062 CANCEL 2000a (b/k3x)
    `),
    { here: 'manager-a', time, colour: false },
  );
  assert.equal(
    shown(drawing),
    `
                  manager-a            udp 127.0.0.1:5061        udp 127.0.0.1:5062        tcp 127.0.0.1:5063
                      │                         │                         │                         │
          +0  1a      │◄─ INVITE 2000 ──────────│                         │                         │
          +1  1a      │── 100 Trying ──────────►│                         │                         │
          +2  1b      │─────────────────────────┼── INVITE 2000a ────────►│                         │
          +2  1c      │─────────────────────────┼─────────────────────────┼── INVITE 2000b ────────►│
          +9  1c      │◄────────────────────────┼─────────────────────────┼── 200 OK ───────────────│
          +9  1b      │─────────────────────────┼── CANCEL 2000a ────────►│                         │`,
  );
});

test('live, columns come as peers speak, and the silent one makes room', () => {
  const ladder = new Ladder({ here: 'a', time, peersMax: 2, colour: false });
  const drawing = rungs(`
      0 < udp [::1]:1 REGISTER 1001 (x)
      1 < udp [::1]:2 OPTIONS (y)
      2 > udp [::1]:2 481 Call/Transaction Does Not Exist (y)
      3 < udp [::1]:3 \u001b[2JBYE (x)
    `).map((rung) => shown(ladder.add(rung).join('\n')));
  assert.deepEqual(drawing, [
    `
                      a                    udp [::1]:1
                      │                         │
          +0  1       │◄─ REGISTER 1001 ────────│`,
    `
                      a                    udp [::1]:1               udp [::1]:2
                      │                         │                         │
          +1  2       │◄────────────────────────┼── OPTIONS ──────────────│`,
    `          +2  2       │─────────────────────────┼── 481 Call/Transacti… ─►│`,
    `
                      a                    udp [::1]:3               udp [::1]:2
                      │                         │                         │
          +3  1       │◄─ \\x1b[2JBYE ───────────│                         │`,
  ]);
});

test('on a narrow terminal there is room for one peer at least', () => {
  assert.deepEqual([20, 80, 130].map(peersThatFit), [1, 2, 4]);
});

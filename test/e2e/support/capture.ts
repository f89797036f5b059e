/**
 * What really went over the wire: tcpdump into a file, the file read back as UDP datagrams with the
 * kernel's time stamps. For the phones' RTP and for delays too short for a program's own clock.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { Child } from './child.ts';
import { eventually } from './waiting.ts';

/** One UDP datagram as captured. `atS` is seconds on the capture's clock. */
export type Datagram = {
  readonly atS: number;
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
  readonly bytes: Buffer;
};

/** A capture going on. */
export type Capture = {
  /** Everything captured so far. */
  readonly datagrams: () => Datagram[];
  readonly stop: () => Promise<void>;
};

/** Starts tcpdump on an interface (in a namespace) with a capture filter. Needs root. */
export async function startCapture(options: {
  readonly file: string;
  readonly filter: string;
  readonly device?: string;
  readonly namespace?: string;
  /** Whether `datagrams` is to be asked while the capture goes on (it is, unless told otherwise). */
  readonly live?: boolean;
  /** Octets kept of each packet. */
  readonly octets?: number;
  readonly t?: TestContext;
}): Promise<Capture> {
  // -Z root: tcpdump would otherwise give up the right to write into the test's folder.
  const common = `-i ${options.device ?? 'eth0'} -n -Z root -B 8192 -s ${options.octets ?? 2048}`;
  // A live capture has each packet in the file as soon as it is seen, at a cost per packet.
  const manner = options.live === false ? '' : '-U --immediate-mode ';
  const args = [...`${manner}${common}`.split(' '), '-w', options.file, options.filter];
  const child = new Child('tcpdump', 'tcpdump', args, { namespace: options.namespace });
  options.t?.after(() => child.stop());
  await child.waitForOutput(/listening on/, 5000);
  await eventually(
    'tcpdump opens its file',
    () => existsSync(options.file) && statSync(options.file).size >= 24,
    3000,
  );
  return {
    datagrams: () => readPcap(readFileSync(options.file)),
    stop: async () => {
      await child.stop();
    },
  };
}

const ETHERNET = 1;
const RAW_IP = 101;
const COOKED = 113;

/** Reads classic pcap (what tcpdump writes): IPv4 UDP only, fragments and the rest skipped. */
export function readPcap(file: Buffer): Datagram[] {
  const found: Datagram[] = [];
  if (file.length < 24) return found;
  const magic = file.readUInt32LE(0);
  if (magic !== 0xa1b2c3d4 && magic !== 0xa1b23c4d)
    throw new Error('not a little-endian pcap file');
  const perSecond = magic === 0xa1b23c4d ? 1e9 : 1e6;
  const link = file.readUInt32LE(20);
  const skip = link === ETHERNET ? 14 : link === COOKED ? 16 : link === RAW_IP ? 0 : -1;
  if (skip < 0) throw new Error(`unknown link type ${link}`);

  for (let at = 24; at + 16 <= file.length; ) {
    const kept = file.readUInt32LE(at + 8);
    const packet = file.subarray(at + 16, at + 16 + kept);
    if (packet.length < kept) break;
    const atS = file.readUInt32LE(at) + file.readUInt32LE(at + 4) / perSecond;
    at += 16 + kept;
    const ip = packet.subarray(skip);
    if (ip.length < 28 || ip[0] === undefined || ip[0] >> 4 !== 4 || ip[9] !== 17) continue;
    const udp = ip.subarray((ip[0] & 15) * 4);
    if (udp.length < 8) continue;
    found.push({
      atS,
      from: ip.subarray(12, 16).join('.'),
      fromPort: udp.readUInt16BE(0),
      to: ip.subarray(16, 20).join('.'),
      toPort: udp.readUInt16BE(2),
      bytes: udp.subarray(8),
    });
  }
  return found;
}

/** One RTP packet (RFC 3550 §5.1): payload type and payload, header extensions not taken off. */
export type RtpPacket = Datagram & { readonly payloadType: number; readonly payload: Buffer };

/** The RTP among datagrams: version 2 and no RTCP type (RFC 5761 §4), on neither SIP's nor any low port. */
export function rtpOf(datagrams: readonly Datagram[]): RtpPacket[] {
  return datagrams.flatMap((datagram) => {
    const [first = 0, second = 0] = datagram.bytes;
    const payloadType = second & 0x7f;
    const isRtcp = second >= 192 && second <= 223;
    if (datagram.bytes.length < 13 || first >> 6 !== 2 || isRtcp || datagram.toPort < 10_000)
      return [];
    const payload = datagram.bytes.subarray(12 + (first & 15) * 4);
    return [{ ...datagram, payloadType, payload }];
  });
}

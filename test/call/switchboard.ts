/** Call processing of one manager with fake devices, for tests of it as a whole. */
import { SILENT } from '../../src/base/log.ts';
import { CallProcessing } from '../../src/call/call-processing.ts';
import type { DialRule } from '../../src/call/dial-plan/route-plan.ts';
import {
  type Device,
  type Directory,
  INTER_DIGIT_MS,
  type Line,
  type RouteTarget,
} from '../../src/call/directory.ts';
import { FEATURE_CODES } from '../../src/call/feature-codes.ts';
import { NO_ORBITS } from '../../src/call/parking/orbit.ts';
import { readSignal } from '../../src/call/read-signal.ts';
import type { RouteList } from '../../src/call/routing/gateway.ts';
import type { CallSignal } from '../../src/call/signals.ts';
import { LoneManager } from '../../src/cluster/lone-manager.ts';
import type { Cluster } from '../../src/process/cluster.ts';
import type { Pid } from '../../src/process/pid.ts';
import { Scheduler } from '../../src/process/scheduler.ts';
import { SeededRandom } from '../../src/testkit/seeded-random.ts';
import { FakeDevice } from './fake-device.ts';

export function lineOf(number: string, members: readonly string[], rest: Partial<Line> = {}): Line {
  return {
    number,
    name: `Line ${number}`,
    mode: 'single',
    appearances: 4,
    offering: { type: 'parallel' },
    members: members.map((name) => ({
      name,
      device: `${name}-phone`,
      ringAfterMs: 0,
      rights: ['answer', 'originate'],
    })),
    noAnswerMs: 25_000,
    ...rest,
  };
}

/** A list with one gateway of its name. */
export function listOf(name: string): RouteList {
  return { name, groups: [{ spread: 'top-down', gateways: [{ gateway: name, weight: 1 }] }] };
}

/** Calls that match leave through `gateway`, the digits changed so. */
export function wayOut(
  pattern: string,
  gateway: string,
  strip = 0,
  prefix = '',
): DialRule<RouteTarget> {
  const target = { type: 'list', list: gateway } as const;
  return { pattern, action: { type: 'route', target, called: { strip, prefix } } };
}

/**
 * Each member `x` has a device `x-phone` whose user is `x`; `others` are devices without a line. All of them
 * may dial all lines and `outbound`.
 */
export function directoryOf(
  lines: readonly Line[],
  others: readonly string[] = [],
  outbound: readonly DialRule<RouteTarget>[] = [],
): Directory {
  const names = new Set([
    ...lines.flatMap(({ members }) => members.map(({ name }) => name)),
    ...others,
  ]);
  const devices = [...names].map(
    (user): Device => ({
      id: `${user}-phone`,
      user,
      name: user,
      ha1: undefined,
      acceptFrom: [],
      lines: lines
        .filter(({ members }) => members.some(({ name }) => name === user))
        .map(({ number }) => number),
    }),
  );
  const gateways = new Set<string>();
  for (const { action } of outbound)
    if (action.type === 'route' && action.target.type === 'list') gateways.add(action.target.list);
  return {
    lines: new Map(lines.map((line) => [line.number, line])),
    devices: new Map(devices.map((device) => [device.id, device])),
    users: new Map(devices.map((device) => [device.user, device])),
    gateways: new Map(
      [...gateways].map((id) => [id, { id, uri: `sip:${id}`, acceptFrom: [], callsMax: 10 }]),
    ),
    hunts: new Map(),
    orbits: NO_ORBITS,
    pickupGroups: new Map(),
    routeLists: new Map([...gateways].map((name) => [name, listOf(name)])),
    routePlan: {
      partitions: new Map([['out', outbound]]),
      spaces: new Map([['default', ['lines', 'out']]]),
      countries: new Map(),
    },
    interDigitMs: INTER_DIGIT_MS,
    features: FEATURE_CODES,
  };
}

export class Switchboard {
  readonly scheduler: Scheduler<CallSignal>;
  readonly processing: CallProcessing;
  readonly directory: Directory;
  nowMs = 0;

  readonly #cluster: Cluster;

  /** Without a `cluster` the manager is alone. */
  constructor(directory: Directory, turnsMax = 100_000, callsMax?: number, cluster?: Cluster) {
    this.directory = directory;
    const alone = new LoneManager('a.1');
    this.#cluster = cluster ?? alone;
    const { home } = this.#cluster;
    this.scheduler = new Scheduler({
      home,
      nowMs: 0,
      log: SILENT,
      turnsMax,
      cluster: this.#cluster,
      read: readSignal,
    });
    this.processing = new CallProcessing({
      scheduler: this.scheduler,
      directory,
      cluster: this.#cluster,
      random: new SeededRandom(1),
      clock: { epochMs: () => 0 },
      ...(callsMax === undefined ? {} : { callsMax }),
    });
    alone.connect(this.processing);
  }

  /** A registered contact of `user`'s device. */
  plug(user: string, kind: 'd' | 'g' = 'd'): FakeDevice {
    const { processing, directory } = this;
    const device = kind === 'g' ? user : `${user}-phone`;
    const seats: { number: string; member: string }[] = [];
    for (const number of directory.devices.get(device)?.lines ?? [])
      seats.push({ number, member: user });
    if (kind === 'd') seats.push({ number: user, member: device });
    let fake: FakeDevice | undefined;
    const pid = this.scheduler.spawn(kind, (host) => {
      fake = new FakeDevice(host, {
        device,
        seats,
        lineManager: processing.lineManager,
        startCall: (of, request) => processing.startCall(of, request),
      });
      return fake;
    });
    if (fake === undefined) throw new Error(`${device} was not made`);
    if (kind === 'g') {
      this.scheduler.tell(pid, processing.gatewayManager, { type: 'gatewayAttach', gateway: user });
      this.settle();
      this.wait(10);
    }
    return fake;
  }

  /** A turn of `device`, and all that follows. */
  act(device: FakeDevice, action: () => void): void {
    this.scheduler.run(device.host.pid, action);
    this.settle();
  }

  settle(): void {
    do this.turn();
    while (this.scheduler.waiting > 0);
  }

  /** As many turns as the scheduler takes at a time. */
  turn(): void {
    this.scheduler.drain();
    this.#cluster.flush();
  }

  /** Lets `ms` pass. */
  wait(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const nextMs = Math.max(this.scheduler.nextDueMs(), this.nowMs);
      if (nextMs > untilMs) break;
      this.nowMs = nextMs;
      this.scheduler.advance(this.nowMs);
      this.settle();
    }
    this.nowMs = untilMs;
    this.scheduler.advance(untilMs);
    this.settle();
  }

  /** Has the process of that PID break an invariant. */
  crash(pid: Pid): void {
    this.scheduler.run(pid, () => {
      throw new Error('broken on purpose');
    });
  }
}

/** The directory that simulated phones live in: a parallel line, a serial one, one with a delayed member, extensions, hunts. */
import {
  type Device,
  type Directory,
  INTER_DIGIT_MS,
  type Line,
  type Member,
  NO_ROUTE_PLAN,
  type Offering,
} from '../call/directory.ts';
import { FEATURE_CODES } from '../call/feature-codes.ts';
import { NO_ORBITS } from '../call/parking/orbit.ts';

/** `modeOf`: the mode of each line that is shared; single, unless told. */
export function simulationDirectory(
  domain: string,
  modeOf: (number: string) => Line['mode'] = () => 'single',
): Directory {
  const lines = new Map<string, Line>();
  const devices = new Map<string, Device>();
  const addDevice = (user: string, numbers: readonly string[]): void => {
    devices.set(user, {
      id: user,
      user,
      name: `${user} at ${domain}`,
      ha1: undefined,
      acceptFrom: ['10.0.0.0/8'],
      lines: numbers,
    });
  };
  const addLine = (number: string, offering: Offering, members: readonly Member[]): void => {
    lines.set(number, {
      number,
      name: number,
      mode: members.length > 1 ? modeOf(number) : 'single',
      appearances: 4,
      offering,
      members,
      noAnswerMs: 8000,
    });
  };
  const member = (name: string, ringAfterMs = 0): Member => ({
    name,
    device: name,
    ringAfterMs,
    rights: ['answer', 'originate', 'retrieve'],
  });
  addDevice('2000a', ['2000', '2200']);
  addDevice('2000b', ['2000']);
  addDevice('2000c', ['2000']);
  addDevice('2100a', ['2100', '2200']);
  addDevice('2100b', ['2100']);
  addDevice('1001', ['1001']);
  addDevice('1002', ['1002']);
  addLine('2000', { type: 'parallel' }, [member('2000a'), member('2000b'), member('2000c')]);
  addLine(
    '2100',
    {
      type: 'serial',
      steps: [
        { members: ['2100a'], ms: 2000 },
        { members: ['2100b'], ms: 3000 },
      ],
    },
    [member('2100a'), member('2100b')],
  );
  addLine('2200', { type: 'parallel' }, [member('2100a'), member('2000a', 1000)]);
  addLine('1001', { type: 'parallel' }, [member('1001')]);
  addLine('1002', { type: 'parallel' }, [member('1002')]);
  return {
    lines,
    devices,
    users: new Map([...devices.values()].map((device) => [device.user, device])),
    gateways: new Map(),
    hunts: new Map([
      [
        '2900',
        {
          number: '2900',
          name: '',
          order: 'parallel',
          lines: ['2000', '2100', '1001'].map((number) => ({ number, ms: 0 })),
          noAnswerMs: 8000,
          noAnswerTo: '2901',
        },
      ],
      [
        '2901',
        {
          number: '2901',
          name: '',
          order: 'circular',
          lines: ['2200', '1002', '2000'].map((number) => ({ number, ms: 2000 })),
          noAnswerMs: 8000,
          busyTo: '2900',
        },
      ],
    ]),
    orbits: { ...NO_ORBITS, numbers: new Set(['700', '701']), timeoutMs: 5000 },
    pickupGroups: new Map(),
    routeLists: new Map(),
    routePlan: NO_ROUTE_PLAN,
    interDigitMs: INTER_DIGIT_MS,
    features: FEATURE_CODES,
  };
}

/**
 * A line's calls as one of its watchers may see them. Whom a call is with that is exclusive, only the member
 * knows who has it; the line tells it to all watchers' processes, and it is left out here.
 */
import type { Rights } from '../../call/directory.ts';
import type { LineCallState } from '../../call/watch-signals.ts';
import type { DeviceProcess } from '../device-process.ts';
import type { Appearance, DialogName, ShownParty } from '../dialects/appearance.ts';
import { octetsOf, uriOf } from '../identity.ts';
import { CONFLICT, type Refusal } from './published.ts';
import { lcpOf, rightsOf, seatOf } from './rights.ts';

/** Tags of a dialog that is named after the line's call. */
const LOCAL_TAG = 'line';

/** Those that have a lamp: beyond the line's appearances there is none. */
export function appearancesOf(
  process: DeviceProcess,
  number: string,
  calls: readonly LineCallState[],
): Appearance[] {
  const { environment, place } = process;
  const lamps = environment.directory.lines.get(number)?.appearances ?? Number.POSITIVE_INFINITY;
  const { name: seat = '' } = seatOf(process, number) ?? {};
  // A name to pick a call up by has who may do that.
  const rights = rightsOf(environment.directory, number, place.device);
  const mayTake = (isRinging: boolean) =>
    seat === '' ? rights.includes(isRinging ? 'answer' : 'retrieve') : isTaker(rights);
  return calls
    .filter(({ appearance }) => appearance >= 1 && appearance <= lamps)
    .map((call): Appearance => {
      const { appearance: index, state, member, from, isExclusive, isOutgoing } = call;
      const isHidden = isExclusive && member !== seat;
      const isOwn = seat !== '' && member === seat;
      const isNamed = state !== 'seized' && !isHidden && (isOwn || mayTake(state === 'alerting'));
      const isFarKnown = from.number !== '' && !isHidden;
      return {
        index,
        state,
        id: call.call,
        owner: member === '' ? undefined : ownerOf(process, number, member),
        target: '',
        remote: isFarKnown
          ? { uri: uriOf(from.number, environment.domain), displayName: from.name }
          : undefined,
        isExclusive,
        dialog: isNamed ? nameOf(process, call) : undefined,
        ...(isNamed && call.passed !== undefined
          ? { replaced: lineName(call, call.passed - 1) }
          : {}),
        ...(isNamed ? joinedWith(process, call, calls) : {}),
        direction: isOutgoing ? 'initiator' : 'recipient',
      };
    });
}

/** The name of the call that this one is mixed with: it is its owner's too, so who may know the one may know the other. */
function joinedWith(
  process: DeviceProcess,
  { joined, member }: LineCallState,
  calls: readonly LineCallState[],
): { joined?: DialogName } {
  const other = calls.find(({ call }) => call === joined);
  return other === undefined || other.member !== member ? {} : { joined: nameOf(process, other) };
}

function isTaker(rights: readonly Rights[]): boolean {
  return rights.includes('retrieve') || rights.includes('answer');
}

/** Who has a seat of a line: a device by its own address of record, which a watcher can call. */
function ownerOf({ environment }: DeviceProcess, number: string, member: string): ShownParty {
  const { lines, devices } = environment.directory;
  const seat = lines.get(number)?.members.find(({ name }) => name === member);
  // A user name that is dialled is a line of one member, with the device's id for its name.
  const device = devices.get(seat?.device ?? member);
  return device === undefined
    ? { uri: uriOf(number, environment.domain), displayName: '' }
    : { uri: uriOf(device.user, environment.domain), displayName: octetsOf(device.name) };
}

/**
 * The phone's own dialog by the name that it knows it by; that of another phone by the line's call. Replaces
 * with such a name means the call, wherever its legs are.
 */
function nameOf({ legs }: DeviceProcess, state: LineCallState): DialogName {
  const { call } = state;
  let leg = legs.get(call)?.leg;
  for (const record of legs.values()) if (record.use?.call === call) leg = record.leg;
  return leg === undefined || leg.remoteTag === ''
    ? lineName(state, state.passed ?? 0)
    : { callId: leg.callId, localTag: leg.remoteTag, remoteTag: leg.localTag };
}

/** `passed`: how many had the call before; each has had another dialog. */
function lineName({ call, appearance }: LineCallState, passed: number): DialogName {
  const localTag = passed === 0 ? LOCAL_TAG : `${LOCAL_TAG}-${passed}`;
  return { callId: call, localTag, remoteTag: `appearance-${appearance}` };
}

/** The appearance of a line, whose calls this phone may have, that a Replaces names by what it has been told; undefined: none. */
export function watchedDialog(
  process: DeviceProcess,
  { callId }: { readonly callId: string },
): { readonly number: string; readonly appearance: number } | undefined {
  for (const { number, calls } of process.watches?.values() ?? []) {
    const mayAsk = seatOf(process, number) !== undefined || lcpOf(process, number) !== undefined;
    for (const { call, appearance } of calls ?? [])
      if (call === callId && mayAsk) return { number, appearance };
  }
  return undefined;
}

/** Why the phone cannot have the place of who has that dialog, as far as it has been told; undefined: it can. */
export function whyNotReplaced(
  process: DeviceProcess,
  number: string,
  { callId }: { readonly callId: string },
): Refusal | undefined {
  for (const record of process.legs.values()) if (record.leg?.callId === callId) return undefined;
  const seat = seatOf(process, number);
  const call = calledBy(process, number, callId);
  if (seat === undefined || call === undefined)
    return { status: CONFLICT, text: 'no such dialog is known' };
  const { member, state, isExclusive } = call;
  const isOwn = member === seat.name;
  const right = state === 'alerting' ? 'answer' : 'retrieve';
  if (!isOwn && !seat.rights.includes(right))
    return { status: 403, text: `no right to ${right} calls of this line` };
  if (!isOwn && isExclusive) return { status: 403, text: 'the call is for its owner alone' };
  const isFree = state === 'alerting' || state === 'held' || state === 'held-private';
  return isFree ? undefined : { status: CONFLICT, text: 'the call is not held' };
}

function calledBy(
  { watches }: DeviceProcess,
  number: string,
  callId: string,
): LineCallState | undefined {
  for (const watch of watches?.values() ?? []) {
    const call =
      watch.number === number ? watch.calls?.find((each) => each.call === callId) : undefined;
    if (call !== undefined) return call;
  }
  return undefined;
}

/**
 * Services of a shared line that are dialled, for phones without lamps: a held call is retrieved, one that rings
 * is picked up. Behind the code: nothing, for the call that has waited longest; the number of its appearance; the
 * number of a line, if the phone has several; or both, with a star between. And what rings in a pickup group.
 */
import {
  type Feature,
  type FeatureCall,
  readFeatureCode,
  SETTINGS_BY_CODE,
} from '../../call/feature-codes.ts';
import { type PickupStep, pickupAt, pickupWish } from '../../call/pickup-group.ts';
import type { RefusalCode } from '../../call/refusal-codes.ts';
import type { Media } from '../../call/signals.ts';
import type { CallLeg } from '../call-leg.ts';
import type { DeviceProcess } from '../device-process.ts';
import * as takeOver from '../take-over.ts';
import * as groupPickup from './group-pickup.ts';
import * as lineSettings from './line-settings.ts';
import * as retrieval from './retrieval.ts';
import * as seizures from './seizures.ts';

const WANTS: { readonly [F in Feature]?: 'held' | 'ringing' } = {
  retrieve: 'held',
  pickup: 'ringing',
};

/** With the leg's call: no more digits have come in time. */
const DIGITS = 'feature digits:';

/**
 * The phone calls from `line`. True: what it has dialled is such a service. `isOverlap`: it sends digit by digit, and
 * is waited for where some may follow; `#` says that this is all.
 */
export function begin(
  process: DeviceProcess,
  record: CallLeg,
  line: string,
  offer: Media | undefined,
  isOverlap: boolean,
): boolean {
  const { directory } = process.environment;
  const code = readFeatureCode(directory.features, record.number);
  if (code === undefined) return false;
  if (directory.isIsolated === true) {
    takeOver.refuseDialled(process, record, 'LW-3012');
    return true;
  }
  if (!isOverlap || !mayGrow(code)) return act(process, record, line, offer);
  record.change = { by: 'digits', line, ...(offer === undefined ? {} : { offer }) };
  process.host.start(DIGITS + record.call, directory.interDigitMs);
  return true;
}

/** Whether the timer was of this business. */
export function timeout(process: DeviceProcess, timer: string): boolean {
  if (!timer.startsWith(DIGITS)) return false;
  const record = process.legs.get(timer.slice(DIGITS.length));
  const { change } = record ?? {};
  if (record === undefined || record.phase !== 'offered' || change?.by !== 'digits') return true;
  record.change = undefined;
  act(process, record, change.line, change.offer);
  return true;
}

/** Without a number where one belongs it is refused at once, and goes on. */
function mayGrow({ feature, digits }: FeatureCall): boolean {
  if (digits.endsWith('#')) return false;
  if (WANTS[feature] !== undefined || feature === 'group_pickup') return true;
  const setting = SETTINGS_BY_CODE[feature];
  return setting?.isOn === true && setting.kind !== 'dnd' && digits !== '';
}

function act(
  process: DeviceProcess,
  record: CallLeg,
  line: string,
  offer: Media | undefined,
): boolean {
  const { directory } = process.environment;
  const code = readFeatureCode(directory.features, record.number);
  if (code === undefined) return false;
  if (code.feature === 'park') {
    takeOver.refuseDialled(process, record, 'LW-3445');
    return true;
  }
  const setting = SETTINGS_BY_CODE[code.feature];
  if (setting !== undefined) {
    lineSettings.ask(process, record, line, setting, code.digits, offer);
    return true;
  }
  // That this is all.
  const digits = code.digits.replace(/#$/, '');
  if (code.feature === 'group_pickup') {
    const wish = pickupWish(directory, { device: process.place.device, line }, digits);
    if ('code' in wish) takeOver.refuseDialled(process, record, wish.code);
    else pickUpFrom(process, record, line, wish.steps, offer);
    return true;
  }
  const wants = WANTS[code.feature];
  if (wants === undefined) return false;
  const step = wants === 'ringing' ? stepAt(process, line, digits) : undefined;
  if (step !== undefined) {
    pickUpFrom(process, record, line, [step], offer);
    return true;
  }
  const target = targetOf(process, line, digits);
  if ('code' in target) {
    takeOver.refuseDialled(process, record, target.code);
    return true;
  }
  // Whatever it has seized to dial the code: the call has an appearance of its own.
  seizures.release(process, line);
  retrieval.ask(process, record, { ...target, wants, offer, isDialled: true });
  return true;
}

/** Of what the phone has seized to dial the code: the call has an appearance of its own. */
function pickUpFrom(
  process: DeviceProcess,
  record: CallLeg,
  line: string,
  steps: readonly PickupStep[],
  offer: Media | undefined,
): void {
  seizures.release(process, line);
  groupPickup.begin(process, record, steps, offer);
}

/** The digits are the number of a line that is another's, in a group from which the phone may pick up. */
function stepAt(
  { environment: { directory }, place: { device } }: DeviceProcess,
  line: string,
  digits: string,
): PickupStep | undefined {
  if (directory.devices.get(device)?.lines.includes(digits)) return undefined;
  return pickupAt(directory, { device, line }, digits);
}

type Target = { readonly number: string; readonly appearance: number | undefined };

function targetOf(
  { environment, place }: DeviceProcess,
  line: string,
  digits: string,
): Target | { readonly code: RefusalCode } {
  const { directory } = environment;
  if (digits === '') return { number: line, appearance: undefined };
  const star = digits.lastIndexOf('*');
  const number = star < 0 ? digits : digits.slice(0, star);
  const isLine = star >= 0 || directory.lines.has(number);
  if (isLine && !directory.devices.get(place.device)?.lines.includes(number))
    return { code: directory.lines.has(number) ? 'LW-3483' : 'LW-3001' };
  if (isLine && star < 0) return { number, appearance: undefined };
  const index = star < 0 ? digits : digits.slice(star + 1);
  if (!/^[1-9]\d{0,3}$/.test(index)) return { code: 'LW-3001' };
  return { number: isLine ? number : line, appearance: Number(index) };
}

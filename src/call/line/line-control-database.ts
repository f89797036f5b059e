/**
 * Line control database: the device processes that have an appearance of a line (US 7,145,899,
 * claims 7, 13, 16, 28, 32, 41). A member has several while several of its contacts are registered.
 */
import type { Pid } from '../../process/pid.ts';

/** `member` of the line is reachable through `pid`, which speaks for the device of that id. */
export type LineDevice = {
  readonly pid: Pid;
  readonly device: string;
  readonly member: string;
};

/** Plain data: part of a line control process's state. In the order in which they came. */
export type LineControlDatabase = LineDevice[];

/** What a line takes at most; a device beyond that is refused. */
export const LINE_DEVICES_MAX = 256;

export function findDevice(devices: LineControlDatabase, pid: Pid): LineDevice | undefined {
  for (const device of devices) if (device.pid === pid) return device;
  return undefined;
}

/** Stores `device` instead of what was known of its process. False: there is no room. */
export function storeDevice(devices: LineControlDatabase, device: LineDevice): boolean {
  const at = devices.findIndex(({ pid }) => pid === device.pid);
  if (at < 0 && devices.length >= LINE_DEVICES_MAX) return false;
  if (at < 0) devices.push(device);
  else devices[at] = device;
  return true;
}

export function removeDevice(devices: LineControlDatabase, pid: Pid): void {
  const at = devices.findIndex((device) => device.pid === pid);
  if (at >= 0) devices.splice(at, 1);
}

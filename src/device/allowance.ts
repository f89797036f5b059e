/** How many calls a phone may have at a time: as many as its device's entry says, and no more than any may have. */
import type { DeviceProcess } from './device-process.ts';

/** Whether it has them. */
export function hasAll({ legs, place, environment }: DeviceProcess): boolean {
  const { directory, callsPerDeviceMax } = environment;
  const most = directory.devices.get(place.device)?.callsMax ?? callsPerDeviceMax;
  // A call may be known by several ids.
  return legs.size >= most && new Set(legs.values()).size >= most;
}

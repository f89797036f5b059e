/** What phones should show of a line, by the record of the process that controls it; each in its own dialect's words. */
import { type LineControl, lineStateOf } from '../../call/line/line-control.ts';
import { lcpFor } from '../../call/registration-table.ts';
import type { LineCallState } from '../../call/watch-signals.ts';
import type { CallManager } from '../../manager/call-manager.ts';
import { homeOf } from '../../process/pid.ts';
import type { Hop } from '../../sip/hop.ts';
import type { Site } from '../site.ts';
import { AppearancePhone } from './appearance-phone.ts';
import type { BenchPhone } from './bench.ts';
import { ScaPhone } from './sca-phone.ts';

/** The record of the line's process that phones at that manager are told of; undefined: there is none. */
export function lineAt(site: Site, server: Hop, number: string): LineControl | undefined {
  const manager = site.runAt(server)?.manager;
  if (manager === undefined) return undefined;
  const lcp = lcpFor(manager.processing.table.find(number), manager.cluster.home)?.lcp;
  if (lcp === undefined) return undefined;
  const isThere = (core: CallManager | undefined) => core?.cluster.home === homeOf(lcp);
  const home = site.managers.find((each) => isThere(each.manager));
  return home?.manager?.processing.lines.get(number);
}

/**
 * Phones whose last NOTIFY is not what their line's process has on record: `2000a shows …, the line has …`.
 * A phone that watches nothing shows nothing.
 */
export function wrongLampsOf(site: Site, phones: readonly BenchPhone[], number: string): string[] {
  return phones.flatMap((phone) => {
    const { server, options } = phone.station;
    const control = lineAt(site, server, number);
    const expected = control === undefined ? '' : lampsOf(phone, control);
    const shown = alike(phone.shown);
    if (shown === expected) return [];
    return [`${options.user} shows [${shown}], the line has [${expected}]`];
  });
}

function lampsOf(phone: BenchPhone, control: LineControl): string {
  const { calls } = lineStateOf(control);
  const { appearances = Number.POSITIVE_INFINITY } = control.line;
  const lit = calls.filter(({ appearance }) => appearance >= 1 && appearance <= appearances);
  lit.sort((one, other) => one.appearance - other.appearance);
  if (phone instanceof ScaPhone)
    return lit.map(({ appearance, state }) => `${appearance} ${state}`).join(', ');
  const isNumbered = phone instanceof AppearancePhone;
  const lamps = lit.map((call) => (isNumbered ? `${call.appearance} ` : '') + dialogOf(call));
  return alike(lamps.join(', '));
}

/** As documents of the dialog package have it (RFC 4235 §3.7.1). */
function dialogOf({ state }: LineCallState): string {
  switch (state) {
    case 'seized':
      return 'trying';
    case 'progressing':
    case 'alerting':
      return 'early';
    case 'held':
    case 'held-private':
      return 'held';
    default:
      return 'confirmed';
  }
}

/** Who may not see a dialog's tags is told that it proceeds; who may, that it is early. Those without numbers have no order. */
function alike(shown: string): string {
  const lamps = shown.replaceAll('proceeding', 'early');
  return /\d/.test(lamps) ? lamps : lamps.split(', ').sort().join(', ');
}

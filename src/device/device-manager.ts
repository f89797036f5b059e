/**
 * Registrations to device processes, and SIP events to the process whose phone they come from.
 *
 * One device process per registered contact, one per gateway, and one per device that calls without
 * being registered. A device that dies (broken invariant) loses its calls; its registration gets a
 * new process.
 */
import type { Device } from '../call/directory.ts';
import type { DirectoryChange } from '../call/directory-change.ts';
import { seatsOf } from '../call/line/line-of-number.ts';
import type { CallSignal } from '../call/signals.ts';
import type { Pid } from '../process/pid.ts';
import type { Scheduler } from '../process/scheduler.ts';
import type { Hop } from '../sip/hop.ts';
import type { SipRequest } from '../sip/message/message.ts';
import { parseNameAddr } from '../sip/message/name-addr.ts';
import { parseUri, type SipUri, unescapeUser } from '../sip/message/uri.ts';
import type { Binding } from '../sip/registrar/binding.ts';
import type { BindingChange, Registrar } from '../sip/registrar/registrar.ts';
import type { Identity, UserAgentEvent } from '../sip/user-agent/events.ts';
import type { Publication } from '../sip/user-agent/publication.ts';
import type { Subscription } from '../sip/user-agent/subscription.ts';
import { type CallLeg, isUndecided } from './call-leg.ts';
import * as calling from './calling.ts';
import { refusalHeaders } from './cause-to-status.ts';
import { DeviceProcess } from './device-process.ts';
import type { Environment } from './environment.ts';
import { gatewayPlace } from './gateway.ts';
import { isOurs, partyOfDevice } from './identity.ts';
import * as lineMembership from './line-membership.ts';
import type { Place } from './place.ts';
import * as deposits from './sharing/deposit.ts';
import * as publications from './sharing/publications.ts';
import { registeredAnew } from './sharing/restart.ts';
import * as watches from './sharing/watch.ts';
import * as subscriptions from './subscriptions.ts';
import * as trunks from './trunk/trunk.ts';

/** Answer to a REGISTER: final status, phrase ('' for the usual one) and header lines. */
export type RegisterAnswer = {
  readonly status: number;
  readonly headers: string;
  readonly reason: string;
};

/** RFC 3261 §10.3 step 5: an address of record that is not in our domain. */
const NOT_FOUND: RegisterAnswer = { status: 404, headers: '', reason: '' };
const FORBIDDEN: RegisterAnswer = { status: 403, headers: '', reason: '' };

export class DeviceManager {
  readonly #environment: Environment;
  readonly #scheduler: Scheduler<CallSignal>;
  readonly #registrar: Registrar;
  readonly #processes = new Map<Pid, DeviceProcess>();
  /** The process of each registered contact. A binding stays one object for its life. */
  readonly #phones = new Map<Binding, Pid>();
  /** Devices that call without registering. */
  readonly #visitors = new Map<string, Pid>();
  /** This manager's process of each gateway. */
  readonly #gateways = new Map<string, Pid>();
  /** Whose phone published. */
  readonly #publishers = new WeakMap<Publication, Pid>();

  constructor(environment: Environment, scheduler: Scheduler<CallSignal>, registrar: Registrar) {
    this.#environment = environment;
    this.#scheduler = scheduler;
    this.#registrar = registrar;
    for (const id of environment.directory.gateways.keys()) this.#placeGateway(id);
  }

  get size(): number {
    return this.#processes.size;
  }

  /** Device processes of registered contacts, for its views. */
  *phones(): Iterable<DeviceProcess> {
    for (const pid of this.#phones.values()) {
      const process = this.#processes.get(pid);
      if (process !== undefined) yield process;
    }
  }

  /** Every device process of this manager, for its views. */
  processes(): Iterable<DeviceProcess> {
    return this.#processes.values();
  }

  /** Every call leg of this manager, for its views. */
  *legs(): Iterable<CallLeg> {
    for (const process of this.#processes.values()) yield* new Set(process.legs.values());
  }

  /**
   * This manager is no member any more: a call that is being set up, or whose caller has not yet said that
   * it stands, may be another's meanwhile, and nobody decides it here. It ends; calls that stand go on.
   */
  fence(): void {
    for (const record of [...this.legs()])
      if (isUndecided(record)) record.process.release(record, 'internal failure', 'nobody');
  }

  /**
   * REGISTER of an admitted device (RFC 3261 §10.3): under its own address of record or under the
   * number of a line that it is a member of; both name the same device.
   */
  register(request: SipRequest, source: Hop, identity: Identity): RegisterAnswer {
    const device = this.#environment.directory.devices.get(identity.id);
    if (identity.kind !== 'device' || device === undefined) return FORBIDDEN;
    const address = parseUri(parseNameAddr(request.headers.first('To') ?? '')?.uri ?? '');
    if (address === undefined || !isOurs(address, this.#environment.domains)) return NOT_FOUND;
    if (!mayRegister(device, address)) return FORBIDDEN;
    const { status, headers, reason, changes } = this.#registrar.register(
      device.id,
      request,
      source,
    );
    for (const change of changes) this.#apply(change);
    return { status, headers, reason };
  }

  /** Contacts that ran out go. */
  expire(nowMs: number): void {
    for (const change of this.#registrar.expire(nowMs)) this.#apply(change);
  }

  /** A connection is down: contacts that are reachable through it only are not reachable. */
  flowFailed(flow: number): void {
    for (const change of this.#registrar.removeFlow(flow)) this.#apply(change);
  }

  /**
   * The directory is another one. Phones of a device that is no more, or has another user name, are not
   * registered any more; seats on lines are taken and left; calls stay.
   */
  directoryChanged({ before, after, devices, gateways }: DirectoryChange): void {
    for (const id of devices) {
      const was = before.devices.get(id);
      const is = after.devices.get(id);
      if (was === undefined) continue;
      for (const process of this.#processesOf(id)) {
        if (is !== undefined && process.place.kind === 'phone')
          process.place.party = partyOfDevice(after, is);
        this.#scheduler.run(process.pid, () =>
          lineMembership.reseat(process, seatsOf(before, was)),
        );
      }
      if (is?.user === was.user) continue;
      for (const change of this.#registrar.removeAll(id)) this.#end(change.binding);
      const visitor = this.#visitors.get(id);
      if (visitor !== undefined) this.#leave(visitor);
    }
    for (const id of gateways) {
      const pid = this.#gateways.get(id);
      this.#gateways.delete(id);
      if (pid !== undefined) this.#leave(pid);
      if (after.gateways.has(id)) this.#placeGateway(id);
    }
    // A line may have more lamps than before, or fewer.
    this.#environment.shown.forget();
    for (const process of this.#processes.values())
      if (process.watches !== undefined)
        this.#scheduler.run(process.pid, () => watches.review(process));
  }

  /** A manager came or went. */
  viewChanged(): void {
    for (const process of this.#processes.values())
      if (process.watches !== undefined)
        this.#scheduler.run(process.pid, () => deposits.membersChanged(process));
  }

  /** Those that speak for the device's phones, registered or not. */
  #processesOf(id: string): DeviceProcess[] {
    const pids = this.#registrar.bindings(id).map((binding) => this.#phones.get(binding));
    return [...pids, this.#visitors.get(id)].flatMap((pid) =>
      pid === undefined ? [] : (this.#processes.get(pid) ?? []),
    );
  }

  #placeGateway(id: string): void {
    const gateway = this.#environment.directory.gateways.get(id);
    if (gateway !== undefined) this.#gateways.set(id, this.#spawn('g', gatewayPlace(gateway)));
  }

  /** It goes with its last call. */
  #leave(pid: Pid): void {
    const process = this.#processes.get(pid);
    if (process !== undefined) this.#scheduler.run(pid, () => process.leave());
  }

  /** The contact is registered no more. */
  #end(binding: Binding): void {
    const pid = this.#phones.get(binding);
    this.#phones.delete(binding);
    if (pid !== undefined) this.#leave(pid);
  }

  /** An event of the user agent goes to the device process that it belongs to, as a turn of that. */
  handle(event: UserAgentEvent<CallLeg>): void {
    if (event.type === 'invited') return this.#invited(event);
    if (event.type === 'subscribe') return this.#subscribe(event);
    if (event.type === 'unsubscribed') return this.#unsubscribed(event.subscription);
    if (event.type === 'publish') return this.#publish(event);
    if (event.type === 'unpublished') return this.#unpublished(event.publication);
    if (event.type === 'asked') return this.#asked(event);
    const record = event.leg.owner;
    if (record === undefined) return;
    const { process } = record;
    this.#scheduler.run(process.pid, () => process.handle(record, event));
  }

  /** A process is no more. One that died loses its calls, and its registration gets a new process. */
  departed(pid: Pid, died: boolean): void {
    const process = this.#processes.get(pid);
    if (process === undefined) return;
    this.#processes.delete(pid);
    const { place } = process;
    if (place.kind === 'phone' && place.binding === undefined) this.#visitors.delete(place.device);
    if (!died) return;
    process.abandon();
    if (place.kind === 'gateway') {
      if (!process.isLeaving) this.#gateways.set(place.device, this.#spawn('g', place));
    } else if (place.binding !== undefined && !process.isLeaving) {
      this.#phones.set(place.binding, this.#spawn('d', place));
    }
  }

  /** What a gateway process has asked its gateway is answered. */
  #asked(event: Extract<UserAgentEvent<CallLeg>, { type: 'asked' }>): void {
    const process = this.#processes.get(event.asker as Pid);
    if (process !== undefined) this.#scheduler.run(process.pid, () => trunks.asked(process, event));
  }

  #invited(event: Extract<UserAgentEvent<CallLeg>, { type: 'invited' }>): void {
    const pid = this.#processFor(event.identity, event.source, event.request);
    const process = pid === undefined ? undefined : this.#processes.get(pid);
    if (pid === undefined || process === undefined) {
      return this.#environment.userAgent.refuse(event.leg, 403, refusalHeaders('forbidden'));
    }
    this.#scheduler.run(pid, () => calling.invited(process, event));
  }

  #subscribe(event: Extract<UserAgentEvent<CallLeg>, { type: 'subscribe' }>): void {
    const { subscription, identity } = event;
    const pid =
      this.#environment.subscribers.get(subscription) ??
      this.#processFor(identity, event.source, event.request);
    const process = pid === undefined ? undefined : this.#processes.get(pid);
    if (pid === undefined || process === undefined || identity.kind === 'gateway') {
      this.#environment.subscribers.delete(subscription);
      return this.#environment.userAgent.refuseSubscription(subscription, 403);
    }
    this.#environment.subscribers.set(subscription, pid);
    this.#scheduler.run(pid, () => subscriptions.subscribe(process, event));
  }

  #unsubscribed(subscription: Subscription<CallLeg>): void {
    const pid = this.#environment.subscribers.get(subscription);
    this.#environment.subscribers.delete(subscription);
    const process = pid === undefined ? undefined : this.#processes.get(pid);
    if (pid !== undefined && process !== undefined)
      this.#scheduler.run(pid, () => subscriptions.unsubscribed(process, subscription));
  }

  #publish(event: Extract<UserAgentEvent<CallLeg>, { type: 'publish' }>): void {
    const { publication, identity } = event;
    const isNew = publication.state === 'pending';
    const pid = isNew
      ? this.#processFor(identity, event.source, event.request)
      : this.#publishers.get(publication);
    const process = pid === undefined ? undefined : this.#processes.get(pid);
    if (pid !== undefined && process !== undefined && identity.kind === 'device') {
      this.#publishers.set(publication, pid);
      this.#scheduler.run(pid, () => publications.publish(process, event));
      return;
    }
    const { userAgent } = this.#environment;
    if (isNew) userAgent.refusePublication(publication, 403);
    // Its process is no more: the phone is to publish anew.
    else userAgent.endPublication(publication);
  }

  #unpublished(publication: Publication): void {
    const pid = this.#publishers.get(publication);
    const process = pid === undefined ? undefined : this.#processes.get(pid);
    if (pid !== undefined && process !== undefined)
      this.#scheduler.run(pid, () => publications.unpublished(process, publication));
  }

  #processFor(identity: Identity, source: Hop, request: SipRequest): Pid | undefined {
    if (identity.kind === 'gateway') return this.#gateways.get(identity.id);
    const device = this.#environment.directory.devices.get(identity.id);
    if (device === undefined) return undefined;
    const bindings = this.#registrar.bindings(device.id);
    const [first] = bindings;
    const binding =
      bindings.find((each) => isFrom(each, source, request)) ??
      (bindings.length === 1 ? first : undefined);
    const phone = binding && this.#phones.get(binding);
    if (phone !== undefined) return phone;
    const known = this.#visitors.get(device.id);
    if (known !== undefined) return known;
    const pid = this.#spawn('d', this.#phonePlace(device, undefined));
    this.#visitors.set(device.id, pid);
    return pid;
  }

  #apply(change: BindingChange): void {
    const { binding, type } = change;
    const device = this.#environment.directory.devices.get(binding.key);
    if (device === undefined) return;
    const pid = this.#phones.get(binding);
    if (this.#environment.log.debugging && type !== 'refreshed') {
      const { contact, userAgent } = binding;
      this.#environment.log.write('debug', `contact ${type}`, {
        device: device.id,
        contact,
        userAgent,
      });
    }
    if (type === 'removed') this.#end(binding);
    else if (pid === undefined) {
      const phone = this.#spawn('d', this.#phonePlace(device, binding));
      const process = this.#processes.get(phone);
      this.#phones.set(binding, phone);
      if (process !== undefined) this.#scheduler.run(phone, () => deposits.claim(process));
    } else {
      const process = this.#processes.get(pid);
      if (process === undefined) return;
      this.#scheduler.run(pid, () => {
        lineMembership.refresh(process);
        if (change.isAnew) registeredAnew(process);
      });
    }
  }

  #phonePlace(device: Device, binding: Binding | undefined): Place {
    const { directory } = this.#environment;
    return {
      kind: 'phone',
      device: device.id,
      party: partyOfDevice(directory, device),
      binding,
    };
  }

  #spawn(kind: 'd' | 'g', place: Place): Pid {
    let spawned: DeviceProcess | undefined;
    const pid = this.#scheduler.spawn(kind, (host) => {
      spawned = new DeviceProcess(host, this.#environment, place);
      return spawned;
    });
    if (spawned !== undefined) this.#processes.set(pid, spawned);
    return pid;
  }
}

/** Whether the address of record is the device's own or one of its lines. */
function mayRegister(device: Device, address: SipUri): boolean {
  const user = unescapeUser(address.user);
  return user === device.user || device.lines.includes(user);
}

/** Whether a request comes from the phone of that binding: by its connection, its address, or its Contact. */
function isFrom(binding: Binding, source: Hop, request: SipRequest): boolean {
  const { hop } = binding;
  if (source.flow !== 0 && hop.flow === source.flow) return true;
  if (hop.address === source.address && hop.port === source.port) return true;
  const contact = request.headers.first('Contact');
  return contact !== undefined && parseNameAddr(contact)?.uri === binding.contact;
}

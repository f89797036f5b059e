/**
 * The demo's show: four robot phones at three managers, and one call that crosses them. Each step is a
 * line that says at which manager it happens. Afterwards the robots stay, so that there is something to
 * look at, and take calls to their line.
 */
import { randomInt } from 'node:crypto';
import { type Call, Robot, type RobotEvent } from './robot.ts';

/** Where a robot registers. */
export type Station = { readonly manager: string; readonly port: number };

export const SHOW_LINE = '2000';
/** Robots of the line, one at each manager, and the one that calls it, at the first. */
export const MEMBERS = ['robot-a', 'robot-b', 'robot-c'] as const;
export const CALLER = 'robot';

/** Between two steps, so that they can be followed. */
const PACE_MS = 900;
/** A step that takes longer has gone wrong. */
const STEP_MS = 5000;
const REFRESH_MS = 60_000;

type Cast = { readonly robot: Robot; readonly manager: string };
type Heard = { readonly by: Robot; readonly event: RobotEvent };

export class Show {
  readonly #say: (text: string) => void;
  readonly #stations: readonly Station[];
  /** Of all robots. */
  readonly #password: string;
  readonly #cast: Cast[] = [];
  readonly #calls = new Map<Robot, Call>();
  readonly #heard: Heard[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #wake: () => void = () => {};
  #isOver = false;

  constructor(stations: readonly Station[], password: string, say: (text: string) => void) {
    this.#stations = stations;
    this.#password = password;
    this.#say = say;
  }

  /** The robots register. */
  async open(): Promise<void> {
    const random = { next32: () => randomInt(2 ** 32) };
    const hear = (robot: Robot, event: RobotEvent) => this.#hear(robot, event);
    const users = [...MEMBERS, CALLER];
    for (const [at, user] of users.entries()) {
      const station = this.#stations[at] ?? this.#stations[0];
      if (station === undefined) continue;
      const robot = await Robot.open({
        user,
        port: station.port,
        password: this.#password,
        random,
        hear,
      });
      this.#cast.push({ robot, manager: station.manager });
    }
    // One after the other: the line is controlled at the first one's manager.
    for (const { robot } of this.#cast) {
      if (robot.user === CALLER) continue;
      robot.register();
      await this.#until(({ type }) => type === 'registered', [robot.user]);
    }
    const refresh = setInterval(() => this.refresh(), REFRESH_MS).unref();
    this.#timers.add(refresh);
  }

  /** One call, from the first word to the last. Rejects with what did not happen. */
  async play(): Promise<void> {
    const [, second] = MEMBERS;
    const caller = this.#find(CALLER);
    const answerer = this.#find(second);
    this.#tell(caller, `${CALLER} calls ${SHOW_LINE}`);
    caller.robot.call(SHOW_LINE);
    await this.#until(({ type }) => type === 'rings', MEMBERS);
    await this.#pause();
    const call = this.#calls.get(answerer.robot);
    this.#tell(answerer, `${second} answers`);
    if (call !== undefined) answerer.robot.answer(call);
    await this.#until(({ type }) => type === 'talks', [CALLER, second]);
    const others = MEMBERS.filter((user) => user !== second);
    await this.#until(({ type }) => type === 'stops ringing', others);
    await this.#pause();
    this.#tell(answerer, `${second} hangs up`);
    if (call !== undefined) answerer.robot.hangUp(call);
    await this.#until(({ type }) => type === 'ended', [CALLER]);
    this.#isOver = true;
  }

  /** All register again, e.g. since a manager has come back. */
  refresh(): void {
    for (const { robot } of this.#cast) if (robot.user !== CALLER) robot.register();
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const { robot } of this.#cast) robot.close();
    this.#cast.length = 0;
  }

  #hear(robot: Robot, event: RobotEvent): void {
    if (event.type === 'rings') this.#calls.set(robot, event.call);
    if (this.#isOver) return this.#live(robot, event);
    const one = this.#cast.find((each) => each.robot === robot);
    const text = inWords(robot.user, event, this.#heard);
    if (one !== undefined && text !== '') this.#tell(one, text);
    this.#heard.push({ by: robot, event });
    this.#wake();
  }

  /** After the show: the second robot takes calls of whoever tries the line. */
  #live(robot: Robot, event: RobotEvent): void {
    if (robot.user !== MEMBERS[1] || event.type !== 'rings') return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      robot.answer(event.call);
    }, 3 * PACE_MS).unref();
    this.#timers.add(timer);
  }

  #find(user: string): Cast {
    const one = this.#cast.find(({ robot }) => robot.user === user);
    if (one === undefined) throw new Error(`there is no ${user}`);
    return one;
  }

  #tell({ manager }: Cast, text: string): void {
    const at = new Date();
    const two = (value: number) => String(value).padStart(2, '0');
    const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
    const ms = String(at.getMilliseconds()).padStart(3, '0');
    this.#say(`    ${time}.${ms}  ${manager}  ${text}\n`);
  }

  /** Until each of `users` has had such an event. */
  async #until(isIt: (event: RobotEvent) => boolean, users: readonly string[]): Promise<void> {
    const endMs = performance.now() + STEP_MS;
    for (;;) {
      const missing = users.filter(
        (user) => !this.#heard.some(({ by, event }) => by.user === user && isIt(event)),
      );
      if (missing.length === 0) return;
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) throw new Error(`nothing came of it at ${missing.join(' and ')}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, leftMs).unref();
      });
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, PACE_MS);
    });
  }
}

/** '': nothing that is worth a line. */
function inWords(user: string, event: RobotEvent, heard: readonly Heard[]): string {
  const isCaller = user === CALLER;
  switch (event.type) {
    case 'rings':
      return `${user} rings`;
    case 'rung back':
      return heard.some(({ event: { type } }) => type === 'rung back')
        ? ''
        : `${user} hears it ring`;
    case 'talks':
      return isCaller ? `${user} is answered: the two talk` : '';
    case 'stops ringing':
      return `${user} stops ringing: "${event.reason}"`;
    case 'refused':
      return `${user} is refused: ${event.status}`;
    case 'ended':
      return isCaller ? `${user} hears that it is over` : '';
    default:
      return '';
  }
}

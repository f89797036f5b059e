/**
 * Subjects of the NATS bus. They are what the server's permissions speak of, so that a manager can
 * neither pass for another nor listen to what is said to another:
 *
 *     <cluster>.pid.<to>.<incarnation>.<from>            said to a manager
 *     <cluster>.ev.<from>.<topic>                        published
 *     <cluster>.rep.<me>.<incarnation>.gone.<to>.<inc>   the server says here that nobody is at `to`
 *     <cluster>.rep.<me>.<incarnation>.ask.<number>      answers come here
 */
import type { ManagerId } from '../../process/message-plane.ts';
import type { Home } from '../../process/pid.ts';

const NAME = /^[a-z0-9-]{1,32}$/;
const HOME = /^[a-z0-9-]{1,32}\.[0-9a-z]{1,16}$/;

/** Of a cluster, manager or topic. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

export function isHome(text: string): boolean {
  return HOME.test(text);
}

export function idOf(home: Home): ManagerId {
  return home.slice(0, home.indexOf('.'));
}

/** Published when a manager connects, to find out whether it may; nobody listens. No manager's topic. */
export const PROBE_TOPIC = '_probe';

export function messageSubject(cluster: string, to: Home, from: ManagerId): string {
  return `${cluster}.pid.${to}.${from}`;
}

export function eventSubject(cluster: string, from: ManagerId, topic: string): string {
  return `${cluster}.ev.${from}.${topic}`;
}

/** Where `home` hears answers, ending in a dot. */
export function replyPrefix(cluster: string, home: Home): string {
  return `${cluster}.rep.${home}.`;
}

/** The manager that the server vouches for, of a message's subject; undefined: none that could be. */
export function senderOf(subject: string): ManagerId | undefined {
  const from = subject.slice(subject.lastIndexOf('.') + 1);
  return NAME.test(from) ? from : undefined;
}

/**
 * Whether `reply` is where manager `from` waits for answers to questions: anything else is not answered,
 * or whoever asks could have us say something in our name to somebody else.
 */
export function isQuestion(cluster: string, from: ManagerId, reply: string): boolean {
  const prefix = `${cluster}.rep.${from}.`;
  return reply.startsWith(prefix) && ASK.test(reply.slice(prefix.length));
}

const ASK = /^[0-9a-z]{1,16}\.ask\.[0-9]{1,16}$/;

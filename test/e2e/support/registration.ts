/** Registers a contact over UDP from a given socket, as the phone at that address would: digest with MD5. */
import { createHash, randomBytes } from 'node:crypto';
import dgram from 'node:dgram';

/** Whose contact it is. */
export type Registration = {
  readonly user: string;
  readonly password: string;
  readonly domain: string;
  /** `host:port` of the Contact. */
  readonly contact: string;
  /** Port of the registrar on 127.0.0.1. */
  readonly registrarPort: number;
};

/** Registers from a port that the phone will use once this returns. Throws with what was answered if refused. */
export async function registerFrom(localPort: number, registration: Registration): Promise<void> {
  const socket = dgram.createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(localPort, '127.0.0.1', resolve);
  });
  try {
    await register(socket, registration);
  } finally {
    await new Promise<void>((resolve) => {
      socket.close(resolve);
    });
  }
}

/** Registers over a socket that is already bound. */
export async function register(socket: dgram.Socket, registration: Registration): Promise<void> {
  const { user, password, domain } = registration;
  const id = randomBytes(8).toString('hex');
  const uri = `sip:${domain}`;
  const first = await exchange(socket, registration, requestText(registration, id, 1, uri, ''));
  if (statusOf(first) === 200) return;
  const challenge =
    /^WWW-Authenticate: *Digest (.*algorithm="?MD5"?.*|(?:(?!algorithm).)*)$/im.exec(first)?.[1];
  if (statusOf(first) !== 401 || challenge === undefined)
    throw new Error(`REGISTER of ${user} was answered:\n${first}`);
  const value = (name: string): string =>
    new RegExp(`\\b${name}="?([^",]*)`, 'i').exec(challenge)?.[1] ?? '';
  const ha1 = md5(`${user}:${value('realm')}:${password}`);
  const ha2 = md5(`REGISTER:${uri}`);
  const withQop = value('qop') !== '';
  const response = md5(
    withQop
      ? `${ha1}:${value('nonce')}:00000001:${id}:auth:${ha2}`
      : `${ha1}:${value('nonce')}:${ha2}`,
  );
  const credentials =
    `Authorization: Digest username="${user}", realm="${value('realm')}", nonce="${value('nonce')}", ` +
    `uri="${uri}", response="${response}", algorithm=MD5${withQop ? `, qop=auth, nc=00000001, cnonce="${id}"` : ''}\r\n`;
  const second = await exchange(
    socket,
    registration,
    requestText(registration, id, 2, uri, credentials),
  );
  if (statusOf(second) !== 200) throw new Error(`REGISTER of ${user} was answered:\n${second}`);
}

function requestText(
  { user, domain, contact }: Registration,
  id: string,
  cseq: number,
  uri: string,
  more: string,
): string {
  return (
    `REGISTER ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${contact};rport;branch=z9hG4bK${id}${cseq}\r\n` +
    `Max-Forwards: 70\r\nFrom: <sip:${user}@${domain}>;tag=${id}\r\nTo: <sip:${user}@${domain}>\r\n` +
    `Call-ID: ${id}\r\nCSeq: ${cseq} REGISTER\r\nContact: <sip:${user}@${contact}>\r\nExpires: 600\r\n` +
    `${more}Content-Length: 0\r\n\r\n`
  );
}

async function exchange(
  socket: dgram.Socket,
  { registrarPort, user }: Registration,
  text: string,
): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const send = (): void => socket.send(text, registrarPort, '127.0.0.1');
    const again = setInterval(send, 500);
    const late = setTimeout(() => {
      stop();
      reject(new Error(`REGISTER of ${user} was not answered`));
    }, 5000);
    const receive = (datagram: Buffer): void => {
      const answer = datagram.toString('latin1');
      if (!answer.startsWith('SIP/2.0 ') || statusOf(answer) < 200) return;
      stop();
      resolve(answer);
    };
    const stop = (): void => {
      clearInterval(again);
      clearTimeout(late);
      socket.off('message', receive);
    };
    socket.on('message', receive);
    send();
  });
}

function statusOf(answer: string): number {
  return Number(answer.slice(8, 11));
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

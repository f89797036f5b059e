/**
 * SIPp scenarios for a shared line: the caller and the member phones, written for what a test wants to
 * know. Each call carries its number in the offer's session name (`s=call-17`), each phone its name in
 * the answer's: SDP passes the manager untouched, so both ends can be told to belong together. What
 * happened is logged by SIPp, a line per event: `17 cancelled SIP;cause=200;…`.
 */

/** A member's phone. */
export type PhoneScenario = {
  readonly name: string;
  /** `host:port` for its Contact. */
  readonly contact: string;
  /** Milliseconds from ringing to answering, by chance between the two; absent: it only rings. */
  readonly answerAfterMs?: readonly [number, number] | undefined;
  /** How long it takes retransmissions of what it has done with. */
  readonly lingerMs: number;
};

/** A caller. */
export type CallerScenario = {
  readonly user: string;
  readonly domain: string;
  readonly number: string;
  readonly contact: string;
  /** Milliseconds from the answer to BYE. */
  readonly talkMs: number;
  readonly lingerMs: number;
};

/**
 * INVITE, 180, and an answer after a while unless CANCEL comes first; then ACK, BYE.
 *
 * SIPp's own retransmission is not used: it goes on when something optional has arrived, and takes a
 * repeated CANCEL for a new one. Final responses are repeated by the scenario instead.
 */
export function phoneScenario({ name, contact, answerAfterMs, lingerMs }: PhoneScenario): string {
  const toTag = `;tag=${name}-[pid]-[call_number]`;
  const to = `[last_To:]${toTag}`;
  /** To the request received last. */
  const response = (status: string, lines: readonly string[]): string =>
    send([
      `SIP/2.0 ${status}`,
      '[last_Via:]',
      '[last_From:]',
      ...lines,
      '[last_Call-ID:]',
      '[last_CSeq:]',
    ]);
  /** To a request received earlier; its Via lines are kept in `vias`. */
  const belated = (
    status: string,
    vias: string,
    method: string,
    lines: readonly string[],
  ): string =>
    send([
      `SIP/2.0 ${status}`,
      `[$${vias}]X-After: Via`,
      '[last_From:]',
      '[last_Call-ID:]',
      `CSeq: [$cseq] ${method}`,
      ...lines,
    ]);
  const keepVias = (name: string): string =>
    `<ereg regexp="(Via:[^\n]*\n)+" search_in="msg" assign_to="${name},via"/>`;
  const keepReason = '<ereg regexp=".*" search_in="hdr" header="Reason:" assign_to="reason"/>';
  const ringing = ['[last_Record-Route:]', to, `Contact: <sip:${name}@${contact}>`];
  const answer = [...ringing, ...sdp(name, 41_000)];
  return scenario(name, [
    // Global: taken at any moment until the answer is really sent. (SIPp wants it before what must come.)
    answerAfterMs && recv('CANCEL', { optional: 'global', next: CANCELLED, action: keepReason }),
    `<recv request="INVITE" rrs="true">
    <action>
      <ereg regexp="s=call-([0-9]+)" search_in="msg" assign_to="whole,call"/>
      <ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>
      ${keepVias('vias')}
      <log message="[$call] invited"/>
    </action>
  </recv>`,
    label(RINGING),
    response('180 Ringing', ringing),
    answerAfterMs ? undefined : recv('INVITE', { optional: 'true', next: RINGING }),
    answerAfterMs
      ? `<pause distribution="uniform" min="${answerAfterMs[0]}" max="${answerAfterMs[1]}"/>`
      : recv('CANCEL', { next: CANCELLED, action: keepReason }),

    label(ANSWERED),
    belated('200 OK', 'vias', 'INVITE', answer),
    // What follows may come faster than SIPp sends: so nothing is sent before the last of it is there.
    recv('INVITE', { optional: 'true', next: ANSWERED, ...again(ANSWERED) }),
    recv('CANCEL', { optional: 'true', action: keepVias('cancelVias'), ...again(ANSWERED) }),
    recv('BYE', { optional: 'true', next: RELEASED, action: keepReason, ...again(ANSWERED) }),
    recv('ACK', again(ANSWERED)),
    recv('CANCEL', { optional: 'true', action: keepVias('cancelVias') }),
    recv('ACK', { optional: 'true' }),
    recv('BYE', { action: keepReason }),
    label(RELEASED),
    log('released [$reason]'),
    response('200 OK', ['[last_To:]']),
    `<nop next="${CROSSED}" test="cancelVias"/>`,
    label(RELEASED_LINGER),
    recv('ACK', { optional: 'true', ...until(lingerMs, END) }),
    recv('BYE', until(lingerMs, END)),
    response('200 OK', ['[last_To:]']),
    jump(RELEASED_LINGER),
    label(CROSSED),
    // CANCEL after the answer: answered itself, without any effect (RFC 3261 §9.2).
    belated('200 OK', 'cancelVias', 'CANCEL', ['[last_To:]']),
    jump(RELEASED_LINGER),

    label(CANCELLED),
    response('200 OK', [to]),
    label(REJECTED),
    belated('487 Request Terminated', 'vias', 'INVITE', [to]),
    label(REJECTED_WAIT),
    recv('CANCEL', { optional: 'true', next: REPEATED, ...again(REJECTED) }),
    recv('ACK', { next: CANCELLED_LINGER, ...again(REJECTED) }),
    label(REPEATED),
    response('200 OK', [to]),
    jump(REJECTED_WAIT),
    label(CANCELLED_LINGER),
    log('cancelled [$reason]'),
    label(LINGER),
    recv('CANCEL', { optional: 'true', next: LATE, ...until(lingerMs, END) }),
    recv('ACK', { next: LINGER, ...until(lingerMs, END) }),
    label(LATE),
    response('200 OK', [to]),
    jump(LINGER),

    label(END),
    '<Reference variables="whole,call,vias,via,cseq,reason,cancelVias"/>',
  ]);
}

/** INVITE, the answer, ACK, talk and BYE. */
export function callerScenario(caller: CallerScenario): string {
  const { user, domain, number, contact, talkMs, lingerMs } = caller;
  const request = (
    start: string,
    branch: string,
    to: string,
    cseq: string,
    lines: readonly string[],
    attributes: string,
  ): string =>
    send(
      [
        `${start} SIP/2.0`,
        `Via: SIP/2.0/UDP [local_ip]:[local_port];rport;branch=z9hG4bK[pid]-[call_number]-${branch}`,
        'Max-Forwards: 70',
        `From: <sip:${user}@${domain}>;tag=[pid]-[call_number]`,
        to,
        'Call-ID: [call_id]',
        `CSeq: ${cseq}`,
        ...lines,
      ],
      attributes,
    );
  const target = `sip:${number}@${domain}`;
  const who = '<ereg regexp="s=([a-z0-9]+)" search_in="body" assign_to="whole,who"/>';
  // By transaction: a late 200 to INVITE does not pass for that to BYE.
  const ringing = { response: '180', transaction: 'call', optional: 'true' };
  return scenario('caller', [
    request(
      `INVITE ${target}`,
      'call',
      `To: <${target}>`,
      '1 INVITE',
      [
        `Contact: <sip:${user}@${contact}>`,
        'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS',
        ...sdp('call-[call_number]', 40_000),
      ],
      'retrans="500" start_txn="call"',
    ),
    recv('', { response: '100', transaction: 'call', optional: 'true' }),
    recv('', ringing),
    recv('', { response: '200', transaction: 'call', action: who, routes: true }),
    request('ACK [next_url]', 'ack', '[last_To:]', '1 ACK', ['[routes]'], 'ack_txn="call"'),
    `<pause milliseconds="${talkMs}"/>`,
    request(
      'BYE [next_url]',
      'bye',
      '[last_To:]',
      '2 BYE',
      ['[routes]'],
      'retrans="500" start_txn="bye"',
    ),
    label(RELEASED),
    recv('', { ...ringing, next: RELEASED }),
    recv('', { response: '200', transaction: 'bye' }),
    log('ended [$who]', '[call_number]'),
    `<timewait milliseconds="${lingerMs}"/>`,
    '<Reference variables="whole"/>',
  ]);
}

/** A phone that picks a call up by dialling a code. */
export type PickerScenario = Pick<CallerScenario, 'user' | 'domain' | 'contact' | 'lingerMs'> & {
  /** The code, `*98`. */
  readonly dialled: string;
};

/**
 * INVITE, an answer without media, ACK, and the caller's offer by re-INVITE; then BYE from the caller. Or a refusal, whose
 * code is logged.
 */
export function pickerScenario(picker: PickerScenario): string {
  const { user, domain, dialled, contact, lingerMs } = picker;
  const target = `sip:${dialled}@${domain}`;
  const request = (start: string, to: string, cseq: string, lines: readonly string[], more = '') =>
    send(
      [
        `${start} SIP/2.0`,
        'Via: SIP/2.0/UDP [local_ip]:[local_port];rport;branch=[branch]',
        'Max-Forwards: 70',
        `From: <sip:${user}@${domain}>;tag=[pid]-[call_number]`,
        to,
        'Call-ID: [call_id]',
        `CSeq: ${cseq}`,
        ...lines,
      ],
      more,
    );
  const answer = (lines: readonly string[]) =>
    send([
      'SIP/2.0 200 OK',
      '[last_Via:]',
      '[last_From:]',
      '[last_To:]',
      '[last_Call-ID:]',
      '[last_CSeq:]',
      ...lines,
    ]);
  const line = `Contact: <sip:${user}@${contact}>`;
  const keepCall = '<ereg regexp="s=call-([0-9]+)" search_in="body" assign_to="whole,call"/>';
  const keepCode = '<ereg regexp="LW-[0-9]+" search_in="hdr" header="Reason:" assign_to="reason"/>';
  return scenario('picker', [
    request(
      `INVITE ${target}`,
      `To: <${target}>`,
      '1 INVITE',
      [line, ...sdp(user, 42_000)],
      'retrans="500"',
    ),
    recv('', { response: '100', optional: 'true' }),
    ...['403', '404', '480', '486'].map((response) =>
      recv('', { response, optional: 'true', next: REFUSED, action: keepCode }),
    ),
    recv('', { response: '200', routes: true }),
    request('ACK [next_url]', '[last_To:]', '1 ACK', ['[routes]']),
    recv('INVITE', { action: keepCall }),
    answer([line, ...sdp(user, 42_000)]),
    recv('ACK', {}),
    log('picked'),
    recv('BYE', {}),
    answer([]),
    log('released'),
    jump(END),
    label(REFUSED),
    request(`ACK ${target}`, '[last_To:]', '1 ACK', []),
    log('refused [$reason]', '[call_number]'),
    label(END),
    `<timewait milliseconds="${lingerMs}"/>`,
    '<Reference variables="whole,call,reason"/>',
  ]);
}

// SIPp's labels are numbers.
const [ANSWERED, RELEASED, RELEASED_LINGER, CROSSED, CANCELLED] = [1, 2, 3, 4, 5];
const [REJECTED, REJECTED_WAIT, REPEATED, CANCELLED_LINGER] = [6, 7, 8, 9];
const [LINGER, LATE, END, RINGING, REFUSED] = [10, 11, 12, 13, 14];

/** What a scenario waits for. */
type Awaited = {
  /** Status of a response; else a request is awaited. */
  readonly response?: string;
  readonly transaction?: string;
  /** `true`: here; `global`: from here on, at any moment. */
  readonly optional?: string;
  readonly timeoutMs?: number;
  readonly onTimeout?: number;
  readonly next?: number;
  readonly action?: string;
  /** Whether its Record-Route and Contact say where what follows is to go. */
  readonly routes?: boolean;
};

function recv(method: string, awaited: Awaited): string {
  const { response, transaction, optional, timeoutMs, onTimeout, next, action, routes } = awaited;
  const attributes = [
    response === undefined ? `request="${method}"` : `response="${response}"`,
    transaction === undefined ? '' : `response_txn="${transaction}"`,
    optional === undefined ? '' : `optional="${optional}"`,
    timeoutMs === undefined ? '' : `timeout="${timeoutMs}"`,
    onTimeout === undefined ? '' : `ontimeout="${onTimeout}"`,
    next === undefined ? '' : `next="${next}"`,
    routes ? 'rrs="true"' : '',
  ];
  const head = `<recv ${attributes.filter(Boolean).join(' ')}`;
  return action === undefined ? `${head}/>` : `${head}><action>${action}</action></recv>`;
}

/** SIPp heeds the timeout of the message it stands at, not of those after it: each of a group gets the same. */
function until(timeoutMs: number, onTimeout: number): Pick<Awaited, 'timeoutMs' | 'onTimeout'> {
  return { timeoutMs, onTimeout };
}

/** Out of step with the manager's retransmissions: SIPp loses a message that arrives while it sends another. */
function again(from: number): Pick<Awaited, 'timeoutMs' | 'onTimeout'> {
  return until(700, from);
}

function label(id: number): string {
  return `<label id="${id}"/>`;
}

function jump(id: number): string {
  return `<nop next="${id}"/>`;
}

function log(text: string, call = '[$call]'): string {
  return `<nop><action><log message="${call} ${text}"/></action></nop>`;
}

/** Header lines and, after an empty one, the body; the length is SIPp's to count. */
function send(lines: readonly string[], attributes = ''): string {
  const empty = lines.indexOf('');
  const head = empty < 0 ? lines : lines.slice(0, empty);
  const body = empty < 0 ? [] : lines.slice(empty + 1);
  const length = empty < 0 ? 'Content-Length: 0' : 'Content-Length: [len]';
  const text = [...head, length, '', ...body].join('\n');
  return `<send ${attributes}><![CDATA[\n\n${text}\n\n]]></send>`;
}

function sdp(session: string, port: number): readonly string[] {
  return [
    'Content-Type: application/sdp',
    '',
    'v=0',
    'o=- 1 1 IN IP4 [local_ip]',
    `s=${session}`,
    'c=IN IP4 [local_ip]',
    't=0 0',
    `m=audio ${port} RTP/AVP 0 101`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=sendrecv',
  ];
}

function scenario(name: string, steps: readonly (string | undefined)[]): string {
  return `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="${name}">
  ${steps.filter((step) => step !== undefined).join('\n  ')}
</scenario>
`;
}

/** SIPp scenarios for gateways, each with one habit, and for a caller who dials out. Events are logged with the number. */

/** What a gateway does with each call that it is offered. */
export type GatewayHabit =
  /** 180 and an answer; `afterMs`: 100 at once, and the answer then. */
  | {
      readonly does: 'takes';
      readonly afterMs?: number;
      /** What of the INVITE is logged besides: a regular expression. */
      readonly shows?: string;
    }
  /** Not a word for so long, then 180. */
  | { readonly does: 'hesitates'; readonly afterMs: number }
  | { readonly does: 'refuses'; readonly status: string; readonly headers?: readonly string[] }
  | { readonly does: 'is silent' };

export function gatewayScenario(habit: GatewayHabit): string {
  const shown = ('shows' in habit && habit.shows) || 'nothing of the kind';
  return scenario([
    `<recv request="INVITE" rrs="true"><action>
      <ereg regexp="INVITE sip:([0-9]+)" search_in="msg" assign_to="whole,number"/>
      <ereg regexp="Authorization" search_in="msg" assign_to="proof"/>
      <ereg regexp="Diversion: &lt;sip:([0-9]+)@[^&gt;]*&gt;;reason=([a-z-]+)" search_in="msg" assign_to="all,diverter,reason"/>
      <ereg regexp="${shown}" search_in="msg" assign_to="shown"/>
      <log message="[$number] invited [$proof] [$diverter] [$reason] [$shown]"/>
    </action></recv>`,
    ...steps(habit),
    '<Reference variables="whole,number,proof,all,diverter,reason,shown"/>',
  ]);
}

function steps(habit: GatewayHabit): readonly string[] {
  switch (habit.does) {
    case 'takes':
      return [
        answer('100 Trying', []),
        habit.afterMs === undefined ? '' : `<pause milliseconds="${habit.afterMs}"/>`,
        answer('180 Ringing', CONTACT),
        answer('200 OK', [...CONTACT, ...SDP], 'retrans="500"'),
        '<recv request="ACK"/>',
        `<recv request="BYE"/>`,
        answer('200 OK', []),
        '<nop><action><log message="[$number] released"/></action></nop>',
      ];
    case 'hesitates':
      return [
        `<pause milliseconds="${habit.afterMs}"/>`,
        answer('180 Ringing', CONTACT),
        '<recv request="CANCEL"/>',
        answer('200 OK', []),
        answer('487 Request Terminated', ['CSeq: 1 INVITE'], 'retrans="500"'),
        '<recv request="ACK"/>',
        '<nop><action><log message="[$number] cancelled"/></action></nop>',
      ];
    case 'refuses':
      return [
        answer(habit.status, habit.headers ?? [], 'retrans="500"'),
        '<recv request="ACK"/>',
        '<nop><action><log message="[$number] acknowledged"/></action></nop>',
      ];
    case 'is silent':
      return ['<pause milliseconds="60000"/>'];
  }
}

/** Dials, talks for so long if it is answered, and says what the final answer was. */
export function dialScenario(number: string, domain: string, talkMs: number): string {
  const target = `sip:${number}@${domain}`;
  const request = (start: string, to: string, cseq: string, lines: readonly string[], more = '') =>
    send(
      [
        `${start} SIP/2.0`,
        'Via: SIP/2.0/UDP [local_ip]:[local_port];rport;branch=[branch]',
        'Max-Forwards: 70',
        `From: <sip:caller@${domain}>;tag=[pid]-[call_number]`,
        to,
        'Call-ID: [call_id]',
        `CSeq: ${cseq}`,
        ...lines,
      ],
      more,
    );
  const failures = ['480', '486', '503'].map(
    (status, at) => `<recv response="${status}" optional="true" next="${at + 2}"/>`,
  );
  return scenario([
    request(
      `INVITE ${target}`,
      `To: <${target}>`,
      '1 INVITE',
      ['Contact: <sip:caller@[local_ip]:[local_port]>', ...SDP],
      'retrans="500"',
    ),
    '<recv response="100" optional="true"/>',
    '<recv response="180" optional="true"/>',
    '<recv response="181" optional="true"/>',
    ...failures,
    '<recv response="200" rrs="true"/>',
    `<nop><action><log message="${number} answered"/></action></nop>`,
    request('ACK [next_url]', '[last_To:]', '1 ACK', ['[routes]']),
    `<pause milliseconds="${talkMs}"/>`,
    request('BYE [next_url]', '[last_To:]', '2 BYE', ['[routes]'], 'retrans="500"'),
    '<recv response="200"/>',
    '<nop next="1"/>',
    ...['480', '486', '503'].flatMap((status, at) => [
      `<label id="${at + 2}"/>`,
      `<nop><action><log message="${number} refused ${status}"/></action></nop>`,
      request(`ACK ${target}`, '[last_To:]', '1 ACK', []),
      '<nop next="1"/>',
    ]),
    '<label id="1"/>',
    '<timewait milliseconds="100"/>',
  ]);
}

const CONTACT = ['Contact: <sip:[local_ip]:[local_port]>'];
const SDP = [
  'Content-Type: application/sdp',
  '',
  'v=0',
  'o=- 1 1 IN IP4 [local_ip]',
  's=-',
  'c=IN IP4 [local_ip]',
  't=0 0',
  'm=audio 40000 RTP/AVP 0',
];

/** To the request received last. */
function answer(status: string, lines: readonly string[], attributes = ''): string {
  const cseq = lines.some((line) => line.startsWith('CSeq')) ? [] : ['[last_CSeq:]'];
  const to = status.startsWith('100') ? '[last_To:]' : '[last_To:];tag=gw-[pid]-[call_number]';
  return send(
    [`SIP/2.0 ${status}`, '[last_Via:]', '[last_From:]', to, '[last_Call-ID:]', ...cseq, ...lines],
    attributes,
  );
}

function send(lines: readonly string[], attributes: string): string {
  const empty = lines.indexOf('');
  const [head, body] = empty < 0 ? [lines, []] : [lines.slice(0, empty), lines.slice(empty + 1)];
  const length = empty < 0 ? 'Content-Length: 0' : 'Content-Length: [len]';
  return `<send ${attributes}><![CDATA[\n\n${[...head, length, '', ...body].join('\n')}\n\n]]></send>`;
}

function scenario(parts: readonly string[]): string {
  return `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="gateway">
  ${parts.filter((part) => part !== '').join('\n  ')}
</scenario>
`;
}

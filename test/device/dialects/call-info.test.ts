/** Call-Info of shared call appearances: BroadSoft SIP Access Side Extensions, section 2, and its dialects. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  APPEARANCE_INDEX_MAX,
  type Appearance,
  LAMP_STATES,
  type LampState,
} from '../../../src/device/dialects/appearance.ts';
import {
  appearanceCallInfo,
  CALL_INFO_VALUES_MAX,
  type CallInfo,
  formatCallInfo,
  lineCallInfo,
  readCallInfo,
  readCallInfoIndex,
} from '../../../src/device/dialects/call-info.ts';
import { linePackage } from '../../../src/device/dialects/event-package.ts';
import { parseMessage } from '../../../src/sip/message/parse.ts';
import { headerLine } from '../../../src/sip/message/safe.ts';
import {
  readSubscriptionState,
  terminatedState,
} from '../../../src/sip/message/subscription-state.ts';

const REST = '<sip:pbx.test>;appearance-index=*;appearance-state=idle';
const BOB = { uri: 'sip:5551@pbx.test', displayName: 'Bob' };

function appearance(index: number, state: LampState, remote?: Appearance['remote']): Appearance {
  return {
    index,
    state,
    id: `use${index}`,
    owner: undefined,
    target: '',
    remote,
    isExclusive: false,
    dialog: undefined,
    direction: 'initiator',
  };
}

function value(index: number | '*', state?: LampState, remote?: CallInfo['remote']): CallInfo {
  return { index, state, remote };
}

/** What is read, or the code of the refusal. */
function read(...fields: string[]): readonly CallInfo[] | string {
  const result = readCallInfo(fields);
  return result.ok ? result.values : result.fault.code;
}

function indexOf(...fields: string[]): unknown {
  const result = readCallInfoIndex(fields);
  return result.ok ? [result.index, result.state] : result.fault.code;
}

/** The Call-Info fields of a message in which the given lines stand. */
function fieldsOf(method: string, lines: string): string[] {
  const parsed = parseMessage(
    `${method} sip:200@pbx.test SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:200@pbx.test>;tag=1\r\n` +
      `To: <sip:200@pbx.test>\r\nCall-ID: c\r\nCSeq: 1 ${method}\r\n${lines}Content-Length: 0\r\n\r\n`,
  );
  assert(parsed.ok);
  return parsed.message.headers.all('Call-Info');
}

test('boot: the state of a line is what is busy, lowest first, and that all others are idle', () => {
  const line = [
    appearance(3, 'held', { uri: 'sip:5552@pbx.test', displayName: '' }),
    appearance(2, 'idle'),
    appearance(1, 'active', BOB),
  ];
  assert.deepEqual(
    [linePackage('call-info'), lineCallInfo([], 'pbx.test'), lineCallInfo(line, 'pbx.test')],
    [
      'call-info',
      REST,
      '<sip:pbx.test>;appearance-index=1;appearance-state=active;appearance-uri="\\"Bob\\" <sip:5551@pbx.test>",' +
        `<sip:pbx.test>;appearance-index=3;appearance-state=held;appearance-uri="<sip:5552@pbx.test>",${REST}`,
    ],
  );
});

test('off-hook: SUBSCRIBE for line-seize names one appearance, and what is wrong with it is said', () => {
  const table: [string, unknown][] = [
    ['<sip:pbx.test>;appearance-index=2', [2, undefined]],
    ['<sip:pbx.test>;appearance-index=10000', [10_000, undefined]],
    ['', 'no index'],
    ['<sip:pbx.test>', 'no index'],
    ['<sip:pbx.test>;appearance-state=seized', 'no index'],
    ['<sip:pbx.test>;appearance-index=*', 'bad index'],
    ['<sip:pbx.test>;appearance-index=0', 'bad index'],
    ['<sip:pbx.test>;appearance-index=-1', 'bad index'],
    ['<sip:pbx.test>;appearance-index=1.5', 'bad index'],
    ['<sip:pbx.test>;appearance-index=0x1', 'bad index'],
    ['<sip:pbx.test>;appearance-index=10001', 'bad index'],
    ['<sip:pbx.test>;appearance-index=99999999999999999999', 'bad index'],
    ['<sip:pbx.test>;appearance-index', 'bad index'],
    ['<sip:pbx.test>;appearance-index=', 'malformed'],
    ['sip:pbx.test;appearance-index=1', 'malformed'],
    ['<sip:pbx.test>;appearance-index=1,<sip:pbx.test>;appearance-index=2', 'several indices'],
    ['<sip:pbx.test>;appearance-index=1,<sip:pbx.test>;appearance-index=1', [1, undefined]],
  ];
  assert.deepEqual(
    [linePackage('line-seize'), ...table.map(([text]) => indexOf(text))],
    ['line-seize', ...table.map(([, answer]) => answer)],
  );
});

test('a refusal says what was wrong, in printable ASCII and not at length', () => {
  const texts = [
    `<sip:a>;appearance-index="${'\xff'.repeat(200)}"`,
    '<sip:a>;appearance-state=seized',
    '',
  ].map((text) => {
    const result = readCallInfoIndex([text]);
    return result.ok || result.fault.text;
  });
  assert.deepEqual(texts, [
    `appearance-index is not a whole number from 1 to 10000, or *: ${'?'.repeat(64)}...`,
    'Call-Info has no appearance-index: <sip:a>;appearance-state=seized',
    'no Call-Info with appearance-index',
  ]);
});

test('off-hook: NOTIFY of line-seize tells the index that was seized', () => {
  assert.deepEqual(
    [appearanceCallInfo(2, undefined, 'pbx.test'), appearanceCallInfo(2, 'seized', 'pbx.test')],
    [
      '<sip:pbx.test>;appearance-index=2',
      '<sip:pbx.test>;appearance-index=2;appearance-state=seized',
    ],
  );
});

test('dial: INVITE says the index; the seizure ends with reason noresource', () => {
  const lines = headerLine('Call-Info', '<sip:pbx.test>;appearance-index=1');
  const state = readSubscriptionState(terminatedState('noresource'));
  assert.deepEqual(
    [indexOf(...fieldsOf('INVITE', lines)), state?.state, state?.reason],
    [[1, undefined], 'terminated', 'noresource'],
  );
});

test('incoming: INVITE carries the index that rings, as a phone echoes it in 180 and 200', () => {
  const lines = headerLine('Call-Info', appearanceCallInfo(4, 'alerting', 'pbx.test'));
  assert.deepEqual(indexOf(...fieldsOf('INVITE', lines)), [4, 'alerting']);
});

test('each of the nine states is written as its word, idle appearances going without saying', () => {
  const words = LAMP_STATES.map((state) => lineCallInfo([appearance(1, state)], 'pbx.test'));
  const busy = [
    'seized',
    'progressing',
    'alerting',
    'active',
    'held',
    'held-private',
    'bridge-active',
    'bridge-held',
  ];
  const expected = busy.map(
    (word) => `<sip:pbx.test>;appearance-index=1;appearance-state=${word},${REST}`,
  );
  assert.deepEqual(words, [REST, ...expected]);
});

test('private hold: the re-INVITE says the state, in any case, order and quoting', () => {
  const texts = [
    '<sip:pbx.test>;appearance-index=1;appearance-state=held-private',
    '<sip:pbx.test>;appearance-state=Held-Private;appearance-index=1',
    '<sip:pbx.test>;Appearance-State="HELD-PRIVATE";x-new=1;APPEARANCE-INDEX="1";bare',
    ' <sip:pbx.test> ; appearance-state = held-private ; appearance-index = 1 ',
    '<sip:pbx.test>;;appearance-index=01;appearance-state=" held-private ";',
  ];
  assert.deepEqual(
    texts.map((text) => indexOf(text)),
    texts.map(() => [1, 'held-private']),
  );
});

test('retrieve, barge and a call to the own number look alike: an INVITE with an index and no state', () => {
  const lines = headerLine('Call-Info', '<sip:pbx.test>;appearance-index=3');
  assert.deepEqual(indexOf(...fieldsOf('INVITE', lines)), [3, undefined]);
});

test('CANCEL of some phones, and INVITE of others, carry no Call-Info: that is no fault of what they carry', () => {
  assert.deepEqual(
    [read(...fieldsOf('CANCEL', '')), indexOf(...fieldsOf('INVITE', ''))],
    [[], 'no index'],
  );
});

test('several fields, a list, and one URI with repeated parameters say the same', () => {
  const one =
    '<sip:pbx.test>;appearance-index=1;appearance-state=active;appearance-uri="\\"Bob\\" <sip:5551@pbx.test>"';
  const two = '<sip:pbx.test>;appearance-index=2;appearance-state=seized';
  const repeated = `${one};appearance-index=2;appearance-state=seized;appearance-index=*;appearance-state=idle`;
  const stateFirst =
    '<sip:pbx.test>;appearance-state=active;appearance-uri="\\"Bob\\" <sip:5551@pbx.test>";appearance-index=1' +
    ';appearance-state=seized;appearance-index=2;appearance-state=idle;appearance-index=*';
  const expected = [value(1, 'active', BOB), value(2, 'seized'), value('*', 'idle')];
  assert.deepEqual(
    [read(one, two, REST), read(`${one}, ${two},${REST}`), read(repeated), read(stateFirst)],
    [expected, expected, expected, expected],
  );
});

test('other uses of Call-Info are passed over', () => {
  assert.deepEqual(
    read(
      '<http://a.test/b.jpg>;purpose=icon, <sip:pbx.test>;appearance-index=1',
      '<cid:x@y>;answer-after=0',
      'x y',
    ),
    [value(1)],
  );
});

test('a state that is none of the nine is no state, and an appearance-uri that cannot be read no party', () => {
  assert.deepEqual(
    read(
      '<sip:a>;appearance-index=1;appearance-state=dialling;appearance-uri=Bob',
      `<sip:a>;appearance-index=2;appearance-uri="<sip:${'5'.repeat(600)}@b>"`,
      '<sip:a>;appearance-index=3;appearance-uri="\\"O\\\\\\"Neil, J; Jr\\" <sip:1@b;x=y>;tag=z"',
    ),
    [value(1), value(2), value(3, undefined, { uri: 'sip:1@b;x=y', displayName: 'O"Neil, J; Jr' })],
  );
});

test('more appearances than anybody has are refused when read, and left out when written', () => {
  const many = Array.from(
    { length: CALL_INFO_VALUES_MAX + 1 },
    (_, i) => `<sip:a>;appearance-index=${i + 1}`,
  );
  const line = Array.from({ length: 500 }, (_, i) =>
    appearance(500 - i, 'active', { uri: `sip:${'5'.repeat(300)}@b`, displayName: '' }),
  );
  const text = lineCallInfo(line, 'pbx.test');
  const back = read(text);
  assert(typeof back !== 'string');
  assert.deepEqual(
    [
      read(...many),
      read(...many.slice(1)).length,
      text.length < 8_192,
      back.map(({ index }) => index),
    ],
    ['too many', 64, true, [...Array.from({ length: 63 }, (_, i) => i + 1), '*']],
  );
});

const octets = fc
  .uint8Array({ maxLength: 60 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));
const party = fc.record(
  {
    uri: fc
      .stringMatching(/^sip:[0-9a-z"\\]{1,10}@[a-z]{1,8}(;x=[0-9a-z,]{1,5})?$/)
      .map((uri) => uri.replace(/["\\]/g, '')),
    displayName: fc.stringMatching(/^[ -~\x80-\xff]{0,20}$/),
  },
  { noNullPrototype: true },
);
const callInfo = fc.record(
  {
    index: fc.oneof(fc.constant('*' as const), fc.integer({ min: 1, max: APPEARANCE_INDEX_MAX })),
    state: fc.option(fc.constantFrom(...LAMP_STATES), { nil: undefined }),
    remote: fc.option(
      party.filter(({ uri }) => !uri.startsWith('sip:@')),
      { nil: undefined },
    ),
  },
  { noNullPrototype: true },
);

test('readCallInfo(formatCallInfo(v)) is v', () => {
  fc.assert(
    fc.property(fc.array(callInfo, { maxLength: 8 }), (values) => {
      assert.deepEqual(read(formatCallInfo(values, 'pbx.test')), values);
    }),
    { numRuns: 500 },
  );
});

test('no text throws, and no more is read than the bound', () => {
  const piece = fc.oneof(
    octets,
    fc.constantFrom(
      '<sip:a>',
      ';appearance-index=',
      ';appearance-uri="',
      ';appearance-state=',
      '1',
      '*',
      ',',
      '"',
      '\\',
      '<',
    ),
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
        { maxLength: 4 },
      ),
      (fields) => {
        const result = readCallInfo(fields);
        readCallInfoIndex(fields);
        assert(
          result.ok
            ? result.values.length <= CALL_INFO_VALUES_MAX
            : /^[\x20-\x7e]{1,160}$/.test(result.fault.text),
        );
      },
    ),
    { numRuns: 2_000 },
  );
});

test('whatever a party is called, the header stays one line with the same appearances', () => {
  fc.assert(
    fc.property(octets, octets, (uri, displayName) => {
      const text = lineCallInfo([appearance(1, 'active', { uri, displayName })], 'pbx.test');
      const back = read(...fieldsOf('NOTIFY', headerLine('Call-Info', text)));
      assert.deepEqual(
        typeof back === 'string' ? back : back.map(({ index, state }) => [index, state]),
        [
          [1, 'active'],
          ['*', 'idle'],
        ],
      );
    }),
  );
});

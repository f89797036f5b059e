/** What is wrong with a directory is said with file, line and column, all of it at once. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { readDirectory } from '../../../src/store/directory/load.ts';
import { formatProblem } from '../../../src/store/problem.ts';

/** name, then the files in order, then what is said of them. */
function refuses(name: string, files: Readonly<Record<string, string>>, messages: string): void {
  test(name, () => {
    const texts = Object.entries(files).map(([file, text]) => ({ file, text }));
    const read = readDirectory(texts, { realm: 'pbx.test', env: { EMPTY: '' } });
    const said = read.ok ? [] : read.problems.map(formatProblem);
    assert.deepEqual(said, lines(messages));
  });
}

function lines(text: string): string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim());
}

const ANA = 'devices: { ana: { password: secret }, ben: { password: secret } }';

refuses(
  'an unknown key names its nearest neighbour, at every depth',
  {
    'a.yaml': `
linse:
  "2001": {}
lines:
  "2002":
    memebrs: { ana: { device: ana, rigths: [answer] } }
    members: { ana: { device: ana, rnig: after 8s } }
    colour: red
`,
    'b.yaml': ANA,
  },
  `a.yaml:2:1: unknown key 'linse' (did you mean 'lines'?)
   a.yaml:6:5: unknown key 'memebrs' (did you mean 'members'?)
   a.yaml:7:36: unknown key 'rnig' (did you mean 'ring'?)
   a.yaml:8:5: unknown key 'colour' (known here: name, mode, appearances, offer, members, busy, held_counts, when_full, max_calls, no_answer, forward, dnd, search, watchers, watcher_rights, pickup_group)`,
);

refuses(
  'a gateway and a device of one name, since rights go by it',
  {
    'a.yaml': `
gateways:
  ana: { uri: "sip:192.0.2.1" }
  cas: { uri: "sip:192.0.2.2" }
`,
    'b.yaml': ANA,
  },
  "a.yaml:3:3: 'ana' is a device's name already",
);

refuses(
  'who watches a line is a device, and no member of it',
  {
    'a.yaml': `
lines:
  "2001":
    watchers: [bne, ana, 2]
    members: { one: { device: ana } }
  "2002":
    watchers: everybody
    members: { one: { device: ana } }
devices:
  "d{1..3}": { password: secret, number: "30{1..3}", watchers: [ana, cas] }
`,
    'b.yaml': ANA,
  },
  `a.yaml:4:16: unknown device 'bne' (did you mean 'ben'?)
   a.yaml:4:21: device 'ana' is member 'one', which sees the line
   a.yaml:4:26: unknown device '2' (did you mean 'd2'?)
   a.yaml:7:15: expected 'all' or a list of devices, got 'everybody'
   a.yaml:10:70: unknown device 'cas'`,
);

refuses(
  'a hunt of what is no line, with a number that another has, or with times that mean nothing',
  {
    'a.yaml': `
hunts:
  "2900": { lines: ["1001", "1002", "2901", "1001"], search: staf }
  "2901": { lines: ["1003"], seconds: 10, offer: parallel }
  "2903": { lines: [1001], busy: "1001", no_answer: { to: 10 20 } }
  "2902": { lines: [{ line: "1001", seconds: 5 }], seconds: 5 }
  "1001": { lines: ["*881"], offer: serial }
  "2001": { lines: [] }
  "*8": { lines: ["1001"] }
lines:
  "2001": { members: { ana: { device: ana } } }
route_plan: { search: { staff: [lines] } }
`,
    'b.yaml': 'devices: { ana: { password: secret, number: "1001" } }',
  },
  `a.yaml:3:29: unknown line '1002' (did you mean '1001'?)
   a.yaml:3:37: '2901' is a hunt: only lines can be hunted; what follows may be another hunt ('busy', 'no_answer')
   a.yaml:3:45: line '1001' is in it already
   a.yaml:3:62: unknown search space 'staf' (did you mean 'staff'?)
   a.yaml:4:21: unknown line '1003' (did you mean '1001'?)
   a.yaml:4:30: lines ring together here: 'seconds' is for 'offer: serial' and 'circular'
   a.yaml:5:34: expected a map, got '1001'
   a.yaml:5:59: expected a number (digits, letters, * # + . _ -)
   a.yaml:6:37: lines ring together here: 'seconds' is for 'offer: serial' and 'circular'
   a.yaml:6:52: lines ring together here: 'seconds' is for 'offer: serial' and 'circular'
   a.yaml:7:3: hunt '1001' has the number of device 'ana'
   a.yaml:7:21: unknown line '*881'
   a.yaml:8:3: hunt '2001' is line '2001' in a.yaml:11:3
   a.yaml:8:20: expected at least one line
   a.yaml:9:3: number '*8' begins with the feature code '*8' (pickup): give one of them another, or 'features: { pickup: off }'`,
);

refuses(
  'orbits that are none, or have the number of something else',
  {
    'a.yaml': `
park: { orbits: [70X, 703, 712-701, "7 1", XXXX, 2000-2001, "290X", "*681"], timeout: 1s, watchers: [anna], timout: 5s }
hunts: { "2900": { lines: ["1001"] } }
lines: { "2001": { members: { ana: { device: ana } } }, "1001": { members: { ana: { device: ana } } } }
features: { park: "*68" }
`,
    'b.yaml': `${ANA}\npark: { orbits: "80X" }`,
  },
  `a.yaml:2:9: orbit '*681' begins with the feature code '*68' (park): give one of them another, or 'features: { park: off }'
   a.yaml:2:23: orbit '703' is an orbit already
   a.yaml:2:28: expected a range such as 701-712, got '712-701'
   a.yaml:2:37: expected a number (digits, letters, * # + . _ -)
   a.yaml:2:44: expected at most three X, got 'XXXX'
   a.yaml:2:50: orbit '2001' is line '2001' in a.yaml:4:10
   a.yaml:2:61: orbit '2900' is hunt '2900' in a.yaml:3:10
   a.yaml:2:87: expected a time such as 8s (ms, s, m or h) from 5s to 1h
   a.yaml:2:102: unknown device 'anna' (did you mean 'ana'?)
   a.yaml:2:109: unknown key 'timout' (did you mean 'timeout'?)
   b.yaml:2:9: key 'orbits' is already in a.yaml:2:9`,
);

refuses(
  'a feature code that is none, or that something else begins with',
  {
    'a.yaml': `
features: { retrieve: 11, pikcup: "*9", pickup: "*88" }
lines:
  "*881": { members: { ana: { device: ana } } }
`,
    'b.yaml': `
features: { retrieve: "*11" }
devices: { ana: { password: secret, number: "*1" }, "ben": { password: secret, user: "*11b" } }
route_plan:
  lists: { out: [london] }
  partitions: { all: { "*X!": { list: out }, "*[2-7]X": { list: out } } }
gateways: { london: { uri: "sip:203.0.113.10" } }
`,
  },
  `a.yaml:2:23: expected a code such as '*11', or off
   a.yaml:2:27: unknown feature 'pikcup' (did you mean 'pickup'?)
   a.yaml:4:3: number '*881' begins with the feature code '*88' (pickup): give one of them another, or 'features: { pickup: off }'
   b.yaml:2:13: feature 'retrieve' is already in a.yaml:2:13
   b.yaml:3:53: user '*11b' begins with the feature code '*11' (retrieve): give one of them another, or 'features: { retrieve: off }'
   b.yaml:6:24: pattern '*X!' begins with the feature code '*11' (retrieve): give one of them another, or 'features: { retrieve: off }'
   b.yaml:6:24: pattern '*X!' begins with the feature code '*88' (pickup): give one of them another, or 'features: { pickup: off }'`,
);

refuses(
  'pickup groups that nobody knows, or that are no groups; and a device without a number in one',
  {
    'a.yaml': `
pickup_groups:
  sales: { number: "1", others: [support, suport, sales, support] }
  support: { number: "1", name: [], others: [] }
  door: { number: "1" }
  back door: { numbers: "12" }
  hall: { number: "*1" }
lines:
  "2001": { pickup_group: sale, members: { ana: { device: ana } } }
devices:
  ben: { password: secret, pickup_group: sales }
  "cas-{1..9}": { password: secret, number: "30{1..9}", pickup_group: hal }
`,
    'b.yaml': `devices: { ana: { password: secret } }\npickup_groups: { door: {} }`,
  },
  `a.yaml:3:43: unknown pickup group 'suport' (did you mean 'support'?)
   a.yaml:3:51: pickup group 'sales' is no other than itself
   a.yaml:3:58: pickup group 'support' is in it already
   a.yaml:4:33: expected a single value, got a list
   a.yaml:5:19: number '1' of pickup group 'door' is already given in a.yaml:3:20
   a.yaml:6:3: expected a name of letters, digits and . _ -
   a.yaml:6:16: unknown key 'numbers' (did you mean 'number'?)
   a.yaml:7:19: expected one to eight digits, which are dialled behind the code
   a.yaml:9:27: unknown pickup group 'sale' (did you mean 'sales'?)
   a.yaml:11:42: device 'ben' has no number of its own: give the pickup group to its line
   a.yaml:12:71: unknown pickup group 'hal' (did you mean 'hall'?)
   b.yaml:2:18: pickup group 'door' is already in a.yaml:5:3`,
);

refuses(
  'a line that forwards where it may not, or to what is none; or to itself',
  {
    'a.yaml': `
lines:
  "2001":
    no_answer: { to: "2999" }
    forward: { all: "900441" }
    members: { ana: { device: ana } }
  "2002":
    forward: { busy: "2002", unreachable: "999" }
    members: { ana: { device: ana } }
devices:
  ana: { password: secret, number: "2003", no_answer: { after: 5s, to: "2001" }, search: inside }
route_plan:
  partitions:
    out: { "9!": { list: london }, "999": { list: london, emergency: true } }
  search: { inside: [lines] }
  lists: { london: [london] }
gateways: { london: { uri: "sip:203.0.113.10" } }
`,
  },
  `a.yaml:4:22: line '2001' cannot forward to '2999': LW-3404 forwarded to a number that is none
   a.yaml:5:21: line '2001' cannot forward to '900441': LW-3403 forwarded to a number that the line may not call
   a.yaml:8:22: line '2002' cannot forward to '2002': LW-3401 forwards go round in a circle
   a.yaml:8:43: line '2002' cannot forward to '999': LW-3403 forwarded to a number that the line may not call`,
);

refuses(
  'a feature code that begins with another one',
  { 'a.yaml': `features: { retrieve: "*81" }\n${ANA}` },
  `a.yaml:1:13: code '*81' (retrieve) begins with '*8' (pickup)`,
);

refuses(
  'each value says what it expected',
  {
    'a.yaml': `
lines:
  "20 01":
    mode: replicate
    appearances: many
    offer: paralel
    members:
      ana: { device: ana, ring: later, rights: [anwser], privacy: yes }
    no_answer: { after: 25 }
    busy: { per_member: 0 }
    when_full: rings
    max_calls: 0
  "2002": [ana]
  "2003":
    offer: { serial: [{ members: [ana], seconds: 10s }, { seconds: 5 }] }
    members: { ana: { } }
`,
    'b.yaml': ANA,
  },
  `a.yaml:3:3: expected a number (digits, letters, * # + . _ -)
   a.yaml:4:11: expected single or replicated, got 'replicate' (did you mean 'replicated'?)
   a.yaml:5:18: expected a whole number from 1 to 1000
   a.yaml:6:12: expected 'parallel' or a map with 'serial', got 'paralel' (did you mean 'parallel'?)
   a.yaml:8:33: expected 'at once' or 'after' and a time such as 'after 8s', got 'later'
   a.yaml:8:49: expected answer or originate or retrieve or barge, got 'anwser' (did you mean 'answer'?)
   a.yaml:8:67: expected on or off, got 'yes'
   a.yaml:9:25: expected a time such as 8s (ms, s, m or h) from 1s to 1h
   a.yaml:10:25: expected a whole number from 1 to 1000
   a.yaml:11:16: expected busy or ring, got 'rings' (did you mean 'ring'?)
   a.yaml:12:16: expected a whole number from 1 to 1000
   a.yaml:13:11: expected a map, got a list
   a.yaml:15:50: expected a whole number from 1 to 3600
   a.yaml:15:57: missing key 'members'
   a.yaml:16:21: missing key 'device'`,
);

refuses(
  'members are devices that exist, once each, and served by a step of a serial offer',
  {
    'a.yaml': `
lines:
  "2001":
    offer:
      serial:
        - { members: [ana, bem], seconds: 10 }
    members:
      ana: { device: anna }
      ben: { device: ben }
      twin: { device: ben }
      broken: { device: broken }
  "2002": { members: {} }
devices:
  ana: { password: secret }
  ben: { password: secret }
  broken: { pasword: secret }
`,
  },
  `a.yaml:6:28: unknown member 'bem' (did you mean 'ben'?)
   a.yaml:8:22: unknown device 'anna' (did you mean 'ana'?)
   a.yaml:9:7: member 'ben' is in no step of 'offer'
   a.yaml:10:7: member 'twin' is in no step of 'offer'
   a.yaml:10:23: device 'ben' is already member 'ben'
   a.yaml:11:7: member 'broken' is in no step of 'offer'
   a.yaml:12:3: line '2002' has no members
   a.yaml:16:13: unknown key 'pasword' (did you mean 'password'?)`,
);

refuses(
  'a line with mistakes is asked about the names in it all the same',
  {
    'a.yaml': `
lines:
  "2001":
    offer: paralel
    members:
      ana: { device: anna }
      ben: { device: ben, ring: later }
      twin: { device: ben }
      nobody: { }
  "2002":
    offer: { serial: [{ members: [bem] }, { members: ana, seconds: 5 }] }
    members: { ben: { device: ben } }
`,
    'b.yaml': ANA,
  },
  `a.yaml:4:12: expected 'parallel' or a map with 'serial', got 'paralel' (did you mean 'parallel'?)
   a.yaml:6:22: unknown device 'anna' (did you mean 'ana'?)
   a.yaml:7:33: expected 'at once' or 'after' and a time such as 'after 8s', got 'later'
   a.yaml:8:23: device 'ben' is already member 'ben'
   a.yaml:9:15: missing key 'device'
   a.yaml:11:23: missing key 'seconds'
   a.yaml:11:35: unknown member 'bem' (did you mean 'ben'?)
   a.yaml:11:54: expected a list, got 'ana'`,
);

refuses(
  'a key that two files or two lines of a file give is named with both places',
  {
    'a.yaml': `
lines: { "2001": { members: { ana: { device: ana } } } }
devices:
  ana: { password: secret }
  ana: { password: other, password: third }
`,
    'b.yaml': `
lines:
  "2001": { members: { ana: { device: ana } } }
devices: { ana: { password: secret } }
`,
  },
  `a.yaml:5:3: key 'ana' is already given at 4:3
   b.yaml:3:3: line '2001' is already in a.yaml:2:10
   b.yaml:4:12: device 'ana' is already in a.yaml:4:3`,
);

refuses(
  'numbers, users and ranges do not collide',
  {
    'a.yaml': `
lines: { "2001": { members: { ana: { device: ana } } } }
devices:
  ana: { password: secret, number: "1001" }
  ben: { password: secret, number: "1001" }
  carl: { password: secret, number: "2001" }
  dora: { password: secret, user: ana }
  emil: { password: secret, user: "2001" }
  "u{00..20}": { password: secret }
  "u{20..30}": { password: secret }
  "v{1..9}": { password: secret, number: "7{0..9}" }
  "w{1..9}": { password: secret, number: "7000" }
  "x{9..1}": { password: secret }
  "y{1..9}{1..9}": { password: secret }
  "z{01..100}": { password: secret }
`,
  },
  `a.yaml:5:36: number '1001' is already that of device 'ana' in a.yaml:4:3
   a.yaml:6:37: number '2001' is line '2001' in a.yaml:2:10: make the device a member there
   a.yaml:7:29: user 'ana' is already in a.yaml:4:3
   a.yaml:8:29: user '2001' is also number '2001', of which device 'emil' is no member
   a.yaml:10:3: device 'u20' is already in a.yaml:9:3
   a.yaml:11:42: expected the braces of the key 'v{1..9}' or none in '7{0..9}'
   a.yaml:12:42: all 9 devices would have number '7000'
   a.yaml:13:3: range {9..1} runs backwards
   a.yaml:14:3: expected one range like {00..99} in 'y{1..9}{1..9}'
   a.yaml:15:3: both ends of {01..100} need the same number of digits`,
);

refuses(
  'a device is let in by one way, and its secrets are there',
  {
    'a.yaml': `
devices:
  a: { }
  b: { auth: none, password: x }
  c: { password: "env:NOT_SET" }
  d: { password: "env:EMPTY" }
  e: { password: "file:/nonexistent/secret" }
  f: { accept_from: 127.0.0.0/8 }
  g: { accept_from: [127.0.0.0/33, 10.0.0.1, home] }
  h: { ha1: { md5: 00112233445566778899AABBCCDDEEFF } }
  i: { password: x, auth: some }
  j:
`,
  },
  `a.yaml:3:3: device 'a' needs a 'password', or 'accept_from' to be let in without
   a.yaml:4:3: expected one of 'password', 'ha1' and 'auth'
   a.yaml:5:18: environment variable 'NOT_SET' is not set
   a.yaml:6:18: environment variable 'EMPTY' is not set
   a.yaml:7:18: no such file: '/nonexistent/secret'
   a.yaml:9:22: expected an address or a network such as 192.0.2.0/24, got '127.0.0.0/33'
   a.yaml:9:46: expected an address or a network such as 192.0.2.0/24, got 'home'
   a.yaml:10:13: missing key 'sha256'
   a.yaml:10:20: expected 32 lower-case hex digits
   a.yaml:11:27: expected none, got 'some'
   a.yaml:12:5: expected a map, got nothing`,
);

refuses(
  'gateways have addresses of their own, and patterns lead to gateways',
  {
    'a.yaml': `
gateways:
  london: { uri: "sip:203.0.113.10;transport=tls" }
  paris: { uri: "sip:gw.example.com", accept_from: 203.0.113.0/24 }
  rome: { uri: "tel:+39", codecs: [PCMA, "G 729", telephone-event] }
route_plan:
  partitions:
    office:
      "9.0XX": { list: london, digits: "strip 9, 0 -> +44" }
      "90XX": { list: lndon }
      "8.XX": { list: nowhere, digits: "strip 7" }
      "7!!": { list: london }
      "[1-5": { list: london, digits: chop }
  lists: { london: [london], nowhere: [madrid], none: [] }
  serch: {}
`,
  },
  `a.yaml:4:52: '203.0.113.0/24' is also an address of gateway 'london' in a.yaml:3:3
   a.yaml:5:16: expected an address such as sip:203.0.113.10:5060;transport=tcp
   a.yaml:5:42: expected a codec such as PCMA, opus or L16/44100
   a.yaml:5:51: telephone-event goes with every codec: it is not named
   a.yaml:10:7: pattern '90XX' matches the same as '9.0XX' in a.yaml:9:7
   a.yaml:10:23: unknown list 'lndon' (did you mean 'london'?)
   a.yaml:11:40: 'strip 7' never applies: what is left of the pattern begins '8XX'
   a.yaml:12:7: pattern '7!!': nothing may follow !
   a.yaml:13:7: pattern '[1-5': a set is [1-5], [135] or [^1-5], and has a digit
   a.yaml:14:40: unknown gateway 'madrid'
   a.yaml:14:55: expected at least one gateway
   a.yaml:15:3: unknown key 'serch' (did you mean 'search'?)`,
);

refuses(
  'what a route plan names is there, and what its patterns do can be done',
  {
    'a.yaml': `
lines: { "2001": { members: { ana: { device: desk } }, search: staf } }
devices: { desk: { accept_from: 127.0.0.1, search: nobody } }
gateways: { gw: { uri: "sip:203.0.113.10", search: [x] } }
route_plan:
  lists: { out: [gw] }
  partitions:
    lines: {}
    office:
      "1XX": lin
      "2XX": { list: out, block: busy }
      "3XX": { digits: strip 3 }
      "4XX": { line: "2002" }
      "5XX": { list: out, caller_id: mian, digits: "keep 2, strip 5" }
      "6XX": { translate: satff, digits: "mask 20XX, keep 2" }
      "7XX": { block: never, emergency: maybe }
      "8XX": { block: busy, digits: strip 8 }
      "9[1-3]X": { list: out, digits: "strip 92, 0 -> 1", urgnt: on }
      "0XX": { list: out, digits: "strip ." }
    home: { "N11": line, "[2-9]11": line }
  search: { staff: [ofice, lines, lines], "a b": [office], lines: [] }
  caller_ids: { main: none, site: "+4420XX" }
  digit_timeout: 1h
`,
    'b.yaml': 'route_plan: { digit_timeout: 2s, partitions: { office: { "1XX": line } } }',
  },
  `a.yaml:2:64: unknown search space 'staf' (did you mean 'staff'?)
   a.yaml:3:52: unknown search space 'nobody'
   a.yaml:4:52: expected a single value, got a list
   a.yaml:8:5: partition 'lines' is there already: the numbers of all lines, and all users
   a.yaml:10:14: expected 'line', 'block' or a map with 'line', 'list', 'block' or 'translate', got 'lin' (did you mean 'line'?)
   a.yaml:11:14: expected one of 'line', 'list', 'block' and 'translate'
   a.yaml:12:14: expected one of 'line', 'list', 'block' and 'translate'
   a.yaml:13:22: unknown line '2002' (did you mean '2001'?)
   a.yaml:14:38: unknown caller id 'mian' (did you mean 'main'?)
   a.yaml:14:52: 'strip 5' must come before 'keep'
   a.yaml:15:27: unknown search space 'satff' (did you mean 'staff'?)
   a.yaml:15:42: 'keep 2' must come before the mask
   a.yaml:16:23: expected forbidden or unknown number or busy or declined or unreachable, got 'never'
   a.yaml:16:41: expected true or false or on or off, got 'maybe'
   a.yaml:17:29: 'digits' means nothing beside 'block'
   a.yaml:18:59: unknown key 'urgnt' (did you mean 'urgent'?)
   a.yaml:19:35: 'strip .' needs a . in pattern '0XX'
   a.yaml:20:26: pattern '[2-9]11' matches the same as 'N11' in a.yaml:20:13
   a.yaml:21:21: unknown partition 'ofice' (did you mean 'office'?)
   a.yaml:21:35: partition 'lines' is named twice
   a.yaml:21:43: expected a name of letters, digits and . _ -
   a.yaml:21:60: search space 'lines' is there already: the numbers of all lines, and all users
   a.yaml:21:67: expected at least one partition
   a.yaml:22:23: expected a number such as +442079460101; X takes a digit of the caller's own
   a.yaml:23:18: expected a time such as 8s (ms, s, m or h) from 500ms to 30s
   b.yaml:1:15: 'digit_timeout' is already in a.yaml:23:3
   b.yaml:1:58: pattern '1XX' is already in a.yaml:10:7`,
);

refuses(
  'broken syntax is all that is said: names in that file are not called unknown',
  {
    'a.yaml': 'lines:\n  "2001": { members: { ana: { device: ana } }\ndevices: [\n',
    'b.yaml': 'lines: { "2002": { members: { x: { device: in-the-other-file } } } }',
  },
  `a.yaml:3:1: Flow map in block collection must be sufficiently indented and end with a }
   a.yaml:4:1: Flow sequence in block collection must be sufficiently indented and end with a ]`,
);

refuses(
  'what is no YAML is said where it begins: a quote, an alias of nothing, a second document, other letters',
  {
    'a.yaml': `devices:\n  ana: { auth: none, name: "Ana }\n`,
    'b.yaml': 'devices:\n  ben: *common\n',
    'c.yaml': 'devices: { carla: { auth: none } }\n---\nlines: {}\n',
    'd.yaml': 'devices:\n  dora: { auth: none, name: "D\uFFFDra" }\n',
  },
  `a.yaml:2:28: Missing closing "quote
   a.yaml:3:1: Flow map in block collection must be sufficiently indented and end with a }
   b.yaml:2:8: nothing before this is called '&common'
   c.yaml:2:1: expected one document: '---' begins another
   d.yaml:2:31: expected UTF-8: this is no character`,
);

refuses(
  'a hunt goes on to a number that there is',
  {
    'a.yaml': `
hunts:
  "2900": { lines: ["1001"], busy: { to: "2901" }, no_answer: { after: 20s, to: "1002" } }
  "2901": { lines: ["1001"], no_answer: { to: "2900" }, busy: { to: "ana" } }
devices: { ana: { password: secret, number: "1001" } }
`,
  },
  `a.yaml:3:81: hunt '2900' cannot go on to '1002': LW-3001 unknown number`,
);

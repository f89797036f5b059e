/** A directory as it is kept: what files say, without their secrets, and back again. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DocumentNodes, formatItem, readItem } from '../../../src/store/directory/document.ts';
import { readDirectory, readSources } from '../../../src/store/directory/load.ts';

const FILES = [
  {
    file: 'lines.yaml',
    text: `
lines:
  "2001": { name: Reception, appearances: 4, members: { ana: { device: ana }, ben: { device: ben, ring: after 8s } } }
devices:
  ana: { password: "env:ANA" }
  ben: { ha1: { md5: 0123456789abcdef0123456789abcdef, sha256: ${'ab'.repeat(32)} } }
`,
  },
  {
    file: 'phones.yaml',
    text: `
devices:
  "{0801..0803}": { number: "{0801..0803}", name: "Desk {0801..0803}", password: x }
  lobby: { accept_from: 192.0.2.7 }
gateways:
  gw: { uri: "sip:203.0.113.10", auth: { user: lw, password: "env:ANA" } }
route_plan:
  partitions:
    office: { "9.0XX": { list: london }, "0XX": { list: london } }
  lists: { london: [gw] }
`,
  },
];
const OPTIONS = { realm: 'pbx.test', env: { ANA: 'secret' } };

function read() {
  const given = readDirectory(FILES, OPTIONS);
  assert(given.ok, JSON.stringify(given));
  return given;
}

test('ranges are spread out, and passwords are what is computed from them', () => {
  const items = read().document();
  const keys = items.map((item) => item.slice(0, -1).join(' '));
  const text = items.map(formatItem).join('\n');
  const phone = items.find(([, key]) => key === '0802')?.at(-1);
  assert.deepEqual(
    {
      keys,
      leaks: /secret|env:|password/.test(text),
      phone: { ...(phone as object), ha1: '…' },
    },
    {
      keys: [
        'lines 2001',
        'devices ana',
        'devices ben',
        'devices 0801',
        'devices 0802',
        'devices 0803',
        'devices lobby',
        'gateways gw',
        'route_plan partitions office 9.0XX',
        'route_plan partitions office 0XX',
        'route_plan lists london',
      ],
      leaks: false,
      phone: { number: '0802', name: 'Desk 0802', ha1: '…' },
    },
  );
});

test('what is kept is read as the directory that it was made from', () => {
  const given = read();
  const lines = given.document().map(formatItem);
  const kept = readSources([new DocumentNodes().sourceOf('version 1', lines)], {
    realm: 'pbx.test',
    env: {},
  });
  assert(kept.ok, JSON.stringify(kept));
  assert.deepEqual([kept.directory, kept.document().map(formatItem)], [given.directory, lines]);
});

test('a version that differs in one device has all other devices of the one before', () => {
  const nodes = new DocumentNodes();
  const lines = read().document().map(formatItem);
  const load = (texts: readonly string[]) => {
    const loaded = readSources([nodes.sourceOf('version', texts)], { realm: '', env: {} });
    assert(loaded.ok, JSON.stringify(loaded));
    return loaded.directory;
  };
  const before = load(lines);
  const after = load(lines.map((line) => line.replace('Desk 0802', 'Desk two')));
  const others = [...after.devices].filter(([id, device]) => before.devices.get(id) !== device);
  assert.deepEqual(
    others.map(([id, { name }]) => [id, name]),
    [['0802', 'Desk two']],
  );
});

test('what is no item is none', () => {
  const texts = [
    '',
    '{}',
    '["a"]',
    '[1,{}]',
    '["a",1]',
    '["a",null]',
    '["a","b",{"c":1}]',
    '["a","b",{}]',
  ];
  assert.deepEqual(
    texts.map((text) => readItem(text) !== undefined),
    [...Array.from({ length: 7 }, () => false), true],
  );
});

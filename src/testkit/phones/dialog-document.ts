/**
 * Documents of the dialog package as a phone reads them: RFC 4235 §4, and the elements of RFC 7463 §5.2.
 *
 * Not the manager's own reader: a phone that read with that would not see what the manager writes wrongly.
 * It takes the XML that the two schemas allow and nothing else: elements by namespace, known names only,
 * no comments, no DOCTYPE, no CDATA.
 */
const DIALOG_INFO = 'urn:ietf:params:xml:ns:dialog-info';
const SHARED = 'urn:ietf:params:xml:ns:sa-dialog-info';

export type SeenDialog = {
  readonly id: string;
  readonly state: string;
  readonly event: string;
  /** '' when absent: these and the following. */
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly direction: string;
  readonly local: string;
  readonly remote: string;
  readonly target: string;
  /** `+sip.rendering=no` at the local target. */
  readonly isHeld: boolean;
  readonly appearance: number | undefined;
  readonly isExclusive: boolean;
  /** `call-id local-tag remote-tag`. */
  readonly joined: string;
  readonly replaced: string;
};

export type SeenDocument = {
  readonly version: number;
  readonly state: 'full' | 'partial';
  readonly entity: string;
  readonly dialogs: readonly SeenDialog[];
};

type Element = {
  /** `namespace name`. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
  readonly spaces: ReadonlyMap<string, string>;
  text: string;
};

const TAG = /<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*"[^"<]*")*)\s*(\/?)>/y;
const STATES = new Set(['trying', 'proceeding', 'early', 'confirmed', 'terminated']);
const EVENTS = new Set([
  'cancelled',
  'rejected',
  'replaced',
  'local-bye',
  'remote-bye',
  'error',
  'timeout',
]);

/** The document, or what is wrong with it. */
export function readDocument(body: string): SeenDocument | string {
  const root = readXml(body);
  if (typeof root === 'string') return root;
  if (root.name !== `${DIALOG_INFO} dialog-info`) return `the root is ${root.name}`;
  const version = root.attributes.get('version') ?? '';
  const state = root.attributes.get('state');
  const entity = root.attributes.get('entity') ?? '';
  if (!/^\d+$/.test(version)) return `version '${version}'`;
  if (state !== 'full' && state !== 'partial') return `state '${state}'`;
  if (!/^sips?:/.test(entity)) return `entity '${entity}'`;
  const dialogs: SeenDialog[] = [];
  for (const child of root.children) {
    const dialog = readDialog(child);
    if (typeof dialog === 'string') return dialog;
    if (dialogs.some(({ id }) => id === dialog.id)) return `dialog ${dialog.id} is there twice`;
    dialogs.push(dialog);
  }
  return { version: Number(version), state, entity, dialogs };
}

/** RFC 4235 §4.4: state, duration, replaces, referred-by, local, remote; then others' elements. */
const CHILDREN = [
  ...['state', 'duration', 'replaces', 'referred-by', 'route-set', 'local', 'remote'].map(
    (name) => `${DIALOG_INFO} ${name}`,
  ),
  ...['appearance', 'exclusive', 'joined-dialog', 'replaced-dialog'].map(
    (name) => `${SHARED} ${name}`,
  ),
];

function readDialog({ name, attributes, children }: Element): SeenDialog | string {
  const id = attributes.get('id') ?? '';
  if (name !== `${DIALOG_INFO} dialog`) return `an element ${name}`;
  if (id === '') return 'a dialog without id';
  const byName = new Map<string, Element>();
  for (const child of children) {
    if (!CHILDREN.includes(child.name)) return `dialog ${id} has an element ${child.name}`;
    if (byName.has(child.name)) return `dialog ${id} has two ${child.name}`;
    byName.set(child.name, child);
  }
  const of = (name: string): Element | undefined => byName.get(`${DIALOG_INFO} ${name}`);
  const shared = (name: string): Element | undefined => byName.get(`${SHARED} ${name}`);
  const state = of('state')?.text ?? '';
  const event = of('state')?.attributes.get('event') ?? '';
  const appearance = shared('appearance')?.text;
  const exclusive = shared('exclusive')?.text ?? 'false';
  const target = childOf(of('local'), 'target');
  if (children[0] !== of('state') || !STATES.has(state)) return `dialog ${id}: state '${state}'`;
  if (event !== '' && !EVENTS.has(event)) return `dialog ${id}: event '${event}'`;
  if (appearance !== undefined && !/^[1-9]\d*$/.test(appearance))
    return `dialog ${id}: appearance '${appearance}'`;
  if (exclusive !== 'true' && exclusive !== 'false')
    return `dialog ${id}: exclusive '${exclusive}'`;
  return {
    id,
    state,
    event,
    callId: attributes.get('call-id') ?? '',
    localTag: attributes.get('local-tag') ?? '',
    remoteTag: attributes.get('remote-tag') ?? '',
    direction: attributes.get('direction') ?? '',
    local: childOf(of('local'), 'identity')?.text ?? '',
    remote: childOf(of('remote'), 'identity')?.text ?? '',
    target: target?.attributes.get('uri') ?? '',
    isHeld: (target?.children ?? []).some(
      ({ attributes }) =>
        attributes.get('pname') === '+sip.rendering' && attributes.get('pval') === 'no',
    ),
    appearance: appearance === undefined ? undefined : Number(appearance),
    isExclusive: exclusive === 'true',
    joined: referenceOf(shared('joined-dialog')),
    replaced: referenceOf(shared('replaced-dialog')),
  };
}

function childOf(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((child) => child.name === `${DIALOG_INFO} ${name}`);
}

function referenceOf(element: Element | undefined): string {
  if (element === undefined) return '';
  const names = ['call-id', 'local-tag', 'remote-tag'];
  return names.map((name) => element.attributes.get(name) ?? '').join(' ');
}

/** The root element; a text: why it is no XML that this reader takes. */
function readXml(body: string): Element | string {
  const head = /^<\?xml version="1\.0"(?: encoding="UTF-8")?\?>\s*/i.exec(body);
  if (head === null) return 'no XML declaration';
  const open: Element[] = [];
  let root: Element | undefined;
  let at = head[0].length;
  while (at < body.length) {
    const next = body.indexOf('<', at);
    const text = body.slice(at, next < 0 ? body.length : next);
    const top = open.at(-1);
    const plain = unescaped(text);
    if (plain === undefined) return `'${text}' has an & that escapes nothing`;
    if (top !== undefined) top.text += plain.trim();
    else if (text.trim() !== '') return `'${text.trim()}' outside of the root`;
    if (next < 0) break;
    TAG.lastIndex = next;
    const tag = TAG.exec(body);
    if (tag === null) return `no tag: ${body.slice(next, next + 40)}`;
    at = TAG.lastIndex;
    const [, end, name = '', attributes = '', empty] = tag;
    if (end === '/') {
      if (open.pop()?.attributes.get(' tag') !== name) return `</${name}> ends nothing`;
      continue;
    }
    const element = elementOf(name, attributes, top);
    if (typeof element === 'string') return element;
    if (top !== undefined) top.children.push(element);
    else if (root === undefined) root = element;
    else return 'two roots';
    if (empty === '') open.push(element);
  }
  if (open.length > 0 || root === undefined) return 'the document is cut short';
  return root;
}

const NO_SPACES: ReadonlyMap<string, string> = new Map();

function elementOf(tag: string, text: string, parent: Element | undefined): Element | string {
  const attributes = new Map([[' tag', tag]]);
  // Most elements declare nothing, and have their parent's.
  const declared = text.includes('xmlns') ? new Map(parent?.spaces) : undefined;
  for (const [, name = '', value = ''] of text.matchAll(/([\w.:-]+)\s*=\s*"([^"]*)"/g)) {
    const plain = unescaped(value);
    if (plain === undefined || attributes.has(name)) return `the attribute ${name} of ${tag}`;
    if (name === 'xmlns') declared?.set('', plain);
    else if (name.startsWith('xmlns:')) declared?.set(name.slice(6), plain);
    else attributes.set(name, plain);
  }
  const spaces = declared ?? parent?.spaces ?? NO_SPACES;
  const [prefix, local] = tag.includes(':') ? tag.split(':', 2) : ['', tag];
  const space = spaces.get(prefix ?? '');
  if (space === undefined) return `nothing is bound to the prefix of ${tag}`;
  return { name: `${space} ${local}`, attributes, children: [], spaces, text: '' };
}

const ESCAPES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function unescaped(text: string): string | undefined {
  if (!text.includes('&')) return text;
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d{1,6}|#x[0-9a-f]{1,5});)/i.test(text)) return undefined;
  return text.replace(/&(#x?)?([0-9a-z]+);/gi, (_, number: string | undefined, name: string) =>
    number === undefined
      ? (ESCAPES[name] ?? '')
      : String.fromCodePoint(Number.parseInt(name, number === '#' ? 10 : 16)),
  );
}

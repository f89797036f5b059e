/** A directory with a route plan, for tests of what shows it. */
import { DigitAnalysis } from '../../src/call/digit-analysis.ts';
import type { Directory } from '../../src/call/directory.ts';
import { readDirectory } from '../../src/store/directory/load.ts';
import { formatProblem } from '../../src/store/problem.ts';

export const ROUTE_TEXT = `
lines:
  "2001": { search: staff, members: { ana: { device: ana } } }
devices:
  ana: { accept_from: 127.0.0.0/8 }
  lobby: { accept_from: 127.0.0.0/8, number: "2100", search: visitors }
gateways:
  gw-ldn-1: { uri: "sip:203.0.113.10", search: trunk }
  gw-ldn-2: { uri: "sip:203.0.113.11" }
route_plan:
  partitions:
    internal:
      "2XXX": line
    emergency:
      "999": { list: london, emergency: true }
    office:
      "9.0[12]XXXXXXXXX": { list: london, digits: "strip 9, 0 -> +44", caller_id: main }
      "9.00!": { list: london, digits: "strip 9, 00 -> +" }
      "9.09!": block
      "7XX": { translate: staff, digits: "keep 2, prefix 20" }
    inbound:
      "+442079460018": { line: "2001" }
  search:
    staff: [internal, emergency, office]
    visitors: [internal]
    trunk: [inbound]
  lists: { london: [gw-ldn-1, gw-ldn-2] }
  caller_ids: { main: "+442079460101" }
`;

export const ROUTE_DIRECTORY = read();
export const ROUTE_DIGITS = new DigitAnalysis(ROUTE_DIRECTORY);

function read(): Directory {
  const result = readDirectory([{ file: 'a.yaml', text: ROUTE_TEXT }], {
    realm: 'pbx.test',
    env: {},
  });
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.directory;
}

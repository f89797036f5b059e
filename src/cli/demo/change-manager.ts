/** `manager kill` and `manager start`: lets a manager of a running demo die, and brings it back. */
import { fetchJson, findManager, type Target } from '../api-client.ts';
import { CommandError, EXIT } from '../exit-code.ts';

/** Throws `CommandError` where there is no demo, or no such manager in it. */
export async function changeManager(
  what: 'kill' | 'start',
  id: string,
  target: Target,
): Promise<string> {
  const access = findManager(target, process.env, 'cluster');
  if (!access.cluster?.startsWith(DEMO))
    throw new CommandError(
      EXIT.failed,
      `only managers of 'linewright demo' can be ${what === 'kill' ? 'killed' : 'started'} from here, and ${access.id} is none: ${REMEDY[what]}`,
    );
  const path = `/demo/managers/${encodeURIComponent(id)}/${what}`;
  const answer = (await fetchJson(access, path, 'POST')) as { readonly done: string };
  return `${answer.done}\n`;
}

/** What a demo's cluster is called in the access files of its managers. */
export const DEMO = 'demo of process ';

const REMEDY = {
  kill: "stop one with SIGTERM (it ends its calls in peace), or its process with 'kill -9'",
  start: "start one with 'linewright start -c' and its file",
} as const;

/**
 * How commands end, for scripts. The same for every command. 'again' (EX_TEMPFAIL of sysexits.h): a
 * manager that its cluster has expelled, or that was cut off and reaches it again; whoever supervises it starts it again.
 */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  unreachable: 4,
  again: 75,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command cannot do what it was asked to: `message` for the user, `code` for the shell. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: ExitCode;

  constructor(code: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

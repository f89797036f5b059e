/** Messages on their way out: pieces that are joined once, never parsed again. */

/**
 * A request before its Via: the client transaction adds that. All fields are on-the-wire text.
 * `routes` and `headers` are complete header lines, each ending with CRLF, or ''.
 */
export type OutgoingRequest = {
  readonly method: string;
  readonly uri: string;
  readonly callId: string;
  readonly cseq: number;
  /** Whole From value, tag included. */
  readonly from: string;
  /** Whole To value, with the tag inside a dialog. */
  readonly to: string;
  readonly maxForwards: number;
  readonly routes: string;
  /** Contact, Supported, Content-Type and the like; never Content-Length. */
  readonly headers: string;
  readonly body: string;
};

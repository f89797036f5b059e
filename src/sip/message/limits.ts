/** How much of a message is looked at before it is refused. Every limit has its stated answer. */

export type ParseLimits = {
  /** Octets of a whole message; more: 513. */
  readonly messageBytes: number;
  /** Octets of a body; more: 413. */
  readonly bodyBytes: number;
  /** Header field lines; more: 513. */
  readonly headers: number;
  /** Octets of one header field, folded lines together; more: 513. */
  readonly headerBytes: number;
  /** Via values; more: 400. No honest request passes more hops than Max-Forwards begins with. */
  readonly viaHops: number;
};

export const PARSE_LIMITS: ParseLimits = {
  messageBytes: 65_536,
  bodyBytes: 16_384,
  headers: 128,
  headerBytes: 8_192,
  viaHops: 70,
};

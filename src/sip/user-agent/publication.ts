/** Event state that somebody publishes at us: RFC 3903. */

/** What the device layer may read of a publication. The user agent owns and mutates it. */
export interface Publication {
  /** Event package, e.g. `dialog`. */
  readonly event: string;
  /** The whole Event value of the first PUBLISH. */
  readonly eventValue: string;
  /** 'pending' until the first PUBLISH is accepted. */
  readonly state: 'pending' | 'active' | 'over';
  /** User part of the Request-URI: the resource whose state it is. */
  readonly resource: string;
}

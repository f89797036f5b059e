/** TLS as the edge uses it: RFC 3261 §26.2.1, at least 1.2. */

export type TlsIdentity = {
  /** Certificate chain, PEM. */
  readonly cert: string;
  /** Its private key, PEM. */
  readonly key: string;
  /** Whom we believe when we connect, PEM; absent: the authorities that Node knows. */
  readonly ca?: string;
  /** Whether servers that we connect to must prove their name. Default: yes. */
  readonly verify?: boolean;
};

export const TLS_VERSION_MIN = 'TLSv1.2';

/** Why a cluster's store cannot be used: found when a manager connects to it, and never later. */

/**
 * 'unreachable': no server answers, or too few of them to decide anything. 'credentials': user or
 * password is wrong or missing, or the user may not use the cluster's keys. 'tls': a certificate is not
 * trusted, or one side speaks TLS and the other does not. 'address': what was given is no URL of an etcd.
 * 'version': an etcd that does not offer what is needed.
 */
export type StoreErrorCode = 'unreachable' | 'credentials' | 'tls' | 'address' | 'version';

/** `message` names the server, what is wrong, and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** Its URL, as it was given. */
  readonly server: string;

  constructor(code: StoreErrorCode, server: string, text: string, options?: ErrorOptions) {
    super(`etcd at ${server}: ${text}`, options);
    this.code = code;
    this.server = server;
  }
}

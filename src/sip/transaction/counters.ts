/** What the transaction layer has seen and done: whole numbers that only grow. Whoever wants them reads them. */
export type TransactionCounters = {
  requestsReceived: number;
  responsesReceived: number;
  requestsSent: number;
  /** Requests that came again and were answered from state, or dropped. */
  retransmissionsReceived: number;
  /** Messages that timers A, E and G sent again. */
  retransmissionsSent: number;
  /** Responses that belong to no transaction. */
  strayResponses: number;
  /** ACKs that belong to no failure response: for 2xx, and stray ones. */
  acksPassed: number;
  /** 482: RFC 3261 §8.2.2.2. */
  merged: number;
  /** CANCELs that came when there was nothing left to cancel, or never had been. */
  cancelsTooLate: number;
  /** 503: the table was full. */
  refused: number;
  timeouts: number;
  transportErrors: number;
};

export function newCounters(): TransactionCounters {
  return {
    requestsReceived: 0,
    responsesReceived: 0,
    requestsSent: 0,
    retransmissionsReceived: 0,
    retransmissionsSent: 0,
    strayResponses: 0,
    acksPassed: 0,
    merged: 0,
    cancelsTooLate: 0,
    refused: 0,
    timeouts: 0,
    transportErrors: 0,
  };
}

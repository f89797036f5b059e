/**
 * Habits of phones with BroadSoft's shared call appearances. Each has broken a server somewhere; none
 * is a make of phone to the letter.
 */
export type ScaHabits = {
  /** Its User-Agent says so. */
  readonly name: string;
  /** What it asks for when it goes off-hook; the manager may give less. */
  readonly seizeExpiresS: number;
  /** Whether it renews a seizure while its user dials, or lets it run out. */
  readonly renewsSeizure: boolean;
  /** Requests of a call that have Call-Info, besides the re-INVITE of a private hold and a retrieval, which must. */
  readonly callInfoIn: readonly ('INVITE' | 'CANCEL' | 'hold')[];
  /** Where its description is when it holds. */
  readonly holdDescribedIn: 'INVITE' | 'ACK';
  /** A CANCEL puts out the lamp of the appearance that rang, though it is told to be active. */
  readonly cancelEndsLamp: boolean;
  /** Its 200 and their CANCEL cross: it has answered a call that was taken elsewhere. */
  readonly answersCancelled: boolean;
};

/** As the specification has it. */
export const GENERIC: ScaHabits = {
  name: 'SCA',
  seizeExpiresS: 15,
  renewsSeizure: false,
  callInfoIn: ['INVITE', 'CANCEL', 'hold'],
  holdDescribedIn: 'INVITE',
  cancelEndsLamp: false,
  answersCancelled: false,
};

/**
 * SoundPoint and VVX. The re-INVITE of a hold has no description: it is in the ACK, so who looks into
 * INVITEs only never sees the hold. The CANCEL has no Call-Info: who looks for the index there does not
 * find the appearance. The CANCEL of a call that was answered elsewhere puts its lamp out: who notifies
 * 'active' before the CANCEL leaves a line that looks free. Seizures are renewed all the time.
 */
export const POLYCOM: ScaHabits = {
  ...GENERIC,
  name: 'PolycomVVX',
  renewsSeizure: true,
  callInfoIn: ['INVITE'],
  holdDescribedIn: 'ACK',
  cancelEndsLamp: true,
};

/** T2 to T5. `account.X.line_seize.expires` is 15, and is not renewed: who dials slowly has lost the line. */
export const YEALINK: ScaHabits = { ...GENERIC, name: 'Yealink' };

/** The same with firmware that forgets Call-Info when it calls: its seizure says which appearance it is. */
export const YEALINK_SILENT: ScaHabits = { ...YEALINK, callInfoIn: [] };

/** A hand on the receiver in the moment in which somebody else has answered (RFC 3261 §9.1 cannot exclude it). */
export const LATE_ANSWERER: ScaHabits = { ...GENERIC, name: 'Late', answersCancelled: true };

/** What a manager lets people do with its cluster's directory: see it, its history, and make another one count. */

/** Who made a version, when and why. */
export type VersionRow = {
  readonly version: number;
  /** ISO 8601. */
  readonly at: string;
  readonly by: string;
  readonly comment: string;
  /** 'file': from the file that a manager started with. */
  readonly origin: 'file' | 'applied';
  /** The version whose content it brought back; 0: none. */
  readonly restores: number;
};

export type DirectoryState = {
  /** Of the cluster, or of the manager that is alone. */
  readonly name: string;
  /** Null: nothing has been applied yet. */
  readonly version: VersionRow | null;
  /** What passwords are hashed with. */
  readonly realm: string;
  /** Where it is kept: 'memory' is gone with the process. */
  readonly kept: 'cluster' | 'disk' | 'memory';
};

/** Each line: an item as text. */
export type DirectoryLines = {
  readonly version: VersionRow | null;
  readonly lines: readonly string[];
};

/** Each item: keys, then the value there; see `store/directory/document.ts`. */
export type DirectoryItems = {
  readonly version: VersionRow | null;
  readonly items: readonly unknown[];
};

export type ApplyRequest = {
  /** Items; or the text of each. */
  readonly items: readonly unknown[];
  /** The version that it was made from; 0: there was none. */
  readonly base: number;
  readonly by: string;
  readonly comment: string;
  /** Say what would be wrong, and do nothing. */
  readonly isDry: boolean;
};

export type UndoRequest = {
  readonly by: string;
  readonly comment: string;
  /** Bring back that one; absent: what was before the version that counts. */
  readonly to?: number;
};

export type ApplyResult =
  | { readonly type: 'done'; readonly version: VersionRow | null }
  /** Somebody else was first. */
  | { readonly type: 'conflict'; readonly version: VersionRow | null }
  | { readonly type: 'wrong'; readonly problems: readonly string[] }
  | { readonly type: 'not found'; readonly message: string }
  /** The store did not answer: it may have been done. */
  | { readonly type: 'unknown'; readonly message: string };

/** Rejects with an error whose message is for the user when the store does not answer. */
export interface DirectoryService {
  state(): Promise<DirectoryState>;
  /** The latest first. */
  history(): Promise<readonly VersionRow[]>;
  /** Absent `version`: the one that counts. Undefined: it is not kept (any more). */
  items(version?: number): Promise<DirectoryLines | undefined>;
  apply(request: ApplyRequest): Promise<ApplyResult>;
  undo(request: UndoRequest): Promise<ApplyResult>;
}

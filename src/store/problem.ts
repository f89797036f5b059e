/** What is wrong with a configuration, and where. Expected, hence a value: nothing here throws. */

/** A spot in a file as an editor counts it: both from 1. `file` is the name that the user gave or can open. */
export type Place = { readonly file: string; readonly line: number; readonly column: number };

export type Problem = { readonly place: Place; readonly message: string };

/** `directory/office.yaml:3:5`. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}

/** `directory/office.yaml:3:5: unknown key 'memebrs' (did you mean 'members'?)`. */
export function formatProblem(problem: Problem): string {
  return `${formatPlace(problem.place)}: ${problem.message}`;
}

/** The first place of a file: for what is wrong with the whole of it. */
export function topOf(file: string): Place {
  return { file, line: 1, column: 1 };
}

/** By file in the order of `files`, then from top to bottom: the order in which a person mends them. */
export function sortProblems(problems: readonly Problem[], files: readonly string[]): Problem[] {
  return [...problems].sort(
    (a, b) =>
      files.indexOf(a.place.file) - files.indexOf(b.place.file) ||
      a.place.line - b.place.line ||
      a.place.column - b.place.column,
  );
}

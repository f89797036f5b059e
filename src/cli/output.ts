/** Lists on standard output: a table for people, JSON, YAML or CSV for programs. */
import { printable } from '../base/printable.ts';

export const FORMATS = ['table', 'json', 'yaml', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** What a column shows of a row. Numbers are set right. */
export type Column<Row> = {
  readonly head: string;
  readonly cell: (row: Row) => string | number;
};

/** `rows` in `format`. JSON and YAML hold whole rows, table and CSV the columns. */
export async function formatRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  format: Format,
): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(rows, null, 2)}\n`;
    case 'yaml':
      return formatYaml(rows);
    case 'csv':
      return formatCsv(rows, columns);
    case 'table':
      return formatTable(rows, columns);
  }
}

/** One value in `format`; as a table, `table` says it. */
export async function formatValue(
  value: unknown,
  format: Format,
  table: () => string,
): Promise<string> {
  if (format === 'json') return `${JSON.stringify(value, null, 2)}\n`;
  return format === 'yaml' ? formatYaml(value) : table();
}

async function formatYaml(value: unknown): Promise<string> {
  // Loaded when wanted only: most commands should start without it.
  const { stringify } = await import('yaml');
  return stringify(value);
}

/** Columns padded to their widest cell, two spaces between them, heads in capitals. */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map(({ cell }) => printable(String(cell(row)))));
  const heads = columns.map(({ head }) => head.toUpperCase());
  const isNumber = columns.map(({ cell }) => rows.every((row) => typeof cell(row) === 'number'));
  const widths = heads.map((head, index) =>
    Math.max(width(head), ...cells.map((line) => width(line[index] ?? ''))),
  );
  const set = (line: readonly string[]) =>
    line
      .map((text, index) => {
        const gap = ' '.repeat((widths[index] ?? 0) - width(text));
        return isNumber[index] && rows.length > 0 ? gap + text : text + gap;
      })
      .join('  ')
      .trimEnd();
  return `${[heads, ...cells].map(set).join('\n')}\n`;
}

/** RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe before it. */
function formatCsv<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = [columns.map(({ head }) => head)].concat(
    rows.map((row) => columns.map(({ cell }) => csvCell(String(cell(row))))),
  );
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

function csvCell(text: string): string {
  const isFormula = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]+$/.test(text);
  const safe = printable(isFormula ? `'${text}` : text);
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function width(text: string): number {
  return [...text].length;
}

/** Whether colours would be seen, and are wanted (https://no-color.org). */
export function isColourful(): boolean {
  const { NO_COLOR } = process.env;
  return process.stdout.isTTY === true && !NO_COLOR;
}

/** 75 as `1:15`, 3725 as `1:02:05`. */
export function formatSeconds(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** Today's times as the clock shows them here, others with their date. */
export function formatTime(iso: string): string {
  if (iso === '') return '';
  const at = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
  if (at.toDateString() === new Date().toDateString()) return time;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

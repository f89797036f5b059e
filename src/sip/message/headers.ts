/**
 * The header fields of one message, in order: RFC 3261 §7.3.
 *
 * Names stand in their canonical form (`Call-ID` for `call-id` and `i`), interned, so that a search
 * is a comparison of pointers. Values are unfolded and trimmed, otherwise as sent; a field line that
 * holds several comma-separated values is one entry until somebody asks for its values.
 */
export class Headers {
  readonly names: string[] = [];
  readonly values: string[] = [];

  add(name: string, value: string): void {
    this.names.push(name);
    this.values.push(value);
  }

  /** The first field of that canonical name, or undefined. */
  first(name: string): string | undefined {
    const at = this.names.indexOf(name);
    return at < 0 ? undefined : this.values[at];
  }

  /** Every field of that canonical name, in order, one per line as sent. */
  all(name: string): string[] {
    const found: string[] = [];
    for (let i = 0; i < this.names.length; i++) {
      const value = this.values[i];
      if (this.names[i] === name && value !== undefined) found.push(value);
    }
    return found;
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }
}

/** JSON text of a column this program wrote itself, after checking it against the column's schema; not for anything from outside. */
export function fromColumn<T>(text: string): T {
  return JSON.parse(text);
}

/** The same for a column that may be empty. */
export function fromNullableColumn<T>(text: string | null): T | null {
  return text === null ? null : fromColumn<T>(text);
}

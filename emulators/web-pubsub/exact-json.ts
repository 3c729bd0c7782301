// JSON in which whole numbers keep every digit: an ackId is an unsigned 64-bit number, and what passes through the
// service must come out as it went in. Needs JSON.parse with source text, which the type library does not know yet.

interface SourceText {
  source: string
}
const json = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: SourceText) => unknown): unknown
  rawJSON(text: string): unknown
}

/**
 * Parses JSON; whole numbers too big for a double come out as bigints.
 * @throws SyntaxError as JSON.parse does.
 */
export function parseExact(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  return json.parse(text, (_key, value, { source }) => {
    const exact = typeof value !== 'number' || Number.isSafeInteger(value) || !/^-?\d+$/.test(source)
    return exact ? value : BigInt(source)
  })
}

/** The inverse of `parseExact`. */
export const stringifyExact = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? json.rawJSON(String(item)) : item,
  )

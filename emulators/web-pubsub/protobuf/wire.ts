// The protobuf wire format, as much as the subprotocols need: varints and length-delimited fields.
// https://protobuf.dev/programming-guides/encoding/

/** A message as its fields in the order they came; a field may come more than once. */
export type Field =
  | { number: number; kind: 'varint'; value: bigint }
  | { number: number; kind: 'bytes'; value: Buffer }
  | { number: number; kind: 'fixed' }

/** The bytes are not a protobuf message. */
export class WireError extends Error {}

/**
 * Cuts a message into its fields.
 * @throws WireError when it ends within a field, or a tag or varint is not valid.
 */
export function readFields(message: Buffer): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++]
      if (byte === undefined) throw new WireError('The message ends within a number.')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new WireError('A number has more than ten bytes.')
  }
  const take = (length: number): Buffer => {
    if (length > message.length - at) throw new WireError('The message ends within a field.')
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const tag = varint()
    const number = Number(tag >> 3n)
    if (number < 1 || number > 536_870_911) throw new WireError(`There is no field number ${number}.`)
    const type = Number(tag & 7n)
    if (type === 0) fields.push({ number, kind: 'varint', value: varint() })
    else if (type === 2) fields.push({ number, kind: 'bytes', value: take(Number(varint())) })
    else if (type === 1 || type === 5) {
      take(type === 1 ? 8 : 4)
      fields.push({ number, kind: 'fixed' })
    } else throw new WireError(`Wire type ${type} is not supported.`)
  }
  return fields
}

/** A varint field; unsigned 64-bit numbers as bigint. */
export const varintField = (number: number, value: number | bigint): Buffer =>
  Buffer.from([...varintBytes(BigInt(number << 3)), ...varintBytes(BigInt(value))])

/** A length-delimited field: text as UTF-8, bytes, or an embedded message made of such fields. */
export function bytesField(number: number, value: string | Buffer | Buffer[]): Buffer {
  const content =
    typeof value === 'string' ? Buffer.from(value) : Array.isArray(value) ? Buffer.concat(value) : value
  const head = [...varintBytes(BigInt((number << 3) | 2)), ...varintBytes(BigInt(content.length))]
  return Buffer.concat([Buffer.from(head), content])
}

function varintBytes(value: bigint): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return bytes
}

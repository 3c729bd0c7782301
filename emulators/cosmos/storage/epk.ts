// The effective partition key: the point in hash space that decides which physical range a document is in. Clients
// compute it too (bulk, feed ranges), so it has to be the service's own hash: MurmurHash3 x64 128 of the typed values.
// https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
import { type KeyValue, parsePartitionKey } from '../items/partition-key.ts'
import { hashKeyV1 } from './epk-v1.ts'

export type HashKind = 'v1' | 'v2' | 'multi'

/** Which hash a container's partition key is spread by. */
export function hashKind({ kind, version }: { kind: string; version?: number | undefined }): HashKind {
  if (kind === 'MultiHash') return 'multi'
  return version === 2 ? 'v2' : 'v1'
}

/** The point of a complete key; of a hierarchical key also of its first levels, whose points then begin with it. */
export function effectiveKey(kind: HashKind, values: readonly KeyValue[]): string {
  if (kind === 'multi') return values.map((value) => hashKey([value])).join('')
  return kind === 'v2' ? hashKey(values) : hashKeyV1(values[0])
}

const known = new Map<string, string>()

/** The point of a key in its canonical text, remembered: hashing costs more than all else about a small request. */
export function effectiveKeyOf(kind: HashKind, pk: string): string {
  const name = kind + pk
  const found = known.get(name)
  if (found !== undefined) return found
  const point = effectiveKey(kind, parsePartitionKey(pk))
  if (known.size >= 20_000) known.clear()
  known.set(name, point)
  return point
}

const MASK = 0xffff_ffff_ffff_ffffn
const C1 = 0x87c3_7b91_1142_53d5n
const C2 = 0x4cf5_ad43_2745_937fn

/** The hash of a version 2 partition key as 32 hexadecimal digits, `00…` to `3F…`. */
export function hashKey(values: readonly KeyValue[]): string {
  const [low, high] = murmur128(Buffer.concat(values.map(encode)))
  const bytes = Buffer.alloc(16)
  bytes.writeBigUInt64BE(high, 0)
  bytes.writeBigUInt64BE(low, 8)
  bytes[0]! &= 0x3f
  return bytes.toString('hex').toUpperCase()
}

function encode(value: KeyValue): Buffer {
  if (value === undefined) return Buffer.from([0])
  if (value === null) return Buffer.from([1])
  if (typeof value === 'boolean') return Buffer.from([value ? 3 : 2])
  if (typeof value === 'string')
    return Buffer.concat([Buffer.from([8]), Buffer.from(value), Buffer.from([0xff])])
  const bytes = Buffer.alloc(9)
  bytes[0] = 5
  bytes.writeDoubleLE(value, 1)
  return bytes
}

const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (64n - by))) & MASK

function mix(start: bigint): bigint {
  let h = start
  h = ((h ^ (h >> 33n)) * 0xff51_afd7_ed55_8ccdn) & MASK
  h = ((h ^ (h >> 33n)) * 0xc4ce_b9fe_1a85_ec53n) & MASK
  return h ^ (h >> 33n)
}

const first = (k: bigint) => (rotate((k * C1) & MASK, 31n) * C2) & MASK
const second = (k: bigint) => (rotate((k * C2) & MASK, 33n) * C1) & MASK

function murmur128(data: Buffer): [bigint, bigint] {
  let h1 = 0n
  let h2 = 0n
  const whole = data.length - (data.length % 16)
  for (let at = 0; at < whole; at += 16) {
    h1 ^= first(data.readBigUInt64LE(at))
    h1 = ((rotate(h1, 27n) + h2) * 5n + 0x52dc_e729n) & MASK
    h2 ^= second(data.readBigUInt64LE(at + 8))
    h2 = ((rotate(h2, 31n) + h1) * 5n + 0x3849_5ab5n) & MASK
  }
  if (data.length > whole) {
    const tail = Buffer.alloc(16)
    data.copy(tail, 0, whole)
    h2 ^= second(tail.readBigUInt64LE(8))
    h1 ^= first(tail.readBigUInt64LE(0))
  }
  const length = BigInt(data.length)
  h1 ^= length
  h2 ^= length
  h1 = (h1 + h2) & MASK
  h2 = (h2 + h1) & MASK
  h1 = mix(h1)
  h2 = mix(h2)
  h1 = (h1 + h2) & MASK
  h2 = (h2 + h1) & MASK
  return [h1, h2]
}

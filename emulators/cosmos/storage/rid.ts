// Resource ids: 4 bytes for a database, 8 for a container in it, 16 for a document, in base64 with `/` written as `-`.
// They are made of stored numbers, so they are the same after a restart.

const encode = (bytes: Buffer) => bytes.toString('base64').replaceAll('/', '-')

export function databaseRid(database: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(database)
  return encode(bytes)
}

export function containerRid(database: number, container: number): string {
  return encode(containerBytes(database, container))
}

/** A function from a document's number to its rid, for one container. */
export function documentRids(database: number, container: number): (document: number) => string {
  const bytes = Buffer.alloc(16)
  containerBytes(database, container).copy(bytes)
  return (document) => {
    bytes.writeBigUInt64LE(BigInt(document), 8)
    return encode(bytes)
  }
}

function containerBytes(database: number, container: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32BE(database)
  // The high bit tells a container from a user of the database.
  bytes.writeUInt32BE((0x80000000 | container) >>> 0, 4)
  return bytes
}

// Backups: a blob that is opaque to callers and holds a secret with all its versions. Unlike the service's, it is not
// encrypted and can be restored into any emulated vault.
import * as z from 'zod'
import { badParameter } from './errors.ts'
import type { SecretVersion } from './store.ts'

const blob = z.object({
  emulatedBackup: z.literal(1),
  name: z.string().min(1),
  versions: z
    .array(
      z.object({
        version: z.string(),
        value: z.string(),
        contentType: z.string().optional(),
        tags: z.record(z.string(), z.string()).optional(),
        enabled: z.boolean(),
        notBefore: z.int().optional(),
        expires: z.int().optional(),
        created: z.int(),
        updated: z.int(),
      }),
    )
    .min(1),
})

export function toBackup(name: string, versions: SecretVersion[]): string {
  return Buffer.from(JSON.stringify({ emulatedBackup: 1, name, versions })).toString('base64url')
}

/** @throws VaultError 400 for anything `toBackup` did not make */
export function fromBackup(value: string): { name: string; versions: SecretVersion[] } {
  try {
    return blob.parse(JSON.parse(Buffer.from(value, 'base64url').toString('utf8')))
  } catch {
    throw badParameter('Backup blob contains invalid or corrupt version.')
  }
}

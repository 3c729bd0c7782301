// What comes in: names, versions, paging and bodies, from unknown to typed, or the service's own 400.
// Limits: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
import * as z from 'zod'
import { badParameter, notImplemented } from './errors.ts'

const NAME = /^[0-9a-zA-Z-]{1,127}$/
const LATEST_API_VERSION = '2026-04-01'
const API_VERSIONS = /^(7\.[0-6]|7\.\d-preview(\.\d)?|2025-07-01|2026-04-01)$/
const OLD_API_VERSIONS = ['2015-06-01', '2016-10-01']
const MAX_PAGE = 25
const MAX_VALUE_BYTES = 25_600

const attributes = z.object({
  enabled: z.boolean().nullish(),
  nbf: z.int().nullish(),
  exp: z.int().nullish(),
})
const properties = {
  contentType: z.string().max(255).nullish(),
  tags: z
    .record(z.string().max(512), z.string().max(256))
    .refine((tags) => Object.keys(tags).length <= 15)
    .nullish(),
  attributes: attributes.nullish(),
}
const setBody = z.object({
  value: z.string().refine((value) => Buffer.byteLength(value) <= MAX_VALUE_BYTES),
  ...properties,
})
const updateBody = z.object(properties)
const restoreBody = z.object({ value: z.string().min(1) })

export type SetBody = z.output<typeof setBody>
export type UpdateBody = z.output<typeof updateBody>

export const parseSet = (body: Buffer): SetBody => parse(setBody, body)
export const parseUpdate = (body: Buffer): UpdateBody => parse(updateBody, body)
export const parseRestore = (body: Buffer): string => parse(restoreBody, body).value

/** @throws VaultError 400 for a name outside `^[0-9a-zA-Z-]{1,127}$` */
export function parseName(name: string): string {
  if (!NAME.test(name)) throw badParameter(`The request URI contains an invalid name: ${name}`)
  return name
}

/** @throws VaultError 400 for a version that is none, 501 for one from before soft delete */
export function checkApiVersion(query: URLSearchParams): void {
  const version = query.get('api-version') ?? ''
  if (API_VERSIONS.test(version)) return
  if (OLD_API_VERSIONS.includes(version)) throw notImplemented(`api-version ${version}`)
  throw badParameter(
    `The specified version (${version}) is not recognized. Consider using the latest supported version (${LATEST_API_VERSION}).`,
  )
}

export interface Paging {
  after: string
  limit: number
}

/** `maxresults` (1 to 25) and the token of the page before. */
export function parsePaging(query: URLSearchParams): Paging {
  const limit = Number(query.get('maxresults') ?? MAX_PAGE)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    throw badParameter(`The maxresults parameter must be between 1 and ${MAX_PAGE}.`)
  return { after: Buffer.from(query.get('$skiptoken') ?? '', 'base64url').toString('utf8'), limit }
}

function parse<T>(schema: z.ZodType<T>, body: Buffer): T {
  let json: unknown
  try {
    json = JSON.parse(body.toString('utf8'))
  } catch {
    throw badParameter('The request body is not valid JSON.')
  }
  const result = schema.safeParse(json)
  if (result.success) return result.data
  throw badParameter(`Property ${result.error.issues[0]?.path.join('.') ?? ''} has invalid value`)
}

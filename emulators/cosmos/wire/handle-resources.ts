// The account, databases and containers.

import { isObject } from '../items/partition-key.ts'
import type { Collection } from '../storage/collection.ts'
import { DEFAULT_THROUGHPUT, rangesFor } from '../storage/offers.ts'
import { type Call, collectionOf, type Handler } from './call.ts'
import { badRequest, notFound, notImplemented } from './errors.ts'
import { askedThroughput } from './handle-offers.ts'
import { quotaHeaders } from './quota.ts'
import type { Answer } from './reply.ts'
import { header, isTrue, parseJson } from './request.ts'
import { accountJson, containerResource, databaseResource, rangesJson } from './resources.ts'
import { search } from './search.ts'

const json = (status: number, value: unknown, etag?: string): Answer => ({
  status,
  body: JSON.stringify(value),
  ...(etag && { etag }),
})

export const readAccount: Handler = ({ service, request }) => {
  const scheme = header(request, 'x-forwarded-proto') ?? service.scheme
  const endpoint = `${scheme}://${header(request, 'host') ?? 'localhost'}/`
  return { status: 200, body: accountJson(endpoint, service.consistency) }
}

export const createDatabase: Handler = ({ service, request }) => {
  const body = parseJson(request.body)
  const id = isObject(body) ? body.id : undefined
  if (typeof id !== 'string' || id === '' || id.length > 255 || /[/\\#?]/.test(id)) {
    throw badRequest('The database id is missing or invalid.')
  }
  const asked = askedThroughput(request)
  const created = service.catalog.createDatabase(id)
  if (asked) service.offers.create(databaseResource(created)._self, created.rid, asked)
  return json(201, databaseResource(created), created.etag)
}

export const readDatabase: Handler = ({ service, resource }) => {
  const found = service.catalog.database(resource.id!)
  return json(200, databaseResource(found), found.etag)
}

export const deleteDatabase: Handler = ({ service, resource }) => {
  const database = service.catalog.database(resource.id!)
  service.catalog.deleteDatabase(resource.id!)
  service.users.deleteAll(database.number)
  service.clientKeys.deleteAll(database.number)
  service.offers.delete(databaseResource(database)._self)
  for (const { self } of database.collections.values()) service.offers.delete(self)
  return { status: 204 }
}

export const listDatabases: Handler = ({ service }) => {
  const Databases = service.catalog.databases().map(databaseResource)
  return list({ _rid: '', Databases, _count: Databases.length })
}

export const queryDatabases: Handler = (call) => {
  const Databases = search(call, call.service.catalog.databases().map(databaseResource))
  return list({ _rid: '', Databases, _count: Databases.length })
}

/** Before this version of the protocol a container could do without a partition key. */
const FIRST_VERSION_WITH_KEYS = '2018-12-31'

export const createContainer: Handler = ({ service, resource, request }) => {
  const asked = askedThroughput(request)
  const shared = service.offers.of(databaseResource(service.catalog.database(resource.database!))._self)
  const { throughput } = service
  const fallback = throughput === undefined ? DEFAULT_THROUGHPUT : { throughput }
  const given = asked ?? (shared ? undefined : fallback)
  const body = parseJson(request.body)
  const version = header(request, 'x-ms-version') ?? ''
  if (isObject(body) && body.partitionKey === undefined && version < FIRST_VERSION_WITH_KEYS) {
    throw notImplemented('containers without a partition key')
  }
  const collection = service.catalog.createCollection(resource.database!, body, given && rangesFor(given))
  if (given) service.offers.create(collection.self, collection.rid, given)
  return containerAnswer(201, collection)
}

export const readContainer: Handler = (call) => {
  const collection = collectionOf(call)
  const answer = containerAnswer(200, collection)
  const asked = isTrue(header(call.request, 'x-ms-documentdb-populatequotainfo'))
  return asked ? { ...answer, headers: quotaHeaders(collection) } : answer
}

export const replaceContainer: Handler = (call) => {
  const collection = collectionOf(call)
  call.service.catalog.replaceCollection(collection, parseJson(call.request.body))
  return containerAnswer(200, collection)
}

export const deleteContainer: Handler = (call) => {
  const collection = collectionOf(call)
  call.service.catalog.deleteCollection(collection)
  call.service.offers.delete(collection.self)
  return { status: 204 }
}

export const listContainers: Handler = (call) => {
  const { rid, all } = containersOf(call)
  return list({ _rid: rid, DocumentCollections: all, _count: all.length })
}

export const queryContainers: Handler = (call) => {
  const { rid, all } = containersOf(call)
  const found = search(call, all)
  return list({ _rid: rid, DocumentCollections: found, _count: found.length })
}

export const readRanges: Handler = (call) => {
  const collection = collectionOf(call)
  return { status: 200, body: rangesJson(collection), etag: collection.etag, collection }
}

/** Regions that accept writes can disagree; here there is one, so there never is a conflict. */
export const listConflicts: Handler = (call) =>
  list({ _rid: collectionOf(call).rid, Conflicts: [], _count: 0 })

export const readConflict: Handler = (call) => {
  collectionOf(call)
  throw notFound()
}

function containerAnswer(status: number, collection: Collection): Answer {
  return { ...json(status, containerResource(collection), collection.etag), collection }
}

function containersOf({ service, resource }: Call) {
  const { rid, collections } = service.catalog.database(resource.database!)
  return { rid, all: [...collections.values()].map(containerResource) }
}

function list(body: { _count: number; [name: string]: unknown }): Answer {
  return { ...json(200, body), headers: { 'x-ms-item-count': String(body._count) } }
}

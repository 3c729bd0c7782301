// Which handler serves which operation.
import type { Handler } from './call.ts'
import { CosmosError } from './errors.ts'
import * as clientKeys from './handle-client-keys.ts'
import * as items from './handle-items.ts'
import * as offers from './handle-offers.ts'
import * as queries from './handle-query.ts'
import * as resources from './handle-resources.ts'
import * as users from './handle-users.ts'
import type { OperationName } from './operation.ts'

export const handlers: Record<OperationName, Handler> = {
  'account.read': resources.readAccount,
  'databases.create': resources.createDatabase,
  'databases.read': resources.readDatabase,
  'databases.list': resources.listDatabases,
  'databases.query': resources.queryDatabases,
  'databases.delete': resources.deleteDatabase,
  'containers.create': resources.createContainer,
  'containers.read': resources.readContainer,
  'containers.list': resources.listContainers,
  'containers.query': resources.queryContainers,
  'containers.replace': resources.replaceContainer,
  'containers.delete': resources.deleteContainer,
  'ranges.read': resources.readRanges,
  'conflicts.read': resources.readConflict,
  'conflicts.list': resources.listConflicts,
  'conflicts.query': resources.listConflicts,
  'users.create': users.createUser,
  'users.upsert': users.upsertUser,
  'users.read': users.readUser,
  'users.list': users.listUsers,
  'users.query': users.queryUsers,
  'users.replace': users.replaceUser,
  'users.delete': users.deleteUser,
  'permissions.create': users.createPermission,
  'permissions.upsert': users.upsertPermission,
  'permissions.read': users.readPermission,
  'permissions.list': users.listPermissions,
  'permissions.query': users.queryPermissions,
  'permissions.replace': users.replacePermission,
  'permissions.delete': users.deletePermission,
  'clientkeys.create': clientKeys.createClientKey,
  'clientkeys.read': clientKeys.readClientKey,
  'clientkeys.list': clientKeys.listClientKeys,
  'clientkeys.query': clientKeys.queryClientKeys,
  'clientkeys.replace': clientKeys.replaceClientKey,
  'offers.read': offers.readOffer,
  'offers.list': offers.listOffers,
  'offers.query': offers.queryOffers,
  'offers.replace': offers.replaceOffer,
  'items.create': items.createItem,
  'items.upsert': items.upsertItem,
  'items.read': items.readItem,
  'items.replace': items.replaceItem,
  'items.patch': items.patchItem,
  'items.delete': items.deleteItem,
  'items.batch': items.batchItems,
  'items.bulk': items.bulkItems,
  'items.query': queries.queryItems,
  'items.queryplan': queries.planItems,
  'items.list': queries.listItems,
  'items.changefeed': queries.readChanges,
  'items.deletekey': items.deleteKey,
  unknown: ({ request }) => {
    throw new CosmosError(405, `${request.method} is not allowed on ${request.url}.`)
  },
}

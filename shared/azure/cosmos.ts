// The one Cosmos client of the process.
import { CosmosClient, type Database } from '@azure/cosmos'
import type { Config } from '../config.ts'
import { credentialOf } from './credential.ts'

/** Short: an append that cannot get through is answered `busy` while its sender still waits. */
const retryOptions = { maxRetryAttemptCount: 3, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 5 }

export function createCosmos(
  config: Pick<Config, 'cosmos' | 'database' | 'managedIdentityClientId' | 'regions'>,
): Database {
  const connectionPolicy = { retryOptions, requestTimeout: 10_000, preferredLocations: config.regions }
  const client =
    'connectionString' in config.cosmos
      ? new CosmosClient({ ...parseConnectionString(config.cosmos.connectionString), connectionPolicy })
      : new CosmosClient({
          endpoint: config.cosmos.endpoint,
          aadCredentials: credentialOf(config),
          connectionPolicy,
        })
  return client.database(config.database)
}

/** `AccountEndpoint=…;AccountKey=…;`, as the portal shows it. */
function parseConnectionString(text: string): { endpoint: string; key: string } {
  const endpoint = /AccountEndpoint=([^;]+)/i.exec(text)?.[1]
  const key = /AccountKey=([^;]+)/i.exec(text)?.[1]
  if (!endpoint || !key) throw new Error('App settings: Cosmos needs AccountEndpoint and AccountKey.')
  return { endpoint, key }
}

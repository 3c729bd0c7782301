// What the tests share: an emulator in this process, or the real service, and an official client for it.
// With COSMOS_CONNECTION_STRING set, tests that need nothing special of the emulator run against that account.
import { type Container, type ContainerRequest, CosmosClient, type Database } from '@azure/cosmos'
import { type Cosmos, type CosmosOptions, startCosmos } from '../server.ts'

export interface TestAccount extends AsyncDisposable {
  client: CosmosClient
  database: Database
  container(definition?: Partial<ContainerRequest>): Promise<Container>
}

export interface EmulatorAccount extends TestAccount {
  cosmos: Cosmos
}

export function newClient(
  endpoint: string,
  key: string,
  retry?: { maxRetryAttemptCount: number },
): CosmosClient {
  const retryOptions = retry && { ...retry, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 30 }
  return new CosmosClient({
    endpoint,
    key,
    connectionPolicy: {
      enableBackgroundEndpointRefreshing: false,
      requestTimeout: 5000,
      ...(retryOptions && { retryOptions }),
    },
  })
}

/**
 * An account with a database of its own; `container()` makes a container with the partition key `/pk`. The emulator, or
 * the service that COSMOS_CONNECTION_STRING names, whose database is deleted in the end.
 */
export async function startAccount(): Promise<TestAccount> {
  const connectionString = process.env.COSMOS_CONNECTION_STRING
  if (!connectionString) return startEmulator()
  const client = new CosmosClient(connectionString)
  const { database } = await client.databases.create({ id: `tests-${crypto.randomUUID()}` })
  return {
    client,
    database,
    container: containers(database),
    async [Symbol.asyncDispose]() {
      await database.delete()
      client.dispose()
    },
  }
}

/** The emulator, for what only it can do: settings, faults, splits, another clock. Its database is `db`. */
export async function startEmulator(options: CosmosOptions = {}): Promise<EmulatorAccount> {
  const cosmos = await startCosmos({ port: 0, ...options })
  const client = newClient(cosmos.url, cosmos.key)
  const { database } = await client.databases.createIfNotExists({ id: 'db' })
  return {
    cosmos,
    client,
    database,
    container: containers(database),
    async [Symbol.asyncDispose]() {
      client.dispose()
      await cosmos.close()
    },
  }
}

function containers(database: Database): TestAccount['container'] {
  let made = 0
  return async (definition) => {
    const { container } = await database.containers.create({
      id: `c${++made}`,
      partitionKey: { paths: ['/pk'], version: 2 },
      ...definition,
    })
    return container
  }
}

/** The status of the error that the call is answered with; 0 when it succeeds. */
export async function statusOf(call: Promise<unknown>): Promise<number> {
  try {
    await call
    return 0
  } catch (error) {
    return Number((error as { code?: unknown }).code)
  }
}

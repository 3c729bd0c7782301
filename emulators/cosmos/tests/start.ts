// What the tests share: an emulator in this process and an official client for it.
import { type Container, type ContainerRequest, CosmosClient, type Database } from '@azure/cosmos'
import { type Cosmos, type CosmosOptions, startCosmos } from '../server.ts'

export interface TestAccount extends AsyncDisposable {
  cosmos: Cosmos
  client: CosmosClient
  database: Database
  container(definition?: Partial<ContainerRequest>): Promise<Container>
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

/** An emulator with a database `db`; `container()` makes a container with the partition key `/pk`. */
export async function startAccount(options: CosmosOptions = {}): Promise<TestAccount> {
  const cosmos = await startCosmos({ port: 0, ...options })
  const client = newClient(cosmos.url, cosmos.key)
  const { database } = await client.databases.createIfNotExists({ id: 'db' })
  let containers = 0
  return {
    cosmos,
    client,
    database,
    async container(definition) {
      const { container } = await database.containers.create({
        id: `c${++containers}`,
        partitionKey: { paths: ['/pk'], version: 2 },
        ...definition,
      })
      return container
    },
    async [Symbol.asyncDispose]() {
      client.dispose()
      await cosmos.close()
    },
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

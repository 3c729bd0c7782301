// Every major of the client library that is installed: the current one, and 1.0 under an alias of its own. They differ:
// 1.0 sends no pings and knows neither invocations nor streams.
export type ClientLibrary = typeof import('@azure/web-pubsub-client')

const NAMES = ['@azure/web-pubsub-client', 'web-pubsub-client-1-0']

export interface InstalledLibrary {
  name: string
  library: ClientLibrary
}

const found = await Promise.all(NAMES.map(async (name) => ({ name, library: await load(name) })))

export const installedLibraries = found.filter((one): one is InstalledLibrary => one.library !== undefined)

/** What a fuller run would have to install. */
export const missingLibraries = found.filter(({ library }) => !library).map(({ name }) => name)

async function load(name: string): Promise<ClientLibrary | undefined> {
  try {
    return (await import(name)) as ClientLibrary
  } catch (error) {
    if (/Cannot find (module|package)/.test(String(error))) return undefined
    throw error
  }
}

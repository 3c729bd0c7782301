// The Entra application that Web PubSub asks a token for when it brings events. It has no secret and no permission: it
// is the name of an audience. https://learn.microsoft.com/azure/azure-web-pubsub/howto-use-managed-identity
import { setTimeout as sleep } from 'node:timers/promises'
import type { TokenCredential } from '@azure/identity'
import * as z from 'zod'

/** Calls Microsoft Graph. @throws Error with Graph's own words */
export type Graph = (method: string, path: string, body?: object) => Promise<unknown>

const found = z.object({ value: z.array(z.object({ id: z.string(), appId: z.string() })) })
const application = z.object({ id: z.string(), appId: z.string() })
const failure = z.object({ error: z.object({ code: z.string(), message: z.string() }) })
/** Graph answers from several replicas: what was made may not be found for a moment. */
const TRIES = 6

export function createGraph(credential: TokenCredential, base = 'https://graph.microsoft.com/v1.0'): Graph {
  return async (method, path, body) => {
    const token = await credential.getToken('https://graph.microsoft.com/.default')
    const answer = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${token?.token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (answer.ok) return text === '' ? undefined : JSON.parse(text)
    const said = failure.safeParse(text === '' ? {} : JSON.parse(text)).data?.error
    throw new Error(`Graph: ${method} ${path}: ${answer.status} ${said?.code ?? ''} ${said?.message ?? ''}`)
  }
}

/**
 * Finds or makes the application and its service principal.
 * @returns the application id URI, the audience of the tokens
 */
export async function ensureApplication(graph: Graph, name: string, pauseMs = 5_000): Promise<string> {
  const known = await findByName(graph, name)
  const { id, appId } =
    known ??
    application.parse(
      await graph('POST', '/applications', { displayName: name, signInAudience: 'AzureADMyOrg' }),
    )
  const audience = `api://${appId}`
  await again(() => graph('PATCH', `/applications/${id}`, { identifierUris: [audience] }), pauseMs)
  const principals = found.parse(await graph('GET', `/servicePrincipals?$filter=appId eq '${appId}'`))
  if (principals.value.length === 0)
    await again(() => graph('POST', '/servicePrincipals', { appId }), pauseMs)
  return audience
}

/** @returns whether there was one */
export async function removeApplication(graph: Graph, name: string): Promise<boolean> {
  const known = await findByName(graph, name)
  if (known) await graph('DELETE', `/applications/${known.id}`)
  return known !== undefined
}

async function findByName(graph: Graph, name: string): Promise<z.infer<typeof application> | undefined> {
  const { value } = found.parse(await graph('GET', `/applications?$filter=displayName eq '${name}'`))
  if (value.length > 1) throw new Error(`There are ${value.length} Entra applications named ${name}.`)
  return value[0]
}

async function again<T>(call: () => Promise<T>, pauseMs: number): Promise<T> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await call()
    } catch (error) {
      if (left === 0) throw error
      await sleep(pauseMs)
    }
  }
}

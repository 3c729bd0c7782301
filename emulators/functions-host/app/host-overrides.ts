// App settings that override members of host.json: `AzureFunctionsJobHost__extensions__queues__maxPollingInterval`.
// https://learn.microsoft.com/azure/azure-functions/functions-host-json#override-hostjson-values

const PREFIX = 'AzureFunctionsJobHost__'

/** The document with every override put in place; values that are JSON (numbers, booleans) are taken as such. */
export function applyOverrides(hostJson: unknown, settings: Record<string, string | undefined>): unknown {
  const result = structuredClone(isObject(hostJson) ? hostJson : {})
  for (const [name, value] of Object.entries(settings)) {
    if (!name.startsWith(PREFIX) || value === undefined) continue
    const path = name.slice(PREFIX.length).split('__')
    const last = path.pop()!
    let at = result
    for (const step of path) {
      const next = at[step]
      if (isObject(next)) at = next
      else {
        const made: Record<string, unknown> = {}
        at[step] = made
        at = made
      }
    }
    at[last] = parseValue(value)
  }
  return result
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parseValue(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

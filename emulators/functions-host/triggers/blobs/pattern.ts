// The path of a blob trigger: a container, and what the names of its blobs look like.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-trigger#blob-name-patterns

export interface BlobPattern {
  container: string
  /** The values of the names in braces; undefined when the blob is not meant. */
  match(blobName: string): Record<string, string> | undefined
}

/** Reads `container`, `container/name` or `container/{name}.{extension}`. @throws Error when it is none of these. */
export function parseBlobPattern(path: string): BlobPattern {
  const slash = path.indexOf('/')
  const container = slash < 0 ? path : path.slice(0, slash)
  const names = slash < 0 ? '' : path.slice(slash + 1)
  if (!/^(?:\$root|[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)$/.test(container)) {
    throw new Error(`"${path}" is no path of blobs: it begins with the name of a container.`)
  }
  if (names === '') return { container, match: () => ({}) }
  const source = names
    .split(/(\{\{|\}\}|\{\w+\})/)
    .map((part) => (/^\{\w+\}$/.test(part) ? `(?<${part.slice(1, -1)}>.+)` : escaped(part)))
    .join('')
  const pattern = new RegExp(`^${source}$`, 's')
  return {
    container,
    match: (blobName) => {
      const found = pattern.exec(blobName)
      return found ? { ...found.groups } : undefined
    },
  }
}

/** Double braces stand for one that is meant as it is. */
const escaped = (text: string): string =>
  (text === '{{' || text === '}}' ? text.slice(1) : text).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

// For compose.yaml: one emulator out of the bundle, which needs no npm package. Its name comes first, then its options.
import { pathToFileURL } from 'node:url'
import { stackBundle } from '../../local/bundles.ts'

const { emulator } = await stackBundle()
await import(pathToFileURL(emulator).href)

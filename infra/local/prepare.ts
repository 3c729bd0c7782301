// For Dockerfile.local: makes ahead what a first start would make. The image then starts faster, and holds no npm package.
import { fileURLToPath } from 'node:url'
import { azuriteBundle } from '../../emulators/azurite/bundle.ts'
import { build } from '../../local/build.ts'
import { stackBundle } from '../../local/bundles.ts'

await stackBundle()
await azuriteBundle()
await build(fileURLToPath(new URL('../../dist', import.meta.url)))

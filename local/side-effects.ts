// The storage SDK says of itself that nothing is lost when what is not used is left out, but esbuild asks the package.json
// next to its ES modules (`dist/esm/package.json`), which does not: a quarter of a megabyte that nobody calls.
import type { Plugin } from 'esbuild'

/** Believes `@azure/storage-…` that loading a module does nothing. */
export const withoutSideEffects: Plugin = {
  name: 'without-side-effects',
  setup(build) {
    build.onResolve({ filter: /^(\.|@azure\/storage-)/ }, async ({ path, pluginData, ...how }) => {
      const isStorage = /@azure[\\/]storage-/.test(path.startsWith('.') ? how.importer : path)
      if (!isStorage || pluginData === 'resolved') return undefined
      const found = await build.resolve(path, { ...how, pluginData: 'resolved' })
      return { ...found, sideEffects: false }
    })
  },
}

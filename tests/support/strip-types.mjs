// Jest runs the TypeScript sources exactly as Node does: types stripped, nothing else changed.
import { stripTypeScriptTypes } from 'node:module'

export default {
  process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
  processAsync: async (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
}

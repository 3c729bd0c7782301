// Changes of an app's files, as Core Tools see them: sources and JSON. Folders of packages, hidden ones and the host's own
// data are left out.
import { watch } from 'node:fs'
import { relative, resolve, sep } from 'node:path'

/** Editors write a file in several steps, builds write several files: one change. */
const SETTLE_MS = 100

/** Calls back with the name of a file, relative to the folder, when what has changed has come to rest. */
export function watchFolder(
  folder: string,
  without: string | undefined,
  changed: (file: string) => void,
): { close(): void } {
  const data = without === undefined ? undefined : relative(resolve(folder), resolve(without))
  const isLeftOut = (file: string): boolean => {
    const steps = relative(folder, resolve(folder, file)).split(sep)
    if (steps.some((step) => step === 'node_modules' || (step.startsWith('.') && step !== '..'))) return true
    return data !== undefined && steps.join(sep).startsWith(data)
  }
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(folder, { recursive: true, ignore: isLeftOut }, (_, file) => {
    if (file === null || isLeftOut(file) || !/\.(?:[cm]?[jt]s|json)$/.test(file)) return
    clearTimeout(timer)
    timer = setTimeout(() => changed(file), SETTLE_MS)
  })
  // A folder that goes away while it is read is a change like any other.
  watcher.on('error', () => {})
  return {
    close() {
      clearTimeout(timer)
      watcher.close()
    },
  }
}

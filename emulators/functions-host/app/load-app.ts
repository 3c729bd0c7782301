// Loads the app as the Node worker does: entry files of package.json `main`, app-start hooks, capabilities, lock.
import { existsSync, globSync } from 'node:fs'
import http, { type Server } from 'node:http'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import type { Registry } from './core-api.ts'
import type { ProgrammingModel } from './core-types.ts'
import { runHooks } from './hooks.ts'
import { readJson } from './host-config.ts'

const packageJson = z.looseObject({ main: z.string().optional(), type: z.string().optional() })

export interface LoadedApp {
  model: ProgrammingModel
  /** The server `@azure/functions` answers streamed HTTP on; absent when the app has not enabled HTTP streaming. */
  streamServer: Server | undefined
  /** Data shared by all hooks of the app. */
  appHookData: Record<string, unknown>
  /** Data that hooks at the start and the end of the app share. */
  lifeHookData: Record<string, unknown>
}

/**
 * Loads the app in `folder` into this process; what it registers ends up in the registry.
 * @throws Error naming the entry file when nothing matches `main`, a file throws, or nothing gets registered.
 */
export async function loadApp(folder: string, registry: Registry): Promise<LoadedApp> {
  const { main, type } = readJson(join(folder, 'package.json'), packageJson)
  const files = entryFiles(folder, main)
  for (const file of files) {
    try {
      if (isModule(file, type)) await import(pathToFileURL(file).href)
      else createRequire(join(folder, 'package.json'))(file)
    } catch (cause) {
      throw new Error(`The app cannot be loaded: ${file} failed: ${describe(cause)}`, { cause })
    }
  }
  const from = files.join(', ')
  const { model } = registry
  if (!model || registry.functions.length === 0) {
    throw new Error(`The app registered no function: nothing in ${from} calls app.http, app.timer, ….`)
  }
  const appHookData: Record<string, unknown> = {}
  const lifeHookData: Record<string, unknown> = {}
  const fixed = { hookData: lifeHookData, appHookData }
  await runHooks(registry.hooks.appStart, fixed, { functionAppDirectory: folder })
  const streamServer = await captureStreamServer(model)
  registry.locked = true
  return { model, streamServer, appHookData, lifeHookData }
}

function entryFiles(folder: string, main: string | undefined): string[] {
  if (!main) throw new Error(`${join(folder, 'package.json')} has no "main": it names the app's entry file.`)
  const literal = resolve(folder, main)
  if (existsSync(literal)) return [literal]
  const found = globSync(main, { cwd: folder }).sort()
  if (found.length === 0) throw new Error(`No file matches "main": "${main}" in ${folder}.`)
  return found.map((file) => resolve(folder, file))
}

function isModule(file: string, type: string | undefined): boolean {
  const extension = extname(file)
  if (extension === '.mjs' || extension === '.mts') return true
  return type === 'module' && extension !== '.cjs' && extension !== '.cts'
}

/**
 * With HTTP streaming on, `@azure/functions` opens a server of its own on every interface and the real host proxies to
 * it. In one process that hop buys nothing: the server is caught before it listens and requests are handed to it directly.
 */
async function captureStreamServer(model: ProgrammingModel): Promise<Server | undefined> {
  let captured: Server | undefined
  const { createServer } = http
  http.createServer = ((...args: Parameters<typeof createServer>) => {
    captured = createServer(...args)
    captured.listen = function listen(this: Server, ...listenArgs: unknown[]) {
      const ready = listenArgs.findLast((argument) => typeof argument === 'function')
      this.address = () => ({ address: '127.0.0.1', family: 'IPv4', port: 1 })
      queueMicrotask(() => (ready as (() => void) | undefined)?.())
      return this
    } as Server['listen']
    return captured
  }) as typeof createServer
  syncBuiltinESMExports()
  try {
    const capabilities = (await model.getCapabilities?.({})) ?? {}
    if (capabilities.HttpUri === undefined) return undefined
    if (!captured)
      throw new Error(`${model.name} ${model.version} serves HTTP in a way this host cannot reach.`)
    return captured
  } finally {
    http.createServer = createServer
    syncBuiltinESMExports()
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
}

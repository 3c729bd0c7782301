// The four classes of the package that `child.ts` uses; Azurite ships no types for them. They are CommonJS, so each
// default export is the module object.
interface AzuriteServer {
  start(): Promise<void>
  close(): Promise<void>
  getHttpServerAddress(): string
}

interface AzuriteConfiguration {
  readonly host: string
}

type ConfigurationArguments = [
  host: string,
  port: number,
  keepAliveTimeout: number | undefined,
  metadataDbPath: string,
  extentDbPath: string,
  persistence: { locationId: string; locationPath: string; maxConcurrency: number }[],
  enableAccessLog: boolean,
  accessLogStream: undefined,
  enableDebugLog: boolean,
  debugLogPath: undefined,
  loose: boolean,
  skipApiVersionCheck: boolean,
  cert: '',
  key: '',
  pwd: '',
  oauth: undefined,
  disableProductStyleUrl: boolean,
  isMemoryPersistence: boolean,
]

declare module 'azurite/dist/src/blob/BlobConfiguration.js' {
  const module: { default: new (...args: ConfigurationArguments) => AzuriteConfiguration }
  export default module
}
declare module 'azurite/dist/src/queue/QueueConfiguration.js' {
  const module: { default: new (...args: ConfigurationArguments) => AzuriteConfiguration }
  export default module
}
declare module 'azurite/dist/src/blob/BlobServer.js' {
  const module: { default: new (configuration: AzuriteConfiguration) => AzuriteServer }
  export default module
}
declare module 'azurite/dist/src/queue/QueueServer.js' {
  const module: { default: new (configuration: AzuriteConfiguration) => AzuriteServer }
  export default module
}

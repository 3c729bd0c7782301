// Key Vault's error shape, {"error":{"code","message","innererror"?}}, and the errors of the secrets API.
// https://learn.microsoft.com/azure/key-vault/general/rest-error-codes ; texts as the service was recorded to send them.

export class VaultError extends Error {
  readonly status: number
  readonly code: string
  readonly innerCode: string | undefined
  readonly headers: Record<string, string>
  constructor(
    status: number,
    code: string,
    message: string,
    more: { innerCode?: string; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.innerCode = more.innerCode
    this.headers = more.headers ?? {}
  }
}

/** 400: the request is wrong in itself. */
export const badParameter = (message: string): VaultError => new VaultError(400, 'BadParameter', message)

/** 404: no such secret or version; `id` is `<name>` or `<name>/<version>`. */
export const secretNotFound = (id: string): VaultError =>
  new VaultError(
    404,
    'SecretNotFound',
    `A secret with (name/id) ${id} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  )

/** 404: nothing of that name has been deleted. */
export const deletedSecretNotFound = (name: string): VaultError =>
  new VaultError(404, 'SecretNotFound', `Deleted Secret not found: ${name}`)

/** 403: the version exists, but is disabled. */
export const secretDisabled = (): VaultError =>
  new VaultError(403, 'Forbidden', 'Operation get is not allowed on a disabled secret.', {
    innerCode: 'SecretDisabled',
  })

/** 409: the name belongs to a deleted secret until that is purged. */
export const nameIsDeleted = (name: string): VaultError =>
  new VaultError(
    409,
    'Conflict',
    `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`,
    { innerCode: 'ObjectIsDeletedButRecoverable' },
  )

/** 409: a deletion or recovery of the secret has not come to its end. */
export const changing = (change: 'deletion' | 'recovery'): VaultError => {
  const being = change === 'deletion' ? 'Deleted' : 'Recovered'
  const message = `Secret is currently being ${being.toLowerCase()}.`
  return new VaultError(409, 'Conflict', message, { innerCode: `ObjectIsBeing${being}` })
}

/** 409: a backup is only restored where nothing of its name is. */
export const nameIsTaken = (name: string): VaultError =>
  new VaultError(409, 'Conflict', `A secret with the name ${name} already exists in this key vault.`)

/** 501: the service has this feature, the emulator does not. */
export const notImplemented = (feature: string): VaultError =>
  new VaultError(501, 'NotImplemented', `The emulator does not implement ${feature}.`)

/** The body of an error answer. */
export function errorBody({ code, message, innerCode }: VaultError): string {
  return JSON.stringify({
    error: { code, message, ...(innerCode !== undefined && { innererror: { code: innerCode } }) },
  })
}

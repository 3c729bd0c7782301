// azd's hook after the template is deployed: fills the vault. Repeating it changes nothing. With --rotate it makes new
// signing keys, which is how they are rotated.
import { SecretClient } from '@azure/keyvault-secrets'
import { operatorCredential, required } from './azd.ts'
import { ensureSigningKeys, onceAllowed, putProviderKeys, rotateSigningKeys } from './vault-secrets.ts'

const vault = new SecretClient(required('KEY_VAULT_URI'), operatorCredential())
if (process.argv.includes('--rotate')) {
  console.log(`Tokens will be signed with key ${await rotateSigningKeys(vault)} within five minutes.`)
} else {
  const made = await onceAllowed(() => ensureSigningKeys(vault))
  console.log(made ? 'The first signing key is in the vault.' : 'The vault has signing keys.')
  for (const name of await putProviderKeys(vault, process.env)) console.log(`${name} is in the vault.`)
}

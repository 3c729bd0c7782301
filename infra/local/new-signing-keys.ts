// Prints a new JWK set with one private key, for SIGNING_KEYS where there is no vault.
import { newSigningKeys } from '../hooks/vault-secrets.ts'

console.log(JSON.stringify(await newSigningKeys(new Date())))

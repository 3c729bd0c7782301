import { renderUser } from '../../shared/protocol/render.ts'
import type { SignedIn } from '../../shared/services/auth/sign-in.ts'

/** What every way of signing in answers. */
export const renderSignedIn = ({ user, accessToken, refreshToken, expiresAt }: SignedIn) => ({
  user: renderUser(user, user),
  accessToken,
  refreshToken,
  expiresAt,
})

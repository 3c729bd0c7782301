// What belongs to people, as the wire shows it.
import type { Settings } from '../domain/settings.ts'

export function renderSettings({ language, theme, notifications, presence, custom }: Settings) {
  const { messages, mentions, sounds } = notifications
  return {
    ...(language !== undefined && { language }),
    theme,
    notifications: { messages, mentions, sounds },
    presence,
    custom,
  }
}

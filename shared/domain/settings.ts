// What a person sets once for all their devices.

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

export interface Settings {
  /** A BCP 47 tag; absent: the device's. */
  language?: string | undefined
  theme: 'system' | 'light' | 'dark'
  notifications: { messages: boolean; mentions: boolean; sounds: boolean }
  /** Who may ask whether this person is online. */
  presence: 'everyone' | 'nobody'
  /** Small things of the clients' own. */
  custom: Record<string, Json>
}

export interface SettingsChange {
  language?: string | null | undefined
  theme?: Settings['theme'] | undefined
  notifications?: { [name in keyof Settings['notifications']]?: boolean | undefined } | undefined
  presence?: Settings['presence'] | undefined
  /** By name; `null` takes one away. */
  custom?: Record<string, Json> | undefined
}

/** The most that somebody's settings may take as JSON. */
export const MAX_SETTINGS_BYTES = 16 * 1024

export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  notifications: { messages: true, mentions: true, sounds: true },
  presence: 'everyone',
  custom: {},
}

/** The settings with this change: field by field, what is not named stays. */
export function changedSettings(now: Settings, change: SettingsChange): Settings {
  const { notifications, custom, language, theme, presence } = change
  const next: Settings = {
    ...now,
    ...(theme !== undefined && { theme }),
    ...(presence !== undefined && { presence }),
    notifications: { ...now.notifications, ...given(notifications ?? {}) },
    custom: withoutNulls({ ...now.custom, ...custom }),
  }
  if (language === null) delete next.language
  else if (language !== undefined) next.language = language
  return next
}

const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const withoutNulls = (fields: Record<string, Json>): Record<string, Json> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))

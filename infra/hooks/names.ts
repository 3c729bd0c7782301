// Names and dates that one hook makes and another must find again.

/** One per deployment: two environments of the same name may exist in two subscriptions. */
export const applicationName = (environment: string, subscriptionId: string): string =>
  `parley-events-${environment}-${subscriptionId.slice(0, 8)}`

/** The first day of the month, as budgets begin. */
export const monthOf = (date: Date): string => `${date.toISOString().slice(0, 7)}-01`

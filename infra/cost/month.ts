// How long a month is, on the mean.
export const DAYS = 30.4
export const MONTH_S = DAYS * 86_400

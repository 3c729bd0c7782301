// Stands in for the telemetry package, which is never switched on: it alone would cost 70 MB and half a second.
export const telemetry = 'off'

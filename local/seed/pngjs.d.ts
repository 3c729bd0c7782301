declare module 'pngjs' {
  export class PNG {
    constructor(options: { width: number; height: number })
    /** Four bytes per pixel, row by row: red, green, blue, alpha. */
    data: Buffer
    static sync: { write(png: PNG): Buffer; read(bytes: Buffer): PNG }
  }
}

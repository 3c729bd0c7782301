// The part of pngjs that tests use; it brings no types.
declare module 'pngjs' {
  export class PNG {
    constructor(size: { width: number; height: number })
    width: number
    height: number
    data: Buffer
    static readonly sync: { write(image: PNG): Buffer; read(bytes: Buffer): PNG }
  }
}

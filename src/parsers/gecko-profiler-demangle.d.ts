/** The package declares its bundler entry only; Node cannot import WASM, so the glue beside it is used directly. */
declare module 'gecko-profiler-demangle/index_bg.js' {
  /** The readable name, or the argument (less leading underscores) when no demangler knows it. */
  export function demangle_any(name: string): string;
  export function __wbg_set_wasm(exports: unknown): void;
}

/** The part of WebAssembly that is used; TypeScript declares it with the browser's types only. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: Record<string, object>);
    readonly exports: Record<string, unknown>;
  }
}
